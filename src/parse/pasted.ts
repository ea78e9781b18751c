/**
 * A text that somebody pasted: which of its parts are messages of a pull, of which image and which pod. Belongs here: how a block of `kubectl describe`, a table of events, a log or
 * objects in JSON or YAML fall into messages. What a message says is read in messages/. Pure.
 */
import { fullReference } from '../model/reference.ts';
import { onOneLine } from '../util/text.ts';
import { readDocuments } from './documents.ts';
import { asWritten, unescaped } from './messages/copy.ts';
import { imageNamed } from './messages/reader.ts';
import { PULL_REASONS } from './pod.ts';
import { parseReference } from './reference.ts';
import { isObject } from './shape.ts';

/** One message of a text. */
export interface PastedMessage {
  /** As it stands in the text, with what stands around it in its line. */
  text: string;
  /** The image, as the message or the text around it names it; null where none does. */
  image: string | null;
}

/** A pod that a text names. */
export interface PastedPod {
  namespace: string | null;
  name: string;
}

/** What a text holds. */
export interface Pasted {
  /** Each once, in the order of the text. */
  messages: PastedMessage[];
  /** Pods of which it tells, each once. */
  pods: PastedPod[];
  /** Reasons of a pull that fails, without words that tell why: `ImagePullBackOff`. */
  reasons: string[];
}

/** Characters that are read of a text. */
const LONGEST_TEXT = 8_000_000;
/** Messages that are read of one text: the same pull fails every few minutes. */
const MOST_MESSAGES = 1000;
/** Characters of a record in which the name of its pod is looked for. */
const LONGEST_LINE = 20_000;
/** Pods that are named. */
const MOST_PODS = 20;
/** Records from which on only those are read that speak of images. */
const FEW_RECORDS = 40;

/** In: the text. Out: its messages, its pods and its bare reasons. */
export function readPasted(text: string): Pasted {
  const bounded = text.slice(0, LONGEST_TEXT).replace(/\r\n?/g, '\n');
  const found = new Collector();
  if (!readObjects(bounded, found)) readLines(bounded, found);
  return found.result();
}

/** Gathers what is found, each thing once. */
class Collector {
  private readonly messages = new Map<string, PastedMessage>();
  private readonly pods = new Map<string, PastedPod>();
  private readonly reasons = new Set<string>();

  message(text: string, image: string | null): void {
    if (this.messages.size >= MOST_MESSAGES) return;
    const written = asWritten(text).trim();
    const bare = BARE_REASON.exec(written)?.[1];
    if (bare !== undefined) return this.reason(bare);
    if (BACK_OFF.test(written)) return this.reason('ImagePullBackOff');
    // one pull fails again and again with the same words
    if (written !== '' && !this.messages.has(written)) this.messages.set(written, { text, image: imageOf(written) ?? image });
  }

  reason(reason: string): void {
    if (PULL_REASONS.has(reason)) this.reasons.add(reason);
  }

  pod(namespace: string | null | undefined, name: string): void {
    if (!NAME.test(name) || this.pods.size >= MOST_PODS) return;
    const own = namespace != null && NAME.test(namespace) ? namespace : null;
    const known = this.pods.get(name);
    if (known === undefined || known.namespace === null) this.pods.set(name, { namespace: own, name });
  }

  result(): Pasted {
    return { messages: [...this.messages.values()], pods: [...this.pods.values()], reasons: [...this.reasons] };
  }
}

/** Names of namespaces and pods. Source: apimachinery, IsDNS1123Subdomain. */
const NAME = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;
/** A message that is only a reason. */
const BARE_REASON = /^(?:Error: )?([A-Z][A-Za-z]{4,40})$/;
/** A back-off that does not tell why, as up to 1.31. */
const BACK_OFF = /^Back-off pulling image "[^"]{1,600}"$/;

/** How kubelet's log begins the words of a failed pull: the name in quotes before it is the container's. */
const OF_CONTAINER = /^[\s\S]{0,400}?failed to \\{0,8}"StartContainer\\{0,8}" for \\{0,8}"[^"]{0,253}" with /;
/** An address of a manifest, and Docker's and CRI-O's names without quotes. */
const ADDRESS = /https?:\/\/([^\s/"]{1,253})\/v2\/([a-z0-9][\w./-]{0,254})\/manifests\/(sha256:[0-9a-f]{64}|\w[\w.-]{0,127})/;
const OF_DOCKER =
  /\b(?:manifest for|pull access denied for|repository) ([a-z0-9][\w.:/@-]{0,254}?)(?=,? (?:not found|repository|does not|already)|: )/;
/** Query of a mirror: the registry that it stands for. */
const OF_MIRROR = /[?&]ns=([\w.-]{1,253}(?::\d{1,5})?)/;

/** The image that a message is about: as it is named, else as the address of its manifest tells it. */
function imageOf(written: string): string | null {
  const text = written.replace(OF_CONTAINER, '');
  const plain = /\\"/.test(text) ? unescaped(text) : text;
  const named = imageNamed(plain) ?? OF_DOCKER.exec(plain)?.[1];
  if (named !== undefined) return named;
  const [, host, repository, reference = ''] = ADDRESS.exec(plain) ?? [];
  if (host === undefined) return null;
  const registry = OF_MIRROR.exec(plain)?.[1] ?? host;
  const image = `${registry}/${repository}${reference.startsWith('sha256:') ? '@' : ':'}${reference}`;
  const parsed = parseReference(image);
  return parsed.ok ? fullReference(parsed.reference) : null;
}

// ---- objects

/** What begins or holds an object of Kubernetes, or a part of one. */
const OF_OBJECT =
  /^[ \t]{0,80}(?:[{[]|(?:- )?(?:apiVersion|kind|containerStatuses|initContainerStatuses|state|waiting|message|reason):(?:\s|$))/m;

/** Reads objects in JSON or YAML, whole or a part. Out: whether the text was one. */
function readObjects(text: string, found: Collector): boolean {
  if (!OF_OBJECT.test(text)) return false;
  const read = readDocuments(text, 0);
  if (!read.ok) return false;
  const values = read.documents.filter(value => typeof value === 'object' && value !== null);
  if (values.length === 0) return false;
  let isObjects = false;
  for (const value of values) isObjects = visit(value, { image: null, images: new Map() }, found, 0) || isObjects;
  return isObjects;
}

/** What the objects around tell. */
interface Around {
  image: string | null;
  /** By the name of the container: the images of the pod. */
  images: Map<string, string>;
}

const DEEPEST = 40;
const textIn = (value: Record<string, unknown>, key: string): string | null => {
  const found = value[key];
  return typeof found === 'string' && found !== '' ? found : null;
};

/** Looks for messages in a value. Out: whether there was one, or a bare reason. */
function visit(value: unknown, around: Around, found: Collector, depth: number): boolean {
  if (depth > DEEPEST) return false;
  if (Array.isArray(value)) return value.map(one => visit(one, around, found, depth + 1)).includes(true);
  if (!isObject(value)) return false;
  const own = aroundOf(value, around);
  notePod(value, found);
  const [reason, words] = [textIn(value, 'reason'), textIn(value, 'message') ?? textIn(value, 'note')];
  const isPull = words !== null && (reason !== null || depth === 0);
  if (isPull) found.message(words, own.image);
  if (reason !== null) found.reason(reason);
  const within = Object.values(value).map(one => visit(one, own, found, depth + 1));
  return isPull || reason !== null || within.includes(true);
}

/** What an object tells of the image of what stands in it: a status names its own, or its container of the pod. */
function aroundOf(value: Record<string, unknown>, around: Around): Around {
  const spec = value['spec'];
  const containers = isObject(spec) ? ['initContainers', 'containers', 'ephemeralContainers'].flatMap(key => spec[key]) : [];
  const images = new Map(around.images);
  for (const one of containers)
    if (isObject(one) && typeof one['name'] === 'string' && typeof one['image'] === 'string') images.set(one['name'], one['image']);
  const ofContainer = isObject(value['state']) ? (images.get(textIn(value, 'name') ?? '') ?? textIn(value, 'image')) : null;
  return { images, image: ofContainer ?? around.image };
}

function notePod(value: Record<string, unknown>, found: Collector): void {
  const metadata = value['kind'] === 'Pod' ? value['metadata'] : (value['involvedObject'] ?? value['regarding']);
  if (!isObject(metadata) || (metadata['kind'] ?? 'Pod') !== 'Pod') return;
  found.pod(textIn(metadata, 'namespace'), textIn(metadata, 'name') ?? '');
}

// ---- lines

/** Characters of a line that tell how it begins. */
const BEGINNING = 700;
/** Lines that begin a record: an event, a line of a log, a message in quotes of a field. What follows and begins none belongs to it. */
const BEGINS = [
  // kubectl describe, kubectl get events, kubectl events
  /^\s{0,40}(?:\S{1,253}\s{1,60})?(?:(?:\d{1,4}[smhdy]){1,4}|<unknown>|<invalid>)?\s{0,40}(?:\(x\d{1,9} over [^()]{1,20}\)\s{0,40})?(?:Warning|Normal)\s{1,40}\S/,
  // time stamps of logs, klog, syslog, logfmt, a line of JSON
  /^\s{0,40}\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/,
  /^\s{0,40}(?:E|F|I|W)\d{4} \d\d:\d\d:\d\d\./,
  /^\s{0,40}[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d /,
  /^\s{0,40}(?:time|level|ts)=\S/,
  /^\s{0,40}\{\s{0,40}"(?!errors")\w/,
  // a message of kubelet or of a command
  /^\s{0,40}(?:Failed {1,4}to pull image|Back-off pulling image|Failed to (?:apply default image tag|inspect image)|Error: |Error response from daemon: |(?:ERRO|FATA|WARN)\[)/,
  // single columns of a table: an age, and what follows
  /^\s{0,40}(?:\d{1,4}[smhdy]){1,2}\s{1,40}(?:\d{1,4}[smhdy]\s{1,40})?(?:\d{1,9}\s{1,40})?\S{1,253}\s{1,40}(?:Pod|pod\/)/,
];
/** A field of `kubectl describe`. */
const FIELD = /^\s{0,40}([A-Z][A-Za-z -]{1,30}):(?:\s{2,60}(\S.*)?|\s{0,60})$/;
/** Heads of tables. */
const HEAD =
  /^\s{0,40}(?:(?:NAMESPACE\s{1,60})?(?:LAST SEEN|NAME\s{1,253}READY|NAME\s{1,253}TYPE)\b|Type\s{1,40}Reason\s{1,40}Age\b|-{3,40}\s{1,40}-{3,40}|<none>)/;
/** A line of `kubectl get pods`. */
const POD_LINE =
  /^(?:([a-z0-9][-a-z0-9.]{0,252})\s{1,60})?([a-z0-9][-a-z0-9.]{0,252})\s{1,60}\d{1,4}\/\d{1,4}\s{1,40}(?:Init:)?([A-Z][A-Za-z]{1,40})\s{1,40}\d/;
/** Whether words can be of an image or its pull, for logs of many lines. */
const OF_IMAGE =
  /pull|image|registr|manifest|repositor|\/v2\/|\bblobs?\b|\blayers?\b|unpack|snapshot|toomanyrequests|unauthorized|denied|sandbox|no space left/i;

/** What the fields of `kubectl describe` tell of the events below them. */
interface Described {
  images: Set<string>;
  name: string | null;
  namespace: string | null;
}

function readLines(text: string, found: Collector): void {
  const described: Described = { images: new Set(), name: null, namespace: null };
  const records = recordsOf(text, described, found);
  if (described.name !== null) found.pod(described.namespace, described.name);
  const image = described.images.size === 1 ? ([...described.images][0] as string) : null;
  for (const record of records.length > FEW_RECORDS ? records.filter(one => OF_IMAGE.test(one)) : records) {
    noteSubject(record, found);
    found.message(record, image);
  }
}

/** The records of a text, each of one or more lines. Fields and lines of pods are none: what they tell goes to the others. */
function recordsOf(text: string, described: Described, found: Collector): string[] {
  const records: string[][] = [];
  let open: string[] | null = null;
  for (const line of text.split('\n').filter(one => one.trim() !== '')) {
    const beginning = line.slice(0, BEGINNING);
    if (BEGINS.some(begins => begins.test(beginning))) records.push((open = [line]));
    else if (HEAD.test(beginning) || isPod(beginning.trim(), found) || isField(beginning, described, found)) open = null;
    // words without a beginning: of the record before, or a message by itself
    else if (open === null) records.push((open = [line]));
    else open.push(line);
  }
  return records.map(lines => lines.join('\n'));
}

function isPod(line: string, found: Collector): boolean {
  const [, namespace, name, reason] = POD_LINE.exec(line) ?? [];
  if (name === undefined || reason === undefined) return false;
  found.pod(namespace, name);
  found.reason(reason);
  return true;
}

function isField(line: string, described: Described, found: Collector): boolean {
  const [, field, value = ''] = FIELD.exec(line) ?? [];
  if (field === undefined || field === 'Error' || field === 'Message') return false;
  const text = value.trim();
  if (field === 'Image') described.images.add(text);
  if (field === 'Name') described.name = text;
  if (field === 'Namespace') described.namespace = text;
  if (field === 'Reason') found.reason(text);
  return true;
}

/** The pod of an event in a table, or of a line of kubelet's log. */
function noteSubject(record: string, found: Collector): void {
  const line = onOneLine(record.slice(0, LONGEST_LINE));
  const table = /(?:^|\s)[Pp]od\/([-a-z0-9.]{1,253})\s/.exec(line);
  if (table !== null) found.pod(null, table[1] as string);
  const log = /\bpod="([-a-z0-9.]{1,253})\/([-a-z0-9.]{1,253})"/.exec(line);
  if (log !== null) found.pod(log[1], log[2] as string);
}
