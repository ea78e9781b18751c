/**
 * Which causes the shape of one fault stands for. The first row that fits decides: special shapes stand above general ones. The causes of a row are
 * ordered, likeliest first. A row is `certain` where nothing else gives this fault; then it says what proves it (the fault itself, unless it names more).
 */

import { shortageOf } from '../causes/disk.ts';
import { runtimeVersion } from '../causes/runtimes/node-system.ts';
import type { CauseCode } from '../model/cause-codes.ts';
import type { Certainty, Proof } from '../model/diagnosis.ts';
import type { Facts } from '../model/facts.ts';
import { type Fault, type FaultKind, type HostRole, isAuthenticationFault, type Step } from '../model/fault.ts';
import { HUB, manifestReference } from '../model/reference.ts';
import { providerOf } from '../model/registry-providers.ts';
import { isLoopback } from '../util/proxy.ts';
import type { Context } from './context.ts';
import { faultProof, object, tagsAnswered } from './proof.ts';
import type { FaultShape } from './shape.ts';

type Causes = readonly [CauseCode, ...CauseCode[]];

interface CandidateRow {
  id: string;
  when: FaultShape;
  reason: string;
}

/** A row that decides. The causes of the login table stand after its first cause where authentication may be it too. */
type OwnCause = { causes: Causes; login?: 'second' };
/** A row that leaves the first causes, and the decision, to the login table. */
type LoginFirst = { causes: readonly CauseCode[]; login: 'first'; certainty: 'possible'; proof?: undefined };

/** What proves a certain row. */
type ProofOf = (context: Context, fault: Fault) => Proof[];

/** A row of the table: a shape and its causes. */
export type Candidate = CandidateRow &
  (
    | LoginFirst
    | (OwnCause & { certainty: 'certain'; proof: ProofOf })
    | (OwnCause & { certainty: Exclude<Certainty, 'certain'>; proof?: undefined })
  );

/** The fault itself: the message of the node, or the answer to our probe. */
const itself: ProofOf = ({ facts }, fault) => faultProof(facts, fault);
/** With what confirms that a tag is not there: the list of tags, and no answer that may be a cache's. */
const withTags: ProofOf = ({ facts }, fault) =>
  facts.probe?.upstream == null ? [...faultProof(facts, fault), ...tagsAnswered(facts)] : [];
const withPlatform: ProofOf = ({ facts }, fault) => [
  ...faultProof(facts, fault),
  ...(facts.node.platform === null || fault.seenBy === 'node' ? [] : [object('node', nodePlatform(facts))]),
];
const nodePlatform = (facts: Facts): string => {
  const { os, architecture, variant } = facts.node.platform as NonNullable<Facts['node']['platform']>;
  return `${facts.node.name ?? 'the node'} is ${[os, architecture, variant].filter(Boolean).join('/')}`;
};

/** A public registry that accepts no credentials. */
const takesNoLogins = (facts: Facts): boolean => providerOf(facts.reference?.registry ?? '')?.takesNoLogins === true;

const certain = (id: string, when: FaultShape, causes: Causes, reason: string, proof: ProofOf = itself): Candidate => ({
  id,
  when,
  causes,
  reason,
  certainty: 'certain',
  proof,
});
const likely = (id: string, when: FaultShape, causes: Causes, reason: string): Candidate => ({
  id,
  when,
  causes,
  reason,
  certainty: 'likely',
});
const possible = (id: string, when: FaultShape, causes: Causes, reason: string): Candidate => ({
  id,
  when,
  causes,
  reason,
  certainty: 'possible',
});
/** A refusal that authentication could change: the login table orders its causes. */
const login = (id: string, when: FaultShape, after: readonly CauseCode[], reason: string): Candidate => ({
  id,
  when,
  causes: after,
  reason,
  certainty: 'possible',
  login: 'first',
});
/** A refusal with a cause of its own, though the login may be it too. */
const orLogin = (id: string, when: FaultShape, first: CauseCode, reason: string, second: readonly CauseCode[] = []): Candidate => ({
  id,
  when,
  causes: [first, ...second],
  reason,
  certainty: 'possible',
  login: 'second',
});

const REGISTRY: readonly HostRole[] = ['registry', 'mirror'];
const TRANSFER: readonly Step[] = ['config', 'layer'];
const CONNECTION: readonly FaultKind[] = ['refused', 'timeout', 'unreachable', 'reset', 'eof'];
const CERTIFICATE: readonly FaultKind[] = ['untrusted', 'badCertificate', 'x509'];
const PLAIN_HTTP: readonly FaultKind[] = ['plainHttp', 'httpToHttps'];
const SERVER_ERROR = { from: 500, to: 599 };
/** Server errors of a gateway or a failing service. 501 says what the server cannot do, 511 that somebody has to log in to the network. */
const FAILING = [500, { from: 502, to: 510 }, { from: 512, to: 599 }] as const;
/** The same without 500, which is also what a middlebox answers to a HEAD request. */
const GATEWAY = [
  { from: 502, to: 510 },
  { from: 512, to: 599 },
] as const;
/** Statuses without a cause of their own, in answer to a request that a runtime makes rightly everywhere else. */
const UNUSUAL = [{ from: 300, to: 400 }, { from: 405, to: 409 }, { from: 411, to: 428 }, { from: 430, to: 499 }, 501] as const;
/** What a proxy writes into its answer to CONNECT when it gets no answer from the host, in the phrases of HTTP. */
const GATEWAY_PHRASES = ['Bad Gateway', 'Service Unavailable', 'Gateway Timeout', 'Gateway Time-out', 'Internal Server Error'] as const;
/** What HTTP calls the refusal of a request, in an answer to CONNECT: nobody but the proxy sends it. */
const REFUSAL_PHRASES: readonly string[] = [
  'Bad Request',
  'Unauthorized',
  'Forbidden',
  'Not Found',
  'Method Not Allowed',
  'Proxy Authentication Required',
];
/** Steps of the probe at the registry that come after its answer to `/v2/`. */
const AFTER_PING: readonly Step[] = ['resolve', 'manifest'];

const atLoopback = ({ host }: Fault): boolean => isLoopback((host ?? '').replace(/:\d+$/, ''));
/** A URL was asked that is not of the registry API (those are a row of their own), or Docker asked, which has no mirrors but those of Docker Hub. */
const isRedirected = ({ speaker, details }: Fault, { facts: { reference } }: Context): boolean =>
  details.scheme !== undefined || (speaker === 'docker' && reference !== null && reference.registry !== HUB);
/** The registry led the probe to the host of a fault, which failed in the same way. */
const isSeenToo = ({ host, kind }: Fault, { probeFault }: Context): boolean =>
  probeFault?.role === 'redirect' && probeFault.kind === kind && host !== null && probeFault.host === host;
/** A part of the image may come from another host than the registry: the probe knows whether it does, a message of the node need not tell. */
const isElsewhere = ({ seenBy, role }: Fault): boolean => seenBy === 'node' || role === 'redirect';
const withoutPort = (fault: Fault): boolean => hasHost(fault) && !atLoopback(fault) && !/:\d+$/.test(fault.host ?? '');
const hasHost = ({ host }: Fault): boolean => host !== null;
const byDigest = (_: Fault, { facts }: Context): boolean => facts.reference?.digest != null;
const headBlocked = (_: Fault, { facts }: Context): boolean => facts.probe?.headBlocked === true;
const knownTags = (facts: Facts): string[] | null => (facts.probe?.tags?.known ? facts.probe.tags.names : null);
const wanted = (facts: Facts): string => (facts.reference === null ? '' : manifestReference(facts.reference));
const tagListed = (_: Fault, { facts }: Context): boolean => knownTags(facts)?.includes(wanted(facts)) === true;
const repositoryListed = (_: Fault, { facts }: Context): boolean => knownTags(facts) !== null;
const nothingListed = (_: Fault, { facts }: Context): boolean => knownTags(facts)?.length === 0;
const repositoryUnlisted =
  (ambiguous: boolean) =>
  (_: Fault, { facts }: Context): boolean => {
    const tags = facts.probe?.tags;
    return tags != null && !tags.known && tags.repositoryMissing && (tags.ambiguous ?? false) === ambiguous;
  };
/** A cache may answer 500 for what its upstream does not have. */
const notMissing = ({ kind }: Fault): boolean => kind !== 'notFound';
/** What a pull-through cache said of its upstream when it was asked for a digest, after it had answered "not found" for the tag. */
const upstreamSays =
  (state: NonNullable<Fault['details']['upstream']>) =>
  (_: Fault, { facts }: Context): boolean =>
    facts.probe?.upstream?.details.upstream === state;
const tokenGrantsNothing = (_: Fault, { attempt }: Context): boolean => attempt?.granted?.length === 0;
/** containerd reads layers that are compressed with zstd since 1.5, Docker since 23. */
const readsNoZstd = (_: Fault, { facts }: Context): boolean => {
  const [major, minor] = runtimeVersion(facts.node) ?? [99, 0];
  return /^docker:/.test(facts.node.runtime ?? '')
    ? major < 23
    : /^containerd:/.test(facts.node.runtime ?? '') && (major < 1 || (major === 1 && minor < 5));
};
/** The host has answered like a registry: it asks for tokens, which web servers do not, or it returned the manifest. */
const answersOtherwise = ({ step }: Fault, { facts }: Context): boolean =>
  facts.probe?.challenge?.scheme === 'bearer' || step === 'manifest' || step === 'config' || step === 'layer';
const bareName = (_: Fault, { facts }: Context): boolean => !/[/:@]/.test(facts.image);

/** The table, special shapes above general ones. The last row takes every shape. */
export const CANDIDATES: readonly Candidate[] = [
  // the name, the pod's own policy, the secret
  certain('name.invalid', { kind: 'badReference' }, ['InvalidImageName'], 'The node reports that the image reference is not valid.'),
  certain(
    'name.refused-by-registry',
    { code: ['NAME_INVALID', 'TAG_INVALID'] },
    ['InvalidImageName'],
    'The registry rejects the image name as invalid.',
  ),
  certain(
    'name.short-name',
    { kind: 'shortName', details: { shortName: true } },
    ['ShortNameUnresolved', 'RuntimeFailed'],
    'The runtime reports that it cannot resolve an image name without a registry.',
  ),
  likely(
    'name.short-name-unclear',
    { kind: 'shortName' },
    ['ShortNameUnresolved', 'RuntimeFailed'],
    'The runtime reports an error about an image name without a registry.',
  ),
  certain('node.pull-policy-never', { kind: 'never' }, ['ImageNeverPulled'], 'kubelet reports that the pull policy is Never.'),
  certain('secret.does-not-parse', { kind: 'secretParse' }, ['SecretMalformed'], 'kubelet reports that it cannot parse a pull secret.'),
  likely(
    'secret.unreadable',
    { kind: 'secretUnread' },
    ['SecretNotFound'],
    'kubelet reports that it cannot read a pull secret. In most cases the secret does not exist.',
  ),

  // the node itself
  certain(
    'node.pull-rate-limited',
    { kind: 'throttled' },
    ['PullThrottled'],
    'kubelet reports that its own limit of pulls per second is reached.',
  ),
  likely(
    'node.signature-not-found',
    { kind: 'signature', details: { signature: 'notFound' } },
    ['SignatureRejected', 'MirrorFailed'],
    'The verifier of the node found no signature of the image, or could not read it. A mirror or a registry may not have it.',
  ),
  certain(
    'node.signature-rejected',
    { kind: 'signature' },
    ['SignatureRejected'],
    "The runtime reports that the node's signature policy rejects the image.",
  ),
  likely(
    'node.policy-refuses',
    { kind: 'policy' },
    ['SignatureRejected', 'RegistryPolicyDenied'],
    'A policy or an image verifier on the node rejects the image.',
  ),
  certain('node.disk-full', { kind: 'diskFull' }, ['NodeDiskFull'], 'The node reports that no disk space or no inodes are left.'),
  likely(
    'image.no-such-directory',
    { details: { subPath: true } },
    ['ManifestUnsupported', 'ImageBroken'],
    'The node has the image of the volume, and reports that the image does not have the directory that a container mounts from it.',
  ),
  likely(
    'image.other-system-on-windows',
    { kind: ['storage', 'corrupt'], step: ['unpack', 'store'], where: (_, { facts }) => facts.node.platform?.os === 'windows' },
    ['PlatformNotAvailable', 'NodeStorageFailed', 'RuntimeFailed', 'ImageBroken'],
    'The node runs Windows, and cannot unpack a layer: it cannot unpack the layers of an image for Linux or for another version of Windows.',
  ),
  likely(
    'node.storage-under-disk-pressure',
    { kind: 'storage', where: (_, { facts }) => shortageOf(facts) !== null },
    ['NodeStorageFailed', 'NodeDiskFull', 'RuntimeFailed', 'ImageBroken'],
    'The image store of the node fails, and the node is short of disk space.',
  ),
  likely(
    'node.storage-failed',
    { kind: 'storage' },
    ['NodeStorageFailed', 'RuntimeFailed', 'ImageBroken'],
    'The image store of the node fails.',
  ),
  certain(
    'node.runtime-does-not-answer',
    { kind: 'runtime', details: { socket: true } },
    ['RuntimeFailed', 'NodeStorageFailed'],
    "kubelet reports that the runtime's socket does not answer.",
  ),
  likely(
    'node.runtime-failed',
    { kind: 'runtime' },
    ['RuntimeFailed', 'NodeStorageFailed'],
    'The container runtime of the node reports an error of its own.',
  ),
  possible(
    'node.canceled-at-token-server',
    { kind: ['canceled', 'deadline'], role: 'token' },
    ['TokenServiceFailed', 'RegistryFailing', 'PullTooSlow'],
    'The node stopped waiting for a token. It does not report why no answer arrived.',
  ),
  likely(
    'node.canceled-in-transfer',
    { kind: ['canceled', 'deadline'], step: TRANSFER },
    ['PullTooSlow', 'RegistryFailing', 'TransferInterrupted'],
    'The node stopped the download of the image. It does not report why the download took so long.',
  ),
  likely(
    'node.canceled-while-waiting',
    { kind: 'canceled', where: hasHost },
    ['RegistryFailing', 'PullTooSlow', 'RegistryUnreachable'],
    'The node stopped waiting for an answer. It does not report why no answer arrived.',
  ),
  likely(
    'node.time-limit-reached',
    { kind: 'deadline' },
    ['PullTooSlow', 'RegistryFailing', 'RegistryUnreachable'],
    'A time limit of the node ended the pull. The node does not report what took so long.',
  ),
  possible(
    'node.canceled',
    { kind: 'canceled' },
    ['PullTooSlow', 'MirrorFailed', 'RegistryFailing', 'RegistryUnreachable', 'RuntimeFailed'],
    'The pull was canceled on the node. The message does not say why.',
  ),

  // the proxy
  possible(
    'proxy.phrase-from-public-registry',
    { kind: 'proxy', speaker: 'docker', method: 'HEAD', details: { phrase: 'Forbidden' }, where: (_, { facts }) => takesNoLogins(facts) },
    ['RegistryPolicyDenied', 'ProxyFailed'],
    'Docker reports only "Forbidden". This registry accepts no credentials: it blocks the address or the country of the client, unless a proxy rejects the request.',
  ),
  possible(
    'proxy.phrase-from-proxy-or-registry',
    { kind: 'proxy', speaker: 'docker', method: 'HEAD', details: { phrase: ['Forbidden', 'Unauthorized', 'Not Found'] } },
    ['ProxyFailed', 'RegistryPolicyDenied', 'AccessDenied', 'RepositoryNotFoundOrPrivate'],
    'Docker reports only the reason phrase of a status. A proxy sent it, or the registry in its answer to HEAD, which has no body.',
  ),
  likely(
    'answer.public-registry-forbids',
    { status: 403, role: ['registry', 'redirect', 'token'], where: (_, { facts }) => takesNoLogins(facts) },
    ['RegistryPolicyDenied', 'ProxyFailed'],
    'The registry accepts no credentials: a 403 means that it blocks the address or the country of the client, unless a proxy answered.',
  ),
  likely(
    'proxy.answers-in-place',
    { status: [403, ...FAILING], role: 'registry', details: { proxyAnswers: true } },
    ['ProxyFailed', 'RegistryFailing', 'RegistryPolicyDenied'],
    'A proxy on the way answers in the place of the registry, as its headers show.',
  ),
  likely(
    'proxy.gateway-error',
    { kind: 'proxy', seenBy: 'probe', code: ['502', '503', '504'] },
    ['ProxyFailed', 'RegistryUnreachable', 'RegistryFailing'],
    'The proxy of this machine answers that it gets no answer from the registry.',
  ),
  likely(
    'proxy.gateway-phrase',
    { kind: 'proxy', details: { phrase: GATEWAY_PHRASES } },
    ['ProxyFailed', 'RegistryUnreachable', 'RegistryFailing'],
    'The proxy of the node reports that it gets no answer from the registry.',
  ),
  likely(
    'proxy.own-phrase',
    { kind: 'proxy', details: { ownPhrase: true } },
    ['ProxyFailed', 'RegistryPolicyDenied', 'RegistryFailing'],
    'The node reports words of its own instead of an answer of the registry: in most cases a proxy rejects the request.',
  ),
  likely(
    'proxy.unusual-phrase',
    { kind: 'proxy', where: ({ details: { phrase } }) => phrase !== undefined && !REFUSAL_PHRASES.includes(phrase) },
    ['ProxyFailed', 'RegistryUnreachable', 'RegistryPolicyDenied'],
    'The node reports words of its proxy instead of an answer of the registry.',
  ),
  certain('proxy.failed', { kind: 'proxy' }, ['ProxyFailed'], "The request failed at the node's proxy."),
  certain(
    'proxy.authentication-required',
    { status: 407 },
    ['ProxyFailed'],
    'The status 407 is the answer of a proxy that requires authentication.',
  ),
  likely(
    'proxy.unreachable',
    { role: 'proxy', family: 'network' },
    ['ProxyFailed', 'RegistryUnreachable'],
    'The connection to the proxy failed.',
  ),

  // a pull-through cache that hands on the error of its upstream
  certain(
    'cache.limited',
    { details: { upstream: 'limited' } },
    ['RateLimited'],
    'The cache reports that its upstream answers that too many requests were sent.',
  ),
  likely(
    'cache.refused',
    { details: { upstream: 'refused' } },
    ['AccessDenied', 'RepositoryNotFoundOrPrivate', 'RepositoryNotFound'],
    'The cache reports that its upstream refuses the request.',
  ),
  likely(
    'cache.failed',
    { details: { upstream: 'failed' } },
    ['RepositoryOffline', 'RegistryFailing'],
    'The cache reports that its upstream fails.',
  ),

  // whatever host answers
  certain(
    'answer.head-blocked',
    { seenBy: 'probe', method: 'HEAD', where: headBlocked },
    ['HeadRequestBlocked', 'RegistryFailing', 'ProxyFailed'],
    'The registry returns the manifest to GET, but rejects HEAD.',
  ),
  certain('answer.rate-limited', { status: 429 }, ['RateLimited'], 'The status 429 means that too many requests were sent.'),
  certain('answer.rate-limit-code', { code: 'TOOMANYREQUESTS' }, ['RateLimited'], 'The registry answers TOOMANYREQUESTS.'),
  likely(
    'answer.rate-limit-of-upstream',
    { states: 'rateLimit', kind: 'status' },
    ['RateLimited', 'RepositoryOffline', 'RegistryFailing'],
    'The registry reports that it, or the registry behind it, gets too many requests.',
  ),
  certain(
    'answer.network-login',
    { status: 511 },
    ['NotARegistry'],
    'The status 511 is the answer of a captive portal that requires a login to the network.',
  ),
  certain(
    'answer.token-expired',
    { states: 'tokenExpired', where: fault => !isAuthenticationFault(fault) },
    ['CredentialsExpired'],
    'The registry reports that the token has expired.',
  ),
  certain(
    'answer.https-required',
    { states: 'httpsWanted' },
    ['PlainHTTPRegistry'],
    'The registry reports that it received a plain HTTP request and requires HTTPS.',
  ),

  // the token server
  likely(
    'token-server.own-address',
    { role: 'token', kind: CONNECTION, details: { ownAddress: true } },
    ['TokenServiceFailed', 'RegistryNameNotResolved'],
    "The name of the registry's token server leads the node to itself.",
  ),
  likely(
    'token-server.bad-request',
    { role: 'token', status: 400, seenBy: 'node' },
    ['TokenServiceFailed', 'CredentialsRejected', 'InvalidImageName'],
    'The token server answers 400: it does not accept the request, or what was sent with it.',
  ),
  likely(
    'token-server.precondition',
    { role: 'token', status: [412, 451], seenBy: 'node' },
    ['RegistryPolicyDenied', 'TokenServiceFailed'],
    'The token server answers with a status for policies and legal blocks.',
  ),
  likely(
    'token-server.silent',
    { role: 'token', kind: 'timeout', details: { silent: true }, seenBy: 'node' },
    ['TokenServiceFailed', 'RegistryFailing', 'RegistryUnreachable'],
    "The registry's token server accepted the request, but did not answer in time.",
  ),
  likely(
    'token-server.no-answer-from-dns',
    { role: 'token', kind: 'dns', details: { dns: 'noAnswer' }, seenBy: 'node' },
    ['TokenServiceFailed', 'RegistryNameNotResolved'],
    "The DNS server does not answer the query for the name of the registry's token server.",
  ),
  certain(
    'token-server.name-not-resolved',
    { role: 'token', kind: 'dns' },
    ['TokenServiceFailed', 'RegistryNameNotResolved'],
    "The name of the registry's token server cannot be resolved.",
  ),
  certain(
    'token-server.unreachable',
    { role: 'token', kind: [...CONNECTION, 'shortBody'] },
    ['TokenServiceFailed', 'RegistryUnreachable'],
    "The registry's token server cannot be reached.",
  ),
  likely(
    'token-server.certificate',
    { role: 'token', kind: CERTIFICATE },
    ['TokenServiceFailed', 'CertificateNotTrusted', 'CertificateInvalid'],
    "The certificate of the registry's token server is rejected.",
  ),
  likely(
    'token-server.tls',
    { role: 'token', kind: 'tls' },
    ['TokenServiceFailed', 'TLSFailed', 'CertificateInvalid', 'RegistryUnreachable'],
    "The TLS handshake with the registry's token server fails.",
  ),
  likely(
    'token-server.plain-http',
    { role: 'token', kind: PLAIN_HTTP },
    ['PlainHTTPRegistry', 'TokenServiceFailed'],
    'The node and the token server use different protocols: one uses plain HTTP, the other HTTPS.',
  ),
  likely(
    'token-server.redirect-not-followed',
    { role: 'token', seenBy: 'probe', status: { from: 300, to: 399 } },
    ['TokenServiceFailed', 'RegistryFailing'],
    'The token server redirects the probe, which follows no redirect with credentials. A runtime may follow it.',
  ),
  certain(
    'token-server.no-token',
    { kind: 'badToken' },
    ['TokenServiceFailed'],
    'The token server answers, but its answer contains no token.',
  ),
  certain(
    'token-server.bad-address',
    { role: 'token', kind: 'badScheme' },
    ['TokenServiceFailed'],
    'The registry names no token server: its realm is not an HTTP or HTTPS URL.',
  ),
  likely(
    'token-server.redirects',
    { role: 'token', kind: 'redirects' },
    ['TokenServiceFailed', 'RegistryFailing'],
    'The token server redirects in a loop.',
  ),
  certain(
    'token-server.policy-answered',
    { role: 'token', status: 403, states: 'policy', seenBy: 'probe' },
    ['RegistryPolicyDenied', 'AccessDenied'],
    'The token server rejects the probe and reports a policy.',
  ),
  orLogin(
    'token-server.policy',
    { role: 'token', status: 403, states: 'policy' },
    'RegistryPolicyDenied',
    'The token server rejects the request and reports a policy.',
  ),
  orLogin(
    'token-server.forbidden-page',
    { role: 'token', status: 403, seenBy: 'probe', states: 'htmlPage' },
    'RegistryPolicyDenied',
    'The probe gets 403 with a web page: a firewall or a gateway in front of the token server rejects it.',
  ),
  login(
    'token-server.forbidden',
    { role: 'token', status: 403, family: 'authentication' },
    ['RegistryPolicyDenied', 'TokenServiceFailed'],
    'The token server answers 403.',
  ),
  login(
    'token-server.unauthorized',
    { role: 'token', family: 'authentication' },
    ['TokenServiceFailed'],
    'The token server rejects the credentials.',
  ),
  certain(
    'token-server.failing',
    { role: 'token', status: SERVER_ERROR, seenBy: 'probe' },
    ['TokenServiceFailed', 'RegistryFailing'],
    'The token server answers the probe with a server error.',
  ),
  likely(
    'token-server.failing-for-node',
    { role: 'token', status: SERVER_ERROR },
    ['TokenServiceFailed', 'RegistryFailing', 'ProxyFailed'],
    'The node reports that the token server answers with a server error.',
  ),
  certain(
    'token-server.wrong-answer',
    { role: 'token', kind: ['status', 'notFound', 'notJson'] },
    ['TokenServiceFailed', 'NotARegistry'],
    'The answer is not the answer of a token server.',
  ),
  possible('token-server.failed', { role: 'token' }, ['TokenServiceFailed', 'NotARegistry'], 'The request for a token failed.'),

  // the host that serves the layers
  likely(
    'image.part-unreadable',
    { status: [403, 500], seenBy: 'probe', step: TRANSFER, details: { othersServed: true } },
    ['ImageBroken', 'BlobHostFailed', 'RegistryFailing'],
    'One part of the image is answered with an error, but the same host serves others.',
  ),
  likely(
    'blob-host.certificate',
    { role: 'redirect', step: TRANSFER, kind: CERTIFICATE },
    ['BlobHostFailed', 'CertificateNotTrusted', 'CertificateInvalid'],
    'The certificate of the host that serves the layers is rejected.',
  ),
  likely(
    'blob-host.tls',
    { role: 'redirect', step: TRANSFER, kind: 'tls' },
    ['BlobHostFailed', 'TLSFailed', 'RegistryUnreachable'],
    'The TLS handshake with the host that serves the layers fails.',
  ),
  likely(
    'blob-host.plain-http',
    { role: 'redirect', step: TRANSFER, kind: PLAIN_HTTP },
    ['BlobHostFailed', 'PlainHTTPRegistry'],
    'The node and the host that serves the layers use different protocols: one uses plain HTTP, the other HTTPS.',
  ),
  certain(
    'blob-host.web-page',
    { role: 'redirect', step: TRANSFER, kind: 'notJson' },
    ['BlobHostFailed', 'NotARegistry'],
    'The host that serves the layers answers with a web page.',
  ),
  likely(
    'blob-host.silent',
    { role: 'redirect', step: TRANSFER, kind: 'timeout', details: { silent: true }, seenBy: 'node' },
    ['BlobHostFailed', 'PullTooSlow', 'RegistryFailing'],
    'The host to which the registry redirects the layers accepted the request, but did not answer in time.',
  ),
  likely(
    'blob-host.no-answer-from-dns',
    { role: 'redirect', step: TRANSFER, kind: 'dns', details: { dns: 'noAnswer' }, seenBy: 'node' },
    ['BlobHostFailed', 'RegistryNameNotResolved'],
    'The DNS server does not answer the query for the name of the host that serves the layers.',
  ),
  likely(
    'blob-host.own-address',
    { role: 'redirect', step: TRANSFER, kind: CONNECTION, details: { ownAddress: true } },
    ['BlobHostFailed', 'RegistryNameNotResolved', 'RegistryUnreachable'],
    'The name of the host that serves the layers leads the node to itself.',
  ),
  certain(
    'blob-host.name-not-resolved',
    { role: 'redirect', step: TRANSFER, kind: 'dns', speaker: ['containerd', 'probe'] },
    ['BlobHostFailed', 'RegistryNameNotResolved'],
    'The name of the host to which the registry redirects the layers cannot be resolved.',
  ),
  certain(
    'blob-host.unreachable',
    { role: 'redirect', step: TRANSFER, kind: CONNECTION, speaker: ['containerd', 'probe'] },
    ['BlobHostFailed', 'RegistryUnreachable'],
    'The host to which the registry redirects the layers cannot be reached.',
  ),
  certain(
    'blob-host.refuses',
    { role: 'redirect', step: TRANSFER, kind: 'status', speaker: ['containerd', 'probe'] },
    ['BlobHostFailed', 'RegistryFailing'],
    'The host to which the registry redirects the layers rejects the request.',
  ),
  certain(
    'blob-host.redirected-here-too',
    { role: 'redirect', step: TRANSFER, kind: [...CONNECTION, 'dns', 'status'], details: { resource: 'blob' }, where: isSeenToo },
    ['BlobHostFailed', 'RegistryUnreachable'],
    'The registry redirects the probe to the host that fails for the node, and it fails for the probe as well.',
  ),
  likely(
    'blob-host.or-mirror',
    { role: 'redirect', step: TRANSFER, kind: [...CONNECTION, 'dns', 'status'], details: { resource: 'blob' } },
    ['BlobHostFailed', 'MirrorFailed', 'RegistryUnreachable', 'RegistryNameNotResolved'],
    'The request for a layer failed at another host than the registry: it serves the layers, or it is a mirror.',
  ),
  certain(
    'blob-host.failed',
    { role: 'redirect', step: TRANSFER, kind: [...CONNECTION, 'dns', 'status'], where: isRedirected },
    ['BlobHostFailed', 'RegistryUnreachable'],
    'The host to which the registry redirects the layers fails.',
  ),
  likely(
    'redirect.loop',
    { role: 'redirect', kind: 'redirects' },
    ['BlobHostFailed', 'RegistryFailing'],
    'The host to which the registry redirects redirects in a loop.',
  ),
  possible(
    'redirect.name-not-resolved',
    { role: 'redirect', kind: 'dns' },
    ['BlobHostFailed', 'RegistryNameNotResolved'],
    'The name of the host to which the registry redirects cannot be resolved.',
  ),
  likely(
    'redirect.unreachable',
    { role: 'redirect', kind: CONNECTION },
    ['BlobHostFailed', 'RegistryUnreachable'],
    'The host to which the registry redirects cannot be reached.',
  ),
  likely(
    'redirect.plain-http',
    { role: 'redirect', kind: PLAIN_HTTP, seenBy: 'node' },
    ['PlainHTTPRegistry', 'NotARegistry', 'RegistryFailing'],
    'The node and the host to which the registry redirects use different protocols: one uses plain HTTP, the other HTTPS.',
  ),
  likely(
    'redirect.certificate-not-trusted',
    { role: 'redirect', kind: 'untrusted', seenBy: 'node' },
    ['CertificateNotTrusted', 'NotARegistry', 'ProxyFailed'],
    'The certificate of the host to which the registry redirects is signed by an authority that is not trusted.',
  ),
  likely(
    'redirect.certificate',
    { role: 'redirect', kind: ['badCertificate', 'x509'], seenBy: 'node' },
    ['CertificateInvalid', 'CertificateNotTrusted', 'NotARegistry'],
    'The certificate of the host to which the registry redirects is rejected.',
  ),
  orLogin(
    'redirect.forbidden',
    { role: 'redirect', kind: 'status', family: 'authentication' },
    'BlobHostFailed',
    'The host to which the registry redirects rejects the request.',
  ),
  likely(
    'redirect.error-status',
    { role: 'redirect', kind: 'status', where: ({ status }) => status !== 451 },
    ['BlobHostFailed', 'RegistryFailing'],
    'The host to which the registry redirects answers with an error.',
  ),

  likely(
    'blob-host.certificate-of-unnamed-host',
    { step: TRANSFER, kind: CERTIFICATE, where: fault => !hasHost(fault) },
    ['BlobHostFailed', 'CertificateNotTrusted', 'CertificateInvalid'],
    'The registry returned the manifest, and then a certificate is rejected: another host serves the layers.',
  ),

  // the connection to the registry
  likely(
    'certificate.of-this-machine',
    {
      kind: 'badCertificate',
      details: { certificate: ['wrongName', 'noIpAddress', 'commonNameOnly', 'usage', 'other'] },
      where: atLoopback,
    },
    ['CertificateInvalid', 'PlainHTTPRegistry'],
    'The registry is on localhost, and its certificate is not for that name: plain HTTP may be intended.',
  ),
  certain('certificate.invalid', { kind: 'badCertificate' }, ['CertificateInvalid'], "The registry's certificate is not valid."),
  certain(
    'certificate.not-trusted',
    { kind: 'untrusted' },
    ['CertificateNotTrusted'],
    "The registry's certificate is signed by an authority that is not trusted.",
  ),
  possible(
    'certificate.refused',
    { kind: 'x509' },
    ['CertificateInvalid', 'CertificateNotTrusted'],
    "The registry's certificate is rejected. The message does not say why.",
  ),
  likely(
    'tls.certificate-unverified',
    { kind: 'tls', details: { tls: ['unverified', 'insecureAlgorithm'] } },
    ['TLSFailed', 'RegistryUnreachable', 'CertificateNotTrusted', 'CertificateInvalid'],
    "The TLS handshake with the registry fails because of the registry's certificate.",
  ),
  likely(
    'tls.handshake',
    { kind: 'tls' },
    ['TLSFailed', 'RegistryUnreachable', 'CertificateInvalid'],
    'The TLS handshake with the registry fails.',
  ),
  certain(
    'http.other-scheme',
    { kind: PLAIN_HTTP },
    ['PlainHTTPRegistry'],
    'The node and the registry use different protocols: one uses plain HTTP, the other HTTPS.',
  ),
  likely(
    'http.bad-request-on-this-machine',
    { status: 400, seenBy: 'node', role: REGISTRY, where: atLoopback },
    ['PlainHTTPRegistry', 'RegistryFailing'],
    'The registry is on localhost, and a TLS server answers 400 to plain HTTP.',
  ),
  certain(
    'dns.no-such-name',
    { kind: 'dns', details: { dns: 'noSuchName' } },
    ['RegistryNameNotResolved'],
    "The DNS server reports that the registry's name does not exist.",
  ),
  likely(
    'dns.no-answer',
    { kind: 'dns' },
    ['RegistryNameNotResolved', 'RegistryUnreachable'],
    "The DNS server does not answer the query for the registry's name.",
  ),
  likely(
    'network.transfer-stalled',
    { kind: 'timeout', step: [...TRANSFER, 'unpack'], details: { silent: true }, where: ({ method }) => method === null },
    ['TransferInterrupted', 'PullTooSlow', 'BlobHostFailed', 'RegistryUnreachable'],
    'The download of the image stopped: the connection was open, but no more data arrived.',
  ),
  likely(
    'network.silent-transfer',
    { kind: 'timeout', seenBy: 'node', step: [...TRANSFER, 'unpack'], details: { silent: true } },
    ['PullTooSlow', 'RegistryFailing', 'BlobHostFailed', 'TransferInterrupted'],
    'The node reports that the registry accepted the request for a part of the image, but sent nothing.',
  ),
  likely(
    'network.silent',
    { kind: 'timeout', details: { silent: true } },
    ['RegistryFailing', 'PullTooSlow', 'RegistryUnreachable'],
    'The registry accepted the request, but did not answer in time.',
  ),
  likely(
    'network.transfer-interrupted',
    { kind: ['reset', 'eof'], step: [...TRANSFER, 'unpack'] },
    ['TransferInterrupted', 'BlobHostFailed', 'RegistryUnreachable', 'TLSFailed'],
    'The connection was closed during the download of the image.',
  ),
  likely(
    'network.registry-unreachable-in-transfer',
    { kind: ['refused', 'timeout', 'unreachable'], step: TRANSFER, role: REGISTRY, details: { resource: 'blob' }, where: hasHost },
    ['RegistryUnreachable', 'BlobHostFailed', 'RegistryFailing'],
    'The manifest was read, but then no connection to the same host could be opened.',
  ),
  likely(
    'node.snapshotter-unreachable',
    { kind: ['refused', 'unreachable'], seenBy: 'node', step: 'unpack', where: fault => !hasHost(fault) },
    ['NodeStorageFailed', 'RuntimeFailed', 'BlobHostFailed'],
    'The preparation of a layer failed at a connection, and no host is named: the snapshotter of the node fails.',
  ),
  likely(
    'network.transfer-unreachable',
    { kind: ['refused', 'timeout', 'unreachable'], step: [...TRANSFER, 'unpack'] },
    ['BlobHostFailed', 'RegistryUnreachable'],
    'The manifest was read, but then no connection for the layers could be opened.',
  ),
  likely(
    'network.closed-after-answer',
    { kind: ['reset', 'eof'], seenBy: 'probe', step: AFTER_PING },
    ['RegistryFailing', 'RegistryUnreachable', 'TransferInterrupted'],
    'The registry answers the probe, but closes the connection after the request for the manifest.',
  ),
  likely(
    'network.answer-cut',
    { kind: 'shortBody', seenBy: 'probe', step: ['ping', 'resolve'] },
    ['RegistryFailing', 'RegistryUnreachable'],
    'The connection to the registry is closed in the middle of its answer to the probe.',
  ),
  likely(
    'network.conversation-ended',
    { kind: 'reset', details: { inConversation: true } },
    ['RegistryFailing', 'TransferInterrupted', 'ProxyFailed'],
    'The registry, or something in front of it, opened an HTTP/2 connection and ended it without an answer.',
  ),
  likely(
    'network.closed',
    { kind: ['reset', 'eof'] },
    ['RegistryUnreachable', 'RegistryFailing', 'TLSFailed'],
    'The connection to the registry is closed without an answer.',
  ),
  likely(
    'network.own-address',
    { kind: CONNECTION, details: { ownAddress: true } },
    ['RegistryUnreachable', 'RegistryNameNotResolved'],
    'The name of the registry leads the node to itself: a DNS server or the hosts file of the node redirects it.',
  ),
  likely(
    'network.refused-plain-http',
    { kind: ['refused', 'timeout'], details: { scheme: 'http' }, where: withoutPort },
    ['RegistryUnreachable', 'PlainHTTPRegistry'],
    'The node uses plain HTTP on port 80, where most registries do not answer.',
  ),
  certain('network.refused', { kind: 'refused' }, ['RegistryUnreachable'], 'The connection to the registry is refused.'),
  certain('network.no-route', { kind: 'unreachable' }, ['RegistryUnreachable'], 'There is no route to the registry.'),
  certain(
    'network.timeout',
    { kind: 'timeout' },
    ['RegistryUnreachable'],
    'No connection to the registry was opened within the time limit.',
  ),
  possible(
    'transfer.empty',
    { kind: 'shortBody', details: { received: 0 } },
    ['ImageBroken', 'TransferInterrupted', 'BlobHostFailed', 'ManifestUnsupported', 'PullTooSlow'],
    'A part of the image arrived empty: it is empty in the registry, or the download was interrupted.',
  ),
  likely(
    'transfer.cut',
    { kind: 'shortBody' },
    ['TransferInterrupted', 'ImageBroken', 'BlobHostFailed', 'ManifestUnsupported', 'PullTooSlow'],
    'A part of the image arrived incomplete.',
  ),

  // what the image is
  certain(
    'image.platform',
    { kind: 'platform' },
    ['PlatformNotAvailable'],
    "The image has no manifest for the node's platform.",
    withPlatform,
  ),
  certain(
    'image.schema-1',
    { kind: 'schema1' },
    ['ManifestUnsupported', 'ImageBroken'],
    'The manifest has schema version 1, which current runtimes do not support.',
  ),
  certain('image.encrypted', { kind: 'encrypted' }, ['ManifestUnsupported'], 'The image is encrypted, and the node has no key for it.'),
  likely('image.too-large', { kind: 'tooLarge' }, ['ManifestUnsupported'], 'The manifest is larger than the runtime accepts.'),
  likely(
    'image.web-page',
    { kind: 'mediaType', details: { mediaType: 'text/html' } },
    ['NotARegistry', 'MirrorFailed', 'ManifestUnsupported', 'ImageBroken'],
    'The answer is a web page instead of a manifest.',
  ),
  certain(
    'image.media-type',
    { kind: 'mediaType', seenBy: 'probe' },
    ['ManifestUnsupported', 'ImageBroken', 'NotARegistry'],
    'The reference resolves to an artifact that is not a container image.',
  ),
  likely(
    'image.media-type-for-node',
    { kind: 'mediaType' },
    ['ManifestUnsupported', 'ImageBroken', 'NotARegistry'],
    'The runtime does not support the media type.',
  ),
  orLogin(
    'image.manifest-refused-or-login',
    { code: 'MANIFEST_INVALID', seenBy: 'node', family: 'authentication' },
    'RegistryPolicyDenied',
    'The registry answers MANIFEST_INVALID to a read request.',
  ),
  likely(
    'image.manifest-refused',
    { code: 'MANIFEST_INVALID', seenBy: 'node' },
    ['RegistryPolicyDenied', 'ImageBroken', 'ManifestUnsupported', 'NotARegistry'],
    'The registry answers MANIFEST_INVALID to a read request: in most cases a policy check of the registry rejects the image.',
  ),
  possible(
    'image.bad-config',
    { kind: 'badManifest', step: 'config' },
    ['ImageBroken', 'ManifestUnsupported', 'NotARegistry'],
    'The config of the image cannot be read.',
  ),
  likely(
    'image.page-as-manifest',
    { kind: 'badManifest', details: { document: 'html' } },
    ['NotARegistry', 'ManifestUnsupported', 'MirrorFailed', 'ImageBroken'],
    'The answer begins with "<": it is a web page instead of a manifest.',
  ),
  likely(
    'image.bad-manifest',
    { kind: 'badManifest' },
    ['ManifestUnsupported', 'ImageBroken', 'NotARegistry'],
    'The manifest of the image cannot be read.',
  ),
  likely(
    'image.part-missing-at-blob-host',
    { kind: 'blobMissing', role: 'redirect' },
    ['ImageBroken', 'BlobHostFailed', 'TransferInterrupted', 'ManifestUnsupported'],
    'The host that serves the layers does not have a part of the image.',
  ),
  certain(
    'image.part-missing',
    { kind: 'blobMissing', seenBy: 'probe' },
    ['ImageBroken', 'TransferInterrupted'],
    'The registry does not have a part of the image.',
  ),
  likely(
    'image.foreign-part-missing',
    { kind: 'blobMissing', details: { part: 'other' } },
    ['ManifestUnsupported', 'ImageBroken', 'TransferInterrupted'],
    'A part that is not a layer of an image is missing: the reference may resolve to another artifact.',
  ),
  likely(
    'image.part-missing-at-mirror',
    { kind: 'blobMissing', role: 'mirror' },
    ['MirrorFailed', 'ImageBroken', 'RepositoryOffline', 'TransferInterrupted'],
    'The mirror does not have a part of the image.',
  ),
  likely(
    'image.part-missing-for-node',
    { kind: 'blobMissing' },
    ['ImageBroken', 'RepositoryOffline', 'TransferInterrupted', 'ManifestUnsupported'],
    'The node reports that a part of the image is missing.',
  ),
  likely(
    'image.compression-unknown-to-runtime',
    { kind: 'corrupt', details: { archive: 'notTar' }, where: readsNoZstd },
    ['ManifestUnsupported', 'ImageBroken', 'TransferInterrupted'],
    'The runtime cannot read a layer, and its version does not support layers that are compressed with zstd.',
  ),
  certain(
    'image.corrupt',
    { kind: 'corrupt', seenBy: 'probe', role: REGISTRY },
    ['ImageBroken', 'TransferInterrupted'],
    'A part of the image in the registry is corrupt.',
  ),
  likely(
    'image.corrupt-for-node',
    { kind: 'corrupt' },
    ['ImageBroken', 'TransferInterrupted', 'ManifestUnsupported'],
    'A part of the image arrives corrupt.',
  ),

  // the answers of the registry: those with a cause of their own
  likely(
    'answer.forbidden-to-everybody',
    {
      status: 403,
      step: 'ping',
      role: 'registry',
      kind: 'status',
      where: ({ login, statements }) => login !== 'sent' && !statements.includes('offline'),
    },
    ['RegistryPolicyDenied', 'ProxyFailed', 'AccessDenied'],
    'The registry answers 403 to the first request for /v2/, which no client sends with credentials: it blocks the client, or something in front of it does.',
  ),
  certain(
    'answer.no-challenge',
    {
      status: 401,
      seenBy: 'probe',
      step: ['resolve', 'ping', 'token', 'manifest'],
      where: ({ details }, { facts }) => facts.probe?.challenge === null || details.unasked === true,
    },
    ['AuthMethodUnsupported'],
    'The registry answers 401 to the request for the manifest without a Basic or Bearer challenge.',
  ),
  orLogin(
    'answer.unauthorized-without-explanation',
    { status: 401, seenBy: 'node', states: 'statusOnly' },
    'AuthMethodUnsupported',
    'The registry answers 401 without an explanation.',
  ),
  certain(
    'answer.token-refused',
    { kind: 'invalidToken', seenBy: 'probe', step: ['resolve', 'ping', 'token', 'manifest', 'config'] },
    ['TokenServiceFailed'],
    'The registry rejects the token that its own token server issued to the probe.',
  ),
  login(
    'auth.token-refused-in-transfer',
    { kind: 'invalidToken', step: 'layer' },
    [],
    'The registry rejects the token during the download.',
  ),
  orLogin(
    'answer.token-refused-for-node',
    { kind: 'invalidToken' },
    'TokenServiceFailed',
    'The registry rejects the token that its own token server issued to the node.',
  ),
  likely(
    'image.manifest-unreadable',
    { status: 500, seenBy: 'probe', step: AFTER_PING, details: { othersServed: true } },
    ['ImageBroken', 'RegistryFailing'],
    'The registry answers 500 for this manifest, but serves others of the repository.',
  ),
  certain('answer.redirects', { kind: 'redirects' }, ['RegistryFailing'], 'The registry redirects in a loop.'),
  likely(
    'answer.transfer-failing',
    { status: FAILING, step: TRANSFER, where: notMissing },
    ['RegistryFailing', 'BlobHostFailed', 'TokenServiceFailed'],
    'The answer to the request for a part of the image is a server error.',
  ),
  likely(
    'answer.failing-over-login',
    { status: FAILING, seenBy: 'probe', step: 'ping', where: ({ login }) => login === 'sent' },
    ['RegistryFailing', 'CredentialsRejected', 'TokenServiceFailed'],
    'The registry answers the login at /v2/ with a server error, so the password was sent nowhere else.',
  ),
  certain(
    'answer.failing',
    { status: FAILING, seenBy: 'probe', where: notMissing },
    ['RegistryFailing', 'TokenServiceFailed'],
    'The registry answers the probe with a server error.',
  ),
  certain(
    'answer.failing-for-node',
    { status: GATEWAY, where: fault => hasHost(fault) && !fault.statements.includes('offline') },
    ['RegistryFailing', 'TokenServiceFailed'],
    'The node reports a server error from this registry.',
  ),
  certain(
    'answer.gone',
    { status: [402, 410], seenBy: 'probe' },
    ['RepositoryOffline', 'RegistryPolicyDenied'],
    'The registry answers the probe that the repository is gone or unpaid.',
  ),
  likely(
    'answer.gone-for-node',
    { status: [402, 410] },
    ['RepositoryOffline', 'RegistryPolicyDenied', 'NotARegistry'],
    'The node reports that the repository is gone or unpaid.',
  ),
  certain(
    'answer.policy-code',
    { code: 'PROJECTPOLICYVIOLATION' },
    ['RegistryPolicyDenied'],
    'The registry answers PROJECTPOLICYVIOLATION.',
  ),
  certain(
    'answer.policy',
    { seenBy: 'probe', states: 'policy' },
    ['RegistryPolicyDenied'],
    'The registry rejects the probe and reports a policy.',
  ),
  certain(
    'answer.offline',
    { seenBy: 'probe', states: 'offline', status: [400, { from: 402, to: 428 }, { from: 430, to: 499 }] },
    ['RepositoryOffline', 'RegistryPolicyDenied'],
    'The registry rejects the probe and reports that it does not serve this repository.',
  ),
  orLogin(
    'answer.offline-or-login',
    { states: 'offline', family: 'authentication', where: ({ status }) => status !== 401 },
    'RepositoryOffline',
    'The registry rejects the request and reports that it does not serve this repository.',
  ),
  possible(
    'answer.offline-or-failing',
    { states: 'offline', status: FAILING },
    ['RepositoryOffline', 'RegistryFailing', 'RegistryPolicyDenied'],
    'The node reports a server error, and its message says that the registry does not serve this repository.',
  ),
  likely(
    'answer.offline-for-node',
    { states: 'offline', where: ({ status, statements }) => status !== 401 && !statements.includes('rateLimit') },
    ['RepositoryOffline', 'RegistryPolicyDenied'],
    'The node reports an answer that says that the registry does not serve this repository.',
  ),
  orLogin(
    'answer.policy-or-login',
    { states: 'policy', family: 'authentication' },
    'RegistryPolicyDenied',
    'The registry rejects the request and reports a policy.',
  ),
  likely(
    'answer.policy-for-node',
    { states: 'policy' },
    ['RegistryPolicyDenied', 'RegistryFailing', 'RepositoryOffline', 'NotARegistry'],
    'The node reports an answer that names a policy.',
  ),
  certain(
    'answer.precondition',
    { status: [412, 451], seenBy: 'probe' },
    ['RegistryPolicyDenied', 'RepositoryOffline'],
    'The registry answers the probe with a status for policies and legal blocks.',
  ),
  likely(
    'answer.precondition-for-node',
    { status: [412, 451] },
    ['RegistryPolicyDenied', 'RepositoryOffline'],
    'The node reports a status for policies and legal blocks.',
  ),
  orLogin(
    'answer.forbidden-page',
    { status: 403, seenBy: 'probe', family: 'authentication', states: 'htmlPage' },
    'RegistryPolicyDenied',
    'The probe gets 403 with a web page: a firewall or a gateway in front of the registry rejects it.',
  ),
  likely(
    'answer.not-allowed',
    { status: 405, code: 'DENIED' },
    ['RepositoryOffline', 'RegistryFailing'],
    'The registry answers 405 DENIED.',
  ),
  likely(
    'answer.client-certificate-required',
    { status: 400, states: 'clientCertificate' },
    ['TLSFailed', 'NotARegistry'],
    'The server reports that it requires a client certificate.',
  ),
  possible(
    'answer.bad-request-page',
    { status: 400, states: 'htmlPage' },
    ['RegistryFailing', 'NotARegistry', 'ProxyFailed', 'RegistryPolicyDenied'],
    'The answer 400 is a web page: it comes from a server in front of the registry.',
  ),
  possible(
    'answer.bad-request-after-resolving',
    { status: 400, seenBy: 'node', step: 'manifest', speaker: 'containerd' },
    ['RegistryFailing', 'ProxyFailed', 'RegistryPolicyDenied', 'NotARegistry'],
    'The registry resolved the reference, and then answers 400 to the request for the same manifest by its digest.',
  ),
  likely(
    'answer.bad-request-of-mirror',
    { status: 400, role: 'mirror', seenBy: 'node' },
    ['MirrorFailed', 'InvalidImageName', 'RegistryFailing'],
    'The mirror answers 400 to the request for this image.',
  ),
  likely(
    'answer.bad-request',
    // a registry that has answered for the name once takes it
    { status: 400, where: ({ seenBy, step }) => step === 'resolve' || (seenBy === 'node' && !TRANSFER.includes(step)) },
    ['InvalidImageName', 'RegistryFailing'],
    'The registry answers 400 to the request for this image.',
  ),
  likely(
    'answer.failing-500',
    { status: FAILING, where: notMissing },
    ['RegistryFailing', 'HeadRequestBlocked', 'ProxyFailed', 'RegistryPolicyDenied', 'TokenServiceFailed'],
    'The node reports a server error.',
  ),
  possible(
    'answer.in-transfer',
    {
      kind: 'status',
      step: TRANSFER,
      status: [
        { from: 300, to: 400 },
        { from: 404, to: 499 },
      ],
      where: isElsewhere,
    },
    ['BlobHostFailed', 'RegistryFailing'],
    'The answer to the request for a part of the image has a status that registries do not use.',
  ),
  possible(
    'answer.unusual',
    { kind: 'status', status: UNUSUAL },
    ['RegistryFailing', 'ProxyFailed', 'NotARegistry'],
    'The registry answers a request in a way in which other registries do not answer it.',
  ),

  // something else than a registry
  login('auth.unauthorized-page', { kind: 'notJson', status: 401 }, ['NotARegistry'], 'The answer 401 has a web page as its body.'),
  likely(
    'web-page.from-registry',
    { kind: 'notJson', seenBy: 'probe', status: [{ from: 200, to: 399 }, 404], where: answersOtherwise },
    ['NotARegistry', 'RegistryFailing', 'RegistryPolicyDenied'],
    'The host answers other requests like a registry, and this one with a web page: something in front of the registry may answer.',
  ),
  certain(
    'web-page.at-registry',
    { kind: 'notJson', seenBy: 'probe', where: ({ status }) => status === null || status < 400 || status === 404 },
    ['NotARegistry', 'RegistryFailing'],
    'The probe gets a web page or another protocol.',
  ),
  likely(
    'web-page.refusal-in-transfer',
    { kind: 'notJson', status: 403, step: TRANSFER },
    ['BlobHostFailed', 'RegistryPolicyDenied', 'NotARegistry'],
    'The request for a part of the image gets 403 with a web page: a firewall or a CDN rejects it.',
  ),
  possible(
    'web-page.refusal',
    { kind: 'notJson', status: [403, 410, SERVER_ERROR] },
    ['RegistryPolicyDenied', 'NotARegistry', 'RepositoryOffline'],
    'The request is rejected with a web page.',
  ),
  likely(
    'web-page.in-transfer',
    { kind: 'notJson', step: TRANSFER },
    ['NotARegistry', 'BlobHostFailed'],
    'The answer is a web page instead of a part of the image.',
  ),
  likely('web-page.for-node', { kind: 'notJson' }, ['NotARegistry', 'RegistryFailing'], 'The node reports a web page or another protocol.'),

  // not found
  likely(
    'cache.upstream-limits',
    { kind: 'notFound', seenBy: 'probe', where: upstreamSays('limited') },
    ['RateLimited', 'TagNotFound', 'RepositoryNotFound'],
    'The host answers "not found" for the tag and 429 for a digest: it is a pull-through cache whose upstream limits it.',
  ),
  likely(
    'cache.upstream-refuses',
    { kind: 'notFound', seenBy: 'probe', where: upstreamSays('refused') },
    ['AccessDenied', 'RepositoryNotFoundOrPrivate', 'RepositoryNotFound', 'TagNotFound'],
    'The host answers "not found" for the tag and a refusal for a digest: it is a pull-through cache whose upstream refuses it.',
  ),
  likely(
    'cache.upstream-fails',
    { kind: 'notFound', seenBy: 'probe', where: upstreamSays('failed') },
    ['RepositoryOffline', 'RegistryFailing', 'TagNotFound', 'RepositoryNotFound'],
    'The host answers "not found" for the tag and an error for a digest: it is a pull-through cache whose upstream fails.',
  ),
  certain(
    'not-found.tag-expired',
    { kind: 'notFound', role: 'registry', where: ({ code, statements }) => code === 'TAG_EXPIRED' || statements.includes('tagExpired') },
    ['TagNotFound'],
    'The registry answers that the tag has expired.',
  ),
  certain(
    'not-found.digest-of-repository',
    { kind: 'notFound', seenBy: 'probe', where: (fault, context) => byDigest(fault, context) && repositoryListed(fault, context) },
    ['DigestNotFound', 'TagNotFound'],
    'The registry has the repository, but not this digest.',
    withTags,
  ),
  likely(
    'not-found.listed-tag',
    { kind: 'notFound', seenBy: 'probe', where: tagListed },
    ['ImageBroken', 'TagNotFound', 'RepositoryOffline', 'ProxyFailed'],
    'The registry lists the tag, but does not have its manifest.',
  ),
  likely(
    'not-found.tag-of-empty-list',
    { kind: 'notFound', seenBy: 'probe', where: nothingListed },
    ['TagNotFound', 'RepositoryNotFound'],
    'The registry lists no tags: the repository is empty, or the registry lists none for a repository that it does not have, either.',
  ),
  certain(
    'not-found.tag-of-repository',
    { kind: 'notFound', seenBy: 'probe', where: repositoryListed },
    ['TagNotFound'],
    'The registry has the repository, but not this tag.',
    withTags,
  ),
  likely(
    'not-found.token-grants-nothing',
    { kind: 'notFound', where: tokenGrantsNothing },
    ['RepositoryNotFound', 'RepositoryNotFoundOrPrivate', 'TagNotFound'],
    'The registry answers "not found", but the token grants no access to the repository.',
  ),
  likely(
    'not-found.name-unknown-to-mirror',
    { kind: 'notFound', code: 'NAME_UNKNOWN', role: 'mirror' },
    ['RepositoryNotFound', 'RepositoryOffline', 'MirrorFailed'],
    'The mirror answers NAME_UNKNOWN: it has no such repository, or its upstream does not give it.',
  ),
  certain(
    'not-found.name-unknown',
    { kind: 'notFound', code: 'NAME_UNKNOWN' },
    ['RepositoryNotFound'],
    'The registry answers NAME_UNKNOWN: it has no such repository.',
    ({ facts }, fault) => (facts.probe?.upstream == null ? faultProof(facts, fault) : []),
  ),
  certain(
    'not-found.repository',
    { kind: 'notFound', seenBy: 'probe', where: repositoryUnlisted(false) },
    ['RepositoryNotFound'],
    'The registry answers that it has no such repository.',
    withTags,
  ),
  likely(
    'not-found.repository-without-tags',
    { kind: 'notFound', seenBy: 'probe', where: repositoryUnlisted(true) },
    ['RepositoryNotFound', 'RepositoryOffline', 'ProxyFailed'],
    'The registry has neither the manifest nor a tag list of the repository.',
  ),
  likely(
    'not-found.digest',
    { kind: 'notFound', seenBy: 'probe', where: byDigest },
    ['DigestNotFound', 'RepositoryNotFound', 'TagNotFound', 'RepositoryOffline', 'ProxyFailed'],
    'The registry answers "not found" for the digest and returns no tag list.',
  ),
  likely(
    'not-found.artifact-without-tags',
    { kind: 'notFound', seenBy: 'probe', code: 'NOT_FOUND', states: 'notFound' },
    ['TagNotFound', 'RepositoryNotFound', 'RepositoryOffline'],
    'The registry answers that it has no such artifact, and returns no tag list.',
  ),
  likely(
    'not-found.manifest-unknown',
    { kind: 'notFound', seenBy: 'probe', code: 'MANIFEST_UNKNOWN' },
    ['TagNotFound', 'RepositoryNotFound', 'RepositoryOffline', 'ProxyFailed'],
    'The registry answers MANIFEST_UNKNOWN and returns no tag list.',
  ),
  likely(
    'not-found.artifact',
    { kind: 'notFound', code: 'NOT_FOUND', seenBy: 'node', where: (fault, context) => !byDigest(fault, context) },
    ['TagNotFound', 'RepositoryOffline', 'RepositoryNotFound'],
    'The registry has the repository, and reports that it has no such artifact in it.',
  ),
  possible(
    'not-found.digest-or-repository',
    { kind: 'notFound', where: byDigest },
    ['DigestNotFound', 'RepositoryNotFound', 'TagNotFound', 'HeadRequestBlocked', 'RepositoryOffline', 'ProxyFailed'],
    'The node reports "not found" for the digest.',
  ),
  possible(
    'not-found.bare-name',
    { kind: 'notFound', where: bareName },
    ['RepositoryNotFound', 'TagNotFound', 'HeadRequestBlocked', 'RepositoryOffline', 'ProxyFailed'],
    'The node reports "not found" for a name without registry and tag, which is often the name of a local image.',
  ),
  possible(
    'not-found.tag-or-repository',
    { kind: 'notFound' },
    ['TagNotFound', 'RepositoryNotFound', 'HeadRequestBlocked', 'RepositoryOffline', 'ProxyFailed'],
    'The node reports "not found", which can mean a missing tag or a missing repository.',
  ),

  // refusals that authentication could change
  login(
    'auth.reason-stated',
    { family: 'authentication', states: ['tokenExpired', 'expired', 'credentialsWrong', 'rightMissing'] },
    [],
    'The registry rejects the request and reports what is wrong with the credentials.',
  ),
  orLogin(
    'auth.forbidden-in-transfer',
    { kind: 'status', status: 403, step: TRANSFER, where: isElsewhere },
    'BlobHostFailed',
    'The answer to the request for a part of the image is 403.',
    ['RegistryPolicyDenied'],
  ),
  login(
    'auth.forbidden',
    { family: 'authentication', status: 403 },
    ['HeadRequestBlocked', 'RegistryPolicyDenied', 'RepositoryOffline'],
    'The registry answers 403.',
  ),

  // nothing that is known
  login('auth.unauthorized', { kind: 'status', status: 401 }, ['TokenServiceFailed', 'AuthMethodUnsupported'], 'The registry answers 401.'),
  login('auth.refused', { family: 'authentication' }, [], 'The runtime reports that authentication is required or has failed.'),
  likely(
    'mirror.failed',
    { role: 'mirror' },
    ['MirrorFailed'],
    'A mirror that is configured on the node fails, and no other cause explains the failure.',
  ),
  possible(
    'answer.own-error',
    { kind: 'status', role: REGISTRY, seenBy: 'node', where: ({ status, explanation }) => status === null && explanation !== null },
    ['RegistryFailing', 'RegistryPolicyDenied', 'AccessDenied', 'RepositoryOffline'],
    'The registry answers with an error of its own, without a code of the protocol.',
  ),
  possible('unknown.message', {}, ['Unknown'], 'This version does not know the message.'),
];
