/** HTTPS_PROXY, HTTP_PROXY and NO_PROXY, as Go's programs (kubectl, containerd) read them. Belongs here: from a URL to its proxy. Pure. */
import { BlockList, isIP } from 'node:net';

/** Environment variables by name. */
export type Environment = Record<string, string | undefined>;

/** Whether a host name is this machine by its form alone: `localhost`, 127.0.0.0/8, ::1 (with or without brackets). */
export const isLoopback = (hostname: string): boolean => {
  const name = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || /^127(?:\.\d+){3}$/.test(name) || name === '::1';
};

/**
 * The proxy for a URL. In: the URL and the environment. Out: the proxy's URL, or null. Loopback never goes through a proxy.
 * Source: golang.org/x/net/http/httpproxy, Config.ProxyFunc.
 */
export function proxyFor(url: URL, environment: Environment): string | null {
  const read = (name: string): string => environment[name] || environment[name.toLowerCase()] || '';
  const proxy = url.protocol === 'https:' ? read('HTTPS_PROXY') : read('HTTP_PROXY');
  if (proxy === '' || isLoopback(url.hostname)) return null;
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const excluded = read('NO_PROXY')
    .split(',')
    .map(entry => entry.trim().toLowerCase())
    .filter(Boolean)
    .some(entry => excludes(entry, host, port));
  return excluded ? null : /^[a-z0-9]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}

function excludes(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const cidr = /^([0-9a-f.:]+)\/(\d+)$/.exec(entry);
  if (cidr) {
    const family = isIP(host);
    if (family === 0 || isIP(cidr[1] as string) !== family) return false;
    const list = new BlockList();
    list.addSubnet(cidr[1] as string, Number(cidr[2]), family === 6 ? 'ipv6' : 'ipv4');
    return list.check(host, family === 6 ? 'ipv6' : 'ipv4');
  }
  const [name = '', onlyPort] = isIP(entry) ? [entry] : entry.split(':', 2);
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const suffix = name.replace(/^\*/, '');
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`);
}
