/** Bodies that registries send for a manifest, and what each is. */
import t from 'tap';
import { readManifest, realPlatforms } from '../../src/parse/manifest.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const DOCKER = 'application/vnd.docker.distribution.manifest.v2+json';
const OCI = 'application/vnd.oci.image.manifest.v1+json';
const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: DIGEST, size: 10 };
const layer = (mediaType: string) => ({ mediaType, digest: DIGEST, size: 20 });
const manifest = (more: object = {}) =>
  JSON.stringify({ schemaVersion: 2, mediaType: OCI, config, layers: [layer('application/vnd.oci.image.layer.v1.tar+gzip')], ...more });

t.test('what a manifest is', async t => {
  const rows: [string, string, string, object][] = [
    ['an OCI image', OCI, manifest(), { type: 'image', config, layers: [{ digest: DIGEST, size: 20 }] }],
    [
      "Docker's image",
      DOCKER,
      manifest({
        mediaType: DOCKER,
        config: { ...config, mediaType: 'application/vnd.docker.container.image.v1+json' },
        layers: [layer('application/vnd.docker.image.rootfs.diff.tar.gzip')],
      }),
      { type: 'image' },
    ],
    [
      'an image without media types',
      OCI,
      manifest({ mediaType: undefined, config: { digest: DIGEST }, layers: [{ digest: DIGEST }] }),
      { type: 'image', config: { size: 0 } },
    ],
    ['zstd layers', OCI, manifest({ layers: [layer('application/vnd.oci.image.layer.v1.tar+zstd')] }), { type: 'image' }],
    [
      'foreign layers of Windows',
      DOCKER,
      manifest({ mediaType: DOCKER, layers: [layer('application/vnd.docker.image.rootfs.foreign.diff.tar.gzip')] }),
      { type: 'image' },
    ],
    [
      'an index',
      'application/vnd.oci.image.index.v1+json',
      JSON.stringify({
        schemaVersion: 2,
        manifests: [
          { digest: DIGEST, platform: { os: 'linux', architecture: 'arm', variant: 'v7' } },
          { digest: 'broken' },
          { digest: DIGEST },
        ],
      }),
      { type: 'index', entries: [{ platform: { os: 'linux', architecture: 'arm', variant: 'v7' } }, { platform: null }] },
    ],
    [
      'schema 1',
      'application/vnd.docker.distribution.manifest.v1+prettyjws',
      JSON.stringify({ schemaVersion: 1, fsLayers: [] }),
      { type: 'schema1' },
    ],
    [
      'schema 1 by its type alone',
      'application/vnd.docker.distribution.manifest.v1+json',
      JSON.stringify({ fsLayers: [] }),
      { type: 'schema1' },
    ],
    [
      'a Helm chart',
      OCI,
      manifest({ config: { ...config, mediaType: 'application/vnd.cncf.helm.config.v1+json' } }),
      { type: 'other', reason: 'artifact', mediaType: 'application/vnd.cncf.helm.config.v1+json' },
    ],
    [
      'an artifact with a type of its own',
      OCI,
      manifest({ artifactType: 'application/spdx+json', config: { ...config, mediaType: 'application/vnd.oci.empty.v1+json' } }),
      { type: 'other', reason: 'artifact', mediaType: 'application/spdx+json' },
    ],
    [
      'an encrypted image',
      OCI,
      manifest({ layers: [layer('application/vnd.oci.image.layer.v1.tar+gzip+encrypted')] }),
      { type: 'other', reason: 'encrypted', mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip+encrypted' },
    ],
    [
      'an unknown layer',
      OCI,
      manifest({ layers: [layer('application/x-thing')] }),
      { type: 'other', reason: 'layerType', mediaType: 'application/x-thing' },
    ],
    [
      'a layer without a digest',
      OCI,
      manifest({ layers: [{ mediaType: 'x', digest: 'sha256:zz' }] }),
      { type: 'other', reason: 'layerDigest' },
    ],
    ['no layers', OCI, manifest({ layers: undefined }), { type: 'other', reason: 'notManifest', mediaType: OCI }],
    [
      'a type that no runtime takes',
      'application/octet-stream',
      manifest(),
      { type: 'other', reason: 'contentType', mediaType: 'application/octet-stream' },
    ],
    ['a web page', 'text/html; charset=utf-8', '<html></html>', { type: 'other', reason: 'html' }],
    ['a web page that says it is JSON', 'application/json', '<!doctype html>', { type: 'other', reason: 'html' }],
    ['text', 'text/plain', 'hello', { type: 'other', reason: 'notJson', mediaType: 'text/plain' }],
    ['nothing', '', '', { type: 'other', reason: 'notJson', mediaType: null }],
    ['null', OCI, 'null', { type: 'other', reason: 'notManifest', mediaType: null }],
    ['an empty object', OCI, '{}', { type: 'other', reason: 'notManifest', mediaType: OCI }],
  ];
  for (const [name, type, body, expected] of rows) t.match(readManifest(type, body), expected, name);
});

t.test('which platforms an index has', async t => {
  const linux = { os: 'linux', architecture: 'amd64', variant: null };
  const attestation = { os: 'unknown', architecture: 'unknown', variant: null };
  t.strictSame(
    realPlatforms([{ platform: linux }, { platform: attestation }, { platform: null }]),
    [linux],
    'attestations have no platform',
  );
});

t.test('words of a manifest that are none are not read', async t => {
  const hostile = '1.4 # x\n$(reboot)';
  const index = {
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [{ mediaType: OCI, digest: DIGEST, size: 1, platform: { os: hostile, architecture: hostile, variant: hostile } }],
  };
  t.match(readManifest(index.mediaType, JSON.stringify(index)), {
    entries: [{ platform: { os: 'invalid', architecture: 'invalid', variant: 'invalid' } }],
  });
  t.notMatch(JSON.stringify(readManifest(OCI, manifest({ config: { ...config, mediaType: hostile } }))), /reboot/);
});
