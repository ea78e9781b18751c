/**
 * Every fixture of fixtures/causes through the whole table of causes: what was seen of one image in, the verdict and its text out. `redherring-*`
 * are those that look like another cause than they are.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
import { type Fixture, factsOf, readFixture } from '../helpers/facts.ts';
import { golden } from '../helpers/golden.ts';
import { TEXTS_ARE_CHANGED } from '../helpers/texts.ts';

const FOLDER = 'test/fixtures/causes';
const files = readdirSync(FOLDER)
  .filter(file => file.endsWith('.json'))
  .sort();

/** Commands on the cluster as a whole, which take no namespace. */
const CLUSTER_WIDE = /^kubectl (?:cordon|drain|get --raw|describe node)[ /]/;
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
      t.notMatch(command, /undefined|(?<!\/dev\/)\bnull\b|NaN|\[object|(?:^|[\s=])(?:""|'')(?:\s|$)/, `complete: ${command}`);
      const { status, stderr } = spawnSync('bash', ['-n', '-c', command], { encoding: 'utf8' });
      t.equal(status, 0, `a shell can read it${stderr}`);
      for (const line of command.split(/\n| \| /).filter(part => part.startsWith('kubectl ') && !CLUSTER_WIDE.test(part)))
        t.ok(
          namespaces(facts).some(name => line.includes(` -n ${name}`)),
          `it names the namespace: ${line}`,
        );
    }
    golden(
      t,
      `${FOLDER}/${name}.txt`,
      renderFindings(groupFindings([{ facts, diagnosis }]), [], { color: false, wide: false, width: 100 }),
    );
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

const hasJq = !TEXTS_ARE_CHANGED && spawnSync('jq', ['--version']).status === 0;

t.test('commands that edit an object make of it what they promise', { skip: hasJq ? false : 'jq is not installed' }, async t => {
  /** Runs a command against a kubectl that gives one object and keeps what it is told to apply. Out: what was applied. */
  const applied = (command: string, object: object): Record<string, unknown> => {
    const folder = t.testdir({
      bin: {
        kubectl:
          '#!/bin/sh\ncase " $* " in *" get "*) cat "$OBJECT";; *" -f -"*) cat > applied.json;; *" -f "*) for last; do :; done; cat "$last" > applied.json;; esac\n',
      },
    });
    chmodSync(join(folder, 'bin', 'kubectl'), 0o755);
    writeFileSync(join(folder, 'object.json'), JSON.stringify(object));
    const { status, stderr } = spawnSync('bash', ['-c', command], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
        OBJECT: join(folder, 'object.json'),
        REGISTRY_USER: 'new-user',
        REGISTRY_PASSWORD: 'new "pass\' word$',
      },
    });
    t.equal(status, 0, `${command} ${stderr}`);
    return JSON.parse(readFileSync(join(folder, 'applied.json'), 'utf8')) as Record<string, unknown>;
  };
  const commandOf = (file: string, part: string): string => {
    const command = commandsOf(diagnose(factsOf(readFixture(`${FOLDER}/${file}.json`)))).find(text => text.includes(part));
    if (command === undefined) throw new Error(`${file} has no command with "${part}"`);
    return command;
  };
  const secret = (auths: object) => ({
    metadata: { name: 'regcred', namespace: 'build', uid: '1', resourceVersion: '7' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
  });
  const authsOf = (object: Record<string, unknown>): unknown =>
    JSON.parse(Buffer.from((object.data as Record<string, string>)['.dockerconfigjson'] ?? '', 'base64').toString()).auths;
  const pod = {
    metadata: { name: 'debug', namespace: 'staging', uid: '1', resourceVersion: '7', creationTimestamp: 'x' },
    spec: { nodeName: 'node-3', containers: [{ name: 'api' }], initContainers: [{ name: 'fetch', imagePullPolicy: 'Never' }] },
    status: { phase: 'Pending' },
  };

  const login = (username: string, password: string) => ({ auth: Buffer.from(`${username}:${password}`).toString('base64') });
  t.strictSame(
    authsOf(
      applied(
        commandOf('CredentialsRejected-others', '| jq'),
        secret({ 'registry.example.com': login('old', 'old'), 'quay.io': login('keep', 'it') }),
      ),
    ),
    { 'registry.example.com': { username: 'new-user', password: 'new "pass\' word$' }, 'quay.io': login('keep', 'it') },
    'one entry is written again, the others stay',
  );
  const mended: [string, [string, string], [string, string]][] = [
    ['CredentialsRejected-newline', ['ci\n', ' p:"w\' \\ü$\r\n'], ['ci', 'p:"w\' \\ü$']],
    ['CredentialsRejected-newline', ['\ufeffci', 'pw\u200b'], ['ci', 'pw']],
    ['CredentialsRejected-quotes', ["'ci'", '"p:w"'], ['ci', 'p:w']],
    ['CredentialsRejected-robot', ['robot+ci', 'robot-pw'], ['robot$team+ci', 'robot-pw']],
  ];
  for (const [file, [user, password], [goodUser, goodPassword]] of mended) {
    const kept = { 'quay.io': login('keep', 'it\n') };
    const both = { username: user, password, email: 'a@example.com' };
    t.strictSame(
      [login(user, password), both, { ...both, ...login(user, password) }].map(entry =>
        authsOf(applied(commandOf(file, '| jq'), secret({ 'https://registry.example.com/v2/': entry, ...kept }))),
      ),
      [
        { 'https://registry.example.com/v2/': login(goodUser, goodPassword), ...kept },
        { 'https://registry.example.com/v2/': { ...both, username: goodUser, password: goodPassword }, ...kept },
        {
          'https://registry.example.com/v2/': { ...both, username: goodUser, password: goodPassword, ...login(goodUser, goodPassword) },
          ...kept,
        },
      ],
      `${file}: the entry is mended in place, the others stay`,
    );
  }
  const opaque = (key: string, more: object = {}) => ({
    ...secret({}),
    type: 'Opaque',
    data: { [key]: secret({ 'r.example.com': login('ci', 'pw') }).data['.dockerconfigjson'], ...more },
  });
  const retyped = applied(commandOf('SecretMalformed-opaque', '| jq'), opaque('config.json', { note: 'aGk=' })) as ReturnType<
    typeof opaque
  >;
  t.strictSame(
    retyped,
    {
      metadata: { name: 'regcred', namespace: 'build' },
      type: 'kubernetes.io/dockerconfigjson',
      data: { 'config.json': retyped.data['config.json'], note: 'aGk=', '.dockerconfigjson': retyped.data['config.json'] },
    },
    'a secret of another type is recreated with all that it holds',
  );
  t.strictSame(
    authsOf(applied(commandOf('SecretRegistryMismatch', '| jq'), secret({ 'registry.example.com': { auth: 'b2xkOm9sZA==' } }))),
    { 'registry.example.com': { auth: 'b2xkOm9sZA==' }, 'registry.example.com:5000': { auth: 'b2xkOm9sZA==' } },
    'an entry is filed under another key too',
  );
  t.strictSame(
    applied(commandOf('SecretNotFound', '| jq'), secret({})).metadata,
    { name: 'regcred' },
    'a copy has the name alone, so that it goes into the namespace of the pod',
  );
  t.match(
    applied(commandOf('NoPullSecret-bare', '| jq'), pod),
    {
      metadata: { name: 'debug', uid: undefined },
      spec: { nodeName: undefined, imagePullSecrets: [{ name: 'registry.example.com-pull' }] },
    },
    'a bare pod is recreated with a pull secret',
  );
  t.match(
    applied(commandOf('ImageNeverPulled-bare', '| jq'), pod),
    { spec: { containers: [{ name: 'api' }], initContainers: [{ name: 'fetch', imagePullPolicy: 'IfNotPresent' }] } },
    'a bare pod is recreated with another policy',
  );
  t.match(
    applied(commandOf('NoPullSecret-account', '| jq'), { metadata: { name: 'builder' }, imagePullSecrets: [{ name: 'hub' }] }),
    { imagePullSecrets: [{ name: 'hub' }, { name: 'registry.example.com-pull' }] },
    'a service account that was not seen keeps its secrets',
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
