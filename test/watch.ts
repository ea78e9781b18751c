/** `why --watch` against an API server that lists, streams, breaks off, says that its list is too old, and restarts. */

import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { pluginCommand } from './helpers/plugin.ts';
import { temporary } from './helpers/temporary.ts';

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
  private server: Server | undefined;
  port = 0;

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://x');
      response.setHeader('content-type', 'application/json');
      if (request.headers.authorization !== `Bearer ${this.token}`) {
        response.statusCode = 401;
        response.end(JSON.stringify({ kind: 'Status', message: 'Unauthorized' }));
      } else if (url.pathname !== '/api/v1/namespaces/shop/pods') {
        response.statusCode = url.pathname.endsWith('/events') ? 200 : 404;
        response.end(
          JSON.stringify(response.statusCode === 200 ? { kind: 'EventList', items: null } : { kind: 'Status', message: 'not found' }),
        );
      } else if (url.searchParams.get('watch') === null) {
        this.lists++;
        response.end(JSON.stringify({ kind: 'PodList', metadata: { resourceVersion: '5' }, items: this.pods }));
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

t.test('nothing is lost over broken connections, a list that is too old, and a restart', async t => {
  const cluster = new Cluster();
  await cluster.start();
  const folder = temporary('watch');
  const login = join(folder, 'login');
  writeFileSync(
    login,
    `#!/bin/sh\necho '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'$(cat ${folder}/token)'"}}'\n`,
  );
  chmodSync(login, 0o755);
  const issue = (token: string): void => {
    cluster.token = token;
    writeFileSync(join(folder, 'token'), token);
  };
  issue('first-token');
  const kubeconfig = join(folder, 'config');
  const cluster_ = { server: `http://127.0.0.1:${cluster.port}` };
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      'current-context': 'c',
      clusters: [{ name: 'c', cluster: cluster_ }],
      users: [{ name: 'c', user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: login } } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'c', namespace: 'shop' } }],
    }),
  );
  cluster.pods = [failing('first', 'a.invalid/app:1')];
  const [program, ...start] = pluginCommand();
  const child = spawn(program, [...start, 'why', '--watch', '--no-probe', '-o', 'json'], {
    env: { PATH: process.env.PATH ?? '', HOME: folder, KUBECONFIG: kubeconfig },
  });
  t.teardown(async () => {
    child.kill('SIGKILL');
    await cluster.stop();
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', text => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', text => (stderr += text));
  const seen = (): string[] =>
    stdout
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line))
      .map(({ type, cause, examples }) => `${type} ${cause} ${examples.join(',')}`);
  const until = async (condition: () => boolean, what: string): Promise<void> => {
    for (let turn = 0; turn < 300 && !condition(); turn++) await sleep(50);
    if (!condition()) throw new Error(`waited in vain for ${what}; stdout: ${stdout}; stderr: ${stderr}`);
  };
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
    ['new RegistryNameNotResolved shop/third', 'repaired RegistryNameNotResolved shop/second'],
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
  await until(() => /the watch was lost/.test(stderr), 'the warning');
  cluster.pods = [];
  // meanwhile the login has run out
  issue('second-token');
  await cluster.start();
  await until(() => seen().length >= 7, 'the list after the restart');
  t.strictSame(
    seen()
      .slice(6)
      .flatMap(line => line.split(' ')[0] as string)
      .every(type => type === 'repaired'),
    true,
    'after a restart of the API server what is gone is repaired',
  );
  child.kill('SIGINT');
  const status = await new Promise(resolve => child.on('close', resolve));
  t.equal(status, 0, 'Ctrl-C ends it');
});
