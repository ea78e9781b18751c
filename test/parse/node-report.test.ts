/** What the status and the events of a pod report about each of its images. */
import t from 'tap';
import type { ContainerKind } from '../../src/model/facts.ts';
import type { ContainerStatus, Event, Pod } from '../../src/model/kubernetes.ts';
import { isOfPod, readNodeReport, sandboxImage } from '../../src/parse/node-report.ts';
import { type ContainerImage, imagesOf, isPullReason, waitsForImage } from '../../src/parse/pod.ts';
import { parseReference } from '../../src/parse/reference.ts';
import { IMAGE, PULLED, referenceOf, table } from '../helpers/messages.ts';

interface Capture {
  pods: Pod[];
  'events.v1': Event[];
  'events.k8s.io.v1': Event[];
}

t.test('what real kubelets reported about the same pods', async t => {
  /** pod: reason, where the message stands, what it is read as, tries, the next try, secrets that were not read */
  const expected: Record<string, Record<string, [string | null, string | null, string, number | null, string | null, string[]]>> = {
    '1.20': {
      'auth-good': [null, null, '', null, null, []],
      'auth-none': ['ImagePullBackOff', 'event', 'status 401 127.0.0.1:15001', 3, '2026-11-22T12:59:13Z', []],
      'auth-secret-missing': ['ImagePullBackOff', 'event', 'status 401 127.0.0.1:15001', 3, '2026-11-22T12:59:06Z', []],
      'bad-name': ['InvalidImageName', 'status', 'badReference', null, null, []],
      'http-https': ['ImagePullBackOff', 'event', 'plainHttp 127.0.0.1:15000', 3, '2026-11-22T12:59:12Z', []],
      'init-missing setup': ['ImagePullBackOff', 'event', 'notFound 404', 3, '2026-11-22T12:59:11Z', []],
      'init-missing main': ['PodInitializing', null, '', null, null, []],
      'missing-digest': ['ErrImagePull', 'status', 'notFound 404', 3, '2026-11-22T12:59:13Z', []],
      never: ['ErrImageNeverPull', 'status', 'never', null, null, []],
      'no-such-host': ['ImagePullBackOff', 'event', 'dns registry.invalid', 3, '2026-11-22T12:59:10Z', []],
      'wrong-arch': ['ImagePullBackOff', 'event', 'platform', 3, '2026-11-22T12:59:12Z', []],
    },
    '1.36': {
      'auth-good': [null, null, '', null, null, []],
      'auth-none': ['ImagePullBackOff', 'status', 'noBasicAuth', 4, '2026-11-22T13:02:19Z', []],
      'auth-secret-missing': ['ImagePullBackOff', 'status', 'noBasicAuth', 4, '2026-11-22T13:02:18Z', ['no-such-secret']],
      'bad-name': ['InvalidImageName', 'status', 'badReference', null, null, []],
      'http-https': ['ImagePullBackOff', 'status', 'plainHttp 127.0.0.1:15000', 4, '2026-11-22T13:02:12Z', []],
      'init-missing setup': ['ImagePullBackOff', 'status', 'notFound 404', 4, '2026-11-22T13:02:15Z', []],
      'init-missing main': ['PodInitializing', null, '', null, null, []],
      'missing-digest': ['ImagePullBackOff', 'status', 'notFound 404', 4, '2026-11-22T13:02:15Z', []],
      never: ['ErrImageNeverPull', 'status', 'never', null, null, []],
      'no-such-host': ['ErrImagePull', 'status', 'dns registry.invalid', 4, '2026-11-22T13:02:08Z', []],
      'wrong-arch': ['ImagePullBackOff', 'status', 'platform', 3, '2026-11-22T13:00:51Z', []],
    },
  };
  for (const [version, pods] of Object.entries(expected)) {
    const capture = table<Capture>(`kubelet-${version}`);
    for (const api of ['events.v1', 'events.k8s.io.v1'] as const) {
      const seen = Object.fromEntries(
        capture.pods.flatMap(pod => {
          const events = capture[api].filter(event => isOfPod(event, pod));
          const images = imagesOf(pod);
          return images.map(image => {
            const parsed = parseReference(image.image);
            const { nodeReport, state } = readNodeReport(image, events, parsed.ok ? parsed.reference : null, pod, images.length === 1);
            const faults = nodeReport.faults
              .map(({ kind, status, host }) => [kind, status, host].filter(part => part !== null).join(' '))
              .join('; ');
            const name = images.length === 1 ? pod.metadata.name : `${pod.metadata.name} ${image.name}`;
            return [name, [state.reason, nodeReport.source, faults, state.attempts, state.nextRetry, nodeReport.unreadableSecrets]];
          });
        }),
      );
      t.strictSame(seen, pods, `Kubernetes ${version}, ${api}`);
    }
  }
});

const POD: Pod = {
  metadata: { name: 'api-7c9f', namespace: 'shop', uid: 'u1', creationTimestamp: '2026-11-20T09:59:50Z' },
  spec: { containers: [{ name: 'api', image: IMAGE }] },
};
const container = (waiting?: { reason?: string; message?: string }, more: Partial<ContainerImage> = {}): ContainerImage => ({
  name: 'api',
  kind: 'container',
  image: IMAGE,
  pullPolicy: 'Always',
  status: waiting === undefined ? null : { name: 'api', state: { waiting } },
  ...more,
});
let made = 0;
const event = (reason: string, message: string, lastTimestamp: string, more: Partial<Event> = {}): Event => ({
  metadata: { name: `api-7c9f.${made++}` },
  reason,
  message,
  lastTimestamp,
  firstTimestamp: lastTimestamp,
  involvedObject: { kind: 'Pod', namespace: 'shop', name: 'api-7c9f', uid: 'u1', fieldPath: 'spec.containers{api}' },
  ...more,
});
const failed = (at: string, error = `${PULLED}${IMAGE}: not found`, more: Partial<Event> = {}): Event =>
  event('Failed', `Failed to pull image "${IMAGE}": ${error}`, at, more);
const BACK_OFF = { reason: 'ImagePullBackOff', message: `Back-off pulling image "${IMAGE}"` };
const reportOf = (image: ContainerImage, events: Event[], alone = true) =>
  readNodeReport(image, events, referenceOf(image.image), POD, alone);

t.test('the number of tries and the next one are estimated from the events', async t => {
  const last = '2026-11-20T10:10:00Z';
  const rows: [number, string][] = [
    [1, '2026-11-20T10:10:10Z'],
    [2, '2026-11-20T10:10:20Z'],
    [3, '2026-11-20T10:10:40Z'],
    [5, '2026-11-20T10:12:40Z'],
    [6, '2026-11-20T10:15:00Z'],
    [40, '2026-11-20T10:15:00Z'],
  ];
  for (const [count, nextRetry] of rows) {
    const state = { attempts: count, nextRetry, since: '2026-11-20T10:00:00Z' };
    t.match(
      reportOf(container(BACK_OFF), [failed(last, undefined, { count, firstTimestamp: '2026-11-20T10:00:00Z' })]).state,
      state,
      `${count} tries, counted by one event`,
    );
    const series = {
      message: undefined as never,
      note: `Failed to pull image "${IMAGE}": ${PULLED}${IMAGE}: not found`,
      lastTimestamp: null,
      firstTimestamp: null,
      eventTime: '2026-11-20T10:00:00Z',
      ...(count > 1 ? { series: { count, lastObservedTime: last } } : { eventTime: last }),
    };
    t.match(
      reportOf(container(BACK_OFF), [failed(last, undefined, series)]).state,
      { attempts: count, nextRetry },
      `${count} tries, in a series`,
    );
  }
  t.match(
    reportOf(container(BACK_OFF), [failed('2026-11-20T10:00:00Z', 'one error', { count: 2 }), failed(last, 'another error', { count: 1 })])
      .state,
    { attempts: 3, nextRetry: '2026-11-20T10:10:40Z' },
    'two events with different errors are added',
  );
  t.match(
    reportOf(container(BACK_OFF), []).state,
    { attempts: null, nextRetry: null, since: '2026-11-20T09:59:50Z' },
    'without events nothing is estimated',
  );
  t.match(
    reportOf(container({ reason: 'InvalidImageName', message: 'x' }), [event('InspectFailed', 'x', last)]).state,
    { nextRetry: null },
    'an invalid name is not tried again',
  );
});

t.test('the status is the present and goes before an event, and the event before a back-off without a cause', async t => {
  const dns = `${PULLED}failed to do request: Head "https://registry.example.com/v2/": dial tcp: lookup registry.example.com: no such host`;
  const at = '2026-11-20T10:10:00Z';
  const rows: [string, ContainerImage, Event[], object][] = [
    [
      'a status with a cause',
      container({ reason: 'ErrImagePull', message: dns }),
      [failed(at)],
      { source: 'status', at: null, faults: [{ kind: 'dns' }] },
    ],
    [
      'a back-off with a cause',
      container({ ...BACK_OFF, message: `${BACK_OFF.message}: ErrImagePull: ${dns}` }),
      [failed(at)],
      { source: 'status', faults: [{ kind: 'dns' }] },
    ],
    ['a back-off without one', container(BACK_OFF), [failed(at)], { source: 'event', at, faults: [{ kind: 'notFound' }] }],
    [
      'a status that only repeats its reason',
      container({ reason: 'ErrImagePull', message: 'ErrImagePull' }),
      [failed(at)],
      { source: 'event', faults: [{ kind: 'notFound' }] },
    ],
    [
      'the last of several events',
      container(BACK_OFF),
      [failed(at, dns), failed('2026-11-20T10:00:00Z')],
      { at, faults: [{ kind: 'dns' }] },
    ],
    ['neither', container(BACK_OFF), [], { source: null, at: null, faults: [] }],
    ['a container that runs', container(), [failed(at)], { source: null, faults: [] }],
    [
      "kubelet's own limit does not hide the last real try",
      container({ reason: 'ErrImagePull', message: 'pull QPS exceeded' }),
      [failed('2026-11-20T10:00:00Z', dns), failed(at, 'pull QPS exceeded')],
      { source: 'event', faults: [{ kind: 'dns' }] },
    ],
    [
      "kubelet's own limit alone",
      container({ reason: 'ErrImagePull', message: 'pull QPS exceeded' }),
      [],
      { faults: [{ kind: 'throttled' }] },
    ],
    [
      'a registry that CRI-O calls unavailable',
      container({
        reason: 'RegistryUnavailable',
        message: `image pull failed for ${IMAGE} because the registry is unavailable: pinging container registry registry.example.com: Get "https://registry.example.com/v2/": dial tcp 192.0.2.1:443: connect: connection refused`,
      }),
      [],
      { source: 'status', faults: [{ kind: 'refused', step: 'ping' }] },
    ],
    [
      'a signature that CRI-O refuses',
      container({
        reason: 'SignatureValidationFailed',
        message: `image pull failed for ${IMAGE} because the signature validation failed: Source image rejected: A signature was required, but no signature exists`,
      }),
      [],
      { faults: [{ kind: 'signature' }] },
    ],
    [
      'an image that cannot be inspected',
      container({
        reason: 'ImageInspectError',
        message:
          'Failed to inspect image "": rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: no such file or directory"',
      }),
      [],
      { faults: [{ kind: 'runtime' }] },
    ],
  ];
  for (const [name, image, events, expected] of rows) t.match(reportOf(image, events).nodeReport, expected, name);
});

t.test('a secret that does not parse, as kubelet told it before 1.33 and since', async t => {
  for (const error of [
    'illegal base64 data at input byte 4',
    'unable to parse auth field, must be formatted as base64(username:password)',
    'unexpected end of JSON input',
    "invalid character 'ï' looking for beginning of value",
    'json: cannot unmarshal number into Go struct field dockerConfigEntryWithAuth.auth of type string',
  ]) {
    const event133 = event('Failed', `Error: ${error}`, '2026-11-20T10:10:00Z');
    t.ok(isPullReason(error), `the error itself is a reason: ${error}`);
    t.match(
      reportOf(container({ reason: error, message: error }), [event133]).nodeReport.faults,
      [{ kind: 'secretParse', step: 'secret' }],
      `since 1.33: ${error}`,
    );
    t.match(
      reportOf(container({ reason: 'ErrImagePull', message: error }), []).nodeReport.faults,
      [{ kind: 'secretParse' }],
      `before 1.33: ${error}`,
    );
  }
  t.match(
    reportOf(
      container({
        reason: 'ErrImagePull',
        message: `rpc error: code = Unknown desc = unmarshal image config: invalid character 'o' in literal null (expecting 'u')`,
      }),
      [],
    ).nodeReport.faults,
    [{ kind: 'badManifest' }],
    "a runtime's own parse error is not the secret's",
  );
});

t.test('each image of a pod has its own report', async t => {
  const path = (fieldPath: string) => ({
    involvedObject: { kind: 'Pod', namespace: 'shop', name: 'api-7c9f', uid: 'u1', ...(fieldPath === '' ? {} : { fieldPath }) },
  });
  const rows: [string, ContainerKind, string, boolean, number][] = [
    ['its own container', 'container', 'spec.containers{api}', false, 1],
    ['another container', 'container', 'spec.containers{sidecar}', false, 0],
    ['an init container of the same name', 'container', 'spec.initContainers{api}', false, 0],
    ['an init container', 'initContainer', 'spec.initContainers{api}', false, 1],
    ['an ephemeral container', 'ephemeralContainer', 'spec.ephemeralContainers{api}', false, 1],
    ['an event without a container, which names the image', 'container', '', false, 1],
    ['an event without a container, in a pod of one image', 'container', '', true, 1],
    ['an image volume', 'imageVolume', '', false, 1],
    ['an image volume, and the event of a container', 'imageVolume', 'spec.containers{api}', false, 0],
  ];
  for (const [name, kind, fieldPath, alone, count] of rows) {
    const image = container(kind === 'imageVolume' ? undefined : BACK_OFF, { kind });
    t.equal(reportOf(image, [failed('2026-11-20T10:10:00Z', undefined, path(fieldPath))], alone).nodeReport.faults.length, count, name);
  }
  const other = failed('2026-11-20T10:10:00Z', undefined, {
    ...path(''),
    message: 'Failed to pull image "registry.example.com/other:1": x: not found',
  });
  t.equal(
    reportOf(container(undefined, { kind: 'imageVolume' }), [other], false).nodeReport.faults.length,
    0,
    'an image volume, and the event of another image',
  );
});

t.test('a pull that goes on, and one that succeeded', async t => {
  const pulling = (at: string) => event('Pulling', `Pulling image "${IMAGE}"`, at);
  const pulled = (at: string) => event('Pulled', `Successfully pulled image "${IMAGE}" in 3.2s (3.2s including waiting)`, at);
  const [first, second, third] = ['2026-11-20T10:00:00Z', '2026-11-20T10:05:00Z', '2026-11-20T10:09:00Z'] as const;
  const rows: [string, Event[], object][] = [
    ['the first pull goes on', [pulling(first)], { pullingSince: first, pulledAfter: false }],
    ['it failed', [pulling(first), failed(second)], { pullingSince: null, pulledAfter: false }],
    ['it failed and goes on again', [pulling(first), failed(second), pulling(third)], { pullingSince: third, pulledAfter: false }],
    ['it failed and then succeeded', [failed(first), pulling(second), pulled(third)], { pullingSince: null, pulledAfter: true }],
    ['it succeeded and the next one failed', [pulled(first), pulling(second), failed(third)], { pullingSince: null, pulledAfter: false }],
    [
      'the image was there',
      [event('Pulled', `Container image "${IMAGE}" already present on machine`, first)],
      { pullingSince: null, pulledAfter: true },
    ],
  ];
  for (const [name, events, expected] of rows)
    t.match(reportOf(container({ reason: 'ContainerCreating' }), events).nodeReport, expected, name);
  const states: [string, ContainerStatus | null, string | null][] = [
    ['kubelet has not reported the container yet', null, first],
    ['a status without a state', { name: 'api' }, first],
    ['it waits in back-off of its start', { name: 'api', state: { waiting: { reason: 'CrashLoopBackOff' } } }, first],
    ['it runs, and the event of its success is on the way', { name: 'api', state: { running: { startedAt: second } } }, null],
    ['it ran', { name: 'api', state: { terminated: { reason: 'Completed', finishedAt: second } } }, null],
  ];
  for (const [name, status, expected] of states) {
    t.equal(reportOf({ ...container(), status }, [pulling(first)]).nodeReport.pullingSince, expected, name);
  }
});

t.test('secrets that kubelet could not read are noted, whatever else happened', async t => {
  const note = (text: string) => [
    event('FailedToRetrieveImagePullSecret', text, '2026-11-20T10:00:00Z', { involvedObject: { kind: 'Pod', name: 'api-7c9f' } }),
  ];
  const of = (text: string) => reportOf(container(BACK_OFF), note(text)).nodeReport.unreadableSecrets;
  t.strictSame(of('Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.'), ['regcred']);
  t.strictSame(of('Unable to retrieve some image pull secrets (a, b-2, c.d); attempting to pull the image may not succeed.'), [
    'a',
    'b-2',
    'c.d',
  ]);
  t.strictSame(of('something else'), []);
});

t.test('events of an earlier pod of the same name, or of another object, are not its own', async t => {
  const rows: [string, Event['involvedObject'], boolean][] = [
    ['its own', { kind: 'Pod', namespace: 'shop', name: 'api-7c9f', uid: 'u1' }, true],
    ['without a uid', { kind: 'Pod', namespace: 'shop', name: 'api-7c9f' }, true],
    ['an earlier pod', { kind: 'Pod', namespace: 'shop', name: 'api-7c9f', uid: 'u0' }, false],
    ['another namespace', { kind: 'Pod', namespace: 'build', name: 'api-7c9f', uid: 'u1' }, false],
    ['another pod', { kind: 'Pod', namespace: 'shop', name: 'api-7c9g', uid: 'u1' }, false],
    ['another kind', { kind: 'ReplicaSet', namespace: 'shop', name: 'api-7c9f' }, false],
  ];
  for (const [name, object, expected] of rows) {
    t.equal(isOfPod({ metadata: { name: 'e' }, involvedObject: object as never }, POD), expected, `core/v1: ${name}`);
    t.equal(isOfPod({ metadata: { name: 'e' }, regarding: object as never }, POD), expected, `events.k8s.io/v1: ${name}`);
  }
});

t.test('an event of the image that stood there before is over', async t => {
  const old = failed('2026-11-20T10:05:00Z', undefined, {
    message: 'Failed to pull image "registry.example.com/old:1": no space left on device',
  });
  const now = event('BackOff', `Back-off pulling image "${IMAGE}"`, '2026-11-20T10:06:00Z');
  t.strictSame(reportOf(container(BACK_OFF), [old, now]).nodeReport.faults, [], 'the events name the image that stands there now');
  t.equal(reportOf(container(BACK_OFF), [old]).nodeReport.faults.length, 1, 'nothing names it: who knows');
});

t.test('the image of a sandbox, where it is what a pod waits for', async t => {
  const starting = (more: Partial<ContainerStatus['state']> = { waiting: { reason: 'ContainerCreating' } }): Pod =>
    ({
      ...POD,
      spec: { ...POD.spec, nodeName: 'node-3' },
      status: { phase: 'Pending', containerStatuses: [{ name: 'api', state: more }] },
    }) as Pod;
  const ofPod = { involvedObject: { kind: 'Pod', namespace: 'shop', name: 'api-7c9f', uid: 'u1' } };
  const sandbox = (error: string, at = '2026-11-20T10:05:00Z'): Event =>
    event('FailedCreatePodSandBox', `Failed to create pod sandbox: rpc error: code = Unknown desc = ${error}`, at, { ...ofPod, count: 3 });
  const PAUSE = 'registry.k8s.io/pause:3.10';
  const pull = `failed to get sandbox image "${PAUSE}": failed to pull image "${PAUSE}": failed to pull and unpack image "${PAUSE}": failed to resolve reference "${PAUSE}": ${PAUSE}: not found`;
  const crio = `error creating pod sandbox with name "k8s_api-7c9f_shop_u1_0": initializing source docker://${PAUSE}: reading manifest 3.10 in registry.k8s.io/pause: manifest unknown`;
  const DIGEST = `sha256:${'5f'.repeat(32)}`;
  const creating =
    'creating pod sandbox with name "k8s_api-7c9f_shop_u1_0": unable to try pulling possible OCI artifact: build image source: ';
  const parts = (tag: string) => `${creating}reading manifest ${tag} in registry.k8s.io/pause: manifest unknown`;
  const ping = `${creating}pinging container registry pause.example.com: Get "https://pause.example.com/v2/": dial tcp 192.0.2.7:443: connect: connection refused`;
  const network = `failed to setup network for sandbox "b7ad": plugin type="calico" failed (add): dial tcp 10.96.0.1:443: connect: connection refused`;
  const store =
    'failed to start sandbox "b7ad": failed to create containerd container: error unpacking image: failed to extract layer sha256:9b2c4f0e5d7a8b1c3e6f9a0d2c5b8e1f4a7d0c3b6e9f2a5d8c1b4e7f0a3d6c9b: failed to get reader from content store: content digest sha256:12541c05a0f0f72551a8d9ed462cce7837d0c9184192f41c9980d69184f52d6f: not found';
  const found: [string, Pod, Event[], string | null][] = [
    ['a pull by containerd', starting(), [sandbox(pull)], PAUSE],
    ['a pull by CRI-O', starting(), [sandbox(crio)], PAUSE],
    ['a pull by CRI-O 1.34, which names its parts', starting(), [sandbox(parts('3.10'))], PAUSE],
    ['by its digest', starting(), [sandbox(parts(DIGEST))], `registry.k8s.io/pause@${DIGEST}`],
    ['a registry alone', starting(), [sandbox(ping)], ''],
    ['before init containers', starting({ waiting: { reason: 'PodInitializing' } }), [sandbox(pull)], PAUSE],
    ['an image that the store lost, without its name', starting(), [sandbox(store)], ''],
    ['a network that is not ready', starting(), [sandbox(network)], null],
    ['the newest event counts', starting(), [sandbox(pull), sandbox(network, '2026-11-20T10:06:00Z')], null],
    ['whatever their order', starting(), [sandbox(pull, '2026-11-20T10:06:00Z'), sandbox(network)], PAUSE],
    [
      'an image that is pulled afterwards',
      starting(),
      [sandbox(pull), event('Pulling', `Pulling image "${IMAGE}"`, '2026-11-20T10:07:00Z')],
      null,
    ],
    ['a container that runs', starting({ running: {} }), [sandbox(pull)], null],
    ['a container that waits for its own image', starting({ waiting: BACK_OFF }), [sandbox(pull)], null],
    ['no event', starting(), [], null],
  ];
  for (const [about, pod, events, image] of found) {
    const is = sandboxImage(pod, events);
    t.equal(is?.image ?? null, image, about);
    if (is !== null) t.match(is, { name: '', kind: 'sandbox', pullPolicy: null, status: null }, about);
  }
  const image = sandboxImage(starting(), [sandbox(pull)]) as ContainerImage;
  const { nodeReport, state } = reportOf(image, [sandbox(pull)]);
  t.match(nodeReport, { source: 'event', at: '2026-11-20T10:05:00Z', faults: [{ kind: 'notFound' }] });
  t.match(state, { reason: null, attempts: 3, since: '2026-11-20T10:05:00Z' });
  t.strictSame(
    reportOf(container(BACK_OFF), [sandbox(pull)]).nodeReport.faults,
    [],
    'what a sandbox fails by is no failure of a container',
  );
});

t.test('a container that cannot be created for its image', async t => {
  const guest =
    'CreateContainer failed: All attempts fail:\n#1: rpc error: code = Internal desc = failed to pull manifest error sending request for url (https://registry.example.com/v2/): error trying to connect: dns error: failed to lookup address information: Name or service not known';
  const rows: [string, string, string | null][] = [
    ['CreateContainerError', guest, 'dns'],
    ['RunContainerError', `failed to create containerd task: failed to create shim task: ${guest}`, 'dns'],
    ['CreateContainerError', 'context deadline exceeded', null],
    ['CreateContainerConfigError', 'configmap "web" not found', null],
    [
      'RunContainerError',
      'failed to create shim task: OCI runtime create failed: runc create failed: exec: "/serve": no such file or directory',
      null,
    ],
  ];
  for (const [reason, message, kind] of rows) {
    const image = container({ reason, message });
    t.equal(waitsForImage(image), kind !== null, `${reason}: ${message}`);
    t.equal(reportOf(image, []).nodeReport.faults[0]?.kind ?? null, kind, message);
  }
});
