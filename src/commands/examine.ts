/** The middle of every `why`: pods to snapshots, snapshots' cases to findings, a few at a time. */
import type { Pod, PodSnapshot } from '../cluster/objects.ts';
import type { Reader } from '../cluster/read.ts';
import { type Finding, investigate } from '../investigate.ts';
import type { Case } from '../observe.ts';
import type { CommonFlags, Context } from './context.ts';
import { withProber } from './run.ts';

/** Pods that are examined at the same time. */
const AT_ONCE = 8;

/** Asks the registries and diagnoses, a few images at a time. */
export const examine = (cases: Case[], flags: CommonFlags, context: Context, say: (text: string) => void): Promise<Finding[]> =>
  withProber(flags, context, async prober => {
    const done: Finding[] = [];
    for (let at = 0; at < cases.length; at += AT_ONCE) {
      const some = cases.slice(at, at + AT_ONCE);
      const registries = new Set(some.map(({ facts }) => facts.reference?.registry).filter(Boolean));
      say(`asking ${[...registries].join(', ')} (${at + 1} of ${cases.length})`);
      done.push(...(await Promise.all(some.map(one => investigate(one, prober)))));
    }
    return done;
  });

/** The snapshots of pods, a few at a time. */
export async function snapshotsOf(reader: Reader, pods: readonly Pod[]): Promise<PodSnapshot[]> {
  if (pods.length > 1) await reader.prefetchEvents(pods);
  const snapshots: PodSnapshot[] = [];
  for (let at = 0; at < pods.length; at += AT_ONCE)
    snapshots.push(...(await Promise.all(pods.slice(at, at + AT_ONCE).map(pod => reader.snapshot(pod)))));
  return snapshots;
}
