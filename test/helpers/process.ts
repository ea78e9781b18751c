/** Runs the plugin as a user does: a process of its own, with nothing of this machine's settings. */
import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pluginCommand } from './plugin.ts';
import { mustFitSchema } from './schema.ts';
import { temporary } from './temporary.ts';

export interface Run {
  status: number | null;
  stdout: string;
  stderr: string;
  /** Milliseconds. */
  ms: number;
}

export interface RunOptions {
  env?: Record<string, string>;
  /** Standard input; default: none. */
  input?: string;
  /** Called once the process runs, to interrupt it for instance. */
  started?: (kill: (signal: NodeJS.Signals) => void) => void;
}

/** A home without any kubeconfig. */
const home = temporary('home');

/** Runs a command line. What it prints as JSON has to hold to the published schema. */
export function run(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const [program, ...first] = pluginCommand();
  const started = Date.now();
  const child = spawn(program, [...first, ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: home, USERPROFILE: home, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', text => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', text => (stderr += text));
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  options.started?.(signal => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', status => {
      const ms = Date.now() - started;
      try {
        mustFitSchema(stdout);
        resolve({ status, stdout, stderr, ms });
      } catch (error) {
        reject(error);
      }
    });
  });
}

const AT_ONCE = 3;

/** Runs many command lines, some at the same time. Out: their answers, in the order of the lines. */
export async function runAll(
  lines: readonly (readonly string[] | { args: readonly string[]; env?: Record<string, string> })[],
  env: Record<string, string> = {},
): Promise<Run[]> {
  const answers: Run[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < lines.length; index = next++) {
      const line = lines[index] as (typeof lines)[number];
      const { args, env: own } = 'args' in line ? line : { args: line, env: {} };
      answers[index] = await run(args, { env: { ...env, ...own } });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return answers;
}

/** A folder with files; those that end with `.sh` can be run. */
export function folder(files: Record<string, string>): string {
  const path = temporary('files');
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(path, name), text);
    if (name.endsWith('.sh')) chmodSync(join(path, name), 0o755);
  }
  return path;
}

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

/** A text that is the same in every run, on every machine and in every release. */
export const normal = (text: string): string =>
  text
    .replaceAll(version, 'VERSION')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replace(/[^\s"]*\/(?:kubeconfig|files)-\w+/g, 'FOLDER');
