/** AccessDenied: the credentials are known to the registry, but they do not permit pulling the repository. Belongs here: its summary and its fixes. Pure. */
import type { Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import { providerOf } from '../model/registry-providers.ts';
import type { CauseText } from './cause.ts';
import { attachSecret } from './commands.ts';
import { blockedClient, decisive, explanation, quoted, registry, repository } from './phrases.ts';
import { createSecret, newSecretName, testSecret } from './secret-commands.ts';

/** Whether the request that decides carried no credential. */
const isAnonymous = (facts: Facts, fault: Fault | null): boolean =>
  fault?.seenBy === 'probe' ? (decisive(facts)?.credential ?? null) === null : fault?.login === 'none';

/** Whether the answer shows that the registry knows the user. A token server may answer 403 to a wrong password too. */
const isAuthenticated = (facts: Facts, fault: Fault | null): boolean =>
  fault !== null &&
  !isAnonymous(facts, fault) &&
  (fault.statements.includes('rightMissing') ||
    (fault.role !== 'token' && (fault.kind === 'insufficientScope' || (fault.status === 403 && fault.seenBy === 'probe'))));

export const AccessDenied: CauseText = {
  summary: (facts, fault) => {
    const users = [...new Set(facts.keyring.credentials.filter(credential => !credential.empty).map(credential => credential.username))];
    if (isAnonymous(facts, fault))
      return `${registry(facts)} denies anonymous access to ${repository(facts)}: no credential was sent. A login is missing, or a rule blocks everybody (by address, country or gateway).${explanation(fault)}`;
    if (users.length === 0) {
      const { node } = providerOf(facts.reference?.registry ?? '') ?? {};
      const sent = node == null ? '' : ` If it sent any, they are those of ${node.identity}.`;
      return `${registry(facts)} denies the node access to ${repository(facts)}. The credentials that the node sent are not known.${sent}${explanation(fault)}`;
    }
    return isAuthenticated(facts, fault)
      ? `${registry(facts)} accepts the credentials of user ${quoted(users)}, but this user may not pull ${repository(facts)}.${explanation(fault)}`
      : `${registry(facts)} denies user ${quoted(users)} access to ${repository(facts)}.${explanation(fault)}`;
  },
  fixes: (facts, fault) => {
    const { registry: host = '', repository: path = '' } = facts.reference ?? {};
    const provider = providerOf(host, facts.probe?.challenge ?? null);
    if (provider?.takesNoLogins) return [blockedClient(provider)];
    const [credential] = facts.keyring.credentials;
    // the identity of the nodes
    if (credential === undefined && provider?.node != null)
      return [{ title: `grant the nodes access: ${provider.node.grant}`, command: provider.node.command(host, path) }];
    if (credential === undefined && isAnonymous(facts, fault)) {
      const name = newSecretName(facts);
      return [
        createSecret(facts, name, 'create a pull secret'),
        ...attachSecret(facts, name),
        { title: 'or, if the image is public, ask the owners of the registry whether it blocks the address of the nodes', command: null },
      ];
    }
    const user = credential === undefined ? 'the user' : `user "${credential.username}"`;
    const right = provider?.hints.right ?? 'use the role, member or robot settings of the registry';
    return [
      { title: `grant ${user} pull access to ${repository(facts)}: ${right}`, command: null },
      ...(credential === undefined ? [] : [testSecret(facts, credential.secret)]),
    ];
  },
};
