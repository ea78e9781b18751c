import type { CauseText } from './cause.ts';
import { setImage } from './commands.ts';
import { registry, repository } from './phrases.ts';
import { knownMove } from './relocated-images.ts';

export const RepositoryNotFound: CauseText = {
  summary: facts => {
    const move = knownMove(facts.reference);
    return `The registry ${registry(facts)} answers and has no repository ${repository(facts)}.${move === null ? '' : ` It is known to have moved to "${move.image}" (${move.since}).`}`;
  },
  fixes: facts => {
    const move = knownMove(facts.reference);
    if (move !== null) return [setImage(facts, move.image, 'pull it from where it is now')];
    return [
      setImage(
        facts,
        `${facts.reference?.registry ?? 'REGISTRY'}/REPOSITORY:${facts.reference?.tag ?? 'TAG'}`,
        'correct the repository (spelling, project, registry), or push the image there',
      ),
    ];
  },
};
