/** kubectl commands for this very pod. Pure. */
import type { Facts } from '../facts.ts';
import type { Fix } from './cause.ts';

/** A word for a POSIX shell. */
export const quote = (word: string): string => (/^[A-Za-z0-9_./:@%+=,-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`);

/** A host for a shell. What is no host (a redirect may name anything) is left to be filled in. */
export const hostWord = (host: string | null | undefined, otherwise = 'HOST'): string =>
  host != null && /^[A-Za-z0-9._:[\]-]+$/.test(host) ? host : otherwise;
/** The host that failed, else the registry's. */
export const failingHost = (facts: Facts, fault: { host: string | null } | null): string =>
  hostWord(fault?.host ?? facts.reference?.registry);
/** The scheme in which the failing host was asked: by the node's words, else by our own probe. */
export const schemeOf = (facts: Facts, fault: { host: string | null; words: string } | null): 'http' | 'https' =>
  (['https', 'http'] as const).find(scheme => fault?.host != null && fault.words.includes(`${scheme}://${fault.host}/`)) ??
  facts.probe?.scheme ??
  'https';
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

export const registryOf = (facts: Facts): string => facts.reference?.registry ?? 'REGISTRY';
/** The key that kubelet matches for this registry, as `docker login` writes it. */
export const serverOf = (facts: Facts): string => (registryOf(facts) === 'docker.io' ? 'https://index.docker.io/v1/' : registryOf(facts));

/** Makes kubelet try at once: a new pod has no back-off. Only the failing pod goes; its controller makes another. */
export function restart(facts: Facts, title = 'make the pod anew, so that the node tries at once'): Fix {
  if (ownerOf(facts).kind !== 'pod') return { title, command: kubectl(facts, `delete pod ${quote(podName(facts))}`) };
  return { title: `${title} (nothing else makes this pod: its manifest is kept first)`, command: remake(facts, '') };
}

/** Deletes a bare pod and creates it again from its own manifest, changed by a jq filter. */
export function remake(facts: Facts, filter: string): string {
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

/** Creates a pull secret; the password stays in the shell's variable. */
export const createSecret = (facts: Facts, name: string, title: string): Fix => ({
  title: `${title} (${variables(facts)})`,
  command: creation(facts, name),
});

const creation = (facts: Facts, name: string): string =>
  kubectl(
    facts,
    `create secret docker-registry ${quote(name)} --docker-server=${quote(serverOf(facts))} --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD"`,
  );

const variables = (facts: Facts): string => `set REGISTRY_USER and REGISTRY_PASSWORD first${hint(facts)}`;

/** Writes this registry's entry of a pull secret anew. Other entries of the secret stay. */
export function renewSecret(facts: Facts, name: string, title: string): Fix {
  const secret = facts.secrets.find(candidate => candidate.name === name);
  if (secret?.sight === 'read' && secret.type === 'kubernetes.io/dockerconfigjson' && secret.keys.length <= 1) {
    return {
      title: `${title} (${variables(facts)})`,
      command: `${creation(facts, name)} --dry-run=client -o yaml | ${kubectl(facts, 'replace -f -')}`,
    };
  }
  const old = facts.keyring.credentials.filter(credential => credential.secret === name).map(credential => credential.key);
  const key = secret?.keys.find(raw => old.some(normal => raw.includes(normal))) ?? serverOf(facts);
  const words = `--arg key ${quote(key)} --arg user "$REGISTRY_USER" --arg password "$REGISTRY_PASSWORD"`;
  return {
    title: `${title} (${variables(facts)}; what else the secret holds stays)`,
    command: editSecret(facts, name, words, entries => `${entries}[$key] = {username: $user, password: $password}`),
  };
}

/** Types of secrets that may be meant for pulls; another serves something else, which a repair must not break. */
export const isForPulls = (type: string | null): boolean =>
  type === null || type === 'Opaque' || type === 'kubernetes.io/dockerconfigjson' || type === 'kubernetes.io/dockercfg';

/** Makes a secret anew that kubelet cannot read. Only where its type is wrong the old one has to go first. */
export function remakeSecret(facts: Facts, name: string): Fix {
  const type = facts.secrets.find(candidate => candidate.name === name)?.type ?? null;
  if (type === 'kubernetes.io/dockerconfigjson') return renewSecret(facts, name, 'write the secret anew in the right form');
  const make = createSecret(facts, name, 'make the secret anew in the right form');
  return {
    title: `${make.title}: kubectl cannot change a secret's type, so the old one goes first, with all that it holds`,
    command: `${kubectl(facts, `delete secret ${quote(name)}`)}\n${make.command}`,
  };
}

/** Files an entry of a pull secret under the key that kubelet looks for too; what is there stays. */
export const copyEntry = (facts: Facts, name: string, wrong: string): Fix => ({
  title: `file the same user name and password also under the key that kubelet looks for, "${serverOf(facts)}"`,
  command: editSecret(
    facts,
    name,
    `--arg old ${quote(wrong)} --arg new ${quote(serverOf(facts))}`,
    entries => `${entries}[$new] = ${entries}[$old]`,
  ),
});

/** Edits the entries inside a pull secret by jq, in the form that its type has. */
function editSecret(facts: Facts, name: string, words: string, edit: (entries: string) => string): string {
  const old = facts.secrets.find(candidate => candidate.name === name)?.type === 'kubernetes.io/dockercfg';
  const filter = `.data["${old ? '.dockercfg' : '.dockerconfigjson'}"] |= (@base64d | fromjson | ${edit(old ? '.' : '.auths')} | tojson | @base64)`;
  return `${kubectl(facts, `get secret ${quote(name)} -o json`)} | jq ${words} ${quote(filter)} | ${kubectl(facts, 'replace -f -')}`;
}

/** Where a password for this registry comes from. */
function hint(facts: Facts): string {
  const registry = registryOf(facts);
  if (registry === 'docker.io') return ': a Docker ID and a personal access token with "Public Repo Read-only" or "Read"';
  if (registry === 'ghcr.io') return ': a GitHub login and a classic personal access token with read:packages';
  if (/\.amazonaws\.com$/.test(registry)) return ': AWS, and the output of `aws ecr get-login-password`, which lives 12 hours';
  if (/(?:^|\.)gcr\.io$|-docker\.pkg\.dev$/.test(registry)) return ": _json_key, and the text of a service account's key file";
  if (/\.azurecr\.io$/.test(registry)) return ": a service principal's id and secret, or a repository token";
  if (registry === 'quay.io') return ': a robot account ("org+robot") and its token';
  if (registry === 'registry.gitlab.com') return ": a deploy token's user and value, scope read_registry";
  return '';
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
        command: remake(facts, ` | .spec.imagePullSecrets += [{"name":${JSON.stringify(name)}}]`),
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

/** A free name for a new pull secret, told by the registry. */
export function newSecretName(facts: Facts): string {
  const base = registryOf(facts)
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  const name = `${base || 'registry'}-pull`;
  return facts.secrets.some(secret => secret.name === name) ? `${name}-2` : name;
}

/** Tests a pull secret with this tool. */
export const testSecret = (facts: Facts, name: string): Fix => ({
  title: 'check that it works',
  command: kubectl(facts, `imagepull test-secret ${quote(name)} --image ${quote(facts.image)}`).replace(
    /^kubectl -n (\S+) imagepull (.*)$/,
    'kubectl imagepull $2 -n $1',
  ),
});

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
