/** Docker Engine behind cri-dockerd. Source: Docker's pages about daemon.json, certificates and proxies; cri-dockerd's flags. */
import { quote } from '../shell.ts';
import {
  change,
  linuxSteps,
  type NodeSteps,
  type NodeSystem,
  nodeShell,
  SHOW_CONFIG,
  type Shell,
  serviceSteps,
  step,
  storeSteps,
} from './node-system.ts';

const DAEMON = '/etc/docker/daemon.json';

/** Docker on a node that this shell leads to. */
export function dockerSteps(shell: Shell): NodeSteps {
  const { sudo } = shell;
  const edit = (what: string): ReturnType<NodeSteps['showMirrors']> =>
    change(
      shell,
      what,
      shell.on === 'node'
        ? `sudoedit ${DAEMON} && sudo systemctl restart docker`
        : shell.wrap(`${sudo}vi ${DAEMON}; ${sudo}systemctl restart docker`),
    );
  return {
    ...linuxSteps(shell),
    ...serviceSteps(shell, ['docker', 'cri-docker']),
    ...storeSteps(shell, '/var/lib/docker'),
    pull: image => step(shell, 'pull the image without kubelet', `${sudo}docker pull ${quote(image)}`),
    removeImage: image =>
      step(shell, 'remove the image, so that the next attempt downloads it again', `${sudo}docker image rm ${quote(image)}`),
    removeUnusedImages: () => step(shell, 'remove unused images', `${sudo}docker image prune --all`),
    showMirrors: () =>
      step(shell, 'show the configured mirrors (Docker uses them for Docker Hub only)', `${sudo}docker info | grep -A5 -i mirrors`),
    editMirrors: () => edit('correct or remove the entry in "registry-mirrors"'),
    correctMirrorScheme: (_, mirror, right) => edit(`change the address in "registry-mirrors" to ${right}://${mirror}`),
    useScheme: (host, scheme) =>
      edit(scheme === 'http' ? `add "${host}" to "insecure-registries"` : `remove "${host}" from "insecure-registries"`),
    trustAuthority: (_, host) =>
      change(
        shell,
        `make Docker trust the certificate authority in ca.crt for "${host}"`,
        shell.copy('ca.crt', `/etc/docker/certs.d/${host}/ca.crt`),
      ),
    clientCertificate: host =>
      change(
        shell,
        'give Docker the client certificate in client.crt and client.key',
        `${shell.copy('client.crt', `/etc/docker/certs.d/${host}/client.cert`)} && ${shell.copy('client.key', `/etc/docker/certs.d/${host}/client.key`)}`,
      ),
    checkSettings: () => null,
    setProxy: registry =>
      change(
        shell,
        `correct Environment="HTTPS_PROXY=..." in the [Service] section, or add ${registry} to NO_PROXY`,
        shell.on === 'node'
          ? 'sudo systemctl edit docker && sudo systemctl restart docker'
          : shell.wrap(`${sudo}systemctl edit docker; ${sudo}systemctl restart docker`),
      ),
    showCredentials: () => step(shell, 'show the credentials of the node: config.json of kubelet', `${sudo}${SHOW_CONFIG}`),
    sandboxImage: () =>
      step(
        shell,
        'show the sandbox image; the flag --pod-infra-container-image of cri-dockerd sets it',
        'systemctl cat cri-docker | grep pod-infra',
      ),
    importImage: () => step(shell, 'import the image from the archive image.tar', `${sudo}docker load -i image.tar`),
    resolveShortName: () => null,
    signaturePolicy: () =>
      step(shell, 'show whether content trust is set for Docker', `systemctl show docker --property=Environment; ${sudo}cat ${DAEMON}`),
  };
}

export const docker: NodeSystem = {
  id: 'docker',
  name: 'Docker (cri-dockerd)',
  recognize: ({ runtime }) => runtime?.startsWith('docker://') ?? false,
  steps: () => dockerSteps(nodeShell()),
};
