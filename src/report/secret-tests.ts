/** The text of `test-secret`: of several secrets first a table of their verdicts; then for each its verdict, its problems, the result of each entry, and the fixes (docs/output.md). Pure. */

import { count } from '../causes/phrases.ts';
import type { EntryTest, SecretTest } from '../diagnosis/test-secret.ts';
import { program } from '../util/called-as.ts';
import { forReading } from './clean.ts';
import { fold, hanging, table } from './columns.ts';
import { renderChecks, renderFixes } from './sections.ts';
import { type Style, style, type TextOptions } from './style.ts';
import { RESULT } from './words.ts';

/** Secrets up to which each is told in detail. */
const MAX_DETAILED = 3;

/** In: the tests of all secrets. Out: the text: the table alone where there are many, else also one part for each secret; with `wide` all parts, and the checks of each entry. */
export function renderSecretTests(all: readonly SecretTest[], options: TextOptions): string {
  const s = style(options.color);
  const tests = forReading([...all]).sort((a, b) => RANK[verdictOf(a).tone] - RANK[verdictOf(b).tone]);
  const parts = tests.map(test => renderSecretTest(test, options, s));
  if (tests.length < 2) return parts.join('\n');
  const isTableOnly = tests.length > MAX_DETAILED && !options.wide;
  const more = isTableOnly
    ? [
        `${hanging(`Run "${program()} test-secret SECRET -n NAMESPACE" for the entries and the fix of one, or add -o wide for all.`, options.width).join('\n')}\n`,
      ]
    : parts;
  return [renderOverview(tests, options, s), ...more].join('\n');
}

function renderOverview(tests: readonly SecretTest[], { width }: TextOptions, s: Style): string {
  const of = (wanted: Tone): number => tests.filter(test => verdictOf(test).tone === wanted).length;
  const [good, bad, open] = [of('good'), of('bad'), of('open')];
  const parts = [
    ...(good === 0 ? [] : [`${good} ${good === 1 ? 'works' : 'work'}`]),
    ...(bad === 0 ? [] : [`${bad} ${bad === 1 ? 'does' : 'do'} not work`]),
    ...(open === 0 ? [] : [`${open} ${open === 1 ? 'works' : 'work'} in part or could not be tested`]),
  ];
  const rows = tests.map(test => {
    const causes = new Set([...test.problems.map(({ code }) => code), ...test.entries.flatMap(({ cause }) => cause ?? [])]);
    return [
      `${test.secret.namespace}/${test.secret.name}`,
      test.entries.length === 0 ? '-' : `${test.entries.filter(({ cause }) => cause !== null).length} of ${test.entries.length}`,
      `${verdictOf(test).words}${causes.size === 0 ? '' : `: ${[...causes].join(', ')}`}`,
    ];
  });
  return [s.bold(`${count(tests.length, 'secret')}: ${parts.join(', ')}`), table(['SECRET', 'FAILED', 'RESULT'], rows, width), ''].join(
    '\n',
  );
}

/** The verdict, what is wrong, the fix, then what was seen of each entry. */
function renderSecretTest(test: SecretTest, { wide, width }: TextOptions, s: Style): string {
  const { secret, problems, entries } = test;
  const { words, tone } = verdictOf(test);
  const paint = { bad: s.red, open: s.yellow, good: s.green }[tone];
  const fixes = [...test.fixes, ...entries.flatMap(entry => entry.fixes)];
  const distinct = fixes.filter(
    ({ title, command }, index) => fixes.findIndex(other => other.command === command && other.title === title) === index,
  );
  const part = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', s.bold(title), ...lines]);
  const lines = [
    `${s.bold(`secret ${secret.namespace}/${secret.name}`)} ${paint(words)}`,
    ...fold(`type ${secret.type}`, width, '  '),
    ...problems.flatMap(({ code, detail }) => fold(`${code}: ${detail}`, width, '  ')),
    ...(entries.length === 0 ? [] : ['', table(...tableOf(entries, wide), width)]),
    ...part('Fix', renderFixes(distinct, width, s)),
    ...(wide
      ? entries.flatMap(({ key, checks }) =>
          part(
            `Checks of "${key}" from this machine`,
            renderChecks(
              checks.filter(({ status }) => status !== 'skipped'),
              width,
            ),
          ),
        )
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** One row an entry; which registry a key stands for is told where the key does not say it. */
function tableOf(entries: readonly EntryTest[], wide: boolean): [string[], string[][]] {
  const hasRegistry = wide || entries.some(({ key, registry }) => key.replace(/^https?:\/\//, '').split('/')[0] !== registry);
  const rows = entries.map(({ key, registry, username, result, cause, detail }) => [
    key,
    ...(hasRegistry ? [registry] : []),
    username || '(empty)',
    RESULT[result],
    cause === null ? detail : `${cause}: ${detail}`,
  ]);
  return [['KEY', ...(hasRegistry ? ['REGISTRY'] : []), 'USER', 'RESULT', 'DETAIL'], rows];
}

/** `open`: neither proved to work nor not to. */
type Tone = 'bad' | 'open' | 'good';
const RANK: Record<Tone, number> = { bad: 0, open: 1, good: 2 };

/** In: the test of a secret. Out: whether it works, in a few words and a tone. */
export function verdictOf({ problems, entries }: SecretTest): { words: string; tone: Tone } {
  const failing = entries.filter(({ cause }) => cause !== null);
  const accepted = entries.some(({ result, cause }) => result === 'accepted' && cause === null);
  if (problems.length > 0) return { words: 'does not work', tone: 'bad' };
  if (failing.length === 0) return accepted ? { words: 'works', tone: 'good' } : { words: 'could not be verified', tone: 'open' };
  if (failing.every(({ result }) => result === 'accepted')) return { words: 'works, but it cannot pull the image', tone: 'open' };
  if (accepted) return { words: 'works only for some of its entries', tone: 'open' };
  // a registry that does not answer says nothing about the secret
  return failing.every(({ result }) => result === 'error')
    ? { words: 'could not be tested from this machine', tone: 'open' }
    : { words: 'does not work', tone: 'bad' };
}
