import type { Facts } from '../model/facts.ts';
import type { CauseText } from './cause.ts';
import { setImage } from './commands.ts';
import { list, repository } from './phrases.ts';
import { knownMove } from './relocated-images.ts';

export const DigestNotFound: CauseText = {
  summary: facts =>
    `${facts.probe?.tags?.known ? 'The repository' : 'By the words of the node, the repository'} ${repository(facts)} ${facts.probe?.tags?.known ? 'is there and holds' : 'holds'} no manifest "${facts.reference?.digest}". A digest goes when the registry is cleaned up, or is that of another repository or registry.${tagsOf(facts).length > 0 ? ` Its tags: ${list(tagsOf(facts))}.` : ''}`,
  fixes: facts => {
    const move = knownMove(facts.reference);
    return [
      ...(move === null ? [] : [setImage(facts, move.image, 'pull it by a tag from where it is known to have moved')]),
      setImage(
        facts,
        `${facts.image.replace(/@.*$/, '').replace(/:[^:/]+$/, '')}:${facts.reference?.tag ?? tagsOf(facts)[0] ?? 'TAG'}`,
        'pull by a tag (or by a digest that the registry has), or push the image again',
      ),
    ];
  },
};

const tagsOf = (facts: Facts): string[] => (facts.probe?.tags?.known ? facts.probe.tags.names : []);
