/** The nodes on which each image fails and those on which it runs, from all pods that were listed: what a mixed cluster is compared by. */
import type { ImagePlaces, Lookup, Node, Pod } from '../model/kubernetes.ts';
import { fullReference } from '../model/reference.ts';
import { imagesOf, waitsForImage } from '../parse/pod.ts';
import { parseReference } from '../parse/reference.ts';

/** Nodes of each side that are compared, the first by name. */
const MOST_COMPARED = 24;
/** Nodes that are read for all comparisons of a run: of thousands each costs a request. */
const MOST_READ = 240;

/** The pods seen so far, by their images. */
export interface Places {
  add(pod: Pod): void;
  /** By full reference: the images of a pod that fail on some nodes and run on others. Nothing where the nodes may not be read. */
  of(pod: Pod): Promise<ReadonlyMap<string, ImagePlaces>>;
}

interface Names {
  failing: Set<string>;
  running: Set<string>;
}

/** In: how a node is read, each once. */
export function createPlaces(readNode: (name: string) => Promise<Lookup<Node>>): Places {
  const byImage = new Map<string, Names>();
  /** Of an image as it is written; null for none. */
  const references = new Map<string, string | null>();
  const known = new Map<string, Promise<ImagePlaces | null>>();
  const read = new Set<string>();

  function referenceOf(image: string): string | null {
    let reference = references.get(image);
    if (reference === undefined) {
      const parsed = parseReference(image);
      reference = parsed.ok ? fullReference(parsed.reference) : null;
      references.set(image, reference);
    }
    return reference;
  }

  function add(pod: Pod): void {
    const node = pod.spec?.nodeName;
    if (!node || pod.defect !== undefined) return;
    for (const image of imagesOf(pod)) {
      const state = image.status?.state;
      const runs = state?.running !== undefined || state?.terminated !== undefined;
      const reference = runs || waitsForImage(image) ? referenceOf(image.image) : null;
      if (reference === null) continue;
      const names = byImage.get(reference) ?? { failing: new Set(), running: new Set() };
      byImage.set(reference, names);
      (runs ? names.running : names.failing).add(node);
    }
  }

  async function placesOf(reference: string): Promise<ImagePlaces | null> {
    const { failing, running } = byImage.get(reference) ?? {};
    if (failing === undefined || running === undefined || failing.size === 0 || running.size === 0) return null;
    // where it does both, the node is not what matters
    if ([...failing].some(name => running.has(name))) return null;
    const sides = [failing, running].map(names => [...names].sort().slice(0, MOST_COMPARED));
    for (const name of sides.flat()) read.add(name);
    if (read.size > MOST_READ) return null;
    const [first = ''] = failing;
    // without the right to read one, no other is asked for
    const own = await readNode(first);
    if (!own.found && !own.missing) return null;
    const [failingNodes = [], runningNodes = []] = await Promise.all(
      sides.map(async names => (await Promise.all(names.map(readNode))).flatMap(lookup => (lookup.found ? [lookup.object] : []))),
    );
    return { failing: failingNodes, running: runningNodes, fails: failing.size, runs: running.size };
  }

  return {
    add,
    async of(pod) {
      const waiting = imagesOf(pod).flatMap(image => (waitsForImage(image) ? (referenceOf(image.image) ?? []) : []));
      // all are begun before one is waited for: which nodes are read depends on the order of the pods alone
      for (const reference of waiting) if (!known.has(reference)) known.set(reference, placesOf(reference));
      const found = new Map<string, ImagePlaces>();
      for (const reference of waiting) {
        const places = await known.get(reference);
        if (places) found.set(reference, places);
      }
      return found;
    },
  };
}
