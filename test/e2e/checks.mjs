/** The checks of the cluster test: what the plugin says of pods, secrets and mistakes, and whether what it prints repairs them. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadAll } from 'js-yaml';
import { describe, environment, failuresOf, getJson, hasEvent, kubectl, must, podsOf, run, say, start, until, work } from './lab.mjs';

/** @typedef {import('./lab.mjs').Target} Target */
/** @typedef {import('./lab.mjs').Wanted} Wanted */
/** What is read here of an item of the plugin's JSON. @typedef {{ cause: string, certainty: string, image: string, summary: string, usedBy: string[], also: string[], pod: { name: string, namespace: string }, container: { name: string, kind: string }, credentials: { result: string }[], fixes: { title: string, command?: string | null }[], fromNode?: { node: string, outcome: string, message: string | null }[], decidedBy: { rule: string }, entries: { result: string, cause: string | null, fixes?: { command?: string | null }[] }[], problems: { code: string }[] }} Item */
/** @typedef {{ cause: string, pods: number, nodes: number, namespaces: number, examples: string[] }} Group */
/** @typedef {{ items: Item[], groups: Group[], warnings: string[] }} Answer */

/** Asks the stand-in of Docker Hub, as the node does. */
export const MIRROR = ['--registry-mirror', 'docker.io=127.0.0.1:15027'];
/** What no output may ever hold. */
export const PASSWORDS = ['labpass', 'old-pa55word', 'other-pa55word', 'other-user-pass', 'bGFiOmxhYnBhc3', 'eyJzdWIiOiJsYWIi'];

export const count = { passed: 0, failed: 0 };
/**
 * One check. A failed one is told in a line of its own.
 * @param {string} what
 * @param {boolean} ok
 * @param {unknown} detail
 */
export function check(what, ok, detail = '') {
  if (ok) count.passed++;
  else {
    count.failed++;
    console.log(`not ok: ${what}${detail === '' ? '' : `: ${String(detail).replace(/\s+/g, ' ').trim().slice(0, 600)}`}`);
  }
  return ok;
}
/** @type {(what: string, got: unknown, wanted: unknown) => boolean} */
export const equal = (what, got, wanted) =>
  check(what, JSON.stringify(got) === JSON.stringify(wanted), `${JSON.stringify(got)}, expected ${JSON.stringify(wanted)}`);

/**
 * Two readings, one after the other, that have to say the same. What a node tells goes on meanwhile (a back-off ends, a pull begins): where they differ, both are read
 * again, twice at most.
 * @param {string} what
 * @param {() => Promise<[got: unknown, wanted: unknown]>} read
 */
export async function agree(what, read) {
  let [got, wanted] = await read();
  for (let tries = 2; tries > 0 && JSON.stringify(got) !== JSON.stringify(wanted); tries--) {
    say(`${what}: read again`);
    [got, wanted] = await read();
  }
  return equal(what, got, wanted);
}

/** Whether something holds in time. @type {(what: string, seconds: number, holds: () => boolean) => Promise<boolean>} */
const comes = (what, seconds, holds) =>
  until(what, seconds, holds).then(
    () => true,
    () => false,
  );

/**
 * `kubectl imagepull …`, with its JSON where it was asked for; no output may hold a password.
 * @param {string[]} args
 */
export async function imagepull(...args) {
  const result = await kubectl('imagepull', ...args);
  const leaked = PASSWORDS.find(password => `${result.stdout}${result.stderr}`.includes(password));
  if (leaked !== undefined) check(`kubectl imagepull ${args.join(' ')} keeps passwords to itself`, false, `"${leaked}" was printed`);
  /** @type {Answer | null} */
  let json = null;
  try {
    if (args.includes('json')) json = JSON.parse(result.stdout);
  } catch {
    check(`kubectl imagepull ${args.join(' ')} prints JSON`, false, `${result.status}: ${result.stdout}${result.stderr}`);
  }
  return { ...result, json };
}

/** What the plugin said of each target that was diagnosed. @type {Map<Target, Item[]>} */
const answers = new Map();

/**
 * One target: as JSON and as text, against what is expected.
 * @param {Target} target
 */
export async function diagnose(target) {
  const { namespace, title, wanted } = target;
  const args = ['why', target.target, '-n', namespace, ...MIRROR];
  const both = async () => ({ asJson: await imagepull(...args, '-o', 'json'), text: await imagepull(...args) });
  /** The commands of an answer that the text lacks. @type {(answer: Awaited<ReturnType<typeof both>>) => string[]} */
  const lacking = ({ asJson, text: { stdout } }) => {
    const said = stdout.replace(/^ +| +$/gm, '');
    return [...new Set((asJson.json?.items ?? []).slice(0, 1).flatMap(item => item.fixes.flatMap(fix => fix.command ?? [])))].filter(
      command => !said.includes(command),
    );
  };
  const first = await both();
  // what the node tells of its images may change between the two
  const answer = lacking(first).length > 0 ? await both() : first;
  const { json, status, stderr } = answer.asJson;
  const { text } = answer;
  const fine = wanted.every(({ cause }) => cause === 'NoPullProblem' || cause === 'StillPulling');
  equal(`${title}: exit status`, [status, text.status], fine ? [0, 0] : [1, 1]);
  equal(`${title}: nothing on standard error`, stderr, '');
  const items = json?.items ?? [];
  const pods = podsOf(target);
  equal(`${title}: one item per pod and container`, items.length, Math.max(1, pods.length) * wanted.length);
  for (const one of wanted) {
    const own = items.filter(item => one.container === undefined || item.container.name === one.container);
    check(`${title}: an item for it`, own.length > 0, JSON.stringify(items.map(item => item.container)));
    for (const item of own) compare(`${title}${wanted.length > 1 ? `, ${one.container}` : ''}`, item, one);
  }
  const lines = text.stdout.split('\n');
  check(`${title}: the text names the cause first`, text.stdout.startsWith(wanted[0]?.cause ?? '?'), lines[0]);
  equal(`${title}: the text has each command`, lacking(answer), []);
  answers.set(target, items);
}

/**
 * @param {string} title
 * @param {Item} item
 * @param {Wanted} one
 */
function compare(title, item, one) {
  equal(`${title}: cause`, [item.cause, ...(item.cause === one.cause ? [] : [item.certainty, item.summary])], [one.cause]);
  if (one.certainty !== undefined)
    equal(`${title}: certainty`, [item.certainty, ...item.also], [one.certainty, ...(one.certainty === 'certain' ? [] : item.also)]);
  equal(`${title}: container kind`, item.container.kind, one.kind ?? 'container');
  if (one.credentials !== undefined)
    equal(
      `${title}: credentials`,
      item.credentials.map(({ result }) => result),
      one.credentials,
    );
  if (one.says !== undefined) check(`${title}: the summary says ${one.says}`, item.summary.includes(one.says), item.summary);
}

/**
 * Runs the commands that were printed for a target, and waits until its pods run.
 * @param {Target} target
 */
export async function repair(target) {
  const wanted = target.wanted[0]?.fix ?? [];
  const fixes = answers.get(target)?.[0]?.fixes ?? [];
  const folder = mkdtempSync(join(work, 'fix-'));
  for (const words of wanted) {
    const command = fixes.flatMap(fix => fix.command ?? []).find(text => text.includes(words));
    check(`${target.title}: a fix with "${words}"`, command !== undefined, JSON.stringify(fixes));
    if (command === undefined) return;
    const result = await run('bash', ['-euo', 'pipefail', '-c', command], {
      cwd: folder,
      env: { ...environment, REGISTRY_USER: 'lab', REGISTRY_PASSWORD: 'labpass' },
      seconds: 90,
    });
    const said = `${command}: ${result.status}: ${result.stderr}${result.stdout}`;
    if (!check(`${target.title}: the fix with "${words}" works`, result.status === 0, said)) return;
  }
  const runs = (/** @type {import('./lab.mjs').Pod} */ pod) =>
    pod.status.containerStatuses?.every(({ state }) => state.running !== undefined) === true;
  const repaired = await comes(target.title, 90, () => podsOf(target).length > 0 && podsOf(target).every(runs));
  if (!check(`${target.title}: runs after the fix`, repaired, describe(target))) return;
  const after = await imagepull('why', target.target, '-n', target.namespace, ...MIRROR, '-o', 'json');
  equal(
    `${target.title}: no pull problem after the fix`,
    [after.status, ...new Set(after.json?.items.map(item => item.cause))],
    [0, 'NoPullProblem'],
  );
}

/** The secret is repaired while kubelet backs off: 10 s after a first failure, then twice as long after each. Twelve of them have to be left. @param {Target} target */
export async function repairSecretInBackOff(target) {
  await until(`a long back-off of ${target.title}`, 180, () => {
    const failures = podsOf(target).flatMap(pod => failuresOf(pod, 'main'));
    return failures.some(
      ({ count: times, lastTimestamp }) => times >= 3 && Date.now() - Date.parse(lastTimestamp ?? '') < (10 * 2 ** (times - 1) - 12) * 1000,
    );
  });
  const auths = { '127.0.0.1:15001': { username: 'lab', password: 'labpass' } };
  const patch = { data: null, stringData: { '.dockerconfigjson': JSON.stringify({ auths }) } };
  await must('the repaired secret', kubectl('-n', 'pulls', 'patch', 'secret', 'repaired', '--type=merge', '-p', JSON.stringify(patch)));
}

/**
 * All at once: each failing pod with its cause, no healthy one.
 * @param {readonly Target[]} targets
 */
export async function checkAll(targets) {
  const { json, status } = await imagepull('why', '-A', ...MIRROR, '-o', 'json');
  equal('why -A: exit status', status, 1);
  const items = json?.items ?? [];
  for (const target of targets) {
    const names = podsOf(target).map(({ metadata }) => metadata.name);
    const own = items.filter(({ pod }) => pod.namespace === target.namespace && names.includes(pod.name));
    const wanted = target.wanted.filter(({ cause }) => cause !== 'NoPullProblem').map(({ cause }) => cause);
    equal(`why -A: ${target.title}`, [...new Set(own.map(item => item.cause))], [...new Set(wanted)]);
  }
}

/** The groups of the demo pods: one per cause and what it is about, the two pods of the deployment in one, the largest first. @param {readonly Target[]} targets */
export async function checkGroups(targets) {
  const { json } = await imagepull('why', '-n', 'default', ...MIRROR, '-o', 'json');
  const groups = json?.groups ?? [];
  const failing = targets.filter(({ wanted }) => wanted[0]?.cause !== 'NoPullProblem');
  check('groups: no more than demo targets fail', groups.length <= failing.length, `${groups.length} of ${failing.length}`);
  for (const target of failing) {
    const names = podsOf(target).map(({ metadata }) => `default/${metadata.name}`);
    const own = groups.filter(({ examples }) => names.every(name => examples.includes(name)));
    equal(`groups: ${target.title}`, [own.length, own[0]?.cause, own[0]?.nodes, own[0]?.namespaces], [1, target.wanted[0]?.cause, 1, 1]);
  }
  const sizes = groups.map(({ pods }) => pods);
  equal(
    'groups: the largest first',
    sizes,
    [...sizes].sort((a, b) => b - a),
  );
  equal('groups: their pods are all that are listed', sum(sizes), new Set((json?.items ?? []).map(({ pod }) => pod.name)).size);
  const { stdout } = await imagepull('why', '-n', 'default', ...MIRROR);
  const head = `${sum(sizes)} pods, ${new Set(groups.map(({ cause }) => cause)).size} causes in ${groups.length} rows`;
  const lines = stdout.split('\n');
  check(`groups: the text begins with "${head}" and the table`, stdout.startsWith(`${head}\n  PODS  CAUSE `), lines.slice(0, 2).join('\n'));
  check('groups: the text fits a screen', lines.length <= 40, `${lines.length} lines`);
  const { stdout: metrics } = await imagepull('why', '-n', 'default', ...MIRROR, '-o', 'prometheus');
  for (const cause of new Set(groups.map(group => group.cause))) {
    const pods = sum(groups.filter(group => group.cause === cause).map(group => group.pods));
    check(`groups: prometheus counts ${cause}`, metrics.includes(`imagepull_failing_pods{cause="${cause}"} ${pods}\n`), metrics);
  }
}
const sum = (/** @type {readonly number[]} */ numbers) => numbers.reduce((all, one) => all + one, 0);

/**
 * --watch over an API server that is killed. While nobody watches, one pod is repaired, one goes and one comes: each is told, once, and nothing else. Then it is killed
 * under the eyes of the watch.
 * @param {() => Promise<void>} restart
 */
export async function checkWatch(restart) {
  const watcher = start('kubectl', ['imagepull', 'why', '-n', 'default', '--watch', '-o', 'json', ...MIRROR]);
  /** @type {() => string[]} */
  const told = () =>
    watcher.text.stdout
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line))
      .map(({ type, cause, examples }) => `${type} ${cause} ${examples.join(' ')}`);
  /** @type {(what: string, wanted: readonly string[]) => Promise<void>} */
  const expectAt = async (what, wanted) => {
    const inTime = await comes(what, 60, () => wanted.every(line => told().includes(line)));
    check(`--watch: ${what}`, inTime, JSON.stringify({ wanted, told: told(), said: watcher.text.stderr.slice(-600) }));
  };
  try {
    await until('the first look of --watch', 60, () => watcher.text.stderr.includes('watching pods'));
    const before = told();
    check('--watch: what fails at the start', before.length > 10 && before.every(line => line.startsWith('new ')), JSON.stringify(before));

    watcher.signal('SIGSTOP');
    await restart();
    const pods = (/** @type {string[]} */ ...args) => must(`kubectl ${args.join(' ')}`, kubectl('-n', 'default', ...args));
    await pods('set', 'image', 'pod/missing-tag', '*=127.0.0.1:15000/library/busybox:1');
    await pods('delete', 'pod', 'missing-digest', '--force', '--grace-period=0');
    await pods('run', 'late', '--image=127.0.0.1:15000/team/late:1', '--restart=Never');
    /** @type {(name: string) => Promise<string>} */
    const reason = async name => {
      const { status } = await getJson('pod', name, '-n', 'default');
      return status.containerStatuses?.[0].state.waiting?.reason ?? '';
    };
    // the image starts, and ends at once: all that matters is that it is there
    await until(
      'the pods changed',
      120,
      async () => !/Pull|Creating/.test(await reason('missing-tag')) && /Pull/.test(await reason('late')),
    );
    watcher.signal('SIGCONT');
    const changes = [
      'repaired TagNotFound default/missing-tag',
      'gone DigestNotFound default/missing-digest',
      'new RepositoryNotFound default/late',
    ];
    await expectAt('what changed while it slept and the API server was killed', changes);
    equal('--watch: and nothing else', told().slice(before.length).sort(), [...changes].sort());

    await restart();
    await until('the watch notices', 60, () => watcher.text.stderr.includes('the watch was disconnected'));
    await pods('delete', 'pod', 'late', '--force', '--grace-period=0');
    await expectAt('what changes after the API server was killed under its eyes', ['gone RepositoryNotFound default/late']);
    equal('--watch: and nothing else again', told().length, before.length + changes.length + 1);
    watcher.signal('SIGINT');
    const { status } = await watcher.ended;
    equal('--watch: Ctrl-C ends it, and causes stand', status, 1);
  } finally {
    watcher.signal('SIGCONT');
    watcher.signal('SIGKILL');
    await kubectl('-n', 'default', 'delete', 'pod', 'late', '--ignore-not-found', '--force', '--grace-period=0');
  }
}

/** Secret of a namespace, more arguments → exit status, what the first entry is worth, and its cause. @typedef {[secret: string, more: string[], status: number, result: string, cause: string | null]} SecretCase */
/** @type {Record<'default' | 'pulls', SecretCase[]>} */
const SECRETS = {
  default: [
    ['good-cred', [], 0, 'accepted', null],
    ['bad-cred', [], 1, 'rejected', 'CredentialsRejected'],
    ['good-cred', ['--image', '127.0.0.1:15001/library/busybox:1'], 0, 'accepted', null],
    ['good-cred', ['--image', '127.0.0.1:15001/library/busybox:9'], 1, 'accepted', 'TagNotFound'],
  ],
  pulls: [
    ['no-right-here', [], 0, 'accepted', null],
    ['no-right-here', ['--image', '127.0.0.1:15010/private/busybox:1'], 1, 'denied', 'AccessDenied'],
    ['newline', [], 1, 'rejected', 'CredentialsRejected'],
    ['past-its-time', [], 1, 'rejected', 'CredentialsExpired'],
    ['wrong-port', [], 1, 'error', 'RegistryUnreachable'],
    ['hub-without-slash', [], 1, 'notTried', 'SecretRegistryMismatch'],
    ['empty', [], 1, 'notVerifiable', 'SecretHasNoCredentials'],
    ['legacy', [], 0, 'accepted', null],
  ],
};
/** Secrets of "pulls" that are bad as a whole. */
const BAD_SECRETS = {
  opaque: 'SecretMalformed',
  'bad-base64': 'SecretMalformed',
  'bad-json': 'SecretMalformed',
  'creds-store': 'SecretHasNoCredentials',
};

/** @param {keyof typeof SECRETS} namespace */
export async function checkSecrets(namespace) {
  for (const [name, more, wanted, result, cause] of SECRETS[namespace]) {
    const { status, json } = await imagepull('test-secret', name, '-n', namespace, ...more, '-o', 'json');
    const entry = json?.items[0]?.entries[0];
    equal(`test-secret ${name} ${more.join(' ')}`.trim(), [status, entry?.result, entry?.cause], [wanted, result, cause]);
  }
  if (namespace !== 'pulls') return;
  for (const [name, code] of Object.entries(BAD_SECRETS)) {
    const { status, json } = await imagepull('test-secret', name, '-n', namespace, '-o', 'json');
    equal(`test-secret ${name}`, [status, json?.items[0]?.problems[0]?.code], [1, code]);
  }
  const { stdout } = await imagepull('test-secret', 'newline', '-n', namespace);
  const told = /line break.*without this defect the registry accepts it/.test(stdout.replace(/\s+/g, ' '));
  check('test-secret newline: the text says that the repaired form works', told, stdout);
}

/**
 * One line that says what is wrong, on standard error, and status 2.
 * @param {string} title
 * @param {RegExp} pattern
 * @param {string[]} args
 */
async function fails(title, pattern, ...args) {
  const { status, stdout, stderr } = await imagepull(...args);
  // kubectl itself adds a line when a plugin ends with an error
  const lines = stderr.split('\n').filter(line => line !== '' && !/^(?:error: )?exit status \d+$/.test(line));
  equal(`${title}: exit status`, status, 2);
  check(`${title}: one line`, lines.length === 1 && stdout === '' && lines[0]?.startsWith('error: ') === true, `${stdout}${stderr}`);
  check(`${title}: says ${pattern}`, pattern.test(stderr), stderr);
}

export async function checkErrors() {
  await fails('no such pod', /pod "no-such-pod" not found in namespace "default"/, 'why', 'no-such-pod', '-n', 'default');
  await fails('no such namespace', /namespace "nowhere" not found/, 'why', 'ok', '-n', 'nowhere');
  await fails('no such workload', /deployment "nothing" not found/, 'why', 'deployment/nothing', '-n', 'default');
  await fails('no such kind', /"gateway"/, 'why', 'gateway/nothing', '-n', 'default');
  await fails('no such secret', /secret "no-such-secret" not found/, 'test-secret', 'no-such-secret', '-n', 'default');
  await fails('no such context', /context "nowhere"/, 'why', 'ok', '--context', 'nowhere');
  await fails('no such kubeconfig', /no-such-file/, 'why', 'ok', '--kubeconfig', join(work, 'no-such-file'));
  await fails('a user without any right', /cannot|forbidden/, 'why', 'ok', '-n', 'default', '--as', 'nobody');
  await fails('a user who may not list', /list/, 'why', '-A', '--as', 'nobody');
  const partly = await imagepull('why', 'missing-tag', 'no-such-pod', '-n', 'default', '-o', 'json');
  equal(
    'one of two pods is missing',
    [partly.status, partly.json?.items.map(item => item.cause), partly.json?.warnings.length],
    [2, ['TagNotFound'], 1],
  );
  const down = readFileSync(environment.KUBECONFIG ?? '', 'utf8').replace(/(server: https:\/\/127\.0\.0\.1:)\d+/, '$115012');
  writeFileSync(join(work, 'down.kubeconfig'), down);
  await fails('a cluster that is down', /127\.0\.0\.1:15012/, 'why', 'ok', '--kubeconfig', join(work, 'down.kubeconfig'));
}

/** With the right to read pods and nothing else it still answers, and says what it could not see. */
export async function checkRights() {
  const pulls = (/** @type {string[]} */ ...args) => must(`kubectl ${args.join(' ')}`, kubectl('-n', 'pulls', ...args));
  await pulls('create', 'serviceaccount', 'pods-only');
  await pulls('create', 'role', 'pods-only', '--verb=get,list', '--resource=pods');
  await pulls('create', 'rolebinding', 'pods-only', '--role=pods-only', '--serviceaccount=pulls:pods-only');
  const account = await getJson('serviceaccount', 'pods-only', '-n', 'pulls');
  const named = account.secrets?.[0]?.name;
  const token =
    named === undefined
      ? (await pulls('create', 'token', 'pods-only')).trim()
      : Buffer.from((await getJson('secret', named, '-n', 'pulls')).data.token, 'base64').toString('utf8');
  const view = await must('kubectl config view', kubectl('config', 'view', '--raw', '--flatten', '-o', 'json'));
  /** @type {{ users: { name: string, user: object }[] }} */
  const config = JSON.parse(view);
  config.users = config.users.map(({ name }) => ({ name, user: { token } }));
  const file = join(work, 'pods-only.kubeconfig');
  writeFileSync(file, JSON.stringify(config));
  const impersonated = ['--as', 'system:serviceaccount:pulls:pods-only'];
  for (const [how, flags] of Object.entries({ impersonated, 'by its token': ['--kubeconfig', file] })) {
    const { status, json, stderr } = await imagepull('why', 'wrong-password-at-the-token-server', '-n', 'pulls', ...flags, '-o', 'json');
    const title = `a service account that may read pods only, ${how}`;
    const [item] = json?.items ?? [];
    equal(`${title}: exit status`, status, 2);
    check(`${title}: an answer that is not certain`, item !== undefined && item.certainty !== 'certain', JSON.stringify(item));
    check(
      `${title}: the true cause is among the likely ones`,
      [item?.cause, ...(item?.also ?? [])].includes('CredentialsRejected'),
      JSON.stringify([item?.cause, item?.also]),
    );
    for (const right of ['get secrets', 'list events', 'get nodes', 'get serviceaccounts'])
      check(
        `${title}: says that "${right}" is missing`,
        json?.warnings.some(warning => warning.includes(`"${right}"`)) === true && stderr.includes(right),
        stderr,
      );
  }
  const visible = await imagepull('why', 'name-with-a-trailing-slash', '-n', 'pulls', ...impersonated, '-o', 'json');
  equal(
    'what the pod alone proves stays certain, and the missing rights are warnings alone',
    [visible.status, visible.json?.items[0]?.cause, visible.json?.items[0]?.certainty],
    [1, 'InvalidImageName', 'certain'],
  );
  await checkRoles();
}

/** The roles of deploy/rbac: what each is enough for, and what it does not grant. */
async function checkRoles() {
  const folder = fileURLToPath(new URL('../../deploy/rbac/', import.meta.url));
  const pulls = (/** @type {string[]} */ ...args) => must(`kubectl ${args.join(' ')}`, kubectl('-n', 'pulls', ...args));
  for (const file of ['reader.yaml', 'reader-secrets.yaml', 'from-node.yaml']) await pulls('apply', '-f', join(folder, file));
  /** Makes a service account with some of the roles. Out: the flags by which it is impersonated. */
  const withRoles = async (/** @type {string} */ name, /** @type {string[]} */ roles) => {
    await pulls('create', 'serviceaccount', name);
    const binding = (/** @type {string} */ kind, /** @type {string} */ role) =>
      pulls('create', kind, `${name}-${role}`, `--clusterrole=${role}`, `--serviceaccount=pulls:${name}`);
    for (const role of roles) await binding('rolebinding', role);
    // of an earlier test of the same cluster: it belongs to no namespace
    await pulls('delete', 'clusterrolebinding', `${name}-imagepull-reader-nodes`, '--ignore-not-found');
    await binding('clusterrolebinding', 'imagepull-reader-nodes');
    return ['--as', `system:serviceaccount:pulls:${name}`];
  };
  const reader = await withRoles('role-reader', ['imagepull-reader']);
  const secrets = await withRoles('role-secrets', ['imagepull-reader', 'imagepull-reader-secrets']);
  const fromNode = await withRoles('role-from-node', ['imagepull-reader', 'imagepull-from-node']);
  const target = ['why', 'wrong-password-at-the-token-server', '-n', 'pulls', '-o', 'json'];

  const blind = await imagepull(...target, ...reader);
  const [guess] = blind.json?.items ?? [];
  equal('reader.yaml: a verdict about credentials needs them', blind.status, 2);
  check(
    'reader.yaml: nothing but the secrets is missing',
    blind.json?.warnings.length === 1 && blind.json.warnings[0]?.includes('"get secrets"') === true,
    JSON.stringify(blind.json?.warnings),
  );
  check(
    'reader.yaml: the true cause is among the likely ones',
    guess?.certainty !== 'certain' && [guess?.cause, ...(guess?.also ?? [])].includes('CredentialsRejected'),
    JSON.stringify([guess?.cause, guess?.certainty, guess?.also]),
  );
  const named = await imagepull('why', 'name-with-a-trailing-slash', '-n', 'pulls', ...reader, '-o', 'json');
  equal('reader.yaml: is enough for other causes', [named.status, named.json?.items[0]?.cause], [1, 'InvalidImageName']);
  const all = await imagepull('why', '-n', 'pulls', ...reader, '-o', 'json');
  check('reader.yaml: lists the failing pods of the namespace', (all.json?.items.length ?? 0) > 5, all.stderr);

  const whole = await imagepull(...target, ...secrets);
  equal(
    'reader-secrets.yaml: the whole diagnosis',
    [whole.status, whole.json?.items[0]?.cause, whole.json?.items[0]?.certainty, whole.json?.warnings],
    [1, 'CredentialsRejected', 'certain', []],
  );
  const tested = await imagepull('test-secret', 'newline', '-n', 'pulls', ...secrets, '-o', 'json');
  // whether its fix was pasted before, or not yet: the registry answered for it
  check(
    'reader-secrets.yaml: test-secret',
    tested.status !== 2 && ['accepted', 'rejected'].includes(tested.json?.items[0]?.entries[0]?.result ?? ''),
    `${tested.status} ${tested.stdout}${tested.stderr}`,
  );

  /** @type {[flags: string[], verb: string, resource: string, namespace: string, granted: boolean][]} */
  const grants = [
    [reader, 'get', 'secrets', 'pulls', false],
    [reader, 'create', 'pods', 'pulls', false],
    [reader, 'list', 'pods', 'default', false],
    [secrets, 'get', 'secrets', 'pulls', true],
    [secrets, 'list', 'secrets', 'pulls', false],
    [secrets, 'get', 'secrets', 'default', false],
    [fromNode, 'create', 'pods', 'pulls', true],
    [fromNode, 'delete', 'pods', 'pulls', true],
    [fromNode, 'patch', 'pods', 'pulls', false],
    [fromNode, 'create', 'pods', 'default', false],
    [fromNode, 'get', 'secrets', 'pulls', false],
  ];
  for (const [flags, verb, resource, namespace, granted] of grants) {
    const { stdout } = await kubectl('auth', 'can-i', verb, resource, '-n', namespace, ...flags);
    equal(
      `${flags[1]?.split(':').at(-1)}: ${verb} ${resource} in ${namespace}`,
      stdout.trim().split('\n').at(-1)?.split(' ')[0],
      granted ? 'yes' : 'no',
    );
  }
}

export async function checkForms() {
  const names = await imagepull('why', '-n', 'pulls', '-l', 'app=two', ...MIRROR, '-o', 'name');
  equal('why -l -o name', [names.status, names.stdout.trim()], [1, 'pod/two-containers-two-causes']);
  const one = await imagepull('why', 'two-containers-two-causes', '-n', 'pulls', '-c', 'second', ...MIRROR, '-o', 'json');
  equal('why -c', [one.status, one.json?.items.map(item => item.container.name)], [1, ['second']]);
  const silent = await imagepull('why', 'auth-wrong', '-n', 'default', '--no-probe', '-o', 'json');
  equal(
    '--no-probe: no credential is tried',
    silent.json?.items[0]?.credentials.map(({ result }) => result),
    ['notTried'],
  );
  const yaml = await imagepull('why', 'auth-wrong', '-n', 'default', '-o', 'yaml');
  const [document] = /** @type {Answer[]} */ (loadAll(yaml.stdout));
  check('why -o yaml', document?.items[0]?.cause === 'CredentialsRejected', yaml.stdout);
  const told = (/** @type {Pick<Answer, 'items'>} */ list) => list.items.map(({ pod, cause }) => `${pod.name} ${cause}`).sort();
  await agree('why -f - of the saved objects says the same as the cluster', async () => {
    const saved = await must('kubectl get', kubectl('-n', 'default', 'get', 'pods,events,secrets,serviceaccounts,nodes', '-o', 'yaml'));
    const file = await run('kubectl', ['imagepull', 'why', '-f', '-', ...MIRROR, '-o', 'json'], { input: saved });
    const live = await imagepull('why', '-n', 'default', ...MIRROR, '-o', 'json');
    return [told(JSON.parse(file.stdout || '{"items":[]}')), told(live.json ?? { items: [] })];
  });
}

/** A pull that does not end keeps kubelet from every other until the runtime is started anew: with CRI-O it goes on though its pod is gone. */
export async function checkStillPulling() {
  await must('kubectl run', kubectl('-n', 'pulls', 'run', 'still-pulling', '--image=127.0.0.1:15028/team/app:1', '--restart=Never'));
  await until('the pull of still-pulling', 60, () => hasEvent('still-pulling', 'Pulling'));
  const { status, json } = await imagepull('why', 'still-pulling', '-n', 'pulls', ...MIRROR, '-o', 'json');
  equal('a pull that goes on', [status, json?.items.map(item => item.cause)], [0, ['StillPulling']]);
  await kubectl('-n', 'pulls', 'delete', 'pod', 'still-pulling', '--force', '--grace-period=0');
}
