/** Objects of a small shop: pods that fail in different ways, and what their pulls depend on. */
import type { ClusterObject } from './cluster.ts';
import type { Run } from './process.ts';

export const IMAGE = 'registry.example.com/team/api:1.4.2';
export const WAITING = {
  reason: 'ImagePullBackOff',
  message: `Back-off pulling image "${IMAGE}": ErrImagePull: failed to pull and unpack image "${IMAGE}": failed to resolve image: pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials`,
};
export const dockerconfigjson = (name: string, namespace: string, auths: object): ClusterObject => ({
  kind: 'Secret',
  metadata: { name, namespace, creationTimestamp: '2026-11-01T08:00:00Z' },
  type: 'kubernetes.io/dockerconfigjson',
  data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
});
export const podOf = (
  name: string,
  namespace: string,
  more: { image?: string; secrets?: string[]; labels?: Record<string, string>; waiting?: object | null } = {},
): ClusterObject => ({
  kind: 'Pod',
  metadata: { name, namespace, uid: `uid-${namespace}-${name}`, creationTimestamp: '2026-11-20T09:59:50Z', labels: more.labels ?? {} },
  spec: {
    nodeName: 'node-3',
    serviceAccountName: 'builder',
    imagePullSecrets: (more.secrets ?? []).map(secret => ({ name: secret })),
    containers: [{ name: 'api', image: more.image ?? IMAGE, imagePullPolicy: 'Always' }],
  },
  status: {
    phase: 'Pending',
    containerStatuses: [{ name: 'api', state: more.waiting === null ? { running: {} } : { waiting: more.waiting ?? WAITING } }],
  },
});
export const eventOf = (pod: string, namespace: string, message: string): ClusterObject => ({
  kind: 'Event',
  metadata: { name: `${pod}.1`, namespace },
  type: 'Warning',
  reason: 'Failed',
  message,
  count: 3,
  firstTimestamp: '2026-11-20T10:00:00Z',
  lastTimestamp: '2026-11-20T10:05:00Z',
  involvedObject: { kind: 'Pod', namespace, name: pod, uid: `uid-${namespace}-${pod}`, fieldPath: 'spec.containers{api}' },
});
export const named = (kind: string, name: string, namespace?: string, more: object = {}): ClusterObject => ({
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  ...more,
});
export const NODE = named('Node', 'node-3', undefined, {
  status: {
    nodeInfo: { architecture: 'amd64', operatingSystem: 'linux', kubeletVersion: 'v1.36.3', containerRuntimeVersion: 'containerd://2.1.9' },
    conditions: [{ type: 'Ready', status: 'True' }],
  },
});
export const CLUSTER: ClusterObject[] = [
  named('Namespace', 'shop'),
  named('Namespace', 'build'),
  NODE,
  named('ServiceAccount', 'builder', 'shop', { imagePullSecrets: [{ name: 'late' }] }),
  named('ServiceAccount', 'builder', 'build'),
  podOf('missing-secret', 'shop', { secrets: ['regcred'], labels: { app: 'web' } }),
  podOf('covered', 'shop', { secrets: ['good'], labels: { app: 'api' } }),
  podOf('fine', 'shop', { waiting: null, labels: { app: 'web' } }),
  podOf('bare', 'build'),
  eventOf('missing-secret', 'shop', `Failed to pull image "${IMAGE}": x: not found`),
  dockerconfigjson('good', 'shop', { 'registry.example.com': { username: 'ci', password: 'example' } }),
  dockerconfigjson('late', 'shop', { 'quay.io': { username: 'ci', password: 'example' } }),
  dockerconfigjson('regcred', 'build', { 'registry.example.com': { username: 'ci', password: 'example' } }),
  named('Deployment', 'web', 'shop', { spec: { selector: { matchLabels: { app: 'web' } } } }),
  named('Deployment', 'idle', 'shop', { spec: { replicas: 0, selector: { matchLabels: { app: 'idle' } } } }),
];

export interface Item {
  pod: { namespace: string; name: string };
  cause: string;
  certainty: string;
  credentials: object[];
}
export const items = ({ stdout }: Run): Item[] => (JSON.parse(stdout) as { items: Item[] }).items;
export const warningsOf = ({ stdout }: Run): string[] => (JSON.parse(stdout) as { warnings: string[] }).warnings;
