/** RepositoryNotFoundOrPrivate: the registry returns the same error for missing and private repositories. Belongs here: its summary and its fixes. Pure. */
import { providerOf } from '../model/registry-providers.ts';
import type { CauseText } from './cause.ts';
import { attachSecret, builtHere, setImage, tagPart } from './commands.ts';
import { blockedClient, elsewhere, nodeCredentials, quoted, registry, repository, unreadSecrets, usedSecrets } from './phrases.ts';
import { otherPlaceOf } from './relocated-images.ts';
import { createSecret, newSecretName } from './secret-commands.ts';
import { blank } from './shell.ts';

export const RepositoryNotFoundOrPrivate: CauseText = {
  summary: facts => {
    const used = usedSecrets(facts);
    const unread = unreadSecrets(facts);
    const own =
      used.length > 0
        ? `The pod's credentials (secret ${quoted(used)}) give no access to it.`
        : unread.length > 0
          ? `Secret ${quoted(unread)} could not be read, so the credentials of the pod are not known.`
          : `The pod has no credentials for it. ${nodeCredentials(facts)}`;
    return `${registry(facts)} returns the same error for missing and private repositories. The evidence does not tell which applies to ${repository(facts)}.${elsewhere(facts)} ${own}`;
  },
  fixes: facts => {
    const { registry: host = '', repository: path = '' } = facts.reference ?? {};
    const other = otherPlaceOf(facts);
    if (other?.isKnown) return [setImage(facts, other.image, other.title)];
    const spelled =
      other === null
        ? setImage(facts, [`${host}/`, blank('REPOSITORY'), ':', tagPart(facts)], 'if the name is misspelled, correct it')
        : setImage(facts, other.image, other.title);
    const provider = providerOf(host, facts.probe?.challenge ?? null);
    if (provider?.takesNoLogins) return [spelled, blockedClient(provider)];
    const local = builtHere(facts);
    if (usedSecrets(facts).length > 0) {
      const users = quoted([...new Set(facts.keyring.credentials.map(credential => credential.username))]);
      const right = provider?.hints.right == null ? '' : `: ${provider.hints.right}`;
      return [...local, spelled, { title: `if it is private, grant user ${users} pull access${right}`, command: null }];
    }
    const name = newSecretName(facts);
    return [
      ...local,
      spelled,
      ...(provider?.node == null
        ? []
        : [{ title: `if it is private, grant the nodes access: ${provider.node.grant}`, command: provider.node.command(host, path) }]),
      createSecret(facts, name, provider?.node == null ? 'if it is private, create a pull secret' : 'or create a pull secret'),
      ...attachSecret(facts, name),
    ];
  },
};
