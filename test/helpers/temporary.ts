/** Folders that are gone when the test ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders: string[] = [];
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Makes a folder of its own, whose name begins with a word. Out: its path. */
export function temporary(word: string): string {
  const folder = mkdtempSync(join(tmpdir(), `${word}-`));
  folders.push(folder);
  return folder;
}
