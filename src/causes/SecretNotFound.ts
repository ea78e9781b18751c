import type { Facts } from '../model/facts.ts';
import type { CauseText } from './cause.ts';
import { kubectl, namespaceOf, quote, restart } from './commands.ts';
import { quoted, registry } from './phrases.ts';
import { createSecret } from './secret-commands.ts';

export const SecretNotFound: CauseText = {
  summary: facts => {
    const names = missing(facts);
    const first = facts.secrets.find(secret => secret.name === names[0]);
    const where =
      first?.otherNamespaces == null
        ? ' Whether another namespace has it could not be seen.'
        : first.otherNamespaces.length > 0
          ? ` Namespace ${quoted(first.otherNamespaces)} has one of that name, but a pull secret counts only in the pod's own namespace.`
          : ' No other namespace has one of that name either.';
    const heard = first === undefined || first.lookup !== 'missing' || first.why !== null;
    return `${heard ? 'By the words of kubelet, namespace' : 'Namespace'} "${namespaceOf(facts)}" has no ${heard ? 'readable ' : ''}secret ${quoted(names)}, which the pod names for its pulls, and ${registry(facts)} wants a login.${names.length === 0 ? '' : where}`;
  },
  fixes: facts => {
    const name = missing(facts)[0] ?? 'SECRET';
    const from = facts.secrets.find(secret => secret.name === name)?.otherNamespaces?.[0];
    const make = createSecret(facts, name, from === undefined ? 'make the secret that the pod names' : 'or make it anew');
    if (from === undefined) return [make, restart(facts, 'then let the node try at once')];
    const copy = `kubectl -n ${quote(from)} get secret ${quote(name)} -o json | jq 'del(.metadata) + {metadata:{name:.metadata.name}}' | ${kubectl(facts, 'create -f -')}`;
    return [{ title: `copy it from namespace "${from}"`, command: copy }, make, restart(facts, 'then let the node try at once')];
  },
};

/** The missing secrets: as we see, else as the node says. */
export const missing = (facts: Facts): string[] => {
  const seen = facts.secrets.filter(secret => secret.lookup === 'missing').map(secret => secret.name);
  return seen.length > 0 ? seen : facts.nodeReport.unreadableSecrets;
};
