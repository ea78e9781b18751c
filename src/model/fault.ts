/** What went wrong in one pull, as structure: at which step, at which host, how. Belongs here: the types, and small predicates; a report of the node and an answer to our probe both become this. */
import type { ForeignContent } from './content.ts';

/** The steps of a pull, in their order. */
export const STEPS = [
  'name',
  'policy',
  'secret',
  'throttle',
  'runtime',
  'resolve',
  'ping',
  'token',
  'manifest',
  'config',
  'layer',
  'unpack',
  'store',
  'verify',
] as const;
/** A step of a pull. */
export type Step = (typeof STEPS)[number];

/** Who answered (or did not) when it failed. */
export type HostRole = 'registry' | 'mirror' | 'token' | 'redirect' | 'proxy';

/** What went wrong. */
export type FaultKind =
  // the name and the pod's own policy
  | 'badReference'
  | 'shortName'
  | 'never'
  | 'secretParse'
  | 'secretUnread'
  // on the way to a host
  | 'dns'
  | 'refused'
  | 'timeout'
  | 'unreachable'
  | 'reset'
  | 'eof'
  | 'proxy'
  | 'redirects'
  | 'badScheme'
  // kept back by a rule of ours: nothing was asked, so nothing is known
  | 'notAsked'
  | 'untrusted'
  | 'badCertificate'
  // a certificate that is refused, and the message does not tell (or we do not know) why
  | 'x509'
  | 'tls'
  | 'plainHttp'
  | 'httpToHttps'
  // what a host answered
  | 'status'
  | 'notFound'
  | 'denied'
  | 'noBasicAuth'
  | 'badToken'
  | 'insufficientScope'
  | 'invalidToken'
  | 'notJson'
  // what the image is
  | 'platform'
  | 'schema1'
  | 'mediaType'
  | 'badManifest'
  | 'tooLarge'
  | 'blobMissing'
  | 'corrupt'
  | 'shortBody'
  // on the node
  | 'diskFull'
  | 'storage'
  | 'runtime'
  | 'throttled'
  | 'canceled'
  | 'deadline'
  | 'signature'
  | 'policy'
  | 'encrypted'
  | 'unknown';

/** Who wrote a message. */
export type Speaker = 'kubelet' | 'containerd' | 'containersImage' | 'docker' | 'probe';

/** What a registry, a token server or something before them states in its explanation, by meaning. The wordings of each: parse/messages/statements.ts. */
export type Statement =
  /** The token that was sent has expired. */
  | 'tokenExpired'
  /** Something has expired, and the answer does not say what. */
  | 'expired'
  /** A signed link to content has expired: the link's, not the login's. */
  | 'linkExpired'
  /** User name or password are wrong. */
  | 'credentialsWrong'
  /** The user is known and lacks the right. */
  | 'rightMissing'
  /** A rule about content, client address, country or law refuses. */
  | 'policy'
  /** Of these, a rule about where the client is: its address, its country. */
  | 'clientBlocked'
  /** Shut down, moved, unpaid, over quota, archived, or an upstream that is down. */
  | 'offline'
  /** A limit of requests or pulls is reached. */
  | 'rateLimit'
  /** A client certificate is required. */
  | 'clientCertificate'
  /** A web page instead of an answer of the protocol. */
  | 'htmlPage'
  /** An HTTPS server was asked over plain HTTP. */
  | 'httpsWanted'
  /** Nothing but the status' own name. */
  | 'statusOnly'
  /** The repository, the tag or the digest is not there. */
  | 'notFound'
  /** The tag was there and has been removed by its own expiry. */
  | 'tagExpired'
  /** The account is known and may not be used: locked, or not yet verified. */
  | 'accountDisabled'
  /** A proxy in front of the registry gets no answer from the registry itself. */
  | 'gateway';

/** What a message or an answer tells of its kind of fault, in typed fields: decisions and texts read these, never a sentence. All are optional. */
export interface FaultDetails {
  certificate?: {
    problem: 'expired' | 'notYetValid' | 'wrongName' | 'noIpAddress' | 'commonNameOnly' | 'usage' | 'other';
    /** RFC 3339 of the end that was passed, or of the beginning that was not reached. */
    limit?: string;
    /** RFC 3339: the clock of the node. */
    clock?: string;
    /** The names that the certificate has, as in the message. */
    names?: string;
    /** The name that was wanted. */
    wanted?: string;
  };
  tls?: 'clientCertificate' | 'protocolVersion' | 'noCommonCipher' | 'insecureAlgorithm' | 'noCertificate' | 'unverified' | 'other';
  /** Whether a name is known not to exist, or its name server gave no answer (which may pass). */
  dns?: 'noSuchName' | 'noAnswer';
  /** The loopback or unspecified address to which the name of the host led the node: the node then connects to itself. */
  ownAddress?: string;
  /** The headers of the answer are those of a proxy on the way, which answers in the place of the host. */
  proxyAnswers?: boolean;
  /** The address of the proxy that was dialled, with port, or its name where that was looked up. */
  proxy?: string;
  /** The name server that was asked, with port. */
  nameServer?: string;
  /** The host took the connection (and the request) and then kept silent. */
  silent?: boolean;
  /** The host spoke HTTP/2 before it ended the connection or the stream. */
  inConversation?: boolean;
  /** Which resource was asked for when it failed. */
  resource?: 'ping' | 'token' | 'manifest' | 'blob';
  /** The scheme in which the failing host was asked. */
  scheme?: 'http' | 'https';
  /** A document (an answer, a manifest, a secret) did not parse. */
  document?: 'json' | 'base64' | 'html';
  /** Names of the pull secrets that kubelet could not read. */
  secrets?: string[];
  /** Which part of the image is missing or damaged. */
  part?: 'layer' | 'config' | 'manifest' | 'other';
  /** Media type of what the reference leads to. */
  mediaType?: string;
  /** What a reference leads to instead of an image. */
  content?: ForeignContent;
  /** What a layer turned out to be: no archive (its compression is unknown to the runtime, or it is damaged). */
  archive?: 'notTar';
  /** Bytes that arrived of a body that was cut off. */
  received?: number;
  /**
   * By which rule of ours a host was not asked: its address is asked for nobody (link-local, metadata), a registry may not lead there (an inner network),
   * HTTPS may not lead to plain HTTP, too many inner hosts were asked before, another host than the registry asks for a login, or the host kept
   * silent before.
   */
  notAsked?: 'address' | 'innerNetwork' | 'weakerScheme' | 'manyHosts' | 'foreignLogin' | 'silentBefore';
  /** The answer comes from an inner host to which the registry led: its words are not shown. */
  ledInside?: boolean;
  /** Others of its kind are served by the same host: other manifests of the repository, other blobs of the image. */
  othersServed?: boolean;
  /** Whether `/v2/` takes the token that the registry refuses here. */
  tokenOpens?: boolean;
  /** The answer to a request without a login: it is what a runtime gets that waits to be asked for one. */
  unasked?: boolean;
  /**
   * The host is a pull-through cache, and this is what it hands on of its upstream: that it limits the cache, refuses its login (or has none for it), does
   * not have the image, or fails.
   */
  upstream?: 'limited' | 'refused' | 'missing' | 'failed';
  /** The runtime's own socket does not answer. */
  socket?: string;
  storage?: 'readOnly' | 'ioError' | 'contentLost';
  /** `notFound`: the verifier found none, which may be because it could not fetch it. */
  signature?: 'missing' | 'notFound' | 'blocked' | 'invalid';
  shortName?: 'noRegistry' | 'ambiguous';
  /** The directory of an image volume that a container mounts, and that its image does not have. */
  subPath?: string;
  /** The reason phrase of a status, which is all that was handed on of an answer (`Forbidden`). */
  phrase?: string;
  /** That phrase is none of HTTP: a proxy's own words, or an error that no row knows. */
  ownPhrase?: boolean;
  /** The end of the error, for the texts of faults that have no field of their own. */
  reason?: string;
}

/** One failure, as the node reports it or the probe met it. */
export interface Fault {
  /** Who saw it. */
  seenBy: 'node' | 'probe';
  /** Who wrote the message, null when its form does not tell. */
  speaker: Speaker | null;
  kind: FaultKind;
  step: Step;
  /** The host that failed, with port, where the message names one. */
  host: string | null;
  role: HostRole;
  method: string | null;
  /** HTTP status, where one was answered or stands in the message. */
  status: number | null;
  /** The registry's error code in capitals (UNAUTHORIZED, MANIFEST_UNKNOWN, …), where one was given. */
  code: string | null;
  /** The registry's own explanation, redacted. */
  explanation: string | null;
  /** What that explanation states, by meaning. */
  statements: Statement[];
  /** What the message says of the login: credentials were sent, none were, or nothing is said. */
  login: 'sent' | 'none' | null;
  details: FaultDetails;
  /** Whether every part of the message was read. Of a message that was read in part nothing is certain. */
  understood: boolean;
  /** The rows of parse/messages that read it, outermost first; empty for what the probe saw. */
  rows: string[];
  /** The message itself, redacted. */
  message: string;
}

const NETWORK_KINDS = new Set<FaultKind>([
  'dns',
  'refused',
  'timeout',
  'unreachable',
  'reset',
  'eof',
  'proxy',
  'untrusted',
  'badCertificate',
  'x509',
  'tls',
  'plainHttp',
  'httpToHttps',
  'shortBody',
]);
/** Faults that belong to the node and its network: a pull that works from here does not undo them. */
const NODE_KINDS = new Set<FaultKind>([
  ...NETWORK_KINDS,
  'badScheme',
  'diskFull',
  'storage',
  'runtime',
  'throttled',
  'canceled',
  'deadline',
  'signature',
  'policy',
  'never',
  'shortName',
  'encrypted',
]);

/** A fault that belongs to the node and its network. */
export const isNodeFault = (fault: Fault): boolean => NODE_KINDS.has(fault.kind);
/** A fault of a connection: no answer of a registry. */
export const isNetworkFault = (fault: Fault): boolean => NETWORK_KINDS.has(fault.kind);
/** A refusal that a login could change. */
export const isAuthenticationFault = (fault: Fault): boolean =>
  fault.status === 401 ||
  (fault.status === 403 && fault.kind === 'status') ||
  ['denied', 'noBasicAuth', 'insufficientScope', 'invalidToken'].includes(fault.kind);

const PROGRESS: Partial<Record<FaultKind, number>> = { secretParse: -1, noBasicAuth: 2, denied: 2, insufficientScope: 3, invalidToken: 3 };

/** How far a pull got before this fault: of several tries the one that got farthest tells what still stands in the way. */
export function pullProgress(fault: Fault): number {
  const known = PROGRESS[fault.kind];
  if (known !== undefined) return known;
  if (fault.kind === 'status' || fault.kind === 'notFound') {
    const status = fault.status ?? 404;
    if (fault.role === 'token') return 1;
    return status === 401 ? 2 : status === 403 ? 4 : status === 404 ? 5 : 5.5;
  }
  const order: Step[] = ['name', 'resolve', 'ping', 'token', 'manifest', 'config', 'layer', 'unpack', 'store', 'verify'];
  return fault.step === 'resolve' || fault.step === 'ping' ? 0 : 4 + order.indexOf(fault.step);
}
