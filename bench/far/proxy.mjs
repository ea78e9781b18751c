/**
 * A TCP proxy that puts distance between a client and a server on one machine: every chunk arrives later by the time of one way, in the
 * order in which they were sent. Loopback does not delay the handshake of TCP, so that what a client sends first is held back by the round
 * trip that the handshake would take.
 */
import { connect, createServer } from 'node:net';

/** @typedef {import('node:net').Socket} Socket */
/** @typedef {{ address: string, to: number, oneWay: number, opened: (accepted: number, port: number) => void }} Far
 *   `to`: the port of the server; `opened`: told when a client connected (performance.now()), and from which port the server sees it. */

/**
 * Starts a proxy. Out: its port.
 * @param {Far} options
 * @returns {Promise<number>}
 */
export function startProxy({ address, to, oneWay, opened }) {
  const server = createServer({ noDelay: true, allowHalfOpen: true }, client => {
    const accepted = performance.now();
    const upstream = connect({ port: to, host: '127.0.0.1', noDelay: true, allowHalfOpen: true }, () => {
      opened(accepted, upstream.localPort ?? 0);
      delay(client, upstream, now => Math.max(now, accepted + 2 * oneWay) + oneWay);
      delay(upstream, client, now => now + oneWay);
    });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ]) {
      one?.on('error', () => other?.destroy());
      one?.on('close', () => setTimeout(() => other?.destroy(), 3 * oneWay).unref());
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address, () => resolve(/** @type {import('node:net').AddressInfo} */ (server.address()).port));
  });
}

/**
 * Copies what comes from one socket to the other at the time that `due` says for what came at a given one.
 * @param {Socket} from
 * @param {Socket} to
 * @param {(now: number) => number} due
 */
function delay(from, to, due) {
  /** @type {{ at: number, chunk: Buffer | null }[]} */
  const waiting = [];
  let isTimed = false;
  const pump = () => {
    isTimed = false;
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const left = first.at - performance.now();
      if (left > 0) {
        isTimed = true;
        setTimeout(pump, left);
        return;
      }
      waiting.shift();
      if (first.chunk === null) to.end();
      else if (to.writable) to.write(first.chunk);
    }
  };
  const take = (/** @type {Buffer | null} */ chunk) => {
    waiting.push({ at: due(performance.now()), chunk });
    if (!isTimed) pump();
  };
  from.on('data', take);
  from.on('end', () => take(null));
}
