/** Credentials that carry their own end: tokens used as passwords. Belongs here: what tells such an end. Pure. */
import type { Credential } from '../../model/credential.ts';
import type { CredentialExpiry } from '../../model/facts.ts';
import { providerOf } from '../../model/registry-providers.ts';

const HOUR = 3_600_000;

/** The end that a JWT states of itself, in milliseconds; null when the text is none. */
function jwtEnd(text: string): number | null {
  const payload = /^eyJ[A-Za-z0-9_-]*\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*$/.exec(text.trim())?.[1];
  if (payload === undefined) return null;
  try {
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { exp?: unknown };
    return typeof exp === 'number' && Number.isFinite(new Date(exp * 1000).getTime()) ? exp * 1000 : null;
  } catch {
    return null;
  }
}

/**
 * Whether a credential has expired, by what it states of itself or by the age of its secret. In: the credential, and the time (RFC 3339). Out: how that is known, or null when nothing
 * says so. The age is a hint, not a proof: the registry's refusal is. It counts from the last write, since a refresher rewrites a secret in place.
 */
export function expiryOf(credential: Credential, now: string): CredentialExpiry | null {
  const end = jwtEnd(credential.reveal());
  if (end !== null && end < Date.parse(now)) return { source: 'token', expiredAt: new Date(end).toISOString().replace(/\.\d+Z$/, 'Z') };
  const provider = providerOf(credential.key.split('/')[0] as string);
  const token = provider?.tokenUsers.find(({ username }) => username === credential.username);
  if (provider == null || token === undefined || credential.lastWrittenAt === null) return null;
  const ageHours = (Date.parse(now) - Date.parse(credential.lastWrittenAt)) / HOUR;
  return ageHours > token.hours
    ? { source: 'age', provider: provider.id, lifetimeHours: token.hours, ageHours: Math.round(ageHours * 100) / 100 }
    : null;
}
