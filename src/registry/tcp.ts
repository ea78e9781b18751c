/** Look-ups and TCP connections with an end: nothing here waits longer than it is told to. */
import { lookup } from 'node:dns/promises';
import { isIP, type Socket, connect as tcpConnect } from 'node:net';
import { type SecureContext, type TLSSocket, connect as tlsConnect } from 'node:tls';
import { errorCode, kindOf, SILENT, WireError, type WireFault, wireDetails } from './wire.ts';

export interface StepLimits {
  /** Milliseconds for one step. */
  stepTimeout: number;
  /** Ends the step under way. */
  signal: AbortSignal;
}

export interface ConnectionOptions extends StepLimits {
  /** The certificate authorities, read once for all connections; undefined for Node's own. */
  authorities: () => SecureContext | undefined;
  /** The TLS session of an earlier connection to the host, and who keeps this one's; absent where none is resumed. */
  session?: { kept: KeptSession | undefined; keep(kept: KeptSession): void };
  /** Whether a certificate that does not verify is accepted. */
  insecure: boolean;
}

/** A TLS session of a connection whose certificate was verified: who resumes it has proved to be the same server. */
export interface KeptSession {
  ticket: Buffer;
  /** What was told of its certificate. */
  description: string;
}

/** Looks a name up. In: the host name. Out: its addresses. */
export type LookUp = (hostname: string) => Promise<string[]>;

/** The operating system's look-up, as every program on this machine makes it. */
export const systemLookUp: LookUp = async hostname => {
  const entries = await lookup(hostname, { all: true });
  return [...new Set(entries.map(({ address }) => address))];
};

/** Addresses of a name that are tried. */
const MAX_ADDRESSES = 4;
/** Milliseconds after which the next address is tried while one still tries. Source: RFC 8305, section 8. */
const NEXT_ADDRESS = 250;

/** Ends `work` after `ms` or when the signal fires, with a timeout fault of this stage. */
export async function within<T>(
  work: Promise<T>,
  { stepTimeout: ms, signal }: StepLimits,
  stage: WireFault['stage'],
  what: string,
): Promise<T> {
  // what is given up may fail later
  work.catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  const limit = new Promise<never>((_, reject) => {
    const expire = (code: string, detail: string) => (): void =>
      reject(new WireError({ stage, kind: stage === 'dns' ? 'dns' : 'timeout', code, detail, details: wireDetails(code) }));
    timer = setTimeout(expire(stage === 'tls' ? SILENT : 'ETIMEDOUT', `${what} did not finish within ${ms / 1000} s`), ms);
    stop = expire(stage === 'tls' ? SILENT : 'ABORTED', `${what} was stopped: the time limit of the probe (--timeout) has passed`);
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

/** An address that was tried, and how it failed. */
interface Failure {
  address: string;
  code: string;
  fault: WireFault | null;
}

/**
 * Connects to the first address that answers. The next one is tried when an address fails, or after a quarter of a second while it still tries (RFC 8305, section 5). Errors: a WireError
 * that names all of them.
 */
export async function openTcp(addresses: readonly string[], port: number, { stepTimeout, signal }: StepLimits): Promise<Socket> {
  const tried = addresses.slice(0, MAX_ADDRESSES);
  const limits = { stepTimeout: Math.ceil(stepTimeout / tried.length), signal };
  const over = new AbortController();
  const failures: Failure[] = [];
  let next = 0;
  const socket = await new Promise<Socket | null>(resolve => {
    let failed = 0;
    let timer: NodeJS.Timeout | undefined;
    const begin = (): void => {
      clearTimeout(timer);
      const at = next++;
      const address = tried[at];
      if (address === undefined) return;
      if (next < tried.length) timer = setTimeout(begin, NEXT_ADDRESS);
      openOne(address, port, limits, over.signal).then(
        opened => {
          if (over.signal.aborted) return void opened.destroy();
          clearTimeout(timer);
          resolve(opened);
          over.abort();
        },
        failure => {
          if (over.signal.aborted) return;
          failures[at] = failure;
          failed++;
          if (failed === tried.length) resolve(null);
          else if (next < tried.length) begin();
        },
      );
    };
    if (tried.length === 0) resolve(null);
    begin();
  });
  if (socket !== null) return socket;
  const last = failures.at(-1);
  const code = last?.code ?? 'ERROR';
  throw new WireError({
    stage: 'connect',
    kind: last?.fault?.kind ?? kindOf(code, 'connect'),
    code,
    detail: failures.map(({ address, fault, code }) => `${address} ${fault?.detail ?? code}`).join('; '),
  });
}

/** Connects to one address. In: the signal that another one was faster. Throws a Failure. */
async function openOne(address: string, port: number, limits: StepLimits, over: AbortSignal): Promise<Socket> {
  const socket = tcpConnect({ host: address, port });
  const lose = (): void => void socket.destroy();
  const opened = new Promise<Socket>((resolve, reject) => {
    socket.once('connect', () => resolve(socket));
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('closed')));
  });
  over.addEventListener('abort', lose, { once: true });
  try {
    return await within(opened, limits, 'connect', `connecting to ${address}:${port}`);
  } catch (error) {
    socket.destroy();
    const fault = error instanceof WireError ? error.fault : null;
    const failure: Failure = { address: `${address}:${port}`, code: fault?.code ?? errorCode(error), fault };
    throw failure;
  } finally {
    over.removeEventListener('abort', lose);
  }
}

/**
 * Secures a connection. In: it, the host that it leads to, the limits, whether Node refuses a certificate that does not verify, and who is told of errors, those after
 * the handshake too (TLS 1.3 tells then that a certificate is wanted). Errors: whatever Node throws, or a WireError of the step tls.
 */
export async function handshake(
  socket: Socket,
  host: string,
  { authorities, session, ...limits }: Omit<ConnectionOptions, 'insecure'>,
  isVerified: boolean,
  onError: (error: Error) => void = () => {},
): Promise<TLSSocket> {
  const context = authorities();
  const secured = tlsConnect({
    socket,
    // for an address Node would look for "localhost" among the names
    servername: isIP(host) ? '' : host,
    ALPNProtocols: ['http/1.1'],
    ...(isVerified ? { host, rejectUnauthorized: true } : { rejectUnauthorized: false, checkServerIdentity: () => undefined }),
    ...(context ? { secureContext: context } : {}),
    ...(session?.kept ? { session: session.kept.ticket } : {}),
  });
  const opened = new Promise<void>((resolve, reject) => {
    const closed = (): void => reject(Object.assign(new Error('the peer closed the connection in the handshake'), { code: 'ECONNRESET' }));
    secured.once('secureConnect', () => resolve());
    secured.on('error', error => {
      onError(error);
      reject(error);
    });
    secured.once('end', closed);
    secured.once('close', closed);
  });
  try {
    await within(opened, limits, 'tls', 'the TLS handshake');
  } catch (error) {
    secured.destroy();
    throw error;
  }
  return secured;
}
