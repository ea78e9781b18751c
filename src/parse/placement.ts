/**
 * On which nodes a pod may run, as far as its spec and the nodes tell: what the scheduler requires. What it only prefers, and what depends on other pods (resources, ports,
 * affinity to pods, spread), is left out. Source: k8s.io/component-helpers, scheduling; kube-scheduler, plugins NodeName, NodeAffinity, NodeUnschedulable and TaintToleration. Pure.
 */
import type { Node, NodeRequirement, Scheduling, Taint, Toleration } from '../model/kubernetes.ts';

/** Why a node does not take a pod. */
type Obstacle = 'name' | 'selector' | 'affinity' | 'unschedulable' | 'taint';

/** Where a pod may run. */
export interface Placement {
  nodes: Node[];
  /** Of the other nodes, by the first reason: how many, and an example in words. */
  refused: { reason: Obstacle; count: number; example: string }[];
}

/** What the taint of a cordoned node is called. */
const UNSCHEDULABLE: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** Tolerations that the controller gives each pod of a DaemonSet. Source: pkg/controller/daemon/util/daemonset_util.go, AddOrUpdateDaemonPodTolerations. */
const OF_DAEMONS: readonly Toleration[] = [
  ...['not-ready', 'unreachable'].map(name => ({ key: `node.kubernetes.io/${name}`, operator: 'Exists', effect: 'NoExecute' })),
  ...['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'].map(name => ({
    key: `node.kubernetes.io/${name}`,
    operator: 'Exists',
    effect: 'NoSchedule',
  })),
];
const OF_HOST_NETWORK: Toleration = { key: 'node.kubernetes.io/network-unavailable', operator: 'Exists', effect: 'NoSchedule' };

/** In: what the pod requires, whether a DaemonSet makes it, and all nodes. Out: those that take it. */
export function placementOf(scheduling: Scheduling, isDaemon: boolean, all: readonly Node[]): Placement {
  const tolerations = [
    ...scheduling.tolerations,
    ...(isDaemon ? OF_DAEMONS : []),
    ...(isDaemon && scheduling.hostNetwork ? [OF_HOST_NETWORK] : []),
  ];
  const nodes: Node[] = [];
  const refused = new Map<Obstacle, { count: number; example: string }>();
  for (const node of all) {
    const obstacle = obstacleOf(scheduling, tolerations, node);
    if (obstacle === null) nodes.push(node);
    else {
      const [reason, example] = obstacle;
      const known = refused.get(reason);
      refused.set(reason, { count: (known?.count ?? 0) + 1, example: known?.example ?? example });
    }
  }
  return { nodes, refused: [...refused].map(([reason, more]) => ({ reason, ...more })) };
}

function obstacleOf(scheduling: Scheduling, tolerations: readonly Toleration[], node: Node): [Obstacle, string] | null {
  const { name, labels = {} } = node.metadata;
  // nobody schedules such a pod: kubelet takes it, whatever the taints that keep new pods away
  if (scheduling.nodeName !== undefined) return scheduling.nodeName === name ? null : ['name', `it names node "${scheduling.nodeName}"`];
  const missing = Object.entries(scheduling.nodeSelector).find(([key, value]) => !Object.hasOwn(labels, key) || labels[key] !== value);
  if (missing !== undefined) return ['selector', `no label ${missing[0]}=${missing[1]}`];
  if (scheduling.terms !== null && !scheduling.terms.some(term => suits(term, name, labels)))
    return ['affinity', 'its required node affinity'];
  if (node.spec?.unschedulable && !tolerations.some(toleration => tolerates(toleration, UNSCHEDULABLE)))
    return ['unschedulable', `"${name}" is cordoned`];
  const taint = node.spec?.taints?.find(
    one => (one.effect === 'NoSchedule' || one.effect === 'NoExecute') && !tolerations.some(toleration => tolerates(toleration, one)),
  );
  return taint === undefined ? null : ['taint', `taint ${taint.key}${taint.value ? `=${taint.value}` : ''}:${taint.effect}`];
}

/** An empty term selects nothing. */
const suits = (
  { labels: wanted, fields }: { labels: readonly NodeRequirement[]; fields: readonly NodeRequirement[] },
  name: string,
  labels: Readonly<Record<string, string>>,
): boolean =>
  wanted.length + fields.length > 0 &&
  wanted.every(requirement => meets(requirement, labels)) &&
  fields.every(requirement => meets(requirement, { 'metadata.name': name }));

/** Source: apimachinery, pkg/labels, Requirement.Matches; what is no integer is neither greater nor less. */
function meets({ key, operator, values }: NodeRequirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  const integer = (text: string | undefined): number => (/^[+-]?\d+$/.test(text ?? '') ? Number(text) : Number.NaN);
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return values.length === 1 && integer(value) > integer(values[0]);
    case 'Lt':
      return values.length === 1 && integer(value) < integer(values[0]);
    default:
      return false;
  }
}

/** Source: k8s.io/api/core/v1, Toleration.ToleratesTaint. An empty key with Exists tolerates all, an empty effect any. */
function tolerates({ key = '', operator = '', value = '', effect = '' }: Toleration, taint: Taint): boolean {
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return (operator === '' || operator === 'Equal') && key !== '' && value === (taint.value ?? '');
}
