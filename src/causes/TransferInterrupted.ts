import { type CauseText, MOSTLY, NEVER, SOMETIMES } from './cause.ts';
import { nodeWord, quote, restart } from './commands.ts';
import { hostOf, imageOf } from './phrases.ts';

export const TransferInterrupted: CauseText = {
  claims: fault => {
    if (fault.kind === 'shortBody') return MOSTLY;
    const late = fault.step === 'layer' || fault.step === 'config' || fault.step === 'unpack';
    if ((fault.kind === 'reset' || fault.kind === 'eof') && late) return MOSTLY;
    return fault.kind === 'corrupt' || fault.kind === 'blobMissing' ? SOMETIMES : NEVER;
  },
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
