/**
 * Corners of the probe: registries that answer one question otherwise than the next, each as real servers on loopback that stand for named hosts. A row says which
 * verdict is right; no other may be certain, and no password is refused twice.
 */
import t from 'tap';
import { readSaved } from '../../src/cluster/saved-source.ts';
import { collectFacts } from '../../src/diagnosis/collect-facts.ts';
import { type Finding, investigate } from '../../src/diagnosis/investigate.ts';
import { credentialsOf } from '../../src/diagnosis/probe-view.ts';
import { newMemory } from '../../src/registry/once-per-credential.ts';
import { createProber } from '../../src/registry/prober.ts';
import { APP, failingPod, failure, html, isBlob, isManifest, json, Lab, loginsIn, pullSecret, surroundings } from '../helpers/lab.ts';
import { messagesOf, type NodeMessages } from '../helpers/node-messages.ts';
import { type Answer, makeCertificate, type RegistryOptions, type SeenRequest } from '../helpers/registry.ts';
import { testTransport } from '../helpers/transport.ts';

const RIGHT = 'c4nary-right-Zq81';
const WRONG = 'c4nary-wrong-Yp72';
const users = { ci: RIGHT };
const SITES = [
  'registry.acme.example',
  'ghcr.io',
  'quay.io',
  'registry.gitlab.com',
  'registry-1.docker.io',
  'registry.k8s.io',
  'mcr.microsoft.com',
];
const CLOUDS = ['acme.azurecr.io', 'europe-west1-docker.pkg.dev', '123456789012.dkr.ecr.eu-west-1.amazonaws.com', 'acme.jfrog.io'];
const names = [...SITES, ...CLOUDS, 'auth.acme.example', 'cdn.acme.example'];
const authority = makeCertificate({ isCa: true });
const tls = makeCertificate({ ca: authority, names });

/** Where the other servers of a row listen. */
interface Places {
  token: string;
  cdn: string;
}

type Answering = (request: SeenRequest, places: Places) => Answer | undefined;

interface Corner {
  /** The verdicts that are right. */
  cause: string | string[];
  /** Default: whichever. `no`: not certain. */
  certainty?: 'certain' | 'likely' | 'possible' | 'no';
  /** In the alternatives. */
  also?: string;
  /** What is found of the credential. */
  result?: string;
  /** In what is told. */
  text?: RegExp;
  /** Not in what is told. */
  not?: RegExp;
  host?: string;
  auth?: 'basic' | 'bearer' | 'open';
  options?: Partial<RegistryOptions> & { grants?: string[]; allowAnonymous?: boolean; service?: string; errorInChallenge?: boolean };
  answer?: Answering;
  /** Of the host that serves the layers; without it there is none. */
  cdn?: Answering;
  /** Of the token server; without it the registry is its own. */
  token?: Answering;
  /** Null: the pod has no pull secret. */
  password?: string | null;
  tag?: string;
  runtime?: string;
  message?: (node: NodeMessages) => string;
  /** Requests at most. */
  most?: number;
}

const sentLogin = (request: SeenRequest): boolean => loginsIn([request]).length > 0;
const hasAuthorization = ({ headers }: SeenRequest): boolean => headers.authorization !== undefined;
const isPing = ({ path }: SeenRequest): boolean => path === '/v2/';
const isTags = ({ path }: SeenRequest): boolean => path.endsWith('/tags/list');
const isToken = ({ path }: SeenRequest): boolean => path === '/token';
const byTag = (request: SeenRequest): boolean => isManifest(request) && /\/1\.4\.2$/.test(request.path);
const when =
  (fits: (request: SeenRequest) => boolean, answer: Answer | ((request: SeenRequest) => Answer | undefined)): Answering =>
  request =>
    fits(request) ? (typeof answer === 'function' ? answer(request) : answer) : undefined;
const first =
  (...answers: Answering[]): Answering =>
  (request, places) => {
    for (const answer of answers) {
      const given = answer(request, places);
      if (given !== undefined) return given;
    }
    return undefined;
  };
const BASIC_401 = { 'WWW-Authenticate': 'Basic realm="acme"' };
const unauthorized = (headers: Record<string, string> = {}): Answer => failure(401, 'UNAUTHORIZED', 'authentication required', headers);
const denied = (message = 'requested access to the resource is denied'): Answer => failure(403, 'DENIED', message);
const toCdn: Answering = (request, { cdn }) =>
  isBlob(request) ? { status: 307, headers: { Location: `${cdn}${request.url}` } } : undefined;
const xml = (status: number, code: string, message: string): Answer => ({
  status,
  headers: { 'Content-Type': 'application/xml' },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});
/** In the order of arrival: whether it is the blob that was asked for at this place. */
const nthBlob = (place: number): ((request: SeenRequest) => boolean) => {
  const seen: string[] = [];
  return request => {
    if (!isBlob(request)) return false;
    if (!seen.includes(request.path)) seen.push(request.path);
    return seen.indexOf(request.path) === place;
  };
};
const CRIO = 'cri-o://1.34.0';

const CORNERS = (): Record<string, Corner> => ({
  // Basic
  'Basic, a good login: as many requests as before': { cause: 'FixedWaitingForRetry', result: 'accepted', most: 7 },
  'Basic, a good login, the tag is missing': { cause: 'TagNotFound', certainty: 'certain', result: 'accepted', tag: '9', most: 6 },
  'Basic, a wrong password': { cause: 'CredentialsRejected', certainty: 'certain', result: 'rejected', password: WRONG, most: 4 },
  'Basic, a right that is missing is a plain 401': {
    cause: 'AccessDenied',
    certainty: 'likely',
    result: 'denied',
    answer: when(r => isManifest(r) && hasAuthorization(r), unauthorized(BASIC_401)),
  },
  'Basic, a right that is missing is a plain 401, and CRI-O reports it': {
    cause: 'AccessDenied',
    certainty: 'likely',
    result: 'denied',
    runtime: CRIO,
    message: () =>
      'initializing source docker://registry.acme.example/team/app:1.4.2: reading manifest 1.4.2 in registry.acme.example/team/app: unauthorized: authentication required',
    answer: when(r => isManifest(r) && hasAuthorization(r), unauthorized(BASIC_401)),
  },
  'Basic, a right that is missing is a 401 that says so': {
    cause: 'AccessDenied',
    result: 'denied',
    answer: when(
      r => isManifest(r) && hasAuthorization(r),
      failure(401, 'UNAUTHORIZED', 'The client does not have permission for manifest', BASIC_401),
    ),
  },
  'Basic, a right that is missing is a 401 without a challenge': {
    cause: 'AccessDenied',
    certainty: 'no',
    result: 'denied',
    answer: when(r => isManifest(r) && hasAuthorization(r), unauthorized()),
  },
  'Basic, /v2/ answers 500 to a login, manifests are there': {
    cause: 'FixedWaitingForRetry',
    result: 'accepted',
    answer: when(r => isPing(r) && hasAuthorization(r), failure(500, 'UNKNOWN', 'oops')),
  },
  'Basic, /v2/ answers 403 to a login': {
    cause: ['AccessDenied', 'CredentialsRejected'],
    certainty: 'no',
    password: WRONG,
    answer: when(r => isPing(r) && hasAuthorization(r), denied()),
  },
  'Basic, /v2/ tells a login to wait, and nobody asks again': {
    cause: 'RateLimited',
    most: 2,
    answer: when(r => isPing(r) && hasAuthorization(r), failure(429, 'TOOMANYREQUESTS', 'too many')),
  },
  'Basic, an account that is locked': {
    cause: 'CredentialsRejected',
    text: /account/,
    answer: when(hasAuthorization, failure(401, 'UNAUTHORIZED', 'the account is locked', BASIC_401)),
  },
  // who is asked for a login
  '/v2/ wants a login, manifests are open, and the password is wrong: containerd never sends it': {
    cause: 'FixedWaitingForRetry',
    password: WRONG,
    options: { publicRepositories: ['team/app'] },
  },
  '/v2/ wants a login, manifests are open, and the password is wrong: CRI-O sends it': {
    cause: 'CredentialsBlockPublicImage',
    password: WRONG,
    runtime: CRIO,
    options: { publicRepositories: ['team/app'] },
  },
  '/v2/ wants a token, manifests are open, and the password is wrong: containerd never sends it': {
    cause: 'FixedWaitingForRetry',
    auth: 'bearer',
    password: WRONG,
    options: { publicRepositories: ['team/app'] },
  },
  '/v2/ wants a login, manifests are open, and the tag is missing': {
    cause: 'TagNotFound',
    password: null,
    tag: '9',
    options: { publicRepositories: ['team/app'] },
  },
  '/v2/ wants a token, manifests are open, and the tag is missing': {
    cause: 'TagNotFound',
    auth: 'bearer',
    password: null,
    tag: '9',
    options: { publicRepositories: ['team/app'] },
  },
  '/v2/ wants a token, manifests are open, the tag is missing and the password wrong': {
    cause: 'TagNotFound',
    auth: 'bearer',
    password: WRONG,
    tag: '9',
    message: node => node.notFound(),
    options: { publicRepositories: ['team/app'] },
  },
  '/v2/ wants a token, anonymous tokens are given, and the password is wrong': {
    cause: 'CredentialsBlockPublicImage',
    certainty: 'certain',
    auth: 'bearer',
    password: WRONG,
    options: { publicRepositories: ['team/app'], allowAnonymous: true },
  },
  '/v2/ is open, manifests want a login, none is there': {
    cause: 'NoPullSecret',
    password: null,
    answer: when(isPing, json(200, {})),
  },
  '/v2/ is open, manifests want a login, a wrong password': {
    cause: 'CredentialsRejected',
    certainty: 'likely',
    result: 'rejected',
    password: WRONG,
    answer: when(isPing, json(200, {})),
  },
  '/v2/ is open, manifests want a login, and CRI-O never logs in': {
    cause: 'AuthMethodUnsupported',
    runtime: CRIO,
    message: () =>
      'initializing source docker://registry.acme.example/team/app:1.4.2: reading manifest 1.4.2 in registry.acme.example/team/app: authentication required',
    answer: when(isPing, json(200, {})),
  },
  '/v2/ wants Basic, a manifest wants a token: a good login': {
    cause: 'FixedWaitingForRetry',
    auth: 'bearer',
    answer: when(isPing, r => (hasAuthorization(r) ? json(200, {}) : unauthorized(BASIC_401))),
  },
  '/v2/ wants Basic, a manifest wants a token: no right': {
    cause: 'AccessDenied',
    auth: 'bearer',
    options: { grants: [] },
    answer: when(isPing, r => (hasAuthorization(r) ? json(200, {}) : unauthorized(BASIC_401))),
  },
  '/v2/ wants a token, a manifest wants Basic: a good login': {
    cause: 'FixedWaitingForRetry',
    token: () => undefined,
    answer: (r, { token }) =>
      isPing(r) && !/^Bearer/.test(r.headers.authorization ?? '')
        ? unauthorized({ 'WWW-Authenticate': `Bearer realm="${token}/token",service="acme"` })
        : undefined,
  },
  "a manifest's 401 has no challenge, the one of /v2/ has: containerd gives up": {
    cause: 'AuthMethodUnsupported',
    message: node => node.status(401),
    answer: when(r => isManifest(r) && !hasAuthorization(r), unauthorized()),
  },
  "a manifest's 401 has no challenge, the one of /v2/ has: containerd gives up, by token": {
    cause: 'AuthMethodUnsupported',
    auth: 'bearer',
    message: node => node.status(401),
    answer: when(r => isManifest(r) && !hasAuthorization(r), unauthorized()),
  },
  "a manifest's 401 has no challenge, the one of /v2/ has: CRI-O logs in": {
    cause: 'FixedWaitingForRetry',
    runtime: CRIO,
    answer: when(r => isManifest(r) && !hasAuthorization(r), unauthorized()),
  },
  // trouble at /v2/
  '/v2/ is 500 for everybody, manifests are private and the password is wrong': {
    cause: 'CredentialsRejected',
    result: 'rejected',
    password: WRONG,
    answer: when(isPing, failure(500, 'UNKNOWN', 'oops')),
  },
  '/v2/ is a web page, the tag is missing': {
    cause: 'TagNotFound',
    certainty: 'certain',
    tag: '9',
    auth: 'open',
    answer: when(isPing, html(200)),
  },
  '/v2/ is closed without an answer, manifests are there': {
    cause: 'FixedWaitingForRetry',
    auth: 'open',
    answer: when(isPing, { destroy: true }),
  },
  '/v2/ is reset, the tag is missing': { cause: 'TagNotFound', auth: 'open', tag: '9', answer: when(isPing, { reset: true }) },
  '/v2/ is 500, and CRI-O asks it': {
    cause: 'RegistryFailing',
    auth: 'open',
    runtime: CRIO,
    answer: when(isPing, failure(500, 'UNKNOWN', 'oops')),
  },
  // the way of CRI-O to a token
  'CRI-O asks for a token by GET: a POST that is refused is nothing to it': {
    cause: 'FixedWaitingForRetry',
    auth: 'bearer',
    runtime: CRIO,
    answer: when(r => isToken(r) && r.method === 'POST', denied()),
  },
  'containerd asks by POST: a 403 to it ends the pull': {
    cause: ['AccessDenied', 'TokenServiceFailed'],
    certainty: 'no',
    auth: 'bearer',
    answer: when(r => isToken(r) && r.method === 'POST', denied()),
  },
  'CRI-O asks for a token by GET: a GET that fails ends the pull': {
    cause: 'TokenServiceFailed',
    auth: 'bearer',
    runtime: CRIO,
    answer: when(r => isToken(r) && r.method === 'GET', failure(500, 'UNKNOWN', 'oops')),
  },
  'CRI-O, a wrong password': { cause: 'CredentialsRejected', certainty: 'certain', auth: 'bearer', runtime: CRIO, password: WRONG },
  // GET and HEAD
  'GET alone is limited': {
    cause: 'RateLimited',
    auth: 'open',
    answer: when(r => isManifest(r) && r.method === 'GET', failure(429, 'TOOMANYREQUESTS', 'too many')),
  },
  'GET by tag alone is limited, and CRI-O asks so': {
    cause: 'RateLimited',
    auth: 'open',
    runtime: CRIO,
    answer: when(r => byTag(r) && r.method === 'GET', failure(429, 'TOOMANYREQUESTS', 'too many')),
  },
  'GET by tag is 403, HEAD is not, and CRI-O asks so': {
    cause: ['AccessDenied', 'RegistryPolicyDenied'],
    certainty: 'no',
    auth: 'open',
    runtime: CRIO,
    answer: when(r => byTag(r) && r.method === 'GET', denied()),
  },
  'HEAD alone is 403': {
    cause: 'HeadRequestBlocked',
    auth: 'open',
    answer: when(r => isManifest(r) && r.method === 'HEAD', { status: 403 }),
  },
  'HEAD alone is 403, and CRI-O asks by GET': {
    cause: 'FixedWaitingForRetry',
    auth: 'open',
    runtime: CRIO,
    answer: when(r => isManifest(r) && r.method === 'HEAD', { status: 403 }),
  },
  'HEAD alone is 401 after a good login': {
    cause: 'HeadRequestBlocked',
    answer: when(r => isManifest(r) && r.method === 'HEAD' && hasAuthorization(r), { status: 401, headers: BASIC_401 }),
  },
  // layers
  'blobs are 403 at the CDN': {
    cause: 'BlobHostFailed',
    auth: 'bearer',
    answer: toCdn,
    cdn: when(isBlob, xml(403, 'AccessDenied', 'Access Denied')),
  },
  'signed links have expired at the CDN': {
    cause: 'BlobHostFailed',
    auth: 'bearer',
    answer: toCdn,
    cdn: when(isBlob, xml(403, 'AccessDenied', 'Request has expired')),
  },
  'one blob is 403 at the CDN, the others are there': {
    cause: ['BlobHostFailed', 'ImageBroken'],
    certainty: 'no',
    auth: 'open',
    answer: toCdn,
    cdn: when(nthBlob(1), xml(403, 'AccessDenied', 'Access Denied')),
  },
  'one blob is 500 at the CDN, the others are there': {
    cause: 'ImageBroken',
    certainty: 'likely',
    auth: 'open',
    answer: toCdn,
    cdn: when(nthBlob(1), failure(500, 'UNKNOWN', 'oops')),
  },
  'all blobs are 500 at the CDN': {
    cause: 'BlobHostFailed',
    auth: 'open',
    answer: toCdn,
    cdn: when(isBlob, failure(500, 'UNKNOWN', 'oops')),
  },
  'one layer is 500 at the registry, the others are there': {
    cause: 'ImageBroken',
    certainty: 'likely',
    auth: 'open',
    answer: when(nthBlob(2), failure(500, 'UNKNOWN', 'oops')),
  },
  'the config is 500 at the registry, the layers are there': {
    cause: 'ImageBroken',
    certainty: 'likely',
    auth: 'open',
    answer: when(nthBlob(0), failure(500, 'UNKNOWN', 'oops')),
  },
  'all blobs are 500 at the registry': { cause: 'RegistryFailing', auth: 'open', answer: when(isBlob, failure(500, 'UNKNOWN', 'oops')) },
  'a layer is a web page at the CDN': { cause: 'BlobHostFailed', auth: 'open', answer: toCdn, cdn: when(nthBlob(1), html(200)) },
  'a config is a web page at the registry': {
    cause: ['BlobHostFailed', 'NotARegistry', 'ProxyFailed'],
    certainty: 'no',
    auth: 'open',
    answer: when(nthBlob(0), html(200)),
  },
  // one manifest that is broken
  'one manifest is 500, the repository is there': {
    cause: 'ImageBroken',
    certainty: 'likely',
    auth: 'open',
    answer: when(byTag, failure(500, 'UNKNOWN', 'unknown error')),
  },
  'one manifest is 500 after a good login': {
    cause: 'ImageBroken',
    certainty: 'likely',
    auth: 'bearer',
    answer: when(byTag, failure(500, 'UNKNOWN', 'unknown error')),
  },
  'all manifests and the tag list are 500': {
    cause: 'RegistryFailing',
    auth: 'open',
    answer: when(r => isManifest(r) || isTags(r), failure(500, 'UNKNOWN', 'unknown error')),
  },
  'all manifests are 500, the tag list is there': {
    cause: 'RegistryFailing',
    auth: 'open',
    answer: when(isManifest, failure(500, 'UNKNOWN', 'unknown error')),
  },
  'all manifests are 503': { cause: 'RegistryFailing', auth: 'open', answer: when(isManifest, { status: 503 }) },
  'the manifest behind the tag is 500 by its digest': {
    cause: 'ImageBroken',
    auth: 'open',
    answer: when(
      r => isManifest(r) && !byTag(r),
      r => (/sha256:0+$/.test(decodeURIComponent(r.path)) ? undefined : failure(500, 'UNKNOWN', 'oops')),
    ),
  },
  // tokens
  'a token that was just given is refused as invalid': {
    cause: 'TokenServiceFailed',
    auth: 'bearer',
    answer: when(
      r => isManifest(r) && hasAuthorization(r),
      r => unauthorized({ 'WWW-Authenticate': `Bearer realm="https://${r.host}/token",service="acme",error="invalid_token"` }),
    ),
  },
  'an opaque token is refused everywhere, without a word': {
    cause: 'TokenServiceFailed',
    certainty: 'no',
    auth: 'bearer',
    answer: first(
      when(isToken, json(200, { token: 'opaque-token-of-nobody' })),
      when(hasAuthorization, r => unauthorized({ 'WWW-Authenticate': `Bearer realm="https://${r.host}/token",service="acme"` })),
    ),
  },
  'an opaque token opens /v2/ and not the manifest': {
    cause: ['AccessDenied', 'RepositoryNotFoundOrPrivate'],
    certainty: 'no',
    auth: 'bearer',
    answer: first(
      when(isToken, json(200, { token: 'opaque-token-of-nobody' })),
      when(r => isPing(r) && hasAuthorization(r), json(200, {})),
      when(hasAuthorization, r => unauthorized({ 'WWW-Authenticate': `Bearer realm="https://${r.host}/token",service="acme"` })),
    ),
  },
  'a token server answers 403 to everybody': {
    cause: ['AccessDenied', 'RegistryPolicyDenied', 'TokenServiceFailed', 'RepositoryNotFoundOrPrivate'],
    certainty: 'no',
    auth: 'bearer',
    answer: when(isToken, denied('denied')),
    not: /accepts the credentials/,
  },
  'ghcr.io answers 403 to everybody at its token server': {
    cause: ['CredentialsRejected', 'RepositoryNotFoundOrPrivate'],
    certainty: 'no',
    host: 'ghcr.io',
    auth: 'bearer',
    answer: when(isToken, denied('denied')),
  },
  'ghcr.io answers 403 at its token server, and no secret is there': {
    cause: 'RepositoryNotFoundOrPrivate',
    host: 'ghcr.io',
    auth: 'bearer',
    password: null,
    answer: when(isToken, denied('denied')),
    not: /accepts the credentials|authentication succeeded/,
  },
  'ghcr.io refuses a login with 403 and lets others in': {
    cause: 'CredentialsBlockPublicImage',
    certainty: 'certain',
    host: 'ghcr.io',
    auth: 'bearer',
    options: { allowAnonymous: true, publicRepositories: ['team/app'] },
    answer: when(sentLogin, denied('denied')),
  },
  'a token server says that the account is disabled': {
    cause: 'CredentialsRejected',
    auth: 'bearer',
    text: /account/,
    token: when(sentLogin, failure(401, 'UNAUTHORIZED', 'the user account is disabled')),
  },
  'a token server says that the account is locked, by 403': {
    cause: 'CredentialsRejected',
    auth: 'bearer',
    text: /account/,
    token: when(sentLogin, denied('this account is locked')),
  },
  'the HEAD of the manifest is reset after a good token': {
    cause: 'RegistryFailing',
    certainty: 'no',
    auth: 'bearer',
    answer: when(r => isManifest(r), { reset: true }),
  },
  'everybody gets the same insufficient_scope': {
    cause: ['AccessDenied', 'RepositoryNotFoundOrPrivate'],
    certainty: 'no',
    auth: 'bearer',
    options: { grants: [], allowAnonymous: true },
  },
  'a missing right: only those without a login are sent away': {
    cause: 'AccessDenied',
    certainty: 'likely',
    auth: 'bearer',
    options: { grants: [] },
  },
  // not found
  'BLOB_UNKNOWN for a manifest whose tag is listed': {
    cause: 'ImageBroken',
    auth: 'open',
    answer: when(byTag, failure(404, 'BLOB_UNKNOWN', 'blob unknown to registry')),
  },
  'BLOB_UNKNOWN for a manifest whose tag is not listed': {
    cause: 'TagNotFound',
    auth: 'open',
    tag: '9',
    answer: when(isManifest, failure(404, 'BLOB_UNKNOWN', 'blob unknown to registry')),
  },
  'NOT_FOUND artifact, and the tag list is refused': {
    cause: 'TagNotFound',
    certainty: 'likely',
    auth: 'open',
    tag: '9',
    answer: first(
      when(isManifest, failure(404, 'NOT_FOUND', 'artifact team/app:9 not found')),
      when(isTags, failure(403, 'FORBIDDEN', 'forbidden')),
    ),
  },
  'NOT_FOUND artifact, and the tag list says the same': {
    cause: 'TagNotFound',
    certainty: 'likely',
    auth: 'open',
    tag: '9',
    answer: when(r => isManifest(r) || isTags(r), failure(404, 'NOT_FOUND', 'artifact team/app:9 not found')),
  },
  'NOT_FOUND project': {
    cause: 'RepositoryNotFound',
    auth: 'open',
    tag: '9',
    answer: when(r => isManifest(r) || isTags(r), failure(404, 'NOT_FOUND', 'project team not found')),
  },
  // 401 and 403 where no credential is sent
  'an open registry answers 403, and a secret is there that nobody asks for': {
    cause: 'RegistryPolicyDenied',
    certainty: 'no',
    auth: 'open',
    result: 'notVerifiable',
    answer: when(isManifest, denied()),
    not: /accepts the (?:credentials|user)/,
  },
  'an open registry answers 403, and no secret is there': {
    cause: 'RegistryPolicyDenied',
    certainty: 'no',
    auth: 'open',
    password: null,
    answer: when(isManifest, denied()),
    not: /accepts the (?:credentials|user)|that the node sent/,
  },
  'a registry that wants a login answers 403 to those who have none': {
    cause: 'NoPullSecret',
    certainty: 'no',
    password: null,
    answer: when(r => isManifest(r), denied()),
    not: /accepts the (?:credentials|user)/,
  },
  'everybody gets the same 403, with a login and without': {
    cause: ['RegistryPolicyDenied', 'AccessDenied'],
    certainty: 'no',
    answer: when(isManifest, { status: 403 }),
  },
  'registry.k8s.io answers 403': {
    cause: 'RegistryPolicyDenied',
    certainty: 'no',
    host: 'registry.k8s.io',
    auth: 'open',
    password: null,
    answer: when(isManifest, html(403, '403 Forbidden')),
  },
  'registry.k8s.io answers 403, and a secret is there': {
    cause: 'RegistryPolicyDenied',
    certainty: 'no',
    host: 'registry.k8s.io',
    auth: 'open',
    answer: when(isManifest, { status: 403 }),
    not: /accepts the (?:credentials|user)/,
  },
  'mcr.microsoft.com answers 403 to everything': {
    cause: 'RegistryPolicyDenied',
    certainty: 'no',
    host: 'mcr.microsoft.com',
    auth: 'open',
    password: null,
    answer: () => ({ status: 403 }),
  },
  // policies
  'Xray blocks a download': {
    cause: 'RegistryPolicyDenied',
    auth: 'bearer',
    host: 'acme.jfrog.io',
    answer: when(
      r => isManifest(r) && hasAuthorization(r),
      failure(
        403,
        'UNKNOWN',
        'Artifact download request rejected: team/app/1.4.2/manifest.json was not downloaded due to the download blocking policy configured in Xray for docker-local.',
      ),
    ),
  },
  'Artifactory curation blocks a package': {
    cause: 'RegistryPolicyDenied',
    auth: 'bearer',
    host: 'acme.jfrog.io',
    answer: when(
      r => isManifest(r) && hasAuthorization(r),
      denied(
        'Package team/app:1.4.2 download was blocked by JFrog Packages Curation service due to the following policies violated {no-critical}',
      ),
    ),
  },
  'Nexus Firewall quarantines': {
    cause: 'RegistryPolicyDenied',
    answer: when(
      r => isManifest(r) && hasAuthorization(r),
      denied('REQUESTED ITEM IS QUARANTINED -- FOR DETAILS SEE https://iq.acme.example/ui/x'),
    ),
  },
  'ACR blocks an address': {
    cause: 'RegistryPolicyDenied',
    auth: 'bearer',
    host: 'acme.azurecr.io',
    answer: when(isToken, denied("client with IP '192.0.2.7' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.")),
  },
  'ACR quarantines an image': {
    cause: 'RegistryPolicyDenied',
    auth: 'bearer',
    host: 'acme.azurecr.io',
    answer: when(r => isManifest(r) && hasAuthorization(r), denied('manifest team/app:1.4.2 is quarantined')),
  },
  'a service perimeter of Google blocks': {
    cause: 'RegistryPolicyDenied',
    auth: 'bearer',
    host: 'europe-west1-docker.pkg.dev',
    answer: when(isToken, denied("Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: abc123")),
  },
  'Harbor prevents a vulnerable image': {
    cause: 'RegistryPolicyDenied',
    certainty: 'certain',
    auth: 'bearer',
    options: { service: 'harbor-registry' },
    answer: when(
      r => isManifest(r) && hasAuthorization(r),
      failure(412, 'PROJECTPOLICYVIOLATION', 'current image with 3 vulnerabilities cannot be pulled due to configured policy'),
    ),
  },
  // who hides a missing repository
  'GitLab answers 403 at its token server to a good login': {
    cause: 'RepositoryNotFoundOrPrivate',
    certainty: 'no',
    host: 'registry.gitlab.com',
    auth: 'bearer',
    answer: when(isToken, denied('access forbidden')),
  },
  'GitLab of one’s own answers 403 at its token server without a login': {
    cause: 'RepositoryNotFoundOrPrivate',
    auth: 'bearer',
    password: null,
    options: { service: 'container_registry' },
    answer: when(isToken, denied('access forbidden')),
  },
  'Quay answers 401 to a good login': {
    cause: 'RepositoryNotFoundOrPrivate',
    certainty: 'no',
    host: 'quay.io',
    auth: 'bearer',
    options: { grants: [], allowAnonymous: true, errorInChallenge: false },
  },
  'Harbor asks for Basic after a token that grants nothing, and no login is there': {
    cause: 'RepositoryNotFoundOrPrivate',
    auth: 'bearer',
    password: null,
    options: { service: 'harbor-registry', allowAnonymous: true },
    answer: when(r => isManifest(r) && hasAuthorization(r), unauthorized({ 'WWW-Authenticate': 'Basic realm="harbor"' })),
  },
  'Harbor asks for Basic after a token that grants nothing to a good login': {
    cause: 'RepositoryNotFoundOrPrivate',
    certainty: 'no',
    auth: 'bearer',
    options: { service: 'harbor-registry', allowAnonymous: true, grants: [] },
    answer: when(r => isManifest(r) && hasAuthorization(r), unauthorized({ 'WWW-Authenticate': 'Basic realm="harbor"' })),
  },
  'Docker Hub answers insufficient_scope to a good login': {
    cause: 'RepositoryNotFoundOrPrivate',
    certainty: 'no',
    host: 'registry-1.docker.io',
    auth: 'bearer',
    options: { grants: [], allowAnonymous: true, service: 'registry.docker.io' },
  },
  'ghcr.io gives a token and answers 403': {
    cause: ['RepositoryNotFoundOrPrivate', 'AccessDenied'],
    certainty: 'no',
    host: 'ghcr.io',
    auth: 'bearer',
    answer: when(r => isManifest(r) && hasAuthorization(r), denied('denied')),
  },
  'ghcr.io wants the token authorized for SAML': {
    cause: 'AccessDenied',
    host: 'ghcr.io',
    auth: 'bearer',
    answer: when(
      r => isManifest(r) && hasAuthorization(r),
      denied('Resource protected by organization SAML enforcement. You must grant your token access to this organization.'),
    ),
  },
  // who fails over a login may have counted it
  'Basic, a gateway fails over the login': {
    cause: 'RegistryFailing',
    certainty: 'likely',
    password: WRONG,
    answer: when(sentLogin, html(504, 'Gateway Time-out')),
    result: 'error',
  },
  'Basic, a gateway fails over the login at /v2/, and the node reports 401': {
    cause: ['CredentialsRejected', 'RegistryFailing'],
    certainty: 'no',
    password: WRONG,
    answer: when(r => isPing(r) && sentLogin(r), { status: 503, body: 'the directory does not answer' }),
    message: node => node.status(401),
  },
  'Basic, silence after the login': {
    cause: ['RegistryFailing', 'PullTooSlow'],
    certainty: 'no',
    password: WRONG,
    answer: when(sentLogin, { hang: true }),
  },
  'Basic, the account is locked': {
    cause: 'CredentialsRejected',
    password: WRONG,
    answer: when(sentLogin, failure(403, 'DENIED', 'the account is temporarily locked')),
    text: /unlock/,
  },
  // what CRI-O meets at /v2/, which it asks without a login
  'CRI-O, an address is blocked at /v2/': {
    cause: 'RegistryPolicyDenied',
    runtime: CRIO,
    answer: () => denied("client with IP '192.0.2.7' is not allowed access."),
    text: /allow the public IP address of the nodes/,
    not: /create secret/,
  },
  'CRI-O, a gateway answers 403 at /v2/': {
    cause: 'RegistryPolicyDenied',
    certainty: 'no',
    runtime: CRIO,
    password: null,
    answer: () => ({ status: 403, body: 'RBAC: access denied' }),
    not: /authentication succeeded|pull secret"/i,
  },
  'CRI-O, no healthy upstream at /v2/': {
    cause: 'RegistryFailing',
    runtime: CRIO,
    answer: () => ({ status: 503, body: 'no healthy upstream' }),
  },
  // whose answer it is
  'Squid answers in the place of the registry': {
    cause: 'ProxyFailed',
    certainty: 'likely',
    auth: 'open',
    password: null,
    answer: () => ({ ...html(503, 'ERROR: The requested URL could not be retrieved'), headers: { 'X-Squid-Error': 'ERR_DNS_FAIL 0' } }),
    text: /proxy or web gateway/,
  },
  'a web gateway answers 403 in the place of the registry': {
    cause: 'ProxyFailed',
    certainty: 'likely',
    auth: 'open',
    password: null,
    answer: () => ({ ...html(403, 'Internet Security'), headers: { Server: 'Zscaler/6.2', 'Content-Type': 'text/html' } }),
  },
  'Docker Hub, the host of the layers is blocked, as the node reports': {
    cause: 'BlobHostFailed',
    host: 'registry-1.docker.io',
    auth: 'open',
    password: null,
    answer: (request, { cdn }) => (isBlob(request) ? { status: 307, headers: { Location: `${cdn}${request.url}` } } : undefined),
    cdn: () => html(403, 'blocked'),
    message: node => node.content(403, `blobs/sha256:${'ab'.repeat(32)}`),
  },
  'Artifactory, a repository is blacked out': {
    cause: 'RepositoryOffline',
    host: 'acme.jfrog.io',
    answer: when(
      r => isManifest(r) && sentLogin(r),
      failure(
        404,
        'UNKNOWN',
        "The repository 'docker-old' is blacked out and cannot serve artifact 'docker-old:team/app/1.4.2/manifest.json'.",
      ),
    ),
  },
  'Artifactory, the account is locked': {
    cause: 'CredentialsRejected',
    host: 'acme.jfrog.io',
    answer: when(
      sentLogin,
      json(403, { errors: [{ status: 403, message: 'Your account is temporarily locked due to too many failed logins.' }] }),
    ),
    text: /unlock/,
    not: /grant user/,
  },
  'the API of a registry is switched off': {
    cause: 'RepositoryOffline',
    host: 'europe-west1-docker.pkg.dev',
    auth: 'bearer',
    answer: when(
      r => isManifest(r) && hasAuthorization(r),
      denied('Artifact Registry API has not been used in project 12 before or it is disabled. Enable it, then retry.'),
    ),
    text: /repair what the registry reports/,
  },
});

/** The finding of a row, and what its servers were asked. */
async function play(row: Corner): Promise<{ finding: Finding; requests: SeenRequest[] }> {
  const { host = 'registry.acme.example', auth = 'basic', options = {}, password = RIGHT, tag = '1.4.2', runtime, message } = row;
  const lab = new Lab();
  const places: Places = { token: '', cdn: '' };
  const at = async (name: string, given: RegistryOptions): Promise<string> => `${name}:${(await lab.registry({ ...given, tls })).port}`;
  const { grants, allowAnonymous, service = 'acme', errorInChallenge, ...more } = options;
  const bearer = {
    kind: 'bearer' as const,
    users,
    service,
    ...(grants && { grants: { ci: grants } }),
    ...(allowAnonymous && { allowAnonymous }),
  };
  const answering = (answer: Answering | undefined): Pick<RegistryOptions, 'answer'> => ({ answer: request => answer?.(request, places) });
  if (row.cdn !== undefined) places.cdn = `https://${await at('cdn.acme.example', { images: [APP], ...answering(row.cdn) })}`;
  if (row.token !== undefined) places.token = `https://${await at('auth.acme.example', { auth: bearer, ...answering(row.token) })}`;
  const realm = row.token === undefined ? {} : { realm: `${places.token}/token` };
  const asked = errorInChallenge === undefined ? {} : { errorInChallenge };
  const own: RegistryOptions['auth'] = auth === 'basic' ? { kind: 'basic', users } : { ...bearer, ...realm, ...asked };
  const registry = await at(host, { images: [APP], ...(auth === 'open' ? {} : { auth: own }), ...more, ...answering(row.answer) });
  const text = message?.(messagesOf('2.1', { registry, repository: 'team/app', reference: tag }));
  const objects = [
    ...failingPod({
      name: 'api',
      image: `${registry}/team/app:${tag}`,
      secrets: password === null ? [] : ['regcred'],
      report: text === undefined ? undefined : { runtime: '2.1', text },
    }),
    ...(password === null ? [] : [pullSecret('regcred', { [registry]: ['ci', password] })]),
    ...surroundings(),
  ];
  const written = JSON.stringify({ kind: 'List', apiVersion: 'v1', items: objects });
  const saved = readSaved(runtime === undefined ? written : written.replaceAll('containerd://1.7.24', runtime), 'test');
  const transport = testTransport({ stepTimeout: 5000, named: names, ca: authority.cert, lookUp: async () => ['127.0.0.1'] });
  try {
    const [one] = collectFacts(await saved.snapshot(saved.pods[0] as never, true), new Date().toISOString(), true);
    const prober = createProber(transport, { mirrors: new Map(), insecure: [], timeout: 20_000, memory: newMemory() });
    return { finding: await investigate(one as never, prober), requests: lab.requests };
  } finally {
    await transport.close();
    await lab.close();
  }
}

/** Logins with the wrong password, each way counted once: a token server is asked by POST and then by GET, as runtimes do. */
function refusedLogins(requests: SeenRequest[]): number {
  const wrong = loginsIn(requests).filter(({ login }) => login.endsWith(WRONG));
  const ways = wrong.map(({ to }) => to);
  return ways.filter(way => way !== 'tokenGet').length + (ways.includes('tokenPost') ? 0 : ways.filter(way => way === 'tokenGet').length);
}

t.test('the corners of the probe', async t => {
  const score = { right: 0, certain: 0, rows: 0 };
  for (const [name, row] of Object.entries(CORNERS())) {
    const { finding, requests } = await play(row);
    const { diagnosis } = finding;
    const { cause, certainty, also, summary, evidence, fixes } = diagnosis;
    const credentials = credentialsOf(finding.facts);
    const right = [row.cause].flat().includes(cause);
    score.rows++;
    if (right) score.right++;
    if (!right && certainty === 'certain') score.certain++;
    const told = [summary, ...[...evidence, ...credentials].map(({ detail }) => detail), ...fixes.map(({ title }) => title)].join('\n');
    const wrong: string[] = [];
    if (!right) wrong.push(`${cause} (${certainty}) is not ${[row.cause].flat().join(' or ')}`, told);
    if (!right && certainty === 'certain') wrong.push('WRONG AND CERTAIN');
    if (right && row.certainty === 'no' && certainty === 'certain') wrong.push(`${cause} is not certain`);
    if (right && row.certainty !== undefined && row.certainty !== 'no' && row.certainty !== certainty)
      wrong.push(`${cause} is ${certainty}, not ${row.certainty}`);
    if (row.also !== undefined && !also.includes(row.also as never)) wrong.push(`${row.also} is not among ${also.join(', ')}`);
    if (row.result !== undefined && credentials[0]?.result !== row.result) wrong.push(`${credentials[0]?.result} is not ${row.result}`);
    if (row.text !== undefined && !row.text.test(told)) wrong.push(`${row.text} is not told: ${told}`);
    if (row.not?.test(told)) wrong.push(`${row.not} is told: ${told}`);
    if (refusedLogins(requests) > 1) wrong.push(`the wrong password was sent ${refusedLogins(requests)} times`);
    if (row.most !== undefined && requests.length > row.most)
      wrong.push(`${requests.length} requests: ${requests.map(({ method, url }) => `${method} ${url}`).join(', ')}`);
    t.strictSame(wrong, [], name);
    if (process.env.SHOW)
      console.log(
        `${wrong.length === 0 ? 'ok  ' : 'BAD '} ${name}: ${cause} ${certainty} [${also.join(',')}] ${requests.length} ${wrong.join(' | ').slice(0, 700)}`,
      );
  }
  t.comment(`${score.rows} corners: ${score.right} right, ${score.certain} certain and wrong`);
});
