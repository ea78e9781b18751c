import type { CauseText } from './cause.ts';
import { imageOf } from './phrases.ts';

export const NoPullProblem: CauseText = {
  summary: facts => {
    const { pod, state, container } = facts;
    if (pod !== null && state.reason === null)
      return pod.node === null
        ? `Pod "${pod.name}" is on no node yet: no pull of ${imageOf(facts)} has begun.`
        : `Pod "${pod.name}" does not wait for ${imageOf(facts)}.`;
    const waits = state.reason === null ? '' : ` (container "${container.name}" waits with "${state.reason}")`;
    return `${imageOf(facts)} is not what ${pod === null ? 'it' : `pod "${pod.name}"`} waits for${waits}.`;
  },
  fixes: () => [],
};
