import { createReader, type Reader } from '../cluster/reader.ts';
import { readSaved } from '../cluster/saved-source.ts';
import { parseSelector } from '../cluster/selector.ts';
import { aggregate, summaryOf } from '../diagnosis/aggregate.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import { CAUSES, type CauseCode, isCauseCode, NO_CAUSE } from '../model/cause-codes.ts';
import { type Baseline, keyOf, type Pod, type PodSnapshot } from '../model/kubernetes.ts';
import { diagnosisItem, diagnosisList } from '../report/json.ts';
import { prometheus } from '../report/prometheus.ts';
import { printable } from '../report/style.ts';
import { renderFindings } from '../report/text.ts';
import { UserError } from '../util/user-error.ts';
import type { Context, WhyFlags } from './context.ts';
import { examine, type PodToDiagnose } from './examine.ts';
import { withApi } from './open-cluster.ts';
import { print, printJson, printYaml, readInput, showProgress, warn, widthOf } from './terminal.ts';

/** Where pods and what belongs to them come from. */
interface Source {
  subjects: PodToDiagnose[];
  snapshot(pod: Pod): Promise<PodSnapshot>;
  /** What could not be seen, once all was read. */
  warnings(): string[];
  /** Whether a pod that was asked for may be missing. */
  isIncomplete(): boolean;
  /** Where nothing fails, the place that was looked at. */
  place: string;
  /** What runs besides the pods that were looked at, null when only named ones were. */
  baseline: Baseline | null;
}

/**
 * Out: the exit status: 2 also when a part of the work could not be done (the warnings say which). What could not be read and changed no
 * verdict is a warning alone.
 */
export async function why(flags: WhyFlags, context: Context): Promise<number> {
  const counted = countedCauses(flags);
  if (flags.watch) return (await import('./watch.ts')).watch(flags, context);
  const spinner = showProgress(context);
  try {
    spinner.say(flags.file === undefined ? 'reading the cluster' : 'reading the file');
    const diagnosed = async (source: Source): Promise<number> => {
      const report = createReport(flags);
      const container = flags.container ?? null;
      const examined = await examine({ ...source, container, take: report.take, say: spinner.say }, flags, context);
      if (container !== null && report.causes.size === 0 && flags.names.length > 0)
        throw new UserError(`there is no container "${container}" in ${flags.names.join(', ')}`, 'leave -c away to see every container');
      if (context.signal.aborted) throw new UserError('interrupted');
      spinner.done();
      const warnings = [...source.warnings(), ...examined.warnings];
      report.print(source, warnings, context);
      warn(context, warnings);
      if (source.isIncomplete() || !examined.isComplete) return 2;
      return [...report.causes].some(cause => counted.has(cause)) ? 1 : 0;
    };
    return flags.file === undefined ? await fromCluster(flags, context, diagnosed) : await diagnosed(await fromFile(flags, context));
  } finally {
    spinner.done();
  }
}

/** The causes that make exit status 1, by --fail-on and --ignore. */
function countedCauses({ failOn, ignore }: WhyFlags): ReadonlySet<CauseCode> {
  const read = (lists: string[], flag: string): CauseCode[] =>
    lists
      .flatMap(list => list.split(','))
      .filter(Boolean)
      .map(code => {
        if (!isCauseCode(code)) {
          const meant = CAUSES.find(known => known.code.toLowerCase() === code.toLowerCase())?.code;
          throw new UserError(
            `${flag}: "${code}" is no cause`,
            meant === undefined ? 'the causes are listed in the README, for instance TagNotFound' : `did you mean ${meant}?`,
          );
        }
        return code;
      });
  const only = read(failOn, '--fail-on');
  const without = read(ignore, '--ignore');
  return new Set(
    CAUSES.map(({ code }) => code).filter(
      code => !NO_CAUSE.has(code) && !without.includes(code) && (only.length === 0 || only.includes(code)),
    ),
  );
}

interface Report {
  take(finding: Finding): void;
  /** All causes that were taken. */
  causes: ReadonlySet<CauseCode>;
  print(source: Source, warnings: string[], context: Context): void;
}

/** Keeps of each finding what the output shows, and prints it when all are there. */
function createReport({ output, color }: WhyFlags): Report {
  const wide = output === 'wide';
  const gathering = aggregate(wide);
  const listed = output === 'json' || output === 'yaml';
  const items: object[] = [];
  return {
    take(finding) {
      gathering.add(finding);
      if (listed) items.push(diagnosisItem(finding));
    },
    causes: gathering.causes,
    print({ baseline, place }, warnings, context) {
      const groups = gathering.groups();
      const patterns = gathering.patterns(baseline);
      if (listed) {
        const list = diagnosisList(items, groups.map(summaryOf), patterns, warnings);
        if (output === 'json') printJson(context, list);
        else printYaml(context, list);
      } else if (output === 'prometheus') print(context, prometheus(groups));
      else if (output === 'name') {
        for (const pod of gathering.pods) print(context, printable(`pod/${pod.split('/').at(-1)}`, false));
      } else if (groups.length === 0) context.stderr.write(`no pod ${place} waits for an image\n`);
      else print(context, renderFindings(groups, patterns, { color, wide, width: widthOf(context) }));
    },
  };
}

const fromCluster = (flags: WhyFlags, context: Context, work: (source: Source) => Promise<number>): Promise<number> =>
  withApi(flags, context, async (api, ownNamespace) => {
    const reader = createReader(api);
    const namespace = flags.namespace ?? ownNamespace;
    const { subjects, failures, baseline } = await find(reader, flags, namespace);
    if (subjects.length > 1) await reader.prefetchEvents(subjects.map(({ pod }) => pod));
    return work({
      subjects,
      snapshot: reader.snapshot,
      warnings: () => [...failures, ...reader.warnings()],
      isIncomplete: () => failures.length > 0 || reader.isIncomplete(),
      place: flags.allNamespaces ? 'of any namespace' : `of namespace "${namespace}"`,
      baseline,
    });
  });

/** The pods that are meant. Of several names one that cannot be found does not stop the others; a single one is an error. */
async function find(
  reader: Reader,
  flags: WhyFlags,
  namespace: string,
): Promise<{ subjects: PodToDiagnose[]; failures: string[]; baseline: Baseline | null }> {
  if (flags.names.length === 0) {
    const { pods, baseline } = await reader.failingPods(flags.allNamespaces ? null : namespace, flags.selector ?? null);
    return { subjects: pods.map(pod => ({ pod, named: false })), failures: [], baseline };
  }
  const results = await Promise.allSettled(flags.names.map(name => reader.podsOf({ namespace, name })));
  const failed = results.filter(result => result.status === 'rejected').map(result => result.reason as Error);
  const broken = failed.find(error => failed.length === results.length || !(error instanceof UserError));
  if (broken !== undefined) throw broken;
  const subjects = results.flatMap(result => (result.status === 'fulfilled' ? result.value.pods.map(pod => ({ pod, named: true })) : []));
  // what two names lead to is told once
  const once = [...new Map(subjects.map(subject => [keyOf(subject.pod.metadata), subject])).values()];
  return { subjects: once, failures: failed.map(error => error.message), baseline: null };
}

async function fromFile(flags: WhyFlags, context: Context): Promise<Source> {
  const { text, name } = await readInput(flags.file as string, context);
  const saved = readSaved(text, name);
  if (saved.pods.length === 0)
    throw new UserError(
      [`${name} holds no pod`, ...saved.warnings()].join('; '),
      'save them with: kubectl get pods,events,secrets,serviceaccounts,nodes -o yaml',
    );
  const wanted = flags.names.map(target => target.replace(/^(?:pods?|po)\//, ''));
  const absent = wanted.filter(pod => !saved.pods.some(candidate => candidate.metadata.name === pod));
  if (absent.length > 0)
    throw new UserError(
      `${name} holds no pod "${absent[0]}"`,
      `it holds: ${saved.pods
        .slice(0, 5)
        .map(pod => pod.metadata.name)
        .join(', ')}`,
    );
  const selects = parseSelector(flags.selector ?? '');
  const chosen = saved.pods
    .filter(pod => wanted.length === 0 || wanted.includes(pod.metadata.name))
    .filter(pod => flags.namespace === undefined || flags.allNamespaces || (pod.metadata.namespace ?? 'default') === flags.namespace)
    .filter(pod => selects(pod.metadata.labels ?? {}));
  return {
    subjects: chosen.map(pod => ({ pod, named: wanted.length > 0 })),
    snapshot: saved.snapshot,
    warnings: saved.warnings,
    isIncomplete: saved.isIncomplete,
    place: `in ${name}`,
    baseline: null,
  };
}
