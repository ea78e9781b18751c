import type { CauseText } from './cause.ts';
import { attachSecret, setImage } from './commands.ts';
import { nodeCredentials, quoted, registry, repository, usedSecrets } from './phrases.ts';
import { knownMove } from './relocated-images.ts';
import { createSecret, newSecretName } from './secret-commands.ts';

export const RepositoryNotFoundOrPrivate: CauseText = {
  summary: facts => {
    const used = usedSecrets(facts);
    const move = knownMove(facts.reference);
    return `${registry(facts)} answers "missing" and "not allowed" alike, and nothing at hand tells which holds for ${repository(facts)}. ${move === null ? '' : `It is known to have moved to "${move.image}" (${move.since}). `}${used.length > 0 ? `The pod's login (secret ${quoted(used)}) is taken, but opens nothing here.` : `The pod brings no credential for it. ${nodeCredentials(facts)}`}`;
  },
  fixes: facts => {
    const move = knownMove(facts.reference);
    if (move !== null) return [setImage(facts, move.image, 'pull it from where it is now')];
    const spelled = setImage(
      facts,
      `${facts.reference?.registry ?? 'REGISTRY'}/REPOSITORY:${facts.reference?.tag ?? 'TAG'}`,
      'if the name is misspelt: correct it',
    );
    if (usedSecrets(facts).length > 0)
      return [
        spelled,
        {
          title: `if it is private: give the user ${quoted([...new Set(facts.keyring.credentials.map(credential => credential.username))])} the right to pull it`,
          command: null,
        },
      ];
    const name = newSecretName(facts);
    return [spelled, createSecret(facts, name, 'if it is private: make a pull secret'), ...attachSecret(facts, name)];
  },
};
