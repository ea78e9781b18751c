/**
 * Checks what scripts/release.mjs made, from the archives alone: checksums, contents, sizes, format, processor, signature; then runs what this machine
 * can run, and shows that nothing around the binary changes what it does: no file of the working directory, no variable of its runtime; and that TLS
 * options hold in it.
 *
 *   node scripts/check-release.mjs [--rebuild]      --rebuild: builds again, from a copy elsewhere, and compares the checksums
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { readArchive } from './release/archive.mjs';
import { lookups, VARIABLES } from './release/compile.mjs';
import { archiveName, bomName, host, root, targets, version } from './release/description.mjs';
import { inspect } from './release/formats.mjs';

const release = join(root, 'dist', 'release');
const work = mkdtempSync(join(tmpdir(), 'check-release-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

const count = { passed: 0, failed: 0, skipped: 0 };
/**
 * @param {string} name
 * @param {boolean} ok
 * @param {unknown} detail
 */
function check(name, ok, detail = '') {
  count[ok ? 'passed' : 'failed']++;
  console.log(`${ok ? 'ok' : 'not ok'}: ${name}${ok || detail === '' ? '' : `\n  ${String(detail).trim().replaceAll('\n', '\n  ')}`}`);
}
/** @param {string} name */
function skip(name) {
  count.skipped++;
  console.log(`skipped: ${name}`);
}
/** @type {(name: string, seen: unknown, wanted: unknown) => void} */
const same = (name, seen, wanted) =>
  check(name, JSON.stringify(seen) === JSON.stringify(wanted), `seen:   ${JSON.stringify(seen)}\nwanted: ${JSON.stringify(wanted)}`);
const sha256 = (/** @type {Buffer} */ data) => createHash('sha256').update(data).digest('hex');

// --- the files ---

const names = [...targets.map(target => archiveName(target)), bomName].sort();
const sums = readFileSync(join(release, 'checksums.txt'), 'utf8');
const found = names.filter(name => existsSync(join(release, name)));
same(
  'checksums.txt names every archive and the bill of materials, with their digests',
  sums,
  found.map(name => `${sha256(readFileSync(join(release, name)))}  ${name}\n`).join(''),
);
same('every platform of plugin.yaml has its archive', found, names);

// --- each archive ---

const MB = 1e6;
const seconds = new Set();
for (const target of targets) {
  const packed = readFileSync(join(release, archiveName(target)));
  const say = (/** @type {string} */ text) => `${target.name}: ${text}`;
  const entries = readArchive(packed);
  same(
    say('binary, license and licenses of others, and nothing else'),
    entries.map(({ name, type, mode }) => `${name} ${type} ${mode.toString(8)}`),
    ['LICENSE file 644', 'THIRD_PARTY_NOTICES file 644', `${target.executable} file 755`],
  );
  for (const entry of entries) seconds.add(entry.seconds);
  const part = (/** @type {number} */ index) => entries[index]?.data ?? Buffer.alloc(0);
  const [license, others, file] = [part(0), part(1), part(2)];
  check(
    say('the licenses are those of the project, its packages and its runtime'),
    license.includes('Apache License') && /^undici /m.test(others.toString()) && others.includes('JavaScriptCore'),
  );
  const limit = target.name === 'linux-amd64' ? 55 : 60;
  check(say(`archive of ${(packed.length / MB).toFixed(1)} MB, below ${limit}`), packed.length < limit * MB);
  const { os, arch, problems } = inspect(file);
  same(say('format and processor'), [os, arch], [target.os, target.arch]);
  same(say(`sound${os === 'darwin' ? ', and signed ad hoc: every page has its hash' : ''}`), problems, []);
  check(say('no path of the machine that built it'), !file.includes(root));
  same(
    say('no variable that makes the runtime another program'),
    VARIABLES.filter(name => lookups(file, name).length > 0),
    [],
  );
  mkdirSync(join(work, target.name));
  writeFileSync(join(work, target.name, target.executable), file, { mode: 0o755 });
}
check('all entries of all archives bear one time', seconds.size === 1, [...seconds].join(', '));
/** @type {{ bomFormat: string, components: { name: string }[] }} */
const bom = JSON.parse(readFileSync(join(release, bomName), 'utf8'));
check(
  'the bill of materials is CycloneDX, and names the packages and the runtime',
  bom.bomFormat === 'CycloneDX' && ['undici', 'yargs', 'js-yaml', 'bun'].every(name => bom.components.some(one => one.name === name)),
);

// --- the binary, run ---

const clean = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:BUN_|NODE_|KUBE|SSL_|IMAGEPULL_)|_proxy$/i.test(name)),
);
const binary = host === undefined ? '' : join(work, host.name, host.executable);

/** @typedef {{ status: number | null, stdout: string, stderr: string }} Run */
/**
 * Not `spawnSync`: the servers of the checks are in this process.
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, input?: string, program?: string }} options
 * @returns {Promise<Run>}
 */
function run(args, { env = {}, cwd = work, input = '', program = binary } = {}) {
  const child = spawn(program, args, { cwd, env: { ...clean, HOME: work, ...env }, timeout: 60_000 });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', data => {
    stdout += data;
  });
  child.stderr.on('data', data => {
    stderr += data;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', status => resolve({ status, stdout, stderr }));
  });
}
const versionSaid = { status: 0, stdout: `kubectl-imagepull ${version}\n`, stderr: '' };

/** For the release's notes: what was done with each platform. */
const done = new Map(targets.map(({ name }) => [name, 'checked by its structure only']));
if (host) {
  same(`${host.name} runs`, await run(['version']), versionSaid);
  await checkSurroundings();
  await checkTls();
  done.set(host.name, 'run');
}
const arm = targets.find(({ name }) => name === 'linux-arm64');
const emulator = which('qemu-aarch64-static') ?? which('qemu-aarch64');
const libraries = ['/usr/aarch64-linux-gnu', '/'].find(folder => existsSync(join(folder, 'lib', 'ld-linux-aarch64.so.1')));
if (arm && arm !== host && emulator && libraries) {
  const args = ['-L', libraries, join(work, arm.name, arm.executable), 'version'];
  same(`${arm.name} runs, in an emulator`, await run(args, { program: emulator }), versionSaid);
  done.set(arm.name, 'run in an emulator');
}
for (const [name, how] of done) {
  if (how.startsWith('run')) continue;
  const hint = name === 'linux-arm64' ? ' (Debian: qemu-user-static, libc6-arm64-cross)' : '';
  skip(`${name} is not run${hint}: ${how}`);
}

if (process.argv.includes('--rebuild')) checkRebuilt();

const notes = ['## How these binaries were checked', '', ...[...done].map(([name, how]) => `- ${name}: ${how}`), ''];
writeFileSync(join(root, 'dist', 'release-notes.md'), notes.join('\n'));
console.log(`${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`);
process.exit(count.failed > 0 ? 1 : 0);

/** @param {string} name */
function which(name) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map(folder => join(folder, name))
    .find(path => existsSync(path));
}

/** What lies around a user's shell changes nothing. */
async function checkSurroundings() {
  const trap = join(work, 'trap');
  mkdirSync(trap);
  const preload = join(trap, 'preload.js');
  const other = join(trap, 'other-kubeconfig');
  writeFileSync(preload, 'console.log("PRELOADED");');
  const cluster = { name: 'c', cluster: { server: 'https://127.0.0.1:1' } };
  const context = { name: 'c', context: { cluster: 'c', user: 'c' } };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [cluster],
    contexts: [context],
    users: [{ name: 'c', user: { token: 'x' } }],
  };
  writeFileSync(other, JSON.stringify({ ...config, 'current-context': 'c' }));
  for (const file of ['bunfig.toml', '.bunfig.toml']) writeFileSync(join(trap, file), `preload = ["${preload}"]\n`);
  for (const file of ['.env', '.env.local', '.env.production', '.env.development'])
    writeFileSync(join(trap, file), `KUBECONFIG=${other}\n`);
  writeFileSync(join(trap, 'tsconfig.json'), '{ "extends": "./missing.json" ');
  writeFileSync(join(trap, 'package.json'), '{ "type": "module", "imports": ');

  const asked = ['why', 'no-such-pod'];
  const plain = await run(asked);
  check('without a cluster it says so, in one line', plain.status === 2 && plain.stderr.split('\n').length === 2, plain.stderr);
  const named = await run(asked, { env: { KUBECONFIG: other } });
  check('a KUBECONFIG of the environment is read (so the next check can fail)', named.stderr !== plain.stderr, named.stderr);
  same('no .env, bunfig.toml, tsconfig.json or package.json of the working directory is read', await run(asked, { cwd: trap }), plain);
  same('nor a .bunfig.toml of the home directory', await run(['version'], { env: { HOME: trap, XDG_CONFIG_HOME: trap } }), versionSaid);

  for (const env of [
    { BUN_OPTIONS: '--version' },
    { BUN_OPTIONS: `--preload=${preload}` },
    { BUN_OPTIONS: '--no-such-option' },
    { BUN_BE_BUN: '1' },
    { BUN_INSPECT: 'ws://127.0.0.1:0/?break=1' },
    { BUN_INSPECT_CONNECT_TO: 'ws://127.0.0.1:1/?break=1' },
    { NODE_OPTIONS: `--require=${preload}` },
    { NODE_OPTIONS: '--no-such-option' },
    { NODE_OPTIONS: `--import=${preload}`, BUN_OPTIONS: '--smol' },
  ])
    same(`harmless: ${JSON.stringify(env).replaceAll(trap, '…')}`, await run(['version'], { env }), versionSaid);
}

/** Certificates are checked, with the authorities that a user names and no others. */
async function checkTls() {
  const bundled = join(work, 'registry.mjs');
  await build({
    entryPoints: [join(root, 'test', 'helpers', 'registry.ts')],
    outfile: bundled,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  const { makeCertificate, startRegistry } = await import(pathToFileURL(bundled).href);
  const ca = makeCertificate({ isCa: true });
  const otherCa = makeCertificate({ isCa: true });
  /** @type {(name: string, text: string) => string} */
  const write = (name, text) => {
    writeFileSync(join(work, name), text);
    return join(work, name);
  };
  const [caFile, otherFile] = [write('ca.pem', ca.cert), write('other-ca.pem', otherCa.cert)];
  const right = await startRegistry({ tls: makeCertificate({ ca }) });
  const wrongName = await startRegistry({ tls: makeCertificate({ ca, names: ['registry.example.com'] }) });
  const expired = await startRegistry({ tls: makeCertificate({ ca, expired: true }) });

  /** @typedef {{ host: string, requests: unknown[] }} Registry */
  /** @typedef {{ name: string, status: string, code: string | null }} Step */
  /** @typedef {{ cause: string, checks: Step[], status?: string, code?: string | null }} Item */
  /**
   * What the binary says of the TLS handshake, and of the image; first that Node says the same.
   * @param {string} name
   * @param {Registry} registry
   * @param {string} [authority]
   */
  const asked = async (name, registry, authority) => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'api', namespace: 'shop' },
      spec: { containers: [{ name: 'api', image: `${registry.host}/team/api:1` }] },
      status: { containerStatuses: [{ name: 'api', state: { waiting: { reason: 'ErrImagePull', message: 'failed to pull' } } }] },
    };
    const args = ['why', '-f', '-', '-o', 'json', ...(authority ? ['--registry-ca', authority] : [])];
    /** @type {(program: string, ...first: string[]) => Promise<Item>} */
    const said = async (program, ...first) => {
      const { stdout, stderr } = await run([...first, ...args], { input: JSON.stringify(pod), program });
      return stdout.startsWith('{') ? JSON.parse(stdout).items[0] : { cause: stderr, checks: [] };
    };
    const [item, nodes] = await Promise.all([said(binary), said(process.execPath, join(root, 'dist', 'kubectl-imagepull.cjs'))]);
    const told = (/** @type {Item} */ { cause, checks }) => ({
      cause,
      checks: checks.map(({ name: step, status, code }) => ({ step, status, code })),
    });
    same(`${name}: the binary says what the script on Node says`, told(item), told(nodes));
    return item.checks.find(({ name: step }) => step === 'tls') ?? { status: item.cause, code: null };
  };
  /** @type {(name: string, registry: Registry, authority?: string) => Promise<void>} */
  const refused = async (name, registry, authority) => {
    const { status, code } = await asked(name, registry, authority);
    check(`${name} (${code}): refused before any request`, status === 'failed' && registry.requests.length === 0, status);
  };
  await refused('a certificate of an unknown authority', right);
  await refused('… of another authority than --registry-ca names', right, otherFile);
  await refused('… for another name', wrongName, caFile);
  await refused('… that is over', expired, caFile);
  const { status } = await asked('… of the authority of --registry-ca', right, caFile);
  check('… of the authority of --registry-ca: accepted, and asked', status === 'ok' && right.requests.length > 0, status);
  for (const registry of [right, wrongName, expired]) await registry.close();
}

/** A second build of the same files in another folder. Shared with the first: the installed packages. */
function checkRebuilt() {
  const copy = join(work, 'copy');
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  if (listed.status !== 0) return skip('not built again: this is no git clone');
  for (const file of listed.stdout.split('\0').filter(name => name !== '' && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file));
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
  mkdirSync(join(copy, 'dist'));
  symlinkSync(join(root, 'dist', 'runtime'), join(copy, 'dist', 'runtime'), 'junction');
  const { status } = spawnSync(process.execPath, ['scripts/release.mjs'], {
    cwd: copy,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, SOURCE_DATE_EPOCH: String([...seconds][0]) },
  });
  check('it can be built again elsewhere', status === 0);
  if (status === 0) {
    same(
      'a second build, in another folder, is the same byte for byte',
      readFileSync(join(copy, 'dist', 'release', 'checksums.txt'), 'utf8'),
      sums,
    );
    same('… and as many files', readdirSync(join(copy, 'dist', 'release')).length, found.length + 1);
  }
}
