/** TokenServiceFailed: the registry's token server is unreachable, fails, or issues tokens that are rejected. Belongs here: its summary and its fixes. Pure. */
import type { Fault } from '../model/fault.ts';
import type { CauseText } from './cause.ts';
import { retryNow } from './commands.ts';
import { explanation, hostOf, registry, seenFrom } from './phrases.ts';
import { hostWord, quote } from './shell.ts';

export const TokenServiceFailed: CauseText = {
  summary: (facts, fault) =>
    fault?.kind === 'invalidToken'
      ? `The token server of ${registry(facts)} issues a token, but the registry rejects it: they do not agree on issuer, key, service or clock.`
      : `${registry(facts)} requires a token from ${fault?.host ? `"${fault.host}"` : 'its token server'}, and the token server fails: ${how(fault)}.${explanation(fault)}${seenFrom(fault)}`,
  fixes: (facts, fault) =>
    fault?.kind === 'invalidToken'
      ? [
          {
            title: `ask the owners of ${registry(facts)} to compare issuer, key, service and clock of the registry and its token server`,
            command: null,
          },
          retryNow(facts, 'when they agree again, retry now by deleting the pod'),
        ]
      : [
          {
            title: 'request a token as a pull does',
            command: `curl -sS -i ${quote(facts.probe?.challenge?.realm ?? `https://${hostWord(fault?.host, 'TOKEN_SERVER')}/token`)}`,
          },
          {
            title: `repair ${hostOf(facts, fault)}, or allow the nodes to connect to it: authenticated and anonymous pulls need it`,
            command: null,
          },
        ],
};

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
