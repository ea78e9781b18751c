/** SARIF: golden document, the schema of the standard, what GitHub asks for besides, and texts of others in it. */
import t from 'tap';
import { CAUSES, NO_CAUSE } from '../../src/model/cause-codes.ts';
import { sarif } from '../../src/report/sarif.ts';
import { isHidden } from '../../src/util/visible.ts';
import { at, HOSTILE, planned, runOf, sarifErrors, someOfAll } from '../helpers/gates.ts';
import { golden } from '../helpers/golden.ts';
import { normal } from '../helpers/process.ts';

interface Result {
  ruleId: string;
  ruleIndex: number;
  level: string;
  message: { text: string };
  locations: { physicalLocation?: { artifactLocation: { uri: string; uriBaseId?: string }; region: { startLine: number } } }[];
  partialFingerprints: Record<string, string>;
  suppressions?: object[];
}
interface Run {
  tool: { driver: { rules: { id: string; name: string; help: { markdown: string } }[] } };
  invocations: {
    executionSuccessful: boolean;
    exitCode: number;
    toolExecutionNotifications?: { level: string; message: { text: string } }[];
  }[];
  results: Result[];
}
const read = (text: string): Run => (JSON.parse(text) as { runs: [Run] }).runs[0];

t.test('the report of a run', async t => {
  const text = sarif(someOfAll());
  const document: unknown = JSON.parse(text);
  t.strictSame(sarifErrors(document), [], 'by the schema of SARIF 2.1.0');
  t.not(sarifErrors({ ...(document as object), version: '2.0.0' }).length, 0, 'the schema refuses another version');
  t.not(sarifErrors(JSON.parse(text.replace('"startLine"', '"line"'))).length, 0, 'and what it does not know');
  const run = read(text);
  // the rules are those of the table, whatever is found
  const { driver } = run.tool;
  const shown = {
    ...run,
    tool: { driver: { ...driver, rules: driver.rules.filter(({ id }) => ['TagNotFound', 'RateLimited', 'MutableTag'].includes(id)) } },
  };
  golden(t, 'test/fixtures/gates/report.sarif.json', normal(`${JSON.stringify(shown, null, 2)}\n`));
});

t.test('a rule for each cause, with what GitHub shows of it', async t => {
  const { tool, results } = read(sarif(someOfAll()));
  const { rules } = tool.driver;
  t.strictSame(
    rules.map(({ id }) => id),
    [...CAUSES.map(({ code }) => code).filter(code => !NO_CAUSE.has(code)), 'MutableTag'],
  );
  for (const { id, name, help } of rules) {
    t.not(id, name, 'a name that differs from the id');
    t.match(help.markdown, /\]\(https:\/\/\S+\.md\)$/);
  }
  for (const { ruleId, ruleIndex } of results) t.equal(rules[ruleIndex]?.id, ruleId);
  t.equal(rules.find(({ id }) => id === 'PlainHTTPRegistry')?.name, 'Plain HTTP registry');
  t.equal(rules.find(({ id }) => id === 'TLSFailed')?.name, 'TLS failed');
});

t.test('levels: proved, likely, ignored; what can be pulled is no result', async t => {
  const { results } = read(sarif(someOfAll()));
  const levels = Object.fromEntries(results.map(({ ruleId, level }) => [ruleId, level]));
  t.match(levels, { TagNotFound: 'error', RateLimited: 'note', MutableTag: 'note' });
  t.notOk('NoPullProblem' in levels);
  t.ok(results.find(({ ruleId }) => ruleId === 'RateLimited')?.suppressions, 'an ignored cause is suppressed');
  t.equal(read(sarif(runOf([planned('TagNotFound', { probe: null, noProbe: '--no-probe was given' })]))).results[0]?.level, 'warning');
});

t.test('fingerprints: the same when lines move, others for another image, place or cause', async t => {
  const print = (name: string, ...places: Parameters<typeof at>): string =>
    read(sarif(runOf([planned(name, at(...places))]))).results[0]?.partialFingerprints['imagepullQuestion/v1'] as string;
  const first = print('TagNotFound', 'a.yaml', 3);
  t.match(first, /^[0-9a-f]{32}$/);
  t.equal(print('TagNotFound', 'a.yaml', 300, 2), first);
  t.not(print('TagNotFound', 'b.yaml', 3), first);
  t.not(print('DigestNotFound', 'a.yaml', 3), first);
});

t.test('places: relative to the root, escaped, absolute ones as file addresses', async t => {
  const rows: [file: string, uri: string, base: boolean][] = [
    ['deploy/api.yaml', 'deploy/api.yaml', true],
    ['./deploy//api.yaml', 'deploy/api.yaml', true],
    ['../other/a.yaml', '../other/a.yaml', true],
    ['a b/ü#1%?.yaml', 'a%20b/%C3%BC%231%25%3F.yaml', true],
    ['http://evil.example/a.yaml', 'http%3A/evil.example/a.yaml', true],
    ['/srv/app/a.yaml', 'file:///srv/app/a.yaml', false],
    ['deploy\\api.yaml', 'deploy/api.yaml', true],
    ['C:\\app\\a.yaml', 'file:///C:/app/a.yaml', false],
  ];
  for (const [file, uri, base] of rows) {
    const text = sarif(runOf([planned('TagNotFound', at(file, 3))]));
    const location = read(text).results[0]?.locations[0]?.physicalLocation?.artifactLocation;
    t.strictSame(location, base ? { uri, uriBaseId: '%SRCROOT%' } : { uri }, file);
    t.strictSame(sarifErrors(JSON.parse(text)), [], file);
  }
  const [none] = read(sarif(runOf([planned('TagNotFound', at('-', 3))]))).results;
  t.notOk(none?.locations[0]?.physicalLocation, 'standard input is no file');
});

t.test('the run says how it ended', async t => {
  t.strictSame(read(sarif(runOf([planned('TagNotFound')]))).invocations, [{ executionSuccessful: true, exitCode: 1 }]);
  const text = sarif(runOf([], { warnings: ['no right to read {x}'], isComplete: false }));
  t.strictSame(read(text).invocations, [
    {
      executionSuccessful: false,
      exitCode: 2,
      toolExecutionNotifications: [{ level: 'error', message: { text: 'no right to read {{x}}' } }],
    },
  ]);
  t.strictSame(sarifErrors(JSON.parse(text)), []);
});

t.test('no text leaves its place', async t => {
  for (const [row, image] of HOSTILE.entries()) {
    const text = sarif(
      runOf([planned('InvalidImageName', { image, container: { name: image, kind: 'container' }, ...at(image, 3) })], {
        warnings: [image],
      }),
    );
    t.strictSame(sarifErrors(JSON.parse(text)), [], `row ${row}`);
    t.notOk(isHidden(text.replaceAll('\n', '')), 'nothing hidden in the document');
    const message = read(text).results[0]?.message.text as string;
    t.notOk(isHidden(message.replaceAll('\n', '')), 'nor in a message');
    t.notMatch(message, /\]\(|(?<!\{)\{(?!\{)/, 'no link and no placeholder');
  }
});
