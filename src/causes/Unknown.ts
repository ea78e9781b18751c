import type { CauseText } from './cause.ts';
import { kubectl, onNode, quote } from './commands.ts';
import { imageOf } from './phrases.ts';

export const Unknown: CauseText = {
  summary: (facts, fault) =>
    `Why ${imageOf(facts)} cannot be pulled is not proved by anything that could be seen.${fault === null ? (facts.nodeReport.source === null ? " The node's words are gone (events live one hour)." : '') : ` ${fault.seenBy === 'probe' ? 'This machine met' : 'The node says'}: "${fault.message.split('\n', 1)[0]?.slice(0, 300)}".`}`,
  fixes: facts => [
    { title: "see the node's own words of the next try", command: kubectl(facts, `describe pod ${quote(facts.pod?.name ?? 'POD')}`) },
    onNode(facts),
  ],
};
