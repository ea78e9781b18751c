/** CertificateInvalid: the registry's certificate has expired, is not yet valid, or is for another name. Belongs here: its summary and its fixes. Pure. */
import type { Fault } from '../model/fault.ts';
import { certificateOf } from './CertificateNotTrusted.ts';
import type { CauseText } from './cause.ts';
import { failingHost, withPort } from './commands.ts';
import { hostOf, list, nodeName, seenFrom } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import { quote } from './shell.ts';

const isOfNames = (fault: Fault | null): boolean =>
  ['wrongName', 'noIpAddress', 'commonNameOnly'].includes(fault?.details.certificate?.problem ?? '');
const isOfDates = (fault: Fault | null): boolean => ['expired', 'notYetValid'].includes(fault?.details.certificate?.problem ?? '');

export const CertificateInvalid: CauseText = {
  summary: (facts, fault) =>
    `The certificate of ${hostOf(facts, fault)} is not valid: ${why(fault, nodeName(facts))}.${certificateOf(facts)}${seenFrom(fault)}`,
  fixes: (facts, fault) => {
    const host = failingHost(facts, fault);
    return [
      {
        title: 'show the dates and the names of the certificate',
        command: `echo Q | openssl s_client -connect ${quote(withPort(host))} | openssl x509 -noout -dates -ext subjectAltName`,
      },
      ...(isOfDates(fault)
        ? [
            { title: 'renew the certificate, if its dates are wrong', command: null },
            nodeFix(facts, nodeSteps(facts).clock(), 'if the dates are right, ', ', and correct it'),
          ]
        : [
            {
              title: isOfNames(fault)
                ? `issue a certificate with "${host.replace(/:\d+$/, '')}" as a subject alternative name, or use a host name in the image that the certificate has`
                : `replace the certificate of "${host}" by one that the node accepts`,
              command: null,
            },
          ]),
    ];
  },
};

function why(fault: Fault | null, node: string): string {
  const { problem, limit, clock, names, wanted } = fault?.details.certificate ?? {};
  const time = clock === undefined ? '' : ` (the clock of ${node} shows ${clock})`;
  switch (problem) {
    case 'expired':
      return limit === undefined ? 'it has expired' : `it expired at ${limit}${time}`;
    case 'notYetValid':
      return limit === undefined ? 'it is not valid yet' : `it is not valid before ${limit}${time}`;
    case 'wrongName':
      return `it is for ${names === undefined ? 'another name' : list(names.split(', '))}${wanted === undefined ? '' : `, not for "${wanted}"`}`;
    case 'noIpAddress':
      return 'the image uses an IP address as the registry, and the certificate has no IP address';
    case 'commonNameOnly':
      return 'it has only a common name and no subject alternative name';
    default:
      return fault?.details.reason ?? fault?.message ?? 'it was rejected';
  }
}
