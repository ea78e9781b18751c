import type { CauseText } from './cause.ts';
import { nodeWord } from './commands.ts';
import { nodeName } from './phrases.ts';

export const RuntimeFailed: CauseText = {
  summary: (facts, fault) =>
    `The runtime of ${nodeName(facts)}${facts.node.runtime === null ? '' : ` (${facts.node.runtime})`} is down or wrongly set up: the pull did not get as far as the registry.${fault === null ? '' : ` It says: "${fault.message.split('\n', 1)[0]?.slice(0, 200)}".`}`,
  fixes: facts => [
    {
      title: 'see the runtime on the node',
      command: `systemctl status containerd; journalctl -u containerd -n 50   # on node ${nodeWord(facts)} (crio for CRI-O)`,
    },
    {
      title: 'restart it when its configuration is right',
      command: `systemctl restart containerd   # on node ${nodeWord(facts)}`,
    },
  ],
};
