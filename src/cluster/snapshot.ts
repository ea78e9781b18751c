/**
 * The snapshot policy: which objects belong to a pod's pulls, and which of them are worth reading. It is the same for a cluster and for a
 * file; what a source can see and prove belongs to the source (api-source.ts, saved-source.ts).
 */

import type { Owner } from '../model/facts.ts';
import {
  type Event,
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
  type ServiceAccount,
  secretNames,
  unseenSnapshot,
} from '../model/kubernetes.ts';
import type { FileSystem } from '../model/node-load.ts';
import { coversAllImages } from '../parse/credentials/coverage.ts';
import { isOfPod, tellOfFailure, unreadableSecrets } from '../parse/node-report.ts';
import { isKeptByTaints } from '../parse/obstacle.ts';
import { ownerOf, pullSecretNames, serviceAccountName } from '../parse/pod.ts';
import { surelyFails } from './pods.ts';

/** The kinds that a snapshot reads one object at a time. */
export interface ObjectKinds {
  Node: Node;
  Secret: Secret;
  ServiceAccount: ServiceAccount;
}

/** Where objects come from. An object that cannot be read is a `Lookup`, never an error. */
export interface ObjectSource {
  /** One object; `namespace` is null for a kind that is not namespaced. It is `missing` only where this source proves that. */
  get<K extends keyof ObjectKinds>(kind: K, namespace: string | null, name: string): Promise<Lookup<ObjectKinds[K]>>;
  /** The events that name the pod; those of an earlier pod with the same name may be among them. */
  eventsOf(pod: Pod): Promise<Lookup<Event[]>>;
  /** All nodes: not seen where they are too many. */
  nodes(): Promise<Lookup<Node[]>>;
  /** The events about a node. */
  nodeEvents(name: string): Promise<Lookup<Event[]>>;
  /** The events of pods that begin or end a pull: of all namespaces, or of this one where no more may be seen. */
  pullEvents(namespace: string): Promise<Lookup<Event[]>>;
  /** The file systems of a node as its kubelet measures them. */
  fileSystems(name: string): Promise<Lookup<FileSystem[]>>;
  /** Every namespace that has a secret of this name, sorted. */
  namespacesWithSecret(name: string): Promise<Lookup<string[]>>;
  /** The metadata of a workload, null where it is not seen: no verdict depends on it, so nobody is warned. */
  workload(namespace: string, owner: Owner): Promise<Metadata | null>;
  /** Objects cost requests, so that what only completes a text is read for pods that the user named. */
  readonly isRemote: boolean;
}

/**
 * Reads what belongs to a pod's pulls: what every diagnosis needs at once, and what only a pull without a credential needs as soon as that is known. Of a pod
 * that may only be starting, and that nobody asked about, the events come first: there are thousands while a cluster rolls out. Out: the snapshot.
 * What could not be read stands in it as not seen.
 */
export async function takeSnapshot(source: ObjectSource, pod: Pod, evenHealthy: boolean): Promise<PodSnapshot> {
  if (pod.refusal !== undefined) return unseenSnapshot(pod, 'no pod was created');
  const namespace = namespaceOf(pod.metadata);
  const nodeName = pod.spec?.nodeName;
  const ownEvents = source.eventsOf(pod).then(lookup => eventsOfPod(pod, lookup));
  if (!evenHealthy && !surelyFails(pod)) {
    const events = await ownEvents;
    if (!events.found || !tellOfFailure(events.object)) return { ...unseenSnapshot(pod, 'it was not needed'), events };
  }
  const account = source.get('ServiceAccount', namespace, serviceAccountName(pod));
  const own = readSecrets(source, namespace, pullSecretNames(pod));
  const elsewhere = (secrets: SecretLookups): Promise<(readonly [string, Lookup<string[]>])[]> =>
    Promise.all(missingOf(secrets).map(async name => [name, without(namespace, await source.namespacesWithSecret(name))] as const));
  const [events, node, serviceAccount, seen, inherited, workload, nodes] = await Promise.all([
    ownEvents,
    nodeName ? source.get('Node', null, nodeName) : notSeen('the pod is not scheduled to a node yet'),
    account,
    own,
    Promise.all([own, account]).then(([secrets, lookup]) => readSecrets(source, namespace, secretsToInherit(pod, secrets, lookup))),
    evenHealthy || !source.isRemote ? source.workload(namespace, ownerOf(pod)) : null,
    evenHealthy && isKeptByTaints(pod) ? source.nodes() : null,
    // a source asks each once: those that only the events tell of follow below
    own.then(elsewhere),
  ]);
  const named = withReports(seen, events.found ? unreadableSecrets(events.object) : []);
  return {
    pod,
    events,
    node,
    ...(nodes === null ? {} : { nodes }),
    serviceAccount,
    workload,
    secrets: new Map([...named, ...inherited]),
    otherNamespaces: new Map(await elsewhere(named)),
  };
}

/** Reads of a node what is asked for beside its object. */
export async function readDetails(source: ObjectSource, { name, namespace, events, pulls, stats }: NodeQuestion): Promise<NodeDetails> {
  const [ofNode, ofPods, fileSystems] = await Promise.all([
    events ? source.nodeEvents(name) : notSeen('they were not needed'),
    pulls ? source.pullEvents(namespace) : null,
    stats ? source.fileSystems(name) : null,
  ]);
  return { events: ofNode, pulls: ofPods, fileSystems };
}

const eventsOfPod = (pod: Pod, events: Lookup<Event[]>): Lookup<Event[]> =>
  events.found ? { found: true, object: newest(events.object.filter(event => isOfPod(event, pod))) } : events;

/** The most events of one pod that are read. kubelet counts what repeats in one event, and an API server keeps them for one hour. */
const MAX_EVENTS = 500;

/** Of too many events the newest; they stay in their order. */
function newest(events: Event[]): Event[] {
  if (events.length <= MAX_EVENTS) return events;
  const timeOf = ({ lastTimestamp, series, eventTime, metadata }: Event): string =>
    lastTimestamp ?? series?.lastObservedTime ?? eventTime ?? metadata.creationTimestamp ?? '';
  const kept = new Set([...events].sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1)).slice(0, MAX_EVENTS));
  return events.filter(event => kept.has(event));
}

type SecretLookups = ReadonlyMap<string, Lookup<Secret>>;

async function readSecrets(source: ObjectSource, namespace: string, names: readonly string[]): Promise<SecretLookups> {
  return new Map(await Promise.all(names.map(async name => [name, await source.get('Secret', namespace, name)] as const)));
}

/** The lookups of the pod's secrets, in which a secret that was not seen and that kubelet could not read is missing. */
const withReports = (lookups: SecretLookups, unreadable: readonly string[]): SecretLookups =>
  new Map(
    [...lookups].map(([name, lookup]) => [
      name,
      !lookup.found && !lookup.missing && unreadable.includes(name)
        ? { found: false, missing: true, reportedBy: 'kubelet could not read it' }
        : lookup,
    ]),
  );

/** The secrets of the service account that the pod does not name. They matter only where the pod's own secrets do not cover every image. */
function secretsToInherit(pod: Pod, named: SecretLookups, serviceAccount: Lookup<ServiceAccount>): string[] {
  if (!serviceAccount.found) return [];
  const others = secretNames(serviceAccount.object.imagePullSecrets).filter(name => !named.has(name));
  const found = [...named.values()].flatMap(lookup => (lookup.found ? [lookup.object] : []));
  return others.length === 0 || coversAllImages(pod, found) ? [] : others;
}

const missingOf = (lookups: SecretLookups): string[] =>
  [...lookups].filter(([, lookup]) => !lookup.found && lookup.missing).map(([name]) => name);

const without = (namespace: string, lookup: Lookup<string[]>): Lookup<string[]> =>
  lookup.found ? { found: true, object: lookup.object.filter(other => other !== namespace) } : lookup;
