/** Failing pods as the objects of a cluster, from a short fixture: one story in the forms in which kubelet of different versions tells it. */
import { readFileSync } from 'node:fs';
import { readSaved } from '../../src/cluster/saved-source.ts';
import { collectFacts } from '../../src/diagnosis/collect-facts.ts';
import { type Finding, investigate } from '../../src/diagnosis/investigate.ts';
import type { ClusterObject } from './cluster.ts';
import { dockerconfigjson, named } from './shop.ts';

export interface Situation {
  /** What really happened, in one line. */
  about: string;
  image: string;
  /** What differs from an Ubuntu node with containerd. */
  node?: { name?: string; os?: string; runtime?: string; kubelet?: string; osImage?: string; provider?: string };
  /** What kubelet reports the message under, default that of a failed pull. */
  reason?: 'ImageInspectError' | 'InvalidImageName' | 'CreateContainerError' | 'FailedCreatePodSandBox';
  /** What kubelet writes before the message. */
  shown?: string;
  /** The pull secret of the pod, which was written three weeks before. */
  secret?: { name: string; host: string; username: string; password: string };
  /** What the runtime says. */
  message: string;
}

/**
 * How much of the story is left. `event`: kubelet before 1.29, whose status has no words. `status`: the moment after a failed pull, its events gone.
 * `backOff`: kubelet from 1.29. `noNode` and `noSecret`: the same without the objects that the user may not read. `wordless`: the events expired, and
 * the status never had words.
 */
export const FORMS = ['event', 'status', 'backOff', 'noNode', 'noSecret', 'wordless'] as const;
export type Form = (typeof FORMS)[number];

const POD = { name: 'api-7c9f', namespace: 'shop' };
const NOW = '2026-11-20T10:09:00Z';

export const readSituation = (path: string): Situation => JSON.parse(readFileSync(path, 'utf8')) as Situation;

/** The state of the container, and the event of the failure, in a form. */
function told(
  { image, message, reason, shown = '' }: Situation,
  form: Form,
): { waiting: object; event: { reason: string; message: string } } {
  if (reason === 'FailedCreatePodSandBox')
    return { waiting: { reason: 'ContainerCreating' }, event: { reason, message: `Failed to create pod sandbox: ${message}` } };
  if (reason !== undefined)
    return { waiting: { reason, message: shown + message }, event: { reason: 'InspectFailed', message: shown + message } };
  const wordless = `Back-off pulling image "${image}"`;
  const waiting =
    form === 'status'
      ? { reason: 'ErrImagePull', message }
      : {
          reason: 'ImagePullBackOff',
          message: form === 'event' || form === 'wordless' ? wordless : `${wordless}: ErrImagePull: ${message}`,
        };
  return { waiting, event: { reason: 'Failed', message: `Failed to pull image "${image}": ${message}` } };
}

/** The objects of a situation in a form, as `kubectl get -o json` writes them. */
export function objectsOf(situation: Situation, form: Form): ClusterObject[] {
  const { image, node = {}, secret, reason } = situation;
  const { waiting, event } = told(situation, form);
  const name = node.name ?? 'node-3';
  const os = node.os ?? 'linux';
  const isSandbox = reason === 'FailedCreatePodSandBox';
  return [
    {
      kind: 'Pod',
      metadata: {
        ...POD,
        uid: 'uid-api',
        creationTimestamp: '2026-11-20T09:59:50Z',
        ownerReferences: [{ kind: 'ReplicaSet', name: 'api-7c9f', controller: true }],
        labels: { 'pod-template-hash': '7c9f' },
      },
      spec: {
        nodeName: name,
        serviceAccountName: 'default',
        ...(secret === undefined ? {} : { imagePullSecrets: [{ name: secret.name }] }),
        containers: [{ name: 'api', image: isSandbox ? 'registry.example.com/team/api:1.4.2' : image, imagePullPolicy: 'IfNotPresent' }],
      },
      status: { phase: 'Pending', containerStatuses: [{ name: 'api', imageID: '', ready: false, restartCount: 0, state: { waiting } }] },
    },
    ...(form === 'status' && !isSandbox ? [] : form === 'wordless' ? [] : [failure(event, isSandbox)]),
    ...(form === 'noNode'
      ? []
      : [
          named('Node', name, undefined, {
            metadata: { name, labels: { 'kubernetes.io/os': os, 'kubernetes.io/arch': 'amd64' } },
            spec: node.provider === undefined ? {} : { providerID: node.provider },
            status: {
              nodeInfo: {
                architecture: 'amd64',
                operatingSystem: os,
                kubeletVersion: node.kubelet ?? 'v1.31.4',
                containerRuntimeVersion: node.runtime ?? 'containerd://1.7.27',
                osImage: node.osImage ?? 'Ubuntu 24.04.3 LTS',
              },
              conditions: [{ type: 'Ready', status: 'True' }],
            },
          }),
        ]),
    ...(secret === undefined || form === 'noSecret'
      ? []
      : [dockerconfigjson(secret.name, POD.namespace, { [secret.host]: { username: secret.username, password: secret.password } })]),
  ];
}

const failure = ({ reason, message }: { reason: string; message: string }, isSandbox: boolean): ClusterObject => ({
  kind: 'Event',
  metadata: { name: `${POD.name}.1`, namespace: POD.namespace },
  type: 'Warning',
  reason,
  message,
  count: 4,
  firstTimestamp: '2026-11-20T10:00:00Z',
  lastTimestamp: '2026-11-20T10:06:40Z',
  involvedObject: { kind: 'Pod', ...POD, uid: 'uid-api', ...(isSandbox ? {} : { fieldPath: 'spec.containers{api}' }) },
});

/** What `why -f` finds in saved objects without asking a registry; nothing where it reports no failing image. */
export async function findingsOf(objects: readonly ClusterObject[]): Promise<Finding[]> {
  const saved = readSaved(JSON.stringify({ kind: 'List', items: objects }), 'a file');
  const findings: Finding[] = [];
  for (const pod of saved.pods)
    for (const one of collectFacts(await saved.snapshot(pod, false), NOW, false)) findings.push(await investigate(one, null));
  return findings;
}
