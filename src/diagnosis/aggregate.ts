/** Many findings as groups: one per repair, with the pods that it ends. Pure. */
import { missing } from '../causes/SecretNotFound.ts';
import { type CauseCode, causeOf, NO_CAUSE } from '../model/cause-codes.ts';
import type { Certainty } from '../model/diagnosis.ts';
import { isOfSandbox } from '../model/facts.ts';
import type { Baseline } from '../model/kubernetes.ts';
import type { Finding } from './investigate.ts';
import { credentialsOf } from './probe-view.ts';

/** Findings that one repair ends. */
export interface Group {
  cause: CauseCode;
  /** The best that is known of one of them. */
  certainty: Certainty;
  /** Null where the image names none. */
  registry: string | null;
  /** Null where the cause is the registry's, whatever the repository. */
  repository: string | null;
  /** The credential that it is about, null where it is about none. */
  credential: { secret: string; key: string; username: string } | null;
  /** The node whose sandbox image it is about, null for images of pods. */
  sandboxOf: string | null;
  /** The node that has to be repaired, null where the cause is not one of a node. */
  node: string | null;
  /** The most certain first; of a large run that one alone. */
  findings: Finding[];
  /** `namespace/name`, each once. */
  pods: string[];
  nodes: string[];
  namespaces: string[];
  /** Of how many of the pods every verdict of this group is certain. */
  proved: number;
  /** The commands that repair it, each once: pods of other owners or namespaces need others. */
  repairs: Repair[];
}

/** A command, and how many pods it repairs. */
interface Repair {
  command: string;
  pods: number;
}

/** Causes that hold for one repository (or image) only; the others hold for its registry or for the node. */
const OF_A_REPOSITORY = new Set<CauseCode>([
  'InvalidImageName',
  'ShortNameUnresolved',
  'RepositoryNotFound',
  'TagNotFound',
  'DigestNotFound',
  'RepositoryNotFoundOrPrivate',
  'PlatformNotAvailable',
  'ManifestUnsupported',
  'ImageBroken',
  'AccessDenied',
  'CredentialsBlockPublicImage',
  'RegistryPolicyDenied',
  'RepositoryOffline',
  'ImageNeverPulled',
  'PullTooSlow',
  'SignatureRejected',
  'FixedWaitingForRetry',
  'StillPulling',
  'NoPullProblem',
  'Unknown',
]);
/** Causes that one node has, whatever it pulls. */
const OF_A_NODE = new Set<CauseCode>(['NodeDiskFull', 'NodeStorageFailed', 'PullThrottled', 'RuntimeFailed']);
const RANK: Record<Certainty, number> = { certain: 0, likely: 1, possible: 2 };

/** The credential that a finding of a login or secret cause is about. */
function credentialOf({ facts, diagnosis }: Finding): Group['credential'] {
  const { group } = causeOf(diagnosis.cause);
  if (group !== 'auth' && group !== 'secret') return null;
  const named = (secret: string | undefined): Group['credential'] => (secret === undefined ? null : { secret, key: '', username: '' });
  if (diagnosis.cause === 'SecretNotFound') return named(missing(facts)[0]);
  if (diagnosis.cause === 'SecretNotInherited') return named(facts.serviceAccount.matching[0]);
  const rows = credentialsOf(facts);
  const row = rows.find(({ result }) => result === 'rejected' || result === 'denied') ?? rows[0];
  if (row !== undefined) return { secret: row.secret, key: row.key, username: row.username };
  const [secret] = facts.keyring.broken === null ? facts.secrets.map(({ name }) => name) : [facts.keyring.broken.secret];
  return named(secret);
}

/** What gathers findings, one after the other. */
export interface Aggregator {
  add(finding: Finding): void;
  /** The groups so far, the largest first. */
  groups(): Group[];
  /** All causes so far. */
  causes: ReadonlySet<CauseCode>;
  /** `namespace/name` of all pods, in the order in which they came. */
  pods: ReadonlySet<string>;
  /** What the failing pods have in common and the others do not: one sentence each. */
  patterns(baseline: Baseline | null): string[];
}

/** A group while it grows: names each once, and pods by the command that repairs them. */
interface Growing extends Omit<Group, 'pods' | 'nodes' | 'namespaces' | 'proved' | 'repairs'> {
  pods: Set<string>;
  /** Those of which a verdict is not certain. */
  unproved: Set<string>;
  nodes: Set<string>;
  namespaces: Set<string>;
  repairs: Map<string, Set<string>>;
}

/** In: whether each group keeps every finding, or its clearest alone (of thousands of pods the others would be kept for nothing). */
export function aggregate(every: boolean): Aggregator {
  const groups = new Map<string, Growing>();
  const all = {
    causes: new Set<CauseCode>(),
    pods: new Set<string>(),
    nodes: new Set<string | null>(),
    registries: new Set<string | null>(),
    accounts: new Set<string | null>(),
  };

  function add(finding: Finding): void {
    const { facts, diagnosis } = finding;
    // of a name without a registry the node asked several
    const reference = facts.nodeReport.searched === null ? facts.reference : null;
    const named = reference?.registry ?? null;
    const repository = OF_A_REPOSITORY.has(diagnosis.cause) ? (reference?.repository ?? facts.image) : null;
    const credential = credentialOf(finding);
    // the sandbox image is a matter of each node
    const isSandbox = isOfSandbox(facts);
    const sandboxOf = isSandbox ? facts.node.name : null;
    const isOfNode = OF_A_NODE.has(diagnosis.cause) && facts.planned === undefined;
    const node = isOfNode ? (facts.node.name ?? facts.pod?.node ?? null) : null;
    const key = JSON.stringify([
      diagnosis.cause,
      isOfNode ? [node] : named,
      repository,
      credential,
      isSandbox,
      sandboxOf,
      facts.refusal?.by,
      facts.refusal?.name,
    ]);
    const group: Growing = groups.get(key) ?? {
      cause: diagnosis.cause,
      certainty: diagnosis.certainty,
      registry: named,
      repository,
      credential,
      sandboxOf,
      node,
      findings: [],
      pods: new Set(),
      unproved: new Set(),
      nodes: new Set(),
      namespaces: new Set(),
      repairs: new Map(),
    };
    groups.set(key, group);
    // a full disk is not a matter of one registry
    if (group.registry !== named) group.registry = null;
    const clearer = RANK[diagnosis.certainty] < RANK[group.certainty];
    if (clearer) group.certainty = diagnosis.certainty;
    if (every) group.findings.push(finding);
    else if (clearer || group.findings.length === 0) group.findings = [finding];
    all.causes.add(diagnosis.cause);
    // where a pod would run that was refused nobody knows
    if (facts.refusal === undefined) {
      all.registries.add(named);
      all.nodes.add(facts.pod?.node ?? null);
      all.accounts.add(facts.pod && `${facts.pod.namespace}/${facts.serviceAccount.name}`);
    }
    // an image of the command line is no pod's
    if (facts.pod === null || facts.pod.name === '') return;
    const pod = `${facts.pod.namespace}/${facts.pod.name}`;
    all.pods.add(pod);
    group.pods.add(pod);
    if (diagnosis.certainty !== 'certain') group.unproved.add(pod);
    group.namespaces.add(facts.pod.namespace);
    if (facts.pod.node !== null) group.nodes.add(facts.pod.node);
    for (const { command } of diagnosis.fixes)
      if (command !== null) group.repairs.set(command, (group.repairs.get(command) ?? new Set()).add(pod));
  }

  return {
    add,
    groups: () =>
      [...groups.values()]
        .map(({ unproved, ...group }) => ({
          ...group,
          findings: [...group.findings].sort((a, b) => RANK[a.diagnosis.certainty] - RANK[b.diagnosis.certainty]),
          pods: [...group.pods].sort(),
          nodes: [...group.nodes].sort(),
          namespaces: [...group.namespaces].sort(),
          proved: group.pods.size - unproved.size,
          repairs: [...group.repairs].map(([command, pods]) => ({ command, pods: pods.size })).sort((a, b) => b.pods - a.pods),
        }))
        .sort((a, b) => Number(NO_CAUSE.has(a.cause)) - Number(NO_CAUSE.has(b.cause)) || b.pods.length - a.pods.length),
    causes: all.causes,
    pods: all.pods,
    patterns(baseline) {
      if (baseline === null || all.pods.size < 2) return [];
      /** The one value that all share, where something else runs beside it. */
      const shared = (values: ReadonlySet<string | null>, around: ReadonlySet<string>): string | null => {
        const [value] = values;
        return values.size === 1 && value != null && [...around].some(other => other !== value) ? value : null;
      };
      const node = shared(all.nodes, baseline.nodes);
      const registry = shared(all.registries, baseline.registries);
      const account = shared(all.accounts, baseline.accounts);
      return [
        ...(node === null ? [] : [`only pods on node "${node}" fail`]),
        ...(registry === null ? [] : [`only images of registry "${registry}" fail`]),
        ...(account === null ? [] : [`all failing pods are of service account "${account}"`]),
      ];
    },
  };
}

/**
 * Which of two groups a person repairs first: what needs a repair before what repairs itself, then the one with more pods, then the more certain; a fault that may pass by itself
 * comes behind one that does not.
 */
export const byUrgency = (a: Group, b: Group): number =>
  Number(passes(a)) - Number(passes(b)) ||
  b.pods.length - a.pods.length ||
  RANK[a.certainty] - RANK[b.certainty] ||
  Number(causeOf(a.cause).transient) - Number(causeOf(b.cause).transient);

/** Nothing has to be repaired. */
const passes = ({ cause }: Group): boolean => NO_CAUSE.has(cause) || cause === 'FixedWaitingForRetry';

/** In: findings. Out: their groups with every finding in them, the largest first. */
export function groupFindings(findings: readonly Finding[]): Group[] {
  const aggregator = aggregate(true);
  for (const finding of findings) aggregator.add(finding);
  return aggregator.groups();
}

/** One group in JSON: counts and the first names. */
export interface GroupSummary {
  cause: string;
  certainty: string;
  registry: string | null;
  repository: string | null;
  credential: { secret: string; key: string; username: string } | null;
  pods: number;
  nodes: number;
  namespaces: number;
  examples: string[];
}

const EXAMPLES = 5;

/** In: a group. Out: its summary for JSON. */
export const summaryOf = ({ cause, certainty, registry, repository, credential, pods, nodes, namespaces }: Group): GroupSummary => ({
  cause,
  certainty,
  registry,
  repository,
  credential,
  pods: pods.length,
  nodes: nodes.length,
  namespaces: namespaces.length,
  examples: pods.slice(0, EXAMPLES),
});
