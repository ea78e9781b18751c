/** RuntimeFailed: the container runtime of the node is down, not ready, or misconfigured. Belongs here: its summary and its fixes. Pure. */
import type { Fault } from '../model/fault.ts';
import type { CauseText } from './cause.ts';
import { firstLine, nodeName } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import type { Step } from './runtimes/node-system.ts';

export const RuntimeFailed: CauseText = {
  summary: (facts, fault) =>
    isAdapter(fault)
      ? `The adapter between kubelet and the container runtime of ${nodeName(facts)}${facts.node.runtime === null ? '' : ` (${facts.node.runtime})`} fails (${firstLine(fault as Fault, 200)}): in most cases cri-dockerd is older than Docker. Docker 25 and later need cri-dockerd 0.3.10 or later.`
      : `The container runtime of ${nodeName(facts)}${facts.node.runtime === null ? '' : ` (${facts.node.runtime})`} is down, not ready or misconfigured. The pull did not reach the registry.${fault === null ? '' : ` The message is: ${firstLine(fault, 200)}.`}`,
  fixes: (facts, fault) => {
    const steps = nodeSteps(facts);
    if (isAdapter(fault)) return [nodeFix(facts, ADAPTER), nodeFix(facts, steps.status())];
    return [nodeFix(facts, steps.status()), nodeFix(facts, steps.restart())];
  },
};

/** Not the runtime itself, but what translates kubelet's requests for it. */
const isAdapter = (fault: Fault | null): boolean =>
  ['docker.adapter-without-size', 'docker.client-too-old'].some(row => fault?.rows.includes(row));
const ADAPTER: Step = {
  what: 'update cri-dockerd (on k3s with --docker: update k3s), or go back to a Docker before 25',
  command: null,
  on: 'everyNode',
};
