/** AccessDenied: the credentials are known to the registry, but they do not permit pulling the repository. Belongs here: its summary and its fixes. Pure. */
import { providerOf } from '../model/registry-providers.ts';
import type { CauseText } from './cause.ts';
import { explanation, quoted, registry, repository } from './phrases.ts';
import { testSecret } from './secret-commands.ts';

export const AccessDenied: CauseText = {
  summary: (facts, fault) => {
    const users = [...new Set(facts.keyring.credentials.filter(credential => !credential.empty).map(credential => credential.username))];
    return users.length === 0
      ? `${registry(facts)} denies the node access to ${repository(facts)}. Which credentials the node sent cannot be seen from here.${explanation(fault)}`
      : `${registry(facts)} accepts the credentials of user ${quoted(users)}, but this user may not pull ${repository(facts)}.${explanation(fault)}`;
  },
  fixes: facts => {
    const { registry: host = '', repository: path = '' } = facts.reference ?? {};
    const provider = providerOf(host, facts.probe?.challenge ?? null);
    const [credential] = facts.keyring.credentials;
    // the identity of the nodes
    if (credential === undefined && provider?.node != null)
      return [{ title: `grant the nodes access: ${provider.node.grant}`, command: provider.node.command(host, path) }];
    const user = credential === undefined ? 'the user' : `user "${credential.username}"`;
    const right = provider?.hints.right ?? 'use the role, member or robot settings of the registry';
    return [
      { title: `grant ${user} pull access to ${repository(facts)}: ${right}`, command: null },
      ...(credential === undefined ? [] : [testSecret(facts, credential.secret)]),
    ];
  },
};
