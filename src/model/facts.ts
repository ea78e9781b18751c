/** The facts of one image: plain JSON without a password, from objects, the report of the node and the probe. Belongs here: the types, and small predicates. */
import type { NearMiss, SecretFormat, SecretProblem, SecretRepair } from './credential.ts';
import { type Fault, isAuthenticationFault } from './fault.ts';
import type { DiskFacts, NodePulls } from './node-load.ts';
import type { Platform } from './platform.ts';
import type { Attempt, ProbeFacts } from './probe.ts';
import type { Reference } from './reference.ts';
import type { ProviderId } from './registry-providers.ts';

/** `sandbox` is the pause image of the pod itself: the node pulls it with settings and credentials of its own. */
export type ContainerKind = 'container' | 'initContainer' | 'ephemeralContainer' | 'imageVolume' | 'sandbox';

/** How the container waits. */
export interface State {
  /** The waiting reason verbatim, null when the container does not wait. */
  reason: string | null;
  /** The waiting message, redacted. */
  message: string | null;
  /** RFC 3339; when the failure began, as far as is known. */
  since: string | null;
  /** Pulls tried, estimated from events. */
  attempts: number | null;
  /** RFC 3339, estimated. */
  nextRetry: string | null;
}

/** What the node reports about this container's pull. */
export interface NodeReport {
  /** The last failure's errors, the one that got farthest first; empty when no message is left. */
  faults: Fault[];
  /** Where they stand. `node`: the node was asked to pull once more, and said this (`--from-node`). */
  source: 'status' | 'event' | 'node' | null;
  /** RFC 3339 of the event, null for a status (it is the present). */
  at: string | null;
  /** Names in a FailedToRetrieveImagePullSecret event: a warning, not a cause by itself. */
  unreadableSecrets: string[];
  /** A `Pulled` event of this image that is newer than every failure. */
  pulledAfter: boolean;
  /** RFC 3339 of a `Pulling` event that no success or failure followed, of a container that has not started. */
  pullingSince: string | null;
  /** The registry that the runtime names in its error where the image names none: it tries its search registries in turn, and tells of the last. Null otherwise. */
  searched: string | null;
}

/** Where a node has reported nothing of the image. */
export const NO_REPORT: NodeReport = {
  faults: [],
  source: null,
  at: null,
  unreadableSecrets: [],
  pulledAfter: false,
  pullingSince: null,
  searched: null,
};

/** A pull secret that the pod names. */
export interface SecretFact {
  name: string;
  /** Null when it was not read. */
  type: string | null;
  lookup: 'found' | 'missing' | 'notSeen';
  /** Why it was not seen, null otherwise. */
  why: string | null;
  problems: SecretProblem[];
  /** The form in which kubelet would read what it holds; null when it has that form, or holds nothing that would do. */
  intendedFormat: SecretFormat | null;
  /** Present where `repair-secret` makes of it one that kubelet reads; whether it then has to be deleted and created again, as a type or an immutable secret cannot be changed. */
  repair?: SecretRepair;
  /** Raw keys of its entries. */
  keys: string[];
  /** Other namespaces that hold a pull secret of this name; null when they could not be searched. */
  otherNamespaces: string[] | null;
  /** Where it stands in a manifest that is not applied yet; present there alone. */
  declaredAt?: DeclaredAt;
}

/** A credential that kubelet would try, without its password. */
export interface CredentialFact {
  secret: string;
  key: string;
  username: string;
  empty: boolean;
  /** How it is known that the credential has expired; null when nothing says so. */
  expiry: CredentialExpiry | null;
  /** A visible defect, as a clause without a full stop; null when none. */
  defect: string | null;
}

/** How it is known that a credential has expired: its password is a token that states its own end, or its secret is older than the issuer lets such a token live. */
export type CredentialExpiry =
  | { source: 'token' /** RFC 3339. */; expiredAt: string }
  | { source: 'age'; provider: ProviderId; lifetimeHours: number; ageHours: number };

/** What the node object tells; null where it was not seen. */
export interface NodeFacts {
  name: string | null;
  platform: Platform | null;
  /** `containerd://1.7.24`, … */
  runtime: string | null;
  kubelet: string | null;
  /** `Bottlerocket OS 1.44.0 (aws-k8s-1.33)`, `Talos (v1.12.0)`, … */
  osImage: string | null;
  /** Those labels of NODE_LABELS that the node has. */
  labels: Record<string, string>;
  diskPressure: boolean;
  /** `aws`, `gce`, `azure`, `kind`, `k3s`, … from the provider ID. */
  provider: string | null;
}

/** Where the same image fails and where it runs, and what tells these nodes apart. */
export interface NodeContrast {
  /** Nodes on which it fails. */
  fails: number;
  /** Other nodes, on which it runs. */
  runs: number;
  /** Nodes of both that were compared. */
  compared: number;
  /** What all failing nodes that were compared share and none of the others has, the most telling first; never empty. */
  differences: { failing: string; running: string }[];
}

/** Labels of a node that tell which system it is, and which part it plays there. */
export const NODE_LABELS: readonly string[] = [
  'node.openshift.io/os_id',
  'minikube.k8s.io/name',
  'eks.amazonaws.com/nodegroup',
  'eks.amazonaws.com/compute-type',
  'microk8s.io/cluster',
  'cloud.google.com/gke-nodepool',
  'kubernetes.azure.com/cluster',
  'kubernetes.azure.com/agentpool',
  'node.kubernetes.io/instance-type',
  'node-role.kubernetes.io/control-plane',
];

/** How a workload's pod is changed and created again; enough to write commands. */
export interface Owner {
  /** Resource name for kubectl, such as `deployment`, or `pod` for a bare one. */
  kind: string;
  name: string;
}

/** A tool that keeps manifests and writes them again: what is changed in the cluster alone lasts until then. */
export type ManagerTool = 'helm' | 'argocd' | 'fluxKustomization' | 'fluxHelmRelease';

/** Which tool keeps the manifest of the workload, and under which name. */
export interface Manager {
  tool: ManagerTool;
  /** Of the Helm release, the application of Argo CD, or the Kustomization or HelmRelease of Flux; null when it is not known. */
  name: string | null;
  /** Its namespace, null when it is not known. */
  namespace: string | null;
  /** The Helm chart, with its version, where a label names it. */
  chart: string | null;
}

/** What keeps a pod from starting, or has ended it, and is not its image. */
export interface Obstacle {
  kind:
    | 'terminating'
    | 'evicted'
    /** It failed as a whole: its deadline, or a node that took it no more. */
    | 'ended'
    | 'unschedulable'
    | 'gated'
    | 'nodeNotReady'
    | 'nodeGone'
    | 'volume'
    /** The sandbox, for another reason than its image: its network. */
    | 'sandbox'
    /** A container waits for something else. */
    | 'container';
  /** Who says what, redacted and on one line; null where nothing is said. */
  words: string | null;
  /**
   * The disk of the node is why: it refused the pod (`refused`), or ended it while its image was pulled (`pulling`) or while nothing of it is known to have run
   * (`unstarted`); or it keeps the pod from every node, as the scheduler says (`everyNode`) or as all nodes report while the scheduler names no taint (`everyNodeReports`). Absent for anything else, and where the pod ran.
   */
  disk?: 'refused' | 'pulling' | 'unstarted' | 'everyNode' | 'everyNodeReports';
}

/** How a pod is whose images are there. */
export interface Standing {
  /** `completed`: all of its containers ended well. `failed`: one ended with another exit code than 0, and is not started again. */
  kind: 'running' | 'completed' | 'failed' | 'crashing' | 'outOfMemory';
  /** The container that tells. */
  container: string;
  /** Null where the status does not tell. */
  exitCode: number | null;
  restarts: number | null;
}

/** Admission creates no pod of a workload. */
export interface Refusal {
  /** What refuses. `imagePolicy`: a policy of the API server that is about images alone. `silentWebhook`: the webhook did not answer. */
  by: 'imagePolicy' | 'webhook' | 'policy' | 'quota' | 'podSecurity' | 'silentWebhook' | 'other';
  /** The webhook or the policy, null where the words name none. */
  name: string | null;
  /** What it says, redacted and on one line. */
  words: string;
  /** Of what the words are; null where they are of something else than an image. */
  about: 'image' | 'signature' | null;
  /** They name the field of the image as what is refused, or come of a policy of images alone. */
  exact: boolean;
  /** The object that would create the pods: its events tell. */
  maker: Owner;
  /** The maker was read, and it still lacks a pod. */
  lasts: boolean;
}

/** What a node answered when it was asked to pull the image for a new pod (`--from-node`). */
export interface NodeAnswer {
  node: string;
  /**
   * `pulled`, `failed`: the pull ended so. `pulling`: it had not ended in time. `notStarted`: the node has not pulled, for another reason than the image.
   * `refused`: the pod could not be created.
   */
  outcome: 'pulled' | 'failed' | 'pulling' | 'notStarted' | 'refused';
  /** Who says what, redacted and on one line; null where nothing is said. */
  message: string | null;
  /** From the creation of the pod to the answer. */
  seconds: number;
  /** Pull secrets that admission gave the new pod and that the diagnosed one lacks. */
  addedSecrets: string[];
}

/** OpenShift sets the image of a container from an ImageStreamTag. */
export interface ImageTrigger {
  /** `NAME:TAG`. */
  tag: string;
  /** Of the ImageStream, null for the pod's own. */
  namespace: string | null;
  paused: boolean;
}

/** Where a manifest names an image. */
export interface DeclaredAt {
  /** As it was given; `-` is standard input. */
  file: string;
  /** From 1. */
  line: number;
  /** From 1, null where only the line is known. */
  column: number | null;
}

/** What is known before there is a pod. `pod` then names the workload that would make it, as TYPE/NAME; the name is empty for an image without a manifest. */
export interface Planned {
  /** Where else the same question comes from: `NAMESPACE/TYPE/NAME` of each workload, the first included. */
  usedBy: string[];
  /** Where else manifests name it. */
  alsoAt: DeclaredAt[];
  /** Whose credentials these are. `user`: those of the person who asks, which the cluster does not have. */
  credentialsOf: 'cluster' | 'manifest' | 'file' | 'user' | 'nobody';
  /** The nodes on which it may run and that the verdict is about; null where they were not seen. */
  nodes: PlannedNodes | null;
}

/** Nodes on which an image may run. */
export interface PlannedNodes {
  /** Those of the platform that the verdict is about: their number, and the first names. */
  count: number;
  names: string[];
  /** All on which it may run. */
  all: number;
  /** Platforms of all of them. */
  platforms: Platform[];
  /** First names of those of all that do not list the image. */
  lacking: string[];
  /** How many of all list it, and of how many that is not known. */
  listing: number;
  unknown: number;
}

/** Something worth knowing of an image that is no cause: it never changes the exit status. */
export interface Note {
  code: NoteCode;
  /** A sentence. */
  detail: string;
}

/** Codes of notes: names for good, as those of causes. */
export type NoteCode =
  /** The tag is of a kind that is moved: `latest`, a branch, a part of a version. */
  | 'MutableTag'
  /** `latest` with the policy IfNotPresent: nodes keep what they have. */
  | 'LatestIfNotPresent'
  /** The tag has another digest now than where it runs. */
  | 'TagMoved'
  /** The image is for another platform: it is pulled, and does not start. */
  | 'WrongPlatform'
  /** A pull secret that the pod names is not there, and this image does not need it. */
  | 'MissingSecret'
  /** All nodes have the image, and whether kubelet gives it to this pod depends on who pulled it (KEP-2535). */
  | 'AccessUnknown'
  /** No node suits the pod. */
  | 'NoNode'
  | 'NoNamespace'
  | 'NoServiceAccount'
  /** Nodes have the image already. */
  | 'OnNodes'
  /** kubelet never pulls, and whether the nodes have the image was not seen. */
  | 'NeverPulled'
  /** The credentials are the user's own. */
  | 'OwnCredentials';

/** Everything that a diagnosis looks at, without a password. */
export interface Facts {
  /** RFC 3339 of this diagnosis. */
  now: string;
  pod: { namespace: string; name: string; node: string | null; owner: Owner; manager: Manager | null } | null;
  container: { name: string; kind: ContainerKind };
  image: string;
  reference: Reference | null;
  /** The error of the parser when the image is no reference. */
  referenceError: string | null;
  pullPolicy: string | null;
  /** The trigger of the workload that sets this image, null where none was seen. */
  trigger: ImageTrigger | null;
  /** The container waits for its image (or its reason says so). */
  failing: boolean;
  state: State;
  nodeReport: NodeReport;
  node: NodeFacts;
  /** Whether the node lists the image among those that it has; null where it was not seen, or where its list may be cut. */
  onNode: boolean | null;
  serviceAccount: {
    name: string;
    /** Its annotation that names an identity of the cloud, null where none was seen. */
    identity: string | null;
    /** Its pull secrets, null when it was not seen. */
    secrets: string[] | null;
    /** Those of them that the pod lacks and that hold a credential for this image. */
    matching: string[];
  };
  secrets: SecretFact[];
  keyring: {
    broken: { secret: string; error: string } | null;
    credentials: CredentialFact[];
    nearMisses: NearMiss[];
    /** Every secret that the pod names was read or is proved missing: the list of credentials is whole. */
    complete: boolean;
  };
  /** The disk of the node; absent where the verdict needed nothing of it. */
  disk?: DiskFacts;
  /** The other pulls of the node; absent where the verdict needed nothing of them. */
  pulls?: NodePulls;
  /** Null where other pods were not seen, or nothing tells their nodes apart. */
  contrast: NodeContrast | null;
  /** Null when no registry was asked. */
  probe: ProbeFacts | null;
  /** Why no registry was asked. */
  noProbe: string | null;
  /** Absent where nothing else than an image keeps the pod. */
  obstacle?: Obstacle;
  /** Absent where an image fails, something else keeps the pod, or its status does not tell. */
  standing?: Standing;
  /** Present where there is no pod: `pod` then names the workload, as TYPE/NAME. */
  refusal?: Refusal;
  /** Present where there is no pod yet, and the question is whether its image could be pulled. */
  planned?: Planned;
  /** Where the manifest names the image. */
  declaredAt?: DeclaredAt;
  notes?: Note[];
  /** Present where nodes were asked: the answers, that of the pod's own node first. */
  fromNode?: NodeAnswer[];
}

/** The answer of the node that the pod is on, where that node was asked. What another node answers proves nothing of this one. */
export const ownAnswer = ({ pod, fromNode }: Pick<Facts, 'pod' | 'fromNode'>): NodeAnswer | undefined =>
  fromNode?.find(({ node }) => node === pod?.node);

/** Whether the pod is at its end, or its node is: nothing of it is pulled now. */
export const isOver = ({ obstacle }: Facts): boolean =>
  obstacle !== undefined && ['terminating', 'evicted', 'ended', 'nodeNotReady', 'nodeGone'].includes(obstacle.kind);

/** Whether the facts are of the sandbox image, which is a setting of the node. */
export const isOfSandbox = ({ container }: Facts): boolean => container.kind === 'sandbox';

/** Whether the pull of the image works anonymously, as the probe saw. */
export const anonymousPasses = (facts: Facts): Attempt | undefined =>
  facts.probe?.attempts.find(
    attempt =>
      attempt.credential === null && (attempt.fault === null || (!isAuthenticationFault(attempt.fault) && attempt.fault.status === 404)),
  );

/**
 * Whether a refusal by 403 or insufficient_scope is the one that the probe met without a login too: then it is not about this user alone, and what does not exist may
 * be refused so.
 */
export function meetsEverybody({ probe }: Facts, fault: Fault | null): boolean {
  const anonymous = probe?.attempts.find(({ credential }) => credential === null)?.fault;
  if (anonymous == null || fault === null || (fault.status !== 403 && fault.kind !== 'insufficientScope')) return false;
  return anonymous.status === fault.status && anonymous.kind === fault.kind && anonymous.role === fault.role;
}

/** The minor version of the kubelet of a node, 0 where it is not known. */
export const kubeletMinor = ({ node }: Facts): number => Number(/^v1\.(\d+)/.exec(node.kubelet ?? '')?.[1] ?? 0);

/** Whether kubelet may refuse an image that its node has: from 1.35 on one that was pulled with a credential is for pods that have it too. Source: KEP-2535. */
export const verifiesAccess = (facts: Facts): boolean => kubeletMinor(facts) >= 35;
