/** What a pod's objects make known of its images before a registry is asked: whose failure a status tells, what the node has, which registry was tried. */
import t from 'tap';
import { collectFacts } from '../../src/diagnosis/collect-facts.ts';
import type { Facts } from '../../src/model/facts.ts';
import { type Event, type Node, type Pod, type PodSnapshot, unseenSnapshot } from '../../src/model/kubernetes.ts';

const NOW = '2026-11-20T10:09:00Z';
const BUSYBOX = 'registry.example.com/base/busybox:1';

interface Cluster {
  image?: string;
  volumes?: Record<string, string>;
  waiting: { reason: string; message: string };
  events?: { message: string; fieldPath?: string; note?: boolean }[];
  node?: Node['status'];
  account?: Record<string, string>;
}

/** In: what differs from a pod with one container. Out: the facts of its failing images. */
function factsOf({ image = BUSYBOX, volumes = {}, waiting, events = [], node, account }: Cluster): Facts[] {
  const pod: Pod = {
    metadata: { name: 'api', namespace: 'shop' },
    spec: {
      nodeName: 'node-3',
      containers: [{ name: 'main', image, imagePullPolicy: 'IfNotPresent' }],
      volumes: Object.entries(volumes).map(([name, reference]) => ({ name, image: { reference } })),
    },
    status: { phase: 'Pending', containerStatuses: [{ name: 'main', image, state: { waiting } }] },
  };
  const list = events.map(({ message, fieldPath, note }, at): Event => {
    const object = { kind: 'Pod', namespace: 'shop', name: 'api', ...(fieldPath === undefined ? {} : { fieldPath }) };
    const metadata = { name: `api.${at}`, namespace: 'shop' };
    const when = '2026-11-20T10:08:00Z';
    return note
      ? { metadata, reason: 'Failed', note: message, regarding: object, series: { count: 4, lastObservedTime: when }, eventTime: when }
      : { metadata, reason: 'Failed', message, involvedObject: object, count: 4, lastTimestamp: when };
  });
  const snapshot: PodSnapshot = {
    ...unseenSnapshot(pod, 'not asked'),
    events: { found: true, object: list },
    ...(node === undefined ? {} : { node: { found: true, object: { metadata: { name: 'node-3' }, status: node } } }),
    ...(account === undefined ? {} : { serviceAccount: { found: true, object: { metadata: { name: 'default', annotations: account } } } }),
  };
  return collectFacts(snapshot, NOW, false).map(({ facts }) => facts);
}

const told = (facts: Facts[]): string[][] => facts.map(({ container: { kind, name }, image }) => [kind, name, image]);

t.test('the failure of an image volume is told once, of the volume', async t => {
  const MODEL = 'registry.example.com/team/model:3';
  const volumes = { model: MODEL, other: 'registry.example.com/team/other:1' };
  const READING =
    'unable to try pulling possible OCI artifact: build image source: reading manifest 3 in registry.example.com/team/model: manifest unknown';
  const REFUSED =
    'unable to try pulling possible OCI artifact: build image source: pinging container registry registry.example.com: Get "https://registry.example.com/v2/": dial tcp 10.77.0.21:443: connect: connection refused';
  const ofVolume = [['imageVolume', 'model', MODEL]];
  const failed = (text: string, note = false) => [{ message: `Failed to pull image "${MODEL}": ${text}`, note }];
  const rows: [string, Cluster['waiting'], Cluster['events']?][] = [
    ['in quotes', { reason: 'ImagePullBackOff', message: `Back-off pulling image "${MODEL}": ErrImagePull: ${READING}` }],
    ['by its repository', { reason: 'ErrImagePull', message: READING }],
    ['with its event', { reason: 'ErrImagePull', message: READING }, failed(READING)],
    ['by its event alone', { reason: 'ErrImagePull', message: REFUSED }, failed(REFUSED)],
    ['by its event of events.k8s.io', { reason: 'ErrImagePull', message: REFUSED }, failed(REFUSED, true)],
    [
      'as a word',
      { reason: 'RegistryUnavailable', message: `image pull failed for ${MODEL} because the registry is unavailable: ${REFUSED}` },
    ],
    [
      'by its directory',
      { reason: 'CreateContainerError', message: `ImageVolumeMountFailed: sub path "weights" does not exist in image volume "${MODEL}"` },
    ],
  ];
  for (const [name, waiting, events = []] of rows) t.strictSame(told(factsOf({ volumes, waiting, events })), ofVolume, name);
  const mount = {
    reason: 'CreateContainerError',
    message:
      'failed to mount image volume: ImageVolumeMountFailed: failed to ensure image subpath "weights" in "/run/volumes/9b2c": openat weights: no such file or directory',
  };
  t.strictSame(told(factsOf({ volumes: { model: MODEL }, waiting: mount })), ofVolume, 'the only volume');
  t.strictSame(told(factsOf({ volumes, waiting: mount })), [['container', 'main', BUSYBOX]], 'of two volumes it may be either');

  const own = 'reading manifest 1 in registry.example.com/base/busybox: manifest unknown';
  t.strictSame(
    told(factsOf({ volumes, waiting: { reason: 'ErrImagePull', message: own } })),
    [['container', 'main', BUSYBOX]],
    'its own image',
  );
  t.strictSame(
    told(
      factsOf({
        volumes,
        waiting: { reason: 'ErrImagePull', message: REFUSED },
        events: [{ message: `Failed to pull image "${BUSYBOX}": ${REFUSED}`, fieldPath: 'spec.containers{main}' }],
      }),
    ),
    [['container', 'main', BUSYBOX]],
    'its own event',
  );
  const [facts] = factsOf({ volumes, waiting: { reason: 'ErrImagePull', message: REFUSED }, events: failed(REFUSED) });
  t.equal(facts?.state.attempts, 4, 'the events of the volume are counted');
});

t.test('what a node lists among its images', async t => {
  const waiting = { reason: 'ErrImageNeverPull', message: 'Container image "x" is not present with pull policy of Never' };
  const DIGEST = `sha256:${'ab'.repeat(32)}`;
  const has = (image: string, names: string[], runtime = 'containerd://2.4.2', more = 0) =>
    factsOf({
      image,
      waiting,
      node: {
        nodeInfo: { containerRuntimeVersion: runtime },
        images: [{ names }, {}, ...Array.from({ length: more }, () => ({ names: ['registry.example.com/x:1'] }))],
      },
    })[0]?.onNode;
  t.equal(has(BUSYBOX, ['registry.example.com/base/busybox@sha256:12', BUSYBOX]), true);
  t.equal(has(BUSYBOX, ['registry.example.com/base/busybox:2', 'registry.example.org/base/busybox:1', '<none>@<none>']), false);
  t.equal(has('busybox', ['docker.io/library/busybox:latest']), true, 'a name of Docker Hub');
  t.equal(has(`busybox:1@${DIGEST}`, ['docker.io/library/busybox:1']), false, 'a digest is looked for by itself');
  t.equal(has(`busybox@${DIGEST}`, [`docker.io/library/busybox@${DIGEST}`]), true);
  t.equal(has('team/api:2', ['quay.io/team/api:2'], 'cri-o://1.34.0'), true, 'CRI-O looks in its search registries');
  t.equal(has('team/api:2', ['quay.io/team/api:2']), false);
  t.equal(has(BUSYBOX, ['registry.example.com/y:1'], 'containerd://2.4.2', 48), null, 'a list of 50 may be cut');
  t.equal(factsOf({ waiting })[0]?.onNode, null, 'no node was seen');
  t.equal(factsOf({ waiting, node: {} })[0]?.onNode, null, 'an older node');
});

t.test('the registry that CRI-O tried last for a name without one', async t => {
  const searched = (image: string, message: string) => factsOf({ image, waiting: { reason: 'ErrImagePull', message } })[0];
  const reading = (repository: string) => `reading manifest 2 in ${repository}: manifest unknown`;
  t.equal(searched('payments-api:2', reading('quay.io/payments-api'))?.nodeReport.searched, 'quay.io');
  t.equal(searched('team/payments-api:2', reading('localhost/team/payments-api'))?.nodeReport.searched, 'localhost');
  t.equal(searched('payments-api:2', reading('docker.io/library/payments-api'))?.nodeReport.searched, null, 'an alias');
  t.equal(searched('docker.io/library/payments-api:2', reading('mirror.example.com/payments-api'))?.nodeReport.searched, null, 'a mirror');
  t.equal(searched('payments-api:2', 'failed to resolve image: docker.io/library/payments-api:2: not found')?.nodeReport.searched, null);
  const network =
    'initializing source docker://quay.io/payments-api:2: pinging container registry quay.io: Get "https://quay.io/v2/": dial tcp: lookup quay.io: no such host';
  t.match(searched('payments-api:2', network)?.nodeReport, {
    searched: 'quay.io',
    faults: [{ kind: 'dns', role: 'registry', host: 'quay.io' }],
  });
});

t.test('the identity of a service account', async t => {
  const waiting = { reason: 'ErrImagePull', message: '' };
  const role = { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/pull' };
  t.equal(factsOf({ waiting, account: role })[0]?.serviceAccount.identity, 'eks.amazonaws.com/role-arn');
  t.equal(factsOf({ waiting, account: {} })[0]?.serviceAccount.identity, null);
});
