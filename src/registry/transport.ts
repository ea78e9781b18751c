/**
 * HTTP towards registries: requests, their time, proxies, and what was seen of each host's connection. Whatever happens is a value. Belongs here: what
 * is the same for every question; how a connection is opened stands in connection.ts.
 */
import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import type { CertificateFacts, Check } from '../model/probe.ts';
import { type Environment, isLoopback, proxyFor } from '../util/proxy.ts';
import { redact } from '../util/redact.ts';
import { openConnection } from './connection.ts';
import { cutOff, errorCode, kindOf, SILENT, SYSTEM, WireError, type WireFault, wireDetail, wireDetails } from './wire.ts';

/** What every request of a run keeps to. */
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

/** What a host answered. */
export interface Reply {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  /** As much of it as was asked for, as UTF-8; empty for HEAD. */
  body: string;
  /** The body was longer. */
  truncated: boolean;
  /** Milliseconds from the question to the end of the body. */
  ms: number;
}

/** An answer of any status, or why there is none. */
export type Outcome = { ok: true; reply: Reply } | { ok: false; fault: WireFault; ms: number };

interface RequestOptions {
  headers?: Record<string, string>;
  body?: string;
  /** Bytes of the body to read; the rest is thrown away. */
  limit?: number;
  /** Ends this request, besides the run's own signal. */
  signal?: AbortSignal;
}

/** Bytes of headers in an answer: undici takes 16 KB of them, Go up to a megabyte. */
const MAX_HEADERS = 64 * 1024;
/** Bytes of a body that are read unless a request says otherwise. */
const MAX_BODY = 64 * 1024;
/** Codes that, behind a proxy, are the proxy's own failure. */
const OF_PROXY = /^(?:UND_ERR_ABORTED|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_SOCKET|UND_ERR_INVALID_ARG|UND_ERR_PRX_TLS|ERROR)$/;

/** Requests to registries, over connections that are kept. */
export interface Transport {
  /** One request; redirects are not followed. Out: the answer or a fault, never an error. */
  request(method: 'GET' | 'HEAD' | 'POST', url: string, options?: RequestOptions): Promise<Outcome>;
  /** The steps of the connection to the URL's host, as the first request saw them. */
  checksOf(url: string): Check[];
  /** Whether what is said to this URL can be read by nobody else: TLS that was verified, or this machine, or a host named insecure. */
  isPrivate(url: string): boolean;
  /** What the certificate of the URL's host says, null when none was seen. */
  certificateOf(url: string): CertificateFacts | null;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** The same transport for a part of the work that has its own end: its requests end with the signal. */
export const limitedBy = (transport: Transport, signal: AbortSignal): Transport => ({
  ...transport,
  request: (method, url, options) => transport.request(method, url, { ...options, signal }),
});

const originOf = (url: string): string => new URL(url).origin;

/** Makes a transport. In: its limits, authorities and environment. Out: an object to be closed by its owner. */
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

  function connectTo(url: URL, servername: string | undefined): Promise<Socket> {
    const steps: Check[] = [];
    if (!checks.has(url.origin)) checks.set(url.origin, steps);
    const { stepTimeout, signal } = options;
    return openConnection(
      url,
      servername,
      { stepTimeout, signal, authorities, insecure: isInsecure(url) },
      {
        step: check => void steps.push(check),
        certificate: facts => void certificates.set(url.origin, facts),
        alert: code => void alerts.set(url.origin, code),
      },
    );
  }

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
          void connectTo(url, connection.servername).then(
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
        detail: `done by the proxy ${shown}`,
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
        detail: `${JSON.stringify(redact(href))} is not an http(s) URL`,
      });
    }
    if (signal.aborted)
      return failed({ stage: 'connect', kind: 'timeout', code: 'ABORTED', detail: 'the time limit of the probe (--timeout) has passed' });
    let answered = false;
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
      return failed(signal.aborted ? stopped(url) : wireFault(url, error, answered));
    }
  }

  /** The fault of a request that the end of its time stopped. */
  function stopped(url: URL): WireFault {
    const connected = (checks.get(url.origin) ?? []).some(check => check.name === 'connect' && check.status === 'ok');
    const limit = 'before the time limit of the probe (--timeout)';
    return connected
      ? {
          stage: 'http',
          kind: 'timeout',
          code: SILENT,
          detail: `${url.host} accepted the connection but did not answer ${limit}`,
          details: { silent: true },
        }
      : { stage: 'http', kind: 'timeout', code: 'ABORTED', detail: `no answer ${limit}`, details: {} };
  }

  /** The fault of a request that failed on an open connection, or at a proxy. */
  function wireFault(url: URL, error: unknown, answered: boolean): WireFault {
    const spoken = errorCode(error);
    const ended = SYSTEM[spoken] === 'eof' || SYSTEM[spoken] === 'reset';
    const code = ended ? (alerts.get(url.origin) ?? spoken) : spoken;
    const own = kindOf(code, 'http');
    const kind = proxyOf(url.href) !== null && OF_PROXY.test(code) ? 'proxy' : answered ? cutOff(own) : own;
    const stage = ['untrusted', 'badCertificate', 'tls', 'plainHttp'].includes(kind) ? 'tls' : 'http';
    return { stage, kind, code, detail: wireDetail(stage, url, code, error), details: wireDetails(code) };
  }

  return {
    request,
    checksOf: url => checks.get(originOf(url)) ?? [],
    isPrivate(href) {
      const url = new URL(href);
      return isLoopback(url.hostname) || isInsecure(url) || url.protocol === 'https:';
    },
    certificateOf: url => certificates.get(originOf(url)) ?? null,
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
