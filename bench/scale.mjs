/**
 * `why -A` on synthetic clusters of growing size, beside `kubectl get pods -A` on the same server in the same run: wall time, peak memory, requests. Medians of
 * BENCH_ROUNDS rounds (3), sizes from BENCH_PODS (100,1000,10000,50000). Peak memory is read from /proc, so it is shown on Linux alone.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bundle = process.env.IMAGEPULL_BINARY
  ? [process.env.IMAGEPULL_BINARY]
  : [process.execPath, join(root, 'dist', 'kubectl-imagepull.cjs')];
const sizes = (process.env.BENCH_PODS ?? '100,1000,10000,50000').split(',').map(Number);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const kubectl = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).error === undefined;
const folder = mkdtempSync(join(tmpdir(), 'imagepull-scale-'));
const median = (/** @type {number[]} */ list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;

/** @typedef {{ ms: number, peak: number }} Cost */
/** @typedef {{ api: number, registry: number }} Stats */

/**
 * Runs a command to its end. Out: milliseconds and peak resident MB.
 * @param {readonly string[]} command
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<Cost>}
 */
function run(command, environment) {
  return new Promise((resolve, reject) => {
    const started = process.hrtime.bigint();
    const [program = '', ...args] = command;
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...environment } });
    let peak = 0;
    const poll = setInterval(() => {
      try {
        peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024);
      } catch {
        // the process is gone, or this is no Linux
      }
    }, 10);
    let complaint = '';
    child.stderr.on('data', data => {
      complaint += data;
    });
    child.on('error', reject);
    child.on('close', status => {
      clearInterval(poll);
      if (status !== 0 && status !== 1) reject(new Error(`${command.join(' ')} ended with ${status}: ${complaint.slice(0, 300)}`));
      else resolve({ ms: Number(process.hrtime.bigint() - started) / 1e6, peak });
    });
  });
}

console.log('  pods  command                            wall ms   peak MB   requests to API / registries');
for (const size of sizes) {
  const server = spawn(process.execPath, ['--max-old-space-size=8192', join(root, 'bench', 'scale-server.mjs'), String(size)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { api } = JSON.parse(await new Promise(resolve => server.stdout.once('data', data => resolve(String(data)))));
  const base = `http://127.0.0.1:${api}`;
  const config = join(folder, `config-${size}`);
  writeFileSync(
    config,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'b',
      clusters: [{ name: 'b', cluster: { server: base } }],
      users: [{ name: 'b', user: {} }],
      contexts: [{ name: 'b', context: { cluster: 'b', user: 'b' } }],
    }),
  );
  const environment = { KUBECONFIG: config, HOME: folder };
  const commands = [
    { name: 'kubectl imagepull why -A', run: [...bundle, 'why', '-A'] },
    { name: 'kubectl imagepull why -A --no-probe', run: [...bundle, 'why', '-A', '--no-probe'] },
    ...(kubectl
      ? [
          { name: 'kubectl get pods -A -o json', run: ['kubectl', 'get', 'pods', '-A', '-o', 'json'] },
          { name: 'kubectl get pods -A', run: ['kubectl', 'get', 'pods', '-A'] },
        ]
      : []),
  ];
  /** @type {{ name: string, run: string[], costs: Cost[], stats: Stats }[]} */
  const measured = commands.map(command => ({ ...command, costs: [], stats: { api: 0, registry: 0 } }));
  for (let round = 0; round < rounds; round++) {
    for (const command of measured) {
      await (await fetch(`${base}/reset`)).text();
      command.costs.push(await run(command.run, environment));
      command.stats = /** @type {Stats} */ (await (await fetch(`${base}/stats`)).json());
    }
  }
  const time = (/** @type {readonly Cost[]} */ costs) => median(costs.map(({ ms }) => ms));
  for (const { name, costs, stats } of measured) {
    console.log(
      `${String(size).padStart(6)}  ${name.padEnd(35)} ${time(costs).toFixed(0).padStart(6)}   ${Math.max(...costs.map(({ peak }) => peak))
        .toFixed(0)
        .padStart(6)}    ${stats.api} / ${stats.registry}`,
    );
  }
  const [why, , get] = measured;
  if (why !== undefined && get !== undefined)
    console.log(`        why -A / get pods -A -o json: ${(time(why.costs) / time(get.costs)).toFixed(2)}x`);
  server.kill();
}
rmSync(folder, { recursive: true });
