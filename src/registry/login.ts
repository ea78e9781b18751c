/** The test of a credential without an image: the challenge of `/v2/` is answered, and `/v2/` asked again. Belongs here: what that proves. */
import type { Credential } from '../model/credential.ts';
import type { Fault } from '../model/fault.ts';
import type { Attempt, Check, CredentialResult } from '../model/probe.ts';
import { parseChallenges } from '../parse/challenge.ts';
import { tokenVerdict } from './attempt.ts';
import { authenticate, passwordsOf } from './authentication.ts';
import { faultOfContent, faultOfReply, faultOfWire, type Place, stated } from './response.ts';
import { addressOf, type Session } from './session.ts';

/**
 * Logs in at `/v2/`. In: the session (its connection has not failed), the registry that the credential is for (not the mirror that is asked), and the
 * credential. Out: an attempt as of an image's pull, of the steps from the token on.
 */
export async function logIn(session: Session, registry: string, credential: Credential): Promise<Attempt> {
  const attempt = (result: CredentialResult, detail: string, checks: Check[] = [], fault: Fault | null = null): Attempt => ({
    credential: null,
    result,
    detail,
    checks,
    fault,
    granted: null,
    repaired: null,
  });
  if (credential.reveal() === '') return attempt('rejected', 'the password is empty: the runtime sends no credentials');
  const [challenge] = session.challenges;
  if (challenge === undefined) {
    const untold =
      'the registry requires no authentication at /v2/: only the pull of a private image can test the credentials (--image IMAGE)';
    return session.open
      ? attempt('notVerifiable', untold)
      : attempt('error', session.ping?.detail ?? 'the server does not answer like a registry', [], pingFault(session));
  }
  const understood = (fault: Fault): Fault => stated(fault, null, [credential.username]);
  const { auth, check, fault: failure, withheld } = await authenticate(session, challenge, credential, null);
  const checks = check === null ? [] : [check];
  if (failure !== null) {
    const fault = understood(failure);
    if (fault.details.notAsked !== undefined) return attempt('notTried', fault.message, checks, fault);
    if (withheld) return attempt('notTried', fault.message, checks, fault);
    const { result, detail } = tokenVerdict(fault, registry);
    return attempt(result, detail, checks, fault);
  }
  const url = addressOf(session, '/v2/');
  const place: Place = { step: 'ping', role: session.role, url, method: 'GET', login: 'sent' };
  const outcome = await session.transport.request('GET', url, { headers: auth.headers });
  if (!outcome.ok) return attempt('error', outcome.fault.detail, checks, faultOfWire(outcome.fault, place));
  const { reply } = outcome;
  const byToken = auth.token !== null;
  if (reply.status === 200) {
    const who = byToken ? 'the token server and the registry accept the credentials' : 'the registry accepts the user name and password';
    return attempt('accepted', who, checks);
  }
  const error = parseChallenges(reply.headers['www-authenticate'])[0]?.error ?? null;
  const fault = understood(faultOfReply(reply, place, passwordsOf(credential), undefined, error));
  if (reply.status !== 401 && reply.status !== 403) return attempt('error', fault.message, checks, fault);
  // a token without a scope need not open /v2/; that the token server issued one is the answer
  if (byToken) return attempt('accepted', 'the token server accepts the credentials', checks);
  const explanation = fault.explanation === null ? '' : `: ${fault.explanation}`;
  return attempt('rejected', `the registry rejects the user name or password${explanation}`, checks, fault);
}

/** The answer of a `/v2/` that is no registry's. */
export function pingFault(session: Session): Fault {
  const { answer, role } = session;
  const place: Place = { step: 'ping', role, url: addressOf(session, '/v2/'), method: 'GET', login: 'none' };
  const status = answer?.status ?? null;
  const isSpoken = status === 401 || status === 403 || status === 412 || status === 429 || status === 451 || (status ?? 0) >= 500;
  if (answer === null || !isSpoken) return faultOfContent('notJson', place, session.ping?.detail ?? 'no registry answers', { status });
  return stated(faultOfReply(answer, place, [], 'status'), null, []);
}
