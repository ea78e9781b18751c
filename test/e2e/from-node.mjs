/**
 * --from-node and cleanup on a real node: its own verdict on faults and on good images, what an API server refuses, and that nothing is left on any way out. After all
 * other checks of the demo pods: it taints the node.
 */
import { agree, check, equal, imagepull, MIRROR } from './checks.mjs';
import { awake, getJson, kubectl, must, start, undo, until } from './lab.mjs';

/** @typedef {import('./checks.mjs').Item} Item */

const NAMESPACE = 'asked';
/** Demo pods, each with a fault of its own; those that the check of --watch repairs or deletes are not among them. */
const FAULTS = [
  'missing-repo',
  'hub-missing-tag',
  'auth-none',
  'auth-wrong',
  'auth-secret-missing',
  'tls-untrusted',
  'refused',
  'init-missing',
  'http-https',
  'no-such-host',
  'wrong-arch',
];
const SELECTOR = 'kubectl-imagepull/from-node=true';

const own = (/** @type {string[]} */ ...args) => must(`kubectl ${args.join(' ')}`, kubectl('-n', NAMESPACE, ...args));
/** The pods of --from-node that are there. @returns {Promise<string[]>} */
async function left() {
  const { status, stdout } = await kubectl('get', 'pods', '-A', '-l', SELECTOR, '-o', 'name');
  return status === 0 ? stdout.split('\n').filter(Boolean) : ['the API server does not answer'];
}
const nothingLeft = async (/** @type {string} */ after) => equal(`--from-node: nothing is left after ${after}`, await left(), []);
const apply = (/** @type {object[]} */ ...items) =>
  must('kubectl apply', kubectl2(['-n', NAMESPACE, 'apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items })));
const kubectl2 = (/** @type {string[]} */ args, /** @type {string} */ input) => start('kubectl', args, { input }).ended;

/** A pod that the restricted Pod Security Standard allows, and that stays where the node is tainted. @type {(name: string, image: string, more?: object) => object} */
const pod = (name, image, more = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    terminationGracePeriodSeconds: 0,
    tolerations: [{ operator: 'Exists' }],
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'main',
        image,
        imagePullPolicy: 'Always',
        command: ['sleep', '100000'],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
    ...more,
  },
});
/** @type {(name: string, password: string) => object} */
const secret = (name, password) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  type: 'kubernetes.io/dockerconfigjson',
  stringData: { '.dockerconfigjson': JSON.stringify({ auths: { '127.0.0.1:15001': { username: 'lab', password } } }) },
});
const waitsForImage = (/** @type {string} */ name) =>
  until(`the failed pull of ${name}`, 90, async () =>
    /Pull/.test((await getJson('pod', name, '-n', NAMESPACE)).status.containerStatuses?.[0].state.waiting?.reason ?? ''),
  );

/** @type {(...args: string[]) => Promise<{ status: number | string, stderr: string, items: Item[] }>} */
async function asked(...args) {
  const { status, stderr, json } = await imagepull('why', ...args, '--from-node', '--yes', ...MIRROR, '-o', 'json');
  return { status, stderr, items: json?.items ?? [] };
}

/** @param {() => Promise<void>} restart Kills the API server and starts it again. */
export async function checkFromNode(restart) {
  undo.push(() => kubectl('delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=false'));
  await must('the namespace', kubectl('create', 'namespace', NAMESPACE));
  await must('its standard', kubectl('label', 'namespace', NAMESPACE, 'pod-security.kubernetes.io/enforce=restricted'));
  await until('its service account', 30, async () => (await kubectl('-n', NAMESPACE, 'get', 'serviceaccount', 'default')).status === 0);
  await own('create', 'serviceaccount', 'late');
  await apply(secret('good', 'labpass'), secret('repaired', 'old-pa55word'));
  const wanted = '127.0.0.1:15001/library/busybox:1';
  await apply(
    pod('asked', '127.0.0.1:15000/library/busybox:nothing'),
    pod('late', wanted, { serviceAccountName: 'late' }),
    pod('repaired', wanted, { imagePullSecrets: [{ name: 'repaired' }] }),
  );

  await checkFaults();
  await checkPulled();
  await checkWaysOut(restart);
  await checkRefusals();
  await checkTaint();
}

/** The node says now what it said before: the same causes, by its own words. */
async function checkFaults() {
  const now = await asked(...FAULTS, '-n', 'default');
  const told = (/** @type {Item[]} */ items) => items.map(({ pod: { name }, cause }) => `${name} ${cause}`);
  await agree('--from-node: the causes', async () => {
    const { json } = await imagepull('why', ...FAULTS, '-n', 'default', ...MIRROR, '-o', 'json');
    return [
      [now.status, ...told(now.items)],
      [1, ...told(json?.items ?? [])],
    ];
  });
  equal('--from-node: as many answers as faults', now.items.length, FAULTS.length);
  for (const { pod: at, fromNode = [] } of now.items) {
    const [answer] = fromNode;
    check(
      `--from-node: ${at.name} fails again, in the words of the node`,
      answer?.outcome === 'failed' && answer.message !== null,
      JSON.stringify(fromNode),
    );
  }
  await nothingLeft('pulls that fail');
  const good = await asked('ok', 'auth-good', '-n', 'default');
  const answers = good.items.map(({ cause, fromNode = [] }) => [cause, fromNode[0]?.outcome]);
  equal('--from-node: good images', [good.status, ...answers], [0, ...Array(2).fill(['NoPullProblem', 'pulled'])]);
  await nothingLeft('pulls that succeed');
  const all = await asked('missing-repo', '-n', 'default', '--all-nodes');
  equal('--from-node --all-nodes: one node of each kind', all.items[0]?.fromNode?.length, 1);
}

/** A pull that works now is certain to. */
async function checkPulled() {
  await waitsForImage('late');
  await own('patch', 'serviceaccount', 'late', '-p', JSON.stringify({ imagePullSecrets: [{ name: 'good' }] }));
  const late = (await asked('late', '-n', NAMESPACE)).items[0];
  equal(
    '--from-node: a secret that the pod did not get',
    [late?.cause, late?.certainty, late?.decidedBy.rule],
    ['SecretNotInherited', 'certain', 'asked.pulled-with-added-secrets'],
  );
  await waitsForImage('repaired');
  const pulls = async () => {
    const { items } = await getJson('events', '-n', NAMESPACE, '--field-selector', 'involvedObject.name=repaired,reason=Pulling');
    return items.reduce((/** @type {number} */ sum, /** @type {{ count: number }} */ { count }) => sum + count, 0);
  };
  // kubelet then waits for 20 s at least: the node is asked before it tries again by itself
  await until('a second back-off', 60, async () => (await pulls()) > 1);
  const data = { '.dockerconfigjson': JSON.stringify({ auths: { '127.0.0.1:15001': { username: 'lab', password: 'labpass' } } }) };
  await own('patch', 'secret', 'repaired', '--type=merge', '-p', JSON.stringify({ data: null, stringData: data }));
  const repaired = (await asked('repaired', '-n', NAMESPACE)).items[0];
  equal(
    '--from-node: a repaired secret, while kubelet backs off',
    [repaired?.cause, repaired?.certainty, repaired?.decidedBy.rule],
    ['FixedWaitingForRetry', 'certain', 'asked.pulled'],
  );
  await nothingLeft('these');
}

/** @param {() => Promise<void>} restart */
async function checkWaysOut(restart) {
  const running = async () => {
    const program = start('kubectl', ['imagepull', 'why', 'asked', '-n', NAMESPACE, '--from-node', '--yes', '-o', 'json']);
    await until('the pod of --from-node', 30, async () => (await left()).length > 0);
    return program;
  };
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    const stopped = await running();
    stopped.signal(signal);
    const { stderr } = await stopped.ended;
    check(`--from-node: ${signal} is told`, /removing the pod[\s\S]*nothing is left/.test(stderr), stderr);
    await nothingLeft(signal);
  }
  const killed = await running();
  killed.signal('SIGKILL');
  await killed.ended;
  equal('--from-node: SIGKILL leaves the pod', (await left()).length, 1);
  const other = await imagepull('cleanup', '-n', 'default', '--yes');
  check('cleanup: of another namespace', other.status === 0 && /nothing was left/.test(other.stderr), other.stderr);
  const cleaned = await imagepull('cleanup', '-n', NAMESPACE, '--yes');
  check(
    'cleanup: says what it deletes',
    cleaned.status === 0 && /^deleted pod asked\//.test(cleaned.stdout),
    `${cleaned.stdout}${cleaned.stderr}`,
  );
  await nothingLeft('SIGKILL and cleanup');
  equal('cleanup: the diagnosed pod stays', (await kubectl('-n', NAMESPACE, 'get', 'pod', 'asked')).status, 0);

  const program = await running();
  await restart();
  const { status, stdout, stderr } = await program.ended;
  const outcome = stdout === '' ? stderr : JSON.parse(stdout).items[0].fromNode?.[0].outcome;
  equal('--from-node: over a restart of the API server', [status, outcome], [1, 'failed']);
  await until('the API server', 60, async () => (await left())[0] !== 'the API server does not answer');
  await nothingLeft('a restart of the API server');
  await awake();
}

/** What the API server refuses is told with the right or the rule, and the rest of the diagnosis stands. */
async function checkRefusals() {
  await own('create', 'serviceaccount', 'viewer');
  await own('create', 'rolebinding', 'viewer', '--clusterrole=view', `--serviceaccount=${NAMESPACE}:viewer`);
  const viewer = await asked('asked', '-n', NAMESPACE, '--as', `system:serviceaccount:${NAMESPACE}:viewer`);
  equal(
    '--from-node: without the right',
    [viewer.status, viewer.items[0]?.cause, viewer.items[0]?.fromNode],
    [2, 'TagNotFound', undefined],
  );
  check('--from-node: without the right: names it', /"create pods" and "delete pods" are missing/.test(viewer.stderr), viewer.stderr);

  await own('create', 'quota', 'none', '--hard=pods=0');
  await until('the quota', 60, async () => (await getJson('quota', 'none', '-n', NAMESPACE)).status.hard !== undefined);
  const { status, stderr, items } = await asked('asked', '-n', NAMESPACE);
  equal('--from-node: a quota of zero', [status, items[0]?.cause, items[0]?.fromNode?.[0]?.outcome], [2, 'TagNotFound', 'refused']);
  check('--from-node: a quota of zero is named', /a quota of namespace "asked"[\s\S]*exceeded quota: none/.test(stderr), stderr);
  await own('delete', 'quota', 'none');
}

/** A node that no other pod may stay on answers, too. */
async function checkTaint() {
  const [{ metadata }] = (await getJson('nodes')).items;
  const taint = (/** @type {string} */ end) =>
    must('kubectl taint', kubectl('taint', 'node', metadata.name, `imagepull-test=1:NoExecute${end}`));
  await taint('');
  try {
    const { status, items } = await asked('asked', '-n', NAMESPACE);
    equal('--from-node: a tainted node', [status, items[0]?.cause, items[0]?.fromNode?.[0]?.outcome], [1, 'TagNotFound', 'failed']);
  } finally {
    await taint('-');
  }
  await nothingLeft('all');
}
