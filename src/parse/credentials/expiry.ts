/** Credentials that carry their own end: tokens used as passwords. Pure. */
import type { Credential } from '../../model/credential.ts';

const HOUR = 3_600_000;

/** User names whose password is a token of limited life, and that life in hours, where the issuer sets it. */
const TOKEN_USERS: { username: string; host: RegExp; hours: number; what: string }[] = [
  {
    username: 'AWS',
    host: /\.dkr\.ecr[.-][a-z0-9.-]*amazonaws\.com(?:\.cn)?$|^public\.ecr\.aws$/,
    hours: 12,
    what: 'an ECR token lives 12 hours',
  },
  { username: 'oauth2accesstoken', host: /(?:^|\.)gcr\.io$|-docker\.pkg\.dev$/, hours: 1, what: 'a Google access token lives one hour' },
  { username: '00000000-0000-0000-0000-000000000000', host: /\.azurecr\.io$/, hours: 3, what: 'an ACR access token lives three hours' },
];

/** The end that a JWT states of itself, null when the text is none. */
function jwtEnd(text: string): number | null {
  const payload = /^eyJ[A-Za-z0-9_-]*\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*$/.exec(text.trim())?.[1];
  if (payload === undefined) return null;
  try {
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { exp?: unknown };
    return typeof exp === 'number' ? exp * 1000 : null;
  } catch {
    return null;
  }
}

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'} ago`;
const ago = (ms: number): string =>
  ms >= 48 * HOUR
    ? count(Math.round(ms / 24 / HOUR), 'day')
    : ms >= 2 * HOUR
      ? count(Math.round(ms / HOUR), 'hour')
      : count(Math.max(1, Math.round(ms / 60_000)), 'minute');

/**
 * Whether a credential is past its time by what it says of itself or by the age of its secret. In: the credential, and the time. Out: the
 * reason in words that name no value, or null when nothing says so. A secret that a refresher rewrites in place keeps its creation time:
 * the age alone is a hint, the registry's refusal is the proof.
 */
export function expiryOf(credential: Credential, now: string): string | null {
  const end = jwtEnd(credential.reveal());
  if (end !== null && end < Date.parse(now))
    return `its password is a token that expired on ${new Date(end).toISOString().slice(0, 16).replace('T', ' ')} UTC (${ago(Date.parse(now) - end)})`;
  const kind = TOKEN_USERS.find(
    ({ username, host }) => username === credential.username && host.test(credential.key.split('/')[0] as string),
  );
  if (kind === undefined || credential.lastWrittenAt === null) return null;
  const age = Date.parse(now) - Date.parse(credential.lastWrittenAt);
  return age > kind.hours * HOUR ? `${kind.what}, and the secret was made ${ago(age)}` : null;
}
