/** The text of `check`: what came out of each image at a glance, then what stops those that cannot be pulled, and the notes. Pure. */

import { count } from '../causes/phrases.ts';
import { groupFindings } from '../diagnosis/aggregate.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import { NO_CAUSE } from '../model/cause-codes.ts';
import type { NoteCode } from '../model/facts.ts';
import { append } from '../util/lists.ts';
import { forReading } from './clean.ts';
import { fold, labeled, table } from './columns.ts';
import { isOnlyOurView } from './gate.ts';
import { style, type TextOptions } from './style.ts';
import { renderFindings } from './text.ts';
import { placeOf } from './view.ts';

/** Images of one note that are told with what it says; of more only their names are. */
const MAX_DETAILS = 3;
/** Names of a note. */
const MAX_NAMES = 5;

/** Whether an image cannot be pulled. */
const fails = ({ diagnosis }: Finding): boolean => !NO_CAUSE.has(diagnosis.cause);

/** What is known of an image: only what would surely meet the nodes too stops it. */
function outcomeOf(finding: Finding): 'can' | 'cannot' | 'unknown' {
  if (fails(finding)) return isOnlyOurView(finding.diagnosis) ? 'unknown' : 'cannot';
  return finding.facts.notes?.some(({ code }) => code === 'AccessUnknown') ? 'unknown' : 'can';
}

/** In: the findings of all images, in their order. Out: the text; of one image alone its finding. */
export function renderImageChecks(all: readonly Finding[], options: TextOptions): string {
  if (all.length === 1 || options.wide) return renderFindings(groupFindings(all), [], options);
  const findings = forReading([...all]);
  const failing = all.filter(fails);
  const outcomes = all.map(outcomeOf);
  const of = (outcome: string): number => outcomes.filter(one => one === outcome).length;
  const open = of('unknown') === 0 ? '' : `, of ${of('unknown')} it is not known from this machine`;
  const head = `${count(all.length, 'image')}: ${of('can')} can be pulled, ${of('cannot')} cannot${open}\n`;
  const rows = findings.map(({ facts, diagnosis }, index) => [
    fails({ facts, diagnosis }) ? diagnosis.cause : outcomes[index] === 'can' ? 'ok' : 'not known',
    facts.image || '(none)',
    usedBy(facts.planned?.usedBy ?? []),
    placeOf(facts)[0] ?? '',
  ]);
  // without their notes, which stand together below
  const bare = failing.map(({ facts: { notes: _, ...facts }, diagnosis }) => ({ facts, diagnosis }));
  return [
    head,
    `${rowsOf(['RESULT', 'IMAGE', 'USED BY', 'PLACE'], rows, options.width)}\n`,
    ...(failing.length === 0 ? [] : [renderFindings(groupFindings(bare), [], options)]),
    ...renderNotes(findings, options),
  ].join('\n');
}

/** A table where it fits the width. Else each image has a line, with what uses it below: a name that is copied is never cut and never folded. */
function rowsOf(head: string[], rows: string[][], width: number): string {
  const whole = table(head, rows, width);
  if (whole.split('\n').every(line => line.length <= width)) return whole;
  const size = rows.reduce((most, [result = '']) => Math.max(most, result.length), (head[0] ?? '').length) + 2;
  const lines = rows.flatMap(([result = '', image = '', ...more]) => {
    const indent = ' '.repeat(size + 4);
    const below = more.filter(Boolean).join(', ');
    return [`  ${result.padEnd(size)}${image}`, ...(below === '' ? [] : fold(below, width, indent))];
  });
  return [`  ${(head[0] ?? '').padEnd(size)}${head.slice(1, 2).join('')}`, ...lines].join('\n');
}

const usedBy = ([first = '', ...more]: readonly string[]): string => (more.length === 0 ? first : `${first} and ${more.length} more`);

/** The notes of all images, each code once. */
function renderNotes(findings: readonly Finding[], { color, width }: TextOptions): string[] {
  const s = style(color);
  const byCode = new Map<NoteCode, { image: string; detail: string }[]>();
  for (const { facts } of findings) for (const { code, detail } of facts.notes ?? []) append(byCode, code, { image: facts.image, detail });
  const lines = [...byCode].flatMap(([code, notes]) => {
    if (notes.length <= MAX_DETAILS || code === 'WrongPlatform')
      return notes.flatMap(({ image, detail }) => labeled(code, `${image}: ${detail}`, width));
    const names = notes.slice(0, MAX_NAMES).map(({ image }) => image);
    const more = notes.length - names.length;
    return labeled(
      code,
      `${count(notes.length, 'image')}: ${names.join(', ')}${more > 0 ? ` and ${more} more (-o wide tells all)` : ''}`,
      width,
    );
  });
  return lines.length === 0 ? [] : [[s.bold('Notes'), ...lines, ''].join('\n')];
}
