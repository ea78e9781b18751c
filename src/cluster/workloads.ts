/** Workloads: the kinds that create pods, the pods that they have now, and why one has none. */
import type { Pod } from '../model/kubernetes.ts';
import { inUrl } from '../util/text.ts';
import { UserError } from '../util/user-error.ts';
import type { Api } from './api.ts';
import { list, malformedWarning, PAGE, podsPath } from './list.ts';
import { readEvent, readList, readName, readPod, readWorkload, type WorkloadShape } from './shape.ts';

/** A kind of workload. */
export interface WorkloadKind {
  /** As objects name it. */
  kind: string;
  /** Every name that kubectl takes, in lower case: the singular first, the plural second. */
  names: string[];
  /** Path of its objects in a namespace. */
  path(namespace: string): string;
}

const kind = (group: string, name: string, plural: string, ...short: string[]): WorkloadKind => {
  const singular = name.toLowerCase();
  return {
    kind: name,
    names: [singular, plural, ...short, `${singular}.${group}`, `${plural}.${group}`],
    path: namespace => `/apis/${group}/v1/namespaces/${inUrl(namespace)}/${plural}`,
  };
};

/** The kinds that can be named on the command line, as kubectl names them. */
export const WORKLOADS: readonly WorkloadKind[] = [
  kind('apps', 'Deployment', 'deployments', 'deploy'),
  kind('apps', 'StatefulSet', 'statefulsets', 'sts'),
  kind('apps', 'DaemonSet', 'daemonsets', 'ds'),
  kind('apps', 'ReplicaSet', 'replicasets', 'rs'),
  kind('batch', 'Job', 'jobs'),
  kind('batch', 'CronJob', 'cronjobs', 'cj'),
];

/** The kind of workload with this name. */
export const workloadOf = (name: string): WorkloadKind | undefined => WORKLOADS.find(({ names }) => names.includes(name));

/** Whether a word is one of the names of the kind Pod. */
export const isPods = (word: string): boolean => ['pod', 'pods', 'po'].includes(word);
/** Whether a word names the kind Pod or a kind of workload. */
export const isKind = (word: string): boolean => isPods(word) || workloadOf(word) !== undefined;

/**
 * The present pods of a workload; of a rollout only those that are not being deleted. In: one of the kind's names, the workload's name and
 * namespace, and who is told of malformed pods. Errors: a UserError when it cannot be read, or has no pods (the message says why).
 */
export async function workloadPods(
  api: Api,
  type: string,
  name: string,
  namespace: string,
  tell: (warning: string | null) => void,
): Promise<Pod[]> {
  const workload = workloadOf(type);
  if (workload === undefined)
    throw new UserError(
      `resource type "${type}" is not supported`,
      'use pod, deployment, statefulset, daemonset, replicaset, job or cronjob, for example deployment/NAME',
    );
  const path = `${workload.path(namespace)}/${inUrl(name)}`;
  let answer = await api.get<unknown>(path);
  // before Kubernetes 1.21 a CronJob exists in v1beta1 only
  if (!answer.ok && answer.status === 404 && workload.names[0] === 'cronjob')
    answer = await api.get<unknown>(path.replace('/batch/v1/', '/batch/v1beta1/'));
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
  const shape = readWorkload(answer.value);
  if (shape === null)
    throw new UserError(
      `cannot read ${singular} "${name}" in namespace "${namespace}": the response of the API server at ${api.server} is malformed`,
      "check the cluster's server address in the kubeconfig",
    );
  const selector = singular === 'cronjob' ? await jobSelector(api, name, namespace) : selectorOf(shape) || null;
  const what = `the pods of ${singular} "${name}"`;
  const { total: pods, malformed } =
    selector === null
      ? { total: [], malformed: 0 }
      : await list<Pod>(api, { path: podsPath(namespace, selector), what, resource: 'pods' }, readPod);
  tell(malformedWarning(malformed, what));
  const staying = pods.filter(pod => pod.metadata.deletionTimestamp === undefined);
  if (pods.length > 0) return staying.length > 0 ? staying : pods;
  throw new UserError(
    `${singular} "${name}" in namespace "${namespace}" has no pods: ${await whyNoPods(api, name, namespace, shape)}`,
    `for details run: kubectl -n ${namespace} describe ${singular} ${name}`,
  );
}

/** The label selector of a CronJob's pods, which are those of its jobs; null without a job. */
async function jobSelector(api: Api, name: string, namespace: string): Promise<string | null> {
  const { total: jobs } = await list(
    api,
    {
      path: `/apis/batch/v1/namespaces/${inUrl(namespace)}/jobs`,
      what: `the jobs of cronjob "${name}"`,
      resource: 'jobs',
    },
    readName,
  );
  const own = jobs.filter(job => job.ownerReferences?.some(owner => owner.kind === 'CronJob' && owner.name === name)).map(job => job.name);
  return own.length === 0 ? null : `job-name in (${own.join(',')})`;
}

/** Why a workload has no pods, as far as its spec or the last FailedCreate event tells. */
async function whyNoPods(api: Api, name: string, namespace: string, { replicas, isSuspended }: WorkloadShape): Promise<string> {
  if (replicas === 0) return 'it is scaled to 0 replicas';
  if (isSuspended) return 'it is suspended';
  const answer = await api.get<unknown>(
    `/api/v1/namespaces/${inUrl(namespace)}/events?fieldSelector=${inUrl('reason=FailedCreate')}&limit=${PAGE}`,
  );
  const page = answer.ok ? readList(answer.value) : null;
  const event = (page?.items ?? [])
    .flatMap(item => readEvent(item) ?? [])
    // a Deployment's ReplicaSet and a CronJob's Job have its name and one suffix
    .filter(({ involvedObject: { name: maker = '' } = {} }) => {
      if (maker === name) return true;
      return maker.startsWith(`${name}-`) && /^[a-z0-9]+$/.test(maker.slice(name.length + 1));
    })
    .sort((a, b) => (a.lastTimestamp ?? '').localeCompare(b.lastTimestamp ?? ''))
    .at(-1);
  return event?.message ?? 'none has been created yet';
}

/** A workload's label selector in the form of a query. */
function selectorOf({ matchLabels, matchExpressions }: WorkloadShape): string {
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const expressions = matchExpressions.map(({ key, operator, values }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
  });
  return [...labels, ...expressions].join(',');
}
