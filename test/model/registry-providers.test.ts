/** The table of registries: each row is recognized by its hosts and its challenge, and by nothing else, and says what a pull there needs. */
import t from 'tap';
import {
  authsKeyOf,
  HUB_HOSTS,
  type ProviderId,
  providerById,
  providerOf,
  REGISTRY_PROVIDERS,
} from '../../src/model/registry-providers.ts';

interface Row {
  hosts: string[];
  /** Hosts that look like one of the brand and are not. */
  not?: string[];
  /** A challenge of a self-hosted one. */
  challenge?: { realm: string | null; service: string | null };
}

const ROWS: Record<ProviderId, Row> = {
  dockerHub: {
    hosts: ['docker.io', 'index.docker.io', 'registry-1.docker.io', 'DOCKER.IO', 'docker.io:443'],
    not: ['docker.io.example.com', 'xdocker.io', 'docker.example.io', 'docker-io'],
  },
  dockerHardenedImages: { hosts: ['dhi.io'], not: ['xdhi.io', 'dhi.io.example.com', 'dhi.example.io'] },
  ecr: {
    hosts: [
      '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
      '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn',
      '123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com',
      '123456789012.dkr-ecr.us-west-2.on.aws',
      '*.dkr.ecr.*.amazonaws.com',
    ],
    not: [
      'dkr.ecr.eu-west-1.amazonaws.com',
      '123456789012.dkr.ecr.eu-west-1.amazonaws.com.example.com',
      'api.ecr.eu-west-1.amazonaws.com',
      'bucket.s3.eu-west-1.amazonaws.com',
    ],
  },
  ecrPublic: { hosts: ['public.ecr.aws'], not: ['x.public.ecr.aws', 'public.ecr.aws.example.com', 'public-ecr.aws'] },
  kubernetes: { hosts: ['registry.k8s.io', 'k8s.gcr.io'], not: ['x.registry.k8s.io', 'k8s.io', 'registry.k8s.io.example.com'] },
  artifactRegistry: {
    hosts: ['europe-west1-docker.pkg.dev', 'us-docker.pkg.dev', 'gcr.io', 'us.gcr.io', 'mirror.gcr.io'],
    not: ['docker.pkg.dev', 'x.europe-docker.pkg.dev', 'gcr.io.example.com', 'notgcr.io', 'europe-python.pkg.dev'],
  },
  acr: {
    hosts: ['acmeprod.azurecr.io', 'acmeprod.azurecr.cn', 'acmeprod.azurecr.us'],
    not: ['azurecr.io', 'a.b.azurecr.io', 'acmeprod.azurecr.io.example.com', 'acmeprod.azurecr.example.com'],
  },
  ghcr: { hosts: ['ghcr.io'], not: ['x.ghcr.io', 'ghcr.io.example.com', 'myghcr.io'] },
  quay: {
    hosts: ['quay.io'],
    not: ['cdn.quay.io', 'quay.example.com', 'myquay.io'],
    challenge: { realm: 'https://quay.example.com/v2/auth', service: 'quay.example.com' },
  },
  gitlab: {
    hosts: ['registry.gitlab.com'],
    not: ['gitlab.com', 'registry.gitlab.example.com'],
    challenge: { realm: 'https://gitlab.example.com/jwt/auth', service: 'container_registry' },
  },
  gitea: {
    hosts: [],
    not: ['gitea.example.com'],
    challenge: { realm: 'https://gitea.example.com/v2/token', service: 'container_registry' },
  },
  microsoft: { hosts: ['mcr.microsoft.com'], not: ['data.mcr.microsoft.com', 'microsoft.com'] },
  nvidia: { hosts: ['nvcr.io'], not: ['x.nvcr.io', 'nvcr.io.example.com'] },
  chainguard: { hosts: ['cgr.dev'], not: ['x.cgr.dev', 'cgr.dev.example.com'] },
  redhat: { hosts: ['registry.redhat.io'], not: ['redhat.io', 'registry.redhat.io.example.com'] },
  redhatPublic: { hosts: ['registry.access.redhat.com'], not: ['access.redhat.com', 'registry.redhat.com'] },
  openshift: {
    hosts: ['image-registry.openshift-image-registry.svc:5000', 'image-registry.openshift-image-registry.svc.cluster.local:5000'],
    not: ['image-registry.svc:5000', 'image-registry.openshift-image-registry.example.com'],
  },
  harbor: {
    hosts: [],
    not: ['harbor.example.com'],
    challenge: { realm: 'https://harbor.example.com/service/token', service: 'harbor-registry' },
  },
  artifactory: {
    hosts: ['acme.jfrog.io', 'docker.acme.jfrog.io'],
    not: ['jfrog.io', 'acme.jfrog.io.example.com'],
    challenge: { realm: 'https://artifactory.example.com/artifactory/api/docker/team/v2/token', service: 'artifactory.example.com' },
  },
  nexus: { hosts: [], not: ['nexus.example.com'], challenge: { realm: 'Sonatype Nexus Repository Manager', service: null } },
};

t.test('each row is recognized by its hosts and its challenge', async t => {
  const ids = REGISTRY_PROVIDERS.map(({ id }) => id);
  t.strictSame(
    ids.filter(id => ROWS[id] === undefined),
    [],
    'each row has its examples in ROWS of this file',
  );
  t.strictSame(
    Object.keys(ROWS).filter(id => !ids.includes(id as ProviderId)),
    [],
    'the examples have their row in REGISTRY_PROVIDERS',
  );
  for (const provider of REGISTRY_PROVIDERS.filter(({ id }) => ROWS[id] !== undefined)) {
    const { hosts, not = [], challenge } = ROWS[provider.id];
    if (provider.hosts !== null) t.ok(not.length > 0, `${provider.id} has examples of hosts that look like its own (not)`);
    t.equal(providerById(provider.id), provider, provider.id);
    t.equal(hosts.length > 0, provider.hosts !== null, `${provider.id} has examples of hosts`);
    t.equal(challenge !== undefined, provider.challenge !== undefined, `${provider.id} has an example of a challenge`);
    for (const host of hosts) t.equal(providerOf(host)?.id, provider.id, host);
    for (const host of not) t.not(providerOf(host)?.id, provider.id, `${host} is not ${provider.id}`);
    if (challenge === undefined) continue;
    t.equal(providerOf('registry.example.com:5000', challenge)?.id, provider.id, `${challenge.realm}`);
    t.equal(providerOf('ghcr.io', challenge)?.id, 'ghcr', 'a known host outranks a challenge');
  }
});

t.test('one host has one row', async t => {
  for (const { hosts } of Object.values(ROWS))
    for (const host of hosts) {
      const bare = host.toLowerCase().replace(/:\d+$/, '');
      const matching = REGISTRY_PROVIDERS.filter(row => row.hosts?.test(bare)).map(({ id }) => id);
      t.ok(matching.length === 1 || bare === 'k8s.gcr.io', `${host}: ${matching.join(', ')}`);
    }
});

t.test('a registry without a known brand', async t => {
  for (const host of ['registry.example.com', 'localhost:5000', '10.0.0.1', '[::1]:5000', '']) t.equal(providerOf(host), null, host);
  t.equal(providerOf('registry.example.com', { realm: 'https://registry.example.com/token', service: 'registry.example.com' }), null);
  t.equal(providerOf('registry.example.com', { realm: null, service: null }), null);
});

t.test('what each row says fits together', async t => {
  for (const row of REGISTRY_PROVIDERS) {
    const { id, hints, tokenUsers, username, takesNoLogins } = row;
    t.equal(hints.login === null, takesNoLogins, `${id}: hints.login says which credentials it takes, or takesNoLogins is true`);
    if (takesNoLogins) t.strictSame([tokenUsers, username, hints.right], [[], null, null], `${id}: takes no credentials`);
    for (const text of [hints.login, hints.right, hints.note, hints.missing, row.node?.grant ?? null])
      if (text !== null) t.match(text, /^[a-z`"](?:.*[^.\s])$/s, `${id}: a clause without a full stop: ${text}`);
    if (username !== null && tokenUsers.length > 0)
      t.ok(
        tokenUsers.some(user => user.username === username),
        `${id}: its user name has a token`,
      );
  }
});

t.test('commands know the region, the project and the name in a host', async t => {
  const token = (host: string) => providerOf(host)?.tokenUsers[0]?.command(host);
  const grant = (host: string, repository = '') => providerOf(host)?.node?.command(host, repository);
  const rows: [string | undefined, string][] = [
    [token('123456789012.dkr.ecr.eu-west-1.amazonaws.com'), 'aws ecr get-login-password --region eu-west-1'],
    [token('123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn'), 'aws ecr get-login-password --region cn-north-1'],
    [token('123456789012.dkr.ecr.$(reboot).amazonaws.com'), 'aws ecr get-login-password --region <REGION>'],
    [token('*.dkr.ecr.*.amazonaws.com'), 'aws ecr get-login-password --region <REGION>'],
    [token('public.ecr.aws'), 'aws ecr-public get-login-password --region us-east-1'],
    [token('acmeprod.azurecr.io'), 'az acr login --name acmeprod --expose-token --output tsv --query accessToken'],
    [token('$(reboot).azurecr.io'), 'az acr login --name <REGISTRY> --expose-token --output tsv --query accessToken'],
  ];
  for (const [found, wanted] of rows) t.equal(found, wanted, wanted);
  t.match(grant('123456789012.dkr.ecr.eu-west-1.amazonaws.com'), /arn:aws:iam::aws:policy/, 'AWS');
  t.match(grant('123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn'), /arn:aws-cn:iam::aws:policy/, 'AWS in China');
  t.match(grant('123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com'), /arn:aws-us-gov:iam::aws:policy/, 'AWS GovCloud');
  t.match(grant('europe-docker.pkg.dev', 'acme-prod/images/api'), /add-iam-policy-binding acme-prod /, "the project of Google's registry");
  t.match(grant('gcr.io', '$(reboot)/api'), /add-iam-policy-binding <PROJECT> /, 'what is no project is left to be filled in');
  t.match(grant('acmeprod.azurecr.io'), /--attach-acr acmeprod$/, 'Azure');
});

t.test('the auths key of a registry', async t => {
  t.equal(authsKeyOf('docker.io'), 'https://index.docker.io/v1/');
  for (const host of ['dhi.io', 'registry-1.docker.io', 'registry.example.com:5000']) t.equal(authsKeyOf(host), host, host);
  t.ok(HUB_HOSTS.includes('registry-1.docker.io'));
});
