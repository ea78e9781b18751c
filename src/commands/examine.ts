/**
 * The work of every `why`: from pods to findings, a few pods at a time. Where the pods come from, and how findings are shown, belongs to
 * its callers.
 */
import { collectFacts } from '../diagnosis/collect-facts.ts';
import { type Finding, investigate } from '../diagnosis/investigate.ts';
import type { Pod, PodSnapshot } from '../model/kubernetes.ts';
import type { Memory } from '../registry/once-per-credential.ts';
import { noteGarbage } from '../util/garbage.ts';
import type { CommonFlags, Context } from './context.ts';
import { withProber } from './open-prober.ts';

/** The number of pods that are examined at the same time. */
const AT_ONCE = 8;
/** The garbage that the examination of one pod makes, in bytes, about. */
const GARBAGE_PER_POD = 50_000;

/** A pod to examine. */
export interface PodToDiagnose {
  pod: Pod;
  /** The user named it, so that it gets an answer even when nothing is wrong with it. */
  named: boolean;
}

/** What is examined, and where the findings go. */
export interface Examination {
  subjects: readonly PodToDiagnose[];
  snapshot(pod: Pod): Promise<PodSnapshot>;
  /** Only this container; null for all. */
  container: string | null;
  /** Called with each finding, in the order of the pods: none is kept here. */
  take(finding: Finding): void;
  /** Called with what is being done, for the progress line. */
  say(text: string): void;
  /** The credentials that were rejected before, where this is not the first examination. */
  memory?: Memory;
}

/** Takes the snapshot of each pod, probes the registries of its images and diagnoses them. Errors: the first of any pod. */
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
        noteGarbage(GARBAGE_PER_POD);
      };
      try {
        for (const [index, subject] of subjects.entries()) {
          running.push(examineOne(subject));
          say(`probing registries (pod ${index + 1} of ${subjects.length}: ${subject.pod.metadata.name})`);
          if (running.length === AT_ONCE) await next();
        }
        while (running.length > 0) await next();
      } finally {
        // the first failure ends all; those of the others are not reported
        await Promise.allSettled(running);
      }
    },
    memory,
  );
