/**
 * Real registries on loopback: distribution/distribution in several releases, open, with a login, with a token server, or as a pull-through cache.
 * Belongs here: how one is configured and started, an image for it, and a token server that signs.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash, createSign, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { folder } from './process.ts';
import { freePort, makeCertificate, type TestServer } from './registry.ts';
import { temporary } from './temporary.ts';

/** A registry's program. */
export interface Make {
  name: string;
  program: string;
}

/** Where scripts/registries.mjs puts what it builds. */
const built = (name: string): string => join('node_modules', '.cache', 'registries', name, 'registry');

/** Releases of distribution, started as `PROGRAM serve CONFIG`: Debian's package, and the current one. */
export const MAKES: readonly Make[] = [
  { name: 'distribution 2.8', program: 'docker-registry' },
  { name: 'distribution 3', program: built('distribution') },
];

/** Of another make: an open registry in memory, which has no login and keeps nothing. */
export const SMALL: Make = { name: 'go-containerregistry', program: built('go-containerregistry') };

/** Whether a make can be started here. */
export const isInstalled = ({ program }: Make): boolean =>
  program.includes('/') ? existsSync(program) : spawnSync(program, ['--version']).status === 0;

export const USER = 'lab';
export const PASSWORD = 'labpass';
/** The same in bcrypt, the only form that the registry takes. */
const HTPASSWD = 'lab:$2b$12$qLAlbUbihGzOBoW6FLOYVexhmVEIhc/yPbXn6NU0tjTvblw4gAZe6\n';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

/** How a registry is set up. */
export interface Setup {
  auth?: 'basic' | TokenServer;
  /** It is a pull-through cache of this one. */
  upstream?: { url: string; username?: string; password?: string };
  /** Default: an empty one. */
  storage?: string;
  /** PEM texts; https when given. */
  tls?: { cert: string; key: string };
}

/** A real registry that runs. */
export interface Distribution extends TestServer {
  url: string;
  storage: string;
  log(): string;
}

/** Starts a registry and waits until it answers, at most ten seconds. */
export async function startDistribution(
  make: Make,
  { auth, upstream, storage = temporary('storage'), tls }: Setup = {},
): Promise<Distribution> {
  const port = await freePort();
  const files = folder({ htpasswd: HTPASSWD, ...(tls ? { 'cert.pem': tls.cert, 'key.pem': tls.key } : {}) });
  const config = {
    version: '0.1',
    log: { level: 'warn' },
    storage: { filesystem: { rootdirectory: storage }, delete: { enabled: true } },
    http: {
      addr: `127.0.0.1:${port}`,
      secret: 'test',
      ...(tls ? { tls: { certificate: join(files, 'cert.pem'), key: join(files, 'key.pem') } } : {}),
    },
    ...(auth === 'basic' ? { auth: { htpasswd: { realm: 'real', path: join(files, 'htpasswd') } } } : {}),
    ...(typeof auth === 'object' ? { auth: { token: { ...auth.trust, autoredirect: false } } } : {}),
    ...(upstream ? { proxy: { remoteurl: upstream.url, username: upstream.username ?? '', password: upstream.password ?? '' } } : {}),
  };
  // JSON is YAML
  const configured = folder({ 'config.yml': JSON.stringify(config) });
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  return { ...(await listening(make, ['serve', join(configured, 'config.yml')], port)), url, storage };
}

/** Starts the small registry and waits until it answers. */
export async function startSmall(): Promise<Omit<Distribution, 'storage'>> {
  const port = await freePort();
  return { ...(await listening(SMALL, ['-port', String(port)], port)), url: `http://127.0.0.1:${port}` };
}

async function listening({ program }: Make, parameters: readonly string[], port: number): Promise<TestServer & { log(): string }> {
  const child = spawn(program, parameters, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, OTEL_TRACES_EXPORTER: 'none' },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  }
  await untilListening(child, port, () => log);
  return { host: `127.0.0.1:${port}`, port, log: () => log, close: () => ended(child) };
}

async function untilListening(child: ChildProcess, port: number, log: () => string): Promise<void> {
  for (let tries = 0; ; tries++) {
    if (await accepts(port)) return;
    if (tries === 100 || child.exitCode !== null) throw new Error(`the registry does not start: ${log()}`);
    await sleep(100);
  }
}

const accepts = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

const ended = (child: ChildProcess): Promise<void> =>
  new Promise(resolve => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('close', () => resolve());
    child.kill();
  });

const digestOf = (content: Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

/** Pushes a tiny image for linux/amd64 under all tags. In: the registry, the repository, the tags, and the header that authorizes it. Out: its digest. */
export async function pushImage(
  { url }: { url: string },
  repository: string,
  tags: readonly string[],
  authorization?: string,
): Promise<string> {
  const ask = async (what: string, wanted: number, method: string, path: string, body?: Buffer, type?: string): Promise<Response> => {
    const headers = { ...(authorization ? { authorization } : {}), ...(type ? { 'content-type': type } : {}) };
    const answer = await fetch(new URL(path, url), { method, headers, ...(body ? { body: new Uint8Array(body) } : {}) });
    if (answer.status !== wanted) throw new Error(`${what}: ${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
    return answer;
  };
  const layer = gzipSync(Buffer.alloc(1024));
  const rootfs = { type: 'layers', diff_ids: [digestOf(Buffer.alloc(1024))] };
  const config = Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', config: {}, rootfs }));
  for (const blob of [layer, config]) {
    const upload = await ask('an upload begins', 202, 'POST', `/v2/${repository}/blobs/uploads/`);
    const place = new URL(upload.headers.get('location') ?? '', url);
    place.searchParams.set('digest', digestOf(blob));
    await ask('a blob is taken', 201, 'PUT', place.href, blob, 'application/octet-stream');
  }
  const described = (mediaType: string, blob: Buffer) => ({ mediaType, digest: digestOf(blob), size: blob.length });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: described('application/vnd.oci.image.config.v1+json', config),
      layers: [described('application/vnd.oci.image.layer.v1.tar+gzip', layer)],
    }),
  );
  for (const tag of tags) await ask(`tag ${tag} is taken`, 201, 'PUT', `/v2/${repository}/manifests/${tag}`, manifest, MANIFEST);
  return digestOf(manifest);
}

/** The header of the lab's user. */
export const basic = (user = USER, password = PASSWORD): string => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** A token server that signs what the registry then verifies. */
export interface TokenServer extends TestServer {
  /** What the registry is told of it. */
  trust: { realm: string; service: string; issuer: string; rootcertbundle: string };
  /** A token for anything, to push with. */
  tokenFor(scopes: { name: string; actions: string[] }[]): string;
  /** Requests so far: `USER SCOPE`. */
  asked: string[];
}

/** What a token server allows. */
export interface TokenRules {
  /** Passwords by user name. */
  users: Record<string, string>;
  /** Repositories that a user (`''`: anybody) may pull. Who lacks one gets a token of less scope than was asked. */
  grants: Record<string, readonly string[]>;
  /** What who brings no credential is answered: a token of what `grants['']` has, or 401. */
  anonymous: 'token' | 'refused';
}

/** Starts a token server (distribution token spec): ES256, the certificate in `x5c`. */
export async function startTokenServer({ users, grants, anonymous }: TokenRules): Promise<TokenServer> {
  const { cert, key } = makeCertificate({ isCa: true, commonName: 'token server' });
  const [service, issuer] = ['real-registry', 'real-token-server'];
  const x5c = [cert.replace(/-----[^-]+-----|\s/g, '')];
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const tokenFor: TokenServer['tokenFor'] = scopes => {
    const now = Math.floor(Date.now() / 1000);
    const access = scopes.map(scope => ({ type: 'repository', ...scope }));
    const claims = { iss: issuer, sub: 'lab', aud: service, exp: now + 300, nbf: now - 10, iat: now - 10, jti: randomUUID(), access };
    const signed = `${encode({ typ: 'JWT', alg: 'ES256', x5c })}.${encode(claims)}`;
    return `${signed}.${createSign('sha256').update(signed).sign({ key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://localhost');
    const [user = '', password] = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64')
      .toString()
      .split(':');
    const scopes = searchParams.getAll('scope').flatMap(scope => scope.split(' '));
    asked.push(`${user} ${scopes.join(' ')}`);
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.method !== 'GET') return answer(405, { error: 'unsupported' });
    const isKnown = user === '' ? anonymous === 'token' : users[user] === password;
    if (!isKnown) return answer(401, { errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] });
    const granted = scopes.flatMap(scope => {
      const [, name = '', actions = ''] = scope.split(':');
      return name !== '' && grants[user]?.includes(name) ? [{ name, actions: actions.split(',').filter(action => action === 'pull') }] : [];
    });
    answer(200, { token: tokenFor(granted) });
  });
  const port = await freePort();
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
  const rootcertbundle = join(folder({ 'token.pem': cert }), 'token.pem');
  return {
    host: `127.0.0.1:${port}`,
    port,
    trust: { realm: `http://127.0.0.1:${port}/token`, service, issuer, rootcertbundle },
    tokenFor,
    asked,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
