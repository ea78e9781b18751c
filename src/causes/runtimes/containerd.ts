/** containerd with its own configuration files, and the managed services that run it. Source: containerd docs/hosts.md, docs/cri/registry.md. */

import type { NodeFacts } from '../../model/facts.ts';
import { quote } from '../shell.ts';
import {
  change,
  crictlSteps,
  here,
  linuxSteps,
  type NodeSteps,
  type NodeSystem,
  nodeShell,
  runtimeVersion,
  SHOW_CONFIG,
  type Shell,
  serviceSteps,
  step,
  storeSteps,
} from './node-system.ts';

const CERTS = '/etc/containerd/certs.d';
const CONFIG = '/etc/containerd/config.toml';

/** A hosts.toml of one host, as a word of printf. */
const hostsToml = (url: string, ...lines: string[]): string =>
  quote([`server = "${url}"`, `[host."${url}"]`, '  capabilities = ["pull", "resolve"]', ...lines, ''].join('\\n'));

/** Writes a hosts.toml into a folder, unless there is one: that has to be edited then. In: commands that put other files into the folder first, and so create it. */
function writeHosts(shell: Shell, folder: string, text: string, copies: string[] = []): string {
  const [file, parent] = [quote(`${folder}/hosts.toml`), quote(folder)];
  const create = copies.length > 0 ? copies : [shell.wrap(`${shell.sudo}mkdir -p ${parent}`)];
  const write =
    shell.on === 'node'
      ? `if [ -e ${file} ]; then sudoedit ${file}; else printf ${text} | sudo tee ${file}; fi`
      : shell.wrap(`if [ -e ${file} ]; then cat ${file}; else printf ${text} | ${shell.sudo}tee ${file}; fi`);
  return [...create, write].join(' && ');
}

/** containerd on a node that this shell leads to. */
export function containerdSteps(node: NodeFacts, shell: Shell): NodeSteps {
  const { sudo } = shell;
  const file = (registry: string): string => quote(`${CERTS}/${registry}/hosts.toml`);
  const exists = shell.on === 'node' ? '' : '; an existing hosts.toml is only printed, so edit it';
  const [major, minor] = runtimeVersion(node) ?? [0, 0];
  return {
    ...crictlSteps(shell),
    ...linuxSteps(shell),
    ...serviceSteps(shell, ['containerd']),
    ...storeSteps(shell, '/var/lib/containerd'),
    showMirrors: registry =>
      step(shell, 'show the configured mirrors', `${sudo}grep -s . ${file(registry)} ${file('_default')}; grep -n config_path ${CONFIG}`),
    editMirrors: registry =>
      shell.on === 'node'
        ? change(shell, 'correct or remove the mirror', `sudoedit ${file(registry)}`)
        : change(shell, 'disable the mirror', shell.wrap(`${sudo}mv ${file(registry)} ${quote(`${CERTS}/${registry}/hosts.toml.off`)}`)),
    correctMirrorScheme: (registry, mirror, right) =>
      change(
        shell,
        `change the address of the mirror to ${right}://`,
        shell.wrap(`${sudo}sed -i ${quote(`s#https*://${mirror}#${right}://${mirror}#g`)} ${file(registry)}`),
      ),
    useScheme: (host, scheme) =>
      change(
        shell,
        `make containerd use ${scheme}:// for "${host}"${exists}`,
        writeHosts(shell, `${CERTS}/${host}`, hostsToml(`${scheme}://${host}`)),
      ),
    trustAuthority: (registry, host) => {
      const folder = `${CERTS}/${registry}`;
      const text = hostsToml(`https://${host}`, `  ca = "${folder}/ca.crt"`);
      return change(
        shell,
        `make containerd trust the certificate authority in ca.crt for "${host}"${exists}`,
        writeHosts(shell, folder, text, [shell.copy('ca.crt', `${folder}/ca.crt`)]),
      );
    },
    clientCertificate: host => {
      const folder = `${CERTS}/${host}`;
      const text = hostsToml(`https://${host}`, `  client = [["${folder}/client.crt", "${folder}/client.key"]]`);
      return change(
        shell,
        `give containerd the client certificate in client.crt and client.key${exists}`,
        writeHosts(
          shell,
          folder,
          text,
          ['client.crt', 'client.key'].map(file => shell.copy(file, `${folder}/${file}`)),
        ),
      );
    },
    checkSettings: () =>
      major > 2 || (major === 2 && minor >= 1)
        ? step(
            shell,
            'check config_path, because containerd 2.1 and later ignore every hosts.toml if it lists several directories',
            `${sudo}containerd config dump | grep config_path`,
          )
        : null,
    setProxy: registry =>
      change(
        shell,
        `correct Environment="HTTPS_PROXY=..." in the [Service] section, or add ${registry} to NO_PROXY`,
        shell.on === 'node'
          ? 'sudo systemctl edit containerd && sudo systemctl restart containerd'
          : shell.wrap(`${sudo}systemctl edit containerd; ${sudo}systemctl restart containerd`),
      ),
    showCredentials: () =>
      step(
        shell,
        'show the credentials of the node: config.json, and the credential providers of kubelet',
        `${sudo}${SHOW_CONFIG}; ps -o args= -C kubelet | tr ' ' '\\n' | grep credential-provider`,
      ),
    sandboxImage: () => step(shell, `show the sandbox image; it is set in ${CONFIG}`, `${sudo}containerd config dump | grep -n sandbox`),
    importImage: () => step(shell, 'import the image from the archive image.tar', `${sudo}ctr -n k8s.io images import image.tar`),
    resolveShortName: () => null,
    signaturePolicy: () =>
      step(shell, 'show the image verifiers of containerd', `${sudo}ls -l /opt/image-verifier/bin; grep -n -A3 image-verifier ${CONFIG}`),
  };
}

export const containerd: NodeSystem = {
  id: 'containerd',
  name: 'containerd',
  recognize: ({ runtime }) => runtime?.startsWith('containerd://') ?? false,
  steps: node => containerdSteps(node, nodeShell()),
};

/** Amazon EKS, Amazon Linux. */
export const eks: NodeSystem = {
  id: 'eks',
  name: 'Amazon EKS',
  recognize: ({ labels, kubelet }) => 'eks.amazonaws.com/nodegroup' in labels || /-eks-/.test(kubelet ?? ''),
  steps: node =>
    containerdSteps(node, nodeShell('; put the change into the launch template of the node group too, since EKS replaces nodes')),
};

/** Google Kubernetes Engine, Container-Optimized OS. Source: Google's page about private registries with private CA certificates. */
export const gke: NodeSystem = {
  id: 'gke',
  name: 'Google Kubernetes Engine',
  recognize: ({ labels, kubelet }) => 'cloud.google.com/gke-nodepool' in labels || /-gke\./.test(kubelet ?? ''),
  steps: node => {
    const name = node.labels['cloud.google.com/gke-nodepool'] ?? '';
    return {
      ...containerdSteps(
        node,
        nodeShell('; GKE replaces nodes: use the containerd configuration of the node pool, or a DaemonSet, for a lasting change'),
      ),
      trustAuthority: (_, host) =>
        here(
          `make the node pool trust the certificate authority: name "${host}" and its CA under privateRegistryAccessConfig in containerd.yaml`,
          `gcloud container node-pools update ${/^[a-z][a-z0-9-]*$/.test(name) ? name : 'NODE_POOL'} --cluster=CLUSTER --containerd-config-from-file=containerd.yaml`,
        ),
    };
  },
};

/** Azure Kubernetes Service. Source: Microsoft's pages about custom certificate authorities and HTTP proxies in AKS. */
export const aks: NodeSystem = {
  id: 'aks',
  name: 'Azure Kubernetes Service',
  recognize: ({ labels }) => 'kubernetes.azure.com/cluster' in labels || 'kubernetes.azure.com/agentpool' in labels,
  steps: node => ({
    ...containerdSteps(node, nodeShell('; AKS replaces nodes: use a DaemonSet for a lasting change')),
    trustAuthority: () =>
      here(
        'make all nodes trust the certificate authority in ca.crt',
        'az aks update -n CLUSTER -g RESOURCE_GROUP --custom-ca-trust-certificates ca.crt',
      ),
    setProxy: registry =>
      here(
        `correct httpsProxy in proxy.json, or add ${registry} to noProxy`,
        'az aks update -n CLUSTER -g RESOURCE_GROUP --http-proxy-config proxy.json',
      ),
  }),
};
