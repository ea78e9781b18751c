import { isAtBlobHost } from '../model/fault.ts';
import { isLoopback } from '../util/proxy.ts';
import { certificateOf } from './CertificateNotTrusted.ts';
import { type CauseText, MOSTLY, NEVER, OFTEN, ONLY, SOMETIMES } from './cause.ts';
import { failingHost, nodeWord } from './commands.ts';
import { hostOf, nodeName, seenFrom } from './phrases.ts';

const DATES = /expired|not yet|before/;

export const CertificateInvalid: CauseText = {
  claims: fault =>
    fault.kind === 'badCertificate'
      ? fault.role === 'token' || isAtBlobHost(fault)
        ? SOMETIMES
        : // a name of this machine in no certificate is rather plain HTTP that was wanted; a date means the certificate
          isLoopback((fault.host ?? '').replace(/:\d+$/, '')) && !DATES.test(fault.message)
          ? MOSTLY
          : ONLY
      : fault.kind === 'x509'
        ? OFTEN
        : fault.kind === 'tls'
          ? SOMETIMES
          : NEVER,
  summary: (facts, fault) =>
    `The certificate of ${hostOf(facts, fault)} is not valid: ${why(fault?.message ?? '', nodeName(facts))}.${certificateOf(facts)}${seenFrom(fault)}`,
  fixes: (facts, fault) => {
    const host = failingHost(facts, fault);
    return [
      {
        title: "see the certificate's dates and names",
        command: `openssl s_client -connect ${host.includes(':') ? host : `${host}:443`} </dev/null 2>/dev/null | openssl x509 -noout -dates -ext subjectAltName`,
      },
      DATES.test(fault?.message ?? '')
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

function why(words: string, node: string): string {
  const times = /current time (\S+) is (after|before) (\S+?)(?:["\s]|$)/.exec(words);
  if (times)
    return times[2] === 'after'
      ? `it expired at ${times[3]} (the clock of ${node} says ${times[1]})`
      : `it is valid only from ${times[3]} on (the clock of ${node} says ${times[1]})`;
  const names = /certificate is (?:valid for|for) (.*?), not (?:for )?"?([^\s"(]+)/.exec(words);
  if (names) return `it is for ${names[1]}, not for "${names[2]}"`;
  if (/IP SANs/.test(words)) return 'it names no IP address, and the image names the registry by one';
  if (/legacy Common Name/.test(words)) return 'it has only a common name, which no longer counts';
  return /(?:x509: )(.*)$/.exec(words)?.[1] ?? words;
}
