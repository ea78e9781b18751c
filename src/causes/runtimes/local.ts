/** Clusters on a developer's machine: kind and minikube. Source: kind.sigs.k8s.io and minikube.sigs.k8s.io. */
import type { NodeFacts } from '../../model/facts.ts';
import { hostWord, quote } from '../shell.ts';
import { containerdSteps } from './containerd.ts';
import { crioSteps } from './crio.ts';
import { dockerSteps } from './docker.ts';
import { containerShell, here, inShell, type NodeSteps, type NodeSystem, nodeName, type Shell } from './node-system.ts';

/** kind. */
export const kind: NodeSystem = {
  id: 'kind',
  recognize: ({ provider }) => provider === 'kind',
  steps: node => {
    const name = nodeName(node);
    const cluster = /^(.+)-(?:control-plane|worker)\d*$/.exec(name)?.[1] ?? 'CLUSTER';
    return {
      ...containerdSteps(node, containerShell(name)),
      setProxy: registry =>
        here(
          `delete the cluster and create it again with the correct proxy, or with ${registry} in NO_PROXY`,
          `HTTPS_PROXY=http://PROXY:PORT NO_PROXY=${quote(registry)} kind create cluster --name ${cluster}`,
        ),
      importImage: image => here('load the image into the cluster', `kind load docker-image ${quote(image)} --name ${cluster}`),
    };
  },
};

function minikubeSteps(node: NodeFacts): NodeSteps {
  const name = nodeName(node);
  const profile = hostWord(node.labels['minikube.k8s.io/name'], 'minikube');
  const minikube = `minikube -p ${profile}`;
  const shell: Shell = {
    on: 'workstation',
    sudo: 'sudo ',
    wrap: command => `${minikube} ssh -n ${name} -- ${inShell(command)}`,
    copy: (file, target) =>
      `${minikube} ssh -n ${name} -- sudo mkdir -p ${quote(target.replace(/\/[^/]*$/, ''))} && ${minikube} cp ${file} ${quote(`${name}:${target}`)}`,
    lasting: '',
  };
  const runtime = node.runtime ?? '';
  const steps = runtime.startsWith('docker://')
    ? dockerSteps(shell)
    : runtime.startsWith('cri-o://')
      ? crioSteps(shell)
      : containerdSteps(node, shell);
  return {
    ...steps,
    editMirrors: () =>
      here(
        'delete the cluster and create it again without the mirror, or with a correct one',
        `${minikube} start --registry-mirror=https://MIRROR`,
      ),
    correctMirrorScheme: (_, mirror, right) =>
      here('delete the cluster and create it again with the correct mirror', `${minikube} start --registry-mirror=${right}://${mirror}`),
    useScheme: (host, scheme) =>
      here(
        scheme === 'http'
          ? `delete the cluster and create it again with "${host}" as an insecure registry`
          : 'delete the cluster and create it again without this insecure registry',
        `${minikube} start${scheme === 'http' ? ` --insecure-registry=${host}` : ''}`,
      ),
    trustAuthority: () =>
      here(
        'make the node trust the certificate authority in ca.crt',
        `mkdir -p ~/.minikube/certs && cp ca.crt ~/.minikube/certs/ && ${minikube} start --embed-certs`,
      ),
    setProxy: registry =>
      here(
        `delete the cluster and create it again with the correct proxy, or with ${registry} in NO_PROXY`,
        `${minikube} start --docker-env HTTPS_PROXY=http://PROXY:PORT --docker-env ${quote(`NO_PROXY=${registry}`)}`,
      ),
    importImage: image => here('load the image into the cluster', `${minikube} image load ${quote(image)}`),
  };
}

/** minikube. */
export const minikube: NodeSystem = {
  id: 'minikube',
  recognize: ({ labels }) => 'minikube.k8s.io/name' in labels,
  steps: minikubeSteps,
};
