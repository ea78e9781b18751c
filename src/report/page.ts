/**
 * A report for people as data: what `-o markdown` and `-o html` say of one run, in the order in which it is read. Belongs here: the parts of a page.
 * What fills it belongs to page-findings.ts and page-secrets.ts, how it is laid out to markdown.ts and html.ts. Pure.
 */
import type { PageFormat } from '../flags.ts';
import type { Fix } from '../model/diagnosis.ts';
import { VERSION } from '../util/version.ts';
import type { Ladder } from './view.ts';

/** What a part of a page is about: a failure; something that repairs itself or works in part; what --ignore or --fail-on leaves out; nothing wrong. */
export type Tone = 'failed' | 'waiting' | 'ignored' | 'ok';

/** A cell of a table: a sentence, or a name that is shown as code. */
export type Cell = string | { code: string };

/** A label, and what it labels. */
export type Row = readonly [label: string, value: Cell];

/** Rows below a title. Without columns it is a list. */
export interface Block {
  title: string;
  columns: readonly string[] | null;
  rows: readonly (readonly Cell[])[];
}

/** One finding of a page, or one secret. */
export interface Part {
  tone: Tone;
  /** The code of the cause, or the secret. */
  name: string;
  /** Words beside the name: how certain it is. */
  labels: readonly string[];
  title: string;
  /** The pod, the container, the image: a phrase each. */
  subject: readonly string[];
  paragraphs: readonly string[];
  /** What belongs to the verdict and is no sentence: the registries of one cause, the entries of a secret. */
  tables: readonly Block[];
  /** How far the requests of this machine came; a secret has one for each entry. `who`: what they were about, or sent as. */
  ladders: readonly { who: string | null; steps: Ladder['steps'] }[];
  fixes: readonly Fix[];
  /** What is folded: evidence, credentials, all checks, the affected pods. */
  details: readonly Block[];
  /** The cause, and the address of its page. */
  docs: { cause: string; address: string } | null;
}

/** A page. */
export interface Page {
  title: string;
  /** What came out, in sentences. */
  summary: readonly string[];
  /** When it was made, by which version, and where. */
  about: readonly Row[];
  /** Each cause at a glance: the titles of the columns behind the name of the part, and the rows. Null where one part says it all. */
  overview: { columns: readonly string[]; rows: readonly OverviewRow[] } | null;
  parts: readonly Part[];
  /** Lists behind the parts: what is fine, notes. */
  blocks: readonly Block[];
  /** What could not be seen. */
  warnings: readonly string[];
  isComplete: boolean;
}

/** A row of the overview, and the number of the part that it leads to. */
interface OverviewRow {
  part: number;
  cells: readonly Cell[];
}

/** Where a report was made. */
export interface Origin {
  /** RFC 3339. */
  now: string;
  /** The context of the kubeconfig, null where none was asked. */
  context: string | null;
  /** Null for all. */
  namespace: string | null;
  /** The files of `-f`, as they are named. */
  files: readonly string[];
  /** When the objects of that file were collected (RFC 3339). */
  collectedAt: string | null;
}

/** Whether a format of `-o` is that of a page. */
export const isPage = (output: string): output is PageFormat => output === 'markdown' || output === 'html';

/** In: where a report was made. Out: its rows: no address and no user of a cluster. */
export function rowsAbout({ now, context, namespace, files, collectedAt }: Origin): Row[] {
  // the folders of a machine are not the reader's
  const names = files.map(file => (file === '-' ? 'standard input' : (file.split(/[/\\]/).findLast(Boolean) ?? file)));
  return [
    ['Made', collectedAt === null ? `${timeText(now)}; every age is of that time` : timeText(now)],
    ['By', `kubectl-imagepull ${VERSION}`],
    ...(context === null ? [] : [['Context', { code: context }] as const]),
    ...(names.length === 0 ? [] : [['Read from', { code: names.join(', ') }] as const]),
    ...(collectedAt === null ? [] : [['Collected', `${timeText(collectedAt)}; every age is of that time`] as const]),
    namespace === null ? ['Namespace', 'all'] : ['Namespace', { code: namespace }],
  ];
}

/** RFC 3339 as people read it. */
const timeText = (time: string): string => time.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)Z$/, '$1 $2 UTC');
