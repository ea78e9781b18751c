import type { CauseText } from './cause.ts';
import { quote, setImage } from './commands.ts';
import { imageOf, registry } from './phrases.ts';

export const ImageBroken: CauseText = {
  summary: (facts, fault) =>
    `${imageOf(facts)} cannot be put together from what ${registry(facts)} holds: ${fault?.seenBy === 'probe' ? fault.message : 'a part of it is missing or does not have the digest that its manifest names'}. No node can pull it.`,
  fixes: facts => [
    { title: 'push the image again (a complete push repairs it)', command: `docker push ${quote(facts.image)}` },
    setImage(facts, `${facts.image.replace(/[:@][^/]*$/, '')}:TAG`, 'or use another tag meanwhile'),
  ],
};
