/** Manifests and indexes as registries send them. Belongs here: from a body to what it is, and the limits and media types of runtimes. */
import type { ForeignContent } from '../model/content.ts';
import type { Platform } from '../model/platform.ts';
import { isObject, jsonObject } from './shape.ts';

/** A reference to content: the OCI descriptor, as far as a pull needs it. */
export interface Descriptor {
  /** Empty where the manifest gives none. */
  mediaType: string;
  /** `ALGORITHM:HEX`. */
  digest: string;
  /** Bytes; 0 where the manifest gives none. */
  size: number;
}

/** What the body of a manifest is; `other`: no container image. */
export type Manifest =
  | { type: 'index'; entries: (Descriptor & { platform: Platform | null })[] }
  | { type: 'image'; config: Descriptor; layers: Descriptor[] }
  | { type: 'schema1' }
  | ({ type: 'other' } & ForeignContent);

/** The Accept header of a request for a manifest. Source: containerd, core/remotes/docker/resolver.go. */
export const ACCEPT = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  '*/*',
].join(', ');

const CONFIG_TYPES = /^application\/vnd\.(?:docker\.container\.image\.v1|oci\.image\.config\.v1)\+json$/;
const LAYER_TYPES =
  /^application\/vnd\.(?:docker\.image\.rootfs\.(?:foreign\.)?diff\.tar(?:\.gzip|\.zstd)?|oci\.image\.layer\.(?:nondistributable\.)?v1\.tar(?:\+gzip|\+zstd)?)$/;
/** Content-Types under which a runtime takes a manifest: those with "manifest" in their name, JSON, and none. */
const ACCEPTED_TYPES = /manifest|^application\/json$|^$/;
/** Whether a text is a digest; one of sha512 has 128 digits. */
export const isDigest = (text: string): boolean => /^[a-z0-9]{1,32}:[a-f0-9]{32,256}$/.test(text);
/** Bytes; containerd refuses larger ones (core/remotes/docker/resolver.go, MaxManifestSize). */
export const MAX_MANIFEST = 4 * 1024 * 1024;

/** A text of a document, empty where something else stands there. */
const wordOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const descriptorOf = (value: unknown): Descriptor | null => {
  if (!isObject(value)) return null;
  const { mediaType, digest, size } = value;
  return typeof digest === 'string' && isDigest(digest)
    ? { mediaType: wordOf(mediaType), digest, size: Number.isSafeInteger(size) && (size as number) >= 0 ? (size as number) : 0 }
    : null;
};

const other = (reason: ForeignContent['reason'], mediaType: string | null = null): Manifest => ({
  type: 'other',
  reason,
  mediaType: mediaType === null ? null : mediaTypeOf(mediaType),
});

/** In: what should be a media type. Out: the same, `invalid` where its grammar (RFC 6838) does not allow it: a registry may write anything there. */
export const mediaTypeOf = (text: string): string => (text === '' || /^[\w.+-]{1,127}(?:\/[\w.+-]{1,127})?$/.test(text) ? text : 'invalid');

/** In: a part of a platform. Out: the same, `invalid` where it is no word. */
const platformWord = (word: unknown): string => (typeof word === 'string' && /^[\w.-]{1,64}$/.test(word) ? word : 'invalid');

/** Reads a manifest's body. In: the Content-Type of the answer (empty: none) and the text. Out: what it is, or why it is no container image. */
export function readManifest(contentType: string, body: string): Manifest {
  if (/text\/html/.test(contentType) || body.trimStart().startsWith('<')) return other('html', contentType || null);
  const value = jsonObject(body);
  if (value === undefined) return other('notJson', contentType || null);
  if (value === null) return other('notManifest');
  const mediaType = wordOf(value.mediaType) || contentType;
  if (value.schemaVersion === 1 || /docker\.distribution\.manifest\.v1\+(?:json|prettyjws)/.test(mediaType)) return { type: 'schema1' };
  if (Array.isArray(value.manifests)) return { type: 'index', entries: value.manifests.flatMap(entryOf) };
  const config = descriptorOf(value.config);
  if (config === null || !Array.isArray(value.layers)) return other('notManifest', mediaType || 'unknown');
  const layers = value.layers.map(descriptorOf).filter(layer => layer !== null);
  if (layers.length < value.layers.length) return other('layerDigest');
  if (!ACCEPTED_TYPES.test(contentType)) return other('contentType', contentType);
  if (!CONFIG_TYPES.test(config.mediaType) && config.mediaType !== '')
    return other('artifact', wordOf(value.artifactType) || config.mediaType);
  const encrypted = layers.find(layer => /\+encrypted$/.test(layer.mediaType));
  if (encrypted !== undefined) return other('encrypted', encrypted.mediaType);
  const foreign = layers.find(layer => layer.mediaType !== '' && !LAYER_TYPES.test(layer.mediaType));
  if (foreign !== undefined) return other('layerType', foreign.mediaType);
  return { type: 'image', config, layers };
}

/** One entry of an index; nothing where it has no valid digest. */
function entryOf(entry: unknown): (Descriptor & { platform: Platform | null })[] {
  const descriptor = descriptorOf(entry);
  return descriptor === null ? [] : [{ ...descriptor, platform: readPlatform((entry as Record<string, unknown>).platform) }];
}

/** Reads a platform. Out: null where it names no operating system. */
function readPlatform(value: unknown): Platform | null {
  if (!isObject(value)) return null;
  const { os, architecture, variant } = value;
  if (os == null || os === '') return null;
  return {
    os: platformWord(os),
    architecture: architecture == null || architecture === '' ? '' : platformWord(architecture),
    variant: variant == null || variant === '' ? null : platformWord(variant),
  };
}

/** What the config of an image tells: null where the body is no JSON object. */
export function readImageConfig(body: string): { platform: Platform | null; diffIds: number | null } | null {
  const value = jsonObject(body);
  if (value == null) return null;
  const platform = readPlatform(value);
  const { rootfs } = value;
  return {
    platform: platform?.architecture === '' ? null : platform,
    diffIds: isObject(rootfs) && Array.isArray(rootfs.diff_ids) ? rootfs.diff_ids.length : null,
  };
}

/** The most platforms that are told: the largest official images have about twenty. */
const MOST_PLATFORMS = 100;

/** The platforms of entries that are images, each once; attestations say `unknown/unknown`. */
export function realPlatforms(entries: readonly { platform: Platform | null }[]): Platform[] {
  const found = new Map<string, Platform>();
  for (const { platform } of entries) {
    if (platform === null || platform.os === 'unknown') continue;
    if (found.size === MOST_PLATFORMS) break;
    found.set(`${platform.os}/${platform.architecture}/${platform.variant ?? ''}`, platform);
  }
  return [...found.values()];
}
