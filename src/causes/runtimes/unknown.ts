/** A node whose object was not seen, or which is like none that is known: the two usual places are named, and only what every system has is typed. */
import { quote } from '../shell.ts';
import { crictlSteps, linuxSteps, type NodeSteps, nodeShell, SHOW_CONFIG, type Step, step } from './node-system.ts';

/** What can be done on a node whose system is not known. */
export function unknownSteps(): NodeSteps {
  const shell = nodeShell();
  const edit = (what: string, containerd: string, crio: string): Step => ({
    what: `${what}. The node system is not known: containerd reads ${containerd}, CRI-O reads ${crio}`,
    command: null,
    on: 'everyNode',
  });
  const hosts = (registry: string): string => `/etc/containerd/certs.d/${registry}/hosts.toml`;
  const DROP_INS = '/etc/containers/registries.conf.d';
  return {
    ...crictlSteps(shell),
    ...linuxSteps(shell),
    showMirrors: registry =>
      step(
        shell,
        'show the configured mirrors. The node system is not known: these are the places of containerd and of CRI-O',
        `sudo grep -rs . ${quote(hosts(registry))} ${hosts('_default')} ${DROP_INS}`,
      ),
    editMirrors: registry => edit('correct or remove the mirror', hosts(registry), DROP_INS),
    correctMirrorScheme: (registry, mirror, right) =>
      edit(`change the address of the mirror to ${right}://${mirror}`, hosts(registry), DROP_INS),
    useScheme: (host, scheme) => edit(`make the runtime use ${scheme}:// for "${host}"`, hosts(host), DROP_INS),
    trustAuthority: (registry, host) =>
      edit(
        `make the runtime trust the certificate authority for "${host}"`,
        `"ca" in ${hosts(registry)}`,
        `/etc/containers/certs.d/${host}/ca.crt`,
      ),
    clientCertificate: host =>
      edit(
        'give the runtime the client certificate',
        `"client" in ${hosts(host)}`,
        `client.cert and client.key in /etc/containers/certs.d/${host}`,
      ),
    setLogin: (registry, host) =>
      edit(
        `give the runtime the login of "${host}"`,
        `"header" in ${hosts(registry)}`,
        'the file that global_auth_file names in /etc/crio',
      ),
    checkSettings: () => null,
    showProxy: () =>
      step(
        shell,
        'show the proxy settings of the runtime. The node system is not known: it is containerd or CRI-O in most cases',
        'systemctl show containerd crio --property=Id --property=Environment',
      ),
    setProxy: registry =>
      edit(
        `correct HTTPS_PROXY, or add ${registry} to NO_PROXY, and restart the runtime`,
        '/etc/systemd/system/containerd.service.d',
        '/etc/systemd/system/crio.service.d (both after "systemctl daemon-reload")',
      ),
    showCredentials: () =>
      step(
        shell,
        'show the credentials of the node: config.json, and the credential providers of kubelet',
        `sudo ${SHOW_CONFIG}; ps -o args= -C kubelet | tr ' ' '\\n' | grep credential-provider`,
      ),
    sandboxImage: () => step(shell, 'show the sandbox image of the runtime', 'sudo crictl info | grep -i -e sandbox -e pause'),
    status: () =>
      step(
        shell,
        'show the state and the log of the runtime. The node system is not known: it is containerd or CRI-O in most cases',
        'systemctl status containerd crio --no-pager; sudo journalctl -u containerd -u crio -n 50 --no-pager',
      ),
    restart: () => ({
      what: 'when its configuration is correct, restart the runtime',
      command: 'sudo systemctl try-restart containerd crio',
      on: 'node',
    }),
    diskUsage: () => step(shell, 'show free space and free inodes of all file systems', 'df -h; df -i'),
    showStorage: () => step(shell, 'show the file systems and the kernel log', 'findmnt -D; sudo dmesg | tail -n 50'),
    importImage: () => ({
      what: 'import the image from the archive image.tar. The node system is not known: this is the command of containerd; kind, minikube and k3d load it with "kind load docker-image", "minikube image load" and "k3d image import"',
      command: 'sudo ctr -n k8s.io images import image.tar',
      on: 'node',
    }),
    resolveShortName: () => edit('set an alias for this name', 'nothing (it uses docker.io)', `"[aliases]" in ${DROP_INS}`),
    signaturePolicy: () =>
      step(
        shell,
        'show the signature policy. The node system is not known: these are the places of CRI-O and of containerd',
        'sudo cat /etc/containers/policy.json; ls -l /opt/image-verifier/bin',
      ),
  };
}
