/** How a pod is whose images are there: it runs, crashes, or has ended. Pure. */
import type { Standing } from '../model/facts.ts';
import type { Pod } from '../model/kubernetes.ts';
import { type ContainerImage, imagesOf } from './pod.ts';

/** The reason of a container that was killed for want of memory. Source: the runtimes' CRI. */
const OUT_OF_MEMORY = 'OOMKilled';

/**
 * In: a pod of which no image fails, and the container that alone matters (null: all). Out: how it is, by the first container that does not run as it should; null where
 * its status does not tell, or a container has yet to start.
 */
export function standingOf(pod: Pod, only: string | null = null): Standing | null {
  const images = imagesOf(pod).filter(({ name, kind }) => kind !== 'imageVolume' && (only === null || name === only));
  const troubled = images.flatMap(image => troubleOf(image) ?? [])[0];
  if (troubled !== undefined) return troubled;
  const containers = images.filter(({ kind }) => kind === 'container');
  const told = containers.length > 0 ? containers : images;
  const states = told.map(({ status }) => status?.state ?? {});
  const [first] = told;
  if (first === undefined) return null;
  const isOver = states.every(({ terminated }) => terminated?.exitCode === 0);
  const runs = !isOver && states.every(({ running, terminated }) => running !== undefined || terminated?.exitCode === 0);
  return isOver || runs ? { kind: isOver ? 'completed' : 'running', container: first.name, exitCode: null, restarts: null } : null;
}

/** What is wrong with a container that has its image. */
function troubleOf({ name, status }: ContainerImage): Standing | null {
  const { state = {}, lastState, restartCount = null } = status ?? {};
  const isWaiting = state.waiting?.reason === 'CrashLoopBackOff';
  const ended = isWaiting ? lastState?.terminated : state.terminated;
  const exitCode = ended?.exitCode ?? null;
  if (ended?.reason === OUT_OF_MEMORY) return { kind: 'outOfMemory', container: name, exitCode, restarts: restartCount };
  if (isWaiting) return { kind: 'crashing', container: name, exitCode, restarts: restartCount };
  return exitCode === null || exitCode === 0 ? null : { kind: 'failed', container: name, exitCode, restarts: restartCount };
}
