/** Which of a pod's status and events speak of one container's image, and what the last of them says. Pure. */

import type { ContainerKind, NodeReport, State } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import { type ContainerStatus, type Event, type Pod, secretNames } from '../model/kubernetes.ts';
import { fullReference, type Reference, registryHosts } from '../model/reference.ts';
import { redact } from '../util/redact.ts';
import { readFaults } from './messages/reader.ts';
import { parseReference } from './reference.ts';

/** Reasons with which kubelet says that an image is the trouble. Source: pkg/kubelet/images/types.go. */
const PULL_REASONS = new Set([
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
export const isPullReason = (reason: string | undefined): boolean =>
  reason !== undefined &&
  (PULL_REASONS.has(reason) || (/\s/.test(reason.trim()) && !/^(?:ContainerCreating|PodInitializing)$/.test(reason)));

export interface ContainerImage {
  name: string;
  kind: ContainerKind;
  image: string;
  pullPolicy: string | null;
  status: ContainerStatus | null;
}

/** Whether a container waits for its image. */
export const waitsForImage = ({ status }: ContainerImage): boolean => isPullReason(status?.state?.waiting?.reason);

/**
 * Whether a container waits in the back-off of its start though its image is another than the one that ran: kubelet ended the old one when the image was
 * changed, and until the new one is there the reason is now this, now the pull's. Only the events tell which. Source: kuberuntime_manager.go, doBackOff.
 */
export function isBetweenImages({ image, status }: ContainerImage): boolean {
  if (status?.state?.waiting?.reason !== 'CrashLoopBackOff' || status.image === undefined) return false;
  const [wanted, ran] = [parseReference(image), parseReference(status.image)];
  return wanted.ok && ran.ok && fullReference(wanted.reference) !== fullReference(ran.reference);
}

/** The words of a container that waits for an image volume speak of the volume's image. Source: KEP-4639, kubelet's EnsureImageExists. */
const waitsForVolume = (status: ContainerStatus | null, volumes: ContainerImage[]): ContainerImage | undefined => {
  const message = status?.state?.waiting?.message;
  if (message === undefined) return undefined;
  const own = status?.image ?? '';
  return volumes.find(volume => volume.image !== '' && volume.image !== own && message.includes(`"${volume.image}"`));
};

/** Every image of a pod, in the order of its start. What a container says of an image volume is the volume's. */
export function imagesOf(pod: Pod): ContainerImage[] {
  const spec = pod.spec ?? {};
  const list = (
    kind: ContainerKind,
    containers: { name: string; image?: string; imagePullPolicy?: string }[] = [],
    statuses: ContainerStatus[] = [],
  ): ContainerImage[] =>
    containers.map(container => ({
      name: container.name,
      kind,
      image: container.image ?? '',
      pullPolicy: container.imagePullPolicy ?? null,
      status: statuses.find(status => status.name === container.name) ?? null,
    }));
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
    const volume = container.status?.state?.waiting?.message?.includes(`"${container.image}"`)
      ? undefined
      : waitsForVolume(container.status, volumes);
    if (volume === undefined) return container;
    volume.status ??= container.status;
    return { ...container, status: null };
  });
  return [...volumes, ...containers];
}

/** Names of the pull secrets that kubelet reads for a pod, in its order. */
export const pullSecretNames = (pod: Pod): string[] => secretNames(pod.spec?.imagePullSecrets);

export const serviceAccountName = (pod: Pod): string => pod.spec?.serviceAccountName || 'default';

const FIELD: Record<ContainerKind, string> = {
  container: 'spec.containers',
  initContainer: 'spec.initContainers',
  ephemeralContainer: 'spec.ephemeralContainers',
  imageVolume: '',
  sandbox: '',
};

const textOf = (event: Event): string => event.message ?? event.note ?? '';
const timeOf = (event: Event): string =>
  event.series?.lastObservedTime ??
  event.lastTimestamp ??
  event.deprecatedLastTimestamp ??
  event.eventTime ??
  event.firstTimestamp ??
  event.metadata?.creationTimestamp ??
  '';
const firstTimeOf = (event: Event): string => event.firstTimestamp ?? event.deprecatedFirstTimestamp ?? event.eventTime ?? timeOf(event);
const countOf = (event: Event): number => event.series?.count ?? event.count ?? event.deprecatedCount ?? 1;

/** Events of an earlier pod of the same name are not this pod's. */
export function isOfPod(event: Event, pod: Pod): boolean {
  const object = event.involvedObject ?? event.regarding;
  if (object?.kind !== undefined && object.kind !== 'Pod') return false;
  if (object?.name !== pod.metadata.name) return false;
  if (object.namespace !== undefined && pod.metadata.namespace !== undefined && object.namespace !== pod.metadata.namespace) return false;
  return object.uid === undefined || pod.metadata.uid === undefined || object.uid === pod.metadata.uid;
}

/** Events name the container in fieldPath; those of an image volume have none and are known by the image in their text. */
function isAbout(event: Event, container: ContainerImage, alone: boolean): boolean {
  const fieldPath = (event.involvedObject ?? event.regarding)?.fieldPath;
  if (fieldPath !== undefined && fieldPath !== '')
    return container.kind !== 'imageVolume' && fieldPath === `${FIELD[container.kind]}{${container.name}}`;
  return textOf(event).includes(`"${container.image}"`) || (container.kind !== 'imageVolume' && alone);
}

/** The image of kubelet's own events, as it stands in the pod. */
const PULLED_IMAGE = /^(?:Pulling image|Back-off pulling image|Failed +to pull image|Successfully pulled image) "([^"]*)"/;
/** Since 1.32 a back-off tells its cause. */
const BACK_OFF_CAUSE = /^Back-off pulling image "[^"]*": /;

/** Whether a text says that kubelet put the pull off by its own limit of pulls per second. */
const isThrottled = (text: string): boolean => readFaults(text).every(({ kind }) => kind === 'throttled');

/** Names of the pull secrets that kubelet could not read, from its events of the pod, each once. */
export const unreadableSecrets = (events: readonly Event[]): string[] => [
  ...new Set(
    events
      .filter(event => event.reason === 'FailedToRetrieveImagePullSecret')
      .flatMap(event => readFaults(textOf(event)))
      .flatMap(({ details }) => details.secrets ?? []),
  ),
];

/** Seconds of kubelet's back-off before the n-th repeat: 10, 20, 40 … 300. Source: pkg/kubelet/images, MaxImageBackOff. */
const backOffSeconds = (failures: number): number => Math.min(300, 10 * 2 ** Math.max(0, failures - 1));

/**
 * Reads what the node said. In: the container, the pod's events, the image's reference. Out: the last failure's faults, and the state with
 * its estimates. The status is the present and goes before an event; the event goes before a back-off that no longer tells why.
 */
export function readNodeReport(
  container: ContainerImage,
  allEvents: readonly Event[],
  reference: Reference | null,
  pod: Pod,
  alone: boolean,
): { nodeReport: NodeReport; state: State } {
  const waiting = container.status?.state?.waiting;
  const about = allEvents.filter(event => isAbout(event, container, alone)).sort((a, b) => timeOf(a).localeCompare(timeOf(b)));
  // events of the image that stood there before it was changed are over
  const named = (event: Event): string | undefined => PULLED_IMAGE.exec(textOf(event))?.[1];
  const changed = about.some(event => named(event) === container.image);
  const events = about.filter(event => !changed || (named(event) ?? container.image) === container.image);
  const failures = events.filter(
    event =>
      (event.reason === 'Failed' && /^Failed +to pull image/.test(textOf(event))) ||
      event.reason === 'InspectFailed' ||
      event.reason === 'ErrImageNeverPull',
  );
  const parseFailures = events.filter(
    event => event.reason === 'Failed' && /^Error: /.test(textOf(event)) && readFaults(textOf(event)).some(isUnparsedSecret),
  );
  const latest = failures.at(-1) ?? parseFailures.at(-1);
  const pulled = events.findLast(event => event.reason === 'Pulled');
  const pulling = events.findLast(event => event.reason === 'Pulling');

  const newest = (event: Event | undefined): string => (event === undefined ? '' : timeOf(event));
  // a pull that kubelet put off tells nothing; what the last one that was made has met still stands
  const after = failures.filter(event => newest(event) > newest(pulled));
  const made = after.findLast(event => !isThrottled(textOf(event)));
  // of a container that waits for something else, a failure that a success followed is over
  const lastFailure = made ?? (waitsForImage(container) ? latest : after.at(-1));
  const status = statusCause(waiting);
  const told = status !== null && made !== undefined && isThrottled(status) ? null : status;
  const text =
    told ?? (waiting === undefined && container.kind !== 'imageVolume' ? null : lastFailure === undefined ? null : textOf(lastFailure));
  const faults = text === null ? [] : readFaults(text, registryHosts(reference)).map(fault => ofSecret(fault, waiting));
  const failed = newest(latest);
  // a container that runs or ran has its image, though the event of its pull may still be on the way; one without a status has not been reported yet
  const hasImage = container.status?.state?.running !== undefined || container.status?.state?.terminated !== undefined;
  const nodeReport: NodeReport = {
    faults,
    source: told !== null ? 'status' : text === null ? null : 'event',
    at: told !== null || lastFailure === undefined ? null : timeOf(lastFailure) || null,
    unreadableSecrets: unreadableSecrets(allEvents),
    pulledAfter: pulled !== undefined && newest(pulled) >= failed && newest(pulled) >= newest(pulling),
    pullingSince:
      pulling !== undefined && !hasImage && newest(pulling) > failed && newest(pulling) > newest(pulled) ? newest(pulling) : null,
  };

  const tries = failures.filter(event => event.reason === 'Failed').reduce((sum, event) => sum + countOf(event), 0);
  const retries = isPullReason(waiting?.reason) && waiting?.reason !== 'InvalidImageName' && waiting?.reason !== 'ErrImageNeverPull';
  const lastTry = failures.length === 0 ? null : Date.parse(failed);
  const firstFailure = [...failures, ...parseFailures].map(firstTimeOf).filter(Boolean).sort()[0];
  const state: State = {
    reason: waiting?.reason ?? null,
    message: waiting?.message === undefined ? null : redact(waiting.message),
    since: firstFailure ?? (waiting === undefined ? null : (pod.metadata.creationTimestamp ?? null)),
    attempts: tries > 0 ? tries : null,
    nextRetry:
      retries && tries > 0 && lastTry !== null && !Number.isNaN(lastTry)
        ? new Date(lastTry + backOffSeconds(tries) * 1000).toISOString().replace('.000', '')
        : null,
  };
  return { nodeReport, state };
}

/** Whether an error is of a pull secret: kubelet says so, or a document did not parse and no runtime stands around that. */
const isUnparsedSecret = ({ kind, details, rows }: Fault): boolean =>
  kind === 'secretParse' || (details.document !== undefined && rows.filter(row => row !== 'kubelet.error').length === 1);

/**
 * A parse error without a runtime's wrapping is kubelet's own, of a pull secret (secrets.go, MakeDockerKeyring). From 1.33 on it is the reason itself,
 * before that the message under ErrImagePull; a runtime's words came with `rpc error` as long as Docker's bare ones existed.
 */
function ofSecret(fault: Fault, waiting: { reason?: string; message?: string } | undefined): Fault {
  const isReason = waiting?.reason !== undefined && !PULL_REASONS.has(waiting.reason);
  const said = (isReason ? waiting.reason : (waiting?.message ?? waiting?.reason)) ?? '';
  return readFaults(said).some(isUnparsedSecret) ? { ...fault, kind: 'secretParse', step: 'secret', role: 'registry', host: null } : fault;
}

/** The cause inside a waiting state, null when it tells none. */
function statusCause(waiting: { reason?: string; message?: string } | undefined): string | null {
  if (waiting === undefined || !isPullReason(waiting.reason)) return null;
  const message = waiting.message ?? '';
  if (waiting.reason === 'ImagePullBackOff') return BACK_OFF_CAUSE.test(message) ? message : null;
  if (!PULL_REASONS.has(waiting.reason as string)) return message === '' ? (waiting.reason as string) : message;
  if (message === '' || /^Err[A-Za-z]+$/.test(message)) return null;
  return waiting.reason === 'RegistryUnavailable' || waiting.reason === 'SignatureValidationFailed'
    ? `${waiting.reason}: ${message}`
    : message;
}
