/**
 * Live faults: every scenario starts real (or really faulty) registries on loopback, saves the objects of a pod that fails there, and runs the built
 * plugin on them. Each is asked with the words of three runtimes, with the words gone, and with the words alone (`--no-probe`). Whatever a verdict
 * is, a wrong one is never `certain`; and the logs of the registries show how often a password was sent, and where to.
 */
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
} from './helpers/lab.ts';
import { RUNTIMES, saidBy } from './helpers/node-words.ts';
import { auth } from './live/auth.ts';
import { names } from './live/names.ts';
import { nodes } from './live/nodes.ts';
import { registries } from './live/registries.ts';
import { BASIC, bearer, cred, type Expected, mirror, RIGHT, type Scenario, type Setup, to, USER, users, WRONG } from './live/scenario.ts';
import { secrets } from './live/secrets.ts';
import { ways } from './live/ways.ts';

const SCENARIOS: Scenario[] = [...names, ...secrets, ...auth, ...registries, ...ways, ...nodes];
/** Scenarios without flags that one process is asked about. */
const TOGETHER = 6;

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

function judge(t: Test, which: string, item: Item | undefined, cause: string | string[] | null, certainty?: string): void {
  if (item === undefined) return void t.fail(`${which}: no item`);
  const right = cause === null || list(cause).includes(item.cause);
  if (cause !== null) {
    score.asked++;
    if (right) score.right++;
    const because = [item.summary, ...item.evidence.map(({ detail }) => detail)];
    t.ok(right, `${which}: ${item.cause} (${item.certainty})`, { wanted: cause, because });
    if (right && certainty !== undefined) t.equal(item.certainty, certainty, `${which}: as certain as it is`);
  }
  if (!right && item.certainty === 'certain') score.falselyCertain++;
  t.notOk(!right && item.certainty === 'certain', `${which}: nothing wrong is certain`);
  if (item.certainty === 'certain') t.same(item.also, [], `${which}: what is certain has no alternatives`);
}

/** Checks what was sent to whom: no refused password more often than a runtime needs to send it. */
function sparing(t: Test, lab: Lab): void {
  for (const { options, registry } of lab.registries) {
    const good = options.auth?.users ?? {};
    const refused = loginsIn(registry.requests).filter(({ login }) => {
      const colon = login.indexOf(':');
      return good[login.slice(0, colon)] !== login.slice(colon + 1);
    });
    for (const login of new Set(refused.map(sent => sent.login))) {
      const count = (to: string): number => refused.filter(sent => sent.login === login && sent.to === to).length;
      const [direct, posts, gets] = [count('registry'), count('tokenPost'), count('tokenGet')];
      t.ok(direct <= 1 && posts <= 1 && gets <= 1 && (direct === 0 || posts === 0), 'a refused password is sent once', {
        direct,
        posts,
        gets,
      });
    }
  }
}

/** Checks that nothing of a password, a token or an auth text is in any output. */
function silentOn(t: Test, secret: string[], run: Run): void {
  const known = [
    ...secret,
    ...Object.values(users),
    WRONG,
    ...[RIGHT, WRONG].map(text => Buffer.from(`${USER}:${text}`).toString('base64')),
  ];
  t.notOk(
    known.some(text => (run.stdout + run.stderr).includes(text)),
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
  const { image, secrets = [], account, unretrieved, words, node } = setup;
  const parts = partsOf(image);
  const scheme = setup.scheme ?? (/^(?:127\.|localhost)/.test(parts.registry) ? 'http' : 'https');
  const own = secrets.filter(secret => secret.metadata.namespace === NAMESPACE).map(secret => secret.metadata.name);
  const pod = { image, secrets: setup.pull ?? own, unretrieved };
  const said = words === undefined ? [] : RUNTIMES.map(runtime => ({ runtime, text: words(saidBy(runtime, { ...parts, scheme })) }));
  const namespace = `${NAMESPACE}-${index}`;
  const objects = [
    ...failingPod({ ...pod, name: 'bare' }),
    ...said.flatMap(one => failingPod({ ...pod, name: `said-by-${one.runtime}`, words: one })),
    ...secrets,
    ...surroundings(account, node),
  ];
  // scenarios of one process share nothing but the node
  const moved = JSON.stringify(objects).replaceAll(`"namespace":"${NAMESPACE}"`, `"namespace":"${namespace}"`);
  return { name, expected, lab, setup, namespace, objects: JSON.parse(moved) as KubernetesObject[] };
}

function check(t: Test, { expected, lab, setup, namespace }: Ready, run: Run): void {
  const items = run.items.filter(item => item.pod.namespace === namespace);
  const bare = items.find(item => item.pod.name === 'bare');
  judge(t, 'bare', bare, expected.bare === undefined ? expected.cause : expected.bare, expected.bareCertainty);
  if (setup.words !== undefined) {
    for (const runtime of RUNTIMES) {
      const item = items.find(one => one.pod.name === `said-by-${runtime}`);
      judge(t, runtime, item, expected.cause, expected.certainty);
      if (item === undefined) continue;
      if (expected.results !== undefined)
        t.same(
          item.credentials.map(({ result }) => result),
          expected.results,
          `${runtime}: what became of each credential`,
        );
      if (expected.next !== undefined) t.same(item.next, expected.next, `${runtime}: what has to be repaired next`);
      const fixes = item.fixes.map(fix => `${fix.title} ${fix.command}`);
      const told = [item.summary, ...item.evidence.map(({ detail }) => detail), ...item.credentials.map(({ detail }) => detail), ...fixes];
      if (expected.text !== undefined) t.match(told.join('\n'), expected.text, `${runtime}: what is told`);
    }
  }
  if (bare !== undefined) setup.after?.(t, run, bare);
  sparing(t, lab);
}

/** One process is asked about these. */
async function play(t: Test, ready: Ready[]): Promise<void> {
  const run = await why(
    ready.flatMap(({ objects }) => objects),
    ready[0]?.setup.flags,
  );
  for (const one of ready) await t.test(one.name, async t => check(t, one, run));
  silentOn(
    t,
    ready.flatMap(({ lab }) => secretsIn(lab.requests)),
    run,
  );
  t.equal(run.status, 1, 'the status says that causes were found');
}

/** Those that need flags, or a node that was not saved, are asked apart. */
function batches(all: Ready[]): Ready[][] {
  const apart = all.filter(({ setup }) => setup.flags !== undefined || setup.node === false || setup.apart);
  const together = all.filter(one => !apart.includes(one));
  const some = Array.from({ length: Math.ceil(together.length / TOGETHER) }, (_, at) => together.slice(at * TOGETHER, (at + 1) * TOGETHER));
  return [...some, ...apart.map(one => [one])];
}

t.test('every fault, with the words of three runtimes and without', async t => {
  const ready: Ready[] = [];
  t.teardown(() => Promise.all(ready.map(({ lab }) => lab.close())));
  for (const index of SCENARIOS.keys()) ready.push(await prepare(index));

  await t.test('asked at the registries', { jobs: 3 }, async t => {
    for (const some of batches(ready)) t.test(some.length === 1 ? (some[0] as Ready).name : `${some.length} at once`, t => play(t, some));
  });
  t.comment(`${SCENARIOS.length} scenarios: ${score.right} of ${score.asked} verdicts right, ${score.falselyCertain} falsely certain`);

  await t.test('by words alone nothing wrong is certain', async t => {
    const requests = (): number => ready.flatMap(({ lab }) => lab.requests).length;
    const before = requests();
    // a node that was saved for one is seen by all
    const run = await why(
      ready.filter(({ setup }) => setup.node !== false).flatMap(({ objects }) => objects),
      ['--no-probe'],
    );
    for (const { name, namespace, expected } of ready) {
      // what was repaired since is not known by words
      if (list(expected.cause).includes('FixedWaitingForRetry')) continue;
      for (const { pod, cause, certainty } of run.items.filter(item => item.pod.namespace === namespace && item.pod.name !== 'bare'))
        t.ok(certainty !== 'certain' || list(expected.cause).includes(cause), `${name}, ${pod.name}: ${cause} (${certainty})`);
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
      sparing(t, lab);
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
