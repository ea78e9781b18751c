/** List and watch of pods that survives what a watch meets: closed connections, API servers that restart, and lists that are too old (410 Gone). */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from '../model/kubernetes.ts';
import { UserError } from '../util/user-error.ts';

export type PodChange =
  /** Everything that fails at this moment: the first list, and each one after a gap. */
  | { type: 'list'; pods: Pod[] }
  | { type: 'changed'; pod: Pod }
  | { type: 'gone'; pod: Pod }
  /** The connection is lost and will be tried again. */
  | { type: 'lost'; why: string };

interface WatchEvent {
  type: string;
  object: Pod & { code?: number; message?: string; metadata: { resourceVersion?: string } };
}

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

/** Where pods are listed and watched. */
export interface PodSource {
  /** A whole list, with its resourceVersion. */
  list(): Promise<{ pods: Pod[]; resourceVersion: string }>;
  /** The lines of a watch with this query. */
  lines(query: string): AsyncGenerator<string>;
}

/** Follows pods until the signal fires. A gap is closed by a new list, so that nothing is lost that still holds. */
export async function* watchPods(source: PodSource, signal: AbortSignal): AsyncGenerator<PodChange> {
  let version: string | null = null;
  let pause = FIRST_PAUSE;
  let first = true;
  while (!signal.aborted) {
    try {
      if (version === null) {
        const { pods, resourceVersion } = await source.list();
        version = resourceVersion;
        first = false;
        yield { type: 'list', pods };
      }
      const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=300&resourceVersion=${encodeURIComponent(version)}`;
      let silent = true;
      for await (const line of source.lines(query)) {
        const event = JSON.parse(line) as WatchEvent;
        if (event.type === 'ERROR') {
          version = null;
          break;
        }
        silent = false;
        version = event.object.metadata.resourceVersion ?? version;
        pause = FIRST_PAUSE;
        if (event.type !== 'BOOKMARK')
          yield event.type === 'DELETED' ? { type: 'gone', pod: event.object } : { type: 'changed', pod: event.object };
      }
      // a server that ends every watch at once is not pressed
      if (silent) await rest();
    } catch (error) {
      if (signal.aborted) return;
      // at the very beginning an error is an error; later the cluster is expected back
      if (error instanceof UserError && (first || error.isFinal)) throw error;
      version = null;
      yield { type: 'lost', why: (error as Error).message };
      await rest();
    }
  }

  async function rest(): Promise<void> {
    await sleep(pause, undefined, { signal }).catch(() => {});
    pause = Math.min(LONGEST_PAUSE, pause * 2);
  }
}
