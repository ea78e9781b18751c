/**
 * Secrets kept out of texts that others wrote: query values, user info, authorization values, and what looks like a token. Belongs here: shapes of secrets, and
 * of what is no secret. Pure.
 */

/** Query keys whose values are never secret and tell something: the registry asked for by a mirror, scope and service of a token. */
const PLAIN_QUERY_KEYS = new Set(['ns', 'scope', 'service', 'n', 'last']);
/** Shapes of well-known tokens (GitHub, GitLab, Docker Hub, AWS, Slack, Google, JWT). */
const TOKEN =
  /\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{10,}|gl[a-z]{1,6}t-[A-Za-z0-9_-]{16,}|dckr_[a-z]+_[A-Za-z0-9_-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{16}|xox[a-z]-[A-Za-z0-9-]{10,}|ya29\.[A-Za-z0-9_.-]{10,}|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?)/g;

/** Names of values that are secret, also as a part of a longer name (`access_token`, `client_secret`). */
const NAMED = /\b((?:[a-z]+[_-])*(?:password|passwd|secret|token|identitytoken|registrytoken|auth))("?\s*[=:]\s*"?)([^\s"',&}]{3,})/gi;
/** What a prose word is not: of one kind of letters. */
const MIXED = /[0-9+/=]|[a-z][A-Z]/;
/** Terminals obey these; a line end stays. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * Redacts a text that somebody else wrote (a node, a registry, a user's file) before it is shown. In: the text, and the passwords that
 * are known in this run. Out: the same text with every secret replaced by `REDACTED`, and nothing in it that a terminal obeys.
 */
export function redact(text: string, known: readonly string[] = []): string {
  const clean = text
    .replace(/\r\n/g, '\n')
    .replace(CONTROL, '')
    .replace(/([?&;])([^=&\s"'#?]+)=([^&\s"'#]*)/g, (all, separator: string, key: string, value: string) =>
      PLAIN_QUERY_KEYS.has(key.toLowerCase()) || value === '' || /^(%5B|\[)REDACTED(%5D|\])$/i.test(value)
        ? all
        : `${separator}${key}=REDACTED`,
    )
    // user:password@host, and not name:tag@digest
    .replace(/(^|\/\/|[\s"'=(])[^/\s"'@:]*:[^/\s"'@]*@(?=[\w[])(?![\w+.-]+:[0-9a-f]{32})/g, '$1REDACTED@')
    .replace(/\b(Bearer|Basic)\s+([A-Za-z0-9+/_.~=-]{8,})/gi, (all, scheme: string, value: string) =>
      MIXED.test(value) ? `${scheme} REDACTED` : all,
    )
    .replace(NAMED, (all, key: string, middle: string, value: string) => {
      if (/^(REDACTED|realm|https?:|%5B)/i.test(value)) return all;
      // after a bare colon prose goes on; a long word of mixed letters is none
      const prose = middle.includes(':') && !middle.includes('"') && !(/^[A-Za-z0-9+/=_-]{16,}$/.test(value) && MIXED.test(value));
      return prose ? all : `${key}${middle}REDACTED`;
    })
    .replace(TOKEN, 'REDACTED');
  return known.reduce(withoutSecret, clean);
}

/** Takes a known secret out of a text: as it is, as it stands in a URL, and inside a word of base64. */
function withoutSecret(text: string, secret: string): string {
  const bare = secret.trim();
  if (bare.length < 4) return text;
  return [secret, bare, encodeURIComponent(bare)]
    .reduce((rest, form) => rest.split(form).join('REDACTED'), text)
    .replace(/[A-Za-z0-9+/_-]{8,}={0,2}/g, word => (Buffer.from(word, 'base64').includes(bare) ? 'REDACTED' : word));
}

/** A user name for display: one that is shaped like a token is cut to four characters. */
export const showUser = (username: string): string => (looksLikeToken(username) ? username.slice(0, 4) : username);

function looksLikeToken(text: string): boolean {
  TOKEN.lastIndex = 0;
  if (TOKEN.test(text)) return true;
  // long, of mixed kinds, and without any character that people separate words with
  return text.length >= 36 && /^[A-Za-z0-9/=]+$/.test(text) && /[0-9]/.test(text) && /[a-z]/.test(text) && /[A-Z]/.test(text);
}
