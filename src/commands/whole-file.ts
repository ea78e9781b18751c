/**
 * Files that are written whole or not at all: a new one takes the place of the old in one step, so that no reader and no Ctrl-C ever sees a half. Belongs here: how a file
 * is written, and what would prevent it.
 */
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** Permissions of a new file before the umask, as a redirection of the shell gives them. */
const NEW_FILE = 0o666;

/** What stands at a path; null for nothing. A link stands for what it leads to. */
function found(path: string): { path: string; mode: number; isFile: boolean; isFolder: boolean } | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  return { path: realpathSync(path), mode: stats.mode & 0o777, isFile: stats.isFile(), isFolder: stats.isDirectory() };
}

/** Where a new file comes: a link that leads to nothing names it. */
function leadsTo(path: string): string {
  let target = path;
  for (let links = 0; links < 40 && lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink() === true; links++)
    target = resolve(dirname(target), readlinkSync(target));
  return target;
}

/** A device or a pipe. The system waits for a pipe that nobody reads, and no signal would be heard meanwhile: that is an error (ENXIO). */
function writeInPlace(path: string, text: string): void {
  const first = statSync(path).isFIFO() ? openSync(path, constants.O_WRONLY | constants.O_NONBLOCK) : null;
  try {
    writeFileSync(path, text);
  } finally {
    if (first !== null) closeSync(first);
  }
}

/** Throws what a write would throw for a folder that is missing or closed, as an error with the code of the system. Writes nothing. */
export function checkWhole(path: string): void {
  const old = found(path);
  if (old?.isFolder) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' });
  const folder = dirname(old?.path ?? leadsTo(path));
  if (!statSync(folder).isDirectory()) throw Object.assign(new Error('not a directory'), { code: 'ENOTDIR' });
  // a device or a pipe is written as it is
  if (old === null || old.isFile) accessSync(folder, constants.W_OK);
}

/**
 * Writes a file anew. In: its path and its text. A file that is there keeps its permissions, a new one has those of the umask; what is no file (`/dev/stdout`, a pipe) is written in
 * place. All of it happens between two signals. Errors: an error with the code of the system; the old file is then as it was.
 */
export function writeWhole(path: string, text: string): void {
  checkWhole(path);
  const old = found(path);
  if (old !== null && !old.isFile) return writeInPlace(path, text);
  const target = old?.path ?? leadsTo(path);
  const next = join(dirname(target), `.${basename(target).slice(0, 200)}.${randomBytes(6).toString('hex')}.part`);
  try {
    const file = openSync(next, 'wx', old?.mode ?? NEW_FILE);
    try {
      // the umask counts for a new file alone
      if (old !== null) fchmodSync(file, old.mode);
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(next, target);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
}
