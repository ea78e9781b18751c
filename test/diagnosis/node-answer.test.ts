/** What a node answered: from the pod of --from-node and its events, and what becomes of the facts with it. */
import t from 'tap';
import { addedSecrets, oneOfEachKind, readPull, unanswered, withAnswers } from '../../src/diagnosis/node-answer.ts';
import type { Event, Node, Pod } from '../../src/model/kubernetes.ts';
import { factsOf, readFixture } from '../helpers/facts.ts';

const facts = factsOf(readFixture('test/fixtures/causes/asked.pulled.json'));
const { image } = facts;
const WORDS = `failed to pull and unpack image "${image}": failed to resolve image: failed to do request: Head "https://registry.example.com/v2/": dial tcp 10.0.0.9:443: connect: connection refused`;

const pod = (status: Pod['status'] = {}): Pod => ({
  metadata: { name: 'kubectl-imagepull-1', namespace: 'shop', uid: 'u' },
  spec: { nodeName: 'node-3', containers: [{ name: 'pull', image }] },
  status: { phase: 'Pending', ...status },
});
const state = (
  state: NonNullable<NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]['state']>,
  more: Pod['status'] = {},
): Pod => pod({ ...more, containerStatuses: [{ name: 'pull', state }] });
let second = 0;
const event = (reason: string, message: string, count = 1, fieldPath = 'spec.containers{pull}'): Event => ({
  metadata: { name: `e${++second}` },
  reason,
  message,
  count,
  lastTimestamp: `2026-11-20T10:00:${String(second % 60).padStart(2, '0')}Z`,
  involvedObject: { kind: 'Pod', name: 'kubectl-imagepull-1', namespace: 'shop', uid: 'u', fieldPath },
});
const pulling = () => event('Pulling', `Pulling image "${image}"`);
const failed = (words = WORDS) => event('Failed', `Failed to pull image "${image}": ${words}`);
const pulled = () => event('Pulled', `Successfully pulled image "${image}" in 1.2s`);
const withSecret = { ...facts, secrets: [{ ...facts.secrets[0], name: 'regcred', lookup: 'found' }] } as typeof facts;
const unread = (count = 1) =>
  event(
    'FailedToRetrieveImagePullSecret',
    'Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.',
    count,
    '',
  );

t.test('how a pull stands', async t => {
  const rows: [string, Pod, Event[], string | null, RegExp?][] = [
    ['nothing yet', pod(), [], null],
    ['under way', state({ waiting: { reason: 'ContainerCreating' } }), [pulling()], null],
    ['pulled, by its event', state({ waiting: { reason: 'ContainerCreating' } }), [pulling(), pulled()], 'pulled'],
    ['its container does not start', state({ waiting: { reason: 'RunContainerError', message: 'exec: not a directory' } }), [], 'pulled'],
    [
      'its container may not run as root',
      state({ waiting: { reason: 'CreateContainerConfigError', message: 'container has runAsNonRoot and image will run as root' } }),
      [],
      'pulled',
    ],
    ['its container was started', state({ terminated: { reason: 'StartError' } }, { phase: 'Failed' }), [], 'pulled'],
    [
      'a pod that was ended shows a container that never was',
      state({ terminated: { reason: 'ContainerStatusUnknown' } }, { phase: 'Failed', reason: 'Evicted', message: 'low on resource' }),
      [],
      'notStarted',
      /low on resource/,
    ],
    ['failed, by its status', state({ waiting: { reason: 'ErrImagePull', message: WORDS } }), [], 'failed', /^failed to pull and unpack/],
    ['failed, by its event', state({ waiting: { reason: 'ImagePullBackOff' } }), [pulling(), failed()], 'failed', /refused/],
    [
      'an image that cannot be unpacked',
      state({
        waiting: {
          reason: 'CreateContainerError',
          message: `failed to create containerd container: error unpacking image: failed to extract layer sha256:0b97a2: write /var/lib/containerd/x: no space left on device`,
        },
      }),
      [],
      'failed',
    ],
    [
      'put off by kubelet',
      state({ waiting: { reason: 'ErrImagePull', message: 'pull QPS exceeded' } }),
      [failed('pull QPS exceeded')],
      null,
    ],
    [
      'refused by kubelet',
      pod({ phase: 'Failed', reason: 'OutOfcpu', message: 'Node did not have enough resource: cpu' }),
      [],
      'notStarted',
      /cpu/,
    ],
    [
      'its deadline, in the pull',
      pod({ phase: 'Failed', reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' }),
      [pulling()],
      'pulling',
    ],
  ];
  for (const [title, seen, events, outcome, says] of rows) {
    const pull = readPull(seen, events, facts, 'pull');
    t.equal(pull.outcome, outcome, title);
    if (says !== undefined) t.match(pull.message, says, title);
    t.equal(pull.report !== null, outcome === 'failed', `${title}: errors only of a failure`);
  }
});

t.test('a pull without a secret that is there is no answer, the next one is', async t => {
  const refused = state({
    waiting: { reason: 'ErrImagePull', message: 'pull access denied, repository does not exist or may require authorization' },
  });
  t.equal(readPull(refused, [unread(), pulling()], withSecret, 'pull').outcome, null, 'kubelet did not have the secret yet');
  t.equal(readPull(refused, [unread(), { ...pulling(), count: 3 }], withSecret, 'pull').outcome, 'failed', 'at some time it counts');
  t.equal(readPull(refused, [unread(), pulling()], facts, 'pull').outcome, 'failed', 'a secret that is missing stays missing');
});

t.test('the sandbox image: its failure is the answer of a pod whose sandbox fails, and none of any other', async t => {
  const words =
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox image "registry.k8s.io/pause:3.10": failed to pull image "registry.k8s.io/pause:3.10": failed to pull and unpack image "registry.k8s.io/pause:3.10": failed to resolve reference "registry.k8s.io/pause:3.10": registry.k8s.io/pause:3.10: not found';
  const events = [event('FailedCreatePodSandBox', words, 1, '')];
  const sandbox = { ...facts, container: { name: '', kind: 'sandbox' as const } };
  const starting = state({ waiting: { reason: 'ContainerCreating' } });
  t.match(readPull(starting, events, sandbox, 'pull'), { outcome: 'failed', report: { faults: [{ kind: 'notFound' }] } });
  t.equal(readPull(starting, [...events, pulling()], sandbox, 'pull').outcome, 'pulled', 'it stands now');
  t.equal(readPull(starting, events, facts, 'pull').outcome, null);
  t.match(unanswered(starting, events, { found: false, missing: false, why: '' }), { outcome: 'notStarted', message: /sandbox/ });
});

t.test('no answer in time', async t => {
  const none = { found: false, missing: false, why: 'not read' } as const;
  t.match(unanswered(null, [], none), { outcome: 'notStarted', message: 'the API server did not answer' });
  t.match(unanswered(pod(), [], none), { outcome: 'notStarted', message: 'kubelet has not taken the pod' });
  t.match(unanswered(pod(), [pulling()], none), { outcome: 'pulling', message: null });
  t.match(unanswered(state({ waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } }), [pulling()], none), {
    outcome: 'failed',
    report: null,
  });
});

t.test('what the own node says now takes the place of what it said, what others say stands beside it', async t => {
  const before = { facts, credentials: [] };
  const answer = { node: 'node-3', outcome: 'failed' as const, message: WORDS, seconds: 4, addedSecrets: [] };
  const { report } = readPull(state({ waiting: { reason: 'ErrImagePull', message: WORDS } }), [], facts, 'pull');
  const now = '2026-11-20T10:30:00Z';
  t.match(withAnswers(before, [{ answer, report }], now).facts, {
    failing: true,
    fromNode: [answer],
    nodeReport: { source: 'node', at: now, faults: [{ kind: 'refused' }] },
  });
  const other = withAnswers(before, [{ answer: { ...answer, node: 'node-9' }, report }], now).facts;
  t.strictSame(other.nodeReport, facts.nodeReport, 'the report stays');
  t.match(
    withAnswers(before, [{ answer: { ...answer, outcome: 'pulling', seconds: 120 }, report: null }], now).facts.nodeReport.pullingSince,
    '2026-11-20T10:28:00Z',
  );
  t.equal(withAnswers(before, [], now).facts, facts, 'no answer changes nothing');
  t.strictSame(addedSecrets(['a'], { metadata: { name: 'x' }, spec: { imagePullSecrets: [{ name: 'a' }, { name: 'b' }, {}] } }), ['b']);
});

t.test('one node of each kind', async t => {
  const node = (name: string, [os, architecture, runtime, kubelet, pool]: string[], ready = 'True'): Node => ({
    metadata: { name, ...(pool === undefined ? {} : { labels: { 'eks.amazonaws.com/nodegroup': pool } }) },
    status: {
      nodeInfo: {
        operatingSystem: os as string,
        architecture: architecture as string,
        containerRuntimeVersion: runtime as string,
        kubeletVersion: kubelet as string,
      },
      conditions: [{ type: 'Ready', status: ready }],
    },
  });
  const base = ['linux', 'amd64', 'containerd://2.1.9', 'v1.36.3'];
  const nodes = [
    node('c', base),
    node('b', base),
    node('arm', ['linux', 'arm64', 'containerd://2.1.9', 'v1.36.3']),
    node('crio', ['linux', 'amd64', 'cri-o://1.34.0', 'v1.36.3']),
    node('old', ['linux', 'amd64', 'containerd://2.1.9', 'v1.35.1']),
    node('pool', [...base, 'gpu']),
    node('windows', ['windows', 'amd64', 'containerd://2.1.9', 'v1.36.3']),
    node('away', ['linux', 'riscv64', 'containerd://2.1.9', 'v1.36.3'], 'Unknown'),
  ];
  const names = (first: string | null): string[] => oneOfEachKind(nodes, first).map(({ metadata }) => metadata.name);
  t.strictSame(names('c'), ['c', 'arm', 'crio', 'old', 'pool'], 'the own node stands for its kind, and comes first');
  t.strictSame(names(null), ['arm', 'b', 'crio', 'old', 'pool', 'windows'], 'of every system where there is none');
});
