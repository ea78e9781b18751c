/**
 * Objects of an API server or a file as this program reads them: every field that a diagnosis uses is looked at once, where it enters, and
 * copied; nothing else is kept. No tenant's object, however malformed, can throw behind this file. Pure.
 */
import {
  ANNOTATIONS,
  type Condition,
  type ContainerSpec,
  type ContainerStatus,
  type Event,
  type Metadata,
  type Node,
  type NodeRequirement,
  type ObjectReference,
  type Pod,
  type Scheduling,
  type Secret,
  type ServiceAccount,
  type Taint,
  type Toleration,
} from '../model/kubernetes.ts';
import { isObject } from '../parse/shape.ts';
import { Defects, defined, type Fields } from './fields.ts';

/** The longest value of a secret in base64: an API server accepts 1 MiB of data, which is a third longer in base64. */
const MAX_SECRET_VALUE = 1_500_000;

/** An object's metadata, null where it has no name: nothing can be told about an object that cannot be named. */
function readMetadata(object: Fields, defects: Defects): Metadata | null {
  const fields = defects.fields(object.metadata, 'metadata');
  const name = defects.text(fields.name, 'metadata.name', 1024);
  if (name === undefined || name === '') return null;
  const text = (key: string): string | undefined => defects.text(fields[key], `metadata.${key}`);
  return defined({
    name,
    namespace: text('namespace') || undefined,
    uid: text('uid'),
    creationTimestamp: text('creationTimestamp'),
    deletionTimestamp: text('deletionTimestamp'),
    labels: defects.texts(fields.labels, 'metadata.labels'),
    annotations: readAnnotations(fields.annotations, defects),
    ownerReferences: defects.list(fields.ownerReferences, 'metadata.ownerReferences', (item, path) => {
      const owner = defects.fields(item, path);
      return defined({
        kind: defects.text(owner.kind, `${path}.kind`) ?? '',
        name: defects.text(owner.name, `${path}.name`) ?? '',
        controller: defects.flag(owner.controller, `${path}.controller`),
      });
    }),
    managedFields: defects.list(fields.managedFields, 'metadata.managedFields', (item, path) => {
      const managed = defects.fields(item, path);
      return defined({ time: defects.text(managed.time, `${path}.time`), manager: defects.text(managed.manager, `${path}.manager`) });
    }),
  }) as Metadata;
}

/** The annotations that count; undefined where there is none of them, as in most objects. */
function readAnnotations(value: unknown, defects: Defects): Record<string, string> | undefined {
  const all = defects.fields(value, 'metadata.annotations');
  const own = Object.values(ANNOTATIONS).flatMap(key => {
    const text = defects.text(all[key], `metadata.annotations[${key}]`);
    return text === undefined ? [] : [[key, text] as const];
  });
  return own.length === 0 ? undefined : Object.fromEntries(own);
}

/** The `name` of each reference to a secret. An entry without a name is kept: kubelet skips it, and counts it. */
const readNames = (value: unknown, path: string, defects: Defects): { name?: string }[] | undefined =>
  defects.list(
    value,
    path,
    (item, at) => defined({ name: defects.text(defects.fields(item, at).name, `${at}.name`) }) as { name?: string },
  );

function readContainers(value: unknown, path: string, defects: Defects): ContainerSpec[] | undefined {
  return defects.list(value, path, (item, at) => {
    const fields = defects.fields(item, at);
    return defined({
      name: defects.text(fields.name, `${at}.name`) ?? '',
      image: defects.text(fields.image, `${at}.image`),
      imagePullPolicy: defects.text(fields.imagePullPolicy, `${at}.imagePullPolicy`),
    }) as ContainerSpec;
  });
}

/** A number that completes a text: one of another kind is none, and no defect. */
const integer = (value: unknown): number | undefined => (Number.isSafeInteger(value) ? (value as number) : undefined);

/** How the run of a container before this one ended; what is of another kind is left out. */
function endOf(lastState: unknown): ContainerStatus['lastState'] {
  const ended = isObject(lastState) && isObject(lastState['terminated']) ? lastState['terminated'] : null;
  if (ended === null) return undefined;
  const { reason, exitCode } = ended;
  const word = typeof reason === 'string' && /^[A-Za-z]{1,60}$/.test(reason) ? reason : undefined;
  return { terminated: defined({ reason: word, exitCode: integer(exitCode) }) };
}

function readStatuses(value: unknown, path: string, defects: Defects): ContainerStatus[] | undefined {
  return defects.list(value, path, (item, at) => {
    const fields = defects.fields(item, at);
    const state = defects.fields(fields.state, `${at}.state`);
    const part = <T>(key: string, read: (fields: Fields, path: string) => T): T | undefined =>
      state[key] === undefined || state[key] === null
        ? undefined
        : read(defects.fields(state[key], `${at}.state.${key}`), `${at}.state.${key}`);
    return defined({
      name: defects.text(fields.name, `${at}.name`) ?? '',
      image: defects.text(fields.image, `${at}.image`),
      state: defined({
        waiting: part('waiting', (waiting, where) =>
          // from 1.33 on kubelet writes the error text of a pull secret as the reason
          defined({
            reason: defects.message(waiting.reason, `${where}.reason`),
            message: defects.message(waiting.message, `${where}.message`),
          }),
        ),
        running: part('running', (running, where) => defined({ startedAt: defects.text(running.startedAt, `${where}.startedAt`) })),
        terminated: part('terminated', (ended, where) =>
          defined({
            reason: defects.text(ended.reason, `${where}.reason`),
            exitCode: integer(ended.exitCode),
            finishedAt: defects.text(ended.finishedAt, `${where}.finishedAt`),
          }),
        ),
      }),
      lastState: endOf(fields.lastState),
      restartCount: integer(fields.restartCount) || undefined,
    }) as ContainerStatus;
  });
}

/**
 * A pod, with the fields that a diagnosis reads. Out: null where it cannot be named; with `defect` where a field has a wrong type, so that
 * nothing that is told of it would be sure.
 */
export function readPod(value: unknown): Pod | null {
  if (!isObject(value)) return null;
  const defects = new Defects();
  const metadata = readMetadata(value, defects);
  if (metadata === null) return null;
  const spec = defects.fields(value.spec, 'spec');
  const status = defects.fields(value.status, 'status');
  const pod = {
    metadata,
    spec: defined({
      nodeName: defects.text(spec.nodeName, 'spec.nodeName'),
      serviceAccountName: defects.text(spec.serviceAccountName, 'spec.serviceAccountName'),
      runtimeClassName: defects.text(spec.runtimeClassName, 'spec.runtimeClassName'),
      imagePullSecrets: readNames(spec.imagePullSecrets, 'spec.imagePullSecrets', defects),
      containers: readContainers(spec.containers, 'spec.containers', defects),
      initContainers: readContainers(spec.initContainers, 'spec.initContainers', defects),
      ephemeralContainers: readContainers(spec.ephemeralContainers, 'spec.ephemeralContainers', defects),
      volumes: readImageVolumes(spec.volumes, defects),
    }),
    status: defined({
      phase: defects.text(status.phase, 'status.phase'),
      reason: defects.text(status.reason, 'status.reason'),
      message: defects.message(status.message, 'status.message'),
      // of thousands of pods that run nobody reads them
      conditions: status.phase === 'Running' ? undefined : readConditions(status.conditions, defects),
      containerStatuses: readStatuses(status.containerStatuses, 'status.containerStatuses', defects),
      initContainerStatuses: readStatuses(status.initContainerStatuses, 'status.initContainerStatuses', defects),
      ephemeralContainerStatuses: readStatuses(status.ephemeralContainerStatuses, 'status.ephemeralContainerStatuses', defects),
    }),
    defect: defects.first,
  };
  return defined(pod) as Pod;
}

const readConditions = (value: unknown, defects: Defects): Condition[] | undefined =>
  defects.list(value, 'status.conditions', (item, at) => {
    const fields = defects.fields(item, at);
    const text = (key: string): string | undefined => defects.text(fields[key], `${at}.${key}`);
    return defined({
      type: text('type') ?? '',
      status: text('status') ?? '',
      reason: text('reason'),
      message: defects.message(fields.message, `${at}.message`),
      lastTransitionTime: text('lastTransitionTime'),
    }) as Condition;
  });

/** The volumes that are images. Volumes of other kinds do not matter. */
function readImageVolumes(value: unknown, defects: Defects): NonNullable<NonNullable<Pod['spec']>['volumes']> | undefined {
  const volumes = defects.list(value, 'spec.volumes', (item, at) => {
    const fields = defects.fields(item, at);
    if (fields.image === undefined || fields.image === null) return [];
    const image = defects.fields(fields.image, `${at}.image`);
    return [
      {
        name: defects.text(fields.name, `${at}.name`) ?? '',
        image: defined({
          reference: defects.text(image.reference, `${at}.image.reference`),
          pullPolicy: defects.text(image.pullPolicy, `${at}.image.pullPolicy`),
        }) as { reference?: string; pullPolicy?: string },
      },
    ];
  });
  return volumes?.flat();
}

/** An object of a kind that a pod needs: the object; its defect; null where it is no such object at all. */
export type Shaped<T> = { object: T } | { defect: string };

const NO_OBJECT = { defect: 'it is not an object with a name' };

/** Reads an object in which no defect may be: a secret of which a field is missing would be told as a broken secret. */
function shaped<T>(value: unknown, read: (fields: Fields, metadata: Metadata, defects: Defects) => T): Shaped<T> {
  if (!isObject(value)) return NO_OBJECT;
  const defects = new Defects();
  const metadata = readMetadata(value, defects);
  if (metadata === null) return NO_OBJECT;
  const object = read(value, metadata, defects);
  return defects.first === undefined ? { object } : { defect: defects.first };
}

export const readSecret = (value: unknown): Shaped<Secret> =>
  shaped(
    value,
    (fields, metadata, defects) =>
      defined({
        metadata,
        type: defects.text(fields.type, 'type'),
        data: defects.texts(fields.data, 'data', MAX_SECRET_VALUE),
        stringData: defects.texts(fields.stringData, 'stringData', MAX_SECRET_VALUE),
        immutable: fields.immutable === true ? true : undefined,
      }) as Secret,
  );

export const readServiceAccount = (value: unknown): Shaped<ServiceAccount> =>
  shaped(
    value,
    (fields, metadata, defects) =>
      defined({ metadata, imagePullSecrets: readNames(fields.imagePullSecrets, 'imagePullSecrets', defects) }) as ServiceAccount,
  );

export const readNode = (value: unknown): Shaped<Node> =>
  shaped(value, (fields, metadata, defects) => {
    const status = defects.fields(fields.status, 'status');
    const info = defects.fields(status.nodeInfo, 'status.nodeInfo');
    const told = (key: string): string | undefined => defects.text(info[key], `status.nodeInfo.${key}`);
    return {
      metadata,
      status: defined({
        nodeInfo: defined({
          architecture: told('architecture'),
          operatingSystem: told('operatingSystem'),
          osImage: told('osImage'),
          kubeletVersion: told('kubeletVersion'),
          containerRuntimeVersion: told('containerRuntimeVersion'),
        }),
        conditions: readConditions(status.conditions, defects),
        capacity: readStorage(status.capacity),
        allocatable: readStorage(status.allocatable),
        images: defects.list(status.images, 'status.images', (item, at) =>
          defined({
            names: defects.list(defects.fields(item, at).names, `${at}.names`, (name, where) => defects.text(name, where) ?? '') ?? [],
            sizeBytes: new Defects().number(defects.fields(item, at).sizeBytes, ''),
          }),
        ),
      }),
      spec: readNodeSpec(defects.fields(fields.spec, 'spec'), defects),
    } as Node;
  });

/** The resource of a node that its images use too. */
const STORAGE = 'ephemeral-storage';
/** Characters of a quantity. */
const MAX_QUANTITY = 64;

/** That resource of a list. A defect of what only completes a text is no reason to read no node at all. */
function readStorage(value: unknown): Record<string, string> | undefined {
  const defects = new Defects();
  const quantity = defects.text(defects.fields(value, '')[STORAGE], '', MAX_QUANTITY);
  return quantity === undefined ? undefined : { [STORAGE]: quantity };
}

const readNodeSpec = (spec: Fields, defects: Defects): Node['spec'] =>
  defined({
    providerID: defects.text(spec.providerID, 'spec.providerID'),
    unschedulable: defects.flag(spec.unschedulable, 'spec.unschedulable'),
    taints: defects.list(spec.taints, 'spec.taints', (item, at) => {
      const taint = defects.fields(item, at);
      const text = (key: string): string | undefined => defects.text(taint[key], `${at}.${key}`);
      return defined({ key: text('key') ?? '', value: text('value'), effect: text('effect') ?? '' }) as Taint;
    }),
  }) as Node['spec'];

/** In: the spec of a pod. Out: what of it says on which nodes it may run; what is malformed says nothing. */
export function readScheduling(value: unknown): Scheduling {
  const defects = new Defects();
  const spec = defects.fields(value, 'spec');
  const required = defects.fields(
    defects.fields(defects.fields(spec.affinity, 'affinity').nodeAffinity, 'nodeAffinity').requiredDuringSchedulingIgnoredDuringExecution,
    'required',
  );
  const requirements = (list: unknown): NodeRequirement[] =>
    defects.list(list, 'terms', item => {
      const fields = defects.fields(item, 'term');
      const text = (key: string): string => defects.text(fields[key], key) ?? '';
      return {
        key: text('key'),
        operator: text('operator'),
        values: defects.list(fields.values, 'values', one => defects.text(one, 'value') ?? '') ?? [],
      };
    }) ?? [];
  const nodeName = defects.text(spec.nodeName, 'nodeName');
  return {
    ...(nodeName ? { nodeName } : {}),
    nodeSelector: defects.texts(spec.nodeSelector, 'nodeSelector') ?? {},
    terms:
      defects.list(required.nodeSelectorTerms, 'nodeSelectorTerms', item => {
        const term = defects.fields(item, 'term');
        return { labels: requirements(term.matchExpressions), fields: requirements(term.matchFields) };
      }) ?? null,
    tolerations:
      defects.list(spec.tolerations, 'tolerations', item => {
        const fields = defects.fields(item, 'toleration');
        const text = (key: string): string | undefined => defects.text(fields[key], key);
        return defined({ key: text('key'), operator: text('operator'), value: text('value'), effect: text('effect') }) as Toleration;
      }) ?? [],
    hostNetwork: defects.flag(spec.hostNetwork, 'hostNetwork') === true,
  };
}

/** An event of core/v1 or events.k8s.io/v1, null where it is malformed: one event less is no other pod's trouble. */
export function readEvent(value: unknown): Event | null {
  if (!isObject(value)) return null;
  const defects = new Defects();
  const text = (key: string): string | undefined => defects.text(value[key], key);
  const number = (key: string): number | undefined => defects.number(value[key], key);
  const reference = (key: string): ObjectReference | undefined => {
    if (value[key] === undefined || value[key] === null) return undefined;
    const fields = defects.fields(value[key], key);
    const part = (name: string): string | undefined => defects.text(fields[name], `${key}.${name}`);
    const [kind, namespace, name, uid, fieldPath] = ['kind', 'namespace', 'name', 'uid', 'fieldPath'].map(part);
    return defined({ kind, namespace, name, uid, fieldPath }) as ObjectReference;
  };
  const metadata = defects.fields(value.metadata, 'metadata');
  const series = defects.fields(value.series, 'series');
  const event = defined({
    metadata: defined({
      name: defects.text(metadata.name, 'metadata.name') ?? '',
      namespace: defects.text(metadata.namespace, 'metadata.namespace'),
      creationTimestamp: defects.text(metadata.creationTimestamp, 'metadata.creationTimestamp'),
    }),
    reason: text('reason'),
    message: defects.message(value.message, 'message'),
    note: defects.message(value.note, 'note'),
    count: number('count'),
    deprecatedCount: number('deprecatedCount'),
    series:
      value.series === undefined || value.series === null
        ? undefined
        : defined({
            count: defects.number(series.count, 'series.count'),
            lastObservedTime: defects.text(series.lastObservedTime, 'series.lastObservedTime'),
          }),
    firstTimestamp: text('firstTimestamp'),
    lastTimestamp: text('lastTimestamp'),
    eventTime: text('eventTime'),
    deprecatedFirstTimestamp: text('deprecatedFirstTimestamp'),
    deprecatedLastTimestamp: text('deprecatedLastTimestamp'),
    involvedObject: reference('involvedObject'),
    regarding: reference('regarding'),
    host: hostOf(value),
  }) as Event;
  return defects.first === undefined ? event : null;
}

/** The node whose kubelet wrote an event, by either API: it only completes what other fields tell. */
function hostOf(event: Fields): string | undefined {
  const fields = new Defects();
  const [source, deprecated] = [event.source, event.deprecatedSource].map(part => fields.fields(part, ''));
  return fields.text(source?.host, '') || fields.text(deprecated?.host, '') || undefined;
}

/** A list as the API returns it. Go writes an empty list as null; an object without `items` is no list. */
export interface ObjectList {
  items: readonly unknown[];
  continueToken: string;
  resourceVersion: string;
}

/** Null where the value is no list of the API. */
export function readList(value: unknown): ObjectList | null {
  if (!isObject(value) || value.items === undefined || (value.items !== null && !Array.isArray(value.items))) return null;
  const metadata = isObject(value.metadata) ? value.metadata : {};
  const text = (key: string): string => (typeof metadata[key] === 'string' ? metadata[key] : '');
  return { items: (value.items ?? []) as unknown[], continueToken: text('continue'), resourceVersion: text('resourceVersion') };
}

/** The metadata of an object of which nothing else is read; null where it has a defect or no name. */
export function readName(value: unknown): Metadata | null {
  if (!isObject(value)) return null;
  const defects = new Defects();
  const metadata = readMetadata(value, defects);
  return defects.first === undefined ? metadata : null;
}

/** What of a workload leads to its pods. */
export interface WorkloadShape {
  replicas: number | undefined;
  isSuspended: boolean;
  metadata: Metadata;
  /** The pods that it would create: their labels, and their spec. */
  template: Pod | null;
  /** Its own words of pods that it cannot create. */
  refused: { message: string; since: string | null } | null;
  /** It has fewer pods than it wants, as far as its status counts them. */
  lacks: boolean;
  matchLabels: Readonly<Record<string, string>>;
  matchExpressions: readonly { key: string; operator: string; values: readonly string[] }[];
}

/** Null where it is malformed. */
export function readWorkload(value: unknown): WorkloadShape | null {
  if (!isObject(value)) return null;
  const defects = new Defects();
  const metadata = readMetadata(value, defects);
  const spec = defects.fields(value.spec, 'spec');
  const selector = defects.fields(spec.selector, 'spec.selector');
  // what it counts and says is no condition of finding its pods
  const status = new Defects().fields(value.status, 'status');
  const conditions = readConditions(status.conditions, new Defects()) ?? [];
  const replicas = defects.number(spec.replicas, 'spec.replicas');
  const failure = conditions.find(condition => REFUSED.has(condition.reason) && condition.message !== undefined);
  const shape: Omit<WorkloadShape, 'metadata'> = {
    replicas,
    template: readTemplate(
      spec.template ?? defects.fields(defects.fields(spec.jobTemplate, 'spec.jobTemplate').spec, 'spec.jobTemplate.spec').template,
    ),
    refused: failure === undefined ? null : { message: failure.message as string, since: failure.lastTransitionTime ?? null },
    lacks: lacksPods(spec, status, conditions),
    isSuspended: defects.flag(spec.suspend, 'spec.suspend') === true,
    matchLabels: defects.texts(selector.matchLabels, 'spec.selector.matchLabels') ?? {},
    matchExpressions:
      defects.list(selector.matchExpressions, 'spec.selector.matchExpressions', (item, at) => {
        const fields = defects.fields(item, at);
        return {
          key: defects.text(fields.key, `${at}.key`) ?? '',
          operator: defects.text(fields.operator, `${at}.operator`) ?? '',
          values: defects.list(fields.values, `${at}.values`, (text, where) => defects.text(text, where) ?? '') ?? [],
        };
      }) ?? [],
  };
  return defects.first === undefined && metadata !== null ? { ...shape, metadata } : null;
}

/** Reasons of a condition that tells of refused pods, or of a refused ReplicaSet. Source: pkg/controller/{replicaset,deployment}. */
const REFUSED: ReadonlySet<string | undefined> = new Set(['FailedCreate', 'ReplicaSetCreateError']);

const readTemplate = (value: unknown): Pod | null => {
  const template = isObject(value) ? value : {};
  return readPod({ metadata: { ...(isObject(template.metadata) ? template.metadata : {}), name: '-' }, spec: template.spec });
};

/** Whether a workload wants more pods than it has. A CronJob counts none, so that its events decide. */
function lacksPods(spec: Fields, status: Fields, conditions: readonly Condition[]): boolean {
  const number = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);
  if (spec.jobTemplate !== undefined) return spec.suspend !== true;
  if (typeof status.desiredNumberScheduled === 'number') return number(status.currentNumberScheduled, 0) < status.desiredNumberScheduled;
  // of the kinds without a selector of their own making, a Job alone has no replicas
  if (spec.parallelism === undefined && spec.completions === undefined) return number(status.replicas, 0) < number(spec.replicas, 1);
  const isOver = conditions.some(({ type, status: holds }) => ['Complete', 'Failed', 'Suspended'].includes(type) && holds === 'True');
  const left = number(spec.completions, Number.POSITIVE_INFINITY) - number(status.succeeded, 0);
  return !isOver && number(status.active, 0) < Math.min(number(spec.parallelism, 1), left);
}
