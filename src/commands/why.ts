/** `why`: finds the pods, examines them, reports the causes. */
import { CAUSES, type CauseCode, isCauseCode, NO_CAUSE } from '../model/cause-codes.ts';
import { createReport } from '../report/findings.ts';
import { UserError } from '../util/user-error.ts';
import type { Context, WhyFlags } from './context.ts';
import { type Source, withSource } from './sources.ts';
import { note, print, showProgress, warn, widthOf } from './terminal.ts';

/**
 * Out: the exit status: 1 when a cause counts, 2 also when a part of the work could not be done (the warnings say which); what could not be
 * read and changed no verdict is a warning alone. Throws UserError for wrong flags.
 */
export async function why(flags: WhyFlags, context: Context): Promise<number> {
  const { output, color, facts } = flags;
  const counted = countedCauses(flags);
  if (flags.names.length > 0 && (flags.selector !== undefined || flags.allNamespaces))
    throw new UserError('names cannot be combined with --selector or --all-namespaces', 'name pods, or select them with -l or -A');
  if (facts && (flags.watch || (output !== 'json' && output !== 'yaml')))
    throw new UserError(
      flags.watch ? '--facts cannot be combined with --watch' : `--facts is not available with -o ${output}`,
      'use: kubectl imagepull why POD -o json --facts',
    );
  if (flags.nodeStats && flags.file !== undefined)
    throw new UserError('--node-stats cannot be combined with -f', 'kubelet is asked in the cluster: omit -f, or omit --node-stats');
  if (flags.watch) return (await import('./watch.ts')).watch(flags, context, counted);

  const spinner = showProgress(context);
  const diagnosed = async (source: Source): Promise<number> => {
    const report = createReport({ output, facts, color, width: widthOf(context) });
    const isComplete = await source.examine(report.take, spinner.say);
    if (flags.container !== undefined && report.causes.size === 0 && flags.names.length > 0)
      throw new UserError(`container "${flags.container}" not found in ${flags.names.join(', ')}`, 'omit -c to diagnose every container');
    if (context.signal.aborted) throw new UserError('interrupted');
    spinner.done();
    const warnings = source.warnings();
    const text = report.render(source.patterns, warnings);
    if (text !== '') print(context, text, color);
    else if (output !== 'name') note(context, `no pod ${source.place} waits for an image`);
    warn(context, warnings);
    if (!isComplete) return 2;
    return [...report.causes].some(cause => counted.has(cause)) ? 1 : 0;
  };
  try {
    spinner.say(flags.file === undefined ? 'reading the cluster' : 'reading the file');
    return await withSource(flags, context, diagnosed);
  } finally {
    spinner.done();
  }
}

/** The causes that make exit status 1, by --fail-on and --ignore. Throws UserError for a code that does not exist. */
function countedCauses({ failOn, ignore }: WhyFlags): ReadonlySet<CauseCode> {
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
      const similar = CAUSES.find(known => known.code.toLowerCase() === code.toLowerCase())?.code;
      throw new UserError(
        `invalid ${flag} "${code}": this is not a cause`,
        similar === undefined ? 'the README lists the causes, for example TagNotFound' : `did you mean ${similar}?`,
      );
    });
