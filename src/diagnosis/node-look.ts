/** The second look at a node: which verdicts its disk and its pulls may explain or complete, and what of them becomes facts. Pure. */
import { nearest } from '../causes/phrases.ts';
import { causeOf } from '../model/cause-codes.ts';
import type { Facts } from '../model/facts.ts';
import type { Lookup, Node, NodeDetails, NodeQuestion } from '../model/kubernetes.ts';
import type { ProbeFacts } from '../model/probe.ts';
import { HUB, type Reference } from '../model/reference.ts';
import { diskOf, pullsOf } from '../parse/node-load.ts';
import { parseReference } from '../parse/reference.ts';
import { diagnose } from './diagnose.ts';
import type { Finding } from './investigate.ts';

/**
 * What is to be read of the node of an image. In: what was found without it, and whether --node-stats was given. Out: null where it could not change the verdict, nor
 * complete its text: nothing is asked of the cluster for a pod whose cause is known otherwise.
 */
export function questionOfNode({ facts, diagnosis }: Finding, stats: boolean): NodeQuestion | null {
  const { pod } = facts;
  if (pod === null || pod.node === null || facts.obstacle?.kind === 'nodeGone') return null;
  const { cause, certainty, also } = diagnosis;
  const isOpen = certainty !== 'certain';
  const pulls = cause === 'StillPulling' || cause === 'PullTooSlow';
  const mayBeDisk =
    cause === 'NodeDiskFull' ||
    (isOpen && (cause === 'Unknown' || also.includes('NodeDiskFull') || facts.node.diskPressure || isOfNode(cause)));
  const wantsStats = stats && (facts.failing || pulls || cause === 'NodeDiskFull');
  return pulls || mayBeDisk || wantsStats
    ? { name: pod.node, namespace: pod.namespace, events: pulls || mayBeDisk, pulls: pulls || mayBeDisk, stats: wantsStats }
    : null;
}

const isOfNode = (cause: Finding['diagnosis']['cause']): boolean => causeOf(cause).group === 'node';

/** The facts with what was read of the node. What was not seen leaves its part absent. */
export function withNode(facts: Facts, node: Lookup<Node>, details: NodeDetails): Facts {
  const name = facts.pod?.node ?? '';
  const object = node.found ? node.object : null;
  const events = details.events.found ? details.events.object : [];
  const fileSystems = details.fileSystems?.found ? details.fileSystems.object : null;
  const { pulls } = details;
  return {
    ...facts,
    disk: diskOf(object ?? { metadata: { name } }, events, fileSystems),
    ...(pulls?.found ? { pulls: pullsOf(pulls.object, object, name, `${facts.pod?.namespace ?? ''}/${facts.pod?.name ?? ''}`) } : {}),
  };
}

/** Images that are compared: each costs a few requests. */
const MOST_COMPARED = 2;

/**
 * Other images of the same repository that the node has, by the tags that are nearest to the wanted one: their layers are not downloaded again. None at Docker Hub, which
 * counts each look as a pull, and none where nothing is known of the image itself. In: the facts, and the node. Out: their references.
 */
export function imagesToCompare({ reference, probe }: Facts, node: Lookup<Node>): Reference[] {
  if (reference === null || reference.registry === HUB || !node.found || probe?.largestLayers === undefined) return [];
  const names = (node.object.status?.images ?? []).flatMap(image => image.names ?? []);
  const tags = names.flatMap(name => {
    const parsed = parseReference(name);
    const isOther = parsed.ok && parsed.reference.registry === reference.registry && parsed.reference.repository === reference.repository;
    return isOther && parsed.reference.digest === null && parsed.reference.tag !== null ? [parsed.reference.tag] : [];
  });
  return nearest(
    reference.tag ?? '',
    [...new Set(tags)].filter(tag => tag !== reference.tag),
    MOST_COMPARED,
  ).map(tag => ({ ...reference, tag, digest: null }));
}

/** The facts with what the image shares with others that the node has. In: what was found of each of those. */
export function withPresent(facts: Facts, others: readonly ProbeFacts[]): Facts {
  const compared = others.flatMap(({ largestLayers }) => (largestLayers === undefined ? [] : [largestLayers]));
  if (facts.probe === null || compared.length === 0) return facts;
  const present = new Set(compared.flat().map(({ digest }) => digest));
  const shared = (facts.probe.largestLayers ?? []).filter(({ digest }) => present.has(digest));
  return { ...facts, probe: { ...facts.probe, presentBytes: shared.reduce((sum, { bytes }) => sum + bytes, 0) } };
}

/** The diagnosis of facts that were completed. */
export const diagnosedWith = (facts: Facts): Finding => ({ facts, diagnosis: diagnose(facts) });
