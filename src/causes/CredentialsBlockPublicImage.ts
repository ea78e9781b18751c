/** CredentialsBlockPublicImage: the image is public, but kubelet sends a pull secret that the registry rejects. Belongs here: its summary and its fixes. Pure. */
import type { Fix } from '../model/diagnosis.ts';
import { anonymousPasses, type Facts } from '../model/facts.ts';
import type { CauseText } from './cause.ts';
import { ownerOf, patch, patchTemplate, retryNow, rollsOut } from './commands.ts';
import { imageOf, quoted, registry, repository, usedSecrets } from './phrases.ts';
import { renewSecret } from './secret-commands.ts';
import { object } from './shell.ts';

export const CredentialsBlockPublicImage: CauseText = {
  summary: facts =>
    `${anonymousPasses(facts)?.fault == null ? imageOf(facts) : repository(facts)} is public, but kubelet sends secret ${quoted(usedSecrets(facts))}, ${registry(facts)} rejects its credentials, and kubelet does not retry anonymously.`,
  fixes: facts => [
    ...removal(facts),
    renewSecret(facts, usedSecrets(facts)[0] ?? 'SECRET', 'or write valid credentials into the secret'),
    retryNow(facts),
  ],
};

/** Removes the secret from the service account, or from the template of the workload. */
function removal(facts: Facts): Fix[] {
  const name = usedSecrets(facts)[0] ?? 'SECRET';
  const account = facts.serviceAccount;
  const without = (names: readonly string[]): { name: string }[] => names.filter(other => other !== name).map(other => ({ name: other }));
  if (account.secrets?.includes(name))
    return [
      {
        title: `remove it from service account "${account.name}"`,
        command: patch(facts, object('serviceaccount', account.name), { imagePullSecrets: without(account.secrets) }, 'merge'),
      },
    ];
  const { kind, name: owner } = ownerOf(facts);
  if (rollsOut(facts))
    return [
      {
        title: `remove it from ${kind} "${owner}"`,
        command: patchTemplate(facts, { imagePullSecrets: without(facts.secrets.map(secret => secret.name)) }, 'merge'),
      },
    ];
  return [{ title: `remove "${name}" from imagePullSecrets in the manifest of the pod, and apply it again`, command: null }];
}
