/** Many findings as few: one group per cause and what it is about (registry, repository, credential). Pure. */
import { type CauseCode, causeOf } from './causes/index.ts';
import type { Certainty } from './diagnosis.ts';
import type { Finding } from './investigate.ts';
import { credentialsOf } from './probe-view.ts';

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
  /** The most certain first. */
  findings: Finding[];
  /** `namespace/name`, each once. */
  pods: string[];
  nodes: string[];
  namespaces: string[];
}

/** What else runs where the failing pods were looked for: without it no pattern can be claimed. */
export interface Surroundings {
  nodes: ReadonlySet<string>;
  registries: ReadonlySet<string>;
  /** `namespace/name` of service accounts. */
  accounts: ReadonlySet<string>;
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
const RANK: Record<Certainty, number> = { certain: 0, likely: 1, possible: 2 };

/** The credential that a finding of a login or secret cause is about. */
function credentialOf({ facts, diagnosis }: Finding): Group['credential'] {
  const { group } = causeOf(diagnosis.cause);
  if (group !== 'auth' && group !== 'secret') return null;
  const rows = credentialsOf(facts);
  const row = rows.find(({ result }) => result === 'rejected' || result === 'denied') ?? rows[0];
  if (row !== undefined) return { secret: row.secret, key: row.key, username: row.username };
  const [secret] = facts.keyring.broken === null ? facts.secrets.map(({ name }) => name) : [facts.keyring.broken.secret];
  return secret === undefined ? null : { secret, key: '', username: '' };
}

/** In: findings. Out: their groups, the largest first. */
export function groupFindings(findings: readonly Finding[]): Group[] {
  const groups = new Map<string, Group>();
  for (const finding of findings) {
    const { facts, diagnosis } = finding;
    const registry = facts.reference?.registry ?? null;
    const repository = OF_A_REPOSITORY.has(diagnosis.cause) ? (facts.reference?.repository ?? facts.image) : null;
    const credential = credentialOf(finding);
    const key = JSON.stringify([diagnosis.cause, registry, repository, credential]);
    const group = groups.get(key) ?? {
      cause: diagnosis.cause,
      certainty: diagnosis.certainty,
      registry,
      repository,
      credential,
      findings: [],
      pods: [],
      nodes: [],
      namespaces: [],
    };
    groups.set(key, group);
    group.findings.push(finding);
    if (RANK[diagnosis.certainty] < RANK[group.certainty]) group.certainty = diagnosis.certainty;
  }
  for (const group of groups.values()) {
    group.findings.sort((a, b) => RANK[a.diagnosis.certainty] - RANK[b.diagnosis.certainty]);
    const all = (names: (string | null | undefined)[]): string[] => [...new Set(names.filter(name => name != null))].sort();
    group.pods = all(group.findings.map(({ facts }) => facts.pod && `${facts.pod.namespace}/${facts.pod.name}`));
    group.nodes = all(group.findings.map(({ facts }) => facts.pod?.node));
    group.namespaces = all(group.findings.map(({ facts }) => facts.pod?.namespace));
  }
  return [...groups.values()].sort((a, b) => b.pods.length - a.pods.length);
}

/** What the failing pods have in common and the others do not: one sentence each. */
export function patternsOf(findings: readonly Finding[], surroundings: Surroundings | null): string[] {
  const pods = new Set(findings.map(({ facts }) => `${facts.pod?.namespace}/${facts.pod?.name}`));
  if (surroundings === null || pods.size < 2) return [];
  const only = (values: (string | null | undefined)[]): string | null => {
    const distinct = new Set(values);
    const [value] = distinct;
    return distinct.size === 1 && value != null ? value : null;
  };
  const patterns: string[] = [];
  const node = only(findings.map(({ facts }) => facts.pod?.node));
  if (node !== null && [...surroundings.nodes].some(other => other !== node)) patterns.push(`only pods on node "${node}" fail`);
  const registry = only(findings.map(({ facts }) => facts.reference?.registry));
  if (registry !== null && [...surroundings.registries].some(other => other !== registry))
    patterns.push(`only images of registry "${registry}" fail`);
  const account = only(findings.map(({ facts }) => facts.pod && `${facts.pod.namespace}/${facts.serviceAccount.name}`));
  if (account !== null && [...surroundings.accounts].some(other => other !== account))
    patterns.push(`all failing pods are of service account "${account}"`);
  return patterns;
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
