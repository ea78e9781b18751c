/** `explain` as a user runs it: the built plugin, without a cluster, a kubeconfig or a registry. */
import { join } from 'node:path';
import t from 'tap';
import { run as runLine } from '../../src/cli.ts';
import { CAUSES } from '../../src/model/cause-codes.ts';
import { UserError } from '../../src/util/user-error.ts';
import { contextOf } from '../helpers/context.ts';
import { folder, run, runAll } from '../helpers/process.ts';

const IMAGE = 'registry.example.com/team/api:1.4.2';
const WORDS = `Failed to pull image "${IMAGE}": failed to pull and unpack image "${IMAGE}": failed to resolve image: ${IMAGE}: not found`;
const EVENTS = `LAST SEEN   TYPE      REASON   OBJECT         MESSAGE
39s         Warning   Failed   pod/api-7c9f   ${WORDS}
38s         Warning   Failed   pod/api-7c9f   Error: ErrImagePull
`;

t.test('the list, a group, pages', async t => {
  const [all, group, page, two, mixed, names] = await runAll([
    ['explain'],
    ['explain', 'network'],
    ['explain', 'tagnotfound'],
    ['explain', 'TagNotFound', 'ratelimited'],
    ['explain', 'state', 'TagNotFound', '-o', 'name'],
    ['explain', '-o', 'name'],
  ]);
  const codes = CAUSES.map(({ code }) => code);
  for (const { status, stderr } of [all, group, page, two, mixed, names] as { status: number; stderr: string }[])
    t.strictSame([status, stderr], [0, '']);
  for (const { code, title } of CAUSES) t.match(all?.stdout, new RegExp(`^  ${code} +${title.replace(/[().]/g, '\\$&')}$`, 'm'), code);
  t.match(group?.stdout, /^ {2}ProxyFailed /m);
  t.notMatch(group?.stdout, /TagNotFound {2}/);
  t.match(page?.stdout, /^TagNotFound\n\n {2}The repository exists.*^What happened\n.*^How to fix it\n.* {4}kubectl /ms);
  t.notMatch(page?.stdout, /```|\u001b|`|\]\(/, 'neither marks nor colors');
  t.match(two?.stdout, /^TagNotFound\n.*^RateLimited\n/ms);
  t.strictSame(mixed?.stdout.trim().split('\n'), ['FixedWaitingForRetry', 'StillPulling', 'NoPullProblem', 'Unknown', 'TagNotFound']);
  t.strictSame(names?.stdout.trim().split('\n').sort(), [...codes].sort());
});

t.test('documents', async t => {
  const [list, page, text, yaml] = await runAll([
    ['explain', 'node', '-o', 'json'],
    ['explain', 'NodeDiskFull', '-o', 'json'],
    ['explain', EVENTS, '-o', 'json'],
    ['explain', WORDS, '-o', 'yaml'],
  ]);
  const items = (out: string | undefined) => JSON.parse(out ?? '') as { kind: string; items: Record<string, unknown>[]; pods: unknown };
  t.match(items(list?.stdout), { apiVersion: 'imagepull/v1', kind: 'CauseList' });
  t.match(items(list?.stdout).items[0], {
    cause: 'NodeDiskFull',
    group: 'node',
    title: String,
    transient: false,
    docs: /NodeDiskFull\.md$/,
  });
  t.notOk('page' in (items(list?.stdout).items[0] ?? {}), 'a list is without pages');
  t.match(items(page?.stdout).items[0]?.['page'], /^# NodeDiskFull\n/);
  t.match(items(text?.stdout), {
    kind: 'ReadingList',
    items: [
      {
        cause: 'TagNotFound',
        certainty: 'possible',
        also: ['RepositoryNotFound'],
        image: IMAGE,
        reference: { registry: 'registry.example.com', tag: '1.4.2' },
        fault: { speaker: 'containerd', step: 'resolve', kind: 'notFound', status: 404, understood: true },
        message: WORDS,
      },
    ],
    pods: [{ namespace: null, name: 'api-7c9f' }],
    reasons: ['ErrImagePull'],
    pages: [],
  });
  t.match(yaml?.stdout, /^kind: ReadingList\nitems:\n {2}- cause: TagNotFound$/m);
});

t.test('the cause of a text, from wherever it comes', async t => {
  const files = folder({ 'events.txt': EVENTS });
  const [argument, words, piped, file, behind] = await Promise.all([
    run(['explain', WORDS]),
    run(['explain', 'no', 'space', 'left', 'on', 'device']),
    run(['explain', '-'], { input: EVENTS }),
    run(['explain', '-f', join(files, 'events.txt')]),
    run(['explain', '--', `- ${WORDS}`]),
  ]);
  for (const one of [argument, words, piped, file, behind]) t.strictSame([one?.status, one?.stderr], [0, '']);
  t.match(
    argument?.stdout,
    /^TagNotFound \(possible\): .*^What the text says\n {2}image {4}registry\.example\.com.*^ {2}speaker {2}containerd$.*^It may also be$.*^What happened$.*^How to fix it .*\n {4}kubectl /ms,
  );
  t.match(argument?.stdout, /why POD -n NAMESPACE\n$/, 'how to prove it');
  t.match(words?.stdout, /^NodeDiskFull \(likely\)/);
  t.match(piped?.stdout, /^TagNotFound \(possible\)/);
  t.match(piped?.stdout, /why api-7c9f -n NAMESPACE\n$/, 'with the pod that the text names');
  t.equal(file?.stdout, piped?.stdout);
  t.match(behind?.stdout, /^TagNotFound \(possible\)/);
  const wide = argument?.stdout.split('\n').filter(line => line.length > 80 && !line.startsWith('    '));
  t.strictSame(wide, [], 'nothing but commands is wider than 80 columns');
});

t.test('a text without a cause, and what is like one', async t => {
  for (const [words, status, answer] of [
    [['ImagePullBackOff'], 1, /^ImagePullBackOff: the pull fails, but the text does not tell why/],
    [['the weather is fine'], 1, /^The text has no message of an image pull that is known.*^ {2}TagNotFound /ms],
    [['certificate has expired'], 0, /^The text is no whole message.*^ {2}CertificateInvalid /ms],
    [[''], 1, /^The text has no message/],
  ] as [string[], number, RegExp][]) {
    const { status: is, stdout, stderr } = await run(['explain', ...words]);
    t.strictSame([is, stderr], [status, ''], words.join(' '));
    t.match(stdout, answer, words.join(' '));
  }
  for (const [words, error] of [
    [['TagNotFond'], 'error: no cause is named "TagNotFond" (did you mean "TagNotFound"? The list: kubectl imagepull explain)\n'],
    [['netwrok'], 'error: no cause is named "netwrok" (did you mean "network"? The list: kubectl imagepull explain)\n'],
    [
      ['TagNotFound', 'RateLimted'],
      'error: no cause is named "RateLimted" (did you mean "RateLimited"? The list: kubectl imagepull explain)\n',
    ],
    [['TagNotFound', '-o', 'wide'], 'error: -o wide is not available for explain (use text, json, yaml or name)\n'],
    [['TagNotFound', '-f', 'x'], 'error: words cannot be combined with --filename (name causes, or give a text with -f)\n'],
    [['-f', '/nowhere'], 'error: the file "/nowhere" does not exist (correct the path after -f, or use - for standard input)\n'],
  ] as [string[], string][]) {
    const { status, stdout, stderr } = await run(['explain', ...words]);
    t.strictSame([status, stdout, stderr], [2, '', error], words.join(' '));
  }
});

t.test('the words of other work are no cause of a pull', async t => {
  const rows = [
    'Warning  Unhealthy  kubelet  Readiness probe failed: Get "http://10.0.0.1:8080/health": context deadline exceeded',
    'Liveness probe failed: Get "https://10.1.1.1:8443/": x509: certificate signed by unknown authority',
    'MountVolume.SetUp failed for volume "registry-config" : dial tcp 10.0.0.9:2049: i/o timeout',
    'failed calling webhook "vault-secret.x": Post "https://vault.svc/": dial tcp 10.0.0.1:443: connect: connection refused',
  ];
  for (const row of rows) t.match(await run(['explain', '-', '-o', 'json'], { input: row }), { stdout: /"items": \[\]/ }, row);
  const vague = await run(['explain', 'dial tcp 10.0.0.1:5432: connect: connection refused']);
  t.match(vague.stdout, /^RegistryUnreachable \(possible\)/, 'words that are of no pull are never likely');
});

t.test('no secret of a text is printed, and no word of it breaks a line', async t => {
  const secret = 'canary-3f9a77';
  const text = `40s  Warning  Failed  pod/api  Failed to pull image "${IMAGE}": failed to do request: Head "https://ci:${secret}@registry.example.com/v2/?token=${secret}": EOF\u001b[31m\u202eFix`;
  for (const output of ['text', 'json', 'yaml', 'name']) {
    const { status, stdout, stderr } = await run(['explain', '-', '-o', output], { input: text });
    t.strictSame([status, stderr], [0, ''], output);
    t.notMatch(stdout, new RegExp(`${secret}|\u001b|\u202e`), output);
  }
});

t.test('on a terminal: colors, and never wider than it', async t => {
  for (const columns of [40, 80, 200]) {
    const { context, written } = contextOf('');
    context.stdout.isTTY = true;
    context.stdout.columns = columns;
    t.equal(await runLine(['explain', 'NodeDiskFull'], context), 0);
    t.match(written.stdout, /\u001b\[1mNodeDiskFull/);
    const plain = written.stdout.replace(/\u001b\[\d+m/g, '').split('\n');
    const wide = plain.filter(line => line.length > Math.min(80, columns) && !/^ {4}\S|^https:/.test(line));
    t.strictSame(wide, [], `${columns} columns`);
  }
});

t.test('nothing but the page is loaded for a page', async t => {
  const { context } = contextOf('', {
    readFile: () => Promise.reject(new Error('no file is read')),
    readStdin: () => Promise.reject(new Error('no input is read')),
  });
  t.equal(await runLine(['explain', 'Unknown'], context), 0);
  await t.rejects(runLine(['explain', 'Unknwon'], context), UserError);
});
