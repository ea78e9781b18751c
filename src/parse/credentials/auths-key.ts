/** Keys of auths entries: how kubelet files them, which of them no image can match, and the key that was meant. Pure. */
import { HUB_AUTHS_KEY, HUB_HOSTS } from '../../model/registry-providers.ts';
import { parseGoUrl } from './go-url.ts';
import { trimmedOf } from './typos.ts';

/**
 * The key under which kubelet files an entry. In: the raw key. Out: host (with port) and path, `/v1/` and `/v2/` prefixes and a lone
 * slash removed, or the reason why the entry is skipped. Source: pkg/credentialprovider/keyring.go, BasicDockerKeyring.Add.
 */
export function normalizeKey(rawKey: string): { ok: true; key: string } | { ok: false; error: string } {
  const parsed = parseGoUrl(rawKey.replace(/^https?:\/\//, ''));
  if (!parsed.ok) return parsed;
  const path = /^\/v[12]\//.test(parsed.path) ? parsed.path.slice(3) : parsed.path;
  return { ok: true, key: parsed.host + (path === '/' ? '' : path) };
}

/** Why no image can ever match a key that parses, as a clause; null where one can. In: the normalized key. */
export function neverMatches(key: string): string | null {
  if (key === 'index.docker.io/v1' || key === 'index.docker.io/v2') return `the last slash is missing: the key must be "${HUB_AUTHS_KEY}"`;
  const [host = ''] = key.split('/');
  if (HUB_HOSTS.includes(host) && host !== 'docker.io' && host !== 'index.docker.io')
    return `kubelet does not use "${host}" for Docker Hub: the key must be "${HUB_AUTHS_KEY}"`;
  if (/^(?:docker|oci):/.test(key)) return 'kubelet accepts only https:// and http:// before the host';
  if (/\/[^/]*:/.test(key)) return 'the key has a tag: a key is a host and a path, without a tag';
  return null;
}

/**
 * The key that was meant by one that no image can match: blanks and quotation marks around it, another scheme, a tag, the path of the API,
 * upper case, a host of Docker Hub that kubelet does not know. In: the raw key. Out: the right one, null where nothing shows that it is wrong.
 */
export function intendedKey(rawKey: string): string | null {
  const text = trimmedOf(rawKey).replace(/^(["'])(.*)\1$/, '$2');
  const [, scheme = '', host = '', path = ''] = /^([A-Za-z]+:\/\/)?([^/?#]*)([^?#]*)/.exec(text) ?? [];
  // what stands before the host is a login, and a password is no name: it keeps its letters
  if (host === '' || /\s/.test(text) || host.includes('@')) return null;
  const lower = host.toLowerCase();
  const isApi = /^\/(?:v[12]\/?)?$/.test(path) || path === '';
  if (HUB_HOSTS.includes(lower)) {
    if (!isApi) return lower === 'docker.io' ? changed(rawKey, text) : `docker.io${plainPath(path)}`;
    const normal = normalizeKey(rawKey);
    return normal.ok && (normal.key === 'docker.io' || normal.key === 'index.docker.io') ? null : HUB_AUTHS_KEY;
  }
  // a path is kept as it stands where kubelet reads it as it was meant
  const right = `${/^https?:\/\/$/.test(scheme) ? scheme : ''}${lower}${isApi && path !== '' && !path.endsWith('/') ? '' : plainPath(path)}`;
  return changed(rawKey, right);
}

const changed = (rawKey: string, right: string): string | null => (right === rawKey ? null : right);

/** A path without a tag or a digest, in lower case as every image has it. */
function plainPath(path: string): string {
  const last = path.lastIndexOf('/') + 1;
  return (path.slice(0, last) + path.slice(last).replace(/[:@].*/s, '')).toLowerCase();
}
