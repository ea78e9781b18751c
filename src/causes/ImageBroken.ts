/** ImageBroken: the image in the registry is damaged: a part of it is missing or corrupt. Belongs here: its summary and its fixes. Pure. */
import type { Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import { withoutTag } from '../model/reference.ts';
import type { CauseText } from './cause.ts';
import { maybeOwn, setImage } from './commands.ts';
import { imageOf, nodeName, registry } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import { quote } from './shell.ts';

/** The probe saw the damage in the registry: it is no matter of a node. */
const isSeen = (fault: Fault | null): boolean => fault?.seenBy === 'probe';

export const ImageBroken: CauseText = {
  summary: (facts, fault) =>
    isSeen(fault)
      ? `${imageOf(facts)} is damaged in ${registry(facts)}: ${fault?.kind === 'notFound' ? 'the tag list contains the tag, but the registry has no manifest for it' : fault?.message}. A node that does not have the image already cannot pull it.`
      : `${imageOf(facts)} seems to be damaged: a part of it is missing, or it does not have the digest that its manifest names. ${whose(facts)}`,
  fixes: (facts, fault) => [
    setImage(facts, `${withoutTag(facts.image)}:TAG`, 'use another tag until the image is repaired'),
    ...(isSeen(fault) ? [] : [nodeFix(facts, nodeSteps(facts).removeImage(facts.image), 'if other nodes can pull it, ')]),
    ...(maybeOwn(facts)
      ? [
          {
            title: 'if you publish it: push it again (a complete push uploads missing layers)',
            command: `docker push ${quote(facts.image)}`,
          },
          {
            title: 'if this repository is a cache of another registry: delete the image there, so that the cache downloads it again',
            command: null,
          },
        ]
      : [{ title: 'or report it to the publisher of the image', command: null }]),
  ],
};

/** Who may be at fault, where only the node tells of the damage. */
const whose = (facts: Facts): string =>
  facts.probe?.decisive != null && facts.probe.attempts[facts.probe.decisive]?.fault === null
    ? `${registry(facts)} returns the manifest to this machine, so the copy of ${nodeName(facts)}, or a cache or a proxy on its way, may be damaged.`
    : `Either the copy in ${registry(facts)} is damaged, or that of ${nodeName(facts)} or of a cache on its way: if other nodes can pull it, the registry is not at fault.`;
