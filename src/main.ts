/** The entry, and the only file that touches the process: arguments, streams, signals, and the exit status (0 no cause, 1 a cause, 2 the check was not possible). */
import { setMaxListeners } from 'node:events';
import { run } from './cli.ts';
import type { Context } from './commands/context.ts';
import { note, printError } from './commands/terminal.ts';
import { callProgram, nameOfPlugin } from './util/called-as.ts';
import { SECRETS } from './util/secrets.ts';

const stop = new AbortController();
setMaxListeners(0, stop.signal);

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * The environment as it was given. A look-up of a name runs in a thread that nothing can stop, and the process lives as long as the look-up. glibc waits 5 seconds for a
 * name server, twice; with these options the look-up ends long before the time limit of a step (10 s). Node has four threads, of which look-ups take two: with so few, names whose
 * servers keep silent would hold up all others. They are not for login plugins.
 */
function environmentWithShortLookUps(): NodeJS.ProcessEnv {
  if (process.platform === 'win32') return process.env;
  const given = { ...process.env };
  process.env['UV_THREADPOOL_SIZE'] ??= '64';
  if (process.platform !== 'linux') return given;
  process.env['RES_OPTIONS'] ??= 'timeout:2 attempts:2';
  return given;
}

/** One line of standard input; empty at its end. */
async function readLine(): Promise<string> {
  const { createInterface } = await import('node:readline');
  const lines = createInterface({ input: process.stdin });
  return new Promise(resolve => {
    lines.once('line', line => {
      resolve(line);
      lines.close();
    });
    lines.once('close', () => resolve(''));
  });
}

/** What is still to be undone, by what is said if it is not. */
const held = new Set<() => string>();
/** What does not end by itself is ended by the signal: an exit would wait for look-ups of names, which nothing can stop. */
function endBy(signal: NodeJS.Signals): void {
  setTimeout(() => {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }, 150).unref();
}
let stoppedBy: NodeJS.Signals | null = null;
/** The exit status, once there is one. */
let endsWith: number | null = null;
/**
 * Writes to a stream, and knows when all of it is out: an exit loses what a pipe has not taken yet. Only the end of a write tells it; neither `writableLength` nor an empty write does in the
 * runtime of the binary.
 */
function outputTo(open: () => NodeJS.WriteStream): { write(chunk: string | Uint8Array): void; out(): Promise<void> } {
  let last = Promise.resolve();
  let stream: NodeJS.WriteStream | undefined;
  return {
    write(chunk) {
      const to = (stream ??= open());
      last = new Promise(resolve => {
        // of what cannot be written the listener is told first
        to.write(chunk, error => (error ? setImmediate(resolve) : resolve()));
      });
    },
    out: () => last,
  };
}
const stdout = outputTo(() => process.stdout);
// nobody reads what is said (`2>&1 | tee`, and Ctrl-C ends both): the work is still to be ended
const stderr = outputTo(() => process.stderr.on('error', () => {}));
/** Ends the process once nothing is held, and all that was written is out. What still runs, a timer or a socket, is not waited for. */
async function end(): Promise<void> {
  await Promise.all([stdout.out(), stderr.out()]);
  if (held.size === 0) process.exit(endsWith ?? 0);
}
/** Whether a thread of Node still looks up a name or opens a file: an exit would wait for it. The runtime of the binary tells of none, and waits for none. */
const hasThreads = (): boolean => process.getActiveResourcesInfo().some(name => /^(?:GetAddrInfo|GetNameInfo|FS)Req/.test(name));
/** The run has an exit status. What an interrupted run leaves in a thread is ended by `endBy`. */
function finish(status: number): void {
  endsWith ??= status;
  if (stoppedBy === null || !hasThreads()) void end();
  else process.exitCode = endsWith;
}
/** Gives the run up: what it would still do is of no use. All that is held is undone first. */
function leave(status: number): void {
  endsWith = status;
  if (held.size === 0) void end();
  else stop.abort();
}
function stopBy(signal: NodeJS.Signals): void {
  const isFirst = stoppedBy === null;
  stoppedBy = signal;
  stop.abort();
  if (isFirst && held.size > 0) return;
  for (const farewell of held) note(context, farewell());
  endBy(signal);
}
function hold(farewell: () => string): () => void {
  // a terminal that is closed must not leave anything behind
  if (held.size === 0 && process.listenerCount('SIGHUP') === 0) process.on('SIGHUP', () => stopBy('SIGHUP'));
  held.add(farewell);
  return () => {
    held.delete(farewell);
    if (held.size > 0) return;
    if (stoppedBy !== null) endBy(stoppedBy);
    else if (endsWith !== null) void end();
  };
}

// streams and modules are opened when they are asked for: a short command asks for few
const context: Context = {
  environment: environmentWithShortLookUps(),
  stdout: { write: stdout.write, isTTY: process.stdout.isTTY === true, columns: process.stdout.columns ?? 100 },
  stderr: {
    write: stderr.write,
    get isTTY() {
      return process.stderr.isTTY === true;
    },
  },
  get isInteractive() {
    return process.stdin.isTTY === true;
  },
  readLine,
  hold,
  readStdin,
  readFile: async path => (await import('node:fs/promises')).readFile(path, 'utf8'),
  // few runs write a file
  checkFile: async path => (await import('./commands/whole-file.ts')).checkWhole(path),
  writeFile: async (path, text) => (await import('./commands/whole-file.ts')).writeWhole(path, text),
  now: () => new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
  signal: stop.signal,
};

// a reader that closes its pipe early (`| head`) is no error
process.stdout.on('error', error => {
  const { code } = error as { code?: string };
  if (code === 'EPIPE') return leave(0);
  // a full disk: what was to be read is lost
  note(context, `error: standard output cannot be written: ${code ?? error.message}`);
  leave(2);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopBy(signal));

// a fault outside of any promise of ours: one line, as for every other
process.on('uncaughtException', error => {
  printError(context, error);
  leave(stop.signal.aborted ? 130 : 2);
});

/** Under the name `kubectl_complete-imagepull`, or that of a plugin with another name (a link to this program), kubectl asks for candidates of tab completion. */
const prefix = [process.argv0, process.argv[1] ?? ''].some(name => /(?:^|[/\\])kubectl_complete-[a-z0-9_-]+(?:\.exe)?$/.test(name))
  ? ['__complete']
  : [];

// passwords of proxies
for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'])
  for (const address of [process.env[name], process.env[name.toLowerCase()]]) SECRETS.addUserInfo(address);
callProgram(nameOfPlugin(process.argv0, process.argv[1]));
const words = [...prefix, ...process.argv.slice(2)];
run(words, context)
  .catch((error: unknown) => {
    // a run that was given up has nothing to tell
    if (endsWith === null) printError(context, error);
    return stop.signal.aborted ? 130 : 2;
  })
  .then(finish);
