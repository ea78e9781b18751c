/** `why -o json --facts`, and `why -f` of it: the same facts lead to the same verdict, text and exit status, in this process and through the plugin. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { groupFindings, summaryOf } from '../../src/diagnosis/aggregate.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { Finding } from '../../src/diagnosis/investigate.ts';
import { NO_CAUSE } from '../../src/model/cause-codes.ts';
import type { Facts } from '../../src/model/facts.ts';
import { readFactsDocument } from '../../src/parse/facts.ts';
import { createReport } from '../../src/report/findings.ts';
import { diagnosisList, itemWithFacts, toJson, toYaml } from '../../src/report/json.ts';
import { renderFindings } from '../../src/report/text.ts';
import { factsOf, readFixture } from '../helpers/facts.ts';
import { folder, type Run, run, runAll } from '../helpers/process.ts';
import { freePort, startRegistry } from '../helpers/registry.ts';
import { podOf } from '../helpers/shop.ts';

const FOLDER = 'test/fixtures/causes';
const names = readdirSync(FOLDER)
  .filter(file => file.endsWith('.json'))
  .map(file => file.replace(/\.json$/, ''))
  .sort();
const findingOf = (facts: Facts): Finding => ({ facts, diagnosis: diagnose(facts) });
/** Of each fixture its finding. */
const findings = new Map(
  names.map(name => {
    const facts = factsOf(readFixture(`${FOLDER}/${name}.json`));
    return [name, findingOf(facts)] as const;
  }),
);
const listOf = (some: readonly Finding[], patterns: string[] = [], warnings: string[] = []): object =>
  diagnosisList(some.map(itemWithFacts), groupFindings(some).map(summaryOf), patterns, warnings);

t.test('every fixture, written as JSON and as YAML, comes back to the same verdict and text', async t => {
  for (const [name, finding] of findings)
    for (const [format, write] of [
      ['JSON', toJson],
      ['YAML', toYaml],
    ] as const) {
      const [facts] = readFactsDocument(write(listOf([finding])), 'a file')?.facts ?? [];
      if (facts === undefined) return t.fail(`${name}: no facts came back`);
      t.has(facts, JSON.parse(JSON.stringify(finding.facts)) as Facts, `${name} in ${format}: the facts, and no field less`);
      const again = findingOf(facts);
      t.strictSame(again.diagnosis, JSON.parse(JSON.stringify(finding.diagnosis)), `${name} in ${format}: the diagnosis`);
      const text = renderFindings(groupFindings([again]), [], { color: false, wide: false, width: 80 });
      t.equal(text, readFileSync(`${FOLDER}/${name}.txt`, 'utf8'), `${name} in ${format}: the golden text`);
    }
  t.ok(findings.size > 100, 'the fixtures are found');
});

/** What the plugin is to print for findings in a format. */
function expected(some: readonly Finding[], output: 'text' | 'wide' | 'json' | 'yaml' | 'name' | 'prometheus', facts = false): string {
  const report = createReport({ output, facts, color: false, width: 80 });
  for (const finding of some) report.take(finding);
  return report.render(() => [], []).replace(/\n?$/, '\n');
}
/** A program that was built has a version, this test has none. */
const unversioned = (text: string): string => text.replace(/\/blob\/[^/]+\//g, '/blob/VERSION/');
const FORMATS = ['text', 'wide', 'json', 'yaml', 'name', 'prometheus'] as const;

t.test('the plugin replays them: every format, from a file and from a pipe, with no registry and no cluster', async t => {
  const some = [...findings.values()];
  const again = (readFactsDocument(toJson(listOf(some)), 'a file')?.facts ?? []).map(findingOf);
  const files = folder({ 'facts.json': toJson(listOf(some)), 'facts.yaml': toYaml(listOf(some)) });
  const env = { KUBECONFIG: '/nowhere', HTTPS_PROXY: `http://127.0.0.1:${await freePort()}` };
  const lines = FORMATS.flatMap(format => ['facts.json', 'facts.yaml'].map(file => ['why', '-f', join(files, file), '-o', format]));
  const answers = await runAll(lines, env);
  for (const [index, line] of lines.entries()) {
    const { status, stdout, stderr } = answers[index] as Run;
    const name = `${line[2]?.split('.').at(-1)} -o ${line[4]}`;
    t.equal(unversioned(stdout), unversioned(expected(again, line[4] as 'text')), name);
    t.strictSame([status, stderr], [1, ''], `${name}: status, and nothing on standard error`);
  }
  // the output is an input again
  let text = (await run(['why', '-f', join(files, 'facts.json'), '-o', 'json', '--facts'], { env })).stdout;
  t.equal(unversioned(text), unversioned(expected(again, 'json', true)), '-o json --facts');
  text = (await run(['why', '-f', '-', '-o', 'yaml', '--facts'], { env, input: text })).stdout;
  const last = await run(['why', '-f', '-', '-o', 'wide'], { env, input: text });
  t.equal(unversioned(last.stdout), unversioned(expected(again, 'wide')), 'through two pipes');
});

t.test('a bare item, and several, are read too', async t => {
  const [one, other] = [findings.get('TagNotFound'), findings.get('NoPullProblem')] as [Finding, Finding];
  const item = (finding: Finding): string => JSON.stringify(itemWithFacts(finding), null, 2);
  const single = await run(['why', '-f', '-'], { input: item(one) });
  t.strictSame([single.status, unversioned(single.stdout)], [1, unversioned(expected([one], 'text'))], 'one item');
  const fine = await run(['why', '-f', '-'], { input: item(other) });
  t.strictSame([fine.status, unversioned(fine.stdout)], [0, unversioned(expected([other], 'text'))], 'one without a cause: status 0');
  t.ok(NO_CAUSE.has(other.diagnosis.cause));
  for (const [name, input] of [
    ['one after the other', `${item(one)}\n${item(other)}`],
    ['a list of items', `[${item(one)},${item(other)}]`],
    ['YAML documents', `${toYaml(itemWithFacts(one))}---\n${toYaml(itemWithFacts(other))}`],
  ] as const)
    t.equal(unversioned((await run(['why', '-f', '-'], { input })).stdout), unversioned(expected([one, other], 'text')), name);
  const none = await run(['why', '-f', '-'], { input: toJson(listOf([])) });
  t.match(none, { status: 0, stdout: '', stderr: /^no pod in standard input waits for an image\n$/ }, 'an empty list');
});

t.test('warnings and what pods have in common are replayed with the status that they gave', async t => {
  const some = [findings.get('TagNotFound'), findings.get('RateLimited')] as Finding[];
  const input = toJson(listOf(some, ['only pods on node "node-3" fail'], ['the events cannot be seen']));
  const answer = await run(['why', '-f', '-'], { input });
  t.match(answer, { status: 2, stderr: 'warning: the events cannot be seen\n', stdout: /only pods on node "node-3" fail/ });
  t.match(JSON.parse((await run(['why', '-f', '-', '-o', 'json'], { input })).stdout), {
    patterns: ['only pods on node "node-3" fail'],
    warnings: ['the events cannot be seen'],
  });
  const { facts } = findings.get('TagNotFound') as Finding;
  const chosen = findingOf({ ...facts, container: { ...facts.container, name: 'other' } });
  const part = await run(['why', '-f', '-', '-c', 'other'], {
    input: toJson(listOf([...some, chosen], ['only pods on node "node-3" fail'])),
  });
  t.notMatch(part.stdout, /only pods/, 'what all have in common is not said of a part');
  t.match(part.stdout, /^TagNotFound.*\n.*container "other"/, 'and -c chooses');
});

t.test('names and namespaces choose, labels cannot, and --fail-on counts', async t => {
  const input = toJson(listOf([findings.get('TagNotFound') as Finding]));
  const rows: [string[], number, RegExp][] = [
    [['api-7c9f'], 1, /^TagNotFound/],
    [['pod/api-7c9f', '-n', 'shop'], 1, /^TagNotFound/],
    [['absent'], 2, /standard input contains no pod "absent" \(it contains: api-7c9f\)/],
    [['-n', 'elsewhere'], 0, /no pod in standard input waits for an image/],
    [['-l', 'app=api'], 2, /--selector cannot be used with the facts/],
    [['--fail-on', 'RateLimited'], 0, /^TagNotFound/],
    [['--ignore', 'TagNotFound'], 0, /^TagNotFound/],
  ];
  for (const [args, status, says] of rows) {
    const answer = await run(['why', '-f', '-', ...args], { input });
    t.equal(answer.status, status, args.join(' '));
    t.match(answer.stdout + answer.stderr, says, args.join(' '));
  }
});

t.test('what a registry said is replayed when the registry is gone', async t => {
  const registry = await startRegistry({ images: [{ repository: 'team/api', tag: '1' }] });
  const image = `${registry.host}/team/api:2`;
  const pod = podOf('api', 'shop', {
    image,
    waiting: {
      reason: 'ErrImagePull',
      message: `failed to pull and unpack image "${image}": failed to resolve image: ${image}: not found`,
    },
  });
  const files = folder({ 'pod.json': JSON.stringify(pod) });
  const formats = FORMATS.map(format => ['-o', format]);
  const saved = await run(['why', '-f', join(files, 'pod.json'), '-o', 'json', '--facts']);
  await registry.close();
  const [item] = (JSON.parse(saved.stdout) as { items: { facts: Facts; factsVersion: number }[] }).items;
  t.equal(item?.factsVersion, 1);
  t.ok(item?.facts.probe?.attempts.length, 'the answer of the registry is in the facts');
  const replayed = await runAll(
    formats.map(format => ['why', '-f', join(folder({ 'saved.json': saved.stdout }), 'saved.json'), ...format]),
  );
  const finding = findingOf(item?.facts as Facts);
  for (const [index, format] of FORMATS.entries())
    t.equal(unversioned(replayed[index]?.stdout ?? ''), unversioned(expected([finding], format)), `-o ${format}`);
  const { facts: _facts, factsVersion: _version, ...plain } = item as unknown as Record<string, unknown>;
  t.strictSame((JSON.parse(replayed[2]?.stdout ?? '') as { items: object[] }).items, [plain], 'the item is the one that was written');
});

t.test('what cannot be replayed is one line that says why', async t => {
  const item = JSON.parse(JSON.stringify(itemWithFacts(findings.get('TagNotFound') as Finding))) as Record<string, unknown>;
  const { facts: _, factsVersion: __, ...bare } = item;
  const list = (...items: unknown[]): string => JSON.stringify({ apiVersion: 'imagepull/v1', kind: 'DiagnosisList', items });
  const rows: [string, string, RegExp][] = [
    ['diagnoses without facts', list(bare), /items\[0\] has no facts, only the diagnosis \(save it with: .* -o json --facts\)/],
    [
      'facts of a later version',
      list({ ...item, factsVersion: 2 }),
      /items\[0\]\.factsVersion is 2 \(this version of kubectl imagepull reads 1\)/,
    ],
    [
      'a list of a later version',
      list(item).replace('imagepull/v1', 'imagepull/v2'),
      /apiVersion "imagepull\/v2" \(this version reads imagepull\/v1\)/,
    ],
    ['a list that is none', '{"apiVersion":"imagepull/v1","kind":"DiagnosisList","items":{}}', /items is an object, expected a list/],
    ['facts that are a text', list({ ...item, facts: 'x' }), /items\[0\]\.facts is "x", expected an object/],
    ['facts that are empty', list({ ...item, facts: {} }), /items\[0\]\.facts\.now is missing/],
    ['a pod and a diagnosis', `${list(item)}\n---\n${JSON.stringify(podOf('p', 'shop'))}`, /diagnoses and other objects/],
  ];
  for (const [name, input, says] of rows) {
    const answer = await run(['why', '-f', '-'], { input });
    t.match(answer, { status: 2, stdout: '', stderr: says }, name);
    t.match(answer.stderr, /^error: standard input[^\n]+\n$/, `${name}: one line that names the file`);
  }
  t.match(
    await run(['test-secret', '-f', '-'], { input: list(item) }),
    { status: 2, stdout: '', stderr: /contains no secret/ },
    'test-secret takes no facts',
  );
});
