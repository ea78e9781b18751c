/** `collect` as a process, against a cluster and registries: the file gives the verdicts of the cluster, holds no secret, and no registry is asked with what stands in it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import t from 'tap';
import { type ClusterObject, startCluster, writeKubeconfig } from './helpers/cluster.ts';
import { leaksOf } from './helpers/leaks.ts';
import { folder, type Run, run } from './helpers/process.ts';
import { startRegistry } from './helpers/registry.ts';
import { CLUSTER, dockerconfigjson, eventOf, IMAGE, items, NODE, named, podOf } from './helpers/shop.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** What may differ between two runs: how long each step took. */
const timeless = (text: string): string => text.replace(/"ms": \d+/g, '"ms": 0').replace(/ \d+ ms\b/g, ' 0 ms');

/** JSON with its warnings each once and in one order: several requests end in any order. */
function settled(text: string): string {
  if (!text.startsWith('{')) return text;
  const list = JSON.parse(text) as { warnings: string[] };
  return JSON.stringify({ ...list, warnings: [...new Set(list.warnings)].sort() }, null, 1);
}

/** Runs `collect`, and `why` over what it wrote. */
async function viaFile(
  args: string[],
  env: Record<string, string>,
  more: string[] = [],
  collectMore: string[] = [],
): Promise<Run & { list: string; told: string }> {
  const collected = await run(['collect', ...args, ...collectMore], { env });
  const file = join(folder({}), 'case.yaml');
  writeFileSync(file, collected.stdout);
  const answer = await run(['why', '-f', file, ...more], { env: {} });
  return { ...answer, list: collected.stdout, told: collected.stderr };
}

const image = (name: string): string => `registry.example.com/team/${name}:1`;
const waiting = (name: string, message = 'unexpected status from HEAD request: 403 Forbidden'): object => ({
  reason: 'ErrImagePull',
  message: `failed to pull and unpack image "${image(name)}": failed to resolve reference "${image(name)}": ${message}`,
});
const FAILED_CREATE: ClusterObject = {
  kind: 'Event',
  metadata: { name: 'web-5d.1', namespace: 'shop' },
  reason: 'FailedCreate',
  message:
    'Error creating: admission webhook "verify.example.com" denied the request: image registry.example.com/team/web:1 is not signed, token=Wb81TokQz4mR',
  count: 3,
  firstTimestamp: '2026-11-20T10:00:00Z',
  lastTimestamp: '2026-11-20T10:05:00Z',
  involvedObject: { kind: 'ReplicaSet', namespace: 'shop', name: 'web-5d', uid: 'uid-web-5d' },
};
const WORKLOADS: ClusterObject[] = [
  named('ReplicaSet', 'web-5d', 'shop', {
    metadata: { name: 'web-5d', namespace: 'shop', ownerReferences: [{ kind: 'Deployment', name: 'web', controller: true }] },
    spec: { replicas: 1, template: { spec: { containers: [{ name: 'web', image: 'registry.example.com/team/web:1' }] } } },
    status: {
      replicas: 0,
      conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: FAILED_CREATE['message'] }],
    },
  }),
  FAILED_CREATE,
];
const OBJECTS: ClusterObject[] = [
  ...CLUSTER,
  ...WORKLOADS,
  podOf('forbidden', 'shop', { image: image('forbidden'), secrets: ['good'], waiting: waiting('forbidden') }),
  podOf('broken', 'shop', { image: image('broken'), secrets: ['broken'], waiting: waiting('broken') }),
  podOf('elsewhere', 'build', { image: image('elsewhere'), secrets: ['late'], waiting: waiting('elsewhere', '401 Unauthorized') }),
  { ...podOf('malformed', 'shop'), spec: { containers: 5 } },
  named('Secret', 'broken', 'shop', {
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': base64(`{'auths': {"registry.example.com": {"auth": "${base64('ci:Zq7brKx9vB2t')}"}}}`) },
  }),
];

t.test('the file says what the cluster says, without a probe', async t => {
  for (const [name, forbid] of [
    ['all rights', undefined],
    ['no right to secrets', /\/secrets/],
    ['no right to events and nodes', /\/(?:events|nodes)/],
    ['no right to service accounts, nor to secrets of all namespaces', /\/serviceaccounts|^\/api\/v1\/secrets/],
  ] as const) {
    const cluster = await startCluster({ objects: OBJECTS, ...(forbid === undefined ? {} : { forbid }) });
    t.teardown(cluster.close);
    const kubeconfig = writeKubeconfig({ server: cluster.server, namespace: 'shop' });
    const rows = [['-A'], ['missing-secret'], ['fine'], ['deployment/web', 'covered'], ['-l', 'app=web'], ['-n', 'build']];
    for (const args of forbid === undefined ? rows : rows.slice(0, 2)) {
      const from = [...args, '--kubeconfig', kubeconfig];
      for (const output of args[0] === '-A' ? ['json', 'wide'] : ['json']) {
        const before = await run(['why', ...from, '--no-probe', '-o', output]);
        const after = await viaFile(from, {}, ['--no-probe', '-o', output]);
        t.equal(settled(after.stdout), settled(before.stdout), `${name}: ${args.join(' ')} -o ${output}`);
        t.equal(after.status, before.status, `${name}: ${args.join(' ')}: status`);
        t.strictSame(leaksOf(load(after.list), ['Zq7brKx9vB2t', 'Wb81TokQz4mR']), [], `${name}: ${args.join(' ')}: nothing leaks`);
      }
    }
  }
});

t.test('what is absent from a collection is not missing', async t => {
  const cluster = await startCluster({ objects: OBJECTS });
  t.teardown(cluster.close);
  const kubeconfig = writeKubeconfig({ server: cluster.server, namespace: 'shop' });
  const { stdout } = await run(['collect', 'covered', '--kubeconfig', kubeconfig, '-o', 'json']);
  const list = JSON.parse(stdout) as { items: { kind: string; spec?: { imagePullSecrets?: object[] } }[] };
  const names = list.items.map(({ kind }) => kind);
  t.ok(names.includes('Secret') && names.includes('Node') && names.includes('ServiceAccount') && names[0] === 'Collection');
  // another secret of the namespace is in the file, which elsewhere would prove that this one is missing
  for (const one of list.items) one.spec?.imagePullSecrets?.unshift({ name: 'never-read' });
  const file = join(folder({ 'case.json': JSON.stringify(list) }), 'case.json');
  const { stdout: facts } = await run(['why', '-f', file, '--no-probe', '-o', 'json', '--facts']);
  const [item] = (JSON.parse(facts) as { items: { facts: { secrets: { name: string; lookup: string }[] } }[] }).items;
  t.match(item?.facts.secrets[0], { name: 'never-read', lookup: 'notSeen', why: 'it was not collected' });
  // a record of another version proves nothing either
  const other = JSON.stringify(list).replace('"apiVersion":"imagepull/v1"', '"apiVersion":"imagepull/v9"');
  const unread = await run(['why', '-f', join(folder({ 'case.json': other }), 'case.json'), '--no-probe', '-o', 'json', '--facts']);
  t.equal(unread.status, 2);
  t.match(unread.stderr, /the record of what was collected in ".*" is of version "imagepull\/v9"; this version reads imagepull\/v1/);
  t.match(JSON.parse(unread.stdout), { items: [{ facts: { secrets: [{ lookup: 'notSeen' }] } }] });
});

const RIGHT = 'Kx7vQm2pRt5z';
const WRONG = 'Jw3nBd8sLf6y';

t.test('the recorded answers give the verdict of the cluster, and no registry is asked with what stands in a file', async t => {
  const auth = { kind: 'basic', users: { ci: RIGHT } } as const;
  const registry = await startRegistry({ auth, images: [{ repository: 'team/api', tag: '1' }] });
  const open = await startRegistry({ images: [{ repository: 'team/api', tag: '1' }] });
  const { host } = registry;
  const pod = (name: string, reference: string, secrets: string[]): ClusterObject =>
    podOf(name, 'shop', {
      image: reference,
      secrets,
      waiting: {
        reason: 'ErrImagePull',
        message: `failed to resolve reference "${reference}": unexpected status from HEAD request to http://${reference.replace('/', '/v2/').replace(/:(\d)$/, '/manifests/$1')}: 401 Unauthorized`,
      },
    });
  const login = (name: string, username: string, password: string): ClusterObject =>
    dockerconfigjson(name, 'shop', { [host]: { username, password } });
  const cluster = await startCluster({
    objects: [
      named('Namespace', 'shop'),
      NODE,
      named('ServiceAccount', 'builder', 'shop'),
      login('right', 'ci', RIGHT),
      login('wrong', 'ci', WRONG),
      login('line-end', 'ci', `${RIGHT}\n`),
      pod('right', `${host}/team/api:1`, ['right']),
      pod('wrong', `${host}/team/api:1`, ['wrong']),
      pod('line-end', `${host}/team/api:1`, ['line-end']),
      pod('tag', `${host}/team/api:2`, ['wrong', 'right']),
      pod('none', `${host}/team/api:1`, []),
      pod('open', `${open.host}/team/api:9`, []),
    ],
  });
  t.teardown(() => Promise.all([registry, open, cluster].map(server => server.close())));
  const kubeconfig = writeKubeconfig({ server: cluster.server, namespace: 'shop' });
  const from = ['-A', '--kubeconfig', kubeconfig];
  const before = await run(['why', ...from, '-o', 'json']);
  t.match(
    Object.fromEntries(items(before).map(({ pod: { name }, cause }) => [name, cause])),
    {
      right: 'FixedWaitingForRetry',
      wrong: 'CredentialsRejected',
      'line-end': 'CredentialsRejected',
      none: 'NoPullSecret',
      open: 'TagNotFound',
    },
    'the cluster shows different causes',
  );
  const after = await viaFile(from, {}, ['-o', 'json'], ['--with-probe']);
  t.equal(timeless(after.stdout), timeless(before.stdout), 'with the recorded answers');
  t.equal(after.status, before.status);
  t.strictSame(leaksOf(load(after.list), [RIGHT, WRONG]), [], 'no password is in the file');
  t.match(after.told, /^collected 6 pods; replaced 2 passwords in 3 secrets\. /);
  const offline = await viaFile(from, {}, ['--no-probe', '-o', 'json'], ['--with-probe']);
  t.equal(offline.stdout, (await run(['why', ...from, '--no-probe', '-o', 'json'])).stdout, '--no-probe leaves the recorded answers out');

  const asked = registry.requests.length;
  const file = join(folder({ 'case.yaml': after.list }), 'case.yaml');
  await run(['why', '-f', file]);
  t.equal(registry.requests.length, asked, 'with recorded answers nothing is asked');
  // without them the registry is asked, as nobody
  const live = await viaFile(from, {}, ['-o', 'json']);
  const fresh = registry.requests.slice(asked).filter(({ headers }) => headers.authorization !== undefined);
  t.strictSame(fresh, [], 'no password was sent');
  t.ok(registry.requests.length > asked, 'but it was asked');
  for (const item of items(live)) {
    t.ok(item.certainty !== 'certain' || ['none', 'open'].includes(item.pod.name), `${item.pod.name}: ${item.cause} is not certain`);
    for (const credential of item.credentials) t.match(credential, { result: 'notTried', detail: /its password was replaced/ });
  }

  const secrets = await run(['test-secret', '-f', file, '-o', 'json']);
  t.equal(registry.requests.length, registry.requests.length);
  t.strictSame(
    registry.requests.slice(asked).filter(({ headers }) => headers.authorization !== undefined),
    [],
    'test-secret sends none either',
  );
  t.match(secrets, { status: 2, stderr: /were not tested: collect has replaced its passwords/ }, 'what could not be tested is no success');
  for (const { entries } of (JSON.parse(secrets.stdout) as { items: { entries: object[] }[] }).items)
    t.match(entries, [{ result: 'notTried', cause: null, detail: /^not tested: its password was replaced when it was collected/ }]);
});

t.test('nothing leaks from any place in which a secret may stand', async t => {
  let count = 0;
  const canaries: string[] = [];
  /** A canary of its own for each place. */
  const canary = (): string => {
    const word = `Cn${(count++ * 7919 + 104_729).toString(36)}xQ${(count * 104_729).toString(36)}vZ`;
    canaries.push(word);
    return word;
  };
  const managed = { time: '2026-11-20T09:00:00Z', manager: 'kubectl', fieldsV1: { 'f:data': { [canary()]: {} } } };
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': `{"password":"${canary()}"}`, note: canary() };
  const said = `Get "https://user:${canary()}@registry.example.com/v2/?X-Amz-Signature=${canary()}&token=${canary()}": Authorization: Basic ${base64(`ci:${canary()}`)} Bearer ${base64(canary())}9 {"password": "${canary()}"}`;
  const name = 'planted';
  const planted = canary();
  const objects: ClusterObject[] = [
    named('Namespace', 'shop'),
    {
      ...podOf('api', 'shop', {
        secrets: ['planted', 'opaque', 'tls', 'token', 'dockercfg', 'broken', 'plain'],
        waiting: { reason: 'ErrImagePull', message: `${said} ${planted}` },
      }),
      metadata: {
        name: 'api',
        namespace: 'shop',
        uid: 'u',
        annotations,
        managedFields: [managed],
        labels: { 'x/y': canary(), app: 'api' },
      },
      spec: {
        nodeName: 'node-3',
        serviceAccountName: 'builder',
        imagePullSecrets: ['planted', 'opaque', 'tls', 'token', 'dockercfg', 'broken', 'plain'].map(secret => ({ name: secret })),
        containers: [
          {
            name: 'api',
            image: IMAGE,
            command: ['run', `--password=${canary()}`],
            args: [canary()],
            env: [{ name: 'PASSWORD', value: canary() }],
            envFrom: [{ configMapRef: { name: canary() } }],
            lifecycle: { preStop: { exec: { command: [canary()] } } },
            livenessProbe: { httpGet: { httpHeaders: [{ name: 'Authorization', value: canary() }] } },
          },
          { name: 'bad', image: `ci:${canary()}@registry.example.com/team/api:1` },
        ],
        volumes: [{ name: 'v', csi: { volumeAttributes: { token: canary() } } }],
      },
      status: {
        phase: 'Pending',
        message: `token=${canary()}`,
        conditions: [{ type: 'Ready', status: 'False', message: `password: "${canary()}"` }],
        containerStatuses: [{ name: 'api', image: IMAGE, state: { waiting: { reason: 'ErrImagePull', message: `${said} ${planted}` } } }],
      },
    },
    {
      ...eventOf('api', 'shop', `Failed to pull image "${IMAGE}": ${said} ${planted}`),
      metadata: { name: 'api.1', namespace: 'shop', annotations },
    },
    {
      ...NODE,
      metadata: { name: 'node-3', annotations, managedFields: [managed], labels: { 'x/y': canary() } },
      spec: { providerID: `aws:///eu-west-1a/${canary()}` },
      status: {
        ...(NODE['status'] as object),
        conditions: [{ type: 'Ready', status: 'True', message: `token=${canary()}` }],
        images: [{ names: [`registry.example.com/secret/${canary().toLowerCase()}:1`, IMAGE] }],
        addresses: [{ type: 'Hostname', address: canary() }],
      },
    },
    {
      kind: 'ServiceAccount',
      metadata: { name: 'builder', namespace: 'shop', annotations: { ...annotations, 'eks.amazonaws.com/role-arn': canary() } },
      secrets: [{ name: canary() }],
      imagePullSecrets: [{ name: 'planted' }],
    },
    {
      kind: 'Secret',
      metadata: {
        name,
        namespace: 'shop',
        annotations,
        labels: { a: canary() },
        managedFields: [managed],
        creationTimestamp: '2026-11-01T08:00:00Z',
      },
      type: 'kubernetes.io/dockerconfigjson',
      data: {
        '.dockerconfigjson': base64(
          JSON.stringify({
            auths: {
              'registry.example.com': {
                username: 'ci',
                password: planted,
                auth: base64(`ci:${planted}`),
                email: `${canary()}@example.com`,
              },
              [`https://ci:${canary()}@quay.io/`]: { identitytoken: canary(), registrytoken: canary(), other: { deep: [canary()] } },
              'a.example.com': { auth: base64(`u:${canary()}\n`) },
              'b.example.com': { username: `ghp_${'aB3'.repeat(12)}${canary()}`, password: canary() },
            },
            HttpHeaders: { 'X-Token': canary() },
            credsStore: canary(),
          }),
        ),
        extra: base64(canary()),
      },
      stringData: { more: canary() },
    },
    named('Secret', 'opaque', 'shop', {
      type: 'Opaque',
      data: { a: base64(canary()), b: base64(JSON.stringify({ k: canary() })), c: base64(base64(canary())) },
    }),
    named('Secret', 'tls', 'shop', {
      type: 'kubernetes.io/tls',
      data: { 'tls.key': base64(`-----BEGIN PRIVATE KEY-----\n${canary()}\n-----END PRIVATE KEY-----\n`), 'tls.crt': base64(canary()) },
    }),
    named('Secret', 'token', 'shop', { type: 'kubernetes.io/service-account-token', data: { token: base64(canary()) } }),
    named('Secret', 'dockercfg', 'shop', {
      type: 'kubernetes.io/dockercfg',
      data: { '.dockercfg': base64(JSON.stringify({ 'registry.example.com': { auth: base64(base64(`ci:${canary()}`)) } })) },
    }),
    named('Secret', 'broken', 'shop', {
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': base64(`{"auths": {"x": ${canary()}, '${canary()}'`) },
    }),
    named('Secret', 'plain', 'shop', { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': base64(`ci:${canary()}`) } }),
  ];
  const kube = canary();
  const cluster = await startCluster({ objects });
  t.teardown(cluster.close);
  const kubeconfig = writeKubeconfig({ server: cluster.server, namespace: 'shop', user: { token: kube } });
  const file = join(folder({ 'objects.json': JSON.stringify({ kind: 'List', items: objects }) }), 'objects.json');
  for (const args of [
    ['api', '--kubeconfig', kubeconfig],
    ['-A', '--kubeconfig', kubeconfig],
    ['-f', file],
  ])
    for (const output of ['yaml', 'json']) {
      const { stdout, stderr, status } = await run(['collect', ...args, '-o', output]);
      t.equal(status, 0, stderr);
      const list = load(stdout) as { kind: string; apiVersion: string; items: object[] };
      t.match(list, { kind: 'List', apiVersion: 'v1' });
      t.ok(list.items.length > 8, 'all objects are there');
      for (const [at, word] of canaries.entries())
        t.strictSame(leaksOf(list, [word, word.toLowerCase()]), [], `canary ${at} of ${args[0]}, ${output}`);
      t.strictSame(leaksOf(stderr, canaries), [], 'nor on standard error');
      t.match(stderr, /^collected 1 pod; replaced \d+ passwords, .* in \d secrets; redacted \d+ texts\./);
    }
  t.ok(canaries.length > 40);
});

t.test('what cannot be collected is said', async t => {
  const facts = JSON.stringify({ apiVersion: 'imagepull/v1', kind: 'DiagnosisList', items: [] });
  const files = folder({ 'facts.json': facts, 'none.json': '{"kind":"List","items":[]}' });
  const rows: [string[], RegExp][] = [
    [['-f', join(files, 'facts.json')], /contains facts, and no object to collect \(facts hold no password/],
    [['-f', join(files, 'none.json')], /contains no pod|no Kubernetes object/],
    [['-o', 'wide'], /^error: -o wide is not available for collect \(use yaml or json\)/],
    [['a', '-A'], /^error: names cannot be combined/],
    [['--no-probe'], /collect does not have the flag --probe/],
  ];
  for (const [args, says] of rows) {
    const { status, stdout, stderr } = await run(['collect', ...args]);
    t.equal(status, 2, args.join(' '));
    t.equal(stdout, '');
    t.match(stderr, says);
  }
});
