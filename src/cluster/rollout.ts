/**
 * The roll-out of a workload: how many pods its present revision wants, and which of its pods are of that revision. Pure: reading the workload belongs to
 * targets.ts.
 */
import type { Pod } from '../model/kubernetes.ts';
import { isObject } from '../parse/shape.ts';
import type { Fields } from './fields.ts';

/** What a workload says of its roll-out. */
export interface Rollout {
  /** The resource as kubectl names it. */
  kind: string;
  name: string;
  namespace: string;
  /** Its controller has seen the present spec; the counts are of it. */
  isObserved: boolean;
  /** The roll-out is paused, or the workload is suspended: no pod of the present revision is created. */
  isPaused: boolean;
  /** Pods of the present revision when it has been rolled out; null where nothing tells how many. */
  desired: number | null;
  /** Pods of it that there are, as the controller counts them. */
  updated: number;
  /** Pods of all revisions, as its controller counts them; null where it does not tell. */
  all: number | null;
  /** The label that tells its pods from those of earlier revisions, null where there are none. */
  label: string | null;
  /** The value of that label, null where it is not known. */
  revision: string | null;
  /** The images of its template, by name of container or volume. */
  images: ReadonlyMap<string, string>;
}

/** The pods of a workload. */
export interface RolloutPods {
  /** Of the present revision. */
  current: Pod[];
  /** Of earlier ones. */
  old: Pod[];
}

const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {});
const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isObject) : []);
const numberOf = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** In: the kind as kubectl names it, the names, and the object as the API gives it. Out: its roll-out. What is malformed counts as absent. */
export function readRollout(kind: string, namespace: string, name: string, value: unknown): Rollout {
  const object = fieldsOf(value);
  const [metadata, spec, status] = [object.metadata, object.spec, object.status].map(fieldsOf) as [Fields, Fields, Fields];
  const generation = numberOf(metadata.generation);
  const observed = numberOf(status.observedGeneration);
  return {
    kind,
    name,
    namespace,
    isObserved: generation === null || kind === 'job' || kind === 'cronjob' || (observed ?? 0) >= generation,
    isPaused: spec.paused === true || spec.suspend === true,
    ...countsOf(kind, spec, status),
    all: numberOf(status.replicas),
    label: kind === 'deployment' ? 'pod-template-hash' : ['statefulset', 'daemonset'].includes(kind) ? 'controller-revision-hash' : null,
    revision: textOf(status.updateRevision),
    images: templateImages(fieldsOf(fieldsOf(spec.template).spec)),
  };
}

/** How many pods of the present revision a workload wants and has. Source: kubectl, rollout_status.go. */
function countsOf(kind: string, spec: Fields, status: Fields): Pick<Rollout, 'desired' | 'updated'> {
  const strategy = fieldsOf(spec.updateStrategy);
  // pods of the new revision come when somebody deletes the old ones
  const isByHand = strategy.type === 'OnDelete';
  const replicas = numberOf(spec.replicas) ?? 1;
  const updated = numberOf(status.updatedReplicas) ?? 0;
  switch (kind) {
    case 'deployment':
      return { desired: replicas, updated };
    case 'statefulset': {
      const partition = numberOf(fieldsOf(strategy.rollingUpdate).partition) ?? 0;
      return { desired: isByHand ? null : Math.max(0, replicas - partition), updated };
    }
    case 'daemonset':
      return { desired: isByHand ? null : numberOf(status.desiredNumberScheduled), updated: numberOf(status.updatedNumberScheduled) ?? 0 };
    case 'replicaset':
      return { desired: replicas, updated: numberOf(status.replicas) ?? 0 };
    case 'job': {
      const [active, succeeded, failed] = [status.active, status.succeeded, status.failed].map(count => numberOf(count) ?? 0);
      const made = (active ?? 0) + (succeeded ?? 0) + (failed ?? 0);
      return { desired: Math.min(numberOf(spec.parallelism) ?? 1, numberOf(spec.completions) ?? 1), updated: made };
    }
    default:
      return { desired: null, updated: 0 };
  }
}

const templateImages = (spec: Fields): ReadonlyMap<string, string> =>
  new Map([
    ...[...listOf(spec.initContainers), ...listOf(spec.containers)].map(({ name, image }) => [String(name), String(image)] as const),
    ...listOf(spec.volumes).flatMap(({ name, image }) => {
      const reference = textOf(fieldsOf(image).reference);
      return reference === null ? [] : [[String(name), reference] as const];
    }),
  ]);

/** Whether a pod has the images of a template. Admission may have added containers. */
function hasTemplateImages({ spec = {} }: Pod, images: ReadonlyMap<string, string>): boolean {
  const own = new Map<string, string | undefined>([
    ...[...(spec.initContainers ?? []), ...(spec.containers ?? [])].map(({ name, image }) => [name, image] as const),
    ...(spec.volumes ?? []).map(({ name, image }) => [name, image?.reference] as const),
  ]);
  return [...images].every(([name, image]) => own.get(name) === image);
}

/**
 * Which pods are of the present revision: those with the label that the workload names; else, of those groups whose pods have the images of the template
 * (where admission changed all of them: of all groups), the one whose pods are the newest. None while the controller counts none, or counts pods that are not known yet
 * while all that are known have other images: those of the present revision are still to be seen.
 */
export function podsOfRollout(rollout: Rollout, pods: readonly Pod[]): RolloutPods {
  const { label, revision, images, updated, all } = rollout;
  if (label === null) return { current: [...pods], old: [] };
  const revisionOf = (pod: Pod): string => pod.metadata.labels?.[label] ?? '';
  const split = (current: string | undefined): RolloutPods => ({
    current: pods.filter(pod => revisionOf(pod) === current),
    old: pods.filter(pod => revisionOf(pod) !== current),
  });
  if (revision !== null) return split(revision);
  if (updated === 0) return split(undefined);
  const matching = pods.filter(pod => hasTemplateImages(pod, images));
  if (matching.length === 0 && all !== null && pods.length < all) return split(undefined);
  const madeAt = ({ metadata }: Pod): string => metadata.creationTimestamp ?? '';
  const newest = (matching.length > 0 ? matching : [...pods]).reduce<Pod | undefined>(
    (last, pod) => (last === undefined || madeAt(pod) > madeAt(last) ? pod : last),
    undefined,
  );
  return split(newest === undefined ? undefined : revisionOf(newest));
}
