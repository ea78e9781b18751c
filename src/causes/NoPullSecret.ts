/** NoPullSecret: the registry requires authentication, but the pod has no pull secret. Belongs here: its summary and its fixes. Pure. */
import type { Fix } from '../model/diagnosis.ts';
import { type Facts, kubeletMinor } from '../model/facts.ts';
import { isGenerated } from '../model/openshift.ts';
import { providerOf } from '../model/registry-providers.ts';
import type { CauseText } from './cause.ts';
import { attachSecret } from './commands.ts';
import { blockedClient, nodeCredentials, podName, quoted, registry } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import { createSecret, newSecretName } from './secret-commands.ts';

/** A right of the nodes is worth nothing where kubelet has no credential provider that uses it. */
const NOT_SENT = 'if they have access already, kubelet may not use it: ';

export const NoPullSecret: CauseText = {
  summary: facts =>
    `${registry(facts)} requires authentication, but ${podName(facts)} has no pull secret${facts.secrets.length > 0 ? ' for it' : ''} (${account(facts)}). ${nodeCredentials(facts)}`,
  fixes: (facts, fault) => {
    const { registry: host = '', repository = '' } = facts.reference ?? {};
    const provider = providerOf(host, facts.probe?.challenge ?? null);
    if (provider?.takesNoLogins) return [blockedClient(provider)];
    const note: Fix[] = provider?.hints.note == null ? [] : [{ title: provider.hints.note, command: null }];
    const name = newSecretName(facts);
    const node: Fix[] =
      provider?.node == null
        ? []
        : [
            { title: `grant the nodes access: ${provider.node.grant}`, command: provider.node.command(host, repository) },
            ...(fault?.seenBy === 'node' ? [nodeFix(facts, nodeSteps(facts).showCredentials(), NOT_SENT)] : []),
          ];
    const create = createSecret(facts, name, node.length > 0 ? 'or create a pull secret' : 'create a pull secret');
    return [...node, create, ...attachSecret(facts, name), ...allowAudience(facts), ...note];
  },
};

/**
 * kubelet pulls without a credential where the API server refuses it a token for the audience of its credential provider, and only its log says so. Source: kube-apiserver,
 * plugin/pkg/admission/noderestriction, and KEP-4412.
 */
const allowAudience = (facts: Facts): Fix[] =>
  facts.serviceAccount.identity === null || kubeletMinor(facts) < 33
    ? []
    : [
        {
          title:
            'if the log of kubelet says "is not authorized to request tokens for this audience", allow it to the nodes: bind a ClusterRole with the rule {apiGroups: [""], resources: [<AUDIENCE>], verbs: [request-serviceaccounts-token-audience]} to the group "system:nodes"',
          command: null,
        },
      ];

function account({ serviceAccount: { name, secrets }, secrets: own }: Facts): string {
  if (own.some(isGenerated)) return `${quoted(own.map(secret => secret.name))}, which OpenShift generates, is for its internal registry`;
  if (secrets === null) return `its service account "${name}" could not be read`;
  if (secrets.length === 0) return `its service account "${name}" has none either`;
  return secrets.length === 1
    ? `pull secret ${quoted(secrets)} of its service account "${name}" does not match this image`
    : `no pull secret of its service account "${name}" matches this image: ${quoted(secrets)}`;
}
