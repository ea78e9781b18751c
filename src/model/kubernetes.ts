/**
 * Kubernetes objects: the fields that a diagnosis reads, their names, and how surely an object is known (`Lookup`). How they are read
 * belongs to src/cluster.
 */

import type { SecretFormat, SecretProblem, SecretRepair } from './credential.ts';
import type { FileSystem } from './node-load.ts';
import type { ProbeFacts } from './probe.ts';

/** ObjectMeta. */
export interface Metadata {
  name: string;
  namespace?: string;
  uid?: string;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  /** Those of ANNOTATIONS alone: others may be as long as the object. */
  annotations?: Record<string, string>;
  ownerReferences?: { kind: string; name: string; controller?: boolean }[];
  managedFields?: { time?: string; manager?: string }[];
}

/** The annotations that a diagnosis reads. */
export const ANNOTATIONS = {
  helmReleaseName: 'meta.helm.sh/release-name',
  helmReleaseNamespace: 'meta.helm.sh/release-namespace',
  argoTrackingId: 'argocd.argoproj.io/tracking-id',
  mirrorPod: 'kubernetes.io/config.mirror',
  imageTriggers: 'image.openshift.io/triggers',
  eksRole: 'eks.amazonaws.com/role-arn',
  gkeAccount: 'iam.gke.io/gcp-service-account',
  azureClient: 'azure.workload.identity/client-id',
} as const;

/** Those of a service account that name an identity of the cloud, for which a credential provider may exchange its token. Source: KEP-4412 and the providers. */
export const IDENTITIES: readonly string[] = [ANNOTATIONS.eksRole, ANNOTATIONS.gkeAccount, ANNOTATIONS.azureClient];

/** Container. */
export interface ContainerSpec {
  name: string;
  image?: string;
  imagePullPolicy?: string;
}

/** ContainerStatus. */
export interface ContainerStatus {
  name: string;
  image?: string;
  state?: {
    waiting?: { reason?: string; message?: string };
    running?: object;
    terminated?: { reason?: string; exitCode?: number; finishedAt?: string };
  };
  /** How the run before this one ended. */
  lastState?: { terminated?: { reason?: string; exitCode?: number } };
  restartCount?: number;
}

/** Pod, core/v1. */
export interface Pod {
  kind?: 'Pod';
  metadata: Metadata;
  spec?: {
    nodeName?: string;
    serviceAccountName?: string;
    runtimeClassName?: string;
    imagePullSecrets?: { name?: string }[];
    containers?: ContainerSpec[];
    initContainers?: ContainerSpec[];
    ephemeralContainers?: ContainerSpec[];
    volumes?: { name: string; image?: { reference?: string; pullPolicy?: string } }[];
  };
  /** Set where there is no pod: admission refuses those of a workload, which the name tells as TYPE/NAME. */
  refusal?: PodRefusal;
  /** Why this is not a pod as the API defines it, where its source gave such a one: nothing sure can be told of it. */
  defect?: string;
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    /** Of a pod that does not run. */
    conditions?: Condition[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
    ephemeralContainerStatuses?: ContainerStatus[];
  };
}

/** PodCondition, and those of workloads. */
export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

/** How the API server refused the pods of a workload. */
export interface PodRefusal {
  message: string;
  /** The object that would create them, as kubectl names its kind. */
  maker: { kind: string; name: string };
  /** RFC 3339. */
  since: string | null;
  attempts: number | null;
  /** The maker was read, and it still lacks a pod. */
  lasts: boolean;
}

/** Both event APIs: core/v1 and events.k8s.io/v1 name the same things differently. */
export interface Event {
  metadata: Metadata;
  reason?: string;
  message?: string;
  note?: string;
  count?: number;
  deprecatedCount?: number;
  series?: { count?: number; lastObservedTime?: string };
  firstTimestamp?: string | null;
  lastTimestamp?: string | null;
  eventTime?: string | null;
  deprecatedFirstTimestamp?: string | null;
  deprecatedLastTimestamp?: string | null;
  involvedObject?: ObjectReference;
  regarding?: ObjectReference;
  /** The node of the kubelet that wrote it; absent where another component did. */
  host?: string;
}

/** ObjectReference of an event. */
export interface ObjectReference {
  kind?: string;
  namespace?: string;
  name?: string;
  uid?: string;
  fieldPath?: string;
}

/** Secret, core/v1. */
export interface Secret {
  metadata: Metadata;
  type?: string;
  data?: Record<string, string>;
  stringData?: Record<string, string>;
  immutable?: boolean;
  /** What was read of it where its values were replaced by others that do not read alike. */
  reading?: SecretReading;
}

/** What is wrong with a secret as a whole, without any value of it. */
export interface SecretReading {
  problems: SecretProblem[];
  intendedFormat: SecretFormat | null;
  repair: SecretRepair | null;
  error: string | null;
}

/** ServiceAccount, core/v1. */
export interface ServiceAccount {
  metadata: Metadata;
  imagePullSecrets?: { name?: string }[];
}

/** Taint. */
export interface Taint {
  key: string;
  value?: string;
  effect: string;
}

/** Toleration. */
export interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
}

/** NodeSelectorRequirement. */
export interface NodeRequirement {
  key: string;
  operator: string;
  values: readonly string[];
}

/** What of a pod's spec says on which nodes it may run. */
export interface Scheduling {
  nodeName?: string;
  nodeSelector: Readonly<Record<string, string>>;
  /** Required node affinity: one of the terms has to hold; null without one. */
  terms: readonly { labels: readonly NodeRequirement[]; fields: readonly NodeRequirement[] }[] | null;
  tolerations: readonly Toleration[];
  hostNetwork: boolean;
}

/** Node, core/v1. */
export interface Node {
  metadata: Metadata;
  status?: {
    nodeInfo?: {
      architecture?: string;
      operatingSystem?: string;
      osImage?: string;
      kubeletVersion?: string;
      containerRuntimeVersion?: string;
    };
    conditions?: Condition[];
    /** Quantities by resource. */
    capacity?: Record<string, string>;
    allocatable?: Record<string, string>;
    /** The largest of the images that it has: 50, unless kubelet is set otherwise (nodeStatusMaxImages). */
    images?: { names?: string[]; sizeBytes?: number }[];
  };
  spec?: { providerID?: string; unschedulable?: boolean; taints?: Taint[] };
}

/** The namespace of a namespaced object; a saved object may not name it. */
export const namespaceOf = ({ namespace }: { namespace?: string }): string => namespace ?? 'default';

/** `namespace/name` of a namespaced object. */
export const keyOf = (object: ObjectReference): string => `${namespaceOf(object)}/${object.name}`;

/** What an event is about, by either API. */
export const subjectOf = (event: Event): ObjectReference | undefined => event.involvedObject ?? event.regarding;
/** What it says. */
export const textOf = (event: Event): string => event.message ?? event.note ?? '';

/**
 * The names in a list of pull secrets, each once and in order; kubelet skips empty ones. Source: kubelet_pods.go, getPullSecretsForPod.
 */
export const secretNames = (list: readonly { name?: string }[] | undefined): string[] => [
  ...new Set((list ?? []).map(({ name }) => name ?? '').filter(Boolean)),
];

/**
 * The result of looking for an object: found; missing (`reportedBy` tells the source where the lookup itself does not prove it); or not
 * seen, with the reason (`failed`: the source has it or may have it, and did not give it).
 */
export type Lookup<T> = { found: true; object: T } | { found: false; missing: true; reportedBy?: string } | NotSeen;

interface NotSeen {
  found: false;
  missing: false;
  why: string;
  failed?: true;
}

/** A lookup that proves nothing. In: the reason, for users. */
export const notSeen = (why: string): NotSeen => ({ found: false, missing: false, why });
/** A lookup that was refused or failed. In: the reason, for users. */
export const failedLookup = (why: string): NotSeen => ({ ...notSeen(why), failed: true });

/** One pod and the objects that its pulls depend on, as far as they could be read. */
export interface PodSnapshot {
  pod: Pod;
  /** The events of this pod, or why they could not be read. */
  events: Lookup<Event[]>;
  node: Lookup<Node>;
  /** All nodes, where the scheduler says that the taints of all keep the pod away; absent otherwise. */
  nodes?: Lookup<Node[]>;
  serviceAccount: Lookup<ServiceAccount>;
  /** By name, from the pod's namespace: its pull secrets first, then those of its service account that were read. */
  secrets: Map<string, Lookup<Secret>>;
  /** The metadata of the workload that creates the pod; null where it was not seen. */
  workload: Metadata | null;
  /** By name of a missing pull secret: the other namespaces that have a secret of this name. */
  otherNamespaces: Map<string, Lookup<string[]>>;
  /** By full reference: where an image fails and where it runs; none where other pods were not seen. */
  places?: ReadonlyMap<string, ImagePlaces>;
  /** By kind and name of the container (see `answerKey`): what its registry answered when the objects were collected. */
  answers?: ReadonlyMap<string, ProbeFacts>;
}

/** What is read of a node beside its object, where its disk or its pulls may explain something. */
export interface NodeDetails {
  /** The events about the node itself. */
  events: Lookup<Event[]>;
  /** Events of pods that begin or end a pull; null where they were not asked for. */
  pulls: Lookup<Event[]> | null;
  /** Null where they were not asked for. */
  fileSystems: Lookup<FileSystem[]> | null;
}

/** What is asked for of a node: its name, the namespace of the pod that asks, and which of the details. */
export interface NodeQuestion {
  name: string;
  namespace: string;
  events: boolean;
  pulls: boolean;
  /** By --node-stats alone: kubelet itself is asked, which takes a right that may do much more. */
  stats: boolean;
}

/** Names the answer to the image of one container of a pod. */
export const answerKey = ({ kind, name }: { kind: string; name: string }): string => `${kind}/${name}`;

/** Nodes on which an image fails, and others on which it runs. No node is in both. */
export interface ImagePlaces {
  /** Those that were read, of `fails` nodes. */
  failing: readonly Node[];
  fails: number;
  /** Those that were read, of `runs` nodes. */
  running: readonly Node[];
  runs: number;
}

/** The snapshot of a pod of whose surroundings nothing was read. In: the pod, and why. */
export function unseenSnapshot(pod: Pod, why: string): PodSnapshot {
  const unseen = notSeen(why);
  return {
    pod,
    events: unseen,
    node: unseen,
    serviceAccount: unseen,
    secrets: new Map(),
    workload: null,
    otherNamespaces: new Map(),
  };
}

/** Where the pods run that do not fail: the baseline against which failing pods may show a pattern. */
export interface Baseline {
  nodes: ReadonlySet<string>;
  registries: ReadonlySet<string>;
  /** `namespace/name` of service accounts. */
  accounts: ReadonlySet<string>;
}
