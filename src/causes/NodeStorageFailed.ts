import type { Fault } from '../model/fault.ts';
import type { CauseText } from './cause.ts';
import { nodeWord, quote } from './commands.ts';
import { imageOf, theNode } from './phrases.ts';

export const NodeStorageFailed: CauseText = {
  summary: (facts, fault) =>
    `${theNode(facts)} cannot store ${imageOf(facts)}: ${why(fault)}. It is the disk or the runtime's own store, not the registry.`,
  fixes: facts => [
    {
      title: 'see the file system and the kernel log of the node',
      command: `mount | grep -E 'containerd|containers'; dmesg | tail -50   # on node ${nodeWord(facts)}`,
    },
    {
      title: 'remove the image there and let it be pulled anew',
      command: `crictl rmi ${quote(facts.image)}   # on node ${nodeWord(facts)}`,
    },
    ...(facts.node.name === null
      ? []
      : [{ title: 'if the disk itself is bad: move the pods elsewhere', command: `kubectl drain ${nodeWord(facts)} --ignore-daemonsets` }]),
  ],
};

function why(fault: Fault | null): string {
  switch (fault?.details.storage) {
    case 'readOnly':
      return 'its file system is read-only';
    case 'ioError':
      return 'its disk reports an I/O error';
    case 'contentLost':
      return "the runtime's store has lost a part of the image that it believes to have";
    default:
      return fault?.details.reason ?? fault?.message ?? 'its store refuses it';
  }
}
