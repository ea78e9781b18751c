/** CredentialsRejected: the registry rejects the user name or the password. Belongs here: its summary and its fixes. Pure. */
import type { Fix } from '../model/diagnosis.ts';
import type { CredentialFact, Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import { isGenerated } from '../model/openshift.ts';
import type { Attempt } from '../model/probe.ts';
import type { CauseText } from './cause.ts';
import { attachSecret, retryNow } from './commands.ts';
import { capital, explanation, nodeName, quoted, registry } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import { createSecret, newSecretName, renewSecret, repairVisible, testSecret } from './secret-commands.ts';

export const CredentialsRejected: CauseText = {
  summary: facts => {
    const { credential: first, repaired } = rejectedOf(facts);
    if (first === undefined)
      return facts.secrets.every(isGenerated)
        ? `${registry(facts)} rejects the credentials of ${nodeName(facts)}. The pod has no pull secret${facts.secrets.length > 0 ? ' for it' : ''}, so they come from the node itself (a config.json, a credential provider), which the Kubernetes API does not show.`
        : `${registry(facts)} rejects the credentials that the node sends. Secret ${quoted(facts.secrets.map(secret => secret.name))} could not be read, so the credentials are not known.`;
    const defect = repaired?.defect ?? first.defect;
    const proof =
      defect == null
        ? ''
        : ` ${capital(defect)}${repaired?.works ? `. A test just now shows that the registry accepts the repaired credentials` : ''}.`;
    const account = disabledAccount(facts);
    if (account !== null)
      return `${registry(facts)} reports that the account of user "${first.username}" may not be used.${explanation(account)}`;
    return `${registry(facts)} rejects the user name or the password of user "${first.username}" in secret "${first.secret}" (key "${first.key}").${proof}`;
  },
  fixes: facts => {
    const { credential, repaired } = rejectedOf(facts);
    const name = credential?.secret ?? facts.secrets.find(secret => !isGenerated(secret))?.name;
    if (name === undefined) return [...ofTheNode(facts), retryNow(facts)];
    if (credential !== undefined && disabledAccount(facts) !== null) {
      const title = `unlock, enable or verify the account of user "${credential.username}" in the registry or in its identity provider; a new password does not help`;
      return [{ title, command: null }, testSecret(facts, name), retryNow(facts)];
    }
    return [
      credential !== undefined && repaired?.works
        ? repairVisible(facts, name, repaired.kind)
        : renewSecret(facts, name, 'write the correct user name and password into the secret'),
      testSecret(facts, name),
      retryNow(facts),
    ];
  },
};

/** The pod has no pull secret: repair the credentials of the node, or add a secret. */
function ofTheNode(facts: Facts): Fix[] {
  const name = newSecretName(facts);
  return [
    nodeFix(facts, nodeSteps(facts).showCredentials()),
    createSecret(facts, name, 'or create a pull secret for the pod'),
    ...attachSecret(facts, name),
  ];
}

/** The refusal that says that the account is known and may not be used, null without one. */
const disabledAccount = ({ probe }: Facts): Fault | null =>
  probe?.attempts.find(({ fault, result }) => result === 'rejected' && fault?.statements.includes('accountDisabled'))?.fault ?? null;

/** The credential to repair, and its repaired form as it was tried: one that works so, else the first that was rejected, else the first. */
function rejectedOf(facts: Facts): { credential: CredentialFact | undefined; repaired: Attempt['repaired'] } {
  const attempts = (facts.probe?.attempts ?? []).filter(({ result, credential }) => result === 'rejected' && credential !== null);
  const chosen = attempts.find(({ repaired }) => repaired?.works) ?? attempts[0];
  return { credential: facts.keyring.credentials[chosen?.credential ?? 0], repaired: chosen?.repaired ?? null };
}
