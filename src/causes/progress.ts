/** How far a pull is, as far as facts tell: what has passed, what there is to download, at which rate, and what is left. Belongs here: the estimate, and its sentences. Pure. */
import type { Facts } from '../model/facts.ts';
import { clientOf } from '../model/runtime-client.ts';

/** The rate at which a node pulled of late. */
export interface Rate {
  bytesPerSecond: number;
  /** Pulls that it is computed from. */
  pulls: number;
  /**
   * The runtime counts the unpacked image (CRI-O, Docker), of which fewer bytes are downloaded: the true rate is lower. containerd counts what it downloads.
   * Source: containerd, internal/cri/store/image; containers/storage, ImageSize.
   */
  ofUnpacked: boolean;
}

/** An estimate of a pull that goes on. */
export interface Progress {
  /** Seconds since kubelet began the pull, with those in which it waited for others. */
  elapsedSeconds: number;
  /** Bytes of the image, compressed; null where the registry was not asked. */
  size: number | null;
  layers: number | null;
  /** Bytes of it that the node has already, at least; null where that is not known. */
  presentBytes: number | null;
  /** Null where no pull of this node is known that tells one. */
  rate: Rate | null;
  /** Seconds that the whole pull takes at that rate; null without a rate or a size. */
  expectedSeconds: number | null;
  /** Seconds that are left of those, 0 where they have passed; of a pull that may not have begun, all of them. */
  remainingSeconds: number | null;
  /** It takes at least so long: the rate is the highest that it may be, or other pulls go first. */
  atLeast: boolean;
  /** Pulls of other pods on the node that began earlier and have not ended. */
  ahead: number;
  /** Pulls of this node were seen to wait for each other (serializeImagePulls, or maxParallelImagePulls is reached). */
  queues: boolean;
  /** The longest time that a pull of this node waited for others, in seconds; null where none is known. */
  longestWait: number | null;
}

/** Pulls that a rate is computed from, the newest. */
const MOST_PULLS = 5;
/** Of a smaller or quicker pull the connection takes most of the time. */
const LEAST_BYTES = 1e6;
const LEAST_SECONDS = 0.5;

/** The rate of a node's last pulls: their bytes by their seconds; null where none of them tells it. */
export function rateOf({ pulls, node }: Pick<Facts, 'pulls' | 'node'>): Rate | null {
  const told = (pulls?.ended ?? [])
    .filter(({ bytes, seconds }) => (bytes ?? 0) >= LEAST_BYTES && seconds >= LEAST_SECONDS)
    .slice(0, MOST_PULLS);
  if (told.length === 0) return null;
  const sum = (of: (pull: (typeof told)[number]) => number): number => told.reduce((total, pull) => total + of(pull), 0);
  return {
    bytesPerSecond: sum(({ bytes }) => bytes ?? 0) / sum(({ seconds }) => seconds),
    pulls: told.length,
    ofUnpacked: clientOf(node.runtime) !== 'containerd',
  };
}

/** How far a pull is. In: the facts of an image, at their time `now`. Out: null where the node does not pull it, as far as is known. */
export function progressOf(facts: Facts): Progress | null {
  const { nodeReport, probe, pulls } = facts;
  const begun = Date.parse(nodeReport.pullingSince ?? '');
  const elapsedSeconds = (Date.parse(facts.now) - begun) / 1000;
  if (Number.isNaN(elapsedSeconds)) return null;
  const rate = rateOf(facts);
  const size = probe?.size ?? null;
  const presentBytes = probe?.presentBytes ?? null;
  const waits = (pulls?.ended ?? []).flatMap(({ seconds, withWaiting }) => (withWaiting === null ? [] : [withWaiting - seconds]));
  const longestWait = waits.length === 0 ? null : Math.max(...waits);
  const ahead = (pulls?.open ?? []).filter(({ since }) => Date.parse(since) < begun).length;
  const queues = longestWait !== null && longestWait >= 1;
  const expectedSeconds = rate === null || size === null ? null : Math.max(0, size - (presentBytes ?? 0)) / rate.bytesPerSecond;
  const mayNotHaveBegun = queues && ahead > 0;
  return {
    elapsedSeconds: Math.max(0, Math.round(elapsedSeconds)),
    size,
    layers: probe?.layers ?? null,
    presentBytes,
    rate,
    expectedSeconds,
    remainingSeconds: expectedSeconds === null ? null : Math.max(0, expectedSeconds - (mayNotHaveBegun ? 0 : elapsedSeconds)),
    atLeast: mayNotHaveBegun || rate?.ofUnpacked === true,
    ahead,
    queues,
    longestWait,
  };
}
