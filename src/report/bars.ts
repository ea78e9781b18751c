/** The largest layers of an image as bars: the number first, then a bar that is as long as the layer is large, then the digest. Readable without color. Pure. */
import { showBytes } from '../causes/sizes.ts';
import type { LayerSize } from '../model/node-load.ts';

/** Layers that are drawn; with -o wide all that are known. */
const MOST = 5;
/** Characters of a digest that tell it apart. */
const DIGEST = 12;
/** Columns of the longest bar. */
const LONGEST = 40;
const SHORTEST = 8;

/**
 * In: the largest layers, the bytes of the whole image, how many layers it has, the columns to keep within, and whether all of them are shown. Out: the lines, one for each layer,
 * and one for the others; empty without layers. The bars share a scale that ends at the largest layer.
 */
export function renderLayers(largest: readonly LayerSize[], size: number, layers: number, width: number, all = false): string[] {
  const shown = largest.slice(0, all ? undefined : MOST);
  const [first] = shown;
  if (first === undefined) return [];
  const rows = shown.map(({ digest, bytes }) => ({
    number: showBytes(bytes),
    share: `${Math.round((bytes / Math.max(1, size)) * 100)} %`,
    bytes,
    name: digest.replace(/^sha256:/, '').slice(0, DIGEST),
  }));
  const longest = (of: (row: (typeof rows)[number]) => string): number => Math.max(...rows.map(row => of(row).length));
  const [numbers, shares] = [longest(({ number }) => number), longest(({ share }) => share)];
  // two before, two between each two of four columns
  const room = Math.max(SHORTEST, Math.min(LONGEST, width - 2 - numbers - 2 - shares - 2 - 2 - DIGEST));
  const bar = (bytes: number): string => '#'.repeat(Math.max(1, Math.round((bytes / first.bytes) * room))).padEnd(room, '.');
  const lines = rows.map(
    ({ number, share, bytes, name }) => `  ${number.padStart(numbers)}  ${share.padStart(shares)}  ${bar(bytes)}  ${name}`,
  );
  const others = layers - shown.length;
  const rest = size - shown.reduce((sum, { bytes }) => sum + bytes, 0);
  return others > 0 && rest > 0
    ? [...lines, `  ${showBytes(rest).padStart(numbers)}  in ${others} smaller ${others === 1 ? 'layer' : 'layers'}`]
    : lines;
}
