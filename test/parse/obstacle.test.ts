/** What keeps a pod that is not its image. */
import t from 'tap';
import { type Event, failedLookup, type Lookup, type Node, type Pod } from '../../src/model/kubernetes.ts';
import { isKeptByTaints, obstacleOf } from '../../src/parse/obstacle.ts';

const unseen = failedLookup('it is not read');
const node = (status: string, message = ''): Lookup<Node> => ({
  found: true,
  object: { metadata: { name: 'node-3' }, status: { conditions: [{ type: 'Ready', status, message }] } },
});
const gone: Lookup<Node> = { found: false, missing: true };
const event = (reason: string, message: string, minute: number): Event => ({
  metadata: { name: reason },
  reason,
  message,
  lastTimestamp: `2026-11-20T10:${String(minute).padStart(2, '0')}:00Z`,
});
const pod = (status: NonNullable<Pod['status']>, more: { node?: string; deleted?: true } = {}): Pod => ({
  metadata: { name: 'api', ...(more.deleted ? { deletionTimestamp: '2026-11-20T10:00:00Z' } : {}) },
  spec: { containers: [{ name: 'api', image: 'registry.example.com/team/api:1' }], ...(more.node === '' ? {} : { nodeName: 'node-3' }) },
  status,
});
const starting: NonNullable<Pod['status']> = {
  phase: 'Pending',
  containerStatuses: [{ name: 'api', state: { waiting: { reason: 'ContainerCreating' } } }],
};
const waiting = (reason: string, message?: string): NonNullable<Pod['status']> => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'api', state: { waiting: message === undefined ? { reason } : { reason, message } } }],
});
const unplaced = (reason: string, message: string): NonNullable<Pod['status']> => ({
  phase: 'Pending',
  conditions: [{ type: 'PodScheduled', status: 'False', reason, message }],
});
const MOUNT = 'MountVolume.SetUp failed for volume "config" : configmap "api" not found';
const SANDBOX = 'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "b7ad56": no plugin';

t.test('what keeps it, and in which words', async t => {
  const rows: [string, Pod, Event[], Lookup<Node>, string | null, string | null][] = [
    ['nothing', pod(starting), [], node('True'), null, null],
    ['it is being deleted', pod(starting, { deleted: true }), [], node('False'), 'terminating', null],
    [
      'it was evicted',
      pod({ phase: 'Failed', reason: 'Evicted', message: 'The node had condition: [DiskPressure]. ' }),
      [],
      unseen,
      'evicted',
      'The node had condition: [DiskPressure]',
    ],
    ['it has failed', pod({ phase: 'Failed', reason: 'OutOfcpu' }), [], unseen, 'ended', 'OutOfcpu'],
    ['it has failed by its container', pod({ phase: 'Failed' }), [], gone, null, null],
    ['no node takes it', pod(unplaced('Unschedulable', '0/3 nodes'), { node: '' }), [], unseen, 'unschedulable', '0/3 nodes'],
    ['gates', pod(unplaced('SchedulingGated', 'Scheduling is blocked'), { node: '' }), [], unseen, 'gated', null],
    ['it was not looked at yet', pod({ phase: 'Pending' }, { node: '' }), [], unseen, null, null],
    ['the node is gone', pod(starting), [], gone, 'nodeGone', null],
    ['the node is not ready', pod(starting), [], node('Unknown', 'Kubelet stopped posting.'), 'nodeNotReady', 'Kubelet stopped posting'],
    [
      'the node is lost',
      pod({ ...starting, reason: 'NodeLost', message: 'node-3 is unresponsive' }),
      [],
      unseen,
      'nodeNotReady',
      'node-3 is unresponsive',
    ],
    [
      'a configuration',
      pod(waiting('CreateContainerConfigError', 'secret "api" not found')),
      [],
      node('True'),
      'container',
      'container "api" waits with "CreateContainerConfigError": secret "api" not found',
    ],
    ['a pull', pod(waiting('ErrImagePull', 'x: not found')), [], node('True'), null, null],
    ['a crash', pod(waiting('CrashLoopBackOff', 'back-off 5m0s')), [], node('True'), null, null],
    ['a volume', pod(starting), [event('FailedMount', MOUNT, 1)], node('True'), 'volume', MOUNT],
    [
      'a volume, after the sandbox',
      pod(starting),
      [event('FailedCreatePodSandBox', SANDBOX, 1), event('FailedMount', MOUNT, 2)],
      unseen,
      'volume',
      MOUNT,
    ],
    [
      'the network',
      pod(starting),
      [event('FailedCreatePodSandBox', SANDBOX, 3), event('FailedMount', MOUNT, 2)],
      unseen,
      'sandbox',
      SANDBOX,
    ],
    [
      'a volume that is there by now',
      pod(starting),
      [event('FailedMount', MOUNT, 1), event('Pulling', 'Pulling image', 2)],
      unseen,
      null,
      null,
    ],
    ['another event', pod(starting), [event('constructor', 'x', 1), event('Scheduled', 'x', 2)], unseen, null, null],
    [
      'a kubelet that says why there is no sandbox',
      pod({ ...starting, conditions: [{ type: 'PodReadyToStartContainers', status: 'False', message: 'no network' }] }),
      [],
      unseen,
      'sandbox',
      'no network',
    ],
  ];
  for (const [name, one, events, lookup, kind, words] of rows) {
    const found = obstacleOf(one, events, lookup);
    t.strictSame([found?.kind ?? null, found?.words ?? null], [kind, words], name);
  }
});

t.test('its words hold no secret, and are no longer than can be read', async t => {
  const said = obstacleOf(
    pod(starting),
    [event('FailedMount', `mount of https://files.example.com/?token=hidden-8 ${'x'.repeat(900)}`, 1)],
    unseen,
  );
  t.notMatch(said?.words, /hidden-8/);
  t.equal(said?.words?.length, 401);
});

t.test('the disk of the node', async t => {
  const LOW = 'The node was low on resource: ephemeral-storage. Threshold quantity: 885667, available: 455Ki. ';
  const lost = { name: 'api', state: { terminated: { reason: 'ContainerStatusUnknown' } } };
  const ended = (message: string, status?: object): Pod =>
    pod({ phase: 'Failed', reason: 'Evicted', message, ...(status && { containerStatuses: [status as never] }) });
  const pulling = [event('Pulling', 'Pulling image "registry.example.com/team/api:1"', 1)];
  const TAINT = 'node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }';
  const rows: [string, Pod, Event[], string | undefined][] = [
    [
      'refused',
      pod({ phase: 'Failed', reason: 'Evicted', message: 'Pod was rejected: The node had condition: [DiskPressure]. ' }),
      [],
      'refused',
    ],
    ['refused for two reasons', ended('The node had condition: [MemoryPressure, DiskPressure]. '), [], 'refused'],
    ['refused for another', ended('The node had condition: [MemoryPressure]. '), [], undefined],
    ['ended while it pulled', ended(LOW, lost), pulling, 'pulling'],
    [
      'its pull failed for that',
      ended(LOW, lost),
      [...pulling, event('Failed', 'Failed to pull image "a": write /x: no space left on device', 2)],
      'pulling',
    ],
    [
      'its pull failed for something else',
      ended(LOW, lost),
      [...pulling, event('Failed', 'Failed to pull image "a": not found', 2)],
      'unstarted',
    ],
    ['its events are gone', ended(LOW, lost), [], 'unstarted'],
    ['inodes', ended('The node was low on resource: inodes. ', lost), pulling, 'pulling'],
    ['it had its image', ended(LOW, lost), [...pulling, event('Pulled', 'Successfully pulled image', 2)], undefined],
    ['it ran', ended(LOW, { name: 'api', state: { terminated: { reason: 'Error' } } }), pulling, undefined],
    ['memory', ended('The node was low on resource: memory. ', lost), pulling, undefined],
    ['its own limit', ended('Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ', lost), [], undefined],
    ['every node', pod(unplaced('Unschedulable', `0/3 nodes are available: 3 ${TAINT}. preemption: 0/3`), { node: '' }), [], 'everyNode'],
    [
      'one of three',
      pod(unplaced('Unschedulable', `0/3 nodes are available: 1 ${TAINT}, 2 Insufficient cpu.`), { node: '' }),
      [],
      undefined,
    ],
    [
      'a taint that is not named',
      pod(unplaced('Unschedulable', '0/1 nodes are available: 1 node(s) had untolerated taint(s).'), { node: '' }),
      [],
      undefined,
    ],
  ];
  for (const [about, of, events, disk] of rows) t.equal(obstacleOf(of, events, unseen)?.disk, disk, about);

  const unnamed = pod(unplaced('Unschedulable', '0/2 nodes are available: 2 node(s) had untolerated taint(s). preemption: none'), {
    node: '',
  });
  const under = (status: string): Node => ({ metadata: { name: 'n' }, status: { conditions: [{ type: 'DiskPressure', status }] } });
  const disk = (nodes: Node[]) => obstacleOf(unnamed, [], unseen, nodes)?.disk;
  t.equal(disk([under('True'), under('True')]), 'everyNodeReports');
  t.equal(disk([under('True'), under('False')]), undefined, 'one has space');
  t.equal(disk([under('True')]), undefined, 'not all were seen');
  t.ok(isKeptByTaints(unnamed));
  for (const [about, of] of rows.map(row => [row[0], row[1]] as const))
    t.equal(isKeptByTaints(of), about === 'a taint that is not named', about);
});
