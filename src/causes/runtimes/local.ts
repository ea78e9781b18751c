/** Clusters on a developer's machine: kind, minikube and Docker Desktop. Source: kind.sigs.k8s.io, minikube.sigs.k8s.io and docs.docker.com. */
import type { NodeFacts } from '../../model/facts.ts';
import { hostWord, quote } from '../shell.ts';
import { containerdSteps } from './containerd.ts';
import { crioSteps } from './crio.ts';
import { dockerSteps } from './docker.ts';
import {
  asWord,
  containerShell,
  here,
  inShell,
  type NodeSteps,
  type NodeSystem,
  nodeName,
  nodeShell,
  type Shell,
  type Step,
} from './node-system.ts';

/** kind. */
export const kind: NodeSystem = {
  id: 'kind',
  recognize: ({ provider }) => provider === 'kind',
  steps: node => {
    const name = nodeName(node);
    const cluster = /^(.+)-(?:control-plane|worker)\d*$/.exec(name)?.[1] ?? '<CLUSTER>';
    return {
      ...containerdSteps(node, containerShell(name)),
      setProxy: registry =>
        here(
          `delete the cluster and create it again with the correct proxy, or with ${registry} in NO_PROXY`,
          `HTTPS_PROXY=<PROXY> NO_PROXY=${quote(registry)} kind create cluster --name ${cluster}`,
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
        `${minikube} start --registry-mirror=<MIRROR>`,
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
        `${minikube} start --docker-env HTTPS_PROXY=<PROXY> --docker-env ${quote(`NO_PROXY=${registry}`)}`,
      ),
    importImage: image => here('load the image into the cluster', `${minikube} image load ${quote(image)}`),
  };
}

/** Docker Desktop: its settings are those of the application. */
export const dockerDesktop: NodeSystem = {
  id: 'docker-desktop',
  recognize: ({ name, osImage }) => osImage === 'Docker Desktop' || name === 'docker-desktop',
  steps: () => {
    const shell: Shell = {
      ...nodeShell(),
      on: 'workstation',
      // Docker itself is asked from outside its machine
      wrap: command =>
        /^docker /.test(command) ? command : `docker run --rm --privileged --pid=host alpine nsenter -t 1 -m -u -n -i ${asWord(command)}`,
      sudo: '',
    };
    const set = (what: string): Step => here(`in the settings of Docker Desktop, ${what}`, null);
    const info = (): Step => here('show the mirrors, the proxy and the insecure registries', 'docker info');
    const restart = (what: string) => (): Step => here(`${what}, restart Docker Desktop`, 'docker desktop restart');
    return {
      ...dockerSteps(shell, what => set(`under Docker Engine, ${what}`)),
      pull: image => here('pull the image without kubelet', `docker pull ${quote(image)}`),
      importImage: () => here('load the image: Kubernetes uses the images of Docker', 'docker load -i image.tar'),
      showMirrors: info,
      trustAuthority: restart('make this machine trust the certificate authority. Then'),
      clientCertificate: host => restart(`put client.cert and client.key into ~/.docker/certs.d/${host}. Then`)(),
      showProxy: info,
      setProxy: registry => set(`under Resources > Proxies, correct the proxy, or let ${registry} bypass it`),
      status: () => here('show the state of Docker Desktop', 'docker desktop status'),
      restart: restart('when its configuration is correct'),
    };
  },
};

/** minikube. */
export const minikube: NodeSystem = {
  id: 'minikube',
  recognize: ({ labels }) => 'minikube.k8s.io/name' in labels,
  steps: minikubeSteps,
};
