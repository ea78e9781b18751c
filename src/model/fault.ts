/** What went wrong in one pull, as structure: at which step, at which host, how. Types only; the node's words and our own probe both become this. */

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
export type Step = (typeof STEPS)[number];

/** Who answered (or did not) when it failed. */
export type HostRole = 'registry' | 'mirror' | 'token' | 'redirect' | 'proxy';

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
  | 'untrusted'
  | 'badCertificate'
  // a certificate that is refused, and the words do not tell (or we do not know) why
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

export interface Fault {
  /** Who saw it. */
  seenBy: 'node' | 'probe';
  kind: FaultKind;
  step: Step;
  /** The host that failed, with port, where the words name one. */
  host: string | null;
  role: HostRole;
  method: string | null;
  /** HTTP status, where one was answered or stands in the words. */
  status: number | null;
  /** The registry's error code in capitals (UNAUTHORIZED, MANIFEST_UNKNOWN, …), where one was given. */
  code: string | null;
  /** The registry's own explanation, redacted. */
  explanation: string | null;
  /** What the words say of the login: credentials were sent, none were, or nothing is said. */
  login: 'sent' | 'none' | null;
  /** The words themselves, redacted. */
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

export const isNodeFault = (fault: Fault): boolean => NODE_KINDS.has(fault.kind);
export const isNetworkFault = (fault: Fault): boolean => NETWORK_KINDS.has(fault.kind);
/** At the host to which the registry leads for its layers. */
export const isAtBlobHost = (fault: Fault): boolean => fault.role === 'redirect' && (fault.step === 'layer' || fault.step === 'config');
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
