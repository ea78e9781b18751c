import { cause, noClaim } from './cause.ts';
import { createSecret, restart } from './commands.ts';
import { imageOf, quoted, registry } from './tell.ts';

export const SecretRegistryMismatch = cause({
  code: 'SecretRegistryMismatch',
  group: 'secret',
  title: 'No pull secret has an entry for this registry',
  transient: false,
  claims: noClaim,
  summary: facts => {
    const [miss] = facts.keyring.nearMisses;
    return `${registry(facts)} wants a login, and no entry of the pod's pull secrets covers ${imageOf(facts)}.${miss === undefined ? '' : ` Nearest is "${miss.key}" of secret "${miss.secret}": ${miss.why}.`}${facts.keyring.nearMisses.length > 1 ? ` Not matching either: ${quoted(facts.keyring.nearMisses.slice(1).map(other => other.key))}.` : ''}`;
  },
  fixes: facts => {
    const miss = facts.keyring.nearMisses[0];
    return [
      createSecret(
        facts,
        miss?.secret ?? facts.secrets[0]?.name ?? 'SECRET',
        `write the secret anew under the key that kubelet looks for${facts.keyring.nearMisses.length > 1 ? ' (this replaces its other entries)' : ''}`,
        true,
      ),
      restart(facts, 'then let the node try at once'),
    ];
  },
});
