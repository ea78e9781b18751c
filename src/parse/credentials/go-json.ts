/**
 * JSON as Go's encoding/json sees it. `JSON.parse` forgets what decides here: the order and the duplicates of keys, and Go's own
 * words for what is wrong with a text. Only those parts of the decoder that kubelet's pull-secret types touch are here.
 */

/** A JSON value as Go reads it. */
export type GoValue =
  | { type: 'null' }
  | { type: 'bool'; value: boolean }
  | { type: 'number'; text: string }
  | { type: 'string'; value: string }
  | { type: 'array'; items: GoValue[] }
  | { type: 'object'; members: [key: string, value: GoValue][] };

/** The value, or the error text of Go. */
export type GoParsed = { ok: true; value: GoValue } | { ok: false; error: string };

class GoSyntaxError extends Error {}

type Container = Extract<GoValue, { type: 'array' | 'object' }>;

const CLOSING = { array: ']', object: '}' };

/** As `strconv.Quote` does; Go's scanner sees bytes: of a character beyond ASCII it prints the first byte as if that were Latin-1. */
const quoteByte = (byte: string): string => {
  if (byte === "'") return `'\\''`;
  if (byte === '"') return `'"'`;
  const named = '\u0007\b\t\n\v\f\r\\'.indexOf(byte);
  if (named >= 0) return `'\\${'abtnvfr\\'[named]}'`;
  const hex = byte.charCodeAt(0).toString(16).padStart(2, '0');
  if (byte < ' ' || byte === '\x7f') return `'\\x${hex}'`;
  return /[\x80-\xa0\xad]/.test(byte) ? `'\\u00${hex}'` : `'${byte}'`;
};

const NOT_ASCII =
  /([\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})|[\x80-\xff]/g;

/** The text of UTF-8 bytes (one per character). Go puts U+FFFD for every invalid byte, Node one for a whole cut-off sequence. */
function fromUtf8(bytes: string): string {
  if (!/[\x80-\xff]/.test(bytes)) return bytes;
  const text = Buffer.from(bytes, 'latin1').toString('utf8');
  // the rest is for what is not valid
  if (!text.includes('\ufffd')) return text;
  return Buffer.from(
    bytes.replace(NOT_ASCII, (_byte, valid) => valid ?? '\xef\xbf\xbd'),
    'latin1',
  ).toString('utf8');
}

/**
 * Parses a whole text. In: the text, or its bytes (a BOM kept). Out: the value with every member in order, or the message that Go's
 * scanner gives. Source: Go encoding/json, scanner.go.
 */
export function parseGoJson(input: string | Uint8Array): GoParsed {
  /** One character per byte. */
  const text = Buffer.from(input).toString('latin1');
  let at = 0;
  const MAX_DEPTH = 10_000;
  /** Go's scanner ends a text with a blank: where none may stand, it complains about that one. */
  const fail = (context: string): never => {
    throw new GoSyntaxError(`invalid character ${quoteByte(text[at] ?? ' ')} ${context}`);
  };
  const failAtEnd = (): void => {
    if (at === text.length) throw new GoSyntaxError('unexpected end of JSON input');
  };
  const skipBlanks = (): void => {
    while (at < text.length && ' \t\r\n'.includes(text[at] as string)) at++;
  };
  const blank = (): void => {
    skipBlanks();
    failAtEnd();
  };
  const literal = (word: string): void => {
    for (let i = 0; i < word.length; i++, at++) {
      if (text[at] !== word[i]) fail(`in literal ${word} (expecting ${quoteByte(word[i] as string)})`);
    }
  };
  const digits = (context: string): void => {
    if (!/[0-9]/.test(text[at] ?? '')) fail(context);
    while (/[0-9]/.test(text[at] ?? '')) at++;
  };
  const number = (): string => {
    const start = at;
    if (text[at] === '-') at++;
    if (text[at] === '0') at++;
    else digits('in numeric literal');
    if (text[at] === '.') {
      at++;
      digits('after decimal point in numeric literal');
    }
    if (text[at] === 'e' || text[at] === 'E') {
      at++;
      if (text[at] === '+' || text[at] === '-') at++;
      digits('in exponent of numeric literal');
    }
    return text.slice(start, at);
  };
  const string = (): string => {
    const start = at++;
    for (;;) {
      failAtEnd();
      const char = text[at] as string;
      if (char === '"') break;
      if (char < ' ') fail('in string literal');
      if (char === '\\') {
        at++;
        if (text[at] === 'u') {
          for (let i = 0; i < 4; i++) {
            at++;
            if (!/[0-9a-fA-F]/.test(text[at] ?? '')) fail('in \\u hexadecimal character escape');
          }
        } else if (!'bfnrt\\/"'.includes(text[at] ?? ' ')) fail('in string escape code');
      }
      at++;
    }
    at++;
    return (JSON.parse(fromUtf8(text.slice(start, at))) as string).replace(/\p{Surrogate}/gu, '\ufffd');
  };
  /** A whole value, or an array or object that has just begun. */
  const begin = (): GoValue => {
    blank();
    const char = text[at] as string;
    switch (char) {
      case '{':
        return { type: 'object', members: [] };
      case '[':
        return { type: 'array', items: [] };
      case '"':
        return { type: 'string', value: string() };
      case 't':
      case 'f':
        literal(char === 't' ? 'true' : 'false');
        return { type: 'bool', value: char === 't' };
      case 'n':
        literal('null');
        return { type: 'null' };
      default:
        if (!/[-0-9]/.test(char)) fail('looking for beginning of value');
        return { type: 'number', text: number() };
    }
  };
  /** The key of the next member, which gets its value later. */
  const memberKey = (into: Container): void => {
    if (into.type === 'array') return;
    blank();
    if (text[at] !== '"') fail('looking for beginning of object key string');
    const key = string();
    blank();
    if (text[at] !== ':') fail('after object key');
    at++;
    into.members.push([key, { type: 'null' }]);
  };
  /** Adds a value to what it stands in. Out: whether another one follows there. */
  const addTo = (into: Container, value: GoValue): boolean => {
    if (into.type === 'array') into.items.push(value);
    else (into.members.at(-1) as [string, GoValue])[1] = value;
    blank();
    const char = text[at];
    if (char !== ',' && char !== CLOSING[into.type]) fail(into.type === 'array' ? 'after array element' : 'after object key:value pair');
    at++;
    return char === ',';
  };
  /** A loop with a stack, because Go allows a depth that recursion does not reach here. */
  const whole = (): GoValue => {
    const open: Container[] = [];
    for (;;) {
      let value = begin();
      if (value.type === 'array' || value.type === 'object') {
        if (open.length === MAX_DEPTH) fail('exceeded max depth');
        at++;
        blank();
        if (text[at] !== CLOSING[value.type]) {
          memberKey(value);
          open.push(value);
          continue;
        }
        at++;
      }
      for (;;) {
        const into = open.at(-1);
        if (into === undefined) return value;
        if (addTo(into, value)) {
          memberKey(into);
          break;
        }
        value = open.pop() as GoValue;
      }
    }
  };
  try {
    const parsed = whole();
    skipBlanks();
    if (at < text.length) fail('after top-level value');
    return { ok: true, value: parsed };
  } catch (error) {
    if (error instanceof GoSyntaxError) return { ok: false, error: error.message };
    throw error;
  }
}

/**
 * Whether a JSON key reaches the struct field `name`: exactly, or by the decoder's case folding (ASCII case, and the two code
 * points that fold into ASCII letters, U+017F and U+212A). Source: Go encoding/json, fold.go.
 */
export function keyMatchesField(key: string, name: string): boolean {
  // folding changes no length
  if (key.length !== name.length) return false;
  const fold = (text: string): string =>
    text
      .replace(/\u017f/g, 's')
      .replace(/\u212a/g, 'k')
      .replace(/[A-Z]/g, letter => letter.toLowerCase());
  return fold(key) === fold(name);
}

/** The type's name in Go's UnmarshalTypeError ("number", "array", …). */
export const goTypeName = (value: GoValue): string => value.type;
