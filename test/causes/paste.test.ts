/** Every command of every fixture, with hostile names, as four shells run it: the names arrive as they are, and nothing else runs. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { load } from 'js-yaml';
import t from 'tap';
import { blanksIn, commandLines } from '../../src/causes/shell.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { Fix } from '../../src/model/diagnosis.ts';
import type { Facts } from '../../src/model/facts.ts';
import { filled } from '../helpers/blanks.ts';
import { factsOf, readFixture } from '../helpers/facts.ts';
import { powerShellCalls } from '../helpers/powershell.ts';
import { temporary } from '../helpers/temporary.ts';

const FOLDER = 'test/fixtures/causes';
const SHELLS = ['bash', 'zsh', 'fish', 'dash'];
/** Each holds a `Z`, in the place of which stands the field, so that no two are the same. */
const HOSTILE = [
  'a Z',
  "it's Z",
  '"Z"',
  '$(canary)Z',
  '`canary`Z',
  '-Z',
  '--Z=all',
  'Z\ncanary\n',
  'Z;canary',
  'Z&&canary|canary&',
  'Z>canary',
  '#canary Z',
  'Z # canary',
  '\\Z\\',
  "\\'Z\\\\'",
  "';canary;'Z",
  '";canary;"Z',
  '!canary Z',
  '~canary/Z',
  '*Z?[a]',
  '{a,Z}',
  '=canary',
  '%canary',
  'Z\u202e\u200b\u00a0\u2028x',
  '$HOME$Z',
  'Z\tx\ry',
  '(canary)Z',
  '<canary Z',
  '^Z^canary',
];
const FIELDS = ['namespace', 'pod', 'container', 'secret', 'account', 'owner', 'image', 'node', 'key'] as const;
type Names = Record<(typeof FIELDS)[number], string>;

const namesOf = (nameOf: (field: string) => string): Names => Object.fromEntries(FIELDS.map(field => [field, nameOf(field)])) as Names;
const PLAIN = namesOf(field => `plain${field}name`);

/** The facts of a fixture, in which every name is another one. */
function withNames(facts: Facts, names: Names): Facts {
  const secret = (name: string): string =>
    facts.secrets[0]?.name === name || facts.secrets.length === 0 ? names.secret : `${names.secret}2`;
  return {
    ...facts,
    image: names.image,
    pod: facts.pod && {
      ...facts.pod,
      namespace: names.namespace,
      name: names.pod,
      owner: { kind: facts.pod.owner.kind, name: facts.pod.owner.kind === 'pod' ? names.pod : names.owner },
    },
    container: { ...facts.container, name: names.container },
    node: { ...facts.node, name: facts.node.name === null ? null : names.node },
    serviceAccount: {
      ...facts.serviceAccount,
      name: names.account,
      secrets: facts.serviceAccount.secrets?.map(secret) ?? null,
      matching: facts.serviceAccount.matching.map(secret),
    },
    secrets: facts.secrets.map(one => ({ ...one, name: secret(one.name) })),
    keyring: {
      ...facts.keyring,
      broken: facts.keyring.broken && { ...facts.keyring.broken, secret: secret(facts.keyring.broken.secret) },
      credentials: facts.keyring.credentials.map(one => ({ ...one, secret: secret(one.secret), key: names.key })),
      nearMisses: facts.keyring.nearMisses.map(one => ({ ...one, secret: secret(one.secret), key: names.key })),
    },
  };
}

/** A command of a person's own shell: what belongs on a node says so in its title, and is for a POSIX shell. */
const isOnNode = ({ title }: Fix): boolean => /\bon (?:the node|node "|every)|PowerShell|sheltie|admin container/s.test(title);

interface Case {
  file: string;
  title: string;
  /** As it is printed, with what is left to be filled in. */
  written: string;
  plain: string;
  hostile: string;
  names: Names;
  onNode: boolean;
}

const fixtures = readdirSync(FOLDER).filter(file => file.endsWith('.json'));
const seen = new Set<string>();
const cases = fixtures.flatMap((file): Case[] => {
  const facts = factsOf(readFixture(`${FOLDER}/${file}`));
  const { cause, fixes: plain } = diagnose(withNames(facts, PLAIN));
  const own = plain.filter(({ command }) => command !== null && !seen.has(command));
  return own.map(fix => {
    seen.add(fix.command as string);
    const all = namesOf(field => (HOSTILE[(seen.size + FIELDS.indexOf(field as never)) % HOSTILE.length] as string).replace('Z', field));
    // what an image is called may be the cause itself, or rule out a fix
    const named = diagnose(withNames(facts, all));
    const names = named.cause === cause && named.fixes.length === plain.length ? all : { ...all, image: PLAIN.image };
    const hostile = diagnose(withNames(facts, names)).fixes[plain.indexOf(fix)]?.command ?? '';
    return {
      file,
      title: fix.title,
      written: fix.command as string,
      plain: filled(fix.command as string),
      hostile: filled(hostile),
      names,
      onNode: isOnNode(fix),
    };
  });
});

t.test('no printed command has a comment', async t => {
  const found = fixtures.flatMap(file =>
    diagnose(factsOf(readFixture(`${FOLDER}/${file}`))).fixes.filter(({ command }) => command !== null && / #/.test(command)),
  );
  const systems = readdirSync('test/fixtures/node-systems').filter(file =>
    / #/.test(readFileSync(`test/fixtures/node-systems/${file}`, 'utf8')),
  );
  t.strictSame([...found, ...systems], []);
});

/** Words in capitals that commands may hold: names of variables, requests, signs of a file or of a cloud. */
const NO_BLANKS =
  /^(?:REGISTRY_(?:USER|PASSWORD)|HTTPS?_PROXY|NO_PROXY|AWS|EPHEMERAL|NUL|HEAD|GET|POST|AmazonEC2\w*|ETP?|CA|HKLM|EOF|NTP|[A-Z]{1,2})$/;

t.test('what a command leaves to be filled in is written as <NAME>, and its title says so', async t => {
  const systems = readdirSync('test/fixtures/node-systems').flatMap(file =>
    readFileSync(`test/fixtures/node-systems/${file}`, 'utf8')
      .split('\n')
      .flatMap(line => /^ {4,}(\S.*)$/.exec(line)?.[1] ?? [])
      .map(command => ({ file, command })),
  );
  for (const { file, command } of [...cases.map(({ file, written }) => ({ file, command: written })), ...systems]) {
    const words = command.replace(/<[A-Z][A-Z_]*>|'[^']*'/g, ' ').match(/(?<![\w.-])[A-Z][A-Z0-9_]{2,}(?![\w-])/g) ?? [];
    t.strictSame(
      words.filter(word => !NO_BLANKS.test(word)),
      [],
      `${file}: ${command}`,
    );
  }
  const open = cases.filter(({ written }) => blanksIn(written).length > 0);
  t.ok(open.length > 10, `${open.length} commands`);
  for (const { file, title, written } of open)
    t.ok(
      blanksIn(written).every(one => title.includes(one)),
      `${file}: ${title}`,
    );
});

t.test('a command that is pasted before it is filled in runs nothing', async t => {
  const open = cases.filter(({ written, onNode }) => !onNode && blanksIn(written).length > 0);
  const bin = folderOfPrograms();
  for (const shell of SHELLS.filter(shell => pathOf(shell) !== ''))
    for (const [index, calls] of callsOf(
      shell,
      bin,
      open.map(({ written }) => written),
    ).entries()) {
      // a request to a host that is no name cannot be sent
      const changing = calls.filter(([program]) => program !== 'curl');
      t.strictSame(changing, [], `${shell}: ${open[index]?.written}`);
    }
  for (const { written } of open.filter(({ written }) => !written.includes("'"))) t.throws(() => powerShellCalls(written), written);
});

/** Programs that commands name, each of which only writes down what it was given. */
const PROGRAMS = [
  ...new Set(
    cases.flatMap(({ plain }) =>
      [...plain.matchAll(/(?:^|[|;&\n(]|\bthen|\belse|\bsudo|"\$\()\s*([a-z][a-z0-9-]*)/g)].map(([, name = '']) => name),
    ),
  ),
].filter(name => !['if', 'then', 'else', 'fi', 'printf', 'cat'].includes(name));

const pathOf = (program: string): string => spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();

function folderOfPrograms(): string {
  const bin = temporary('bin');
  for (const name of [...PROGRAMS, 'cat', 'canary']) {
    writeFileSync(
      join(bin, name),
      name === 'canary'
        ? '#!/bin/sh\n: > "$OUT/canary"\n'
        : `#!/bin/sh
words() { for word in "\${0##*/}" "$@"; do printf '%s\\0' "$word"; done; case " $* " in *' - '*|*' --password-stdin '*) printf 'reads: %s\\0' "$(${pathOf('cat')})";; esac; }
words "$@" > "$OUT/$$"
printf '%s\\n' "the answer of \${0##*/} $1 $2"
`,
    );
    chmodSync(join(bin, name), 0o755);
  }
  return bin;
}

type Calls = string[][];

/** Runs commands by one shell, one after the other. Out: what each of them called, in the order of the alphabet. */
function callsOf(shell: string, bin: string, commands: string[]): Calls[] {
  const work = temporary(`paste-${shell}`);
  const lines = commands.map((command, index) => {
    mkdirSync(join(work, String(index), 'out'), { recursive: true });
    writeFileSync(join(work, `${index}.txt`), `${command}\n`);
    const place = join(work, String(index));
    const set = shell === 'fish' ? `set -gx OUT ${place}/out` : `export OUT=${place}/out`;
    return `cd ${place}\n${set}\n${shell === 'fish' ? 'source' : '.'} ${join(work, `${index}.txt`)} </dev/null 2>>${work}/errors`;
  });
  writeFileSync(join(work, 'all'), `${lines.join('\n')}\n`);
  const flags = { bash: ['--norc'], zsh: ['-f'], fish: ['--no-config'], dash: [] }[shell] ?? [];
  // the programs of this machine are out of reach: what a command calls is a stand-in or is not there
  spawnSync(pathOf(shell), [...flags, join(work, 'all')], {
    env: { PATH: `${bin}${delimiter}/nowhere`, HOME: work, LC_ALL: 'C.UTF-8' },
    timeout: 300_000,
    stdio: 'ignore',
  });
  return commands.map((_, index) => {
    const out = join(work, String(index), 'out');
    return readdirSync(out)
      .map(file => (file === 'canary' ? ['canary'] : readFileSync(join(out, file), 'utf8').split('\0').slice(0, -1)))
      .sort((one, other) => (one.join('\0') < other.join('\0') ? -1 : 1));
  });
}

/** A patch is YAML, in which a hostile name has quotation marks: it is compared as JSON. */
const comparable = (word: string): string => (/^(?:spec|imagePullSecrets): /.test(word) ? JSON.stringify(load(word)) : word);

/** What a plain name stands for in an argument: the hostile one, as it is or within JSON. */
function isSame(plain: string, hostile: string, names: Names): boolean {
  const forms = [
    (name: string) => name,
    (name: string) => JSON.stringify(name).slice(1, -1),
    // a node and a short name are words, or left to be filled in
    (name: string) => (name === names.node ? 'NODE' : name === names.image ? 'NAME' : name),
    // a file that is named after a pod
    (name: string) => name.replace(/\//g, '-'),
  ];
  return forms.some(
    form =>
      FIELDS.reduce((text, field) => text.replaceAll(PLAIN[field], () => form(names[field])), comparable(plain)) === comparable(hostile),
  );
}

/** Whether a call has the words of another one, with the hostile names. A name that begins with a dash stands last, behind `--`. */
function hasSameWords(plain: string[], hostile: string[], names: Names): boolean {
  // the value of a flag that begins with a dash stands behind an equals sign
  const words = (call: string[]): string[] =>
    call.filter(word => word !== '--').flatMap(word => /^(--[a-z-]+)=(-.*)$/s.exec(word)?.slice(1) ?? word);
  const left = words(hostile);
  const found = words(plain).every(word => {
    const at = left.findIndex(other => isSame(word, other, names));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
  return found && left.length === 0;
}

/** What commands for a person's own machine may call: kubectl; and what their subject is: a registry that is asked, an image that is built, signed or loaded, a cloud, a tool that keeps manifests. */
const TOOLS = new Set([
  ...['kubectl', 'oc', 'curl', 'openssl', 'docker', 'cosign', 'aws', 'gcloud', 'az'],
  ...['kind', 'minikube', 'k3d', 'talosctl', 'helm', 'flux', 'argocd'],
]);

t.test('each printed command is the same in every shell, and calls no other program than kubectl', async t => {
  const own = cases.filter(({ onNode }) => !onNode);
  t.ok(own.length > 100, `${own.length} commands`);
  const bin = folderOfPrograms();
  const commands = own.map(({ plain }) => plain);
  const there = SHELLS.filter(shell => pathOf(shell) !== '');
  const calls = new Map(there.map(shell => [shell, callsOf(shell, bin, commands)]));
  for (const [index, { file, plain }] of own.entries()) {
    const [first = '', ...others] = there;
    const expected = calls.get(first)?.[index] ?? [];
    t.ok(expected.length > 0, `${file}: it calls something`);
    for (const shell of others) t.strictSame(calls.get(shell)?.[index], expected, `${file}: ${shell} calls what ${first} calls`);
    const words = (list: Calls): string[] => list.map(call => call.filter(word => !word.startsWith('reads: ')).join('\0')).sort();
    // PowerShell ends an argument at the end of a string
    if (!plain.includes(`"'"`))
      t.strictSame(words(powerShellCalls(plain)), words(expected), `${file}: PowerShell calls what ${first} calls`);
    t.strictSame(
      expected.map(([program = '']) => program).filter(program => !TOOLS.has(program)),
      [],
      `${file}: no other program`,
    );
    if (!/ (?:docker|minikube) /.test(` ${plain}`) && !plain.includes(`"'"`))
      t.notMatch(expected.flat().join('\n'), /"/, `${file}: Windows PowerShell would take out a quotation mark`);
  }
});

t.test('hostile names arrive as single arguments, and nothing else runs', async t => {
  const there = SHELLS.filter(shell => pathOf(shell) !== '');
  t.ok(there.includes('bash') || there.includes('dash'), 'there is a shell');
  t.ok(cases.length > 100, `${cases.length} commands`);
  const bin = folderOfPrograms();
  for (const shell of there) {
    const own = cases.filter(({ onNode }) => shell !== 'fish' || !onNode);
    const plain = callsOf(
      shell,
      bin,
      own.map(one => one.plain),
    );
    const hostile = callsOf(
      shell,
      bin,
      own.map(one => one.hostile),
    );
    for (const [index, { file, names, hostile: command }] of own.entries()) {
      const [expected = [], found = []] = [plain[index], hostile[index]];
      const name = `${shell}: ${file}`;
      t.ok(expected.length > 0, `${name}: the command calls something`);
      t.notOk(
        found.some(([program]) => program === 'canary'),
        `${name}: nothing else runs`,
      );
      const lines = commandLines(command).length;
      t.equal(lines, commandLines(own[index]?.plain ?? '').length, `${name}: as many lines`);
      const left = [...found];
      for (const call of expected) {
        const at = left.findIndex(other => hasSameWords(call, other, names));
        if (at < 0) t.fail(`${name}: the names arrive`, { command, expected: call, found });
        else left.splice(at, 1);
      }
      t.strictSame(left, [], `${name}: and no more`);
    }
  }
});
