/** RateLimited: the registry rejects the pull, because the rate limit of this account or IP address is reached. Belongs here: its summary and its fixes. Pure. */
import type { Facts } from '../model/facts.ts';
import { providerOf } from '../model/registry-providers.ts';
import type { CauseText } from './cause.ts';
import { attachSecret } from './commands.ts';
import { capital, explanation, hostOf, nodeName, quoted, registry, usedSecrets } from './phrases.ts';
import { createSecret, newSecretName } from './secret-commands.ts';

export const RateLimited: CauseText = {
  summary: (facts, fault) =>
    `${capital(hostOf(facts, fault))} answers 429: ${who(facts)}.${explanation(fault)}${left(facts)} kubelet retries automatically, and each attempt may count.`,
  fixes: facts => {
    const name = newSecretName(facts);
    const own = usedSecrets(facts);
    const cache = 'or use a pull-through cache, so that the nodes share one download';
    if (providerOf(facts.reference?.registry ?? '')?.takesNoLogins)
      return [
        { title: wait(facts), command: null },
        { title: cache, command: null },
      ];
    return own.length > 0
      ? [
          { title: wait(facts), command: null },
          { title: `use an account with a higher limit in secret ${quoted(own)}`, command: null },
          { title: cache, command: null },
        ]
      : [
          { title: wait(facts), command: null },
          createSecret(facts, name, 'or pull with an account: its limit is not shared with others'),
          ...attachSecret(facts, name),
          { title: cache, command: null },
        ];
  },
};

function who(facts: Facts): string {
  const own = facts.keyring.credentials.find(credential => !credential.empty);
  if (own !== undefined) return `account "${own.username}" (secret "${own.secret}") has used up its limit at ${registry(facts)}`;
  return `anonymous pulls from the public IP address of ${nodeName(facts)} have used up the limit. All nodes behind the same NAT gateway share it`;
}

function left(facts: Facts): string {
  const limit = facts.probe?.rateLimit;
  if (limit == null || limit.limit === null) return '';
  return ` This machine has ${limit.remaining ?? '?'} of ${limit.limit} pulls left${limit.windowSeconds === null ? '' : ` per ${Math.round(limit.windowSeconds / 3600)} h`}${limit.source === null ? '' : `, counted for ${limit.source}`}. The node may have another limit.`;
}

function wait(facts: Facts): string {
  const after = facts.probe?.rateLimit?.retryAfter;
  return after == null
    ? 'wait: the limit is reset after some hours (6 h at Docker Hub)'
    : `wait: the registry sends Retry-After: ${after}${/^\d+$/.test(after) ? ' s' : ''}`;
}
