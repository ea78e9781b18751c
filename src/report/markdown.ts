/**
 * The text of `check -o markdown`: a page for the summary of a job or the comment on a merge request. Belongs here: its layout, and the escapes with which a name is a text and never a
 * link, a mention or HTML. Pure.
 */
import { type GateItem, type GateRun, gravestFirst, headingOf, placeText, totals } from './gate.ts';

/** In: a run that is cleaned. Out: the totals, a table of the images with a cause, their fixes, the notes and the warnings. */
export function markdown(run: GateRun): string {
  const failing = gravestFirst(run.items.filter(({ outcome }) => outcome !== 'pass'));
  const notes = run.items.flatMap(item =>
    item.notes.map(({ code, detail }) => `- ${code}: ${inline(item.image)}${placeIn(item)}: ${text(detail)}`),
  );
  return [
    '### Image pull check',
    '',
    `${totals(run)}.`,
    ...(failing.length === 0 ? [] : ['', '| Cause | Image | Where |', '| --- | --- | --- |', ...failing.map(rowOf)]),
    ...failing.flatMap(partOf),
    ...part('Notes', notes),
    ...part(
      run.isComplete ? 'Warnings' : 'Not examined',
      run.warnings.map(warning => `- ${text(warning)}`),
    ),
    '',
  ].join('\n');
}

const part = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', `#### ${title}`, '', ...lines]);
const placeIn = ({ places }: GateItem): string =>
  places.length === 0 ? '' : ` in ${places.map(place => inline(placeText(place))).join(', ')}`;

const rowOf = (item: GateItem): string =>
  `| [${headingOf(item)}](${item.docs}) | ${cell(item.image)} | ${item.places.map(place => cell(placeText(place))).join('<br>')} |`;

const partOf = (item: GateItem): string[] => [
  ...part(item.cause, [`${inline(item.image)}${placeIn(item)}: ${text(item.summary)}`]),
  ...(item.outcome === 'ignored' ? [] : item.fixes).flatMap(({ title, command }) => [
    '',
    `Fix: ${text(title)}`,
    ...(command === null ? [] : ['', ...fenced(command)]),
  ]),
];

/** A word in quotes of code: longer than any that it holds. */
function inline(word: string): string {
  const marks = '`'.repeat(longest(word) + 1);
  const edge = /^[` ]|[` ]$/.test(word) || word === '' ? ' ' : '';
  return `${marks}${edge}${word.replaceAll('\n', ' ')}${edge}${marks}`;
}

/** The same in a table, where neither code nor a backslash keeps a bar from ending the cell: every other mark is a character reference. */
const cell = (word: string): string =>
  `<code>${word.replace(/[^A-Za-z0-9/.-]/gu, found => `&#${found.codePointAt(0)};`).replace(WEB, '$1&#46;')}</code>`;

function fenced(command: string): string[] {
  const marks = '`'.repeat(Math.max(3, longest(command) + 1));
  return [`${marks}sh`, command, marks];
}

const longest = (text: string): number => Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));

/** A text of others: every mark that Markdown or HTML could read is escaped, a mention of a person and a bare address too. */
const text = (words: string): string =>
  words
    .replaceAll('\n', ' ')
    .replace(/[!#$&*<>[\\\]^_`{|}~]|:(?=\/\/)/g, '\\$&')
    .replace(/^(\d*)([-+=.)])/, '$1\\$2')
    .replaceAll('@', '@<!-- -->')
    .replace(WEB, '$1\\.');

/** What GitHub makes a link of, without any mark around it. */
const WEB = /(www)\./gi;
