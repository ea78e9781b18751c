/** Text in columns of a terminal: folded lines, lines with a label, and tables. Knows nothing of what the text says. Pure. */
import Table from 'cli-table3';

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
export function labeled(label: string, detail: string, width: number): string[] {
  const indent = ' '.repeat(label.length + 4);
  const [first = '', ...rest] = fold(detail, width, indent);
  return [`  ${label}  ${first.slice(indent.length)}`, ...rest];
}

/** In: a text, and the columns to fold it at. Out: its lines, the first at the left margin, the others two columns further right. */
export function hanging(text: string, width: number): string[] {
  const [first = '', ...rest] = fold(text, width, '  ');
  return [first.slice(2), ...rest];
}

/** In: phrases that stay whole where they fit, the columns to fold at, and what the first line begins with; the others begin two columns further right than the left margin. */
export function foldPhrases(phrases: readonly string[], width: number, indent: string): string[] {
  const lines: string[] = [];
  for (const phrase of phrases) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + phrase.length <= width) lines[lines.length - 1] = `${last} ${phrase}`;
    else if (lines.length === 0 && indent === '') lines.push(...hanging(phrase, width));
    else lines.push(...fold(phrase, width, lines.length === 0 ? indent : '  '));
  }
  return lines;
}

/** In: a text, and the characters that there is room for. Out: the text; of a longer one whole words of its beginning and, as an error says last what is wrong, more of its end. */
export function shorten(text: string, room: number): string {
  if (text.length <= room) return text;
  const words = text.split(/\s+/);
  const end = wordsWithin([...words].reverse(), (room - CUT.length) * END).reverse();
  const begin = wordsWithin(words, room - CUT.length - end.join(' ').length);
  // one word that is longer than the room
  if (end.length === 0) return `${text.slice(0, Math.floor(room * (1 - END)))}${CUT}${text.slice(-Math.floor(room * END) + CUT.length)}`;
  return `${begin.join(' ')}${CUT}${end.join(' ')}`;
}
const CUT = ' ... ';
/** Share of the end. */
const END = 0.6;

/** The first words that fit. */
function wordsWithin(words: readonly string[], room: number): string[] {
  let length = -1;
  const until = words.findIndex(word => {
    length += word.length + 1;
    return length > room;
  });
  return words.slice(0, until < 0 ? undefined : until);
}

/** Columns that a folded column has at least. */
const LEAST = 30;

/**
 * In: the titles of the columns, the rows, and the columns of the terminal. Out: a table without a frame, its last column folded to the width. Where that column has too little room,
 * or a word of it does not fit, it stands on lines of its own under each row. No name is cut.
 */
export function table(head: string[], rows: string[][], width: number): string {
  const last = head.length - 1;
  const cells = rows.map(row => row[last] ?? '');
  const longest = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, text.length), 0);
  const sizes = head.map((title, column) => Math.max(title.length, longest(rows.map(row => row[column] ?? ''))));
  const room = width - sizes.slice(0, -1).reduce((sum, size) => sum + size + 2, 2);
  const needed = Math.max(longest(cells.flatMap(cell => cell.split(/\s+/))), Math.min(LEAST, longest(cells)));
  if (last > 0 && needed > room) {
    // below the second column where the first is a number
    const under = ' '.repeat(Math.min(sizes[0] ?? 0, NUMBER) + 4);
    const [title = '', ...lines] = laidOut(
      head.slice(0, -1),
      rows.map(row => row.slice(0, -1)),
      sizes.slice(0, -1),
    );
    return [title, ...lines.flatMap((line, index) => [line, ...(cells[index] === '' ? [] : fold(cells[index] ?? '', width, under))])].join(
      '\n',
    );
  }
  const folded = rows.map(row => [...row.slice(0, -1), fold(row[last] ?? '', Math.max(room, LEAST), '').join('\n')]);
  return laidOut(head, folded, [...sizes.slice(0, -1), Math.max(room, sizes[last] ?? 0)]).join('\n');
}

/** Columns of a number. */
const NUMBER = 4;

/** In: the titles, rows whose cells fit, and the columns of each. Out: the lines. */
function laidOut(head: string[], rows: string[][], sizes: number[]): string[] {
  const colWidths = sizes.map(size => size + 2);
  // the library compares each row with all others: a stranger's secret may have thousands
  const parts = Array.from({ length: Math.max(1, Math.ceil(rows.length / ROWS_AT_ONCE)) }, (_, index) =>
    tablePart(index === 0 ? head : [], rows.slice(index * ROWS_AT_ONCE, (index + 1) * ROWS_AT_ONCE), colWidths),
  );
  return parts.join('\n').split('\n');
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
  });
  made.push(...rows);
  return made
    .toString()
    .split('\n')
    .map(line => `  ${line}`.trimEnd())
    .join('\n');
}
