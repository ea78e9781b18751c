/**
 * The causes that a pasted text tells of: each of its messages as the status of a pod of which nothing else is known, diagnosed as every pod is. Belongs here: that pod, and what
 * is said of a verdict that rests on a text alone. Pure.
 */
import type { CauseCode } from '../model/cause-codes.ts';
import type { Certainty, Diagnosis } from '../model/diagnosis.ts';
import type { Facts } from '../model/facts.ts';
import { type Fault, isAuthenticationFault } from '../model/fault.ts';
import { type Event, type Pod, unseenSnapshot } from '../model/kubernetes.ts';
import type { Reference } from '../model/reference.ts';
import { asWritten } from '../parse/messages/copy.ts';
import { readFaults } from '../parse/messages/reader.ts';
import { type PastedMessage, type PastedPod, readPasted } from '../parse/pasted.ts';
import { redact } from '../util/redact.ts';
import { redactPasted } from '../util/redact-pasted.ts';
import { collectFacts } from './collect-facts.ts';
import { MOST_ALTERNATIVES } from './decision.ts';
import { diagnose } from './diagnose.ts';

/** One message, and what it tells. */
export interface Reading {
  cause: CauseCode;
  /** Never certain: a text is no proof of what holds now. */
  certainty: Exclude<Certainty, 'certain'>;
  /** Other causes, likeliest first, at most five. */
  also: CauseCode[];
  /** The image, redacted; null where the text names none. */
  image: string | null;
  reference: Reference | null;
  /** What was read; null where the text has no error, only a state. */
  fault: Fault | null;
  /** The message, redacted. */
  message: string;
}

/** What a text tells. */
export interface TextReading {
  /** One for each cause, image and host, in the order of the text. */
  readings: Reading[];
  pods: PastedPod[];
  /** Reasons of a failing pull that stand there without words: `ImagePullBackOff`. */
  reasons: string[];
}

/** Words of a pull: a fault that is met without them may be of anything. */
const OF_PULL = /pull|image|registr|manifest|repositor|\/v2\/|\bblob|\blayer|unpack|snapshot|toomanyrequests|docker|sandbox|secret/i;

/** What kubelet and the API server say of other work than a pull, with the same words of a network. */
const OF_OTHERS =
  /\b(?:Readiness|Liveness|Startup) probe (?:failed|errored)|\bMountVolume\.|\bUnable to attach or mount volumes|\bfailed calling webhook\b/;

/** Reasons that tell their cause without words. Source: pkg/kubelet/images/types.go. */
const REASONS: Readonly<Record<string, CauseCode>> = {
  InvalidImageName: 'InvalidImageName',
  ErrImageNeverPull: 'ImageNeverPulled',
  SignatureValidationFailed: 'SignatureRejected',
  RegistryUnavailable: 'RegistryUnreachable',
};

/** Sentences of kubelet that are no failure. Source: pkg/kubelet/images/image_manager.go. */
const STATES: readonly [RegExp, CauseCode][] = [
  [/^(?:Successfully pulled image |Container image "[^"]*" already present on machine)/, 'NoPullProblem'],
  [/^Pulling image "/, 'StillPulling'],
];

/** In: the text, and the time (RFC 3339). Out: what it tells; no readings where it tells no cause. */
export function readText(text: string, now: string): TextReading {
  const { messages, pods, reasons } = readPasted(redactPasted(text));
  const understood = messages.flatMap(message => (OF_OTHERS.test(message.text) ? [] : (readingOf(message, now) ?? [])));
  const ofPull = understood.filter(({ message }) => OF_PULL.test(message));
  const told = ofPull.length > 0 ? ofPull : understood.slice(0, 1).map(vague);
  const others = told.length > 0 ? told : reasons.flatMap(reason => ofReason(reason) ?? []);
  const readings = once(others.length > 0 || reasons.length > 0 ? others : ofStates(messages));
  return { readings, pods, reasons };
}

/** A fault of a connection that no word of a pull stands beside may be that of anything. */
const vague = (reading: Reading): Reading => (reading.fault?.host == null ? reading : { ...reading, certainty: 'possible' });

/** One of those that tell the same. */
function once(readings: readonly Reading[]): Reading[] {
  const byKey = new Map<string, Reading>();
  for (const reading of readings) {
    const key = JSON.stringify([reading.cause, reading.image, reading.fault?.host, reading.fault?.kind]);
    if (!byKey.has(key)) byKey.set(key, reading);
  }
  return [...byKey.values()];
}

const withoutFault = (cause: CauseCode, message: string, image: string | null): Reading => ({
  cause,
  certainty: 'possible',
  also: [],
  image: image === null ? null : redact(image),
  reference: null,
  fault: null,
  message: redact(message),
});

function ofReason(reason: string): Reading | null {
  const cause = REASONS[reason];
  return cause === undefined ? null : withoutFault(cause, reason, null);
}

/** What the last sentence of kubelet says that is no failure. */
function ofStates(messages: readonly PastedMessage[]): Reading[] {
  const states = messages.flatMap(({ text, image }) => {
    const written = asWritten(text);
    const cause = STATES.find(([pattern]) => pattern.test(written))?.[1];
    return cause === undefined ? [] : [withoutFault(cause, written, image)];
  });
  return states.slice(-1);
}

/** A failure that kubelet tells, whatever it is. */
const FAILURE = /^(?:Failed +to pull image |Back-off pulling image "[^"]*": |Failed to (?:inspect|apply default image tag))/;

/** What a message tells; null where it is none of a pull that is known. */
function readingOf(pasted: PastedMessage, now: string): Reading | null {
  const written = asWritten(pasted.text);
  const faults = readFaults(pasted.text);
  if (faults.every(({ kind }) => kind === 'unknown') && !FAILURE.test(written)) return null;
  const facts = factsOf(pasted, faults, now, false);
  if (facts === null) return null;
  const { cause, certainty, also } = verdictOf(pasted, faults, facts, now);
  return {
    cause,
    certainty: certainty === 'certain' ? 'likely' : certainty,
    also: also.slice(0, MOST_ALTERNATIVES),
    image: pasted.image === null ? null : redact(pasted.image),
    reference: facts.reference === NO_NAME ? null : facts.reference,
    fault: facts.nodeReport.faults[0] ?? faults[0] ?? null,
    message: redact(written),
  };
}

type Verdict = Pick<Diagnosis, 'cause' | 'certainty' | 'also'>;

/** A text does not tell whether the pod has a pull secret: what a refusal means with one is an alternative to what it means without. */
function verdictOf(pasted: PastedMessage, faults: readonly Fault[], facts: Facts, now: string): Verdict {
  const without = diagnose(facts);
  if (!facts.nodeReport.faults.some(isAuthenticationFault)) return without;
  const other = factsOf(pasted, faults, now, true);
  const withSecret = other === null ? without : diagnose(other);
  const isSame = withSecret.cause === without.cause;
  const also = [...new Set([withSecret.cause, ...without.also, ...withSecret.also])].filter(code => code !== without.cause);
  return { cause: without.cause, certainty: isSame ? without.certainty : 'possible', also };
}

/** The event by which kubelet warns of a pull secret; the pull may work all the same. */
const OF_SECRET = /Unable to retrieve some image pull secrets/;
/** Waiting reasons of faults that kubelet finds before it asks the runtime. */
const WAITS: Partial<Record<Fault['kind'], string>> = { badReference: 'InvalidImageName', never: 'ErrImageNeverPull' };

/** The facts of a pod with nothing but this message. In: also whether it names a pull secret, which nobody has seen. */
function factsOf({ text, image }: PastedMessage, [fault]: readonly Fault[], now: string, hasSecret: boolean): Facts | null {
  const isWarning = OF_SECRET.test(text);
  const subject = { kind: 'Pod', namespace: 'default', name: 'pod' };
  const waiting = isWarning
    ? { reason: 'ImagePullBackOff', message: '' }
    : { reason: (fault && WAITS[fault.kind]) ?? 'ErrImagePull', message: text };
  const pod: Pod = {
    metadata: { namespace: subject.namespace, name: subject.name },
    spec: { containers: [{ name: 'main', image: image ?? '' }], imagePullSecrets: hasSecret ? [{ name: 'secret' }] : [] },
    status: {
      phase: 'Pending',
      containerStatuses: [{ name: 'main', image: image ?? '', state: { waiting } }],
    },
  };
  const events: Event[] = isWarning
    ? [{ metadata: { name: 'event' }, reason: 'FailedToRetrieveImagePullSecret', message: asWritten(text), involvedObject: subject }]
    : [];
  const snapshot = { ...unseenSnapshot(pod, 'a text was read'), events: { found: true as const, object: events } };
  const facts = collectFacts(snapshot, now, true)[0]?.facts;
  if (facts === undefined) return null;
  const known = { ...facts, noProbe: 'a text was read' };
  return image === null ? { ...known, image: ':', reference: NO_NAME, referenceError: null } : known;
}

/** In the place of an image that the text does not name: most have a registry and a tag. */
const NO_NAME: Reference = { registry: '', repository: '', tag: '', digest: null };
