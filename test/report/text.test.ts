/** The text and the JSON of a diagnosis: what each format adds. The whole texts are the golden files of test/fixtures/causes. */
import t from 'tap';
import { groupFindings } from '../../src/diagnosis/aggregate.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { Finding } from '../../src/diagnosis/investigate.ts';
import { createReport } from '../../src/report/findings.ts';
import { diagnosisItem, itemWithFacts, toJson, toYaml } from '../../src/report/json.ts';
import { renderFindings } from '../../src/report/text.ts';
import { factsOf, readFixture } from '../helpers/facts.ts';

function findingOf(name: string): Finding {
  const facts = factsOf(readFixture(`test/fixtures/causes/${name}.json`));
  return { facts, diagnosis: { ...diagnose(facts), decidedBy: { rule: 'some-rule', reason: 'The registry has no such tag.' } } };
}
const shown = (findings: Finding[], wide: boolean, color = false): string =>
  renderFindings(groupFindings(findings), [], { color, wide, width: 80 });

t.test('the rule that decided stands in the JSON and in -o wide', async t => {
  const finding = findingOf('TagNotFound');
  t.match(shown([finding], true), /\nDecided by: The registry has no such tag \(some-rule\)\n/);
  t.notMatch(shown([finding], false), /Decided by/);
  t.match(diagnosisItem(finding), { decidedBy: { rule: 'some-rule', reason: 'The registry has no such tag.' } });
});

t.test('facts are added to an item, and change nothing else of it', async t => {
  const finding = findingOf('TagNotFound');
  t.notOk('facts' in diagnosisItem(finding) || 'factsVersion' in diagnosisItem(finding));
  t.strictSame(itemWithFacts(finding), { ...diagnosisItem(finding), factsVersion: 1, facts: finding.facts });
});

t.test('-o wide shows every check, credential and near miss', async t => {
  const finding = findingOf('CredentialsRejected');
  t.match(shown([finding], true), /\nCredentials in the order in which kubelet tries them\n {2}SECRET +KEY +USER +RESULT +DETAIL\n/);
  t.match(shown([finding], true), /\nAll checks from this machine\n {2}dns +ok /);
  t.notMatch(shown([finding], false), /All checks from this machine/);
});

t.test('colors', async t => {
  t.match(shown([findingOf('TagNotFound')], false, true), /^\u001b\[1m\u001b\[31mTagNotFound\u001b/, 'a cause is red');
  t.match(shown([findingOf('NoPullProblem')], false, true), /^\u001b\[1m\u001b\[32mNoPullProblem\u001b/, 'no cause is green');
  t.match(shown([findingOf('FixedWaitingForRetry')], false, true), /^\u001b\[1m\u001b\[33mFixed/, 'what repairs itself is yellow');
});

t.test('the report of no finding', async t => {
  const empty = (output: 'text' | 'wide' | 'json' | 'yaml' | 'name' | 'prometheus'): string =>
    createReport({ output, facts: false, color: false, width: 80 }).render(() => [], ['a warning']);
  for (const format of ['text', 'wide', 'name'] as const) t.equal(empty(format), '', format);
  t.match(JSON.parse(empty('json')), { kind: 'DiagnosisList', items: [], groups: [], patterns: [], warnings: ['a warning'] });
  t.match(empty('yaml'), /^items: \[\]$/m);
  t.match(empty('prometheus'), /^imagepull_failing_pods\{cause="TagNotFound"\} 0$/m);
});

t.test('JSON and YAML hold no control characters', async t => {
  const value = { text: 'a\u001b[31m\u009b\u007f\n' };
  for (const write of [toJson, toYaml]) t.notMatch(write(value), /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  t.strictSame(JSON.parse(toJson(value)), value, 'and nothing is lost');
});
