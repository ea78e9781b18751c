/** What a cause has to say about one pod: how it is told, and how it is repaired. */
import type { Fix } from '../model/diagnosis.ts';
import type { Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';

/**
 * How strongly a fault points at a cause. Of several causes the strongest leads; equal ones keep the order of the table.
 * ONLY: nothing else gives these words. Then the diagnosis is certain.
 */
export const ONLY = 100;
/** The evidence points here, though something else could say the same. */
export const MOSTLY = 80;
/** One of several that say the same, and the most frequent. */
export const OFTEN = 60;
export const SOMETIMES = 40;
export const RARELY = 20;
export const NEVER = 0;

export interface CauseText {
  /** How strongly a fault (the node's words, or our probe's) points here. Login matters are weighed in login.ts, over all credentials. */
  claims(fault: Fault, facts: Facts): number;
  /** One or two sentences about this very pod, names in quotes. `fault` is the one that decided, null when none did. */
  summary(facts: Facts, fault: Fault | null): string;
  fixes(facts: Facts, fault: Fault | null): Fix[];
}

/** A cause that no words alone point at. */
export const noClaim = (): number => NEVER;
