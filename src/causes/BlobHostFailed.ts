/** BlobHostFailed: the node cannot download from the host that the registry redirects to. Belongs here: its summary and its fixes. Pure. */
import { providerOf } from '../model/registry-providers.ts';
import type { CauseText } from './cause.ts';
import { observer, registry, seenFrom } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import { hostWord } from './shell.ts';

export const BlobHostFailed: CauseText = {
  summary: (facts, fault) =>
    `${registry(facts)} answers, but it redirects the layers to ${fault?.host ? `"${fault.host}"` : 'another host'}, and ${observer(facts, fault)} ${fault?.status ? `gets ${fault.status} from that host` : 'cannot use that host'}. A firewall must allow both hosts.${seenFrom(fault)}`,
  fixes: (facts, fault) => {
    const hosts = [...new Set([fault?.host, ...(facts.probe?.blobHosts ?? []).map(blob => blob.host)].filter(host => host != null))];
    const provider = providerOf(facts.reference?.registry ?? '');
    const usual = provider?.layerHosts.join(', ') ?? '';
    return [
      {
        title: `allow ${hosts.length > 0 ? hosts.join(', ') : 'the hosts of the layers'} in the firewall or the proxy of the nodes${usual === '' ? '' : ` (${provider?.name} serves layers from ${usual})`}`,
        command: null,
      },
      nodeFix(facts, nodeSteps(facts).connect(`https://${hostWord(hosts[0])}/`)),
    ];
  },
};
