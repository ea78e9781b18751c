/** GETs of the Kubernetes API, each answer a value. The only file that opens sockets to a cluster. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { noteGarbage } from '../util/garbage.ts';
import { type Environment, proxyFor } from '../util/proxy.ts';
import { UserError } from '../util/user-error.ts';
import type { Connection } from './kubeconfig.ts';

export type Answer<T> = { ok: true; value: T } | { ok: false; status: 403 | 404 | 410; message: string };

export interface Api {
  server: string;
  /** One GET. 403, 404 and 410 (a list that went stale) are values; everything else that is no success is a UserError. */
  get<T>(path: string, accept?: string): Promise<Answer<T>>;
  /** The lines of an answer that does not end by itself (a watch). An answer that is no success, or a broken connection, is an error. */
  lines(path: string): AsyncGenerator<string>;
  close(): Promise<void>;
}

/** Seconds that a busy server is waited for. */
const LONGEST_WAIT = 10;
const JSON_TYPE = 'application/json';
/** Objects' metadata alone: no secret's data travels. */
export const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/** In: the connection, milliseconds for one request (0: none), the environment (proxies), and a signal that ends everything. */
export function createApi(
  connection: Connection,
  requestTimeout: number,
  environment: Environment,
  userAgent: string,
  signal: AbortSignal,
): Api {
  const url = new URL(connection.server);
  const proxy = connection.proxyUrl ?? proxyFor(url, environment);
  const limits = { headersTimeout: requestTimeout, bodyTimeout: requestTimeout, connections: 8, pipelining: 1 };
  const connectTimeout = requestTimeout > 0 ? requestTimeout : 30_000;
  const dispatcher: Dispatcher =
    proxy === null
      ? new Agent({ ...limits, connect: { ...connection.tls, timeout: connectTimeout } })
      : new ProxyAgent({ ...limits, uri: proxy, requestTls: { ...connection.tls, timeout: connectTimeout } });

  async function get<T>(path: string, accept = JSON_TYPE, tries = 4): Promise<Answer<T>> {
    let status: number;
    let text: string;
    let pause: number;
    try {
      const answer = await dispatcher.request({
        origin: url.origin,
        path: `${url.pathname.replace(/\/$/, '')}${path}`,
        method: 'GET',
        headers: { accept, 'user-agent': userAgent, ...connection.headers },
        signal,
      });
      status = answer.statusCode;
      pause = Number(answer.headers['retry-after']);
      text = await answer.body.text();
      noteGarbage(text.length);
    } catch (error) {
      throw unreachable(error);
    }
    if (status === 200) {
      try {
        return { ok: true, value: JSON.parse(text) as T };
      } catch {
        throw new UserError(
          `the cluster at ${connection.server} answers with something that is not JSON`,
          'check the server address in the kubeconfig',
        );
      }
    }
    // a busy server says when to come again, as client-go heeds it
    if ((status === 429 || status === 503) && pause > 0 && pause <= LONGEST_WAIT && tries > 1) {
      await sleep(pause * 1000, undefined, { signal }).catch(() => {});
      return get(path, accept, tries - 1);
    }
    const message = statusMessage(text) ?? `HTTP ${status}`;
    if (status === 403 || status === 404 || status === 410) return { ok: false, status, message };
    if (status === 401)
      throw new UserError(
        `the cluster at ${connection.server} refuses the login: ${message}`,
        'renew the login of this kubeconfig context, or choose another with --context',
      );
    throw new UserError(
      `the cluster at ${connection.server} answers ${status}: ${message}`,
      'try again, or check it with: kubectl get --raw /readyz',
    );
  }

  async function* lines(path: string): AsyncGenerator<string> {
    let rest = '';
    try {
      const answer = await dispatcher.request({
        origin: url.origin,
        path: `${url.pathname.replace(/\/$/, '')}${path}`,
        method: 'GET',
        headers: { accept: JSON_TYPE, 'user-agent': userAgent, ...connection.headers },
        signal,
        // a watch ends after 300 s at most: what is silent for longer is no longer there
        bodyTimeout: 330_000,
      });
      if (answer.statusCode === 403)
        throw new UserError(
          `the watch is forbidden: ${statusMessage(await answer.body.text()) ?? '403'}`,
          'ask for the right to "watch pods"',
          true,
        );
      if (answer.statusCode !== 200)
        throw new UserError(`the cluster answers ${answer.statusCode}: ${statusMessage(await answer.body.text()) ?? 'no reason given'}`);
      for await (const chunk of answer.body.setEncoding('utf8') as AsyncIterable<string>) {
        const parts = (rest + chunk).split('\n');
        rest = parts.pop() ?? '';
        yield* parts.filter(part => part !== '');
      }
    } catch (error) {
      throw error instanceof UserError ? error : unreachable(error);
    }
  }

  function unreachable(error: unknown): UserError {
    const { code = '', message = '' } = error as { code?: string; message?: string };
    if (signal.aborted) return new UserError('interrupted');
    const told: Record<string, string> = {
      ECONNREFUSED: 'connection refused',
      ENOTFOUND: `no such host "${url.hostname}"`,
      EAI_AGAIN: `no such host "${url.hostname}"`,
      ECONNRESET: 'the connection was reset',
      UND_ERR_SOCKET: 'the connection was closed',
      UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
      UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
      UND_ERR_BODY_TIMEOUT: 'no answer in time',
      ETIMEDOUT: 'no connection in time',
      SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not signed by the authority in the kubeconfig',
      DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not signed by the authority in the kubeconfig',
      UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not signed by the authority in the kubeconfig',
      CERT_HAS_EXPIRED: 'its certificate has expired',
      ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
      ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
      EPROTO: 'it does not speak TLS',
    };
    return new UserError(
      `cannot reach the cluster at ${connection.server}: ${told[code] ?? (message.split('\n', 1)[0] || code)}`,
      'is it running, and is this the right --context? (saved objects can be diagnosed with -f FILE)',
    );
  }

  return { server: connection.server, get, lines, close: () => dispatcher.destroy().catch(() => {}) };
}

function statusMessage(text: string): string | null {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' && message !== '' ? message : null;
  } catch {
    return null;
  }
}
