import type { Facts } from '../model/facts.ts';
import type { CauseText } from './cause.ts';
import { restart } from './commands.ts';
import { registry } from './phrases.ts';
import { renewSecret } from './secret-commands.ts';

export const SecretHasNoCredentials: CauseText = {
  summary: facts => {
    const secret = emptySecret(facts);
    const detail =
      secret?.problems.find(problem => problem.code === 'SecretHasNoCredentials')?.detail ??
      'its entry for this registry is empty: kubelet then pulls without a login';
    return `${registry(facts)} wants a login, and secret "${secret?.name ?? facts.keyring.credentials[0]?.secret ?? ''}" parses but gives none: ${detail}.`;
  },
  fixes: facts => [
    renewSecret(
      facts,
      emptySecret(facts)?.name ?? facts.keyring.credentials[0]?.secret ?? 'SECRET',
      'write a user name and a password into it',
    ),
    restart(facts, 'then let the node try at once'),
  ],
};

export const emptySecret = (facts: Facts): Facts['secrets'][number] | null =>
  facts.secrets.find(secret => secret.problems.some(problem => problem.code === 'SecretHasNoCredentials')) ?? null;
