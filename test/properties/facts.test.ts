/** Verdicts of generated facts: none throws, the same facts have the same verdict, the order of what has no order does not matter, and nothing printed obeys a terminal. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { quote } from '../../src/causes/shell.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { Facts } from '../../src/model/facts.ts';
import { readFacts } from '../../src/parse/facts.ts';
import { ShapeError } from '../../src/parse/shape.ts';
import { createReport } from '../../src/report/findings.ts';
import { factsOf, readFixture } from '../helpers/facts.ts';
import { edits, often, word } from './arbitraries.ts';
import { dumps, type Outcome, whyAll } from './dumps.ts';
import { editValue } from './edits.ts';

const FIXTURES = 'test/fixtures/causes';
const FACTS = readdirSync(FIXTURES)
  .filter(file => file.endsWith('.json'))
  .map(file => factsOf(readFixture(`${FIXTURES}/${file}`)));

/** Null where a value is not facts. */
function factsOrNull(value: unknown): Facts | null {
  try {
    return readFacts(value, '');
  } catch (error) {
    if (error instanceof ShapeError) return null;
    throw error;
  }
}

/** Facts of a fixture in which values were changed and other parts are those of another fixture. */
const facts = fc
  .tuple(fc.constantFrom(...FACTS), fc.constantFrom(...FACTS), fc.subarray(Object.keys(FACTS[0] as Facts)), edits(4))
  .map(([one, other, parts, changes]) => {
    const mixed = { ...one, ...Object.fromEntries(parts.map(part => [part, other[part as keyof Facts]])) };
    return factsOrNull(editValue(mixed, changes)) ?? factsOrNull(mixed);
  })
  .filter(read => read !== null);

const report = (all: readonly Facts[], output: 'text' | 'wide' | 'json' | 'yaml' | 'prometheus' | 'name'): string => {
  const made = createReport({ output, facts: false, color: false, width: 80 });
  for (const one of all) made.take({ facts: one, diagnosis: diagnose(one) });
  return made.render(() => [], []);
};

t.test('facts of any valid shape have a verdict and a report in every format', async t => {
  const holds = fc.property(fc.array(facts, { minLength: 1, maxLength: 4 }), all => {
    for (const one of all) {
      const verdict = JSON.stringify(diagnose(one));
      if (JSON.stringify(diagnose(structuredClone(one))) !== verdict) throw new Error('the same facts have two verdicts');
    }
    for (const output of ['text', 'wide', 'json', 'yaml', 'prometheus', 'name'] as const) {
      const text = report(all, output);
      const found = /[\p{Cf}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u.exec(text);
      if (found !== null)
        throw new Error(`${output} holds ${JSON.stringify(found[0])}: ${JSON.stringify(text.slice(found.index - 40, found.index + 20))}`);
    }
  });
  await t.resolves(async () => fc.assert(holds, often(150)));
});

/** What a run says of each pod, without the order of the pods. */
const verdicts = ({ status, stdout }: Outcome): string => {
  const { items } = JSON.parse(stdout) as { items: { pod: object; cause: string; certainty: string; evidence: object[] }[] };
  return [status, ...items.map(({ pod, cause, certainty, evidence }) => JSON.stringify([pod, cause, certainty, evidence])).sort()].join(
    '\n',
  );
};

t.test('the order of the objects does not matter', async t => {
  const shuffled = fc
    .constantFrom(...dumps())
    .chain(objects => fc.tuple(fc.constant(objects), fc.shuffledSubarray(objects, { minLength: objects.length })));
  const holds = fc.asyncProperty(shuffled, async ([objects, other]) => {
    const [one, two] = await Promise.all(
      [objects, other].map(items => whyAll({ file: 'dump' }, 'json', JSON.stringify({ kind: 'List', items }))),
    );
    if (verdicts(one as Outcome) !== verdicts(two as Outcome))
      throw new Error(`${verdicts(one as Outcome)}\nand\n${verdicts(two as Outcome)}`);
  });
  await t.resolves(fc.assert(holds, often(60)));
});

t.test('a quoted word is the same word to a shell', async t => {
  // no program is given a word with NUL, and what is no Unicode has no bytes
  const sound = word.map(text => Buffer.from(text.replaceAll('\0', '')).toString());
  const holds = fc.property(fc.array(sound, { minLength: 1, maxLength: 40 }), words => {
    const script = `for word in ${words.map(quote).join(' ')}; do printf '%s\\0' "$word"; done`;
    const { status, stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
    const read = stdout.split('\0').slice(0, -1);
    if (status !== 0 || JSON.stringify(read) !== JSON.stringify(words))
      throw new Error(`${JSON.stringify(words)} is read as ${JSON.stringify(read)}`);
  });
  await t.resolves(async () => fc.assert(holds, often(30)));
});
