/** SecretHasNoCredentials: the pull secret contains no user name and password that kubelet can use. Belongs here: its summary and its fixes. Pure. */
import type { Facts, SecretFact } from '../model/facts.ts';
import type { CauseText } from './cause.ts';
import { retryNow } from './commands.ts';
import { registry } from './phrases.ts';
import { renewSecret } from './secret-commands.ts';

export const SecretHasNoCredentials: CauseText = {
  summary: facts => {
    const secret = emptySecret(facts);
    const detail =
      secret?.problems.find(problem => problem.code === 'SecretHasNoCredentials')?.detail ??
      'its auths entry for this registry is empty, so kubelet pulls anonymously';
    const name = secret?.name ?? facts.keyring.credentials[0]?.secret ?? '<SECRET>';
    return `Secret "${name}" is valid, but contains no user name and password that kubelet can use: ${detail}. ${registry(facts)} requires authentication.`;
  },
  fixes: facts => [
    renewSecret(
      facts,
      emptySecret(facts)?.name ?? facts.keyring.credentials[0]?.secret ?? '<SECRET>',
      'write a user name and a password into the secret',
    ),
    retryNow(facts),
  ],
};

const emptySecret = (facts: Facts): SecretFact | null =>
  facts.secrets.find(secret => secret.problems.some(problem => problem.code === 'SecretHasNoCredentials')) ?? null;
