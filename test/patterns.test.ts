/**
 * Regular expressions of the source take time in proportion to the text, by static analysis (scslre): none can go back over the same characters in two ways, and none
 * that is searched for can begin at each of many characters and run to the end from there. The analysis sees repetitions of one character; what it does not see is
 * bounded by the length of the text, which test/parse/hostile.test.ts measures.
 */
import { analyse } from 'scslre';
import t from 'tap';
import { ERRORS, WRAPPERS } from '../src/parse/messages/reader.ts';
import { compileError, type ErrorRow, type Wrapper } from '../src/parse/messages/row.ts';
import { STATEMENTS } from '../src/parse/messages/statements.ts';
import { type Pattern, patternsOfSource } from './helpers/patterns.ts';

/** What makes a pattern slow; empty where nothing does. `isSearched`: it may begin anywhere in the text. */
const faultsOf = ({ source, flags }: Pick<Pattern, 'source' | 'flags'>, isSearched = true): string[] =>
  analyse({ source, flags }, { maxReports: 3, reportTypes: { Move: isSearched, Self: true, Trade: true } }).reports.map(
    ({ type, exponential }) => `${type}${exponential ? ' (exponential)' : ''} in /${source.slice(0, 160)}/`,
  );

/** Expressions that are made of parts that the analysis cannot put together, and why they are none to fear. */
const MADE_OF_PARTS: Record<string, string> = {
  'src/model/registry-providers.ts': 'hosts of a table, joined by |, between ^ and $',
  'src/parse/messages/row.ts': 'the rows, which a test of its own looks at',
  'src/util/visible.ts': 'one character of a class each',
};

const { patterns, made } = patternsOfSource();

t.test('the analysis finds what is slow', async t => {
  for (const slow of [/\s+$/, /(a+)+b/, /^(.*?)((?::[^/]*)?(?:@.*)?)$/, /\w+\s*=/, /".*" is not/, /^a*[ab]*a*$/])
    t.not(faultsOf(slow).length, 0, String(slow));
  for (const fast of [/^\s+/, /\b[a-z]+: x/, /^[^:]*:[^:]*$/, /"[^"]{0,200}" is not/]) t.strictSame(faultsOf(fast), [], String(fast));
});

t.test('no regular expression of the source takes more than linear time', async t => {
  t.ok(patterns.length > 250, `${patterns.length} are found`);
  for (const pattern of patterns) t.strictSame(faultsOf(pattern), [], pattern.at);
  t.strictSame(made, Object.keys(MADE_OF_PARTS).sort(), 'those that are made of parts are known');
});

t.test('no row of the messages takes more than linear time', async t => {
  const rows: (Wrapper | ErrorRow)[] = [...WRAPPERS, ...ERRORS];
  for (const { id, match } of rows) t.strictSame(faultsOf(match, false), [], id);
  for (const { id, match } of STATEMENTS) t.strictSame(faultsOf(match), [], id);
  // those that are looked for inside a text: the bounds of their repetitions are taken off again, so that the analysis sees what they bound
  for (const row of ERRORS.filter(({ isWhole }) => !isWhole)) {
    const { source, flags } = compileError(row).part;
    t.strictSame(faultsOf({ source: source.replaceAll('{1,600}', '+').replaceAll('{0,600}', '*'), flags }), [], `${row.id}, anywhere`);
  }
});
