/** Files of a stranger: what is malformed in them, and what a few characters cannot make of them. */
import t from 'tap';
import { readSaved } from '../../src/cluster/saved-source.ts';
import type { Pod } from '../../src/model/kubernetes.ts';
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
