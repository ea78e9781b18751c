/** `why --contexts`: several clusters in one run, each with its own answer, of which none costs another its own. */
import { delimiter, join } from 'node:path';
import t from 'tap';
import { startCluster, type TestCluster, writeKubeconfig } from '../helpers/cluster.ts';
import { folder, type Run, run, runAll } from '../helpers/process.ts';
import { freePort, startRegistry } from '../helpers/registry.ts';
import { CLUSTER, dockerconfigjson, named, podOf } from '../helpers/shop.ts';

const registry = await startRegistry({
  auth: { kind: 'basic', users: { ci: 'another-password' } },
  images: [{ repository: 'team/api', tag: '1' }],
});
t.teardown(registry.close);
const IMAGE = `${registry.host}/team/api:1`;

/** A cluster with one pod whose pull secret the registry rejects. */
const failing = (name: string) => [
  ...CLUSTER.filter(({ kind }) => kind === 'Namespace' || kind === 'Node'),
  named('ServiceAccount', 'builder', 'shop'),
  dockerconfigjson('regcred', 'shop', { [registry.host]: { username: 'ci', password: 'wrong-password' } }),
  podOf(name, 'shop', { image: IMAGE, secrets: ['regcred'] }),
];
const [first, second, fine] = (await Promise.all([
  startCluster({ objects: failing('api-one') }),
  startCluster({ objects: failing('api-two') }),
  startCluster({ objects: [named('Namespace', 'shop'), podOf('fine', 'shop', { waiting: null })] }),
])) as [TestCluster, TestCluster, TestCluster];
t.teardown(() => Promise.all([first, second, fine].map(cluster => cluster.close())));
const kubeconfigs = [
  writeKubeconfig({ server: first.server, namespace: 'shop', name: 'prod-eu' }),
  writeKubeconfig({ server: second.server, namespace: 'shop', name: 'prod-us' }),
  writeKubeconfig({ server: fine.server, namespace: 'shop', name: 'arn:aws:eks:eu-1:1:cluster/staging' }),
  writeKubeconfig({ server: `https://127.0.0.1:${await freePort()}`, namespace: 'shop', name: 'dead' }),
];
const env = { KUBECONFIG: kubeconfigs.join(delimiter) };
const why = (...args: string[]): Promise<Run> => run(['why', ...args], { env });

interface List {
  items: { context: string; pod: { name: string }; cause: string; since?: string }[];
  groups: { context: string; cause: string }[];
  warnings: string[];
  gone?: { context?: string }[];
}
const listOf = ({ stdout }: Run): List => JSON.parse(stdout) as List;

t.test('several clusters in one list', async t => {
  registry.requests.length = 0;
  const answer = await why('--contexts', 'prod-*', '--contexts', '*staging', '-o', 'json');
  t.equal(answer.status, 1, answer.stderr);
  t.equal(answer.stderr, '');
  const { items, groups, warnings } = listOf(answer);
  t.strictSame(
    items.map(({ context, pod, cause }) => [context, pod.name, cause]),
    [
      ['prod-eu', 'api-one', 'CredentialsRejected'],
      ['prod-us', 'api-two', 'CredentialsRejected'],
    ],
  );
  t.strictSame(
    groups.map(({ context, cause }) => [context, cause]),
    [
      ['prod-eu', 'CredentialsRejected'],
      ['prod-us', 'CredentialsRejected'],
    ],
  );
  t.strictSame(warnings, []);
  const logins = registry.requests.filter(({ headers }) => headers.authorization !== undefined);
  t.equal(logins.length, 1, 'the registry is asked once with the password, for both clusters');
});

t.test('text has an overview, and a head for each cluster that has something to tell', async t => {
  const { status, stdout, stderr } = await why('--contexts', 'prod-eu,*staging,dead', '--no-probe');
  t.equal(status, 2, 'one cluster could not be read');
  t.match(
    stdout,
    /^3 clusters: 1 with causes, 1 could not be read\n {2}CONTEXT +PODS +CAUSES\n {2}prod-eu +1 +\w+\n {2}arn:aws:eks:eu-1:1:cluster\/staging +0 +none\n {2}dead +\? +could not be read\n/,
  );
  t.strictSame(stdout.match(/^Context .*$/gm), ['Context prod-eu', 'Context dead']);
  t.match(stdout, /Context prod-eu\nBefore you run .*\n {2}kubectl config use-context prod-eu\n\n/, 'its commands are for its cluster');
  t.match(stdout, /pod shop\/api-one/);
  t.match(stderr, /^warning: context "dead": .*127\.0\.0\.1.*\n$/);
  const json = listOf(await why('--contexts', '*', '--no-probe', '-o', 'json'));
  t.match(json.warnings, [/^context "dead": /]);
  t.equal(json.items.length, 2);
});

t.test('names, templates and an earlier answer', async t => {
  const named = await why(
    'api-one',
    '--contexts',
    'prod-*',
    '--no-probe',
    '-o',
    'jsonpath={range .items[*]}{.context}={.pod.name}{"\\n"}{end}',
  );
  t.match(named, { status: 2, stdout: 'prod-eu=api-one\n', stderr: /context "prod-us": pod "api-one" not found/ });
  const before = await why('--contexts', 'prod-*', '--no-probe', '-o', 'json');
  const file = join(folder({ 'before.json': before.stdout }), 'before.json');
  const after = await why('--contexts', 'prod-us,*staging', '--no-probe', '-o', 'json', '--since', file);
  t.strictSame(
    listOf(after).items.map(({ context, since }) => [context, since]),
    [['prod-us', 'same']],
  );
  t.strictSame(listOf(after).gone, [], 'of a cluster that was not read nothing is gone');
  t.match(await why('--no-probe', '--context', 'prod-eu', '--since', file), {
    status: 2,
    stderr: /of several clusters \(compare it with --contexts\)/,
  });
  t.match(
    (await why('--contexts', 'prod-eu', '--no-probe', '--since', file)).stdout,
    /Context prod-eu\n.*\n.*\n\nCompared with .* 1 as before/,
  );
  const yaml = await why('--contexts', 'prod-eu', '--no-probe', '-o', 'yaml');
  t.match(yaml, { status: 1, stdout: /^ {2}- context: prod-eu$/m });
});

t.test('what does not go together', async t => {
  const rows: [args: string[], error: RegExp][] = [
    [['--contexts', 'nowhere-*'], /no context matches "nowhere-\*" \(the kubeconfig has: prod-eu, prod-us, arn:.*staging, dead\)/],
    [['--contexts', 'prod-*,typo'], /no context matches "typo"/],
    [['--contexts', 'prod.eu'], /no context matches "prod\.eu"/],
    [['--contexts', ''], /--contexts needs the names of contexts/],
    [['--contexts', '*', '--context', 'prod-eu'], /--contexts cannot be combined with --context \(/],
    [['--contexts', '*', '--server', 'https://x'], /--contexts cannot be combined with --server/],
    [['--contexts', '*', '-f', '-'], /--contexts cannot be combined with --filename/],
    [['--contexts', '*', '--watch'], /--contexts cannot be combined with --watch/],
    [['--contexts', '*', '--until-pulled'], /--contexts cannot be combined with --watch/],
    [['x', '--contexts', '*', '--from-node', '--yes'], /--contexts cannot be combined with --from-node/],
    [['--contexts', '*', '-o', 'name'], /--contexts cannot be combined with -o name/],
    [['--contexts', '*', '--fail-on', 'Typo'], /invalid --fail-on "Typo"/],
  ];
  const answers = await runAll(
    rows.map(([args]) => ['why', ...args]),
    env,
  );
  for (const [index, [args, error]] of rows.entries()) t.match(answers[index], { status: 2, stdout: '', stderr: error }, args.join(' '));
});

t.test('Ctrl-C ends all', async t => {
  const slow = await startCluster({ objects: failing('slow'), delayMs: 20_000 });
  t.teardown(slow.close);
  const own = {
    KUBECONFIG: [writeKubeconfig({ server: slow.server, name: 'slow-a' }), writeKubeconfig({ server: slow.server, name: 'slow-b' })].join(
      delimiter,
    ),
  };
  const answer = await run(['why', '--contexts', 'slow-*'], { env: own, started: kill => void setTimeout(() => kill('SIGINT'), 1500) });
  t.notOk(answer.status === 0 || answer.status === 1, String(answer.status));
  t.equal(answer.stdout, '');
  t.ok(answer.ms < 10_000, `${answer.ms} ms`);
});

t.test('completion offers the contexts of a list', async t => {
  const { stdout } = await run(['__complete', 'why', '--contexts', 'dead,prod'], { env });
  t.strictSame(stdout.split('\n').slice(0, 2), ['dead,prod-eu', 'dead,prod-us']);
});
