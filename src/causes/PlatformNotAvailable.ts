import { showPlatform } from '../model/platform.ts';
import type { CauseText } from './cause.ts';
import { kubectl, quote, rolledOut, setImage } from './commands.ts';
import { imageOf, list, nodeName } from './phrases.ts';

export const PlatformNotAvailable: CauseText = {
  summary: facts => {
    const has = facts.probe?.platforms?.map(showPlatform) ?? [];
    const node = facts.node.platform === null ? '' : ` is ${showPlatform(facts.node.platform)}`;
    return `${imageOf(facts)} exists, but not for this node: ${nodeName(facts)}${node}${has.length > 0 ? `, the image is for ${list(has)}` : ' and the image is for other platforms'}. ("not found" in the words means the platform, not the image.)`;
  },
  fixes: facts => {
    const has = facts.probe?.platforms?.filter(platform => platform.os === (facts.node.platform?.os ?? 'linux')) ?? [];
    const want = facts.node.platform === null ? 'linux/amd64' : showPlatform(facts.node.platform);
    const other = has[0];
    const { kind, name } = facts.pod?.owner ?? { kind: 'pod', name: 'POD' };
    return [
      {
        title: `build and push the image for ${want} too`,
        command: `docker buildx build --platform ${quote([...new Set([want, ...has.map(showPlatform)])].join(','))} -t ${quote(facts.image)} --push .`,
      },
      ...(other === undefined || !['deployment', 'statefulset', 'daemonset'].includes(kind)
        ? [setImage(facts, `${facts.image.replace(/[:@][^/]*$/, '')}:TAG`, `or use an image that has ${want}`)]
        : [
            {
              title: `or let it run only on nodes of ${showPlatform(other)}`,
              command: rolledOut(
                facts,
                kubectl(
                  facts,
                  `patch ${kind} ${quote(name)} -p ${quote(JSON.stringify({ spec: { template: { spec: { nodeSelector: { 'kubernetes.io/arch': other.architecture } } } } }))}`,
                ),
              ),
            },
          ]),
    ];
  },
};
