/**
 * What `collect` writes: the objects of diagnosed pods as a List that `-f` reads, safe to share, and the record of what was not found. Belongs here: which fields
 * of each object are written, and how each is made safe. Pure.
 */
import type { Finding } from '../diagnosis/investigate.ts';
import { NODE_LABELS } from '../model/facts.ts';
import {
  answerKey,
  type Baseline,
  type ContainerSpec,
  type Event,
  IDENTITIES,
  keyOf,
  type Lookup,
  type Metadata,
  type Node,
  type NodeDetails,
  namespaceOf,
  type Pod,
  type PodSnapshot,
  type Secret,
  type ServiceAccount,
} from '../model/kubernetes.ts';
import { lastPart } from '../model/reference.ts';
import { COLLECTION, type Collection, type LookupKind, recordOf } from '../parse/collection.ts';
import { readPullSecret } from '../parse/credentials/pull-secret.ts';
import { type ReplacedKind, Replacements, replaceValues } from '../parse/credentials/replace.ts';
import { API_VERSION } from '../parse/facts.ts';
import { timeOf } from '../parse/node-report.ts';
import { imagesOf, ownerOf, serviceAccountName } from '../parse/pod.ts';
import { parseReference } from '../parse/reference.ts';
import { redact } from '../util/redact.ts';
import { REPLACED, SECRETS } from '../util/secrets.ts';
import { withoutSecrets } from './clean.ts';

/** What was seen of one pod. */
export interface Collected {
  snapshot: PodSnapshot;
  findings: readonly Finding[];
  /** The user named it. */
  named: boolean;
}

/** What was collected besides the pods. */
export interface Surroundings {
  /** RFC 3339. */
  now: string;
  /** Registries were asked, and their answers are recorded. */
  withAnswers: boolean;
  baseline: Baseline | null;
  warnings: readonly string[];
  /** What was read of nodes besides their objects. */
  nodes: { name: string; details: NodeDetails }[];
  incomplete: boolean;
}

/** The List, and what was replaced in it. */
export interface SafeList {
  list: { apiVersion: 'v1'; kind: 'List'; items: object[] };
  /** Secrets by kind, each once. */
  replaced: [ReplacedKind, number][];
  /** How many Secret objects held them. */
  secrets: number;
  /** Texts of objects in which a secret was redacted. */
  redacted: number;
}

/** Labels of pods and workloads that a diagnosis reads: whose template made the pod, and which tool keeps it. */
const OF_PODS =
  /^(?:pod-template-hash|controller-revision-hash|job-name|app|k8s-app|name|app\.kubernetes\.io\/.*|helm\.sh\/chart|(?:helm|kustomize)\.toolkit\.fluxcd\.io\/.*|argocd\.argoproj\.io\/instance)$/;
/** Labels of nodes: which system it is, and where it stands. */
const OF_NODES =
  /^(?:(?:beta\.)?kubernetes\.io\/(?:os|arch)|(?:topology|failure-domain\.beta)\.kubernetes\.io\/(?:zone|region)|(?:node|beta)\.kubernetes\.io\/instance-type|node-role\.kubernetes\.io\/.*|karpenter\.sh\/nodepool|hypershift\.openshift\.io\/nodePool)$/;

/** Makes texts safe, and counts those in which something was redacted. */
class Texts {
  redacted = 0;

  /** A sentence of others. In: the images that it may name, which stay as they are. */
  said(text: string, images: readonly string[] = []): string {
    const safe = this.#withImages(text, images);
    // a line end is written differently, and nothing is redacted
    if (safe !== text.replaceAll('\r\n', '\n')) this.redacted++;
    return safe;
  }

  #withImages(text: string, images: readonly string[]): string {
    const safe = redact(text);
    const image = images.find(one => one !== '' && text.split(one).length !== safe.split(one).length);
    return image === undefined
      ? safe
      : text
          .split(image)
          .map(part => redact(part))
          .join(image);
  }

  /** An image: one that parses has no place for a password. */
  image(image: string): string {
    const safe = safeImage(image);
    if (safe !== image) this.redacted++;
    return safe;
  }
}

const safeImage = (image: string): string => (parseReference(image).ok ? SECRETS.remove(image) : redact(image));

const optional = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;

/** Metadata that a diagnosis reads. In: which labels count. */
function safeMetadata(metadata: Metadata, isLabel: (key: string) => boolean): Metadata {
  const { name, namespace, uid, creationTimestamp, deletionTimestamp, annotations, ownerReferences, managedFields } = metadata;
  const labels = Object.entries(metadata.labels ?? {}).filter(([key]) => isLabel(key));
  return optional({
    name,
    namespace,
    uid,
    creationTimestamp,
    deletionTimestamp,
    labels: labels.length === 0 ? undefined : Object.fromEntries(labels.map(([key, value]) => [key, redact(value)])),
    // that an account has an identity of the cloud counts, not which
    annotations:
      annotations &&
      Object.fromEntries(Object.entries(annotations).map(([key, value]) => [key, IDENTITIES.includes(key) ? '' : redact(value)])),
    ownerReferences,
    // who wrote, and when: what was written stands in another field of these, which is not read
    managedFields,
  }) as Metadata;
}

const ofPods = (metadata: Metadata): Metadata => safeMetadata(metadata, key => OF_PODS.test(key));

function safePod({ metadata, spec = {}, status = {} }: Pod, texts: Texts): object {
  const images = imagesOf({ metadata, spec, status }).map(({ image }) => image);
  const said = (text: string | undefined): string | undefined => (text === undefined ? undefined : texts.said(text, images));
  const image = (text: string | undefined): string | undefined => (text === undefined ? undefined : texts.image(text));
  const containers = (list: ContainerSpec[] | undefined) => list?.map(one => optional({ ...one, image: image(one.image) }));
  type Statuses = NonNullable<Pod['status']>['containerStatuses'];
  const statuses = (list: Statuses) =>
    list?.map(one => {
      const waiting = one.state?.waiting;
      return optional({
        ...one,
        image: image(one.image),
        state:
          waiting === undefined
            ? one.state
            : { ...one.state, waiting: optional({ reason: said(waiting.reason), message: said(waiting.message) }) },
      });
    });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: ofPods(metadata),
    spec: optional({
      ...spec,
      containers: containers(spec.containers),
      initContainers: containers(spec.initContainers),
      ephemeralContainers: containers(spec.ephemeralContainers),
      volumes: spec.volumes?.map(volume => ({
        ...volume,
        ...(volume.image && { image: optional({ ...volume.image, reference: image(volume.image.reference) }) }),
      })),
    }),
    status: optional({
      ...status,
      message: said(status.message),
      conditions: status.conditions?.map(condition => optional({ ...condition, message: said(condition.message) })),
      containerStatuses: statuses(status.containerStatuses),
      initContainerStatuses: statuses(status.initContainerStatuses),
      ephemeralContainerStatuses: statuses(status.ephemeralContainerStatuses),
    }),
  };
}

function safeEvent(event: Event, images: readonly string[], texts: Texts): object {
  const { message, note, host, ...rest } = event;
  return {
    apiVersion: event.regarding === undefined ? 'v1' : 'events.k8s.io/v1',
    kind: 'Event',
    ...rest,
    ...(host === undefined ? {} : event.regarding === undefined ? { source: { host } } : { deprecatedSource: { host } }),
    ...(message === undefined ? {} : { message: texts.said(message, images) }),
    ...(note === undefined ? {} : { note: texts.said(note, images) }),
  };
}

/** A node: of the images that it lists those that share the last part of their names with one of these; of the others only that they are there. */
function safeNode({ metadata, spec, status = {} }: Node, images: ReadonlySet<string>, texts: Texts): object {
  const isRelated = (name: string): boolean => images.has(lastPart(name));
  const provider = /^[a-z0-9-]+:\/\//.exec(spec?.providerID ?? '')?.[0];
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: safeMetadata(metadata, key => OF_NODES.test(key) || NODE_LABELS.includes(key)),
    ...(provider === undefined ? {} : { spec: { providerID: provider } }),
    status: optional({
      ...status,
      conditions: status.conditions?.map(condition =>
        optional({ ...condition, message: condition.message && texts.said(condition.message) }),
      ),
      images: status.images?.map(({ names = [], ...more }) => ({ names: names.filter(isRelated), ...more })),
    }),
  };
}

/** Pulls of one node that are kept. */
const MOST_PULLS = 40;

const newestOf = (events: readonly Event[]): Event[] => [...events].sort((a, b) => timeOf(b).localeCompare(timeOf(a))).slice(0, MOST_PULLS);

/** One object of each key, in the order in which they came. */
class Once<T> {
  readonly #objects = new Map<string, T>();
  add(key: string, object: T): void {
    if (!this.#objects.has(key)) this.#objects.set(key, object);
  }
  has = (key: string): boolean => this.#objects.has(key);
  values = (): T[] => [...this.#objects.values()];
}

/**
 * In: what was seen of each pod, in the order of the report, and what was seen besides. Out: the List, in which no password, token or key stands, and from which
 * `-f` gives the same diagnoses.
 */
export function safeListOf(all: readonly Collected[], around: Surroundings): SafeList {
  const texts = new Texts();
  const replacements = new Replacements();
  const nodes = new Once<Node>();
  const accounts = new Once<ServiceAccount>();
  const secrets = new Once<Secret>();
  const workloads = new Once<object>();
  const events = new Once<object>();
  const lookups = new Once<Collection['lookups'][number]>();
  /** Those that kubelet alone reports: what the cluster said of them to another pod counts. */
  const reported = new Once<Collection['lookups'][number]>();
  const elsewhere = new Once<Collection['secretsElsewhere'][number]>();
  const places = new Once<Collection['places'][number]>();
  const pods: object[] = [];
  const record: Pick<Collection, 'refused' | 'malformed' | 'readings'> & { answers: NonNullable<Collection['answers']> } = {
    refused: [],
    malformed: [],
    readings: [],
    answers: [],
  };
  const lastParts = new Set(all.flatMap(({ snapshot }) => imagesOf(snapshot.pod).map(({ image }) => lastPart(image))));

  function see<T>(kind: LookupKind, namespace: string | null, name: string, lookup: Lookup<T>, found: (object: T) => void): void {
    if (lookup.found) found(lookup.object);
    else
      (lookup.missing && lookup.reportedBy !== undefined ? reported : lookups).add(`${kind}/${namespace}/${name}`, {
        kind,
        namespace,
        name,
        ...recordOf(lookup),
      });
  }

  function addPod({ snapshot, findings }: Collected): void {
    const { pod } = snapshot;
    const namespace = namespaceOf(pod.metadata);
    const { name } = pod.metadata;
    if (pod.refusal !== undefined) {
      const images = imagesOf(pod).map(({ image }) => image);
      const refusal = { ...pod.refusal, message: texts.said(pod.refusal.message, images) };
      record.refused.push({ pod: safePod(pod, texts), refusal });
      return;
    }
    pods.push(safePod(pod, texts));
    if (pod.defect !== undefined) record.malformed.push({ namespace, name, defect: pod.defect });
    const images = new Map(imagesOf(pod).map(one => [answerKey(one), one.image]));
    const { uid } = pod.metadata;
    for (const { facts } of findings) {
      // a collection keeps the answers that stand in it
      const probe = facts.probe ?? snapshot.answers?.get(answerKey(facts.container));
      const image = safeImage(images.get(answerKey(facts.container)) ?? '');
      if (probe !== undefined)
        record.answers.push({ namespace, pod: name, ...(uid === undefined ? {} : { uid }), container: facts.container, image, probe });
    }
    addSurroundings(snapshot, namespace, name);
  }

  function addEvents(list: readonly Event[], images: readonly string[]): void {
    for (const event of list) {
      const safe = safeEvent(event, images, texts);
      events.add(event.metadata.name === '' ? JSON.stringify(safe) : `${keyOf(event.metadata)} ${event.regarding === undefined}`, safe);
    }
  }

  /** The events of a node, and the newest pulls there: what they tell is how fast it pulls, and which pulls go first. */
  function addNode({ name, details: { events: own, pulls } }: Surroundings['nodes'][number]): void {
    if (own.found) addEvents(own.object, []);
    if (pulls?.found) addEvents(newestOf(pulls.object.filter(({ host }) => host === name)), []);
  }

  function addSurroundings(snapshot: PodSnapshot, namespace: string, name: string): void {
    const { pod, node, serviceAccount, workload } = snapshot;
    const images = imagesOf(pod).map(({ image }) => image);
    see('Event', namespace, name, snapshot.events, list => addEvents(list, images));
    // of a pod that needed no more, nothing else was looked for
    if (node === serviceAccount) return;
    const nodeName = pod.spec?.nodeName;
    if (nodeName) see('Node', null, nodeName, node, object => nodes.add(object.metadata.name, object));
    see('ServiceAccount', namespace, serviceAccountName(pod), serviceAccount, object => accounts.add(keyOf(object.metadata), object));
    for (const [secret, lookup] of snapshot.secrets)
      see('Secret', namespace, secret, lookup, object => secrets.add(keyOf(object.metadata), object));
    for (const [secret, lookup] of snapshot.otherNamespaces)
      elsewhere.add(secret, {
        name: secret,
        ...(lookup.found ? { namespaces: lookup.object } : { namespaces: null, ...(lookup.missing ? {} : { why: lookup.why }) }),
      });
    if (workload !== null) {
      const { kind } = ownerOf(pod);
      workloads.add(`${kind}/${namespace}/${workload.name}`, {
        ...(WORKLOAD_KINDS[kind] ?? { apiVersion: 'v1', kind }),
        metadata: ofPods(workload),
      });
    }
    for (const [image, { fails, runs, failing, running }] of snapshot.places ?? []) {
      const namesOf = (side: readonly Node[]): string[] => side.map(({ metadata }) => metadata.name);
      for (const one of [...failing, ...running]) nodes.add(one.metadata.name, one);
      places.add(image, { image, fails, runs, failing: namesOf(failing), running: namesOf(running) });
    }
  }

  /** A secret without its secrets. Where kubelet would not read it alike, its values are gone and what was read of them is recorded. */
  function safeSecret(secret: Secret): { secret: Secret; isChanged: boolean } {
    const metadata = safeMetadata(secret.metadata, () => false);
    const replaced = replaceValues({ ...secret, metadata }, replacements);
    const isChanged = JSON.stringify([replaced.data, replaced.stringData]) !== JSON.stringify([secret.data, secret.stringData]);
    if (readsAlike(secret, replaced)) return { secret: replaced, isChanged };
    const { problems, intendedFormat, repair, error } = readPullSecret(secret);
    record.readings.push({ namespace: namespaceOf(metadata), name: metadata.name, reading: { problems, intendedFormat, repair, error } });
    const blank = (values: Record<string, string> | undefined): Record<string, string> | undefined =>
      values && Object.fromEntries(Object.keys(values).map(key => [key, Buffer.from(`${REPLACED}0`).toString('base64')]));
    const [data, stringData] = [blank(secret.data), blank(secret.stringData)];
    return { secret: { ...replaced, ...(data && { data }), ...(stringData && { stringData }) }, isChanged: true };
  }

  for (const one of all) addPod(one);
  around.nodes.forEach(addNode);
  for (const one of reported.values()) lookups.add(`${one.kind}/${one.namespace}/${one.name}`, one);
  const safeSecrets = secrets.values().map(safeSecret);
  const collection: Collection = {
    collectedAt: around.now,
    named: all.filter(({ named }) => named).map(({ snapshot }) => keyOf(snapshot.pod.metadata)),
    lookups: lookups.values(),
    secretsElsewhere: elsewhere.values(),
    places: places.values(),
    baseline: around.baseline && baselineOf(around.baseline),
    ...record,
    answers: around.withAnswers || record.answers.length > 0 ? record.answers : null,
    warnings: around.warnings.map(warning => redact(warning)),
    incomplete: around.incomplete,
  };
  // what was written by others is cleaned once more; of a secret nothing is left to clean, and base64 must stay whole
  const [clean, after, first] = [
    [...pods, ...events.values(), ...nodes.values().map(node => safeNode(node, lastParts, texts)), ...accounts.values().map(safeAccount)],
    [...workloads.values()],
    // the first: a file that was cut still says that what is absent is not missing
    [{ apiVersion: API_VERSION, kind: COLLECTION, metadata: { name: 'collection' }, ...collection }],
  ].map(withoutSecrets) as [object[], object[], object[]];
  return {
    list: {
      apiVersion: 'v1',
      kind: 'List',
      items: [...first, ...clean, ...safeSecrets.map(({ secret }) => ({ apiVersion: 'v1', kind: 'Secret', ...secret })), ...after],
    },
    replaced: replacements.counts(),
    secrets: safeSecrets.filter(({ isChanged }) => isChanged).length,
    redacted: texts.redacted,
  };
}

const WORKLOAD_KINDS: Record<string, { apiVersion: string; kind: string }> = Object.fromEntries(
  ['apps/Deployment', 'apps/StatefulSet', 'apps/DaemonSet', 'apps/ReplicaSet', 'batch/Job', 'batch/CronJob'].map(one => {
    const [group = '', kind = ''] = one.split('/');
    return [kind.toLowerCase(), { apiVersion: `${group}/v1`, kind }];
  }),
);

const safeAccount = ({ metadata, imagePullSecrets }: ServiceAccount): object => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: safeMetadata(metadata, () => false),
  ...(imagePullSecrets && { imagePullSecrets }),
});

const baselineOf = ({ nodes, registries, accounts }: Baseline): Collection['baseline'] => {
  const two = (names: ReadonlySet<string>): string[] => [...names].slice(0, 2);
  return { nodes: two(nodes), registries: two(registries), accounts: two(accounts) };
};

/** Whether kubelet finds the same wrong with both, and as many entries. */
function readsAlike(one: Secret, other: Secret): boolean {
  const said = (secret: Secret): string => {
    const { problems, intendedFormat, repair, error, entries } = readPullSecret(secret);
    return JSON.stringify([problems, intendedFormat, repair, error, entries.length]);
  };
  return said(one) === said(other);
}
