/** SecretNotFound: the pod references a pull secret that does not exist in its namespace. Belongs here: its summary and its fixes. Pure. */

import type { Facts } from '../model/facts.ts';
import { isAuthenticationFault } from '../model/fault.ts';
import type { CauseText } from './cause.ts';
import { namespaceOf, retryNow } from './commands.ts';
import { podName, quoted, registry } from './phrases.ts';
import { copySecret, createSecret } from './secret-commands.ts';

export const SecretNotFound: CauseText = {
  summary: (facts, fault) => {
    const names = missing(facts);
    const first = facts.secrets.find(secret => secret.name === names[0]);
    const others = first?.otherNamespaces ?? null;
    const where =
      others === null
        ? ' Other namespaces could not be searched for it.'
        : others.length > 0
          ? ` Namespace ${quoted(others)} has a secret of that name, but kubelet reads only the namespace of the pod.`
          : ' No other namespace has a secret of that name.';
    const reported = first === undefined || first.lookup !== 'missing' || first.why !== null;
    const what = reported
      ? `kubelet reports that it cannot read secret ${quoted(names)} in namespace "${namespaceOf(facts)}"`
      : `Namespace "${namespaceOf(facts)}" has no secret ${quoted(names)}`;
    return `${what}, which ${podName(facts)} references as a pull secret.${names.length === 0 ? '' : where}${fault !== null && isAuthenticationFault(fault) ? ` ${registry(facts)} requires authentication.` : ''}`;
  },
  fixes: facts => {
    const name = missing(facts)[0] ?? '<SECRET>';
    const from = facts.secrets.find(secret => secret.name === name)?.otherNamespaces?.[0];
    const create = createSecret(facts, name, from === undefined ? 'create the secret that the pod references' : 'or create it');
    if (from === undefined) return [create, retryNow(facts)];
    return [copySecret(facts, name, from), create, retryNow(facts)];
  },
};

/** The missing secrets: by the API, else as kubelet reports. */
export const missing = (facts: Facts): string[] => {
  const seen = facts.secrets.filter(secret => secret.lookup === 'missing').map(secret => secret.name);
  return seen.length > 0 ? seen : facts.nodeReport.unreadableSecrets;
};
