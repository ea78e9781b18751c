/** Files of a stranger: what is malformed in them, and what a few characters cannot make of them. */
import { load } from 'js-yaml';
import t from 'tap';
import { readSaved } from '../../src/cluster/saved-source.ts';
import type { Pod } from '../../src/model/kubernetes.ts';
import type { ProbeFacts } from '../../src/model/probe.ts';
import { NOTHING_COLLECTED } from '../../src/parse/collection.ts';
import { collectOf } from '../helpers/commands.ts';
import { run } from '../helpers/process.ts';
import { dockerconfigjson, eventOf, items, named, podOf, warningsOf } from '../helpers/shop.ts';

const read = (...objects: unknown[]) => readSaved(JSON.stringify({ kind: 'List', items: objects }), 'the file');

t.test('aliases multiply nothing', async t => {
  const levels = [...'bcdefghij'].map((name, at) => `${name}: &${name} [${`*${'abcdefghi'[at]},`.repeat(10)}]`);
  const rows: [string, string][] = [
    ['lists of lists', ['a: &a [x]', ...levels].join('\n')],
    ['lists of objects', `x: &x {kind: Pod, metadata: {name: a}}\ny: &y {items: [${'*x,'.repeat(60)}]}\nitems: [${'*y,'.repeat(60)}]`],
    ['a list in itself', 'a: &a [*a]'],
    ['one alias', 'a: &a {kind: Pod, metadata: {name: a}}\nb: *a'],
  ];
  for (const [name, text] of rows)
    t.throws(() => readSaved(text, 'the file'), /^the file is neither JSON nor YAML: it has more YAML aliases/, name);
});

t.test('no depth exhausts the stack', async t => {
  const pod = JSON.stringify(podOf('api', 'shop'));
  const depth = 100_000;
  for (const [name, open, close] of [
    ['lists in lists', '[', ']'],
    ['Lists in Lists', '{"kind":"List","items":[', ']}'],
    ['PodLists in PodLists', '{"kind":"PodList","items":[', ']}'],
  ] as const)
    t.equal(readSaved(`${open.repeat(depth)}${pod}${close.repeat(depth)}`, 'the file').pods.length, 1, name);
  for (const text of [`a: ${'['.repeat(depth)}`, '- '.repeat(depth), `${'? '.repeat(depth)}a`])
    t.throws(() => readSaved(text, 'the file'), /nested more than 64 levels deep \(line 1, column \d+\)/, text.slice(0, 8));
});

t.test('an error of YAML tells a position, and no word of the file', async t => {
  const rows: [string, RegExp][] = [
    ['kind: Secret\ndata: *hidden-4\n', /more YAML aliases than are read \(line 2/],
    ['kind: Secret\ndata: !hidden-4 x\n', /\(line 2, column 7\)/],
    ['data: !<tag:hidden-4> x\n', /\(line 1, column 7\)/],
    ['data: !e!hidden-4 x\n', /undeclared tag handle \(line 1/],
    ['hidden-4: 1\nhidden-4: 2\n', /duplicated mapping key \(line 2/],
    ['data: "hidden-4\n', /\(line \d, column \d+\)/],
    ['data: {hidden-4: [}\n', /\(line 1, column \d+\)/],
    ['data: !!int hidden-4\n', /\(line 1, column 7\)/],
  ];
  for (const [text, says] of rows) {
    const error = t.throws(() => readSaved(text, 'the file'), says, text) as unknown as Error;
    t.notMatch(error.message, /hidden-4/, `${text}: not its words`);
  }
});

t.test('what is malformed is told, and costs the others nothing', async t => {
  const good = podOf('good', 'shop', { secrets: ['own'] });
  const saved = read(
    good,
    { kind: 'Pod' },
    { kind: 'Pod', metadata: { name: 'bad' }, spec: [] },
    { kind: 'Event', message: 5 },
    dockerconfigjson('another', 'shop', {}),
    { kind: 'Secret', metadata: { name: 'own', namespace: 'shop' }, data: { a: 5 } },
    { kind: 'Node', metadata: { name: 'node-3' }, status: { nodeInfo: 5 } },
    5,
    null,
    'x',
  );
  t.strictSame(
    saved.pods.map(({ metadata, defect }) => [metadata.name, defect]),
    [
      ['good', undefined],
      ['bad', 'spec is not an object'],
    ],
  );
  t.strictSame(saved.warnings(), [
    '1 of the pods in the file is malformed and cannot be read',
    '1 of the events in the file is malformed and cannot be read',
    '1 of the secrets in the file is malformed and cannot be read',
    '1 of the nodes in the file is malformed and cannot be read',
  ]);
  t.equal(saved.isIncomplete(), true);
  const { node, secrets } = await saved.snapshot(saved.pods[0] as Pod, true);
  t.match(node, { found: false, missing: false, failed: true, why: 'it is malformed in the file: status.nodeInfo is not an object' });
  t.match(secrets.get('own'), { found: false, missing: false, failed: true, why: 'it is malformed in the file: data[…] is not a string' });
  t.equal(read(good).isIncomplete(), false, 'a good file is complete');
});

t.test('no field makes a list of a pod, and none another kind of what a PodList holds', async t => {
  t.strictSame(
    read({ ...podOf('own', 'shop'), items: [podOf('inner', 'shop')] }).pods.map(({ metadata }) => metadata.name),
    ['own', 'inner'],
  );
  t.equal(readSaved(JSON.stringify({ kind: 'PodList', items: [{ ...podOf('a', 'shop'), kind: 5 }] }), 'the file').pods.length, 1);
});

t.test('a pod that cannot be read is an Unknown with a warning, and the others have their verdicts', async t => {
  const input = JSON.stringify({
    kind: 'List',
    items: [
      podOf('good', 'shop'),
      { ...podOf('bad', 'shop'), spec: { containers: [{ name: 'api', image: ['x'] }] } },
      named('Node', 'node-3', undefined, { status: 5 }),
    ],
  });
  const json = await run(['why', '-f', '-', '--no-probe', '-o', 'json'], { input });
  t.match(
    items(json).map(({ pod, cause }) => [pod.name, cause]),
    [
      ['good', /^(?!Unknown)/],
      ['bad', 'Unknown'],
    ],
  );
  t.match(warningsOf(json), [
    /nodes in standard input/,
    'cannot examine pod "shop/bad": it is malformed: spec.containers[0].image is not a string',
  ]);
  t.equal(json.status, 2);
  const text = await run(['why', '-f', '-', '--no-probe'], { input });
  t.match(text.stdout.replace(/\s+/g, ' '), 'Pod "bad" in namespace "shop" could not be examined: it is malformed');
  const none = await run(['why', '-f', '-', '--no-probe'], { input: '{"kind":"PodList","items":[null,{}]}' });
  t.match(none, { status: 2, stdout: '', stderr: /contains no pod; 2 of the pods in standard input are malformed/ }, 'no pod is left');
});

t.test('events belong to the pod that they name', async t => {
  const saved = read(
    podOf('api', 'shop'),
    podOf('api', 'build'),
    { ...podOf('bare', 'shop'), metadata: { name: 'bare' } },
    podOf('api', 'shop'),
    eventOf('api', 'shop', 'one'),
    eventOf('api', 'build', 'two'),
    eventOf('bare', 'shop', 'three'),
    ...Array.from({ length: 700 }, (_, at) => ({ ...eventOf('api', 'shop', `${at}`), lastTimestamp: `2026-11-21T10:00:00.${1000 + at}Z` })),
  );
  t.strictSame(
    saved.pods.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
    ['shop/api', 'build/api', 'undefined/bare'],
    'a pod that is there twice is read once',
  );
  const [own, other, bare] = await Promise.all(saved.pods.map(async pod => (await saved.snapshot(pod, true)).events));
  t.match(other, { found: true, object: [{ message: 'two' }] });
  t.match(bare, { found: true, object: [{ message: 'three' }] }, 'a pod that does not tell its namespace has those of its name');
  t.equal(own?.found && own.object.length, 500, 'of very many events');
  t.ok(own?.found && own.object.some(({ message }) => message === '699'), 'the newest are kept');
});

const PROBE: ProbeFacts = {
  host: 'reg.example.com',
  scheme: 'https',
  mirrorOf: null,
  registryItself: null,
  nodeResolvesElsewhere: false,
  connection: [],
  certificate: null,
  connectionFault: null,
  challenge: null,
  attempts: [],
  decisive: null,
  headBlocked: false,
  tags: null,
  upstream: null,
  platforms: null,
  size: null,
  layers: null,
  blobHosts: [],
  rateLimit: null,
};
const waiting = (name: string, image: string, uid?: string): object => ({
  kind: 'Pod',
  metadata: { name, namespace: 'shop', ...(uid === undefined ? {} : { uid }) },
  spec: { nodeName: 'n-1', imagePullSecrets: [{ name: 'own' }], containers: [{ name: 'api', image }] },
  status: { containerStatuses: [{ name: 'api', state: { waiting: { reason: 'ErrImagePull', message: '401 Unauthorized' } } }] },
});
const account = (name: string): object => ({ kind: 'ServiceAccount', metadata: { name, namespace: 'shop' } });
const secret = (name: string, value: string): object => ({
  kind: 'Secret',
  type: 'kubernetes.io/dockerconfigjson',
  metadata: { name, namespace: 'shop' },
  data: { '.dockerconfigjson': Buffer.from(value).toString('base64') },
});

t.test('of a collection without its record nothing is known to be missing', async t => {
  const auth = Buffer.from('ci:Pa55-Word-9').toString('base64');
  const other = secret('other', JSON.stringify({ auths: { 'reg.example.com': { auth } } }));
  const pod = waiting('api', 'reg.example.com/team/api:1');
  const objects = [pod, other, account('builder'), { ...(pod as object), metadata: { name: 'b', namespace: 'shop' } }];
  (objects[3] as { spec: object }).spec = {
    imagePullSecrets: [{ name: 'other' }],
    containers: [{ name: 'api', image: 'reg.example.com/b:1' }],
  };
  const { stdout } = await collectOf(JSON.stringify({ kind: 'List', items: objects }));
  const { items } = load(stdout) as { items: { kind: string }[] };
  t.equal(items[0]?.kind, 'Collection', 'what is cut off a file is not the record');
  const found = async (saved: ReturnType<typeof readSaved>) => (await saved.snapshot(saved.pods[0] as Pod, true)).secrets.get('own');
  const cut = read(...items.filter(({ kind }) => kind !== 'Collection'), account('builder'));
  t.match(await found(cut), { found: false, missing: false, why: 'it was not collected' });
  t.match(cut.warnings(), [/^the file is not complete: .* not its Collection/]);
  t.equal(cut.collection?.incomplete, true);
  const plain = read(...objects);
  t.match(await found(plain), { found: false, missing: true }, 'what other tools saved is read as before');
  t.strictSame(plain.warnings(), []);
});

t.test('a recorded answer belongs to one image of one pod', async t => {
  const image = 'reg.example.com/team/api:1';
  const record = (more: object): object => ({
    apiVersion: 'imagepull/v1',
    kind: 'Collection',
    ...NOTHING_COLLECTED,
    collectedAt: '2026-11-20T10:09:00Z',
    answers: [{ namespace: 'shop', pod: 'api', container: { kind: 'container', name: 'api' }, image, probe: PROBE, ...more }],
  });
  const answered = async (...objects: object[]): Promise<[number | undefined, string[]]> => {
    const saved = read(...objects);
    return [(await saved.snapshot(saved.pods[0] as Pod, true)).answers?.size, saved.warnings()];
  };
  const dropped = '1 recorded answer of registries in the file is not used: the pod in the file has another image or another uid';
  t.strictSame(await answered(waiting('api', image, 'u-1'), record({ uid: 'u-1' })), [1, []]);
  t.strictSame(await answered(waiting('api', image), record({})), [1, []], 'a pod without a uid');
  t.strictSame(await answered(waiting('api', image, 'u-2'), record({ uid: 'u-1' })), [0, [dropped]], 'another pod');
  t.strictSame(await answered(waiting('api', `${image}2`, 'u-1'), record({ uid: 'u-1' })), [0, [dropped]], 'another image');
  const [size, warnings] = await answered(waiting('api', image, 'u-1'), record({ uid: 'u-2' }), waiting('api', image, 'u-2'));
  t.equal(size, 0, 'the first pod counts, and the answer is of the second');
  t.strictSame(warnings, [
    'the file joins objects of two clusters or two times: Pod shop/api has two uids; the first one is read',
    dropped,
  ]);
});
