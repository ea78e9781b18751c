/** Reads what a diagnosis needs of a cluster, each object once and what does not depend on another at the same time. GET and LIST only. */
import { UserError } from '../errors.ts';
import type { Surroundings } from '../group.ts';
import { lookUp } from '../keyring/keyring.ts';
import { readPullSecret } from '../keyring/pull-secret.ts';
import { pullSecretNames, serviceAccountName } from '../observe.ts';
import { imageName, parseReference } from '../reference.ts';
import { imagesOf, isBetweenImages, isOfPod, waitsForImage } from '../words/pod-words.ts';
import { type Answer, type Api, METADATA_LIST } from './api.ts';
import { eachPage, type ListOf, PAGE } from './list.ts';
import {
  type ContainerSpec,
  type Event,
  keyOf,
  type Node,
  notSeen,
  type Pod,
  type PodSnapshot,
  type Secret,
  type ServiceAccount,
  type Sight,
} from './objects.ts';
import { isPods, workloadPods } from './workloads.ts';

export interface Target {
  namespace: string;
  /** `NAME`, `pod/NAME` or `TYPE/NAME`. */
  name: string;
}

export interface FailingPods {
  pods: Pod[];
  surroundings: Surroundings;
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
  secret(namespace: string, name: string): Promise<Sight<Secret>>;
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
  const sights = new Map<string, Promise<Sight<unknown>>>();
  const warnings = new Set<string>();

  /** One GET per object and run. A refusal becomes a warning that names the missing right. */
  function see<T>(path: string, what: string, right: string): Promise<Sight<T>> {
    const known = sights.get(path) ?? getSight<T>(path, what, right);
    sights.set(path, known);
    return known as Promise<Sight<T>>;
  }

  /** One GET. What cannot be had now (a server that fails) is not seen: the rest is still worth an answer. */
  async function getSight<T>(path: string, what: string, right: string): Promise<Sight<T>> {
    try {
      return toSight(await api.get<T>(path), what, right);
    } catch (error) {
      return unseen(error, what);
    }
  }

  function unseen(error: unknown, what: string): ReturnType<typeof notSeen> {
    if (!(error instanceof UserError)) throw error;
    warnings.add(`${what} could not be seen: ${error.message}`);
    return notSeen(error.message);
  }

  function toSight<T>(answer: Answer<T>, what: string, right: string): Sight<T> {
    if (answer.ok) return { seen: true, object: answer.value };
    if (answer.status === 404) return { seen: false, missing: true };
    warnings.add(`${what} could not be seen: the right to "${right}" is missing`);
    return notSeen(`the right to "${right}" is missing`);
  }

  const secret = (namespace: string, name: string): Promise<Sight<Secret>> =>
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
    const surroundings = { nodes: new Set<string>(), registries: new Set<string>(), accounts: new Set<string>() };
    const resourceVersion = await eachPage<Pod>(
      api,
      podsPath(namespace, selector),
      namespace === null ? 'the pods of all namespaces' : `the pods of namespace "${namespace}"`,
      'list pods',
      page => {
        for (const pod of page) {
          if (mayFail(pod)) pods.push(slim(pod));
          else note(pod, surroundings);
        }
      },
      () => void pods.splice(0),
    );
    return { pods, surroundings, resourceVersion };
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
    let hidden: Sight<Event[]> | null = null;
    try {
      await eachPage<Event>(
        api,
        `${path}?fieldSelector=${enc('involvedObject.kind=Pod')}`,
        what,
        'list events',
        page => {
          for (const event of page) ownOf(event)?.push(slimEvent(event));
        },
        () => {
          for (const own of events.values()) own.splice(0);
        },
      );
    } catch (error) {
      hidden = unseen(error, what);
    }
    for (const [key, own] of events) eventLists.set(key, Promise.resolve(hidden ?? { seen: true, object: own }));
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
    const sight = await getSight<ListOf<Event>>(
      `/api/v1/namespaces/${enc(namespace)}/events?fieldSelector=${enc(`involvedObject.kind=Pod,involvedObject.name=${name}`)}&limit=${PAGE}`,
      `events of namespace "${namespace}"`,
      'list events',
    );
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
    prefetchEvents,
    snapshot,
    secret,
    warnings: () => [...warnings],
  };
}

/** Whether the pod's own secrets hold a credential for each of its images. */
function coversAll(pod: Pod, secrets: Map<string, Sight<Secret>>): boolean {
  const read = [...secrets.values()].flatMap(sight => (sight.seen ? [readPullSecret(sight.object)] : []));
  return imagesOf(pod).every(image => {
    const parsed = parseReference(image.image);
    return !parsed.ok || lookUp(imageName(parsed.reference), read).credentials.length > 0;
  });
}

/** Whether a pod that is not on its way out waits for an image, as far as its status tells: image volumes have no status of their own. */
export const mayFail = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  imagesOf(pod).some(
    image => (image.kind === 'imageVolume' && pod.status?.phase === 'Pending') || waitsForImage(image) || isBetweenImages(image),
  );

/** What a diagnosis reads of a pod; real ones are ten times as large. */
export function slim(pod: Pod): Pod {
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

const slimEvent = ({ metadata, reason, message, count, series, firstTimestamp, lastTimestamp, eventTime, involvedObject }: Event): Event =>
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
