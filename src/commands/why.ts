/** `why`: finds the pods, examines them, reports the causes. */
import { CAUSES, type CauseCode, isCauseCode, NO_CAUSE } from '../model/cause-codes.ts';
import { createReport, type Report } from '../report/findings.ts';
import { isPage, type Page } from '../report/page.ts';
import { findingsPage } from '../report/page-findings.ts';
import { renderPage } from '../report/render-page.ts';
import { didYouMean, similar } from '../util/nearest.ts';
import { UserError } from '../util/user-error.ts';
import type { Context, WhyFlags } from './context.ts';
import { liveFindings } from './live-findings.ts';
import { readComparison, scopeOf } from './since.ts';
import { checkSelection, type Source, withSource } from './sources.ts';
import { canAsk, note, print, warn, widthOf } from './terminal.ts';

/**
 * In: also who sees the report before it is printed. Out: the exit status: 1 when a cause counts, 2 also when a part of the work could not be done (the warnings say which); what could not be
 * read and changed no verdict is a warning alone. Throws UserError for wrong flags.
 */
export async function why(flags: WhyFlags, context: Context, see?: (report: Report) => void): Promise<number> {
  const { output, color, facts } = flags;
  const counted = countedCauses(flags);
  checkSelection(flags);
  if (facts && (flags.watch || (output !== 'json' && output !== 'yaml')))
    throw new UserError(
      flags.watch ? '--facts cannot be combined with --watch' : `--facts is not available with -o ${output}`,
      'use: kubectl imagepull why POD -o json --facts',
    );
  checkFromNode(flags, context);
  if (flags.nodeStats && flags.file !== undefined)
    throw new UserError('--node-stats cannot be combined with -f', 'kubelet is asked in the cluster: omit -f, or omit --node-stats');
  if (flags.watch) return (await import('./watch.ts')).watch(flags, context, counted);

  const comparison = await readComparison(flags, [flags.file ?? ''], false, context);
  const live = liveFindings(flags, context);
  const diagnosed = async (source: Source): Promise<number> => {
    comparison?.limitTo(scopeOf(flags, source.namespace));
    const report = createReport({ output, facts, color, width: widthOf(context), besides: comparison });
    const isComplete = await source.examine(report.take, live.say, live.found);
    if (report.causes.size === 0) checkContainer(flags, source);
    if (context.signal.aborted) throw new UserError('interrupted');
    live.done();
    see?.(report);
    const warnings = [...source.warnings(), ...(comparison?.warnings(isComplete) ?? [])];
    const text = isPage(output)
      ? renderPage(pageOf(report, source, warnings, isComplete, context), output)
      : report.render(source.patterns, warnings);
    if (text !== '') print(context, text, color);
    // a program that reads the answer is told of nothing that matched, too
    const hasNothing = report.causes.size === 0 && (source.looked.pods === 0 || (text === '' && output !== 'name'));
    if (hasNothing && flags.contextOfSeveral === undefined) for (const line of source.nothing()) note(context, line);
    if (source.collectedAt !== null)
      note(context, `the objects ${source.place} were collected at ${source.collectedAt}: every age is of that time`);
    warn(context, warnings);
    if (!isComplete) return 2;
    return [...report.causes].some(cause => counted.has(cause)) ? 1 : 0;
  };
  try {
    live.say(flags.file === undefined ? 'reading the cluster' : 'reading the file');
    return await withSource(flags, context, diagnosed, undefined, live.listed);
  } finally {
    live.done();
  }
}

/** Throws UserError for a container that none of the pods has. */
function checkContainer({ container, names }: WhyFlags, { looked, place }: Source): void {
  const all = [...looked.containers].sort();
  if (container === undefined || all.length === 0 || looked.containers.has(container)) return;
  throw new UserError(
    `container "${container}" not found in ${names.length > 0 ? names.join(', ') : `any pod ${place}`}`,
    didYouMean(similar(container, all)) ?? `there ${all.length === 1 ? 'is' : 'are'}: ${all.slice(0, 5).join(', ')}`,
  );
}

/** The report as a page. */
function pageOf(report: Report, source: Source, warnings: string[], isComplete: boolean, context: Context): Page {
  const { place, origin, collectedAt } = source;
  return findingsPage({
    groups: report.groups(),
    patterns: report.patterns(source.patterns),
    warnings,
    isComplete,
    place,
    origin: { ...origin, now: context.now(), collectedAt },
  });
}

/** Throws UserError where nodes are to be asked, and cannot be. */
function checkFromNode({ fromNode, watch, file }: WhyFlags, context: Context): void {
  if (fromNode == null) return;
  if (watch || file !== undefined)
    throw new UserError(
      `--from-node cannot be combined with ${watch ? '--watch' : '--filename'}: ${watch ? 'it asks each node once' : 'saved objects have no node that could be asked'}`,
      'use: kubectl imagepull why POD --from-node',
    );
  if (fromNode.node !== null && fromNode.allNodes) throw new UserError('--node cannot be combined with --all-nodes', 'use one of them');
  if (!fromNode.yes && !canAsk(context))
    throw new UserError('--from-node asks before it creates a pod, and standard input or standard error is not a terminal', 'add --yes');
}

/** The causes that make exit status 1, by --fail-on and --ignore. Throws UserError for a code that does not exist. */
export function countedCauses({ failOn, ignore }: Pick<WhyFlags, 'failOn' | 'ignore'>): ReadonlySet<CauseCode> {
  const only = readCauses(failOn, '--fail-on');
  const without = readCauses(ignore, '--ignore');
  return new Set(
    CAUSES.map(({ code }) => code).filter(
      code => !NO_CAUSE.has(code) && !without.includes(code) && (only.length === 0 || only.includes(code)),
    ),
  );
}

const readCauses = (lists: string[], flag: string): CauseCode[] =>
  lists
    .flatMap(list => list.split(','))
    .filter(Boolean)
    .map(code => {
      if (isCauseCode(code)) return code;
      const near = similar(
        code,
        CAUSES.map(known => known.code),
      );
      throw new UserError(
        `invalid ${flag} "${code}": this is not a cause`,
        didYouMean(near) ?? 'docs/causes has a page for each cause, for example TagNotFound',
      );
    });
