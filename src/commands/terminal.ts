/** The terminal and the files of a command: what is printed where, progress while somebody waits, and the text that is read. */
import { printable } from '../report/style.ts';
import { redact } from '../util/redact.ts';
import { UserError } from '../util/user-error.ts';
import type { Context } from './context.ts';

/** Milliseconds after which progress is shown. */
const PROGRESS_DELAY = 1000;

/** Shows on standard error what is going on when it takes longer than a second, on a terminal only; cleared when the answer comes. */
export function showProgress(context: Context): { say(what: string): void; done(): void } {
  if (context.stderr.isTTY !== true) return { say() {}, done() {} };
  let shown = false;
  let what = '';
  const show = (): void => {
    shown = true;
    context.stderr.write(`\r\u001b[K${what} …`);
  };
  const timer = setTimeout(show, PROGRESS_DELAY);
  return {
    say(text) {
      what = text;
      if (shown) show();
    },
    done() {
      clearTimeout(timer);
      if (shown) context.stderr.write('\r\u001b[K');
      shown = false;
    },
  };
}

/** Prints the answer of a command, with a line end. */
export const print = (context: Context, text: string): void => context.stdout.write(text.endsWith('\n') ? text : `${text}\n`);

/** Prints warnings on standard error, one line each. */
export const warn = (context: Context, warnings: string[]): void => {
  for (const warning of warnings) context.stderr.write(`warning: ${printable(redact(warning), false)}\n`);
};

/** Columns to fold text at: those of the terminal between 60 and 120, 100 elsewhere. */
export const widthOf = (context: Context): number => Math.min(120, Math.max(60, context.stdout.isTTY ? context.stdout.columns : 100));

/** In: the file of -f (`-` is standard input). Out: its text, and its name for messages. Throws UserError when it cannot be read. */
export async function readInput(file: string, context: Context): Promise<{ text: string; name: string }> {
  const name = file === '-' ? 'standard input' : `"${file}"`;
  try {
    return { text: file === '-' ? await context.readStdin() : await context.readFile(file), name };
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOENT') throw new UserError(`the file ${name} does not exist`, 'check -f');
    throw new UserError(
      code === 'EISDIR' ? `${name} is a directory` : `${name} cannot be read: ${(error as Error).message}`,
      'name a file, or - for standard input',
    );
  }
}
