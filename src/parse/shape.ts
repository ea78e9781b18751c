/**
 * Readers of values whose type is not known, such as a parsed JSON file. A reader checks the shape and gives back a typed value with the known fields alone. Generic: what is
 * read stands elsewhere. What can be empty may be missing, so that files of an older version without a new field stay readable; unknown fields are ignored. Pure.
 */

/** In: a value, and where it stands (`items[0].facts.node`). Out: the typed value. Throws ShapeError. */
export type Reader<T> = (value: unknown, path: string) => T;

/** A value does not have the expected shape. The message names the place. */
export class ShapeError extends Error {
  constructor(path: string, value: unknown, expected: string) {
    super(value === undefined ? `${path} is missing` : `${path} is ${describe(value)}, expected ${expected}`);
    this.name = 'ShapeError';
  }
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value);
}

/** Whether a value is an object, and no list. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A text as a JSON object; null for any other value, undefined where it is not JSON. */
export function jsonObject(text: string): Record<string, unknown> | null | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return undefined;
  }
}

function fail(path: string, value: unknown, expected: string): never {
  throw new ShapeError(path, value, expected);
}

/** A text. */
export const text: Reader<string> = (value, path) => (typeof value === 'string' ? value : fail(path, value, 'a text'));
/** A finite number. */
export const number: Reader<number> = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) ? value : fail(path, value, 'a number');
/** true or false. */
export const boolean: Reader<boolean> = (value, path) => (typeof value === 'boolean' ? value : fail(path, value, 'true or false'));

/** A text that is a point in time (RFC 3339). */
export const time: Reader<string> = (value, path) =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : fail(path, value, 'a time');

/** A missing value is null. */
export const nullable =
  <T>(read: Reader<T>): Reader<T | null> =>
  (value, path) =>
    value === undefined || value === null ? null : read(value, path);

/** A missing value stays missing. */
export const optional =
  <T>(read: Reader<T>): Reader<T | undefined> =>
  (value, path) =>
    value === undefined ? undefined : read(value, path);

/** A missing list is empty. */
export const list =
  <T>(read: Reader<T>): Reader<T[]> =>
  (value, path) => {
    if (value === undefined) return [];
    return Array.isArray(value) ? value.map((entry, index) => read(entry, `${path}[${index}]`)) : fail(path, value, 'a list');
  };

/** An object whose keys may be any. A missing one is empty. */
export const record =
  <T>(read: Reader<T>): Reader<Record<string, T>> =>
  (value, path) => {
    if (value === undefined) return {};
    if (!isObject(value)) return fail(path, value, 'an object');
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, read(entry, `${path}.${key}`)]));
  };

/** One of the words of a type. The type is that of the field, never that of the record: so the compiler finds a word that the record forgot. */
export const oneOf =
  <T extends string>(words: Record<NoInfer<T>, true>): Reader<T> =>
  (value, path) =>
    typeof value === 'string' && Object.hasOwn(words, value) ? (value as T) : fail(path, value, 'a word that this version knows');

/** A reader for each field of a type. */
export type Fields<T> = { [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? Reader<T[K] | undefined> : Reader<T[K]> };

/** An object with a reader for each of its fields; those that are missing and optional are left out. */
export const object =
  <T extends object>(fields: Fields<T>): Reader<T> =>
  (value, path) => {
    if (!isObject(value)) return fail(path, value, 'an object');
    const entries = Object.entries(fields as Record<string, Reader<unknown>>).map(([key, read]): [string, unknown] => [
      key,
      read(Object.hasOwn(value, key) ? value[key] : undefined, `${path}.${key}`),
    ]);
    return Object.fromEntries(entries.filter(([, found]) => found !== undefined)) as T;
  };
