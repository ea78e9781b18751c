/** The registry and its token server fail, limit, refuse by a rule, or are gone. */
import { APP, failure, html, isBlob, isManifest, json } from '../../helpers/lab.ts';
import { answering, atToken, BASIC, bearer, cred, hub, mirror, type Scenario, sha256, tls, to, tokenServer } from './scenario.ts';

export const registries: Scenario[] = [
  [
    '429 to the HEAD',
    { cause: 'RateLimited', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({
        answer: answering({ ...failure(429, 'TOOMANYREQUESTS', 'too many requests', { 'Retry-After': '60' }) }),
      });
      return { image: `${host}/team/app:1.4.2`, message: node => node.status(429) };
    },
  ],
  [
    '429 only to the GET by digest',
    { cause: 'RateLimited', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const limit = 'You have reached your pull rate limit. You may increase the limit by authenticating and upgrading';
      const { host } = await lab.registry({
        images: [APP],
        answer: request => (isManifest(request) && request.method === 'GET' ? failure(429, 'TOOMANYREQUESTS', limit) : undefined),
      });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node => node.content(429, `manifests/${sha256('m')}`, `toomanyrequests: ${limit}`),
      };
    },
  ],
  [
    '429 of Docker Hub to the GET, with its headers',
    { cause: 'RateLimited' },
    async lab => {
      const { host } = await lab.registry({
        ...hub(),
        images: [{ repository: 'library/redis', tag: '7' }],
        publicRepositories: ['library/redis'],
        answer: request =>
          isManifest(request) && request.method === 'GET'
            ? failure(
                429,
                'TOOMANYREQUESTS',
                'You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
                {
                  'ratelimit-limit': '100;w=21600',
                  'ratelimit-remaining': '0;w=21600',
                },
              )
            : undefined,
      });
      return {
        image: 'redis:7',
        flags: mirror('docker.io', host),
        message: node =>
          node.content(
            429,
            `manifests/${sha256('m')}`,
            'toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
          ),
      };
    },
  ],
  [
    '429 of Docker Hub to the HEAD',
    { cause: 'RateLimited' },
    async lab => {
      const { host } = await lab.registry({ answer: answering({ status: 429 }) });
      return { image: 'redis:7', flags: mirror('docker.io', host), message: node => node.status(429) };
    },
  ],
  [
    '429 at the token server, with a login',
    { cause: 'RateLimited', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ ...bearer(), answer: atToken(json(429, { details: 'slow down' })) });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], message: node => node.token(429, true) };
    },
  ],
  ...[500, 502, 503, 504].map(
    (code): Scenario => [
      `${code} to every request of a manifest`,
      { cause: 'RegistryFailing', bareCertainty: 'likely' },
      async lab => {
        const { host } = await lab.registry({
          images: [APP],
          answer: answering(code === 502 ? html(502, '502 Bad Gateway') : failure(code, 'UNKNOWN', 'unknown error')),
        });
        return { image: `${host}/team/app:1.4.2`, message: node => node.status(code) };
      },
    ],
  ),
  [
    '503 to everything, /v2/ too',
    { cause: 'RegistryFailing' },
    async lab => {
      const { host } = await lab.registry({ answer: () => html(503, 'Service Unavailable') });
      return { image: `${host}/team/app:1.4.2`, message: node => node.status(503) };
    },
  ],
  [
    '500 only to the GET by digest',
    { cause: 'RegistryFailing' },
    async lab => {
      const { host } = await lab.registry({
        images: [APP],
        answer: request => (isManifest(request) && request.method === 'GET' ? { status: 500, body: 'boom' } : undefined),
      });
      return { image: `${host}/team/app:1.4.2`, message: node => node.content(500, `manifests/${sha256('m')}`) };
    },
  ],
  [
    'a registry with a good login that fails with 500 behind it',
    { cause: 'RegistryFailing', results: ['error'] },
    async lab => {
      const { host } = await lab.registry({
        ...BASIC,
        answer: request => (isManifest(request) && request.headers.authorization ? { status: 500 } : undefined),
      });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], message: node => node.status(500) };
    },
  ],
  [
    'a manifest that never comes',
    { cause: 'RegistryFailing' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], answer: answering({ hang: true }) });
      return { image: `${host}/team/app:1.4.2`, flags: ['--timeout', '2s'], message: node => node.dial('context canceled') };
    },
  ],
  [
    'a registry that takes requests and answers none',
    { cause: 'RegistryFailing' },
    async lab => {
      const { host } = await lab.registry({ answer: () => ({ hang: true }) });
      return { image: `${host}/team/app:1.4.2`, flags: ['--timeout', '2s'], message: node => node.dial('context canceled') };
    },
  ],
  [
    'a redirect in a circle',
    { cause: 'RegistryFailing', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ answer: request => (isManifest(request) ? to(request.url) : undefined) });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node => node.resolve('failed to do request: Head "/v2/team/app/manifests/1.4.2": stopped after 10 redirects'),
      };
    },
  ],
  [
    'a token server that fails with 500',
    { cause: 'TokenServiceFailed', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ ...bearer({ allowAnonymous: true }), answer: atToken({ status: 500 }) });
      return { image: `${host}/team/app:1.4.2`, message: node => node.token(500, false) };
    },
  ],
  [
    'a token server that fails with 503, asked with a login',
    { cause: 'TokenServiceFailed', results: ['error'] },
    async lab => {
      const { host } = await lab.registry({ ...bearer(), answer: atToken({ status: 503 }) });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], message: node => node.token(503, true) };
    },
  ],
  [
    'a token server that is not there: 404',
    { cause: 'TokenServiceFailed', results: ['error'] },
    async lab => {
      const { host } = await lab.registry({ ...bearer(), answer: atToken({ status: 404, body: 'not found' }) });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], message: node => node.token(404, true) };
    },
  ],
  [
    'a token server that answers with a page',
    { cause: 'TokenServiceFailed' },
    async lab => {
      const { host } = await lab.registry({ ...bearer(), answer: atToken(html(200, 'Sign in')) });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node => node.tokenError("unable to decode token response: invalid character '<' looking for beginning of value", false),
      };
    },
  ],
  [
    'a token server that gives no token',
    { cause: 'TokenServiceFailed' },
    async lab => {
      const { host } = await lab.registry({ ...bearer(), answer: atToken(json(200, { expires_in: 300 })) });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node => node.tokenError('authorization server did not include a token in the response', false),
      };
    },
  ],
  [
    'a token server that leads to a login page',
    { cause: 'TokenServiceFailed' },
    async lab => {
      const { host } = await lab.registry({ ...bearer(), answer: atToken(to('/login', 302)) });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node => node.tokenError("unable to decode token response: invalid character '<' looking for beginning of value", false),
      };
    },
  ],
  [
    'a realm that is no address',
    { cause: 'TokenServiceFailed' },
    async lab => {
      const { host } = await lab.registry(bearer({ realm: '/token' }));
      return {
        image: `${host}/team/app:1.4.2`,
        message: node =>
          node.tokenError('Get "/token?scope=repository%3Ateam%2Fapp%3Apull&service=acme": unsupported protocol scheme ""', false),
      };
    },
  ],
  [
    'no realm at all',
    { cause: 'TokenServiceFailed' },
    async lab => {
      const { host } = await lab.registry({
        images: [APP],
        answer: () => failure(401, 'UNAUTHORIZED', 'authentication required', { 'WWW-Authenticate': 'Bearer service="acme"' }),
      });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node => node.resolve('failed to authorize: no realm specified for token auth challenge'),
      };
    },
  ],
  [
    'a token server where nothing listens',
    { cause: 'TokenServiceFailed' },
    async lab => {
      const nowhere = await lab.nowhere();
      const { host } = await lab.registry(tokenServer(`http://${nowhere}/token`));
      return {
        image: `${host}/team/app:1.4.2`,
        message: node =>
          node.tokenError(`Get "http://${nowhere}/token?scope=x&service=y": dial tcp ${nowhere}: connect: connection refused`, false),
      };
    },
  ],
  [
    'a token server where nothing listens, asked with a login',
    { cause: 'TokenServiceFailed', results: ['error'] },
    async lab => {
      const nowhere = await lab.nowhere();
      const { host } = await lab.registry(tokenServer(`http://${nowhere}/token`));
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [cred(host)],
        message: node => node.tokenError(`Post "http://${nowhere}/token": dial tcp ${nowhere}: connect: connection refused`, true),
      };
    },
  ],
  [
    'a token server whose name nobody knows',
    { cause: 'TokenServiceFailed' },
    async lab => {
      const { host } = await lab.registry(tokenServer('https://login.acme.invalid/token'));
      return {
        image: `${host}/team/app:1.4.2`,
        message: node =>
          node.tokenError(
            'Get "https://login.acme.invalid/token?scope=x&service=y": dial tcp: lookup login.acme.invalid on 10.0.0.2:53: no such host',
            false,
          ),
      };
    },
  ],
  [
    'a token server over plain HTTP at a name that nobody knows, asked with a login',
    { cause: 'TokenServiceFailed' },
    async lab => {
      const { host } = await lab.registry(tokenServer('http://login.acme.invalid/token'));
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [cred(host)],
        message: node =>
          node.tokenError('Post "http://login.acme.invalid/token": dial tcp: lookup login.acme.invalid on 10.0.0.2:53: no such host', true),
      };
    },
  ],
  [
    'a token server whose authority nobody trusts',
    { cause: 'TokenServiceFailed' },
    async lab => {
      const server = await lab.registry({ ...bearer({ allowAnonymous: true }), tls: tls.self });
      const { host } = await lab.registry(tokenServer(`${server.url}/token`));
      return {
        image: `${host}/team/app:1.4.2`,
        message: node => node.tokenError(`Get "${server.url}/token?scope=x&service=y": ${node.untrusted}`, false),
      };
    },
  ],
  [
    'a registry that refuses the tokens of its own token server',
    { cause: 'TokenServiceFailed', certainty: 'certain', bareCertainty: 'likely', results: ['error'] },
    async lab => {
      const { host } = await lab.registry({
        ...bearer(),
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? failure(401, 'UNAUTHORIZED', 'authentication required', {
                'WWW-Authenticate': `Bearer realm="http://${request.host}/token",service="${request.host}",scope="repository:team/app:pull",error="invalid_token"`,
              })
            : undefined,
      });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], message: node => node.scope('invalid_token') };
    },
  ],
  [
    'a registry that refuses a token that grants the pull, and tells no error',
    { cause: 'TokenServiceFailed', certainty: 'likely', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({
        ...bearer(),
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? failure(401, 'UNAUTHORIZED', 'authentication required', {
                'WWW-Authenticate': `Bearer realm="http://${request.host}/token",service="${request.host}",scope="repository:team/app:pull"`,
              })
            : undefined,
      });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], message: node => node.status(401) };
    },
  ],
  [
    'Harbor’s gate for vulnerable images',
    { cause: 'RegistryPolicyDenied', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({
        ...bearer(),
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? failure(412, 'PROJECTPOLICYVIOLATION', 'current image with 17 vulnerabilities cannot be pulled due to configured policy')
            : undefined,
      });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], message: node => node.status(412) };
    },
  ],
  [
    'a block for legal reasons',
    { cause: 'RegistryPolicyDenied' },
    async lab => {
      const { host } = await lab.registry({ answer: answering(failure(451, 'DENIED', 'unavailable in your region')) });
      return { image: `${host}/team/app:1.4.2`, message: node => node.status(451) };
    },
  ],
  [
    'Xray blocks the image',
    { cause: 'RegistryPolicyDenied' },
    async lab => {
      const { host } = await lab.registry({
        ...BASIC,
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? json(403, {
                errors: [
                  { status: 403, message: 'Artifact team/app/1.4.2/manifest.json has been blocked by Xray: security policy violation' },
                ],
              })
            : undefined,
      });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], message: node => node.status(403) };
    },
  ],
  [
    'a firewall of the registry that does not know this address',
    { cause: 'RegistryPolicyDenied' },
    async lab => {
      const { host } = await lab.registry({
        ...bearer(),
        answer: atToken(
          failure(403, 'DENIED', "client with IP '203.0.113.9' is not allowed access. Refer https://aka.ms/acr/firewall to grant access."),
        ),
      });
      return {
        image: 'acmeprod.azurecr.io/shop/api:1',
        secrets: [cred('acmeprod.azurecr.io')],
        flags: mirror('acmeprod.azurecr.io', host),
        message: node => node.token(403, true, 'https://acmeprod.azurecr.io/oauth2/token'),
      };
    },
  ],
  [
    'a web firewall: 403 and a page',
    { cause: 'RegistryPolicyDenied' },
    async lab => {
      const { host } = await lab.registry({ answer: answering(html(403, 'Attention Required! | Request blocked')) });
      return { image: `${host}/team/app:1.4.2`, message: node => node.status(403) };
    },
  ],
  [
    'gone: 410',
    { cause: 'RepositoryOffline' },
    async lab => {
      const { host } = await lab.registry({ answer: answering(failure(410, 'UNKNOWN', 'this registry was shut down')) });
      return { image: `${host}/team/app:1.4.2`, message: node => node.status(410) };
    },
  ],
  [
    'unpaid: 402',
    { cause: 'RepositoryOffline' },
    async lab => {
      const { host } = await lab.registry({ answer: answering(failure(402, 'DENIED', 'payment required')) });
      return { image: `${host}/team/app:1.4.2`, message: node => node.status(402) };
    },
  ],
  [
    'suspended: 403 with the reason',
    { cause: 'RepositoryOffline', results: ['denied'] },
    async lab => {
      const { host } = await lab.registry({
        ...BASIC,
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? failure(403, 'DENIED', 'the account of this registry is suspended: the invoice is unpaid')
            : undefined,
      });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], message: node => node.status(403) };
    },
  ],
  [
    'a namespace that Quay disabled: 405 DENIED',
    { cause: 'RepositoryOffline' },
    async lab => {
      const { host } = await lab.registry({
        answer: answering(failure(405, 'DENIED', 'namespace acme has been disabled. Please contact a system administrator.')),
      });
      return { image: 'quay.io/acme/web:1', flags: mirror('quay.io', host), message: node => node.status(405) };
    },
  ],

  [
    '/v2/ fails and the pull does not need it',
    { cause: 'FixedWaitingForRetry', certainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], answer: request => (request.path === '/v2/' ? { status: 500 } : undefined) });
      return { image: `${host}/team/app:1.4.2`, message: node => node.status(500) };
    },
  ],
  [
    '/v2/ is not there, and the repository wants a login',
    { cause: 'NoPullSecret', certainty: 'certain' },
    async lab => {
      const { host } = await lab.registry({ ...BASIC, answer: request => (request.path === '/v2/' ? { status: 404 } : undefined) });
      return { image: `${host}/team/app:1.4.2`, message: node => node.noLogin() };
    },
  ],
  [
    'a slow registry is no fault',
    { cause: 'FixedWaitingForRetry', certainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], answer: () => ({ delayMs: 300 }) });
      return { image: `${host}/team/app:1.4.2`, message: node => node.status(503) };
    },
  ],
  [
    'a cache whose upstream is down says so',
    { cause: ['RepositoryOffline', 'RegistryFailing'] },
    async lab => {
      const { host } = await lab.registry({
        answer: answering(failure(502, 'UNKNOWN', 'the upstream registry of this cache cannot be reached')),
      });
      return { image: `${host}/team/app:1.4.2`, message: node => node.status(502) };
    },
  ],
  [
    'a port that takes connections and never says a word',
    { cause: ['RegistryFailing', 'RegistryUnreachable'], bare: 'RegistryFailing' },
    async lab => {
      const { host } = await lab.tcp(() => {});
      return { image: `${host}/team/app:1.4.2`, flags: ['--timeout', '2s'], message: node => node.dial('context canceled') };
    },
  ],
  [
    'a layer that never comes',
    { cause: ['RegistryFailing', 'PullTooSlow'], bare: 'RegistryFailing' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], answer: request => (isBlob(request) ? { hang: true } : undefined) });
      return { image: `${host}/team/app:1.4.2`, flags: ['--timeout', '2s'], message: node => node.plain('context canceled') };
    },
  ],
  [
    'a token server that never answers',
    { cause: 'TokenServiceFailed', results: ['error'] },
    async lab => {
      const { host } = await lab.registry({ ...bearer(), answer: atToken({ hang: true }) });
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [cred(host)],
        flags: ['--timeout', '2s'],
        message: node => node.tokenError(`Post "http://${host}/token": dial tcp ${host}: i/o timeout`, true),
      };
    },
  ],
];
