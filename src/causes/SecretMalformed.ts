import type { Facts } from '../model/facts.ts';
import type { CauseText } from './cause.ts';
import { attachSecret, restart } from './commands.ts';
import { createSecret, isForPulls, newSecretName, recreateSecret } from './secret-commands.ts';

export const SecretMalformed: CauseText = {
  summary: (facts, fault) => {
    const broken = facts.keyring.broken;
    if (broken !== null)
      return `Secret "${broken.secret}" does not parse (${broken.error}). One such secret makes kubelet refuse every pull of the pod, of public images too.`;
    const ignored = badSecret(facts);
    if (ignored === null)
      return `A pull secret of the pod does not parse: kubelet says "${fault?.message.replace(/^Failed to pull image "[^"]*": /, '') ?? facts.state.reason ?? ''}" and refuses every pull of the pod.`;
    return `Secret "${ignored.name}" is there, but kubelet ignores it: ${ignored.problems.find(problem => problem.code === 'SecretMalformed')?.detail}.`;
  },
  fixes: facts => {
    const bad = badSecret(facts);
    if (bad !== null && !isForPulls(bad.type)) {
      const name = newSecretName(facts);
      return [
        createSecret(facts, name, `make a pull secret of its own: "${bad.name}" is of type "${bad.type}" and serves something else`),
        ...attachSecret(facts, name),
      ];
    }
    const name = bad?.name ?? facts.secrets[0]?.name ?? 'SECRET';
    return [recreateSecret(facts, name), restart(facts, 'then let the node try at once')];
  },
};

/** The secret that does not parse, or the first that kubelet ignores for its form. */
export function badSecret(facts: Facts): Facts['secrets'][number] | null {
  const broken = facts.keyring.broken;
  return (
    facts.secrets.find(secret =>
      broken !== null ? secret.name === broken.secret : secret.problems.some(problem => problem.code === 'SecretMalformed'),
    ) ?? null
  );
}
