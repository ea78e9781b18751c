/**
 * What `--watch` knows of the pods, and what is worth a report: state × change → state + reports. Pure: when pods are listed and diagnosed
 * belongs to watch.ts, and so does how reports are printed.
 */
import { mayFail, pickFields } from '../cluster/pods.ts';
import type { PodChange } from '../cluster/watch.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import { keyOf, type Pod } from '../model/kubernetes.ts';
import { imagesOf } from '../parse/pod.ts';

/** A pod that was diagnosed: by which message of its status, and with which findings. */
interface DiagnosedPod {
  pod: Pod;
  message: string;
  findings: readonly Finding[];
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
}

/** The state before the first list. */
export const INITIAL_STATE: TrackerState = {
  isStarted: false,
  isConnected: true,
  diagnosed: new Map(),
  pending: new Map(),
  running: new Map(),
};

/** What happens: a change of the pods, or a step of the diagnosis of those that are pending. */
export type TrackerChange =
  | PodChange
  /** The time has come to look again at what no change of a pod tells: sandboxes, image volumes, and the pods that admission refuses now. */
  | { type: 'looked'; refused: readonly Pod[] }
  | { type: 'diagnosisStarted' }
  | { type: 'diagnosisEnded'; findings: readonly Finding[] }
  /** Nothing was found out: the pods are pending again. */
  | { type: 'diagnosisFailed' };

/** What a transition gives to report. */
export type TrackerReport =
  /** What fails at the start. */
  | { type: 'started'; findings: readonly Finding[] }
  /** What fails now and did not before, and what no longer fails. */
  | { type: 'findings'; added: readonly Finding[]; repaired: readonly Finding[] }
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
      return afterChange(state, change.pod);
    case 'deleted':
      return remove(state, [keyOf(change.pod.metadata)]);
    case 'looked':
      return afterLook(state, change.refused);
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

/** A pod that a new list does not hold no longer fails. */
function afterList(state: TrackerState, pods: readonly Pod[]): Transition {
  const present = new Set(pods.map(pod => keyOf(pod.metadata)));
  const tracked = [...state.diagnosed.keys(), ...state.pending.keys(), ...state.running.keys()];
  const removed = remove(
    { ...state, isConnected: true },
    [...new Set(tracked)].filter(key => !present.has(key)),
  );
  return {
    state: addPending(removed.state, pods),
    reports: [...(state.isConnected || !state.isStarted ? [] : [{ type: 'reconnected' } as const]), ...removed.reports],
  };
}

function afterChange(state: TrackerState, pod: Pod): Transition {
  const key = keyOf(pod.metadata);
  if (!mayFail(pod)) return remove(state, [key]);
  const known = state.diagnosed.get(key);
  const next = addPending(state, [pod]);
  // the next look is at the pod as it is now: it may have come to a node since
  return next !== state || known === undefined || known.findings.length > 0
    ? { state: next, reports: [] }
    : { state: { ...state, diagnosed: new Map(state.diagnosed).set(key, { ...known, pod: pickFields(pod) }) }, reports: [] };
}

/** What only events tell is pending again, until something is found; what admission refuses no more is repaired. */
function afterLook(state: TrackerState, refused: readonly Pod[]): Transition {
  const present = new Set(refused.map(pod => keyOf(pod.metadata)));
  const over = [...state.diagnosed.values()]
    .map(({ pod }) => pod)
    .filter(pod => pod.refusal !== undefined && !present.has(keyOf(pod.metadata)));
  const { state: next, reports } = remove(
    state,
    over.map(pod => keyOf(pod.metadata)),
  );
  const again = [...next.diagnosed].filter(([, { findings }]) => findings.length === 0).map(([key, { pod }]) => [key, pod] as const);
  const added = addPending(next, refused);
  return { state: again.length === 0 ? added : { ...added, pending: new Map([...again, ...added.pending]) }, reports };
}

/** Pods whose status tells something new are pending. A back-off that no longer tells the cause tells nothing new. */
function addPending(state: TrackerState, pods: readonly Pod[]): TrackerState {
  const added = pods.filter(pod => {
    const message = failureMessage(pod);
    const before = state.diagnosed.get(keyOf(pod.metadata));
    return before === undefined || (message !== '' && message !== before.message);
  });
  if (added.length === 0) return state;
  return { ...state, pending: new Map([...state.pending, ...added.map(pod => [keyOf(pod.metadata), pickFields(pod)] as const)]) };
}

/** Pods that pull, run or are gone: what they failed by is repaired. */
function remove(state: TrackerState, keys: readonly string[]): Transition {
  const { diagnosed, pending, running } = state;
  if (!keys.some(key => diagnosed.has(key) || pending.has(key) || running.has(key))) return { state, reports: [] };
  const repaired = keys.flatMap(key => diagnosed.get(key)?.findings ?? []);
  return {
    state: { ...state, diagnosed: omit(diagnosed, keys), pending: omit(pending, keys), running: omit(running, keys) },
    reports: repaired.length > 0 ? [{ type: 'findings', added: [], repaired }] : [],
  };
}

function afterDiagnosis(state: TrackerState, findings: readonly Finding[]): Transition {
  const found = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = keyOf(finding.facts.pod ?? {});
    found.set(key, [...(found.get(key) ?? []), finding]);
  }
  const outcomes = [...state.running].map(([key, pod]) => ({
    key,
    pod,
    message: failureMessage(pod),
    before: state.diagnosed.get(key)?.findings ?? [],
    findings: found.get(key) ?? [],
  }));
  const added = outcomes.flatMap(({ before, findings: now }) => now.filter(finding => !before.some(other => isSame(other, finding))));
  const repaired = outcomes.flatMap(({ before, findings: now }) => before.filter(finding => !now.some(other => isSame(other, finding))));
  const next: TrackerState = {
    ...state,
    isStarted: true,
    running: new Map(),
    diagnosed: new Map([
      ...state.diagnosed,
      ...outcomes.map(({ key, pod, message, findings: now }) => [key, { pod, message, findings: now }] as const),
    ]),
  };
  if (!state.isStarted) return { state: next, reports: [{ type: 'started', findings: added }] };
  return { state: next, reports: added.length + repaired.length > 0 ? [{ type: 'findings', added, repaired }] : [] };
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
