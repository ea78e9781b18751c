/** The triggers of OpenShift, by which an ImageStreamTag sets the image of a container: an annotation of the workload. Pure. */
import type { ImageTrigger } from '../model/facts.ts';
import { ANNOTATIONS, type Metadata } from '../model/kubernetes.ts';
import { isObject } from './shape.ts';

/** Triggers of one workload that are looked at: it has one per container at most. */
const MOST = 100;

const NAMES = /^[a-z0-9][a-z0-9._-]{0,252}$/;

/**
 * The trigger of a container. In: the metadata of its workload (null where it was not seen), and the container's name. Out: null where there is none, or the
 * annotation is not as OpenShift writes it. Source: openshift/api image/v1, ObjectFieldTrigger.
 */
export function triggerOf(metadata: Metadata | null, container: string): ImageTrigger | null {
  const written = metadata?.annotations?.[ANNOTATIONS.imageTriggers];
  if (written === undefined) return null;
  let triggers: unknown;
  try {
    triggers = JSON.parse(written);
  } catch {
    return null;
  }
  if (!Array.isArray(triggers)) return null;
  for (const trigger of triggers.slice(0, MOST) as unknown[]) {
    if (!isObject(trigger) || !isObject(trigger['from']) || typeof trigger['fieldPath'] !== 'string') continue;
    const { kind, name, namespace } = trigger['from'];
    // spec.template.spec.containers[?(@.name=="web")].image
    if (/@\.name==["']([^"']+)/.exec(trigger['fieldPath'])?.[1] !== container) continue;
    const [stream = '', tag = 'latest'] = kind === 'ImageStreamTag' && typeof name === 'string' ? name.split(':', 2) : [];
    if (!NAMES.test(stream) || !/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(tag)) continue;
    const paused = trigger['paused'] ?? trigger['pause'];
    return {
      tag: `${stream}:${tag}`,
      namespace: typeof namespace === 'string' && NAMES.test(namespace) ? namespace : null,
      paused: paused === true || paused === 'true',
    };
  }
  return null;
}
