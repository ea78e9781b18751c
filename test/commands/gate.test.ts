/** When a watch has its answer. */
import t from 'tap';
import { readRollout } from '../../src/cluster/rollout.ts';
import type { Target } from '../../src/cluster/targets.ts';
import { type Goal, judge } from '../../src/commands/gate.ts';
import { initialState, type TrackerState } from '../../src/commands/pod-tracker.ts';
import type { Finding } from '../../src/diagnosis/investigate.ts';
import { CAUSES, type CauseCode, causeOf } from '../../src/model/cause-codes.ts';
import type { Pod } from '../../src/model/kubernetes.ts';

interface Given {
  name: string;
  isComplete?: boolean;
  isLeaving?: boolean;
  labels?: Record<string, string>;
  waits?: string;
  cause?: CauseCode;
  certainty?: string;
  /** kubelet tried again, and the same was found. */
  confirmed?: boolean;
  isPending?: boolean;
}

const podOf = ({ name, labels = {}, waits }: Given): Pod => ({
  metadata: { name, namespace: 'shop', labels },
  spec: { containers: [{ name: 'main', image: 'app:1' }] },
  status: { containerStatuses: [{ name: 'main', state: waits === undefined ? { running: {} } : { waiting: { reason: waits } } }] },
});
const findingOf = ({ name, cause = 'TagNotFound', certainty = 'certain' }: Given): Finding =>
  ({
    facts: { pod: { namespace: 'shop', name }, container: { name: 'main' } },
    diagnosis: { cause, certainty, transient: causeOf(cause).transient },
  }) as unknown as Finding;

const stateOf = (...given: Given[]): TrackerState => ({
  ...initialState(true, null),
  isStarted: true,
  followed: new Map(
    given.map(one => [
      `shop/${one.name}`,
      {
        pod: podOf(one),
        isComplete: one.isComplete ?? one.cause === undefined,
        isLeaving: one.isLeaving ?? false,
        attempts: 1,
        hasJustFailed: false,
      },
    ]),
  ),
  diagnosed: new Map(
    given
      .filter(({ cause }) => cause !== undefined)
      .map(one => [
        `shop/${one.name}`,
        { pod: podOf(one), message: '', findings: [findingOf(one)], first: 1, last: one.confirmed ? 2 : 1 },
      ]),
  ),
  pending: new Map(given.filter(({ isPending }) => isPending).map(one => [`shop/${one.name}`, podOf(one)])),
});
const all = new Set(CAUSES.map(({ code }) => code));
const goal = (targets: Target[], more: Partial<Goal> = {}): Goal => ({
  selection: { namespace: 'shop', selector: null, targets },
  rollouts: [],
  failsAtOnce: true,
  counted: all,
  ...more,
});
const pod = (name: string): Target => ({ kind: 'pod', name, namespace: 'shop' });
/** One line per answer. */
const said = (state: TrackerState, wanted: Goal): string => {
  const outcome = judge(state, wanted);
  switch (outcome.type) {
    case 'pulled':
      return ['pulled', outcome.pods, ...outcome.notes].join(' ');
    case 'failed':
      return ['failed', ...outcome.findings.map(({ diagnosis }) => diagnosis.cause)].join(' ');
    case 'gone':
      return ['gone', ...outcome.titles].join(' ');
    case 'waiting':
      return [
        `${outcome.pods}/${outcome.total}`,
        ...outcome.missing.map(({ title, why }) => `${title}: ${why}`),
        ...outcome.findings.map(({ diagnosis }) => diagnosis.cause),
      ].join(' ');
  }
};

t.test('pods', t => {
  const a: Given = { name: 'a' };
  const failing: Given = { name: 'a', cause: 'TagNotFound' };
  const rows: [name: string, pods: Given[], wanted: Goal, answer: string][] = [
    ['all images are there', [a, { name: 'b' }], goal([pod('a'), pod('b')]), 'pulled 2'],
    ['one is not', [a, { name: 'b', isComplete: false }], goal([pod('a'), pod('b')]), '1/2'],
    ['of pods that nobody named', [a, { name: 'b', isComplete: false }], goal([]), '1/2'],
    ['no pod at all', [], goal([]), '0/0 pods: none matches'],
    ['one that is being deleted does not count', [a, { name: 'b', isComplete: false, isLeaving: true }], goal([]), 'pulled 1'],
    ['nor is it gone before that', [{ ...a, isLeaving: true }], goal([pod('a')]), '0/0 pod/a: it is being deleted'],
    ['a named one that is not there', [], goal([pod('a')]), 'gone pod/a'],
    ['while others are waited for', [{ name: 'b', isComplete: false }], goal([pod('a'), pod('b')]), '0/1'],
    ['a cause that needs a change', [failing, { name: 'b', isComplete: false }], goal([]), 'failed TagNotFound'],
    ['for who only looks', [failing], goal([], { failsAtOnce: false }), '0/1 TagNotFound'],
    ['a temporary one', [{ name: 'a', cause: 'RegistryFailing' }], goal([]), '0/1 RegistryFailing'],
    ['one that does not count', [failing], goal([], { counted: new Set<CauseCode>(['RateLimited']) }), '0/1 TagNotFound'],
    ['one that is likely', [{ ...failing, certainty: 'likely' }], goal([]), 'failed TagNotFound'],
    ['one that is only possible', [{ ...failing, certainty: 'possible' }], goal([]), '0/1 TagNotFound'],
    ['and has been confirmed', [{ ...failing, certainty: 'possible', confirmed: true }], goal([]), 'failed TagNotFound'],
    ['one that is diagnosed again at this moment', [{ ...failing, isPending: true }], goal([]), '0/1 TagNotFound'],
    ['a pull that goes on', [{ name: 'a', cause: 'StillPulling' }], goal([]), '0/1'],
  ];
  for (const [name, pods, wanted, answer] of rows) t.equal(said(stateOf(...pods), wanted), answer, name);
  t.end();
});

t.test('roll-outs', t => {
  const target: Target = { kind: 'workload', type: 'deployment', name: 'api', namespace: 'shop', selector: 'app=api' };
  const rollout = (status: object, spec: object = {}) =>
    readRollout('deployment', 'shop', 'api', {
      metadata: { generation: 2 },
      spec: { replicas: 2, template: { spec: { containers: [{ name: 'main', image: 'app:1' }] } }, ...spec },
      status: { observedGeneration: 2, updatedReplicas: 2, ...status },
    });
  const made = (name: string, more: Partial<Given> = {}): Given => ({ name, labels: { app: 'api', 'pod-template-hash': 'b' }, ...more });
  const of = (...rollouts: ReturnType<typeof rollout>[]) => goal([target], { rollouts });
  const crashing = made('a', { waits: 'CrashLoopBackOff' });
  const rows: [name: string, pods: Given[], wanted: Goal, answer: string][] = [
    ['all of its pods', [made('a'), made('b')], of(rollout({})), 'pulled 2'],
    ['some are not there yet', [made('a')], of(rollout({})), '0/0 deployment/api: 1 of 2 pods is created'.replace('0/0', '1/1')],
    [
      'its controller has not seen the change',
      [made('a'), made('b')],
      of(rollout({ observedGeneration: 1 })),
      '0/0 deployment/api: its controller has not seen the last change',
    ],
    ['it has not been read', [made('a')], of(), '0/0 deployment/api: it has not been read'],
    [
      'it is paused',
      [],
      of(rollout({ updatedReplicas: 0 }, { paused: true })),
      '0/0 deployment/api: none of 2 pods are created, and its roll-out is paused',
    ],
    ['it wants none', [], of(rollout({}, { replicas: 0 })), 'pulled 0'],
    [
      'it goes no further for another reason',
      [crashing],
      of(rollout({ updatedReplicas: 1 })),
      'pulled 1 deployment/api: 1 of 2 pods is created, since pod "a" waits for something else: CrashLoopBackOff',
    ],
    ['one of its pods fails', [made('a'), made('b', { cause: 'TagNotFound' })], of(rollout({})), 'failed TagNotFound'],
    [
      'a pod of an earlier revision fails',
      [made('a'), made('b'), { ...made('c', { cause: 'TagNotFound' }), labels: { app: 'api', 'pod-template-hash': 'a' } }],
      goal([{ ...target, type: 'statefulset' }], {
        rollouts: [{ ...rollout({}), kind: 'statefulset', label: 'pod-template-hash', revision: 'b' }],
      }),
      'pulled 2',
    ],
  ];
  for (const [name, pods, wanted, answer] of rows) t.equal(said(stateOf(...pods), wanted), answer, name);
  t.end();
});
