/**
 * The pod that makes a node pull an image (`--from-node`): its manifest, and how one is known again. It pulls as the diagnosed pod does, runs nothing, has no rights,
 * and ends by itself. Pure.
 */
import { isObject } from '../parse/shape.ts';

/** What one pod of this kind asks: a node, for one image, with one set of credentials. */
export interface PullQuestion {
  namespace: string;
  node: string;
  /** The node runs Windows. */
  isWindows: boolean;
  image: string;
  /** Names of pull secrets, in the order of the diagnosed pod. */
  secrets: readonly string[];
  serviceAccount: string;
  /** A runtime class may have a snapshotter of its own, and with it a pull of its own. */
  runtimeClass: string | null;
  /** The diagnosed pod: with it the new one goes, too. */
  owner: { name: string; uid: string };
}

/** The label of these pods, by which `cleanup` lists them. */
export const LABEL = 'kubectl-imagepull/from-node';
/** Label and value as a selector. */
export const SELECTOR = `${LABEL}=true`;
/** The annotation that names the run which made a pod: without both marks a pod is not ours. */
const RUN = 'kubectl-imagepull/run';
/** The annotation that names the diagnosed pod. */
const DIAGNOSES = 'kubectl-imagepull/diagnoses';
/** The only container. */
export const CONTAINER = 'pull';
const NAME_PREFIX = 'kubectl-imagepull-';

/**
 * Commands that no image can hold, so that nothing of an image ever runs. On Linux every runtime mounts its own /dev, and /dev/null is no folder there. On Windows no
 * name of a file may have a `|`.
 */
const COMMAND = { linux: '/dev/null/kubectl-imagepull', windows: 'C:\\|\\kubectl-imagepull' };
/** As little as a container can have: CRI-O refuses less memory than 12 MiB. Requests are the limits, so that no ratio is broken. */
const RESOURCES = { cpu: '10m', memory: '16Mi', 'ephemeral-storage': '16Mi' };

/** A pod of this kind, as it is sent. */
export interface PullPod {
  metadata: { namespace: string; name: string; annotations: Record<string, string>; [more: string]: unknown };
  [more: string]: unknown;
}

/**
 * The manifest. In: the question, a name of this run (lower case letters and digits) and of this pod, and the seconds after which the pod ends by itself. It passes
 * the restricted Pod Security Standard, tolerates every taint, and is picked up by no mesh. It names no user: a security context constraint would refuse one.
 * Source: kubernetes.io/docs/concepts/security/pod-security-standards.
 */
export function pullPod(question: PullQuestion, run: string, id: string, deadline: number): PullPod {
  const { namespace, node, image, secrets, serviceAccount, runtimeClass, owner, isWindows } = question;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${NAME_PREFIX}${id}`,
      namespace,
      labels: {
        [LABEL]: 'true',
        'app.kubernetes.io/name': 'kubectl-imagepull',
        'app.kubernetes.io/managed-by': 'kubectl-imagepull',
        'sidecar.istio.io/inject': 'false',
      },
      annotations: {
        [RUN]: run,
        [DIAGNOSES]: owner.name,
        'sidecar.istio.io/inject': 'false',
        'linkerd.io/inject': 'disabled',
      },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: owner.name, uid: owner.uid, controller: false, blockOwnerDeletion: false }],
    },
    spec: {
      nodeName: node,
      restartPolicy: 'Never',
      activeDeadlineSeconds: deadline,
      terminationGracePeriodSeconds: 0,
      serviceAccountName: serviceAccount,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...(runtimeClass === null ? {} : { runtimeClassName: runtimeClass }),
      ...(isWindows ? { os: { name: 'windows' } } : {}),
      imagePullSecrets: secrets.map(name => ({ name })),
      tolerations: [{ operator: 'Exists' }],
      securityContext: isWindows
        ? { runAsNonRoot: true, windowsOptions: { hostProcess: false } }
        : { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: CONTAINER,
          image,
          imagePullPolicy: 'Always',
          command: [isWindows ? COMMAND.windows : COMMAND.linux],
          resources: { requests: RESOURCES, limits: RESOURCES },
          ...(isWindows ? {} : { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }),
        },
      ],
    },
  };
}

const fieldsOf = (value: unknown, name: string): Record<string, unknown> => {
  const part = isObject(value) ? value[name] : null;
  return isObject(part) ? part : {};
};

function containersOf(pod: unknown): Record<string, unknown>[] {
  const list = fieldsOf(pod, 'spec')['containers'];
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** The run that made a pod, null where no run of this program did. */
export function runOf(pod: unknown): string | null {
  const run = fieldsOf(fieldsOf(pod, 'metadata'), 'annotations')[RUN];
  return typeof run === 'string' && run !== '' ? run : null;
}

/** Whether a pod bears both marks of this program, and is named and built as one of its pods. No other pod is ever deleted. */
export function isOurs(pod: unknown): boolean {
  const { name } = fieldsOf(pod, 'metadata');
  const isMarked = fieldsOf(fieldsOf(pod, 'metadata'), 'labels')[LABEL] === 'true' && runOf(pod) !== null;
  return isMarked && typeof name === 'string' && name.startsWith(NAME_PREFIX) && containersOf(pod).some(one => one['name'] === CONTAINER);
}

/** Names of the pull secrets of a pod. */
function secretsOf(pod: unknown): unknown[] {
  const list = fieldsOf(pod, 'spec')['imagePullSecrets'];
  return Array.isArray(list) ? list.filter(isObject).map(({ name }) => name) : [];
}

/**
 * How a pod differs from what was asked for, so that its pull answers another question: null where it does not. In: as it was sent, and as it was created. Pull secrets
 * that were added are told elsewhere.
 */
export function changedByAdmission(sent: PullPod, created: unknown): string | null {
  const [asked] = containersOf(sent);
  const pull = containersOf(created).find(({ name }) => name === CONTAINER);
  const [before, spec] = [fieldsOf(sent, 'spec'), fieldsOf(created, 'spec')];
  if (pull === undefined) return 'admission has taken its container away';
  if (pull['image'] !== asked?.['image']) return `admission has changed its image to "${String(pull['image'])}"`;
  if (pull['imagePullPolicy'] !== 'Always') return `admission has changed its imagePullPolicy to "${String(pull['imagePullPolicy'])}"`;
  if (spec['nodeName'] !== before['nodeName']) return 'admission has changed its node';
  const lost = secretsOf(sent).find(name => !secretsOf(created).includes(name));
  if (lost !== undefined)
    return `admission has taken pull secret "${lost}" away, so that its pull is not that of pod "${sent.metadata.annotations[DIAGNOSES]}"`;
  const changed = ['serviceAccountName', 'runtimeClassName'].find(field => (spec[field] || null) !== (before[field] || null));
  if (changed !== undefined) return `admission has changed its ${changed} to "${String(spec[changed] ?? '')}"`;
  if (Array.isArray(spec['initContainers']) && spec['initContainers'].length > 0)
    return 'admission has given it an init container, which has to run before the image is pulled';
  return null;
}
