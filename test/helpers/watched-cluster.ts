/** An API server that lists, streams, breaks off, says that its list is too old, and restarts; and the plugin as a process that watches it. */
import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { authority, serverCertificate } from './cluster.ts';
import { pluginCommand } from './plugin.ts';
import { mustFitSchema } from './schema.ts';
import { temporary } from './temporary.ts';

export const failing = (name: string, image: string) => ({
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
export const running = (name: string) => ({
  kind: 'Pod',
  metadata: { name, namespace: 'shop', uid: name, resourceVersion: '8' },
  spec: { containers: [{ name: 'main', image: 'x' }] },
  status: { containerStatuses: [{ name: 'main', state: { running: {} } }] },
});

/** An API server whose pods the test sets, and whose open watch it holds. */
export class WatchedCluster {
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
  /** By path below the namespace, such as `deployments/api`. */
  objects: Record<string, object> = {};
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
      } else if (this.objects[url.pathname.replace(/^.*\/namespaces\/shop\//, '')]) {
        response.end(JSON.stringify(this.objects[url.pathname.replace(/^.*\/namespaces\/shop\//, '')]));
      } else if (url.pathname !== '/api/v1/namespaces/shop/pods') {
        response.statusCode = url.pathname.endsWith('/events') || url.pathname === '/api/v1/namespaces/shop' ? 200 : 404;
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

interface Test {
  teardown(work: () => unknown): void;
}

/** Starts the plugin on a cluster that the test has set. */
export const begin = (test: Test, cluster: WatchedCluster, ...args: string[]) => {
  const [program, ...start] = pluginCommand();
  return beginAs(test, cluster, [program, ...start, 'why', '--watch', ...(args.includes('-o') ? [] : ['-o', 'json']), ...args]);
};

/** The same on a terminal, which the program `script` makes: what is printed there, by either stream, is standard output. */
export const beginOnTerminal = (test: Test, cluster: WatchedCluster, ...args: string[]) => {
  const words = [...pluginCommand(), 'why', '--watch', ...args].map(word => `'${word}'`).join(' ');
  return beginAs(test, cluster, ['script', '-qefc', `stty cols 120; ${words}`, '/dev/null']);
};

async function beginAs(test: Test, cluster: WatchedCluster, [program, ...words]: [string, ...string[]]) {
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
  const child = spawn(program, words, {
    env: { PATH: process.env.PATH ?? '', HOME: folder, KUBECONFIG: kubeconfig },
  });
  const ended = new Promise<number | null>((resolve, reject) =>
    child.on('close', status => {
      try {
        mustFitSchema(said.stdout);
        resolve(status);
      } catch (error) {
        reject(error);
      }
    }),
  );
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
      .map(({ type, cause, outcome, examples = [] }) => [type, cause ?? outcome, examples.join(',')].filter(Boolean).join(' '));
  const until = async (condition: () => boolean, what: string): Promise<void> => {
    for (let turn = 0; turn < 300 && !condition(); turn++) await sleep(50);
    if (!condition()) throw new Error(`waited in vain for ${what}; stdout: ${said.stdout}; stderr: ${said.stderr}`);
  };
  return { child, ended, said, seen, until, issue };
}
