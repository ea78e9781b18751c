/** Addresses of a name: which are tried, when the next one begins, and what is told where none answers. Real sockets on loopback. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import t from 'tap';
import { openTcp } from '../../src/registry/tcp.ts';
import { WireError } from '../../src/registry/wire.ts';
import { freePort, startTcp } from '../helpers/registry.ts';

const limits = (stepTimeout: number, signal = new AbortController().signal) => ({ stepTimeout, signal });

t.test('the next address is tried at once where one refuses', async t => {
  const server = await startTcp(() => {});
  t.teardown(() => server.close());
  const socket = await openTcp(['::1', '127.0.0.1'], server.port, limits(5000));
  t.equal(socket.remoteAddress, '127.0.0.1');
  socket.destroy();
});

t.test('where none answers all are told, in their order', async t => {
  const port = await freePort();
  const error = await openTcp(['127.0.0.1', '127.0.0.2', '127.0.0.3'], port, limits(5000)).catch(thrown => thrown);
  t.ok(error instanceof WireError);
  t.match(error.fault, { stage: 'connect', kind: 'refused', code: 'ECONNREFUSED' });
  t.match(error.fault.detail, /^127\.0\.0\.1:\d+ ECONNREFUSED; 127\.0\.0\.2:\d+ .*; 127\.0\.0\.3:\d+ /);
});

t.test('an address that keeps silent holds up no other', { skip: process.platform !== 'linux' }, async t => {
  // a process that listens and never accepts: when its queue is full, the system answers nobody any more
  const program = `const s = require('node:net').createServer(); s.listen({ host: '127.0.0.2', port: 0, backlog: 1 }, () => {
    process.stdout.write(String(s.address().port)); setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 50); });`;
  const deaf = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const full: Socket[] = [];
  t.teardown(() => {
    deaf.kill('SIGKILL');
    for (const socket of full) socket.destroy();
  });
  const [text] = (await once(deaf.stdout, 'data')) as [Buffer];
  const port = Number(text);
  await new Promise(resolve => setTimeout(resolve, 300));
  for (let index = 0; index < 8; index++) full.push(connect({ host: '127.0.0.2', port }).on('error', () => {}));
  await new Promise(resolve => setTimeout(resolve, 300));
  const server = await startTcp(() => {});
  t.teardown(() => server.close());

  const lone = await openTcp(['127.0.0.2'], port, limits(1000)).catch(thrown => thrown);
  t.match(lone.fault, {
    kind: 'timeout',
    code: 'ETIMEDOUT',
    detail: `127.0.0.2:${port} connecting to 127.0.0.2:${port} did not finish within 1 s`,
  });

  const both = await openTcp(['127.0.0.2', '127.0.0.2'], port, limits(4000)).catch(thrown => thrown);
  t.match(both.fault.detail, /within 2 s; .* within 2 s$/, 'each is told with its part of the time');

  const over = new AbortController();
  setTimeout(() => over.abort(), 100);
  const stopped = await openTcp(['127.0.0.2', '127.0.0.2'], port, limits(60_000, over.signal)).catch(thrown => thrown);
  t.match(stopped.fault, { code: 'ABORTED', detail: /was stopped.*; .*was stopped/ }, 'the end of the time ends all');

  // the address that answers does so on this port of its own
  const other = await startTcp(() => {}, '127.0.0.1', port);
  t.teardown(() => other.close());
  const started = performance.now();
  const socket = await openTcp(['127.0.0.2', '127.0.0.1'], port, limits(60_000));
  t.equal(socket.remoteAddress, '127.0.0.1');
  t.ok(performance.now() - started < 15_000, 'long before the first one has used up its half of a minute');
  socket.destroy();
});
