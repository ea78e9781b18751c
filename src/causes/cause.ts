/** The texts of a cause about one pod: its summary and its fixes. Types only. */
import type { CauseCode } from '../model/cause-codes.ts';
import type { Fix } from '../model/diagnosis.ts';
import type { Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';

/** One step of a repair, as a cause writes it. */
export interface CauseFix extends Fix {
  /** What of the manifest of the pod or of its workload it changes, as a noun: a tool that keeps the manifest undoes it. */
  changes?: string;
}

/** The texts of one cause. */
export interface CauseText {
  /** In place of the title in the table of causes. */
  title?: string;
  /** The same where only the facts tell, null for the title that stands above. */
  titleOf?(facts: Facts): string | null;
  /** One or two sentences about this very pod, names in quotes. `fault` is the one that decided, null when none did. */
  summary(facts: Facts, fault: Fault | null): string;
  /** `next`: the cause that has to be repaired besides, with its fixes; undefined without one. */
  fixes(facts: Facts, fault: Fault | null, next?: { code: CauseCode; fixes: readonly CauseFix[] }): CauseFix[];
}
