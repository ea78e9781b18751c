/** Workloads whose pods admission refuses: on a cluster and in a file, by their events and by their conditions. */
import { join } from 'node:path';
import t from 'tap';
import { type ClusterObject, startCluster, writeKubeconfig } from '../helpers/cluster.ts';
import { folder, type Run, run } from '../helpers/process.ts';
import { CLUSTER, items, named, podOf, warningsOf } from '../helpers/shop.ts';

const IMAGE = 'registry.example.com/team/web:2.0';
const POLICY =
  "ValidatingAdmissionPolicy 'registry-rules' with binding 'all' denied request: spec.containers[0].image: not from our registry";
const QUOTA = 'exceeded quota: compute, requested: pods=1, used: pods=3, limited: pods=3';

const template = (image = IMAGE, app = 'web') => ({ metadata: { labels: { app } }, spec: { containers: [{ name: 'web', image }] } });
const event = (kind: string, name: string, message: string, time = '2026-11-20T11:00:00Z'): ClusterObject => ({
  kind: 'Event',
  metadata: { name: `${name}.${time}`, namespace: 'shop' },
  reason: 'FailedCreate',
  message,
  count: 4,
  firstTimestamp: '2026-11-20T10:00:00Z',
  lastTimestamp: time,
  involvedObject: { kind, namespace: 'shop', name },
});
const condition = (message: string, reason = 'FailedCreate', type = 'ReplicaFailure') => ({
  type,
  status: 'True',
  reason,
  message,
  lastTransitionTime: '2026-11-20T10:00:00Z',
});
const replicaSet = (message: string | null, status: object = {}): ClusterObject => ({
  kind: 'ReplicaSet',
  metadata: { name: 'site-5d4f8', namespace: 'shop', ownerReferences: [{ kind: 'Deployment', name: 'site', controller: true }] },
  spec: { replicas: 2, selector: { matchLabels: { app: 'site' } }, template: template(IMAGE, 'site') },
  status: { replicas: 0, conditions: message === null ? [] : [condition(message)], ...status },
});
const deployment = (conditions: object[] = [], status: object = {}): ClusterObject =>
  named('Deployment', 'site', 'shop', {
    spec: { replicas: 2, selector: { matchLabels: { app: 'site' } }, template: template(IMAGE, 'site') },
    status: { conditions, ...status },
  });
const job = (status: object): ClusterObject =>
  named('Job', 'load', 'shop', {
    spec: { parallelism: 1, completions: 1, selector: { matchLabels: { 'job-name': 'load' } }, template: template(IMAGE, 'load') },
    status,
  });
const FORBIDDEN = `pods "site-5d4f8-x2x4z" is forbidden: ${POLICY}`;
const CREATING = `Error creating: ${FORBIDDEN}`;

type Told = {
  workload?: { kind: string; name: string };
  container: { name: string };
  image: string;
  cause: string;
  certainty: string;
  pod: object | null;
};
/** Of each item: the workload or pod, the container, the cause and its certainty. */
const told = (answer: Run): string[] =>
  (items(answer) as unknown as Told[]).map(({ pod, workload, container, cause, certainty }) =>
    [workload === undefined ? (pod as { name: string }).name : `${workload.kind}/${workload.name}`, container.name, cause, certainty].join(
      ' ',
    ),
  );

t.test('on a cluster', async t => {
  const rows: [string, ClusterObject[], string[], string[], number][] = [
    [
      'a deployment by name: its condition tells',
      [deployment([condition(FORBIDDEN)])],
      ['deployment/site'],
      ['deployment/site web RegistryPolicyDenied certain'],
      1,
    ],
    [
      'its replica set is refused itself',
      [
        deployment([
          condition(
            `admission webhook "images.example.com" denied the request: image of container web`,
            'ReplicaSetCreateError',
            'Progressing',
          ),
        ]),
      ],
      ['deploy/site'],
      ['deployment/site web RegistryPolicyDenied likely'],
      1,
    ],
    [
      'a new replica set beside pods that run',
      [deployment([condition(FORBIDDEN)]), podOf('site-0', 'shop', { waiting: null, labels: { app: 'site' } })],
      ['deployment/site'],
      ['site-0 api NoPullProblem certain', 'deployment/site web RegistryPolicyDenied certain'],
      1,
    ],
    [
      'all of a namespace: the replica set tells, for its deployment',
      [replicaSet(FORBIDDEN), event('ReplicaSet', 'site-5d4f8', CREATING)],
      [],
      ['deployment/site web RegistryPolicyDenied certain'],
      1,
    ],
    [
      'all namespaces',
      [replicaSet(FORBIDDEN), event('ReplicaSet', 'site-5d4f8', CREATING)],
      ['-A'],
      ['deployment/site web RegistryPolicyDenied certain'],
      1,
    ],
    [
      'by labels',
      [replicaSet(FORBIDDEN), event('ReplicaSet', 'site-5d4f8', CREATING)],
      ['-l', 'app=site'],
      ['deployment/site web RegistryPolicyDenied certain'],
      1,
    ],
    ['by other labels', [replicaSet(FORBIDDEN), event('ReplicaSet', 'site-5d4f8', CREATING)], ['-l', 'app=other'], [], 0],
    ['pods were created since', [replicaSet(null, { replicas: 2 }), event('ReplicaSet', 'site-5d4f8', CREATING)], [], [], 0],
    ['the condition is gone', [replicaSet(null), event('ReplicaSet', 'site-5d4f8', CREATING)], [], [], 0],
    ['the maker is gone', [event('ReplicaSet', 'site-5d4f8', CREATING)], [], [], 0],
    ['a job', [job({}), event('Job', 'load', CREATING)], [], ['job/load web RegistryPolicyDenied likely'], 1],
    ['a job by name', [job({}), event('Job', 'load', CREATING)], ['job/load'], ['job/load web RegistryPolicyDenied certain'], 1],
    [
      'a job that has ended',
      [job({ succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] }), event('Job', 'load', CREATING)],
      [],
      [],
      0,
    ],
    [
      'a job of a cron job',
      [
        named('CronJob', 'nightly', 'shop', { spec: { jobTemplate: { spec: { template: template() } } } }),
        event('CronJob', 'nightly', `Error creating job: ${POLICY}`),
      ],
      ['cronjob/nightly'],
      ['cronjob/nightly web RegistryPolicyDenied certain'],
      1,
    ],
    [
      'a daemon set that misses one node',
      [
        named('DaemonSet', 'agent', 'shop', {
          spec: { selector: { matchLabels: { app: 'agent' } }, template: template() },
          status: { desiredNumberScheduled: 2, currentNumberScheduled: 1 },
        }),
        podOf('agent-1', 'shop', { waiting: null, labels: { app: 'agent' } }),
        event('DaemonSet', 'agent', CREATING),
      ],
      ['ds/agent'],
      ['agent-1 api NoPullProblem certain', 'daemonset/agent web RegistryPolicyDenied likely'],
      1,
    ],
    [
      'a stateful set whose pods came after it',
      [
        named('StatefulSet', 'store', 'shop', {
          spec: { replicas: 2, selector: { matchLabels: { app: 'store' } }, template: template() },
          status: { replicas: 1 },
        }),
        podOf('store-0', 'shop', { waiting: null, labels: { app: 'store' } }),
        event('StatefulSet', 'store', CREATING, '2026-11-20T09:00:00Z'),
      ],
      ['sts/store'],
      ['store-0 api NoPullProblem certain'],
      0,
    ],
    ['a quota: nobody asked', [replicaSet(QUOTA), event('ReplicaSet', 'site-5d4f8', QUOTA)], [], [], 0],
    [
      'a quota',
      [deployment([condition(`pods "site-" is forbidden: ${QUOTA}`)])],
      ['deployment/site'],
      ['deployment/site web NoPullProblem certain'],
      0,
    ],
    ['another kind of object', [event('Certificate', 'site', CREATING)], [], [], 0],
  ];
  const around = CLUSTER.filter(({ kind }) => kind !== 'Pod' && kind !== 'Event');
  for (const [name, objects, args, expected, status] of rows) {
    const cluster = await startCluster({ objects: [...around, ...objects] });
    const kubeconfig = writeKubeconfig({ server: cluster.server, namespace: 'shop' });
    const answer = await run(['why', ...args, '--kubeconfig', kubeconfig, '-o', 'json']);
    await cluster.close();
    t.strictSame([told(answer), answer.status], [expected, status], `${name} ${answer.stderr}`);
  }
});

t.test('what is read for it, and what is told', async t => {
  const refused = [replicaSet(FORBIDDEN), event('ReplicaSet', 'site-5d4f8', CREATING)];
  const cluster = await startCluster({ objects: [...CLUSTER.filter(({ kind }) => kind !== 'Pod'), ...refused] });
  t.teardown(cluster.close);
  const flags = ['--kubeconfig', writeKubeconfig({ server: cluster.server, namespace: 'shop' })];
  const answer = await run(['why', '-A', ...flags, '-o', 'json']);
  t.match(
    items(answer),
    [
      {
        pod: null,
        workload: { namespace: 'shop', kind: 'deployment', name: 'site' },
        image: IMAGE,
        reference: { repository: 'team/web' },
        state: { reason: 'FailedCreate', since: '2026-11-20T10:00:00Z', attempts: 4, nextRetry: null },
        credentials: [],
      },
    ],
    'an item without a pod',
  );
  const asked = cluster.requests.map(({ path, query }) => `${path} ${query.get('fieldSelector') ?? ''}`.trim()).sort();
  t.strictSame(
    asked,
    ['/api/v1/events reason=FailedCreate', '/api/v1/pods', '/apis/apps/v1/namespaces/shop/replicasets/site-5d4f8'],
    'one list of events, and the maker once',
  );
  const text = await run(['why', '-A', ...flags]);
  t.match(text.stdout, /\n {2}deployment shop\/site, container "web", image registry\.example\.com\/team\/web:2\.0\n/);
  t.equal((await run(['why', '-A', ...flags, '-o', 'name'])).stdout, 'deployment/site\n');

  const { stdout } = await run(['why', '-A', ...flags, '-o', 'json', '--facts']);
  const saved = join(folder({ 'facts.json': stdout }), 'facts.json');
  t.strictSame(told(await run(['why', '-f', saved, 'deployment/site', '-o', 'json'])), told(answer), 'and its facts give the same again');
});

t.test('without the rights', async t => {
  const objects = [...CLUSTER.filter(({ kind }) => kind !== 'Pod'), replicaSet(FORBIDDEN), event('ReplicaSet', 'site-5d4f8', CREATING)];
  for (const [name, forbid, expected, warns] of [
    ['the maker', /replicasets/, ['replicaset/site-5d4f8  RegistryPolicyDenied likely'], /^$/],
    ['the events', /events/, [], /cannot read the events of namespace "shop".*"list events" is missing/],
  ] as const) {
    const cluster = await startCluster({ objects, forbid });
    const answer = await run(['why', '--kubeconfig', writeKubeconfig({ server: cluster.server, namespace: 'shop' }), '-o', 'json']);
    await cluster.close();
    const list = JSON.parse(answer.stdout || '{"items":[],"warnings":[]}') as { items: object[] };
    t.equal(list.items.length, expected.length, name);
    if (expected.length > 0) t.strictSame(told(answer), expected, name);
    else t.match(answer.stderr, warns, name);
    t.equal(answer.status, expected.length > 0 ? 1 : 0, `${name}: a warning alone`);
    if (expected.length > 0) t.strictSame(warningsOf(answer), [], name);
  }
});

t.test('in a file', async t => {
  const file = (objects: object[]): string =>
    join(folder({ 'saved.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }) }), 'saved.json');
  const owned = podOf('site-5d4f8-aaaaa', 'shop', { waiting: null });
  const later = {
    ...owned,
    metadata: {
      ...owned.metadata,
      creationTimestamp: '2026-11-20T12:00:00Z',
      ownerReferences: [{ kind: 'Job', name: 'load', controller: true }],
    },
  };
  const rows: [string, object[], string[], string[]][] = [
    ['events alone', [event('ReplicaSet', 'site-5d4f8', CREATING)], [], ['replicaset/site-5d4f8  RegistryPolicyDenied likely']],
    [
      'with its maker',
      [event('ReplicaSet', 'site-5d4f8', CREATING), replicaSet(FORBIDDEN)],
      [],
      ['deployment/site web RegistryPolicyDenied certain'],
    ],
    ['the maker alone', [replicaSet(FORBIDDEN)], [], ['deployment/site web RegistryPolicyDenied certain']],
    ['by name', [replicaSet(FORBIDDEN)], ['deploy/site'], ['deployment/site web RegistryPolicyDenied certain']],
    ['a pod that came later', [event('Job', 'load', CREATING), later], [], []],
    [
      'events of the new API',
      [
        {
          ...event('Job', 'load', ''),
          involvedObject: undefined,
          message: undefined,
          note: CREATING,
          regarding: { kind: 'Job', namespace: 'shop', name: 'load' },
        },
      ],
      [],
      ['job/load  RegistryPolicyDenied likely'],
    ],
    [
      'a quota that was asked for',
      [event('Job', 'load', `Error creating: pods "load-x2x4z" is forbidden: ${QUOTA}`)],
      ['job/load'],
      ['job/load  NoPullProblem likely'],
    ],
  ];
  for (const [name, objects, args, expected] of rows) {
    const answer = await run(['why', '-f', file(objects), ...args, '-o', 'json']);
    t.strictSame(answer.stdout === '' ? [] : told(answer), expected, `${name} ${answer.stderr}`);
  }
});
