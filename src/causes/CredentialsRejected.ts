import type { Fix } from '../model/diagnosis.ts';
import type { CredentialFact, Facts } from '../model/facts.ts';
import type { Attempt } from '../model/probe.ts';
import type { CauseText } from './cause.ts';
import { attachSecret, nodeWord, restart } from './commands.ts';
import { nodeName, quoted, registry } from './phrases.ts';
import { createSecret, fixEntryInPlace, newSecretName, rawKeyOf, renewSecret, testSecret } from './secret-commands.ts';

export const CredentialsRejected: CauseText = {
  summary: facts => {
    const { credential: first, repaired } = refusedOf(facts);
    if (first === undefined)
      return facts.secrets.length === 0
        ? `The node sent a credential of its own to ${registry(facts)} and was refused: the pod names no pull secret, so it stands on ${nodeName(facts)} (a config.json, a credential provider), where it cannot be seen from here.`
        : `${registry(facts)} refuses the login of the node. What it sent is not known: the secret could not be seen (${quoted(facts.secrets.map(secret => secret.name))}).`;
    const defect = repaired?.defect ?? first.defect;
    const proof =
      defect == null
        ? ''
        : ` ${defect[0]?.toUpperCase()}${defect.slice(1)}${repaired?.works ? `: ${repaired.kind === 'robot' ? 'with' : 'without'} it the same credential is accepted, as a test just now shows` : ''}.`;
    return `${registry(facts)} refuses user "${first.username}" of secret "${first.secret}" (key "${first.key}").${proof}`;
  },
  fixes: facts => {
    const { credential, repaired } = refusedOf(facts);
    const name = credential?.secret ?? facts.secrets[0]?.name;
    if (name === undefined) return [...ofTheNode(facts), restart(facts, 'then let the node try at once')];
    return [
      credential !== undefined && repaired?.works
        ? fixEntryInPlace(facts, name, rawKeyOf(facts, credential), repaired.kind)
        : renewSecret(facts, name, 'write the right user name and password into the secret'),
      testSecret(facts, name),
      restart(facts, 'then let the node try at once'),
    ];
  },
};

/** The pod brings none: repair what stands on the node, or bring one. */
function ofTheNode(facts: Facts): Fix[] {
  const name = newSecretName(facts);
  return [
    {
      title: 'see the credentials of the node, and renew them',
      command: `cat /var/lib/kubelet/config.json; ps -o args= -C kubelet | tr ' ' '\\n' | grep credential-provider   # on node ${nodeWord(facts)}`,
    },
    createSecret(facts, name, 'or make a pull secret of its own for the pod'),
    ...attachSecret(facts, name),
  ];
}

/** The credential to repair, and its repaired form as it was tried: one that works so, else the first that was refused, else the first. */
function refusedOf(facts: Facts): { credential: CredentialFact | undefined; repaired: Attempt['repaired'] } {
  const attempts = (facts.probe?.attempts ?? []).filter(({ result, credential }) => result === 'rejected' && credential !== null);
  const chosen = attempts.find(({ repaired }) => repaired?.works) ?? attempts[0];
  return { credential: facts.keyring.credentials[chosen?.credential ?? 0], repaired: chosen?.repaired ?? null };
}
