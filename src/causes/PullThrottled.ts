/** PullThrottled: kubelet postpones the pull, because its own limit of pulls per second is exceeded. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { nodeName } from './phrases.ts';
import { object } from './shell.ts';

export const PullThrottled: CauseText = {
  summary: facts =>
    `kubelet on ${nodeName(facts)} limits pulls per second (registryPullQPS, 5 by default) and postponed this one. The registry was not contacted, and this is not a limit of the registry. kubelet retries automatically.`,
  fixes: facts => [
    { title: 'wait: kubelet retries within minutes', command: null },
    {
      title: 'see which pods the node has, and how many start at the same time',
      command: `kubectl describe ${object('node', facts.node.name ?? '<NODE>')}`,
    },
    {
      title: 'if it happens often, raise registryPullQPS and registryBurst in the kubelet configuration of the node',
      command: null,
    },
  ],
};
