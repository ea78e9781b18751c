/** What is told of work that was given up, so that the rest goes on. Belongs here: from an error to its one line. Pure. */
import { redact } from './redact.ts';
import { UserError } from './user-error.ts';

/**
 * Why something could not be done. In: what was thrown. Out: the words of a `UserError`; a fault of ours is named, without a value that its message may quote.
 */
export function failureText(error: unknown): string {
  if (error instanceof UserError) return redact(error.message);
  const { name = 'error', message = '' } = error as Error;
  const told = error instanceof TypeError || error instanceof RangeError ? `: ${redact(message).split('\n', 1)[0]}` : '';
  return `internal error (${name}${told}; please report it)`;
}
