/**
 * Fuzzes every reader of what others wrote, guided by the branches that an input reaches (scripts/fuzz/coverage.mjs): crashes, broken promises, inputs that take longer than a
 * second, time that grows faster than its input, hangs. The readers and their sound inputs stand in test/properties/targets.ts.
 *
 * Without WORD objects of files and of API answers are spoiled too, one inside each of 20,000 runs of `why -A` for either (test/properties/dumps.test.ts).
 *
 *   node scripts/fuzz.mjs [--runs=N] [--seed=N] [WORD…]      N inputs in all, 10 million by default; only readers whose name holds a WORD
 *
 * The status: 0 nothing was found, 1 something was. Inputs that found something are kept in dist/fuzz. A seed makes the same inputs again with the same number of
 * processors.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { COVERAGE, coverage } from './fuzz/coverage.mjs';
import { root } from './release/description.mjs';

process.chdir(root);
const option = (/** @type {string} */ name, /** @type {number} */ otherwise) =>
  Number(process.argv.find(argument => argument.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise);
const words = process.argv.slice(2).filter(argument => !argument.startsWith('--'));
const seed = option('seed', Date.now() % 1_000_000);
const all = option('runs', 10_000_000);
/** Milliseconds without a new input after which a reader hangs. */
const HANG = 30_000;

const out = join(root, 'dist', 'fuzz');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
/**
 * The worker's program. In: its name, and whether it counts branches: one that measures time does not.
 * @param {string} name
 * @param {boolean} counts
 */
async function program(name, counts) {
  const outfile = join(out, name);
  const requires = "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";
  await build({
    entryPoints: ['test/properties/fuzz.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    sourcesContent: false,
    logLevel: 'warning',
    plugins: counts ? [coverage()] : [],
    banner: { js: counts ? `${requires} ${COVERAGE}` : requires },
  });
  return outfile;
}
const [guided, plain] = [await program('fuzz.mjs', true), await program('measure.mjs', false)];
const workers = availableParallelism();
console.log(`# ${all} inputs, seed ${seed}, ${workers} workers`);

/** Defects, each once: what → the file that keeps its input. @type {Map<string, string>} */
const found = new Map();
/** @param {{ reader: string, what: string, where: string, text: string }} defect */
function report({ reader, what, where, text }) {
  const key = `${reader}: ${what.replace(/\d+/g, '…')}`;
  if (found.has(key)) return;
  const file = join(out, `${reader.replace(/\W+/g, '-')}-${found.size + 1}.txt`);
  found.set(key, file);
  writeFileSync(file, text);
  console.log(`not ok: ${reader}: ${what}\n  ${where}\n  ${JSON.stringify(text.slice(0, 300))}\n  ${file}`);
}

/** Inputs that were slow beside other work. @type {{ reader: string, before: string, part: string, after: string }[]} */
const suspects = [];
/** Inputs that were read. */
let inputs = 0;
/**
 * One worker, and another one for what is behind a reader that hangs. With `measured` it measures these inputs and makes none.
 * @param {number} number
 * @param {{ skip?: number, measured?: typeof suspects }} options
 */
async function work(number, { skip = 0, measured } = {}) {
  const [state, input] = [new SharedArrayBuffer(16), new SharedArrayBuffer(4 << 20)];
  const counters = new Int32Array(state);
  const worker = new Worker(measured === undefined ? guided : plain, {
    workerData: { seed: seed + number * 1_000_003, runs: Math.ceil(all / workers), skip, suspects: measured, words, state, input },
    execArgv: ['--enable-source-maps'],
  });
  let [reader, index, hangs] = ['', 0, false];
  let [last, since] = [-1, Date.now()];
  const timer = setInterval(() => {
    const now = Atomics.load(counters, 0);
    if (now !== last) [last, since] = [now, Date.now()];
    else if (Date.now() - since > HANG) {
      const text = Buffer.from(new Uint8Array(input).slice(0, counters[1])).toString();
      report({ reader, what: `hangs for more than ${HANG / 1000} s`, where: '', text });
      hangs = true;
      void worker.terminate();
    }
  }, 1000);
  await new Promise(resolve => {
    worker.on('message', message => {
      if (message.what !== undefined) report(message);
      else if (message.suspect !== undefined) suspects.push(message.suspect);
      else if (message.begins !== undefined) [reader, index] = [message.begins, message.index];
      else if (number === 0)
        console.log(`# ${message.ends}: read in ${message.results} ways, ${message.kept} inputs kept, ${message.branches} branches`);
    });
    worker.on('error', error => report({ reader, what: error.message, where: error.stack ?? '', text: '' }));
    worker.on('exit', resolve);
  });
  clearInterval(timer);
  if (measured === undefined) inputs += Atomics.load(counters, 0);
  if (hangs) await work(number, { skip: index + 1, ...(measured === undefined ? {} : { measured }) });
}
const started = Date.now();
await Promise.all(Array.from({ length: workers }, (_, number) => work(number)));
if (inputs === 0) throw new Error(`no reader is named ${words.join(' or ')}`);
if (inputs < all && found.size === 0) throw new Error(`only ${inputs} of ${all} inputs were read`);
// alone: what shares the machine with another worker is slower than it is
console.log(`# ${suspects.length} inputs are measured again`);
if (suspects.length > 0) await work(0, { measured: suspects });
/** Runs of `why -A` in parts, each shorter than a test file may take. */
const [PARTS, OF_A_PART] = words.length > 0 ? [0, 0] : [8, Math.ceil(Math.min(20_000, all / 500) / 8)];
for (let part = 0; part < PARTS; part++) {
  const env = { ...process.env, PROPERTY_RUNS: String(OF_A_PART), PROPERTY_SEED: String(seed + part) };
  const { status } = spawnSync(process.execPath, ['scripts/test.mjs', 'properties/dumps'], {
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0)
    report({
      reader: 'why -A',
      what: `loses a run: PROPERTY_RUNS=${OF_A_PART} PROPERTY_SEED=${seed + part} npm test -- properties/dumps`,
      where: '',
      text: '',
    });
}
console.log(
  `${inputs} inputs and ${PARTS * OF_A_PART * 2} spoiled objects in ${((Date.now() - started) / 1000).toFixed()} s, seed ${seed}: ${found.size} defects`,
);
process.exit(found.size > 0 ? 1 : 0);
