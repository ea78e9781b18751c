/**
 * Reads the words of one failed pull. Runtimes wrap an error in layers, outermost first ("failed to pull …: failed to resolve …: failed to
 * do request: Head URL: dial tcp …"): the layers are peeled off one by one, each tells a step, a host or a login, and what is left is the error
 * itself. Structure first; the cause is somebody else's business. Pure.
 */
import { type Fault, type FaultKind, type HostRole, pullProgress, type Step } from '../../model/fault.ts';
import { registryHosts as hostsOf } from '../../model/reference.ts';
import { redact } from '../../util/redact.ts';
import { parseReference } from '../reference.ts';
import { withDetails } from './details.ts';

type Draft = Omit<Fault, 'message' | 'seenBy' | 'speaker' | 'statements' | 'details' | 'understood' | 'rows'> & {
  spoken: boolean;
  inspects: boolean;
};

const QUOTED = `(?:"[^"]*"|“[^”]*”|\\\\"[^"\\\\]*\\\\"|'[^']*')`;
const URL_WORD = `(?:"(?<quoted>[^"]*)"|\\\\"(?<escaped>[^"\\\\]*)\\\\"|“(?<curly>[^”]*)”|'(?<single>[^']*)'|(?<bare>https?://[^\\s]+?))`;

interface Layer {
  pattern: RegExp;
  step?: Step;
  login?: 'sent' | 'none';
  role?: HostRole;
  /** What follows is the registry's own text, of no known code. */
  spoken?: boolean;
  /** The runtime looks into its own store: no registry is asked. */
  inspects?: boolean;
  /** Too short a word to be looked for in the middle of a text. */
  outermost?: boolean;
}

/** Outer layers, anchored at the start of what is left. The order does not matter but for the longest first. */
const LAYERS: Layer[] = [
  { pattern: new RegExp(`^Failed +to pull image ${QUOTED}(?: from pod "[^"]*" and container "[^"]*")?: `) },
  { pattern: new RegExp(`^Back-off pulling image ${QUOTED}: `) },
  { pattern: /^Error syncing pod, skipping: failed to "StartContainer" for "[^"]*" with / },
  { pattern: /^CreatePodSandbox for pod "[^"]*" failed: / },
  { pattern: new RegExp(`^failed (?:to get sandbox image|to pull image|pulling image) ${QUOTED}: `) },
  { pattern: /^Err[A-Za-z]*: "?/, outermost: true },
  { pattern: /^(?:ImagePullBackOff|RegistryUnavailable|SignatureValidationFailed): / },
  { pattern: /^image pull failed for \S+ because the [a-z ]+(?:is unavailable|failed): / },
  { pattern: /^image pull failed for \S+, this may be because there are no credentials on this request\.\s+details: \(?/ },
  { pattern: /^rpc error: code = \w+ desc = / },
  { pattern: /^(?:Error: )?Error response from daemon: / },
  { pattern: /^(?:Error: )?error from registry: / },
  { pattern: /^API error \(\d+\): / },
  { pattern: /^\(?Error: /, outermost: true },
  { pattern: /^time="[^"]*" level=\w+ msg="/ },
  { pattern: /^Failed, retrying in \S+ \.\.\. \(\d+\/\d+\)\. Error: / },
  { pattern: new RegExp(`^failed to pull and unpack image ${QUOTED}: `), step: 'manifest' },
  { pattern: new RegExp(`^Failed to inspect image ${QUOTED}: `), inspects: true },
  { pattern: new RegExp(`^failed to resolve (?:reference|image) ${QUOTED}: `), step: 'resolve' },
  { pattern: /^failed to resolve image: /, step: 'resolve' },
  { pattern: /^get image config descriptor: /, step: 'config' },
  { pattern: /^no available registry endpoint: /, step: 'resolve' },
  { pattern: new RegExp(`^failed to get converter for ${QUOTED}: `), step: 'manifest' },
  { pattern: /^failed to authorize: /, step: 'token', role: 'token' },
  { pattern: /^failed to fetch anonymous token: /, step: 'token', role: 'token', login: 'none' },
  { pattern: /^failed to fetch oauth token: /, step: 'token', role: 'token', login: 'sent' },
  { pattern: /^Requesting bearer token: /i, step: 'token', role: 'token' },
  { pattern: /^unable to retrieve auth token: /, step: 'token', role: 'token', login: 'sent' },
  { pattern: /^failed to copy: /, step: 'layer' },
  { pattern: /^httpReadSeeker: failed open: /, step: 'layer' },
  { pattern: /^failed to do request: / },
  { pattern: /^unable to pull image or OCI artifact: / },
  { pattern: /^pull image err: / },
  // the source is set up (ping, login) before the manifest is asked for
  { pattern: /^(?:Error )?initializing source \S+: /, step: 'ping' },
  { pattern: /^initializing image from source \S+: /, step: 'manifest' },
  { pattern: /^pinging container registry \S+: /i, step: 'ping' },
  { pattern: /^error pinging (?:docker )?registry \S+: /i, step: 'ping' },
  { pattern: /^unable to ping registry endpoint \S+\s*(?:v\d ping attempt failed with error: )?/, step: 'ping' },
  { pattern: /^(?:Error )?reading manifest \S+ in \S+: /i, step: 'resolve' },
  { pattern: /^(?:Error )?parsing image configuration: /i, step: 'config' },
  { pattern: /^error pulling image configuration: /i, step: 'config' },
  { pattern: /^download failed after attempts=\d+: / },
  { pattern: /^copying system image from manifest list: /, step: 'layer' },
  { pattern: /^(?:Error )?(?:reading|writing|fetching) blob(?: \S+)?: /i, step: 'layer' },
  { pattern: /^Error fetching blob: /, step: 'layer' },
  { pattern: new RegExp(`^storing blob to file ${QUOTED}: `), step: 'layer' },
  { pattern: /^happened during read: /, step: 'layer' },
  { pattern: /^failed to read expected number of bytes: /, step: 'layer' },
  { pattern: /^(?:failed to register layer|failed to unpack image on snapshotter \w+): /, step: 'unpack' },
  { pattern: /^failed to extract layer (?:\([^)]*\)|\S+)(?: to \w+ as "[^"]*")?: /, step: 'unpack' },
  { pattern: /^mount callback failed on \S+: /, step: 'unpack' },
  { pattern: /^adding layer with blob "[^"]*"(?:\S*)?: /, step: 'unpack' },
  { pattern: /^ApplyLayer (?:exit status \d+ )?stdout:\s+stderr: /, step: 'unpack' },
  { pattern: /^choosing (?:an )?image (?:instance )?from manifest list \S+: /, step: 'manifest' },
  { pattern: /^error after falling back to get manifest by tag: /, step: 'manifest' },
  { pattern: /^repository \S+ not found: /, step: 'resolve' },
  { pattern: /^manifest for \S+ not found: /, step: 'resolve' },
  { pattern: /^unknown: (?=\S)/, spoken: true, outermost: true },
  { pattern: /^error getting credentials - err: [^:]*, out: / },
];

const REQUEST = new RegExp(`^(?<method>Get|Head|Post|Put) ${URL_WORD}: `, 's');

const hostOf = (url: string): string | null => /^[a-z]+:\/\/(?:[^/?#@]*@)?([^/?#]+)/i.exec(url)?.[1] ?? null;

/** What a URL tells: the host, whether it is a mirror's (`ns=`), a token server's, or that of a redirect. */
function placeUrl(url: string, draft: Draft, registryHosts: readonly string[]): void {
  const host = hostOf(url);
  draft.host = host ?? draft.host;
  const path = url.replace(/^[a-z]+:\/\/[^/?#]*/i, '');
  const isContent = /\/(?:manifests|blobs)\//.test(path);
  if (/\/manifests\//.test(path) && draft.step === 'layer') draft.step = 'manifest';
  if (isContent && draft.role === 'token') draft.role = 'registry';
  if (!isContent && (draft.role === 'token' || /[?&]scope=|\/token\b|\/oauth2?\/|\/jwt\/auth|\/v2\/auth(?:\?|$)/.test(path))) {
    draft.role = 'token';
    draft.step = 'token';
  } else if (/[?&]ns=/.test(path)) draft.role = 'mirror';
  else if (host !== null && registryHosts.length > 0 && !registryHosts.includes(host)) draft.role = 'redirect';
  if (/\/blobs\//.test(path) && (draft.step === 'resolve' || draft.step === 'manifest')) draft.step = 'layer';
  if (/\/v2\/?$/.test(path) && draft.step === 'resolve') draft.step = 'ping';
}

interface Tail {
  pattern: RegExp;
  kind: FaultKind;
  step?: Step;
  role?: HostRole;
  login?: 'sent' | 'none';
  status?: number;
}

/** Go's network and TLS errors, as they stand at the end of a request. */
const TRANSPORT: Tail[] = [
  {
    pattern: /proxyconnect tcp|^socks connect|^Proxy Authentication Required|error connecting to proxy|proxy responded with/i,
    kind: 'proxy',
    role: 'proxy',
  },
  { pattern: /server gave HTTP response to HTTPS client/, kind: 'plainHttp' },
  { pattern: /Client sent an HTTP request to an HTTPS server/i, kind: 'httpToHttps' },
  // neither TLS nor HTTP is spoken there
  { pattern: /first record does not look like a TLS handshake|malformed HTTP (?:response|status code|version)/, kind: 'notJson' },
  {
    pattern:
      /lookup \S+.*(?:no such host|server misbehaving|Temporary failure|i\/o timeout|connection refused|no answer|network is unreachable)|no such host|Temporary failure in name resolution|dial tcp: lookup /,
    kind: 'dns',
  },
  {
    pattern:
      /insecure algorithm|certificate required|bad certificate|remote error: tls|tls: (?!failed to verify)|TLS handshake|oversized record|handshake failure|protocol version/,
    kind: 'tls',
  },
  {
    pattern:
      /certificate has expired|not yet valid|certificate is valid for|doesn't contain any IP SANs|not valid for any names|certificate relies on legacy Common Name|cannot validate certificate|certificate specifies an incompatible key usage|certificate is not authorized to sign|name constraint/,
    kind: 'badCertificate',
  },
  {
    pattern: /certificate signed by unknown authority|certificate is not trusted|certificate is not standards compliant/,
    kind: 'untrusted',
  },
  { pattern: /failed to verify certificate|x509:/, kind: 'x509' },
  { pattern: /stopped after \d+ redirects|response missing Location header/, kind: 'redirects' },
  { pattern: /unsupported protocol scheme/, kind: 'badScheme' },
  { pattern: /connection refused|actively refused/, kind: 'refused' },
  {
    pattern:
      /no route to host|network is unreachable|host is unreachable|host is down|cannot assign requested address|connect: (?:permission denied|operation not permitted|network is down|invalid argument|no buffer space)/,
    kind: 'unreachable',
  },
  {
    pattern:
      /connection reset by peer|broken pipe|forcibly closed|established connection was aborted|client connection lost|use of closed network connection|GOAWAY|stream error|INTERNAL_ERROR/,
    kind: 'reset',
  },
  {
    pattern:
      /i\/o timeout|Client\.Timeout|timeout awaiting response headers|connection timed out|request canceled while waiting for connection|request canceled \(Client|operation timed out|net\/http: timeout/,
    kind: 'timeout',
  },
];

/** Errors that name themselves, wherever they stand at the end of the layers. The first that matches decides. */
const TAILS: Tail[] = [
  { pattern: /pull QPS exceeded/, kind: 'throttled', step: 'throttle' },
  { pattern: /is not present with pull policy of Never/, kind: 'never', step: 'policy' },
  {
    pattern:
      /Unable to retrieve (?:some image )?pull secrets?|neither \.dockercfg nor \.dockerconfigjson|couldn't find (?:the )?(?:image )?pull secret/i,
    kind: 'secretUnread',
    step: 'secret',
  },
  {
    pattern:
      /unable to parse auth field|illegal base64 data|cannot unmarshal .*(?:dockerConfig|DockerConfig|credentialprovider)|error occurred while trying to unmarshal json/,
    kind: 'secretParse',
    step: 'secret',
  },
  {
    pattern:
      /no registries configured while trying to pull an unqualified image|unqualified-search|no unqualified|(?<![\w/-])short[- ]names?(?=[\s":])/i,
    kind: 'shortName',
    step: 'name',
  },
  {
    pattern:
      /invalid reference format|cannot specify 64-byte hexadecimal strings|couldn't parse image (?:name|reference)|invalid repository name|repository name must (?:be (?:lowercase|canonical)|have at least one component)|repository name must not be more than|^name invalid|^invalid tag name|repository name not known to be valid|NAME_INVALID|invalid image name/,
    kind: 'badReference',
    step: 'name',
  },
  {
    pattern:
      /Source image rejected|signature was required|None of the signatures were accepted|signature validation failed|no signature exists|remote trust data does not exist|signature verification failed/i,
    kind: 'signature',
    step: 'verify',
  },
  { pattern: /image verifier \S+ blocked pull|is blocked in \S*registries\.conf|registry \S+ is blocked/, kind: 'policy', step: 'verify' },
  {
    pattern:
      /no space left on device|disk quota exceeded|No space left|not enough space on the disk|out of space\b|free data blocks which is less than/,
    kind: 'diskFull',
    step: 'store',
  },
  {
    pattern:
      /rejecting \d+ byte manifest|manifest (?:is )?too (?:large|big)|exceed(?:s|ed) maximum (?:allowed )?size|size of \d+ bytes exceeds|larger than .* limit|exceeded maximum allowed/i,
    kind: 'tooLarge',
    step: 'manifest',
  },
  {
    pattern:
      /no match for platform|no matching manifest for|no image found in (?:manifest list|image index)|image operating system "[^"]*" cannot be used|no child with platform|does not match the specified platform|does not provide the specified platform|cannot download image with operating system|operating system is not supported|-based image is incompatible with|image platform \(/,
    kind: 'platform',
    step: 'manifest',
  },
  {
    pattern: /schema ?1|Schema 1|docker\.distribution\.manifest\.v1\+|^no signatures|missing formatted tail/,
    kind: 'schema1',
    step: 'manifest',
  },
  {
    pattern: /(?<![\w/:-])encrypted (?:layer|image|blob|manifest|content)|\+encrypted\b|missing private key needed for decryption|decrypt/i,
    kind: 'encrypted',
    step: 'unpack',
  },
  { pattern: /unexpected media type text\/html/, kind: 'mediaType', step: 'manifest' },
  {
    pattern:
      /unexpected media type|unsupported media type|unsupported manifest|no processor for media-type|mismatched image rootfs and manifest layers|unsupported image-specific operation|unsupported docker v2s2 media type|encountered remote "|unrecognized manifest|Unknown media type|unimplemented mimetype|unsupported MIME type|media type .* is no longer supported|unsupported schema version|no manifest found for/i,
    kind: 'mediaType',
    step: 'manifest',
  },
  {
    pattern:
      /not a valid digest|invalid checksum digest|mediaType in manifest should be|image ID .* is invalid|content size of zero|failed to unmarshal|manifest (?:verification|invalid)|cannot unmarshal|missing signature key|manifest blob unknown|invalid manifest|could not validate|empty manifest|invalid character .* (?:after top-level|looking for beginning of (?:value|object key)|in (?:literal|string))|unexpected end of JSON input|manifest schema unsupported|unable to decode manifest|unmarshal/i,
    kind: 'badManifest',
    step: 'manifest',
  },
  {
    pattern: /could not fetch content descriptor|unknown blob|blob unknown|BLOB_UNKNOWN|content at \S+ not found/i,
    kind: 'blobMissing',
    step: 'layer',
  },
  { pattern: /blob not found|expected at \S+: blob/, kind: 'storage', step: 'store' },
  { pattern: /transport: Error while dialing|(?:containerd|crio|cri-dockerd)\.sock/, kind: 'runtime', step: 'runtime' },
  {
    pattern:
      /failed commit on ref|unexpected commit digest|failed size validation|wrong diff id|archive\/tar|invalid tar header|Digest did not match|layer verification failed|layers from manifest don't match|gzip: invalid|invalid checksum|does not match (?:the )?(?:expected )?digest|digest mismatch|size mismatch|zlib|zstd: |magic number mismatch|verification failed|config (?:digest|blob) .*mismatch|unexpected size|invalid compressed data|flate: corrupt|layer from manifest|diffIDs?/i,
    kind: 'corrupt',
    step: 'unpack',
  },
  {
    pattern:
      /read-only file system|input\/output error|structure needs cleaning|device or resource busy|operation not permitted|too many open files|stale NFS|file exists|failed to create (?:temp|temporary) dir|failed to prepare extraction snapshot|parent snapshot .* does not exist|snapshot .* does not exist|permission denied|mkdir |database not open|metadata\.db|lost content|failed to get reader from content store|failed to rename|cannot (?:create|open) directory|no such file or directory|hcsshim::|layer not known|unpack destination .* already exists|database disk image is malformed|re-exec error/,
    kind: 'storage',
    step: 'store',
  },
  {
    pattern:
      /unknown service runtime\.|error reading from server: EOF|transport: Error while dialing|connect: no such file|containerd\.sock|crio\.sock|dockershim|runtime (?:is )?not (?:ready|running)|error execing credential provider plugin|Failed getting credential from external registry|snapshotter .*(?:not loaded|not found|was not found)|unable to initialize|no such snapshotter|is the docker daemon running|not implemented|invalid hosts\.toml|failed to load .*hosts|unable to load (?:CA|X509)|connection error: desc|transport is closing|server is not initialized yet|ttrpc: closed|received message larger than max|connection closed before server preface|error during connect: |lease does not exist|^toml: |invalid policy in /i,
    kind: 'runtime',
    step: 'runtime',
  },
  { pattern: /short read|unexpected EOF|expected HTTP 206|while reconnecting/, kind: 'shortBody', step: 'layer' },
];

const STATUS_WORDS: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  407: 'Proxy Authentication Required',
  410: 'Gone',
  412: 'Precondition Failed',
  429: 'Too Many Requests',
  451: 'Unavailable For Legal Reasons',
};

/** Registry error words as runtimes print them: the code in small letters without underscores, then the message. */
const CODES: [RegExp, string][] = [
  [/toomanyrequests|too many requests|TOOMANYREQUESTS|pull rate limit|rate exceeded|too many requests to registry/i, 'TOOMANYREQUESTS'],
  [/manifest unknown|MANIFEST_UNKNOWN/i, 'MANIFEST_UNKNOWN'],
  [/name unknown|NAME_UNKNOWN|repository name not known to registry/i, 'NAME_UNKNOWN'],
  [/name invalid|NAME_INVALID/i, 'NAME_INVALID'],
  [/manifest invalid|MANIFEST_INVALID/i, 'MANIFEST_INVALID'],
  [/\bdenied\b|DENIED|permission_denied|access forbidden/i, 'DENIED'],
  [/unauthorized|UNAUTHORIZED|authentication required/i, 'UNAUTHORIZED'],
];

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

/**
 * Reads the words of a failed pull. In: the message of a status or an event, and the hosts that belong to the image's registry (so that
 * another host in the words is known for a mirror or a redirect target). Out: one fault per error of an aggregate, the farthest first.
 */
export function readFaults(message: string, registryHosts: readonly string[] = []): Fault[] {
  const text = unfolded(message);
  const stripped = peel(text, draftOf(), []);
  return splitAggregate(stripped)
    .map(part => readFault(part === stripped ? text : part, registryHosts.length === 0 ? [] : [...registryHosts, ...hostsNamed(text)]))
    .sort((a, b) => pullProgress(b) - pullProgress(a));
}

/** A line that was folded at its end, and not ended by a status, behind which a body follows. */
const FOLDED = /(?<!\d{3} [A-Z][A-Za-z ]*)[ \t]*\r?\n[ \t]*(?=\S)/g;

/** A message as it was said: copies are folded, and events carry a count. */
const unfolded = (message: string): string =>
  message
    .trim()
    .replace(/ \(x\d+ over [^)]*\)$/, '')
    .replace(/\s*(?:\.{3}|…)$/, '')
    .replace(FOLDED, ' ')
    .replace(/: {2,}(?=\S)/g, ': ');

const draftOf = (): Draft => ({
  kind: 'unknown',
  step: 'resolve',
  host: null,
  role: 'registry',
  method: null,
  status: null,
  code: null,
  explanation: null,
  login: null,
  spoken: false,
  inspects: false,
});

/** Takes the outer layers off and writes what they tell into the draft. Out: what is left. */
function peel(text: string, draft: Draft, registryHosts: readonly string[]): string {
  let rest = text;
  for (let turn = 0; turn < 40; turn++) {
    const request = REQUEST.exec(rest);
    if (request) {
      const { quoted, escaped, curly, single, bare } = request.groups ?? {};
      const url = quoted ?? escaped ?? curly ?? single ?? bare ?? '';
      draft.method = (request.groups?.method ?? 'Get').toUpperCase();
      placeUrl(url, draft, registryHosts);
      rest = rest.slice(request[0].length);
      continue;
    }
    const layer = LAYERS.find(({ pattern }) => pattern.test(rest));
    if (!layer) {
      const inner = beyondUnknownLayer(rest);
      if (inner === null) break;
      rest = inner;
      continue;
    }
    if (layer.step !== undefined) draft.step = layer.step;
    if (layer.role !== undefined) draft.role = layer.role;
    if (layer.login !== undefined) draft.login = layer.login;
    if (layer.spoken) draft.spoken = true;
    if (layer.inspects) draft.inspects = true;
    rest = rest.replace(layer.pattern, '');
  }
  return rest;
}

/** An error that begins with a status. */
const STATUS_START =
  /^(?:unexpected status|received unexpected HTTP status|invalid status code|StatusCode: \d|pulling from host \S+ failed)/;

/** A wrapper that nobody has met yet: what is known further on is read all the same. Out: the text from there, null when nothing is known. */
function beyondUnknownLayer(text: string): string | null {
  // an aggregate is read error by error
  if (STATUS_START.test(text) || text.startsWith('(Mirrors') || text.startsWith('[')) return null;
  for (let at = text.indexOf(': '); at >= 0 && at < 2000; at = text.indexOf(': ', at + 1)) {
    const inner = text.slice(at + 2);
    if (STATUS_START.test(inner) || REQUEST.test(inner) || LAYERS.some(({ pattern, outermost }) => !outermost && pattern.test(inner)))
      return inner;
  }
  return null;
}

function readFault(message: string, registryHosts: readonly string[]): Fault {
  const draft = draftOf();
  const rest = crioParts(peel(message.trim(), draft, registryHosts), draft, registryHosts).trim();
  const names = imageNames(message);
  const whole = withoutPaths(withoutNames(message, names).replace(/https?:\/\/[^\s"]+/g, 'URL'));
  classify(withoutNames(rest, names), draft, registryHosts, whole);
  draft.explanation = draft.explanation?.replaceAll(NAME, names[0] ?? '') ?? null;
  if (draft.inspects && !['badReference', 'shortName', 'storage', 'diskFull'].includes(draft.kind)) {
    draft.kind = 'runtime';
    draft.step = 'runtime';
  }
  const { spoken: _, inspects: __, ...fault } = draft;
  return withDetails({
    seenBy: 'node',
    speaker: null,
    ...fault,
    statements: [],
    details: {},
    understood: true,
    rows: [],
    message: redact(message.trim()),
  });
}

/** Hosts of the images that kubelet or containerd say they pull: the words may be of the pod's sandbox, which has an image of its own. */
const hostsNamed = (message: string): string[] =>
  [...message.matchAll(/\b(?:image|reference) \\?"([^"\\\s]+)\\?"/g)].flatMap(([, name = '']) => {
    const parsed = parseReference(name);
    return parsed.ok ? hostsOf(parsed.reference) : [];
  });

/** Stands for an image while its message is classified. */
const NAME = '\ue000';

/** The images that a message is about: quoted by kubelet and containerd, after `docker://` by CRI-O. */
const imageNames = (message: string): string[] => {
  const quoted = [
    ...message.matchAll(/\b(?:image|reference|tag|for) \\?"([^"\\\s]+)\\?"/g),
    ...message.matchAll(/docker:\/\/([^\s"]+?)(?=:?(?:\s|"|$))/g),
    ...message.matchAll(/\b(?:manifest for|repository|access denied for) ([a-z0-9][^\s",]*\/[^\s",]+?)(?= not found|[,:]? |,|$)/g),
  ];
  return [...new Set(quoted.map(match => match[1] as string))].sort((a, b) => b.length - a.length);
};

/** A repository may be called "denied" and a tag "403": names are no errors. */
const withoutNames = (text: string, names: readonly string[]): string =>
  names
    .flatMap(name => [`"${name}"`, name, name.replace(/(?::[\w][\w.-]*)?(?:@.*)?$/, '')])
    .filter(name => /^"|[/:]/.test(name))
    .reduce((rest, name) => rest.split(name).join(NAME), text);

/** CRI-O tells of the mirrors that failed first, then of the registry: "(Mirrors also failed: [A: e1] [B: e2]): B: e3". */
function crioParts(text: string, draft: Draft, registryHosts: readonly string[]): string {
  const mirrors = /^\(Mirrors also failed: (.*?)\)(?:: (?:\S+: )?(.*))?$/s.exec(text);
  if (!mirrors) return text;
  const own = mirrors[2];
  if (own !== undefined && own !== '') return peel(own, draft, registryHosts);
  const last = [...(mirrors[1] as string).matchAll(/\[(\S+): ([^\]]*)\]/g)].at(-1);
  return last === undefined ? text : peel(last[2] as string, draft, registryHosts);
}

/** The words of an HTTP answer: a status, and what the registry said with it. */
function readStatus(rest: string, draft: Draft, registryHosts: readonly string[]): boolean {
  const unexpected =
    /^unexpected status (?:code |from (?<method>GET|HEAD|POST) request to )(?<url>\S+?): (?<status>\d{3})\b[^\n]*?(?:(?: - Server message: |\n)(?<body>.*))?$/s.exec(
      rest,
    );
  const manifests = /^(?:pulling from host (?<host>\S+) failed with status code|unexpected status code) \[[^\]]*\]: (?<status>\d{3})/.exec(
    rest,
  );
  const plain =
    /^(?:unexpected status(?: code)?|received unexpected HTTP status|(?:error |invalid )?status code(?: from registry)?|StatusCode|Status|unexpected http code|Error: Status): ?(?:code )?(?<status>\d{3})\b(?<body>.*)/is.exec(
      rest,
    ) ??
    /^(?:invalid status code from registry|Invalid status code returned when fetching \w+|Status) (?<status>\d{3})\b(?<body>.*)/is.exec(
      rest,
    );
  const parsing = /error parsing HTTP (?<status>\d{3}) response body: (?<body>.*)/s.exec(rest);
  const match = unexpected ?? manifests ?? plain ?? parsing;
  if (!match) return false;
  draft.status = Number(match.groups?.status);
  draft.kind = parsing ? 'notJson' : 'status';
  if (unexpected) {
    draft.method = unexpected.groups?.method ?? draft.method;
    placeUrl(unexpected.groups?.url ?? '', draft, registryHosts);
  }
  if (manifests?.groups?.host !== undefined) {
    draft.host = manifests.groups.host;
    if (registryHosts.length > 0 && !registryHosts.includes(draft.host)) draft.role = 'mirror';
  }
  const body = match.groups?.body?.replace(/^[\s,:]+|\s+$/g, '').replace(/^"(.*)"$/s, '$1');
  if (body !== undefined && body !== '' && !/^\(?[A-Z][A-Za-z ]*\)?$/.test(body)) explain(body, draft);
  if (draft.status === 404 && draft.step === 'ping' && draft.role === 'registry') draft.kind = 'notJson';
  if (draft.status === 404 && draft.kind === 'status' && draft.role !== 'token') {
    if (draft.step === 'layer' || draft.step === 'config') draft.kind = 'blobMissing';
    else draft.kind = 'notFound';
  }
  return true;
}

function explain(text: string, draft: Draft): void {
  if (/<(?:!doctype|html)\b/i.test(text)) {
    const title = /<title>\s*([^<]*)/i.exec(text)?.[1]?.trim();
    draft.explanation = `an HTML page${title ? ` titled "${redact(title)}"` : ''}`;
    return;
  }
  draft.explanation = redact(text.length > 300 ? `${text.slice(0, 300)}…` : text);
  draft.code ??= CODES.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

function classify(rest: string, draft: Draft, registryHosts: readonly string[], whole: string): void {
  const set = (tail: Omit<Tail, 'pattern'>): void => {
    draft.kind = tail.kind;
    if (tail.step !== undefined && !(tail.step === 'layer' && draft.step === 'config')) draft.step = tail.step;
    if (tail.role !== undefined) draft.role = tail.role;
    if (tail.login !== undefined) draft.login = tail.login;
  };
  // names of files and of repositories are no errors
  const told = withoutPaths(rest);
  const own = TAILS.slice(0, 5).find(({ pattern }) => pattern.test(whole));
  if (own) return set(own);
  // an answer to HEAD has no body: what Docker quotes behind it was said by the token server
  const overheard =
    draft.method === 'HEAD' &&
    /Error response from daemon: Head "/.test(whole) &&
    !/unexpected status from|no basic auth credentials/.test(rest);
  if (overheard && !/dial tcp|x509:|tls:|EOF|timeout|server gave HTTP|redirects|name unknown|name invalid/.test(rest)) {
    draft.role = 'token';
    draft.step = 'token';
  }
  if (readStatus(rest, draft, registryHosts)) return;
  if (draft.role === 'token' || /\btoken\b/.test(rest)) {
    if (
      /unable to decode token response|did not include a token|no token in response|no realm specified|invalid token response|invalid character/.test(
        rest,
      )
    ) {
      draft.role = 'token';
      draft.step = 'token';
      draft.kind = 'badToken';
      return;
    }
  }
  // behind a request that came back without an answer stands the phrase alone in which a proxy refused the way (net/http, dial by CONNECT)
  if (
    draft.method !== null &&
    (LONE_STATUS.test(rest) || (/failed to do request: /.test(whole) && /^(?:Forbidden|Not Found|Unauthorized)$/.test(rest)))
  )
    return set({ kind: 'proxy', role: 'proxy' });
  if (readDenial(rest, told, draft)) return;
  const dialled = draft.method !== null || /dial tcp|proxyconnect|read tcp|write tcp|x509:|tls:/.test(rest);
  if (dialled && !/no space left on device/.test(rest)) {
    const transport = TRANSPORT.find(({ pattern }) => pattern.test(rest));
    if (transport) {
      const address = /(?:dial|read|write) tcp\S* (?:\S+->)?(\S+?:\d+)/.exec(rest)?.[1];
      // the resolver is named only by Go's own lookup
      const looked = /lookup ([^\s:]+?)\.?(?=:?\s)/.exec(rest)?.[1];
      draft.host ??= looked ?? address ?? null;
      set(transport);
      // a name that is looked up and is neither the registry's nor the URL's own: the request was led elsewhere
      const own = [...registryHosts, draft.host ?? ''].map(host => host.replace(/:\d+$/, ''));
      if (
        draft.role === 'registry' &&
        looked !== undefined &&
        registryHosts.length > 0 &&
        (!own.includes(looked) || (draft.host === looked && !registryHosts.some(host => host.replace(/:\d+$/, '') === looked)))
      ) {
        draft.role = 'redirect';
        draft.host = looked;
      }
      return;
    }
    // whatever the system's own word for it is
    if (/dial tcp \S+:\d+: (?!context|socket: )/.test(rest)) return set({ kind: 'unreachable' });
    if (/(?:^|: )EOF"?$/.test(rest)) return set({ kind: 'eof' });
    if (/context canceled|operation was canceled/.test(rest)) return set({ kind: 'canceled' });
    if (/context deadline exceeded/.test(rest)) return set({ kind: 'timeout' });
  }
  // a document that is no JSON, before any manifest was asked for, is a token server's
  if (draft.step === 'ping' && /^invalid character|^unexpected end of JSON/.test(rest))
    return set({ kind: 'badToken', step: 'token', role: 'token' });
  const tail = TAILS.find(({ pattern }) => pattern.test(told)) ?? TAILS.find(({ pattern }) => pattern.test(whole));
  // the registry's own disk is not the node's
  const ofTheNode = tail?.kind === 'diskFull' || tail?.kind === 'storage';
  if (tail && !(draft.spoken && ofTheNode)) {
    set(tail);
    // an archive that ends early while it is unpacked is damaged, not cut off on the way
    if (draft.kind === 'shortBody' && /ApplyLayer|register layer|extract layer/.test(whole)) draft.kind = 'corrupt';
    return;
  }
  if (readNotFound(rest, draft)) return;
  const transport = TRANSPORT.find(({ pattern }) => pattern.test(rest));
  if (transport) return set(transport);
  if (/context canceled|request canceled|RST_STREAM with error code: CANCEL/.test(rest))
    return set({ kind: /RST_STREAM/.test(rest) ? 'deadline' : 'canceled' });
  if (/context deadline exceeded|DeadlineExceeded/.test(rest)) return set({ kind: 'deadline' });
  if (/(?:^|: )EOF$/.test(rest)) return set({ kind: 'eof' });
  if (draft.spoken) {
    draft.kind = 'status';
    explain(rest, draft);
  } else if (/<\/?html/i.test(rest)) draft.kind = 'notJson';
  // nobody but the node's own store takes part in these steps
  else if (draft.step === 'unpack' || draft.step === 'store') draft.kind = 'storage';
}

/** Phrases of HTTP that no registry's answer consists of. */
const LONE_STATUS =
  /^(?:Service Unavailable|Gateway Time-?out|Bad Gateway|Bad Request|Method Not Allowed|Internal Server Error|Network Authentication Required)$/i;

/** Files of these kinds are named by errors about themselves. */
const OF_THE_RUNTIME = /\.(?:sock|db|conf|json|toml|ya?ml)$/;

/** A text without the paths of URLs and files in it. */
const withoutPaths = (text: string): string =>
  text
    .replace(/(https?:\/\/[^\s"/?#]+)[^\s"]*/g, '$1')
    .replace(/(^|[\s"'(=])\/[^\s"':,;()]+/g, (path, before: string) => (OF_THE_RUNTIME.test(path) ? path : `${before}PATH`));

/** Refusals: of the runtime ("pull access denied"), or the registry's own code and message. */
function readDenial(rest: string, told: string, draft: Draft): boolean {
  if (/toomanyrequests|too many requests|pull rate limit|rate exceeded/i.test(told)) {
    draft.status = 429;
    draft.kind = 'status';
    explain(rest, draft);
    return true;
  }
  if (/no basic auth credentials|no user\/password was provided for basic authentication/.test(rest)) {
    draft.kind = 'noBasicAuth';
    draft.login = 'none';
    return true;
  }
  const server = /server message: (\w+): authorization failed/.exec(rest)?.[1];
  if (server !== undefined) {
    draft.kind = server === 'invalid_token' ? 'invalidToken' : 'insufficientScope';
    draft.explanation = server;
    return true;
  }
  const access = /pull access denied.*?repository does not exist or may require ['a-z ]+(?:: (?<reason>.*))?/s.exec(rest);
  if (access) {
    draft.kind = 'denied';
    const reason = access.groups?.reason?.replace(/^denied: /, '');
    if (reason !== undefined && !/^(?:requested access to the resource is denied|authorization failed)/.test(reason))
      explain(`denied: ${reason}`, draft);
    return true;
  }
  // the first registry protocol said this of missing and of private images alike
  if (/requested access to the resource is denied/.test(rest) || /^image \S+ not found/.test(rest)) {
    draft.kind = 'denied';
    return true;
  }
  if (/^manifest invalid\b/i.test(rest)) {
    draft.kind = 'status';
    explain(rest, draft);
    return true;
  }
  if (
    /^(?:unauthorized|denied|forbidden)\b/i.test(rest) ||
    /(?<!Proxy )authentication required|is not authorized(?! to sign)|access forbidden|bad credentials|invalid username\/password|incorrect username or password|token has expired|Permission "[^"]*" denied|client with IP|not signed|vulnerabilit|Unauthenticated request/i.test(
      rest,
    )
  ) {
    if (/manifest unknown|not found|was deleted|does not exist/i.test(rest) && !/may not exist/.test(rest)) return false;
    draft.kind = 'status';
    const unauthorized = /^unauthorized|authentication required|bad credentials|invalid username\/password|incorrect username/i.test(rest);
    draft.status = unauthorized ? 401 : 403;
    explain(rest, draft);
    draft.code ??= unauthorized ? 'UNAUTHORIZED' : 'DENIED';
    return true;
  }
  return false;
}

function readNotFound(rest: string, draft: Draft): boolean {
  const code = /name unknown|repository with name/i.test(rest)
    ? 'NAME_UNKNOWN'
    : /manifest unknown|was deleted or has expired|manifest tagged by|no such manifest/i.test(rest)
      ? 'MANIFEST_UNKNOWN'
      : null;
  if (code === null && !/not found(?:: unknown)?\.?$/i.test(rest) && !/not found"?\)?\.?$/i.test(rest) && !/does not exist/i.test(rest))
    return false;
  draft.kind = draft.step === 'manifest' ? 'blobMissing' : 'notFound';
  draft.status = 404;
  draft.code = code;
  if (code !== null) explain(rest, draft);
  return true;
}

/** The reason phrase of a status, for the texts. */
export const statusPhrase = (status: number): string =>
  STATUS_WORDS[status] === undefined ? String(status) : `${status} ${STATUS_WORDS[status]}`;
