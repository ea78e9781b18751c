/**
 * Breaks every guard of scripts/guards.json, one at a time, in a copy of the source, and shows that the test which docs/security.md names for it goes red. A guard
 * without a test that needs it is a claim. Not a part of `npm test`: each guard takes a build and a run of its test file.
 *
 *   node scripts/guards.mjs [WORD…]      only the guards whose description, file or test holds one of the words
 *
 * A row: `guard`, what is promised; `file`, `find` and `replace`, the edit that breaks it (`find` stands exactly once in the file); `test` and `title`, the test file and
 * the test that has to fail. Without `test` the build itself has to fail.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** Below the root, so that packages are found. */
const copy = join(root, 'dist', 'guards');

/** @typedef {{ guard: string, file: string, find: string, replace: string, test?: string, title?: string }} Guard */
/** @type {Guard[]} */
const guards = JSON.parse(readFileSync(join(root, 'scripts', 'guards.json'), 'utf8'));
const words = process.argv.slice(2);
const chosen = guards.filter(row => words.length === 0 || words.some(word => JSON.stringify(row).includes(word)));

rmSync(copy, { recursive: true, force: true });
const { stdout } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
for (const file of stdout.split('\0').filter(Boolean)) {
  mkdirSync(dirname(join(copy, file)), { recursive: true });
  cpSync(join(root, file), join(copy, file));
}

/**
 * Runs a script of the copy. Out: whether it passed, and what it printed.
 * @param {string[]} args
 */
function run(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', maxBuffer: 1 << 28 });
  return { ok: status === 0, text: `${stdout}${stderr}` };
}
/** @param {string} file */
const runTest = file => run(['scripts/test.mjs', file.replace(/^test\/|\.test\.ts$/g, '')]);

/** What is wrong with a guard, null when its test went red. @param {Guard} row */
function faultOf({ file, find, replace, test, title }) {
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  const found = source.split(find).length - 1;
  if (found !== 1) return `"${find}" stands ${found} times in ${file}`;
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
  try {
    const { ok, text } = test === undefined ? run(['scripts/build.mjs']) : runTest(test);
    if (ok) return `${test ?? 'the build'} stays green`;
    if (title !== undefined && !text.includes(`not ok: ${test} › ${title}`)) return `not the test "${title}" is red: ${text.slice(-2000)}`;
    return null;
  } finally {
    writeFileSync(path, source);
  }
}

let failed = 0;
/** @param {boolean} ok @param {string} text */
function tell(ok, text) {
  if (!ok) failed++;
  console.log(`${ok ? 'ok    ' : 'FAILED'}  ${text}`);
}
for (const test of new Set(chosen.flatMap(row => row.test ?? []))) {
  const { ok, text } = runTest(test);
  // a test that is red anyway guards nothing
  if (!ok) tell(false, `${test} is red without any change: ${text.slice(-2000)}`);
}
for (const row of chosen) {
  const fault = faultOf(row);
  tell(fault === null, `${row.guard} (${row.file})${fault === null ? `: ${row.title ?? 'the build'} goes red` : `: ${fault}`}`);
}
rmSync(copy, { recursive: true, force: true });
console.log(`${chosen.length - Math.min(failed, chosen.length)} of ${chosen.length} guards have a test that needs them`);
process.exit(failed > 0 ? 1 : 0);
