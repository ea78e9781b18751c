/** The node's report of one image: which events and which part of the status are about it, and what the last failure was. Pure. */

import type { ContainerKind, NodeReport, State } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import { type Event, type Pod, subjectOf, textOf } from '../model/kubernetes.ts';
import { HUB, type Reference, registryHosts } from '../model/reference.ts';
import { redact } from '../util/redact.ts';
import { asWritten } from './messages/copy.ts';
import { imageNamed, isOfImage, readFaults, registryNamed } from './messages/reader.ts';
import { type ContainerImage, isOfPull, isPullReason, isStarting, PULL_REASONS, quotedIn, waitsForImage } from './pod.ts';

const FIELD: Record<ContainerKind, string> = {
  container: 'spec.containers',
  initContainer: 'spec.initContainers',
  ephemeralContainer: 'spec.ephemeralContainers',
  imageVolume: '',
  sandbox: '',
};

/** When it was last seen: RFC 3339, empty where nothing tells. */
export const timeOf = (event: Event): string =>
  event.series?.lastObservedTime ??
  event.lastTimestamp ??
  event.deprecatedLastTimestamp ??
  event.eventTime ??
  event.firstTimestamp ??
  event.metadata?.creationTimestamp ??
  '';
/** When it was first seen. */
export const firstTimeOf = (event: Event): string =>
  event.firstTimestamp ?? event.deprecatedFirstTimestamp ?? event.eventTime ?? timeOf(event);
/** How often it was seen. */
export const countOf = (event: Event): number => event.series?.count ?? event.count ?? event.deprecatedCount ?? 1;

/** Events of an earlier pod of the same name are not this pod's. */
export function isOfPod(event: Event, pod: Pod): boolean {
  const object = subjectOf(event);
  if (object?.kind !== undefined && object.kind !== 'Pod') return false;
  if (object?.name !== pod.metadata.name) return false;
  if (object.namespace !== undefined && pod.metadata.namespace !== undefined && object.namespace !== pod.metadata.namespace) return false;
  return object.uid === undefined || pod.metadata.uid === undefined || object.uid === pod.metadata.uid;
}

/** Events of the sandbox name no container. Events name the container in fieldPath; those of an image volume have none and are known by the image in their text. */
function isAbout(event: Event, container: ContainerImage, alone: boolean): boolean {
  const isOfSandbox = event.reason === FAILED_SANDBOX;
  if (isOfSandbox || container.kind === 'sandbox') return isOfSandbox && container.kind === 'sandbox';
  const fieldPath = subjectOf(event)?.fieldPath;
  if (fieldPath !== undefined && fieldPath !== '')
    return container.kind !== 'imageVolume' && fieldPath === `${FIELD[container.kind]}{${container.name}}`;
  return readEvent(event).quoted.has(container.image) || (container.kind !== 'imageVolume' && alone);
}

/** kubelet could not create the sandbox: for its image, its network, or anything else. Source: pkg/kubelet/events/event.go. */
const FAILED_SANDBOX = 'FailedCreatePodSandBox';

/** The image of kubelet's own events, as it stands in the pod. */
const PULLED_IMAGE = /^(?:Pulling image|Back-off pulling image|Failed +to pull image|Successfully pulled image) "([^"]*)"/;
/** Since 1.32 a back-off tells its cause. */
const BACK_OFF_CAUSE = /^Back-off pulling image "[^"]*": /;

/** Whether a text says that kubelet put the pull off by its own limit of pulls per second. */
const isThrottled = (text: string): boolean => readFaults(text).every(({ kind }) => kind === 'throttled');

/** What an event says, whichever container asks: each is read once, though a pod may have hundreds of containers and of events. */
interface EventReading {
  time: string;
  /** The image of one of kubelet's own sentences. */
  image: string | undefined;
  quoted: ReadonlySet<string>;
  isFailure: boolean;
  /** kubelet put the pull off. */
  isThrottled: boolean;
  /** kubelet could not parse a pull secret. */
  isOfSecret: boolean;
  /** Pull secrets that kubelet could not read. */
  secrets: readonly string[];
}

/**
 * Whether a copy tells of a pull that failed though kubelet's sentence is missing: a line of a log or of a command, filed as an event. What kubelet writes
 * itself is no copy. In: the text of the event, and what the copy says.
 */
const isCopyOfFailure = (text: string, written: string): boolean =>
  written !== text.trim() && !/^Error: \w+$/.test(written) && readFaults(text).some(({ kind }) => kind !== 'unknown');

const readBefore = new WeakMap<Event, EventReading>();

function readEvent(event: Event): EventReading {
  const known = readBefore.get(event);
  if (known !== undefined) return known;
  const copied = textOf(event);
  const text = asWritten(copied);
  const { reason } = event;
  const isFailure =
    (reason === 'Failed' && (/^Failed +to pull image/.test(text) || isCopyOfFailure(copied, text))) ||
    reason === 'InspectFailed' ||
    reason === 'ErrImageNeverPull' ||
    (reason === FAILED_SANDBOX && readFaults(text).some(isOfImage));
  const reading: EventReading = {
    time: timeOf(event),
    image: PULLED_IMAGE.exec(text)?.[1],
    quoted: quotedIn(text),
    isFailure,
    isThrottled: isFailure && isThrottled(copied),
    isOfSecret: reason === 'Failed' && text.startsWith('Error: ') && readFaults(text).some(isUnparsedSecret),
    secrets: reason === 'FailedToRetrieveImagePullSecret' ? readFaults(text).flatMap(({ details }) => details.secrets ?? []) : [],
  };
  readBefore.set(event, reading);
  return reading;
}

/** Reasons of events that say that the sandbox stands. */
const AFTER_SANDBOX: ReadonlySet<string | undefined> = new Set(['Pulling', 'Pulled', 'Created', 'Started', 'BackOff']);

/** The newest of some events of a pod; undefined where there is none, or one that says that the sandbox stands is newer. */
export function newestOf(events: readonly Event[], counts: (event: Event) => boolean): Event | undefined {
  let last: Event | undefined;
  for (const event of events)
    if ((counts(event) || AFTER_SANDBOX.has(event.reason)) && (last === undefined || readEvent(event).time >= readEvent(last).time))
      last = event;
  return last !== undefined && counts(last) ? last : undefined;
}

/**
 * The sandbox image of a pod where it is what the pod waits for: nothing has started, and the last attempt to create the sandbox failed by its image. Null
 * otherwise. Its name is empty where the message does not tell it.
 */
export function sandboxImage(pod: Pod, events: readonly Event[]): ContainerImage | null {
  if (!isStarting(pod)) return null;
  const last = newestOf(events, ({ reason }) => reason === FAILED_SANDBOX);
  if (last === undefined || !readEvent(last).isFailure) return null;
  return { name: '', kind: 'sandbox', image: imageNamed(asWritten(textOf(last))) ?? '', pullPolicy: null, status: null };
}

/** Whether any of a pod's events says that an image could not be pulled. */
export const tellOfFailure = (events: readonly Event[]): boolean =>
  events.some(event => readEvent(event).isFailure || readEvent(event).isOfSecret);

/** Names of the pull secrets that kubelet could not read, from its events of the pod, each once. */
export const unreadableSecrets = (events: readonly Event[]): string[] => [...new Set(events.flatMap(event => readEvent(event).secrets))];

/** Seconds of kubelet's back-off before the n-th repeat: 10, 20, 40 … 300. Source: pkg/kubelet/images, MaxImageBackOff. */
const backOffSeconds = (failures: number): number => Math.min(300, 10 * 2 ** Math.max(0, failures - 1));

/**
 * Reads what the node reports. In: the container, the pod's events, the image's reference. Out: the last failure's faults, and the state with
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
  const about = allEvents
    .filter(event => isAbout(event, container, alone))
    .sort((a, b) => readEvent(a).time.localeCompare(readEvent(b).time));
  // events of the image that stood there before it was changed are over
  const changed = about.some(event => readEvent(event).image === container.image);
  const events = about.filter(event => !changed || (readEvent(event).image ?? container.image) === container.image);
  const failures = events.filter(event => readEvent(event).isFailure);
  const parseFailures = events.filter(event => readEvent(event).isOfSecret);
  const latest = failures.at(-1) ?? parseFailures.at(-1);
  const pulled = events.findLast(event => event.reason === 'Pulled');
  const pulling = events.findLast(event => event.reason === 'Pulling');

  const newest = (event: Event | undefined): string => (event === undefined ? '' : readEvent(event).time);
  // a pull that kubelet put off tells nothing; what the last one that was made has met still stands
  const after = failures.filter(event => newest(event) > newest(pulled));
  const made = after.findLast(event => !readEvent(event).isThrottled);
  // of a container that waits for something else, a failure that a success followed is over
  const lastFailure = made ?? (waitsForImage(container) ? latest : after.at(-1));
  const status = statusCause(waiting);
  const reported = status !== null && made !== undefined && isThrottled(status) ? null : status;
  const text =
    reported ??
    (waiting === undefined && container.kind !== 'imageVolume' && container.kind !== 'sandbox'
      ? null
      : lastFailure === undefined
        ? null
        : textOf(lastFailure));
  const read = text === null ? [] : readFaults(text, registryHosts(reference)).map(fault => ofSecret(fault, waiting));
  const searched =
    reference?.registry === HUB && isShortName(container.image) ? (read.map(searchedBy).find(host => host !== null) ?? null) : null;
  // a registry of the runtime's search list is no mirror
  const faults = searched === null ? read : read.map((fault): Fault => (fault.role === 'mirror' ? { ...fault, role: 'registry' } : fault));
  const failed = newest(latest);
  // a container that runs or ran has its image, though the event of its pull may still be on the way; one without a status has not been reported yet
  const hasImage = container.status?.state?.running !== undefined || container.status?.state?.terminated !== undefined;
  const nodeReport: NodeReport = {
    faults,
    source: reported !== null ? 'status' : text === null ? null : 'event',
    at: reported !== null || lastFailure === undefined ? null : timeOf(lastFailure) || null,
    unreadableSecrets: unreadableSecrets(allEvents),
    pulledAfter: pulled !== undefined && newest(pulled) >= failed && newest(pulled) >= newest(pulling),
    pullingSince:
      pulling !== undefined && !hasImage && newest(pulling) > failed && newest(pulling) > newest(pulled) ? newest(pulling) : null,
    searched,
  };

  const tries = failures
    .filter(({ reason }) => reason === 'Failed' || reason === FAILED_SANDBOX)
    .reduce((sum, event) => sum + countOf(event), 0);
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

/** Whether an image is written without a registry. Source: distribution/reference, splitDockerDomain. */
export const isShortName = (image: string): boolean => !/[.:A-Z]|^localhost$/.test(image.slice(0, Math.max(0, image.indexOf('/'))));

/** The registry of an error by containers/image (CRI-O) where it is not Docker Hub, null otherwise. */
function searchedBy({ speaker, message }: Fault): string | null {
  const host = speaker === 'containersImage' ? registryNamed(message) : null;
  return host === null || registryHosts({ registry: HUB, repository: '', tag: null, digest: null }).includes(host) ? null : host;
}

/** Whether an error is of a pull secret: kubelet says so, or a document did not parse and no runtime stands around that. */
const isUnparsedSecret = ({ kind, details, rows }: Fault): boolean =>
  kind === 'secretParse' || (details.document !== undefined && rows.filter(row => row !== 'kubelet.error').length === 1);

/**
 * A parse error without a runtime's wrapping is kubelet's own, of a pull secret (secrets.go, MakeDockerKeyring). From 1.33 on it is the reason itself,
 * before that the message under ErrImagePull; a runtime's message came with `rpc error` as long as Docker's bare ones existed.
 */
function ofSecret(fault: Fault, waiting: { reason?: string; message?: string } | undefined): Fault {
  const isReason = waiting?.reason !== undefined && !PULL_REASONS.has(waiting.reason);
  const message = (isReason ? waiting.reason : (waiting?.message ?? waiting?.reason)) ?? '';
  return readFaults(message).some(isUnparsedSecret)
    ? { ...fault, kind: 'secretParse', step: 'secret', role: 'registry', host: null }
    : fault;
}

/** The cause inside a waiting state, null when it tells none. */
function statusCause(waiting: { reason?: string; message?: string } | undefined): string | null {
  if (waiting === undefined || !isOfPull(waiting)) return null;
  const message = waiting.message ?? '';
  // a start that fails by its image: the words are the runtime's
  if (!isPullReason(waiting.reason)) return message;
  if (waiting.reason === 'ImagePullBackOff') return BACK_OFF_CAUSE.test(asWritten(message)) ? message : null;
  if (!PULL_REASONS.has(waiting.reason)) return message === '' ? (waiting.reason as string) : message;
  if (message === '' || /^Err[A-Za-z]+$/.test(message)) return null;
  return waiting.reason === 'RegistryUnavailable' || waiting.reason === 'SignatureValidationFailed'
    ? `${waiting.reason}: ${message}`
    : message;
}
