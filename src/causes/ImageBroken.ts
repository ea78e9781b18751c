/** ImageBroken: the image in the registry is damaged: a part of it is missing or corrupt. Belongs here: its summary and its fixes. Pure. */
import { withoutTag } from '../model/reference.ts';
import type { CauseText } from './cause.ts';
import { setImage } from './commands.ts';
import { imageOf, registry } from './phrases.ts';
import { quote } from './shell.ts';

export const ImageBroken: CauseText = {
  summary: (facts, fault) =>
    fault?.seenBy === 'probe'
      ? `${imageOf(facts)} is damaged in ${registry(facts)}: ${fault.kind === 'notFound' ? 'the tag list contains the tag, but the registry has no manifest for it' : fault.message}. A node that does not have the image already cannot pull it.`
      : `${imageOf(facts)} seems to be damaged in ${registry(facts)}: a part of it is missing, or it does not have the digest that its manifest names.`,
  fixes: facts => [
    setImage(facts, `${withoutTag(facts.image)}:TAG`, 'use another tag until the image is repaired'),
    { title: 'ask the publisher of the image to push it again', command: null },
    { title: 'if you publish it: push it again (a complete push uploads missing layers)', command: `docker push ${quote(facts.image)}` },
  ],
};
