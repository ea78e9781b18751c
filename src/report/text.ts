/** The text of `why`: what fails at a glance, then for each group its cause, the evidence and the commands that fix it. Pure. */
import { docsOf } from '../causes/docs-url.ts';
import type { Group } from '../diagnosis/aggregate.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import { checksOf, credentialsOf } from '../diagnosis/probe-view.ts';
import { type CauseCode, causeOf, NO_CAUSE } from '../model/cause-codes.ts';
import type { Evidence, Fix } from '../model/diagnosis.ts';
import type { ContainerKind, Facts } from '../model/facts.ts';
import { program } from '../util/called-as.ts';
import { VERSION } from '../util/version.ts';
import { renderLayers } from './bars.ts';
import { forReading } from './clean.ts';
import { fold, labeled, table } from './columns.ts';
import { count, RESULT, renderChecks, renderFixes } from './sections.ts';
import { type Style, style, type TextOptions } from './style.ts';

const KIND: Record<ContainerKind, string> = {
  container: 'container',
  initContainer: 'init container',
  ephemeralContainer: 'ephemeral container',
  imageVolume: 'image volume',
  sandbox: 'sandbox',
};
const SOURCE: Record<Evidence['source'], string> = {
  pod: 'pod',
  event: 'event',
  status: 'status',
  secret: 'secret',
  serviceAccount: 'account',
  node: 'node',
  registry: 'registry',
  note: 'note',
};
/** Groups that are shown with their evidence: of more only the cause and the fix are. */
const MAX_IN_FULL = 5;
/** Commands for other pods of a group that are shown. */
const MAX_OTHER_FIXES = 4;
/** Pods of a group that are named, and entries that do not match. */
const MAX_NAMES = 5;

/**
 * In: the groups of all findings, and what the failing pods have in common. Out: a table of the causes if there are several, then each group by its most certain finding;
 * with `wide` every finding.
 */
export function renderFindings(allGroups: Group[], allPatterns: string[], options: TextOptions): string {
  const { groups, patterns } = forReading({ groups: allGroups, patterns: allPatterns });
  const isPlanned = groups.some(({ findings: [first] }) => first?.facts.planned !== undefined);
  const brief = !options.wide && groups.length > MAX_IN_FULL;
  const findings = groups.flatMap(group =>
    options.wide
      ? group.findings.map(finding => renderFinding(finding, options, null, false))
      : group.findings.slice(0, 1).map(finding => renderFinding(finding, options, group, brief)),
  );
  const parts = [
    // a check has an overview of its own
    ...(isPlanned ? [] : renderOverview(groups, patterns, options)),
    ...findings,
    ...(brief
      ? [
          isPlanned
            ? 'Add -o wide for the evidence of each.\n'
            : `Run "${program()} why POD" for the evidence of one pod, or add -o wide for all.\n`,
        ]
      : []),
  ];
  return parts.join('\n');
}

function renderOverview(groups: Group[], patterns: string[], options: TextOptions): string[] {
  const failing = groups.filter(({ cause }) => !NO_CAUSE.has(cause));
  const pods = new Set(failing.flatMap(group => group.pods)).size;
  const common = patterns.length === 0 ? '' : `: ${patterns.join('; ')}`;
  if (failing.length < 2 || pods < 2) return common === '' ? [] : [`${count(pods, 'pod')}${common}\n`];
  const rows = failing.map(group => [String(group.pods.length), group.cause, group.certainty, subjectOf(group)]);
  return [
    `${count(pods, 'pod')}, ${count(failing.length, 'cause')}${common}\n${table(['PODS', 'CAUSE', 'CERTAINTY', 'ABOUT'], rows, options.width)}\n`,
  ];
}

/** The registry or repository of a group, and the secret. */
const subjectOf = ({ registry, repository, credential, sandboxOf }: Group): string =>
  [
    sandboxOf === null ? null : `sandbox of node "${sandboxOf}"`,
    registry === null ? repository : `${registry}${repository === null ? '' : `/${repository}`}`,
    credential === null ? null : `secret "${credential.secret}"`,
  ]
    .filter(Boolean)
    .join(', ');

/** With a group the finding stands for all of it; brief is without the evidence. */
function renderFinding({ facts, diagnosis }: Finding, options: TextOptions, group: Group | null, brief: boolean): string {
  const s = style(options.color);
  const { width } = options;
  const fine = NO_CAUSE.has(diagnosis.cause);
  const paint = fine ? s.green : diagnosis.cause === 'FixedWaitingForRetry' ? s.yellow : s.red;
  const subject =
    facts.pod === null || facts.pod.name === ''
      ? []
      : [
          facts.refusal || (facts.planned && facts.pod.owner.kind !== 'pod')
            ? `${facts.pod.owner.kind} ${facts.pod.namespace}/${facts.pod.owner.name}`
            : `pod ${facts.pod.namespace}/${facts.pod.name}`,
        ];
  // the words of a refusal, and the command line, may name no container
  const container = facts.container.name === '' && facts.container.kind !== 'sandbox' ? [] : [containerOf(facts)];
  const lines = [
    `${s.bold(paint(diagnosis.cause))}${fine ? '' : ` (${diagnosis.certainty})`}: ${diagnosis.title}`,
    s.dim([...subject, ...container, `image ${facts.image || '(not named)'}`, ...placeOf(facts)].join(', ')),
    '',
    ...fold(diagnosis.summary, width, ''),
    ...(group === null ? [] : renderPodsOf(group, width)),
    ...(diagnosis.also.length === 0 ? [] : fold(`Other possible causes: ${diagnosis.also.join(', ')}.`, width, '')),
    ...diagnosis.next.flatMap(code => fold(`Fix next: ${code} (${lowerFirst(causeOf(code).title)}).`, width, '')),
    ...(brief ? [] : renderEvidence({ facts, diagnosis }, options, s)),
    ...(facts.notes === undefined || facts.notes.length === 0
      ? []
      : ['', s.bold('Notes'), ...facts.notes.flatMap(note => labeled(note.code, note.detail, width, s))]),
    ...(diagnosis.fixes.length === 0 ? [] : ['', s.bold('Fix'), ...renderFixes(diagnosis.fixes, width, s)]),
    ...(group === null ? [] : renderOtherFixes(group, diagnosis.fixes, s)),
    ...(fine || brief ? [] : ['', s.dim(`More: ${docsOf(diagnosis.cause, VERSION)}`)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Where a manifest names the image: `FILE:LINE:COLUMN`, which editors and terminals open. */
export function placeOf({ declaredAt }: Facts): string[] {
  if (declaredAt === undefined) return [];
  const { file, line, column } = declaredAt;
  return [`${file === '-' ? '<stdin>' : file}:${line}${column === null ? '' : `:${column}`}`];
}

/** The container with its kind; a sandbox has no name. */
const containerOf = ({ container: { kind, name } }: Facts): string => (kind === 'sandbox' ? KIND.sandbox : `${KIND[kind]} "${name}"`);

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** The pods of a group besides the one that is shown. */
function renderPodsOf(group: Group, width: number): string[] {
  const { pods, nodes, namespaces, findings } = group;
  if (pods.length < 2) return [];
  const more = pods.length > MAX_NAMES ? ` and ${pods.length - MAX_NAMES} more (-o wide lists all)` : '';
  const what =
    findings[0]?.facts.refusal || findings[0]?.facts.planned
      ? count(pods.length, 'workload')
      : `${count(pods.length, 'pod')} on ${count(nodes.length, 'node')}`;
  const where = `${what} in ${count(namespaces.length, 'namespace')}`;
  return fold(`Affects ${where}: ${pods.slice(0, MAX_NAMES).join(', ')}${more}`, width, '');
}

/** What the verdict is based on: messages and objects, credentials, entries that do not match, the checks of the probe; with `wide` all of it, and the rule that decided. */
function renderEvidence({ facts, diagnosis }: Finding, { wide, width }: TextOptions, s: Style): string[] {
  const fine = NO_CAUSE.has(diagnosis.cause);
  const lines: string[] = [];
  const add = (title: string, content: string[]): void => void (content.length > 0 && lines.push('', s.bold(title), ...content));
  const { evidence, decidedBy } = diagnosis;
  if (evidence.length > 0 && !fine) {
    const size = Math.max(...evidence.map(({ source }) => SOURCE[source].length));
    add(
      'Evidence',
      evidence.flatMap(({ source, detail }) => labeled(SOURCE[source].padEnd(size), detail, width, s)),
    );
  }
  if (wide) lines.push('', ...fold(`Decided by: ${decidedBy.reason.replace(/\.$/, '')} (${decidedBy.rule})`, width, ''));
  add('Largest layers', layersOf({ facts, diagnosis }, wide, width));
  const credentials = credentialsOf(facts);
  if (credentials.length > 1 || (wide && credentials.length > 0)) {
    const rows = credentials.map(({ secret, key, username, result, detail }) => [
      secret,
      key,
      username || '(empty)',
      RESULT[result],
      ...(wide ? [detail] : []),
    ]);
    add('Credentials in the order in which kubelet tries them', [
      table(['SECRET', 'KEY', 'USER', 'RESULT', ...(wide ? ['DETAIL'] : [])], rows, width),
    ]);
  }
  const misses = facts.keyring.nearMisses;
  if (misses.length > 0 && !fine && (wide || diagnosis.cause === 'SecretRegistryMismatch')) {
    const rows = misses.slice(0, wide ? undefined : MAX_NAMES).map(({ secret, key, why }) => [secret, key, why]);
    add('Entries that do not match this image', [table(['SECRET', 'KEY', 'WHY'], rows, width)]);
  }
  const checks = checksOf(facts);
  if (checks.length > 0 && (wide || diagnosis.cause === 'Unknown')) add('Checks from this machine', renderChecks(checks, width, s));
  return lines;
}

/** Causes of which the size of the image tells something, and bytes from which it does. */
const OF_SIZE: ReadonlySet<CauseCode> = new Set<CauseCode>(['NodeDiskFull', 'PullTooSlow', 'StillPulling']);
const LARGE = 100e6;

/** The largest layers, where the size of the image matters. */
function layersOf({ facts: { probe }, diagnosis }: Finding, wide: boolean, width: number): string[] {
  if (probe?.size == null || probe.largestLayers === undefined) return [];
  return wide || (OF_SIZE.has(diagnosis.cause) && probe.size >= LARGE)
    ? renderLayers(probe.largestLayers, probe.size, probe.layers ?? 0, width, wide)
    : [];
}

/** The commands for the other pods of a group, where these need others. */
function renderOtherFixes({ repairs }: Group, fixes: Fix[], s: Style): string[] {
  const others = repairs.filter(({ command }) => !fixes.some(fix => fix.command === command));
  if (others.length === 0) return [];
  const commands = others
    .slice(0, MAX_OTHER_FIXES)
    .flatMap(({ command, pods }) => [`  ${s.dim(`${count(pods, 'pod')}:`)}`, ...command.split('\n').map(line => `    ${s.cyan(line)}`)]);
  const more = others.length - MAX_OTHER_FIXES;
  return [
    '',
    s.bold('Fix for the other pods'),
    ...commands,
    ...(more > 0 ? [`  and ${more} more (-o wide shows the fix of each pod)`] : []),
  ];
}
