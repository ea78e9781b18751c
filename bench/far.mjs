/**
 * What a person waits for is a far registry: `why` of a failing pod whose registry is 50 and 100 ms of round trip away (BENCH_DELAY=25,50 each way), over TLS and with
 * tokens, beside `crane manifest` of an image that is there, in the same run. Medians of BENCH_ROUNDS rounds (5): wall time, its ratio to crane's, connections of each host,
 * requests, and the longest chain of round trips (how it is counted: far/count.mjs). BENCH_TRACE=1 prints the steps of that chain.
 * Nothing is asserted of times; a case with another cause than the right one makes the exit status 1.
 *
 *   npm run bench:far
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { host, root } from '../scripts/release/description.mjs';
import { CASES, dockerConfig, savedObjects } from './far/cases.mjs';
import { count } from './far/count.mjs';

/** @typedef {import('./far/count.mjs').Count} Count */
/** @typedef {{ name: string, run: string[], cause?: string }} Command `cause`: what it has to say. */
/** @typedef {{ ms: number, said: string, count: Count }} Run */

const bundle = join(root, 'dist', 'kubectl-imagepull.cjs');
const built = host && join(root, 'dist', 'bin', host.name, host.executable);
const binary = process.env.IMAGEPULL_BINARY ?? (built && existsSync(built) ? built : undefined);
const crane = join(root, 'node_modules', '.cache', 'registries', 'crane', 'crane');
const delays = (process.env.BENCH_DELAY ?? '25,50').split(',').map(Number);
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const only = (process.env.BENCH_CASES ?? '').split(',').filter(Boolean);
const median = (/** @type {number[]} */ list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;

for (const delay of delays) await far(delay);

/** @param {number} oneWay Milliseconds of each way. */
async function far(oneWay) {
  const folder = mkdtempSync(join(tmpdir(), 'imagepull-far-'));
  const site = fork(join(root, 'bench', 'far', 'site.mjs'), [String(oneWay), folder]);
  try {
    const [{ hosts, ca }] = /** @type {[import('./far/site.mjs').Site]} */ (await once(site, 'message'));
    writeFileSync(join(folder, 'config.json'), dockerConfig(hosts.registry, 'right'));
    const environment = { PATH: process.env.PATH, HOME: folder, DOCKER_CONFIG: folder, SSL_CERT_FILE: ca };
    /** @type {Command[]} */
    const commands = [
      ...(existsSync(crane) ? [{ name: 'crane manifest', run: [crane, 'manifest', `${hosts.registry}/team/app:1.0`] }] : []),
      ...[{ title: 'script', start: [process.execPath, bundle] }, ...(binary ? [{ title: 'binary', start: [binary] }] : [])].flatMap(
        ({ title, start }) =>
          CASES.filter(({ name }) => only.length === 0 || only.includes(name)).map(one => {
            const file = join(folder, `${one.name.replace(/\W+/g, '-')}.json`);
            writeFileSync(file, savedObjects(one, hosts[one.at]));
            return {
              name: `${title} ${one.name}`,
              run: [...start, 'why', '-f', file, '--registry-ca', ca, '-o', 'json'],
              cause: one.cause,
            };
          }),
      ),
    ];
    /** @type {(Command & { runs: Run[] })[]} */
    const measured = commands.map(command => ({ ...command, runs: [] }));
    for (let round = 0; round < rounds; round++) {
      for (const command of measured) {
        const done = await run(command.run, environment);
        await new Promise(resolve => setTimeout(resolve, 3 * oneWay));
        site.send('steps');
        const [steps] = /** @type {[import('./far/count.mjs').Step[]]} */ (await once(site, 'message'));
        command.runs.push({ ...done, count: count(steps, oneWay / 5) });
      }
    }
    print(oneWay, measured);
  } finally {
    site.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {number} oneWay
 * @param {readonly (Command & { runs: Run[] })[]} measured
 */
function print(oneWay, measured) {
  const peer = median(measured[0]?.runs.map(({ ms }) => ms) ?? []);
  const rows = [['', 'ms', ...(measured[0]?.cause ? [] : ['x crane']), 'connections', 'requests', 'chain']];
  for (const { name, runs, cause } of measured) {
    const own = median(runs.map(({ ms }) => ms));
    const { connections = {}, path = [] } = runs.at(-1)?.count ?? {};
    rows.push([
      name,
      own.toFixed(0),
      ...(measured[0]?.cause ? [] : [(own / peer).toFixed(2)]),
      Object.entries(connections)
        .map(([host, number]) => `${host} ${number}`)
        .join(', '),
      String(median(runs.map(({ count: { requests } }) => requests))),
      String(median(runs.map(({ count: { chain } }) => chain))),
    ]);
    if (process.env.BENCH_TRACE) console.log(`${name}:\n  ${path.join('\n  ')}`);
    for (const { said } of runs) {
      const found = cause && JSON.parse(said || '{}').items?.[0]?.cause;
      if (found === cause) continue;
      console.log(`${name}: the cause is ${cause}, and it says ${found}`);
      process.exitCode = 1;
    }
  }
  const width = (/** @type {number} */ column) => Math.max(...rows.map(row => row[column]?.length ?? 0));
  console.log(`\n${oneWay} ms each way, ${rounds} rounds`);
  for (const row of rows)
    console.log(row.map((cell, column) => (column === 0 ? cell.padEnd(width(0)) : cell.padStart(width(column)))).join('  '));
}

/**
 * @param {readonly string[]} command
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<Pick<Run, 'ms' | 'said'>>}
 */
function run([program = '', ...args], environment) {
  const started = process.hrtime.bigint();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: environment });
  let [said, complaint] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', text => {
    said += text;
  });
  child.stderr.setEncoding('utf8').on('data', text => {
    complaint += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', status => {
      if (status !== 0 && status !== 1) reject(new Error(`${program} ${args[0]} ended with ${status}: ${complaint.slice(0, 500)}`));
      else resolve({ ms: Number(process.hrtime.bigint() - started) / 1e6, said });
    });
  });
}
