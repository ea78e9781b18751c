import { cause, noClaim } from './cause.ts';
import { imageOf } from './tell.ts';

export const NoPullProblem = cause({
  code: 'NoPullProblem',
  group: 'state',
  title: 'Nothing is wrong with the pull',
  transient: false,
  claims: noClaim,
  summary: facts =>
    `${imageOf(facts)} is not what ${facts.pod === null ? 'it' : `pod "${facts.pod.name}"`} waits for${facts.state.reason === null ? '' : ` (container "${facts.container.name}" waits with "${facts.state.reason}")`}.`,
  fixes: () => [],
});
