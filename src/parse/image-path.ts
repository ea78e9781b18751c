/**
 * Paths to images in objects of any kind, in kubectl's JSONPath: `{.spec.image}`, `$.spec['my.image']`, `.spec.parts[*].image`, `{..image}`. Belongs here: what a path may be, where a
 * template of `-o jsonpath` may be more: it is one path, and prints nothing. A name in quotes is one field, a dot in it too. Pure.
 */
import { UserError } from '../util/user-error.ts';
import type { Path } from './documents.ts';
import { findWhatFits } from './jsonpath/evaluate.ts';
import { type Node, parseTemplate, TemplateError } from './jsonpath/parser.ts';

/** A path that was read. */
export interface ImagePath {
  /** As it was written. */
  text: string;
  template: readonly Node[];
}

/** A value that a path leads to. */
export interface Found {
  path: Path;
  value: unknown;
}

/** In: a path. Out: its template. Throws UserError for what is no path. */
export function parseImagePath(text: string): ImagePath {
  const hint = 'expected for example {.spec.image}, {.spec.parts[*].image} or {..image}';
  const bare = text.trim();
  const body = bare.startsWith('{') && bare.endsWith('}') ? bare.slice(1, -1) : bare;
  try {
    const template = parseTemplate(`{${/^(?!range )[A-Za-z_]/.test(body) ? '.' : ''}${withQuotedNames(body)}}`);
    const [first] = template;
    if (template.length !== 1 || first?.kind !== 'list') throw new TemplateError('it is more than one path', 1);
    const foreign = first.nodes.find(({ kind }) => ['text', 'number', 'boolean', 'word'].includes(kind));
    if (foreign !== undefined) throw new TemplateError('it is more than one path', foreign.at);
    if (first.nodes.length === 0) throw new TemplateError('it names no field', 1);
    return { text, template };
  } catch (error) {
    if (error instanceof TemplateError) throw new UserError(`invalid --image-path "${text}": ${error.message}`, hint);
    throw error;
  }
}

/** kubectl reads `['a.b']` as two fields, and no double quotes there. */
const withQuotedNames = (text: string): string =>
  text.replace(/\[(?:'([^'\]]+)'|"([^"\]]+)")\]/g, (_, single?: string, double?: string) => {
    const name = (single ?? double ?? '').replaceAll('\\', '');
    return `.${name.replace(/[ \t.,[\]$@{}]/g, sign => `\\${sign}`)}`;
  });

/** In: an object, and a path. Out: every value that the path leads to, with its place; none where a field is missing. */
export const followPath = (object: unknown, { template }: ImagePath): Found[] =>
  findWhatFits(template, object).flatMap(({ path, value }) => (path === null ? [] : [{ path, value }]));
