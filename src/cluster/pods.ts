/** Pods as a list gives them: which of them may wait for an image, what is kept of those, and where the others run. Pure. */
import { type ContainerSpec, keyOf, type Pod } from '../model/kubernetes.ts';
import { imagesOf, isBetweenImages, isStarting, serviceAccountName, waitsForImage } from '../parse/pod.ts';
import { parseReference } from '../parse/reference.ts';
import { defined } from './fields.ts';

/**
 * Whether a pod may wait for an image, as far as its status tells. For an image volume, a sandbox and a changed image only events decide,
 * and a malformed pod tells nothing. A pod that is being deleted does not count.
 */
export const mayFail = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  (pod.defect !== undefined ||
    pod.refusal !== undefined ||
    isStarting(pod) ||
    imagesOf(pod).some(
      image => (image.kind === 'imageVolume' && pod.status?.phase === 'Pending') || waitsForImage(image) || isBetweenImages(image),
    ));

/** Whether the status of a pod tells that it waits for an image; otherwise only its events do. */
export const surelyFails = (pod: Pod): boolean => pod.defect !== undefined || imagesOf(pod).some(waitsForImage);

/** The fields of a pod that a diagnosis reads. A real pod is about ten times as large. */
export function pickFields(pod: Pod): Pod {
  const { name, namespace, uid, creationTimestamp, labels, ownerReferences } = pod.metadata;
  const containers = (list: ContainerSpec[] | undefined): ContainerSpec[] =>
    (list ?? []).map(container => defined({ name: container.name, image: container.image, imagePullPolicy: container.imagePullPolicy }));
  const { spec = {}, status = {} } = pod;
  return defined({
    metadata: defined({ name, namespace, uid, creationTimestamp, labels, ownerReferences }),
    spec: defined({
      nodeName: spec.nodeName,
      serviceAccountName: spec.serviceAccountName,
      imagePullSecrets: spec.imagePullSecrets,
      containers: containers(spec.containers),
      initContainers: containers(spec.initContainers),
      ephemeralContainers: containers(spec.ephemeralContainers),
      volumes: (spec.volumes ?? []).filter(volume => volume.image !== undefined),
    }),
    status: defined({
      phase: status.phase,
      reason: status.reason,
      message: status.message,
      conditions: status.conditions,
      containerStatuses: status.containerStatuses,
      initContainerStatuses: status.initContainerStatuses,
      ephemeralContainerStatuses: status.ephemeralContainerStatuses,
    }),
    defect: pod.defect,
    refusal: pod.refusal,
  }) as Pod;
}

/** Where a running pod runs, with which service account (`namespace/name`), and from which registries. */
export interface Placement {
  node: string | null;
  account: string;
  registries: string[];
}

/** The placement of a pod, null for one that does not run. */
export function placementOf(pod: Pod): Placement | null {
  if (pod.status?.phase !== 'Running') return null;
  return {
    node: pod.spec?.nodeName || null,
    account: keyOf({ ...pod.metadata, name: serviceAccountName(pod) }),
    registries: (pod.spec?.containers ?? []).flatMap(({ image = '' }) => {
      const parsed = parseReference(image);
      return parsed.ok ? [parsed.reference.registry] : [];
    }),
  };
}
