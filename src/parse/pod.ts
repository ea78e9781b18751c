/** The images of a pod: which containers and volumes have one, which of them wait for it, and with which pull secrets. Pure. */

import type { ContainerKind, Owner } from '../model/facts.ts';
import {
  ANNOTATIONS,
  type ContainerStatus,
  type Event,
  type Metadata,
  type Pod,
  secretNames,
  subjectOf,
  textOf,
} from '../model/kubernetes.ts';
import { fullReference, withoutTag } from '../model/reference.ts';
import { isOfImage, readFaults } from './messages/reader.ts';
import { parseReference } from './reference.ts';

/** Reasons with which kubelet reports that the image is the problem. Source: pkg/kubelet/images/types.go. */
export const PULL_REASONS: ReadonlySet<string | undefined> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
  'ImageVolumeMountFailed',
]);

/** Whether a waiting reason is about the image. From 1.33 on a broken secret's error text itself is the reason: no other reason holds a blank. */
export const isPullReason = (reason: string | undefined): boolean => PULL_REASONS.has(reason) || /\s/.test(reason?.trim() ?? '');

/** An image of a pod: that of a container, or of an image volume. `status` is null while kubelet has not reported one. */
export interface ContainerImage {
  name: string;
  kind: ContainerKind;
  image: string;
  pullPolicy: string | null;
  status: ContainerStatus | null;
}

/** Reasons of a container that cannot be created or started, or is not yet; the words tell whether its image is why. Source: pkg/kubelet/kuberuntime/kuberuntime_container.go. */
const START_REASONS: ReadonlySet<string | undefined> = new Set([
  'CreateContainerError',
  'CreateContainerConfigError',
  'RunContainerError',
  'StartError',
  'ContainerCreating',
  'PodInitializing',
]);

/** Whether a waiting state is about the image: by its reason, or because the words of a start that fails are of work on an image. */
export const isOfPull = (waiting: { reason?: string; message?: string } | undefined): boolean =>
  isPullReason(waiting?.reason) || (START_REASONS.has(waiting?.reason) && readFaults(waiting?.message ?? '').some(isOfImage));

/** Whether a container waits for its image. */
export const waitsForImage = ({ status }: ContainerImage): boolean => isOfPull(status?.state?.waiting);

/** Reasons of a container whose pod has no sandbox yet, or whose init containers run. Source: pkg/kubelet/kubelet_pods.go. */
const BEFORE_START: ReadonlySet<string | undefined> = new Set([undefined, 'ContainerCreating', 'PodInitializing']);

/** Whether nothing of a pod has started on its node: its sandbox may be what fails, and only events tell. */
export const isStarting = ({ spec, status }: Pod): boolean =>
  status?.phase === 'Pending' &&
  Boolean(spec?.nodeName) &&
  [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].every(
    ({ state }) => state?.running === undefined && state?.terminated === undefined && BEFORE_START.has(state?.waiting?.reason),
  );

/**
 * Whether a container waits in the back-off of its start though its image is another than the one that ran: kubelet ended the old one when the image was
 * changed, and until the new one is there the reason is now this, now the pull's. Only the events tell which. Source: kuberuntime_manager.go, doBackOff.
 */
export function isBetweenImages({ image, status }: ContainerImage): boolean {
  if (status?.state?.waiting?.reason !== 'CrashLoopBackOff' || status.image === undefined) return false;
  const [wanted, ran] = [parseReference(image), parseReference(status.image)];
  return wanted.ok && ran.ok && fullReference(wanted.reference) !== fullReference(ran.reference);
}

/**
 * Whether kubelet has the image of a container: it pulls before it does anything else for the container. Of an image volume there is no status: it is there
 * unless the container that mounts it waits.
 */
const isThere = (image: ContainerImage): boolean => {
  const { running, terminated, waiting } = image.status?.state ?? {};
  if (running !== undefined || terminated !== undefined) return true;
  if (image.kind === 'imageVolume') return !waitsForImage(image);
  return waiting !== undefined && !BEFORE_START.has(waiting.reason) && !isOfPull(waiting) && !isBetweenImages(image);
};

/** Whether all images of a pod are on its node, as far as its status tells. In: the pod, and the container that alone matters (null: all). */
export const hasImages = (pod: Pod, only: string | null = null): boolean =>
  pod.defect === undefined &&
  pod.refusal === undefined &&
  imagesOf(pod)
    .filter(({ name }) => only === null || name === only)
    .every(isThere);

/** Characters of a message that identify it: what records an event may cut a long one. */
const ENOUGH = 200;

/**
 * The volume that the message of a waiting container is about, if it is one of an image volume: a volume has no status of its own. What kubelet says to the
 * volume's image in an event without a container is the same message; else the message names the image, in full or by its repository. Source: KEP-4639,
 * kubelet's EnsureImageExists.
 */
function volumeOf(container: ContainerImage, volumes: readonly ContainerImage[], events: readonly Event[]): ContainerImage | undefined {
  const { reason, message = '' } = container.status?.state?.waiting ?? {};
  if (volumes.length === 0 || message === '') return undefined;
  const told = volumes.find(({ image }) => {
    const text = `Failed to pull image "${image}": ${message.slice(0, ENOUGH)}`;
    return events.some(event => !subjectOf(event)?.fieldPath && textOf(event).startsWith(text));
  });
  if (told !== undefined) return told;
  const named = new Set([...quotedIn(message), ...message.split(/[\s"',()]+/).map(word => word.replace(/[:.;]$/, ''))]);
  const isNamed = ({ image }: ContainerImage): boolean => image !== '' && (named.has(image) || named.has(withoutTag(image)));
  if (isNamed(container)) return undefined;
  const mounts = reason === 'CreateContainerError' && /\bImageVolumeMountFailed\b/.test(message);
  return volumes.find(isNamed) ?? (mounts && volumes.length === 1 ? volumes[0] : undefined);
}

/** What stands in quotes in a text. A closing quote may open the next one: every piece between two quotes counts, so that one pass finds all. */
export const quotedIn = (text: string): ReadonlySet<string> => new Set(text.split('"').slice(1, -1));

/**
 * Every image of a pod, in the order of its start. What a container's status says of an image volume is the volume's. In: the pod, and its events where they
 * are at hand.
 */
export function imagesOf(pod: Pod, events: readonly Event[] = []): ContainerImage[] {
  const spec = pod.spec ?? {};
  const list = (
    kind: ContainerKind,
    containers: { name: string; image?: string; imagePullPolicy?: string }[] = [],
    statuses: ContainerStatus[] = [],
  ): ContainerImage[] => {
    // of two statuses of one name the first counts
    const statusOf = new Map([...statuses].reverse().map(status => [status.name, status]));
    return containers.map(container => ({
      name: container.name,
      kind,
      image: container.image ?? '',
      pullPolicy: container.imagePullPolicy ?? null,
      status: statusOf.get(container.name) ?? null,
    }));
  };
  const volumes = (spec.volumes ?? [])
    .filter(volume => volume.image !== undefined)
    .map(
      (volume): ContainerImage => ({
        name: volume.name,
        kind: 'imageVolume',
        image: volume.image?.reference ?? '',
        pullPolicy: volume.image?.pullPolicy ?? null,
        status: null,
      }),
    );
  const containers = [
    ...list('initContainer', spec.initContainers, pod.status?.initContainerStatuses),
    ...list('container', spec.containers, pod.status?.containerStatuses),
    ...list('ephemeralContainer', spec.ephemeralContainers, pod.status?.ephemeralContainerStatuses),
  ].map(container => {
    const volume = volumeOf(container, volumes, events);
    if (volume === undefined) return container;
    volume.status ??= container.status;
    return { ...container, status: null };
  });
  return [...volumes, ...containers];
}

/** Names of the pull secrets that kubelet reads for a pod, in its order. */
export const pullSecretNames = (pod: Pod): string[] => secretNames(pod.spec?.imagePullSecrets);

/** The service account of a pod, `default` where it names none. */
export const serviceAccountName = (pod: Pod): string => pod.spec?.serviceAccountName || 'default';

/** Makers whose own maker writes their template anew: what is changed in them alone is lost. */
const MADE_AGAIN = new Set(['job', 'replicaset']);

/**
 * The workload that creates the pod again. A Deployment is known by the name of its ReplicaSet and the pod's template hash. What is no kind (in saved
 * objects anything may stand there) counts as no owner. A static pod is made by kubelet from a file of the node: its owner is the node.
 * In: the pod, and the metadata of the object that made it, null where it was not seen: a Job may be of a CronJob, a ReplicaSet of a custom kind.
 */
export function ownerOf(pod: Pod, made: Metadata | null = null): Owner {
  if (pod.metadata.annotations?.[ANNOTATIONS.mirrorPod] !== undefined) return { kind: 'node', name: pod.spec?.nodeName ?? '' };
  const own = makerOf(pod);
  const above = MADE_AGAIN.has(own.kind) ? made?.ownerReferences?.find(({ controller }) => controller) : undefined;
  return above === undefined || !isKind(above.kind) ? own : { kind: above.kind.toLowerCase(), name: above.name };
}

const isKind = (kind: string): boolean => kind !== 'Node' && /^[A-Za-z][A-Za-z0-9]*$/.test(kind);

function makerOf(pod: Pod): Owner {
  const owner = pod.metadata.ownerReferences?.find(reference => reference.controller) ?? pod.metadata.ownerReferences?.[0];
  const hash = pod.metadata.labels?.['pod-template-hash'];
  if (owner === undefined || !isKind(owner.kind)) return { kind: 'pod', name: pod.metadata.name };
  if (owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`))
    return { kind: 'deployment', name: owner.name.slice(0, -hash.length - 1) };
  return { kind: owner.kind.toLowerCase(), name: owner.name };
}
