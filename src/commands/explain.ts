/** `explain`: the list of causes, the page of one, or the causes that a pasted text tells of. It asks neither a cluster nor a registry, and reads no kubeconfig. */
import { pagesWith } from '../causes/pages.ts';
import { CAUSES, type CauseCode } from '../model/cause-codes.ts';
import type { PastedPod } from '../parse/pasted.ts';
import {
  type CauseGroup,
  causeList,
  GROUPS,
  readingList,
  renderFound,
  renderList,
  renderPage,
  renderReadings,
  whyCommands,
} from '../report/explanation.ts';
import { didYouMean, similar } from '../util/nearest.ts';
import { UserError } from '../util/user-error.ts';
import type { Context, ExplainFlags } from './context.ts';
import { print, readInput } from './terminal.ts';

/** Columns of a page, where the terminal is not narrower. */
const WIDTH = 80;
/** Columns of the list of causes at most, one line for each where they suffice. */
const LIST_WIDTH = 160;

/** What the words of a line ask for: groups and causes by name, or the causes of a text. */
type Question = { groups: CauseGroup[]; causes: CauseCode[] } | { text: string };

/**
 * Out: the exit status: 0 when it printed a list, a page or a cause, 1 when a text tells no cause and no page has its words. Throws UserError for a name that is neither a cause nor a group, and for a format
 * that does not exist here.
 */
export async function explain(flags: ExplainFlags, context: Context): Promise<number> {
  const { output } = flags;
  if (!['text', 'json', 'yaml', 'name'].includes(output))
    throw new UserError(`-o ${output} is not available for explain`, 'use text, json, yaml or name');
  const question = await questionOf(flags, context);
  return 'text' in question ? explainText(question.text, flags, context) : explainNames(question, flags, context);
}

async function questionOf({ words, file }: ExplainFlags, context: Context): Promise<Question> {
  if (file !== undefined && words.length > 0)
    throw new UserError('words cannot be combined with --filename', 'name causes, or give a text with -f');
  if (file !== undefined) return { text: (await readInput(file, context)).text };
  return namesOf(words) ?? { text: words.join(' ') };
}

const GROUP_NAMES = Object.keys(GROUPS) as CauseGroup[];
const NAMES: readonly string[] = [...CAUSES.map(({ code }) => code), ...GROUP_NAMES];

/** Causes and groups by their names, in any case; null where the words are a text. Throws UserError where each is a name, or nearly one, and one does not exist. */
function namesOf(words: readonly string[]): Question | null {
  const all = words.flatMap(word => (/^[A-Za-z]+(?:,[A-Za-z]+)+$/.test(word) ? word.split(',') : [word]));
  const known = all.map(word => NAMES.find(name => name.toLowerCase() === word.toLowerCase()));
  const missing = all.filter((_, index) => known[index] === undefined);
  if (missing.length === 0)
    return {
      groups: GROUP_NAMES.filter(group => known.includes(group)),
      causes: [...new Set(known)].flatMap(name => CAUSES.find(({ code }) => code === name)?.code ?? []),
    };
  const near = missing.map(word => (/^[A-Za-z]{4,60}$/.test(word) ? similar(word, NAMES) : []));
  if (near.some(names => names.length === 0)) return null;
  throw new UserError(`no cause is named "${missing[0]}"`, `${didYouMean(near[0] ?? [])} The list: kubectl imagepull explain`);
}

/** Columns to fold at: at most so many, and no more than the terminal has. */
const widthOf = ({ stdout }: Context, most: number): number => (stdout.isTTY ? Math.max(20, Math.min(most, stdout.columns)) : most);

async function explainNames(
  { groups, causes }: Extract<Question, { groups: unknown }>,
  { output, color }: ExplainFlags,
  context: Context,
): Promise<number> {
  const isList = causes.length === 0;
  const listed = groups.length === 0 ? GROUP_NAMES : groups;
  const ofGroups = listed.flatMap(group => CAUSES.filter(cause => cause.group === group).map(({ code }) => code));
  const codes = isList ? ofGroups : [...new Set([...(groups.length === 0 ? [] : ofGroups), ...causes])];
  if (output === 'name') print(context, codes.join('\n'));
  else if (output !== 'text') print(context, await documentOf(output, version => causeList(codes, version, !isList)));
  else if (isList) print(context, listText(listed, color, context), color);
  else {
    const layout = { width: widthOf(context, WIDTH), color };
    print(context, codes.map(code => renderPage(code, layout)).join('\n'), color);
  }
  return 0;
}

const listText = (groups: readonly CauseGroup[], color: boolean, context: Context): string =>
  [
    renderList(groups, color, context.stdout.isTTY ? widthOf(context, LIST_WIDTH) : null),
    'The page of a cause: kubectl imagepull explain CAUSE',
    'By the words of an event: kubectl describe pod POD | kubectl imagepull explain -',
  ].join('\n');

async function documentOf(output: string, make: (apiVersion: string) => object): Promise<string> {
  const [{ toJson, toYaml }, { API_VERSION }] = await Promise.all([import('../report/json.ts'), import('../parse/facts.ts')]);
  return output === 'json' ? toJson(make(API_VERSION)) : toYaml(make(API_VERSION));
}

async function explainText(text: string, { output, color }: ExplainFlags, context: Context): Promise<number> {
  const [{ readText }, { forReading }] = await Promise.all([import('../diagnosis/read-text.ts'), import('../report/clean.ts')]);
  const found = readText(text, context.now());
  const { readings, reasons, pods } = found;
  const pages = readings.length > 0 || reasons.length > 0 ? [] : pagesWith(text);
  const causes = [...new Set([...readings.map(({ cause }) => cause), ...pages])];
  if (output === 'json' || output === 'yaml') print(context, await documentOf(output, version => readingList(found, pages, version)));
  else if (output === 'name') for (const cause of causes) print(context, cause);
  else if (readings.length > 0) print(context, renderReadings(forReading(found), { width: widthOf(context, WIDTH), color }), color);
  else if (pages.length > 0) print(context, renderFound(pages, color, context.stdout.isTTY ? widthOf(context, LIST_WIDTH) : null), color);
  else if (reasons.length > 0) print(context, withoutCause(reasons, pods));
  else print(context, `${NOTHING}\n\n${listText(GROUP_NAMES, color, context)}`, color);
  return causes.length > 0 ? 0 : 1;
}

/** What is said of a text that has nothing of a pull. */
const NOTHING = `The text has no message of an image pull that is known. The message of the event "Failed" tells most:
    kubectl describe pod POD -n NAMESPACE`;

/** What is said of a text that has reasons alone. */
const withoutCause = (reasons: readonly string[], pods: readonly PastedPod[]): string =>
  [
    `${reasons.join(', ')}: the pull fails, but the text does not tell why. To find out:`,
    ...whyCommands(pods).map(one => `    ${one}`),
  ].join('\n');
