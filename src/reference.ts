/** Image references by the grammar of distribution/reference, as kubelet reads them. */

export interface Reference {
  /** Host with port; Docker Hub is `docker.io`. */
  registry: string;
  /** Path without tag and digest; `library/NAME` for Hub's official images. */
  repository: string;
  /** `latest` when neither tag nor digest is written, null when only a digest is. */
  tag: string | null;
  digest: string | null;
}

export type ParsedReference = { ok: true; reference: Reference } | { ok: false; error: string };

const ALPHANUMERIC = '[a-z0-9]+';
const PATH_COMPONENT = `${ALPHANUMERIC}(?:(?:[._]|__|-+)${ALPHANUMERIC})*`;
const REMOTE_NAME = `${PATH_COMPONENT}(?:/${PATH_COMPONENT})*`;
const DOMAIN_COMPONENT = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const DOMAIN = `(?:${DOMAIN_COMPONENT}(?:\\.${DOMAIN_COMPONENT})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const REFERENCE = new RegExp(
  `^((?:(${DOMAIN})/)?(${REMOTE_NAME}))(?::([\\w][\\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$`,
);
const IDENTIFIER = /^[a-f0-9]{64}$/;
const MAX_PATH = 255;
const DIGEST_HEX = new Map([
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
]);
const DIGEST = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/;

/** Go's `strings.ToLower`: letter by letter, where JavaScript makes two of U+0130. */
const toLower = (text: string): string => text.replace(/\u0130/g, 'i').toLowerCase();

/** The registry of an unqualified name. */
export const HUB = 'docker.io';

/** Source: distribution/reference normalize.go, splitDockerDomain. */
function splitDomain(name: string): [domain: string, remainder: string] {
  const slash = name.indexOf('/');
  if (slash < 0) return [HUB, `library/${name}`];
  const first = name.slice(0, slash);
  const rest = name.slice(slash + 1);
  let domain = HUB;
  let remainder = name;
  if (first === 'index.docker.io') remainder = rest;
  else if (first === 'localhost' || /[.:]/.test(first) || toLower(first) !== first) [domain, remainder] = [first, rest];
  if (domain === HUB && !remainder.includes('/')) remainder = `library/${remainder}`;
  return [domain, remainder];
}

/** Source: opencontainers/go-digest, Digest.Validate. */
function digestError(digest: string): string | null {
  const colon = digest.indexOf(':');
  const length = DIGEST_HEX.get(digest.slice(0, colon));
  if (length === undefined) return DIGEST.test(digest) ? 'unsupported digest algorithm' : 'invalid checksum digest format';
  const hex = digest.slice(colon + 1);
  if (hex.length !== length) return 'invalid checksum digest length';
  return /^[a-f0-9]+$/.test(hex) ? null : 'invalid checksum digest format';
}

/**
 * Parses an image as written in a pod. Out: its parts, Hub made explicit, or the error text of the parser.
 * Source: distribution/reference, ParseNormalizedNamed; kubelet pkg/util/parsers/parsers.go, ParseImageName.
 */
export function parseReference(image: string): ParsedReference {
  if (IDENTIFIER.test(image)) return { ok: false, error: `invalid repository name (${image}), cannot specify 64-byte hexadecimal strings` };
  const [domain, remainder] = splitDomain(image);
  const remote = remainder.split(':', 1)[0] as string;
  if (toLower(remote) !== remote) return { ok: false, error: `invalid reference format: repository name (${remote}) must be lowercase` };
  const whole = `${domain}/${remainder}`;
  const match = REFERENCE.exec(whole);
  if (!match)
    return { ok: false, error: REFERENCE.test(toLower(whole)) ? 'repository name must be lowercase' : 'invalid reference format' };
  const [, name = '', host, path = '', tag, digest] = match;
  if (path.length > MAX_PATH) return { ok: false, error: `repository name must not be more than ${MAX_PATH} characters` };
  const wrongDigest = digest === undefined ? null : digestError(digest);
  if (wrongDigest !== null) return { ok: false, error: wrongDigest };
  // A first component that the grammar does not take for a host (`my_reg.io/app`) is a host to the runtime all the same.
  const slash = name.indexOf('/');
  const registry = host ?? name.slice(0, slash);
  const repository = host === undefined ? name.slice(slash + 1) : path;
  return { ok: true, reference: { registry, repository, tag: tag ?? (digest === undefined ? 'latest' : null), digest: digest ?? null } };
}

/** What a manifest request names: the digest where there is one (CRI drops the tag then), else the tag. */
export const manifestReference = (reference: Reference): string => reference.digest ?? reference.tag ?? 'latest';

/** Registry and repository, the text that kubelet's keyring is asked for. */
export const imageName = (reference: Reference): string => `${reference.registry}/${reference.repository}`;

/** The whole reference in its full form. */
export const fullReference = (reference: Reference): string =>
  `${imageName(reference)}${reference.tag === null ? '' : `:${reference.tag}`}${reference.digest === null ? '' : `@${reference.digest}`}`;

/** Hosts that are the image's own registry: other hosts in the words are mirrors, token servers or redirect targets. */
export function registryHosts(reference: Reference | null): string[] {
  if (reference === null) return [];
  return reference.registry === HUB
    ? ['registry-1.docker.io', 'docker.io', 'index.docker.io']
    : [reference.registry, reference.registry.replace(/:(?:443|80)$/, '')];
}
