import type { CauseText } from './cause.ts';
import { failingHost, restart, schemeOf } from './commands.ts';
import { capital, explanation, hostOf, imageOf, seenFrom } from './phrases.ts';

export const RegistryFailing: CauseText = {
  summary: (facts, fault) =>
    `${capital(hostOf(facts, fault))} ${fault?.status ? `answers ${fault.status}` : fault?.kind === 'redirects' ? 'redirects in a circle' : 'accepts requests and does not answer them'} instead of giving ${imageOf(facts)}.${explanation(fault)} Nothing in the cluster can repair that; kubelet tries again by itself.${seenFrom(fault)}`,
  fixes: (facts, fault) => [
    {
      title: "see the registry's own state (its status page, its logs)",
      command: `curl -sS -o /dev/null -w '%{http_code}\\n' ${schemeOf(facts, fault)}://${failingHost(facts, fault)}/v2/`,
    },
    restart(facts, 'when it answers again: try at once'),
  ],
};
