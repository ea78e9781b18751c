/** CRI-O, and OpenShift, which sets CRI-O up by objects of the cluster. Source: containers-registries.conf(5), containers-certs.d(5), crio.conf(5), OpenShift's image configuration. */
import type { NodeFacts } from '../../model/facts.ts';
import { isOpenShiftNode } from '../../model/openshift.ts';
import { withoutTag } from '../../model/reference.ts';
import { program } from '../../util/called-as.ts';
import { quote } from '../shell.ts';
import {
  asWord,
  certificateSteps,
  change,
  crictlSteps,
  here,
  linuxSteps,
  type NodeSteps,
  type NodeSystem,
  nodeName,
  nodeShell,
  SHOW_CONFIG,
  type Shell,
  serviceSteps,
  step,
  storeSteps,
  unitSteps,
} from './node-system.ts';

const DROP_INS = '/etc/containers/registries.conf.d';
const CERTS = '/etc/containers/certs.d';
/** A file name of a host. */
const fileOf = (host: string): string => `${DROP_INS}/050-${host.replace(/[^A-Za-z0-9.-]+/g, '-')}.conf`;

/** CRI-O on a node that this shell leads to. */
export function crioSteps(shell: Shell): NodeSteps {
  const { sudo } = shell;
  const dropIn = (what: string, name: string, lines: string[]): ReturnType<NodeSteps['showMirrors']> =>
    change(
      shell,
      what,
      shell.on === 'node'
        ? `printf ${quote([...lines, ''].join('\\n'))} | sudo tee ${fileOf(name)} && sudo systemctl reload crio`
        : shell.wrap(`printf ${quote([...lines, ''].join('\\n'))} | ${sudo}tee ${fileOf(name)} && ${sudo}systemctl reload crio`),
    );
  return {
    ...crictlSteps(shell),
    ...linuxSteps(shell),
    ...serviceSteps(shell, ['crio']),
    ...certificateSteps(shell, 'CRI-O', CERTS),
    ...unitSteps(shell, 'crio'),
    ...storeSteps(shell, '/var/lib/containers/storage'),
    showMirrors: () =>
      step(shell, 'show the configured mirrors', `grep -rn -e prefix -e location -e mirror /etc/containers/registries.conf ${DROP_INS}`),
    editMirrors: registry =>
      change(
        shell,
        `correct or remove the mirror of "${registry}" in the file that names it`,
        shell.on === 'node'
          ? `sudoedit $(grep -rl ${quote(registry)} /etc/containers/registries.conf ${DROP_INS}) && sudo systemctl reload crio`
          : shell.wrap(`grep -rl ${quote(registry)} /etc/containers/registries.conf ${DROP_INS}`),
      ),
    correctMirrorScheme: (_, mirror, right) =>
      dropIn(`make CRI-O use ${right}:// for the mirror`, mirror, [
        '[[registry]]',
        `location = "${mirror}"`,
        `insecure = ${right === 'http'}`,
      ]),
    useScheme: (host, scheme) =>
      dropIn(`make CRI-O use ${scheme}:// for "${host}"`, host, [
        '[[registry]]',
        `location = "${host}"`,
        `insecure = ${scheme === 'http'}`,
      ]),
    setLogin: (_, host) =>
      change(
        shell,
        'write the login into the file that global_auth_file names',
        shell.wrap(`${sudo}skopeo login --authfile <GLOBAL_AUTH_FILE> ${host}`),
      ),
    checkSettings: byDigest =>
      byDigest
        ? null
        : step(
            shell,
            'check the mirrors: one with mirror-by-digest-only, or pull-from-mirror = "digest-only", is not used for a tag',
            `grep -rn -e digest-only /etc/containers/registries.conf ${DROP_INS}`,
          ),
    showCredentials: () =>
      step(
        shell,
        'show the credentials of the node: global_auth_file of CRI-O, and config.json of kubelet',
        `${sudo}crio status config | grep global_auth_file; ${sudo}${SHOW_CONFIG}`,
      ),
    sandboxImage: () =>
      step(shell, 'show the sandbox image; pause_image in /etc/crio/crio.conf.d sets it', `${sudo}crio status config | grep pause_image`),
    importImage: image =>
      step(
        shell,
        'import the image from the archive image.tar',
        `${sudo}skopeo copy docker-archive:image.tar ${quote(`containers-storage:${image}`)}`,
      ),
    resolveShortName: (name, full) => {
      // it is written into a file, within quotes
      const bare = /^[a-z0-9._/-]+(?=[:@]|$)/.exec(name)?.[0] ?? 'NAME';
      const target = withoutTag(full);
      return dropIn('set an alias for this name', bare, ['[aliases]', `"${bare}" = "${target}"`]);
    },
    signaturePolicy: isBlocked =>
      isBlocked
        ? step(
            shell,
            'show the registries that are blocked (blocked = true), and the policy (reject)',
            `grep -rn -B3 blocked /etc/containers/registries.conf ${DROP_INS}; ${sudo}cat /etc/containers/policy.json`,
          )
        : step(shell, 'show the signature policy', `${sudo}cat /etc/containers/policy.json`),
  };
}

/** CRI-O. */
export const crio: NodeSystem = {
  id: 'crio',
  recognize: ({ runtime }) => runtime?.startsWith('cri-o://') ?? false,
  steps: () => crioSteps(nodeShell()),
};

/** A key of a ConfigMap for a registry: `..` stands for the colon before a port. */
const configMapKey = (host: string): string => host.replace(':', '..');

function openshiftSteps(node: NodeFacts): NodeSteps {
  const name = nodeName(node);
  const shell: Shell = {
    on: 'workstation',
    sudo: '',
    wrap: command => `oc debug node/${name} -- chroot /host ${asWord(command)}`,
    copy: file => file,
    lasting: '',
  };
  const image = 'oc edit image.config.openshift.io/cluster';
  const crio = crioSteps(shell);
  return {
    ...crio,
    showMirrors: () =>
      here('show the configured mirrors', "oc get 'imagedigestmirrorset,imagetagmirrorset,imagecontentsourcepolicy' -o yaml"),
    editMirrors: () =>
      here('correct or remove the mirror; OpenShift then updates the nodes one by one', "oc edit 'imagedigestmirrorset,imagetagmirrorset'"),
    setLogin: (_, host) =>
      here(
        `add "${host}" to the global pull secret (set the environment variables REGISTRY_USER and REGISTRY_PASSWORD first)`,
        `${program()} repair-secret pull-secret -n openshift-config --set ${quote(host)} | oc replace -f -`,
      ),
    checkSettings: byDigest =>
      byDigest
        ? null
        : here(
            'check the mirrors: an ImageDigestMirrorSet (or ImageContentSourcePolicy) is not used for a tag. Use an ImageTagMirrorSet, or the digest in the image',
            "oc get 'imagetagmirrorset,imagedigestmirrorset,imagecontentsourcepolicy' -o yaml",
          ),
    correctMirrorScheme: (_, mirror, right) =>
      here(`${right === 'http' ? `add "${mirror}" to` : `remove "${mirror}" from`} registrySources.insecureRegistries`, image),
    useScheme: (host, scheme) =>
      here(`${scheme === 'http' ? `add "${host}" to` : `remove "${host}" from`} registrySources.insecureRegistries`, image),
    trustAuthority: (_, host) =>
      here(
        `make the nodes trust the certificate authority in ca.crt for "${host}" (if additionalTrustedCA is set already, add the key to its ConfigMap instead)`,
        `oc create configmap registry-cas -n openshift-config --from-file=${configMapKey(host)}=ca.crt\noc patch image.config.openshift.io/cluster --type=merge -p 'spec: {additionalTrustedCA: {name: registry-cas}}'`,
      ),
    clientCertificate: host =>
      here(`give the nodes the client certificate by a MachineConfig with the files client.cert and client.key in ${CERTS}/${host}`, null),
    showProxy: () => here('show the proxy settings of the cluster', 'oc get proxy/cluster -o yaml'),
    setProxy: registry =>
      here(`correct httpsProxy, or add ${registry} to noProxy; OpenShift then updates the nodes one by one`, 'oc edit proxy/cluster'),
    showCredentials: () =>
      here('test the global pull secret: the answer lists its registries', `${program()} test-secret pull-secret -n openshift-config`),
    sandboxImage: () =>
      step(shell, 'show the sandbox image, which is part of the OpenShift release', 'crio status config | grep pause_image'),
    status: () => here('show the log of CRI-O', `oc adm node-logs ${name} -u crio --tail=50`),
    importImage: () => here('push the image to a registry: OpenShift nodes have no import', 'oc registry info'),
    resolveShortName: () => here('or set registrySources.containerRuntimeSearchRegistries to one registry', image),
    signaturePolicy: isBlocked =>
      isBlocked
        ? here(
            'show which registries are allowed and blocked (registrySources)',
            "oc get image.config.openshift.io/cluster -o jsonpath='{.spec.registrySources}'",
          )
        : here('show the image policies of the cluster', "oc get 'clusterimagepolicy,imagepolicy' -A -o yaml"),
  };
}

/** OpenShift. */
export const openshift: NodeSystem = {
  id: 'openshift',
  recognize: isOpenShiftNode,
  steps: openshiftSteps,
};
