/** The earlier answer of `--since FILE`: reads it, and tells which of its items the flags of this run would select. */
import { isPods, workloadOf } from '../cluster/workload-kinds.ts';
import { readEarlier, type Subject } from '../parse/earlier.ts';
import { Comparison } from '../report/since.ts';
import { UserError } from '../util/user-error.ts';
import type { Context, WhyFlags } from './context.ts';
import { withType } from './sources.ts';
import { readInput } from './terminal.ts';

/** Formats that tell what is new. */
const FORMATS = ['text', 'wide', 'json', 'yaml', 'name'];

/** The flags that a comparison reads. */
interface SinceFlags {
  since?: string | undefined;
  output: string;
  /** The context that this run is one of several of. */
  contextOfSeveral?: string | undefined;
}

/** In: the flags, the files that are read besides, and whether the answer is one of `check`. Out: the comparison, null without --since. Throws UserError for a FILE that is no such answer. */
export async function readComparison(
  flags: SinceFlags,
  files: readonly string[],
  ofCheck: boolean,
  context: Context,
): Promise<Comparison | null> {
  const { since, output, contextOfSeveral = null } = flags;
  if (since === undefined) return null;
  if (!FORMATS.includes(output)) throw new UserError(`--since is not available with -o ${output}`, `use ${FORMATS.join(', ')}`);
  if (since === '-' && files.includes('-')) throw new UserError('standard input can be read once: by -f or by --since', 'name a file');
  const { text, name } = await readInput(since, context, '--since');
  const earlier = readEarlier(text, name, ofCheck);
  const isOfSeveral = earlier.some(subject => subject.context !== undefined);
  if (earlier.length > 0 && isOfSeveral !== (contextOfSeveral !== null))
    throw new UserError(
      `${name} is an answer ${isOfSeveral ? 'of several clusters' : 'of one cluster'}`,
      isOfSeveral ? 'compare it with --contexts' : 'compare it without --contexts',
    );
  return new Comparison(earlier, name, contextOfSeveral);
}

/** In: the flags of `why`, and the namespace that was looked at (null: all). Out: whether an earlier item would be in this answer. What labels a pod had is not known. */
export function scopeOf({ names, container, node }: WhyFlags, namespace: string | null): (subject: Subject) => boolean {
  const targets = withType(names).map(target => {
    const slash = target.indexOf('/');
    const type = slash < 0 ? 'pod' : target.slice(0, slash).toLowerCase();
    const name = target.slice(slash + 1);
    return isPods(type) ? { kind: 'pod', name } : { kind: workloadOf(type)?.names[0] ?? type, name };
  });
  return ({ pod, workload, container: own }) => {
    const isNamed = targets.some(({ kind, name }) => {
      if (kind === 'pod') return pod?.name === name;
      if (workload === undefined) return false;
      // a CronJob gives its Job its own name and the time
      return kind === 'cronjob'
        ? workload.kind === 'job' && workload.name.replace(/-\d{8}$/, '') === name
        : workload.kind === kind && workload.name === name;
    });
    return (
      (namespace === null || (workload ?? pod)?.namespace === namespace) &&
      (targets.length === 0 || isNamed) &&
      (container === undefined || own.name === container) &&
      (node === undefined || pod?.node === node)
    );
  };
}
