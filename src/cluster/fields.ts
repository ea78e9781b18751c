/**
 * Small readers of values whose shape nobody promised: each takes a value and its path, and gives the field or nothing. What is wrong is
 * remembered by its path, never by its content. Pure.
 *
 * Absent, null and the wrong type are told apart: Go writes null for an empty list or time; a wrong type is a defect of the object.
 */

import { isObject } from '../parse/shape.ts';

/** The longest text that is a name, an image or a reason, in characters: a reference is at most a few hundred long. */
const MAX_TEXT = 16_384;
/** The longest message that is kept; of a longer one the beginning and the end. Runtimes write up to a few kilobytes. */
const MAX_MESSAGE = 65_536;
/** The most entries of a list inside one object. etcd holds objects of at most 1.5 MB: a pod has a few hundred containers at most. */
const MAX_ITEMS = 1000;
/** The most entries of a map inside one object. */
const MAX_KEYS = 10_000;

/** An object of unknown fields. */
export type Fields = Readonly<Record<string, unknown>>;

/** The reader of one object, and what it found wrong there: the first defect is enough to tell. */
export class Defects {
  first: string | undefined;

  /** Remembers a defect. Out: undefined, the value of a field that cannot be read. */
  add(path: string, what: string): undefined {
    this.first ??= `${path} ${what}`;
    return undefined;
  }

  fields(value: unknown, path: string): Fields {
    if (value === undefined || value === null) return {};
    if (isObject(value)) return value;
    this.add(path, 'is not an object');
    return {};
  }

  text(value: unknown, path: string, longest = MAX_TEXT): string | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') return this.add(path, 'is not a string');
    return value.length > longest ? this.add(path, `is longer than ${longest} characters`) : value;
  }

  /** A message: a long one is cut in the middle, since runtimes wrap the cause at the end. */
  message(value: unknown, path: string): string | undefined {
    const text = this.text(value, path, Number.POSITIVE_INFINITY);
    if (text === undefined || text.length <= MAX_MESSAGE) return text;
    return `${text.slice(0, MAX_MESSAGE / 2)} … ${text.slice(-MAX_MESSAGE / 2)}`;
  }

  number(value: unknown, path: string): number | undefined {
    if (value === undefined || value === null) return undefined;
    return typeof value === 'number' && Number.isFinite(value) ? value : this.add(path, 'is not a number');
  }

  flag(value: unknown, path: string): boolean | undefined {
    if (value === undefined || value === null) return undefined;
    return typeof value === 'boolean' ? value : this.add(path, 'is not true or false');
  }

  list<T>(value: unknown, path: string, read: (item: unknown, path: string) => T): T[] | undefined {
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value)) return this.add(path, 'is not a list');
    if (value.length > MAX_ITEMS) return this.add(path, `has more than ${MAX_ITEMS} entries`);
    return value.map((item, index) => read(item, `${path}[${index}]`));
  }

  /** A map of texts; null is an empty one. `fromEntries` defines each key, so that `__proto__` is a key like any other. */
  texts(value: unknown, path: string, longest = MAX_TEXT): Record<string, string> | undefined {
    if (value === undefined || value === null) return undefined;
    const entries = Object.entries(this.fields(value, path));
    if (entries.length > MAX_KEYS) return this.add(path, `has more than ${MAX_KEYS} entries`);
    return Object.fromEntries(entries.map(([key, item]) => [key, this.text(item, `${path}[…]`, longest) ?? '']));
  }
}

/** The object without the fields that are undefined. */
export function defined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  for (const key of Object.keys(object) as (keyof T)[]) if (object[key] === undefined) delete object[key];
  return object as never;
}
