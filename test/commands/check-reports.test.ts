/** The reports of `check` as a user gets them: on standard output, in files, refused elsewhere, without a secret. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { isHidden } from '../../src/util/visible.ts';
import { junitErrors, sarifErrors } from '../helpers/gates.ts';
import { folder, run } from '../helpers/process.ts';
import { startRegistry } from '../helpers/registry.ts';

/** A pod whose second container and second file name one image. */
const pod = (name: string, ...images: string[]): string =>
  JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { containers: images.map((image, index) => ({ name: `c${index}`, image })), imagePullSecrets: [{ name: 'regcred' }] },
    },
    null,
    2,
  );
const PASSWORD = 'canary-Pa55word-of-a-robot';

t.test('each format on standard output and in files, by one run', async t => {
  const registry = await startRegistry({ images: [{ repository: 'team/api', tag: '1.4.2' }] });
  t.teardown(registry.close);
  const files = folder({
    'a.json': pod('a', `${registry.host}/team/api:1.4.2`, `${registry.host}/team/api:1.4.3`),
    'b.json': pod('b', `${registry.host}/team/api:1.4.3`),
  });
  const path = (name: string): string => join(files, name);
  const reports = ['junit', 'sarif', 'github', 'markdown', 'html', 'json'].map(format => `--report=${format}=${path(`report.${format}`)}`);
  const check = ['check', '--local', '-f', path('a.json'), '-f', path('b.json')];
  const one = await run([...check, ...reports]);
  t.match(one, { status: 1, stdout: /2 images: 1 can be pulled, 1 cannot/ });
  const written = (format: string): string => readFileSync(path(`report.${format}`), 'utf8');
  t.strictSame(await junitErrors(written('junit')), []);
  t.match(written('junit'), /<testsuites [^>]*tests="4" failures="2" errors="0"/, 'an image in two files is a case in each');
  t.strictSame(sarifErrors(JSON.parse(written('sarif'))), []);
  t.match(
    written('github'),
    new RegExp(`^::warning file=${path('a.json').replaceAll('\\', '/').replace(':', '%3A')},line=\\d+,col=\\d+,title=TagNotFound`, 'm'),
  );
  t.match(JSON.parse(written('json')), { kind: 'DiagnosisList', items: [{ pod: null }, { cause: 'TagNotFound' }] });
  for (const format of ['junit', 'sarif', 'github', 'markdown', 'html']) {
    const { status, stdout } = await run([...check, '-o', format]);
    t.equal(status, 1, `the status does not depend on the format: ${format}`);
    // what a request took differs
    const lasting = (text: string): string => text.replace(/time="[\d.]+"|\(\d+ ms\)|\d\d:\d\d:\d\d UTC/g, '');
    t.equal(lasting(stdout), lasting(written(format)), `-o ${format} is what --report ${format} writes`);
  }
  t.match(await run([...check, '-o', 'github', '--ignore', 'TagNotFound']), { status: 0, stdout: /^::notice .*ignored/m });
});

t.test('standard input is no file', async t => {
  const ended = await run(['check', '--local', '-f', '-', '-o', 'github'], { input: pod('a', 'Not/Valid:1') });
  t.match(ended, { status: 1, stdout: /^::error title=InvalidImageName \(certain\)::image "Not\/Valid:1"/ });
  const { stdout } = await run(['check', '--local', '-f', '-', '-o', 'sarif'], { input: pod('a', 'Not/Valid:1') });
  t.strictSame(sarifErrors(JSON.parse(stdout)), []);
  t.notMatch(stdout, /physicalLocation/);
});

t.test('wrong reports are refused before anything is asked, one that cannot be written after the answer', async t => {
  const rows: [args: string[], stderr: RegExp][] = [
    [
      ['check', 'x', '--report', 'junit'],
      /^error: invalid --report "junit" \(expected FORMAT=FILE with markdown, html, junit, sarif, github, json, /,
    ],
    [['check', 'x', '--report', 'pdf=x'], /^error: invalid --report "pdf=x" /],
    [['check', 'x', '--report', 'junit=-'], /^error: --report writes to a file \(for standard output use -o junit\)/],
    [
      ['why', '-f', 'x', '-o', 'sarif'],
      /^error: why does not have --output sarif: only check has it \(see: kubectl imagepull check --help\)/,
    ],
    [['test-secret', 'x', '-o', 'junit'], /^error: test-secret does not have --output junit/],
    [['why', '--report', 'junit=x'], /^error: why does not have the flag --report/],
  ];
  for (const [args, stderr] of rows) t.match(await run(args), { status: 2, stdout: '', stderr }, args.join(' '));
  const files = folder({ 'a.json': pod('a', 'Not/Valid:1') });
  const ended = await run(['check', '--local', '-f', join(files, 'a.json'), '-o', 'name', '--report', `junit=${join(files, 'no', 'x')}`]);
  t.match(ended, {
    status: 2,
    stdout: 'Not/Valid:1\n',
    stderr: /^error: ".*" cannot be written: ENOENT \(its folder does not exist: create it first, or name another file\)\n$/m,
  });
  t.notOk(existsSync(join(files, 'no')));
});

t.test('no report holds a secret or a character that a reader does not see', async t => {
  const registry = await startRegistry({
    auth: { kind: 'basic', users: { robot: 'another' } },
    answer: ({ headers }) =>
      headers.authorization === undefined
        ? undefined
        : {
            status: 401,
            headers: { 'WWW-Authenticate': 'Basic realm="r"' },
            body: JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: `no: ${PASSWORD} \u202e\u001b[31m` }] }),
          },
  });
  t.teardown(registry.close);
  const auth = Buffer.from(`robot:${PASSWORD}`).toString('base64');
  const files = folder({
    'a.json': pod('a', `${registry.host}/team/api:1.4.2`, `${registry.host}/team/${PASSWORD}:1`, `x\u202e\n::error::${PASSWORD}`),
    'login.json': JSON.stringify({ auths: { [registry.host]: { auth } } }),
  });
  for (const format of ['junit', 'sarif', 'github', 'markdown', 'html', 'json']) {
    const report = join(files, `report.${format}`);
    const { stdout, stderr, status } = await run([
      'check',
      '--local',
      '--secret-file',
      join(files, 'login.json'),
      '-f',
      join(files, 'a.json'),
      '-o',
      format,
      `--report=${format}=${report}`,
    ]);
    t.equal(status, 1, stderr);
    for (const text of [stdout, stderr, readFileSync(report, 'utf8')]) {
      t.notOk(text.includes(PASSWORD) || text.includes(auth) || text.includes(auth.slice(4, 24)), `${format}: no password`);
      t.notOk(isHidden(text.replaceAll('\n', '')), `${format}: nothing hidden`);
    }
  }
});
