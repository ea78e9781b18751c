/** RepositoryOffline: the registry no longer serves this repository. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { repositoryWord, setImage, tagWord } from './commands.ts';
import { capital, explanation, hostOf, movedTo, repository } from './phrases.ts';
import { knownMove } from './relocated-images.ts';

export const RepositoryOffline: CauseText = {
  summary: (facts, fault) =>
    `${capital(hostOf(facts, fault))} no longer serves ${repository(facts)}: it is shut down, moved, unpaid or over its quota, or it is a cache whose upstream fails.${explanation(fault)}${movedTo(knownMove(facts.reference))}`,
  fixes: facts => {
    const move = knownMove(facts.reference);
    return [
      setImage(
        facts,
        move?.image ?? `REGISTRY/${repositoryWord(facts)}:${tagWord(facts)}`,
        move === null ? 'use another registry that has the image' : 'use the new location of the image',
      ),
      { title: 'or ask the owners of the registry to restore it', command: null },
    ];
  },
};
