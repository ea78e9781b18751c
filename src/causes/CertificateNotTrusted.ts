import type { Facts } from '../model/facts.ts';
import type { CauseText } from './cause.ts';
import { failingHost, hostsToml } from './commands.ts';
import { hostOf, nodeName, seenFrom } from './phrases.ts';

export const CertificateNotTrusted: CauseText = {
  summary: (facts, fault) =>
    `The certificate of ${hostOf(facts, fault)} is signed by an authority that ${fault?.seenBy === 'probe' ? 'this machine' : nodeName(facts)} does not trust.${certificateOf(facts)}${seenFrom(fault)}`,
  fixes: (facts, fault) => {
    const host = failingHost(facts, fault);
    const registry = fault?.role === 'mirror' ? (facts.reference?.registry ?? host) : host;
    const folder = `/etc/containerd/certs.d/${registry}`;
    return [
      {
        title: 'fetch the chain that the registry shows, and see who signed it',
        command: `openssl s_client -connect ${host.includes(':') ? host : `${host}:443`} -showcerts </dev/null`,
      },
      {
        title: `give the authority's certificate (ca.crt) to the runtime of node ${facts.node.name ?? 'NODE'} (and of every other)`,
        command: hostsToml(facts, registry, host, 'https', [`  ca = "${folder}/ca.crt"`], 'ca.crt'),
      },
    ];
  },
};

/** What our own handshake saw of the certificate. */
export function certificateOf(facts: Facts): string {
  const seen = facts.probe?.certificate;
  if (seen == null) return '';
  return ` It shows a certificate for ${seen.names}, issued by "${seen.issuer}"${seen.selfSigned ? ' (self-signed)' : ''}, valid ${seen.validFrom} to ${seen.validUntil}.`;
}
