import type { Fix } from '../model/diagnosis.ts';
import type { Facts } from '../model/facts.ts';
import { anonymousPasses } from '../model/facts.ts';
import type { CauseText } from './cause.ts';
import { kubectl, quote, restart, rolledOut } from './commands.ts';
import { imageOf, quoted, registry, repository, usedSecrets } from './phrases.ts';
import { renewSecret } from './secret-commands.ts';

export const CredentialsBlockPublicImage: CauseText = {
  summary: facts =>
    `${anonymousPasses(facts)?.fault == null ? `${imageOf(facts)} is given` : `${repository(facts)} is open`} to everybody, but the pod's secret ${quoted(usedSecrets(facts))} matches ${registry(facts)} and its credential is refused. kubelet does not try without it: a bad credential is worse than none.`,
  fixes: facts => [
    ...removal(facts),
    renewSecret(facts, usedSecrets(facts)[0] ?? 'SECRET', 'or put a valid credential into it'),
    restart(facts, 'then let the node try at once'),
  ],
};

/** Takes the secret out of the service account, or of the workload's template. */
function removal(facts: Facts): Fix[] {
  const name = usedSecrets(facts)[0] ?? 'SECRET';
  const account = facts.serviceAccount;
  if (account.secrets?.includes(name)) {
    const rest = account.secrets.filter(other => other !== name).map(other => ({ name: other }));
    return [
      {
        title: `take it out of service account "${account.name}"`,
        command: kubectl(
          facts,
          `patch serviceaccount ${quote(account.name)} --type=merge -p ${quote(JSON.stringify({ imagePullSecrets: rest }))}`,
        ),
      },
    ];
  }
  const { kind, name: owner } = facts.pod?.owner ?? { kind: 'pod', name: 'POD' };
  if (['deployment', 'statefulset', 'daemonset'].includes(kind)) {
    const rest = facts.secrets.filter(secret => secret.name !== name).map(secret => ({ name: secret.name }));
    return [
      {
        title: `take it out of ${kind} "${owner}"`,
        command: rolledOut(
          facts,
          kubectl(
            facts,
            `patch ${kind} ${quote(owner)} --type=merge -p ${quote(JSON.stringify({ spec: { template: { spec: { imagePullSecrets: rest } } } }))}`,
          ),
        ),
      },
    ];
  }
  return [{ title: `take "${name}" out of imagePullSecrets of the pod's manifest and apply it anew`, command: null }];
}
