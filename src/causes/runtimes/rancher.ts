/** k3s, RKE2 and k3d: their service starts containerd and writes its configuration from registries.yaml. Source: docs.k3s.io and docs.rke2.io, "Private Registry Configuration". */
import type { NodeFacts } from '../../model/facts.ts';
import { quote } from '../shell.ts';
import {
  change,
  containerShell,
  crictlSteps,
  here,
  linuxSteps,
  type NodeSteps,
  type NodeSystem,
  nodeName,
  nodeShell,
  type Shell,
  type Step,
  serviceSteps,
  step,
  storeSteps,
} from './node-system.ts';

interface Layout {
  name: 'k3s' | 'rke2';
  /** systemd unit, `k3s` in a container of k3d. */
  service: string;
  crictl: string;
  ctr: string;
  /** Environment of the service. */
  environment: string;
  restart: string;
  /** What a file is edited with, default `sudoedit`. */
  editor?: string;
}

function rancherSteps(shell: Shell, { name, service, crictl, ctr, environment, restart, editor = 'sudoedit' }: Layout): NodeSteps {
  const { sudo } = shell;
  const file = `/etc/rancher/${name}/registries.yaml`;
  const data = `/var/lib/rancher/${name}/agent`;
  const edit = (what: string): Step => change(shell, `${what} in ${file}`, `${editor} ${file} && ${restart}`);
  return {
    ...crictlSteps(shell, crictl),
    ...linuxSteps(shell),
    ...serviceSteps(shell, [service]),
    ...storeSteps(shell, `${data}/containerd`),
    restart: () => ({ what: `when its configuration is correct, restart ${service}`, command: restart, on: shell.on }),
    showMirrors: () => step(shell, 'show the configured mirrors', `${sudo}cat ${file}`),
    editMirrors: registry => edit(`correct or remove the mirror of "${registry}"`),
    correctMirrorScheme: (_, mirror, right) => edit(`change the endpoint of the mirror to ${right}://${mirror}`),
    useScheme: (host, scheme) => edit(`set the endpoint of "${host}" under "mirrors" to ${scheme}://${host}`),
    trustAuthority: (_, host) => edit(`set configs."${host}".tls.ca_file to the authority's certificate`),
    clientCertificate: host => edit(`set configs."${host}".tls.cert_file and key_file to the client certificate`),
    setLogin: (_, host) => edit(`set configs."${host}".auth.username and password`),
    checkSettings: () => null,
    showProxy: () => step(shell, `show the proxy settings of ${service}`, `${sudo}cat ${environment}`),
    setProxy: registry =>
      change(
        shell,
        `correct HTTPS_PROXY in ${environment}, or add ${registry} to NO_PROXY`,
        shell.on === 'node' ? `sudoedit ${environment} && ${restart}` : null,
      ),
    showCredentials: () =>
      step(
        shell,
        `show the credentials of the node: "configs" in ${file}`,
        `${sudo}sed -E 's/((auth|password|token): *).*/\\1***/' ${file}`,
      ),
    sandboxImage: () =>
      step(
        shell,
        `show the sandbox image; the flag --pause-image of ${name} sets it`,
        `${sudo}grep -n sandbox ${data}/etc/containerd/config.toml`,
      ),
    status: () =>
      step(
        shell,
        `show the state of ${service} and the log of containerd`,
        `systemctl status ${service} --no-pager; ${sudo}tail -n 50 ${data}/containerd/containerd.log`,
      ),
    importImage: () => step(shell, 'import the image from the archive image.tar', `${ctr} images import image.tar`),
    resolveShortName: () => null,
    signaturePolicy: () =>
      step(shell, 'show the image verifiers of containerd', `${sudo}grep -n -A3 image-verifier ${data}/etc/containerd/config.toml`),
  };
}

const isServer = ({ labels }: NodeFacts): boolean => 'node-role.kubernetes.io/control-plane' in labels;
const isRke2 = ({ kubelet, provider, labels }: NodeFacts): boolean =>
  /\+rke2/.test(kubelet ?? '') || provider === 'rke2' || labels['node.kubernetes.io/instance-type'] === 'rke2';
const isK3s = (node: NodeFacts): boolean =>
  !isRke2(node) &&
  (/\+k3s/.test(node.kubelet ?? '') ||
    node.provider === 'k3s' ||
    node.labels['node.kubernetes.io/instance-type'] === 'k3s' ||
    /-k3s/.test(node.runtime ?? ''));

/** k3s. */
export const k3s: NodeSystem = {
  id: 'k3s',
  recognize: isK3s,
  steps: node => {
    const service = isServer(node) ? 'k3s' : 'k3s-agent';
    return rancherSteps(nodeShell(), {
      name: 'k3s',
      service,
      crictl: 'sudo k3s crictl',
      ctr: 'sudo k3s ctr',
      environment: `/etc/systemd/system/${service}.service.env`,
      restart: `sudo systemctl restart ${service}`,
    });
  },
};

/** RKE2. */
export const rke2: NodeSystem = {
  id: 'rke2',
  recognize: isRke2,
  steps: node => {
    const service = isServer(node) ? 'rke2-server' : 'rke2-agent';
    const bin = 'sudo /var/lib/rancher/rke2/bin';
    return rancherSteps(nodeShell(), {
      name: 'rke2',
      service,
      crictl: `${bin}/crictl --config /var/lib/rancher/rke2/agent/etc/crictl.yaml`,
      ctr: `${bin}/ctr --address /run/k3s/containerd/containerd.sock -n k8s.io`,
      environment: `/etc/default/${service}`,
      restart: `sudo systemctl restart ${service}`,
    });
  },
};

/** k3s in containers of Docker. */
export const k3d: NodeSystem = {
  id: 'k3d',
  recognize: node => isK3s(node) && /^k3d-/.test(node.name ?? ''),
  steps: node => {
    const name = nodeName(node);
    const cluster = /^k3d-(.+)-(?:server|agent)-\d+$/.exec(name)?.[1] ?? '<CLUSTER>';
    return {
      ...rancherSteps(containerShell(name), {
        name: 'k3s',
        service: 'k3s',
        crictl: 'crictl',
        ctr: 'ctr',
        environment: '/proc/1/environ',
        restart: `docker restart ${name}`,
        editor: `docker exec -it ${name} vi`,
      }),
      status: () => here('show the state and the log of k3s', `docker logs --tail 50 ${name}`),
      showProxy: () => here('show the proxy settings of k3s', `docker exec ${name} env | grep -i proxy`),
      setProxy: registry =>
        here(
          `delete the cluster and create it again with the correct proxy, or with ${registry} in NO_PROXY`,
          `k3d cluster create ${cluster} --env HTTPS_PROXY=<PROXY>@all --env ${quote(`NO_PROXY=${registry}@all`)}`,
        ),
      // the image of k3s has busybox alone
      resolve: host => here(`resolve "${host}"`, `docker exec ${name} nslookup ${host}`),
      connect: url => here('try the connection', `docker exec ${name} wget -S -T 10 -O /dev/null ${quote(url)}`),
      showStorage: () =>
        here('show the file systems and the kernel log', `docker exec ${name} sh -c 'mount | grep rancher; dmesg | tail -n 50'`),
      importImage: image => here('load the image into the cluster', `k3d image import ${quote(image)} -c ${cluster}`),
    };
  },
};
