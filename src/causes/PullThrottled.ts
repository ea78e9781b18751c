import type { CauseText } from './cause.ts';
import { nodeWord } from './commands.ts';
import { nodeName } from './phrases.ts';

export const PullThrottled: CauseText = {
  summary: facts =>
    `kubelet on ${nodeName(facts)} starts at most so many pulls per second (registryPullQPS, 5 by default) and put this one off. The registry was not asked, and no limit of the registry is meant. It tries again by itself.`,
  fixes: facts => [
    { title: 'wait: the next try comes within minutes', command: null },
    {
      title: 'if it happens often: see and raise registryPullQPS and registryBurst in the kubelet configuration',
      command: `kubectl get --raw /api/v1/nodes/${nodeWord(facts)}/proxy/configz | jq '.kubeletconfig | {registryPullQPS, registryBurst, serializeImagePulls}'`,
    },
  ],
};
