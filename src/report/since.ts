/**
 * `--since FILE`: an answer beside an earlier one. Belongs here: what is new, changed, gone or as before, and how that is told in text and in JSON. A cause that stands as before counts
 * for the exit status as any other. Pure.
 */
import type { Finding } from '../diagnosis/investigate.ts';
import { isCauseCode, NO_CAUSE } from '../model/cause-codes.ts';
import { identityOf, type Subject } from '../parse/earlier.ts';
import { forReading } from './clean.ts';
import { table } from './columns.ts';
import type { Besides } from './findings.ts';
import { subjectOf } from './json.ts';

/** Rows that are shown; JSON has all. */
const MAX_ROWS = 20;

/** What became of a subject since the earlier answer. */
export type State = 'new' | 'changed' | 'same';
const ORDER: readonly State[] = ['new', 'changed', 'same'];

/** One subject of the new answer: all pods of a workload with the same container and image. */
interface Known {
  state: State;
  subject: Subject;
  was: readonly string[];
}

const isFailure = ({ cause }: Subject): boolean => !(isCauseCode(cause) && NO_CAUSE.has(cause));

/** An answer that is compared with an earlier one, item by item. */
export class Comparison implements Besides {
  /** The causes that stood, by the identity of their subjects. */
  readonly #before = new Map<string, Subject[]>();
  readonly #now = new Map<string, Known>();
  readonly #shown = new WeakSet<Finding>();
  /** What was looked at now: of anything else nobody knows whether it is gone. */
  #isInScope: (subject: Subject) => boolean = () => true;

  /** In: the items of the earlier answer, the name of its file, and the context that this one is of (null: it is of one cluster). */
  constructor(
    earlier: readonly Subject[],
    readonly name: string,
    readonly context: string | null = null,
  ) {
    for (const subject of earlier) {
      if ((subject.context ?? null) !== context) continue;
      const key = identityOf(subject);
      this.#before.set(key, [...(this.#before.get(key) ?? []), subject]);
    }
  }

  /** Tells which subjects this answer would hold. */
  limitTo(isInScope: (subject: Subject) => boolean): void {
    this.#isInScope = isInScope;
  }

  /** Takes a finding. Out: the fields that its item gets. */
  item(finding: Finding): object {
    const { facts, diagnosis } = finding;
    const subject = {
      ...(this.context === null ? {} : { context: this.context }),
      ...subjectOf(facts),
      container: facts.container,
      image: facts.image,
      cause: diagnosis.cause,
      certainty: diagnosis.certainty,
    } as Subject;
    const key = identityOf(subject);
    const before = this.#before.get(key) ?? [];
    const failed = before.filter(isFailure);
    const fails = isFailure(subject);
    const was = [...new Set(failed.map(({ cause }) => cause))];
    const stands = fails ? was.includes(subject.cause) : failed.length === 0 && before.length > 0;
    const state = stands ? 'same' : failed.length > 0 ? 'changed' : 'new';
    if (fails) {
      const known = this.#now.get(key);
      if (known === undefined || ORDER.indexOf(state) < ORDER.indexOf(known.state)) this.#now.set(key, { state, subject, was });
      if (state !== 'same') this.#shown.add(finding);
    }
    return { since: state, ...(state === 'changed' ? { was } : {}) };
  }

  isShown = (finding: Finding): boolean => this.#shown.has(finding);

  /** Failures of the earlier answer whose subjects fail no more, each once. */
  gone(): Subject[] {
    return [...this.#before].flatMap(([key, subjects]) => {
      const failed = subjects.filter(subject => isFailure(subject) && this.#isInScope(subject));
      return this.#now.has(key) ? [] : failed.slice(0, 1);
    });
  }

  /** In: whether everything was examined. Out: what has to be known besides. */
  warnings = (isComplete: boolean): string[] =>
    isComplete || this.gone().length === 0 ? [] : [`not everything could be examined: what is gone since ${this.name} may still be there`];

  list = (): object => ({ gone: this.gone() });

  /** In: the columns of the terminal. Out: the lines that stand before the text. */
  head(width: number): string {
    const known = [...this.#now.values()];
    const gone = this.gone();
    const count = (state: State): number => known.filter(one => one.state === state).length;
    const rows = [
      ...(['new', 'changed'] as const).flatMap(state => known.filter(one => one.state === state)).map(rowOf),
      ...gone.map(subject => ['gone', '-', subject.cause, titleOf(subject)]),
    ];
    const sum = `Compared with ${this.name}: ${count('new')} new, ${count('changed')} changed, ${gone.length} gone, ${count('same')} as before`;
    const more = rows.length > MAX_ROWS ? [`  and ${rows.length - MAX_ROWS} more (-o json lists all)`] : [];
    const [shown = ''] = forReading([sum]);
    return [
      shown,
      ...(rows.length === 0 ? [] : ['', table(['SINCE THEN', 'CAUSE', 'BEFORE', 'ABOUT'], forReading(rows.slice(0, MAX_ROWS)), width)]),
      ...more,
      '',
    ].join('\n');
  }
}

const rowOf = ({ state, subject, was }: Known): string[] => [state, subject.cause, was.join(', ') || '-', titleOf(subject)];

/** A subject as a person knows it. */
function titleOf({ pod, workload, container, image }: Subject): string {
  const maker =
    workload !== undefined
      ? `${workload.kind} ${workload.namespace}/${workload.name}`
      : pod === null
        ? null
        : `pod ${pod.namespace}/${pod.name}`;
  const within = container.kind === 'sandbox' ? 'sandbox' : container.name === '' ? null : `${container.kind} "${container.name}"`;
  return [maker, within, image].filter(Boolean).join(', ');
}
