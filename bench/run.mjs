/**
 * Whole-process times of the plugin against peers measured in the same run, one after the other in turns, as medians with ratios; peak memory; sizes.
 * Nothing is asserted: machines differ, ratios tell. Measured are the script on Node and, when `npm run release` has built it, the single binary. With a
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
const has = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).error === undefined;

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
const plugin = (title, ...start) => [
  { name: `${title} --help`, run: [...start, '--help'] },
  { name: `${title} version`, run: [...start, 'version'] },
  { name: `${title} why -f - --no-probe`, run: [...start, 'why', '-f', '-', '--no-probe'], input: saved },
  ...(peers.length > 0 ? pods.map(name => ({ name: `${title} why ${name}`, run: [...start, 'why', name] })) : []),
];
const commands = [
  ...peers,
  { name: 'node -e 0', run: [process.execPath, '-e', '0'] },
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

const run = ([program, ...args], input = '', stderr = 'ignore') => {
  const started = process.hrtime.bigint();
  const done = spawnSync(program, args, { input, stdio: ['pipe', 'ignore', stderr], encoding: 'utf8' });
  if (done.error) throw done.error;
  return { ms: Number(process.hrtime.bigint() - started) / 1e6, said: done.stderr };
};

/** Share of the time since the last call in which the processors did nothing. */
let before = [0, 0];
function idle() {
  const times = cpus().map(cpu => cpu.times);
  const now = [times.reduce((sum, one) => sum + one.idle, 0), times.flatMap(one => Object.values(one)).reduce((sum, one) => sum + one, 0)];
  const share = (now[0] - before[0]) / (now[1] - before[1]);
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

const times = commands.map(() => []);
for (let round = -1; round < rounds; round++) {
  await quiet();
  for (const [index, { run: command, input }] of commands.entries()) {
    const { ms } = run(command, input);
    // the first round warms the caches
    if (round >= 0) times[index].push(ms);
  }
}

/** Peak resident memory in MB, where GNU time tells it: the most of three runs. */
const timer = ['/usr/bin/time', 'gtime'].find(program => has(program, '-f', '%M', process.execPath, '-e', '0'));
const peak = ({ run: command, input }) => {
  if (!timer) return '-';
  const kilobytes = [1, 2, 3].map(() => Number(/(\d+)\s*$/.exec(run([timer, '-f', '%M', ...command], input, 'pipe').said)?.[1]));
  return ((Math.max(...kilobytes) * 1024) / 1e6).toFixed(0);
};

const median = list => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const medians = times.map(median);
const of = start => commands.findIndex(({ name }) => name.startsWith(start));
const against = [
  ['node', of('node -e 0')],
  ['version', of('kubectl version')],
  ['get', of('kubectl get')],
  ['describe', of('kubectl describe')],
].filter(([, index]) => index >= 0);

const rows = [['', 'ms', 'least', ...against.map(([title]) => `x ${title}`), 'MB']];
for (const [index, command] of commands.entries())
  rows.push([
    command.name,
    medians[index].toFixed(1),
    Math.min(...times[index]).toFixed(1),
    ...against.map(([, peer]) => (medians[index] / medians[peer]).toFixed(2)),
    peak(command),
  ]);
const widths = rows[0].map((_, column) => Math.max(...rows.map(row => row[column].length)));
console.log(`${rounds} rounds: median and least wall time in ms; ratios of medians; peak memory in MB\n`);
for (const row of rows)
  console.log(row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  '));

const megabytes = bytes => `${(bytes / 1e6).toFixed(2)} MB`;
console.log(`\nscript: ${megabytes(statSync(bundle).size)}, compressed ${megabytes(gzipSync(readFileSync(bundle)).length)}`);
if (binary) {
  const archive = host && join(root, 'dist', 'release', archiveName(host));
  console.log(
    `binary: ${megabytes(statSync(binary).size)}${archive && existsSync(archive) ? `, archive ${megabytes(statSync(archive).size)}` : ''}`,
  );
}
