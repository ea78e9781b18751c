/**
 * `why -A` where a third of 60 registries is slow or dead: they answer after a second, accept and say nothing, refuse, or are never connected. 400 images lead there. What must hold: all
 * of it takes hardly longer than --timeout, which the dead ones cost together; those that answer are asked as if there were no others; a dead one gets one connection, and one that is silent
 * no second request; and on a terminal the first findings stand there while the pods are still being read.
 */
import { spawnSync } from 'node:child_process';
import { ANSWERING } from './registries.mjs';
import { median, plugin, run, withCluster } from './run.mjs';

/** Seconds of --timeout. */
const TIMEOUT = 5;

/** Requests and connections of the registries of each behavior: the most that one of them got. */
function mostOf(/** @type {import('./run.mjs').Stats} */ { registries }) {
  const behaviors = [...new Set(registries.map(({ behavior }) => behavior))];
  return behaviors.map(behavior => {
    const all = registries.filter(registry => registry.behavior === behavior);
    const most = (/** @type {'requests' | 'connections'} */ what) => Math.max(...all.map(({ counts }) => counts[what]));
    return `${all.length} ${behavior}: ${most('requests')} requests, ${most('connections')} connections`;
  });
}

/** In: the number of pods. */
export async function measureDead(/** @type {number} */ pods) {
  await withCluster([String(pods), 'dead'], async ({ environment, hosts, reset, stats }) => {
    // loopback hosts count as inner ones, of which no more than 40 are asked unless they are named
    const flags = ['-A', '--timeout', `${TIMEOUT}s`, ...hosts.flatMap(host => ['--insecure-registry', host])];
    const healthy = await run([...plugin, 'why', ...flags, '--no-probe'], environment);
    await reset();
    const started = Date.now();
    const dead = await run([...plugin, 'why', ...flags], environment);
    const seen = await stats();
    const asked = mostOf(seen);
    const answering = seen.registries.filter(({ behavior }) => ANSWERING.some(one => one === behavior));
    const last = Math.max(...answering.map(({ counts }) => counts.last)) - started;
    console.log(`\n${pods} pods, 400 images, ${hosts.length} registries of which a third is slow or dead, --timeout ${TIMEOUT}s`);
    const after = ((dead.ms - healthy.ms) / 1000).toFixed(1);
    console.log(
      `  why -A: ${(dead.ms / 1000).toFixed(1)} s, peak ${dead.peak.toFixed(0)} MB; ${after} s longer than with --no-probe, of which the dead may take ${TIMEOUT} s`,
    );
    console.log(
      `  the last request to a registry that answers: ${(last / 1000).toFixed(1)} s after the start, ${((dead.ms - last) / 1000).toFixed(1)} s before the end`,
    );
    for (const line of asked) console.log(`  at most, of ${line}`);
    if (spawnSync('script', ['--version']).status !== 0) return;
    const words = [...plugin, 'why', ...flags].map(word => `'${word}'`).join(' ');
    const times = [];
    for (let round = 0; round < 3; round++) {
      const command = ['script', '-qec', `stty cols 120; ${words}`, '/dev/null'];
      times.push((await run(command, { ...environment, CI: '', TERM: 'xterm' }, /\d+ [A-Z][A-Za-z]+ \(/)).ms);
    }
    console.log(`  on a terminal the first findings stand there after ${median(times).toFixed(0)} ms`);
  });
}
