/** The page of `test-secret`: a part for each secret, with what came of each of its entries. Belongs here: what of a test a page tells. Pure. */
import { docsOf } from '../causes/docs-url.ts';
import { count } from '../causes/phrases.ts';
import type { EntryTest, SecretTest } from '../diagnosis/test-secret.ts';
import type { Fix } from '../model/diagnosis.ts';
import { VERSION } from '../util/version.ts';
import { type Block, type Origin, type Page, type Part, rowsAbout, type Tone } from './page.ts';
import { checksBlock } from './page-findings.ts';
import { verdictOf } from './secret-tests.ts';
import { RESULT } from './words.ts';

const TONES: Record<ReturnType<typeof verdictOf>['tone'], Tone> = { bad: 'failed', open: 'waiting', good: 'ok' };

/** In: the tests of all secrets, warnings, and where the page is made. Out: the page. */
export function secretsPage(tests: readonly SecretTest[], warnings: readonly string[], origin: Origin): Page {
  const working = tests.filter(test => verdictOf(test).tone === 'good').length;
  const rows = tests.map((test, part) => ({ part, cells: [verdictOf(test).words, String(test.entries.length)] }));
  return {
    title: 'Pull secret report',
    summary: [`${count(tests.length, 'secret')} tested: ${working} ${working === 1 ? 'works' : 'work'}.`],
    about: rowsAbout(origin),
    overview: rows.length < 2 ? null : { columns: ['Verdict', 'Entries'], rows },
    parts: tests.map(partOf),
    blocks: [],
    warnings,
    isComplete: warnings.length === 0,
  };
}

function partOf(test: SecretTest): Part {
  const { secret, problems, entries } = test;
  const { words, tone } = verdictOf(test);
  const causes = new Set(entries.flatMap(({ cause }) => cause ?? []));
  const [only] = causes;
  return {
    tone: TONES[tone],
    name: `${secret.namespace}/${secret.name}`,
    labels: [secret.type],
    title: `The secret ${words}`,
    subject: [],
    paragraphs: problems.map(({ code, detail }) => `${code}: ${detail}`),
    tables: entries.length === 0 ? [] : [entryTable(entries)],
    ladders: entries.filter(({ checks }) => checks.some(({ status }) => status !== 'skipped')).map(ladderOf),
    fixes: distinct([...test.fixes, ...entries.flatMap(entry => entry.fixes)]),
    details: entries.flatMap(({ key, checks }) => checksBlock(`All checks of "${key}" from this machine`, checks)),
    docs: causes.size === 1 && only !== undefined ? { cause: only, address: docsOf(only, VERSION) } : null,
  };
}

const entryTable = (entries: readonly EntryTest[]): Block => ({
  title: 'Entries',
  columns: ['Key', 'Registry', 'User', 'Result', 'Detail'],
  rows: entries.map(({ key, registry, username, result, cause, detail }) => [
    { code: key },
    { code: registry },
    username === '' ? '(empty)' : { code: username },
    RESULT[result],
    cause === null ? detail : `${cause}: ${detail}`,
  ]),
});

const ladderOf = ({ key, checks }: EntryTest): Part['ladders'][number] => ({
  who: `with the entry "${key}"`,
  steps: checks.flatMap(({ name, status, code }) => (status === 'skipped' ? [] : [{ name, status, code }])),
});

const distinct = (fixes: readonly Fix[]): Fix[] =>
  fixes.filter(({ title, command }, index) => fixes.findIndex(other => other.command === command && other.title === title) === index);
