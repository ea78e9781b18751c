import { cause, noClaim } from './cause.ts';
import { imageOf } from './tell.ts';

export const NoPullProblem = cause({
  code: 'NoPullProblem',
  group: 'state',
  title: 'Nothing is wrong with the pull',
  transient: false,
  claims: noClaim,
  summary: facts => {
    if (facts.pod !== null && facts.pod.node === null && facts.state.reason === null)
      return `Pod "${facts.pod.name}" is on no node yet: no pull of ${imageOf(facts)} has begun.`;
    if (facts.pod !== null && facts.state.reason === null) return `Pod "${facts.pod.name}" does not wait for ${imageOf(facts)}.`;
    return `${imageOf(facts)} is not what ${facts.pod === null ? 'it' : `pod "${facts.pod.name}"`} waits for${facts.state.reason === null ? '' : ` (container "${facts.container.name}" waits with "${facts.state.reason}")`}.`;
  },
  fixes: () => [],
});
