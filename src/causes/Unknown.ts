import { cause, noClaim } from './cause.ts';
import { kubectl, onNode, quote } from './commands.ts';
import { imageOf } from './tell.ts';

export const Unknown = cause({
  code: 'Unknown',
  group: 'state',
  title: 'The cause could not be found',
  transient: false,
  claims: noClaim,
  summary: (facts, fault) =>
    `Why ${imageOf(facts)} cannot be pulled is not proved by anything that could be seen.${fault === null ? (facts.words.source === null ? " The node's words are gone (events live one hour)." : '') : ` ${fault.seenBy === 'us' ? 'This machine met' : 'The node says'}: "${fault.words.split('\n', 1)[0]?.slice(0, 300)}".`}`,
  fixes: facts => [
    { title: "see the node's own words of the next try", command: kubectl(facts, `describe pod ${quote(facts.pod?.name ?? 'POD')}`) },
    onNode(facts),
  ],
});
