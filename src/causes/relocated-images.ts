/** Images that are elsewhere than their reference says: moved to another registry or repository (one row per image, with the date), or behind a second host in their path. Pure. */
import type { Facts } from '../model/facts.ts';
import { imageName, type Reference } from '../model/reference.ts';
import { providerOf } from '../model/registry-providers.ts';

interface Relocation {
  from: RegExp;
  to: string;
  since: string;
}

const RELOCATED: Relocation[] = [
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
  const relocation = RELOCATED.find(({ from }) => from.test(name));
  if (relocation === undefined) return null;
  return { image: name.replace(relocation.from, relocation.to) + suffixOf(reference), since: relocation.since };
}

const suffixOf = ({ tag, digest }: Reference): string => `${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`;

/** A segment of a path that is a host: a known registry, or three and more labels with a top-level domain. `my.app` and `v1.2.3` are none. */
const isHost = (segment: string): boolean => providerOf(segment) !== null || /^(?:[a-z0-9-]+\.){2,}[a-z]{2,}$/.test(segment);

/** The host inside the path of an image, and the image without what stands before it; null where the path holds none. An image's own name is no host. */
function hostInPath(reference: Reference): { host: string; image: string } | null {
  const segments = reference.repository.split('/');
  const at = segments.slice(0, -1).findLastIndex(isHost);
  if (at < 0) return null;
  const [host, ...path] = segments.slice(at) as [string, ...string[]];
  const inner = { ...reference, registry: host, repository: path.join('/') };
  return { host, image: knownMove(inner)?.image ?? imageName(inner) + suffixOf(reference) };
}

/** Where an image that is not found may be instead. */
export interface OtherPlace {
  image: string;
  /** A sentence about it. */
  sentence: string;
  /** What its use is good for, as an imperative. */
  title: string;
  /** It is known, not supposed. */
  isKnown: boolean;
}

/** In: the facts of an image that is not found. Out: where it may be instead; null when nothing tells, and where the repository is there as it is written. */
export function otherPlaceOf({ reference, probe }: Facts): OtherPlace | null {
  if (reference === null) return null;
  const move = knownMove(reference);
  if (move !== null)
    return {
      image: move.image,
      sentence: `The image has moved to "${move.image}" (since ${move.since}).`,
      title: 'use the new location of the image',
      isKnown: true,
    };
  const inPath = probe?.tags?.known ? null : hostInPath(reference);
  if (inPath === null) return null;
  const isNoMirror = providerOf(reference.registry)?.takesNoLogins === true;
  return {
    image: inPath.image,
    sentence: `The path holds the host "${inPath.host}": ${isNoMirror ? '' : 'it is the path of a mirror, or '}a registry ${isNoMirror ? 'was' : 'that was'} written twice (as in the values of a chart).`,
    title: isNoMirror ? `name the registry once` : `if "${reference.registry}" is no mirror of "${inPath.host}", remove it from the image`,
    isKnown: isNoMirror,
  };
}
