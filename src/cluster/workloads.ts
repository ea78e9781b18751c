/** Workloads: the kinds that make pods, the pods that they have now, and what keeps them from having any. */

import type { Event, Metadata, Pod } from '../model/kubernetes.ts';
import { UserError } from '../util/user-error.ts';
import type { Api } from './api.ts';
import { type ListOf, list, PAGE } from './list.ts';

interface Workload {
  spec?: {
    replicas?: number;
    suspend?: boolean;
    selector?: { matchLabels?: Record<string, string>; matchExpressions?: { key: string; operator: string; values?: string[] }[] };
  };
}

/** A kind by every name that kubectl takes, the full one first and its plural second. */
export interface WorkloadKind {
  names: string[];
  /** Path of its objects in a namespace. */
  path(namespace: string): string;
}

const kind = (group: string, plural: string, singular: string, ...short: string[]): WorkloadKind => ({
  names: [singular, plural, ...short, `${singular}.${group}`, `${plural}.${group}`],
  path: namespace => `/apis/${group}/v1/namespaces/${enc(namespace)}/${plural}`,
});

export const WORKLOADS: readonly WorkloadKind[] = [
  kind('apps', 'deployments', 'deployment', 'deploy'),
  kind('apps', 'statefulsets', 'statefulset', 'sts'),
  kind('apps', 'daemonsets', 'daemonset', 'ds'),
  kind('apps', 'replicasets', 'replicaset', 'rs'),
  kind('batch', 'jobs', 'job'),
  kind('batch', 'cronjobs', 'cronjob', 'cj'),
];

/** The kind of this name, undefined for none that makes pods. */
export const workloadOf = (name: string): WorkloadKind | undefined => WORKLOADS.find(({ names }) => names.includes(name));

/** Whether a kind's name is one of the pods themselves. */
export const isPods = (word: string): boolean => ['pod', 'pods', 'po'].includes(word);
/** Whether a word is a kind that has pods, or pods themselves. */
export const isKind = (word: string): boolean => isPods(word) || workloadOf(word) !== undefined;

const enc = encodeURIComponent;

/** The present pods of a workload; when it has none, what keeps them from being made. */
export async function workloadPods(api: Api, type: string, name: string, namespace: string): Promise<Pod[]> {
  const workload = workloadOf(type);
  if (workload === undefined)
    throw new UserError(
      `"${type}" is not a kind that has pods here`,
      'use pod, deployment, statefulset, daemonset, replicaset, job or cronjob, as in deployment/NAME',
    );
  const path = `${workload.path(namespace)}/${enc(name)}`;
  let answer = await api.get<Workload>(path);
  // a CronJob is of v1beta1 alone before Kubernetes 1.21
  if (!answer.ok && answer.status === 404 && workload.names[0] === 'cronjob')
    answer = await api.get<Workload>(path.replace('/batch/v1/', '/batch/v1beta1/'));
  if (!answer.ok) {
    throw new UserError(
      answer.status === 404 ? `there is no ${workload.names[0]} "${name}" in namespace "${namespace}"` : answer.message,
      answer.status === 403
        ? `the right to "get ${workload.names[1]}" is needed`
        : `see them with: kubectl -n ${namespace} get ${workload.names[1]}`,
    );
  }
  const selector = workload.names[0] === 'cronjob' ? await jobSelector(api, name, namespace) : selectorOf(answer.value);
  const pods =
    selector === null
      ? []
      : await list<Pod>(
          api,
          `/api/v1/namespaces/${enc(namespace)}/pods?labelSelector=${enc(selector)}`,
          `the pods of ${type} "${name}"`,
          'list pods',
        );
  // of a roll-out only what comes counts, not what goes
  const coming = pods.filter(pod => pod.metadata.deletionTimestamp === undefined);
  if (pods.length > 0) return coming.length > 0 ? coming : pods;
  throw new UserError(
    `${workload.names[0]} "${name}" of namespace "${namespace}" has no pod: ${await whyNoPods(api, name, namespace, answer.value)}`,
    `see: kubectl -n ${namespace} describe ${workload.names[0]} ${name}`,
  );
}

/** The pods of a CronJob are those of its jobs. */
async function jobSelector(api: Api, name: string, namespace: string): Promise<string | null> {
  const jobs = await list<{ metadata: Metadata }>(
    api,
    `/apis/batch/v1/namespaces/${enc(namespace)}/jobs`,
    `the jobs of cronjob "${name}"`,
    'list jobs',
  );
  const own = jobs
    .filter(job => job.metadata.ownerReferences?.some(owner => owner.kind === 'CronJob' && owner.name === name))
    .map(job => job.metadata.name);
  return own.length === 0 ? null : `job-name in (${own.join(',')})`;
}

async function whyNoPods(api: Api, name: string, namespace: string, workload: Workload): Promise<string> {
  if (workload.spec?.replicas === 0) return 'it is scaled to 0';
  if (workload.spec?.suspend) return 'it is suspended';
  const answer = await api.get<ListOf<Event>>(
    `/api/v1/namespaces/${enc(namespace)}/events?fieldSelector=${enc('reason=FailedCreate')}&limit=${PAGE}`,
  );
  const event = answer.ok
    ? (answer.value.items ?? [])
        // a Deployment's ReplicaSets and a CronJob's Jobs are named after it and one more word
        .filter(
          ({ involvedObject }) =>
            involvedObject?.name === name || new RegExp(`^${name.replaceAll('.', '\\.')}-[a-z0-9]+$`).test(involvedObject?.name ?? ''),
        )
        .sort((a, b) => (a.lastTimestamp ?? '').localeCompare(b.lastTimestamp ?? ''))
        .at(-1)
    : undefined;
  return event?.message ?? 'none was made yet';
}

/** A label selector in the form of a query. */
function selectorOf({ spec }: Workload): string {
  const labels = Object.entries(spec?.selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const expressions = (spec?.selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
  });
  return [...labels, ...expressions].join(',');
}
