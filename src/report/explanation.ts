/** The text and the documents of `explain`: the list of causes, a page, and what a pasted text tells. Pure. */

import { docsOf } from '../causes/docs-url.ts';
import { pageOf } from '../causes/pages.ts';
import { lowerFirst } from '../causes/phrases.ts';
import type { Reading, TextReading } from '../diagnosis/read-text.ts';
import { CAUSES, type CauseCode, type CauseRow, causeOf, NO_CAUSE } from '../model/cause-codes.ts';
import type { Fault, Speaker, Step } from '../model/fault.ts';
import type { PastedPod } from '../parse/pasted.ts';
import { program } from '../util/called-as.ts';
import { clipped } from '../util/text.ts';
import { VERSION } from '../util/version.ts';
import { visible } from '../util/visible.ts';
import { readPage, renderMarkdown } from './cause-page.ts';
import { fold, labeled } from './columns.ts';
import { type Style, style, type TextOptions } from './style.ts';

type Layout = Pick<TextOptions, 'width' | 'color'>;
/** A group of causes. */
export type CauseGroup = CauseRow['group'];

/** The groups, in their order, with their titles. */
export const GROUPS: Readonly<Record<CauseGroup, string>> = {
  name: 'Name of the image',
  secret: 'Pull secrets',
  auth: 'Authentication',
  network: 'Network between node and registry',
  registry: 'Registry',
  node: 'Node',
  state: 'No failure, or none that is known',
};

/** In: groups, and the columns to fold at (null: one line for each cause). Out: their causes, each with its meaning. */
export function renderList(groups: readonly CauseGroup[], color: boolean, width: number | null): string {
  const s = style(color);
  const parts = groups.map(group => {
    const codes = CAUSES.filter(cause => cause.group === group).map(({ code }) => code);
    const title = GROUPS[group].toLowerCase() === group ? GROUPS[group] : `${GROUPS[group]} (${group})`;
    return [s.bold(title), ...rowsOf(codes, width)].join('\n');
  });
  return `${parts.join('\n\n')}\n`;
}

/** In: causes whose pages have the words of a text that is no message. Out: these causes. */
export const renderFound = (codes: readonly CauseCode[], color: boolean, width: number | null): string =>
  [
    style(color).bold('The text is no whole message of an image pull. These pages have its words'),
    ...rowsOf(codes, width),
    '',
    `The page of a cause: ${program()} explain CAUSE`,
  ].join('\n');

/** One line for each cause. */
function rowsOf(codes: readonly CauseCode[], width: number | null): string[] {
  const size = Math.max(...CAUSES.map(({ code }) => code.length));
  const indent = ' '.repeat(size + 4);
  return codes.flatMap(code => {
    const { title } = causeOf(code);
    const [first = '', ...rest] = width === null ? [`${indent}${title}`] : fold(title, width, indent);
    return [`  ${code.padEnd(size)}${first.slice(size + 2)}`, ...rest];
  });
}

/** In: a cause. Out: its page. */
export function renderPage(code: CauseCode, layout: Layout): string {
  const address = style(layout.color).dim(docsOf(code, VERSION));
  return `${renderMarkdown(pageOf(code), layout).join('\n')}\n\n${address}\n`;
}

const SPEAKER: Record<Speaker, string> = {
  kubelet: 'kubelet',
  containerd: 'containerd',
  containersImage: 'CRI-O (containers/image)',
  docker: 'Docker',
  probe: 'this program',
};
const STEP: Record<Step, string> = {
  name: 'reading the image reference',
  policy: 'checking the pull policy',
  secret: 'reading the pull secrets',
  throttle: 'waiting for the limit of pulls',
  runtime: 'asking the container runtime',
  resolve: 'resolving the image reference at the registry',
  ping: 'contacting the registry (GET /v2/)',
  token: 'getting a token',
  manifest: 'fetching the manifest',
  config: 'fetching the config of the image',
  layer: 'downloading a layer',
  unpack: 'unpacking a layer',
  store: 'storing the image on the node',
  verify: 'verifying the signature',
};
const ROLE: Record<Fault['role'], string> = {
  registry: '',
  mirror: ' (a mirror)',
  token: ' (the token server)',
  redirect: ' (where the registry redirects to)',
  proxy: ' (a proxy)',
};

/** Readings of one text that are shown with the essentials of their pages. */
const MOST_IN_FULL = 3;

/** In: what a text tells, with at least one reading. Out: for each the cause, what was read, and the essentials of its page; then how to prove it. */
export function renderReadings({ readings, pods }: TextReading, layout: Layout): string {
  const s = style(layout.color);
  const shown = new Set<CauseCode>();
  const parts = readings.map(reading => {
    const isFull = !shown.has(reading.cause) && shown.size < MOST_IN_FULL;
    if (isFull) shown.add(reading.cause);
    return [...headOf(reading, layout, s), ...(isFull ? essentialsOf(reading.cause, layout, s) : [])].join('\n');
  });
  const isFailure = readings.some(({ cause }) => !NO_CAUSE.has(cause));
  return `${[...parts, ...(isFailure ? [proofOf(pods, layout, s)] : [])].join('\n\n')}\n`;
}

/** Characters of a message that are shown; documents have all of it. */
const LONGEST = 2000;

function headOf(reading: Reading, { width }: Layout, s: Style): string[] {
  const { cause, certainty, also, image, fault, message } = reading;
  const fine = NO_CAUSE.has(cause);
  const title = `${s.bold((fine ? s.green : s.red)(cause))} (${certainty}): ${causeOf(cause).title}`;
  const rows: [string, string | null][] = [
    ['image', image],
    ['speaker', fault?.speaker == null ? null : SPEAKER[fault.speaker]],
    ['step', fault === null ? null : STEP[fault.step]],
    ['host', fault?.host == null ? null : `${fault.host}${ROLE[fault.role]}`],
    ['error', fault === null ? null : errorOf(fault)],
    ['message', clipped(message, LONGEST)],
  ];
  const told = rows.flatMap(([label, value]) => (value === null ? [] : [[label, visible(value)] as const]));
  const size = Math.max(...told.map(([label]) => label.length));
  const others = also.map(code => `${code} (${lowerFirst(causeOf(code).title)})`);
  return [
    ...fold(title, width + title.length - `${cause} (${certainty}): ${causeOf(cause).title}`.length, ''),
    '',
    s.bold('What the text says'),
    ...told.flatMap(([label, value]) => labeled(label.padEnd(size), value, width)),
    ...(fault?.understood === false
      ? fold('A part of the message is not known: the cause is taken from the part that is.', width, '  ')
      : []),
    ...(others.length === 0 ? [] : ['', s.bold('It may also be'), ...others.flatMap(other => hanging(other, width))]),
  ];
}

/** A line whose folds stand further right than its beginning. */
function hanging(text: string, width: number): string[] {
  const [first = '', ...rest] = fold(text, width, '    ');
  return [first.slice(2), ...rest];
}
/** The error in a few words: the kind of the fault, with status and code where the message has them. */
function errorOf({ kind, status, code, method, details }: Fault): string {
  const problem = details.certificate?.problem;
  const answer = [status === null ? '' : `status ${status}`, code ?? ''].filter(Boolean).join(' ');
  const asked = method === null ? '' : ` to a ${method} request`;
  if (kind === 'status') return `${answer === '' ? 'an error' : answer}${asked}`;
  const words = `${KIND_WORDS[kind] ?? inWords(kind)}${problem === undefined ? '' : `: ${inWords(problem)}`}`;
  return `${words}${answer === '' ? '' : ` (${answer}${asked})`}`;
}

/** `notYetValid` as `not yet valid`. */
const inWords = (name: string): string => name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);

/** Kinds of faults whose name is no phrase. */
const KIND_WORDS: Partial<Record<Fault['kind'], string>> = {
  badReference: 'the image reference is not valid',
  shortName: 'the image name has no registry',
  never: 'the pull policy is Never',
  secretParse: 'a pull secret does not parse',
  secretUnread: 'a pull secret could not be read',
  dns: 'the host name was not resolved',
  refused: 'connection refused',
  reset: 'connection reset',
  eof: 'connection closed',
  untrusted: 'certificate not trusted',
  badCertificate: 'certificate not valid',
  x509: 'certificate refused',
  tls: 'TLS handshake failed',
  plainHttp: 'HTTP where HTTPS was expected',
  httpToHttps: 'HTTPS wanted, HTTP sent',
  denied: 'access denied',
  noBasicAuth: 'no credentials for Basic authentication',
  badToken: 'the token answer cannot be used',
  insufficientScope: 'the token does not allow it',
  invalidToken: 'the token is not accepted',
  notJson: 'the answer is not JSON',
  platform: 'no manifest for this platform',
  mediaType: 'a media type that is not supported',
  badManifest: 'the manifest cannot be used',
  blobMissing: 'a part of the image is missing',
  corrupt: 'the content does not match its digest',
  shortBody: 'the body ended too early',
  diskFull: 'no space left on the node',
  storage: 'the storage of the node failed',
  runtime: 'the container runtime failed',
  throttled: 'limit of pulls per second',
  canceled: 'the pull was canceled',
  deadline: 'time limit exceeded',
  policy: 'a policy refuses',
  signature: 'the signature is not accepted',
  unknown: 'the message does not tell',
};

/** What of a page somebody needs who has the message in hand, with the titles that it gets here. */
const ESSENTIALS = [
  ['What happened', 'What happened'],
  ['How to fix it', 'How to fix it (words in capital letters are placeholders)'],
] as const;

function essentialsOf(cause: CauseCode, layout: Layout, s: Style): string[] {
  const { sections } = readPage(pageOf(cause));
  return [
    ...ESSENTIALS.flatMap(([heading, title]) => ['', s.bold(title), ...renderMarkdown(sections.get(heading) ?? '', layout)]),
    '',
    ...fold(`The whole page: ${program()} explain ${cause}`, layout.width, ''),
  ];
}

/** How to prove it: the pods that the text names, else a placeholder. */
function proofOf(pods: readonly PastedPod[], { width }: Layout, s: Style): string {
  return [
    s.bold('Prove it'),
    ...fold(
      'A text tells what was, not what is now. This reads the pod and its secrets, asks the registry, and prints the commands for this pod:',
      width,
      '  ',
    ),
    ...whyCommands(pods).map(command => `    ${s.cyan(command)}`),
  ].join('\n');
}

/** Pods for which a command is printed. */
const MOST_PODS = 3;

/** In: the pods that a text names. Out: the commands that diagnose them. */
export const whyCommands = (pods: readonly PastedPod[]): string[] =>
  pods.length === 0
    ? [`${program()} why POD -n NAMESPACE`]
    : pods.slice(0, MOST_PODS).map(({ name, namespace }) => `${program()} why ${name} -n ${namespace ?? 'NAMESPACE'}`);

// ---- documents

/** In: causes, and whether their pages are wanted. Out: the list that `-o json` and `-o yaml` print. */
export const causeList = (codes: readonly CauseCode[], apiVersion: string, withPages: boolean): object => ({
  apiVersion,
  kind: 'CauseList',
  items: codes.map(code => {
    const { group, title, transient } = causeOf(code);
    return { cause: code, group, title, transient, docs: docsOf(code, VERSION), ...(withPages ? { page: pageOf(code) } : {}) };
  }),
});

/** In: what a text tells, and the causes whose pages have its words where it tells nothing. Out: the list that `-o json` and `-o yaml` print. */
export const readingList = ({ readings, pods, reasons }: TextReading, pages: readonly CauseCode[], apiVersion: string): object => ({
  apiVersion,
  kind: 'ReadingList',
  items: readings.map(({ cause, certainty, also, image, reference, fault, message }) => ({
    cause,
    certainty,
    also,
    title: causeOf(cause).title,
    image,
    reference,
    fault:
      fault === null
        ? null
        : {
            speaker: fault.speaker,
            step: fault.step,
            kind: fault.kind,
            host: fault.host,
            role: fault.role,
            method: fault.method,
            status: fault.status,
            code: fault.code,
            understood: fault.understood,
          },
    message,
    docs: docsOf(cause, VERSION),
  })),
  pods,
  reasons,
  pages,
});
