/** Which lookups that failed a verdict needed: the rule by which a missing right is a warning alone, or status 2. */
import t from 'tap';
import { neededLookups, type ObjectRole } from '../../src/diagnosis/needed.ts';
import type { CauseCode } from '../../src/model/cause-codes.ts';
import type { Certainty, Diagnosis } from '../../src/model/diagnosis.ts';
import type { Facts } from '../../src/model/facts.ts';
import { failedLookup, type Lookup, notSeen, type PodSnapshot } from '../../src/model/kubernetes.ts';

const ALL: ObjectRole[] = ['events', 'node', 'serviceAccount', 'secrets'];

/** A snapshot of which some lookups are given, and the others have failed. */
function snapshotOf(lookup: Lookup<never>, phase = 'Pending'): PodSnapshot {
  const pod = { metadata: { name: 'api' }, status: { phase } };
  return {
    pod,
    events: lookup,
    node: lookup,
    serviceAccount: lookup,
    secrets: new Map([['own', lookup]]),
    workload: null,
    otherNamespaces: new Map(),
  };
}

interface Case {
  cause: CauseCode;
  certainty?: Certainty;
  also?: CauseCode[];
  source?: 'status' | 'event' | null;
  failing?: boolean;
  phase?: string;
}

function needed(
  { cause, certainty = 'likely', also = [], source = 'status', failing = true, phase = 'Pending' }: Case,
  lookup = FORBIDDEN,
) {
  const facts = { failing, nodeReport: { source } } as unknown as Facts;
  return neededLookups(snapshotOf(lookup, phase), { facts, diagnosis: { cause, certainty, also } as unknown as Diagnosis });
}

const FORBIDDEN = failedLookup('the permission is missing');

t.test('a lookup that failed counts where the verdict needed it', async t => {
  const rows: [string, Case, ObjectRole[]][] = [
    ['a full disk, from the status', { cause: 'NodeDiskFull' }, ['node']],
    ['a full disk, proved', { cause: 'NodeDiskFull', certainty: 'certain' }, []],
    ['a full disk, from an event that others told', { cause: 'NodeDiskFull', source: 'event' }, ['events', 'node']],
    ['a tag that is not there, proved', { cause: 'TagNotFound', certainty: 'certain', source: null }, []],
    ['a tag that is not there, from the status', { cause: 'TagNotFound' }, []],
    ['a tag that may not be there', { cause: 'TagNotFound', certainty: 'possible', also: ['RepositoryNotFound'] }, []],
    [
      'a tag that may not be there, or no login',
      { cause: 'TagNotFound', certainty: 'possible', also: ['NoPullSecret'] },
      ['node', 'serviceAccount', 'secrets'],
    ],
    ['no words at all', { cause: 'Unknown', certainty: 'possible', source: null }, ALL],
    ['a network, from the status', { cause: 'RegistryUnreachable' }, []],
    ['a platform', { cause: 'PlatformNotAvailable' }, ['node']],
    ['a platform, proved', { cause: 'PlatformNotAvailable', certainty: 'certain' }, []],
    ['no login', { cause: 'NoPullSecret' }, ['node', 'serviceAccount', 'secrets']],
    ['no login, proved', { cause: 'NoPullSecret', certainty: 'certain' }, ['secrets']],
    ['a refused login', { cause: 'CredentialsRejected' }, ['secrets']],
    ['a refused login, proved, while another secret is not seen', { cause: 'CredentialsRejected', certainty: 'certain' }, ['secrets']],
    ['a secret that breaks the keyring', { cause: 'SecretMalformed', certainty: 'certain' }, []],
    ['it would work now', { cause: 'FixedWaitingForRetry' }, ['secrets']],
    ['a bad name', { cause: 'InvalidImageName', certainty: 'certain', source: null }, []],
    ['a running pod', { cause: 'NoPullProblem', certainty: 'certain', failing: false, phase: 'Running' }, []],
    ['a pending pod of which only events would tell', { cause: 'NoPullProblem', certainty: 'certain', failing: false }, ['events']],
  ];
  for (const [name, one, expected] of rows) t.strictSame(needed(one), expected, name);
});

t.test('what a source does not have, or proves missing, is no failure', async t => {
  const unknown: Case = { cause: 'Unknown', certainty: 'possible', source: null };
  t.strictSame(needed(unknown, notSeen('the file contains no node')), []);
  t.strictSame(needed(unknown, { found: false, missing: true } as never), []);
});
