/** The certificate of a server. Belongs here: what it says, and what is wrong with it. Pure but for the clock. */
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import type { FaultDetails } from '../model/fault.ts';
import type { CertificateFacts } from '../model/probe.ts';
import { kindOf, type WireFault } from './wire.ts';

/**
 * Checks a certificate in the order of Go's crypto/x509 (validity, name, chain), which is the order of the node's messages. In: the certificate, the host that was
 * asked, and Node's verdict on the chain (undefined or null: it verifies). Out: the fault, or null.
 */
export function certificateFault(
  certificate: PeerCertificate,
  host: string,
  chain: Error | string | undefined,
): Omit<WireFault, 'stage'> | null {
  if (Object.keys(certificate).length === 0)
    return {
      kind: 'tls',
      code: 'ERR_TLS_NO_CERTIFICATE',
      detail: 'the server presented no certificate',
      details: { tls: 'noCertificate' },
    };
  const now = Date.now();
  const description = describeCertificate(certificate);
  if (now > Date.parse(certificate.valid_to))
    return {
      kind: 'badCertificate',
      code: 'CERT_HAS_EXPIRED',
      detail: `the certificate expired on ${day(certificate.valid_to)} (${description})`,
      details: problem({ problem: 'expired', limit: rfc3339(certificate.valid_to) }),
    };
  if (now < Date.parse(certificate.valid_from))
    return {
      kind: 'badCertificate',
      code: 'CERT_NOT_YET_VALID',
      detail: `the certificate is not valid before ${day(certificate.valid_from)} (${description})`,
      details: problem({ problem: 'notYetValid', limit: rfc3339(certificate.valid_from) }),
    };
  // Go no longer reads the common name of a certificate without alternative names
  if (certificate.subjectaltname === undefined || checkServerIdentity(host, certificate) !== undefined)
    return {
      kind: 'badCertificate',
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      detail: `the certificate is for ${names(certificate)}, not for "${host}" (${description})`,
      details: problem({ problem: 'wrongName', names: names(certificate), wanted: host }),
    };
  if (chain === undefined || chain === null) return null;
  const code = typeof chain === 'string' ? chain : ((chain as { code?: string }).code ?? String(chain.message));
  return {
    kind: kindOf(code, 'tls') === 'badCertificate' ? 'badCertificate' : 'untrusted',
    code,
    detail: `the certificate is signed by an authority that this machine does not trust (${description})`,
  };
}

const problem = (certificate: NonNullable<FaultDetails['certificate']>): FaultDetails => ({ certificate });
const rfc3339 = (text: string): string => new Date(text).toISOString().replace('.000', '');
const day = (text: string): string => new Date(text).toISOString().slice(0, 10);
const names = (certificate: PeerCertificate): string => certificate.subjectaltname?.replace(/(?:DNS|IP Address):/g, '') ?? 'no name';
const nameOf = (party: PeerCertificate['subject'] | undefined): string =>
  [party?.CN, party?.O].flat().find(part => typeof part === 'string' && part !== '') ?? 'unknown';
/** The certificate in one phrase: names, issuer, validity. */
export const describeCertificate = (certificate: PeerCertificate): string =>
  `certificate for ${names(certificate)}, issued by "${nameOf(certificate.issuer)}"${nameOf(certificate.issuer) === nameOf(certificate.subject) ? ' (self-signed)' : ''}, valid ${day(certificate.valid_from)} to ${day(certificate.valid_to)}`;

/** What a certificate says of itself; null for an empty one (none was presented). */
export const certificateFacts = (certificate: PeerCertificate): CertificateFacts | null =>
  Object.keys(certificate).length === 0
    ? null
    : {
        names: names(certificate),
        issuer: nameOf(certificate.issuer),
        selfSigned: nameOf(certificate.issuer) === nameOf(certificate.subject),
        validFrom: day(certificate.valid_from),
        validUntil: day(certificate.valid_to),
      };
