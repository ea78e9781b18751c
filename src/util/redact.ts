/**
 * Secrets kept out of texts that others wrote: query values, user info, authorization values, what looks like a token, and the secrets of the run. Belongs here: shapes of
 * secrets, and of what is no secret. Each step passes over the text once: no text makes it slow.
 */
import { REDACTED, SECRETS, Secrets } from './secrets.ts';
import { clipped } from './text.ts';

/** Characters of a text that are looked at; the rest is cut off. */
const MAX_TEXT = 64 * 1024;

const HOST = /^[\w.:/[\]-]{1,255}$/;
/** Query keys whose values are never secret and tell something: the registry asked for by a mirror, scope and service of a token, a page of a list. And what such a value is. */
const PLAIN_QUERY = new Map<string, RegExp>([
  ['ns', HOST],
  ['service', HOST],
  ['scope', /^[\w.:/,*+ %-]{1,512}$/],
  ['n', /^\d{1,9}$/],
  ['last', /^[\w.:/%-]{1,255}$/],
]);

/** Shapes of well-known tokens (GitHub, GitLab, Docker Hub, AWS, Slack, Google, npm, Vault, JWT), also of the first part of a JWT. */
const TOKEN =
  /\b(?:gh[pousr]_[A-Za-z0-9]{8,}|github_pat_[A-Za-z0-9_]{8,}|glpat-[A-Za-z0-9_-]{8,}|gl[a-z]{1,6}t-[A-Za-z0-9_-]{16,}|dckr_[a-z]{1,16}_[A-Za-z0-9_-]{8,}|(?:AKIA|ASIA)[A-Z0-9]{16}|xox[a-z]-[A-Za-z0-9-]{10,}|ya29\.[A-Za-z0-9_.-]{10,}|npm_[A-Za-z0-9]{16,}|hvs\.[A-Za-z0-9_-]{16,}|eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,2})/g;

/** What editors and chats make of quotes, by the kind that they stand for; a quote closes with any of its kind. */
const TYPOGRAPHIC = [/["“”„‟«»「」『』＂]/, /['‘’‚‹›＇]/] as const;
/** A quote: behind backslashes, typographic, or as HTML writes it. */
const QUOTE = '(?:\\\\{0,8}["\'`“”„‟«»「」『』＂‘’‚‹›＇]|&(?:amp;){0,2}(?:quot|apos|#34|#39|#x22|#x27);)';
/** Blanks, also those that nobody sees. */
const BLANKS = '(?:\\s|\\u00ad|[\\u200b-\\u200f\\u2060]){0,8}';
/** Names of values that are secret, also as the end of a longer name (`access_token`, `clientSecret`), up to the value. */
const NAMED = new RegExp(
  `(?:password|passwd|passphrase|secret|token|auth|api[_-]?key|access[_-]?key|private[_-]?key)(${QUOTE}?${BLANKS}(?:[=:]|%3[AD])${BLANKS})(${QUOTE})?`,
  'gi',
);
/** A value without quotes. */
const BARE_VALUE = /[^\s"',&}\\]{3,}/y;
/** Values that are none: what is redacted already, and the parameters of a challenge. */
const NO_VALUE = /^(?:REDACTED|realm|https?:|%5B)/i;
/** What a prose word is not: of one kind of letters. */
const MIXED = /[0-9+/=]|[a-z][A-Z]/;
/** A digest behind an `@`, also one that is cut short. */
const DIGEST = /^(?:sha(?:256|512)\b|[\w+.-]{1,32}:[0-9a-f]{32})/;

/**
 * Redacts a text that somebody else wrote (a node, a registry, a user's file) before it is kept. In: the text, and passwords that the answer may quote, plain words among them.
 * Out: the same text with every secret replaced by `REDACTED`, and cut after 64 k characters. What a terminal obeys is made visible where it is printed, not here.
 */
export function redact(text: string, known: readonly string[] = []): string {
  const bounded = clipped(text, MAX_TEXT).replaceAll('\r\n', '\n');
  const secrets = known.filter(secret => !SECRETS.has(secret));
  const own = new Secrets(true);
  for (const secret of secrets) own.add(secret);
  // the secrets that are known go first: a shape would cut them into parts
  const clean = own.remove(SECRETS.remove(bounded, true), true);
  const steps = [cutUrls, cutQueries, cutUserInfo, cutPrivateKeys, cutAuthorization, cutNamed];
  return steps.reduce((rest, step) => step(rest), clean).replace(TOKEN, REDACTED);
}

/** The place of the last `@` that ends user info; -1 where there is none. In: what stands behind the scheme, or a word. */
function endOfUserInfo(text: string): number {
  for (let at = text.lastIndexOf('@'); at >= 0; at = at === 0 ? -1 : text.lastIndexOf('@', at - 1)) {
    if (!DIGEST.test(text.slice(at + 1, at + 72))) return at;
  }
  return -1;
}

/** Takes user info, query values and the fragment out of every URL. */
function cutUrls(text: string): string {
  let result = '';
  let kept = 0;
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', kept)) {
    const from = at + 3;
    const end = endOfUrl(text, from);
    result += text.slice(kept, from) + cutUrl(text.slice(from, end));
    kept = end;
  }
  return result + text.slice(kept);
}

/** Where a URL in a text ends. `\u0026` is a `&` of Go's JSON and belongs to it. */
function endOfUrl(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const sign = text[at] as string;
    if (sign === '\\' ? !text.startsWith('u0026', at + 1) : /[\s"'<>`]/.test(sign)) return at;
  }
  return text.length;
}

/** In: a URL without its scheme. */
function cutUrl(url: string): string {
  const rest = url.slice(lengthOfUserInfo(url));
  const user = rest.length < url.length ? `${REDACTED}@` : '';
  const hash = rest.indexOf('#');
  const [whole, fragment] = hash < 0 ? [rest, ''] : [rest.slice(0, hash), rest.slice(hash + 1)];
  const mark = whole.indexOf('?');
  const [path, query] = mark < 0 ? [whole, ''] : [whole.slice(0, mark), `?${cutQuery(whole.slice(mark + 1))}`];
  return `${user}${path}${query}${hash < 0 ? '' : `#${fragment === '' ? '' : REDACTED}`}`;
}

/** Characters of user info and its `@`. A user or a password may hold `/`, `@`, `?` and `#`, which no standard allows: what has a colon before its first `/` that begins no port is one. */
function lengthOfUserInfo(url: string): number {
  const at = endOfUserInfo(url);
  if (at < 0) return 0;
  const before = url.slice(0, at);
  const slash = before.search(/[/?#]/);
  if (slash < 0) return at + 1;
  const colon = before.indexOf(':');
  if (colon < 0 || colon > slash) return 0;
  // a port, and then an `@` in the path or the query: what looks like a query is one
  return /^\d{1,5}$/.test(before.slice(colon + 1, slash)) && /[?#]/.test(before) ? 0 : at + 1;
}

function cutQuery(query: string): string {
  return query
    .split(/(&amp;|\\u0026|[&;])/)
    .map((part, index) => {
      if (index % 2 === 1 || part === '') return part;
      const equals = part.indexOf('=');
      // a value without a key
      if (equals < 0) return /^[A-Za-z_-]{1,24}$/.test(part) ? part : REDACTED;
      const [key, value] = [part.slice(0, equals), part.slice(equals + 1)];
      // a sentence goes on behind an address
      const [, word = '', end = ''] = /^(.*?)([:,.)]{0,3})$/s.exec(value.length > 2048 ? '' : value) ?? [];
      return value === '' || isPlain(key, word) ? part : `${key}=${REDACTED}${end}`;
    })
    .join('');
}

const isPlain = (key: string, value: string): boolean =>
  PLAIN_QUERY.get(key.toLowerCase())?.test(value) === true || /^(?:%5B|\[)?REDACTED(?:%5D|\])?$/i.test(value);

/** Takes values out of a query that stands alone, without a URL around it, and out of a form. */
const cutQueries = (text: string): string =>
  text.replace(/([?&;])([^=&;\s"'#?]{1,128})=([^&\s"'#\\]+)/g, (all, separator: string, key: string, value: string) =>
    isPlain(key, value.replace(/[:,.)]{1,3}$/, '')) ? all : `${separator}${key}=${REDACTED}`,
  );

/** Takes `user:password@` out of words without a scheme. `name:tag@digest` is none. */
const cutUserInfo = (text: string): string =>
  text.replace(/[^\s"'`<>()]+/g, word => {
    if (!word.includes('@') || word.includes('://')) return word;
    const at = endOfUserInfo(word);
    const colon = word.indexOf(':');
    if (at < 0 || colon < 0 || colon > at || !/^[\w[]/.test(word.slice(at + 1))) return word;
    return `${word.slice(0, word.lastIndexOf('=', colon) + 1)}${REDACTED}${word.slice(at)}`;
  });

/** Takes the blocks of private keys out, also one that is cut. */
function cutPrivateKeys(text: string): string {
  const mark = 'PRIVATE KEY-----';
  let result = '';
  let kept = 0;
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, kept)) {
    const end = text.indexOf(mark, at + mark.length);
    result += `${text.slice(kept, at + mark.length)}${REDACTED}`;
    kept = end < 0 ? text.length : end + mark.length;
  }
  return result + text.slice(kept);
}

/** Takes the value of an `Authorization` out. */
const cutAuthorization = (text: string): string =>
  text.replace(/\b(Bearer|Basic)(\s{1,8}|%20|\+|\\u0020)([A-Za-z0-9+/_.~=-]{8,})/gi, (all, scheme: string, blank: string, value: string) =>
    MIXED.test(value) ? `${scheme}${blank}${REDACTED}` : all,
  );

/** Takes the values of secret fields out: of JSON (also of JSON within a quote), of forms, of settings. */
function cutNamed(text: string): string {
  let result = '';
  let kept = 0;
  NAMED.lastIndex = 0;
  for (let match = NAMED.exec(text); match !== null; match = NAMED.exec(text)) {
    const [, middle = '', quote] = match;
    const from = NAMED.lastIndex;
    const end = quote === undefined ? endOfBareValue(text, from, middle) : endOfQuote(text, from, quote);
    const value = text.slice(from, end);
    if (value.length < 3 || NO_VALUE.test(value)) continue;
    result += text.slice(kept, from) + REDACTED;
    kept = end;
    NAMED.lastIndex = end;
  }
  return result + text.slice(kept);
}

/** After a bare colon prose goes on; a long word of mixed letters is none. */
function endOfBareValue(text: string, from: number, middle: string): number {
  BARE_VALUE.lastIndex = from;
  const value = BARE_VALUE.exec(text)?.[0] ?? '';
  const prose = middle.includes(':') && !/["'“”„«»‘’‹›;]/.test(middle) && !(/^[A-Za-z0-9+/=_.-]{16,}$/.test(value) && MIXED.test(value));
  return prose ? from : from + value.length;
}

/** The end of a quoted value: before the quote that closes it. In: the opening quote, with the backslashes before it. A quote that is cut ends at the next blank. */
function endOfQuote(text: string, from: number, quote: string): number {
  const kind = /^["'`&\\]/.test(quote) ? undefined : TYPOGRAPHIC.find(signs => signs.test(quote));
  if (kind !== undefined) {
    const length = text.slice(from, from + 4096).search(kind);
    if (length >= 0) return from + length;
  }
  let at = text.indexOf(quote, from);
  // a quote behind a backslash of its own belongs to the value
  while (at > 0 && text[at - 1] === '\\' && at > from) at = text.indexOf(quote, at + quote.length);
  if (at >= 0) return at;
  const blank = text.slice(from, from + 4096).search(/\s/);
  return blank < 0 ? text.length : from + blank;
}

/** A user name for display: one that is shaped like a token is cut to four characters. */
export const showUser = (username: string): string => (looksLikeToken(username) ? username.slice(0, 4) : username);

/** Whether a text is shaped like a token: by its beginning, or long, of mixed kinds, and without any character that people separate words with. */
export function looksLikeToken(text: string): boolean {
  TOKEN.lastIndex = 0;
  if (TOKEN.test(text)) return true;
  if (/^[0-9a-f]{32,}$/i.test(text)) return true;
  return text.length >= 36 && /^[A-Za-z0-9/=+_.~-]+$/.test(text) && /[0-9]/.test(text) && /[a-z]/.test(text) && /[A-Z]/.test(text);
}
