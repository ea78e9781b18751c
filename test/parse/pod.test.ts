/** The images of a pod, and which of them wait. */
import t from 'tap';
import type { ContainerStatus, Metadata, Pod } from '../../src/model/kubernetes.ts';
import { imagesOf, isPullReason, ownerOf } from '../../src/parse/pod.ts';

t.test('the images of a pod, in the order of their start', async t => {
  const status = (name: string): ContainerStatus => ({ name, state: { waiting: { reason: 'ImagePullBackOff' } } });
  const pod: Pod = {
    metadata: { name: 'p' },
    spec: {
      volumes: [{ name: 'models', image: { reference: 'registry.example.com/models:7', pullPolicy: 'Always' } }, { name: 'tmp' }],
      initContainers: [{ name: 'setup', image: 'setup:1' }],
      containers: [{ name: 'main', image: 'main:1', imagePullPolicy: 'Never' }, { name: 'empty' }],
      ephemeralContainers: [{ name: 'debugger', image: 'debug:1' }],
    },
    status: {
      initContainerStatuses: [status('setup')],
      containerStatuses: [status('main')],
      ephemeralContainerStatuses: [status('debugger')],
    },
  };
  t.strictSame(
    imagesOf(pod).map(({ name, kind, image, pullPolicy }) => [kind, name, image, pullPolicy]),
    [
      ['imageVolume', 'models', 'registry.example.com/models:7', 'Always'],
      ['initContainer', 'setup', 'setup:1', null],
      ['container', 'main', 'main:1', 'Never'],
      ['container', 'empty', '', null],
      ['ephemeralContainer', 'debugger', 'debug:1', null],
    ],
  );
  t.strictSame(imagesOf({ metadata: { name: 'p' } }), [], 'a pod without a spec');
});

t.test('reasons that are about the image', async t => {
  for (const reason of [
    'ErrImagePull',
    'ImagePullBackOff',
    'ErrImageNeverPull',
    'InvalidImageName',
    'ImageInspectError',
    'RegistryUnavailable',
    'SignatureValidationFailed',
    'ImageVolumeMountFailed',
    'illegal base64 data at input byte 4',
  ])
    t.ok(isPullReason(reason), reason);
  for (const reason of [
    undefined,
    '',
    'ContainerCreating',
    'PodInitializing',
    'CrashLoopBackOff',
    'CreateContainerConfigError',
    'CreateContainerError',
    'RunContainerError',
  ])
    t.notOk(isPullReason(reason), String(reason));
});

t.test('what makes a pod, as far as it was seen', async t => {
  const ofPod = (kind: string, name: string, more: Partial<Pod['metadata']> = {}): Pod => ({
    metadata: { name: 'p', ownerReferences: [{ kind, name, controller: true }], ...more },
    spec: { nodeName: 'node-1' },
  });
  const above = (kind: string, name: string): Metadata => ({ name: 'made', ownerReferences: [{ kind, name, controller: true }] });
  const rows: [pod: Pod, made: Metadata | null, owner: string][] = [
    [ofPod('Job', 'backup-29401020'), null, 'job/backup-29401020'],
    [ofPod('Job', 'backup-29401020'), above('CronJob', 'backup'), 'cronjob/backup'],
    [ofPod('Job', 'once'), { name: 'once' }, 'job/once'],
    [ofPod('ReplicaSet', 'web-5d8'), above('Rollout', 'web'), 'rollout/web'],
    [ofPod('ReplicaSet', 'web-5d8', { labels: { 'pod-template-hash': '5d8' } }), above('Database', 'main'), 'deployment/web'],
    [ofPod('StatefulSet', 'db'), above('Database', 'main'), 'statefulset/db'],
    [ofPod('Node', 'node-1'), null, 'pod/p'],
    [ofPod('Node', 'node-1', { annotations: { 'kubernetes.io/config.mirror': '1' } }), null, 'node/node-1'],
  ];
  for (const [pod, made, expected] of rows) {
    const { kind, name } = ownerOf(pod, made);
    t.equal(`${kind}/${name}`, expected);
  }
});
