/** What is found so far, on a terminal: shown in any order, cut to the width, without secrets, and gone before the answer. */
import { spawnSync } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { liveFindings } from '../../src/commands/live-findings.ts';
import type { Finding } from '../../src/diagnosis/investigate.ts';
import type { CauseCode } from '../../src/model/cause-codes.ts';
import type { Pod } from '../../src/model/kubernetes.ts';
import { SECRETS } from '../../src/util/secrets.ts';
import { startCluster, writeKubeconfig } from '../helpers/cluster.ts';
import { WHY_FLAGS } from '../helpers/commands.ts';
import { contextOf } from '../helpers/context.ts';
import { pluginCommand } from '../helpers/plugin.ts';
import { run } from '../helpers/process.ts';
import { startRegistry } from '../helpers/registry.ts';
import { NODE, named, podOf } from '../helpers/shop.ts';

const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).stdout?.includes('util-linux');

/** A terminal of so many columns, and what stands on it in the end. */
function terminalOf(columns = 60, environment: Record<string, string> = {}, isTTY = true) {
  const { context, written } = contextOf();
  const stderr = Object.assign(new PassThrough(), { isTTY, columns });
  stderr.setEncoding('utf8').on('data', (data: string) => (written.stderr += data));
  return { context: { ...context, environment, stdout: { ...context.stdout, isTTY, columns }, stderr }, written };
}

/** The lines that a terminal shows after it was written to: line ends, and the few control sequences that move and erase. */
function screenOf(text: string): string[] {
  const lines = [''];
  let [row, column] = [0, 0];
  for (const [part] of text.matchAll(/\u001b\[\d*[AJK]|\r?\n|\r|[^\u001b\r\n]+/g)) {
    const [, count = '', code] = /^\u001b\[(\d*)([AJK])$/.exec(part) ?? [];
    if (code === 'A') row -= Number(count || 1);
    else if (code === 'K') lines[row] = (lines[row] ?? '').slice(0, column);
    else if (code === 'J') lines.splice(row, lines.length, (lines[row] ?? '').slice(0, column));
    else if (part === '\r') column = 0;
    else if (part.endsWith('\n')) [row, column] = [row + 1, 0];
    else {
      lines[row] = (lines[row] ?? '').slice(0, column).padEnd(column) + part + (lines[row] ?? '').slice(column + part.length);
      column += part.length;
    }
    while (lines.length <= row) lines.push('');
  }
  return lines;
}

const findingOf = (cause: CauseCode, name: string, image = 'registry.example.com/team/web:9'): Finding =>
  ({ facts: { pod: { namespace: 'shop', name }, image }, diagnosis: { cause } }) as Finding;

/** A pod that waits for its image, as its status tells. */
const waitingPod = (name: string, image: string, message: string): Pod =>
  podOf(name, 'shop', { image, waiting: { reason: 'ImagePullBackOff', message } }) as unknown as Pod;

const NOT_FOUND = (image: string): string =>
  `Back-off pulling image "${image}": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;

const NO_ANSWER = (image: string): string =>
  `Back-off pulling image "${image}": ErrImagePull: failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to do request: Head "https://${image.split('/')[0]}/v2/team/app/manifests/9": dial tcp 127.0.0.1:5000: i/o timeout`;

t.test('findings as they come', async t => {
  const { context, written } = terminalOf();
  const live = liveFindings({ ...WHY_FLAGS, output: 'text' }, context);
  live.say('reading the cluster');
  t.equal(written.stderr, '', 'nothing at once: a short run shows none');
  live.listed(500, []);
  const image = 'registry.example.com/team/app:9';
  live.listed(500, [waitingPod('a', image, NOT_FOUND(image)), waitingPod('b', image, NOT_FOUND(image))]);
  await sleep(450);
  t.match(screenOf(written.stderr)[0], /^reading the cluster: 1000 pods, 2 may wait for an image/);
  t.match(
    screenOf(written.stderr)[1],
    /^ {2}2 \w*NotFound\w* \(shop\/a: registry\.example\.com/,
    'what nodes report, while pods are still being read',
  );
  live.say('probing registries');
  live.found(findingOf('TagNotFound', 'late'));
  live.found(findingOf('RegistryUnreachable', 'web'));
  live.found(findingOf('RegistryUnreachable', 'web-2'));
  live.found(findingOf('NoPullProblem', 'fine'));
  await sleep(150);
  t.strictSame(
    screenOf(written.stderr),
    [
      'probing registries ...',
      '  2 RegistryUnreachable (shop/web: registry.example.com/team/web:9)'.slice(0, 59),
      '  1 TagNotFound (shop/late: registry.example.com/team/web:9)'.slice(0, 59),
    ],
    'then what was found, most pods first, cut to the width',
  );
  for (const [index, cause] of (['TLSFailed', 'ProxyFailed', 'RateLimited', 'ImageBroken', 'NodeDiskFull'] as const).entries())
    live.found(findingOf(cause, `more-${index}`));
  await sleep(150);
  t.equal(screenOf(written.stderr).length, 7, 'of many causes a few');
  t.match(screenOf(written.stderr)[6], /^ +and 2 more$/);
  live.done();
  t.strictSame(screenOf(written.stderr), [''], 'and in the end nothing of it is left');
  const { length } = written.stderr;
  await sleep(150);
  t.equal(written.stderr.length, length, 'nor comes back');
});

t.test('names of others are shown as they may be shown', async t => {
  SECRETS.add('example-password-1');
  const { context, written } = terminalOf(200);
  const live = liveFindings({ ...WHY_FLAGS, output: 'text' }, context);
  live.found(findingOf('InvalidImageName', 'web', 'a\u001b[2Jb\n\u202e:example-password-1:\u5bbf'));
  await sleep(400);
  live.done();
  t.notMatch(written.stderr, /example-password-1/, 'no secret');
  t.notMatch(written.stderr, /\u001b\[2J|\u202e|\u5bbf/, 'nothing that a terminal obeys, or shows two columns wide');
  t.match(written.stderr, /InvalidImageName/);
});

t.test('where nothing is shown', async t => {
  const rows: [string, ReturnType<typeof terminalOf>, object][] = [
    ['no terminal', terminalOf(80, {}, false), {}],
    ['a terminal that obeys nothing', terminalOf(80, { TERM: 'dumb' }), {}],
    ['CI', terminalOf(80, { CI: 'true' }), {}],
    ['one pod', terminalOf(), { names: ['web'] }],
    ['a document', terminalOf(), { output: 'json' }],
  ];
  for (const [name, { context, written }, flags] of rows) {
    const live = liveFindings({ ...WHY_FLAGS, output: 'text', ...flags }, context);
    live.say('reading the cluster');
    live.listed(1, []);
    live.found(findingOf('TagNotFound', 'web'));
    await sleep(400);
    live.done();
    t.equal(written.stderr, '', name);
  }
});

t.test('on a terminal, with a registry that keeps silent', { skip: !hasScript && 'no script of util-linux' }, async t => {
  const [silent, answering] = await Promise.all([startRegistry({ answer: () => ({ hang: true }) }), startRegistry({})]);
  const pods = [silent.host, ...Array.from({ length: 12 }, () => answering.host)].map((host, index) => {
    const image = `${host}/team/app-${index}:9`;
    const message = index === 0 ? NO_ANSWER(image) : NOT_FOUND(image);
    return podOf(`app-${index}`, 'shop', { image, waiting: { reason: 'ImagePullBackOff', message } });
  });
  const cluster = await startCluster({ objects: [...pods, named('Namespace', 'shop'), named('ServiceAccount', 'builder', 'shop'), NODE] });
  t.teardown(() => Promise.all([silent.close(), answering.close(), cluster.close()]));
  const kubeconfig = writeKubeconfig({ server: cluster.server, namespace: 'shop' });
  const args = ['why', '--timeout', '2s', '--kubeconfig', kubeconfig];
  const words = [...pluginCommand(), ...args].map(word => `'${word}'`).join(' ');
  const typed = spawnAsync(['script', '-qec', `stty cols 90; ${words}`, '/dev/null']);
  const [shown, piped] = [await typed, await run(args)];
  t.match(shown, /\r?12 \w*NotFound\w* \(shop\/app-1: /, 'the others are told while the first is waited for');
  t.ok(shown.search(/12 \w*NotFound/) < shown.search(/ PODS +CAUSE/), 'which comes later');
  const screen = screenOf(shown.replace(/\u001b\[[\d;]*m/g, ''));
  t.notMatch(screen.join('\n'), /probing registries|reading the cluster|\(shop\/app-1: /, 'and nothing of that is left beside the answer');
  t.match(screen.join('\n'), /RegistryUnreachable/);
  t.notMatch(piped.stderr, /probing|12 /, 'nothing of it goes into a pipe');
});

/** Runs a command. Out: what it printed. */
async function spawnAsync([program = '', ...args]: readonly string[]): Promise<string> {
  const { spawn } = await import('node:child_process');
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', TERM: 'xterm' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (data: string) => (text += data));
  await new Promise(resolve => child.on('close', resolve));
  return text;
}
