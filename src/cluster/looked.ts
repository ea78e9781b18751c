/** What of pods was looked at, so that "none waits for an image" can say of how many, and "nothing matched" is not told as "all is well". Pure. */
import { namespaceOf, type Pod } from '../model/kubernetes.ts';
import { imagesOf } from '../parse/pod.ts';

/** The pods that were looked at. */
export interface Looked {
  pods: number;
  /** Those that do not run and have not completed, whatever the reason is. */
  troubled: number;
  /** The names of their containers, of too many the first. */
  containers: Set<string>;
  /** Their namespaces, of too many the first. */
  namespaces: Set<string>;
}

/** Names that are kept. */
const MOST_NAMES = 200;

/** In: pods. Out: the count of them; more can be added with `look`. */
export function lookedAt(pods: readonly Pod[] = []): Looked {
  const looked: Looked = { pods: 0, troubled: 0, containers: new Set(), namespaces: new Set() };
  for (const pod of pods) look(looked, pod);
  return looked;
}

/** Adds a pod to a count. */
export function look(looked: Looked, pod: Pod): void {
  const { phase } = pod.status ?? {};
  const images = imagesOf(pod);
  looked.pods++;
  const isHeld = images.some(({ status }) => status?.state?.waiting !== undefined);
  if (pod.metadata.deletionTimestamp === undefined && phase !== 'Succeeded' && (phase !== 'Running' || isHeld)) looked.troubled++;
  add(looked.namespaces, namespaceOf(pod.metadata));
  for (const { name } of images) add(looked.containers, name);
}

const add = (names: Set<string>, name: string): void => {
  if (names.size < MOST_NAMES) names.add(name);
};
