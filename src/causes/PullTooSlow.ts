/** PullTooSlow: the pull makes no progress, or it is too slow for its time limit. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { pullOnNode } from './commands.ts';
import { count, imageOf, nodeName } from './phrases.ts';
import { showBytes } from './sizes.ts';

export const PullTooSlow: CauseText = {
  summary: facts =>
    `The pull of ${imageOf(facts)} on ${nodeName(facts)} was canceled before it was complete: no data arrived for some time (containerd: 5 minutes), or a time limit was exceeded.${facts.probe?.size ? ` The image has ${showBytes(facts.probe.size)} in ${count(facts.probe.layers ?? 0, 'layer')}: at 10 MB/s the download takes about ${Math.max(1, Math.round(facts.probe.size / 10e6))} s.` : ''}`,
  fixes: facts => [
    pullOnNode(facts, ', and see how long it takes'),
    {
      title: 'make the image smaller, use a cache or mirror near the nodes, or allow parallel pulls (serializeImagePulls: false)',
      command: null,
    },
  ],
};
