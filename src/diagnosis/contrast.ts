/** What the nodes on which an image fails share, and how they differ from those on which the same image runs. Pure. */
import type { NodeContrast } from '../model/facts.ts';
import type { ImagePlaces, Node } from '../model/kubernetes.ts';

/** A property of a node as a phrase behind "nodes with"; undefined where it is not known. */
type Read = (node: Node) => string | undefined;

const info =
  (read: (info: NonNullable<NonNullable<Node['status']>['nodeInfo']>) => string | undefined): Read =>
  ({ status }) =>
    read(status?.nodeInfo ?? {});
const label =
  (noun: string, ...keys: string[]): Read =>
  ({ metadata: { labels = {} } }) => {
    const value = keys.map(key => labels[key]).find(Boolean);
    return value && `${noun} ${value}`;
  };
/** The runtime with the parts of its version that matter. */
const runtime = (version: RegExp): Read =>
  info(({ containerRuntimeVersion = '' }) => version.exec(containerRuntimeVersion)?.[0].replace('://', ' '));

/** What can decide a pull, the most telling first: of each row the first property that differs counts. */
const OF_SYSTEM: readonly Read[][] = [
  [info(({ operatingSystem, architecture }) => operatingSystem && architecture && `${operatingSystem}/${architecture}`)],
  [runtime(/^[a-z-]+:\/\/v?\d+\.\d+/), runtime(/^.+/)],
  [info(({ osImage }) => osImage)],
  [info(({ kubeletVersion }) => kubeletVersion && `kubelet ${kubeletVersion}`)],
];
/** Labels that name the pool of a node, by who makes nodes. */
export const POOL_LABELS = [
  'cloud.google.com/gke-nodepool',
  'eks.amazonaws.com/nodegroup',
  'kubernetes.azure.com/agentpool',
  'karpenter.sh/nodepool',
  'hypershift.openshift.io/nodePool',
];
/** Where a node stands: with few nodes such differences are chance. */
const OF_PLACE: readonly Read[][] = [
  [label('pool', ...POOL_LABELS)],
  [label('zone', 'topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone')],
  [label('instance type', 'node.kubernetes.io/instance-type')],
];
const MOST_DIFFERENCES = 3;
const MOST_VALUES = 3;
/** Nodes on which the image runs, from which on a difference of place, or of age, is told of them. */
const ENOUGH = 3;

type Difference = NodeContrast['differences'][number];

/** The value that all failing nodes share and no other has; null where there is none, or a node does not tell. */
function difference({ failing, running }: ImagePlaces, read: Read): Difference | null {
  const [own = '', ...more] = new Set(failing.map(read));
  const others = new Set(running.map(read));
  if (own === '' || more.length > 0 || others.has(own) || others.has(undefined) || others.has('')) return null;
  const shown = [...others].sort();
  const rest = shown.length - MOST_VALUES;
  return { failing: own, running: `${shown.slice(0, MOST_VALUES).join(' or ')}${rest > 0 ? ` or ${rest} more` : ''}` };
}

/** All failing nodes are younger than every other one, or older. */
function age({ failing, running }: ImagePlaces): Difference | null {
  const days = (nodes: readonly Node[]): string[] => nodes.map(({ metadata }) => metadata.creationTimestamp?.slice(0, 10) ?? '').sort();
  const [own, others] = [days(failing), days(running)];
  const [first = '', last = ''] = [own[0], own.at(-1)];
  const [oldest = '', youngest = ''] = [others[0], others.at(-1)];
  if (first === '' || oldest === '') return null;
  if (first > youngest) return { failing: `joined since ${first}`, running: `joined until ${youngest}` };
  return last < oldest ? { failing: `joined until ${last}`, running: `joined since ${oldest}` } : null;
}

const seen = new WeakMap<ImagePlaces, NodeContrast | null>();

/** In: where an image fails and where it runs. Out: what tells these nodes apart, null where nothing does. Computed once for all pods of the image. */
export function contrastOf(places: ImagePlaces | undefined): NodeContrast | null {
  if (places === undefined) return null;
  const known = seen.get(places);
  if (known !== undefined) return known;
  const first = (rows: readonly Read[][]): Difference[] =>
    rows.flatMap(row => row.map(read => difference(places, read)).find(one => one !== null) ?? []);
  let differences = places.failing.length === 0 || places.running.length === 0 ? [] : first(OF_SYSTEM);
  if (differences.length === 0 && places.running.length >= ENOUGH)
    differences = [...(places.failing.length > 1 ? first(OF_PLACE) : []), ...[age(places)].filter(one => one !== null)];
  const { fails, runs, failing, running } = places;
  const compared = failing.length + running.length;
  const contrast = differences.length === 0 ? null : { fails, runs, compared, differences: differences.slice(0, MOST_DIFFERENCES) };
  seen.set(places, contrast);
  return contrast;
}
