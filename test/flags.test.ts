/** One table of flags: whatever is made of it has each flag, and the table itself holds together. Each test names what is missing. */
import { spawnSync } from 'node:child_process';
import t from 'tap';
import { ofPlainWords, parse, run } from '../src/cli.ts';
import { COMMANDS, describe, FLAGS, type Flag, flagsOf, GROUPS, longForm } from '../src/flags.ts';
import { flagUsage, helpText } from '../src/report/help.ts';
import { UserError } from '../src/util/user-error.ts';
import { contextOf } from './helpers/context.ts';

const NO_FILE = 'there is no such file';

/** Runs a command line in this process, without files, a terminal or a cluster. Out: what it printed, or the message of its UserError. */
async function answerTo(...words: string[]): Promise<string> {
  const { context, written: told } = contextOf('', {
    readFile: async () => {
      throw new Error(NO_FILE);
    },
    writeFile: async () => {
      throw new Error('writes no file');
    },
  });
  try {
    await run(words, context);
    return told.stdout;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** A flag with a value that it takes. */
function written(flag: Flag): string[] {
  if (flag.takes === null) return [longForm(flag)];
  const value = flag.name.endsWith('timeout')
    ? '5s'
    : flag.value === 'causes'
      ? 'TagNotFound'
      : (VALUES[flag.takes] ?? flag.choices?.[0] ?? 'x');
  return [longForm(flag), value];
}
const VALUES: Record<string, string> = {
  'FROM=TO': 'a=b',
  'OS/ARCH': 'linux/amd64',
  'FORMAT=FILE': 'json=report.json',
  SELECTOR: 'metadata.name=x',
};

t.test('the documentation is what scripts/docs.mjs makes', async t => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/docs.mjs', '--check'], { encoding: 'utf8' });
  t.equal(stdout + stderr, '', 'nothing is stale (npm run docs writes it)');
  t.equal(status, 0);
});

t.test('the table holds together', async t => {
  const forms = FLAGS.flatMap(({ name, alias }) => [name, alias].filter(form => form !== undefined));
  t.equal(new Set(forms).size, forms.length, 'no form stands for two flags');
  const order = FLAGS.map(({ group }) => GROUPS.indexOf(group));
  t.strictSame(
    order,
    order.toSorted((a, b) => a - b),
    'the flags stand in the order of their groups',
  );
  for (const flag of FLAGS) {
    t.match(flag.name, /^[a-z]+(?:-[a-z]+)*$/, flag.name);
    t.match(flag.description, /^[A-Z].*[^.]$/, `--${flag.name}: a description without a full stop`);
    t.notMatch(flag.name, /^no-/, `--${flag.name}: one that can be negated has its positive name`);
    t.ok(flag.commands.length > 0, `--${flag.name}: some command takes it`);
    if (flag.choices !== undefined)
      t.ok(flag.default === undefined || flag.choices.includes(flag.default), `--${flag.name}: its default is a choice`);
    if (flag.negatable || flag.takes === null) t.equal(flag.default, undefined, `--${flag.name}: a switch has no default value`);
  }
  for (const { name, description, examples } of COMMANDS) {
    t.match(description, /^[A-Z].*[^.]$/, name);
    for (const { command } of examples) {
      const own = command.slice(command.indexOf(`imagepull ${name}`));
      t.ok(command.includes(`imagepull ${name}`), `${command}: is about ${name}`);
      const used = [...own.matchAll(/ (--?[a-zA-Z-]+)/g)].map(([, form]) => form as string);
      const known = flagsOf(name).flatMap(flag => [longForm(flag), `-${flag.alias}`]);
      t.strictSame(
        used.filter(form => !known.includes(form)),
        [],
        `${command}: its flags exist`,
      );
    }
  }
});

t.test('the help of a command has its flags and no others', async t => {
  for (const { name } of COMMANDS) {
    const lines = helpText(name, 100).split('\n');
    t.strictSame(
      lines.filter(line => /^ +(?:-\w, )?--/.test(line)).map(line => line.trimStart().split(/ {2,}/)[0] as string),
      flagsOf(name).map(flag => flagUsage(flag).trim()),
      name,
    );
    t.equal(await answerTo(name, '--help'), helpText(name, 100), `${name} --help`);
    t.equal(await answerTo('help', name), helpText(name, 100), `help ${name}`);
  }
  for (const words of [['--help'], ['-h'], ['help']]) t.equal(await answerTo(...words), helpText(undefined, 100), words.join(' '));
});

t.test('a command takes its flags and no others', async t => {
  for (const { name } of COMMANDS)
    for (const flag of FLAGS.filter(({ name }) => name !== 'help' && name !== 'filename')) {
      const answer = await answerTo(name, ...(name === 'why' || name === 'test-secret' ? ['-f', 'x'] : []), ...written(flag));
      const refusal = `${name} does not have the flag --${flag.name}`;
      if (flagsOf(name).includes(flag)) t.notMatch(answer, /does not have the flag|unknown|invalid/, `${name} --${flag.name}`);
      else t.equal(answer, refusal, `${name} --${flag.name}`);
    }
});

t.test('tab completion offers the flags of a command', async t => {
  for (const { name } of COMMANDS) {
    const offered = (await answerTo('__complete', name, '--')).split('\n').slice(0, -2);
    t.strictSame(
      offered.map(line => line.split('\t')),
      flagsOf(name).map(flag => [longForm(flag), describe(flag, name)]),
      name,
    );
  }
  t.strictSame(
    (await answerTo('__complete', '')).split('\n').slice(0, -2),
    COMMANDS.map(({ name, description }) => `${name}\t${description}`),
    'and the commands',
  );
});

t.test('values are read as the table says', async t => {
  const rows: [string, string[], RegExp][] = [
    ['the last of several values counts', ['why', '-f', 'x', '-o', 'xml', '-o', 'json', '--facts'], /^invalid --output "xml"/],
    ['a value after an equals sign', ['why', '-f', 'x', '--output=json', '--facts'], new RegExp(NO_FILE)],
    ['a switch given twice', ['why', '-A', '-A', 'pod'], /cannot be combined/],
    ['a switch that is turned off', ['why', '--all-namespaces=false', 'pod', '-f', 'x'], new RegExp(NO_FILE)],
    ['a flag before the command', ['-f', 'x', 'why'], new RegExp(NO_FILE)],
    ['a number is a text', ['why', '-f', '007'], /"007"/],
    ['a duration without a unit', ['why', '-f', 'x', '--timeout', '5'], new RegExp(NO_FILE)],
    ['a duration that is none', ['why', '-f', 'x', '--timeout', 'x'], /^invalid --timeout "x": expected for example 10s or 1m$/],
    ['a pair that is none', ['why', '-f', 'x', '--registry-mirror', '=b'], /^invalid --registry-mirror "=b": expected FROM=TO/],
    ['a negated flag that does not exist', ['why', '--no-frob'], /^unknown flag: --no-frob/],
    ['a short flag without its value', ['why', '-f'], /^flag needs a value: -f$/],
    ['one argument too many', ['version', 'more'], /^unexpected argument: more$/],
    ['an argument that is none of the choices', ['completion', 'tcsh'], /^invalid SHELL "tcsh": expected bash, zsh, fish, powershell$/],
  ];
  for (const [name, words, says] of rows) t.match(await answerTo(...words), says, name);
});

t.test('a line of plain words is read as the parser reads it', async t => {
  const words = [
    'api',
    'deployment/api',
    'TagNotFound',
    'bash',
    '1',
    '1e3',
    '0x10',
    'true',
    'no',
    'a:b',
    'registry.example.com/team/api:1.4@sha256:0a',
    'why',
    'A-b_c.d',
  ];
  const lines = COMMANDS.flatMap(({ name }) => [
    [name],
    ...words.map(word => [name, word]),
    ...words.map((word, index) => [name, word, words[(index + 3) % words.length] as string, 'help']),
  ]);
  for (const line of lines) {
    const { $0, ...parsed } = await parse(line);
    t.strictSame(ofPlainWords(line), parsed, line.join(' '));
  }
  const others = [
    [],
    ['help'],
    ['pod'],
    ['why', '-n'],
    ['why', '--', 'x'],
    ['why', ''],
    ['why', '-'],
    ['why', 'a=b'],
    ['why', 'a b'],
    ['why', '@a'],
    ['-h'],
    ['why', 'é'],
  ];
  for (const line of others) t.equal(ofPlainWords(line), null, `left to the parser: ${line.join(' ')}`);
});

t.test('the parser alone knows no word of its own', async t => {
  for (const word of ['--get-yargs-completions', '--show-hidden']) t.match(await answerTo('why', word), 'unknown flag', word);
});
