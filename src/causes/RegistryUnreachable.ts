/** RegistryUnreachable: the node cannot open a connection to the registry. Belongs here: its summary and its fixes. Pure. */

import type { Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import type { CauseText } from './cause.ts';
import { failingHost, schemeOf, unusedSettings } from './commands.ts';
import { capital, hostOf, observer, seenFrom } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';

const HOW: Record<string, string> = {
  refused: 'the connection is refused (no server listens on this port, or a firewall rejects it)',
  timeout: 'no answer within the time limit',
  unreachable: 'there is no route to the host',
  reset: 'the connection is reset',
  eof: 'the connection is closed without an answer',
};

/** Whether the probe reached the host that the node cannot reach. */
const opensHere = ({ probe }: Facts, fault: Fault | null): boolean =>
  fault?.seenBy === 'node' &&
  probe !== null &&
  probe.host === fault.host &&
  probe.connectionFault === null &&
  !probe.nodeResolvesElsewhere &&
  probe.attempts.length > 0;

/** A clause for a name that leads a machine to itself; empty for other faults. */
const toItself = (fault: Fault | null): string =>
  fault?.details.ownAddress === undefined
    ? ''
    : `the name resolves to the machine itself ("${fault.details.ownAddress}"), by an entry in /etc/hosts or by a DNS server that blocks names (an ad blocker), and there `;

export const RegistryUnreachable: CauseText = {
  summary: (facts, fault) =>
    `${capital(observer(facts, fault))} cannot connect to ${hostOf(facts, fault)}: ${toItself(fault)}${HOW[fault?.kind ?? ''] ?? 'the connection fails'}.${opensHere(facts, fault) ? ' This machine can connect to it.' : ''}${seenFrom(fault)}`,
  fixes: (facts, fault) => {
    const host = failingHost(facts, fault);
    if (fault?.details.ownAddress !== undefined)
      return [
        nodeFix(facts, nodeSteps(facts).resolve(host.replace(/:\d+$/, ''))),
        {
          title: `remove ${host} from /etc/hosts of the node, or allow the name at the DNS server that blocks it`,
          command: null,
        },
      ];
    return [
      nodeFix(facts, nodeSteps(facts).connect(`${schemeOf(facts, fault)}://${host}/v2/`)),
      {
        title: `${opensHere(facts, fault) ? 'allow connections from the nodes' : 'start the registry, or allow connections'} to ${host} (firewall, security group, route, port)`,
        command: null,
      },
      ...unusedSettings(facts, fault),
    ];
  },
};
