/** NodeStorageFailed: the file system or the image store of the node fails. Belongs here: its summary and its fixes. Pure. */
import type { Fault } from '../model/fault.ts';
import type { CauseText } from './cause.ts';
import { imageOf, theNode } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import type { Step } from './runtimes/node-system.ts';
import { hostWord } from './shell.ts';

export const NodeStorageFailed: CauseText = {
  summary: (facts, fault) =>
    `${theNode(facts)} cannot store ${imageOf(facts)}: ${why(fault)}. The disk or the image store of the node fails, not the registry.`,
  fixes: (facts, fault) => {
    const steps = nodeSteps(facts);
    return [
      ...(isLazy(fault) ? [nodeFix(facts, LAZY)] : []),
      nodeFix(facts, steps.showStorage()),
      nodeFix(facts, steps.removeImage(facts.reference === null ? '<IMAGE>' : facts.image)),
      ...(facts.node.name === null
        ? []
        : [
            {
              title: 'if the disk is damaged, move the pods to other nodes',
              command: `kubectl drain ${hostWord(facts.node.name, '<NODE>')} --ignore-daemonsets`,
            },
          ]),
    ];
  },
};

/** A snapshotter that fetches layers while the container runs says that it has lost one. */
const isLazy = (fault: Fault | null): boolean => fault?.rows.includes('snapshotter.layer-unavailable') === true;
const LAZY: Step = {
  what: 'restart the snapshotter that fetches layers on demand (stargz-snapshotter, soci-snapshotter), or use the snapshotter overlayfs',
  command: null,
  on: 'node',
};

function why(fault: Fault | null): string {
  if (isLazy(fault)) return 'its snapshotter, which fetches layers on demand, has lost one';
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
