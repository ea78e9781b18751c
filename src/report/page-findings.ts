/** The pages of `why` and of `check`: a part for each cause, an overview, what is fine, and notes. Belongs here: what of a finding a page tells. Pure. */

import { count, lowerFirst } from '../causes/phrases.ts';
import { showBytes } from '../causes/sizes.ts';
import { byUrgency, type Group } from '../diagnosis/aggregate.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import { type CauseCode, NO_CAUSE } from '../model/cause-codes.ts';
import type { Evidence, Fix } from '../model/diagnosis.ts';
import type { Check } from '../model/probe.ts';
import { append } from '../util/lists.ts';
import { type GateItem, gateItem, gravestFirst, placeText, totals } from './gate.ts';
import { type Block, type Cell, type Origin, type Page, type Part, rowsAbout, type Tone } from './page.ts';
import { blocksOf, type FindingView, findingView, type GroupRow, otherRepairs, rowOf, type TableView } from './view.ts';

/** Names that a list has at most, and commands for other pods of a cause. */
const MAX_NAMES = 500;
const MAX_OTHER_FIXES = 20;

const TONES: Record<FindingView['tone'], Tone> = { fails: 'failed', waits: 'waiting', fine: 'ok' };

/** What a run of `why` found. */
export interface Findings {
  groups: readonly Group[];
  /** What the failing pods have in common. */
  patterns: readonly string[];
  warnings: readonly string[];
  isComplete: boolean;
  origin: Origin;
  /** Where pods were looked for, as a message says it. */
  place: string;
}

/** In: what `why` found. Out: its page. */
export function findingsPage({ groups, patterns, warnings, isComplete, origin, place }: Findings): Page {
  const blocks = blocksOf([...groups].sort(byUrgency));
  const views = blocks.flatMap(block =>
    block[0]?.findings[0] === undefined ? [] : [{ block, view: findingView(block[0].findings[0], block, true) }],
  );
  const rows = views.flatMap(({ block }, part) =>
    block.map(rowOf).map(row => ({ part, cells: [row.certainty, String(row.pods), row.about] })),
  );
  return {
    title: 'Image pull report',
    summary: [totalOf(groups, place), ...(patterns.length === 0 ? [] : [`In common: ${patterns.join('; ')}.`])],
    about: rowsAbout(origin),
    overview: rows.length < 2 ? null : { columns: ['Certainty', 'Pods', 'About'], rows },
    parts: views.map(({ block, view }) => partOfBlock(view, block)),
    blocks: [],
    warnings,
    isComplete,
  };
}

function totalOf(groups: readonly Group[], place: string): string {
  const failing = groups.filter(({ cause }) => !NO_CAUSE.has(cause));
  const distinct = (names: readonly string[]): number => new Set(names).size;
  if (groups.length === 0) return `No pod ${place} waits for an image.`;
  if (failing.length === 0) return `${count(distinct(groups.flatMap(group => group.pods)), 'pod')}: no cause was found.`;
  const pods = count(distinct(failing.flatMap(group => group.pods)), 'pod');
  const namespaces = count(distinct(failing.flatMap(group => group.namespaces)), 'namespace');
  return `${pods} in ${namespaces}, ${count(distinct(failing.map(({ cause }) => cause)), 'cause')}.`;
}

/** A part that stands for groups of one cause. */
function partOfBlock(view: FindingView, block: readonly Group[]): Part {
  const names = (of: (group: Group) => readonly string[]): string[] => [...new Set(block.flatMap(of))];
  const pods = names(group => group.pods);
  const [nodes, namespaces] = [names(group => group.nodes), names(group => group.namespaces)];
  const rows = block.map(rowOf);
  const proved = rows.reduce((sum, row) => sum + row.proved, 0);
  const affects =
    pods.length < 2
      ? []
      : [
          `Affects ${count(pods.length, 'pod')}${nodes.length === 0 ? '' : ` on ${count(nodes.length, 'node')}`} in ${count(namespaces.length, 'namespace')}.`,
          ...(proved > 0 && proved < pods.length ? [`The cause is proved for ${proved} of them.`] : []),
        ];
  return {
    ...partOf(view, affects),
    tables: rows.length < 2 ? [] : [aboutTable(rows)],
    fixes: [...view.fixes, ...otherFixes(view, block)],
    details: [...detailsOf(view), ...(pods.length < 2 ? [] : [namesOf('Affected pods', pods)])],
  };
}

/** The commands for the other pods of the groups, where these need others. */
const otherFixes = ({ fixes }: FindingView, block: readonly Group[]): Fix[] =>
  otherRepairs(block, fixes)
    .slice(0, MAX_OTHER_FIXES)
    .map(({ command, pods, about }) => ({ title: `for ${count(pods, 'other pod')}${about === null ? '' : `: ${about}`}`, command }));

const aboutTable = (rows: readonly GroupRow[]): Block => ({
  title: 'Where it fails',
  columns: ['About', 'Pods', 'Certainty', 'For example'],
  rows: rows.map(({ about, pods, certainty, example }) => [about, String(pods), certainty, example === null ? '' : { code: example }]),
});

function namesOf(title: string, names: readonly string[]): Block {
  const more = names.length - MAX_NAMES;
  const rows = names.slice(0, MAX_NAMES).map((name): Cell[] => [{ code: name }]);
  return { title, columns: null, rows: more > 0 ? [...rows, [`and ${more} more`]] : rows };
}

/** What every part of a finding has. */
function partOf(view: FindingView, affects: readonly string[]): Part {
  const { cause, certainty, tone, title, subject, summary, also, next, ladder, fixes, docs } = view;
  return {
    tone: TONES[tone],
    name: cause,
    labels: certainty === null ? [] : [certainty],
    title,
    subject,
    paragraphs: [
      summary,
      ...(affects.length === 0 ? [] : [affects.join(' ')]),
      ...(also.length === 0 ? [] : [`Other possible causes: ${also.join(', ')}.`]),
      ...next.map(({ code, title }) => `Fix next: ${code} (${lowerFirst(title)}).`),
    ],
    tables: [],
    ladders: ladder === null ? [] : [{ who: ladder.identity, steps: ladder.steps }],
    fixes,
    details: detailsOf(view),
    docs: tone === 'fine' ? null : { cause, address: docs },
  };
}

const SOURCE: Record<Evidence['source'], string> = {
  ...{ pod: 'pod', event: 'event', status: 'status', secret: 'secret', serviceAccount: 'service account' },
  ...{ node: 'node', registry: 'registry', note: 'note' },
};

/** What is folded. */
function detailsOf({ tone, evidence, decidedBy, tables, layers, checks, notes }: FindingView): Block[] {
  const lines: Cell[][] = evidence.map(({ source, detail, proves }) => [
    `${proves ? 'Proof, from' : 'From'} the ${SOURCE[source]}`,
    detail,
  ]);
  const decided: Cell[] = ['Decided by', `${decidedBy.reason.replace(/\.$/, '')} (${decidedBy.rule})`];
  return [
    { title: 'Evidence', columns: null, rows: tone === 'fine' ? [decided] : [...lines, decided] },
    ...tables.map(tableBlock),
    ...(layers === null
      ? []
      : [
          {
            title: 'Largest layers',
            columns: ['Size', 'Digest'],
            rows: layers.largest.map(({ bytes, digest }) => [showBytes(bytes), { code: digest }]),
          },
        ]),
    ...checksBlock('All checks from this machine', checks),
    ...(notes.length === 0 ? [] : [{ title: 'Notes', columns: null, rows: notes.map(({ code, detail }) => [code, detail]) }]),
  ];
}

/** In: a title, and checks. Out: a table of those that were made; none without any. */
export function checksBlock(title: string, checks: readonly Check[]): Block[] {
  const done = checks.filter(({ status }) => status !== 'skipped');
  if (done.length === 0) return [];
  const rows = done.map(({ name, status, detail, ms }) => [name, status, `${detail}${ms === null ? '' : ` (${ms} ms)`}`]);
  return [{ title, columns: ['Check', 'Status', 'Detail'], rows }];
}

/** A table for a terminal has its heading in capitals. */
const tableBlock = ({ title, head, rows }: TableView): Block => ({
  title,
  columns: head.map(column => `${column.charAt(0)}${column.slice(1).toLowerCase()}`),
  rows,
});

/** What a run of `check` found. */
export interface Checked {
  findings: readonly Finding[];
  /** The causes that make exit status 1. */
  counted: ReadonlySet<CauseCode>;
  warnings: readonly string[];
  isComplete: boolean;
  origin: Origin;
}

/** An image with what a gate is told of it. */
interface CheckedImage extends Pick<GateItem, 'level' | 'outcome'> {
  item: GateItem;
  finding: Finding;
}

/** In: what `check` found. Out: its page: a part for each cause with the same fixes, the gravest first. */
export function checkPage({ findings, counted, warnings, isComplete, origin }: Checked): Page {
  const images = findings.map((finding): CheckedImage => {
    const item = gateItem(finding, counted);
    return { item, finding, level: item.level, outcome: item.outcome };
  });
  const alike = new Map<string, CheckedImage[]>();
  for (const image of gravestFirst(images.filter(({ outcome }) => outcome !== 'pass')))
    append(alike, JSON.stringify([image.item.cause, image.item.certainty, image.item.fixes]), image);
  const parts = [...alike.values()];
  const rows = parts.flatMap((same, part) =>
    same.map(({ item }) => ({ part, cells: [`${item.certainty}${item.outcome === 'ignored' ? ', ignored' : ''}`, ...imageCells(item)] })),
  );
  const passed = images.filter(({ outcome }) => outcome === 'pass').map(({ item }) => imageCells(item));
  const notes = images.flatMap(({ item }) => item.notes.map(({ code, detail }): Cell[] => [code, { code: item.image }, detail]));
  return {
    title: 'Image pull check',
    summary: [`${totals({ items: images.map(({ item }) => item), warnings, isComplete, status: 0 })}.`],
    about: rowsAbout(origin),
    overview: rows.length < 2 ? null : { columns: ['Certainty', ...IMAGE_COLUMNS], rows },
    parts: parts.map(same => partOfImages(same)),
    blocks: [
      ...(passed.length === 0 ? [] : [{ title: 'Can be pulled', columns: IMAGE_COLUMNS, rows: passed }]),
      ...(notes.length === 0 ? [] : [{ title: 'Notes', columns: null, rows: notes }]),
    ],
    warnings,
    isComplete,
  };
}

const IMAGE_COLUMNS = ['Image', 'Where'];

/** An image, and where it is named: the places of manifests, or the objects that use it. */
const imageCells = ({ image, places, usedBy }: GateItem): Cell[] => [
  { code: image },
  places.length > 0 ? { code: places.map(placeText).join(' ') } : usedBy.join(', '),
];

function partOfImages(same: readonly CheckedImage[]): Part {
  const [first] = same as [CheckedImage];
  const { facts, diagnosis } = first.finding;
  // notes stand together at the end
  const view = findingView({ facts: { ...facts, notes: [] }, diagnosis }, [], true);
  const part = partOf(view, []);
  const isIgnored = first.outcome === 'ignored';
  return {
    ...part,
    tone: isIgnored ? 'ignored' : part.tone,
    labels: [...part.labels, ...(isIgnored ? ['ignored'] : [])],
    tables: same.length < 2 ? [] : [{ title: 'Images', columns: IMAGE_COLUMNS, rows: same.map(({ item }) => imageCells(item)) }],
    fixes: isIgnored ? [] : part.fixes,
  };
}
