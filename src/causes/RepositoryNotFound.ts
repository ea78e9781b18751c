/** RepositoryNotFound: the registry has no repository with this name. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { builtHere, maybeOwn, setImage, tagPart } from './commands.ts';
import { elsewhere, registry, repository } from './phrases.ts';
import { otherPlaceOf } from './relocated-images.ts';
import { blank } from './shell.ts';

export const RepositoryNotFound: CauseText = {
  summary: facts => `Registry ${registry(facts)} has no repository ${repository(facts)}.${elsewhere(facts)}`,
  fixes: facts => {
    const other = otherPlaceOf(facts);
    if (other?.isKnown) return [setImage(facts, other.image, other.title)];
    return [
      ...builtHere(facts),
      ...(other === null ? [] : [setImage(facts, other.image, other.title)]),
      setImage(
        facts,
        [`${facts.reference?.registry ?? ''}/`, blank('REPOSITORY'), ':', tagPart(facts)],
        'correct the repository (spelling, project or registry)',
      ),
      ...(maybeOwn(facts) ? [{ title: 'or push the image to this repository, if it is yours', command: null }] : []),
    ];
  },
};
