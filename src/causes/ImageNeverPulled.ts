import type { CauseText } from './cause.ts';
import { kubectl, nodeWord, quote, recreatePod, remark, rolledOut } from './commands.ts';
import { imageOf, nodeName } from './phrases.ts';

export const ImageNeverPulled: CauseText = {
  summary: facts => {
    const minor = Number(/v1\.(\d+)/.exec(facts.node.kubelet ?? '')?.[1] ?? 0);
    return `Container "${facts.container.name}" has imagePullPolicy Never, and ${nodeName(facts)} does not have ${imageOf(facts)}. Nothing will ever fetch it there.${minor >= 35 ? ' (From Kubernetes 1.35 on the same words also come when the image is there, but this pod has not shown the credential it was pulled with.)' : ''}`;
  },
  fixes: facts => {
    const { kind, name } = facts.pod?.owner ?? { kind: 'pod', name: 'POD' };
    const list = facts.container.kind === 'initContainer' ? 'initContainers' : 'containers';
    const container = [{ name: facts.container.name, imagePullPolicy: 'IfNotPresent' }];
    const patch = JSON.stringify({ spec: { template: { spec: { [list]: container } } } });
    return [
      ['deployment', 'statefulset', 'daemonset'].includes(kind)
        ? {
            title: 'let it be pulled when it is not there',
            command: rolledOut(facts, kubectl(facts, `patch ${kind} ${quote(name)} -p ${quote(patch)}`)),
          }
        : {
            title: 'let it be pulled when it is not there (a pod has to be made anew for that)',
            command: recreatePod(
              facts,
              ` | (.spec.${list}[] | select(.name == ${JSON.stringify(facts.container.name)})).imagePullPolicy = "IfNotPresent"`,
            ),
          },
      {
        title: 'or bring the image to the node',
        command: `ctr -n k8s.io images import image.tar   # on node ${nodeWord(facts)} (kind: ${remark(`kind load docker-image ${facts.image}`)})`,
      },
    ];
  },
};
