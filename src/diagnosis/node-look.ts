/** The second look at a node: which verdicts its disk and its pulls may explain or complete, and what of them becomes facts. Pure. */
import { causeOf } from '../model/cause-codes.ts';
import type { Facts } from '../model/facts.ts';
import type { Lookup, Node, NodeDetails, NodeQuestion } from '../model/kubernetes.ts';
import { diskOf, pullsOf } from '../parse/node-load.ts';
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

/** The diagnosis of facts that were completed. */
export const diagnosedWith = (facts: Facts): Finding => ({ facts, diagnosis: diagnose(facts) });
