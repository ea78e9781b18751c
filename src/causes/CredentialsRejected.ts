import type { Facts } from '../facts.ts';
import { cause, noClaim } from './cause.ts';
import { renewSecret, restart, testSecret } from './commands.ts';
import { quoted, registry } from './tell.ts';

export const CredentialsRejected = cause({
  code: 'CredentialsRejected',
  group: 'auth',
  title: 'The registry refuses the user name or password of the pull secret',
  transient: false,
  claims: noClaim,
  summary: facts => {
    const rejected = rejectedOf(facts);
    const first = rejected[0] ?? facts.keyring.credentials[0];
    if (first === undefined)
      return `The node sent a credential to ${registry(facts)} and was refused; the secret itself could not be seen (${quoted(facts.secrets.map(secret => secret.name))}).`;
    const repaired = facts.probe?.attempts.find(attempt => attempt.repaired !== null)?.repaired;
    const defect = repaired?.defect ?? first.defect;
    const proof =
      defect == null
        ? ''
        : ` ${defect[0]?.toUpperCase()}${defect.slice(1)}${repaired?.works ? ': without that the same credential is accepted, as a test just now shows' : ''}.`;
    return `${registry(facts)} refuses user "${first.username}" of secret "${first.secret}" (key "${first.key}").${proof}`;
  },
  fixes: facts => {
    const name = rejectedOf(facts)[0]?.secret ?? facts.keyring.credentials[0]?.secret ?? facts.secrets[0]?.name ?? 'SECRET';
    return [
      renewSecret(facts, name, 'write the right user name and password into the secret'),
      testSecret(facts, name),
      restart(facts, 'then let the node try at once'),
    ];
  },
});

const rejectedOf = (facts: Facts) =>
  (facts.probe?.attempts ?? []).flatMap(attempt =>
    attempt.result === 'rejected' && attempt.credential !== null ? (facts.keyring.credentials[attempt.credential] ?? []) : [],
  );
