import { type CauseText, MOSTLY, NEVER, ONLY, RARELY } from './cause.ts';
import { setImage } from './commands.ts';
import { capital, explanation, hostOf, repository } from './phrases.ts';
import { knownMove } from './relocated-images.ts';

export const RepositoryOffline: CauseText = {
  claims: fault => {
    if (fault.role === 'token') return NEVER;
    if (fault.status === 410 || fault.status === 402) return fault.seenBy === 'probe' ? ONLY : MOSTLY + 5;
    if (fault.status !== 429 && fault.status !== 401 && fault.statements.includes('offline') && !fault.statements.includes('rateLimit'))
      return fault.seenBy === 'probe' && (fault.status ?? 500) < 500 ? ONLY : MOSTLY + 6;
    if (fault.status === 405 && fault.code === 'DENIED') return MOSTLY;
    return fault.kind === 'notFound' || fault.status === 412 || fault.status === 403 ? RARELY - 1 : NEVER;
  },
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
