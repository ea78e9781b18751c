/**
 * Every fixture of fixtures/causes through the whole table of causes: what was seen of one image in, the verdict and its text out. `redherring-*`
 * are those that look like another cause than they are.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import t from 'tap';
import { CAUSES, type CauseCode } from '../src/causes/index.ts';
import type { Diagnosis } from '../src/diagnosis.ts';
import { diagnose } from '../src/diagnose.ts';
import { groupFindings } from '../src/group.ts';
import { renderFindings } from '../src/output/text.ts';
import { factsOf, type Fixture, readFixture } from './helpers/facts.ts';

const FOLDER = 'test/fixtures/causes';
const files = readdirSync(FOLDER).sort();

/** Commands on the cluster as a whole, which take no namespace. */
const CLUSTER_WIDE = /^kubectl (?:cordon|drain|get --raw) /;
const commandsOf = (diagnosis: Diagnosis): string[] => diagnosis.fixes.flatMap(fix => fix.command ?? []);

for (const file of files) {
  t.test(file.replace(/\.json$/, ''), async t => {
    const fixture = readFixture(`${FOLDER}/${file}`);
    const facts = factsOf(fixture);
    const diagnosis = diagnose(facts);
    const { cause, certainty, also, next } = diagnosis;
    t.strictSame({ cause, certainty, also, next }, { also: [], next: [], ...expected(fixture) }, fixture.about);

    for (const name of fixture.expect.names) t.ok(diagnosis.summary.includes(`"${name}"`), `the summary names "${name}" in quotes`);
    t.match(diagnosis.summary, /^["A-Zk].*\.\)?$/s, 'the summary is made of sentences');
    t.notMatch(`${diagnosis.title} ${diagnosis.summary}`, /undefined|\bnull\b|NaN|\[object|""|\.\.(?!\.)| ,|\s\.|: \./, 'the text has no hole');
    t.ok(certainty !== 'certain' || also.length === 0, 'what is certain has no alternative');
    t.ok(also.length <= 5 && !also.includes(cause), 'at most five alternatives, the cause not among them');

    for (const command of commandsOf(diagnosis)) {
      t.notMatch(command, /undefined|\bnull\b|NaN|\[object|(?<!\\)""|''(?!')(?<!''')/, `complete: ${command}`);
      const { status, stderr } = spawnSync('bash', ['-n', '-c', command], { encoding: 'utf8' });
      t.equal(status, 0, `a shell can read it${stderr}`);
      for (const line of command.split(/\n| \| /).filter(part => part.startsWith('kubectl ') && !CLUSTER_WIDE.test(part)))
        t.match(line, / -n (?:shop|staging)(?: |$)/, `it names the namespace: ${line}`);
    }
    t.matchSnapshot(renderFindings(groupFindings([{ facts, diagnosis }]), [], { colour: false, wide: false, width: 100 }), 'text');
  });
}

t.test('each cause has a fixture of its own', async t => {
  for (const { code } of CAUSES) {
    const own = files.filter(file => file === `${code}.json`);
    t.equal(own.length, 1, code);
    if (own.length === 1) t.equal(readFixture(`${FOLDER}/${code}.json`).expect.cause, code, `${code}.json is about ${code}`);
  }
});

t.test('a red herring is not taken for what it looks like', async t => {
  for (const file of files.filter(name => name.startsWith('redherring-'))) {
    const fixture = readFixture(`${FOLDER}/${file}`);
    const { not = [] } = fixture.expect;
    t.ok(not.length > 0, `${file} says what it is not`);
    const { cause, certainty } = diagnose(factsOf(fixture));
    for (const code of not) t.not(cause, code, `${file}: ${cause} (${certainty}), not ${code}`);
  }
});

function expected({ expect }: Fixture): { cause: CauseCode; certainty: string; also?: CauseCode[]; next?: CauseCode[] } {
  const { names: _, not: __, ...verdict } = expect;
  return verdict;
}
