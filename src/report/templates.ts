/**
 * `-o jsonpath` and `-o custom-columns`: the JSON of an answer, printed as a template says. Belongs here: how each value is written, which is Go's way. A name of others breaks no
 * line; only between commands a line break is one. Pure. Source: client-go, util/jsonpath/jsonpath.go; kubectl, pkg/cmd/get/customcolumn.go; Go, encoding/json and fmt.
 */
import { commandLines } from '../causes/shell.ts';
import { Float, type Found, findResults } from '../parse/jsonpath/evaluate.ts';
import { type Node, parseTemplate, TemplateError } from '../parse/jsonpath/parser.ts';
import { isObject } from '../parse/shape.ts';
import { visible, visibleJson } from '../util/visible.ts';

/** A column of `-o custom-columns`. */
export interface Column {
  header: string;
  path: Node[];
}

/** In: a document, and a template. Out: its text, without a line end of its own. Throws TemplateError. */
export const renderTemplate = (document: unknown, template: readonly Node[]): string =>
  findResults(template, document)
    .map(results => results.map(textOf).join(' '))
    .join('');

/** In: a document, and a template. Out: the results of each part of it as a JSON list. Throws TemplateError. */
export const renderAsJson = (document: unknown, template: readonly Node[]): string =>
  findResults(template, document)
    .map(results =>
      results.length === 0
        ? '[]\n'
        : `${goJson(
            results.map(({ value }) => value),
            4,
          )}\n`,
    )
    .join('');

/** Columns have blanks between them, and a least width. Source: cli-runtime, pkg/printers/tabwriter.go. */
const PADDING = 3;
const LEAST_WIDTH = 6;

/** In: the objects of a list, and the columns. Out: a table with one row for each object. Throws TemplateError. */
export function renderColumns(objects: readonly unknown[], columns: readonly Column[]): string {
  const rows = [columns.map(({ header }) => visible(header)), ...objects.map(object => columns.map(({ path }) => cellOf(object, path)))];
  const widths = columns.map((_, index) => Math.max(LEAST_WIDTH, ...rows.map(row => [...(row[index] ?? '')].length + PADDING)));
  const lines = rows.map(row =>
    row.map((cell, index) => (index === row.length - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - [...cell].length))).join(''),
  );
  return `${lines.join('\n')}\n`;
}

function cellOf(object: unknown, path: readonly Node[]): string {
  const results = findResults(path, object);
  const none = (results[0] ?? []).length === 0 ? ['<none>'] : [];
  return [...none, ...results.flat().map(({ value }) => visible(goText(value)))].join(',');
}

/**
 * In: `HEADER:PATH,HEADER:PATH`. Out: the columns. As in kubectl a comma ends a column wherever it stands. Throws TemplateError; its position is that in the whole.
 */
export function columnsOf(spec: string): Column[] {
  let at = 1;
  return spec.split(',').map(part => {
    const colon = part.indexOf(':');
    if (colon < 0) throw new TemplateError(`the column "${part}" has no path: expected HEADER:PATH`, at);
    const column = { header: part.slice(0, colon), path: relaxedPath(part.slice(colon + 1), at + colon + 1) };
    at += part.length + 1;
    return column;
  });
}

/** In: the text of a file: a line of headers, and a line of paths, with blanks between them. Out: the columns. Throws TemplateError. */
export function columnsOfFile(text: string): Column[] {
  const [first = '', second, ...rest] = text.split(/\r?\n/);
  if (second === undefined || (second === '' && rest.length === 0))
    throw new TemplateError('the second line is missing: expected a line of headers and a line of paths', text.length + 1);
  const headers = first.match(/\S+/g) ?? [];
  const paths = [...second.matchAll(/\S+/g)];
  const start = text.indexOf('\n') + 2;
  if (headers.length !== paths.length)
    throw new TemplateError(`there are ${headers.length} headers and ${paths.length} paths: expected as many`, start);
  return paths.map((match, index) => ({ header: headers[index] ?? '', path: relaxedPath(match[0], start + match.index) }));
}

const RELAXED = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/;

/** A path with or without braces and the first dot. Source: kubectl, RelaxedJSONPathExpression. */
function relaxedPath(text: string, at: number): Node[] {
  if (text === '') return [];
  const match = RELAXED.exec(text);
  if (match === null) throw new TemplateError(`"${text}" is no path: expected name1.name2, .name1.name2 or {.name1.name2}`, at);
  const path = match[1] ?? match[2] ?? '';
  try {
    return parseTemplate(`{.${path}}`);
  } catch (error) {
    // "{." is ours
    if (error instanceof TemplateError) throw new TemplateError(error.message, at + text.indexOf(path) + Math.max(0, error.at - 3));
    throw error;
  }
}

/** In: a template. Out: its parts. A path without braces, which kubectl would print as it is, is read as one. Throws TemplateError. */
export const templateOf = (text: string): Node[] =>
  /^[.$][^{}\n]*$/.test(text) ? relaxedPath(text.replace(/^\$\.?/, '.'), 1) : parseTemplate(text);

/** A value in a text. Objects and lists are JSON. */
function textOf({ path, value }: Found): string {
  if (value === undefined) return '<no value>';
  if (value === null) return 'null';
  if (Array.isArray(value) || (isObject(value) && !(value instanceof Float))) return visibleJson(goJson(value, 0));
  if (typeof value !== 'string') return goText(value);
  // a text of the template itself
  if (path === null) return value;
  return path.at(-1) === 'command' ? commandLines(value).map(visible).join('\n') : visible(value);
}

/** JSON as Go writes it: keys in their order, and what HTML would read as escapes. */
function goJson(value: unknown, indent: number): string {
  const json = JSON.stringify(
    value,
    (_, part: unknown) => (part instanceof Float ? part.value : isObject(part) ? sorted(part) : part),
    indent,
  );
  return json.replace(/[<>&\u2028\u2029]/g, sign => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const byBytes = ([left]: [string, unknown], [right]: [string, unknown]): number => Buffer.compare(Buffer.from(left), Buffer.from(right));
const sorted = (object: Record<string, unknown>): object => Object.fromEntries(Object.entries(object).sort(byBytes));

/** A value as Go's fmt.Sprint writes it. */
function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (value instanceof Float) return goNumber(value.value);
  if (isObject(value))
    return `map[${Object.entries(value)
      .sort(byBytes)
      .map(([key, entry]) => `${key}:${goText(entry)}`)
      .join(' ')}]`;
  return typeof value === 'number' && !Number.isInteger(value) ? goNumber(value) : String(value);
}

/** A float as `%v` writes it: with an exponent of two digits from 1e21 on, and below 1e-4. */
function goNumber(value: number): string {
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-4 || size >= 1e21) ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}
