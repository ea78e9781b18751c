import type { CauseText } from './cause.ts';
import { explanation, quoted, registry, repository } from './phrases.ts';
import { testSecret } from './secret-commands.ts';

export const AccessDenied: CauseText = {
  summary: (facts, fault) => {
    const users = quoted([
      ...new Set(facts.keyring.credentials.filter(credential => !credential.empty).map(credential => credential.username)),
    ]);
    return `${registry(facts)} knows ${users === '' ? 'the login' : `user ${users}`} and does not let ${users === '' ? 'it' : 'that user'} pull ${repository(facts)}.${explanation(fault)}`;
  },
  fixes: facts => {
    const [credential] = facts.keyring.credentials;
    const user = credential === undefined ? 'the pull user' : `"${credential.username}"`;
    return [
      { title: `give ${user} the right to pull ${repository(facts)}${where(facts.reference?.registry ?? '')}`, command: null },
      ...(credential === undefined ? [] : [testSecret(facts, credential.secret)]),
    ];
  },
};

/** Where that right is given, per registry. */
function where(registry: string): string {
  if (registry === 'ghcr.io')
    return ': in the package settings, "Manage access"; the token needs read:packages (classic), and SSO authorisation where the organisation wants it';
  if (registry === 'quay.io') return ': in the repository settings, Read for the robot account';
  if (registry === 'registry.gitlab.com') return ': a deploy token of that project or group with read_registry';
  if (/amazonaws\.com$/.test(registry))
    return ': ecr:GetAuthorizationToken, ecr:BatchGetImage, ecr:GetDownloadUrlForLayer and ecr:BatchCheckLayerAvailability, and the repository policy for another account';
  if (/-docker\.pkg\.dev$|(?:^|\.)gcr\.io$/.test(registry)) return ': roles/artifactregistry.reader on the repository';
  if (/\.azurecr\.io$/.test(registry)) return ': AcrPull (or Container Registry Repository Reader) for the identity';
  if (registry === 'docker.io') return ': as collaborator or team member of the repository';
  return ' (in the registry, role or robot settings)';
}
