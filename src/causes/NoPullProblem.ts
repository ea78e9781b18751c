/** NoPullProblem: the image pull is not the problem of this pod. Belongs here: its summary, what keeps the pod instead, and where to look. Pure. */
import { type Facts, isOver, type Obstacle } from '../model/facts.ts';
import type { CauseText } from './cause.ts';
import { kubectl, podObject } from './commands.ts';
import { imageOf, nodeName, podName, theNode } from './phrases.ts';
import { object } from './shell.ts';

export const NoPullProblem: CauseText = {
  summary: facts => {
    const { pod, state, container, obstacle } = facts;
    if (obstacle !== undefined) {
      const { words } = obstacle;
      return `${INSTEAD[obstacle.kind](facts)}${words === null ? '' : `: ${words}`}.`;
    }
    if (pod !== null && state.reason === null)
      return pod.node === null
        ? `Pod "${pod.name}" is not assigned to a node yet, so no pull of ${imageOf(facts)} has started.`
        : `${waitsNot(facts)}.`;
    const waits = state.reason === null ? '' : ` (container "${container.name}" waits with "${state.reason}")`;
    return `${waitsNot(facts)}${waits}.`;
  },
  fixes: facts => {
    const { obstacle, node } = facts;
    if (obstacle === undefined) return [];
    const command =
      obstacle.kind === 'nodeNotReady' && node.name !== null
        ? `kubectl describe ${object('node', node.name)}`
        : kubectl(facts, `describe ${podObject(facts)}`);
    return [{ title: 'see what it is', command }];
  },
};

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
