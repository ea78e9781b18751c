/** How a watch words what it tells, and what it does not tell twice. */
import t from 'tap';
import type { Finding } from '../../src/diagnosis/investigate.ts';
import type { CauseCode } from '../../src/model/cause-codes.ts';
import type { Facts } from '../../src/model/facts.ts';
import { causesOf, WatchLines, waitingLine } from '../../src/report/watch.ts';
import { factsOf } from '../helpers/facts.ts';

const NOW = '2026-11-20T10:00:00Z';
const own = (name: string, more: Partial<Facts> = {}): Facts => {
  const made = factsOf({ about: '', expect: { cause: 'Unknown', certainty: 'possible', rule: '', names: [] } });
  return { ...made, now: NOW, pod: { namespace: 'shop', name, node: 'node-3', owner: { kind: 'pod', name }, manager: null }, ...more };
};
const finding = (name: string, cause: CauseCode, more: Partial<Facts> = {}): Finding =>
  ({
    facts: own(name, more),
    diagnosis: { cause, certainty: 'certain', fixes: [{ title: 'x', command: 'kubectl get pods' }], summary: 'It waits.' },
  }) as unknown as Finding;
const changes = (lines: WatchLines, more: Partial<Parameters<WatchLines['changes']>[0]>): string[] =>
  lines.changes({ added: [], repaired: [], gone: [], standing: [], rollouts: [], ...more });
const text = (): WatchLines => new WatchLines(false, () => NOW);

t.test('a cause is told in full once, until all its pods are repaired', t => {
  const lines = text();
  const [a, b, c] = ['a', 'b', 'c'].map(name => finding(name, 'TagNotFound')) as [Finding, Finding, Finding];
  const first = changes(lines, { added: [a] });
  t.match(first[0], /^10:00:00 {2}new {7}TagNotFound \(certain\) {2}.*: shop\/a$/);
  t.equal(first[1], '          fix: kubectl get pods');
  const second = changes(lines, { added: [b], standing: [a] });
  t.equal(second.length, 1, 'one line for what has the same cause');
  t.match(second[0], /^10:00:00 {2}more {6}TagNotFound {2}.*: shop\/b \(2 pods now\)$/);
  t.match(changes(lines, { gone: [a, b] })[0], /^10:00:00 {2}gone {6}TagNotFound {2}.*: shop\/a, shop\/b$/);
  t.match(
    changes(lines, { added: [c] })[0],
    / more {6}TagNotFound .*shop\/c \(1 pod now\)$/,
    'pods in place of those that are gone are nothing new',
  );
  t.match(changes(lines, { repaired: [c] })[0], / repaired {2}TagNotFound /);
  t.match(changes(lines, { added: [a] })[0], / new {7}TagNotFound /, 'after the repair it is new again');
  lines.tell([finding('d', 'RateLimited')]);
  t.match(
    changes(lines, { added: [finding('e', 'RateLimited')] })[0],
    / more {6}RateLimited /,
    'what was printed at the start counts as told',
  );
  t.end();
});

t.test('the other lines', t => {
  const lines = text();
  const pulling = finding('a', 'StillPulling', { image: 'registry.example.com/app:1' });
  t.match(changes(lines, { added: [pulling] }), [/^10:00:00 {2}pulling {3}registry\.example\.com\/app:1: shop\/a$/]);
  t.strictSame(changes(lines, { added: [finding('a', 'NoPullProblem')] }), [], 'a pod that has just begun to start is no news');
  const obstacle = { kind: 'unschedulable', words: 'x' } as const;
  t.strictSame(changes(lines, { added: [finding('a', 'NoPullProblem', { obstacle })] }), ['10:00:00  waiting   shop/a: It waits.']);
  t.match(changes(lines, { gone: [pulling] })[0], /^10:00:00 {2}gone {6}[^A-Z]*: shop\/a$/, 'a pod that was pulling had no cause');
  t.strictSame(changes(lines, { rollouts: [{ title: 'deployment/api', waiting: 1, desired: 1, old: 1 }] }), [
    '          roll-out: 1 of 1 new pod of deployment/api waits for its image; the old one still runs',
  ]);
  const pod = {
    metadata: { name: 'a', namespace: 'shop' },
    spec: {
      containers: [
        { name: 'c', image: 'app:1' },
        { name: 'd', image: 'app:1' },
      ],
    },
  };
  const six = ['1', '2', '3', '4', '5', '6'].map(name => ({ pod: { ...pod, metadata: { ...pod.metadata, name } }, findings: [] }));
  t.strictSame(lines.pulled(six), ['10:00:00  pulled    app:1: shop/1, shop/2, shop/3, shop/4, shop/5 and 1 more']);
  t.equal(
    causesOf([finding('a', 'TagNotFound'), finding('b', 'RateLimited'), finding('c', 'RateLimited')]),
    'RateLimited of 2 pods, TagNotFound of 1 pod',
  );
  t.end();
});

t.test('as JSON', t => {
  const lines = new WatchLines(true, () => NOW);
  const [a, b] = ['a', 'b'].map(name => finding(name, 'TagNotFound')) as [Finding, Finding];
  const documents = (all: string[]): object[] => all.map(line => JSON.parse(line));
  const [first] = documents(changes(lines, { added: [a] }));
  t.match(first, { time: NOW, type: 'new', cause: 'TagNotFound', pods: 1, examples: ['shop/a'] });
  t.notOk(first && 'known' in first);
  t.match(documents(changes(lines, { added: [b], standing: [a] })), [{ type: 'new', known: true, standing: 2, examples: ['shop/b'] }]);
  t.match(documents(changes(lines, { gone: [a], rollouts: [{ title: 'deployment/api', waiting: 1, desired: 2, old: 3 }] })), [
    { type: 'gone', cause: 'TagNotFound' },
    { type: 'rollout', title: 'deployment/api', waiting: 1, desired: 2, old: 3 },
  ]);
  t.end();
});

t.test('the line that is shown anew', t => {
  const waiting = own('a', { image: 'app:1' });
  const at = (more: Partial<Facts>): Facts => ({ ...waiting, failing: false, ...more });
  const state = { ...waiting.state, reason: 'ImagePullBackOff', attempts: 4, nextRetry: '2026-11-20T10:01:30Z' };
  const report = { ...waiting.nodeReport, pullingSince: '2026-11-20T09:58:00Z' };
  const none = { ...waiting.nodeReport, pullingSince: null };
  const rows: [name: string, facts: Facts[], pods: { done: number; total: number }, line: string][] = [
    ['a pull', [at({ nodeReport: report })], { done: 0, total: 1 }, 'pulling app:1 since 09:58:00 UTC (2 min)'],
    [
      'a back-off',
      [at({ failing: true, state })],
      { done: 0, total: 1 },
      'app:1 ImagePullBackOff after about 4 attempts: back-off until about 10:01:30 UTC (90 s)',
    ],
    [
      'one that is over',
      [at({ failing: true, state: { ...state, nextRetry: '2026-11-20T09:59:00Z' } })],
      { done: 0, total: 1 },
      'app:1 ImagePullBackOff after about 4 attempts: kubelet can try again at any moment',
    ],
    [
      'before the pull',
      [at({ nodeReport: none, state: { ...state, reason: 'ContainerCreating' } })],
      { done: 0, total: 1 },
      'app:1: kubelet has not begun the pull (ContainerCreating)',
    ],
    [
      'several pods: the pull first',
      [at({ failing: true, state, nodeReport: none }), at({ nodeReport: report })],
      { done: 1, total: 3 },
      '1 of 3 pods have their images; a: pulling app:1 since 09:58:00 UTC (2 min); 1 more',
    ],
    ['nothing is known yet', [], { done: 0, total: 2 }, '0 of 2 pods have their images; waiting'],
    ['no pod yet', [], { done: 0, total: 0 }, 'waiting for pods'],
  ];
  for (const [name, all, pods, line] of rows) t.equal(waitingLine(all, pods, NOW), line, name);
  t.end();
});
