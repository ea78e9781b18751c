/** Tab completion and the man page are whole: each row of the table of flags is offered, in each shell, and what describes a flag stands in the page. */
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import t from 'tap';
import { COMMANDS, choicesOf, ENVIRONMENT, EXIT_STATUS, FILES, FLAGS, flagsOf, GATE_FORMATS, longForm, templatesOf } from '../src/flags.ts';
import { CAUSES } from '../src/model/cause-codes.ts';
import { pluginCommand } from './helpers/plugin.ts';
import { folder, run } from './helpers/process.ts';
import { TEXTS_ARE_CHANGED } from './helpers/texts.ts';

const offered = async (...words: string[]): Promise<string[]> =>
  (await run(['__complete', ...words])).stdout
    .split('\n')
    .slice(0, -2)
    .map(line => line.split('\t')[0] as string);

t.test('each flag with known values offers them', async t => {
  for (const { name } of COMMANDS)
    for (const flag of flagsOf(name)) {
      const choices = choicesOf(flag, name);
      if (choices !== undefined)
        t.strictSame(await offered(name, longForm(flag), ''), [...choices, ...templatesOf(flag, name)], `${name} ${longForm(flag)}`);
      if (flag.value === 'causes')
        t.strictSame((await offered(name, longForm(flag), '')).sort(), CAUSES.map(({ code }) => code).sort(), `${name} ${longForm(flag)}`);
    }
  t.ok((await offered('check', '-o', '')).includes(GATE_FORMATS[0]), 'by its short form too');
  t.strictSame(await offered('completion', 'po'), ['powershell'], 'what begins so');
});

/** Shell → what reads a script from a file, and prints what kubectl's completion would ask of the program that the script makes. */
const SHELLS: Record<string, (script: string) => string[]> = {
  bash: script => ['bash', '--norc', '--noprofile', '-euc', `source '${script}' && kubectl_complete-imagepull why --fail-on TagNo`],
  zsh: script => ['zsh', '-f', '-euc', `source '${script}' && kubectl_complete-imagepull why --fail-on TagNo`],
  fish: script => ['fish', '--no-config', '-c', `source '${script}'; kubectl_complete-imagepull why --fail-on TagNo`],
};
for (const [shell, words] of Object.entries(SHELLS)) {
  const skip = spawnSync(shell, ['--version']).error !== undefined && `${shell} is not installed`;
  t.test(`the script of ${shell} makes the program that kubectl looks for`, { skip }, async t => {
    const [program, ...first] = pluginCommand();
    const bin = t.testdir({ kubectl: `#!/bin/sh\nshift\nexec '${program}' ${first.map(word => `'${word}'`).join(' ')} "$@"\n` });
    chmodSync(join(bin, 'kubectl'), 0o755);
    writeFileSync(join(bin, 'script'), (await run(['completion', shell])).stdout);
    const home = folder({});
    const env = { PATH: [bin, process.env.PATH].join(delimiter), HOME: home, XDG_CACHE_HOME: join(home, 'cache') };
    const [name = '', ...args] = words(join(bin, 'script'));
    t.match(spawnSync(name, args, { env, encoding: 'utf8' }), { status: 0, stdout: /^TagNotFound\t.+\n:4\n$/, stderr: '' });
  });
}

const MAN = 'docs/kubectl-imagepull.1';
const page = readFileSync(MAN, 'utf8');
/** The page without its markup, on one line. */
const words = page
  .replace(/\\f[BIR]|\\&/g, '')
  .replace(/\\\[u[0-9A-F]{4}\]/g, '…')
  .replace(/\\-/g, '-')
  .replace(/\\e/g, '\\')
  .replace(/\s+/g, ' ');

t.test('the man page has each command, flag, value, example, status, variable and file', { skip: TEXTS_ARE_CHANGED }, async t => {
  const has = (text: string): unknown => t.ok(words.includes(text.replace(/\s+/g, ' ')), text.slice(0, 60));
  for (const { name, description, details, examples } of COMMANDS) {
    has(`kubectl imagepull ${name} `);
    has(`${description}. ${details}`);
    for (const example of examples) has(`${example.description}: .PP .nf .RS ${example.command}`);
  }
  for (const flag of FLAGS) {
    has(`${longForm(flag)}${flag.takes === null ? '' : ` ${flag.takes}`} ${flag.description}.`);
    for (const choice of [flag.choices ?? [], ...Object.values(flag.moreChoices ?? {})].flat()) has(choice);
  }
  for (const { status, description } of EXIT_STATUS) has(`${status} ${description}`);
  for (const { name, description } of [...ENVIRONMENT, ...FILES]) has(`${name} ${description}`);
  for (const line of page.split('\n'))
    if (!line.startsWith('kubectl ') && line.length > 80) t.match(line, /kubectl|helm|^\.|^\\fB/, 'lines that terminals show');
});

t.test('the man page is read without a warning', async t => {
  for (const [name, ...args] of [
    ['mandoc', '-Tlint', '-Wwarning', MAN],
    ['man', '--warnings', '-l', '-Tutf8', MAN],
  ] as [string, ...string[]][]) {
    const { error, stdout, stderr } = spawnSync(name, args, {
      encoding: 'utf8',
      env: { ...process.env, MANPAGER: 'cat', LC_ALL: 'C.UTF-8' },
    });
    if (error !== undefined) t.pass(`${name} is not installed`);
    else if (name === 'mandoc') t.equal(stdout + stderr, '', name);
    else t.equal(stderr, '', name);
  }
});

t.test('each variable that is read is described', async t => {
  const sources = spawnSync('grep', ['-rhoE', "environment(\\.|\\[')[A-Z0-9_]+|read\\('[A-Z_]+'", 'src'], { encoding: 'utf8' });
  if (sources.error !== undefined) return;
  /** Of the system or of a pod, as every program of kubectl reads them. */
  const known = [
    'HOME',
    'USERPROFILE',
    'PATH',
    'PATHEXT',
    'TERM',
    'KUBERNETES_MASTER',
    'POD_NAMESPACE',
    'KUBECTL_KUBERC',
    'NODE_V8_COVERAGE',
  ];
  const read = new Set([...sources.stdout.matchAll(/[A-Z][A-Z0-9_]+/g)].map(([name]) => name));
  t.ok(read.size > 5, 'they are found');
  const described = ENVIRONMENT.flatMap(({ name, description }) => `${name} ${description}`.match(/[A-Z][A-Z_]+/g) ?? []);
  t.strictSame(
    [...read].filter(name => !known.includes(name) && !described.includes(name)),
    [],
  );
});
