import type { Facts } from '../model/facts.ts';
import { manifestReference } from '../model/reference.ts';
import type { CauseText } from './cause.ts';
import { setImage } from './commands.ts';
import { nearest, quoted, registry, repository, tagOf } from './phrases.ts';
import { knownMove } from './relocated-images.ts';

export const TagNotFound: CauseText = {
  summary: facts => {
    const near = near_(facts);
    const move = knownMove(facts.reference);
    const known = facts.probe?.tags?.known === true;
    return `${known ? 'The repository' : `By the words of the node, the repository`} ${repository(facts)} ${known ? 'is there and has no tag' : 'or its tag is not there: it asked for'} ${tagOf(facts)}${known ? '' : ` at ${registry(facts)}`}.${near.length > 0 ? ` The nearest existing ${facts.probe?.tags?.known && !facts.probe.tags.complete ? '(of a list that is not whole) ' : ''}${near.length === 1 ? 'tag is' : 'tags are'} ${quoted(near)}.` : known && facts.probe?.tags?.known && facts.probe.tags.names.length === 0 ? ' It has no tag at all.' : ''}${move === null ? '' : ` The image is known to have moved to "${move.image}" (${move.since}).`}`;
  },
  fixes: facts => {
    const move = knownMove(facts.reference);
    const [best] = near_(facts);
    const name = facts.reference === null ? facts.image : facts.image.replace(/:[^:/@]+$/, '');
    return [
      ...(move === null ? [] : [setImage(facts, move.image, 'pull it from where it is now')]),
      best === undefined
        ? setImage(facts, `${name}:TAG`, 'use a tag that exists, or push this one')
        : setImage(facts, `${name}:${best}`, 'use the nearest tag that exists (if that is what was meant), or push the wanted one'),
    ];
  },
};

const near_ = (facts: Facts): string[] =>
  facts.probe?.tags?.known && facts.reference !== null ? nearest(manifestReference(facts.reference), facts.probe.tags.names) : [];
