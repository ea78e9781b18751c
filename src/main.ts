/** The entry: the only file that touches the process. Status 0 no cause, 1 a cause, 2 the tool could not do its work. */
import { setMaxListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import { run } from './cli.ts';
import type { Context } from './commands/context.ts';
import { redact } from './util/redact.ts';
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

/** One line that says what went wrong, and what to do. */
function complain(error: unknown): void {
  if (error instanceof UserError) {
    const said = redact(error.message).replace(/\s*\n\s*/g, ' ');
    process.stderr.write(`error: ${said}${error.hint === null ? '' : ` (${error.hint})`}\n`);
    return;
  }
  const bug = error as Error;
  const where = process.env.IMAGEPULL_DEBUG ? `\n${redact(bug.stack ?? '')}` : '';
  process.stderr.write(
    `error: a fault of kubectl imagepull itself: ${redact(String(bug?.message ?? error)).split('\n', 1)[0]} (please report it; IMAGEPULL_DEBUG=1 shows where)${where}\n`,
  );
}

// a reader that closes its pipe early (`| head`) is no error
process.stdout.on('error', error => {
  if ((error as { code?: string }).code === 'EPIPE') process.exit(0);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stop.abort();
    // whatever still hangs after a moment is not worth waiting for
    setTimeout(() => process.exit(130), 50).unref();
  });
}

/** Called as `kubectl_complete-imagepull` (a link to this program), kubectl asks for candidates. */
const asked = [process.argv0, process.argv[1] ?? ''].some(name => /kubectl_complete-imagepull(?:\.exe)?$/.test(name)) ? ['__complete'] : [];

const words = [...asked, ...process.argv.slice(2)];
run(words, context)
  .catch((error: unknown) => {
    complain(error);
    return stop.signal.aborted ? 130 : 2;
  })
  .then(status => {
    process.exitCode = status;
    // at a key nobody waits for a login that goes on
    if (words[0] === '__complete') process.stdout.write('', () => process.exit());
  });
