import type { CauseText } from './cause.ts';
import { setImage } from './commands.ts';
import { capital, explanation, hostOf, repository } from './phrases.ts';
import { knownMove } from './relocated-images.ts';

export const RepositoryOffline: CauseText = {
  summary: (facts, fault) =>
    `${capital(hostOf(facts, fault))} no longer serves ${repository(facts)}: shut down, moved, unpaid, over its quota, or a cache whose upstream is gone.${explanation(fault)}`,
  fixes: facts => {
    const move = knownMove(facts.reference);
    return [
      setImage(
        facts,
        move?.image ?? `REGISTRY/${facts.reference?.repository ?? 'REPOSITORY'}:${facts.reference?.tag ?? 'TAG'}`,
        move === null ? 'pull it from another registry (mirror it there first)' : 'pull it from where it is now',
      ),
    ];
  },
};
