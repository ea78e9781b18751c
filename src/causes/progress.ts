/** How far a pull is, as far as facts tell: what has passed, what there is to download, at which rate, and what is left. Belongs here: the estimate, and its sentences. Pure. */
import type { Facts } from '../model/facts.ts';
import { clientOf } from '../model/runtime-client.ts';
import { showBytes, showSeconds } from './sizes.ts';

/** The rate at which a node pulled of late. */
export interface Rate {
  bytesPerSecond: number;
  /** Pulls that it is computed from, each of another image. */
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

/** Images that a rate is computed from, those pulled last. */
const MOST_PULLS = 5;
/** Of a smaller or quicker pull the connection takes most of the time. */
const LEAST_BYTES = 1e6;
const LEAST_SECONDS = 0.5;

/**
 * The rate of a node's last pulls: the lower median of theirs, since what a node had of an image was not downloaded and makes a pull look quick. Of several pulls of one image the
 * slowest counts: in the others it was there. Out: null where no pull tells a rate.
 */
export function rateOf({ pulls, node }: Pick<Facts, 'pulls' | 'node'>): Rate | null {
  const byImage = new Map<string, number>();
  for (const { image, bytes, seconds } of pulls?.ended ?? []) {
    if (bytes === null || bytes < LEAST_BYTES || seconds < LEAST_SECONDS) continue;
    byImage.set(image, Math.min(bytes / seconds, byImage.get(image) ?? Number.POSITIVE_INFINITY));
  }
  const rates = [...byImage.values()].slice(0, MOST_PULLS).sort((a, b) => a - b);
  const median = rates[Math.floor((rates.length - 1) / 2)];
  return median === undefined
    ? null
    : { bytesPerSecond: Math.round(median), pulls: rates.length, ofUnpacked: clientOf(node.runtime) !== 'containerd' };
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
  const longestWait = waits.length === 0 ? null : Math.round(Math.max(...waits));
  const ahead = (pulls?.open ?? []).filter(({ since }) => Date.parse(since) < begun).length;
  const queues = longestWait !== null && longestWait >= 1;
  const expectedSeconds = rate === null || size === null ? null : Math.round(Math.max(0, size - (presentBytes ?? 0)) / rate.bytesPerSecond);
  const mayNotHaveBegun = queues && ahead > 0;
  return {
    elapsedSeconds: Math.max(0, Math.round(elapsedSeconds)),
    size,
    layers: probe?.layers ?? null,
    presentBytes,
    rate,
    expectedSeconds,
    remainingSeconds: expectedSeconds === null ? null : Math.max(0, Math.round(expectedSeconds - (mayNotHaveBegun ? 0 : elapsedSeconds))),
    atLeast: mayNotHaveBegun || rate?.ofUnpacked === true,
    ahead,
    queues,
    longestWait,
  };
}

/** A number of bytes per second with a unit. */
const showRate = ({ bytesPerSecond }: Rate): string => `${showBytes(bytesPerSecond)}/s`;

/** What a rate is known from: `the last 3 pulls of this node had 12.0 MB/s`. */
export const rateBasis = (rate: Rate): string =>
  `the last ${rate.pulls === 1 ? 'pull' : `${rate.pulls} pulls`} of this node ran at ${showRate(rate)}${rate.ofUnpacked ? ', counted unpacked' : ''}`;

/** Sentences about what is left; empty where no estimate is possible. */
export function estimateNote({ rate, expectedSeconds, remainingSeconds, presentBytes, atLeast, elapsedSeconds }: Progress): string {
  const present = presentBytes ? ` At least ${showBytes(presentBytes)} of it is on the node already.` : '';
  if (rate === null || expectedSeconds === null || remainingSeconds === null) return present;
  const whole = showSeconds(Math.max(1, expectedSeconds));
  const left =
    remainingSeconds > 0
      ? `${atLeast ? 'at least' : 'about'} ${showSeconds(Math.max(1, remainingSeconds))} ${remainingSeconds < 1.5 ? 'is' : 'are'} left`
      : elapsedSeconds > 3 * expectedSeconds + 60
        ? 'this pull takes much longer: it may wait, or make no progress'
        : 'this pull takes longer';
  return `${present} Estimate: ${rateBasis(rate)}, so that the download takes ${atLeast ? 'at least' : 'about'} ${whole}; ${left}.`;
}

/** A sentence about pulls that this one may wait for; empty where none is known. */
export function queueNote({ ahead, queues, longestWait }: Progress): string {
  if (ahead === 0) return '';
  const began = `${ahead === 1 ? 'A pull of another pod' : `${ahead} pulls of other pods`} on this node began earlier and ${ahead === 1 ? 'has' : 'have'} not ended`;
  return queues
    ? ` ${began}, and pulls of this node wait for each other (up to ${showSeconds(longestWait ?? 0)} of late): this one may not have begun.`
    : ` ${began}: it may wait for ${ahead === 1 ? 'that' : 'those'} (serializeImagePulls, maxParallelImagePulls).`;
}
