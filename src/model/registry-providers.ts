/**
 * The registries that behave in a way of their own: one row per brand. Belongs here: how a registry is recognized, which credentials it takes and how long they are valid, what it
 * hides, and where a password, a right or access for the nodes comes from. Types and pure functions; no other file tests a registry's host name for its brand.
 */

/** The id of a brand. */
export type ProviderId =
  | 'dockerHub'
  | 'dockerHardenedImages'
  | 'ecr'
  | 'ecrPublic'
  | 'artifactRegistry'
  | 'acr'
  | 'ghcr'
  | 'quay'
  | 'gitlab'
  | 'gitea'
  | 'kubernetes'
  | 'microsoft'
  | 'nvidia'
  | 'chainguard'
  | 'redhat'
  | 'redhatPublic'
  | 'openshift'
  | 'harbor'
  | 'artifactory'
  | 'nexus';

/** What of a registry's challenge tells its brand. */
export interface ChallengeNames {
  realm: string | null;
  service: string | null;
}

/** A user name whose password is a token with a lifetime that the issuer sets. */
export interface TokenUser {
  username: string;
  hours: number;
  /** What such a token is called, in the plural. */
  tokens: string;
  /** Prints a new token. In: the registry's host, which was matched by the row. */
  command: (registry: string) => string;
}

/** How the nodes of a cloud pull from the cloud's own registry: with an identity of the node that the Kubernetes API does not show. */
interface NodeIdentity {
  /** Whose right counts. */
  identity: string;
  /** What to do, as an imperative. */
  grant: string;
  /** Grants it, with placeholders in capitals for what is not known here. In: the registry's host, and the repository. */
  command: (registry: string, repository: string) => string;
}

/** What is known of a brand of registry. */
export interface RegistryProvider {
  id: ProviderId;
  name: string;
  /** Hosts of the brand, without a port; null for one that is self-hosted only. */
  hosts: RegExp | null;
  /** Recognizes a self-hosted one by its challenge. */
  challenge?: { service?: string; realm?: RegExp };
  /** It answers the same for a missing repository and for one that this identity may not read. */
  hidesMissing: boolean;
  /** Some of its repositories can be pulled anonymously. */
  anonymousPulls: boolean;
  /** It takes no credentials at all: a refusal is a block, and no pull secret helps. */
  takesNoLogins: boolean;
  /** By 403 its token server may refuse a wrong password as well as a missing right. */
  rejectsWith403: boolean;
  tokenUsers: TokenUser[];
  /** How its registry asks for a login, where it is the same everywhere; null where it differs. */
  asksFor: 'Basic' | 'Bearer' | null;
  /** The host of its token server, where that is another one and is always asked; null where it is not known. */
  tokenHost: string | null;
  /** Who publishes there: one owner alone (`vendor`), everybody (`public`), or the owners of this registry (`own`). */
  publishers: 'vendor' | 'public' | 'own';
  /** The only user name that works, literally; null when each user has one. */
  username: string | null;
  node: NodeIdentity | null;
  /** Hosts that serve the layers and that firewalls have to allow too, `*` for a part; empty where they are not known. */
  layerHosts: string[];
  hints: {
    /** Which user name and which password a pull secret needs; null where the registry takes none. */
    login: string | null;
    /** Where a user gets the right to pull, as an imperative; null where no right is needed. */
    right: string | null;
    /** What else helps where credentials are missing, as an imperative. */
    note: string | null;
    /** What else helps where a tag or a digest is not found, as an imperative. */
    missing: string | null;
  };
}

/** Hosts of Docker Hub that people write into images and secrets. kubelet takes only the first two of them for Docker Hub. */
export const HUB_HOSTS: readonly string[] = [
  'docker.io',
  'index.docker.io',
  'registry-1.docker.io',
  'registry.hub.docker.com',
  'hub.docker.com',
  'auth.docker.io',
  'registry.docker.io',
  'www.docker.com',
  'docker.com',
];

/** The key of an auths entry for Docker Hub, as `docker login` writes it and kubelet looks for it. Source: keyring.go, defaultRegistryKey. */
export const HUB_AUTHS_KEY = 'https://index.docker.io/v1/';

/** ECR's own pattern of private hosts, with their regions. Source: the ecr-credential-provider of cloud-provider-aws; `*` also stands for a part, as in auths keys. */
const ECR =
  /^[^./]+\.dkr[.-]ecr(?:-fips)?\.(?<region>[^./]+)\.(?:amazonaws\.com(?:\.cn)?|on\.(?:aws|amazonwebservices\.com\.cn)|sc2s\.sgov\.gov|c2s\.ic\.gov)$/;

/** The region of a private ECR host, as a word that is safe in a shell; REGION when it does not tell. */
const ecrRegion = (registry: string): string => {
  const region = ECR.exec(registry)?.groups?.region ?? '';
  return /^[a-z0-9-]+$/.test(region) ? region : '<REGION>';
};
const awsPartition = (region: string): string =>
  region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';

/** The first part of a path, where it can be a Google project's name; <PROJECT> otherwise. */
const googleProject = (repository: string): string => {
  const [project = ''] = repository.split('/');
  return /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(project) ? project : '<PROJECT>';
};

const acrName = (registry: string): string => {
  const [name = ''] = registry.split('.');
  return /^[a-z0-9-]+$/i.test(name) && !name.startsWith('-') ? name : '<REGISTRY>';
};

type Row = Pick<RegistryProvider, 'id' | 'name' | 'hosts'> &
  Partial<Omit<RegistryProvider, 'hints'>> & { hints: Partial<RegistryProvider['hints']> };
const row = (fields: Row): RegistryProvider => ({
  hidesMissing: false,
  anonymousPulls: true,
  takesNoLogins: false,
  rejectsWith403: false,
  tokenUsers: [],
  asksFor: null,
  tokenHost: null,
  publishers: 'own',
  username: null,
  node: null,
  layerHosts: [],
  ...fields,
  hints: { login: null, right: null, note: null, missing: null, ...fields.hints },
});

/** The table. Rows with hosts are tried by host first; then the challenge decides. */
export const REGISTRY_PROVIDERS: readonly RegistryProvider[] = [
  row({
    id: 'dockerHub',
    name: 'Docker Hub',
    layerHosts: ['production.cloudflare.docker.com'],
    hosts: new RegExp(`^(?:${HUB_HOSTS.map(host => host.replaceAll('.', '\\.')).join('|')})$`),
    hidesMissing: true,
    publishers: 'public',
    asksFor: 'Bearer',
    tokenHost: 'auth.docker.io',
    hints: {
      login: 'the user name is your Docker ID, the password is a personal access token with "Public Repo Read-only" or "Read"',
      right: 'add the user as a collaborator of the repository, or to a team that can read it',
    },
  }),
  row({
    id: 'dockerHardenedImages',
    name: 'Docker Hardened Images',
    hosts: /^dhi\.io$/,
    hidesMissing: true,
    anonymousPulls: false,
    publishers: 'vendor',
    asksFor: 'Bearer',
    hints: {
      login: 'the user name is your Docker ID, the password is a personal access token of Docker Hub',
      right: 'add the image to the subscription of the Docker organization',
      note: 'use an auths entry with the key "dhi.io": it takes the credentials of Docker Hub, but an entry for Docker Hub does not match',
    },
  }),
  row({
    id: 'ecr',
    name: 'Amazon ECR',
    layerHosts: ['*.s3.*.amazonaws.com'],
    hosts: ECR,
    anonymousPulls: false,
    username: 'AWS',
    tokenUsers: [
      {
        username: 'AWS',
        hours: 12,
        tokens: 'ECR tokens',
        command: registry => `aws ecr get-login-password --region ${ecrRegion(registry)}`,
      },
    ],
    node: {
      identity: 'the IAM role of the nodes',
      grant: 'attach the policy AmazonEC2ContainerRegistryPullOnly to their IAM role',
      command: registry =>
        `aws iam attach-role-policy --role-name <NODE_ROLE> --policy-arn arn:${awsPartition(ecrRegion(registry))}:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly`,
    },
    asksFor: 'Basic',
    hints: {
      login: 'the user name is AWS, the password is the output of "aws ecr get-login-password"',
      right:
        'allow ecr:GetAuthorizationToken, ecr:BatchGetImage, ecr:GetDownloadUrlForLayer and ecr:BatchCheckLayerAvailability in IAM; for another AWS account, allow it in the repository policy too; a pull-through cache also needs ecr:BatchImportUpstreamImage and ecr:CreateRepository',
      missing: 'check the storage class of the image: ECR lists archived images, but they cannot be pulled before they are restored',
    },
  }),
  row({
    id: 'ecrPublic',
    name: 'Amazon ECR Public',
    hosts: /^public\.ecr\.aws$/,
    username: 'AWS',
    tokenUsers: [
      {
        username: 'AWS',
        hours: 12,
        tokens: 'ECR tokens',
        command: () => 'aws ecr-public get-login-password --region us-east-1',
      },
    ],
    publishers: 'public',
    asksFor: 'Bearer',
    hints: {
      login: 'the user name is AWS, the password is the output of "aws ecr-public get-login-password --region us-east-1"',
    },
  }),
  row({
    id: 'kubernetes',
    name: 'registry.k8s.io',
    hosts: /^(?:registry\.k8s\.io|k8s\.gcr\.io)$/,
    hidesMissing: true,
    takesNoLogins: true,
    layerHosts: ['*.pkg.dev', '*.amazonaws.com'],
    publishers: 'vendor',
    hints: {},
  }),
  row({
    id: 'artifactRegistry',
    name: 'Google Artifact Registry',
    hosts: /^(?:[^./]+-docker\.pkg\.dev|(?:[^./]+\.)*gcr\.io)$/,
    hidesMissing: true,
    tokenUsers: [
      { username: 'oauth2accesstoken', hours: 1, tokens: 'Google access tokens', command: () => 'gcloud auth print-access-token' },
    ],
    node: {
      identity: 'the service account of the nodes',
      grant: 'give their service account the role roles/artifactregistry.reader',
      command: (_, repository) =>
        `gcloud projects add-iam-policy-binding ${googleProject(repository)} --member=serviceAccount:<NODE_SERVICE_ACCOUNT> --role=roles/artifactregistry.reader`,
    },
    asksFor: 'Bearer',
    hints: {
      login: 'the user name is _json_key, the password is the content of the key file of a Google service account',
      right: 'grant roles/artifactregistry.reader on the repository',
      missing: 'check the cleanup policy of the repository, which deletes old versions',
    },
  }),
  row({
    id: 'acr',
    name: 'Azure Container Registry',
    layerHosts: ['*.blob.core.windows.net'],
    hosts: /^[^./]+\.azurecr\.(?:io|cn|us)$/,
    tokenUsers: [
      {
        username: '00000000-0000-0000-0000-000000000000',
        hours: 3,
        tokens: 'ACR access tokens',
        command: registry => `az acr login --name ${acrName(registry)} --expose-token --output tsv --query accessToken`,
      },
    ],
    node: {
      identity: 'the kubelet identity of the cluster',
      grant:
        'attach the registry to AKS. A registry with ABAC needs the role "Container Registry Repository Reader" for the kubelet identity instead',
      command: registry => `az aks update -n <CLUSTER> -g <RESOURCE_GROUP> --attach-acr ${acrName(registry)}`,
    },
    hints: {
      login: 'use the ID and the secret of a service principal, or a repository token',
      right: 'assign AcrPull to the identity, or "Container Registry Repository Reader" if the registry uses ABAC',
    },
  }),
  row({
    id: 'ghcr',
    name: 'GitHub Container Registry',
    layerHosts: ['pkg-containers.githubusercontent.com'],
    hosts: /^ghcr\.io$/,
    hidesMissing: true,
    rejectsWith403: true,
    publishers: 'public',
    asksFor: 'Bearer',
    hints: {
      login: 'the user name is a GitHub login, the password is a classic personal access token with read:packages',
      right:
        'add the user or team under "Manage access" in the settings of the package; the token needs read:packages, and SSO authorization if the organization requires it',
    },
  }),
  row({
    id: 'quay',
    name: 'Quay',
    layerHosts: ['cdn*.quay.io'],
    hosts: /^quay\.io$/,
    challenge: { realm: /\/v2\/auth\b/ },
    hidesMissing: true,
    publishers: 'public',
    asksFor: 'Bearer',
    hints: {
      login: 'the user name is a robot account ("organization+robot"), the password is its token',
      right: 'give the robot account Read permission in the settings of the repository',
      missing: 'check whether the tag has expired: the history of the repository shows it',
    },
  }),
  row({
    id: 'gitlab',
    name: 'GitLab',
    hosts: /^registry\.gitlab\.com$/,
    challenge: { realm: /\/jwt\/auth\b/ },
    hidesMissing: true,
    publishers: 'public',
    asksFor: 'Bearer',
    tokenHost: 'gitlab.com',
    hints: {
      login: 'use the user name and the value of a deploy token with the scope read_registry',
      right: 'create a deploy token with the scope read_registry in this project or its group',
      missing: 'check the cleanup policy of the project, which deletes old tags',
    },
  }),
  row({
    id: 'gitea',
    name: 'Gitea or Forgejo',
    hosts: null,
    challenge: { service: 'container_registry' },
    hidesMissing: true,
    hints: {
      login: 'use a user name and an access token with the scope read:package',
      right: 'give the user read access to packages of the owner (the user or the organization in the path)',
    },
  }),
  row({
    id: 'microsoft',
    name: 'Microsoft Artifact Registry',
    hosts: /^mcr\.microsoft\.com$/,
    takesNoLogins: true,
    layerHosts: ['*.data.mcr.microsoft.com'],
    publishers: 'vendor',
    hints: {},
  }),
  row({
    id: 'nvidia',
    name: 'NVIDIA NGC',
    hosts: /^nvcr\.io$/,
    username: '$oauthtoken',
    publishers: 'vendor',
    asksFor: 'Bearer',
    hints: {
      login: 'the user name is $oauthtoken, literally, and the password is an NGC API key',
      right: 'accept the terms of the image in NGC, or subscribe to it (402 means that the subscription is missing)',
    },
  }),
  row({
    id: 'chainguard',
    name: 'Chainguard',
    hosts: /^cgr\.dev$/,
    hidesMissing: true,
    publishers: 'vendor',
    asksFor: 'Bearer',
    hints: {
      login: 'use the ID and the token of "chainctl auth pull-token create"',
      right: 'add the image to your organization at Chainguard',
      missing: 'use the tag latest or latest-dev: other tags need a subscription',
    },
  }),
  row({
    id: 'redhat',
    name: 'Red Hat registry',
    hosts: /^registry\.redhat\.io$/,
    anonymousPulls: false,
    publishers: 'vendor',
    asksFor: 'Bearer',
    hints: {
      login: 'use the user name ("1234567|name") and the token of a registry service account',
      right: 'add a subscription for the product to the Red Hat account',
      note: 'for UBI images, use registry.access.redhat.com: it needs no credentials',
    },
  }),
  row({
    id: 'redhatPublic',
    name: 'Red Hat public registry',
    hosts: /^registry\.access\.redhat\.com$/,
    takesNoLogins: true,
    publishers: 'vendor',
    hints: {},
  }),
  row({
    id: 'openshift',
    name: 'OpenShift internal registry',
    hosts: /^(?:image-registry\.openshift-image-registry|docker-registry\.default)\.svc(?:\.cluster\.local)?$/,
    hints: {
      login: 'use a service account and its token',
      right: "give the pod's service account the role system:image-puller in the namespace of the image",
    },
  }),
  row({
    id: 'harbor',
    name: 'Harbor',
    hosts: null,
    challenge: { service: 'harbor-registry', realm: /\/service\/token\b/ },
    hidesMissing: true,
    hints: {
      login: 'use a robot account ("robot$project+name", in single quotes) and its secret',
      right: 'add the user to the members of the project, or give the robot account the permission "Pull Repository"',
      missing: 'check the retention rules of the project; in a proxy cache project, check the registry behind it',
    },
  }),
  row({
    id: 'artifactory',
    name: 'JFrog Artifactory',
    hosts: /^(?:[^./]+\.)+jfrog\.io$/,
    challenge: { realm: /\/artifactory\/api\/docker\/|^Artifactory Realm$/ },
    hints: {
      login: 'use a user name and an identity token',
      right: 'add the user to a permission target with Read for the repository',
      missing: 'check the right to read: Artifactory can answer 404 to a user without it',
    },
  }),
  row({
    id: 'nexus',
    name: 'Sonatype Nexus',
    hosts: null,
    challenge: { realm: /^Sonatype Nexus Repository Manager/ },
    hints: {
      login: 'use a Nexus user and its password',
      right: 'give a role of the user the privilege nx-repository-view-docker-REPOSITORY-read',
      missing: 'check the port or the path: each Docker repository of Nexus has its own',
    },
  }),
];

const without = (registry: string): string => registry.toLowerCase().replace(/:\d+$/, '');

/**
 * The row of a registry, by its host, else by its challenge; null for a registry without a known brand. In: the host as in an image or in an auths key, with or without a port, and
 * the challenge that it sent, if one was seen.
 */
export function providerOf(registry: string, challenge: ChallengeNames | null = null): RegistryProvider | null {
  const host = without(registry);
  const byHost = REGISTRY_PROVIDERS.find(({ hosts }) => hosts?.test(host));
  if (byHost !== undefined) return byHost;
  if (challenge === null) return null;
  const { realm, service } = challenge;
  return (
    REGISTRY_PROVIDERS.find(
      ({ challenge: own }) =>
        own !== undefined && ((own.service !== undefined && own.service === service) || (own.realm?.test(realm ?? '') ?? false)),
    ) ?? null
  );
}

/** Whether a registry never asks for a login in this way: where it was asked for, another server answered in the place of the registry. */
export function isForeignChallenge(registry: string, scheme: 'Basic' | 'Bearer'): boolean {
  const { asksFor = null } = providerOf(registry) ?? {};
  return asksFor !== null && asksFor !== scheme;
}

/** Registries that hold what they serve themselves: they are nobody's cache. A self-hosted one may be, and so may those of the clouds. */
const HOLD_THEIR_OWN = new Set<ProviderId>([
  'dockerHub',
  'dockerHardenedImages',
  'ecrPublic',
  'ghcr',
  'kubernetes',
  'microsoft',
  'nvidia',
  'chainguard',
  'redhat',
  'redhatPublic',
]);

/** Whether a registry may be a pull-through cache of another one, as far as its host tells. */
export const mayBeCache = (registry: string): boolean => {
  const byHost = providerOf(registry);
  return byHost === null || !HOLD_THEIR_OWN.has(byHost.id);
};

/** Whether a text is the id of a row. */
export const isProviderId = (text: string): text is ProviderId => REGISTRY_PROVIDERS.some(({ id }) => id === text);
/** The row with this id. */
export const providerById = (id: ProviderId): RegistryProvider => REGISTRY_PROVIDERS.find(one => one.id === id) as RegistryProvider;

/** The key of an auths entry that kubelet matches for a registry, as `docker login` writes it. */
export const authsKeyOf = (registry: string): string => (registry === 'docker.io' ? HUB_AUTHS_KEY : registry);
