/** `why --watch` against an API server that lists, streams, breaks off, says that its list is too old, and restarts. */

import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { authority, serverCertificate } from '../helpers/cluster.ts';
import { pluginCommand } from '../helpers/plugin.ts';
import { startRegistry } from '../helpers/registry.ts';
import { dockerconfigjson } from '../helpers/shop.ts';
import { temporary } from '../helpers/temporary.ts';

const failing = (name: string, image: string) => ({
  kind: 'Pod',
  metadata: { name, namespace: 'shop', uid: name, resourceVersion: '7' },
  spec: { containers: [{ name: 'main', image }] },
  status: {
    containerStatuses: [
      {
        name: 'main',
        state: {
          waiting: {
            reason: 'ErrImagePull',
            message: `failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to do request: Head "https://${image.split('/')[0]}/v2/app/manifests/1": dial tcp: lookup ${image.split('/')[0]} on 10.0.0.2:53: no such host`,
          },
        },
      },
    ],
  },
});
const running = (name: string) => ({
  kind: 'Pod',
  metadata: { name, namespace: 'shop', uid: name, resourceVersion: '8' },
  spec: { containers: [{ name: 'main', image: 'x' }] },
  status: { containerStatuses: [{ name: 'main', state: { running: {} } }] },
});

/** An API server whose pods the test sets, and whose open watch it holds. */
class Cluster {
  pods: object[] = [];
  streams: ServerResponse[] = [];
  lists = 0;
  /** What a client has to bring. */
  token = '';
  /** The next watch is answered by "too old". */
  gone = false;
  /** Every watch ends at once, or is forbidden. */
  refuses: 'never' | 'ends' | 'forbids' = 'never';
  watches = 0;
  secrets: Record<string, object> = {};
  /** Whatever they are of: a client takes its own. */
  events: object[] = [];
  private server: Server | undefined;
  port = 0;

  async start(): Promise<void> {
    const server = createServer(serverCertificate, (request, response) => {
      const url = new URL(request.url ?? '/', 'http://x');
      response.setHeader('content-type', 'application/json');
      if (request.headers.authorization !== `Bearer ${this.token}`) {
        response.statusCode = 401;
        response.end(JSON.stringify({ kind: 'Status', message: 'Unauthorized' }));
      } else if (url.pathname.startsWith('/api/v1/namespaces/shop/secrets/') && this.secrets[url.pathname.split('/').at(-1) as string]) {
        response.end(JSON.stringify(this.secrets[url.pathname.split('/').at(-1) as string]));
      } else if (url.pathname !== '/api/v1/namespaces/shop/pods') {
        response.statusCode = url.pathname.endsWith('/events') ? 200 : 404;
        response.end(
          JSON.stringify(
            response.statusCode === 200 ? { kind: 'EventList', items: this.events } : { kind: 'Status', message: 'not found' },
          ),
        );
      } else if (url.searchParams.get('watch') === null) {
        this.lists++;
        response.end(JSON.stringify({ kind: 'PodList', metadata: { resourceVersion: '5' }, items: this.pods }));
      } else if (this.refuses !== 'never') {
        this.watches++;
        response.statusCode = this.refuses === 'forbids' ? 403 : 200;
        response.end(this.refuses === 'forbids' ? JSON.stringify({ kind: 'Status', message: 'pods is forbidden' }) : undefined);
      } else if (this.gone) {
        this.gone = false;
        response.end(`${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', metadata: {} } })}\n`);
      } else {
        response.flushHeaders();
        this.streams.push(response);
      }
    });
    await new Promise<void>(resolve => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  send(type: string, object: object): void {
    this.streams.at(-1)?.write(`${JSON.stringify({ type, object })}\n`);
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise(resolve => this.server?.close(resolve));
    this.streams = [];
  }
}

/** Starts the plugin on a cluster that the test has set. */
async function begin(test: { teardown(work: () => unknown): void }, cluster: Cluster, ...args: string[]) {
  await cluster.start();
  const folder = temporary('watch');
  const login = join(folder, 'login');
  writeFileSync(
    login,
    `#!/bin/sh\necho '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'$(cat ${folder}/token)'"}}'\n`,
  );
  chmodSync(login, 0o755);
  /** The login gives another token from now on, and the cluster takes only that. */
  const issue = (token: string): void => {
    cluster.token = token;
    writeFileSync(join(folder, 'token'), token);
  };
  issue('first-token');
  const ca = Buffer.from(authority.cert).toString('base64');
  const kubeconfig = join(folder, 'config');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      'current-context': 'c',
      clusters: [{ name: 'c', cluster: { server: `https://127.0.0.1:${cluster.port}`, 'certificate-authority-data': ca } }],
      users: [{ name: 'c', user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: login, interactiveMode: 'Never' } } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'c', namespace: 'shop' } }],
    }),
  );
  const [program, ...start] = pluginCommand();
  const child = spawn(program, [...start, 'why', '--watch', '-o', 'json', ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: folder, KUBECONFIG: kubeconfig },
  });
  const ended = new Promise<number | null>(resolve => child.on('close', resolve));
  test.teardown(async () => {
    child.kill('SIGKILL');
    await cluster.stop();
  });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', text => {
      said[stream] += text;
    });
  const seen = (): string[] =>
    said.stdout
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line))
      .map(({ type, cause, examples }) => `${type} ${cause} ${examples.join(',')}`);
  const until = async (condition: () => boolean, what: string): Promise<void> => {
    for (let turn = 0; turn < 300 && !condition(); turn++) await sleep(50);
    if (!condition()) throw new Error(`waited in vain for ${what}; stdout: ${said.stdout}; stderr: ${said.stderr}`);
  };
  return { child, ended, said, seen, until, issue };
}

t.test('nothing is lost over broken connections, a list that is too old, and a restart', async t => {
  const cluster = new Cluster();
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
  const cluster = new Cluster();
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
  const cluster = new Cluster();
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
  const pressed = new Cluster();
  pressed.refuses = 'ends';
  const { until } = await begin(t, pressed, '--no-probe');
  await until(() => pressed.watches > 0, 'a watch');
  await sleep(2000);
  t.ok(pressed.watches < 6, `${pressed.watches} watches in two seconds`);
  const forbidden = new Cluster();
  forbidden.refuses = 'forbids';
  const { ended, said } = await begin(t, forbidden, '--no-probe');
  t.equal(await ended, 2);
  t.match(said.stderr, /error: cannot watch pods: pods is forbidden \(ask for the permission "watch pods"\)/);
});

t.test('a refused password is sent once, however long the watch goes on', async t => {
  const registry = await startRegistry({ auth: { kind: 'basic', users: { ci: 'another-password' } } });
  t.teardown(registry.close);
  const cluster = new Cluster();
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
