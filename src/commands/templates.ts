/** `-o jsonpath=…` and `-o custom-columns=…` of every command that has JSON: reads the template first, lets the command make its JSON, and prints that as the template says. */
import { templateFormatOf } from '../flags.ts';
import { type Node, TemplateError } from '../parse/jsonpath/parser.ts';
import { type Column, columnsOf, columnsOfFile, renderAsJson, renderColumns, renderTemplate, templateOf } from '../report/templates.ts';
import { clipped } from '../util/text.ts';
import { UserError } from '../util/user-error.ts';
import type { Context } from './context.ts';
import { keepingAnswer, printAsItIs, readInput } from './terminal.ts';

/** A list that a command prints. */
type List = Record<'items', readonly unknown[]>;
type Printer = (list: List) => string;

/** As much of a template as an error shows. */
const MAX_SHOWN = 100;

/**
 * In: the value of -o, which has a template, and the command with -o json. Out: its exit status. Where the command has no answer, nothing is printed. Throws UserError for a
 * template that cannot be read, before the command runs, and for one that does not fit its answer.
 */
export async function withTemplate(output: string, context: Context, command: (context: Context) => Promise<number>): Promise<number> {
  const print = await readPrinter(output, context);
  const kept = keepingAnswer(context);
  const status = await command(kept.context);
  const json = kept.answer();
  if (json !== '') printAsItIs(context, print(JSON.parse(json) as List));
  return status;
}

async function readPrinter(output: string, context: Context): Promise<Printer> {
  const format = templateFormatOf(output);
  const value = output.slice(`${format}=`.length);
  if (value === '')
    throw new UserError(
      `-o ${format} needs a ${format?.endsWith('-file') ? 'file' : 'template'}`,
      format?.startsWith('custom')
        ? 'for example: -o custom-columns=POD:.pod.name,CAUSE:.cause'
        : "for example: -o jsonpath='{.items[*].cause}'",
    );
  const isFile = format?.endsWith('-file') === true;
  const text = isFile ? (await readInput(value, context, `-o ${format}`)).text : value;
  const where = isFile ? `"${value}"` : `-o ${format} "${clipped(value, MAX_SHOWN)}"`;
  /** Errors tell the place in the template. */
  const located = <T>(what: string, work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      throw new UserError(
        `${what}: ${error.message} (character ${error.at} of the template)`,
        'see: https://kubernetes.io/docs/reference/kubectl/jsonpath',
      );
    }
  };
  const printed =
    (render: Printer): Printer =>
    list =>
      located(`${where} does not fit the answer`, () => render(list));
  switch (format) {
    case 'custom-columns':
    case 'custom-columns-file': {
      const columns = located(`invalid ${where}`, (): Column[] => (isFile ? columnsOfFile(text) : columnsOf(text)));
      return printed(({ items }) => renderColumns(items, columns));
    }
    default: {
      const template = located(`invalid ${where}`, (): Node[] => templateOf(text));
      return printed(list => (format === 'jsonpath-as-json' ? renderAsJson : renderTemplate)(list, template));
    }
  }
}
