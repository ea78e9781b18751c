/** SecretRegistryMismatch: no auths entry of the pull secrets matches this image. Belongs here: its summary and its fixes. Pure. */
import { isForPulls } from '../model/credential.ts';
import { isGenerated, missesOf } from '../model/openshift.ts';
import type { CauseText } from './cause.ts';
import { attachSecret, retryNow } from './commands.ts';
import { imageOf, quoted, registry, unreadSecrets } from './phrases.ts';
import { copyEntry, createSecret, newSecretName, renewSecret, testSecret } from './secret-commands.ts';

export const SecretRegistryMismatch: CauseText = {
  summary: facts => {
    const [miss, ...others] = missesOf(facts);
    const unread = unreadSecrets(facts);
    if (miss === undefined && unread.length > 0)
      return `${registry(facts)} requires authentication, and the node sends no credentials. Secret ${quoted(unread)} could not be read: probably none of its auths entries matches ${imageOf(facts)}.`;
    const nearest = miss === undefined ? '' : ` The nearest key is "${miss.key}" in secret "${miss.secret}": ${miss.why}.`;
    return `${registry(facts)} requires authentication, but no auths entry of the pull secrets matches ${imageOf(facts)}.${nearest}${others.length > 0 ? ` Other keys that do not match: ${quoted(others.map(other => other.key))}.` : ''}`;
  },
  fixes: facts => {
    const [miss] = missesOf(facts);
    // the credential is there, under the wrong key: only the key has to change
    if (miss?.near) return [copyEntry(facts, miss.secret, miss.key), testSecret(facts, miss.secret), retryNow(facts)];
    // the pod has this one already: nothing has to be created or attached
    const own = facts.secrets.find(
      secret => secret.lookup === 'found' && secret.problems.length === 0 && isForPulls(secret.type) && !isGenerated(secret),
    );
    if (own !== undefined)
      return [renewSecret(facts, own.name, `add a login for this registry to secret "${own.name}", which the pod has`), retryNow(facts)];
    const name = newSecretName(facts);
    return [createSecret(facts, name, 'create a pull secret for this registry'), ...attachSecret(facts, name)];
  },
};
