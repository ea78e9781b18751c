/**
 * What a run asked, counted: requests, connections of each host, and the longest chain of round trips. Belongs here: the counting alone, of
 * times that others took.
 *
 * How the chain is counted: a connection is one step for TCP and one for TLS (1.3: one round trip), a request with its answer is one. Each
 * step has a beginning and an end on the client's clock: it begins when the client sends, and ends when the answer reaches it. A step that
 * begins after another has ended, on whatever connection, stands one later in the chain than that. So steps at the same time count once,
 * requests sent on one connection without waiting too, and what a client begins late for a reason of its own counts as if it had waited for
 * the answer before.
 */

/**
 * @typedef {{ kind: 'tcp' | 'tls' | 'request', host: string, connection: number, start: number, end: number, what: string }} Step
 *   Times in milliseconds.
 * @typedef {{ requests: number, connections: Record<string, number>, chain: number, path: string[] }} Count
 *   `path`: what stands in the longest chain.
 */

/**
 * Counts one run. In: its steps in any order, and by how many milliseconds a clock may be wrong.
 * @param {readonly Step[]} steps
 * @param {number} slack
 * @returns {Count}
 */
export function count(steps, slack = 0) {
  const connections = /** @type {Record<string, number>} */ ({});
  for (const { kind, host } of steps) if (kind === 'tcp') connections[host] = (connections[host] ?? 0) + 1;
  const path = longestChain(steps, slack);
  return {
    requests: steps.filter(({ kind }) => kind === 'request').length,
    connections,
    chain: path.length,
    path: path.map(({ kind, host, what }) => (kind === 'request' ? `${host} ${what}` : `${host} ${kind}`)),
  };
}

/**
 * The longest row of steps of which each begins after the one before it has ended.
 * @param {readonly Step[]} steps
 * @param {number} slack
 * @returns {Step[]}
 */
function longestChain(steps, slack) {
  const rank = { tcp: 0, tls: 1, request: 2 };
  const ordered = [...steps].sort((a, b) => a.start - b.start || rank[a.kind] - rank[b.kind]);
  /** @type {{ step: Step, length: number, before: number }[]} */
  const rows = [];
  for (const step of ordered) {
    let before = -1;
    for (const [index, row] of rows.entries())
      if (row.step.end <= step.start + slack && row.length > (rows[before]?.length ?? 0)) before = index;
    rows.push({ step, length: (rows[before]?.length ?? 0) + 1, before });
  }
  const last = rows.reduce((best, { length }, index) => (length > (rows[best]?.length ?? 0) ? index : best), -1);
  /** @type {Step[]} */
  const chain = [];
  for (let row = rows[last]; row !== undefined; row = rows[row.before]) chain.unshift(row.step);
  return chain;
}
