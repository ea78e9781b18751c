import type { CauseText } from './cause.ts';
import { capital, explanation, hostOf, imageOf } from './phrases.ts';

export const RegistryPolicyDenied: CauseText = {
  summary: (facts, fault) =>
    `${capital(hostOf(facts, fault))} refuses ${imageOf(facts)} by a rule of its own (vulnerabilities, signature, address of the client, law), whoever asks.${explanation(fault)}`,
  fixes: () => [
    {
      title: 'ask the owners of the registry: rebuild or sign the image so that it passes, or have the rule or the allow-list changed',
      command: null,
    },
  ],
};
