/**
 * The request for a manifest as one identity, as the node's runtime makes it: challenge, token, HEAD, and a GET where the HEAD hides the reason;
 * the GET alone where the HEAD would most likely do no more than that. Belongs here:
 * what is asked and what was answered; what an answer proves of a credential stands in attempt.ts.
 */
import type { Credential } from '../model/credential.ts';
import type { Fault } from '../model/fault.ts';
import type { Check, RateLimit } from '../model/probe.ts';
import { manifestReference, type Reference } from '../model/reference.ts';
import { providerOf } from '../model/registry-providers.ts';
import type { Client } from '../model/runtime-client.ts';
import { type Challenge, parseChallenges } from '../parse/challenge.ts';
import { ACCEPT, isDigest, MAX_MANIFEST } from '../parse/manifest.ts';
import { type Authentication, type AuthHeaders, authenticate, passwordsOf } from './authentication.ts';
import {
  contentType,
  faultOfContent,
  faultOfReply,
  faultOfWire,
  header,
  isHtml,
  type Place,
  rateLimitOf,
  spokenError,
  stated,
} from './response.ts';
import { addressOf, type Followed, follow, isForeign, roleOf, type Session } from './session.ts';
import type { Reply } from './transport.ts';
import { asOfCache } from './upstream.ts';

/** What a registry answered to one identity's request for a manifest. */
export interface ManifestAnswer {
  /** What was sent along, for further requests as the same identity. */
  auth: AuthHeaders;
  /** The challenge that was answered, the repository's own where `/v2/` gave none. */
  challenge: Challenge | undefined;
  /** Actions on this repository that the token grants; null without a token that can be decoded. */
  granted: string[] | null;
  /** The steps token and manifest. */
  checks: Check[];
  /** The successful answer to the HEAD (or to the GET that stood in for it), null without one. */
  manifest: Reply | null;
  /** HEAD is refused where the same GET works. */
  headBlocked: boolean;
  /** The step that failed, null when the manifest was returned. */
  fault: Fault | null;
  /** Our own rule kept the credential here: it was sent nowhere. */
  withheld: boolean;
  /** A request without any login, as containerd sends it first, got the manifest, or 404. */
  unasked: boolean;
  /** A token server gave a token for the credential, or `/v2/` let it in: the password is right. */
  knows: boolean;
  rateLimit: RateLimit | null;
  /** The GET of the manifest that was sent before its HEAD, or in its place, where its document may be read: nobody asks for it again. */
  full: Followed | null;
  /** The GET answered for the HEAD too, so that this identity asked once less than it otherwise would. */
  sparesHead: boolean;
}

/** How a manifest is asked for. */
export interface ManifestQuestion {
  /** Whose way is gone. */
  client: Client;
  /** A GET may be sent where the client sends no HEAD: it counts as a pull at Docker Hub. */
  byGet: boolean;
  /** Nothing that the node reports says that a login failed: whether a Basic password is right is asked of `/v2/` first. */
  testsLogin: boolean;
  /** The first request goes without a login, as containerd's does: it may pass where `/v2/` asks for one. */
  bareFirst: boolean;
  /** The node reported that the manifest is not there, and one that is there is read next: its GET goes first. */
  mayBeMissing: boolean;
}

/** The credential as a request carries it: a runtime sends no authentication without a password. */
const sentOf = (credential: Credential | null): Credential | null =>
  credential === null || credential.reveal() === '' ? null : credential;

/**
 * Asks for a manifest. In: the session, the image, a credential, or null to ask anonymously, and how. Out: what was answered; no answer is an error here.
 */
export async function requestManifest(
  session: Session,
  reference: Reference,
  credential: Credential | null,
  question: ManifestQuestion,
): Promise<ManifestAnswer> {
  const sent = sentOf(credential);
  const pull = { session, reference, sent, question };
  const exchange = await ask(pull, question.bareFirst ? undefined : session.challenges[0]);
  const own = challengeOf(session, exchange.head);
  const followed = followsChallenge(exchange, own) ? await ask(pull, own, exchange.knows) : exchange;
  const answer = await readExchange({ ...followed, challenge: followed.challenge ?? challengeToTell(exchange, own) });
  const users = sent === null ? [] : [sent.username];
  const judged = await judgeToken(session, answer);
  const fault = judged && stated(judged, reference, users);
  return { ...answer, fault: fault && reference.digest !== null ? asOfCache(session, answer.challenge, fault) : fault };
}

/**
 * Whether the manifest's own challenge is answered: `/v2/` was open, or asks for something else. containers/image and Docker answer the challenge of `/v2/` alone. A
 * password that may be wrong goes to no second place.
 */
function followsChallenge({ challenge, question: { client }, sent, knows }: Exchange, own: Challenge | undefined): boolean {
  if (client !== 'containerd' || own === undefined || (own.scheme === 'basic' && sent === null)) return false;
  if (challenge === undefined) return true;
  const differs = own.scheme !== challenge.scheme || (own.scheme === 'bearer' && own.realm !== challenge.realm);
  return differs && (sent === null || knows);
}

/** The challenge of an answer that was not answered, null where the client does not look at it. */
const challengeToTell = ({ question: { client } }: Exchange, own: Challenge | undefined): Challenge | undefined =>
  client === 'containerd' ? own : undefined;

/** A token of which nobody can read what it grants: `/v2/`, which takes every good token, tells whether it is refused itself, or lacks the right. */
async function judgeToken(session: Session, { fault, auth, granted }: ManifestAnswer): Promise<Fault | null> {
  const isUnclear = fault?.status === 401 && fault.kind === 'status' && fault.role !== 'redirect';
  if (!isUnclear || auth.token === null || granted !== null || session.challenges[0]?.scheme !== 'bearer') return fault;
  const outcome = await session.transport.request('GET', addressOf(session, '/v2/'), { headers: auth.headers });
  if (!outcome.ok || (outcome.reply.status !== 200 && outcome.reply.status !== 401)) return fault;
  return { ...fault, details: { ...fault.details, tokenOpens: outcome.reply.status === 200 } };
}

/** The requests with one set of headers. `head` is null when the authentication failed; `full` is an earlier GET, where one was sent before the HEAD. */
interface Exchange extends Pull {
  challenge: Challenge | undefined;
  authentication: Authentication;
  /** See ManifestAnswer. */
  knows: boolean;
  head: Followed | null;
  full: Followed | null;
}

/** Which manifest is asked for, as whom, and how. */
interface Pull {
  session: Session;
  reference: Reference;
  sent: Credential | null;
  question: ManifestQuestion;
}

/**
 * Authenticates and asks. A refused Basic password is the answer to both HEAD and GET, and to `/v2/`: that goes first, since only its answer tells a wrong password
 * from a right that is missing; or else the GET, which explains itself. In: whether the password is known to be right.
 */
async function ask(pull: Pull, challenge: Challenge | undefined, isKnown = false): Promise<Exchange> {
  const { session, reference, sent, question } = pull;
  const authentication = await authenticate(session, challenge, sent, `repository:${reference.repository}:pull`, question.client);
  const { headers, token } = authentication.auth;
  const asked: Exchange = {
    ...pull,
    challenge,
    authentication,
    knows: isKnown || (sent !== null && token !== null),
    head: null,
    full: null,
  };
  if (authentication.fault !== null) return asked;
  const byPassword = headers.authorization !== undefined && token === null;
  const login = byPassword && !asked.knows ? await testLogin(asked) : null;
  if (login !== null && login !== 'right') return { ...asked, authentication: { ...authentication, ...login } };
  const exchange: Exchange = { ...asked, knows: asked.knows || login === 'right' };
  if (question.client === 'containersImage' && question.byGet) {
    const full = await getManifest(exchange, 'GET');
    return { ...exchange, head: full, full };
  }
  const isRisky = byPassword && !exchange.knows;
  if (!isRisky && !expectsRefusal(exchange)) return { ...exchange, head: await getManifest(exchange, 'HEAD') };
  const full = await getManifest(exchange, 'GET');
  return { ...exchange, head: answersBoth(exchange, full) ? full : await getManifest(exchange, 'HEAD'), full };
}

/**
 * Whether a HEAD would most likely hide a reason, which only a GET tells: the node's own HEAD found nothing, or the token grants nothing. The
 * GET then goes first, and what it refuses is not asked twice.
 */
const expectsRefusal = ({ question, authentication }: Exchange): boolean =>
  question.mayBeMissing || authentication.auth.token?.access?.length === 0;

/**
 * Whether the answer to a GET is that to the HEAD as well, so that none is sent: what refuses one refuses the other. A manifest that the node
 * did not find, and that is returned, needs its HEAD: that may be blocked. One that is returned to a token that grants nothing needs none, since
 * the GET has told that this identity gets it.
 */
function answersBoth(exchange: Exchange, full: Followed): boolean {
  const isExpected = expectsRefusal(exchange);
  if (!full.outcome.ok) return isExpected && !isClosed(full);
  const { status } = full.outcome.reply;
  if ([401, 403, 429].includes(status) || status >= 500) return true;
  return isExpected && (status === 404 || (status === 200 && !exchange.question.mayBeMissing));
}

/**
 * Sends a Basic password to `/v2/`, which asked for one. Out: that it is right, or the refusal or failure, as a failed step; null where that tells nothing, or need not be asked: the node's
 * login works, or the brand's passwords are tokens that end, of which it tells in its answer for the manifest.
 */
async function testLogin({ session, reference, sent, question, authentication }: Exchange): Promise<'right' | LoginRefused | null> {
  const isToken = providerOf(reference.registry)?.tokenUsers.some(({ username }) => username === sent?.username) === true;
  if (!question.testsLogin || session.challenges[0]?.scheme !== 'basic' || isToken) return null;
  const url = addressOf(session, '/v2/');
  const outcome = await session.transport.request('GET', url, { headers: authentication.auth.headers });
  const place: Place = { step: 'ping', role: session.role, url, method: 'GET', login: 'sent' };
  if (!outcome.ok) {
    const { code, detail } = outcome.fault;
    return { fault: faultOfWire(outcome.fault, place), check: { name: 'ping', status: 'failed', code, detail, ms: outcome.ms } };
  }
  const { reply } = outcome;
  if (reply.status === 200) return 'right';
  // who fails over a login (a gateway, its directory) may have counted it, and would again with the manifest; an error of the protocol is the registry's own, behind the login
  const failsOverLogin = reply.status >= 500 && spokenError(reply).code === null;
  if (![401, 403, 429].includes(reply.status) && !failsOverLogin) return null;
  const fault = faultOfReply(reply, place, passwordsOf(sent));
  const check: Check = { name: 'ping', status: 'failed', code: fault.code ?? String(reply.status), detail: fault.message, ms: reply.ms };
  return { fault, check };
}

/** The part of an Authentication that tells that `/v2/` refuses it. */
type LoginRefused = Pick<Authentication, 'check' | 'fault'>;

function getManifest({ session, reference, authentication }: Exchange, method: 'GET' | 'HEAD'): Promise<Followed> {
  const url = addressOf(session, `/v2/${reference.repository}/manifests/${manifestReference(reference)}`);
  return follow(session, method, url, { accept: ACCEPT, ...authentication.auth.headers }, method === 'GET' ? MAX_MANIFEST : undefined);
}

/** The challenge of the registry's own 401, none otherwise: what another host asks for, to which the registry redirects, is not the registry's word. */
const challengeOf = (session: Session, answer: Followed | null): Challenge | undefined =>
  answer?.outcome.ok && answer.outcome.reply.status === 401 && !isForeign(session, answer)
    ? parseChallenges(answer.outcome.reply.headers['www-authenticate'])[0]
    : undefined;

/** Reads the answer to the HEAD, and asks by GET where it hides the reason. */
async function readExchange(exchange: Exchange): Promise<ManifestAnswer> {
  const { session, reference, sent, challenge, authentication, knows, head } = exchange;
  const { auth, check, fault, withheld } = authentication;
  const access = auth.token?.access ?? null;
  const before: ManifestAnswer = {
    auth,
    challenge,
    granted: access === null ? null : access.filter(entry => entry.name === reference.repository).flatMap(entry => entry.actions),
    checks: check === null ? [] : [check],
    manifest: null,
    headBlocked: false,
    fault,
    withheld,
    unasked: false,
    knows,
    rateLimit: null,
    full: exchange.question.client === 'containersImage' || exchange.question.mayBeMissing ? exchange.full : null,
    sparesHead: exchange.question.client !== 'containersImage' && exchange.full !== null && exchange.full === head,
  };
  if (head === null) return before;
  const step = (status: Check['status'], code: string | null, detail: string, ms: number): Check[] => [
    ...before.checks,
    { name: 'manifest', status, code, detail, ms },
  ];
  const place = (method: 'GET' | 'HEAD'): Place => ({
    step: 'resolve',
    role: roleOf(session, head),
    url: head.url,
    method,
    login: sent === null || auth.headers.authorization === undefined ? 'none' : 'sent',
  });
  const asked = exchange.full === head ? 'GET' : 'HEAD';

  if (!head.outcome.ok) {
    const wire = head.outcome.fault;
    const full = asked === 'HEAD' && isClosed(head) ? (exchange.full ?? (await getManifest(exchange, 'GET'))) : null;
    if (full?.outcome.ok && isManifest(full.outcome.reply)) {
      const again = await succeedingHead(exchange);
      if (again !== null) return readExchange({ ...exchange, head: again, full });
      const detail = `${wire.detail} after HEAD, but GET of the same manifest works`;
      const checks = step('failed', wire.code, detail, head.outcome.ms);
      return { ...before, manifest: full.outcome.reply, headBlocked: true, checks, fault: faultOfWire(wire, place('HEAD')) };
    }
    return { ...before, checks: step('failed', wire.code, wire.detail, head.outcome.ms), fault: faultOfWire(wire, place(asked)) };
  }
  const { reply } = head.outcome;
  const unasked = exchange.question.bareFirst && auth.headers.authorization === undefined && (isManifest(reply) || reply.status === 404);
  const answered = { ...before, unasked, rateLimit: rateLimitOf(reply) };
  if (reply.status === 401 && isForeign(session, head)) {
    const foreign = faultOfForeignLogin(session, place(asked));
    return { ...answered, checks: step('failed', '401', foreign.message, reply.ms), fault: foreign };
  }
  if (isManifest(reply)) {
    const digest = header(reply, 'docker-content-digest') ?? '';
    const shown = isDigest(digest) ? `, ${digest}` : '';
    const detail = `${asked} returns ${contentType(reply) || 'no media type'}${shown}`;
    return { ...answered, manifest: reply, checks: step('ok', null, detail, reply.ms) };
  }
  // who is told to wait asks no second time
  const toldToWait = reply.status === 429 || (reply.status >= 500 && header(reply, 'retry-after') !== null);
  const full = exchange.full ?? (toldToWait ? null : await getManifest(exchange, 'GET'));
  const answer = full?.outcome.ok ? full.outcome.reply : null;
  if (answer !== null && isManifest(answer) && reply.status !== 429) {
    const again = reply.status >= 500 ? await succeedingHead(exchange) : null;
    if (again !== null) return readExchange({ ...exchange, head: again, full });
    // containerd asks by GET after a 405, and after a success that names no digest
    const headBlocked = reply.status !== 405 && reply.status !== 200;
    const detail = `HEAD returns ${reply.status}, but GET of the same manifest works`;
    return {
      ...answered,
      manifest: answer,
      headBlocked,
      checks: step(headBlocked ? 'failed' : 'ok', String(reply.status), detail, reply.ms),
      fault: headBlocked ? faultOfReply(reply, place('HEAD'), passwordsOf(sent), 'status') : null,
    };
  }
  const refusal = faultOfRefusal(
    session,
    answer ?? reply,
    place(answer === null ? 'HEAD' : 'GET'),
    sent,
    errorOf(answer) ?? errorOf(reply),
  );
  return {
    ...answered,
    checks: step('failed', refusal.code ?? String((answer ?? reply).status), refusal.message, reply.ms),
    fault: refusal,
  };
}

const isManifest = (reply: Reply): boolean => reply.status === 200 && !isHtml(reply);

/** A second HEAD where the GET worked, null where it fails like the first: a connection that was idle too long, or a server that failed once, blocks no HEAD. */
async function succeedingHead(exchange: Exchange): Promise<Followed | null> {
  const head = await getManifest(exchange, 'HEAD');
  return head.outcome.ok && isManifest(head.outcome.reply) ? head : null;
}

/** Whether the connection was closed in place of an answer. */
const isClosed = ({ outcome }: Followed): boolean => !outcome.ok && (outcome.fault.kind === 'eof' || outcome.fault.kind === 'reset');

/** The `error` of a challenge: `insufficient_scope`, `invalid_token` (RFC 6750). */
const errorOf = (reply: Reply | null): string | null => parseChallenges(reply?.headers['www-authenticate'])[0]?.error ?? null;

/** The fault of another host that asks for a login: the registry's credentials are not for it, and its refusal says nothing of them. */
function faultOfForeignLogin(session: Session, place: Place): Fault {
  const [from, to] = [new URL(session.base).host, new URL(place.url).host];
  const message = `${from} redirects to ${to}, which asks for a login of its own: kubectl imagepull sends no credentials there`;
  return faultOfContent('notAsked', place, message, { details: { notAsked: 'foreignLogin' } });
}

/** The fault of an answer that is no manifest. */
function faultOfRefusal(session: Session, reply: Reply, place: Place, sent: Credential | null, error: string | null): Fault {
  if (reply.status < 400 && isHtml(reply)) {
    const message = `${new URL(place.url).host} answers the request for a manifest with an HTML page`;
    return faultOfContent('notJson', { ...place, method: 'GET' }, message, { status: reply.status });
  }
  const fault = faultOfReply(reply, place, passwordsOf(sent), undefined, error);
  // a 404 that names no code, where /v2/ is not there either: whatever answers is no registry
  return fault.kind === 'notFound' && fault.code === null && session.ping?.code === '404' ? { ...fault, kind: 'notJson' } : fault;
}
