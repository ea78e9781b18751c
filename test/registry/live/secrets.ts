/** A login is wanted, and the pod brings none that helps. */
import { APP, failure, isManifest, json, pullSecret, rawSecret } from '../../helpers/lab.ts';
import { BASIC, bearer, cred, hub, mirror, RIGHT, type Scenario, USER, users } from './scenario.ts';

export const secrets: Scenario[] = [
  [
    'Basic, and the pod brings nothing',
    { cause: 'NoPullSecret', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, message: node => node.noLogin() };
    },
  ],
  [
    'a token server that knows no anonymous pull',
    { cause: 'NoPullSecret', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry(bearer());
      return { image: `${host}/team/app:1.4.2`, message: node => node.token(401, false) };
    },
  ],
  [
    // many token servers grant as little for a repository that does not exist
    'an anonymous token that opens nothing',
    { cause: 'NoPullSecret', certainty: 'likely' },
    async lab => {
      const { host } = await lab.registry(bearer({ allowAnonymous: true }));
      return { image: `${host}/team/app:1.4.2`, message: node => node.scope() };
    },
  ],
  [
    '/v2/ is open and the repository is not',
    { cause: 'NoPullSecret', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ ...BASIC, answer: request => (request.path === '/v2/' ? json(200, {}) : undefined) });
      return { image: `${host}/team/app:1.4.2`, message: node => node.noLogin() };
    },
  ],
  [
    '/v2/ is open, the repository is not, and the login is good but has no such tag',
    { cause: 'TagNotFound', results: ['accepted'] },
    async lab => {
      const { host } = await lab.registry({ ...BASIC, answer: request => (request.path === '/v2/' ? json(200, {}) : undefined) });
      return { image: `${host}/team/app:2`, secrets: [cred(host)], message: node => node.notFound() };
    },
  ],
  [
    'localhost by name',
    { cause: 'NoPullSecret', bareCertainty: 'likely' },
    async lab => {
      const { port } = await lab.registry(BASIC);
      return { image: `localhost:${port}/team/app:1.4.2`, message: node => node.noLogin() };
    },
  ],
  [
    'Docker Hub, nothing brought',
    { cause: 'RepositoryNotFoundOrPrivate' },
    async lab => {
      const { host } = await lab.registry(hub());
      return { image: 'acme/wbe:1.4.2', flags: mirror('docker.io', host), message: node => node.scope() };
    },
  ],
  [
    'ghcr.io, nothing brought',
    { cause: 'RepositoryNotFoundOrPrivate' },
    async lab => {
      const { host } = await lab.registry(bearer({ service: 'ghcr.io' }));
      return { image: 'ghcr.io/acme/web:1', flags: mirror('ghcr.io', host), message: node => node.token(401, false) };
    },
  ],
  [
    'quay.io, nothing brought: its challenge never tells an error',
    { cause: 'RepositoryNotFoundOrPrivate' },
    async lab => {
      const { host } = await lab.registry(bearer({ service: 'quay.io', allowAnonymous: true, errorInChallenge: false }));
      return { image: 'quay.io/acme/web:1', flags: mirror('quay.io', host), message: node => node.status(401) };
    },
  ],
  [
    'GitLab, nothing brought',
    { cause: 'RepositoryNotFoundOrPrivate' },
    async lab => {
      const { host } = await lab.registry(bearer({ service: 'container_registry', allowAnonymous: true }));
      return { image: 'registry.gitlab.com/acme/web:1', flags: mirror('registry.gitlab.com', host), message: node => node.scope() };
    },
  ],
  [
    'Artifact Registry, nothing brought: its token server refuses at once',
    { cause: 'RepositoryNotFoundOrPrivate' },
    async lab => {
      const registry = 'europe-west1-docker.pkg.dev';
      const { host } = await lab.registry({
        ...bearer(),
        answer: request =>
          request.path === '/token'
            ? failure(
                403,
                'DENIED',
                'Unauthenticated request. Unauthenticated requests do not have permission "artifactregistry.repositories.downloadArtifacts" on resource "projects/acme/locations/europe-west1/repositories/shop" (or it may not exist)',
              )
            : undefined,
      });
      return {
        image: `${registry}/acme/shop/web:1`,
        flags: mirror(registry, host),
        message: node => node.token(403, false, `https://${registry}/v2/token`),
      };
    },
  ],
  [
    'a Harbor of one’s own: an empty token, then a Basic challenge',
    { cause: 'RepositoryNotFoundOrPrivate' },
    async lab => {
      const { host } = await lab.registry({
        ...bearer({ service: 'harbor-registry', allowAnonymous: true }),
        answer: request =>
          isManifest(request) && request.headers.authorization
            ? failure(
                401,
                'UNAUTHORIZED',
                'unauthorized to access repository: team/app, action: pull: unauthorized to access repository: team/app, action: pull',
                {
                  'WWW-Authenticate': 'Basic realm="harbor"',
                },
              )
            : undefined,
      });
      return { image: `${host}/team/app:1.4.2`, message: node => node.noLogin() };
    },
  ],
  [
    'ECR, nothing brought: the node may have a role of its own',
    { cause: 'NoPullSecret' },
    async lab => {
      const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
      const { host } = await lab.registry({ auth: { kind: 'basic', users: { AWS: RIGHT } } });
      return { image: `${registry}/shop/web:1`, flags: mirror(registry, host), message: node => node.noLogin() };
    },
  ],
  [
    'a secret for another host',
    { cause: 'SecretRegistryMismatch', certainty: 'certain', bareCertainty: 'likely', results: [] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, secrets: [cred('registry.example.com')], message: node => node.noLogin() };
    },
  ],
  [
    'a secret for another port',
    { cause: 'SecretRegistryMismatch', certainty: 'certain', bareCertainty: 'likely', results: [] },
    async lab => {
      const { host } = await lab.registry(bearer());
      return { image: `${host}/team/app:1.4.2`, secrets: [cred('127.0.0.1:5000')], message: node => node.token(401, false) };
    },
  ],
  [
    'a secret for another path',
    { cause: 'SecretRegistryMismatch', certainty: 'certain', bareCertainty: 'likely', results: [], text: /not a prefix/ },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(`${host}/other`)], message: node => node.noLogin() };
    },
  ],
  [
    'a secret for Docker Hub without the last slash',
    { cause: 'SecretRegistryMismatch', results: [], text: /slash/ },
    async lab => {
      const { host } = await lab.registry(hub({ grants: { [USER]: ['acme/web'] } }));
      return {
        image: 'acme/web:1.4.2',
        secrets: [cred('https://index.docker.io/v1')],
        flags: mirror('docker.io', host),
        message: node => node.scope(),
      };
    },
  ],
  [
    'a secret under a name that is not Docker Hub for kubelet',
    { cause: 'SecretRegistryMismatch', results: [], text: /index\.docker\.io/ },
    async lab => {
      const { host } = await lab.registry(hub({ grants: { [USER]: ['acme/web'] } }));
      return {
        image: 'acme/web:1.4.2',
        secrets: [cred('registry-1.docker.io')],
        flags: mirror('docker.io', host),
        message: node => node.scope(),
      };
    },
  ],
  [
    'a secret that is not there, and the file shows it',
    { cause: 'SecretNotFound', certainty: 'certain', bareCertainty: 'likely', results: [] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [pullSecret('unrelated', { 'registry.example.com': [USER, RIGHT] })],
        pull: ['regcred'],
        unreadable: ['regcred'],
        message: node => node.noLogin(),
      };
    },
  ],
  [
    'a secret that is only in another namespace',
    { cause: 'SecretNotFound', certainty: 'certain', bareCertainty: 'likely', text: /build/ },
    async lab => {
      const { host } = await lab.registry(bearer());
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [
          pullSecret('regcred', { [host]: [USER, RIGHT] }, { namespace: 'build' }),
          pullSecret('unrelated', { 'registry.example.com': [USER, RIGHT] }),
        ],
        pull: ['regcred'],
        message: node => node.token(401, false),
      };
    },
  ],
  [
    'a secret of which only the node says that it is not there',
    { cause: 'SecretNotFound', certainty: 'likely', bare: 'SecretNotFound' },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, pull: ['regcred'], unreadable: ['regcred'], message: node => node.noLogin() };
    },
  ],
  [
    'a missing secret and a public image whose tag is wrong: the secret is not needed',
    { cause: 'TagNotFound' },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return {
        image: `${host}/team/app:2`,
        secrets: [pullSecret('unrelated', { 'registry.example.com': [USER, RIGHT] })],
        pull: ['regcred'],
        unreadable: ['regcred'],
        message: node => node.notFound(),
      };
    },
  ],
  [
    'the service account has the secret, the pod does not',
    { cause: 'SecretNotInherited', certainty: 'certain', bareCertainty: 'likely', results: [] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], pull: [], account: ['regcred'], message: node => node.noLogin() };
    },
  ],
  [
    'the pod lists a secret of its own, and so takes none of its service account',
    { cause: 'SecretNotInherited', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry(bearer());
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [cred(host), pullSecret('own', { 'registry.example.com': [USER, RIGHT] })],
        pull: ['own'],
        account: ['regcred'],
        message: node => node.token(401, false),
      };
    },
  ],
  [
    'a secret of type Opaque',
    { cause: 'SecretMalformed', certainty: 'certain', bareCertainty: 'likely', results: [], text: /Opaque/ },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [rawSecret('regcred', JSON.stringify({ auths: { [host]: { username: USER, password: RIGHT } } }), { type: 'Opaque' })],
        message: node => node.noLogin(),
      };
    },
  ],
  [
    'a secret with the key of the other type',
    { cause: 'SecretMalformed', certainty: 'certain', bareCertainty: 'likely', results: [] },
    async lab => {
      const { host } = await lab.registry(bearer());
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [
          rawSecret('regcred', JSON.stringify({ auths: { [host]: { username: USER, password: RIGHT } } }), {
            type: 'kubernetes.io/dockercfg',
          }),
        ],
        message: node => node.token(401, false),
      };
    },
  ],
  [
    'the older form without auths in a secret of the newer type',
    { cause: 'SecretMalformed', results: [] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [rawSecret('regcred', JSON.stringify({ [host]: { username: USER, password: RIGHT } }))],
        message: node => node.noLogin(),
      };
    },
  ],
  [
    'a secret whose JSON ends early',
    { cause: 'SecretMalformed', certainty: 'certain', bareCertainty: 'certain', results: [] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [rawSecret('regcred', `{"auths":{"${host}":{"username":"${USER}","password":"${RIGHT}"`)],
        message: () => 'unexpected end of JSON input',
      };
    },
  ],
  [
    'a secret whose auth is no base64',
    { cause: 'SecretMalformed', certainty: 'certain', bareCertainty: 'certain', results: [] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [pullSecret('regcred', { [host]: { auth: `Y2k6!${RIGHT}` } })],
        message: () => 'illegal base64 data at input byte 4',
      };
    },
  ],
  [
    'a secret whose auth has no colon',
    { cause: 'SecretMalformed', certainty: 'certain', bareCertainty: 'certain', results: [] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [pullSecret('regcred', { [host]: { auth: Buffer.from(RIGHT).toString('base64') } })],
        message: () => 'unable to parse auth field, must be formatted as base64(username:password)',
      };
    },
  ],
  [
    'one broken secret beside a good one stops a public image',
    { cause: 'SecretMalformed', certainty: 'certain', bareCertainty: 'certain' },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [cred(host), pullSecret('broken', { 'registry.example.com': { auth: '!!!' } })],
        message: () => 'illegal base64 data at input byte 0',
      };
    },
  ],
  [
    'a secret that only names a credential store',
    { cause: 'SecretHasNoCredentials', certainty: 'certain', bareCertainty: 'likely', results: [] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [rawSecret('regcred', '{"credsStore":"desktop"}')],
        message: node => node.noLogin(),
      };
    },
  ],
  [
    'what Docker Desktop leaves behind: an empty entry',
    { cause: 'SecretHasNoCredentials', certainty: 'certain', bareCertainty: 'likely', results: ['notVerifiable'] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [pullSecret('regcred', {}, { document: { auths: { [host]: {} }, credsStore: 'desktop' } })],
        message: node => node.noLogin(),
      };
    },
  ],
  [
    'an empty entry before a token server',
    { cause: 'SecretHasNoCredentials', certainty: 'certain', bareCertainty: 'likely', results: ['notVerifiable'] },
    async lab => {
      const { host } = await lab.registry(bearer());
      return { image: `${host}/team/app:1.4.2`, secrets: [pullSecret('regcred', { [host]: {} })], message: node => node.token(401, false) };
    },
  ],
  [
    'an identity token, which kubelet drops',
    { cause: 'SecretHasNoCredentials', results: ['notVerifiable'], text: /identitytoken/ },
    async lab => {
      const { host } = await lab.registry(bearer());
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [pullSecret('regcred', { [host]: { identitytoken: RIGHT } })],
        message: node => node.token(401, false),
      };
    },
  ],

  [
    'a private repository whose tag is missing besides',
    { cause: 'NoPullSecret', certainty: 'certain' },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:9`, message: node => node.noLogin() };
    },
  ],
  [
    'one secret is missing, another is for another registry',
    { cause: 'SecretNotFound', certainty: 'certain' },
    async lab => {
      const { host } = await lab.registry(bearer());
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [pullSecret('other', { 'registry.example.com': [USER, RIGHT] })],
        pull: ['other', 'regcred'],
        unreadable: ['regcred'],
        message: node => node.token(401, false),
      };
    },
  ],
  [
    'the secrets were not saved, and the node sent nothing',
    { cause: ['SecretNotFound', 'SecretRegistryMismatch', 'NoPullSecret', 'SecretHasNoCredentials'], bare: null },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return {
        image: `${host}/team/app:1.4.2`,
        pull: ['regcred'],
        message: node => (node.runtime === '1.6' ? node.token(401, false) : node.noLogin()),
      };
    },
  ],
  [
    'the secrets were not saved, and the node sent one that was refused',
    { cause: 'CredentialsRejected', bare: null },
    async lab => {
      const { host } = await lab.registry(bearer());
      return { image: `${host}/team/app:1.4.2`, pull: ['regcred'], message: node => node.token(401, true) };
    },
  ],
  [
    'a secret of the older type, which is as good',
    { cause: 'TagNotFound', results: ['accepted'] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return {
        image: `${host}/team/app:9`,
        secrets: [
          rawSecret('regcred', JSON.stringify({ [host]: { username: USER, password: RIGHT } }), {
            type: 'kubernetes.io/dockercfg',
            key: '.dockercfg',
          }),
        ],
        message: node => node.notFound(),
      };
    },
  ],
  [
    'a key with a scheme and /v1/, and one with the beginning of the path',
    { cause: 'TagNotFound', results: ['accepted', 'accepted'] },
    async lab => {
      const { host } = await lab.registry(bearer());
      return {
        image: `${host}/team/app:9`,
        secrets: [pullSecret('regcred', { [`https://${host}/v1/`]: [USER, RIGHT], [`${host}/team`]: ['other', users.other] })],
        message: node => node.notFound(),
      };
    },
  ],
  [
    'a key with a star for a label',
    { cause: 'TagNotFound', results: ['accepted'] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      const registry = 'registry.acme.example';
      return {
        image: `${registry}/team/app:9`,
        secrets: [cred('*.acme.example')],
        flags: mirror(registry, host),
        message: node => node.notFound(),
      };
    },
  ],
  [
    'a key of the same machine by another name',
    { cause: 'SecretRegistryMismatch', results: [] },
    async lab => {
      const { host, port } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(`localhost:${port}`)], message: node => node.noLogin() };
    },
  ],
  [
    'a user without a password',
    { cause: ['CredentialsRejected', 'SecretHasNoCredentials'], results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host, '')], message: node => node.noLogin() };
    },
  ],
  [
    'what `az acr login` leaves behind: a null user, and a token that kubelet drops',
    { cause: 'SecretHasNoCredentials', text: /identitytoken/ },
    async lab => {
      const registry = 'acmeprod.azurecr.io';
      const { host } = await lab.registry(bearer({ service: registry }));
      const auth = Buffer.from('00000000-0000-0000-0000-000000000000:').toString('base64');
      return {
        image: `${registry}/shop/api:1`,
        secrets: [pullSecret('regcred', { [registry]: { auth, identitytoken: RIGHT } })],
        flags: mirror(registry, host),
        message: node => node.token(401, false, `https://${registry}/oauth2/token`),
      };
    },
  ],
];
