/**
 * A cluster as the source of a snapshot's objects: one GET per object and run, and few lists for the events of many pods. What cannot be
 * read is a lookup, and a warning.
 */
import { type Event, keyOf, type Lookup, namespaceOf, notSeen, type Pod, type Secret } from '../model/kubernetes.ts';
import { UserError } from '../util/user-error.ts';
import { type Answer, type Api, METADATA_LIST, missingPermission } from './api.ts';
import { foldPages, type ListOf, type ListRequest, PAGE } from './list.ts';
import { pickEventFields } from './pods.ts';
import type { ObjectKinds, ObjectSource } from './snapshot.ts';

/** The objects of a cluster, each read once. */
export interface ApiSource extends ObjectSource {
  /** Starts to read the events of a pod of which only the name is known. */
  startEvents(namespace: string, name: string): void;
  /** Reads the events of many pods in few lists, before their snapshots ask for them. */
  prefetchEvents(pods: readonly Pod[]): Promise<void>;
  /** What could not be read, and why: one line each. */
  warnings(): string[];
}

const KINDS: { [K in keyof ObjectKinds]: { resource: string; label: string } } = {
  Node: { resource: 'nodes', label: 'node' },
  Secret: { resource: 'secrets', label: 'secret' },
  ServiceAccount: { resource: 'serviceaccounts', label: 'service account' },
};

/** With no more pods than this in a namespace, the events of each are read by its name. */
const FEW_PODS = 2;
/** With more namespaces than this, the events of all namespaces are read in one list. */
const MANY_NAMESPACES = 20;

const enc = encodeURIComponent;
const pathOf = (namespace: string | null, resource: string): string =>
  namespace === null ? `/api/v1/${resource}` : `/api/v1/namespaces/${enc(namespace)}/${resource}`;

/** In: the API. Out: a source over it, for one run. */
export function createApiSource(api: Api): ApiSource {
  /** By path: what was asked for, each once. */
  const lookups = new Map<string, Promise<Lookup<unknown>>>();
  /** By pod. */
  const events = new Map<string, Promise<Lookup<Event[]>>>();
  const warnings = new Set<string>();

  function once<T>(known: Map<string, Promise<T>>, key: string, read: () => Promise<T>): Promise<T> {
    const value = known.get(key) ?? read();
    known.set(key, value);
    return value;
  }

  /** A failure of the API server is a lookup too: the rest of the snapshot is still worth a diagnosis. */
  function failedLookup(error: unknown, what: string): ReturnType<typeof notSeen> {
    if (!(error instanceof UserError)) throw error;
    warnings.add(`cannot read ${what}: ${error.message}`);
    return notSeen(error.message);
  }

  /** One GET. In: the path, what it reads (for the warning), and the permission that it needs. */
  async function look<T>(path: string, what: string, permission: string): Promise<Lookup<T>> {
    let answer: Answer<T>;
    try {
      answer = await api.get<T>(path);
    } catch (error) {
      return failedLookup(error, what);
    }
    if (answer.ok) return { found: true, object: answer.value };
    if (answer.status === 404) return { found: false, missing: true };
    warnings.add(`cannot read ${what}: ${permission}`);
    return notSeen(permission);
  }

  function get<K extends keyof ObjectKinds>(kind: K, namespace: string | null, name: string): Promise<Lookup<ObjectKinds[K]>> {
    const { resource, label } = KINDS[kind];
    const path = `${pathOf(namespace, resource)}/${enc(name)}`;
    const what = `${label} "${name}"${namespace === null ? '' : ` in namespace "${namespace}"`}`;
    return once(lookups, path, () => look(path, what, missingPermission('get', resource))) as Promise<Lookup<ObjectKinds[K]>>;
  }

  const eventsNamed = (namespace: string, name: string): Promise<Lookup<Event[]>> =>
    once(events, `${namespace}/${name}`, async () => {
      const selector = enc(`involvedObject.kind=Pod,involvedObject.name=${name}`);
      const lookup = await look<ListOf<Event>>(
        `${pathOf(namespace, 'events')}?fieldSelector=${selector}&limit=${PAGE}`,
        `the events of namespace "${namespace}"`,
        missingPermission('list', 'events'),
      );
      return lookup.found ? { found: true, object: lookup.object.items ?? [] } : lookup;
    });

  async function prefetchEvents(pods: readonly Pod[]): Promise<void> {
    const byNamespace = new Map<string, Pod[]>();
    for (const pod of pods) {
      const namespace = namespaceOf(pod.metadata);
      const own = byNamespace.get(namespace);
      if (own === undefined) byNamespace.set(namespace, [pod]);
      else own.push(pod);
    }
    const lists: [readonly Pod[], string | null][] =
      byNamespace.size > MANY_NAMESPACES
        ? [[pods, null]]
        : [...byNamespace].filter(([, own]) => own.length > FEW_PODS).map(([namespace, own]) => [own, namespace]);
    await Promise.all(
      lists.map(async ([some, namespace]) => {
        for (const [key, lookup] of await eventsByPod(some, namespace)) events.set(key, Promise.resolve(lookup));
      }),
    );
  }

  /** Reads the events of a namespace (null: of all) and keeps those of the pods. */
  async function eventsByPod(pods: readonly Pod[], namespace: string | null): Promise<Map<string, Lookup<Event[]>>> {
    const keys = pods.map(pod => keyOf(pod.metadata));
    const request: ListRequest = {
      path: `${pathOf(namespace, 'events')}?fieldSelector=${enc('involvedObject.kind=Pod')}`,
      what: namespace === null ? 'the events of all namespaces' : `the events of namespace "${namespace}"`,
      resource: 'events',
    };
    try {
      const { total } = await foldPages<Event, Map<string, Event[]>>(
        api,
        request,
        () => new Map(keys.map(key => [key, []])),
        (own, page) => {
          for (const event of page) own.get(keyOf(event.involvedObject ?? {}))?.push(pickEventFields(event));
          return own;
        },
      );
      return new Map([...total].map(([key, object]) => [key, { found: true, object }]));
    } catch (error) {
      const lookup = failedLookup(error, request.what);
      return new Map(keys.map(key => [key, lookup]));
    }
  }

  /** Without the permission there is no warning: the diagnosis does not depend on other namespaces. Only metadata is read. */
  const namespacesWithSecret = (name: string): Promise<Lookup<string[]>> => {
    const path = `${pathOf(null, 'secrets')}?fieldSelector=${enc(`metadata.name=${name}`)}&limit=${PAGE}`;
    return once(lookups, path, async () => {
      let answer: Answer<ListOf<Secret>>;
      try {
        answer = await api.get<ListOf<Secret>>(path, METADATA_LIST);
      } catch (error) {
        return failedLookup(error, `the secrets named "${name}" in all namespaces`);
      }
      if (!answer.ok) return notSeen(`${missingPermission('list', 'secrets')} for all namespaces`);
      return { found: true, object: (answer.value.items ?? []).map(({ metadata }) => namespaceOf(metadata)).sort() };
    }) as Promise<Lookup<string[]>>;
  };

  return {
    get,
    eventsOf: pod => eventsNamed(namespaceOf(pod.metadata), pod.metadata.name),
    startEvents: (namespace, name) => void eventsNamed(namespace, name).catch(() => {}),
    prefetchEvents,
    namespacesWithSecret,
    warnings: () => [...warnings],
  };
}
