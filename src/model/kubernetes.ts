/** The fields of Kubernetes objects that a diagnosis reads, and how surely we know an object. Types only. */

export interface Metadata {
  name: string;
  namespace?: string;
  uid?: string;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { kind: string; name: string; controller?: boolean }[];
  managedFields?: { time?: string }[];
}

export interface ContainerSpec {
  name: string;
  image?: string;
  imagePullPolicy?: string;
  restartPolicy?: string;
}

export interface ContainerStatus {
  name: string;
  image?: string;
  imageID?: string;
  ready?: boolean;
  restartCount?: number;
  state?: {
    waiting?: { reason?: string; message?: string };
    running?: { startedAt?: string };
    terminated?: { reason?: string; finishedAt?: string };
  };
}

export interface Pod {
  kind?: 'Pod';
  metadata: Metadata;
  spec?: {
    nodeName?: string;
    serviceAccountName?: string;
    imagePullSecrets?: { name?: string }[];
    containers?: ContainerSpec[];
    initContainers?: ContainerSpec[];
    ephemeralContainers?: ContainerSpec[];
    volumes?: { name: string; image?: { reference?: string; pullPolicy?: string } }[];
  };
  status?: {
    phase?: string;
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
    ephemeralContainerStatuses?: ContainerStatus[];
  };
}

/** Both event APIs: core/v1 and events.k8s.io/v1 name the same things differently. */
export interface Event {
  metadata: Metadata;
  type?: string;
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
  source?: { host?: string };
}

export interface ObjectReference {
  kind?: string;
  namespace?: string;
  name?: string;
  uid?: string;
  fieldPath?: string;
}

export interface Secret {
  metadata: Metadata;
  type?: string;
  data?: Record<string, string>;
  stringData?: Record<string, string>;
}

export interface ServiceAccount {
  metadata: Metadata;
  imagePullSecrets?: { name?: string }[];
}

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
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
    allocatable?: Record<string, string>;
  };
  spec?: { providerID?: string };
}

/** `namespace/name` of an object of a namespace. */
export const keyOf = ({ namespace, name }: ObjectReference): string => `${namespace ?? 'default'}/${name}`;

/** An object that was asked for: there, absent (`reportedBy`: only somebody else says so), or not seen (and then why, and what would show it). */
export type Lookup<T> =
  | { found: true; object: T }
  | { found: false; missing: true; reportedBy?: string }
  | { found: false; missing: false; why: string };

export const notSeen = (why: string): { found: false; missing: false; why: string } => ({ found: false, missing: false, why });

/** All that is known of one pod and of what its pulls depend on. */
export interface PodSnapshot {
  pod: Pod;
  /** The pod's events, or why they could not be read. */
  events: Lookup<Event[]>;
  node: Lookup<Node>;
  serviceAccount: Lookup<ServiceAccount>;
  /** By name: the pod's pull secrets, and those that its service account names besides. */
  secrets: Map<string, Lookup<Secret>>;
  /** Other namespaces that hold a pull secret of the same name, by name; absent when nobody looked. */
  otherNamespaces: Map<string, Lookup<string[]>>;
}

/** What else runs where the failing pods were looked for: without it no pattern can be claimed. */
export interface Baseline {
  nodes: ReadonlySet<string>;
  registries: ReadonlySet<string>;
  /** `namespace/name` of service accounts. */
  accounts: ReadonlySet<string>;
}
