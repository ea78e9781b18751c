/** The text of a diagnosis: the cause first, then the proof, then what to type. Pure. */
import Table from 'cli-table3';
import { docsOf } from '../causes/docs-url.ts';
import type { Group } from '../diagnosis/aggregate.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import { checksOf, credentialsOf } from '../diagnosis/probe-view.ts';
import type { SecretTest } from '../diagnosis/test-secret.ts';
import { causeOf, NO_CAUSE } from '../model/cause-codes.ts';
import type { Fix } from '../model/diagnosis.ts';
import { VERSION } from '../util/version.ts';
import { printable, type Style, style } from './style.ts';

export interface TextOptions {
  color: boolean;
  /** `-o wide`: every check, credential and near miss. */
  wide: boolean;
  /** Columns to wrap at. */
  width: number;
}

const KIND: Record<string, string> = {
  container: 'container',
  initContainer: 'init container',
  ephemeralContainer: 'ephemeral container',
  imageVolume: 'image volume',
};
/** Commands of other pods that are shown. */
const MOST_REPAIRS = 4;
/** Groups that are shown with their proof: of more the cause and the fix have to do. */
const MOST_IN_FULL = 5;
const MARK: Record<string, string> = { ok: '✓', failed: '✗', warning: '!', skipped: '-' };

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;

/** What a group is about, in a word. */
const about = ({ registry, repository, credential }: Group): string =>
  [
    registry === null ? repository : `${registry}${repository === null ? '' : `/${repository}`}`,
    credential === null ? null : `secret "${credential.secret}"`,
  ]
    .filter(Boolean)
    .join(', ');

/** All findings: what there is in one table when there are several, then each group by its clearest case. With `wide` every case. */
export function renderFindings(groups: Group[], patterns: string[], options: TextOptions): string {
  const parts: string[] = [];
  const failing = groups.filter(({ cause }) => !NO_CAUSE.has(cause));
  const pods = new Set(failing.flatMap(group => group.pods)).size;
  if (failing.length > 1 && pods > 1) {
    const head = `${count(pods, 'pod')}, ${count(failing.length, 'cause')}${patterns.length === 0 ? '' : `: ${patterns.join('; ')}`}`;
    parts.push(
      `${head}\n${table(
        ['PODS', 'CAUSE', 'CERTAINTY', 'ABOUT'],
        failing.map(group => [String(group.pods.length), group.cause, group.certainty, about(group)]),
        options.width,
      )}\n`,
    );
  } else if (patterns.length > 0) parts.push(`${count(pods, 'pod')}: ${patterns.join('; ')}\n`);
  const brief = !options.wide && groups.length > MOST_IN_FULL;
  for (const group of groups) {
    const shown = options.wide ? group.findings : group.findings.slice(0, 1);
    for (const finding of shown) parts.push(renderFinding(finding, options, options.wide ? null : group, brief));
  }
  if (brief) parts.push('The proof of one: kubectl imagepull why POD. Of all: -o wide.\n');
  return printable(parts.join('\n'), options.color);
}

/** Whom else a group hits besides the case that is shown. */
function renderOthers(group: Group, options: TextOptions): string[] {
  if (group.pods.length < 2) return [];
  const names = `${group.pods.slice(0, 5).join(', ')}${group.pods.length > 5 ? ` and ${group.pods.length - 5} more (-o wide lists all)` : ''}`;
  return fold(
    `It hits ${count(group.pods.length, 'pod')} on ${count(group.nodes.length, 'node')} in ${count(group.namespaces.length, 'namespace')}: ${names}`,
    options.width,
    '',
  );
}

function renderFinding({ facts, diagnosis }: Finding, options: TextOptions, group: Group | null, brief: boolean): string {
  const s = style(options.color);
  const fine = NO_CAUSE.has(diagnosis.cause);
  const paint = fine ? s.green : diagnosis.cause === 'FixedWaitingForRetry' ? s.yellow : s.red;
  const lines: string[] = [];
  lines.push(`${s.bold(paint(diagnosis.cause))}${fine ? '' : ` (${diagnosis.certainty})`}: ${diagnosis.title}`);
  const pod = facts.pod === null ? '' : `pod ${facts.pod.namespace}/${facts.pod.name}, `;
  lines.push(s.dim(`${pod}${KIND[facts.container.kind]} "${facts.container.name}", image ${facts.image}`));
  lines.push('', ...fold(diagnosis.summary, options.width, ''));
  if (group !== null) lines.push(...renderOthers(group, options));
  if (diagnosis.also.length > 0) lines.push(...fold(`It could also be: ${diagnosis.also.join(', ')}.`, options.width, ''));
  for (const code of diagnosis.next)
    lines.push(...fold(`To be repaired next: ${code} (${lower(causeOf(code).title)}).`, options.width, ''));
  if (!brief) lines.push(...renderProof({ facts, diagnosis }, options, s));
  if (diagnosis.fixes.length > 0) lines.push('', s.bold('Fix'), ...renderFixes(diagnosis.fixes, options.width, s));
  if (group !== null) lines.push(...renderOtherRepairs(group, diagnosis.fixes, s));
  if (!fine && !brief) lines.push('', s.dim(`More: ${docsOf(diagnosis.cause, VERSION)}`));
  return `${lines.join('\n')}\n`;
}

/** What the verdict stands on: the words and objects, the credentials, the entries that missed, our own checks. */
function renderProof({ facts, diagnosis }: Finding, options: TextOptions, s: Style): string[] {
  const fine = NO_CAUSE.has(diagnosis.cause);
  const lines: string[] = [];
  if (diagnosis.evidence.length > 0 && !fine) {
    lines.push('', s.bold('Proof'));
    const width = Math.max(...diagnosis.evidence.map(evidence => LABEL[evidence.source].length));
    for (const { source, detail } of diagnosis.evidence) lines.push(...labelled(LABEL[source].padEnd(width), detail, options.width, s));
  }
  const credentials = credentialsOf(facts);
  if (credentials.length > 1 || (options.wide && credentials.length > 0)) {
    lines.push('', s.bold('Credentials, in the order in which kubelet tries them'));
    lines.push(
      table(
        ['SECRET', 'KEY', 'USER', 'RESULT', ...(options.wide ? ['DETAIL'] : [])],
        credentials.map(({ secret, key, username, result, detail }) => [
          secret,
          key,
          username || '(empty)',
          result,
          ...(options.wide ? [detail] : []),
        ]),
        options.width,
      ),
    );
  }
  const misses = facts.keyring.nearMisses;
  if (misses.length > 0 && !fine && (options.wide || diagnosis.cause === 'SecretRegistryMismatch')) {
    lines.push('', s.bold('Entries that do not match'));
    lines.push(
      table(
        ['SECRET', 'KEY', 'WHY'],
        misses.slice(0, options.wide ? undefined : 5).map(({ secret, key, why }) => [secret, key, why]),
        options.width,
      ),
    );
  }
  const checks = checksOf(facts);
  if (checks.length > 0 && (options.wide || diagnosis.cause === 'Unknown')) {
    lines.push('', s.bold('Checks, from this machine'));
    for (const check of checks)
      lines.push(
        ...labelled(
          `${MARK[check.status]} ${check.name.padEnd(8)}`,
          `${check.detail}${check.ms === null ? '' : ` (${check.ms} ms)`}`,
          options.width,
          s,
        ),
      );
  }
  return lines;
}

/** The commands that the other pods of a group need, where those are others. */
function renderOtherRepairs({ repairs }: Group, fixes: Fix[], s: Style): string[] {
  const others = repairs.filter(({ command }) => !fixes.some(fix => fix.command === command));
  if (others.length === 0) return [];
  const shown = others.slice(0, MOST_REPAIRS);
  const commands = shown.flatMap(({ command, pods }) => [
    `  ${s.dim(`${count(pods, 'pod')}:`)}`,
    ...command.split('\n').map(line => `    ${s.cyan(line)}`),
  ]);
  const more = others.length - shown.length;
  return [
    '',
    s.bold('The same for the others'),
    ...commands,
    ...(more === 0 ? [] : [`  and ${more} more (-o wide shows the fix of each pod)`]),
  ];
}

const LABEL = {
  pod: 'pod',
  event: 'event',
  status: 'status',
  secret: 'secret',
  serviceAccount: 'account',
  node: 'node',
  registry: 'registry',
  note: 'note',
} as const;
const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function renderFixes(fixes: Fix[], width: number, s: Style): string[] {
  return fixes.flatMap((fix, index) => {
    const number = fixes.length > 1 ? `${index + 1}. ` : '';
    const indent = ' '.repeat(2 + number.length);
    const [first = '', ...rest] = fold(fix.title, width, indent);
    // a command is never folded: it is there to be copied
    const command = fix.command === null ? [] : fix.command.split('\n').map(line => `${indent}${number === '' ? '  ' : ''}${s.cyan(line)}`);
    return [`  ${number}${first.trimStart()}`, ...rest, ...command];
  });
}

function labelled(label: string, detail: string, width: number, s: Style): string[] {
  const indent = ' '.repeat(label.length + 4);
  const [first = '', ...rest] = fold(detail, width, indent);
  return [`  ${s.dim(label)}  ${first.slice(indent.length)}`, ...rest];
}

/** Folds a text at blanks. A word that is longer than a line stays whole. */
export function fold(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(/\s+/)) {
    if (line.length > indent.length && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
    }
    line += line.length > indent.length ? ` ${word}` : word;
  }
  return [...lines, line];
}

/** A table without frame, its last column folded to the width. */
export function table(head: string[], rows: string[][], width: number): string {
  const sizes = head.map((title, column) => Math.max(title.length, ...rows.map(row => (row[column] ?? '').length)));
  const before = sizes.slice(0, -1).reduce((sum, size) => sum + size + 2, 2);
  const last = sizes.length - 1;
  const colWidths = sizes.map((size, column) => (column === last && before + size > width ? Math.max(30, width - before) : size) + 2);
  const none = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '',
  };
  const made = new Table({
    head,
    chars: none,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2, compact: true },
    colWidths,
    wordWrap: true,
    wrapOnWordBoundary: true,
  });
  made.push(...rows);
  return made
    .toString()
    .split('\n')
    .map(line => `  ${line}`.trimEnd())
    .join('\n');
}

/** What a secret is worth, in few words. */
function verdictOf({ problems, entries }: SecretTest, s: Style): string {
  const failing = entries.filter(({ cause }) => cause !== null);
  const accepted = entries.some(({ result, cause }) => result === 'accepted' && cause === null);
  if (problems.length > 0) return s.red('does not work');
  if (failing.length === 0) return accepted ? s.green('works') : s.yellow('could not be verified');
  if (failing.every(({ result }) => result === 'accepted')) return s.yellow('works, but the image cannot be pulled');
  if (accepted) return s.yellow('works in part');
  // a registry that does not answer us says nothing of the secret
  return failing.every(({ result }) => result === 'error') ? s.yellow('could not be tested from this machine') : s.red('does not work');
}

/** The text of `test-secret`. */
export function renderSecretTests(tests: SecretTest[], options: TextOptions): string {
  const s = style(options.color);
  const parts = tests.map(test => {
    const lines: string[] = [];
    lines.push(`${s.bold(`secret ${test.secret.namespace}/${test.secret.name}`)} ${verdictOf(test, s)}`, s.dim(`type ${test.secret.type}`));
    for (const problem of test.problems) lines.push(...fold(`${problem.code}: ${problem.detail}`, options.width, '  '));
    if (test.entries.length > 0) {
      lines.push(
        '',
        table(
          ['KEY', 'REGISTRY', 'USER', 'RESULT', 'DETAIL'],
          test.entries.map(entry => [
            entry.key,
            entry.registry,
            entry.username || '(empty)',
            entry.result,
            entry.cause === null ? entry.detail : `${entry.cause}: ${entry.detail}`,
          ]),
          options.width,
        ),
      );
    }
    if (options.wide) {
      for (const entry of test.entries) {
        lines.push('', s.bold(`Checks of "${entry.key}", from this machine`));
        for (const check of entry.checks.filter(check => check.status !== 'skipped'))
          lines.push(
            ...labelled(
              `${MARK[check.status]} ${check.name.padEnd(8)}`,
              `${check.detail}${check.ms === null ? '' : ` (${check.ms} ms)`}`,
              options.width,
              s,
            ),
          );
      }
    }
    const fixes = [...test.fixes, ...test.entries.flatMap(entry => entry.fixes)];
    const distinct = fixes.filter(
      (fix, index) => fixes.findIndex(other => other.command === fix.command && other.title === fix.title) === index,
    );
    if (distinct.length > 0) lines.push('', s.bold('Fix'), ...renderFixes(distinct, options.width, s));
    return `${lines.join('\n')}\n`;
  });
  return printable(parts.join('\n'), options.color);
}
