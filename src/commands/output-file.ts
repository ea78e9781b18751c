/** `--output-file`: the answer of a command goes to a file, whole, once the command has ended. Belongs here: when a file is written, and what is said of it. */
import { showBytes } from '../causes/sizes.ts';
import { UserError } from '../util/user-error.ts';
import type { Context } from './context.ts';
import { keepingAnswer, note, notWritable } from './terminal.ts';

/**
 * Runs a command, and writes to the file what it prints. In: the path, the name of the format for the status line, the context, and the command. Out: its exit status. Throws UserError
 * for a file that cannot be written, before the command runs where that is known; of a command that fails or is stopped nothing is written.
 */
export async function intoFile(
  path: string,
  format: string,
  context: Context,
  command: (context: Context) => Promise<number>,
): Promise<number> {
  if (path === '' || path === '-')
    throw new UserError(`invalid --output-file "${path}"`, 'name a file; without the flag the answer goes to standard output');
  await context.checkFile(path).catch((error: unknown) => {
    throw notWritable(path, error);
  });
  const kept = keepingAnswer({ ...context, stdout: { ...context.stdout, isTTY: false } });
  const status = await command(kept.context);
  if (context.signal.aborted) throw new UserError('interrupted');
  const text = kept.answer();
  // as it was printed: what passed `print` is safe to show, and has colors only where they were asked for
  await context.writeFile(path, text).catch((error: unknown) => {
    throw notWritable(path, error);
  });
  note(context, `wrote "${path}" (${text === '' ? 'empty' : `${format}, ${showBytes(Buffer.byteLength(text))}`})`);
  return status;
}

/** By the ending of a file. */
const FORMATS: Record<string, string> = {
  html: 'html',
  htm: 'html',
  md: 'markdown',
  markdown: 'markdown',
  json: 'json',
  yaml: 'yaml',
  yml: 'yaml',
};

/** In: the name of a file, and the formats that the command has. Out: the format that its ending stands for, undefined where it stands for none of these. */
export function formatOf(path: string, choices: readonly string[]): string | undefined {
  const format = FORMATS[/\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''];
  return format !== undefined && choices.includes(format) ? format : undefined;
}
