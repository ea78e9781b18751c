/** ImageNeverPulled: the pull policy is Never, and the node does not have the image or refuses it to this pod. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { ownerOf, patchTemplate, recreatePod, rollsOut } from './commands.ts';
import { imageOf, nodeName } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';

export const ImageNeverPulled: CauseText = {
  summary: facts => {
    const minor = Number(/v1\.(\d+)/.exec(facts.node.kubelet ?? '')?.[1] ?? 0);
    return `Container "${facts.container.name}" has imagePullPolicy Never, so kubelet does not pull, and ${nodeName(facts)} does not have ${imageOf(facts)}.${minor >= 35 ? ' (Since Kubernetes 1.35 kubelet reports the same if the image is on the node, but was pulled with credentials that this pod does not have.)' : ''}`;
  },
  fixes: facts => {
    const list = facts.container.kind === 'initContainer' ? 'initContainers' : 'containers';
    const title = 'let kubelet pull the image if it is not on the node';
    const { name } = facts.container;
    return [
      rollsOut(facts)
        ? {
            title: `${title}, in ${ownerOf(facts).kind} "${ownerOf(facts).name}"`,
            command: patchTemplate(facts, { [list]: [{ name, imagePullPolicy: 'IfNotPresent' }] }),
            changes: 'the pull policy',
          }
        : {
            title: `${title} (this recreates the pod)`,
            command: recreatePod(facts, ` | (.spec.${list}[] | select(.name == ${JSON.stringify(name)})).imagePullPolicy = "IfNotPresent"`),
            changes: 'the pull policy',
          },
      nodeFix(facts, nodeSteps(facts).importImage(facts.reference === null ? 'IMAGE' : facts.image), 'or, if it was built locally, '),
    ];
  },
};
