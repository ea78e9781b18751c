/** GET requests to the Kubernetes API, whose answers are values. The only file that opens sockets to a cluster; what is written there goes through writer.ts. */
import { pipeline } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { noteGarbage } from '../util/garbage.ts';
import { type Environment, proxyFor } from '../util/proxy.ts';
import { UserError } from '../util/user-error.ts';
import type { Connection } from './kubeconfig.ts';
import { withoutManagedFields } from './page.ts';

/** The answer to one GET: an object or a list, or one of the refusals that a caller can live with. */
export type Answer<T> = { ok: true; value: T } | { ok: false; status: 403 | 404 | 410; message: string };

/** The API server of one connection. */
export interface Api {
  server: string;
  /**
   * One GET. 403, 404 and 410 (a list that has expired) are values; every other failure is a UserError. The value is JSON and no more:
   * what it holds is for the readers of shape.ts to find out. Of pods in a list it does not say who wrote which field. In: also who sees how an answer begins, before it is
   * there whole.
   */
  get<T>(path: string, accept?: string, begins?: (text: string) => void): Promise<Answer<T>>;
  /** The lines of a response that does not end by itself (a watch). Every failure, a broken connection too, is a UserError. */
  lines(path: string): AsyncGenerator<string>;
  close(): Promise<void>;
}

/** The longest Retry-After of a busy API server that is waited for, in seconds. */
const MAX_RETRY_AFTER = 10;
/** The longest silence of a watch, in milliseconds: a watch ends after 300 s at most, so that a longer silence is a lost connection. */
const MAX_WATCH_SILENCE = 330_000;
/**
 * The longest silence of any other request, in milliseconds, where no --request-timeout is given. An API server ends a request that is
 * not a watch after 60 s by itself (kube-apiserver --request-timeout): what is silent for longer is a lost connection.
 */
const MAX_SILENCE = 90_000;
/** The longest time for one whole request without --request-timeout, in milliseconds: for an answer that trickles. */
const MAX_REQUEST = 300_000;
/** The largest answer that is read, in bytes: a page of 250 objects of 1 MB each. */
const MAX_ANSWER = 256 * 1024 * 1024;
/** The longest line of a watch, in characters: one object, and etcd holds objects of at most 1.5 MB. */
const MAX_LINE = 16 * 1024 * 1024;
/** The longest message of a Status object that is shown, in characters. */
const MAX_STATUS_MESSAGE = 500;
const JSON_TYPE = 'application/json';
/** Only the metadata of objects: no data of a secret is sent. */
export const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/** A permission that the user lacks, for errors and warnings. */
export const missingPermission = (verb: 'get' | 'list' | 'watch', resource: string): string =>
  `the permission "${verb} ${resource}" is missing`;

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

/** One request to an API server. */
interface ApiRequest {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  accept: string;
  /** A long answer may come compressed. */
  compressed?: boolean;
  /** JSON. */
  body?: string;
  until: AbortSignal;
  /** Milliseconds of silence. */
  bodyTimeout?: number;
}

/** The sockets to one API server. */
export interface ApiConnection {
  send(request: ApiRequest): Promise<Dispatcher.ResponseData>;
  /** What Node.js and undici say of a connection, as one sentence; their own words only where they are about no value of the user. */
  unreachable(error: unknown): UserError;
  close(): Promise<void>;
}

/**
 * In: the connection, the limit of one request in milliseconds (0: no limit), the environment (its proxies), the name of this program, and a signal that aborts
 * everything.
 */
export function openApiConnection(
  connection: Connection,
  requestTimeout: number,
  environment: Environment,
  userAgent: string,
  signal: AbortSignal,
): ApiConnection {
  const url = new URL(connection.server);
  const proxy = usableProxy(connection.proxyUrl ?? proxyFor(url, environment));
  const silence = silenceOf(requestTimeout);
  const limits = { headersTimeout: silence, connections: 8, pipelining: 1 };
  const connectTimeout = requestTimeout > 0 ? requestTimeout : 30_000;
  const dispatcher: Dispatcher =
    proxy === null
      ? new Agent({ ...limits, connect: { ...connection.tls, timeout: connectTimeout } })
      : new ProxyAgent({ ...limits, uri: proxy.href, requestTls: { ...connection.tls, timeout: connectTimeout } });

  const send = ({
    method,
    path,
    accept,
    compressed = false,
    body,
    until,
    bodyTimeout = silence,
  }: ApiRequest): Promise<Dispatcher.ResponseData> =>
    dispatcher.request({
      origin: url.origin,
      path: `${url.pathname.replace(/\/$/, '')}${path}`,
      method,
      headers: {
        accept,
        ...(compressed && !connection.disableCompression ? { 'accept-encoding': 'gzip' } : {}),
        'user-agent': userAgent,
        ...(body === undefined ? {} : { 'content-type': JSON_TYPE }),
        ...connection.headers,
      },
      ...(body === undefined ? {} : { body }),
      signal: until,
      bodyTimeout,
    });

  function unreachable(error: unknown): UserError {
    if (error instanceof UserError) return error;
    const { code: given, name, message = '' } = error as { code?: unknown; name?: string; message?: string };
    // the code of a DOMException is a number; that of AbortSignal.timeout is told as every other silence
    const code = name === 'TimeoutError' ? 'UND_ERR_HEADERS_TIMEOUT' : typeof given === 'string' ? given : '';
    if (signal.aborted) return new UserError('interrupted');
    const refused = /^Proxy response \((\d+)\)/.exec(message)?.[1];
    const known =
      refused !== undefined
        ? `the proxy answered ${refused}`
        : (CONNECTION_ERRORS[code] ??
          (UNKNOWN_HOST.has(code) ? `no such host "${(proxy ?? url).hostname}"` : undefined) ??
          (code.startsWith('ERR_OSSL_') ? 'the certificate or the key of the login is not valid' : undefined));
    const by = proxy === null ? '' : ` through the proxy ${proxy.protocol}//${proxy.host}`;
    return new UserError(
      `cannot reach the API server at ${connection.server}${by}: ${known ?? (code || message.split('\n', 1)[0])}`,
      'check that the cluster is running and that --context is the right one; -f FILE diagnoses saved objects without a cluster',
    );
  }

  return { send, unreachable, close: () => dispatcher.destroy().catch(() => {}) };
}

/** Milliseconds of silence after which a connection counts as lost. */
const silenceOf = (requestTimeout: number): number => (requestTimeout > 0 ? requestTimeout : MAX_SILENCE);

/** In: as for `openApiConnection`. Out: what reads the cluster. */
export function createApi(
  connection: Connection,
  requestTimeout: number,
  environment: Environment,
  userAgent: string,
  signal: AbortSignal,
): Api {
  const { send: request, unreachable, close } = openApiConnection(connection, requestTimeout, environment, userAgent, signal);
  const send = (
    path: string,
    accept: string,
    until: AbortSignal,
    bodyTimeout = silenceOf(requestTimeout),
    compressed = false,
  ): Promise<Dispatcher.ResponseData> => request({ method: 'GET', path, accept, compressed, until, bodyTimeout });

  const get = <T>(path: string, accept = JSON_TYPE, begins?: (text: string) => void): Promise<Answer<T>> =>
    getWith(path, accept, begins, 4);

  async function getWith<T>(path: string, accept: string, begins: ((text: string) => void) | undefined, tries: number): Promise<Answer<T>> {
    let status: number;
    let text: string;
    let pause: number;
    const late = AbortSignal.timeout(requestTimeout > 0 ? requestTimeout : MAX_REQUEST);
    try {
      const answer = await send(path, accept, AbortSignal.any([signal, late]), undefined, true);
      status = answer.statusCode;
      pause = Number(answer.headers['retry-after']);
      text = await readText(plainBody(answer), MAX_ANSWER, status === 200 ? begins : undefined);
      noteGarbage(text.length);
      // undici gives the connection free a turn later: a request that is made before opens another one, which takes two round trips and a handshake
      await turn();
    } catch (error) {
      throw unreachable(late.aborted ? { code: 'UND_ERR_BODY_TIMEOUT' } : error);
    }
    if (status === 200) {
      try {
        return { ok: true, value: JSON.parse(withoutManagedFields(text)) as T };
      } catch {
        throw new UserError(
          `the API server at ${connection.server} returned a response that is not JSON`,
          "check the cluster's server address in the kubeconfig",
        );
      }
    }
    // a busy API server says when to try again; client-go waits as long
    if ((status === 429 || status === 503) && pause > 0 && pause <= MAX_RETRY_AFTER && tries > 1) {
      await sleep(pause * 1000, undefined, { signal }).catch(() => {});
      return getWith(path, accept, begins, tries - 1);
    }
    const message = statusMessage(text) ?? `HTTP ${status}`;
    if (status === 403 || status === 404 || status === 410) return { ok: false, status, message };
    if (status === 401)
      throw new UserError(
        `the API server at ${connection.server} rejected the credentials of the ${connection.origin}: ${message}`,
        connection.origin === 'kubeconfig'
          ? 'log in again for this kubeconfig context, or select another one with --context'
          : 'check --token, --client-certificate or --username; kubectl auth whoami tests them, too',
      );
    throw new UserError(
      `the API server at ${connection.server} returned HTTP ${status}: ${message}`,
      'try again, or check the API server with: kubectl get --raw /readyz',
    );
  }

  async function* lines(path: string): AsyncGenerator<string> {
    let rest = '';
    try {
      const answer = await send(path, JSON_TYPE, signal, MAX_WATCH_SILENCE);
      if (answer.statusCode === 403)
        throw new UserError(
          `cannot watch pods: ${statusMessage(await readText(answer.body, MAX_LINE)) ?? missingPermission('watch', 'pods')}`,
          'ask for the permission "watch pods"',
          true,
        );
      if (answer.statusCode !== 200)
        throw new UserError(
          `the API server returned HTTP ${answer.statusCode}: ${statusMessage(await readText(answer.body, MAX_LINE)) ?? 'no reason given'}`,
        );
      for await (const chunk of answer.body.setEncoding('utf8') as AsyncIterable<string>) {
        const parts = (rest + chunk).split('\n');
        rest = parts.pop() ?? '';
        if (rest.length > MAX_LINE) throw tooLarge(MAX_LINE);
        yield* parts.filter(part => part !== '');
      }
    } catch (error) {
      throw error instanceof UserError ? error : unreachable(error);
    }
  }

  return { server: connection.server, get, lines, close };
}

/** The proxy as a URL. Errors: a UserError, which does not show it: a proxy's URL may hold a password. */
function usableProxy(proxy: string | null): URL | null {
  if (proxy === null) return null;
  const url = URL.canParse(proxy) ? new URL(proxy) : null;
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new UserError(
    `the proxy to the API server ${url === null ? 'is not a URL' : `has the scheme "${url.protocol.slice(0, -1)}", which is not supported`}`,
    'check proxy-url in the kubeconfig, HTTPS_PROXY and HTTP_PROXY: expected http://HOST:PORT or https://HOST:PORT',
  );
}

const tooLarge = (limit: number): UserError =>
  new UserError(
    `the API server returned more than ${limit / 1024 / 1024} MiB at once`,
    'read fewer objects: use -n NAMESPACE or -l SELECTOR',
  );

/** The body of an answer as it was before it was compressed. */
function plainBody({ headers, body }: Dispatcher.ResponseData): AsyncIterable<Uint8Array> {
  if (headers['content-encoding'] !== 'gzip') return body;
  // what breaks the connection ends the stream with the same error
  return pipeline(body, createGunzip({ chunkSize: 128 * 1024 }), () => {});
}

/** A body as text. In: also who sees how it begins. Errors: a UserError when it is longer than a number of bytes. */
export async function readText(body: AsyncIterable<Uint8Array>, limit: number, begins?: (text: string) => void): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > limit) throw tooLarge(limit);
    if (chunks.length === 0) begins?.(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1'));
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const UNKNOWN_HOST = new Set(['ENOTFOUND', 'EAI_AGAIN']);
const UNTRUSTED = 'its certificate is not signed by the certificate authority in the kubeconfig or --certificate-authority';

/** The codes of Node.js, OpenSSL and undici that users meet, as sentences. */
const CONNECTION_ERRORS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  ECONNRESET: 'the connection was reset',
  UND_ERR_SOCKET: 'the connection was closed',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_HEADERS_TIMEOUT: 'the request timed out',
  UND_ERR_BODY_TIMEOUT: 'the request timed out',
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is not valid for this host name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server does not use TLS',
  EPROTO: 'the server does not use TLS',
  HPE_INVALID_CONSTANT: 'the server does not use HTTP',
  UND_ERR_HEADERS_OVERFLOW: 'the headers of the response are too long',
  UND_ERR_INVALID_ARG: 'the credentials cannot be sent in a header',
  ERR_INVALID_CHAR: 'the credentials cannot be sent in a header',
};

/** The message of a Kubernetes Status object, null for anything else. */
export function statusMessage(text: string): string | null {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' && message !== '' ? message.slice(0, MAX_STATUS_MESSAGE) : null;
  } catch {
    return null;
  }
}
