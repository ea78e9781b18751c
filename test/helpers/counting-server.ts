/** A server that notes its connections, the requests on each, and which of them came in one flight; it answers in order, with bytes that the test writes. */
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { listenAnywhere } from './registry.ts';

/** A request as it came. */
export interface Counted {
  /** Which connection, from 0. */
  connection: number;
  /** Which batch of bytes of the whole server, from 0: requests of one flight have the same. */
  flight: number;
  /** Method and path. */
  line: string;
  authorization: string | null;
}

/** What is done with a request: bytes to send after a while; then the connection may be ended or reset. */
export interface CountedAnswer {
  text?: string;
  delayMs?: number;
  /** `silent`: no answer, and none to those behind it. */
  ending?: 'end' | 'reset' | 'silent';
}

export interface CountingServer {
  host: string;
  url: string;
  requests: Counted[];
  /** One entry for each connection: whether it resumed a TLS session. */
  connections: { isResumed: boolean; isClosed: boolean }[];
  close(): Promise<void>;
}

/** An answer with a body. */
export const answerOf = (status: number, body = '', headers = ''): CountedAnswer => ({
  text: `HTTP/1.1 ${status} X\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
});

/** Starts a server. In: the answer to each request, and a certificate for TLS. */
export async function startCounting(
  answer: (request: Counted) => CountedAnswer,
  tls?: { cert: string; key: string },
): Promise<CountingServer> {
  const requests: Counted[] = [];
  const connections: CountingServer['connections'] = [];
  let flights = 0;
  const onConnection = (socket: Socket): void => {
    const connection = connections.length;
    const own = { isResumed: (socket as Partial<TLSSocket>).isSessionReused?.() ?? false, isClosed: false };
    connections.push(own);
    socket.on('error', () => {}).on('close', () => (own.isClosed = true));
    let seen = '';
    let before = Promise.resolve(true);
    socket.on('data', chunk => {
      const flight = flights++;
      seen += chunk.toString('latin1');
      for (let found = take(seen); found !== null; found = take(seen)) {
        seen = found.rest;
        const request = { connection, flight, line: found.line, authorization: found.authorization };
        requests.push(request);
        before = before.then(isOn => isOn && reply(socket, answer(request)));
      }
    });
  };
  const server: Server = tls ? createTlsServer(tls, onConnection) : createTcpServer(onConnection);
  const { host, close } = await listenAnywhere(server);
  return { host, url: `${tls ? 'https' : 'http'}://${host}`, requests, connections, close };
}

/** Out: whether the next request is answered. */
async function reply(socket: Socket, { text = '', delayMs = 0, ending }: CountedAnswer): Promise<boolean> {
  if (delayMs > 0) await sleep(delayMs, undefined, { ref: false });
  if (ending === 'silent') return false;
  if (ending === 'reset') {
    if (text !== '') await new Promise(resolve => socket.write(text, 'latin1', resolve));
    socket.resetAndDestroy();
    return false;
  }
  if (ending === 'end') socket.end(text, 'latin1');
  else socket.write(text, 'latin1');
  return ending === undefined;
}

/** The first request in bytes, null where it is not whole. */
function take(text: string): { line: string; authorization: string | null; rest: string } | null {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = text.slice(0, end);
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
  if (text.length < end + 4 + length) return null;
  const [line = ''] = head.split(' HTTP/1.1');
  return { line, authorization: /^authorization: (.*)/im.exec(head)?.[1] ?? null, rest: text.slice(end + 4 + length) };
}
