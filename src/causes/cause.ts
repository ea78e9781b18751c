/** What a cause has to say about one pod: how it is told, and how it is repaired. */
import type { Fix } from '../model/diagnosis.ts';
import type { Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';

export interface CauseText {
  /** One or two sentences about this very pod, names in quotes. `fault` is the one that decided, null when none did. */
  summary(facts: Facts, fault: Fault | null): string;
  fixes(facts: Facts, fault: Fault | null): Fix[];
}
