/** `--node` and `--field-selector` of `why` and `collect`: which pods are taken, what the API server is asked, and what is refused. */
import t from 'tap';
import { startCluster, writeKubeconfig } from '../helpers/cluster.ts';
import { folder, run, runAll } from '../helpers/process.ts';
import { CLUSTER, items, podOf } from '../helpers/shop.ts';

const elsewhere = podOf('elsewhere', 'shop', { labels: { app: 'web' } });
Object.assign(elsewhere.spec as object, { nodeName: 'node-4' });
const OBJECTS = [...CLUSTER, elsewhere];

t.test('pods of a node, and by fields', async t => {
  const cluster = await startCluster({ objects: OBJECTS });
  t.teardown(cluster.close);
  const env = { KUBECONFIG: writeKubeconfig({ server: cluster.server, namespace: 'shop' }) };
  const names = async (...args: string[]): Promise<string[]> => {
    const answer = await run([...args, '--no-probe', '-o', 'json'], { env });
    t.equal(answer.status, 1, answer.stderr);
    return items(answer).map(({ pod }) => pod.name);
  };
  t.strictSame(await names('why', '--node', 'node-4'), ['elsewhere']);
  const asked = cluster.requests.find(({ path }) => path.endsWith('/pods'));
  t.equal(asked?.query.get('fieldSelector'), 'spec.nodeName=node-4');
  t.strictSame(await names('why', '-A', '--node', 'node-3', '-l', 'app=web'), ['missing-secret']);
  t.strictSame(await names('why', '--field-selector', 'metadata.name=covered'), ['covered']);
  t.strictSame(await names('why', 'deployment/web', '--node', 'node-4'), ['elsewhere'], 'of a workload those on the node');
  const [none, unknown, wrong, collected] = await runAll(
    [
      ['why', '--node', 'node-3', '-n', 'elsewhere'],
      ['why', '--node', 'node-9'],
      ['why', 'covered', '--node', 'node-4', '--no-probe'],
      ['collect', '--node', 'node-4'],
    ],
    env,
  );
  t.match(none, { status: 2, stderr: /namespace "elsewhere" not found/ });
  t.match(unknown, { status: 2, stderr: /node "node-9" not found \(list the nodes with: kubectl get nodes\)/ });
  t.match(wrong, { status: 2, stderr: /no pod of covered runs on node "node-4" \(it runs on: node-3\)/ });
  t.match(collected, { status: 0, stdout: /name: elsewhere/ });
  t.notMatch(collected?.stdout, /name: covered/);
});

t.test('of saved pods', async t => {
  const file = `${folder({ 'pods.json': JSON.stringify({ kind: 'List', items: OBJECTS }) })}/pods.json`;
  const names = async (...args: string[]): Promise<string[]> =>
    items(await run(['why', '-f', file, '--no-probe', '-o', 'json', ...args])).map(({ pod }) => pod.name);
  t.strictSame(await names('--node', 'node-4'), ['elsewhere']);
  t.strictSame(await names('--field-selector', 'spec.serviceAccountName=builder,metadata.namespace!=shop'), ['bare']);
  t.strictSame(await names('--field-selector', 'status.phase=Running'), []);
  const facts = await run(['why', '-f', file, '--no-probe', '-o', 'json', '--facts']);
  const replayed = await run(['why', '-f', '-', '-o', 'json', '--node', 'node-4'], { input: facts.stdout });
  t.strictSame(
    items(replayed).map(({ pod }) => pod.name),
    ['elsewhere'],
    'of facts',
  );
});

t.test('what does not go together', async t => {
  const rows: [args: string[], error: RegExp][] = [
    [['why', 'x', '--field-selector', 'metadata.name=x'], /names cannot be combined with --field-selector/],
    [['why', '--field-selector', 'nothing'], /invalid --field-selector "nothing" \(expected for example/],
    [['why', '-f', '-', '--field-selector', 'spec.hostNetwork=true'], /cannot select by spec\.hostNetwork in standard input/],
    [['why', '--watch', '--node', 'a'], /--watch cannot be combined with --node/],
    [['why', '--watch', '--field-selector', 'a=b'], /--watch cannot be combined with --field-selector/],
    [['check', 'nginx', '--node', 'a'], /check does not have the flag --node/],
  ];
  for (const [args, error] of rows)
    t.match(
      await run(args, { input: '{"kind":"Pod","metadata":{"name":"x"},"status":{"phase":"Pending"}}' }),
      { status: 2, stderr: error },
      args.join(' '),
    );
});
