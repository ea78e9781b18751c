/** The answer to a challenge: what one identity sends to be let in. Belongs here: Bearer, Basic or nothing, and the rule about plain HTTP. */
import type { Credential } from '../model/credential.ts';
import type { Fault } from '../model/fault.ts';
import type { Check } from '../model/probe.ts';
import type { Client } from '../model/runtime-client.ts';
import type { Challenge } from '../parse/challenge.ts';
import { faultOfContent } from './response.ts';
import type { Session } from './session.ts';
import { basicAuthorization, fetchToken, type Token } from './token.ts';

/** What is sent with every request of an authenticated identity. */
export interface AuthHeaders {
  headers: Record<string, string>;
  /** Null for Basic and for anonymous requests without a token. */
  token: Token | null;
}

/** Of anonymous requests without a token. */
export const NO_AUTH_HEADERS: AuthHeaders = { headers: {}, token: null };

/** The answer to a challenge, or why there is none. */
export interface Authentication {
  /** NO_AUTH_HEADERS when it failed. */
  auth: AuthHeaders;
  /** The step `token`, null when no token was needed. */
  check: Check | null;
  /** Why there is no token, null when all went well. */
  fault: Fault | null;
  /** Our own rule kept the credential here: it was sent nowhere. */
  withheld: boolean;
}

/**
 * Answers a challenge. In: the session, the challenge (none: nothing is sent), a credential, or null to be anonymous, the token's scope, and whose way
 * is gone (containerd's by default). Out: what
 * to send, or the fault. Basic is answered without any request. A credential goes only where nobody else can read it.
 */
export async function authenticate(
  session: Session,
  challenge: Challenge | undefined,
  credential: Credential | null,
  scope: string | null,
  client: Client = 'containerd',
): Promise<Authentication> {
  if (challenge?.scheme === 'bearer') {
    const got = await fetchToken(session.transport, { challenge, scope, asker: session.base, client }, credential);
    if (got.ok) {
      const check: Check = { name: 'token', status: 'ok', code: null, detail: got.detail, ms: got.ms };
      return { auth: { headers: { authorization: `Bearer ${got.token.token}` }, token: got.token }, check, fault: null, withheld: false };
    }
    const { fault, withheld, ms } = got;
    const code = fault.code ?? (fault.status === null ? null : String(fault.status));
    const check: Check = { name: 'token', status: withheld ? 'skipped' : 'failed', code, detail: fault.message, ms };
    return { auth: NO_AUTH_HEADERS, check, fault, withheld };
  }
  if (challenge?.scheme !== 'basic' || credential === null) return { auth: NO_AUTH_HEADERS, check: null, fault: null, withheld: false };
  if (!session.transport.isPrivate(session.base)) {
    const { host } = new URL(session.base);
    const message = `${host} uses plain HTTP, so no password is sent to it (--insecure-registry ${host} allows it)`;
    const place = { step: 'ping' as const, role: session.role, url: session.base, method: 'GET', login: 'none' as const };
    const check: Check = { name: 'token', status: 'skipped', code: null, detail: message, ms: null };
    return { auth: NO_AUTH_HEADERS, check, fault: faultOfContent('badScheme', place, message), withheld: true };
  }
  return { auth: { headers: basicAuthorization(credential), token: null }, check: null, fault: null, withheld: false };
}

/** The passwords that an answer to this credential may quote: they are taken out of its text. */
export const passwordsOf = (credential: Credential | null): string[] => (credential === null ? [] : [credential.reveal()]);
