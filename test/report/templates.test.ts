/** Templates of `-o jsonpath` and `-o custom-columns`: what they print is what kubectl's own library prints (see the fixture), and what is shown is safe to show. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { parseTemplate, TemplateError } from '../../src/parse/jsonpath/parser.ts';
import { columnsOf, columnsOfFile, renderAsJson, renderColumns, renderTemplate, templateOf } from '../../src/report/templates.ts';

const FOLDER = 'test/fixtures/jsonpath';
const DOCUMENT = JSON.parse(readFileSync(`${FOLDER}/document.json`, 'utf8')) as { items: object[] };
type Row = [template: string, output: string] | [template: string, output: null, error: string];
const TABLE = JSON.parse(readFileSync(`${FOLDER}/table.json`, 'utf8')) as Record<string, Row[]>;

const RENDER: Record<string, (template: string) => string> = {
  jsonpath: template => renderTemplate(DOCUMENT, parseTemplate(template)),
  'jsonpath-as-json': template => renderAsJson(DOCUMENT, parseTemplate(template)),
  'custom-columns': template => renderColumns(DOCUMENT.items, columnsOf(template)),
  'custom-columns-file': template => renderColumns(DOCUMENT.items, columnsOfFile(template)),
};

/** What a template prints, or says; `(character N)` is where. */
function outcome(work: () => string): { output: string } | { error: string } {
  try {
    return { output: work() };
  } catch (error) {
    if (error instanceof TemplateError) return { error: `${error.message} (character ${error.at})` };
    throw error;
  }
}

for (const [format, render] of Object.entries(RENDER))
  t.test(`${format} as kubectl`, async t => {
    const rows = TABLE[format] ?? [];
    t.ok(rows.length > 5);
    for (const [template, output, error] of rows)
      t.strictSame(
        outcome(() => render(template)),
        output === null ? { error } : { output },
        template,
      );
  });

t.test('the values of an object have the order of the document', async t => {
  t.equal(RENDER['jsonpath']?.('{.items[0].pod.*}'), 'shop api-7c9f node-3');
  t.equal(RENDER['jsonpath']?.('{.items[0]..name}'), 'api-7c9f api dns manifest');
});

t.test('a path without braces is read as one', async t => {
  for (const [template, output] of [
    ['.kind', 'DiagnosisList'],
    ['$.kind', 'DiagnosisList'],
    ['.items[*].cause', 'TagNotFound AccessDenied RateLimited'],
    ['.items[?(@.certainty=="likely")].cause', 'AccessDenied'],
    // as in kubectl, where there is text
    ['kind', 'kind'],
    ['a {.kind}', 'a DiagnosisList'],
  ] as const)
    t.equal(renderTemplate(DOCUMENT, templateOf(template)), output, template);
  t.strictSame(
    outcome(() => renderTemplate(DOCUMENT, templateOf('.items[x]'))),
    { error: '"x" is no index (character 7)' },
  );
});

t.test('names of others break no line, and stay data in JSON', async t => {
  const name = 'a\nerror: b\u001b[31m\u202e';
  const document = { items: [{ pod: { name }, fixes: [{ command: 'one\ntwo' }] }] };
  const shown = 'a\\nerror: b\\u001b[31m\\u202e';
  t.equal(renderTemplate(document, parseTemplate('{.items[*].pod.name}')), shown);
  t.equal(renderTemplate(document, parseTemplate('{range .items[*].pod.name}{@}{"\\n"}{end}')), `${shown}\n`);
  t.equal(
    renderColumns(document.items, columnsOf('A:.pod.name,B:.pod')),
    `${'A'.padEnd(shown.length + 3)}B\n${shown}   map[name:${shown}]\n`,
  );
  const json = renderTemplate(document, parseTemplate('{.items[0].pod}'));
  t.match(json, /^[ -~]+$/);
  t.strictSame(JSON.parse(json), { name });
  t.equal(renderTemplate(document, parseTemplate('{.items[0].fixes[0].command}')), 'one\ntwo', 'the lines of a command stay');
});

t.test('what is nested without end is refused, and does not end the stack', async t => {
  for (const template of [`{${'[?(@'.repeat(5000)}`, `{${'['.repeat(5000)}`, '{'.repeat(5000), `{.a${'[?(@.a)]'.repeat(2000)}}`])
    t.doesNotThrow(() => outcome(() => RENDER['jsonpath']?.(template) ?? ''), template.slice(0, 20));
});
