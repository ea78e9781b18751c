/** TransferInterrupted: the connection was closed in the middle of a download. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { pullOnNode, retryNow } from './commands.ts';
import { hostOf, imageOf } from './phrases.ts';

export const TransferInterrupted: CauseText = {
  summary: (facts, fault) =>
    `The download of ${imageOf(facts)} from ${hostOf(facts, fault)} was interrupted: the connection was closed before all bytes had arrived. kubelet retries automatically. If it happens every time, a proxy, a firewall, the MTU or an idle timeout interrupts long downloads.`,
  fixes: facts => [pullOnNode(facts, ', and see where it stops'), retryNow(facts, 'or retry now by deleting the pod')],
};
