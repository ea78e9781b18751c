/** The state of `--watch`, transition by transition, without a clock or a cluster. */
import t from 'tap';
import {
  failureMessage,
  initialState,
  type TrackerChange,
  type TrackerReport,
  type TrackerState,
  track,
} from '../../src/commands/pod-tracker.ts';
import type { Finding } from '../../src/diagnosis/investigate.ts';
import type { Pod } from '../../src/model/kubernetes.ts';

const pod = (name: string, message: string, container = 'main'): Pod => ({
  metadata: { name, namespace: 'shop' },
  spec: { containers: [{ name: container, image: 'registry.example.com/app:1' }] },
  status: { containerStatuses: [{ name: container, state: { waiting: { reason: 'ErrImagePull', message } } }] },
});
const running = (name: string): Pod => ({
  metadata: { name, namespace: 'shop' },
  spec: { containers: [{ name: 'main', image: 'registry.example.com/app:1' }] },
  status: { containerStatuses: [{ name: 'main', state: { running: {} } }] },
});
const finding = (name: string, cause: string, container = 'main'): Finding =>
  ({ facts: { pod: { namespace: 'shop', name }, container: { name: container } }, diagnosis: { cause } }) as unknown as Finding;

const listed = (...pods: Pod[]): TrackerChange => ({ type: 'listed', pods });
const changed = (one: Pod): TrackerChange => ({ type: 'changed', pod: one });
const deleted = (name: string): TrackerChange => ({ type: 'deleted', pod: running(name) });
const began: TrackerChange = { type: 'diagnosisStarted' };
const failed: TrackerChange = { type: 'diagnosisFailed' };
const ended = (...findings: Finding[]): TrackerChange => ({ type: 'diagnosisEnded', findings });
const looked = (...refused: Pod[]): TrackerChange => ({ type: 'looked', refused });
/** A pod that has come to a node, and of which its status tells no more. */
const starting = (name: string): Pod => ({
  metadata: { name, namespace: 'shop' },
  spec: { nodeName: 'node-3', containers: [{ name: 'main', image: 'registry.example.com/app:1' }] },
  status: { phase: 'Pending', containerStatuses: [{ name: 'main', state: { waiting: { reason: 'ContainerCreating' } } }] },
});
const refused = (name: string): Pod => ({
  metadata: { name, namespace: 'shop' },
  refusal: { message: 'x', maker: { kind: 'job', name }, since: null, attempts: null, lasts: true },
});
const disconnected: TrackerChange = { type: 'disconnected', why: 'connection refused' };

/** One line per report. */
function show(report: TrackerReport): string {
  const names = (sign: string, findings: readonly Finding[]): string[] =>
    findings.map(({ facts, diagnosis }) => `${sign}${facts.pod?.name}/${facts.container.name}:${diagnosis.cause}`);
  switch (report.type) {
    case 'started':
      return ['started', ...names('', report.findings)].join(' ');
    case 'findings':
      return [...names('-', report.repaired), ...names('x', report.gone), ...names('+', report.added)].join(' ');
    case 'pulled':
      return ['pulled', ...report.pods.map(({ pod }) => pod.metadata.name)].join(' ');
    case 'disconnected':
      return `disconnected ${report.why}`;
    case 'reconnected':
      return 'reconnected';
  }
}

/** Applies changes one after the other. Out: the last state, and the reports of the last change. */
function after(changes: readonly TrackerChange[], follows = false): { state: TrackerState; reports: string[] } {
  let state = initialState(follows, null);
  let reports: TrackerReport[] = [];
  for (const change of changes) {
    // whatever is not frozen would be written into without being noticed
    const next = track(Object.freeze(state), change);
    ({ state, reports } = next);
  }
  return { state, reports: reports.map(show) };
}

/** A watch that has diagnosed these pods, each with one finding. */
const watching = (...names: string[]): TrackerChange[] => [
  listed(...names.map(name => pod(name, 'no such host'))),
  began,
  ended(...names.map(name => finding(name, 'RegistryNameNotResolved'))),
];

t.test('state × change → state + reports', t => {
  const rows: {
    name: string;
    changes: TrackerChange[];
    reports: string[];
    pending?: string[];
    running?: string[];
    diagnosed?: string[];
    connected?: boolean;
  }[] = [
    { name: 'the first list is diagnosed before it is reported', changes: [listed(pod('a', 'x'))], reports: [], pending: ['a'] },
    {
      name: 'a diagnosis takes all that is pending',
      changes: [listed(pod('a', 'x'), pod('b', 'x')), began],
      reports: [],
      running: ['a', 'b'],
    },
    {
      name: 'its first end is the start',
      changes: watching('a', 'b'),
      reports: ['started a/main:RegistryNameNotResolved b/main:RegistryNameNotResolved'],
      diagnosed: ['a', 'b'],
    },
    { name: 'nothing fails at the start', changes: [listed(), began, ended()], reports: ['started'] },
    {
      name: 'a pod that fails',
      changes: [...watching(), changed(pod('a', 'no such host'))],
      reports: [],
      pending: ['a'],
    },
    {
      name: 'a pod that fails, diagnosed',
      changes: [...watching(), changed(pod('a', 'x')), began, ended(finding('a', 'TagNotFound'))],
      reports: ['+a/main:TagNotFound'],
      diagnosed: ['a'],
    },
    {
      name: 'a pod that starts is looked at again',
      changes: [listed(starting('a')), began, ended(), looked()],
      reports: [],
      pending: ['a'],
      diagnosed: ['a'],
    },
    {
      name: 'and what its events tell by then is new',
      changes: [listed(starting('a')), began, ended(), looked(), began, ended(finding('a', 'TagNotFound', ''))],
      reports: ['+a/:TagNotFound'],
      diagnosed: ['a'],
    },
    {
      name: 'a pod of which something was found is not',
      changes: [...watching('a'), looked()],
      reports: [],
      diagnosed: ['a'],
    },
    {
      name: 'a workload whose pods are refused from now on',
      changes: [...watching(), looked(refused('job/load'))],
      reports: [],
      pending: ['job/load'],
    },
    {
      name: 'the same refusal again',
      changes: [listed(refused('job/load')), began, ended(finding('job/load', 'RegistryPolicyDenied')), looked(refused('job/load'))],
      reports: [],
      diagnosed: ['job/load'],
    },
    {
      name: 'a workload whose pods are refused no more',
      changes: [listed(refused('job/load')), began, ended(finding('job/load', 'RegistryPolicyDenied')), looked()],
      reports: ['-job/load/main:RegistryPolicyDenied'],
    },
    { name: 'a healthy pod', changes: [...watching('a'), changed(running('b'))], reports: [], diagnosed: ['a'] },
    { name: 'the same message again', changes: [...watching('a'), changed(pod('a', 'no such host'))], reports: [], diagnosed: ['a'] },
    {
      name: 'the same message in a back-off',
      changes: [...watching('a'), changed(pod('a', 'Back-off pulling image "x:1": ErrImagePull: no such host'))],
      reports: [],
      diagnosed: ['a'],
    },
    {
      name: 'a back-off that tells no cause',
      changes: [...watching('a'), changed(pod('a', 'Back-off pulling image "x:1"'))],
      reports: [],
      diagnosed: ['a'],
    },
    {
      name: 'another message',
      changes: [...watching('a'), changed(pod('a', 'not found'))],
      reports: [],
      pending: ['a'],
      diagnosed: ['a'],
    },
    {
      name: 'another message, the same cause',
      changes: [...watching('a'), changed(pod('a', 'not found')), began, ended(finding('a', 'RegistryNameNotResolved'))],
      reports: [],
      diagnosed: ['a'],
    },
    {
      name: 'another cause in place of the first',
      changes: [...watching('a'), changed(pod('a', 'not found')), began, ended(finding('a', 'TagNotFound'))],
      reports: ['-a/main:RegistryNameNotResolved +a/main:TagNotFound'],
      diagnosed: ['a'],
    },
    {
      name: 'the same cause in another container',
      changes: [...watching('a'), changed(pod('a', 'x', 'side')), began, ended(finding('a', 'RegistryNameNotResolved', 'side'))],
      reports: ['-a/main:RegistryNameNotResolved +a/side:RegistryNameNotResolved'],
      diagnosed: ['a'],
    },
    { name: 'a pod that runs', changes: [...watching('a'), changed(running('a'))], reports: ['-a/main:RegistryNameNotResolved'] },
    {
      name: 'a pod that is deleted is gone, not repaired',
      changes: [...watching('a'), deleted('a')],
      reports: ['xa/main:RegistryNameNotResolved'],
    },
    { name: 'a healthy pod that is deleted', changes: [...watching('a'), deleted('b')], reports: [], diagnosed: ['a'] },
    { name: 'a pending pod that runs', changes: [...watching(), changed(pod('a', 'x')), changed(running('a'))], reports: [] },
    {
      name: 'a pod that runs before its diagnosis ends: the result is out of date',
      changes: [...watching(), changed(pod('a', 'x')), began, changed(running('a')), ended(finding('a', 'TagNotFound'))],
      reports: [],
    },
    {
      name: 'a pod that runs and fails again before its diagnosis ends is diagnosed again',
      changes: [
        ...[...watching(), changed(pod('a', 'x')), began, changed(running('a'))],
        ...[changed(pod('a', 'y')), ended(finding('a', 'TagNotFound'))],
      ],
      reports: [],
      pending: ['a'],
    },
    {
      name: 'a pod that changes during its diagnosis is diagnosed again',
      changes: [...watching(), changed(pod('a', 'x')), began, changed(pod('a', 'y')), ended(finding('a', 'TagNotFound'))],
      reports: ['+a/main:TagNotFound'],
      pending: ['a'],
      diagnosed: ['a'],
    },
    {
      name: 'a diagnosis that failed is due again',
      changes: [...watching(), changed(pod('a', 'x')), began, changed(pod('b', 'x')), failed],
      reports: [],
      pending: ['a', 'b'],
    },
    {
      name: 'but not of a pod that runs meanwhile',
      changes: [...watching(), changed(pod('a', 'x')), began, deleted('a'), failed],
      reports: [],
    },
    {
      name: 'a lost connection',
      changes: [...watching('a'), disconnected],
      reports: ['disconnected connection refused'],
      diagnosed: ['a'],
      connected: false,
    },
    {
      name: 'a lost connection is reported once',
      changes: [...watching('a'), disconnected, disconnected],
      reports: [],
      diagnosed: ['a'],
      connected: false,
    },
    {
      name: 'the list after it tells what is repaired and what is gone, and what is new is diagnosed',
      changes: [...watching('a', 'b', 'd'), disconnected, listed(running('a'), pod('b', 'no such host'), pod('c', 'x'))],
      reports: ['reconnected', '-a/main:RegistryNameNotResolved xd/main:RegistryNameNotResolved'],
      pending: ['c'],
      diagnosed: ['b'],
    },
    {
      name: 'a list because the last one has expired: the connection was never lost',
      changes: [...watching('a'), listed(pod('a', 'no such host'))],
      reports: [],
      diagnosed: ['a'],
    },
    {
      name: 'a pod that is pending or being diagnosed, and is not in the list, is dropped',
      changes: [...watching(), changed(pod('a', 'x')), began, changed(pod('b', 'x')), listed()],
      reports: [],
    },
    { name: 'a connection that is lost before the start', changes: [disconnected, listed()], reports: [] },
  ];
  for (const row of rows) {
    const { state, reports } = after(row.changes);
    const keys = (map: ReadonlyMap<string, unknown>): string[] => [...map.keys()].map(key => key.replace('shop/', ''));
    t.strictSame(reports, row.reports, `${row.name}: reports`);
    t.strictSame(
      { pending: keys(state.pending), running: keys(state.running), diagnosed: keys(state.diagnosed), connected: state.isConnected },
      { pending: row.pending ?? [], running: row.running ?? [], diagnosed: row.diagnosed ?? [], connected: row.connected ?? true },
      `${row.name}: state`,
    );
  }
  t.end();
});

/** With a node, and a time. */
const made = (one: Pod, metadata: Partial<Pod['metadata']>): Pod => ({ ...one, metadata: { ...one.metadata, ...metadata } });
/** The attempt is over: kubelet waits for the next. */
const backedOff = (name: string, message: string): Pod => ({
  ...pod(name, ''),
  status: {
    containerStatuses: [
      {
        name: 'main',
        state: { waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "x:1": ErrImagePull: ${message}` } },
      },
    ],
  },
});

t.test('gone or repaired', t => {
  const rows: { name: string; change: TrackerChange; reports: string[] }[] = [
    { name: 'it runs', change: changed(running('a')), reports: ['-a/main:RegistryNameNotResolved'] },
    { name: 'it runs, as a new list shows', change: listed(running('a')), reports: ['-a/main:RegistryNameNotResolved'] },
    { name: 'it is deleted', change: deleted('a'), reports: ['xa/main:RegistryNameNotResolved'] },
    {
      name: 'its deletion has begun',
      change: changed(made(pod('a', 'no such host'), { deletionTimestamp: '2026-11-20T10:00:00Z' })),
      reports: ['xa/main:RegistryNameNotResolved'],
    },
    { name: 'a new list does not hold it', change: listed(), reports: ['xa/main:RegistryNameNotResolved'] },
    {
      name: 'another pod has its name',
      change: changed(made(pod('a', 'no such host'), { uid: 'second' })),
      reports: ['xa/main:RegistryNameNotResolved'],
    },
    {
      name: 'its node ended it without the image',
      change: changed({ ...running('a'), status: { phase: 'Failed', reason: 'Evicted' } }),
      reports: ['xa/main:RegistryNameNotResolved'],
    },
  ];
  const first = [listed(made(pod('a', 'no such host'), { uid: 'first' })), began, ended(finding('a', 'RegistryNameNotResolved'))];
  for (const { name, change, reports } of rows)
    for (const follows of [false, true])
      t.strictSame(after([...first, change], follows).reports, reports, `${name}, ${follows ? 'followed' : 'not followed'}`);
  const { state } = after([...first, changed(made(pod('a', 'no such host'), { uid: 'second' }))]);
  t.strictSame([...state.pending.keys()], ['shop/a'], 'the pod that has the name now is diagnosed');
  t.end();
});

t.test('the next pod of the same name', t => {
  const owned = (kind: string, one: Pod, uid: string): Pod =>
    made(one, { uid, ownerReferences: kind === '' ? [] : [{ kind, name: 'web', controller: true }] });
  for (const follows of [false, true])
    for (const [kind, isRepaired] of [
      ['StatefulSet', true],
      ['', true],
      ['ReplicaSet', false],
    ] as const) {
      const failing = owned(kind, pod('a', 'x'), '1');
      const changes = [
        listed(failing),
        began,
        ended(finding('a', 'TagNotFound')),
        changed({ ...failing, metadata: { ...failing.metadata, deletionTimestamp: '2026-11-20T10:00:00Z' } }),
      ];
      const gone = [...changes, { type: 'deleted', pod: failing } as const, changed(owned(kind, starting('a'), '2'))];
      const name = `${kind || 'none'}, ${follows}`;
      t.strictSame(after(changes, follows).reports, ['xa/main:TagNotFound'], `${name}: it is gone`);
      t.strictSame(after(gone, follows).reports, [], `${name}: the next has no image yet`);
      t.strictSame(
        after([...gone, changed(owned(kind, running('a'), '2'))], follows).reports,
        isRepaired ? ['-a/main:TagNotFound'] : follows ? ['pulled a'] : [],
        `${name}: the next has its image`,
      );
      const again = [...gone, changed(owned(kind, pod('a', 'x'), '2')), began, ended(finding('a', 'TagNotFound'))];
      t.strictSame(after(again, follows).reports, ['+a/main:TagNotFound'], `${name}: the next fails too`);
      t.strictSame(
        after([...again, changed(owned(kind, running('a'), '2'))], follows).reports,
        ['-a/main:TagNotFound'],
        `${name}: and is repaired once`,
      );
    }
  const leaving = made(running('a'), { deletionTimestamp: '2026-11-20T10:00:00Z' });
  t.strictSame(
    after([listed(starting('a')), began, ended(), changed(leaving)], true).reports,
    [],
    'one that is being deleted has not pulled',
  );
  t.end();
});

t.test('pods that are followed until their images arrive', t => {
  const pulling = ended(finding('a', 'StillPulling'));
  const rows: { name: string; changes: TrackerChange[]; reports: string[]; pending?: string[]; complete?: string[] }[] = [
    { name: 'one that starts is diagnosed', changes: [listed(starting('a'), running('b'))], reports: [], pending: ['a'], complete: ['b'] },
    {
      name: 'and so is one that has no node yet',
      changes: [listed({ ...running('a'), status: { phase: 'Pending' } })],
      reports: [],
      pending: ['a'],
    },
    { name: 'its pull is told at the start', changes: [listed(starting('a')), began, pulling], reports: ['started a/main:StillPulling'] },
    {
      name: 'its image arrives',
      changes: [listed(starting('a')), began, pulling, changed(running('a'))],
      reports: ['pulled a'],
      complete: ['a'],
    },
    {
      name: 'its image arrives, and its container crashes',
      changes: [
        listed(starting('a')),
        began,
        pulling,
        changed({ ...running('a'), status: { containerStatuses: [{ name: 'main', state: { waiting: { reason: 'CrashLoopBackOff' } } }] } }),
      ],
      reports: ['pulled a'],
      complete: ['a'],
    },
    {
      name: 'its image arrives while nobody looks',
      changes: [listed(starting('a')), began, pulling, disconnected, listed(running('a'))],
      reports: ['reconnected', 'pulled a'],
      complete: ['a'],
    },
    {
      name: 'it is deleted while it pulls',
      changes: [listed(starting('a')), began, pulling, deleted('a')],
      reports: ['xa/main:StillPulling'],
    },
    {
      name: 'its events tell nothing new',
      changes: [listed(starting('a')), began, pulling, looked()],
      reports: [],
    },
    {
      name: 'its events tell something new',
      changes: [listed(starting('a')), began, pulling, { type: 'looked', refused: [], again: new Set(['shop/a']) }],
      reports: [],
      pending: ['a'],
    },
    {
      name: 'a failure that is repaired is told as that alone',
      changes: [listed(pod('a', 'x')), began, ended(finding('a', 'TagNotFound')), changed(running('a'))],
      reports: ['-a/main:TagNotFound'],
      complete: ['a'],
    },
    {
      name: 'a pull in place of a failure is no repair by itself',
      changes: [listed(starting('a')), began, pulling, changed(pod('a', 'x')), began, ended(finding('a', 'TagNotFound'))],
      reports: ['+a/main:TagNotFound'],
    },
  ];
  for (const { name, changes, reports, pending = [], complete = [] } of rows) {
    const { state, reports: told } = after(changes, true);
    t.strictSame(told, reports, `${name}: reports`);
    t.strictSame(
      [...state.pending.keys()],
      pending.map(key => `shop/${key}`),
      `${name}: pending`,
    );
    const there = [...(state.followed ?? [])].filter(([, { isComplete }]) => isComplete).map(([key]) => key.replace('shop/', ''));
    t.strictSame(there, complete, `${name}: complete`);
  }
  t.end();
});

t.test('what is only possible is diagnosed again when kubelet has tried again', t => {
  const unsure = (certainty: string) =>
    ended({ ...finding('a', 'TagNotFound'), diagnosis: { cause: 'TagNotFound', certainty } } as unknown as Finding);
  const begun = (certainty: string) => [listed(pod('a', 'x')), began, unsure(certainty)];
  const again = [changed(backedOff('a', 'x')), changed(pod('a', 'x'))];
  const pending = (changes: TrackerChange[]): string[] => [...after(changes, true).state.pending.keys()];
  t.strictSame(pending([...begun('possible'), changed(backedOff('a', 'x'))]), [], 'the back-off is no attempt');
  t.strictSame(pending([...begun('possible'), ...again]), ['shop/a'], 'the next attempt');
  t.strictSame(pending([...begun('likely'), ...again]), [], 'of what is likely nothing has to be confirmed');
  t.strictSame(pending([...begun('possible'), ...again, began, unsure('possible'), ...again]), [], 'once is enough');
  const { state } = after([...begun('possible'), ...again, began, unsure('possible')], true);
  const { first, last } = state.diagnosed.get('shop/a') ?? {};
  t.strictSame([first, last], [1, 2], 'it was found by the first attempt, and by the second');
  t.end();
});

t.test('what changes nothing leaves the state as it is', t => {
  const { state } = after(watching('a'));
  for (const change of [changed(running('b')), changed(pod('a', 'no such host')), deleted('b')]) t.equal(track(state, change).state, state);
  t.end();
});

t.test('the message by which a failure is known', t => {
  const rows: [string, string, string][] = [
    ['a cause', 'no such host', 'no such host'],
    ['in a back-off', 'Back-off pulling image "x:1": ErrImagePull: no such host', 'no such host'],
    ['a back-off alone', 'Back-off pulling image "x:1"', ''],
    [
      'a time that changes with each attempt',
      'certificate has expired: current time 2026-11-20T10:00:00Z is after 2026-11-01T00:00:00Z',
      'certificate has expired:  is after 2026-11-01T00:00:00Z',
    ],
  ];
  for (const [name, message, expected] of rows) t.equal(failureMessage(pod('a', message)), expected, name);
  t.equal(failureMessage(running('a')), '', 'a pod that runs');
  t.end();
});
