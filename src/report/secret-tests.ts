/** The text of `test-secret`: for each secret its verdict, its problems, the result of each entry, and the fixes. Pure. */
import type { SecretTest } from '../diagnosis/test-secret.ts';
import { forReading } from './clean.ts';
import { fold, table } from './columns.ts';
import { RESULT, renderChecks, renderFixes } from './sections.ts';
import { type Style, style, type TextOptions } from './style.ts';

/** In: the tests of all secrets. Out: the text, one part for each secret; with `wide` also the checks of each entry. */
export const renderSecretTests = (tests: SecretTest[], options: TextOptions): string =>
  forReading(tests)
    .map(test => renderSecretTest(test, options))
    .join('\n');

function renderSecretTest(test: SecretTest, { color, wide, width }: TextOptions): string {
  const s = style(color);
  const { secret, problems, entries } = test;
  const lines = [
    `${s.bold(`secret ${secret.namespace}/${secret.name}`)} ${verdictOf(test, s)}`,
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

/** Whether a secret works, in a few words. */
function verdictOf({ problems, entries }: SecretTest, s: Style): string {
  const failing = entries.filter(({ cause }) => cause !== null);
  const accepted = entries.some(({ result, cause }) => result === 'accepted' && cause === null);
  if (problems.length > 0) return s.red('does not work');
  if (failing.length === 0) return accepted ? s.green('works') : s.yellow('could not be verified');
  if (failing.every(({ result }) => result === 'accepted')) return s.yellow('works, but it cannot pull the image');
  if (accepted) return s.yellow('works only for some of its entries');
  // a registry that does not answer says nothing about the secret
  return failing.every(({ result }) => result === 'error') ? s.yellow('could not be tested from this machine') : s.red('does not work');
}
