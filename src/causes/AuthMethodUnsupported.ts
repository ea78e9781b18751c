import type { CauseText } from './cause.ts';
import { schemeOf } from './commands.ts';
import { registry } from './phrases.ts';

export const AuthMethodUnsupported: CauseText = {
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
