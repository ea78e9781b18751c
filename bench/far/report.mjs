/** What the bench prints: the table of medians, and which bars hold. Belongs here: texts made of figures; what measures: bench/far.mjs. */
import { floorOf } from './cases.mjs';

/** @typedef {import('./cases.mjs').Case} Case */
/** @typedef {import('./count.mjs').Count} Count */
/** @typedef {{ ms: number, cpu: number, count: Count }} Run `cpu`: NaN where it is not known. */
/** @typedef {{ name: string, of?: Case, runs: Run[] }} Measured `of`: absent for the peer. */

/** Times crane's wall time that a case may take at most, at 50 ms each way. @type {Record<string, number>} */
const RATIOS = { 'missing tag': 1.3, 'wrong password': 1.3, 'good image': 1.6 };
/** Connections to one host, and to one that serves layers. */
const CONNECTIONS = 1;
const LAYER_CONNECTIONS = 2;

const median = (/** @type {readonly number[]} */ list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
const time = (/** @type {Measured} */ { runs }) => median(runs.map(({ ms }) => ms));
const requests = (/** @type {Measured} */ { runs }) => median(runs.map(({ count }) => count.requests));
const chain = (/** @type {Measured} */ { runs }) => median(runs.map(({ count }) => count.chain));
const shown = (/** @type {number} */ value, digits = 0) => (Number.isNaN(value) ? '-' : value.toFixed(digits));
/** The most that any run opened to each host. @param {Measured} measured */
const connections = ({ runs }) => {
  const most = /** @type {Record<string, number>} */ ({});
  for (const { count } of runs)
    for (const [host, number] of Object.entries(count.connections)) most[host] = Math.max(most[host] ?? 0, number);
  return most;
};
/** To the peer; NaN without one. @param {Measured} one @param {readonly Measured[]} all */
const ratio = (one, all) => {
  const peer = all.find(({ of }) => of === undefined);
  return peer === undefined ? Number.NaN : time(one) / time(peer);
};

/**
 * The table. In: what was measured, and the milliseconds of each way.
 * @param {readonly Measured[]} all
 * @param {number} oneWay
 * @returns {string}
 */
export function table(all, oneWay) {
  const rows = [['', 'ms', 'x crane', 'own ms', 'cpu ms', 'requests', 'chain', 'floor', 'connections']];
  for (const one of all) {
    const times = ratio(one, all);
    rows.push([
      one.name,
      time(one).toFixed(0),
      shown(times, 2),
      (time(one) - chain(one) * 2 * oneWay).toFixed(0),
      shown(median(one.runs.map(({ cpu }) => cpu))),
      String(requests(one)),
      String(chain(one)),
      one.of === undefined ? '-' : String(floorOf(one.of)),
      Object.entries(connections(one))
        .map(([host, number]) => `${host} ${number}`)
        .join(', '),
    ]);
  }
  const width = (/** @type {number} */ column) => Math.max(...rows.map(row => row[column]?.length ?? 0));
  const isText = (/** @type {number} */ column) => column === 0 || column === 8;
  return rows
    .map(row => row.map((cell, column) => (isText(column) ? cell.padEnd(width(column)) : cell.padStart(width(column)))).join('  '))
    .map(line => line.trimEnd())
    .join('\n');
}

/**
 * The bars, one on a line, and whether each holds.
 * @param {readonly Measured[]} all
 * @returns {string}
 */
export function bars(all) {
  const told = (/** @type {boolean} */ holds, /** @type {string} */ text) => `${holds ? 'holds ' : 'missed'}  ${text}`;
  return all
    .flatMap(one => {
      const { name, of } = one;
      if (of === undefined) return [];
      const most = RATIOS[of.name];
      const times = ratio(one, all);
      const ofTime =
        most === undefined || Number.isNaN(times) ? [] : [told(times <= most, `${name}: ${times.toFixed(2)} x crane, ${most} at most`)];
      const ofHosts = Object.entries(connections(one)).map(([host, number]) => {
        const limit = host === of.layersAt ? LAYER_CONNECTIONS : CONNECTIONS;
        return told(number <= limit, `${name}: ${number} to ${host}, ${limit} at most`);
      });
      return [...ofTime, ...ofHosts];
    })
    .join('\n');
}
