import type { Fix } from '../model/diagnosis.ts';
import type { CauseText } from './cause.ts';
import { failingHost, hostsToml, nodeWord } from './commands.ts';
import { hostOf, seenFrom, theNode } from './phrases.ts';

export const PlainHTTPRegistry: CauseText = {
  summary: (facts, fault) =>
    fault?.kind === 'plainHttp'
      ? `${theNode(facts)} asks ${hostOf(facts, fault)} over HTTPS, and that server speaks plain HTTP.${seenFrom(fault)}`
      : `${theNode(facts)} asks ${hostOf(facts, fault)} over plain HTTP, and that server wants HTTPS.${seenFrom(fault)}`,
  fixes: (facts, fault) => {
    const host = failingHost(facts, fault);
    const registry = facts.reference?.registry ?? host;
    const [wrong, right] = fault?.kind === 'plainHttp' ? (['https', 'http'] as const) : (['http', 'https'] as const);
    const node = `the runtime of node ${facts.node.name ?? 'NODE'} (and of every other)`;
    const told: Fix =
      fault?.role === 'mirror'
        ? {
            title: `correct the mirror's address in the settings of ${node}`,
            command: `sed -i 's#${wrong}://${host}#${right}://${host}#g' /etc/containerd/certs.d/${registry}/hosts.toml   # on node ${nodeWord(facts)}`,
          }
        : { title: `tell ${node} to ask "${host}" over ${right.toUpperCase()}`, command: hostsToml(facts, registry, host, right, []) };
    return right === 'http' ? [{ title: 'best: give the registry TLS', command: null }, told] : [told];
  },
};
