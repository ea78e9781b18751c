/**
 * Writes the parts of the documentation that follow from the program, so that they cannot differ from it: the transcript in README.md (the real
 * output of the example), the tour (what scripts/tour.mjs saw on a real cluster), the flags in docs/flags.md, the commands and flags in plugin.yaml, the man page, and
 * the tables of docs/json.md. Flags come from src/flags.ts, fields from docs/schemas.
 *
 *   node scripts/docs.mjs            writes what is stale
 *   node scripts/docs.mjs --check    names what is stale, and exits with 1 if something is; writes nothing
 *
 * The example needs the built plugin (`npm run build`).
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { schemaTables } from './docs/json.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** @typedef {import('../src/flags.ts')} Table */
/** @typedef {Table['FLAGS'][number]} Flag */
/** @type {Table} */
const { choicesOf, COMMANDS, ENVIRONMENT, EXIT_STATUS, FILES, FLAGS, GROUPS, longForm, PROGRAM, SUMMARY } = await loadTable();

async function loadTable() {
  const { outputFiles } = await build({ entryPoints: [join(root, 'src', 'flags.ts')], write: false, format: 'esm', logLevel: 'warning' });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]?.contents ?? '').toString('base64')}`);
}

/** @param {Flag} flag @param {(text: string) => string} mark */
const forms = (flag, mark) => [flag.alias === undefined ? '' : mark(`-${flag.alias}`), mark(longForm(flag))].filter(Boolean).join(', ');

// ---- docs/flags.md

/** @param {string[][]} rows */
function table(rows) {
  const sizes = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => (row[column] ?? '').length)));
  const lines = rows.map(row => `| ${row.map((cell, column) => cell.padEnd(sizes[column] ?? 0)).join(' | ')} |`);
  return [lines[0], `| ${sizes.map(size => '-'.repeat(size)).join(' | ')} |`, ...lines.slice(1)].join('\n');
}

/** @param {string} text */
const lowerFirst = text => (/^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text);

/** @param {string} text */
const cell = text => text.replace(/[|*]/g, '\\$&');

/** @param {Flag} flag */
function flagRow(flag) {
  const usage = forms(flag, text => `\`${text}${flag.takes === null || !text.startsWith('--') ? '' : ` ${flag.takes}`}\``);
  const value = flag.default === undefined ? '' : ` (default ${flag.default})`;
  const takers = flag.commands.length === COMMANDS.length ? 'all' : flag.commands.map(command => `\`${command}\``).join(', ');
  return [usage, takers, `${lowerFirst(flag.description)}${value}`].map(cell);
}

function flagsPage() {
  const tables = GROUPS.map(group => {
    const rows = FLAGS.filter(flag => flag.group === group).map(flagRow);
    return `## ${group}\n\n${table([['flag', 'commands', 'what it does'], ...rows])}\n`;
  });
  return `# Flags\n\n<!-- made from src/flags.ts by npm run docs: do not edit -->\n\nEvery flag by its group, with the commands that take it. The help of a command (kubectl imagepull COMMAND --help) shows its own.\n\n${tables.join('\n')}`;
}

// ---- the tour: its pictures in README.md, and docs/tour.md with the text of each

const TOUR = join('docs', 'tour');
const SCENES = readdirSync(join(root, TOUR))
  .filter(file => file.endsWith('.txt'))
  .map(file => {
    const transcript = readFileSync(join(root, TOUR, file), 'utf8').trimEnd();
    const picture = file.replace(/txt$/, 'svg');
    const [, title = ''] = /<title>([^:<]*)/.exec(readFileSync(join(root, TOUR, picture), 'utf8')) ?? [];
    const [command = ''] = transcript.split('\n');
    return { picture, title, command, transcript };
  });
/** The scene that the README begins with. */
const FIRST = '2-why.svg';

/** @param {(typeof SCENES)[number]} scene @param {string} folder */
const pictureOf = ({ picture, command }, folder) => `![${command.replace(/[[\]]/g, '\\$&')}](${folder}/${picture})`;

const firstPicture = () =>
  SCENES.filter(({ picture }) => picture === FIRST)
    .map(scene => pictureOf(scene, TOUR))
    .join('');
const tour = () =>
  SCENES.filter(({ picture }) => picture !== FIRST)
    .map(scene => `${scene.title}:\n\n${pictureOf(scene, TOUR)}\n`)
    .join('\n');

function tourPage() {
  const scenes = SCENES.map(
    scene =>
      `## ${scene.title}\n\n${pictureOf(scene, 'tour')}\n\n<details><summary>The text</summary>\n\n\`\`\`\n${scene.transcript}\n\`\`\`\n\n</details>\n`,
  );
  return `# A tour

<!-- made from docs/tour by npm run docs: do not edit -->

These commands were typed on a terminal of a real cluster (Kubernetes 1.37, containerd 2.4) by \`npm run tour\`. Its objects are in [objects.yaml](tour/objects.yaml) and
[deploy.yaml](tour/deploy.yaml). The cluster test types them again, and fails when something else is shown.

${scenes.join('\n')}`;
}

// ---- README.md: the transcript

/** A pod of the example whose output shows what the plugin can do, and needs no more than a screen. */
const POD = 'worker-7f9b-abcde';

/**
 * The example's registry has another port each time. Its address is replaced by a name of the same length, so that the lines are folded as they are printed.
 */
function transcript() {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'example', 'run.mjs'), POD], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the example failed:\n${stdout}${stderr}`);
  const text = stdout.replace(/127\.0\.0\.1[:-]\d{5}/g, 'reg.example.com').replace(/\n+\(exit status.*\)\s*$/, '');
  return `\`\`\`\n${text.trim()}\n\`\`\``;
}

// ---- plugin.yaml: commands and flags

/** @param {Flag[]} flags @param {string} indent */
const yamlFlags = (flags, indent) =>
  flags.map(({ name, alias }) => `${indent}- { name: ${name}${alias === undefined ? '' : `, shorthand: ${alias}`} }\n`).join('');

function yamlCommands() {
  const common = FLAGS.filter(({ commands }) => commands.length === COMMANDS.length);
  const lines = COMMANDS.map(({ name, description }) => {
    const own = FLAGS.filter(flag => flag.commands.includes(name) && !common.includes(flag));
    return `  - name: ${name}\n    description: ${description}\n${own.length === 0 ? '' : `    flags:\n${yamlFlags(own, '      ')}`}`;
  });
  return `flags: # of every command\n${yamlFlags(common, '  ')}commands:\n${lines.join('')}`.trimEnd();
}

// ---- the man page

/** Longer lines of a command are shown as they are; those of a text are folded at blanks. @param {string} text */
const folded = text => (text.startsWith('kubectl ') ? text : text.replace(/(?=.{72})(.{1,66}) /g, '$1\n'));

/** A text in roff, on lines that a terminal shows. @param {string} text */
const roff = text =>
  folded(text)
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/[^\u0020-\u007e\n]/g, character => `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`)
    .replace(/^([.'])/gm, '\\&$1');
/** @param {string} text */
const bold = text => `\\fB${roff(text)}\\fR`;

/** The values that a flag may have, for each command that takes it. @param {Flag} flag */
function choices(flag) {
  if (flag.choices === undefined) return '';
  const more = flag.commands.filter(command => choicesOf(flag, command)?.length !== flag.choices?.length);
  const others = more.map(command => `with ${command} also ${choicesOf(flag, command)?.slice(flag.choices?.length).join(', ')}`);
  return `Values: ${[flag.choices.join(', '), ...others].join('; ')}.`;
}

/** The day of the last release in CHANGELOG.md; before the first, the day on which its manual was begun. */
const released = () => /^## .*?(\d{4}-\d\d-\d\d)/m.exec(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'))?.[1] ?? '2026-11-20';

/** @param {Flag} flag */
function manFlag(flag) {
  const { takes, description, repeatable, default: value, commands } = flag;
  const notes = [
    value === undefined ? '' : `The default is ${value}.`,
    choices(flag),
    repeatable ? 'The flag can be repeated.' : '',
    commands.length === COMMANDS.length ? '' : `Commands: ${commands.join(', ')}.`,
  ];
  return `.TP\n${forms(flag, bold)}${takes === null ? '' : ` \\fI${roff(takes)}\\fR`}\n${roff([`${description}.`, ...notes].filter(Boolean).join(' '))}\n`;
}

function manPage() {
  const synopsis = COMMANDS.map(
    ({ name, argument }) => `${bold(`${PROGRAM} ${name}`)} ${roff([argument?.usage, '[flags]'].filter(Boolean).join(' '))}`,
  );
  const commands = COMMANDS.map(
    ({ name, description, details }) => `.TP\n${bold(name)}\n${roff([`${description}.`, details].filter(Boolean).join(' '))}\n`,
  );
  const flags = GROUPS.map(
    (group, index) =>
      `${index === 0 ? `.SH ${roff(group.toUpperCase())}` : `.SS ${roff(group)}`}\n${FLAGS.filter(flag => flag.group === group)
        .map(manFlag)
        .join('')}`,
  );
  const status = EXIT_STATUS.map(({ status, description }) => `.TP\n${bold(String(status))}\n${roff(description)}\n`);
  const environment = ENVIRONMENT.map(({ name, description }) => `.TP\n${bold(name)}\n${roff(description)}\n`);
  const files = FILES.map(({ name, description }) => `.TP\n${bold(name)}\n${roff(description)}\n`);
  const examples = COMMANDS.flatMap(({ examples }) => examples).map(
    ({ command, description }) => `${roff(description)}:\n.PP\n.nf\n.RS\n${roff(command)}\n.RE\n.fi\n`,
  );
  return `.\\" Made from src/flags.ts by npm run docs: do not edit.
.TH KUBECTL\\-IMAGEPULL 1 "${released()}" "kubectl imagepull" "User Commands"
.SH NAME
kubectl\\-imagepull \\- find the root cause of an ImagePullBackOff
.SH SYNOPSIS
${synopsis.join('\n.br\n')}
.SH DESCRIPTION
${roff(SUMMARY)}
.SH COMMANDS
${commands.join('')}${flags.join('')}.SH EXIT STATUS
${status.join('')}.SH ENVIRONMENT
${environment.join('')}.SH FILES
${files.join('')}.SH EXAMPLES
${examples.join('.PP\n')}.SH SEE ALSO
.BR kubectl (1)
`;
}

// ---- what is made of what

/** Replaces what stands between two marks. @param {string} text @param {string} begin @param {string} end @param {string} content */
function between(text, begin, end, content) {
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`the marks "${begin}" and "${end}" are missing`);
  return `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`;
}

/** Parts of the documentation: the file, a name, and what the file becomes. @type {[file: string, part: string, make: (text: string) => string][]} */
const PARTS = [
  [
    'README.md',
    'the transcript',
    text => between(text, '<!-- transcript: npm run docs -->', '<!-- end of the transcript -->', transcript()),
  ],
  [
    'README.md',
    'the first picture',
    text => between(text, '<!-- picture: npm run docs -->', '<!-- end of the picture -->', `\n${firstPicture()}\n`),
  ],
  ['README.md', 'the tour', text => between(text, '<!-- tour: npm run docs -->', '<!-- end of the tour -->', `\n${tour()}`)],
  ['docs/flags.md', 'the flags', flagsPage],
  ['docs/tour.md', 'the tour', tourPage],
  ['plugin.yaml', 'commands and flags', text => between(text, '# made by npm run docs:', '# end of what is made', yamlCommands())],
  ['docs/kubectl-imagepull.1', 'the man page', manPage],
  [
    'docs/json.md',
    'the fields',
    text => between(text, '<!-- fields: npm run docs -->', '<!-- end of the fields -->', schemaTables(root, table)),
  ],
];

const check = process.argv.includes('--check');
const stale = [];
for (const [file, part, make] of PARTS) {
  const path = join(root, file);
  const text = readFile(path);
  const made = make(text);
  if (made === text) continue;
  stale.push(`${file}: ${part}`);
  if (!check) writeFileSync(path, made);
}
for (const one of stale) console.log(`${check ? 'stale' : 'written'}: ${one}`);
process.exitCode = check && stale.length > 0 ? 1 : 0;

/** A file that is not there yet is empty. @param {string} path */
function readFile(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
