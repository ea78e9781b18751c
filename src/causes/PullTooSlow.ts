/** PullTooSlow: the pull makes no progress, or it is too slow for its time limit. Belongs here: its summary and its fixes. Pure. */
import type { Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import type { CauseText } from './cause.ts';
import { pullOnNode, registryWord } from './commands.ts';
import { count, imageOf, nodeName } from './phrases.ts';
import { rateBasis, rateOf } from './progress.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import { showBytes, showSeconds } from './sizes.ts';

export const PullTooSlow: CauseText = {
  summary: (facts, fault) =>
    `The pull of ${imageOf(facts)} on ${nodeName(facts)} was canceled before it was complete${isUnexplained(fault) ? ', and the message does not say why: a mirror of the node or the registry sent nothing for a long time, the runtime hung, or it was restarted.' : ': no data arrived for some time (containerd: 5 minutes), or a time limit was exceeded.'}${facts.probe?.size ? ` The image has ${showBytes(facts.probe.size)} in ${count(facts.probe.layers ?? 0, 'layer')}: ${duration(facts, facts.probe.size)}.` : ''}`,
  fixes: (facts, fault) => [
    pullOnNode(facts, ', and see how long it takes'),
    ...(isUnexplained(fault)
      ? [
          nodeFix(facts, nodeSteps(facts).showMirrors(registryWord(facts)), '', '; a mirror that hangs delays every pull'),
          nodeFix(facts, nodeSteps(facts).status()),
        ]
      : []),
    {
      title: isUnexplained(fault)
        ? 'if the image arrives, but slowly, make it smaller or allow parallel pulls (serializeImagePulls: false)'
        : 'make the image smaller, use a cache or mirror near the nodes, or allow parallel pulls (serializeImagePulls: false)',
      command: null,
    },
  ],
};

/** How long the download takes, as a clause: at the rate of the node's last pulls, else at one that is assumed. */
function duration(facts: Facts, size: number): string {
  const rate = rateOf(facts);
  const seconds = showSeconds(Math.max(1, size / (rate?.bytesPerSecond ?? 10e6)));
  return rate === null
    ? `at 10 MB/s the download takes about ${seconds}`
    : `${rateBasis(rate)}, so that the download takes ${rate.ofUnpacked ? 'at least' : 'about'} ${seconds}`;
}

/** Canceled, and neither a step nor a host tells what it waited for. */
const isUnexplained = (fault: Fault | null): boolean =>
  fault?.kind === 'canceled' && fault.host === null && !['config', 'layer'].includes(fault.step);
