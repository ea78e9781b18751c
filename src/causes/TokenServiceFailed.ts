/** TokenServiceFailed: the registry's token server is unreachable, fails, or issues tokens that are rejected. Belongs here: its summary and its fixes. Pure. */
import type { Fix } from '../model/diagnosis.ts';
import type { Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import type { CauseText } from './cause.ts';
import { askedHost, retryNow } from './commands.ts';
import { explanation, registry, seenFrom } from './phrases.ts';
import { hostWord, quote } from './shell.ts';

export const TokenServiceFailed: CauseText = {
  summary: (facts, fault) =>
    isTokenRejected(fault)
      ? `The token server of ${registry(facts)} issues a token, but the registry rejects it. The usual reason is that they do not agree on issuer, key, service or clock.`
      : `${registry(facts)} requires a token from ${tokenServer(facts, fault)}, and the token server fails: ${how(fault)}.${explanation(fault)}${seenFrom(fault)}`,
  fixes: (facts, fault) =>
    isTokenRejected(fault)
      ? [
          {
            title: `ask the owners of ${registry(facts)} to compare issuer, key, service and clock of the registry and its token server`,
            command: null,
          },
          retryNow(facts, 'when they agree again, retry now by deleting the pod'),
        ]
      : [showServer(facts, fault), { title: repair(facts, fault), command: null }],
};

/** Whether a token was issued, and the registry rejects it. */
const isTokenRejected = (fault: Fault | null): boolean =>
  fault?.kind === 'invalidToken' || (fault?.seenBy === 'probe' && fault.role !== 'token' && fault.status === 401);

/** The host of the token server, where it is known. */
const serverHost = (fault: Fault | null): string | null => (fault?.role === 'token' ? fault.host : null);

const tokenServer = (facts: Facts, fault: Fault | null): string => {
  const host = serverHost(fault);
  return host === null || host === facts.reference?.registry ? 'its token server' : `the token server "${host}"`;
};

/** Asks the token server, else for the challenge that names it. */
function showServer(facts: Facts, fault: Fault | null): Fix {
  const realm = facts.probe?.challenge?.realm;
  const host = serverHost(fault);
  return realm == null && host === null
    ? {
        title: 'show the challenge of the registry: its realm is the URL of the token server',
        command: `curl -sSI https://${askedHost(facts)}/v2/`,
      }
    : { title: 'show what the token server answers', command: `curl -sS -i ${quote(realm ?? `https://${hostWord(host)}/token`)}` };
}

function repair(facts: Facts, fault: Fault | null): string {
  const host = serverHost(fault);
  const server = host === null ? `the token server of ${registry(facts)}` : `the token server "${host}"`;
  switch (fault?.kind) {
    case 'untrusted':
      return `make the nodes trust the certificate authority of ${server}, or give it a certificate that they trust`;
    case 'badCertificate':
    case 'x509':
      return `replace the certificate of ${server}`;
    case 'badScheme':
      return 'correct the realm in the configuration of the registry';
    default:
      return `repair ${server}, or allow the nodes to connect to it: authenticated and anonymous pulls need it`;
  }
}

const HOW: Record<string, string> = {
  dns: 'its name cannot be resolved',
  refused: 'the connection is refused',
  timeout: 'it does not answer in time',
  unreachable: 'there is no route to it',
  reset: 'the connection is reset',
  eof: 'the connection is closed',
  untrusted: 'its certificate is not trusted',
  badCertificate: 'its certificate is not valid',
  tls: 'the TLS handshake fails',
  badToken: 'its answer contains no token',
  badScheme: 'the URL of the realm is not valid',
};

function how(fault: Fault | null): string {
  if (fault === null) return 'it returns no token';
  if (fault.seenBy === 'probe') return fault.message;
  if (fault.status !== null && fault.kind !== 'badToken') return `it answers ${fault.status}`;
  return HOW[fault.kind] ?? 'it returns no token';
}
