/**
 * The work of every `why`: from pods to findings, a few pods at a time. Where the pods come from, and how findings are shown, belongs to
 * its callers.
 */
import { imagesToAsk } from '../diagnosis/ahead.ts';
import { collectFacts, type ImageCase, unexaminedImages } from '../diagnosis/collect-facts.ts';
import { type Finding, investigate } from '../diagnosis/investigate.ts';
import { neededLookups } from '../diagnosis/needed.ts';
import { diagnosedWith, imagesToCompare, questionOfNode, withNode, withPresent } from '../diagnosis/node-look.ts';
import { unexamined } from '../diagnosis/unexamined.ts';
import { keyOf, type NodeDetails, type NodeQuestion, type Pod, type PodSnapshot } from '../model/kubernetes.ts';
import { clientOf } from '../model/runtime-client.ts';
import type { Memory } from '../registry/once-per-credential.ts';
import type { Prober } from '../registry/prober.ts';
import { failureText } from '../util/failure.ts';
import { noteGarbage } from '../util/garbage.ts';
import { append } from '../util/lists.ts';
import { Room } from '../util/room.ts';
import { UserError } from '../util/user-error.ts';
import type { CommonFlags, Context } from './context.ts';
import { withProber } from './open-prober.ts';

/** The number of pods that are worked on at the same time. */
const AT_ONCE = 8;
/** Milliseconds after which a pod that waits for registries makes room for another: a registry that is slow or silent must not delay the pods of others. */
const PATIENCE_MS = 250;
/** The number of pods that are under way at the same time, those that wait for registries included: what they wait for they share. */
const MOST_UNDER_WAY = 4096;
/** The number of images of one registry that are probed at the same time: more would wait for its connections while their time limits run. */
const AT_ONE_REGISTRY = 8;
/** The garbage that the examination of one pod makes, in bytes, about. */
const GARBAGE_PER_POD = 50_000;

/** A pod to examine. */
export interface PodToDiagnose {
  pod: Pod;
  /** The user named it, so that it gets an answer even when nothing is wrong with it. */
  named: boolean;
}

/** What is examined, and where the findings go. */
export interface Examination {
  subjects: readonly PodToDiagnose[];
  snapshot(pod: Pod, evenHealthy: boolean): Promise<PodSnapshot>;
  /** Reads more of a node where the verdict needs it. */
  nodeDetails?(question: NodeQuestion): Promise<NodeDetails>;
  /** Only this container; null for all. */
  container: string | null;
  /** Called with each finding, in the order of the pods: none is kept here. */
  take(finding: Finding): void;
  /** Called with each finding as soon as it is there, in whatever order. */
  found?(finding: Finding): void;
  /** Called with what is being done, for the progress line. */
  say(text: string): void;
  /** Adds to the case of an image what nodes answered that were asked to pull it (`--from-node`). */
  withAnswers?(pod: Pod, one: ImageCase): ImageCase;
  /** A snapshot takes requests: what will be asked is connected meanwhile. */
  isRemote?: boolean;
  /** The credentials that were rejected before, where this is not the first examination. */
  memory?: Memory;
}

/** What an examination could not do. */
export interface Examined {
  /** Pods that could not be examined, and why: one line for each reason. */
  warnings: string[];
  /** Every pod was examined, and what a verdict needed was there. */
  isComplete: boolean;
}

/**
 * Takes the snapshot of each pod, probes the registries of its images and diagnoses them. A pod that cannot be examined, by its own fault or
 * by ours, is an `Unknown` with a warning; the others have their verdicts. Errors: the interruption alone.
 */
export const examine = async (
  { subjects, snapshot, nodeDetails, container, take, found, say, withAnswers = (_, one) => one, memory, isRemote = false }: Examination,
  flags: CommonFlags,
  context: Context,
): Promise<Examined> => {
  const failures = createFailures();
  let isComplete = true;
  /** Registries that some pod waits for with its patience at an end: the pods that follow take no room for them. */
  const slow = new Set<string>();
  const rooms = new Map<string, Room>();
  const roomOf = (registry: string): Room => {
    const room = rooms.get(registry) ?? new Room(AT_ONE_REGISTRY);
    rooms.set(registry, room);
    return room;
  };

  /** The second look: what the verdict needs of the node, and which layers the node has already. */
  const lookAtNode = async (seen: PodSnapshot, one: ImageCase, finding: Finding, prober: Prober | null): Promise<Finding> => {
    const question = questionOfNode(finding, flags.nodeStats === true);
    if (nodeDetails === undefined || question === null) return finding;
    const others = finding.facts.failing || prober === null ? [] : imagesToCompare(finding.facts, seen.node);
    const { platform, runtime } = finding.facts.node;
    const [details, ...compared] = await Promise.all([
      nodeDetails(question),
      ...others.map(other =>
        (prober as Prober).probe(other, one.credentials, { platform, deep: true, client: clientOf(runtime), listOnly: true }),
      ),
    ]);
    return diagnosedWith(withPresent(withNode(finding.facts, seen.node, details), compared));
  };

  /** An image that cannot be examined leaves the other images of its pod their verdicts. */
  const investigateOne = async (seen: PodSnapshot, one: ImageCase, prober: Prober | null): Promise<Finding> => {
    const leave = await roomOf(one.facts.reference?.registry ?? '').enter();
    try {
      return await lookAtNode(seen, one, await investigate(one, prober), prober);
    } catch (error) {
      if (context.signal.aborted) throw error;
      const why = failureText(error);
      failures.add(keyOf(seen.pod.metadata), why);
      return unexamined(seen.pod, context.now(), why, one.facts);
    } finally {
      leave();
    }
  };

  /** `makeRoom` is called once no more work is expected of this pod for a while. */
  const examineOne = async ({ pod, named }: PodToDiagnose, prober: Prober | null, makeRoom: () => void): Promise<Finding[]> => {
    let patience: NodeJS.Timeout | undefined;
    try {
      if (pod.defect !== undefined) throw new UserError(`it is malformed: ${pod.defect}`);
      if (isRemote && prober !== null) for (const image of imagesToAsk(pod, container)) prober.prepare(image);
      const seen = await snapshot(pod, named);
      const cases = collectFacts(seen, context.now(), named, container).map(one => withAnswers(pod, one));
      const registries = cases.flatMap(({ facts }) => facts.reference?.registry ?? []);
      if (registries.some(registry => slow.has(registry))) makeRoom();
      const giveWay = (): void => {
        for (const registry of registries) slow.add(registry);
        makeRoom();
      };
      patience = setTimeout(giveWay, PATIENCE_MS);
      const findings = await Promise.all(
        cases.map(async one => {
          const finding = await investigateOne(seen, one, prober);
          found?.(finding);
          return finding;
        }),
      );
      const left = unexaminedImages(pod, container);
      if (left > 0) failures.add(keyOf(pod.metadata), `${left} of its images are too many: the others of it were examined`);
      if (findings.some(finding => neededLookups(seen, finding).length > 0) || isBlind(seen, findings)) isComplete = false;
      return findings;
    } catch (error) {
      // an interrupted examination proves nothing
      if (context.signal.aborted) throw error;
      const why = failureText(error);
      failures.add(keyOf(pod.metadata), why);
      return [unexamined(pod, context.now(), why)];
    } finally {
      clearTimeout(patience);
      makeRoom();
    }
  };

  await withProber(
    flags,
    context,
    async prober => {
      const room = new Room(AT_ONCE);
      /** In the order of the pods: findings are taken in this order. */
      const running: { findings: Promise<Finding[]>; isDone: boolean }[] = [];
      const next = async (): Promise<void> => {
        const [first] = running;
        if (first === undefined) return;
        for (const finding of await first.findings) take(finding);
        running.shift();
      };
      const start = async (subject: PodToDiagnose): Promise<void> => {
        const entry = { findings: examineOne(subject, prober, await room.enter()), isDone: false };
        const done = (): void => {
          entry.isDone = true;
          noteGarbage(GARBAGE_PER_POD);
        };
        entry.findings.then(done, done);
        running.push(entry);
      };
      try {
        const turn = takingTurns();
        for (const [index, subject] of subjects.entries()) {
          await turn();
          await start(subject);
          say(`probing registries (pod ${index + 1} of ${subjects.length}: ${subject.pod.metadata.name})`);
          while (running[0]?.isDone === true || running.length >= MOST_UNDER_WAY) await next();
        }
        while (running.length > 0) await next();
      } finally {
        // the first failure ends all; those of the others are not reported
        await Promise.allSettled(running.map(({ findings }) => findings));
      }
    },
    memory,
  );
  const warnings = failures.warnings();
  return { warnings, isComplete: isComplete && warnings.length === 0 };
};

/** Milliseconds of work without a break. */
const TURN_MS = 10;

/**
 * Out: what lets answers in that have come meanwhile, now and then: of pods whose questions were all answered before, thousands could be examined in one go, while the time limits of
 * the others run.
 */
function takingTurns(): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < TURN_MS) return;
    await new Promise(resolve => setImmediate(resolve));
    began = performance.now();
  };
}

/** Whether nothing was found in a pod whose events, which alone tell of its image volumes, could not be read. */
const isBlind = ({ events }: PodSnapshot, findings: readonly Finding[]): boolean =>
  findings.length === 0 && !events.found && !events.missing && events.failed === true;

/** Pods that one warning names. */
const MAX_NAMED = 5;

/** Failures of pods, told by their reason: a reason that thousands share is one line. */
function createFailures(): { add(pod: string, why: string): void; warnings(): string[] } {
  const podsByReason = new Map<string, string[]>();
  return {
    add: (pod, why) => append(podsByReason, why, pod),
    warnings: () =>
      [...podsByReason].map(([why, pods]) => {
        const more = pods.length - MAX_NAMED;
        const names = pods.slice(0, MAX_NAMED).map(pod => `"${pod}"`);
        return `cannot examine ${pods.length === 1 ? 'pod' : 'pods'} ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}: ${why}`;
      }),
  };
}
