/** kubectl commands for this very pod. Pure. */

import type { Fix } from '../model/diagnosis.ts';
import type { Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';

/** A word for a POSIX shell. */
export const quote = (word: string): string => (/^[A-Za-z0-9_./:@%+=,-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`);

/** A host for a shell. What is no host (a redirect may name anything) is left to be filled in. */
export const hostWord = (host: string | null | undefined, otherwise = 'HOST'): string =>
  host != null && /^[A-Za-z0-9._:[\]-]+$/.test(host) ? host : otherwise;
/** The host that failed, else the registry's. */
export const failingHost = (facts: Facts, fault: { host: string | null } | null): string =>
  hostWord(fault?.host ?? facts.reference?.registry);
/** The scheme in which the failing host was asked: by the message, else by our own probe. */
export const schemeOf = (facts: Facts, fault: Fault | null): 'http' | 'https' => fault?.details.scheme ?? facts.probe?.scheme ?? 'https';
/** The node, for a shell or the remark behind a command. */
export const nodeWord = (facts: Facts): string => hostWord(facts.node.name, 'NODE');
/** A remark behind a command ends with its line. */
export const remark = (text: string): string => text.replace(/\s+/g, ' ');

export const namespaceOf = (facts: Facts): string => facts.pod?.namespace ?? 'default';
export const kubectl = (facts: Facts, rest: string): string => `kubectl -n ${quote(namespaceOf(facts))} ${rest}`;
const ownerOf = (facts: Facts): { kind: string; name: string } => facts.pod?.owner ?? { kind: 'pod', name: 'POD' };
const podName = (facts: Facts): string => facts.pod?.name ?? 'POD';

/** Workloads whose template can be changed and rolled out. */
const ROLLS_OUT = new Set(['deployment', 'statefulset', 'daemonset']);

/** Makes kubelet try at once: a new pod has no back-off. Only the failing pod goes; its controller makes another. */
export function restart(facts: Facts, title = 'make the pod anew, so that the node tries at once'): Fix {
  if (ownerOf(facts).kind !== 'pod') return { title, command: kubectl(facts, `delete pod ${quote(podName(facts))}`) };
  return { title: `${title} (nothing else makes this pod: its manifest is kept first)`, command: recreatePod(facts, '') };
}

/** Deletes a bare pod and creates it again from its own manifest, changed by a jq filter. */
export function recreatePod(facts: Facts, filter: string): string {
  const file = quote(`${podName(facts)}.json`);
  const edit = `del(.status,.spec.nodeName,.metadata.uid,.metadata.resourceVersion,.metadata.creationTimestamp)${filter}`;
  return `${kubectl(facts, `get pod ${quote(podName(facts))} -o json`)} | jq ${quote(edit)} > ${file}\n${kubectl(facts, `replace --force -f ${file}`)}`;
}

/**
 * A changed template, rolled out. A StatefulSet waits for the failing pod to become ready before it makes it anew, and a ReplicaSet never does: the pod has
 * to go by hand.
 */
export const rolledOut = (facts: Facts, command: string): string =>
  ['statefulset', 'replicaset'].includes(ownerOf(facts).kind)
    ? `${command}\n${kubectl(facts, `delete pod ${quote(podName(facts))}`)}`
    : command;

/** Points the container at another image. */
export function setImage(facts: Facts, image: string, title: string): Fix {
  const { kind, name } = ownerOf(facts);
  if (facts.pod === null) return { title: `${title}: ${image}`, command: null };
  const container = quote(facts.container.name);
  if (facts.container.kind === 'ephemeralContainer')
    return {
      title: `${title} (an ephemeral container cannot be changed: add another)`,
      command: kubectl(facts, `debug -it ${quote(podName(facts))} --image=${quote(image)}`),
    };
  if (facts.container.kind === 'imageVolume')
    return {
      title,
      command: kubectl(
        facts,
        `edit ${quote(`${kind}/${name}`)}   # ${remark(`volume "${facts.container.name}": image.reference: ${image}`)}`,
      ),
    };
  if (kind === 'cronjob' || ROLLS_OUT.has(kind) || kind === 'replicaset' || kind === 'pod')
    return { title, command: rolledOut(facts, kubectl(facts, `set image ${kind}/${quote(name)} ${container}=${quote(image)}`)) };
  return {
    title: `${title} (the template of a ${kind} is fixed: change its source and make it anew)`,
    command: kubectl(facts, `set image pod/${quote(podName(facts))} ${container}=${quote(image)}`),
  };
}

/** Makes the pod name a pull secret: through its workload's template, or its service account and a new pod. */
export function attachSecret(facts: Facts, name: string): Fix[] {
  const { kind, name: owner } = ownerOf(facts);
  const patch = JSON.stringify({ spec: { template: { spec: { imagePullSecrets: [{ name }] } } } });
  if (ROLLS_OUT.has(kind))
    return [
      {
        title: `let the pods of ${kind} "${owner}" name it (they are then made anew)`,
        command: rolledOut(facts, kubectl(facts, `patch ${kind} ${quote(owner)} -p ${quote(patch)}`)),
      },
    ];
  if (kind === 'cronjob')
    return [
      {
        title: `let the jobs of cronjob "${owner}" name it`,
        command: kubectl(facts, `patch cronjob ${quote(owner)} -p ${quote(JSON.stringify({ spec: { jobTemplate: JSON.parse(patch) } }))}`),
      },
    ];
  if (kind === 'pod')
    return [
      {
        title: 'make the pod anew with it: the pull secrets of a pod cannot be changed in place',
        command: recreatePod(facts, ` | .spec.imagePullSecrets += [{"name":${JSON.stringify(name)}}]`),
      },
    ];
  return [...attachToAccount(facts, name), restart(facts, 'then make the pod anew: only a new pod takes it over')];
}

/** Adds a pull secret to the pod's service account, for pods that are made later and list none. A patch replaces the list: it has to be whole. */
export function attachToAccount(facts: Facts, name: string): Fix[] {
  const { name: account, secrets } = facts.serviceAccount;
  const title = `let service account "${account}" bring it to every new pod that lists none`;
  if (secrets === null) {
    const add = `.imagePullSecrets += [{"name":${JSON.stringify(name)}}]`;
    return [
      {
        title,
        command: `${kubectl(facts, `get serviceaccount ${quote(account)} -o json`)} | jq ${quote(add)} | ${kubectl(facts, 'replace -f -')}`,
      },
    ];
  }
  const whole = [...new Set([...secrets, name])].map(secret => ({ name: secret }));
  return [
    { title, command: kubectl(facts, `patch serviceaccount ${quote(account)} -p ${quote(JSON.stringify({ imagePullSecrets: whole }))}`) },
  ];
}

/** Writes a hosts.toml for a registry on the node, unless there is one: that has to be edited then. A file can be put beside it first. */
export function hostsToml(facts: Facts, registry: string, host: string, scheme: 'http' | 'https', lines: string[], put?: string): string {
  const folder = `/etc/containerd/certs.d/${registry}`;
  const text = [`server = "${scheme}://${host}"`, `[host."${scheme}://${host}"]`, '  capabilities = ["pull", "resolve"]', ...lines].join(
    '\\n',
  );
  const file = `${folder}/hosts.toml`;
  const steps = [
    `mkdir -p ${folder}`,
    ...(put === undefined ? [] : [`cp ${put} ${folder}/${put}`]),
    `if [ -e ${file} ]; then "\${EDITOR:-vi}" ${file}; else printf '${text}\\n' > ${file}; fi`,
  ];
  return `${steps.join(' && ')}   # on node ${nodeWord(facts)}`;
}

/** Pulls on the node itself, past kubelet. */
export const onNode = (facts: Facts, title = 'see it on the node itself'): Fix => ({
  title,
  command: `crictl pull ${quote(facts.image)}   # on node ${nodeWord(facts)}`,
});
