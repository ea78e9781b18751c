/** NodeDiskFull: the node has no disk space or no inodes left to store the image. Belongs here: its summary and its fixes. Pure. */
import type { Facts, Obstacle } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import type { CauseText } from './cause.ts';
import { retryNow } from './commands.ts';
import { hasNothingUnused, roomNote, shortageNote } from './disk.ts';
import { imageOf, podName, theNode } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import { hostWord } from './shell.ts';
import { showBytes } from './sizes.ts';

export const NodeDiskFull: CauseText = {
  summary: (facts, fault) => {
    const size = facts.probe?.size
      ? ` The image has ${showBytes(facts.probe.size)} of compressed layers and needs two to three times as much on disk.`
      : '';
    const pressure = facts.node.diskPressure ? ' It reports DiskPressure.' : shortageNote(facts);
    return `${what(facts, fault)}${pressure}${roomNote(facts) || size}`;
  },
  fixes: facts => {
    const steps = nodeSteps(facts);
    return [
      nodeFix(facts, steps.diskUsage()),
      hasNothingUnused(facts) ? OTHERWISE : nodeFix(facts, steps.removeUnusedImages()),
      ...(facts.node.name === null
        ? []
        : [
            {
              title: 'keep new pods away from the node until it has space ("kubectl uncordon" allows them again)',
              command: `kubectl cordon ${hostWord(facts.node.name, '<NODE>')}`,
            },
          ]),
      ...(facts.obstacle?.disk?.startsWith('everyNode') ? [WAIT] : [retryNow(facts)]),
    ];
  },
};

/** Where kubelet has done so already, removing unused images frees nothing. */
const OTHERWISE = {
  title: 'kubelet has removed the unused images that it found: remove logs, emptyDir volumes or pods that fill the disk, or enlarge it',
  command: null,
};

/** The scheduler looks again by itself. */
const WAIT = { title: 'wait: the pod is assigned once a node has space, and kubelet needs up to five minutes to say so', command: null };

/** What happened, as far as it is known: kubelet's own act on the pod, words of a pull, or the disk alone. */
function what(facts: Facts, fault: Fault | null): string {
  const { obstacle } = facts;
  if (obstacle?.disk !== undefined) return `${BY_OBSTACLE[obstacle.disk](facts)}${obstacle.words === null ? '' : `: ${obstacle.words}`}.`;
  return fault === null
    ? `${theNode(facts)} is short of disk space, and nothing is left of what it reported about the pull of ${imageOf(facts)}.`
    : `${theNode(facts)} has no disk space or no inodes left to store ${imageOf(facts)}.`;
}

const thePod = (facts: Facts): string => `P${podName(facts).slice(1)}`;

const everyNode = (facts: Facts): string =>
  `${thePod(facts)} is assigned to no node: all are short of disk space, so no pull of ${imageOf(facts)} has started`;

const BY_OBSTACLE: Record<NonNullable<Obstacle['disk']>, (facts: Facts) => string> = {
  refused: facts => `${theNode(facts)} is short of disk space and refused ${podName(facts)}, so ${imageOf(facts)} is not pulled`,
  pulling: facts => `${theNode(facts)} ran short of disk space and ended ${podName(facts)} while it pulled ${imageOf(facts)}`,
  unstarted: facts => `${theNode(facts)} ran short of disk space and ended ${podName(facts)} before a container of it was seen to run`,
  everyNode,
  everyNodeReports: everyNode,
};
