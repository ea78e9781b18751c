import { isAtBlobHost } from '../model/fault.ts';
import { type CauseText, MOSTLY, NEVER, RARELY } from './cause.ts';
import { failingHost, nodeWord } from './commands.ts';
import { hostOf, seenFrom, theNode } from './phrases.ts';

export const TLSFailed: CauseText = {
  claims: fault =>
    fault.kind === 'tls'
      ? fault.role === 'token' || isAtBlobHost(fault)
        ? RARELY
        : MOSTLY
      : fault.kind === 'reset' || fault.kind === 'eof'
        ? RARELY
        : NEVER,
  summary: (facts, fault) =>
    `${theNode(facts)} and ${hostOf(facts, fault)} do not agree on TLS: ${why(fault?.message ?? '')}.${seenFrom(fault)}`,
  fixes: (facts, fault) => {
    const host = failingHost(facts, fault);
    return [
      { title: 'see the handshake', command: `openssl s_client -connect ${host.includes(':') ? host : `${host}:443`} </dev/null` },
      /certificate required|bad certificate/i.test(fault?.message ?? '')
        ? {
            title: 'give the runtime a client certificate (`client = [["/path/client.cert", "/path/client.key"]]`)',
            command: `vi /etc/containerd/certs.d/${host}/hosts.toml   # on node ${nodeWord(facts)}`,
          }
        : { title: 'let the registry offer TLS 1.2 or 1.3 with current ciphers and a SHA-256 certificate', command: null },
    ];
  },
};

function why(words: string): string {
  if (/certificate required|CERTIFICATE_REQUIRED/i.test(words)) return 'the registry wants a client certificate';
  if (/protocol version/i.test(words)) return 'they have no protocol version in common';
  if (/handshake failure|HANDSHAKE_FAILURE/i.test(words)) return 'they have no cipher in common';
  if (/insecure algorithm/.test(words)) return 'the certificate is signed with an algorithm that is no longer accepted (SHA-1)';
  return /(?:tls|TLS|x509): (.*)$/.exec(words)?.[1] ?? words;
}
