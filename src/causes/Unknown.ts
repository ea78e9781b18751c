/** Unknown: the evidence does not identify a single cause. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { kubectl, podObject, pullOnNode } from './commands.ts';
import { imageOf } from './phrases.ts';

export const Unknown: CauseText = {
  summary: (facts, fault) => {
    const message = fault?.message.split('\n', 1)[0]?.slice(0, 300);
    const last =
      fault === null
        ? facts.nodeReport.source === null
          ? ' The messages of the node are gone (events are kept for one hour).'
          : ''
        : ` ${fault.seenBy === 'probe' ? 'From this machine, the error is' : 'The node reports'}: "${message}".`;
    return `The evidence does not show why ${imageOf(facts)} cannot be pulled.${last}`;
  },
  fixes: facts => [
    { title: 'show the events of the next attempt', command: kubectl(facts, `describe ${podObject(facts)}`) },
    pullOnNode(facts),
  ],
};
