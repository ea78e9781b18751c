/** Golden files: what is printed stands beside what was read, as a file that a person reads in a diff. `npm run snap` writes them anew. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { TEXTS_ARE_CHANGED } from './texts.ts';

/** Whether this run writes the golden files in place of comparing with them. */
const WRITES = process.env.GOLDEN === 'write';

interface Test {
  equal(found: unknown, wanted: unknown, message: string): unknown;
}

/** Compares a text with a golden file. In: the test, the file's path, and the text. */
export function golden(t: Test, path: string, text: string): void {
  if (TEXTS_ARE_CHANGED) return;
  if (WRITES) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  let wanted: string;
  try {
    wanted = readFileSync(path, 'utf8');
  } catch {
    wanted = `there is no ${path}: npm run snap writes it`;
  }
  t.equal(text, wanted, path);
}
