/**
 * Objects of a synthetic cluster as an API server sends them: pods of 8 to 12 KB with managed fields, as whole objects and as the rows of the table that `kubectl get pods` asks for.
 * Belongs here: how a pod is written. Which pods there are, and what is wrong with them, is for the server.
 */

/** @typedef {{ index: number, name: string, namespace: string, node: string, image: string, failing: boolean, secret: string | null, message: string }} Subject */

const APPS = 200;
const CREATED = '2026-11-20T10:00:00Z';
const uidOf = (/** @type {number} */ index) => `7b0f3c1e-52a4-4c1d-9e6f-${index.toString(16).padStart(12, '0')}`;
const appOf = (/** @type {number} */ index) => `app-${index % APPS}`;

/** What a template holds where a pod differs from others. */
const BLANK = /@(\w+)@/;
const fieldsOf = (/** @type {readonly string[]} */ names) => Object.fromEntries(names.map(name => [`f:${name}`, {}]));
const setOf = (/** @type {readonly string[]} */ names) => ({ '.': {}, ...fieldsOf(names) });
const keyed = (/** @type {string} */ key, /** @type {string} */ value) => `k:${JSON.stringify({ [key]: value })}`;

/** Who wrote which field: kube-controller-manager the pod, kubelet its status. */
function managedFields(/** @type {readonly string[]} */ variables) {
  const entry = (/** @type {string} */ manager, /** @type {object} */ fieldsV1, /** @type {object} */ more = {}) => ({
    manager,
    operation: 'Update',
    apiVersion: 'v1',
    time: CREATED,
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...more,
  });
  const named = { '.': {}, 'f:name': {}, 'f:value': {} };
  const condition = (/** @type {string} */ type) => [
    keyed('type', type),
    setOf(['lastProbeTime', 'lastTransitionTime', 'observedGeneration', 'status', 'type']),
  ];
  return [
    entry('kube-controller-manager', {
      'f:metadata': {
        'f:annotations': setOf(['prometheus.io/port', 'prometheus.io/scrape', 'checksum/config']),
        'f:generateName': {},
        'f:labels': setOf(['app.kubernetes.io/instance', 'app.kubernetes.io/name', 'app.kubernetes.io/version', 'pod-template-hash']),
        'f:ownerReferences': { '.': {}, [keyed('uid', '@UID@')]: {} },
      },
      'f:spec': {
        'f:containers': {
          [keyed('name', 'main')]: {
            '.': {},
            'f:env': { '.': {}, ...Object.fromEntries(variables.map(name => [keyed('name', name), named])) },
            ...fieldsOf(['image', 'imagePullPolicy', 'name', 'terminationMessagePath', 'terminationMessagePolicy']),
            'f:livenessProbe': {
              ...setOf(['failureThreshold', 'periodSeconds', 'successThreshold', 'timeoutSeconds']),
              'f:httpGet': setOf(['path', 'port', 'scheme']),
            },
            'f:readinessProbe': {
              ...setOf(['failureThreshold', 'periodSeconds', 'successThreshold', 'timeoutSeconds']),
              'f:httpGet': setOf(['path', 'port', 'scheme']),
            },
            'f:ports': {
              '.': {},
              [`k:${JSON.stringify({ containerPort: 8080, protocol: 'TCP' })}`]: setOf(['containerPort', 'name', 'protocol']),
            },
            'f:resources': { '.': {}, 'f:limits': setOf(['cpu', 'memory']), 'f:requests': setOf(['cpu', 'memory']) },
            'f:securityContext': setOf(['allowPrivilegeEscalation', 'capabilities', 'readOnlyRootFilesystem']),
            'f:volumeMounts': { '.': {}, [keyed('mountPath', '/etc/app')]: setOf(['mountPath', 'name', 'readOnly']) },
          },
        },
        ...fieldsOf([
          'dnsPolicy',
          'enableServiceLinks',
          'imagePullSecrets',
          'restartPolicy',
          'schedulerName',
          'securityContext',
          'serviceAccount',
        ]),
        ...fieldsOf(['serviceAccountName', 'terminationGracePeriodSeconds']),
        'f:volumes': { '.': {}, [keyed('name', 'config')]: { '.': {}, 'f:configMap': setOf(['defaultMode', 'name']), 'f:name': {} } },
      },
    }),
    entry(
      'kubelet',
      {
        'f:status': {
          'f:conditions': Object.fromEntries(['ContainersReady', 'Initialized', 'PodReadyToStartContainers', 'Ready'].map(condition)),
          ...fieldsOf(['containerStatuses', 'hostIP', 'hostIPs', 'observedGeneration', 'phase', 'podIP', 'startTime']),
          'f:podIPs': { '.': {}, [keyed('ip', '10.244.17.101')]: setOf(['ip']) },
        },
      },
      { subresource: 'status' },
    ),
  ];
}

const metadataOf = (/** @type {readonly string[]} */ variables) => ({
  name: '@NAME@',
  generateName: '@APP@-5d5f8c9b7-',
  namespace: '@NAMESPACE@',
  uid: '@UID@',
  resourceVersion: '@VERSION@',
  generation: 1,
  creationTimestamp: CREATED,
  labels: {
    'app.kubernetes.io/instance': '@APP@',
    'app.kubernetes.io/name': '@APP@',
    'app.kubernetes.io/version': '1.4.2',
    'pod-template-hash': '5d5f8c9b7',
  },
  annotations: { 'checksum/config': 'a1'.repeat(32), 'prometheus.io/port': '8080', 'prometheus.io/scrape': 'true' },
  ownerReferences: [
    { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: '@APP@-5d5f8c9b7', uid: '@UID@', controller: true, blockOwnerDeletion: true },
  ],
  managedFields: managedFields(variables),
});

/** @param {boolean} failing @param {readonly string[]} variables */
function podOf(failing, variables) {
  const condition = (/** @type {string} */ type, isTrue = true) => ({
    type,
    status: isTrue ? 'True' : 'False',
    observedGeneration: 1,
    lastProbeTime: null,
    lastTransitionTime: CREATED,
    ...(isTrue ? {} : { reason: 'ContainersNotReady', message: 'containers with unready status: [main]' }),
  });
  const probe = (/** @type {string} */ path) => ({
    httpGet: { path, port: 'http', scheme: 'HTTP' },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  const mounts = [
    { name: 'config', readOnly: true, mountPath: '/etc/app' },
    {
      name: 'kube-api-access-x7k2p',
      readOnly: true,
      mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
      recursiveReadOnly: 'Disabled',
    },
  ];
  const state = failing ? { waiting: { reason: 'ImagePullBackOff', message: '@MESSAGE@' } } : { running: { startedAt: CREATED } };
  return {
    metadata: metadataOf(variables),
    spec: {
      volumes: [
        { name: 'config', configMap: { name: '@APP@-config', defaultMode: 420 } },
        {
          name: 'kube-api-access-x7k2p',
          projected: {
            sources: [
              { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
              { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
              { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
            ],
            defaultMode: 420,
          },
        },
      ],
      containers: [
        {
          name: 'main',
          image: '@IMAGE@',
          ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
          env: variables.map(name => ({ name, value: `https://${name.toLowerCase().replaceAll('_', '-')}.internal.example.com:8443/v1` })),
          resources: { limits: { cpu: '500m', memory: '512Mi' }, requests: { cpu: '100m', memory: '128Mi' } },
          volumeMounts: mounts,
          livenessProbe: probe('/healthz'),
          readinessProbe: probe('/readyz'),
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          imagePullPolicy: 'IfNotPresent',
          securityContext: { capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
        },
      ],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      serviceAccountName: 'default',
      serviceAccount: 'default',
      nodeName: '@NODE@',
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      imagePullSecrets: '@SECRETS@',
      schedulerName: 'default-scheduler',
      tolerations: ['not-ready', 'unreachable'].map(what => ({
        key: `node.kubernetes.io/${what}`,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      })),
      priority: 0,
      enableServiceLinks: true,
      preemptionPolicy: 'PreemptLowerPriority',
    },
    status: {
      observedGeneration: 1,
      phase: failing ? 'Pending' : 'Running',
      conditions: [
        condition('PodReadyToStartContainers'),
        condition('Initialized'),
        condition('Ready', !failing),
        condition('ContainersReady', !failing),
        condition('PodScheduled'),
      ],
      hostIP: '10.0.17.4',
      hostIPs: [{ ip: '10.0.17.4' }],
      podIP: '10.244.17.101',
      podIPs: [{ ip: '10.244.17.101' }],
      startTime: CREATED,
      containerStatuses: [
        {
          name: 'main',
          state,
          lastState: {},
          ready: !failing,
          restartCount: 0,
          image: '@IMAGE@',
          imageID: failing ? '' : `registry.example.com/team/app@sha256:${'0a1b2c3d'.repeat(8)}`,
          ...(failing ? {} : { containerID: `containerd://${'4e5f6a7b'.repeat(8)}` }),
          started: !failing,
          allocatedResources: { cpu: '100m', memory: '128Mi' },
          resources: { limits: { cpu: '500m', memory: '512Mi' }, requests: { cpu: '100m', memory: '128Mi' } },
          volumeMounts: mounts,
          user: { linux: { uid: 1000, gid: 1000, supplementalGroups: [1000] } },
        },
      ],
      qosClass: 'BestEffort',
    },
  };
}

/**
 * In: an object with blanks. Out: what writes it with a value in each blank.
 * @param {object} object
 * @returns {(values: Record<string, string>) => string}
 */
function template(object) {
  const parts = JSON.stringify(object).replace('"@SECRETS@"', '@SECRETS@').split(BLANK);
  return values => {
    let text = '';
    for (const [at, part] of parts.entries()) text += at % 2 === 0 ? part : (values[part] ?? '');
    return text;
  };
}

/** Pods have 10 to 22 variables: 8 to 12 KB. */
const SIZES = Array.from({ length: 7 }, (_, size) => Array.from({ length: 10 + 2 * size }, (_, at) => `SERVICE_${at}_ADDRESS`));
const pods = SIZES.map(variables => ({
  healthy: template(podOf(false, variables)),
  failing: template(podOf(true, variables)),
  row: template({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: metadataOf(variables) }),
}));

const quoted = (/** @type {string} */ text) => JSON.stringify(text).slice(1, -1);
const valuesOf = (/** @type {Subject} */ { index, name, namespace, node, image, secret, message }) => ({
  NAME: name,
  NAMESPACE: namespace,
  NODE: node,
  APP: appOf(index),
  UID: uidOf(index),
  VERSION: String(index + 1000),
  IMAGE: image,
  SECRETS: secret === null ? '[]' : JSON.stringify([{ name: secret }]),
  MESSAGE: quoted(message),
});
const templatesOf = (/** @type {Subject} */ { index }) => /** @type {(typeof pods)[number]} */ (pods[(index * 5) % pods.length]);

/** A pod as JSON. */
export const podJson = (/** @type {Subject} */ subject) => templatesOf(subject)[subject.failing ? 'failing' : 'healthy'](valuesOf(subject));

/** The columns of pods in a table, those of `-o wide` too, which a server always sends. */
export const COLUMNS = [
  ['Name', 'name', 0],
  ['Ready', '', 0],
  ['Status', '', 0],
  ['Restarts', '', 0],
  ['Age', '', 0],
  ['IP', '', 1],
  ['Node', '', 1],
  ['Nominated Node', '', 1],
  ['Readiness Gates', '', 1],
].map(([name, format, priority]) => ({
  name,
  type: 'string',
  format,
  description: `What a server explains of the column ${name}, as the documentation of the field in the API has it, in a sentence or two of about this length.`,
  priority,
}));

/** A pod as a row: its cells, and its whole metadata, as a server sends it where the client does not say otherwise. */
export function rowJson(/** @type {Subject} */ subject) {
  const { name, node, failing } = subject;
  const cells = [
    name,
    failing ? '0/1' : '1/1',
    failing ? 'ImagePullBackOff' : 'Running',
    '0',
    '6d23h',
    '10.244.17.101',
    node,
    '<none>',
    '<none>',
  ];
  return `{"cells":${JSON.stringify(cells)},"object":${templatesOf(subject).row(valuesOf(subject))}}`;
}
