/** The pod of --from-node: what it may do, what it asks, and how it is known again. */
import t from 'tap';
import { changedByAdmission, isOurs, LABEL, type PullQuestion, pullPod } from '../../src/cluster/pull-pod.ts';

const QUESTION: PullQuestion = {
  namespace: 'shop',
  node: 'node-3',
  isWindows: false,
  image: 'registry.example.com/team/api:1.4.2',
  secrets: ['regcred', 'other'],
  serviceAccount: 'builder',
  runtimeClass: null,
  owner: { name: 'api-7c9f', uid: 'uid-1' },
};

interface Container {
  name: string;
  image: string;
  imagePullPolicy: string;
  command: string[];
  resources: { requests: object; limits: object };
  securityContext?: { allowPrivilegeEscalation: boolean; capabilities: { drop: string[]; add?: string[] } } & Record<string, unknown>;
  [more: string]: unknown;
}
interface Spec {
  containers: Container[];
  securityContext: Record<string, unknown> & { windowsOptions?: { hostProcess: boolean }; seccompProfile?: { type: string } };
  [more: string]: unknown;
}
const specOf = (question: Partial<PullQuestion> = {}): Spec => pullPod({ ...QUESTION, ...question }, 'run1', 'abc12', 150)['spec'] as Spec;

/** The rules of the restricted Pod Security Standard, those of baseline among them. A rule for Linux alone does not apply to a pod with `os.name: windows`. */
const RESTRICTED: Record<string, (spec: Spec, container: Container, isWindows: boolean) => boolean> = {
  'no HostProcess': ({ securityContext }) => securityContext.windowsOptions?.hostProcess !== true,
  'no host namespaces': spec => !['hostNetwork', 'hostPID', 'hostIPC', 'hostUsers'].some(field => field in spec),
  'not privileged': (_, { securityContext }) => securityContext?.['privileged'] === undefined,
  'no capabilities': (_, { securityContext }, isWindows) =>
    isWindows ? securityContext === undefined : JSON.stringify(securityContext?.capabilities) === '{"drop":["ALL"]}',
  'no volumes at all': spec => !('volumes' in spec),
  'no host ports': (_, container) => !('ports' in container),
  'no AppArmor, SELinux, procMount or sysctls of its own': ({ securityContext: of }, { securityContext = {} }) =>
    !['appArmorProfile', 'seLinuxOptions', 'sysctls', 'procMount'].some(field => field in of || field in securityContext),
  'no escalation': (_, { securityContext }, isWindows) => isWindows || securityContext?.allowPrivilegeEscalation === false,
  'not as root': ({ securityContext }) => securityContext['runAsNonRoot'] === true && !('runAsUser' in securityContext),
  'seccomp of the runtime': ({ securityContext }, _, isWindows) => isWindows || securityContext.seccompProfile?.type === 'RuntimeDefault',
};
/** Fields that the API server refuses where `os.name` is windows. Source: pkg/apis/core/validation, validateWindows. */
const LINUX_ONLY = [
  'seccompProfile',
  'seLinuxOptions',
  'appArmorProfile',
  'fsGroup',
  'sysctls',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
];

t.test('the pod passes the restricted Pod Security Standard, field by field', async t => {
  for (const isWindows of [false, true]) {
    const spec = specOf({ isWindows });
    t.equal(spec.containers.length, 1);
    for (const [rule, holds] of Object.entries(RESTRICTED))
      t.ok(holds(spec, spec.containers[0] as Container, isWindows), `${isWindows ? 'Windows' : 'Linux'}: ${rule}`);
  }
  const windows = specOf({ isWindows: true });
  t.strictSame(windows['os'], { name: 'windows' });
  t.notOk(
    LINUX_ONLY.some(field => field in windows.securityContext),
    'nothing that Windows does not take',
  );
});

t.test('it pulls as the diagnosed pod does, runs nothing, has no rights, and ends by itself', async t => {
  for (const isWindows of [false, true]) {
    const spec = specOf({ isWindows });
    const [container] = spec.containers;
    t.match(spec, {
      nodeName: 'node-3',
      restartPolicy: 'Never',
      activeDeadlineSeconds: 150,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      serviceAccountName: 'builder',
      tolerations: [{ operator: 'Exists' }],
    });
    t.strictSame(spec['imagePullSecrets'], [{ name: 'regcred' }, { name: 'other' }], 'in the same order');
    t.match(container, { image: QUESTION.image, imagePullPolicy: 'Always' });
    // below a device there is no file, and no file of Windows has this character in its name
    t.match(container?.command[0], isWindows ? /\|/ : /^\/dev\/null\//, 'a command that no image can hold');
    t.equal(container?.command.length, 1);
    t.strictSame(container?.resources.requests, container?.resources.limits, 'requests are the limits');
    t.strictSame(Object.keys(container?.resources.limits ?? {}), ['cpu', 'memory', 'ephemeral-storage'], 'a quota may ask for each');
    for (const field of ['env', 'envFrom', 'args', 'volumeMounts', 'lifecycle', 'livenessProbe'])
      t.notOk(field in (container as Container), `no ${field}`);
  }
  t.notOk('runtimeClassName' in specOf(), 'no runtime class unless the pod has one');
  t.equal(specOf({ runtimeClass: 'gvisor' })['runtimeClassName'], 'gvisor');
});

t.test('it is known again by two marks, and goes with the pod that it was made for', async t => {
  const pod = pullPod(QUESTION, 'run1', 'abc12', 150);
  t.match(pod.metadata, { name: 'kubectl-imagepull-abc12', namespace: 'shop' });
  t.strictSame(pod.metadata['ownerReferences'], [
    { apiVersion: 'v1', kind: 'Pod', name: 'api-7c9f', uid: 'uid-1', controller: false, blockOwnerDeletion: false },
  ]);
  t.ok(isOurs(pod));
  const { labels } = pod.metadata as unknown as { labels: Record<string, string> };
  for (const [key, value] of Object.entries(labels)) t.match(`${key} ${value}`, /^\S{1,253} [\w.-]{1,63}$/, 'a valid label');
  t.notOk(isOurs({ metadata: { labels } }), 'the label alone is no mark');
  t.notOk(isOurs({ metadata: { annotations: pod.metadata.annotations } }), 'nor is the annotation');
  t.notOk(isOurs({ ...pod, metadata: { ...pod.metadata, name: 'api' } }), 'nor are both on a pod of another name');
  t.notOk(isOurs({ ...pod, spec: { containers: [{ name: 'api' }] } }), 'or with another container');
  t.notOk(isOurs({ metadata: { labels: { [LABEL]: 'false' }, annotations: pod.metadata.annotations } }));
  for (const value of [null, 1, 'x', [], {}, { metadata: [] }, { metadata: { labels: [], annotations: 1 } }]) t.notOk(isOurs(value));
});

t.test('a pod that admission has changed answers another question', async t => {
  const sent = pullPod(QUESTION, 'run1', 'abc12', 150);
  const [container] = (sent['spec'] as Spec).containers;
  const created = (spec: object) => ({ ...sent, spec: { ...(sent['spec'] as object), ...spec } });
  t.equal(changedByAdmission(sent, sent), null);
  const secrets = sent['spec'] as { imagePullSecrets: object[] };
  const more = [{ name: 'late' }, ...secrets.imagePullSecrets];
  t.equal(changedByAdmission(sent, created({ imagePullSecrets: more })), null, 'secrets that were added are told elsewhere');
  for (const fewer of [undefined, [], [{ name: 'late' }], [{ name: 'regcred' }]])
    t.match(changedByAdmission(sent, created({ imagePullSecrets: fewer })), /taken pull secret "(?:regcred|other)" away/);
  t.match(changedByAdmission(sent, created({ serviceAccountName: 'default' })), /its serviceAccountName to "default"/);
  t.match(changedByAdmission(sent, created({ runtimeClassName: 'gvisor' })), /its runtimeClassName to "gvisor"/);
  t.equal(changedByAdmission(sent, created({ containers: [container, { name: 'proxy' }] })), null, 'a container beside it changes no pull');
  t.match(changedByAdmission(sent, created({ containers: [{ ...container, image: 'mirror/api:1' }] })), /its image to "mirror\/api:1"/);
  t.match(changedByAdmission(sent, created({ containers: [{ ...container, imagePullPolicy: 'IfNotPresent' }] })), /imagePullPolicy/);
  t.match(changedByAdmission(sent, created({ nodeName: 'other' })), /its node/);
  t.match(changedByAdmission(sent, created({ initContainers: [{ name: 'init' }] })), /an init container/);
  t.match(changedByAdmission(sent, created({ containers: [] })), /its container/);
});
