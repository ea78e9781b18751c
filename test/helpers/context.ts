/** The context of a command that runs in this process: no terminal, no cluster, no file but one text, and what it writes is kept. */
import { PassThrough } from 'node:stream';
import type { Context } from '../../src/commands/context.ts';

/** In: the text of every file and of standard input, and what is otherwise. Out: the context, and what is written to it. */
export function contextOf(text = '', more: Partial<Context> = {}): { context: Context; written: { stdout: string; stderr: string } } {
  const written = { stdout: '', stderr: '' };
  const stderr = new PassThrough();
  stderr.setEncoding('utf8').on('data', data => (written.stderr += data));
  const context: Context = {
    environment: {},
    stdout: { write: data => void (written.stdout += data), isTTY: false, columns: 100 },
    stderr,
    isInteractive: false,
    readLine: async () => '',
    hold: () => () => {},
    readStdin: async () => text,
    readFile: async () => text,
    checkFile: async () => {},
    writeFile: async () => {},
    now: () => '2026-11-20T10:00:00Z',
    signal: new AbortController().signal,
    ...more,
  };
  return { context, written };
}
