/** The connection that is opened ahead of the first request: what it saves, and that it changes nothing of what is told. */
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { Outcome, Transport } from '../../src/registry/transport.ts';
import { answerOf, startCounting } from '../helpers/counting-server.ts';
import { startProxy } from '../helpers/proxy.ts';
import { freePort, makeCertificate, startTcp } from '../helpers/registry.ts';
import { testTransport } from '../helpers/transport.ts';

const authority = makeCertificate({ isCa: true });
const certificate = makeCertificate({ ca: authority, names: ['reg.example'], ips: ['127.0.0.1'] });

/** What is told of a first request, without its times. */
const told = (outcome: Outcome, transport: Transport, url: string): unknown => ({
  outcome: outcome.ok ? outcome.reply.status : outcome.fault,
  checks: transport.checksOf(url).map(check => ({ ...check, ms: null })),
  certificate: transport.certificateOf(url),
});

t.test('the first request uses the connection that is there, and tells its steps', async t => {
  const server = await startCounting(() => answerOf(200), certificate);
  const transports = [true, false].map(() => testTransport({ stepTimeout: 5000, ca: authority.cert }));
  t.teardown(() => Promise.all([server.close(), ...transports.map(one => one.close())]));
  const [ahead, plain] = transports as [Transport, Transport];
  for (let index = 0; index < 3; index++) ahead.prepare(`${server.url}/v2/`);
  for (let index = 0; index < 100 && server.connections.length === 0; index++) await sleep(20);
  t.equal(server.connections.length, 1, 'it is opened once');
  t.equal(server.requests.length, 0, 'and nothing is sent');
  const url = `${server.url}/v2/`;
  const found = told(await ahead.request('GET', url), ahead, url);
  t.equal(server.connections.length, 1, 'the request goes over it');
  t.strictSame(found, told(await plain.request('GET', url), plain, url), 'what is told is the same');
  ahead.prepare(url);
  await ahead.request('GET', url);
  t.equal(server.connections.length, 2, 'an origin that was asked is not prepared again');
});

t.test('a request that comes while the connection is being opened waits for it', async t => {
  const server = await startCounting(() => answerOf(200), certificate);
  const transport = testTransport({ stepTimeout: 5000, ca: authority.cert });
  t.teardown(() => Promise.all([server.close(), transport.close()]));
  transport.prepare(server.url);
  t.ok((await transport.request('GET', server.url)).ok);
  t.equal(server.connections.length, 1);
});

t.test('what fails ahead is told by the first request as it would tell it itself', async t => {
  const refused = `http://127.0.0.1:${await freePort()}/v2/`;
  const untrusted = await startCounting(() => answerOf(200), certificate);
  const plainHttp = await startTcp(socket => void socket.once('data', () => socket.end('HTTP/1.1 400 Bad\r\n\r\n')));
  const silent = await startTcp(() => {});
  const closing = await startTcp(socket => socket.destroy());
  t.teardown(() => Promise.all([untrusted, plainHttp, silent, closing].map(server => server.close())));
  const rows: [name: string, url: string, lookUp?: () => Promise<string[]>][] = [
    ['refused', refused],
    ['a certificate of nobody', `${untrusted.url}/v2/`],
    ['plain HTTP', `https://${plainHttp.host}/v2/`],
    ['silence in the handshake', `https://${silent.host}/v2/`],
    ['an end in place of the handshake', `https://${closing.host}/v2/`],
    ['an end in place of an answer', `http://${closing.host}/v2/`],
    ['no such name', 'https://reg.example/v2/', () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }))],
    ['an address that nobody is asked at', 'https://reg.example/v2/', async () => ['169.254.169.254']],
    ['a scheme of no registry', 'ftp://reg.example/'],
    ['no URL', 'https://[:::]/'],
  ];
  for (const [name, url, lookUp] of rows) {
    const make = (): Transport => testTransport({ stepTimeout: 400, ...(lookUp && { lookUp }) });
    const [ahead, late, plain] = [make(), make(), make()];
    t.teardown(() => Promise.all([ahead, late, plain].map(one => one.close())));
    const expected = told(await plain.request('GET', url), plain, url);
    ahead.prepare(url);
    t.strictSame(told(await ahead.request('GET', url), ahead, url), expected, `${name}: while it fails`);
    late.prepare(url);
    await sleep(700);
    const after = await late.request('GET', url);
    t.strictSame(told(after, late, url), expected, `${name}: after it failed`);
    const again = await late.request('GET', url);
    t.equal(again.ok, false, `${name}: and the second request fails too`);
    if (name === 'silence in the handshake')
      t.match(again, { fault: { details: { notAsked: 'silentBefore' } } }, 'silence that was waited for ahead is not waited for again');
  }
});

t.test('a connection that its server closed meanwhile is replaced', async t => {
  const server = await startCounting(() => answerOf(200));
  const transport = testTransport({ stepTimeout: 5000 });
  t.teardown(() => Promise.all([server.close(), transport.close()]));
  let accepted = 0;
  const impatient = await startTcp(socket => {
    if (accepted++ === 0) socket.end();
    else socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\n'));
  });
  t.teardown(() => impatient.close());
  const url = `http://${impatient.host}/v2/`;
  transport.prepare(url);
  await sleep(200);
  t.match(await transport.request('POST', url, { body: 'a=b' }), { ok: true, reply: { status: 200 } });
  t.equal(accepted, 2);
});

t.test('without a request it ends with the transport', async t => {
  const server = await startCounting(() => answerOf(200), certificate);
  const silent = await startTcp(() => {});
  t.teardown(() => Promise.all([server.close(), silent.close()]));
  const transport = testTransport({ stepTimeout: 60_000, ca: authority.cert });
  transport.prepare(server.url);
  transport.prepare(`https://${silent.host}`);
  for (let index = 0; index < 100 && server.connections.length === 0; index++) await sleep(20);
  await transport.close();
  for (let index = 0; index < 100 && !server.connections[0]?.isClosed; index++) await sleep(20);
  t.equal(server.connections[0]?.isClosed, true, 'an open one');
  transport.prepare('https://reg.example/');
  t.strictSame(transport.checksOf('https://reg.example/'), [], 'nothing is begun after the end');
});

t.test('a proxy is asked for the tunnel ahead', async t => {
  const server = await startCounting(() => answerOf(200), certificate);
  const port = Number(server.host.split(':')[1]);
  const proxy = await startProxy({ routes: { 'reg.example:443': port } });
  const transport = testTransport({ stepTimeout: 5000, ca: authority.cert, environment: { HTTPS_PROXY: proxy.url } });
  t.teardown(() => Promise.all([server.close(), proxy.close(), transport.close()]));
  transport.prepare('https://reg.example/v2/');
  for (let index = 0; index < 100 && server.connections.length === 0; index++) await sleep(20);
  t.equal(server.connections.length, 1);
  t.match(await transport.request('GET', 'https://reg.example/v2/'), { ok: true });
  t.strictSame(proxy.asked, ['CONNECT reg.example:443'], 'the request uses it');
});
