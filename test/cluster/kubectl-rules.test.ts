/** kubectl's rules of a connection: its flags, what it refuses, kuberc, and what an exec plugin is told. Each row asks a real API server over TLS. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import t from 'tap';
import { authority, type ClusterRequest, clientCertificate, startCluster, writeKubeconfig } from '../helpers/cluster.ts';
import { folder, type Run, run } from '../helpers/process.ts';
import { startProxy } from '../helpers/proxy.ts';
import { makeCertificate } from '../helpers/registry.ts';
import { CLUSTER } from '../helpers/shop.ts';
import { temporary } from '../helpers/temporary.ts';

const VERSION = 'client.authentication.k8s.io/v1';
/** A secret that must not be shown. */
const HIDDEN = 'hidden-Xq7-9pLm2';

const files = folder({
  'ca.pem': authority.cert,
  'cert.pem': clientCertificate.cert,
  'key.pem': clientCertificate.key,
  'other-ca.pem': makeCertificate({ isCa: true, commonName: 'Another CA' }).cert,
  'text.pem': HIDDEN,
  token: 'file-token\n',
  empty: '\n',
});
const at = (name: string): string => join(files, name);
const CA = Buffer.from(authority.cert).toString('base64');
const CERT = Buffer.from(clientCertificate.cert).toString('base64');
const KEY = Buffer.from(clientCertificate.key).toString('base64');

const why = (args: readonly string[], env: Record<string, string> = {}): Promise<Run> =>
  run(['why', 'missing-secret', '-n', 'shop', '--no-probe', '-o', 'name', ...args], { env });

/** Writes a kubeconfig of one context, with fields of the cluster and of the user. Out: its path. */
function config(cluster: object, user: object = {}): string {
  const file = join(temporary('rules'), 'config');
  writeFileSync(
    file,
    JSON.stringify({
      'current-context': 'test',
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
      clusters: [{ name: 'test', cluster }],
      users: [{ name: 'test', user }],
    }),
  );
  return file;
}

/** Writes a program. Out: its path. */
function program(path: string, ...lines: string[]): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${lines.join('\n')}\n`);
  chmodSync(path, 0o755);
  return path;
}
const say = (token: string): string => `printf '%s' '{"apiVersion":"${VERSION}","kind":"ExecCredential","status":{"token":"${token}"}}'`;
const plugin = (command: string, more: object = {}): object => ({
  exec: { apiVersion: VERSION, command, interactiveMode: 'Never', ...more },
});

t.test("kubectl's flags choose the connection, in place of the kubeconfig", async t => {
  const cluster = await startCluster({ objects: CLUSTER });
  t.teardown(cluster.close);
  const { server } = cluster;
  const proxy = await startProxy({ routes: { 'cluster.invalid:443': Number(new URL(server).port) } });
  t.teardown(proxy.close);
  const usual = writeKubeconfig({ server });
  const failing = program(join(temporary('failing'), 'login'), 'exit 1');
  const elsewhere = config({ server: 'https://127.0.0.1:9', 'certificate-authority-data': CA }, { token: 'own' });
  const authorization = ({ headers }: ClusterRequest): unknown => headers.authorization;
  const client = (request: ClusterRequest): unknown => request.client;
  const header =
    (name: string) =>
    (request: ClusterRequest): unknown =>
      request.values(name);
  const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;
  const rows: [string, string[], (request: ClusterRequest) => unknown, unknown, Record<string, string>?][] = [
    ['no kubeconfig', ['--server', server, '--certificate-authority', at('ca.pem'), '--token', 'flag'], authorization, 'Bearer flag'],
    ['-s in place of the server', ['--kubeconfig', elsewhere, '-s', server], authorization, 'Bearer own'],
    ['a relative path', ['-s', server, '--certificate-authority', relative('.', at('ca.pem'))], authorization, undefined],
    ['an empty flag is none', ['--kubeconfig', usual, '--server=', '--token=', '--as='], authorization, 'Bearer test-token'],
    [
      'an authority in place of a wrong one',
      ['--kubeconfig', config({ server, 'certificate-authority': at('other-ca.pem') }), '--certificate-authority', at('ca.pem')],
      authorization,
      undefined,
    ],
    [
      'an authority in place of none to verify',
      ['--kubeconfig', config({ server, 'insecure-skip-tls-verify': true }), '--certificate-authority', at('ca.pem')],
      authorization,
      undefined,
    ],
    [
      'no verification in place of a wrong authority',
      ['--kubeconfig', config({ server, 'certificate-authority': at('other-ca.pem') }, { token: 'own' }), '--insecure-skip-tls-verify'],
      authorization,
      'Bearer own',
    ],
    ['the name of the certificate', ['--kubeconfig', usual, '--tls-server-name', 'localhost'], authorization, 'Bearer test-token'],
    [
      'an address of its own has no name of the kubeconfig',
      ['--kubeconfig', config({ server, 'tls-server-name': 'other.invalid', 'certificate-authority-data': CA }), '-s', server],
      authorization,
      undefined,
    ],
    [
      'a proxy',
      ['--kubeconfig', usual, '-s', 'https://cluster.invalid', '--tls-server-name', 'localhost', '--proxy-url', proxy.url],
      authorization,
      'Bearer test-token',
    ],
    ['a token in place of a token', ['--kubeconfig', usual, '--token', 'flag'], authorization, 'Bearer flag'],
    [
      'a token in place of a token file',
      ['--kubeconfig', writeKubeconfig({ server, user: { tokenFile: at('token') } }), '--token=flag'],
      authorization,
      'Bearer flag',
    ],
    [
      'a token in place of a plugin',
      ['--kubeconfig', writeKubeconfig({ server, user: plugin(failing) }), '--token', 'flag'],
      authorization,
      'Bearer flag',
    ],
    [
      'a token in place of a user',
      ['--kubeconfig', config({ server, 'certificate-authority-data': CA }), '--token', 'x'],
      authorization,
      'Bearer x',
    ],
    ['a certificate', ['--kubeconfig', usual, '--client-certificate', at('cert.pem'), '--client-key', at('key.pem')], client, 'certified'],
    [
      'a token beside a certificate: both are sent',
      ['--kubeconfig', writeKubeconfig({ server, user: { 'client-certificate-data': CERT, 'client-key-data': KEY } }), '--token', 'flag'],
      request => [client(request), authorization(request)],
      ['certified', 'Bearer flag'],
    ],
    [
      'a certificate beside the key of the kubeconfig',
      [
        '--kubeconfig',
        writeKubeconfig({ server, user: { 'client-certificate-data': 'eA==', 'client-key-data': KEY } }),
        '--client-certificate',
        at('cert.pem'),
      ],
      client,
      'certified',
    ],
    [
      'a name and a password',
      ['--kubeconfig', writeKubeconfig({ server, user: {} }), '--username', 'jane', '--password', 'a=b'],
      authorization,
      basic('jane:a=b'),
    ],
    ['--as-uid', ['--kubeconfig', usual, '--as', 'jane', '--as-uid', '7'], header('impersonate-uid'), ['7']],
    [
      '--as-user-extra',
      [
        '--kubeconfig',
        usual,
        '--as',
        'jane',
        '--as-user-extra',
        'Scopes/a%b=one',
        '--as-user-extra',
        'Scopes/a%b=two=2',
        '--as-user-extra',
        'ä=',
      ],
      request => [request.values('impersonate-extra-scopes%2fa%25b'), request.values('impersonate-extra-%c3%a4')],
      [['one', 'two=2'], ['']],
    ],
    [
      'flags beside the impersonation of the kubeconfig',
      [
        ...[
          '--kubeconfig',
          writeKubeconfig({
            server,
            user: { token: 'x', as: 'jane', 'as-uid': '1', 'as-groups': ['a'], 'as-user-extra': { one: ['1', '2'], two: ['3'] } },
          }),
        ],
        ...['--as-uid', '2', '--as-user-extra', 'two=4'],
      ],
      request => ['user', 'uid', 'group', 'extra-one', 'extra-two'].map(name => request.values(`impersonate-${name}`)),
      [['jane'], ['2'], ['a'], ['1', '2'], ['4']],
    ],
    ['lists may come compressed', ['--kubeconfig', usual], header('accept-encoding'), ['gzip']],
    ['--disable-compression', ['--kubeconfig', usual, '--disable-compression'], header('accept-encoding'), []],
    ['a duration of several units', ['--kubeconfig', usual, '--request-timeout', '1m30s'], authorization, 'Bearer test-token'],
    [
      'KUBERNETES_MASTER stands behind --server',
      ['-s', server, '--insecure-skip-tls-verify', '--token', 'x'],
      authorization,
      'Bearer x',
      { KUBERNETES_MASTER: 'http://127.0.0.1:9' },
    ],
  ];
  for (const [name, args, seen, expected, env] of rows) {
    const before = cluster.requests.length;
    const { status, stderr } = await why(args, env);
    t.equal(stderr, '', `${name}: no error`);
    t.equal(status, 1, `${name}: the cluster answers`);
    t.ok(cluster.requests.length > before, `${name}: it is asked`);
    t.strictSame(seen(cluster.requests.at(-1) as ClusterRequest), expected, name);
  }
  t.match(proxy.asked, ['CONNECT cluster.invalid:443'], 'by the proxy');
});

t.test('contradictions of kubeconfig and flags are refused as by kubectl, and no secret is shown', async t => {
  const cluster = await startCluster({ objects: CLUSTER });
  t.teardown(cluster.close);
  const { server } = cluster;
  const base = { server, 'certificate-authority-data': CA };
  const usual = config(base, { token: HIDDEN });
  const twice = (part: string): string => {
    const file = config(base, { token: HIDDEN });
    const content = JSON.parse(readFileSync(file, 'utf8'));
    content[part].push(content[part][0]);
    writeFileSync(file, JSON.stringify(content));
    return file;
  };
  const login = ['--token', HIDDEN];
  const rows: [string, string[], RegExp][] = [
    [
      'an authority twice',
      [config({ ...base, 'certificate-authority': at('ca.pem') })],
      /has the certificate-authority as a file and as data \(remove one/,
    ],
    [
      'an authority and no verification',
      [config({ ...base, 'insecure-skip-tls-verify': true })],
      /both a certificate-authority and insecure-skip-tls-verify/,
    ],
    [
      'both by flags',
      [usual, '--certificate-authority', at('ca.pem'), '--insecure-skip-tls-verify'],
      /both a certificate-authority and insecure/,
    ],
    [
      'a certificate twice',
      [config(base, { 'client-certificate': at('cert.pem'), 'client-certificate-data': CERT, 'client-key': at('key.pem') })],
      /the client-certificate as a file and as data/,
    ],
    [
      'a key twice',
      [config(base, { 'client-certificate': at('cert.pem'), 'client-key-data': KEY, 'client-key': at('key.pem') })],
      /the client-key as a file and as data/,
    ],
    [
      'a certificate without its key',
      [usual, '--client-certificate', at('cert.pem')],
      /a client-certificate without its client-key \(name it with --client-key/,
    ],
    ['a name beside a token', [usual, '--username', 'jane', '--password', HIDDEN], /both a token and a user name or password/],
    [
      'a token beside a password',
      [config(base, { username: 'u', password: HIDDEN }), ...login],
      /both a token and a user name or password/,
    ],
    [
      'a token file beside a password',
      [config(base, { tokenFile: at('token'), password: HIDDEN })],
      /both a token and a user name or password/,
    ],
    ['an empty token file', [config(base, { tokenFile: at('empty') })], /cannot read its token file ".*": it is empty/],
    ['two users of one name', [twice('users')], /users\[1\]\.name is the name of an earlier entry, too/],
    ['two clusters of one name', [twice('clusters')], /clusters\[1\]\.name is the name/],
    ['two contexts of one name', [twice('contexts')], /contexts\[1\]\.name is the name/],
    ['--as-group without --as', [usual, '--as-group', 'x'], /--as-group requires --as/],
    ['--as-uid without --as', [usual, '--as-uid', 'x'], /--as-uid requires --as/],
    ['--as-user-extra without --as', [usual, '--as-user-extra', 'a=b'], /--as-user-extra requires --as/],
    ['extra fields of nobody', [config(base, { 'as-user-extra': { a: ['b'] } })], /--as-user-extra requires --as/],
    ['an extra field without a value', [usual, '--as', 'x', '--as-user-extra', 'a'], /invalid --as-user-extra "a" \(expected KEY=VALUE\)/],
    [
      'an absent authority',
      [usual, '--certificate-authority', at('absent')],
      /cannot read the --certificate-authority from ".*absent": ENOENT/,
    ],
    ['a key that is none', [usual, '--client-certificate', at('cert.pem'), '--client-key', at('text.pem')], /the --client-key is not PEM/],
    ['an address that is none', [usual, '--server', 'ftp://x'], /invalid --server/],
    ['a proxy of another kind', [usual, '--proxy-url', `socks5://u:${HIDDEN}@127.0.0.1:9`], /--proxy-url has the scheme "socks5"/],
    ['a proxy that is none', [usual, '--proxy-url', `http://u:${HIDDEN}@[`], /--proxy-url is not a URL/],
    ['a name of another certificate', [usual, '--tls-server-name', 'other.invalid'], /its certificate is not valid for this host name/],
    ['another authority', [usual, '--certificate-authority', at('other-ca.pem')], /not signed by .* --certificate-authority/],
    ['a token with a line break', [usual, '--token', `${HIDDEN}\nX-Evil: 1`], /the token of the command line holds a character/],
    ['a cluster that is not there, with a server', [usual, '--cluster', 'x', '--server', server], /the kubeconfig has no cluster "x"/],
    ['a user that is not there, with a token', [usual, '--user', 'x', ...login], /the kubeconfig has no user "x"/],
    ['an unknown flag behind a token', [usual, ...login, '--frob'], /unknown flag: --frob/],
    ['a token in the place of an output', [usual, ...login, '-o', HIDDEN], /invalid --output "REDACTED"/],
    ['a token as a pod, too', [usual, `--token=${HIDDEN}`, HIDDEN], /REDACTED/],
    ['a password as a pod, too', [usual, '--token=', '--username=', `--password=${HIDDEN}`, HIDDEN], /REDACTED|both a token/],
    ['a token without a value', [usual, '--token'], /flag needs a value: --token/],
  ];
  for (const [name, [kubeconfig = '', ...args], says] of rows) {
    const { status, stdout, stderr } = await why(['--kubeconfig', kubeconfig, ...args]);
    t.match({ status, stderr }, { status: 2, stderr: says }, name);
    t.match(stderr, /^(?:(?:error|warning): [^\n]+\n)+$/, `${name}: one line each`);
    t.notMatch(stderr + stdout, HIDDEN, `${name}: no secret`);
  }
  for (const [name, args, env, says] of [
    ['a token that is rejected', ['-s', 'http://127.0.0.1:9', ...login], {}, /cannot reach the API server at http:\/\/127\.0\.0\.1:9/],
    ['KUBERNETES_MASTER', [], { KUBERNETES_MASTER: 'http://127.0.0.1:9' }, /cannot reach the API server at http:\/\/127\.0\.0\.1:9/],
    ['neither', [], {}, /no kubeconfig found/],
  ] as const) {
    const answer = await why(args, env);
    t.match(answer, { status: 2, stderr: says }, name);
    t.notMatch(answer.stderr, HIDDEN, `${name}: no secret`);
  }
  const refusing = await startCluster({ answer: () => ({ status: 401, body: '{"kind":"Status","message":"Unauthorized"}' }) });
  t.teardown(refusing.close);
  const rejected = await why(['-s', refusing.server, '--certificate-authority', at('ca.pem'), ...login]);
  t.match(
    rejected.stderr,
    /rejected the credentials of the command line: Unauthorized \(check --token/,
    'a credential of the flags is not blamed on the kubeconfig',
  );
  t.notMatch(rejected.stderr, HIDDEN);
});

t.test('each global flag of kubectl is taken, or refused with what to do', async t => {
  // kubectl options, 1.37
  const options =
    'as as-group as-uid as-user-extra cache-dir certificate-authority client-certificate client-key cluster context disable-compression insecure-skip-tls-verify kubeconfig kuberc log-flush-frequency match-server-version namespace password profile profile-output proxy-url request-timeout server tls-server-name token user username v vmodule warnings-as-errors';
  const { stdout } = await run(['why', '--help']);
  for (const name of options.split(' ')) {
    if (new RegExp(`--${name}\\b`).test(stdout)) continue;
    const { status, stderr } = await why([`${name.length === 1 ? '-' : '--'}${name}=1`]);
    t.match({ status, stderr }, { status: 2, stderr: /^error: kubectl's flag --?[a-z-]+ is not taken \([^)]{20,}\)\n$/ }, name);
  }
  t.match((await why(['-v6'])).stderr, /flag -v is not taken/, '-v6');
  t.match((await why(['--user-extra', 'a=b'])).stderr, /its name is --as-user-extra/);
});

t.test('an exec plugin is told the cluster as by kubectl', async t => {
  const cluster = await startCluster({ objects: CLUSTER });
  t.teardown(cluster.close);
  const told = join(temporary('told'), 'info');
  const login = plugin(program(join(dirname(told), 'login'), `printf '%s' "$KUBERNETES_EXEC_INFO" > ${told}`, say('x')), {
    provideClusterInfo: true,
  });
  const base = { server: cluster.server };
  const settings = { audience: 'a', list: [1, null, { deep: true }] };
  const rows: [string, string[], object][] = [
    ['data', [config({ ...base, 'certificate-authority-data': CA }, login)], { 'certificate-authority-data': CA, config: null }],
    ['a file', [config({ ...base, 'certificate-authority': at('ca.pem') }, login)], { 'certificate-authority-data': CA, config: null }],
    [
      'all of it',
      [
        config(
          {
            ...base,
            'insecure-skip-tls-verify': true,
            'tls-server-name': 'localhost',
            'disable-compression': true,
            extensions: [
              { name: 'other', extension: 1 },
              { name: 'client.authentication.k8s.io/exec', extension: settings },
            ],
          },
          login,
        ),
      ],
      { 'insecure-skip-tls-verify': true, 'tls-server-name': 'localhost', 'disable-compression': true, config: settings },
    ],
    [
      'what flags say',
      [
        config({ server: 'https://127.0.0.1:9', 'tls-server-name': 'x' }, login),
        '-s',
        cluster.server,
        '--certificate-authority',
        at('ca.pem'),
      ],
      { 'certificate-authority-data': CA, config: null },
    ],
  ];
  for (const [name, [kubeconfig = '', ...args], expected] of rows) {
    t.match(await why(['--kubeconfig', kubeconfig, ...args]), { status: 1, stderr: '' }, `${name}: the cluster answers`);
    const { kind, apiVersion, spec } = JSON.parse(readFileSync(told, 'utf8'));
    t.strictSame(
      { kind, apiVersion, spec },
      { kind: 'ExecCredential', apiVersion: VERSION, spec: { interactive: false, cluster: { ...base, ...expected } } },
      name,
    );
  }
  const large = config(
    {
      ...base,
      'certificate-authority-data': CA,
      extensions: [{ name: 'client.authentication.k8s.io/exec', extension: 'x'.repeat(300_000) }],
    },
    login,
  );
  t.match(
    (await why(['--kubeconfig', large])).stderr,
    /^error: the credential plugin "[^"]+" of the kubeconfig cannot be run: E2BIG/,
    'what no environment can hold',
  );
});

t.test('an exec plugin runs only as kuberc lets it', async t => {
  const cluster = await startCluster({ objects: CLUSTER });
  t.teardown(cluster.close);
  const bin = temporary('bin');
  const path = program(join(bin, 'cloud-login'), say('allowed'));
  program(join(temporary('other'), 'cloud-login'), say('other'));
  const other = program(join(temporary('other'), 'cloud-login'), say('other'));
  const PATH = `${bin}:${process.env.PATH}`;
  const home = temporary('home-kuberc');
  mkdirSync(join(home, '.kube'));
  const byName = writeKubeconfig({ server: cluster.server, user: plugin('cloud-login') });
  const byPath = writeKubeconfig({ server: cluster.server, user: plugin(path) });
  const byToken = writeKubeconfig({ server: cluster.server });
  const preference = (fields: object, version = 'v1beta1'): string =>
    JSON.stringify({ apiVersion: `kubectl.config.k8s.io/${version}`, kind: 'Preference', ...fields });
  const only = (...entries: object[]): string => preference({ credentialPluginPolicy: 'Allowlist', credentialPluginAllowlist: entries });
  const denied = /is not allowed: kuberc ".*kuberc" has credentialPluginPolicy: Allowlist \(allow it there, or/;
  const DENY = preference({ credentialPluginPolicy: 'DenyAll' });
  const rows: [string, string, string, RegExp | null, Record<string, string>?][] = [
    ['no policy', preference({}), byName, null],
    ['AllowAll', preference({ credentialPluginPolicy: 'AllowAll' }), byName, null],
    ['an empty file', '\n', byName, null],
    ['DenyAll', DENY, byName, /credentialPluginPolicy: DenyAll/],
    ['DenyAll, and a token', DENY, byToken, null],
    ['a name', only({ command: 'cloud-login' }), byName, null],
    ['its older field', only({ name: 'cloud-login' }), byName, null],
    ['both fields alike', only({ name: 'cloud-login', command: 'cloud-login' }), byName, null],
    ['the path of a name', only({ command: path }), byName, null],
    ['the name of a path', only({ command: 'cloud-login' }), byPath, null],
    ['a path', only({ command: path }), byPath, null],
    ['one of several', only({ command: 'x' }, { command: path }), byPath, null],
    ['another name', only({ command: 'aws' }), byName, denied],
    ['another path of the same name', only({ command: other }), byPath, denied],
    ['another path of a name', only({ command: other }), byName, denied],
    ['a part of a name', only({ command: 'cloud' }), byName, denied],
    ['YAML', 'apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\ncredentialPluginPolicy: DenyAll\n', byName, /DenyAll/],
    ['a later version', preference({ credentialPluginPolicy: 'DenyAll' }, 'v1'), byName, /DenyAll/],
    ['the first known version of several', [preference({}, 'v9'), DENY, preference({})].join('\n---\n'), byName, /DenyAll/],
    [
      'an unknown policy',
      preference({ credentialPluginPolicy: 'denyall' }),
      byName,
      /credentialPluginPolicy is not AllowAll, DenyAll or Allowlist/,
    ],
    ['no list', preference({ credentialPluginPolicy: 'Allowlist' }), byName, /credentialPluginAllowlist is empty/],
    ['an empty list', only(), byName, /credentialPluginAllowlist is empty/],
    [
      'a list alone',
      preference({ credentialPluginAllowlist: [{ command: 'cloud-login' }] }),
      byName,
      /needs credentialPluginPolicy: Allowlist/,
    ],
    ['an empty entry', only({}), byName, /credentialPluginAllowlist\[0\] has no command/],
    ['two commands', only({ name: 'a', command: 'b' }), byName, /has a name and another command/],
    ['a path with dots', only({ command: `${bin}/../x` }), byName, /is not a normalized path/],
    ['a policy of another type', preference({ credentialPluginPolicy: 5 }), byName, /credentialPluginPolicy is not a string/],
    [
      'a policy where kubectl reads none',
      preference({ credentialPluginPolicy: 'DenyAll' }, 'v1alpha1'),
      byName,
      /needs apiVersion: kubectl\.config\.k8s\.io\/v1beta1/,
    ],
    ['another kind', '{"kind":"Config"}', byName, /it has no Preference/],
    ['no YAML', `a: "${HIDDEN}`, byName, /cannot use kuberc ".*": .*line 1/],
    ['no YAML, and a token', `a: "${HIDDEN}`, byToken, null],
    ['KUBERC=off', DENY, byName, null, { KUBERC: 'off' }],
    ['KUBECTL_KUBERC=False', DENY, byName, null, { KUBECTL_KUBERC: 'False' }],
    ['KUBECTL_KUBERC=true', DENY, byName, /DenyAll/, { KUBECTL_KUBERC: 'true' }],
  ];
  const kuberc = join(home, '.kube', 'kuberc');
  for (const [name, text, kubeconfig, says, env] of rows) {
    writeFileSync(kuberc, text);
    const before = cluster.requests.length;
    const answer = await why(['--kubeconfig', kubeconfig], { HOME: home, PATH, ...env });
    if (says === null) t.match(answer, { status: 1, stderr: '' }, `${name}: it runs`);
    else {
      t.match(answer, { status: 2, stdout: '', stderr: says }, name);
      t.match(answer.stderr, /^error: [^\n]+\n$/, `${name}: one line`);
      t.equal(cluster.requests.length, before, `${name}: the cluster is not asked`);
    }
    t.notMatch(answer.stderr, HIDDEN, `${name}: not its content`);
  }
  writeFileSync(kuberc, DENY);
  const open = join(temporary('kuberc'), 'kuberc');
  writeFileSync(open, preference({}));
  const named: [string, string[], Record<string, string>, RegExp | null][] = [
    ['--kuberc', ['--kuberc', open], {}, null],
    ['KUBERC', [], { KUBERC: open }, null],
    ['--kuberc before KUBERC', [`--kuberc=${kuberc}`], { KUBERC: open }, /DenyAll/],
    ['an absent --kuberc', ['--kuberc', `${open}.absent`], {}, /cannot use kuberc ".*absent": ENOENT \(check it with: kubectl kuberc view/],
    ['an absent KUBERC', [], { KUBERC: `${open}.absent` }, /ENOENT/],
    ['--kuberc and KUBERC=off', ['--kuberc', open], { KUBERC: 'off' }, /--kuberc cannot be used with KUBERC=off/],
    ['--kuberc and KUBECTL_KUBERC=false', ['--kuberc', open], { KUBECTL_KUBERC: 'false' }, /cannot be used with KUBECTL_KUBERC=false/],
  ];
  for (const [name, args, env, says] of named) {
    const answer = await why(['--kubeconfig', byName, ...args], { HOME: home, PATH, ...env });
    if (says === null) t.match(answer, { status: 1, stderr: '' }, name);
    else t.match(answer, { status: 2, stdout: '', stderr: says }, name);
  }
});

t.test('defaults of kuberc for the commands of this program are taken, and no others', async t => {
  const cluster = await startCluster({ objects: CLUSTER });
  t.teardown(cluster.close);
  const usual = writeKubeconfig({ server: cluster.server, namespace: 'shop' });
  const kuberc = join(temporary('defaults'), 'kuberc');
  const write = (command: string, options: object[], version = 'v1beta1'): void =>
    writeFileSync(
      kuberc,
      JSON.stringify({
        apiVersion: `kubectl.config.k8s.io/${version}`,
        kind: 'Preference',
        ...(version === 'v1alpha1' ? { overrides: [{ command, flags: options }] } : { defaults: [{ command, options }] }),
      }),
    );
  const ask = (...args: string[]): Promise<Run> => run(['why', 'missing-secret', '--kuberc', kuberc, ...args]);
  const rows: [string, string, object[], string[], { status: number; stdout?: RegExp; stderr?: RegExp }, string?][] = [
    [
      'flags with values, and switches',
      'imagepull why',
      [
        { name: 'kubeconfig', default: usual },
        { name: 'output', default: 'name' },
        { name: 'probe', default: 'false' },
      ],
      [],
      { status: 1, stdout: /^pod\/missing-secret\n$/ },
    ],
    [
      'v1alpha1',
      ' imagepull  why ',
      [{ name: 'kubeconfig', default: usual }],
      ['--no-probe', '-o', 'name'],
      { status: 1, stdout: /^pod\/missing-secret\n$/ },
      'v1alpha1',
    ],
    [
      'the line goes first',
      'imagepull why',
      [{ name: 'output', default: 'json' }],
      ['--kubeconfig', usual, '--no-probe', '-o', 'name'],
      { status: 1, stdout: /^pod\/missing-secret\n$/ },
    ],
    [
      'of another command',
      'imagepull test-secret',
      [{ name: 'output', default: 'json' }],
      ['--kubeconfig', usual, '--no-probe', '-o', 'name'],
      { status: 1 },
    ],
    [
      'of a command of kubectl',
      'get',
      [{ name: 'imagepull', default: 'json' }],
      ['--kubeconfig', usual, '--no-probe', '-o', 'name'],
      { status: 1 },
    ],
    [
      'a flag that is none',
      'imagepull why',
      [{ name: 'frob', default: '1' }],
      [],
      { status: 2, stderr: /kuberc ".*": why does not have the flag --frob/ },
    ],
    [
      'a flag with dashes',
      'imagepull why',
      [{ name: '--output', default: 'json' }],
      [],
      { status: 2, stderr: /kuberc ".*": why does not have the flag ----output/ },
    ],
    [
      'a switch that is neither',
      'imagepull why',
      [{ name: 'probe', default: '1' }],
      [],
      { status: 2, stderr: /--probe is not true or false/ },
    ],
    ['a value that is none', 'imagepull why', [{ name: 'output', default: 'xml' }], [], { status: 2, stderr: /invalid --output "xml"/ }],
    [
      'a value of another type',
      'imagepull why',
      [{ name: 'output', default: 5 }],
      [],
      { status: 2, stderr: /defaults\[0\]\.options\[0\]\.default is not a string/ },
    ],
  ];
  for (const [name, command, options, args, expected, version] of rows) {
    write(command, options, version);
    t.match(await ask(...args), expected, name);
  }
  write('imagepull why', [{ name: 'token', default: HIDDEN }]);
  const { stderr } = await run([
    'why',
    HIDDEN,
    '-n',
    'shop',
    '--kuberc',
    kuberc,
    '-s',
    cluster.server,
    '--certificate-authority',
    at('ca.pem'),
  ]);
  t.match(stderr, /REDACTED/);
  t.notMatch(stderr, HIDDEN, 'a secret among them is not shown');
  t.equal(cluster.requests.at(-1)?.headers.authorization, `Bearer ${HIDDEN}`);
});
