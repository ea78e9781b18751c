/** `repair-secret` as a process: what goes to standard output, what is said on standard error, and how it ends. */
import { load } from 'js-yaml';
import t from 'tap';
import { run as runHere } from '../../src/cli.ts';
import { UserError } from '../../src/util/user-error.ts';
import { startCluster, writeKubeconfig } from '../helpers/cluster.ts';
import { collectOf } from '../helpers/commands.ts';
import { contextOf } from '../helpers/context.ts';
import { run } from '../helpers/process.ts';

const PASSWORD = 'pa55-Word-9';
const auth = (password = PASSWORD): string => Buffer.from(`ci:${password}`).toString('base64');
const base64 = (value: object | string): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');
const secretOf = (name: string, value: object | string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'kubernetes.io/dockerconfigjson',
  data: { '.dockerconfigjson': base64(value) },
  ...more,
  metadata: {
    name,
    namespace: 'shop',
    uid: 'u-1',
    resourceVersion: '7',
    creationTimestamp: '2026-01-01T00:00:00Z',
    managedFields: [{ manager: 'kubectl' }],
    labels: { team: 'a' },
    annotations: { note: 'two\nlines \u200b', command: 'a\n' },
  },
});
const auths = (password?: string): object => ({ auths: { 'reg.example.com': { auth: auth(password) } } });
const OBJECTS = [
  secretOf('good', auths()),
  secretOf('newline', auths(`${PASSWORD}\n`)),
  secretOf('opaque', auths(), { type: 'Opaque' }),
  secretOf('fixed', auths(`${PASSWORD}\n`), { immutable: true }),
  secretOf('empty', { auths: { 'reg.example.com': {} } }),
  secretOf('half', { auths: { 'reg.example.com': { auth: auth(`${PASSWORD}\n`) }, '<host>': { auth: auth() } } }),
];
interface Printed {
  metadata: object;
  type: string;
  data: Record<string, string>;
  [more: string]: unknown;
}
const entriesOf = ({ data }: Printed): unknown => JSON.parse(Buffer.from(data['.dockerconfigjson'] ?? '', 'base64').toString()).auths;

t.test('a secret of the cluster', async t => {
  const cluster = await startCluster({
    objects: [...OBJECTS, { kind: 'Namespace', metadata: { name: 'shop' } }] as never,
    forbid: /secrets\/hidden/,
  });
  const kubeconfig = writeKubeconfig({ server: cluster.server });
  t.teardown(() => cluster.close());
  const repair = (args: string[], env: Record<string, string> = {}, input = '') =>
    run(['repair-secret', ...args, '-n', 'shop', '--kubeconfig', kubeconfig], { env, input });
  const login = { REGISTRY_USER: 'new', REGISTRY_PASSWORD: 'n3w-Pa55word' };

  const newline = await repair(['newline']);
  const printed = load(newline.stdout) as Printed;
  t.strictSame(
    [newline.status, newline.stderr],
    [0, 'repaired: entry "reg.example.com": the password ends with a line break (`echo` without `-n` adds it)\n'],
  );
  t.strictSame(entriesOf(printed), { 'reg.example.com': { auth: auth() } });
  t.strictSame(
    printed.metadata,
    {
      name: 'newline',
      namespace: 'shop',
      uid: 'u-1',
      resourceVersion: '7',
      labels: { team: 'a' },
      annotations: { note: 'two\nlines \u200b', command: 'a\n' },
    },
    'the fields of the server are gone, everything else stays, letter by letter',
  );
  t.strictSame(JSON.parse((await repair(['secret/newline', '-o', 'json'])).stdout), printed, 'the same as JSON');

  const good = await repair(['good']);
  t.strictSame(
    [good.status, good.stdout, good.stderr],
    [0, '', 'secret "good": no visible defect, nothing to repair, so nothing is printed\n'],
  );
  const empty = await repair(['empty']);
  t.strictSame(
    [empty.status, empty.stdout, empty.stderr],
    [1, '', 'not repaired: entry "reg.example.com": it is empty\nsecret "empty": nothing could be repaired, so nothing is printed\n'],
  );
  const half = await repair(['half']);
  t.equal(half.status, 1, 'a defect is left');
  t.match(half.stderr, /repaired: .*\nnot repaired: entry "<host>": a placeholder of a guide, "<host>", was never filled in\n/);
  t.ok(half.stdout.length > 0, 'what could be repaired is printed');

  for (const [name, words] of [
    ['opaque', 'the type of a secret'],
    ['fixed', 'an immutable secret'],
  ] as const) {
    const { status, stdout, stderr } = await repair([name]);
    t.equal(status, 0, name);
    t.match(stderr, `secret "${name}": ${words} cannot be changed; pipe it into: kubectl replace --force -f -\n`);
    t.notMatch(Object.keys((load(stdout) as Printed).metadata), /uid|resourceVersion/, `${name}: it is created`);
  }

  const renewed = await repair(['good', '--set', 'quay.io'], login);
  t.strictSame(entriesOf(load(renewed.stdout) as Printed), {
    'reg.example.com': { auth: auth() },
    'quay.io': { username: 'new', password: 'n3w-Pa55word', auth: base64('new:n3w-Pa55word') },
  });
  t.match(renewed, { status: 0, stderr: /^written: the user name and the password into a new entry "quay\.io"\nsecret "good" exists: / });
  const piped = await repair(
    ['absent', '--set', 'https://quay.io/', '--docker-username', '$oauthtoken', '--password-stdin'],
    {},
    'n3w-Pa55word\r\n',
  );
  const created = load(piped.stdout) as Printed;
  t.strictSame(
    [created.type, created.metadata, entriesOf(created)],
    [
      'kubernetes.io/dockerconfigjson',
      { name: 'absent', namespace: 'shop' },
      { 'quay.io': { username: '$oauthtoken', password: 'n3w-Pa55word', auth: base64('$oauthtoken:n3w-Pa55word') } },
    ],
    'a secret that does not exist is made',
  );
  const copied = load((await repair(['good', '--to-namespace', 'web'])).stdout) as Printed;
  t.strictSame([copied.metadata, entriesOf(copied)], [{ name: 'good', namespace: 'web' }, { 'reg.example.com': { auth: auth() } }]);
  const rekeyed = load((await repair(['good', '--rekey', 'reg.example.com=reg.example.com:5000'])).stdout) as Printed;
  t.strictSame(Object.keys(entriesOf(rekeyed) as object), ['reg.example.com', 'reg.example.com:5000'], 'both keys are there');

  const wrong: [args: string[], env: Record<string, string>, input: string, error: RegExp][] = [
    [['absent'], {}, '', /error: secret "absent" not found in namespace "shop"/],
    [['hidden'], {}, '', /error: cannot read secret "hidden" .*it needs the permission "get secrets"/],
    [['hidden', '--set', 'quay.io'], login, '', /error: cannot read secret "hidden"/],
    [['good', '--set', 'quay.io'], { REGISTRY_USER: 'x' }, '', /error: the environment variable REGISTRY_PASSWORD is not set \(bash/],
    [['good', '--set', 'quay.io'], {}, '', /variables REGISTRY_USER and REGISTRY_PASSWORD are not set/],
    [['good', '--set', 'quay.io', '--password-stdin'], login, '\n', /error: standard input holds no password/],
    [['good', '--set', 'quay.io'], { ...login, REGISTRY_PASSWORD: 'n3w-Pa55word\n' }, '', /has blanks or line breaks around it/],
    [['good', '--docker-username', 'x'], {}, '', /--docker-username needs --set REGISTRY/],
    [['good', '--password-stdin'], {}, '', /--password-stdin needs --set REGISTRY/],
    [['good', '--rekey', 'quay.io'], {}, '', /invalid --rekey "quay.io" \(expected FROM=TO/],
    [['good', '-o', 'name'], {}, '', /-o name is not available for repair-secret \(use yaml or json\)/],
    [['good', '--image', 'A:b:c'], {}, '', /invalid --image/],
    [[], {}, '', /no secret given/],
  ];
  for (const [args, env, input, error] of wrong) {
    const { status, stdout, stderr } = await repair(args, env, input);
    t.strictSame([status, stdout], [2, ''], args.join(' '));
    t.match(stderr, error);
    t.equal(stderr.trim().split('\n').length, 1, 'one line');
    t.notMatch(stderr, /Pa55/i, 'no password');
  }
});

t.test('a secret without a defect whose entry nearly matches what pods pull', async t => {
  const pod = (name: string, image: string, secret: string) => ({
    kind: 'Pod',
    metadata: { name, namespace: 'shop' },
    spec: { imagePullSecrets: [{ name: secret }], containers: [{ name: 'main', image }] },
  });
  const other = (name: string, key: string) => secretOf(name, { auths: { [key]: { auth: auth() } } });
  const cluster = await startCluster({
    objects: [
      other('port', 'reg.example.com:5000'),
      other('right', 'reg.example.com'),
      pod('a', 'reg.example.com/team/api:1', 'port'),
      pod('b', 'reg.example.com/team/api:1', 'right'),
    ] as never,
  });
  const blind = await startCluster({ objects: [other('port', 'reg.example.com:5000')] as never, forbid: /\/pods/ });
  t.teardown(() => Promise.all([cluster.close(), blind.close()]));
  const repair = (server: string, ...args: string[]) =>
    run(['repair-secret', ...args, '-n', 'shop', '--kubeconfig', writeKubeconfig({ server })], {
      env: { REGISTRY_USER: 'new', REGISTRY_PASSWORD: 'n3w-Pa55word' },
    });
  const said = await repair(cluster.server, 'port');
  const command =
    'kubectl imagepull repair-secret port -n shop --rekey reg.example.com:5000=reg.example.com | kubectl -n shop replace -f -';
  t.match(said, { status: 0, stdout: '' });
  t.ok(said.stderr.includes('no entry matches image "reg.example.com/team/api:1"; "reg.example.com:5000" nearly does: '), said.stderr);
  t.ok(said.stderr.includes(command), said.stderr);
  t.notMatch((await repair(cluster.server, 'right')).stderr, /nearly/);
  t.notMatch((await repair(blind.server, 'port')).stderr, /nearly|forbidden/, 'without the right to list pods');
  t.match((await repair(blind.server, 'port', '--image', 'reg.example.com/x:1')).stderr, /nearly/, 'the image was named');
  const set = await repair(cluster.server, 'right', '--set', 'reg.example.com');
  t.match(set, { status: 0, stderr: /secret "right" exists: pipe it into kubectl replace -f - \(kubectl create refuses it\)/ });
});

t.test('a secret of a file', async t => {
  const list = JSON.stringify({ kind: 'List', items: [...OBJECTS, { kind: 'Pod', metadata: { name: 'x' } }] });
  const named = await run(['repair-secret', 'newline', '-f', '-'], { input: list });
  t.equal(named.status, 0);
  t.strictSame(entriesOf(load(named.stdout) as Printed), { 'reg.example.com': { auth: auth() } });
  const raw = `apiVersion: v1\nkind: Secret\nmetadata: {name: regcred}\ntype: kubernetes.io/dockerconfigjson\ndata:\n  .dockerconfigjson: '${JSON.stringify(auths())}'\n`;
  const alone = await run(['repair-secret', '-f', '-'], { input: raw });
  t.strictSame(
    [alone.status, alone.stderr, entriesOf(load(alone.stdout) as Printed)],
    [0, 'repaired: the value of ".dockerconfigjson" under "data" is not base64-encoded\n', { 'reg.example.com': { auth: auth() } }],
    'the API server would refuse it',
  );
  for (const [args, input, error] of [
    [[], list, /contains 6 secrets \(name one of them: good, newline/],
    [['other'], list, /contains no secret "other"/],
    [['good', '-n', 'elsewhere'], list, /contains no secret "good"/],
    [['good', '--set', 'a.io', '--password-stdin'], list, /both read standard input/],
  ] as const) {
    const { status, stdout, stderr } = await run(['repair-secret', ...args, '-f', '-'], { input });
    t.strictSame([status, stdout], [2, ''], String(error));
    t.match(stderr, error);
  }
});

t.test('what `collect` wrote is no secret to replace one by', async t => {
  const shop = ['newline', 'half', 'opaque'];
  const collected = await collectOf(
    JSON.stringify({
      kind: 'List',
      items: [
        ...OBJECTS,
        secretOf('utf16', Buffer.from(JSON.stringify(auths()), 'utf16le').toString('latin1')),
        {
          kind: 'Pod',
          metadata: { name: 'x', namespace: 'shop' },
          spec: { imagePullSecrets: shop.map(name => ({ name })), containers: [{ name: 'x', image: 'reg.example.com/team/api:1' }] },
          status: { containerStatuses: [{ name: 'x', state: { waiting: { reason: 'ErrImagePull', message: '401 Unauthorized' } } }] },
        },
      ],
    }),
  );
  const { items } = load(collected.stdout) as { items: { kind: string; metadata: { name: string } }[] };
  t.strictSame(items.flatMap(({ kind, metadata }) => (kind === 'Secret' ? [metadata.name] : [])).sort(), [...shop].sort());
  const alone = JSON.stringify({ kind: 'List', items: items.filter(({ kind }) => kind === 'Secret') });
  const login = ['--set', 'reg.example.com', '--docker-username', 'ci'];
  for (const input of [collected.stdout, alone])
    for (const name of shop)
      for (const more of [
        [],
        login,
        ['--rekey', 'reg.example.com=b.example.com'],
        ['--to-namespace', 'b'],
        ['--remove', 'reg.example.com'],
      ]) {
        const { status, stdout, stderr } = await run(['repair-secret', name, '-f', '-', ...more], {
          input,
          env: { REGISTRY_PASSWORD: PASSWORD },
        });
        t.strictSame([status, stdout], [2, ''], `${name} ${more[0]}`);
        t.match(stderr, `the passwords of the secret "${name}" in standard input were replaced by \`collect\``);
      }
});

t.test('a terminal gets no secret', async t => {
  let printed = '';
  const { context } = contextOf(JSON.stringify(secretOf('newline', auths(`${PASSWORD}\n`))), {
    stdout: { write: text => void (printed += text), isTTY: true, columns: 100 },
    isInteractive: true,
  });
  const says = (words: string[]): Promise<string> =>
    runHere(words, context).then(
      () => '',
      error => (error instanceof UserError ? `${error.message} (${error.hint})` : String(error)),
    );
  t.equal(
    await says(['repair-secret', '-f', 'secret.yaml']),
    'the secret holds passwords, and is not printed to a terminal (usage: kubectl imagepull repair-secret SECRET | kubectl replace -f -)',
  );
  t.match(await says(['repair-secret', 'x', '--set', 'quay.io', '--password-stdin']), /--password-stdin reads no terminal/);
  t.equal(printed, '');
});

t.test('why and test-secret say in plain words what is wrong', async t => {
  const pod = {
    kind: 'Pod',
    metadata: { name: 'api', namespace: 'shop' },
    spec: { containers: [{ name: 'api', image: 'reg.example.com/team/api:1' }], imagePullSecrets: [{ name: 'twice' }] },
    status: { containerStatuses: [{ name: 'api', state: { waiting: { reason: 'ImagePullBackOff', message: 'x' } } }] },
  };
  const list = (secret: object): string => JSON.stringify({ kind: 'List', items: [pod, secret] });
  const twice = list(secretOf('twice', base64(auths())));
  const why = await run(['why', '-f', '-', '--no-probe'], { input: twice });
  const text = why.stdout.replace(/\s+/g, ' ');
  t.match(
    text,
    `kubelet cannot parse secret "twice": its value is base64-encoded twice (invalid character 'e' looking for beginning of value).`,
    'the words of kubelet stay',
  );
  t.match(text, 'kubectl imagepull repair-secret twice -n shop | kubectl -n shop replace -f -');
  const test = await run(['test-secret', '-f', '-', '--no-probe'], { input: twice });
  t.match(test.stdout.replace(/\s+/g, ' '), /its value is base64-encoded twice, so its "\.dockerconfigjson" cannot be parsed/);
  t.match(test.stdout, 'kubectl imagepull repair-secret twice -n shop | kubectl -n shop replace -f -');
  const guide = await run(['test-secret', '-f', '-', '--no-probe', '-o', 'json'], {
    input: list(secretOf('twice', { auths: { '<registry-hostname>': { auth: auth() } } })),
  });
  const [entry] = JSON.parse(guide.stdout).items[0].entries;
  t.strictSame(
    [entry.cause, entry.detail, entry.fixes[0].command],
    [
      'SecretRegistryMismatch',
      'a placeholder of a guide, "<registry-hostname>", was never filled in',
      `kubectl imagepull repair-secret twice -n shop --rekey '<registry-hostname>='<REGISTRY> | kubectl -n shop replace -f -`,
    ],
  );
  for (const { stdout, stderr } of [why, test, guide]) t.notMatch(`${stdout}${stderr}`, new RegExp(`${PASSWORD}|${auth()}`), 'no password');
});
