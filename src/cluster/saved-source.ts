/**
 * A file as the source of a snapshot's objects: what `kubectl get pods,events,secrets,serviceaccounts,nodes -o yaml` wrote. It never holds
 * the whole cluster, so that little is proved by what it lacks. Pure.
 */
import { CORE_SCHEMA, loadAll } from 'js-yaml';
import {
  type Event,
  type Lookup,
  type Metadata,
  type Node,
  namespaceOf,
  notSeen,
  type Pod,
  type PodSnapshot,
  type Secret,
  type ServiceAccount,
} from '../model/kubernetes.ts';
import { UserError } from '../util/user-error.ts';
import { type ObjectKinds, type ObjectSource, takeSnapshot } from './snapshot.ts';

/** The objects of a file that commands use. */
export interface Saved {
  pods: Pod[];
  secrets: Secret[];
  snapshot(pod: Pod): Promise<PodSnapshot>;
}

interface KubernetesObject {
  kind?: string;
  metadata?: Metadata;
  items?: unknown[];
}

const HOW_TO_SAVE = 'save objects with: kubectl get pods,events,secrets,serviceaccounts,nodes -o yaml';
const LABELS: Record<keyof ObjectKinds, string> = { Node: 'node', Secret: 'secret', ServiceAccount: 'service account' };

/**
 * Reads a file's text: JSON or YAML, a List or many documents; objects of other kinds are ignored. In: the text, and the file's name for
 * errors. Errors: a UserError when it does not parse or holds no object.
 */
export function readSaved(text: string, name: string): Saved {
  const objects = parse(text, name).flatMap(flatten);
  if (objects.length === 0) throw new UserError(`${name} contains no Kubernetes object`, HOW_TO_SAVE);
  const ofKind = <T>(kind: string): T[] =>
    objects.filter(object => object.kind === kind && typeof object.metadata?.name === 'string') as T[];
  const pods = ofKind<Pod>('Pod');
  const secrets = ofKind<Secret>('Secret');
  const source = createSavedSource(
    {
      Node: ofKind<Node>('Node'),
      Secret: secrets,
      ServiceAccount: ofKind<ServiceAccount>('ServiceAccount'),
      Event: objects.filter(object => object.kind === 'Event') as unknown as Event[],
    },
    name,
  );
  return { pods, secrets, snapshot: pod => takeSnapshot(source, pod) };
}

type SavedObjects = { [K in keyof ObjectKinds]: ObjectKinds[K][] } & { Event: Event[] };

/** In: the objects by kind, and the file's name for what was not seen. */
function createSavedSource(objects: SavedObjects, name: string): ObjectSource {
  const eventsByPod = new Map<string, Event[]>();
  for (const event of objects.Event) {
    const pod = (event.involvedObject ?? event.regarding)?.name ?? '';
    const own = eventsByPod.get(pod);
    if (own === undefined) eventsByPod.set(pod, [event]);
    else own.push(event);
  }
  return {
    /** An object is missing only where the file holds another one of its kind from that namespace. */
    async get(kind, namespace, wanted) {
      const list = objects[kind] as ObjectKinds[typeof kind][];
      const saved = list.filter(({ metadata }) => namespace === null || namespaceOf(metadata) === namespace);
      const object = saved.find(({ metadata }) => metadata.name === wanted);
      if (object !== undefined) return { found: true, object };
      if (saved.length > 0) return { found: false, missing: true };
      return notSeen(`${name} contains no ${LABELS[kind]}${namespace === null ? '' : ` from namespace "${namespace}"`}`);
    },
    async eventsOf(pod) {
      return { found: true, object: eventsByPod.get(pod.metadata.name) ?? [] };
    },
    /** A file tells which namespaces have a secret, never that no other has one. */
    async namespacesWithSecret(wanted): Promise<Lookup<string[]>> {
      const namespaces = objects.Secret.filter(({ metadata }) => metadata.name === wanted).map(({ metadata }) => namespaceOf(metadata));
      return namespaces.length > 0
        ? { found: true, object: namespaces.sort() }
        : notSeen(`${name} does not contain the secrets of all namespaces`);
    },
  };
}

function parse(text: string, name: string): unknown[] {
  if (text.trim() === '') throw new UserError(`${name} is empty`, HOW_TO_SAVE);
  try {
    return [JSON.parse(text)];
  } catch {
    // not JSON: it may be YAML, or several JSON documents in a row, which YAML reads too
  }
  try {
    return loadAll(text, { schema: CORE_SCHEMA, filename: name }) as unknown[];
  } catch (error) {
    throw new UserError(`${name} is neither JSON nor YAML: ${(error as Error).message.split('\n', 1)[0]}`, HOW_TO_SAVE);
  }
}

function flatten(document: unknown): KubernetesObject[] {
  if (document === null || typeof document !== 'object') return [];
  if (Array.isArray(document)) return document.flatMap(flatten);
  const object = document as KubernetesObject;
  if (!Array.isArray(object.items)) return [object];
  // the items of a typed list (PodList) may not name their kind
  const kind = /^(\w+)List$/.exec(object.kind ?? '')?.[1];
  return object.items.flatMap(item =>
    flatten(kind !== undefined && typeof item === 'object' && item !== null && !('kind' in item) ? { kind, ...item } : item),
  );
}
