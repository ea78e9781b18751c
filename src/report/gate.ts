/**
 * What a gate is told of a check: each image with its outcome, its place in a manifest and its level. Belongs here: what junit.ts, sarif.ts, github.ts and the page of a check share, so that
 * all say the same of one run. Every text is cleaned here, once; each format adds its own escapes. Pure.
 */
import { docsOf } from '../causes/docs-url.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import { checksOf } from '../diagnosis/probe-view.ts';
import { type CauseCode, causeOf, NO_CAUSE } from '../model/cause-codes.ts';
import type { Certainty, Fix } from '../model/diagnosis.ts';
import type { DeclaredAt, Note } from '../model/facts.ts';
import { VERSION } from '../util/version.ts';
import { forReading, withoutSecrets } from './clean.ts';

/** `pass`: no cause. `fail`: a cause that makes exit status 1. `ignored`: a cause that --ignore or --fail-on leaves out. */
type Outcome = 'pass' | 'fail' | 'ignored';

/** How grave a line of a report is. A proved cause is an error, one that silence could also explain is a warning; notes and what is ignored are notes. */
export type Level = 'error' | 'warning' | 'note';

/** One image of a report. */
export interface GateItem {
  image: string;
  /** Its container, empty where the command line names it. */
  container: string;
  /** The objects that use it, as `NAMESPACE/TYPE/NAME`. */
  usedBy: readonly string[];
  /** Where files name it; empty where none does, as on standard input. */
  places: readonly DeclaredAt[];
  outcome: Outcome;
  level: Level;
  cause: CauseCode;
  certainty: Certainty;
  title: string;
  summary: string;
  fixes: readonly Fix[];
  notes: readonly Note[];
  docs: string;
  /** What the requests of its probe took. */
  seconds: number;
}

/** A whole run, as a gate reads it. */
export interface GateRun {
  items: readonly GateItem[];
  warnings: readonly string[];
  /** Whether everything was examined that was asked for. */
  isComplete: boolean;
  /** The exit status. */
  status: number;
}

/** The name of standard input, which is no file. */
const STDIN = '-';

/** In: a finding, and the causes that count for the exit status. Out: what a gate shows of it, as it was read: `cleaned` comes after. */
export function gateItem({ facts, diagnosis }: Finding, counted: ReadonlySet<CauseCode>): GateItem {
  const { cause, certainty, title, summary, fixes } = diagnosis;
  const outcome = NO_CAUSE.has(cause) ? 'pass' : counted.has(cause) ? 'fail' : 'ignored';
  return {
    image: facts.image,
    container: facts.container.name,
    usedBy: facts.planned?.usedBy ?? [],
    places: [facts.declaredAt ?? [], ...(facts.planned?.alsoAt ?? [])].flat().filter(({ file }) => file !== STDIN),
    outcome,
    level: outcome !== 'fail' ? 'note' : certainty === 'certain' ? 'error' : 'warning',
    cause,
    certainty,
    title,
    summary,
    fixes,
    notes: facts.notes ?? [],
    docs: docsOf(cause, VERSION),
    seconds: checksOf(facts).reduce((sum, { ms }) => sum + (ms ?? 0), 0) / 1000,
  };
}

/** In: a run. Out: the same without any secret of the run, and with every hidden character of its texts as an escape. The path of a file stays as it is: a reader has to find it. */
export const cleaned = (run: GateRun): GateRun => ({
  ...run,
  warnings: forReading([...run.warnings]),
  items: run.items.map(({ places, ...item }) => ({ ...forReading(item), places: withoutSecrets([...places]) })),
});

/** In: an item. Out: its places, or null once where it has none: what each line of a report is about. */
export const placesOf = ({ places }: GateItem): readonly (DeclaredAt | null)[] => (places.length === 0 ? [null] : places);

/** A place as editors write it. */
export const placeText = ({ file, line, column }: DeclaredAt): string => `${file}:${line}${column === null ? '' : `:${column}`}`;

/** The errors first, then the warnings: a reader that shows only the first ones shows the gravest. */
export const gravestFirst = <T extends { level: Level }>(items: readonly T[]): T[] =>
  (['error', 'warning', 'note'] as const).flatMap(level => items.filter(item => item.level === level));

/** In: an item. Out: what a title says of it: the cause, and how certain it is. */
export const headingOf = ({ cause, certainty, outcome }: GateItem): string =>
  `${cause} (${certainty}${outcome === 'ignored' ? ', ignored' : ''})`;

/** In: an item with a cause. Out: its fixes as lines: each title, below it the command. What is ignored needs none. */
export const fixLines = ({ fixes, outcome }: GateItem): string[] =>
  outcome === 'ignored'
    ? []
    : fixes.flatMap(({ title, command }) => [`Fix: ${title}`, ...(command === null ? [] : command.split('\n').map(line => `  ${line}`))]);

/** Whether nothing but the view of this machine is against an image: its network, its rate limit, no cause that could be told. The nodes may pull it. */
export const isOnlyOurView = ({ cause, certainty }: { cause: CauseCode; certainty: Certainty }): boolean =>
  certainty !== 'certain' && (causeOf(cause).group === 'network' || cause === 'RateLimited' || cause === 'Unknown');

/** In: a run. Out: how many images there are of each outcome, as a sentence. */
export function totals({ items }: GateRun): string {
  if (items.length === 0) return 'there is no image to check';
  const of = (outcome: Outcome): number => items.filter(item => item.outcome === outcome).length;
  const ignored = of('ignored');
  const open = items.filter(item => item.outcome === 'fail' && isOnlyOurView(item)).length;
  const unknown = open === 0 ? '' : `, of ${open} it is not known from this machine`;
  return `${items.length === 1 ? '1 image' : `${items.length} images`} checked: ${of('pass')} can be pulled, ${of('fail') - open} cannot${unknown}${ignored === 0 ? '' : `, ${ignored} ignored`}`;
}
