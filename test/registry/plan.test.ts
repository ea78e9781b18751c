/**
 * What a probe sends together, and how much it asks: servers that answer in rounds (see rounds.ts) tell the longest chain of requests that need one another. A row holds the
 * rounds of today and the requests of before they were shortened: never is more asked than then.
 */
import t from 'tap';
import { Credential } from '../../src/model/credential.ts';
import type { ProbeFacts } from '../../src/model/probe.ts';
import { parseReference } from '../../src/parse/reference.ts';
import { newMemory } from '../../src/registry/once-per-credential.ts';
import { createProber, type Prober } from '../../src/registry/prober.ts';
import { openSession } from '../../src/registry/session.ts';
import type { Transport } from '../../src/registry/transport.ts';
import { APP, failure, isBlob, isManifest, Lab, loginsIn } from '../helpers/lab.ts';
import { type Answer, type Image, makeCertificate, type RegistryOptions, type SeenRequest } from '../helpers/registry.ts';
import { Rounds } from '../helpers/rounds.ts';
import { testTransport } from '../helpers/transport.ts';

const RIGHT = 'c4nary-right-Zq81';
const WRONG = 'c4nary-wrong-Yp72';
const REGISTRY = 'registry.acme.example';
const HUB = 'registry-1.docker.io';
const names = [REGISTRY, HUB, 'auth.acme.example', 'cdn.acme.example'];
const authority = makeCertificate({ isCa: true });
const tls = makeCertificate({ ca: authority, names });
const SIX: Image = {
  ...APP,
  layers: 6,
  platforms: [
    { os: 'linux', architecture: 'arm64' },
    { os: 'linux', architecture: 'amd64' },
  ],
};

type Options = Parameters<Prober['probe']>[2];

interface Row extends Partial<Options> {
  /** Rounds and requests at most. */
  rounds: number;
  requests: number;
  /** The same as long as each request waited for the answer to the one before. */
  before: [rounds: number, requests: number];
  /** Why more may be asked than then. */
  more?: string;
  host?: string;
  image?: Image;
  tag?: string;
  repository?: string;
  auth?: 'basic' | 'bearer';
  /** Who may pull: everybody, or those with a password. */
  isPublic?: boolean;
  /** The token server gives anonymous tokens that grant nothing, or none. */
  anonymous?: boolean;
  postAllowed?: boolean;
  passwords?: string[];
  grants?: string[];
  answer?: (request: SeenRequest) => Answer | undefined;
  hasLayerHost?: boolean;
  /** What is found, in short. */
  finds?: RegExp;
}

const isTag = ({ path }: SeenRequest): boolean => /\/manifests\/1\.4\.2$/.test(path);
const unknownName = (request: SeenRequest): Answer | undefined =>
  isManifest(request) ? failure(404, 'NAME_UNKNOWN', 'repository name not known to registry') : undefined;

const ROWS: Record<string, Row> = {
  'a missing tag that the node reported': { tag: '9', reported: 'notFound', rounds: 4, requests: 5, before: [6, 6] },
  'the same, at a registry that anybody reads': {
    tag: '9',
    reported: 'notFound',
    isPublic: true,
    passwords: [],
    rounds: 4,
    requests: 5,
    before: [6, 6],
  },
  'the same, with Basic': { tag: '9', reported: 'notFound', auth: 'basic', rounds: 4, requests: 4, before: [5, 5] },
  'the same, and the tag is listed': {
    reported: 'notFound',
    answer: r => (isTag(r) ? failure(404, 'MANIFEST_UNKNOWN', 'manifest unknown') : undefined),
    rounds: 4,
    requests: 5,
    before: [5, 5],
  },
  'a missing tag of which nothing is reported': { tag: '9', rounds: 6, requests: 6, before: [6, 6] },
  'a missing tag at Docker Hub': {
    tag: '9',
    reported: 'notFound',
    deep: false,
    host: HUB,
    rounds: 5,
    requests: 5,
    before: [5, 5],
  },
  'a missing tag, CRI-O': {
    tag: '9',
    reported: 'notFound',
    client: 'containersImage',
    rounds: 5,
    requests: 5,
    before: [5, 5],
  },
  'a missing repository': { repository: 'team/none', reported: 'notFound', rounds: 4, requests: 5, before: [6, 6] },
  'a missing repository, told with the manifest': {
    repository: 'team/none',
    reported: 'notFound',
    answer: unknownName,
    rounds: 4,
    requests: 4,
    before: [5, 5],
  },
  'the same, told with the manifest, of which nothing is reported': {
    repository: 'team/none',
    answer: unknownName,
    rounds: 5,
    requests: 5,
    before: [5, 5],
  },
  'a wrong password, anonymous tokens grant nothing': {
    reported: 'refused',
    passwords: [WRONG],
    rounds: 5,
    requests: 5,
    before: [6, 6],
  },
  'a wrong password, no anonymous tokens': {
    reported: 'refused',
    passwords: [WRONG],
    anonymous: false,
    rounds: 4,
    requests: 4,
    before: [4, 4],
  },
  'a wrong password, the registry refused the node': {
    reported: 'unauthorized',
    passwords: [WRONG],
    rounds: 5,
    requests: 5,
    before: [6, 6],
  },
  'a wrong password of which nothing is reported': { passwords: [WRONG], rounds: 6, requests: 6, before: [7, 7] },
  'a wrong password, Basic': {
    reported: 'unauthorized',
    auth: 'basic',
    passwords: [WRONG],
    rounds: 4,
    requests: 4,
    before: [4, 4],
  },
  'a wrong password, CRI-O': {
    reported: 'refused',
    client: 'containersImage',
    passwords: [WRONG],
    rounds: 4,
    requests: 4,
    before: [4, 4],
  },
  'a wrong password, Docker Hub': {
    reported: 'refused',
    deep: false,
    host: HUB,
    passwords: [WRONG],
    rounds: 5,
    requests: 5,
    before: [6, 6],
  },
  'a stale secret on a public image': {
    reported: 'refused',
    isPublic: true,
    passwords: [WRONG],
    rounds: 5,
    requests: 5,
    before: [5, 5],
  },
  'a right that is missing': { reported: 'unauthorized', grants: [], rounds: 5, requests: 5, before: [7, 7] },
  'three secrets, the last is right': {
    reported: 'refused',
    passwords: [WRONG, `${WRONG}2`, RIGHT],
    rounds: 9,
    requests: 11,
    before: [10, 11],
  },
  'no credentials, the image is private': {
    reported: 'unauthorized',
    passwords: [],
    rounds: 3,
    requests: 3,
    before: [4, 4],
  },
  'no credentials, and no anonymous tokens': {
    reported: 'unauthorized',
    passwords: [],
    anonymous: false,
    rounds: 2,
    requests: 2,
    before: [2, 2],
  },
  'a good image': { deep: true, rounds: 5, requests: 7, before: [6, 7] },
  'a good image that the node did not find': { reported: 'notFound', rounds: 5, requests: 7, before: [6, 7] },
  'a good image, Basic': { auth: 'basic', rounds: 5, requests: 7, before: [6, 7] },
  'a good image, CRI-O': { client: 'containersImage', rounds: 4, requests: 6, before: [6, 7] },
  'a good image at Docker Hub, the head alone': {
    deep: false,
    host: HUB,
    reported: 'refused',
    rounds: 3,
    requests: 3,
    before: [3, 3],
  },
  'an index with six layers': { image: SIX, rounds: 7, requests: 12, before: [8, 12] },
  'an index with six layers on a host of their own': {
    image: SIX,
    hasLayerHost: true,
    rounds: 8,
    requests: 19,
    before: [11, 19],
  },
  'the same, CRI-O': {
    image: SIX,
    hasLayerHost: true,
    client: 'containersImage',
    rounds: 7,
    requests: 18,
    before: [11, 19],
  },
  'the same, of which only the list is read': {
    image: SIX,
    hasLayerHost: true,
    listOnly: true,
    rounds: 5,
    requests: 5,
    before: [5, 5],
  },
  'HEAD is blocked': {
    answer: r => (r.method === 'HEAD' ? failure(403, 'DENIED', 'no') : undefined),
    rounds: 6,
    requests: 6,
    before: [6, 6],
  },
  'HEAD is blocked, and the node did not find it': {
    reported: 'notFound',
    answer: r => (r.method === 'HEAD' ? failure(404, 'X', 'no') : undefined),
    rounds: 4,
    requests: 4,
    before: [4, 4],
  },
  'the registry tells to wait': {
    answer: r => (isManifest(r) ? failure(429, 'TOOMANYREQUESTS', 'wait') : undefined),
    rounds: 3,
    requests: 3,
    before: [3, 3],
  },
  'the registry tells to wait, after a report of not found': {
    reported: 'notFound',
    answer: r => (isManifest(r) ? failure(429, 'TOOMANYREQUESTS', 'wait') : undefined),
    rounds: 3,
    requests: 3,
    before: [3, 3],
  },
  'the registry fails': {
    answer: r => (isManifest(r) ? { status: 503 } : undefined),
    rounds: 4,
    requests: 4,
    before: [4, 4],
  },
  'the config is missing': {
    image: { ...SIX, platforms: SIX.platforms?.slice(1) ?? [], missingConfig: true },
    rounds: 5,
    requests: 11,
    before: [5, 5],
    more: 'the heads of the layers go out with the config',
  },
  'a layer is missing': {
    image: { ...SIX, platforms: SIX.platforms?.slice(1) ?? [], missingLayer: true },
    rounds: 7,
    requests: 12,
    before: [8, 12],
  },
};

interface Played {
  rounds: Rounds;
  facts: ProbeFacts;
}

async function play(row: Row): Promise<Played> {
  const { host = REGISTRY, image = APP, tag = '1.4.2', repository = 'team/app', auth: kind = 'bearer', isPublic = false } = row;
  const { anonymous = true, postAllowed = true, grants, passwords = [RIGHT], answer, hasLayerHost = false } = row;
  const lab = new Lab();
  const rounds = new Rounds();
  const at = async (name: string, options: RegistryOptions): Promise<string> =>
    `${name}:${(await lab.registry({ ...options, tls, hold: rounds.hold })).port}`;
  const users = { ci: RIGHT };
  const auth: RegistryOptions['auth'] =
    kind === 'basic'
      ? { kind, users }
      : { kind, users, service: 'acme', allowAnonymous: anonymous, postAllowed, ...(grants && { grants: { ci: grants } }) };
  const cdn = hasLayerHost ? `https://${await at('cdn.acme.example', { images: [image] })}` : null;
  const registry = await at(host, {
    images: [image],
    auth,
    ...(isPublic && { publicRepositories: ['team/app'] }),
    answer: request => {
      const given = answer?.(request);
      if (given !== undefined || cdn === null || !isBlob(request)) return given;
      return { status: 307, headers: { Location: `${cdn}${request.url}` } };
    },
  });
  const transport = testTransport({ stepTimeout: 5000, named: names, ca: authority.cert, lookUp: async () => ['127.0.0.1'] });
  const parsed = parseReference(`${registry}/${repository}:${tag}`);
  if (!parsed.ok) throw new Error(parsed.error);
  const credentials = passwords.map(
    (password, index) => new Credential({ secret: `secret-${index}`, rawKey: registry, key: registry, username: `ci`, password }),
  );
  const { deep = true, listOnly = false, client = 'containerd', reported, platform = { os: 'linux', architecture: 'amd64' } } = row;
  try {
    const prober = createProber(transport, { mirrors: new Map(), insecure: [], timeout: 20_000, memory: newMemory() });
    const facts = await prober.probe(parsed.reference, credentials, {
      platform: platform as never,
      deep,
      client,
      listOnly,
      ...(reported && { reported }),
    });
    return { rounds, facts };
  } finally {
    await transport.close();
    await lab.close();
  }
}

const shown = ({ method, path }: SeenRequest): string => `${method} ${path.replace(/sha256:(\w{4})\w+/, '$1')}`;
/** What was found, for the rows: the attempts' results, the fault that decides, tags and layers. */
const summaryOf = ({ attempts, decisive, tags, upstream, layers, checks = [] }: ProbeFacts & { checks?: unknown[] }): string =>
  JSON.stringify({
    attempts: attempts.map(({ result, fault }) => `${result}${fault === null ? '' : ` ${fault.kind} ${fault.status} ${fault.code}`}`),
    decisive,
    tags: tags === null ? null : tags.known ? tags.names : tags.repositoryMissing,
    upstream: upstream?.kind ?? null,
    layers,
    checks: attempts[decisive ?? 0]?.checks.map(({ name, status }) => `${name} ${status}`) ?? checks,
  });

t.test('rounds and requests of a probe', async t => {
  for (const [name, row] of Object.entries(ROWS)) {
    const { rounds, facts } = await play(row);
    const requests = rounds.asked.flat();
    const log = rounds.asked.map(round => round.map(shown).join(' | ')).join('\n');
    t.ok(rounds.asked.length <= row.rounds, `${name}: ${row.rounds} rounds at most\n${log}`);
    t.ok(requests.length <= row.requests, `${name}: ${row.requests} requests at most\n${log}`);
    t.ok(row.rounds <= row.before[0], `${name}: no more rounds than before`);
    t.equal(row.requests > row.before[1], row.more !== undefined, `${name}: no more requests than before`);
    if (row.finds !== undefined) t.match(summaryOf(facts), row.finds, `${name}: what is found`);
    const wrong = loginsIn(requests).filter(({ login }) => login.endsWith(WRONG));
    t.ok(wrong.filter(({ to }) => to === 'registry' || to === 'tokenGet').length <= 1, `${name}: a wrong password is refused once`);
  }
});

t.test('the token server of a brand is connected while the registry is asked', async t => {
  const rows: [registry: string, mirror: string | null, prepared: string[]][] = [
    ['docker.io', null, ['https://auth.docker.io/']],
    ['registry.gitlab.com', null, ['https://gitlab.com/']],
    ['docker.io', 'mirror.acme.example', []],
    ['registry.gitlab.com:5050', null, []],
    ['registry.acme.example', null, []],
  ];
  for (const [registry, mirror, prepared] of rows) {
    const [asked, ahead]: string[][] = [[], []];
    const transport = testTransport({ stepTimeout: 1000 });
    const noted: Transport = {
      ...transport,
      prepare: url => void ahead?.push(url),
      request: async (_, url) => {
        asked?.push(url);
        return { ok: false, ms: 0, fault: { stage: 'connect', kind: 'refused', code: 'ECONNREFUSED', detail: '' } };
      },
    };
    await openSession(noted, registry, { mirrors: new Map(mirror === null ? [] : [[registry, mirror]]), insecure: [] });
    t.strictSame([ahead, asked?.length], [prepared, 1], `${registry}${mirror === null ? '' : ` at ${mirror}`}`);
    await transport.close();
  }
});
