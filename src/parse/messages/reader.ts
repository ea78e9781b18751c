/**
 * Reads the message of one failed pull. Runtimes wrap an error in layers, outermost first ("failed to pull …: failed to resolve …: failed to do
 * request: Head URL: dial tcp …"): wrappers are taken off one by one, and what is left is the error itself, which one row has to read completely. Belongs
 * here: the engine and the structures that are no rows (aggregates, mirrors, copies, URLs); what a text means stands in the rows of each speaker.
 */
import { type Fault, type FaultKind, pullProgress } from '../../model/fault.ts';
import { registryHosts as hostsOf, withoutTag } from '../../model/reference.ts';
import { isLoopback } from '../../util/proxy.ts';
import { redact } from '../../util/redact.ts';
import { clipped } from '../../util/text.ts';
import { parseReference } from '../reference.ts';
import * as containerd from './containerd.ts';
import * as containersImage from './containers-image.ts';
import { asWritten, LONGEST, unescaped } from './copy.ts';
import * as docker from './docker.ts';
import * as goJson from './go-json.ts';
import * as goNet from './go-net.ts';
import * as guest from './guest.ts';
import * as kubelet from './kubelet.ts';
import * as operatingSystem from './operating-system.ts';
import * as registry from './registry-errors.ts';
import { compileError, compileWrapper, type Draft, type ErrorRow, GROUPS, type Wrapper } from './row.ts';
import * as snapshotters from './snapshotters.ts';

/** Every wrapper; the first that matches is taken off. */
export const WRAPPERS: Wrapper[] = [
  kubelet,
  containerd,
  containersImage,
  docker,
  snapshotters,
  guest,
  registry,
  goNet,
  operatingSystem,
].flatMap(({ WRAPPERS }) => WRAPPERS);
/** Every error; the first that matches decides. */
export const ERRORS: ErrorRow[] = [
  kubelet,
  goJson,
  goNet,
  operatingSystem,
  containerd,
  registry,
  containersImage,
  docker,
  snapshotters,
  guest,
]
  .flatMap(({ ERRORS }) => ERRORS)
  .concat(goNet.LAST);

const OF_IMAGE: ReadonlySet<string> = new Set(WRAPPERS.flatMap(({ id, isOfImage }) => (isOfImage ? [id] : [])));

/**
 * Whether what failed is work on an image: pulling it, unpacking it, preparing its layers. A container or a sandbox that cannot be created fails for
 * many other reasons, and those are not told with these layers. What an image store lists and has lost is a part of an image always.
 */
export const isOfImage = (fault: Fault): boolean => fault.details.storage === 'contentLost' || fault.rows.some(row => OF_IMAGE.has(row));

/**
 * The image that a message is about, as it is written there; null where it names none. containers/image names the two parts of it apart when it read no manifest
 * (docker_image_src.go, fetchManifest).
 */
export const imageNamed = (message: string): string | null => {
  const text = message.slice(0, LONGEST);
  const { tag, digest, repository } =
    /\breading manifest (?:(?<digest>sha256:[0-9a-f]{64})|(?<tag>[\w.-]{1,128})) in (?<repository>[^\s"]{1,511}?):? /.exec(text)?.groups ??
    {};
  const image =
    (/\b(?:image|reference|for) "([^"\s]+)"/.exec(text) ?? /docker:\/\/([^\s"]+?)(?=:?(?:\s|"|$))/.exec(text))?.[1] ??
    (repository === undefined ? null : `${repository}${digest === undefined ? `:${tag}` : `@${digest}`}`);
  return image !== null && parseReference(image).ok ? image : null;
};

/** The registry of the image that a message of containers/image is about; null where it names none. */
export function registryNamed(message: string): string | null {
  const { host, pinged } =
    /(?:docker:\/\/| manifest \S{1,300} in )(?<host>[^\s"/]{1,253})\/|container registry (?<pinged>[^\s"/]{1,253}): /.exec(
      message.slice(0, LONGEST),
    )?.groups ?? {};
  const named = host ?? pinged ?? '';
  return /[.:]|^localhost$/.test(named) ? named : null;
}

const wrappers = WRAPPERS.map(compileWrapper);
const errors = ERRORS.map(compileError);

/** How far an unknown layer is looked behind. */
const FARTHEST = 2000;
/** Places of one message behind which a known layer is looked for, and layers that are taken off: real ones have a dozen. */
const MOST_PLACES = 300;
const MOST_LAYERS = 60;
/** Errors of one aggregate that are read: kubelet makes one for each credential. */
const MOST_ERRORS = 20;

/**
 * Reads a message. In: the message of a status or an event, and the hosts that belong to the image's registry (so that another host in it is known
 * for a mirror or a redirect target). Out: one fault per error of an aggregate, the farthest first.
 */
export function readFaults(message: string, registryHosts: readonly string[] = []): Fault[] {
  const cut = message.slice(0, LONGEST);
  const text = asWritten(cut);
  const faults = readText(text, message, registryHosts);
  if (faults.every(({ understood }) => understood) || !cut.includes('\n')) return faults;
  // where the lines of a copy do not tell how they were folded, the words do
  for (const glue of [' ', ''] as const) {
    const others = readText(asWritten(cut, glue), message, registryHosts);
    if (others.every(({ understood }) => understood)) return others;
  }
  return faults;
}

/** In: the text as it was written, and the message as it is shown. */
function readText(written: string, message: string, registryHosts: readonly string[]): Fault[] {
  const text = cleaned(written);
  const hosts = registryHosts.length === 0 ? [] : [...registryHosts, ...hostsNamed(text)];
  const names = imageNames(text);
  const outer = newDraft();
  outer.understood = message.length <= LONGEST && !CUT_WITHIN.test(text);
  const rest = unwrap(text, outer, hosts, names);
  const all = splitAggregate(rest);
  const parts = all.slice(0, MOST_ERRORS);
  if (parts.length < all.length) outer.understood = false;
  return parts
    .map(part => {
      if (parts.length === 1) return readError(part === rest ? rest : unwrap(part, outer, hosts, names), outer, hosts, names, text);
      const draft = structuredClone(outer);
      return readError(unwrap(part, draft, hosts, names), draft, hosts, names, part);
    })
    .sort((a, b) => pullProgress(b) - pullProgress(a));
}

/** Error texts of aggregates begin like this; a comma inside one error never does. */
const NEXT_ERROR =
  /, (?=rpc error: code = |failed to pull and unpack image |failed to resolve |unable to pull image or OCI artifact: |initializing source |Error response from daemon: |Error: |Failed to pull image )/;

/** Splits kubelet's aggregate `[e1, e2]` (one error per credential) into its errors; a single error stays one. Source: utilerrors.NewAggregate. */
export function splitAggregate(text: string): string[] {
  const trimmed = text.trim();
  if (!trimmed.startsWith('[') || !trimmed.endsWith(']')) return [text];
  const parts = trimmed.slice(1, -1).split(NEXT_ERROR);
  return parts.length > 1 ? parts : [trimmed.slice(1, -1)];
}

const newDraft = (): Draft => ({
  kind: 'unknown',
  step: 'resolve',
  host: null,
  role: 'registry',
  method: null,
  status: null,
  code: null,
  explanation: null,
  login: null,
  speaker: null,
  details: {},
  rows: [],
  understood: true,
  on: null,
  quotesRegistry: false,
  fromKubelet: true,
  owners: [],
  otherwise: null,
  pathError: null,
});

/** What the rows read: without the mark of a cut, without the blanks that some layers leave behind their colon, with quotes of one kind. */
const cleaned = (text: string): string =>
  text
    .replace(/ ?(?:\.{3}|…)$/, '')
    .replace(/[“”]/g, '"')
    .replace(/: {2,}(?=\S)/g, ': ');

// ---- layers

/** Takes the layers off and writes what they tell into the draft. Out: what is left. */
function unwrap(text: string, draft: Draft, hosts: readonly string[], names: readonly string[]): string {
  let rest = text;
  const places = { left: MOST_PLACES };
  for (let turn = 0; turn < MOST_LAYERS && !draft.quotesRegistry; turn++) {
    // an aggregate is read error by error
    if (rest.startsWith('[')) break;
    const structure = mirrorsOf(rest, draft) ?? artifactOf(rest);
    if (structure !== null) {
      rest = structure;
      continue;
    }
    const next = takeOff(rest, draft, hosts);
    if (next !== null) {
      rest = next;
      continue;
    }
    if (readsAll(withoutNames(rest, names), draft) !== undefined) break;
    const known = behindUnknown(rest, draft, names, places);
    if (known === null) break;
    draft.understood = false;
    draft.fromKubelet = false;
    rest = known;
  }
  return rest.trim();
}

/** Takes one wrapper off. Out: what is left of the text, null when no wrapper begins here. */
function takeOff(text: string, draft: Draft, hosts: readonly string[]): string | null {
  for (const compiled of wrappers) {
    const match = compiled.exec(text);
    if (match === null) continue;
    const { row } = compiled;
    const { inner } = match.groups ?? {};
    draft.rows.push(row.id);
    if (row.step !== undefined) draft.step = row.step;
    if (row.role !== undefined) draft.role = row.role;
    if (row.role === 'token') draft.details.resource = 'token';
    if (row.login !== undefined) draft.login = row.login;
    if (row.on !== undefined) draft.on = row.on;
    draft.speaker ??= row.speaker ?? null;
    draft.otherwise = row.otherwise ?? (row.on === undefined ? draft.otherwise : null);
    if (row.kind !== undefined) draft.owners.push({ kind: row.kind, except: row.except ?? [] });
    if (row.quotesRegistry) draft.quotesRegistry = true;
    if (!row.fromKubelet) draft.fromKubelet = false;
    if (row.on === 'file') draft.pathError ??= text;
    fill(draft, row, match.groups ?? {}, hosts);
    const rest = inner ?? text.slice(match[0].length);
    return row.isQuoted ? unquote(rest) : rest;
  }
  return null;
}

/** A quoted string without its quotes; a copy may have lost the marks before the quotes inside. */
const unquote = (text: string): string =>
  /\\"|"\}$/.test(text) ? unescaped(/^"((?:[^"\\]|\\.)*)/.exec(text)?.[1] ?? text) : text.slice(1).replace(/"$/, '');

/** What is known behind a layer that no row knows. Out: the text from there, null when nothing is known. */
function behindUnknown(text: string, draft: Draft, names: readonly string[], places: { left: number }): string | null {
  for (let at = text.indexOf(': '); at >= 0 && at < FARTHEST && places.left-- > 0; at = text.indexOf(': ', at + 1)) {
    const inner = text.slice(at + 2);
    if (wrappers.some(one => !one.row.isOutermost && one.exec(inner) !== null)) return inner;
    const reading = readsAll(withoutNames(inner, names), draft);
    // a phrase stands right behind the request, or it is none
    if (reading !== undefined && reading.groups.phrase === undefined) return inner;
  }
  return null;
}

const MIRRORS = '(Mirrors also failed: ';

/** CRI-O tells of the mirrors that failed first, then of the registry: "(Mirrors also failed: [A: e1] [B: e2]): B: e3". Out: what is left of it. */
function mirrorsOf(text: string, draft: Draft): string | null {
  if (!text.startsWith(MIRRORS)) return null;
  draft.fromKubelet = false;
  const end = text.indexOf('])');
  const own = end < 0 ? '' : text.slice(end + 2);
  if (own.startsWith(': ')) return /^: (?:[^\s:]\S*: )?(.*)$/s.exec(own)?.[1] ?? own.slice(2);
  // the registry's own error is missing: the last mirror's is all there is
  const list = text.slice(MIRRORS.length, end < 0 ? undefined : end);
  const last = list.slice(list.lastIndexOf('] [') + 1);
  draft.role = 'mirror';
  return last.replace(/^ ?\[?\S+: /, '');
}

/** CRI-O tries an artifact after the image; what it says of that is another matter. Out: what it says of the image. */
function artifactOf(text: string): string | null {
  const at = text.indexOf('; artifact err: ');
  return at < 0 ? null : text.slice(0, at).replace(/\)$/, '');
}

// ---- groups

/** Writes what a row and its named groups tell into the draft. */
function fill(draft: Draft, row: Wrapper | ErrorRow, groups: Record<string, string | undefined>, hosts: readonly string[]): void {
  if (row.details !== undefined) draft.details = { ...draft.details, ...structuredClone(row.details) };
  for (const [name, value] of Object.entries(groups)) if (value !== undefined) GROUPS[name]?.(draft.details, value);
  const { url, host, method, status, explanation, body, lookup, address } = groups;
  if (method !== undefined) draft.method = method.toUpperCase();
  if (url !== undefined) placeUrl(url, draft, hosts);
  if (host !== undefined) {
    draft.host = host;
    if (hosts.length > 0 && !hosts.includes(host)) draft.role = 'mirror';
  }
  if (lookup !== undefined) placeLookup(lookup, draft, hosts);
  if (address !== undefined && /:\d+$/.test(address)) placeAddress(address, draft);
  if (status !== undefined) draft.status = Number(status);
  if (explanation !== undefined) draft.explanation = shorten(explanation);
  if (body !== undefined) placeBody(body, draft);
}

/** An address that was dialled: the host where no layer outside names one, else whether the host's name leads to the machine that asks. */
function placeAddress(address: string, draft: Draft): void {
  draft.host ??= address;
  if (draft.role === 'proxy') draft.details.proxy = address;
  const [own, host] = [address, draft.host].map(text => text.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')) as [string, string];
  const isName = /[g-z]/i.test(host) && !isLoopback(host);
  if (isName && draft.role !== 'proxy' && (isLoopback(own) || own === '0.0.0.0' || own === '::')) draft.details.ownAddress = own;
}

/** What a URL tells: the host, whether it is a mirror's (`ns=`), a token server's or that of a redirect, and what was asked for. */
function placeUrl(url: string, draft: Draft, hosts: readonly string[]): void {
  const { scheme, host, path, query } = partsOf(url);
  draft.host = host ?? draft.host;
  const resource = path.includes('/manifests/') ? 'manifest' : path.includes('/blobs/') ? 'blob' : /\/v2\/?$/.test(path) ? 'ping' : null;
  const isForeign = host !== null && hosts.length > 0 && !hosts.includes(host);
  const isContent = resource === 'manifest' || resource === 'blob';
  if (resource === 'manifest' && draft.step === 'layer') draft.step = 'manifest';
  if (isContent && draft.role === 'token') draft.role = 'registry';
  if (!isContent && (draft.role === 'token' || query.has('scope') || isTokenPath(path))) {
    draft.role = 'token';
    draft.step = 'token';
  } else if (query.has('ns') || (resource === 'ping' && isForeign)) draft.role = 'mirror';
  else if (isForeign) draft.role = 'redirect';
  if (resource === 'blob' && (draft.step === 'resolve' || draft.step === 'manifest')) draft.step = 'layer';
  if (resource === 'ping' && draft.step === 'resolve') draft.step = 'ping';
  if (scheme !== null) draft.details.scheme = scheme;
  const asked = draft.role === 'token' ? 'token' : path.startsWith('/v2/') ? resource : null;
  if (asked !== null) draft.details.resource = asked;
}

/** Paths at which token servers stand: distribution's own, OAuth 2, GitLab's and Quay's. */
const isTokenPath = (path: string): boolean => {
  const segments = path.split('/');
  const pair = segments.slice(-2).join('/');
  return (
    segments.includes('token') || segments.includes('oauth2') || segments.includes('oauth') || pair === 'jwt/auth' || pair === 'v2/auth'
  );
};

const BASE = 'https://host.invalid';
/** What stands where a copy was cut. */
const CUT = /…|\.{3}/;
/** The same in the middle of a word: what is missing may have been anybody's name. */
const CUT_WITHIN = /(?:…|\.{3})[\w/]/;

/** The parts of a URL that a runtime printed. Its host stands as it was written: a default port tells something. */
function partsOf(url: string): { scheme: 'http' | 'https' | null; host: string | null; path: string; query: URLSearchParams } {
  const written = /^[a-z]+:\/\/(?:[^/?#@]*@)?([^/?#]+)/i.exec(url)?.[1] ?? null;
  const host = written === null || CUT.test(written) ? null : written;
  const scheme = /^(https?):\/\//i.exec(url)?.[1]?.toLowerCase() as 'http' | 'https' | undefined;
  // a relative address, or a host that is none: only path and query are looked at
  const rest = url.replace(/^[a-z]+:\/\/[^/?#]*/i, '');
  const { pathname: path, searchParams: query } = URL.canParse(rest, BASE) ? new URL(rest, BASE) : new URL(BASE);
  return { scheme: scheme ?? null, host, path, query };
}

const withoutPort = (host: string): string => host.replace(/:\d+$/, '');

/** A name that is looked up and is neither the registry's nor the URL's own: the request was led elsewhere. */
function placeLookup(name: string, draft: Draft, hosts: readonly string[]): void {
  draft.host ??= name;
  if (draft.role === 'proxy') draft.details.proxy = name;
  if (draft.role !== 'registry' || hosts.length === 0) return;
  const registries = hosts.map(withoutPort);
  if (registries.includes(name) || (draft.host !== name && withoutPort(draft.host) === name)) return;
  draft.role = 'redirect';
  draft.host = name;
}

const shorten = (text: string): string => redact(clipped(text, 300));

/** A phrase of HTTP alone explains nothing. */
const BARE_PHRASE = /^\(?[A-Z][A-Za-z ]*\)?$/;

/** The body of an answer: a page is named, any other text quoted; its wording tells the code. */
function placeBody(body: string, draft: Draft): void {
  const text = body
    .replace(/^[\s,:]+/, '')
    .trimEnd()
    .replace(/^"(.*)"$/s, '$1');
  if (text === '' || BARE_PHRASE.test(text)) return;
  if (/<(?:!doctype|html)\b/i.test(text)) {
    const title = /<title>\s*([^<]*)/i.exec(text)?.[1]?.trim();
    draft.explanation = `an HTML page${title ? ` titled "${redact(title)}"` : ''}`;
    return;
  }
  draft.explanation = shorten(text);
  draft.code ??= registry.codeOfBody(text);
}

// ---- the error itself

const holds = ({ at = {} }: ErrorRow, draft: Draft): boolean =>
  Object.entries(at).every(([key, value]) => draft[key as keyof Draft] === value);

/** Rows of the registry read its own text, and nobody else's do. */
const mayRead = (row: ErrorRow, draft: Draft): boolean =>
  (!draft.quotesRegistry || registry.ERRORS.includes(row)) && (row.at === undefined || holds(row, draft));

interface Reading {
  row: ErrorRow;
  groups: Record<string, string | undefined>;
}

function readsAll(text: string, draft: Draft): Reading | undefined {
  for (const compiled of errors) {
    const match = mayRead(compiled.row, draft) ? compiled.exec(text) : null;
    if (match !== null) return { row: compiled.row, groups: match.groups ?? {} };
  }
  return undefined;
}

/** Classes of errors, which containerd's gRPC layer writes behind the error itself. Source: github.com/containerd/errdefs. */
const ERROR_CLASS = /: (?:unknown|not found|invalid argument|failed precondition|unavailable|not implemented|already exists|internal)$/;

function readsPart(text: string, draft: Draft): Reading | undefined {
  const bare = withoutPaths(text);
  const found = errors.find(one => !one.row.isWhole && mayRead(one.row, draft) && one.standsIn(bare));
  return found && { row: found.row, groups: {} };
}

function readError(rest: string, draft: Draft, hosts: readonly string[], names: readonly string[], message: string): Fault {
  const text = withoutNames(rest, names);
  const whole = readsAll(text, draft) ?? readsAll(text.replace(ERROR_CLASS, ''), draft);
  const reading = whole ?? readsPart(text, draft);
  if (whole === undefined) draft.understood = false;
  if (reading !== undefined) apply(reading, draft, hosts);
  else if (/<\/?html/i.test(text)) draft.kind = 'notJson';
  else if (draft.otherwise !== null) draft.kind = draft.otherwise;
  const inner = draft.kind;
  for (const { kind, except } of draft.owners.toReversed()) if (!except.includes(draft.kind)) draft.kind = kind;
  // a signature that could not be fetched is none that was refused
  if (draft.kind === 'signature' && (UNANSWERED.has(inner) || (draft.method !== null && UNANSWERED_REQUEST.has(inner))))
    draft.details.signature = 'notFound';
  finish(draft, text);
  const { on: _, quotesRegistry: __, fromKubelet: ___, owners: ____, otherwise: _____, pathError: ______, ...fault } = draft;
  return {
    seenBy: 'node',
    ...fault,
    explanation: draft.explanation?.replaceAll(NAME, names[0] ?? '') ?? null,
    statements: [],
    message: redact(message.trim()),
  };
}

/** Kinds of a request for a signature that got none: of the network, and refusals. */
const UNANSWERED: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'dns',
  'refused',
  'timeout',
  'unreachable',
  'reset',
  'eof',
  'status',
  'notFound',
  'denied',
  'noBasicAuth',
  'badToken',
  'canceled',
  'deadline',
]);
/** The same of a request alone: a certificate that no request met is the signer's. */
const UNANSWERED_REQUEST: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'untrusted',
  'badCertificate',
  'x509',
  'tls',
  'plainHttp',
  'httpToHttps',
  'proxy',
  'notJson',
]);

/** Writes what the error's row tells into the draft. */
function apply({ row, groups }: Reading, draft: Draft, hosts: readonly string[]): void {
  draft.rows.push(row.id);
  draft.kind = row.kind;
  draft.speaker ??= row.speaker ?? null;
  const asked = draft.step;
  const owned = draft.owners.some(({ except }) => !except.includes(row.kind));
  // whose error it is was told by a layer: the details count, the place does not
  if (!owned) {
    if (row.step !== undefined && !(draft.step === 'config' && (row.step === 'layer' || row.isDocument))) draft.step = row.step;
    if (row.role !== undefined) draft.role = row.role;
    if (row.login !== undefined) draft.login = row.login;
    if (row.status !== undefined) draft.status = row.status;
    if (row.code !== undefined) draft.code = row.code;
    const isTokens =
      ((row.isBody || row.isDocument) && draft.method === 'HEAD' && draft.speaker === 'docker') || (row.isDocument && asked === 'ping');
    if (isTokens) {
      draft.role = 'token';
      draft.step = 'token';
      draft.details.resource = 'token';
    }
    if (row.isDocument && draft.role === 'token') {
      draft.kind = 'badToken';
      draft.step = 'token';
    }
  }
  fill(draft, row, groups, hosts);
}

/** A status whose meaning depends on where it was answered. */
function finish(draft: Draft, text: string): void {
  if (draft.status === 404 && draft.kind === 'status' && draft.role !== 'token') {
    const late = draft.step === 'layer' || draft.step === 'config';
    draft.kind = draft.step === 'ping' && draft.role === 'registry' ? 'notJson' : late ? 'blobMissing' : 'notFound';
  } else if (draft.kind === 'notFound' && draft.step === 'manifest') draft.kind = 'blobMissing';
  if (draft.kind === 'tls') draft.details.tls ??= 'other';
  if (draft.kind !== 'timeout') delete draft.details.silent;
  if (draft.kind === 'x509' || draft.kind === 'tls' || draft.kind === 'storage') draft.details.reason ??= draft.pathError ?? text;
}

// ---- names

/** Hosts of the images that kubelet or containerd say they pull: the message may be of the pod's sandbox, which has an image of its own. */
const hostsNamed = (message: string): string[] =>
  [...message.matchAll(/\b(?:image|reference) \\?"([^"\\\s]+)\\?"/g)].slice(0, MOST_NAMES).flatMap(([, name = '']) => {
    const parsed = parseReference(name);
    return parsed.ok ? hostsOf(parsed.reference) : [];
  });

/** Images that are looked for in one message: it speaks of one, and of the sandbox's. */
const MOST_NAMES = 8;

/** Stands for an image while its message is classified. */
const NAME = '\ue000';

/** The images that a message is about: quoted by kubelet and containerd, after `docker://` by CRI-O. */
const imageNames = (message: string): string[] => {
  const quoted = [
    ...message.matchAll(/\b(?:image|reference|tag|for) \\?"([^"\\\s]+)\\?"/g),
    ...message.matchAll(/docker:\/\/([^\s"]+)/g),
    ...[...message.matchAll(/\b(?:manifest for|repository|access denied for) ([a-z0-9][^\s",]*)(?=[ ,]|$)/g)].filter(([, name = '']) =>
      name.slice(0, -1).includes('/'),
    ),
  ];
  const names = quoted.map(match => (match[1] as string).replace(/:$/, '')).filter(name => name !== '');
  return [...new Set(names)].slice(0, MOST_NAMES).sort((a, b) => b.length - a.length);
};

/** A repository may be called "denied" and a tag "403": names are no errors. */
const withoutNames = (text: string, names: readonly string[]): string =>
  names
    .flatMap(name => [`"${name}"`, name, withoutTag(name)])
    .filter(name => /^"|[/:]/.test(name))
    .reduce((rest, name) => rest.split(name).join(NAME), text);

/** Files of these kinds are named by errors about themselves. */
const OF_THE_RUNTIME = /\.(?:sock|db|conf|json|toml|ya?ml)$/;

/** A text without the paths of URLs and files in it. */
const withoutPaths = (text: string): string =>
  text
    .replace(/(https?:\/\/[^\s"/?#]+)[^\s"]*/g, '$1')
    .replace(/(^|[\s"'(=])\/[^\s"':,;()]+/g, (path, before: string) => (OF_THE_RUNTIME.test(path) ? path : `${before}PATH`));
