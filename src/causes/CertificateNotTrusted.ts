import { cause, NEVER, ONLY, SOMETIMES } from './cause.ts';
import { hostOf, nodeName, seenFrom } from './tell.ts';

export const CertificateNotTrusted = cause({
  code: 'CertificateNotTrusted',
  group: 'network',
  title: "The node does not trust the registry's certificate authority",
  transient: false,
  claims: fault =>
    fault.kind === 'untrusted'
      ? fault.role === 'token'
        ? SOMETIMES + 5
        : ONLY
      : fault.kind === 'tls' && /x509/.test(fault.words)
        ? SOMETIMES
        : NEVER,
  summary: (facts, fault) =>
    `The certificate of ${hostOf(facts, fault)} is signed by an authority that ${fault?.seenBy === 'us' ? 'this machine' : nodeName(facts)} does not trust.${certificateOf(facts)}${seenFrom(fault)}`,
  fixes: (facts, fault) => {
    const host = fault?.host ?? facts.reference?.registry ?? 'HOST';
    return [
      {
        title: 'fetch the chain that the registry shows, and see who signed it',
        command: `openssl s_client -connect ${host.includes(':') ? host : `${host}:443`} -showcerts </dev/null`,
      },
      {
        title: `give the authority's certificate to the runtime, on node ${facts.node.name ?? 'NODE'} (and every other)`,
        command: `mkdir -p /etc/containerd/certs.d/${host} && cp ca.crt /etc/containerd/certs.d/${host}/ca.crt && printf 'server = "https://%s"\\n[host."https://%s"]\\n  ca = "/etc/containerd/certs.d/%s/ca.crt"\\n' ${host} ${host} ${host} > /etc/containerd/certs.d/${host}/hosts.toml`,
      },
    ];
  },
});

/** What our own handshake saw of the certificate. */
export function certificateOf(facts: { probe: { connection: { name: string; detail: string }[] } | null }): string {
  const seen = facts.probe?.connection.find(check => check.name === 'tls')?.detail;
  const told = seen === undefined ? undefined : (/\((certificate .*)\)$/.exec(seen)?.[1] ?? /certificate .*$/.exec(seen)?.[0]);
  return told === undefined ? '' : ` It shows a ${told}.`;
}
