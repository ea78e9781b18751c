/** Images that have moved to another registry or repository. Belongs here: one row per known move, with its date. Pure. */
import { imageName, type Reference } from '../model/reference.ts';

interface Move {
  from: RegExp;
  to: string;
  since: string;
}

const MOVES: Move[] = [
  { from: /^docker\.io\/bitnami\/(.+)$/, to: 'docker.io/bitnamilegacy/$1', since: '2025-08-28' },
  { from: /^docker\.io\/minio\/(minio|mc)$/, to: 'quay.io/minio/$1', since: '2026-09-11' },
  { from: /^gcr\.io\/kubebuilder\/kube-rbac-proxy$/, to: 'registry.k8s.io/kubebuilder/kube-rbac-proxy', since: '2026-03-06' },
  { from: /^k8s\.gcr\.io\/(.+)$/, to: 'registry.k8s.io/$1', since: '2023-04-03' },
  { from: /^gcr\.io\/google[_-]containers\/(.+)$/, to: 'registry.k8s.io/$1', since: '2023-04-03' },
  { from: /^quay\.io\/coreos\/prometheus-operator$/, to: 'quay.io/prometheus-operator/prometheus-operator', since: '2020' },
  { from: /^quay\.io\/coreos\/kube-state-metrics$/, to: 'registry.k8s.io/kube-state-metrics/kube-state-metrics', since: '2020' },
  { from: /^quay\.io\/coreos\/flannel$/, to: 'ghcr.io/flannel-io/flannel', since: '2020' },
  { from: /^docker\.pkg\.github\.com\/([^/]+)\/[^/]+\/(.+)$/, to: 'ghcr.io/$1/$2', since: '2021' },
  { from: /^docker\.io\/library\/openjdk$/, to: 'docker.io/library/eclipse-temurin', since: '2022' },
  { from: /^docker\.io\/library\/centos$/, to: 'quay.io/centos/centos', since: '2021' },
];

/** Where an image is known to have moved to: the new reference with the same tag, and since when; null when nothing is known. */
export function knownMove(reference: Reference | null): { image: string; since: string } | null {
  if (reference === null) return null;
  const name = imageName(reference);
  const move = MOVES.find(({ from }) => from.test(name));
  if (move === undefined) return null;
  const suffix = `${reference.tag === null ? '' : `:${reference.tag}`}${reference.digest === null ? '' : `@${reference.digest}`}`;
  return { image: name.replace(move.from, move.to) + suffix, since: move.since };
}
