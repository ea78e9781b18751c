/** PlatformNotAvailable: the image has no manifest for the operating system and architecture of the node. Belongs here: its summary and its fixes. Pure. */

import { showPlatform } from '../model/platform.ts';
import { withoutTag } from '../model/reference.ts';
import type { CauseText } from './cause.ts';
import { ownerOf, patchTemplate, rollsOut, setImage } from './commands.ts';
import { imageOf, list, nodeName } from './phrases.ts';
import { quote } from './shell.ts';

export const PlatformNotAvailable: CauseText = {
  summary: facts => {
    const has = facts.probe?.platforms?.map(showPlatform) ?? [];
    const node = facts.node.platform === null ? '' : ` (${showPlatform(facts.node.platform)})`;
    return `${imageOf(facts)} exists, but it has no manifest for the platform of ${nodeName(facts)}${node}${has.length > 0 ? `: the image is for ${list(has)}` : ''}. If the message says "not found", it means the platform, not the image.`;
  },
  fixes: facts => {
    const has = facts.probe?.platforms?.filter(platform => platform.os === (facts.node.platform?.os ?? 'linux')) ?? [];
    const want = facts.node.platform === null ? 'linux/amd64' : showPlatform(facts.node.platform);
    const [other] = has;
    const { kind, name } = ownerOf(facts);
    return [
      other === undefined || !rollsOut(facts)
        ? setImage(facts, `${withoutTag(facts.image)}:TAG`, `use an image or a tag that has ${want}`)
        : {
            title: `run ${kind} "${name}" only on nodes with ${showPlatform(other)}`,
            command: patchTemplate(facts, { nodeSelector: { 'kubernetes.io/arch': other.architecture } }),
            changes: 'the node selector',
          },
      { title: `or ask the publisher of the image to build it for ${want}`, command: null },
      {
        title: `if you publish it: build and push it for ${want} too`,
        command: `docker buildx build --platform ${quote([...new Set([want, ...has.map(showPlatform)])].join(','))} -t ${quote(facts.image)} --push .`,
      },
    ];
  },
};
