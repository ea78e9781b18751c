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
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Permissions of a new file before the umask, as a redirection of the shell gives them. */
const NEW_FILE = 0o666;

/** What stands at a path; null for nothing. A link stands for what it leads to. */
function found(path: string): { path: string; mode: number; isFile: boolean; isFolder: boolean } | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  return { path: realpathSync(path), mode: stats.mode & 0o777, isFile: stats.isFile(), isFolder: stats.isDirectory() };
}

/** Throws what a write would throw for a folder that is missing or closed, as an error with the code of the system. Writes nothing. */
export function checkWhole(path: string): void {
  const old = found(path);
  if (old?.isFolder) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' });
  const folder = dirname(old?.path ?? path);
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
  if (old !== null && !old.isFile) return writeFileSync(path, text);
  const target = old?.path ?? path;
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
