/**
 * A connection to a host, step by step: name, TCP, TLS, each with its own time. Whatever fails is a WireError with its step. Belongs here: what is told of
 * the steps, and the check of the certificate.
 */
import { isIP, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { CertificateFacts, Check } from '../model/probe.ts';
import { isLoopback } from '../util/proxy.ts';
import { bareHost, portOf } from '../util/url.ts';
import { certificateFacts, certificateFault, describeCertificate } from './certificate.ts';
import { openTunnel, type ProxyServer } from './proxy-tunnel.ts';
import { type ConnectionOptions, handshake, type LookUp, openTcp, type StepLimits, within } from './tcp.ts';
import { errorCode, kindOf, WireError, type WireFault, wireDetail, wireDetails } from './wire.ts';

/** Who is told what happens on the way: a connection may be given up, or fail, before it is open. */
export interface ConnectionObserver {
  /** A step that begins; the way to and through a proxy is one that ends by the next, or by null. */
  begin(stage: 'dns' | 'connect' | 'tls' | 'proxy' | null): void;
  /** A step that ended, in the order dns, connect, tls. */
  step(check: Check): void;
  /** The certificate that the host showed, a bad one too. */
  certificate(facts: CertificateFacts): void;
  /** The code of an alert with which the host ends TLS: by TLS 1.3 it refuses a client only after the client's handshake is done. */
  alert(code: string): void;
}

/** The addresses of a URL's host. Errors: a WireError of the step dns. */
export function resolveHost(url: URL, lookUp: LookUp, limits: StepLimits, observer: ConnectionObserver): Promise<string[]> {
  const host = bareHost(url.hostname);
  return step('dns', url, observer, async () => {
    if (isIP(host)) return { value: [host], detail: `${host} is an IP address` };
    const found = await within(lookUp(host), limits, 'dns', `the look-up of "${host}"`);
    return { value: found, detail: `${host} resolves to ${found.join(', ')}` };
  });
}

/** The error of a connection that failed, with the address where the name leads to this machine itself, as a DNS server that blocks it says. */
function toItself(error: unknown, url: URL, addresses: readonly string[]): unknown {
  const [own] = addresses;
  const isName = isIP(bareHost(url.hostname)) === 0 && !isLoopback(url.hostname);
  if (!(error instanceof WireError) || own === undefined || !isName || !addresses.every(isLoopback)) return error;
  return new WireError({ ...error.fault, details: { ...error.fault.details, ownAddress: own } });
}

/**
 * Opens a connection. In: the URL, the addresses of its host (no name is looked up here), the limits, and who watches. Out: a socket, secured where the URL says
 * https. Errors: a WireError with the step that failed.
 */
export async function openConnection(
  url: URL,
  addresses: readonly string[],
  options: ConnectionOptions,
  observer: ConnectionObserver,
): Promise<Socket> {
  const socket = await step('connect', url, observer, async () => {
    const value = await openTcp(addresses, portOf(url), options).catch(error => {
      throw toItself(error, url, addresses);
    });
    return { value, detail: `connected to ${value.remoteAddress}:${portOf(url)}` };
  });
  return secure(socket, url, options, observer);
}

/**
 * Opens a connection through a proxy, which looks the name up: a tunnel for https, for http the connection to the proxy itself. Errors: a WireError of kind
 * `proxy` for what the proxy does, of the step tls for what the host behind it does.
 */
export async function openThroughProxy(
  url: URL,
  proxy: ProxyServer,
  options: ConnectionOptions & { lookUp: LookUp; userAgent: string },
  observer: ConnectionObserver,
): Promise<Socket> {
  observer.begin('proxy');
  const socket = await openTunnel(proxy, url.protocol === 'https:' ? `${url.hostname}:${portOf(url)}` : null, options);
  observer.begin(null);
  return secure(socket, url, options, observer);
}

/** TLS on a connection where the URL says https. */
async function secure(socket: Socket, url: URL, options: ConnectionOptions, observer: ConnectionObserver): Promise<Socket> {
  if (url.protocol !== 'https:') return socket;
  try {
    return await step('tls', url, observer, () => openTls(socket, bareHost(url.hostname), options, observer));
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
  observer.begin(stage);
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

/** Secures a connection, and checks the certificate. Errors: whatever Node throws, or a WireError of the certificate. */
async function openTls(
  socket: Socket,
  host: string,
  { insecure, ...limits }: ConnectionOptions,
  observer: ConnectionObserver,
): Promise<Passed<TLSSocket>> {
  // certificates are checked by ourselves below: the handshake then tells issuer, names and validity also of a bad one
  const secured = await handshake(socket, host, limits, false, error => {
    const code = errorCode(error);
    if (code.startsWith('ERR_SSL')) observer.alert(code);
  });
  const { session } = limits;
  const protocol = secured.getProtocol() ?? 'TLS';
  const certificate = secured.getPeerCertificate(false);
  // a resumed session sends no certificate: its ticket shows that this is the server which was verified; any that is seen is checked, whatever is said of the session
  if (session?.kept !== undefined && Object.keys(certificate).length === 0 && secured.isSessionReused()) {
    const { description } = session.kept;
    keepSession(secured, description, session);
    return { value: secured, detail: `${protocol}, ${description}` };
  }
  const facts = certificateFacts(certificate);
  if (facts !== null) observer.certificate(facts);
  const wrong = certificateFault(certificate, host, secured.authorizationError);
  if (wrong === null) {
    const description = describeCertificate(certificate);
    keepSession(secured, description, session);
    return { value: secured, detail: `${protocol}, ${description}` };
  }
  if (!insecure) throw new WireError({ stage: 'tls', ...wrong });
  return { value: secured, detail: `not verified, as --insecure-registry asks (${wrong.detail})`, warning: wrong.code };
}

/** Keeps the sessions that a server gives, by TLS 1.3 after the handshake, each for one further connection. */
function keepSession(secured: TLSSocket, description: string, session: ConnectionOptions['session']): void {
  if (session === undefined) return;
  const keep = (ticket: Buffer | undefined): void => {
    if (ticket !== undefined) session.keep({ ticket, description });
  };
  // by TLS 1.2 it was given in the handshake
  if (secured.getProtocol() !== 'TLSv1.3') keep(secured.getSession());
  secured.on('session', keep);
}
