/**
 * The cases of the bench: what the pod pulls and with which login, what the node says of it, which cause is right, and what the proof costs
 * at least. Belongs here: these, and the saved objects of each (`why -f`).
 */
import { PASSWORD, USER } from './registry.mjs';

/** @typedef {import('./site.mjs').Host} Host */
/**
 * @typedef {object} Case
 * @property {string} name
 * @property {Host} at Its registry.
 * @property {string} image
 * @property {'right' | 'wrong'} login
 * @property {(image: string) => string} words What the node says.
 * @property {string} cause
 * @property {string[][]} proof What the cause stands on, as rows of steps that need one another; rows are independent.
 * @property {Host} [layersAt] The host that serves layers, where they are asked for.
 */

/**
 * The floor of a case: the round trips of a client that sends each request as soon as it knows what to write into it, with no thought
 * whether the answer to another could make it needless. Where a client needs more, it waits: to spare the registry a request, or a login
 * its second refusal.
 * @param {Pick<Case, 'proof'>} of
 */
export const floorOf = ({ proof }) => Math.max(...proof.map(({ length }) => length));

const CHALLENGE = ['TCP', 'TLS', 'challenge of /v2/'];
const MANIFEST = [...CHALLENGE, 'token', 'manifest'];
const IMAGE = ['manifest of the platform', 'config and layers'];
/** The runtime's own two requests with a password, and beside it what anybody gets. */
const REFUSED = [
  [...CHALLENGE, 'token by POST', 'token by GET'],
  [...CHALLENGE, 'token for anybody', 'manifest'],
];
/** With the tags, and what a cache would say of its upstream, beside the manifest. */
const MISSING = [MANIFEST];

const resolving = (/** @type {string} */ image) => `failed to pull and unpack image "${image}": failed to resolve reference "${image}"`;
const notFound = (/** @type {string} */ image) => `rpc error: code = NotFound desc = ${resolving(image)}: ${image}: not found`;
const hostOf = (/** @type {string} */ image) => image.replace(/\/.*/, '');
const failing = (/** @type {string} */ image) => {
  const url = `https://${image.replace('/', '/v2/').replace(/:([^:]+)$/, '/manifests/$1')}`;
  return `${resolving(image)}: unexpected status from HEAD request to ${url}: 503 Service Unavailable`;
};
const refused = (/** @type {string} */ image) => {
  const answer = `unexpected status from GET request to https://${hostOf(image)}/token: 401 Unauthorized`;
  return `${resolving(image)}: failed to authorize: failed to fetch oauth token: ${answer}`;
};
const GOOD = { login: /** @type {const} */ ('right'), words: failing, cause: 'FixedWaitingForRetry' };

/** @type {readonly Case[]} */
export const CASES = [
  { ...GOOD, name: 'good image', at: 'registry', image: 'team/app:1.0', proof: [[...MANIFEST, ...IMAGE]], layersAt: 'registry' },
  {
    ...GOOD,
    name: 'token host',
    at: 'split',
    image: 'team/app:1.0',
    proof: [[...CHALLENGE, 'TCP', 'TLS', 'token', 'manifest', ...IMAGE]],
    layersAt: 'split',
  },
  {
    ...GOOD,
    name: 'layer host',
    at: 'registry',
    image: 'team/elsewhere:1.0',
    proof: [[...MANIFEST, ...IMAGE, 'TCP', 'TLS', 'config and layers there']],
    layersAt: 'layers',
  },
  { name: 'missing tag', at: 'registry', image: 'team/app:2.0', login: 'right', words: notFound, cause: 'TagNotFound', proof: MISSING },
  {
    name: 'missing repository',
    at: 'registry',
    image: 'team/none:1.0',
    login: 'right',
    words: notFound,
    cause: 'RepositoryNotFound',
    proof: MISSING,
  },
  {
    name: 'wrong password',
    at: 'registry',
    image: 'team/app:1.0',
    login: 'wrong',
    words: refused,
    cause: 'CredentialsRejected',
    proof: REFUSED,
  },
  {
    name: 'stale secret',
    at: 'registry',
    image: 'team/open:1.0',
    login: 'wrong',
    words: refused,
    cause: 'CredentialsBlockPublicImage',
    proof: REFUSED,
  },
];

/** The auths of a config.json. @type {(host: string, login: Case['login']) => string} */
export const dockerConfig = (host, login) => {
  const auth = Buffer.from(`${USER}:${login === 'right' ? PASSWORD : 'stale'}`).toString('base64');
  return JSON.stringify({ auths: { [host]: { auth } } });
};

/**
 * The pod, its secret and its node, as `kubectl get -o json` saves them.
 * @param {Case} of
 * @param {string} host Address of its registry.
 * @returns {string}
 */
export function savedObjects({ image: path, login, words }, host) {
  const image = `${host}/${path}`;
  const metadata = { name: 'api', namespace: 'shop' };
  const message = words(image);
  const waiting = { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}": ErrImagePull: ${message}` };
  const data = { '.dockerconfigjson': Buffer.from(dockerConfig(host, login)).toString('base64') };
  const nodeInfo = {
    operatingSystem: 'linux',
    architecture: 'amd64',
    containerRuntimeVersion: 'containerd://2.1.4',
    kubeletVersion: 'v1.34.1',
  };
  const items = [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: { nodeName: 'node-1', imagePullSecrets: [{ name: 'pull' }], containers: [{ name: 'api', image }] },
      status: { phase: 'Pending', containerStatuses: [{ name: 'api', image, state: { waiting } }] },
    },
    { apiVersion: 'v1', kind: 'Secret', metadata: { ...metadata, name: 'pull' }, type: 'kubernetes.io/dockerconfigjson', data },
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' }, status: { nodeInfo } },
  ];
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}
