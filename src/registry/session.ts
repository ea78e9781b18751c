/**
 * The session with one registry: which address is asked, what its `/v2/` answered, and requests there with their redirects. Belongs here: what is
 * the same for every identity and image.
 */
import type { Fault, HostRole } from '../model/fault.ts';
import type { Check } from '../model/probe.ts';
import { HUB } from '../model/reference.ts';
import { providerOf } from '../model/registry-providers.ts';
import { type Challenge, parseChallenges } from '../parse/challenge.ts';
import { isLoopback } from '../util/proxy.ts';
import { redact } from '../util/redact.ts';
import { withoutTrailing } from '../util/text.ts';
import { faultOfWire, header, isHtml } from './response.ts';
import type { Outcome, Reply, Transport } from './transport.ts';
import type { WireFault } from './wire.ts';

/** Which host is asked for a registry, and over which scheme. */
export interface SessionOptions {
  /** Registry host → the host (or URL) to ask in its place. */
  mirrors: ReadonlyMap<string, string>;
  /** `host[:port]` that may be asked over plain HTTP. */
  insecure: readonly string[];
}

/** The exchange with one registry, after its first answer. */
export interface Session {
  transport: Transport;
  /** Scheme and host. */
  base: string;
  /** The registry in whose place a mirror is asked, null without one. */
  ns: string | null;
  /** Whose answers these are. */
  role: HostRole;
  /** Why the connection itself failed, null when an answer came. */
  fault: Fault | null;
  /** The answer of `/v2/`; null when a step of the connection failed before it. */
  ping: Check | null;
  /** The same as it came, null where none came. */
  answer: Reply | null;
  /** What a 401 of `/v2/` asks for, in the order in which a runtime answers. */
  challenges: Challenge[];
  /** `/v2/` answered 200: the registry as a whole requires no authentication. */
  open: boolean;
}

/** The last answer of a chain of redirects. */
export interface Followed {
  outcome: Outcome;
  /** Where the last request went. */
  url: string;
}

/** Whether an answer is another host's than the registry's own, at the end of a redirect. A registry may redirect to itself. */
export const isForeign = (session: Session, { url }: Followed): boolean => new URL(url).origin !== new URL(session.base).origin;

/** Whose answer the end of a chain of redirects is. */
export const roleOf = (session: Session, followed: Followed): HostRole => (isForeign(session, followed) ? 'redirect' : session.role);

const MAX_REDIRECTS = 10;
/** Bytes that are read of the answer to the request for the first byte of a layer: an error explains itself in them. */
export const MAX_BLOB_ANSWER = 4096;

/** https alone, but for hosts that a runtime asks over http too: this machine, and those named insecure. */
function basesOf(registry: string, options: SessionOptions): string[] {
  const target = options.mirrors.get(registry) ?? (registry === HUB ? 'registry-1.docker.io' : registry);
  if (/^https?:\/\//.test(target)) return [withoutTrailing(target, '/')];
  const hostname = target.replace(/:\d+$/, '');
  const insecure = options.insecure.includes(target) || options.insecure.includes(hostname);
  return insecure || isLoopback(hostname) ? [`https://${target}`, `http://${target}`] : [`https://${target}`];
}

/** The address that a session asks first. */
export const firstBaseOf = (registry: string, options: SessionOptions): string => basesOf(registry, options)[0] as string;

/** Opens a session: asks `/v2/`. In: the transport, the registry's host, and the hosts to ask in others' places. Out: the session, with the fault when no answer came. */
export async function openSession(transport: Transport, registry: string, options: SessionOptions): Promise<Session> {
  const ns = options.mirrors.has(registry) ? registry : null;
  // while the registry is asked, who will be asked next is connected
  const tokenHost = ns === null ? tokenHostOf(registry) : null;
  if (tokenHost !== null) transport.prepare(`https://${tokenHost}/`);
  const [first = '', ...others] = basesOf(registry, options);
  let session = await ping(transport, first, ns);
  for (const base of others) {
    if (session.fault?.kind !== 'plainHttp') break;
    session = await ping(transport, base, ns);
  }
  return refineFault(session);
}

/** The token server of a registry that always leads to the same one. A self-hosted one of the brand has its own. */
const tokenHostOf = (registry: string): string | null => (registry.includes(':') ? null : (providerOf(registry)?.tokenHost ?? null));

/** What one more request, without a credential, tells of a server that does not speak as it was asked: whether it speaks HTTP at all, or TLS. */
async function refineFault(session: Session): Promise<Session> {
  const { transport, base, ns, fault } = session;
  if (fault?.kind === 'plainHttp') {
    const plain = await ping(transport, base.replace('https:', 'http:'), ns);
    return plain.fault?.kind === 'notJson' ? { ...session, fault: plain.fault, ping: plain.ping } : session;
  }
  if (base.startsWith('http:') && (fault?.kind === 'eof' || fault?.kind === 'reset')) {
    const secured = await ping(transport, base.replace('http:', 'https:'), ns);
    const speaksTls = secured.fault === null || secured.fault.kind === 'untrusted' || secured.fault.kind === 'badCertificate';
    const message = `${new URL(base).host} closes the connection after a plain HTTP request: it uses TLS`;
    return speaksTls ? { ...session, fault: { ...fault, kind: 'httpToHttps', message } } : session;
  }
  return session;
}

async function ping(transport: Transport, base: string, ns: string | null): Promise<Session> {
  const role = ns === null ? 'registry' : 'mirror';
  const unanswered: Session = { transport, base, ns, role, fault: null, ping: null, answer: null, challenges: [], open: false };
  const url = addressOf(unanswered, '/v2/');
  const outcome = await transport.request('GET', url);
  if (!outcome.ok) {
    const fault = faultOfWire(outcome.fault, { step: 'ping', role, url, method: 'GET', login: 'none' });
    const seen = transport.checksOf(url).some(check => check.status === 'failed');
    return { ...unanswered, fault, ping: seen ? null : failedStep(outcome.fault, outcome.ms) };
  }
  const { reply } = outcome;
  const challenges = reply.status === 401 ? parseChallenges(reply.headers['www-authenticate']) : [];
  const expected = reply.status === 401 || (reply.status === 200 && !isHtml(reply));
  const detail = `GET /v2/: ${describePing(reply.status, isHtml(reply), challenges[0])}`;
  return {
    ...unanswered,
    answer: reply,
    challenges,
    open: reply.status === 200,
    ping: { name: 'ping', status: expected ? 'ok' : 'warning', code: String(reply.status), detail, ms: reply.ms },
  };
}

const failedStep = ({ stage, kind, code, detail }: WireFault, ms: number): Check => ({
  name: stage === 'http' ? 'ping' : stage,
  status: kind === 'notAsked' ? 'skipped' : 'failed',
  code,
  detail,
  ms,
});

function describePing(status: number, html: boolean, challenge: Challenge | undefined): string {
  if (status === 401 && challenge === undefined)
    return '401: the registry requires authentication, but offers no method that container runtimes support';
  if (status === 401)
    return `401: the registry requires authentication (${challenge?.scheme === 'bearer' ? `a token from ${challenge.realm === null ? 'an unnamed server' : redact(challenge.realm)}` : 'Basic'})`;
  if (status !== 200) return `${status}${html ? ', an HTML page' : ''}`;
  return html ? '200, an HTML page: this may not be a registry' : '200: the registry requires no authentication';
}

/** A URL of the session; a mirror is told for which registry it is asked (`ns`), as containerd does. */
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
 * One request with its redirects followed by hand: `Authorization` stays with its host, and the gate (gate.ts) judges every hop. A blob's HEAD that leads to another host goes on there as
 * a GET of one byte, since presigned addresses are signed for GET. In: `limit`, the bytes of the body to read. Out: the last answer and its address.
 */
export async function follow(
  session: Session,
  method: 'GET' | 'HEAD',
  url: string,
  headers: Record<string, string>,
  limit?: number,
): Promise<Followed> {
  let at = url;
  let from: string | undefined;
  let [how, sent, most] = [method, headers, limit];
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const asker = { registry: session.base, ...(from === undefined ? {} : { from }) };
    const outcome = await session.transport.request(how, at, { headers: sent, asker, ...(most === undefined ? {} : { limit: most }) });
    const location = outcome.ok && outcome.reply.status >= 300 && outcome.reply.status < 400 ? header(outcome.reply, 'location') : null;
    if (location === null || !URL.canParse(location, at)) return { outcome, url: at };
    const next = new URL(location, at);
    if (next.origin !== new URL(at).origin) sent = Object.fromEntries(Object.entries(sent).filter(([name]) => name !== 'authorization'));
    if (how === 'HEAD' && /\/blobs\//.test(url) && next.origin !== new URL(url).origin)
      [how, sent, most] = ['GET', { ...sent, range: 'bytes=0-0' }, MAX_BLOB_ANSWER];
    [from, at] = [at, next.href];
  }
  const fault = {
    stage: 'http' as const,
    kind: 'redirects' as const,
    code: 'ERR_REDIRECTS',
    detail: `more than ${MAX_REDIRECTS} redirects, the last of them by ${new URL(at).host}`,
  };
  return { outcome: { ok: false, ms: 0, fault }, url: at };
}
