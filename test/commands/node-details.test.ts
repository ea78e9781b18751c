/** What `why` reads of a node, and what it says of it: the built plugin over a fake API server. */
import { createHash } from 'node:crypto';
import t from 'tap';
import { type ClusterObject, type ClusterOptions, startCluster, writeKubeconfig } from '../helpers/cluster.ts';
import { run } from '../helpers/process.ts';
import { startRegistry } from '../helpers/registry.ts';
import { items, NODE, named, podOf, warningsOf } from '../helpers/shop.ts';

const ago = (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString().replace(/\.\d+/, '');
const IMAGE = 'registry.example.com/ml/trainer:2';

let number = 0;
/** An event of kubelet on node-3, of a pod of namespace "shop" unless it is of the node. */
const kubelet = (reason: string, message: string, at: string, pod: string | null, namespace = 'shop'): ClusterObject => ({
  kind: 'Event',
  metadata: { name: `event.${number++}`, namespace: pod === null ? 'default' : namespace },
  type: 'Normal',
  reason,
  message,
  lastTimestamp: at,
  source: { component: 'kubelet', host: 'node-3' },
  involvedObject:
    pod === null
      ? { kind: 'Node', name: 'node-3', uid: 'node-3' }
      : {
          kind: 'Pod',
          namespace,
          name: pod,
          ...(pod.includes('other') ? {} : { uid: `uid-shop-${pod}` }),
          fieldPath: 'spec.containers{api}',
        },
});

const PULLING = podOf('trainer', 'shop', { image: IMAGE, waiting: { reason: 'ContainerCreating' } });
const events = (): ClusterObject[] => [
  kubelet('Pulling', `Pulling image "${IMAGE}"`, ago(30), 'trainer'),
  kubelet(
    'Pulled',
    'Successfully pulled image "registry.example.com/a:1" in 10s (18s including waiting). Image size: 120000000 bytes.',
    ago(60),
    'other',
    'kube-system',
  ),
  kubelet('Pulling', 'Pulling image "registry.example.com/b:1"', ago(50), 'other-waits', 'kube-system'),
  kubelet('EvictionThresholdMet', 'Attempting to reclaim ephemeral-storage', ago(5), null),
];
const account = named('ServiceAccount', 'builder', 'shop');
const SUMMARY = {
  node: {
    fs: { availableBytes: 9e9, capacityBytes: 20e9, inodesFree: 1000, inodes: 2000 },
    runtime: { imageFs: { availableBytes: 50e6, capacityBytes: 40e9, inodesFree: 900, inodes: 1000 } },
  },
};
const STATS = '/api/v1/nodes/node-3/proxy/stats/summary';
/** A node answers for its statistics. */
const withStats: ClusterOptions['answer'] = path => (path === STATS ? { status: 200, body: JSON.stringify(SUMMARY) } : undefined);

/** Runs `why` with some objects. Out: its answer, and the paths that were asked for, with the reason or the kind of the events. */
async function why(t: Tap.Test, args: string[], { objects = [], ...options }: ClusterOptions) {
  const cluster = await startCluster({ objects: [named('Namespace', 'shop'), NODE, account, ...objects], ...options });
  t.teardown(cluster.close);
  const KUBECONFIG = writeKubeconfig({ server: cluster.server, namespace: 'shop' });
  const answer = await run(['why', ...args, '--no-probe'], { env: { KUBECONFIG } });
  const asked = cluster.requests.map(({ path, query }) => {
    const selector = query.get('fieldSelector') ?? '';
    return selector === '' ? path : `${path} ${selector.replace(/involvedObject\./g, '')}`;
  });
  return { ...answer, asked };
}
declare namespace Tap {
  type Test = { teardown(close: () => Promise<void>): void };
}

const DETAILS = /\/events kind=(?:Node|Pod,reason=)|stats/;

t.test('a pull that goes on: the disk of its node, and its other pulls', async t => {
  const { status, stdout, stderr, asked } = await why(t, ['trainer'], { objects: [PULLING, ...events()] });
  t.equal(status, 0, stderr);
  t.match(
    stdout.replace(/\s+/g, ' '),
    /A pull of another pod on this node began earlier and has not ended, and pulls of this node wait for each other \(up to 8 s of late\)/,
  );
  t.match(stdout.replace(/\s+/g, ' '), /Node "node-3" reported that its disk is short of space/);
  t.same(asked.filter(path => DETAILS.test(path)).sort(), [
    '/api/v1/events kind=Pod,reason=Failed',
    '/api/v1/events kind=Pod,reason=Pulled',
    '/api/v1/events kind=Pod,reason=Pulling',
    '/api/v1/namespaces/default/events kind=Node,name=node-3',
  ]);
  const json = await why(t, ['trainer', '-o', 'json', '--facts'], { objects: [PULLING, ...events()] });
  t.match(items(json)[0], {
    cause: 'StillPulling',
    progress: { size: null, ahead: 1, queues: true, longestWait: 8, rate: { bytesPerSecond: 12e6, pulls: 1 } },
    facts: { disk: { events: [{ kind: 'reclaiming' }] }, pulls: { ended: [{ bytes: 120e6 }] } },
  });
});

t.test('with the rights of one namespace the events of that one count', async t => {
  const mine = kubelet('Pulled', 'Successfully pulled image "registry.example.com/a:1" in 2s', ago(60), 'other');
  const forbid = /^\/api\/v1\/(?:events|namespaces\/default\/events)$/;
  const { status, stdout, asked } = await why(t, ['trainer', '-o', 'json', '--facts'], { objects: [PULLING, mine, ...events()], forbid });
  t.equal(status, 0);
  t.same(warningsOf({ stdout } as never), [], 'what only completes a text is no warning');
  t.match(items({ stdout } as never)[0], { facts: { disk: { events: [] }, pulls: { ended: [{ seconds: 2 }], open: [] } } });
  t.ok(asked.includes('/api/v1/namespaces/shop/events kind=Pod,reason=Pulled'));
});

t.test('nothing is asked for a pod whose cause is known', async t => {
  const { status, asked } = await why(t, [], { objects: [podOf('login', 'shop'), podOf('name', 'shop', { image: 'Bad:NAME' })] });
  t.equal(status, 1);
  t.same(
    asked.filter(path => DETAILS.test(path)),
    [],
  );
});

t.test('many pods of one node: each list once', async t => {
  const words = `Failed to pull image "${IMAGE}": write /var/lib/containerd/x: no space left on device`;
  const pods = ['a', 'b', 'c', 'd'].map(name => podOf(name, 'shop', { image: IMAGE, waiting: { reason: 'ErrImagePull', message: words } }));
  const { asked, stdout } = await why(t, [], { objects: [...pods, ...events()] });
  t.match(stdout, /NodeDiskFull \(certain\)[\s\S]*EvictionThresholdMet: Attempting to reclaim\s+ephemeral-storage/);
  t.match(stdout, /kubelet has removed the unused images that it found/);
  t.equal(asked.filter(path => DETAILS.test(path)).length, 4);
});

t.test('--node-stats', async t => {
  const objects = [podOf('gone', 'shop', { image: IMAGE, waiting: { reason: 'ImagePullBackOff' } })];
  t.test('kubelet tells of its file systems', async t => {
    const { status, stdout, asked } = await why(t, ['gone', '--node-stats'], { objects, answer: withStats });
    t.equal(status, 1);
    t.match(stdout, /NodeDiskFull \(possible\)/);
    t.match(
      stdout.replace(/\s+/g, ' '),
      /node-3 has 50\.0 MB of 40\.0 GB \(0 %\) and 900 inodes \(90 %\) left on the file system of images/,
    );
    t.match(stdout.replace(/\s+/g, ' '), /9\.0 GB of 20\.0 GB \(45 %\) and 1000 inodes \(50 %\) left on the file system of kubelet/);
    t.ok(asked.includes(STATS));
  });
  t.test('without the right: a warning that names it', async t => {
    const { status, stderr } = await why(t, ['gone', '--node-stats'], { objects, forbid: /proxy/ });
    t.equal(status, 1, 'it changed no verdict');
    t.match(stderr, 'warning: cannot read the disk statistics of node "node-3": the permission "get nodes/proxy" is missing');
  });
  t.test('an answer that is none', async t => {
    for (const body of ['{}', '{"node":[]}', 'x']) {
      const { status, stderr } = await why(t, ['gone', '--node-stats'], {
        objects,
        answer: path => (path === STATS ? { status: 200, body } : undefined),
      });
      t.equal(status, 1, body);
      t.match(stderr, /cannot read the disk statistics of node "node-3": /, body);
      t.notMatch(stderr, /\n {4}at /);
    }
  });
  t.test('only when asked for, and only in a cluster', async t => {
    const { asked } = await why(t, ['gone'], { objects, answer: withStats });
    t.notOk(asked.includes(STATS));
    const { status, stderr } = await run(['why', '-f', 'test/fixtures/saved/shop.yaml', '--node-stats', '--no-probe']);
    t.equal(status, 2);
    t.match(stderr, /--node-stats cannot be combined with -f/);
  });
});

t.test('the same objects in a file', async t => {
  const input = JSON.stringify({ kind: 'List', items: [PULLING, NODE, ...events()] });
  const { status, stdout } = await run(['why', 'trainer', '-f', '-', '--no-probe', '-o', 'json'], { input });
  t.equal(status, 0);
  t.match(items({ stdout } as never)[0], { cause: 'StillPulling', progress: { ahead: 1, queues: true } });
});

/** An image of these layers, as a registry keeps it. */
function imageOf(repository: string, tag: string, layers: string[]) {
  const blobs = [JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: layers } }), ...layers].map(
    text => Buffer.from(text),
  );
  const [config, ...rest] = blobs.map((body, index) => ({
    mediaType: index === 0 ? 'application/vnd.oci.image.config.v1+json' : 'application/vnd.oci.image.layer.v1.tar',
    digest: `sha256:${createHash('sha256').update(body).digest('hex')}`,
    size: body.length,
  }));
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  return {
    repository,
    tag,
    copy: { mediaType, manifest: Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config, layers: rest })), blobs },
  };
}

t.test('layers that another image of the node has are not downloaded again', async t => {
  const [shared, old, fresh] = ['s'.repeat(5000), 'o'.repeat(100), 'n'.repeat(200)];
  const registry = await startRegistry({ images: [imageOf('team/app', '1', [shared, old]), imageOf('team/app', '2', [shared, fresh])] });
  t.teardown(registry.close);
  const image = `${registry.host}/team/app:2`;
  const node = { ...NODE, status: { ...(NODE.status as object), images: [{ names: [`${registry.host}/team/app:1`], sizeBytes: 5100 }] } };
  const pod = podOf('trainer', 'shop', { image, waiting: { reason: 'ContainerCreating' } });
  const cluster = await startCluster({
    objects: [named('Namespace', 'shop'), node, account, pod, kubelet('Pulling', `Pulling image "${image}"`, ago(5), 'trainer')],
  });
  t.teardown(cluster.close);
  const KUBECONFIG = writeKubeconfig({ server: cluster.server, namespace: 'shop' });
  const answer = await run(['why', 'trainer', '-o', 'json', '--facts'], { env: { KUBECONFIG } });
  t.match(items(answer)[0], { cause: 'StillPulling', progress: { layers: 2, presentBytes: 5000 } }, answer.stderr);
  const digest = createHash('sha256').update(old).digest('hex');
  t.notOk(
    registry.requests.some(({ url }) => url.includes(digest)),
    'whether the layers of the other are there is not asked',
  );
  const wide = await run(['why', 'trainer', '-o', 'wide'], { env: { KUBECONFIG } });
  t.match(wide.stdout.replace(/\s+/g, ' '), /At least 5 kB of it is on the node already\./);
  t.match(wide.stdout, /Largest layers\n {2}5 kB +\d+ % {2}\S+/);
});

t.test('a collection holds what a node tells of its disk and of its pulls', async t => {
  const cluster = await startCluster({ objects: [named('Namespace', 'shop'), NODE, account, PULLING, ...events()] });
  t.teardown(cluster.close);
  const KUBECONFIG = writeKubeconfig({ server: cluster.server, namespace: 'shop' });
  const collected = await run(['collect', 'trainer'], { env: { KUBECONFIG } });
  const { status, stdout, stderr } = await run(['why', '-f', '-', '--no-probe'], { env: {}, input: collected.stdout });
  t.equal(status, 0, stderr);
  const text = stdout.replace(/\s+/g, ' ');
  t.match(text, /StillPulling/);
  t.match(text, /A pull of another pod on this node began earlier and has not ended/);
  t.match(text, /Node "node-3" reported that its disk is short of space/);
});
