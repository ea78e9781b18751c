/** What a rule is, and how its verdict becomes a decision. Belongs here: the types of every table of rules, and the one place where "certain" is given. */

import type { CauseCode } from '../model/cause-codes.ts';
import type { Certainty, DecidedBy, Proof } from '../model/diagnosis.ts';
import type { Fault } from '../model/fault.ts';
import type { Context } from './context.ts';

/** At most five alternatives are listed. */
export const MOST_ALTERNATIVES = 5;

/** What a rule says. It cannot say "certain": that comes of its proof alone. */
export interface Verdict {
  /** The cause, then its alternatives, likeliest first. */
  causes: readonly [CauseCode, ...CauseCode[]];
  /** How certain it is where nothing proves it. */
  certainty: Exclude<Certainty, 'certain'>;
  /** What has to be repaired besides, in the order of repair. */
  next?: readonly CauseCode[];
  /** The fault that decided, for the texts. */
  fault?: Fault | null;
}

interface Named<C> {
  /** Kebab case, `GROUP.SITUATION`. */
  id: string;
  /** One sentence that a user understands: why this rule decides. */
  reason: string;
  when(context: C): boolean;
}

/** A rule that decides itself. With a `proof` that holds its verdict is certain. */
interface DecidingRule<C = Context> extends Named<C> {
  verdict(context: C): Verdict;
  /** What was positively seen; empty when it does not suffice. */
  proof?(context: C): Proof[];
}

/** A rule that leaves the decision to a row of another table. */
interface DelegatingRule<C = Context> extends Named<C> {
  delegate(context: C, atMost: Certainty): Decision;
}

/** A row of a table of rules. `C` is what its conditions look at. */
export type Rule<C = Context> = DecidingRule<C> | DelegatingRule<C>;

/** The verdict of the rule that decided. */
export interface Decision {
  decidedBy: DecidedBy;
  /** Ids of the rules and rows that led here, the deciding one last. */
  reached: string[];
  cause: CauseCode;
  certainty: Certainty;
  also: CauseCode[];
  next: CauseCode[];
  proof: Proof[];
  fault: Fault | null;
}

/** A proof holds when the message was read in full, and when what we were answered holds for the node too. */
const holds = (proof: Proof, context: Context): boolean => {
  if (proof.kind === 'object') return true;
  if (proof.fault?.understood === false) return false;
  // of several search registries the node reports one
  return proof.kind === 'nodeMessage' ? context.facts.nodeReport.searched === null : context.holdsForNode;
};

/**
 * A rule's verdict as a decision. In: the context, the rule's name, its verdict, its proof, and `atMost` where the evidence is weaker than the rule
 * supposes. Out: certain when there is a proof and all of it holds.
 */
export function settle(context: Context, by: DecidedBy, verdict: Verdict, proof: Proof[], atMost: Certainty = 'certain'): Decision {
  const certain = atMost === 'certain' && proof.length > 0 && proof.every(item => holds(item, context));
  const [cause, ...others] = verdict.causes;
  const also = certain ? [] : others.filter((code, index) => code !== cause && others.indexOf(code) === index);
  return {
    decidedBy: { rule: by.rule, reason: by.reason },
    reached: [by.rule],
    cause,
    certainty: certain ? 'certain' : verdict.certainty,
    also: also.slice(0, MOST_ALTERNATIVES),
    next: [...new Set(verdict.next ?? [])].filter(code => code !== cause),
    proof: certain ? proof : [],
    fault: verdict.fault ?? null,
  };
}

/** The decision of the first rule whose situation is given; null when none is. `C` adds to the context what a table asks besides. */
export function firstOf<C extends Context>(rules: readonly Rule<C>[], context: C, atMost: Certainty = 'certain'): Decision | null {
  const rule = rules.find(({ when }) => when(context));
  if (rule === undefined) return null;
  if ('delegate' in rule) {
    const decision = rule.delegate(context, atMost);
    return { ...decision, reached: [rule.id, ...decision.reached] };
  }
  return settle(context, { rule: rule.id, reason: rule.reason }, rule.verdict(context), rule.proof?.(context) ?? [], atMost);
}
