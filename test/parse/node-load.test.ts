/** What events and objects tell of the disk of a node and of its pulls. */
import t from 'tap';
import { readNode } from '../../src/cluster/shape.ts';
import type { Event, Node } from '../../src/model/kubernetes.ts';
import { diskEvent, diskOf, fileSystemsOf, pullsOf, quantityOf, secondsOf } from '../../src/parse/node-load.ts';

t.test('quantities', async t => {
  const rows: [string | undefined, number | null][] = [
    ['41152736Ki', 41152736 * 1024],
    ['30G', 30e9],
    ['32e9', 32e9],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['1500m', 1.5],
    ['7', 7],
    ['', null],
    ['many', null],
    ['-5', null],
    ['5Zi', null],
    [undefined, null],
  ];
  for (const [text, bytes] of rows) t.equal(quantityOf(text), bytes, String(text));
});

t.test('durations of Go', async t => {
  const rows: [string, number | null][] = [
    ['703ms', 0.703],
    ['1.166877388s', 1.166877],
    ['1m2.5s', 62.5],
    ['1h0m3s', 3603],
    ['980µs', 0.00098],
    ['0s', 0],
    ['soon', null],
    ['5', null],
    ['', null],
  ];
  for (const [text, seconds] of rows) t.equal(secondsOf(text), seconds, text);
});

interface Told {
  reason: string;
  message: string;
  at?: string;
  pod?: string;
  host?: string;
}
const event = ({ reason, message, at = '2026-11-20T10:00:00Z', pod = 'other', host = 'node-3' }: Told): Event => ({
  metadata: { name: `${pod}.${reason}` },
  reason,
  message,
  lastTimestamp: at,
  involvedObject: { kind: 'Pod', namespace: 'shop', name: pod, fieldPath: 'spec.containers{main}' },
  host,
});
const NODE: Node = {
  metadata: { name: 'node-3' },
  status: { images: [{ names: ['docker.io/library/redis:7', 'docker.io/library/redis@sha256:0'], sizeBytes: 45_000_000 }] },
};

t.test('pulls that ended', async t => {
  const pulls = (message: string) => pullsOf([event({ reason: 'Pulled', message })], NODE, 'node-3', 'shop/own').ended;
  t.match(pulls('Successfully pulled image "registry.example.com/a:1" in 3.2s (5.1s including waiting). Image size: 20971520 bytes.'), [
    { image: 'registry.example.com/a:1', seconds: 3.2, withWaiting: 5.1, bytes: 20971520 },
  ]);
  t.match(pulls('Successfully pulled image "registry.example.com/a:1" in 703ms (980ms including waiting)'), [
    { seconds: 0.703, withWaiting: 0.98, bytes: null },
  ]);
  t.match(
    pulls('Successfully pulled image "redis:7" in 1.26s'),
    [{ seconds: 1.26, withWaiting: null, bytes: 45_000_000 }],
    'as the node lists it',
  );
  t.same(pulls('Container image "redis:7" already present on machine'), []);
  t.same(pulls('Successfully pulled image "redis:7"'), [], 'before 1.20');
  t.same(
    pullsOf([event({ reason: 'Pulled', message: 'Successfully pulled image "redis:7" in 1s', host: 'node-4' })], NODE, 'node-3', '').ended,
    [],
    'another node',
  );
  const many = Array.from({ length: 30 }, (_, index) =>
    event({ reason: 'Pulled', message: `Successfully pulled image "a:${index}" in 1s`, at: `2026-11-20T10:00:${10 + index}Z` }),
  );
  t.match(pullsOf(many, null, 'node-3', '').ended, { length: 10, 0: { image: 'a:29' } }, 'the newest');
});

t.test('pulls that are open', async t => {
  const pulling = (pod: string, at: string): Event =>
    event({ reason: 'Pulling', message: 'Pulling image "registry.example.com/a:1"', pod, at });
  const events = [
    pulling('own', '2026-11-20T10:00:00Z'),
    pulling('waits', '2026-11-20T10:00:10Z'),
    pulling('has-it', '2026-11-20T10:00:20Z'),
    event({
      reason: 'Pulled',
      message: 'Successfully pulled image "registry.example.com/a:1" in 1s',
      pod: 'has-it',
      at: '2026-11-20T10:00:30Z',
    }),
    pulling('failed', '2026-11-20T10:00:40Z'),
    event({ reason: 'Failed', message: 'Failed to pull image', pod: 'failed', at: '2026-11-20T10:00:41Z' }),
    pulling('earlier', '2026-11-20T09:59:00Z'),
  ];
  t.same(
    pullsOf(events, NODE, 'node-3', 'shop/own').open.map(({ pod, since }) => [pod, since]),
    [
      ['shop/earlier', '2026-11-20T09:59:00Z'],
      ['shop/waits', '2026-11-20T10:00:10Z'],
    ],
  );
});

t.test('events about the disk of a node', async t => {
  const rows: [string, string, object | null][] = [
    [
      'FreeDiskSpaceFailed',
      'Failed to garbage collect required amount of images. Attempted to free 52428800 bytes, but only found 0 bytes eligible to free.',
      { kind: 'gcFailed', wantedBytes: 52428800, freedBytes: 0 },
    ],
    [
      'FreeDiskSpaceFailed',
      'failed to garbage collect required amount of images. Wanted to free 4000 bytes, but freed 12 bytes',
      { kind: 'gcFailed', wantedBytes: 4000, freedBytes: 12 },
    ],
    [
      'ImageGCFailed',
      'Failed to garbage collect required amount of images. Attempted to free 5 bytes, but only found 1 bytes eligible to free.',
      { kind: 'gcFailed', wantedBytes: 5, freedBytes: 1 },
    ],
    ['ImageGCFailed', 'failed to get imageFs info: unable to find data in memory cache', null],
    [
      'ContainerGCFailed',
      'rpc error: code = Unknown desc = write /var/lib/containerd/x: no space left on device',
      { kind: 'full', wantedBytes: null },
    ],
    ['ContainerGCFailed', 'rpc error: code = DeadlineExceeded desc = context deadline exceeded', null],
    ['EvictionThresholdMet', 'Attempting to reclaim ephemeral-storage', { kind: 'reclaiming' }],
    ['EvictionThresholdMet', 'Attempting to reclaim inodes', { kind: 'reclaiming' }],
    ['EvictionThresholdMet', 'Attempting to reclaim memory', null],
    ['NodeHasDiskPressure', 'Node node-3 status is now: NodeHasDiskPressure', { kind: 'pressure' }],
    ['NodeHasNoDiskPressure', 'Node node-3 status is now: NodeHasNoDiskPressure', { kind: 'relieved' }],
    ['InvalidDiskCapacity', 'invalid capacity 0 on image filesystem', null],
    ['Starting', 'Starting kubelet.', null],
  ];
  for (const [reason, message, wanted] of rows) {
    const found = diskEvent(event({ reason, message }));
    if (wanted === null) t.equal(found, null, `${reason}: ${message}`);
    else t.match(found, { ...wanted, words: `${reason}: ${message}` }, `${reason}: ${message}`);
  }
});

t.test('the disk of a node object', async t => {
  const shaped = readNode({
    metadata: { name: 'node-3' },
    status: {
      capacity: { cpu: '8', 'ephemeral-storage': '64Mi' },
      allocatable: { 'ephemeral-storage': '60e6' },
      conditions: [{ type: 'DiskPressure', status: 'True', lastTransitionTime: '2026-11-20T09:00:00Z' }],
      images: [
        { names: ['a:1'], sizeBytes: 100 },
        { names: ['b:1'], sizeBytes: 'many' },
        { names: ['c:1'], sizeBytes: 50 },
      ],
    },
  });
  if (!('object' in shaped)) return t.fail('the node is read');
  t.same(diskOf(shaped.object, [], null), {
    pressureSince: '2026-11-20T09:00:00Z',
    capacityBytes: 64 * 2 ** 20,
    allocatableBytes: 60e6,
    images: { count: 2, bytes: 150, complete: true },
    events: [],
  });
  t.match(diskOf({ metadata: { name: 'bare' } }, [], []), { pressureSince: null, capacityBytes: null, images: null, fileSystems: [] });
});

t.test('the file systems of stats/summary', async t => {
  const fs = { availableBytes: 10, capacityBytes: 100, inodesFree: 5, inodes: 50, usedBytes: 1 };
  t.same(fileSystemsOf({ node: { fs, runtime: { imageFs: { availableBytes: 1, time: 'x' }, containerFs: {} } } }), [
    { name: 'image', availableBytes: 1, capacityBytes: null, inodesFree: null, inodes: null },
    { name: 'node', availableBytes: 10, capacityBytes: 100, inodesFree: 5, inodes: 50 },
  ]);
  for (const odd of [null, 'x', [], { node: null }, { node: { fs: 3, runtime: [] } }]) t.same(fileSystemsOf(odd), []);
});
