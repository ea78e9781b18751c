/** RepositoryNotFound: the registry has no repository with this name. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { setImage, tagWord } from './commands.ts';
import { movedTo, registry, repository } from './phrases.ts';
import { knownMove } from './relocated-images.ts';

export const RepositoryNotFound: CauseText = {
  summary: facts => `Registry ${registry(facts)} has no repository ${repository(facts)}.${movedTo(knownMove(facts.reference))}`,
  fixes: facts => {
    const move = knownMove(facts.reference);
    if (move !== null) return [setImage(facts, move.image, 'use the new location of the image')];
    return [
      setImage(
        facts,
        `${facts.reference?.registry ?? 'REGISTRY'}/REPOSITORY:${tagWord(facts)}`,
        'correct the repository (spelling, project or registry)',
      ),
      { title: 'or push the image to this repository, if it is yours', command: null },
    ];
  },
};
