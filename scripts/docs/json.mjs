/** The tables of docs/json.md, made from the schemas in docs/schemas: a table of fields for each object, and the values of each closed list. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A part of a JSON Schema, as far as it is shown.
 * @typedef {{ title?: string, description?: string, type?: string | string[], const?: unknown, enum?: unknown[], required?: string[], properties?: Record<string, Schema>,
 *   items?: Schema, prefixItems?: Schema[], anyOf?: Schema[], $ref?: string, $comment?: string, $defs?: Record<string, Schema> }} Schema
 */

/** The schemas in the order of the page, each with the name of its root and the names of its parts. */
const FILES = [
  ['diagnosis-list.json', 'DiagnosisList'],
  ['secret-test-list.json', 'SecretTestList'],
  ['watch-line.json', 'Lines of a watch'],
  ['collection.json', 'Collected objects'],
];

/** Names of parts that mean something else in another schema. File → part → heading. @type {Record<string, Record<string, string>>} */
const HEADINGS = {
  'secret-test-list.json': { item: 'secretTest', entry: 'entryTest' },
  'watch-line.json': {
    failure: '`new`',
    ended: '`repaired`, `gone`',
    pulling: '`pulling`',
    pulled: '`pulled`',
    waiting: '`waiting`',
    rollout: '`rollout`',
    end: '`end`',
  },
};

/** @param {string} heading */
const slug = heading =>
  heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .trim()
    .replace(/ /g, '-');

/** @param {string} file @param {string} part */
const headingOf = (file, part) => HEADINGS[file]?.[part] ?? part;

/** In: the root of the project, and what makes a table of rows. Out: the Markdown. @param {string} root @param {(rows: string[][]) => string} table */
export function schemaTables(root, table) {
  const parts = FILES.map(([file = '', name = '']) => {
    /** @type {Schema} */
    const schema = JSON.parse(readFileSync(join(root, 'docs', 'schemas', file), 'utf8'));
    const own = schema.properties === undefined ? [] : [fieldTable(file, schema, table)];
    const others = Object.entries(schema.$defs ?? {}).map(([part, definition]) => partText(file, part, definition, table));
    return [`### ${name}`, `${schema.description} Schema: [${file}](schemas/${file}).`, ...own, ...others].join('\n\n');
  });
  return `\n${parts.join('\n\n')}\n`;
}

/** @param {string} file @param {string} part @param {Schema} definition @param {(rows: string[][]) => string} table */
function partText(file, part, definition, table) {
  const values = definition.enum === undefined ? fieldTable(file, definition, table) : `Values: ${valuesOf(definition)}.`;
  return `#### ${headingOf(file, part)}\n\n${definition.description}\n\n${values}`;
}

/** A row for each field, and behind an object without a name of its own the rows of its fields. @param {string} file @param {Schema} schema @param {(rows: string[][]) => string} table */
function fieldTable(file, schema, table) {
  return table([['field', 'type', 'what it is'], ...rowsOf(file, schema, '')]);
}

/** @param {string} file @param {Schema} schema @param {string} prefix @returns {string[][]} */
function rowsOf(file, schema, prefix) {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const optional = schema.required?.includes(name) ? '' : ', optional';
    const inner = field.properties === undefined ? field.anyOf?.find(one => one.properties !== undefined) : field;
    const closed = field.enum === undefined ? '' : ` Values: ${valuesOf(field)}.`;
    return [
      [`\`${prefix}${name}\``, `${typeOf(file, field)}${optional}`, `${descriptionOf(file, field)}${closed}`],
      ...(inner === undefined ? [] : rowsOf(file, inner, `${prefix}${name}.`)),
    ];
  });
}

/** @param {Schema} schema */
const valuesOf = ({ enum: values = [] }) => values.map(value => `\`${value}\``).join(', ');

/** A reference without words of its own has those of what it leads to. @param {string} file @param {Schema} field */
function descriptionOf(file, field) {
  return field.description ?? (field.$ref === undefined ? '' : `See ${linkTo(file, field.$ref)}.`);
}

/** @param {string} file @param {string} target */
function linkTo(file, target) {
  const [from = '', part = ''] = target.split('#/$defs/');
  const heading = headingOf(from || file, part.split('/')[0] ?? '');
  return `[${heading}](#${slug(heading)})`;
}

/** @param {string} file @param {Schema} field @returns {string} */
function typeOf(file, field) {
  if (field.$ref !== undefined) return linkTo(file, field.$ref);
  if (field.anyOf !== undefined) return field.anyOf.map(one => typeOf(file, one)).join(' or ');
  if (field.const !== undefined) return `\`${field.const}\``;
  if (field.enum !== undefined) return typeof field.enum[0];
  const types = [field.type ?? []]
    .flat()
    .map(type => (type === 'array' ? `list${field.items === undefined ? '' : ` of ${typeOf(file, field.items)}`}` : type));
  return field.$comment !== undefined && types[0] === 'string' ? 'sentence' : types.join(' or ');
}
