import { type CauseText, MOSTLY, NEVER, OFTEN, ONLY, SOMETIMES } from './cause.ts';
import { failingHost, restart, schemeOf } from './commands.ts';
import { capital, explanation, hostOf, imageOf, seenFrom } from './phrases.ts';

/** Refusals of a request that a runtime makes rightly everywhere else. */
const UNUSUAL = new Set([400, 405, 408, 411, 413, 414, 423, 425, 501]);

export const RegistryFailing: CauseText = {
  claims: (fault, facts) => {
    if (fault.kind === 'redirects') return fault.role === 'token' ? SOMETIMES : ONLY;
    if (facts.probe?.headBlocked && fault.seenBy === 'probe') return SOMETIMES;
    if ((fault.status ?? 0) >= 500 && fault.status !== 501 && fault.status !== 511) {
      if (fault.role === 'token' || fault.role === 'redirect') return SOMETIMES;
      if (fault.step === 'layer' || fault.step === 'config') return MOSTLY;
      return fault.seenBy === 'probe' || (fault.status !== 500 && fault.host !== null) ? ONLY : MOSTLY;
    }
    if (fault.kind === 'canceled' && fault.host !== null && fault.step !== 'layer') return fault.role === 'token' ? SOMETIMES : ONLY;
    if (fault.kind === 'timeout' && fault.seenBy === 'probe' && fault.role !== 'token' && fault.role !== 'redirect' && fault.details.silent)
      return ONLY;
    if (fault.kind === 'eof' || fault.kind === 'reset')
      return fault.role === 'registry' && (fault.step === 'resolve' || fault.step === 'ping') ? SOMETIMES : NEVER;
    return fault.status !== null && UNUSUAL.has(fault.status)
      ? OFTEN - 10
      : fault.kind === 'badManifest' && fault.step === 'ping'
        ? SOMETIMES
        : NEVER;
  },
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
