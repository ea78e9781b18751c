import type { CauseText } from './cause.ts';
import { attachSecret, restart } from './commands.ts';
import { imageOf, quoted, registry } from './phrases.ts';
import { copyEntry, createSecret, newSecretName, testSecret } from './secret-commands.ts';

export const SecretRegistryMismatch: CauseText = {
  summary: facts => {
    const [miss] = facts.keyring.nearMisses;
    return `${registry(facts)} wants a login, and no entry of the pod's pull secrets covers ${imageOf(facts)}.${miss === undefined ? '' : ` Nearest is "${miss.key}" of secret "${miss.secret}": ${miss.why}.`}${facts.keyring.nearMisses.length > 1 ? ` Not matching either: ${quoted(facts.keyring.nearMisses.slice(1).map(other => other.key))}.` : ''}`;
  },
  fixes: facts => {
    const [miss] = facts.keyring.nearMisses;
    // the credential is there and stands under the wrong key: only the key has to change
    if (miss?.near)
      return [copyEntry(facts, miss.secret, miss.key), testSecret(facts, miss.secret), restart(facts, 'then let the node try at once')];
    const name = newSecretName(facts);
    return [createSecret(facts, name, 'make a pull secret for this registry'), ...attachSecret(facts, name)];
  },
};
