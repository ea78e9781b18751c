/**
 * The terminal and the files of a command: what is printed where, progress while somebody waits, and the text that is read. The only place that writes to standard output and
 * standard error: nothing passes it that a terminal obeys, that breaks a line of ours, or that is a secret of the run.
 */
import { asCalled } from '../util/called-as.ts';
import { redact } from '../util/redact.ts';
import { UserError } from '../util/user-error.ts';
import { visible, visibleLayout } from '../util/visible.ts';
import type { Context } from './context.ts';

/** Milliseconds after which progress is shown. */
const PROGRESS_DELAY = 1000;
/** Milliseconds between two pictures of what is shown anew. */
const BETWEEN_PICTURES = 100;

/**
 * Shows on standard error what is going on when it takes longer than a second, on a terminal only; cleared when the answer comes, and for an empty text, so that
 * something else can be said.
 */
export function showProgress(context: Context): { say(what: string): void; done(): void } {
  if (context.stderr.isTTY !== true) return { say() {}, done() {} };
  let shown = false;
  let what = '';
  let timer: NodeJS.Timeout | undefined;
  const show = (): void => {
    shown = true;
    context.stderr.write(`\r\u001b[K${what} ...`);
  };
  const done = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (shown) context.stderr.write('\r\u001b[K');
    shown = false;
  };
  return {
    say(text) {
      if (text === '') return done();
      // a line that is longer than the terminal would stay when the next one comes
      what = oneLine(text).slice(0, Math.max(20, context.stdout.columns - 3));
      timer ??= setTimeout(show, PROGRESS_DELAY);
      if (shown) show();
    },
    done,
  };
}

/** One line at the end of the terminal that is shown anew again and again, and cleared before anything else is printed; nothing where standard error is no terminal. */
export function liveLine(context: Context): { show(text: string): void; clear(): void } {
  if (context.stderr.isTTY !== true) return { show() {}, clear() {} };
  let isShown = false;
  return {
    show(text) {
      isShown = true;
      context.stderr.write(`\r\u001b[K${oneLine(text).slice(0, Math.max(20, context.stdout.columns - 1))}`);
    },
    clear() {
      if (isShown) context.stderr.write('\r\u001b[K');
      isShown = false;
    },
  };
}

/** Progress, and lines below it, at the end of a terminal: they are written over again and again, and cleared before anything else is printed. */
export class LiveBlock {
  readonly #stderr: Context['stderr'] & { columns?: number };
  readonly #columns: number;
  readonly #started = performance.now();
  #head = '';
  #rows: string[] = [];
  /** Lines that stand on the terminal. */
  #height = 0;
  #drawn = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  /** When the timer fires, by performance.now(). */
  #at = Number.POSITIVE_INFINITY;

  /** In: the context, whose standard error is a terminal, and the milliseconds after which lines are shown; without any, the progress is shown at its own time. */
  constructor(
    { stdout, stderr }: Context,
    private readonly firstAfter: number,
  ) {
    this.#stderr = stderr;
    this.#columns = stdout.columns;
  }

  head(text: string): void {
    if (text === '') return this.clear();
    this.#head = text;
    this.#drawSoon();
  }

  rows(rows: string[]): void {
    this.#rows = rows;
    this.#drawSoon();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#at = Number.POSITIVE_INFINITY;
    if (this.#height > 0) this.#stderr.write(`${this.#toTop()}\u001b[J`);
    this.#height = 0;
    [this.#head, this.#rows] = ['', []];
  }

  /** To the first line of what stands there. */
  #toTop(): string {
    return `\r${this.#height > 1 ? `\u001b[${this.#height - 1}A` : ''}`;
  }

  #drawSoon(): void {
    const first = this.#started + (this.#rows.length > 0 ? this.firstAfter : PROGRESS_DELAY);
    const at = Math.max(this.#drawn + BETWEEN_PICTURES, this.#height > 0 ? 0 : first);
    if (at >= this.#at) return;
    clearTimeout(this.#timer);
    this.#at = at;
    const wait = at - performance.now();
    if (wait <= 0) this.#draw();
    else this.#timer = setTimeout(() => this.#draw(), wait);
  }

  #draw(): void {
    this.#at = Number.POSITIVE_INFINITY;
    this.#drawn = performance.now();
    const width = Math.max(20, (this.#stderr.columns ?? this.#columns) - 1);
    const lines = [`${this.#head} ...`, ...this.#rows].map(line => fitting(line, width));
    this.#stderr.write(`${this.#height > 0 ? this.#toTop() : '\r'}${lines.map(line => `${line}\u001b[K`).join('\n')}\u001b[J`);
    this.#height = lines.length;
  }
}

/** A line that takes no more columns than there are: each character is one column wide. */
const fitting = (text: string, width: number): string =>
  oneLine(text)
    .replace(/[^ -~]/g, '?')
    .slice(0, width);

/**
 * Prints the answer of a command, with a line end. In: text that is laid out or a document, in which every value was cleaned (report/clean.ts), and whether it has
 * colors of ours.
 */
export const print = (context: Context, text: string, color = false): void => {
  const shown = visibleLayout(text, color);
  context.stdout.write(shown.endsWith('\n') ? shown : `${shown}\n`);
};

/** Prints the same without a line end of its own: a template has those that it wants. */
export const printAsItIs = (context: Context, text: string): void => context.stdout.write(visibleLayout(text, false));

/** A context whose answer is kept instead of printed, for who does something else with it. Out: that context, and what was printed so far. */
export function keepingAnswer(context: Context): { context: Context; answer(): string } {
  const parts: string[] = [];
  return {
    context: { ...context, stdout: { ...context.stdout, write: text => void parts.push(text) } },
    answer: () => parts.join(''),
  };
}

/** Writes a document to a file, with a line end and as safe to show as what is printed. Throws UserError when it cannot be written. */
export async function save(context: Context, path: string, text: string): Promise<void> {
  const shown = visibleLayout(text, false);
  await context.writeFile(path, shown.endsWith('\n') ? shown : `${shown}\n`).catch((error: unknown) => {
    throw notWritable(path, error);
  });
}

const HINTS: Record<string, string> = {
  ENOENT: 'its folder does not exist: create it first, or name another file',
  ENOTDIR: 'a part of its path is no folder: name another file',
  EISDIR: 'it is a directory: name a file in it',
  EACCES: 'you have no permission to write there: name another file',
  EROFS: 'the file system is read-only: name another file',
  ENOSPC: 'no space is left there: name another file',
};

/** In: a path, and why it cannot be written. Out: the error for the user. */
export function notWritable(path: string, error: unknown): UserError {
  const { code = (error as Error).message } = error as { code?: string };
  return new UserError(`"${path}" cannot be written: ${code}`, HINTS[code] ?? 'name another file');
}

/** A message on one line, whatever names and words of others are in it. */
const oneLine = (text: string): string => visible(redact(text));

/** Says something on standard error, on one line. */
export const note = (context: Pick<Context, 'stderr'>, text: string): void => void context.stderr.write(`${asCalled(oneLine(text))}\n`);

/** Prints warnings on standard error, one line each. */
export const warn = (context: Context, warnings: string[]): void => {
  for (const warning of warnings) note(context, `warning: ${warning}`);
};

/** Prints one line that says what went wrong and what to do; of an internal error also where, with IMAGEPULL_DEBUG. */
export function printError(context: Pick<Context, 'stderr' | 'environment'>, error: unknown): void {
  if (error instanceof UserError) {
    note(context, `error: ${error.message}${error.hint === null ? '' : ` (${error.hint})`}`);
    return;
  }
  const { message, stack = '' } = error instanceof Error ? error : { message: String(error) };
  note(context, `error: internal error: ${message.split('\n', 1)[0]} (IMAGEPULL_DEBUG=1 prints a stack trace; please report it)`);
  // indented, so that no line of a message looks like one of ours
  if (context.environment.IMAGEPULL_DEBUG) for (const line of stack.split('\n')) note(context, `    ${line.trim()}`);
}

/** As `isAgreed`. Errors: a UserError also where the answer is no. */
export async function confirm(context: Context, lines: readonly string[], question: string, agreed: boolean): Promise<void> {
  if (!(await isAgreed(context, lines, question, agreed)))
    throw new UserError('nothing was changed: the answer was not "y"', 'add --yes to skip the question');
}

/**
 * Asks before something is changed. In: what is going to be done, one line each, the question, and whether the user has agreed before (`--yes`). Out: whether the user
 * agrees. Errors: a UserError where nobody can answer.
 */
export async function isAgreed(context: Context, lines: readonly string[], question: string, agreed: boolean): Promise<boolean> {
  for (const line of lines) note(context, line);
  if (agreed) return true;
  if (!canAsk(context)) throw new UserError('nobody can be asked: standard input and standard error are not a terminal', 'add --yes');
  context.stderr.write(`${oneLine(question)} [y/N] `);
  return /^y(?:es)?$/i.test((await context.readLine()).trim());
}

/** Whether a question would be seen, and could be answered. */
export const canAsk = ({ isInteractive, stderr }: Context): boolean => isInteractive && stderr.isTTY === true;

/** Columns to fold text at: those of the terminal, elsewhere those that COLUMNS names, between 60 and 120; 80 where neither is known. */
export function widthOf({ stdout, environment }: Pick<Context, 'stdout' | 'environment'>): number {
  const known = stdout.isTTY ? stdout.columns : Number(environment.COLUMNS);
  return known > 0 ? Math.min(120, Math.max(60, Math.floor(known))) : 80;
}

/** In: the file of -f (`-` is standard input), or of another flag. Out: its text, and its name for messages. Throws UserError when it cannot be read. */
export async function readInput(file: string, context: Context, flag = '-f'): Promise<{ text: string; name: string }> {
  const name = file === '-' ? 'standard input' : `"${file}"`;
  try {
    return { text: file === '-' ? await context.readStdin() : await context.readFile(file), name };
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOENT')
      throw new UserError(
        `the file ${name} does not exist`,
        `correct the path after ${flag}${flag === '-f' ? ', or use - for standard input' : ''}`,
      );
    throw new UserError(
      code === 'EISDIR' ? `${name} is a directory` : `${name} cannot be read: ${(error as Error).message}`,
      code === 'EISDIR'
        ? 'name a file, or - for standard input; the manifests of a folder are read by: kubectl imagepull check -f FOLDER'
        : 'name a file, or - for standard input',
    );
  }
}
