import { type CauseText, MOSTLY, NEVER, OFTEN, ONLY, SOMETIMES } from './cause.ts';
import { setImage } from './commands.ts';
import { decisive, registry, repository } from './phrases.ts';
import { knownMove } from './relocated-images.ts';

export const RepositoryNotFound: CauseText = {
  claims: (fault, facts) => {
    if (fault.kind !== 'notFound' || fault.role === 'token') return NEVER;
    // a registry may hide what a token without rights does not open
    if (decisive(facts)?.granted?.length === 0) return MOSTLY;
    if (fault.code === 'NAME_UNKNOWN') return ONLY;
    if (fault.seenBy === 'probe' && facts.probe?.tags?.known === false && facts.probe.tags.repositoryMissing)
      return facts.probe.tags.ambiguous ? MOSTLY : ONLY;
    if (fault.seenBy === 'probe' && facts.probe?.tags?.known === true) return NEVER;
    // a bare word without registry, path and tag is rather a local image's name than an official image without `latest`
    const bare = !/[/:@]/.test(facts.image);
    return fault.code === 'MANIFEST_UNKNOWN' ? SOMETIMES : bare ? OFTEN + 1 : OFTEN - 1;
  },
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
