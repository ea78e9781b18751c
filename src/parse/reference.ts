/** Image references by the grammar of distribution/reference, as kubelet reads them. Belongs here: text to Reference, nothing else. */
import { HUB, type Reference } from '../model/reference.ts';

/** The reference, or why the text is none. */
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
