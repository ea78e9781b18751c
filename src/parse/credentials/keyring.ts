/** kubelet's keyring: which credentials a pull tries for an image, in which order, and which entries only nearly cover it. */
import type { Credential, NearMiss } from '../../model/credential.ts';
import { HUB_AUTHS_KEY, HUB_HOSTS, providerOf } from '../../model/registry-providers.ts';
import { clipped } from '../../util/text.ts';
import { matchLabel, parseGoUrl } from './go-url.ts';
import { neverFilledIn, placeholderIn } from './placeholders.ts';
import type { AuthsEntry, PullSecret } from './pull-secret.ts';

/** What kubelet would try for one image. */
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

/** What a key or an image name is compared by. Null where Go's url.Parse refuses it. */
type Pattern = { labels: string[]; port: string; path: string } | null;

function patternOf(text: string): Pattern {
  const url = parseGoUrl(text);
  return url.ok ? { ...splitHost(url.host), path: url.path } : null;
}

const matches = (key: Pattern, image: Pattern): boolean =>
  key !== null &&
  image !== null &&
  key.port === image.port &&
  key.labels.length === image.labels.length &&
  image.path.startsWith(key.path) &&
  key.labels.every((label, index) => matchLabel(label, image.labels[index] as string));

/** Source: keyring.go, URLsMatchStr. In: a normalized key, and an image name without tag and digest. */
export const keyMatches = (key: string, name: string): boolean => matches(patternOf(key), patternOf(name));

/** The entries of a secret by their keys, made once: a secret of a megabyte has twenty thousand, and a cluster thousands of images. */
type Filed = ReadonlyMap<string, { pattern: Pattern; credentials: Credential[] }>;
const filedBefore = new WeakMap<PullSecret, Filed>();

function filedOf(secret: PullSecret): Filed {
  const known = filedBefore.get(secret);
  if (known !== undefined) return known;
  const filed = new Map<string, { pattern: Pattern; credentials: Credential[] }>();
  for (const { key, credential } of secret.entries) {
    if (key === null) continue;
    const same = filed.get(key);
    if (same === undefined) filed.set(key, { pattern: patternOf(key), credentials: [credential] });
    else same.credentials.push(credential);
  }
  filedBefore.set(secret, filed);
  return filed;
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
 * reason. Two keys of one secret that are normalized to the same key have no order in kubelet (a Go map); here they keep that of the text.
 * Source: pkg/credentialprovider/keyring.go, BasicDockerKeyring.Lookup.
 */
export function lookUpCredentials(name: string, secrets: readonly PullSecret[]): Keyring {
  const broken = secrets.find(secret => secret.error !== null);
  if (broken) return { broken: { secret: broken.name, error: broken.error as string }, credentials: [], nearMisses: [] };
  const found = credentialsByKey(name, secrets);
  const used = [...found.keys()].sort(reverseLexical);
  const credentials = used.flatMap(key => found.get(key) as Credential[]);
  return { broken: null, credentials, nearMisses: nearMissesOf(name, secrets, used) };
}

/** The credentials that kubelet finds for an image, by their keys; no order of the keys. */
function credentialsByKey(name: string, secrets: readonly PullSecret[]): Map<string, Credential[]> {
  const image = patternOf(name);
  const found = new Map<string, Credential[]>();
  const add = (key: string, credentials: readonly Credential[]): void => void found.set(key, [...(found.get(key) ?? []), ...credentials]);
  for (const secret of secrets)
    for (const [key, { pattern, credentials }] of filedOf(secret)) if (matches(pattern, image)) add(key, credentials);
  if (found.size === 0 && isHubName(name))
    for (const secret of secrets) {
      const ofHub = filedOf(secret).get(HUB_KEY);
      if (ofHub !== undefined) add(HUB_KEY, ofHub.credentials);
    }
  return found;
}

/** Whether kubelet finds a credential that is not empty. In: as for `lookUpCredentials`. */
export const hasCredential = (name: string, secrets: readonly PullSecret[]): boolean =>
  secrets.every(({ error }) => error === null) &&
  [...credentialsByKey(name, secrets).values()].some(list => list.some(credential => !credential.isEmpty));

/** Whether one secret has an entry for an image, be it empty. */
export const hasEntry = (name: string, secret: PullSecret): boolean => secret.error === null && credentialsByKey(name, [secret]).size > 0;

/** Entries that are looked at for a near miss; a registry login has a handful. */
const MOST_LOOKED_AT = 2000;
/** Near misses of one image that are kept, the near ones first. */
const MOST_MISSES = 100;

/** The entries that missed an image, with the reason; at least one of each secret that has any. */
function nearMissesOf(name: string, secrets: readonly PullSecret[], used: readonly string[]): NearMiss[] {
  const taken = new Set(used);
  let left = MOST_LOOKED_AT;
  const missed = secrets.map(secret => {
    const own: NearMiss[] = [];
    for (const entry of secret.entries) {
      if (entry.key !== null && taken.has(entry.key)) continue;
      if (own.length > 0 && left <= 0) break;
      left--;
      own.push({ secret: secret.name, key: entry.rawKey, ...whyMissed(entry, name, used) });
    }
    return own.sort(nearFirst);
  });
  const all = missed.flat().sort(nearFirst);
  if (all.length <= MOST_MISSES) return all;
  const kept = new Set([...all.slice(0, MOST_MISSES), ...missed.flatMap(own => own.slice(0, 1))]);
  return all.filter(miss => kept.has(miss));
}

const nearFirst = (a: NearMiss, b: NearMiss): number => Number(b.near) - Number(a.near);

/** A part of a key in a text. */
const shown = (text: string): string => clipped(text, 253);

function whyMissed(entry: AuthsEntry, name: string, used: readonly string[]): { why: string; near: boolean } {
  const [imageHost = '', ...imagePath] = name.split('/');
  const bare = imageHost.replace(/:\d+$/, '');
  const placeholder = placeholderIn(entry.rawKey);
  if (entry.key === null)
    return {
      why: `${placeholder === null ? '' : `${neverFilledIn(placeholder)}; `}kubelet cannot parse this key (${entry.keyError}) and ignores the entry`,
      near: entry.rawKey.includes(bare),
    };
  if (placeholder !== null) return { why: neverFilledIn(placeholder), near: false };
  const slash = entry.key.indexOf('/');
  const keyHost = slash < 0 ? entry.key : entry.key.slice(0, slash);
  const keyPath = slash < 0 ? '' : entry.key.slice(slash);
  const path = `/${imagePath.join('/')}`;
  if (imageHost === 'docker.io') {
    if (entry.key === HUB_KEY)
      return {
        why: `another entry (${shown(used.slice(0, 10).join(', '))}) matches, and kubelet uses index.docker.io only if no other entry matches`,
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
            ? `kubelet uses index.docker.io only without a path, and this key has the path "${shown(keyPath)}"`
            : keyHost === 'docker.io'
              ? pathMiss(keyPath, path)
              : `kubelet does not use "${shown(keyHost)}" for Docker Hub: the key must be "${HUB_AUTHS_KEY}"`,
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
        why: `the key has ${portOf(shown(key.port))}, but the image has ${portOf(image.port)}: kubelet compares ports as text and has no default port`,
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
      why: `the pattern "${shown(keyHost)}" does not match "${imageHost}": a * stays within one label, and both must have the same number of labels`,
      near: key.labels.at(-1) === image.labels.at(-1),
    };
  const related = key.labels.slice(-2).join('.') === image.labels.slice(-2).join('.') && image.labels.length > 1;
  // Docker Hardened Images take the credentials of Docker Hub
  if (providerOf(imageHost)?.id === 'dockerHardenedImages' && HUB_HOSTS.includes(keyHost))
    return { why: `it is for Docker Hub: "${imageHost}" takes the same credentials, but needs an entry of its own`, near: true };
  return { why: `it is for "${shown(keyHost)}", but the image comes from "${imageHost}"`, near: related };
}

const pathMiss = (keyPath: string, path: string): string =>
  `the path "${shown(keyPath)}" of the key is not a prefix of the path "${path}" of the image`;
