/** NoPullProblem: the image pull is not the problem of this pod. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { imageOf } from './phrases.ts';

export const NoPullProblem: CauseText = {
  summary: facts => {
    const { pod, state, container } = facts;
    if (pod !== null && state.reason === null)
      return pod.node === null
        ? `Pod "${pod.name}" is not assigned to a node yet, so no pull of ${imageOf(facts)} has started.`
        : `Pod "${pod.name}" does not wait for ${imageOf(facts)}.`;
    const waits = state.reason === null ? '' : ` (container "${container.name}" waits with "${state.reason}")`;
    return `${pod === null ? 'Nothing' : `Pod "${pod.name}"`} ${pod === null ? 'waits' : 'does not wait'} for ${imageOf(facts)}${waits}.`;
  },
  fixes: () => [],
};
