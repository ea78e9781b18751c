/** `why` against an API server: which pods, with which rights, by which login, and in how many round trips. */
import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import t from 'tap';
import { type ClusterObject, clientCertificate, depthOf, startCluster, writeKubeconfig } from '../helpers/cluster.ts';
import { folder, type Run, run } from '../helpers/process.ts';
import { CLUSTER, eventOf, IMAGE, type Item, items, named, podOf, warningsOf } from '../helpers/shop.ts';

t.test('one pod of a cluster', async t => {
  const cluster = await startCluster({ objects: CLUSTER });
  t.teardown(cluster.close);
  const kubeconfig = writeKubeconfig({ server: cluster.server, namespace: 'shop' });
  const args = ['why', 'missing-secret', '--kubeconfig', kubeconfig, '--no-probe'];
  const text = await run(args);
  t.equal(text.stderr, '', 'nothing on standard error');
  t.equal(text.status, 1, 'a cause was found');
  t.match(text.stdout, /^SecretNotFound \(certain\):\s/, 'the cause comes first');
  t.match(text.stdout, 'Namespace "build" has a secret of that name', 'the other namespace is named');
  t.match(
    text.stdout,
    'kubectl imagepull repair-secret regcred -n build --to-namespace shop | kubectl -n shop create -f -',
    'and it is copied from there',
  );
  t.ok(
    cluster.requests.every(({ headers }) => headers.authorization === 'Bearer test-token'),
    'the token of the kubeconfig is sent',
  );
  const metadata = cluster.requests.find(({ path }) => path === '/api/v1/secrets');
  t.match(metadata?.headers.accept, /^application\/json;as=PartialObjectMetadataList/, 'of other namespaces only metadata is asked for');
  t.equal(metadata?.query.get('fieldSelector'), 'metadata.name=regcred');

  const pod = (name: string): Promise<Run> => run(['why', name, '--kubeconfig', kubeconfig, '--no-probe', '-o', 'json']);
  t.match(
    items(await pod('covered')),
    [{ cause: 'CredentialsRejected', credentials: [{ secret: 'good', username: 'ci', result: 'notTried' }] }],
    'a pod with a secret that covers the image',
  );
  const fine = await pod('fine');
  t.match(items(fine), [{ pod: { name: 'fine' }, cause: 'NoPullProblem', certainty: 'certain' }], 'a healthy pod');
  t.equal(fine.status, 0, 'a healthy pod: status 0');
  t.match(items(await pod('pod/missing-secret')), [{ cause: 'SecretNotFound' }], 'pod/NAME');
});

t.test('no more than three round trips for one pod, and every object once', async t => {
  for (const name of ['missing-secret', 'covered', 'fine']) {
    const cluster = await startCluster({ objects: CLUSTER, delayMs: 150 });
    await run(['why', name, '--kubeconfig', writeKubeconfig({ server: cluster.server, namespace: 'shop' }), '--no-probe']);
    const { requests } = cluster;
    await cluster.close();
    t.ok(requests.length >= 3, `${name}: the cluster is asked`);
    t.ok(depthOf(requests) <= 3, `${name}: ${depthOf(requests)} answers are waited for one after the other`);
    const asked = requests.map(({ path, query }) => `${path}?${query}`);
    t.equal(new Set(asked).size, asked.length, `${name}: nothing is asked twice: ${asked.join(' ')}`);
  }
});

t.test('which pods', async t => {
  const cluster = await startCluster({ objects: CLUSTER });
  t.teardown(cluster.close);
  const kubeconfig = writeKubeconfig({ server: cluster.server, namespace: 'shop' });
  const rows: [string, string[], string[]][] = [
    ['without a name: all that fail in the namespace', [], ['shop/covered', 'shop/missing-secret']],
    ['-n', ['-n', 'build'], ['build/bare']],
    ['-A', ['-A'], ['build/bare', 'shop/covered', 'shop/missing-secret']],
    ['-l', ['-l', 'app=api'], ['shop/covered']],
    ['-l that selects none that fails', ['-l', 'app=absent'], []],
    ['a workload: its healthy pods too', ['deployment/web'], ['shop/fine', 'shop/missing-secret']],
    ['a workload by its short name', ['deploy/web'], ['shop/fine', 'shop/missing-secret']],
    ['two pods', ['covered', 'missing-secret'], ['shop/covered', 'shop/missing-secret']],
  ];
  for (const [name, args, pods] of rows) {
    const answer = await run(['why', ...args, '--kubeconfig', kubeconfig, '--no-probe', '-o', 'json']);
    t.strictSame(
      items(answer)
        .map(({ pod }) => `${pod.namespace}/${pod.name}`)
        .sort(),
      pods,
      name,
    );
    t.equal(answer.status, pods.length > 0 ? 1 : 0, `${name}: status`);
  }
  const none = await run(['why', '-l', 'app=absent', '--kubeconfig', kubeconfig, '--no-probe']);
  t.equal(none.stdout, '', 'nothing fails: nothing on standard output');
  t.match(none.stderr, /^no pod of namespace "shop" matches the selector "app=absent"[^\n]+\n$/, 'nothing matches: said on standard error');
});

t.test('several pods are told as each of them alone', async t => {
  const waiting = { reason: 'ContainerCreating' };
  const pulling = ['one', 'two', 'three', 'four'].flatMap(name => {
    const event = eventOf(name, 'shop', `Pulling image "${IMAGE}"`);
    return [podOf(name, 'shop', { waiting }), { ...event, type: 'Normal', reason: 'Pulling', lastTimestamp: new Date().toISOString() }];
  });
  const cluster = await startCluster({ objects: [...CLUSTER, ...pulling] });
  t.teardown(cluster.close);
  const flags = ['-n', 'shop', '--no-probe', '-o', 'json', '--kubeconfig', writeKubeconfig({ server: cluster.server })];
  for (const names of [['one'], ['one', 'two', 'three', 'four'], ['pod', 'one', 'two'], ['one', 'pod/one', 'po/one']]) {
    const answer = await run(['why', ...names, ...flags]);
    const wanted = [...new Set(names.map(name => name.split('/').at(-1)))].filter(name => name !== 'pod');
    t.strictSame(
      items(answer).map(({ pod, cause }) => `${pod.name} ${cause}`),
      wanted.map(name => `${name} StillPulling`),
      names.join(' '),
    );
    t.equal(answer.status, 0, `${names.join(' ')}: status`);
  }
});

t.test('a cluster that fails in part, or asks to wait', async t => {
  const ask = (server: string, ...names: string[]): Promise<Run> =>
    run(['why', ...names, '-n', 'shop', '--no-probe', '-o', 'json', '--kubeconfig', writeKubeconfig({ server })]);
  const failing = (path: RegExp): Promise<Awaited<ReturnType<typeof startCluster>>> =>
    startCluster({
      objects: CLUSTER,
      answer: asked => (path.test(asked) ? { status: 500, body: JSON.stringify({ kind: 'Status', message: 'etcd is away' }) } : undefined),
    });
  const needed: [RegExp, number][] = [
    [/\/nodes\//, 1],
    [/\/serviceaccounts\//, 1],
    [/\/secrets\/good/, 2],
    [/\/events/, 1],
  ];
  for (const [path, wanted] of needed) {
    const cluster = await failing(path);
    const { status, stdout, stderr } = await ask(cluster.server);
    await cluster.close();
    const { items: told, warnings } = JSON.parse(stdout) as { items: object[]; warnings: string[] };
    t.equal(told.length, 2, `${path}: every pod has its verdict`);
    t.ok(
      warnings.length > 0 && warnings.every(warning => /^cannot read .*: .*etcd is away/.test(warning)),
      `${path}: ${warnings.join('; ')}`,
    );
    t.match({ status, stderr }, { status: wanted, stderr: /etcd is away/ }, `${path}: the status is 2 where a verdict needed it`);
  }
  let busy = 2;
  const cluster = await startCluster({
    objects: CLUSTER,
    answer: asked =>
      /\/pods\/covered$/.test(asked) && busy-- > 0 ? { status: 429, body: '{}', headers: { 'Retry-After': '1' } } : undefined,
  });
  t.teardown(cluster.close);
  const answer = await ask(cluster.server, 'covered');
  t.strictSame([answer.status, items(answer).length], [1, 1], 'a busy API server is asked again when it says');
});

t.test('a workload without pods is told its own reason', async t => {
  const event = (kind: string, name: string, message: string, time: string): ClusterObject => ({
    ...eventOf(name, 'shop', message),
    reason: 'FailedCreate',
    lastTimestamp: time,
    involvedObject: { kind, namespace: 'shop', name },
  });
  const cluster = await startCluster({
    objects: [
      ...CLUSTER,
      named('Deployment', 'api', 'shop', { spec: { replicas: 1, selector: { matchLabels: { app: 'nothing' } } } }),
      event('ReplicaSet', 'api-5d5f', 'quota of api, old', '2026-11-20T10:00:00Z'),
      event('ReplicaSet', 'api-6c7c', 'quota of api', '2026-11-20T11:00:00Z'),
      event('ReplicaSet', 'api-gateway-77aa', 'quota of another', '2026-11-20T12:00:00Z'),
    ],
  });
  t.teardown(cluster.close);
  const { stdout, status } = await run([
    'why',
    'deployment/api',
    '-n',
    'shop',
    '--kubeconfig',
    writeKubeconfig({ server: cluster.server }),
  ]);
  t.match(stdout, /The API server refuses the pods of deployment "api", and not\s+for an image: quota of api\./);
  t.equal(status, 0);
});

t.test('what is not there, and what is forbidden', async t => {
  const cluster = await startCluster({ objects: CLUSTER });
  const closed = await startCluster({ objects: CLUSTER, forbid: /\/pods/ });
  t.teardown(() => Promise.all([cluster.close(), closed.close()]));
  const open = ['--kubeconfig', writeKubeconfig({ server: cluster.server, namespace: 'shop' }), '--no-probe'];
  const shut = ['--kubeconfig', writeKubeconfig({ server: closed.server, namespace: 'shop' }), '--no-probe'];
  const rows: [string, string[], RegExp][] = [
    ['no such pod', ['absent', ...open], /pod "absent" not found in namespace "shop" \(list the pods with: kubectl -n shop get pods\)/],
    ['no such namespace', ['absent', '-n', 'nowhere', ...open], /namespace "nowhere" not found/],
    ['no such deployment', ['deployment/absent', ...open], /deployment "absent" not found in namespace "shop"/],
    ['a deployment of no pods', ['deployment/idle', ...open], /scaled to 0/],
    ['a kind without pods', ['service/web', ...open], /resource type "service" is not supported/],
    ['pods that may not be read', ['covered', ...shut], /cannot read pod "covered" in namespace "shop".*the permission "get pods"/],
    ['pods that may not be listed', [...shut], /cannot list the pods of .*the permission "list pods" is missing/],
    [
      'a workload whose pods may not be listed',
      ['deployment/web', ...shut],
      /cannot list the pods of .*the permission "list pods" is missing/,
    ],
  ];
  for (const [name, args, says] of rows) {
    const { status, stdout, stderr } = await run(['why', ...args]);
    t.match({ status, stdout, stderr }, { status: 2, stdout: '', stderr: says }, name);
    t.match(stderr, /^error: [^\n]+\n$/, `${name}: one line`);
  }
  const both = await run(['why', 'covered', 'absent', ...open, '-o', 'json']);
  t.match(items(both), [{ pod: { name: 'covered' } }], 'of two pods one is not there: the other is diagnosed');
  t.match(warningsOf(both), [/pod "absent" not found/], 'and the missing one is a warning');
  t.equal(both.status, 2, 'and the status says that the work is not whole');
});

t.test('with fewer rights it answers with what it has', async t => {
  const rows: [string, RegExp, string, RegExp, number, (item: Item) => void][] = [
    [
      'secrets',
      /\/secrets/,
      'covered',
      /cannot read secret "good" in namespace "shop": the permission "get secrets" is missing/,
      2,
      item => t.not(item.certainty, 'certain', 'secrets: nothing is certain of a secret that was not seen'),
    ],
    [
      'events',
      /\/events/,
      'missing-secret',
      /cannot read the events of namespace "shop": the permission "list events" is missing/,
      1,
      item => t.equal(item.cause, 'SecretNotFound', 'events: the status tells the cause'),
    ],
    [
      'nodes',
      /\/nodes/,
      'missing-secret',
      /cannot read node "node-3": the permission "get nodes" is missing/,
      1,
      item => t.equal(item.cause, 'SecretNotFound', 'nodes: the cause is the same'),
    ],
    [
      'service accounts',
      /\/serviceaccounts/,
      'missing-secret',
      /cannot read service account "builder" in namespace "shop": the permission "get serviceaccounts" is missing/,
      1,
      item => t.equal(item.cause, 'SecretNotFound', 'service accounts: the cause is the same'),
    ],
  ];
  for (const [what, forbid, pod, warning, wanted, judge] of rows) {
    const cluster = await startCluster({ objects: CLUSTER, forbid });
    const args = ['why', pod, '--kubeconfig', writeKubeconfig({ server: cluster.server, namespace: 'shop' }), '--no-probe'];
    const text = await run(args);
    const json = await run([...args, '-o', 'json']);
    await cluster.close();
    t.match(text.stderr, warning, `${what}: the warning names the right`);
    t.match(text.stderr, /^(?:warning: [^\n]+\n)+$/, `${what}: nothing but warnings`);
    t.match(text.stdout, /^[A-Z]\w+ \((?:certain|likely|possible)\):\s/, `${what}: it answers`);
    t.match(warningsOf(json), [warning], `${what}: the same in JSON`);
    t.equal(text.status, wanted, `${what}: the status is 2 only where the verdict needed the right`);
    t.equal(json.status, wanted, `${what}: in JSON too`);
    const [item] = items(json);
    if (item === undefined) t.fail(`${what}: no item`);
    else judge(item);
  }
});

t.test('whether another namespace has a missing secret is told only to who may look', async t => {
  const cluster = await startCluster({ objects: CLUSTER, forbid: /^\/api\/v1\/secrets/ });
  t.teardown(cluster.close);
  const answer = await run([
    'why',
    'missing-secret',
    '--kubeconfig',
    writeKubeconfig({ server: cluster.server, namespace: 'shop' }),
    '--no-probe',
  ]);
  t.match(answer.stdout, /^SecretNotFound \(certain\):\s/, 'the cause is the same');
  t.match(answer.stdout.replace(/\s+/g, ' '), 'Other namespaces could not be searched for it', 'the text says what was not seen');
  t.notMatch(answer.stdout, 'kubectl -n build', 'and copies from nowhere');
  t.match(answer, { status: 1, stderr: '' }, 'nothing that the diagnosis needs is missing');
});

t.test('kubeconfigs as kubectl reads them', async t => {
  const cluster = await startCluster({ objects: CLUSTER });
  t.teardown(cluster.close);
  const { server } = cluster;
  const files = folder({ token: 'file-token\n' });
  const plugin = (script: string, more: object = {}): string => {
    const path = writeKubeconfig({
      server,
      namespace: 'shop',
      user: {
        exec: { apiVersion: 'client.authentication.k8s.io/v1', command: './login.sh', args: ['arg'], interactiveMode: 'Never', ...more },
      },
    });
    writeFileSync(join(path, '..', 'login.sh'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(path, '..', 'login.sh'), 0o755);
    return path;
  };
  const credential = (status: string): string =>
    `{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":${status}}`;
  /** A line of a script that prints a text as it is. */
  const say = (text: string): string => `cat <<'END'
${text}
END
`;
  const last = () => cluster.requests.at(-1);
  const rows: [string, { args?: string[]; env?: Record<string, string> }, () => unknown, unknown][] = [
    [
      'a token',
      { args: ['--kubeconfig', writeKubeconfig({ server, namespace: 'shop' })] },
      () => last()?.headers.authorization,
      'Bearer test-token',
    ],
    [
      'a client certificate',
      {
        args: [
          '--kubeconfig',
          writeKubeconfig({
            server,
            namespace: 'shop',
            user: {
              'client-certificate-data': Buffer.from(clientCertificate.cert).toString('base64'),
              'client-key-data': Buffer.from(clientCertificate.key).toString('base64'),
            },
          }),
        ],
      },
      () => [last()?.client, last()?.headers.authorization],
      ['certified', undefined],
    ],
    [
      'a token file',
      { args: ['--kubeconfig', writeKubeconfig({ server, namespace: 'shop', user: { tokenFile: join(files, 'token') } })] },
      () => last()?.headers.authorization,
      'Bearer file-token',
    ],
    [
      'user and password',
      { args: ['--kubeconfig', writeKubeconfig({ server, namespace: 'shop', user: { username: 'u', password: 'p' } })] },
      () => last()?.headers.authorization,
      `Basic ${Buffer.from('u:p').toString('base64')}`,
    ],
    [
      'a login plugin beside the kubeconfig',
      { args: ['--kubeconfig', plugin(say(credential('{"token":"exec-token"}')))] },
      () => last()?.headers.authorization,
      'Bearer exec-token',
    ],
    [
      'a login plugin that gives a certificate',
      {
        args: [
          '--kubeconfig',
          plugin(
            say(
              credential(
                `{"clientCertificateData":${JSON.stringify(clientCertificate.cert)},"clientKeyData":${JSON.stringify(clientCertificate.key)}}`,
              ),
            ),
          ),
        ],
      },
      () => last()?.client,
      'certified',
    ],
    [
      'a login plugin that reads its environment',
      {
        args: [
          '--kubeconfig',
          plugin(`case "$KUBERNETES_EXEC_INFO" in *ExecCredential*) ${say(credential('{"token":"informed"}'))};; esac`),
        ],
      },
      () => last()?.headers.authorization,
      'Bearer informed',
    ],
    [
      'KUBECONFIG',
      { env: { KUBECONFIG: writeKubeconfig({ server, namespace: 'shop' }) } },
      () => last()?.headers.authorization,
      'Bearer test-token',
    ],
    [
      'KUBECONFIG of several, of which one is missing: the first context counts',
      {
        env: {
          KUBECONFIG: [
            join(files, 'absent'),
            writeKubeconfig({ server, namespace: 'shop', user: { token: 'first' }, name: 'one' }),
            writeKubeconfig({ server: 'https://127.0.0.1:9', user: { token: 'second' }, name: 'two' }),
          ].join(delimiter),
        },
      },
      () => last()?.headers.authorization,
      'Bearer first',
    ],
    [
      'KUBECONFIG of several, and --context',
      {
        args: ['--context', 'two'],
        env: {
          KUBECONFIG: [
            writeKubeconfig({ server: 'https://127.0.0.1:9', name: 'one' }),
            writeKubeconfig({ server, namespace: 'shop', user: { token: 'second' }, name: 'two' }),
          ].join(delimiter),
        },
      },
      () => last()?.headers.authorization,
      'Bearer second',
    ],
    [
      '--as and --as-group',
      { args: ['--kubeconfig', writeKubeconfig({ server, namespace: 'shop' }), '--as', 'jane', '--as-group', 'dev', '--as-group', 'ops'] },
      () => [last()?.values('impersonate-user'), last()?.values('impersonate-group')],
      [['jane'], ['dev', 'ops']],
    ],
    [
      'impersonation in the kubeconfig',
      {
        args: [
          '--kubeconfig',
          writeKubeconfig({ server, namespace: 'shop', user: { token: 'x', as: 'jane', 'as-groups': ['dev', 'ops'] } }),
        ],
      },
      () => [last()?.values('impersonate-user'), last()?.values('impersonate-group')],
      [['jane'], ['dev', 'ops']],
    ],
  ];
  for (const [name, { args = [], env = {} }, seen, expected] of rows) {
    const { status, stderr } = await run(['why', 'missing-secret', '--no-probe', '-o', 'name', ...args], { env });
    t.equal(stderr, '', `${name}: no error`);
    t.equal(status, 1, `${name}: the cluster answers`);
    t.strictSame(seen(), expected, name);
  }
  const failing = await run(['why', 'x', '--kubeconfig', plugin('echo "please log in" >&2; exit 1')]);
  t.match(failing.stderr, /please log in/, 'what a failing login plugin says is shown');
  t.match(failing.stderr, /error: the credential plugin "[^"]*" of the kubeconfig failed/, 'and it is named');
  t.equal(failing.status, 2);
});
