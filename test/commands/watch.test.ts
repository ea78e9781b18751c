/** `why --watch` against an API server that lists, streams, breaks off, says that its list is too old, and restarts. */

import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { startRegistry } from '../helpers/registry.ts';
import { dockerconfigjson } from '../helpers/shop.ts';
import { begin, failing, running, WatchedCluster } from '../helpers/watched-cluster.ts';

t.test('nothing is lost over broken connections, a list that is too old, and a restart', async t => {
  const cluster = new WatchedCluster();
  cluster.pods = [failing('first', 'a.invalid/app:1')];
  const { child, ended, said, seen, until, issue } = await begin(t, cluster, '--no-probe');
  const watching = (streams: number) => until(() => cluster.streams.length >= streams, 'a watch');

  await until(() => seen().length === 1, 'the first list');
  t.strictSame(seen(), ['new RegistryNameNotResolved shop/first'], 'what fails at the start');

  await watching(1);
  cluster.send('ADDED', failing('second', 'b.invalid/app:1'));
  await until(() => seen().length === 2, 'a new cause');
  t.equal(seen()[1], 'new RegistryNameNotResolved shop/second', 'a new pod that fails');
  cluster.send('MODIFIED', failing('second', 'b.invalid/app:1'));
  cluster.send('MODIFIED', running('first'));
  await until(() => seen().length === 3, 'a repair');
  t.equal(seen()[2], 'repaired RegistryNameNotResolved shop/first', 'a pod that runs again; the same words again are nothing new');

  // while nobody watches, one pod is repaired and another breaks
  cluster.pods = [failing('third', 'c.invalid/app:1')];
  cluster.streams.at(-1)?.destroy();
  await until(() => seen().length === 5, 'the changes of the gap');
  t.strictSame(
    seen().slice(3).sort(),
    ['gone RegistryNameNotResolved shop/second', 'new RegistryNameNotResolved shop/third'],
    'the gap of a broken connection is closed by a list',
  );

  await watching(2);
  cluster.gone = true;
  cluster.pods = [failing('third', 'c.invalid/app:1'), failing('fourth', 'd.invalid/app:1')];
  const lists = cluster.lists;
  cluster.streams.at(-1)?.end();
  await until(() => seen().length === 6, 'the list after 410 Gone');
  t.equal(seen()[5], 'new RegistryNameNotResolved shop/fourth', '410 Gone leads to a new list');
  t.ok(cluster.lists > lists, 'it was listed again');

  await cluster.stop();
  await until(() => /the watch was disconnected/.test(said.stderr), 'the warning');
  cluster.pods = [];
  // meanwhile the login has run out
  issue('second-token');
  await cluster.start();
  await until(() => seen().length >= 7, 'the list after the restart');
  t.strictSame(
    seen()
      .slice(6)
      .flatMap(line => line.split(' ')[0] as string)
      .every(type => type === 'gone'),
    true,
    'after a restart of the API server what is deleted is gone',
  );
  child.kill('SIGINT');
  t.equal(await ended, 0, 'Ctrl-C ends it');
});

t.test('one container of two is repaired', async t => {
  const cluster = new WatchedCluster();
  const pod = failing('pair', 'a.invalid/app:1');
  const [status] = pod.status.containerStatuses;
  const second = {
    ...status,
    name: 'second',
    state: {
      waiting: {
        ...status?.state.waiting,
        reason: 'ErrImageNeverPull',
        message: 'Container image "x:1" is not present with pull policy of Never',
      },
    },
  };
  const spec = { containers: [...pod.spec.containers, { name: 'second', image: 'x:1', imagePullPolicy: 'Never' }] };
  cluster.pods = [{ ...pod, spec, status: { containerStatuses: [status, second] } }];
  const { seen, until } = await begin(t, cluster, '--no-probe');
  await until(() => cluster.streams.length === 1 && seen().length === 2, 'the first list');
  cluster.send('MODIFIED', { ...pod, spec, status: { containerStatuses: [{ name: 'main', state: { running: {} } }, second] } });
  await until(() => seen().length === 3, 'the repair');
  t.equal(seen()[2], 'repaired RegistryNameNotResolved shop/pair');
  cluster.send('DELETED', { ...pod, spec });
  await until(() => seen().length === 4, 'the end of the pod');
  t.equal(seen()[3], 'gone ImageNeverPulled shop/pair');
});

t.test('what only events tell is found while the watch goes on', async t => {
  const cluster = new WatchedCluster();
  const pod = failing('starting', 'a.invalid/app:1');
  const waiting = { containerStatuses: [{ name: 'main', state: { waiting: { reason: 'ContainerCreating' } } }] };
  cluster.pods = [{ ...pod, spec: { ...pod.spec, nodeName: 'node-3' }, status: { phase: 'Pending', ...waiting } }];
  const { seen, said, until } = await begin(t, cluster, '--no-probe');
  await until(() => cluster.streams.length === 1 && /watching pods/.test(said.stderr), 'the first list');
  t.strictSame(seen(), [], 'at the start nothing is known');
  const event = (reason: string, object: object, message: string) => ({
    metadata: { name: reason, namespace: 'shop' },
    reason,
    message,
    lastTimestamp: new Date().toISOString(),
    involvedObject: { namespace: 'shop', ...object },
  });
  cluster.events = [
    event(
      'FailedCreatePodSandBox',
      { kind: 'Pod', name: 'starting', uid: 'starting' },
      'Failed to create pod sandbox: rpc error: code = NotFound desc = failed to get sandbox image "registry.example.com/pause:3.10": failed to pull image "registry.example.com/pause:3.10": failed to pull and unpack image "registry.example.com/pause:3.10": failed to resolve reference "registry.example.com/pause:3.10": registry.example.com/pause:3.10: not found',
    ),
    event(
      'FailedCreate',
      { kind: 'ReplicationController', name: 'old' },
      'Error creating: pods "old-x2x4z" is forbidden: image policy webhook backend denied one or more images: no tag',
    ),
  ];
  await until(() => seen().length === 2, 'the next look');
  t.strictSame(
    seen().sort(),
    ['new RegistryPolicyDenied shop/replicationcontroller/old', 'new TagNotFound shop/starting'],
    'the sandbox that fails now, and the workload whose pods are refused',
  );
  cluster.events = [];
  cluster.send('MODIFIED', running('starting'));
  await until(() => seen().length === 4, 'the repairs');
  t.strictSame(seen().slice(2).sort(), [
    'repaired RegistryPolicyDenied shop/replicationcontroller/old',
    'repaired TagNotFound shop/starting',
  ]);
});

t.test('a server that ends every watch is not pressed, one that forbids them ends it', async t => {
  const pressed = new WatchedCluster();
  pressed.refuses = 'ends';
  const { until } = await begin(t, pressed, '--no-probe');
  await until(() => pressed.watches > 0, 'a watch');
  await sleep(2000);
  t.ok(pressed.watches < 6, `${pressed.watches} watches in two seconds`);
  const forbidden = new WatchedCluster();
  forbidden.refuses = 'forbids';
  const { ended, said } = await begin(t, forbidden, '--no-probe');
  t.equal(await ended, 2);
  t.match(said.stderr, /error: cannot watch pods: pods is forbidden \(ask for the permission "watch pods"\)/);
});

t.test('a refused password is sent once, however long the watch goes on', async t => {
  const registry = await startRegistry({ auth: { kind: 'basic', users: { ci: 'another-password' } } });
  t.teardown(registry.close);
  const cluster = new WatchedCluster();
  cluster.secrets.regcred = dockerconfigjson('regcred', 'shop', { [registry.host]: { username: 'ci', password: 'example-password' } });
  const pod = (name: string) => {
    const one = failing(name, `${registry.host}/team/${name}:1`);
    return { ...one, spec: { ...one.spec, imagePullSecrets: [{ name: 'regcred' }] } };
  };
  cluster.pods = [pod('first')];
  const { seen, until } = await begin(t, cluster);
  await until(() => seen().length === 1 && cluster.streams.length === 1, 'the first');
  for (const name of ['second', 'third']) {
    const before = seen().length;
    cluster.send('ADDED', pod(name));
    await until(() => seen().length > before, name);
  }
  t.equal(registry.requests.filter(({ headers }) => headers.authorization !== undefined).length, 1);
});
