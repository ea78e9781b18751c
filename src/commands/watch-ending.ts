/** How a watch ends: its status, and the sentence that says why. Pure: when it ends is decided by gate.ts and watch.ts. */
import { type Selection, titleOf } from '../cluster/targets.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import { causesOf, type Ending } from '../report/watch.ts';
import { UserError } from '../util/user-error.ts';
import type { Outcome } from './gate.ts';

/** What is watched, as users know it. */
export function titleOfAll({ targets, namespace, selector }: Selection): string {
  if (targets.length > 0) return targets.map(titleOf).join(', ');
  return `the pods ${selector === null ? '' : `with labels ${selector} `}${namespace === null ? 'of all namespaces' : `of namespace "${namespace}"`}`;
}

/** In: an answer, and what was watched. */
export function endingOf(outcome: Extract<Outcome, { type: 'pulled' | 'failed' }>, title: string): Ending {
  if (outcome.type === 'failed')
    return {
      status: 1,
      outcome: 'failed',
      summary: `the images of ${title} cannot be pulled: ${causesOf(outcome.findings)}`,
      findings: outcome.findings,
    };
  const { pods, notes } = outcome;
  const all = pods === 0 ? `${title}: no pod is wanted, and no image has to be pulled` : `all images of ${title} are pulled`;
  return { status: 0, outcome: 'pulled', summary: [`${all}${pods > 1 ? ` (${pods} pods)` : ''}`, ...notes].join('; '), findings: [] };
}

/**
 * The time is over before the images are there. In: how things stand, what was watched, what is known of the pods that wait, and how to say that the time is over. Status 2
 * where there was no pod that could be judged.
 */
export function lateEnding(outcome: Outcome, title: string, waiting: readonly Finding[], after: string): Ending {
  if (outcome.type === 'pulled') return endingOf(outcome, title);
  const failures = outcome.type === 'gone' ? [] : outcome.findings;
  const findings = failures.length > 0 ? failures : [...waiting];
  const told = findings.filter(({ diagnosis }) => diagnosis.cause !== 'NoPullProblem');
  const { pods, total, missing } = outcome.type === 'waiting' ? outcome : { pods: 0, total: 0, missing: [] };
  const parts = [
    ...(total > 0 ? [`${pods} of ${total} pods have their images`] : []),
    ...missing.map(part => `${part.title}: ${part.why}`),
    ...(told.length > 0 ? [causesOf(told)] : []),
  ];
  const isBlind = outcome.type !== 'failed' && total === 0 && findings.length === 0;
  return { status: isBlind ? 2 : 1, outcome: 'timeout', summary: `${after}: ${parts.join('; ') || title}`, findings };
}

/** Pods by what became of them while they were watched. */
export interface Counts {
  repaired: ReadonlySet<string>;
  gone: ReadonlySet<string>;
  pulled: ReadonlySet<string>;
}

/**
 * How things stand when nobody waits any longer. In: why it ended and how that is said, the failures that stand and those of them that count, what became of other pods, and
 * whether the images were waited for: then an interruption is no answer.
 */
export function standing(
  outcome: 'timeout' | 'interrupted',
  after: string,
  { failures, counted, counts, isGate }: { failures: readonly Finding[]; counted: readonly Finding[]; counts: Counts; isGate: boolean },
): Ending {
  const none = failures.length === 0 ? 'no pod fails' : 'no pod fails by a cause that counts';
  const parts = [
    counted.length === 0 ? none : causesOf(counted),
    ...(['repaired', 'gone', 'pulled'] as const).flatMap(what => (counts[what].size > 0 ? [`${counts[what].size} ${what}`] : [])),
  ];
  const status = isGate && outcome === 'interrupted' ? 130 : counted.length > 0 ? 1 : 0;
  return { status, outcome, summary: `${after}: ${parts.join('; ')}`, findings: counted };
}

/** In: named pods that were there and are no longer. */
export function goneEnding(titles: readonly string[]): { ending: Ending; error: UserError } {
  const summary = `${titles.join(', ')} ${titles.length === 1 ? 'was' : 'were'} deleted before all images were pulled`;
  return {
    ending: { status: 2, outcome: 'gone', summary, findings: [] },
    error: new UserError(summary, 'name its workload, for example deployment/NAME, to follow the pods that replace it'),
  };
}
