import type { CauseText } from './cause.ts';
import { hostWord, nodeWord } from './commands.ts';
import { nodeName, registry, seenFrom } from './phrases.ts';

export const BlobHostFailed: CauseText = {
  summary: (facts, fault) =>
    `${registry(facts)} itself answers, but it sends pulls on to ${fault?.host ? `"${fault.host}"` : 'another host'} for the layers, and ${fault?.seenBy === 'probe' ? 'this machine' : nodeName(facts)} ${fault?.status ? `gets ${fault.status} there` : 'cannot use that host'}. A firewall that lets the registry through has to let this host through too.${seenFrom(fault)}`,
  fixes: (facts, fault) => {
    const hosts = [...new Set([fault?.host, ...(facts.probe?.blobHosts ?? []).map(blob => blob.host)].filter(host => host != null))];
    return [
      {
        title: `allow ${hosts.length > 0 ? hosts.join(', ') : 'the hosts of the layers'} in the firewall or proxy of the nodes`,
        command: null,
      },
      {
        title: 'try it from the node itself',
        command: `curl -sSI --max-time 10 https://${hostWord(hosts[0])}/   # on node ${nodeWord(facts)}`,
      },
    ];
  },
};
