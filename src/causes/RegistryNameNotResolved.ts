/** RegistryNameNotResolved: the node cannot resolve the registry's host name with DNS. Belongs here: its summary and its fixes. Pure. */
import type { Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import { providerOf } from '../model/registry-providers.ts';
import type { CauseText } from './cause.ts';
import { atRegistry, failingHost, setImage, unusedSettings } from './commands.ts';
import { capital, hostOf, observer, seenFrom } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';

/** A name that only the DNS of the cluster, or a local network, knows. */
const isServiceName = ({ reference }: Facts, fault: Fault | null): boolean =>
  /\.(?:svc|local|cluster\.local)(?::|$)/.test(fault?.host ?? reference?.registry ?? '');

export const RegistryNameNotResolved: CauseText = {
  summary: (facts, fault) =>
    `${capital(observer(facts, fault))} cannot resolve ${hostOf(facts, fault).replace(/:\d+"/, '"')} with DNS: ${fault?.details.dns === 'noAnswer' ? 'the DNS server did not answer' : 'the name is wrong, or the DNS server does not know the name'}.${seenFrom(fault)} ${isServiceName(facts, fault) ? 'Nodes do not use the DNS of the cluster, so they cannot resolve service names (*.svc, *.cluster.local).' : ''}`.trimEnd(),
  fixes: (facts, fault) => [
    nodeFix(facts, nodeSteps(facts).resolve(failingHost(facts, fault).replace(/:\d+$/, ''))),
    ...unusedSettings(facts, fault),
    fault?.details.dns === 'noAnswer'
      ? { title: 'repair the DNS server of the node, or configure another one', command: null }
      : providerOf(facts.reference?.registry ?? '') !== null && !isServiceName(facts, fault)
        ? { title: 'let the DNS server of the node resolve this name', command: null }
        : setImage(
            facts,
            atRegistry(facts),
            isServiceName(facts, fault)
              ? 'use a name that the nodes can resolve, such as that of an ingress or a load balancer'
              : 'if the name is misspelled, correct it',
          ),
  ],
};
