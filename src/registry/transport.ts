/**
 * HTTP towards registries: requests, their time, proxies, and what was seen of each host's connection. Whatever happens is a value. Belongs here: what
 * is the same for every question; which hosts are asked stands in gate.ts, how a connection is opened in connection.ts.
 */
import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import type { CertificateFacts, Check } from '../model/probe.ts';
import { oncePerKey } from '../util/once.ts';
import { type Environment, isLoopback, proxyFor } from '../util/proxy.ts';
import { redact } from '../util/redact.ts';
import { SECRETS } from '../util/secrets.ts';
import { HttpError } from './answer-reader.ts';
import { type ConnectionObserver, openConnection, openThroughProxy, resolveHost } from './connection.ts';
import { Connections, type Request } from './connections.ts';
import { type Asker, Gate } from './gate.ts';
import { answeredByProxy, type ProxyServer, proxyOf } from './proxy-tunnel.ts';
import { type KeptSession, type LookUp, systemLookUp } from './tcp.ts';
import { cutOff, errorCode, kindOf, SILENT, SYSTEM, WireError, type WireFault, wireDetail, wireDetails } from './wire.ts';

/** What every request of a run keeps to. */
export interface TransportOptions {
  /** Milliseconds for one step: a look-up, a connection, a handshake, an answer's head, an answer's body. */
  stepTimeout: number;
  /** Ends everything: the whole probe's time, or Ctrl-C. */
  signal: AbortSignal;
  /** `host[:port]` of registries whose certificate is not checked and which may speak plain HTTP. */
  insecure: readonly string[];
  /** Further hosts (or URLs) that the user named: they may lie in a private network, whoever leads there. */
  named?: readonly string[];
  /** PEM of additional certificate authorities. */
  ca: string | null;
  environment: Environment;
  userAgent: string;
  /** Default: the operating system's. */
  lookUp?: LookUp;
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
  /** It comes from an inner host to which the registry led: its words are not shown. */
  ledInside: boolean;
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
  /** Who led to the URL; default: it is the registry itself. */
  asker?: Asker;
}

/** Bytes of a body that are read unless a request says otherwise. */
const MAX_BODY = 64 * 1024;
type Method = 'GET' | 'HEAD' | 'POST';

/** Requests to registries, over connections that are kept. */
export interface Transport {
  /** One request; redirects are not followed. Out: the answer or a fault, never an error. */
  request(method: Method, url: string, options?: RequestOptions): Promise<Outcome>;
  /**
   * Opens the connection that the first request of the registry itself to this origin will use: look-up, TCP and TLS, judged by the gate as that request. Once per
   * origin; nothing is sent, nothing is thrown, and what fails is told by the request.
   */
  prepare(url: string): void;
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

/** What is known of a server is kept by this. A host that no URL can have (`a.b.1`, port 99999) is never asked, and has nothing. */
const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : url);

/** Whether a URL writes its host as URLs are read: `http://0x7f.1` is 127.0.0.1 and does not say so. */
const isPlainlyWritten = (href: string, { hostname }: URL): boolean =>
  /^https?:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)/i.exec(href)?.[1]?.toLowerCase() === hostname;

/** What was seen of the connection to one origin: the steps of its first connection alone. */
interface Trail {
  checks: Check[];
  /** The step under way, null between two steps. */
  under: 'dns' | 'connect' | 'tls' | 'proxy' | null;
  /** A connection writes here already. */
  taken: boolean;
}

/** Makes a transport. In: its limits, authorities and environment. Out: an object to be closed by its owner. */
export function createTransport(options: TransportOptions): Transport {
  // every request of a run listens for its end
  setMaxListeners(0, options.signal);
  const gate = new Gate({ insecure: options.insecure, named: options.named ?? [] });
  const trails = new Map<string, Trail>();
  const connections = new Map<string, Connections>();
  /** Origins to which a connection was begun ahead of the first request. */
  const prepared = new Set<string>();
  /** Host with port → the TLS session that a further connection resumes. */
  const sessions = new Map<string, KeptSession>();
  /** Logins with a place where they were taken: sent there again, they are no failing logins. */
  const taken = new Set<string>();
  const certificates = new Map<string, CertificateFacts>();
  /** Origin → the alert with which a server ended TLS: by TLS 1.3 it refuses a client only after the client's handshake is done. */
  const alerts = new Map<string, string>();
  /** Questions that got no answer, and how: they are not asked again (see silenceOf). */
  const silences = new Map<string, WireFault>();
  let context: SecureContext | undefined;
  /** The authorities of --registry-ca beside the usual ones: read with the first connection, since it takes a while. */
  const authorities = (): SecureContext | undefined => {
    if (options.ca !== null) context ??= createSecureContext({ ca: [...rootCertificates, options.ca] });
    return context;
  };
  const lookUp = options.lookUp ?? systemLookUp;
  /** A name is looked up once: what the gate has judged is what is connected, for the whole run. */
  const lookUps = oncePerKey<string[]>();
  const lookUpOnce: LookUp = hostname => lookUps(hostname, () => lookUp(hostname));
  /** Ends what is still under way when nobody waits for it any more. */
  const ended = new AbortController();
  const endAll = (): void => ended.abort();
  if (options.signal.aborted) endAll();
  options.signal.addEventListener('abort', endAll, { once: true });
  setMaxListeners(0, ended.signal);
  const limits = { stepTimeout: options.stepTimeout, signal: ended.signal };

  const proxyOfUrl = (url: URL): ProxyServer | null => {
    const address = proxyFor(url, options.environment);
    return address === null ? null : proxyOf(address);
  };

  function trailOf(url: URL): Trail {
    const known = trails.get(url.origin);
    if (known !== undefined) return known;
    const proxy = proxyOfUrl(url);
    const behind = (name: 'dns' | 'connect'): Check => ({
      name,
      status: 'skipped',
      code: null,
      detail: `done by the proxy ${proxy?.shown}`,
      ms: null,
    });
    const trail: Trail = { checks: proxy === null ? [] : [behind('dns'), behind('connect')], under: null, taken: false };
    trails.set(url.origin, trail);
    return trail;
  }

  /** Who writes what is seen of a connection. In: whether it is the one that counts for the origin. */
  function observerOf(url: URL, counts: boolean): ConnectionObserver {
    const trail = trailOf(url);
    return {
      begin: stage => {
        if (counts) trail.under = stage;
      },
      step: check => {
        // a step that was given up before has its end already
        if (!counts || trail.under !== check.name) return;
        trail.under = null;
        trail.checks.push(check);
      },
      certificate: facts => void certificates.set(url.origin, facts),
      alert: code => void alerts.set(url.origin, code),
    };
  }

  function connectTo(url: URL, proxy: ProxyServer | null, addresses: readonly string[]): Promise<Socket> {
    const trail = trailOf(url);
    const observer = observerOf(url, !trail.taken);
    trail.taken = true;
    const session = {
      kept: sessions.get(url.host),
      keep: (kept: KeptSession): void => void sessions.set(url.host, kept),
    };
    const connection = { ...limits, authorities, session, insecure: gate.isInsecure(url) };
    return proxy === null
      ? openConnection(url, addresses, connection, observer)
      : openThroughProxy(url, proxy, { ...connection, lookUp: lookUpOnce, userAgent: options.userAgent }, observer);
  }

  /** The connections to one origin. In: the addresses that may be connected: another choice of them has connections of its own. */
  function connectionsTo(url: URL, proxy: ProxyServer | null, addresses: readonly string[]): Connections {
    const key = `${url.origin} ${addresses.join(' ')}`;
    const known = connections.get(key);
    if (known) return known;
    const made = new Connections(() => connectTo(url, proxy, addresses), options.stepTimeout);
    connections.set(key, made);
    return made;
  }

  /** The addresses of a host, looked up once for each; null where a proxy looks it up. Errors: a WireError of the step dns. */
  async function addressesOf(url: URL, proxy: ProxyServer | null): Promise<string[] | null> {
    if (proxy !== null) return null;
    const { checks } = trailOf(url);
    return resolveHost(url, lookUpOnce, limits, observerOf(url, !checks.some(({ name }) => name === 'dns')));
  }

  async function request(method: Method, href: string, question: RequestOptions = {}): Promise<Outcome> {
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
    const { signal: own } = question;
    if (ended.signal.aborted || own?.aborted)
      return failed({ stage: 'connect', kind: 'timeout', code: 'ABORTED', detail: 'the time limit of the probe (--timeout) has passed' });
    const before = silences.get(url.origin) ?? silences.get(`${method} ${url.origin}${url.pathname}`);
    if (before !== undefined) return failed(before);
    // nothing that is under way, a look-up or a connection, is waited for when the time is over
    const stop = new AbortController();
    const stopNow = (): void => stop.abort();
    const over = new Promise<Outcome>(resolve => {
      stop.signal.addEventListener('abort', () => resolve(failed(stopped(url))), { once: true });
    });
    for (const signal of [ended.signal, own]) signal?.addEventListener('abort', stopNow, { once: true });
    try {
      const outcome = await Promise.race([ask(method, url, href, question, stop.signal, started), over]);
      if (!ended.signal.aborted) rememberSilence(method, url, outcome);
      return outcome;
    } finally {
      for (const signal of [ended.signal, own]) signal?.removeEventListener('abort', stopNow);
    }
  }

  /** One question, with the gate before it. Out: the answer or a fault, never an error. */
  async function ask(
    method: Method,
    url: URL,
    href: string,
    { headers = {}, body, limit = MAX_BODY, asker = { registry: href } }: RequestOptions,
    signal: AbortSignal,
    started: number,
  ): Promise<Outcome> {
    const elapsed = (): number => Math.round(performance.now() - started);
    const failed = (fault: WireFault): Outcome => ({ ok: false, fault, ms: elapsed() });
    const proxy = proxyOfUrl(url);
    try {
      const admission = gate.admit(url, await addressesOf(url, proxy), asker);
      if (!admission.ok) return failed(admission.fault);
      const isAsked = proxy !== null && url.protocol === 'http:';
      const login = isAsked && proxy.authorization !== null ? { 'proxy-authorization': proxy.authorization } : {};
      const sent = { 'user-agent': options.userAgent, ...headers, ...login };
      const place = placeOfLogin(url, headers);
      const text = textOf(method, url, isAsked, sent, body ?? '');
      const isRepeatable = method !== 'POST' && (place === null || taken.has(place));
      const question: Request = { text, isHead: method === 'HEAD', limit, isRepeatable };
      const result = await connectionsTo(url, proxy, admission.addresses ?? []).ask(question, signal);
      if (!result.ok) {
        const { error, answered } = result;
        // a connection that was begun ahead has been waited for from then on
        if (error instanceof WireError) return { ok: false, fault: error.fault, ms: Math.max(elapsed(), result.ms ?? 0) };
        return failed(signal.aborted ? stopped(url) : wireFault(url, error, answered));
      }
      const { answer } = result;
      const { status } = answer;
      SECRETS.addHeaders(answer.headers);
      if (place !== null && status >= 200 && status < 300) taken.add(place);
      const refusal = isAsked ? answeredByProxy(proxy, url.host, status, answer.headers) : null;
      if (refusal !== null) return failed(refusal.fault);
      const { ledInside } = admission;
      const { truncated } = answer;
      const reply = { status, headers: answer.headers, body: answer.body.toString('utf8'), truncated, ledInside, ms: elapsed() };
      return { ok: true, reply };
    } catch (error) {
      if (error instanceof WireError) return failed(error.fault);
      return failed(signal.aborted ? stopped(url) : wireFault(url, error, false));
    }
  }

  /** Opens a connection ahead of the first request. Errors: none; the request meets the same one. */
  async function prepareOrigin(url: URL): Promise<void> {
    const proxy = proxyOfUrl(url);
    try {
      const admission = gate.admit(url, await addressesOf(url, proxy), { registry: url.href });
      if (admission.ok && !ended.signal.aborted) connectionsTo(url, proxy, admission.addresses ?? []).prepare();
    } catch {
      // the look-up failed: the request is told
    }
  }

  /**
   * A host that keeps silent is waited for once, however many credentials and images lead there: without a connection it is not asked again at all, with one
   * the same question is not asked again.
   */
  function rememberSilence(method: Method, url: URL, outcome: Outcome): void {
    if (outcome.ok) return;
    const { detail, ...fault } = outcome.fault;
    const isSilent = fault.kind === 'timeout' || (fault.kind === 'dns' && fault.code === 'ETIMEDOUT');
    // a question that the end of its probe cut short proves nothing
    if (!isSilent || fault.code === 'ABORTED' || outcome.ms < options.stepTimeout / 2) return;
    silences.set(fault.stage === 'http' ? `${method} ${url.origin}${url.pathname}` : url.origin, {
      ...fault,
      detail: `${detail}; it was not asked again in this run`,
      details: { ...fault.details, notAsked: 'silentBefore' },
    });
  }

  /** The fault of a request that the end of its time stopped: it tells the step that was under way, and ends it. */
  function stopped(url: URL): WireFault {
    const trail = trailOf(url);
    const limit = 'before the time limit of the probe (--timeout)';
    const stage = trail.under;
    if (stage === 'proxy') {
      const detail = `the proxy ${proxyOfUrl(url)?.shown} of this machine accepts the connection, but does not answer CONNECT in time (--timeout)`;
      return { stage: 'http', kind: 'proxy', code: 'ETIMEDOUT', detail };
    }
    if (stage !== null) {
      const what = {
        dns: `the look-up of "${url.hostname}"`,
        connect: `the connection to ${url.host}`,
        tls: `the TLS handshake with ${url.host}`,
      };
      const code = stage === 'tls' ? SILENT : 'ETIMEDOUT';
      const detail = `${what[stage]} did not finish ${limit}`;
      trail.under = null;
      trail.checks.push({ name: stage, status: 'failed', code, detail, ms: null });
      return { stage, kind: stage === 'dns' ? 'dns' : 'timeout', code, detail, details: wireDetails(stage === 'dns' ? 'EAI_AGAIN' : code) };
    }
    return trail.checks.some(({ name, status }) => (name === 'connect' || name === 'tls') && status === 'ok')
      ? {
          stage: 'http',
          kind: 'timeout',
          code: SILENT,
          detail: `${url.host} accepted the connection but did not answer ${limit}`,
          details: { silent: true },
        }
      : { stage: 'http', kind: 'timeout', code: 'ABORTED', detail: `no answer ${limit}`, details: {} };
  }

  /** The fault of a request that failed on an open connection. */
  function wireFault(url: URL, error: unknown, answered: boolean): WireFault {
    const spoken = errorCode(error);
    const isEnd = SYSTEM[spoken] === 'eof' || SYSTEM[spoken] === 'reset';
    const code = isEnd ? (alerts.get(url.origin) ?? spoken) : spoken;
    const own = kindOf(code, 'http');
    const kind = answered ? cutOff(own) : own;
    const stage = ['untrusted', 'badCertificate', 'tls', 'plainHttp'].includes(kind) ? 'tls' : 'http';
    const detail =
      kind === 'shortBody' ? `${url.host} closed the connection in the middle of its answer` : wireDetail(stage, url, code, error);
    return { stage, kind, code, detail, details: wireDetails(code) };
  }

  return {
    request,
    prepare(href) {
      if (!URL.canParse(href) || ended.signal.aborted) return;
      const url = new URL(href);
      if (!/^https?:$/.test(url.protocol) || prepared.has(url.origin) || trails.has(url.origin)) return;
      prepared.add(url.origin);
      void prepareOrigin(url);
    },
    checksOf: url => trails.get(originOf(url))?.checks ?? [],
    isPrivate(href) {
      const url = new URL(href);
      return url.protocol === 'https:' || gate.isInsecure(url) || (isLoopback(url.hostname) && isPlainlyWritten(href, url));
    },
    certificateOf: url => certificates.get(originOf(url)) ?? null,
    async close() {
      endAll();
      options.signal.removeEventListener('abort', endAll);
      for (const made of connections.values()) made.destroy();
    },
  };
}

/**
 * A login that may fail, with the place where it is tried: a repository, or else the path. Null for requests that send no password: a token was given for one
 * that was right.
 */
function placeOfLogin({ origin, pathname }: URL, { authorization }: Record<string, string>): string | null {
  if (authorization === undefined || /^bearer /i.test(authorization)) return null;
  const repository = /^(\/v2\/.+)\/(?:manifests|blobs|tags)\/[^/]+$/.exec(pathname)?.[1];
  return `${origin}${repository ?? pathname} ${authorization}`;
}

/** A request as it is written. Throws HttpError for a header that would end before its value does: a token is whatever a server gave. */
function textOf(method: Method, url: URL, isWhole: boolean, headers: Record<string, string>, body: string): string {
  const lines = Object.entries(headers).map(([name, value]) => {
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) throw new HttpError('UND_ERR_INVALID_ARG', `invalid ${name} header`);
    return `${name}: ${value}`;
  });
  // a proxy that is asked itself, without a tunnel, is told the whole address
  const target = `${isWhole ? url.origin : ''}${url.pathname}${url.search}`;
  const bytes = Buffer.from(body);
  const length = method === 'POST' ? [`content-length: ${bytes.length}`] : [];
  const head = [`${method} ${target} HTTP/1.1`, `host: ${url.host}`, 'connection: keep-alive', ...lines, ...length, '', ''];
  return `${head.join('\r\n')}${bytes.toString('latin1')}`;
}
