/** PullThrottled: kubelet postpones the pull, because its own limit of pulls per second is exceeded. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { nodeName } from './phrases.ts';
import { hostWord } from './shell.ts';

export const PullThrottled: CauseText = {
  summary: facts =>
    `kubelet on ${nodeName(facts)} limits pulls per second (registryPullQPS, 5 by default) and postponed this one. The registry was not contacted, and this is not a limit of the registry. kubelet retries automatically.`,
  fixes: facts => [
    { title: 'wait: kubelet retries within minutes', command: null },
    {
      title:
        'if it happens often, show registryPullQPS and registryBurst (needs the right "get nodes/proxy"), and raise them in the kubelet configuration',
      command: `kubectl get --raw /api/v1/nodes/${hostWord(facts.node.name, 'NODE')}/proxy/configz | jq '.kubeletconfig | {registryPullQPS, registryBurst, serializeImagePulls}'`,
    },
  ],
};
