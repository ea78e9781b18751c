/** `collect`: writes the objects of a diagnosis as a List that `why -f` reads, without a password; what was replaced is told on standard error. */
import type { Finding } from '../diagnosis/investigate.ts';
import { keyOf } from '../model/kubernetes.ts';
import { type Collected, type SafeList, type Surroundings, safeListOf } from '../report/collection.ts';
import { documentJson, documentYaml } from '../report/json.ts';
import { append } from '../util/lists.ts';
import { UserError } from '../util/user-error.ts';
import type { CollectFlags, Context } from './context.ts';
import { checkSelection, type Source, withSource } from './sources.ts';
import { note, print, showProgress, warn } from './terminal.ts';

/** Out: the exit status: 2 where something that was asked for could not be read, else 0. Throws UserError for wrong flags, and for what cannot be found. */
export async function collect(flags: CollectFlags, context: Context): Promise<number> {
  const { output, withProbe } = flags;
  checkSelection(flags);
  if (output !== 'text' && output !== 'yaml' && output !== 'json')
    throw new UserError(`-o ${output} is not available for collect`, 'use yaml or json');
  const spinner = showProgress(context);
  const snapshots = new Map<string, Omit<Collected, 'findings'>>();
  const nodes: Surroundings['nodes'] = [];
  const collected = async (source: Source): Promise<number> => {
    const findings = new Map<string, Finding[]>();
    await source.examine(finding => {
      const { pod } = finding.facts;
      if (pod !== null) append(findings, keyOf(pod), finding);
    }, spinner.say);
    if (context.signal.aborted) throw new UserError('interrupted');
    // in the order in which why would report them
    const all = [...findings].flatMap(([key, own]): Collected[] => {
      const seen = snapshots.get(key);
      return seen === undefined ? [] : [{ ...seen, findings: own }];
    });
    spinner.done();
    const warnings = source.warnings();
    const safe = safeListOf(all, {
      now: source.collectedAt ?? context.now(),
      withAnswers: withProbe,
      nodes,
      baseline: source.baseline,
      warnings,
      incomplete: source.isIncomplete(),
    });
    print(context, output === 'json' ? documentJson(safe.list) : documentYaml(safe.list));
    if (all.length === 0) for (const line of source.nothing()) note(context, line);
    else note(context, summaryOf(safe, all.length));
    warn(context, warnings);
    return source.isIncomplete() ? 2 : 0;
  };
  try {
    spinner.say(flags.file === undefined ? 'reading the cluster' : 'reading the file');
    const more = { container: undefined, watch: false, facts: false, failOn: [], ignore: [] };
    return await withSource({ ...flags, ...more, probe: withProbe }, context, collected, {
      snapshot: (snapshot, named) => snapshots.set(keyOf(snapshot.pod.metadata), { snapshot, named }),
      details: (name, details) => nodes.push({ name, details }),
    });
  } finally {
    spinner.done();
  }
}

/** What was written, and what of it was replaced. */
function summaryOf({ replaced, secrets, redacted }: SafeList, pods: number): string {
  const values = replaced.map(([kind, count]) => counted(count, kind)).join(', ');
  const parts = [
    values === '' ? 'nothing had to be replaced' : `replaced ${values} in ${counted(secrets, 'secret')}`,
    ...(redacted === 0 ? [] : [`redacted ${counted(redacted, 'text')}`]),
  ];
  return `collected ${counted(pods, 'pod')}; ${parts.join('; ')}. Names of hosts, images, namespaces and users stay: read it before you share it`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
