/** TagNotFound: the repository has no manifest with this tag. Belongs here: its summary and its fixes. Pure. */
import type { Facts } from '../model/facts.ts';
import { manifestReference } from '../model/reference.ts';
import { providerOf } from '../model/registry-providers.ts';
import type { CauseText } from './cause.ts';
import { maybeOwn, setImage } from './commands.ts';
import { elsewhere, nearest, quoted, registry, repository, tagOf } from './phrases.ts';
import { otherPlaceOf } from './relocated-images.ts';
import { blank } from './shell.ts';

export const TagNotFound: CauseText = {
  summary: facts => {
    const { tags } = facts.probe ?? { tags: null };
    const near = nearestTags(facts);
    const isEmpty = tags?.known && tags.names.length === 0;
    const found = isEmpty
      ? `The registry lists no tags for ${repository(facts)}: tag ${tagOf(facts)} or the repository does not exist.`
      : tags?.known
        ? `${repository(facts)} exists, but it has no tag ${tagOf(facts)}.`
        : `The ${facts.planned === undefined ? 'node reports' : 'registry answers'} "not found" for tag ${tagOf(facts)}: the tag or the repository ${repository(facts)} does not exist at ${registry(facts)}.`;
    const others =
      near.length > 0
        ? ` The nearest existing ${near.length === 1 ? 'tag is' : 'tags are'} ${quoted(near)}${tags?.known && !tags.complete ? ' (only a part of the tags was listed)' : ''}.`
        : '';
    return `${found}${others}${elsewhere(facts)}`;
  },
  fixes: facts => {
    const other = otherPlaceOf(facts);
    const [best] = nearestTags(facts);
    const missing = providerOf(facts.reference?.registry ?? '')?.hints.missing;
    const name = facts.reference === null ? facts.image : facts.image.replace(/:[^:/@]+$/, '');
    return [
      ...(other === null ? [] : [setImage(facts, other.image, other.title)]),
      best === undefined
        ? setImage(facts, [`${name}:`, blank('TAG')], 'use a tag that exists')
        : setImage(facts, `${name}:${best}`, 'use the nearest existing tag, if that is the intended one'),
      ...(maybeOwn(facts) ? [{ title: 'or push the missing tag, if the repository is yours', command: null }] : []),
      ...(missing == null ? [] : [{ title: `or ${missing}`, command: null }]),
    ];
  },
};

const nearestTags = (facts: Facts): string[] =>
  facts.probe?.tags?.known && facts.reference !== null ? nearest(manifestReference(facts.reference), facts.probe.tags.names) : [];
