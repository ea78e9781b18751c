/**
 * What registries, token servers and what stands before them say in their error bodies: codes, and free texts by meaning. Belongs here: rows of their
 * texts, as the runtimes print them and as our own probe reads them.
 */
import type { Fault, Statement } from '../../model/fault.ts';
import type { Reference } from '../../model/reference.ts';
import { compileError, type ErrorRow, type Wrapper } from './row.ts';
import { STATEMENTS } from './statements.ts';

const DAEMON = 'Error response from daemon: ';
const READING =
  'initializing source docker://registry.example.com/team/api:1.4.2: reading manifest 1.4.2 in registry.example.com/team/api: ';

export const WRAPPERS: Wrapper[] = [
  {
    id: 'registry.unknown',
    match: /unknown: (?=\S)/,
    quotesRegistry: true,
    isOutermost: true,
    example: `${DAEMON}unknown: this registry has been shut down`,
    source: 'distribution registry/api/errcode, ErrorCodeUnknown',
  },
];

/**
 * Errors of the protocol: the client prints code (in small letters, blanks for underscores) and message. The rows are read behind a runtime's
 * layers, and again inside the body of an answer, where only their code counts.
 */
export const ERRORS: ErrorRow[] = [
  {
    id: 'registry.rate-limit',
    match: /(?<explanation>toomanyrequests(?:: .*)?)/s,
    kind: 'status',
    status: 429,
    code: 'TOOMANYREQUESTS',
    isBody: true,
    example: `${DAEMON}toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limits`,
    source: 'distribution registry/api/errcode, ErrorCodeTooManyRequests',
  },
  {
    id: 'registry.too-many-requests',
    match: /(?<explanation>too many requests to registry)/,
    kind: 'status',
    status: 429,
    code: 'TOOMANYREQUESTS',
    example: 'initializing source docker://registry.example.com/team/api:1.4.2: too many requests to registry',
    source: 'containers/image docker/errors.go, ErrTooManyRequests',
  },
  {
    id: 'registry.hub-pull-rate',
    match: /(?<explanation>You have reached your (?:unauthenticated )?pull rate limit\..*)/s,
    kind: 'status',
    status: 429,
    code: 'TOOMANYREQUESTS',
    example: `${DAEMON}error from registry: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limits`,
    source: 'Docker Hub, 429 of a manifest',
  },
  {
    id: 'registry.ecr-rate',
    match: /(?<explanation>[Rr]ate exceeded)/,
    kind: 'status',
    status: 429,
    code: 'TOOMANYREQUESTS',
    example: `${DAEMON}error from registry: Rate exceeded`,
    source: 'Amazon ECR Public, ThrottlingException',
  },
  {
    id: 'registry.access-to-resource-denied',
    match: /(?:denied: )?requested access to the resource is denied/,
    kind: 'denied',
    example: `${READING}requested access to the resource is denied`,
    source: 'distribution registry/api/errcode, ErrorCodeDenied',
  },
  {
    id: 'registry.unauthorized',
    match: /(?<explanation>unauthorized(?:: .*)?)/s,
    kind: 'status',
    status: 401,
    code: 'UNAUTHORIZED',
    isBody: true,
    example: `${DAEMON}unauthorized: access to the requested resource is not authorized`,
    source: 'distribution registry/api/errcode, ErrorCodeUnauthorized',
  },
  {
    id: 'registry.authentication-required',
    match: /(?<explanation>authentication required(?:, visit .*)?)/s,
    kind: 'status',
    status: 401,
    code: 'UNAUTHORIZED',
    example: `${READING}authentication required`,
    source: 'distribution registry/api/errcode, ErrorCodeUnauthorized (message alone)',
  },
  {
    id: 'registry.denied',
    match: /(?<explanation>denied(?:: .*)?)/s,
    kind: 'status',
    status: 403,
    code: 'DENIED',
    isBody: true,
    example: `${READING}denied: permission_denied: The token provided does not match expected scopes.`,
    source: 'distribution registry/api/errcode, ErrorCodeDenied',
  },
  {
    id: 'registry.gitlab-forbidden',
    match: /(?<explanation>access forbidden)/,
    kind: 'status',
    status: 403,
    code: 'DENIED',
    example: `${DAEMON}error from registry: access forbidden`,
    source: 'GitLab app/controllers/jwt_controller.rb',
  },
  {
    id: 'registry.harbor-forbidden',
    match: /(?<explanation>forbidden to access repository: .+)/,
    kind: 'status',
    status: 403,
    code: 'DENIED',
    example: `${DAEMON}unknown: forbidden to access repository: shop/web, action: pull`,
    source: 'Harbor src/server/middleware/v2auth/auth.go',
  },
  {
    id: 'registry.harbor-not-signed',
    match: /(?<explanation>The image is not signed by \w+\.)/,
    kind: 'status',
    status: 403,
    code: 'DENIED',
    example: `${DAEMON}unknown: The image is not signed by cosign.`,
    source: 'Harbor src/server/middleware/contenttrust/contenttrust.go',
  },
  {
    id: 'registry.harbor-vulnerable',
    match: /(?<explanation>current image with \d+ vulnerabilities cannot be pulled due to configured policy .+)/s,
    kind: 'status',
    status: 403,
    code: 'DENIED',
    example: `${DAEMON}unknown: current image with 12 vulnerabilities cannot be pulled due to configured policy in 'Prevent images with vulnerability severity of "High" or higher from running.' To continue with pull, please contact your project administrator to exempt matched vulnerabilities through configuring the CVE allowlist.`,
    source: 'Harbor src/server/middleware/vulnerable/vulnerable.go',
  },
  {
    id: 'registry.gar-permission',
    match: /(?<explanation>Permission "[^"]*" denied on resource .+)/,
    kind: 'status',
    status: 403,
    code: 'DENIED',
    example: `${DAEMON}error from registry: Permission "artifactregistry.repositories.downloadArtifacts" denied on resource "projects/acme-prod/locations/europe-west1/repositories/shop" (or it may not exist)`,
    source: 'Google Artifact Registry, token server',
  },
  {
    id: 'registry.gar-unauthenticated',
    match: /(?<explanation>Unauthenticated request\. Unauthenticated requests do not have permission .+)/,
    kind: 'status',
    status: 403,
    code: 'DENIED',
    example: `${DAEMON}error from registry: Unauthenticated request. Unauthenticated requests do not have permission "artifactregistry.repositories.downloadArtifacts" on resource "projects/acme-prod/locations/europe-west1/repositories/shop" (or it may not exist)`,
    source: 'Google Artifact Registry, token server',
  },
  {
    id: 'registry.acr-firewall',
    match: /(?<explanation>client with IP '[^']*' is not allowed access.*)/s,
    kind: 'status',
    status: 403,
    code: 'DENIED',
    example: `${DAEMON}error from registry: client with IP '192.0.2.7' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.`,
    source: 'Azure Container Registry, network rules',
  },
  {
    id: 'registry.manifest-unknown',
    match: /(?<explanation>manifest unknown(?:: .*)?)/s,
    kind: 'notFound',
    status: 404,
    code: 'MANIFEST_UNKNOWN',
    example: `${DAEMON}manifest for registry.example.com/team/api:1.4.2 not found: manifest unknown: manifest unknown`,
    source: 'distribution registry/api/v2/errors.go, ErrorCodeManifestUnknown',
  },
  {
    id: 'registry.name-unknown',
    match: /(?<explanation>name unknown(?:: .*)?)/s,
    kind: 'notFound',
    status: 404,
    code: 'NAME_UNKNOWN',
    example: `${DAEMON}repository registry.example.com/shop/wev not found: name unknown: The repository with name 'shop/wev' does not exist in the registry with id '123456789012'`,
    source: 'distribution registry/api/v2/errors.go, ErrorCodeNameUnknown',
  },
  {
    id: 'registry.ecr-repository',
    match: /(?<explanation>The repository with name '[^']*' does not exist in the registry with id '[^']*')/,
    kind: 'notFound',
    status: 404,
    code: 'NAME_UNKNOWN',
    example: `${DAEMON}error from registry: The repository with name 'shop/wev' does not exist in the registry with id '123456789012'`,
    source: 'Amazon ECR, RepositoryNotFoundException',
  },
  {
    id: 'registry.quay-expired-tag',
    match: /(?<explanation>Tag \S+ was deleted or has expired\..*)/,
    kind: 'notFound',
    status: 404,
    code: 'MANIFEST_UNKNOWN',
    example: `${DAEMON}unknown: Tag 1.4.2 was deleted or has expired. To pull, revive via time machine`,
    source: 'Quay endpoints/v2/errors.py, TagExpired',
  },
  {
    id: 'registry.acr-tag',
    match: /(?<explanation>manifest tagged by "[^"]*" is not found)/,
    kind: 'notFound',
    status: 404,
    code: 'MANIFEST_UNKNOWN',
    example: `${DAEMON}error from registry: manifest tagged by "99.0" is not found`,
    source: 'Azure Container Registry, Microsoft Artifact Registry',
  },
  {
    id: 'registry.harbor-artifact',
    match: /(?<explanation>artifact \S+ not found)/,
    kind: 'notFound',
    status: 404,
    code: 'NOT_FOUND',
    example: `${DAEMON}unknown: artifact shop/web:1.4.20 not found`,
    source: 'Harbor src/pkg/artifact/manager.go',
  },
  {
    id: 'registry.harbor-repository-and-tag',
    match: /(?<explanation>resource not found: repo \S+, tag \S+ not found)/,
    kind: 'notFound',
    status: 404,
    example: `${DAEMON}unknown: resource not found: repo shop/web, tag 1.4.20 not found`,
    source: 'Harbor src/server/middleware (up to 2.0)',
  },
  {
    id: 'registry.repository-not-found',
    match: /(?<explanation>repository \S+ (?:is )?not found)/,
    kind: 'notFound',
    status: 404,
    code: 'NAME_UNKNOWN',
    example: `${DAEMON}unknown: repository shop/wev not found`,
    source: 'Harbor src/pkg/repository/dao/dao.go; moby distribution/errors.go, notFoundError.Error',
  },
  {
    id: 'registry.not-found-phrase',
    match: /(?<explanation>[Nn]ot [Ff]ound)/,
    at: { quotesRegistry: true },
    kind: 'notFound',
    status: 404,
    isWhole: true,
    example: `${DAEMON}unknown: Not Found`,
    source: 'a registry, without a code that the client knows',
  },
  {
    id: 'registry.harbor-project',
    match: /(?<explanation>project \S+ not found)/,
    kind: 'notFound',
    status: 404,
    code: 'NAME_UNKNOWN',
    example: `${DAEMON}unknown: project shop not found`,
    source: 'Harbor src/pkg/project/manager.go',
  },
  {
    id: 'registry.manifest-invalid',
    match: /(?<explanation>manifest invalid(?:: .*)?)/s,
    kind: 'status',
    code: 'MANIFEST_INVALID',
    example: `${DAEMON}manifest invalid: manifest invalid`,
    source: 'distribution registry/api/v2/errors.go, ErrorCodeManifestInvalid',
  },
  {
    id: 'registry.manifest-schema',
    match: /manifest schema unsupported(?:: .*)?/s,
    kind: 'schema1',
    step: 'manifest',
    example: `${DAEMON}manifest schema unsupported`,
    source: 'distribution registry/handlers/manifests.go',
  },
  {
    id: 'registry.manifest-blob-unknown',
    match: /manifest blob unknown(?:: .*)?/s,
    kind: 'badManifest',
    step: 'manifest',
    example: `${DAEMON}manifest blob unknown: blob unknown to registry`,
    source: 'distribution registry/api/v2/errors.go, ErrorCodeManifestBlobUnknown',
  },
  {
    id: 'registry.name-invalid',
    match: /name invalid(?:: .*)?/s,
    kind: 'badReference',
    step: 'name',
    example: `${READING}name invalid`,
    source: 'distribution registry/api/v2/errors.go, ErrorCodeNameInvalid',
  },
  {
    id: 'registry.tag-invalid',
    match: /(?:tag invalid|invalid tag name)(?:: .*)?/s,
    kind: 'badReference',
    step: 'name',
    example: `${READING}tag invalid`,
    source: 'distribution registry/api/v2/errors.go, ErrorCodeTagInvalid',
  },
  {
    id: 'registry.blob-unknown',
    match: /blob unknown(?:: .*)?/s,
    kind: 'blobMissing',
    step: 'layer',
    example: 'reading blob sha256:43997e: fetching blob: blob unknown',
    source: 'distribution registry/api/v2/errors.go, ErrorCodeBlobUnknown',
  },
  {
    id: 'registry.unsupported',
    match: /(?<explanation>unsupported(?:: .*)?)/s,
    kind: 'status',
    code: 'UNSUPPORTED',
    isWhole: true,
    example: `${READING}unsupported`,
    source: 'distribution registry/api/errcode, ErrorCodeUnsupported',
  },
  {
    id: 'registry.unavailable',
    match: /(?<explanation>unavailable: .+)/s,
    kind: 'status',
    status: 503,
    code: 'UNAVAILABLE',
    isWhole: true,
    example: `${DAEMON}unavailable: service unavailable`,
    source: 'distribution registry/api/errcode, ErrorCodeUnavailable',
  },
  {
    id: 'registry.http-to-https',
    match: /Client sent an HTTP request to an HTTPS server\.?/,
    kind: 'httpToHttps',
    example: `${DAEMON}Client sent an HTTP request to an HTTPS server.`,
    source: 'net/http server.go, serve',
  },
  {
    id: 'registry.own-text',
    match: /(?<body>.+)/s,
    at: { quotesRegistry: true },
    kind: 'status',
    isWhole: true,
    example: `${DAEMON}error from registry: this registry has been shut down`,
    source: 'a registry, without a code that the client knows',
  },
];

const COMPILED = ERRORS.filter(row => row.id !== 'registry.own-text').map(compileError);

/** The code that the wording of a body stands for. In: the text of a body. Out: the code in capitals, null when no row knows the text. */
export function codeOfBody(body: string): string | null {
  const text = body.replace(/^(?:unknown|not_found): /, '');
  return COMPILED.find(one => one.exec(text) !== null)?.row.code ?? null;
}

/**
 * What a registry states of its own: its explanation without what it only quotes of the request (host, repository and its parts, user). A
 * repository "billing/archive" is no unpaid bill.
 */
function withoutQuotes(explanation: string, reference: Reference | null, users: readonly string[]): string {
  const { registry: host = '', repository: path = '' } = reference ?? {};
  const whole = [`${host}/${path}`, path, host, ...users];
  const parts = path.split('/').flatMap(part => [`"${part}"`, `'${part}'`, `project ${part}`, `namespace ${part}`, `repository ${part}`]);
  return [...whole, ...parts].filter(text => text.length > 1).reduce((rest, text) => rest.replaceAll(text, '…'), explanation);
}

/** Characters of an explanation that are read; those of faults have some three hundred. */
const LONGEST = 2000;

/** A token is a credential: who says that it has expired says that something has. A rule about the client is a policy. */
const IMPLIED: Partial<Record<Statement, Statement>> = { tokenExpired: 'expired', clientBlocked: 'policy' };

/** The fault with what its explanation states. In: the reference and the user names that the explanation may quote. Out: each statement once. */
export function withStatements(fault: Fault, reference: Reference | null, users: readonly string[] = []): Fault {
  if (fault.explanation === null) return fault;
  const own = withoutQuotes(fault.explanation.slice(0, LONGEST), reference, users);
  const all = STATEMENTS.filter(({ match }) => match.test(own)).map(({ statement }) => statement);
  // an account that is disabled is no registry that is, and the upstream of a proxy in front of a registry is the registry
  const stated = all.includes('accountDisabled') || all.includes('gateway') ? all.filter(statement => statement !== 'offline') : all;
  return { ...fault, statements: [...new Set(stated.flatMap(one => (IMPLIED[one] === undefined ? [one] : [one, IMPLIED[one]])))] };
}
