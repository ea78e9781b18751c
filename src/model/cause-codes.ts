/**
 * The causes: one code per repair, with its group, its title and whether the same pull can succeed without any change. A code is the name everywhere (JSON, page,
 * fixture, source file); it is never renamed and never reused. The order is that of the documentation: name, secret and authentication in the order of repair, network, registry,
 * node, state.
 */

type CauseGroup = 'name' | 'secret' | 'auth' | 'network' | 'registry' | 'node' | 'state';

export interface CauseRow {
  code: string;
  group: CauseGroup;
  /** One line, without names of this pod. */
  title: string;
  /** The same pull can succeed without any change. */
  transient: boolean;
}

export const CAUSES = [
  {
    code: 'InvalidImageName',
    group: 'name',
    title: 'The image reference cannot be parsed, or the registry rejects its name',
    transient: false,
  },
  {
    code: 'ShortNameUnresolved',
    group: 'name',
    title: 'CRI-O cannot resolve an image name without a registry to exactly one registry',
    transient: false,
  },
  { code: 'RepositoryNotFound', group: 'name', title: 'The registry has no repository with this name', transient: false },
  { code: 'TagNotFound', group: 'name', title: 'The repository has no manifest with this tag', transient: false },
  { code: 'DigestNotFound', group: 'name', title: 'The repository has no manifest with this digest', transient: false },
  {
    code: 'RepositoryNotFoundOrPrivate',
    group: 'name',
    title: 'The registry returns the same error for missing and private repositories',
    transient: false,
  },
  {
    code: 'PlatformNotAvailable',
    group: 'name',
    title: 'The image has no manifest for the operating system and architecture of the node',
    transient: false,
  },
  {
    code: 'ManifestUnsupported',
    group: 'name',
    title: 'The runtime cannot use this manifest as a container image',
    transient: false,
  },
  {
    code: 'ImageBroken',
    group: 'name',
    title: 'The image in the registry is damaged: a part of it is missing or corrupt',
    transient: false,
  },
  {
    code: 'SecretMalformed',
    group: 'secret',
    title: 'kubelet cannot read a pull secret: its type, key or content is wrong',
    transient: false,
  },
  {
    code: 'CredentialsBlockPublicImage',
    group: 'auth',
    title: 'The image is public, but kubelet sends a pull secret that the registry rejects',
    transient: false,
  },
  { code: 'CredentialsExpired', group: 'auth', title: 'The credentials in the pull secret have expired or were revoked', transient: false },
  {
    code: 'CredentialsRejected',
    group: 'auth',
    title: 'The registry rejects the user name or the password',
    transient: false,
  },
  { code: 'AccessDenied', group: 'auth', title: 'The registry denies access to this repository', transient: false },
  {
    code: 'SecretHasNoCredentials',
    group: 'secret',
    title: 'The pull secret contains no user name and password that kubelet can use',
    transient: false,
  },
  {
    code: 'SecretNotFound',
    group: 'secret',
    title: 'The pod references a pull secret that does not exist in its namespace',
    transient: false,
  },
  {
    code: 'SecretNotInherited',
    group: 'secret',
    title: 'The service account has a pull secret for this image, but the pod does not have it',
    transient: false,
  },
  { code: 'SecretRegistryMismatch', group: 'secret', title: 'No auths entry of the pull secrets matches this image', transient: false },
  {
    code: 'NoPullSecret',
    group: 'secret',
    title: 'The registry requires authentication, but the pod has no pull secret',
    transient: false,
  },
  {
    code: 'AuthMethodUnsupported',
    group: 'auth',
    title: 'The registry requires authentication, but offers neither Basic nor Bearer',
    transient: false,
  },
  {
    code: 'RegistryNameNotResolved',
    group: 'network',
    title: "The node cannot resolve the registry's host name with DNS",
    transient: false,
  },
  { code: 'RegistryUnreachable', group: 'network', title: 'The node cannot open a connection to the registry', transient: true },
  { code: 'ProxyFailed', group: 'network', title: "The node's HTTP proxy is unreachable, or it rejects the request", transient: false },
  {
    code: 'CertificateNotTrusted',
    group: 'network',
    title: 'The node does not trust the certificate authority of the registry',
    transient: false,
  },
  {
    code: 'CertificateInvalid',
    group: 'network',
    title: "The registry's certificate has expired, is not yet valid, or is for another name",
    transient: false,
  },
  { code: 'TLSFailed', group: 'network', title: 'The TLS handshake with the registry fails', transient: false },
  { code: 'PlainHTTPRegistry', group: 'network', title: 'One side uses plain HTTP, the other HTTPS', transient: false },
  {
    code: 'BlobHostFailed',
    group: 'network',
    title: 'The node cannot download from the host that the registry redirects to',
    transient: false,
  },
  { code: 'TransferInterrupted', group: 'network', title: 'The connection was closed in the middle of a download', transient: true },
  {
    code: 'HeadRequestBlocked',
    group: 'network',
    title: 'HEAD requests are rejected, but GET requests for the same manifest succeed',
    transient: false,
  },
  {
    code: 'RegistryFailing',
    group: 'registry',
    title: 'The registry returns a server error, no answer, or a redirect loop',
    transient: true,
  },
  {
    code: 'RateLimited',
    group: 'registry',
    title: 'The registry rejects the pull, because the rate limit of this account or IP address is reached',
    transient: true,
  },
  {
    code: 'TokenServiceFailed',
    group: 'registry',
    title: "The registry's token server is unreachable, fails, or issues tokens that are rejected",
    transient: true,
  },
  {
    code: 'RegistryPolicyDenied',
    group: 'registry',
    title: 'A policy of the registry blocks this image or this client',
    transient: false,
  },
  { code: 'RepositoryOffline', group: 'registry', title: 'The registry no longer serves this repository', transient: false },
  { code: 'NotARegistry', group: 'registry', title: 'The server at this address is not a container registry', transient: false },
  { code: 'NodeDiskFull', group: 'node', title: 'The node has no disk space or no inodes left to store the image', transient: false },
  { code: 'NodeStorageFailed', group: 'node', title: 'The file system or the image store of the node fails', transient: false },
  { code: 'PullTooSlow', group: 'node', title: 'The pull makes no progress, or it is too slow for its time limit', transient: true },
  {
    code: 'PullThrottled',
    group: 'node',
    title: 'kubelet postpones the pull, because its own limit of pulls per second is exceeded',
    transient: true,
  },
  { code: 'MirrorFailed', group: 'node', title: 'A registry mirror that is configured on the node fails', transient: false },
  {
    code: 'RuntimeFailed',
    group: 'node',
    title: 'The container runtime of the node is down, not ready, or misconfigured',
    transient: false,
  },
  { code: 'SignatureRejected', group: 'node', title: 'The signature policy of the node rejects the image', transient: false },
  {
    code: 'ImageNeverPulled',
    group: 'node',
    title: 'The pull policy is Never, and the node does not have the image or refuses it to this pod',
    transient: false,
  },
  { code: 'FixedWaitingForRetry', group: 'state', title: 'The pull would succeed now, but kubelet is still in back-off', transient: true },
  { code: 'StillPulling', group: 'state', title: 'The pull is in progress, and nothing has failed yet', transient: true },
  { code: 'NoPullProblem', group: 'state', title: 'The image pull is not the problem of this pod', transient: false },
  { code: 'Unknown', group: 'state', title: 'The evidence does not identify a single cause', transient: false },
] as const satisfies readonly CauseRow[];

export type CauseCode = (typeof CAUSES)[number]['code'];

const BY_CODE = new Map<string, CauseRow & { code: CauseCode }>(CAUSES.map(cause => [cause.code, cause]));

/** The row of a code. */
export const causeOf = (code: CauseCode): CauseRow & { code: CauseCode } => BY_CODE.get(code) as CauseRow & { code: CauseCode };
/** Whether a text is a code, letter by letter. */
export const isCauseCode = (text: string): text is CauseCode => BY_CODE.has(text);

/** Codes of pulls that need no repair: exit status 0. */
export const NO_CAUSE: ReadonlySet<CauseCode> = new Set<CauseCode>(['NoPullProblem', 'StillPulling']);
