/**
 * Memory that is given back early. Belongs here: when and how a collection is asked for. A runtime collects garbage when its heap has grown; of a list of tens of thousands of pods nearly everything is garbage at once, and
 * the heap would grow to several times what is kept. Asking for a collection now and then costs less than the growth does.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** So many bytes of garbage are made between two collections. */
const INTERVAL = 6_000_000;

type Runtime = typeof globalThis & { Bun?: { gc(force: boolean): void } };

let made = 0;
let collect: (() => void) | undefined;

/** Says that garbage was made. In: bytes that were read or made and are no longer needed. */
export function noteGarbage(bytes: number): void {
  made += bytes;
  if (made < INTERVAL) return;
  made = 0;
  collect ??= collectorOf(globalThis as Runtime);
  collect();
}

/** How the runtime is told: Bun by its own function, V8 by the one that --expose-gc shows, which a new context has once the flag is set. */
function collectorOf({ Bun }: Runtime): () => void {
  if (Bun !== undefined) return () => Bun.gc(true);
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
