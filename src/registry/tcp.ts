/** Look-ups and TCP connections with an end: nothing here waits longer than it is told to. */
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
  authorities: SecureContext | undefined;
  /** Whether a certificate that does not verify is accepted. */
  insecure: boolean;
}

/** Looks a name up. In: the host name. Out: its addresses. */
export type LookUp = (hostname: string) => Promise<string[]>;

/** Addresses of a name that are tried. */
const MAX_ADDRESSES = 4;

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

/** Connects to the first address that answers. Errors: a WireError that names all of them. */
export async function openTcp(addresses: readonly string[], port: number, { stepTimeout, signal }: StepLimits): Promise<Socket> {
  const failures: { address: string; code: string; fault: WireFault | null }[] = [];
  for (const address of addresses.slice(0, MAX_ADDRESSES)) {
    const socket = tcpConnect({ host: address, port });
    const opened = new Promise<Socket>((resolve, reject) => {
      socket.once('connect', () => resolve(socket));
      socket.on('error', reject);
    });
    try {
      const limits = { stepTimeout: Math.ceil(stepTimeout / Math.min(addresses.length, MAX_ADDRESSES)), signal };
      return await within(opened, limits, 'connect', `connecting to ${address}:${port}`);
    } catch (error) {
      opened.catch(() => {});
      socket.destroy();
      const fault = error instanceof WireError ? error.fault : null;
      failures.push({ address: `${address}:${port}`, code: fault?.code ?? errorCode(error), fault });
    }
  }
  const last = failures.at(-1);
  const code = last?.code ?? 'ERROR';
  throw new WireError({
    stage: 'connect',
    kind: last?.fault?.kind ?? kindOf(code, 'connect'),
    code,
    detail: failures.map(({ address, fault, code }) => `${address} ${fault?.detail ?? code}`).join('; '),
  });
}

/**
 * Secures a connection. In: it, the host that it leads to, the limits, whether Node refuses a certificate that does not verify, and who is told of errors, those after
 * the handshake too (TLS 1.3 tells then that a certificate is wanted). Errors: whatever Node throws, or a WireError of the step tls.
 */
export async function handshake(
  socket: Socket,
  host: string,
  { authorities, ...limits }: Omit<ConnectionOptions, 'insecure'>,
  isVerified: boolean,
  onError: (error: Error) => void = () => {},
): Promise<TLSSocket> {
  const secured = tlsConnect({
    socket,
    // for an address Node would look for "localhost" among the names
    servername: isIP(host) ? '' : host,
    ALPNProtocols: ['http/1.1'],
    ...(isVerified ? { host, rejectUnauthorized: true } : { rejectUnauthorized: false, checkServerIdentity: () => undefined }),
    ...(authorities ? { secureContext: authorities } : {}),
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
