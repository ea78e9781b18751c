/** Every call of the Kubernetes API × every way in which it fails, through the built plugin: the right word, a status, and no hang. */
import t from 'tap';
import { type ClusterOptions, startCluster, writeKubeconfig } from '../helpers/cluster.ts';
import { goldenPart, tableOf } from '../helpers/golden.ts';
import { normal, type Run, run } from '../helpers/process.ts';
import { CLUSTER, IMAGE, named, podOf, WAITING } from '../helpers/shop.ts';

type Answer = NonNullable<ReturnType<NonNullable<ClusterOptions['answer']>>>;

const status = (code: number, message: string): Answer => ({
  status: code,
  body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code }),
});
const HTML = '<html><body>Please log in</body></html>';

/** A way to fail, the words of an error where the call is needed, and what `404` may be besides: an answer. */
const FAULTS: Record<string, { answer: Answer; says: RegExp }> = {
  '401': { answer: status(401, 'Unauthorized'), says: /rejected the credentials of the kubeconfig: Unauthorized/ },
  '403': { answer: status(403, 'User "viewer" cannot do it'), says: /User "viewer" cannot do it|permission "\w+ \w+" is missing/ },
  '404': { answer: status(404, 'the server could not find it'), says: /not found|could not find it/ },
  '409': { answer: status(409, 'conflict'), says: /returned HTTP 409: conflict/ },
  '410': { answer: status(410, 'gone'), says: /gone|not found/ },
  '429': { answer: status(429, 'too many'), says: /returned HTTP 429: too many/ },
  '500': { answer: status(500, 'etcd is away'), says: /returned HTTP 500: etcd is away/ },
  'HTML and 503': { answer: { status: 503, body: HTML }, says: /returned HTTP 503: HTTP 503/ },
  'HTML and 200': { answer: { status: 200, body: HTML }, says: /returned a response that is not JSON/ },
  'a redirect': { answer: { status: 302, body: '', headers: { location: 'https://127.0.0.1:1/' } }, says: /returned HTTP 302/ },
  'cut short': {
    answer: { status: 200, body: '{"kind":', cut: true },
    says: /cannot reach the API server .*connection was (?:closed|reset)/,
  },
  'silence before the headers': { answer: { status: 200, body: '', hang: 'headers' }, says: /the request timed out/ },
  'silence in the body': { answer: { status: 200, body: '{"kind":', hang: 'body' }, says: /the request timed out/ },
};

/** A table of docs/faults.md: one call, and what each fault of it leads to. */
const tableOfCall = (call: string, headings: readonly string[], rows: readonly (readonly string[])[]): string =>
  `### ${call}\n\n${tableOf([
    ['fault', 'exit status', ...headings, 'what is told'],
    ...Object.keys(FAULTS).flatMap(fault => rows.filter(row => row[0] === fault)),
  ])}`;
/** The same in every run. */
const lineOf = (text: string): string =>
  normal(text)
    .replace(/https:\/\/127\.0\.0\.1:PORT/g, 'https://SERVER')
    .trim();

const flags = (server: string, answer: Answer): string[] => [
  ...['-n', 'shop', '--no-probe', '--request-timeout', answer.hang === undefined ? '30s' : '1s', '-o', 'json', '--kubeconfig'],
  writeKubeconfig({ server }),
];

/** Does the work of each fault, a few at a time. */
async function forEachFault(work: (fault: string, answer: Answer, says: RegExp) => Promise<void>): Promise<void> {
  const waiting = Object.entries(FAULTS);
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next[0], next[1].answer, next[1].says);
  };
  await Promise.all(Array.from({ length: 3 }, worker));
}

/** Runs a command against the cluster whose answers to some paths are a fault. */
async function runAgainst(path: RegExp, answer: Answer, args: string[]): Promise<Run> {
  const cluster = await startCluster({ objects: CLUSTER, answer: asked => (path.test(asked) ? answer : undefined) });
  const done = await run([...args, ...flags(cluster.server, answer)]);
  await cluster.close();
  return done;
}

t.test('an API call that fails where nothing can be told without it', async t => {
  const calls: [string, RegExp, string[]][] = [
    ['get pod', /\/pods\/covered$/, ['why', 'covered']],
    ['list pods', /\/pods$/, ['why']],
    ['get deployment', /\/deployments\//, ['why', 'deployment/web']],
    ['list pods of a deployment', /\/pods$/, ['why', 'deployment/web']],
    ['get secret', /\/secrets\/good$/, ['test-secret', 'good']],
  ];
  const tables: string[] = [];
  for (const [call, path, args] of calls) {
    const rows: string[][] = [];
    await forEachFault(async (fault, answer, says) => {
      const { status: exit, stdout, stderr, ms } = await runAgainst(path, answer, args);
      const title = `${call}: ${fault}`;
      const word = call === 'get secret' && fault === '404' ? /secret "good" not found/ : says;
      t.match({ exit, stdout, stderr }, { exit: 2, stdout: '', stderr: word }, title);
      t.match(stderr, /^error: [^\n]+\n$/, `${title}: one line`);
      t.ok(ms < 30_000, `${title}: no hang`);
      rows.push([fault, String(exit), lineOf(stderr)]);
    });
    tables.push(tableOfCall(`\`${args.join(' ')}\`: ${call}`, [], rows));
  }
  goldenPart(t, 'docs/faults.md', 'needed calls', tables.join('\n\n'));
});

t.test('an API call that fails where a verdict can do without it, and where it cannot', async t => {
  /** Call, path, pod, and whether its verdict needs the call: then the status is 2. */
  const calls: [string, RegExp, string, boolean][] = [
    ['list events', /\/events$/, 'covered', false],
    ['get node', /\/nodes\//, 'covered', false],
    ['get serviceaccount', /\/serviceaccounts\//, 'covered', false],
    ['get secret', /\/secrets\/good$/, 'covered', true],
  ];
  const tables: string[] = [];
  for (const [call, path, pod, isNeeded] of calls) {
    const rows: string[][] = [];
    await forEachFault(async (fault, answer, says) => {
      const done = await runAgainst(path, answer, ['why', pod]);
      const title = `${call}: ${fault}`;
      const { items, warnings } = JSON.parse(done.stdout) as { items: { cause: string; certainty: string }[]; warnings: string[] };
      t.equal(items.length, 1, `${title}: the pod has its verdict`);
      rows.push([fault, String(done.status), items[0]?.cause ?? '', items[0]?.certainty ?? '', warnings.map(lineOf).join('; ')]);
      // "not found" is an answer: the object is not there
      if (fault === '404') {
        t.strictSame([warnings, done.status], [[], 1], `${title}: no warning`);
        return;
      }
      t.ok(warnings.length > 0 && warnings.every(warning => says.test(warning) || /permission/.test(warning)), `${title}: ${warnings}`);
      t.equal(done.status, isNeeded ? 2 : 1, `${title}: the status`);
      if (isNeeded) t.not(items[0]?.certainty, 'certain', `${title}: nothing is certain`);
      else t.equal(items[0]?.cause, 'CredentialsRejected', `${title}: the verdict is the same`);
    });
    tables.push(tableOfCall(`\`why ${pod}\`: ${call}`, ['cause', 'certainty'], rows));
  }
  goldenPart(t, 'docs/faults.md', 'other calls', tables.join('\n\n'));
});

t.test('answers that are JSON and not what was asked for lose no run, and never say that no pod waits', async t => {
  const pod = podOf('bad', 'shop');
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const withSpec = (spec: unknown, state: unknown = { waiting: WAITING }): object => ({
    ...pod,
    spec,
    status: { phase: 'Pending', containerStatuses: [{ name: 'api', state }] },
  });
  const good = podOf('good', 'shop');
  const list = (...items: unknown[]): string => JSON.stringify({ kind: 'PodList', metadata: {}, items });
  /** Of a list: its body, the causes of its pods by name, and what is said. Two pods that fail are the least that a list means. */
  const lists: [string, string, Record<string, string>, RegExp][] = [
    ['a null', list(null, good), { good: 'cause' }, /1 of the pods of namespace "shop" is malformed/],
    ['items that are a string', '{"kind":"PodList","items":"x"}', {}, /is not a list of Kubernetes objects/],
    ['items that are an object', '{"kind":"PodList","items":{"0":1}}', {}, /is not a list of Kubernetes objects/],
    ['no items', '{"kind":"PodList"}', {}, /is not a list of Kubernetes objects/],
    ['an empty object', '{}', {}, /is not a list of Kubernetes objects/],
    ['null for the list', 'null', {}, /is not a list of Kubernetes objects/],
    ['a text for the list', '"x"', {}, /is not a list of Kubernetes objects/],
    ['a deep nesting', `{"kind":"PodList","items":[${deep}]}`, {}, /1 of the pods of namespace "shop" is malformed/],
    ['no metadata', list({ kind: 'Pod' }, good), { good: 'cause' }, /1 of the pods/],
    ['a name that is a number', list({ metadata: { name: 5 } }, good), { good: 'cause' }, /1 of the pods/],
    [
      'an image that is a number',
      list(withSpec({ containers: [{ name: 'api', image: 5 }] }), good),
      { bad: 'Unknown', good: 'cause' },
      /spec\.containers\[0\]\.image is not a string/,
    ],
    [
      'containers that are a text',
      list(withSpec({ containers: 'x' }), good),
      { bad: 'Unknown', good: 'cause' },
      /spec\.containers is not a list/,
    ],
    [
      'a container that is null',
      list(withSpec({ containers: [null, { name: 'api', image: IMAGE }] }), good),
      { bad: 'cause', good: 'cause' },
      /^$/,
    ],
    [
      'a container that is a text',
      list(withSpec({ containers: ['x'] }), good),
      { bad: 'Unknown', good: 'cause' },
      /spec\.containers\[0\] is not an object/,
    ],
    [
      'a message that is an object',
      list(withSpec({ containers: [{ name: 'api', image: IMAGE }] }, { waiting: { reason: 'ErrImagePull', message: {} } }), good),
      { bad: 'Unknown', good: 'cause' },
      /message is not a string/,
    ],
    ['a state that is a list', list(withSpec({ containers: [] }, []), good), { bad: 'Unknown', good: 'cause' }, /state is not an object/],
    [
      'pull secrets that are texts',
      list(withSpec({ imagePullSecrets: ['x'], containers: [] }), good),
      { bad: 'Unknown', good: 'cause' },
      /imagePullSecrets\[0\] is not an object/,
    ],
    [
      'labels that are numbers',
      list({ ...pod, metadata: { ...pod.metadata, labels: { a: 1 } } }, good),
      { bad: 'Unknown', good: 'cause' },
      /metadata\.labels\[…\] is not a string/,
    ],
    [
      'keys of prototypes',
      `{"kind":"PodList","items":[{"__proto__":{"metadata":{"name":"x"}},"constructor":1},${JSON.stringify({ ...good, metadata: { ...good.metadata, labels: { constructor: 'x' } } })}]}`,
      { good: 'cause' },
      /1 of the pods/,
    ],
    ['keys twice', `{"items":[],"kind":"PodList","items":[${JSON.stringify(good)}]}`, { good: 'cause' }, /^$/],
    ['many nothings', `{"kind":"PodList","items":[${'null,'.repeat(999_999)}null]}`, {}, /1000000 of the pods/],
    [
      'a huge image',
      list(withSpec({ containers: [{ name: 'api', image: 'x'.repeat(5_000_000) }] }), good),
      { bad: 'Unknown', good: 'cause' },
      /image is longer than/,
    ],
    [
      'a huge message',
      list(
        withSpec({ containers: [{ name: 'api', image: IMAGE }] }, { waiting: { reason: 'ErrImagePull', message: 'x '.repeat(2_000_000) } }),
        good,
      ),
      { bad: 'Unknown', good: 'cause' },
      /^$/,
    ],
    [
      'many containers',
      list(withSpec({ containers: Array.from({ length: 1001 }, () => ({ name: 'api', image: IMAGE })) }), good),
      { bad: 'Unknown', good: 'cause' },
      /more than 1000 entries/,
    ],
    ['a pod of another kind', list({ kind: 'Node', metadata: { name: 'n' } }, good), { good: 'cause' }, /^$/],
  ];
  for (const [name, body, causes, says] of lists) {
    const { status: exit, stdout, stderr, ms } = await runAgainst(/\/pods$/, { status: 200, body }, ['why']);
    t.ok(ms < 20_000, `${name}: in time`);
    t.notMatch(stderr, /internal error/, `${name}: no fault`);
    const isError = stdout === '';
    const told = isError ? [] : (JSON.parse(stdout) as { items: { pod: { name: string }; cause: string }[] }).items;
    t.strictSame(
      Object.fromEntries(told.map(({ pod: { name: bad }, cause }) => [bad, cause === 'Unknown' ? 'Unknown' : 'cause'])),
      causes,
      `${name}: each pod has its verdict`,
    );
    t.match(stderr, says, `${name}: says what is wrong`);
    t.equal(exit, says.source === '^$' ? 1 : 2, `${name}: the status`);
  }
  const lookups: [string, RegExp][] = [
    ['events', /\/events$/],
    ['a node', /\/nodes\//],
    ['a service account', /\/serviceaccounts\//],
    ['a secret', /\/secrets\/good$/],
  ];
  for (const [what, path] of lookups)
    for (const body of ['null', '{"items":[null],"metadata":{"name":5}}']) {
      const { status: exit, stdout, stderr } = await runAgainst(path, { status: 200, body }, ['why', 'covered']);
      t.equal((JSON.parse(stdout) as { items: object[] }).items.length, 1, `${what} that is ${body}: the pod has its verdict`);
      t.match(stderr, /^warning: [^\n]*malformed[^\n]*\n$/, `${what} that is ${body}: is told`);
      t.ok(exit === 1 || exit === 2, `${what} that is ${body}: a status`);
    }
  const single = await runAgainst(/\/pods\/covered$/, { status: 200, body: JSON.stringify(named('Pod', 'another', 'shop')) }, [
    'why',
    'covered',
  ]);
  t.match(single, { status: 2, stdout: '', stderr: /is not that pod/ }, 'another pod than was asked for');
});

t.test('a cluster that never answers is ended by Ctrl-C at once', async t => {
  const cluster = await startCluster({ objects: CLUSTER, answer: () => ({ status: 200, body: '', hang: 'headers' }) });
  t.teardown(cluster.close);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const before = cluster.requests.length;
    let sent = 0;
    const answer = await run(['why', '--kubeconfig', writeKubeconfig({ server: cluster.server })], {
      started: kill => {
        const poll = setInterval(() => {
          if (cluster.requests.length === before) return;
          clearInterval(poll);
          sent = Date.now();
          kill(signal);
        }, 20);
      },
    });
    t.equal(answer.status, 130, `${signal}: as interrupted`);
    t.ok(Date.now() - sent < 2000, `${signal}: at once`);
  }
});
