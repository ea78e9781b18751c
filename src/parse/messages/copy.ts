/**
 * A message as its writer wrote it, from a copy that people and programs handed on. Belongs here: what terminals, logs, chats, trackers,
 * tables and editors do to a text, and how each is undone. What the message says is none of this file's business; it knows only how
 * kubelet's sentences begin. A message that nobody copied stays as it is. Pure; each step passes over the text a fixed number of times.
 */
import { jsonObject } from '../shape.ts';

/** What is longer is left as it is: no runtime writes so much. */
export const LONGEST = 16_384;
/** Layers of copying: a line of JSON in a line of the journal in a quote. */
const MOST_LAYERS = 6;

/** What kubelet, or whoever filed the copy, put in front of it: quoted as usual, whatever became of the rest. */
const HEAD =
  /^(?:(?:Failed +to pull image|Back-off pulling image) "[^"\n]{0,600}": )?(?:Err[A-Za-z]{1,40}: )?(?:rpc error: code = \w{1,40} desc = )?/;

/** What stood where a line was folded: a blank, nothing where it was cut at a column; null: what the lengths of the lines tell. */
type Glue = '' | ' ' | null;

/**
 * Undoes copying. In: a message, and what stood where lines were folded. Out: the message as it was written; a mark
 * of a cut at its end stays.
 */
export function asWritten(message: string, glue: Glue = null): string {
  if (message.length > LONGEST) return message;
  let text = spaced(plain(message).trim());
  for (let layer = 0; layer < MOST_LAYERS; layer++) {
    let head = HEAD.exec(text)?.[0] ?? '';
    // lines are measured as they are, unless something stands in front of the copy
    if (head !== '' && isPlainLine(firstLine(text.slice(head.length)))) {
      text = unfolded(text, glue);
      head = HEAD.exec(text)?.[0] ?? '';
    }
    const next = head + unmarked(unwrapped(unfolded(spaced(text.slice(head.length)), glue)));
    if (next === text) break;
    text = next;
  }
  return text;
}

const firstLine = (text: string): string => text.slice(0, (text.indexOf('\n') + 1 || text.length + 1) - 1);

/** Whether a line is the message itself, as far as its beginning tells. */
const isPlainLine = (line: string): boolean => !LINE_MARK.test(line) && !FIELD.test(line) && beginningOf(line) === null;

// ---- characters

const ESCAPES = /(?:\u001b|\^\[|\\u001b|\\x1b|\\033|#033)\[[0-9;]{0,16}[A-Za-z]|\[(?:0|[0-9]{1,2}(?:;[0-9]{1,3}){0,4})m/g;
/** Without a width: marks of order, of places to break, of joints. Line ends and tabs are none. */
const WIDTHLESS = /\u00ad|\u034f|\u061c|\u180e|[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f]|\ufe0e|\ufe0f|\ufeff/g;

/** Characters as a program writes them: without colors, blanks of one kind, hyphens of one kind. */
const plain = (text: string): string =>
  text
    .replace(ESCAPES, '')
    .replace(WIDTHLESS, '')
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(/[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g, ' ')
    .replace(/[\u2010\u2011]/g, '-')
    .replace(/ [\u2013\u2014] /g, ' - ');

/** A text whose words stand all more than one blank apart, or a tab. */
const spaced = (text: string): string => (/\S \S/.test(text) || !/ {2}|\t/.test(text) ? text : text.replace(/[ \t]+/g, ' '));

// ---- lines

/** What stands in front of each line of a quote, and around each line of a drawn table. */
const LINE_MARK = /^[ \t]{0,40}(?:>|[│┃║])[ \t]?/;
const LINE_END = /[│┃║][ \t]{0,40}$/;
/** Lines of tools that say nothing of the failure. */
const NOISE =
  /^\s*(?:See 'docker |Using default tag: |Trying to pull |Unable to find image '|\S+: Pulling from |exit status \d|elapsed: |Getting image source |Copying (?:blob|config) |Events:\s*$|(?:NAMESPACE\s+)?LAST SEEN\s|Type\s+Reason\s|-{3,}(?:\s|$)|`{3}\w*\s*$|\{(?:code|noformat)(?::\w+)?\}\s*$)/;
/** A field of `kubectl describe`, or of an object in YAML or JSON, that is no message. */
const FIELD =
  /^\s*(?:[A-Z][A-Za-z ]{1,24}:(?:\s{2,}\S.*)?$|(?:- )?"?(?:apiVersion|count|eventTime|firstTimestamp|image|imageID|involvedObject|kind|lastState|lastTimestamp|metadata|name|ready|reason|reportingComponent|reportingInstance|restartCount|source|started|state|type|waiting)"?:(?:\s|$))/;

/** A line that ends so is followed by the body of the answer; every other line was folded. */
const STATUS_LINE = /(?:^|[\s:])[1-5]\d{2} ([A-Z][A-Za-z -]*)$/;
/** Phrases of statuses that are more than one word: a fold may part them. */
const PHRASES = [
  'Bad Gateway',
  'Bad Request',
  'Gateway Timeout',
  'Internal Server Error',
  'Method Not Allowed',
  'Not Found',
  'Payment Required',
  'Proxy Authentication Required',
  'Request Timeout',
  'Service Unavailable',
  'Too Many Requests',
  'Unauthorized',
  'Forbidden',
];

/** Whether a text ends with the line of a status. */
function endsWithStatus(text: string): boolean {
  const last = text.slice(-60);
  const phrase = STATUS_LINE.exec(last.slice(last.lastIndexOf('\n') + 1))?.[1];
  return phrase !== undefined && !PHRASES.some(known => known !== phrase && known.startsWith(phrase));
}

/** One text of many lines: the record that tells of the failure, its folds undone. */
function unfolded(text: string, glue: Glue): string {
  if (!text.includes('\n')) return text.replace(LINE_MARK, '').replace(LINE_END, '').trim();
  const json = text.startsWith('{') ? ofJson(text) : null;
  if (json !== null) return json;
  let lines = text.split('\n').filter(line => line.trim() !== '');
  // each line of a quote has its mark; within a cell of a table the first and the last
  const isMarked = LINE_MARK.test(lines[0] ?? '');
  lines = lines.map((line, at) => {
    const rest = isMarked ? line.replace(LINE_MARK, '') : line;
    return isMarked || at === lines.length - 1 ? rest.replace(LINE_END, '') : rest;
  });
  const records = recordsOf(lines);
  const [first = []] = records;
  const best = records.reduce((longest, record) => (weightOf(record) > weightOf(longest) ? record : longest), first);
  return joined(best, glue);
}

/** How much of a failure a record tells: the longest one that does. */
function weightOf(record: string[]): number {
  const text = unwrapped(record.join(' '));
  // a command ends with its error, after what it tried again
  if (/^\s*(?:(?:docker: )?Error: |time="[^"]*" level=fatal |FATA\[)/.test(record[0] ?? '') && !/^Error: \w+$/.test(text))
    return text.length + LONGEST;
  return /^(?:Pull|Failed, retrying|Error: \w+$|Back-off pulling image "[^"]*"$|Successfully |Created |Started )/.test(text)
    ? 0
    : text.length;
}

/** How a line begins: as one of a log (a frame of its number), as a message in an object, with nothing to say, or as any text. */
type Beginning = number | 'message' | 'command' | 'noise' | null;

const MESSAGE_FIELD = /^\s*(?:- )?"?(?:message|note|Message|MESSAGE)"?:\s/;
/** The last line of a command that failed. */
const COMMAND_END = /^\s*(?:Error: |(?:docker: )?Error response from daemon: |FATA\[|time="[^"]*" level=)/;

function beginningOf(line: string): Beginning {
  if (NOISE.test(line)) return 'noise';
  if (MESSAGE_FIELD.test(line)) return 'message';
  if (COMMAND_END.test(line)) return 'command';
  const text = line.trim();
  const at = FRAMES.findIndex(frame => frame.test(text));
  return at < 0 ? (/^\{\s*"/.test(text) ? FRAMES.length : null) : at;
}

/**
 * The lines of each record. What the first line is decides: words of a folded message may look like anything. Where it begins no record
 * and says something, all lines are one message.
 */
function recordsOf(lines: string[]): string[][] {
  const begins = lines.map(beginningOf);
  const spoken = lines.filter((_, at) => begins[at] !== 'noise');
  // before a field of an object others may stand
  const kind = begins.find((one, at) => one !== 'noise' && (one !== null || !FIELD.test(lines[at] as string))) ?? null;
  if (kind === null) return [spoken.length === 0 ? lines : spoken];
  const isLog = begins[0] === 'noise' || typeof kind === 'number' || kind === 'command';
  const records: string[][] = [];
  let open: string[] | null = null;
  for (const [at, line] of lines.entries()) {
    const one = begins[at];
    const isDeeper = open !== null && indentOf(line) > indentOf(open[0] as string);
    if (one === 'noise') open = null;
    else if ((one === kind || (one === 'command' && isLog && kind !== EVENT)) && !(kind === 'message' && isDeeper))
      records.push((open = [line]));
    else if (kind === 'message' && !isDeeper && FIELD.test(line)) open = null;
    else open?.push(line);
  }
  return records;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** Lines of one message in a row. Lines of one length were cut at a column, wherever it was. */
function joined(lines: string[], glue: Glue): string {
  const [first = '', ...others] = lines;
  const indent = Math.min(...others.map(indentOf));
  const rest = others.map(line => line.slice(indent));
  const inner = rest.slice(0, -1).map(({ length }) => length);
  const width = Math.max(0, ...inner);
  // a blank at the end of a line is lost
  const full = inner.filter(length => width - length <= 1).length;
  // one line more tells that the first two are not of one length by chance
  const atColumn =
    width >= 40 && full * 3 > inner.length * 2 && (inner.length > 1 || (inner.length === 1 && Math.abs(first.length - width) < 2));
  const isExact = glue === '' || (glue === null && atColumn);
  let text = isExact ? first : first.trimEnd();
  let before = first.length;
  for (const line of rest) {
    // the blank at the end of a full line was lost
    const isShort = atColumn && before === width - 1 && !line.startsWith(' ');
    if (endsWithStatus(text.trimEnd())) text = `${text.trimEnd()}\n${line.trim()}`;
    else text += isExact ? (isShort ? ' ' : '') + line : ` ${line.trim()}`;
    before = line.length;
  }
  return text.trim();
}

// ---- what stands around a message

/** The columns of `kubectl get events` and `kubectl describe`, and of k9s, up to the message. */
const EVENT_COLUMNS =
  /^(?:\S{1,253}\s{2,40})?(?:(?:\d{1,4}[smhdy]){1,3}|<unknown>|<invalid>)?\s{0,40}(?:\(x\d{1,9} over [^()\s]{1,20}\)\s{1,40})?(?:Warning|Normal)\s{1,40}(?:(?!Failed\s{1,4}to\s|Back-off\s)[A-Z][A-Za-z]{1,40}\s{1,40})?(?=\S)/;

/** A prefix of a copy, up to the message. */
const FRAMES: RegExp[] = [
  // journald and syslog
  /^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})?|\d{4}-\d\d-\d\dT\S{8,40}) \S{1,253} [\w.@/-]{1,64}\[\d{1,9}\]: /,
  // times of CI logs and of CRI's log files
  /^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.,:+Z-]{0,24}\]?\s+(?:(?:stdout|stderr) [FP] )?/,
  // levels
  /^(?:##\[error\]|(?:ERRO|FATA|WARN|INFO)\[\d{0,9}\]\s+|(?:ERROR|FATAL|WARN(?:ING)?)(?::\s{0,8}|\s{1,8})|\[(?:ERROR|FATAL|WARN(?:ING)?)(?: \w{1,40})?\]:?\s{1,8}|(?:Error|error|Log) (?:message|text): )/,
  // klog
  /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{1,9} +\d{1,9} [\w.-]{1,80}:\d{1,6}\] /,
  // GitLab's runner, kubeadm
  /^(?:Job failed: )?[Ff]ailed to pull image (?:"[^"]{1,400}" )?with (?:policy "[^"]{1,40}"|specified policies \[[^\]]{0,80}\]): /,
  /^failed to pull image [^\s"]{1,400}: (?:output: )?/,
  // commands
  /^(?:ctr|docker|nerdctl|podman|crictl|skopeo|buildah): /,
  // kubectl get events, kubectl events, kubectl describe, k9s: columns up to the message
  EVENT_COLUMNS,
  // the same up to Kubernetes 1.6
  /^(?:\S{1,8}\s{1,16}){3}\{[^}\s]{1,63}(?: [^}\s]{1,253})?\}\s{1,16}(?:spec\.\w{1,40}\{[^}]{0,63}\}\s{1,16})?(?:Warning|Normal)\s{1,16}[A-Z]\w{1,40}\s{1,16}/,
  // single columns: an age, a count, who reports, about which object
  /^(?:(?:\d{1,4}[smhdy]){1,3}|<unknown>)(?:\s{1,40}\(x\d{1,9} over [^()\s]{1,20}\))?\s{1,40}(?=\S)/,
  /^(?:\(x\d{1,9} over [^()\s]{1,20}\)\s{1,40})?kubelet(?:,\s?[\w.-]{1,253})?\s{1,40}(?=\S)/,
  /^\(x\d{1,9} over [^()\s]{1,20}\)\s{1,40}/,
  /^(?:[Pp]od|[Jj]ob)[/:]\s?[\w.-]{1,253}\s{1,40}(?:\d{1,9}\s{1,40})?(?=\S)/,
  // since 1.35 kubectl names the container
  /^spec\.(?:initContainers|containers|ephemeralContainers)\{[^}]{0,63}\}(?::\s|\s{2,40})\s{0,40}/,
  // a field of an object
  /^(?:- )?"?(?:message|note|Message|MESSAGE)"?:\s{1,40}(?:[|>][+-]?\s{1,80})?/,
  // kubelet's dump of a container that did not start
  /^container &Container\{[\s\S]{0,8000}?\} start failed in pod \S{1,400}: /,
  // Argo CD: reason, message
  /^(?:Failed|BackOff|ErrImagePull|ImagePullBackOff) {0,8}\t\s{0,8}(?!to\s)/,
  // a list
  /^(?:[-•‣◦]|\d{1,2}\.)\s{1,8}(?=\S)/,
];

/** The number of the frame whose records are events, of which none ends another's lines. */
const EVENT = FRAMES.indexOf(EVENT_COLUMNS);

/** The daemon's log says these before what it answers. */
const DAEMON_LOG =
  /^(?:Handler for \w{1,10} \S{1,200} returned error|Attempting next endpoint for pull after error|Not continuing with pull after error|Error getting v2 registry): /;

/** Columns behind the message. */
const TAILS: RegExp[] = [
  / \(x\d{1,9} over [^()\n]{0,60}\)$/,
  / \(manager\.go:\d{1,6}:[\dms.]{1,12}\)$/,
  // a table that people copied with its tabs
  /\t\d{1,9}\t[^\t\n]{1,40}\t[^\t\n]{1,60}$/,
  /\t[^\t\n]{0,63}\t(?:Pod|Job): [^\t\n]{1,253}(?:\t[^\t\n]{0,253}){0,4}$/,
  // kubectl get events -o wide: first seen, count, name
  /\s{2,40}(?:\d{1,4}[smhdy]){1,3}\s{2,40}\d{1,9}\s{2,40}[\w.-]{1,253}\.[0-9a-f]{12,16}$/,
];

/** Signs around a whole message. */
const PAIRS: RegExp[] = [
  /^`{3}\s?([\s\S]{1,16000}?)\s?`{3}$/,
  /^\{(code|noformat)(?::\w{1,12})?\}\s?([\s\S]{1,16000}?)\s?\{\1\}$/,
  /^\{\{([\s\S]{1,16000})\}\}$/,
  /^`([^`]{1,16000})`$/,
  /^`(?=Failed |Back-off |rpc error|failed |Error)([\s\S]{1,16000})`$/,
  /^\*\*([\s\S]{1,16000})\*\*$/,
  /^\*([^*]{1,16000})\*$/,
  /^_([\s\S]{1,16000})_$/,
  /^<(?:p|pre|code|span|div|td|li)>([\s\S]{1,16000})<\/(?:p|pre|code|span|div|td|li)>$/,
];

/** How a message begins: what a quote that stands before it quotes is all of it. */
const BEGINS = /^["'“„«](?=(?:Failed|Back-off|rpc error|Error|failed|spec\.|pulling image|initializing)\b)/;
/** A quoted string of Go, JSON or YAML. */
const QUOTED = /^"((?:[^"\\]|\\[\s\S])*)"$/;

const SIMPLE: Record<string, string> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', '/': '/', "'": "'" };
/** In: what stands in a string of Go or JSON. Out: what it says. */
export const unescaped = (text: string): string =>
  text.replace(/\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([nrt"\\/']))/g, (_, unicode?: string, byte?: string, sign?: string) =>
    sign === undefined ? String.fromCharCode(Number.parseInt(unicode ?? byte ?? '', 16)) : (SIMPLE[sign] as string),
  );

/** Takes what stands around a message off, one layer of each kind. */
function unwrapped(text: string): string {
  let rest = structured(text.trim());
  for (const frame of FRAMES) rest = rest.replace(frame, '');
  for (const tail of TAILS) rest = rest.replace(tail, '');
  if (text.trimStart().startsWith('docker: ')) rest = rest.replace(/\.$/, '');
  rest = structured(rest.replace(DAEMON_LOG, 'Error response from daemon: ').trim());
  for (const pair of PAIRS) {
    const match = pair.exec(rest);
    if (match !== null) rest = (match[2] ?? match[1] ?? '').trim();
  }
  return unquoted(rest);
}

/** Takes the quotes around a whole message off. */
function unquoted(text: string): string {
  const body = text.replace(/^(["'][\s\S]*["']),$/, '$1');
  const string = QUOTED.exec(body)?.[1];
  if (string !== undefined && /^[^"]{12}/.test(string)) return unescaped(string);
  if (!BEGINS.test(body)) return text;
  const inner = body.slice(1);
  const whole = /["'”“»]$/.test(inner) ? inner.slice(0, -1) : inner;
  if (body.startsWith("'")) return whole.replaceAll("''", "'");
  // a table of values doubles them
  if (body.startsWith('"') && inner.includes('""') && !whole.replaceAll('""', '').includes('"')) return whole.replaceAll('""', '"');
  if (/^[^"]*\\"/.test(inner)) return unescaped(inner.replace(/^((?:[^"\\]|\\[\s\S])*)"[\s\S]*$/, '$1'));
  // whether the last quote closes this one or one inside
  const quotes = inner.match(/["“”„«»]/g)?.length ?? 0;
  return quotes % 2 === 1 ? whole : inner;
}

/** The error in a line of a structured log, the text itself where it is none. */
function structured(text: string): string {
  if (text.startsWith('{')) return ofJson(text) ?? text;
  // klog: a message in quotes, then fields
  const klog = /^["“](?:[^"“”\\]|\\.){1,400}["”] (?=\w{1,40}=)/.exec(text)?.[0];
  const isLogfmt = /^(?:time=\S{1,64} )?level=\w{1,10} msg=/.test(text);
  if ((klog === undefined && !isLogfmt) || klog?.includes('Unable to retrieve')) return text;
  const field = fieldOf(text, 'err') ?? fieldOf(text, 'error');
  if (field !== null) return field;
  // the rows of a command that ends with this line read it themselves
  if (klog !== undefined || / ?level=fatal msg="(?!pulling image: )/.test(text)) return text;
  return fieldOf(text, 'msg') ?? text;
}

/** The value of a field of a line, whose quotes may have been made typographic; null where it has none. */
function fieldOf(text: string, key: string): string | null {
  const at = text.indexOf(` ${key}=`);
  if (at < 0) return null;
  const from = at + key.length + 2;
  if (/["“”]/.test(text[from] ?? '')) {
    const rest = text.slice(from + 1);
    // one that a program wrote ends as it begins, whatever quotes stand inside
    const plainly = text[from] === '"' ? /^((?:[^"\\]|\\[\s\S])*)"/.exec(rest)?.[1] : undefined;
    const value = plainly ?? /^(?:[^"“”\\]|\\[\s\S])*/.exec(rest)?.[0] ?? '';
    return unescaped(value.replace(/\\[“”]/g, '\\"'));
  }
  return /^\S+/.exec(text.slice(from))?.[0] ?? null;
}

const KEYS = ['err', 'error', 'message', 'note', 'MESSAGE', 'msg', 'log'];

/** The message in a document of JSON, also in one that was cut; null where it has none. */
function ofJson(text: string): string | null {
  const whole = jsonObject(text);
  if (whole === undefined && (text.includes('"errors"') || !/^\{\s{0,40}"/.test(text))) return null;
  for (const key of KEYS) {
    const value = whole === undefined || whole === null ? cutValue(text, key) : whole[key];
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
  }
  return null;
}

function cutValue(text: string, key: string): string | null {
  const at = text.indexOf(`"${key}":`);
  if (at < 0) return null;
  const value = /^\s{0,8}"((?:[^"\\]|\\[\s\S])*)/.exec(text.slice(at + key.length + 3))?.[1];
  return value === undefined ? null : unescaped(value);
}

// ---- marks within a message

/** Undoes what editors make of links, quotes and signs inside a text. */
const unmarked = (text: string): string =>
  withQuotes(withoutEmphasis(withoutLinks(withoutEntities(text))))
    .replace(/(: [1-5]\d{2} [A-Z][A-Za-z -]{1,40})\\n/, '$1\n')
    .replaceAll('\t', ' ');

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
const ENTITY = /&(?:#x([0-9a-f]{1,5})|#(\d{1,6})|(amp|lt|gt|quot|apos|nbsp));/gi;

/** A text that was written as HTML has no bare sign of HTML left. A page inside a message has. */
function withoutEntities(text: string): string {
  const first = /["']|&(?:quot|#34|#x22|amp;quot);/i.exec(text)?.[0] ?? '';
  const links = /<(?:https?:\/\/[^>\s]*)>/g;
  const isBare = /[<>]|&(?!(?:#x?[0-9a-f]{1,6}|amp|lt|gt|quot|apos|nbsp);)/i.test(text.replace(links, ''));
  // whoever leaves quotes alone writes none as an entity
  if (!first.startsWith('&') && (isBare || /&(?:quot|#34|#x22);/i.test(text))) return text;
  return text.replace(ENTITY, (all, hexadecimal?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? all;
    const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
    return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : all;
  });
}

/** Addresses that a chat, a tracker or a mail program made links of. What was shown is what was written. */
const withoutLinks = (text: string): string =>
  text.includes('://')
    ? text
        .replace(/<https?:\/\/[^|<>\s]{1,2000}\|([^<>\s]{1,2000})>/g, '$1')
        .replace(/(https?:\/\/[^\s<>"]{1,2000})<https?:\/\/[^<>\s]{1,2000}>/g, '$1')
        .replace(/<(https?:\/\/[^|<>\s]{1,2000})>/g, '$1')
        .replace(/\[(https?:\/\/[^[\]|\s]{1,2000})\]\(https?:\/\/[^()\s]{1,2000}\)/g, '$1')
        // a colon belongs to no address that was shortened
        .replace(/(https?:\/\/[^\s"]{1,2000}(?:…|\.{3})) (?=\d{3} [A-Z])/g, '$1: ')
        .replace(/\[(https?:\/\/[^[\]|\s]{1,2000})(?:\|[^[\]\s]{1,2000})?\]/g, '$1')
    : text;

/** Bold and slanted words, code within quotes, signs with the backslash of Markdown. */
function withoutEmphasis(text: string): string {
  let rest = text
    .replace(/\*\*(?=[^\s*])([^*\n]{1,4000})\*\*/g, '$1')
    .replace(/(^|[\s(])\*(?=[\w"“'])([^*\n]{1,4000})\*(?=$|[\s.,:;)])/g, '$1$2')
    .replace(/"`([^`"\n]{1,2000})`"/g, '"$1"');
  if (/\\[_*[\]<>#|]/.test(rest) && !/(?:^|[^\\])[_*[\]<>#|]/.test(rest)) rest = rest.replace(/\\([_*[\]<>#|])/g, '$1');
  return rest;
}

const DOUBLE = /[“”„‟«»「」『』＂〝〞]/g;
const SINGLE = /[‘’‚‛‹›＇]/g;
/** Images whose quotes a shell took. */
const UNQUOTED =
  /((?:Failed to pull|Back-off pulling|failed to pull and unpack|failed to pull|failed to get sandbox) image |failed to resolve reference )([^\s"]{1,600})(?=: )/g;

/**
 * Quotes as a program writes them. How the first one is written tells how all were: those of a registry's own words come later, and stay.
 */
function withQuotes(text: string): string {
  let rest = text;
  for (let round = 0; round < 3 && /^[^"]*\\"/.test(rest); round++) rest = unescaped(rest);
  const first = /["“”„‟«»「」『』＂〝〞]/.exec(rest)?.[0] ?? '';
  if (first !== '' && first !== '"')
    rest = rest
      .replace(/[«「『] ?/g, '"')
      .replace(/ ?[»」』]/g, '"')
      .replace(DOUBLE, '"')
      .replace(SINGLE, "'");
  if (rest.includes('"')) return rest;
  if (/[‘‚‹]/.test(rest)) rest = rest.replace(SINGLE, "'");
  // single ones where double ones belong: what they quote is one word, and no character
  if (!/['`]|&quot;|&#34;/.test(rest)) return rest.replace(UNQUOTED, '$1"$2"');
  return /\b(?:image|reference|Get|Head|Post|Put) ['`]/.test(rest)
    ? rest.replace(/(?<!\b(?:name|id) )(?:''|``|['`])([^\s'`´]{3,2000})(?:''|['`´])/g, '"$1"')
    : rest;
}
