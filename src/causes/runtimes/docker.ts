/** Docker Engine behind cri-dockerd. Source: Docker's pages about daemon.json, certificates and proxies; cri-dockerd's flags. */
import { quote } from '../shell.ts';
import {
  certificateSteps,
  change,
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

const DAEMON = '/etc/docker/daemon.json';

/** Edits daemon.json. */
const editOf =
  (shell: Shell) =>
  (what: string): Step =>
    change(
      shell,
      what,
      shell.on === 'node'
        ? `sudoedit ${DAEMON} && sudo systemctl restart docker`
        : shell.wrap(`${shell.sudo}vi ${DAEMON}; ${shell.sudo}systemctl restart docker`),
    );

/** Docker on a node that this shell leads to. In: the shell, and how daemon.json is edited. */
export function dockerSteps(shell: Shell, edit = editOf(shell)): NodeSteps {
  const { sudo } = shell;
  return {
    ...linuxSteps(shell),
    ...serviceSteps(shell, ['docker', 'cri-docker']),
    restart: () =>
      step(
        shell,
        'when its configuration is correct, restart docker; if the log says that the API version is too old, update cri-dockerd',
        `${sudo}systemctl restart docker cri-docker`,
      ),
    ...certificateSteps(shell, 'Docker', '/etc/docker/certs.d'),
    ...unitSteps(shell, 'docker'),
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
    setLogin: (_, host) =>
      change(shell, `use a mirror without a login, or name "${host}" in the image: Docker sends no login to a mirror`, null),
    checkSettings: () => null,
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

/** Docker (cri-dockerd). */
export const docker: NodeSystem = {
  id: 'docker',
  recognize: ({ runtime }) => runtime?.startsWith('docker://') ?? false,
  steps: () => dockerSteps(nodeShell()),
};
