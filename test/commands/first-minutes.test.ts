/** The first minutes: what somebody is told who types a name that is not there, gives a file to the wrong command, or asks where nothing is wrong. As processes. */

import { join } from 'node:path';
import t from 'tap';
import { type ClusterObject, type ClusterOptions, startCluster, type TestCluster, writeKubeconfig } from '../helpers/cluster.ts';
import { folder, type Run, run, runAll } from '../helpers/process.ts';
import { CLUSTER, dockerconfigjson, named, podOf } from '../helpers/shop.ts';

/** A pod of a Deployment, which runs. */
const replica = (name: string, owner: string, hash: string, more: object = {}): ClusterObject => {
  const pod = podOf(name, 'shop', { waiting: null, labels: { app: owner, 'pod-template-hash': hash } });
  Object.assign(pod.metadata, { ownerReferences: [{ kind: 'ReplicaSet', name: `${owner}-${hash}`, controller: true }], ...more });
  Object.assign(pod.status as object, { phase: 'Running' });
  return pod;
};

const OBJECTS: ClusterObject[] = [
  ...CLUSTER,
  named('Namespace', 'idle'),
  named('Namespace', 'kube-system'),
  replica('api-7c9f6d5b8-x2v4q', 'api', '7c9f6d5b8'),
  named('Deployment', 'api', 'shop', { spec: { selector: { matchLabels: { app: 'api' } } } }),
  named('StatefulSet', 'db', 'shop', { spec: { selector: { matchLabels: { app: 'db' } } } }),
  { ...podOf('db-0', 'shop', { waiting: null }), status: { phase: 'Running' } },
  dockerconfigjson('regcred', 'ops', { 'registry.example.com': { username: 'ci', password: 'example' } }),
];
Object.assign((OBJECTS.find(({ metadata }) => metadata.name === 'db-0') as ClusterObject).metadata, {
  ownerReferences: [{ kind: 'StatefulSet', name: 'db', controller: true }],
});

async function ask(
  t: { teardown(undo: () => unknown): unknown },
  options: ClusterOptions = {},
): Promise<{ cluster: TestCluster; flags: string[]; kubeconfig: string }> {
  const cluster = await startCluster({ objects: OBJECTS, ...options });
  t.teardown(cluster.close);
  const kubeconfig = writeKubeconfig({ server: cluster.server, namespace: 'shop', name: 'production' });
  return { cluster, kubeconfig, flags: ['--kubeconfig', kubeconfig] };
}

t.test('a name that is not there gets the nearest ones, in one line with status 2', async t => {
  const { flags } = await ask(t);
  const files = folder({ 'saved.json': JSON.stringify({ kind: 'List', items: OBJECTS }) });
  const saved = ['-f', join(files, 'saved.json'), '--no-probe'];
  const rows: [what: string, args: string[], says: RegExp][] = [
    ['a command', ['chek'], /unknown command: chek \(did you mean "check"\?/],
    ['the topic of help', ['help', 'chek'], /unknown command: chek \(did you mean "check"\?/],
    ['a pod in place of a command', ['api-7c9f'], /unknown command: api-7c9f \(to diagnose it: kubectl imagepull why api-7c9f\)/],
    ['a workload in place of a command', ['deployment', 'api'], /kubectl imagepull why deployment api\)/],
    ['a flag', ['why', '--no-prob'], /unknown flag: --no-prob \(did you mean "--no-probe"\?/],
    ['a flag in the wrong case', ['why', '-N', 'shop'], /unknown flag: -N \(did you mean "-n"\?/],
    ['a flag of another command', ['collect', '--fail-on', 'x'], /does not have the flag --fail-on \(it is a flag of why, check;/],
    ['an output format', ['why', '-o', 'jsn'], /invalid --output "jsn": .*\(did you mean "json"\?/],
    ['a shell', ['completion', 'bsh'], /invalid SHELL "bsh": .*\(did you mean "bash" or "zsh"\?/],
    ['a report', ['check', 'a', '--report', 'juint=x.xml'], /did you mean "junit=x.xml"\?/],
    ['a cause', ['why', '--fail-on', 'TagNotFond', ...flags], /invalid --fail-on "TagNotFond".*\(did you mean "TagNotFound"\?\)/],
    ['a cause in lower case', ['why', '--ignore', 'tagnotfound', ...flags], /did you mean "TagNotFound"\?/],
    ['a pod', ['why', 'coverd', ...flags], /pod "coverd" not found in namespace "shop" \(did you mean "covered"\?\)/],
    [
      'a pod by the name of its workload',
      ['why', 'api', ...flags],
      /pod "api" not found in namespace "shop" \(did you mean "deployment\/api" or "api-7c9f6d5b8-x2v4q"\?\)/,
    ],
    ['a pod that was replaced', ['why', 'api-7c9f6d5b8-aaaaa', ...flags], /did you mean "api-7c9f6d5b8-x2v4q"\?/],
    ['a pod of another namespace', ['why', 'bare', ...flags], /pod "bare" not found .* \(it is in namespace "build": add -n build\)/],
    ['a pod with nothing like it', ['why', 'frontend', ...flags], /list the pods with: kubectl -n shop get pods/],
    ['a workload', ['why', 'deployment/apii', ...flags], /deployment "apii" not found .*\(did you mean "deployment\/api"\?\)/],
    ['a workload of another kind', ['why', 'deploy/db', ...flags], /deployment "db" not found .*did you mean "statefulset\/db"/],
    ['a kind', ['why', 'deploymnt/api', ...flags], /"deploymnt" is not supported \(did you mean "deployment\/api"\?\)/],
    ['a secret', ['test-secret', 'god', ...flags], /secret "god" not found in namespace "shop" \(did you mean "good"\?\)/],
    ['a secret of other namespaces', ['test-secret', 'regcred', ...flags], /it is in the namespaces build, ops: name one with -n/],
    ['a namespace', ['why', '-n', 'shp', ...flags], /namespace "shp" not found \(did you mean "shop"\?\)/],
    ['the namespace of a pod', ['why', 'x', '-n', 'shp', ...flags], /namespace "shp" not found \(did you mean "shop"\?\)/],
    ['the namespace of a workload', ['why', 'deploy/x', '-n', 'shp', ...flags], /namespace "shp" not found \(did you mean "shop"\?\)/],
    ['the namespace of a secret', ['test-secret', 'x', '-n', 'shp', ...flags], /namespace "shp" not found \(did you mean "shop"\?\)/],
    ['the namespace of collect', ['collect', '-n', 'shp', ...flags], /namespace "shp" not found \(did you mean "shop"\?\)/],
    ['the namespace of cleanup', ['cleanup', '--yes', '-n', 'shp', ...flags], /namespace "shp" not found \(did you mean "shop"\?\)/],
    ['the namespace of labels', ['why', '-l', 'app=x', '-n', 'shp', ...flags], /namespace "shp" not found/],
    [
      'a container',
      ['why', 'covered', '-c', 'apii', '--no-probe', ...flags],
      /container "apii" not found in covered \(did you mean "api"\?\)/,
    ],
    ['a container of no pod', ['why', '-c', 'apii', '--no-probe', ...flags], /container "apii" not found in any pod of namespace "shop"/],
    ['a context', ['why', '--context', 'prodction', ...flags], /no context "prodction" \(did you mean "production"\?\)/],
    ['a cluster', ['why', '--cluster', 'productio', ...flags], /no cluster "productio" \(did you mean "production"\?\)/],
    ['a user', ['why', '--user', 'Production', ...flags], /no user "Production" \(did you mean "production"\?\)/],
    [
      'a node',
      ['why', 'covered', '--from-node', '--yes', '--node', 'node-33', ...flags],
      /node "node-33" not found \(did you mean "node-3"\?\)/,
    ],
    ['a pod of a file', ['why', 'coverd', ...saved], /contains no pod "coverd" \(did you mean "covered"\?\)/],
    ['a namespace of a file', ['why', '-n', 'shp', ...saved], /contains no pod of namespace "shp" \(did you mean "shop"\?\)/],
    ['a container of a file', ['why', 'covered', '-c', 'apii', ...saved], /did you mean "api"\?/],
  ];
  const answers = await runAll(rows.map(([, args]) => args));
  for (const [index, [what, args, says]] of rows.entries()) {
    const { status, stdout, stderr } = answers[index] as Run;
    t.equal(status, 2, `${what}: status of ${args[0]}`);
    t.equal(stdout, '', `${what}: nothing on standard output`);
    t.match(stderr, says, what);
    t.match(stderr, /^error: [^\n]+\n$/, `${what}: one line`);
  }
});

t.test('without the right to list, and against hostile names, nothing more is said', async t => {
  const evil = 'cove\u001b[8mred';
  for (const [what, options] of [
    ['no right to list', { forbid: /\/(?:pods|secrets|deployments|namespaces)$|\/namespaces\/[^/]+$/ }],
    [
      'a list that fails',
      { answer: (path: string) => (/\/(?:pods|secrets|deployments|namespaces)$/.test(path) ? { status: 500, body: '' } : undefined) },
    ],
    ['a name that a terminal obeys', { objects: [named('Namespace', 'shop'), podOf(evil, 'shop')] }],
  ] as const) {
    const { flags } = await ask(t, options as ClusterOptions);
    for (const [args, says] of [
      [['why', 'covred'], /^error: pod "covred" not found in namespace "shop" \(list the pods with: kubectl -n shop get pods\)\n$/],
      [
        ['why', 'deploy/webb'],
        /^error: deployment "webb" not found in namespace "shop" \(list them with: kubectl -n shop get deployments\)\n$/,
      ],
      [
        ['test-secret', 'goood'],
        /^error: secret "goood" not found in namespace "shop" \(list the secrets with: kubectl -n shop get secrets\)\n$/,
      ],
    ] as const) {
      const { status, stdout, stderr } = await run([...args, ...flags]);
      t.match({ status, stdout, stderr }, { status: 2, stdout: '', stderr: says }, `${what}: ${args.join(' ')}`);
    }
  }
});

t.test('what is right costs no request more', async t => {
  const { cluster, flags } = await ask(t);
  for (const args of [
    ['why', 'covered'],
    ['why', 'deployment/api'],
    ['why'],
    ['why', '-A'],
    ['why', '-l', 'app=api'],
    ['test-secret', 'good'],
  ]) {
    const before = cluster.requests.length;
    await run([...args, '--no-probe', ...flags]);
    const asked = cluster.requests.slice(before);
    t.strictSame(
      asked
        .filter(({ path, headers }) => /\/namespaces(?:\/[^/]+)?$/.test(path) || /PartialObjectMetadata/.test(headers.accept ?? ''))
        .map(({ path }) => path)
        // which namespaces have the secret that a pod lacks
        .filter(path => path !== '/api/v1/secrets'),
      [],
      args.join(' '),
    );
  }
});

t.test('"nothing matched" and "all is well" are told apart', async t => {
  const well = OBJECTS.filter(
    ({ kind, metadata }) => kind !== 'Pod' || ['fine', 'api-7c9f6d5b8-x2v4q', 'db-0'].includes(metadata.name),
  ).map(object => (object.kind === 'Pod' ? { ...object, status: { ...(object.status as object), phase: 'Running' } } : object));
  const crashing = {
    ...podOf('crashing', 'shop', { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' } }),
  };
  const rows: [what: string, args: string[], options: ClusterOptions, says: RegExp][] = [
    ['all is well', [], { objects: well }, /^3 pods of namespace "shop": none waits for an image\n$/],
    ['all is well everywhere', ['-A'], { objects: well }, /^3 pods of all namespaces: none waits for an image\n$/],
    [
      'those with labels',
      ['-l', 'app=api'],
      { objects: well },
      /^1 pod of namespace "shop" matches the selector "app=api": it does not wait for an image\n$/,
    ],
    [
      'another reason',
      [],
      { objects: [...well, crashing] },
      /^4 pods of namespace "shop": none waits for an image; 1 of them does not run for another reason, see: kubectl -n shop get pods\n$/,
    ],
    [
      'no pod with the labels',
      ['-l', 'app=nope'],
      { objects: well },
      /^no pod of namespace "shop" matches the selector "app=nope", so nothing was diagnosed/,
    ],
    [
      'no pod with the labels, as JSON',
      ['-l', 'app=nope', '-o', 'json'],
      { objects: well },
      /^no pod of namespace "shop" matches the selector/,
    ],
    [
      'no pod on the node',
      ['-f', 'test/fixtures/saved/shop.yaml', '--node', 'nope'],
      { objects: [] },
      /^no pod in "[^"]+" matches the node "nope", so nothing was diagnosed\n$/,
    ],
    ['an empty namespace', ['-n', 'idle'], { objects: well }, /^there is no pod in namespace "idle"\n$/],
    ['an empty cluster', ['-A'], { objects: [] }, /^there is no pod in any namespace\n$/],
    [
      'a namespace that cannot be read',
      ['-n', 'shp'],
      { objects: well, forbid: /\/namespaces(?:\/[^/]+)?$/ },
      /^there is no pod in namespace "shp"\nwhether namespace "shp" exists could not be checked: the permission "get namespaces" is missing\n$/,
    ],
  ];
  for (const [what, args, options, says] of rows) {
    const { flags } = await ask(t, options);
    const { status, stdout, stderr } = await run(['why', ...args, '--no-probe', ...flags]);
    t.match({ status, stderr }, { status: 0, stderr: says }, what);
    if (args.includes('json')) t.strictSame((JSON.parse(stdout) as { items: object[] }).items, [], `${what}: an empty list`);
    else t.equal(stdout, '', `${what}: nothing on standard output`);
  }
});

t.test('a pod whose images are there is told how it is, and where to look', async t => {
  const pod = (name: string, status: object, more: object = {}): ClusterObject => {
    const made = podOf(name, 'shop');
    return { ...made, spec: { ...(made.spec as object), ...more }, status };
  };
  const container = (state: object, more: object = {}): object => ({ containerStatuses: [{ name: 'api', state, ...more }] });
  const back = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' } };
  const last = (reason: string, exitCode: number): object => ({ lastState: { terminated: { reason, exitCode } }, restartCount: 7 });
  const rows: [what: string, object: ClusterObject, says: RegExp, command: string | null][] = [
    [
      'runs',
      pod('runs', { phase: 'Running', ...container({ running: {} }) }),
      /"runs" runs, and its images are on its node: nothing is wrong with its pulls/,
      null,
    ],
    [
      'crashes',
      pod('crashes', { phase: 'Running', ...container(back, last('Error', 1)) }),
      /container "api" starts, and ends again with exit code 1, and was started again 7 times \(CrashLoopBackOff\)/,
      'kubectl -n shop logs pod/crashes -c api --previous',
    ],
    [
      'eats memory',
      pod('eats', { phase: 'Running', ...container(back, last('OOMKilled', 137)) }),
      /killed for want of memory, and was started again 7 times \(OOMKilled\)/,
      'kubectl -n shop describe pod/eats',
    ],
    [
      'completed',
      pod('completed', { phase: 'Succeeded', ...container({ terminated: { exitCode: 0, reason: 'Completed' } }) }),
      /has completed/,
      null,
    ],
    [
      'failed',
      pod('failed', { phase: 'Failed', ...container({ terminated: { exitCode: 3, reason: 'Error' } }) }),
      /container "api" ran, and ended with exit code 3/,
      'kubectl -n shop logs pod/failed -c api',
    ],
    [
      'fits on no node',
      pod(
        'homeless',
        {
          phase: 'Pending',
          conditions: [
            { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes are available: 1 Insufficient cpu.' },
          ],
        },
        { nodeName: '' },
      ),
      /not assigned to a node yet.*Insufficient cpu/,
      'kubectl -n shop describe pod/homeless',
    ],
    [
      'is not scheduled',
      pod('new', { phase: 'Pending' }, { nodeName: '' }),
      /is not assigned to a node yet/,
      'kubectl -n shop describe pod/new',
    ],
    [
      'lacks a ConfigMap',
      pod('lacks', {
        phase: 'Pending',
        ...container({ waiting: { reason: 'CreateContainerConfigError', message: 'configmap "settings" not found' } }),
      }),
      /configmap "settings" not found/,
      'kubectl -n shop describe pod/lacks',
    ],
  ];
  const { flags } = await ask(t, { objects: [...CLUSTER, ...rows.map(([, object]) => object)] });
  for (const [what, { metadata }, says, command] of rows) {
    const { status, stdout } = await run(['why', metadata.name, '--no-probe', '-o', 'json', ...flags]);
    const [item] = (JSON.parse(stdout) as { items: { cause: string; summary: string; fixes: { command: string }[] }[] }).items;
    t.match({ status, ...item }, { status: 0, cause: 'NoPullProblem', summary: says }, what);
    t.equal(item?.fixes[0]?.command ?? null, command, `${what}: where to look`);
    const text = await run(['why', metadata.name, '--no-probe', ...flags]);
    t.match({ status: text.status, said: text.stdout.replace(/\s+/g, ' ') }, { status: 0, said: says }, `${what}: as text`);
  }
  const facts = await run(['why', 'crashes', '--no-probe', '-o', 'json', '--facts', ...flags]);
  const again = await run(['why', '-f', '-', '-o', 'json'], { input: facts.stdout });
  t.match(again.stdout, /ends again with exit code 1/, 'and again from its facts');
});

t.test('kubectl’s ways to write a line', async t => {
  const { flags } = await ask(t);
  const names = async (...args: string[]): Promise<string> => {
    const { stdout, stderr } = await run([...args, '--no-probe', ...flags]);
    return `${stdout}${stderr}`.trim().split('\n').join(' ');
  };
  for (const args of [
    ['why', '-oname', 'covered'],
    ['why', '-o=name', '-n=shop', 'covered'],
    ['why', '-nshop', '--output=name', 'pod/covered'],
    ['why', '--namespace=shop', '-oname', 'po/covered'],
    ['why', '-oname', 'pods', 'covered'],
    ['why', '-oname', 'pod', 'covered'],
    ['-n', 'shop', 'why', '-oname', 'covered'],
  ])
    t.equal(await names(...args), 'pod/covered', args.join(' '));
  for (const args of [['deploy/web'], ['deployments', 'web'], ['deployment.apps', 'web']])
    t.equal(await names('why', '-oname', ...args), 'pod/missing-secret pod/fine', args.join(' '));
  t.match(await names('why', '-Aojson'), /"DiagnosisList"/, 'letters in one word');
  for (const args of [['-v'], ['--version'], ['version'], ['version', '--client']])
    t.match(await run(args), { status: 0, stdout: /^kubectl-imagepull \d/, stderr: '' }, args.join(' '));
  t.match(await run(['--version', '-ojson']), { status: 0, stdout: /"version"/ }, 'in a format');
  t.match(await run(['why', '-v=6', ...flags]), { status: 2, stderr: /-v is not taken \(there is no log/ }, 'the log of kubectl');
});

t.test('a file that belongs to the other command', async t => {
  const spec = { containers: [{ name: 'api', image: 'registry.invalid/team/api:1' }] };
  const files = folder({
    'deployment.yaml': `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  template: {spec: ${JSON.stringify(spec)}}\n`,
    'pod.yaml': `apiVersion: v1\nkind: Pod\nmetadata: {name: api}\nspec: ${JSON.stringify(spec)}\n`,
    'saved.json': JSON.stringify(podOf('api', 'shop')),
  });
  const at = (name: string): string => join(files, name);
  const deployment = await run(['why', '-f', at('deployment.yaml'), '--no-probe']);
  t.match(deployment, {
    status: 2,
    stdout: '',
    stderr:
      /^error: "[^"]+" contains no pod, but a Deployment \(to check a manifest before a deploy: kubectl imagepull check -f \S+deployment.yaml\)\n$/,
  });
  const pod = await run(['why', '-f', at('pod.yaml'), '--no-probe']);
  t.match(pod, {
    status: 2,
    stdout: '',
    stderr: /^error: the pods in "[^"]+" have no status: they are manifests.*check -f \S+pod.yaml\)\n$/,
  });
  const saved = await run(['check', '-f', at('saved.json'), '--local', '--no-probe']);
  t.match(
    saved.stderr,
    /^"[^"]+saved.json" holds pods with a status, as a cluster saved them: to diagnose why they fail: kubectl imagepull why -f \S+saved.json$/m,
  );
  const manifest = await run(['check', '-f', at('deployment.yaml'), '--local', '--no-probe']);
  t.notMatch(manifest.stderr, /status/, 'a manifest is what check reads');
});
