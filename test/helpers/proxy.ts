/** A forward proxy for tests: tunnels (CONNECT) and plain requests, to servers on loopback that stand for any host. */
import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';

/** How a test proxy behaves. */
export interface ProxyOptions {
  /** `host:port` that a client asks for → the port of 127.0.0.1 that answers in its place. */
  routes?: Record<string, number>;
  /** `user:password` that it asks for. */
  login?: string;
  /** What it answers itself to a request for a whole address, by a header that names a proxy for instance. */
  answers?: { status: number; headers: Record<string, string> };
  /** What it sends in place of an answer to CONNECT; `undefined` sends nothing and keeps the connection. */
  says?: { text: string | undefined };
  /** It speaks TLS with the client itself and asks the target over TLS: its certificate, and the authority of the targets is not checked. */
  breaks?: { cert: string; key: string };
  /** The proxy itself is asked over TLS. */
  tls?: { cert: string; key: string };
}

/** A proxy that runs. */
export interface TestProxy {
  url: string;
  port: number;
  /** `CONNECT host:port` and `GET http://…`, in the order of arrival. */
  asked: string[];
  /** Values of Proxy-Authorization. */
  logins: string[];
  close(): Promise<void>;
}

/** Starts a proxy on 127.0.0.1. */
export async function startProxy({ routes = {}, login, answers, says, breaks, tls }: ProxyOptions = {}): Promise<TestProxy> {
  const asked: string[] = [];
  const logins: string[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  };
  const expected = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
  /** Notes a request, and whether its login is right. */
  const admits = (incoming: IncomingMessage): boolean => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const sent = incoming.headers['proxy-authorization'];
    if (sent !== undefined) logins.push(sent);
    return expected === undefined || sent === expected;
  };

  /** The port that a tunnel which is broken up leads to. */
  let routed = 0;
  const inner = breaks === undefined ? undefined : createTlsServer(breaks);
  inner?.on('secureConnection', secured => {
    const target = connectTls({ port: routed, host: '127.0.0.1', rejectUnauthorized: false });
    keep(target);
    keep(secured).pipe(target).pipe(secured);
  });

  const server = createServer((incoming, response) => {
    if (!admits(incoming)) return void response.writeHead(407, { 'Proxy-Authenticate': 'Basic realm="proxy"' }).end();
    if (answers !== undefined) return void response.writeHead(answers.status, answers.headers).end();
    const url = new URL(incoming.url ?? '');
    const port = routes[`${url.hostname}:${url.port || '80'}`];
    if (port === undefined) return void response.writeHead(502).end();
    const { 'proxy-authorization': _, ...headers } = incoming.headers;
    const onwards = request({ host: '127.0.0.1', port, path: url.pathname + url.search, method: incoming.method, headers }, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onwards.on('error', () => response.destroy());
    incoming.pipe(onwards);
  });
  server.on('connection', keep);
  server.on('connect', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    keep(socket);
    const isAdmitted = admits(incoming);
    if (says !== undefined) return void (says.text === undefined ? undefined : socket.end(says.text));
    if (!isAdmitted)
      return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="proxy"\r\n\r\n');
    const port = routes[incoming.url ?? ''];
    if (port === undefined) return void socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    if (inner !== undefined) {
      routed = port;
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.unshift(head);
      return void inner.emit('connection', socket);
    }
    const target = keep(connect({ host: '127.0.0.1', port }));
    target.once('connect', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      socket.pipe(target).pipe(socket);
    });
  });
  const outer = tls === undefined ? server : createTlsServer(tls, socket => void server.emit('connection', socket));
  outer.on('connection', keep);
  await new Promise<void>(ready => outer.listen(0, '127.0.0.1', ready));
  const { port } = outer.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    asked,
    logins,
    close: () =>
      new Promise(resolve => {
        outer.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
