import type { CauseText } from './cause.ts';
import { nodeWord, quote } from './commands.ts';
import { imageOf, nodeName } from './phrases.ts';
import { showBytes } from './sizes.ts';

export const PullTooSlow: CauseText = {
  summary: facts =>
    `The pull of ${imageOf(facts)} on ${nodeName(facts)} was given up before it ended: no bytes came for a while (containerd: 5 minutes), or a time limit ran out.${facts.probe?.size ? ` The image is ${showBytes(facts.probe.size)} in ${facts.probe.layers} layers: at 10 MB/s that takes about ${Math.max(1, Math.round(facts.probe.size / 10e6))} s.` : ''}`,
  fixes: facts => [
    {
      title: 'pull it on the node and see how fast it comes',
      command: `time crictl pull ${quote(facts.image)}   # on node ${nodeWord(facts)}`,
    },
    {
      title: 'make the image smaller, put a cache or mirror near the nodes, or let pulls run in parallel (serializeImagePulls: false)',
      command: null,
    },
  ],
};
