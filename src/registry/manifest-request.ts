import type { Credential } from '../model/credential.ts';
import type { Fault } from '../model/fault.ts';
import { isAuthenticationFault } from '../model/fault.ts';
import type { Attempt, Check, CredentialResult, RateLimit } from '../model/probe.ts';
import { manifestReference, type Reference } from '../model/reference.ts';
import { type Challenge, parseChallenges } from '../parse/challenge.ts';
import { ACCEPT, MAX_MANIFEST } from '../parse/manifest.ts';
import { contentType, faultOfContent, faultOfReply, faultOfWire, header, isHtml } from './response.ts';
import { addressOf, type Followed, follow, type Session } from './session.ts';
import { fetchToken, type Token } from './token.ts';
import type { Reply } from './transport.ts';

/** What a request needs to be let in. */
export interface AuthHeaders {
  headers: Record<string, string>;
  token: Token | null;
}

export const NO_AUTH_HEADERS: AuthHeaders = { headers: {}, token: null };

export interface ManifestRequest {
  attempt: Attempt;
  pass: AuthHeaders;
  /** The good answer to the manifest's HEAD (or to the GET that stood in for it). */
  manifest: Reply | null;
  headBlocked: boolean;
  rateLimit: RateLimit | null;
  challenge: Challenge | undefined;
}

export const newAttempt = (credential: number | null): Attempt => ({
  credential,
  result: 'accepted',
  detail: '',
  checks: [],
  fault: null,
  granted: null,
  repaired: null,
});

export const secretsOf = (credential: Credential | null): string[] => (credential === null ? [] : [credential.reveal()]);

export type Authentication = { pass: AuthHeaders; check: Check | null } | { fault: Fault; check: Check; withheld: boolean };

/**
 * Gets in with a challenge, as a credential or as nobody. Out: what to send, or the fault. A credential goes only where nobody else can read it.
 */
export async function authenticate(
  session: Session,
  challenge: Challenge | undefined,
  credential: Credential | null,
  scope: string | null,
): Promise<Authentication> {
  if (challenge?.scheme === 'bearer') {
    const got = await fetchToken(session.transport, { challenge, scope, asker: session.base }, credential);
    if (got.ok) {
      const check: Check = { name: 'token', status: 'ok', code: null, detail: got.detail, ms: got.ms };
      return { pass: { headers: { authorization: `Bearer ${got.token.token}` }, token: got.token }, check };
    }
    const code = got.fault.code ?? (got.fault.status === null ? null : String(got.fault.status));
    const check: Check = { name: 'token', status: got.withheld ? 'skipped' : 'failed', code, detail: got.fault.message, ms: got.ms };
    return { fault: got.fault, withheld: got.withheld === true, check };
  }
  if (challenge?.scheme !== 'basic' || credential === null) return { pass: NO_AUTH_HEADERS, check: null };
  if (!session.transport.isPrivate(session.base)) {
    const { host } = new URL(session.base);
    const message = `${host} is asked over plain HTTP: no password is sent there (--insecure-registry ${host} would allow it)`;
    const fault = faultOfContent(
      'badScheme',
      { step: 'ping', role: session.role, url: session.base, method: 'GET', login: 'none' },
      message,
    );
    return { fault, withheld: true, check: { name: 'token', status: 'skipped', code: null, detail: message, ms: null } };
  }
  const basic = Buffer.from(`${credential.username}:${credential.reveal()}`).toString('base64');
  return { pass: { headers: { authorization: `Basic ${basic}` }, token: null }, check: null };
}

/** Walks as a credential (with its index in the keyring) or as nobody. */
export async function requestManifest(
  session: Session,
  reference: Reference,
  index: number | null,
  credential: Credential | null,
): Promise<ManifestRequest> {
  // a runtime sends no login without a password
  const who = credential !== null && credential.reveal() !== '' ? credential : null;
  const attempt = newAttempt(index);
  const walked: ManifestRequest = {
    attempt,
    pass: NO_AUTH_HEADERS,
    manifest: null,
    headBlocked: false,
    rateLimit: null,
    challenge: session.challenges[0],
  };
  if (!(await authenticateRequest(session, reference, who, walked))) return walked;

  const url = addressOf(session, `/v2/${reference.repository}/manifests/${manifestReference(reference)}`);
  const ask = (method: 'GET' | 'HEAD'): Promise<Followed> =>
    follow(session, method, url, { accept: ACCEPT, ...walked.pass.headers }, method === 'GET' ? MAX_MANIFEST : undefined);
  let { full, head } = await asked(ask, walked.pass);
  if (walked.challenge === undefined && head.outcome.ok && head.outcome.reply.status === 401) {
    // `/v2/` was open, the repository is not: its own challenge counts
    walked.challenge = parseChallenges(head.outcome.reply.headers['www-authenticate'])[0];
    if (walked.challenge?.scheme === 'bearer' || (walked.challenge !== undefined && who !== null)) {
      if (!(await authenticateRequest(session, reference, who, walked))) return walked;
      ({ full, head } = await asked(ask, walked.pass));
    }
  }
  await readHead(session, head, full, ask, who, walked);
  return walked;
}

/** Asks for the manifest. Out: the answer to the HEAD, and that to the GET where one was sent before; a refused password is the answer to both. */
async function asked(
  ask: (method: 'GET' | 'HEAD') => Promise<Followed>,
  pass: AuthHeaders,
): Promise<{ head: Followed; full: Followed | null }> {
  if (pass.headers.authorization === undefined || pass.token !== null) return { head: await ask('HEAD'), full: null };
  const full = await ask('GET');
  const refused = full.outcome.ok && [401, 403, 429].includes(full.outcome.reply.status);
  return { head: refused ? full : await ask('HEAD'), full };
}

/** Logs in for the walk. Out: whether it may go on. */
async function authenticateRequest(
  session: Session,
  reference: Reference,
  who: Credential | null,
  walked: ManifestRequest,
): Promise<boolean> {
  const { attempt } = walked;
  const got = await authenticate(session, walked.challenge, who, `repository:${reference.repository}:pull`);
  if (got.check !== null) attempt.checks.push(got.check);
  if ('fault' in got) {
    attempt.fault = got.fault;
    if (got.withheld) attempt.result = 'notTried';
    return false;
  }
  walked.pass = got.pass;
  const access = got.pass.token?.access ?? null;
  attempt.granted = access === null ? null : access.filter(entry => entry.name === reference.repository).flatMap(entry => entry.actions);
  return true;
}

/** Reads the answer to the HEAD, and asks by GET where it hides the reason. */
async function readHead(
  session: Session,
  head: Followed,
  before: Followed | null,
  ask: (method: 'GET') => Promise<Followed>,
  who: Credential | null,
  walked: ManifestRequest,
): Promise<void> {
  const { attempt } = walked;
  const place = (method: string) => ({
    step: 'resolve' as const,
    role: head.redirected ? ('redirect' as const) : session.role,
    url: head.url,
    method,
    login: who === null ? ('none' as const) : ('sent' as const),
  });
  const note = (status: Check['status'], code: string | null, detail: string, ms: number): void =>
    void attempt.checks.push({ name: 'manifest', status, code, detail, ms });

  if (!head.outcome.ok) {
    note('failed', head.outcome.fault.code, head.outcome.fault.detail, head.outcome.ms);
    attempt.fault = faultOfWire(head.outcome.fault, place('HEAD'));
    return;
  }
  const { reply } = head.outcome;
  walked.rateLimit = rateLimitOf(reply);
  const toldToWait = reply.status === 429 || (reply.status >= 500 && header(reply, 'retry-after') !== null);
  if (reply.status === 200 && !isHtml(reply)) {
    walked.manifest = reply;
    const digest = header(reply, 'docker-content-digest');
    note('ok', null, `HEAD gives ${contentType(reply) || 'no media type'}${digest === null ? '' : `, ${digest}`}`, reply.ms);
    return;
  }
  // who is told to wait asks no second time
  const full = before ?? (toldToWait ? null : await ask('GET'));
  const answer = full?.outcome.ok ? full.outcome.reply : null;
  if (answer !== null && answer.status === 200 && !isHtml(answer) && reply.status !== 429) {
    walked.manifest = answer;
    walked.headBlocked = reply.status !== 405;
    note(walked.headBlocked ? 'failed' : 'ok', String(reply.status), `HEAD is answered ${reply.status}, GET of the same works`, reply.ms);
    if (walked.headBlocked) attempt.fault = faultOfReply(reply, place('HEAD'), secretsOf(who), 'status');
    return;
  }
  const told = answer ?? reply;
  const error =
    parseChallenges(told.headers['www-authenticate'])[0]?.error ?? parseChallenges(reply.headers['www-authenticate'])[0]?.error ?? null;
  attempt.fault =
    told.status < 400 && isHtml(told)
      ? faultOfContent('notJson', place('GET'), `${new URL(head.url).host} answers the request for a manifest with an HTML page`, {
          status: told.status,
        })
      : faultOfReply(told, place(answer === null ? 'HEAD' : 'GET'), secretsOf(who), undefined, error);
  // a 404 that names no code, where /v2/ is not there either: whatever answers is no registry
  if (attempt.fault.kind === 'notFound' && attempt.fault.code === null && session.ping?.code === '404') attempt.fault.kind = 'notJson';
  note('failed', attempt.fault.code ?? String(told.status), attempt.fault.message, reply.ms);
}

/** Says what a walk proves of its credential. */
export function classifyAttempt(walked: ManifestRequest, registry: string, credential: Credential | null): void {
  if (walked.attempt.result === 'notTried') {
    walked.attempt.detail = walked.attempt.fault?.message ?? 'not tried';
    return;
  }
  const [result, detail] = verdictOf(walked, registry, credential);
  walked.attempt.result = result;
  walked.attempt.detail = detail;
}

function verdictOf(walked: ManifestRequest, registry: string, credential: Credential | null): [CredentialResult, string] {
  const { fault } = walked.attempt;
  const empty = credential !== null && credential.reveal() === '';
  if (credential !== null && !empty && fault?.status === 401 && walked.challenge === undefined)
    return ['notTried', 'the registry asks for a login by no method that a runtime speaks: no password is sent'];
  if (fault === null || walked.headBlocked) {
    if (empty) return ['notVerifiable', 'the entry is empty: the runtime asks as nobody, and that is enough here'];
    if (credential !== null && walked.challenge === undefined) return ['notVerifiable', 'the registry asks for no login here'];
    return ['accepted', 'the registry gives the manifest'];
  }
  if (empty && isAuthenticationFault(fault)) {
    return credential.username === ''
      ? ['notVerifiable', 'the entry is empty: the runtime asks as nobody and is refused']
      : ['rejected', 'the password is empty: the runtime sends no login and is refused'];
  }
  if (fault.role === 'token') return tokenVerdict(fault, registry);
  if (fault.kind === 'invalidToken') return ['error', 'the registry refuses the token that its own token server gave'];
  if (isAuthenticationFault(fault)) {
    if (/token has expired|expired token|token is expired/i.test(fault.explanation ?? ''))
      return ['rejected', fault.explanation ?? 'expired'];
    if (fault.status === 401 && walked.pass.token === null) {
      return ['rejected', credential === null ? 'a login is wanted' : 'the registry refuses the user name and password'];
    }
    return ['denied', fault.explanation ?? (fault.status === 403 ? '403 Forbidden' : 'the token does not cover this repository')];
  }
  if (fault.status !== null && fault.status >= 400 && fault.status < 500 && fault.status !== 429) {
    return ['accepted', `the login is taken; the answer is ${fault.message}`];
  }
  return ['error', fault.message];
}

/** A token server says 401 to a bad login; by 403 some say that (ghcr.io), others that a right is missing (Artifact Registry, GitLab). */
export function tokenVerdict(fault: Fault, registry: string): [CredentialResult, string] {
  if (fault.status === 401) return ['rejected', `the token server refuses the login: ${fault.explanation ?? '401 Unauthorized'}`];
  if (fault.status !== 403) return ['error', fault.message];
  const said = fault.explanation ?? '';
  const right = /permission|not authorized|may not exist/i.test(said);
  const bad = registry === 'ghcr.io' || /expired|invalid|incorrect|revoked/i.test(said);
  return [bad && !right ? 'rejected' : 'denied', `the token server refuses: ${fault.explanation ?? '403 Forbidden'}`];
}

/** Docker Hub's headers: `ratelimit-limit: 100;w=21600`. */
export function rateLimitOf(reply: Reply): RateLimit | null {
  const read = (name: string): [number | null, number | null] => {
    const match = /^(\d+)(?:;w=(\d+))?/.exec(header(reply, name) ?? '');
    return [match ? Number(match[1]) : null, match?.[2] === undefined ? null : Number(match[2])];
  };
  const [limit, windowSeconds] = read('ratelimit-limit');
  const [remaining] = read('ratelimit-remaining');
  const retryAfter = header(reply, 'retry-after');
  if (limit === null && remaining === null && !(reply.status === 429 && retryAfter !== null)) return null;
  return { limit, remaining, windowSeconds, source: header(reply, 'docker-ratelimit-source'), retryAfter };
}
