/** No registry takes more time than it is given: the built plugin as a process, servers that are silent, slow or without an end, and Ctrl-C. */
import t from 'tap';
import { Credential } from '../../src/model/credential.ts';
import { newMemory } from '../../src/registry/once-per-credential.ts';
import { createProber } from '../../src/registry/prober.ts';
import { createTransport } from '../../src/registry/transport.ts';
import { failingPod, type Item, json, type KubernetesObject, Lab, pullSecret, surroundings } from '../helpers/lab.ts';
import { type Run, run } from '../helpers/process.ts';
import { type Answer, startTcp, type TestServer } from '../helpers/registry.ts';

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
  for (let index = 0; index < 6; index++) silent.push(await startTcp(() => {}));
  const test = (secrets: KubernetesObject): Promise<Run> =>
    run(['test-secret', '-f', '-', '-o', 'json', '--timeout', '2s'], { input: listOf([secrets]) });
  const entriesOf = ({ stdout }: Run): { result: string; detail: string; cause: string | null }[] =>
    (JSON.parse(stdout) as { items: { entries: [] }[] }).items[0]?.entries ?? [];

  const six = await test(secretOf(...silent.map(({ host }) => host)));
  t.ok(six.ms < 11_000, `six silent registries take no six time limits (${six.ms} ms)`);
  t.strictSame(
    entriesOf(six).map(({ result }) => result),
    ['error', 'notTried', 'notTried', 'notTried', 'notTried', 'notTried'],
    'what was not tried is said to be not tried',
  );
});

t.test('a silent host is asked once', async t => {
  const lab = new Lab();
  let asked = 0;
  const tokens = await startTcp(socket => void socket.on('data', () => asked++));
  const { host } = await lab.registry({ answer: () => leadingTo(`http://${tokens.host}/token`) });
  const transport = createTransport({
    stepTimeout: 500,
    signal: new AbortController().signal,
    insecure: [],
    ca: null,
    environment: {},
    userAgent: 'test',
  });
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
