/**
 * kubectl's JSONPath templates as trees. Belongs here: the grammar. kubectl's dialect is not Goessner's and not RFC 9535: it has text around `{…}`, `range … end`, several paths in
 * one template, `\` before a dot in a name, and `['a.b']` is a path of two fields. No npm library reads it (jsonpath, jsonpath-plus, jsonpathly and json-p3 read the other two), so
 * that it is read here, and compared with the Go library itself: test/fixtures/jsonpath. Pure. Source: client-go, util/jsonpath/parser.go.
 */

import { withoutTrailing } from '../../util/text.ts';

/** Ends of a slice, and its step; null where the end of the list, or 1, is meant. */
export interface Slice {
  start: number;
  end: number | null;
  /** `end` is one behind `start`: an index was written. */
  isIndex: boolean;
  step: number | null;
}

/** A part of a template. `at` is where it stands, in characters from 1. */
export type Node = { at: number } & (
  | { kind: 'text'; text: string }
  | { kind: 'list'; nodes: Node[] }
  | { kind: 'field'; name: string }
  | { kind: 'wildcard' }
  | { kind: 'recursive' }
  | { kind: 'union'; lists: Node[][] }
  | { kind: 'slice'; slice: Slice }
  | { kind: 'filter'; left: Node[]; operator: string | null; right: Node[] }
  | { kind: 'number'; value: number; isFloat: boolean }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'word'; word: string }
);

/** What is wrong with a template, or with a value where it leads to, and where in the template. */
export class TemplateError extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

/** In: a template. Out: its parts: texts, and lists of what stands in braces. Throws TemplateError. */
export const parseTemplate = (text: string): Node[] => new Parser(text, 1).parse();

const TERMINATOR = /[ \t\r\n.,[\]$@{}]/;
const DIGIT = /\p{Nd}/u;
const WORD = /[\p{L}\p{Nd}_]/u;
const QUOTED_FIELD = /^'([^']*)'$/;
const SLICE = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/;
const OPERATOR = /[!<>=]+/;
/** Filters within filters, and unions within unions. */
const MAX_DEPTH = 50;

class Parser {
  #at = 0;
  readonly #root: Node[] = [];

  /** `first` is the position of the first character in the whole template. */
  constructor(
    readonly input: string,
    readonly first: number,
    readonly depth = 0,
  ) {}

  parse(): Node[] {
    if (this.depth > MAX_DEPTH) throw this.#error('it is nested too deep', 0);
    while (this.#at < this.input.length) {
      const open = this.input.indexOf('{', this.#at);
      const end = open < 0 ? this.input.length : open;
      if (end > this.#at) this.#root.push({ kind: 'text', text: this.input.slice(this.#at, end), at: this.#position(this.#at) });
      this.#at = end;
      if (open < 0) break;
      const nodes: Node[] = [];
      this.#root.push({ kind: 'list', nodes, at: this.#position(open) });
      this.#at = open + 1;
      this.#parseAction(nodes, open);
    }
    return this.#root;
  }

  #position = (at: number): number => this.first + at;
  #error = (message: string, at = this.#at): TemplateError => new TemplateError(message, this.#position(at));

  /** What stands in braces, up to the closing one. */
  #parseAction(nodes: Node[], open: number): void {
    for (;;) {
      const start = this.#at;
      const sign = this.input[start];
      if (sign === undefined || sign === '\r' || sign === '\n') throw this.#error('the "{" is not closed', open);
      if (this.input.startsWith('[?(', start)) this.#parseFilter(nodes);
      else if (this.input.startsWith('..', start)) this.#parseRecursive(nodes);
      else if (sign === '}') {
        this.#at++;
        return;
      } else if (sign === ' ' || sign === '@' || sign === '$') this.#at++;
      else if (sign === '[') this.#parseBrackets(nodes);
      else if (sign === '"' || sign === "'") this.#parseQuoted(nodes, sign);
      else if (sign === '.') {
        this.#at++;
        this.#parseField(nodes, start);
      } else if (sign === '+' || sign === '-' || this.#is(DIGIT)) this.#parseNumber(nodes);
      else if (this.#is(WORD)) this.#parseWord(nodes);
      else throw this.#error(`unexpected "${String.fromCodePoint(this.input.codePointAt(start) as number)}"`);
    }
  }

  #is = (pattern: RegExp): boolean =>
    this.#at < this.input.length && pattern.test(String.fromCodePoint(this.input.codePointAt(this.#at) as number));

  #parseWord(nodes: Node[]): void {
    const start = this.#at;
    while (this.#at < this.input.length && !TERMINATOR.test(this.input[this.#at] as string)) this.#at++;
    const word = this.input.slice(start, this.#at);
    const at = this.#position(start);
    nodes.push(word === 'true' || word === 'false' ? { kind: 'boolean', value: word === 'true', at } : { kind: 'word', word, at });
  }

  #parseRecursive(nodes: Node[]): void {
    if (nodes.at(-1)?.kind === 'recursive') throw this.#error('".." stands twice');
    nodes.push({ kind: 'recursive', at: this.#position(this.#at) });
    this.#at += 2;
    if (this.#is(WORD)) this.#parseField(nodes, this.#at);
  }

  /** A name up to an end that has no backslash before it. */
  #parseField(nodes: Node[], start: number): void {
    const from = this.#at;
    while (this.#at < this.input.length && !TERMINATOR.test(this.input[this.#at] as string)) {
      if (this.input[this.#at] === '\\') this.#at++;
      this.#at++;
    }
    this.#at = Math.min(this.#at, this.input.length);
    const name = this.input.slice(from, this.#at);
    const at = this.#position(start);
    nodes.push(name === '*' ? { kind: 'wildcard', at } : { kind: 'field', name: name.replaceAll('\\', ''), at });
  }

  #parseNumber(nodes: Node[]): void {
    const start = this.#at;
    if (this.input[start] === '+' || this.input[start] === '-') this.#at++;
    while (this.input[this.#at] === '.' || this.#is(DIGIT)) this.#at++;
    const text = this.input.slice(start, this.#at);
    const isWhole = /^[+-]?\d+$/.test(text);
    if (!isWhole && !/^[+-]?\d+\.\d*$/.test(text)) throw this.#error(`"${text}" is no number`, start);
    nodes.push({ kind: 'number', value: Number(text), isFloat: !isWhole, at: this.#position(start) });
  }

  #parseQuoted(nodes: Node[], quote: string): void {
    const start = this.#at;
    let end = start;
    do {
      end++;
      if (this.input[end] === undefined || this.input[end] === '\n') throw this.#error('the quotation mark is not closed', start);
    } while (this.input[end] !== quote || this.input[end - 1] === '\\');
    this.#at = end + 1;
    const text = unquote(this.input.slice(start + 1, end), quote);
    if (text === null) throw this.#error('an escape in the quoted text is not valid', start);
    nodes.push({ kind: 'text', text, at: this.#position(start) });
  }

  /** The trees of a part that stands in braces of its own. In: the part, and where it begins. */
  #parsePart(part: string, start: number): Node[] {
    const [first] = new Parser(`{${part}}`, this.#position(start) - 1, this.depth + 1).parse();
    return first?.kind === 'list' ? first.nodes : [];
  }

  #parseBrackets(nodes: Node[]): void {
    const start = this.#at;
    const end = this.input.indexOf(']', start);
    const line = this.input.indexOf('\n', start);
    if (end < 0 || (line >= 0 && line < end)) throw this.#error('the "[" is not closed', start);
    this.#at = end + 1;
    const inside = this.input.slice(start + 1, end);
    const text = inside === '*' ? ':' : inside;
    const at = this.#position(start);
    if (text.includes(',')) {
      let from = start + 1;
      const lists = text.split(',').map(part => {
        const own = this.#parsePart(`[${withoutTrailing(part.replace(/^ +/, ''), ' ')}]`, from);
        from += part.length + 1;
        return own;
      });
      nodes.push({ kind: 'union', lists, at });
      return;
    }
    const field = QUOTED_FIELD.exec(text)?.[1];
    if (field !== undefined) nodes.push(...this.#parsePart(`.${field}`, start + 1));
    else nodes.push({ kind: 'slice', slice: this.#readSlice(text, start), at });
  }

  #readSlice(text: string, start: number): Slice {
    const match = SLICE.exec(text);
    if (match === null) throw this.#error(`"${text}" is no index`, start);
    const numberOf = (part: string): number => {
      if (!/^-?\d+$/.test(part) || !Number.isSafeInteger(Number(part))) throw this.#error(`"${part}" is no index`, start);
      return Number(part);
    };
    const [, from = '', to, step = ''] = match;
    const first = from === '' ? 0 : numberOf(from);
    const last = to === undefined ? first + 1 : to === ':' ? null : numberOf(to.slice(1));
    return { start: first, end: last, isIndex: to === undefined, step: step.length < 2 ? null : numberOf(step.slice(1)) };
  }

  #parseFilter(nodes: Node[]): void {
    const start = this.#at;
    const from = start + '[?('.length;
    const end = this.#endOfFilter(from, start);
    if (this.input[end + 1] !== ']') throw this.#error('"]" is expected after ")"', end + 1);
    this.#at = end + 2;
    const text = this.input.slice(from, end);
    const at = this.#position(start);
    const comparison = comparisonIn(text);
    if (comparison === null) {
      nodes.push({ kind: 'filter', left: this.#parsePart(text, from), operator: null, right: [], at });
      return;
    }
    const { left, operator, right } = comparison;
    const parts = [this.#parsePart(left, from), this.#parsePart(right, from + left.length + operator.length)] as const;
    nodes.push({ kind: 'filter', left: parts[0], operator, right: parts[1], at });
  }

  /** Where the closing parenthesis is: within the first quotes none counts. */
  #endOfFilter(from: number, start: number): number {
    let quote = '';
    let isClosed = false;
    for (let at = from; at < this.input.length; at++) {
      const sign = this.input[at] as string;
      if (sign === '\n') break;
      if (sign === '"' || sign === "'") {
        if (quote === '') quote = sign;
        else if (sign === quote && this.input[at - 1] !== '\\') isClosed = true;
      } else if (sign === ')' && (quote !== '') === isClosed) return at;
    }
    throw this.#error('the filter "[?(" is not closed', start);
  }
}

/** The two sides of a comparison and the operator, null where a filter compares nothing. Of an operator at the end the last sign is the right side. */
function comparisonIn(text: string): { left: string; operator: string; right: string } | null {
  const match = OPERATOR.exec(text);
  if (match === null || match.index === 0) return null;
  const end = Math.min(match.index + match[0].length, text.length - 1);
  if (end === match.index) return null;
  return { left: text.slice(0, match.index), operator: text.slice(match.index, end), right: text.slice(end) };
}

const ESCAPE = /\\(?:([abfnrtv\\'"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))/y;
const SIMPLE: Record<string, string> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** A text with Go's escapes; null where one is none. In: also the mark around it, the only one that a backslash may stand before. Source: Go, strconv.UnquoteChar. */
function unquote(text: string, quote: string): string | null {
  const bytes: Buffer[] = [];
  for (let at = 0; at < text.length; ) {
    if (text[at] !== '\\') {
      const end = text.indexOf('\\', at) < 0 ? text.length : text.indexOf('\\', at);
      bytes.push(Buffer.from(text.slice(at, end)));
      at = end;
      continue;
    }
    ESCAPE.lastIndex = at;
    const match = ESCAPE.exec(text);
    if (match === null) return null;
    const [whole, simple, byte, short, long, octal] = match;
    if ((simple === "'" || simple === '"') && simple !== quote) return null;
    const code = Number.parseInt(short ?? long ?? '0', 16);
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return null;
    const single = byte === undefined ? Number.parseInt(octal ?? '0', 8) : Number.parseInt(byte, 16);
    if (single > 0xff) return null;
    if (simple !== undefined) bytes.push(Buffer.from(SIMPLE[simple] as string));
    else bytes.push((byte ?? octal) === undefined ? Buffer.from(String.fromCodePoint(code)) : Buffer.from([single]));
    at += whole.length;
  }
  return Buffer.concat(bytes).toString('utf8');
}
