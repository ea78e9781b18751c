/**
 * The built plugin against real registries: a small one of another make, and two releases of distribution, open, with htpasswd, with two token servers, and as a pull-through cache
 * whose upstream is well or sick. The rows are what each of them answers for a good, a missing, a private image, a wrong password and a wrong right.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import {
  basic,
  type Distribution,
  isInstalled,
  MAKES,
  type Make,
  PASSWORD,
  pushImage,
  type Setup,
  SMALL,
  startDistribution,
  startSmall,
  startTokenServer,
  USER,
} from '../helpers/distribution.ts';
import { failingPod, failure, html, type Item, pullSecret, surroundings, why } from '../helpers/lab.ts';
import { messagesOf, type NodeMessages } from '../helpers/node-messages.ts';
import { type Answer, type RegistryOptions, type SeenRequest, startRegistry } from '../helpers/registry.ts';

const NO_DIGEST = `sha256:${'0'.repeat(64)}`;

/** What is pulled, and the verdict: `CAUSE CERTAINTY`. */
interface Row {
  name: string;
  repository?: string;
  reference: string;
  login?: [user: string, password: string];
  /** What the node reports; default: what containerd makes of the answer to its HEAD. */
  message?(node: NodeMessages): string;
  verdict: string;
  credentials?: string[];
  /** What the summary says. */
  says?: RegExp;
}

/** What containerd reports of a request that is not let through, without a credential. */
async function reportOf({ url }: { url: string }, path: string, node: NodeMessages): Promise<string> {
  const answer = await fetch(`${url}${path}`, { method: 'HEAD', headers: { accept: 'application/vnd.oci.image.manifest.v1+json' } });
  return answer.status === 404 ? node.notFound() : node.status(answer.status);
}

async function check(t: Test, registry: { host: string; url: string }, rows: readonly Row[]): Promise<void> {
  for (const { name, repository = 'team/app', reference, login, message, verdict, credentials = [], says } of rows) {
    const { host } = registry;
    const image = `${host}/${repository}${reference.includes(':') ? '@' : ':'}${reference}`;
    const node = messagesOf('1.7', { registry: host, repository, reference, scheme: 'http' });
    const secret = login === undefined ? [] : [pullSecret('regcred', { [host]: login })];
    const text = message?.(node) ?? (await reportOf(registry, `/v2/${repository}/manifests/${reference}`, node));
    const secrets = secret.map(({ metadata }) => metadata.name);
    const pod = failingPod({ name: 'app', image, secrets, report: { runtime: '1.7', text } });
    const { items } = await why([...pod, ...secret, ...surroundings()]);
    const item = items[0] as Item;
    t.equal(`${item.cause} ${item.certainty}`, verdict, name);
    t.strictSame(
      item.credentials.map(({ result }) => result),
      credentials,
      `${name}: the credential`,
    );
    if (says) t.match(item.summary, says, `${name}: the summary`);
  }
}

const GOOD: [string, string] = [USER, PASSWORD];
const WRONG: [string, string] = [USER, 'not-the-password'];
const OTHER: [string, string] = ['other', 'other-password'];
const notFound = (node: NodeMessages): string => node.notFound();
const scope = (node: NodeMessages): string => node.scope();
const status =
  (code: number) =>
  (node: NodeMessages): string =>
    node.status(code);
const token401 = (node: NodeMessages): string => node.token(401, true);

const OPEN: readonly Row[] = [
  { name: 'good', reference: '1.4.2', message: notFound, verdict: 'FixedWaitingForRetry likely' },
  { name: 'a missing tag', reference: '1.4', message: notFound, verdict: 'TagNotFound certain', says: /"1\.4\.2"/ },
  { name: 'a missing repository', repository: 'team/ap', reference: '1.4.2', message: notFound, verdict: 'RepositoryNotFound certain' },
  { name: 'a missing digest', reference: NO_DIGEST, verdict: 'DigestNotFound certain' },
];

const HTPASSWD: readonly Row[] = [
  {
    name: 'good',
    reference: '1.4.2',
    login: GOOD,
    message: status(401),
    verdict: 'FixedWaitingForRetry likely',
    credentials: ['accepted'],
  },
  { name: 'a missing tag', reference: '1.4', login: GOOD, message: notFound, verdict: 'TagNotFound certain', credentials: ['accepted'] },
  { name: 'private', reference: '1.4.2', message: node => node.noLogin(), verdict: 'NoPullSecret certain' },
  {
    name: 'a wrong password',
    reference: '1.4.2',
    login: WRONG,
    message: status(401),
    verdict: 'CredentialsRejected certain',
    credentials: ['rejected'],
  },
];

/** A token server that gives everybody a token: one that grants nothing says nothing of whether the repository exists. */
const TOKENS: readonly Row[] = [
  { name: 'good', reference: '1.4.2', login: GOOD, message: scope, verdict: 'FixedWaitingForRetry likely', credentials: ['accepted'] },
  { name: 'public', repository: 'team/public', reference: '1.4.2', message: status(503), verdict: 'FixedWaitingForRetry likely' },
  { name: 'a missing tag', reference: '1.4', login: GOOD, message: notFound, verdict: 'TagNotFound certain', credentials: ['accepted'] },
  {
    name: 'a missing repository that is granted',
    repository: 'team/none',
    reference: '1.4.2',
    login: GOOD,
    message: notFound,
    verdict: 'RepositoryNotFound certain',
    credentials: ['accepted'],
  },
  { name: 'private', reference: '1.4.2', message: scope, verdict: 'NoPullSecret likely' },
  {
    name: 'a wrong password',
    reference: '1.4.2',
    login: WRONG,
    message: token401,
    verdict: 'CredentialsRejected certain',
    credentials: ['rejected'],
  },
  { name: 'a wrong right', reference: '1.4.2', login: OTHER, message: scope, verdict: 'AccessDenied likely', credentials: ['denied'] },
  {
    name: 'a wrong password for a public image',
    repository: 'team/public',
    reference: '1.4.2',
    login: WRONG,
    message: token401,
    verdict: 'CredentialsBlockPublicImage certain',
    credentials: ['rejected'],
  },
];

/** A token server that gives nobody a token without a login. */
const STRICT_TOKENS: readonly Row[] = [
  { name: 'good', reference: '1.4.2', login: GOOD, message: scope, verdict: 'FixedWaitingForRetry likely', credentials: ['accepted'] },
  { name: 'private', reference: '1.4.2', message: node => node.token(401, false), verdict: 'NoPullSecret certain' },
  {
    name: 'a wrong password',
    reference: '1.4.2',
    login: WRONG,
    message: token401,
    verdict: 'CredentialsRejected certain',
    credentials: ['rejected'],
  },
  { name: 'a wrong right', reference: '1.4.2', login: OTHER, message: scope, verdict: 'AccessDenied likely', credentials: ['denied'] },
];

/** What is pulled through a cache: it answers "not found" by tag whatever its upstream says, so that the node reports that. */
const cached = (verdict: string, byDigest: string, says: RegExp): Row[] => [
  { name: 'an image', reference: '1.4.2', message: notFound, verdict: `${verdict} likely`, says },
  { name: 'a missing repository', repository: 'team/ap', reference: '1.4.2', message: notFound, verdict: `${verdict} likely`, says },
  { name: 'a digest', reference: NO_DIGEST, verdict: byDigest },
];

interface Cache {
  name: string;
  /** What the upstream answers once the cache has started. */
  answer?: (request: SeenRequest) => Answer | undefined;
  /** It is gone then. */
  gone?: true;
  /** A login that the upstream wants. */
  auth?: RegistryOptions['auth'];
  /** The login that the cache has. */
  login?: { username: string; password: string };
  rows: readonly Row[];
}

const upstreamAuth = { kind: 'bearer' as const, users: { cache: 'cache-password' } };
const CACHES: readonly Cache[] = [
  {
    name: 'of a healthy upstream',
    rows: [
      { name: 'good', reference: '1.4.2', message: notFound, verdict: 'FixedWaitingForRetry likely' },
      { name: 'a missing tag', reference: '1.4', message: notFound, verdict: 'TagNotFound certain', says: /"1\.4\.2"/ },
      { name: 'a missing repository', repository: 'team/ap', reference: '1.4.2', message: notFound, verdict: 'RepositoryNotFound certain' },
      { name: 'a missing digest', reference: NO_DIGEST, verdict: 'DigestNotFound certain' },
    ],
  },
  {
    name: 'of an upstream that is gone',
    gone: true,
    rows: cached('RepositoryOffline', 'RepositoryOffline likely', /upstream registry fails/),
  },
  {
    name: 'of an upstream that fails',
    answer: () => html(503),
    rows: cached('RepositoryOffline', 'RepositoryOffline likely', /upstream registry fails/),
  },
  {
    name: 'that its upstream limits',
    answer: () => failure(429, 'TOOMANYREQUESTS', 'too many requests'),
    rows: cached('RateLimited', 'RateLimited certain', /upstream registry limits it/),
  },
  {
    name: 'that its upstream denies',
    answer: () => failure(403, 'DENIED', 'requested access to the resource is denied'),
    rows: cached('AccessDenied', 'AccessDenied likely', /upstream registry refuses it/),
  },
  {
    name: 'without the login that its upstream wants',
    auth: upstreamAuth,
    rows: cached('AccessDenied', 'AccessDenied likely', /upstream registry refuses it/),
  },
  {
    name: 'with a login that its upstream refuses',
    auth: { kind: 'basic', users: upstreamAuth.users },
    login: { username: 'cache', password: 'not-the-password' },
    rows: cached('AccessDenied', 'AccessDenied likely', /upstream registry refuses it/),
  },
];

const IMAGES = ['1.4.1', '1.4.2'].map(tag => ({ repository: 'team/app', tag }));

/** Starts a cache, of an empty storage or of one that holds 1.4.1, and checks its rows. */
async function checkCache(t: Test, make: Make, { name, answer, gone, auth, login, rows }: Cache, isWarm: boolean): Promise<void> {
  let isSick = false;
  const upstream = await startRegistry({
    images: IMAGES,
    answer: request => (isSick ? answer?.(request) : undefined),
    ...(auth ? { auth } : {}),
  });
  t.teardown(() => upstream.close());
  const setup: Setup = { upstream: { url: upstream.url, ...login } };
  if (isWarm) setup.storage = await warmStorage(make);
  const cache = await startDistribution(make, setup);
  t.teardown(() => cache.close());
  isSick = true;
  if (gone) await upstream.close();
  const before = upstream.requests.length;
  await check(t, cache, rows);
  if (isWarm || name !== 'with a login that its upstream refuses') return;
  const logins = upstream.requests.slice(before).filter(({ headers }) => headers.authorization !== undefined);
  t.ok(logins.length <= rows.length * 6, `the cache logs in upstream a few times: ${logins.length}`);
}

/** The storage of a cache that has kept one manifest. */
async function warmStorage(make: Make): Promise<string> {
  const upstream = await startRegistry({ images: IMAGES });
  const cache = await startDistribution(make, { upstream: { url: upstream.url } });
  const answer = await fetch(`${cache.url}/v2/team/app/manifests/1.4.1`, {
    headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
  });
  await answer.arrayBuffer();
  // it is written after it was sent
  for (let tries = 0; tries < 50 && !(await listed(cache)); tries++) await sleep(100);
  await upstream.close();
  await cache.close();
  return cache.storage;
}

const listed = async ({ url }: Distribution): Promise<boolean> =>
  (await (await fetch(`${url}/v2/team/app/tags/list`)).text()).includes('1.4.1');

t.test('real registries', async t => {
  t.jobs = 2;
  const absent = [...MAKES, SMALL].filter(make => !isInstalled(make)).map(({ name }) => name);
  if (process.env.CI && absent.length > 0) return t.fail(`a CI run has to have ${absent.join(', ')} (npm run setup:registries)`);
  const unlessAbsent = (make: Make) => ({ skip: isInstalled(make) ? false : `${make.name} is not installed (npm run setup:registries)` });

  t.test(SMALL.name, unlessAbsent(SMALL), async t => {
    const registry = await startSmall();
    t.teardown(() => registry.close());
    await pushImage(registry, 'team/app', ['1.4.1', '1.4.2']);
    await check(t, registry, OPEN);
  });

  for (const make of MAKES) {
    t.test(make.name, unlessAbsent(make), async t => {
      t.jobs = 2;

      t.test('open', async t => {
        const registry = await startDistribution(make);
        t.teardown(() => registry.close());
        await pushImage(registry, 'team/app', ['1.4.1', '1.4.2']);
        await check(t, registry, OPEN);
      });

      t.test('with htpasswd', async t => {
        const registry = await startDistribution(make, { auth: 'basic' });
        t.teardown(() => registry.close());
        await pushImage(registry, 'team/app', ['1.4.1', '1.4.2'], basic());
        await check(t, registry, HTPASSWD);
      });

      for (const [anonymous, rows] of [
        ['token', TOKENS],
        ['refused', STRICT_TOKENS],
      ] as const) {
        t.test(`with a token server, anonymously ${anonymous}`, async t => {
          const users = { [USER]: PASSWORD, [OTHER[0]]: OTHER[1] };
          const tokens = await startTokenServer({ users, anonymous, grants: { [USER]: ['team/app', 'team/none'], '': ['team/public'] } });
          t.teardown(() => tokens.close());
          const registry = await startDistribution(make, { auth: tokens });
          t.teardown(() => registry.close());
          for (const name of ['team/app', 'team/public'])
            await pushImage(registry, name, ['1.4.1', '1.4.2'], `Bearer ${tokens.tokenFor([{ name, actions: ['pull', 'push'] }])}`);
          await check(t, registry, rows);
        });
      }

      for (const cache of CACHES) {
        t.test(`a cache ${cache.name}`, t => checkCache(t, make, cache, false));
        if (cache.auth === undefined) t.test(`a cache ${cache.name} that has kept another tag`, t => checkCache(t, make, cache, true));
      }
    });
  }
});
