/** Workloads: the kinds that create pods, the pods that they have now, and why one has none. */
import type { Event, Metadata, Pod } from '../model/kubernetes.ts';
import { UserError } from '../util/user-error.ts';
import type { Api } from './api.ts';
import { type ListOf, list, PAGE, podsPath } from './list.ts';

interface Workload {
  spec?: {
    replicas?: number;
    suspend?: boolean;
    selector?: { matchLabels?: Record<string, string>; matchExpressions?: { key: string; operator: string; values?: string[] }[] };
  };
}

/** A kind of workload. */
export interface WorkloadKind {
  /** Every name that kubectl takes, in lower case: the singular first, the plural second. */
  names: string[];
  /** Path of its objects in a namespace. */
  path(namespace: string): string;
}

const kind = (group: string, plural: string, singular: string, ...short: string[]): WorkloadKind => ({
  names: [singular, plural, ...short, `${singular}.${group}`, `${plural}.${group}`],
  path: namespace => `/apis/${group}/v1/namespaces/${enc(namespace)}/${plural}`,
});

/** The kinds that can be named on the command line, as kubectl names them. */
export const WORKLOADS: readonly WorkloadKind[] = [
  kind('apps', 'deployments', 'deployment', 'deploy'),
  kind('apps', 'statefulsets', 'statefulset', 'sts'),
  kind('apps', 'daemonsets', 'daemonset', 'ds'),
  kind('apps', 'replicasets', 'replicaset', 'rs'),
  kind('batch', 'jobs', 'job'),
  kind('batch', 'cronjobs', 'cronjob', 'cj'),
];

/** The kind of workload with this name. */
export const workloadOf = (name: string): WorkloadKind | undefined => WORKLOADS.find(({ names }) => names.includes(name));

/** Whether a word is one of the names of the kind Pod. */
export const isPods = (word: string): boolean => ['pod', 'pods', 'po'].includes(word);
/** Whether a word names the kind Pod or a kind of workload. */
export const isKind = (word: string): boolean => isPods(word) || workloadOf(word) !== undefined;

const enc = encodeURIComponent;

/**
 * The present pods of a workload; of a rollout only those that are not being deleted. In: one of the kind's names, the workload's name and
 * namespace. Errors: a UserError when it cannot be read, or has no pods (the message says why).
 */
export async function workloadPods(api: Api, type: string, name: string, namespace: string): Promise<Pod[]> {
  const workload = workloadOf(type);
  if (workload === undefined)
    throw new UserError(
      `resource type "${type}" is not supported`,
      'use pod, deployment, statefulset, daemonset, replicaset, job or cronjob, for example deployment/NAME',
    );
  const path = `${workload.path(namespace)}/${enc(name)}`;
  let answer = await api.get<Workload>(path);
  // before Kubernetes 1.21 a CronJob exists in v1beta1 only
  if (!answer.ok && answer.status === 404 && workload.names[0] === 'cronjob')
    answer = await api.get<Workload>(path.replace('/batch/v1/', '/batch/v1beta1/'));
  const [singular, plural] = workload.names as [string, string];
  if (!answer.ok)
    throw answer.status === 404
      ? new UserError(
          `${singular} "${name}" not found in namespace "${namespace}"`,
          `list them with: kubectl -n ${namespace} get ${plural}`,
        )
      : new UserError(
          `cannot read ${singular} "${name}" in namespace "${namespace}": ${answer.message}`,
          `ask for the permission "get ${plural}"`,
        );
  const selector = singular === 'cronjob' ? await jobSelector(api, name, namespace) : selectorOf(answer.value);
  const pods =
    selector === null
      ? []
      : await list<Pod>(api, { path: podsPath(namespace, selector), what: `the pods of ${singular} "${name}"`, resource: 'pods' });
  const staying = pods.filter(pod => pod.metadata.deletionTimestamp === undefined);
  if (pods.length > 0) return staying.length > 0 ? staying : pods;
  throw new UserError(
    `${singular} "${name}" in namespace "${namespace}" has no pods: ${await whyNoPods(api, name, namespace, answer.value)}`,
    `for details run: kubectl -n ${namespace} describe ${singular} ${name}`,
  );
}

/** The label selector of a CronJob's pods, which are those of its jobs; null without a job. */
async function jobSelector(api: Api, name: string, namespace: string): Promise<string | null> {
  const jobs = await list<{ metadata: Metadata }>(api, {
    path: `/apis/batch/v1/namespaces/${enc(namespace)}/jobs`,
    what: `the jobs of cronjob "${name}"`,
    resource: 'jobs',
  });
  const own = jobs
    .filter(job => job.metadata.ownerReferences?.some(owner => owner.kind === 'CronJob' && owner.name === name))
    .map(job => job.metadata.name);
  return own.length === 0 ? null : `job-name in (${own.join(',')})`;
}

/** Why a workload has no pods, as far as its spec or the last FailedCreate event tells. */
async function whyNoPods(api: Api, name: string, namespace: string, workload: Workload): Promise<string> {
  if (workload.spec?.replicas === 0) return 'it is scaled to 0 replicas';
  if (workload.spec?.suspend) return 'it is suspended';
  const answer = await api.get<ListOf<Event>>(
    `/api/v1/namespaces/${enc(namespace)}/events?fieldSelector=${enc('reason=FailedCreate')}&limit=${PAGE}`,
  );
  const event = answer.ok
    ? (answer.value.items ?? [])
        // a Deployment's ReplicaSet and a CronJob's Job have its name and one suffix
        .filter(
          ({ involvedObject }) =>
            involvedObject?.name === name || new RegExp(`^${name.replaceAll('.', '\\.')}-[a-z0-9]+$`).test(involvedObject?.name ?? ''),
        )
        .sort((a, b) => (a.lastTimestamp ?? '').localeCompare(b.lastTimestamp ?? ''))
        .at(-1)
    : undefined;
  return event?.message ?? 'none has been created yet';
}

/** A workload's label selector in the form of a query. */
function selectorOf({ spec }: Workload): string {
  const labels = Object.entries(spec?.selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const expressions = (spec?.selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
  });
  return [...labels, ...expressions].join(',');
}
