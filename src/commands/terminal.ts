import { dump } from 'js-yaml';
import { printable } from '../report/style.ts';
import { redact } from '../util/redact.ts';
import { UserError } from '../util/user-error.ts';
import type { Context } from './context.ts';

/** What is printed, and the text that is read from a file or standard input. */
/** Shows what is going on when it takes longer than a second, on a terminal only; cleared when the answer comes. */
export function showProgress(context: Context): { say(what: string): void; done(): void } {
  if (context.stderr.isTTY !== true) return { say() {}, done() {} };
  let shown = false;
  let what = '';
  const show = (): void => {
    shown = true;
    context.stderr.write(`\r\u001b[K${what} …`);
  };
  const timer = setTimeout(show, 1000);
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

export const print = (context: Context, text: string): void => context.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
/** JSON, in which no control character stands as it is (`JSON.stringify` leaves some that terminals obey). */
export const printJson = (context: Context, value: object): void =>
  print(
    context,
    JSON.stringify(value, null, 2).replace(/[\u007f-\u009f]/g, character => `\\u00${character.charCodeAt(0).toString(16)}`),
  );
export const printYaml = (context: Context, value: object): void =>
  print(context, dump(JSON.parse(JSON.stringify(value)), { lineWidth: -1, noRefs: true }));
export const warn = (context: Context, warnings: string[]): void => {
  for (const warning of warnings) context.stderr.write(`warning: ${printable(redact(warning), false)}\n`);
};

/** Columns to fold text at: those of the terminal, within what can be read. */
export const widthOf = (context: Context): number => Math.min(120, Math.max(60, context.stdout.isTTY ? context.stdout.columns : 100));

/** The text of `-f FILE` (`-` is standard input), and its name for messages. */
export async function readInput(file: string, context: Context): Promise<{ text: string; name: string }> {
  const name = file === '-' ? 'standard input' : `"${file}"`;
  try {
    return { text: file === '-' ? await context.readStdin() : await context.readFile(file), name };
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOENT') throw new UserError(`the file ${name} does not exist`, 'check -f');
    throw new UserError(
      code === 'EISDIR' ? `${name} is a folder` : `${name} cannot be read: ${(error as Error).message}`,
      'name a file, or - for standard input',
    );
  }
}
