/** The facts as a document: broken and foreign shapes are refused by their place, what an older version did not write is empty, and nothing secret is taken over. */
import t from 'tap';
import { FACTS_VERSION, readFacts, readFactsDocument } from '../../src/parse/facts.ts';
import { ShapeError } from '../../src/parse/shape.ts';
import { UserError } from '../../src/util/user-error.ts';
import { factsOf, readFixture } from '../helpers/facts.ts';

const fixture = (name: string) => JSON.parse(JSON.stringify(factsOf(readFixture(`test/fixtures/causes/${name}.json`)))) as Tree;
type Tree = { [key: string]: never };

/** Sets what stands at a path such as `probe.attempts.0.credential`; undefined removes it. */
function changed(tree: object, path: string, value: unknown): object {
  const copy = structuredClone(tree) as Record<string, unknown>;
  const keys = path.split('.');
  const last = keys.pop() as string;
  const parent = keys.reduce((at, key) => at[key] as Record<string, unknown>, copy);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

t.test('a broken shape is refused by its place', async t => {
  const facts = fixture('CredentialsRejected');
  const rows: [string, unknown, RegExp][] = [
    ['now', undefined, /^f\.now is missing$/],
    ['now', 'yesterday', /^f\.now is "yesterday", expected a time$/],
    ['image', 7, /^f\.image is 7, expected a text$/],
    ['failing', undefined, /^f\.failing is missing$/],
    ['pod', 'api', /^f\.pod is "api", expected an object$/],
    ['container.kind', 'sidecar', /^f\.container\.kind is "sidecar", expected a word that this version knows$/],
    ['node.platform', { os: 'linux' }, /^f\.node\.platform\.architecture is missing$/],
    ['nodeReport.faults', {}, /^f\.nodeReport\.faults is an object, expected a list$/],
    ['nodeReport.faults.0.kind', 'gremlins', /^f\.nodeReport\.faults\[0\]\.kind is "gremlins"/],
    ['nodeReport.faults.0.statements', ['lunch'], /^f\.nodeReport\.faults\[0\]\.statements\[0\] is "lunch"/],
    ['secrets.0.lookup', null, /^f\.secrets\[0\]\.lookup is null/],
    ['keyring.credentials', [], /^f\.probe\.attempts\[0\]\.credential is 0, expected the index of a credential$/],
    ['probe.decisive', 9, /^f\.probe\.decisive is 9, expected the index of an attempt$/],
    ['probe.tags', { known: 'yes' }, /^f\.probe\.tags\.known is "yes", expected true or false$/],
  ];
  t.doesNotThrow(() => readFacts(facts, 'f'));
  for (const [path, value, says] of rows) {
    t.throws(() => readFacts(changed(facts, path, value), 'f'), { name: 'ShapeError', message: says }, `${path}: ${JSON.stringify(value)}`);
  }
  t.throws(() => readFacts(null, 'f'), ShapeError);
});

t.test('what an older version did not write is null or empty, what a later one writes is ignored', async t => {
  const facts = fixture('CredentialsRejected');
  const rows: [string, unknown][] = [
    ['pod', null],
    ['referenceError', null],
    ['secrets', []],
    ['serviceAccount.matching', []],
    ['nodeReport.unreadableSecrets', []],
    ['nodeReport.faults.0.details', {}],
    ['nodeReport.faults.0.rows', []],
    ['node.provider', null],
    ['probe', null],
  ];
  for (const [path, empty] of rows) {
    const read = readFacts(changed(facts, path, undefined), 'f') as unknown as Record<string, never>;
    t.strictSame(
      path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], read),
      empty,
      path,
    );
  }
  const more = { ...changed(facts, 'node.later', 'x'), later: { a: 1 } };
  t.strictSame(readFacts(more, 'f'), readFacts(facts, 'f'), 'unknown fields are left out');
});

t.test('what an edited file holds is redacted as what a node says', async t => {
  const token = `ghp_${'a1B2'.repeat(9)}`;
  let facts: object = fixture('CredentialsRejected');
  for (const path of [
    'image',
    'state.message',
    'nodeReport.faults.0.message',
    'nodeReport.faults.0.explanation',
    'keyring.credentials.0.key',
  ])
    facts = changed(facts, path, `x ${token}`);
  facts = changed(facts, 'keyring.credentials.0.username', token);
  facts = changed(facts, 'keyring.credentials.0.password', 'a password has no field');
  const read = JSON.stringify(readFacts(facts, 'f'));
  t.notMatch(read, token);
  t.notMatch(read, 'a password');
});

t.test('which files are facts', async t => {
  const item = { cause: 'TagNotFound', factsVersion: FACTS_VERSION, facts: fixture('TagNotFound') };
  const list = { apiVersion: 'imagepull/v1', kind: 'DiagnosisList', items: [item] };
  const json = (value: object): string => JSON.stringify(value);
  t.equal(readFactsDocument(json(list), 'f')?.facts.length, 1, 'a list');
  t.equal(readFactsDocument(json(item), 'f')?.facts.length, 1, 'an item');
  t.equal(readFactsDocument(`${json(item)}\n${json(item)}`, 'f')?.facts.length, 2, 'items one after the other');
  for (const [name, content] of [
    ['objects', json({ kind: 'Pod', metadata: { name: 'x' } })],
    ['objects that mention the kind', json({ kind: 'Pod', metadata: { name: 'x', annotations: { note: 'a DiagnosisList' } } })],
    ['another list', json({ ...list, kind: 'SecretTestList' })],
    ['a text', 'factsVersion'],
    ['what does not parse', 'factsVersion: [1'],
    ['nothing', ''],
  ] as const)
    t.equal(readFactsDocument(content, 'f'), null, name);
  for (const [name, content, says] of [
    ['a list without facts', json({ ...list, items: [{ cause: 'TagNotFound' }] }), /^f: items\[0\] has no facts/],
    ['an item of another version', json({ ...item, factsVersion: '1' }), /^f: item\.factsVersion is "1"$/],
    ['a list without a version', json({ kind: 'DiagnosisList', items: [] }), /^f: the DiagnosisList has apiVersion undefined$/],
    ['facts and objects', `${json(list)}\n---\n${json({ kind: 'Pod' })}`, /^f holds diagnoses and other objects$/],
    [
      'an item that is a text',
      json({ ...list, items: ['x'] }),
      /^f holds facts that cannot be read: items\[0\] is "x", expected an object$/,
    ],
  ] as const)
    t.throws(() => readFactsDocument(content, 'f'), { constructor: UserError, message: says }, name);
});

t.test('an item that cannot be read costs the others nothing', async t => {
  const item = { cause: 'TagNotFound', factsVersion: FACTS_VERSION, facts: fixture('TagNotFound') };
  const list = {
    apiVersion: 'imagepull/v1',
    kind: 'DiagnosisList',
    items: [{ ...item, facts: {} }, item, 'x', { ...item, factsVersion: 9 }],
  };
  const read = readFactsDocument(JSON.stringify({ ...list, patterns: 5, warnings: ['of the first run'] }), 'f');
  t.equal(read?.facts.length, 1);
  t.strictSame(read?.warnings, [
    'of the first run',
    'f holds facts that cannot be read: items[0].facts.now is missing',
    'f holds facts that cannot be read: items[2] is "x", expected an object',
    'f: items[3].factsVersion is 9',
    'f holds facts that cannot be read: patterns is 5, expected a list',
  ]);
  const documents = [item, { ...item, facts: {} }].map(one => JSON.stringify(one)).join('\n');
  t.match(readFactsDocument(documents, 'f'), { facts: { length: 1 }, warnings: [/document 2\.facts\.now is missing/] });
});
