import type { Group } from '../diagnosis/aggregate.ts';
import { CAUSES, NO_CAUSE } from '../model/cause-codes.ts';

/** Every cause has its line, with 0 where it hits nobody: an alert on one never meets a missing series. */
export function prometheus(groups: readonly Group[]): string {
  const lines = ['# HELP imagepull_failing_pods Pods that cannot pull an image, by cause.', '# TYPE imagepull_failing_pods gauge'];
  for (const { code } of CAUSES) {
    if (NO_CAUSE.has(code)) continue;
    const pods = new Set(groups.filter(group => group.cause === code).flatMap(group => group.pods));
    lines.push(`imagepull_failing_pods{cause="${code}"} ${pods.size}`);
  }
  return `${lines.join('\n')}\n`;
}
