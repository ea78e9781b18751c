/** A credential is sent, and what becomes of it. */
import { APP, failure, isManifest, json, loginsIn, pullSecret } from '../../helpers/lab.ts';
import { BASIC, bearer, cred, hub, jwt, mirror, RIGHT, type Scenario, USER, users, WRONG } from './scenario.ts';

export const auth: Scenario[] = [
  [
    'a wrong password, Basic',
    { cause: 'CredentialsRejected', certainty: 'certain', bareCertainty: 'likely', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, WRONG)], message: node => node.status(401) };
    },
  ],
  [
    'a wrong password at a token server: POST and GET refused',
    { cause: 'CredentialsRejected', certainty: 'certain', bareCertainty: 'likely', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry(bearer());
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, WRONG)], message: node => node.token(401, true) };
    },
  ],
  [
    'a wrong password at a token server that knows no POST',
    { cause: 'CredentialsRejected', certainty: 'certain', bareCertainty: 'likely', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry(bearer({ postAllowed: false }));
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, WRONG)], message: node => node.token(401, true) };
    },
  ],
  [
    'an unknown user, and the tag is missing too',
    { cause: 'CredentialsRejected', certainty: 'certain', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:2`, secrets: [cred(host, WRONG, 'nobody')], message: node => node.status(401) };
    },
  ],
  [
    'a line break behind the password, Basic',
    {
      cause: 'CredentialsRejected',
      certainty: 'certain',
      results: ['rejected'],
      text: /line break.*without this defect the registry accepts it/,
    },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, `${RIGHT}\n`)], message: node => node.status(401) };
    },
  ],
  [
    'a line break behind the password, token server',
    {
      cause: 'CredentialsRejected',
      certainty: 'certain',
      results: ['rejected'],
      text: /line break.*without this defect the registry accepts it/,
    },
    async lab => {
      const { host } = await lab.registry(bearer());
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, `${RIGHT}\n`)], message: node => node.token(401, true) };
    },
  ],
  [
    'a line break behind a password that is wrong all the same',
    { cause: 'CredentialsRejected', certainty: 'certain', results: ['rejected'], text: /rejects it too/ },
    async lab => {
      const { host } = await lab.registry(bearer());
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, `${WRONG}\n`)], message: node => node.token(401, true) };
    },
  ],
  [
    'a password in the quotes of a shell',
    { cause: 'CredentialsRejected', results: ['rejected'], text: /quotation marks.*accepts it/ },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, `"${RIGHT}"`)], message: node => node.status(401) };
    },
  ],
  [
    'a robot whose dollar a shell ate',
    { cause: 'CredentialsRejected', results: ['rejected'], text: /shell expanded it.*accepts it/ },
    async lab => {
      const { host } = await lab.registry(bearer({ users: { 'robot$team+ci': RIGHT } }));
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, RIGHT, 'robot+ci')], message: node => node.token(401, true) };
    },
  ],
  [
    'a wrong password for a private image of Docker Hub',
    { cause: 'CredentialsRejected', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry({
        ...hub(),
        answer: request => (loginsIn([request]).length > 0 ? json(401, { details: 'incorrect username or password' }) : undefined),
      });
      return {
        image: 'acme/web:1.4.2',
        secrets: [cred('https://index.docker.io/v1/', WRONG)],
        flags: mirror('docker.io', host),
        message: node => node.token(401, true, 'https://auth.docker.io/token'),
      };
    },
  ],
  [
    'a revoked token for a private package of ghcr.io, which answers 403',
    { cause: 'CredentialsRejected', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry({
        ...bearer({ service: 'ghcr.io' }),
        answer: request => (loginsIn([request]).length > 0 ? failure(403, 'DENIED', 'denied') : undefined),
      });
      return {
        image: 'ghcr.io/acme/web:1',
        secrets: [cred('ghcr.io', WRONG)],
        flags: mirror('ghcr.io', host),
        message: node => node.token(403, true, 'https://ghcr.io/token'),
      };
    },
  ],
  [
    'an ECR token past its twelve hours',
    { cause: 'CredentialsExpired', text: /12 hours/ },
    async lab => {
      const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
      const { host } = await lab.registry({
        auth: { kind: 'basic', users: { AWS: RIGHT } },
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? failure(403, 'DENIED', 'Your authorization token has expired. Reauthenticate and try again.')
            : undefined,
      });
      return {
        image: `${registry}/shop/web:1`,
        secrets: [pullSecret('regcred', { [registry]: ['AWS', WRONG] }, { ageHours: 50 })],
        flags: mirror(registry, host),
        message: node => node.status(403),
      };
    },
  ],
  [
    'an ECR token past its time, and the registry tells no reason',
    { cause: 'CredentialsExpired', certainty: 'likely' },
    async lab => {
      const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
      const { host } = await lab.registry({
        auth: { kind: 'basic', users: { AWS: RIGHT } },
        answer: request => (isManifest(request) && request.headers.authorization ? { status: 403 } : undefined),
      });
      return {
        image: `${registry}/shop/web:1`,
        secrets: [pullSecret('regcred', { [registry]: ['AWS', WRONG] }, { ageHours: 50 })],
        flags: mirror(registry, host),
        message: node => node.status(403),
      };
    },
  ],
  [
    'a password that is a JWT past its end',
    { cause: 'CredentialsExpired', certainty: 'certain', results: ['rejected'], text: /expired on/ },
    async lab => {
      const { host } = await lab.registry(BASIC);
      const token = jwt({ sub: 'ci', exp: Math.floor(Date.now() / 1000) - 90_000 });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, token)], message: node => node.status(401) };
    },
  ],
  [
    'a JWT past its end at a token server',
    { cause: 'CredentialsExpired', certainty: 'certain', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry(bearer());
      const token = jwt({ sub: 'ci', exp: Math.floor(Date.now() / 1000) - 90_000 });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, token)], message: node => node.token(401, true) };
    },
  ],
  [
    'a token server that says that the token has expired',
    { cause: 'CredentialsExpired', certainty: 'certain', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry({
        ...bearer(),
        answer: request => (loginsIn([request]).length > 0 ? json(401, { details: 'personal access token is expired' }) : undefined),
      });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, WRONG)], message: node => node.token(401, true) };
    },
  ],
  [
    'a registry that says by Basic that the token has expired',
    { cause: 'CredentialsExpired', certainty: 'certain', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry({
        ...BASIC,
        answer: request =>
          request.headers.authorization
            ? failure(401, 'UNAUTHORIZED', 'the access token has expired', { 'WWW-Authenticate': 'Basic realm="acme"' })
            : undefined,
      });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, WRONG)], message: node => node.status(401) };
    },
  ],
  [
    'an access token of Google older than an hour',
    { cause: 'CredentialsExpired', results: ['rejected'] },
    async lab => {
      const registry = 'europe-west1-docker.pkg.dev';
      const { host } = await lab.registry({
        ...bearer(),
        answer: request => (loginsIn([request]).length > 0 ? failure(401, 'UNAUTHORIZED', 'authentication failed') : undefined),
      });
      return {
        image: `${registry}/acme/shop/web:1`,
        secrets: [pullSecret('regcred', { [registry]: ['oauth2accesstoken', WRONG] }, { ageHours: 5 })],
        flags: mirror(registry, host),
        message: node => node.token(401, true, `https://${registry}/v2/token`),
      };
    },
  ],
  [
    'a stale password for a public image, Basic',
    // containerd sends no login to a manifest that asks for none: with the message gone, nothing tells that it did
    {
      cause: 'CredentialsBlockPublicImage',
      certainty: 'certain',
      bare: 'FixedWaitingForRetry',
      bareCertainty: 'likely',
      results: ['rejected'],
    },
    async lab => {
      const { host } = await lab.registry({ ...BASIC, publicRepositories: ['team/app'] });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, WRONG)], message: node => node.status(401) };
    },
  ],
  [
    'a stale password for a public image, token server',
    { cause: 'CredentialsBlockPublicImage', certainty: 'certain', bareCertainty: 'likely', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry({ ...bearer({ allowAnonymous: true }), publicRepositories: ['team/app'] });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, WRONG)], message: node => node.token(401, true) };
    },
  ],
  [
    'a revoked token for a public package of ghcr.io',
    { cause: 'CredentialsBlockPublicImage', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry({
        ...bearer({ service: 'ghcr.io', allowAnonymous: true }),
        images: [{ repository: 'acme/web', tag: '1' }],
        publicRepositories: ['acme/web'],
        answer: request => (loginsIn([request]).length > 0 ? failure(403, 'DENIED', 'denied') : undefined),
      });
      return {
        image: 'ghcr.io/acme/web:1',
        secrets: [cred('ghcr.io', WRONG)],
        flags: mirror('ghcr.io', host),
        message: node => node.token(403, true, 'https://ghcr.io/token'),
      };
    },
  ],
  [
    'a stale password for a public image whose tag is missing besides',
    { cause: 'CredentialsBlockPublicImage', results: ['rejected'], next: ['TagNotFound'] },
    async lab => {
      const { host } = await lab.registry({
        ...hub(),
        images: [{ repository: 'library/nginx', tag: '1.27' }],
        publicRepositories: ['library/nginx'],
      });
      return {
        image: 'nginx:9.99',
        secrets: [cred('https://index.docker.io/v1/', WRONG)],
        flags: mirror('docker.io', host),
        message: node => node.token(401, true, 'https://auth.docker.io/token'),
      };
    },
  ],
  [
    'an expired login for an image of ECR Public',
    { cause: 'CredentialsBlockPublicImage' },
    async lab => {
      const { host } = await lab.registry({
        ...bearer({ service: 'public.ecr.aws', allowAnonymous: true }),
        images: [{ repository: 'nginx/nginx', tag: '1' }],
        publicRepositories: ['nginx/nginx'],
        answer: request =>
          loginsIn([request]).length > 0
            ? failure(403, 'DENIED', 'Your authorization token has expired. Reauthenticate and try again.')
            : undefined,
      });
      return {
        image: 'public.ecr.aws/nginx/nginx:1',
        secrets: [pullSecret('regcred', { 'public.ecr.aws': ['AWS', WRONG] }, { ageHours: 40 })],
        flags: mirror('public.ecr.aws', host),
        message: node => node.token(403, true, 'https://public.ecr.aws/token/'),
      };
    },
  ],
  [
    // many token servers grant as little for a repository that does not exist
    'a good login without the right: insufficient_scope',
    { cause: 'AccessDenied', certainty: 'likely', results: ['denied'] },
    async lab => {
      const { host } = await lab.registry(bearer({ grants: { [USER]: ['team/other'] } }));
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], message: node => node.scope() };
    },
  ],
  [
    'a good login without the right: 401 and no error in the challenge',
    { cause: 'AccessDenied', results: ['denied'] },
    async lab => {
      const { host } = await lab.registry(bearer({ grants: { [USER]: ['team/other'] }, errorInChallenge: false }));
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], message: node => node.status(401) };
    },
  ],
  [
    'a good login without the right: Basic, 403 DENIED',
    { cause: 'AccessDenied', certainty: 'certain', bareCertainty: 'likely', results: ['denied'] },
    async lab => {
      const { host } = await lab.registry({
        ...BASIC,
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? failure(403, 'DENIED', 'requested access to the resource is denied')
            : undefined,
      });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], message: node => node.status(403) };
    },
  ],
  [
    'a refusal that quotes a repository whose name sounds like another cause',
    { cause: 'AccessDenied', results: ['denied'] },
    async lab => {
      const repository = 'billing/archived-legal';
      const { host } = await lab.registry({
        ...BASIC,
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? failure(403, 'DENIED', `requested access to repository ${repository} is denied for user "ci"`)
            : undefined,
      });
      return { image: `${host}/${repository}:1.4.2`, secrets: [cred(host)], message: node => node.status(403) };
    },
  ],
  [
    'a private repository whose name sounds like another cause, nothing brought',
    { cause: 'NoPullSecret' },
    async lab => {
      const repository = 'payment/geo-scanner';
      const { host } = await lab.registry({
        ...bearer({ allowAnonymous: true }),
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? failure(401, 'UNAUTHORIZED', `authentication required for ${repository}`, {
                'WWW-Authenticate': `Bearer realm="http://${request.host}/token",service="${request.host}",scope="repository:${repository}:pull",error="insufficient_scope"`,
              })
            : undefined,
      });
      return { image: `${host}/${repository}:1.4.2`, message: node => node.scope() };
    },
  ],
  [
    'Docker Hub: a good login that opens nothing here',
    { cause: 'RepositoryNotFoundOrPrivate', results: ['denied'] },
    async lab => {
      const { host } = await lab.registry(hub());
      return {
        image: 'acme/wbe:1.4.2',
        secrets: [cred('https://index.docker.io/v1/')],
        flags: mirror('docker.io', host),
        message: node => node.scope(),
      };
    },
  ],
  [
    'ghcr.io: a token without read:packages',
    { cause: 'AccessDenied', results: ['denied'] },
    async lab => {
      const { host } = await lab.registry({
        ...bearer({ service: 'ghcr.io' }),
        answer: request =>
          isManifest(request) && request.headers.authorization ? failure(403, 'DENIED', 'permission_denied: read_package') : undefined,
      });
      return {
        image: 'ghcr.io/acme/web:1',
        secrets: [cred('ghcr.io')],
        flags: mirror('ghcr.io', host),
        message: node => node.status(403),
      };
    },
  ],
  [
    'quay.io: a robot that may not read here',
    { cause: 'RepositoryNotFoundOrPrivate', results: ['denied'] },
    async lab => {
      const { host } = await lab.registry(bearer({ service: 'quay.io', grants: { [USER]: [] }, errorInChallenge: false }));
      return { image: 'quay.io/acme/web:1', secrets: [cred('quay.io')], flags: mirror('quay.io', host), message: node => node.status(401) };
    },
  ],
  [
    'GitLab: 403 for a bad token and for a missing project alike',
    { cause: 'RepositoryNotFoundOrPrivate', results: ['denied'] },
    async lab => {
      const { host } = await lab.registry({
        ...bearer({ service: 'container_registry' }),
        answer: request => (loginsIn([request]).length > 0 ? failure(403, 'DENIED', 'access forbidden') : undefined),
      });
      return {
        image: 'registry.gitlab.com/acme/web:1',
        secrets: [cred('registry.gitlab.com', WRONG)],
        flags: mirror('registry.gitlab.com', host),
        message: node => node.token(403, true, 'https://gitlab.com/jwt/auth'),
      };
    },
  ],
  [
    'a Harbor of one’s own: a robot that may not pull here',
    { cause: 'RepositoryNotFoundOrPrivate', results: ['denied'] },
    async lab => {
      const { host } = await lab.registry(bearer({ service: 'harbor-registry', allowAnonymous: true, grants: { [USER]: [] } }));
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], message: node => node.scope() };
    },
  ],
  [
    'ECR: a role without the right',
    { cause: 'AccessDenied', results: ['denied'] },
    async lab => {
      const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
      const { host } = await lab.registry({
        auth: { kind: 'basic', users: { AWS: RIGHT } },
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? failure(
                403,
                'DENIED',
                'User: arn:aws:sts::123456789012:assumed-role/ci/x is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:123456789012:repository/shop/web because no resource-based policy allows the ecr:BatchGetImage action',
              )
            : undefined,
      });
      return {
        image: `${registry}/shop/web:1`,
        secrets: [cred(registry, RIGHT, 'AWS')],
        flags: mirror(registry, host),
        message: node => node.status(403),
      };
    },
  ],
  [
    '401 and no challenge, nothing brought',
    { cause: 'AuthMethodUnsupported' },
    async lab => {
      const { host } = await lab.registry({ answer: () => ({ status: 401, body: 'who are you?' }) });
      return { image: `${host}/team/app:1.4.2`, message: node => node.status(401) };
    },
  ],
  [
    '401 and no challenge, a secret brought: no password is sent',
    { cause: 'AuthMethodUnsupported', results: ['notTried'] },
    async lab => {
      const { host } = await lab.registry({ answer: () => ({ status: 401, body: 'who are you?' }) });
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [cred(host)],
        message: node => node.status(401),
        after: t => t.equal(loginsIn(lab.requests).length, 0, 'no password goes anywhere'),
      };
    },
  ],
  [
    'only methods that no runtime speaks',
    { cause: 'AuthMethodUnsupported' },
    async lab => {
      const { host } = await lab.registry({
        answer: () => ({ status: 401, headers: { 'WWW-Authenticate': ['Negotiate', 'Digest realm="acme", nonce="abc", qop="auth"'] } }),
      });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], message: node => node.status(401) };
    },
  ],
  [
    'two secrets for one registry, the second works',
    { cause: 'FixedWaitingForRetry', certainty: 'likely', bareCertainty: 'likely', results: ['rejected', 'accepted'] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [pullSecret('stale', { [host]: [USER, WRONG] }), pullSecret('fresh', { [host]: [USER, RIGHT] })],
        message: node => node.status(401),
      };
    },
  ],
  [
    'two secrets for one registry, both refused',
    { cause: 'CredentialsRejected', results: ['rejected', 'rejected'] },
    async lab => {
      const { host } = await lab.registry(bearer());
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [pullSecret('one', { [host]: [USER, WRONG] }), pullSecret('two', { [host]: ['other', WRONG] })],
        message: node => node.token(401, true),
      };
    },
  ],
  [
    'a secret that was repaired since',
    { cause: 'FixedWaitingForRetry', certainty: 'likely', bareCertainty: 'likely', results: ['accepted'] },
    async lab => {
      const { host } = await lab.registry(bearer());
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], message: node => node.token(401, true) };
    },
  ],
  [
    'a right login behind Basic, and the node’s message is of yesterday',
    { cause: 'FixedWaitingForRetry', certainty: 'likely', results: ['accepted'] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], message: node => node.status(401) };
    },
  ],

  [
    'the entry for the longer path is tried first, and is wrong',
    { cause: 'FixedWaitingForRetry', certainty: 'likely', results: ['rejected', 'accepted'] },
    async lab => {
      const { host } = await lab.registry(bearer());
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [pullSecret('regcred', { [host]: [USER, RIGHT], [`${host}/team`]: ['other', WRONG] })],
        message: node => node.token(401, true),
      };
    },
  ],
  [
    'one login is refused, the other has no right: two errors in one text',
    { cause: ['CredentialsRejected', 'AccessDenied'], results: ['rejected', 'denied'] },
    async lab => {
      const { host } = await lab.registry(bearer({ grants: { other: [] } }));
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [pullSecret('one', { [host]: [USER, WRONG] }), pullSecret('two', { [host]: ['other', users.other] })],
        message: node => `[${node.token(401, true)}, ${node.scope()}]`,
      };
    },
  ],
  [
    'a wrong password at a token server of another host',
    { cause: 'CredentialsRejected', certainty: 'certain', results: ['rejected'] },
    async lab => {
      const server = await lab.registry(bearer());
      const { host } = await lab.registry(bearer({ realm: `${server.url}/token` }));
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [cred(host, WRONG)],
        message: node => node.token(401, true, `${server.url}/token`),
      };
    },
  ],
  [
    'a good login at a token server of another host that refuses POST',
    { cause: 'TagNotFound', certainty: 'certain', results: ['accepted'] },
    async lab => {
      const server = await lab.registry({
        ...bearer(),
        answer: request => (request.method === 'POST' ? { status: 405 } : undefined),
      });
      const { host } = await lab.registry(bearer({ realm: `${server.url}/token` }));
      return { image: `${host}/team/app:9`, secrets: [cred(host)], message: node => node.notFound() };
    },
  ],
  [
    'Digest is offered before Basic, and the login is good',
    { cause: 'TagNotFound', results: ['accepted'] },
    async lab => {
      const { host } = await lab.registry({
        ...BASIC,
        answer: request =>
          request.headers.authorization
            ? undefined
            : { status: 401, headers: { 'WWW-Authenticate': ['Digest realm="acme", nonce="abc"', 'Basic realm="acme"'] } },
      });
      return { image: `${host}/team/app:9`, secrets: [cred(host)], message: node => node.notFound() };
    },
  ],
  [
    'a password with colons and letters of other alphabets',
    { cause: 'TagNotFound', results: ['accepted'] },
    async lab => {
      const password = 'c4nary:ü:пароль';
      const { host } = await lab.registry({ ...BASIC, auth: { kind: 'basic', users: { [USER]: password } } });
      return { image: `${host}/team/app:9`, secrets: [cred(host, password)], message: node => node.notFound() };
    },
  ],
  [
    'a wrong password that nobody asks for',
    { cause: 'TagNotFound', results: ['accepted'] },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return { image: `${host}/team/app:9`, secrets: [cred(host, WRONG)], message: node => node.notFound() };
    },
  ],
  [
    'a token server that refuses a login with 403 and tells no reason',
    { cause: ['AccessDenied', 'CredentialsRejected', 'TokenServiceFailed'] },
    async lab => {
      const { host } = await lab.registry({ ...bearer(), answer: request => (request.path === '/token' ? { status: 403 } : undefined) });
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [cred(host)],
        message: node => node.token(403, true),
        after: (t, run) =>
          t.notOk(
            run.items.some(item => item.image === `${host}/team/app:1.4.2` && item.certainty === 'certain'),
            'that proves nothing',
          ),
      };
    },
  ],
  [
    'Artifactory: a login without the right',
    { cause: 'AccessDenied', results: ['denied'] },
    async lab => {
      const { host } = await lab.registry({
        ...bearer({ grants: { [USER]: [] }, errorInChallenge: false }),
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? failure(401, 'UNAUTHORIZED', 'The client does not have permission for manifest', {
                'WWW-Authenticate': `Bearer realm="http://${request.host}/token",service="${request.host}"`,
              })
            : undefined,
      });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], message: node => node.status(401) };
    },
  ],
];
