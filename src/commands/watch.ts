import type { Pod } from '../cluster/objects.ts';
import { createReader, mayFail, podsPath, slim } from '../cluster/read.ts';
import { type PodSource, watchPods } from '../cluster/watch.ts';
import { UserError } from '../errors.ts';
import { type Group, groupFindings, summaryOf } from '../group.ts';
import type { Finding } from '../investigate.ts';
import { renderFindings } from '../output/text.ts';
import { imagesOf } from '../words/pod-words.ts';
import type { Context } from './context.ts';
import { examine } from './examine.ts';
import { openApi, print, widthOf } from './run.ts';
import type { WhyFlags } from './why.ts';

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
  let timer: NodeJS.Timeout | undefined;
  let work: Promise<void> = Promise.resolve();

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
      try {
        if (pods.length > 0) report(await diagnosed(pods), [], flags, context);
      } catch (error) {
        if (context.signal.aborted) return;
        context.stderr.write(`warning: ${(error as Error).message}\n`);
        for (const pod of pods) if (!waiting.has(keyOf(pod))) waiting.set(keyOf(pod), pod);
        timer ??= setTimeout(settle, AGAIN_MS);
        // the watch ends too, and whoever lists again logs in anew
        await api.close();
      }
    });
  };

  /** A new reader each time: secrets and service accounts change while somebody repairs. Out: the findings whose cause is new. */
  async function diagnosed(pods: Pod[]): Promise<Finding[]> {
    const reader = createReader(api);
    if (pods.length > 1) await reader.prefetchEvents(pods);
    const findings: Finding[] = [];
    const subjects = pods.map(pod => ({ pod, named: false }));
    const container = flags.container ?? null;
    await examine(
      { subjects, snapshot: reader.snapshot, container, take: finding => void findings.push(finding), say() {} },
      flags,
      context,
    );
    const fresh: Finding[] = [];
    for (const pod of pods) {
      const own = findings.filter(
        ({ facts }) => facts.pod?.name === pod.metadata.name && facts.pod.namespace === (pod.metadata.namespace ?? 'default'),
      );
      const before = known.get(keyOf(pod))?.findings ?? [];
      fresh.push(
        ...own.filter(
          finding =>
            !before.some(
              old => old.diagnosis.cause === finding.diagnosis.cause && old.facts.container.name === finding.facts.container.name,
            ),
        ),
      );
      known.set(keyOf(pod), { words: wordsOf(pod), findings: own });
    }
    return fresh;
  }

  /** A pod that pulls now, or is gone, is repaired. */
  function drop(key: string): void {
    waiting.delete(key);
    const before = known.get(key);
    if (before === undefined) return;
    known.delete(key);
    report([], before.findings, flags, context);
  }

  function meet(pod: Pod): void {
    const key = keyOf(pod);
    if (!mayFail(pod)) return drop(key);
    const words = wordsOf(pod);
    const before = known.get(key);
    // a back-off that no longer tells the cause tells nothing new
    if (before !== undefined && (words === '' || words === before.words)) return;
    waiting.set(key, slim(pod));
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
      lines: query => api.lines(`${path}${path.includes('?') ? '&' : '?'}${query}`),
    };
    for await (const change of watchPods(source, context.signal)) {
      if (change.type === 'lost') {
        // of many tries that fail one is told
        if (!lost) context.stderr.write(`warning: the watch was lost and is tried again: ${change.why}\n`);
        lost = true;
      } else if (change.type === 'gone') drop(keyOf(change.pod));
      else if (change.type === 'changed') meet(change.pod);
      else if (first) {
        first = false;
        const findings = await diagnosed(change.pods);
        if (flags.output === 'json') report(findings, [], flags, context);
        else if (findings.length > 0)
          print(
            context,
            renderFindings(groupFindings(findings), [], { colour: flags.colour, wide: flags.output === 'wide', width: widthOf(context) }),
          );
        context.stderr.write(`watching the pods of ${namespace === null ? 'all namespaces' : `namespace "${namespace}"`} (Ctrl-C ends)\n`);
      } else {
        if (lost) context.stderr.write('watching again: what changed meanwhile is told now\n');
        lost = false;
        const present = new Set(change.pods.map(keyOf));
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

const keyOf = (pod: Pod): string => `${pod.metadata.namespace ?? 'default'}/${pod.metadata.name}`;

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
    if (flags.output !== 'json' && fix?.command != null)
      print(context, `          fix: ${fix.command.split('\n')[0]}${fix.command.includes('\n') ? ' …' : ''}`);
  }
}
