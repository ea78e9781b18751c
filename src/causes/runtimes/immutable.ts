/** Systems without a shell, which are set up by an API: Talos and Bottlerocket. Source: docs.siderolabs.com and bottlerocket.dev. */
import type { NodeFacts } from '../../model/facts.ts';
import { type Blank, blank, quote, textOf } from '../shell.ts';
import { here, type NodeSteps, type NodeSystem, nodeName, type Step } from './node-system.ts';

function talosSteps(node: NodeFacts): NodeSteps {
  const talosctl = `talosctl -n ${nodeName(node)}`;
  const edit = (what: string): Step =>
    here(`in the machine config, ${what}; repeat this for every other node`, `${talosctl} edit machineconfig`);
  const config = (what: string): Step => here(what, `${talosctl} get machineconfig -o yaml`);
  const [, minor] = /v1\.(\d+)/.exec(node.osImage ?? '') ?? [];
  // the settings of registries became documents of their own with 1.12
  const isOld = minor !== undefined && Number(minor) < 12;
  const tls = (host: string): string => (isOld ? `machine.registries.config."${host}".tls` : `the RegistryTLSConfig of "${host}"`);
  return {
    showMirrors: () => config(`show the configured mirrors: ${isOld ? 'machine.registries.mirrors' : 'RegistryMirrorConfig'}`),
    editMirrors: registry =>
      edit(`correct or remove the mirror of "${registry}" (${isOld ? 'machine.registries.mirrors' : 'RegistryMirrorConfig'})`),
    correctMirrorScheme: (_, mirror, right) => edit(`change the endpoint of the mirror to ${right}://${mirror}`),
    useScheme: (host, scheme) =>
      edit(
        `set the endpoint of "${host}" ${isOld ? 'under machine.registries.mirrors' : 'in a RegistryMirrorConfig'} to ${scheme}://${host}`,
      ),
    trustAuthority: (_, host) => edit(`add the authority's certificate as TrustedRootsConfig, or as "ca" of ${tls(host)}`),
    setLogin: (_, host) => edit(`set the login of "${host}" ${isOld ? 'under machine.registries.config' : 'as RegistryAuthConfig'}`),
    clientCertificate: host => edit(`add the client certificate as clientIdentity of ${tls(host)}`),
    checkSettings: () => null,
    showProxy: () => config('show the proxy settings: machine.env'),
    setProxy: registry => edit(`correct https_proxy under machine.env, or add ${registry} to no_proxy`),
    showCredentials: () => config(`show the credentials of the node: ${isOld ? 'machine.registries.config' : 'RegistryAuthConfig'}`),
    sandboxImage: () => config('show the sandbox image: the customization of the containerd configuration'),
    status: () => here('show the state and the log of containerd', `${talosctl} service cri; ${talosctl} logs cri --tail 50`),
    restart: () => here('when its configuration is correct, restart the node', `${talosctl} reboot`),
    diskUsage: () => here('show free space', `${talosctl} mounts; ${talosctl} usage -d 1 /var/lib/containerd`),
    removeUnusedImages: () =>
      here('list the images; kubelet removes unused images itself, so enlarge the disk if that is not enough', `${talosctl} image list`),
    showStorage: () => here('show the file systems and the kernel log', `${talosctl} mounts; ${talosctl} dmesg | tail -n 50`),
    removeImage: () =>
      here(
        'if the image store is damaged, drain the node and wipe its EPHEMERAL partition',
        `${talosctl} reset --system-labels-to-wipe EPHEMERAL --reboot`,
      ),
    importImage: () => here('push the image to a registry that the nodes can reach: Talos has no import', null),
    pull: image => here('pull the image without kubelet', `${talosctl} image pull ${quote(image)}`),
    resolveShortName: () => null,
    signaturePolicy: () => config('show the rules of image verification'),
    resolve: host => here(`show the name servers that the node asks for "${host}"`, `${talosctl} get resolvers`),
    connect: url => here(`try ${url} from a pod with hostNetwork on this node: Talos has no shell`, null),
    clock: () => here('show the clock of the node', `${talosctl} time`),
  };
}

/** Talos Linux. */
export const talos: NodeSystem = {
  id: 'talos',
  recognize: ({ osImage }) => /^Talos\b/.test(osImage ?? ''),
  steps: talosSteps,
};

const bottlerocketSteps = (): NodeSteps => {
  const show = (what: string, setting: string): Step => ({ what, command: `apiclient get settings.${setting}`, on: 'node' });
  const set = (what: string, command: string): Step => ({
    what: `${what}; set the same in the user data for new nodes`,
    command: `apiclient set ${command}`,
    on: 'everyNode',
  });
  const host = (what: string, command: string): Step => ({
    what: `with "sudo sheltie" in the admin container, ${what}`,
    command,
    on: 'node',
  });
  const mirror = (registry: string, endpoint: string | Blank): string => {
    const mark = textOf([endpoint]);
    const [before = '', after = ''] = JSON.stringify({ 'container-registry': { mirrors: [{ registry, endpoint: [mark] }] } }).split(mark);
    return `--json ${quote([before, endpoint, after])}`;
  };
  return {
    showMirrors: () => show('show the configured mirrors', 'container-registry.mirrors'),
    editMirrors: registry => set('set the correct mirror (the command replaces all mirrors)', mirror(registry, blank('MIRROR'))),
    correctMirrorScheme: (registry, address, right) =>
      set(`change the address of the mirror to ${right}:// (the command replaces all mirrors)`, mirror(registry, `${right}://${address}`)),
    useScheme: (registry, scheme) =>
      set(`use ${scheme}:// for "${registry}" by a mirror (the command replaces all mirrors)`, mirror(registry, `${scheme}://${registry}`)),
    trustAuthority: () =>
      set('trust the certificate authority in ca.crt', 'pki.registry.data="$(base64 -w0 ca.crt)" pki.registry.trusted=true'),
    clientCertificate: () => ({
      what: 'use a registry, or a mirror, that needs no client certificate: Bottlerocket has no setting for one',
      command: null,
      on: 'workstation',
    }),
    setLogin: (_, registry) => ({
      ...set(
        `write the login into login.toml, as registry = "${registry}", username and password under [[settings.container-registry.credentials]] (it replaces all logins)`,
        '',
      ),
      command: 'apiclient apply < login.toml',
    }),
    checkSettings: () => null,
    showProxy: () => show('show the proxy settings', 'network'),
    setProxy: registry =>
      set(
        `set the correct proxy, and add ${registry} to no-proxy if it needs none`,
        `network.https-proxy=<PROXY> network.no-proxy=${quote(`["localhost","127.0.0.1","${registry}"]`)}`,
      ),
    showCredentials: () => show('show the credential providers of the node', 'kubernetes.credential-providers'),
    sandboxImage: () => show('show the sandbox image', 'kubernetes.pod-infra-container-image'),
    status: () =>
      host('show the state and the log of containerd', 'systemctl status containerd --no-pager; journalctl -u containerd -n 50 --no-pager'),
    restart: () => host('when its configuration is correct, restart containerd', 'systemctl restart containerd'),
    diskUsage: () => host('show free space and free inodes', 'df -h /var/lib/containerd; df -i /var/lib/containerd'),
    removeUnusedImages: () => host('remove unused images', 'ctr -a /run/containerd/containerd.sock -n k8s.io images prune --all'),
    showStorage: () =>
      host('show the file system of the image store and the kernel log', 'findmnt -T /var/lib/containerd; dmesg | tail -n 50'),
    removeImage: image =>
      host(
        'remove the image, so that the next attempt downloads it again',
        `ctr -a /run/containerd/containerd.sock -n k8s.io images rm ${quote(image)}`,
      ),
    importImage: () => here('push the image to a registry that the nodes can reach: Bottlerocket has no import', null),
    pull: image => host('pull the image without kubelet', `ctr -a /run/containerd/containerd.sock -n k8s.io images pull ${quote(image)}`),
    resolveShortName: () => null,
    signaturePolicy: () => show('show the settings of the container runtime', 'container-runtime'),
    resolve: name => host(`resolve "${name}"; if that fails, show the name servers`, `getent hosts ${name} || cat /etc/resolv.conf`),
    connect: url => ({
      what: 'in the admin container, try the connection',
      command: `curl -sSv -o /dev/null --max-time 10 ${quote(url)}`,
      on: 'node',
    }),
    clock: () => host('show the clock, in UTC', 'date -u'),
  };
};

/** Bottlerocket. */
export const bottlerocket: NodeSystem = {
  id: 'bottlerocket',
  recognize: ({ osImage }) => /^Bottlerocket\b/.test(osImage ?? ''),
  steps: bottlerocketSteps,
};
