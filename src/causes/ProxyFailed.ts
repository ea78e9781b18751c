import type { CauseText } from './cause.ts';
import { nodeWord } from './commands.ts';
import { nodeName, registry, seenFrom } from './phrases.ts';

export const ProxyFailed: CauseText = {
  summary: (facts, fault) =>
    `The way from ${nodeName(facts)} to ${registry(facts)} leads through a proxy, and that proxy ${fault?.status === 407 ? 'wants a login of its own' : 'cannot be used'}${fault?.host ? ` (asked for "${fault.host}")` : ''}.${seenFrom(fault)}`,
  fixes: facts => [
    {
      title: "see the runtime's proxy settings on the node",
      command: `systemctl show containerd --property=Environment   # on node ${nodeWord(facts)} (crio for CRI-O)`,
    },
    {
      title: `correct HTTPS_PROXY there, or add ${facts.reference?.registry ?? 'the registry'} to NO_PROXY, then restart the runtime`,
      command: null,
    },
  ],
};
