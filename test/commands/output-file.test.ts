/** --output-file, --color, -o markdown and -o html as a user gets them: written whole or not at all, without a secret, with colors where they are asked for. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { isHidden } from '../../src/util/visible.ts';
import { startCluster, writeKubeconfig } from '../helpers/cluster.ts';
import { folder, run } from '../helpers/process.ts';
import { startRegistry } from '../helpers/registry.ts';
import { CLUSTER, dockerconfigjson, podOf } from '../helpers/shop.ts';

const SAVED = 'test/fixtures/saved/shop.yaml';
const read = (path: string): string => readFileSync(path, 'utf8');

t.test('the answer goes to a file, and its ending chooses the format', async t => {
  const dir = folder({ 'old.md': 'old\n' });
  const rows: [file: string, more: string[], RegExp][] = [
    ['a.html', [], /^<!DOCTYPE html>/],
    ['old.md', [], /^### Image pull report\n/],
    ['a.json', [], /^\{\n {2}"apiVersion"/],
    ['a.yml', [], /^apiVersion: /],
    ['a.txt', [], /^\d+ pods?|^[A-Z]\w+ \(/],
    ['b.html', ['-o', 'name'], /^pod\//],
  ];
  for (const [file, more, wanted] of rows) {
    const path = join(dir, file);
    const { status, stdout, stderr } = await run(['why', '-f', SAVED, '--no-probe', '--output-file', path, ...more]);
    t.equal(status, 1, `${file}: ${stderr}`);
    t.equal(stdout, '', `${file}: nothing is printed`);
    t.match(stderr, new RegExp(`^wrote ".*${file}" \\(\\w+, [\\d.]+ kB\\)$`, 'm'), 'and standard error tells it');
    t.match(read(path), wanted, file);
    const printed = await run(['why', '-f', SAVED, '--no-probe', ...(more.length > 0 ? more : ['-o', formatOf(file)])]);
    const lasting = (text: string): string => text.replace(/\d\d:\d\d:\d\d UTC/g, '');
    t.equal(lasting(read(path)), lasting(printed.stdout), `${file}: it is what would be printed`);
  }
  t.strictSame(readdirSync(dir).sort(), rows.map(([file]) => file).sort(), 'and no other file is left');
});

const formatOf = (file: string): string =>
  ({ html: 'html', md: 'markdown', json: 'json', yml: 'yaml', txt: 'text' })[file.split('.').at(-1) ?? ''] ?? '';

t.test('what cannot be written is refused before anything is asked', async t => {
  const dir = folder({ 'a.html': 'old' });
  mkdirSync(join(dir, 'sub'));
  const rows: [string[], RegExp][] = [
    [['--output-file', join(dir, 'none', 'a.html')], /^error: ".*" cannot be written: ENOENT \(its folder does not exist: /],
    [['--output-file', join(dir, 'sub')], /^error: ".*" cannot be written: EISDIR \(it is a directory: /],
    [['--output-file', '-'], /^error: invalid --output-file "-" \(name a file; /],
    [['--output-file', join(dir, 'w.html'), '--watch'], /^error: --output-file cannot be combined with --watch: .*\(redirect /],
    [['--output-file', join(dir, 'w.html'), '--until-pulled', 'x'], /^error: --output-file cannot be combined with --until-pulled/],
    [['--watch', '-o', 'html'], /^error: --watch does not support -o html \(use /],
    [['-o', 'html', '--facts', '-f', SAVED], /^error: --facts is not available with -o html/],
    [['--output-file', join(dir, 'a.html'), '-f', join(dir, 'nothing')], /^error: the file ".*nothing" does not exist/],
    [['--color', 'sometimes'], /^error: invalid --color "sometimes": expected auto, always, never/],
  ];
  for (const [args, stderr] of rows) t.match(await run(['why', ...args]), { status: 2, stdout: '', stderr }, args.join(' '));
  t.equal(read(join(dir, 'a.html')), 'old', 'a run that fails leaves the old file');
  t.strictSame(readdirSync(dir).sort(), ['a.html', 'sub']);
});

t.test('Ctrl-C leaves nothing half-written', async t => {
  const cluster = await startCluster({ objects: CLUSTER, delayMs: 60_000 });
  t.teardown(cluster.close);
  const dir = folder({ 'a.html': 'old' });
  const env = { KUBECONFIG: writeKubeconfig({ server: cluster.server, namespace: 'shop' }) };
  const { status, stderr } = await run(['why', '--output-file', join(dir, 'a.html')], {
    env,
    started: async kill => {
      while (cluster.requests.length === 0) await sleep(20);
      kill('SIGINT');
    },
  });
  t.not(status, 0);
  t.notMatch(stderr, /wrote/);
  t.equal(read(join(dir, 'a.html')), 'old');
  t.strictSame(readdirSync(dir), ['a.html']);
});

t.test('colors by the flag, then by the environment', async t => {
  const why = ['why', '-f', SAVED, '--no-probe'];
  const colored = /\u001b\[1m/;
  const file = join(folder({}), 'a.txt');
  const rows: [string, string[], Record<string, string>, boolean][] = [
    ['no terminal', [], {}, false],
    ['--color always', ['--color', 'always'], { NO_COLOR: '1' }, true],
    ['FORCE_COLOR', [], { FORCE_COLOR: '1' }, true],
    ['CLICOLOR_FORCE', [], { CLICOLOR_FORCE: '1' }, true],
    ['NO_COLOR counts more', [], { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    ['--color never', ['--color=never'], { FORCE_COLOR: '1' }, false],
    ['--no-color', ['--no-color'], { FORCE_COLOR: '1' }, false],
    ['--color=false', ['--color=false'], { FORCE_COLOR: '1' }, false],
    ['the last one counts', ['--no-color', '--color', 'always'], {}, true],
    ['the last one counts', ['--color', 'always', '--no-color'], {}, false],
    ['wide', ['-o', 'wide', '--color', 'always'], {}, true],
    ...['json', 'yaml', 'name', 'prometheus', 'markdown', 'html'].map((format): [string, string[], Record<string, string>, boolean] => [
      format,
      ['-o', format, '--color', 'always'],
      { FORCE_COLOR: '1' },
      false,
    ]),
  ];
  for (const [name, args, env, wanted] of rows) t.equal(colored.test((await run([...why, ...args], { env })).stdout), wanted, name);
  await run([...why, '--color', 'always', '--output-file', file]);
  t.match(read(file), colored, 'a file gets colors where they are asked for');
  await run([...why, '--output-file', file]);
  t.notMatch(read(file), colored, 'and else none');
});

t.test('no page holds a password or a token, or says which user or server', async t => {
  const password = 'canary-Pa55word-of-a-page';
  const token = 'canary-t0ken-of-the-cluster';
  const registry = await startRegistry({
    auth: { kind: 'basic', users: { robot: 'another' } },
    answer: ({ headers }) =>
      headers.authorization === undefined
        ? undefined
        : {
            status: 401,
            headers: { 'WWW-Authenticate': 'Basic realm="r"' },
            body: JSON.stringify({
              errors: [{ code: 'UNAUTHORIZED', message: `no: ${password} <script>alert(1)</script> \u202e\u001b[31m` }],
            }),
          },
  });
  const secret = dockerconfigjson('regcred', 'shop', { [registry.host]: { username: 'robot', password } });
  const waiting = { reason: 'ImagePullBackOff', message: `Back-off pulling image: ${password} <img src=x> @everyone \u202e` };
  const objects = [...CLUSTER.filter(({ kind }) => kind !== 'Pod' && kind !== 'Secret'), secret];
  objects.push(podOf('hit', 'shop', { image: `${registry.host}/team/api:1.4.2`, secrets: ['regcred'], waiting }));
  const cluster = await startCluster({ objects });
  t.teardown(() => Promise.all([registry.close(), cluster.close()]));
  const env = { KUBECONFIG: writeKubeconfig({ server: cluster.server, namespace: 'shop', user: { token }, name: 'lab' }) };
  const lines = [
    ['why', '-A'],
    ['why', 'hit'],
    ['test-secret', 'regcred'],
    ['check', `${registry.host}/team/api:1.4.2`, '--secret', 'regcred'],
  ];
  for (const line of lines)
    for (const format of ['markdown', 'html']) {
      const { status, stdout, stderr } = await run([...line, '-o', format], { env });
      const name = `${line.join(' ')} -o ${format}`;
      t.equal(status, 1, `${name}: ${stderr}`);
      t.match(stdout, /lab/, `${name}: the context`);
      const auth = Buffer.from(`robot:${password}`).toString('base64');
      for (const canary of [password, token, auth, auth.slice(4, 30), cluster.server])
        t.notOk(stdout.includes(canary), `${name}: ${canary}`);
      t.notMatch(stdout, /(?<!\\)<(?:script|img)/, name);
      t.notOk(isHidden(stdout.replaceAll('\n', '')), `${name}: nothing hidden`);
    }
});

t.test('a page says that no pod waits, and that something was not seen', async t => {
  const cluster = await startCluster({ objects: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }] });
  const blind = await startCluster({ objects: CLUSTER, forbid: /\/secrets|\/events/ });
  t.teardown(() => Promise.all([cluster.close(), blind.close()]));
  const ask = (server: string, ...more: string[]) =>
    run(['why', '--no-probe', '-o', 'html', ...more], { env: { KUBECONFIG: writeKubeconfig({ server, namespace: 'shop' }) } });
  t.match(await ask(cluster.server), { status: 0, stdout: /<p class="lead">No pod of namespace &quot;shop&quot; waits for an image\./ });
  t.match(await ask(blind.server, '-A'), { status: 2, stdout: /This report is incomplete[\s\S]*<h2>Not examined<\/h2>/ });
});

t.test('a device is written in place', { skip: process.platform === 'win32' }, async t => {
  t.match(await run(['why', '-f', SAVED, '--no-probe', '--output-file', '/dev/null']), { status: 1, stderr: /^wrote "\/dev\/null"/m });
  t.ok(existsSync('/dev/null'));
});

t.test('collect writes to a file, too', async t => {
  const path = join(folder({}), 'case.yaml');
  t.match(await run(['collect', '-f', SAVED, '--output-file', path]), { status: 0, stdout: '', stderr: /^wrote ".*case\.yaml" \(yaml, /m });
  t.match(read(path), /^apiVersion: v1/m);
});
