/** The name and what it leads to: repositories, tags, digests, platforms, manifests and what is behind them. */
import { APP, failure, isBlob, isManifest } from '../../helpers/lab.ts';
import {
  answering,
  BASIC,
  bearer,
  cred,
  DOCKER,
  holding,
  hub,
  manifest,
  mirror,
  OCI,
  RIGHT,
  type Scenario,
  sha256,
  to,
} from './scenario.ts';

export const names: Scenario[] = [
  [
    'a tag that is not there, and one that is near',
    { cause: 'TagNotFound', certainty: 'certain', bareCertainty: 'likely', text: /team\/app:1\.4\.2/ },
    async lab => {
      const { host } = await lab.registry({ images: [APP, { repository: 'team/app', tag: '0.9' }] });
      return { image: `${host}/team/app:1.4.20`, message: node => node.notFound() };
    },
  ],
  [
    'a missing tag behind a token server, with a good login',
    { cause: 'TagNotFound', certainty: 'certain', results: ['accepted'], text: /team\/app:1\.4\.2/ },
    async lab => {
      const { host } = await lab.registry(bearer());
      return { image: `${host}/team/app:1.4.20`, secrets: [cred(host)], message: node => node.notFound() };
    },
  ],
  [
    'a missing tag behind Basic, with a good login',
    { cause: 'TagNotFound', certainty: 'certain', results: ['accepted'], text: /team\/app:1\.4\.2/ },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.20`, secrets: [cred(host)], message: node => node.notFound() };
    },
  ],
  [
    'no tag at all is `latest`, which is not there',
    { cause: 'TagNotFound', text: /1\.4\.2/ },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return { image: `${host}/team/app`, message: node => node.notFound() };
    },
  ],
  [
    'a repository that is not there',
    { cause: 'RepositoryNotFound', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return { image: `${host}/team/apq:1.4.2`, message: node => node.notFound() };
    },
  ],
  [
    'a missing repository behind a token server, with a login that may pull all',
    { cause: 'RepositoryNotFound', certainty: 'certain', results: ['accepted'] },
    async lab => {
      const { host } = await lab.registry(bearer());
      return { image: `${host}/team/apq:1.4.2`, secrets: [cred(host)], message: node => node.notFound() };
    },
  ],
  [
    'a missing repository behind Basic, with a good login',
    { cause: 'RepositoryNotFound', certainty: 'certain', results: ['accepted'] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/apq:1.4.2`, secrets: [cred(host)], message: node => node.notFound() };
    },
  ],
  [
    'NAME_UNKNOWN from ECR, asked with a token that works',
    { cause: 'RepositoryNotFound', results: ['accepted'] },
    async lab => {
      const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
      const { host } = await lab.registry({
        auth: { kind: 'basic', users: { AWS: RIGHT }, realm: `https://${registry}/` },
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? failure(404, 'NAME_UNKNOWN', "The repository with name 'shop/wev' does not exist in the registry with id '123456789012'")
            : undefined,
      });
      return {
        image: `${registry}/shop/wev:1.4.2`,
        secrets: [cred(registry, RIGHT, 'AWS')],
        flags: mirror(registry, host),
        message: node => node.notFound(),
      };
    },
  ],
  [
    'Harbor says NOT_FOUND of an artifact, the repository is there',
    { cause: 'TagNotFound', results: ['accepted'] },
    async lab => {
      const { host } = await lab.registry({
        ...bearer({ service: 'harbor-registry' }),
        answer: request =>
          isManifest(request) && request.headers.authorization ? failure(404, 'NOT_FOUND', 'artifact team/app:9 not found') : undefined,
      });
      return { image: `${host}/team/app:9`, secrets: [cred(host)], message: node => node.notFound() };
    },
  ],
  [
    'a digest that is not there',
    { cause: 'DigestNotFound', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return { image: `${host}/team/app@sha256:${'4f'.repeat(32)}`, message: node => node.notFound() };
    },
  ],
  [
    'a digest that is not there, with a tag that is, behind a login',
    { cause: 'DigestNotFound', certainty: 'certain', results: ['accepted'] },
    async lab => {
      const { host } = await lab.registry(bearer());
      return { image: `${host}/team/app:1.4.2@sha256:${'4f'.repeat(32)}`, secrets: [cred(host)], message: node => node.notFound() };
    },
  ],
  [
    'a missing tag on Docker Hub',
    { cause: 'TagNotFound' },
    async lab => {
      const { host } = await lab.registry({
        ...bearer({ service: 'registry.docker.io', allowAnonymous: true }),
        publicRepositories: ['library/nginx'],
        images: [{ repository: 'library/nginx', tag: '1.27' }],
      });
      return { image: 'nginx:1.277', flags: mirror('docker.io', host), message: node => node.notFound() };
    },
  ],
  [
    'no manifest for the platform of the node',
    { cause: 'PlatformNotAvailable', certainty: 'certain', bareCertainty: 'likely', text: /linux\/arm64/ },
    async lab => {
      const { host } = await lab.registry({
        images: [{ ...APP, platforms: [{ os: 'linux', architecture: 'arm64' }], index: true }],
      });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node =>
          node.runtime === '2.1'
            ? `get image config descriptor: no match for platform in manifest ${sha256('x')}: not found`
            : node.plain('no match for platform in manifest: not found'),
      };
    },
  ],
  [
    'no manifest for the platform, and the node was not saved',
    { cause: 'PlatformNotAvailable', bare: null },
    async lab => {
      const { host } = await lab.registry({ images: [{ ...APP, platforms: [{ os: 'linux', architecture: 'arm64' }], index: true }] });
      return { image: `${host}/team/app:1.4.2`, node: false, message: node => node.plain('no match for platform in manifest: not found') };
    },
  ],
  [
    'no manifest for the platform, on Docker Hub, asked at a mirror',
    { cause: 'PlatformNotAvailable' },
    async lab => {
      const { host } = await lab.registry({
        images: [{ repository: 'acme/app', tag: '1.4.2', platforms: [{ os: 'windows', architecture: 'amd64' }], index: true }],
      });
      return {
        image: 'acme/app:1.4.2',
        flags: mirror('docker.io', host),
        message: node => node.plain('no match for platform in manifest: not found'),
      };
    },
  ],
  [
    'a single manifest of another platform is pulled all the same',
    { cause: 'FixedWaitingForRetry', certainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ images: [{ ...APP, platforms: [{ os: 'linux', architecture: 'arm64' }] }] });
      return { image: `${host}/team/app:1.4.2`, message: node => node.status(503) };
    },
  ],
  [
    'a manifest of schema 1',
    { cause: 'ManifestUnsupported' },
    async lab => {
      const { host } = await lab.registry({
        answer: holding(
          JSON.stringify({ schemaVersion: 1, name: 'team/app', tag: '1.4.2', fsLayers: [], history: [], signatures: [] }),
          'application/vnd.docker.distribution.manifest.v1+prettyjws',
        ),
      });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node =>
          node.plain(
            'not implemented: media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported since containerd v2.1, please rebuild the image as "application/vnd.docker.distribution.manifest.v2+json" or "application/vnd.oci.image.manifest.v1+json"',
          ),
      };
    },
  ],
  [
    'a Helm chart',
    { cause: 'ManifestUnsupported', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const chart = manifest({ mediaType: 'application/vnd.cncf.helm.config.v1+json', digest: sha256('{}'), size: 2 }, [
        { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', digest: sha256('chart'), size: 5 },
      ]);
      const { host } = await lab.registry({ images: [APP], answer: holding(chart, OCI) });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node => node.plain('failed to unpack image on snapshotter overlayfs: mismatched image rootfs and manifest layers'),
      };
    },
  ],
  [
    'a manifest of a media type that nobody knows',
    { cause: 'ManifestUnsupported' },
    async lab => {
      const body = JSON.stringify({ schemaVersion: 3, thing: true });
      const { host } = await lab.registry({ images: [APP], answer: holding(body, 'application/vnd.acme.thing.v3+json') });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node =>
          node.copy(`could not fetch content descriptor ${sha256(body)} (application/vnd.acme.thing.v3+json) from remote: not found`),
      };
    },
  ],
  [
    'a manifest that is no JSON',
    { cause: ['ManifestUnsupported', 'ImageBroken'] },
    async lab => {
      const { host } = await lab.registry({ images: [APP], answer: holding('oops, no manifest', DOCKER) });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node => node.plain("failed to unmarshal manifest: invalid character 'o' looking for beginning of value"),
      };
    },
  ],
  [
    'a manifest that is an empty object',
    { cause: 'ManifestUnsupported' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], answer: holding('{}', DOCKER) });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node => node.plain('unable to fetch descriptor () which reports content size of zero: invalid argument'),
      };
    },
  ],
  [
    'a layer that the registry lost',
    { cause: 'ImageBroken', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ images: [{ ...APP, missingLayer: true }] });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node =>
          node.copy(
            `could not fetch content descriptor ${sha256('y')} (application/vnd.oci.image.layer.v1.tar+gzip) from remote: not found`,
          ),
      };
    },
  ],
  [
    'a lost layer, behind a login',
    { cause: 'ImageBroken', certainty: 'certain', results: ['accepted'] },
    async lab => {
      const { host } = await lab.registry({ ...bearer(), images: [{ ...APP, missingLayer: true }] });
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [cred(host)],
        message: node =>
          node.copy(
            `could not fetch content descriptor ${sha256('y')} (application/vnd.oci.image.layer.v1.tar+gzip) from remote: not found`,
          ),
      };
    },
  ],
  [
    'a lost layer on Docker Hub, asked at a mirror',
    { cause: 'ImageBroken' },
    async lab => {
      const { host } = await lab.registry({ images: [{ repository: 'acme/app', tag: '1.4.2', missingLayer: true }] });
      return {
        image: 'acme/app:1.4.2',
        flags: mirror('docker.io', host),
        message: node =>
          node.copy(
            `could not fetch content descriptor ${sha256('y')} (application/vnd.oci.image.layer.v1.tar+gzip) from remote: not found`,
          ),
      };
    },
  ],
  [
    'a config that the registry lost',
    { cause: 'ImageBroken', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ images: [{ ...APP, missingConfig: true }] });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node =>
          node.copy(`could not fetch content descriptor ${sha256('y')} (application/vnd.oci.image.config.v1+json) from remote: not found`),
      };
    },
  ],
  [
    'an index whose manifest is gone',
    { cause: 'ImageBroken', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ images: [{ ...APP, missingChild: true }] });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node => node.copy(`content at http://${node.host}/v2/team/app/manifests/${sha256('z')} not found: not found`),
      };
    },
  ],
  [
    'a config with another digest',
    { cause: 'ImageBroken' },
    async lab => {
      const { host } = await lab.registry({
        images: [APP],
        answer: request => (isBlob(request) && request.method === 'GET' ? { body: '{"os":"linux","architecture":"amd64"}' } : undefined),
      });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node =>
          node.plain(
            `failed commit on ref "config-${sha256('a')}": unexpected commit digest ${sha256('b')}, expected ${sha256('a')}: failed precondition`,
          ),
      };
    },
  ],
  [
    'a layer of another size',
    { cause: 'ImageBroken' },
    async lab => {
      const { host } = await lab.registry({
        images: [APP],
        answer: request => (isBlob(request) && request.method === 'HEAD' ? { headers: { 'Content-Length': '7' } } : undefined),
      });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node =>
          node.plain(`failed commit on ref "layer-${sha256('a')}": unexpected commit size 7, expected 4390: failed precondition`),
      };
    },
  ],
  [
    'a layer that is rotten inside: only the node can know',
    { cause: 'ImageBroken', bare: null },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node =>
          node.plain(
            `failed commit on ref "layer-${sha256('a')}": unexpected commit digest ${sha256('b')}, expected ${sha256('a')}: failed precondition`,
          ),
      };
    },
  ],
  [
    'a config that is no JSON',
    { cause: 'ImageBroken' },
    async lab => {
      const config = 'oops';
      const document = manifest({ digest: sha256(config), size: config.length }, []);
      const { host } = await lab.registry({
        images: [APP],
        answer: request => (isBlob(request) ? { body: config } : holding(document, OCI)(request)),
      });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node => node.plain("unmarshal image config: invalid character 'o' in literal null (expecting 'u')"),
      };
    },
  ],
  [
    'a registry that calls the name invalid',
    { cause: 'InvalidImageName' },
    async lab => {
      const { host } = await lab.registry({ answer: answering(failure(400, 'NAME_INVALID', 'invalid repository name')) });
      return { image: `${host}/team/app:1.4.2`, message: node => node.status(400) };
    },
  ],

  [
    'a tag that went where its repository is known to have moved',
    { cause: 'TagNotFound', text: /bitnamilegacy/ },
    async lab => {
      const { host } = await lab.registry({
        ...hub(),
        images: [{ repository: 'bitnami/redis', tag: 'latest' }],
        publicRepositories: ['bitnami/redis'],
      });
      return { image: 'bitnami/redis:7.2.4', flags: mirror('docker.io', host), message: node => node.notFound() };
    },
  ],
  [
    'a registry without tag lists',
    { cause: ['TagNotFound', 'RepositoryNotFound'] },
    async lab => {
      const { host } = await lab.registry({
        images: [APP],
        answer: request => (/\/tags\/list$/.test(request.path) ? { status: 404 } : undefined),
      });
      return {
        image: `${host}/team/app:2`,
        message: node => node.notFound(),
        after: (t, run) =>
          t.notOk(
            run.items.some(item => item.image === `${host}/team/app:2` && item.certainty === 'certain'),
            'a bare 404 to the tag list is no proof',
          ),
      };
    },
  ],
  [
    'a tag list that is kept from us',
    { cause: 'TagNotFound' },
    async lab => {
      const { host } = await lab.registry({
        images: [APP],
        answer: request => (/\/tags\/list$/.test(request.path) ? failure(403, 'DENIED', 'catalogue access is off') : undefined),
      });
      return { image: `${host}/team/app:2`, message: node => node.notFound() };
    },
  ],
  [
    'a gateway that hides /v2/ before a registry that has no such tag',
    { cause: 'TagNotFound', certainty: 'certain' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], answer: request => (request.path === '/v2/' ? { status: 404 } : undefined) });
      return { image: `${host}/team/app:2`, message: node => node.notFound() };
    },
  ],
  [
    'a pinned digest for which the registry gives another document',
    { cause: 'ImageBroken' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], answer: holding('{"schemaVersion":2}', OCI, sha256('wanted')) });
      return {
        image: `${host}/team/app@${sha256('wanted')}`,
        message: node =>
          node.plain(
            `failed commit on ref "manifest-${sha256('wanted')}": unexpected commit digest ${sha256('b')}, expected ${sha256('wanted')}: failed precondition`,
          ),
      };
    },
  ],
  [
    'a layer that is gone from the store to which the registry leads',
    { cause: 'ImageBroken', bareCertainty: 'likely' },
    async lab => {
      const store = await lab.registry({
        answer: () => ({ status: 404, headers: { 'Content-Type': 'application/xml' }, body: '<Error><Code>NoSuchKey</Code></Error>' }),
      });
      const { host } = await lab.registry({ images: [APP], answer: request => (isBlob(request) ? to(`${store.url}/x`) : undefined) });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node =>
          node.copy(
            `could not fetch content descriptor ${sha256('y')} (application/vnd.oci.image.layer.v1.tar+gzip) from remote: not found`,
          ),
      };
    },
  ],
  [
    'layers that are asked for by GET alone are no fault',
    { cause: 'FixedWaitingForRetry', certainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({
        images: [APP],
        answer: request => (isBlob(request) && request.method === 'HEAD' ? { status: 405 } : undefined),
      });
      return { image: `${host}/team/app:1.4.2`, message: node => node.status(503) };
    },
  ],
  [
    'foreign layers lie elsewhere, and that is no fault',
    { cause: 'FixedWaitingForRetry', certainty: 'likely' },
    async lab => {
      const config = JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [sha256('f')] } });
      const document = manifest({ digest: sha256(config), size: config.length }, [
        { mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', digest: sha256('foreign'), size: 9 },
      ]);
      const { host } = await lab.registry({
        images: [APP],
        answer: request => (request.path.endsWith(sha256(config)) ? { body: config } : holding(document, OCI)(request)),
      });
      return { image: `${host}/team/app:1.4.2`, message: node => node.status(503) };
    },
  ],
  [
    'a manifest that breaks off',
    { cause: 'TransferInterrupted' },
    async lab => {
      const { host } = await lab.registry({
        images: [APP],
        answer: request => (isManifest(request) && request.method === 'GET' ? { body: '{"schemaVersion":2,', destroy: true } : undefined),
      });
      return { image: `${host}/team/app:1.4.2`, message: node => node.plain('short read: expected 4390 bytes but got 19: unexpected EOF') };
    },
  ],
  [
    'a config that breaks off',
    { cause: 'TransferInterrupted' },
    async lab => {
      const { host } = await lab.registry({
        images: [APP],
        answer: request => (isBlob(request) && request.method === 'GET' ? { body: '{"os":', destroy: true } : undefined),
      });
      return { image: `${host}/team/app:1.4.2`, message: node => node.plain('short read: expected 439 bytes but got 6: unexpected EOF') };
    },
  ],
];
