/** PlatformNotAvailable: the image has no manifest for the operating system and architecture of the node. Belongs here: its summary and its fixes. Pure. */

import type { Facts } from '../model/facts.ts';
import { showPlatform } from '../model/platform.ts';
import type { CauseFix, CauseText } from './cause.ts';
import { anotherTag, maybeOwn, selectNodes, setImage } from './commands.ts';
import { imageOf, list, nodeName, quoted, theNode } from './phrases.ts';
import { quote } from './shell.ts';

const SYSTEMS = { linux: 'Linux', windows: 'Windows' };

/** The node, or those on which a pod may run that does not exist yet. */
function nodesOf(facts: Facts): string {
  const nodes = facts.planned?.nodes;
  if (facts.planned !== undefined && nodes == null) return 'the nodes';
  if (nodes == null || nodes.all === 1) return nodeName(facts);
  return `${nodes.count} of the ${nodes.all} nodes on which the pod may run, ${quoted(nodes.names)}`;
}

/** The other operating system for which the image is; null where it is for that of the node, or where nothing tells. An image of unknown platforms is for Linux as most are. */
function otherSystemOf({ node: { platform }, probe }: Facts): 'linux' | 'windows' | null {
  const own = platform?.os;
  if (own !== 'linux' && own !== 'windows') return null;
  const has = probe?.platforms?.map(({ os }) => os) ?? [];
  if (has.includes(own)) return null;
  if (own === 'windows') return has.length === 0 || has.includes('linux') ? 'linux' : null;
  return has.includes('windows') ? 'windows' : null;
}

export const PlatformNotAvailable: CauseText = {
  summary: (facts, fault) => {
    if (fault !== null && fault.kind !== 'platform' && fault.seenBy === 'node')
      return `${theNode(facts)} runs ${SYSTEMS[facts.node.platform?.os as 'windows'] ?? 'another system'} and cannot unpack a layer of ${imageOf(facts)}: the image is probably for another operating system, or for another version of it.`;
    const has = facts.probe?.platforms?.map(showPlatform) ?? [];
    const node = facts.node.platform === null ? '' : ` (${showPlatform(facts.node.platform)})`;
    return `${imageOf(facts)} exists, but it has no manifest for the platform of ${nodesOf(facts)}${node}${has.length > 0 ? `: the image is for ${list(has)}` : ''}.${facts.planned === undefined ? ' If the message says "not found", it means the platform, not the image.' : ''}`;
  },
  fixes: facts => {
    const all = facts.probe?.platforms ?? [];
    const has = all.filter(platform => platform.os === (facts.node.platform?.os ?? 'linux'));
    const otherSystem = otherSystemOf(facts);
    const want = facts.node.platform === null ? 'linux/amd64' : showPlatform(facts.node.platform);
    const [other] = has;
    const publish = maybeOwn(facts)
      ? {
          title: `if you publish it: build and push it for ${want} too`,
          command: `docker buildx build --platform ${quote([...new Set([want, ...has.map(showPlatform)])].join(','))} -t ${quote(facts.image)} --push .`,
        }
      : { title: `or ask the publisher of the image to build it for ${want}`, command: null };
    const another = (title: string): CauseFix => setImage(facts, anotherTag(facts), title);
    if (otherSystem !== null)
      return [
        selectNodes(facts, { 'kubernetes.io/os': otherSystem }, `nodes with ${SYSTEMS[otherSystem]}`),
        another(`or use an image or a tag that has ${want}`),
        publish,
      ];
    return [
      other === undefined
        ? another(`use an image or a tag that has ${want}`)
        : selectNodes(facts, { 'kubernetes.io/arch': other.architecture }, `nodes with ${showPlatform(other)}`),
      publish,
    ];
  },
};
