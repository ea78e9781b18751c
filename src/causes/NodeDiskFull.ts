/** NodeDiskFull: the node has no disk space or no inodes left to store the image. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { retryNow } from './commands.ts';
import { imageOf, theNode } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import { hostWord } from './shell.ts';
import { showBytes } from './sizes.ts';

export const NodeDiskFull: CauseText = {
  summary: facts =>
    `${theNode(facts)} has no disk space or no inodes left to store ${imageOf(facts)}.${facts.node.diskPressure ? ' It reports DiskPressure.' : ''}${facts.probe?.size ? ` The image has ${showBytes(facts.probe.size)} of compressed layers and needs two to three times as much on disk.` : ''}`,
  fixes: facts => {
    const steps = nodeSteps(facts);
    return [
      nodeFix(facts, steps.diskUsage()),
      nodeFix(facts, steps.removeUnusedImages()),
      ...(facts.node.name === null
        ? []
        : [
            {
              title: 'keep new pods away from the node until it has space',
              command: `kubectl cordon ${hostWord(facts.node.name, 'NODE')}`,
            },
          ]),
      retryNow(facts),
    ];
  },
};
