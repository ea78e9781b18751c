/** RegistryPolicyDenied: a policy of the registry blocks this image or this client. Belongs here: its summary and its fixes. Pure. */
import { providerOf } from '../model/registry-providers.ts';
import type { CauseText } from './cause.ts';
import { blockedClient, capital, explanation, hostOf, imageOf } from './phrases.ts';

export const RegistryPolicyDenied: CauseText = {
  summary: (facts, fault) =>
    `${capital(hostOf(facts, fault))} blocks ${imageOf(facts)} by a policy (vulnerabilities, signature, IP address, country or law), whatever credentials are sent.${explanation(fault)}`,
  fixes: (facts, fault) => {
    const provider = providerOf(facts.reference?.registry ?? '');
    if (provider?.takesNoLogins) return [blockedClient(provider)];
    // /v2/ names no image yet
    if (fault?.statements.includes('clientBlocked') || fault?.step === 'ping')
      return [
        {
          title: `let the owners of ${hostOf(facts, fault)} allow the public IP address of the nodes (firewall, allow list, country rule), or pull through a network that it allows`,
          command: null,
        },
      ];
    return [
      {
        title: 'ask the owners of the registry to change the policy or the allow list, or make the image comply (rebuild it or sign it)',
        command: null,
      },
    ];
  },
};
