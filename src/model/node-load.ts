/** What a node has to do with a pull besides its settings: its disk, and the other pulls that it makes. Belongs here: the types, and small predicates. */

/** A file system of a node, as kubelet measures it. Source: kubelet/pkg/apis/stats/v1alpha1, FsStats. */
export interface FileSystem {
  /** `image`: images; `container`: writable layers, where they have one of their own; `node`: kubelet's own, with volumes and logs. */
  name: 'image' | 'container' | 'node';
  availableBytes: number | null;
  capacityBytes: number | null;
  inodesFree: number | null;
  inodes: number | null;
}

/** An event of a node that is about its disk. */
export interface DiskEvent {
  /**
   * `gcFailed`: kubelet found too little that it could remove; `reclaiming`: less is left than an eviction threshold, of bytes or of inodes; `pressure` and `relieved`:
   * the condition began or ended; `full`: a runtime says that no space is left.
   */
  kind: 'gcFailed' | 'reclaiming' | 'pressure' | 'relieved' | 'full';
  /** RFC 3339, empty where nothing tells. */
  at: string;
  /** Its reason and its message, redacted and on one line. */
  words: string;
  /** Bytes that kubelet wanted to free, null where none are told. */
  wantedBytes: number | null;
  /** Bytes that it freed, or found that it could. */
  freedBytes: number | null;
}

/** What is known of the disk of a node. */
export interface DiskFacts {
  /** RFC 3339: since when it reports DiskPressure; null where it does not, or where no time is told. */
  pressureSince: string | null;
  /** `ephemeral-storage`, which is the file system of kubelet, and of images too unless these have their own; null where not told. */
  capacityBytes: number | null;
  allocatableBytes: number | null;
  /** Images that it lists, and their bytes as the runtime counts them; null where it lists none. `complete`: it lists all. */
  images: { count: number; bytes: number; complete: boolean } | null;
  /** The newest events about its disk, the newest first; empty where none were read. */
  events: DiskEvent[];
  /** Present where kubelet was asked for them (--node-stats). */
  fileSystems?: FileSystem[];
}

/** A pull of a node that succeeded. */
export interface EndedPull {
  image: string;
  /** RFC 3339 of its end. */
  at: string;
  /** Seconds of the pull itself. */
  seconds: number;
  /** Seconds with those that it waited for other pulls; null before kubelet 1.27. */
  withWaiting: number | null;
  /** Bytes of the image as the runtime counts them; null where neither kubelet (from 1.30 on) nor the node tells. */
  bytes: number | null;
}

/** A pull of a node that has begun and not ended, as far as its events tell. */
export interface OpenPull {
  /** `namespace/name` of the pod. */
  pod: string;
  image: string;
  /** RFC 3339. */
  since: string;
}

/** The pulls of a node as the events of its pods tell. */
export interface NodePulls {
  /** The newest first. */
  ended: EndedPull[];
  /** Those of other pods, the oldest first. */
  open: OpenPull[];
}

/** A layer of an image. */
export interface LayerSize {
  digest: string;
  /** Compressed. */
  bytes: number;
}
