/** Tokens as containerd asks for them: POST with the password grant, then GET with Basic where the POST is not known; anonymous by GET. */

import type { Credential } from '../model/credential.ts';
import type { Fault } from '../model/fault.ts';
import type { Challenge } from '../parse/challenge.ts';
import { faultOfContent, faultOfReply, faultOfWire, header } from './response.ts';
import type { Outcome, Transport } from './transport.ts';

export interface Token {
  token: string;
  /** Actions per repository that the token's `access` claim grants; null when it cannot be decoded. */
  access: { name: string; actions: string[] }[] | null;
}

export type TokenResult =
  | { ok: true; token: Token; detail: string; ms: number }
  /** `withheld`: our own rule kept the credential here. */
  | { ok: false; fault: Fault; ms: number; withheld?: boolean };

/** After these answers to the POST containerd asks by GET. Source: core/remotes/docker/auth/fetch.go and authorizer.go. */
const FALL_BACK_TO_GET = new Set([400, 401, 404, 405]);

interface TokenRequest {
  challenge: Challenge;
  /** `repository:NAME:pull`, or null for a login without any (test-secret). */
  scope: string | null;
  /** The URL that gave the challenge: a realm on a weaker scheme gets no credential. */
  asker: string;
}

/**
 * Fetches a token. In: the challenge, the scope, and a credential or null for nobody. Out: the token with its decoded access, or the fault.
 * A credential goes only where nobody else can read it, and never to a realm with a weaker scheme than the registry's.
 */
export async function fetchToken(transport: Transport, want: TokenRequest, credential: Credential | null): Promise<TokenResult> {
  const login = credential === null ? 'none' : 'sent';
  const known = credential === null ? [] : [credential.reveal()];
  const place = (method: string, url: string) => ({
    step: 'token' as const,
    role: 'token' as const,
    url,
    method,
    login: login as 'sent' | 'none',
  });
  const realm = want.challenge.realm;
  if (realm === null || realm === '') {
    return {
      ok: false,
      ms: 0,
      fault: faultOfContent(
        'badToken',
        place('GET', want.asker),
        'the challenge names no realm: no client can know where to fetch a token',
      ),
    };
  }
  let url: URL;
  try {
    url = new URL(realm);
    if (!/^https?:$/.test(url.protocol)) throw new Error('scheme');
  } catch {
    return {
      ok: false,
      ms: 0,
      fault: faultOfContent('badScheme', place('GET', want.asker), `the challenge's realm "${realm}" is not an address that can be asked`),
    };
  }
  if (want.challenge.service !== null && want.challenge.service !== '') url.searchParams.set('service', want.challenge.service);
  for (const scope of scopesOf(want)) url.searchParams.append('scope', scope);
  if (credential === null) return readToken(await transport.request('GET', url.href), url.href, 'GET');

  if (!transport.isPrivate(realm) || (want.asker.startsWith('https:') && url.protocol !== 'https:')) {
    return {
      ok: false,
      ms: 0,
      withheld: true,
      fault: faultOfContent(
        'badScheme',
        place('POST', realm),
        `the token server ${url.host} is asked over plain HTTP: no password is sent there (--insecure-registry ${url.host} would allow it)`,
      ),
    };
  }
  const form = new URLSearchParams({
    grant_type: 'password',
    client_id: 'kubectl-imagepull',
    username: credential.username,
    password: credential.reveal(),
  });
  if (want.challenge.service !== null) form.set('service', want.challenge.service);
  const scopes = scopesOf(want);
  if (scopes.length > 0) form.set('scope', scopes.join(' '));
  const posted = await transport.request('POST', realm, {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  if (!posted.ok || !FALL_BACK_TO_GET.has(posted.reply.status)) return readToken(posted, realm, 'POST');
  const basic = Buffer.from(`${credential.username}:${credential.reveal()}`).toString('base64');
  return readToken(await transport.request('GET', url.href, { headers: { authorization: `Basic ${basic}` } }), url.href, 'GET');

  function readToken(outcome: Outcome, asked: string, method: string): TokenResult {
    if (!outcome.ok) return { ok: false, ms: outcome.ms, fault: faultOfWire(outcome.fault, place(method, asked)) };
    const { reply } = outcome;
    if (reply.status >= 300 && reply.status < 400) {
      return {
        ok: false,
        ms: reply.ms,
        fault: faultOfContent(
          'badToken',
          place(method, asked),
          `the token server answers ${reply.status} and leads to ${header(reply, 'location') === null ? 'nowhere' : 'another page'} instead of a token`,
          { status: reply.status },
        ),
      };
    }
    if (reply.status !== 200) return { ok: false, ms: reply.ms, fault: faultOfReply(reply, place(method, asked), known) };
    let body: { token?: unknown; access_token?: unknown } | null;
    try {
      body = JSON.parse(reply.body);
    } catch {
      return {
        ok: false,
        ms: reply.ms,
        fault: faultOfContent(
          'badToken',
          place(method, asked),
          `the token server's answer is not JSON (${header(reply, 'content-type') ?? 'no content type'})`,
          { status: 200 },
        ),
      };
    }
    const token = [body?.token, body?.access_token].find(text => typeof text === 'string' && text !== '');
    if (typeof token !== 'string')
      return {
        ok: false,
        ms: reply.ms,
        fault: faultOfContent('badToken', place(method, asked), "the token server's answer holds no token", { status: 200 }),
      };
    const access = decodeAccess(token);
    return {
      ok: true,
      ms: reply.ms,
      token: { token, access },
      detail: `${url.host} gave a token${access === null ? '' : access.length === 0 ? ' that grants nothing' : ` that grants ${access.map(({ name, actions }) => `${actions.join(',') || 'nothing'} on ${name}`).join('; ')}`}`,
    };
  }
}

/** The scope of the pull and those of the challenge, sorted, each once, as containerd sends them. */
function scopesOf(want: TokenRequest): string[] {
  const own = want.scope === null ? [] : [want.scope];
  return [...new Set([...own, ...(want.challenge.scope ?? '').split(' ').filter(Boolean)])].sort();
}

/** The `access` claim of a JWT (distribution token spec, jwt.md); null for an opaque token. */
export function decodeAccess(token: string): Token['access'] {
  const payload = token.split('.')[1];
  if (payload === undefined) return null;
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as {
      access?: { type?: string; name?: string; actions?: string[] }[] | null;
    };
    if (!('access' in claims)) return null;
    return (claims.access ?? []).map(entry => ({ name: String(entry.name), actions: (entry.actions ?? []).map(String) }));
  } catch {
    return null;
  }
}
