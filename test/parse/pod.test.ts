/** The images of a pod, and which of them wait. */
import t from 'tap';
import type { ContainerStatus, Pod } from '../../src/model/kubernetes.ts';
import { imagesOf, isPullReason } from '../../src/parse/pod.ts';

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
