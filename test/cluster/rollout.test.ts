/** What a workload tells of its roll-out, and which pods are of its present revision. */
import t from 'tap';
import { podsOfRollout, readRollout } from '../../src/cluster/rollout.ts';
import type { Pod } from '../../src/model/kubernetes.ts';

const read = (kind: string, object: object) => readRollout(kind, 'shop', 'api', { metadata: { generation: 3 }, ...object });

t.test('how many pods a workload wants, and whether its controller has seen that', t => {
  const rows: [name: string, kind: string, object: object, wanted: object][] = [
    [
      'a Deployment',
      'deployment',
      { spec: { replicas: 3 }, status: { observedGeneration: 3, updatedReplicas: 1 } },
      { isObserved: true, desired: 3, updated: 1 },
    ],
    ['its default', 'deployment', { spec: {}, status: { observedGeneration: 3 } }, { desired: 1, updated: 0 }],
    ['a change that nobody has seen', 'deployment', { spec: { replicas: 3 }, status: { observedGeneration: 2 } }, { isObserved: false }],
    ['a new one without a status', 'deployment', { spec: { replicas: 3 } }, { isObserved: false, desired: 3, updated: 0 }],
    ['a paused one', 'deployment', { spec: { paused: true } }, { isPaused: true }],
    [
      'a StatefulSet with a partition',
      'statefulset',
      {
        spec: { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } },
        status: { observedGeneration: 3, updateRevision: 'api-b', updatedReplicas: 1 },
      },
      { desired: 1, revision: 'api-b', label: 'controller-revision-hash' },
    ],
    ['one that is rolled out by hand', 'statefulset', { spec: { replicas: 3, updateStrategy: { type: 'OnDelete' } } }, { desired: null }],
    [
      'a DaemonSet',
      'daemonset',
      { spec: {}, status: { observedGeneration: 3, desiredNumberScheduled: 4, updatedNumberScheduled: 2 } },
      { desired: 4, updated: 2 },
    ],
    [
      'a ReplicaSet',
      'replicaset',
      { spec: { replicas: 2 }, status: { observedGeneration: 3, replicas: 2 } },
      { desired: 2, updated: 2, label: null },
    ],
    [
      'a Job',
      'job',
      { spec: { parallelism: 4, completions: 2 }, status: { active: 1, succeeded: 1 } },
      { isObserved: true, desired: 2, updated: 2 },
    ],
    ['a CronJob', 'cronjob', { spec: { suspend: true } }, { isObserved: true, isPaused: true, desired: null }],
    [
      'nothing that can be read',
      'deployment',
      { metadata: 'x', spec: [], status: 3 },
      { isObserved: true, desired: 1, updated: 0, isPaused: false },
    ],
  ];
  for (const [name, kind, object, wanted] of rows) t.match(read(kind, object), wanted, name);
  const images = read('deployment', {
    spec: {
      template: {
        spec: {
          initContainers: [{ name: 'i', image: 'x:1' }],
          containers: [{ name: 'c', image: 'y:1' }],
          volumes: [{ name: 'v', image: { reference: 'z:1' } }, { name: 'w' }],
        },
      },
    },
  }).images;
  t.strictSame(
    [...images],
    [
      ['i', 'x:1'],
      ['c', 'y:1'],
      ['v', 'z:1'],
    ],
    'the images of its template',
  );
  t.end();
});

t.test('which pods are of the present revision', t => {
  const pod = (name: string, revision: string, image: string, creationTimestamp: string): Pod => ({
    metadata: { name, creationTimestamp, labels: { 'pod-template-hash': revision, 'controller-revision-hash': revision } },
    spec: {
      containers: [
        { name: 'c', image },
        { name: 'injected', image: 'sidecar:1' },
      ],
    },
  });
  const [a, b, c] = [pod('a', 'x', 'app:1', '10:00'), pod('b', 'y', 'app:2', '11:00'), pod('c', 'y', 'app:2', '11:01')];
  const template = (image: string) => ({ template: { spec: { containers: [{ name: 'c', image }] } } });
  const status = { observedGeneration: 3, updatedReplicas: 2 };
  const rows: [name: string, kind: string, object: object, current: string[]][] = [
    ['those with the images of the template', 'deployment', { spec: template('app:2'), status }, ['b', 'c']],
    ['after a roll-back these are the older ones', 'deployment', { spec: template('app:1'), status }, ['a']],
    ['where admission changes all images, the newest', 'deployment', { spec: template('app:3'), status }, ['b', 'c']],
    [
      'the same with all pods that the controller counts',
      'deployment',
      { spec: template('app:3'), status: { ...status, replicas: 3 } },
      ['b', 'c'],
    ],
    [
      'none while the new pods that the controller counts are not seen',
      'deployment',
      { spec: template('app:3'), status: { ...status, replicas: 4 } },
      [],
    ],
    ['none while the controller counts none', 'deployment', { spec: template('app:2'), status: { ...status, updatedReplicas: 0 } }, []],
    [
      'those of the revision that a StatefulSet names',
      'statefulset',
      { spec: template('app:2'), status: { ...status, updateRevision: 'x' } },
      ['a'],
    ],
    ['all, of what has no revisions', 'replicaset', { spec: template('app:2'), status }, ['a', 'b', 'c']],
  ];
  for (const [name, kind, object, current] of rows) {
    const found = podsOfRollout(read(kind, object), [a, b, c]);
    t.strictSame(
      found.current.map(({ metadata }) => metadata.name),
      current,
      name,
    );
    t.equal(found.current.length + found.old.length, 3, `${name}: each pod is of one side`);
  }
  const restarted = podsOfRollout(read('deployment', { spec: template('app:2'), status }), [b, c, pod('d', 'z', 'app:2', '12:00')]);
  t.strictSame(
    restarted.current.map(({ metadata }) => metadata.name),
    ['d'],
    'after a restart with the same images, the newest',
  );
  t.strictSame(podsOfRollout(read('deployment', { spec: template('app:2'), status }), []), { current: [], old: [] }, 'without a pod');
  t.end();
});
