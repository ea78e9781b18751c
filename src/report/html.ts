/**
 * The page of `-o html`: one document without scripts and without any outside resource, for a report that travels. Belongs here: its elements, and the escapes with which a text of
 * others is never one of them. Pure.
 */
import type { Fix } from '../model/diagnosis.ts';
import { clipped } from '../util/text.ts';
import { STYLE } from './html-style.ts';
import type { Block, Cell, Page, Part, Row } from './page.ts';

const REFERENCES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;' };

/** A text of others as a text: in an element and in a quoted attribute. No document may hold what is no character of Unicode. */
const text = (words: string): string =>
  words.replace(/[&<>"'`]/g, found => REFERENCES[found] as string).replace(/\p{Noncharacter_Code_Point}/gu, '\ufffd');
const code = (words: string): string => `<code>${text(words)}</code>`;
const cell = (value: Cell): string => (typeof value === 'string' ? text(value) : code(value.code));

/** No script, no outside resource, no form: also where a text of others got into the markup. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** In: a page that is cleaned. Out: the document. */
export function html(page: Page): string {
  const { title, summary, about, overview, parts, blocks, warnings, isComplete } = page;
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="robots" content="noindex">',
    `<title>${text(titleOf(page))}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    '<header>',
    `<h1>${text(title)}</h1>`,
    ...summary.map((sentence, index) => `<p${index === 0 ? ' class="lead"' : ''}>${text(sentence)}</p>`),
    ...aboutList(about),
    '</header>',
    '<main>',
    ...(isComplete ? [] : ['<p class="tone failed">This report is incomplete: see "Not examined" at its end.</p>']),
    ...(overview === null
      ? []
      : table(
          'Overview',
          ['Result', ...overview.columns],
          overview.rows.map(({ part, cells }) => [linkTo(parts, part), ...cells.map(cell)]),
        )),
    ...parts.flatMap((part, index) => article(part, index, parts.length === 1)),
    ...blocks.flatMap(block => [`<h2>${text(block.title)}</h2>`, ...content(block)]),
    ...(warnings.length === 0
      ? []
      : [`<h2>${isComplete ? 'Warnings' : 'Not examined'}</h2>`, ...list(warnings.map(warning => text(warning)))]),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** Characters of a name in the title: a tab shows no more. */
const LONGEST_NAME = 36;

/** What a tab and a bookmark say. */
const titleOf = ({ title, parts: [first, ...more] }: Page): string =>
  first === undefined ? title : `${title}: ${clipped(first.name, LONGEST_NAME)}${more.length === 0 ? '' : ` and ${more.length} more`}`;

const aboutList = (rows: readonly Row[]): string[] => [
  '<dl class="about">',
  ...rows.map(([label, value]) => `<dt>${text(label)}</dt><dd>${cell(value)}</dd>`),
  '</dl>',
];

const idOf = (index: number): string => `finding-${index + 1}`;

function linkTo(parts: readonly Part[], index: number): string {
  const part = parts[index];
  if (part === undefined) return '';
  return `<a href="#${idOf(index)}">${text(part.name)}</a>`;
}

/** Cause first, then where the checks broke, then the fix, then the evidence. */
function article(part: Part, index: number, isOnly: boolean): string[] {
  const { tone, name, labels, title, subject, paragraphs, tables, ladders, fixes, details, docs } = part;
  const id = idOf(index);
  return [
    `<article class="${tone}" id="${id}">`,
    `<h2><span class="tone">${text(name)}</span>${labels.map(label => ` <span class="label">${text(label)}</span>`).join('')}<br>${text(title)}</h2>`,
    ...(subject.length === 0 ? [] : [`<p class="subject">${subject.map(phrase => `<bdi>${text(phrase)}</bdi>`).join(', ')}</p>`]),
    ...paragraphs.map(sentence => `<p>${text(sentence)}</p>`),
    ...tables.flatMap(block => [`<h3>${text(block.title)}</h3>`, ...content(block)]),
    ...ladders.flatMap(steps),
    ...(fixes.length === 0 ? [] : ['<h3>Fix</h3>', ...fixList(fixes)]),
    ...(details.length === 0 ? [] : folded(details, isOnly)),
    ...(docs === null
      ? []
      : [`<p>More: <a href="${text(docs.address)}" rel="noreferrer">what ${text(docs.cause)} means, and how to check it by hand</a></p>`]),
    '</article>',
  ];
}

const steps = ({ who, steps }: Part['ladders'][number]): string[] => [
  `<h3>Checks from this machine${who === null ? '' : `, ${text(who)}`}</h3>`,
  '<ol class="steps">',
  ...steps.map(
    ({ name, status, code: answer }) =>
      `<li class="${status}">${text(name)}: ${status}${answer === null || status === 'ok' ? '' : ` (${text(answer)})`}</li>`,
  ),
  '</ol>',
];

function fixList(fixes: readonly Fix[]): string[] {
  const items = fixes.map(({ title, command }) => `<p>${text(title)}</p>${command === null ? '' : box(command)}`);
  return fixes.length === 1 ? items : ['<ol>', ...items.map(item => `<li>${item}</li>`), '</ol>'];
}

/** A command in a box that scrolls by itself, and that the keyboard reaches. */
const box = (command: string): string => `<pre tabindex="0"><code>${text(command)}</code></pre>`;

const folded = (blocks: readonly Block[], isOpen: boolean): string[] => [
  `<details${isOpen ? ' open' : ''}>`,
  '<summary>Evidence and details</summary>',
  ...blocks.flatMap(block => [`<h3>${text(block.title)}</h3>`, ...content(block)]),
  '</details>',
];

const content = ({ title, columns, rows }: Block): string[] =>
  columns === null
    ? list(rows.map(labeledRow))
    : table(
        title,
        columns,
        rows.map(row => row.map(cell)),
      );

const labeledRow = ([first = '', ...rest]: readonly Cell[]): string =>
  rest.length === 0 ? cell(first) : [`<strong>${cell(first)}</strong>`, ...rest.map(cell)].join(': ');

const list = (items: readonly string[]): string[] => ['<ul>', ...items.map(item => `<li>${item}</li>`), '</ul>'];

/** In: what it is called for who does not see it, its columns, and cells that are markup. */
const table = (label: string, columns: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `<div class="scroll" tabindex="0" role="group" aria-label="${text(label)}">`,
  '<table>',
  `<thead><tr>${columns.map(column => `<th scope="col">${text(column)}</th>`).join('')}</tr></thead>`,
  '<tbody>',
  // on a narrow screen each row is a card, and the heading of a column stands in each of its cells
  ...rows.map(row => `<tr>${row.map((one, at) => `<td data-label="${text(columns[at] ?? '')}">${one}</td>`).join('')}</tr>`),
  '</tbody>',
  '</table>',
  '</div>',
];
