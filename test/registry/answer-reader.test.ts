/** Answers of HTTP/1.1 from bytes: whole, byte by byte, with another answer behind them, and everything that is none. */
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import t from 'tap';
import { Client } from 'undici';
import { AnswerReader, HttpError } from '../../src/registry/answer-reader.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
/** How an answer is read: status, body and whether the connection is kept, or the code of what is wrong with it. */
function read(text: string, { isHead = false, limit = 1000, step = text.length, ends = false } = {}): string {
  const reader = new AnswerReader({ isHead, limit });
  const bytes = Buffer.from(text, 'latin1');
  try {
    let rest: Buffer | null = null;
    for (let at = 0; at < bytes.length && rest === null; at += step) {
      rest = reader.read(bytes.subarray(at, at + step));
      if (rest !== null) rest = Buffer.concat([rest, bytes.subarray(at + step)]);
    }
    if (rest === null && !ends) return 'more';
    if (rest === null) reader.end();
    const { status, body, truncated } = reader.answer;
    return `${status} ${body}${truncated ? '…' : ''} ${reader.keepsOpen ? 'kept' : 'closed'}${rest?.length ? ` + ${rest}` : ''}`;
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return `${reader.head === null ? '' : `${reader.head.status} `}${error.code}`;
  }
}

t.test('answers', async t => {
  const rows: [text: string, wanted: string, options?: Parameters<typeof read>[1]][] = [
    [`${OK}Content-Length: 2\r\n\r\nokHTTP`, '200 ok kept + HTTP'],
    [`\r\n${OK}Content-Length: 0\r\n\r\n`, '200  kept'],
    [`${OK}Content-Length: 2\r\nConnection: close\r\n\r\nok`, '200 ok closed'],
    [`${OK}Content-Length: 2\r\nConnection: x, Close\r\n\r\nok`, '200 ok closed'],
    [`${OK}Transfer-Encoding: chunked\r\n\r\n2;a=b\r\nok\r\nA\r\n0123456789\r\n0\r\nT: x\r\n\r\nHTTP`, '200 ok0123456789 kept + HTTP'],
    [`${OK}Transfer-Encoding: gzip\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`, '200 ok kept'],
    [`${OK}\r\nok`, '200 ok closed', { ends: true }],
    [`${OK}\r\nok`, 'more'],
    ['HTTP/1.0 200\r\nContent-Length: 2\r\n\r\nok', '200 ok closed'],
    ['HTTP/1.0 200 \r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok', '200 ok kept'],
    ['HTTP/2.0 200 OK\r\n\r\nok', '200 ok closed', { ends: true }],
    ['HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno', '404 no kept'],
    ['HTTP/1.1 204 None\r\n\r\nHTTP', '204  kept + HTTP'],
    ['HTTP/1.1 304 Same\r\nContent-Length: 9\r\n\r\n', '304  kept'],
    [`${OK}Content-Length: 9\r\n\r\nHTTP`, '200  kept + HTTP', { isHead: true }],
    [`${OK}\r\nHTTP`, '200  kept + HTTP', { isHead: true }],
    [`${OK}Keep-Alive: timeout=0\r\n\r\n`, '200  closed', { isHead: true }],
    [`${OK}Keep-Alive: timeout=5, max=100\r\n\r\n`, '200  kept', { isHead: true }],
    [`${OK}Content-Length: 9\r\n\r\n123456789`, '200 1234… kept', { limit: 4 }],
    [`${OK}Transfer-Encoding: chunked\r\n\r\n3\r\n123\r\n3\r\n456\r\n0\r\n\r\n`, '200 1234… kept', { limit: 4 }],
    [`${OK}Content-Length: 4\r\n\r\n1234`, '200 1234 kept', { limit: 4 }],
  ];
  for (const [text, wanted, options] of rows) {
    t.equal(read(text, options), wanted, JSON.stringify(text.slice(0, 90)));
    t.equal(read(text, { ...options, step: 1 }), wanted, 'and byte by byte');
  }
});

t.test('headers', async t => {
  const reader = new AnswerReader({ isHead: true, limit: 0 });
  reader.read(Buffer.from(`${OK}X-One:  \t a b \t \r\nSet-Cookie: a\r\nset-cookie: b\r\nSET-COOKIE: c\r\nEmpty:\r\n__proto__: x\r\n\r\n`));
  const { headers } = reader.answer;
  t.equal(headers['x-one'], 'a b', 'white space around a value is none of it');
  t.strictSame(headers['set-cookie'], ['a', 'b', 'c']);
  t.equal(headers['empty'], '');
  t.ok(Object.hasOwn(headers, '__proto__'), 'a name is only a name');
});

t.test('what is no answer, or only a part of one', async t => {
  const rows: [text: string, wanted: string][] = [
    ['SSH-2.0-x\r\n', 'HPE_INVALID'],
    ['\x15\x03\x01\x00\x02', 'HPE_INVALID'],
    ['http/1.1 200 OK\r\n', 'HPE_INVALID'],
    ['HTTP/1.1 20 OK\r\n\r\n', 'HPE_INVALID'],
    ['HTTP/1.1 2000 OK\r\n\r\n', 'HPE_INVALID'],
    ['HTTP/3.1 200 OK\r\n\r\n', 'HPE_INVALID'],
    ['HTTP/1.1 200 OK\nContent-Length: 0\n\n', 'HPE_INVALID'],
    [`${OK}X : a\r\n\r\n`, 'HPE_INVALID'],
    [`${OK}X: a\r\n b\r\n\r\n`, 'HPE_INVALID'],
    [`${OK}no colon\r\n\r\n`, 'HPE_INVALID'],
    [`${OK}X: a\rb\r\n\r\n`, 'HPE_INVALID'],
    [`${OK}X: a\0b\r\n\r\n`, 'HPE_INVALID'],
    [`${OK}Content-Length: -2\r\n\r\n`, 'HPE_INVALID'],
    [`${OK}Content-Length: 2x\r\n\r\n`, 'HPE_INVALID'],
    [`${OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\nok`, 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'],
    [`${OK}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n`, 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'],
    [`${OK}Content-Length: ${'9'.repeat(30)}\r\n\r\n`, 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'],
    [`${OK}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, '200 HPE_INVALID'],
    [`${OK}Transfer-Encoding: chunked\r\n\r\n-1\r\n`, '200 HPE_INVALID'],
    [`${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nokXX\r\n`, '200 HPE_INVALID'],
    [`${OK}Transfer-Encoding: chunked\r\n\r\n${'f'.repeat(16)}\r\n`, '200 HPE_INVALID'],
    [`${OK}Transfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}`, '200 HPE_INVALID'],
    [`${OK}X: ${'a'.repeat(70_000)}`, 'UND_ERR_HEADERS_OVERFLOW'],
    ['HTTP/1.1 101 Switching\r\n\r\n', 'UND_ERR_SOCKET'],
    ['HTTP/1.1 2', 'UND_ERR_SOCKET'],
    [`${OK}Content-Length: 9\r\n\r\nok`, '200 UND_ERR_SOCKET'],
    [`${OK}Connection: close\r\nContent-Length: 9\r\n\r\nok`, '200 UND_ERR_RES_CONTENT_LENGTH_MISMATCH'],
    [`${OK}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok`, '200 UND_ERR_SOCKET'],
  ];
  for (const [text, wanted] of rows)
    for (const step of [text.length, 7]) t.equal(read(text, { step, ends: true }), wanted, JSON.stringify(text.slice(0, 80)));
});

t.test('answers are read as undici reads them', async t => {
  const heads = ['HTTP/1.1 200 OK', 'HTTP/1.0 404 No', 'HTTP/1.1 204 None', 'HTTP/1.1 2000', 'HTTP/1.1 20', 'HTTP/1.1 200', 'SSH-2.0-x'];
  const lines = [
    ...[
      'Content-Length: 2',
      'Content-Length: 3',
      'Content-Length: x',
      'Content-Length: +2',
      'Transfer-Encoding: chunked',
      'X: \x01',
      'X : a',
      ' b',
    ],
    ...['Transfer-Encoding: gzip', 'Connection: close', 'Connection: keep-alive', 'Keep-Alive: timeout=9', 'Set-Cookie: a', 'no colon'],
  ];
  const bodies = ['', 'ok', '2\r\nok\r\n0\r\n\r\n', '2\r\nokk\r\n0\r\n\r\n', 'g\r\n'];
  let text = '';
  const server = createServer(socket => void socket.on('error', () => {}).once('data', () => socket.end(text, 'latin1')));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  let seed = 1;
  const pick = <T>(from: readonly T[]): T => from[(seed = (seed * 48_271) % 2_147_483_647) % from.length] as T;
  for (let round = 0; round < 300; round++) {
    const own = Array.from({ length: pick([0, 1, 1, 2, 3]) }, () => pick(lines));
    text = `${[pick(round % 2 ? heads : heads.slice(0, 2)), ...own].join('\r\n')}\r\n\r\n${pick(bodies)}`;
    const client = new Client(`http://127.0.0.1:${port}`);
    const wanted = await client.request({ path: '/', method: 'GET' }).then(
      async ({ statusCode, body }) => `${statusCode} ${await body.text().catch(() => 'cut')}`,
      () => 'error',
    );
    await client.destroy();
    const found = read(text, { ends: true });
    const told = /^\d+ (?:HPE|UND)/.test(found) ? `${found.slice(0, 3)} cut` : found.replace(/ (?:kept|closed)( \+ .*)?$/s, '');
    t.equal(/^(?:HPE|UND)/.test(told) ? 'error' : told, wanted, JSON.stringify(text));
  }
});
