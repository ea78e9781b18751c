/**
 * The one test command: format and lint, types, build, then every *.test.ts under test/ by tap. Tests are bundled first, which makes them start fast; the
 * plugin under test is the built bundle. The last line is the count of the real run.
 *
 *   node scripts/test.mjs [--snapshot] [NAME…]      only the test files whose path holds NAME
 *   node scripts/test.mjs --binary [NAME…]          the tests that start the plugin, with this machine's binary of dist/bin (or that of IMAGEPULL_BINARY)
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { Parser } from 'tap-parser';
import { leaveOut, programOf, skipsOf, testPath } from './platform.mjs';
import { host } from './release/description.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
const names = process.argv.slice(2).filter(argument => !argument.startsWith('--'));
const snapshot = process.argv.includes('--snapshot');
const binary = process.argv.includes('--binary') ? (process.env.IMAGEPULL_BINARY ?? builtBinary()) : undefined;

function builtBinary() {
  if (!host) throw new Error(`no binary is built for this machine (${process.platform}, ${process.arch})`);
  return join(root, 'dist', 'bin', host.name, host.executable);
}

/** Runs a script by this Node. */
function step(title, script, args) {
  process.stderr.write(`# ${title}\n`);
  const { status } = spawnSync(process.execPath, [script, ...args], { stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    console.log(`# ${title} failed`);
    console.log('0 passed, 1 failed');
    process.exit(1);
  }
}

const skips = skipsOf(process.platform);
if (names.length === 0 && binary === undefined) {
  step('format and lint', programOf('@biomejs/biome', 'biome'), ['check', '--error-on-warnings', '.']);
  step('types', programOf('typescript', 'tsc'), ['--noEmit']);
}
step('build', 'scripts/build.mjs', []);

const out = join(root, 'dist', 'test');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
let files = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .map(file => file.replaceAll('\\', '/'))
  .filter(file => file.endsWith('.test.ts') && (names.length === 0 || names.some(name => file.includes(name))))
  .sort();
if (files.length === 0) throw new Error(`no test named ${names.join(', ')}`);
const { metafile } = await build({
  entryPoints: files.map(file => join('test', file)),
  outdir: out,
  outbase: 'test',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  external: ['tap'],
  sourcemap: 'inline',
  metafile: true,
  logLevel: 'warning',
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
});
if (binary !== undefined) {
  if (!existsSync(binary)) throw new Error(`${binary} is missing: npm run release makes it`);
  const starters = Object.values(metafile.outputs).filter(({ inputs }) => 'test/helpers/plugin.ts' in inputs);
  files = files.filter(file => starters.some(({ entryPoint }) => entryPoint === `test/${file}`));
  process.stderr.write(`# with ${binary}: ${files.join(', ')}\n`);
}

const tap = spawn(
  process.execPath,
  [
    programOf('tap'),
    'run',
    '--reporter=tap',
    '--disable-coverage',
    '--jobs=2',
    '--timeout=400',
    ...leaveOut(skips),
    ...files.map(file => join(out, file.replace(/\.ts$/, '.mjs'))),
  ],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PATH: testPath(), GOLDEN: snapshot ? 'write' : 'compare', ...(binary ? { IMAGEPULL_BINARY: binary } : {}) },
  },
);

/** Leaves of the tree of subtests: what asserts something. */
const count = { passed: 0, failed: 0, skipped: 0 };
function listen(parser, path) {
  let subtest;
  parser.on('child', child => {
    subtest = child.name;
    listen(child, [...path, child.name]);
  });
  parser.on('assert', result => {
    // the line that sums up a subtest asserts nothing of its own
    const sum = subtest !== undefined && result.name === subtest;
    subtest = undefined;
    if (sum && result.ok) return;
    if (result.skip || result.todo) {
      count.skipped++;
      const why = skips.find(({ test }) => test === result.name)?.why ?? (result.skip === true ? '' : result.skip || '');
      console.log(`skipped: ${[...path, result.name].filter(Boolean).join(' › ')}: ${why}`);
    } else if (result.ok) count.passed++;
    else {
      count.failed++;
      console.log(`\nnot ok: ${[...path, result.name].filter(Boolean).join(' › ')}`);
      if (result.diag) console.log(JSON.stringify(result.diag, null, 2));
    }
  });
}
const parser = new Parser();
listen(parser, []);
tap.stdout.pipe(parser);
const [status] = await Promise.all([
  new Promise(resolve => tap.on('close', resolve)),
  new Promise(resolve => parser.on('complete', resolve)),
]);
if (status !== 0 && count.failed === 0) count.failed = 1;
if (count.passed === 0 && count.failed === 0) count.failed = 1;
console.log(`${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`);
process.exit(count.failed > 0 ? 1 : 0);
