/** `check` as a process: with a cluster and without one, against registries on this machine. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { type ClusterObject, startCluster, writeKubeconfig } from '../helpers/cluster.ts';
import { folder, type Run, run } from '../helpers/process.ts';
import { startRegistry } from '../helpers/registry.ts';
import { dockerconfigjson, named } from '../helpers/shop.ts';
import { temporary } from '../helpers/temporary.ts';

const PASSWORD = 'pa55word-of-ci';
const arm = { os: 'linux', architecture: 'arm64' };

const open = await startRegistry({
  images: [
    { repository: 'team/api', tag: '1.4.2' },
    { repository: 'team/api', tag: 'latest' },
    { repository: 'team/arm', tag: '1.0.0', platforms: [arm], index: true },
    { repository: 'team/one', tag: '1.0.0', platforms: [arm] },
  ],
});
const closed = await startRegistry({
  auth: { kind: 'basic', users: { ci: PASSWORD } },
  images: [{ repository: 'team/private', tag: '1.0.0' }],
});
t.teardown(() => Promise.all([open.close(), closed.close()]));

const API = `${open.host}/team/api:1.4.2`;
const PRIVATE = `${closed.host}/team/private:1.0.0`;

const node = (name: string, architecture: string, more: { spec?: object; images?: string[] } = {}): ClusterObject => ({
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/arch': architecture } },
  spec: more.spec ?? {},
  status: {
    nodeInfo: { architecture, operatingSystem: 'linux', kubeletVersion: 'v1.36.3', containerRuntimeVersion: 'containerd://2.1.9' },
    images: (more.images ?? []).map(image => ({ names: [image] })),
  },
});
const auths = (host: string, password = PASSWORD) => ({ [host]: { username: 'ci', password } });

const OBJECTS: ClusterObject[] = [
  named('Namespace', 'shop'),
  named('ServiceAccount', 'default', 'shop'),
  named('ServiceAccount', 'builder', 'shop', { imagePullSecrets: [{ name: 'good' }] }),
  dockerconfigjson('good', 'shop', auths(closed.host)),
  dockerconfigjson('bad', 'shop', auths(closed.host, 'wrong-pa55word')),
  node('amd-1', 'amd64'),
  node('amd-2', 'amd64', { images: [`${open.host}/team/api:1.4.2`] }),
  node('arm-1', 'arm64', { spec: { taints: [{ key: 'arm', effect: 'NoSchedule' }] } }),
];

interface Item {
  cause: string;
  certainty: string;
  image: string;
  pod: null;
  workload?: { namespace: string; kind: string; name: string };
  declaredAt?: { file: string; line: number; column: number };
  usedBy: string[];
  notes: { code: string; detail: string }[];
  credentials: { secret: string; result: string }[];
  summary: string;
  fixes: { title: string; command: string | null }[];
}
const itemsOf = ({ stdout }: Run): Item[] => (JSON.parse(stdout) as { items: Item[] }).items;
const short = ({ cause, image }: Item): string => `${image.replace(/^[^/]*\//, '')} ${cause}`;

async function withCluster(
  t: { teardown(end: () => unknown): unknown },
  objects: ClusterObject[],
  more: { forbid?: RegExp } = {},
): Promise<{ check(args: string[], input?: string): Promise<Run>; paths(): string[] }> {
  const cluster = await startCluster({ objects, ...more });
  t.teardown(() => cluster.close());
  const env = { KUBECONFIG: writeKubeconfig({ server: cluster.server, namespace: 'shop' }) };
  return {
    check: (args, input) => run(['check', ...args], { env, ...(input === undefined ? {} : { input }) }),
    paths: () => cluster.requests.map(({ path }) => path),
  };
}

const pod = (name: string, spec: string): string => `kind: Pod\nmetadata: {name: ${name}}\nspec:\n  ${spec.replaceAll('\n', '\n  ')}\n`;
const container = (image: string, more = ''): string => `containers: [{name: main, image: "${image}"${more}}]`;

t.test('a node that has the image does not stop a pull by policy Always', async t => {
  const listing = ['amd-1', 'amd-2'].map(name => node(name, 'amd64', { images: [API] }));
  const { check } = await withCluster(t, [...OBJECTS.filter(({ kind }) => kind !== 'Node'), ...listing]);
  const of = (policy: string): string => pod(policy.toLowerCase(), container(API, `, imagePullPolicy: ${policy}`));
  const answer = await check(['-f', '-', '--no-probe', '-o', 'json'], `${of('Always')}---\n${of('IfNotPresent')}`);
  t.match(itemsOf(answer), [
    { usedBy: ['shop/pod/always'], summary: /No registry was asked/ },
    { usedBy: ['shop/pod/ifnotpresent'], summary: /imagePullPolicy is IfNotPresent: kubelet does not pull/ },
  ]);
});

t.test('an image of the command line', async t => {
  const { check } = await withCluster(t, OBJECTS);
  const rows: [args: string[], cause: string, status: number, credentials: string[]][] = [
    [[API], 'NoPullProblem', 0, []],
    [[`${open.host}/team/api:9`], 'TagNotFound', 1, []],
    [[`${open.host}/team/none:1`], 'RepositoryNotFound', 1, []],
    [[`${open.host}/team/api:$TAG`], 'InvalidImageName', 1, []],
    [[PRIVATE], 'NoPullSecret', 1, []],
    [[PRIVATE, '--serviceaccount', 'builder'], 'NoPullProblem', 0, ['good accepted']],
    [[PRIVATE, '--secret', 'good'], 'NoPullProblem', 0, ['good accepted']],
    [[PRIVATE, '--secret', 'bad'], 'CredentialsRejected', 1, ['bad rejected']],
    [[PRIVATE, '--secret', 'nope'], 'SecretNotFound', 1, []],
    [[`${open.host}/team/arm:1.0.0`], 'PlatformNotAvailable', 1, []],
    [[`${open.host}/team/arm:1.0.0`, '--platform', 'linux/arm64'], 'NoPullProblem', 0, []],
    [[`${open.host}/team/one:1.0.0`], 'NoPullProblem', 0, []],
  ];
  for (const [args, cause, status, credentials] of rows) {
    const answer = await check([...args, '-o', 'json']);
    const [item] = itemsOf(answer);
    t.strictSame(
      [item?.cause, answer.status, item?.pod, item?.credentials.map(({ secret, result }) => `${secret} ${result}`)],
      [cause, status, null, credentials],
      args.join(' '),
    );
    if (cause === 'NoPullProblem') t.not(item?.certainty, 'certain', `${args.join(' ')}: what only the node meets is not foreseen`);
    t.notMatch(
      answer.stdout,
      /kubectl[^\n"]* (?:delete|replace --force|set image)|describe pod/,
      `${args.join(' ')}: no fix needs the pod`,
    );
  }
});

t.test('manifests: each image with its place, its secrets and its nodes', async t => {
  const { check, paths } = await withCluster(t, OBJECTS);
  const text = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      serviceAccountName: builder
      initContainers:
        - {name: setup, image: "${open.host}/team/api:9"}
      containers:
        - name: main
          image: ${PRIVATE}
---
${pod('own', `imagePullSecrets: [{name: bad}]\n${container(PRIVATE)}`)}---
${pod('again', `serviceAccountName: builder\n${container(PRIVATE)}`)}---
${pod('arm', `tolerations: [{key: arm, operator: Exists}]\n${container(`${open.host}/team/arm:1.0.0`)}`)}---
${pod('only-arm', `nodeName: arm-1\n${container(`${open.host}/team/arm:1.0.0`)}`)}---
${pod('nowhere', `nodeSelector: {gpu: "yes"}\n${container(API)}`)}---
${pod('never', container(API, ', imagePullPolicy: Never'))}---
${pod('single', container(`${open.host}/team/one:1.0.0`))}`;
  const answer = await check(['-f', '-', '-o', 'json'], text);
  t.strictSame(
    itemsOf(answer).map(item => `${short(item)} ${item.usedBy.join('+')} ${item.declaredAt?.line}`),
    [
      'team/api:9 TagNotFound shop/deployment/web 9',
      'team/private:1.0.0 NoPullProblem shop/deployment/web+shop/pod/again 12',
      'team/private:1.0.0 CredentialsRejected shop/pod/own 18',
      'team/arm:1.0.0 PlatformNotAvailable shop/pod/arm 30',
      'team/arm:1.0.0 NoPullProblem shop/pod/only-arm 36',
      'team/api:1.4.2 NoPullProblem shop/pod/nowhere 42',
      'team/api:1.4.2 ImageNeverPulled shop/pod/never 47',
      'team/one:1.0.0 NoPullProblem shop/pod/single 52',
    ],
  );
  t.equal(answer.status, 1);
  const items = itemsOf(answer);
  const noteOf = (at: number, code: string): string => items[at]?.notes.find(note => note.code === code)?.detail ?? '';
  t.match(items[3]?.summary, /2 of the 3 nodes on which the pod may run, "amd-1", "amd-2" \(linux\/amd64\)/, 'the nodes are named');
  t.match(noteOf(5, 'NoNode'), /no label gpu=yes/, 'a pod that no node suits is told');
  t.match(items[6]?.summary, /1 of the 2 nodes on which the pod may run \("amd-1"\)/, 'which nodes lack the image');
  t.match(noteOf(7, 'WrongPlatform'), /linux\/arm64 only, but "amd-1", "amd-2" are linux\/amd64.*exec format error/, 'a single manifest');
  t.equal(paths().filter(path => path === '/api/v1/nodes').length, 1, 'the nodes are listed once');
  t.equal(paths().filter(path => path.endsWith('/secrets/good')).length, 1, 'a secret is read once');
  for (const format of ['text', 'wide', 'yaml', 'name']) {
    const { stdout, stderr } = await check(['-f', '-', '-o', format], text);
    t.notMatch(stdout + stderr, /pa55word/, `-o ${format} holds no password`);
    t.match(stdout, /team\/api:9/, `-o ${format} names the image`);
  }
  const named = await check([API, '--secret', 'nope', '-o', 'json']);
  t.match(itemsOf(named)[0]?.notes, [{ code: 'MissingSecret' }], 'a secret that is missing, and is not needed');
  t.match((await check(['-f', '-'], text)).stdout, /^8 images: 4 can be pulled, 4 cannot\n/, 'the text begins with what matters');
});

t.test('what is applied together counts together', async t => {
  const { check } = await withCluster(t, OBJECTS);
  const secret = (name: string): string => {
    const { metadata: _, ...rest } = dockerconfigjson(name, 'new', auths(closed.host));
    return `${JSON.stringify({ metadata: { name, namespace: 'new' }, ...rest })}\n`;
  };
  const own = pod('p', container(PRIVATE)).replace('{name: p}', '{name: p, namespace: new}');
  const rows: [what: string, text: string, cause: string, notes: string[]][] = [
    ['a namespace that does not exist', own, 'NoPullSecret', ['NoNamespace']],
    ['a namespace of the manifests', `kind: Namespace\nmetadata: {name: new}\n---\n${own}`, 'NoPullSecret', []],
    [
      'a service account and its secret',
      `kind: Namespace\nmetadata: {name: new}\n---\nkind: ServiceAccount\nmetadata: {name: default, namespace: new}\nimagePullSecrets: [{name: made}]\n---\n${secret('made')}---\n${own}`,
      'NoPullProblem',
      [],
    ],
    [
      'a secret that a controller makes is not missing',
      `kind: Namespace\nmetadata: {name: new}\n---\nkind: SealedSecret\nmetadata: {name: sealed, namespace: new}\n---\n${own.replace('spec:\n', 'spec:\n  imagePullSecrets: [{name: sealed}]\n')}`,
      'NoPullProblem|CredentialsRejected|NoPullSecret|SecretRegistryMismatch|RepositoryNotFoundOrPrivate|Unknown',
      [],
    ],
    [
      'an unknown service account',
      own.replace('spec:\n', 'spec:\n  serviceAccountName: nobody\n'),
      'NoPullSecret',
      ['NoNamespace', 'NoServiceAccount'],
    ],
  ];
  for (const [what, text, cause, notes] of rows) {
    const [item] = itemsOf(await check(['-f', '-', '-o', 'json'], text));
    t.match(item?.cause, new RegExp(`^(?:${cause})$`), what);
    t.strictSame(
      item?.notes.map(({ code }) => code),
      notes,
      `${what}: notes`,
    );
  }
});

t.test('a secret of a manifest is repaired in its manifest', async t => {
  const { check } = await withCluster(t, OBJECTS);
  const port = closed.host.replace(/:\d+$/, ':1');
  const { metadata: _, ...rest } = dockerconfigjson('mine', 'shop', auths(port));
  const text = `${pod('p', `imagePullSecrets: [{name: mine}]\n${container(PRIVATE)}`)}---\n${JSON.stringify({ metadata: { name: 'mine' }, ...rest })}\n`;
  const file = join(temporary('manifest'), 'api.yaml');
  writeFileSync(file, text);
  const [item] = itemsOf(await check(['-f', file, '-o', 'json']));
  t.equal(item?.cause, 'SecretRegistryMismatch');
  const [fix] = item?.fixes ?? [];
  t.ok(fix?.title.includes(`The secret stands in ${file}, line 7: put the copy that the command writes in its place`), fix?.title ?? '');
  t.equal(fix?.command, `kubectl imagepull repair-secret mine -f ${file} --rekey ${port}=${closed.host} > ./mine.yaml`);
  const repaired = await run(['repair-secret', 'mine', '-f', file, '--rekey', `${port}=${closed.host}`]);
  t.match(repaired, { status: 0, stdout: /kind: Secret/ }, 'and the command works');
  t.notOk(
    item?.fixes.some(({ command }) => command?.includes('replace -f -')),
    'no secret of the cluster is touched',
  );
  const [piped] = itemsOf(await check(['-f', '-', '-o', 'json'], text));
  t.match(piped?.fixes[0], { title: /stands in standard input, line 7: change it at its source/, command: null });
});

t.test('notes: tags that move, and that have moved', async t => {
  const digest = open.digestOf('team/api', 'latest');
  const old = `sha256:${'a'.repeat(64)}`;
  const running = (name: string, image: string, imageID: string): ClusterObject => ({
    kind: 'Pod',
    metadata: { name, namespace: 'shop' },
    spec: { containers: [{ name: 'main', image }] },
    status: { phase: 'Running', containerStatuses: [{ name: 'main', imageID }] },
  });
  const LATEST = `${open.host}/team/api:latest`;
  const { check } = await withCluster(t, [
    ...OBJECTS,
    running('old', LATEST, `${open.host}/team/api@${old}`),
    running('same', API, `${open.host}/team/api@${open.digestOf('team/api', '1.4.2')}`),
    running('other', `${open.host}/team/arm:1.0.0`, `sha256:${'b'.repeat(64)}`),
  ]);
  const notes = async (...args: string[]) => itemsOf(await check([...args, '-o', 'json']))[0]?.notes.map(({ code }) => code);
  t.strictSame(await notes(LATEST), ['TagMoved', 'MutableTag']);
  t.strictSame(await notes(API), ['OnNodes'], 'a full version is no note');
  t.strictSame(await notes(`${open.host}/team/api@${digest}`), [], 'nor is a digest');
  const policy = await check(['-f', '-', '-o', 'json'], pod('p', container(LATEST, ', imagePullPolicy: IfNotPresent')));
  t.match(itemsOf(policy)[0]?.notes, [{ code: 'TagMoved' }, { code: 'LatestIfNotPresent' }, { code: 'MutableTag' }]);
  t.equal(policy.status, 0, 'notes never change the exit status');
  const pins = await check([API, LATEST, `${open.host}/team/api@${digest}`, `${open.host}/team/api:9`, '--pin']);
  t.strictSame(
    pins.stdout.split('\n'),
    [`${API}@${open.digestOf('team/api', '1.4.2')}`, `${LATEST}@${digest}`, `${open.host}/team/api@${digest}`, ''],
    '--pin prints images alone',
  );
  t.match(pins.stderr, /no digest of ".*team\/api:9": TagNotFound/);
  t.equal(pins.status, 1);
});

t.test('files and folders', async t => {
  const root = temporary('manifests');
  const files: Record<string, string> = {
    'a.yaml': pod('a', container(API)),
    'deep/er/b.yml': pod('b', container(`${open.host}/team/api:9`)),
    'c.json': JSON.stringify({
      kind: 'Pod',
      metadata: { name: 'c' },
      spec: { containers: [{ name: 'm', image: `${open.host}/team/none:1` }] },
    }),
    'values.yaml': 'image: nginx\n',
    'notes.txt': 'kind: [',
    '.hidden/d.yaml': 'kind: [',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  const answer = await run(['check', '-f', root, '--local', '-o', 'json']);
  t.strictSame(
    itemsOf(answer).map(item => `${item.declaredAt?.file.slice(root.length + 1)} ${short(item)}`),
    ['a.yaml team/api:1.4.2 NoPullProblem', 'c.json team/none:1 RepositoryNotFound', 'deep/er/b.yml team/api:9 TagNotFound'],
  );
  const several = await run(['check', '-f', join(root, 'a.yaml'), '-f', join(root, 'c.json'), '--local', '-o', 'name']);
  t.equal(several.stdout, `${open.host}/team/none:1\n`, 'several -f');
  writeFileSync(join(root, 'chart.yaml'), 'kind: Pod\nmetadata: {{ include "x" . }}\n  bad: [\n');
  const partial = await run(['check', '-f', root, '--local', '-o', 'json']);
  t.equal(partial.status, 2, 'a file that cannot be read makes the work partial');
  t.equal(itemsOf(partial).length, 3, 'the others are checked');
  t.match(partial.stderr, /warning: .*chart\.yaml" is neither JSON nor YAML.*helm template/);
});

t.test('what is wrong with the line is said in one', async t => {
  const empty = folder({ 'readme.txt': 'x', 'service.yaml': 'kind: Service\nmetadata: {name: s}\n' });
  const rows: [args: string[], says: RegExp][] = [
    [[], /no image given .*check IMAGE, or check -f MANIFEST/],
    [['-f', join(empty, 'none.yaml')], /does not exist/],
    [['-f', join(empty, 'service.yaml')], /the manifests name no image .*--image-path/],
    [['nginx', '--local', '--platform', 'x'], /invalid --platform "x" .*linux\/amd64/],
    [['nginx', '--local', '-o', 'prometheus'], /-o prometheus is not available for check/],
    [['nginx', '--local', '--facts'], /--facts is not available with -o text/],
    [['nginx', '--local', '--pin', '-o', 'json'], /--pin cannot be combined with -o/],
    [['-f', '-', '--local', '--image-path', '{.x[a]}'], /invalid --image-path .*"a" is no index/],
    [['-f', '-', '--secret', 'x', '--local'], /--secret is for an IMAGE/],
    [['-f', '-', '--serviceaccount', 'x', '--local'], /--serviceaccount is for an IMAGE/],
    [['nginx', '--image-path', '.x', '--local'], /--image-path is for the manifests of -f/],
    [['nginx', '--secret-file', 'x', '--kubeconfig', writeKubeconfig({ server: 'https://127.0.0.1:1' })], /--secret-file is for --local/],
    [['nginx', '--kubeconfig', writeKubeconfig({ server: 'https://127.0.0.1:1' })], /127\.0\.0\.1:1.*refused/],
    [['-f', '-', '-f', '-', '--local'], /-f - can be given once/],
  ];
  for (const [args, says] of rows) {
    const { status, stderr, stdout } = await run(['check', ...args]);
    t.match(stderr, says, args.join(' '));
    t.strictSame([status, stdout, stderr.trim().split('\n').length], [2, '', 1], `${args.join(' ')}: one line`);
  }
});

t.test('with fewer rights it says what it could not see', async t => {
  const noNodes = await withCluster(t, OBJECTS, { forbid: /\/nodes$/ });
  const one = await noNodes.check([API, '-o', 'json']);
  t.equal(one.status, 0);
  t.match(one.stderr, /warning: cannot list the nodes.*list nodes.*--platform/);
  const noSecrets = await withCluster(t, OBJECTS, { forbid: /\/secrets/ });
  const two = await noSecrets.check([PRIVATE, '--secret', 'good', '-o', 'json']);
  t.equal(two.status, 2, 'the verdict needed the secret');
  t.not(itemsOf(two)[0]?.certainty, 'certain');
  const noAccounts = await withCluster(t, OBJECTS, { forbid: /\/serviceaccounts/ });
  const three = await noAccounts.check([PRIVATE, '-o', 'json']);
  t.strictSame([itemsOf(three)[0]?.cause, three.status], ['NoPullSecret', 2]);
  t.not(itemsOf(three)[0]?.certainty, 'certain', 'the pull secrets of the account are not known');
});

t.test('facts of a check are replayed', async t => {
  const { check } = await withCluster(t, OBJECTS);
  const answer = await check([`${open.host}/team/arm:1.0.0`, '-o', 'json', '--facts']);
  const files = folder({ 'facts.json': answer.stdout });
  const replayed = await run(['why', '-f', join(files, 'facts.json'), '-o', 'json', '--facts']);
  t.strictSame(itemsOf(replayed), itemsOf(answer));
});

t.test('without a cluster', async t => {
  const none = await run(['check', API, '-o', 'json']);
  t.match(none.stderr, /warning: no kubeconfig found: no cluster was asked, as with --local/, 'it is said');
  t.equal(none.status, 0);
  const anonymous = await run(['check', PRIVATE, '--local', '-o', 'json']);
  t.match(itemsOf(anonymous)[0], { cause: 'NoPullSecret', certainty: 'likely' }, 'which pull secrets the pod would get is not known');
  const missing = await run([
    'check',
    `${open.host}/team/arm:1.0.0`,
    '--local',
    '--platform',
    'linux/arm64',
    '--platform',
    'linux/amd64',
    '-o',
    'json',
  ]);
  t.equal(itemsOf(missing)[0]?.cause, 'PlatformNotAvailable', 'one of several platforms');
  const manifest = JSON.stringify(dockerconfigjson('regcred', 'shop', auths(closed.host)));
  const files = folder({ 'secret.json': manifest, 'config.json': JSON.stringify({ auths: auths(closed.host) }) });
  for (const name of ['secret.json', 'config.json']) {
    const answer = await run(['check', PRIVATE, '--local', '--secret-file', join(files, name), '-o', 'json']);
    t.strictSame([itemsOf(answer)[0]?.cause, answer.status], ['NoPullProblem', 0], `--secret-file ${name}`);
    t.notMatch(answer.stdout + answer.stderr, /pa55word/);
  }
  const together = await run(['check', '-f', '-', '--local', '-o', 'json'], {
    input: `${manifest}\n---\n${pod('p', `imagePullSecrets: [{name: regcred}]\n${container(PRIVATE)}`).replace('{name: p}', '{name: p, namespace: shop}')}`,
  });
  t.equal(itemsOf(together)[0]?.cause, 'NoPullProblem', 'a secret of the manifests');
  t.match(together.stderr, /^warning: no platform was checked: .*--platform.*\n$/, 'what was not checked is said');
  const selected = pod('p', `nodeSelector: {kubernetes.io/arch: amd64}\n${container(`${open.host}/team/arm:1.0.0`)}`);
  const platform = await run(['check', '-f', '-', '--local', '-o', 'json'], { input: selected });
  t.strictSame([itemsOf(platform)[0]?.cause, platform.stderr], ['PlatformNotAvailable', ''], 'a node selector names a platform');
});

t.test('logins of the user go to their registry alone, and are never shown', async t => {
  const other = await startRegistry({ images: [{ repository: 'team/api', tag: '1.4.2' }] });
  t.teardown(() => other.close());
  const home = temporary('home');
  mkdirSync(join(home, '.docker'));
  const write = (config: object): void => writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify(config));
  const checkAs = (args: string[], env: Record<string, string> = {}): Promise<Run> =>
    run(['check', ...args, '--local', '-o', 'json'], { env: { HOME: home, ...env } });
  write({ auths: { [closed.host]: { auth: Buffer.from(`ci:${PASSWORD}`).toString('base64') } } });
  const own = await checkAs([PRIVATE, `${other.host}/team/api:1.4.2`]);
  t.match(itemsOf(own), [
    { cause: 'NoPullProblem', notes: [{ code: 'OwnCredentials', detail: /the cluster does not have it/ }] },
    { cause: 'NoPullProblem', notes: [] },
  ]);
  t.match(own.stderr, /warning: the logins in ~\/\.docker\/config\.json were used: they are your own, and the cluster does not have them/);
  const sentTo = (host: string): boolean =>
    other.requests.some(({ headers }) => headers.authorization !== undefined && headers.host === host);
  t.notOk(sentTo(other.host), 'no login goes to another registry');
  const forged = container(PRIVATE, '').replace('containers:', 'imagePullSecrets: [{name: "~/.docker/config.json"}]\ncontainers:');
  const named = await run(['check', '--local', '-f', '-', '-o', 'json'], { env: { HOME: home }, input: pod('forged', forged) });
  t.match(itemsOf(named)[0]?.notes, [{ code: 'OwnCredentials' }], 'no manifest makes the login of the user one of the cluster');
  write({ auths: { [closed.host]: { auth: Buffer.from('ci:wrong-pa55word').toString('base64') }, 'other.example.com': { auth: 'eDp5' } } });
  const rejected = await checkAs([PRIVATE]);
  t.match(itemsOf(rejected)[0], { cause: 'CredentialsRejected', fixes: [{ command: `docker login ${closed.host}` }] });
  t.equal(itemsOf(rejected)[0]?.fixes.length, 1, 'no secret of the cluster is repaired');
  t.notMatch(rejected.stdout, /other\.example\.com/, 'the other logins are not told');
  if (process.platform !== 'win32') {
    const asked = join(home, 'asked');
    const programs = folder({
      'helper.sh': `#!/bin/sh\nread host; echo "$1 $host" >> ${asked}\n[ "$host" = "${closed.host}" ] || exit 1\necho '{"Username":"ci","Secret":"${PASSWORD}"}'\n`,
      'token.sh': `#!/bin/sh\necho '{"Username":"<token>","Secret":"${PASSWORD}"}'\n`,
      'broken.sh': `#!/bin/sh\necho 'no ${PASSWORD}'\necho '${PASSWORD}' >&2\nexit 3\n`,
    });
    const { symlinkSync, readFileSync } = await import('node:fs');
    for (const [program, name] of [
      ['helper', 'keys'],
      ['token', 'token'],
      ['broken', 'broken'],
    ] as const)
      symlinkSync(join(programs, `${program}.sh`), join(programs, `docker-credential-${name}`));
    const env = { PATH: `${programs}:${process.env.PATH}` };
    write({ credsStore: 'keys' });
    const stored = await checkAs([PRIVATE, `${other.host}/team/api:1.4.2`], env);
    t.strictSame(
      itemsOf(stored).map(({ cause }) => cause),
      ['NoPullProblem', 'NoPullProblem'],
      'credsStore',
    );
    t.strictSame(
      readFileSync(asked, 'utf8').trim().split('\n').sort(),
      [`get ${closed.host}`, `get ${other.host}`].sort(),
      'asked by host, without a shell',
    );
    write({ credHelpers: { [closed.host]: 'keys' } });
    t.equal(itemsOf(await checkAs([PRIVATE], env))[0]?.cause, 'NoPullProblem', 'credHelpers');
    const rows: [helper: string, says: RegExp][] = [
      ['token', /identity token, which no pull secret can hold/],
      ['broken', /the credential helper "docker-credential-broken" failed: exit status 3/],
      ['missing', /the credential helper "docker-credential-missing" is not installed/],
      ['../../bin/sh', /no valid name/],
      [`${programs}/helper.sh`, /no valid name/],
      ['keys; touch x', /no valid name/],
    ];
    for (const [helper, says] of rows) {
      write({ credsStore: helper });
      const answer = await checkAs([PRIVATE], env);
      t.match(answer.stderr, says, helper);
      t.notMatch(answer.stdout + answer.stderr, new RegExp(PASSWORD), `${helper}: nothing of its output is shown`);
      t.equal(itemsOf(answer)[0]?.cause, 'NoPullSecret', helper);
    }
  }
  writeFileSync(join(home, '.docker', 'config.json'), `{"auths": {"${PASSWORD}`);
  const broken = await checkAs([PRIVATE]);
  t.match(broken.stderr, /error: ~\/\.docker\/config\.json is not a JSON object/);
  t.notMatch(broken.stdout + broken.stderr, new RegExp(PASSWORD));
});
