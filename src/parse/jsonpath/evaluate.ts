/**
 * Values that a JSONPath template leads to. Belongs here: what each part of a template selects, as kubectl's library does, its corners included (a range without an end, an index out
 * of bounds, a filter on what is no list). The values of an object have the order of the document, where Go has none. Pure. Source: client-go, util/jsonpath/jsonpath.go.
 */
import type { Path } from '../documents.ts';
import { isObject } from '../shape.ts';
import { type Node, type Slice, TemplateError } from './parser.ts';

/** A value, and where it stands in the document; `path` is null for a text or a number of the template itself. An undefined value is none. */
export interface Found {
  path: Path | null;
  value: unknown;
}

/** A number of a template with a decimal point: kubectl compares it with no whole one. */
export class Float {
  constructor(readonly value: number) {}
}

/** In: a template, and a document. Out: for each text and each pair of braces of it what is printed there. A field that is missing gives nothing. Throws TemplateError. */
export const findResults = (template: readonly Node[], document: unknown): Found[][] =>
  new Walk(template, false).find({ path: [], value: document }, 0);

/** The same for documents of any shape: where a part does not fit a value (an index out of bounds, a filter on what is no list), it selects nothing of it. */
export const findWhatFits = (template: readonly Node[], document: unknown): Found[] =>
  new Walk(template, true).find({ path: [], value: document }, 0).flat();

/** An error that a filter which asks only for existence does not heed: with what was found before it. */
class WalkError extends TemplateError {
  constructor(
    message: string,
    at: number,
    readonly found: Found[],
  ) {
    super(message, at);
  }
}

class Walk {
  #begun = 0;
  #within = 0;
  #ended = 0;
  /** The part that ended the last range. */
  #lastEnd = -1;

  constructor(
    readonly template: readonly Node[],
    readonly isLenient: boolean,
  ) {}

  /** The results of the parts from `start` on, up to the end of the range that they stand in. */
  find(current: Found, start: number): Found[][] {
    const all: Found[][] = [];
    for (let index = start; index < this.template.length; index++) {
      const results = this.#walk([current], this.template[index] as Node);
      if (this.#ended > 0 && this.#ended <= this.#within) {
        this.#ended--;
        this.#lastEnd = index;
        break;
      }
      if (this.#begun === 0) {
        all.push(results);
        continue;
      }
      this.#begun--;
      this.#within++;
      // what is null is no value in a range, as in Go; and of nothing the parts are walked too: the end of the range has to be found
      for (const { path, value } of results) all.push(...this.find({ path, value: value ?? undefined }, index + 1));
      if (results.length === 0) this.find({ path: null, value: undefined }, index + 1);
      this.#within--;
      if (this.#lastEnd > index) index = this.#lastEnd;
    }
    return all;
  }

  #walkAll = (input: Found[], nodes: readonly Node[]): Found[] => {
    let found = input;
    for (const node of nodes) found = this.#walk(found, node);
    return found;
  };

  #walk(input: Found[], node: Node): Found[] {
    switch (node.kind) {
      case 'list':
        return this.#walkAll(input, node.nodes);
      case 'text':
        return [{ path: null, value: node.text }];
      case 'number':
        return input.map(() => ({ path: null, value: node.isFloat ? new Float(node.value) : node.value }));
      case 'boolean':
        return input.map(() => ({ path: null, value: node.value }));
      case 'field':
        return input.flatMap(({ path, value }) =>
          isMap(value) && Object.hasOwn(value, node.name) ? [{ path: below(path, node.name), value: value[node.name] }] : [],
        );
      case 'wildcard':
        return input.flatMap(childrenOf);
      case 'recursive':
        return input.flatMap(descendantsOf);
      case 'union':
        return node.lists.flatMap(list => this.#walkAll(input, list));
      case 'slice':
        return this.#slices(input, node);
      case 'filter':
        return input.flatMap(one => this.#fitting(() => this.#filter(one, node, input)));
      case 'word':
        return this.#walkWord(input, node);
    }
  }

  #slices(input: Found[], { slice, at }: Node & { kind: 'slice' }): Found[] {
    const result: Found[] = [];
    for (const one of input) {
      const part = this.#fitting(() => sliceOf(one, slice, at, input));
      // an empty slice ends all: so it is in kubectl
      if (part === null) return result;
      result.push(...part);
    }
    return result;
  }

  #fitting<T extends Found[] | null>(select: () => T): T | Found[] {
    try {
      return select();
    } catch (error) {
      if (this.isLenient && error instanceof WalkError) return [];
      throw error;
    }
  }

  #walkWord(input: Found[], { word, at }: Node & { kind: 'word' }): Found[] {
    if (word === 'range') {
      this.#begun++;
      return input;
    }
    if (word !== 'end') throw new WalkError(`"${word}" is no part of a path: expected for example .${word}`, at, input);
    if (this.#within === 0) throw new WalkError('"end" ends no range', at, []);
    this.#ended++;
    return [];
  }

  /** The entries of a list for which the filter holds. */
  #filter({ path, value }: Found, { left, operator, right, at }: Node & { kind: 'filter' }, input: Found[]): Found[] {
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw new WalkError(`${titleOf(value)} is no list that could be filtered`, at, input);
    return entriesOf(path, value).filter(entry => {
      if (operator === null) return this.#exists(entry, left);
      const lefts = this.#onlyOne(this.#walkAll([entry], left), at, input);
      // the other side is looked at only if there is something to compare
      const rights = lefts.length === 0 ? [] : this.#onlyOne(this.#walkAll([entry], right), at, input);
      if (rights.length === 0) return false;
      return compare(lefts[0]?.value, operator, rights[0]?.value, at);
    });
  }

  #onlyOne(found: Found[], at: number, input: Found[]): Found[] {
    if (found.length > 1) throw new WalkError('a filter can compare one value at a time', at, input);
    return found;
  }

  #exists(entry: Found, nodes: readonly Node[]): boolean {
    try {
      return this.#walkAll([entry], nodes).length > 0;
    } catch (error) {
      if (error instanceof WalkError) return error.found.length > 0;
      throw error;
    }
  }
}

const isMap = (value: unknown): value is Record<string, unknown> => isObject(value) && !(value instanceof Float);

const below = (path: Path | null, key: string | number): Path | null => (path === null ? null : [...path, key]);

const entriesOf = (path: Path | null, list: readonly unknown[]): Found[] =>
  list.map((value, index) => ({ path: below(path, index), value }));

/** The values of an object, the entries of a list, and, as Go has them, the bytes of a text. */
function childrenOf({ path, value }: Found): Found[] {
  if (Array.isArray(value)) return entriesOf(path, value);
  if (typeof value === 'string') return [...Buffer.from(value)].map(byte => ({ path: null, value: byte }));
  return isMap(value) ? Object.entries(value).map(([key, entry]) => ({ path: below(path, key), value: entry })) : [];
}

/** A value and everything below it, as far as it has something below it. */
function descendantsOf(found: Found): Found[] {
  const children = childrenOf(found);
  if (children.length === 0) return [];
  // the bytes of a text have nothing below them
  return [found, ...(typeof found.value === 'string' ? [] : children.flatMap(descendantsOf))];
}

/** The entries of a list that a slice selects; null where the slice is empty. */
function sliceOf({ path, value }: Found, slice: Slice, at: number, input: Found[]): Found[] | null {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new WalkError(`${titleOf(value)} is no list`, at, input);
  const { length } = value;
  const start = slice.start < 0 ? slice.start + length : slice.start;
  let end = slice.end ?? length;
  if (end < 0 || (end === 0 && slice.isIndex)) end += length;
  if (start === end) return null;
  for (const index of [start, end - 1])
    if (index < 0 || index >= length) throw new WalkError(`index ${index} is out of bounds: the list has ${length} entries`, at, input);
  if (start > end) throw new WalkError(`the start ${start} is behind the end ${end}`, at, input);
  const step = slice.step ?? 1;
  if (step <= 0) throw new WalkError('the step has to be greater than 0', at, input);
  return entriesOf(path, value).filter((_, index) => index >= start && index < end && (index - start) % step === 0);
}

type Kind = 'text' | 'whole' | 'float' | 'boolean';

/** The kind of a value that can be compared, null for an object, a list and null. */
function kindOf(value: unknown): Kind | null {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'boolean';
  if (value instanceof Float) return 'float';
  return typeof value === 'number' ? (Number.isInteger(value) ? 'whole' : 'float') : null;
}

const OPERATORS: Record<string, (order: number) => boolean> = {
  '<': order => order < 0,
  '>': order => order > 0,
  '<=': order => order <= 0,
  '>=': order => order >= 0,
  '==': order => order === 0,
  '!=': order => order !== 0,
};

/** Source: client-go, third_party/forked/golang/template/funcs.go. */
function compare(left: unknown, operator: string, right: unknown, at: number): boolean {
  const holds = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (holds === undefined) throw new WalkError(`"${operator}" is no comparison: expected ==, !=, <, <=, > or >=`, at, []);
  const [kind, other] = [kindOf(left), kindOf(right)];
  if (kind === null || other === null)
    throw new WalkError(`${titleOf(kind === null ? left : right)} cannot be compared in a filter`, at, []);
  if (kind !== other) throw new WalkError(`${titleOf(left)} cannot be compared with ${titleOf(right)}`, at, []);
  if (kind === 'boolean' && operator !== '==' && operator !== '!=')
    throw new WalkError('true and false can be compared with == and != alone', at, []);
  return holds(orderOf(plain(left), plain(right)));
}

const plain = (value: unknown): string | number =>
  value instanceof Float ? value.value : typeof value === 'string' ? value : Number(value);

/** Texts by their bytes, as Go compares them. */
function orderOf(left: string | number, right: string | number): number {
  if (typeof left === 'string') return Buffer.compare(Buffer.from(left), Buffer.from(String(right)));
  return left - Number(right);
}

/** A value as a message names it. */
function titleOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  const kind = kindOf(value);
  return kind === null
    ? 'an object'
    : { text: 'a text', whole: 'a whole number', float: 'a decimal number', boolean: 'true or false' }[kind];
}
