/** An image reference in its parts, and the names that are made of them. */

/** A reference in its parts. */
export interface Reference {
  /** Host with port; Docker Hub is `docker.io`. */
  registry: string;
  /** Path without tag and digest; `library/NAME` for Hub's official images. */
  repository: string;
  /** `latest` when neither tag nor digest is written, null when only a digest is. */
  tag: string | null;
  digest: string | null;
}

/** The registry of an unqualified name. */
export const HUB = 'docker.io';

/** What a manifest request names: the digest where there is one (CRI drops the tag then), else the tag. */
export const manifestReference = (reference: Reference): string => reference.digest ?? reference.tag ?? 'latest';

/** Registry and repository, the text that kubelet's keyring is asked for. */
export const imageName = (reference: Reference): string => `${reference.registry}/${reference.repository}`;

/** The whole reference in its full form. */
export const fullReference = (reference: Reference): string =>
  `${imageName(reference)}${reference.tag === null ? '' : `:${reference.tag}`}${reference.digest === null ? '' : `@${reference.digest}`}`;

/** An image as it is written, without tag and digest; it need not be a valid reference. */
export function withoutTag(image: string): string {
  const name = image.lastIndexOf('/') + 1;
  const at = image.slice(name).search(/[:@]/);
  return at < 0 ? image : image.slice(0, name + at);
}

/** The last part of the name of an image, without tag and digest: of `registry/team/api:1.4` `api`. */
export const lastPart = (image: string): string => withoutTag(image).split('/').at(-1) ?? '';

/** Hosts that are the image's own registry: other hosts in a message are mirrors, token servers or redirect targets. */
export function registryHosts(reference: Reference | null): string[] {
  if (reference === null) return [];
  return reference.registry === HUB
    ? ['registry-1.docker.io', 'docker.io', 'index.docker.io']
    : [reference.registry, reference.registry.replace(/:(?:443|80)$/, '')];
}

/** A digest that no manifest has: what a registry answers for it tells of the registry, not of an image. */
export const NO_MANIFEST = `sha256:${'0'.repeat(64)}`;
