/**
 * The registries of a synthetic cluster, on loopback: those that answer, each broken in its own way, and those that are slow or dead. Belongs here: how each of them behaves, and
 * what it counts.
 */
import { spawn } from 'node:child_process';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer } from 'node:net';

/** @typedef {{ requests: number, connections: number, last: number }} Counts `last`: when the last request came, in milliseconds since 1970 */
/** @typedef {'missing' | 'denied' | 'rejected' | 'failing' | 'slow' | 'silent' | 'refusing' | 'unreachable'} Behavior */
/** @typedef {{ host: string, behavior: Behavior, counts: Counts }} Registry */

/** What answers, in turn. */
export const ANSWERING = /** @type {const} */ (['missing', 'denied', 'rejected', 'failing']);
/** What is slow or dead, in turn. */
export const SICK = /** @type {const} */ (['slow', 'silent', 'refusing', 'unreachable']);
/** Milliseconds in which a slow registry answers. */
const SLOW = 1000;

/** Out: the port. */
const listen = (/** @type {import('node:net').Server} */ server) =>
  /** @type {Promise<number>} */ (
    new Promise(resolve => {
      server.listen(0, '127.0.0.1', () => resolve(/** @type {import('node:net').AddressInfo} */ (server.address()).port));
    })
  );

/**
 * An answer of a registry.
 * @param {Behavior} behavior
 * @param {import('node:http').IncomingMessage} request
 * @returns {[status: number, body: object, headers?: Record<string, string>]}
 */
function answerOf(behavior, { url = '/', headers }) {
  const login = headers.authorization;
  const error = (/** @type {string} */ code, /** @type {string} */ message) => ({ errors: [{ code, message }] });
  const asksLogin = /** @type {const} */ ([
    401,
    error('UNAUTHORIZED', 'authentication required'),
    { 'www-authenticate': 'Basic realm="bench"' },
  ]);
  if (behavior === 'denied' && login === undefined) return [...asksLogin];
  if (behavior === 'rejected') return [...asksLogin];
  if (behavior === 'failing' && url !== '/v2/') return [503, error('UNAVAILABLE', 'down')];
  if (url === '/v2/') return [200, {}];
  if (/\/tags\/list/.test(url)) return [200, { name: 'x', tags: ['1.0', '1.1', '2.0'] }];
  return [404, error('MANIFEST_UNKNOWN', 'manifest unknown')];
}

/** A server that answers, at once or late. */
async function answering(/** @type {Behavior} */ behavior) {
  const counts = { requests: 0, connections: 0, last: 0 };
  const server = createHttpServer((request, response) => {
    counts.requests++;
    counts.last = Date.now();
    const [status, body, headers = {}] = answerOf(behavior, request);
    const answer = () => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(request.method === 'HEAD' ? undefined : JSON.stringify(body));
    };
    if (behavior === 'slow') setTimeout(answer, SLOW);
    else answer();
  });
  server.on('connection', () => counts.connections++);
  return { port: await listen(server), counts };
}

/** A server that accepts, and says nothing. */
async function silent() {
  const counts = { requests: 0, connections: 0, last: 0 };
  const server = createServer(socket => {
    counts.connections++;
    socket.on('error', () => {}).resume();
  });
  return { port: await listen(server), counts };
}

/** A port where nobody listens. */
async function refusing() {
  const server = createServer();
  const port = await listen(server);
  await new Promise(resolve => server.close(resolve));
  return { port, counts: { requests: 0, connections: 0, last: 0 } };
}

/** Ports whose connections never end: the program that listens is stopped, and its queues are full. What connects there is seen by nobody, and counted by nobody. */
async function unreachable(/** @type {number} */ number) {
  if (number === 0) return { ports: [], close() {} };
  const program = `
    const { createServer } = require('node:net');
    const servers = Array.from({ length: ${number} }, () => createServer());
    let left = servers.length;
    for (const server of servers)
      server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
        if (--left === 0) process.stdout.write(JSON.stringify(servers.map(server => server.address().port)), () => process.kill(process.pid, 'SIGSTOP'));
      });`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  /** @type {number[]} */
  const ports = JSON.parse(await new Promise(resolve => child.stdout.once('data', data => resolve(String(data)))));
  // what the queue holds is connected; the kernel drops the rest
  const fillers = ports.flatMap(port => Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => {})));
  await new Promise(resolve => setTimeout(resolve, 200));
  return {
    ports,
    close() {
      for (const filler of fillers) filler.destroy();
      child.kill('SIGKILL');
    },
  };
}

/**
 * Starts registries, one for each behavior that is named.
 * @param {readonly Behavior[]} behaviors
 * @returns {Promise<{ registries: Registry[], close(): void }>}
 */
export async function startRegistries(behaviors) {
  const { ports, close } = await unreachable(behaviors.filter(behavior => behavior === 'unreachable').length);
  const registries = [];
  for (const behavior of behaviors) {
    const { port, counts } =
      behavior === 'unreachable'
        ? { port: /** @type {number} */ (ports.shift()), counts: { requests: 0, connections: 0, last: 0 } }
        : await (behavior === 'silent' ? silent() : behavior === 'refusing' ? refusing() : answering(behavior));
    registries.push({ host: `127.0.0.1:${port}`, behavior, counts });
  }
  return { registries, close };
}
