/** CredentialsExpired: the credentials in the pull secret have expired or were revoked. Belongs here: its summary and its fixes. Pure. */
import type { Fix } from '../model/diagnosis.ts';
import type { CredentialFact, Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import { isGenerated } from '../model/openshift.ts';
import { providerOf } from '../model/registry-providers.ts';
import type { CauseText } from './cause.ts';
import { retryNow } from './commands.ts';
import { expiryText, registry } from './phrases.ts';
import { renewSecret, renewToken } from './secret-commands.ts';

export const CredentialsExpired: CauseText = {
  summary: (facts, fault) => {
    const credential = expired(facts);
    const who =
      credential === undefined
        ? 'The credential that the node sends'
        : `The credential of user "${credential.username}" in secret "${credential.secret}"`;
    const stated =
      fault?.statements.includes('expired') || fault?.statements.includes('tokenExpired') || credential?.expiry?.source === 'token';
    return `${who} ${stated ? 'has expired' : 'has probably expired'}: ${credential?.expiry == null ? reported(fault) : expiryText(credential.expiry, facts.now)}. ${registry(facts)} rejects it.`;
  },
  fixes: facts => [
    renew(facts, expired(facts)?.secret ?? facts.secrets.find(secret => !isGenerated(secret))?.name ?? '<SECRET>'),
    retryNow(facts),
    {
      title:
        'to prevent this: renew the secret with a controller (for example External Secrets), use a credential provider on the nodes, or use credentials that do not expire',
      command: null,
    },
  ],
};

/** The credential that is known to have expired, else the first. */
const expired = (facts: Facts): CredentialFact | undefined =>
  facts.keyring.credentials.find(other => other.expiry !== null) ?? facts.keyring.credentials[0];

const reported = (fault: Fault | null): string =>
  fault?.explanation
    ? `the registry reports "${fault.explanation.replace(/\.$/, '')}"`
    : 'the registry accepted it for the manifest, but rejects it for a layer';

/** A new token from its issuer, written into the secret. */
function renew(facts: Facts, name: string): Fix {
  const tokens = providerOf(facts.reference?.registry ?? '')?.tokenUsers ?? [];
  const user = expired(facts)?.username;
  const token = tokens.find(({ username }) => user === undefined || username === user);
  return token === undefined ? renewSecret(facts, name, 'write new credentials into the secret') : renewToken(facts, name, token);
}
