/**
 * Live faults: every scenario starts real (or really faulty) registries on loopback, saves the objects of a pod that fails there, and runs the built
 * plugin on them. Each is asked with the messages of three runtimes, with none, and with the messages alone (`--no-probe`). Whatever a verdict
 * is, a wrong one is never `certain`; and the logs of the registries show how often a password was sent, and where to.
 */
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import t, { type Test } from 'tap';
import {
  APP,
  failingPod,
  type Item,
  isManifest,
  type KubernetesObject,
  Lab,
  loginsIn,
  NAMESPACE,
  type Run,
  secretsIn,
  surroundings,
  why,
} from '../helpers/lab.ts';
import { messagesOf, RUNTIMES } from '../helpers/node-messages.ts';
import { TEXTS_ARE_CHANGED } from '../helpers/texts.ts';
import { auth } from './live/auth.ts';
import { names } from './live/names.ts';
import { nodes } from './live/nodes.ts';
import { registries } from './live/registries.ts';
import { BASIC, bearer, cred, type Expected, mirror, RIGHT, type Scenario, type Setup, to, USER, users, WRONG } from './live/scenario.ts';
import { secrets } from './live/secrets.ts';
import { ways } from './live/ways.ts';

const SCENARIOS: Scenario[] = [...names, ...secrets, ...auth, ...registries, ...ways, ...nodes];
/** Scenarios that one process is asked about. */
const TOGETHER = 8;

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
const score = { asked: 0, right: 0, falselyCertain: 0 };

/** What is wrong with a verdict; nothing when all is well. */
function faultsOf(item: Item | undefined, cause: string | string[] | null, certainty?: string): string[] {
  if (item === undefined) return ['no item'];
  const verdict = `${item.cause} (${item.certainty})`;
  const right = cause === null || list(cause).includes(item.cause);
  const wrong: string[] = [];
  if (cause !== null) {
    score.asked++;
    if (right) score.right++;
    else wrong.push(`${verdict} is not ${list(cause).join(' or ')}`, item.summary, ...item.evidence.map(({ detail }) => detail));
    if (right && certainty !== undefined && item.certainty !== certainty) wrong.push(`${verdict} should be ${certainty}`);
  }
  if (!right && item.certainty === 'certain') {
    score.falselyCertain++;
    wrong.push(`${verdict} is wrong and certain`);
  }
  if (item.certainty === 'certain' && item.also.length > 0) wrong.push(`${verdict} has alternatives: ${item.also.join(', ')}`);
  return wrong;
}

/** What is wrong with the rest of an answer. */
function faultsOfRest(item: Item, { results, next, text }: Expected): string[] {
  const wrong: string[] = [];
  const got = item.credentials.map(({ result }) => result).join(', ');
  if (results !== undefined && got !== results.join(', ')) wrong.push(`credentials: ${got}, not ${results.join(', ')}`);
  if (next !== undefined && next.join(', ') !== item.next.join(', ')) wrong.push(`next: ${item.next.join(', ')}, not ${next.join(', ')}`);
  const details = [...item.evidence, ...item.credentials].map(({ detail }) => detail);
  const told = [item.summary, ...details, ...item.fixes.map(fix => `${fix.title} ${fix.command}`)].join('\n');
  if (!TEXTS_ARE_CHANGED && text !== undefined && !text.test(told)) wrong.push(`${text} is not told: ${told}`);
  return wrong;
}

/** Passwords that were refused, and sent more often than once (or than by POST and GET at a token server). */
function sentTooOften(lab: Lab): string[] {
  return lab.registries.flatMap(({ options, registry }) => {
    const good = options.auth?.users ?? {};
    const refused = loginsIn(registry.requests).filter(({ login }) => {
      const colon = login.indexOf(':');
      return good[login.slice(0, colon)] !== login.slice(colon + 1);
    });
    return [...new Set(refused.map(sent => sent.login))].flatMap(login => {
      const count = (to: string): number => refused.filter(sent => sent.login === login && sent.to === to).length;
      const [direct, posts, gets] = [count('registry'), count('tokenPost'), count('tokenGet')];
      const once = direct <= 1 && posts <= 1 && gets <= 1 && (direct === 0 || posts === 0);
      return once ? [] : [`to the registry ${direct} times, to the token server ${posts} times by POST and ${gets} times by GET`];
    });
  });
}

/** Checks that nothing of a password, a token or an auth text is in any output. */
function silentOn(t: Test, secret: string[], run: Run): void {
  const pairs = [RIGHT, WRONG].map(text => Buffer.from(`${USER}:${text}`).toString('base64'));
  const known = [...secret, ...Object.values(users), WRONG, ...pairs];
  const out = run.stdout + run.stderr;
  t.notOk(
    known.some(text => out.includes(text)),
    'no password, token or auth text is in the output',
  );
  t.equal(run.stderr, '', 'nothing is said on stderr');
}

/** A scenario that is set up: its servers run, its objects stand in a namespace of their own. */
interface Ready {
  name: string;
  expected: Expected;
  lab: Lab;
  setup: Setup;
  namespace: string;
  objects: KubernetesObject[];
}

async function prepare(index: number): Promise<Ready> {
  const [name, expected, make] = SCENARIOS[index] as Scenario;
  const lab = new Lab();
  const setup = await make(lab);
  const { image, secrets = [], account, unreadable, message, node } = setup;
  const parts = partsOf(image);
  const scheme = setup.scheme ?? (/^(?:127\.|localhost)/.test(parts.registry) ? 'http' : 'https');
  const own = secrets.filter(secret => secret.metadata.namespace === NAMESPACE).map(secret => secret.metadata.name);
  const pod = { image, secrets: setup.pull ?? own, unreadable };
  const reports =
    message === undefined ? [] : RUNTIMES.map(runtime => ({ runtime, text: message(messagesOf(runtime, { ...parts, scheme })) }));
  const namespace = `${NAMESPACE}-${index}`;
  const objects = [
    ...failingPod({ ...pod, name: 'bare' }),
    ...reports.flatMap(report => failingPod({ ...pod, name: report.runtime, report })),
    ...secrets,
    ...surroundings(account, node),
  ];
  // scenarios of one process share nothing but the node
  const moved = JSON.stringify(objects).replaceAll(`"namespace":"${NAMESPACE}"`, `"namespace":"${namespace}"`);
  return { name, expected, lab, setup, namespace, objects: JSON.parse(moved) as KubernetesObject[] };
}

function check(t: Test, { name, expected, lab, setup, namespace }: Ready, run: Run): void {
  const itemOf = (pod: string): Item | undefined => run.items.find(item => item.pod.namespace === namespace && item.pod.name === pod);
  const bare = itemOf('bare');
  const alone = expected.bare === undefined ? expected.cause : expected.bare;
  t.strictSame(faultsOf(bare, alone, expected.bareCertainty), [], `${name}: with the message gone`);
  for (const runtime of setup.message === undefined ? [] : RUNTIMES) {
    const item = itemOf(runtime);
    const wrong = [...faultsOf(item, expected.cause, expected.certainty), ...(item === undefined ? [] : faultsOfRest(item, expected))];
    t.strictSame(wrong, [], `${name}: with the message of containerd ${runtime}`);
  }
  if (bare !== undefined && !TEXTS_ARE_CHANGED) setup.after?.(t, run, bare);
  t.strictSame(sentTooOften(lab), [], `${name}: no refused password is sent again`);
}

/** Scenarios that one process is asked about, and with what. */
interface Batch {
  ready: Ready[];
  flags: string[];
  /** Registries that are led elsewhere, once each. */
  led: Set<string>;
  /** Text of the authority that is trusted. */
  ca: string;
  full: boolean;
}

/** Fills processes with scenarios that do not get into each other's way: processes are what takes the time. */
function batches(all: Ready[]): Batch[] {
  const made: Batch[] = [];
  // those that fit into few come first
  const isLed = ({ setup }: Ready): boolean => setup.flags?.includes('--registry-mirror') === true;
  for (const one of [...all.filter(isLed), ...all.filter(other => !isLed(other))]) {
    const { flags = [], node, apart } = one.setup;
    const pairs = flags.flatMap((flag, at) => (at % 2 === 0 ? [[flag, flags[at + 1] as string] as const] : []));
    const valuesOf = (name: string): string[] => pairs.filter(([flag]) => flag === name).map(([, value]) => value);
    const led = valuesOf('--registry-mirror').map(value => value.split('=', 1)[0] as string);
    const ca = valuesOf('--registry-ca').map(path => readFileSync(path, 'utf8'))[0] ?? '';
    const alone = apart === true || node === false || valuesOf('--timeout').length > 0;
    const fitting = made.find(batch => !alone && !batch.full && batch.ca === ca && !led.some(registry => batch.led.has(registry)));
    const batch = fitting ?? { ready: [], flags: [], led: new Set(), ca, full: alone };
    if (fitting === undefined) made.push(batch);
    for (const registry of led) batch.led.add(registry);
    batch.flags.push(...pairs.filter(([flag]) => flag !== '--registry-ca' || batch.ready.length === 0).flat());
    batch.ready.push(one);
    batch.full ||= batch.ready.length === TOGETHER;
  }
  return made;
}

async function play(t: Test, { ready, flags }: Batch): Promise<void> {
  const run = await why(
    ready.flatMap(({ objects }) => objects),
    flags,
  );
  for (const one of ready) check(t, one, run);
  silentOn(
    t,
    ready.flatMap(({ lab }) => secretsIn(lab.requests)),
    run,
  );
  t.equal(run.status, 1, 'the status says that causes were found');
}

t.test('every fault, with the words of three runtimes and without', async t => {
  const ready: Ready[] = [];
  t.teardown(() => Promise.all(ready.map(({ lab }) => lab.close())));
  for (const index of SCENARIOS.keys()) ready.push(await prepare(index));

  await t.test('asked at the registries', { jobs: 3 }, async t => {
    for (const batch of batches(ready)) t.test(`${batch.ready.length} at once`, t => play(t, batch));
  });
  t.comment(`${SCENARIOS.length} scenarios: ${score.right} of ${score.asked} verdicts right, ${score.falselyCertain} falsely certain`);

  await t.test('by messages alone nothing wrong is certain', async t => {
    const requests = (): number => ready.flatMap(({ lab }) => lab.requests).length;
    const before = requests();
    // a node that was saved for one is seen by all
    const run = await why(
      ready.filter(({ setup }) => setup.node !== false).flatMap(({ objects }) => objects),
      ['--no-probe'],
    );
    for (const { name, namespace, expected } of ready) {
      // what was repaired since is not known by messages
      if (list(expected.cause).includes('FixedWaitingForRetry')) continue;
      const wrong = run.items
        .filter(({ pod }) => pod.namespace === namespace && pod.name !== 'bare')
        .filter(({ cause, certainty }) => certainty === 'certain' && !list(expected.cause).includes(cause))
        .map(({ pod, cause }) => `${pod.name}: ${cause}`);
      t.strictSame(wrong, [], name);
    }
    silentOn(t, [], run);
    t.equal(requests(), before, 'nobody is asked');
  });
});

/** Pods of several repositories of one registry, with one pull secret. */
function pods(host: string, secret: KubernetesObject, repositories: string[]): KubernetesObject[] {
  const each = repositories.flatMap(repository =>
    failingPod({ name: repository.replace('/', '-'), image: `${host}/${repository}:1.4.2`, secrets: ['regcred'] }),
  );
  return [...each, secret, ...surroundings()];
}

t.test('a password that is refused once is sent by no other pod of the run', async t => {
  const repositories = ['team/app', 'team/web', 'team/db', 'other/app'];
  for (const [how, options] of [['Basic', BASIC] as const, ['Bearer', bearer()] as const]) {
    for (const password of [WRONG, `${WRONG}\n`]) {
      const lab = new Lab();
      t.teardown(() => lab.close());
      const { host } = await lab.registry(options);
      const run = await why(pods(host, cred(host, password), repositories));
      t.same(
        run.items.map(({ cause }) => cause),
        repositories.map(() => 'CredentialsRejected'),
        `${how}: the cause of all`,
      );
      t.strictSame(sentTooOften(lab), [], `${how}: no refused password is sent again`);
      silentOn(t, secretsIn(lab.requests), run);
    }
  }
});

t.test('a password goes over plain HTTP to no other machine', async t => {
  const outside = Object.values(networkInterfaces())
    .flat()
    .find(address => address !== undefined && !address.internal && address.family === 'IPv4')?.address;
  if (outside === undefined) return void t.pass('this machine has no address but loopback');
  const lab = new Lab();
  t.teardown(() => lab.close());
  const registry = 'registry.acme.example';
  const { port, requests } = await lab.registry({ ...BASIC, address: '0.0.0.0' });
  const objects = pods(registry, cred(registry), ['team/app']);
  const there = mirror(registry, `http://${outside}:${port}`);
  const kept = await why(objects, there);
  t.ok(requests.length > 0, 'it is asked');
  t.equal(loginsIn(requests).length, 0, 'without a password');
  t.not(kept.items[0]?.certainty, 'certain', 'nothing is certain then');
  t.equal(kept.items[0]?.credentials[0]?.result, 'notTried', 'and the credential counts as not tried');
  const sent = await why(objects, [...there, '--insecure-registry', `${outside}:${port}`]);
  t.ok(loginsIn(requests).length > 0, 'a host that is named insecure gets it');
  t.equal(sent.items[0]?.credentials[0]?.result, 'accepted', 'and takes it');
  silentOn(t, secretsIn(requests), sent);
});

t.test('a password stays with the host that asks for it', async t => {
  const lab = new Lab();
  t.teardown(() => lab.close());
  const elsewhere = await lab.registry({ images: [APP] });
  const { host } = await lab.registry({
    ...BASIC,
    answer: request => (isManifest(request) && request.headers.authorization ? to(`${elsewhere.url}${request.url}`) : undefined),
  });
  const run = await why(pods(host, cred(host), ['team/app']));
  t.ok(elsewhere.requests.length > 0, 'the redirect is followed');
  t.notOk(
    elsewhere.requests.some(request => request.headers.authorization),
    'without a login',
  );
  silentOn(t, secretsIn(lab.requests), run);
});
