/**
 * HTTP towards registries, with the steps of a connection told apart: name, TCP, TLS, request. Whatever happens is a value. The only file
 * that opens sockets to a registry.
 */
import { lookup } from 'node:dns/promises';
import { setMaxListeners } from 'node:events';
import { isIP, type Socket, connect as tcpConnect } from 'node:net';
import { rootCertificates, type TLSSocket, connect as tlsConnect } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import type { CertificateFacts, Check } from '../model/probe.ts';
import { type Environment, isLoopback, proxyFor } from '../util/proxy.ts';
import { redact } from '../util/redact.ts';
import { certificateFacts, certificateFault, describeCertificate } from './certificate.ts';
import { cutOff, errorCode, kindOf, SILENT, SYSTEM, WireError, type WireFault, wireDetail, wireDetails } from './wire.ts';

export interface TransportOptions {
  /** Milliseconds for one step: a look-up, a connection, a handshake, an answer's head, an answer's body. */
  stepTimeout: number;
  /** Ends everything: the whole probe's time, or Ctrl-C. */
  signal: AbortSignal;
  /** `host[:port]` of registries whose certificate is not checked and which may speak plain HTTP. */
  insecure: readonly string[];
  /** PEM of additional certificate authorities. */
  ca: string | null;
  environment: Environment;
  userAgent: string;
}

export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** At most MAX_BODY characters. */
  body: string;
  truncated: boolean;
  ms: number;
}

export type Outcome = { ok: true; reply: Reply } | { ok: false; fault: WireFault; ms: number };

export interface RequestOptions {
  headers?: Record<string, string>;
  body?: string;
  /** Bytes of the body to read; the rest is thrown away. */
  limit?: number;
  /** Ends this request, besides the run's own signal. */
  signal?: AbortSignal;
}

/** Bytes of headers in an answer: undici takes 16 KB of them, Go up to a megabyte. */
const MAX_HEADERS = 64 * 1024;
const MAX_BODY = 64 * 1024;

export interface Transport {
  request(method: 'GET' | 'HEAD' | 'POST', url: string, options?: RequestOptions): Promise<Outcome>;
  /** The steps of the connection to the URL's host, as the first request saw them. */
  checksOf(url: string): Check[];
  /** Whether what is said to this URL can be read by nobody else: TLS that was verified, or this machine, or a host named insecure. */
  isPrivate(url: string): boolean;
  /** What the certificate of the URL's host says, null when none was seen. */
  certificateOf(url: string): CertificateFacts | null;
  proxyOf(url: string): string | null;
  close(): Promise<void>;
}

/** The same transport for a part of the work that has its own end: its requests end with the signal. */
export const limitedBy = (transport: Transport, signal: AbortSignal): Transport => ({
  ...transport,
  request: (method, url, options) => transport.request(method, url, { ...options, signal }),
});

const originOf = (url: string): string => new URL(url).origin;

/** Ends `work` after `ms` or when the signal fires, with a timeout fault of this stage. */
async function within<T>(work: Promise<T>, ms: number, signal: AbortSignal, stage: WireFault['stage'], what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  const limit = new Promise<never>((_, reject) => {
    const expire = (code: string, detail: string) => (): void =>
      reject(new WireError({ stage, kind: stage === 'dns' ? 'dns' : 'timeout', code, detail, details: wireDetails(code) }));
    timer = setTimeout(expire(stage === 'tls' ? SILENT : 'ETIMEDOUT', `${what} did not finish within ${ms / 1000} s`), ms);
    stop = expire(stage === 'tls' ? SILENT : 'ABORTED', `${what} was cut off: the time for the whole probe is over`);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    if (stop) signal.removeEventListener('abort', stop);
  }
}

/** Opens registries' connections. Out: an object to be closed by its owner. */
export function createTransport(options: TransportOptions): Transport {
  // every request of a run listens for its end
  setMaxListeners(0, options.signal);
  const checks = new Map<string, Check[]>();
  const dispatchers = new Map<string, Dispatcher>();
  const certificates = new Map<string, CertificateFacts>();
  /** Origin → the alert with which a server ended TLS: by TLS 1.3 it refuses a client only after the client's handshake is done. */
  const alerts = new Map<string, string>();
  const authorities = options.ca === null ? undefined : [...rootCertificates, options.ca];

  const isInsecure = (url: URL): boolean => options.insecure.includes(url.host) || options.insecure.includes(url.hostname);
  const proxyOf = (url: string): string | null => proxyFor(new URL(url), options.environment);

  function dispatcherFor(url: URL): Dispatcher {
    const known = dispatchers.get(url.origin);
    if (known) return known;
    const proxy = proxyOf(url.href);
    const limits = {
      headersTimeout: options.stepTimeout,
      bodyTimeout: options.stepTimeout,
      connections: 4,
      pipelining: 1,
      maxHeaderSize: MAX_HEADERS,
    };
    let dispatcher: Dispatcher;
    if (proxy === null) {
      dispatcher = new Agent({
        ...limits,
        connect: (connection, callback) =>
          void openConnection(url, connection.servername).then(
            socket => callback(null, socket),
            error => callback(error, null),
          ),
      });
    } else {
      const shown = redact(proxy);
      const behind = (name: 'dns' | 'connect'): Check => ({
        name,
        status: 'skipped',
        code: null,
        detail: `the proxy ${shown} does this for us`,
        ms: null,
      });
      checks.set(url.origin, [behind('dns'), behind('connect')]);
      dispatcher = new ProxyAgent({
        ...limits,
        uri: proxy,
        requestTls: { ...(authorities ? { ca: authorities } : {}), rejectUnauthorized: !isInsecure(url) },
      });
    }
    dispatchers.set(url.origin, dispatcher);
    return dispatcher;
  }

  async function openConnection(url: URL, servername: string | undefined): Promise<Socket> {
    const ladder: Check[] = [];
    if (!checks.has(url.origin)) checks.set(url.origin, ladder);
    let stage: WireFault['stage'] = 'dns';
    let started = performance.now();
    const passed = (detail: string, status: Check['status'] = 'ok', code: string | null = null): void => {
      ladder.push({ name: stage === 'http' ? 'tls' : stage, status, code, detail, ms: Math.round(performance.now() - started) });
      started = performance.now();
    };
    let socket: Socket | undefined;
    try {
      const host = url.hostname.replace(/^\[|\]$/g, '');
      const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
      const addresses = isIP(host)
        ? [host]
        : [
            ...new Set(
              (await within(lookup(host, { all: true }), options.stepTimeout, options.signal, 'dns', `the look-up of "${host}"`)).map(
                entry => entry.address,
              ),
            ),
          ];
      passed(isIP(host) ? `${host} is an address` : `${host} is ${addresses.join(', ')}`);
      stage = 'connect';
      socket = await openTcp(addresses, port);
      passed(`connected to ${socket.remoteAddress}:${port}`);
      if (url.protocol === 'https:') {
        stage = 'tls';
        const secured = await openTls(socket, host, servername, {
          alert: code => void alerts.set(url.origin, code),
          certificate: facts => void certificates.set(url.origin, facts),
        });
        passed(secured.detail, secured.warning ? 'warning' : 'ok', secured.code);
        socket = secured.socket;
      }
      return socket;
    } catch (error) {
      socket?.destroy();
      const code = error instanceof WireError ? error.fault.code : errorCode(error);
      const fault =
        error instanceof WireError
          ? error.fault
          : { stage, kind: kindOf(code, stage), code, detail: wireDetail(stage, url, code, error), details: wireDetails(code) };
      passed(fault.detail, 'failed', fault.code);
      throw new WireError(fault);
    }
  }

  async function openTcp(addresses: string[], port: number): Promise<Socket> {
    const failures: string[] = [];
    let last: unknown;
    for (const address of addresses.slice(0, 4)) {
      const socket = tcpConnect({ host: address, port });
      const opened = new Promise<Socket>((resolve, reject) => {
        socket.once('connect', () => resolve(socket));
        socket.on('error', reject);
      });
      try {
        const limit = Math.ceil(options.stepTimeout / Math.min(addresses.length, 4));
        return await within(opened, limit, options.signal, 'connect', `connecting to ${address}:${port}`);
      } catch (error) {
        opened.catch(() => {});
        socket.destroy();
        last = error;
        failures.push(`${address}:${port} ${error instanceof WireError ? error.fault.detail : errorCode(error)}`);
      }
    }
    const code = last instanceof WireError ? last.fault.code : errorCode(last);
    throw new WireError({
      stage: 'connect',
      kind: last instanceof WireError ? last.fault.kind : kindOf(code, 'connect'),
      code,
      detail: failures.join('; '),
    });
  }

  async function openTls(
    socket: Socket,
    host: string,
    servername: string | undefined,
    seen: { alert(code: string): void; certificate(facts: CertificateFacts): void },
  ): Promise<{ socket: TLSSocket; detail: string; warning: boolean; code: string | null }> {
    const name = isIP(host) ? '' : (servername ?? host);
    // Certificates are checked by ourselves below: the handshake then tells issuer, names and validity also of a bad one. For an address Node
    // would look for "localhost" among the names.
    const secured = tlsConnect({
      socket,
      servername: name,
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ALPNProtocols: ['http/1.1'],
      ...(authorities ? { ca: authorities } : {}),
    });
    const opened = new Promise<void>((resolve, reject) => {
      secured.once('secureConnect', () => resolve());
      secured.on('error', error => {
        const code = errorCode(error);
        if (code.startsWith('ERR_SSL')) seen.alert(code);
        reject(error);
      });
      secured.once('end', () =>
        reject(Object.assign(new Error('the peer closed the connection in the handshake'), { code: 'ECONNRESET' })),
      );
      secured.once('close', () =>
        reject(Object.assign(new Error('the peer closed the connection in the handshake'), { code: 'ECONNRESET' })),
      );
    });
    await within(opened, options.stepTimeout, options.signal, 'tls', 'the TLS handshake');
    const certificate = secured.getPeerCertificate(false);
    const facts = certificateFacts(certificate);
    if (facts !== null) seen.certificate(facts);
    const wrong = certificateFault(certificate, host, secured.authorizationError);
    if (wrong === null)
      return {
        socket: secured,
        detail: `${secured.getProtocol() ?? 'TLS'}, ${describeCertificate(certificate)}`,
        warning: false,
        code: null,
      };
    const target = new URL(`https://${host.includes(':') ? `[${host}]` : host}:${socket.remotePort ?? 443}`);
    if (isInsecure(target))
      return { socket: secured, detail: `not verified, as asked for (${wrong.detail})`, warning: true, code: wrong.code };
    throw new WireError({ stage: 'tls', ...wrong });
  }

  async function request(
    method: 'GET' | 'HEAD' | 'POST',
    href: string,
    { headers = {}, body, limit = MAX_BODY, signal: own }: RequestOptions = {},
  ): Promise<Outcome> {
    const signal = own === undefined ? options.signal : AbortSignal.any([options.signal, own]);
    const started = performance.now();
    const elapsed = (): number => Math.round(performance.now() - started);
    const failed = (fault: WireFault): Outcome => ({ ok: false, fault, ms: elapsed() });
    let url: URL;
    try {
      url = new URL(href);
      if (!/^https?:$/.test(url.protocol)) throw new Error('scheme');
    } catch {
      return failed({
        stage: 'http',
        kind: 'badScheme',
        code: 'ERR_INVALID_URL',
        detail: `${JSON.stringify(redact(href))} is not an http(s) address`,
      });
    }
    let answered = false;
    if (signal.aborted)
      return failed({ stage: 'connect', kind: 'timeout', code: 'ABORTED', detail: 'the time for the whole probe is over' });
    try {
      const answer = await dispatcherFor(url).request({
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers: { 'user-agent': options.userAgent, ...headers },
        body: body ?? null,
        signal,
        // undici would wait for a body that a HEAD answer never has
        ...(method === 'HEAD' ? { reset: false } : {}),
      });
      answered = true;
      const read = method === 'HEAD' ? { text: '', truncated: false } : await readBody(answer.body, limit);
      if (method === 'HEAD') answer.body.on('error', () => {}).destroy();
      return {
        ok: true,
        reply: { status: answer.statusCode, headers: answer.headers, body: read.text, truncated: read.truncated, ms: elapsed() },
      };
    } catch (error) {
      if (error instanceof WireError) return failed(error.fault);
      if (signal.aborted) {
        const connected = (checks.get(url.origin) ?? []).some(check => check.name === 'connect' && check.status === 'ok');
        const detail = `${connected ? `${url.host} accepted the request and gave ` : ''}no answer before the time for the whole probe was over`;
        return failed({
          stage: 'http',
          kind: 'timeout',
          code: connected ? SILENT : 'ABORTED',
          detail,
          details: connected ? { silent: true } : {},
        });
      }
      const spoken = errorCode(error);
      const code = SYSTEM[spoken] === 'eof' || SYSTEM[spoken] === 'reset' ? (alerts.get(url.origin) ?? spoken) : spoken;
      const proxied = proxyOf(href) !== null;
      const kind =
        proxied &&
        /^(?:UND_ERR_ABORTED|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_SOCKET|UND_ERR_INVALID_ARG|UND_ERR_PRX_TLS|ERROR)$/.test(code)
          ? 'proxy'
          : answered
            ? cutOff(kindOf(code, 'http'))
            : kindOf(code, 'http');
      const stage = kind === 'untrusted' || kind === 'badCertificate' || kind === 'tls' || kind === 'plainHttp' ? 'tls' : 'http';
      return failed({ stage, kind, code, detail: wireDetail(stage, url, code, error), details: wireDetails(code) });
    }
  }

  return {
    request,
    checksOf: url => checks.get(originOf(url)) ?? [],
    isPrivate(href) {
      const url = new URL(href);
      return isLoopback(url.hostname) || isInsecure(url) || url.protocol === 'https:';
    },
    certificateOf: url => certificates.get(originOf(url)) ?? null,
    proxyOf,
    async close() {
      await Promise.all([...dispatchers.values()].map(dispatcher => dispatcher.destroy().catch(() => {})));
    },
  };
}

async function readBody(body: Dispatcher.ResponseData['body'], limit: number): Promise<{ text: string; truncated: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) break;
  }
  const whole = Buffer.concat(chunks);
  return { text: whole.subarray(0, limit).toString('utf8'), truncated: whole.length > limit };
}
