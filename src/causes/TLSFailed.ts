import type { Fault } from '../model/fault.ts';
import type { CauseText } from './cause.ts';
import { failingHost, nodeWord } from './commands.ts';
import { hostOf, seenFrom, theNode } from './phrases.ts';

export const TLSFailed: CauseText = {
  summary: (facts, fault) => `${theNode(facts)} and ${hostOf(facts, fault)} do not agree on TLS: ${why(fault)}.${seenFrom(fault)}`,
  fixes: (facts, fault) => {
    const host = failingHost(facts, fault);
    return [
      { title: 'see the handshake', command: `openssl s_client -connect ${host.includes(':') ? host : `${host}:443`} </dev/null` },
      fault?.details.tls === 'clientCertificate'
        ? {
            title: 'give the runtime a client certificate (`client = [["/path/client.cert", "/path/client.key"]]`)',
            command: `vi /etc/containerd/certs.d/${host}/hosts.toml   # on node ${nodeWord(facts)}`,
          }
        : { title: 'let the registry offer TLS 1.2 or 1.3 with current ciphers and a SHA-256 certificate', command: null },
    ];
  },
};

function why(fault: Fault | null): string {
  switch (fault?.details.tls) {
    case 'clientCertificate':
      return 'the registry wants a client certificate';
    case 'protocolVersion':
      return 'they have no protocol version in common';
    case 'noCommonCipher':
      return 'they have no cipher in common';
    case 'insecureAlgorithm':
      return 'the certificate is signed with an algorithm that is no longer accepted (SHA-1)';
    default:
      return fault?.details.reason ?? fault?.message ?? 'the handshake fails';
  }
}
