/**
 * `why -A` on synthetic clusters of growing size, beside kubectl on the same server in the same run: wall time, processor time, peak memory, requests. Compared is `kubectl get pods -A`,
 * the table: kubectl reads it in pages of 500 rows, of which each holds the cells and the whole metadata of a pod, compressed, and prints a line for each; `why -A` reads all pods
 * whole, of those that fail also events, secrets and nodes, and asks the registries. Medians of BENCH_ROUNDS rounds (3), sizes from BENCH_PODS (100,1000,10000,50000); of 50,000 pods and
 * more one round. Then the same with registries that are slow or dead (scale/dead.mjs). What the kernel counts is read from /proc, so it is shown on Linux alone.
 */
import { spawnSync } from 'node:child_process';
import { measureDead } from './scale/dead.mjs';
import { median, plugin, run, withCluster } from './scale/run.mjs';

const sizes = (process.env.BENCH_PODS ?? '100,1000,10000,50000').split(',').map(Number);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const kubectl = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).error === undefined;
const requestsOf = (/** @type {import('./scale/run.mjs').Stats} */ { registries }) =>
  registries.reduce((sum, { counts }) => sum + counts.requests, 0);

/** @type {(size: number, cluster: Parameters<Parameters<typeof withCluster>[1]>[0]) => Promise<void>} */
async function compare(size, { environment, reset, stats }) {
  const commands = [
    { name: 'kubectl imagepull why -A', run: [...plugin, 'why', '-A'] },
    { name: 'kubectl imagepull why -A --no-probe', run: [...plugin, 'why', '-A', '--no-probe'] },
    ...(kubectl ? [{ name: 'kubectl get pods -A', run: ['kubectl', 'get', 'pods', '-A'] }] : []),
  ];
  /** @type {{ name: string, run: string[], costs: import('./scale/run.mjs').Cost[], asked: string }[]} */
  const measured = commands.map(command => ({ ...command, costs: [], asked: '' }));
  for (let round = 0; round < (size < 50_000 ? rounds : 1); round++) {
    for (const command of measured) {
      await reset();
      command.costs.push(await run(command.run, environment));
      const seen = await stats();
      command.asked = `${seen.api} / ${requestsOf(seen)}`;
    }
  }
  const of = (/** @type {(typeof measured)[number]} */ { costs }, /** @type {'ms' | 'cpu'} */ what) =>
    median(costs.map(cost => cost[what]));
  for (const one of measured) {
    const peak = Math.max(...one.costs.map(cost => cost.peak));
    const columns = [of(one, 'ms').toFixed(0).padStart(7), of(one, 'cpu').toFixed(0).padStart(7), peak.toFixed(0).padStart(8)];
    console.log(`${String(size).padStart(6)}  ${one.name.padEnd(35)} ${columns.join(' ')}    ${one.asked}`);
  }
  const [why, , get] = measured;
  if (why !== undefined && get !== undefined)
    console.log(
      `        why -A / get pods -A: ${(of(why, 'ms') / of(get, 'ms')).toFixed(2)}x of the time, ${(of(why, 'cpu') / of(get, 'cpu')).toFixed(2)}x of the processor time`,
    );
}

console.log('  pods  command                             wall ms  cpu ms  peak MB    requests to API / registries');
for (const size of sizes) await withCluster([String(size)], cluster => compare(size, cluster));
await measureDead(Math.max(...sizes));
