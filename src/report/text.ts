/** The text of `why`: the rows of what fails, then for each cause what it is, where the pull broke, the commands that fix it, and the evidence (docs/output.md). Pure. */

import { count, lowerFirst } from '../causes/phrases.ts';
import type { Group } from '../diagnosis/aggregate.ts';
import { NO_CAUSE } from '../model/cause-codes.ts';
import type { Evidence } from '../model/diagnosis.ts';
import { program } from '../util/called-as.ts';
import { renderLayers } from './bars.ts';
import { fold, foldPhrases, hanging, labeled, shorten, table } from './columns.ts';
import { renderChecks, renderCommand, renderFixes, renderLadder } from './sections.ts';
import { type Style, style, type TextOptions } from './style.ts';
import { type FindingView, type GroupRow, type ReportView, reportView } from './view.ts';

const SOURCE: Record<Evidence['source'], string> = {
  pod: 'pod',
  event: 'event',
  status: 'status',
  secret: 'secret',
  serviceAccount: 'account',
  node: 'node',
  registry: 'registry',
  note: 'note',
};
/** Rows that are shown: with what stands around them they fit a screen of 40 lines. */
const MAX_ROWS = 14;
/** Rows of one cause that are shown where not all fit: no cause hides the others. */
const MAX_OF_CAUSE = 3;
/** Commands for other pods of a cause that are shown. */
const MAX_OTHER_FIXES = 4;
/** Lines of a line of evidence: of what proves the verdict, and of the rest. */
const PROOF_LINES = 4;
const OTHER_LINES = 3;

/**
 * In: the groups of all findings, and what the failing pods have in common. Out: a table of the causes if there are several, then each cause by its clearest finding (of more than
 * a few causes the table alone); with `wide` every finding.
 */
export function renderFindings(groups: readonly Group[], patterns: readonly string[], options: TextOptions): string {
  const view = reportView(groups, patterns, options.wide);
  const s = style(options.color);
  const parts = [
    ...(view.headline === null ? [] : [renderRows(view.headline, view.rows, options, s)]),
    ...(view.isTableOnly ? [] : view.sections.map(section => renderFinding(section, view, options, s))),
    ...renderMore(view, options.width),
  ];
  return parts.join('\n');
}

function renderRows(headline: string, rows: readonly GroupRow[], { width, wide }: TextOptions, s: Style): string {
  const shown = wide ? rows : firstRows(rows);
  const left = rows.filter(row => !shown.includes(row));
  const pods = left.reduce((sum, row) => sum + row.pods, 0);
  return [
    ...hanging(headline, width).map(line => s.bold(line)),
    ...(shown.length === 0 ? [] : [tableOf(shown, rows, width)]),
    ...(left.length === 0
      ? []
      : [`  and ${count(left.length, 'more row')} with ${count(pods, 'pod')}: -o wide shows all, -o name their names`]),
    ...(shown.some(isPartlyProved) ? fold('certain M/N: the cause is proved for M of the N pods', width, '  ') : []),
    '',
  ].join('\n');
}

/** The rows that fit a screen. */
function firstRows(rows: readonly GroupRow[]): GroupRow[] {
  if (rows.length <= MAX_ROWS || rows.every(({ cause }) => cause === rows[0]?.cause)) return rows.slice(0, MAX_ROWS);
  const shown = new Map<string, number>();
  const isShown = ({ cause }: GroupRow): boolean => {
    shown.set(cause, (shown.get(cause) ?? 0) + 1);
    return (shown.get(cause) ?? 0) <= MAX_OF_CAUSE;
  };
  return rows.filter(isShown).slice(0, MAX_ROWS);
}

const isPartlyProved = ({ pods, proved, certainty }: GroupRow): boolean => certainty === 'certain' && proved < pods;

/** In: the rows that are shown, and all of them. What all share is not repeated: with one cause each row has one line. */
function tableOf(shown: readonly GroupRow[], all: readonly GroupRow[], width: number): string {
  const hasCauses = new Set(all.map(({ cause }) => cause)).size > 1;
  const cells = shown.map(row => [
    String(row.pods).padStart(4),
    ...(hasCauses ? [row.cause] : []),
    certaintyOf(row),
    ...(hasCauses ? [namespacesOf(row)] : []),
    `${row.about}${row.example === null ? '' : `; ${row.pods > 1 ? 'e.g. ' : ''}${row.example}`}${hasCauses || row.namespaces.length < 2 ? '' : ` (${count(row.namespaces.length, 'namespace')})`}`,
  ]);
  return table(['PODS', ...(hasCauses ? ['CAUSE'] : []), 'CERTAINTY', ...(hasCauses ? ['NAMESPACE'] : []), 'ABOUT'], cells, width);
}

const namespacesOf = ({ namespaces: [first = '', ...more] }: GroupRow): string =>
  more.length === 0 ? first : `${first} and ${more.length} more`;

const certaintyOf = (row: GroupRow): string =>
  isPartlyProved(row) ? `certain ${row.proved}/${row.pods}` : NO_CAUSE.has(row.cause) ? '-' : row.certainty;

/** Where the rest is. */
function renderMore({ isTableOnly, isBrief, isPlanned }: ReportView, width: number): string[] {
  if (!isTableOnly && !isBrief) return [];
  const how = isPlanned
    ? 'Add -o wide for the evidence of each.'
    : `Run "${program()} why POD -n NAMESPACE" for the evidence and the fix of one pod, or add -o wide for all.`;
  return [`${hanging(how, width).join('\n')}\n`];
}

function renderFinding(finding: FindingView, view: ReportView, options: TextOptions, s: Style): string {
  const { width, wide } = options;
  const hasEvidence = wide || (!view.isBrief && finding.tone === 'fails');
  const part = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', s.bold(title), ...lines]);
  const lines = [
    ...renderHead(finding, view, width, s),
    ...(finding.ladder === null || (finding.tone === 'fine' && !view.isPlanned && !wide)
      ? []
      : ['', ...renderLadder(finding.ladder, width, s)]),
    ...part('Fix', renderFixes(finding.fixes, width, s)),
    ...part('Fix for the other pods', renderOtherFixes(finding.otherFixes, s)),
    ...(hasEvidence ? part('Evidence', renderEvidence(finding.evidence, options)) : []),
    ...(wide ? ['', ...hanging(`Decided by: ${finding.decidedBy.reason.replace(/\.$/, '')} (${finding.decidedBy.rule})`, width)] : []),
    ...(view.isBrief ? [] : renderDetails(finding, options, part)),
    ...part(
      'Notes',
      finding.notes.flatMap(({ code, detail }) => labeled(code, detail, width)),
    ),
    ...(finding.tone === 'fine' || view.isBrief ? [] : ['', `More: ${program()} explain ${finding.cause}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** The cause, what it is about, and what happened. */
function renderHead(finding: FindingView, { isPlanned }: ReportView, width: number, s: Style): string[] {
  const { cause, certainty, tone, title, subject, summary } = finding;
  const name = `${cause}${certainty === null ? '' : ` (${certainty})`}:`;
  const paint = { fine: s.green, waits: s.yellow, fails: s.red }[tone];
  const painted = (line: string): string => `${s.bold(paint(cause))}${line.slice(cause.length)}`;
  // of a pod that pulls well one sentence is enough
  if (cause === 'NoPullProblem' && !isPlanned) {
    const [first = '', ...rest] = hanging(`${name} ${summary}`, width);
    return [painted(first), ...rest];
  }
  const phrases = subject.map((phrase, index) => (index < subject.length - 1 ? `${phrase},` : phrase));
  const [first = '', ...rest] = foldPhrases([name, title], width, '');
  const head = [painted(first), ...rest];
  return [
    ...head,
    ...foldPhrases(finding.affects.length > 0 ? ['for example', ...phrases] : phrases, width, '  '),
    '',
    ...fold(summary, width, '  '),
    ...finding.affects.flatMap(sentence => fold(sentence, width, '  ')),
    ...(finding.also.length === 0 ? [] : fold(`Other possible causes: ${finding.also.join(', ')}.`, width, '  ')),
    ...finding.next.flatMap(next => fold(`Fix next: ${next.code} (${lowerFirst(next.title)}).`, width, '  ')),
  ];
}

/** What the verdict is based on. Without `wide` a long line keeps its beginning and its end. */
function renderEvidence(evidence: readonly Evidence[], { wide, width }: TextOptions): string[] {
  const size = Math.max(...evidence.map(({ source }) => SOURCE[source].length));
  const room = width - size - 4;
  return evidence.flatMap(({ source, detail, proves }) =>
    labeled(
      SOURCE[source].padEnd(size),
      wide ? detail : shorten(detail, room * (proves === true ? PROOF_LINES : OTHER_LINES) - SOURCE[source].length),
      width,
    ),
  );
}

/** Layers, tables and checks. */
function renderDetails(
  { layers, tables, checks }: FindingView,
  { wide, width }: TextOptions,
  part: (title: string, lines: readonly string[]) => string[],
): string[] {
  return [
    ...part('Largest layers', layers === null ? [] : renderLayers(layers.largest, layers.size, layers.count, width, wide)),
    ...tables.flatMap(({ title, head, rows }) => part(title, [table(head, rows, width)])),
    ...(checks.length === 0 ? [] : part('All checks from this machine', renderChecks(checks, width))),
  ];
}

/** The commands for the other pods of a cause, where these need others. */
function renderOtherFixes(others: FindingView['otherFixes'], s: Style): string[] {
  const more = others.length - MAX_OTHER_FIXES;
  return [
    ...others
      .slice(0, MAX_OTHER_FIXES)
      .flatMap(({ command, pods, about }) => [
        `  ${count(pods, 'pod')}${about === null ? '' : ` (${about})`}:`,
        ...renderCommand(command, s),
      ]),
    ...(more > 0 ? [`  and ${more} more (-o wide shows the fix of each pod)`] : []),
  ];
}
