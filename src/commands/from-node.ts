/**
 * `why --from-node`: lets the nodes of failing pods pull once more. Says which pods it will create, asks, creates a few at a time, waits for what their nodes say, and
 * removes each on every way out. What is asked and what an answer means stands in diagnosis/node-answer.ts.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../cluster/api.ts';
import type { Connection } from '../cluster/kubeconfig.ts';
import { listAllNodes } from '../cluster/nodes.ts';
import { nodeNotFound } from '../cluster/not-found.ts';
import { CONTAINER, changedByAdmission, type PullPod, type PullQuestion, pullPod } from '../cluster/pull-pod.ts';
import { readEvent, readList, readNode, readPod } from '../cluster/shape.ts';
import { createWriter, type Removal, uidOf, type Writer } from '../cluster/writer.ts';
import { collectFacts, type ImageCase } from '../diagnosis/collect-facts.ts';
import {
  type Answered,
  addedSecrets,
  isReady,
  oneOfEachKind,
  type Pull,
  readPull,
  unanswered,
  withAnswers,
} from '../diagnosis/node-answer.ts';
import { type Facts, isOver } from '../model/facts.ts';
import { type Event, keyOf, type Lookup, type Node, namespaceOf, notSeen, type Pod, type PodSnapshot } from '../model/kubernetes.ts';
import { refusedPull } from '../parse/messages/admission.ts';
import { imagesOf, pullSecretNames, serviceAccountName } from '../parse/pod.ts';
import { program } from '../util/called-as.ts';
import { redact } from '../util/redact.ts';
import { inUrl, onOneLine } from '../util/text.ts';
import { UserError } from '../util/user-error.ts';
import { USER_AGENT } from '../util/version.ts';
import type { Context, FromNodeFlags } from './context.ts';
import type { PodToDiagnose } from './examine.ts';
import { isAgreed, note } from './terminal.ts';

/** Pods that one run creates at most: more are no question, but a load. */
const MOST_PODS = 20;
/** Pods that pull at the same time. */
const AT_ONCE = 4;
/** Snapshots that are taken at the same time. */
const SNAPSHOTS_AT_ONCE = 8;
/** Milliseconds between two looks at a pod. */
const LOOK_MS = 700;
/** Seconds that a pod lives longer than its answer is waited for: then it ends by itself. */
const GRACE = 30;

/** What is asked, where, and for whom. */
export interface NodeInquiry {
  subjects: readonly PodToDiagnose[];
  snapshot(pod: Pod, evenHealthy: boolean): Promise<PodSnapshot>;
  /** Only this container; null for all. */
  container: string | null;
  api: Api;
  connection: Connection;
}

/** What the nodes answered. */
export interface NodeAnswers {
  /** The case of an image of a pod, with the answers for it. */
  of(pod: Pod, one: ImageCase): ImageCase;
  /** What could not be asked or removed, one line each: where there is one, the work is not complete. */
  warnings: string[];
}

/** One pod of ours: what it asks, of which facts, and what is known of its node. */
interface Task {
  question: PullQuestion;
  facts: Facts;
  node: Lookup<Node>;
}

/** Asks the nodes. `say` gets the progress; with an empty text it makes room for a question. Where the user does not agree, none is asked. Errors: a UserError where too much is asked, and when it was interrupted. */
export async function askNodes(
  inquiry: NodeInquiry,
  flags: FromNodeFlags,
  context: Context,
  say: (text: string) => void,
): Promise<NodeAnswers> {
  const { warnings, tasks, keysOf } = await plan(inquiry, flags);
  const answers = new Map<string, Answered>();
  const of = (pod: Pod, one: ImageCase): ImageCase =>
    withAnswers(
      one,
      (keysOf.get(caseKey(pod, one.facts)) ?? []).flatMap(key => answers.get(key) ?? []),
      context.now(),
    );
  if (tasks.size === 0) return { of, warnings };
  const writer = createWriter(inquiry.connection, context.environment, USER_AGENT);
  try {
    const allowed = await withRights(writer, tasks, warnings);
    if (allowed.size > 0) {
      say('');
      const question = allowed.size === 1 ? 'Create it?' : 'Create them?';
      const agreed = await isAgreed(context, announcement([...allowed.values()], flags), question, flags.yes);
      if (!agreed) note(context, 'no node is asked, since the answer was not "y": this is the diagnosis without it');
      else await run(allowed, answers, warnings, { ...inquiry, writer, flags, context, say });
    }
  } finally {
    await writer.close();
  }
  return { of, warnings };
}

const caseKey = (pod: Pod, { container }: Facts): string => JSON.stringify([keyOf(pod.metadata), container.kind, container.name]);

// ── what is asked ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The pods to create, each once for all images that ask the same, and by case the keys of its pods. */
async function plan(
  { subjects, snapshot, container, api }: NodeInquiry,
  flags: FromNodeFlags,
): Promise<{ tasks: Map<string, Task>; keysOf: Map<string, string[]>; warnings: string[] }> {
  const tasks = new Map<string, Task>();
  const keysOf = new Map<string, string[]>();
  const warnings: string[] = [];
  const nodes = flags.allNodes ? (await listAllNodes(api)).total : [];
  const named = flags.node === null ? null : await getNode(api, flags.node);
  for (let at = 0; at < subjects.length; at += SNAPSHOTS_AT_ONCE) {
    const part = subjects.slice(at, at + SNAPSHOTS_AT_ONCE).filter(({ pod }) => pod.defect === undefined);
    const seen = await Promise.all(part.map(async one => ({ ...one, seen: await snapshot(one.pod, one.named) })));
    for (const { pod, named: isNamed, seen: objects } of seen)
      for (const { facts } of collectFacts(objects, new Date().toISOString(), isNamed, container)) {
        const why = noQuestion(pod, facts, named !== null || flags.allNodes);
        if (why !== null) {
          warnings.push(`no node is asked about ${nameOf(facts)}: ${why}`);
          continue;
        }
        for (const { name, node } of nodesFor(pod, objects.node, nodes, named)) {
          const unable = unableToPull(node);
          if (unable !== null) {
            warnings.push(`node "${name}" is not asked about ${nameOf(facts)}: ${unable}`);
            continue;
          }
          const question = questionOf(pod, facts, name, node);
          const { owner: _, ...asked } = question;
          const key = JSON.stringify([asked, facts.container.kind === 'sandbox']);
          if (!tasks.has(key)) tasks.set(key, { question, facts, node });
          const own = caseKey(pod, facts);
          keysOf.set(own, [...(keysOf.get(own) ?? []), key]);
        }
      }
  }
  if (tasks.size > MOST_PODS)
    throw new UserError(
      `--from-node would create ${tasks.size} pods, and ${MOST_PODS} are the most of one run: nothing was created`,
      'name fewer pods, or one node with --node',
    );
  return { tasks, keysOf, warnings: [...new Set(warnings)] };
}

const nameOf = ({ pod, image, container }: Facts): string =>
  `${container.kind === 'sandbox' ? 'the sandbox image' : `image "${image}"`} of pod "${pod?.name}"`;

/** Why no node can be asked about an image, null where one can. */
function noQuestion(pod: Pod, facts: Facts, elsewhere: boolean): string | null {
  if (facts.refusal !== undefined) return 'admission refuses its pods, and would refuse this one, too';
  if (pod.metadata.uid === undefined) return 'the pod has no uid';
  if (facts.container.kind !== 'sandbox' && facts.reference === null) return 'its name is not valid, so nothing is pulled';
  if (facts.obstacle?.kind === 'terminating') return 'the pod is being deleted';
  if (!elsewhere && isOver(facts) && facts.obstacle?.kind !== 'ended' && facts.obstacle?.kind !== 'evicted')
    return facts.obstacle?.kind === 'nodeGone' ? 'its node does not exist' : 'its node is not ready';
  return elsewhere || facts.pod?.node != null ? null : 'the pod is not assigned to a node yet; name one with --node';
}

/** The nodes to ask for a pod, its own first. */
function nodesFor(
  pod: Pod,
  own: Lookup<Node>,
  all: readonly Node[],
  named: (Lookup<Node> & { name: string }) | null,
): { name: string; node: Lookup<Node> }[] {
  const ownName = pod.spec?.nodeName || null;
  if (named !== null) return [{ name: named.name, node: named }];
  if (all.length > 0) return oneOfEachKind(all, ownName).map(node => ({ name: node.metadata.name, node: { found: true, object: node } }));
  return ownName === null ? [] : [{ name: ownName, node: own }];
}

/** Why a node would not pull at all, null where it may. */
function unableToPull(node: Lookup<Node>): string | null {
  if (node.found) return isReady(node.object) ? null : 'it is not ready, so no kubelet would take the pod';
  return node.missing ? 'it does not exist' : null;
}

function questionOf(pod: Pod, facts: Facts, node: string, lookup: Lookup<Node>): PullQuestion {
  const images = imagesOf(pod);
  // whatever image a pod has, its sandbox comes first
  const own = images.find(({ name, kind }) => name === facts.container.name && kind === facts.container.kind) ?? images[0];
  return {
    namespace: namespaceOf(pod.metadata),
    node,
    isWindows: lookup.found && lookup.object.status?.nodeInfo?.operatingSystem === 'windows',
    image: own?.image ?? '',
    secrets: pullSecretNames(pod),
    serviceAccount: serviceAccountName(pod),
    runtimeClass: pod.spec?.runtimeClassName ?? null,
    owner: { name: pod.metadata.name, uid: pod.metadata.uid as string },
  };
}

async function getNode(api: Api, name: string): Promise<Lookup<Node> & { name: string }> {
  const answer = await api.get<unknown>(`/api/v1/nodes/${inUrl(name)}`);
  if (!answer.ok && answer.status === 404) throw await nodeNotFound(api, name);
  const read = answer.ok ? readNode(answer.value) : null;
  return read !== null && 'object' in read ? { found: true, object: read.object, name } : { ...notSeen('it could not be read'), name };
}

/** What the user is told before anything is created. */
function announcement(tasks: readonly Task[], { timeout }: FromNodeFlags): string[] {
  const few = tasks.length === 1;
  const seconds = deadlineOf(timeout);
  return [
    `--from-node creates ${few ? 'a pod' : `${tasks.length} pods, ${AT_ONCE} at a time`}. kubelet on its node pulls the image, and nothing of the image runs. ${few ? 'The pod' : 'Each pod'} is removed after the answer (it ends by itself after ${seconds} s):`,
    ...tasks.map(({ question: { node, namespace, image, secrets, serviceAccount } }) => {
      const login = secrets.length === 0 ? 'no pull secret of the pod' : `pull secret ${secrets.map(name => `"${name}"`).join(', ')}`;
      return `  node "${node}", namespace "${namespace}", image "${redact(image)}", ${login}, service account "${serviceAccount}"`;
    }),
  ];
}

const deadlineOf = (timeout: number): number => Math.ceil(timeout / 1000) + GRACE;

/** Those tasks whose pods the user may create and delete. Of the others a warning tells the missing rule. */
async function withRights(writer: Writer, tasks: ReadonlyMap<string, Task>, warnings: string[]): Promise<Map<string, Task>> {
  const denied = new Map<string, string[]>();
  for (const namespace of new Set([...tasks.values()].map(({ question }) => question.namespace))) {
    const verbs = (['create', 'delete'] as const).map(async verb => ((await writer.mayI(verb, namespace)) === false ? verb : null));
    const missing = (await Promise.all(verbs)).filter(verb => verb !== null);
    if (missing.length > 0) denied.set(namespace, missing);
  }
  for (const [namespace, verbs] of denied)
    warnings.push(
      `no node is asked in namespace "${namespace}": the ${verbs.length === 1 ? 'permission' : 'permissions'} ${verbs.map(verb => `"${verb} pods"`).join(' and ')} ${verbs.length === 1 ? 'is' : 'are'} missing; ask for the rule {apiGroups: [""], resources: [pods], verbs: [create, delete]} (deploy/rbac/from-node.yaml)`,
    );
  return new Map([...tasks].filter(([, { question }]) => !denied.has(question.namespace)));
}

// ── how it is asked ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Tools extends NodeInquiry {
  writer: Writer;
  flags: FromNodeFlags;
  context: Context;
  say(text: string): void;
}

/** Asks all, a few at a time. Errors: a UserError when it was interrupted, after all that was created is removed. */
async function run(tasks: ReadonlyMap<string, Task>, answers: Map<string, Answered>, warnings: string[], tools: Tools): Promise<void> {
  const { context, say } = tools;
  const id = randomBytes(8).toString('hex');
  /** Pods that may be there. */
  const there = new Set<PullPod>();
  const waiting = [...tasks];
  const asking = new Set<string>();
  const tellProgress = (): void => say(`waiting for ${[...asking].join(', ')}`);
  const release = context.hold(() => farewell([...there], tools.flags.timeout));
  const tellStop = (): void => {
    say('');
    if (there.size > 0)
      note(
        context,
        `stopped: removing ${there.size === 1 ? 'the pod' : `${there.size} pods`} that --from-node created (again Ctrl-C leaves at once)`,
      );
  };
  context.signal.addEventListener('abort', tellStop, { once: true });
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !context.signal.aborted; next = waiting.shift()) {
      const [key, task] = next;
      const name = `node "${task.question.node}" to pull "${redact(task.question.image)}"`;
      asking.add(name);
      tellProgress();
      answers.set(key, await ask(task, id, there, warnings, tools));
      asking.delete(name);
    }
  };
  try {
    // what fails in one leaves the others the time to remove theirs
    const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
    const broken = ends.find(end => end.status === 'rejected');
    if (broken !== undefined) throw broken.reason;
  } finally {
    context.signal.removeEventListener('abort', tellStop);
    say('');
    if (context.signal.aborted && there.size === 0) note(context, 'removed: nothing is left');
    release();
  }
  if (context.signal.aborted) throw new UserError(['interrupted', ...warnings].join('; '));
}

/** What is said when a second Ctrl-C leaves pods behind. */
function farewell(pods: readonly PullPod[], timeout: number): string {
  const namespaces = [...new Set(pods.map(({ metadata }) => metadata.namespace))];
  const names = pods.map(({ metadata }) => `"${metadata.namespace}/${metadata.name}"`).join(', ');
  const where = namespaces.length === 1 ? `-n ${namespaces[0]}` : '-A';
  return `left behind: ${names || 'nothing'}. ${pods.length === 0 ? '' : `It ends by itself within ${deadlineOf(timeout)} s; remove it now with: ${program()} cleanup ${where}`}`.trim();
}

/** Creates one pod, waits for what its node says, and removes it. */
async function ask(task: Task, run: string, there: Set<PullPod>, warnings: string[], tools: Tools): Promise<Answered> {
  const { writer, flags } = tools;
  const { question } = task;
  const pod = pullPod(question, run, randomBytes(5).toString('hex'), deadlineOf(flags.timeout));
  const begin = Date.now();
  let uid: string | null = null;
  const answer = (pull: Pull, added: string[] = []): Answered => ({
    answer: {
      node: question.node,
      outcome: pull.outcome ?? 'notStarted',
      message: pull.message,
      seconds: Math.round((Date.now() - begin) / 1000),
      addedSecrets: added,
    },
    report: pull.report,
  });
  const refused = (message: string): Answered => {
    warnings.push(`node "${question.node}" is not asked about image "${redact(question.image)}": ${message}`);
    return answer({ outcome: 'refused', message, report: null });
  };
  there.add(pod);
  try {
    const created = await writer.create(pod);
    if (!created.ok) {
      // what got no answer may have been done all the same
      if (created.status !== 0 && created.status < 500) there.delete(pod);
      return refused(refusedPull(created.message, question));
    }
    uid = uidOf(created.value);
    const changed = changedByAdmission(pod, created.value);
    if (changed !== null) return refused(changed);
    const shaped = readPod(created.value);
    const added = shaped === null ? [] : addedSecrets(question.secrets, shaped);
    return answer(await follow(task, pod, uid, tools), added);
  } finally {
    if (there.has(pod)) {
      const { namespace, name } = pod.metadata;
      const { is, why } = await removed(writer, { namespace, name, uid, run });
      if (is === 'gone' || is === 'replaced') there.delete(pod);
      else {
        const command = is === 'there' ? `${program()} cleanup -n ${namespace}` : `kubectl delete pod ${name} -n ${namespace}`;
        warnings.push(
          `pod "${name}" in namespace "${namespace}" could not be removed: ${why}; it ends by itself, and it goes with pod "${question.owner.name}"; remove it with: ${command}`,
        );
      }
    }
  }
}

/** Removes a pod. A fault of our own is tried once more, and is told: it costs no answer that is there. */
async function removed(writer: Writer, pod: Parameters<Writer['remove']>[0]): Promise<Removal> {
  try {
    return await writer.remove(pod).catch(() => writer.remove(pod));
  } catch (error) {
    return { is: 'there', why: redact(onOneLine((error as Error).message)) };
  }
}

/** Looks at a pod until its node has answered, or the time is over, or the user stops it. An API server that does not answer is asked again. */
async function follow(
  { question, facts, node }: Task,
  { metadata }: PullPod,
  uid: string | null,
  { api, flags, context }: Tools,
): Promise<Pull> {
  const end = Date.now() + flags.timeout;
  const path = `/api/v1/namespaces/${inUrl(metadata.namespace)}`;
  const selector = inUrl(`involvedObject.kind=Pod,involvedObject.name=${metadata.name}`);
  let last: { pod: Pod; events: Event[] } | null = null;
  while (!context.signal.aborted) {
    try {
      const [pod, events] = await Promise.all([
        api.get<unknown>(`${path}/pods/${metadata.name}`),
        api.get<unknown>(`${path}/events?fieldSelector=${selector}`),
      ]);
      const value = pod.ok && uidOf(pod.value) === uid ? readPod(pod.value) : null;
      if (value === null && (pod.ok || pod.status === 404))
        return { outcome: 'notStarted', message: `somebody has deleted the pod, or its node "${question.node}" is gone`, report: null };
      const seen = (events.ok ? (readList(events.value)?.items ?? []) : []).map(readEvent).filter(event => event !== null);
      if (value !== null) {
        last = { pod: value, events: seen };
        const pull = readPull(value, seen, facts, CONTAINER);
        if (pull.outcome !== null) return pull;
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
    if (Date.now() > end) break;
    await sleep(LOOK_MS, undefined, { signal: context.signal }).catch(() => {});
  }
  return unanswered(last?.pod ?? null, last?.events ?? [], node);
}
