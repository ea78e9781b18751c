/**
 * The cluster test: the built plugin, called through the real kubectl, on pods that really fail on a real node. The cluster comes from the folder that
 * IMAGEPULL_CLUSTER names (up.sh, down.sh, demo-pods.yaml); the pods of test/e2e/pods.yaml and the registries of test/e2e/registries.ts are
 * added. Every verdict is compared with test/e2e/expected.json, and where that names fixes, the printed commands are run and the pod has to start.
 * Ends what it started, whatever happens. The last line is the count of the real run.
 *
 *   IMAGEPULL_CLUSTER=FOLDER [IMAGEPULL_BINARY=FILE] node scripts/cluster-test.mjs [--keep] [TARGET…]
 *
 * LAB and RUNTIME say which cluster up.sh starts; the node that answers says which column of expected.json holds.
 * --keep leaves the cluster and the pods as they are. With TARGETs (names of expected.json) only these pods of our own are made and checked.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { foresee } from '../test/e2e/check.mjs';
import {
  check,
  checkAll,
  checkErrors,
  checkForms,
  checkGroups,
  checkRights,
  checkSecrets,
  checkStillPulling,
  checkWatch,
  count,
  diagnose,
  repair,
  repairSecretInBackOff,
} from '../test/e2e/checks.mjs';
import { checkCollect } from '../test/e2e/collect.mjs';
import { checkFullDisk } from '../test/e2e/disk.mjs';
import { checkFromNode } from '../test/e2e/from-node.mjs';
import { checkInCluster } from '../test/e2e/in-cluster.mjs';
import {
  awake,
  cluster,
  describe,
  endPrograms,
  here,
  installPlugin,
  kubectl,
  limiter,
  makeNamespaces,
  must,
  podsOf,
  restartApiServer,
  run,
  say,
  settled,
  startAgain,
  startCluster,
  startRegistries,
  startWatching,
  undo,
  until,
} from '../test/e2e/lab.mjs';
import { checkRepairs } from '../test/e2e/repair-secret.mjs';
import { checkSandbox } from '../test/e2e/sandbox.mjs';
import { checkTour } from '../test/e2e/tour.mjs';
import { checkUntilPulled } from '../test/e2e/watch.mjs';

/** @typedef {import('../test/e2e/lab.mjs').Target} Target */
/** @typedef {import('../test/e2e/lab.mjs').Wanted} Wanted */
/** @typedef {import('../test/e2e/lab.mjs').Row} Row */
/** What is read here of the objects of pods.yaml. @typedef {{ kind: string, metadata: { name: string }, spec?: object }} KubernetesObject */

const folder = process.env.IMAGEPULL_CLUSTER ?? '';
const keep = process.argv.includes('--keep');
const only = process.argv.slice(2).filter(argument => !argument.startsWith('--'));
/** A bound, not the rule: on two free cores it takes four. */
const MINUTES = 12;
/**
 * Pods that fail at the same time. kubelet starts five pulls per second and reports as many events: of a crowd of failing pods it puts off the pulls and loses
 * the words.
 */
const AT_ONCE = 6;
/** kubelet takes half a minute to see a pod off; nothing here waits for it. */
const AT_ONCE_GONE = ['--force', '--grace-period=0'];
const REPAIRED_IN_BACK_OFF = 'secret-repaired-in-back-off';

async function test() {
  if (folder === '' || !existsSync(join(folder, 'up.sh')))
    throw new Error('IMAGEPULL_CLUSTER has to name the folder that holds up.sh, down.sh and demo-pods.yaml');
  await installPlugin();
  await startCluster(folder, keep);
  const places = await startRegistries();
  const text = readFileSync(join(here, 'pods.yaml'), 'utf8')
    .replaceAll('RUN', `run-${process.pid}-${Date.now()}`)
    .replace(/batch\/v1(?=\nkind: CronJob)/, cluster === '1.20' ? 'batch/v1beta1' : 'batch/v1');
  const digest = places.find(({ host }) => host.endsWith(':15020'))?.digestOf('team/for-others', '1');
  if (digest === undefined || !text.includes(digest)) throw new Error(`test/e2e/pods.yaml has to name team/for-others@${digest}`);
  await makeNamespaces(keep);
  startWatching();
  // the cluster on which the tour was made
  if (only.length === 0 && cluster === '1.37-containerd') {
    say('the tour');
    await checkTour();
  }

  /** @type {Record<'default' | 'pulls', Record<string, Row | Row[]>> & { words: Record<string, Record<string, string | string[]>> }} */
  const expected = JSON.parse(readFileSync(join(here, 'expected.json'), 'utf8'));
  /** What a row says of this cluster. @type {(row: Row) => Wanted[]} */
  const wantedOf = ({ on = {}, only = [cluster], ...row }) => {
    const own = on[cluster];
    if (own === null || !only.includes(cluster)) return [];
    const { node, ...wanted } = { ...row, ...own };
    if (typeof node !== 'string') return [wanted];
    return [{ ...wanted, node: expected.words[node]?.[cluster] ?? node }];
  };
  /** @type {(namespace: 'default' | 'pulls') => Target[]} */
  const targetsOf = namespace =>
    Object.entries(expected[namespace])
      .map(([target, rows]) => ({ namespace, target, title: `${namespace}/${target}`, wanted: [rows].flat().flatMap(wantedOf) }))
      .filter(({ wanted }) => wanted.length > 0);
  const own = targetsOf('pulls').filter(({ target }) => only.length === 0 || only.includes(target));
  say(`${own.length} targets of our own`);
  await ownPods(own, /** @type {KubernetesObject[]} */ (loadAll(text)));
  if (only.length > 0) return;
  const demo = targetsOf('default');
  say(`${demo.length} demo targets`);
  await demoPods(demo);
  say('all namespaces at once, secrets, mistakes, rights, forms');
  await checkAll([...demo, ...own.filter(({ wanted }) => wanted[0]?.stays)]);
  await Promise.all([checkGroups(demo), checkSecrets('default'), checkErrors(), checkRights(), checkForms(), checkCollect()]);
  say('--watch, while the API server is killed');
  await checkWatch(() => restartApiServer(folder));
  await awake();
  say('the plugin in a pod');
  await checkInCluster();
  say('--from-node: faults, refusals, every way out');
  await checkFromNode(() => restartApiServer(folder));
  await startAgain(folder);
  await checkUntilPulled();
  say('pull secrets are repaired as printed');
  await checkRepairs();
  say('the sandbox image of the node');
  await checkSandbox();
  await checkStillPulling();
  // with CRI-O kubelet may find room by itself, and end no pod
  if (keep || cluster !== '1.37-containerd') return;
  say('a full disk');
  await checkFullDisk(folder);
}

/** The plugin runs so often at the same time. */
const plugin = limiter(2);

const messageOf = (/** @type {unknown} */ error) => (error instanceof Error ? error.message : String(error));

/** Out: a promise, and what fulfils it. @returns {{ promise: Promise<void>, resolve: () => void }} */
function deferred() {
  let resolve = () => {};
  /** @type {Promise<void>} */
  const promise = new Promise(done => {
    resolve = done;
  });
  return { promise, resolve };
}

const applied = (/** @type {readonly KubernetesObject[]} */ items) =>
  must('test/e2e/pods.yaml', run('kubectl', ['apply', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) }));
/** What breaks in the middle of one target fails that target alone. @type {(target: Target, work: Promise<unknown>) => Promise<unknown>} */
const guarded = (target, work) => work.catch(error => check(`${target.title} to its end`, false, messageOf(error)));

/**
 * In: the objects in their order. The secrets are made and tested first. Then each pod is made with what stands before it, diagnosed when it has failed, and
 * repaired as the plugin says or taken away.
 * @param {readonly Target[]} targets
 * @param {readonly KubernetesObject[]} objects
 */
async function ownPods(targets, objects) {
  await applied(objects.filter(({ kind }) => kind === 'Secret'));
  const tested = plugin(() => (only.length === 0 ? checkSecrets('pulls') : undefined));
  const room = limiter(AT_ONCE);
  const repaired = new Map();
  /** Target → its objects are made. @type {Map<string, { promise: Promise<void>, resolve: () => void }>} */
  const made = new Map(targets.map(({ target }) => [target, deferred()]));
  /** @type {Promise<unknown>[]} */
  const jobs = [];
  /** @type {KubernetesObject[]} */
  let part = [];
  for (const object of objects.filter(({ kind }) => kind !== 'Secret')) {
    const target = targets.find(({ target: name }) => name.split('/').at(-1) === object.metadata.name && object.spec !== undefined);
    // pods that nobody asked for
    if (object.spec !== undefined && target === undefined) continue;
    part.push(object);
    if (target === undefined) continue;
    const items = part;
    part = [];
    // these take longer, and do little meanwhile
    const aside = target.target.startsWith('cronjob/') || target.target === REPAIRED_IN_BACK_OFF;
    const job = async () => {
      try {
        await applied(items);
      } finally {
        made.get(target.target)?.resolve();
      }
      if (!aside) await follow(target, items);
    };
    jobs.push(guarded(target, aside ? job().then(() => follow(target, items)) : room(job)));
    await made.get(target.target)?.promise;
  }
  await tested;
  // a target that is followed may add its repair
  while (jobs.length > 0) await Promise.all(jobs.splice(0));

  /**
   * @param {Target} target
   * @param {readonly KubernetesObject[]} items
   */
  async function follow(target, items) {
    if (target.target === REPAIRED_IN_BACK_OFF) await repairSecretInBackOff(target);
    else if (!check(`${target.title} reaches its state`, await settled(target, () => applied(items)), describe(target))) return;
    const { fix = [], after, stays, with: other } = target.wanted[0] ?? {};
    if (other !== undefined) await made.get(other)?.promise;
    await plugin(() => diagnose(target));
    if (fix.length > 0) {
      const job = guarded(
        target,
        Promise.all([tested, repaired.get(after)]).then(() => repair(target)),
      );
      repaired.set(target.target, job);
      jobs.push(job);
    } else if (!stays) await kubectl('-n', target.namespace, 'delete', 'pod', target.target, ...AT_ONCE_GONE);
  }
}

/** The files of demo pods that a cluster has. */
const demoFiles = () =>
  [
    'demo-pods.yaml',
    ...(cluster === '1.20' ? [] : ['demo-pods-1.37.yaml']),
    ...(cluster.endsWith('-crio') ? ['demo-pods-crio.yaml'] : []),
  ].map(name => join(folder, name));
/** A running pod of the demo that gets an ephemeral container, whose image is missing. */
const DEBUGGED = 'debug-me';
const DEBUGGER = ['--image=127.0.0.1:15000/team/toolbox:9', '--target=main', '-c', 'debugger', '--', 'sh'];

/**
 * The demo pods, made anew: what a node said hours ago is gone.
 * @param {readonly Target[]} targets
 */
async function demoPods(targets) {
  const files = demoFiles().flatMap(file => ['-f', file]);
  await must('removing old demo pods', kubectl('delete', ...files, '--ignore-not-found', ...AT_ONCE_GONE));
  // and what a run that was cut off left of the check of --watch
  await kubectl('-n', 'default', 'delete', 'pod', 'late', '--ignore-not-found', ...AT_ONCE_GONE);
  await until('the end of the old demo pods', 60, async () => {
    await kubectl('-n', 'default', 'delete', 'pods', '-l', 'app=web', ...AT_ONCE_GONE);
    return targets.every(target => podsOf(target).length === 0);
  });
  // Kubernetes 1.20 is for what nodes say
  if (cluster !== '1.20') await foresee(demoFiles(), targets);
  await must('the demo pods', kubectl('apply', ...files));
  if (targets.some(({ target }) => target === DEBUGGED))
    await must('kubectl debug', kubectl('-n', 'default', 'debug', DEBUGGED, ...DEBUGGER));
  await Promise.all(
    targets.map(async target => {
      if (check(`${target.title} reaches its state`, await settled(target), describe(target))) await plugin(() => diagnose(target));
    }),
  );
}

/** @type {Promise<void> | undefined} */
let ending;
/**
 * Undoes everything once, prints the count, and ends.
 * @param {unknown} [error]
 */
function end(error) {
  ending ??= (async () => {
    if (error !== undefined) check('the run itself', false, messageOf(error));
    for (const step of undo.reverse()) {
      try {
        await step();
      } catch (problem) {
        say(`while cleaning up: ${messageOf(problem)}`);
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
    endPrograms();
    end(new Error(`ended by ${signal}`));
  });
}
setTimeout(() => {
  endPrograms();
  end(new Error(`not done after ${MINUTES} minutes`));
}, MINUTES * 60_000).unref();
await test().then(
  () => end(),
  error => end(error),
);
