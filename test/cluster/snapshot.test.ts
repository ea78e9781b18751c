/** The snapshot policy, once over each source: the same objects of a cluster and of a file give the same snapshot. */
import t from 'tap';
import { type Api, createApi } from '../../src/cluster/api.ts';
import { createReader } from '../../src/cluster/reader.ts';
import { readSaved } from '../../src/cluster/saved-source.ts';
import type { Lookup, Metadata, Pod, PodSnapshot } from '../../src/model/kubernetes.ts';
import { authority, type ClusterObject, startCluster } from '../helpers/cluster.ts';
import { dockerconfigjson, eventOf, named, podOf } from '../helpers/shop.ts';

const LOGIN = { username: 'ci', password: 'example' };
const OURS = { 'registry.example.com': LOGIN };
const OTHER = { 'quay.io': LOGIN };

/** One object of each kind beside the wanted ones, so that a file too proves what is missing. */
const AROUND: ClusterObject[] = [
  named('Node', 'another-node'),
  named('ServiceAccount', 'another-account', 'shop'),
  dockerconfigjson('another-secret', 'shop', OTHER),
];
const ACCOUNT = named('ServiceAccount', 'builder', 'shop', { imagePullSecrets: [{ name: 'inherited' }, { name: '' }, {}] });

const unreadable = (names: string, uid = 'uid-shop-api'): ClusterObject => ({
  ...eventOf('api', 'shop', `Unable to retrieve some image pull secrets (${names}); attempting to pull the image may not succeed.`),
  metadata: { name: `api.${uid}`, namespace: 'shop' },
  reason: 'FailedToRetrieveImagePullSecret',
  involvedObject: { kind: 'Pod', namespace: 'shop', name: 'api', uid },
});
const withSpec = (pod: ClusterObject, spec: object): ClusterObject => ({ ...pod, spec: { ...(pod.spec as object), ...spec } });

/** The API of a test cluster, asked as its administrator. */
const apiOf = ({ server }: { server: string }): Api =>
  createApi(
    { server, headers: {}, tls: { ca: authority.cert }, proxyUrl: null, namespace: 'shop', origin: 'kubeconfig' },
    10_000,
    {},
    'test',
    new AbortController().signal,
  );

/** What a snapshot tells, without the texts. */
interface Told {
  events: string | number;
  node: string;
  serviceAccount: string;
  secrets: Record<string, string>;
  otherNamespaces: Record<string, string | string[]>;
}

function told({ events, node, serviceAccount, secrets, otherNamespaces }: PodSnapshot): Told {
  const state = (lookup: Lookup<unknown>): string =>
    lookup.found ? 'found' : !lookup.missing ? 'not seen' : lookup.reportedBy === undefined ? 'missing' : 'reported';
  const object = (lookup: Lookup<{ metadata: Metadata }>): string =>
    lookup.found ? `found ${lookup.object.metadata.name}` : state(lookup);
  return {
    events: events.found ? events.object.length : state(events),
    node: object(node),
    serviceAccount: object(serviceAccount),
    secrets: Object.fromEntries([...secrets].map(([name, lookup]) => [name, object(lookup)])),
    otherNamespaces: Object.fromEntries([...otherNamespaces].map(([name, lookup]) => [name, lookup.found ? lookup.object : state(lookup)])),
  };
}

/** The snapshot of the pod "api", by the API and by a file. */
async function snapshots(objects: ClusterObject[], forbid?: RegExp): Promise<{ cluster: Told; file: Told; asked: string[] }> {
  const pod = objects.find(({ kind, metadata }) => kind === 'Pod' && metadata.name === 'api') as unknown as Pod;
  const server = await startCluster({ objects, ...(forbid === undefined ? {} : { forbid }) });
  const api = apiOf(server);
  const cluster = told(await createReader(api).snapshot(pod, true));
  await api.close();
  await server.close();
  const saved = readSaved(JSON.stringify({ kind: 'List', items: objects.filter(({ kind }) => kind !== 'Namespace') }), 'the file');
  return { cluster, file: told(await saved.snapshot(pod, true)), asked: server.requests.map(({ path }) => path) };
}

const usual: Told = { events: 0, node: 'missing', serviceAccount: 'missing', secrets: {}, otherNamespaces: {} };

t.test('the same objects give the same snapshot', async t => {
  const api = (secrets: string[] = [], image?: string) => podOf('api', 'shop', { secrets, ...(image === undefined ? {} : { image }) });
  const rows: [string, ClusterObject[], Partial<Told>][] = [
    ['nothing that the pod needs is there', [api()], {}],
    ['its node', [api(), named('Node', 'node-3')], { node: 'found node-3' }],
    ['a pod that is not scheduled', [withSpec(api(), { nodeName: '' }), named('Node', 'node-3')], { node: 'not seen' }],
    ['its service account', [api(), named('ServiceAccount', 'builder', 'shop')], { serviceAccount: 'found builder' }],
    [
      'the default service account',
      [withSpec(api(), { serviceAccountName: undefined }), named('ServiceAccount', 'default', 'shop')],
      { serviceAccount: 'found default' },
    ],
    ['an account of another namespace is another one', [api(), named('ServiceAccount', 'builder', 'build')], { serviceAccount: 'missing' }],
    [
      'its secrets in their order, each once, empty names skipped',
      [api(['second', '', 'first', 'second']), dockerconfigjson('first', 'shop', OURS), dockerconfigjson('second', 'shop', OTHER)],
      { secrets: { second: 'found second', first: 'found first' } },
    ],
    [
      'a secret that covers the image: those of the service account do not matter',
      [api(['own']), ACCOUNT, dockerconfigjson('own', 'shop', OURS), dockerconfigjson('inherited', 'shop', OURS)],
      { serviceAccount: 'found builder', secrets: { own: 'found own' } },
    ],
    [
      'a secret that does not cover the image: those of the service account are read',
      [api(['own']), ACCOUNT, dockerconfigjson('own', 'shop', OTHER), dockerconfigjson('inherited', 'shop', OURS)],
      { serviceAccount: 'found builder', secrets: { own: 'found own', inherited: 'found inherited' } },
    ],
    [
      'an empty entry covers nothing',
      [api(['own']), ACCOUNT, dockerconfigjson('own', 'shop', { 'registry.example.com': {} }), dockerconfigjson('inherited', 'shop', OURS)],
      { serviceAccount: 'found builder', secrets: { own: 'found own', inherited: 'found inherited' } },
    ],
    [
      'one of two images is not covered',
      [
        withSpec(api(['own']), { initContainers: [{ name: 'init', image: 'ghcr.io/team/init:1' }] }),
        ACCOUNT,
        dockerconfigjson('own', 'shop', OURS),
        dockerconfigjson('inherited', 'shop', OURS),
      ],
      { serviceAccount: 'found builder', secrets: { own: 'found own', inherited: 'found inherited' } },
    ],
    [
      'an image that does not parse needs no credential',
      [api([], 'registry.example.com/Team/api:1'), ACCOUNT, dockerconfigjson('inherited', 'shop', OURS)],
      { serviceAccount: 'found builder' },
    ],
    [
      'a missing secret of the service account is looked for in no other namespace',
      [api(), ACCOUNT, dockerconfigjson('inherited', 'build', OURS)],
      { serviceAccount: 'found builder', secrets: { inherited: 'missing' } },
    ],
    [
      'a missing secret that other namespaces have',
      [api(['own']), dockerconfigjson('own', 'test', OURS), dockerconfigjson('own', 'build', OURS)],
      { secrets: { own: 'missing' }, otherNamespaces: { own: ['build', 'test'] } },
    ],
    [
      'a secret that is there is looked for in no other namespace',
      [api(['own']), dockerconfigjson('own', 'shop', OURS), dockerconfigjson('own', 'build', OURS)],
      { secrets: { own: 'found own' } },
    ],
    [
      'what is there counts more than a report of kubelet',
      [api(['own']), dockerconfigjson('own', 'shop', OURS), unreadable('own')],
      { events: 1, secrets: { own: 'found own' } },
    ],
    [
      'events of this pod only',
      [
        api(),
        eventOf('api', 'shop', 'one'),
        { ...unreadable('x', 'uid-of-an-earlier-pod') },
        eventOf('api', 'build', 'of another namespace'),
        eventOf('api-2', 'shop', 'of another pod'),
      ],
      { events: 1 },
    ],
  ];
  for (const [name, objects, expected] of rows) {
    const { cluster, file } = await snapshots([...objects, ...AROUND]);
    t.strictSame(cluster, { ...usual, ...expected }, `${name}: cluster`);
    t.strictSame(file, { ...usual, ...expected }, `${name}: file`);
  }
});

t.test('a secret that may not be read, and that kubelet could not read, is reported missing', async t => {
  const pod = podOf('api', 'shop', { secrets: ['own', 'own-2'] });
  const hidden = await snapshots([pod, unreadable('other, own')], /\/secrets/);
  const expected = { events: 1, secrets: { own: 'reported', 'own-2': 'not seen' }, otherNamespaces: { own: 'not seen' } };
  t.match(hidden.cluster, expected, 'a cluster whose secrets may not be read');
  t.match(hidden.file, expected, 'a file without secrets');
  const earlier = await snapshots([pod, unreadable('own', 'uid-of-an-earlier-pod')], /\/secrets/);
  for (const told of [earlier.cluster, earlier.file]) t.match(told, { events: 0, secrets: { own: 'not seen' }, otherNamespaces: {} });
});

t.test('what a source can prove', async t => {
  const pod = podOf('api', 'shop', { secrets: ['own'] });
  const alone = await snapshots([pod]);
  const gone = { node: 'missing', serviceAccount: 'missing', secrets: { own: 'missing' }, otherNamespaces: { own: [] } };
  t.match(alone.cluster, gone, 'a cluster proves what it does not have');
  t.strictSame(
    alone.file,
    { events: 0, node: 'not seen', serviceAccount: 'not seen', secrets: { own: 'not seen' }, otherNamespaces: {} },
    'a file proves nothing about a kind that it does not contain',
  );
  const foreign = await snapshots([pod, dockerconfigjson('another', 'build', OURS), named('ServiceAccount', 'builder', 'build')]);
  t.match(foreign.file, { serviceAccount: 'not seen', secrets: { own: 'not seen' } }, 'nor about a namespace that it does not contain');
  const own = await snapshots([pod, ...AROUND]);
  t.match(own.cluster.otherNamespaces, { own: [] }, 'a cluster proves that no other namespace has the secret');
  t.match(own.file, { secrets: { own: 'missing' }, otherNamespaces: { own: 'not seen' } }, 'a file does not');
  const closed = await snapshots([pod, ...AROUND], /^\/api\/v1\/secrets|\/nodes\/|\/serviceaccounts\/|\/events/);
  t.match(closed.cluster, {
    ...{ events: 'not seen', node: 'not seen', serviceAccount: 'not seen' },
    ...{ secrets: { own: 'missing' }, otherNamespaces: { own: 'not seen' } },
  });
});

t.test('pods that share objects share what is read', async t => {
  const pods = ['api', 'web'].map(name => podOf(name, 'shop', { secrets: ['own'] }));
  const server = await startCluster({ objects: [...pods, ACCOUNT, dockerconfigjson('own', 'build', OURS)] });
  t.teardown(server.close);
  const api = apiOf(server);
  t.teardown(api.close);
  const reader = createReader(api);
  const both = await Promise.all(pods.map(pod => reader.snapshot(pod as unknown as Pod, true)));
  for (const snapshot of both) t.strictSame(told(snapshot).otherNamespaces, { own: ['build'] });
  const asked = server.requests.map(({ path, query }) => `${path}?${query}`);
  t.equal(new Set(asked).size, asked.length, `each request once: ${asked.join(' ')}`);
  t.strictSame(reader.warnings(), [], 'what is missing is no warning');
});

const DEPLOYMENT = named('Deployment', 'api', 'shop');
const RELEASE = { 'meta.helm.sh/release-name': 'storefront', 'meta.helm.sh/release-namespace': 'web' };
const managed: ClusterObject = {
  ...DEPLOYMENT,
  metadata: {
    ...DEPLOYMENT.metadata,
    annotations: { ...RELEASE, 'kubectl.kubernetes.io/last-applied-configuration': '{}'.padEnd(100_000) },
  },
} as ClusterObject;
const ofDeployment = podOf('api-7c9f-x', 'shop', { labels: { 'pod-template-hash': '7c9f' } });
const owned: ClusterObject = {
  ...ofDeployment,
  metadata: { ...ofDeployment.metadata, ownerReferences: [{ kind: 'ReplicaSet', name: 'api-7c9f', controller: true }] },
} as ClusterObject;

t.test('the workload of a pod is read once, for a pod that was named, and in silence', async t => {
  const rows: [string, boolean, RegExp | undefined, object | null, number][] = [
    ['a pod that was named', true, undefined, RELEASE, 1],
    ['a pod among all', false, undefined, null, 0],
    ['without the right', true, /\/deployments\//, null, 1],
  ];
  for (const [name, isNamed, forbid, annotations, times] of rows) {
    const server = await startCluster({ objects: [owned, managed, ...AROUND], ...(forbid === undefined ? {} : { forbid }) });
    const api = apiOf(server);
    const reader = createReader(api);
    const { workload } = await reader.snapshot(owned as unknown as Pod, isNamed);
    t.strictSame(workload?.annotations ?? null, annotations, `${name}: of the annotations those that count`);
    t.equal(server.requests.filter(({ path }) => path.includes('/deployments/')).length, times, `${name}: requests`);
    t.strictSame(reader.warnings(), [], `${name}: no warning`);
    await api.close();
    await server.close();
  }
  for (const isNamed of [true, false]) {
    const saved = readSaved(JSON.stringify({ kind: 'List', items: [owned, managed] }), 'the file');
    const { workload } = await saved.snapshot(saved.pods[0] as Pod, isNamed);
    t.strictSame(workload?.annotations, RELEASE, 'a file holds it, or not');
  }
});

t.test('of a pod that is only starting, the events are read first', async t => {
  const starting = {
    ...withSpec(podOf('api', 'shop', { secrets: ['own'] }), { nodeName: 'node-1' }),
    status: { phase: 'Pending', containerStatuses: [{ name: 'app', state: { waiting: { reason: 'ContainerCreating' } } }] },
  };
  const failed = (message: string): ClusterObject => ({
    ...eventOf('api', 'shop', `Failed to create pod sandbox: rpc error: code = Unknown desc = ${message}`),
    reason: 'FailedCreatePodSandBox',
  });
  const rows: [string, ClusterObject[], boolean, boolean][] = [
    ['without events', [], false, false],
    [
      'its network is not ready',
      [failed('failed to setup network for sandbox "b7": plugin type="calico" failed (add): EOF')],
      false,
      false,
    ],
    ['its sandbox image cannot be pulled', [failed('failed to get sandbox image "registry.example.com/pause:3": EOF')], false, true],
    ['somebody asks about it', [], true, true],
  ];
  for (const [about, events, evenHealthy, isWhole] of rows) {
    const server = await startCluster({ objects: [starting, named('Node', 'node-1'), ...events] });
    const api = apiOf(server);
    const { node } = told(await createReader(api).snapshot(starting as unknown as Pod, evenHealthy));
    await api.close();
    await server.close();
    t.equal(node, isWhole ? 'found node-1' : 'not seen', about);
    if (!isWhole) t.equal(server.requests.length, 1, `${about}: one request`);
    const saved = readSaved(JSON.stringify({ kind: 'List', items: [starting, named('Node', 'node-1'), ...events] }), 'the file');
    t.equal(told(await saved.snapshot(starting as unknown as Pod, evenHealthy)).node, node, `${about}, in a file`);
  }
});
