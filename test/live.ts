/**
 * Live faults: every scenario starts real (or really faulty) registries on loopback, saves the objects of a pod that fails there, and runs the built
 * plugin on them. Each is asked three times: with the node's words, with the words gone, and with the words alone (`--no-probe`). Whatever a
 * verdict is, a wrong one is never `certain`; and the logs of the registries show how often a password was sent, and where to.
 */
import { createHash } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { createServer as createTlsServer } from 'node:tls';
import t, { type Test } from 'tap';
import {
  APP,
  failingPod,
  failure,
  html,
  type Item,
  isBlob,
  isManifest,
  json,
  type KubernetesObject,
  Lab,
  loginsIn,
  NAMESPACE,
  pullSecret,
  type Run,
  rawSecret,
  secretsIn,
  surroundings,
  why,
} from './helpers/lab.ts';
import { RUNTIMES, type Runtime, type Said, saidBy } from './helpers/node-words.ts';
import { type Answer, type BearerAuth, makeCertificate, type RegistryOptions, type SeenRequest } from './helpers/registry.ts';

const RIGHT = 'c4nary-right-Zq81';
const WRONG = 'c4nary-wrong-Yp72';
const USER = 'ci';
const users = { [USER]: RIGHT, other: 'c4nary-other-Xk63' };
const BASIC: RegistryOptions = { auth: { kind: 'basic', users }, images: [APP] };
const bearer = (more: Partial<BearerAuth> = {}): RegistryOptions => ({ auth: { kind: 'bearer', users, ...more }, images: [APP] });

interface Setup {
  /** As the pod writes it. */
  image: string;
  secrets?: KubernetesObject[];
  /** Names in imagePullSecrets; default: the secrets of the pod's namespace. */
  pull?: string[];
  /** Pull secrets of the service account. */
  account?: string[];
  unretrieved?: string[];
  words?: (said: Said) => string;
  /** Under which the node asks the registry. */
  scheme?: 'http' | 'https';
  node?: boolean;
  flags?: string[];
  /** More to assert when all is done. */
  after?: (t: Test, runs: { said?: Item | undefined; bare: Item; run: Run }) => void;
}

interface Expected {
  cause: string | string[];
  certainty?: 'certain' | 'likely' | 'possible';
  /** With the words gone; default: the same cause. Null: nothing can tell then, and no wrong verdict may be certain. */
  bare?: string | string[] | null;
  bareCertainty?: 'certain' | 'likely' | 'possible';
  results?: string[];
  next?: string[];
  /** In summary, evidence, credentials or fixes. */
  text?: RegExp;
}

type Scenario = [name: string, expected: Expected, make: (lab: Lab) => Promise<Setup>];

const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const cred = (host: string, password = RIGHT, user = USER): KubernetesObject => pullSecret('regcred', { [host]: [user, password] });
const mirror = (from: string, to: string): string[] => ['--registry-mirror', `${from}=${to}`];

/** A registry that answers for one manifest of any text, by tag and by digest, whatever else is asked as usual. */
const holding =
  (body: string, mediaType: string, digest = sha256(body)) =>
  (request: SeenRequest): Answer | undefined =>
    isManifest(request) && /\/manifests\/(?:1\.4\.2|sha256:)/.test(decodeURIComponent(request.path))
      ? {
          headers: { 'Content-Type': mediaType, 'Docker-Content-Digest': digest },
          ...(request.method === 'HEAD' ? {} : { body }),
        }
      : undefined;
const OCI = 'application/vnd.oci.image.manifest.v1+json';
const DOCKER = 'application/vnd.docker.distribution.manifest.v2+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
const manifest = (
  config: { mediaType?: string; digest: string; size: number },
  layers: { digest: string; size: number; mediaType?: string }[],
): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI,
    config: { mediaType: CONFIG, ...config },
    layers: layers.map(layer => ({ mediaType: LAYER, ...layer })),
  });

/** The answer to every manifest. */
const answering =
  (answer: Answer): ((request: SeenRequest) => Answer | undefined) =>
  request =>
    isManifest(request) ? answer : undefined;
const to = (location: string, status = 307): Answer => ({ status, headers: { Location: location } });
const withHead =
  (head: Answer): ((request: SeenRequest) => Answer | undefined) =>
  request =>
    isManifest(request) && request.method === 'HEAD' ? head : undefined;

const ca = makeCertificate({ isCa: true, commonName: 'Acme CA' });
const tls = {
  good: makeCertificate({ ca }),
  self: makeCertificate(),
  expired: makeCertificate({ ca, expired: true }),
  early: makeCertificate({ ca, notBefore: new Date(Date.now() + 40 * 86_400_000).toISOString() }),
  otherName: makeCertificate({ ca, names: ['registry.other.example'], commonName: 'registry.other.example' }),
};
/** Every TLS scenario but those of trust itself knows the authority. */
const trusting = (lab: Lab): string[] => ['--registry-ca', lab.file(ca.cert)];

/** Any address of this machine that is not loopback: plain HTTP there can be read on the way. */
const outside = Object.values(networkInterfaces())
  .flat()
  .find(address => address !== undefined && !address.internal && address.family === 'IPv4')?.address;

const jwt = (claims: object): string =>
  `${Buffer.from('{"alg":"RS256","typ":"JWT"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg`;

const names: Scenario[] = [
  [
    'a tag that is not there, and one that is near',
    { cause: 'TagNotFound', certainty: 'certain', bareCertainty: 'likely', text: /team\/app:1\.4\.2/ },
    async lab => {
      const { host } = await lab.registry({ images: [APP, { repository: 'team/app', tag: '0.9' }] });
      return { image: `${host}/team/app:1.4.20`, words: said => said.notFound() };
    },
  ],
  [
    'a missing tag behind a token server, with a good login',
    { cause: 'TagNotFound', certainty: 'certain', results: ['accepted'], text: /team\/app:1\.4\.2/ },
    async lab => {
      const { host } = await lab.registry(bearer());
      return { image: `${host}/team/app:1.4.20`, secrets: [cred(host)], words: said => said.notFound() };
    },
  ],
  [
    'a missing tag behind Basic, with a good login',
    { cause: 'TagNotFound', certainty: 'certain', results: ['accepted'], text: /team\/app:1\.4\.2/ },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.20`, secrets: [cred(host)], words: said => said.notFound() };
    },
  ],
  [
    'no tag at all is `latest`, which is not there',
    { cause: 'TagNotFound', text: /1\.4\.2/ },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return { image: `${host}/team/app`, words: said => said.notFound() };
    },
  ],
  [
    'a repository that is not there',
    { cause: 'RepositoryNotFound', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return { image: `${host}/team/apq:1.4.2`, words: said => said.notFound() };
    },
  ],
  [
    'a missing repository behind a token server, with a login that may pull all',
    { cause: 'RepositoryNotFound', certainty: 'certain', results: ['accepted'] },
    async lab => {
      const { host } = await lab.registry(bearer());
      return { image: `${host}/team/apq:1.4.2`, secrets: [cred(host)], words: said => said.notFound() };
    },
  ],
  [
    'a missing repository behind Basic, with a good login',
    { cause: 'RepositoryNotFound', certainty: 'certain', results: ['accepted'] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/apq:1.4.2`, secrets: [cred(host)], words: said => said.notFound() };
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
        words: said => said.notFound(),
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
      return { image: `${host}/team/app:9`, secrets: [cred(host)], words: said => said.notFound() };
    },
  ],
  [
    'a digest that is not there',
    { cause: 'DigestNotFound', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return { image: `${host}/team/app@sha256:${'4f'.repeat(32)}`, words: said => said.notFound() };
    },
  ],
  [
    'a digest that is not there, with a tag that is, behind a login',
    { cause: 'DigestNotFound', certainty: 'certain', results: ['accepted'] },
    async lab => {
      const { host } = await lab.registry(bearer());
      return { image: `${host}/team/app:1.4.2@sha256:${'4f'.repeat(32)}`, secrets: [cred(host)], words: said => said.notFound() };
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
      return { image: 'nginx:1.277', flags: mirror('docker.io', host), words: said => said.notFound() };
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
        words: said =>
          said.runtime === '2.1'
            ? `get image config descriptor: no match for platform in manifest ${sha256('x')}: not found`
            : said.plain('no match for platform in manifest: not found'),
      };
    },
  ],
  [
    'no manifest for the platform, and the node was not saved',
    { cause: 'PlatformNotAvailable', bare: null },
    async lab => {
      const { host } = await lab.registry({ images: [{ ...APP, platforms: [{ os: 'linux', architecture: 'arm64' }], index: true }] });
      return { image: `${host}/team/app:1.4.2`, node: false, words: said => said.plain('no match for platform in manifest: not found') };
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
        words: said => said.plain('no match for platform in manifest: not found'),
      };
    },
  ],
  [
    'a single manifest of another platform is pulled all the same',
    { cause: 'FixedWaitingForRetry', certainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ images: [{ ...APP, platforms: [{ os: 'linux', architecture: 'arm64' }] }] });
      return { image: `${host}/team/app:1.4.2`, words: said => said.status(503) };
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
        words: said =>
          said.plain(
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
        words: said => said.plain('failed to unpack image on snapshotter overlayfs: mismatched image rootfs and manifest layers'),
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
        words: said =>
          said.copy(`could not fetch content descriptor ${sha256(body)} (application/vnd.acme.thing.v3+json) from remote: not found`),
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
        words: said => said.plain("failed to unmarshal manifest: invalid character 'o' looking for beginning of value"),
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
        words: said => said.plain('unable to fetch descriptor () which reports content size of zero: invalid argument'),
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
        words: said =>
          said.copy(
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
        words: said =>
          said.copy(
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
        words: said =>
          said.copy(
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
        words: said =>
          said.copy(`could not fetch content descriptor ${sha256('y')} (application/vnd.oci.image.config.v1+json) from remote: not found`),
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
        words: said => said.copy(`content at http://${said.host}/v2/team/app/manifests/${sha256('z')} not found: not found`),
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
        words: said =>
          said.plain(
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
        words: said =>
          said.plain(`failed commit on ref "layer-${sha256('a')}": unexpected commit size 7, expected 4390: failed precondition`),
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
        words: said =>
          said.plain(
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
        words: said => said.plain("unmarshal image config: invalid character 'o' in literal null (expecting 'u')"),
      };
    },
  ],
  [
    'a registry that calls the name invalid',
    { cause: 'InvalidImageName' },
    async lab => {
      const { host } = await lab.registry({ answer: answering(failure(400, 'NAME_INVALID', 'invalid repository name')) });
      return { image: `${host}/team/app:1.4.2`, words: said => said.status(400) };
    },
  ],
];

/** Docker Hub, ghcr.io and their like: missing and private are one answer. */
const hub = (more: Partial<BearerAuth> = {}): RegistryOptions =>
  bearer({ service: 'registry.docker.io', allowAnonymous: true, grants: { [USER]: [] }, ...more });

const secrets: Scenario[] = [
  [
    'Basic, and the pod brings nothing',
    { cause: 'NoPullSecret', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, words: said => said.noLogin() };
    },
  ],
  [
    'a token server that knows no anonymous pull',
    { cause: 'NoPullSecret', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry(bearer());
      return { image: `${host}/team/app:1.4.2`, words: said => said.token(401, false) };
    },
  ],
  [
    'an anonymous token that opens nothing',
    { cause: 'NoPullSecret', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry(bearer({ allowAnonymous: true }));
      return { image: `${host}/team/app:1.4.2`, words: said => said.scope() };
    },
  ],
  [
    '/v2/ is open and the repository is not',
    { cause: 'NoPullSecret', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ ...BASIC, answer: request => (request.path === '/v2/' ? json(200, {}) : undefined) });
      return { image: `${host}/team/app:1.4.2`, words: said => said.noLogin() };
    },
  ],
  [
    '/v2/ is open, the repository is not, and the login is good but has no such tag',
    { cause: 'TagNotFound', results: ['accepted'] },
    async lab => {
      const { host } = await lab.registry({ ...BASIC, answer: request => (request.path === '/v2/' ? json(200, {}) : undefined) });
      return { image: `${host}/team/app:2`, secrets: [cred(host)], words: said => said.notFound() };
    },
  ],
  [
    'localhost by name',
    { cause: 'NoPullSecret', bareCertainty: 'likely' },
    async lab => {
      const { port } = await lab.registry(BASIC);
      return { image: `localhost:${port}/team/app:1.4.2`, words: said => said.noLogin() };
    },
  ],
  [
    'Docker Hub, nothing brought',
    { cause: 'RepositoryNotFoundOrPrivate' },
    async lab => {
      const { host } = await lab.registry(hub());
      return { image: 'acme/wbe:1.4.2', flags: mirror('docker.io', host), words: said => said.scope() };
    },
  ],
  [
    'ghcr.io, nothing brought',
    { cause: 'RepositoryNotFoundOrPrivate' },
    async lab => {
      const { host } = await lab.registry(bearer({ service: 'ghcr.io' }));
      return { image: 'ghcr.io/acme/web:1', flags: mirror('ghcr.io', host), words: said => said.token(401, false) };
    },
  ],
  [
    'quay.io, nothing brought: its challenge never tells an error',
    { cause: 'RepositoryNotFoundOrPrivate' },
    async lab => {
      const { host } = await lab.registry(bearer({ service: 'quay.io', allowAnonymous: true, errorInChallenge: false }));
      return { image: 'quay.io/acme/web:1', flags: mirror('quay.io', host), words: said => said.status(401) };
    },
  ],
  [
    'GitLab, nothing brought',
    { cause: 'RepositoryNotFoundOrPrivate' },
    async lab => {
      const { host } = await lab.registry(bearer({ service: 'container_registry', allowAnonymous: true }));
      return { image: 'registry.gitlab.com/acme/web:1', flags: mirror('registry.gitlab.com', host), words: said => said.scope() };
    },
  ],
  [
    'Artifact Registry, nothing brought: its token server refuses at once',
    { cause: 'RepositoryNotFoundOrPrivate' },
    async lab => {
      const registry = 'europe-west1-docker.pkg.dev';
      const { host } = await lab.registry({
        ...bearer(),
        answer: request =>
          request.path === '/token'
            ? failure(
                403,
                'DENIED',
                'Unauthenticated request. Unauthenticated requests do not have permission "artifactregistry.repositories.downloadArtifacts" on resource "projects/acme/locations/europe-west1/repositories/shop" (or it may not exist)',
              )
            : undefined,
      });
      return {
        image: `${registry}/acme/shop/web:1`,
        flags: mirror(registry, host),
        words: said => said.token(403, false, `https://${registry}/v2/token`),
      };
    },
  ],
  [
    'a Harbor of one’s own: an empty token, then a Basic challenge',
    { cause: 'RepositoryNotFoundOrPrivate' },
    async lab => {
      const { host } = await lab.registry({
        ...bearer({ service: 'harbor-registry', allowAnonymous: true }),
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? failure(
                401,
                'UNAUTHORIZED',
                'unauthorized to access repository: team/app, action: pull: unauthorized to access repository: team/app, action: pull',
                {
                  'WWW-Authenticate': 'Basic realm="harbor"',
                },
              )
            : undefined,
      });
      return { image: `${host}/team/app:1.4.2`, words: said => said.noLogin() };
    },
  ],
  [
    'ECR, nothing brought: the node may have a role of its own',
    { cause: 'NoPullSecret' },
    async lab => {
      const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
      const { host } = await lab.registry({ auth: { kind: 'basic', users: { AWS: RIGHT } } });
      return { image: `${registry}/shop/web:1`, flags: mirror(registry, host), words: said => said.noLogin() };
    },
  ],
  [
    'a secret for another host',
    { cause: 'SecretRegistryMismatch', certainty: 'certain', bareCertainty: 'likely', results: [] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, secrets: [cred('registry.example.com')], words: said => said.noLogin() };
    },
  ],
  [
    'a secret for another port',
    { cause: 'SecretRegistryMismatch', certainty: 'certain', bareCertainty: 'likely', results: [] },
    async lab => {
      const { host } = await lab.registry(bearer());
      return { image: `${host}/team/app:1.4.2`, secrets: [cred('127.0.0.1:5000')], words: said => said.token(401, false) };
    },
  ],
  [
    'a secret for another path',
    { cause: 'SecretRegistryMismatch', certainty: 'certain', bareCertainty: 'likely', results: [], text: /no prefix/ },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(`${host}/other`)], words: said => said.noLogin() };
    },
  ],
  [
    'a secret for Docker Hub without the last slash',
    { cause: 'SecretRegistryMismatch', results: [], text: /slash/ },
    async lab => {
      const { host } = await lab.registry(hub({ grants: { [USER]: ['acme/web'] } }));
      return {
        image: 'acme/web:1.4.2',
        secrets: [cred('https://index.docker.io/v1')],
        flags: mirror('docker.io', host),
        words: said => said.scope(),
      };
    },
  ],
  [
    'a secret under a name that is not Docker Hub for kubelet',
    { cause: 'SecretRegistryMismatch', results: [], text: /index\.docker\.io/ },
    async lab => {
      const { host } = await lab.registry(hub({ grants: { [USER]: ['acme/web'] } }));
      return {
        image: 'acme/web:1.4.2',
        secrets: [cred('registry-1.docker.io')],
        flags: mirror('docker.io', host),
        words: said => said.scope(),
      };
    },
  ],
  [
    'a secret that is not there, and the file shows it',
    { cause: 'SecretNotFound', certainty: 'certain', bareCertainty: 'likely', results: [] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [pullSecret('unrelated', { 'registry.example.com': [USER, RIGHT] })],
        pull: ['regcred'],
        unretrieved: ['regcred'],
        words: said => said.noLogin(),
      };
    },
  ],
  [
    'a secret that is only in another namespace',
    { cause: 'SecretNotFound', certainty: 'certain', bareCertainty: 'likely', text: /build/ },
    async lab => {
      const { host } = await lab.registry(bearer());
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [
          pullSecret('regcred', { [host]: [USER, RIGHT] }, { namespace: 'build' }),
          pullSecret('unrelated', { 'registry.example.com': [USER, RIGHT] }),
        ],
        pull: ['regcred'],
        words: said => said.token(401, false),
      };
    },
  ],
  [
    'a secret of which only the node says that it is not there',
    { cause: 'SecretNotFound', certainty: 'likely', bare: 'SecretNotFound' },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, pull: ['regcred'], unretrieved: ['regcred'], words: said => said.noLogin() };
    },
  ],
  [
    'a missing secret and a public image whose tag is wrong: the secret is not needed',
    { cause: 'TagNotFound' },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return {
        image: `${host}/team/app:2`,
        secrets: [pullSecret('unrelated', { 'registry.example.com': [USER, RIGHT] })],
        pull: ['regcred'],
        unretrieved: ['regcred'],
        words: said => said.notFound(),
      };
    },
  ],
  [
    'the service account has the secret, the pod does not',
    { cause: 'SecretNotInherited', certainty: 'certain', bareCertainty: 'likely', results: [] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], pull: [], account: ['regcred'], words: said => said.noLogin() };
    },
  ],
  [
    'the pod lists a secret of its own, and so takes none of its service account',
    { cause: 'SecretNotInherited', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry(bearer());
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [cred(host), pullSecret('own', { 'registry.example.com': [USER, RIGHT] })],
        pull: ['own'],
        account: ['regcred'],
        words: said => said.token(401, false),
      };
    },
  ],
  [
    'a secret of type Opaque',
    { cause: 'SecretMalformed', certainty: 'certain', bareCertainty: 'likely', results: [], text: /Opaque/ },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [rawSecret('regcred', JSON.stringify({ auths: { [host]: { username: USER, password: RIGHT } } }), { type: 'Opaque' })],
        words: said => said.noLogin(),
      };
    },
  ],
  [
    'a secret with the key of the other type',
    { cause: 'SecretMalformed', certainty: 'certain', bareCertainty: 'likely', results: [] },
    async lab => {
      const { host } = await lab.registry(bearer());
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [
          rawSecret('regcred', JSON.stringify({ auths: { [host]: { username: USER, password: RIGHT } } }), {
            type: 'kubernetes.io/dockercfg',
          }),
        ],
        words: said => said.token(401, false),
      };
    },
  ],
  [
    'the older form without auths in a secret of the newer type',
    { cause: 'SecretMalformed', results: [] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [rawSecret('regcred', JSON.stringify({ [host]: { username: USER, password: RIGHT } }))],
        words: said => said.noLogin(),
      };
    },
  ],
  [
    'a secret whose JSON ends early',
    { cause: 'SecretMalformed', certainty: 'certain', bareCertainty: 'certain', results: [] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [rawSecret('regcred', `{"auths":{"${host}":{"username":"${USER}","password":"${RIGHT}"`)],
        words: () => 'unexpected end of JSON input',
      };
    },
  ],
  [
    'a secret whose auth is no base64',
    { cause: 'SecretMalformed', certainty: 'certain', bareCertainty: 'certain', results: [] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [pullSecret('regcred', { [host]: { auth: `Y2k6!${RIGHT}` } })],
        words: () => 'illegal base64 data at input byte 4',
      };
    },
  ],
  [
    'a secret whose auth has no colon',
    { cause: 'SecretMalformed', certainty: 'certain', bareCertainty: 'certain', results: [] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [pullSecret('regcred', { [host]: { auth: Buffer.from(RIGHT).toString('base64') } })],
        words: () => 'unable to parse auth field, must be formatted as base64(username:password)',
      };
    },
  ],
  [
    'one broken secret beside a good one stops a public image',
    { cause: 'SecretMalformed', certainty: 'certain', bareCertainty: 'certain' },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [cred(host), pullSecret('broken', { 'registry.example.com': { auth: '!!!' } })],
        words: () => 'illegal base64 data at input byte 0',
      };
    },
  ],
  [
    'a secret that only names a credential store',
    { cause: 'SecretHasNoCredentials', certainty: 'certain', bareCertainty: 'likely', results: [] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [rawSecret('regcred', '{"credsStore":"desktop"}')],
        words: said => said.noLogin(),
      };
    },
  ],
  [
    'what Docker Desktop leaves behind: an empty entry',
    { cause: 'SecretHasNoCredentials', certainty: 'certain', bareCertainty: 'likely', results: ['notVerifiable'] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [pullSecret('regcred', {}, { document: { auths: { [host]: {} }, credsStore: 'desktop' } })],
        words: said => said.noLogin(),
      };
    },
  ],
  [
    'an empty entry before a token server',
    { cause: 'SecretHasNoCredentials', certainty: 'certain', bareCertainty: 'likely', results: ['notVerifiable'] },
    async lab => {
      const { host } = await lab.registry(bearer());
      return { image: `${host}/team/app:1.4.2`, secrets: [pullSecret('regcred', { [host]: {} })], words: said => said.token(401, false) };
    },
  ],
  [
    'an identity token, which kubelet drops',
    { cause: 'SecretHasNoCredentials', results: ['notVerifiable'], text: /identitytoken/ },
    async lab => {
      const { host } = await lab.registry(bearer());
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [pullSecret('regcred', { [host]: { identitytoken: RIGHT } })],
        words: said => said.token(401, false),
      };
    },
  ],
];

const auth: Scenario[] = [
  [
    'a wrong password, Basic',
    { cause: 'CredentialsRejected', certainty: 'certain', bareCertainty: 'likely', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, WRONG)], words: said => said.status(401) };
    },
  ],
  [
    'a wrong password at a token server: POST and GET refused',
    { cause: 'CredentialsRejected', certainty: 'certain', bareCertainty: 'likely', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry(bearer());
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, WRONG)], words: said => said.token(401, true) };
    },
  ],
  [
    'a wrong password at a token server that knows no POST',
    { cause: 'CredentialsRejected', certainty: 'certain', bareCertainty: 'likely', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry(bearer({ postAllowed: false }));
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, WRONG)], words: said => said.token(401, true) };
    },
  ],
  [
    'an unknown user, and the tag is missing too',
    { cause: 'CredentialsRejected', certainty: 'certain', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:2`, secrets: [cred(host, WRONG, 'nobody')], words: said => said.status(401) };
    },
  ],
  [
    'a line break behind the password, Basic',
    { cause: 'CredentialsRejected', certainty: 'certain', results: ['rejected'], text: /line break.*repaired, it is accepted/ },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, `${RIGHT}\n`)], words: said => said.status(401) };
    },
  ],
  [
    'a line break behind the password, token server',
    { cause: 'CredentialsRejected', certainty: 'certain', results: ['rejected'], text: /line break.*repaired, it is accepted/ },
    async lab => {
      const { host } = await lab.registry(bearer());
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, `${RIGHT}\n`)], words: said => said.token(401, true) };
    },
  ],
  [
    'a line break behind a password that is wrong all the same',
    { cause: 'CredentialsRejected', certainty: 'certain', results: ['rejected'], text: /refused too/ },
    async lab => {
      const { host } = await lab.registry(bearer());
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, `${WRONG}\n`)], words: said => said.token(401, true) };
    },
  ],
  [
    'a password in the quotes of a shell',
    { cause: 'CredentialsRejected', results: ['rejected'], text: /quotes.*accepted/ },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, `"${RIGHT}"`)], words: said => said.status(401) };
    },
  ],
  [
    'a robot whose dollar a shell ate',
    { cause: 'CredentialsRejected', results: ['rejected'], text: /unquoted shell.*accepted/ },
    async lab => {
      const { host } = await lab.registry(bearer({ users: { 'robot$team+ci': RIGHT } }));
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, RIGHT, 'robot+ci')], words: said => said.token(401, true) };
    },
  ],
  [
    'a wrong password for a private image of Docker Hub',
    { cause: 'CredentialsRejected', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry({
        ...hub(),
        answer: request => (loginsIn([request]).length > 0 ? json(401, { details: 'incorrect username or password' }) : undefined),
      });
      return {
        image: 'acme/web:1.4.2',
        secrets: [cred('https://index.docker.io/v1/', WRONG)],
        flags: mirror('docker.io', host),
        words: said => said.token(401, true, 'https://auth.docker.io/token'),
      };
    },
  ],
  [
    'a revoked token for a private package of ghcr.io, which answers 403',
    { cause: 'CredentialsRejected', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry({
        ...bearer({ service: 'ghcr.io' }),
        answer: request => (loginsIn([request]).length > 0 ? failure(403, 'DENIED', 'denied') : undefined),
      });
      return {
        image: 'ghcr.io/acme/web:1',
        secrets: [cred('ghcr.io', WRONG)],
        flags: mirror('ghcr.io', host),
        words: said => said.token(403, true, 'https://ghcr.io/token'),
      };
    },
  ],
  [
    'an ECR token past its twelve hours',
    { cause: 'CredentialsExpired', text: /12 hours/ },
    async lab => {
      const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
      const { host } = await lab.registry({
        auth: { kind: 'basic', users: { AWS: RIGHT } },
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? failure(403, 'DENIED', 'Your authorization token has expired. Reauthenticate and try again.')
            : undefined,
      });
      return {
        image: `${registry}/shop/web:1`,
        secrets: [pullSecret('regcred', { [registry]: ['AWS', WRONG] }, { ageHours: 50 })],
        flags: mirror(registry, host),
        words: said => said.status(403),
      };
    },
  ],
  [
    'an ECR token past its time, and the registry tells no reason',
    { cause: 'CredentialsExpired', certainty: 'likely' },
    async lab => {
      const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
      const { host } = await lab.registry({
        auth: { kind: 'basic', users: { AWS: RIGHT } },
        answer: request => (isManifest(request) && request.headers.authorization ? { status: 403 } : undefined),
      });
      return {
        image: `${registry}/shop/web:1`,
        secrets: [pullSecret('regcred', { [registry]: ['AWS', WRONG] }, { ageHours: 50 })],
        flags: mirror(registry, host),
        words: said => said.status(403),
      };
    },
  ],
  [
    'a password that is a JWT past its end',
    { cause: 'CredentialsExpired', certainty: 'certain', results: ['rejected'], text: /expired on/ },
    async lab => {
      const { host } = await lab.registry(BASIC);
      const token = jwt({ sub: 'ci', exp: Math.floor(Date.now() / 1000) - 90_000 });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, token)], words: said => said.status(401) };
    },
  ],
  [
    'a JWT past its end at a token server',
    { cause: 'CredentialsExpired', certainty: 'certain', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry(bearer());
      const token = jwt({ sub: 'ci', exp: Math.floor(Date.now() / 1000) - 90_000 });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, token)], words: said => said.token(401, true) };
    },
  ],
  [
    'a token server that says that the token has expired',
    { cause: 'CredentialsExpired', certainty: 'certain', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry({
        ...bearer(),
        answer: request => (loginsIn([request]).length > 0 ? json(401, { details: 'personal access token is expired' }) : undefined),
      });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, WRONG)], words: said => said.token(401, true) };
    },
  ],
  [
    'a registry that says by Basic that the token has expired',
    { cause: 'CredentialsExpired', certainty: 'certain', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry({
        ...BASIC,
        answer: request =>
          request.headers.authorization
            ? failure(401, 'UNAUTHORIZED', 'the access token has expired', { 'WWW-Authenticate': 'Basic realm="acme"' })
            : undefined,
      });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, WRONG)], words: said => said.status(401) };
    },
  ],
  [
    'an access token of Google older than an hour',
    { cause: 'CredentialsExpired', results: ['rejected'] },
    async lab => {
      const registry = 'europe-west1-docker.pkg.dev';
      const { host } = await lab.registry({
        ...bearer(),
        answer: request => (loginsIn([request]).length > 0 ? failure(401, 'UNAUTHORIZED', 'authentication failed') : undefined),
      });
      return {
        image: `${registry}/acme/shop/web:1`,
        secrets: [pullSecret('regcred', { [registry]: ['oauth2accesstoken', WRONG] }, { ageHours: 5 })],
        flags: mirror(registry, host),
        words: said => said.token(401, true, `https://${registry}/v2/token`),
      };
    },
  ],
  [
    'a stale password for a public image, Basic',
    { cause: 'CredentialsBlockPublicImage', certainty: 'certain', bareCertainty: 'likely', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry({ ...BASIC, publicRepositories: ['team/app'] });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, WRONG)], words: said => said.status(401) };
    },
  ],
  [
    'a stale password for a public image, token server',
    { cause: 'CredentialsBlockPublicImage', certainty: 'certain', bareCertainty: 'likely', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry({ ...bearer({ allowAnonymous: true }), publicRepositories: ['team/app'] });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, WRONG)], words: said => said.token(401, true) };
    },
  ],
  [
    'a revoked token for a public package of ghcr.io',
    { cause: 'CredentialsBlockPublicImage', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry({
        ...bearer({ service: 'ghcr.io', allowAnonymous: true }),
        images: [{ repository: 'acme/web', tag: '1' }],
        publicRepositories: ['acme/web'],
        answer: request => (loginsIn([request]).length > 0 ? failure(403, 'DENIED', 'denied') : undefined),
      });
      return {
        image: 'ghcr.io/acme/web:1',
        secrets: [cred('ghcr.io', WRONG)],
        flags: mirror('ghcr.io', host),
        words: said => said.token(403, true, 'https://ghcr.io/token'),
      };
    },
  ],
  [
    'a stale password for a public image whose tag is missing besides',
    { cause: 'CredentialsBlockPublicImage', results: ['rejected'], next: ['TagNotFound'] },
    async lab => {
      const { host } = await lab.registry({
        ...hub(),
        images: [{ repository: 'library/nginx', tag: '1.27' }],
        publicRepositories: ['library/nginx'],
      });
      return {
        image: 'nginx:9.99',
        secrets: [cred('https://index.docker.io/v1/', WRONG)],
        flags: mirror('docker.io', host),
        words: said => said.token(401, true, 'https://auth.docker.io/token'),
      };
    },
  ],
  [
    'an expired login for an image of ECR Public',
    { cause: 'CredentialsBlockPublicImage' },
    async lab => {
      const { host } = await lab.registry({
        ...bearer({ service: 'public.ecr.aws', allowAnonymous: true }),
        images: [{ repository: 'nginx/nginx', tag: '1' }],
        publicRepositories: ['nginx/nginx'],
        answer: request =>
          loginsIn([request]).length > 0
            ? failure(403, 'DENIED', 'Your authorization token has expired. Reauthenticate and try again.')
            : undefined,
      });
      return {
        image: 'public.ecr.aws/nginx/nginx:1',
        secrets: [pullSecret('regcred', { 'public.ecr.aws': ['AWS', WRONG] }, { ageHours: 40 })],
        flags: mirror('public.ecr.aws', host),
        words: said => said.token(403, true, 'https://public.ecr.aws/token/'),
      };
    },
  ],
  [
    'a good login without the right: insufficient_scope',
    { cause: 'AccessDenied', certainty: 'certain', bareCertainty: 'likely', results: ['denied'] },
    async lab => {
      const { host } = await lab.registry(bearer({ grants: { [USER]: ['team/other'] } }));
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], words: said => said.scope() };
    },
  ],
  [
    'a good login without the right: 401 and no error in the challenge',
    { cause: 'AccessDenied', results: ['denied'] },
    async lab => {
      const { host } = await lab.registry(bearer({ grants: { [USER]: ['team/other'] }, errorInChallenge: false }));
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], words: said => said.status(401) };
    },
  ],
  [
    'a good login without the right: Basic, 403 DENIED',
    { cause: 'AccessDenied', certainty: 'certain', bareCertainty: 'likely', results: ['denied'] },
    async lab => {
      const { host } = await lab.registry({
        ...BASIC,
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? failure(403, 'DENIED', 'requested access to the resource is denied')
            : undefined,
      });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], words: said => said.status(403) };
    },
  ],
  [
    'a refusal that quotes a repository whose name sounds like another cause',
    { cause: 'AccessDenied', results: ['denied'] },
    async lab => {
      const repository = 'billing/archived-legal';
      const { host } = await lab.registry({
        ...BASIC,
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? failure(403, 'DENIED', `requested access to repository ${repository} is denied for user "ci"`)
            : undefined,
      });
      return { image: `${host}/${repository}:1.4.2`, secrets: [cred(host)], words: said => said.status(403) };
    },
  ],
  [
    'a private repository whose name sounds like another cause, nothing brought',
    { cause: 'NoPullSecret' },
    async lab => {
      const repository = 'payment/geo-scanner';
      const { host } = await lab.registry({
        ...bearer({ allowAnonymous: true }),
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? failure(401, 'UNAUTHORIZED', `authentication required for ${repository}`, {
                'WWW-Authenticate': `Bearer realm="http://${request.host}/token",service="${request.host}",scope="repository:${repository}:pull",error="insufficient_scope"`,
              })
            : undefined,
      });
      return { image: `${host}/${repository}:1.4.2`, words: said => said.scope() };
    },
  ],
  [
    'Docker Hub: a good login that opens nothing here',
    { cause: 'RepositoryNotFoundOrPrivate', results: ['denied'] },
    async lab => {
      const { host } = await lab.registry(hub());
      return {
        image: 'acme/wbe:1.4.2',
        secrets: [cred('https://index.docker.io/v1/')],
        flags: mirror('docker.io', host),
        words: said => said.scope(),
      };
    },
  ],
  [
    'ghcr.io: a token without read:packages',
    { cause: 'AccessDenied', results: ['denied'] },
    async lab => {
      const { host } = await lab.registry({
        ...bearer({ service: 'ghcr.io' }),
        answer: request =>
          isManifest(request) && request.headers.authorization ? failure(403, 'DENIED', 'permission_denied: read_package') : undefined,
      });
      return {
        image: 'ghcr.io/acme/web:1',
        secrets: [cred('ghcr.io')],
        flags: mirror('ghcr.io', host),
        words: said => said.status(403),
      };
    },
  ],
  [
    'quay.io: a robot that may not read here',
    { cause: 'RepositoryNotFoundOrPrivate', results: ['denied'] },
    async lab => {
      const { host } = await lab.registry(bearer({ service: 'quay.io', grants: { [USER]: [] }, errorInChallenge: false }));
      return { image: 'quay.io/acme/web:1', secrets: [cred('quay.io')], flags: mirror('quay.io', host), words: said => said.status(401) };
    },
  ],
  [
    'GitLab: 403 for a bad token and for a missing project alike',
    { cause: 'RepositoryNotFoundOrPrivate', results: ['denied'] },
    async lab => {
      const { host } = await lab.registry({
        ...bearer({ service: 'container_registry' }),
        answer: request => (loginsIn([request]).length > 0 ? failure(403, 'DENIED', 'access forbidden') : undefined),
      });
      return {
        image: 'registry.gitlab.com/acme/web:1',
        secrets: [cred('registry.gitlab.com', WRONG)],
        flags: mirror('registry.gitlab.com', host),
        words: said => said.token(403, true, 'https://gitlab.com/jwt/auth'),
      };
    },
  ],
  [
    'a Harbor of one’s own: a robot that may not pull here',
    { cause: 'RepositoryNotFoundOrPrivate', results: ['denied'] },
    async lab => {
      const { host } = await lab.registry(bearer({ service: 'harbor-registry', allowAnonymous: true, grants: { [USER]: [] } }));
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], words: said => said.scope() };
    },
  ],
  [
    'ECR: a role without the right',
    { cause: 'AccessDenied', results: ['denied'] },
    async lab => {
      const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
      const { host } = await lab.registry({
        auth: { kind: 'basic', users: { AWS: RIGHT } },
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? failure(
                403,
                'DENIED',
                'User: arn:aws:sts::123456789012:assumed-role/ci/x is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:123456789012:repository/shop/web because no resource-based policy allows the ecr:BatchGetImage action',
              )
            : undefined,
      });
      return {
        image: `${registry}/shop/web:1`,
        secrets: [cred(registry, RIGHT, 'AWS')],
        flags: mirror(registry, host),
        words: said => said.status(403),
      };
    },
  ],
  [
    '401 and no challenge, nothing brought',
    { cause: 'AuthMethodUnsupported' },
    async lab => {
      const { host } = await lab.registry({ answer: () => ({ status: 401, body: 'who are you?' }) });
      return { image: `${host}/team/app:1.4.2`, words: said => said.status(401) };
    },
  ],
  [
    '401 and no challenge, a secret brought: no password is sent',
    { cause: 'AuthMethodUnsupported', results: ['notTried'] },
    async lab => {
      const { host } = await lab.registry({ answer: () => ({ status: 401, body: 'who are you?' }) });
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [cred(host)],
        words: said => said.status(401),
        after: t => t.equal(loginsIn(lab.requests).length, 0, 'no password goes anywhere'),
      };
    },
  ],
  [
    'only methods that no runtime speaks',
    { cause: 'AuthMethodUnsupported' },
    async lab => {
      const { host } = await lab.registry({
        answer: () => ({ status: 401, headers: { 'WWW-Authenticate': ['Negotiate', 'Digest realm="acme", nonce="abc", qop="auth"'] } }),
      });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], words: said => said.status(401) };
    },
  ],
  [
    'two secrets for one registry, the second works',
    { cause: 'FixedWaitingForRetry', certainty: 'likely', bareCertainty: 'likely', results: ['rejected', 'accepted'] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [pullSecret('stale', { [host]: [USER, WRONG] }), pullSecret('fresh', { [host]: [USER, RIGHT] })],
        words: said => said.status(401),
      };
    },
  ],
  [
    'two secrets for one registry, both refused',
    { cause: 'CredentialsRejected', results: ['rejected', 'rejected'] },
    async lab => {
      const { host } = await lab.registry(bearer());
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [pullSecret('one', { [host]: [USER, WRONG] }), pullSecret('two', { [host]: ['other', WRONG] })],
        words: said => said.token(401, true),
      };
    },
  ],
  [
    'a secret that was repaired since',
    { cause: 'FixedWaitingForRetry', certainty: 'likely', bareCertainty: 'likely', results: ['accepted'] },
    async lab => {
      const { host } = await lab.registry(bearer());
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], words: said => said.token(401, true) };
    },
  ],
  [
    'a right login behind Basic, and the node’s words are of yesterday',
    { cause: 'FixedWaitingForRetry', certainty: 'likely', results: ['accepted'] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], words: said => said.status(401) };
    },
  ],
];

/** A token server of its own, and a registry that sends to it. */
const tokenServer = (realm: string, more: Partial<BearerAuth> = {}): RegistryOptions => bearer({ realm, allowAnonymous: true, ...more });
const atToken =
  (answer: Answer) =>
  (request: SeenRequest): Answer | undefined =>
    request.path === '/token' ? answer : undefined;

const registries: Scenario[] = [
  [
    '429 to the HEAD',
    { cause: 'RateLimited', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({
        answer: answering({ ...failure(429, 'TOOMANYREQUESTS', 'too many requests', { 'Retry-After': '60' }) }),
      });
      return { image: `${host}/team/app:1.4.2`, words: said => said.status(429) };
    },
  ],
  [
    '429 only to the GET by digest',
    { cause: 'RateLimited', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const limit = 'You have reached your pull rate limit. You may increase the limit by authenticating and upgrading';
      const { host } = await lab.registry({
        images: [APP],
        answer: request => (isManifest(request) && request.method === 'GET' ? failure(429, 'TOOMANYREQUESTS', limit) : undefined),
      });
      return {
        image: `${host}/team/app:1.4.2`,
        words: said => said.content(429, `manifests/${sha256('m')}`, `toomanyrequests: ${limit}`),
      };
    },
  ],
  [
    '429 of Docker Hub to the GET, with its headers',
    { cause: 'RateLimited' },
    async lab => {
      const { host } = await lab.registry({
        ...hub(),
        images: [{ repository: 'library/redis', tag: '7' }],
        publicRepositories: ['library/redis'],
        answer: request =>
          isManifest(request) && request.method === 'GET'
            ? failure(
                429,
                'TOOMANYREQUESTS',
                'You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
                {
                  'ratelimit-limit': '100;w=21600',
                  'ratelimit-remaining': '0;w=21600',
                },
              )
            : undefined,
      });
      return {
        image: 'redis:7',
        flags: mirror('docker.io', host),
        words: said =>
          said.content(
            429,
            `manifests/${sha256('m')}`,
            'toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
          ),
      };
    },
  ],
  [
    '429 of Docker Hub to the HEAD',
    { cause: 'RateLimited' },
    async lab => {
      const { host } = await lab.registry({ answer: answering({ status: 429 }) });
      return { image: 'redis:7', flags: mirror('docker.io', host), words: said => said.status(429) };
    },
  ],
  [
    '429 at the token server, with a login',
    { cause: 'RateLimited', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ ...bearer(), answer: atToken(json(429, { details: 'slow down' })) });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], words: said => said.token(429, true) };
    },
  ],
  ...[500, 502, 503, 504].map(
    (code): Scenario => [
      `${code} to every request of a manifest`,
      { cause: 'RegistryFailing', bareCertainty: 'likely' },
      async lab => {
        const { host } = await lab.registry({
          images: [APP],
          answer: answering(code === 502 ? html(502, '502 Bad Gateway') : failure(code, 'UNKNOWN', 'unknown error')),
        });
        return { image: `${host}/team/app:1.4.2`, words: said => said.status(code) };
      },
    ],
  ),
  [
    '503 to everything, /v2/ too',
    { cause: 'RegistryFailing' },
    async lab => {
      const { host } = await lab.registry({ answer: () => html(503, 'Service Unavailable') });
      return { image: `${host}/team/app:1.4.2`, words: said => said.status(503) };
    },
  ],
  [
    '500 only to the GET by digest',
    { cause: 'RegistryFailing' },
    async lab => {
      const { host } = await lab.registry({
        images: [APP],
        answer: request => (isManifest(request) && request.method === 'GET' ? { status: 500, body: 'boom' } : undefined),
      });
      return { image: `${host}/team/app:1.4.2`, words: said => said.content(500, `manifests/${sha256('m')}`) };
    },
  ],
  [
    'a registry with a good login that fails with 500 behind it',
    { cause: 'RegistryFailing', results: ['error'] },
    async lab => {
      const { host } = await lab.registry({
        ...BASIC,
        answer: request => (isManifest(request) && request.headers.authorization ? { status: 500 } : undefined),
      });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], words: said => said.status(500) };
    },
  ],
  [
    'a manifest that never comes',
    { cause: 'RegistryFailing' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], answer: answering({ hang: true }) });
      return { image: `${host}/team/app:1.4.2`, flags: ['--timeout', '2s'], words: said => said.dial('context canceled') };
    },
  ],
  [
    'a registry that takes requests and answers none',
    { cause: 'RegistryFailing' },
    async lab => {
      const { host } = await lab.registry({ answer: () => ({ hang: true }) });
      return { image: `${host}/team/app:1.4.2`, flags: ['--timeout', '2s'], words: said => said.dial('context canceled') };
    },
  ],
  [
    'a redirect in a circle',
    { cause: 'RegistryFailing', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ answer: request => (isManifest(request) ? to(request.url) : undefined) });
      return {
        image: `${host}/team/app:1.4.2`,
        words: said => said.resolve('failed to do request: Head "/v2/team/app/manifests/1.4.2": stopped after 10 redirects'),
      };
    },
  ],
  [
    'a token server that fails with 500',
    { cause: 'TokenServiceFailed', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ ...bearer({ allowAnonymous: true }), answer: atToken({ status: 500 }) });
      return { image: `${host}/team/app:1.4.2`, words: said => said.token(500, false) };
    },
  ],
  [
    'a token server that fails with 503, asked with a login',
    { cause: 'TokenServiceFailed', results: ['error'] },
    async lab => {
      const { host } = await lab.registry({ ...bearer(), answer: atToken({ status: 503 }) });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], words: said => said.token(503, true) };
    },
  ],
  [
    'a token server that is not there: 404',
    { cause: 'TokenServiceFailed', results: ['error'] },
    async lab => {
      const { host } = await lab.registry({ ...bearer(), answer: atToken({ status: 404, body: 'not found' }) });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], words: said => said.token(404, true) };
    },
  ],
  [
    'a token server that answers with a page',
    { cause: 'TokenServiceFailed' },
    async lab => {
      const { host } = await lab.registry({ ...bearer(), answer: atToken(html(200, 'Sign in')) });
      return {
        image: `${host}/team/app:1.4.2`,
        words: said => said.tokenError("unable to decode token response: invalid character '<' looking for beginning of value", false),
      };
    },
  ],
  [
    'a token server that gives no token',
    { cause: 'TokenServiceFailed' },
    async lab => {
      const { host } = await lab.registry({ ...bearer(), answer: atToken(json(200, { expires_in: 300 })) });
      return {
        image: `${host}/team/app:1.4.2`,
        words: said => said.tokenError('authorization server did not include a token in the response', false),
      };
    },
  ],
  [
    'a token server that leads to a login page',
    { cause: 'TokenServiceFailed' },
    async lab => {
      const { host } = await lab.registry({ ...bearer(), answer: atToken(to('/login', 302)) });
      return {
        image: `${host}/team/app:1.4.2`,
        words: said => said.tokenError("unable to decode token response: invalid character '<' looking for beginning of value", false),
      };
    },
  ],
  [
    'a realm that is no address',
    { cause: 'TokenServiceFailed' },
    async lab => {
      const { host } = await lab.registry(bearer({ realm: '/token' }));
      return {
        image: `${host}/team/app:1.4.2`,
        words: said =>
          said.tokenError('Get "/token?scope=repository%3Ateam%2Fapp%3Apull&service=acme": unsupported protocol scheme ""', false),
      };
    },
  ],
  [
    'no realm at all',
    { cause: 'TokenServiceFailed' },
    async lab => {
      const { host } = await lab.registry({
        images: [APP],
        answer: () => failure(401, 'UNAUTHORIZED', 'authentication required', { 'WWW-Authenticate': 'Bearer service="acme"' }),
      });
      return {
        image: `${host}/team/app:1.4.2`,
        words: said => said.resolve('failed to authorize: no realm specified for token auth challenge'),
      };
    },
  ],
  [
    'a token server where nothing listens',
    { cause: 'TokenServiceFailed' },
    async lab => {
      const nowhere = await lab.nowhere();
      const { host } = await lab.registry(tokenServer(`http://${nowhere}/token`));
      return {
        image: `${host}/team/app:1.4.2`,
        words: said =>
          said.tokenError(`Get "http://${nowhere}/token?scope=x&service=y": dial tcp ${nowhere}: connect: connection refused`, false),
      };
    },
  ],
  [
    'a token server where nothing listens, asked with a login',
    { cause: 'TokenServiceFailed', results: ['error'] },
    async lab => {
      const nowhere = await lab.nowhere();
      const { host } = await lab.registry(tokenServer(`http://${nowhere}/token`));
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [cred(host)],
        words: said => said.tokenError(`Post "http://${nowhere}/token": dial tcp ${nowhere}: connect: connection refused`, true),
      };
    },
  ],
  [
    'a token server whose name nobody knows',
    { cause: 'TokenServiceFailed' },
    async lab => {
      const { host } = await lab.registry(tokenServer('https://login.acme.invalid/token'));
      return {
        image: `${host}/team/app:1.4.2`,
        words: said =>
          said.tokenError(
            'Get "https://login.acme.invalid/token?scope=x&service=y": dial tcp: lookup login.acme.invalid on 10.0.0.2:53: no such host',
            false,
          ),
      };
    },
  ],
  [
    'a token server over plain HTTP at a name that nobody knows, asked with a login',
    { cause: 'TokenServiceFailed' },
    async lab => {
      const { host } = await lab.registry(tokenServer('http://login.acme.invalid/token'));
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [cred(host)],
        words: said =>
          said.tokenError('Post "http://login.acme.invalid/token": dial tcp: lookup login.acme.invalid on 10.0.0.2:53: no such host', true),
      };
    },
  ],
  [
    'a token server whose authority nobody trusts',
    { cause: 'TokenServiceFailed' },
    async lab => {
      const server = await lab.registry({ ...bearer({ allowAnonymous: true }), tls: tls.self });
      const { host } = await lab.registry(tokenServer(`${server.url}/token`));
      return {
        image: `${host}/team/app:1.4.2`,
        words: said => said.tokenError(`Get "${server.url}/token?scope=x&service=y": ${said.untrusted}`, false),
      };
    },
  ],
  [
    'a registry that refuses the tokens of its own token server',
    { cause: 'TokenServiceFailed', certainty: 'certain', bareCertainty: 'likely', results: ['error'] },
    async lab => {
      const { host } = await lab.registry({
        ...bearer(),
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? failure(401, 'UNAUTHORIZED', 'authentication required', {
                'WWW-Authenticate': `Bearer realm="http://${request.host}/token",service="${request.host}",scope="repository:team/app:pull",error="invalid_token"`,
              })
            : undefined,
      });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], words: said => said.scope('invalid_token') };
    },
  ],
  [
    'a registry that refuses a token that grants the pull, and tells no error',
    { cause: 'TokenServiceFailed', certainty: 'likely', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({
        ...bearer(),
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? failure(401, 'UNAUTHORIZED', 'authentication required', {
                'WWW-Authenticate': `Bearer realm="http://${request.host}/token",service="${request.host}",scope="repository:team/app:pull"`,
              })
            : undefined,
      });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], words: said => said.status(401) };
    },
  ],
  [
    'Harbor’s gate for vulnerable images',
    { cause: 'RegistryPolicyDenied', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({
        ...bearer(),
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? failure(412, 'PROJECTPOLICYVIOLATION', 'current image with 17 vulnerabilities cannot be pulled due to configured policy')
            : undefined,
      });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], words: said => said.status(412) };
    },
  ],
  [
    'a block for legal reasons',
    { cause: 'RegistryPolicyDenied' },
    async lab => {
      const { host } = await lab.registry({ answer: answering(failure(451, 'DENIED', 'unavailable in your region')) });
      return { image: `${host}/team/app:1.4.2`, words: said => said.status(451) };
    },
  ],
  [
    'Xray blocks the image',
    { cause: 'RegistryPolicyDenied' },
    async lab => {
      const { host } = await lab.registry({
        ...BASIC,
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? json(403, {
                errors: [
                  { status: 403, message: 'Artifact team/app/1.4.2/manifest.json has been blocked by Xray: security policy violation' },
                ],
              })
            : undefined,
      });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], words: said => said.status(403) };
    },
  ],
  [
    'a firewall of the registry that does not know this address',
    { cause: 'RegistryPolicyDenied' },
    async lab => {
      const { host } = await lab.registry({
        ...bearer(),
        answer: atToken(
          failure(403, 'DENIED', "client with IP '203.0.113.9' is not allowed access. Refer https://aka.ms/acr/firewall to grant access."),
        ),
      });
      return {
        image: 'acmeprod.azurecr.io/shop/api:1',
        secrets: [cred('acmeprod.azurecr.io')],
        flags: mirror('acmeprod.azurecr.io', host),
        words: said => said.token(403, true, 'https://acmeprod.azurecr.io/oauth2/token'),
      };
    },
  ],
  [
    'a web firewall: 403 and a page',
    { cause: 'RegistryPolicyDenied' },
    async lab => {
      const { host } = await lab.registry({ answer: answering(html(403, 'Attention Required! | Request blocked')) });
      return { image: `${host}/team/app:1.4.2`, words: said => said.status(403) };
    },
  ],
  [
    'gone: 410',
    { cause: 'RepositoryOffline' },
    async lab => {
      const { host } = await lab.registry({ answer: answering(failure(410, 'UNKNOWN', 'this registry was shut down')) });
      return { image: `${host}/team/app:1.4.2`, words: said => said.status(410) };
    },
  ],
  [
    'unpaid: 402',
    { cause: 'RepositoryOffline' },
    async lab => {
      const { host } = await lab.registry({ answer: answering(failure(402, 'DENIED', 'payment required')) });
      return { image: `${host}/team/app:1.4.2`, words: said => said.status(402) };
    },
  ],
  [
    'suspended: 403 with the reason',
    { cause: 'RepositoryOffline', results: ['denied'] },
    async lab => {
      const { host } = await lab.registry({
        ...BASIC,
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? failure(403, 'DENIED', 'the account of this registry is suspended: the invoice is unpaid')
            : undefined,
      });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], words: said => said.status(403) };
    },
  ],
  [
    'a namespace that Quay disabled: 405 DENIED',
    { cause: 'RepositoryOffline' },
    async lab => {
      const { host } = await lab.registry({
        answer: answering(failure(405, 'DENIED', 'namespace acme has been disabled. Please contact a system administrator.')),
      });
      return { image: 'quay.io/acme/web:1', flags: mirror('quay.io', host), words: said => said.status(405) };
    },
  ],
];

const PORTAL = html(200, 'Welcome to the guest network');

const ways: Scenario[] = [
  [
    'a port where nothing listens',
    { cause: 'RegistryUnreachable', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const host = await lab.nowhere();
      return { image: `${host}/team/app:1.4.2`, words: said => said.dial(`dial tcp ${host}: connect: connection refused`) };
    },
  ],
  [
    'a name that nobody knows',
    { cause: 'RegistryNameNotResolved', certainty: 'certain', bareCertainty: 'likely' },
    async () => ({
      image: 'registry.acme.invalid/team/app:1.4.2',
      words: said => said.dial('dial tcp: lookup registry.acme.invalid on 10.0.0.2:53: no such host'),
    }),
  ],
  [
    'a server that hangs up at once',
    { cause: ['RegistryUnreachable', 'RegistryFailing'] },
    async lab => {
      const { host } = await lab.tcp(socket => socket.end());
      return { image: `${host}/team/app:1.4.2`, words: said => said.dial('EOF') };
    },
  ],
  [
    'a server that resets the connection',
    { cause: 'RegistryUnreachable' },
    async lab => {
      const { host } = await lab.tcp(socket => socket.resetAndDestroy());
      return {
        image: `${host}/team/app:1.4.2`,
        words: said => said.dial(`read tcp 127.0.0.1:40000->${host}: read: connection reset by peer`),
      };
    },
  ],
  [
    'plain HTTP where HTTPS is asked',
    { cause: 'PlainHTTPRegistry', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return {
        image: 'registry.acme.example/team/app:1.4.2',
        flags: mirror('registry.acme.example', `https://${host}`),
        words: said => said.dial('http: server gave HTTP response to HTTPS client'),
      };
    },
  ],
  [
    'plain HTTP by the words of the node, and it works from here',
    { cause: 'PlainHTTPRegistry', certainty: 'certain', bare: null },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return {
        image: 'registry.acme.example/team/app:1.4.2',
        flags: mirror('registry.acme.example', host),
        words: said => said.dial('http: server gave HTTP response to HTTPS client'),
      };
    },
  ],
  [
    'HTTPS on loopback, which the node asks over plain HTTP: 400',
    { cause: 'PlainHTTPRegistry', bare: null },
    async lab => {
      const { host } = await lab.registry({ images: [APP], tls: tls.good });
      return { image: `${host}/team/app:1.4.2`, flags: trusting(lab), words: said => said.status(400) };
    },
  ],
  [
    'a certificate of an authority that nobody trusts',
    { cause: 'CertificateNotTrusted', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], tls: tls.good });
      return { image: `${host}/team/app:1.4.2`, scheme: 'https', words: said => said.dial(said.untrusted) };
    },
  ],
  [
    'a self-signed certificate',
    { cause: 'CertificateNotTrusted', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], tls: tls.self });
      return {
        image: 'registry.acme.example/team/app:1.4.2',
        flags: [...mirror('registry.acme.example', host), ...trusting(lab)],
        words: said => said.dial(said.untrusted),
      };
    },
  ],
  [
    'an expired certificate',
    { cause: 'CertificateInvalid', bareCertainty: 'likely', text: /expired/ },
    async lab => {
      const { host } = await lab.registry({ images: [APP], tls: tls.expired });
      return {
        image: `${host}/team/app:1.4.2`,
        flags: trusting(lab),
        scheme: 'https',
        words: said =>
          said.dial(
            'tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-22T13:19:17Z is after 2025-03-01T00:00:00Z',
          ),
      };
    },
  ],
  [
    'an expired certificate of a named host',
    { cause: 'CertificateInvalid', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], tls: tls.expired });
      return {
        image: 'registry.acme.example/team/app:1.4.2',
        flags: [...mirror('registry.acme.example', host), ...trusting(lab)],
        words: said =>
          said.dial(
            'tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-22T13:19:17Z is after 2025-03-01T00:00:00Z',
          ),
      };
    },
  ],
  [
    'a certificate that is not valid yet',
    { cause: 'CertificateInvalid' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], tls: tls.early });
      return {
        image: `${host}/team/app:1.4.2`,
        flags: trusting(lab),
        scheme: 'https',
        words: said =>
          said.dial(
            'tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-22T13:19:19Z is before 2030-01-01T00:00:00Z',
          ),
      };
    },
  ],
  [
    'a certificate of another name',
    { cause: 'CertificateInvalid', text: /registry\.other\.example/ },
    async lab => {
      const { host } = await lab.registry({ images: [APP], tls: tls.otherName });
      return {
        image: `${host}/team/app:1.4.2`,
        flags: trusting(lab),
        scheme: 'https',
        words: said =>
          said.dial(
            "tls: failed to verify certificate: x509: cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs",
          ),
      };
    },
  ],
  [
    'a registry that wants a certificate of the client',
    { cause: 'TLSFailed' },
    async lab => {
      const server = createTlsServer(
        { ...tls.good, requestCert: true, ca: [ca.cert], rejectUnauthorized: true, maxVersion: 'TLSv1.2' },
        socket => socket.on('error', () => {}),
      );
      server.on('tlsClientError', () => {});
      const { host } = await lab.tcp(socket => server.emit('connection', socket));
      return {
        image: `${host}/team/app:1.4.2`,
        flags: trusting(lab),
        scheme: 'https',
        words: said => said.dial('remote error: tls: certificate required'),
      };
    },
  ],
  [
    'a registry of TLS 1.1',
    { cause: 'TLSFailed' },
    async lab => {
      const server = createTlsServer({ ...tls.good, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }, socket =>
        socket.on('error', () => {}),
      );
      server.on('tlsClientError', () => {});
      const { host } = await lab.tcp(socket => server.emit('connection', socket));
      return {
        image: `${host}/team/app:1.4.2`,
        flags: trusting(lab),
        scheme: 'https',
        words: said => said.dial('remote error: tls: protocol version not supported'),
      };
    },
  ],
  [
    'a private authority that is given: the fault is another',
    { cause: 'TagNotFound', certainty: 'certain' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], tls: tls.good });
      return { image: `${host}/team/app:2`, flags: trusting(lab), scheme: 'https', words: said => said.notFound() };
    },
  ],
  [
    'a self-signed certificate that is given as its own authority: the fault is another',
    { cause: 'CredentialsRejected', certainty: 'certain', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry({ ...bearer(), tls: tls.self });
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [cred(host, WRONG)],
        flags: ['--registry-ca', lab.file(tls.self.cert)],
        scheme: 'https',
        words: said => said.token(401, true),
      };
    },
  ],
  [
    'a registry that is named insecure: the fault is another',
    { cause: 'RepositoryNotFound', certainty: 'certain' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], tls: tls.expired });
      return { image: `${host}/team/apq:1`, flags: ['--insecure-registry', host], scheme: 'https', words: said => said.notFound() };
    },
  ],
  [
    'layers at a host where nothing listens',
    { cause: 'BlobHostFailed', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const nowhere = await lab.nowhere();
      const { host } = await lab.registry({
        images: [APP],
        answer: request => (isBlob(request) ? to(`http://${nowhere}/blobs/x?X-Amz-Signature=c4nary-signature`) : undefined),
      });
      return {
        image: `${host}/team/app:1.4.2`,
        words: said =>
          said.copy(
            `failed to do request: Get "http://${nowhere}/blobs/x?X-Amz-Signature=c4nary-signature": dial tcp ${nowhere}: connect: connection refused`,
          ),
        after: (t, { run }) => t.notMatch(run.stdout, /c4nary-signature/, 'the signature of the address is not shown'),
      };
    },
  ],
  [
    'layers at a name that nobody knows',
    { cause: 'BlobHostFailed', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({
        images: [APP],
        answer: request => (isBlob(request) ? to('https://layers.acme.invalid/blobs/x') : undefined),
      });
      return {
        image: `${host}/team/app:1.4.2`,
        words: said =>
          said.copy(
            'failed to do request: Get "https://layers.acme.invalid/blobs/x": dial tcp: lookup layers.acme.invalid on 10.0.0.2:53: no such host',
          ),
      };
    },
  ],
  [
    'layers at a host that refuses with 403',
    { cause: 'BlobHostFailed' },
    async lab => {
      const blobs = await lab.registry({
        answer: () => ({ status: 403, headers: { 'Content-Type': 'application/xml' }, body: '<Error><Code>AccessDenied</Code></Error>' }),
      });
      const { host } = await lab.registry({ ...bearer(), answer: request => (isBlob(request) ? to(`${blobs.url}/blobs/x`) : undefined) });
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [cred(host)],
        words: said =>
          said.copy(
            said.runtime === '2.1'
              ? `unexpected status from GET request to ${blobs.url}/blobs/x: 403 Forbidden`
              : `unexpected status code ${blobs.url}/blobs/x: 403 Forbidden`,
          ),
        after: t =>
          t.notOk(
            blobs.requests.some(request => request.headers.authorization),
            'no Authorization goes to the host of the layers',
          ),
      };
    },
  ],
  [
    'layers at a host whose authority nobody trusts',
    { cause: 'BlobHostFailed', bareCertainty: 'likely' },
    async lab => {
      const blobs = await lab.registry({ tls: tls.self, answer: () => ({ body: 'x' }) });
      const { host } = await lab.registry({ images: [APP], answer: request => (isBlob(request) ? to(`${blobs.url}/blobs/x`) : undefined) });
      return {
        image: `${host}/team/app:1.4.2`,
        words: said => said.copy(`failed to do request: Get "${blobs.url}/blobs/x": ${said.untrusted}`),
      };
    },
  ],
  ...([403, 404, 500] as const).map(
    (code): Scenario => [
      `HEAD is answered ${code} and GET works`,
      { cause: 'HeadRequestBlocked', bareCertainty: 'likely' },
      async lab => {
        const { host } = await lab.registry({ images: [APP], answer: withHead({ status: code }) });
        return { image: `${host}/team/app:1.4.2`, words: said => (code === 404 ? said.notFound() : said.status(code)) };
      },
    ],
  ),
  [
    'HEAD is blocked before a login by Basic',
    { cause: 'HeadRequestBlocked', results: ['accepted'] },
    async lab => {
      const { host } = await lab.registry({ ...BASIC, answer: withHead({ status: 403 }) });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], words: said => said.status(403) };
    },
  ],
  [
    'HEAD is answered 405: a runtime then asks by GET',
    { cause: 'FixedWaitingForRetry' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], answer: withHead({ status: 405 }) });
      return { image: `${host}/team/app:1.4.2`, words: said => said.status(503) };
    },
  ],
  [
    'a captive portal: 200 and a page for everything',
    { cause: 'NotARegistry' },
    async lab => {
      const { host } = await lab.registry({ answer: () => PORTAL });
      return {
        image: `${host}/team/app:1.4.2`,
        words: said =>
          said.runtime === '2.1'
            ? `get image config descriptor: unexpected media type text/html for ${sha256('p')}: not found`
            : said.plain(`failed to unpack image on snapshotter overlayfs: unexpected media type text/html for ${sha256('p')}: not found`),
      };
    },
  ],
  [
    'a login page on the same host',
    { cause: 'NotARegistry' },
    async lab => {
      const { host } = await lab.registry({ answer: request => (request.path === '/login' ? html(200, 'Sign in') : to('/login', 302)) });
      return {
        image: `${host}/team/app:1.4.2`,
        words: said =>
          said.plain(`failed to unpack image on snapshotter overlayfs: unexpected media type text/html for ${sha256('p')}: not found`),
      };
    },
  ],
  [
    'a login page on another host',
    { cause: 'NotARegistry' },
    async lab => {
      const login = await lab.registry({ answer: () => html(200, 'Sign in') });
      const { host } = await lab.registry({ answer: () => to(`${login.url}/login`, 302) });
      return {
        image: `${host}/team/app:1.4.2`,
        words: said =>
          said.plain(`failed to unpack image on snapshotter overlayfs: unexpected media type text/html for ${sha256('p')}: not found`),
      };
    },
  ],
  [
    'a server that speaks SSH',
    { cause: 'NotARegistry' },
    async lab => {
      const { host } = await lab.tcp(socket => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
      return {
        image: `${host}/team/app:1.4.2`,
        words: said => said.dial('net/http: HTTP/1.x transport connection broken: malformed HTTP response "SSH-2.0-OpenSSH_9.6"'),
      };
    },
  ],
  [
    'a web server that knows no registry: a page for 404',
    { cause: 'NotARegistry' },
    async lab => {
      const { host } = await lab.registry({ answer: () => html(404, '404 Not Found') });
      return { image: `${host}/team/app:1.4.2`, words: said => said.notFound() };
    },
  ],
  [
    'a web server that knows no registry: plain text for 404',
    { cause: 'NotARegistry' },
    async lab => {
      const { host } = await lab.registry({
        answer: () => ({ status: 404, headers: { 'Content-Type': 'text/plain' }, body: '404 page not found\n' }),
      });
      return { image: `${host}/team/app:1.4.2`, words: said => said.notFound() };
    },
  ],
  [
    'some other API: JSON for 404',
    { cause: 'NotARegistry' },
    async lab => {
      const { host } = await lab.registry({ answer: () => json(404, { message: 'no Route matched with those values' }) });
      return { image: `${host}/team/app:1.4.2`, words: said => said.notFound() };
    },
  ],
];

/** The node's own trouble, while the pull works from here. */
const working = async (lab: Lab, words: (said: Said, host: string) => string, more: Partial<Setup> = {}): Promise<Setup> => {
  const { host } = await lab.registry({ images: [APP] });
  const registry = 'registry.acme.example';
  return { image: `${registry}/team/app:1.4.2`, flags: mirror(registry, host), words: said => words(said, host), ...more };
};

const nodes: Scenario[] = [
  [
    'the node cannot resolve what we can',
    { cause: 'RegistryNameNotResolved', bare: null },
    lab => working(lab, said => said.dial(`dial tcp: lookup ${said.host} on 10.0.0.2:53: no such host`)),
  ],
  [
    'the node is refused where we are not',
    { cause: 'RegistryUnreachable', bare: null },
    lab => working(lab, said => said.dial('dial tcp 10.0.0.9:443: connect: connection refused')),
  ],
  [
    'the node gets no answer where we do',
    { cause: 'RegistryUnreachable', bare: null },
    lab => working(lab, said => said.dial('dial tcp 10.0.0.9:443: i/o timeout')),
  ],
  [
    'the node does not trust what we trust',
    { cause: 'CertificateNotTrusted', bare: null },
    lab => working(lab, said => said.dial(said.untrusted)),
  ],
  [
    'the proxy of the node is down',
    { cause: 'ProxyFailed', bare: null },
    lab => working(lab, said => said.dial('proxyconnect tcp: dial tcp 10.0.0.3:3128: connect: connection refused')),
  ],
  [
    'the disk of the node is full',
    { cause: 'NodeDiskFull', bare: null },
    lab =>
      working(lab, said =>
        said.plain('failed to copy: write /var/lib/containerd/io.containerd.content.v1.content/ingest/83/data: no space left on device'),
      ),
  ],
  [
    'the store of the node is read-only',
    { cause: 'NodeStorageFailed', bare: null },
    lab => working(lab, said => said.plain('mkdir /var/lib/containerd/io.containerd.content.v1.content/ingest: read-only file system')),
  ],
  ['kubelet put the pull off', { cause: 'PullThrottled', bare: null }, lab => working(lab, () => 'pull QPS exceeded')],
  ['no bytes came to the node for long', { cause: 'PullTooSlow', bare: null }, lab => working(lab, said => said.plain('context canceled'))],
  [
    'a transfer was cut on its way to the node',
    { cause: 'TransferInterrupted', bare: null },
    lab => working(lab, said => said.plain('short read: expected 400462 bytes but got 120000: unexpected EOF')),
  ],
  [
    'the node met 404, and now it is there',
    { cause: 'FixedWaitingForRetry', certainty: 'likely' },
    lab => working(lab, said => said.notFound()),
  ],
  [
    'the node met 401, and now nobody is asked',
    { cause: 'FixedWaitingForRetry', certainty: 'likely' },
    lab => working(lab, said => said.noLogin()),
  ],
  [
    'the node met 429, and now it goes',
    { cause: 'FixedWaitingForRetry', certainty: 'likely' },
    lab => working(lab, said => said.status(429)),
  ],
  [
    'the node met 500, and now it goes',
    { cause: 'FixedWaitingForRetry', certainty: 'likely' },
    lab => working(lab, said => said.status(500)),
  ],
  [
    'the node’s mirror fails with 502, the registry itself is well',
    { cause: ['RegistryFailing', 'MirrorFailed'], bare: null },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return {
        image: `${host}/team/app:1.4.2`,
        words: said =>
          said.resolve(
            `unexpected status from HEAD request to https://mirror.acme.example/v2/team/app/manifests/1.4.2?ns=${encodeURIComponent(host)}: 502 Bad Gateway`,
          ),
      };
    },
  ],
  [
    'the node’s mirror has a certificate that nobody trusts',
    { cause: 'CertificateNotTrusted', bare: null, text: /mirror\.acme\.example/ },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return {
        image: `${host}/team/app:1.4.2`,
        words: said =>
          said.resolve(
            `failed to do request: Head "https://mirror.acme.example/v2/team/app/manifests/1.4.2?ns=${encodeURIComponent(host)}": ${said.untrusted}`,
          ),
      };
    },
  ],
  [
    'the node cannot resolve the name, and a login is missing besides',
    { cause: 'RegistryNameNotResolved', next: ['NoPullSecret'], bare: 'NoPullSecret' },
    async lab => {
      const { host } = await lab.registry(BASIC);
      const registry = 'registry.acme.example';
      return {
        image: `${registry}/team/app:1.4.2`,
        flags: mirror(registry, host),
        words: said => said.dial(`dial tcp: lookup ${registry} on 10.0.0.2:53: no such host`),
      };
    },
  ],
  [
    'the node met 404, we meet 401: the answer of now counts',
    { cause: 'NoPullSecret', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, words: said => said.notFound() };
    },
  ],
  [
    'a secret for another registry besides, and the tag is missing',
    { cause: 'TagNotFound', results: [] },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return { image: `${host}/team/app:2`, secrets: [cred('registry.example.com', WRONG)], words: said => said.notFound() };
    },
  ],
];

export const SCENARIOS: Scenario[] = [...names, ...secrets, ...auth, ...registries, ...ways, ...nodes];

/** Images without a host are Docker Hub's. */
function partsOf(image: string): { registry: string; repository: string; reference: string } {
  const [, name = '', tag, digest] = /^(.*?)(?::([^:/@]+))?(?:@(sha256:[0-9a-f]+))?$/.exec(image) ?? [];
  const slash = name.indexOf('/');
  const first = name.slice(0, slash);
  const hosted = slash > 0 && /[.:]|^localhost$/.test(first);
  const registry = hosted ? first : 'docker.io';
  const path = hosted ? name.slice(slash + 1) : name;
  return {
    registry,
    repository: registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path,
    reference: digest ?? tag ?? 'latest',
  };
}

const list = (value: string | string[]): string[] => (Array.isArray(value) ? value : [value]);

/** Verdicts that were asked for, and those that were right. */
const score = { asked: 0, right: 0, falselyCertain: 0, wrong: [] as string[] };

function judge(t: Test, name: string, item: Item | undefined, cause: string | string[] | null, certainty: string | undefined): void {
  if (item === undefined) return void t.fail(`${name}: no item`);
  const right = cause === null || list(cause).includes(item.cause);
  if (cause !== null) {
    score.asked++;
    if (right) score.right++;
    else score.wrong.push(`${name}: ${item.cause} (${item.certainty}), not ${list(cause).join(' or ')}`);
    t.ok(right, `${name}: ${item.cause} (${item.certainty})`, {
      wanted: cause,
      because: item.summary,
      evidence: item.evidence.map(({ detail }) => detail),
    });
    if (right && certainty !== undefined) t.equal(item.certainty, certainty, `${name}: as certain as it is`);
  }
  if (!right && item.certainty === 'certain') score.falselyCertain++;
  t.notOk(!right && item.certainty === 'certain', `${name}: nothing wrong is certain`);
  if (item.certainty === 'certain') t.same(item.also, [], `${name}: what is certain has no alternatives`);
}

/** What was sent to whom: no password more often than a runtime must, and nothing of it in any output. */
function polite(t: Test, lab: Lab, runs: Run[]): void {
  for (const { options, registry } of lab.registries) {
    const good = options.auth?.users ?? {};
    const sent = loginsIn(registry.requests).filter(({ login }) => {
      const colon = login.indexOf(':');
      return good[login.slice(0, colon)] !== login.slice(colon + 1);
    });
    for (const login of new Set(sent.map(entry => entry.login))) {
      const count = (to: string): number => sent.filter(entry => entry.login === login && entry.to === to).length;
      const refusedBy403 = options.answer !== undefined && options.auth?.kind === 'basic';
      t.ok(
        count('registry') <= (refusedBy403 ? 2 : 1) && count('tokenPost') <= 1 && count('tokenGet') <= 1,
        'a password that is refused is sent once',
        { registry: count('registry'), post: count('tokenPost'), get: count('tokenGet') },
      );
    }
  }
  const secret = [
    ...secretsIn(lab.requests),
    RIGHT,
    WRONG,
    ...[RIGHT, WRONG].map(text => Buffer.from(`${USER}:${text}`).toString('base64')),
  ];
  for (const run of runs) {
    const out = run.stdout + run.stderr;
    t.notOk(
      secret.some(text => out.includes(text)),
      'no password, token or auth text is in the output',
    );
    t.equal(run.stderr, '', 'nothing is said on stderr');
  }
}

/** Objects of the words-only question, collected over all scenarios: it asks nobody, so one process answers for all. */
const silent: { name: string; expected: Expected; objects: KubernetesObject[]; pod: string }[] = [];

async function play(t: Test, index: number, [name, expected, make]: Scenario): Promise<void> {
  const lab = new Lab();
  try {
    const setup = await make(lab);
    const { image, secrets = [], account, unretrieved, words, node = true, flags = [] } = setup;
    const parts = partsOf(image);
    const loopback = /^(?:127\.|localhost)/.test(parts.registry);
    const runtime = RUNTIMES[index % RUNTIMES.length] as Runtime;
    const text = words?.(saidBy(runtime, { ...parts, scheme: setup.scheme ?? (loopback ? 'http' : 'https') }));
    const own = secrets.filter(secret => secret.metadata.namespace === NAMESPACE).map(secret => secret.metadata.name);
    const pull = setup.pull ?? own;
    const pod = (which: string, said?: string): KubernetesObject[] =>
      failingPod({ name: which, image, secrets: pull, unretrieved, words: said === undefined ? undefined : { runtime, text: said } });
    const around = [...secrets, ...surroundings(account, node)];
    const run = await why([...pod('bare'), ...(text === undefined ? [] : pod('said', text)), ...around], flags);
    const item = (which: string): Item | undefined => run.items.find(entry => entry.pod.name === which);
    const bare = item('bare') as Item;
    const said = item('said');
    if (text !== undefined) {
      judge(t, `${name} [said]`, said, expected.cause, expected.certainty);
      silent.push({ name, expected, objects: [...pod(`silent-${index}`, text), ...around], pod: `silent-${index}` });
    }
    judge(t, `${name} [bare]`, bare, expected.bare === undefined ? expected.cause : expected.bare, expected.bareCertainty);
    const main = said ?? bare;
    if (expected.results !== undefined)
      t.same(
        main.credentials.map(({ result }) => result),
        expected.results,
        `${name}: what became of each credential`,
      );
    if (expected.next !== undefined) t.same(main.next, expected.next, `${name}: what has to be repaired next`);
    const told = [
      main.summary,
      ...main.evidence.map(({ detail }) => detail),
      ...main.credentials.map(({ detail }) => detail),
      ...main.fixes.map(fix => `${fix.title} ${fix.command}`),
    ].join('\n');
    if (expected.text !== undefined) t.match(told, expected.text, `${name}: what is told`);
    t.equal(run.status, 1, `${name}: the status says that a cause was found`);
    setup.after?.(t, { said, bare, run });
    polite(t, lab, [run]);
  } finally {
    await lab.close();
  }
}

t.test('scenarios', { jobs: 4 }, async t => {
  for (const [index, scenario] of SCENARIOS.entries()) t.test(scenario[0], t => play(t, index, scenario));
});
