/**
 * One worker of `npm run fuzz`: makes inputs for the readers of targets.ts out of sound ones and of those that reached something new, and tells which of them throw, take too
 * long, or break a promise. What runs at the moment stands in shared memory, so that a hang can be told with its input.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../../src/util/user-error.ts';
import { type Edit, editJson, editText, WORDS } from './edits.ts';
import { TARGETS, type Target } from './targets.ts';

/** What the main thread gives: how much of what to do. */
interface Work {
  seed: number;
  /** Inputs for all readers together. */
  runs: number;
  /** The number of readers to leave out, because one before hung. */
  skip: number;
  /** Only readers whose name holds one of the words; empty: all. */
  words: string[];
  /** [number of inputs so far, bytes of the present one]. */
  state: SharedArrayBuffer;
  /** The present input. */
  input: SharedArrayBuffer;
}

/** Milliseconds that any input may take. */
const SLOW = 1000;
/** Characters of a usual input, and of one that is to be read within SLOW. */
const [LONGEST, LARGE] = [4096, 1_000_000];
/** One of so many inputs is blown up. */
const EVERY = 256;
/** Inputs that reached something new are kept, up to this number for each reader. */
const KEPT = 3000;

const { seed, runs: all, skip, words, state, input } = workerData as Work;
const counters = new Int32Array(state);
const shown = new Uint8Array(input);
const encoder = new TextEncoder();
const coverage = (globalThis as unknown as { __coverage: { fresh: number } }).__coverage;

/** Mulberry32: numbers that follow from the seed. */
function randomOf(start: number): (below: number) => number {
  let now = start >>> 0;
  return below => {
    now = (now + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(now ^ (now >>> 15), now | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Reads one input. Out: what it was read as, null after an error that the reader promises. Tells a defect. */
async function read(target: Target, text: string): Promise<string | null> {
  counters[1] = encoder.encodeInto(text, shown).written;
  Atomics.add(counters, 0, 1);
  try {
    const result = target.read(text);
    return typeof result === 'string' ? result : await result;
  } catch (error) {
    if (error instanceof UserError) return null;
    const { message = String(error), stack = '' } = error as Error;
    tell(target, message.split('\n', 1)[0] as string, stack.split('\n').slice(1, 3).join(' '), text);
    return null;
  }
}

const told = new Set<string>();
function tell(target: Target, what: string, where: string, text: string): void {
  const key = `${target.name}: ${what.replace(/\d+|".*?"/g, '…')} ${where}`;
  if (told.has(key)) return;
  told.add(key);
  parentPort?.postMessage({ reader: target.name, what, where: where.trim(), text });
}

/** The shortest of a few runs, in milliseconds: other processes make a run longer, never shorter. */
async function timed(target: Target, text: string, enough: number): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3 && best > enough; run++) {
    const started = performance.now();
    await read(target, text);
    best = Math.min(best, performance.now() - started);
  }
  return best;
}

/** Repeats a part of an input until it is large: a reader that is not linear, or not bounded, shows itself. */
async function blowUp(target: Target, text: string, random: (below: number) => number): Promise<void> {
  const from = random(text.length + 1);
  const part = text.slice(from, from + 1 + random(16)) || WORDS[random(WORDS.length)] || 'a';
  const large = (length: number): string => text.slice(0, from) + part.repeat(Math.ceil(length / part.length)) + text.slice(from);
  const small = await timed(target, large(LARGE / 32), 4);
  if (small < 4) return;
  const half = await timed(target, large(LARGE / 8), 50);
  // four times the input takes four times as long
  if (half > 50 && half / small > 10)
    tell(target, `grows faster than its input: 31 kB ${small.toFixed()} ms, 125 kB ${half.toFixed()} ms`, '', large(4000));
  if (half > SLOW / 16) {
    const whole = await timed(target, large(LARGE), SLOW);
    if (whole > SLOW) tell(target, `${whole.toFixed()} ms for 1 MB`, '', large(4000));
  }
}

const chosen = TARGETS.filter(({ name }) => words.length === 0 || words.some(word => name.includes(word)));
const runs = Math.ceil(all / chosen.length);
for (const [index, target] of chosen.entries()) {
  if (index < skip) continue;
  parentPort?.postMessage({ begins: target.name, index });
  const random = randomOf(seed + index * 7919);
  const edit = target.isJson === true ? editJson : editText;
  const kept = target.seeds();
  const seeds = kept.length;
  const results = new Set<string>();
  for (const text of kept) results.add((await read(target, text)) ?? '');
  const dictionary = [...WORDS, ...kept.filter(text => text.length < 40)];
  for (let run = kept.length; run < runs; run++) {
    const parent = kept[random(kept.length)] as string;
    const edits: Edit[] = [];
    do
      edits.push({
        kind: random(1 << 16),
        at: random(1 << 20),
        size: random(1 << 12),
        word: dictionary[random(dictionary.length)] as string,
      });
    while (edits.length < 8 && random(2) === 0);
    const text = edit(parent, edits, LONGEST);
    const before = coverage.fresh;
    const started = performance.now();
    const result = await read(target, text);
    if (performance.now() - started > SLOW && (await timed(target, text, SLOW)) > SLOW) tell(target, `longer than ${SLOW} ms`, '', text);
    const isNew = coverage.fresh > before || (result !== null && results.size < 5000 && !results.has(result));
    if (isNew) {
      results.add(result ?? '');
      if (kept.length < KEPT) kept.push(text);
      else kept[seeds + random(KEPT - seeds)] = text;
    }
    if (run % EVERY === 0) await blowUp(target, text, random);
  }
  parentPort?.postMessage({ ends: target.name, kept: kept.length - seeds, results: results.size, branches: coverage.fresh });
}
