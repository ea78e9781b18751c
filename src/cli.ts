/** The command line: words in, parsed flags out. yargs is set up from the table of flags; it and each command are loaded only when a line needs them. */
import type { CommonFlags, Context, FromNodeFlags, WhyFlags } from './commands/context.ts';
import { print } from './commands/terminal.ts';
import {
  COLOR_CHOICES,
  COMMANDS,
  type CommandName,
  choicesOf,
  connectionFlags,
  FLAGS,
  type Flag,
  type FlagName,
  flagsOf,
  GATE_FORMATS,
  longForm,
  OUTPUT_FORMATS,
  PAGE_FORMATS,
  PROGRAM,
  REFUSED_FLAGS,
  templateFormatOf,
  templatesOf,
} from './flags.ts';
import { wantsColor } from './util/color.ts';
import { didYouMean, similar } from './util/nearest.ts';
import { SECRETS } from './util/secrets.ts';
import { expandShortFlags } from './util/short-flags.ts';
import { onOneLine, withoutTrailing } from './util/text.ts';
import { UserError } from './util/user-error.ts';

type Command = (typeof COMMANDS)[number];

/** As Go reads them: `1m30s`; a bare number is seconds. */
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|[smh]))+$|^\d+(?:\.\d+)?$/;
const UNIT: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** The parsed command line: values by the name of the flag, arguments by the name of the argument. */
type Arguments = Record<string, unknown> & { _: (string | number)[] };

/** Reads flags of a command line; a name that is not in the table does not compile. Defaults are those of the table. */
class Flags {
  constructor(readonly argv: Arguments) {}

  /** All values that were given, without the default. */
  all(name: FlagName | 'CAUSE' | 'NAME' | 'SECRET' | 'IMAGE' | 'SHELL'): string[] {
    const value = this.argv[name];
    return value === undefined ? [] : [value].flat().map(String);
  }

  /** The last value, or the default. */
  text(name: FlagName): string | undefined {
    return this.all(name).at(-1) ?? FLAGS.find(flag => flag.name === name)?.default;
  }

  /** Whether a switch is on; one that can be negated is on unless it was turned off. */
  isOn(name: FlagName): boolean {
    const last = [this.argv[name]].flat().at(-1);
    return typeof last === 'boolean' ? last : FLAGS.find(flag => flag.name === name)?.negatable === true;
  }

  /** Milliseconds of a duration as in kubectl: `10s`, `1m30s`; a bare number is seconds. Throws UserError. */
  duration(name: FlagName): number {
    const value = this.text(name) ?? '';
    if (!DURATION.test(value)) throw new UserError(`invalid --${name} "${value}": expected for example 10s or 1m`);
    const parts = [...value.matchAll(/([\d.]+)([a-z]*)/g)].map(([, number, unit]) => Number(number) * (UNIT[unit || 's'] as number));
    return Math.round(parts.reduce((sum, part) => sum + part));
  }

  /** Pairs `FROM=TO`. Throws UserError. */
  pairs(name: FlagName): Map<string, string> {
    return new Map(
      this.all(name).map(pair => {
        const [from, to] = pair.split(/=(.*)/s);
        if (!from || !to)
          throw new UserError(`invalid --${name} "${pair}": expected FROM=TO, for example docker.io=mirror.example.com:5000`);
        return [from, to];
      }),
    );
  }
}

function commonFlags(flags: Flags, { environment, stdout }: Context): CommonFlags {
  return {
    ...connectionFlags(name => flags.all(name)),
    namespace: flags.text('namespace'),
    allNamespaces: flags.isOn('all-namespaces'),
    requestTimeout: flags.duration('request-timeout'),
    timeout: flags.duration('timeout'),
    output: outputOf(flags),
    color: hasColor(flags, { environment, stdout }),
    probe: flags.isOn('probe'),
    insecureRegistries: flags.all('insecure-registry').map(host => withoutTrailing(host.replace(/^https?:\/\//, ''), '/')),
    registryCa: flags.text('registry-ca'),
    nodeStats: flags.isOn('node-stats'),
    mirrors: flags.pairs('registry-mirror'),
  };
}

const hasColor = (flags: Flags, { environment, stdout }: Pick<Context, 'environment' | 'stdout'>): boolean =>
  wantsColor(COLOR_CHOICES.find(when => when === flags.text('color')) ?? 'auto', environment, stdout.isTTY);

/** The flags of `--from-node`, null without it. Throws UserError for one that needs it. */
function fromNodeFlags(flags: Flags): FromNodeFlags | null {
  const needs = (['all-nodes', 'node-timeout', 'yes'] as const).find(name => flags.all(name).length > 0);
  if (flags.isOn('from-node'))
    return {
      node: flags.text('node') ?? null,
      allNodes: flags.isOn('all-nodes'),
      timeout: flags.duration('node-timeout'),
      yes: flags.isOn('yes'),
    };
  if (needs !== undefined) throw new UserError(`--${needs} needs --from-node`, 'use: kubectl imagepull why POD --from-node');
  return null;
}

/** The flags that select pods. With --from-node --node is the node that is asked. */
const selectingFlags = (flags: Flags) => ({
  selector: flags.text('selector'),
  fieldSelector: flags.text('field-selector'),
  node: flags.isOn('from-node') ? undefined : flags.text('node'),
});

/** A template is for the JSON. */
const outputOf = (flags: Flags) =>
  templateFormatOf(flags.text('output') ?? '') === undefined
    ? ([...OUTPUT_FORMATS, ...PAGE_FORMATS].find(format => format === flags.text('output')) ?? 'text')
    : 'json';

/** What runs each command. In: its flags. Out: the exit status. */
const RUN: Record<CommandName, (flags: Flags, context: Context) => Promise<number>> = {
  async why(flags, context) {
    const { why } = await import('./commands/why.ts');
    const globs = flags.all('contexts');
    const command =
      globs.length === 0
        ? why
        : async (given: WhyFlags, own: Context) => (await import('./commands/contexts.ts')).whyInContexts(given, globs, own);
    return command(
      {
        ...commonFlags(flags, context),
        names: flags.all('NAME'),
        file: flags.text('filename'),
        ...selectingFlags(flags),
        container: flags.text('container'),
        watch: flags.isOn('watch') || flags.isOn('until-pulled'),
        untilPulled: flags.isOn('until-pulled'),
        timeoutGiven: flags.all('timeout').length > 0,
        facts: flags.isOn('facts'),
        failOn: flags.all('fail-on'),
        ignore: flags.all('ignore'),
        since: flags.text('since'),
        fromNode: fromNodeFlags(flags),
      },
      context,
    );
  },
  async 'test-secret'(flags, context) {
    const { testSecretCommand } = await import('./commands/test-secret.ts');
    const more = { names: flags.all('SECRET'), image: flags.text('image'), file: flags.text('filename') };
    return testSecretCommand({ ...commonFlags(flags, context), ...more }, context);
  },
  async check(flags, context) {
    const { check } = await import('./commands/check.ts');
    return check(
      {
        ...commonFlags(flags, context),
        output: GATE_FORMATS.find(format => format === flags.text('output')) ?? outputOf(flags),
        reports: flags.all('report'),
        images: flags.all('IMAGE'),
        files: flags.all('filename'),
        serviceAccount: flags.text('serviceaccount'),
        secrets: flags.all('secret'),
        imagePaths: flags.all('image-path'),
        platforms: flags.all('platform'),
        local: flags.isOn('local'),
        secretFiles: flags.all('secret-file'),
        since: flags.text('since'),
        pin: flags.isOn('pin'),
        facts: flags.isOn('facts'),
        failOn: flags.all('fail-on'),
        ignore: flags.all('ignore'),
      },
      context,
    );
  },
  async 'repair-secret'(flags, context) {
    const { repairSecretCommand } = await import('./commands/repair-secret.ts');
    return repairSecretCommand(
      {
        ...connectionFlags(name => flags.all(name)),
        namespace: flags.text('namespace'),
        requestTimeout: flags.duration('request-timeout'),
        output: outputOf(flags),
        name: flags.all('SECRET').at(-1),
        file: flags.text('filename'),
        image: flags.text('image'),
        rekey: flags.all('rekey'),
        remove: flags.all('remove'),
        set: flags.text('set'),
        dockerUsername: flags.text('docker-username'),
        passwordStdin: flags.isOn('password-stdin'),
        toNamespace: flags.text('to-namespace'),
      },
      context,
    );
  },
  async explain(flags, context) {
    const { explain } = await import('./commands/explain.ts');
    const own = { words: flags.all('CAUSE'), file: flags.text('filename') };
    return explain({ output: outputOf(flags), color: hasColor(flags, context), ...own }, context);
  },
  async collect(flags, context) {
    const { collect } = await import('./commands/collect.ts');
    const more = {
      names: flags.all('NAME'),
      file: flags.text('filename'),
      ...selectingFlags(flags),
      withProbe: flags.isOn('with-probe'),
    };
    return collect({ ...commonFlags(flags, context), ...more }, context);
  },
  async cleanup(flags, context) {
    const { cleanup } = await import('./commands/cleanup.ts');
    const own = { namespace: flags.text('namespace'), allNamespaces: flags.isOn('all-namespaces'), yes: flags.isOn('yes') };
    return cleanup({ ...connectionFlags(name => flags.all(name)), requestTimeout: flags.duration('request-timeout'), ...own }, context);
  },
  async version(flags, context) {
    return (await import('./commands/version.ts')).version(outputOf(flags), context);
  },
  async completion(flags, context) {
    return (await import('./commands/completion.ts')).completion(flags.all('SHELL').at(-1), context);
  },
};

/** Runs one command line. In: the words after the name of the program. Out: the exit status. Throws UserError for a line that cannot be read. */
export async function run(words: string[], context: Context): Promise<number> {
  // the words of a line that is being typed are not flags of this program
  if (words[0] === '__complete') return (await import('./commands/complete.ts')).complete(words.slice(1), context);
  noteSecrets(words);
  if (words[0] === '--version' || (words[0] === '-v' && words.length === 1)) return run(['version', ...words.slice(1)], context);
  const argv = ofPlainWords(words) ?? (await parse(words));
  const command = commandOf(argv._[0]);
  if (words.length === 0 || argv['help'] === true || argv._[0] === 'help') {
    const topic = argv._[0] === 'help' ? argv._[1] : argv._[0];
    if (topic !== undefined && topic !== 'help' && commandOf(topic) === undefined) throw unknownCommand(argv);
    const { helpText, startText } = await import('./report/help.ts');
    const width = Math.min(110, Math.max(80, context.stdout.isTTY ? context.stdout.columns : 100));
    print(context, words.length === 0 ? startText(width) : helpText(commandOf(topic)?.name, width));
    return 0;
  }
  if (command !== undefined && flagsOf(command.name).some(({ name }) => name === 'kuberc'))
    await applyDefaults(argv, command.name, context.environment);
  readColor(argv);
  check(argv, command, words);
  const file = new Flags(argv).text('output-file');
  return file === undefined ? answer(command.name, new Flags(argv), context) : runIntoFile(file, command.name, argv, context);
}

/** Runs a command; a template of -o is applied to its JSON. Throws UserError for what a template cannot be applied to. */
async function answer(command: CommandName, flags: Flags, context: Context): Promise<number> {
  const output = flags.text('output') ?? '';
  if (templateFormatOf(output) === undefined) return RUN[command](flags, context);
  if (command === 'why' && (flags.isOn('watch') || flags.isOn('until-pulled')))
    throw new UserError(`--watch does not support -o ${templateFormatOf(output)}`, 'use -o json: it prints one object on each line');
  const { withTemplate } = await import('./commands/templates.ts');
  return withTemplate(output, context, own => RUN[command](flags, own));
}

/** The answer goes to a file, whose ending chooses the format where -o does not. Throws UserError for what has no end. */
async function runIntoFile(file: string, command: CommandName, argv: Arguments, context: Context): Promise<number> {
  const flags = new Flags(argv);
  if (flags.isOn('watch') || flags.isOn('until-pulled'))
    throw new UserError(
      `--output-file cannot be combined with ${flags.isOn('watch') ? '--watch' : '--until-pulled'}: a file is written once, at the end`,
      'redirect standard output instead: > FILE',
    );
  const { formatOf, intoFile } = await import('./commands/output-file.ts');
  const choices = choicesOf(FLAGS.find(({ name }) => name === 'output') as Flag, command) ?? [];
  argv['output'] ??= formatOf(file, choices);
  const output = flags.text('output') ?? '';
  return intoFile(file, templateFormatOf(output) ?? output, context, within => answer(command, flags, within));
}

/** `--no-color`, `--color=false` and `--color=true` (also of kuberc) as values of --color. */
function readColor(argv: Arguments): void {
  const when = (value: unknown): unknown => (String(value) === 'false' ? 'never' : String(value) === 'true' ? 'auto' : value);
  if (argv['color'] !== undefined) argv['color'] = [argv['color']].flat().map(when);
}

/** Tells the run what must not be printed, before an error could quote a word of the line. */
function noteSecrets(words: string[]): void {
  for (const [index, word] of words.entries()) {
    const secret = /^--?(?:token|password)(?:=(.*))?$/s.exec(word);
    if (secret !== null) SECRETS.add(secret[1] ?? words[index + 1]);
  }
}

/** Adds the defaults of kuberc for flags that the line does not have. Throws UserError for a flag that the command does not have. */
async function applyDefaults(argv: Arguments, command: CommandName, environment: Context['environment']): Promise<void> {
  const { defaultsOf } = await import('./cluster/kuberc.ts');
  const { file, options } = await defaultsOf(command, new Flags(argv).text('kuberc') ?? '', environment);
  for (const [name, value] of options) {
    const flag = flagsOf(command).find(flag => flag.name === name);
    const isSwitch = flag?.takes === null;
    const wrong =
      flag === undefined
        ? `${command} does not have the flag --${name}`
        : isSwitch && !/^(?:true|false)$/.test(value)
          ? `--${name} is not true or false`
          : null;
    if (wrong !== null) throw new UserError(`kuberc "${file}": ${wrong}`, 'correct it there');
    argv[name] ??= isSwitch ? value === 'true' : value;
  }
}

const commandOf = (word: unknown): Command | undefined => COMMANDS.find(({ name }) => name === word);

/** A word in which nothing is left to read: neither a flag nor a value. */
const PLAIN = /^[a-z0-9][\w.:@/-]*$/i;

/**
 * What `parse` makes of a command with plain words alone (`version`, `why POD`), without the parser: half of the time that such a line takes would go into loading it.
 * Null for any other line.
 */
export function ofPlainWords(words: readonly string[]): Arguments | null {
  const [name, ...rest] = words;
  const command = commandOf(name);
  if (command === undefined || !words.every(word => PLAIN.test(word))) return null;
  const { argument } = command;
  if (argument === null) return { _: [...words] };
  if (argument.repeatable) return { _: [command.name], [argument.name]: rest };
  return { _: [command.name, ...rest.slice(1)], ...(rest.length === 0 ? {} : { [argument.name]: rest[0] }) };
}

/** Reads a line with yargs, which is loaded here. Throws UserError for one that it refuses. */
export async function parse(words: readonly string[]): Promise<Arguments> {
  const { default: yargs } = await import('yargs');
  const parser = yargs()
    .parserConfiguration({
      'boolean-negation': true,
      'camel-case-expansion': false,
      'duplicate-arguments-array': true,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .help(false)
    .version(false)
    .locale('en')
    .exitProcess(false)
    .fail((message, error) => {
      if (error && error.name !== 'YError') throw error;
      const text = onOneLine(message ?? error.message);
      const empty = /^Not enough arguments following: (.+)$/.exec(text)?.[1];
      throw new UserError(empty === undefined ? text : `flag needs a value: ${dashed(empty)}`, seeHelp());
    });
  for (const { name, alias, takes, repeatable } of FLAGS)
    parser.option(name, {
      ...(alias === undefined ? {} : { alias }),
      ...(takes === null ? { type: 'boolean' } : { type: 'string', nargs: 1, array: repeatable === true }),
    });
  for (const { name, argument } of COMMANDS)
    parser.command(argument === null ? name : `${name} [${argument.name}${argument.repeatable ? '..' : ''}]`, '', builder =>
      argument === null ? builder : builder.positional(argument.name, { type: 'string', array: argument.repeatable }),
    );
  const argv = parser.parseSync(expandShortFlags(withStdin(words), FLAGS)) as Arguments;
  // what stands behind "--" is an argument, whatever it looks like
  const argument = commandOf(argv._[0])?.argument;
  if (argument?.repeatable) argv[argument.name] = [argv[argument.name] ?? [], argv._.splice(1).map(String)].flat();
  return argv;
}

/** `explain -` reads standard input; the parser leaves a `-` by itself out. */
const withStdin = (words: readonly string[]): readonly string[] =>
  words[0] === 'explain'
    ? words.map((word, at) => (word === '-' && !/^(?:-f|--filename)$/.test(words[at - 1] ?? '') ? '--filename=-' : word))
    : words;

/** A flag as it is written. */
const dashed = (name: string): string => `${name.length === 1 ? '-' : '--'}${name}`;
const seeHelp = (command?: Command): string => `see: ${PROGRAM} ${command === undefined ? '' : `${command.name} `}--help`;

/** In: what was written, and what there is. Out: what may be meant, else where to look. */
const meant = (written: string, names: readonly string[], command?: Command): string =>
  [didYouMean(similar(written, names)), seeHelp(command)].filter(Boolean).join(' ');

/** A word that could name a pod or a workload. */
const NAME = /^[a-z0-9](?:[a-z0-9./-]*[a-z0-9])?$/;

/** The error for a word that is no command: it may be a slip, or what `why` was meant to look at. */
function unknownCommand({ _: words }: Arguments): UserError {
  const [word = '', ...rest] = words[0] === 'help' ? words.slice(1).map(String) : words.map(String);
  const near = didYouMean(
    similar(
      word,
      COMMANDS.map(({ name }) => name),
    ),
  );
  const isName = words[0] !== 'help' && [word, ...rest].every(one => NAME.test(one));
  const why = isName ? `to diagnose it: ${PROGRAM} why ${[word, ...rest].join(' ')}` : seeHelp();
  return new UserError(`unknown command: ${word}`, near === null ? why : `${near} ${seeHelp()}`);
}

/** The error for a flag that nothing takes. In: its name as it was parsed, the words of the line, and the command. */
function unknownFlag(name: string, words: readonly string[], command: Command): UserError {
  // the parser takes the "no-" of a switch off
  const isNegated = words.some(word => word === `--no-${name}`) && !words.some(word => word.startsWith(`--${name}`));
  const written = isNegated ? `no-${name}` : name;
  const flags = flagsOf(command.name);
  const names = name.length === 1 ? flags.flatMap(({ alias }) => alias ?? []) : flags.map(flag => longForm(flag).slice(2));
  const near = similar(written, names).map(dashed);
  return new UserError(`unknown flag: ${dashed(written)}`, [didYouMean(near), seeHelp(command)].filter(Boolean).join(' '));
}

/** Throws UserError for a line with an unknown command, flag, value or argument. */
function check(argv: Arguments, command: Command | undefined, words: readonly string[]): asserts command is Command {
  const [word, ...rest] = argv._;
  if (word === undefined)
    throw new UserError(
      `no command given: use ${COMMANDS.map(({ name }) => name).join(', ')}`,
      `to diagnose the failing pods of a namespace: ${PROGRAM} why -n NAMESPACE`,
    );
  if (command === undefined) throw unknownCommand(argv);
  const known = new Set(FLAGS.flatMap(({ name, alias }) => [name, alias]));
  const unknown = Object.keys(argv).find(key => !known.has(key) && !['_', '$0', command.argument?.name].includes(key));
  if (unknown !== undefined && Object.hasOwn(REFUSED_FLAGS, unknown))
    throw new UserError(`kubectl's flag ${dashed(unknown)} is not taken`, REFUSED_FLAGS[unknown]);
  if (unknown !== undefined) throw unknownFlag(unknown, words, command);
  const taken = flagsOf(command.name);
  const foreign = FLAGS.find(flag => argv[flag.name] !== undefined && !taken.includes(flag));
  if (foreign !== undefined)
    throw new UserError(
      `${command.name} does not have the flag ${dashed(foreign.name)}`,
      `it is a flag of ${foreign.commands.join(', ')}; ${seeHelp(command)}`,
    );
  if (rest.length > 0) throw new UserError(`unexpected argument: ${rest[0]}`, seeHelp(command));
  const rows = [
    ...taken.map(flag => ({
      ...flag,
      choices: choicesOf(flag, command.name),
      prefixes: templatesOf(flag, command.name),
      title: `--${flag.name}`,
    })),
    { ...command.argument, prefixes: [], title: command.argument?.name },
  ];
  for (const { name = '', title, choices, prefixes } of rows) {
    const isKnown = (value: string): boolean => choices?.includes(value) || prefixes.some(prefix => value.startsWith(prefix));
    const wrong = [argv[name]].flat().find(value => value !== undefined && choices !== undefined && !isKnown(String(value)));
    const only = COMMANDS.find(other => taken.some(flag => flag.name === name && flag.moreChoices?.[other.name]?.includes(String(wrong))));
    if (only !== undefined) throw new UserError(`${command.name} does not have ${title} ${wrong}: only ${only.name} has it`, seeHelp(only));
    if (wrong !== undefined)
      throw new UserError(
        `invalid ${title} "${wrong}": expected ${[...(choices ?? []), ...prefixes.map(prefix => `${prefix}…`)].join(', ')}`,
        meant(String(wrong), choices ?? [], command),
      );
  }
}
