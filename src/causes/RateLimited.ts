/** RateLimited: the registry rejects the pull, because the rate limit of this account or IP address is reached. Belongs here: its summary and its fixes. Pure. */

import type { Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import { providerOf } from '../model/registry-providers.ts';
import { cacheFixes, cacheSummary } from './cache.ts';
import type { CauseText } from './cause.ts';
import { attachSecret, unusedSettings } from './commands.ts';
import { capital, explanation, hostOf, nodeName, quoted, registry, theNode, usedSecrets } from './phrases.ts';
import { createSecret, newSecretName } from './secret-commands.ts';
import { showSeconds } from './sizes.ts';

export const RateLimited: CauseText = {
  summary: (facts, fault) =>
    cacheSummary(facts, fault) ??
    `${capital(hostOf(facts, fault))} answers ${statusOf(fault)}: ${who(facts, fault)}.${explanation(fault)}${left(facts)} ${facts.failing ? 'kubelet retries automatically, and each attempt may count.' : `${theNode(facts)} has been pulling since ${facts.nodeReport.pullingSince?.slice(11, 19)} UTC: CRI-O waits for a limit and reports nothing.`}`,
  fixes: (facts, fault) => {
    const ofCache = cacheFixes(facts, fault);
    if (ofCache !== null) return ofCache;
    // the mirror is the client that is counted
    if (fault?.role === 'mirror')
      return [
        { title: wait(facts), command: null },
        {
          title: `give the mirror an account at ${registry(facts)}: its own limit, or that of the registry behind it, is used up`,
          command: null,
        },
      ];
    const name = newSecretName(facts);
    const own = usedSecrets(facts);
    const cache = 'or use a pull-through cache, so that the nodes share one download';
    const unused = unusedSettings(facts, fault);
    if (providerOf(facts.reference?.registry ?? '')?.takesNoLogins)
      return [{ title: wait(facts), command: null }, { title: cache, command: null }, ...unused];
    return own.length > 0
      ? [
          { title: wait(facts), command: null },
          { title: `use an account with a higher limit in secret ${quoted(own)}`, command: null },
          { title: cache, command: null },
          ...unused,
        ]
      : [
          { title: wait(facts), command: null },
          createSecret(facts, name, 'or pull with an account: its limit is not shared with others'),
          ...attachSecret(facts, name),
          { title: cache, command: null },
          ...unused,
        ];
  },
};

/** The status, with the error code where the status is not 429 itself. */
const statusOf = (fault: Fault | null): string =>
  fault?.status == null || fault.status === 429 ? '429' : [fault.status, fault.code].filter(Boolean).join(' ');

function who(facts: Facts, fault: Fault | null): string {
  const own = facts.keyring.credentials.find(credential => !credential.empty);
  if (own !== undefined) return `account "${own.username}" (secret "${own.secret}") has used up its limit at ${registry(facts)}`;
  if (fault?.role === 'mirror') return `anonymous pulls from ${nodeName(facts)} have used up the limit`;
  return `anonymous pulls from the public IP address of ${nodeName(facts)} have used up the limit. All nodes behind the same NAT gateway share it`;
}

function left(facts: Facts): string {
  const limit = facts.probe?.rateLimit;
  if (limit == null || limit.limit === null) return '';
  return ` This machine has ${limit.remaining ?? '?'} of ${limit.limit} pulls left${limit.windowSeconds === null ? '' : ` per ${Math.round(limit.windowSeconds / 3600)} h`}${limit.source === null ? '' : ` (counted for "${limit.source}")`}. The node may have another limit.`;
}

function wait(facts: Facts): string {
  const after = facts.probe?.rateLimit?.retryAfter;
  if (after == null) return 'wait: the limit is reset after some hours (6 h at Docker Hub)';
  return `wait${/^\d+$/.test(after) ? ` ${showSeconds(Number(after))}` : ''}: the registry sends Retry-After: ${after}`;
}
