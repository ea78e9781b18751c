import { anonymousPasses, type Facts } from '../model/facts.ts';
import type { CauseFix, CauseText } from './cause.ts';
import { changeManifest, hasTemplate, manifestOf, ownerOf, patch, patchTemplate, retryNow, rollsOut, whenChanged } from './commands.ts';
import { imageOf, quoted, registry, repository, usedSecrets } from './phrases.ts';
import { renewSecret } from './secret-commands.ts';
import { object } from './shell.ts';

export const CredentialsBlockPublicImage: CauseText = {
  summary: facts => {
    const isPublic = `${anonymousPasses(facts)?.fault == null ? imageOf(facts) : repository(facts)} is public`;
    const used = usedSecrets(facts);
    return used.length > 0
      ? `${isPublic}, but kubelet sends secret ${quoted(used)}, ${registry(facts)} rejects its credentials, and kubelet does not retry anonymously.`
      : `${isPublic}, but the registry rejects the pull of the node. Secret ${quoted(namedSecrets(facts))} could not be read: if it has credentials for ${registry(facts)}, kubelet sends them and does not retry anonymously.`;
  },
  fixes: facts => [
    ...removal(facts),
    renewSecret(facts, secretOf(facts), 'or write valid credentials into the secret'),
    // a changed template has recreated the pod already
    retryNow(facts, isOfAccount(facts) || !rollsOut(facts) ? undefined : 'if you changed the secret, retry now by deleting the pod'),
  ],
};

const namedSecrets = (facts: Facts): string[] => facts.secrets.map(({ name }) => name);
/** The secret that kubelet sends, as far as is known. */
const secretOf = (facts: Facts): string => usedSecrets(facts)[0] ?? namedSecrets(facts)[0] ?? '<SECRET>';

/** Whether the pod has the secret from its service account. */
const isOfAccount = (facts: Facts): boolean => facts.serviceAccount.secrets?.includes(secretOf(facts)) ?? false;

/** Removes the secret from the service account, or from the template of the workload. */
function removal(facts: Facts): CauseFix[] {
  const name = secretOf(facts);
  const account = facts.serviceAccount;
  const without = (names: readonly string[]): { name: string }[] => names.filter(other => other !== name).map(other => ({ name: other }));
  if (isOfAccount(facts) && account.secrets !== null)
    return [
      {
        title: `remove secret "${name}" from service account "${account.name}"`,
        command: patch(facts, object('serviceaccount', account.name), { imagePullSecrets: without(account.secrets) }, 'merge'),
      },
    ];
  const { kind, name: owner } = ownerOf(facts);
  if (facts.planned !== undefined) return [changeManifest(facts, `remove secret "${name}" from imagePullSecrets of the pod`)];
  if (hasTemplate(facts))
    return [
      {
        title: `remove secret "${name}" from ${kind} "${owner}"${whenChanged(facts)}`,
        command: patchTemplate(facts, { imagePullSecrets: without(namedSecrets(facts)) }, 'merge'),
        changes: 'the pull secrets',
      },
    ];
  return [
    {
      title: `remove secret "${name}" from imagePullSecrets in ${manifestOf(facts)}, and create it again`,
      command: null,
      changes: 'the pull secrets',
    },
  ];
}
