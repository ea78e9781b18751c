/** What keeps a pod from starting and is not its image: its own end, the scheduler, its node, a volume, its network, a container's configuration. Pure. */
import type { Obstacle } from '../model/facts.ts';
import { type ContainerStatus, type Event, type Lookup, type Node, type Pod, textOf } from '../model/kubernetes.ts';
import { redact } from '../util/redact.ts';
import { clipped, onOneLine, withoutTrailing } from '../util/text.ts';
import { readFaults } from './messages/reader.ts';
import { newestOf } from './node-report.ts';
import { imagesOf, isOfPull, isStarting } from './pod.ts';

/** Characters of the words that are kept. */
const MOST = 400;

/** Reasons of events. Source: pkg/kubelet/events/event.go, pkg/controller/volume/attachdetach. */
const OF_EVENT: Readonly<Record<string, Obstacle['kind']>> = {
  FailedMount: 'volume',
  FailedAttachVolume: 'volume',
  FailedMapVolume: 'volume',
  FailedCreatePodSandBox: 'sandbox',
  NetworkNotReady: 'sandbox',
};

/** In: a pod, its events, what is known of its node, and all nodes where they were read. Out: what keeps it, the outermost first; null where nothing does, or nothing tells. */
export function obstacleOf(pod: Pod, events: readonly Event[], node: Lookup<Node>, nodes: readonly Node[] = []): Obstacle | null {
  const { metadata, spec, status } = pod;
  const { phase, reason, message, conditions = [] } = status ?? {};
  const condition = (type: string) => conditions.find(one => one.type === type && one.status === 'False');
  const is = (kind: Obstacle['kind'], said?: string): Obstacle => {
    const disk = ofDisk(kind, said ?? '', pod, events, nodes);
    return { kind, words: wordsOf(said), ...(disk === undefined ? {} : { disk }) };
  };
  if (metadata.deletionTimestamp !== undefined) return is('terminating');
  if (reason === 'Evicted') return is('evicted', message);
  if (phase === 'Failed' && reason !== undefined) return is('ended', message ?? reason);
  if (phase === 'Succeeded' || phase === 'Failed') return null;
  const unplaced = condition('PodScheduled');
  if (!spec?.nodeName)
    return unplaced === undefined ? null : unplaced.reason === 'SchedulingGated' ? is('gated') : is('unschedulable', unplaced.message);
  if (!node.found && node.missing) return is('nodeGone');
  const ready = node.found ? node.object.status?.conditions?.find(({ type }) => type === 'Ready') : undefined;
  if (reason === 'NodeLost' || (ready !== undefined && ready.status !== 'True')) return is('nodeNotReady', ready?.message ?? message);
  for (const { name, status: own } of imagesOf(pod)) {
    const waiting = own?.state?.waiting;
    if (waiting?.message === undefined || waiting.reason === 'CrashLoopBackOff' || isOfPull(waiting)) continue;
    return is('container', `container "${name}" waits with "${waiting.reason}": ${waiting.message}`);
  }
  if (!isStarting(pod)) return null;
  const last = newestOf(events, event => event.reason !== undefined && Object.hasOwn(OF_EVENT, event.reason));
  if (last !== undefined) return is(OF_EVENT[last.reason ?? ''] as Obstacle['kind'], textOf(last));
  const said = condition('PodReadyToStartContainers')?.message;
  return said === undefined ? null : is('sandbox', said);
}

/** How kubelet refuses a pod, and how it ends one, for the disk of the node. Source: pkg/kubelet/eviction/{eviction_manager,helpers}.go. */
const REFUSED = /\bnode had condition: \[[^\]]*\bDiskPressure\b/;
const ENDED = /\bnode was low on resource: (?:ephemeral-storage|inodes|nodefs|imagefs|containerfs)\b/;
/** How a scheduler tells of taints that keep a pod from nodes; since 1.35 it names none. Source: pkg/scheduler/framework, FitError; plugins/tainttoleration. */
const TAINTED = /^0\/(\d{1,6}) nodes are available: (\d{1,6}) node\(s\) had untolerated taint(?:\(s\)| \{([^}]{1,200})\})/;
const UNDER_PRESSURE = /^node\.kubernetes\.io\/disk-pressure: ?$/;

/** Whether the scheduler says that taints which it does not name keep a pod from every node. */
export function isKeptByTaints({ spec, status }: Pod): boolean {
  const said = status?.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False')?.message ?? '';
  const [, all, tainted, name] = TAINTED.exec(said) ?? [];
  return !spec?.nodeName && all !== undefined && all === tainted && name === undefined;
}

const hasPressure = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'DiskPressure' && is === 'True') === true;

/** Whether, and how, the disk of a node is why a pod does not run. */
function ofDisk(
  kind: Obstacle['kind'],
  said: string,
  pod: Pod,
  events: readonly Event[],
  nodes: readonly Node[],
): NonNullable<Obstacle['disk']> | undefined {
  if (kind === 'unschedulable') {
    const [, all, tainted, name] = TAINTED.exec(said) ?? [];
    if (all === undefined || all !== tainted) return undefined;
    if (name !== undefined) return UNDER_PRESSURE.test(name) ? 'everyNode' : undefined;
    return nodes.length === Number(all) && nodes.every(hasPressure) ? 'everyNodeReports' : undefined;
  }
  if (kind !== 'evicted') return undefined;
  const hasRun =
    events.some(({ reason }) => reason === 'Started' || reason === 'Pulled') || imagesOf(pod).some(({ status }) => ran(status));
  if (hasRun) return undefined;
  if (REFUSED.test(said)) return 'refused';
  if (!ENDED.test(said)) return undefined;
  // a pull that failed in another way would have gone on to
  const failures = events.filter(event => event.reason === 'Failed' && /^Failed +to pull image/.test(textOf(event)));
  const isOfDisk = failures.every(event => readFaults(textOf(event)).some(fault => fault.kind === 'diskFull'));
  return isOfDisk && events.some(({ reason }) => reason === 'Pulling') ? 'pulling' : 'unstarted';
}

/** Whether a container ran, as far as its status tells: kubelet gives one that it cannot find the same end as one that never was. */
const ran = (status: ContainerStatus | null): boolean =>
  status?.state?.running !== undefined ||
  (status?.state?.terminated !== undefined && status.state.terminated.reason !== 'ContainerStatusUnknown');

function wordsOf(text = ''): string | null {
  const said = withoutTrailing(onOneLine(redact(text)), '.');
  return said === '' ? null : clipped(said, MOST);
}
