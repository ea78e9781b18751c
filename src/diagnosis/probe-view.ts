/** What the probe found, as the output shows it: one row a credential, one row a step. Pure. */
import type { Facts } from '../model/facts.ts';
import { CHECK_ORDER, type Check, type CredentialResult, decisiveAttempt } from '../model/probe.ts';

/** A credential in the output. */
export interface CredentialRow {
  secret: string;
  key: string;
  username: string;
  result: CredentialResult;
  detail: string;
}

/** Every credential that kubelet would try, in its order, with what the registry answered to it. */
export function credentialsOf(facts: Facts): CredentialRow[] {
  return facts.keyring.credentials.map(({ secret, key, username }, index) => {
    const attempt = facts.probe?.attempts.find(candidate => candidate.credential === index);
    const repaired =
      attempt?.repaired == null
        ? ''
        : `; ${attempt.repaired.defect}; without this defect the registry ${attempt.repaired.works ? 'accepts it' : 'rejects it too'}`;
    return {
      secret,
      key,
      username,
      result: attempt?.result ?? 'notTried',
      detail:
        attempt === undefined ? (facts.noProbe ?? facts.probe?.connectionFault?.message ?? 'not tried') : `${attempt.detail}${repaired}`,
    };
  });
}

/** The ladder of the attempt that decided; a step that was not reached is skipped. Empty when no registry was asked. */
export function checksOf(facts: Facts): Check[] {
  const { probe } = facts;
  if (probe === null) return [];
  return ladder([...probe.connection, ...(decisiveAttempt(probe)?.checks ?? [])]);
}

/** In: the steps that were made, in any order. Out: every step in the order of a pull, with `skipped` for those that were not made. */
export function ladder(done: Check[]): Check[] {
  const failed = done.findLast(check => check.status === 'failed');
  return CHECK_ORDER.map(
    name =>
      done.findLast(check => check.name === name) ?? {
        name,
        status: 'skipped',
        code: null,
        detail: failed === undefined ? 'not needed' : `not reached: ${failed.name} failed`,
        ms: null,
      },
  );
}
