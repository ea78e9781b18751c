/**
 * A file as the source of a snapshot's objects: what `kubectl get pods,events,secrets,serviceaccounts,nodes -o yaml` wrote. It never holds
 * the whole cluster, so that little is proved by what it lacks. Its author may be a stranger. Pure.
 */
import {
  answerKey,
  type Event,
  failedLookup,
  type ImagePlaces,
  keyOf,
  type Lookup,
  type Metadata,
  type Node,
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
import { fullReference } from '../model/reference.ts';
import {
  COLLECTION,
  type CollectedAnswer,
  type Collection,
  joined,
  type LookupKind,
  lookupOf,
  NOTHING_COLLECTED,
  readCollection,
} from '../parse/collection.ts';
import { noteSecrets } from '../parse/credentials/pull-secret.ts';
import { readDocuments } from '../parse/documents.ts';
import { API_VERSION } from '../parse/facts.ts';
import { imagesOf, waitsForImage } from '../parse/pod.ts';
import { parseReference } from '../parse/reference.ts';
import { isObject, ShapeError } from '../parse/shape.ts';
import { append } from '../util/lists.ts';
import { oncePerKey } from '../util/once.ts';
import { holdsReplaced } from '../util/secrets.ts';
import { clipped } from '../util/text.ts';
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
  /** What `collect` recorded of them; null where other tools saved them. */
  collection: Collection | null;
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
  const objects = readObjects(text, name);
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
  const records = ofKind(COLLECTION);
  const isCut = records.length === 0 && secrets.all.some(({ shaped }) => 'object' in shaped && isOfCollection(shaped.object));
  if (isCut)
    warnings.push(
      `${name} is not complete: it holds what \`collect\` wrote, but not its Collection; what is absent is not known to be missing`,
    );
  const collection = isCut ? NOTHING_COLLECTED : collectionIn(records, warnings, name);
  const twice = ofTwoUids(objects);
  if (twice.length > 0)
    warnings.push(
      `${name} joins objects of two clusters or two times: ${twice.slice(0, MOST_NAMED).join(', ')}${twice.length > MOST_NAMED ? ', …' : ''} ` +
        `${twice.length === 1 ? 'has' : 'have'} two uids; the first one is read`,
    );
  if (collection !== null) {
    for (const { namespace, name: pod, defect } of collection.malformed) {
      const own = podsByKey.get(keyOf({ namespace, name: pod }));
      if (own !== undefined) own.defect = defect;
    }
    for (const { namespace, name: secret, reading } of collection.readings) {
      const shaped = secrets.byKey.get(keyOf({ namespace, name: secret }));
      if (shaped !== undefined && 'object' in shaped) shaped.object.reading = reading;
    }
  }
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
    collection,
  );
  const places = createPlaces(node => source.get('Node', null, node));
  pods.forEach(places.add);
  const answers = answersOf(collection?.answers ?? [], podsByKey);
  if (answers.dropped > 0)
    warnings.push(
      `${answers.dropped} recorded ${answers.dropped === 1 ? 'answer' : 'answers'} of registries in ${name} ` +
        `${answers.dropped === 1 ? 'is' : 'are'} not used: the pod in the file has another image or another uid`,
    );
  const collected = collection === null ? null : collectedOf(collection, answers.byPod, node => source.get('Node', null, node));
  return {
    pods,
    refused: [...refusedOf(events, pods, workloads), ...(collected?.refused ?? [])],
    secrets: secrets.all.flatMap(({ shaped }) => ('object' in shaped ? [shaped.object] : [])),
    snapshot: async (pod, evenHealthy) => ({
      ...(await takeSnapshot(source, pod, evenHealthy)),
      ...(collected === null ? { places: await places.of(pod) } : await collected.of(pod)),
    }),
    nodeDetails: question => readDetails(source, question),
    warnings: () => [...warnings],
    isIncomplete: () => isIncomplete,
    collection,
  };
}

/** The records among the objects of a file, as one. One that cannot be read is told, and what it would prove is not known. */
function collectionIn(values: readonly unknown[], warnings: string[], name: string): Collection | null {
  const read = values.flatMap(value => {
    if (!isObject(value) || !String(value.apiVersion).startsWith('imagepull/')) return [];
    try {
      if (value.apiVersion === API_VERSION) return [readCollection(value, COLLECTION)];
      warnings.push(
        `the record of what was collected in ${name} is of version ${JSON.stringify(value.apiVersion)}; this version reads ${API_VERSION}`,
      );
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      warnings.push(`the record of what was collected in ${name} cannot be read: ${error.message}`);
    }
    return [NOTHING_COLLECTED];
  });
  warnings.push(...read.flatMap(one => one.warnings));
  return joined(read);
}

/** Whether `collect` wrote a secret. */
const isOfCollection = ({ data = {}, stringData = {} }: Secret): boolean =>
  [...Object.values(data), ...Object.values(stringData)].some(value => typeof value === 'string' && holdsReplaced(value));

/** Objects that one warning names. */
const MOST_NAMED = 3;
const MAX_NAME = 300;

/** The objects that stand twice and are two, as `kind namespace/name`. */
function ofTwoUids(objects: readonly Unread[]): string[] {
  const uids = new Map<string, unknown>();
  const found = new Set<string>();
  for (const { kind = '', value } of objects) {
    const metadata = readName(value);
    const uid = metadata === null ? undefined : (metadata as { uid?: unknown }).uid;
    if (metadata === null || typeof uid !== 'string' || kind === 'Event' || !KINDS.has(kind)) continue;
    const key = clipped(`${kind} ${kind === 'Node' ? metadata.name : keyOf(metadata)}`, MAX_NAME);
    if (!uids.has(key)) uids.set(key, uid);
    else if (uids.get(key) !== uid) found.add(key);
  }
  return [...found];
}

/** The answers for the pods of a file: those to the image that the pod has there. Where one is there twice, the first counts, as of objects. */
function answersOf(
  answers: readonly CollectedAnswer[],
  pods: ReadonlyMap<string, Pod>,
): { byPod: Map<string, CollectedAnswer[]>; dropped: number } {
  const byPod = new Map<string, CollectedAnswer[]>();
  let dropped = 0;
  for (const answer of [...answers].reverse()) {
    const key = keyOf({ namespace: answer.namespace, name: answer.pod });
    const pod = pods.get(key);
    if (pod === undefined) continue;
    const image = imagesOf(pod).find(one => answerKey(one) === answerKey(answer.container))?.image;
    if (image === answer.image && pod.metadata.uid === answer.uid) append(byPod, key, answer);
    else dropped++;
  }
  return { byPod, dropped };
}

/** What a record tells of pods besides their objects. */
function collectedOf(
  { refused, places }: Collection,
  answersByPod: ReadonlyMap<string, CollectedAnswer[]>,
  readNode: (name: string) => Promise<Lookup<Node>>,
): { refused: Pod[]; of(pod: Pod): Promise<Pick<PodSnapshot, 'places' | 'answers'>> } {
  const found = async (names: readonly string[]): Promise<Node[]> =>
    (await Promise.all(names.map(readNode))).flatMap(lookup => (lookup.found ? [lookup.object] : []));
  // all pods of an image share one comparison
  const placesByImage = oncePerKey<ImagePlaces>();
  const placeOf = (image: string): Promise<ImagePlaces> | undefined => {
    const place = places.find(one => one.image === image);
    return (
      place && placesByImage(image, async () => ({ ...place, failing: await found(place.failing), running: await found(place.running) }))
    );
  };
  return {
    refused: refused.flatMap(({ pod, refusal }) => {
      const read = readPod(pod);
      return read === null ? [] : [{ ...read, refusal }];
    }),
    async of(pod) {
      const own = new Map<string, ImagePlaces>();
      for (const image of imagesOf(pod).filter(waitsForImage)) {
        const parsed = parseReference(image.image);
        const reference = parsed.ok ? fullReference(parsed.reference) : '';
        const place = await placeOf(reference);
        if (place !== undefined) own.set(reference, place);
      }
      const ofPod = answersByPod.get(keyOf(pod.metadata)) ?? [];
      return { places: own, answers: new Map(ofPod.map(({ container, probe }) => [answerKey(container), probe])) };
    },
  };
}

/** The objects of a file's text, as they stand there. In and errors: as for `readSaved`. */
export function readObjects(text: string, name: string): Unread[] {
  if (text.trim() === '') throw new UserError(`${name} is empty`, HOW_TO_SAVE);
  const parsed = readDocuments(text, MAX_ALIASES);
  if (!parsed.ok) throw new UserError(`${name} is neither JSON nor YAML: ${parsed.error}`, HOW_TO_SAVE);
  const objects = flatten(parsed.documents);
  if (objects.length === 0) throw new UserError(`${name} contains no Kubernetes object`, HOW_TO_SAVE);
  return objects;
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

const lookupKey = (kind: LookupKind, namespace: string | null, name: string): string => JSON.stringify([kind, namespace, name]);

/** In: the objects by kind, the events, the workloads by `type/namespace/name`, and the file's name for what was not seen; and the record, null without one. */
function createSavedSource(
  objects: { [K in keyof ObjectKinds]: Index<ObjectKinds[K]> },
  events: readonly Event[],
  workloads: ReadonlyMap<string, Metadata>,
  name: string,
  collection: Collection | null,
): ObjectSource {
  const recorded = new Map(collection?.lookups.map(one => [lookupKey(one.kind, one.namespace, one.name), one]));
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
    /** An object is missing only where the file holds another one of its kind from that namespace; of a collection, which holds but what was read, only where it says so. */
    async get(kind, namespace, wanted) {
      const { byKey, namespaces } = objects[kind] as Index<ObjectKinds[typeof kind]>;
      // a node has no namespace, and so it is kept under the one that is assumed where none is told
      const shaped = byKey.get(keyOf({ namespace: namespace ?? namespaceOf({}), name: wanted }));
      if (shaped !== undefined)
        return 'object' in shaped ? { found: true, object: shaped.object } : failedLookup(`it is malformed in ${name}: ${shaped.defect}`);
      const own = recorded.get(lookupKey(kind, namespace, wanted));
      if (own !== undefined) return lookupOf(own);
      if (collection !== null) return notSeen('it was not collected');
      if (namespace === null ? namespaces.size > 0 : namespaces.has(namespace)) return { found: false, missing: true };
      return notSeen(`${name} contains no ${LABELS[kind]}${namespace === null ? '' : ` from namespace "${namespace}"`}`);
    },
    async eventsOf(pod) {
      const own = recorded.get(lookupKey('Event', namespaceOf(pod.metadata), pod.metadata.name));
      if (own !== undefined) return lookupOf(own);
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
      const own = collection?.secretsElsewhere.find(one => one.name === wanted);
      if (own !== undefined)
        return own.namespaces === null ? notSeen(own.why ?? 'they were not seen') : { found: true, object: own.namespaces };
      if (collection !== null) return notSeen('they were not collected');
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
export interface Unread {
  kind: string | undefined;
  value: unknown;
}

/** The kinds of which objects are read: such an object is never a list. */
const KINDS: ReadonlySet<string | undefined> = new Set(['Pod', 'Event', COLLECTION, ...Object.keys(LABELS)]);

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
