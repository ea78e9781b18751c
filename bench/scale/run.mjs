/** Runs commands against the servers of the scale bench. Belongs here: what is measured of a process, and how its cluster is started and named. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));

/** The plugin: the binary that IMAGEPULL_BINARY names, else the script. */
export const plugin = process.env.IMAGEPULL_BINARY
  ? [process.env.IMAGEPULL_BINARY]
  : [process.execPath, join(folder, '..', '..', 'dist', 'kubectl-imagepull.cjs')];

export const median = (/** @type {number[]} */ list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;

/** @typedef {{ ms: number, cpu: number, peak: number, stdout: string }} Cost */
/** @typedef {{ api: number, registries: import('./registries.mjs').Registry[] }} Stats */

/** What the kernel counts of a process, as far as it still runs: milliseconds of processor time, peak resident MB. */
function counted(/** @type {number | undefined} */ pid) {
  try {
    const [, , ...fields] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(/\) | /);
    const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
    // utime and stime, in ticks of 10 ms
    return { cpu: (Number(fields[11]) + Number(fields[12])) * 10, peak };
  } catch {
    // the process is gone, or this is no Linux
    return { cpu: 0, peak: 0 };
  }
}

/**
 * Runs a command to its end, or until it has printed what is awaited. In: the command, its environment, and that. Out: milliseconds and processor time, peak resident MB, and what it
 * printed.
 * @param {readonly string[]} command
 * @param {NodeJS.ProcessEnv} environment
 * @param {RegExp} [awaited]
 * @returns {Promise<Cost>}
 */
export function run(command, environment, awaited) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const [program = '', ...args] = command;
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
    const cost = { cpu: 0, peak: 0 };
    const poll = setInterval(() => {
      const { cpu, peak } = counted(child.pid);
      cost.cpu = Math.max(cost.cpu, cpu);
      cost.peak = Math.max(cost.peak, peak);
    }, 10);
    let said = '';
    let stdout = '';
    /** When what is awaited came. */
    let came = Number.NaN;
    child.stdout.setEncoding('utf8').on('data', data => {
      // a list of all pods is not kept
      if (stdout.length < 1_000_000) stdout += data;
      if (!awaited?.test(stdout) || came >= 0) return;
      came = performance.now();
      child.kill();
    });
    child.stderr.setEncoding('utf8').on('data', data => {
      said += data;
    });
    child.on('error', reject);
    child.on('close', status => {
      clearInterval(poll);
      if (!(came >= 0) && status !== 0 && status !== 1)
        reject(new Error(`${command.join(' ')} ended with ${status}: ${said.slice(0, 300)}`));
      else resolve({ ms: (came >= 0 ? came : performance.now()) - started, ...cost, stdout });
    });
  });
}

/**
 * Gives work a cluster, and ends it whatever happens. In: the arguments of the server.
 * @template T
 * @param {readonly string[]} args
 * @param {(cluster: { environment: NodeJS.ProcessEnv, hosts: string[], reset(): Promise<void>, stats(): Promise<Stats> }) => Promise<T>} work
 */
export async function withCluster(args, work) {
  const home = mkdtempSync(join(tmpdir(), 'imagepull-scale-'));
  const server = spawn(process.execPath, [join(folder, 'server.mjs'), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const { api, hosts } = JSON.parse(await new Promise(resolve => server.stdout.once('data', data => resolve(String(data)))));
    const base = `http://127.0.0.1:${api}`;
    const config = join(home, 'config');
    const named = {
      clusters: [{ name: 'b', cluster: { server: base } }],
      users: [{ name: 'b', user: {} }],
      contexts: [{ name: 'b', context: { cluster: 'b', user: 'b' } }],
    };
    writeFileSync(config, JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'b', ...named }));
    return await work({
      environment: { KUBECONFIG: config, HOME: home },
      hosts,
      reset: async () => void (await (await fetch(`${base}/reset`)).text()),
      stats: async () => /** @type {Stats} */ (await (await fetch(`${base}/stats`)).json()),
    });
  } finally {
    server.kill();
    rmSync(home, { recursive: true });
  }
}
