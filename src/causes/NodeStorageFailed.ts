/** NodeStorageFailed: the file system or the image store of the node fails. Belongs here: its summary and its fixes. Pure. */
import type { Fault } from '../model/fault.ts';
import type { CauseText } from './cause.ts';
import { imageOf, theNode } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import { hostWord } from './shell.ts';

export const NodeStorageFailed: CauseText = {
  summary: (facts, fault) =>
    `${theNode(facts)} cannot store ${imageOf(facts)}: ${why(fault)}. The disk or the image store of the node fails, not the registry.`,
  fixes: facts => {
    const steps = nodeSteps(facts);
    return [
      nodeFix(facts, steps.showStorage()),
      nodeFix(facts, steps.removeImage(facts.reference === null ? 'IMAGE' : facts.image)),
      ...(facts.node.name === null
        ? []
        : [
            {
              title: 'if the disk is damaged, move the pods to other nodes',
              command: `kubectl drain ${hostWord(facts.node.name, 'NODE')} --ignore-daemonsets`,
            },
          ]),
    ];
  },
};

function why(fault: Fault | null): string {
  switch (fault?.details.storage) {
    case 'readOnly':
      return 'its file system is read-only';
    case 'ioError':
      return 'its disk reports an I/O error';
    case 'contentLost':
      return 'a part of the image that its image store lists is missing';
    default:
      return fault?.details.reason ?? fault?.message ?? 'its image store fails';
  }
}
