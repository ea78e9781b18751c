/** RuntimeFailed: the container runtime of the node is down, not ready, or misconfigured. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { nodeName } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';

export const RuntimeFailed: CauseText = {
  summary: (facts, fault) =>
    `The container runtime of ${nodeName(facts)}${facts.node.runtime === null ? '' : ` (${facts.node.runtime})`} is down, not ready or misconfigured. The pull did not reach the registry.${fault === null ? '' : ` The message is: "${fault.message.split('\n', 1)[0]?.slice(0, 200)}".`}`,
  fixes: facts => {
    const steps = nodeSteps(facts);
    return [nodeFix(facts, steps.status()), nodeFix(facts, steps.restart())];
  },
};
