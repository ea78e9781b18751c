/** Text in columns of a terminal: folded lines, lines with a label, and tables. Knows nothing of what the text says. Pure. */
import Table from 'cli-table3';
import type { Style } from './style.ts';

/** Words that begin a line of ours at the left margin, codes of causes among them. Text of others between two long words could get one of them there, and with it a heading of its own. */
const HEADING =
  /^(?:Fix|Evidence|Credentials|Entries|Checks|Affects|Other|Decided|Largest|More:|warning:|error:|\d+\.|(?:[A-Z]+[a-z]+){2,8})$/;

/**
 * In: a text, the columns to fold it at, and what each line begins with. Out: its lines, folded at blanks. A word that is longer than a line stays whole, and no line at the left
 * margin begins as a heading does.
 */
export function fold(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(/\s+/)) {
    const isFull = line.length > indent.length && line.length + 1 + word.length > width;
    if (isFull && !(indent === '' && HEADING.test(word))) {
      lines.push(line);
      line = indent;
    }
    line += line.length > indent.length ? ` ${word}` : word;
  }
  return [...lines, line];
}

/** In: a label, a text, and the columns to fold at. Out: the lines of the text beside the label. */
export function labeled(label: string, detail: string, width: number, s: Style): string[] {
  const indent = ' '.repeat(label.length + 4);
  const [first = '', ...rest] = fold(detail, width, indent);
  return [`  ${s.dim(label)}  ${first.slice(indent.length)}`, ...rest];
}

/** In: the titles of the columns, the rows, and the columns of the terminal. Out: a table without a frame, its last column folded to the width. */
export function table(head: string[], rows: string[][], width: number): string {
  const sizes = head.map((title, column) => rows.reduce((most, row) => Math.max(most, (row[column] ?? '').length), title.length));
  const before = sizes.slice(0, -1).reduce((sum, size) => sum + size + 2, 2);
  const last = sizes.length - 1;
  const colWidths = sizes.map((size, column) => (column === last && before + size > width ? Math.max(30, width - before) : size) + 2);
  // the library compares each row with all others: a stranger's secret may have thousands
  const parts = Array.from({ length: Math.max(1, Math.ceil(rows.length / ROWS_AT_ONCE)) }, (_, index) =>
    tablePart(index === 0 ? head : [], rows.slice(index * ROWS_AT_ONCE, (index + 1) * ROWS_AT_ONCE), colWidths),
  );
  return parts.join('\n');
}

/** Rows that are laid out together. */
const ROWS_AT_ONCE = 100;

function tablePart(head: string[], rows: string[][], colWidths: number[]): string {
  const none = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '',
  };
  const made = new Table({
    head,
    chars: none,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2, compact: true },
    colWidths,
    wordWrap: true,
    wrapOnWordBoundary: true,
  });
  made.push(...rows);
  return made
    .toString()
    .split('\n')
    .map(line => `  ${line}`.trimEnd())
    .join('\n');
}
