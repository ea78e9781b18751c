/**
 * The registry of the bench, as a function from a request to an answer: Bearer tokens, private and public repositories, indexes of several
 * platforms with six layers each, and blobs that a host of their own serves. Belongs here: what is answered; who listens and how far away
 * it is: site.mjs.
 */
import { createHash } from 'node:crypto';

export const USER = 'ci';
export const PASSWORD = 'right';
const LAYERS = 6;
const TAG = '1.0';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const PLATFORMS = ['amd64', 'arm64', 's390x'].map(architecture => ({ os: 'linux', architecture }));

/** @typedef {{ type: string, body: string }} Content */
/** @typedef {{ method: string, url: URL, authorization: string | undefined, body: string }} Asked `url`: with the host that was asked. */
/** @typedef {{ status: number, headers?: Record<string, string>, body?: string }} Answer */

const digestOf = (/** @type {string} */ text) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
/** @type {Map<string, Content>} */
const contents = new Map();
const stored = (/** @type {string} */ type, /** @type {string} */ body) => {
  contents.set(digestOf(body), { type, body });
  return { mediaType: type, digest: digestOf(body), size: Buffer.byteLength(body) };
};

/** The one image, which every repository holds as one tag. */
const image = stored(
  INDEX,
  JSON.stringify({
    schemaVersion: 2,
    mediaType: INDEX,
    manifests: PLATFORMS.map(platform => {
      const files = Array.from({ length: LAYERS }, (_, index) => `layer ${index} for ${platform.architecture}\n`);
      const rootfs = { type: 'layers', diff_ids: files.map(digestOf) };
      const config = stored('application/vnd.oci.image.config.v1+json', JSON.stringify({ ...platform, config: {}, rootfs }));
      const layers = files.map(file => stored('application/vnd.oci.image.layer.v1.tar', file));
      return { ...stored(MANIFEST, JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config, layers })), platform };
    }),
  }),
);

/**
 * Repositories, whether anybody may pull them, and whether another host has their blobs.
 * @type {Record<string, { isPublic?: true, isElsewhere?: true }>}
 */
const REPOSITORIES = { 'team/app': {}, 'team/open': { isPublic: true }, 'team/elsewhere': { isElsewhere: true } };

/** @type {(status: number, value: unknown, headers?: Record<string, string>) => Answer} */
const json = (status, value, headers = {}) => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
});
/** @type {(status: number, code: string, message: string, headers?: Record<string, string>) => Answer} */
const failure = (status, code, message, headers) => json(status, { errors: [{ code, message }] }, headers);

/**
 * Answers what a registry is asked. In: the request, the base of the token server and that of the host of blobs.
 * @param {Asked} asked
 * @param {{ realm: string, blobs: string }} hosts
 * @returns {Answer}
 */
export function registryAnswer(asked, { realm, blobs }) {
  const { pathname, host } = asked.url;
  if (pathname === '/token') return tokenAnswer(asked);
  const [, name = '', kind, reference = ''] = /^\/v2\/(.+)\/(manifests|blobs|tags)\/([^/]+)$/.exec(decodeURIComponent(pathname)) ?? [];
  if (pathname !== '/v2/' && kind === undefined) return { status: 404 };
  const token = /^bearer (.+)$/i.exec(asked.authorization ?? '')?.[1];
  const mayPull = token !== undefined && (kind === undefined || grantsOf(token).includes(name));
  if (!mayPull) {
    const scope = kind === undefined ? '' : `,scope="repository:${name}:pull"`;
    const error = token === undefined ? '' : ',error="insufficient_scope"';
    const challenge = `Bearer realm="${realm}/token",service="${host}"${scope}${error}`;
    return failure(401, 'UNAUTHORIZED', 'authentication required', { 'www-authenticate': challenge });
  }
  const repository = REPOSITORIES[name];
  if (kind === undefined) return json(200, {});
  if (kind === 'tags')
    return repository ? json(200, { name, tags: [TAG] }) : failure(404, 'NAME_UNKNOWN', 'repository name not known to registry');
  const digest = kind === 'manifests' && reference === TAG ? image.digest : reference;
  const content = repository && contents.get(digest);
  if (content === undefined)
    return kind === 'manifests' ? failure(404, 'MANIFEST_UNKNOWN', 'manifest unknown') : failure(404, 'BLOB_UNKNOWN', 'blob unknown');
  if (kind === 'blobs' && repository?.isElsewhere) return { status: 307, headers: { location: `${blobs}/store/${digest}?signature=x` } };
  const type = kind === 'blobs' ? 'application/octet-stream' : content.type;
  return { status: 200, headers: { 'content-type': type, 'docker-content-digest': digest }, body: content.body };
}

/**
 * The host of blobs: it refuses whoever brings a login, as object stores do.
 * @param {Asked} asked
 * @returns {Answer}
 */
export function blobAnswer({ url, authorization }) {
  if (authorization !== undefined) return { status: 400, body: 'only one way to log in is allowed' };
  const content = contents.get(url.pathname.replace('/store/', ''));
  return content ? { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: content.body } : { status: 404 };
}

/**
 * The token server: by POST with the password grant, by GET with Basic, and to anybody for the public repositories.
 * @param {Asked} asked
 * @returns {Answer}
 */
export function tokenAnswer({ method, url, authorization, body }) {
  const form = method === 'POST' ? new URLSearchParams(body) : url.searchParams;
  const basic = Buffer.from(/^basic (.+)$/i.exec(authorization ?? '')?.[1] ?? '', 'base64').toString();
  const login = method === 'POST' ? `${form.get('username')}:${form.get('password')}` : basic;
  const isKnown = login === `${USER}:${PASSWORD}`;
  if (login !== '' && !isKnown) return failure(401, 'UNAUTHORIZED', 'incorrect username or password');
  const asked = form.getAll('scope').flatMap(scope => scope.split(' '));
  const names = asked.flatMap(scope => /^repository:(.+):pull$/.exec(scope)?.[1] ?? []);
  const granted = names.filter(name => isKnown || REPOSITORIES[name]?.isPublic);
  const token = tokenFor(granted);
  return json(200, { token, access_token: token, expires_in: 300, issued_at: new Date().toISOString() });
}

/** A token in the form of a JWT, which nobody has signed: what it grants stands in it. */
const tokenFor = (/** @type {readonly string[]} */ names) => {
  const part = (/** @type {unknown} */ value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const access = names.map(name => ({ type: 'repository', name, actions: ['pull'] }));
  return `${part({ typ: 'JWT', alg: 'none' })}.${part({ access })}.${part('')}`;
};

/** @param {string} token @returns {string[]} */
function grantsOf(token) {
  const { access } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return access.map((/** @type {{ name: string }} */ { name }) => name);
}
