/** Attempts: what the answers to one identity prove of its credential. Pure; decides by typed facts alone. */
import type { Credential } from '../model/credential.ts';
import { type Fault, isAuthenticationFault, type Statement } from '../model/fault.ts';
import type { Attempt, CredentialResult } from '../model/probe.ts';
import { providerOf } from '../model/registry-providers.ts';
import type { ManifestAnswer } from './manifest-request.ts';

/** One use of an identity. */
export interface Tried {
  attempt: Attempt;
  /** The registry's answer, null where nothing was asked (again). */
  answer: ManifestAnswer | null;
}

/** What is proved, and in which words. */
export interface Verdict {
  result: CredentialResult;
  detail: string;
}

/**
 * What an answer proves. In: the answer, with the statements of its fault, the registry that the image names (not the mirror that is asked), and the
 * credential, null for the anonymous request.
 */
export function classifyAttempt(answer: ManifestAnswer, registry: string, credential: Credential | null): Verdict {
  const { fault, challenge, headBlocked, withheld } = answer;
  const empty = credential !== null && credential.reveal() === '';
  if (withheld || fault?.details.notAsked === 'silentBefore') return { result: 'notTried', detail: fault?.message ?? 'not tried' };
  if (credential !== null && !empty && fault !== null && challenge === undefined) {
    if (fault.status === 401)
      return { result: 'notTried', detail: 'the registry offers no authentication method that runtimes support, so no password is sent' };
    if (fault.status === 403)
      return { result: 'notVerifiable', detail: `the registry asks for no credentials, so none are sent; it answers ${fault.message}` };
  }
  if (fault === null || headBlocked) {
    if (empty) return { result: 'notVerifiable', detail: 'the entry is empty: the runtime pulls anonymously, and the registry allows it' };
    if (credential !== null && challenge === undefined)
      return { result: 'notVerifiable', detail: 'the registry requires no authentication for this image' };
    return { result: 'accepted', detail: 'the registry returns the manifest' };
  }
  if (empty && isAuthenticationFault(fault)) {
    return credential.username === ''
      ? { result: 'notVerifiable', detail: 'the entry is empty: the runtime pulls anonymously, and the registry rejects it' }
      : { result: 'rejected', detail: 'the password is empty: the runtime sends no credentials, and the registry rejects the request' };
  }
  if (fault.role === 'token') return tokenVerdict(fault, registry);
  if (fault.kind === 'invalidToken') return { result: 'error', detail: 'the registry rejects the token that its own token server issued' };
  // what `/v2/` answers to a password is about the password
  if (fault.step === 'ping' && fault.status === 401 && credential !== null)
    return { result: 'rejected', detail: fault.explanation ?? 'the registry rejects the user name or password' };
  if (isAuthenticationFault(fault)) return refusalVerdict(fault, answer, credential);
  if (fault.status !== null && fault.status >= 400 && fault.status < 500 && fault.status !== 429)
    return { result: 'accepted', detail: `the credentials are accepted; the registry answers ${fault.message}` };
  return { result: 'error', detail: fault.message };
}

/** A registry's own 401 or 403. */
function refusalVerdict(fault: Fault, { auth, knows }: ManifestAnswer, credential: Credential | null): Verdict {
  if (fault.statements.includes('tokenExpired')) return { result: 'rejected', detail: fault.explanation ?? 'the token has expired' };
  if (fault.statements.includes('accountDisabled'))
    return { result: 'rejected', detail: fault.explanation ?? 'the account may not be used' };
  if (fault.status === 401 && auth.token === null && !knows) {
    const detail = credential === null ? 'the registry requires authentication' : 'the registry rejects the user name or password';
    return { result: 'rejected', detail };
  }
  return {
    result: 'denied',
    detail: fault.explanation ?? (fault.status === 403 ? '403 Forbidden' : 'the token does not cover this repository'),
  };
}

/** What a 403 of a token server says when it means a wrong credential. */
const WRONG_CREDENTIAL: Statement[] = ['credentialsWrong', 'expired', 'tokenExpired', 'accountDisabled'];

/**
 * What a token server's refusal proves. In: its fault, with statements, and the registry that the image names (not the mirror that is asked). Out:
 * 401 is a rejected credential; by 403 some say that (see `rejectsWith403` of the registry's row), others that a permission is missing (Artifact Registry, GitLab).
 */
export function tokenVerdict(fault: Fault, registry: string): Verdict {
  if (fault.status === 401)
    return { result: 'rejected', detail: `the token server rejects the credentials: ${fault.explanation ?? '401 Unauthorized'}` };
  if (fault.status !== 403) return { result: 'error', detail: fault.message };
  const states = (statement: Statement): boolean => fault.statements.includes(statement);
  const wrong = providerOf(registry, null)?.rejectsWith403 === true || WRONG_CREDENTIAL.some(states);
  return {
    result: wrong && !states('rightMissing') ? 'rejected' : 'denied',
    detail: `the token server rejects the request: ${fault.explanation ?? '403 Forbidden'}`,
  };
}
