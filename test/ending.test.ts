/**
 * The process ends with its answer: for each command, and each way in which one can end, the time from the last byte to the end of the process is a small part of the whole. What
 * holds a process for a second (a timer of a look-up, a socket that is kept) is more than that of every run here.
 */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { COMMANDS, type CommandName, flagsOf } from '../src/flags.ts';
import { startCluster, writeKubeconfig } from './helpers/cluster.ts';
import { pluginCommand } from './helpers/plugin.ts';
import { folder } from './helpers/process.ts';
import { freePort, startRegistry, startTcp } from './helpers/registry.ts';
import { CLUSTER, dockerconfigjson, IMAGE, named, podOf } from './helpers/shop.ts';
import { temporary } from './helpers/temporary.ts';

/** The largest part of a run that may lie behind its last byte. Another program that takes the processor does not do so in each of a few tries. */
const MOST = 0.25;
const TRIES = 5;
const AT_ONCE = 2;
/** Milliseconds after which a run is killed: it would never end. */
const HANGS = 20_000;
const isWindows = process.platform === 'win32';

/** One way in which a command ends. */
interface Way {
  command: string;
  way: string;
  args: string[];
  env?: Record<string, string>;
  input?: string;
  status?: number;
  /** Interrupted by Ctrl-C after its first byte. */
  isInterrupted?: true;
  /** Its reader goes after the first byte. */
  isLeft?: true;
  /** The file that it writes. */
  file?: string;
}

interface Measured {
  share: number;
  bytes: number;
  status: number | NodeJS.Signals | null;
  says: string;
}

const home = temporary('home');

function measure({ args, env = {}, input = '', isInterrupted, isLeft, file }: Way): Promise<Measured> {
  const [program, ...first] = pluginCommand();
  const started = performance.now();
  const child = spawn(program, [...first, ...args], { env: { PATH: process.env.PATH ?? '', HOME: home, USERPROFILE: home, ...env } });
  let [last, end, bytes, says] = [started, started, 0, ''];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      if (bytes === 0 && isInterrupted) child.kill('SIGINT');
      last = performance.now();
      bytes += data.length;
      says = `${says}${data}`.slice(-300);
      if (isLeft) child.stdout.destroy();
    });
  const killer = setTimeout(() => child.kill('SIGKILL'), HANGS);
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', () => {
      clearTimeout(killer);
      end = performance.now();
    });
    child.on('close', (status, signal) => {
      if (file !== undefined) {
        const { mtimeMs, size } = statSync(file);
        last = Math.max(last, mtimeMs - performance.timeOrigin);
        bytes += size;
      }
      resolve({ share: Math.max(0, end - last) / (Math.max(end, last) - started), bytes, status: status ?? signal, says });
    });
  });
}

/** The least of a few tries. */
async function least(way: Way): Promise<Measured> {
  let best = await measure(way);
  for (let count = 1; count < TRIES && best.share >= MOST && best.status !== 'SIGKILL'; count++) {
    const next = await measure(way);
    if (next.share < best.share) best = next;
  }
  return best;
}

/** What images and secrets are of: a registry that answers, one that keeps silent, one without an address, and one behind a proxy that is gone. */
type Target = 'live' | 'silent' | 'unknown' | 'proxied';

/** Each command, on one target. A command that asks nobody has no target. */
const LINES: Record<CommandName, (target: string, image: string) => string[]> = {
  why: target => ['why', target],
  'test-secret': target => ['test-secret', target],
  check: (target, image) => ['check', image, '--secret', target],
  collect: target => ['collect', target, '--with-probe'],
  'repair-secret': target => ['repair-secret', target, '--to-namespace', 'build'],
  cleanup: () => ['cleanup', '--yes'],
  explain: () => ['explain', 'TagNotFound'],
  version: () => ['version'],
  completion: () => ['completion', 'bash'],
};

const saved = (...objects: object[]): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects.map(object => ({ apiVersion: 'v1', ...object })) });

t.test('each command ends with its answer, on each way out', async t => {
  const registry = await startRegistry({ images: [{ repository: 'team/api', tag: '1.4.2' }] });
  const silent = await startTcp(() => {});
  const nobody = await freePort();
  const hosts: Record<Target, string> = {
    live: registry.host,
    silent: silent.host,
    unknown: 'registry.acme.invalid',
    proxied: 'registry.acme.example',
  };
  const targets = Object.keys(hosts) as Target[];
  const imageOf = (target: Target): string => `${hosts[target]}/team/api:1.4.2`;
  const cluster = await startCluster({
    objects: [
      ...CLUSTER,
      ...targets.flatMap(target => [
        podOf(target, 'ends', { image: imageOf(target), secrets: [target] }),
        dockerconfigjson(target, 'ends', { [hosts[target]]: { username: 'ci', password: 'example' } }),
      ]),
      podOf('fine', 'ends', { image: imageOf('live'), waiting: null }),
      named('Namespace', 'ends'),
      named('ServiceAccount', 'builder', 'ends'),
      named('ServiceAccount', 'default', 'ends'),
    ],
  });
  t.teardown(() => Promise.all([registry.close(), silent.close(), cluster.close()]));
  const withServer = (server: string): Record<string, string> => ({ KUBECONFIG: writeKubeconfig({ server, namespace: 'ends' }) });
  const env = withServer(cluster.server);
  const deadProxy = { HTTPS_PROXY: `http://127.0.0.1:${nobody}` };
  const files = folder({
    'pod.json': saved(podOf('unknown', 'ends', { image: imageOf('unknown') })),
    'pods.json': saved(
      ...Array.from({ length: 300 }, (_, index) => podOf(`p-${index}`, 'ends', { image: `registry.acme.example/team/app-${index}:1` })),
    ),
  });
  const out = temporary('ends');

  const ways: Way[] = COMMANDS.flatMap(({ name }) => {
    const line = LINES[name];
    // told below
    if (line === undefined) return [];
    const takes = (flag: string): boolean => flagsOf(name).some(one => one.name === flag);
    const of = (target: Target): string[] => [...line(target, imageOf(target)), ...(takes('timeout') ? ['--timeout', '400ms'] : [])];
    const rows: Omit<Way, 'command'>[] = [
      { way: 'an answer', args: of('live'), env },
      { way: 'an error of usage', args: [name, '--no-such-flag'], status: 2 },
      { way: 'help', args: [name, '--help'], status: 0 },
      { way: '| head', args: of('live'), env, isLeft: true },
    ];
    if (takes('server')) {
      if (name !== 'cleanup') rows.push({ way: 'nothing found', args: line('absent', 'a b'), env });
      rows.push(
        { way: 'API server unreachable', args: of('live'), env: withServer(`https://127.0.0.1:${nobody}`), status: 2 },
        { way: "API server's name does not resolve", args: of('live'), env: withServer('https://api.acme.invalid'), status: 2 },
        {
          way: 'API server silent',
          args: [...of('live'), '--request-timeout', '400ms'],
          env: withServer(`https://${silent.host}`),
          status: 2,
        },
        {
          way: 'proxy of the API server dead',
          args: of('live'),
          env: { ...withServer('https://api.acme.example'), ...deadProxy },
          status: 2,
        },
      );
    }
    if (takes('timeout'))
      rows.push(
        { way: "registry's name does not resolve", args: of('unknown'), env },
        { way: 'registry silent', args: of('silent'), env },
        { way: 'proxy dead', args: of('proxied'), env: { ...env, ...deadProxy, NO_PROXY: '127.0.0.1' } },
      );
    if (takes('output-file')) {
      const file = join(out, `${name}.json`);
      rows.push({ way: '--output-file', args: [...of('unknown'), '--output-file', file], env, file });
    }
    return rows.map(row => ({ command: name, ...row }));
  });
  const why = (way: string, args: string[], more: Partial<Way> = {}): Way => ({
    command: 'why',
    way,
    args: ['why', ...args],
    env,
    ...more,
  });
  ways.push(
    why('all namespaces', ['-A', '--timeout', '400ms'], { status: 1 }),
    why('saved objects', ['-f', join(files, 'pod.json')], { status: 1 }),
    why('saved objects, nobody asked', ['-f', join(files, 'pods.json'), '--no-probe'], { status: 1 }),
    why('a long answer | head', ['-f', join(files, 'pods.json'), '--no-probe', '-o', 'json'], { isLeft: true }),
    why('several contexts', ['unknown', '--contexts', '*'], { status: 1 }),
    why('--from-node that is refused', ['unknown', '--from-node', '--yes']),
    why('--until-pulled, pulled', ['--until-pulled', 'fine'], { status: 0 }),
    why('--until-pulled, not yet', ['--until-pulled', 'unknown', '--timeout', '1s']),
    ...(isWindows ? [] : [why('--watch and Ctrl-C', ['--watch', 'unknown'], { isInterrupted: true })]),
    { command: 'check', way: '--local', args: ['check', '--local', imageOf('unknown')], status: 1 },
    { command: 'check', way: '--local | head', args: ['check', '--local', imageOf('live')], isLeft: true },
    { command: 'check', way: 'a name that is wrong', args: ['check', '--local', 'A B'], status: 1 },
    { command: 'explain', way: 'a list', args: ['explain'], status: 0 },
    { command: 'explain', way: 'a text', args: ['explain', '-'], input: `Failed to pull image "${IMAGE}": x: not found\n` },
    { command: 'completion', way: 'names of the cluster', args: ['__complete', 'why', ''], env },
    {
      command: 'completion',
      way: 'API server unreachable',
      args: ['__complete', 'why', ''],
      env: withServer(`https://127.0.0.1:${nobody}`),
    },
    {
      command: 'completion',
      way: "API server's name does not resolve",
      args: ['__complete', 'why', ''],
      env: withServer('https://api.acme.invalid'),
    },
    { command: '(none)', way: 'no arguments', args: [], status: 0 },
    { command: '(none)', way: 'a command that is not there', args: ['whi'], status: 2 },
  );

  for (const { name } of COMMANDS) t.ok(Object.hasOwn(LINES, name), `the command ${name} has a row here`);
  const waiting = [...ways];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let way = waiting.shift(); way !== undefined; way = waiting.shift()) {
        const { share, bytes, status, says } = await least(way);
        const name = `${way.command}: ${way.way}`;
        t.ok(bytes > 0, `${name}: it says something`);
        t.ok(share < MOST, `${name}: ${Math.round(100 * share)} % of the run after its last byte (${JSON.stringify(says)})`);
        if (way.status !== undefined) t.equal(status, way.status, `${name}: its status (${JSON.stringify(says)})`);
      }
    }),
  );
});

t.test('a slow reader gets all that was written', { skip: isWindows }, async t => {
  const pods = Array.from({ length: 1200 }, (_, index) =>
    podOf(`p-${index}`, 'ends', { image: `registry.acme.example/team/app-${index}:1` }),
  );
  const files = folder({
    'pods.json': saved(...pods),
    // a pipe holds 64 KB: most is written when the program has nothing else left to do
    'slow.sh': '#!/bin/sh\ncd "$1"; shift\n{ "$@"; echo $? > status; } 2> stderr | { sleep 1; cat; } > stdout\n',
    'slow-errors.sh': '#!/bin/sh\ncd "$1"; shift\n{ "$@"; echo $? > status; } 2>&1 > stdout | { sleep 1; cat; } > stderr\n',
    'full.sh': '#!/bin/sh\ncd "$1"; shift\n"$@" > /dev/full 2> stderr; echo $? > status\n',
  });
  const text = (name: string): string => readFileSync(join(files, name), 'utf8');
  const through = (script: string, ...args: string[]): void =>
    void spawnSync(join(files, script), [files, ...pluginCommand(), ...args], { env: { PATH: process.env.PATH ?? '', HOME: home } });
  through('slow.sh', 'why', '-f', 'pods.json', '--no-probe', '-o', 'json');
  const { length } = text('stdout');
  t.ok(length > 1_500_000, `${length} bytes`);
  t.equal((JSON.parse(text('stdout')) as { items: object[] }).items.length, pods.length, 'standard output is whole');
  t.equal(text('status'), '1\n', 'with its status');
  const word = 'x'.repeat(120_000);
  through('slow-errors.sh', 'why', `--${word}`);
  const errors = text('stderr');
  // a line is cut at 64 KB: with its mark and its end it is longer than what a pipe holds
  t.match(errors, /^error: unknown flag: --x+…\n$/, 'standard error is whole');
  t.ok(Buffer.byteLength(errors) > 65_536, 'and more than a pipe holds');
  t.equal(text('status'), '2\n', 'with its status');
  if (process.platform !== 'linux') return;
  through('full.sh', 'why', '-f', 'pods.json', '--no-probe');
  t.match(text('stderr'), /^error: standard output cannot be written: ENOSPC\n$/, 'what is lost is told');
  t.equal(text('status'), '2\n', 'with its status');
});
