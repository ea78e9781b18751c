/** The middle of every `why`: pods to snapshots, snapshots' cases to findings, a few at a time. */

import { collectFacts } from '../diagnosis/collect-facts.ts';
import { type Finding, investigate } from '../diagnosis/investigate.ts';
import type { Pod, PodSnapshot } from '../model/kubernetes.ts';
import type { Memory } from '../registry/once-per-credential.ts';
import { noteGarbage } from '../util/garbage.ts';
import type { CommonFlags, Context } from './context.ts';
import { withProber } from './open-prober.ts';

/** Pods that are examined at the same time. */
const AT_ONCE = 8;
/** What the examination of one pod leaves behind, in bytes, about. */
const LEFT_BY_ONE = 50_000;

/** A pod to examine. */
export interface PodToDiagnose {
  pod: Pod;
  /** It was asked for: it is told of even when nothing is wrong with it. */
  named: boolean;
}

export interface Examination {
  subjects: readonly PodToDiagnose[];
  snapshot(pod: Pod): PodSnapshot | Promise<PodSnapshot>;
  /** This container alone, null for all. */
  container: string | null;
  /** Takes each finding, in the order of the pods. Nothing of a pod is kept after it. */
  take(finding: Finding): void;
  /** What is going on, for whoever waits. */
  say(text: string): void;
  /** What was refused before, where this is not the first examination. */
  memory?: Memory;
}

/** Reads what belongs to each pod, asks the registries and diagnoses. */
export const examine = (
  { subjects, snapshot, container, take, say, memory }: Examination,
  flags: CommonFlags,
  context: Context,
): Promise<void> =>
  withProber(
    flags,
    context,
    async prober => {
      const examineOne = async ({ pod, named }: PodToDiagnose): Promise<Finding[]> => {
        const cases = collectFacts(await snapshot(pod), context.now(), named, container);
        return Promise.all(cases.map(one => investigate(one, prober)));
      };
      const running: Promise<Finding[]>[] = [];
      const next = async (): Promise<void> => {
        const [first] = running;
        if (first === undefined) return;
        for (const finding of await first) take(finding);
        running.shift();
        noteGarbage(LEFT_BY_ONE);
      };
      try {
        for (const [index, subject] of subjects.entries()) {
          running.push(examineOne(subject));
          say(`asking the registries (pod ${index + 1} of ${subjects.length}: ${subject.pod.metadata.name})`);
          if (running.length === AT_ONCE) await next();
        }
        while (running.length > 0) await next();
      } finally {
        // one that failed ends all; the others' failures are not told
        await Promise.allSettled(running);
      }
    },
    memory,
  );
