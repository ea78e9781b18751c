/** The help, from the table of flags: of the program, and of each command. Pure. */
import {
  COMMANDS,
  type CommandName,
  describe,
  ENVIRONMENT,
  EXIT_STATUS,
  type Example,
  FIRST_EXAMPLES,
  type Flag,
  flagsOf,
  GROUPS,
  longForm,
  PROGRAM,
  SUMMARY,
} from '../flags.ts';
import { asCalled } from '../util/called-as.ts';
import { fold } from './columns.ts';

/** In: the name of a command, undefined for the program, and the columns to fold at. Out: the help. */
export function helpText(name: CommandName | undefined, width: number): string {
  const command = COMMANDS.find(one => one.name === name);
  return asCalled(`${(command === undefined ? programHelp(width) : commandHelp(command, width)).join('\n')}\n`);
}

/** In: the columns to fold at. Out: what somebody sees who gives no word: it fits on the screen of a small terminal. */
export function startText(width: number): string {
  const lines = [
    ...fold(SUMMARY, width, ''),
    ...section(
      'Examples',
      rows(
        FIRST_EXAMPLES.map(({ command, description }) => [command, description] as const),
        width,
      ),
    ),
    ...section('Commands', commandRows(width)),
    '',
    `Use "${PROGRAM} COMMAND --help" for a command, "${PROGRAM} --help" for everything.`,
  ];
  return `${lines.join('\n')}\n`;
}

const commandRows = (width: number): string[] =>
  rows(
    COMMANDS.map(({ name, description }) => [name, description] as const),
    width,
  );

const programHelp = (width: number): string[] => [
  ...fold(SUMMARY, width, ''),
  ...section('Usage', [`  ${PROGRAM} COMMAND [flags]`]),
  ...section('Commands', commandRows(width)),
  ...section('Examples', COMMANDS.flatMap(({ examples }) => examples.slice(0, 1)).flatMap(exampleLines)),
  ...section(
    'Exit status',
    rows(
      EXIT_STATUS.map(({ status, description }) => [String(status), description] as const),
      width,
    ),
  ),
  ...section(
    'Environment',
    rows(
      ENVIRONMENT.map(({ name, description }) => [name, description] as const),
      width,
    ),
  ),
  '',
  `Use "${PROGRAM} COMMAND --help" for the flags of a command.`,
];

function commandHelp({ name, description, details, argument, examples }: (typeof COMMANDS)[number], width: number): string[] {
  const flags = flagsOf(name);
  return [
    `${description}.`,
    ...(details === '' ? [] : ['', ...fold(details, width, '')]),
    ...section('Usage', [`  ${[PROGRAM, name, argument?.usage, '[flags]'].filter(Boolean).join(' ')}`]),
    ...section('Examples', examples.flatMap(exampleLines)),
    ...GROUPS.flatMap(group =>
      section(
        group,
        rows(
          flags.filter(flag => flag.group === group).map(flag => [flagUsage(flag), describeFlag(flag, name)] as const),
          width,
        ),
      ),
    ),
  ];
}

/** In: a flag. Out: how it is written, with its short form and what it takes: `-f, --filename FILE`. */
export const flagUsage = (flag: Flag): string =>
  `${flag.alias === undefined ? '    ' : `-${flag.alias}, `}${longForm(flag)}${flag.takes === null ? '' : ` ${flag.takes}`}`;

function describeFlag(flag: Flag, command: string): string {
  const { repeatable, default: value } = flag;
  const description = describe(flag, command);
  // a command whose default is another says so itself
  const isSaid = /\(default /.test(description);
  return `${description}${value === undefined || isSaid ? '' : ` (default ${value})`}${repeatable ? ' (can be repeated)' : ''}`;
}

const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', `${title}:`, ...lines]);

const exampleLines = ({ command, description }: Example): string[] => [`  # ${description}`, `  ${command}`];

/** Two columns, the second folded to the width. */
function rows(entries: readonly (readonly [string, string])[], width: number): string[] {
  const size = Math.max(0, ...entries.map(([first]) => first.length));
  const indent = ' '.repeat(size + 4);
  return entries.flatMap(([first, second]) => {
    const [line = '', ...rest] = fold(second, width, indent);
    return [`  ${first.padEnd(size)}${line.slice(size + 2)}`, ...rest];
  });
}
