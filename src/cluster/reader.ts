import {
  type Baseline,
  type ContainerSpec,
  type Event,
  keyOf,
  type Lookup,
  type Node,
  notSeen,
  type Pod,
  type PodSnapshot,
  type Secret,
  type ServiceAccount,
} from '../model/kubernetes.ts';
import { imageName } from '../model/reference.ts';
import { lookUpCredentials } from '../parse/credentials/keyring.ts';
import { readPullSecret } from '../parse/credentials/pull-secret.ts';
import { imagesOf, isBetweenImages, isOfPod, pullSecretNames, serviceAccountName, waitsForImage } from '../parse/pod.ts';
import { parseReference } from '../parse/reference.ts';
import { UserError } from '../util/user-error.ts';
import { type Answer, type Api, METADATA_LIST } from './api.ts';
import { eachPage, type ListOf, PAGE } from './list.ts';
import { isPods, workloadPods } from './workloads.ts';

export interface Target {
  namespace: string;
  /** `NAME`, `pod/NAME` or `TYPE/NAME`. */
  name: string;
}

export interface FailingPods {
  pods: Pod[];
  baseline: Baseline;
  /** Of the list: where a watch goes on. */
  resourceVersion: string;
}

export interface Reader {
  /** The pods behind a name: one pod, or the present pods of a workload. */
  podsOf(target: Target): Promise<{ pods: Pod[] }>;
  /** Pods of a namespace (or of all) that wait for an image. */
  failingPods(namespace: string | null, selector: string | null): Promise<FailingPods>;
  /** Reads the events of many pods in few lists, before their snapshots ask for them. */
  prefetchEvents(pods: readonly Pod[]): Promise<void>;
  snapshot(pod: Pod): Promise<PodSnapshot>;
  secret(namespace: string, name: string): Promise<Lookup<Secret>>;
  /** What could not be seen, and which right would show it: one line each. */
  warnings(): string[];
}

/** So many pods of a namespace are asked for their events one by one. */
const FEW_PODS = 2;
const MANY_NAMESPACES = 20;

const enc = encodeURIComponent;

/** Path and query of the pods of a namespace (null: of all), by labels. */
export const podsPath = (namespace: string | null, selector: string | null): string =>
  `${namespace === null ? '/api/v1/pods' : `/api/v1/namespaces/${enc(namespace)}/pods`}${selector === null ? '' : `?labelSelector=${enc(selector)}`}`;

export function createReader(api: Api): Reader {
  const lookups = new Map<string, Promise<Lookup<unknown>>>();
  const warnings = new Set<string>();

  /** One GET per object and run. A refusal becomes a warning that names the missing right. */
  function see<T>(path: string, what: string, right: string): Promise<Lookup<T>> {
    const known = lookups.get(path) ?? fetchLookup<T>(path, what, right);
    lookups.set(path, known);
    return known as Promise<Lookup<T>>;
  }

  /** One GET. What cannot be had now (a server that fails) is not seen: the rest is still worth an answer. */
  async function fetchLookup<T>(path: string, what: string, right: string): Promise<Lookup<T>> {
    try {
      return toLookup(await api.get<T>(path), what, right);
    } catch (error) {
      return unseen(error, what);
    }
  }

  function unseen(error: unknown, what: string): ReturnType<typeof notSeen> {
    if (!(error instanceof UserError)) throw error;
    warnings.add(`${what} could not be seen: ${error.message}`);
    return notSeen(error.message);
  }

  function toLookup<T>(answer: Answer<T>, what: string, right: string): Lookup<T> {
    if (answer.ok) return { found: true, object: answer.value };
    if (answer.status === 404) return { found: false, missing: true };
    warnings.add(`${what} could not be seen: the right to "${right}" is missing`);
    return notSeen(`the right to "${right}" is missing`);
  }

  const secret = (namespace: string, name: string): Promise<Lookup<Secret>> =>
    see(`/api/v1/namespaces/${enc(namespace)}/secrets/${enc(name)}`, `secret "${name}" of namespace "${namespace}"`, 'get secrets');

  async function podsOf({ namespace, name }: Target): Promise<{ pods: Pod[] }> {
    const slash = name.indexOf('/');
    const type = slash < 0 ? 'pod' : name.slice(0, slash).toLowerCase();
    const bare = slash < 0 ? name : name.slice(slash + 1);
    if (isPods(type)) {
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
    return { pods: await workloadPods(api, type, bare, namespace) };
  }

  /** Pods that wait for an image, kept without what no diagnosis reads; of the others only where they run is noted. */
  async function failingPods(namespace: string | null, selector: string | null): Promise<FailingPods> {
    const pods: Pod[] = [];
    const baseline = { nodes: new Set<string>(), registries: new Set<string>(), accounts: new Set<string>() };
    const resourceVersion = await eachPage<Pod>(
      api,
      podsPath(namespace, selector),
      namespace === null ? 'the pods of all namespaces' : `the pods of namespace "${namespace}"`,
      'list pods',
      page => {
        for (const pod of page) {
          if (mayFail(pod)) pods.push(pickFields(pod));
          else note(pod, baseline);
        }
      },
      () => void pods.splice(0),
    );
    return { pods, baseline, resourceVersion };
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
    const found = new Map<string, Lookup<Secret>>(secrets);
    // only where it decides: the secrets that the service account names besides, and other namespaces' secrets of a missing name
    const covered = coversAll(pod, found);
    const besides =
      covered || !serviceAccount.found
        ? []
        : (serviceAccount.object.imagePullSecrets ?? []).map(entry => entry.name ?? '').filter(name => name !== '' && !found.has(name));
    const absent = [...found].filter(([, lookup]) => !lookup.found && lookup.missing).map(([name]) => name);
    const [more, elsewhere] = await Promise.all([
      Promise.all(besides.map(async name => [name, await secret(namespace, name)] as const)),
      Promise.all(absent.map(async name => [name, await otherNamespaces(name, namespace)] as const)),
    ]);
    for (const [name, lookup] of more) found.set(name, lookup);
    return { pod, events, node: node as Lookup<Node>, serviceAccount, secrets: found, otherNamespaces: new Map(elsewhere) };
  }

  /** Events of many pods come in one list per namespace, of very many namespaces in one list of all. */
  async function prefetchEvents(pods: readonly Pod[]): Promise<void> {
    const byNamespace = new Map<string, Pod[]>();
    for (const pod of pods) {
      const namespace = pod.metadata.namespace ?? 'default';
      const own = byNamespace.get(namespace);
      if (own === undefined) byNamespace.set(namespace, [pod]);
      else own.push(pod);
    }
    if (byNamespace.size > MANY_NAMESPACES) return share(pods, '/api/v1/events', 'events of all namespaces');
    await Promise.all(
      [...byNamespace]
        .filter(([, some]) => some.length > FEW_PODS)
        .map(([namespace, some]) => share(some, `/api/v1/namespaces/${enc(namespace)}/events`, `events of namespace "${namespace}"`)),
    );
  }

  /** Gives every pod its part of one list; what is of no such pod is not kept. */
  async function share(pods: readonly Pod[], path: string, what: string): Promise<void> {
    const events = new Map<string, Event[]>(pods.map(pod => [keyOf(pod.metadata), []]));
    const ownOf = ({ involvedObject }: Event): Event[] | undefined => events.get(keyOf(involvedObject ?? {}));
    let hidden: Lookup<Event[]> | null = null;
    try {
      await eachPage<Event>(
        api,
        `${path}?fieldSelector=${enc('involvedObject.kind=Pod')}`,
        what,
        'list events',
        page => {
          for (const event of page) ownOf(event)?.push(pickEventFields(event));
        },
        () => {
          for (const own of events.values()) own.splice(0);
        },
      );
    } catch (error) {
      hidden = unseen(error, what);
    }
    for (const [key, own] of events) eventLists.set(key, Promise.resolve(hidden ?? { found: true, object: own }));
  }

  const eventLists = new Map<string, Promise<Lookup<Event[]>>>();
  function eventsOf(namespace: string, pod: Pod): Promise<Lookup<Event[]>> {
    return listEvents(namespace, pod.metadata.name).then(lookup =>
      lookup.found ? { found: true, object: lookup.object.filter(event => isOfPod(event, pod)) } : lookup,
    );
  }

  function listEvents(namespace: string, name: string): Promise<Lookup<Event[]>> {
    const key = `${namespace}/${name}`;
    const known = eventLists.get(key) ?? readEvents(namespace, name);
    eventLists.set(key, known);
    return known;
  }

  async function readEvents(namespace: string, name: string): Promise<Lookup<Event[]>> {
    const lookup = await fetchLookup<ListOf<Event>>(
      `/api/v1/namespaces/${enc(namespace)}/events?fieldSelector=${enc(`involvedObject.kind=Pod,involvedObject.name=${name}`)}&limit=${PAGE}`,
      `events of namespace "${namespace}"`,
      'list events',
    );
    return lookup.found ? { found: true, object: lookup.object.items ?? [] } : lookup;
  }

  async function otherNamespaces(name: string, own: string): Promise<Lookup<string[]>> {
    const answer = await api.get<ListOf<{ metadata: { namespace?: string } }>>(
      `/api/v1/secrets?fieldSelector=${enc(`metadata.name=${name}`)}&limit=${PAGE}`,
      METADATA_LIST,
    );
    if (!answer.ok) return notSeen('the right to "list secrets" in all namespaces is missing');
    return {
      found: true,
      object: (answer.value.items ?? [])
        .map(item => item.metadata.namespace ?? '')
        .filter(namespace => namespace !== '' && namespace !== own)
        .sort(),
    };
  }

  return {
    podsOf,
    failingPods,
    prefetchEvents,
    snapshot,
    secret,
    warnings: () => [...warnings],
  };
}

/** Whether the pod's own secrets hold a credential for each of its images. */
function coversAll(pod: Pod, secrets: Map<string, Lookup<Secret>>): boolean {
  const read = [...secrets.values()].flatMap(lookup => (lookup.found ? [readPullSecret(lookup.object)] : []));
  return imagesOf(pod).every(image => {
    const parsed = parseReference(image.image);
    return !parsed.ok || lookUpCredentials(imageName(parsed.reference), read).credentials.length > 0;
  });
}

/** Whether a pod that is not on its way out waits for an image, as far as its status tells: image volumes have no status of their own. */
export const mayFail = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  imagesOf(pod).some(
    image => (image.kind === 'imageVolume' && pod.status?.phase === 'Pending') || waitsForImage(image) || isBetweenImages(image),
  );

/** What a diagnosis reads of a pod; real ones are ten times as large. */
export function pickFields(pod: Pod): Pod {
  const { name, namespace, uid, creationTimestamp, labels, ownerReferences } = pod.metadata;
  const containers = (list: ContainerSpec[] | undefined): ContainerSpec[] =>
    (list ?? []).map(container => defined({ name: container.name, image: container.image, imagePullPolicy: container.imagePullPolicy }));
  const { spec = {}, status = {} } = pod;
  return defined({
    metadata: defined({ name, namespace, uid, creationTimestamp, labels, ownerReferences }),
    spec: defined({
      nodeName: spec.nodeName,
      serviceAccountName: spec.serviceAccountName,
      imagePullSecrets: spec.imagePullSecrets,
      containers: containers(spec.containers),
      initContainers: containers(spec.initContainers),
      ephemeralContainers: containers(spec.ephemeralContainers),
      volumes: (spec.volumes ?? []).filter(volume => volume.image !== undefined),
    }),
    status: defined({
      phase: status.phase,
      containerStatuses: status.containerStatuses,
      initContainerStatuses: status.initContainerStatuses,
      ephemeralContainerStatuses: status.ephemeralContainerStatuses,
    }),
  }) as Pod;
}

const pickEventFields = ({
  metadata,
  reason,
  message,
  count,
  series,
  firstTimestamp,
  lastTimestamp,
  eventTime,
  involvedObject,
}: Event): Event =>
  defined({
    metadata: defined({ name: metadata.name, creationTimestamp: metadata.creationTimestamp }),
    reason,
    message,
    count,
    series,
    firstTimestamp,
    lastTimestamp,
    eventTime,
    involvedObject,
  }) as Event;

/** The object without what is undefined. */
const defined = <T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;

function note(pod: Pod, { nodes, registries, accounts }: { nodes: Set<string>; registries: Set<string>; accounts: Set<string> }): void {
  if (pod.status?.phase !== 'Running') return;
  if (pod.spec?.nodeName) nodes.add(pod.spec.nodeName);
  accounts.add(`${pod.metadata.namespace}/${serviceAccountName(pod)}`);
  for (const { image } of pod.spec?.containers ?? []) {
    const parsed = parseReference(image ?? '');
    if (parsed.ok) registries.add(parsed.reference.registry);
  }
}
