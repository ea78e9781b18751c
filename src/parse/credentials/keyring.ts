/** kubelet's keyring: which credentials a pull tries for an image, in which order, and which entries only nearly cover it. */
import type { Credential, NearMiss } from '../../model/credential.ts';
import { HUB_AUTHS_KEY, HUB_HOSTS, providerOf } from '../../model/registry-providers.ts';
import { matchLabel, parseGoUrl } from './go-url.ts';
import type { AuthsEntry, PullSecret } from './pull-secret.ts';

export type Keyring =
  | { broken: null; credentials: Credential[]; nearMisses: NearMiss[] }
  /** One secret does not parse: kubelet tries nothing at all for any image of the pod. */
  | { broken: { secret: string; error: string }; credentials: []; nearMisses: [] };

/** The key under which Docker Hub's credentials are filed by `docker login`. Source: keyring.go, defaultRegistryKey. */
const HUB_KEY = 'index.docker.io';

/** Source: keyring.go, SplitURL. What net.SplitHostPort refuses (no colon, several, stray brackets) has no port. */
function splitHost(host: string): { labels: string[]; port: string } {
  const [, name, address, port] = /^(?:([^:[\]]*)|\[([^[\]]*)\]):([^:[\]]*)$/.exec(host) ?? [];
  return { labels: (name ?? address ?? host).split('.'), port: port ?? '' };
}

/** Source: keyring.go, URLsMatchStr. In: a normalised key, and an image name without tag and digest. */
export function keyMatches(key: string, name: string): boolean {
  const glob = parseGoUrl(key);
  const target = parseGoUrl(name);
  if (!glob.ok || !target.ok) return false;
  const keyHost = splitHost(glob.host);
  const imageHost = splitHost(target.host);
  return (
    keyHost.port === imageHost.port &&
    keyHost.labels.length === imageHost.labels.length &&
    target.path.startsWith(glob.path) &&
    keyHost.labels.every((label, index) => matchLabel(label, imageHost.labels[index] as string))
  );
}

/** Whether kubelet takes the image for Docker Hub's. Source: keyring.go, isDefaultRegistryMatch. */
export function isHubName(name: string): boolean {
  const first = name.split('/', 1)[0] as string;
  if (first === '') return false;
  return !name.includes('/') || first === 'docker.io' || first === HUB_KEY || !/[.:]/.test(first);
}

/** Go's `sort.Reverse(sort.StringSlice)`: by bytes, largest first. */
const reverseLexical = (a: string, b: string): number => Buffer.compare(Buffer.from(b), Buffer.from(a));

/**
 * What kubelet finds for an image. In: the image's name (registry and repository, Hub made explicit), and the pod's pull secrets that
 * could be read, in the order of imagePullSecrets. Out: the credentials in the order of the tries, and the entries that missed, with the
 * reason. Two keys of one secret that normalise alike have no order in kubelet (a Go map); here they keep that of the text.
 * Source: pkg/credentialprovider/keyring.go, BasicDockerKeyring.Lookup.
 */
export function lookUpCredentials(name: string, secrets: readonly PullSecret[]): Keyring {
  const broken = secrets.find(secret => secret.error !== null);
  if (broken) return { broken: { secret: broken.name, error: broken.error as string }, credentials: [], nearMisses: [] };
  const filed = secrets.flatMap(secret => secret.entries.map(entry => ({ secret: secret.name, entry })));
  const keys = [...new Set(filed.flatMap(({ entry }) => (entry.key === null ? [] : [entry.key])))].sort(reverseLexical);
  const under = (key: string): Credential[] => filed.filter(({ entry }) => entry.key === key).map(({ entry }) => entry.credential);
  const matching = keys.filter(key => keyMatches(key, name));
  const used = matching.length === 0 && isHubName(name) && keys.includes(HUB_KEY) ? [HUB_KEY] : matching;
  const nearMisses = filed
    .filter(({ entry }) => entry.key === null || !used.includes(entry.key))
    .map(({ secret, entry }): NearMiss => ({ secret, key: entry.rawKey, ...whyMissed(entry, name, used) }));
  return { broken: null, credentials: used.flatMap(under), nearMisses: nearMisses.sort((a, b) => Number(b.near) - Number(a.near)) };
}

function whyMissed(entry: AuthsEntry, name: string, used: string[]): { why: string; near: boolean } {
  const [imageHost = '', ...imagePath] = name.split('/');
  const bare = imageHost.replace(/:\d+$/, '');
  if (entry.key === null)
    return { why: `kubelet cannot parse this key (${entry.keyError}) and ignores the entry`, near: entry.rawKey.includes(bare) };
  const slash = entry.key.indexOf('/');
  const keyHost = slash < 0 ? entry.key : entry.key.slice(0, slash);
  const keyPath = slash < 0 ? '' : entry.key.slice(slash);
  const path = `/${imagePath.join('/')}`;
  if (imageHost === 'docker.io') {
    if (entry.key === HUB_KEY)
      return {
        why: `another entry (${used.join(', ')}) matches, and kubelet uses index.docker.io only if no other entry matches`,
        near: true,
      };
    if (entry.key === 'index.docker.io/v1' || entry.key === 'index.docker.io/v2')
      return {
        why: `the last slash is missing: kubelet uses "${HUB_AUTHS_KEY}" for Docker Hub, but without the slash "/v1" is a path that no image has`,
        near: true,
      };
    if (HUB_HOSTS.includes(keyHost))
      return {
        why:
          keyHost === HUB_KEY
            ? `kubelet uses index.docker.io only without a path, and this key has the path "${keyPath}"`
            : keyHost === 'docker.io'
              ? pathMiss(keyPath, path)
              : `kubelet does not use "${keyHost}" for Docker Hub: the key must be "${HUB_AUTHS_KEY}"`,
        near: true,
      };
  }
  if (/^\[.*\]$/.test(keyHost))
    return {
      why: 'an IPv6 address needs a port: without one, kubelet reads the brackets as a set of characters',
      near: keyHost === imageHost,
    };
  if (/^(docker|oci):/.test(entry.rawKey))
    return { why: 'kubelet accepts only https:// and http:// before the host', near: entry.rawKey.includes(bare) };
  const key = splitHost(keyHost);
  const image = splitHost(imageHost);
  const sameLabels =
    key.labels.length === image.labels.length &&
    key.labels.every((label, index) => matchLabel(label.toLowerCase(), (image.labels[index] as string).toLowerCase()));
  if (sameLabels) {
    if (key.port !== image.port) {
      const portOf = (port: string): string => (port === '' ? 'no port' : `port ${port}`);
      return {
        why: `the key has ${portOf(key.port)}, but the image has ${portOf(image.port)}: kubelet compares ports as text and has no default port`,
        near: true,
      };
    }
    if (key.labels.some((label, index) => !matchLabel(label, image.labels[index] as string)))
      return { why: 'the host differs in upper and lower case, and kubelet compares it as text', near: true };
    if (keyPath.includes(':')) return { why: 'the key has a tag: a key is a host and a path, without a tag', near: true };
    return { why: pathMiss(keyPath, path), near: true };
  }
  if (keyHost.includes('*'))
    return {
      why: `the pattern "${keyHost}" does not match "${imageHost}": a * stays within one label, and both must have the same number of labels`,
      near: key.labels.at(-1) === image.labels.at(-1),
    };
  const related = key.labels.slice(-2).join('.') === image.labels.slice(-2).join('.') && image.labels.length > 1;
  // Docker Hardened Images take the credentials of Docker Hub
  if (providerOf(imageHost)?.id === 'dockerHardenedImages' && HUB_HOSTS.includes(keyHost))
    return { why: `it is for Docker Hub: "${imageHost}" takes the same credentials, but needs an entry of its own`, near: true };
  return { why: `it is for "${keyHost}", but the image comes from "${imageHost}"`, near: related };
}

const pathMiss = (keyPath: string, path: string): string =>
  `the path "${keyPath}" of the key is not a prefix of the path "${path}" of the image`;
