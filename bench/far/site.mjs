/**
 * The far side of the bench, in a process of its own: a registry that is its own token server, one with a token host of its own, and a host
 * of blobs, all over TLS and behind proxies that delay. It notes each connection and request with its times on the client's clock, and
 * tells them when it is asked.
 *
 *   fork(site.mjs, [ONE_WAY_MS, FOLDER])     sends { hosts, ca }; for each message it sends the steps since the last, and forgets them
 */
import { createServer } from 'node:https';
import { makeCertificates } from './certificates.mjs';
import { startProxy } from './proxy.mjs';
import { blobAnswer, registryAnswer, tokenAnswer } from './registry.mjs';

/** @typedef {import('./count.mjs').Step} Step */
/** @typedef {import('./registry.mjs').Asked} Asked */
/** @typedef {import('./registry.mjs').Answer} Answer */
/** @typedef {'registry' | 'split' | 'token' | 'layers'} Host `split`: the registry whose token server is another host. */
/** @typedef {{ hosts: Record<Host, string>, ca: string }} Site Addresses with ports, and the file of the authority. */

const oneWay = Number(process.argv[2]);
// other systems than Linux have one loopback address; crane takes a registry at 127.0.0.1 for one that may speak plain HTTP
const addressOf = (/** @type {number} */ last) => `127.0.0.${process.platform === 'linux' ? last : 1}`;
const ADDRESSES = { registry: addressOf(2), token: addressOf(3), layers: addressOf(4), split: addressOf(5) };
const { ca, cert, key } = makeCertificates(process.argv[3] ?? '.', Object.values(ADDRESSES));

/** @type {Step[]} */
let steps = [];
let connections = 0;
/** Connections by the port from which a server sees them. @type {Map<number, { id: number, accepted: number }>} */
const seen = new Map();

/**
 * Starts one host.
 * @param {Host} host
 * @param {(asked: Asked) => Answer} answer
 * @returns {Promise<string>} Its address with the port.
 */
async function start(host, answer) {
  const server = createServer({ cert, key, keepAliveTimeout: 60_000 }, async (request, response) => {
    const start = performance.now() - oneWay;
    const { method = '', url = '', headers } = request;
    const connection = seen.get(request.socket.remotePort ?? 0)?.id ?? 0;
    response.on('close', () => {
      steps.push({ kind: 'request', host, connection, start, end: performance.now() + oneWay, what: `${method} ${url.slice(0, 60)}` });
    });
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const asked = { method, url: new URL(url, `https://${headers.host}`), authorization: headers.authorization, body };
    const { status, headers: more = {}, body: text = '' } = answer(asked);
    response.writeHead(status, { 'content-length': String(Buffer.byteLength(text)), ...more }).end(method === 'HEAD' ? undefined : text);
  });
  server.on('secureConnection', socket => {
    const { id = 0, accepted = 0 } = seen.get(socket.remotePort ?? 0) ?? {};
    steps.push({ kind: 'tls', host, connection: id, start: accepted + 2 * oneWay, end: performance.now() - oneWay, what: '' });
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const opened = (/** @type {number} */ accepted, /** @type {number} */ from) => {
    const id = ++connections;
    seen.set(from, { id, accepted });
    steps.push({ kind: 'tcp', host, connection: id, start: accepted, end: accepted + 2 * oneWay, what: '' });
  };
  return `${ADDRESSES[host]}:${await startProxy({ address: ADDRESSES[host], to: port, oneWay, opened })}`;
}

const layers = await start('layers', blobAnswer);
const token = await start('token', tokenAnswer);
const blobs = `https://${layers}`;
const registry = await start('registry', asked => registryAnswer(asked, { realm: asked.url.origin, blobs }));
const split = await start('split', asked => registryAnswer(asked, { realm: `https://${token}`, blobs }));

process.on('message', () => {
  process.send?.(steps);
  steps = [];
});
process.on('disconnect', () => process.exit());
process.send?.({ hosts: { registry, split, token, layers }, ca });
