/** Workloads: the pods that they have now, those that admission refuses, and why one has none. */
import type { Pod } from '../model/kubernetes.ts';
import { didYouMean, similar } from '../util/nearest.ts';
import { inUrl } from '../util/text.ts';
import { UserError } from '../util/user-error.ts';
import type { Api } from './api.ts';
import { list, malformedWarning, PAGE, podsPath } from './list.ts';
import { objectNotFound } from './not-found.ts';
import { FAILED_CREATE, type Refused, refusedIn, refusedPod } from './refusals.ts';
import { readEvent, readList, readName, readPod, readWorkload, type WorkloadShape } from './shape.ts';
import { WORKLOADS, type WorkloadKind, workloadOf } from './workload-kinds.ts';

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
  const { workload, value } = await workloadObject(api, type, name, namespace);
  const [singular] = workload.names as [string, string];
  const shape = readWorkload(value);
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
  const refused = await refusedOf(api, { kind: workload.kind, name, namespace, shape, pods });
  const staying = pods.filter(pod => pod.metadata.deletionTimestamp === undefined);
  if (pods.length + refused.length > 0) return [...(staying.length > 0 ? staying : pods), ...refused];
  throw new UserError(
    `${singular} "${name}" in namespace "${namespace}" has no pods: ${whyNoPods(shape)}`,
    `for details run: kubectl -n ${namespace} describe ${singular} ${name}`,
  );
}

/**
 * A workload as the API gives it. In: one of the kind's names, the workload's name and namespace. Errors: a UserError when the kind is none that creates pods, or
 * the workload is not there or cannot be read: then trying again is of no use.
 */
export async function workloadObject(
  api: Api,
  type: string,
  name: string,
  namespace: string,
): Promise<{ workload: WorkloadKind; value: unknown }> {
  const workload = workloadOf(type);
  if (workload === undefined)
    throw new UserError(
      `resource type "${type}" is not supported`,
      didYouMean(
        similar(
          type,
          ['pod', ...WORKLOADS.flatMap(({ names }) => names)].filter(one => !one.includes('.')),
          1,
        ).map(one => `${one}/${name}`),
      ) ?? 'use pod, deployment, statefulset, daemonset, replicaset, job or cronjob, for example deployment/NAME',
      true,
    );
  const path = `${workload.path(namespace)}/${inUrl(name)}`;
  let answer = await api.get<unknown>(path);
  // before Kubernetes 1.21 a CronJob exists in v1beta1 only
  if (!answer.ok && answer.status === 404 && workload.names[0] === 'cronjob')
    answer = await api.get<unknown>(path.replace('/batch/v1/', '/batch/v1beta1/'));
  const [singular, plural] = workload.names as [string, string];
  if (!answer.ok)
    throw answer.status === 404
      ? await objectNotFound(api, { kind: singular, plural, namespace, name, path: workload.path(namespace) }, true)
      : new UserError(
          `cannot read ${singular} "${name}" in namespace "${namespace}": ${answer.message}`,
          `ask for the permission "get ${plural}"`,
          true,
        );
  return { workload, value: answer.value };
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

/** Why a workload has no pods, as far as its spec tells. */
function whyNoPods({ replicas, isSuspended }: WorkloadShape): string {
  if (replicas === 0) return 'it is scaled to 0 replicas';
  return isSuspended ? 'it is suspended' : 'none has been created yet';
}

/** The pod that a workload lacks since it is refused: by its own condition, or, where it has fewer pods than it wants, by the last FailedCreate event. */
async function refusedOf(
  api: Api,
  { kind, name, namespace, shape, pods }: { kind: string; name: string; namespace: string; shape: WorkloadShape; pods: readonly Pod[] },
): Promise<Pod[]> {
  const workload = { kind, name };
  if (shape.refused !== null)
    return [refusedPod(workload, { ...workload, ...shape.refused, namespace, at: '', attempts: null }, shape, true)];
  const isEmpty = pods.length === 0;
  // what has a condition for it would tell
  if (!shape.lacks || (!isEmpty && kind === 'Deployment')) return [];
  const answer = await api.get<unknown>(
    `/api/v1/namespaces/${inUrl(namespace)}/events?fieldSelector=${inUrl(`reason=${FAILED_CREATE}`)}&limit=${PAGE}`,
  );
  const page = answer.ok ? readList(answer.value) : null;
  const [last] = refusedIn((page?.items ?? []).flatMap(item => readEvent(item) ?? [])).filter(maker => isMakerOf(workload, maker));
  if (last === undefined || pods.some(({ metadata }) => (metadata.creationTimestamp ?? '') > last.at)) return [];
  return [refusedPod(workload, last, shape, isEmpty)];
}

/** A Deployment's ReplicaSet and a CronJob's Job have its name and one suffix. */
const isMakerOf = ({ kind, name }: { kind: string; name: string }, maker: Refused): boolean =>
  (maker.name === name && maker.kind === kind) ||
  (maker.kind === ({ Deployment: 'ReplicaSet', CronJob: 'Job' } as Record<string, string>)[kind] &&
    maker.name.startsWith(`${name}-`) &&
    /^[a-z0-9]+$/.test(maker.name.slice(name.length + 1)));

/** A workload's label selector in the form of a query; empty where it has none. */
export function selectorOf({ matchLabels, matchExpressions }: WorkloadShape): string {
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const expressions = matchExpressions.map(({ key, operator, values }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
  });
  return [...labels, ...expressions].join(',');
}
