/**
 * Which lookups that failed a verdict would have needed: a missing right that changed no verdict is a warning alone. Pure.
 */
import { type CauseCode, causeOf } from '../model/cause-codes.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Facts } from '../model/facts.ts';
import type { Lookup, PodSnapshot } from '../model/kubernetes.ts';

/** What a snapshot is made of. */
export type ObjectRole = 'events' | 'node' | 'serviceAccount' | 'secrets';

/** The causes that an object decides: it may prove them, or rule them out. */
const DECIDES: Record<Exclude<ObjectRole, 'events'>, (cause: CauseCode) => boolean> = {
  // its platform, its runtime and what it reports of its disk; its provider tells whether it may log in by itself
  node: cause =>
    ['PlatformNotAvailable', 'ManifestUnsupported', 'NoPullSecret', 'RepositoryNotFoundOrPrivate', 'Unknown'].includes(cause) ||
    causeOf(cause).group === 'node',
  serviceAccount: cause =>
    ['SecretNotInherited', 'SecretRegistryMismatch', 'NoPullSecret', 'RepositoryNotFoundOrPrivate', 'Unknown'].includes(cause),
  // one bad secret breaks the keyring, whatever the others hold
  secrets: cause =>
    (['secret', 'auth'].includes(causeOf(cause).group) && cause !== 'SecretMalformed') ||
    ['RepositoryNotFoundOrPrivate', 'FixedWaitingForRetry', 'Unknown'].includes(cause),
};

/**
 * The lookups of a snapshot that failed and that the verdict on one image needed. The rule:
 *   - the events, unless the pod's status itself tells why (then they only count the attempts), or the verdict is certain without them;
 *   - any other object, where it decides the cause, or one of its alternatives while the verdict is not certain.
 * In: the snapshot, and one finding about an image of its pod. Out: what was needed, empty where nothing was.
 */
export function neededLookups(snapshot: PodSnapshot, { facts, diagnosis }: { facts: Facts; diagnosis: Diagnosis }): ObjectRole[] {
  const failed = failedLookups(snapshot);
  const isCertain = diagnosis.certainty === 'certain';
  return failed.filter(role => {
    // of a pod that does not fail as far as its status tells, only the events would tell of an image volume or a pull
    if (role === 'events')
      return facts.failing
        ? !isCertain && facts.nodeReport.source !== 'status' && facts.nodeReport.source !== 'node'
        : snapshot.pod.status?.phase !== 'Running';
    const decides = DECIDES[role];
    if (role !== 'secrets' && isCertain) return false;
    return decides(diagnosis.cause) || (!isCertain && diagnosis.also.some(decides));
  });
}

/** What could not be read of a snapshot though its source has it or may have it. */
function failedLookups({ events, node, serviceAccount, secrets }: PodSnapshot): ObjectRole[] {
  const isFailed = (lookup: Lookup<unknown>): boolean => !lookup.found && !lookup.missing && lookup.failed === true;
  const roles: [ObjectRole, boolean][] = [
    ['events', isFailed(events)],
    ['node', isFailed(node)],
    ['serviceAccount', isFailed(serviceAccount)],
    ['secrets', [...secrets.values()].some(isFailed)],
  ];
  return roles.filter(([, has]) => has).map(([role]) => role);
}
