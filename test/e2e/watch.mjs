/** `--until-pulled` on a real node: a slow pull, one that cannot succeed, a pod that is repaired while it is watched, and a roll-out. */
import { check, equal } from './checks.mjs';
import { kubectl, must, start, until } from './lab.mjs';

const NAMESPACE = 'pulls';
const GOOD = '127.0.0.1:15000/library/busybox:1';
const MISSING = '127.0.0.1:15000/library/busybox:is-not-there';
const GONE = ['--ignore-not-found', '--force', '--grace-period=0'];

const make = (/** @type {string} */ name, /** @type {string} */ image) =>
  must(`kubectl run ${name}`, kubectl('-n', NAMESPACE, 'run', name, `--image=${image}`, '--restart=Never', '--', 'sleep', '3600'));

/** Starts a watch. Out: how to stop it, and the types of its documents so far. @param {string[]} args */
function watch(...args) {
  const run = start('kubectl', ['imagepull', 'why', '--watch', '-n', NAMESPACE, '-o', 'json', ...args]);
  /** @type {() => { type: string, cause?: string, outcome?: string }[]} */
  const documents = () =>
    run.text.stdout
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line));
  const told = () => documents().map(({ type, cause, outcome }) => [type, cause ?? outcome].filter(Boolean).join(' '));
  /** Without what precedes a failure: whether a pod is seen before it has a node, or while it pulls, is a matter of milliseconds. */
  const changes = () => told().filter(line => !/^(?:waiting|pulling)/.test(line));
  return { ...run, told, changes };
}

/**
 * One watch from its beginning to its end. In: its arguments, the exit status, and what it has to tell in this order, among other things.
 * @param {string} what
 * @param {string[]} args
 * @param {number} status
 * @param {string[]} wanted
 */
async function ends(what, args, status, wanted) {
  const run = watch(...args);
  const result = await run.ended;
  const told = run.told();
  equal(`${what}: exit status`, result.status, status);
  let at = 0;
  for (const line of told) if (line === wanted[at]) at++;
  check(`${what}: what it tells`, at === wanted.length, JSON.stringify({ told, wanted, said: run.text.stderr.slice(-300) }));
}

/** All of it; what it made is taken away. */
export async function checkUntilPulled() {
  const names = ['slow', 'cannot', 'repaired'];
  try {
    await Promise.all([slow(), cannot(), repaired(), rollOut()]);
  } finally {
    await kubectl('-n', NAMESPACE, 'delete', 'deployment', 'rolled', ...GONE);
    await kubectl('-n', NAMESPACE, 'delete', 'pod', ...names, ...GONE);
  }
}

async function slow() {
  await make('slow', '127.0.0.1:15041/team/slow:1');
  await ends('--until-pulled: a slow pull', ['--until-pulled', 'slow', '--timeout', '90s'], 0, [
    'pulling StillPulling',
    'pulled',
    'end pulled',
  ]);
}

async function cannot() {
  await make('cannot', MISSING);
  const limit = ['--timeout', '90s'];
  await ends('--until-pulled: a tag that is missing', ['--until-pulled', 'cannot', ...limit], 1, ['new TagNotFound', 'end failed']);
  const run = watch('cannot');
  await until('the watch of cannot', 30, () => run.text.stderr.includes('watching'));
  await kubectl('-n', NAMESPACE, 'delete', 'pod', 'cannot', ...GONE);
  equal(
    '--watch: a pod that is deleted',
    [(await run.ended).status, ...run.changes()],
    [2, 'new TagNotFound', 'gone TagNotFound', 'end gone'],
  );
}

async function repaired() {
  await make('repaired', MISSING);
  const run = watch('repaired');
  await until('the cause of repaired', 60, () => run.told().includes('new TagNotFound'));
  await must('the repair', kubectl('-n', NAMESPACE, 'set', 'image', 'pod/repaired', `*=${GOOD}`));
  equal(
    '--watch: a pod that is repaired',
    [(await run.ended).status, ...run.changes()],
    [0, 'new TagNotFound', 'repaired TagNotFound', 'end pulled'],
  );
}

async function rollOut() {
  const deployment = (/** @type {string[]} */ ...args) => must(`kubectl ${args.join(' ')}`, kubectl('-n', NAMESPACE, ...args));
  await deployment('create', 'deployment', 'rolled', `--image=${GOOD}`, '--replicas=2', '--', 'sleep', '3600');
  const gate = ['--until-pulled', 'deployment/rolled', '--timeout', '90s'];
  await ends('--until-pulled: a new deployment', gate, 0, ['end pulled']);
  await must('the first roll-out', kubectl('-n', NAMESPACE, 'rollout', 'status', 'deployment/rolled', '--timeout=60s'));
  await deployment('set', 'image', 'deployment/rolled', `*=${MISSING}`);
  await ends('--until-pulled: a roll-out with a tag that is missing', gate, 1, ['new TagNotFound', 'rollout', 'end failed']);
  await deployment('set', 'image', 'deployment/rolled', '*=127.0.0.1:15010/public/busybox:1');
  await ends('--until-pulled: the roll-out that repairs it', gate, 0, ['end pulled']);
}
