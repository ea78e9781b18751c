/**
 * `why --watch`: what fails now, then every new cause and every repaired one. The loop of lists, watches and diagnoses, and what is
 * printed; what is known of the pods belongs to pod-tracker.ts.
 */
import { positional, quote } from '../causes/shell.ts';
import { podsPath, withQuery } from '../cluster/list.ts';
import { createReader } from '../cluster/reader.ts';
import { type PodSource, watchPods } from '../cluster/watch.ts';
import { type Group, groupFindings, summaryOf } from '../diagnosis/aggregate.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import { newMemory } from '../registry/once-per-credential.ts';
import { forReading } from '../report/clean.ts';
import { toJsonLine } from '../report/json.ts';
import { renderFindings } from '../report/text.ts';
import { UserError } from '../util/user-error.ts';
import type { Context, WhyFlags } from './context.ts';
import { examine } from './examine.ts';
import { openApi } from './open-cluster.ts';
import { INITIAL_STATE, type TrackerChange, type TrackerReport, track } from './pod-tracker.ts';
import { note, print, warn, widthOf } from './terminal.ts';

/** Changes within this time, in milliseconds, are diagnosed together: a registry that fails affects many pods at once. */
const GATHER_MS = 1000;
/** Milliseconds until a diagnosis that failed is tried again. */
const RETRY_MS = 5000;
/** Milliseconds after which pods are looked at again of which only events tell. */
const LOOK_MS = 10_000;
/** Examples that a line names. */
const MAX_EXAMPLES = 5;

/** Runs until Ctrl-C. Out: the exit status. Errors: a UserError for flags that do not go with --watch, and when the first list fails. */
export async function watch(flags: WhyFlags, context: Context): Promise<number> {
  if (flags.file !== undefined || flags.names.length > 0)
    throw new UserError('--watch cannot be combined with pod names or with -f', 'select the pods with -n, -A or -l');
  if (!['text', 'wide', 'json'].includes(flags.output))
    throw new UserError(`--watch does not support -o ${flags.output}`, 'use -o text, wide or json');
  const opened = await openApi(flags, context);
  let { api } = opened;
  const namespace = flags.allNamespaces ? null : (flags.namespace ?? opened.namespace);
  const selector = flags.selector ?? null;
  /** Which passwords were refused: remembered over all diagnoses, so that each is sent once. */
  const memory = newMemory();
  const warnOnce = createWarnOnce(context);
  let state = INITIAL_STATE;
  let timer: NodeJS.Timeout | undefined;
  let diagnoses: Promise<void> = Promise.resolve();

  function apply(change: TrackerChange): void {
    const { state: next, reports } = track(state, change);
    state = next;
    for (const report of reports) printReport(report, namespace, flags, context);
    // the first list is diagnosed at once
    if (state.isStarted && state.pending.size > 0)
      timer ??= setTimeout(diagnoseLater, change.type === 'diagnosisFailed' ? RETRY_MS : GATHER_MS);
  }

  /** Diagnoses what is pending, with a new reader: secrets and service accounts change while somebody repairs them. */
  async function diagnosePending(): Promise<void> {
    apply({ type: 'diagnosisStarted' });
    const pods = [...state.running.values()];
    const reader = createReader(api);
    if (pods.length > 1) await reader.prefetchEvents(pods);
    const findings: Finding[] = [];
    const subjects = pods.map(pod => ({ pod, named: false }));
    const take = (finding: Finding): void => void findings.push(finding);
    const { warnings } = await examine(
      { subjects, snapshot: reader.snapshot, nodeDetails: reader.nodeDetails, container: flags.container ?? null, take, say() {}, memory },
      flags,
      context,
    );
    // an interrupted diagnosis proves nothing
    if (context.signal.aborted) return;
    for (const warning of [...reader.warnings(), ...warnings]) warnOnce(warning);
    apply({ type: 'diagnosisEnded', findings });
  }

  /** Diagnoses after those that run now. One that fails, since the cluster cannot be reached, is tried again. */
  function diagnoseLater(): void {
    timer = undefined;
    diagnoses = diagnoses.then(async () => {
      const used = api;
      try {
        await diagnosePending();
      } catch (error) {
        if (context.signal.aborted) return;
        warnOnce((error as Error).message);
        apply({ type: 'diagnosisFailed' });
        // a login that has expired must end the watch too: the next list logs in again
        await used.close();
      }
    });
  }

  const source: PodSource = {
    async list() {
      if (!state.isConnected) {
        // a login may be valid for a quarter of an hour only
        await api.close();
        ({ api } = await openApi(flags, context));
      }
      const reader = createReader(api);
      const [failing, refused] = await Promise.all([reader.failingPods(namespace, selector), reader.refusedPods(namespace, selector)]);
      for (const warning of reader.warnings()) warnOnce(warning);
      return { ...failing, pods: [...failing.pods, ...refused] };
    },
    lines: query => api.lines(withQuery(podsPath(namespace, selector), query)),
  };
  /** One look after the other; one that fails is made again at its time. */
  let isLooking = false;
  async function look(): Promise<void> {
    if (isLooking || !state.isStarted || !state.isConnected) return;
    isLooking = true;
    try {
      const refused = await createReader(api).refusedPods(namespace, selector);
      if (!context.signal.aborted) apply({ type: 'looked', refused });
    } finally {
      isLooking = false;
    }
  }
  const looking = setInterval(() => void look().catch(() => {}), LOOK_MS);
  try {
    for await (const change of watchPods(source, context.signal)) {
      apply(change);
      if (change.type === 'listed' && !state.isStarted) await diagnosePending();
    }
    return 0;
  } finally {
    clearInterval(looking);
    clearTimeout(timer);
    await diagnoses.catch(() => {});
    await api.close();
  }
}

/** Warns of each text once. */
function createWarnOnce(context: Context): (text: string) => void {
  const warned = new Set<string>();
  return text => {
    if (!warned.has(text)) warn(context, [text]);
    warned.add(text);
  };
}

function printReport(report: TrackerReport, namespace: string | null, flags: WhyFlags, context: Context): void {
  switch (report.type) {
    case 'started': {
      const groups = groupFindings(report.findings);
      if (flags.output === 'json') printChanges(report.findings, [], flags, context);
      else if (groups.length > 0)
        print(
          context,
          renderFindings(groups, [], { color: flags.color, wide: flags.output === 'wide', width: widthOf(context) }),
          flags.color,
        );
      note(context, `watching pods in ${namespace === null ? 'all namespaces' : `namespace "${namespace}"`} (press Ctrl-C to stop)`);
      return;
    }
    case 'findings':
      return printChanges(report.added, report.repaired, flags, context);
    case 'disconnected':
      return warn(context, [`the watch was disconnected; reconnecting: ${report.why}`]);
    case 'reconnected':
      note(context, 'reconnected; changes since then follow');
  }
}

/** One line per group: what is repaired, then what is new, with its fix. */
function printChanges(added: readonly Finding[], repaired: readonly Finding[], flags: WhyFlags, context: Context): void {
  const line = (type: 'new' | 'repaired', group: Group): string => {
    if (flags.output === 'json') return toJsonLine({ time: context.now(), type, ...summaryOf(group) });
    const more = group.pods.length - MAX_EXAMPLES;
    const names = `${group.pods.slice(0, MAX_EXAMPLES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    const about = [group.registry, group.repository].filter(Boolean).join('/');
    const cause = type === 'new' ? `${group.cause} (${group.certainty})` : group.cause;
    return `${context.now().slice(11, 19)}  ${type.padEnd(8)}  ${cause}  ${about}: ${names}`;
  };
  // JSON is cleaned where it is written
  const shown = (findings: readonly Finding[]): Group[] =>
    flags.output === 'json' ? groupFindings(findings) : forReading(groupFindings(findings));
  for (const group of shown(repaired)) print(context, line('repaired', group));
  for (const group of shown(added)) {
    print(context, line('new', group));
    const fix = group.findings[0]?.diagnosis.fixes.find(({ command }) => command !== null);
    if (flags.output === 'json' || fix?.command == null) continue;
    // one of several commands may be destructive without the others
    const { namespace = '', name = '' } = group.findings[0]?.facts.pod ?? {};
    const why = `kubectl imagepull why -n ${quote(namespace)} ${positional(name)}`;
    print(context, `          fix: ${fix.command.includes('\n') ? `run ${why}` : fix.command}`);
  }
}
