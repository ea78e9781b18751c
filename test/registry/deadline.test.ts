/** No registry takes more time than it is given: the built plugin as a process, servers that are silent, slow or without an end, and Ctrl-C. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import t from 'tap';
import { Credential } from '../../src/model/credential.ts';
import { newMemory } from '../../src/registry/once-per-credential.ts';
import { createProber } from '../../src/registry/prober.ts';
import { writeKubeconfig } from '../helpers/cluster.ts';
import { failingPod, type Item, json, type KubernetesObject, Lab, pullSecret, surroundings } from '../helpers/lab.ts';
import { pluginCommand } from '../helpers/plugin.ts';
import { folder, type Run, run } from '../helpers/process.ts';
import { type Answer, startTcp, type TestServer } from '../helpers/registry.ts';
import { testTransport } from '../helpers/transport.ts';

const PASSWORD = 'c4nary-right-Zq81';

const listOf = (items: KubernetesObject[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
const podOf = (host: string, name = 'api'): KubernetesObject[] =>
  failingPod({ name, image: `${host}/team/app:1.4.2`, secrets: ['regcred'] });
const secretOf = (...hosts: string[]): KubernetesObject =>
  pullSecret('regcred', Object.fromEntries(hosts.map((host): [string, [string, string]] => [host, ['ci', PASSWORD]])));

const why = (host: string, timeout: string, started?: (kill: (signal: NodeJS.Signals) => void) => void): Promise<Run> =>
  run(['why', '-f', '-', '-o', 'json', '--timeout', timeout], {
    input: listOf([...podOf(host), secretOf(host), ...surroundings()]),
    ...(started ? { started } : {}),
  });
const itemOf = ({ stdout }: Run): Item => (JSON.parse(stdout) as { items: Item[] }).items[0] as Item;

/** Sends a head at once, then a byte at a time. */
const trickle = (head: string) => (socket: import('node:net').Socket) => {
  socket.once('data', () => {
    socket.write(head);
    const timer = setInterval(() => socket.write('x'), 50);
    socket.on('close', () => clearInterval(timer)).on('error', () => clearInterval(timer));
  });
};
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';

/** A registry that leads every login to a token server. */
const leadingTo = (realm: string): Answer => ({ status: 401, headers: { 'WWW-Authenticate': `Bearer realm="${realm}",service="s"` } });

t.test('--timeout ends whatever a server does', { jobs: 4 }, async t => {
  const servers: [name: string, onConnection: (socket: import('node:net').Socket) => void][] = [
    ['silence', () => {}],
    ['a head that never ends', trickle(HEAD)],
    ['a body that trickles', trickle(`${HEAD}Content-Length: 100000\r\n\r\n`)],
    ['a body without an end', trickle(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`)],
    ['headers that trickle', trickle(`${HEAD}X-Slow: `)],
  ];
  for (const [name, onConnection] of servers) {
    for (const role of ['registry', 'token server'] as const)
      t.test(`${name}, at a ${role}`, async t => {
        const lab = new Lab();
        const slow = await lab.tcp(onConnection);
        t.teardown(() => lab.close());
        const host = role === 'registry' ? slow.host : (await lab.registry({ answer: () => leadingTo(`http://${slow.host}/token`) })).host;
        const result = await why(host, '2s');
        t.ok(result.ms < 20_000, `it ends in time (${result.ms} ms)`);
        t.not(
          itemOf(result).certainty === 'certain' && itemOf(result).cause === 'CredentialsRejected',
          true,
          'nothing is said of the login',
        );
      });
  }
});

t.test('bodies are read up to a limit', async t => {
  const lab = new Lab();
  t.teardown(() => lab.close());
  let sent = 0;
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const endless = await lab.tcp(socket => {
    socket.once('data', () => {
      socket.write(`${HEAD}Content-Length: 99999999999\r\n\r\n`);
      const more = (): void => {
        while (!socket.destroyed && socket.write(chunk)) sent += chunk.length;
      };
      socket.on('drain', more);
      more();
    });
  });
  const result = await why(endless.host, '20s');
  t.ok(result.ms < 10_000, `it does not wait for the end (${result.ms} ms)`);
  t.ok(sent < 64 * 1024 * 1024, `nor read what it does not need (${sent} bytes)`);
});

t.test('credentials behind a silent host take one wait together', async t => {
  const silent: TestServer[] = [];
  t.teardown(() => Promise.all(silent.map(server => server.close())));
  for (let index = 0; index < 12; index++) silent.push(await startTcp(() => {}));
  const test = (secrets: KubernetesObject): Promise<Run> =>
    run(['test-secret', '-f', '-', '-o', 'json', '--timeout', '2s'], { input: listOf([secrets]) });
  const entriesOf = ({ stdout }: Run): { key: string; result: string }[] =>
    (JSON.parse(stdout) as { items: { entries: [] }[] }).items[0]?.entries ?? [];

  const twelve = await test(secretOf(...silent.map(({ host }) => host)));
  t.ok(twelve.ms < 20_000, `twelve silent registries take no twelve time limits (${twelve.ms} ms)`);
  t.strictSame(
    entriesOf(twelve).map(({ key, result }) => [key, result]),
    silent.map(({ host }, index) => [host, index < 8 ? 'error' : 'notTried']),
    'eight are asked at the same time; what was not tried is said to be not tried; the order is that of the secret',
  );
});

t.test('a silent host is asked once', async t => {
  const lab = new Lab();
  let asked = 0;
  const tokens = await startTcp(socket => void socket.on('data', () => asked++));
  const { host } = await lab.registry({ answer: () => leadingTo(`http://${tokens.host}/token`) });
  const transport = testTransport({ stepTimeout: 500 });
  t.teardown(() => Promise.all([transport.close(), lab.close(), tokens.close()]));
  const prober = createProber(transport, { mirrors: new Map(), insecure: [], timeout: 10_000, memory: newMemory() });
  const started = performance.now();
  const results: string[] = [];
  for (let index = 0; index < 6; index++) {
    const credential = new Credential({ secret: 'regcred', rawKey: host, key: host, username: `user${index}`, password: PASSWORD });
    results.push((await prober.login(host, credential)).result);
  }
  const took = performance.now() - started;
  t.ok(took < 2900, `six users of one silent token server take one wait (${Math.round(took)} ms)`);
  t.equal(asked, 1, 'one question is sent');
  t.strictSame(results, ['error', ...Array.from({ length: 5 }, () => 'notTried')], 'for the others nothing is asked');
});

t.test('a silent host does not delay another pod’s verdict', async t => {
  const lab = new Lab();
  t.teardown(() => lab.close());
  const silent = await lab.tcp(() => {});
  const { host } = await lab.registry({ answer: () => json(404, { errors: [{ code: 'MANIFEST_UNKNOWN' }] }) });
  const pods = [...Array.from({ length: 12 }, (_, index) => podOf(silent.host, `slow-${index}`)).flat(), ...podOf(host, 'fast')];
  const result = await run(['why', '-f', '-', '-o', 'json', '--timeout', '2s'], {
    input: listOf([...pods, secretOf(), ...surroundings()]),
  });
  t.ok(result.ms < 20_000, `twelve pods of a silent registry take one wait (${result.ms} ms)`);
});

t.test('registries that keep silent do not keep another from being asked', async t => {
  const lab = new Lab();
  t.teardown(() => lab.close());
  const silent = await Promise.all(Array.from({ length: 30 }, () => lab.tcp(() => {})));
  let asked = Number.POSITIVE_INFINITY;
  const { host } = await lab.registry({
    answer: () => {
      asked = Math.min(asked, Date.now());
      return json(404, { errors: [{ code: 'NAME_UNKNOWN' }] });
    },
  });
  const pods = [...silent.flatMap((server, index) => podOf(server.host, `slow-${index}`)), ...podOf(host, 'good')];
  const started = Date.now();
  const { stdout, ms } = await run(['why', '-f', '-', '-o', 'json', '--timeout', '5s'], {
    input: listOf([...pods, secretOf(), ...surroundings()]),
  });
  t.ok(asked - started < 10_000, `it is asked long before all of them have used up their time (${asked - started} ms)`);
  t.ok(ms < 30_000, `and all are waited for together (${ms} ms)`);
  const { items } = JSON.parse(stdout) as { items: Item[] };
  t.equal(items.length, 31, 'each pod has its verdict');
  t.equal(items.at(-1)?.cause, 'RepositoryNotFound', 'and that of the good one is right');
});

t.test('the images of a registry that keeps silent wait no longer than one of them may', async t => {
  const lab = new Lab();
  t.teardown(() => lab.close());
  const { host, requests } = await lab.registry({ answer: ({ path }) => (path === '/v2/' ? json(200, {}) : { hang: true }) });
  const transport = testTransport({ stepTimeout: 1000 });
  t.teardown(() => transport.close());
  const prober = createProber(transport, { mirrors: new Map(), insecure: [], timeout: 1000, memory: newMemory() });
  const faults: (string | undefined)[] = [];
  for (const name of ['first', 'second', 'third', 'fourth']) {
    const reference = { registry: host, repository: `team/${name}`, tag: '1', digest: null };
    const { connectionFault, attempts } = await prober.probe(reference, [], { platform: null, deep: true });
    faults.push((connectionFault ?? attempts[0]?.fault)?.details.notAsked ?? 'asked');
  }
  t.strictSame(faults, ['asked', 'silentBefore', 'silentBefore', 'silentBefore'], 'the others are said to be not asked');
  t.strictSame([...new Set(requests.map(({ path }) => path))], ['/v2/', '/v2/team/first/manifests/1'], 'and they are not');
});

/** Takes questions on port 53, answers none, and ends with the process that it was started by. Its argument is a file to make once it listens. */
const NAME_SERVER = `
const server = require('node:dgram').createSocket('udp4');
server.on('message', () => console.error('asked'));
server.bind(53, '127.0.0.77', () => require('node:fs').writeFileSync(process.argv[2], ''));
const parent = process.ppid;
setInterval(() => process.ppid === parent || process.exit(), 50);
`;

t.test('a name server that never answers holds no process', async t => {
  // in a network of its own, whose only name server is this one
  const enter = ['--user', '--map-root-user', '--mount', '--net'];
  const isPossible = spawnSync('unshare', [...enter, 'ip', 'link', 'set', 'lo', 'up']).status === 0;
  if (!isPossible) {
    t.comment('not tested: this system lets no user make a network of its own');
    return void t.pass();
  }
  const files = folder({
    'resolv.conf': 'nameserver 127.0.0.77\n',
    'server.cjs': NAME_SERVER,
    'pod.json': listOf([...podOf('registry.acme.example'), ...surroundings()]),
    'inside.sh': [
      'rm -f "$1/ready" && ip link set lo up && mount --bind "$1/resolv.conf" /etc/resolv.conf || exit 99',
      '"$2" "$1/server.cjs" "$1/ready" &',
      'while [ ! -e "$1/ready" ]; do sleep 0.05; done',
      'shift 2',
      'exec "$@"\n',
    ].join('\n'),
  });
  /** In: whether it is interrupted once the name server is asked. `ms`: since then, or since the start. */
  const ask = (isInterrupted: boolean): Promise<{ status: number | NodeJS.Signals | null; stdout: string; ms: number }> =>
    new Promise(resolve => {
      const plugin = [...pluginCommand(), 'why', '-f', `${files}/pod.json`, '-o', 'json'];
      const child = spawn('unshare', [...enter, 'sh', `${files}/inside.sh`, files, process.execPath, ...plugin]);
      let [stdout, since, isAsked] = ['', Date.now(), false];
      child.stdout.on('data', text => (stdout += text));
      child.stderr.on('data', text => {
        if (isAsked || !isInterrupted || !String(text).includes('asked')) return;
        [isAsked, since] = [true, Date.now()];
        child.kill('SIGINT');
      });
      let ms = 0;
      child.on('exit', () => {
        ms = Date.now() - since;
      });
      child.on('close', (status, signal) => resolve({ status: status ?? signal, stdout, ms }));
    });
  const { stdout, status, ms } = await ask(false);
  t.match(stdout, /"cause": "RegistryNameNotResolved"/, 'it is told');
  t.equal(status, 1, 'with the status of a cause');
  // the runtime of the binary does not hand the options of the resolver on: there the limit of a step (10 s) ends the wait
  const most = process.env['IMAGEPULL_BINARY'] ? 13_000 : 8500;
  t.ok(ms < most, `and the process ends with it (${ms} ms)`);
  const stopped = await ask(true);
  // the binary can exit by itself, Node cannot
  t.equal(stopped.status, process.env['IMAGEPULL_BINARY'] ? 130 : 'SIGINT', 'Ctrl-C ends the look-up');
  t.ok(stopped.ms < PROMPTLY, `at once (${stopped.ms} ms)`);
});

t.test('Ctrl-C ends a run that waits for a file or a login', async t => {
  const files = folder({ 'login.sh': '#!/bin/sh\ntouch "$0.runs"\nexec sleep 60\n' });
  spawnSync('mkfifo', [`${files}/pipe`]);
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: `${files}/login.sh`, interactiveMode: 'Never' };
  const login = writeKubeconfig({ server: 'https://127.0.0.1:1', user: { exec } });
  const moments: [name: string, args: string[], isReached: () => boolean][] = [
    ['while a login plugin runs', ['why', '--kubeconfig', login], () => existsSync(`${files}/login.sh.runs`)],
    ['while a pipe is empty', ['why', '-f', `${files}/pipe`], () => true],
  ];
  for (const [name, args, isReached] of moments) {
    let interrupted = 0;
    const result = await run(args, {
      started: kill => {
        const poll = setInterval(() => {
          if (!isReached()) return;
          clearInterval(poll);
          setTimeout(() => {
            interrupted = Date.now();
            kill('SIGINT');
          }, 700);
        }, 20);
      },
    });
    const took = Date.now() - interrupted;
    // a shell tells 130 of a process that the signal ended too
    t.ok(result.status === 130 || result.status === null, `${name}: as interrupted (${result.status})`);
    t.ok(took < PROMPTLY, `${name}: at once (${took} ms)`);
  }
});

t.test('Ctrl-C ends a probe at any moment', { jobs: 3 }, async t => {
  const moments: [name: string, onConnection: (socket: import('node:net').Socket) => void][] = [
    ['while a registry is silent', () => {}],
    ['while a head trickles', trickle(HEAD)],
    ['while a body trickles', trickle(`${HEAD}Content-Length: 100000\r\n\r\n`)],
  ];
  for (const [name, onConnection] of moments)
    t.test(name, async t => {
      const server = await startTcp(socket => {
        connected();
        onConnection(socket);
      });
      t.teardown(() => server.close());
      let connected = (): void => {};
      const reached = new Promise<void>(resolve => {
        connected = resolve;
      });
      let interrupted = 0;
      const result = await why(server.host, '30s', kill => {
        void reached.then(() =>
          setTimeout(() => {
            interrupted = Date.now();
            kill('SIGINT');
          }, 150),
        );
      });
      const took = Date.now() - interrupted;
      t.equal(result.status, 130, 'with the status of an interrupted command');
      t.ok(took < PROMPTLY, `long before the deadline of the probe (${took} ms)`);
    });
});

/** Milliseconds within which a process ends on a loaded machine, far below every time-out of the probe. */
const PROMPTLY = 2000;
