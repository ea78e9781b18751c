/** The verdict on one image. Types only; with the facts it is all that is ever shown. */

import type { CauseCode } from './cause-codes.ts';
import type { Fault } from './fault.ts';

export type Certainty = 'certain' | 'likely' | 'possible';

export interface Evidence {
  source: 'pod' | 'event' | 'status' | 'secret' | 'serviceAccount' | 'node' | 'registry' | 'note';
  detail: string;
}

export interface Fix {
  title: string;
  /** Complete, for this very pod; passwords come from a variable or a file. Null where only a person can act. */
  command: string | null;
}

export interface Diagnosis {
  cause: CauseCode;
  certainty: Certainty;
  /** Alternative explanations, likeliest first, at most five; empty when certain. */
  also: CauseCode[];
  /** Faults that have to be repaired besides, in the order of repair. */
  next: CauseCode[];
  title: string;
  summary: string;
  transient: boolean;
  evidence: Evidence[];
  fixes: Fix[];
  /** The named rule that gave the verdict, and why it does. */
  decidedBy?: { rule: string; reason: string };
  /** The fault that decided, null when objects or the absence of any fault did. */
  decisiveFault: Fault | null;
}
