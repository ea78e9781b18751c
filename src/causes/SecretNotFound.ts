/** SecretNotFound: the pod references a pull secret that does not exist in its namespace. Belongs here: its summary and its fixes. Pure. */
import type { Facts } from '../model/facts.ts';
import type { CauseText } from './cause.ts';
import { kubectl, namespaceOf, retryNow } from './commands.ts';
import { podName, quoted, registry } from './phrases.ts';
import { createSecret } from './secret-commands.ts';
import { object, quote } from './shell.ts';

export const SecretNotFound: CauseText = {
  summary: facts => {
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
    return `${what}, which ${podName(facts)} references as a pull secret, and ${registry(facts)} requires authentication.${names.length === 0 ? '' : where}`;
  },
  fixes: facts => {
    const name = missing(facts)[0] ?? 'SECRET';
    const from = facts.secrets.find(secret => secret.name === name)?.otherNamespaces?.[0];
    const create = createSecret(facts, name, from === undefined ? 'create the secret that the pod references' : 'or create it');
    if (from === undefined) return [create, retryNow(facts)];
    const copy = `kubectl -n ${quote(from)} get ${object('secret', name)} -o json | jq 'del(.metadata) + {metadata:{name:.metadata.name}}' | ${kubectl(facts, 'create -f -')}`;
    return [{ title: `copy it from namespace "${from}"`, command: copy }, create, retryNow(facts)];
  },
};

/** The missing secrets: by the API, else as kubelet reports. */
export const missing = (facts: Facts): string[] => {
  const seen = facts.secrets.filter(secret => secret.lookup === 'missing').map(secret => secret.name);
  return seen.length > 0 ? seen : facts.nodeReport.unreadableSecrets;
};
