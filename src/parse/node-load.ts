/** What events and objects tell of the disk of a node and of its pulls: kubelet's own sentences about them, quantities and durations. Pure. */
import { type Event, keyOf, type Node, subjectOf, textOf } from '../model/kubernetes.ts';
import type { DiskEvent, DiskFacts, EndedPull, FileSystem, NodePulls, OpenPull } from '../model/node-load.ts';
import { redact } from '../util/redact.ts';
import { clipped, onOneLine } from '../util/text.ts';
import { readFaults } from './messages/reader.ts';
import { firstTimeOf, timeOf } from './node-report.ts';
import { isObject } from './shape.ts';

/** Characters of the words of an event that are kept. */
const MOST_WORDS = 300;
/** Events about the disk that are kept, and pulls of each kind. */
const MOST = 10;
/** Images that a node lists unless kubelet is set otherwise (nodeStatusMaxImages): of more, the smaller ones are missing. */
export const MOST_LISTED = 50;

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  m: 1e-3,
};

/** A quantity of Kubernetes (`41152736Ki`, `30G`, `32e9`) as a number, null where it is none. Source: apimachinery, pkg/api/resource. */
export function quantityOf(text: string | undefined): number | null {
  const [, number = '', exponent = '', unit = ''] =
    /^(\d{1,18}(?:\.\d{0,9})?)(?:([eE]\d{1,2})|([KMGTP]i|[kMGTPm]))?$/.exec(text ?? '') ?? [];
  if (number === '') return null;
  return Number(`${number}${exponent}`) * (UNITS[unit] as number);
}

const SECONDS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 1e-3, µs: 1e-6, us: 1e-6, ns: 1e-9 };

/** A duration of Go (`1m2.5s`, `703ms`) in seconds, to the microsecond; null where it is none. */
export function secondsOf(text: string): number | null {
  if (!/^(?:\d{1,9}(?:\.\d{1,9})?(?:h|m|s|ms|µs|us|ns)){1,5}$/.test(text)) return null;
  const parts = [...text.matchAll(/(\d{1,9}(?:\.\d{1,9})?)(h|ms|m|s|µs|us|ns)/g)].map(
    ([, number, unit = '']) => Number(number) * (SECONDS[unit] ?? 0),
  );
  return Math.round(parts.reduce((sum, part) => sum + part, 0) * 1e6) / 1e6;
}

/** kubelet's sentence of a pull that succeeded: with its duration from 1.20 on, what it waited from 1.27 on, the size from 1.30 on. Source: image_manager.go, pullImage. */
const PULLED =
  /^Successfully pulled image "([^"]{1,1024})" in ([\d.a-zµ]{1,40})(?: \(([\d.a-zµ]{1,40}) including waiting\))?(?:\. Image size: (\d{1,18}) bytes)?/;
const PULLING = /^Pulling image "([^"]{1,1024})"/;

/** In: an event, and the bytes that its node lists for an image. Out: the pull that it says has succeeded, null for any other event. */
function endedPull(event: Event, listed: (image: string) => number | null): EndedPull | null {
  const [, image, duration = '', waiting, size] = event.reason === 'Pulled' ? (PULLED.exec(textOf(event)) ?? []) : [];
  const seconds = secondsOf(duration);
  if (image === undefined || seconds === null) return null;
  const bytes = size === undefined ? listed(image) : Number(size);
  return { image: redact(image), at: timeOf(event), seconds, withWaiting: waiting === undefined ? null : secondsOf(waiting), bytes };
}

/** Reasons of events that end a pull of a container, whether it succeeded or not. */
const ENDS: ReadonlySet<string | undefined> = new Set(['Pulled', 'Failed', 'BackOff', 'Created', 'Started', 'Killing']);

/** What one event is about: a container of a pod. */
const subjectKey = (event: Event): string => `${keyOf(subjectOf(event) ?? {})} ${subjectOf(event)?.fieldPath ?? ''}`;

/**
 * The pulls of a node. In: events of its pods, the node as it was read (null: not seen), its name, the pod (`namespace/name`) whose own pulls do not count as others, and
 * the time (RFC 3339). Out: the newest that ended, and those that are open: begun within the last hours, with nothing after it.
 */
export function pullsOf(events: readonly Event[], node: Node | null, nodeName: string, own: string): NodePulls {
  const images = node?.status?.images ?? [];
  const listed = (image: string): number | null =>
    images.find(({ names = [] }) => names.some(name => isNameOf(name, image)))?.sizeBytes ?? null;
  const here = events.filter(({ host }) => host === nodeName).sort((a, b) => timeOf(b).localeCompare(timeOf(a)));
  const ended = here.flatMap(event => endedPull(event, listed) ?? []).slice(0, MOST);
  const newestEnd = new Map<string, string>();
  for (const event of here)
    if (ENDS.has(event.reason) && !newestEnd.has(subjectKey(event))) newestEnd.set(subjectKey(event), timeOf(event));
  const open = here.flatMap((event): OpenPull[] => {
    const image = event.reason === 'Pulling' ? PULLING.exec(textOf(event))?.[1] : undefined;
    const pod = keyOf(subjectOf(event) ?? {});
    const since = timeOf(event);
    if (image === undefined || pod === own || (newestEnd.get(subjectKey(event)) ?? '') >= since) return [];
    return [{ pod, image: redact(image), since }];
  });
  return { ended, open: open.slice(0, MOST).reverse() };
}

/** Whether a name of a node's list is the image as a pod writes it. */
const isNameOf = (listed: string, image: string): boolean =>
  listed === image || listed === `docker.io/${image}` || listed === `docker.io/library/${image}` || listed === `${image}:latest`;

/** How kubelet says what it wanted to free and what it could: up to 1.28, and since. Source: pkg/kubelet/images/image_gc_manager.go. */
const FREED =
  /[Ww]anted to free (\d{1,18}) bytes, but freed (\d{1,18}) bytes|Attempted to free (\d{1,18}) bytes, but only found (\d{1,18}) bytes eligible to free/;
/** Resources of the eviction manager that are of a disk. Source: pkg/kubelet/eviction/helpers.go. */
const RECLAIMED = /^Attempting to reclaim (?:ephemeral-storage|inodes|imagefs|nodefs|containerfs)/;

/** In: an event of a node. Out: what it tells of its disk, null for any other event. `InvalidDiskCapacity` comes with every start of kubelet, and tells nothing. */
export function diskEvent(event: Event): DiskEvent | null {
  const text = onOneLine(textOf(event));
  const kind = kindOf(event.reason, text);
  if (kind === null) return null;
  const [, wanted, freed, attempted, found] = FREED.exec(text) ?? [];
  const bytes = (value: string | undefined): number | null => (value === undefined ? null : Number(value));
  return {
    kind,
    at: timeOf(event) || firstTimeOf(event),
    words: `${event.reason}: ${clipped(redact(text), MOST_WORDS)}`,
    wantedBytes: bytes(wanted ?? attempted),
    freedBytes: bytes(freed ?? found),
  };
}

function kindOf(reason: string | undefined, text: string): DiskEvent['kind'] | null {
  switch (reason) {
    case 'FreeDiskSpaceFailed':
      return 'gcFailed';
    case 'ImageGCFailed':
    case 'ContainerGCFailed':
      return FREED.test(text) ? 'gcFailed' : readFaults(text).some(fault => fault.kind === 'diskFull') ? 'full' : null;
    case 'EvictionThresholdMet':
      return RECLAIMED.test(text) ? 'reclaiming' : null;
    case 'NodeHasDiskPressure':
      return 'pressure';
    case 'NodeHasNoDiskPressure':
      return 'relieved';
    default:
      return null;
  }
}

/** The disk of a node. In: the node, and the events about it; file systems where kubelet told them. */
export function diskOf({ status = {} }: Node, events: readonly Event[], fileSystems: FileSystem[] | null): DiskFacts {
  const pressure = status.conditions?.find(({ type }) => type === 'DiskPressure');
  const sizes = (status.images ?? []).flatMap(({ sizeBytes }) => sizeBytes ?? []);
  const read = events.flatMap(event => diskEvent(event) ?? []);
  return {
    pressureSince: pressure?.status === 'True' ? (pressure.lastTransitionTime ?? null) : null,
    capacityBytes: quantityOf(status.capacity?.['ephemeral-storage']),
    allocatableBytes: quantityOf(status.allocatable?.['ephemeral-storage']),
    images:
      sizes.length === 0
        ? null
        : { count: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0), complete: sizes.length < MOST_LISTED },
    events: read.sort((a, b) => b.at.localeCompare(a.at)).slice(0, MOST),
    ...(fileSystems === null ? {} : { fileSystems }),
  };
}

/** In: the answer of kubelet's `stats/summary`. Out: its file systems, empty where it tells none. Source: kubelet/pkg/apis/stats/v1alpha1. */
export function fileSystemsOf(summary: unknown): FileSystem[] {
  const node = isObject(summary) && isObject(summary['node']) ? summary['node'] : {};
  const runtime = isObject(node['runtime']) ? node['runtime'] : {};
  const parts: [FileSystem['name'], unknown][] = [
    ['image', runtime['imageFs']],
    ['container', runtime['containerFs']],
    ['node', node['fs']],
  ];
  return parts.flatMap(([name, fs]) => {
    if (!isObject(fs)) return [];
    const number = (key: string): number | null => (Number.isFinite(fs[key]) ? (fs[key] as number) : null);
    const [availableBytes, capacityBytes, inodesFree, inodes] = ['availableBytes', 'capacityBytes', 'inodesFree', 'inodes'].map(number) as [
      number | null,
      number | null,
      number | null,
      number | null,
    ];
    return availableBytes === null && inodesFree === null ? [] : [{ name, availableBytes, capacityBytes, inodesFree, inodes }];
  });
}
