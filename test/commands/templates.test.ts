/** `-o jsonpath` and `-o custom-columns` of the commands: the exit status stays, nothing is added, and a template that is wrong is told in one line. */
import { join } from 'node:path';
import t from 'tap';
import { folder, run, runAll } from '../helpers/process.ts';

const SAVED = ['-f', 'test/fixtures/saved/shop.yaml', '--no-probe'];

t.test('the answers of three commands', async t => {
  const files = folder({
    'template.txt': '{range .items[*]}{.cause}{"\\n"}{end}',
    'columns.txt': 'POD CAUSE\n.pod.name {.cause}\n',
    'odd.txt': '{.items[*].cause',
  });
  const rows: [args: string[], status: number, stdout: string | RegExp][] = [
    [['why', ...SAVED, '-o', 'jsonpath={.items[*].cause}'], 1, 'SecretRegistryMismatch InvalidImageName'],
    [['why', ...SAVED, '-o', 'jsonpath=.items[1].pod.name'], 1, 'web-0'],
    [['why', ...SAVED, '-o', `jsonpath-file=${join(files, 'template.txt')}`], 1, 'SecretRegistryMismatch\nInvalidImageName\n'],
    [['why', ...SAVED, '-o', 'jsonpath-as-json={.items[*].cause}'], 1, '[\n    "SecretRegistryMismatch",\n    "InvalidImageName"\n]\n'],
    [['why', ...SAVED, '-o', 'custom-columns=POD:.pod.name,NODE:.pod.node'], 1, /^POD +NODE\napi-\S+ +node-3\nweb-0 +\S+\n$/],
    [
      ['why', ...SAVED, '-o', `custom-columns-file=${join(files, 'columns.txt')}`],
      1,
      /^POD +CAUSE\napi-\S+ +SecretRegistryMismatch\nweb-0 +InvalidImageName\n$/,
    ],
    [['why', ...SAVED, '-o', 'jsonpath={.kind}', '--fail-on', 'NodeDiskFull'], 0, 'DiagnosisList'],
    [['why', ...SAVED, '-o', 'jsonpath={.items[0].facts.image}', '--facts'], 1, /team\/api:1\.4\.2$/],
    [['why', ...SAVED, '-l', 'app=other', '-o', 'custom-columns=POD:.pod.name'], 0, 'POD\n'],
    [
      ['test-secret', ...SAVED, 'regcred', '-o', 'custom-columns=SECRET:.secret.name,USER:.entries[*].username'],
      0,
      /^SECRET +USER\nregcred +\w+\n$/,
    ],
    [['check', 'nginx:1', '--local', '--no-probe', '-o', 'jsonpath={.items[*].image}'], 0, 'nginx:1'],
  ];
  const answers = await runAll(rows.map(([args]) => args));
  for (const [index, [args, status, stdout]] of rows.entries()) t.match(answers[index], { status, stdout }, args.slice(-2).join(' '));
});

t.test('what is wrong with a template', async t => {
  const odd = join(folder({ 'odd.txt': 'A\n{.items[*].cause' }), 'odd.txt');
  const rows: [args: string[], error: RegExp][] = [
    [
      ['why', ...SAVED, '-o', 'jsonpath={.x'],
      /^error: invalid -o jsonpath "\{\.x": the "\{" is not closed \(character 1 of the template\) \(see: https/,
    ],
    [
      ['why', ...SAVED, '-o', `jsonpath-file=${odd}`],
      /^error: invalid ".*odd\.txt": the "\{" is not closed \(character 3 of the template\)/,
    ],
    [['why', ...SAVED, '-o', `custom-columns-file=${odd}`], /invalid ".*odd\.txt": "\{\.items\[\*\]\.cause" is no path/],
    [
      ['why', ...SAVED, '-o', 'jsonpath={.items[9]}'],
      /-o jsonpath "\{\.items\[9\]\}" does not fit the answer: index 9 is out of bounds: the list has 2 entries/,
    ],
    [['why', ...SAVED, '-o', 'custom-columns=POD'], /invalid -o custom-columns "POD": the column "POD" has no path: expected HEADER:PATH/],
    [['why', ...SAVED, '-o', 'jsonpath='], /-o jsonpath needs a template \(for example: -o jsonpath='/],
    [['why', ...SAVED, '-o', 'jsonpath-file='], /-o jsonpath-file needs a file/],
    [['why', ...SAVED, '-o', 'custom-columns='], /-o custom-columns needs a template/],
    [['why', ...SAVED, '-o', 'jsonpath-file=/nowhere'], /the file "\/nowhere" does not exist \(correct the path after -o jsonpath-file\)/],
    [['why', ...SAVED, '-o', 'jsonpath'], /invalid --output "jsonpath": expected text, .*jsonpath=…/],
    [['why', '--watch', '-o', 'jsonpath={.x}'], /--watch does not support -o jsonpath/],
    [['collect', ...SAVED.slice(0, 2), '-o', 'jsonpath={.x}'], /invalid --output "jsonpath=\{\.x\}"/],
    [['check', 'nginx', '--local', '--pin', '-o', 'jsonpath={.x}'], /--pin cannot be combined with -o/],
  ];
  const answers = await runAll(rows.map(([args]) => args));
  for (const [index, [args, error]] of rows.entries()) {
    t.match(answers[index], { status: 2, stdout: '', stderr: error }, args.slice(-1).join(' '));
    t.equal(answers[index]?.stderr.trim().split('\n').length, 1, 'one line');
  }
});

t.test('completion offers the formats that a template stands behind', async t => {
  const { stdout } = await run(['__complete', 'why', '-o', 'json']);
  t.strictSame(stdout.split('\n').slice(0, 4), ['json', 'jsonpath=', 'jsonpath-file=', 'jsonpath-as-json=']);
});
