/**
 * A file as the source of a snapshot's objects: what `kubectl get pods,events,secrets,serviceaccounts,nodes -o yaml` wrote. It never holds
 * the whole cluster, so that little is proved by what it lacks. Its author may be a stranger. Pure.
 */
import {
  type Event,
  failedLookup,
  keyOf,
  type Lookup,
  type Metadata,
  type NodeDetails,
  type NodeQuestion,
  namespaceOf,
  notSeen,
  type Pod,
  type PodSnapshot,
  type Secret,
  subjectOf,
  textOf,
} from '../model/kubernetes.ts';
import { noteSecrets } from '../parse/credentials/pull-secret.ts';
import { readDocuments } from '../parse/documents.ts';
import { isObject } from '../parse/shape.ts';
import { append } from '../util/lists.ts';
import { UserError } from '../util/user-error.ts';
import { malformedWarning } from './list.ts';
import { createPlaces } from './places.ts';
import { onePerWorkload, refusedIn, standing } from './refusals.ts';
import { readEvent, readName, readNode, readPod, readSecret, readServiceAccount, readWorkload, type Shaped } from './shape.ts';
import { type ObjectKinds, type ObjectSource, readDetails, takeSnapshot } from './snapshot.ts';
import { WORKLOADS } from './workload-kinds.ts';

/** The objects of a file that commands use. */
export interface Saved {
  pods: Pod[];
  /** The pods that admission refuses, of workloads without them. */
  refused: Pod[];
  secrets: Secret[];
  /** `evenHealthy` reads all of a pod with which nothing seems to be wrong. */
  snapshot(pod: Pod, evenHealthy: boolean): Promise<PodSnapshot>;
  nodeDetails(question: NodeQuestion): Promise<NodeDetails>;
  /** What of the file cannot be read: one line each. */
  warnings(): string[];
  /** Whether pods or events of the file cannot be read, so that one more pod may wait than is known. */
  isIncomplete(): boolean;
}

const HOW_TO_SAVE = 'save objects with: kubectl get pods,events,secrets,serviceaccounts,nodes -o yaml';
const LABELS: Record<keyof ObjectKinds, string> = { Node: 'node', Secret: 'secret', ServiceAccount: 'service account' };
/** What kubectl writes has none; an author of a file gains nothing by them that he could not write out. */
const MAX_ALIASES = 0;

/**
 * Reads a file's text: JSON or YAML, a List or many documents; objects of other kinds are ignored. In: the text, and the file's name for
 * errors. Errors: a UserError when it does not parse or holds no object.
 */
export function readSaved(text: string, name: string): Saved {
  if (text.trim() === '') throw new UserError(`${name} is empty`, HOW_TO_SAVE);
  const parsed = readDocuments(text, MAX_ALIASES);
  if (!parsed.ok) throw new UserError(`${name} is neither JSON nor YAML: ${parsed.error}`, HOW_TO_SAVE);
  const objects = flatten(parsed.documents);
  if (objects.length === 0) throw new UserError(`${name} contains no Kubernetes object`, HOW_TO_SAVE);
  const warnings: string[] = [];
  const tell = (malformed: number, label: string): boolean => {
    const warning = malformedWarning(malformed, `the ${label} in ${name}`);
    if (warning !== null) warnings.push(warning);
    return warning !== null;
  };
  const ofKind = (kind: string): unknown[] => objects.filter(object => object.kind === kind).map(({ value }) => value);
  let isIncomplete = false;
  const readable = <T>(kind: string, label: string, read: (value: unknown) => T | null): T[] => {
    const all = ofKind(kind).map(read);
    const good = all.filter(object => object !== null);
    isIncomplete = tell(all.length - good.length, label) || isIncomplete;
    return good as T[];
  };
  const indexed = <T>(kind: string, label: string, read: (value: unknown) => Shaped<T>): Index<T> => {
    const values = ofKind(kind);
    const found = index(values, read);
    tell(values.length - found.all.filter(({ shaped }) => 'object' in shaped).length, label);
    return found;
  };
  // two pods of one name are no cluster's: what is told twice is read once
  const podsByKey = new Map<string, Pod>();
  for (const pod of readable('Pod', 'pods', readPod)) if (!podsByKey.has(keyOf(pod.metadata))) podsByKey.set(keyOf(pod.metadata), pod);
  const pods = [...podsByKey.values()];
  const events = readable('Event', 'events', readEvent);
  const secrets = indexed('Secret', 'secrets', readSecret);
  // what a file holds is not printed, whether a pod names it or not
  for (const { shaped } of secrets.all) if ('object' in shaped) noteSecrets(shaped.object);
  const workloads = WORKLOADS.flatMap(({ kind, names }) =>
    ofKind(kind).flatMap(value => named(value, names[0] as string).map(([key, metadata]) => ({ kind, key, metadata, value }))),
  );
  const source = createSavedSource(
    {
      Node: indexed('Node', 'nodes', readNode),
      Secret: secrets,
      ServiceAccount: indexed('ServiceAccount', 'service accounts', readServiceAccount),
    },
    events,
    new Map([...workloads].reverse().map(({ key, metadata }) => [key, metadata])),
    name,
  );
  const places = createPlaces(node => source.get('Node', null, node));
  pods.forEach(places.add);
  return {
    pods,
    refused: refusedOf(events, pods, workloads),
    secrets: secrets.all.flatMap(({ shaped }) => ('object' in shaped ? [shaped.object] : [])),
    snapshot: async (pod, evenHealthy) => ({ ...(await takeSnapshot(source, pod, evenHealthy)), places: await places.of(pod) }),
    nodeDetails: question => readDetails(source, question),
    warnings: () => [...warnings],
    isIncomplete: () => isIncomplete,
  };
}

/** The refused pods of a file: by the events of their makers, and by the conditions of those makers that it holds. */
function refusedOf(
  events: readonly Event[],
  pods: readonly Pod[],
  workloads: readonly { kind: string; key: string; value: unknown }[],
): Pod[] {
  const byKey = new Map(workloads.map(({ key, value }) => [key, readWorkload(value) ?? undefined]));
  const ofConditions = workloads.flatMap(({ kind, key }) => {
    const shape = byKey.get(key);
    if (kind !== 'ReplicaSet' || shape?.refused == null) return [];
    const { name } = shape.metadata;
    return [{ kind, name, namespace: namespaceOf(shape.metadata), message: '', since: shape.refused.since, at: '', attempts: null }];
  });
  const refused = [...refusedIn(events), ...ofConditions].flatMap(one => {
    const isLater = ({ metadata }: Pod): boolean =>
      namespaceOf(metadata) === one.namespace &&
      (metadata.creationTimestamp ?? '') > one.at &&
      metadata.ownerReferences?.some(({ kind, name }) => kind === one.kind && name === one.name) === true;
    if (one.at !== '' && pods.some(isLater)) return [];
    return standing(one, byKey.get(`${one.kind.toLowerCase()}/${keyOf(one)}`)) ?? [];
  });
  return onePerWorkload(refused);
}

/** The objects of a kind by `namespace/name` (the first of each counts), and the namespaces that have any. */
interface Index<T> {
  all: { namespace: string; name: string; shaped: Shaped<T> }[];
  byKey: ReadonlyMap<string, Shaped<T>>;
  namespaces: ReadonlySet<string>;
}

function index<T>(values: readonly unknown[], read: (value: unknown) => Shaped<T>): Index<T> {
  const all = values.flatMap(value => {
    const named = readName(value);
    return named === null ? [] : [{ namespace: namespaceOf(named), name: named.name, shaped: read(value) }];
  });
  return {
    all,
    byKey: new Map([...all].reverse().map(({ namespace, name, shaped }) => [`${namespace}/${name}`, shaped])),
    namespaces: new Set(all.map(({ namespace }) => namespace)),
  };
}

/** A workload's metadata by its type, as kubectl names it, and its namespace and name; a malformed one leads nowhere. */
function named(value: unknown, type: string): [string, Metadata][] {
  const metadata = readName(value);
  return metadata === null ? [] : [[`${type}/${keyOf(metadata)}`, metadata]];
}

/** In: the objects by kind, the events, the workloads by `type/namespace/name`, and the file's name for what was not seen. */
function createSavedSource(
  objects: { [K in keyof ObjectKinds]: Index<ObjectKinds[K]> },
  events: readonly Event[],
  workloads: ReadonlyMap<string, Metadata>,
  name: string,
): ObjectSource {
  /** By `namespace/name` of their pod, and by the name alone for a pod that does not tell its namespace. */
  const eventsByPod = new Map<string, Event[]>();
  const known = new Set<string>();
  for (const event of events) {
    // the same event of both event APIs has one name
    const id = `${event.metadata.namespace}/${event.metadata.name} ${textOf(event)}`;
    if (event.metadata.name !== '' && known.has(id)) continue;
    known.add(id);
    const pod = subjectOf(event) ?? {};
    append(eventsByPod, keyOf({ ...event.metadata, ...pod }), event);
    append(eventsByPod, pod.name ?? '', event);
  }
  const namespacesBySecret = new Map<string, string[]>();
  for (const { namespace, name: secret } of objects.Secret.all) append(namespacesBySecret, secret, namespace);
  return {
    /** An object is missing only where the file holds another one of its kind from that namespace. */
    async get(kind, namespace, wanted) {
      const { byKey, namespaces } = objects[kind] as Index<ObjectKinds[typeof kind]>;
      // a node has no namespace, and so it is kept under the one that is assumed where none is told
      const shaped = byKey.get(keyOf({ namespace: namespace ?? namespaceOf({}), name: wanted }));
      if (shaped !== undefined)
        return 'object' in shaped ? { found: true, object: shaped.object } : failedLookup(`it is malformed in ${name}: ${shaped.defect}`);
      if (namespace === null ? namespaces.size > 0 : namespaces.has(namespace)) return { found: false, missing: true };
      return notSeen(`${name} contains no ${LABELS[kind]}${namespace === null ? '' : ` from namespace "${namespace}"`}`);
    },
    async eventsOf(pod) {
      const key = pod.metadata.namespace === undefined ? pod.metadata.name : keyOf(pod.metadata);
      return { found: true, object: eventsByPod.get(key) ?? [] };
    },
    nodes: async () => ({ found: true, object: objects.Node.all.flatMap(({ shaped }) => ('object' in shaped ? [shaped.object] : [])) }),
    nodeEvents: async node => ({
      found: true,
      object: events.filter(event => subjectOf(event)?.kind === 'Node' && subjectOf(event)?.name === node),
    }),
    pullEvents: async () => ({ found: true, object: events.filter(event => subjectOf(event)?.kind !== 'Node') }),
    fileSystems: async () => notSeen(`${name} holds no disk statistics`),
    /** A file tells which namespaces have a secret, never that no other has one. */
    async namespacesWithSecret(wanted): Promise<Lookup<string[]>> {
      const namespaces = namespacesBySecret.get(wanted);
      return namespaces !== undefined
        ? { found: true, object: [...namespaces].sort() }
        : notSeen(`${name} does not contain the secrets of all namespaces`);
    },
    workload: async (namespace, owner) => workloads.get(`${owner.kind}/${namespace}/${owner.name}`) ?? null,
    isRemote: false,
  };
}

/** An object of a file, whose shape is not known yet. */
interface Unread {
  kind: string | undefined;
  value: unknown;
}

/** The kinds of which objects are read: such an object is never a list. */
const KINDS: ReadonlySet<string | undefined> = new Set(['Pod', 'Event', ...Object.keys(LABELS)]);

/** The objects of documents, of lists in them, and of lists in those, in their order. A loop, since a stranger chooses the depth. */
function flatten(documents: readonly unknown[]): Unread[] {
  const found: Unread[] = [];
  /** What is still to be looked at, the next one last, with the kind that its list implies. */
  const waiting: { value: unknown; kind?: string | undefined }[] = [];
  const push = (values: readonly unknown[], kind?: string): void => {
    for (let at = values.length - 1; at >= 0; at--) waiting.push({ value: values[at], kind });
  };
  push(documents);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, kind } = next;
    if (Array.isArray(value)) push(value);
    else if (isObject(value)) {
      // the items of a typed list (PodList) may not name their kind
      const own = typeof value.kind === 'string' ? value.kind : kind;
      const isList = Array.isArray(value.items);
      // a pod stays one, whatever else its author wrote into it
      if (!isList || KINDS.has(own)) found.push({ kind: own, value });
      if (isList) push(value.items as unknown[], /^(\w{1,64})List$/.exec(own ?? '')?.[1]);
    } else if (kind !== undefined) found.push({ kind, value });
  }
  return found;
}
