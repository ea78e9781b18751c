/** Whether pull secrets are enough for a pod: the one question about credentials that decides which further objects are read. Pure. */
import type { Pod, Secret } from '../../model/kubernetes.ts';
import { imageName } from '../../model/reference.ts';
import { imagesOf } from '../pod.ts';
import { parseReference } from '../reference.ts';
import { hasCredential } from './keyring.ts';
import { readPullSecret } from './pull-secret.ts';

/**
 * Whether the secrets hold a credential for every image of the pod. An empty entry (`{}`) is none, and an image that does not parse needs
 * none. In: the pod, and the pull secrets that it names and that were found, in their order.
 */
export function coversAllImages(pod: Pod, secrets: readonly Secret[]): boolean {
  const read = secrets.map(readPullSecret);
  return [...new Set(imagesOf(pod).map(({ image }) => image))].every(image => {
    const parsed = parseReference(image);
    return !parsed.ok || hasCredential(imageName(parsed.reference), read);
  });
}
