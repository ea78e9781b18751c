/** RepositoryOffline: the registry no longer serves this repository. Belongs here: its summary and its fixes. Pure. */
import { cacheFixes, cacheSummary } from './cache.ts';
import type { CauseText } from './cause.ts';
import { atRegistry, setImage } from './commands.ts';
import { capital, elsewhere, explanation, hostOf, repository } from './phrases.ts';
import { otherPlaceOf } from './relocated-images.ts';

export const RepositoryOffline: CauseText = {
  summary: (facts, fault) =>
    cacheSummary(facts, fault) ??
    `${capital(hostOf(facts, fault))} no longer serves ${repository(facts)}: it is shut down, moved, unpaid or over its quota, or it is a cache whose upstream fails.${explanation(fault)}${elsewhere(facts)}`,
  fixes: (facts, fault) => {
    const ofCache = cacheFixes(facts, fault);
    if (ofCache !== null) return ofCache;
    const other = otherPlaceOf(facts);
    return [
      setImage(facts, other?.image ?? atRegistry(facts), other?.title ?? 'use another registry that has the image'),
      {
        title: 'or repair what the registry reports (its API, billing, license, quota), if it is yours; else ask its owners to restore it',
        command: null,
      },
    ];
  },
};
