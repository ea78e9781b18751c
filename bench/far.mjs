/**
 * What a person waits for is a far registry: `why` of a failing pod whose registry is 50 and 100 ms of round trip away (BENCH_DELAY=25,50
 * each way), over TLS and with tokens, beside `crane manifest` of an image that is there, in the same run. Medians of BENCH_ROUNDS rounds
 * (5), of as many as BENCH_SECONDS (80) leave time for: wall time, its ratio to crane's, and what of it is no round trip; the time of the
 * processor, where GNU time tells it; requests; the longest chain of round trips (how it is counted: far/count.mjs), and the floor under it
 * (far/cases.mjs); the most connections of any run to each host. Measured are the script on Node and, when `npm run release` has built it,
 * the single binary; crane, when `npm run setup:registries` has. BENCH_CASES='missing tag,…' takes these cases alone, BENCH_TRACE=1 prints
 * the steps of the chain, BENCH_BARS=1 which bars hold at the longest way (far/report.mjs). Nothing is asserted of times; a case with
 * another cause than the right one makes the exit status 1.
 *
 *   npm run bench:far
 */
import { fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { host, root } from '../scripts/release/description.mjs';
import { CASES, dockerConfig, savedObjects } from './far/cases.mjs';
import { count } from './far/count.mjs';
import { bars, table } from './far/report.mjs';

/** @typedef {import('./far/report.mjs').Measured & { run: string[] }} Command */
/** @typedef {import('./far/site.mjs').Site} Site */

const bundle = join(root, 'dist', 'kubectl-imagepull.cjs');
const built = host && join(root, 'dist', 'bin', host.name, host.executable);
const binary = process.env.IMAGEPULL_BINARY ?? (built && existsSync(built) ? built : undefined);
const crane = join(root, 'node_modules', '.cache', 'registries', 'crane', 'crane');
const delays = (process.env.BENCH_DELAY ?? '25,50').split(',').map(Number);
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const end = performance.now() + Number(process.env.BENCH_SECONDS ?? 80) * 1000;
const only = (process.env.BENCH_CASES ?? '').split(',').filter(Boolean);
/** GNU time, whose last line on standard error is the time of the processor in seconds: the program's own, and the kernel's for it. */
const timer =
  ['/usr/bin/time', 'gtime']
    .map(program => [program, '-f', '%U %S'])
    .find(([program = '', ...format]) => spawnSync(program, [...format, process.execPath, '-e', '0']).status === 0) ?? [];
const cpuOf = (/** @type {string} */ errors) => {
  const [, own, kernel] = /([\d.]+) ([\d.]+)\s*$/.exec(timer.length === 0 ? '' : errors) ?? [];
  return (Number(own) + Number(kernel)) * 1000;
};
/** Where the causes of a run are another than the right one. @type {Set<string>} */
const wrong = new Set();

// a program's first start reads it from the disk
for (const program of [[crane], [process.execPath, bundle], ...(binary ? [[binary]] : [])])
  if (existsSync(program[0] ?? '')) await run([...program, 'version'], { PATH: process.env.PATH });
for (const [index, delay] of delays.entries()) {
  const left = delays.slice(index).reduce((sum, one) => sum + one, 0);
  // the longer delay takes longer
  const share = left === 0 ? 1 : delay / left;
  await far(delay, performance.now() + (end - performance.now()) * share);
}
for (const text of wrong) console.log(`\n${text}`);
if (wrong.size > 0) process.exitCode = 1;

/**
 * All cases at one distance.
 * @param {number} oneWay Milliseconds of each way.
 * @param {number} until When no further round begins, by performance.now().
 */
async function far(oneWay, until) {
  const folder = mkdtempSync(join(tmpdir(), 'imagepull-far-'));
  const site = fork(join(root, 'bench', 'far', 'site.mjs'), [String(oneWay), folder]);
  try {
    const [{ hosts, ca }] = /** @type {[Site]} */ (await once(site, 'message'));
    writeFileSync(join(folder, 'config.json'), dockerConfig(hosts.registry, 'right'));
    const environment = { PATH: process.env.PATH, HOME: folder, DOCKER_CONFIG: folder, SSL_CERT_FILE: ca };
    const commands = commandsFor(folder, hosts, ca);
    const peer = commands.filter(({ of }) => of === undefined);
    const script = commands.filter(({ name }) => name.startsWith('script'));
    // the peer twice a round: every ratio hangs on it
    const order = [...peer, ...script, ...peer, ...commands.filter(command => !peer.includes(command) && !script.includes(command))];
    let [round, last] = [0, 0];
    // in turns, so that what else the machine does meets all
    for (; round < rounds && (round === 0 || performance.now() + last < until); round++) {
      const started = performance.now();
      for (const command of order) {
        const { ms, cpu, said } = await run(command.run, environment);
        // what it sent last is still on its way
        await sleep(1.5 * oneWay);
        site.send('steps');
        const [steps] = /** @type {[import('./far/count.mjs').Step[]]} */ (await once(site, 'message'));
        command.runs.push({ ms, cpu, count: count(steps, oneWay / 5) });
        const cause = command.of && JSON.parse(said).items?.[0]?.cause;
        if (command.of === undefined && !said.includes('"manifests"')) wrong.add(`${command.name}: it shows no index`);
        if (cause !== command.of?.cause) wrong.add(`${command.name}: the cause is ${command.of?.cause}, and it says ${cause}`);
      }
      last = performance.now() - started;
    }
    console.log(`\n${oneWay} ms each way, medians of ${round} rounds\n`);
    console.log(table(commands, oneWay));
    if (process.env.BENCH_TRACE)
      for (const { name, runs } of commands) console.log(`\n${name}:\n  ${runs.at(-1)?.count.path.join('\n  ')}`);
    if (process.env.BENCH_BARS && oneWay === Math.max(...delays)) console.log(`\n${bars(commands)}`);
  } finally {
    site.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * What is run in each round.
 * @param {string} folder
 * @param {Site['hosts']} hosts
 * @param {string} ca
 * @returns {Command[]}
 */
function commandsFor(folder, hosts, ca) {
  const cases = CASES.filter(({ name }) => only.length === 0 || only.includes(name));
  const starts = [['script', process.execPath, bundle], ...(binary ? [['binary', binary]] : [])];
  const plugin = starts.flatMap(([title, ...start]) =>
    cases.map(of => {
      const file = join(folder, `${of.name.replace(/\W+/g, '-')}.json`);
      writeFileSync(file, savedObjects(of, hosts[of.at]));
      return { name: `${title}: ${of.name}`, run: [...start, 'why', '-f', file, '--registry-ca', ca, '-o', 'json'], of, runs: [] };
    }),
  );
  const peer = { name: 'crane manifest', run: [crane, 'manifest', `${hosts.registry}/team/app:1.0`], runs: [] };
  return [...(existsSync(crane) ? [peer] : []), ...plugin];
}

/**
 * Runs a command to its end.
 * @param {readonly string[]} command
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<{ ms: number, cpu: number, said: string }>} `cpu`: milliseconds of the processor, NaN where they are not known.
 */
function run(command, environment) {
  const [program = '', ...args] = [...timer, ...command];
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
      if (status !== 0 && status !== 1) reject(new Error(`${command.join(' ')} ended with ${status}: ${complaint.slice(0, 500)}`));
      else resolve({ ms: Number(process.hrtime.bigint() - started) / 1e6, cpu: cpuOf(complaint), said });
    });
  });
}
