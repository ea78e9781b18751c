/** CertificateNotTrusted: the node does not trust the certificate authority of the registry. Belongs here: its summary and its fixes. Pure. */
import type { Facts } from '../model/facts.ts';
import type { CauseText } from './cause.ts';
import { askedHost, failingHost, withPort } from './commands.ts';
import { hostOf, list, observer, seenFrom } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import { hostWord, quote } from './shell.ts';

export const CertificateNotTrusted: CauseText = {
  summary: (facts, fault) =>
    `The certificate of ${hostOf(facts, fault)} is signed by a certificate authority that ${observer(facts, fault)} does not trust.${certificateOf(facts)}${seenFrom(fault)}`,
  fixes: (facts, fault) => {
    const host = failingHost(facts, fault);
    // a runtime takes the authorities of the registry for its token server and its layers too
    const registry = hostWord(facts.reference?.registry, host);
    const trusted = fault === null || fault.role === 'registry' || fault.role === 'mirror' ? host : askedHost(facts);
    const steps = nodeSteps(facts);
    const check = steps.checkSettings(true);
    return [
      {
        title:
          'show the certificate chain, and who signed it. If the server sends its own certificate alone, let it send the intermediate ones too: then no node needs a change',
        command: `echo Q | openssl s_client -connect ${quote(withPort(host))} -showcerts`,
      },
      nodeFix(facts, steps.trustAuthority(registry, trusted)),
      ...(check === null ? [] : [nodeFix(facts, check, 'if that changes nothing, ')]),
    ];
  },
};

/** A sentence with what our own handshake saw of the certificate; empty without one. */
export function certificateOf(facts: Facts): string {
  const seen = facts.probe?.certificate;
  if (seen == null) return '';
  return ` The certificate is for ${list(seen.names.split(', '))}, issued by "${seen.issuer}"${seen.selfSigned ? ' (self-signed)' : ''}, valid from ${seen.validFrom} to ${seen.validUntil}.`;
}
