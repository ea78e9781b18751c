/** SecretMalformed: kubelet cannot read a pull secret: its type, key or content is wrong. Belongs here: its summary and its fixes. Pure. */

import { isForPulls } from '../model/credential.ts';
import type { Facts, SecretFact } from '../model/facts.ts';
import type { CauseText } from './cause.ts';
import { attachSecret, retryNow } from './commands.ts';
import { firstLine } from './phrases.ts';
import { createSecret, newSecretName, recreateSecret } from './secret-commands.ts';

export const SecretMalformed: CauseText = {
  summary: (facts, fault) => {
    const broken = facts.keyring.broken;
    const plain = facts.secrets.find(({ name }) => name === broken?.secret)?.problems.find(problem => problem.plain !== undefined)?.plain;
    if (broken !== null)
      return `kubelet cannot parse secret "${broken.secret}"${plain === undefined ? '' : `: ${plain}`} (${broken.error}). One such secret makes kubelet fail every pull of the pod, also of public images.`;
    const ignored = badSecret(facts);
    if (ignored === null)
      return `kubelet cannot parse a pull secret of the pod, and fails every pull of the pod. The message is: ${fault === null ? `"${facts.state.reason}"` : firstLine(fault, 300)}.`;
    return `Secret "${ignored.name}" exists, but kubelet ignores it: ${ignored.problems.find(problem => problem.code === 'SecretMalformed')?.detail}.`;
  },
  fixes: facts => {
    const bad = badSecret(facts);
    if (bad !== null && !isForPulls(bad.type)) {
      const name = newSecretName(facts);
      return [
        createSecret(facts, name, `create a separate pull secret: "${bad.name}" has the type "${bad.type}" and another purpose`),
        ...attachSecret(facts, name),
      ];
    }
    return [recreateSecret(facts, bad?.name ?? facts.secrets[0]?.name ?? '<SECRET>'), retryNow(facts)];
  },
};

/** The secret that does not parse, or the first that kubelet ignores for its form. */
function badSecret(facts: Facts): SecretFact | null {
  const broken = facts.keyring.broken;
  return (
    facts.secrets.find(secret =>
      broken !== null ? secret.name === broken.secret : secret.problems.some(problem => problem.code === 'SecretMalformed'),
    ) ?? null
  );
}
