/** The second question after a 500: whether the registry serves others of the same repository. Belongs here: how that is asked, and what it tells. */
import type { Fault } from '../model/fault.ts';
import { NO_MANIFEST } from '../model/reference.ts';
import type { AuthHeaders } from './authentication.ts';
import { addressOf, follow, type Session } from './session.ts';

/**
 * Whether a registry that answers 500 for one manifest serves others of the repository: for a digest that no manifest has it then answers 404, which its storage
 * tells it. In: the session, the repository, and what the request for the manifest sent along.
 */
export async function servesOthers(session: Session, repository: string, auth: AuthHeaders): Promise<boolean> {
  const { outcome } = await follow(session, 'GET', addressOf(session, `/v2/${repository}/manifests/${NO_MANIFEST}`), auth.headers);
  return outcome.ok && outcome.reply.status === 404;
}

/** The fault with what the second question told. In: what else the failing host serves, for people. */
export const withOthersServed = (fault: Fault, which: string): Fault => ({
  ...fault,
  message: `${fault.message}; ${fault.host ?? 'the host'} serves ${which}`,
  details: { ...fault.details, othersServed: true },
});
