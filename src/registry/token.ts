/**
 * Tokens as runtimes ask for them: containerd by POST with the password grant, then by GET with Basic where the server does not know the POST; the others, and whoever is anonymous, by GET.
 * Belongs here: the exchange with a token server, and what a token says of itself.
 */
import type { Credential } from '../model/credential.ts';
import type { Fault, FaultKind } from '../model/fault.ts';
import type { Client } from '../model/runtime-client.ts';
import type { Challenge } from '../parse/challenge.ts';
import { isObject, jsonObject } from '../parse/shape.ts';
import { redact } from '../util/redact.ts';
import { SECRETS } from '../util/secrets.ts';
import { contentType, faultOfContent, faultOfReply, faultOfWire, header, type Place } from './response.ts';
import type { Outcome, Reply, Transport } from './transport.ts';

/** A token of a token server. */
export interface Token {
  /** As sent: secret. */
  token: string;
  /** Actions per repository that the token's `access` claim grants; null when it cannot be decoded. */
  access: { name: string; actions: string[] }[] | null;
}

/** A token, or why there is none. */
export type TokenResult =
  /** `detail`: a sentence for the check; `ms`: milliseconds of the last request. */
  | { ok: true; token: Token; detail: string; ms: number }
  /** `withheld`: our own rule kept the credential here, and nothing was asked. */
  | { ok: false; fault: Fault; ms: number; withheld: boolean };

/** After these answers to the POST containerd asks by GET. Source: core/remotes/docker/auth/fetch.go and authorizer.go. */
const FALL_BACK_TO_GET = new Set([400, 401, 404, 405]);

/** What a token is asked for with. */
export interface TokenRequest {
  challenge: Challenge;
  /** `repository:NAME:pull`, or null for a login without any (test-secret). */
  scope: string | null;
  /** The URL that gave the challenge: a realm on a weaker scheme gets no credential. */
  asker: string;
  /** Which runtime's way is gone; default: containerd's. */
  client?: Client;
}

/** Requests of one exchange: the address without and with its query, and who asks. */
interface Exchange {
  realm: string;
  query: URL;
  login: Place['login'];
  /** Passwords that an answer may quote. */
  secrets: string[];
}

/**
 * Fetches a token. In: the challenge and the scope, and a credential, or null to ask anonymously. Out: the token with its decoded access, or the
 * fault. A credential goes only where nobody else can read it, and never to a realm with a weaker scheme than the registry's.
 */
export async function fetchToken(transport: Transport, request: TokenRequest, credential: Credential | null): Promise<TokenResult> {
  const { challenge, asker, client = 'containerd' } = request;
  const { realm, service } = challenge;
  const login = credential === null ? 'none' : 'sent';
  if (realm === null || realm === '')
    return failed('badToken', placeOf('GET', asker, login), "the registry's challenge names no realm, so no client can fetch a token");
  if (!URL.canParse(realm) || !/^https?:$/.test(new URL(realm).protocol))
    return failed(
      'badScheme',
      placeOf('GET', asker, login),
      `the realm "${redact(realm)}" of the registry's challenge is not an http(s) URL`,
    );
  const query = new URL(realm);
  if (service !== null && service !== '') query.searchParams.set('service', service);
  for (const scope of scopesOf(request)) query.searchParams.append('scope', scope);
  const exchange: Exchange = { realm, query, login, secrets: credential === null ? [] : [credential.reveal()] };
  const toRealm = { asker: { registry: asker } };
  // source: containers/image docker_client.go, getBearerToken; distribution registry/client/auth/session.go, fetchTokenWithBasicAuth
  const getsAlone = client !== 'containerd';
  if (getsAlone && credential !== null && credential.username !== '') query.searchParams.set('account', credential.username);
  if (credential === null) return readToken(await transport.request('GET', query.href, toRealm), 'GET', exchange);

  if (!transport.isPrivate(realm) || (asker.startsWith('https:') && query.protocol !== 'https:')) {
    const { host } = query;
    const message = `the token server ${host} uses plain HTTP, so no password is sent to it (--insecure-registry ${host} allows it)`;
    return { ...failed('badScheme', placeOf('POST', realm, login), message), withheld: true };
  }
  if (!getsAlone) {
    const posted = await transport.request('POST', realm, {
      ...toRealm,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: passwordGrant(request, credential),
    });
    if (!posted.ok || !FALL_BACK_TO_GET.has(posted.reply.status)) return readToken(posted, 'POST', exchange);
  }
  return readToken(await transport.request('GET', query.href, { ...toRealm, headers: basicAuthorization(credential) }), 'GET', exchange);
}

/** The header that sends a credential by the Basic scheme. */
export const basicAuthorization = (credential: Credential): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${credential.username}:${credential.reveal()}`).toString('base64')}`,
});

/** The form of the POST. Source: containerd, core/remotes/docker/auth/fetch.go. */
function passwordGrant(request: TokenRequest, credential: Credential): string {
  const form = new URLSearchParams({
    grant_type: 'password',
    client_id: 'kubectl-imagepull',
    username: credential.username,
    password: credential.reveal(),
  });
  if (request.challenge.service !== null) form.set('service', request.challenge.service);
  const scopes = scopesOf(request);
  if (scopes.length > 0) form.set('scope', scopes.join(' '));
  return form.toString();
}

function readToken(outcome: Outcome, method: 'GET' | 'POST', { realm, query, login, secrets }: Exchange): TokenResult {
  const place = placeOf(method, method === 'POST' ? realm : query.href, login);
  if (!outcome.ok) {
    const withheld = outcome.fault.details?.notAsked !== undefined;
    return { ok: false, ms: outcome.ms, fault: faultOfWire(outcome.fault, place), withheld };
  }
  const { reply } = outcome;
  const { status, ms } = reply;
  if (status >= 300 && status < 400) {
    const target = header(reply, 'location') === null ? 'without a location' : 'to another page';
    return failed('badToken', place, `the token server answers ${status} (a redirect ${target}) instead of a token`, status, ms);
  }
  if (status !== 200) return { ok: false, ms, fault: faultOfReply(reply, place, secrets), withheld: false };
  const token = tokenIn(reply);
  if (token === undefined)
    return failed(
      'badToken',
      place,
      `the token server's answer is not JSON${reply.ledInside ? '' : ` (${contentType(reply) || 'no Content-Type'})`}`,
      200,
      ms,
    );
  if (token === null) return failed('badToken', place, "the token server's answer contains no token", 200, ms);
  const access = decodeAccess(token);
  return { ok: true, ms, token: { token, access }, detail: `${query.host} issued a token${describeAccess(access)}` };
}

/** The token in a body; null where it holds none, undefined where it is not JSON. */
function tokenIn({ body }: Reply): string | null | undefined {
  SECRETS.addAnswer(body);
  const answer = jsonObject(body);
  if (answer === null || answer === undefined) return answer;
  return [answer.token, answer.access_token].find((text): text is string => typeof text === 'string' && text !== '') ?? null;
}

const describeAccess = (access: Token['access']): string =>
  access === null
    ? ''
    : access.length === 0
      ? ' that grants nothing'
      : ` that grants ${access.map(({ name, actions }) => `${actions.join(',') || 'nothing'} on ${name}`).join('; ')}`;

const placeOf = (method: string, url: string, login: Place['login']): Place => ({ step: 'token', role: 'token', url, method, login });

const failed = (kind: FaultKind, place: Place, message: string, status: number | null = null, ms = 0) => ({
  ok: false as const,
  ms,
  fault: faultOfContent(kind, place, message, { status }),
  withheld: false,
});

/** The scope of the pull and those of the challenge, sorted, each once, as containerd sends them. */
function scopesOf({ scope, challenge }: TokenRequest): string[] {
  const own = scope === null ? [] : [scope];
  return [...new Set([...own, ...(challenge.scope ?? '').split(' ').filter(Boolean)])].sort();
}

/** Grants of one token that are told, and actions of one: a pull needs one of each, and a token server may write as many as it likes. */
const MOST_GRANTS = 20;

/** The `access` claim of a JWT (distribution token spec, jwt.md); null for an opaque token. An entry of another shape grants nothing. */
function decodeAccess(token: string): Token['access'] {
  const [, payload] = token.split('.', 2);
  const claims = payload === undefined ? null : jsonObject(Buffer.from(payload, 'base64url').toString('utf8'));
  if (claims === null || claims === undefined || !('access' in claims)) return null;
  const entries: unknown[] = Array.isArray(claims.access) ? claims.access : [];
  return entries.slice(0, MOST_GRANTS).flatMap(entry => {
    if (!isObject(entry) || typeof entry.name !== 'string' || !/^[\w./:*-]{1,255}$/.test(entry.name)) return [];
    const actions: unknown[] = Array.isArray(entry.actions) ? entry.actions.slice(0, MOST_GRANTS) : [];
    return {
      name: entry.name,
      actions: actions.filter((action): action is string => typeof action === 'string' && /^[\w*-]{1,32}$/.test(action)),
    };
  });
}
