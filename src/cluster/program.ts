/**
 * Programs that a kubeconfig or a docker config names: which file of PATH is run, for how long, and what it wrote. No shell reads their arguments, and they end when this
 * program does. The only file that starts a process.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { platform } from 'node:os';
import { delimiter, dirname, extname, isAbsolute, join } from 'node:path';
import type { Environment } from '../util/proxy.ts';
import { UserError } from '../util/user-error.ts';

/** What a program needs of whoever runs it. */
export interface ProgramCaller {
  environment: Environment;
  /** Where its standard error goes. */
  stderr: { write(chunk: Uint8Array): unknown };
  /** Ends it. */
  signal: AbortSignal;
}

/** How a program is run. */
export interface ProgramRun {
  /** The program as a message names it. */
  what: string;
  /** What to do when it fails. */
  hint?: string;
  /** It may ask on the terminal. */
  isInteractive?: boolean;
  /** Its standard error is shown. */
  showErrors?: boolean;
  /** What it reads from standard input. */
  input?: string;
  /** Milliseconds that it may take; none without it. */
  timeout?: number;
}

/** The longest output that is read, in bytes: a certificate with its chain and key is a few kilobytes. */
export const MAX_OUTPUT = 1024 * 1024;
/** Milliseconds from an interruption until a program is killed, and again until nobody waits for its end: this program itself ends within 200. */
const GRACE = 50;

/**
 * The path of a program: a path as it stands, a bare name from PATH; undefined where there is none. What PATH finds in the working folder (an
 * entry that is empty or relative) is not run, as by Go (os/exec, ErrDot), and neither is the working folder itself, which Windows would search
 * first.
 */
export function findProgram(command: string, environment: Environment): string | undefined {
  const folders = isAbsolute(command)
    ? [dirname(command)]
    : (environment.PATH ?? environment.Path ?? '').split(delimiter).filter(folder => isAbsolute(folder));
  const name = isAbsolute(command) ? command.slice(dirname(command).length).replace(/^[/\\]/, '') : command;
  const endings =
    platform() === 'win32' && extname(name) === '' ? (environment.PATHEXT ?? '.COM;.EXE;.BAT;.CMD').split(';').filter(Boolean) : [''];
  return folders.flatMap(folder => endings.map(ending => join(folder, `${name}${ending}`))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Runs a program to its end. Out: what it wrote to standard output. Errors: a UserError, in which nothing of its output is quoted: it may be a credential. */
export function outputOf(program: string, args: readonly string[], run: ProgramRun, caller: ProgramCaller): Promise<string> {
  const { what, hint = `run ${program} yourself for details`, isInteractive = false, showErrors = false, input, timeout } = run;
  const { environment, stderr, signal } = caller;
  if (signal.aborted) throw new UserError('interrupted');
  return new Promise((resolve, reject) => {
    // a program that asks has to stay in the terminal's own group; any other gets a group of its own, to be ended with all that it starts
    const isGroup = !isInteractive && platform() !== 'win32';
    const cannotRun = (error: unknown): UserError =>
      new UserError(`${what} cannot be run: ${(error as { code?: string }).code ?? 'unknown error'}`, 'check that it is a program');
    let child: ChildProcess;
    try {
      child = spawn(program, args, {
        env: environment,
        stdio: [input !== undefined ? 'pipe' : isInteractive ? 'inherit' : 'ignore', 'pipe', showErrors ? 'pipe' : 'ignore'],
        detached: isGroup,
        windowsHide: true,
      });
    } catch (error) {
      // E2BIG, for one: what it is told is too long
      reject(cannotRun(error));
      return;
    }
    const kill = (how: 'SIGTERM' | 'SIGKILL'): void => {
      try {
        if (isGroup && child.pid !== undefined) process.kill(-child.pid, how);
        else child.kill(how);
      } catch {
        // it has ended
      }
    };
    const end = (): void => kill('SIGKILL');
    let isInterrupted = false;
    const interrupt = (): void => {
      isInterrupted = true;
      kill('SIGTERM');
      // one that does not obey is ended, and is gone before this program is: nobody else may clear it away
      setTimeout(end, GRACE);
      setTimeout(() => finish(() => reject(new UserError('interrupted'))), 2 * GRACE);
    };
    const late =
      timeout === undefined
        ? undefined
        : setTimeout(() => {
            end();
            finish(() => reject(new UserError(`${what} did not end within ${timeout / 1000} s`, hint)));
          }, timeout);
    const finish = (settle: () => void): void => {
      clearTimeout(late);
      signal.removeEventListener('abort', interrupt);
      settle();
    };
    process.on('exit', end);
    signal.addEventListener('abort', interrupt, { once: true });
    const chunks: Buffer[] = [];
    let length = 0;
    child.stdout?.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_OUTPUT) chunks.push(chunk);
      else end();
    });
    child.stderr?.on('data', chunk => stderr.write(chunk));
    // it may end without reading
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
    child.on('error', error => {
      process.off('exit', end);
      finish(() => reject(cannotRun(error)));
    });
    child.on('close', (status, killedBy) => {
      process.off('exit', end);
      finish(() => {
        if (isInterrupted) reject(new UserError('interrupted'));
        else if (length > MAX_OUTPUT) reject(new UserError(`${what} wrote more than 1 MiB`, hint));
        else if (status === 0) resolve(Buffer.concat(chunks).toString('utf8'));
        else reject(new UserError(`${what} failed: ${killedBy === null ? `exit status ${status}` : `it was ended by ${killedBy}`}`, hint));
      });
    });
  });
}
