/** `why --from-node` and `cleanup` as processes, against an API server whose node answers as a test says: what is created, asked, told, and removed on every way out. */
import { spawn, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { type Answer, type ClusterObject, type ClusterOptions, failure, startCluster, writeKubeconfig } from '../helpers/cluster.ts';
import { pluginCommand } from '../helpers/plugin.ts';
import { type Run, run } from '../helpers/process.ts';
import { CLUSTER, IMAGE, named, podOf, WAITING } from '../helpers/shop.ts';

const PODS = '/api/v1/namespaces/shop/pods';
const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const REFUSED = `failed to pull and unpack image "${IMAGE}": failed to resolve image: failed to do request: Head "https://registry.example.com/v2/team/api/manifests/1.4.2": dial tcp: lookup registry.example.com on 10.0.0.2:53: no such host`;

type Pod = ClusterObject & { spec: { imagePullSecrets?: { name: string }[]; nodeName: string } };

interface World {
  /** What the node makes of a new pod: its status, null where it does nothing. */
  status?: (pod: Pod) => object | null;
  /** What admission makes of it. */
  admit?: (pod: Pod) => void;
  /** Answers a request in place of the API server. */
  write?: ClusterOptions['write'];
  /** Objects besides. */
  more?: ClusterObject[];
  denied?: string[];
}

const json = (status: number, value: unknown): Answer => ({ status, body: JSON.stringify(value) });
const failing = (message = REFUSED) => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'pull', state: { waiting: { reason: 'ErrImagePull', message } } }],
});
const started = { phase: 'Failed', containerStatuses: [{ name: 'pull', state: { terminated: { reason: 'StartError', exitCode: 128 } } }] };

async function world(
  { status = () => failing(), admit, write, more = [], denied = [] }: World,
  test: { teardown(work: () => unknown): void },
) {
  const objects: ClusterObject[] = [...structuredClone(CLUSTER), ...structuredClone(more)];
  const created: Pod[] = [];
  const reviews: object[] = [];
  const isOwn = ({ metadata }: ClusterObject) => metadata.labels?.['kubectl-imagepull/from-node'] === 'true';
  const cluster = await startCluster({
    objects,
    write(method, path, body) {
      const own = write?.(method, path, body);
      if (own !== undefined) return own;
      if (path === REVIEWS) {
        const { spec } = body as { spec: { resourceAttributes: { verb: string } } };
        reviews.push(spec);
        return json(201, { status: { allowed: !denied.includes(spec.resourceAttributes.verb) } });
      }
      if (method === 'POST' && path.endsWith('/pods')) {
        const pod = body as Pod;
        pod.metadata['uid'] = `uid-${pod.metadata.name}`;
        admit?.(pod);
        created.push(structuredClone(pod));
        pod['status'] = status(pod) ?? { phase: 'Pending' };
        objects.push({ ...pod, kind: 'Pod' });
        return json(201, pod);
      }
      if (method === 'DELETE') {
        const at = objects.findIndex(({ kind, metadata }) => kind === 'Pod' && path.endsWith(`/${metadata.name}`));
        const { preconditions, gracePeriodSeconds } = body as { preconditions: { uid: string }; gracePeriodSeconds: number };
        if (at < 0) return failure(404, 'NotFound', 'pods not found');
        if (preconditions.uid !== objects[at]?.metadata['uid'] || gracePeriodSeconds !== 0)
          return failure(409, 'Conflict', 'the UID differs');
        objects.splice(at, 1);
        return json(200, {});
      }
      return undefined;
    },
  });
  test.teardown(() => cluster.close());
  const kubeconfig = writeKubeconfig({ server: cluster.server, namespace: 'shop' });
  const plugin = (args: string[], started?: Parameters<typeof run>[1]): Promise<Run> =>
    run([...args, '--kubeconfig', kubeconfig, ...(args[0] === 'cleanup' ? [] : ['--no-probe'])], started);
  return { cluster, kubeconfig, objects, created, reviews, plugin, left: () => objects.filter(isOwn).map(({ metadata }) => metadata.name) };
}
interface Item {
  cause: string;
  certainty: string;
  decidedBy: { rule: string };
  summary: string;
  evidence: { source: string; detail: string; proves?: true }[];
  fromNode?: { node: string; outcome: string; message: string | null; seconds: number; addedSecrets: string[] }[];
}
const itemsOf = ({ stdout }: Run): Item[] => (JSON.parse(stdout) as { items: Item[] }).items;
const ASK = ['why', 'covered', '--from-node', '--yes', '-o', 'json'];

t.test('the fresh words of the node decide, stand first, and are replayed', async t => {
  const { created, cluster, plugin, left } = await world({}, t);
  const answer = await plugin([...ASK, '--facts']);
  t.equal(answer.status, 1);
  const [item] = itemsOf(answer);
  t.match(item, {
    cause: 'RegistryNameNotResolved',
    certainty: 'certain',
    fromNode: [{ node: 'node-3', outcome: 'failed', message: REFUSED }],
  });
  t.match(item?.evidence[0], { source: 'node', detail: /^"node-3", asked to pull now: .*no such host/, proves: true });
  t.match(created, [{ spec: { nodeName: 'node-3', serviceAccountName: 'builder', imagePullSecrets: [{ name: 'good' }] } }]);
  t.equal(created.length, 1);
  t.strictSame(left(), [], 'nothing is left');
  const writes = cluster.requests
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method} ${path.replace(/-[0-9a-f]{10}$/, '-ID')}`);
  t.strictSame(
    writes.sort(),
    [`DELETE ${PODS}/kubectl-imagepull-ID`, `POST ${REVIEWS}`, `POST ${REVIEWS}`, `POST ${PODS}`].sort(),
    'nothing else is written',
  );
  t.match(
    answer.stderr,
    /--from-node creates a pod[\s\S]*node "node-3", namespace "shop", image "registry\.example\.com\/team\/api:1\.4\.2", pull secret "good"/,
  );
  const replayed = await run(['why', '-f', '-', '-o', 'json'], { input: answer.stdout });
  const { facts: _, factsVersion: __, ...told } = item as Item & { facts: unknown; factsVersion: unknown };
  t.strictSame(itemsOf(replayed)[0], told, 'the facts hold the answer');
});

t.test('a pull that succeeds is certain to succeed again', async t => {
  const { plugin, left } = await world({ status: () => started }, t);
  const answer = await plugin(ASK);
  t.match(itemsOf(answer)[0], { cause: 'FixedWaitingForRetry', certainty: 'certain', decidedBy: { rule: 'asked.pulled' } });
  t.strictSame(left(), []);
  const text = await plugin(['why', 'covered', '--from-node', '--yes']);
  t.match(text.stdout.replace(/\s+/g, ' '), /asked to pull ".*" now, node "node-3" succeeds/);
});

t.test('secrets that admission gave the new pod are told, and are no proof without an answer of the registry', async t => {
  const admit = (pod: Pod): void => {
    pod.spec.imagePullSecrets = [{ name: 'late' }];
  };
  const { plugin } = await world({ status: () => started, admit, more: [podOf('plain', 'shop')] }, t);
  const answer = await plugin(['why', 'plain', '--from-node', '--yes', '-o', 'json']);
  t.match(itemsOf(answer)[0], {
    cause: 'SecretNotInherited',
    certainty: 'likely',
    decidedBy: { rule: 'asked.pulled-with-added-secrets' },
    fromNode: [{ addedSecrets: ['late'] }],
  });
});

t.test('one pod for all that ask the same, another for each other node or credential', async t => {
  const other = podOf('twin', 'shop', { secrets: ['good'] });
  const { created, plugin, left } = await world({ more: [other] }, t);
  const answer = await plugin(['why', 'covered', 'twin', 'missing-secret', '--from-node', '--yes', '-o', 'json']);
  t.strictSame(created.map(({ spec }) => spec.imagePullSecrets?.map(({ name }) => name).join()).sort(), ['good', 'regcred']);
  t.equal(itemsOf(answer).filter(({ fromNode }) => fromNode?.[0]?.outcome === 'failed').length, 3);
  t.strictSame(left(), []);
  const crowd = Array.from({ length: 21 }, (_, at) => podOf(`p${at}`, 'shop', { image: `registry.example.com/team/app-${at}:1` }));
  const many = await world({ more: crowd }, t);
  const refused = await many.plugin(['why', '--from-node', '--yes']);
  t.match(refused, { status: 2, stderr: /would create 2\d pods, and 20 are the most of one run: nothing was created/ });
  t.equal(many.created.length, 0);
});

t.test('--node and --all-nodes: where it fails and where it works', async t => {
  const node = (name: string, runtime: string, ready = 'True') =>
    named('Node', name, undefined, {
      status: {
        nodeInfo: { architecture: 'amd64', operatingSystem: 'linux', kubeletVersion: 'v1.36.3', containerRuntimeVersion: runtime },
        conditions: [{ type: 'Ready', status: ready }],
      },
    });
  const more = [
    node('node-4', 'containerd://2.1.9'),
    node('node-5', 'cri-o://1.34.0'),
    node('node-6', 'cri-o://1.34.0'),
    node('node-7', 'x', 'False'),
  ];
  const status = ({ spec }: Pod) => (spec.nodeName === 'node-3' ? failing() : started);
  const { created, plugin, left } = await world({ more, status }, t);
  const [item] = itemsOf(await plugin([...ASK, '--all-nodes']));
  t.strictSame(created.map(({ spec }) => spec.nodeName).sort(), ['node-3', 'node-5'], 'its own node, and one of each other kind');
  t.match(item?.summary, /Only node "node-3" fails: node "node-5" can pull it now\./);
  t.equal(item?.cause, 'RegistryNameNotResolved');
  const elsewhere = await plugin([...ASK, '--node', 'node-5']);
  t.match(itemsOf(elsewhere)[0], { fromNode: [{ node: 'node-5', outcome: 'pulled' }] });
  t.not(itemsOf(elsewhere)[0]?.cause, 'FixedWaitingForRetry', 'another node proves nothing of this one');
  t.match(await plugin([...ASK, '--node', 'node-7']), { status: 2, stderr: /node "node-7" is not asked .*: it is not ready/ });
  t.match(await plugin([...ASK, '--node', 'nowhere']), { status: 2, stderr: /node "nowhere" not found/ });
  t.strictSame(left(), []);
});

t.test('nobody is asked without a terminal, and flags that do not go together are refused', async t => {
  const { created, plugin } = await world({}, t);
  const lines: [string[], RegExp][] = [
    [
      ['why', 'covered', '--from-node'],
      /asks before it creates a pod, and standard input or standard error is not a terminal \(add --yes\)/,
    ],
    [['why', 'covered', '--from-node', '--yes', '--watch'], /cannot be combined with --watch/],
    [['why', 'covered', '--from-node', '--yes', '-f', 'x.yaml'], /cannot be combined with --filename/],
    [['why', 'covered', '--from-node', '--yes', '--node', 'a', '--all-nodes'], /--node cannot be combined with --all-nodes/],
    [['why', 'covered', '--all-nodes'], /--all-nodes needs --from-node/],
  ];
  for (const [args, says] of lines) t.match(await plugin(args), { status: 2, stderr: says }, args.join(' '));
  t.equal(created.length, 0, 'nothing was created');
});

/** util-linux makes a terminal. */
const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).stdout?.includes('util-linux');

t.test('on a terminal it says what it creates, and asks', { skip: hasScript ? false : 'there is no terminal' }, async t => {
  for (const [typed, outcome] of [
    ['y', 1],
    ['', 0],
    ['n', 0],
  ] as const) {
    const { created, kubeconfig, left } = await world({}, t);
    const words = [...pluginCommand(), 'why', 'covered', '--from-node', '--no-probe', '--no-color', '--kubeconfig', kubeconfig];
    const child = spawn('script', ['-qec', words.map(word => `'${word}'`).join(' '), '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      if (!text.includes('[y/N]') && (text + part).includes('[y/N]')) child.stdin.write(`${typed}\n`);
      text += part;
    });
    const status = await new Promise(resolve => child.on('close', resolve));
    t.match(
      text,
      /--from-node creates a pod[\s\S]*node "node-3", namespace "shop"[\s\S]*Create it\? \[y\/N\]/,
      'what, where, and the question',
    );
    t.equal(created.length, outcome, `"${typed}"`);
    t.equal(status, 1, 'as without --from-node');
    if (outcome === 0) t.match(text, /no node is asked, since the answer was not "y"[\s\S]*CredentialsRejected \(possible\)/);
    else t.match(text, 'RegistryNameNotResolved (certain)');
    t.strictSame(left(), []);
  }
});

t.test('refusals: the diagnosis stands, and the rule or the missing right is named', async t => {
  const forbidden = (message: string): World => ({
    write: (method, path) => (method === 'POST' && path === PODS ? failure(403, 'Forbidden', message) : undefined),
  });
  const pod = 'pods "kubectl-imagepull-x" is forbidden: ';
  const rows: [string, World, RegExp][] = [
    [
      'no right',
      { denied: ['create'] },
      /the permission "create pods" is missing; ask for the rule \{apiGroups: \[""\], resources: \[pods\], verbs: \[create, delete\]\}/,
    ],
    ['no right to delete', { denied: ['delete'] }, /the permission "delete pods" is missing/],
    [
      'no right, told late',
      forbidden('pods is forbidden: User "viewer" cannot create resource "pods" in API group "" in the namespace "shop"'),
      /the permission "create pods" in namespace "shop" is missing/,
    ],
    [
      'quota',
      forbidden(`${pod}exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0`),
      /a quota of namespace "shop" does not allow one more pod: exceeded quota: none/,
    ],
    ['LimitRange', forbidden(`${pod}minimum memory usage per Container is 64Mi, but request is 16Mi`), /a LimitRange of namespace "shop"/],
    ['Pod Security', forbidden(`${pod}violates PodSecurity "restricted:latest": x`), /the Pod Security Standard of namespace "shop"/],
    [
      'webhook',
      forbidden('admission webhook "policy.example.com" denied the request: only signed pods'),
      /a policy does not allow the pod: .*only signed pods/,
    ],
    [
      'namespace',
      forbidden(`${pod}unable to create new content in namespace shop because it is being terminated`),
      /namespace "shop" is being deleted/,
    ],
    [
      'service account',
      forbidden(`${pod}error looking up service account shop/builder: serviceaccount "builder" not found`),
      /service account "builder" does not exist/,
    ],
  ];
  for (const [title, one, says] of rows) {
    const { plugin, created } = await world(one, t);
    const answer = await plugin(ASK);
    t.equal(answer.status, 2, title);
    t.match(answer.stderr, says, title);
    t.equal(itemsOf(answer).length, 1, `${title}: still a diagnosis`);
    t.not(itemsOf(answer)[0]?.decidedBy.rule.startsWith('asked.'), true, `${title}: without the node`);
    t.equal(created.length, 0, title);
  }
});

t.test('no answer in time is told with what was seen', async t => {
  const rows: [string, object | null, string, RegExp][] = [
    ['not taken', null, 'notStarted', /kubelet has not taken the pod/],
    [
      'refused by kubelet',
      { phase: 'Failed', reason: 'OutOfpods', message: 'Pod was rejected: Node did not have enough resource: pods' },
      'notStarted',
      /enough resource: pods/,
    ],
    [
      'without words',
      {
        phase: 'Pending',
        containerStatuses: [{ name: 'pull', state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' } } }],
      },
      'failed',
      /Back-off/,
    ],
  ];
  for (const [title, status, outcome, says] of rows) {
    const { plugin, left } = await world({ status: () => status }, t);
    const [item] = itemsOf(await plugin([...ASK, '--node-timeout', '1s']));
    t.match(item?.fromNode, [{ outcome, message: says }], title);
    t.strictSame(left(), [], title);
  }
});

/** Starts to ask a node that never answers, and calls back once the pod is there. */
async function interrupted(
  of: Awaited<ReturnType<typeof world>>,
  act: (kill: (signal: NodeJS.Signals) => void) => void | Promise<void>,
): Promise<Run> {
  return of.plugin(ASK, {
    started: async kill => {
      while (of.left().length === 0) await sleep(20);
      await sleep(100);
      await act(kill);
    },
  });
}

t.test('nothing is left on any way out', async t => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const asked = await world({ status: () => null }, t);
    const { status, stderr } = await interrupted(asked, kill => kill(signal));
    t.strictSame(asked.left(), [], signal);
    t.match(stderr, /stopped: removing the pod[\s\S]*removed: nothing is left/, `${signal} is told`);
    t.not(status, 0);
  }
});

t.test('nothing is left where nobody reads what is said', { skip: process.platform === 'win32' }, async t => {
  const asked = await world({ status: () => null }, t);
  const [program, ...first] = pluginCommand();
  const child = spawn(program, [...first, ...ASK, '--no-probe', '--kubeconfig', asked.kubeconfig], { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = new Promise(resolve => child.on('exit', resolve));
  while (asked.left().length === 0) await sleep(20);
  child.stdout.destroy();
  child.stderr.destroy();
  child.kill('SIGINT');
  await closed;
  t.strictSame(asked.left(), []);
});

t.test('a deletion that hangs costs no verdict', async t => {
  let deletes = 0;
  const write = (method: string) => (method === 'DELETE' && deletes++ === 0 ? { ...json(200, {}), hang: 'headers' as const } : undefined);
  const asked = await world({ write }, t);
  const answer = await asked.plugin(ASK);
  t.match(itemsOf(answer)[0], { cause: 'RegistryNameNotResolved', fromNode: [{ outcome: 'failed' }] });
  t.notMatch(answer.stderr, /internal error/);
  t.strictSame(asked.left(), []);
});

t.test('a pod whose credentials admission has changed gives no answer', async t => {
  const admit = (pod: Pod): void => {
    pod.spec.imagePullSecrets = [{ name: 'late' }];
  };
  for (const status of [started, failing()]) {
    const { plugin, left } = await world({ status: () => status, admit }, t);
    const answer = await plugin(ASK);
    t.match(itemsOf(answer)[0]?.fromNode, [{ outcome: 'refused', message: /admission has taken pull secret "good" away/ }]);
    t.notMatch(itemsOf(answer)[0]?.decidedBy.rule, /^asked\./);
    t.strictSame(left(), []);
  }
});

t.test('cleanup says what it leaves', async t => {
  const asked = await world({ write: method => (method === 'DELETE' ? failure(409, 'Conflict', 'the UID differs') : undefined) }, t);
  await asked.plugin(ASK);
  t.equal(asked.left().length, 1);
  t.match(await asked.plugin(['cleanup', '--yes']), {
    status: 0,
    stdout: /^left pod shop\/kubectl-imagepull-\w+: another pod has its name now\n$/,
  });
});

t.test('a second Ctrl-C leaves at once, and names the command', async t => {
  const asked = await world({ status: () => null, write: method => (method === 'DELETE' ? failure(503, 'Busy', 'busy') : undefined) }, t);
  const { stderr, ms } = await interrupted(asked, async kill => {
    kill('SIGINT');
    await sleep(300);
    kill('SIGINT');
  });
  t.match(
    stderr,
    /left behind: "shop\/kubectl-imagepull-[0-9a-f]+"\. It ends by itself within 150 s; remove it now with: kubectl imagepull cleanup -n shop/,
  );
  t.ok(ms < 10_000, 'at once');
});

t.test('what a killed run left is removed by cleanup, and nothing else', async t => {
  const alike = podOf('kubectl-imagepull-alike', 'shop', { labels: { 'kubectl-imagepull/from-node': 'true' } });
  alike['spec'] = { containers: [{ name: 'pull', image: IMAGE }] };
  const asked = await world({ status: () => null, more: [alike] }, t);
  const killed = asked.plugin(['why', 'covered', '--from-node', '--yes'], {
    started: async kill => {
      while (asked.left().length < 2) await sleep(20);
      kill('SIGKILL');
    },
  });
  await killed;
  t.equal(asked.left().length, 2);
  t.match(await asked.plugin(['cleanup', '-n', 'build', '--yes']), { status: 0, stderr: /nothing was left in namespace "build"/ });
  t.match(
    await asked.plugin(['cleanup', '-A']),
    {
      status: 2,
      stdout:
        /^left by --from-node in any namespace:\n {2}"shop\/kubectl-imagepull-[0-9a-f]+", node "node-3", image "[^"]+", \w+ since [^\n]+\n$/,
      stderr: /this pod was not deleted: no terminal is there to ask \(delete with: kubectl imagepull cleanup -A --yes\)/,
    },
    'without a terminal it lists what it would delete',
  );
  t.equal(asked.left().length, 2, 'and deletes nothing');
  const cleaned = await asked.plugin(['cleanup', '-A', '--yes']);
  t.match(cleaned, { status: 0, stdout: /^deleted pod shop\/kubectl-imagepull-[0-9a-f]+\n$/, stderr: /delete a pod of --from-node/ });
  t.strictSame(asked.left(), ['kubectl-imagepull-alike'], 'a pod with the label alone is not of this program');
});

t.test('an API server that breaks off is asked again, and a lost answer creates no second pod', async t => {
  let posts = 0;
  let deletes = 0;
  const objects: { push?: (pod: Pod) => void } = {};
  const asked = await world(
    {
      write(method, path, body) {
        if (method === 'DELETE' && deletes++ === 0) return failure(500, 'InternalError', 'etcd has no leader');
        if (method !== 'POST' || path !== PODS || posts++ > 0) return undefined;
        // done, and not answered
        objects.push?.(body as Pod);
        return { ...json(201, {}), cut: true };
      },
    },
    t,
  );
  objects.push = pod =>
    asked.objects.push({ ...pod, kind: 'Pod', metadata: { ...pod.metadata, uid: 'uid-lost' }, status: failing() } as ClusterObject);
  const answer = await asked.plugin(ASK);
  t.match(itemsOf(answer)[0], { fromNode: [{ outcome: 'failed' }] });
  t.strictSame([posts, answer.status], [1, 1], 'the pod was found by its name');
  t.strictSame(asked.left(), []);
});

t.test('a pod that cannot be removed is told, with the command', async t => {
  const asked = await world(
    { write: method => (method === 'DELETE' ? failure(403, 'Forbidden', 'deletion is not allowed') : undefined) },
    t,
  );
  const answer = await asked.plugin(ASK);
  t.equal(answer.status, 2);
  t.match(answer.stderr, /could not be removed: deletion is not allowed; it ends by itself, .*kubectl imagepull cleanup -n shop/);
  t.equal((await asked.plugin(['cleanup', '--yes'])).status, 2, 'cleanup says so, too');
});

t.test('a healthy pod that is named is asked about, too', async t => {
  const asked = await world({ status: () => failing(WAITING.message.replace(/^.*ErrImagePull: /, '')) }, t);
  const answer = await asked.plugin(['why', 'fine', '--from-node', '--yes', '-o', 'json']);
  t.equal(answer.status, 1, 'its image could not be pulled again');
  t.equal(itemsOf(answer)[0]?.fromNode?.[0]?.outcome, 'failed');
});
