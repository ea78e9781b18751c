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

/** Compares a part of a page with what the test found: what stands between `<!-- NAME: npm run snap … -->` and `<!-- end of NAME -->`. */
export function goldenPart(t: Test, path: string, name: string, text: string): void {
  if (TEXTS_ARE_CHANGED) return;
  const page = readFileSync(path, 'utf8');
  const begin = new RegExp(`<!-- ${name}: .*-->\n`).exec(page);
  const end = page.indexOf(`\n<!-- end of ${name} -->`);
  if (begin === null || end < 0) throw new Error(`the marks of "${name}" are missing in ${path}`);
  const from = begin.index + begin[0].length;
  if (WRITES) writeFileSync(path, `${page.slice(0, from)}\n${text}\n${page.slice(end)}`);
  else t.equal(text, page.slice(from, end).trim(), `${path}: ${name}`);
}

/** A table of Markdown. In: its rows, the heading first. */
export function tableOf(rows: readonly (readonly string[])[]): string {
  const cells = rows.map(row => row.map(cell => cell.replace(/\s+/g, ' ').replace(/[|<]/g, '\\$&')));
  const sizes = cells.reduce<number[]>((most, row) => row.map((cell, at) => Math.max(most[at] ?? 0, cell.length)), []);
  const line = (row: readonly string[]): string => `| ${row.map((cell, at) => cell.padEnd(sizes[at] ?? 0)).join(' | ')} |`;
  const [heading = [], ...others] = cells;
  return [line(heading), `| ${sizes.map(size => '-'.repeat(size)).join(' | ')} |`, ...others.map(line)].join('\n');
}
