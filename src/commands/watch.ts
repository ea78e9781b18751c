/** `why --watch`: what fails now, then every new cause and every repaired one as it happens. */
import { withQuery } from '../cluster/list.ts';
import { createReader, mayFail, pickFields, podsPath } from '../cluster/reader.ts';
import { type PodSource, watchPods } from '../cluster/watch.ts';
import { type Group, groupFindings, summaryOf } from '../diagnosis/aggregate.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import { keyOf, type Pod } from '../model/kubernetes.ts';
import { imagesOf } from '../parse/pod.ts';
import { newMemory } from '../registry/once-per-credential.ts';
import { renderFindings } from '../report/text.ts';
import { UserError } from '../util/user-error.ts';
import type { Context, WhyFlags } from './context.ts';
import { examine } from './examine.ts';
import { openApi } from './open-cluster.ts';
import { print, warn, widthOf } from './terminal.ts';

/** Changes of this long are reported together: a broken registry hits many pods at once. */
const GATHER_MS = 1000;
/** A diagnosis that failed is tried again after this long. */
const AGAIN_MS = 5000;

interface Known {
  words: string;
  findings: Finding[];
}

/** Runs until Ctrl-C. Out: the exit status. */
export async function watch(flags: WhyFlags, context: Context): Promise<number> {
  if (flags.file !== undefined || flags.names.length > 0)
    throw new UserError('--watch follows a namespace, labels or everything', 'leave the names away, or use -l');
  if (!['text', 'wide', 'json'].includes(flags.output))
    throw new UserError(`--watch has no output "${flags.output}"`, 'use text, wide or json');
  const opened = await openApi(flags, context);
  let { api } = opened;
  const namespace = flags.allNamespaces ? null : (flags.namespace ?? opened.namespace);
  const selector = flags.selector ?? null;
  const path = podsPath(namespace, selector);
  const known = new Map<string, Known>();
  const waiting = new Map<string, Pod>();
  /** Pods that were repaired or went while they were diagnosed. */
  const dropped = new Set<string>();
  const memory = newMemory();
  const warned = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let work: Promise<void> = Promise.resolve();
  const complain = (text: string): void => {
    if (!warned.has(text)) warn(context, [text]);
    warned.add(text);
  };

  /** Logs in anew: what a kubeconfig gives may last a quarter of an hour only. */
  async function reopen(): Promise<void> {
    await api.close();
    ({ api } = await openApi(flags, context));
  }

  /** Diagnoses what has gathered, one batch after the other. What cannot be diagnosed now, the cluster being away, is tried again. */
  const settle = (): void => {
    timer = undefined;
    work = work.then(async () => {
      const pods = [...waiting.values()];
      waiting.clear();
      const used = api;
      try {
        const { fresh, over } = await diagnosed(pods);
        report(fresh, over, flags, context);
      } catch (error) {
        if (context.signal.aborted) return;
        complain((error as Error).message);
        for (const pod of pods)
          if (!waiting.has(keyOf(pod.metadata)) && !dropped.has(keyOf(pod.metadata))) waiting.set(keyOf(pod.metadata), pod);
        timer ??= setTimeout(settle, AGAIN_MS);
        // a login that ran out ends the watch too, and whoever lists again logs in anew
        await used.close();
      }
    });
  };

  /**
   * A new reader each time: secrets and service accounts change while somebody repairs. What was refused is remembered all along. Out: the findings whose cause is new, and
   * those of the same pods that hold no longer.
   */
  async function diagnosed(pods: Pod[]): Promise<{ fresh: Finding[]; over: Finding[] }> {
    dropped.clear();
    const reader = createReader(api);
    if (pods.length > 1) await reader.prefetchEvents(pods);
    const findings: Finding[] = [];
    const take = (finding: Finding): void => void findings.push(finding);
    const subjects = pods.map(pod => ({ pod, named: false }));
    await examine({ subjects, snapshot: reader.snapshot, container: flags.container ?? null, take, say() {}, memory }, flags, context);
    const changes: { fresh: Finding[]; over: Finding[] } = { fresh: [], over: [] };
    // what was cut off in the middle is no finding
    if (context.signal.aborted) return changes;
    for (const warning of reader.warnings()) complain(warning);
    for (const pod of pods) {
      const key = keyOf(pod.metadata);
      if (dropped.has(key)) continue;
      const own = findings.filter(
        ({ facts }) => facts.pod?.name === pod.metadata.name && facts.pod.namespace === (pod.metadata.namespace ?? 'default'),
      );
      const before = known.get(key)?.findings ?? [];
      changes.fresh.push(...own.filter(finding => !before.some(old => isSame(old, finding))));
      changes.over.push(...before.filter(old => !own.some(finding => isSame(old, finding))));
      known.set(key, { words: wordsOf(pod), findings: own });
    }
    return changes;
  }

  /** A pod that pulls now, or is gone, is repaired. */
  function drop(key: string): void {
    waiting.delete(key);
    dropped.add(key);
    const before = known.get(key);
    if (before === undefined) return;
    known.delete(key);
    report([], before.findings, flags, context);
  }

  function meet(pod: Pod): void {
    const key = keyOf(pod.metadata);
    if (!mayFail(pod)) return drop(key);
    const words = wordsOf(pod);
    const before = known.get(key);
    // a back-off that no longer tells the cause tells nothing new
    if (before !== undefined && (words === '' || words === before.words)) return;
    waiting.set(key, pickFields(pod));
    timer ??= setTimeout(settle, GATHER_MS);
  }

  try {
    let first = true;
    let lost = false;
    const source: PodSource = {
      async list() {
        if (lost) await reopen();
        return createReader(api).failingPods(namespace, selector);
      },
      lines: query => api.lines(withQuery(path, query)),
    };
    for await (const change of watchPods(source, context.signal)) {
      if (change.type === 'lost') {
        // of many tries that fail one is told
        if (!lost) warn(context, [`the watch was lost and is tried again: ${change.why}`]);
        lost = true;
      } else if (change.type === 'gone') drop(keyOf(change.pod.metadata));
      else if (change.type === 'changed') meet(change.pod);
      else if (first) {
        first = false;
        const { fresh: findings } = await diagnosed(change.pods);
        if (context.signal.aborted) break;
        if (flags.output === 'json') report(findings, [], flags, context);
        else if (findings.length > 0)
          print(
            context,
            renderFindings(groupFindings(findings), [], { color: flags.color, wide: flags.output === 'wide', width: widthOf(context) }),
          );
        context.stderr.write(`watching the pods of ${namespace === null ? 'all namespaces' : `namespace "${namespace}"`} (Ctrl-C ends)\n`);
      } else {
        if (lost) context.stderr.write('watching again: what changed meanwhile is told now\n');
        lost = false;
        const present = new Set(change.pods.map(pod => keyOf(pod.metadata)));
        for (const key of [...known.keys()]) if (!present.has(key)) drop(key);
        for (const pod of change.pods) meet(pod);
      }
    }
    return 0;
  } finally {
    clearTimeout(timer);
    await work.catch(() => {});
    await api.close();
  }
}

const isSame = (a: Finding, b: Finding): boolean =>
  a.diagnosis.cause === b.diagnosis.cause && a.facts.container.name === b.facts.container.name;

/** What the status says of the causes, without what changes at each try. */
const wordsOf = (pod: Pod): string =>
  imagesOf(pod)
    .map(image =>
      (image.status?.state?.waiting?.message ?? '')
        .replace(/^Back-off pulling image "[^"]*"(?:: ErrImagePull: )?/, '')
        .replace(/current time \S+/, ''),
    )
    .filter(Boolean)
    .join('\n');

/** One line per group: what is new, what is repaired. */
function report(fresh: Finding[], repaired: Finding[], flags: WhyFlags, context: Context): void {
  const line = (type: 'new' | 'repaired', group: Group): string => {
    if (flags.output === 'json') return JSON.stringify({ time: context.now(), type, ...summaryOf(group) });
    const names = `${group.pods.slice(0, 5).join(', ')}${group.pods.length > 5 ? ` and ${group.pods.length - 5} more` : ''}`;
    const about = [group.registry, group.repository].filter(Boolean).join('/');
    const what = type === 'new' ? `${group.cause} (${group.certainty})` : group.cause;
    return `${context.now().slice(11, 19)}  ${type.padEnd(8)}  ${what}  ${about}: ${names}`;
  };
  for (const group of groupFindings(repaired)) print(context, line('repaired', group));
  for (const group of groupFindings(fresh)) {
    print(context, line('new', group));
    const fix = group.findings[0]?.diagnosis.fixes.find(({ command }) => command !== null);
    if (flags.output === 'json' || fix?.command == null) continue;
    // of several commands one alone may only destroy
    const [namespace, pod] = (group.pods[0] ?? '/').split('/');
    print(context, `          fix: ${fix.command.includes('\n') ? `see kubectl imagepull why ${pod} -n ${namespace}` : fix.command}`);
  }
}
