/**
 * The cases of the bench: what the pod pulls and with which login, what the node says of it, which cause is right, and what the proof costs at least. Belongs here: these, and the
 * saved objects of each (`why -f`).
 */
import { PASSWORD, USER } from './registry.mjs';

/** @typedef {import('./site.mjs').Host} Host */
/** @typedef {{ name: string, at: Host, image: string, login: 'right' | 'wrong', words: (image: string) => string, cause: string }} Case */

const resolving = (/** @type {string} */ image) => `failed to pull and unpack image "${image}": failed to resolve reference "${image}"`;
const notFound = (/** @type {string} */ image) => `rpc error: code = NotFound desc = ${resolving(image)}: ${image}: not found`;
const failing = (/** @type {string} */ image) =>
  `${resolving(image)}: unexpected status from HEAD request to https://${image.replace('/', '/v2/').replace(/:([^:]+)$/, '/manifests/$1')}: 503 Service Unavailable`;
const refused = (/** @type {string} */ image) =>
  `${resolving(image)}: failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://${image.replace(/\/.*/, '')}/token: 401 Unauthorized`;

/** @type {readonly Case[]} */
export const CASES = [
  { name: 'good image', at: 'registry', image: 'team/app:1.0', login: 'right', words: failing, cause: 'FixedWaitingForRetry' },
  { name: 'good, token host', at: 'split', image: 'team/app:1.0', login: 'right', words: failing, cause: 'FixedWaitingForRetry' },
  { name: 'good, layer host', at: 'registry', image: 'team/elsewhere:1.0', login: 'right', words: failing, cause: 'FixedWaitingForRetry' },
  { name: 'missing tag', at: 'registry', image: 'team/app:2.0', login: 'right', words: notFound, cause: 'TagNotFound' },
  { name: 'missing repository', at: 'registry', image: 'team/none:1.0', login: 'right', words: notFound, cause: 'RepositoryNotFound' },
  { name: 'wrong password', at: 'registry', image: 'team/app:1.0', login: 'wrong', words: refused, cause: 'CredentialsRejected' },
  {
    name: 'public, stale secret',
    at: 'registry',
    image: 'team/open:1.0',
    login: 'wrong',
    words: refused,
    cause: 'CredentialsBlockPublicImage',
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
