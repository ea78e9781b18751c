/** Which nodes are compared: those on which an image fails with those on which it runs. */
import t from 'tap';
import { createPlaces } from '../../src/cluster/places.ts';
import { type Lookup, type Node, notSeen, type Pod } from '../../src/model/kubernetes.ts';
import { startCluster, writeKubeconfig } from '../helpers/cluster.ts';
import { type Run, run } from '../helpers/process.ts';
import { items, named, podOf } from '../helpers/shop.ts';

const IMAGE = 'registry.example.com/team/api:1';
const FAILS = { waiting: { reason: 'ImagePullBackOff' } };
const RUNS = { running: {} };

const pod = (node: string, state: object, image = IMAGE): Pod =>
  ({
    metadata: { name: `pod-on-${node}`, namespace: 'shop' },
    spec: { nodeName: node, containers: [{ name: 'main', image }] },
    status: { containerStatuses: [{ name: 'main', image, state }] },
  }) as Pod;

const nodeOf = async (name: string): Promise<Lookup<Node>> => ({ found: true, object: { metadata: { name } } });

/** What is compared for a failing pod on node "a", and the nodes that were read. */
async function compared(pods: Pod[], readNode = nodeOf, image = IMAGE) {
  const asked: string[] = [];
  const places = createPlaces(name => {
    asked.push(name);
    return readNode(name);
  });
  pods.forEach(places.add);
  const found = [...(await places.of(pod('a', FAILS, image))).values()].map(({ failing, fails, running, runs }) => ({
    failing: failing.map(({ metadata }) => metadata.name).join(),
    fails,
    running: running.map(({ metadata }) => metadata.name).join(),
    runs,
  }));
  return { found, asked };
}

t.test('which nodes are compared', async t => {
  const both = [{ failing: 'a,b', fails: 2, running: 'c,d', runs: 2 }];
  const rows: [string, Pod[], object[]][] = [
    ['it fails on two and runs on two', [pod('b', FAILS), pod('d', RUNS), pod('a', FAILS), pod('c', RUNS), pod('c', RUNS)], both],
    ['it has ended on one', [pod('b', FAILS), pod('a', FAILS), pod('c', { terminated: {} }), pod('d', RUNS)], both],
    ['the same image under another name', [pod('a', FAILS), pod('c', RUNS, 'registry.example.com/team/api:2')], []],
    ['it runs nowhere', [pod('a', FAILS), pod('b', FAILS)], []],
    ['it fails and runs on one node', [pod('a', FAILS), pod('a', RUNS), pod('c', RUNS)], []],
    [
      'it waits for something else there',
      [pod('a', FAILS), pod('b', { waiting: { reason: 'ContainerCreating' } }), pod('c', RUNS)],
      [{ failing: 'a', fails: 1, running: 'c', runs: 1 }],
    ],
    ['a pod on no node', [pod('', RUNS), pod('a', FAILS)], []],
  ];
  for (const [name, pods, wanted] of rows) t.strictSame((await compared(pods)).found, wanted, name);
  t.strictSame(
    (await compared([pod('a', FAILS, 'api'), pod('b', RUNS, 'docker.io/library/api:latest')], nodeOf, 'api')).found,
    [{ failing: 'a', fails: 1, running: 'b', runs: 1 }],
    'the short and the full form are one image',
  );
});

t.test('few nodes are read, and none where the first may not be', async t => {
  const pods = [pod('a', FAILS), ...Array.from({ length: 400 }, (_, at) => pod(`n-${at}`, RUNS))];
  const { found, asked } = await compared(pods);
  t.match(found, [{ fails: 1, runs: 400 }], 'all are counted');
  t.ok(asked.length <= 30, `${asked.length} reads`);
  const refused = await compared(pods, async () => notSeen('forbidden'));
  t.strictSame([refused.found, refused.asked], [[], ['a']]);
  const gone = await compared([...pods, pod('b', FAILS)], async name => (name === 'a' ? { found: false, missing: true } : nodeOf(name)));
  t.match(gone.found, [{ failing: 'b', fails: 2 }], 'a node that is gone');

  const images = Array.from({ length: 100 }, (_, at) => `registry.example.com/team/i${at}:1`);
  const places = createPlaces(nodeOf);
  const nodes = Array.from({ length: 1000 }, (_, at) => `n-${at}`);
  for (const [at, image] of images.entries())
    for (const [of, node] of nodes.slice(at * 10, at * 10 + 10).entries()) places.add(pod(node, of === 0 ? FAILS : RUNS, image));
  const counts = await Promise.all(images.map(async image => (await places.of(pod('a', FAILS, image))).size));
  t.equal(counts.lastIndexOf(1) + 1, 24, 'after 240 nodes nothing more is compared, in the order of the pods');
});

t.test('a cluster of two kinds of nodes, by the API and by a file', async t => {
  const nodes = ['a', 'b', 'c', 'd'].map(name => ({
    ...named('Node', name),
    status: { nodeInfo: { containerRuntimeVersion: name < 'c' ? 'containerd://1.6.20' : 'containerd://2.1.9' } },
  }));
  const pods = ['a', 'b', 'c', 'd'].map(name => {
    const own = podOf(`api-${name}`, 'shop', { labels: { 'pod-template-hash': '5d5f' }, ...(name < 'c' ? {} : { waiting: null }) });
    return { ...own, spec: { ...(own.spec as object), nodeName: name } };
  });
  const cluster = await startCluster({ objects: [...nodes, ...pods] });
  t.teardown(cluster.close);
  const kubeconfig = writeKubeconfig({ server: cluster.server, namespace: 'shop' });
  const answer = await run(['why', '--kubeconfig', kubeconfig, '--no-probe', '-o', 'json']);
  const lines = (one: Run): string[] =>
    (items(one) as unknown as { evidence: { detail: string }[] }[]).flatMap(({ evidence }) =>
      evidence.filter(({ detail }) => detail.startsWith('the image fails')).map(({ detail }) => detail),
    );
  const wanted = 'the image fails on 2 of 4 nodes (containerd 1.6) and runs on 2 (containerd 2.1)';
  t.strictSame(lines(answer), [wanted, wanted]);
  const one = await run(['why', 'api-b', '--kubeconfig', kubeconfig, '--no-probe', '-o', 'json']);
  t.strictSame(lines(one), [wanted], 'a pod that is named, by the pods of the same revision');
  const before = cluster.requests.length;
  await run(['why', 'api-c', '--kubeconfig', kubeconfig, '--no-probe', '-o', 'json']);
  t.notOk(
    cluster.requests.slice(before).some(({ path }) => path.endsWith('/pods')),
    'nothing is compared of a pod that runs',
  );
  const file = await run(['why', '-f', '-', '--no-probe', '-o', 'json'], {
    input: JSON.stringify({ kind: 'List', items: [...nodes, ...pods] }),
  });
  t.strictSame(lines(file), [wanted, wanted], 'the same of a file');
});
