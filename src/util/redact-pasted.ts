/**
 * Secrets in what a person pastes: a history of a shell, headers of a request, settings. They have forms that no node writes, so that they are cut out before the text is read.
 * Belongs here: those forms. Each step passes over the text once.
 */
import { REDACTED } from './secrets.ts';

/** A word of a command line, in quotes or not. */
const WORD = `(?:"[^"\\n]{0,4096}"|'[^'\\n]{0,4096}'|[^\\s"']{1,4096})`;
/** `--docker-password VALUE`, `--token=VALUE`. That a password comes from elsewhere (`--password-stdin`) is none. */
const FLAG = new RegExp(`(--?[\\w-]{0,40}(?:password|passwd|token|secret|api-?key))(\\s{1,8}|=)(?!-)${WORD}`, 'gi');
/** `-p VALUE` of a login. */
const LOGIN = new RegExp(`(\\blogin\\b[^\\n]{0,400}?\\s-p[ =]?)${WORD}`, 'gi');
/** `-u NAME:VALUE` of curl and others. */
const USER = /((?:^|\s)(?:-[a-zA-Z]{0,8}u|--user)[ =]?["']?[^\s:"']{1,256}:)[^\s"']{1,4096}/g;
/** Headers whose value is secret as a whole: at the beginning of a line or a quote, as a sentence may hold these words, too. */
const HEADER =
  /((?:^|["'>])[ \t]{0,4}(?:(?:set-)?cookie|(?:proxy-)?authorization|x-[\w-]{0,40}(?:auth|token|key))["']?[ \t]{0,4}:[ \t]{0,4}["']?)[^"'\n]{1,8192}/gim;
/** `password: VALUE`. A word of letters alone may be a sentence that goes on. */
const SETTING = /\b(password|passwd|passphrase|auth)(["']?\s{0,4}:\s{0,4}["']?)([^\s"',;]{3,4096})/gi;
const PLAIN_WORD = /^[A-Za-z][a-z]*[.:]?$/;
/** What may be `name:password` in base64. */
const BASE64 = /\b[A-Za-z0-9+/]{8,4096}={0,2}/g;
const LOGIN_PAIR = /^[\x21-\x39\x3b-\x7e]{1,256}:[\x20-\x7e]{1,2048}$/;

/** In: a text that a person pasted. Out: the same without what these forms hold. `redact` (redact.ts) comes after it. */
export const redactPasted = (text: string): string =>
  text
    .replace(FLAG, `$1$2${REDACTED}`)
    .replace(LOGIN, `$1${REDACTED}`)
    .replace(USER, `$1${REDACTED}`)
    .replace(HEADER, `$1${REDACTED}`)
    .replace(SETTING, (all, name: string, middle: string, value: string) => (PLAIN_WORD.test(value) ? all : `${name}${middle}${REDACTED}`))
    .replace(BASE64, word => (LOGIN_PAIR.test(atob64(word)) ? REDACTED : word));

const atob64 = (word: string): string => Buffer.from(word, 'base64').toString('latin1');
