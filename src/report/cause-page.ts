/**
 * A page in Markdown as text for a terminal: folded, without a mark of Markdown. Belongs here: the parts of Markdown that the pages of this project use (headings, paragraphs,
 * lists, tables, code) and how each is laid out. Pure.
 */
import { fold, table } from './columns.ts';
import { style, type TextOptions } from './style.ts';

/** A part of a page. */
type Block =
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'paragraph'; text: string }
  | { kind: 'item'; depth: number; mark: string; text: string }
  | { kind: 'code'; lines: string[] }
  | { kind: 'table'; rows: string[][] };

/** A page by its headings of the second level. */
export interface Page {
  title: string;
  /** What stands before the first heading. */
  summary: string;
  /** By heading: what stands below it, in Markdown. */
  sections: ReadonlyMap<string, string>;
}

const HEADING = /^(#{1,6}) (.*)$/;
const FENCE = /^ {0,3}(```+|~~~+)/;
const ITEM = /^( {0,40})(?:[-*+]|(\d{1,3}[.)])) {1,8}(\S.*)$/;
const ROW = /^\|(.*)\|\s*$/;

/** In: a page in Markdown. Out: its parts. */
export function readPage(markdown: string): Page {
  const [head = '', ...rest] = partsOf(markdown);
  const [first = '', ...summary] = head.split('\n');
  const sections = new Map(
    rest.map(part => {
      const end = part.indexOf('\n');
      return [part.slice(3, end < 0 ? undefined : end).trim(), end < 0 ? '' : part.slice(end + 1).trim()] as const;
    }),
  );
  return { title: first.replace(/^# /, '').trim(), summary: summary.join('\n').trim(), sections };
}

/** A page cut before each heading of the second level; a line of code that looks like one is none. */
function partsOf(markdown: string): string[] {
  const parts: string[][] = [[]];
  let isCode = false;
  for (const line of markdown.split('\n')) {
    if (FENCE.test(line)) isCode = !isCode;
    if (!isCode && line.startsWith('## ')) parts.push([]);
    parts.at(-1)?.push(line);
  }
  return parts.map(lines => lines.join('\n'));
}

/**
 * In: Markdown, and how to lay it out. Out: its lines. Words are folded at the width; a line of code never is. Of a link the words stay, and its address where it leads out of
 * these pages.
 */
export function renderMarkdown(markdown: string, { width, color }: Pick<TextOptions, 'width' | 'color'>): string[] {
  const s = style(color);
  const lines: string[] = [];
  let before: Block | null = null;
  for (const block of blocksOf(markdown)) {
    if (before !== null && !(before.kind === 'item' && block.kind === 'item') && before.kind !== 'heading') lines.push('');
    if (before?.kind === 'heading' && before.level === 1) lines.push('');
    switch (block.kind) {
      case 'heading':
        lines.push(...fold(plain(block.text), width, block.level > 2 ? '  ' : '').map(s.bold));
        break;
      case 'paragraph':
        lines.push(...fold(plain(block.text), width, '  '));
        break;
      case 'item': {
        const mark = `${'  '.repeat(block.depth + 1)}${block.mark} `;
        const [first = '', ...rest] = fold(plain(block.text), width, ' '.repeat(mark.length));
        lines.push(`${mark}${first.slice(mark.length)}`, ...rest);
        break;
      }
      case 'code':
        lines.push(...block.lines.map(line => (line === '' ? '' : `    ${s.cyan(line)}`)));
        break;
      case 'table': {
        const [head = [], ...rows] = block.rows.map(cells => cells.map(plain));
        lines.push(...table(head, rows, width).split('\n'));
      }
    }
    before = block;
  }
  return lines;
}

function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  /** What a line without a mark goes on with. */
  let open: (Block & { text: string }) | null = null;
  let code: { lines: string[]; fence: string; indent: number } | null = null;
  for (const line of markdown.split('\n')) {
    const fence = FENCE.exec(line)?.[1];
    if (code !== null) {
      if (fence?.startsWith(code.fence)) {
        blocks.push({ kind: 'code', lines: code.lines });
        code = null;
      } else code.lines.push(line.slice(Math.min(code.indent, line.length - line.trimStart().length)));
      continue;
    }
    const [, marks = '', title = ''] = HEADING.exec(line) ?? [];
    const item = ITEM.exec(line);
    const row = ROW.exec(line)?.[1];
    if (fence !== undefined) {
      code = { lines: [], fence, indent: line.length - line.trimStart().length };
      open = null;
    } else if (line.trim() === '' || /^\s*<!--.*-->\s*$/.test(line)) open = null;
    else if (marks !== '') {
      blocks.push({ kind: 'heading', level: marks.length, text: title });
      open = null;
    } else if (row !== undefined) {
      const last = blocks.at(-1);
      const cells = cellsOf(row);
      if (last?.kind !== 'table' || open !== null) blocks.push({ kind: 'table', rows: [cells] });
      else if (!cells.every(cell => /^:?-+:?$/.test(cell))) last.rows.push(cells);
      open = null;
    } else if (item !== null) {
      const [, indent = '', number, text = ''] = item;
      open = { kind: 'item', depth: Math.min(3, Math.floor(indent.length / 2)), mark: number ?? '•', text };
      blocks.push(open);
    } else if (open !== null) open.text += ` ${line.trim()}`;
    else {
      open = { kind: 'paragraph', text: line.trim() };
      blocks.push(open);
    }
  }
  if (code !== null) blocks.push({ kind: 'code', lines: code.lines });
  return blocks;
}

/** The cells of a row; a bar behind a backslash ends none. */
const cellsOf = (row: string): string[] => row.split(/(?<!\\)\|/).map(cell => cell.replaceAll('\\|', '|').trim());

/** Words in code, with the marks around them. */
const CODE = /(?<!`)(`{1,3})([^`](?:[^`]|(?!\1)`){0,600}?)\1(?!`)/g;

/** A text without marks. What stands in code stays as it is; where it has blanks, quotes tell where it ends. */
function plain(text: string): string {
  let result = '';
  let from = 0;
  const linked = text.replace(/\[((?:[^[\]]|`[^`]*`)*)\]\(([^()\s]+)\)/g, (_, words: string, target: string) => linkText(words, target));
  for (const match of linked.matchAll(CODE)) {
    const code = (match[2] as string).replace(/^ (.*) $/, '$1');
    result += withoutMarks(linked.slice(from, match.index)) + (/\s/.test(code) && !code.includes('"') ? `"${code}"` : code);
    from = match.index + match[0].length;
  }
  return result + withoutMarks(linked.slice(from));
}

function linkText(words: string, target: string): string {
  if (/^(?:\w+\.md)?(?:#.*)?$/.test(target) && !target.startsWith('README.md')) return words;
  const path = target.split('#', 1)[0] as string;
  const shown = path.startsWith('../') ? `docs/${path.replace(/^(?:\.\.\/)+/, '')}` : path === 'README.md' ? 'docs/causes/README.md' : path;
  return words === shown ? words : `${words} (${shown})`;
}

const withoutMarks = (text: string): string =>
  text
    .replace(/\*\*([^*]+)\*\*/g, '$1')
    .replace(/(?<![\w*])\*([^*\s][^*]*)\*(?!\w)/g, '$1')
    .replace(/(?<!\w)_([^_\s][^_]*)_(?!\w)/g, '$1')
    .replace(/<(https?:\/\/[^>\s]+)>/g, '$1')
    .replace(/\\([\\`*_{}[\]()#+.!|<>-])/g, '$1');
