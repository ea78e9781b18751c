/**
 * The one test command: the checks of scripts/test/checks.mjs, build, then every test under tap, with coverage. Tests are bundled first, which makes them start
 * fast; the plugin under test is the built bundle. The last line is the count of the real run.
 *
 *   node scripts/test.mjs [--snapshot] [NAME…]      only the tests whose path holds NAME, without checks and coverage
 *   node scripts/test.mjs --texts                  the tests of verdicts, with a word more in every sentence of the source: no verdict may change
 *   node scripts/test.mjs --binary [NAME…]          the tests that start the plugin, with this machine's binary of dist/bin (or that of IMAGEPULL_BINARY)
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { mutation } from './mutation.mjs';
import { packedPages } from './pages.mjs';
import { testPath } from './platform.mjs';
import { host } from './release/description.mjs';
import { runChecks } from './test/checks.mjs';
import { reportCoverage } from './test/coverage.mjs';
import { testFiles } from './test/files.mjs';
import { runTests } from './test/run.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
const names = process.argv.slice(2).filter(argument => !argument.startsWith('--'));
const snapshot = process.argv.includes('--snapshot');
const binary = process.argv.includes('--binary') ? (process.env.IMAGEPULL_BINARY ?? builtBinary()) : undefined;
/** The tests of verdicts: what they say of texts does not count with --texts. */
const OF_VERDICTS = ['diagnosis/diagnose', 'diagnosis/certainty', 'registry/prober'];
const texts = process.argv.includes('--texts');
/** Everything that belongs to the repository is looked at. */
const whole = names.length === 0 && binary === undefined && !texts;

function builtBinary() {
  if (!host) throw new Error(`no binary is built for this machine (${process.platform}, ${process.arch})`);
  return join(root, 'dist', 'bin', host.name, host.executable);
}

/** @param {number} failed */
function giveUp(failed) {
  console.log(`0 passed, ${failed} failed`);
  process.exit(1);
}

if (whole) {
  const failed = await runChecks();
  if (failed.length > 0) {
    console.log(`failed: ${failed.join(', ')}`);
    giveUp(failed.length);
  }
}
process.stderr.write('# build\n');
if (spawnSync(process.execPath, ['scripts/build.mjs', ...(texts ? ['--mutate'] : [])], { stdio: ['ignore', 2, 2] }).status !== 0) giveUp(1);

const out = join('dist', 'test');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const files = testFiles(texts ? OF_VERDICTS : names);
if (files.length === 0) throw new Error(`no test named ${names.join(', ')}`);
const { metafile } = await build({
  entryPoints: files.map(file => `test/${file}`),
  outdir: out,
  outbase: 'test',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  external: ['tap'],
  define: { __CAUSE_PAGES__: JSON.stringify(packedPages()) },
  plugins: texts ? [mutation().plugin] : [],
  sourcemap: true,
  sourcesContent: false,
  metafile: true,
  logLevel: 'warning',
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
});
let tests = Object.entries(metafile.outputs).flatMap(([path, { entryPoint, inputs }]) =>
  entryPoint === undefined
    ? []
    : [{ name: entryPoint, path, helpers: Object.keys(inputs).filter(input => input.startsWith('test/helpers/')) }],
);
if (binary !== undefined) {
  if (!existsSync(binary)) throw new Error(`${binary} is missing: npm run release makes it`);
  tests = tests.filter(({ helpers }) => helpers.includes('test/helpers/plugin.ts'));
  process.stderr.write(`# with ${binary}: ${tests.map(({ name }) => name).join(', ')}\n`);
}

const coverage = join(root, 'dist', 'coverage');
const covered = whole && !snapshot;
rmSync(coverage, { recursive: true, force: true });
const count = await runTests(
  tests.map(({ name, path, helpers }) => ({ name, path, helpers: helpers.length })),
  {
    ...process.env,
    PATH: testPath(),
    GOLDEN: snapshot ? 'write' : 'compare',
    ...(covered ? { NODE_V8_COVERAGE: coverage } : {}),
    ...(binary ? { IMAGEPULL_BINARY: binary } : {}),
    ...(texts ? { TEXTS: 'changed', IMAGEPULL_BUNDLE: 'dist/mutated/kubectl-imagepull.cjs' } : {}),
  },
);
if (covered && !reportCoverage(coverage)) count.failed++;
rmSync(coverage, { recursive: true, force: true });
if (count.passed === 0 && count.failed === 0) count.failed = 1;
console.log(`${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`);
process.exit(count.failed > 0 ? 1 : 0);
