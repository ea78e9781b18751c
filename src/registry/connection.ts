/**
 * A connection to a host, step by step: name, TCP, TLS, each with its own time. Whatever fails is a WireError with its step. The only file, besides
 * transport.ts, that opens sockets to a registry.
 */
import { lookup } from 'node:dns/promises';
import { isIP, type Socket, connect as tcpConnect } from 'node:net';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import type { CertificateFacts, Check } from '../model/probe.ts';
import { certificateFacts, certificateFault, describeCertificate } from './certificate.ts';
import { errorCode, kindOf, SILENT, WireError, type WireFault, wireDetail, wireDetails } from './wire.ts';

/** Limits and trust of a connection. */
export interface ConnectionOptions {
  /** Milliseconds for one step. */
  stepTimeout: number;
  /** Ends the step under way. */
  signal: AbortSignal;
  /** PEM of all certificate authorities, undefined for Node's own. */
  authorities: string[] | undefined;
  /** Whether a certificate that does not verify is accepted. */
  insecure: boolean;
}

/** Who is told what happens on the way: a connection may be given up, or fail, before it is open. */
export interface ConnectionObserver {
  /** A step that ended, in the order dns, connect, tls. */
  step(check: Check): void;
  /** The certificate that the host showed, a bad one too. */
  certificate(facts: CertificateFacts): void;
  /** The code of an alert with which the host ends TLS: by TLS 1.3 it refuses a client only after the client's handshake is done. */
  alert(code: string): void;
}

/** Addresses of a name that are tried. */
const MAX_ADDRESSES = 4;

/** Ends `work` after `ms` or when the signal fires, with a timeout fault of this stage. */
async function within<T>(work: Promise<T>, ms: number, signal: AbortSignal, stage: WireFault['stage'], what: string): Promise<T> {
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

/**
 * Opens a connection. In: the URL, the name for TLS (undefined: the URL's host), the limits, and who watches. Out: a socket, secured where the URL says
 * https. Errors: a WireError with the step that failed.
 */
export async function openConnection(
  url: URL,
  servername: string | undefined,
  options: ConnectionOptions,
  observer: ConnectionObserver,
): Promise<Socket> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const addresses = await step('dns', url, observer, async () => {
    if (isIP(host)) return { value: [host], detail: `${host} is an IP address` };
    const entries = await within(lookup(host, { all: true }), options.stepTimeout, options.signal, 'dns', `the look-up of "${host}"`);
    const found = [...new Set(entries.map(({ address }) => address))];
    return { value: found, detail: `${host} resolves to ${found.join(', ')}` };
  });
  const socket = await step('connect', url, observer, async () => {
    const value = await openTcp(addresses, port, options);
    return { value, detail: `connected to ${value.remoteAddress}:${port}` };
  });
  if (url.protocol !== 'https:') return socket;
  try {
    return await step('tls', url, observer, () => openTls(socket, host, servername, options, observer));
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

interface Passed<T> {
  value: T;
  detail: string;
  /** Why it passed with a warning. */
  warning?: string;
}

/** Does one step, and tells how it ended. Errors: a WireError of this step. */
async function step<T>(
  stage: 'dns' | 'connect' | 'tls',
  url: URL,
  observer: ConnectionObserver,
  work: () => Promise<Passed<T>>,
): Promise<T> {
  const started = performance.now();
  const tell = (status: Check['status'], code: string | null, detail: string): void =>
    observer.step({ name: stage, status, code, detail, ms: Math.round(performance.now() - started) });
  try {
    const { value, detail, warning } = await work();
    tell(warning === undefined ? 'ok' : 'warning', warning ?? null, detail);
    return value;
  } catch (error) {
    const failure = error instanceof WireError ? error : new WireError(faultOf(stage, url, error));
    tell('failed', failure.fault.code, failure.fault.detail);
    throw failure;
  }
}

function faultOf(stage: WireFault['stage'], url: URL, error: unknown): WireFault {
  const code = errorCode(error);
  return { stage, kind: kindOf(code, stage), code, detail: wireDetail(stage, url, code, error), details: wireDetails(code) };
}

/** Connects to the first address that answers. Errors: a WireError that names all of them. */
async function openTcp(addresses: string[], port: number, { stepTimeout, signal }: ConnectionOptions): Promise<Socket> {
  const failures: { address: string; code: string; fault: WireFault | null }[] = [];
  for (const address of addresses.slice(0, MAX_ADDRESSES)) {
    const socket = tcpConnect({ host: address, port });
    const opened = new Promise<Socket>((resolve, reject) => {
      socket.once('connect', () => resolve(socket));
      socket.on('error', reject);
    });
    try {
      const limit = Math.ceil(stepTimeout / Math.min(addresses.length, MAX_ADDRESSES));
      return await within(opened, limit, signal, 'connect', `connecting to ${address}:${port}`);
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

/** Secures a connection, and checks the certificate. Errors: whatever Node throws, or a WireError of the certificate. */
async function openTls(
  socket: Socket,
  host: string,
  servername: string | undefined,
  { stepTimeout, signal, authorities, insecure }: ConnectionOptions,
  observer: ConnectionObserver,
): Promise<Passed<TLSSocket>> {
  // Certificates are checked by ourselves below: the handshake then tells issuer, names and validity also of a bad one. For an address Node
  // would look for "localhost" among the names.
  const secured = tlsConnect({
    socket,
    servername: isIP(host) ? '' : (servername ?? host),
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ALPNProtocols: ['http/1.1'],
    ...(authorities ? { ca: authorities } : {}),
  });
  const opened = new Promise<void>((resolve, reject) => {
    const closed = (): void => reject(Object.assign(new Error('the peer closed the connection in the handshake'), { code: 'ECONNRESET' }));
    secured.once('secureConnect', () => resolve());
    secured.on('error', error => {
      const code = errorCode(error);
      if (code.startsWith('ERR_SSL')) observer.alert(code);
      reject(error);
    });
    secured.once('end', closed);
    secured.once('close', closed);
  });
  await within(opened, stepTimeout, signal, 'tls', 'the TLS handshake');
  const certificate = secured.getPeerCertificate(false);
  const facts = certificateFacts(certificate);
  if (facts !== null) observer.certificate(facts);
  const wrong = certificateFault(certificate, host, secured.authorizationError);
  if (wrong === null) return { value: secured, detail: `${secured.getProtocol() ?? 'TLS'}, ${describeCertificate(certificate)}` };
  if (!insecure) throw new WireError({ stage: 'tls', ...wrong });
  return { value: secured, detail: `not verified, as --insecure-registry asks (${wrong.detail})`, warning: wrong.code };
}
