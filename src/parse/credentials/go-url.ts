/** The part of Go's net/url.Parse that decides what an auths key means: which keys are refused, and the host and path of the rest. */
import { isIPv4, isIPv6 } from 'node:net';

/** Host and path, or the error text of Go. */
export type GoUrl = { ok: true; host: string; path: string } | { ok: false; error: string };

class GoUrlError extends Error {}

/** Characters of a text that an error quotes. */
const LONGEST_QUOTE = 100;

/** Characters that may stand unescaped in a host. Source: Go net/url, shouldEscape with mode encodeHost. */
const HOST_ASCII = /^[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]$/;

function unescapeGo(text: string, mode: 'path' | 'host' | 'zone' | 'fragment'): string {
  const source = Buffer.from(text, 'utf8');
  /** What is unescaped is never longer. */
  const out = Buffer.alloc(source.length);
  let length = 0;
  const inHost = mode === 'host' || mode === 'zone';
  for (let i = 0; i < source.length; i++) {
    const byte = source[i] as number;
    const char = String.fromCharCode(byte);
    if (char === '%') {
      const hex = source.toString('latin1', i + 1, i + 3);
      if (!/^[0-9a-fA-F]{2}$/.test(hex)) throw new GoUrlError(`invalid URL escape ${JSON.stringify(source.toString('utf8', i, i + 3))}`);
      const decoded = Number.parseInt(hex, 16);
      const refused =
        mode === 'host' ? decoded < 0x80 : mode === 'zone' && decoded !== 0x20 && !HOST_ASCII.test(String.fromCharCode(decoded));
      if (refused && hex !== '25') throw new GoUrlError(`invalid URL escape "%${hex}"`);
      out[length++] = decoded;
      i += 2;
    } else {
      if (inHost && byte < 0x80 && !HOST_ASCII.test(char)) throw new GoUrlError(`invalid character ${JSON.stringify(char)} in host name`);
      out[length++] = byte;
    }
  }
  return out.toString('utf8', 0, length);
}

const validPort = (text: string): boolean => /^(:[0-9]*)?$/.test(text);

function parseHost(host: string): string {
  const open = host.lastIndexOf('[');
  if (open > 0) throw new GoUrlError('invalid IP-literal');
  const close = host.lastIndexOf(']');
  if (open === 0 && close < 0) throw new GoUrlError("missing ']' in host");
  const colon = host.indexOf(':');
  const port = open === 0 ? host.slice(close + 1) : colon < 0 ? '' : host.slice(colon);
  if (!validPort(port)) throw new GoUrlError(`invalid port ${JSON.stringify(port.slice(0, LONGEST_QUOTE))} after host`);
  if (open < 0) return unescapeGo(host, 'host');
  const inner = host.slice(1, close);
  const zoneAt = inner.indexOf('%25');
  const address = unescapeGo(zoneAt < 0 ? inner : inner.slice(0, zoneAt), 'host');
  const zone = zoneAt < 0 ? '' : unescapeGo(inner.slice(zoneAt), 'zone');
  if (isIPv4(address)) throw new GoUrlError('invalid IP-literal');
  if (!isIPv6(address) || zone === '%') throw new GoUrlError('invalid host');
  return `[${address}${zone}]${port}`;
}

/**
 * `url.Parse("https://" + rest)`. In: what follows the scheme. Out: Go's Host (with port, unescaped) and Path (unescaped), or the
 * reason why Go refuses the text. Query, fragment and user info are dropped. Source: Go net/url, Parse/parseAuthority/parseHost.
 */
export function parseGoUrl(rest: string): GoUrl {
  try {
    const [beforeFragment = '', fragment = ''] = cut(rest, '#');
    if (/[\0-\x1f\x7f]/.test(beforeFragment)) throw new GoUrlError('net/url: invalid control character in URL');
    const [beforeQuery = ''] = cut(beforeFragment, '?');
    const slash = beforeQuery.indexOf('/');
    const authority = slash < 0 ? beforeQuery : beforeQuery.slice(0, slash);
    const path = slash < 0 ? '' : beforeQuery.slice(slash);
    const at = authority.lastIndexOf('@');
    const host = parseHost(at < 0 ? authority : authority.slice(at + 1));
    if (at >= 0) {
      const user = authority.slice(0, at);
      if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user)) throw new GoUrlError('net/url: invalid userinfo');
      unescapeGo(user, 'path');
    }
    const url: GoUrl = { ok: true, host, path: unescapeGo(path, 'path') };
    unescapeGo(fragment, 'fragment');
    return url;
  } catch (error) {
    if (error instanceof GoUrlError) return { ok: false, error: error.message };
    throw error;
  }
}

function cut(text: string, separator: string): [string, string | undefined] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

/**
 * `filepath.Match(pattern, name)` for one host label. Out: whether it matches; a malformed pattern matches nothing. An IPv6 address
 * without a port keeps its brackets, and Match takes them for a class: any one of its characters, never the address.
 * Source: Go path/filepath, Match. A `?` and a backslash cannot occur here (parseGoUrl takes or refuses them).
 */
export function matchLabel(pattern: string, name: string): boolean {
  if (pattern.startsWith('[')) return name.length === 1 && /^\[[^\]]+\]$/.test(pattern) && pattern.slice(1, -1).includes(name);
  if (!pattern.includes('*')) return name === pattern;
  const chunks = pattern.split('*');
  const last = chunks.pop() as string;
  let at = 0;
  for (const [index, chunk] of chunks.entries()) {
    const found = name.indexOf(chunk, at);
    if (found < 0 || (index === 0 && found > 0)) return false;
    at = found + chunk.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
