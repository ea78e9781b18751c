/**
 * Whole-process times of the built plugin against peers measured in the same run, one after the other in turns, as medians with ratios. Nothing is asserted:
 * machines differ, ratios tell. With a cluster in reach (a current kubeconfig context and a pod name in BENCH_POD), kubectl is measured beside it.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bundle = join(root, 'dist', 'kubectl-imagepull.cjs');
const rounds = Number(process.env.BENCH_ROUNDS ?? 11);
const plugin = (...args) => [process.execPath, bundle, ...args];
const has = command => spawnSync(command, ['version', '--client'], { stdio: 'ignore' }).error === undefined;

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

const commands = [
  { name: 'node -e 0', run: [process.execPath, '-e', '0'] },
  { name: 'kubectl-imagepull --help', run: plugin('--help') },
  { name: 'kubectl-imagepull version', run: plugin('version') },
  { name: 'kubectl-imagepull why -f - --no-probe', run: plugin('why', '-f', '-', '--no-probe'), input: saved },
];
if (has('kubectl')) {
  commands.push({ name: 'kubectl version --client', run: ['kubectl', 'version', '--client'] });
  const pod = process.env.BENCH_POD;
  if (pod) {
    commands.push({ name: `kubectl get pod ${pod}`, run: ['kubectl', 'get', 'pod', pod] });
    commands.push({ name: `kubectl describe pod ${pod}`, run: ['kubectl', 'describe', 'pod', pod] });
    commands.push({ name: `kubectl-imagepull why ${pod}`, run: plugin('why', pod) });
  }
}

const times = commands.map(() => []);
for (let round = -1; round < rounds; round++) {
  for (const [index, { run, input }] of commands.entries()) {
    const started = process.hrtime.bigint();
    const { error } = spawnSync(run[0], run.slice(1), { input: input ?? '', stdio: ['pipe', 'ignore', 'ignore'] });
    if (error) throw error;
    // the first round warms the caches
    if (round >= 0) times[index].push(Number(process.hrtime.bigint() - started) / 1e6);
  }
}

const median = list => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const medians = times.map(median);
const kubectl = commands.findIndex(({ name }) => name === 'kubectl version --client');
console.log(
  `${rounds} rounds, medians in ms; ratios to \`node -e 0\`${kubectl < 0 ? '' : ' and to `kubectl version --client`'} of the same run`,
);
for (const [index, { name }] of commands.entries()) {
  const ratio = `${(medians[index] / medians[0]).toFixed(2)}x${kubectl < 0 ? '' : `  ${(medians[index] / medians[kubectl]).toFixed(2)}x`}`;
  console.log(`${medians[index].toFixed(0).padStart(6)}  ${ratio.padEnd(14)}  ${name}`);
}
const describe = commands.findIndex(({ name }) => name.startsWith('kubectl describe'));
if (describe >= 0) console.log(`why / kubectl describe pod: ${(medians[describe + 1] / medians[describe]).toFixed(2)}x`);
console.log(
  `bundle: ${(statSync(bundle).size / 1024).toFixed(0)} KiB, ${(gzipSync(readFileSync(bundle)).length / 1024).toFixed(0)} KiB compressed`,
);
