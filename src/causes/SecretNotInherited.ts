import type { CauseText } from './cause.ts';
import { attachSecret, restart } from './commands.ts';
import { podName, quoted } from './phrases.ts';

export const SecretNotInherited: CauseText = {
  summary: facts => {
    const own = facts.secrets.map(secret => secret.name);
    const why =
      own.length > 0
        ? `The pod lists its own (${quoted(own)}), and a pod that lists any takes none from its service account`
        : 'The pod was made before the service account got it: the list is copied only when a pod is made';
    return `Service account "${facts.serviceAccount.name}" has pull secret ${quoted(facts.serviceAccount.matching.length > 0 ? facts.serviceAccount.matching : (facts.serviceAccount.secrets ?? []))}, which covers this image, but ${podName(facts)} does not have it. ${why}.`;
  },
  fixes: facts =>
    facts.secrets.length > 0
      ? attachSecret(facts, facts.serviceAccount.matching[0] ?? 'SECRET')
      : [restart(facts, 'make the pod anew: it then takes the secret over')],
};
