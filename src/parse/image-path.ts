/**
 * Paths to images in objects of any kind, in the part of kubectl's JSONPath that names fields: `{.spec.image}`, `$.spec['my.image']`, `.spec.parts[*].image`, `.spec.parts[0].image`.
 * What selects by conditions or prints is refused. Pure.
 */
import { UserError } from '../util/user-error.ts';
import type { Path } from './documents.ts';
import { isObject } from './shape.ts';

/** A path that was read. */
export interface ImagePath {
  /** As it was written. */
  text: string;
  /** Field names, indexes, and `*` for every entry as null. */
  steps: readonly (string | number | null)[];
}

/** A value that a path leads to. */
export interface Found {
  path: Path;
  value: unknown;
}

const STEP = /^(?:\.([A-Za-z_][\w-]*)|\.(\*)|\['([^'\]]+)'\]|\["([^"\]]+)"\]|\[(\d{1,6})\]|\[(\*)\])/;
/** What kubectl takes and this does not, with its name. */
const REFUSED: readonly [part: string, name: string][] = [
  ['..', 'the recursive descent ".."'],
  ['?(', 'the filter "?()"'],
  [',', 'the union "[a,b]"'],
  [':', 'the slice "[a:b]"'],
  ['[-', 'an index from the end'],
  ['}', 'several expressions'],
  ['range ', '"range"'],
];

/** In: a path. Out: its steps. Throws UserError for what is no path, or more than a path of fields. */
export function parseImagePath(text: string): ImagePath {
  const hint = 'expected for example {.spec.image}, {.spec.parts[*].image} or {.spec.parts[0].image}';
  const bare = text.trim();
  const body = bare.startsWith('{') && bare.endsWith('}') ? bare.slice(1, -1) : bare;
  // what stands in quotes is a name, whatever is in it
  const outside = body.replace(/'[^']*'|"[^"]*"/g, '');
  const refused = REFUSED.find(([part]) => outside.includes(part));
  if (refused !== undefined) throw new UserError(`invalid --image-path "${text}": ${refused[1]} is not supported`, hint);
  let rest = body.trim().replace(/^[$@]/, '');
  if (/^[A-Za-z_]/.test(rest)) rest = `.${rest}`;
  const steps: (string | number | null)[] = [];
  while (rest !== '') {
    const match = STEP.exec(rest);
    if (match === null) throw new UserError(`invalid --image-path "${text}": "${rest}" is no field`, hint);
    const [whole, field, star, single, double, index, all] = match;
    steps.push((star ?? all) ? null : index === undefined ? (field ?? single ?? double ?? '') : Number(index));
    rest = rest.slice(whole.length);
  }
  if (steps.length === 0) throw new UserError(`invalid --image-path "${text}": it names no field`, hint);
  return { text, steps };
}

/** In: an object, and a path. Out: every value that the path leads to, with its place; none where a field is missing. */
export function followPath(object: unknown, { steps }: ImagePath): Found[] {
  let found: Found[] = [{ path: [], value: object }];
  for (const step of steps) found = found.flatMap(one => next(one, step));
  return found;
}

function next({ path, value }: Found, step: string | number | null): Found[] {
  if (Array.isArray(value)) {
    const entries = value.map((entry, index) => ({ path: [...path, index], value: entry as unknown }));
    return step === null ? entries : entries.filter((_, index) => index === step);
  }
  if (!isObject(value)) return [];
  if (step === null) return Object.entries(value).map(([key, entry]) => ({ path: [...path, key], value: entry }));
  return typeof step === 'string' && Object.hasOwn(value, step) ? [{ path: [...path, step], value: value[step] }] : [];
}
