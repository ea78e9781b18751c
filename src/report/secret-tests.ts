/** The text of `test-secret`: for each secret its verdict, its problems, the result of each entry, and the fixes. Pure. */
import type { SecretTest } from '../diagnosis/test-secret.ts';
import { forReading } from './clean.ts';
import { fold, table } from './columns.ts';
import { RESULT, renderChecks, renderFixes } from './sections.ts';
import { style, type TextOptions } from './style.ts';

/** In: the tests of all secrets. Out: the text, one part for each secret; with `wide` also the checks of each entry. */
export const renderSecretTests = (tests: SecretTest[], options: TextOptions): string =>
  forReading(tests)
    .map(test => renderSecretTest(test, options))
    .join('\n');

function renderSecretTest(test: SecretTest, { color, wide, width }: TextOptions): string {
  const s = style(color);
  const { secret, problems, entries } = test;
  const verdict = verdictOf(test);
  const lines = [
    `${s.bold(`secret ${secret.namespace}/${secret.name}`)} ${s[verdict.color](verdict.words)}`,
    s.dim(`type ${secret.type}`),
    ...problems.flatMap(({ code, detail }) => fold(`${code}: ${detail}`, width, '  ')),
  ];
  if (entries.length > 0) {
    const rows = entries.map(({ key, registry, username, result, cause, detail }) => [
      key,
      registry,
      username || '(empty)',
      RESULT[result],
      cause === null ? detail : `${cause}: ${detail}`,
    ]);
    lines.push('', table(['KEY', 'REGISTRY', 'USER', 'RESULT', 'DETAIL'], rows, width));
  }
  if (wide)
    for (const { key, checks } of entries) {
      const done = checks.filter(({ status }) => status !== 'skipped');
      lines.push('', s.bold(`Checks of "${key}" from this machine`), ...renderChecks(done, width, s));
    }
  const fixes = [...test.fixes, ...entries.flatMap(entry => entry.fixes)];
  const distinct = fixes.filter(
    ({ title, command }, index) => fixes.findIndex(other => other.command === command && other.title === title) === index,
  );
  if (distinct.length > 0) lines.push('', s.bold('Fix'), ...renderFixes(distinct, width, s));
  return `${lines.join('\n')}\n`;
}

/** In: the test of a secret. Out: whether it works, in a few words and a color. */
export function verdictOf({ problems, entries }: SecretTest): { words: string; color: 'red' | 'yellow' | 'green' } {
  const failing = entries.filter(({ cause }) => cause !== null);
  const accepted = entries.some(({ result, cause }) => result === 'accepted' && cause === null);
  if (problems.length > 0) return { words: 'does not work', color: 'red' };
  if (failing.length === 0) return accepted ? { words: 'works', color: 'green' } : { words: 'could not be verified', color: 'yellow' };
  if (failing.every(({ result }) => result === 'accepted')) return { words: 'works, but it cannot pull the image', color: 'yellow' };
  if (accepted) return { words: 'works only for some of its entries', color: 'yellow' };
  // a registry that does not answer says nothing about the secret
  return failing.every(({ result }) => result === 'error')
    ? { words: 'could not be tested from this machine', color: 'yellow' }
    : { words: 'does not work', color: 'red' };
}
