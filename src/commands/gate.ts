/**
 * When a watch has its answer: the images of all selected pods are there, a cause stands that no waiting ends, or what was named is gone. Pure: what is known of
 * the pods belongs to pod-tracker.ts, what to do with the answer to watch.ts.
 */
import { podsOfRollout, type Rollout } from '../cluster/rollout.ts';
import { isOfTarget, type Selection, type Target, titleOf } from '../cluster/targets.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import { type CauseCode, NO_CAUSE } from '../model/cause-codes.ts';
import { keyOf, namespaceOf, type Pod } from '../model/kubernetes.ts';
import { imagesOf } from '../parse/pod.ts';
import type { TrackerState } from './pod-tracker.ts';

/** What a watch waits for. */
export interface Goal {
  selection: Selection;
  /** As they are now, of those targets that are workloads. */
  rollouts: readonly Rollout[];
  /** A cause that counts and needs a change ends the watch. */
  failsAtOnce: boolean;
  counted: ReadonlySet<CauseCode>;
}

/** Why one target, or a pod, is not done. */
interface Missing {
  /** `deployment/api`, `pod/api-7c9f`. */
  title: string;
  /** A clause without a full stop. */
  why: string;
}

/** The answer so far. */
export type Outcome =
  | { type: 'pulled' /** Pods whose images are there. */; pods: number; notes: string[] }
  | { type: 'failed'; findings: Finding[] }
  /** Named pods that are not there. */
  | { type: 'gone'; titles: string[] }
  /** `pods` of `total` have their images. */
  | { type: 'waiting'; pods: number; total: number; missing: Missing[]; findings: Finding[] };

interface Part {
  pods: Pod[];
  missing: Missing[];
  notes: string[];
  /** The target of a named pod that is not there. */
  gone: string[];
}

/** In: what is known, and what is waited for. Out: the answer so far. */
export function judge(state: TrackerState, goal: Goal): Outcome {
  const parts = goal.selection.targets.length === 0 ? [everyPod(state)] : goal.selection.targets.map(target => partOf(state, goal, target));
  const pods = [...new Map(parts.flatMap(part => part.pods).map(pod => [keyOf(pod.metadata), pod])).values()];
  const findings = [...pods.map(({ metadata }) => keyOf(metadata)), ...refusedOf(state, goal)].flatMap(key => failuresOf(state, key));
  const failed = goal.failsAtOnce ? findings.filter(finding => isFinal(state, goal, finding)) : [];
  if (failed.length > 0) return { type: 'failed', findings: failed };
  const gone = parts.flatMap(part => part.gone);
  const complete = pods.filter(pod => isComplete(state, pod));
  const incomplete = pods.filter(pod => !isComplete(state, pod));
  if (gone.length > 0 && incomplete.length === 0) return { type: 'gone', titles: gone };
  const missing = parts.flatMap(part => part.missing);
  if (incomplete.length + missing.length + findings.length === 0)
    return { type: 'pulled', pods: complete.length, notes: parts.flatMap(part => part.notes) };
  return { type: 'waiting', pods: complete.length, total: pods.length, missing, findings };
}

const isComplete = ({ followed }: TrackerState, pod: Pod): boolean => followed?.get(keyOf(pod.metadata))?.isComplete === true;

/** The followed pods that are not about to go. */
const stayingPods = ({ followed }: TrackerState): Pod[] =>
  [...(followed?.values() ?? [])].flatMap(({ pod, isLeaving }) => (isLeaving ? [] : [pod]));

const part = (pods: Pod[], more: Partial<Part> = {}): Part => ({ pods, missing: [], notes: [], gone: [], ...more });

function everyPod(state: TrackerState): Part {
  const pods = stayingPods(state);
  return part(pods, pods.length === 0 ? { missing: [{ title: 'pods', why: 'none matches' }] } : {});
}

function partOf(state: TrackerState, { rollouts }: Goal, target: Target): Part {
  const own = stayingPods(state).filter(pod => isOfTarget(pod, target));
  const title = titleOf(target);
  if (target.kind === 'pod') {
    const isThere = state.followed?.has(`${target.namespace}/${target.name}`) === true;
    if (own.length > 0) return part(own);
    return part([], isThere ? { missing: [{ title, why: 'it is being deleted' }] } : { gone: [title] });
  }
  const rollout = rollouts.find(
    ({ kind, name, namespace }) => kind === target.type && name === target.name && namespace === target.namespace,
  );
  if (rollout === undefined) return part([], { missing: [{ title, why: 'it has not been read' }] });
  if (!rollout.isObserved) return part([], { missing: [{ title, why: 'its controller has not seen the last change' }] });
  const { current } = podsOfRollout(rollout, own);
  const { desired, isPaused } = rollout;
  const count = rollout.kind === 'job' ? Math.max(current.length, rollout.updated) : current.length;
  if (desired === null ? count > 0 : count >= desired) return part(current);
  const created = `${count === 0 ? 'none' : count} of ${desired === null ? 'its' : desired} pods ${count === 1 ? 'is' : 'are'} created`;
  // a roll-out goes on when its first pods are ready: those that never get so for another reason have shown that the image can be pulled
  const stuck = current.find(pod => isComplete(state, pod) && failsOtherwise(pod) !== null);
  if (stuck !== undefined && !isPaused)
    return part(current, {
      notes: [`${title}: ${created}, since pod "${stuck.metadata.name}" waits for something else: ${failsOtherwise(stuck)}`],
    });
  const paused = isPaused ? (rollout.kind === 'deployment' ? ', and its roll-out is paused' : ', and it is suspended') : '';
  return part(current, { missing: [{ title, why: `${created}${paused}` }] });
}

/** What a container waits for that has its image, null for nothing. */
const failsOtherwise = (pod: Pod): string | null =>
  imagesOf(pod)
    .map(({ status }) => status?.state?.waiting?.reason)
    .find(reason => reason !== undefined && reason !== 'PodInitializing' && reason !== 'ContainerCreating') ?? null;

/** Workloads of the selection whose pods admission refuses. */
const refusedOf = ({ diagnosed }: TrackerState, { selection: { targets } }: Goal): string[] =>
  [...diagnosed].flatMap(([key, { pod }]) =>
    pod.refusal !== undefined && (targets.length === 0 || targets.some(target => isOfTarget(pod, target))) ? [key] : [],
  );

const failuresOf = ({ diagnosed }: TrackerState, key: string): Finding[] =>
  (diagnosed.get(key)?.findings ?? []).filter(({ diagnosis }) => !NO_CAUSE.has(diagnosis.cause));

/**
 * Whether no waiting ends a cause. One that is only possible has to be confirmed: kubelet tries again, and it is found again. Of a pod that is diagnosed anew at this moment
 * the answer is waited for.
 */
function isFinal({ diagnosed, pending, running }: TrackerState, { counted }: Goal, { facts: { pod }, diagnosis }: Finding): boolean {
  if (diagnosis.transient || !counted.has(diagnosis.cause) || pod === null) return false;
  const key = `${namespaceOf(pod)}/${pod.name}`;
  if (pending.has(key) || running.has(key)) return false;
  const known = diagnosed.get(key);
  return diagnosis.certainty !== 'possible' || (known !== undefined && known.last > known.first);
}
