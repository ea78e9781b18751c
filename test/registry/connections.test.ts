/** Connections are kept and shared: servers on loopback that count connections, requests and flights, and end them at every moment. */
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Outcome, Transport } from '../../src/registry/transport.ts';
import { answerOf, type Counted, type CountedAnswer, type CountingServer, startCounting } from '../helpers/counting-server.ts';
import { makeCertificate } from '../helpers/registry.ts';
import { testTransport } from '../helpers/transport.ts';

type Asked = [method: 'GET' | 'HEAD' | 'POST', path: string, options?: Parameters<Transport['request']>[2]];

/** A server and a transport that end with the test. */
async function pair(test: Test, answer: (request: Counted) => CountedAnswer, stepTimeout = 5000) {
  const server = await startCounting(answer);
  const transport = testTransport({ stepTimeout });
  test.teardown(() => Promise.all([transport.close(), server.close()]));
  const ask = (...[method, path, options]: Asked): Promise<Outcome> => transport.request(method, `${server.url}${path}`, options ?? {});
  return { server, transport, ask };
}

/** Status or code of an outcome. */
const told = (outcome: Outcome): number | string => (outcome.ok ? outcome.reply.status : outcome.fault.code);
const lines = ({ requests }: CountingServer): string[] => requests.map(({ connection, line }) => `${connection} ${line}`);
const login = (password: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`ci:${password}`).toString('base64')}`,
});

t.test('one connection is kept by every next request', async t => {
  const heads: Record<string, CountedAnswer> = {
    '/length': { text: 'HTTP/1.1 200 OK\r\nContent-Length: 700\r\n\r\n' },
    '/none': { text: 'HTTP/1.1 401 No\r\nWWW-Authenticate: x\r\n\r\n' },
    '/chunked': { text: 'HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n' },
    '/moved': { text: 'HTTP/1.1 307 Moved\r\nLocation: /length\r\n\r\n' },
    '/unmodified': { text: 'HTTP/1.1 304 Same\r\nContent-Length: 700\r\n\r\n' },
    '/empty': { text: 'HTTP/1.1 204 Empty\r\n\r\n' },
    '/chunks': { text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nok\r\n0\r\nTrailer: x\r\n\r\n' },
  };
  const { server, ask } = await pair(
    t,
    ({ line }) => heads[line.split(' ')[1] as string] ?? answerOf(500, line.startsWith('HEAD') ? '' : 'broken'),
  );
  const found: (number | string)[] = [];
  for (const path of ['/length', '/none', '/chunked', '/moved', '/unmodified', '/empty', '/broken'])
    found.push(told(await ask('HEAD', path)));
  for (const path of ['/unmodified', '/empty', '/chunks', '/broken']) found.push(told(await ask('GET', path)));
  found.push(told(await ask('POST', '/broken', { body: 'a=b' })));
  t.strictSame(found, [200, 401, 404, 307, 304, 204, 500, 304, 204, 200, 500, 500]);
  t.equal(server.connections.length, 1, 'after HEAD, errors, redirects and answers without a body');
  const chunks = await ask('GET', '/chunks');
  t.equal(chunks.ok && chunks.reply.body, 'ok', 'nothing of one answer is taken for the next one');
});

t.test('what is asked together goes out in one flight over one connection', async t => {
  const { server, ask } = await pair(t, ({ line }) =>
    line.startsWith('HEAD') ? { text: 'HTTP/1.1 404 No\r\n\r\n' } : answerOf(200, line),
  );
  await ask('GET', '/v2/');
  const [head, manifest, tags] = await Promise.all([ask('HEAD', '/a'), ask('GET', '/a'), ask('GET', '/tags')]);
  t.equal(head && told(head), 404);
  t.strictSame(
    [manifest, tags].map(one => one?.ok && one.reply.body),
    ['GET /a', 'GET /tags'],
    'each gets its own answer',
  );
  t.strictSame(
    server.requests.map(({ connection, flight, line }) => [connection, flight, line]),
    [
      [0, 0, 'GET /v2/'],
      [0, 1, 'HEAD /a'],
      [0, 1, 'GET /a'],
      [0, 1, 'GET /tags'],
    ],
  );
});

t.test('nothing is sent behind the first request of all: it tells whether the server keeps connections', async t => {
  const { server, ask } = await pair(t, () => answerOf(200));
  await Promise.all(['/a', '/b', '/c'].map(path => ask('GET', path)));
  t.equal(server.connections.length, 1);
  t.strictSame(
    server.requests.map(({ flight }) => flight),
    [0, 1, 1],
  );
});

t.test('dozens of requests take a few connections, those of two hosts one each', async t => {
  const { server, ask, transport } = await pair(t, () => answerOf(200));
  const other = await startCounting(() => answerOf(200));
  t.teardown(() => other.close());
  await Promise.all([ask('GET', '/'), transport.request('GET', other.url)]);
  const outcomes = await Promise.all(Array.from({ length: 60 }, (_, index) => ask('GET', `/${index}`)));
  t.ok(outcomes.every(({ ok }) => ok));
  t.equal(server.requests.length, 61, 'each is sent once');
  t.ok(server.connections.length > 1 && server.connections.length <= 4, `${server.connections.length} connections`);
  t.equal(other.connections.length, 1);
});

t.test('servers that keep no connection get each request once', async t => {
  const closing: Record<string, CountedAnswer> = {
    'Connection: close': { ...answerOf(200, 'ok', 'Connection: close\r\n'), ending: 'end' },
    'HTTP/1.0': { text: 'HTTP/1.0 200 OK\r\n\r\nok', ending: 'end' },
    'a body up to the end': { text: 'HTTP/1.1 200 OK\r\n\r\nok', ending: 'end' },
    'no time to be idle': answerOf(200, 'ok', 'Connection: keep-alive\r\nKeep-Alive: timeout=0\r\n'),
  };
  for (const [name, answer] of Object.entries(closing)) {
    const { server, ask } = await pair(t, () => answer);
    const outcomes = [
      await ask('GET', '/1'),
      ...(await Promise.all([ask('GET', '/2'), ask('GET', '/3'), ask('POST', '/4', { body: 'x' })])),
    ];
    t.ok(
      outcomes.every(one => one.ok && one.reply.body === 'ok'),
      `${name}: all are answered`,
    );
    t.equal(server.requests.length, 4, `${name}: none is sent twice`);
    t.equal(server.connections.length, 4, `${name}: each has a connection`);
  }
});

t.test('HTTP/1.0 that keeps the connection is believed', async t => {
  const { server, ask } = await pair(t, () => ({ text: 'HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n' }));
  await ask('GET', '/1');
  await ask('GET', '/2');
  t.equal(server.connections.length, 1);
});

t.test('a connection that ends without a word costs no answer', async t => {
  for (const ending of ['end', 'reset'] as const) {
    const { server, ask } = await pair(t, ({ connection }) => ({ ...answerOf(200), ...(connection === 0 && { ending }) }));
    const found = [];
    for (const path of ['/1', '/2', '/3']) found.push(told(await ask('GET', path)));
    t.strictSame(found, [200, 200, 200], ending);
    t.equal(server.requests.length, 3, 'the server reads nothing twice');
  }
});

t.test('a connection that ends with requests on their way', async t => {
  for (const ending of ['end', 'reset'] as const) {
    // the first one of the flight is answered, the others find the end
    const { server, ask } = await pair(t, ({ connection, line }) => ({
      ...answerOf(200),
      ...(connection === 0 && line === 'GET /1' && { ending }),
    }));
    await ask('GET', '/0');
    const found = (await Promise.all([ask('GET', '/1'), ask('HEAD', '/2'), ask('GET', '/3')])).map(told);
    t.strictSame(found, [200, 200, 200], `${ending}: those that may be sent twice are asked again, alone`);
    t.strictSame(
      server.requests
        .filter(({ connection }) => connection > 0)
        .map(({ line }) => line)
        .sort(),
      ['GET /3', 'HEAD /2'],
      'what was answered is not asked again',
    );
    const flights = server.requests.filter(({ connection }) => connection > 0).map(({ flight }) => flight);
    t.equal(new Set(flights).size, 2, 'and not in one flight');
    await Promise.all([ask('GET', '/4'), ask('GET', '/5')]);
    const last = server.requests.slice(-2).map(({ flight }) => flight);
    t.not(last[0], last[1], 'nothing more is sent behind another request');
  }
});

t.test('what fails again alone fails as it would have failed alone', async t => {
  const { server, ask } = await pair(t, ({ line }) => (line === 'GET /bad' ? { ending: 'reset' } : answerOf(200)));
  await ask('GET', '/0');
  const [good, bad] = await Promise.all([ask('GET', '/good'), ask('GET', '/bad')]);
  t.strictSame(
    [good, bad].map(one => one && told(one)),
    [200, 'ECONNRESET'],
  );
  t.equal(server.requests.filter(({ line }) => line === 'GET /bad').length, 2, 'it is asked twice, not more');
});

t.test('a login that may fail is alone, and is sent once', async t => {
  const { server, ask } = await pair(t, ({ line, authorization }) => {
    if (line === 'GET /v2/a/manifests/reset') return { ending: 'reset' };
    return answerOf(authorization === null ? 401 : 200);
  });
  await ask('GET', '/v2/');
  const reset = await ask('GET', '/v2/a/manifests/reset', { headers: login('wrong') });
  t.equal(told(reset), 'ECONNRESET', 'over a kept connection too');
  t.equal(server.requests.filter(({ authorization }) => authorization !== null).length, 1, 'nobody counts it twice');
  const posted = await ask('POST', '/v2/a/manifests/reset', { body: 'x' });
  t.equal(posted.ok && posted.reply.status, 401, 'a POST has the answer of its own');

  server.requests.length = 0;
  await ask('GET', '/v2/');
  await Promise.all([
    ask('GET', '/open'),
    ask('GET', '/v2/a/manifests/1', { headers: login('right') }),
    ask('POST', '/token', { body: 'x' }),
  ]);
  const [, ...together] = server.requests;
  t.equal(new Set(together.map(({ flight }) => flight)).size, 3, 'neither is sent behind another request, nor before one');

  server.requests.length = 0;
  const taken = { headers: login('right') };
  await Promise.all([ask('HEAD', '/v2/a/blobs/1', taken), ask('HEAD', '/v2/a/blobs/2', taken), ask('HEAD', '/v2/b/blobs/1', taken)]);
  const flights = server.requests.map(({ line, flight }) => [line, flight] as const);
  const flightOf = Object.fromEntries(flights);
  t.equal(flightOf['HEAD /v2/a/blobs/1'], flightOf['HEAD /v2/a/blobs/2'], 'what the repository has taken shares a flight');
  t.not(flightOf['HEAD /v2/a/blobs/1'], flightOf['HEAD /v2/b/blobs/1'], 'another repository may refuse it');
});

t.test('a server that sends a body with HEAD spoils no next answer', async t => {
  const { server, ask } = await pair(t, ({ line }) => answerOf(200, line));
  await ask('GET', '/0');
  const after = [await ask('HEAD', '/1'), await ask('GET', '/2')];
  t.strictSame(after.map(told), [200, 200]);
  t.equal(after[1]?.ok && after[1].reply.body, 'GET /2');
  const together = await Promise.all([ask('HEAD', '/3'), ask('GET', '/4'), ask('GET', '/5')]);
  t.strictSame(
    together.map(one => one.ok && one.reply.body),
    ['', 'GET /4', 'GET /5'],
    'in one flight neither',
  );
  t.ok(server.connections.length > 1, 'the connection is given up');
});

t.test('a first answer that is late or does not come', async t => {
  const slow = await pair(t, ({ line }) => ({ ...answerOf(200, line), ...(line === 'GET /slow' && { delayMs: 4000 }) }), 8000);
  await slow.ask('GET', '/');
  const order: string[] = [];
  await Promise.all(['/slow', '/quick'].map(async path => order.push(`${told(await slow.ask('GET', path))} ${path}`)));
  t.strictSame(order, ['200 /quick', '200 /slow'], 'who waits behind it goes over another connection');
  t.equal(slow.server.connections.length, 2);

  const silent = await pair(t, ({ line }) => (line === 'GET /silent' ? { ending: 'silent' } : answerOf(200)), 600);
  await silent.ask('GET', '/');
  const found = await Promise.all(['/silent', '/behind'].map(path => silent.ask('GET', path)));
  t.strictSame(found.map(told), ['UND_ERR_HEADERS_TIMEOUT', 200], 'its silence is its own');

  const both = await pair(t, ({ line }) => (line === 'GET /' ? answerOf(200) : { ending: 'silent' }), 600);
  await both.ask('GET', '/');
  const faults = await Promise.all(['/1', '/2'].map(path => both.ask('GET', path)));
  t.strictSame(
    faults.map(one => !one.ok && [one.fault.kind, one.fault.code, one.fault.details]),
    Array(2).fill(['timeout', 'UND_ERR_HEADERS_TIMEOUT', { silent: true }]),
    'two that are silent are silent, each for itself',
  );
});

t.test('where answers are slow each request has a connection', async t => {
  const { server, ask } = await pair(t, () => ({ ...answerOf(200), delayMs: 900 }));
  await ask('GET', '/');
  await Promise.all(['/1', '/2', '/3', '/4'].map(path => ask('GET', path)));
  t.equal(server.connections.length, 4, 'as many as there are requests');
  t.equal(server.requests.length, 5, 'each is sent once');
});

t.test('a body that is cut', async t => {
  const big = 'x'.repeat(10_000_000);
  const { server, ask } = await pair(t, ({ line }) => answerOf(200, line === 'GET /big' ? big : 'y'.repeat(9000)));
  const short = await ask('GET', '/short', { limit: 100 });
  t.match(short, { ok: true, reply: { body: 'y'.repeat(100), truncated: true } });
  await ask('GET', '/short', { limit: 9000 });
  t.equal(server.connections.length, 1, 'a short rest is read, and the connection kept');
  t.match(await ask('GET', '/big', { limit: 100 }), { ok: true, reply: { body: 'x'.repeat(100), truncated: true } });
  await ask('GET', '/short');
  t.equal(server.connections.length, 2, 'a long one is not');
});

t.test('who gives up disturbs nobody', async t => {
  const { server, ask } = await pair(t, ({ line }) => ({ ...answerOf(200, line), delayMs: line === 'GET /1' ? 200 : 0 }));
  await ask('GET', '/');
  const over = new AbortController();
  const first = ask('GET', '/1', { signal: over.signal });
  const second = ask('GET', '/2');
  await sleep(50);
  over.abort();
  t.equal((await first).ok, false);
  const got = await second;
  t.equal(got.ok && got.reply.body, 'GET /2', 'the answer behind is the right one');
  t.strictSame(lines(server), ['0 GET /', '0 GET /1', '0 GET /2'], 'nothing is sent again');

  const alone = new AbortController();
  const third = ask('GET', '/1', { signal: alone.signal });
  await sleep(50);
  alone.abort();
  await third;
  await ask('GET', '/3');
  t.equal(server.connections.length, 2, 'a connection on which nobody waits is given up');
});

t.test('a header that a server invents ends no request', async t => {
  const { server, ask } = await pair(t, () => answerOf(200));
  const outcome = await ask('GET', '/', { headers: { authorization: 'Bearer a\r\nX-Smuggled: b\r\n\r\nGET /c HTTP/1.1' } });
  t.equal(told(outcome), 'UND_ERR_INVALID_ARG');
  t.equal(server.requests.length, 0);
});

t.test('a TLS session is resumed by the next connection to the host', async t => {
  const authority = makeCertificate({ isCa: true });
  for (const isTrusted of [true, false]) {
    const server = await startCounting(
      () => ({ ...answerOf(200, '', 'Connection: close\r\n'), ending: 'end' }),
      makeCertificate({ ca: authority }),
    );
    const transport = testTransport({ stepTimeout: 5000, ca: isTrusted ? authority.cert : null, insecure: isTrusted ? [] : [server.host] });
    t.teardown(() => Promise.all([transport.close(), server.close()]));
    for (const path of ['/1', '/2', '/3']) t.equal(told(await transport.request('GET', `${server.url}${path}`)), 200);
    t.strictSame(
      server.connections.map(({ isResumed }) => isResumed),
      isTrusted ? [false, true, true] : [false, false, false],
      isTrusted ? 'no certificate is sent again' : 'but for a server whose certificate did not verify',
    );
  }
});
