import type { Fix } from '../model/diagnosis.ts';
import type { Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import type { CauseText } from './cause.ts';
import { restart } from './commands.ts';
import { registry } from './phrases.ts';
import { renewSecret, replacement } from './secret-commands.ts';

export const CredentialsExpired: CauseText = {
  summary: (facts, fault) => {
    const credential = facts.keyring.credentials.find(other => other.expired !== null) ?? facts.keyring.credentials[0];
    const who =
      credential === undefined
        ? 'The credential that the node sent'
        : `The credential of user "${credential.username}" in secret "${credential.secret}"`;
    return `${who} was right once and is no longer: ${credential?.expired ?? said(fault)}. ${registry(facts)} refuses it.`;
  },
  fixes: facts => {
    const name =
      (facts.keyring.credentials.find(other => other.expired !== null) ?? facts.keyring.credentials[0])?.secret ??
      facts.secrets[0]?.name ??
      'SECRET';
    return [
      ...renew(facts, name),
      restart(facts, 'then let the node try at once'),
      {
        title:
          'lasting: let something renew it (External Secrets, a registry credential provider on the nodes), or use a credential that does not expire',
        command: null,
      },
    ];
  },
};

const said = (fault: Fault | null): string =>
  fault?.explanation ? `the registry says "${fault.explanation.replace(/\.$/, '')}"` : 'the registry says that the token has expired';

/** A new token from its issuer, straight into the secret. */
function renew(facts: Facts, name: string): Fix[] {
  const server = facts.reference?.registry ?? 'REGISTRY';
  const region = /\.ecr\.([a-z0-9-]+)\.amazonaws/.exec(server)?.[1];
  if (region !== undefined)
    return [
      {
        title: 'write a new token into the secret (it lives 12 hours)',
        command: replacement(facts, name, 'AWS', `"$(aws ecr get-login-password --region ${region})"`),
      },
    ];
  if (/-docker\.pkg\.dev$|(?:^|\.)gcr\.io$/.test(server))
    return [
      {
        title: 'write a new token into the secret (it lives one hour; a key file of a service account lasts)',
        command: replacement(facts, name, 'oauth2accesstoken', '"$(gcloud auth print-access-token)"'),
      },
    ];
  return [renewSecret(facts, name, 'write a new token into the secret')];
}
