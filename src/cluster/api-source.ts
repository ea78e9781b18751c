/**
 * A cluster as the source of a snapshot's objects: one GET per object and run, and few lists for the events of many pods. What cannot be
 * read is a lookup, and a warning.
 */

import type { Owner } from '../model/facts.ts';
import {
  type Event,
  failedLookup,
  keyOf,
  type Lookup,
  type Metadata,
  type Node,
  namespaceOf,
  notSeen,
  type Pod,
} from '../model/kubernetes.ts';
import type { FileSystem } from '../model/node-load.ts';
import { fileSystemsOf } from '../parse/node-load.ts';
import { append } from '../util/lists.ts';
import { inUrl } from '../util/text.ts';
import { UserError } from '../util/user-error.ts';
import { type Answer, type Api, METADATA_LIST, missingPermission } from './api.ts';
import { foldPages, type ListRequest, list, malformedWarning, PAGE } from './list.ts';
import { readEvent, readList, readName, readNode, readSecret, readServiceAccount, type Shaped } from './shape.ts';
import type { ObjectKinds, ObjectSource } from './snapshot.ts';
import { workloadOf } from './workload-kinds.ts';

/** The objects of a cluster, each read once. */
export interface ApiSource extends ObjectSource {
  /** Starts to read the events of a pod of which only the name is known. */
  startEvents(namespace: string, name: string): void;
  /** Reads the events of many pods in few lists, before their snapshots ask for them. */
  prefetchEvents(pods: readonly Pod[]): Promise<void>;
  /** What could not be read, and why: one line each. */
  warnings(): string[];
  /** Whether an answer held objects that could not be read, so that one more pod may wait than is known. */
  isIncomplete(): boolean;
}

interface Kind<T> {
  resource: string;
  label: string;
  read(value: unknown): Shaped<T>;
}

const KINDS: { [K in keyof ObjectKinds]: Kind<ObjectKinds[K]> } = {
  Node: { resource: 'nodes', label: 'node', read: readNode },
  Secret: { resource: 'secrets', label: 'secret', read: readSecret },
  ServiceAccount: { resource: 'serviceaccounts', label: 'service account', read: readServiceAccount },
};

/** With no more pods than this in a namespace, the events of each are read by its name. */
const FEW_PODS = 2;
/** Pages of events that are read for what only completes a verdict. */
const MOST_PAGES = 4;
/** Reasons of kubelet's events that begin or end a pull. */
const PULL_EVENTS = ['Pulling', 'Pulled', 'Failed'];
/** With more namespaces than this, the events of all namespaces are read in one list. */
const MANY_NAMESPACES = 20;

const pathOf = (namespace: string | null, resource: string): string =>
  namespace === null ? `/api/v1/${resource}` : `/api/v1/namespaces/${inUrl(namespace)}/${resource}`;

/** In: the API. Out: a source over it, for one run. */
export function createApiSource(api: Api): ApiSource {
  /** By path: what was asked for, each once. */
  const lookups = new Map<string, Promise<Lookup<unknown>>>();
  /** By pod. */
  const events = new Map<string, Promise<Lookup<Event[]>>>();
  const warnings = new Set<string>();
  let isIncomplete = false;

  function once<T>(known: Map<string, Promise<T>>, key: string, read: () => Promise<T>): Promise<T> {
    const value = known.get(key) ?? read();
    known.set(key, value);
    return value;
  }

  /** A failure of the API server is a lookup too: the rest of the snapshot is still worth a diagnosis. */
  function failed(error: unknown, what: string): Lookup<never> {
    if (!(error instanceof UserError)) throw error;
    warnings.add(`cannot read ${what}: ${error.message}`);
    return failedLookup(error.message);
  }

  /** One GET. In: the path, what it reads (for the warning), the permission that it needs, and the reader of its answer. */
  async function look<T>(path: string, what: string, permission: string, read: (value: unknown) => Shaped<T>): Promise<Lookup<T>> {
    let answer: Answer<unknown>;
    try {
      answer = await api.get<unknown>(path);
    } catch (error) {
      return failed(error, what);
    }
    if (!answer.ok && answer.status === 404) return { found: false, missing: true };
    const shaped = answer.ok ? read(answer.value) : null;
    if (shaped !== null && 'object' in shaped) return { found: true, object: shaped.object };
    const why = answer.ok
      ? `the response of the API server is malformed: ${(shaped as { defect: string }).defect}`
      : answer.status === 403
        ? permission
        : answer.message;
    warnings.add(`cannot read ${what}: ${why}`);
    return failedLookup(why);
  }

  function get<K extends keyof ObjectKinds>(kind: K, namespace: string | null, name: string): Promise<Lookup<ObjectKinds[K]>> {
    const { resource, label, read } = KINDS[kind];
    const path = `${pathOf(namespace, resource)}/${inUrl(name)}`;
    const what = `${label} "${name}"${namespace === null ? '' : ` in namespace "${namespace}"`}`;
    return once(lookups, path, () => look<ObjectKinds[K]>(path, what, missingPermission('get', resource), read)) as Promise<
      Lookup<ObjectKinds[K]>
    >;
  }

  /** Reads the events of a list's answer. Malformed ones are told, and make the work incomplete. */
  function readEvents(value: unknown, what: string): Shaped<Event[]> {
    const page = readList(value);
    if (page === null) return { defect: 'it is not a list' };
    const events = page.items.map(readEvent);
    const good = events.filter(event => event !== null);
    tellMalformed(events.length - good.length, what);
    return { object: good };
  }

  function tellMalformed(malformed: number, what: string): void {
    const warning = malformedWarning(malformed, what);
    if (warning === null) return;
    isIncomplete = true;
    warnings.add(warning);
  }

  /** One GET. Without the permission, and on any failure, the workload is not seen. */
  async function workload(namespace: string, { kind, name }: Owner): Promise<Metadata | null> {
    const path = workloadOf(kind)?.path(namespace);
    if (path === undefined) return null;
    const lookup = await once(lookups, `${path}/${inUrl(name)}`, async (): Promise<Lookup<unknown>> => {
      try {
        const answer = await api.get<unknown>(`${path}/${inUrl(name)}`);
        const metadata = answer.ok ? readName(answer.value) : null;
        return metadata === null ? notSeen('it was not returned') : { found: true, object: metadata };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return notSeen(error.message);
      }
    });
    return lookup.found ? (lookup.object as Metadata) : null;
  }

  const eventsNamed = (namespace: string, name: string): Promise<Lookup<Event[]>> =>
    once(events, `${namespace}/${name}`, () => {
      const selector = inUrl(`involvedObject.kind=Pod,involvedObject.name=${name}`);
      const path = `${pathOf(namespace, 'events')}?fieldSelector=${selector}&limit=${PAGE}`;
      const what = `the events of namespace "${namespace}"`;
      return look<Event[]>(path, what, missingPermission('list', 'events'), value => readEvents(value, what));
    });

  /** A lookup that only completes a verdict, once for each path: one that fails is not seen, and no warning. */
  const unwarned = <T>(path: string, read: () => Promise<Lookup<T>>): Promise<Lookup<T>> =>
    once(lookups, path, () =>
      read().catch((error: unknown) => {
        if (!(error instanceof UserError)) throw error;
        return notSeen(error.message);
      }),
    ) as Promise<Lookup<T>>;

  /** Events by a selector, of the namespace or of all (null), each page once. */
  const selected = (namespace: string | null, selector: string): Promise<Lookup<Event[]>> => {
    const path = `${pathOf(namespace, 'events')}?fieldSelector=${inUrl(selector)}`;
    return unwarned(path, async (): Promise<Lookup<Event[]>> => {
      const { total } = await list<Event>(api, { path, what: 'events', resource: 'events' }, readEvent, MOST_PAGES);
      return { found: true, object: total };
    });
  };

  /** Without the right to list nodes there is no warning: what is kept from every node is known without them too. */
  const nodes = (): Promise<Lookup<Node[]>> => {
    const path = `${pathOf(null, 'nodes')}?limit=${PAGE}`;
    return unwarned(path, async (): Promise<Lookup<Node[]>> => {
      const answer = await api.get<unknown>(path);
      const page = answer.ok ? readList(answer.value) : null;
      const read = (page?.items ?? []).map(readNode).flatMap(shaped => ('object' in shaped ? [shaped.object] : []));
      return page === null || page.continueToken !== '' ? notSeen('they were not all returned') : { found: true, object: read };
    });
  };

  /** kubelet files the events about its node in namespace "default". Source: client-go, tools/record, makeEvent. */
  const nodeEvents = (name: string): Promise<Lookup<Event[]>> =>
    selected('default', `involvedObject.kind=Node,involvedObject.name=${name}`);

  async function pullEvents(namespace: string): Promise<Lookup<Event[]>> {
    const [first, ...others] = await Promise.all(PULL_EVENTS.map(reason => selected(null, `involvedObject.kind=Pod,reason=${reason}`)));
    const all = [first as Lookup<Event[]>, ...others];
    const seen = all.every(({ found }) => found)
      ? all
      : await Promise.all(PULL_EVENTS.map(reason => selected(namespace, `involvedObject.kind=Pod,reason=${reason}`)));
    return seen.find(({ found }) => !found) ?? { found: true, object: seen.flatMap(lookup => (lookup.found ? lookup.object : [])) };
  }

  const fileSystems = (name: string): Promise<Lookup<FileSystem[]>> => {
    const path = `${pathOf(null, 'nodes')}/${inUrl(name)}/proxy/stats/summary`;
    const what = `the disk statistics of node "${name}"`;
    return once(lookups, path, () =>
      look<FileSystem[]>(path, what, missingPermission('get', 'nodes/proxy'), value => {
        const found = fileSystemsOf(value);
        return found.length === 0 ? { defect: 'it tells of no file system' } : { object: found };
      }),
    ) as Promise<Lookup<FileSystem[]>>;
  };

  async function prefetchEvents(pods: readonly Pod[]): Promise<void> {
    const byNamespace = new Map<string, Pod[]>();
    for (const pod of pods) append(byNamespace, namespaceOf(pod.metadata), pod);
    const lists: [readonly Pod[], string | null][] =
      byNamespace.size > MANY_NAMESPACES
        ? [[pods, null]]
        : [...byNamespace].filter(([, own]) => own.length > FEW_PODS).map(([namespace, own]) => [own, namespace]);
    await Promise.all(
      lists.map(([some, namespace]) => {
        const reading = eventsByPod(some, namespace);
        for (const pod of some) {
          const key = keyOf(pod.metadata);
          const own = reading.then(read => read.get(key) ?? notSeen('they were not read'));
          own.catch(() => {});
          events.set(key, own);
        }
        return reading;
      }),
    );
  }

  /** Reads the events of a namespace (null: of all) and keeps those of the pods. */
  async function eventsByPod(pods: readonly Pod[], namespace: string | null): Promise<Map<string, Lookup<Event[]>>> {
    const keys = pods.map(pod => keyOf(pod.metadata));
    const request: ListRequest = {
      path: `${pathOf(namespace, 'events')}?fieldSelector=${inUrl('involvedObject.kind=Pod')}`,
      what: namespace === null ? 'the events of all namespaces' : `the events of namespace "${namespace}"`,
      resource: 'events',
    };
    try {
      const { total, malformed } = await foldPages<Event, Map<string, Event[]>>(api, request, {
        read: readEvent,
        start: () => new Map(keys.map(key => [key, []])),
        add(own, page) {
          for (const event of page) own.get(keyOf(event.involvedObject ?? {}))?.push(event);
          return own;
        },
      });
      tellMalformed(malformed, request.what);
      return new Map([...total].map(([key, object]) => [key, { found: true, object }]));
    } catch (error) {
      const lookup = failed(error, request.what);
      return new Map(keys.map(key => [key, lookup]));
    }
  }

  /** Without the permission there is no warning: the diagnosis does not depend on other namespaces. Only metadata is read. */
  const namespacesWithSecret = (name: string): Promise<Lookup<string[]>> => {
    const path = `${pathOf(null, 'secrets')}?fieldSelector=${inUrl(`metadata.name=${name}`)}&limit=${PAGE}`;
    return once(lookups, path, async () => {
      let answer: Answer<unknown>;
      try {
        answer = await api.get<unknown>(path, METADATA_LIST);
      } catch (error) {
        return failed(error, `the secrets named "${name}" in all namespaces`);
      }
      const page = answer.ok ? readList(answer.value) : null;
      if (page === null) return notSeen(`${missingPermission('list', 'secrets')} for all namespaces`);
      return {
        found: true,
        object: page.items
          .flatMap(item => readName(item) ?? [])
          .map(namespaceOf)
          .sort(),
      };
    }) as Promise<Lookup<string[]>>;
  };

  return {
    get,
    eventsOf: pod => eventsNamed(namespaceOf(pod.metadata), pod.metadata.name),
    startEvents: (namespace, name) => void eventsNamed(namespace, name).catch(() => {}),
    prefetchEvents,
    nodes,
    nodeEvents,
    pullEvents,
    fileSystems,
    namespacesWithSecret,
    workload,
    isRemote: true,
    warnings: () => [...warnings],
    isIncomplete: () => isIncomplete,
  };
}
