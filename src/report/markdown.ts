/**
 * The text of `-o markdown`: for a ticket, the comment on a pull request, the summary of a job. Belongs here: its layout, and the escapes with which a text of others is never a link,
 * a mention, HTML or a command of the site that shows it. Pure.
 */

import { count } from '../causes/phrases.ts';
import type { Fix } from '../model/diagnosis.ts';
import type { Block, Cell, Page, Part } from './page.ts';

/** Characters that a comment on GitHub may have are 65,536. Source: docs.github.com, "Body is too long". */
const MOST_CHARACTERS = 65_000;

/** How much of a part is told: all of it, without what is folded, only its line in the overview. */
type Detail = 'full' | 'brief' | 'none';

/** In: a page that is cleaned. Out: the text. What a comment has no room for is left out from the end, and the text says so. */
export function markdown(page: Page): string {
  const details: Detail[] = page.parts.map(() => 'full');
  // a part for itself: of thousands the whole page would be written for each
  const sizes = page.parts.map(part => ({ full: sizeOf(partOf(part, 'full')), brief: sizeOf(partOf(part, 'brief')), none: 0 }));
  let size = sizeOf(layout(page, []));
  for (const { full } of sizes) size += full;
  for (const less of ['brief', 'none'] as const)
    for (let index = details.length - 1; index > 0 && size > MOST_CHARACTERS; index--) {
      const now = details[index] as Detail;
      size -= (sizes[index]?.[now] ?? 0) - (sizes[index]?.[less] ?? 0);
      details[index] = less;
    }
  return layout(page, details).join('\n');
}

const sizeOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length + 1, 0);

function layout({ title, summary, about, overview, parts, blocks, warnings, isComplete }: Page, details: readonly Detail[]): string[] {
  return [
    `### ${title}`,
    ...summary.flatMap(sentence => ['', text(sentence)]),
    ...(isComplete ? [] : ['', '**This report is incomplete: see "Not examined" at its end.**']),
    ...(overview === null
      ? []
      : [
          '',
          ...table(
            ['Result', ...overview.columns],
            overview.rows.map(({ part, cells }) => [resultOf(parts[part]), ...cells.map(cell)]),
          ),
        ]),
    ...parts.flatMap((part, index) => partOf(part, details[index] ?? 'none')),
    ...leftOut(details),
    ...blocks.flatMap(block => ['', `#### ${text(block.title)}`, '', ...content(block)]),
    ...(warnings.length === 0
      ? []
      : ['', `#### ${isComplete ? 'Warnings' : 'Not examined'}`, '', ...warnings.map(warning => `- ${text(warning)}`)]),
    '',
    `<sub>${about.map(([label, value]) => `${label}: ${cell(value)}`).join(' · ')}</sub>`,
    '',
  ];
}

/** What has no room. */
function leftOut(details: readonly Detail[]): string[] {
  const [brief, none] = (['brief', 'none'] as const).map(less => details.filter(detail => detail === less).length) as [number, number];
  const parts = [brief === 0 ? '' : `the evidence of ${count(brief, 'part')}`, none === 0 ? '' : `the fixes of ${count(none, 'part')}`];
  return brief + none === 0
    ? []
    : ['', `_Left out to fit into a comment: ${parts.filter(Boolean).join(' and ')}. The formats html and json have all._`];
}

function resultOf(part: Part | undefined): string {
  if (part === undefined) return '';
  return part.docs?.cause === part.name ? linkOf(part.docs) : cell({ code: part.name });
}

const linkOf = ({ cause, address }: Part['docs'] & object): string => `[${mark(cause)}](${address})`;

/** Cause first, then where the checks broke, then the fix, then the evidence. */
function partOf({ name, labels, title, subject, paragraphs, tables, ladders, fixes, details, docs }: Part, detail: Detail): string[] {
  if (detail === 'none') return [];
  return [
    '',
    `#### ${mark(name)}${labels.length === 0 ? '' : ` (${labels.map(text).join(', ')})`}: ${text(title)}`,
    ...(subject.length === 0 ? [] : ['', subject.map(inline).join(', ')]),
    ...paragraphs.flatMap(sentence => ['', text(sentence)]),
    ...tables.flatMap(block => ['', `**${text(block.title)}**`, '', ...content(block)]),
    ...ladders.flatMap(ladderLines),
    ...fixes.flatMap((fix, index) => fixLines(fix, fixes.length > 1 ? ` ${index + 1}` : '')),
    ...(details.length === 0 || detail === 'brief' ? [] : folded(details)),
    ...(docs === null ? [] : ['', `More: ${linkOf(docs)}`]),
  ];
}

const ladderLines = ({ who, steps }: Part['ladders'][number]): string[] => [
  '',
  `Checks from this machine${who === null ? '' : `, ${text(who)}`}: ${steps
    .map(({ name, status, code }) => {
      const words = `${name} ${status}${code === null || status === 'ok' ? '' : ` (${text(code)})`}`;
      return status === 'failed' ? `**${words}**` : words;
    })
    .join(' → ')}`,
];

const fixLines = ({ title, command }: Fix, number: string): string[] => [
  '',
  `**Fix${number}**: ${text(title)}`,
  ...(command === null ? [] : ['', ...fenced(command)]),
];

const folded = (blocks: readonly Block[]): string[] => [
  '',
  '<details><summary>Evidence and details</summary>',
  ...blocks.flatMap(block => ['', `**${text(block.title)}**`, '', ...content(block)]),
  '',
  '</details>',
];

const content = ({ columns, rows }: Block): string[] =>
  columns === null
    ? rows.map(row => `- ${row.map(one => (typeof one === 'string' ? text(one) : inline(one.code))).join(': ')}`)
    : table(
        columns,
        rows.map(row => row.map(cell)),
      );

/** In: the titles of the columns, and cells that are marked already. */
const table = (columns: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [columns.map(references), columns.map(() => '---'), ...rows].map(row => `| ${row.join(' | ')} |`);

/** A code of a cause as it is, and any other name as code. */
const mark = (name: string): string => (/^[A-Za-z]+$/.test(name) ? name : inline(name));

/** A word in quotes of code: longer than any that it holds. */
function inline(word: string): string {
  const marks = '`'.repeat(longest(word) + 1);
  const edge = /^[` ]|[` ]$/.test(word) || word === '' ? ' ' : '';
  return `${marks}${edge}${word.replaceAll('\n', ' ')}${edge}${marks}`;
}

/** What stands in a table, where neither code nor a backslash keeps a bar from ending the cell: every other mark is a character reference. */
const cell = (value: Cell): string => (typeof value === 'string' ? references(value) : `<code>${references(value.code)}</code>`);

const references = (words: string): string =>
  words
    .replaceAll('\n', ' ')
    .replace(/[^\p{L}\p{N} .,:;"'=+?/()-]|:(?=\/\/)/gu, found => `&#${found.codePointAt(0)};`)
    .replace(WEB, '$1&#46;');

function fenced(command: string): string[] {
  const marks = '`'.repeat(Math.max(3, longest(command) + 1));
  return [`${marks}sh`, command, marks];
}

const longest = (text: string): number => Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));

/**
 * A text of others: every mark that Markdown or HTML could read is escaped, a mention of a person and a bare address too. A line of GitLab that begins with a slash would be a
 * command.
 */
const text = (words: string): string =>
  words
    .replaceAll('\n', ' ')
    .trimStart()
    .replace(/[!#$%&*<>[\\\]^_`{|}~]|:(?=\/\/)|^\//g, '\\$&')
    .replace(/^(\d*)([-+=.)])/, '$1\\$2')
    .replaceAll('@', '@<!-- -->')
    .replace(WEB, '$1\\.');

/** What GitHub makes a link of, without any mark around it. */
const WEB = /(www)\./gi;
