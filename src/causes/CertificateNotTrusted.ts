/** CertificateNotTrusted: the node does not trust the certificate authority of the registry. Belongs here: its summary and its fixes. Pure. */
import type { Facts } from '../model/facts.ts';
import type { CauseText } from './cause.ts';
import { failingHost, withPort } from './commands.ts';
import { hostOf, list, observer, seenFrom } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import { hostWord, quote } from './shell.ts';

export const CertificateNotTrusted: CauseText = {
  summary: (facts, fault) =>
    `The certificate of ${hostOf(facts, fault)} is signed by a certificate authority that ${observer(facts, fault)} does not trust.${certificateOf(facts)}${seenFrom(fault)}`,
  fixes: (facts, fault) => {
    const host = failingHost(facts, fault);
    const registry = fault?.role === 'mirror' ? hostWord(facts.reference?.registry, host) : host;
    const steps = nodeSteps(facts);
    const check = steps.checkSettings();
    return [
      {
        title: 'show the certificate chain of the registry, and who signed it',
        command: `openssl s_client -connect ${quote(withPort(host))} -showcerts </dev/null`,
      },
      nodeFix(facts, steps.trustAuthority(registry, host)),
      ...(check === null ? [] : [nodeFix(facts, check)]),
    ];
  },
};

/** A sentence with what our own handshake saw of the certificate; empty without one. */
export function certificateOf(facts: Facts): string {
  const seen = facts.probe?.certificate;
  if (seen == null) return '';
  return ` The certificate is for ${list(seen.names.split(', '))}, issued by "${seen.issuer}"${seen.selfSigned ? ' (self-signed)' : ''}, valid from ${seen.validFrom} to ${seen.validUntil}.`;
}
