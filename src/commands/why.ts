/** `why`: read → observe → probe → diagnose → print. */
import { CAUSES, type CauseCode, isCauseCode, NO_CAUSE } from '../causes/index.ts';
import { createApi } from '../cluster/api.ts';
import { connect } from '../cluster/kubeconfig.ts';
import type { Pod, PodSnapshot } from '../cluster/objects.ts';
import { createReader, type Reader } from '../cluster/read.ts';
import { readSaved } from '../cluster/saved.ts';
import { UserError } from '../errors.ts';
import { groupFindings, patternsOf, type Surroundings, summaryOf } from '../group.ts';
import type { Finding } from '../investigate.ts';
import { observe } from '../observe.ts';
import { diagnosisList } from '../output/json.ts';
import { prometheus } from '../output/prometheus.ts';
import { printable } from '../output/style.ts';
import { renderFindings } from '../output/text.ts';
import { USER_AGENT } from '../version.ts';
import type { CommonFlags, Context } from './context.ts';
import { examine, snapshotsOf } from './examine.ts';
import { print, printJson, printYaml, progress, readInput, warn, widthOf } from './run.ts';

export interface WhyFlags extends CommonFlags {
  names: string[];
  file?: string | undefined;
  selector?: string | undefined;
  container?: string | undefined;
  /** Stay, and report what changes. */
  watch: boolean;
  /** Lists `CAUSE,…` that alone count for exit status 1; empty: all. */
  failOn: string[];
  /** Lists `CAUSE,…` that do not count. */
  ignore: string[];
}

interface Source {
  snapshots: { snapshot: PodSnapshot; named: boolean }[];
  warnings: string[];
  /** Where nothing fails, the place that was looked at. */
  place: string;
  /** What runs besides the pods that were looked at, null when only named ones were. */
  surroundings: Surroundings | null;
}

/** Out: the exit status: 2 also when a part of the work could not be done (the warnings say which). */
export async function why(flags: WhyFlags, context: Context): Promise<number> {
  const counted = countedCauses(flags);
  if (flags.watch) return (await import('./watch.ts')).watch(flags, context);
  const spinner = progress(context);
  try {
    spinner.say('reading the cluster');
    const source = flags.file === undefined ? await fromCluster(flags, context) : await fromFile(flags, context);
    const now = context.now();
    const cases = source.snapshots.flatMap(({ snapshot, named }) => observe(snapshot, now, named, flags.container ?? null));
    if (flags.container !== undefined && cases.length === 0 && flags.names.length > 0)
      throw new UserError(
        `there is no container "${flags.container}" in ${flags.names.join(', ')}`,
        'leave -c away to see every container',
      );
    const findings = await examine(cases, flags, context, text => spinner.say(text));
    if (context.signal.aborted) throw new UserError('interrupted');
    spinner.done();
    show(findings, source, flags, context);
    warn(context, source.warnings);
    if (source.warnings.length > 0) return 2;
    return findings.some(({ diagnosis }) => counted.has(diagnosis.cause)) ? 1 : 0;
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
        if (!isCauseCode(code))
          throw new UserError(`${flag}: "${code}" is no cause`, 'the causes are listed in the README, for instance TagNotFound');
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

function show(findings: Finding[], source: Source, flags: WhyFlags, context: Context): void {
  const groups = groupFindings(findings);
  const patterns = patternsOf(findings, source.surroundings);
  const list = (): object => diagnosisList(findings, groups.map(summaryOf), patterns, source.warnings);
  switch (flags.output) {
    case 'json':
      return printJson(context, list());
    case 'yaml':
      return printYaml(context, list());
    case 'prometheus':
      return print(context, prometheus(groups));
    case 'name':
      for (const pod of new Set(findings.map(({ facts }) => `pod/${facts.pod?.name}`))) print(context, printable(pod, false));
      return;
    default:
      if (findings.length === 0) context.stderr.write(`no pod ${source.place} waits for an image\n`);
      else
        print(context, renderFindings(groups, patterns, { colour: flags.colour, wide: flags.output === 'wide', width: widthOf(context) }));
  }
}

async function fromCluster(flags: WhyFlags, context: Context): Promise<Source> {
  const connection = await connect(flags, context.environment, context.stderr);
  const api = createApi(connection, flags.requestTimeout, context.environment, USER_AGENT, context.signal);
  try {
    const reader = createReader(api);
    const namespace = flags.namespace ?? connection.namespace;
    const { found, failures, surroundings } = await find(reader, flags, namespace);
    const snapshots = await snapshotsOf(
      reader,
      found.map(({ pod }) => pod),
    );
    return {
      snapshots: snapshots.map((snapshot, index) => ({ snapshot, named: found[index]?.named === true })),
      warnings: [...failures, ...reader.warnings()],
      place: flags.allNamespaces ? 'of any namespace' : `of namespace "${namespace}"`,
      surroundings,
    };
  } finally {
    await api.close();
  }
}

/** The pods that are meant. Of several names one that cannot be found does not stop the others; a single one is an error. */
async function find(
  reader: Reader,
  flags: WhyFlags,
  namespace: string,
): Promise<{ found: { pod: Pod; named: boolean }[]; failures: string[]; surroundings: Surroundings | null }> {
  if (flags.names.length === 0) {
    const { pods, surroundings } = await reader.failingPods(flags.allNamespaces ? null : namespace, flags.selector ?? null);
    return { found: pods.map(pod => ({ pod, named: false })), failures: [], surroundings };
  }
  const results = await Promise.allSettled(flags.names.map(name => reader.podsOf({ namespace, name })));
  const failed = results.filter(result => result.status === 'rejected').map(result => result.reason as Error);
  const broken = failed.find(error => failed.length === results.length || !(error instanceof UserError));
  if (broken !== undefined) throw broken;
  const found = results.flatMap(result => (result.status === 'fulfilled' ? result.value.pods.map(pod => ({ pod, named: true })) : []));
  return { found, failures: failed.map(error => error.message), surroundings: null };
}

async function fromFile(flags: WhyFlags, context: Context): Promise<Source> {
  const { text, name } = await readInput(flags.file as string, context);
  const saved = readSaved(text, name);
  if (saved.pods.length === 0)
    throw new UserError(`${name} holds no pod`, 'save them with: kubectl get pods,events,secrets,serviceaccounts,nodes -o yaml');
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
  const labels = (flags.selector ?? '')
    .split(',')
    .filter(Boolean)
    .map(part => part.split(/==?/) as [string, string]);
  const chosen = saved.pods
    .filter(pod => wanted.length === 0 || wanted.includes(pod.metadata.name))
    .filter(pod => flags.namespace === undefined || flags.allNamespaces || (pod.metadata.namespace ?? 'default') === flags.namespace)
    .filter(pod => labels.every(([key, value]) => pod.metadata.labels?.[key] === value));
  return {
    snapshots: chosen.map(pod => ({ snapshot: saved.snapshot(pod), named: wanted.length > 0 })),
    warnings: [],
    place: `in ${name}`,
    surroundings: null,
  };
}
