/** BlobHostFailed: the node cannot download from the host that the registry redirects to. Belongs here: its summary and its fixes. Pure. */
import type { Facts } from '../model/facts.ts';
import type { Fault, FaultKind } from '../model/fault.ts';
import { providerOf } from '../model/registry-providers.ts';
import type { CauseText } from './cause.ts';
import { observer, registry, seenFrom } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import { hostWord } from './shell.ts';

const TLS_KINDS = new Set<FaultKind>(['untrusted', 'badCertificate', 'x509', 'tls', 'plainHttp', 'httpToHttps']);
const isOfTls = (fault: Fault | null): boolean => fault !== null && TLS_KINDS.has(fault.kind);
const isOfName = (fault: Fault | null): boolean => fault?.kind === 'dns';
const isServerError = (fault: Fault | null): boolean => (fault?.status ?? 0) >= 500;

/** The host that fails is the registry, as far as the message tells: the answer may be that of a host to which it redirects. */
const isItself = (facts: Facts, fault: Fault | null): boolean => fault?.host != null && fault.host === facts.reference?.registry;

export const BlobHostFailed: CauseText = {
  summary: (facts, fault) =>
    isItself(facts, fault)
      ? `${registry(facts)} serves the manifest, but ${observer(facts, fault)} ${how(fault).replaceAll('that host', 'it')} for a layer.${seenFrom(fault)}`
      : `${registry(facts)} answers, but it redirects downloads to ${fault?.host ? `"${fault.host}"` : 'another host'}, and ${observer(facts, fault)} ${how(fault)}.${isOfTls(fault) || isServerError(fault) || isOfName(fault) ? '' : ' A firewall must allow both hosts.'}${seenFrom(fault)}`,
  fixes: (facts, fault) => {
    const hosts = [...new Set([fault?.host, ...(facts.probe?.blobHosts ?? []).map(blob => blob.host)].filter(host => host != null))];
    const provider = providerOf(facts.reference?.registry ?? '');
    const isOwn = (provider?.publishers ?? 'own') === 'own';
    const usual = provider?.layerHosts.join(', ') ?? '';
    if (isItself(facts, fault) && fault?.status != null)
      return [
        {
          title: `ask the owners of ${registry(facts)} why it answers ${fault.status} for a layer${usual === '' ? '' : ` (${provider?.name} serves layers from ${usual}: a firewall must allow these hosts too)`}`,
          command: null,
        },
        nodeFix(facts, nodeSteps(facts).connect(`https://${hostWord(hosts[0])}/v2/`)),
      ];
    const named = hosts.length > 0 ? hosts.join(', ') : 'the hosts of the layers';
    if (isOfName(fault))
      return [
        nodeFix(facts, nodeSteps(facts).resolve(hostWord(hosts[0]).replace(/:\d+$/, ''))),
        {
          title: `let the DNS server of the nodes resolve ${named}${isOwn ? ', or let the registry serve the layers itself' : ''}`,
          command: null,
        },
      ];
    const repair = fault?.statements.includes('linkExpired')
      ? `set the clocks of the registry and of the nodes by NTP, and let no cache keep the redirects of the registry: ${named} answers that the signed link has expired`
      : isOfTls(fault)
        ? `correct the certificate or the TLS settings of ${named}, or of a proxy in front of it`
        : isServerError(fault)
          ? `check the state of ${named}: it answers ${fault?.status}`
          : isOwn && fault?.status === 403 && fault.explanation !== null && !fault.statements.includes('htmlPage')
            ? `repair the access of the registry to its storage (key, permission, billing): ${named} rejects the links that the registry signs, and reports why`
            : `allow ${named} in the firewall or the proxy of the nodes${usual === '' ? '' : ` (${provider?.name} serves layers from ${usual})`}`;
    return [
      { title: repair, command: null },
      nodeFix(facts, nodeSteps(facts).connect(`${fault?.details.scheme ?? 'https'}://${hostWord(hosts[0])}/`)),
    ];
  },
};

function how(fault: Fault | null): string {
  if (fault?.details.silent) return 'gets no answer from that host in time';
  switch (fault?.kind) {
    case 'notJson':
      return 'gets a web page from that host';
    case 'redirects':
      return 'is redirected by that host without an end';
    case 'dns':
      return 'cannot resolve the name of that host';
    case 'untrusted':
    case 'badCertificate':
    case 'x509':
      return 'rejects the certificate of that host';
    case 'tls':
      return 'cannot complete the TLS handshake with that host';
    case 'plainHttp':
      return 'uses HTTPS, but that host uses plain HTTP';
    case 'httpToHttps':
      return 'uses plain HTTP, but that host requires HTTPS';
    default:
      return fault?.status ? `gets ${fault.status} from that host` : 'cannot connect to that host';
  }
}
