/**
 * List and watch of pods: one stream of changes that outlives what ends a watch (closed connections, API servers that restart, lists that
 * have expired). What the changes mean belongs to the caller.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from '../model/kubernetes.ts';
import { isObject } from '../parse/shape.ts';
import { inUrl } from '../util/text.ts';
import { UserError } from '../util/user-error.ts';
import { readPod } from './shape.ts';

/** What a watch of pods reports. */
export type PodChange =
  /** All pods that may fail now: the first list, and a new one after each gap. */
  | { type: 'listed'; pods: Pod[] }
  | { type: 'changed'; pod: Pod }
  | { type: 'deleted'; pod: Pod }
  /** The connection is lost. It is tried again. */
  | { type: 'disconnected'; why: string };

/** Where pods are listed and watched. */
export interface PodSource {
  /** All pods that may fail, and the resourceVersion of their list. */
  list(): Promise<{ pods: Pod[]; resourceVersion: string }>;
  /** The lines of a watch with this query. */
  lines(query: string): AsyncGenerator<string>;
}

/** The pause before the next watch, in milliseconds: it doubles from the first to the longest. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

/**
 * Follows pods until the signal aborts. After a gap a new list tells the present state, so that no lasting change is lost. Errors: a
 * UserError when the first list fails, or when trying again is of no use (`isFinal`).
 */
export async function* watchPods(source: PodSource, signal: AbortSignal): AsyncGenerator<PodChange> {
  let version: string | null = null;
  let pause = FIRST_PAUSE;
  let listedOnce = false;
  while (!signal.aborted) {
    try {
      if (version === null) {
        const { pods, resourceVersion } = await source.list();
        version = resourceVersion;
        listedOnce = true;
        yield { type: 'listed', pods };
      }
      const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=300&resourceVersion=${inUrl(version)}`;
      let isSilent = true;
      for await (const line of source.lines(query)) {
        const event = readEvent(line);
        version = event === 'expired' ? null : (event.version ?? version);
        if (event === 'expired') break;
        isSilent = false;
        pause = FIRST_PAUSE;
        if (event.change !== null) yield event.change;
      }
      // a server that ends every watch at once is not asked in a tight loop
      if (isSilent) await rest();
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof UserError && (!listedOnce || error.isFinal)) throw error;
      version = null;
      yield { type: 'disconnected', why: (error as Error).message };
      await rest();
    }
  }

  async function rest(): Promise<void> {
    await sleep(pause, undefined, { signal }).catch(() => {});
    pause = Math.min(LONGEST_PAUSE, pause * 2);
  }
}

interface WatchEvent {
  version: string | undefined;
  change: PodChange | null;
}

/**
 * One line of a watch: its version, and its change (a bookmark has none); `expired` when a new list is needed: 410 Gone, and a line that
 * tells nothing, since what it should have told is in the list. Errors: a UserError when the line is not JSON.
 */
function readEvent(line: string): WatchEvent | 'expired' {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new UserError('the API server sent a line that is not JSON');
  }
  const { type, object } = isObject(value) ? value : {};
  if (typeof type !== 'string' || type === 'ERROR' || !isObject(object)) return 'expired';
  const version = isObject(object.metadata) ? object.metadata.resourceVersion : undefined;
  const known = typeof version === 'string' ? version : undefined;
  if (type === 'BOOKMARK') return { version: known, change: null };
  const pod = readPod(object);
  return pod === null ? 'expired' : { version: known, change: { type: type === 'DELETED' ? 'deleted' : 'changed', pod } };
}
