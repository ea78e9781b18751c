/** Unknown: the evidence does not identify a single cause. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { kubectl, podObject, pullOnNode } from './commands.ts';
import { firstLine, imageOf } from './phrases.ts';

export const Unknown: CauseText = {
  summary: (facts, fault) => {
    const last =
      fault === null
        ? facts.nodeReport.source === null && facts.planned === undefined
          ? ' The messages of the node are gone (events are kept for one hour).'
          : ''
        : ` ${fault.seenBy === 'probe' ? 'From this machine, the error is' : 'The node reports'}: ${firstLine(fault, 300)}.`;
    const what = facts.planned === undefined ? 'why' : 'whether';
    return `The evidence does not show ${what} ${imageOf(facts)} ${what === 'why' ? 'cannot' : 'can'} be pulled.${last}`;
  },
  fixes: facts => [
    ...(facts.planned === undefined
      ? [{ title: 'show the events of the next attempt', command: kubectl(facts, `describe ${podObject(facts)}`) }]
      : []),
    pullOnNode(facts),
  ],
};
