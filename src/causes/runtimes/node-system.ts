/**
 * What a node system is to the fixes: where its settings are, and which commands show and change them. Belongs here: the types, and what the systems share. One file beside this per
 * family; the table is in index.ts. Pure.
 */
import type { NodeFacts } from '../../model/facts.ts';
import { hostWord, quote } from '../shell.ts';

/** One thing to do, and where. */
export interface Step {
  /** An imperative without a full stop, such as `restart containerd`. */
  what: string;
  /** Complete for a POSIX shell (for PowerShell on Windows); null where there is none. */
  command: string | null;
  /** Where the command runs: on the node of the pod, on every node, or where kubectl runs. */
  on: 'node' | 'everyNode' | 'workstation';
}

/** What can be done on a node of some system. Registries and hosts are words of a shell already, with a port where they have one; images are not. */
export interface NodeSteps {
  /** In: the registry that the image names. */
  showMirrors(registry: string): Step;
  editMirrors(registry: string): Step;
  /** Changes the scheme in the address of a mirror. In: the registry that it stands in for, and the mirror. */
  correctMirrorScheme(registry: string, mirror: string, right: 'http' | 'https'): Step;
  /** Makes the runtime ask a host over this scheme. */
  useScheme(host: string, scheme: 'http' | 'https'): Step;
  /** Makes the runtime trust the authority in the file ca.crt. In: the registry that the image names, and the host with the certificate. */
  trustAuthority(registry: string, host: string): Step;
  /** Gives the runtime the client certificate in the files client.crt and client.key. */
  clientCertificate(host: string): Step;
  /** Gives the node a login of its own for a host: no pull secret is looked up for a mirror. In: the registry that the image names, and the host. */
  setLogin(registry: string, host: string): Step;
  /** Shows whether mirrors and certificates that are configured are used for a pull; null where nothing can disable them. In: whether the image has a digest. */
  checkSettings(byDigest: boolean): Step | null;
  showProxy(): Step;
  setProxy(registry: string): Step;
  /** The credentials of the node itself. */
  showCredentials(): Step;
  /** Where the image of the pod sandbox (pause) is set. */
  sandboxImage(): Step;
  status(): Step;
  restart(): Step;
  diskUsage(): Step;
  removeUnusedImages(): Step;
  /** The file system of the image store, and the kernel's messages. */
  showStorage(): Step;
  removeImage(image: string): Step;
  importImage(image: string): Step;
  pull(image: string): Step;
  /** Makes the runtime resolve a name without a registry; null where it needs no setting for that. In: the name, and its full form. */
  resolveShortName(name: string, full: string): Step | null;
  /** In: whether a list of registries rejects the image, and no signature. */
  signaturePolicy(isBlocked: boolean): Step;
  /** Resolves a host name as the node does. */
  resolve(host: string): Step;
  /** Opens a connection as the node does. */
  connect(url: string): Step;
  clock(): Step;
}

/** A row of the table of node systems. */
export interface NodeSystem {
  id: string;
  /** Whether the node object tells that it is this one. */
  recognize(node: NodeFacts): boolean;
  steps(node: NodeFacts): NodeSteps;
}

/** How commands get to a node. */
export interface Shell {
  on: 'node' | 'workstation';
  /** Before a command that needs the rights of root, with a blank behind it. */
  sudo: '' | 'sudo ';
  /** In: a command of the node. Out: the command to type. */
  wrap(command: string): string;
  /** Copies a file of this name into the node. */
  copy(file: string, target: string): string;
  /** What else has to be done for a change to last, with a blank before it. */
  lasting: string;
}

/** A shell on the node itself, by SSH or on its console. */
export const nodeShell = (lasting = ''): Shell => ({
  on: 'node',
  sudo: 'sudo ',
  wrap: command => command,
  copy: (file, target) => `sudo install -D -m ${/\.key$/.test(file) ? '600' : '644'} ${file} ${quote(target)}`,
  lasting,
});

const isPlain = (command: string): boolean => /^[A-Za-z0-9_./:@%+=, -]+$/.test(command);
/** A command behind another one that runs it: as its words, or as one word for a shell where it is more than plain words. */
export const asWord = (command: string): string => (isPlain(command) ? command : `sh -c ${quote(command)}`);
/** The same behind one that gives it to a shell itself. */
export const inShell = (command: string): string => (isPlain(command) ? command : quote(command));

/** A node that is a container of Docker on this machine. */
export const containerShell = (node: string): Shell => ({
  on: 'workstation',
  sudo: '',
  wrap: command => `docker exec ${node} ${asWord(command)}`,
  copy: (file, target) =>
    `docker exec ${node} mkdir -p ${quote(target.replace(/\/[^/]*$/, ''))} && docker cp ${file} ${quote(`${node}:${target}`)}`,
  lasting: '',
});

/** The node's name for a shell. */
export const nodeName = (node: NodeFacts): string => hostWord(node.name, '<NODE>');

/** A step on one node. */
export const step = (shell: Shell, what: string, command: string): Step => ({ what, command: shell.wrap(command), on: shell.on });
/** A change that all nodes need. In: a command that is complete already, null where only a person can act. */
export const change = (shell: Shell, what: string, command: string | null): Step =>
  shell.on === 'node'
    ? { what: `${what}${shell.lasting}`, command, on: 'everyNode' }
    : { what: `${what}; repeat this for every other node`, command, on: 'workstation' };
/** A step on the machine where kubectl runs. */
export const here = (what: string, command: string | null): Step => ({ what, command, on: 'workstation' });

/** Prints the registries of kubelet's config.json, with a mask for every password. */
export const SHOW_CONFIG = `sed -E 's/("(auth|password|identitytoken)": *")[^"]*/\\1***/g' /var/lib/kubelet/config.json`;

/** The version of a runtime, as [major, minor]; null when it is not known. */
export function runtimeVersion(node: NodeFacts): [number, number] | null {
  const [, major, minor] = /^[a-z-]+:\/\/v?(\d+)\.(\d+)/.exec(node.runtime ?? '') ?? [];
  return major === undefined ? null : [Number(major), Number(minor)];
}

/** containerd 2.1 and later uses no list of directories: mirrors and certificates that were set up for older ones then have no effect. */
export function ignoresDirectoryLists(node: NodeFacts): boolean {
  const [major, minor] = runtimeVersion(node) ?? [0, 0];
  return (node.runtime?.startsWith('containerd://') ?? false) && (major > 2 || (major === 2 && minor >= 1));
}
/** Whether the runtime of a node may silently leave out a mirror that is configured. */
export const mayIgnoreMirrors = (node: NodeFacts): boolean =>
  ignoresDirectoryLists(node) || (node.runtime?.startsWith('cri-o://') ?? false);

/** What crictl does alike on every system. */
export const crictlSteps = (
  shell: Shell,
  crictl = `${shell.sudo}crictl`,
): Pick<NodeSteps, 'pull' | 'removeImage' | 'removeUnusedImages'> => ({
  pull: image => step(shell, 'pull the image without kubelet', `${crictl} pull ${quote(image)}`),
  removeImage: image => step(shell, 'remove the image, so that the next attempt downloads it again', `${crictl} rmi ${quote(image)}`),
  removeUnusedImages: () => step(shell, 'remove unused images', `${crictl} rmi --prune`),
});

/** What every Linux with a shell does alike. */
export const linuxSteps = (shell: Shell): Pick<NodeSteps, 'resolve' | 'connect' | 'clock'> => ({
  resolve: host => step(shell, `resolve "${host}"; if that fails, show the name servers`, `getent hosts ${host} || cat /etc/resolv.conf`),
  connect: url => step(shell, 'try the connection', `curl -sSv -o /dev/null --max-time 10 ${quote(url)}`),
  clock: () => step(shell, 'show the clock, in UTC', 'date -u'),
});

/** What systemd does alike for every service. */
export const serviceSteps = (shell: Shell, services: string[]): Pick<NodeSteps, 'status' | 'restart' | 'showProxy'> => {
  const [main = ''] = services;
  const logs = services.map(service => `-u ${service}`).join(' ');
  return {
    status: () =>
      step(
        shell,
        `show the state and the log of ${main}`,
        `systemctl status ${services.join(' ')} --no-pager; ${shell.sudo}journalctl ${logs} -n 50 --no-pager`,
      ),
    restart: () =>
      step(shell, `when its configuration is correct, restart ${main}`, `${shell.sudo}systemctl restart ${services.join(' ')}`),
    showProxy: () =>
      step(shell, `show the proxy settings of ${main}`, `systemctl show ${main} --property=Environment --property=EnvironmentFiles`),
  };
};

/** The store of the images, and the kernel's messages about its disk. */
export const storeSteps = (shell: Shell, store: string): Pick<NodeSteps, 'diskUsage' | 'showStorage'> => ({
  diskUsage: () => step(shell, 'show free space and free inodes', `df -h ${store}; df -i ${store}`),
  showStorage: () =>
    step(shell, 'show the file system of the image store and the kernel log', `findmnt -T ${store}; ${shell.sudo}dmesg | tail -n 50`),
});

/** The proxy of a service whose environment a drop-in of its systemd unit sets. */
export const unitSteps = (shell: Shell, unit: string): Pick<NodeSteps, 'setProxy'> => ({
  setProxy: registry =>
    change(
      shell,
      `correct Environment="HTTPS_PROXY=..." in the [Service] section, or add ${registry} to NO_PROXY`,
      shell.on === 'node'
        ? `sudo systemctl edit ${unit} && sudo systemctl restart ${unit}`
        : shell.wrap(`${shell.sudo}systemctl edit ${unit}; ${shell.sudo}systemctl restart ${unit}`),
    ),
});

/** Certificates of a runtime that reads a folder per host, as Docker introduced it. Source: containers-certs.d(5), Docker's page about certificates. */
export const certificateSteps = (
  shell: Shell,
  runtime: string,
  folder: string,
): Pick<NodeSteps, 'trustAuthority' | 'clientCertificate'> => ({
  trustAuthority: (_, host) =>
    change(
      shell,
      `make ${runtime} trust the certificate authority in ca.crt for "${host}"`,
      shell.copy('ca.crt', `${folder}/${host}/ca.crt`),
    ),
  clientCertificate: host =>
    change(
      shell,
      `give ${runtime} the client certificate in client.crt and client.key`,
      `${shell.copy('client.crt', `${folder}/${host}/client.cert`)} && ${shell.copy('client.key', `${folder}/${host}/client.key`)}`,
    ),
});
