/** kubeconfigs that are hostile, broken, or beside what kubectl does: which credential goes where, which program runs, what an error shows. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join, relative } from 'node:path';
import t from 'tap';
import { startCluster, writeKubeconfig } from '../helpers/cluster.ts';
import { type Run, run } from '../helpers/process.ts';
import { CLUSTER } from '../helpers/shop.ts';
import { temporary } from '../helpers/temporary.ts';

const VERSION = 'client.authentication.k8s.io/v1';
const execCredential = (status: string, version = VERSION): string =>
  `printf '%s' '{"apiVersion":"${version}","kind":"ExecCredential","status":${status}}'`;

/** Writes a program. Out: its path. */
function program(path: string, ...lines: string[]): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${lines.join('\n')}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A user with an exec plugin. */
const plugin = (command: string, more: object = {}): object => ({
  exec: { apiVersion: VERSION, command, interactiveMode: 'IfAvailable', ...more },
});

const why = (kubeconfig: string, env: Record<string, string> = {}): Promise<Run> =>
  run(['why', 'missing-secret', '-n', 'shop', '--no-probe', '-o', 'name', '--kubeconfig', kubeconfig], { env });

/** Whether a process runs. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until something holds, for ten seconds at most. */
async function until(holds: () => boolean): Promise<boolean> {
  for (let turn = 0; turn < 200 && !holds(); turn++) await new Promise(resolve => setTimeout(resolve, 50));
  return holds();
}

t.test('no credential is sent to a cluster over plain HTTP, and no plugin is run for it', async t => {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"kind":"PodList","metadata":{},"items":[]}');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const at = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = temporary('plugin');
  const users: Record<string, object> = {
    token: { token: 'api-token' },
    password: { username: 'u', password: 'api-password' },
    'exec plugin': plugin(program(join(folder, 'login'), `touch ${join(folder, 'ran')}`, execCredential('{"token":"api-token"}'))),
  };
  for (const address of [`http://${at}`, at, `http://u:api-password@${at}`])
    for (const [name, user] of Object.entries(users)) {
      seen.length = 0;
      const answer = await run(['why', '--kubeconfig', writeKubeconfig({ server: address, user })]);
      t.match(answer, { status: 0, stderr: /no pod (?:in|of) namespace/ }, `${name} at ${address}: the cluster is asked`);
      t.ok(seen.length > 0 && seen.every(({ authorization }) => authorization === undefined), `${name} at ${address}: stays here`);
    }
  t.notOk(existsSync(join(folder, 'ran')), 'the plugin is not run');
});

t.test('an exec plugin is found beside the kubeconfig or in PATH, never in the working folder', async t => {
  const cluster = await startCluster({ objects: CLUSTER });
  t.teardown(cluster.close);
  const sent = (): string | undefined => cluster.requests.at(-1)?.headers.authorization;
  const config = (command: string): string => writeKubeconfig({ server: cluster.server, user: plugin(command) });
  for (const command of ['./login', 'bin/login', './bin/login', './/bin/login']) {
    const kubeconfig = config(command);
    program(join(dirname(kubeconfig), command), execCredential('{"token":"beside"}'));
    t.equal((await why(kubeconfig)).status, 1, `${command}: the cluster answers`);
    t.equal(sent(), 'Bearer beside', `${command}: beside the kubeconfig`);
  }
  const folder = temporary('path');
  program(join(folder, 'imagepull-login'), execCredential('{"token":"by-path"}'));
  const path = process.env.PATH ?? '';
  const bare = config('imagepull-login');
  t.equal((await why(bare, { PATH: `${folder}:${path}` })).status, 1);
  t.equal(sent(), 'Bearer by-path', 'a bare name: from PATH');
  const before = cluster.requests.length;
  const absent = { status: 2, stderr: /"imagepull-login" of the kubeconfig is not installed/ };
  t.match(await why(bare, { PATH: `${relative('.', folder)}:${path}` }), absent, 'not from a relative entry of PATH');
  program(join(dirname(bare), 'imagepull-login'), execCredential('{"token":"beside"}'));
  t.match(await why(bare), absent, 'not beside the kubeconfig');
  const hinted = writeKubeconfig({ server: cluster.server, user: plugin('absent', { installHint: 'install it from your cloud\nmore' }) });
  t.match((await why(hinted)).stderr, /is not installed \(install it from your cloud\)\n$/, 'the kubeconfig tells how to install it');
  t.equal(cluster.requests.length, before, 'and the cluster is not asked');
});

t.test('what kubectl refuses is refused, with the next step', async t => {
  const cluster = await startCluster({ objects: CLUSTER });
  t.teardown(cluster.close);
  const folder = temporary('refused');
  const ran = join(folder, 'ran');
  const path = program(join(folder, 'login'), `touch ${ran}`, execCredential('{"token":"x"}'));
  const provider = (name: string): object => ({
    'auth-provider': { name, config: { 'cmd-path': path, 'cmd-args': 'x', tokenFile: path } },
  });
  const rows: [string, object, RegExp][] = [
    ['gcp', provider('gcp'), /gcp auth-provider of user "test" was removed from kubectl in 1\.26 \(install gke-gcloud-auth-plugin/],
    ['azure', provider('azure'), /azure auth-provider of user "test" was removed from kubectl in 1\.26 \(install kubelogin/],
    ['an unknown auth-provider', provider('constructor'), /auth-provider that kubectl does not know/],
    ['an exec plugin in an auth-provider', { 'auth-provider': { name: 'exec', config: {} } }, /auth-provider that kubectl does not know/],
    ['a plugin that needs a terminal', plugin(path, { interactiveMode: 'Always' }), /standard input is not a terminal/],
    ['a plugin without interactiveMode', plugin(path, { interactiveMode: null }), /no interactiveMode/],
    ['an unknown interactiveMode', plugin(path, { interactiveMode: 'Sometimes' }), /unknown interactiveMode/],
    ['a version of long ago', plugin(path, { apiVersion: 'client.authentication.k8s.io/v1alpha1' }), /does not support/],
    ['no version', plugin(path, { apiVersion: null }), /does not support/],
    ['a plugin without a command', plugin(''), /has no command/],
    ['a plugin and an auth-provider', { ...plugin(path), ...provider('oidc') }, /both an auth-provider and an exec plugin/],
    ['a token and a password', { token: 'a', username: 'b', password: 'c' }, /both a token and a user name or password/],
    ['a token with a line break', { token: 'secret-a\nX-Evil: 1' }, /a character that no header may hold/],
    ['a certificate that is none', { 'client-certificate-data': 'c2VjcmV0', 'client-key-data': 'c2VjcmV0' }, /is not PEM in base64/],
  ];
  for (const [name, user, says] of rows) {
    const { status, stderr, stdout } = await why(writeKubeconfig({ server: cluster.server, user }));
    t.match({ status, stdout, stderr }, { status: 2, stdout: '', stderr: says }, name);
    t.match(stderr, /^error: [^\n]+\n$/, `${name}: one line`);
    t.notMatch(stderr, /secret-a|c2VjcmV0/, `${name}: without its content`);
  }
  t.notOk(existsSync(ran), 'and nothing is run');
  t.equal(cluster.requests.length, 0, 'and nothing is asked');
  const beta = plugin(program(join(folder, 'beta'), execCredential('{"token":"beta"}', 'client.authentication.k8s.io/v1beta1')), {
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    interactiveMode: null,
  });
  t.equal((await why(writeKubeconfig({ server: cluster.server, user: beta }))).status, 1, 'v1beta1 needs no interactiveMode');
  t.equal(cluster.requests.at(-1)?.headers.authorization, 'Bearer beta');
  await why(writeKubeconfig({ server: cluster.server, user: { ...plugin(path), token: 'own' } }));
  t.equal(cluster.requests.at(-1)?.headers.authorization, 'Bearer own', 'a user with a token needs no plugin');
  t.notOk(existsSync(ran), 'and it is not run');
});

t.test('the output of an exec plugin is a credential or nothing, and is never shown', async t => {
  const cluster = await startCluster({ objects: CLUSTER });
  t.teardown(cluster.close);
  const folder = temporary('output');
  const rows: [string, string, RegExp][] = [
    ['nothing', 'true', /it wrote nothing/],
    ['no JSON', `printf 'token: hidden-1'`, /its output is not JSON/],
    ['null', 'printf null', /its kind is not ExecCredential/],
    ['another kind', `printf '{"kind":"hidden-1","status":{"token":"hidden-1"}}'`, /its kind is not ExecCredential/],
    ['another version', execCredential('{"token":"hidden-1"}', 'hidden-1'), /its apiVersion is not "client/],
    ['no status', execCredential('null'), /it has no status/],
    ['an empty status', execCredential('{}'), /neither a token nor a certificate/],
    ['a number', execCredential('{"token":5}'), /status\.token is not a string/],
    ['a certificate alone', execCredential('{"clientCertificateData":"hidden-1"}'), /a certificate without its key/],
    ['a certificate that is none', execCredential('{"clientCertificateData":"hidden-1","clientKeyData":"hidden-1"}'), /is not PEM/],
    ['a token with a line break', execCredential('{"token":"hidden-1\\nX-Evil: 1"}'), /a character that no header may hold/],
    ['a failure', `printf 'hidden-1'; exit 3`, /failed: exit status 3/],
    ['a signal', 'kill -9 $$', /failed: it was ended by SIGKILL/],
    ['more than a credential', 'head -c 50000000 /dev/zero', /wrote more than 1 MiB/],
  ];
  for (const [name, body, says] of rows) {
    const answer = await why(writeKubeconfig({ server: cluster.server, user: plugin(program(join(folder, 'login'), body)) }));
    t.match(answer, { status: 2, stdout: '', stderr: says }, name);
    t.match(answer.stderr, /^error: [^\n]+\n$/, `${name}: one line`);
    t.notMatch(answer.stderr, /hidden-1|X-Evil/, `${name}: nothing of it is shown`);
  }
  t.equal(cluster.requests.length, 0, 'the cluster is not asked');
});

t.test('an exec plugin that hangs ends with the tool, and all that it started', async t => {
  const cluster = await startCluster({ objects: CLUSTER });
  t.teardown(cluster.close);
  for (const [signal, deaf] of [
    ['SIGINT', false],
    ['SIGTERM', true],
  ] as const) {
    const folder = temporary('hang');
    const [own, child] = [join(folder, 'own'), join(folder, 'child')];
    const login = program(
      join(folder, 'login'),
      deaf ? `trap '' TERM INT` : 'true',
      'sleep 600 &',
      `echo $! > ${child}.new && mv ${child}.new ${child}`,
      `echo $$ > ${own}.new && mv ${own}.new ${own}`,
      'wait; sleep 600',
    );
    let killedAt = 0;
    const answer = await run(['why', '--kubeconfig', writeKubeconfig({ server: cluster.server, user: plugin(login) })], {
      started: kill => {
        void until(() => existsSync(own)).then(() => {
          killedAt = Date.now();
          kill(signal);
        });
      },
    });
    t.ok(Date.now() - killedAt < 2000, `${signal}: it ends at once`);
    t.equal(answer.status, 130, `${signal}: as interrupted`);
    t.notOk(isAlive(Number(readFileSync(own, 'utf8'))), `${signal}: the plugin is cleared away, not left to others`);
    for (const file of [own, child]) {
      const pid = Number(readFileSync(file, 'utf8'));
      t.ok(await until(() => !isAlive(pid)), `${signal}: the plugin ${file === own ? '' : 'and what it started '}does not live on`);
    }
  }
});

t.test('a kubeconfig that cannot be read is told by file and position, without its content', async t => {
  const folder = temporary('broken');
  const file = join(folder, 'config');
  const bomb = ['a: &a [x]', ...[...'bcdefghi'].map((name, at) => `${name}: &${name} [${`*${'abcdefghi'[at]},`.repeat(10)}]`)].join('\n');
  const rows: [string, string, RegExp][] = [
    ['a list', '[]', /it is not a YAML mapping/],
    ['a text', 'hidden-2', /it is not a YAML mapping/],
    ['users that are no list', '{"users":{"hidden-2":1}}', /users is not a list/],
    ['a user that is no object', '{"users":["hidden-2"]}', /users\[0\] is not an object/],
    ['a token that is a number', '{"users":[{"name":"u","user":{"token":5}}]}', /users\[0\]\.user\.token is not a string/],
    ['a server that is a number', '{"clusters":[{"name":"k","cluster":{"server":5}}]}', /clusters\[0\]\.cluster\.server is not a string/],
    ['an unknown alias', 'users:\n- name: *hidden-2\n', /unidentified alias \(line 2, column 10\)/],
    ['an unknown tag', 'users:\n- token: !hidden-2 x\n', /\(line 2, column 10\)/],
    ['a broken quotation', 'token: "hidden-2\n', /\(line 2, column 1\)/],
    ['aliases upon aliases', bomb, /more YAML aliases than are read/],
    ['a deep nesting', `a: ${'['.repeat(5000)}`, /nested more than 64 levels deep/],
    ['another kind of node', 'a: \u0000hidden-2', /null byte/],
  ];
  for (const [name, text, says] of rows) {
    writeFileSync(file, text);
    const answer = await why(file);
    t.match(answer, { status: 2, stdout: '', stderr: says }, name);
    t.match(
      answer.stderr,
      /^error: cannot read kubeconfig "[^"]+\/config": [^\n]+ \(check it with: kubectl config view\)\n$/,
      `${name}: one line, the file`,
    );
    t.notMatch(answer.stderr, /hidden-2/, `${name}: no content`);
    t.ok(answer.ms < 5000, `${name}: at once`);
  }
  for (const [name, text, says] of [
    ['empty entries', '{"users":[null],"clusters":[null],"contexts":[null]}', /invalid server of cluster ""/],
    ['nothing', '', /no current context/],
  ] as const) {
    writeFileSync(file, text);
    t.match(await why(file), { status: 2, stderr: says }, name);
  }
});

t.test('the password of a proxy is never shown', async t => {
  const urls: [string, RegExp][] = [
    ['http://user:hidden-3@127.0.0.1:9', /through the proxy http:\/\/127\.0\.0\.1:9: /],
    ['socks5://user:hidden-3@127.0.0.1:9', /has the scheme "socks5", which is not supported/],
    ['ftp://user:hidden-3@127.0.0.1:9', /has the scheme "ftp"/],
    ['http://user:hidden-3@[', /is not a URL/],
  ];
  for (const [url, says] of urls) {
    const file = writeKubeconfig({ server: 'https://cluster.invalid' });
    const config = JSON.parse(readFileSync(file, 'utf8'));
    config.clusters[0].cluster['proxy-url'] = url;
    writeFileSync(file, JSON.stringify(config));
    const answer = await why(file);
    t.match(answer, { status: 2, stderr: says }, url);
    t.notMatch(answer.stderr, /hidden-3/, `${url}: not its password`);
  }
  const answer = await why(writeKubeconfig({ server: 'https://cluster.invalid' }), { HTTPS_PROXY: 'http://user:hidden-3@[' });
  t.match(answer, { status: 2, stderr: /^error: [^\n]+\n$/ });
  t.notMatch(answer.stderr, /hidden-3/, 'nor that of the environment');
});
