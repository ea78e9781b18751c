/** DigestNotFound: the repository has no manifest with this digest. Belongs here: its summary and its fixes. Pure. */

import type { Facts } from '../model/facts.ts';
import { withoutTag } from '../model/reference.ts';
import { providerOf } from '../model/registry-providers.ts';
import type { CauseText } from './cause.ts';
import { setImage } from './commands.ts';
import { count, elsewhere, list, repository } from './phrases.ts';
import { otherPlaceOf } from './relocated-images.ts';
import { blank } from './shell.ts';

export const DigestNotFound: CauseText = {
  summary: facts => {
    const tags = tagsOf(facts);
    const found = facts.probe?.tags?.known
      ? `${repository(facts)} exists, but it has no manifest "${facts.reference?.digest}".`
      : `The ${facts.planned === undefined ? 'node reports' : 'registry answers'} "not found": ${repository(facts)} has no manifest "${facts.reference?.digest}".`;
    return `${found} The registry may have garbage-collected it, or the digest belongs to another repository.${tags.length > 0 ? ` The repository has ${count(tags.length, 'tag')}: ${list(tags)}.` : ''}${elsewhere(facts)}`;
  },
  fixes: facts => {
    const other = otherPlaceOf(facts);
    if (other?.isKnown && !facts.probe?.tags?.known) return [setImage(facts, other.image, other.title)];
    const missing = providerOf(facts.reference?.registry ?? '')?.hints.missing;
    return [
      ...(other === null ? [] : [setImage(facts, other.image, other.title)]),
      setImage(
        facts,
        [`${withoutTag(facts.image)}:`, facts.reference?.tag ?? tagsOf(facts)[0] ?? blank('TAG')],
        'use a tag, or a digest that the registry has',
      ),
      { title: 'or ask the publisher of the image to push this digest again', command: null },
      ...(missing == null ? [] : [{ title: `or ${missing}`, command: null }]),
    ];
  },
};

const tagsOf = (facts: Facts): string[] => (facts.probe?.tags?.known ? facts.probe.tags.names : []);
