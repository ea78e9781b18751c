import type { CauseText } from './cause.ts';
import { nodeWord, restart } from './commands.ts';
import { imageOf, theNode } from './phrases.ts';
import { showBytes } from './sizes.ts';

export const NodeDiskFull: CauseText = {
  summary: facts =>
    `${theNode(facts)} has no room left to store ${imageOf(facts)} (no bytes, or no inodes).${facts.node.diskPressure ? ' It reports DiskPressure.' : ''}${facts.probe?.size ? ` The image is ${showBytes(facts.probe.size)} compressed and needs two to three times that.` : ''}`,
  fixes: facts => [
    {
      title: 'see bytes and inodes on the node',
      command: `df -h /var/lib/containerd; df -i /var/lib/containerd   # on node ${nodeWord(facts)}`,
    },
    { title: 'remove unused images there', command: `crictl rmi --prune   # on node ${nodeWord(facts)}` },
    ...(facts.node.name === null ? [] : [{ title: 'keep other pods away meanwhile', command: `kubectl cordon ${nodeWord(facts)}` }]),
    restart(facts, 'then try at once'),
  ],
};
