/**
 * What `--watch` knows of the pods, and what is worth a report: state × change → state + reports. Pure: when pods are listed and diagnosed
 * belongs to watch.ts, and so does how reports are printed.
 */
import { mayFail, pickFields } from '../cluster/pods.ts';
import type { PodChange } from '../cluster/watch.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import { NO_CAUSE } from '../model/cause-codes.ts';
import { keyOf, type Pod } from '../model/kubernetes.ts';
import { hasImages, imagesOf, isPullReason } from '../parse/pod.ts';
import { append } from '../util/lists.ts';

/** A pod that was diagnosed: by which message of its status, and with which findings. */
interface DiagnosedPod {
  pod: Pod;
  message: string;
  findings: readonly Finding[];
  /** Failed attempts of kubelet that were seen when the present causes were found first, and when they were found last. */
  first: number;
  last: number;
}

/** A pod of which it matters that its images arrive. */
interface FollowedPod {
  pod: Pod;
  /** All its images are on its node. */
  isComplete: boolean;
  /** It is being deleted, or has ended. */
  isLeaving: boolean;
  /** Attempts of kubelet that failed, as far as its status was seen to tell of each. */
  attempts: number;
  /** Its status tells of an attempt that failed, not of the back-off after it. */
  hasJustFailed: boolean;
}

/** All pods by `namespace/name`. */
export interface TrackerState {
  /** The first list has been reported. */
  isStarted: boolean;
  isConnected: boolean;
  diagnosed: ReadonlyMap<string, DiagnosedPod>;
  /** Pods to diagnose next. */
  pending: ReadonlyMap<string, Pod>;
  /** Pods whose diagnosis runs now, without those that were repaired or deleted since it began: what it finds of these is out of date. */
  running: ReadonlyMap<string, Pod>;
  /** Every selected pod, where all of them matter; null where those that may fail do. */
  followed: ReadonlyMap<string, FollowedPod> | null;
  /** What pods failed by when they were deleted, whose names come back: when the next pod of the name has its images, that is repaired. */
  former: ReadonlyMap<string, readonly Finding[]>;
  /** The container that alone matters, null for all. */
  container: string | null;
}

/** The state before the first list. In: whether every selected pod matters, and the container that alone does. */
export const initialState = (follows: boolean, container: string | null): TrackerState => ({
  isStarted: false,
  isConnected: true,
  diagnosed: new Map(),
  pending: new Map(),
  running: new Map(),
  followed: follows ? new Map() : null,
  former: new Map(),
  container,
});

/** What happens: a change of the pods, or a step of the diagnosis of those that are pending. */
export type TrackerChange =
  | PodChange
  /**
   * The time has come to look again at what no change of a pod tells: sandboxes, image volumes, and the pods that admission refuses now. `again`: pods whose events
   * tell something new.
   */
  | { type: 'looked'; refused: readonly Pod[]; again?: ReadonlySet<string> }
  | { type: 'diagnosisStarted' }
  | { type: 'diagnosisEnded'; findings: readonly Finding[] }
  /** Nothing was found out: the pods are pending again. */
  | { type: 'diagnosisFailed' };

/** A followed pod whose images have all arrived, and what was known of their pulls. */
interface PulledPod {
  pod: Pod;
  findings: readonly Finding[];
}

/** What a transition gives to report. */
export type TrackerReport =
  /** What fails at the start. */
  | { type: 'started'; findings: readonly Finding[] }
  /** What fails now and did not before, what no longer fails, and what failed as long as its pod was there. */
  | { type: 'findings'; added: readonly Finding[]; repaired: readonly Finding[]; gone: readonly Finding[] }
  | { type: 'pulled'; pods: readonly PulledPod[] }
  | { type: 'disconnected'; why: string }
  | { type: 'reconnected' };

/** The state after a change, and what it gives to report. */
export interface Transition {
  state: TrackerState;
  reports: TrackerReport[];
}

/** The one transition. The state is left as it is; where nothing changes, the new one is the same object. */
export function track(state: TrackerState, change: TrackerChange): Transition {
  switch (change.type) {
    case 'listed':
      return afterList(state, change.pods);
    case 'changed':
      return afterSight(state, [change.pod]);
    case 'deleted':
      return afterEnd(state, [keyOf(change.pod.metadata)]);
    case 'looked':
      return afterLook(state, change.refused, change.again ?? new Set());
    case 'disconnected':
      // of many attempts that fail, one is reported
      return { state: { ...state, isConnected: false }, reports: state.isConnected ? [{ type: 'disconnected', why: change.why }] : [] };
    case 'diagnosisStarted':
      return { state: { ...state, running: state.pending, pending: new Map() }, reports: [] };
    case 'diagnosisFailed':
      return { state: { ...state, running: new Map(), pending: new Map([...state.running, ...state.pending]) }, reports: [] };
    case 'diagnosisEnded':
      return afterDiagnosis(state, change.findings);
  }
}

/** All keys of which something is known. */
export const trackedKeys = ({ diagnosed, pending, running, followed }: TrackerState): Set<string> =>
  new Set([...diagnosed.keys(), ...pending.keys(), ...running.keys(), ...(followed?.keys() ?? [])]);

/** A pod that is not in a new list is gone. */
function afterList(state: TrackerState, pods: readonly Pod[]): Transition {
  const present = new Set(pods.map(pod => keyOf(pod.metadata)));
  const ended = afterEnd(
    { ...state, isConnected: true },
    [...trackedKeys(state)].filter(key => !present.has(key)),
  );
  const seen = afterSight(ended.state, pods);
  return {
    state: seen.state,
    reports: [
      ...(state.isConnected || !state.isStarted ? [] : [{ type: 'reconnected' } as const]),
      ...together([...ended.reports, ...seen.reports]),
    ],
  };
}

/** Reports of findings as one. */
function together(reports: readonly TrackerReport[]): TrackerReport[] {
  const found = reports.filter(report => report.type === 'findings');
  if (found.length < 2) return [...reports];
  const all = (of: 'added' | 'repaired' | 'gone'): Finding[] => found.flatMap(report => report[of]);
  return [
    { type: 'findings', added: all('added'), repaired: all('repaired'), gone: all('gone') },
    ...reports.filter(report => report.type !== 'findings'),
  ];
}

/** A pod of this name is no longer there. */
function afterEnd(state: TrackerState, keys: readonly string[]): Transition {
  const { state: next, reports } = remove(state, { gone: keys, repaired: [] });
  return { state: next.followed === null ? next : withFollowed(next, omit(next.followed, keys)), reports };
}

/** What the status of pods tells. */
function afterSight(state: TrackerState, pods: readonly Pod[]): Transition {
  const keyed = pods.map(pod => ({ key: keyOf(pod.metadata), pod }));
  const known = (key: string): Pod | undefined => state.diagnosed.get(key)?.pod ?? state.pending.get(key) ?? state.running.get(key);
  const gone = new Set(keyed.filter(({ key, pod }) => isLeaving(pod) || isAnother(known(key), pod)).map(({ key }) => key));
  const followed = state.followed === null ? null : follow(state.followed, pods, state.container);
  const matters = (pod: Pod): boolean =>
    !isLeaving(pod) && (mayFail(pod) || (followed !== null && pod.refusal === undefined && !hasImages(pod, state.container)));
  const over = keyed.filter(({ key, pod }) => !gone.has(key) && !matters(pod)).map(({ key }) => key);
  const removed = remove(state, { gone: [...gone], repaired: over });
  const back = keyed.filter(({ key, pod }) => state.former.has(key) && !isLeaving(pod) && hasImages(pod, state.container));
  const returned = back.flatMap(({ key }) => state.former.get(key) ?? []);
  const former = omit(
    removed.state.former,
    back.map(({ key }) => key),
  );
  const present = former === removed.state.former ? removed.state : { ...removed.state, former };
  const pending = addPending(withFollowed(present, followed), pods.filter(matters));
  const pulled = state.isStarted && followed !== null ? arrived(state, followed, keyed) : [];
  return {
    state: withFresh(pending, keyed),
    reports: [
      ...together([
        ...removed.reports,
        ...(returned.length > 0 ? [{ type: 'findings', added: [], repaired: returned, gone: [] } as const] : []),
      ]),
      ...(pulled.length > 0 ? [{ type: 'pulled', pods: pulled } as const] : []),
    ],
  };
}

const withFollowed = (state: TrackerState, followed: TrackerState['followed']): TrackerState =>
  state.followed === followed ? state : { ...state, followed };

/** Whether nothing more is pulled for a pod: it is being deleted, or has ended without its images. */
const isLeaving = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp !== undefined || (pod.status?.phase === 'Failed' && !mayFail(pod) && !hasImages(pod));

/** Whether a pod is not the one that was known by its name. */
const isAnother = (before: Pod | undefined, { metadata: { uid } }: Pod): boolean =>
  before?.metadata.uid !== undefined && uid !== undefined && before.metadata.uid !== uid;

/** Whether the next pod may have the same name: a StatefulSet gives it again, and so does who replaces a pod without a controller. */
const isNameGivenAgain = ({ metadata: { uid, ownerReferences = [] } }: Pod): boolean =>
  uid !== undefined && (ownerReferences.length === 0 || ownerReferences.some(({ kind }) => kind === 'StatefulSet'));

/** Followed pods as they are now. */
function follow(
  before: ReadonlyMap<string, FollowedPod>,
  pods: readonly Pod[],
  container: string | null,
): ReadonlyMap<string, FollowedPod> {
  const own = pods.filter(({ refusal }) => refusal === undefined);
  if (own.length === 0) return before;
  const after = new Map(before);
  for (const pod of own) {
    const key = keyOf(pod.metadata);
    const same = before.get(key);
    const known = isAnother(same?.pod, pod) ? undefined : same;
    const hasJustFailed = justFailed(pod);
    after.set(key, {
      pod: pickFields(pod),
      isComplete: hasImages(pod, container),
      isLeaving: isLeaving(pod),
      attempts: (known?.attempts ?? 0) + (hasJustFailed && known?.hasJustFailed !== true ? 1 : 0),
      hasJustFailed,
    });
  }
  return after;
}

/** Whether the status tells of an attempt, not of the back-off after it. */
const justFailed = (pod: Pod): boolean =>
  imagesOf(pod).some(({ status }) => {
    const reason = status?.state?.waiting?.reason;
    return isPullReason(reason) && reason !== 'ImagePullBackOff';
  });

/** Followed pods whose last image has arrived, and that failed by no cause: of the others it is told that they are repaired. One that is being deleted helps nobody. */
function arrived(
  state: TrackerState,
  followed: ReadonlyMap<string, FollowedPod>,
  keyed: readonly { key: string; pod: Pod }[],
): PulledPod[] {
  return keyed.flatMap(({ key, pod }) => {
    const findings = state.diagnosed.get(key)?.findings ?? [];
    const isNew = followed.get(key)?.isComplete === true && state.followed?.get(key)?.isComplete !== true;
    return isNew && !isLeaving(pod) && !state.former.has(key) && findings.every(isHarmless) ? [{ pod, findings }] : [];
  });
}

/** Whether a finding is of a pull that has not failed. */
const isHarmless = ({ diagnosis }: Finding): boolean => NO_CAUSE.has(diagnosis.cause);

/** The next look is at a pod of which nothing was found as it is now: it may have come to a node since. */
function withFresh(state: TrackerState, keyed: readonly { key: string; pod: Pod }[]): TrackerState {
  const stale = keyed.filter(({ key }) => !state.pending.has(key) && state.diagnosed.get(key)?.findings.every(isHarmless));
  if (stale.length === 0) return state;
  const diagnosed = new Map(state.diagnosed);
  for (const { key, pod } of stale) diagnosed.set(key, { ...(diagnosed.get(key) as DiagnosedPod), pod: pickFields(pod) });
  return { ...state, diagnosed };
}

/** What only events tell is pending again, until something is found; what admission refuses no more is repaired. */
function afterLook(state: TrackerState, refused: readonly Pod[], again: ReadonlySet<string>): Transition {
  const present = new Set(refused.map(pod => keyOf(pod.metadata)));
  const over = [...state.diagnosed.values()]
    .map(({ pod }) => pod)
    .filter(pod => pod.refusal !== undefined && !present.has(keyOf(pod.metadata)));
  const { state: next, reports } = remove(state, { gone: [], repaired: over.map(pod => keyOf(pod.metadata)) });
  const due = [...next.diagnosed]
    .filter(([key, { findings }]) => findings.length === 0 || again.has(key))
    .map(([key, { pod }]) => [key, pod] as const);
  const added = addPending(next, refused);
  return { state: due.length === 0 ? added : { ...added, pending: new Map([...due, ...added.pending]) }, reports };
}

/** Pods whose status tells something new are pending. A back-off that no longer tells the cause tells nothing new. */
function addPending(state: TrackerState, pods: readonly Pod[]): TrackerState {
  const added = pods.filter(pod => {
    const message = failureMessage(pod);
    const key = keyOf(pod.metadata);
    const before = state.diagnosed.get(key);
    return before === undefined || (message !== '' && message !== before.message) || isReportedAgain(before, state.followed?.get(key));
  });
  if (added.length === 0) return state;
  return { ...state, pending: new Map([...state.pending, ...added.map(pod => [keyOf(pod.metadata), pickFields(pod)] as const)]) };
}

/** Whether kubelet tried once more since what it met could only be guessed at: what it says now, in the same words, confirms it or not. */
const isReportedAgain = ({ findings, first, last }: DiagnosedPod, followed: FollowedPod | undefined): boolean =>
  followed !== undefined &&
  followed.attempts > last &&
  first === last &&
  findings.some(({ diagnosis }) => diagnosis.certainty === 'possible');

/** Pods that pull, run or are gone: what they failed by is over. */
function remove(state: TrackerState, over: { gone: readonly string[]; repaired: readonly string[] }): Transition {
  const { diagnosed, pending, running } = state;
  const keys = [...over.gone, ...over.repaired];
  if (!keys.some(key => diagnosed.has(key) || pending.has(key) || running.has(key))) return { state, reports: [] };
  const findingsOf = (some: readonly string[]): Finding[] => some.flatMap(key => diagnosed.get(key)?.findings ?? []);
  const gone = findingsOf(over.gone);
  const repaired = findingsOf(over.repaired).filter(finding => !isHarmless(finding));
  const former = new Map(state.former);
  for (const key of over.gone) {
    const known = diagnosed.get(key);
    const failures = known?.findings.filter(finding => !isHarmless(finding)) ?? [];
    if (known !== undefined && failures.length > 0 && isNameGivenAgain(known.pod)) former.set(key, failures);
  }
  return {
    state: { ...state, diagnosed: omit(diagnosed, keys), pending: omit(pending, keys), running: omit(running, keys), former },
    reports: repaired.length + gone.length > 0 ? [{ type: 'findings', added: [], repaired, gone }] : [],
  };
}

function afterDiagnosis(state: TrackerState, findings: readonly Finding[]): Transition {
  const found = new Map<string, Finding[]>();
  for (const finding of findings) append(found, keyOf(finding.facts.pod ?? {}), finding);
  const outcomes = [...state.running].map(([key, pod]) => {
    const before = state.diagnosed.get(key);
    const now = found.get(key) ?? [];
    const last = state.followed?.get(key)?.attempts ?? 0;
    const isSameAsBefore = before !== undefined && now.every(finding => before.findings.some(other => isSame(other, finding)));
    return {
      key,
      before: before?.findings ?? [],
      after: { pod, message: failureMessage(pod), findings: now, first: isSameAsBefore ? before.first : last, last },
    };
  });
  const added = outcomes.flatMap(({ before, after }) => after.findings.filter(one => !before.some(other => isSame(other, one))));
  const repaired = outcomes
    .flatMap(({ before, after }) => before.filter(one => !after.findings.some(other => isSame(other, one))))
    .filter(finding => !isHarmless(finding));
  const next: TrackerState = {
    ...state,
    isStarted: true,
    running: new Map(),
    former: omit(
      state.former,
      outcomes.filter(({ after }) => !after.findings.every(isHarmless)).map(({ key }) => key),
    ),
    diagnosed: new Map([...state.diagnosed, ...outcomes.map(({ key, after }) => [key, after] as const)]),
  };
  if (!state.isStarted) return { state: next, reports: [{ type: 'started', findings: added }] };
  return { state: next, reports: added.length + repaired.length > 0 ? [{ type: 'findings', added, repaired, gone: [] }] : [] };
}

function omit<V>(map: ReadonlyMap<string, V>, keys: readonly string[]): ReadonlyMap<string, V> {
  if (!keys.some(key => map.has(key))) return map;
  const rest = new Map(map);
  for (const key of keys) rest.delete(key);
  return rest;
}

/** Whether two findings of one pod are the same for whoever watches. */
const isSame = (a: Finding, b: Finding): boolean =>
  a.diagnosis.cause === b.diagnosis.cause && a.facts.container.name === b.facts.container.name;

/** What the status says of the failures, without what changes with each attempt; empty where it does not tell why. */
export const failureMessage = (pod: Pod): string =>
  imagesOf(pod)
    .map(image =>
      (image.status?.state?.waiting?.message ?? '')
        .replace(/^Back-off pulling image "[^"]*"(?:: ErrImagePull: )?/, '')
        .replace(/current time \S+/, ''),
    )
    .filter(Boolean)
    .join('\n');
