/** RepositoryNotFoundOrPrivate: the registry returns the same error for missing and private repositories. Belongs here: its summary and its fixes. Pure. */
import { providerOf } from '../model/registry-providers.ts';
import type { CauseText } from './cause.ts';
import { attachSecret, setImage, tagWord } from './commands.ts';
import { blockedClient, movedTo, nodeCredentials, quoted, registry, repository, usedSecrets } from './phrases.ts';
import { knownMove } from './relocated-images.ts';
import { createSecret, newSecretName } from './secret-commands.ts';

export const RepositoryNotFoundOrPrivate: CauseText = {
  summary: facts => {
    const used = usedSecrets(facts);
    const own =
      used.length > 0
        ? `The pod's credentials (secret ${quoted(used)}) give no access to it.`
        : `The pod has no credentials for it. ${nodeCredentials(facts)}`;
    return `${registry(facts)} returns the same error for missing and private repositories. The evidence does not tell which applies to ${repository(facts)}.${movedTo(knownMove(facts.reference))} ${own}`;
  },
  fixes: facts => {
    const { registry: host = 'REGISTRY', repository: path = '' } = facts.reference ?? {};
    const move = knownMove(facts.reference);
    if (move !== null) return [setImage(facts, move.image, 'use the new location of the image')];
    const spelled = setImage(facts, `${host}/REPOSITORY:${tagWord(facts)}`, 'if the name is misspelled, correct it');
    const provider = providerOf(host, facts.probe?.challenge ?? null);
    if (provider?.takesNoLogins) return [spelled, blockedClient(provider)];
    if (usedSecrets(facts).length > 0) {
      const users = quoted([...new Set(facts.keyring.credentials.map(credential => credential.username))]);
      const right = provider?.hints.right == null ? '' : `: ${provider.hints.right}`;
      return [spelled, { title: `if it is private, grant user ${users} pull access${right}`, command: null }];
    }
    const name = newSecretName(facts);
    return [
      spelled,
      ...(provider?.node == null
        ? []
        : [{ title: `if it is private, grant the nodes access: ${provider.node.grant}`, command: provider.node.command(host, path) }]),
      createSecret(facts, name, provider?.node == null ? 'if it is private, create a pull secret' : 'or create a pull secret'),
      ...attachSecret(facts, name),
    ];
  },
};
