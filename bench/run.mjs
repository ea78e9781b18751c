/**
 * Whole-process times of the plugin against peers measured in the same run, one after the other in turns, as medians with ratios; peak memory; sizes.
 * Nothing is asserted: machines differ, ratios tell. The first round is not counted: it warms the caches, and the script keeps its compiled code then; its
 * row "first start" keeps none. Measured are the script on Node and, when `npm run release` has built it, the single binary. With a
 * cluster in reach (a current kubeconfig context and names of pods in BENCH_POD), `why` on each of them and kubectl's own commands on the first are measured beside.
 *
 *   BENCH_POD=api-0,web-1 BENCH_ROUNDS=21 npm run bench
 *
 * On a machine that others use, BENCH_QUIET=600 waits before each round until it is idle, 600 s at most in all.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { compile } from '../scripts/release/compile.mjs';
import { archiveName, host, root } from '../scripts/release/description.mjs';
import { runtimeFor } from '../scripts/release/runtime.mjs';

const bundle = join(root, 'dist', 'kubectl-imagepull.cjs');
const built = host && join(root, 'dist', 'bin', host.name, host.executable);
const binary = process.env.IMAGEPULL_BINARY ?? (built && existsSync(built) ? built : undefined);
const pods = (process.env.BENCH_POD ?? '').split(',').filter(Boolean);
const [pod] = pods;
const rounds = Number(process.env.BENCH_ROUNDS ?? 11);
const has = (/** @type {string} */ command, /** @type {string[]} */ ...args) =>
  spawnSync(command, args, { stdio: 'ignore' }).error === undefined;

/** @typedef {{ name: string, run: string[], input?: string, env?: Record<string, string> }} Command */

const saved = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'api', namespace: 'shop' },
      spec: { containers: [{ name: 'api', image: 'registry.example.com/team/api:1' }] },
      status: {
        containerStatuses: [
          {
            name: 'api',
            state: {
              waiting: {
                reason: 'ErrImagePull',
                message:
                  'rpc error: code = NotFound desc = failed to pull and unpack image "registry.example.com/team/api:1": failed to resolve reference "registry.example.com/team/api:1": registry.example.com/team/api:1: not found',
              },
            },
          },
        ],
      },
    },
  ],
});

/** @type {Command[]} */
const peers = has('kubectl', 'version', '--client')
  ? [
      { name: 'kubectl version --client', run: ['kubectl', 'version', '--client'] },
      ...(pod
        ? [
            { name: `kubectl get pod ${pod}`, run: ['kubectl', 'get', 'pod', pod] },
            { name: `kubectl describe pod ${pod}`, run: ['kubectl', 'describe', 'pod', pod] },
          ]
        : []),
    ]
  : [];
/** @type {(title: string, ...start: string[]) => Command[]} */
const plugin = (title, ...start) => [
  { name: `${title} --help`, run: [...start, '--help'] },
  { name: `${title} version`, run: [...start, 'version'] },
  { name: `${title} why -f - --no-probe`, run: [...start, 'why', '-f', '-', '--no-probe'], input: saved },
  ...(peers.length > 0 ? pods.map(name => ({ name: `${title} why ${name}`, run: [...start, 'why', name] })) : []),
];
/** @type {Command[]} */
const commands = [
  ...peers,
  { name: 'node -e 0', run: [process.execPath, '-e', '0'] },
  { name: 'script version, first start', run: [process.execPath, bundle, 'version'], env: { NODE_DISABLE_COMPILE_CACHE: '1' } },
  { name: 'script explain TagNotFound', run: [process.execPath, bundle, 'explain', 'TagNotFound'] },
  ...plugin('script', process.execPath, bundle),
  ...(binary ? [...bare(), ...plugin('binary', binary)] : []),
];

/** A binary whose program is empty: what the runtime costs alone. */
function bare() {
  if (!host) return [];
  const folder = join(root, 'dist', 'bench');
  const runtime = runtimeFor(host);
  const empty = join(folder, host.executable);
  writeFileSync(empty, compile({ program: '0', target: host, compiler: runtime, runtime, folder }), { mode: 0o755 });
  return [{ name: 'binary of an empty program', run: [empty] }];
}

/**
 * @param {readonly string[]} command
 * @param {{ input?: string | undefined, env?: Record<string, string> | undefined }} [given]
 * @param {'ignore' | 'pipe'} [stderr]
 */
const run = ([program = '', ...args], { input = '', env } = {}, stderr = 'ignore') => {
  const started = process.hrtime.bigint();
  const done = spawnSync(program, args, { input, stdio: ['pipe', 'ignore', stderr], encoding: 'utf8', env: { ...process.env, ...env } });
  if (done.error) throw done.error;
  return { ms: Number(process.hrtime.bigint() - started) / 1e6, said: done.stderr };
};

/** Share of the time since the last call in which the processors did nothing. */
let before = { idle: 0, all: 0 };
function idle() {
  const times = cpus().map(cpu => cpu.times);
  const now = {
    idle: times.reduce((sum, one) => sum + one.idle, 0),
    all: times.flatMap(one => Object.values(one)).reduce((sum, one) => sum + one, 0),
  };
  const share = (now.idle - before.idle) / (now.all - before.all);
  before = now;
  return share;
}
let patience = Number(process.env.BENCH_QUIET ?? 0) * 1000;
async function quiet() {
  idle();
  for (; patience > 0; patience -= 250) {
    await sleep(250);
    if (idle() > 0.8) return;
  }
}

/** @type {(Command & { times: number[] })[]} */
const measured = commands.map(command => ({ ...command, times: [] }));
for (let round = -1; round < rounds; round++) {
  await quiet();
  for (const { run: command, input, env, times } of measured) {
    const { ms } = run(command, { input, env });
    // the first round warms the caches
    if (round >= 0) times.push(ms);
  }
}

/** Peak resident memory in MB, where GNU time tells it: the most of three runs. */
const timer = ['/usr/bin/time', 'gtime'].find(program => has(program, '-f', '%M', process.execPath, '-e', '0'));
const peak = (/** @type {Command} */ { run: command, input, env }) => {
  if (!timer) return '-';
  const kilobytes = [1, 2, 3].map(() => Number(/(\d+)\s*$/.exec(run([timer, '-f', '%M', ...command], { input, env }, 'pipe').said)?.[1]));
  return ((Math.max(...kilobytes) * 1024) / 1e6).toFixed(0);
};

const median = (/** @type {number[]} */ list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
const against = Object.entries({ node: 'node -e 0', version: 'kubectl version', get: 'kubectl get', describe: 'kubectl describe' }).flatMap(
  ([title, start]) => {
    const peer = measured.find(({ name }) => name.startsWith(start));
    return peer === undefined ? [] : [{ title, median: median(peer.times) }];
  },
);

const rows = [['', 'ms', 'least', ...against.map(({ title }) => `x ${title}`), 'MB']];
for (const command of measured) {
  const own = median(command.times);
  rows.push([
    command.name,
    own.toFixed(1),
    Math.min(...command.times).toFixed(1),
    ...against.map(peer => (own / peer.median).toFixed(2)),
    peak(command),
  ]);
}
const width = (/** @type {number} */ column) => Math.max(...rows.map(row => row[column]?.length ?? 0));
console.log(`${rounds} rounds: median and least wall time in ms; ratios of medians; peak memory in MB\n`);
for (const row of rows)
  console.log(row.map((cell, column) => (column === 0 ? cell.padEnd(width(0)) : cell.padStart(width(column)))).join('  '));

const megabytes = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(2)} MB`;
console.log(`\nscript: ${megabytes(statSync(bundle).size)}, compressed ${megabytes(gzipSync(readFileSync(bundle)).length)}`);
if (binary) {
  const archive = host && join(root, 'dist', 'release', archiveName(host));
  console.log(
    `binary: ${megabytes(statSync(binary).size)}${archive && existsSync(archive) ? `, archive ${megabytes(statSync(archive).size)}` : ''}`,
  );
}
