/**
 * What a node is asked with a pod of its own (`--from-node`), what its answer is, and what becomes of the facts with it. The pod is read as every failing pod is.
 * Pure: creating and removing it belongs to the command.
 */
import type { Facts, NodeAnswer, NodeReport } from '../model/facts.ts';
import { isNetworkFault, isNodeFault } from '../model/fault.ts';
import { type ContainerStatus, type Event, type Lookup, type Node, type Pod, secretNames } from '../model/kubernetes.ts';
import { withStatements } from '../parse/messages/registry-errors.ts';
import { newestOf, readNodeReport, sandboxImage } from '../parse/node-report.ts';
import { obstacleOf } from '../parse/obstacle.ts';
import { imagesOf, isOfPull, isPullReason } from '../parse/pod.ts';
import { redact } from '../util/redact.ts';
import { clipped, onOneLine } from '../util/text.ts';
import type { ImageCase } from './collect-facts.ts';
import { POOL_LABELS } from './contrast.ts';

/** Characters of a message that are kept. */
const MOST = 2000;

/** The pull of one pod, as far as it went. `outcome` null: it goes on, or nothing is known yet. */
export interface Pull {
  outcome: NodeAnswer['outcome'] | null;
  message: string | null;
  /** The errors of a pull that failed, null otherwise. */
  report: NodeReport | null;
}

/** The words of an event are those of the status behind this. */
const OF_EVENT = /^Failed +to pull image "[^"]*": /;
const said = (text: string | null | undefined): string | null =>
  text ? clipped(onOneLine(redact(text.replace(OF_EVENT, ''))), MOST) : null;
const PENDING: Pull = { outcome: null, message: null, report: null };
const ended = (outcome: NodeAnswer['outcome'], message: string | null | undefined): Pull => ({
  outcome,
  message: said(message),
  report: null,
});

/** Reasons of events that say that the sandbox stands. */
const AFTER_SANDBOX: ReadonlySet<string | undefined> = new Set(['Pulling', 'Pulled', 'Created', 'Started', 'BackOff']);

/**
 * How the pull of a pod of ours stands. In: the pod as it is now, its events, the facts that it was made for, and its container. A pull that kubelet put off, and one
 * that it made without a secret that is there (its copy of a new secret may come late), are no answer: the next try is.
 */
export function readPull(pod: Pod, events: readonly Event[], facts: Facts, container: string): Pull {
  const ofSandbox = facts.container.kind === 'sandbox';
  const image = imagesOf(pod, events).find(({ name, kind }) => name === container && kind === 'container');
  const { state } = image?.status ?? {};
  const sandbox = sandboxImage(pod, events);
  if (ofSandbox ? events.some(({ reason }) => AFTER_SANDBOX.has(reason)) : hasImage(state)) return ended('pulled', null);
  const subject = ofSandbox ? sandbox : image;
  const read = subject == null ? null : readNodeReport(subject, events, facts.reference, pod, true).nodeReport;
  if (read?.pulledAfter && !ofSandbox) return ended('pulled', null);
  const { phase, reason, message } = pod.status ?? {};
  const isOver = phase === 'Failed' || phase === 'Succeeded';
  if (read !== null && read.faults.length > 0 && !isPutOff(read, events, facts)) {
    const words = ofSandbox ? read.faults[0]?.message : (state?.waiting?.message ?? read.faults[0]?.message);
    return { outcome: 'failed', message: said(words), report: { ...read, source: 'node', pullingSince: null, pulledAfter: false } };
  }
  if (isOver && read?.pullingSince == null) return ended('notStarted', message ?? reason);
  if (isOver) return ended('pulling', message ?? reason);
  return PENDING;
}

/** kubelet has brought the container beyond its image: it runs, was started, or fails to start for another reason. A pod that is ended may show containers that never were. */
const hasImage = (state: ContainerStatus['state']): boolean =>
  state?.running !== undefined ||
  AFTER_START.has(state?.terminated?.reason) ||
  (AFTER_PULL.has(state?.waiting?.reason) && !isOfPull(state?.waiting));

/** Reasons of a container that a runtime has started, or tried to. */
const AFTER_START: ReadonlySet<string | undefined> = new Set(['StartError', 'ContainerCannotRun', 'Completed']);

/** Reasons of a container whose image is there. Source: pkg/kubelet/kuberuntime/kuberuntime_container.go, startContainer: the pull is its first step. */
const AFTER_PULL: ReadonlySet<string | undefined> = new Set([
  'CreateContainerConfigError',
  'PreCreateHookError',
  'CreateContainerError',
  'PreStartHookError',
  'RunContainerError',
  'StartError',
  'CrashLoopBackOff',
]);

/** Tries after which a pull without a secret counts, though the secret is there. */
const ENOUGH_TRIES = 3;

/** Whether a failure is none of the pull itself. */
function isPutOff({ faults, unreadableSecrets }: NodeReport, events: readonly Event[], { secrets }: Facts): boolean {
  if (faults.every(({ kind }) => kind === 'throttled' || kind === 'canceled')) return true;
  const isThere = (name: string): boolean => secrets.some(secret => secret.name === name && secret.lookup === 'found');
  const tries = events.filter(({ reason }) => reason === 'Pulling').reduce((sum, { count = 1 }) => sum + count, 0);
  return unreadableSecrets.some(isThere) && tries < ENOUGH_TRIES;
}

/** What is told of a pod that gave no answer in time. In: the pod as it was seen last (null: never), its events, and what is known of its node. */
export function unanswered(pod: Pod | null, events: readonly Event[], node: Lookup<Node>): Pull {
  if (pod === null) return ended('notStarted', 'the API server did not answer');
  const waiting = pod.status?.containerStatuses?.[0]?.state?.waiting;
  if (isPullReason(waiting?.reason)) return ended('failed', waiting?.message ?? waiting?.reason);
  const last = newestOf(events, ({ reason }) => reason === 'FailedCreatePodSandBox');
  if (events.some(({ reason }) => reason === 'Pulling')) return ended('pulling', null);
  const obstacle = obstacleOf(pod, events, node);
  if (obstacle?.words != null) return ended('notStarted', obstacle.words);
  if (last !== undefined || pod.status?.containerStatuses !== undefined)
    return ended('notStarted', waiting?.message ?? waiting?.reason ?? 'the pod has no sandbox yet');
  return ended('notStarted', 'kubelet has not taken the pod');
}

/** The pull secrets that admission gave a pod besides those that were sent. In: their names, and the pod as it was created. */
export const addedSecrets = (sent: readonly string[], created: Pod): string[] =>
  secretNames(created.spec?.imagePullSecrets).filter(name => !sent.includes(name));

/** An answer, and the errors in it. */
export interface Answered {
  answer: NodeAnswer;
  report: NodeReport | null;
}

/**
 * The case of an image with what the nodes answered. In: the case, the answers, that of the pod's own node first. What that node says now takes the place of what it
 * said before; what others say stands beside it.
 */
export function withAnswers({ facts, credentials }: ImageCase, answers: readonly Answered[], now: string): ImageCase {
  if (answers.length === 0) return { facts, credentials };
  const fromNode = answers.map(({ answer }) => answer);
  const own = answers.find(({ answer }) => answer.node === facts.pod?.node);
  if (own?.answer.outcome === 'failed' && own.report !== null && isOfPod(own.answer, own.report)) {
    const users = credentials.map(({ username }) => username);
    const faults = own.report.faults.map(fault => withStatements(fault, facts.reference, users));
    return { facts: { ...facts, fromNode, failing: true, nodeReport: { ...own.report, faults, at: now } }, credentials };
  }
  if (own?.answer.outcome === 'pulling' && facts.nodeReport.pullingSince === null) {
    const since = new Date(Date.parse(now) - own.answer.seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
    return { facts: { ...facts, fromNode, nodeReport: { ...facts.nodeReport, pullingSince: since } }, credentials };
  }
  return { facts: { ...facts, fromNode }, credentials };
}

/** Whether a failure is that of the diagnosed pod, too: what a registry says to secrets that admission added, it does not say to a pod without them. */
const isOfPod = ({ addedSecrets: added }: NodeAnswer, { faults }: NodeReport): boolean =>
  added.length === 0 || faults.every(fault => isNetworkFault(fault) || isNodeFault(fault));

/** What makes two nodes one kind: system, runtime, kubelet's version, and pool. */
function kindOf({ metadata: { labels = {} }, status }: Node): string {
  const { operatingSystem, architecture, containerRuntimeVersion, kubeletVersion, osImage } = status?.nodeInfo ?? {};
  const pool = POOL_LABELS.map(label => labels[label]).find(Boolean);
  return JSON.stringify([operatingSystem, architecture, containerRuntimeVersion, kubeletVersion, osImage, pool]);
}

/** Whether a node reports that it is ready. */
export const isReady = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;

/** One node of each kind, in the order of their names. In: all nodes, and one that stands for its kind whatever its name. Nodes that are not ready, and of another system than that one, are left out. */
export function oneOfEachKind(nodes: readonly Node[], first: string | null): Node[] {
  const own = nodes.find(({ metadata }) => metadata.name === first);
  const system = own?.status?.nodeInfo?.operatingSystem;
  const others = nodes
    .filter(node => isReady(node) && node !== own && (system === undefined || node.status?.nodeInfo?.operatingSystem === system))
    .sort((a, b) => a.metadata.name.localeCompare(b.metadata.name));
  const all = own === undefined ? others : [own, ...others];
  const kinds = new Set<string>();
  return all.filter(node => !kinds.has(kindOf(node)) && kinds.add(kindOf(node)));
}
