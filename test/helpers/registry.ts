/**
 * A registry for tests: the pull side of the OCI distribution specification over real sockets on
 * loopback, behaving as distribution/distribution does, and able to make every kind of fault.
 */
import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

/** Every request needs `Authorization: Basic` of one of the users. */
interface BasicAuth {
  kind: 'basic';
  realm?: string;
  users: Record<string, string>;
}

/** Every request needs a token of the token server. */
export interface BearerAuth {
  kind: 'bearer';
  /** Passwords by user name. */
  users: Record<string, string>;
  /** Audience of the tokens; default: `host` of the registry. */
  service?: string;
  /**
   * Token endpoint; default: the registry's own `/token`, at the host name the client used. The
   * `/token` of another bearer test registry also works: a token is taken wherever it was made.
   */
  realm?: string;
  /** Anonymous tokens are given, and needed, for the public repositories. */
  allowAnonymous?: boolean;
  /** `false`: the token endpoint answers POST with 404. */
  postAllowed?: boolean;
  /** Repositories each user may pull, `*` for all; default: all users may pull all. */
  grants?: Record<string, string[]>;
  /** `false`: a challenge never says `error="insufficient_scope"` or `error="invalid_token"`. */
  errorInChallenge?: boolean;
}

/** How a test registry behaves. */
export interface RegistryOptions {
  /** PEM texts; https when given. */
  tls?: { cert: string; key: string };
  auth?: BasicAuth | BearerAuth;
  /** Repositories readable without login (see `allowAnonymous` for bearer). */
  publicRepositories?: string[];
  images?: Image[];
  /** Default: any that is free. */
  port?: number;
  /** Default: 127.0.0.1; with another one loopback has to be among what it listens to. */
  address?: string;
  /** Overrides the answer to any request, the token endpoint's too; `undefined`: the normal one. */
  answer?: (request: SeenRequest) => Answer | undefined;
}

/** An image a registry holds; the parts that are missing are those of its first platform. */
export interface Image {
  repository: string;
  /** Default: `latest`. */
  tag?: string;
  /** Default: linux/amd64; other than one makes an index. */
  platforms?: { os: string; architecture: string; variant?: string }[];
  /** An index even with one platform. */
  index?: boolean;
  /** Media type of what the tag names; one of Docker's gives all parts Docker's types. */
  mediaType?: string;
  /** Default: 2. */
  layers?: number;
  /** The last layer's blob is not there. */
  missingLayer?: boolean;
  missingConfig?: boolean;
  /** An index whose first manifest is not there. */
  missingChild?: boolean;
  /** Nothing is made: the image is this manifest with these blobs. */
  copy?: { mediaType: string; manifest: Buffer; blobs: Buffer[] };
}

/** A request as it arrived. */
export interface SeenRequest {
  method: string;
  /** As sent, with the query. */
  url: string;
  /** `url` without the query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** The Host header. */
  host: string;
}

/** An answer to a request; one that only has `delayMs` delays the normal one. */
export interface Answer {
  /** Default: 200. */
  status?: number;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
  /** Never answers, or with `body` never ends the answer. */
  hang?: boolean;
  /** Destroys the socket, with `body` after sending it as an unfinished answer. */
  destroy?: boolean;
  /** Resets the connection in place of an answer. */
  reset?: boolean;
  /** Sends a head without an end, a byte at a time. */
  trickle?: boolean;
  delayMs?: number;
}

/** A listening server; `close` also destroys its open sockets. */
export interface TestServer {
  /** `127.0.0.1:PORT` */
  host: string;
  port: number;
  close(): Promise<void>;
}

/** A running registry. */
export interface TestRegistry extends TestServer {
  url: string;
  /** All requests so far, in the order they arrived. */
  requests: SeenRequest[];
  /** Digest of the manifest or index that a tag (default: `latest`) names. */
  digestOf(repository: string, reference?: string): string;
}

interface Content {
  mediaType: string;
  body: Buffer;
}

interface Repository {
  /** Digests by tag. */
  tags: Map<string, string>;
  manifests: Map<string, Content>;
  blobs: Map<string, Content>;
}

interface Site {
  options: RegistryOptions;
  repositories: Map<string, Repository>;
  scheme: string;
  host: string;
}

const ociTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
};
const dockerTypes = {
  index: 'application/vnd.docker.distribution.manifest.list.v2+json',
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
};
const namePart = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const contentPath = new RegExp(`^/v2/(${namePart}(?:/${namePart})*)/(?:(manifests|blobs)/([^/]+)|tags/list)$`);
const apiVersion = { 'Docker-Distribution-Api-Version': 'registry/2.0' };
const tokenSeconds = 300;
/** What each token made in this process is good for. */
const tokens = new Map<string, { service: string; pulls: string[]; expires: number }>();

/** Starts a registry on 127.0.0.1. */
export async function startRegistry(options: RegistryOptions = {}): Promise<TestRegistry> {
  const scheme = options.tls ? 'https' : 'http';
  const repositories = new Map<string, Repository>();
  for (const image of options.images ?? []) addImage(repositories, image);
  const site: Site = { options, repositories, scheme, host: '' };
  const requests: SeenRequest[] = [];
  const onRequest = (request: IncomingMessage, response: ServerResponse) => void serve(site, requests, request, response);
  const server = await listen(
    options.tls ? createHttpsServer(options.tls, onRequest) : createHttpServer(onRequest),
    options.port,
    options.address,
  );
  site.host = server.host;
  const digestOf = (repository: string, reference = 'latest') => {
    const digest = repositories.get(repository)?.tags.get(reference);
    if (!digest) throw new Error(`the test registry has no ${repository}:${reference}`);
    return digest;
  };
  return { ...server, url: `${scheme}://${server.host}`, requests, digestOf };
}

async function serve(site: Site, requests: SeenRequest[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '', headers } = request;
  const path = url.replace(/\?.*$/, '');
  const seen = { method, url, path, headers, body: '', host: headers.host ?? '' };
  requests.push(seen);
  try {
    for await (const chunk of request.setEncoding('utf8')) seen.body += chunk;
    const { delayMs, ...answer } = site.options.answer?.(seen) ?? {};
    if (delayMs) await sleep(delayMs, undefined, { ref: false });
    send(response, Object.keys(answer).length > 0 ? answer : normalAnswer(site, seen));
  } catch (error) {
    // The client went away, or the override threw.
    if (!response.headersSent) send(response, failure(500, 'UNKNOWN', String(error)));
  }
}

function send(response: ServerResponse, answer: Answer): void {
  const { status = 200, headers = {}, body, hang, destroy, reset, trickle } = answer;
  if (reset) return void accepted.get(response.socket?.remotePort ?? 0)?.resetAndDestroy();
  if (trickle) return trickleTo(response.socket as Socket);
  const unfinished = hang || destroy;
  const abandon = () => destroy && response.socket?.destroy();
  if (unfinished && body === undefined) return void abandon();
  response.statusCode = status;
  if (!unfinished) response.setHeader('Content-Length', Buffer.byteLength(body ?? ''));
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (unfinished) response.write(body, abandon);
  else response.end(body);
}

function trickleTo(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\nX-Slow: ');
  const timer = setInterval(() => socket.write('x'), 50);
  socket.on('close', () => clearInterval(timer));
}

function normalAnswer(site: Site, request: SeenRequest): Answer {
  const { method, path, url } = request;
  const { auth } = site.options;
  if (auth?.kind === 'bearer' && path === '/token') return tokenAnswer(site, auth, request);
  const match = contentPath.exec(path.replace(/%3a/gi, ':'));
  if (!match && path !== '/v2/') return { status: 404, body: '404 page not found\n' };
  const [, name, kind, reference = ''] = match ?? [];
  const refusal = authorize(site, request, name);
  if (refusal) return refusal;
  if (method !== 'GET' && method !== 'HEAD') {
    return failure(405, 'UNSUPPORTED', 'The operation is unsupported.');
  }
  if (name === undefined) return json(200, {});
  const repository = site.repositories.get(name);
  if (kind === 'manifests') return manifestAnswer(repository, reference, request.headers.accept);
  if (kind === 'blobs') {
    const blob = repository?.blobs.get(reference);
    if (!blob) return failure(404, 'BLOB_UNKNOWN', 'blob unknown to registry', reference);
    return contentAnswer(reference, { ...blob, mediaType: 'application/octet-stream' });
  }
  if (!repository) {
    return failure(404, 'NAME_UNKNOWN', 'repository name not known to registry', { name });
  }
  return tagsAnswer(name, [...repository.tags.keys()].sort(), queryOf(url));
}

function manifestAnswer(repository: Repository | undefined, reference: string, accept = ''): Answer {
  const digest = repository?.tags.get(reference) ?? reference;
  const manifest = repository?.manifests.get(digest);
  if (!manifest) return failure(404, 'MANIFEST_UNKNOWN', 'manifest unknown', { Tag: reference });
  // As the real one: what is OCI's has to be accepted by its exact type, `*/*` is not enough.
  const accepted = accept.split(',').map(type => type.replace(/;.*$/, '').trim());
  const { mediaType } = manifest;
  const isIndex = mediaType === ociTypes.index;
  if ((isIndex || mediaType === ociTypes.manifest) && !accepted.includes(mediaType)) {
    const [one, many] = isIndex ? ['index', 'indexes'] : ['manifest', 'manifests'];
    const message = `OCI ${one} found, but accept header does not support OCI ${many}`;
    return failure(404, 'MANIFEST_UNKNOWN', message);
  }
  return contentAnswer(digest, manifest);
}

function contentAnswer(digest: string, { mediaType, body }: Content): Answer {
  const headers = { 'Content-Type': mediaType, 'Docker-Content-Digest': digest, ...apiVersion };
  return { headers: { ...headers, Etag: `"${digest}"` }, body };
}

function tagsAnswer(name: string, all: string[], query: URLSearchParams): Answer {
  const n = query.get('n') ?? '';
  if (!/^\d*$/.test(n)) {
    return failure(400, 'PAGINATION_NUMBER_INVALID', 'invalid number of results requested');
  }
  const rest = all.filter(tag => tag > (query.get('last') ?? ''));
  const tags = n === '' ? rest : rest.slice(0, Number(n));
  const last = tags.at(-1);
  if (last === undefined || tags.length === rest.length) return json(200, { name, tags });
  const link = `</v2/${name}/tags/list?last=${last}&n=${n}>; rel="next"`;
  return json(200, { name, tags }, { Link: link });
}

/** The 401 for a request that may not read `name` (or `/v2/` without one), if it may not. */
function authorize(site: Site, request: SeenRequest, name?: string): Answer | undefined {
  const { auth, publicRepositories = [] } = site.options;
  if (!auth) return undefined;
  const { authorization } = request.headers;
  const isPublic = name !== undefined && publicRepositories.includes(name);
  if (auth.kind === 'basic') {
    const login = basicLogin(authorization);
    if (login ? auth.users[login.user] === login.password : isPublic) return undefined;
    return unauthorized(`Basic realm="${auth.realm ?? 'test registry'}"`, name);
  }
  const [, text = ''] = /^bearer +(.+)$/i.exec(authorization ?? '') ?? [];
  if (!text && isPublic && !auth.allowAnonymous) return undefined;
  const service = auth.service ?? site.host;
  const token = tokens.get(text);
  const isValid = token?.service === service && token.expires > Date.now();
  if (isValid && (name === undefined || token.pulls.includes(name))) return undefined;
  const realm = auth.realm ?? `${site.scheme}://${request.host}/token`;
  let challenge = `Bearer realm="${realm}",service="${service}"`;
  if (name !== undefined) challenge += `,scope="repository:${name}:pull"`;
  if (text && auth.errorInChallenge !== false) {
    challenge += `,error="${isValid ? 'insufficient_scope' : 'invalid_token'}"`;
  }
  return unauthorized(challenge, name);
}

function tokenAnswer(site: Site, auth: BearerAuth, request: SeenRequest): Answer {
  const isPost = request.method === 'POST';
  if (isPost && auth.postAllowed === false) return { status: 404, body: '404 page not found\n' };
  const form = isPost ? new URLSearchParams(request.body) : queryOf(request.url);
  if (isPost && form.get('grant_type') !== 'password') {
    return json(400, { error: 'unsupported_grant_type' });
  }
  const login = isPost
    ? { user: form.get('username') ?? '', password: form.get('password') ?? '' }
    : basicLogin(request.headers.authorization);
  if (login ? auth.users[login.user] !== login.password : !auth.allowAnonymous) {
    return unauthorized('Basic realm="test token server"');
  }
  const access = form
    .getAll('scope')
    .flatMap(scope => scope.split(' '))
    .map(scope => /^repository:(.+):([^:]*)$/.exec(scope))
    .filter(scope => scope?.[2]?.split(',').includes('pull'))
    .map(scope => ({ type: 'repository', name: scope?.[1] ?? '', actions: ['pull'] }))
    .filter(({ name }) => mayPull(site, auth, login?.user, name));
  const service = form.get('service') ?? auth.service ?? site.host;
  const token = makeToken(service, login?.user ?? '', access);
  const common = { expires_in: tokenSeconds, issued_at: new Date().toISOString() };
  if (!isPost) return json(200, { token, access_token: token, ...common });
  return json(200, { access_token: token, scope: form.getAll('scope').join(' '), ...common });
}

function mayPull(site: Site, auth: BearerAuth, user: string | undefined, name: string): boolean {
  if (site.options.publicRepositories?.includes(name)) return true;
  if (user === undefined) return false;
  const granted = auth.grants ? (auth.grants[user] ?? []) : ['*'];
  return granted.includes('*') || granted.includes(name);
}

function makeToken(service: string, subject: string, access: { name: string }[]): string {
  const issued = Math.floor(Date.now() / 1000);
  const expires = issued + tokenSeconds;
  const claims = {
    iss: 'test token server',
    sub: subject,
    aud: service,
    iat: issued,
    exp: expires,
  };
  const token = [
    { typ: 'JWT', alg: 'ES256' },
    { ...claims, access },
  ]
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat(randomBytes(64).toString('base64url'))
    .join('.');
  tokens.set(token, { service, pulls: access.map(({ name }) => name), expires: expires * 1000 });
  return token;
}

/** The login in a Basic header; one that nobody has when the header is of another kind. */
function basicLogin(header?: string): { user: string; password: string } | undefined {
  if (header === undefined) return undefined;
  const [, encoded = ''] = /^basic +(.+)$/i.exec(header) ?? [];
  const text = Buffer.from(encoded, 'base64').toString();
  const [, user = '', password = ''] = /^([^:]*):(.*)$/s.exec(text) ?? [];
  return { user, password };
}

function queryOf(url: string): URLSearchParams {
  return new URLSearchParams(url.replace(/^[^?]*/, ''));
}

function json(status: number, value: unknown, more?: Record<string, string>): Answer {
  const headers = { 'Content-Type': 'application/json', ...apiVersion, ...more };
  return { status, headers, body: JSON.stringify(value) };
}

function failure(status: number, code: string, message: string, detail: unknown = null, headers?: Record<string, string>): Answer {
  return json(status, { errors: [{ code, message, detail }] }, headers);
}

function unauthorized(challenge: string, name?: string): Answer {
  const detail = name && [{ Type: 'repository', Class: '', Name: name, Action: 'pull' }];
  const headers = { 'WWW-Authenticate': challenge };
  return failure(401, 'UNAUTHORIZED', 'authentication required', detail, headers);
}

function addImage(repositories: Map<string, Repository>, image: Image): void {
  const { platforms = [{ os: 'linux', architecture: 'amd64' }], tag = 'latest' } = image;
  const repository = repositories.get(image.repository) ?? {
    tags: new Map(),
    manifests: new Map(),
    blobs: new Map(),
  };
  repositories.set(image.repository, repository);
  if (image.copy) {
    const { mediaType, manifest, blobs } = image.copy;
    for (const blob of blobs) put(repository.blobs, '', blob);
    repository.tags.set(tag, put(repository.manifests, mediaType, manifest).digest);
    return;
  }
  const isIndex = image.index || image.missingChild || platforms.length !== 1;
  const types = image.mediaType?.startsWith('application/vnd.docker.') ? dockerTypes : ociTypes;
  const topType = image.mediaType ?? (isIndex ? types.index : types.manifest);
  const manifestType = isIndex ? types.manifest : topType;

  const manifests = platforms.map((platform, position) => {
    const isMissing = (flag?: boolean) => flag === true && position === 0;
    const names = [image.repository, tag, ...Object.values(platform)].join(' ');
    const files = Array.from({ length: image.layers ?? 2 }, (_, i) => `${names} layer ${i}\n`);
    const layers = files.map((file, i) => {
      const isAbsent = isMissing(image.missingLayer) && i === files.length - 1;
      return put(repository.blobs, types.layer, gzip(file), isAbsent);
    });
    const rootfs = { type: 'layers', diff_ids: files.map(sha256) };
    const text = JSON.stringify({ ...platform, config: {}, rootfs });
    const config = put(repository.blobs, types.config, text, isMissing(image.missingConfig));
    const manifest = { schemaVersion: 2, mediaType: manifestType, config, layers };
    const isAbsent = isMissing(image.missingChild);
    const stored = put(repository.manifests, manifestType, JSON.stringify(manifest), isAbsent);
    return { ...stored, platform };
  });
  const index = JSON.stringify({ schemaVersion: 2, mediaType: topType, manifests });
  const top = isIndex ? put(repository.manifests, topType, index) : manifests[0];
  if (top) repository.tags.set(tag, top.digest);
}

/** Stores content, unless it is to be missing, and describes it. */
function put(
  store: Map<string, Content>,
  mediaType: string,
  content: string | Buffer,
  isAbsent = false,
): { mediaType: string; digest: string; size: number } {
  const body = Buffer.from(content);
  const digest = sha256(body);
  if (!isAbsent) store.set(digest, { mediaType, body });
  return { mediaType, digest, size: body.length };
}

function sha256(content: string | Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** The same bytes on every system: nothing compressed, and no mark of the system. */
function gzip(content: string): Buffer {
  const zipped = gzipSync(content, { level: 0 });
  zipped[9] = 255;
  return zipped;
}

/** Starts a bare TCP server, for peers that never answer, reset, or speak something else. */
export function startTcp(onConnection: (socket: Socket) => void, address?: string, port?: number): Promise<TestServer> {
  return listen(createTcpServer(onConnection), port, address);
}

const given = new Set<number>();
/** A port of 127.0.0.1 where nothing listens, and nothing will: it is below those that systems give to whoever asks for any. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if (given.has(port)) continue;
    try {
      const { close } = await listen(createTcpServer(), port);
      await close();
      given.add(port);
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}

/** Connections by the port of the client: below TLS, where they can be reset. */
const accepted = new Map<number, Socket>();

/** Lets a server of a test listen on 127.0.0.1, at any port that is free. */
export const listenAnywhere = (server: Server): Promise<TestServer> => listen(server);

async function listen(server: Server, wanted = 0, address = '127.0.0.1'): Promise<TestServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    const port = socket.remotePort ?? 0;
    accepted.set(port, socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      if (accepted.get(port) === socket) accepted.delete(port);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(wanted, address, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>(resolve => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return { host: `127.0.0.1:${port}`, port, close };
}

/** What `makeCertificate` makes. */
export interface CertificateOptions {
  /** DNS names; default, when there are no `ips` either: localhost and 127.0.0.1. */
  names?: string[];
  ips?: string[];
  /** Default: 30. */
  days?: number;
  /** Anything `Date` reads; default: an hour ago. */
  notBefore?: string;
  /** Ended a day ago. */
  expired?: boolean;
  /** The issuer; default: the certificate itself. */
  ca?: { cert: string; key: string };
  /** Default: the first name or address. */
  commonName?: string;
  isCa?: boolean;
}

/** Makes an EC P-256 certificate and its key, in PEM, with the `openssl` program. */
export function makeCertificate(options: CertificateOptions = {}): { cert: string; key: string } {
  const { days = 30, ca, isCa = false } = options;
  const isUnnamed = !options.names && !options.ips && !isCa;
  const { names = isUnnamed ? ['localhost'] : [], ips = isUnnamed ? ['127.0.0.1'] : [] } = options;
  const { commonName = isCa ? 'Test CA' : (names[0] ?? ips[0] ?? 'test') } = options;
  const dayMs = 24 * 60 * 60 * 1000;
  const age = options.expired ? (days + 1) * dayMs : dayMs / 24;
  const start = options.notBefore ? Date.parse(options.notBefore) : Date.now() - age;
  const alternatives = [...names.map(name => `DNS:${name}`), ...ips.map(ip => `IP:${ip}`)];
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

  const directory = mkdtempSync(join(tmpdir(), 'certificate-'));
  const write = (name: string, text: string) => writeFileSync(join(directory, name), text);
  try {
    write('key.pem', key);
    write('index.txt', '');
    write('serial', `4${randomBytes(8).toString('hex').slice(1)}`);
    write('ca.key', ca?.key ?? key);
    if (ca) write('ca.pem', ca.cert);
    write(
      'openssl.cnf',
      `
[req]
distinguished_name = subject
prompt = no
[subject]
CN = ${commonName}
[ca]
default_ca = issuer
[issuer]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = policy
[policy]
commonName = supplied
[extensions]
subjectKeyIdentifier = hash
${ca ? 'authorityKeyIdentifier = keyid' : ''}
basicConstraints = critical, CA:${isCa ? 'TRUE' : 'FALSE'}
keyUsage = critical, ${isCa ? 'keyCertSign, cRLSign' : 'digitalSignature'}
${isCa ? '' : 'extendedKeyUsage = serverAuth, clientAuth'}
${alternatives.length > 0 ? `subjectAltName = ${alternatives.join(', ')}` : ''}
`,
    );
    openssl(directory, 'req -new -config openssl.cnf -key key.pem -out request.pem');
    // Only `openssl ca` takes dates in all versions; `x509` and `req` do from 3.4 on.
    const dates = `-startdate ${asn1Time(start)} -enddate ${asn1Time(start + days * dayMs)}`;
    const issuer = ca ? '-cert ca.pem' : '-selfsign';
    const common = '-batch -notext -config openssl.cnf -extensions extensions';
    openssl(directory, `ca ${common} -keyfile ca.key ${issuer} ${dates} -in request.pem -out cert.pem`);
    return { cert: readFileSync(join(directory, 'cert.pem'), 'utf8'), key };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function openssl(cwd: string, line: string): void {
  const { error, status, stderr } = spawnSync('openssl', line.split(' '), {
    cwd,
    encoding: 'utf8',
  });
  if (error) throw new Error(`cannot run openssl, which the tests need: ${error.message}`);
  if (status !== 0) throw new Error(`openssl ${line} failed:\n${stderr}`);
}

function asn1Time(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+|[-:T]/g, '');
}
