/**
 * The fault matrix: every step of the probe × every way in which a server fails, asked for a pod of which the node reports nothing. Real servers on loopback stand
 * for named hosts, so that what they answer counts as it does for a registry elsewhere. `npm run snap -- faults` writes the tables of docs/faults.md.
 */
import t from 'tap';
import { readSaved } from '../../src/cluster/saved-source.ts';
import { collectFacts } from '../../src/diagnosis/collect-facts.ts';
import { investigate } from '../../src/diagnosis/investigate.ts';
import { checksOf } from '../../src/diagnosis/probe-view.ts';
import type { CauseCode } from '../../src/model/cause-codes.ts';
import type { Diagnosis } from '../../src/model/diagnosis.ts';
import { newMemory } from '../../src/registry/once-per-credential.ts';
import { createProber } from '../../src/registry/prober.ts';
import { goldenPart, tableOf } from '../helpers/golden.ts';
import { failingPod, type KubernetesObject, Lab, loginsIn, pullSecret, surroundings, why } from '../helpers/lab.ts';
import { type Answer, freePort, type Image, makeCertificate, type RegistryOptions, type SeenRequest } from '../helpers/registry.ts';
import { testTransport } from '../helpers/transport.ts';

const PASSWORD = 'c4nary-right-Zq81';
const HOSTS = { registry: 'registry.acme.example', token: 'auth.acme.example', storage: 'cdn.acme.example' };
type Host = keyof typeof HOSTS;
const names = Object.values(HOSTS);
const authority = makeCertificate({ isCa: true });
const tls = makeCertificate({ ca: authority, names, ips: ['127.0.0.1'] });
const APP: Image = { repository: 'team/app', tag: '1.4.2', index: true, platforms: [{ os: 'linux', architecture: 'amd64' }] };

/** What a host does instead of listening for HTTPS. In: how a server of its usual kind is started, and `met`, called when it is asked. Out: the port of what stands there. */
type Connection = (lab: Lab, options: RegistryOptions, met: () => void) => Promise<number>;
const withCertificate =
  (certificate: { cert: string; key: string }): Connection =>
  async (lab, options) =>
    (await lab.registry({ ...options, tls: certificate })).port;

/** Faults of a connection. */
const CONNECTIONS: Record<string, Connection> = {
  refused: () => freePort(),
  'reset in the handshake': async lab => (await lab.tcp(socket => void socket.once('data', () => socket.resetAndDestroy()))).port,
  'silence in the handshake': async (lab, _, met) => (await lab.tcp(() => met())).port,
  'plain HTTP on the port': async (lab, { tls: _, ...options }) => (await lab.registry(options)).port,
  'SSH on the port': async lab => (await lab.tcp(socket => void socket.write('SSH-2.0-OpenSSH_9.6\r\n'))).port,
  'garbage on the port': async lab => (await lab.tcp(socket => void socket.once('data', () => socket.end(Buffer.alloc(64, 7))))).port,
  'an expired certificate': withCertificate(makeCertificate({ ca: authority, names, expired: true })),
  'a certificate for another name': withCertificate(makeCertificate({ ca: authority, names: ['other.example'] })),
  'a certificate of an unknown authority': withCertificate(makeCertificate({ names })),
};

const failure = (status: number, code: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify({ errors: [{ code, message: 'it is so' }] }),
});
const page = (status: number): Answer => ({
  status,
  headers: { 'Content-Type': 'text/html' },
  body: '<!DOCTYPE html><html><head><title>Welcome</title></head></html>',
});

/** Faults of an answer. */
const ANSWERS: Record<string, (request: SeenRequest) => Answer> = {
  reset: () => ({ reset: true }),
  'closed without an answer': () => ({ destroy: true }),
  silence: () => ({ hang: true }),
  'a head that trickles': () => ({ trickle: true }),
  'cut short': () => ({ headers: { 'Content-Type': 'application/json', 'Content-Length': '999' }, body: '{"tok', destroy: true }),
  garbage: () => ({ headers: { 'Content-Type': 'application/json' }, body: '}{ no JSON' }),
  'a web page': () => page(200),
  'a redirect to itself': request => ({ status: 307, headers: { Location: request.url } }),
  'a redirect without a location': () => ({ status: 302 }),
  '400': () => failure(400, 'UNKNOWN'),
  '401 without a challenge': () => failure(401, 'UNAUTHORIZED'),
  '403': () => failure(403, 'DENIED'),
  '403 with a web page': () => page(403),
  '404': () => failure(404, 'UNKNOWN'),
  '404 with a web page': () => page(404),
  '429': () => failure(429, 'TOOMANYREQUESTS', { 'Retry-After': '60' }),
  '500': () => failure(500, 'UNKNOWN'),
  '503': () => ({ status: 503, headers: { 'Retry-After': '5' } }),
  '503 with a web page': () => page(503),
};
const HANGS = /silence|trickles/;

/** What may be certain, since it is true, by the host that fails: of a connection nothing is, our network is not the node's. */
const TRUE_OF: Record<string, Partial<Record<Host, CauseCode[]>>> = {
  garbage: { registry: ['ManifestUnsupported', 'ImageBroken'], token: ['TokenServiceFailed'], storage: ['ManifestUnsupported'] },
  'a web page': { token: ['TokenServiceFailed'], storage: ['BlobHostFailed'] },
  'a redirect to itself': { registry: ['RegistryFailing'] },
  'a redirect without a location': { storage: ['BlobHostFailed'] },
  '400': { token: ['TokenServiceFailed'], storage: ['BlobHostFailed'] },
  '401 without a challenge': { token: ['CredentialsRejected'], storage: ['BlobHostFailed'] },
  '403': { registry: ['AccessDenied'], storage: ['BlobHostFailed'] },
  '403 with a web page': { storage: ['BlobHostFailed'] },
  '404': { registry: ['ImageBroken'], token: ['TokenServiceFailed'] },
  '404 with a web page': { token: ['TokenServiceFailed'], storage: ['BlobHostFailed'] },
  '429': { registry: ['RateLimited'], token: ['RateLimited'], storage: ['RateLimited'] },
  '500': { registry: ['RegistryFailing'], token: ['TokenServiceFailed'], storage: ['BlobHostFailed'] },
  '503': { registry: ['RegistryFailing'], token: ['TokenServiceFailed'], storage: ['BlobHostFailed'] },
  '503 with a web page': { registry: ['RegistryFailing'], token: ['TokenServiceFailed'], storage: ['BlobHostFailed'] },
};

/** A step of the probe. */
interface Step {
  title: string;
  /** The host that is asked. */
  host: Host;
  /** The requests that fail; none where the connection itself does not stand. */
  fails?: (request: SeenRequest) => boolean;
  /** The connection to the host fails too. */
  connects?: true;
  /** The registry leads here by a redirect. */
  leads?: (request: SeenRequest) => boolean;
  tag?: string;
  /** More that may be certain. */
  proves?: CauseCode;
}

const isTag = ({ path }: SeenRequest): boolean => /\/manifests\/1\.4\.2$/.test(path);
const isConfig = ({ method, path, headers }: SeenRequest): boolean =>
  method === 'GET' && /\/blobs\//.test(path) && headers.range === undefined;
const isLayer = (request: SeenRequest): boolean => /\/blobs\//.test(request.path) && !isConfig(request);
/** In the order of arrival: the index by its digest, then the manifest of the platform. */
const byDigest = (number: number) => {
  const seen: string[] = [];
  return ({ path }: SeenRequest): boolean => {
    if (!/\/manifests\/sha256/.test(decodeURIComponent(path))) return false;
    if (!seen.includes(path)) seen.push(path);
    return seen.indexOf(path) === number;
  };
};

/** Made anew for each cell: some count requests. */
const steps = (): Step[] => [
  { title: 'the connection to the registry', host: 'registry', connects: true },
  { title: '`GET /v2/`', host: 'registry', fails: ({ path }) => path === '/v2/' },
  { title: 'the token server', host: 'token', connects: true, fails: ({ path }) => path === '/token' },
  {
    title: '`HEAD` of the manifest, where `GET` works',
    host: 'registry',
    fails: request => isTag(request) && request.method === 'HEAD',
    proves: 'HeadRequestBlocked',
  },
  { title: '`HEAD` and `GET` of the manifest', host: 'registry', fails: isTag },
  { title: 'the host to which the manifest is redirected', host: 'storage', connects: true, fails: isTag, leads: isTag },
  { title: '`GET` of the index, after its `HEAD`', host: 'registry', fails: byDigest(0) },
  { title: '`GET` of the platform’s manifest', host: 'registry', fails: byDigest(1) },
  { title: 'the tag list, after a 404 of the tag', host: 'registry', fails: ({ path }) => path.endsWith('/tags/list'), tag: '9.9' },
  { title: 'the config', host: 'registry', fails: isConfig },
  { title: 'the layers', host: 'registry', fails: isLayer },
  { title: 'the host to which layers are redirected', host: 'storage', connects: true, fails: isLayer, leads: isLayer },
];

/** The servers of one cell, and the saved objects of the pod that pulls there. */
interface Site {
  lab: Lab;
  objects: KubernetesObject[];
  /** What each host was asked. */
  asked: [Host, SeenRequest[]][];
  /** Fulfilled once the fault is met. */
  isMet: Promise<void>;
}

/** Starts the three hosts of a cell. In: under which name each is asked. */
async function siteOf(step: Step, fault: string, nameOf: (host: Host) => string): Promise<Site> {
  const lab = new Lab();
  const ports = {} as Record<Host, number>;
  const asked: Site['asked'] = [];
  const connection = CONNECTIONS[fault];
  let meet = (): void => {};
  const isMet = new Promise<void>(resolve => {
    meet = resolve;
  });
  /** Starts one host, which fails where it is the step's. */
  const start = async (host: Host, options: RegistryOptions): Promise<void> => {
    const answer = (request: SeenRequest): Answer | undefined => {
      if (host === step.host && step.fails?.(request)) {
        meet();
        return ANSWERS[fault]?.(request);
      }
      if (host !== 'registry' || !step.leads?.(request)) return undefined;
      return { status: 307, headers: { Location: `https://${nameOf('storage')}:${ports.storage}${request.url}` } };
    };
    const usual: RegistryOptions = { ...options, tls, answer };
    const before = lab.registries.length;
    ports[host] = host === step.host && connection !== undefined ? await connection(lab, usual, meet) : (await lab.registry(usual)).port;
    for (const { registry } of lab.registries.slice(before)) asked.push([host, registry.requests]);
  };
  const users = { ci: PASSWORD };
  await start('storage', { images: [APP] });
  await start('token', { auth: { kind: 'bearer', users, service: 'acme' } });
  const realm = `https://${nameOf('token')}:${ports.token}/token`;
  await start('registry', { images: [APP], auth: { kind: 'bearer', users, service: 'acme', realm } });
  const registry = `${nameOf('registry')}:${ports.registry}`;
  const objects = [
    ...failingPod({ name: 'api', image: `${registry}/team/app:${step.tag ?? '1.4.2'}`, secrets: ['regcred'] }),
    pullSecret('regcred', { [registry]: ['ci', PASSWORD] }),
    ...surroundings(),
  ];
  return { lab, objects, asked, isMet };
}

/** A cell of the matrix. */
interface Cell {
  step: Step;
  fault: string;
  diagnosis: Diagnosis;
  /** The step that failed, else the last thing that the registry was seen to do. */
  told: string;
  asked: Site['asked'];
  /** Milliseconds. */
  ms: number;
}

/** The limits of a probe, which a busy machine keeps, and those of one that has to wait for them. */
const LIMITS = { stepTimeout: 60_000, timeout: 120_000 };
const SHORT_LIMITS = { stepTimeout: 5000, timeout: 20_000 };

/** In: `met`, called once the fault is met or the probe has ended. */
async function fill(step: Step, fault: string, met: () => void = () => {}): Promise<Cell> {
  const { lab, objects, asked, isMet } = await siteOf(step, fault, host => HOSTS[host]);
  void isMet.then(met);
  const { stepTimeout, timeout } = HANGS.test(fault) ? SHORT_LIMITS : LIMITS;
  const transport = testTransport({
    stepTimeout,
    // the user's word for the hosts to which the registry leads: their answers then count like those of hosts elsewhere
    named: names,
    ca: authority.cert,
    lookUp: async () => ['127.0.0.1'],
  });
  try {
    const saved = readSaved(JSON.stringify({ kind: 'List', apiVersion: 'v1', items: objects }), 'test');
    const [one] = collectFacts(await saved.snapshot(saved.pods[0] as never, true), new Date().toISOString(), true);
    const prober = createProber(transport, { mirrors: new Map(), insecure: [], timeout, memory: newMemory() });
    const started = performance.now();
    const { facts, diagnosis } = await investigate(one as never, prober);
    const ms = performance.now() - started;
    const failed = step.tag === undefined ? checksOf(facts).findLast(({ status }) => status === 'failed')?.detail : undefined;
    return { step, fault, diagnosis, told: failed ?? diagnosis.evidence.at(-1)?.detail ?? '', asked, ms };
  } finally {
    met();
    await transport.close();
    await lab.close();
  }
}

/** Fills cells that wait for a time limit: each begins when the one before only waits, so that no handshake waits for another. */
async function fillSlowly(work: readonly { step: () => Step; fault: string }[]): Promise<Cell[]> {
  const waiting: Promise<Cell>[] = [];
  for (const { step, fault } of work) await new Promise<void>(met => waiting.push(fill(step(), fault, met)));
  return Promise.all(waiting);
}

/** Does all work, some of it at the same time. Out: the results in the order of the work. */
async function all<T>(work: readonly (() => Promise<T>)[], atOnce: number): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < work.length; index = next++) results[index] = await (work[index] as () => Promise<T>)();
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

const faultsOf = ({ connects, fails }: Step): string[] => [
  ...(connects ? Object.keys(CONNECTIONS) : []),
  ...(fails ? Object.keys(ANSWERS) : []),
];

const normal = (text: string): string =>
  text
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1')
    .replace(/(acme\.example):\d+/g, '$1')
    .replace(/sha256:[0-9a-f]{64}/g, 'sha256:…')
    .replace(/\d{4}-\d\d-\d\d/g, 'DATE');

t.test('every step of the probe × every fault: the right cause, nothing untrue is certain, and no hang', async t => {
  const work = steps().flatMap((step, index) => faultsOf(step).map(fault => ({ fault, step: () => steps()[index] as Step })));
  const isQuick = ({ fault }: { fault: string }): boolean => !HANGS.test(fault);
  const quick = await all(
    work.filter(isQuick).map(
      ({ fault, step }) =>
        () =>
          fill(step(), fault),
    ),
    4,
  );
  const cells = [...quick, ...(await fillSlowly(work.filter(one => !isQuick(one))))];
  const parts = steps().map(({ title }) => {
    const rows = Object.keys({ ...CONNECTIONS, ...ANSWERS }).flatMap(fault => {
      const cell = cells.find(other => other.step.title === title && other.fault === fault);
      return cell === undefined ? [] : [cell];
    });
    for (const { step, fault, diagnosis, asked, ms, told } of rows) {
      const name = `${title}: ${fault}`;
      const { cause, certainty, also } = diagnosis;
      t.ok(ms < (HANGS.test(fault) ? 40_000 : 100_000), `${name}: no hang (${Math.round(ms)} ms)`);
      const isTrue = cause === step.proves || TRUE_OF[fault]?.[step.host]?.includes(cause) === true;
      t.ok(certainty !== 'certain' || isTrue, `${name}: ${cause} is not certain`);
      t.ok(
        cause !== 'Unknown' || (certainty === 'possible' && /sends no credentials there/.test(told)),
        `${name}: a cause, or why there is none`,
      );
      t.ok(told !== '' && !also.includes(cause), `${name}: something is told`);
      for (const [host, requests] of asked) {
        if (host !== 'token') t.strictSame(loginsIn(requests), [], `${name}: no password for the ${host}`);
        if (host === 'storage')
          t.ok(
            requests.every(({ headers }) => headers.authorization === undefined),
            `${name}: no token for the storage`,
          );
      }
    }
    const table = tableOf([
      ['fault', 'cause', 'certainty', 'also', 'what is told'],
      ...rows.map(({ fault, diagnosis: { cause, certainty, also }, told }) => [fault, cause, certainty, also.join(', '), normal(told)]),
    ]);
    return `### ${title.charAt(0).toUpperCase()}${title.slice(1)}\n\n${table}`;
  });
  goldenPart(t, 'docs/faults.md', 'registry', parts.join('\n\n'));
});

t.test('a row of the matrix through the bundle', async t => {
  const step = steps().find(({ title }) => title === 'the token server') as Step;
  const want: Record<string, CauseCode> = {
    refused: 'TokenServiceFailed',
    'an expired certificate': 'TokenServiceFailed',
    'a web page': 'TokenServiceFailed',
    '429': 'RateLimited',
    'a head that trickles': 'TokenServiceFailed',
  };
  const found = await all(
    Object.keys(want).map(fault => async () => {
      const { lab, objects } = await siteOf(step, fault, () => '127.0.0.1');
      const { items } = await why(objects, ['--registry-ca', lab.file(authority.cert), '--timeout', HANGS.test(fault) ? '4s' : '30s']);
      await lab.close();
      return [fault, items[0]?.cause] as const;
    }),
    3,
  );
  t.strictSame(Object.fromEntries(found), want);
});
