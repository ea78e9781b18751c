/**
 * Runs test files, a few at a time and the slow ones first, and counts what they assert. Each file is a process that prints TAP. It is started by Node itself:
 * the command `tap run` would load its own modules into every process that a test starts, and double the time of the suite.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { Parser } from 'tap-parser';
import { leaveOut, skipsOf } from '../platform.mjs';

/** How long each file took the last time: what is slow starts first. */
const TIMES = 'node_modules/.cache/test-times.json';
const SECONDS_PER_FILE = 400;

/** The tests that cannot run on this system, by name, with the reason. */
const skips = skipsOf(process.platform);

/**
 * In: programs to run, and the environment of each.
 * Out: the leaves of the trees of subtests, which are what asserts something. Failures are printed.
 * @param {readonly { name: string, path: string, helpers: number }[]} files `helpers`: how many it uses, a guess at how long it takes.
 * @param {NodeJS.ProcessEnv} env
 */
export async function runTests(files, env) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  const times = lastTimes();
  /** @param {{ name: string, helpers: number }} file */
  const expected = ({ name, helpers }) => times[name] ?? helpers * 3000;
  const waiting = [...files].sort((one, other) => expected(other) - expected(one));
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const started = Date.now();
      const own = await runFile(file.name, file.path, env);
      count.passed += own.passed;
      count.failed += own.failed;
      count.skipped += own.skipped;
      times[file.name] = Date.now() - started;
    }
  };
  // one more than there are processors: some files mostly wait for a server
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, worker));
  mkdirSync(dirname(TIMES), { recursive: true });
  writeFileSync(TIMES, JSON.stringify(times, undefined, 1));
  return count;
}

/** @returns {Record<string, number>} Milliseconds. */
function lastTimes() {
  try {
    return JSON.parse(readFileSync(TIMES, 'utf8'));
  } catch {
    return {};
  }
}

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

/**
 * @param {string} name
 * @param {string} path
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Count>}
 */
async function runFile(name, path, env) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  const child = spawn(process.execPath, ['--enable-source-maps', path], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...env, ...leaveOut(skips), TAP_TIMEOUT: String(SECONDS_PER_FILE) },
  });
  // tap ends a file that takes too long and tells where it was; this is for one that cannot even do that
  const timer = setTimeout(() => child.kill('SIGKILL'), (SECONDS_PER_FILE + 20) * 1000);
  const parser = new Parser();
  listen(parser, [name], count);
  child.stdout.pipe(parser);
  /** @type {[number | string | null, import('tap-parser').FinalResults]} */
  const [end, results] = await Promise.all([
    new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status, signal) => resolve(signal ?? status));
    }),
    new Promise(resolve => parser.on('complete', resolve)),
  ]);
  clearTimeout(timer);
  // what prints nothing at all is given the reason "no tests found"
  if (results.plan.skipAll && end === 0 && results.plan.skipReason !== 'no tests found') {
    count.skipped++;
    console.log(`skipped: ${name} ${results.plan.skipReason}`);
  } else if ((end !== 0 || !results.ok || results.count === 0) && count.failed === 0) {
    count.failed++;
    console.log(`\nnot ok: ${name} ended with ${end}`);
    if (results.failures.length > 0) console.log(JSON.stringify(results.failures, null, 2));
  }
  return count;
}

/**
 * @param {Parser} parser
 * @param {readonly string[]} path
 * @param {Count} count
 */
function listen(parser, path, count) {
  let failedInside = 0;
  parser.on('child', child => {
    const before = count.failed;
    failedInside = 0;
    listen(child, [...path, child.name], count);
    child.on('complete', () => {
      failedInside = count.failed - before;
    });
  });
  parser.on('assert', result => {
    // the line that sums up a subtest asserts nothing of its own, but may tell that the subtest itself failed
    if (result.closingTestPoint && (result.ok || failedInside > 0)) return;
    const where = [...path, result.name].filter(Boolean).join(' › ');
    if (result.skip || result.todo) {
      count.skipped++;
      const why = skips.find(({ test }) => test === result.name)?.why ?? (result.skip === true ? '' : result.skip || '');
      console.log(`skipped: ${where}: ${why}`);
    } else if (result.ok) count.passed++;
    else {
      count.failed++;
      console.log(`\nnot ok: ${where}`);
      console.log(textOf(result.diag));
    }
  });
}

/**
 * What tap tells of a failure: the place, the difference line by line, and whatever else it says.
 * @param {any} diag
 */
function textOf(diag) {
  const { at, diff, source, stack, compare: _, ...more } = diag || {};
  return [
    at && `at ${at.fileName}:${at.lineNumber}`,
    diff ?? source,
    stack?.trim().includes('\n') && stack,
    Object.keys(more).length > 0 && JSON.stringify(more, null, 2),
  ]
    .filter(Boolean)
    .map(part => String(part).replace(/^/gm, '  ').trimEnd())
    .join('\n');
}
