/** `why --watch NAME` and `--until-pulled`: what ends a watch, and with which status. */
import { spawnSync } from 'node:child_process';
import t from 'tap';
import { startRegistry } from '../helpers/registry.ts';
import { begin, beginOnTerminal, failing, running, WatchedCluster } from '../helpers/watched-cluster.ts';

type Test = Parameters<typeof begin>[0];
type Labels = Record<string, string>;

/** A pod of a revision of deployment "api", made at a time. */
const ofDeployment = <P extends { metadata: object; spec: object }>(pod: P, revision: string, image: string, at: string) => ({
  ...pod,
  metadata: {
    ...pod.metadata,
    creationTimestamp: at,
    labels: { app: 'api', 'pod-template-hash': revision } as Labels,
    ownerReferences: [{ kind: 'ReplicaSet', name: `api-${revision}`, controller: true }],
  },
  spec: { ...pod.spec, nodeName: 'node-3', containers: [{ name: 'main', image }] },
});
const deployment = (image: string, { replicas = 3, updated = 3, observed = 2, all = null as number | null } = {}) => ({
  kind: 'Deployment',
  metadata: { name: 'api', namespace: 'shop', generation: 2 },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'api' } },
    template: { metadata: { labels: { app: 'api' } }, spec: { containers: [{ name: 'main', image }] } },
  },
  status: { observedGeneration: observed, updatedReplicas: updated, replicas: all ?? updated },
});
const starting = (name: string, image = 'registry.example.com/app:1') => ({
  kind: 'Pod',
  metadata: { name, namespace: 'shop', uid: name },
  spec: { nodeName: 'node-3', containers: [{ name: 'main', image }] },
  status: { phase: 'Pending', containerStatuses: [{ name: 'main', state: { waiting: { reason: 'ContainerCreating' } } }] },
});
const event = (name: string, reason: string, message: string, secondsAgo: number) => ({
  metadata: { name: `${name}.${reason}`, namespace: 'shop' },
  reason,
  message,
  lastTimestamp: new Date(Date.now() - secondsAgo * 1000).toISOString().replace(/\.\d+/, ''),
  involvedObject: { kind: 'Pod', namespace: 'shop', name, uid: name, fieldPath: 'spec.containers{main}' },
});
/** A pod whose last pull failed with these words; in a back-off kubelet quotes them. */
const failed = (name: string, reason: string, words: string) => {
  const message = `failed to pull and unpack image "registry.example.com/app:1": failed to resolve reference "registry.example.com/app:1": ${words}`;
  const quoted = reason === 'ErrImagePull' ? message : `Back-off pulling image "registry.example.com/app:1": ErrImagePull: ${message}`;
  return {
    ...starting(name),
    status: { phase: 'Pending', containerStatuses: [{ name: 'main', state: { waiting: { reason, message: quoted } } }] },
  };
};
/** The registry fails: kubelet tries again by itself. */
const passing = (name: string, reason = 'ErrImagePull') =>
  failed(name, reason, 'unexpected status from HEAD request to https://registry.example.com/v2/app/manifests/1: 503 Service Unavailable');
/** Words that stand for several causes. */
const notFound = (name: string, reason = 'ErrImagePull') => failed(name, reason, 'registry.example.com/app:1: not found');

const clusterOf = (...pods: object[]): WatchedCluster => {
  const cluster = new WatchedCluster();
  cluster.pods = pods;
  cluster.objects['/api/v1/nodes/node-3'] = {
    kind: 'Node',
    metadata: { name: 'node-3' },
    status: {
      conditions: [{ type: 'Ready', status: 'True' }],
      nodeInfo: {
        architecture: 'amd64',
        operatingSystem: 'linux',
        containerRuntimeVersion: 'containerd://2.1.4',
        kubeletVersion: 'v1.34.1',
      },
    },
  };
  return cluster;
};
/** Starts a watch, and waits until it follows the pods. */
async function follow(t: Test, cluster: WatchedCluster, ...args: string[]) {
  const watch = await begin(t, cluster, '--no-probe', ...args);
  await watch.until(() => cluster.streams.length > 0 && /watching/.test(watch.said.stderr), 'the watch');
  return watch;
}
const summaryIn = (stdout: string): string => JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}').summary;

const hasScript = spawnSync('script', ['--version']).status === 0;
t.test('what ends a watch', async t => {
  await t.test('a named pod is watched until its image arrives', async t => {
    const cluster = clusterOf(starting('api-1'));
    cluster.events = [event('api-1', 'Pulling', 'Pulling image "registry.example.com/app:1"', 40)];
    const { ended, said, seen } = await follow(t, cluster, 'api-1');
    t.match(JSON.parse(said.stdout), { type: 'pulling', image: 'registry.example.com/app:1', examples: ['shop/api-1'] });
    cluster.send('MODIFIED', running('api-1'));
    t.equal(await ended, 0);
    t.strictSame(seen(), ['pulling StillPulling shop/api-1', 'pulled shop/api-1', 'end pulled']);
    t.equal(summaryIn(said.stdout), 'all images of pod/api-1 are pulled');
  });

  await t.test('as text in a pipe: one line for each change', async t => {
    const cluster = clusterOf(starting('api-1'));
    cluster.events = [event('api-1', 'Pulling', 'Pulling image "registry.example.com/app:1"', 40)];
    const { ended, said, until } = await follow(t, cluster, 'api-1', '-o', 'text');
    cluster.events = [];
    cluster.send('MODIFIED', failing('api-1', 'a.invalid/app:1'));
    await until(() => /new /.test(said.stdout), 'the failure');
    cluster.send('MODIFIED', running('api-1'));
    t.equal(await ended, 0);
    t.match(
      said.stdout,
      /^\d\d:\d\d:\d\d {2}pulling {3}registry\.example\.com\/app:1: shop\/api-1\n\d\d:\d\d:\d\d {2}new {7}RegistryNameNotResolved \(\w+\) {2}a\.invalid: shop\/api-1\n {10}fix: .*\n\d\d:\d\d:\d\d {2}repaired {2}RegistryNameNotResolved {2}a\.invalid: shop\/api-1\nall images of pod\/api-1 are pulled\n$/,
    );
  });

  await t.test('what is there already needs no wait', async t => {
    const { ended, said } = await begin(
      t,
      clusterOf(running('api-1'), running('api-2')),
      '--no-probe',
      '--until-pulled',
      'api-1',
      'api-2',
      '-o',
      'text',
    );
    t.equal(await ended, 0);
    t.equal(said.stdout, 'all images of pod/api-1, pod/api-2 are pulled (2 pods)\n');
    t.equal(said.stderr, '');
  });

  await t.test('a cause that needs a change ends the wait at once', async t => {
    const cluster = clusterOf(failing('api-1', 'a.invalid/app:1'));
    const { ended, said, seen } = await begin(t, cluster, '--no-probe', '--until-pulled', 'api-1');
    t.equal(await ended, 1);
    t.strictSame(seen(), ['new RegistryNameNotResolved shop/api-1', 'end failed']);
    const last = JSON.parse(said.stdout.trim().split('\n')[1] ?? '');
    t.match(last, { status: 1, items: [{ cause: 'RegistryNameNotResolved', pod: { name: 'api-1' } }] });
    t.equal(said.stderr, 'the images of pod/api-1 cannot be pulled: RegistryNameNotResolved of 1 pod\n');
    const text = await begin(t, clusterOf(failing('api-1', 'a.invalid/app:1')), '--no-probe', '--until-pulled', 'api-1', '-o', 'text');
    t.equal(await text.ended, 1);
    t.equal(text.said.stdout.match(/^RegistryNameNotResolved \(/gm)?.length, 1, 'its evidence and its fix are printed once');
  });

  await t.test('without --until-pulled it goes on, until somebody has repaired it', async t => {
    const cluster = clusterOf(failing('api-1', 'a.invalid/app:1'));
    const { child, ended, seen, until } = await follow(t, cluster, 'api-1');
    t.strictSame(seen(), ['new RegistryNameNotResolved shop/api-1']);
    cluster.send('MODIFIED', running('api-1'));
    t.equal(await ended, 0);
    t.strictSame(seen().slice(1), ['repaired RegistryNameNotResolved shop/api-1', 'end pulled']);
    t.ok(child.exitCode === 0 && until);
  });

  await t.test('a temporary cause is waited for', async t => {
    const cluster = clusterOf(passing('api-1'));
    const { ended, seen } = await follow(t, cluster, '--until-pulled', 'api-1', '--timeout', '60s');
    cluster.send('MODIFIED', passing('api-1', 'ImagePullBackOff'));
    cluster.send('MODIFIED', passing('api-1'));
    cluster.send('MODIFIED', running('api-1'));
    t.equal(await ended, 0);
    t.strictSame(seen(), ['new RegistryFailing shop/api-1', 'repaired RegistryFailing shop/api-1', 'end pulled']);
  });

  await t.test('until the time is over', async t => {
    const { ended, said, seen } = await begin(t, clusterOf(passing('api-1')), '--no-probe', '--until-pulled', 'api-1', '--timeout', '2s');
    t.equal(await ended, 1);
    t.strictSame(seen(), ['new RegistryFailing shop/api-1', 'end timeout']);
    t.equal(said.stderr.split('\n').at(-2), 'timed out after 2 s: 0 of 1 pods have their images; RegistryFailing of 1 pod');
  });

  await t.test('a pull that goes on at the end of the time is the last verdict', async t => {
    const cluster = clusterOf(starting('api-1'));
    cluster.events = [event('api-1', 'Pulling', 'Pulling image "registry.example.com/app:1"', 40)];
    const { ended, said } = await begin(t, cluster, '--no-probe', '--until-pulled', 'api-1', '--timeout', '2s', '-o', 'text');
    t.equal(await ended, 1);
    t.match(said.stdout, /^StillPulling: /m);
    t.match(said.stderr, /timed out after 2 s: 0 of 1 pods have their images; StillPulling of 1 pod/);
  });

  await t.test('what is only possible has to be met twice', async t => {
    const cluster = clusterOf(notFound('api-1'));
    const { ended, seen, until, child } = await follow(t, cluster, '--until-pulled', 'api-1', '--timeout', '60s');
    await until(() => seen().length === 1, 'the first look');
    t.equal(child.exitCode, null, 'the first report does not end it');
    cluster.send('MODIFIED', notFound('api-1', 'ImagePullBackOff'));
    cluster.send('MODIFIED', notFound('api-1'));
    t.equal(await ended, 1);
    t.strictSame(seen(), ['new TagNotFound shop/api-1', 'end failed']);
  });

  await t.test('causes that do not count are neither told, nor do they end the wait', async t => {
    const ignored = await begin(
      t,
      clusterOf(failing('api-1', 'a.invalid/app:1')),
      '--no-probe',
      '--until-pulled',
      'api-1',
      '--timeout',
      '2s',
      '--ignore',
      'RegistryNameNotResolved',
    );
    t.equal(await ignored.ended, 1, 'the image is not there when the time is over');
    t.strictSame(ignored.seen(), ['end timeout']);
    const cluster = clusterOf(failing('api-1', 'a.invalid/app:1'));
    const { child, ended, said, seen } = await follow(t, cluster, '--fail-on', 'TagNotFound');
    child.kill('SIGINT');
    t.equal(await ended, 0, 'Ctrl-C');
    t.strictSame(seen(), ['end interrupted']);
    t.match(said.stderr, /stopped after \d s: no pod fails by a cause that counts/);
  });

  await t.test('Ctrl-C', async t => {
    const all = await follow(t, clusterOf(failing('api-1', 'a.invalid/app:1')));
    all.child.kill('SIGINT');
    t.equal(await all.ended, 1, 'a cause stands');
    t.match(all.said.stderr, /stopped after \d s: RegistryNameNotResolved of 1 pod\n$/);
    const gate = await follow(t, clusterOf(starting('api-1')), '--until-pulled', 'api-1');
    gate.child.kill('SIGINT');
    t.equal(await gate.ended, 130, 'a gate that was interrupted has not been passed');
    const cluster = clusterOf();
    const late = await begin(t, cluster, '--no-probe', '--timeout', '2s');
    t.equal(await late.ended, 0, 'the time of a watch of all pods is over');
  });

  await t.test('a pod that is deleted is gone', async t => {
    const cluster = clusterOf(failing('api-1', 'a.invalid/app:1'));
    const { ended, said, seen } = await follow(t, cluster, 'api-1');
    cluster.send('DELETED', failing('api-1', 'a.invalid/app:1'));
    t.equal(await ended, 2);
    t.strictSame(seen(), ['new RegistryNameNotResolved shop/api-1', 'gone RegistryNameNotResolved shop/api-1', 'end gone']);
    t.match(said.stderr, /^error: pod\/api-1 was deleted before all images were pulled \(name its workload, for example deployment\/NAME/m);
  });

  await t.test('one that is made again under its name is followed', async t => {
    const cluster = clusterOf(failing('db-0', 'a.invalid/app:1'));
    const { ended, seen, until } = await follow(t, cluster, 'db-0');
    cluster.send('DELETED', failing('db-0', 'a.invalid/app:1'));
    await until(() => seen().length === 2, 'the deletion');
    const again = starting('db-0');
    cluster.send('ADDED', { ...again, metadata: { ...again.metadata, uid: 'another' } });
    const there = running('db-0');
    cluster.send('MODIFIED', { ...there, metadata: { ...there.metadata, uid: 'another' } });
    t.equal(await ended, 0);
    t.strictSame(seen().slice(1), ['gone RegistryNameNotResolved shop/db-0', 'repaired RegistryNameNotResolved shop/db-0', 'end pulled']);
  });

  await t.test('a name that is not there', async t => {
    const pod = await begin(t, clusterOf(), '--no-probe', '--until-pulled', 'api-1');
    t.equal(await pod.ended, 2);
    t.equal(pod.said.stderr, 'error: pod "api-1" not found in namespace "shop" (list the pods with: kubectl -n shop get pods)\n');
    const workload = await begin(t, clusterOf(), '--no-probe', '--until-pulled', 'deployment/api');
    t.equal(await workload.ended, 2);
    t.match(workload.said.stderr, /^error: deployment "api" not found in namespace "shop"/);
    const none = await begin(t, clusterOf(), '--no-probe', '--until-pulled', '-l', 'app=api', '--timeout', '2s');
    t.equal(await none.ended, 2, 'no pod at all');
    t.match(none.said.stderr, /timed out after 2 s: pods: none matches/);
  });

  await t.test('a roll-out: the pods of the new revision, also those that are made later', async t => {
    const [old, image] = ['registry.example.com/app:1', 'registry.example.com/app:2'];
    const was = [1, 2, 3].map(number => ofDeployment(running(`api-a-${number}`), 'a', old, '2026-11-20T10:00:00Z'));
    const cluster = clusterOf(...was);
    // the controller has not seen the change yet
    cluster.objects['deployments/api'] = deployment(image, { observed: 1 });
    const { ended, seen, until, said } = await follow(t, cluster, '--until-pulled', 'deployment/api', '--timeout', '60s');
    const at = '2026-11-20T11:00:00Z';
    cluster.objects['deployments/api'] = deployment(image, { updated: 1 });
    for (const number of [1, 2, 3]) {
      const name = `api-b-${number}`;
      cluster.send('ADDED', ofDeployment(starting(name), 'b', image, at));
      cluster.objects['deployments/api'] = deployment(image, { updated: number });
      cluster.send('MODIFIED', ofDeployment(running(name), 'b', image, at));
      await until(() => seen().includes(`pulled shop/${name}`), name);
    }
    t.equal(await ended, 0);
    t.equal(summaryIn(said.stdout), 'all images of deployment/api are pulled (3 pods)');
  });

  await t.test('a roll-out that is stuck: what is new of it, and what was told before', async t => {
    const [old, image] = ['registry.example.com/app:1', 'a.invalid/app:2'];
    const was = [1, 2, 3].map(number => ofDeployment(running(`api-a-${number}`), 'a', old, '2026-11-20T10:00:00Z'));
    const made = (name: string) => ofDeployment(failing(name, image), 'b', image, '2026-11-20T11:00:00Z');
    const cluster = clusterOf(...was);
    cluster.objects['deployments/api'] = deployment(image, { updated: 2 });
    const { said, until } = await follow(t, cluster, '-o', 'text');
    cluster.pods = [...was, made('api-b-1')];
    cluster.send('ADDED', made('api-b-1'));
    await until(() => /roll-out/.test(said.stdout), 'the first failure');
    cluster.pods = [...was, made('api-b-1'), made('api-b-2')];
    cluster.send('ADDED', made('api-b-2'));
    await until(() => /more /.test(said.stdout) && said.stdout.split('roll-out').length === 3, 'the second failure');
    t.match(
      said.stdout,
      /new {7}RegistryNameNotResolved.*\n {10}fix: .*\n {10}roll-out: 1 of 3 new pods of deployment\/api waits for its image; the 3 old ones still run\n.*more {6}RegistryNameNotResolved {2}a\.invalid: shop\/api-b-2 \(2 pods now\)\n {10}roll-out: 2 of 3 new pods of deployment\/api wait for their images; the 3 old ones still run\n$/,
    );
  });

  await t.test('old pods that fail do not fail a roll-out that repairs them', async t => {
    const [old, image] = ['a.invalid/app:1', 'registry.example.com/app:2'];
    const cluster = clusterOf(
      ofDeployment(failing('api-a-1', old), 'a', old, '2026-11-20T10:00:00Z'),
      ofDeployment(starting('api-b-1'), 'b', image, '2026-11-20T11:00:00Z'),
    );
    cluster.objects['deployments/api'] = deployment(image, { replicas: 1, updated: 1 });
    const { ended, seen } = await follow(t, cluster, '--until-pulled', 'deploy/api');
    cluster.send('MODIFIED', ofDeployment(running('api-b-1'), 'b', image, '2026-11-20T11:00:00Z'));
    t.equal(await ended, 0);
    t.strictSame(
      seen().filter(line => /end|pulled/.test(line)),
      ['pulled shop/api-b-1', 'end pulled'],
    );
  });

  await t.test('a roll-out of which the controller tells before its pods are seen', async t => {
    const [old, image] = ['a.invalid/app:1', 'registry.example.com/app:2'];
    const cluster = clusterOf(ofDeployment(failing('api-a-1', old), 'a', old, '2026-11-20T10:00:00Z'));
    cluster.objects['deployments/api'] = deployment(image, { replicas: 1, updated: 1, all: 2 });
    const { ended, seen, said, until } = await follow(t, cluster, '--until-pulled', 'deploy/api');
    await until(() => said.stderr.includes('watching'), 'that it goes on');
    cluster.send('ADDED', ofDeployment(starting('api-b-1'), 'b', image, '2026-11-20T11:00:00Z'));
    cluster.send('MODIFIED', ofDeployment(running('api-b-1'), 'b', image, '2026-11-20T11:00:00Z'));
    t.equal(await ended, 0);
    t.strictSame(
      seen().filter(line => /end|pulled/.test(line)),
      ['pulled shop/api-b-1', 'end pulled'],
    );
  });

  await t.test('a roll-out that waits for something else than an image', async t => {
    const image = 'registry.example.com/app:2';
    const crashing = running('api-b-1');
    const status = { containerStatuses: [{ name: 'main', state: { waiting: { reason: 'CrashLoopBackOff' } } }] };
    const cluster = clusterOf(ofDeployment({ ...crashing, status }, 'b', image, '2026-11-20T11:00:00Z'));
    cluster.objects['deployments/api'] = deployment(image, { updated: 1 });
    const { ended, said } = await begin(t, cluster, '--no-probe', '--until-pulled', 'deployment/api', '-o', 'text');
    t.equal(await ended, 0);
    t.equal(
      said.stdout,
      'all images of deployment/api are pulled; deployment/api: 1 of 3 pods is created, since pod "api-b-1" waits for something else: CrashLoopBackOff\n',
    );
  });

  await t.test('the wait goes on over a lost connection', async t => {
    const cluster = clusterOf(starting('api-1'));
    const { ended, seen, said, until } = await follow(t, cluster, '--until-pulled', 'api-1', '--timeout', '60s');
    await cluster.stop();
    await until(() => /disconnected/.test(said.stderr), 'the warning');
    cluster.pods = [running('api-1')];
    await cluster.start();
    t.equal(await ended, 0);
    t.strictSame(seen(), ['pulled shop/api-1', 'end pulled']);
  });

  await t.test('a registry is asked once about a pull that goes on, however often its events are read', async t => {
    const registry = await startRegistry({ images: [{ repository: 'team/app', tag: '1', layers: 3 }] });
    t.teardown(registry.close);
    const image = `${registry.host}/team/app:1`;
    const cluster = clusterOf(starting('api-1', image));
    cluster.events = [event('api-1', 'Pulling', `Pulling image "${image}"`, 40)];
    const watch = await begin(t, cluster, 'api-1');
    await watch.until(() => watch.seen().length === 1, 'the pull');
    t.match(JSON.parse(watch.said.stdout), { type: 'pulling', layers: 3 });
    const asked = registry.requests.length;
    await new Promise(resolve => setTimeout(resolve, 7000));
    t.equal(registry.requests.length, asked);
    cluster.send('MODIFIED', running('api-1'));
    t.equal(await watch.ended, 0);
  });

  await t.test('flags that do not go together', async t => {
    const file = await begin(t, clusterOf(), '-f', '-');
    t.equal(await file.ended, 2);
    t.match(file.said.stderr, /^error: --watch cannot be combined with -f/);
    const output = await begin(t, clusterOf(), '-o', 'yaml');
    t.equal(await output.ended, 2);
    t.match(output.said.stderr, /^error: --watch does not support -o yaml/);
  });

  await t.test(
    'on a terminal one line is shown anew, and cleared',
    { skip: hasScript ? false : 'no program "script" makes a terminal here' },
    async t => {
      const cluster = clusterOf(starting('api-1'));
      cluster.events = [event('api-1', 'Pulling', 'Pulling image "registry.example.com/app:1"', 40)];
      const { said, ended, until } = await beginOnTerminal(t, cluster, '--no-probe', 'api-1');
      await until(() => (said.stdout.match(/pulling registry/g)?.length ?? 0) >= 3, 'three turns of the line');
      t.match(said.stdout, /\r\u001b\[Kpulling registry\.example\.com\/app:1 since \d\d:\d\d:\d\d UTC \(4\d s\)/);
      cluster.send('MODIFIED', running('api-1'));
      t.equal(await ended, 0);
      t.match(said.stdout, /\r\u001b\[K\d\d:\d\d:\d\d {2}pulled {4}x: shop\/api-1[^\r\n]*\r?\nall images of pod\/api-1 are pulled\r?\n$/);
    },
  );
});
