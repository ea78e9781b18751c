import type { Facts } from '../model/facts.ts';
import type { CauseText } from './cause.ts';
import { attachSecret } from './commands.ts';
import { capital, explanation, hostOf, quoted, usedSecrets } from './phrases.ts';
import { createSecret, newSecretName } from './secret-commands.ts';

export const RateLimited: CauseText = {
  summary: (facts, fault) =>
    `${capital(hostOf(facts, fault))} answers 429: ${who(facts)} has used up its pulls.${explanation(fault)}${left(facts)} kubelet tries again by itself, and each try may count.`,
  fixes: facts => {
    const name = newSecretName(facts);
    const own = usedSecrets(facts);
    return [
      { title: wait(facts), command: null },
      ...(own.length > 0
        ? [{ title: `use an account with a higher limit in secret ${quoted(own)}, or a pull-through cache`, command: null }]
        : [
            createSecret(facts, name, 'pull with an account of your own: its limit is higher and not shared'),
            ...attachSecret(facts, name),
          ]),
    ];
  },
};

function who(facts: Facts): string {
  const own = facts.keyring.credentials.find(credential => !credential.empty);
  if (own !== undefined) return `the account "${own.username}" (secret "${own.secret}")`;
  return `the address from which ${facts.node.name === null ? 'the node' : `node "${facts.node.name}"`} pulls (shared by all nodes behind it), since the pod brings no login,`;
}

function left(facts: Facts): string {
  const limit = facts.probe?.rateLimit;
  if (limit == null || limit.limit === null) return '';
  return ` From this machine ${limit.remaining ?? '?'} of ${limit.limit} are left${limit.windowSeconds === null ? '' : ` per ${Math.round(limit.windowSeconds / 3600)} h`}${limit.source === null ? '' : `, counted for ${limit.source}`}; the node may be counted otherwise.`;
}

function wait(facts: Facts): string {
  const after = facts.probe?.rateLimit?.retryAfter;
  return after == null
    ? 'wait: the limit is counted over hours (6 h at Docker Hub) and frees itself'
    : `wait: the registry says Retry-After: ${after}${/^\d+$/.test(after) ? ' s' : ''}`;
}
