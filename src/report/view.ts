/**
 * A report as data, apart from its layout: which groups there are, and of each finding its cause, the step of the pull that broke, the fixes, the evidence and the tables. Belongs
 * here: what is told and in which order; how it looks in a format is that format's matter. Pure.
 */
import { docsOf } from '../causes/docs-url.ts';
import { count } from '../causes/phrases.ts';
import { byUrgency, type Group } from '../diagnosis/aggregate.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import { checksOf, credentialsOf } from '../diagnosis/probe-view.ts';
import { type CauseCode, causeOf, NO_CAUSE } from '../model/cause-codes.ts';
import type { Certainty, DecidedBy, Evidence, Fix } from '../model/diagnosis.ts';
import type { ContainerKind, Facts, Note } from '../model/facts.ts';
import type { Step } from '../model/fault.ts';
import type { LayerSize } from '../model/node-load.ts';
import { type Check, type CheckName, decisiveAttempt, faultOfProbe } from '../model/probe.ts';
import { append } from '../util/lists.ts';
import { VERSION } from '../util/version.ts';
import { forReading } from './clean.ts';
import { RESULT } from './words.ts';

/** All that a report tells. */
export interface ReportView {
  /** What fails in one line; null where one finding says it all. */
  headline: string | null;
  /** One row for each repair, in the order in which a person makes them; empty where one finding says it all. */
  rows: GroupRow[];
  /** One for each cause (with `wide` one for each finding), in the order of the rows. */
  sections: FindingView[];
  /** The rows are the report: the sections are what `-o wide` adds. */
  isTableOnly: boolean;
  /** The evidence of the sections waits for `-o wide`. */
  isBrief: boolean;
  /** It is about images before there is a pod. */
  isPlanned: boolean;
}

/** One repair: what it is about, and the pods that it ends. */
export interface GroupRow {
  pods: number;
  cause: CauseCode;
  certainty: Certainty;
  /** Of how many of the pods the cause is proved. */
  proved: number;
  /** The node, registry, repository or secret. */
  about: string;
  /** That of the example first. */
  namespaces: string[];
  /** `namespace/name` of one pod; null where there is no pod. */
  example: string | null;
}

/** One finding; in a report without `wide` it stands for all groups of its cause. */
export interface FindingView {
  cause: CauseCode;
  /** Null where nothing is wrong. */
  certainty: Certainty | null;
  /** `waits`: it repairs itself. */
  tone: 'fails' | 'waits' | 'fine';
  /** One line without names. */
  title: string;
  /** Pod or workload, container, image, place in a manifest: a phrase each. */
  subject: string[];
  /** One or two sentences. */
  summary: string;
  /** Whom it hits besides, as sentences; empty where it stands for itself alone. */
  affects: string[];
  /** Other possible causes, the likeliest first. */
  also: CauseCode[];
  /** What has to be repaired besides. */
  next: { code: CauseCode; title: string }[];
  /** The checks from this machine in the order of a pull; null where no registry was asked. */
  ladder: Ladder | null;
  fixes: Fix[];
  /** Commands for other pods of the cause, where these need others; empty where it is about many things. `about`: what each is about, null where all are about the same. */
  otherFixes: { command: string; pods: number; about: string | null }[];
  /** What proves the verdict comes first. */
  evidence: Evidence[];
  decidedBy: DecidedBy;
  /** The largest layers, where the size of the image tells something. */
  layers: { largest: readonly LayerSize[]; size: number; count: number } | null;
  tables: TableView[];
  /** Every check with its words; empty where the ladder says enough. */
  checks: Check[];
  notes: Note[];
  /** Address of the page of the cause. */
  docs: string;
}

/** How far our own request came. */
export interface Ladder {
  /** Who asked; null where nobody was asked for a login. */
  identity: string | null;
  /** The steps that were made. `code`: of the registry or the system, where there is one. */
  steps: { name: CheckName; status: 'ok' | 'failed' | 'warning'; code: string | null }[];
}

/** A table with its title. */
export interface TableView {
  title: string;
  head: string[];
  rows: string[][];
}

/** Groups up to which each cause is told with its fix. */
const MAX_DETAILED = 3;
/** Pods of a group that are named, and entries that do not match. */
const MAX_NAMES = 5;

/** In: the groups of all findings, what the failing pods have in common, and whether everything is told. Out: the report, fit to be shown: no secret, no hidden character. */
export function reportView(allGroups: readonly Group[], allPatterns: readonly string[], wide: boolean): ReportView {
  const { groups: unsorted, patterns } = forReading({ groups: allGroups, patterns: allPatterns });
  const groups = [...unsorted].sort(byUrgency);
  const isPlanned = groups.some(({ findings: [first] }) => first?.facts.planned !== undefined);
  const failing = groups.filter(({ cause }) => !NO_CAUSE.has(cause));
  const pods = new Set(failing.flatMap(group => group.pods));
  // of one pod everything is told, whatever fails in it; a check has an overview of its own
  const hasRows = !isPlanned && groups.length > 1 && failing.length > 0 && pods.size > 1;
  const isTableOnly = !wide && hasRows && failing.length > MAX_DETAILED && blocksOf(failing).length > 1;
  const blocks = hasRows ? blocksOf(groups) : groups.map(group => [group]);
  return {
    headline: hasRows || patterns.length > 0 ? headlineOf(failing, pods, patterns) : null,
    rows: hasRows ? blocks.flat().map(rowOf) : [],
    sections: wide
      ? blocks.flat().flatMap(group => group.findings.map(finding => findingView(finding, [], true)))
      : blocks.flatMap(block => (block[0]?.findings[0] === undefined ? [] : [findingView(block[0].findings[0], block, false)])),
    isTableOnly,
    isBrief: !wide && (isPlanned ? groups.length > 1 : hasRows),
    isPlanned,
  };
}

/** In: groups. Out: those of one cause together, where its first one stands. */
export function blocksOf(groups: readonly Group[]): Group[][] {
  const blocks = new Map<CauseCode, Group[]>();
  for (const group of groups) append(blocks, group.cause, group);
  return [...blocks.values()];
}

function headlineOf(failing: readonly Group[], pods: ReadonlySet<string>, patterns: readonly string[]): string {
  const namespaces = new Set(failing.flatMap(group => group.namespaces)).size;
  const causes = new Set(failing.map(({ cause }) => cause)).size;
  const where = namespaces > 1 ? ` in ${count(namespaces, 'namespace')}` : '';
  const by = failing.length > 1 ? `, ${count(causes, 'cause')}${failing.length > causes ? ` in ${count(failing.length, 'row')}` : ''}` : '';
  return `${count(pods.size, 'pod')}${where}${by}${patterns.length === 0 ? '' : `: ${patterns.join('; ')}`}`;
}

/** In: a group. Out: its row. */
export const rowOf = (group: Group): GroupRow => ({
  pods: group.pods.length,
  cause: group.cause,
  certainty: group.certainty,
  proved: group.proved,
  about: aboutOf(group),
  namespaces: [...group.namespaces].sort((a, b) => Number(isOf(group, b)) - Number(isOf(group, a))),
  example: exampleOf(group),
});

/** Whether the example of a group is of this namespace. */
const isOf = (group: Group, namespace: string): boolean => exampleOf(group)?.startsWith(`${namespace}/`) === true;

/** What a group is about: the node, or the registry or repository, and the secret. */
function aboutOf({ registry, repository, credential, sandboxOf, node }: Group): string {
  const image = registry === null ? repository : `${registry}${repository === null ? '' : `/${repository}`}`;
  return [
    node === null ? null : `node "${node}"`,
    sandboxOf === null || sandboxOf === node ? null : `sandbox of node "${sandboxOf}"`,
    node === null ? image : null,
    credential === null ? null : `secret "${credential.secret}"`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** The pod of the clearest finding. */
function exampleOf({ findings: [first], pods }: Group): string | null {
  const pod = first?.facts.pod;
  return pod == null || pod.name === '' ? (pods[0] ?? null) : `${pod.namespace}/${pod.name}`;
}

/** In: a finding, the groups of its cause that it stands for (none: itself alone), and whether everything is told. Out: its parts. */
export function findingView({ facts, diagnosis }: Finding, block: readonly Group[], wide: boolean): FindingView {
  const { cause, certainty, title, summary, also, next, fixes, decidedBy } = diagnosis;
  const isFine = NO_CAUSE.has(cause);
  return {
    cause,
    certainty: isFine ? null : certainty,
    tone: isFine ? 'fine' : cause === 'FixedWaitingForRetry' ? 'waits' : 'fails',
    title,
    subject: subjectOf(facts),
    summary,
    affects: affectedBy(block),
    also,
    next: next.map(code => ({ code, title: causeOf(code).title })),
    ladder: ladderOf(facts),
    fixes,
    otherFixes: otherFixesOf(block, fixes),
    evidence: isFine ? [] : diagnosis.evidence,
    decidedBy,
    layers: layersOf({ facts, diagnosis }, wide),
    tables: [...credentialsTable(facts, wide), ...(isFine ? [] : missesTable({ facts, diagnosis }, wide))],
    checks: wide || cause === 'Unknown' ? checksOf(facts) : [],
    notes: facts.notes ?? [],
    docs: docsOf(cause, VERSION),
  };
}

const KIND: Record<ContainerKind, string> = {
  container: 'container',
  initContainer: 'init container',
  ephemeralContainer: 'ephemeral container',
  imageVolume: 'image volume',
  sandbox: 'sandbox',
};

/** What a finding is about: the words of a refusal, and the command line, may name no container. */
function subjectOf(facts: Facts): string[] {
  const { pod, container, image } = facts;
  const isWorkload = facts.refusal !== undefined || (facts.planned !== undefined && pod?.owner.kind !== 'pod');
  return [
    ...(pod === null || pod.name === ''
      ? []
      : [isWorkload ? `${pod.owner.kind} ${pod.namespace}/${pod.owner.name}` : `pod ${pod.namespace}/${pod.name}`]),
    ...(container.kind === 'sandbox' ? [KIND.sandbox] : container.name === '' ? [] : [`${KIND[container.kind]} "${container.name}"`]),
    `image ${image || '(not named)'}`,
    ...placeOf(facts),
  ];
}

/** Where a manifest names the image: `FILE:LINE:COLUMN`, which editors and terminals open. */
export function placeOf({ declaredAt }: Facts): string[] {
  if (declaredAt === undefined) return [];
  const { file, line, column } = declaredAt;
  return [`${file === '-' ? '<stdin>' : file}:${line}${column === null ? '' : `:${column}`}`];
}

/** The pods of the groups besides the one that is shown, and of how many the cause is proved. */
function affectedBy(block: readonly Group[]): string[] {
  const of = (names: (group: Group) => string[]): string[] => [...new Set(block.flatMap(names))];
  const pods = of(group => group.pods);
  if (pods.length < 2) return [];
  const facts = block[0]?.findings[0]?.facts;
  const isWorkload = facts?.refusal !== undefined || facts?.planned !== undefined;
  const nodes = of(group => group.nodes).length;
  const what = isWorkload ? count(pods.length, 'workload') : `${count(pods.length, 'pod')} on ${count(nodes, 'node')}`;
  const more = pods.length > MAX_NAMES ? ` and ${pods.length - MAX_NAMES} more (-o wide lists all)` : '';
  const where = `${what} in ${count(of(group => group.namespaces).length, 'namespace')}`;
  const proved = block.reduce((sum, group) => sum + group.proved, 0);
  return [
    `Affects ${where}: ${pods.slice(0, MAX_NAMES).join(', ')}${more}.`,
    ...(proved > 0 && proved < pods.length && !isWorkload ? [`The cause is proved for ${proved} of ${pods.length} pods.`] : []),
  ];
}

/** The check that fails where a fault is of this step. */
const CHECK_OF_STEP: Partial<Record<Step, CheckName>> = {
  ping: 'ping',
  token: 'token',
  resolve: 'manifest',
  manifest: 'manifest',
  config: 'config',
  layer: 'layers',
};

/** The steps that our own request made. */
function ladderOf(facts: Facts): Ladder | null {
  const steps = checksOf(facts).flatMap(({ name, status, code }): Ladder['steps'] =>
    status === 'skipped' ? [] : [{ name, status, code }],
  );
  const fault = facts.probe === null ? null : faultOfProbe(facts.probe);
  if (steps.length === 0 || facts.probe === null) return null;
  // a probe whose checks were not kept still knows where it ended
  if (fault !== null && !steps.some(({ status }) => status === 'failed')) {
    const name = CHECK_OF_STEP[fault.step];
    if (name === undefined) return null;
    steps.push({ name, status: 'failed', code: fault.code ?? fault.status?.toString() ?? null });
  }
  const attempt = decisiveAttempt(facts.probe);
  const username = attempt?.credential == null ? null : (facts.keyring.credentials[attempt.credential]?.username ?? null);
  return { identity: attempt === null ? null : username ? `as user "${username}"` : 'anonymously', steps };
}

/** In: groups, and the fixes that are told. Out: each command that other pods of the groups need besides, once, in the order of the groups; `about` is null where all are about the same. */
export function otherRepairs(block: readonly Group[], fixes: readonly Fix[]): FindingView['otherFixes'] {
  const told = new Set(fixes.map(({ command }) => command));
  return block.flatMap(group =>
    group.repairs.flatMap(({ command, pods }) => {
      if (told.has(command)) return [];
      told.add(command);
      return [{ command, pods, about: block.length < 2 ? null : aboutOf(group) }];
    }),
  );
}

/** The commands for the other pods of the groups, where these need others. Of many groups each has its own: that is what `why POD` is for. */
const otherFixesOf = (block: readonly Group[], fixes: readonly Fix[]): FindingView['otherFixes'] =>
  block.length > MAX_DETAILED ? [] : otherRepairs(block, fixes).sort((a, b) => b.pods - a.pods);

/** Causes of which the size of the image tells something, and bytes from which it does. */
const OF_SIZE: ReadonlySet<CauseCode> = new Set<CauseCode>(['NodeDiskFull', 'PullTooSlow', 'StillPulling']);
const LARGE = 100e6;

function layersOf({ facts: { probe }, diagnosis }: Finding, wide: boolean): FindingView['layers'] {
  if (probe?.size == null || probe.largestLayers === undefined || probe.largestLayers.length === 0) return null;
  return wide || (OF_SIZE.has(diagnosis.cause) && probe.size >= LARGE)
    ? { largest: probe.largestLayers, size: probe.size, count: probe.layers ?? 0 }
    : null;
}

function credentialsTable(facts: Facts, wide: boolean): TableView[] {
  const credentials = credentialsOf(facts);
  if (credentials.length === 0 || (credentials.length === 1 && !wide)) return [];
  const rows = credentials.map(({ secret, key, username, result, detail }) => [
    secret,
    key,
    username || '(empty)',
    RESULT[result],
    ...(wide ? [detail] : []),
  ]);
  const head = ['SECRET', 'KEY', 'USER', 'RESULT', ...(wide ? ['DETAIL'] : [])];
  return [{ title: 'Credentials in the order in which kubelet tries them', head, rows }];
}

function missesTable({ facts, diagnosis }: Finding, wide: boolean): TableView[] {
  const { nearMisses } = facts.keyring;
  if (nearMisses.length === 0 || (!wide && diagnosis.cause !== 'SecretRegistryMismatch')) return [];
  const rows = nearMisses.slice(0, wide ? undefined : MAX_NAMES).map(({ secret, key, why }) => [secret, key, why]);
  return [{ title: 'Entries that do not match this image', head: ['SECRET', 'KEY', 'WHY'], rows }];
}
