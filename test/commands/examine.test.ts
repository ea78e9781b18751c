/** Many failing pods at once: what is asked of the cluster and of the registries grows with what differs, not with how many fail. */
import { type AddressInfo, createServer } from 'node:net';
import t from 'tap';
import { type ClusterObject, startCluster, writeKubeconfig } from '../helpers/cluster.ts';
import { type Run, run } from '../helpers/process.ts';
import { type RegistryOptions, startRegistry, type TestRegistry } from '../helpers/registry.ts';
import { dockerconfigjson, eventOf, items, NODE, named, podOf } from '../helpers/shop.ts';

const PODS = 120;
const REPOSITORIES = 4;

/** Pods of three namespaces whose images share four repositories of one registry. */
function crowd(host: string, secrets: string[] = []): ClusterObject[] {
  const namespaces = ['shop', 'build', 'test'];
  const pods = Array.from({ length: PODS }, (_, index) => {
    const namespace = namespaces[index % namespaces.length] as string;
    const image = `${host}/team/app-${index % REPOSITORIES}:1.4.2`;
    const message = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
    const pod = podOf(`app-${index}`, namespace, {
      image,
      secrets,
      waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` },
    });
    return [pod, eventOf(`app-${index}`, namespace, `Failed to pull image "${image}": rpc error: code = NotFound desc = ${message}`)];
  });
  const around = namespaces.flatMap(name => [
    named('Namespace', name),
    named('ServiceAccount', 'builder', name),
    ...secrets.map(secret => dockerconfigjson(secret, name, { [host]: { username: 'ci', password: 'example-password' } })),
  ]);
  return [...pods.flat(), ...around, NODE];
}

/** Diagnoses a crowd whose registry behaves in a way. */
async function examine(test: { teardown(work: () => unknown): void }, options: RegistryOptions, secrets: string[] = [], args = ['-A']) {
  const registry: TestRegistry = await startRegistry(options);
  const cluster = await startCluster({ objects: crowd(registry.host, secrets) });
  test.teardown(() => Promise.all([registry.close(), cluster.close()]));
  const kubeconfig = writeKubeconfig({ server: cluster.server, namespace: 'shop' });
  const answer = await run(['why', ...args, '--kubeconfig', kubeconfig, '-o', 'json']);
  return { answer, asked: registry.requests, cluster: cluster.requests };
}

const causes = (answer: Run): string[] => [...new Set(items(answer).map(({ cause }) => cause))];

t.test('requests follow what differs', async t => {
  const { answer, asked, cluster } = await examine(t, {});
  t.equal(items(answer).length, PODS, 'every pod has its verdict');
  t.strictSame(causes(answer), ['RepositoryNotFound']);
  const groups = (JSON.parse(answer.stdout) as { groups: { cause: string; pods: number; namespaces: number }[] }).groups;
  t.strictSame(
    groups.map(({ cause, pods, namespaces }) => [cause, pods, namespaces]),
    Array.from({ length: REPOSITORIES }, () => ['RepositoryNotFound', PODS / REPOSITORIES, 3]),
    'and each repository is one group',
  );
  const paths = cluster.map(({ path, query }) => `${path}?${query}`);
  t.equal(new Set(paths).size, paths.length, 'nothing of the cluster is read twice');
  t.equal(
    paths.filter(path => /\/events\?/.test(path)).length,
    4,
    'events come in one list per namespace, and those of refused pods in one',
  );
  t.ok(paths.length <= 10, `${paths.length} requests to the cluster for ${PODS} pods`);
  const lines = asked.map(({ method, url }) => `${method} ${url}`);
  t.equal(new Set(lines).size, lines.length, 'the registry is asked nothing twice');
  t.ok(lines.length <= 1 + 4 * REPOSITORIES, `${lines.length} requests to the registry for ${REPOSITORIES} repositories`);
});

t.test('a registry that asks to wait is not asked again by the pods that follow', async t => {
  const rows: [string, number, Record<string, string>][] = [
    ['429', 429, {}],
    ['429 with Retry-After', 429, { 'Retry-After': '30' }],
    ['503 with Retry-After', 503, { 'Retry-After': '30' }],
  ];
  for (const [name, status, headers] of rows) {
    const answering: RegistryOptions = {
      answer: ({ path }) =>
        path === '/v2/' ? undefined : { status, headers, body: JSON.stringify({ errors: [{ code: 'X', message: 'later' }] }) },
    };
    const { answer, asked } = await examine(t, answering);
    t.equal(items(answer).length, PODS, `${name}: every pod has its verdict`);
    const told = (JSON.parse(answer.stdout) as { items: { evidence: object[] }[] }).items.map(({ evidence }) => JSON.stringify(evidence));
    t.ok(
      told.every(evidence => evidence.includes(String(status))),
      `${name}: is told of each of them`,
    );
    // those that are under way when the first answer comes have asked already
    t.ok(asked.length <= 1 + REPOSITORIES, `${name}: ${asked.map(({ method, url }) => `${method} ${url}`).join(', ')}`);
  }
});

t.test('a login that is refused is sent once, whoever has it', async t => {
  const { answer, asked } = await examine(t, { auth: { kind: 'basic', users: { ci: 'another-password' } } }, ['regcred']);
  t.strictSame(causes(answer), ['CredentialsRejected']);
  t.equal(asked.filter(({ headers }) => headers.authorization !== undefined).length, 1, 'one request has the password');
});

t.test('a registry that never answers costs all its pods no more than one', async t => {
  const { answer } = await examine(t, { answer: () => ({ hang: true }) }, [], ['-A', '--timeout', '2s']);
  t.equal(items(answer).length, PODS, 'every pod has its verdict');
  t.ok(answer.ms < 15_000, `after ${answer.ms} ms`);
});

t.test('a registry that never answers holds up no pod of another', async t => {
  let silentUntil = Number.POSITIVE_INFINITY;
  let connections = 0;
  const silent = createServer(socket => {
    connections++;
    socket
      .on('error', () => {})
      .on('close', () => {
        silentUntil = Math.min(silentUntil, performance.now());
      })
      .resume();
  });
  await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
  let lastAsked = 0;
  const registry = await startRegistry({
    answer: () => {
      lastAsked = performance.now();
      return undefined;
    },
  });
  const podFor = (host: string, index: number): ClusterObject[] => {
    const image = `${host}/team/app-${index}:1`;
    const name = `app-${index}`;
    const message = `Back-off pulling image "${image}": ErrImagePull: failed to resolve reference "${image}"`;
    return [podOf(name, 'shop', { image, waiting: { reason: 'ImagePullBackOff', message } })];
  };
  const hosts = [
    ...new Array<string>(200).fill(`127.0.0.1:${(silent.address() as AddressInfo).port}`),
    ...new Array<string>(20).fill(registry.host),
  ];
  const objects = [...hosts.flatMap(podFor), named('Namespace', 'shop'), named('ServiceAccount', 'builder', 'shop'), NODE];
  const cluster = await startCluster({ objects });
  t.teardown(() => Promise.all([registry.close(), cluster.close(), silent.close()]));
  const kubeconfig = writeKubeconfig({ server: cluster.server, namespace: 'shop' });
  const answer = await run(['why', '--kubeconfig', kubeconfig, '--timeout', '5s', '-o', 'json']);
  t.equal(items(answer).length, hosts.length, 'every pod has its verdict');
  t.ok(lastAsked > 0 && lastAsked < silentUntil, 'the other registry was asked for all its images before the silent one was given up');
  t.equal(connections, 1, 'which got one connection for 200 images');
  t.strictSame(
    items(answer).map(({ pod }) => (pod as unknown as { name: string }).name),
    hosts.map((_, index) => `app-${index}`),
    'and the findings stand in the order of the pods',
  );
});
