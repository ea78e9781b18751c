/** `--since FILE` of `why` and `check`: what is new, changed, gone and as before, in text and in JSON, and which files are no earlier answer. */
import { join } from 'node:path';
import t from 'tap';
import type { ClusterObject } from '../helpers/cluster.ts';
import { folder, type Run, run } from '../helpers/process.ts';
import { podOf } from '../helpers/shop.ts';

const HASH = '7c9f6d5b8';
const waiting = (reason: string, message: string): object => ({ reason, message });
const DISK = waiting('ErrImagePull', 'write /var/lib/containerd/x: no space left on device');
const NAME = waiting('InvalidImageName', 'Failed to apply default image tag "UPPER": couldn\'t parse image name');

/** A pod of deployment `name`. */
function replica(name: string, end: string, more: Parameters<typeof podOf>[2] = {}, namespace = 'shop'): ClusterObject {
  const pod = podOf(`${name}-${HASH}-${end}`, namespace, { ...more, labels: { 'pod-template-hash': HASH } });
  Object.assign(pod.metadata, { ownerReferences: [{ kind: 'ReplicaSet', name: `${name}-${HASH}`, controller: true }] });
  return pod;
}
const fileOf = (objects: object): string => join(folder({ 'file.json': JSON.stringify(objects) }), 'file.json');
const why = (objects: ClusterObject[], ...args: string[]): Promise<Run> =>
  run(['why', '-f', fileOf({ kind: 'List', items: objects }), '--no-probe', ...args]);

interface List {
  items: { pod: { name: string }; workload?: { kind: string; name: string }; since?: string; was?: string[] }[];
  gone: { pod: { name: string }; cause: string }[];
  warnings: string[];
}
const listOf = ({ stdout }: Run): List => JSON.parse(stdout) as List;

const BEFORE = [
  replica('api', 'aaaaa'),
  replica('api', 'bbbbb'),
  replica('disk', 'aaaaa'),
  replica('cured', 'aaaaa', { waiting: DISK }),
  podOf('bare', 'shop', { waiting: DISK }),
  replica('other', 'aaaaa', { waiting: DISK }, 'build'),
];
const NOW = [
  // made again by its workload, and once more
  replica('api', 'ccccc'),
  replica('api', 'ddddd'),
  replica('disk', 'aaaaa', { waiting: DISK }),
  podOf('bare', 'shop', { waiting: DISK, image: 'registry.example.com/team/other:1' }),
  replica('late', 'aaaaa', { waiting: NAME, image: 'UPPER' }),
  replica('other', 'aaaaa', { waiting: DISK }, 'build'),
];

t.test('why', async t => {
  const before = await why(BEFORE, '-o', 'json');
  t.equal(listOf(before).items[0]?.workload?.name, 'api', 'the workload of a pod');
  const file = join(folder({ 'before.json': before.stdout }), 'before.json');
  const now = await why(NOW, '-o', 'json', '--since', file);
  t.equal(now.status, 1);
  const { items, gone } = listOf(now);
  t.strictSame(
    items.map(({ pod, since, was }) => [pod.name.replace(/-7.*/, ''), since, was]),
    [
      ['api', 'same', undefined],
      ['api', 'same', undefined],
      ['disk', 'changed', ['NoPullSecret']],
      ['bare', 'new', undefined],
      ['late', 'new', undefined],
      ['other', 'same', undefined],
    ],
  );
  t.strictSame(
    gone.map(({ pod, cause }) => [pod.name, cause]),
    [
      [`cured-${HASH}-aaaaa`, 'NodeDiskFull'],
      ['bare', 'NodeDiskFull'],
    ],
    'another image is another subject',
  );

  const text = await why(NOW, '--since', file);
  t.match(text.stdout, /^Compared with ".*before\.json": 2 new, 1 changed, 2 gone, 2 as before\n\n {2}SINCE THEN/);
  t.match(text.stdout, /changed +NodeDiskFull +NoPullSecret\s+deployment shop\/disk/);
  t.notMatch(text.stdout, /deployment shop\/api|NoPullSecret \(/, 'what is as before is counted alone');
  t.match(text.stdout, /\nInvalidImageName \(certain\)/);
  const name = await why(NOW, '--since', file, '-o', 'name');
  t.notMatch(name.stdout, /pod\/api/);
  t.match(name.stdout, /pod\/late/);

  const same = await why(BEFORE, '--since', file);
  t.match(
    same,
    { status: 1, stdout: /^Compared with ".*": 0 new, 0 changed, 0 gone, 5 as before\n$/ },
    'what stands counts for the status',
  );
  const none = await why([replica('fine', 'aaaaa', { waiting: null })], '--since', file);
  t.match(none, { status: 0, stdout: /0 new, 0 changed, 5 gone, 0 as before/ });

  const part = listOf(await why(NOW, '-o', 'json', '--since', file, '-n', 'build'));
  t.strictSame(part.gone, [], 'of what was not looked at nothing is gone');
  t.strictSame(
    part.items.map(({ since }) => since),
    ['same'],
  );
  t.match(await why(NOW, '--since', file, '-c', 'elsewhere'), { status: 2, stderr: /container "elsewhere" not found/ });
  const yaml = join(folder({ 'before.yaml': (await why(BEFORE, '-o', 'yaml')).stdout }), 'before.yaml');
  t.match((await why(BEFORE, '--since', yaml)).stdout, /5 as before/);
});

t.test('check', async t => {
  const manifest = (image: string): object => ({
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    metadata: { name: 'api', namespace: 'shop' },
    spec: {
      template: {
        spec: {
          containers: [
            { name: 'a', image },
            { name: 'b', image: 'registry.example.com/b:1' },
          ],
        },
      },
    },
  });
  const check = (image: string, ...args: string[]): Promise<Run> =>
    run(['check', '-f', fileOf(manifest(image)), '--local', '--no-probe', ...args]);
  const file = join(folder({ 'before.json': (await check('BAD', '-o', 'json')).stdout }), 'before.json');
  t.match(await check('BAD', '--since', file), { status: 1, stdout: /^Compared with ".*": 0 new, 0 changed, 0 gone, [12] as before\n$/ });
  const now = await check('WORSE', '--since', file);
  t.match(now.stdout, /1 new, 0 changed, 1 gone, [01] as before/);
  t.match(now.stdout, /deployment shop\/api, container\s+"a", WORSE/);
  const list = listOf(await check('WORSE', '--since', file, '-o', 'json'));
  t.strictSame(
    list.items.map(({ since }) => since),
    ['new', 'same'],
  );
  t.equal(list.gone.length, 1);
  t.match(await check('BAD', '--since', file, '-o', 'junit'), { status: 2, stderr: /--since is not available with -o junit/ });
});

t.test('what is no earlier answer', async t => {
  const list = (more: object): string => JSON.stringify({ apiVersion: 'imagepull/v1', kind: 'DiagnosisList', items: [], ...more });
  const item = { pod: null, container: { name: 'a', kind: 'container' }, image: 'x', cause: 'TagNotFound', certainty: 'certain' };
  const rows: [text: string, error: RegExp][] = [
    ['', /no earlier answer: it is something else/],
    ['{"a":', /no earlier answer: .*line/],
    [
      '{"kind":"List","items":[]}',
      /it is of kind "List", not one DiagnosisList \(make it with: kubectl imagepull why -A -o json > before\.json\)/,
    ],
    [list({ kind: 'SecretTestList' }), /it is of kind "SecretTestList"/],
    [list({ apiVersion: 'imagepull/v9' }), /not one DiagnosisList/],
    [`${list({})}\n---\n${list({})}`, /no earlier answer/],
    [list({ items: 1 }), /it has no items/],
    [list({ items: [{}] }), /items\[0\]\.container is missing/],
    [list({ items: [{ ...item, image: 7 }] }), /items\[0\]\.image is 7, expected a text/],
    [list({ items: [{ ...item, usedBy: [] }] }), /an answer of check, and is compared with one of why/],
    [list({ items: [{ ...item, context: 'a' }] }), /an answer of several clusters \(compare it with --contexts\)/],
  ];
  for (const [text, error] of rows) {
    const answer = await why(NOW, '--since', join(folder({ 'f.json': text }), 'f.json'));
    t.match(answer, { status: 2, stdout: '', stderr: error }, text.slice(0, 60));
    t.equal(answer.stderr.trim().split('\n').length, 1, 'one line');
  }
  t.match(await why(NOW, '--since', '/nowhere'), {
    status: 2,
    stderr: /the file "\/nowhere" does not exist \(correct the path after --since\)/,
  });
  t.match(await run(['why', '-f', '-', '--since', '-']), { status: 2, stderr: /standard input can be read once/ });
  t.match(await run(['why', '--watch', '--since', 'x']), { status: 2, stderr: /--watch cannot be combined with --since|does not exist/ });
  t.match(await why(NOW, '--since', 'x', '-o', 'prometheus'), { status: 2, stderr: /--since is not available with -o prometheus/ });
});

t.test('names of an earlier answer are shown safe', async t => {
  const evil = 'a\nerror: b\u001b[31m';
  const item = {
    pod: { namespace: 'shop', name: evil, node: null },
    container: { name: evil, kind: 'container' },
    image: evil,
    cause: evil,
    certainty: 'certain',
  };
  const file = fileOf({ apiVersion: 'imagepull/v1', kind: 'DiagnosisList', items: [item] });
  const { stdout } = await why([], '--since', file).then(async answer => (answer.status === 2 ? why(NOW, '--since', file) : answer));
  t.match(stdout, /gone/);
  t.notMatch(stdout, /\u001b|^error/m);
});
