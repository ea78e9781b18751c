/**
 * Proxies of HTTPS_PROXY and HTTP_PROXY: the connection to one, and the tunnel through it (CONNECT, RFC 9110 section 9.3.6). Whatever a proxy does wrong is a
 * WireError of kind `proxy`. Belongs here: what is said to the proxy itself.
 */
import { isIP, type Socket } from 'node:net';
import { bareHost, portOf } from '../util/url.ts';
import { type ConnectionOptions, handshake, type LookUp, openTcp, type StepLimits, within } from './tcp.ts';
import { errorCode, WireError, wireDetail } from './wire.ts';

/** A proxy, as the environment names it. */
export interface ProxyServer {
  url: URL;
  /** Scheme and host, without the login: as it is told. */
  shown: string;
  /** The value of `Proxy-Authorization`, null without a login in the URL. */
  authorization: string | null;
}

/** Bytes of the head of a proxy's answer. */
const MAX_HEAD = 16 * 1024;

/** Reads a proxy's address. In: its URL, as `proxyFor` gives it. Out: the proxy, its login apart. */
export function proxyOf(address: string): ProxyServer {
  const url = new URL(address);
  const { username, password } = url;
  const login = `${decode(username)}:${decode(password)}`;
  return {
    url,
    shown: `${url.protocol}//${url.host}`,
    authorization: username === '' && password === '' ? null : `Basic ${Buffer.from(login).toString('base64')}`,
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A proxy's failure. In: what it does, as the end of a sentence, and a code (system, TLS or HTTP status). */
const failed = ({ shown }: ProxyServer, what: string, code: string): WireError =>
  new WireError({ stage: 'http', kind: 'proxy', code, detail: `the proxy ${shown} of this machine ${what}` });

/**
 * Connects to a proxy, and through it to a target. In: the proxy, `HOST:PORT` of the target (null: no tunnel, the proxy is asked itself), the limits of each
 * step. Out: the socket, to be secured by the caller. Errors: a WireError of kind `proxy`.
 */
export async function openTunnel(
  proxy: ProxyServer,
  target: string | null,
  options: ConnectionOptions & { lookUp: LookUp; userAgent: string },
): Promise<Socket> {
  if (!/^https?:$/.test(proxy.url.protocol)) {
    const scheme = proxy.url.protocol.slice(0, -1);
    const detail = `uses the scheme "${scheme}", which is not supported for registries: only http:// and https:// proxies are`;
    throw failed(proxy, detail, 'ERR_PROXY_SCHEME');
  }
  const socket = await reach(proxy, options);
  if (target === null) return socket;
  try {
    socket.write(requestFor(proxy, target, options.userAgent));
    const head = await answered(proxy, socket, options);
    const refusal = refusalIn(proxy, target, head);
    if (refusal !== null) throw refusal;
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** A connection to the proxy, secured where its URL says https. */
async function reach(proxy: ProxyServer, options: ConnectionOptions & { lookUp: LookUp }): Promise<Socket> {
  const { url } = proxy;
  const host = bareHost(url.hostname);
  try {
    const addresses = isIP(host) ? [host] : await within(options.lookUp(host), options, 'dns', `the look-up of "${host}"`);
    const socket = await openTcp(addresses, portOf(url), options);
    if (url.protocol !== 'https:') return socket;
    // the session is that of the host behind the proxy
    const { session: _, ...own } = options;
    return await handshake(socket, host, own, true);
  } catch (error) {
    const code = error instanceof WireError ? error.fault.code : errorCode(error);
    const said = error instanceof WireError ? error.fault.detail : wireDetail('connect', url, code, error);
    throw failed(proxy, `cannot be reached: ${said}`, code);
  }
}

function requestFor({ authorization }: ProxyServer, target: string, userAgent: string): string {
  const login = authorization === null ? [] : [`Proxy-Authorization: ${authorization}`];
  return [`CONNECT ${target} HTTP/1.1`, `Host: ${target}`, `User-Agent: ${userAgent}`, ...login, '', ''].join('\r\n');
}

/** The head of a proxy's answer, and what came behind it. */
interface Head {
  text: string;
  rest: Buffer;
}

/** Waits for the head of the answer to CONNECT. Errors: a WireError of kind `proxy` for silence, an end, and an answer without an end. */
async function answered(proxy: ProxyServer, socket: Socket, limits: StepLimits): Promise<Head> {
  let seen = Buffer.alloc(0);
  let release = (): void => {};
  const head = new Promise<Head>((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      seen = Buffer.concat([seen, chunk]);
      const end = seen.indexOf('\r\n\r\n');
      if (end >= 0) resolve({ text: seen.subarray(0, end).toString('latin1'), rest: seen.subarray(end + 4) });
      else if (seen.length > MAX_HEAD || !startsAsHttp(seen))
        reject(failed(proxy, 'answers CONNECT with something that is not HTTP', 'ERR_PROXY_ANSWER'));
    };
    const onEnd = (): void => reject(failed(proxy, 'closes the connection without an answer to CONNECT', 'UND_ERR_SOCKET'));
    const onError = (error: Error): void => reject(failed(proxy, `ends the connection: ${errorCode(error)}`, errorCode(error)));
    socket.on('data', onData).once('end', onEnd).once('close', onEnd).on('error', onError);
    release = () => void socket.off('data', onData).off('end', onEnd).off('close', onEnd).pause();
  });
  try {
    return await within(head, limits, 'http', 'the answer to CONNECT');
  } catch (error) {
    if (!(error instanceof WireError) || error.fault.kind === 'proxy') throw error;
    throw failed(proxy, 'accepts the connection, but does not answer CONNECT in time', error.fault.code);
  } finally {
    release();
  }
}

const startsAsHttp = (seen: Buffer): boolean => {
  const start = seen.subarray(0, 5).toString('latin1');
  return 'HTTP/'.startsWith(start) || start === 'HTTP/';
};

/** Names of proxies that sign the answers which they make themselves; of an answer that they hand on they keep the name of the server behind. */
const PROXY_SERVERS = /^(?:squid|tinyproxy|zscaler)\b/i;

/**
 * Whose answer it is that comes over plain HTTP through a proxy, which is asked in place of the host: null where it is the host's. A 407 is always the proxy's;
 * 502, 503 and 504 are taken for the proxy's where a header says that one wrote or handed on the answer (`Via`, `Proxy-Status` of RFC 9209, squid's `X-Squid-Error`,
 * a proxy's name in `Server`): of the registry nothing may be certain then.
 */
export function answeredByProxy(
  proxy: ProxyServer,
  host: string,
  status: number,
  headers: Record<string, string | string[] | undefined>,
): WireError | null {
  if (status === 407) return failed(proxy, `${loginFault(proxy)} (407)`, '407');
  const isSigned =
    ['via', 'proxy-status', 'x-squid-error'].some(name => headers[name] !== undefined) ||
    PROXY_SERVERS.test(String(headers['server'] ?? ''));
  if (![502, 503, 504].includes(status) || !isSigned) return null;
  return failed(proxy, `answers the request to ${host} with ${status}, which may come from the host behind it`, String(status));
}

/** What a proxy does that asks for a login. */
const loginFault = ({ authorization }: ProxyServer): string =>
  authorization === null ? 'requires authentication' : 'rejects the user name or password in its URL';

/** Why the answer opens no tunnel, null where it does. */
function refusalIn(proxy: ProxyServer, target: string, { text, rest }: Head): WireError | null {
  const status = /^HTTP\/1\.[01] (\d{3})\b/.exec(text)?.[1];
  if (status === undefined) return failed(proxy, 'answers CONNECT with something that is not HTTP', 'ERR_PROXY_ANSWER');
  if (status.startsWith('2')) {
    // in a tunnel the client speaks first: what says something before is a page of the proxy's own
    const isPage = rest.length > 0 || /^content-length:\s*[1-9]/im.test(text) || /^content-type:\s*text\/html/im.test(text);
    return isPage ? failed(proxy, `answers CONNECT with a page of its own instead of a tunnel to ${target} (${status})`, status) : null;
  }
  const login = loginFault(proxy);
  const told: Record<string, string> = {
    407: login,
    401: login,
    403: `refuses connections to ${target}`,
    429: 'limits requests',
    502: `cannot reach ${target}`,
    503: `cannot reach ${target}`,
    504: `gets no answer from ${target}`,
  };
  return failed(proxy, `${told[status] ?? `opens no tunnel to ${target}`} (${status} to CONNECT)`, status);
}
