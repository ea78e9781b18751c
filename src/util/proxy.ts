/** HTTPS_PROXY, HTTP_PROXY and NO_PROXY, as Go's programs (kubectl, containerd) read them. Belongs here: from a URL to its proxy. Pure. */
import { BlockList, isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { bareHost, portOf } from './url.ts';

/** Environment variables by name. */
export type Environment = Record<string, string | undefined>;

/** Whether a host name is this machine by its form alone: `localhost`, 127.0.0.0/8, ::1 (with or without brackets). */
export const isLoopback = (hostname: string): boolean => {
  const name = bareHost(hostname).toLowerCase();
  return name === 'localhost' || /^127(?:\.\d+){3}$/.test(name) || name === '::1';
};

/**
 * The proxy for a URL. In: the URL and the environment. Out: the proxy's URL, or null. Loopback never goes through a proxy; a value that is no URL is none.
 * Source: golang.org/x/net/http/httpproxy, Config.ProxyFunc.
 */
export function proxyFor(url: URL, environment: Environment): string | null {
  const read = (name: string): string => environment[name] || environment[name.toLowerCase()] || '';
  const proxy = proxyUrl(url.protocol === 'https:' ? read('HTTPS_PROXY') : read('HTTP_PROXY'));
  const host = plainAddress(bareHost(url.hostname).toLowerCase());
  if (proxy === null || isLoopback(host)) return null;
  const port = String(portOf(url));
  const entries = read('NO_PROXY')
    .split(',')
    .map(entry => entry.trim().toLowerCase())
    .filter(Boolean);
  return entries.some(entry => excludes(entry, host, port)) ? null : proxy;
}

/** The address of a proxy; `HOST:PORT` alone is plain HTTP. */
function proxyUrl(value: string): string | null {
  const isWhole = /^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(value);
  const whole = isWhole ? value : `http://${value}`;
  return value !== '' && URL.canParse(whole) ? whole : null;
}

/** An IPv4 address for one that is mapped into IPv6, as Go compares them; anything else as it is. */
function plainAddress(host: string): string {
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host) ?? [];
  if (high === undefined || low === undefined) return host.replace(/^::ffff:(\d+\.\d+\.\d+\.\d+)$/, '$1');
  const [one, two] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [one >> 8, one & 255, two >> 8, two & 255].join('.');
}

/** Whether one entry of NO_PROXY excludes a host. An address is excluded by addresses and networks alone, a name by domains alone. */
function excludes(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const [network = '', prefix = ''] = entry.split('/', 2);
  if (isNetwork(entry, network, prefix)) return contains(network, Number(prefix), host);
  const [name, onlyPort] = splitPort(entry);
  if (name === '' || (onlyPort !== null && onlyPort !== '' && onlyPort !== port)) return false;
  const family = name.includes('%') ? 0 : isIP(name);
  if (family !== 0) return contains(name, family === 6 ? 128 : 32, host);
  if (isIP(host) !== 0) return false;
  const domain = name.replace(/^\*(?=\.)/, '');
  const ascii = (text: string): string => (/^[\0-\x7f]*$/.test(text) ? text : domainToASCII(text) || text);
  if (domain.startsWith('.')) return host.endsWith(`.${ascii(domain.slice(1))}`);
  return host === ascii(domain) || host.endsWith(`.${ascii(domain)}`);
}

const isNetwork = (entry: string, network: string, prefix: string): boolean =>
  entry === `${network}/${prefix}` && isIP(network) !== 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= (isIP(network) === 6 ? 128 : 32);

/** Whether an address lies in a network; IPv4 addresses mapped into IPv6 count as IPv4. */
function contains(network: string, prefix: number, host: string): boolean {
  const plain = plainAddress(network);
  const length = plain === network ? prefix : prefix - 96;
  if (isIP(host) === 0 || isIP(host) !== isIP(plain) || length < 0) return false;
  const type = isIP(host) === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(plain, length, type);
  return list.check(host, type);
}

/** Host and port of an entry; the port null where there is none. Source: Go's net.SplitHostPort, which leaves an entry that it cannot split as it is. */
function splitPort(entry: string): [host: string, port: string | null] {
  const bracketed = /^\[([^\]]*)\]:([^:\]]*)$/.exec(entry);
  if (bracketed !== null) return [bracketed[1] as string, bracketed[2] as string];
  const plain = /^([^:[\]]*):([^:[\]]*)$/.exec(entry);
  return plain === null ? [entry, null] : [plain[1] as string, plain[2] as string];
}
