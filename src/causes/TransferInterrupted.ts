import type { CauseText } from './cause.ts';
import { nodeWord, quote, restart } from './commands.ts';
import { hostOf, imageOf } from './phrases.ts';

export const TransferInterrupted: CauseText = {
  summary: (facts, fault) =>
    `A part of ${imageOf(facts)} broke off while it came from ${hostOf(facts, fault)}: the connection ended before all bytes were there. kubelet tries again by itself; when it happens each time, something on the way (proxy, firewall, MTU, idle timeout) cuts long transfers.`,
  fixes: facts => [
    {
      title: 'pull it on the node and see where it breaks',
      command: `crictl pull ${quote(facts.image)}   # on node ${nodeWord(facts)}`,
    },
    restart(facts, 'or try again at once'),
  ],
};
