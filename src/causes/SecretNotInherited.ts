/** SecretNotInherited: the service account has a pull secret for this image, but the pod does not have it. Belongs here: its summary and its fixes. Pure. */
import { type Facts, ownAnswer } from '../model/facts.ts';
import type { CauseText } from './cause.ts';
import { attachSecret, retryNow } from './commands.ts';
import { podName, quoted } from './phrases.ts';

export const SecretNotInherited: CauseText = {
  // no service account has what a webhook adds
  titleOf: facts => (addedByAdmission(facts).length > 0 ? 'A new pod gets a pull secret that this pod does not have' : null),
  summary: facts => {
    const own = facts.secrets.map(secret => secret.name);
    const added = addedByAdmission(facts);
    const account =
      own.length === 0 && facts.serviceAccount.secrets === null ? '' : ` Service account "${facts.serviceAccount.name}" does not give it.`;
    if (added.length > 0)
      return `Admission adds pull secret ${quoted(added)} to new pods, but ${podName(facts)} does not have it.${account} The pod was created without it: admission changes a pod only when it is created.`;
    const why =
      own.length > 0
        ? `The pod lists pull secrets of its own (${quoted(own)}), and such a pod gets none from its service account`
        : 'The pod was created before the service account had the secret: Kubernetes copies the list only when a pod is created';
    const { name, secrets } = facts.serviceAccount;
    const given = matchingOf(facts);
    return `Service account "${name}" has pull secret ${quoted(given.length > 0 ? given : (secrets ?? []))} for this image, but ${podName(facts)} does not have it. ${why}.`;
  },
  fixes: facts =>
    facts.secrets.length > 0 && addedByAdmission(facts).length === 0
      ? attachSecret(facts, matchingOf(facts)[0] ?? '<SECRET>')
      : [retryNow(facts, 'recreate the pod: the new pod gets the secret')],
};

/** Pull secrets that admission gave a new pod, and that are not from its service account: the account gives its own only to a pod that lists none. */
function addedByAdmission({ secrets: own, serviceAccount: { matching, secrets }, ...facts }: Facts): string[] {
  if (matching.length > 0) return [];
  const inherited = own.length > 0 ? [] : (secrets ?? []);
  return (ownAnswer(facts)?.addedSecrets ?? []).filter(name => !inherited.includes(name));
}

/** Pull secrets of the service account that the pod lacks: those that are known to hold a login for the image, or those that admission gave a new pod, which was pulled. */
const matchingOf = (facts: Facts): string[] =>
  facts.serviceAccount.matching.length > 0 ? facts.serviceAccount.matching : (ownAnswer(facts)?.addedSecrets ?? []);
