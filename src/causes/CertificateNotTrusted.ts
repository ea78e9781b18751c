import { isAtBlobHost } from '../model/fault.ts';
import { type CauseText, NEVER, ONLY, SOMETIMES } from './cause.ts';
import { failingHost, hostsToml } from './commands.ts';
import { hostOf, nodeName, seenFrom } from './phrases.ts';

export const CertificateNotTrusted: CauseText = {
  claims: fault =>
    fault.kind === 'untrusted'
      ? fault.role === 'token' || isAtBlobHost(fault)
        ? SOMETIMES + 5
        : ONLY
      : fault.kind === 'x509' || (fault.kind === 'tls' && /x509/.test(fault.message))
        ? SOMETIMES
        : NEVER,
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
export function certificateOf(facts: { probe: { connection: { name: string; detail: string }[] } | null }): string {
  const seen = facts.probe?.connection.find(check => check.name === 'tls')?.detail;
  const told = /certificate for .*, valid \S+ to [\d-]+/.exec(seen ?? '')?.[0];
  return told === undefined ? '' : ` It shows a ${told}.`;
}
