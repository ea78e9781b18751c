import { isLoopback } from '../registry/proxy.ts';
import { cause, MOSTLY, NEVER, ONLY, SOMETIMES } from './cause.ts';
import { hostOf, nodeName, seenFrom } from './tell.ts';

export const PlainHTTPRegistry = cause({
  code: 'PlainHTTPRegistry',
  group: 'network',
  title: 'One side speaks plain HTTP, the other HTTPS',
  transient: false,
  claims: fault => {
    if (fault.kind === 'plainHttp' || fault.kind === 'httpToHttps') return fault.role === 'token' ? MOSTLY : ONLY;
    // this machine is asked over plain HTTP, and a TLS server answers that with 400
    if (fault.kind === 'badCertificate' && isLoopback((fault.host ?? '').replace(/:\d+$/, ''))) return SOMETIMES;
    return fault.status === 400 && isLoopback((fault.host ?? '').replace(/:\d+$/, '')) ? MOSTLY : NEVER;
  },
  summary: (facts, fault) =>
    fault?.kind === 'plainHttp'
      ? `${nodeName(facts)[0]?.toUpperCase()}${nodeName(facts).slice(1)} asks ${hostOf(facts, fault)} over HTTPS, and that server speaks plain HTTP.${seenFrom(fault)}`
      : `${nodeName(facts)[0]?.toUpperCase()}${nodeName(facts).slice(1)} asks ${hostOf(facts, fault)} over plain HTTP, and that server wants HTTPS.${seenFrom(fault)}`,
  fixes: (facts, fault) => {
    const host = fault?.host ?? facts.reference?.registry ?? 'HOST';
    const registry = facts.reference?.registry ?? host;
    const scheme = fault?.kind === 'plainHttp' ? 'http' : 'https';
    return [
      ...(scheme === 'http' ? [{ title: 'best: give the registry TLS', command: null }] : []),
      {
        title: `tell the runtime of node ${facts.node.name ?? 'NODE'} (and every other) how to ask "${host}"`,
        command: `mkdir -p /etc/containerd/certs.d/${registry} && printf 'server = "${scheme}://%s"\\n[host."${scheme}://%s"]\\n  capabilities = ["pull", "resolve"]\\n' ${host} ${host} > /etc/containerd/certs.d/${registry}/hosts.toml`,
      },
    ];
  },
});
