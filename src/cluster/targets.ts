/**
 * What a watch selects: all pods by namespace and labels, or those that names stand for, also the ones that a workload has yet to create. Belongs here: how they
 * are listed, which pods belong to them, and how far their roll-outs are.
 */
import { namespaceOf, type Pod } from '../model/kubernetes.ts';
import { inUrl } from '../util/text.ts';
import type { Api } from './api.ts';
import { podsPath, withQuery } from './list.ts';
import { type Rollout, readRollout } from './rollout.ts';
import { parseSelector } from './selector.ts';
import { readWorkload } from './shape.ts';
import { isPods } from './workload-kinds.ts';
import { selectorOf, workloadObject } from './workloads.ts';

/** A name of the command line. */
export type Target =
  | { kind: 'pod'; name: string; namespace: string }
  /** `selector`: null where only the owner tells whose a pod is. */
  | { kind: 'workload'; type: string; name: string; namespace: string; selector: string | null };

/** What a watch selects. */
export interface Selection {
  /** Null for all namespaces. */
  namespace: string | null;
  /** By the labels that the user gave, null for none. */
  selector: string | null;
  /** Empty: every pod of the namespace with these labels. */
  targets: readonly Target[];
}

/** A target as a user knows it: `pod/api-7c9f`, `deployment/api`. */
export const titleOf = (target: Target): string => `${target.kind === 'pod' ? 'pod' : target.type}/${target.name}`;

/** Path and query of a list that holds all selected pods, and perhaps others. */
export function selectionPath({ namespace, selector, targets }: Selection): string {
  const [only] = targets;
  if (only === undefined || targets.length > 1) return podsPath(namespace, selector);
  if (only.kind === 'pod') return withQuery(podsPath(namespace, null), `fieldSelector=${inUrl(`metadata.name=${only.name}`)}`);
  return podsPath(namespace, only.selector);
}

/** Whether a pod is one of a target. A pod that was refused has the name of its workload. */
export function isOfTarget(pod: Pod, target: Target): boolean {
  const { name, labels = {}, ownerReferences = [] } = pod.metadata;
  if (namespaceOf(pod.metadata) !== target.namespace) return false;
  if (target.kind === 'pod') return pod.refusal === undefined && name === target.name;
  if (pod.refusal !== undefined) return name === titleOf(target);
  if (target.selector !== null) return parseSelector(target.selector)(labels);
  // a CronJob gives its Job its own name and the time
  return ownerReferences.some(
    owner => owner.kind === 'Job' && /^-\d+$/.test(owner.name.slice(target.name.length)) && owner.name.startsWith(target.name),
  );
}

/** Whether a pod is selected. The namespace and the labels of a user are in the path. */
export const isSelected = (pod: Pod, { targets }: Selection): boolean =>
  targets.length === 0 || targets.some(target => isOfTarget(pod, target));

/**
 * In: names as the user gave them (`NAME`, `TYPE/NAME`), and their namespace. Out: the targets. A pod need not be there yet. Errors: a UserError when a workload
 * is not there or cannot be read, or its kind is none that creates pods.
 */
export const findTargets = (api: Api, names: readonly string[], namespace: string): Promise<Target[]> =>
  Promise.all(names.map(name => findTarget(api, name, namespace)));

async function findTarget(api: Api, given: string, namespace: string): Promise<Target> {
  const slash = given.indexOf('/');
  const type = slash < 0 ? 'pod' : given.slice(0, slash).toLowerCase();
  const name = given.slice(slash + 1);
  if (isPods(type)) return { kind: 'pod', name, namespace };
  const { workload, value } = await workloadObject(api, type, name, namespace);
  const shape = readWorkload(value);
  const selector = shape === null ? '' : selectorOf(shape);
  return { kind: 'workload', type: workload.names[0] as string, name, namespace, selector: selector === '' ? null : selector };
}

/** The roll-outs of those targets that are workloads, as they are now. Errors: a UserError when one is gone or cannot be read. */
export const readRollouts = (api: Api, targets: readonly Target[]): Promise<Rollout[]> =>
  Promise.all(targets.flatMap(target => (target.kind === 'pod' ? [] : [rolloutOf(api, target.type, target.namespace, target.name)])));

/** The roll-out of one workload. In: its kind as kubectl names it. Errors: a UserError when it is gone or cannot be read. */
const rolloutOf = async (api: Api, kind: string, namespace: string, name: string): Promise<Rollout> =>
  readRollout(kind, namespace, name, (await workloadObject(api, kind, name, namespace)).value);
