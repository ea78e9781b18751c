/**
 * The cluster test: the built plugin, called through the real kubectl, on pods that really fail on a real node. The cluster comes from the folder that
 * IMAGEPULL_CLUSTER names (up.sh, down.sh, demo-pods.yaml); the pods of test/cluster/pods.yaml and the registries of test/cluster/registries.ts are
 * added. Every verdict is compared with test/cluster/expected.json, and where that names a fix, the printed commands are run and the pod has to start.
 * Ends what it started, whatever happens. The last line is the count of the real run.
 *
 *   IMAGEPULL_CLUSTER=FOLDER node scripts/cluster-test.mjs [--keep] [TARGET…]
 *
 * --keep leaves the cluster and the pods as they are; TARGETs are names of expected.json.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { loadAll } from 'js-yaml';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const here = join(root, 'test', 'cluster');
const lab = process.env.LAB_HOME ?? join(tmpdir(), 'imagepull-lab');
const keep = process.argv.includes('--keep');
const only = process.argv.slice(2).filter(argument => !argument.startsWith('--'));
const clusterFolder = process.env.IMAGEPULL_CLUSTER;
const NAMESPACES = ['pulls', 'pulls-other'];
const MINUTES = 6;
const SETTLED_SECONDS = 180;
const REPAIRED_SECONDS = 60;
/** Asks the stand-in of Docker Hub, as the node does. */
const MIRROR = ['--registry-mirror', 'docker.io=127.0.0.1:15027'];
/** What no output may ever hold. */
const PASSWORDS = ['labpass', 'old-pa55word', 'other-pa55word', 'other-user-pass', 'bGFiOmxhYnBhc3', 'eyJzdWIiOiJsYWIi'];
const PULL_REASONS = /^(?:ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|RegistryUnavailable|ImageInspectError)$/;

const began = Date.now();
const say = text => process.stderr.write(`# ${((Date.now() - began) / 1000).toFixed(0).padStart(3)} s  ${text}\n`);
const count = { passed: 0, failed: 0 };
/** One check. A failed one is told in a line of its own. */
function check(what, ok, detail = '') {
  if (ok) count.passed++;
  else {
    count.failed++;
    console.log(`not ok: ${what}${detail === '' ? '' : `: ${String(detail).replace(/\s+/g, ' ').trim().slice(0, 600)}`}`);
  }
  return ok;
}
const equal = (what, got, wanted) =>
  check(what, JSON.stringify(got) === JSON.stringify(wanted), `${JSON.stringify(got)}, expected ${JSON.stringify(wanted)}`);

/** What has to be undone at the end, the newest first. */
const undo = [];
const children = new Set();
const work = mkdtempSync(join(tmpdir(), 'imagepull-cluster-test-'));
undo.push(() => rmSync(work, { recursive: true, force: true }));
const environment = { ...process.env, PATH: [join(work, 'bin'), process.env.PATH].join(delimiter) };

/** Runs a program to its end. Out: its status and texts; never throws. */
function run(command, args, { input, cwd = work, env = environment, seconds = 60, echo = false } = {}) {
  return new Promise(done => {
    const child = spawn(command, args, { cwd, env, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
    children.add(child);
    const text = { stdout: '', stderr: '' };
    const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
    for (const stream of ['stdout', 'stderr']) {
      child[stream].setEncoding('utf8').on('data', chunk => {
        text[stream] += chunk;
        if (echo) process.stderr.write(chunk);
      });
    }
    const end = status => {
      clearTimeout(timer);
      children.delete(child);
      done({ status, ...text });
    };
    child.on('error', error => end(error.message));
    child.on('close', status => end(status ?? `killed after ${seconds} s`));
    if (input !== undefined) child.stdin.end(input);
  });
}

const kubectl = (...args) => run('kubectl', args);
async function must(what, result) {
  const { status, stdout, stderr } = await result;
  if (status !== 0) throw new Error(`${what} failed (${status}): ${stderr || stdout}`);
  return stdout;
}
const getJson = async (...args) => JSON.parse(await must(`kubectl get ${args.join(' ')}`, kubectl('get', ...args, '-o', 'json')));

/** `kubectl imagepull …`, with its JSON where it was asked for; no output may hold a password. */
async function imagepull(...args) {
  const result = await kubectl('imagepull', ...args);
  const leaked = PASSWORDS.find(password => `${result.stdout}${result.stderr}`.includes(password));
  if (leaked !== undefined) check(`kubectl imagepull ${args.join(' ')} keeps passwords to itself`, false, `"${leaked}" was printed`);
  let json = null;
  try {
    if (args.includes('json')) json = JSON.parse(result.stdout);
  } catch {
    check(`kubectl imagepull ${args.join(' ')} prints JSON`, false, `${result.status}: ${result.stdout}${result.stderr}`);
  }
  return { ...result, json };
}

/** So many at a time: kubelet and the plugin share the machine. */
function limiter(most) {
  const waiting = [];
  let running = 0;
  const next = () => {
    if (running >= most || waiting.length === 0) return;
    running++;
    waiting.shift()();
  };
  return async job => {
    await new Promise(go => {
      waiting.push(go);
      next();
    });
    try {
      return await job();
    } finally {
      running--;
      next();
    }
  };
}

// ---- the cluster, the registries, the pods -----------------------------------------------------------------------------------------------------

async function startCluster() {
  environment.KUBECONFIG = join(lab, 'kubeconfig');
  const ready = async () => {
    const { status, stdout } = await run('kubectl', ['get', 'nodes', '--request-timeout=5s', '-o', 'json'], { seconds: 10 });
    if (status !== 0) return false;
    return JSON.parse(stdout).items.some(node => node.status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'));
  };
  const addKubectl = () => {
    const binaries = existsSync(lab) ? readdirSync(lab).filter(name => name.startsWith('bin-')) : [];
    environment.PATH = [environment.PATH, ...binaries.map(name => join(lab, name))].join(delimiter);
  };
  addKubectl();
  if (existsSync(environment.KUBECONFIG) && (await ready())) return say('the cluster runs already');
  say('starting the cluster');
  undo.push(() => (keep ? undefined : run(join(clusterFolder, 'down.sh'), [], { seconds: 120, echo: true })));
  await must('up.sh', run(join(clusterFolder, 'up.sh'), [], { seconds: 240, echo: true }));
  addKubectl();
  if (!(await ready())) throw new Error('the cluster was started, and no node is ready');
}

/** The image that runs, as the cluster's own registry has it. */
async function readCopy() {
  const repository = 'http://127.0.0.1:15000/v2/library/busybox';
  const fetched = async (path, headers = {}) => {
    const response = await fetch(`${repository}/${path}`, { headers, signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`the cluster's registry answers ${response.status} for ${path}`);
    return { mediaType: response.headers.get('content-type'), body: Buffer.from(await response.arrayBuffer()) };
  };
  const types = ['application/vnd.docker.distribution.manifest.v2+json', 'application/vnd.oci.image.manifest.v1+json'];
  const { mediaType, body } = await fetched('manifests/1', { accept: types.join(', ') });
  const { config, layers } = JSON.parse(body.toString('utf8'));
  const blobs = await Promise.all([config, ...layers].map(async ({ digest }) => (await fetched(`blobs/${digest}`)).body));
  return { mediaType, manifest: body, blobs };
}

async function startRegistries() {
  const bundled = join(root, 'dist', 'cluster-registries.mjs');
  await build({
    entryPoints: [join(here, 'registries.ts')],
    outfile: bundled,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  const { startRegistries: start } = await import(pathToFileURL(bundled).href);
  const places = await start(await readCopy());
  undo.push(() => Promise.all(places.map(place => place.close())));
  const states = readdirSync(lab).filter(name => name.startsWith('state-'));
  const folders = states.map(name => join(lab, name, 'conf', 'certs.d')).filter(existsSync);
  if (folders.length === 0) throw new Error(`the cluster has no certs.d folder under ${lab}`);
  for (const place of places) {
    for (const folder of folders) tellNode(join(folder, place.host), place.files);
  }
  return places;
}

/** Writes a registry's folder in certs.d; at the end it is as it was before. */
function tellNode(folder, files) {
  const before = existsSync(folder) ? Object.fromEntries(readdirSync(folder).map(name => [name, readFileSync(join(folder, name))])) : null;
  undo.push(() => {
    rmSync(folder, { recursive: true, force: true });
    if (before !== null) write(before);
  });
  const write = texts => {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
  };
  write(files);
}

/** The two namespaces, empty. */
async function makeNamespaces() {
  for (const namespace of NAMESPACES) {
    // what an earlier run left behind
    await kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--timeout=90s');
    await must(`namespace ${namespace}`, kubectl('create', 'namespace', namespace));
  }
  undo.push(() => (keep ? undefined : kubectl('delete', 'namespace', ...NAMESPACES, '--wait=false')));
  for (const namespace of NAMESPACES) await until(`the default service account of ${namespace}`, 30, () => accountOf(namespace));
}

/** The demo pods, anew: what a node said hours ago is gone. */
async function remakeDemoPods() {
  const file = join(clusterFolder, 'demo-pods.yaml');
  await must('removing old demo pods', kubectl('delete', '-f', file, '--ignore-not-found', '--timeout=60s'));
  await must('the demo pods', kubectl('apply', '-f', file));
}

/**
 * Objects in parts that hold so many pods. kubelet starts only five pulls per second and reports as many events: a crowd of failing pods would be put off, and
 * its words lost.
 */
function* parts(objects, pods) {
  let part = [];
  for (const object of objects) {
    part.push(object);
    if (part.filter(({ spec }) => spec !== undefined).length < pods) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}

const accountOf = async namespace => (await kubectl('-n', namespace, 'get', 'serviceaccount', 'default')).status === 0;

async function until(what, seconds, holds) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    if (await holds()) return;
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await sleep(500);
  }
}

// ---- what the node says ------------------------------------------------------------------------------------------------------------------------

let seen = { pods: [], events: [] };
let watching = true;
/** One look at everything in a while, shared by all that wait. */
async function watch() {
  while (watching) {
    const lists = await Promise.all(
      ['default', ...NAMESPACES].map(namespace => getJson('pods,events', '-n', namespace).catch(() => ({ items: [] }))),
    );
    const items = lists.flatMap(list => list.items);
    seen = { pods: items.filter(({ kind }) => kind === 'Pod'), events: items.filter(({ kind }) => kind === 'Event') };
    await sleep(1500);
  }
}

/** The present pods of a target: those of a workload have its name as label `app`. */
function podsOf({ namespace, target }) {
  const [kind, name] = target.includes('/') ? target.split('/') : ['pod', target];
  return seen.pods.filter(
    ({ metadata }) =>
      metadata.namespace === namespace &&
      metadata.deletionTimestamp === undefined &&
      (kind === 'pod' ? metadata.name === name : metadata.labels?.app === name),
  );
}

/** The failures of a container's pulls, the newest last; those that kubelet only put off are none. */
const failuresOf = (pod, container) =>
  seen.events
    .filter(({ involvedObject: { uid, fieldPath = '' } }) => uid === pod.metadata.uid && fieldPath.endsWith(`{${container}}`))
    .filter(({ message }) => /^Failed to pull image/.test(message ?? '') && !/pull QPS exceeded$/.test(message))
    .sort((a, b) => (a.lastTimestamp ?? '').localeCompare(b.lastTimestamp ?? ''));

const statusOf = (pod, container) =>
  [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])].find(({ name }) => name === container);

const nameOf = (pod, wanted) => wanted.container ?? pod.spec.containers[0].name;

/** Whether a pod stands where the expectation has it, with the node's words that belong to it. */
function hasSettled(pod, wanted) {
  const container = nameOf(pod, wanted);
  const state = statusOf(pod, container)?.state ?? {};
  if (wanted.cause === 'NoPullProblem') {
    if (wanted.state === 'Pending') return pod.status.phase === 'Pending';
    return wanted.state === undefined ? state.running !== undefined : state.waiting?.reason === wanted.state;
  }
  if (!PULL_REASONS.test(state.waiting?.reason ?? '')) return false;
  return wanted.node === undefined || (failuresOf(pod, container).at(-1)?.message ?? '').includes(wanted.node);
}

const describe = target =>
  podsOf(target)
    .map(pod => {
      const container = nameOf(pod, target.wanted[0]);
      return `${pod.metadata.name} is ${pod.status.phase}, ${JSON.stringify(statusOf(pod, container)?.state ?? {})}; ${failuresOf(pod, container).at(-1)?.message ?? 'no failed pull'}`;
    })
    .join('; ') || 'no such pod';

async function settled(target) {
  const end = Date.now() + SETTLED_SECONDS * 1000;
  for (;;) {
    const pods = podsOf(target);
    if (pods.length >= (target.wanted[0].pods ?? 1) && pods.every(pod => target.wanted.every(one => hasSettled(pod, one)))) return true;
    if (Date.now() > end) return check(`${target.title} reaches its state`, false, describe(target));
    await sleep(500);
  }
}

// ---- the checks --------------------------------------------------------------------------------------------------------------------------------

/** One target: as JSON and as text, against what is expected. */
async function diagnose(target) {
  const { namespace, title, wanted } = target;
  const args = ['why', target.target, '-n', namespace, ...MIRROR];
  const { json, status, stderr } = await imagepull(...args, '-o', 'json');
  const text = await imagepull(...args);
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
  check(`${title}: the text names the cause first`, lines[0].startsWith(wanted[0].cause), lines[0]);
  for (const command of new Set(items.slice(0, 1).flatMap(item => item.fixes.flatMap(fix => fix.command ?? []))))
    check(
      `${title}: the text has the command`,
      lines
        .map(line => line.trim())
        .join('\n')
        .includes(command),
      command,
    );
  target.items = items;
}

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

/** Runs the commands that were printed for a target, and waits until its pods run. */
async function repair(target) {
  const [one] = target.wanted;
  const fixes = target.items?.[0]?.fixes ?? [];
  const folder = mkdtempSync(join(work, 'fix-'));
  for (const index of one.fix) {
    const command = fixes[index]?.command;
    if (!check(`${target.title}: fix ${index + 1} has a command`, typeof command === 'string', JSON.stringify(fixes))) return;
    const result = await run('bash', ['-euo', 'pipefail', '-c', command], {
      cwd: folder,
      env: { ...environment, REGISTRY_USER: 'lab', REGISTRY_PASSWORD: 'labpass' },
      seconds: 90,
    });
    if (
      !check(
        `${target.title}: fix ${index + 1} works`,
        result.status === 0,
        `${command}: ${result.status}: ${result.stderr}${result.stdout}`,
      )
    )
      return;
  }
  const runs = pod => pod.status.containerStatuses?.every(({ state }) => state.running !== undefined) === true;
  const repaired = await until(target.title, REPAIRED_SECONDS, () => podsOf(target).length > 0 && podsOf(target).every(runs)).then(
    () => true,
    () => false,
  );
  if (!check(`${target.title}: runs after the fix`, repaired, describe(target))) return;
  const after = await imagepull('why', target.target, '-n', target.namespace, ...MIRROR, '-o', 'json');
  equal(
    `${target.title}: no pull problem after the fix`,
    [after.status, ...new Set(after.json?.items.map(item => item.cause))],
    [0, 'NoPullProblem'],
  );
}

/** The secret is repaired while kubelet backs off: just after a second failure the next try is some 20 s away. */
async function repairSecretInBackOff(target) {
  await until(`a second failure of ${target.title}`, SETTLED_SECONDS, () => {
    const failures = podsOf(target).flatMap(pod => failuresOf(pod, 'main'));
    return failures.some(({ count: times, lastTimestamp }) => times >= 2 && Date.now() - Date.parse(lastTimestamp) < 8000);
  });
  const auths = { '127.0.0.1:15001': { username: 'lab', password: 'labpass' } };
  const patch = { data: null, stringData: { '.dockerconfigjson': JSON.stringify({ auths }) } };
  await must('the repaired secret', kubectl('-n', 'pulls', 'patch', 'secret', 'repaired', '--type=merge', '-p', JSON.stringify(patch)));
}

/** All at once: each failing pod with its cause, no healthy one. */
async function checkAll(targets) {
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

async function checkSecrets() {
  const cases = [
    ['default', 'good-cred', [], 0, 'accepted', null],
    ['default', 'bad-cred', [], 1, 'rejected', 'CredentialsRejected'],
    ['default', 'good-cred', ['--image', '127.0.0.1:15001/library/busybox:1'], 0, 'accepted', null],
    ['default', 'good-cred', ['--image', '127.0.0.1:15001/library/busybox:9'], 1, 'accepted', 'TagNotFound'],
    ['pulls', 'no-right-here', [], 0, 'accepted', null],
    ['pulls', 'no-right-here', ['--image', '127.0.0.1:15010/private/busybox:1'], 1, 'denied', 'AccessDenied'],
    ['pulls', 'newline', [], 1, 'rejected', 'CredentialsRejected'],
    ['pulls', 'past-its-time', [], 1, 'rejected', 'CredentialsExpired'],
    ['pulls', 'wrong-port', [], 1, 'error', 'RegistryUnreachable'],
    ['pulls', 'hub-without-slash', [], 1, 'notTried', 'SecretRegistryMismatch'],
    ['pulls', 'empty', [], 1, 'notVerifiable', 'SecretHasNoCredentials'],
    ['pulls', 'legacy', [], 0, 'accepted', null],
  ];
  for (const [namespace, name, more, wanted, result, cause] of cases) {
    const title = `test-secret ${name} ${more.join(' ')}`.trim();
    const { status, json } = await imagepull('test-secret', name, '-n', namespace, ...more, '-o', 'json');
    const entry = json?.items[0]?.entries[0];
    equal(title, [status, entry?.result, entry?.cause], [wanted, result, cause]);
  }
  for (const [name, code] of [
    ['opaque', 'SecretMalformed'],
    ['bad-base64', 'SecretMalformed'],
    ['bad-json', 'SecretMalformed'],
    ['creds-store', 'SecretHasNoCredentials'],
  ]) {
    const { status, json } = await imagepull('test-secret', name, '-n', 'pulls', '-o', 'json');
    equal(`test-secret ${name}`, [status, json?.items[0]?.problems[0]?.code], [1, code]);
  }
  const text = await imagepull('test-secret', 'newline', '-n', 'pulls');
  check(
    'test-secret newline: the text says that the repaired form works',
    /line break.*repaired, it is accepted/s.test(text.stdout.replace(/\s+/g, ' ')),
    text.stdout,
  );
}

/** One line that says what is wrong, on standard error, and status 2. */
async function fails(title, pattern, ...args) {
  const { status, stdout, stderr } = await imagepull(...args);
  // kubectl itself adds a line when a plugin ends with an error
  const lines = stderr.split('\n').filter(line => line !== '' && !/^(?:error: )?exit status \d+$/.test(line));
  equal(`${title}: exit status`, status, 2);
  check(`${title}: one line`, lines.length === 1 && stdout === '' && lines[0].startsWith('error: '), `${stdout}${stderr}`);
  check(`${title}: says ${pattern}`, pattern.test(stderr), stderr);
}

async function checkErrors() {
  await fails('no such pod', /no pod "no-such-pod" in namespace "default"/, 'why', 'no-such-pod', '-n', 'default');
  await fails('no such namespace', /no namespace "nowhere"/, 'why', 'ok', '-n', 'nowhere');
  await fails('no such workload', /no deployment "nothing"/, 'why', 'deployment/nothing', '-n', 'default');
  await fails('no such kind', /"gateway"/, 'why', 'gateway/nothing', '-n', 'default');
  await fails('no such secret', /no secret "no-such-secret"/, 'test-secret', 'no-such-secret', '-n', 'default');
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
  const down = readFileSync(environment.KUBECONFIG, 'utf8').replace(/(server: https:\/\/127\.0\.0\.1:)\d+/, '$115012');
  writeFileSync(join(work, 'down.kubeconfig'), down);
  await fails('a cluster that is down', /127\.0\.0\.1:15012/, 'why', 'ok', '--kubeconfig', join(work, 'down.kubeconfig'));
}

/** With the right to read pods and nothing else it still answers, and says what it could not see. */
async function checkRights() {
  const pulls = (...args) => must(`kubectl ${args.join(' ')}`, kubectl('-n', 'pulls', ...args));
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
  const config = JSON.parse(view);
  config.users = config.users.map(({ name }) => ({ name, user: { token } }));
  const file = join(work, 'pods-only.kubeconfig');
  writeFileSync(file, JSON.stringify(config));
  const who = [
    ['impersonated', ['--as', 'system:serviceaccount:pulls:pods-only']],
    ['by its token', ['--kubeconfig', file]],
  ];
  for (const [how, flags] of who) {
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
        json?.warnings.some(warning => warning.includes(`"${right}"`)) && stderr.includes(right),
        stderr,
      );
  }
  const visible = await imagepull('why', 'name-in-upper-case', '-n', 'pulls', ...who[0][1], '-o', 'json');
  equal(
    'what the pod alone proves stays certain',
    [visible.json?.items[0]?.cause, visible.json?.items[0]?.certainty],
    ['InvalidImageName', 'certain'],
  );
}

async function checkForms() {
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
  check('why -o yaml', loadAll(yaml.stdout)[0]?.items?.[0]?.cause === 'CredentialsRejected', yaml.stdout);
  const saved = await must('kubectl get', kubectl('-n', 'default', 'get', 'pods,events,secrets,serviceaccounts,nodes', '-o', 'yaml'));
  const file = await run('kubectl', ['imagepull', 'why', '-f', '-', ...MIRROR, '-o', 'json'], { input: saved });
  const live = await imagepull('why', '-n', 'default', ...MIRROR, '-o', 'json');
  const told = list => list.items.map(({ pod, cause }) => `${pod.name} ${cause}`).sort();
  equal(
    'why -f - of the saved objects says the same as the cluster',
    told(JSON.parse(file.stdout || '{"items":[]}')),
    told(live.json ?? { items: [] }),
  );
}

/** Last of all, since a pull that does not end keeps kubelet from every other. */
async function checkStillPulling() {
  await must('kubectl run', kubectl('-n', 'pulls', 'run', 'still-pulling', '--image=127.0.0.1:15028/team/app:1', '--restart=Never'));
  const pulling = ({ involvedObject, reason }) => involvedObject.name === 'still-pulling' && reason === 'Pulling';
  await until('the pull of still-pulling', 60, () => seen.events.some(pulling));
  const { status, json } = await imagepull('why', 'still-pulling', '-n', 'pulls', ...MIRROR, '-o', 'json');
  equal('a pull that goes on', [status, json?.items.map(item => item.cause)], [0, ['StillPulling']]);
}

// ---- the run -----------------------------------------------------------------------------------------------------------------------------------

async function test() {
  if (clusterFolder === undefined || !existsSync(join(clusterFolder, 'up.sh')))
    throw new Error('IMAGEPULL_CLUSTER has to name the folder that holds up.sh, down.sh and demo-pods.yaml');
  await must('the build', run(process.execPath, ['scripts/build.mjs'], { cwd: root }));
  mkdirSync(join(work, 'bin'));
  // a copy: whoever builds meanwhile does not disturb the run
  copyFileSync(join(root, 'dist', 'kubectl-imagepull.cjs'), join(work, 'bin', 'kubectl-imagepull'));
  await startCluster();
  const places = await startRegistries();
  const pods = readFileSync(join(here, 'pods.yaml'), 'utf8');
  const digest = places.find(({ host }) => host.endsWith(':15020')).digestOf('team/for-others', '1');
  if (!pods.includes(digest)) throw new Error(`test/cluster/pods.yaml has to name team/for-others@${digest}`);
  await makeNamespaces();
  const watcher = watch();
  undo.push(async () => {
    watching = false;
    await watcher;
  });

  const expected = JSON.parse(readFileSync(join(here, 'expected.json'), 'utf8'));
  const targets = Object.entries(expected).flatMap(([namespace, list]) =>
    Object.entries(list).map(([target, wanted]) => ({ namespace, target, title: `${namespace}/${target}`, wanted: [wanted].flat() })),
  );
  await ownPods(targets.filter(({ namespace, target }) => namespace === 'pulls' && (only.length === 0 || only.includes(target))));
  if (only.length > 0) return;
  say('the demo pods');
  await remakeDemoPods();
  const demo = targets.filter(({ namespace }) => namespace === 'default');
  const one = limiter(2);
  await Promise.all(demo.map(async target => (await settled(target)) && one(() => diagnose(target))));
  say('all namespaces at once, secrets, errors, rights');
  await checkAll(targets.filter(({ namespace, wanted }) => namespace === 'default' || wanted[0].stays));
  await Promise.all([checkSecrets(), checkErrors(), checkRights(), checkForms()]);
  await checkStillPulling();
}

/** Pods of our own, a few at a time: each is diagnosed when it has failed, then repaired as the plugin says or taken away. */
async function ownPods(targets) {
  const one = limiter(2);
  const slow = [];
  const repaired = new Map();
  const work = async target => {
    if (target.target === 'secret-repaired-in-back-off') await repairSecretInBackOff(target);
    else if (!(await settled(target))) return;
    await one(() => diagnose(target));
    const { fix, after, stays } = target.wanted[0];
    if (fix !== undefined) {
      repaired.set(
        target.target,
        Promise.resolve(repaired.get(after)).then(() => one(() => repair(target))),
      );
      slow.push(repaired.get(target.target));
    } else if (!stays) await kubectl('-n', target.namespace, 'delete', 'pod', target.target, '--wait=false');
  };
  for (const part of parts(loadAll(readFileSync(join(here, 'pods.yaml'), 'utf8')), 10)) {
    const names = part.filter(({ spec }) => spec !== undefined).map(({ metadata }) => metadata.name);
    const own = targets.filter(({ target }) => names.includes(target.split('/').at(-1)));
    if (only.length > 0 && own.length === 0 && names.length > 0)
      part.splice(0, part.length, ...part.filter(({ spec }) => spec === undefined));
    say(`${own.length} pods: ${own.map(({ target }) => target).join(', ')}`);
    await must(
      'test/cluster/pods.yaml',
      run('kubectl', ['apply', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: part }) }),
    );
    const isSlow = ({ target }) => target.startsWith('cronjob/') || target === 'secret-repaired-in-back-off';
    slow.push(...own.filter(isSlow).map(work));
    await Promise.all(own.filter(target => !isSlow(target)).map(work));
  }
  await Promise.all(slow);
}

let ending = null;
/** Undoes everything once, prints the count, and ends. */
function end(error) {
  ending ??= (async () => {
    if (error !== undefined) check('the run itself', false, error.message ?? error);
    for (const step of undo.reverse()) {
      try {
        await step();
      } catch (problem) {
        say(`while cleaning up: ${problem.message}`);
      }
    }
    say('done');
    if (count.passed === 0 && count.failed === 0) count.failed = 1;
    console.log(`${count.passed} passed, ${count.failed} failed`);
    process.exit(count.failed > 0 ? 1 : 0);
  })();
  return ending;
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    for (const child of children) child.kill();
    end(new Error(`ended by ${signal}`));
  });
}
setTimeout(() => {
  for (const child of children) child.kill();
  end(new Error(`not done after ${MINUTES} minutes`));
}, MINUTES * 60_000).unref();
await test().then(
  () => end(),
  error => end(error),
);
