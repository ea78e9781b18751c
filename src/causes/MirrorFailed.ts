import type { CauseText } from './cause.ts';
import { nodeWord } from './commands.ts';
import { nodeName, registry } from './phrases.ts';

export const MirrorFailed: CauseText = {
  summary: (facts, fault) =>
    `The runtime of ${nodeName(facts)} asks "${fault?.host ?? 'a mirror'}" in place of ${registry(facts)}, and that mirror fails.`,
  fixes: facts => [
    {
      title: 'see the mirrors that are set on the node',
      command: `cat /etc/containerd/certs.d/${facts.reference?.registry ?? 'REGISTRY'}/hosts.toml /etc/containerd/certs.d/_default/hosts.toml   # on node ${nodeWord(facts)}`,
    },
    { title: 'repair the mirror, or take it out there', command: null },
  ],
};
