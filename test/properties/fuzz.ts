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
  /** The number of readers (or suspects) to leave out, because one before hung. */
  skip: number;
  /** In place of all this: inputs whose time is to be measured, alone on the machine and without the counters of branches. */
  suspects?: Suspect[];
  /** Only readers whose name holds one of the words; empty: all. */
  words: string[];
  /** [number of inputs so far, bytes of the present one]. */
  state: SharedArrayBuffer;
  /** The present input. */
  input: SharedArrayBuffer;
}

/** An input that was slow: `before`, then `part` as often as a size needs, then `after`. */
interface Suspect {
  reader: string;
  before: string;
  part: string;
  after: string;
}

/** Milliseconds that any input may take. */
const SLOW = 1000;
/** Characters of a usual input, and of one that is to be read within SLOW. */
const [LONGEST, LARGE] = [4096, 1_000_000];
/** One of so many inputs is blown up. */
const EVERY = 256;
/** Suspects of each reader that are measured again. */
const MOST_SUSPECTS = 10;
/** Inputs that reached something new are kept, up to this number for each reader. */
const KEPT = 3000;

const { seed, runs: all, skip, suspects, words, state, input } = workerData as Work;
const counters = new Int32Array(state);
const shown = new Uint8Array(input);
const encoder = new TextEncoder();
/** Absent in the bundle that measures. */
const coverage = (globalThis as unknown as { __coverage?: { fresh: number } }).__coverage;
const reached = (): number => coverage?.fresh ?? 0;

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

/** An input with its part repeated up to a length. */
const blownUp = ({ before, part, after }: Suspect, length: number): string =>
  before + part.repeat(part === '' ? 0 : Math.ceil(length / part.length)) + after;

/** Whether an input takes too long at its own size, at 1 MB, or longer than its growth explains. Out: what is wrong, and with which text. */
async function slowness(target: Target, suspect: Suspect): Promise<{ what: string; text: string } | null> {
  const own = blownUp(suspect, 0);
  if ((await timed(target, own, SLOW)) > SLOW) return { what: `longer than ${SLOW} ms`, text: own };
  if (suspect.part === '') return null;
  const small = await timed(target, blownUp(suspect, LARGE / 32), 4);
  if (small < 4) return null;
  const medium = blownUp(suspect, LARGE / 8);
  const middle = await timed(target, medium, 50);
  // four times the input takes four times as long
  if (middle > 50 && middle / small > 10)
    return { what: `grows faster than its input: 31 kB ${small.toFixed()} ms, 125 kB ${middle.toFixed()} ms`, text: medium };
  if (middle < SLOW / 16) return null;
  const large = blownUp(suspect, LARGE);
  const whole = await timed(target, large, SLOW);
  return whole > SLOW ? { what: `${whole.toFixed()} ms for 1 MB`, text: large } : null;
}

const suspected = new Map<string, number>();
/** Has an input measured again, later and alone, where it is slow here: other processes and the counters make every input slower. */
async function suspect(target: Target, { before, part, after }: Omit<Suspect, 'reader'>): Promise<void> {
  const one = { reader: target.name, before, part, after };
  const already = suspected.get(target.name) ?? 0;
  if (already === MOST_SUSPECTS || (await slowness(target, one)) === null) return;
  suspected.set(target.name, already + 1);
  parentPort?.postMessage({ suspect: one });
}

/** Repeats a part of an input until it is large: a reader that is not linear, or not bounded, shows itself. */
async function blowUp(target: Target, text: string, random: (below: number) => number): Promise<void> {
  const from = random(text.length + 1);
  const part = text.slice(from, from + 1 + random(16)) || WORDS[random(WORDS.length)] || 'a';
  await suspect(target, { before: text.slice(0, from), part, after: text.slice(from) });
}

for (const [index, one] of (suspects ?? []).entries()) {
  const target = TARGETS.find(({ name }) => name === one.reader);
  if (index < skip || target === undefined) continue;
  parentPort?.postMessage({ begins: target.name, index });
  const slow = await slowness(target, one);
  if (slow !== null) tell(target, slow.what, '', slow.text);
}

const chosen = TARGETS.filter(({ name }) => suspects === undefined && (words.length === 0 || words.some(word => name.includes(word))));
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
    const before = reached();
    const started = performance.now();
    const result = await read(target, text);
    if (performance.now() - started > SLOW) await suspect(target, { before: text, part: '', after: '' });
    const isNew = reached() > before || (result !== null && results.size < 5000 && !results.has(result));
    if (isNew) {
      results.add(result ?? '');
      if (kept.length < KEPT) kept.push(text);
      else kept[seeds + random(KEPT - seeds)] = text;
    }
    if (run % EVERY === 0) await blowUp(target, text, random);
  }
  parentPort?.postMessage({ ends: target.name, kept: kept.length - seeds, results: results.size, branches: reached() });
}
