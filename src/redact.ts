/** Keeps secrets out of quoted words: query values, user info, authorization values, and texts that look like tokens. Pure. */

/** Query keys whose values are never secret and tell something: the registry asked for by a mirror, scope and service of a token. */
const PLAIN_QUERY_KEYS = new Set(['ns', 'scope', 'service', 'n', 'last']);
/** Shapes of well-known tokens (GitHub, GitLab, Docker Hub, AWS, Slack, Google, JWT). */
const TOKEN =
  /\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{10,}|gl[a-z]{1,6}t-[A-Za-z0-9_-]{16,}|dckr_[a-z]+_[A-Za-z0-9_-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{16}|xox[a-z]-[A-Za-z0-9-]{10,}|ya29\.[A-Za-z0-9_.-]{10,}|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?)/g;

/**
 * Redacts a text that somebody else wrote (a node, a registry, a user's file) before it is shown. In: the text, and the passwords that
 * are known in this run. Out: the same text with every secret replaced by `REDACTED`.
 */
export function redact(text: string, known: readonly string[] = []): string {
  let clean = text
    .replace(/([?&;])([^=&\s"'#?]+)=([^&\s"'#]*)/g, (all, separator: string, key: string, value: string) =>
      PLAIN_QUERY_KEYS.has(key.toLowerCase()) || value === '' || /^(%5B|\[)REDACTED(%5D|\])$/i.test(value)
        ? all
        : `${separator}${key}=REDACTED`,
    )
    .replace(/(\/\/)[^/\s"'@]*:[^/\s"'@]*@/g, '$1REDACTED@')
    .replace(/\b(Bearer|Basic)\s+(?!realm\b)[A-Za-z0-9+/_.~=-]{8,}/g, '$1 REDACTED')
    .replace(
      /\b(password|passwd|secret|token|identitytoken|registrytoken|auth)("?\s*[=:]\s*"?)([^\s"',&}]{3,})/gi,
      (all, key: string, middle: string, value: string) =>
        /^(REDACTED|realm|https?:|%5B)/i.test(value) || (middle.includes(':') && !middle.includes('"')) ? all : `${key}${middle}REDACTED`,
    )
    .replace(TOKEN, 'REDACTED');
  for (const secret of known) if (secret.length >= 4) clean = clean.split(secret).join('REDACTED');
  return clean;
}

/** A user name for display: one that is shaped like a token is cut to four characters. */
export const showUser = (username: string): string => (looksLikeToken(username) ? username.slice(0, 4) : username);

function looksLikeToken(text: string): boolean {
  TOKEN.lastIndex = 0;
  if (TOKEN.test(text)) return true;
  // long, of mixed kinds, and without any character that people separate words with
  return text.length >= 36 && /^[A-Za-z0-9/=]+$/.test(text) && /[0-9]/.test(text) && /[a-z]/.test(text) && /[A-Z]/.test(text);
}
