/**
 * Which registries will be asked for a pod, as far as the pod alone tells: they can be connected while the rest of the cluster is read. Belongs here: the reasons of `investigate` why no
 * registry is asked, read from the pod. Where a reason could still come to light, a host is left out.
 */
import { isAuthenticationFault, isNetworkFault } from '../model/fault.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { Reference } from '../model/reference.ts';
import { readFaults } from '../parse/messages/reader.ts';
import { type ContainerImage, imagesOf, pullSecretNames, waitsForImage } from '../parse/pod.ts';
import { parseReference } from '../parse/reference.ts';

/** Registries of one pod that are connected ahead. */
const MOST = 4;
/** Reasons with which kubelet says that it asks nobody. */
const NOT_ASKED: ReadonlySet<string | undefined> = new Set(['InvalidImageName', 'ErrImageNeverPull']);

/** In: a pod, and the container that alone matters (null: all). Out: an image of each registry that the probe of this pod will ask. */
export function imagesToAsk(pod: Pod, only: string | null): Reference[] {
  if (pod.defect !== undefined || pod.refusal !== undefined) return [];
  const images = imagesOf(pod);
  // which of them a status is about, only events tell
  if (images.some(({ kind }) => kind === 'imageVolume')) return [];
  const hasSecrets = pullSecretNames(pod).length > 0;
  const byRegistry = new Map<string, Reference>();
  for (const image of images) {
    if ((only !== null && image.name !== only) || !waitsForImage(image) || !isPulled(image)) continue;
    const parsed = parseReference(image.image);
    if (parsed.ok && (!hasSecrets || passedSecrets(image))) byRegistry.set(parsed.reference.registry, parsed.reference);
  }
  return [...byRegistry.values()].slice(0, MOST);
}

const isPulled = ({ pullPolicy, status }: ContainerImage): boolean =>
  pullPolicy !== 'Never' && !NOT_ASKED.has(status?.state?.waiting?.reason);

/** Whether the node has read the pull secrets: one that does not parse ends a pull before any host is asked, and then none is asked here. */
const passedSecrets = ({ status }: ContainerImage): boolean =>
  readFaults(status?.state?.waiting?.message ?? '').some(
    fault => isNetworkFault(fault) || isAuthenticationFault(fault) || fault.kind === 'notFound' || fault.status !== null,
  );
