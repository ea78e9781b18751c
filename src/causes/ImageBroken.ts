/** ImageBroken: the image in the registry is damaged: a part of it is missing or corrupt. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { setImage } from './commands.ts';
import { imageOf, registry } from './phrases.ts';
import { quote } from './shell.ts';

export const ImageBroken: CauseText = {
  summary: (facts, fault) =>
    fault?.seenBy === 'probe'
      ? `${imageOf(facts)} is damaged in ${registry(facts)}: ${fault.message}. No node can pull it.`
      : `${imageOf(facts)} seems to be damaged in ${registry(facts)}: a part of it is missing, or it does not have the digest that its manifest names.`,
  fixes: facts => [
    setImage(facts, `${facts.image.replace(/[:@][^/]*$/, '')}:TAG`, 'use another tag until the image is repaired'),
    { title: 'ask the publisher of the image to push it again', command: null },
    { title: 'if you publish it: push it again (a complete push uploads missing layers)', command: `docker push ${quote(facts.image)}` },
  ],
};
