/** ImageBroken: the image in the registry is damaged: a part of it is missing or corrupt. Belongs here: its summary and its fixes. Pure. */
import type { Fix } from '../model/diagnosis.ts';
import type { Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import type { CauseText } from './cause.ts';
import { anotherTag, looksCached, maybeOwn, setImage } from './commands.ts';
import { imageOf, nodeName, registry } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import { quote } from './shell.ts';

/** The probe saw the damage in the registry: it is no matter of a node. */
const isSeen = (fault: Fault | null): boolean => fault?.seenBy === 'probe';

export const ImageBroken: CauseText = {
  summary: (facts, fault) =>
    isSeen(fault)
      ? `${imageOf(facts)} is damaged in ${registry(facts)}: ${fault?.kind === 'notFound' ? 'the tag list contains the tag, but the registry has no manifest for it' : fault?.message}. A node that does not have the image already cannot pull it.`
      : isOfDigest(facts, fault)
        ? `${registry(facts)} returns another manifest for ${imageOf(facts)} than the digest names: the registry, or a cache or a mirror on the way, has written it anew or damaged it.`
        : `${imageOf(facts)} seems to be damaged: a part of it is missing, or it does not have the digest that its manifest names. ${whose(facts)}`,
  fixes: (facts, fault) => {
    if (isOfDigest(facts, fault)) return copiedAgain(facts);
    const otherTag = setImage(facts, anotherTag(facts), 'use another tag until the image is repaired');
    if (looksCached(facts)) return [{ title: OF_CACHE, command: null }, otherTag];
    return [
      otherTag,
      ...(isSeen(fault) ? [] : [nodeFix(facts, nodeSteps(facts).removeImage(facts.image), 'if other nodes can pull it, ')]),
      ...(maybeOwn(facts)
        ? [
            {
              title: 'if you publish it: push it again (a complete push uploads missing layers)',
              command: `docker push ${quote(facts.image.split('@', 1)[0] as string)}`,
            },
            {
              title: 'if this repository is a cache of another registry: delete the image there, so that the cache downloads it again',
              command: null,
            },
          ]
        : [{ title: 'or report it to the publisher of the image', command: null }]),
    ];
  },
};

const OF_CACHE =
  'let the cache reach its upstream and the hosts of the layers, then delete the image in the cache, so that it downloads the image again';

/** The manifest itself is not the one that was asked for. */
const isOfDigest = ({ reference }: Facts, fault: Fault | null): boolean =>
  reference?.digest != null && ['containers-image.manifest-digest', 'docker.manifest-verification'].some(row => fault?.rows.includes(row));

/** Where a manifest has another digest than its image had, no push of the same layers helps. */
const copiedAgain = (facts: Facts): Fix[] => [
  {
    title: `copy the image to ${registry(facts)} again with its digests kept, and update a registry that writes manifests anew`,
    command: `skopeo copy --all --preserve-digests docker://<SOURCE> ${quote(`docker://${facts.image}`)}`,
  },
  { title: 'or use the digest that the registry returns, if its manifest is the intended one', command: null },
];

/** Who may be at fault, where only the node tells of the damage. */
const whose = (facts: Facts): string =>
  facts.probe?.decisive != null && facts.probe.attempts[facts.probe.decisive]?.fault === null
    ? `${registry(facts)} returns the manifest to this machine, so the copy of ${nodeName(facts)}, or a cache or a proxy on its way, may be damaged.`
    : `Either the copy in ${registry(facts)} is damaged, or that of ${nodeName(facts)} or of a cache on its way: if other nodes can pull it, the registry is not at fault.`;
