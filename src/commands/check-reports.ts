/** The reports that `check` writes to files besides its answer (--report FORMAT=FILE). */
import { GATE_FORMATS, type GateFormat, PAGE_FORMATS, type PageFormat } from '../flags.ts';
import { didYouMean, similar } from '../util/nearest.ts';
import { UserError } from '../util/user-error.ts';
import type { Context } from './context.ts';
import { save } from './terminal.ts';

/** A report that is asked for. */
export interface WantedReport {
  format: PageFormat | GateFormat | 'json';
  file: string;
}

const FORMATS = [...PAGE_FORMATS, ...GATE_FORMATS, 'json'] as const;

/** In: the values of --report. Throws UserError for what is none. */
export const readReports = (values: readonly string[]): WantedReport[] =>
  values.map(value => {
    const [name, file = ''] = value.split(/=(.*)/s);
    const format = FORMATS.find(one => one === name);
    if (format === undefined || file === '')
      throw new UserError(
        `invalid --report "${value}"`,
        (format === undefined && didYouMean(similar(name ?? '', FORMATS).map(one => `${one}=${file || 'FILE'}`))) ||
          `expected FORMAT=FILE with ${FORMATS.join(', ')}, for example junit=report.xml`,
      );
    if (file === '-') throw new UserError('--report writes to a file', `for standard output use -o ${format}`);
    return { format, file };
  });

/** Writes them. In: what makes the text of a format. Throws UserError for a file that cannot be written. */
export async function writeReports(
  reports: readonly WantedReport[],
  textOf: (format: WantedReport['format']) => string,
  context: Context,
): Promise<void> {
  const failures: unknown[] = [];
  for (const { format, file } of reports) await save(context, file, textOf(format)).catch((error: unknown) => failures.push(error));
  // one that cannot be written costs no other
  if (failures.length > 0) throw failures[0];
}
