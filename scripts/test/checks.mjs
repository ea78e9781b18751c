/**
 * The checks that read files and run nothing of them: format and lint, types, unused code, spelling. They run at the same time, and each tells what it
 * found. Each can be run alone: `npm run types`, `spelling`, `unused`, `lint`.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));

/** @typedef {readonly [program: string, ...args: string[]]} Check */

/** Name → a program of node_modules and its arguments; the slowest first. @type {Record<string, Check>} */
const CHECKS = {
  types: ['typescript/bin/tsc'],
  spelling: ['cspell/bin.mjs', 'lint', '--no-progress', '--no-summary'],
  'types of scripts': ['typescript/bin/tsc', '--project', 'tsconfig.scripts.json'],
  'unused code': ['knip/bin/knip.js'],
  'format and lint': ['@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
};

/** Out: the names of the checks that failed; what those printed is on standard error. */
export async function runChecks() {
  /** @type {string[]} */
  const failed = [];
  const waiting = Object.entries(CHECKS);
  const worker = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) if (!(await runCheck(...check))) failed.push(check[0]);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return failed;
}

/**
 * @param {string} name
 * @param {Check} check
 * @returns {Promise<boolean>} Whether all is well.
 */
function runCheck(name, [program, ...args]) {
  const started = Date.now();
  const child = spawn(process.execPath, [join(modules, program), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (output += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', status => {
      process.stderr.write(`# ${name} ${status === 0 ? `(${((Date.now() - started) / 1000).toFixed(1)} s)` : 'failed'}\n`);
      if (status !== 0) process.stderr.write(`${output.trimEnd()}\n`);
      resolve(status === 0);
    });
  });
}
