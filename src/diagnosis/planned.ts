/** Before a deploy: which questions the planned pods ask, and the answer to each over all platforms on which the pod may run. The registry is asked through the prober. */

import { NO_CAUSE } from '../model/cause-codes.ts';
import type { DeclaredAt, Facts, Planned, PlannedNodes } from '../model/facts.ts';
import { keyOf, type Lookup, type Node, notSeen } from '../model/kubernetes.ts';
import { type Platform, showPlatform } from '../model/platform.ts';
import { clientOf } from '../model/runtime-client.ts';
import type { Prober } from '../registry/prober.ts';
import { type ImageCase, isOnNode, nodeFacts } from './collect-facts.ts';
import { type Finding, investigate } from './investigate.ts';
import { isForOtherPlatform } from './notes.ts';

/** Nodes of one platform, and of runtimes that ask in the same way; without nodes a platform that was asked for. */
export interface NodeGroup {
  platform: Platform | null;
  nodes: readonly Node[];
}

/** One question: an image with the credentials that the pod would have, on the platforms on which it may run. */
export interface Question {
  case: ImageCase;
  groups: readonly NodeGroup[];
  /** Those on which it may run; null where they were not seen. */
  nodes: readonly Node[] | null;
  credentialsOf: Planned['credentialsOf'];
  declaredAt: DeclaredAt | null;
  /** Where the same question stands again. */
  others: { usedBy: string; declaredAt: DeclaredAt | null }[];
}

/** Names that are kept of many nodes. */
const MOST_NAMES = 20;

/** In: nodes. Out: their groups, the largest first. */
export function groupNodes(nodes: readonly Node[]): NodeGroup[] {
  const groups = new Map<string, { platform: Platform | null; nodes: Node[] }>();
  for (const node of nodes) {
    const { platform, runtime } = nodeFacts(null, { found: true, object: node });
    const key = `${platform === null ? '' : showPlatform(platform)} ${clientOf(runtime)}`;
    const group = groups.get(key) ?? { platform, nodes: [] };
    group.nodes.push(node);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.nodes.length - a.nodes.length);
}

/** In: the questions that are known by their keys, and more in their order. Each is kept once, with all places where it stands. */
export function addDistinct<Q extends Question>(known: Map<string, Q>, questions: readonly Q[]): void {
  for (const question of questions) {
    const key = keyOfQuestion(question);
    const first = known.get(key);
    if (first === undefined) known.set(key, question);
    else first.others.push({ usedBy: usedBy(question.case.facts), declaredAt: question.declaredAt });
  }
}

const keyOfQuestion = ({ case: { facts }, groups }: Question): string =>
  JSON.stringify([
    facts.image,
    facts.pod?.namespace,
    facts.secrets.map(({ name }) => name),
    facts.serviceAccount.matching,
    facts.pullPolicy,
    groups.map(({ platform, nodes }) => [platform, clientOf(runtimeOf(nodes))]),
  ]);

const runtimeOf = ([first]: readonly Node[]): string | null => first?.status?.nodeInfo?.containerRuntimeVersion ?? null;

/** `NAMESPACE/TYPE/NAME` of the workload of a planned pod, empty for an image without one. */
const usedBy = ({ pod }: Facts): string =>
  pod === null || pod.name === '' ? '' : keyOf({ namespace: pod.namespace, name: pod.name.includes('/') ? pod.name : `pod/${pod.name}` });

/**
 * Answers one question. In: it, and the prober (null with --no-probe). Out: the finding of the first group of nodes where the pull would fail, which tells the nodes that share it;
 * where it fails on none, that of the largest.
 */
export async function answer(question: Question, prober: Prober | null): Promise<Finding> {
  const groups = question.groups.length > 0 ? question.groups : [{ platform: null, nodes: [] }];
  const findings = await Promise.all(groups.map(group => investigate(caseOf(question, group), prober)));
  const kinds = findings.map(outcomeOf);
  const at = Math.max(
    0,
    kinds.findIndex(kind => kind !== ''),
  );
  if (question.nodes === null || groups.length === 1) return findings[at] as Finding;
  const alike = groups.filter((_, index) => kinds[index] === kinds[at]).flatMap(({ nodes }) => nodes);
  // asked once more of what is known already: the text names all nodes that share the answer
  return investigate(caseOf(question, groups[at] as NodeGroup, alike), prober);
}

/** What is wrong, as a key: the cause, or that the image does not start there; empty where nothing is. */
const outcomeOf = ({ facts, diagnosis }: Finding): string =>
  NO_CAUSE.has(diagnosis.cause) ? (isForOtherPlatform(facts) ? 'platform' : '') : diagnosis.cause;

function caseOf(question: Question, group: NodeGroup, about = group.nodes): ImageCase {
  const { nodes, declaredAt, others, credentialsOf } = question;
  const { facts, credentials } = question.case;
  const [first] = group.nodes;
  const lookup: Lookup<Node> = first === undefined ? notSeen('no node was seen') : { found: true, object: first };
  const node = nodeFacts(null, lookup);
  const listed = nodes === null ? null : listing(facts, nodes);
  const own = usedBy(facts);
  const planned: Planned = {
    usedBy: [...new Set([own, ...others.map(other => other.usedBy)])].filter(Boolean),
    alsoAt: others.flatMap(other => other.declaredAt ?? []),
    credentialsOf,
    nodes:
      nodes === null || listed === null ? null : { ...namesOf(about), all: nodes.length, platforms: platformsOf(nodes), ...listed.facts },
  };
  return {
    credentials,
    facts: {
      ...facts,
      node: { ...node, name: nodes?.length === 1 ? node.name : null, platform: group.platform ?? node.platform },
      onNode: listed?.onNode ?? null,
      // the other logins of the user are nobody's business
      ...(credentialsOf === 'user' ? { keyring: { ...facts.keyring, nearMisses: [] } } : {}),
      planned,
      ...(declaredAt === null ? {} : { declaredAt }),
    },
  };
}

const namesOf = (nodes: readonly Node[]): Pick<PlannedNodes, 'count' | 'names'> => ({
  count: nodes.length,
  names: nodes.slice(0, MOST_NAMES).map(({ metadata }) => metadata.name),
});

function platformsOf(nodes: readonly Node[]): Platform[] {
  const platforms = nodes.flatMap(node => nodeFacts(null, { found: true, object: node }).platform ?? []);
  return [...new Map(platforms.map(platform => [showPlatform(platform), platform])).values()];
}

/** Which nodes list the image: whether all do, null where that is not known of one and none surely lacks it. */
function listing(
  { image, reference }: Facts,
  nodes: readonly Node[],
): { onNode: boolean | null; facts: Pick<PlannedNodes, 'lacking' | 'listing' | 'unknown'> } {
  const has = nodes.map(object =>
    // the API leaves an empty list out
    reference === null ? null : object.status?.images === undefined ? false : isOnNode(image, reference, { found: true, object }),
  );
  const lacking = nodes.filter((_, index) => has[index] === false);
  const unknown = has.filter(one => one === null).length;
  return {
    onNode: lacking.length > 0 ? false : unknown > 0 || nodes.length === 0 ? null : true,
    facts: { lacking: namesOf(lacking).names, listing: nodes.length - lacking.length - unknown, unknown },
  };
}
