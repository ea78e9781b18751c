/** Parts that the texts of `why` and of `test-secret` share: fixes, the checks of a probe, and how far they came. Pure. */
import type { Fix } from '../model/diagnosis.ts';
import type { Check } from '../model/probe.ts';
import { fold, foldPhrases, labeled } from './columns.ts';
import type { Style } from './style.ts';
import type { Ladder } from './view.ts';

/**
 * In: fixes, and the columns to fold at. Out: their lines, numbered where there are several. A command stands at the left margin, whole: what is copied is what runs, and a shell
 * keeps it in its history. Nothing else of a fix stands there.
 */
export function renderFixes(fixes: readonly Fix[], width: number, s: Style): string[] {
  return fixes.flatMap((fix, index) => {
    const number = fixes.length > 1 ? `${index + 1}. ` : '';
    const [first = '', ...rest] = fold(fix.title, width, ' '.repeat(2 + number.length));
    return [`  ${number}${first.trimStart()}`, ...rest, ...(fix.command === null ? [] : renderCommand(fix.command, s))];
  });
}

/** A command, line by line. */
export const renderCommand = (command: string, s: Style): string[] => command.split('\n').map(line => s.bold(line));

/** In: the checks of one probe, and the columns to fold at. Out: their lines, each with its result and its milliseconds. */
export function renderChecks(checks: readonly Check[], width: number): string[] {
  const size = (of: (check: Check) => string): number => Math.max(...checks.map(check => of(check).length));
  const [names, results] = [size(({ name }) => name), size(({ status }) => status)];
  return checks.flatMap(({ name, status, detail, ms }) =>
    labeled(`${name.padEnd(names)}  ${status.padEnd(results)}`, `${detail}${ms === null ? '' : ` (${ms} ms)`}`, width),
  );
}

const CHECKS = 'Checks from this machine';

/** In: how far our request came. Out: one line in words: which steps went well, which failed with what. */
export function renderLadder({ identity, steps }: Ladder, width: number, s: Style): string[] {
  const runs: string[] = [];
  for (let from = 0; from < steps.length; ) {
    const status = steps[from]?.status;
    const next = steps.findIndex((step, index) => index > from && step.status !== status);
    const run = steps.slice(from, next < 0 ? undefined : next);
    const codes = [...new Set(run.flatMap(({ code }) => code ?? []))];
    runs.push(
      `${run.map(({ name }) => name).join(', ')} ${status}${codes.length === 0 || status === 'ok' ? '' : ` (${codes.join(', ')})`}`,
    );
    from += run.length;
  }
  const [begin = '', ...others] = runs.map((run, index) => (index < runs.length - 1 ? `${run};` : run));
  const [first = '', ...rest] = foldPhrases([`${CHECKS}${identity === null ? '' : `, ${identity}`}: ${begin}`, ...others], width, '');
  return [`${s.bold(CHECKS)}${first.slice(CHECKS.length)}`, ...rest];
}
