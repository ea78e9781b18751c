/** What a watch prints, and where: reports in their order, the line that a terminal shows anew, and the end. How each is worded belongs to report/watch.ts. */
import type { Api } from '../cluster/api.ts';
import { groupFindings } from '../diagnosis/aggregate.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import type { CauseCode } from '../model/cause-codes.ts';
import { keyOf } from '../model/kubernetes.ts';
import { renderFindings } from '../report/text.ts';
import { type Ending, isFailure, WatchLines } from '../report/watch.ts';
import type { Context, WhyFlags } from './context.ts';
import type { TrackerReport } from './pod-tracker.ts';
import { stuckRollouts } from './stuck-rollouts.ts';
import { liveLine, note, print, warn, widthOf } from './terminal.ts';

/** The output of one watch. */
export class WatchPrinter {
  /** Pods that were repaired, went, or got their images. */
  readonly counts = { repaired: new Set<string>(), gone: new Set<string>(), pulled: new Set<string>() };
  readonly #lines: WatchLines;
  readonly #live: ReturnType<typeof liveLine>;
  readonly #warned = new Set<string>();
  /** What was printed with its evidence. */
  readonly #shown = new Set<Finding>();
  /** Reports in their order: some read a workload first. */
  #queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly flags: Pick<WhyFlags, 'output' | 'color'>,
    private readonly context: Context,
    private readonly counted: ReadonlySet<CauseCode>,
  ) {
    this.#lines = new WatchLines(flags.output === 'json', context.now);
    this.#live = liveLine(context);
  }

  /** A cause that does not count is not told. */
  isTold(finding: Finding): boolean {
    return !isFailure(finding) || this.counted.has(finding.diagnosis.cause);
  }

  /** All reports so far are printed. */
  async flush(): Promise<void> {
    await this.#queue.catch(() => {});
    this.#live.clear();
  }

  /** Shows a line anew; null: none. */
  show(line: string | null): void {
    if (line === null) this.#live.clear();
    else this.#live.show(line);
  }

  /** Warns of each text once. */
  warnOnce(texts: readonly string[]): void {
    for (const text of texts) {
      if (this.#warned.has(text)) continue;
      this.#warned.add(text);
      this.#warn(text);
    }
  }

  /** Says something after all reports so far. */
  say(text: string): void {
    this.#later(() => this.#note(text));
  }

  /** In: a report, everything that is known to fail now, and the cluster, of which a report may read workloads. */
  report(report: TrackerReport, known: readonly Finding[], api: Api): void {
    switch (report.type) {
      case 'started':
        return this.#start(
          report.findings.filter(finding => this.isTold(finding)),
          api,
        );
      case 'findings':
        return this.#changes(report, known, api);
      case 'pulled':
        for (const { pod } of report.pods) this.counts.pulled.add(keyOf(pod.metadata));
        for (const line of this.#lines.pulled(report.pods)) this.#later(() => this.#print(line));
        return;
      case 'disconnected':
        return this.#warn(`the watch was disconnected; reconnecting: ${report.why}`);
      case 'reconnected':
        return this.say('reconnected; changes since then follow');
    }
  }

  /** The last that is printed: the verdict where it was not printed before, and the sentence. In: whether the end is an error, which tells the sentence. */
  end(ending: Ending, isVerdict: boolean, isError: boolean): void {
    const isJson = this.flags.output === 'json';
    if (isVerdict && !isJson) this.#printInFull(ending.findings.filter(finding => !this.#shown.has(finding)));
    if (isJson || ending.outcome === 'pulled') this.#print(this.#lines.end(ending));
    if (ending.outcome !== 'pulled' && !isError) this.#note(ending.summary);
  }

  #later(work: () => void | Promise<void>): void {
    this.#queue = this.#queue.then(work);
  }

  #print(text: string, color = false): void {
    this.#live.clear();
    print(this.context, text, color);
  }

  #note(text: string): void {
    this.#live.clear();
    note(this.context, text);
  }

  #warn(text: string): void {
    this.#live.clear();
    warn(this.context, [text]);
  }

  #printInFull(findings: readonly Finding[]): void {
    const { color, output } = this.flags;
    if (findings.length === 0) return;
    for (const finding of findings) this.#shown.add(finding);
    this.#print(renderFindings(groupFindings(findings), [], { color, wide: output === 'wide', width: widthOf(this.context) }), color);
  }

  /** As text, what fails at the start is printed as `why` prints it. */
  #start(findings: readonly Finding[], api: Api): void {
    const failures = this.flags.output === 'json' ? [] : findings.filter(isFailure);
    this.#printInFull(failures);
    this.#lines.tell(failures);
    this.#changes({ added: findings.filter(finding => !failures.includes(finding)), repaired: [], gone: [] }, [], api);
  }

  #changes(changes: Omit<Extract<TrackerReport, { type: 'findings' }>, 'type'>, known: readonly Finding[], api: Api): void {
    const told = (findings: readonly Finding[]): Finding[] => findings.filter(finding => this.isTold(finding));
    const [added, repaired, gone] = [told(changes.added), told(changes.repaired), told(changes.gone)];
    for (const { facts } of repaired) this.counts.repaired.add(keyOf(facts.pod ?? {}));
    for (const { facts } of gone) this.counts.gone.add(keyOf(facts.pod ?? {}));
    const isNew = new Set(added);
    const standing = told(known).filter(finding => !isNew.has(finding));
    this.#later(async () => {
      const rollouts = await stuckRollouts(api, added.filter(isFailure));
      for (const line of this.#lines.changes({ added, repaired, gone, standing, rollouts })) this.#print(line);
    });
  }
}
