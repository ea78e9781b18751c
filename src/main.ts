/** The entry, and the only file that touches the process: arguments, streams, signals, and the exit status (0 no cause, 1 a cause, 2 the check was not possible). */
import { setMaxListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import { run } from './cli.ts';
import type { Context } from './commands/context.ts';
import { redact } from './util/redact.ts';
import { onOneLine } from './util/text.ts';
import { UserError } from './util/user-error.ts';

const stop = new AbortController();
setMaxListeners(0, stop.signal);

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

const context: Context = {
  environment: process.env,
  stdout: { write: text => void process.stdout.write(text), isTTY: process.stdout.isTTY === true, columns: process.stdout.columns ?? 100 },
  stderr: process.stderr,
  isInteractive: process.stdin.isTTY === true,
  readStdin,
  readFile: path => readFile(path, 'utf8'),
  now: () => new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
  signal: stop.signal,
};

/** Prints one line that says what went wrong and what to do; of an internal error also where, with IMAGEPULL_DEBUG. */
function printError(error: unknown): void {
  if (error instanceof UserError) {
    const text = onOneLine(redact(error.message));
    process.stderr.write(`error: ${text}${error.hint === null ? '' : ` (${error.hint})`}\n`);
    return;
  }
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: '' };
  const trace = process.env.IMAGEPULL_DEBUG ? `\n${redact(stack ?? '')}` : '';
  process.stderr.write(
    `error: internal error: ${redact(message).split('\n', 1)[0]} (IMAGEPULL_DEBUG=1 prints a stack trace; please report it)${trace}\n`,
  );
}

// a reader that closes its pipe early (`| head`) is no error
process.stdout.on('error', error => {
  if ((error as { code?: string }).code === 'EPIPE') process.exit(0);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stop.abort();
    // what does not end by itself is ended by the signal: an exit would wait for look-ups of names, which nothing can stop
    setTimeout(() => {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }, 150).unref();
  });
}

/** Under the name `kubectl_complete-imagepull` (a link to this program) kubectl asks for candidates of tab completion. */
const prefix = [process.argv0, process.argv[1] ?? ''].some(name => /kubectl_complete-imagepull(?:\.exe)?$/.test(name))
  ? ['__complete']
  : [];

const words = [...prefix, ...process.argv.slice(2)];
run(words, context)
  .catch((error: unknown) => {
    printError(error);
    return stop.signal.aborted ? 130 : 2;
  })
  .then(status => {
    process.exitCode = status;
    // tab completion does not wait for a login that still runs
    if (words[0] === '__complete') process.stdout.write('', () => process.exit());
  });
