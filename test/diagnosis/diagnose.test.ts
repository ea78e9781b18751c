/**
 * Every fixture of fixtures/causes through the whole table of causes: what was seen of one image in, the verdict and its text out. `redherring-*`
 * are those that look like another cause than they are.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import t from 'tap';
import { groupFindings } from '../../src/diagnosis/aggregate.ts';
import { CANDIDATES } from '../../src/diagnosis/candidates.ts';
import { contextOf } from '../../src/diagnosis/context.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { LOGIN_FROM_NODE, LOGIN_FROM_OBJECTS, LOGIN_FROM_PROBE } from '../../src/diagnosis/login-rules.ts';
import { decide, RULES } from '../../src/diagnosis/rules.ts';
import { CAUSES } from '../../src/model/cause-codes.ts';
import type { Diagnosis } from '../../src/model/diagnosis.ts';
import type { Facts } from '../../src/model/facts.ts';
import { renderFindings } from '../../src/report/text.ts';
import { filled } from '../helpers/blanks.ts';
import { type Fixture, factsOf, readFixture } from '../helpers/facts.ts';
import { golden } from '../helpers/golden.ts';
import { pluginCommand } from '../helpers/plugin.ts';
import { TEXTS_ARE_CHANGED } from '../helpers/texts.ts';

const FOLDER = 'test/fixtures/causes';
const files = readdirSync(FOLDER)
  .filter(file => file.endsWith('.json'))
  .sort();

/** Commands on the cluster as a whole, which take no namespace. */
const CLUSTER_WIDE = /^kubectl (?:cordon|drain|get --raw|describe node)[ /]|-n openshift-config\b/;
const commandsOf = (diagnosis: Diagnosis): string[] => diagnosis.fixes.flatMap(fix => fix.command ?? []);
/** The pod's own, and those that a secret is copied from. */
const namespaces = (facts: Facts): string[] => [
  facts.pod?.namespace ?? '',
  ...facts.secrets.flatMap(secret => secret.otherNamespaces ?? []),
];

for (const file of files) {
  const name = file.replace(/\.json$/, '');
  t.test(name, async t => {
    const fixture = readFixture(`${FOLDER}/${file}`);
    const facts = factsOf(fixture);
    const diagnosis = diagnose(facts);
    const { cause, certainty, also, next, decidedBy } = diagnosis;
    t.strictSame({ cause, certainty, rule: decidedBy.rule, also, next }, { also: [], next: [], ...expected(fixture) }, fixture.about);
    t.equal(
      diagnosis.evidence.some(({ proves }) => proves === true),
      certainty === 'certain',
      'the evidence says what proves a certain verdict, and nothing else',
    );

    if (TEXTS_ARE_CHANGED) return;
    for (const quoted of fixture.expect.names) t.ok(diagnosis.summary.includes(`"${quoted}"`), `the summary names "${quoted}" in quotes`);
    t.match(diagnosis.summary, /^["A-Zk].*\.\)?$/s, 'the summary is made of sentences');
    t.notMatch(
      `${diagnosis.title} ${diagnosis.summary}`,
      /undefined|\bnull\b|NaN|\[object|""|\.\.(?!\.)| ,|\s\.|: \./,
      'the text has no hole',
    );
    t.ok(certainty !== 'certain' || also.length === 0, 'what is certain has no alternative');
    t.ok(also.length <= 5 && !also.includes(cause), 'at most five alternatives, the cause not among them');

    for (const command of commandsOf(diagnosis)) {
      t.notMatch(
        command,
        /undefined|(?<!\/dev\/|nodeName: |imagePullSecrets: )\bnull\b|NaN|\[object|(?:^|[\s=])(?:""|'')(?:\s|$)/,
        `complete: ${command}`,
      );
      const { status, stderr } = spawnSync('bash', ['-n', '-c', filled(command)], { encoding: 'utf8' });
      t.equal(status, 0, `a shell can read it${stderr}`);
      for (const line of command.split(/\n| \| /).filter(part => part.startsWith('kubectl ') && !CLUSTER_WIDE.test(part)))
        t.ok(
          namespaces(facts).some(name => line.includes(` -n ${name}`)),
          `it names the namespace: ${line}`,
        );
    }
    golden(t, `${FOLDER}/${name}.txt`, renderFindings(groupFindings([{ facts, diagnosis }]), [], { color: false, wide: false, width: 80 }));
  });
}

t.test('each golden text has its fixture', async t => {
  const texts = readdirSync(FOLDER).filter(file => file.endsWith('.txt'));
  t.strictSame(
    texts.map(text => text.replace(/\.txt$/, '.json')).filter(file => !files.includes(file)),
    [],
  );
});

t.test('each cause has a fixture of its own', async t => {
  for (const { code } of CAUSES) {
    const file = `${code}.json`;
    if (t.ok(files.includes(file), `${FOLDER}/${file} is there`))
      t.equal(readFixture(`${FOLDER}/${file}`).expect.cause, code, `${FOLDER}/${file} is about ${code}`);
  }
});

t.test('commands that edit a secret make of it what they promise', { skip: TEXTS_ARE_CHANGED }, async t => {
  /** Runs a command against a kubectl that gives the plugin one secret and keeps what it is told to apply. Out: what was applied, and by which kubectl command. */
  const applied = (command: string, secret: object): { object: Secret; by: string } => {
    const folder = t.testdir({
      bin: {
        kubectl: `#!/bin/sh\nif [ "$1" = imagepull ]; then shift; exec ${pluginCommand().join(' ')} "$@" -f object.json; fi\necho "$*" > by; cat > applied.yaml\n`,
      },
    });
    chmodSync(join(folder, 'bin', 'kubectl'), 0o755);
    writeFileSync(join(folder, 'object.json'), JSON.stringify(secret));
    const { status, stderr } = spawnSync('bash', ['-c', command], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, REGISTRY_USER: 'new-user', REGISTRY_PASSWORD: 'new "pass\' word$' },
    });
    t.equal(status, 0, `${command} ${stderr}`);
    const texts = [readFileSync(join(folder, 'applied.yaml'), 'utf8'), readFileSync(join(folder, 'by'), 'utf8')] as const;
    return { object: load(texts[0]) as Secret, by: texts[1].trim() };
  };
  interface Secret {
    metadata: Record<string, unknown>;
    type: string;
    data: Record<string, string>;
  }
  const commandOf = (file: string): string => {
    const command = commandsOf(diagnose(factsOf(readFixture(`${FOLDER}/${file}.json`)))).find(text => text.includes('repair-secret'));
    if (command === undefined) throw new Error(`${file} has no command with repair-secret`);
    return command;
  };
  const secret = (auths: object, namespace = 'shop'): Secret & { kind: string } => ({
    kind: 'Secret',
    metadata: { name: 'regcred', namespace, uid: '1', resourceVersion: '7', creationTimestamp: 'x', managedFields: [] },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
  });
  const authsOf = ({ object }: { object: Secret }): unknown =>
    JSON.parse(Buffer.from(object.data['.dockerconfigjson'] ?? '', 'base64').toString()).auths;

  const login = (username: string, password: string) => ({ auth: Buffer.from(`${username}:${password}`).toString('base64') });
  const renewed = applied(
    commandOf('CredentialsRejected-others'),
    secret({ 'registry.example.com': login('old', 'old'), 'quay.io': login('keep', 'it') }),
  );
  t.strictSame(
    [authsOf(renewed), renewed.by, renewed.object.metadata],
    [
      {
        'registry.example.com': { username: 'new-user', password: 'new "pass\' word$', ...login('new-user', 'new "pass\' word$') },
        'quay.io': login('keep', 'it'),
      },
      '-n shop replace -f -',
      { name: 'regcred', namespace: 'shop', uid: '1', resourceVersion: '7' },
    ],
    'one entry is written again, the others stay, and a change of another hand is not overwritten',
  );
  const mended: [string, [string, string], [string, string]][] = [
    ['CredentialsRejected-newline', ['ci\n', ' p:"w\' \\ü$\r\n'], ['ci', 'p:"w\' \\ü$']],
    ['CredentialsRejected-newline', ['\ufeffci', 'pw\u200b'], ['ci', 'pw']],
    ['CredentialsRejected-quotes', ["'ci'", '"p:w"'], ['ci', 'p:w']],
    ['CredentialsRejected-robot', ['robot+ci', 'robot-pw'], ['robot$team+ci', 'robot-pw']],
  ];
  for (const [file, [user, password], [goodUser, goodPassword]] of mended) {
    const kept = { 'quay.io': login('keep', 'it') };
    const both = { username: user, password, email: 'a@example.com' };
    const good = { ...both, username: goodUser, password: goodPassword, ...login(goodUser, goodPassword) };
    t.strictSame(
      [login(user, password), both, { ...both, ...login(user, password) }].map(entry =>
        authsOf(applied(commandOf(file), secret({ 'https://registry.example.com/v2/': entry, ...kept }))),
      ),
      [login(goodUser, goodPassword), good, good].map(entry => ({ 'https://registry.example.com/v2/': entry, ...kept })),
      `${file}: the entry is mended in place, the others stay`,
    );
  }
  const content = Buffer.from(JSON.stringify({ auths: { 'r.example.com': login('ci', 'pw') } })).toString('base64');
  const retyped = applied(commandOf('SecretMalformed-opaque'), {
    ...secret({}),
    type: 'Opaque',
    data: { 'config.json': content, note: 'aGk=' },
  });
  t.strictSame(
    [retyped.object.metadata, retyped.object.type, retyped.object.data, retyped.by],
    [
      { name: 'regcred', namespace: 'shop' },
      'kubernetes.io/dockerconfigjson',
      { 'config.json': content, note: 'aGk=', '.dockerconfigjson': content },
      '-n shop replace --force -f -',
    ],
    'a secret of another type is recreated with all that it holds',
  );
  t.strictSame(
    authsOf(applied(commandOf('SecretRegistryMismatch'), secret({ 'registry.example.com': { auth: 'b2xkOm9sZA==' } }))),
    { 'registry.example.com': { auth: 'b2xkOm9sZA==' }, 'registry.example.com:5000': { auth: 'b2xkOm9sZA==' } },
    'an entry is filed under another key too',
  );
  const copied = applied(commandOf('SecretNotFound'), secret({ 'r.example.com': login('ci', 'pw') }, 'build'));
  t.strictSame(
    [copied.object.metadata, copied.by],
    [{ name: 'regcred', namespace: 'shop' }, '-n shop create -f -'],
    'a copy has the name alone',
  );
});

t.test('a red herring is not taken for what it looks like', async t => {
  for (const file of files.filter(name => name.startsWith('redherring-'))) {
    const fixture = readFixture(`${FOLDER}/${file}`);
    const { not = [] } = fixture.expect;
    t.ok(not.length > 0, `${file} says what it is not`);
    const { cause, certainty } = diagnose(factsOf(fixture));
    for (const code of not) t.not(cause, code, `${file}: ${cause} (${certainty}), not ${code}`);
  }
});

t.test('each rule and each row has a fixture that reaches it', async t => {
  const reached = new Set(files.flatMap(file => decide(contextOf(factsOf(readFixture(`${FOLDER}/${file}`)))).reached));
  const rows = [...RULES, ...LOGIN_FROM_PROBE, ...LOGIN_FROM_NODE, ...LOGIN_FROM_OBJECTS, ...CANDIDATES];
  const ids = rows.map(({ id }) => id);
  t.strictSame(
    ids.filter(id => !reached.has(id)),
    [],
    'these are reached by no fixture: one of test/fixtures/causes has to pass them, or a row above takes what they are for',
  );
  t.strictSame(
    ids.filter((id, index) => ids.indexOf(id) !== index),
    [],
    'no name is given twice',
  );
  for (const { id, reason } of rows) {
    t.match(id, /^[a-z]+(?:-[a-z]+)*\.[a-z0-9]+(?:-[a-z0-9]+)*$/, `${id} is GROUP.SITUATION`);
    t.match(reason, /^["A-Zk4].*\.$/, `${id} gives its reason in a sentence`);
  }
  for (const { id, causes } of CANDIDATES) t.ok(causes.length <= 6, `${id} has at most five alternatives`);
});

function expected({ expect }: Fixture): Omit<Fixture['expect'], 'names' | 'not'> {
  const { names: _, not: __, ...verdict } = expect;
  return verdict;
}
