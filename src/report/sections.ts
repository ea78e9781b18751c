/** Parts that the texts of `why` and of `test-secret` share: fixes, and the checks of a probe. Pure. */
import type { Fix } from '../model/diagnosis.ts';
import type { Check, CredentialResult } from '../model/probe.ts';
import { fold, labeled } from './columns.ts';
import type { Style } from './style.ts';

const MARK: Record<Check['status'], string> = { ok: '✓', failed: '✗', warning: '!', skipped: '-' };

/** A result of a credential, as words. */
export const RESULT: Record<CredentialResult, string> = {
  accepted: 'accepted',
  rejected: 'rejected',
  denied: 'denied',
  notTried: 'not tried',
  notVerifiable: 'not verifiable',
  error: 'error',
};

/** In: a number and a noun. Out: both, the noun in its right form. */
export const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;

/** In: fixes, and the columns to fold at. Out: their lines, numbered where there are several. A command is never folded: it is there to be copied. */
export function renderFixes(fixes: Fix[], width: number, s: Style): string[] {
  return fixes.flatMap((fix, index) => {
    const number = fixes.length > 1 ? `${index + 1}. ` : '';
    const indent = ' '.repeat(number === '' ? 4 : 2 + number.length);
    // further right than a command: no name in a title looks like one
    const [first = '', ...rest] = fold(fix.title, width, `${indent}  `);
    const command = fix.command === null ? [] : fix.command.split('\n').map(line => `${indent}${s.cyan(line)}`);
    return [`  ${number}${first.trimStart()}`, ...rest, ...command];
  });
}

/** In: the checks of one probe, and the columns to fold at. Out: their lines, each with its mark and its milliseconds. */
export const renderChecks = (checks: readonly Check[], width: number, s: Style): string[] =>
  checks.flatMap(({ name, status, detail, ms }) =>
    labeled(`${MARK[status]} ${name.padEnd(8)}`, `${detail}${ms === null ? '' : ` (${ms} ms)`}`, width, s),
  );
