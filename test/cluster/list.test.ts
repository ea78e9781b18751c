/** Lists in pages: a page is asked for while the one before it is read, each once and no more than are wanted; long answers come compressed. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { type Answer, type Api, createApi } from '../../src/cluster/api.ts';
import { list } from '../../src/cluster/list.ts';

const REQUEST = { path: '/api/v1/pods', what: 'the pods', resource: 'pods' };
const LAST = 3;

const pageText = (page: number): string =>
  JSON.stringify({
    kind: 'PodList',
    apiVersion: 'v1',
    metadata: { resourceVersion: '7', ...(page < LAST ? { continue: `page-${page + 1}` } : {}) },
    items: [{ metadata: { name: `pod-${page}` } }],
  });
const nameOf = (item: unknown): string => (item as { metadata: { name: string } }).metadata.name;

/** An API whose answers are whole only when the test says so. In: whether it tells how an answer begins; what it answers in place of a page. */
function slowApi(tellsBeginning: boolean, instead: (page: number, asked: number) => Answer<unknown> | null = () => null) {
  const log: string[] = [];
  let asked = 0;
  const api: Pick<Api, 'server' | 'get'> = {
    server: 'https://cluster.example.com',
    async get<T>(path: string, _accept?: string, begins?: (text: string) => void): Promise<Answer<T>> {
      const page = Number(/continue=page-(\d)/.exec(path)?.[1] ?? 0);
      log.push(`ask ${page}`);
      await new Promise(resolve => setImmediate(resolve));
      const other = instead(page, asked++);
      if (other !== null) return other as Answer<T>;
      if (tellsBeginning) begins?.(pageText(page).slice(0, 120));
      for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve));
      log.push(`whole ${page}`);
      return { ok: true, value: JSON.parse(pageText(page)) as T };
    },
  };
  return { api: api as Api, log };
}

t.test('the next page is asked for while one is read', async t => {
  const { api, log } = slowApi(true);
  const { total } = await list(api, REQUEST, nameOf);
  t.strictSame(total, ['pod-0', 'pod-1', 'pod-2', 'pod-3'], 'all pages, in their order');
  t.strictSame(
    log.filter(line => line.startsWith('ask')),
    ['ask 0', 'ask 1', 'ask 2', 'ask 3'],
    'each is asked for once',
  );
  for (const page of [1, 2, 3])
    t.ok(log.indexOf(`ask ${page}`) < log.indexOf(`whole ${page - 1}`), `page ${page} is on its way before ${page - 1} is whole`);
  t.ok(log.indexOf('ask 2') > log.indexOf('whole 0'), 'and no more than one is');
});

t.test('without a beginning that tells, one page comes after the other', async t => {
  const { api, log } = slowApi(false);
  t.equal((await list(api, REQUEST, nameOf)).total.length, 4);
  t.strictSame(log, ['ask 0', 'whole 0', 'ask 1', 'whole 1', 'ask 2', 'whole 2', 'ask 3', 'whole 3']);
});

t.test('no page is asked for that nobody wants', async t => {
  const { api, log } = slowApi(true);
  t.strictSame((await list(api, REQUEST, nameOf, 2)).total, ['pod-0', 'pod-1']);
  t.strictSame(log, ['ask 0', 'ask 1', 'whole 0', 'whole 1']);
});

t.test('a list that expires is read again', async t => {
  const gone: Answer<unknown> = { ok: false, status: 410, message: 'expired' };
  const { api } = slowApi(true, (page, asked) => (page === 2 && asked < 4 ? gone : null));
  t.strictSame((await list(api, REQUEST, nameOf)).total, ['pod-0', 'pod-1', 'pod-2', 'pod-3'], 'and no pod stands there twice');
});

t.test('long answers come compressed', async t => {
  const accepted: unknown[] = [];
  let isCut = false;
  const server = createServer((request, response) => {
    accepted.push(request.headers['accept-encoding']);
    const body = gzipSync(pageText(LAST));
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end(isCut ? body.subarray(0, 40) : body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const api = createApi(
    { server: base, tls: {}, headers: {}, proxyUrl: null, origin: 'kubeconfig' } as never,
    5000,
    {},
    'test',
    new AbortController().signal,
  );
  t.teardown(async () => {
    await api.close();
    server.close();
  });
  t.strictSame((await list(api, REQUEST, nameOf)).total, ['pod-3']);
  t.strictSame(accepted, ['gzip']);
  isCut = true;
  await t.rejects(list(api, REQUEST, nameOf), /cannot reach the API server/, 'one that is cut short is an error, and no wait');
});
