/** The built plugin as a process: what it prints, what it says of wrong input, and how it ends. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { authority, startCluster, writeKubeconfig } from './helpers/cluster.ts';
import { golden } from './helpers/golden.ts';
import { folder, normal, type Run, run, runAll } from './helpers/process.ts';
import { freePort, makeCertificate, startRegistry, startTcp } from './helpers/registry.ts';
import { items, podOf } from './helpers/shop.ts';

const SAVED = 'test/fixtures/saved/shop.yaml';

const transcript = (args: readonly string[], { status, stdout, stderr }: Run): string =>
  normal(`$ ${['kubectl imagepull', ...args].join(' ')}\n${stdout}${stderr === '' ? '' : `--- stderr\n${stderr}`}--- status ${status}\n`);

t.test('transcripts', async t => {
  for (const args of [
    ['--help'],
    ['why', '--help'],
    ['test-secret', '--help'],
    ['version'],
    ['version', '-o', 'json'],
    ...['text', 'wide', 'json', 'yaml', 'name'].map(format => ['why', '-f', SAVED, '--no-probe', '-o', format]),
    ['why', '-f', SAVED, '--no-probe', '-l', 'app=api', '-o', 'name'],
    ['why', '-f', SAVED, '--no-probe', 'healthy'],
    [],
    ['why', '-f', SAVED, '--no-probe', '-n', 'elsewhere'],
    ['test-secret', '-f', SAVED, '--no-probe'],
  ])
    golden(
      t,
      `test/fixtures/transcripts/${args.map(word => word.replace(/.*\/|^-+/g, '')).join('_') || 'start'}.txt`,
      transcript(args, await run(args)),
    );
});

t.test('a file comes from standard input, and as JSON, too', async t => {
  const yaml = await run(['why', '-f', SAVED, '--no-probe', '-o', 'json']);
  const input = await run(['why', '-f', '-', '--no-probe', '-o', 'json'], { input: readFileSync(SAVED, 'utf8') });
  t.equal(input.stdout, yaml.stdout, 'standard input');
  const documents = readFileSync(SAVED, 'utf8')
    .split(/^ {2}- (?=apiVersion)/m)
    .slice(1)
    .map(text => text.replace(/^ {4}/gm, ''));
  const many = await run(['why', '-f', '-', '--no-probe', '-o', 'json'], { input: documents.join('---\n') });
  t.equal(many.stdout, yaml.stdout, 'many documents');
});

t.test('names and words that a terminal would obey are shown without that', async t => {
  const evil = '\u001b]0;title\u0007\u001b[8m\u009b31m';
  const pod = podOf(`api${evil}`, `shop${evil}`, {
    image: `registry.example.com/a${evil}:1`,
    secrets: [`regcred${evil}`],
    waiting: { reason: `no such ${evil}`, message: `no space left on device ${evil}` },
  });
  const secret = {
    kind: 'Secret',
    metadata: { name: `regcred${evil}`, namespace: `shop${evil}` },
    type: `Opaque${evil}`,
    data: { [`key${evil}`]: 'eA==' },
  };
  const files = folder({ 'objects.json': JSON.stringify({ kind: 'List', items: [pod, secret] }) });
  for (const format of ['text', 'wide', 'json', 'yaml', 'name', 'prometheus'])
    for (const command of ['why', 'test-secret']) {
      if (command === 'test-secret' && format === 'prometheus') continue;
      const { stdout, stderr } = await run([command, '-f', join(files, 'objects.json'), '--no-probe', '-o', format]);
      t.notMatch(stdout + stderr, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/, `${command} -o ${format}`);
      t.match(stdout, /api|regcred|imagepull_/, `${command} -o ${format}: the rest is there`);
    }
});

t.test('what others wrote stays out of the shell', async t => {
  const hostile = '$(reboot)';
  const pod = podOf('api', 'shop', {
    image: `registry.example.com/a:1`,
    waiting: {
      reason: 'ErrImagePull',
      message: `failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://${hostile}/blob": dial tcp: lookup ${hostile}: no such host`,
    },
  });
  Object.assign(pod.spec as object, { nodeName: `node\n${hostile}` });
  const files = folder({ 'pod.json': JSON.stringify(pod) });
  const answer = await run(['why', '-f', join(files, 'pod.json'), '--no-probe', '-o', 'json']);
  const { fixes } = items(answer)[0] as unknown as { fixes: { command: string | null }[] };
  t.ok(fixes.length > 0, 'there are fixes');
  for (const { command } of fixes) t.notMatch(command ?? '', hostile, `no command holds it: ${command}`);
});

// ---- what cannot be done

t.test('wrong input is one line that says what to do, and status 2', async t => {
  const files = folder({
    empty: '',
    blank: '\n# nothing\n',
    'not-yaml': 'a: [b\nc: }',
    binary: '\u0000\u0001\u0002',
    words: 'just some words',
    scalar: '42',
    'other-yaml': 'a: 1\nb: 2\n',
    'no-pods': 'apiVersion: v1\nkind: Secret\nmetadata: {name: x}\n',
    'broken-kubeconfig': 'apiVersion: v1\nclusters: [\n',
    'text-kubeconfig': 'hello',
    'empty-kubeconfig': '',
    'not-pem': 'hello',
  });
  mkdirSync(join(files, 'folder'));
  const cluster = await startCluster({});
  const other = await startCluster({ answer: () => ({ status: 200, body: '<html>a login page</html>' }) });
  const failing = await startCluster({ answer: () => ({ status: 500, body: '{"message":"etcd is down"}' }) });
  const refusing = await startCluster({ answer: () => ({ status: 401, body: '{"message":"Unauthorized"}' }) });
  const silent = await startTcp(() => {});
  t.teardown(() => Promise.all([cluster, other, failing, refusing, silent].map(server => server.close())));
  const good = writeKubeconfig({ server: cluster.server });
  const at = (server: string, more: object = {}): string => writeKubeconfig({ server, ...more });
  const foreign = makeCertificate({ isCa: true, commonName: 'Another CA' }).cert;
  const rows: [string, string[], RegExp, Record<string, string>?][] = [
    ['an unknown flag', ['why', '--frobnicate'], /frobnicate/],
    ['an unknown short flag', ['why', '-Z'], /Z/],
    ['an unknown command', ['whence'], /whence/],
    ['no command', ['-n', 'shop'], /no command given.*why -n NAMESPACE/],
    ['an unknown format', ['why', '-o', 'xml', '-f', SAVED], /xml/],
    ['a flag without its value', ['why', '-f'], /./],
    ['a missing file', ['why', '-f', join(files, 'absent')], /absent" does not exist/],
    ['a folder', ['why', '-f', join(files, 'folder')], /folder" is a directory/],
    ['an empty file', ['why', '-f', join(files, 'empty')], /is empty/],
    ['a file with nothing but a remark', ['why', '-f', join(files, 'blank')], /contains no Kubernetes object|is empty/],
    ['a file that is not YAML', ['why', '-f', join(files, 'not-yaml')], /neither JSON nor YAML/],
    ['a binary file', ['why', '-f', join(files, 'binary')], /neither JSON nor YAML|no Kubernetes object/],
    ['a text file', ['why', '-f', join(files, 'words')], /contains no Kubernetes object/],
    ['a number', ['why', '-f', join(files, 'scalar')], /contains no Kubernetes object/],
    ['YAML without Kubernetes objects', ['why', '-f', join(files, 'other-yaml')], /contains no (?:Kubernetes object|pod)/],
    ['a file without pods', ['why', '-f', join(files, 'no-pods')], /contains no pod/],
    ['no such pod in the file', ['why', 'absent', '-f', SAVED], /contains no pod "absent".*api-7c9f6d5b8-x2v4q/],
    ['no such container in the file', ['why', 'healthy', '-c', 'absent', '-f', SAVED, '--no-probe'], /container "absent" not found/],
    ['pods by name and by label', ['why', 'healthy', '-l', 'a=b', '-f', SAVED], /cannot be combined/],
    ['nothing on standard input', ['why', '-f', '-'], /standard input is empty/],
    ['a missing kubeconfig', ['why', 'x', '--kubeconfig', join(files, 'absent')], /absent" does not exist/],
    ['a folder for a kubeconfig', ['why', 'x', '--kubeconfig', join(files, 'folder')], /cannot read kubeconfig/],
    ['a broken kubeconfig', ['why', 'x', '--kubeconfig', join(files, 'broken-kubeconfig')], /cannot read kubeconfig ".*broken-kubeconfig"/],
    ['a text for a kubeconfig', ['why', 'x', '--kubeconfig', join(files, 'text-kubeconfig')], /cannot read kubeconfig ".*text-kubeconfig"/],
    ['an empty kubeconfig', ['why', 'x', '--kubeconfig', join(files, 'empty-kubeconfig')], /no current context/],
    ['no kubeconfig at all', ['why', 'x'], /no kubeconfig/],
    ['KUBECONFIG that names nothing', ['why', 'x'], /no kubeconfig/, { KUBECONFIG: join(files, 'absent') }],
    ['no such context', ['why', 'x', '--kubeconfig', good, '--context', 'absent'], /no context "absent".*test/],
    ['no such cluster', ['why', 'x', '--kubeconfig', good, '--cluster', 'absent'], /no cluster "absent".*test/],
    ['no such user', ['why', 'x', '--kubeconfig', good, '--user', 'absent'], /no user "absent".*test/],
    ['--as-group without --as', ['why', 'x', '--kubeconfig', good, '--as-group', 'g'], /--as-group requires --as/],
    [
      'an API server that is not there',
      ['why', 'x', '--kubeconfig', at(`https://127.0.0.1:${await freePort()}`)],
      /cannot reach.*connection refused/,
    ],
    [
      'an API server that no name server knows',
      ['why', 'x', '--kubeconfig', at('https://cluster.invalid')],
      /cannot reach.*no such host|cannot reach/,
    ],
    [
      'an API server of another authority',
      ['why', 'x', '--kubeconfig', at(cluster.server, { ca: foreign })],
      /not signed by the certificate authority in the kubeconfig/,
    ],
    [
      'an API server, and no authority in the kubeconfig',
      ['why', 'x', '--kubeconfig', at(cluster.server, { ca: null })],
      /not signed by the certificate authority/,
    ],
    [
      'an API server that speaks no TLS',
      ['why', 'x', '--kubeconfig', at(`https://${silent.host}`), '--request-timeout', '300ms'],
      /cannot reach/,
    ],
    ['something else than an API server', ['why', 'x', '--kubeconfig', at(other.server)], /not JSON/],
    ['an API server that fails', ['why', 'x', '--kubeconfig', at(failing.server)], /returned HTTP 500: etcd is down/],
    [
      'an API server that refuses the login',
      ['why', 'x', '--kubeconfig', at(refusing.server)],
      /rejected the credentials of the kubeconfig: Unauthorized/,
    ],
    ['a server address that is none', ['why', 'x', '--kubeconfig', at('not a url')], /./],
    [
      'a login plugin that is not installed',
      [
        'why',
        'x',
        '--kubeconfig',
        at(cluster.server, {
          user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'no-such-plugin', interactiveMode: 'Never' } },
        }),
      ],
      /"no-such-plugin".*not installed/,
    ],
    [
      'a token file that is missing',
      ['why', 'x', '--kubeconfig', at(cluster.server, { user: { tokenFile: '/nowhere/token' } })],
      /cannot log in/,
    ],
    ['--facts with text', ['why', '-f', SAVED, '--facts'], /--facts is not available with -o text/],
    ['--facts with --watch', ['why', '--watch', '-o', 'json', '--facts'], /--facts cannot be combined with --watch/],
    ['a flag of another command', ['test-secret', 'x', '-A'], /test-secret does not have the flag --all-namespaces/],
    ['a bad --timeout', ['why', '-f', SAVED, '--timeout', 'soon'], /^error: invalid --timeout "soon": expected for example 10s or 1m$/m],
    ['a bad --request-timeout', ['why', '-f', SAVED, '--request-timeout=-1s'], /--request-timeout/],
    [
      'a bad --registry-mirror',
      ['why', '-f', SAVED, '--registry-mirror', 'docker.io'],
      /invalid --registry-mirror "docker.io": expected FROM=TO/,
    ],
    ['a missing --registry-ca', ['why', '-f', SAVED, '--registry-ca', join(files, 'absent')], /--registry-ca.*cannot be read/],
    ['a --registry-ca that is no PEM', ['why', '-f', SAVED, '--registry-ca', join(files, 'not-pem')], /contains no PEM certificate/],
    ['a cause that is none', ['why', '-f', SAVED, '--fail-on', 'Gremlins'], /invalid --fail-on "Gremlins"/],
    ['test-secret without a name', ['test-secret'], /no secret given/],
    ['test-secret of a file without it', ['test-secret', 'absent', '-f', SAVED], /contains no secret "absent"/],
    ['test-secret of a folder', ['test-secret', 'x', '-f', join(files, 'folder')], /is a directory/],
    [
      '--image that does not parse',
      ['test-secret', 'regcred', '-f', SAVED, '--image', 'registry.example.com/Team'],
      /invalid --image "registry.example.com\/Team"/,
    ],
  ];
  const answers = await runAll(rows.map(([, args, , env = {}]) => ({ args, env })));
  for (const [index, [name, , says]] of rows.entries()) {
    const { status, stdout, stderr } = answers[index] as Run;
    t.equal(status, 2, `${name}: status 2`);
    t.equal(stdout, '', `${name}: nothing on standard output`);
    t.match(stderr, says, `${name}: says what is wrong`);
    t.match(stderr, /^error: [^\n]+\n$/, `${name}: one line`);
    t.notMatch(stderr, /\n\s+at |\.cjs:\d|internal error|undefined|\[object/, `${name}: no stack, no hole`);
  }
});

t.test('Ctrl-C during a registry that hangs ends at once and prints nothing', async t => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    let asked: () => void = () => {};
    const reached = new Promise<void>(resolve => {
      asked = resolve;
    });
    const registry = await startRegistry({
      answer: () => {
        asked();
        return { hang: true };
      },
    });
    const pod = podOf('hanging', 'shop', { image: `${registry.host}/team/api:1` });
    const files = folder({ 'pod.json': JSON.stringify(pod) });
    let interrupted = 0;
    const answer = await run(['why', '-f', join(files, 'pod.json')], {
      started: kill =>
        void reached.then(() => {
          interrupted = Date.now();
          kill(signal);
        }),
    });
    const ms = Date.now() - interrupted;
    await registry.close();
    t.ok(interrupted > 0 && ms < 2000, `${signal}: ended after ${ms} ms`);
    t.not(answer.status, 0, `${signal}: the status is no success`);
    t.equal(answer.stdout, '', `${signal}: nothing half-written`);
    t.match(answer.stderr, /^(?:error: interrupted\n)?$/, `${signal}: no more than one line`);
  }
});

t.test('--timeout ends a registry that hangs', async t => {
  const registry = await startRegistry({ answer: () => ({ hang: true }) });
  t.teardown(registry.close);
  const files = folder({ 'pod.json': JSON.stringify(podOf('hanging', 'shop', { image: `${registry.host}/team/api:1` })) });
  const answer = await run(['why', '-f', join(files, 'pod.json'), '--timeout', '500ms', '-o', 'json']);
  t.ok(answer.ms < 5000, `ended after ${answer.ms} ms`);
  t.equal(items(answer).length, 1, 'and answers with what it has');
});

t.test('a registry is asked with the authority of --registry-ca', async t => {
  const certificate = makeCertificate({ ips: ['127.0.0.1'], ca: authority });
  const registry = await startRegistry({ tls: certificate, images: [{ repository: 'team/api', tag: '1' }] });
  t.teardown(registry.close);
  const files = folder({
    'pod.json': JSON.stringify(
      podOf('p', 'shop', {
        image: `${registry.host}/team/api:2`,
        waiting: {
          reason: 'ErrImagePull',
          message: `rpc error: code = NotFound desc = failed to pull and unpack image "${registry.host}/team/api:2": failed to resolve image: ${registry.host}/team/api:2: not found`,
        },
      }),
    ),
    'ca.pem': authority.cert,
  });
  const args = ['why', '-f', join(files, 'pod.json'), '-o', 'json'];
  t.match(items(await run([...args, '--registry-ca', join(files, 'ca.pem')])), [{ cause: 'TagNotFound' }], 'the registry is reached');
  const answer = await run(args);
  t.equal(registry.requests.filter(({ path }) => path.startsWith('/v2/')).length > 0, true);
  t.match(
    JSON.parse(answer.stdout),
    { items: [{ checks: [{ name: 'dns' }, { name: 'connect' }, { name: 'tls', status: 'failed' }] }] },
    'without it the certificate is not trusted',
  );
});
