/**
 * The bench of far registries (bench/far/): its counting, and that its registry makes each cause that a case expects. Belongs here: no
 * time, which only the bench measures.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { connect } from 'node:tls';
import { pathToFileURL } from 'node:url';
import t, { type Test as Tap } from 'tap';
import { folder, run } from './helpers/process.ts';
import { temporary } from './helpers/temporary.ts';

interface Step {
  kind: 'tcp' | 'tls' | 'request';
  host: string;
  connection: number;
  start: number;
  end: number;
  what: string;
}
interface Count {
  requests: number;
  connections: Record<string, number>;
  chain: number;
  path: string[];
}
interface Case {
  name: string;
  at: string;
  cause: string;
  layersAt?: string;
}
interface Measured {
  name: string;
  of?: Case;
  runs: { ms: number; cpu: number; count: Count }[];
}
interface Site {
  hosts: Record<string, string>;
  ca: string;
  /** Those since the last call. */
  steps(): Promise<Step[]>;
}

/** The scripts of the bench are no part of the types. */
const script = <T>(name: string): Promise<T> => import(pathToFileURL(resolve('bench/far', `${name}.mjs`)).href) as Promise<T>;
const { count } = await script<{ count(steps: readonly Step[], slack?: number): Count }>('count');
const { CASES, savedObjects } = await script<{
  CASES: readonly Case[];
  savedObjects(of: Case, host: string): string;
}>('cases');
const { table, bars } = await script<{ table(all: readonly Measured[], oneWay: number): string; bars(all: readonly Measured[]): string }>(
  'report',
);

const step = (kind: Step['kind'], start: number, end: number, more: Partial<Step> = {}): Step => ({
  kind,
  host: 'registry',
  connection: 1,
  start,
  end,
  what: `${start}`,
  ...more,
});
/** A connection that is ready 200 ms after its beginning. */
const opened = (start: number, more: Partial<Step> = {}): Step[] => [
  step('tcp', start, start + 100, more),
  step('tls', start + 100, start + 200, more),
];

t.test('the chain of a run is the longest row of steps that begin after one another has ended', async t => {
  const other = { connection: 2 };
  const far = { connection: 3, host: 'layers' };
  const rows: [string, Step[], number][] = [
    ['nothing', [], 0],
    ['a connection alone', opened(0), 2],
    ['one request after the other', [...opened(0), step('request', 200, 300), step('request', 301, 401)], 4],
    ['requests at the same time', [...opened(0), step('request', 200, 300), step('request', 201, 301)], 3],
    ['on a second connection opened beside the first', [...opened(0), ...opened(1, other), step('request', 202, 300, other)], 3],
    ['on a second connection opened after an answer', [...opened(0), step('request', 200, 300), ...opened(301, other)], 5],
    [
      'the longer of two branches',
      [...opened(0), step('request', 200, 300), step('request', 300, 400), ...opened(300, far), step('request', 500, 600, far)],
      6,
    ],
    ['in any order', [step('request', 301, 401), step('request', 200, 300), ...opened(0).reverse()], 4],
    ['clocks that are wrong by less than the slack', [...opened(0), step('request', 197, 300), step('request', 296, 400)], 4],
  ];
  for (const [name, steps, chain] of rows) t.equal(count(steps, 10).chain, chain, name);
  t.same(count([...opened(0), step('request', 200, 300, { what: 'GET /v2/' })], 10).path, [
    'registry tcp',
    'registry tls',
    'registry GET /v2/',
  ]);
});

t.test('connections are counted by host, requests in all', async t => {
  const { connections, requests } = count([
    ...opened(0),
    ...opened(0, { connection: 2 }),
    ...opened(9, { host: 'layers' }),
    step('request', 200, 300),
  ]);
  t.same(connections, { registry: 2, layers: 1 });
  t.equal(requests, 1);
});

t.test('the table has the ratio to the peer, and the bars tell what holds', async t => {
  const of = CASES.find(({ name }) => name === 'missing tag') as Case;
  const ran = (ms: number, connections: number, chain: number): Measured['runs'][number] => ({
    ms,
    cpu: Number.NaN,
    count: { requests: 4, connections: { registry: connections }, chain, path: [] },
  });
  const all: Measured[] = [
    { name: 'crane', runs: [ran(500, 1, 5)] },
    { name: 'script', of, runs: [ran(650, 1, 6), ran(640, 2, 6), ran(900, 1, 6)] },
  ];
  const [, , script] = table(all, 50).split('\n');
  t.match(script, /^script +650 +1\.30 +50 +- +4 +6 +5 +registry 2$/);
  t.equal(bars(all), 'holds   script: 1.30 x crane, 1.3 at most\nmissed  script: 2 to registry, 1 at most');
  t.notMatch(bars(all.slice(1)), /crane/, 'no ratio without a peer');
});

/** Starts the far side. In: milliseconds of each way. */
async function startSite(t: Tap, oneWay: number): Promise<Site> {
  const site = fork(join('bench', 'far', 'site.mjs'), [String(oneWay), temporary('site')]);
  t.teardown(() => site.kill());
  const [{ hosts, ca }] = (await once(site, 'message')) as [Pick<Site, 'hosts' | 'ca'>];
  const steps = async (): Promise<Step[]> => {
    site.send('steps');
    return ((await once(site, 'message')) as [Step[]])[0];
  };
  return { hosts, ca, steps };
}

t.test('requests that one connection sends at once are one step, and each way takes its time', async t => {
  const oneWay = 40;
  const { hosts, ca, steps } = await startSite(t, oneWay);
  const [address = '', port] = (hosts['registry'] ?? '').split(':');
  const started = performance.now();
  const socket = connect({ host: address, port: Number(port), ca: readFileSync(ca, 'utf8') });
  await once(socket, 'secureConnect');
  const get = `GET /v2/ HTTP/1.1\r\nHost: ${address}\r\n\r\n`;
  socket.write(get + get);
  let answers = '';
  for await (const text of socket.setEncoding('utf8')) if ((answers += text).match(/ 401 /g)?.length === 2) break;
  t.ok(performance.now() - started >= 6 * oneWay - 10, 'TCP, TLS and the requests take a round trip each');
  const seen = await steps();
  t.same(count(seen, oneWay / 5).path, ['registry tcp', 'registry tls', 'registry GET /v2/']);
  t.equal(count(seen).requests, 2);
});

t.test('every case gives its cause, and asks for all that proves it', async t => {
  const { hosts, ca, steps } = await startSite(t, 0);
  for (const one of CASES) {
    const files = folder({ 'saved.json': savedObjects(one, hosts[one.at] as string) });
    const { stdout, stderr } = await run(['why', '-f', join(files, 'saved.json'), '--registry-ca', ca, '-o', 'json']);
    const found = stdout === '' ? stderr : (JSON.parse(stdout).items as { cause: string }[])[0]?.cause;
    t.equal(found, one.cause, one.name);
    const seen = await steps();
    const { connections, requests } = count(seen);
    t.ok((connections[one.at] ?? 0) >= 1 && requests >= 3, `${one.name} asks its registry`);
    if (one.layersAt === undefined) continue;
    const blobs = seen.filter(({ host, what }) => host === one.layersAt && /\/(?:blobs|store)\/sha256/.test(what));
    t.equal(
      new Set(blobs.map(({ what }) => what.replace(/^\w+ /, ''))).size,
      7,
      `${one.name}: the config and all six layers are asked for`,
    );
  }
});
