/** Reads what a diagnosis needs of a cluster, each object once and what does not depend on another at the same time. GET and LIST only. */
import { UserError } from '../errors.ts';
import { lookUp } from '../keyring/keyring.ts';
import { readPullSecret } from '../keyring/pull-secret.ts';
import { pullSecretNames, serviceAccountName } from '../observe.ts';
import { imageName, parseReference } from '../reference.ts';
import { imagesOf, isPullReason } from '../words/pod-words.ts';
import { type Answer, type Api, METADATA_LIST } from './api.ts';
import { type Event, type Node, notSeen, type Pod, type PodSnapshot, type Secret, type ServiceAccount, type Sight } from './objects.ts';

export interface Target {
  namespace: string;
  /** `NAME`, `pod/NAME` or `TYPE/NAME`. */
  name: string;
}

export interface Reader {
  /** The pods behind a name: one pod, or the present pods of a workload. */
  podsOf(target: Target): Promise<{ pods: Pod[] }>;
  /** Pods of a namespace (or of all) that wait for an image. */
  failingPods(namespace: string | null, selector: string | null): Promise<Pod[]>;
  snapshot(pod: Pod): Promise<PodSnapshot>;
  secret(namespace: string, name: string): Promise<Sight<Secret>>;
  /** What could not be seen, and which right would show it: one line each. */
  warnings(): string[];
}

/** Go writes an empty list as null. */
interface ListOf<T> {
  items: T[] | null;
  metadata?: { continue?: string };
}

const PAGE = 500;
/** Resource name → its group's path, by every name that kubectl takes. */
const WORKLOADS: { names: string[]; path: string }[] = [
  {
    names: ['deployment', 'deployments', 'deploy', 'deployment.apps', 'deployments.apps'],
    path: '/apis/apps/v1/namespaces/NS/deployments',
  },
  {
    names: ['statefulset', 'statefulsets', 'sts', 'statefulset.apps', 'statefulsets.apps'],
    path: '/apis/apps/v1/namespaces/NS/statefulsets',
  },
  { names: ['daemonset', 'daemonsets', 'ds', 'daemonset.apps', 'daemonsets.apps'], path: '/apis/apps/v1/namespaces/NS/daemonsets' },
  { names: ['replicaset', 'replicasets', 'rs', 'replicaset.apps', 'replicasets.apps'], path: '/apis/apps/v1/namespaces/NS/replicasets' },
  { names: ['job', 'jobs', 'job.batch', 'jobs.batch'], path: '/apis/batch/v1/namespaces/NS/jobs' },
];

const enc = encodeURIComponent;

export function createReader(api: Api): Reader {
  const sights = new Map<string, Promise<Sight<unknown>>>();
  const warnings = new Set<string>();

  /** One GET per object and run. A refusal becomes a warning that names the missing right. */
  function see<T>(path: string, what: string, right: string): Promise<Sight<T>> {
    const known = sights.get(path) ?? api.get<T>(path).then(answer => toSight(answer, what, right));
    sights.set(path, known);
    return known as Promise<Sight<T>>;
  }

  function toSight<T>(answer: Answer<T>, what: string, right: string): Sight<T> {
    if (answer.ok) return { seen: true, object: answer.value };
    if (answer.status === 404) return { seen: false, missing: true };
    warnings.add(`${what} could not be seen: the right to "${right}" is missing`);
    return notSeen(`the right to "${right}" is missing`);
  }

  const secret = (namespace: string, name: string): Promise<Sight<Secret>> =>
    see(`/api/v1/namespaces/${enc(namespace)}/secrets/${enc(name)}`, `secret "${name}" of namespace "${namespace}"`, 'get secrets');

  async function list<T>(path: string, what: string): Promise<T[]> {
    const items: T[] = [];
    let token = '';
    do {
      const page: Answer<ListOf<T>> = await api.get<ListOf<T>>(
        `${path}${path.includes('?') ? '&' : '?'}limit=${PAGE}${token === '' ? '' : `&continue=${enc(token)}`}`,
      );
      if (!page.ok) throw new UserError(`${what} cannot be listed: ${page.message}`, 'ask for the right to "list pods", or name a pod');
      items.push(...(page.value.items ?? []));
      token = page.value.metadata?.continue ?? '';
    } while (token !== '');
    return items;
  }

  async function podsOf({ namespace, name }: Target): Promise<{ pods: Pod[] }> {
    const slash = name.indexOf('/');
    const type = slash < 0 ? 'pod' : name.slice(0, slash).toLowerCase();
    const bare = slash < 0 ? name : name.slice(slash + 1);
    if (['pod', 'pods', 'po'].includes(type)) {
      // the events need only the name: they are asked for at the same time
      listEvents(namespace, bare).catch(() => {});
      const answer = await api.get<Pod>(`/api/v1/namespaces/${enc(namespace)}/pods/${enc(bare)}`);
      if (answer.ok) return { pods: [answer.value] };
      if (answer.status === 403)
        throw new UserError(
          `pod "${bare}" of namespace "${namespace}" cannot be read: ${answer.message}`,
          'the right to "get pods" is needed',
        );
      const space = await api.get(`/api/v1/namespaces/${enc(namespace)}`);
      if (!space.ok && space.status === 404)
        throw new UserError(`there is no namespace "${namespace}"`, 'see them with: kubectl get namespaces');
      throw new UserError(`there is no pod "${bare}" in namespace "${namespace}"`, `see them with: kubectl -n ${namespace} get pods`);
    }
    const workload = WORKLOADS.find(({ names }) => names.includes(type));
    if (workload === undefined)
      throw new UserError(
        `"${type}" is not a kind that has pods here`,
        'use pod, deployment, statefulset, daemonset, replicaset or job, as in deployment/NAME',
      );
    const answer = await api.get<{ spec?: { selector?: { matchLabels?: Record<string, string> } } }>(
      `${workload.path.replace('NS', enc(namespace))}/${enc(bare)}`,
    );
    if (!answer.ok)
      throw new UserError(
        answer.status === 404 ? `there is no ${workload.names[0]} "${bare}" in namespace "${namespace}"` : answer.message,
        `see them with: kubectl -n ${namespace} get ${workload.names[1]}`,
      );
    const labels = Object.entries(answer.value.spec?.selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
    return {
      pods: await list<Pod>(
        `/api/v1/namespaces/${enc(namespace)}/pods?labelSelector=${enc(labels.join(','))}`,
        `the pods of ${type} "${bare}"`,
      ),
    };
  }

  async function failingPods(namespace: string | null, selector: string | null): Promise<Pod[]> {
    const path = namespace === null ? '/api/v1/pods' : `/api/v1/namespaces/${enc(namespace)}/pods`;
    const pods = await list<Pod>(
      `${path}${selector === null ? '' : `?labelSelector=${enc(selector)}`}`,
      namespace === null ? 'the pods of all namespaces' : `the pods of namespace "${namespace}"`,
    );
    return pods.filter(pod =>
      imagesOf(pod).some(image => image.kind === 'imageVolume' || isPullReason(image.status?.state?.waiting?.reason)),
    );
  }

  async function snapshot(pod: Pod): Promise<PodSnapshot> {
    const namespace = pod.metadata.namespace ?? 'default';
    const nodeName = pod.spec?.nodeName;
    const names = pullSecretNames(pod);
    const account = serviceAccountName(pod);
    const [events, node, serviceAccount, secrets] = await Promise.all([
      eventsOf(namespace, pod),
      nodeName
        ? see<Node>(`/api/v1/nodes/${enc(nodeName)}`, `node "${nodeName}"`, 'get nodes')
        : Promise.resolve(notSeen('the pod is not on a node yet')),
      see<ServiceAccount>(
        `/api/v1/namespaces/${enc(namespace)}/serviceaccounts/${enc(account)}`,
        `service account "${account}"`,
        'get serviceaccounts',
      ),
      Promise.all(names.map(async name => [name, await secret(namespace, name)] as const)),
    ]);
    const found = new Map<string, Sight<Secret>>(secrets);
    // only where it decides: the secrets that the service account names besides, and other namespaces' secrets of a missing name
    const covered = coversAll(pod, found);
    const besides =
      covered || !serviceAccount.seen
        ? []
        : (serviceAccount.object.imagePullSecrets ?? []).map(entry => entry.name ?? '').filter(name => name !== '' && !found.has(name));
    const absent = [...found].filter(([, sight]) => !sight.seen && sight.missing).map(([name]) => name);
    const [more, elsewhere] = await Promise.all([
      Promise.all(besides.map(async name => [name, await secret(namespace, name)] as const)),
      Promise.all(absent.map(async name => [name, await otherNamespaces(name, namespace)] as const)),
    ]);
    for (const [name, sight] of more) found.set(name, sight);
    return { pod, events, node: node as Sight<Node>, serviceAccount, secrets: found, elsewhere: new Map(elsewhere) };
  }

  const eventLists = new Map<string, Promise<Sight<Event[]>>>();
  function eventsOf(namespace: string, pod: Pod): Promise<Sight<Event[]>> {
    return listEvents(namespace, pod.metadata.name).then(sight =>
      sight.seen ? { seen: true, object: sight.object.filter(event => isOfPod(event, pod)) } : sight,
    );
  }

  function listEvents(namespace: string, name: string): Promise<Sight<Event[]>> {
    const key = `${namespace}/${name}`;
    const known = eventLists.get(key) ?? readEvents(namespace, name);
    eventLists.set(key, known);
    return known;
  }

  async function readEvents(namespace: string, name: string): Promise<Sight<Event[]>> {
    const answer = await api.get<ListOf<Event>>(
      `/api/v1/namespaces/${enc(namespace)}/events?fieldSelector=${enc(`involvedObject.kind=Pod,involvedObject.name=${name}`)}&limit=${PAGE}`,
    );
    const sight = toSight(answer, `events of namespace "${namespace}"`, 'list events');
    return sight.seen ? { seen: true, object: sight.object.items ?? [] } : sight;
  }

  async function otherNamespaces(name: string, own: string): Promise<Sight<string[]>> {
    const answer = await api.get<ListOf<{ metadata: { namespace?: string } }>>(
      `/api/v1/secrets?fieldSelector=${enc(`metadata.name=${name}`)}&limit=${PAGE}`,
      METADATA_LIST,
    );
    if (!answer.ok) return notSeen('the right to "list secrets" in all namespaces is missing');
    return {
      seen: true,
      object: (answer.value.items ?? [])
        .map(item => item.metadata.namespace ?? '')
        .filter(namespace => namespace !== '' && namespace !== own)
        .sort(),
    };
  }

  return {
    podsOf,
    failingPods,
    snapshot,
    secret,
    warnings: () => [...warnings],
  };
}

/** Events of an earlier pod of the same name are not this pod's. */
export function isOfPod(event: Event, pod: Pod): boolean {
  const object = event.involvedObject ?? event.regarding;
  if (object?.kind !== undefined && object.kind !== 'Pod') return false;
  if (object?.name !== pod.metadata.name) return false;
  if (object.namespace !== undefined && pod.metadata.namespace !== undefined && object.namespace !== pod.metadata.namespace) return false;
  return object.uid === undefined || pod.metadata.uid === undefined || object.uid === pod.metadata.uid;
}

/** Whether the pod's own secrets hold a credential for each of its images. */
function coversAll(pod: Pod, secrets: Map<string, Sight<Secret>>): boolean {
  const read = [...secrets.values()].flatMap(sight => (sight.seen ? [readPullSecret(sight.object)] : []));
  return imagesOf(pod).every(image => {
    const parsed = parseReference(image.image);
    return !parsed.ok || lookUp(imageName(parsed.reference), read).credentials.length > 0;
  });
}
