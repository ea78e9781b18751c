import type { FaultKind } from '../model/fault.ts';
import { isNetworkFault } from '../model/fault.ts';
import { type CauseText, MOSTLY, NEVER, ONLY, RARELY, SOMETIMES } from './cause.ts';
import { hostWord, nodeWord } from './commands.ts';
import { nodeName, registry, seenFrom } from './phrases.ts';

/** Trouble with the TLS of that host has a repair of its own. */
const UNSAFE = new Set<FaultKind>(['untrusted', 'badCertificate', 'x509', 'tls', 'plainHttp', 'httpToHttps']);

export const BlobHostFailed: CauseText = {
  claims: fault => {
    const late = fault.step === 'layer' || fault.step === 'config';
    if (fault.role === 'redirect') {
      if (UNSAFE.has(fault.kind)) return late ? MOSTLY : SOMETIMES;
      // a page in place of a manifest is a login page or a portal
      if (fault.kind === 'notJson') return late ? ONLY : RARELY;
      if (fault.kind === 'blobMissing') return SOMETIMES;
      // what is asked there in the registry's own protocol may be a mirror, which Docker and CRI-O, other than containerd, do not name
      const namesMirrors = fault.seenBy === 'probe' || fault.speaker === 'containerd';
      const certain = late && (namesMirrors || fault.details.resource !== 'blob');
      return isNetworkFault(fault) || fault.kind === 'status' ? (certain ? ONLY : MOSTLY + 1) : NEVER;
    }
    if (!late || fault.role === 'token') return NEVER;
    if (fault.kind === 'status' || fault.kind === 'notJson') return fault.status === 403 ? MOSTLY : SOMETIMES;
    if (['dns', 'refused', 'timeout', 'unreachable'].includes(fault.kind)) return MOSTLY;
    return fault.kind === 'reset' || fault.kind === 'shortBody' ? SOMETIMES : NEVER;
  },
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
