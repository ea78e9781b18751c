/**
 * Builds a release on one machine: for each platform of plugin.yaml the single binary and its archive, with the licenses of all that is inside; a bill
 * of materials; the checksums. Everything comes from npm packages whose digests the two lock files pin, and two builds of one commit are the same byte
 * for byte (with the same Node and npm): the only time in them is the commit's.
 *
 *   node scripts/release.mjs [TARGET…]       TARGET as linux-amd64; all by default
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tarGz, zip } from './release/archive.mjs';
import { billOfMaterials } from './release/bom.mjs';
import { bundleFor, compile } from './release/compile.mjs';
import { archiveName, bomName, host, plugin, root, tag, targets } from './release/description.mjs';
import { bundledPackages, notices } from './release/notices.mjs';
import { runtimeFor } from './release/runtime.mjs';

const args = process.argv.slice(2);
const out = join(root, 'dist', 'release');
const binaries = join(root, 'dist', 'bin');
const chosen = args.length === 0 ? targets : args.map(name => targets.find(target => target.name === name) ?? usage(name));

/**
 * @param {string} name
 * @returns {never}
 */
function usage(name) {
  throw new Error(`there is no target ${name}; there are ${targets.map(target => target.name).join(', ')}`);
}

/** Seconds since 1970 that stand in every archive. */
function commitTime() {
  if (process.env.SOURCE_DATE_EPOCH) return Number(process.env.SOURCE_DATE_EPOCH);
  const { status, stdout } = spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error('this is no git clone: set SOURCE_DATE_EPOCH to the seconds that the archives shall bear');
  return Number(stdout);
}

const seconds = commitTime() & ~1; // zip counts in twos
const say = (/** @type {string} */ text) => process.stderr.write(`# ${text}\n`);
const sha256 = (/** @type {string | Buffer} */ data) => createHash('sha256').update(data).digest('hex');
const started = Date.now();

if (process.env.GITHUB_REF_TYPE === 'tag' && process.env.GITHUB_REF_NAME !== tag)
  throw new Error(`the tag is ${process.env.GITHUB_REF_NAME}, and package.json says ${tag}`);

const built = spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { stdio: ['ignore', 2, 2] });
if (built.status !== 0) process.exit(1);
const metafile = JSON.parse(readFileSync(join(root, 'dist', 'metafile.json'), 'utf8'));
const program = bundleFor(readFileSync(join(root, 'dist', 'kubectl-imagepull.cjs'), 'utf8'), metafile);
const packages = bundledPackages(metafile);
const texts = [
  { name: 'LICENSE', data: readFileSync(join(root, 'LICENSE')) },
  { name: 'THIRD_PARTY_NOTICES', data: Buffer.from(notices(packages, true)) },
];

const compiler = runtimeFor(host ?? usage(`${process.platform}-${process.arch}`));

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const sums = new Map();
/**
 * @param {string} name
 * @param {string | Buffer} data
 */
function write(name, data) {
  writeFileSync(join(out, name), data);
  sums.set(name, sha256(data));
}

/** @type {Promise<void>[]} */
const packing = [];
for (const target of chosen) {
  const runtime = runtimeFor(target);
  const folder = join(binaries, target.name);
  const data = compile({ program, target, compiler, runtime, folder });
  writeFileSync(join(folder, target.executable), data);
  chmodSync(join(folder, target.executable), 0o755);
  say(`${target.name}: ${(data.length / 1e6).toFixed(1)} MB`);
  const pack = target.extension === 'zip' ? zip : tarGz;
  packing.push(
    pack([...texts, { name: target.executable, data, executable: true }], seconds, { compiler, folder }).then(packed =>
      write(archiveName(target), packed),
    ),
  );
  // two at a time: an archive is made while the next binary is compiled
  if (packing.length > 1) await packing.at(-2);
}
await Promise.all(packing);
if (chosen === targets) write(bomName, billOfMaterials({ packages, seconds, compiler }));

const lines = [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, sum]) => `${sum}  ${name}\n`);
writeFileSync(join(out, 'checksums.txt'), lines.join(''));
say(`${plugin.binary} ${tag}: ${lines.length} files in ${out}, in ${((Date.now() - started) / 1000).toFixed(0)} s`);
