/** Grouping, patterns and counts: one finding per cause and what it is about. */
import t from 'tap';
import { mayFail } from '../../src/cluster/pods.ts';
import { aggregate, type Group, groupFindings, summaryOf } from '../../src/diagnosis/aggregate.ts';
import { collectFacts } from '../../src/diagnosis/collect-facts.ts';
import { type Finding, investigate } from '../../src/diagnosis/investigate.ts';
import type { Event, Pod } from '../../src/model/kubernetes.ts';
import { type Baseline, notSeen } from '../../src/model/kubernetes.ts';
import { diagnosisItem, diagnosisList } from '../../src/report/json.ts';
import { prometheus } from '../../src/report/prometheus.ts';
import { renderFindings } from '../../src/report/text.ts';
import { reportView } from '../../src/report/view.ts';

const pod = (name: string, image: string, message: string, node = 'node-1', namespace = 'shop'): Pod => ({
  metadata: { name, namespace, uid: name },
  spec: { nodeName: node, containers: [{ name: 'main', image }] },
  status: { containerStatuses: [{ name: 'main', state: { waiting: { reason: 'ErrImagePull', message } } }] },
});
const notFound = (image: string): string =>
  `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
const noHost = (image: string): string =>
  `failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to do request: Head "https://${image.split('/')[0]}/v2/x/manifests/1": dial tcp: lookup ${image.split('/')[0]} on 10.0.0.2:53: no such host`;

const findingsOf = async (pods: Pod[], events: Event[] = []) => {
  const cases = pods.flatMap(one =>
    collectFacts(
      {
        pod: one,
        events: { found: true, object: events },
        node: notSeen('-'),
        serviceAccount: notSeen('-'),
        secrets: new Map(),
        workload: null,
        otherNamespaces: new Map(),
      },
      '2026-11-20T10:00:00Z',
      false,
    ),
  );
  return Promise.all(cases.map(one => investigate(one, null)));
};

const PODS = [
  ...['a', 'b', 'c'].map(name => pod(name, 'r.example.com/team/api:1', notFound('r.example.com/team/api:1'))),
  pod('d', 'r.example.com/team/web:1', notFound('r.example.com/team/web:1'), 'node-2', 'other'),
  pod('e', 'gone.example.com/x/y:1', noHost('gone.example.com/x/y:1')),
  pod('f', 'gone.example.com/x/z:2', noHost('gone.example.com/x/z:2'), 'node-2'),
];

t.test('one group per cause and what it is about, the largest first', async t => {
  const groups = groupFindings(await findingsOf(PODS)).map(summaryOf);
  t.strictSame(
    groups.map(({ cause, registry, repository, pods, nodes, namespaces }) => [cause, registry, repository, pods, nodes, namespaces]),
    [
      ['TagNotFound', 'r.example.com', 'team/api', 3, 1, 1],
      ['RegistryNameNotResolved', 'gone.example.com', null, 2, 2, 1],
      ['TagNotFound', 'r.example.com', 'team/web', 1, 1, 1],
    ],
    'a missing tag is of one repository, an unknown name of the whole registry',
  );
  t.strictSame(groups[0]?.examples, ['shop/a', 'shop/b', 'shop/c']);
});

t.test('text, JSON and Prometheus of the same findings', async t => {
  const findings = await findingsOf(PODS);
  const groups = groupFindings(findings);
  const text = renderFindings(groups, [], { color: false, wide: false, width: 100 });
  t.match(text, /^6 pods in 2 namespaces, 2 causes in 3 rows\n {2}PODS +CAUSE/, 'what there is comes first');
  t.equal(text.match(/^TagNotFound \(possible\)/gm)?.length, 1, 'each cause is told once');
  t.match(text.replace(/\s+/g, ' '), /Affects 4 pods on 2 nodes in 2 namespaces: shop\/a, shop\/b, shop\/c, other\/d\./);
  const wide = renderFindings(groups, [], { color: false, wide: true, width: 100 });
  t.equal(wide.match(/^ {2}pod [a-z]+\//gm)?.length, 6, '-o wide tells every pod');
  const list = diagnosisList(findings.map(diagnosisItem), groups.map(summaryOf), [], []) as { items: unknown[]; groups: unknown[] };
  t.strictSame([list.items.length, list.groups.length], [6, 3], 'JSON has every item and the groups');
  const metrics = prometheus(groups);
  t.match(metrics, /^imagepull_failing_pods\{cause="TagNotFound"\} 4$/m);
  t.match(metrics, /^imagepull_failing_pods\{cause="RateLimited"\} 0$/m, 'a cause that hits nobody has its line');
  t.notMatch(metrics, /NoPullProblem/);
});

t.test('of several causes the evidence waits for -o wide, of many also the fix', async t => {
  const missing = (name: string) => pod(name, `r.example.com/team/${name}:1`, notFound(`r.example.com/team/${name}:1`));
  const unknown = pod('x', 'gone.example.com/x/y:1', noHost('gone.example.com/x/y:1'));
  const shown = async (pods: Pod[], wide = false) =>
    renderFindings(groupFindings(await findingsOf(pods)), [], { color: false, wide, width: 80 });
  const counted = (text: string) =>
    ['  PODS  ', 'TagNotFound (', 'Fix\n', 'Evidence', 'Run "kubectl imagepull why POD'].map(word => text.split(`\n${word}`).length - 1);
  t.strictSame(counted(`\n${await shown([missing('a')])}`), [0, 1, 1, 1, 0], 'one finding is told in detail');
  t.strictSame(counted(await shown([missing('a'), unknown])), [1, 1, 2, 0, 1], 'of two the table, and the fix of each');
  t.strictSame(counted(await shown(['a', 'b', 'c', 'd', 'e'].map(missing))), [1, 1, 1, 0, 1], 'one cause of many images is one paragraph');
  const table = await shown([...['a', 'b', 'c'].map(missing), unknown]);
  t.strictSame(counted(table), [1, 0, 0, 0, 1], 'of several causes and more than three groups the table alone');
  t.match(
    table.replace(/\s+/g, ' '),
    /for the evidence and the fix of one pod, or add -o wide for all\. $/,
    'and it says where the rest is',
  );
  t.strictSame(counted(await shown([...['a', 'b', 'c'].map(missing), unknown], true)), [1, 3, 4, 4, 0]);
  const many = await shown([...Array.from({ length: 20 }, (_, index) => missing(`p${index}`)), unknown]);
  t.match(many, /\n {2}and 17 more rows with 17 pods: -o wide shows all, -o name their names\n/, 'no cause hides the others');
  t.ok(many.split('\n').length <= 40, `${many.split('\n').length} lines`);
});

t.test('the rows stand in the order of repair', async t => {
  const findings = await findingsOf(PODS);
  const [first, , , fourth, ...others] = findings.map(finding => structuredClone(finding));
  for (const finding of [first, ...others]) (finding as Finding).diagnosis.certainty = 'certain';
  (fourth as Finding).diagnosis.cause = 'FixedWaitingForRetry';
  const view = reportView(groupFindings([fourth, ...others, first, ...findings.slice(1, 3)] as Finding[]), [], false);
  t.strictSame(
    view.rows.map(({ cause, pods, proved, certainty }) => [cause, pods, proved, certainty]),
    [
      ['TagNotFound', 3, 1, 'certain'],
      ['RegistryNameNotResolved', 2, 2, 'certain'],
      ['FixedWaitingForRetry', 1, 0, 'possible'],
    ],
    'what repairs itself is the last',
  );
  const text = renderFindings(groupFindings([first, ...findings.slice(1, 3), ...others] as Finding[]), [], {
    color: false,
    wide: false,
    width: 80,
  });
  t.match(text, / {5}3 {2}TagNotFound +certain 1\/3 +shop\n/);
  t.match(text, /\n {2}certain M\/N: the cause is proved for M of the N pods\n/);
  t.match(text, /\n {2}The cause is proved for 1 of 3 pods\.\n/);
});

t.test('what a node has is one group a node, whatever registry it pulls from', async t => {
  const full = (name: string, registry: string, node: string) =>
    pod(
      name,
      `${registry}/team/api:1`,
      `failed to pull and unpack image "${registry}/team/api:1": failed to copy: write /var/lib/containerd/x: no space left on device`,
      node,
    );
  const groups = groupFindings(
    await findingsOf([
      full('a', 'r.example.com', 'node-1'),
      full('b', 'other.example.com', 'node-1'),
      full('c', 'r.example.com', 'node-2'),
    ]),
  );
  t.strictSame(
    groups.map(({ cause, node, registry, pods }) => [cause, node, registry, pods]),
    [
      ['NodeDiskFull', 'node-1', null, ['shop/a', 'shop/b']],
      ['NodeDiskFull', 'node-2', 'r.example.com', ['shop/c']],
    ],
  );
  t.strictSame(
    reportView(groups, [], false).rows.map(({ about }) => about),
    ['node "node-1"', 'node "node-2"'],
  );
});

t.test('a container between two images: the events tell whether the pull of the new one fails', async t => {
  const image = 'r.example.com/team/api:2';
  const one = (ran: string): Pod => ({
    metadata: { name: 'a', namespace: 'shop', uid: 'a' },
    spec: { containers: [{ name: 'main', image }] },
    status: { containerStatuses: [{ name: 'main', image: ran, state: { waiting: { reason: 'CrashLoopBackOff' } } }] },
  });
  const at = (minute: number, reason: string, message: string): Event => ({
    metadata: { name: `a.${minute}` },
    reason,
    message,
    lastTimestamp: `2026-11-20T10:0${minute}:00Z`,
    involvedObject: { kind: 'Pod', namespace: 'shop', name: 'a', uid: 'a', fieldPath: 'spec.containers{main}' },
  });
  const pulled = (minute: number) => at(minute, 'Pulled', `Container image "${image}" already present on machine`);
  const failed = (minute: number) => at(minute, 'Failed', `Failed to pull image "${image}": ${notFound(image)}`);
  const rows: [string, string, Event[], string[]][] = [
    ['the pull of the new image fails', 'r.example.com/team/api:1', [pulled(1), failed(2)], ['TagNotFound']],
    ['it has failed, and is there now', 'r.example.com/team/api:1', [failed(1), pulled(2)], []],
    ['no event is left', 'r.example.com/team/api:1', [], []],
    ['it is the image that ran: its start fails', image, [failed(2)], []],
    ['the runtime names what ran by its digest alone', `sha256:${'a'.repeat(64)}`, [pulled(1), failed(2)], ['TagNotFound']],
  ];
  for (const [name, ran, events, causes] of rows) {
    t.equal(mayFail(one(ran)), ran !== image, `${name}: whether its events are read`);
    const findings = await findingsOf([one(ran)], events);
    t.strictSame(
      findings.map(({ diagnosis }) => diagnosis.cause),
      causes,
      name,
    );
  }
});

const patternsOf = (findings: Finding[], baseline: Baseline): string[] => {
  const aggregator = aggregate(false);
  for (const finding of findings) aggregator.add(finding);
  return aggregator.patterns(baseline);
};

t.test('of a large run each group keeps its clearest finding alone', async t => {
  const [unclear, ...others] = await findingsOf(PODS.slice(0, 3));
  const clear = { ...(others[0] as Finding) };
  clear.diagnosis = { ...clear.diagnosis, certainty: 'certain' };
  const aggregator = aggregate(false);
  for (const finding of [unclear as Finding, clear, others[1] as Finding]) aggregator.add(finding);
  const [group, ...more] = aggregator.groups();
  t.equal(more.length, 0);
  t.strictSame([group?.findings, group?.certainty, group?.pods], [[clear], 'certain', ['shop/a', 'shop/b', 'shop/c']]);
  t.strictSame([...aggregator.pods], ['shop/a', 'shop/b', 'shop/c']);
});

t.test('pods of a group that another command repairs are told of it', async t => {
  const image = 'r.example.com/team/api:1';
  const many = ['shop', 'build', 'test', 'stage', 'live', 'more'].flatMap(namespace =>
    ['a', 'b'].map(name => {
      const one = pod(name, image, notFound(image), 'node-1', namespace);
      one.metadata.ownerReferences = [{ kind: 'ReplicaSet', name: 'api-5d5f', controller: true }];
      one.metadata.labels = { 'pod-template-hash': '5d5f' };
      return one;
    }),
  );
  const groups = groupFindings(await findingsOf(many));
  t.equal(groups.length, 1);
  t.ok(
    groups[0]?.repairs.every(({ pods }) => pods === 2),
    'one command for both pods of a namespace',
  );
  const text = renderFindings(groups, [], { color: false, wide: false, width: 100 });
  const others = text.slice(text.indexOf('Fix for the other pods'));
  t.match(others, /2 pods:\nkubectl -n build set image deployment\/api /);
  t.notMatch(others, /-n shop /, 'what is shown under "Fix" is not repeated');
  t.match(others, /and \d+ more \(-o wide shows the fix of each pod\)/);
  const [one] = groupFindings(await findingsOf(many.slice(0, 2)));
  t.notMatch(
    renderFindings([one as Group], [], { color: false, wide: false, width: 100 }),
    'for the others',
    'nothing where one command repairs all',
  );
});

t.test('patterns are claimed only against something that works', async t => {
  const onOneNode = await findingsOf([PODS[0] as Pod, PODS[4] as Pod]);
  const around = (nodes: string[], registries: string[], accounts: string[]) => ({
    nodes: new Set(nodes),
    registries: new Set(registries),
    accounts: new Set(accounts),
  });
  t.strictSame(patternsOf(onOneNode, around(['node-2'], ['r.example.com'], ['shop/default'])), ['only pods on node "node-1" fail']);
  t.strictSame(patternsOf(onOneNode, around(['node-1'], [], [])), [], 'with one node there is no pattern');
  const oneRegistry = await findingsOf(PODS.slice(0, 4));
  t.strictSame(patternsOf(oneRegistry, around(['node-1'], ['docker.io'], [])), ['only images of registry "r.example.com" fail']);
  t.strictSame(patternsOf(oneRegistry.slice(0, 1), around(['x'], ['y'], ['z'])), [], 'one pod is no pattern');
});
