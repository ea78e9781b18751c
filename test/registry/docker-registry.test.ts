/**
 * A real registry (Debian's package docker-registry, the reference implementation) with TLS and htpasswd, a tiny image pushed to it over HTTP, and the
 * built plugin on pods that pull from it: what the test registry only imitates is true here.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { failingPod, type Item, pullSecret, surroundings, why } from '../helpers/lab.ts';
import { type Said, saidBy } from '../helpers/node-words.ts';
import { folder } from '../helpers/process.ts';
import { freePort, makeCertificate } from '../helpers/registry.ts';

const USER = 'lab';
const PASSWORD = 'labpass';
/** The same in bcrypt, the only form that the registry takes. */
const HTPASSWD = 'lab:$2b$12$qLAlbUbihGzOBoW6FLOYVexhmVEIhc/yPbXn6NU0tjTvblw4gAZe6\n';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const TAGS = ['1.4.1', '1.4.2', '2.0.0'];

const installed = spawnSync('docker-registry', ['--version']).status === 0;

interface Real {
  host: string;
  ca: string;
  process: ChildProcess;
  log(): string;
}

async function start(): Promise<Real> {
  const authority = makeCertificate({ isCa: true });
  const { cert, key } = makeCertificate({ ca: authority, ips: ['127.0.0.1'] });
  const port = await freePort();
  const files = folder({ 'ca.pem': authority.cert, 'cert.pem': cert, 'key.pem': key, htpasswd: HTPASSWD });
  const config = {
    version: '0.1',
    log: { level: 'warn' },
    storage: { filesystem: { rootdirectory: join(files, 'data') } },
    http: { addr: `127.0.0.1:${port}`, secret: 'test', tls: { certificate: join(files, 'cert.pem'), key: join(files, 'key.pem') } },
    auth: { htpasswd: { realm: 'real', path: join(files, 'htpasswd') } },
  };
  // JSON is YAML
  const configured = folder({ 'config.yml': JSON.stringify(config) });
  const child = spawn('docker-registry', ['serve', join(configured, 'config.yml')], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  }
  return { host: `127.0.0.1:${port}`, ca: join(files, 'ca.pem'), process: child, log: () => log };
}

/** One request as the user. Out: status and the Location header. */
function ask(registry: Real, ca: string, method: string, path: string, body?: Buffer, type?: string) {
  const headers = {
    authorization: `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`,
    'content-length': String(body?.length ?? 0),
    ...(type === undefined ? {} : { 'content-type': type }),
  };
  return new Promise<{ status: number; location: string }>((resolve, reject) => {
    const sent = request(new URL(path, `https://${registry.host}`), { method, headers, ca }, answer => {
      answer.resume();
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, location: answer.headers.location ?? '' }));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

const digestOf = (content: Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

/** Waits until it answers, bounded; pushes one image under all tags. */
async function push(registry: Real, ca: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const answer = await ask(registry, ca, 'GET', '/v2/').catch((error: Error) => error);
    if (!(answer instanceof Error) && answer.status === 200) break;
    if (tries === 100 || registry.process.exitCode !== null) throw new Error(`docker-registry does not start: ${registry.log()}`);
    await sleep(100);
  }
  const expect = (what: string, status: number, wanted: number): void => {
    if (status !== wanted) throw new Error(`${what}: ${status}, ${registry.log()}`);
  };
  const layer = gzipSync(Buffer.alloc(1024));
  const rootfs = { type: 'layers', diff_ids: [digestOf(Buffer.alloc(1024))] };
  const config = Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', config: {}, rootfs }));
  for (const blob of [layer, config]) {
    const upload = await ask(registry, ca, 'POST', '/v2/team/app/blobs/uploads/');
    expect('an upload begins', upload.status, 202);
    const place = new URL(upload.location, `https://${registry.host}`);
    place.searchParams.set('digest', digestOf(blob));
    const done = await ask(registry, ca, 'PUT', `${place.pathname}${place.search}`, blob, 'application/octet-stream');
    expect('a blob is taken', done.status, 201);
  }
  const described = (mediaType: string, blob: Buffer) => ({ mediaType, digest: digestOf(blob), size: blob.length });
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: described('application/vnd.oci.image.config.v1+json', config),
    layers: [described('application/vnd.oci.image.layer.v1.tar+gzip', layer)],
  };
  for (const tag of TAGS) {
    const { status } = await ask(registry, ca, 'PUT', `/v2/team/app/manifests/${tag}`, Buffer.from(JSON.stringify(manifest)), MANIFEST);
    expect(`tag ${tag} is taken`, status, 201);
  }
}

interface Scene {
  name: string;
  repository?: string;
  reference: string;
  password?: string;
  /** The secret has another key than the registry. */
  key?: string;
  node(said: Said): string;
  cause: string;
  certainty: string;
  credentials: string[];
  says: RegExp;
}

const SCENES: Scene[] = [
  {
    name: 'a missing tag',
    reference: '1.4',
    password: PASSWORD,
    node: said => said.notFound(),
    cause: 'TagNotFound',
    certainty: 'certain',
    credentials: ['accepted'],
    says: /nearest existing tags are "1\.4\.[12]", "1\.4\.[12]"/,
  },
  {
    name: 'a missing repository',
    repository: 'team/apple',
    reference: '1.4.2',
    password: PASSWORD,
    node: said => said.notFound(),
    cause: 'RepositoryNotFound',
    certainty: 'certain',
    credentials: ['accepted'],
    says: /has no repository "127\.0\.0\.1:\d+\/team\/apple"/,
  },
  {
    name: 'a missing digest',
    reference: `sha256:${'0'.repeat(64)}`,
    password: PASSWORD,
    node: said => said.notFound(),
    cause: 'DigestNotFound',
    certainty: 'certain',
    credentials: ['accepted'],
    says: /exists, but it has no manifest/,
  },
  {
    name: 'no secret',
    reference: '1.4.2',
    node: said => said.noLogin(),
    cause: 'NoPullSecret',
    certainty: 'certain',
    credentials: [],
    says: /requires authentication, but/,
  },
  {
    name: 'a wrong password',
    reference: '1.4.2',
    password: 'not-the-password',
    node: said => said.status(401),
    cause: 'CredentialsRejected',
    certainty: 'certain',
    credentials: ['rejected'],
    says: /rejects the user name or the password of user "lab" in secret "regcred"/,
  },
  {
    name: 'a line break behind the password',
    reference: '1.4.2',
    password: `${PASSWORD}\n`,
    node: said => said.status(401),
    cause: 'CredentialsRejected',
    certainty: 'certain',
    credentials: ['rejected'],
    says: /the registry accepts the repaired credentials/,
  },
  {
    name: 'a secret for another port',
    reference: '1.4.2',
    password: PASSWORD,
    key: '127.0.0.1:5000',
    node: said => said.noLogin(),
    cause: 'SecretRegistryMismatch',
    certainty: 'certain',
    credentials: [],
    says: /port 5000/,
  },
  {
    name: 'a good secret',
    reference: '1.4.2',
    password: PASSWORD,
    node: said => said.status(401),
    cause: 'FixedWaitingForRetry',
    certainty: 'likely',
    credentials: ['accepted'],
    says: /can now be pulled with secret "regcred"/,
  },
];

t.test('a real docker-registry', { skip: installed || process.env.CI ? false : 'docker-registry is not installed' }, async t => {
  if (!installed) return t.fail('docker-registry is not installed, and a CI run has to have it');
  const registry = await start();
  t.teardown(() => registry.process.kill());
  await push(registry, readFileSync(registry.ca, 'utf8'));

  /** One pod, diagnosed from its saved objects. */
  const diagnosed = async (scene: Scene, flags: string[]): Promise<{ status: number | null; item: Item }> => {
    const { repository = 'team/app', reference, password, key = registry.host } = scene;
    const image = `${registry.host}/${repository}${reference.includes(':') ? '@' : ':'}${reference}`;
    const said = saidBy('1.7', { registry: registry.host, repository, reference });
    const secret = password === undefined ? [] : [pullSecret('regcred', { [key]: [USER, password] })];
    const pod = failingPod({
      name: 'app',
      image,
      secrets: secret.map(({ metadata }) => metadata.name),
      words: { runtime: '1.7', text: scene.node(said) },
    });
    const { status, items } = await why([...pod, ...secret, ...surroundings()], flags);
    return { status, item: items[0] as Item };
  };

  for (const scene of SCENES) {
    t.test(scene.name, async t => {
      const { status, item } = await diagnosed(scene, ['--registry-ca', registry.ca]);
      t.equal(status, 1);
      t.equal(item.cause, scene.cause);
      t.equal(item.certainty, scene.certainty);
      t.strictSame(
        item.credentials.map(({ result }) => result),
        scene.credentials,
      );
      t.match(item.summary, scene.says);
    });
  }

  t.test('without its authority no password is sent, and nothing is certain from here', async t => {
    const { item } = await diagnosed(SCENES.find(({ name }) => name === 'a wrong password') as Scene, []);
    t.equal(item.checks.find(({ name }) => name === 'tls')?.status, 'failed');
    t.not(item.credentials[0]?.result, 'rejected');
    t.not(item.certainty, 'certain');
  });
});
