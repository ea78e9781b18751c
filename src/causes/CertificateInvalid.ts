import type { Fault } from '../model/fault.ts';
import { certificateOf } from './CertificateNotTrusted.ts';
import type { CauseText } from './cause.ts';
import { failingHost, nodeWord } from './commands.ts';
import { hostOf, nodeName, seenFrom } from './phrases.ts';

const isOfDates = (fault: Fault | null): boolean => ['expired', 'notYetValid'].includes(fault?.details.certificate?.problem ?? '');

export const CertificateInvalid: CauseText = {
  summary: (facts, fault) =>
    `The certificate of ${hostOf(facts, fault)} is not valid: ${why(fault, nodeName(facts))}.${certificateOf(facts)}${seenFrom(fault)}`,
  fixes: (facts, fault) => {
    const host = failingHost(facts, fault);
    return [
      {
        title: "see the certificate's dates and names",
        command: `openssl s_client -connect ${host.includes(':') ? host : `${host}:443`} </dev/null 2>/dev/null | openssl x509 -noout -dates -ext subjectAltName`,
      },
      isOfDates(fault)
        ? {
            title: 'renew the certificate; if its dates are good, set the clock of the node',
            command: `timedatectl status   # on node ${nodeWord(facts)}`,
          }
        : {
            title: `get a certificate that names "${host.replace(/:\d+$/, '')}" as a subject alternative name, or pull by a name that the certificate has`,
            command: null,
          },
    ];
  },
};

function why(fault: Fault | null, node: string): string {
  const { problem, limit, clock, names, wanted } = fault?.details.certificate ?? {};
  const told = clock === undefined ? '' : ` (the clock of ${node} says ${clock})`;
  switch (problem) {
    case 'expired':
      return limit === undefined ? 'it has expired' : `it expired at ${limit}${told}`;
    case 'notYetValid':
      return limit === undefined ? 'it is not valid yet' : `it is valid only from ${limit} on${told}`;
    case 'wrongName':
      return `it is for ${names ?? 'another name'}, not for "${wanted ?? ''}"`;
    case 'noIpAddress':
      return 'it names no IP address, and the image names the registry by one';
    case 'commonNameOnly':
      return 'it has only a common name, which no longer counts';
    default:
      return fault?.details.reason ?? fault?.message ?? 'it was refused';
  }
}
