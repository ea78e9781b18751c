/**
 * The question that tells a pull-through cache whose upstream does not serve it from a registry that does not have the image: the cache answers "not found" for
 * a tag either way, but hands on its upstream's error for a digest. Belongs here: that one request, and what its answer means.
 */
import type { Credential } from '../model/credential.ts';
import type { Fault } from '../model/fault.ts';
import { NO_MANIFEST, type Reference } from '../model/reference.ts';
import type { Challenge } from '../parse/challenge.ts';
import { ACCEPT } from '../parse/manifest.ts';
import { type AuthHeaders, passwordsOf } from './authentication.ts';
import { faultOfReply, faultOfWire, isHtml, type Place, stated, upstreamState } from './response.ts';
import { addressOf, follow, isForeign, MAX_BLOB_ANSWER, type Session } from './session.ts';

/**
 * The fault of a request for content by its digest, told apart from a refusal of the host's own: a registry that is open as a whole and asks nobody for a login
 * hands on what its upstream refuses. In: the session, what its answer asked for, and the fault.
 */
export function asOfCache(session: Session, challenge: Challenge | undefined, fault: Fault): Fault {
  const isRefused = (fault.status === 401 || fault.status === 403) && (fault.code === 'UNAUTHORIZED' || fault.code === 'DENIED');
  const isOwn = fault.statements.includes('policy') || fault.statements.includes('offline') || fault.role === 'redirect';
  return session.open && challenge === undefined && isRefused && !isOwn
    ? { ...fault, details: { ...fault.details, upstream: 'refused' } }
    : fault;
}

/**
 * Asks for a manifest that cannot exist. In: the session, the image, what the request for the tag sent along, and the credential that gave it. Out: null where it is "not found" as well (a registry, or a cache whose upstream serves it); else the fault, with `details.upstream` where
 * the host spoke as a registry does: it is a cache.
 */
export async function askUpstream(
  session: Session,
  reference: Reference,
  { headers }: AuthHeaders,
  credential: Credential | null,
): Promise<Fault | null> {
  const url = addressOf(session, `/v2/${reference.repository}/manifests/${NO_MANIFEST}`);
  const followed = await follow(session, 'GET', url, { accept: ACCEPT, ...headers }, MAX_BLOB_ANSWER);
  if (isForeign(session, followed)) return null;
  const place: Place = {
    step: 'resolve',
    role: session.role,
    url,
    method: 'GET',
    login: headers.authorization === undefined ? 'none' : 'sent',
  };
  if (!followed.outcome.ok) return faultOfWire(followed.outcome.fault, place);
  const { reply } = followed.outcome;
  if (reply.status !== 401 && reply.status !== 403 && reply.status !== 429 && reply.status < 500) return null;
  const answer = faultOfReply(reply, place, passwordsOf(credential));
  const fault = stated(answer, reference, credential === null ? [] : [credential.username]);
  if (fault.details.upstream !== undefined) return fault.details.upstream === 'missing' ? null : fault;
  // a web page, or an answer without a code, is of something in front of the host
  if (isHtml(reply) || (fault.code === null && reply.status !== 429)) return fault;
  return { ...fault, details: { ...fault.details, upstream: upstreamState(reply.status, fault.code) } };
}
