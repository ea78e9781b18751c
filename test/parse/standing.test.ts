/** How a pod is whose images are there. */
import t from 'tap';
import type { ContainerStatus, Pod } from '../../src/model/kubernetes.ts';
import { standingOf } from '../../src/parse/standing.ts';

type State = Omit<ContainerStatus, 'name'>;
const RUNS: State = { state: { running: {} } };
const ended = (exitCode: number, reason = 'Error'): State => ({ state: { terminated: { exitCode, reason } } });
const crashes = (exitCode: number | undefined, reason: string, restartCount?: number): State => ({
  state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
  lastState: { terminated: { ...(exitCode === undefined ? {} : { exitCode }), reason } },
  ...(restartCount === undefined ? {} : { restartCount }),
});
const podOf = (containers: Record<string, State>, init: Record<string, State> = {}): Pod => {
  const named = (states: Record<string, State>) => Object.keys(states).map(name => ({ name, image: 'registry.example.com/a:1' }));
  const statuses = (states: Record<string, State>): ContainerStatus[] =>
    Object.entries(states).map(([name, state]) => ({ name, ...state }));
  return {
    metadata: { name: 'api', namespace: 'shop' },
    spec: { nodeName: 'node-1', containers: named(containers), initContainers: named(init) },
    status: { containerStatuses: statuses(containers), initContainerStatuses: statuses(init) },
  };
};

t.test('how a pod is', async t => {
  const rows: [what: string, pod: Pod, told: [kind: string, container: string, exitCode: number | null, restarts: number | null] | null][] =
    [
      ['it runs', podOf({ a: RUNS, b: RUNS }, { i: ended(0, 'Completed') }), ['running', 'a', null, null]],
      ['one has ended well', podOf({ a: RUNS, b: ended(0, 'Completed') }), ['running', 'a', null, null]],
      ['all have ended well', podOf({ a: ended(0), b: ended(0) }), ['completed', 'a', null, null]],
      ['the second crashes', podOf({ a: RUNS, b: crashes(2, 'Error', 5) }), ['crashing', 'b', 2, 5]],
      ['how it ended is not told', podOf({ a: crashes(undefined, 'Error') }), ['crashing', 'a', null, null]],
      ['memory', podOf({ a: crashes(137, 'OOMKilled', 1) }), ['outOfMemory', 'a', 137, 1]],
      ['memory, once and for all', podOf({ a: ended(137, 'OOMKilled') }), ['outOfMemory', 'a', 137, null]],
      ['a failure', podOf({ a: ended(3) }), ['failed', 'a', 3, null]],
      [
        'an init container that crashes',
        podOf({ a: { state: { waiting: { reason: 'PodInitializing' } } } }, { i: crashes(1, 'Error', 4) }),
        ['crashing', 'i', 1, 4],
      ],
      ['one has yet to start', podOf({ a: RUNS, b: { state: { waiting: { reason: 'ContainerCreating' } } } }), null],
      ['nothing is told', { metadata: { name: 'api' }, spec: { containers: [{ name: 'a' }] } }, null],
      ['no container', podOf({}), null],
    ];
  for (const [what, pod, told] of rows) {
    const [kind, container, exitCode, restarts] = told ?? [];
    t.strictSame(standingOf(pod), told === null ? null : { kind, container, exitCode, restarts }, what);
  }
  t.equal(standingOf(podOf({ a: RUNS, b: crashes(2, 'Error', 5) }), 'a')?.kind, 'running', 'one container alone');
});
