import { type CauseText, MOSTLY, NEVER, ONLY, RARELY } from './cause.ts';
import { capital, explanation, hostOf, imageOf } from './phrases.ts';

export const RegistryPolicyDenied: CauseText = {
  claims: fault => {
    if (fault.role === 'token' && fault.status === 401) return NEVER;
    if (fault.status === 412 || fault.status === 451) return fault.seenBy === 'probe' ? ONLY : MOSTLY;
    if (fault.code === 'PROJECTPOLICYVIOLATION') return ONLY;
    if (fault.statements.includes('policy')) return fault.seenBy === 'probe' ? ONLY : MOSTLY + 5;
    if (fault.seenBy === 'probe' && fault.status === 403 && fault.statements.includes('htmlPage')) return MOSTLY + 5;
    if (fault.code === 'MANIFEST_INVALID' && fault.seenBy === 'node') return MOSTLY;
    return fault.status === 403 || fault.status === 500 || fault.status === 410 ? RARELY : NEVER;
  },
  summary: (facts, fault) =>
    `${capital(hostOf(facts, fault))} refuses ${imageOf(facts)} by a rule of its own (vulnerabilities, signature, address of the client, law), whoever asks.${explanation(fault)}`,
  fixes: () => [
    {
      title: 'ask the owners of the registry: rebuild or sign the image so that it passes, or have the rule or the allow-list changed',
      command: null,
    },
  ],
};
