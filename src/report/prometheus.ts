/** The text of `-o prometheus`: how many pods fail by which cause, for the textfile collector of the node exporter or a push gateway. Pure. */
import type { Group } from '../diagnosis/aggregate.ts';
import { CAUSES, NO_CAUSE } from '../model/cause-codes.ts';

/** In: the groups of all findings. Out: one line for every cause, 0 for those that no pod has: an alert on one never meets a missing series. */
export function prometheus(groups: readonly Group[]): string {
  const lines = ['# HELP imagepull_failing_pods Pods that cannot pull an image, by cause.', '# TYPE imagepull_failing_pods gauge'];
  for (const { code } of CAUSES) {
    if (NO_CAUSE.has(code)) continue;
    const pods = new Set(groups.filter(group => group.cause === code).flatMap(group => group.pods));
    lines.push(`imagepull_failing_pods{cause="${code}"} ${pods.size}`);
  }
  return `${lines.join('\n')}\n`;
}
