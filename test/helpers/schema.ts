/** The published schemas of the JSON outputs (docs/schemas), closed: in tests a field that no schema describes is an error. Belongs here: which schema a text has to hold to. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';

const FOLDER = 'docs/schemas';

/** A part of a JSON Schema. */
export interface Schema {
  $id?: string;
  $ref?: string;
  $comment?: string;
  $defs?: Record<string, Schema>;
  title?: string;
  description?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  prefixItems?: Schema[];
  anyOf?: Schema[];
  [more: string]: unknown;
}

/** File → schema, as published. */
export const SCHEMAS: ReadonlyMap<string, Schema> = new Map(
  readdirSync(FOLDER).map(file => [file, JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Schema]),
);

/** The same, in which an object has the fields that are described and no others. */
export function closed(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(closed);
  if (part === null || typeof part !== 'object') return part;
  const copy = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, closed(value)]));
  return 'properties' in copy && 'type' in copy ? { ...copy, additionalProperties: false } : copy;
}

/** A validator that is as strict as ajv is, and reads dates and addresses. In: whether undescribed fields are errors. */
export function validator(isClosed: boolean): Ajv2020 {
  const ajv = new Ajv2020({
    strict: true,
    allowUnionTypes: true,
    strictTuples: false,
    allErrors: true,
    formats: {
      uri: (text: string) => URL.canParse(text),
      'date-time': (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text),
    },
  });
  for (const [, schema] of SCHEMAS) ajv.addSchema((isClosed ? closed(schema) : schema) as Schema);
  return ajv;
}

let strict: Ajv2020 | undefined;

/** In: a document, and the file of a schema. Out: what is wrong with it, one line each. */
function schemaErrors(document: unknown, file: string): string[] {
  strict ??= validator(true);
  const validate = strict.getSchema(SCHEMAS.get(file)?.$id ?? file);
  if (validate === undefined) throw new Error(`there is no schema ${file}`);
  if (validate(document)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${file}: ${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
  );
}

/** Kind → file of its schema. A List is one of `collect` if its first item says so. */
const BY_KIND: Record<string, string> = {
  DiagnosisList: 'diagnosis-list.json',
  SecretTestList: 'secret-test-list.json',
  List: 'collection.json',
};

/** In: what a command printed. Out: what is wrong with it by the published schemas; nothing for texts and for JSON of other kinds. */
export function outputErrors(stdout: string): string[] {
  if (!stdout.startsWith('{')) return [];
  const document = parse(stdout);
  if (document === undefined) return lineErrors(stdout.trimEnd().split('\n'));
  const { kind, items } = document as { kind?: string; items?: { kind?: string }[] };
  if (kind === undefined || (kind === 'List' && items?.[0]?.kind !== 'Collection')) return lineErrors([stdout]);
  return BY_KIND[kind] === undefined ? [] : schemaErrors(document, BY_KIND[kind]);
}

/** Lines of a watch; the last may have been cut when the process was ended. */
const lineErrors = (lines: readonly string[]): string[] =>
  lines.flatMap(line => {
    const document = parse(line) as { time?: string; type?: string } | undefined;
    return document?.time === undefined || document.type === undefined ? [] : schemaErrors(document, 'watch-line.json').slice(-12);
  });

function parse(text: string): object | undefined {
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

/** Throws when what a command printed does not hold to its schema. */
export function mustFitSchema(stdout: string): void {
  const errors = outputErrors(stdout);
  if (errors.length > 0)
    throw new Error(`the output does not hold to docs/schemas (a new field needs a description there):\n${errors.slice(0, 10).join('\n')}`);
}
