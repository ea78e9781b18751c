/**
 * `why --watch`: what fails now, then every change, until the images of what was named are pulled, or somebody stops it. The loop of lists, watches and diagnoses;
 * what is known of the pods belongs to pod-tracker.ts, when there is an answer to gate.ts, how it is worded to report/watch.ts.
 */
import { setMaxListeners } from 'node:events';
import { showSeconds } from '../causes/sizes.ts';
import type { Api } from '../cluster/api.ts';
import { list, withQuery } from '../cluster/list.ts';
import { createReader, type Reader } from '../cluster/reader.ts';
import type { Rollout } from '../cluster/rollout.ts';
import { readPod } from '../cluster/shape.ts';
import { findTargets, isSelected, readRollouts, type Selection, selectionPath, titleOf } from '../cluster/targets.ts';
import { type PodSource, watchPods } from '../cluster/watch.ts';
import { collectFacts } from '../diagnosis/collect-facts.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import type { CauseCode } from '../model/cause-codes.ts';
import type { Facts } from '../model/facts.ts';
import { keyOf, type Pod } from '../model/kubernetes.ts';
import { newMemory } from '../registry/once-per-credential.ts';
import { type Ending, isFailure, waitingLine } from '../report/watch.ts';
import { UserError } from '../util/user-error.ts';
import type { Context, WhyFlags } from './context.ts';
import { examine } from './examine.ts';
import { judge, type Outcome } from './gate.ts';
import { openApi } from './open-cluster.ts';
import { initialState, type TrackerChange, type TrackerState, track, trackedKeys } from './pod-tracker.ts';
import { withType } from './sources.ts';
import { endingOf, goneEnding, lateEnding, standing, titleOfAll } from './watch-ending.ts';
import { WatchPrinter } from './watch-printer.ts';

/** Changes within this time, in milliseconds, are diagnosed together: a registry that fails affects many pods at once. */
const GATHER_MS = 1000;
/** Milliseconds until a diagnosis that failed is tried again. */
const RETRY_MS = 5000;
/** Milliseconds after which pods are looked at again of which only events tell; of pods whose images are waited for it is sooner. */
const LOOK_MS = 10_000;
const SOON_MS = 3000;
/** Milliseconds after which a roll-out is read again while its pods are not all created. */
const ROLLOUT_MS = 2000;
/** Pods whose events are read at each look. */
const MOST_LOOKED_AT = 30;
/** Milliseconds after which a named pod that was deleted counts as gone: `kubectl replace --force` and StatefulSets create it again. */
const GONE_MS = 5000;
/** The limit of one probe, in milliseconds: --timeout is that of the watch. */
const PROBE_MS = 30_000;

/**
 * Runs until there is an answer, the time is over, or Ctrl-C. In: the flags, and the causes that count. Out: the exit status. Errors: a UserError for flags that do
 * not go with --watch, when the first list fails, and when what was named is gone.
 */
export async function watch(flags: WhyFlags, context: Context, counted: ReadonlySet<CauseCode>): Promise<number> {
  if (flags.file !== undefined) throw new UserError('--watch cannot be combined with -f', 'a file does not change: leave out --watch');
  if (!['text', 'wide', 'json'].includes(flags.output))
    throw new UserError(`--watch does not support -o ${flags.output}`, 'use -o text, wide or json');
  if (flags.since !== undefined)
    throw new UserError('--watch cannot be combined with --since', 'a watch tells what changes: leave out --since');
  if (flags.node !== undefined || flags.fieldSelector !== undefined)
    throw new UserError(
      `--watch cannot be combined with ${flags.node === undefined ? '--field-selector' : '--node'}`,
      'select the pods with -l, or name them',
    );
  const limit = flags.timeoutGiven && flags.timeout > 0 ? flags.timeout : null;
  const timeout = flags.timeoutGiven ? Math.min(PROBE_MS, limit ?? PROBE_MS) : flags.timeout;
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  setMaxListeners(0, signal);
  const watcher = new Watcher({ ...flags, timeout }, { ...context, signal }, counted, stop);
  const timer = limit === null ? undefined : setTimeout(() => watcher.timeOut(limit), limit);
  try {
    await watcher.run();
  } finally {
    clearTimeout(timer);
  }
  return watcher.end(context.signal.aborted);
}

/** One watch: its connection, what it knows, and what it prints. */
class Watcher {
  #api!: Api;
  #selection!: Selection;
  #rollouts: Rollout[] = [];
  #state: TrackerState;
  /** Which passwords were refused: remembered over all diagnoses, so that each is sent once. */
  readonly #memory = newMemory();
  readonly #printer: WatchPrinter;
  readonly #begun: number;
  /** Every selected pod matters: its images are waited for, or it was named. */
  readonly #follows: boolean;
  #timer: NodeJS.Timeout | undefined;
  #diagnoses: Promise<void> = Promise.resolve();
  /** By pod: what its events told at the last look, and by which of them it was diagnosed again. */
  readonly #looks = new Map<string, Facts[]>();
  readonly #lookedAgain = new Map<string, string>();
  /** Named pods that were there. */
  readonly #seen = new Set<string>();
  #goneSince: number | null = null;
  #isJudging = false;
  #rolloutsReadAt = 0;
  #ending: Ending | null = null;
  #error: Error | null = null;

  constructor(
    private readonly flags: WhyFlags,
    private readonly context: Context,
    private readonly counted: ReadonlySet<CauseCode>,
    private readonly stop: AbortController,
  ) {
    this.#follows = flags.untilPulled === true || flags.names.length > 0;
    this.#state = initialState(this.#follows, flags.container ?? null);
    this.#printer = new WatchPrinter(flags, context, counted);
    this.#begun = Date.parse(context.now());
  }

  /** Watches until it is stopped. */
  async run(): Promise<void> {
    const { flags, context } = this;
    const opened = await openApi(flags, context);
    this.#api = opened.api;
    const timers = [
      setInterval(() => void this.#look().catch(() => {}), this.#follows ? SOON_MS : LOOK_MS),
      setInterval(() => void this.#tick(), 1000),
    ];
    try {
      const namespace = flags.allNamespaces ? null : (flags.namespace ?? opened.namespace);
      const targets = await findTargets(this.#api, withType(flags.names), namespace ?? '');
      this.#selection = { namespace, selector: flags.selector ?? null, targets };
      this.#rollouts = await readRollouts(this.#api, targets);
      for await (const change of watchPods(this.#source(), context.signal)) {
        if ((change.type === 'changed' || change.type === 'deleted') && !isSelected(change.pod, this.#selection)) continue;
        this.#apply(change);
        const isFirst = change.type === 'listed' && !this.#state.isStarted;
        if (isFirst) await this.#diagnosePending();
        await this.#judge();
        if (isFirst && !this.#isOver()) this.#announce();
      }
    } catch (error) {
      if (!context.signal.aborted) throw error;
    } finally {
      for (const timer of timers) clearInterval(timer);
      clearTimeout(this.#timer);
      await this.#diagnoses.catch(() => {});
      await this.#printer.flush();
      await this.#api.close();
    }
  }

  /** The time is over. In: how long it was, in milliseconds. */
  timeOut(limit: number): void {
    const outcome = this.#state.isStarted ? judge(this.#state, this.#goal()) : null;
    const after = `timed out after ${showSeconds(limit / 1000)}`;
    const advice = 'check the cluster, or give it more time';
    if (outcome === null) this.#error ??= new UserError(`${after}: the pods could not be read`, advice);
    else if (!this.#state.isConnected) this.#error ??= new UserError(`${after}: the cluster cannot be reached`, advice);
    else if (!this.#follows) this.#ending ??= this.#standing('timeout', after);
    else {
      const waiting = this.#waitingPods().flatMap(({ metadata }) => this.#findingsOf(keyOf(metadata)));
      this.#ending ??= lateEnding(outcome, titleOfAll(this.#selection), waiting, after);
    }
    this.stop.abort();
  }

  /** Says how it ended. In: whether Ctrl-C did it. Out: the exit status. */
  end(isInterrupted: boolean): number {
    if (this.#ending === null && this.#error === null && isInterrupted) {
      if (!this.#state.isStarted) throw new UserError('interrupted');
      const seconds = (Date.parse(this.context.now()) - this.#begun) / 1000;
      this.#ending = this.#standing('interrupted', `stopped after ${showSeconds(seconds)}`);
    }
    const [ending, error] = [this.#ending, this.#error];
    if (ending !== null) {
      const isVerdict = ending.outcome === 'failed' || (ending.outcome === 'timeout' && this.#follows);
      this.#printer.end(ending, isVerdict, error !== null);
    }
    if (error !== null || ending === null) throw error ?? new UserError('interrupted');
    return ending.status;
  }

  #standing(outcome: 'timeout' | 'interrupted', after: string): Ending {
    const failures = this.#knownFindings().filter(isFailure);
    const counted = failures.filter(finding => this.#printer.isTold(finding));
    return standing(outcome, after, { failures, counted, counts: this.#printer.counts, isGate: this.flags.untilPulled === true });
  }

  #knownFindings(): Finding[] {
    return [...this.#state.diagnosed.values()].flatMap(({ findings }) => findings);
  }

  // ---- the pods ---------------------------------------------------------------------------------------------------------------------------------

  #source(): PodSource {
    const selection = this.#selection;
    return {
      list: async () => {
        if (!this.#state.isConnected) {
          // a login may be valid for a quarter of an hour only
          await this.#api.close();
          ({ api: this.#api } = await openApi(this.flags, this.context));
        }
        const reader = createReader(this.#api);
        const [listed, refused] = await Promise.all([this.#list(reader), this.#refused(reader)]);
        this.#printer.warnOnce(reader.warnings());
        return { ...listed, pods: [...listed.pods, ...refused] };
      },
      lines: query => this.#api.lines(withQuery(selectionPath(selection), query)),
    };
  }

  /** All pods that matter: those that are waited for, or those that may fail and those of which something is known. */
  async #list(reader: Reader): Promise<{ pods: Pod[]; resourceVersion: string }> {
    const { namespace, selector } = this.#selection;
    if (!this.#follows) {
      const known = trackedKeys(this.#state);
      return reader.failingPods(namespace, selector, pod => known.has(keyOf(pod.metadata)));
    }
    const what = namespace === null ? 'the pods of all namespaces' : `the pods of namespace "${namespace}"`;
    const request = { path: selectionPath(this.#selection), what, resource: 'pods' };
    const { total, resourceVersion } = await list<Pod>(this.#api, request, readPod);
    return { pods: total.filter(pod => isSelected(pod, this.#selection)), resourceVersion };
  }

  async #refused(reader: Reader): Promise<Pod[]> {
    const { namespace, selector, targets } = this.#selection;
    if (targets.length > 0 && targets.every(({ kind }) => kind === 'pod')) return [];
    return (await reader.refusedPods(namespace, selector)).filter(pod => isSelected(pod, this.#selection));
  }

  #apply(change: TrackerChange): void {
    const { state, reports } = track(this.#state, change);
    this.#state = state;
    for (const report of reports) this.#printer.report(report, this.#knownFindings(), this.#api);
    // the first list is diagnosed at once
    if (state.isStarted && state.pending.size > 0)
      this.#timer ??= setTimeout(() => this.#diagnoseLater(), change.type === 'diagnosisFailed' ? RETRY_MS : GATHER_MS);
  }

  /** Diagnoses what is pending, with a new reader: secrets and service accounts change while somebody repairs them. */
  async #diagnosePending(): Promise<void> {
    this.#apply({ type: 'diagnosisStarted' });
    const pods = [...this.#state.running.values()];
    const reader = createReader(this.#api);
    if (pods.length > 1) await reader.prefetchEvents(pods);
    const findings: Finding[] = [];
    const take = (finding: Finding): void => void findings.push(finding);
    const { warnings } = await examine(
      {
        subjects: pods.map(pod => ({ pod, named: this.#follows })),
        snapshot: reader.snapshot,
        nodeDetails: reader.nodeDetails,
        isRemote: true,
        container: this.flags.container ?? null,
        take,
        say() {},
        memory: this.#memory,
      },
      this.flags,
      this.context,
    );
    // an interrupted diagnosis proves nothing
    if (this.context.signal.aborted) return;
    for (const pod of pods) this.#looks.delete(keyOf(pod.metadata));
    this.#printer.warnOnce([...reader.warnings(), ...warnings]);
    this.#apply({ type: 'diagnosisEnded', findings });
  }

  /** Diagnoses after those that run now. One that fails, since the cluster cannot be reached, is tried again. */
  #diagnoseLater(): void {
    this.#timer = undefined;
    this.#diagnoses = this.#diagnoses.then(async () => {
      const used = this.#api;
      try {
        await this.#diagnosePending();
        await this.#judge();
      } catch (error) {
        if (this.context.signal.aborted) return;
        this.#printer.warnOnce([(error as Error).message]);
        this.#apply({ type: 'diagnosisFailed' });
        // a login that has expired must end the watch too: the next list logs in again
        await used.close();
      }
    });
  }

  /** One look after the other; one that fails is made again at its time. */
  #isLooking = false;
  async #look(): Promise<void> {
    if (this.#isLooking || !this.#state.isStarted || !this.#state.isConnected) return;
    this.#isLooking = true;
    try {
      const reader = createReader(this.#api);
      const [refused, again] = await Promise.all([this.#refused(reader), this.#lookAtEvents(reader)]);
      if (!this.context.signal.aborted) this.#apply({ type: 'looked', refused, again });
    } finally {
      this.#isLooking = false;
    }
  }

  /** Reads the events of followed pods that wait. No registry is asked. Out: the pods of which they tell something new. */
  async #lookAtEvents(reader: Reader): Promise<ReadonlySet<string>> {
    const again = new Set<string>();
    const due = this.#waitingPods().filter(({ metadata }) => this.#isDue(keyOf(metadata)));
    await Promise.all(
      due.slice(0, MOST_LOOKED_AT).map(async pod => {
        const key = keyOf(pod.metadata);
        const snapshot = await reader.snapshot(pod, false);
        const now = collectFacts(snapshot, this.context.now(), true, this.flags.container ?? null).map(({ facts }) => facts);
        const known = this.#findingsOf(key);
        if (!snapshot.events.found || known.length === 0) return;
        this.#looks.set(key, now);
        // what the node itself is in is not read at a look
        const told = signatureOf(now, known);
        if (
          known.some(isFailure) ||
          told ===
            signatureOf(
              known.map(({ facts }) => facts),
              known,
            ) ||
          told === this.#lookedAgain.get(key)
        )
          return;
        this.#lookedAgain.set(key, told);
        again.add(key);
      }),
    );
    return again;
  }

  /** A pull that has not failed may begin or end; of one that failed kubelet's next attempt may be over. */
  #isDue(key: string): boolean {
    const { diagnosed, pending, running } = this.#state;
    if (!diagnosed.has(key) || pending.has(key) || running.has(key)) return false;
    const failing = this.#factsOf(key).filter(facts => facts.failing);
    return failing.length === 0 || failing.some(({ state: { nextRetry } }) => nextRetry !== null && nextRetry < this.context.now());
  }

  #findingsOf(key: string): readonly Finding[] {
    return this.#state.diagnosed.get(key)?.findings ?? [];
  }

  /** What is known of the images of a pod: as its last diagnosis has it, with what its events told since. */
  #factsOf(key: string): Facts[] {
    const looks = this.#looks.get(key) ?? [];
    return this.#findingsOf(key).map(({ facts }) => {
      const fresh = looks.find(({ container }) => container.kind === facts.container.kind && container.name === facts.container.name);
      return fresh === undefined ? facts : { ...facts, state: fresh.state, nodeReport: fresh.nodeReport };
    });
  }

  /** Followed pods whose images have not all arrived. */
  #waitingPods(): Pod[] {
    return [...(this.#state.followed?.values() ?? [])].flatMap(({ pod, isComplete, isLeaving }) => (isComplete || isLeaving ? [] : [pod]));
  }

  // ---- the answer -------------------------------------------------------------------------------------------------------------------------------

  #goal(): Parameters<typeof judge>[1] {
    const { untilPulled = false } = this.flags;
    return { selection: this.#selection, rollouts: this.#rollouts, failsAtOnce: untilPulled, counted: this.counted };
  }

  /** Ends the watch where there is an answer. One that depends on a workload is given when the workload has just been read. */
  async #judge(): Promise<void> {
    if (!this.#follows || !this.#state.isStarted || this.#isJudging || this.#isOver()) return;
    for (const target of this.#selection.targets)
      if (this.#state.followed?.has(`${target.namespace}/${target.name}`)) this.#seen.add(titleOf(target));
    let outcome = judge(this.#state, this.#goal());
    const isOfRollout = outcome.type === 'waiting' && outcome.missing.length > 0 && Date.now() - this.#rolloutsReadAt > ROLLOUT_MS;
    if (outcome.type === 'waiting' && !isOfRollout) return this.#noteGone(outcome);
    this.#isJudging = true;
    try {
      this.#rolloutsReadAt = Date.now();
      this.#rollouts = await readRollouts(this.#api, this.#selection.targets);
      outcome = judge(this.#state, this.#goal());
    } catch (error) {
      if (error instanceof UserError && error.isFinal && !this.context.signal.aborted) this.#fail(error);
      return;
    } finally {
      this.#isJudging = false;
    }
    this.#noteGone(outcome);
    if (outcome.type === 'gone') this.#endGone(outcome.titles);
    else if (outcome.type !== 'waiting' && !this.context.signal.aborted) this.#finish(endingOf(outcome, titleOfAll(this.#selection)));
  }

  /** There is an answer, or nobody waits for one. */
  #isOver(): boolean {
    return this.#ending !== null || this.#error !== null || this.context.signal.aborted;
  }

  #noteGone(outcome: Outcome): void {
    this.#goneSince = outcome.type === 'gone' ? (this.#goneSince ?? Date.now()) : null;
  }

  #endGone(titles: readonly string[]): void {
    const never = titles.find(title => !this.#seen.has(title));
    const namespace = this.#selection.namespace ?? '';
    if (never !== undefined)
      this.#fail(
        new UserError(
          `pod "${never.slice('pod/'.length)}" not found in namespace "${namespace}"`,
          `list the pods with: kubectl -n ${namespace} get pods`,
        ),
      );
    else if (Date.now() - (this.#goneSince ?? 0) >= GONE_MS) {
      const { ending, error } = goneEnding(titles);
      this.#ending = ending;
      this.#fail(error);
    }
  }

  #fail(error: Error): void {
    this.#error ??= error;
    this.#stopAfterReports();
  }

  #finish(ending: Ending): void {
    this.#ending ??= ending;
    this.#stopAfterReports();
  }

  /** What was found is told to its end: a report may still read a workload. */
  #stopAfterReports(): void {
    void this.#printer.flush().then(() => this.stop.abort());
  }

  /** The line that is shown anew, and answers that only time gives. */
  async #tick(): Promise<void> {
    await this.#judge();
    if (!this.#follows || !this.#state.isStarted || this.#isOver()) return;
    const followed = [...(this.#state.followed?.values() ?? [])].filter(({ isLeaving }) => !isLeaving);
    const done = followed.filter(({ isComplete }) => isComplete).length;
    const waiting = this.#waitingPods().flatMap(({ metadata }) => this.#factsOf(keyOf(metadata)));
    const isDone = followed.length > 0 && done === followed.length;
    this.#printer.show(isDone ? null : waitingLine(waiting, { done, total: followed.length }, this.context.now()));
  }

  #announce(): void {
    const title = titleOfAll(this.#selection);
    const where = this.#selection.targets.length > 0 ? title : title.replace(/^the pods/, 'pods').replace(/ of /, ' in ');
    this.#printer.say(`watching ${where} (press Ctrl-C to stop)`);
  }
}

/** What the events of a pod tell of its pulls, as far as a change of it is worth another diagnosis. In: the facts, and the findings that they are compared with. */
function signatureOf(all: readonly Facts[], known: readonly Finding[]): string {
  const isOfNode = known.some(({ facts: { obstacle } }) => obstacle?.kind === 'nodeNotReady' || obstacle?.kind === 'nodeGone');
  return JSON.stringify(
    all.map(({ container, failing, nodeReport, obstacle }) => [
      container,
      failing,
      nodeReport.pullingSince,
      nodeReport.faults.map(({ message }) => message),
      isOfNode ? null : obstacle?.kind,
    ]),
  );
}
