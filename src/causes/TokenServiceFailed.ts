import type { CauseText } from './cause.ts';
import { hostWord, restart } from './commands.ts';
import { explanation, hostOf, registry, seenFrom } from './phrases.ts';

export const TokenServiceFailed: CauseText = {
  summary: (facts, fault) =>
    fault?.kind === 'invalidToken'
      ? `The token server of ${registry(facts)} gives a token, and the registry then refuses that very token: the two do not agree on issuer, key, service or clock.`
      : `Before ${registry(facts)} gives the image, a token is needed from ${fault?.host ? `"${fault.host}"` : 'its token server'}, and that fails: ${how(fault)}.${explanation(fault)}${seenFrom(fault)}`,
  fixes: (facts, fault) =>
    fault?.kind === 'invalidToken'
      ? [
          {
            title: `let the owners of ${registry(facts)} compare issuer, key, service and clock of the registry and of its token server`,
            command: null,
          },
          restart(facts, 'when they agree again: try at once'),
        ]
      : [
          {
            title: 'ask the token server as a pull would',
            command: `curl -sS -i ${shellQuote(facts.probe?.challenge?.realm ?? `https://${hostWord(fault?.host, 'TOKEN_SERVER')}/token`)}`,
          },
          {
            title: `let the nodes reach ${hostOf(facts, fault)} too, or repair it: every login and every anonymous pull needs it`,
            command: null,
          },
        ],
};

const shellQuote = (text: string): string => `'${text.replace(/'/g, `'\\''`)}'`;

function how(fault: { kind: string; status: number | null; message: string; seenBy: string } | null): string {
  if (fault === null) return 'no token comes';
  if (fault.seenBy === 'probe') return fault.message;
  if (fault.status !== null && fault.kind !== 'badToken') return `it answers ${fault.status}`;
  const told: Record<string, string> = {
    dns: 'its name cannot be resolved',
    refused: 'nothing listens there',
    timeout: 'it does not answer',
    unreachable: 'no route leads there',
    reset: 'the connection is reset',
    eof: 'the connection is closed',
    untrusted: 'its certificate is not trusted',
    badCertificate: 'its certificate is not valid',
    tls: 'the TLS handshake fails',
    badToken: 'its answer holds no token',
    badScheme: 'the address of the realm cannot be asked',
  };
  return told[fault.kind] ?? 'no token comes';
}
