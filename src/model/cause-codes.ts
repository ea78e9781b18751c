/**
 * The causes: one code per repair, with its group, its title and whether the same pull can succeed with nobody changing anything. A code is the name everywhere (JSON, page,
 * fixture, source file); it is never renamed and never reused. The order is that of the documentation: name, secret and authentication in the order of repair, network, registry,
 * node, state.
 */

export type CauseGroup = 'name' | 'secret' | 'auth' | 'network' | 'registry' | 'node' | 'state';

export interface CauseRow {
  code: string;
  group: CauseGroup;
  /** One line, without names of this pod. */
  title: string;
  /** The same pull can succeed with nobody changing anything. */
  transient: boolean;
}

export const CAUSES = [
  { code: 'InvalidImageName', group: 'name', title: 'The image name is not a valid reference', transient: false },
  { code: 'ShortNameUnresolved', group: 'name', title: 'The runtime does not resolve a name without a registry', transient: false },
  { code: 'RepositoryNotFound', group: 'name', title: 'The registry has no such repository', transient: false },
  { code: 'TagNotFound', group: 'name', title: 'The repository has no such tag', transient: false },
  { code: 'DigestNotFound', group: 'name', title: 'The repository has no manifest with this digest', transient: false },
  {
    code: 'RepositoryNotFoundOrPrivate',
    group: 'name',
    title: 'The repository does not exist, or it is private and this pull may not see it',
    transient: false,
  },
  { code: 'PlatformNotAvailable', group: 'name', title: "The image has no manifest for the node's platform", transient: false },
  {
    code: 'ManifestUnsupported',
    group: 'name',
    title: 'What the reference leads to is no image that this runtime can use',
    transient: false,
  },
  { code: 'ImageBroken', group: 'name', title: 'The registry holds a damaged image', transient: false },
  { code: 'SecretMalformed', group: 'secret', title: 'A pull secret cannot be read by kubelet', transient: false },
  {
    code: 'CredentialsBlockPublicImage',
    group: 'auth',
    title: 'The image is public, and a stale credential makes the pull fail',
    transient: false,
  },
  { code: 'CredentialsExpired', group: 'auth', title: 'The credential of the pull secret has expired', transient: false },
  {
    code: 'CredentialsRejected',
    group: 'auth',
    title: 'The registry refuses the user name or password of the pull secret',
    transient: false,
  },
  { code: 'AccessDenied', group: 'auth', title: 'The login is good, but this repository is not allowed to it', transient: false },
  { code: 'SecretHasNoCredentials', group: 'secret', title: 'The pull secret holds no credential that kubelet uses', transient: false },
  { code: 'SecretNotFound', group: 'secret', title: 'The pod names a pull secret that does not exist', transient: false },
  { code: 'SecretNotInherited', group: 'secret', title: 'The service account has the pull secret, the pod does not', transient: false },
  { code: 'SecretRegistryMismatch', group: 'secret', title: 'No pull secret has an entry for this registry', transient: false },
  { code: 'NoPullSecret', group: 'secret', title: 'The registry wants a login, and the pod brings none', transient: false },
  {
    code: 'AuthMethodUnsupported',
    group: 'auth',
    title: 'The registry asks for a login by no method that a runtime speaks',
    transient: false,
  },
  { code: 'RegistryNameNotResolved', group: 'network', title: "The registry's name cannot be resolved", transient: false },
  { code: 'RegistryUnreachable', group: 'network', title: 'The registry cannot be reached', transient: true },
  { code: 'ProxyFailed', group: 'network', title: "The node's proxy fails", transient: false },
  {
    code: 'CertificateNotTrusted',
    group: 'network',
    title: "The node does not trust the registry's certificate authority",
    transient: false,
  },
  { code: 'CertificateInvalid', group: 'network', title: "The registry's certificate is not valid", transient: false },
  { code: 'TLSFailed', group: 'network', title: 'The TLS handshake with the registry fails', transient: false },
  { code: 'PlainHTTPRegistry', group: 'network', title: 'One side speaks plain HTTP, the other HTTPS', transient: false },
  { code: 'BlobHostFailed', group: 'network', title: 'The host that the registry redirects to fails', transient: false },
  { code: 'TransferInterrupted', group: 'network', title: 'The transfer was cut in the middle', transient: true },
  { code: 'HeadRequestBlocked', group: 'network', title: 'HEAD requests are refused where GET works', transient: false },
  { code: 'RegistryFailing', group: 'registry', title: 'The registry fails', transient: true },
  { code: 'RateLimited', group: 'registry', title: 'The registry limits the rate of pulls, and the limit is reached', transient: true },
  { code: 'TokenServiceFailed', group: 'registry', title: "The registry's token server fails", transient: true },
  {
    code: 'RegistryPolicyDenied',
    group: 'registry',
    title: 'A policy of the registry refuses this image or this client',
    transient: false,
  },
  { code: 'RepositoryOffline', group: 'registry', title: 'The repository was taken out of service', transient: false },
  { code: 'NotARegistry', group: 'registry', title: 'Something else than a registry answers there', transient: false },
  { code: 'NodeDiskFull', group: 'node', title: "The node's disk is full", transient: false },
  { code: 'NodeStorageFailed', group: 'node', title: "The node's image store fails", transient: false },
  { code: 'PullTooSlow', group: 'node', title: 'The pull is stuck, or too slow for its time limit', transient: true },
  { code: 'PullThrottled', group: 'node', title: "kubelet's own limit of pulls per second", transient: true },
  { code: 'MirrorFailed', group: 'node', title: "A mirror that is set on the node fails, not the image's registry", transient: false },
  { code: 'RuntimeFailed', group: 'node', title: "The node's container runtime fails", transient: false },
  { code: 'SignatureRejected', group: 'node', title: "The node's signature policy refuses the image", transient: false },
  {
    code: 'ImageNeverPulled',
    group: 'node',
    title: 'The pull policy is Never, and the node does not have the image for this pod',
    transient: false,
  },
  { code: 'FixedWaitingForRetry', group: 'state', title: 'The pull would succeed now; kubelet is still backing off', transient: true },
  { code: 'StillPulling', group: 'state', title: 'The image is being pulled, and nothing has failed yet', transient: true },
  { code: 'NoPullProblem', group: 'state', title: 'Nothing is wrong with the pull', transient: false },
  { code: 'Unknown', group: 'state', title: 'The cause could not be found', transient: false },
] as const satisfies readonly CauseRow[];

export type CauseCode = (typeof CAUSES)[number]['code'];

const BY_CODE = new Map<string, CauseRow & { code: CauseCode }>(CAUSES.map(cause => [cause.code, cause]));

/** The row of a code. */
export const causeOf = (code: CauseCode): CauseRow & { code: CauseCode } => BY_CODE.get(code) as CauseRow & { code: CauseCode };
/** Whether a text is a code, letter by letter. */
export const isCauseCode = (text: string): text is CauseCode => BY_CODE.has(text);

/** Codes that mean that nothing has to be repaired: exit status 0. */
export const NO_CAUSE: ReadonlySet<CauseCode> = new Set<CauseCode>(['NoPullProblem', 'StillPulling']);
