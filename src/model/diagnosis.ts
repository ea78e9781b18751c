/** The verdict on one image. Types only; with the facts it is all that is ever shown. */

import type { CauseCode } from './cause-codes.ts';
import type { Fault, Speaker } from './fault.ts';

/** How certain a verdict is (ADR 5). */
export type Certainty = 'certain' | 'likely' | 'possible';

/** One line of what was seen, and where. */
export interface Evidence {
  source: 'pod' | 'event' | 'status' | 'secret' | 'serviceAccount' | 'node' | 'registry' | 'note';
  detail: string;
  /** Set on what proves a certain verdict; these lines come first, behind the answer of a node that was asked now. */
  proves?: true;
}

/** One thing that was positively seen. A verdict is certain only when all of its proof holds; the proof is printed as evidence. */
export type Proof =
  /** An object of the cluster, and what it shows. */
  | { kind: 'object'; source: 'pod' | 'status' | 'event' | 'secret' | 'serviceAccount' | 'node'; shows: string }
  /** A message of the node: who wrote it, and the message. */
  | { kind: 'nodeMessage'; speaker: Speaker | null; message: string; fault: Fault }
  /** An answer to our probe: which host gave it, to which identity, and what it says. */
  | { kind: 'answer'; host: string; identity: string; answered: string; fault: Fault | null };

/** One step of a repair. */
export interface Fix {
  title: string;
  /** Complete, for this very pod; passwords come from a variable or a file. Null where only a person can act. */
  command: string | null;
}

/** The named rule that gave a verdict. */
export interface DecidedBy {
  /** Its id, such as `node.disk-full`: stable, for users, tests and bug reports. */
  rule: string;
  /** What it says, in one sentence. */
  reason: string;
}

/** The verdict on one image, with its texts. */
export interface Diagnosis {
  cause: CauseCode;
  certainty: Certainty;
  decidedBy: DecidedBy;
  /** Alternative explanations, likeliest first, at most five; empty when certain. */
  also: CauseCode[];
  /** Faults that have to be repaired besides, in the order of repair. */
  next: CauseCode[];
  title: string;
  summary: string;
  transient: boolean;
  evidence: Evidence[];
  fixes: Fix[];
}
