/** The laboratory of the cluster test: programs, the cluster, the registries beside it, and what its node says. */
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, '..', '..');
/** Where the cluster keeps its state, as its own scripts have it. */
export const home = process.env.LAB_HOME ?? join(tmpdir(), 'imagepull-lab');
export const NAMESPACES = ['pulls', 'pulls-other'];

/** What a program printed, and how it ended: with a number, or with words. @typedef {{ status: number | string, stdout: string, stderr: string }} Result */
/** @typedef {{ input?: string, cwd?: string, env?: NodeJS.ProcessEnv, echo?: boolean }} StartOptions */
/** What expected.json says of a target; of a pod with several failing containers, of each. @typedef {{ cause: string, certainty?: string, node?: string | string[], says?: string, container?: string, kind?: string, credentials?: string[], state?: string, pods?: number, stays?: boolean, fix?: string[], after?: string, with?: string, foreseen?: { cause: string | null, why: string } }} Wanted */
/** A row of expected.json: `on` holds what differs on a cluster; null, and a cluster that `only` does not name, is where the target is not made. @typedef {Wanted & { on?: Record<string, Partial<Wanted> | null>, only?: string[] }} Row */
/** @typedef {{ namespace: string, target: string, title: string, wanted: Wanted[] }} Target */
/** @typedef {{ waiting?: { reason?: string, message?: string }, running?: object, terminated?: object }} State */
/** @typedef {{ name: string, state: State }} ContainerStatus */
/** @typedef {{ metadata: { name: string, namespace: string, uid: string, labels?: Record<string, string>, deletionTimestamp?: string }, spec: { containers: { name: string }[] }, status: { phase: string, initContainerStatuses?: ContainerStatus[], containerStatuses?: ContainerStatus[], ephemeralContainerStatuses?: ContainerStatus[] } }} Pod */
/** @typedef {{ involvedObject: { name: string, uid: string, fieldPath?: string }, reason: string, message?: string, count: number, lastTimestamp: string | null }} Event */

const began = Date.now();
export const say = (/** @type {string} */ text) =>
  process.stderr.write(`# ${((Date.now() - began) / 1000).toFixed(0).padStart(3)} s  ${text}\n`);

/** What has to be undone at the end, in the order in which it was done. @type {(() => unknown)[]} */
export const undo = [];
/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();
export const work = mkdtempSync(join(tmpdir(), 'imagepull-cluster-test-'));
undo.push(() => rmSync(work, { recursive: true, force: true }));
/** @type {NodeJS.ProcessEnv} */
export const environment = { ...process.env, PATH: [join(work, 'bin'), process.env.PATH].join(delimiter) };
export const endPrograms = () => {
  for (const child of children) child.kill();
};

/**
 * Starts a program. Out: its texts so far, its end (status and texts; never rejects), and how to signal it.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {StartOptions} options
 */
export function start(command, args, { input, cwd = work, env = environment, echo = false } = {}) {
  const child = spawn(command, args, { cwd, env, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
  children.add(child);
  const text = { stdout: '', stderr: '' };
  /** @type {(stream: 'stdout' | 'stderr') => void} */
  const keep = stream => {
    child[stream]?.setEncoding('utf8').on('data', chunk => {
      text[stream] += chunk;
      if (echo) process.stderr.write(chunk);
    });
  };
  keep('stdout');
  keep('stderr');
  /** @type {Promise<Result>} */
  const ended = new Promise(done => {
    const end = (/** @type {number | string} */ status) => {
      children.delete(child);
      done({ status, ...text });
    };
    child.on('error', error => end(error.message));
    child.on('close', (status, signal) => end(status ?? `killed by ${signal}`));
  });
  if (input !== undefined) child.stdin?.end(input);
  return { text, ended, signal: (/** @type {NodeJS.Signals} */ name) => child.kill(name) };
}

/**
 * Runs a program to its end. Out: its status and texts; never throws.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {StartOptions & { seconds?: number }} options
 */
export async function run(command, args, { seconds = 60, ...options } = {}) {
  const program = start(command, args, options);
  const timer = setTimeout(() => program.signal('SIGKILL'), seconds * 1000);
  const result = await program.ended;
  clearTimeout(timer);
  return result;
}

export const kubectl = (/** @type {string[]} */ ...args) => run('kubectl', args);
/**
 * Out: what it printed; throws when it failed.
 * @param {string} what
 * @param {Promise<Result>} result
 */
export async function must(what, result) {
  const { status, stdout, stderr } = await result;
  if (status !== 0) throw new Error(`${what} failed (${status}): ${stderr || stdout}`);
  return stdout;
}
export const getJson = async (/** @type {string[]} */ ...args) =>
  JSON.parse(await must(`kubectl get ${args.join(' ')}`, kubectl('get', ...args, '-o', 'json')));

/** A wait that is longer than it should be fails no check on a machine that is slow: the run as a whole has its own end. */
const SLOW_MACHINE = 2;

/**
 * Waits until something holds; throws when it does not in time, twice the seconds that it should take.
 * @param {string} what
 * @param {number} seconds
 * @param {() => boolean | Promise<boolean>} holds
 */
export async function until(what, seconds, holds) {
  const end = Date.now() + seconds * SLOW_MACHINE * 1000;
  for (;;) {
    if (await holds()) return;
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds * SLOW_MACHINE} s`);
    await sleep(500);
  }
}

/**
 * So many at a time: kubelet and the plugin share the machine.
 * @param {number} most
 */
export function limiter(most) {
  /** @type {(() => void)[]} */
  const waiting = [];
  let running = 0;
  const next = () => {
    const first = running < most ? waiting.shift() : undefined;
    if (first === undefined) return;
    running++;
    first();
  };
  /**
   * @template T
   * @param {() => T} job
   * @returns {Promise<Awaited<T>>}
   */
  const limited = async job => {
    await /** @type {Promise<void>} */ (
      new Promise(go => {
        waiting.push(go);
        next();
      })
    );
    try {
      return await job();
    } finally {
      running--;
      next();
    }
  };
  return limited;
}

/** The plugin (IMAGEPULL_BINARY, or the script), in a folder of its own on PATH; a copy, so that whoever builds meanwhile does not disturb the run. */
export async function installPlugin() {
  const binary = process.env.IMAGEPULL_BINARY;
  if (binary === undefined) await must('the build', run(process.execPath, ['scripts/build.mjs'], { cwd: root }));
  mkdirSync(join(work, 'bin'));
  copyFileSync(binary ?? join(root, 'dist', 'kubectl-imagepull.cjs'), join(work, 'bin', 'kubectl-imagepull'));
  say(`the plugin is ${binary ?? 'the script'}`);
}

/** @typedef {{ kubeletVersion: string, containerRuntimeVersion: string }} NodeInfo */
/** The column of expected.json that is this cluster's. */
export let cluster = '';
/** `1.20`, `1.37-containerd`, `1.37-crio`. @param {NodeInfo} node */
const clusterOf = ({ kubeletVersion, containerRuntimeVersion }) => {
  const [, version = ''] = /^v(\d+\.\d+)/.exec(kubeletVersion) ?? [];
  const [runtime = ''] = containerRuntimeVersion.split(':');
  return version === '1.20' ? version : `${version}-${runtime === 'cri-o' ? 'crio' : runtime}`;
};

/**
 * Starts the cluster of a folder unless one runs.
 * @param {string} folder
 * @param {boolean} keep
 */
export async function startCluster(folder, keep) {
  const kubeconfig = join(home, 'kubeconfig');
  environment.KUBECONFIG = kubeconfig;
  const ready = async () => {
    const { status, stdout } = await run('kubectl', ['get', 'nodes', '--request-timeout=5s', '-o', 'json'], { seconds: 10 });
    if (status !== 0) return false;
    /** @type {{ items: { status: { conditions: { type: string, status: string }[], nodeInfo: NodeInfo } }[] }} */
    const { items } = JSON.parse(stdout);
    const node = items.find(({ status: { conditions } }) => conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'));
    if (node !== undefined) cluster = clusterOf(node.status.nodeInfo);
    return node !== undefined;
  };
  const addKubectl = () => {
    const binaries = existsSync(home) ? readdirSync(home).filter(name => name.startsWith('bin-')) : [];
    environment.PATH = [environment.PATH, ...binaries.map(name => join(home, name))].join(delimiter);
  };
  addKubectl();
  if (existsSync(kubeconfig) && (await ready())) return say(`the cluster ${cluster} runs already`);
  say('starting the cluster');
  undo.push(() => (keep ? undefined : run(join(folder, 'down.sh'), [], { seconds: 120, echo: true })));
  await must('up.sh', run(join(folder, 'up.sh'), [], { seconds: 240, echo: true }));
  addKubectl();
  if (!(await ready())) throw new Error('the cluster was started, and no node is ready');
}

/** A file of the cluster's state: of its configuration, its logs, its programs. */
export const stateFile = (/** @type {string[]} */ ...names) =>
  join(home, readdirSync(home).find(name => name.startsWith('state-')) ?? '', ...names);
/** The process of a program that up.sh started. */
export const pidOf = (/** @type {string} */ program) => Number(readFileSync(stateFile('pid', program), 'utf8'));
/** Ends one of them, and waits until it is gone. */
export async function stopProgram(/** @type {string} */ program) {
  const pid = pidOf(program);
  process.kill(pid);
  await until(`the end of ${program}`, 20, () => !existsSync(`/proc/${pid}`));
}

/**
 * Kills the API server, and starts it again: up.sh starts what does not run.
 * @param {string} folder
 */
export async function restartApiServer(folder) {
  process.kill(pidOf('kube-apiserver'), 'SIGKILL');
  await startAgain(folder);
}

/**
 * Starts what does not run: a scheduler that lost its lease while the API server was away has ended.
 * @param {string} folder
 */
export const startAgain = folder => must('up.sh', run(join(folder, 'up.sh'), [], { seconds: 240 }));

/**
 * Waits until a new pod is scheduled and started. The scheduler, the controllers and kubelet look for an API server that was away less and less often, up to a minute
 * apart: a pod that is made meanwhile waits for them, and not for an image.
 */
export async function awake() {
  const name = 'awake';
  const own = (/** @type {string[]} */ ...args) => kubectl('-n', 'default', ...args);
  const image = '127.0.0.1:15000/library/busybox:1';
  const remove = () => own('delete', 'pod', name, '--ignore-not-found', '--force', '--grace-period=0');
  await remove();
  await must('kubectl run awake', own('run', name, `--image=${image}`, '--restart=Never', '--', 'sleep', '3600'));
  await until('a pod that runs after the API server was away', 120, async () => {
    const { status, stdout } = await own('get', 'pod', name, '-o', 'jsonpath={.status.phase}');
    return status === 0 && stdout === 'Running';
  });
  await remove();
}

/** The file and the key of a runtime's setting of the sandbox image: CRI-O, containerd since 2.0, containerd before. */
const SANDBOX_SETTINGS = [
  { runtime: 'crio', file: 'crio.conf', key: 'pause_image' },
  { runtime: 'containerd', file: 'containerd.toml', key: 'sandbox' },
  { runtime: 'containerd', file: 'containerd.toml', key: 'sandbox_image' },
];

/**
 * Out: what sets the sandbox image of the node's runtime, and what sets it as it was; the runtime is started again as up.sh did.
 * @returns {{ set: (image: string) => Promise<void>, restore: () => Promise<void> }}
 */
export function sandboxSetting() {
  const setting = SANDBOX_SETTINGS.map(({ runtime, file, key }) => ({
    runtime,
    file: stateFile('conf', file),
    line: new RegExp(`^( *${key} = ).*$`, 'm'),
  })).find(({ file, line }) => existsSync(file) && line.test(readFileSync(file, 'utf8')));
  if (setting === undefined) throw new Error('no runtime of the lab has a setting of the sandbox image');
  const { runtime, file, line } = setting;
  const before = readFileSync(file, 'utf8');
  const restart = async (/** @type {string} */ text) => {
    writeFileSync(file, text);
    const own = (/** @type {string} */ name) =>
      readFileSync(`/proc/${pidOf(runtime)}/${name}`, 'utf8')
        .split('\0')
        .slice(0, -1);
    const [words, variables] = [own('cmdline'), own('environ').filter(variable => /^CONTAINERS?_/.test(variable))];
    await stopProgram(runtime);
    const again = ['setsid', 'env', ...variables, 'nsenter', `--mount=/proc/${pidOf('holder')}/ns/mnt`, '--', ...words];
    const quoted = again.map(word => `'${word}'`).join(' ');
    await must(
      runtime,
      run('sh', ['-c', `${quoted} </dev/null >>'${stateFile('log', `${runtime}.log`)}' 2>&1 & echo $! >'${stateFile('pid', runtime)}'`]),
    );
  };
  return { set: image => restart(before.replace(line, `$1"${image}"`)), restore: () => restart(before) };
}

/** The image that runs, as the cluster's own registry has it. */
async function readCopy() {
  const repository = 'http://127.0.0.1:15000/v2/library/busybox';
  /** @type {(path: string, headers?: Record<string, string>) => Promise<{ mediaType: string, body: Buffer }>} */
  const fetched = async (path, headers = {}) => {
    const response = await fetch(`${repository}/${path}`, { headers, signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`the cluster's registry answers ${response.status} for ${path}`);
    return { mediaType: response.headers.get('content-type') ?? '', body: Buffer.from(await response.arrayBuffer()) };
  };
  const types = ['application/vnd.docker.distribution.manifest.v2+json', 'application/vnd.oci.image.manifest.v1+json'];
  const { mediaType, body } = await fetched('manifests/1', { accept: types.join(', ') });
  const { config, layers } = JSON.parse(body.toString('utf8'));
  const blobs = await Promise.all([config, ...layers].map(async ({ digest }) => (await fetched(`blobs/${digest}`)).body));
  return { mediaType, manifest: body, blobs };
}

/** Starts the registries and tells the node of them. */
export async function startRegistries() {
  const bundled = join(root, 'dist', 'cluster-registries.mjs');
  await build({
    entryPoints: [join(here, 'registries.ts')],
    outfile: bundled,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  /** @type {typeof import('./registries.ts')} */
  const { startRegistries: start } = await import(pathToFileURL(bundled).href);
  const places = await start(await readCopy());
  undo.push(() => Promise.all(places.map(place => place.close())));
  const configurations = readdirSync(home)
    .filter(name => name.startsWith('state-'))
    .map(name => join(home, name, 'conf'));
  const folders = configurations.map(name => join(name, 'certs.d')).filter(existsSync);
  const files = configurations.map(name => join(name, 'registries.conf')).filter(existsSync);
  if (folders.length + files.length === 0) throw new Error(`the cluster has neither certs.d nor registries.conf under ${home}`);
  for (const place of places) {
    for (const folder of folders) tellContainerd(join(folder, place.host), place.files);
  }
  for (const file of files) tellCrio(file, places);
  return places;
}

/**
 * Leads names of registries.conf to the places; CRI-O reads it again by itself. An address of loopback needs no words there: CRI-O asks it over HTTPS, then over HTTP,
 * and verifies nothing. At the end the file is as it was before.
 * @param {string} file
 * @param {readonly import('./registries.ts').Place[]} places
 */
function tellCrio(file, places) {
  const before = readFileSync(file, 'utf8');
  undo.push(() => writeFileSync(file, before));
  const tables = before.split(/\n(?=\[\[registry\]\])/);
  const led = tables.map(table => {
    const place = places.find(({ host, address }) => host !== address && table.includes(`prefix = "${host}"`));
    return place === undefined ? table : table.replace(/location = "[^"]*"/, `location = "${place.address}"`);
  });
  writeFileSync(file, led.join('\n'));
}

/**
 * Writes a registry's folder in certs.d; at the end it is as it was before.
 * @param {string} folder
 * @param {Record<string, string>} files
 */
function tellContainerd(folder, files) {
  const before = existsSync(folder) ? Object.fromEntries(readdirSync(folder).map(name => [name, readFileSync(join(folder, name))])) : null;
  undo.push(() => {
    rmSync(folder, { recursive: true, force: true });
    if (before !== null) write(before);
  });
  const write = (/** @type {Record<string, string | Buffer>} */ texts) => {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
  };
  write(files);
}

/**
 * The two namespaces, empty.
 * @param {boolean} keep
 */
export async function makeNamespaces(keep) {
  await removeNamespaces(120);
  for (const namespace of NAMESPACES) await must(`namespace ${namespace}`, kubectl('create', 'namespace', namespace));
  undo.push(() => (keep ? undefined : removeNamespaces(45)));
  for (const namespace of NAMESPACES) await until(`the default service account of ${namespace}`, 30, () => accountOf(namespace));
}

/** A namespace goes when its last pod is gone, and kubelet takes its time with each: they are taken away by force. @param {number} seconds */
async function removeNamespaces(seconds) {
  await kubectl('delete', 'namespace', ...NAMESPACES, '--ignore-not-found', '--wait=false');
  await until('the end of the namespaces', seconds, async () => {
    const { status, stdout } = await kubectl('get', 'namespaces', ...NAMESPACES, '--ignore-not-found', '-o', 'name');
    if (status === 0 && stdout === '') return true;
    for (const namespace of NAMESPACES) await kubectl('-n', namespace, 'delete', 'pods', '--all', '--force', '--grace-period=0');
    return false;
  });
}

const accountOf = async (/** @type {string} */ namespace) =>
  (await kubectl('-n', namespace, 'get', 'serviceaccount', 'default')).status === 0;

// ---- what the node says ------------------------------------------------------------------------------------------------------------------------

/** @type {{ pods: Pod[], events: Event[] }} */
let seen = { pods: [], events: [] };
let watching = true;

/** Looks at all pods and events once in a while, for all that wait. */
export function startWatching() {
  const watcher = watch();
  undo.push(async () => {
    watching = false;
    await watcher;
  });
}

async function watch() {
  while (watching) {
    // --raw is the cheapest; a look that fails is followed by another
    /**
     * @template T
     * @param {string} path
     * @param {T[]} before
     * @returns {Promise<T[]>}
     */
    const look = async (path, before) => {
      const { status, stdout } = await kubectl('get', '--raw', path);
      return status === 0 ? JSON.parse(stdout).items : before;
    };
    const [pods, events] = await Promise.all([look('/api/v1/pods', seen.pods), look('/api/v1/events', seen.events)]);
    seen = { pods, events };
    await sleep(1500);
  }
}

/** A container that has not failed yet, or not for its image. What kubelet says of a pull is its own reason, and may be the text of a parser. */
const NO_FAILED_PULL = /^(?:|ContainerCreating|PodInitializing|CrashLoopBackOff)$/;

/**
 * The present pods of a target: those of a workload have its name as label `app`.
 * @param {Target} of
 */
export function podsOf({ namespace, target }) {
  const [kind, name] = target.includes('/') ? target.split('/') : ['pod', target];
  return seen.pods.filter(
    ({ metadata }) =>
      metadata.namespace === namespace &&
      metadata.deletionTimestamp === undefined &&
      (kind === 'pod' ? metadata.name === name : metadata.labels?.app === name),
  );
}

/** The failures of a container's pulls, the newest last; those that kubelet only put off are none. @type {(pod: Pod, container: string) => Event[]} */
export const failuresOf = (pod, container) =>
  seen.events
    .filter(({ involvedObject: { uid, fieldPath = '' } }) => uid === pod.metadata.uid && fieldPath.endsWith(`{${container}}`))
    .filter(({ message = '' }) => /^Failed to pull image/.test(message) && !/pull QPS exceeded$/.test(message))
    .sort((a, b) => (a.lastTimestamp ?? '').localeCompare(b.lastTimestamp ?? ''));

/** @type {(pod: Pod, container: string) => ContainerStatus | undefined} */
const statusOf = ({ status: { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } }, container) =>
  [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses].find(({ name }) => name === container);

/** @type {(pod: Pod, wanted: Wanted | undefined) => string} */
const nameOf = (pod, wanted) => wanted?.container ?? pod.spec.containers[0]?.name ?? '';

/**
 * Whether a pod stands where the expectation has it, with the node's words that belong to it.
 * @param {Pod} pod
 * @param {Wanted} wanted
 */
function hasSettled(pod, wanted) {
  const container = nameOf(pod, wanted);
  const state = statusOf(pod, container)?.state ?? {};
  if (wanted.cause === 'NoPullProblem') {
    if (wanted.state === 'Pending') return pod.status.phase === 'Pending';
    // a container that ends at once does so between two back-offs
    const ends = wanted.state === 'CrashLoopBackOff' && state.terminated !== undefined;
    return wanted.state === undefined ? state.running !== undefined : ends || state.waiting?.reason === wanted.state;
  }
  const { reason = '', message = '' } = state.waiting ?? {};
  if (NO_FAILED_PULL.test(reason)) return false;
  const said = [message, failuresOf(pod, container).at(-1)?.message ?? ''];
  return wanted.node === undefined || [wanted.node].flat().some(words => said.some(text => text.includes(words)));
}

/** @type {(pod: Pod, wanted: Wanted) => boolean} */
const runsAmiss = (pod, wanted) => wanted.cause !== 'NoPullProblem' && statusOf(pod, nameOf(pod, wanted))?.state?.running !== undefined;

export const describe = (/** @type {Target} */ target) =>
  podsOf(target)
    .map(pod => {
      const container = nameOf(pod, target.wanted[0]);
      return `${pod.metadata.name} is ${pod.status.phase}, ${JSON.stringify(statusOf(pod, container)?.state ?? {})}; ${failuresOf(pod, container).at(-1)?.message ?? 'no failed pull'}`;
    })
    .join('; ') || 'no such pod';

/**
 * Waits until all pods of a target stand where they are expected. Out: whether they do. A pod that runs where none should is made anew, once: a kubelet that does not
 * get a new pod's secret at once pulls without it (FailedToRetrieveImagePullSecret).
 * @param {Target} target
 * @param {() => unknown} again
 */
export async function settled(target, again = () => {}, seconds = 180) {
  const end = Date.now() + seconds * 1000;
  for (let tries = 1; ; ) {
    const pods = podsOf(target);
    if (pods.length >= (target.wanted[0]?.pods ?? 1) && pods.every(pod => target.wanted.every(one => hasSettled(pod, one)))) return true;
    if (Date.now() > end) return false;
    const early = pods.filter(pod => target.wanted.every(one => runsAmiss(pod, one)));
    if (early.length > 0 && tries-- > 0) {
      say(`${target.title} runs, and is made anew`);
      for (const { metadata } of early)
        await kubectl('-n', metadata.namespace, 'delete', 'pod', metadata.name, '--force', '--grace-period=0');
      await again();
    }
    await sleep(500);
  }
}

/** Whether a pod has an event of this reason. @type {(name: string, reason: string) => boolean} */
export const hasEvent = (name, reason) => seen.events.some(event => event.involvedObject.name === name && event.reason === reason);
