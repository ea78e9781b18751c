/**
 * Secrets taken out of pull secrets, whose form stays: what kubelet says of the text, which keys and users stand in it, and every defect that can be
 * seen are the same afterwards. Belongs here: what is put in the place of a password, and how the texts around it are written again. Pure.
 */

import { KEY_OF_TYPE } from '../../model/credential.ts';
import type { Secret } from '../../model/kubernetes.ts';
import { looksLikeToken, redact } from '../../util/redact.ts';
import { isReplaced, REPLACED, SECRETS } from '../../util/secrets.ts';
import { withoutTrailing } from '../../util/text.ts';
import { decodeGoBase64 } from './go-base64.ts';
import { keyMatchesField, parseGoJson } from './go-json.ts';
import { isPadded } from './pull-secret.ts';

/** What was replaced, by kind; what stands several times counts once. */
export type ReplacedKind = 'password' | 'token' | 'key' | 'other value';

/** The texts that one collection puts in the place of secrets: one secret has one number wherever it stands, and nothing tells which. */
export class Replacements {
  readonly #numbers = new Map<string, number>();
  readonly #kinds = new Map<string, ReplacedKind>();

  /** In: a secret, and what it is. Out: the text that takes its place. */
  markOf(secret: string, kind: ReplacedKind): string {
    const number = this.#numbers.get(secret) ?? this.#numbers.size + 1;
    this.#numbers.set(secret, number);
    if (!this.#kinds.has(secret) || kind !== 'other value') this.#kinds.set(secret, kind);
    return `${REPLACED}${number}`;
  }

  /** How many secrets of each kind were replaced. */
  counts(): [ReplacedKind, number][] {
    const counts = new Map<ReplacedKind, number>();
    for (const kind of this.#kinds.values()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return [...counts];
  }
}

/** Blanks that `findTypo` sees around a text. */
const BLANK = /[\s\u200b\ufeff]/;
/** Beginnings that tell the kind of a token. */
const PREFIX =
  /^(?:gh[pousr]_|github_pat_|gl[a-z]{1,6}t-|dckr_[a-z]{2,5}_|npm_|hvs\.|xox[a-z]-|ya29\.|AKIA|ASIA|AKCp)(?=[A-Za-z0-9_.-]{8})/;
const JWT = /^eyJ[A-Za-z0-9_-]*\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*$/;
/** What of the key file of a service account is no secret: its type, and who it is. */
const PLAIN_OF_ACCOUNT = /^(?:service_account|authorized_user|[a-z0-9.-]{1,64}@[a-z0-9.-]{1,128}\.gserviceaccount\.com)$/;
/** What `credsStore` and `credHelpers` usually name. */
const HELPER = /^(?:desktop|osxkeychain|wincred|pass|secretservice|ecr-login|gcloud|gcr|acr-env|acr-linux|acr|none|store)$/;
/** The fields of a docker config that are no secret, besides the user name. */
const FIELDS = 'auths auth username password email HttpHeaders credsStore credHelpers identitytoken registrytoken serveraddress'.split(' ');
/** Those whose keys are names. */
const HOLDS_NAMES: ReadonlySet<string> = new Set(['auths', 'HttpHeaders', 'credHelpers']);
const LITERALS = ['true', 'false', 'null'];

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
const base64url = (text: string): string => Buffer.from(text, 'utf8').toString('base64url');

/** A text as what stands before, within and behind: by default its blanks, else such characters. */
function parts(text: string, outside = BLANK): [before: string, core: string, after: string] {
  let from = 0;
  let to = text.length;
  while (from < to && outside.test(text[from] as string)) from++;
  while (to > from && outside.test(text[to - 1] as string)) to--;
  return [text.slice(0, from), text.slice(from, to), text.slice(to)];
}

/**
 * The text that takes the place of a password: with its blanks and quotation marks, the kind of token and the end that it states of itself, or the form of a key file. Neither its
 * length nor any other of its characters are kept.
 */
export function standIn(password: string, replacements: Replacements, kind: ReplacedKind = 'password'): string {
  const [before, core, after] = parts(password);
  if (core === '' || isReplaced(core)) return password;
  const quote = core[0] as string;
  if (core.length > 1 && (quote === '"' || quote === "'") && core.endsWith(quote))
    return `${before}${quote}${standIn(core.slice(1, -1), replacements, kind)}${quote}${after}`;
  return `${before}${shapeOf(core, replacements, kind)}${after}`;
}

function shapeOf(core: string, replacements: Replacements, kind: ReplacedKind): string {
  const payload = JWT.exec(core)?.[1];
  if (payload !== undefined) {
    const mark = replacements.markOf(core, 'token');
    const exp = endOf(payload);
    return exp === null ? mark : `${base64url('{"alg":"none"}')}.${base64url(JSON.stringify({ exp }))}.${mark}`;
  }
  const account = jsonOf(core);
  if (account !== null) {
    const mark = replacements.markOf(core, 'key');
    const isPlain = (value: unknown): boolean => typeof value === 'string' && PLAIN_OF_ACCOUNT.test(value);
    return JSON.stringify(Object.fromEntries(Object.entries(account).map(([key, value]) => [key, isPlain(value) ? value : mark])));
  }
  const encoded = core.length > 64 && /^[A-Za-z0-9+/]+={0,2}$/.test(core) ? jsonOf(Buffer.from(core, 'base64').toString('utf8')) : null;
  if (encoded !== null) return base64(shapeOf(Buffer.from(core, 'base64').toString('utf8'), replacements, kind));
  const prefix = PREFIX.exec(core)?.[0];
  if (prefix !== undefined) return `${prefix}${replacements.markOf(core, 'token')}`;
  const mark = replacements.markOf(core, core.includes('PRIVATE KEY') ? 'key' : kind);
  // a placeholder of a guide, or a variable that no shell filled in
  if (/^<[^<>]+>$/.test(core)) return `<${mark}>`;
  return /^\$\{\w+\}$/.test(core) ? `\${${mark}}` : mark;
}

/** The end that the payload of a JWT states, null where it states none. */
function endOf(payload: string): number | null {
  const { exp } = jsonOf(Buffer.from(payload, 'base64url').toString('utf8')) ?? {};
  return typeof exp === 'number' ? exp : null;
}

function jsonOf(text: string): Record<string, unknown> | null {
  if (!text.trimStart().startsWith('{')) return null;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}

/** A user name: one that is a token is cut to four characters, as where it is shown. */
function userOf(username: string, replacements: Replacements): string {
  const [, core, after] = parts(username);
  if (core === '' || isReplaced(core)) return username;
  if (!looksLikeToken(username)) return SECRETS.remove(username);
  replacements.markOf(core, 'token');
  return `${username.slice(0, 4)}${after}`;
}

/** `user:password`. */
const pairOf = (user: string, password: string, replacements: Replacements): string =>
  `${userOf(user, replacements)}:${standIn(password, replacements)}`;

/** New base64 in the way in which the old was written: alphabet, padding, folded lines and a line end behind it. */
function likeOld(encoded: string, old: string): string {
  const [before, core, after] = parts(old);
  const bare = core.replace(/\s/g, '');
  let text = encoded;
  if (/[-_]/.test(bare)) text = text.replaceAll('+', '-').replaceAll('/', '_');
  if (!bare.endsWith('=') && bare.length % 4 !== 0) text = withoutTrailing(text, '=');
  const fold = /\s+/.exec(core);
  if (fold === null) return before + text + after;
  const width = Math.max(1, Math.min(fold.index, Math.ceil(text.length / 2)));
  const lines = Array.from({ length: Math.ceil(text.length / width) }, (_, line) => text.slice(line * width, (line + 1) * width));
  return before + lines.join(fold[0]) + after;
}

/** Whether bytes are a text that somebody wrote. */
const isText = (text: string): boolean => text !== '' && !/[\0-\b\u000e-\u001f\ufffd]/.test(text);

/** The value of an `auth` field. */
function authOf(auth: string, replacements: Replacements): string {
  if (auth === '' || Buffer.from(auth, 'base64').includes(REPLACED.slice(0, 12))) return auth;
  const decoded = decodeGoBase64(auth, isPadded(auth));
  if (!decoded.ok) return illegalLike(auth, decoded.error, replacements);
  const inner = decoded.bytes.toString('utf8');
  const colon = inner.indexOf(':');
  if (colon >= 0) return likeOld(base64(pairOf(inner.slice(0, colon), inner.slice(colon + 1), replacements)), auth);
  const twice = Buffer.from(inner, 'base64').toString('utf8');
  if (isText(twice) && twice.includes(':') && /^[A-Za-z0-9+/=\s]+$/.test(inner)) return likeOld(base64(authOf(inner, replacements)), auth);
  const stand = standIn(inner, replacements, 'token');
  return likeOld(base64(stand.includes(':') ? replacements.markOf(inner, 'token') : stand), auth);
}

/** What stands behind base64. */
const PADDING = /[=\s]/;
/** Characters outside of the alphabet of base64 that tell a way of writing, and nothing of a secret. */
const TELLING = /[-_=:\s]/;

/** An `auth` that is no base64, at the same byte. In: the error of Go. */
function illegalLike(auth: string, error: string, replacements: Replacements): string {
  const at = Number(error.split(' ').at(-1));
  const bytes = Buffer.from(auth, 'utf8').toString('latin1');
  const [, , tail] = parts(auth, PADDING);
  const isSame = (text: string): boolean => {
    const decoded = decodeGoBase64(text, isPadded(text));
    return !decoded.ok && decoded.error === error;
  };
  const mark = replacements.markOf(auth, 'password');
  const colon = bytes.indexOf(':');
  // what stands before a colon may be a part of the password
  const before = bytes
    .slice(0, Math.max(colon, 0))
    .replace(/[A-Za-z0-9+/]/g, 'u')
    .replace(/[^u_=\s-]/g, '!');
  if (colon >= 0 && isSame(`${before}:${mark}${tail}`)) return `${before}:${mark}${tail}`;
  const urlSafe = /^[A-Za-z0-9_-]+={0,2}\s*$/.test(auth) ? Buffer.from(auth, 'base64url').toString('utf8') : '';
  const user = isText(urlSafe) && urlSafe.includes(':') ? `${userOf(urlSafe.slice(0, urlSafe.indexOf(':')), replacements)}:` : '';
  const filler = withoutTrailing(base64(user + mark), '=');
  const illegal = TELLING.test(bytes[at] ?? '') ? (bytes[at] as string) : '!';
  const short = `${filler.slice(0, at).padEnd(at, 'A')}${illegal}${filler.slice(at + 1)}${tail}`;
  if (at < bytes.length && isSame(short)) return short;
  // its length is what the error tells
  return [...bytes]
    .map((char, index) => (PADDING.test(char) || index === at ? (TELLING.test(char) ? char : '!') : (filler[index] ?? 'A')))
    .join('');
}

/** The field of a docker config that a key stands for, as Go folds it; null for any other key. */
const fieldOf = (key: string): string | null => FIELDS.find(field => keyMatchesField(key, field)) ?? null;

/** A host, with or without a scheme and a path. */
const HOST = /^(?:https?:\/\/)?(?:localhost\b|[\w-]+[.:])[\w.:/*?[\]-]*$/;

/**
 * A key of an object: a registry, or the name of a field. User info and queries of an address go. In: whether it is the name of something for sure; otherwise it may be a part of a password,
 * unless it is a host.
 */
function keyOf(key: string, isName: boolean, replacements: Replacements): string {
  if (fieldOf(key) !== null || isReplaced(key)) return key;
  if (!isName && !HOST.test(key)) return replacements.markOf(key, 'other value');
  return SECRETS.remove(/[@?]/.test(key) ? redact(key) : key);
}

/** A text of JSON. In: the key that it is the value of. */
function valueLike(key: string, value: string, replacements: Replacements): string {
  switch (fieldOf(key)) {
    case 'auth':
      return authOf(value, replacements);
    case 'username':
      return userOf(value, replacements);
    case 'password':
      return standIn(value, replacements);
    case 'identitytoken':
    case 'registrytoken':
      return standIn(value, replacements, 'token');
    default:
      return HELPER.test(value) ? value : standIn(value, replacements, 'other value');
  }
}

/** Where a text of JSON stands. */
interface Open {
  isObject: boolean;
  key: string;
  expectsKey: boolean;
}

/**
 * JSON with every secret replaced, be it whole or not: what stands between its texts stays, and so does what Go finds wrong with it. In and out: one
 * character a byte.
 */
function jsonLike(text: string, replacements: Replacements): string {
  let result = '';
  let at = 0;
  let isFirstWord = true;
  const isWhole = parseGoJson(Buffer.from(text, 'latin1')).ok;
  const open: Open[] = [];
  while (at < text.length) {
    const char = text[at] as string;
    const inside = open.at(-1);
    if (/[\s{}[\]:,]/.test(char)) {
      if (char === '{' || char === '[') {
        open.push({ isObject: char === '{', key: inside?.isObject === false ? inside.key : (inside?.key ?? ''), expectsKey: char === '{' });
      } else if (char === '}' || char === ']') open.pop();
      else if (inside?.isObject && char === ',') inside.expectsKey = true;
      else if (inside?.isObject && char === ':') inside.expectsKey = false;
      result += char;
      at++;
    } else if (char === '"') {
      const literal = literalAt(text, at);
      at += literal.raw.length;
      if (inside?.expectsKey) {
        inside.key = literal.value;
        result += written(literal, keyOf(literal.value, isWhole || HOLDS_NAMES.has(fieldOf(open.at(-2)?.key ?? '') ?? ''), replacements));
      } else result += written(literal, valueLike(inside?.key ?? '', literal.value, replacements));
    } else {
      const word = /^[^\s{}[\]:,"]+/.exec(text.slice(at, at + 4096))?.[0] ?? char;
      at += word.length;
      result += wordLike(word, isFirstWord, replacements);
      isFirstWord &&= LITERALS.includes(word);
    }
  }
  return result;
}

/** A text of JSON as it is written, and what it says. */
interface Literal {
  raw: string;
  value: string;
  /** What Go refuses in it, null where nothing is wrong. */
  bad: string | null;
  isClosed: boolean;
}

function literalAt(text: string, from: number): Literal {
  let to = from + 1;
  while (to < text.length && text[to] !== '"') to += text[to] === '\\' ? 2 : 1;
  const isClosed = to < text.length;
  const raw = text.slice(from, isClosed ? to + 1 : text.length);
  const inner = raw.slice(1, isClosed ? -1 : undefined);
  const bad = inner.match(BAD)?.[0] ?? null;
  const utf8 = Buffer.from(inner, 'latin1').toString('utf8');
  const whole = utf8.replace(BAD, found => (found < ' ' ? JSON.stringify(found).slice(1, -1) : found.slice(1)));
  try {
    return { raw, value: JSON.parse(`"${whole}"`) as string, bad, isClosed };
  } catch {
    return { raw, value: utf8, bad, isClosed };
  }
}

/** What Go refuses in a text of JSON: a control character, and an escape that it does not know. */
const BAD = /[\0-\x1f]|\\(?:u(?![0-9a-fA-F]{4})|[^bfnrtu\\/"]|$)/g;

/** A literal with another value; the very same where the value is. */
function written({ raw, value, bad, isClosed }: Literal, text: string): string {
  if (text === value) return raw;
  const escaped = Buffer.from(JSON.stringify(text).slice(1, -1), 'utf8').toString('latin1');
  const end = isClosed ? '"' : '';
  if (bad === null) return `"${escaped}${end}`;
  // a line end that stays is written as it was
  const mark = bad < ' ' ? JSON.stringify(bad).slice(1, -1) : '';
  return mark !== '' && escaped.includes(mark) ? `"${escaped.replaceAll(mark, bad)}${end}` : `"${escaped}${bad}${end}`;
}

/** What is no text of JSON. The first character of the first one is what Go complains about. */
function wordLike(word: string, isFirst: boolean, replacements: Replacements): string {
  const [, bare] = parts(word, /['`]/);
  if (isReplaced(word) || LITERALS.some(one => one.startsWith(word)) || fieldOf(bare) !== null || /^[^A-Za-z0-9\x80-\xff]{1,2}$/.test(word))
    return word;
  if (/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(word) && !/^-?0\d/.test(word)) return '0';
  const mark = replacements.markOf(Buffer.from(bare, 'latin1').toString('utf8'), 'other value');
  if (!isFirst) return mark;
  const number = /^-?0\d/.exec(word)?.[0];
  if (number !== undefined) return number + mark;
  const literal = LITERALS.find(one => one[0] === word[0]);
  let kept = 1;
  while (literal !== undefined && kept < literal.length && word[kept - 1] === literal[kept - 1]) kept++;
  return word.slice(0, kept) + mark;
}

const UTF8_BOM = '\xef\xbb\xbf';

/** Bytes (one per character) of a value of a pull secret, with every secret in them replaced. */
function documentLike(bytes: string, replacements: Replacements): string {
  if (bytes.startsWith(UTF8_BOM)) return UTF8_BOM + documentLike(bytes.slice(UTF8_BOM.length), replacements);
  if (/^(?:\xff\xfe|\{\0)/.test(bytes)) {
    const text = Buffer.from(Buffer.from(bytes, 'latin1').toString('utf16le'), 'utf8').toString('latin1');
    const safe = jsonLike(text.replace(/^\xef\xbb\xbf/, ''), replacements);
    return (
      (bytes.startsWith('\xff') ? '\xff\xfe' : '') + Buffer.from(Buffer.from(safe, 'latin1').toString('utf8'), 'utf16le').toString('latin1')
    );
  }
  const [before, core, after] = parts(bytes);
  if (core === '') return bytes;
  if (/^['"`]?[{[]/.test(core)) return before + jsonLike(core, replacements) + after;
  const quotedJson = core.startsWith('"') ? literalAt(core, 0) : null;
  if (quotedJson !== null && quotedJson.raw === core) {
    if (jsonOf(quotedJson.value) === null) return before + written(quotedJson, standIn(quotedJson.value, replacements)) + after;
    const inner = Buffer.from(quotedJson.value, 'utf8').toString('latin1');
    return before + written(quotedJson, Buffer.from(jsonLike(inner, replacements), 'latin1').toString('utf8')) + after;
  }
  if (/^[A-Za-z0-9+/_=\s-]{8,}$/.test(core)) {
    const inner = Buffer.from(core, 'base64').toString('latin1');
    if (/^\s*[{[]/.test(inner)) return likeOld(Buffer.from(documentLike(inner, replacements), 'latin1').toString('base64'), bytes);
    // what belongs into an `auth` stands alone
    if (isText(Buffer.from(inner, 'latin1').toString('utf8')) && inner.includes(':')) return before + authOf(core, replacements) + after;
  }
  return before + otherLike(core, replacements) + after;
}

/** What is no docker config at all: its first character, which Go complains about, and whether a colon stands in it. */
function otherLike(core: string, replacements: Replacements): string {
  const word = wordLike(core.split(/[\s{}[\]:,"]/)[0] || '-', true, replacements);
  return core.includes(':') && !word.includes(':') ? `${word}:` : word;
}

/**
 * A secret without its secrets. In: the secret, and the texts that take their places. Out: the same type and keys, and values that kubelet reads alike, as
 * far as that can be; what was read of them is compared by the caller.
 */
export function replaceValues({ metadata, type, data, stringData }: Secret, replacements: Replacements): Secret {
  const isForPulls = KEY_OF_TYPE.has(type ?? '');
  const safe = (bytes: string): string =>
    isForPulls || /^\s*[{[]/.test(bytes) ? documentLike(bytes, replacements) : standIn(bytes, replacements, 'other value');
  const ofData = (value: string): string => {
    // written into `data` without base64, which no API server takes
    if (/^\s*\{/.test(value)) return Buffer.from(safe(Buffer.from(value, 'utf8').toString('latin1')), 'latin1').toString('utf8');
    const bytes = Buffer.from(value, 'base64').toString('latin1');
    return bytes === '' ? '' : likeOld(Buffer.from(safe(bytes), 'latin1').toString('base64'), value);
  };
  const ofText = (value: string): string => Buffer.from(safe(Buffer.from(value, 'utf8').toString('latin1')), 'latin1').toString('utf8');
  const map = (values: Record<string, string> | undefined, replace: (value: string) => string): Record<string, string> | undefined =>
    values && Object.fromEntries(Object.entries(values).map(([key, value]) => [key, replace(value)]));
  const [own, plain] = [map(data, ofData), map(stringData, ofText)];
  return { metadata, ...(type === undefined ? {} : { type }), ...(own && { data: own }), ...(plain && { stringData: plain }) };
}
