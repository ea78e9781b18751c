/** NoPullProblem: the image pull is not the problem of this pod. Belongs here: its summary, what keeps the pod instead, and where to look. Pure. */
import type { Fix } from '../model/diagnosis.ts';
import { type Facts, isOver, type Obstacle, type Standing } from '../model/facts.ts';
import type { CauseText } from './cause.ts';
import { kubectl, podObject } from './commands.ts';
import { imageOf, nodeName, podName, theNode } from './phrases.ts';
import { object, quote } from './shell.ts';

export const NoPullProblem: CauseText = {
  summary: facts => {
    const { pod, state, container, obstacle, standing } = facts;
    if (obstacle !== undefined) {
      const { words } = obstacle;
      return `${INSTEAD[obstacle.kind](facts)}${words === null ? '' : `: ${words}`}.`;
    }
    if (standing !== undefined) return `${STANDS[standing.kind](facts, standing)}.`;
    if (pod !== null && state.reason === null)
      return pod.node === null
        ? `Pod "${pod.name}" is not assigned to a node yet, so no pull of ${imageOf(facts)} has started.`
        : `${waitsNot(facts)}.`;
    const waits = state.reason === null ? '' : ` (container "${container.name}" waits with "${state.reason}")`;
    return `${waitsNot(facts)}${waits}.`;
  },
  fixes: facts => {
    const { obstacle, node } = facts;
    if (obstacle === undefined) return whereToLook(facts);
    const command =
      obstacle.kind === 'nodeNotReady' && node.name !== null
        ? `kubectl describe ${object('node', node.name)}`
        : kubectl(facts, `describe ${podObject(facts)}`);
    return [{ title: 'see what it is', command }];
  },
};

/** Where to look where nothing keeps the pod from starting: the container's own words, or what the scheduler says. */
function whereToLook(facts: Facts): Fix[] {
  const { standing, pod, state, container } = facts;
  if (pod === null || standing?.kind === 'running' || standing?.kind === 'completed') return [];
  const describe: Fix = { title: 'see what it is', command: kubectl(facts, `describe ${podObject(facts)}`) };
  const logs = (name: string, isPrevious: boolean): Fix => ({
    title: `see what container "${name}" said before it ended`,
    command: kubectl(facts, `logs ${podObject(facts)} -c ${quote(name)}${isPrevious ? ' --previous' : ''}`),
  });
  switch (standing?.kind) {
    case 'outOfMemory':
      return [{ ...describe, title: 'see its memory limit, and what it needs' }, logs(standing.container, standing.restarts !== null)];
    case 'crashing':
      return [logs(standing.container, true)];
    case 'failed':
      return [logs(standing.container, false)];
    default:
      if (state.reason === 'CrashLoopBackOff') return [logs(container.name, true)];
      return pod.node === null || state.reason !== null ? [describe] : [];
  }
}

/** In: where the status told how the pod is. Out: one sentence without a full stop. */
const STANDS: Record<Standing['kind'], (facts: Facts, standing: Standing) => string> = {
  running: facts => `${thePod(facts)} runs, and its images are on its node: nothing is wrong with its pulls`,
  completed: facts => `${thePod(facts)} has completed: its containers ran, and ended with exit code 0`,
  failed: (facts, { container, exitCode }) =>
    `${waitsNot(facts)}: container "${container}" ran, and ended with exit code ${exitCode ?? 'unknown'}`,
  crashing: (facts, { container, exitCode, restarts }) =>
    `${waitsNot(facts)}: container "${container}" starts, and ends again${exitCode === null ? '' : ` with exit code ${exitCode}`}${times(restarts)} (CrashLoopBackOff)`,
  outOfMemory: (facts, { container, restarts }) =>
    `${waitsNot(facts)}: container "${container}" was killed for want of memory${times(restarts)} (OOMKilled)`,
};

const times = (restarts: number | null): string =>
  restarts === null ? '' : `, and was started again ${restarts === 1 ? 'once' : `${restarts} times`}`;

const thePod = (facts: Facts): string => `P${podName(facts).slice(1)}`;
const waitsNot = (facts: Facts): string =>
  `${facts.pod === null ? 'Nothing waits' : `${thePod(facts)} does not wait`} for ${imageOf(facts)}`;

/** What keeps the pod, in place of an image. */
const INSTEAD: Record<Obstacle['kind'], (facts: Facts) => string> = {
  terminating: facts => `${thePod(facts)} is being deleted, so ${imageOf(facts)} is not pulled any more`,
  evicted: facts => `${thePod(facts)} was evicted, so ${imageOf(facts)} is not pulled any more`,
  ended: facts => `${thePod(facts)} has failed as a whole, so ${imageOf(facts)} is not pulled any more`,
  unschedulable: facts => `${thePod(facts)} is not assigned to a node yet, so no pull of ${imageOf(facts)} has started`,
  gated: facts => `Scheduling gates keep ${podName(facts)} from any node, so no pull of ${imageOf(facts)} has started`,
  nodeNotReady: facts => `${theNode(facts)} is not ready, so ${imageOf(facts)} is not pulled for ${podName(facts)}`,
  nodeGone: facts => `${thePod(facts)} is assigned to ${nodeName(facts)}, which does not exist, so ${imageOf(facts)} is not pulled`,
  volume: facts => `${waitsNot(facts)}, but for a volume`,
  sandbox: facts => `${waitsNot(facts)}, but for its sandbox (network)`,
  container: waitsNot,
};

/** A sentence where an image failed, and the pod or its node has come to its end since. */
export const overNote = (facts: Facts): string =>
  !facts.failing || !isOver(facts)
    ? ''
    : facts.obstacle?.kind === 'nodeNotReady'
      ? ` ${theNode(facts)} is not ready now, so nothing is pulled there until it is.`
      : ` The pod itself has come to its end, so it pulls nothing any more.`;
