/** RegistryUnreachable: the node cannot open a connection to the registry. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { failingHost, schemeOf } from './commands.ts';
import { capital, hostOf, observer, seenFrom } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';

const HOW: Record<string, string> = {
  refused: 'the connection is refused (no server listens on this port)',
  timeout: 'no answer within the time limit',
  unreachable: 'there is no route to the host',
  reset: 'the connection is reset',
  eof: 'the connection is closed without an answer',
};

export const RegistryUnreachable: CauseText = {
  summary: (facts, fault) =>
    `${capital(observer(facts, fault))} cannot connect to ${hostOf(facts, fault)}: ${HOW[fault?.kind ?? ''] ?? 'the connection fails'}.${seenFrom(fault)}`,
  fixes: (facts, fault) => {
    const host = failingHost(facts, fault);
    return [
      nodeFix(facts, nodeSteps(facts).connect(`${schemeOf(facts, fault)}://${host}/v2/`)),
      { title: `start the registry, or allow connections to ${host} (firewall, security group, route, port)`, command: null },
    ];
  },
};
