/** Workloads whose pods admission refuses: what the events and conditions of their makers (ReplicaSets, Jobs, …) tell, as a pod that was never created. */
import { type Event, keyOf, namespaceOf, type Pod, subjectOf, textOf } from '../model/kubernetes.ts';
import { countOf, firstTimeOf, timeOf } from '../parse/node-report.ts';
import { inUrl } from '../util/text.ts';
import { UserError } from '../util/user-error.ts';
import type { Api } from './api.ts';
import { list } from './list.ts';
import { parseSelector } from './selector.ts';
import { readEvent, readWorkload, type WorkloadShape } from './shape.ts';
import { workloadOf } from './workload-kinds.ts';

/** The reason of the events that tell of it. Source: pkg/controller/controller_utils.go, FailedCreatePodReason. */
export const FAILED_CREATE = 'FailedCreate';

/** Who could not create a pod, by its last event. */
export interface Refused {
  /** As objects name it. */
  kind: string;
  namespace: string;
  name: string;
  message: string;
  /** RFC 3339: the first and the last time. */
  since: string | null;
  at: string;
  attempts: number | null;
}

/** In: events. Out: of each maker of pods among them the last refusal, the newest first. Other kinds use the reason for objects of their own. */
export function refusedIn(events: readonly Event[]): Refused[] {
  const makers = new Map<string, Refused>();
  for (const event of events) {
    const subject = subjectOf(event);
    const object = { ...event.metadata, ...subject };
    const { kind, name } = subject ?? {};
    if (event.reason !== FAILED_CREATE || kind === undefined || name === undefined) continue;
    if (kind !== 'ReplicationController' && workloadOf(kind.toLowerCase()) === undefined) continue;
    const key = `${kind}/${keyOf(object)}`;
    const at = timeOf(event);
    if (at < (makers.get(key)?.at ?? '')) continue;
    makers.set(key, {
      kind,
      name,
      namespace: namespaceOf(object),
      message: textOf(event),
      since: firstTimeOf(event) || null,
      at,
      attempts: countOf(event),
    });
  }
  return [...makers.values()].sort((a, b) => b.at.localeCompare(a.at));
}

/**
 * The pod that a workload lacks. In: the workload that a user knows (null: the one that owns the maker, or the maker itself), who was refused, what was
 * read of it (undefined: it was not seen), and whether it is known to lack a pod still.
 */
export function refusedPod(
  workload: { kind: string; name: string } | null,
  { kind, namespace, name, message, since, attempts }: Refused,
  shape: WorkloadShape | undefined,
  lasts: boolean,
): Pod {
  const parent = shape?.metadata.ownerReferences?.find(({ controller }) => controller);
  const owner = workload ?? parent ?? { kind, name };
  const { labels } = shape?.template?.metadata ?? {};
  const { annotations } = shape?.metadata ?? {};
  return {
    metadata: {
      name: `${owner.kind.toLowerCase()}/${owner.name}`,
      namespace,
      ...(labels === undefined ? {} : { labels: { ...shape?.metadata.labels, ...labels } }),
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [{ kind: owner.kind, name: owner.name, controller: true }],
    },
    spec: shape?.template?.spec ?? {},
    refusal: { message, maker: { kind: kind.toLowerCase(), name }, since, attempts, lasts },
  };
}

/**
 * Whether a refusal stands, as far as its maker was read: a ReplicaSet keeps a condition as long as it does, others only count their pods. Out: its pod, null
 * where it is over. In: null for a maker that is gone, undefined for one that was not seen.
 */
export function standing(refused: Refused, shape: WorkloadShape | null | undefined): Pod | null {
  if (shape === undefined) return refusedPod(null, refused, shape, false);
  if (shape === null || !shape.lacks) return null;
  if (refused.kind !== 'ReplicaSet') return refusedPod(null, refused, shape, false);
  return shape.refused === null ? null : refusedPod(null, { ...refused, message: shape.refused.message }, shape, true);
}

/** Makers of one run that are read. */
const MOST_MAKERS = 100;

/**
 * The refused pods of a namespace (null: of all), by labels: one list of events, and each maker once. Errors: a UserError when the events cannot be
 * listed. `tell` gets what is left out.
 */
export async function listRefused(
  api: Api,
  namespace: string | null,
  selector: string | null,
  tell: (warning: string | null) => void,
): Promise<Pod[]> {
  const within = namespace === null ? '' : `namespaces/${inUrl(namespace)}/`;
  const { total } = await list(
    api,
    {
      path: `/api/v1/${within}events?fieldSelector=${inUrl(`reason=${FAILED_CREATE}`)}`,
      what: namespace === null ? 'the events of all namespaces' : `the events of namespace "${namespace}"`,
      resource: 'events',
    },
    readEvent,
  );
  const refused = refusedIn(total);
  const more = refused.length - MOST_MAKERS;
  tell(more > 0 ? `${more} more workloads had pods refused; they are not examined` : null);
  const read = await Promise.all(
    refused.slice(0, MOST_MAKERS).map(async one => {
      const path = workloadOf(one.kind.toLowerCase())?.path(one.namespace);
      return standing(one, path === undefined ? undefined : await readMaker(api, `${path}/${inUrl(one.name)}`));
    }),
  );
  const selects = parseSelector(selector ?? '');
  const pods = read.filter(pod => pod !== null && selects(pod.metadata.labels ?? {})) as Pod[];
  return onePerWorkload(pods);
}

/** A maker: null where it is gone, undefined where it cannot be read. */
async function readMaker(api: Api, path: string): Promise<WorkloadShape | null | undefined> {
  try {
    const answer = await api.get<unknown>(path);
    return answer.ok ? (readWorkload(answer.value) ?? undefined) : answer.status === 404 ? null : undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}

/** Of several makers of one workload the first. */
export const onePerWorkload = (pods: readonly Pod[]): Pod[] =>
  [...new Map([...pods].reverse().map(pod => [keyOf(pod.metadata), pod])).values()].reverse();
