/** The rules of docs/output.md, against the text of every fixture at the widths that terminals have. */
import { readdirSync } from 'node:fs';
import t from 'tap';
import { widthOf } from '../../src/commands/terminal.ts';
import { groupFindings } from '../../src/diagnosis/aggregate.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { Finding } from '../../src/diagnosis/investigate.ts';
import { renderFindings } from '../../src/report/text.ts';
import { factsOf, readFixture } from '../helpers/facts.ts';

const FOLDER = 'test/fixtures/causes';
const findings = readdirSync(FOLDER)
  .filter(file => file.endsWith('.json'))
  .map((file): { name: string; finding: Finding } => {
    const facts = factsOf(readFixture(`${FOLDER}/${file}`));
    return { name: file, finding: { facts, diagnosis: diagnose(facts) } };
  });
const textOf = (all: Finding[], width: number, wide = false, color = false): string =>
  renderFindings(groupFindings(all), [], { color, wide, width });
/** Lines that begin at the left margin and are no command. */
const OWN =
  /^(?:[A-Z][A-Za-z]+(?: \((?:certain|likely|possible)\))?:|Checks from this machine|Fix|Evidence|Decided by:|Credentials in|Entries that|Largest|All checks|Notes$|More: )/;
/** Lines of a terminal that a line takes. */
const screenLines = (lines: readonly string[], width: number): number =>
  lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / width)), 0);

t.test('what stands at the left margin, and how wide a line is', async t => {
  for (const { name, finding } of findings)
    for (const wide of [false, true])
      for (const width of [60, 80, 120]) {
        const commands = new Set(finding.diagnosis.fixes.flatMap(({ command }) => command?.split('\n') ?? []));
        const lines = textOf([finding], width, wide).trimEnd().split('\n');
        const foreign = lines.filter(line => /^\S/.test(line) && !commands.has(line) && !OWN.test(line));
        const wideLines = lines.filter(line => line.length > width && line.startsWith(' ') && line.trim().includes(' '));
        // a label and one long word, and rows of tables, in which no name is cut
        const tooWide = wideLines.filter(line => !/\S {2,}\S/.test(line));
        if (foreign.length > 0 || tooWide.length > 0) t.fail(`${name} at ${width}${wide ? ', wide' : ''}`, { foreign, tooWide });
        const missing = [...commands].filter(command => !lines.includes(command));
        if (missing.length > 0) t.fail(`${name} at ${width}: a command is not whole`, { missing });
      }
  t.ok(findings.length > 400, `${findings.length} fixtures`);
});

t.test('the fix is on the first screen', async t => {
  for (const { name, finding } of findings) {
    const lines = textOf([finding], 80).split('\n');
    const fix = lines.indexOf('Fix');
    if (fix < 0) continue;
    const end = lines.indexOf('', fix);
    const command = lines.findIndex((line, index) => index > fix && index < end && /^\S/.test(line));
    const [first, all] = [screenLines(lines.slice(0, command < 0 ? fix : command + 1), 80), screenLines(lines.slice(0, end), 80)];
    if (first > 24 || all > 40) t.fail(`${name}: the first command ends on line ${first}, the fix on line ${all}`);
    const evidence = lines.indexOf('Evidence');
    if (evidence >= 0 && evidence < fix) t.fail(`${name}: the evidence stands before the fix`);
  }
});

t.test('our own signs are ASCII, and color takes nothing away', async t => {
  for (const { name, finding } of findings) {
    const plain = textOf([finding], 80, true);
    const given = JSON.stringify(finding);
    const foreign = [...plain].filter(sign => sign > '~' && !given.includes(sign));
    if (foreign.length > 0) t.fail(`${name}: ${foreign.join(' ')}`);
    const colored = textOf([finding], 80, true, true);
    if (colored.replace(/\u001b\[(?:1|22|3[1-3]|39)m/g, '') !== plain) t.fail(`${name}: with color it says something else`);
  }
});

t.test('a report of all fixtures fits a screen', async t => {
  const many = findings
    .filter(({ finding: { facts } }) => facts.planned === undefined && facts.pod !== null)
    .map(({ finding: { facts, diagnosis } }, index): Finding => {
      const pod = { ...(facts.pod as NonNullable<typeof facts.pod>), name: `pod-${index}`, namespace: `team-${index % 7}` };
      return { facts: { ...facts, pod }, diagnosis };
    });
  const lines = textOf(many, 80).split('\n');
  t.ok(lines.length <= 40, `${lines.length} lines`);
  t.match(lines[0], /^\d+ pods in 7 namespaces, \d+ causes in \d+ rows$/);
  t.match(lines.join('\n'), /\n {2}and \d+ more rows with \d+ pods: -o wide shows all, -o name their names\n/);
});

t.test('the columns to fold at', async t => {
  const rows: [boolean, number | undefined, string | undefined, number][] = [
    [true, 100, undefined, 100],
    [true, 30, undefined, 60],
    [true, 300, '70', 120],
    [true, undefined, undefined, 80],
    [true, 0, undefined, 80],
    [false, undefined, undefined, 80],
    [false, undefined, '100', 100],
    [false, undefined, 'many', 80],
  ];
  for (const [isTTY, columns, variable, wanted] of rows) {
    const stdout = { write: () => true, isTTY, columns: columns as number };
    t.equal(widthOf({ stdout, environment: { COLUMNS: variable } }), wanted, JSON.stringify([isTTY, columns, variable]));
  }
});
