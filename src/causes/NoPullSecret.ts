import type { Fix } from '../model/diagnosis.ts';
import type { Facts } from '../model/facts.ts';
import type { CauseText } from './cause.ts';
import { attachSecret } from './commands.ts';
import { nodeCredentials, podName, quoted, registry } from './phrases.ts';
import { createSecret, newSecretName } from './secret-commands.ts';

export const NoPullSecret: CauseText = {
  summary: facts =>
    `${registry(facts)} gives the image only to those who log in, and ${podName(facts)} names no pull secret (${account(facts)}). ${nodeCredentials(facts)}`,
  fixes: facts => {
    const name = newSecretName(facts);
    return [...nodeRole(facts), createSecret(facts, name, 'make a pull secret'), ...attachSecret(facts, name)];
  },
};

/** On a cloud the node itself is usually let in: the role to grant. */
function nodeRole(facts: Facts): Fix[] {
  const registry = facts.reference?.registry ?? '';
  if (/\.dkr\.ecr[.-].*amazonaws\.com/.test(registry))
    return [
      {
        title: "let the nodes in: give their IAM role ECR's read right (AmazonEC2ContainerRegistryPullOnly)",
        command: 'aws iam attach-role-policy --role-name NODE_ROLE --policy-arn arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly',
      },
    ];
  if (/-docker\.pkg\.dev$|(?:^|\.)gcr\.io$/.test(registry))
    return [
      {
        title: "let the nodes in: give their service account Artifact Registry's read right",
        command:
          'gcloud projects add-iam-policy-binding PROJECT --member=serviceAccount:NODE_SERVICE_ACCOUNT --role=roles/artifactregistry.reader',
      },
    ];
  if (/\.azurecr\.io$/.test(registry))
    return [
      {
        title: 'let the cluster in: attach the registry to AKS (AcrPull for the kubelet identity)',
        command: `az aks update -n CLUSTER -g RESOURCE_GROUP --attach-acr ${registry.replace('.azurecr.io', '')}`,
      },
    ];
  return [];
}

function account({ serviceAccount: { name, secrets } }: Facts): string {
  if (secrets !== null && secrets.length > 0) return `those of its service account "${name}", ${quoted(secrets)}, do not cover this image`;
  return `nor does its service account "${name}"${secrets === null ? ', as far as could be seen' : ''}`;
}
