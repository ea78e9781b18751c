/** TLSFailed: the TLS handshake with the registry fails. Belongs here: its summary and its fixes. Pure. */
import type { Fault } from '../model/fault.ts';
import type { CauseText } from './cause.ts';
import { failingHost, withPort } from './commands.ts';
import { capital, hostOf, observer, seenFrom } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import { quote } from './shell.ts';

export const TLSFailed: CauseText = {
  summary: (facts, fault) =>
    `${capital(observer(facts, fault))} cannot complete the TLS handshake with ${hostOf(facts, fault)}: ${why(fault)}.${seenFrom(fault)}`,
  fixes: (facts, fault) => {
    const host = failingHost(facts, fault);
    return [
      { title: 'show the handshake', command: `echo Q | openssl s_client -connect ${quote(withPort(host))}` },
      wantsClientCertificate(fault)
        ? nodeFix(facts, nodeSteps(facts).clientCertificate(host))
        : { title: 'configure TLS 1.2 or 1.3, current ciphers and a SHA-256 certificate on the registry', command: null },
    ];
  },
};

const wantsClientCertificate = (fault: Fault | null): boolean =>
  fault?.details.tls === 'clientCertificate' || fault?.statements.includes('clientCertificate') === true;

function why(fault: Fault | null): string {
  if (wantsClientCertificate(fault)) return 'the registry requires a client certificate';
  switch (fault?.details.tls) {
    case 'protocolVersion':
      return 'they have no TLS version in common';
    case 'noCommonCipher':
      return 'they have no cipher in common';
    case 'insecureAlgorithm':
      return 'the certificate is signed with an algorithm that is no longer accepted (SHA-1)';
    default:
      return fault?.details.reason ?? fault?.message ?? 'the handshake fails';
  }
}
