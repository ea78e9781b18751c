/** What facts tell of the space on a node: whether it is short, and whether an image fits. Belongs here: the rules of thumb, and their sentences. Pure. */
import type { Facts } from '../model/facts.ts';
import type { DiskEvent, FileSystem } from '../model/node-load.ts';
import { nodeName, theNode } from './phrases.ts';
import { showBytes } from './sizes.ts';

/** How it is known that a node is short of disk space now: by its condition, by what kubelet measures, or by an event since the last pull that succeeded. */
export type Shortage = { by: 'condition' } | { by: 'statistics'; fileSystem: FileSystem } | { by: 'event'; event: DiskEvent };

/** A share of bytes or inodes below which a file system takes no image: the lowest eviction threshold that makes sense. */
const ALMOST_NOTHING = 0.01;
/**
 * Bytes that a pull needs for each compressed byte: the layer itself, and its files, which are two to three times as large. containerd keeps both; containers/image
 * removes the former in the end.
 */
const NEEDED = 3;

/** The file system that has room for images; null where kubelet was not asked. Where images have none of their own it is that of the node. */
const imageFileSystem = ({ disk }: Facts): FileSystem | null =>
  disk?.fileSystems?.find(({ name }) => name === 'image') ?? disk?.fileSystems?.find(({ name }) => name === 'node') ?? null;

const isAlmost = (left: number | null, all: number | null): boolean => left !== null && left <= (all ?? 0) * ALMOST_NOTHING;

/** Whether the node is short of disk space, as far as facts tell. An event that a successful pull or a relieved node followed proves nothing. Out: null where nothing says so. */
export function shortageOf(facts: Facts): Shortage | null {
  const { node, disk, pulls } = facts;
  const fileSystem = imageFileSystem(facts);
  if (fileSystem !== null) {
    const isFull = isAlmost(fileSystem.availableBytes, fileSystem.capacityBytes) || isAlmost(fileSystem.inodesFree, fileSystem.inodes);
    if (isFull) return { by: 'statistics', fileSystem };
  }
  if (node.diskPressure) return { by: 'condition' };
  const [event] = disk?.events ?? [];
  if (event === undefined || event.kind === 'relieved' || fileSystem !== null) return null;
  return (pulls?.ended ?? []).some(({ at }) => at >= event.at) ? null : { by: 'event', event };
}

/** Room for an image on the disk of its node, in bytes. */
interface Room {
  needed: number;
  available: number;
}

/** What the image needs and what there is. In: facts with the size of the image. Out: null where one of them is not known. */
function roomFor(facts: Facts): Room | null {
  const size = facts.probe?.size ?? null;
  if (size === null) return null;
  const needed = Math.max(0, size - (facts.probe?.presentBytes ?? 0)) * NEEDED;
  const available = imageFileSystem(facts)?.availableBytes ?? null;
  if (available !== null) return { needed, available };
  const capacity = facts.disk?.capacityBytes ?? null;
  return capacity === null ? null : { needed, available: capacity };
}

/** A sentence where the image does not fit, as far as is known; empty otherwise. */
export function roomNote(facts: Facts): string {
  const room = roomFor(facts);
  if (room === null || room.needed <= room.available) return '';
  const has =
    imageFileSystem(facts) === null
      ? `the file system of kubelet has ${showBytes(room.available)} in all (images share it, unless they have one of their own)`
      : `${showBytes(room.available)} are left`;
  return ` The image needs about ${showBytes(room.needed)} on ${nodeName(facts)}, where ${has}.`;
}

/** A sentence about a node that is short of space; empty where nothing says so. */
export function shortageNote(facts: Facts): string {
  const shortage = shortageOf(facts);
  if (shortage === null) return '';
  if (shortage.by === 'condition') return ` ${theNode(facts)} reports DiskPressure.`;
  if (shortage.by === 'statistics') return ` ${theNode(facts)} has ${freeOf(shortage.fileSystem)}.`;
  const { wantedBytes, freedBytes } = shortage.event;
  return wantedBytes !== null && freedBytes !== null
    ? ` kubelet wanted to remove ${showBytes(wantedBytes)} of unused images, and found ${freedBytes === 0 ? 'none' : `only ${showBytes(freedBytes)}`}.`
    : ` ${theNode(facts)} reported that its disk is short of space.`;
}

/** Whether kubelet has removed all unused images already: it found too few, or goes on reclaiming. Source: pkg/kubelet/eviction, reclaimNodeLevelResources. */
export const hasNothingUnused = (facts: Facts): boolean => {
  const shortage = shortageOf(facts);
  const [newest] = facts.disk?.events ?? [];
  return shortage !== null && (newest?.kind === 'gcFailed' || newest?.kind === 'reclaiming');
};

const NAMES: Record<FileSystem['name'], string> = {
  image: 'the file system of images',
  container: 'the file system of containers',
  node: 'the file system of kubelet',
};

/** What is left of a file system, as a phrase: `2.0 GB of 40.0 GB (5 %) left on the file system of images`. */
export function freeOf({ name, availableBytes, capacityBytes, inodesFree, inodes }: FileSystem): string {
  const share = (left: number, all: number | null): string => (all ? ` (${Math.floor((left / all) * 100)} %)` : '');
  const bytes =
    availableBytes === null
      ? []
      : [
          `${showBytes(availableBytes)}${capacityBytes === null ? '' : ` of ${showBytes(capacityBytes)}`}${share(availableBytes, capacityBytes)}`,
        ];
  const nodes = inodesFree === null ? [] : [`${inodesFree} inodes${share(inodesFree, inodes)}`];
  return `${[...bytes, ...nodes].join(' and ')} left on ${NAMES[name]}`;
}
