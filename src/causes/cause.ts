/** What a cause is: how the words of a fault point at it, and how it is told and repaired. */
import type { Facts } from '../facts.ts';
import type { Fault } from '../fault.ts';

export type CauseGroup = 'name' | 'secret' | 'auth' | 'network' | 'registry' | 'node' | 'state';

export interface Fix {
  title: string;
  /** Complete, for this very pod; passwords come from a variable or a file. Null where only a person can act. */
  command: string | null;
}

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

export interface Cause {
  code: string;
  group: CauseGroup;
  /** One line, without names. */
  title: string;
  /** The same pull can succeed with no one changing anything. */
  transient: boolean;
  /** How strongly a fault (the node's words, or our probe's) points here. Login matters are weighed in login.ts, over all credentials. */
  claims(fault: Fault, facts: Facts): number;
  /** One or two sentences about this very pod, names in quotes. `fault` is the one that decided, null when none did. */
  summary(facts: Facts, fault: Fault | null): string;
  fixes(facts: Facts, fault: Fault | null): Fix[];
}

export const cause = <const C extends string>(definition: Omit<Cause, 'code'> & { code: C }): Omit<Cause, 'code'> & { code: C } =>
  definition;

/** A cause that no words alone point at. */
export const noClaim = (): number => NEVER;
