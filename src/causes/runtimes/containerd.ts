/** containerd with its own configuration files, and the managed services that run it. Source: containerd docs/hosts.md, docs/cri/registry.md. */

import type { NodeFacts } from '../../model/facts.ts';
import { quote } from '../shell.ts';
import {
  change,
  crictlSteps,
  here,
  ignoresDirectoryLists,
  linuxSteps,
  type NodeSteps,
  type NodeSystem,
  nodeShell,
  SHOW_CONFIG,
  type Shell,
  type Step,
  serviceSteps,
  step,
  storeSteps,
  unitSteps,
} from './node-system.ts';

/** Where a distribution keeps the files of containerd. */
interface Layout {
  /** The folder that config_path names. */
  certs: string;
  config: string;
  unit: string;
  store: string;
  /** Prints the settings that are in effect, without sudo. */
  settings: string;
  /** Its client, without sudo, in the namespace of Kubernetes. */
  ctr: string;
}
const PLAIN: Layout = {
  certs: '/etc/containerd/certs.d',
  config: '/etc/containerd/config.toml',
  unit: 'containerd',
  store: '/var/lib/containerd',
  settings: 'containerd config dump',
  ctr: 'ctr -n k8s.io',
};

/** A hosts.toml of one host, as a word of printf. */
const hostsToml = (url: string, ...lines: string[]): string =>
  quote([`server = "${url}"`, `[host."${url}"]`, '  capabilities = ["pull", "resolve"]', ...lines, ''].join('\\n'));

/**
 * Writes a hosts.toml into a folder, unless there is one, and shows it: one that was there has to be edited. In: commands that put other files into the folder first, and so create
 * it.
 */
function writeHosts(shell: Shell, folder: string, text: string, copies: string[] = []): string {
  const [file, parent] = [quote(`${folder}/hosts.toml`), quote(folder)];
  const create = copies.length > 0 ? copies : [shell.wrap(`${shell.sudo}mkdir -p ${parent}`)];
  const show = shell.on === 'node' ? 'sudoedit' : 'cat';
  return [...create, shell.wrap(`{ [ -e ${file} ] || printf ${text} | ${shell.sudo}tee ${file}; }; ${show} ${file}`)].join(' && ');
}

/** containerd on a node that this shell leads to. */
export function containerdSteps(node: NodeFacts, shell: Shell, layout: Layout = PLAIN): NodeSteps {
  const { sudo } = shell;
  const { certs, config, unit, store, settings, ctr } = layout;
  const file = (registry: string): string => quote(`${certs}/${registry}/hosts.toml`);
  /** What to write where there is a file already. */
  const exists = (line: string, host: string): string =>
    `; in an existing hosts.toml${shell.on === 'node' ? '' : ', which is only printed'}, set ${line} under [host."https://${host}"]`;
  const edit = (what: string, registry: string): Step =>
    shell.on === 'node'
      ? change(shell, `${what} in hosts.toml`, `sudoedit ${file(registry)}`)
      : change(shell, `${what} in ${certs}/${registry}/hosts.toml`, shell.wrap(`cat ${file(registry)}`));
  return {
    ...crictlSteps(shell),
    ...linuxSteps(shell),
    ...serviceSteps(shell, [unit]),
    ...unitSteps(shell, unit),
    ...storeSteps(shell, store),
    showMirrors: registry =>
      step(shell, 'show the configured mirrors', `${sudo}grep -s . ${file(registry)} ${file('_default')}; grep -n config_path ${config}`),
    editMirrors: registry =>
      shell.on === 'node'
        ? change(shell, `correct or remove the mirror (one for all registries is in ${certs}/_default)`, `sudoedit ${file(registry)}`)
        : change(shell, 'disable the mirror', shell.wrap(`${sudo}mv ${file(registry)} ${quote(`${certs}/${registry}/hosts.toml.off`)}`)),
    correctMirrorScheme: (registry, mirror, right) =>
      change(
        shell,
        `change the address of the mirror to ${right}://`,
        shell.wrap(`${sudo}sed -i ${quote(`s#https*://${mirror}#${right}://${mirror}#g`)} ${file(registry)}`),
      ),
    useScheme: (host, scheme) =>
      change(
        shell,
        `make containerd use ${scheme}:// for "${host}"${shell.on === 'node' ? '' : '; an existing hosts.toml is only printed, so edit it'}`,
        writeHosts(shell, `${certs}/${host}`, hostsToml(`${scheme}://${host}`)),
      ),
    trustAuthority: (registry, host) => {
      const folder = `${certs}/${registry}`;
      const text = hostsToml(`https://${host}`, `  ca = "${folder}/ca.crt"`);
      return change(
        shell,
        `make containerd trust the certificate authority in ca.crt for "${host}"${exists(`ca = "${folder}/ca.crt"`, host)}`,
        writeHosts(shell, folder, text, [shell.copy('ca.crt', `${folder}/ca.crt`)]),
      );
    },
    clientCertificate: host => {
      const folder = `${certs}/${host}`;
      const text = hostsToml(`https://${host}`, `  client = [["${folder}/client.crt", "${folder}/client.key"]]`);
      return change(
        shell,
        `give containerd the client certificate in client.crt and client.key${exists(`client = [["${folder}/client.crt", "${folder}/client.key"]]`, host)}`,
        writeHosts(
          shell,
          folder,
          text,
          ['client.crt', 'client.key'].map(file => shell.copy(file, `${folder}/${file}`)),
        ),
      );
    },
    setLogin: (registry, host) =>
      edit(`give containerd the login: set authorization = "Basic BASE64" under [host."https://${host}".header]`, registry),
    checkSettings: () =>
      step(
        shell,
        `check that config_path is "${certs}": if it is empty${ignoresDirectoryLists(node) ? ', or a list of directories (containerd 2.1 and later without use_local_image_pull)' : ''}, containerd reads no hosts.toml`,
        `${sudo}${settings} | grep config_path`,
      ),
    showCredentials: () =>
      step(
        shell,
        'show the credentials of the node: config.json, and the credential providers of kubelet',
        `${sudo}${SHOW_CONFIG}; ps -o args= -C kubelet | tr ' ' '\\n' | grep credential-provider`,
      ),
    sandboxImage: () => step(shell, `show the sandbox image; it is set in ${config}`, `${sudo}${settings} | grep -n sandbox`),
    importImage: () => step(shell, 'import the image from the archive image.tar', `${sudo}${ctr} images import image.tar`),
    resolveShortName: () => null,
    signaturePolicy: () =>
      step(shell, 'show the image verifiers of containerd', `${sudo}ls -l /opt/image-verifier/bin; grep -n -A3 image-verifier ${config}`),
  };
}

/** containerd. */
export const containerd: NodeSystem = {
  id: 'containerd',
  recognize: ({ runtime }) => runtime?.startsWith('containerd://') ?? false,
  steps: node => containerdSteps(node, nodeShell()),
};

const SNAP = '/var/snap/microk8s';
/** MicroK8s. Source: microk8s.io, "Working with a private registry" and "Installing behind a proxy". */
export const microk8s: NodeSystem = {
  id: 'microk8s',
  recognize: ({ labels }) => 'microk8s.io/cluster' in labels,
  steps: node => {
    const shell = nodeShell();
    const args = `${SNAP}/current/args`;
    const ctr = 'sudo microk8s ctr images';
    const restart = 'sudo snap restart microk8s.daemon-containerd';
    const config = `${args}/containerd-template.toml`;
    return {
      ...containerdSteps(node, shell, {
        certs: `${args}/certs.d`,
        config,
        unit: 'snap.microk8s.daemon-containerd',
        store: `${SNAP}/common/var/lib/containerd`,
        settings: `cat ${config}`,
        ctr: 'microk8s ctr',
      }),
      restart: () => ({ what: 'when its configuration is correct, restart containerd', command: restart, on: 'node' }),
      showProxy: () => step(shell, 'show the proxy settings of containerd', `cat ${args}/containerd-env`),
      setProxy: registry =>
        change(shell, `correct HTTPS_PROXY, or add ${registry} to NO_PROXY`, `sudoedit ${args}/containerd-env && ${restart}`),
      pull: image => step(shell, 'pull the image without kubelet', `${ctr} pull ${quote(image)}`),
      removeImage: image => step(shell, 'remove the image, so that the next attempt downloads it again', `${ctr} rm ${quote(image)}`),
      removeUnusedImages: () => step(shell, 'remove unused images', `${ctr} prune --all`),
    };
  },
};

/** Amazon EKS, Amazon Linux. Source: the page of Amazon EKS about customizing nodes with launch templates. */
export const eks: NodeSystem = {
  id: 'eks',
  recognize: ({ labels, kubelet }) => 'eks.amazonaws.com/nodegroup' in labels || /-eks-/.test(kubelet ?? ''),
  steps: node =>
    containerdSteps(node, nodeShell('; put the change into the user data of the launch template too, since EKS replaces nodes')),
};

/** Google Kubernetes Engine, Container-Optimized OS. Source: Google's page about customizing the containerd configuration. */
export const gke: NodeSystem = {
  id: 'gke',
  recognize: ({ labels, kubelet }) => 'cloud.google.com/gke-nodepool' in labels || /-gke\./.test(kubelet ?? ''),
  steps: node => {
    const pool = node.labels['cloud.google.com/gke-nodepool'] ?? '';
    return {
      ...containerdSteps(node, nodeShell()),
      ...gkeSteps(`node-pools update ${/^[a-z][a-z0-9-]*$/.test(pool) ? pool : '<NODE_POOL>'} --cluster=<CLUSTER>`),
    };
  },
};

/** What GKE sets on its nodes, which it replaces for it. In: which of them, as a command of `gcloud container`. */
export function gkeSteps(nodes: string): Pick<NodeSteps, ProviderStep> {
  const set = (what: string): Step =>
    here(
      `in containerd.yaml, ${what}; GKE then replaces the nodes`,
      `gcloud container ${nodes} --containerd-config-from-file=containerd.yaml`,
    );
  const host = (registry: string, name: string): string => `the host "${name}" of server "${registry}" under registryHosts`;
  return {
    editMirrors: registry => set(`correct or remove the mirror of server "${registry}" under registryHosts`),
    correctMirrorScheme: (registry, mirror, right) =>
      set(`change the host of server "${registry}" under registryHosts to ${right}://${mirror}`),
    useScheme: (name, scheme) => set(`add ${host(name, `${scheme}://${name}`)}`),
    trustAuthority: (_, name) =>
      set(`name "${name}" and its certificate authority (a secret of Secret Manager) under privateRegistryAccessConfig`),
    clientCertificate: name => set(`set "client" of ${host(name, name)} to the client certificate (secrets of Secret Manager)`),
    setLogin: (registry, name) => set(`set the header Authorization of ${host(registry, name)}`),
    setProxy: registry =>
      here(
        `let the network of the nodes reach ${registry} without a proxy (Cloud NAT, Private Google Access): GKE sets no proxy on nodes`,
        null,
      ),
  };
}
/** The steps that a provider takes itself: nobody edits a file of a node that is replaced. */
type ProviderStep = 'editMirrors' | 'correctMirrorScheme' | 'useScheme' | 'trustAuthority' | 'clientCertificate' | 'setLogin' | 'setProxy';

/** Azure Kubernetes Service. Source: Microsoft's pages about custom certificate authorities and HTTP proxies in AKS. */
export const aks: NodeSystem = {
  id: 'aks',
  recognize: ({ labels }) => 'kubernetes.azure.com/cluster' in labels || 'kubernetes.azure.com/agentpool' in labels,
  steps: node => ({
    ...containerdSteps(node, nodeShell('; AKS replaces nodes: use a DaemonSet that writes this file for a lasting change')),
    trustAuthority: () =>
      here(
        'make all nodes trust the certificate authority in ca.crt',
        'az aks update -n <CLUSTER> -g <RESOURCE_GROUP> --custom-ca-trust-certificates ca.crt',
      ),
    setProxy: registry =>
      here(
        `correct httpsProxy in proxy.json, or add ${registry} to noProxy`,
        'az aks update -n <CLUSTER> -g <RESOURCE_GROUP> --http-proxy-config proxy.json',
      ),
  }),
};
