/**
 * `why --contexts GLOB`: several clusters of the kubeconfig in one run. Belongs here: which contexts are meant, that one cluster's error is no other's, and how their answers make one.
 * Each cluster is read and told as `why` does it alone; they share what asks the registries.
 */
import { Writable } from 'node:stream';
import { entryNames } from '../cluster/kubeconfig.ts';
import { type CauseCode, NO_CAUSE } from '../model/cause-codes.ts';
import { type ClusterAnswer, jsonOfClusters, textOfClusters } from '../report/clusters.ts';
import { toJson, toYaml } from '../report/json.ts';
import { Room } from '../util/room.ts';
import { UserError } from '../util/user-error.ts';
import type { Context, WhyFlags } from './context.ts';
import { withProber } from './open-prober.ts';
import { checkSelection } from './sources.ts';
import { keepingAnswer, note, print, showProgress, warn, widthOf } from './terminal.ts';
import { countedCauses, why } from './why.ts';

/** Clusters that are read at the same time. */
const AT_ONCE = 4;
/** Contexts that an error names. */
const MAX_NAMED = 10;

/** What was found of one cluster. */
interface Outcome extends ClusterAnswer {
  status: number;
}

/** Out: the exit status: 2 where a cluster could not be read, or not completely, else 1 where a cause counts. Throws UserError for wrong flags, and for a glob that matches nothing. */
export async function whyInContexts(flags: WhyFlags, globs: readonly string[], context: Context): Promise<number> {
  countedCauses(flags);
  checkSelection(flags);
  refuseOthers(flags);
  const names = chosen(globs, entryNames('contexts', flags, context.environment));
  const room = new Room(AT_ONCE);
  const spinner = showProgress(context);
  let done = 0;
  const say = (): void => spinner.say(`reading ${names.length} clusters (${done} done)`);
  let stdin: Promise<string> | undefined;
  const readStdin = (): Promise<string> => (stdin ??= context.readStdin());
  try {
    say();
    const outcomes = await withProber(flags, context, prober =>
      Promise.all(
        names.map(async name => {
          const leave = await room.enter();
          try {
            if (context.signal.aborted) throw new UserError('interrupted');
            return await whyIn(
              name,
              flags,
              { ...context, prober, readStdin, isInteractive: context.isInteractive && names.length === 1 },
              spinner.say,
            );
          } finally {
            leave();
            done++;
            say();
          }
        }),
      ),
    );
    if (context.signal.aborted) throw new UserError('interrupted');
    spinner.done();
    show(outcomes, flags, context);
    const statuses = outcomes.map(({ status }) => status);
    return statuses.includes(2) ? 2 : Math.max(...statuses);
  } finally {
    spinner.done();
  }
}

/** Throws UserError for a flag that is about one cluster, or about none. */
function refuseOthers({ context, cluster, server, file, watch, fromNode, output }: WhyFlags): void {
  const refused: [name: string, isGiven: boolean, hint: string][] = [
    ['--context', context !== undefined, 'name it in --contexts: it takes a list'],
    ['--cluster', cluster !== undefined, 'each context has its own cluster'],
    ['--server', server !== undefined, 'each context has its own cluster'],
    ['--filename', file !== undefined, 'saved objects are of one cluster'],
    ['--watch', watch, 'watch one cluster at a time, with --context'],
    ['--from-node', fromNode != null, 'ask the nodes of one cluster at a time, with --context'],
    [`-o ${output}`, !['text', 'wide', 'json', 'yaml'].includes(output), 'use text, wide, json, yaml, jsonpath=… or custom-columns=…'],
  ];
  for (const [name, isGiven, hint] of refused) if (isGiven) throw new UserError(`--contexts cannot be combined with ${name}`, hint);
}

/** In: lists of globs, and the contexts that there are. Out: those that one of them matches, in the order of the kubeconfig. Throws UserError for one that matches none. */
function chosen(lists: readonly string[], all: readonly string[]): string[] {
  const globs = lists.flatMap(list => list.split(',')).map(glob => glob.trim());
  if (globs.includes('')) throw new UserError('--contexts needs the names of contexts', "for example prod-*,staging, or '*' for all");
  for (const glob of globs)
    if (!all.some(name => matches(glob, name))) {
      const more = all.length > MAX_NAMED ? ` and ${all.length - MAX_NAMED} more` : '';
      throw new UserError(
        `no context matches "${glob}"`,
        all.length === 0 ? 'the kubeconfig has no context' : `the kubeconfig has: ${all.slice(0, MAX_NAMED).join(', ')}${more}`,
      );
    }
  return all.filter(name => globs.some(glob => matches(glob, name)));
}

/** Whether a name is what a glob stands for: `*` is any text, `?` one character. After a `*` the shortest text is tried first, and only the last `*` is tried again. */
function matches(glob: string, name: string): boolean {
  let [at, to] = [0, 0];
  let star: { at: number; to: number } | null = null;
  while (to < name.length) {
    if (glob[at] === '*') star = { at: at++, to };
    else if (glob[at] === '?' || (at < glob.length && glob[at] === name[to])) {
      at++;
      to++;
    } else if (star === null) return false;
    else {
      star.to++;
      at = star.at + 1;
      to = star.to;
    }
  }
  while (glob[at] === '*') at++;
  return at === glob.length;
}

/** The answer of one cluster; its error is a part of the answer. */
async function whyIn(name: string, flags: WhyFlags, context: Context, say: (text: string) => void): Promise<Outcome> {
  const isText = flags.output === 'text' || flags.output === 'wide';
  const stderr = prefixed(name, context, say);
  const kept = keepingAnswer({ ...context, stderr });
  const own = kept.context;
  const causes: CauseCode[] = [];
  let pods = 0;
  try {
    const status = await why({ ...flags, context: name, contextOfSeveral: name, output: isText ? flags.output : 'json' }, own, report => {
      causes.push(...[...report.causes].filter(cause => !NO_CAUSE.has(cause)));
      pods = report.pods.size;
    });
    return { context: name, status, pods, causes, text: kept.answer(), error: null };
  } catch (error) {
    if (!(error instanceof UserError) || context.signal.aborted) throw error;
    const why = error.hint === null ? error.message : `${error.message} (${error.hint})`;
    warn(context, [`context "${name}": ${why}`]);
    return { context: name, status: 2, pods: 0, causes: [], text: '', error: why };
  } finally {
    stderr.end();
  }
}

/** Standard error of one cluster: each line names its context. */
function prefixed(name: string, context: Context, say: (text: string) => void): Writable {
  let rest = '';
  const tell = (line: string): void => {
    const warning = /^warning: (.*)$/s.exec(line)?.[1];
    if (warning === undefined) note(context, `context "${name}": ${line}`);
    else warn(context, [`context "${name}": ${warning}`]);
  };
  return new Writable({
    decodeStrings: false,
    write(part: string | Buffer, _, done) {
      const lines = (rest + part.toString()).split('\n');
      rest = lines.pop() ?? '';
      // the progress is not mixed with it
      if (lines.length > 0) say('');
      lines.forEach(tell);
      done();
    },
    // a question without a line end
    final(done) {
      if (rest !== '') tell(rest);
      done();
    },
  });
}

function show(outcomes: readonly Outcome[], { output, color }: WhyFlags, context: Context): void {
  if (output === 'text' || output === 'wide') {
    print(context, textOfClusters(outcomes, { color, width: widthOf(context) }), color);
    return;
  }
  const list = jsonOfClusters(outcomes);
  print(context, output === 'json' ? toJson(list) : toYaml(list));
}
