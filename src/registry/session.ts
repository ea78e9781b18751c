import type { Fault, HostRole } from '../model/fault.ts';
import type { Check } from '../model/probe.ts';
import { HUB } from '../model/reference.ts';
import { type Challenge, parseChallenges } from '../parse/challenge.ts';
import { isLoopback } from '../util/proxy.ts';
import { redact } from '../util/redact.ts';
import { faultOfWire, header, isHtml } from './response.ts';
import type { Outcome, Transport } from './transport.ts';

export interface SessionOptions {
  /** Registry host → the host (or URL) to ask in its place. */
  mirrors: ReadonlyMap<string, string>;
  insecure: readonly string[];
}

export interface Session {
  transport: Transport;
  /** Scheme and host. */
  base: string;
  /** The registry in whose place a mirror is asked. */
  ns: string | null;
  /** Whose answers these are. */
  role: HostRole;
  /** The connection itself failed. */
  fault: Fault | null;
  ping: Check | null;
  challenges: Challenge[];
  /** `/v2/` answered 200: the registry as a whole asks for no login. */
  open: boolean;
}

export interface Followed {
  outcome: Outcome;
  /** Where the last request went. */
  url: string;
  redirected: boolean;
}

const MAX_REDIRECTS = 10;

/** https alone, but for hosts that a runtime asks over http too: this machine, and those named insecure. */
function basesOf(registry: string, options: SessionOptions): string[] {
  const target = options.mirrors.get(registry) ?? (registry === HUB ? 'registry-1.docker.io' : registry);
  if (/^https?:\/\//.test(target)) return [target.replace(/\/+$/, '')];
  const hostname = target.replace(/:\d+$/, '');
  const insecure = options.insecure.includes(target) || options.insecure.includes(hostname);
  return insecure || isLoopback(hostname) ? [`https://${target}`, `http://${target}`] : [`https://${target}`];
}

/** Asks `/v2/` and notes what the registry wants. Out: the session, with the fault when no answer came. */
export async function openSession(transport: Transport, registry: string, options: SessionOptions): Promise<Session> {
  const ns = options.mirrors.has(registry) ? registry : null;
  let session: Session | undefined;
  for (const base of basesOf(registry, options)) {
    session = await ping(transport, base, ns);
    if (session.fault === null || session.fault.kind !== 'plainHttp') break;
  }
  return otherwise(session as Session);
}

/** What another question tells, without a login, of a server that does not speak as it was asked: whether it speaks HTTP at all, or TLS. */
async function otherwise(session: Session): Promise<Session> {
  const { transport, base, ns, fault } = session;
  if (fault?.kind === 'plainHttp') {
    const plain = await ping(transport, base.replace('https:', 'http:'), ns);
    return plain.fault?.kind === 'notJson' ? { ...session, fault: plain.fault, ping: plain.ping } : session;
  }
  if (base.startsWith('http:') && (fault?.kind === 'eof' || fault?.kind === 'reset')) {
    const secured = await ping(transport, base.replace('http:', 'https:'), ns);
    const speaksTls = secured.fault === null || secured.fault.kind === 'untrusted' || secured.fault.kind === 'badCertificate';
    const message = `${new URL(base).host} is asked over plain HTTP and hangs up; it speaks TLS`;
    return speaksTls ? { ...session, fault: { ...fault, kind: 'httpToHttps', message } } : session;
  }
  return session;
}

async function ping(transport: Transport, base: string, ns: string | null): Promise<Session> {
  const session: Session = {
    transport,
    base,
    ns,
    role: ns === null ? 'registry' : 'mirror',
    fault: null,
    ping: null,
    challenges: [],
    open: false,
  };
  const url = addressOf(session, '/v2/');
  const outcome = await transport.request('GET', url);
  if (!outcome.ok) {
    const { fault } = outcome;
    session.fault = faultOfWire(fault, { step: 'ping', role: session.role, url, method: 'GET', login: 'none' });
    if (!transport.checksOf(url).some(check => check.status === 'failed')) {
      session.ping = {
        name: fault.stage === 'http' ? 'ping' : fault.stage,
        status: 'failed',
        code: fault.code,
        detail: fault.detail,
        ms: outcome.ms,
      };
    }
    return session;
  }
  const { reply } = outcome;
  session.challenges = reply.status === 401 ? parseChallenges(reply.headers['www-authenticate']) : [];
  session.open = reply.status === 200;
  const expected = reply.status === 401 || (reply.status === 200 && !isHtml(reply));
  const detail = `GET /v2/: ${told(reply.status, isHtml(reply), session.challenges[0])}`;
  session.ping = { name: 'ping', status: expected ? 'ok' : 'warning', code: String(reply.status), detail, ms: reply.ms };
  return session;
}

function told(status: number, html: boolean, challenge: Challenge | undefined): string {
  if (status === 401 && challenge === undefined) return 'a login is wanted, by no method that a runtime speaks';
  if (status === 401)
    return `a login is wanted: ${challenge?.scheme === 'bearer' ? `a token of ${redact(challenge.realm ?? 'nobody')}` : challenge?.scheme}`;
  if (status !== 200) return `${status}${html ? ', an HTML page' : ''}`;
  return html ? 'an HTML page: this may be no registry' : 'a registry answers and asks for no login';
}

/** A URL of the session; a mirror is told for which registry it is asked, as containerd does. */
export function addressOf(session: Session, path: string): string {
  const url = `${session.base}${path}`;
  return session.ns === null ? url : `${url}${url.includes('?') ? '&' : '?'}ns=${session.ns}`;
}

/** The steps of the connection, then the ping. */
export const connectionChecks = (session: Session): Check[] => [
  ...session.transport.checksOf(session.base),
  ...(session.ping === null ? [] : [session.ping]),
];

/**
 * One request with its redirects followed by hand: `Authorization` stays with its host. A blob's HEAD that leads to another host goes on there as
 * a GET of one byte, since presigned addresses are signed for GET.
 */
export async function follow(
  session: Session,
  method: 'GET' | 'HEAD',
  url: string,
  headers: Record<string, string>,
  limit?: number,
): Promise<Followed> {
  let at = url;
  let [how, sent, most] = [method, headers, limit];
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const outcome = await session.transport.request(how, at, { headers: sent, ...(most === undefined ? {} : { limit: most }) });
    const location = outcome.ok && outcome.reply.status >= 300 && outcome.reply.status < 400 ? header(outcome.reply, 'location') : null;
    if (location === null || !URL.canParse(location, at)) return { outcome, url: at, redirected: at !== url };
    const next = new URL(location, at);
    if (next.origin !== new URL(at).origin) sent = Object.fromEntries(Object.entries(sent).filter(([name]) => name !== 'authorization'));
    if (how === 'HEAD' && /\/blobs\//.test(url) && next.origin !== new URL(url).origin)
      [how, sent, most] = ['GET', { ...sent, range: 'bytes=0-0' }, 1];
    at = next.href;
  }
  const fault = {
    stage: 'http' as const,
    kind: 'redirects' as const,
    code: 'ERR_REDIRECTS',
    detail: `more than ${MAX_REDIRECTS} redirects`,
  };
  return { outcome: { ok: false, ms: 0, fault }, url: at, redirected: true };
}
