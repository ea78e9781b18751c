/** The script as it is shipped, started again and again: what it keeps of its compiled code, when it uses that, and that nothing of it can be seen but the time. */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';
import { temporary } from './helpers/temporary.ts';

const SCRIPT = resolve('dist/kubectl-imagepull.cjs');
const isWindows = process.platform === 'win32';

interface Answer {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** A user of a machine, with a home and a cache directory. */
class User {
  readonly home = temporary('user');
  readonly cache = join(this.home, 'cache');
  readonly folder = join(this.cache, 'kubectl-imagepull', 'compiled');

  run(args: readonly string[], env: Record<string, string | undefined> = {}, input = '', script = SCRIPT): Promise<Answer> {
    const child = spawn(process.execPath, [script, ...args], {
      // coverage is measured without kept code
      env: { PATH: process.env.PATH, HOME: this.home, XDG_CACHE_HOME: this.cache, LOCALAPPDATA: this.cache, NODE_V8_COVERAGE: '', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', text => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', text => (stderr += text));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    return new Promise((done, fail) => {
      child.on('error', fail);
      child.on('close', status => done({ status, stdout, stderr }));
    });
  }

  files(): string[] {
    return existsSync(this.folder) ? readdirSync(this.folder).sort() : [];
  }

  /** The only file that is kept. */
  file(): string {
    const [name = '', ...more] = this.files();
    t.ok(name !== '' && more.length === 0, `one file is kept: ${[name, ...more].join(', ')}`);
    return join(this.folder, name);
  }
}

const VERSION = { status: 0, stdout: /^kubectl-imagepull \d+\.\d+\.\d+\n$/, stderr: '' };

/** A script of the same length whose program has another version. It names its kept code as the true one does. */
const OTHER = join(temporary('other'), 'kubectl-imagepull.cjs');
const text = readFileSync(SCRIPT, 'utf8');
const at = text.indexOf('/*program') + text.slice(text.indexOf('/*program')).search(/(?<=["'`])\d+\.\d+\.\d+(?=["'`])/);
writeFileSync(OTHER, `${text.slice(0, at)}9${text.slice(at + 1)}`);

/** Whether the true script runs what the other one kept. */
async function usesOther(user: User, env: Record<string, string | undefined> = {}): Promise<boolean> {
  const { stdout } = await user.run(['version'], env);
  return stdout.startsWith('kubectl-imagepull 9.');
}

const POD = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'api', namespace: 'shop' },
  spec: { containers: [{ name: 'api', image: 'registry.example.com/team/api:1' }] },
  status: { containerStatuses: [{ name: 'api', state: { waiting: { reason: 'ErrImagePull', message: 'manifest unknown' } } }] },
});

t.test('the first start and the next ones say the same', async t => {
  const user = new User();
  const lines: [args: string[], input?: string][] = [
    [['version', '-o', 'json']],
    [['why', '--help']],
    [[]],
    [['explain', 'TagNotFound']],
    [['completion', 'bash']],
    [['why', '-f', '-', '--no-probe', '-o', 'wide'], POD],
    [['__complete', 'wh']],
    [['why', '--no-such-flag']],
  ];
  const answers: Answer[][] = [];
  for (let round = 0; round < 3; round++) answers.push(await Promise.all(lines.map(([args, input]) => user.run(args, {}, input))));
  const uncached = await Promise.all(lines.map(([args, input]) => user.run(args, { NODE_DISABLE_COMPILE_CACHE: '1' }, input)));
  for (const round of answers) t.strictSame(round, uncached);
  t.ok(uncached.every(({ stdout, stderr }) => stdout + stderr !== ''));
  const kinds = user.files().map(name => name.replace(/-\d.*$/, ''));
  t.strictSame(kinds, ['complete', 'completion', 'explain', 'help', 'other', 'version', 'why']);
  t.ok(
    user.files().every(name => /^[a-z]+-\d+\.\d+\.\d+-[0-9a-f]{16}-v\d+\.\d+\.\d+-[a-z0-9]+-[a-z0-9]+\.bin$/.test(name)),
    'a name tells version and content of the program, and the runtime: nothing is used after an upgrade of either',
  );
});

t.test('what is written, and with which rights', async t => {
  const user = new User();
  await user.run(['version']);
  const written = readdirSync(user.home, { recursive: true, encoding: 'utf8' }).sort();
  t.strictSame(written.length, 4, written.join(', '));
  if (!isWindows)
    for (const path of written.map(name => join(user.home, name)))
      t.equal(statSync(path).mode & 0o777, statSync(path).isDirectory() ? 0o700 : 0o600, path);
  const { mtimeMs, ino } = statSync(user.file());
  t.match(await user.run(['version']), VERSION);
  t.match(statSync(user.file()), { mtimeMs, ino }, 'the second start writes nothing');
  t.ok(statSync(user.file()).size < 2_000_000);
  const bad = new User();
  t.match(await bad.run(['why', '--no-such-flag']), { status: 2 });
  t.strictSame(bad.files(), [], 'a line that is refused leaves nothing: little of its command ran');
});

t.test('what was kept is used', async t => {
  const user = new User();
  t.match((await user.run(['version'], {}, '', OTHER)).stdout, /^kubectl-imagepull 9\./);
  t.ok(await usesOther(user), 'a program of the same name, version and length: this test can tell whether it is used');
});

t.test('nothing is kept or used where the user wants none, or where there is no place', async t => {
  const user = new User();
  await user.run(['version'], {}, '', OTHER);
  t.notOk(await usesOther(user, { NODE_DISABLE_COMPILE_CACHE: '1' }));
  t.notOk(await usesOther(user, { NODE_V8_COVERAGE: temporary('coverage') }), 'coverage counts the program as it is');
  const places: Record<string, string | undefined>[] = [
    { NODE_DISABLE_COMPILE_CACHE: '1' },
    { XDG_CACHE_HOME: undefined, HOME: undefined, LOCALAPPDATA: undefined },
    { XDG_CACHE_HOME: 'relative', HOME: 'relative', LOCALAPPDATA: 'relative' },
    { XDG_CACHE_HOME: undefined, HOME: '/no/such/home', LOCALAPPDATA: '/no/such/home' },
    { XDG_CACHE_HOME: SCRIPT, LOCALAPPDATA: SCRIPT },
  ];
  for (const place of places) {
    const other = new User();
    t.match(await other.run(['version'], place), VERSION, JSON.stringify(place));
    t.strictSame(readdirSync(other.home), [], 'nothing is written');
  }
  t.notOk(existsSync('relative') || existsSync('/no/such/home'));
  const byHome = new User();
  if (process.platform === 'linux') {
    await byHome.run(['version'], { XDG_CACHE_HOME: '' });
    t.strictSame(readdirSync(join(byHome.home, '.cache')), ['kubectl-imagepull'], 'without XDG_CACHE_HOME it is ~/.cache');
  }
});

t.test('a file that was cut or changed counts for nothing, and is written anew', async t => {
  const user = new User();
  await user.run(['version']);
  const whole = readFileSync(user.file());
  const flipped = (at: number) => {
    const copy = Buffer.from(whole);
    copy[at] = (copy[at] ?? 0) ^ 0x55;
    return copy;
  };
  const places = [0, 4, 8, 12, 16, 20, 24, 28, 32, 40, 64].concat([1, 2, 3, 4, 5, 6].map(part => Math.floor((whole.length * part) / 7)));
  const broken: [what: string, data: Buffer][] = [
    ...places.map(at => [`byte ${at}`, flipped(at)] as [string, Buffer]),
    ...[0, 1, 15, 16, 17, 100, whole.length >> 1, whole.length - 1].map(
      length => [`cut at ${length}`, whole.subarray(0, length)] as [string, Buffer],
    ),
    ['longer', Buffer.concat([whole, Buffer.from('x')])],
    ['zeros', Buffer.alloc(whole.length)],
    ['a text', Buffer.from('kubectl')],
    ['very large', Buffer.alloc(9 << 20)],
  ];
  for (const [what, data] of broken) {
    writeFileSync(user.file(), data);
    t.match(await user.run(['version']), VERSION, what);
    t.not(Buffer.compare(readFileSync(user.file()), data), 0, `${what}: written anew`);
  }
  const other = new User();
  await other.run(['explain', 'TagNotFound']);
  await user.run(['version'], {}, '', OTHER);
  renameSync(other.file(), user.file());
  t.match(await user.run(['version']), VERSION, 'the code of another command');
});

t.test('what others could have written is not used, and nothing is written there', { skip: isWindows }, async t => {
  /** A user who kept the code of the other program. */
  const prepared = async (): Promise<User> => {
    const user = new User();
    await user.run(['version'], {}, '', OTHER);
    t.ok(await usesOther(user));
    return user;
  };
  const rows: [what: string, change: (user: User) => void][] = [
    ['the group may write to the folder', user => chmodSync(user.folder, 0o720)],
    ['all may write to the folder', user => chmodSync(user.folder, 0o702)],
    ['all may write to the file', user => chmodSync(user.file(), 0o602)],
    ['the cache directory belongs to all, as /tmp', user => chmodSync(user.cache, 0o1777)],
    [
      'the folder is a link',
      user => {
        renameSync(user.folder, join(user.home, 'elsewhere'));
        symlinkSync(join(user.home, 'elsewhere'), user.folder);
      },
    ],
    [
      'the file is a link',
      user => {
        const elsewhere = join(user.home, 'elsewhere.bin');
        const path = user.file();
        renameSync(path, elsewhere);
        symlinkSync(elsewhere, path);
      },
    ],
    [
      'the file is a folder',
      user => {
        const path = user.file();
        rmSync(path);
        mkdirSync(path);
      },
    ],
    ...(process.getuid?.() === 0
      ? ([
          ['the folder belongs to another', user => chownSync(user.folder, 65534, 65534)],
          ['the file belongs to another', user => chownSync(user.file(), 65534, 65534)],
          ['the cache directory belongs to another', user => chownSync(user.cache, 65534, 65534)],
        ] as [string, (user: User) => void][])
      : []),
  ];
  for (const [what, change] of rows) {
    const user = await prepared();
    const path = user.file();
    change(user);
    t.notOk(await usesOther(user), what);
    const isOfFolder = !what.startsWith('the file') && what !== 'all may write to the file';
    const before = isOfFolder ? lstatSync(path).mtimeMs : 0;
    t.match(await user.run(['version']), VERSION, what);
    if (isOfFolder) t.equal(lstatSync(path).mtimeMs, before, `${what}: nothing is written`);
    if (what === 'the file is a link') t.ok(lstatSync(path).isFile(), 'the link is replaced, and what it leads to stays');
  }
  if (process.getuid?.() !== 0) {
    const user = new User();
    chmodSync(user.home, 0o500);
    t.match(await user.run(['version']), VERSION, 'a home that cannot be written');
    chmodSync(user.home, 0o700);
  }
});

t.test('many first starts at the same time', async t => {
  const user = new User();
  const answers = await Promise.all(Array.from({ length: 6 }, () => user.run(['version'])));
  for (const answer of answers) t.match(answer, VERSION);
  user.file();
  t.match(await user.run(['version']), VERSION);
});

t.test('old files and what was not finished are removed', async t => {
  const user = new User();
  mkdirSync(user.folder, { recursive: true, mode: 0o700 });
  chmodSync(user.cache, 0o700);
  const old = (name: string, days: number) => {
    writeFileSync(join(user.folder, name), 'x');
    const then = Date.now() / 1000 - days * 86_400;
    utimesSync(join(user.folder, name), then, then);
  };
  for (let index = 1; index <= 30; index++) old(`why-0.0.${index}.bin`, index);
  old('why-0.1.0.bin.12-34', 2 / 24);
  old('why-0.1.0.bin.56-78', 0);
  old('notes', 100);
  await user.run(['version']);
  t.equal(user.files().filter(name => name.endsWith('.bin')).length, 14, 'of the 16 newest two were not finished');
  t.ok(existsSync(join(user.folder, 'why-0.0.1.bin')));
  t.notOk(existsSync(join(user.folder, 'why-0.1.0.bin.12-34')), 'not finished hours ago');
  t.ok(existsSync(join(user.folder, 'why-0.1.0.bin.56-78')), 'being written');
  t.ok(existsSync(join(user.folder, 'notes')), 'not ours');
});

t.test('a run that needs more than is kept keeps more', async t => {
  const user = new User();
  const healthy = POD.replace(/"waiting":.*?\}/, '"running":{}');
  t.match(await user.run(['why', '-f', '-', '--no-probe', '-o', 'name'], {}, healthy), { status: 0 });
  const { size } = statSync(user.file());
  await user.run(['why', '-f', '-', '--no-probe', '-o', 'html'], {}, POD);
  const more = statSync(user.file());
  t.ok(more.size > size, `${size} bytes, then ${more.size}`);
  await user.run(['why', '-f', '-', '--no-probe', '-o', 'name'], {}, POD);
  t.equal(statSync(user.file()).mtimeMs, more.mtimeMs, 'and a run that needs less changes nothing');
});

t.test('a stack trace is the same, and names the line of the script', async t => {
  const user = new User();
  const broken = join(user.home, 'broken.cjs');
  writeFileSync(broken, "Date.prototype.toISOString = () => { throw new Error('no clock'); };");
  const run = (more: Record<string, string> = {}) =>
    user.run(['explain', 'some words'], { NODE_OPTIONS: `--require ${broken}`, IMAGEPULL_DEBUG: '1', ...more });
  const traces = [await run({ NODE_DISABLE_COMPILE_CACHE: '1' }), await run(), await run()];
  await user.run(['explain', 'some words']);
  traces.push(await run());
  for (const trace of traces) t.strictSame(trace, traces[0]);
  t.match(traces[0], { status: 2, stderr: /internal error: no clock/ });
  const [, line = '', column = ''] = /kubectl-imagepull\.cjs:(\d+):(\d+)/.exec(traces[0]?.stderr ?? '') ?? [];
  const code = (text.split('\n')[Number(line) - 1] ?? '').slice(Number(column) - 1, Number(column) + 20);
  t.match(code, /^\.toISOString\(/);
});
