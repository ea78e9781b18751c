import { type CauseText, MOSTLY, NEVER, ONLY, RARELY } from './cause.ts';
import { schemeOf } from './commands.ts';
import { registry } from './phrases.ts';

export const AuthMethodUnsupported: CauseText = {
  claims: (fault, facts) => {
    if (fault.status !== 401 || fault.role === 'token') return NEVER;
    if (fault.seenBy === 'probe')
      return facts.probe?.challenge === null && !facts.probe.headBlocked
        ? fault.step === 'layer' || fault.step === 'config'
          ? RARELY
          : ONLY
        : NEVER;
    // Docker puts the status's own name where a registry that speaks the protocol would explain itself
    return fault.statements.includes('statusOnly') ? MOSTLY + 1 : RARELY;
  },
  summary: facts =>
    `${registry(facts)} answers 401 without a challenge of type Bearer or Basic: neither a runtime nor this tool can log in there, with whatever secret.`,
  fixes: (facts, fault) => [
    {
      title: "see the registry's own answer: a WWW-Authenticate header of type Bearer or Basic has to be in it",
      command: `curl -sSI ${schemeOf(facts, fault)}://${facts.probe?.host ?? facts.reference?.registry ?? 'REGISTRY'}/v2/`,
    },
    { title: 'let the registry (or the gateway before it) offer Basic or a token server', command: null },
  ],
};
