/** Manifests and indexes as the registry sends them. Belongs here: a body to what it is, nothing else. */
import type { Platform } from '../model/platform.ts';

export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

export type Manifest =
  | { type: 'index'; entries: (Descriptor & { platform: Platform | null })[] }
  | { type: 'image'; config: Descriptor; layers: Descriptor[] }
  | { type: 'schema1' }
  | { type: 'other'; why: string };

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
/** containerd refuses larger ones (core/remotes/docker/resolver.go, MaxManifestSize). */
export const MAX_MANIFEST = 4 * 1024 * 1024;

const descriptorOf = (value: unknown): Descriptor | null => {
  const { mediaType, digest, size } = (value ?? {}) as Partial<Descriptor>;
  return typeof digest === 'string' && /^[a-z0-9]+:[a-f0-9]{32,}$/.test(digest)
    ? { mediaType: String(mediaType ?? ''), digest, size: Number(size ?? 0) }
    : null;
};

/** Reads a manifest's body. In: the Content-Type of the answer and the text. Out: what it is, or why it is no image. */
export function readManifest(contentType: string, body: string): Manifest {
  if (/text\/html/.test(contentType) || /^\s*</.test(body)) return { type: 'other', why: 'an HTML page' };
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(body) as Record<string, unknown>;
  } catch {
    return { type: 'other', why: `text that is not JSON (${contentType || 'no content type'})` };
  }
  if (value === null || typeof value !== 'object') return { type: 'other', why: 'JSON that is no manifest' };
  const mediaType = String(value.mediaType ?? '') || contentType;
  if (value.schemaVersion === 1 || /docker\.distribution\.manifest\.v1\+(?:json|prettyjws)/.test(mediaType)) return { type: 'schema1' };
  if (Array.isArray(value.manifests)) {
    const entries = value.manifests.flatMap((entry: { platform?: { os?: string; architecture?: string; variant?: string } }) => {
      const descriptor = descriptorOf(entry);
      const platform = entry.platform;
      return descriptor === null
        ? []
        : [
            {
              ...descriptor,
              platform:
                platform?.os === undefined
                  ? null
                  : { os: platform.os, architecture: String(platform.architecture ?? ''), variant: platform.variant ?? null },
            },
          ];
    });
    return { type: 'index', entries };
  }
  const config = descriptorOf(value.config);
  if (config === null || !Array.isArray(value.layers))
    return { type: 'other', why: `a document of type "${mediaType || 'unknown'}" without config and layers` };
  const layers = value.layers.map(descriptorOf);
  if (layers.some(layer => layer === null)) return { type: 'other', why: 'a manifest with a layer that has no digest' };
  const known = /manifest\.(?:v2|v1)\+json$/.test(contentType) || contentType === '' || contentType === 'application/json';
  if (!known && !/manifest/.test(contentType))
    return { type: 'other', why: `a manifest sent as "${contentType}", a type that no runtime takes` };
  if (!CONFIG_TYPES.test(config.mediaType) && config.mediaType !== '')
    return { type: 'other', why: `an artifact of type "${String(value.artifactType ?? config.mediaType)}", not a container image` };
  const encrypted = (layers as Descriptor[]).find(layer => /\+encrypted$/.test(layer.mediaType));
  if (encrypted) return { type: 'other', why: 'an encrypted image, for which the node needs a key' };
  const odd = (layers as Descriptor[]).find(layer => layer.mediaType !== '' && !LAYER_TYPES.test(layer.mediaType));
  if (odd) return { type: 'other', why: `an image with a layer of type "${odd.mediaType}", which runtimes do not unpack` };
  return { type: 'image', config, layers: layers as Descriptor[] };
}

/** Entries that are images for some platform; attestations say `unknown/unknown`. */
export const realPlatforms = (entries: { platform: Platform | null }[]): Platform[] =>
  entries
    .map(entry => entry.platform)
    .filter(platform => platform !== null)
    .filter(platform => platform.os !== 'unknown');
