import type { CauseText } from './cause.ts';
import { failingHost, nodeWord, schemeOf } from './commands.ts';
import { hostOf, seenFrom, theNode } from './phrases.ts';

const HOW: Record<string, string> = {
  refused: 'nothing listens there (connection refused)',
  timeout: 'no answer within the time limit',
  unreachable: 'no route leads there',
  reset: 'the connection is reset',
  eof: 'the connection is closed without an answer',
};

export const RegistryUnreachable: CauseText = {
  summary: (facts, fault) =>
    `${fault?.seenBy === 'probe' ? 'This machine' : theNode(facts)} cannot reach ${hostOf(facts, fault)}: ${HOW[fault?.kind ?? ''] ?? 'no connection'}.${seenFrom(fault)}`,
  fixes: (facts, fault) => {
    const host = failingHost(facts, fault);
    const scheme = schemeOf(facts, fault);
    return [
      {
        title: 'try the connection from the node itself',
        command: `curl -v --max-time 10 ${scheme}://${host}/v2/   # on node ${nodeWord(facts)}`,
      },
      { title: `start the registry, or open the way to ${host} (firewall, security group, route, port)`, command: null },
    ];
  },
};
