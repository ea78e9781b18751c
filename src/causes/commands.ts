/** kubectl commands for one pod. Belongs here: what changes, recreates or shows the pod and its workload. Pure. */

import type { Fix } from '../model/diagnosis.ts';
import type { Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import { isGenerated, isInternalRegistry, isOpenShift } from '../model/openshift.ts';
import { HUB, withoutTag } from '../model/reference.ts';
import { providerOf } from '../model/registry-providers.ts';
import type { CauseFix } from './cause.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import { mayIgnoreMirrors } from './runtimes/node-system.ts';
import { type Blank, blank, hostWord, object, positional, quote, textOf, type Word } from './shell.ts';
import { yamlPatch } from './yaml-patch.ts';

/** The host that answers for a registry: no API is at docker.io. */
const answering = (host: string | undefined): string | undefined => (host === HUB ? 'registry-1.docker.io' : host);
/** The host that failed, else the registry's. */
export const failingHost = (facts: Facts, fault: { host: string | null } | null): string =>
  hostWord(answering(fault?.host ?? facts.reference?.registry));
/** The host that answers for the registry of the image. */
export const askedHost = (facts: Facts): string => hostWord(facts.probe?.host ?? answering(facts.reference?.registry), '<REGISTRY>');
/** The scheme in which the failing host was asked: by the message, else by our own probe. */
export const schemeOf = (facts: Facts, fault: Fault | null): 'http' | 'https' => fault?.details.scheme ?? facts.probe?.scheme ?? 'https';
/** A host with the port that a TLS client needs. */
export const withPort = (host: string): string => (/:\d+$/.test(host) ? host : `${host}:443`);
/** The registry of the image, for a shell. */
export const registryWord = (facts: Facts): string => hostWord(facts.reference?.registry, '<REGISTRY>');
/** The repository and the tag of the image, for a reference that a person completes. */
export const repositoryWord = (facts: Facts): string => facts.reference?.repository ?? '<REPOSITORY>';
/** The tag of the image, left to be filled in where only a digest is known. */
export const tagWord = (facts: Facts): string => textOf([tagPart(facts)]);
/** The same as a part of a word. */
export const tagPart = (facts: Facts): string | Blank => facts.reference?.tag ?? blank('TAG');
/** The image with a tag that a person chooses. */
export const anotherTag = (facts: Facts): Word => [`${withoutTag(facts.image)}:`, blank('TAG')];
/** The repository and the tag of the image at a registry that a person chooses. */
export const atRegistry = (facts: Facts): Word => [
  blank('REGISTRY'),
  '/',
  facts.reference?.repository ?? blank('REPOSITORY'),
  ':',
  tagPart(facts),
];

/** The namespace of the pod. */
export const namespaceOf = (facts: Facts): string => facts.pod?.namespace ?? 'default';
/** A kubectl command in the pod's namespace. In: what stands after it, quoted already. */
export const kubectl = (facts: Facts, rest: string): string => `kubectl -n ${quote(namespaceOf(facts))} ${rest}`;
/** The workload that creates the pod again, with a placeholder where there is no pod. */
export const ownerOf = (facts: Facts): { kind: string; name: string } => facts.pod?.owner ?? { kind: 'pod', name: '<POD>' };
/** The pod, as TYPE/NAME. */
export const podObject = (facts: Facts): string => object('pod', facts.pod?.name ?? '<POD>');
/** The workload, as TYPE/NAME. */
export const ownerObject = (facts: Facts): string => object(ownerOf(facts).kind, ownerOf(facts).name);

const ROLLS_OUT = new Set(['deployment', 'statefulset', 'daemonset']);
/** Whether the workload has a template whose change is rolled out. */
export const rollsOut = (facts: Facts): boolean => ROLLS_OUT.has(ownerOf(facts).kind);
/** Whether the workload has a template that can be changed. That of a Job cannot. */
export const hasTemplate = (facts: Facts): boolean =>
  rollsOut(facts) || ['replicaset', 'replicationcontroller', 'cronjob'].includes(ownerOf(facts).kind);
/** When a changed template has an effect, to be said behind what is changed. */
const NEXT_JOBS = ', for its next jobs (the present job keeps its template: delete it)';
export const whenChanged = (facts: Facts): string => (ownerOf(facts).kind === 'cronjob' ? NEXT_JOBS : '');

/** Whether kubelet makes the pod from a file of its node: the API holds a copy, and no change of that reaches kubelet. */
export const isStatic = (facts: Facts): boolean => ownerOf(facts).kind === 'node';
/** Where a person changes what makes the pod. */
export const manifestOf = (facts: Facts): string =>
  isStatic(facts)
    ? `the file of this static pod on node "${ownerOf(facts).name}" (most often in /etc/kubernetes/manifests)`
    : ownerOf(facts).kind === 'pod'
      ? 'the manifest of the pod'
      : `the manifest of ${ownerOf(facts).kind} "${ownerOf(facts).name}"`;

/** Patches the workload, or another object of the pod's namespace. */
export const patch = (facts: Facts, target: string, change: object, type = ''): string =>
  kubectl(facts, `patch ${target} ${type === '' ? '' : `--type=${type} `}-p ${quote(yamlPatch(change))}`);
/** Patches the pod template of the workload. */
export const patchTemplate = (facts: Facts, spec: object, type = ''): string =>
  rolledOut(facts, patch(facts, ownerObject(facts), { spec: templateOf(facts, { spec }) }, type));

const templateOf = (facts: Facts, template: object): object =>
  ownerOf(facts).kind === 'cronjob' ? { jobTemplate: { spec: { template } } } : { template };

/** No step: of a pod that does not exist nothing is retried. */
const NOTHING: Fix = { title: '', command: null };

/** A change of the manifest of a pod that does not exist yet. In: the change, as an imperative. */
export function changeManifest({ declaredAt }: Facts, title: string): CauseFix {
  if (declaredAt === undefined) return { title, command: null };
  const { file, line } = declaredAt;
  return { title: `${title} (${file === '-' ? 'standard input' : file}, line ${line})`, command: null };
}

/** Makes kubelet retry now: a new pod has no back-off. Only the failing pod is deleted; its controller creates another. */
export function retryNow(facts: Facts, title = 'then retry now by deleting the pod'): Fix {
  if (facts.planned !== undefined) return NOTHING;
  if (isStatic(facts))
    return { title: 'then wait: kubelet tries again within five minutes, and a static pod cannot be deleted', command: null };
  if (ownerOf(facts).kind !== 'pod') return { title, command: kubectl(facts, `delete ${podObject(facts)}`) };
  const recreate = title.replace('by deleting the pod', 'by recreating the pod');
  return { title: `${recreate} (no controller creates it again: this saves its manifest first)`, command: recreatePod(facts) };
}

/**
 * Deletes a bare pod and creates it again from its own manifest, which is saved first, behind what the file holds: pasted again when the pod is gone, it loses nothing. Any node
 * may then get the pod. In: what of its spec changes, as a strategic merge patch: an entry of a list is found by its name.
 */
export function recreatePod(facts: Facts, spec: object = {}): string {
  const file = quote(`./${`${namespaceOf(facts)}-${facts.pod?.name ?? '<POD>'}`.replace(/\//g, '-')}.json`);
  const change = quote(yamlPatch({ spec: { nodeName: null, ...spec } }));
  const get = kubectl(facts, `get ${podObject(facts)} -o json`);
  return `${get} >> ${file}\n${get} | ${kubectl(facts, `patch --local -f - -o json -p ${change}`)} | ${kubectl(facts, 'replace --force -f -')}`;
}

const RECREATED_BY_HAND = new Set(['statefulset', 'replicaset', 'replicationcontroller']);
/**
 * A changed template, rolled out. A StatefulSet waits for the failing pod to become ready before it recreates it, and a ReplicaSet never recreates a pod: the pod has to be deleted
 * by hand.
 */
const rolledOut = (facts: Facts, command: string): string =>
  RECREATED_BY_HAND.has(ownerOf(facts).kind) && facts.refusal === undefined
    ? `${command}\n${kubectl(facts, `delete ${podObject(facts)}`)}`
    : command;

/** Points the container to another image. In: the image, and what that is good for, as an imperative. */
export function setImage(facts: Facts, written: Word, title: string): CauseFix {
  const { kind } = ownerOf(facts);
  const image = textOf(written);
  const isComplete = typeof written === 'string' || written.every(part => typeof part === 'string');
  const changes = 'the image';
  const { name, kind: container } = facts.container;
  if (facts.planned !== undefined) return changeManifest(facts, `${title}: ${image}`);
  if (facts.pod === null) return { title: `${title}: ${image}`, command: null };
  // the sandbox image is a setting of the node
  if (container === 'sandbox') return nodeFix(facts, nodeSteps(facts).sandboxImage(), `${title}: ${image}; `);
  const assignment = positional([`${name}=`, ...[written].flat()]);
  if (container === 'ephemeralContainer')
    return {
      title: `${title} (an ephemeral container cannot be changed: add another one)`,
      command: kubectl(facts, `debug -it ${podObject(facts)} --image=${quote(written)}`),
    };
  if (container === 'imageVolume' && hasTemplate(facts) && isComplete)
    return {
      title: `${title}${whenChanged(facts)}`,
      command: patchTemplate(facts, { volumes: [{ name, image: { reference: image } }] }),
      changes,
    };
  // the volumes of a pod cannot be changed
  if (container === 'imageVolume' && kind === 'pod' && isComplete)
    return {
      title: `${title} (this recreates the pod)`,
      command: recreatePod(facts, { volumes: [{ name, image: { reference: image } }] }),
      changes,
    };
  if (container === 'imageVolume')
    return {
      title: `${title}: set image.reference of volume "${name}" to ${image}${hasTemplate(facts) ? '' : ` in ${manifestOf(facts)}${isStatic(facts) ? '' : ', and create it again'}`}`,
      command: !hasTemplate(facts) ? null : kubectl(facts, `edit ${ownerObject(facts)}`),
      changes,
    };
  if (isStatic(facts)) return { title: `${title}: set it to ${image} in ${manifestOf(facts)}`, command: null, changes };
  const set = kubectl(facts, `set image ${ownerObject(facts)} ${assignment}`);
  const ofPod = kubectl(facts, `set image ${podObject(facts)} ${assignment}`);
  if (kind === 'cronjob')
    return facts.refusal === undefined && isComplete
      ? { title: `${title}, for its next jobs and for this pod`, command: `${set}\n${ofPod}`, changes }
      : { title: `${title}, for its next jobs`, command: set, changes };
  if (!isComplete && RECREATED_BY_HAND.has(kind))
    return { title: `${title}; then delete the pod, so that it is created again`, command: set, changes };
  if (hasTemplate(facts) || kind === 'pod') return { title, command: rolledOut(facts, set), changes };
  return { title: `${title} (${whatKeepsTheImage(facts)})`, command: ofPod, changes };
}

/** What still names the old image where only the pod can be changed. A CronJob gives its jobs the minute as a number. */
function whatKeepsTheImage(facts: Facts): string {
  const { kind, name } = ownerOf(facts);
  if (kind !== 'job') return `this changes the pod alone: correct ${manifestOf(facts)} too`;
  return `the template of a job cannot be changed: correct its manifest too${/-\d{8}$/.test(name) ? ', or that of the CronJob that makes it' : ''}`;
}

/** Adds a pull secret to the pod: in the template of its workload, or in its service account with a new pod. */
export function attachSecret(facts: Facts, name: string): CauseFix[] {
  const { kind, name: owner } = ownerOf(facts);
  if (facts.planned !== undefined)
    return facts.declaredAt === undefined || facts.secrets.length === 0
      ? [
          ...(facts.declaredAt === undefined ? [] : [changeManifest(facts, `list secret "${name}" in imagePullSecrets of the pod`)]),
          ...attachToAccount(facts, name, facts.declaredAt === undefined ? '' : 'or '),
        ]
      : [changeManifest(facts, `add secret "${name}" to imagePullSecrets of the pod`)];
  const spec = { imagePullSecrets: [{ name }] };
  const changes = `pull secret "${name}"`;
  // a list in the template would replace the pull secret that OpenShift generates
  if (facts.pod !== null && isOpenShift(facts) && facts.secrets.every(isGenerated)) return linkToAccount(facts, name);
  if (isStatic(facts))
    return [nodeFix(facts, nodeSteps(facts).setLogin(registryWord(facts), registryWord(facts)), 'a static pod cannot name secrets: ')];
  if (hasTemplate(facts)) {
    const when = kind === 'cronjob' ? whenChanged(facts) : rollsOut(facts) ? ' (its pods are recreated)' : '';
    return [{ title: `add secret "${name}" to ${kind} "${owner}"${when}`, command: patchTemplate(facts, spec), changes }];
  }
  if (kind === 'pod')
    return [
      {
        title: `recreate the pod with secret "${name}": the pull secrets of a pod cannot be changed`,
        command: recreatePod(facts, spec),
        changes,
      },
    ];
  // a pod that lists secrets of its own gets none from its service account
  if (facts.secrets.some(own => facts.serviceAccount.secrets?.includes(own.name) === false))
    return [{ title: `add secret "${name}" to imagePullSecrets in ${manifestOf(facts)}, and create it again`, command: null, changes }];
  return [...attachToAccount(facts, name), retryNow(facts, 'then recreate the pod: only a new pod gets the secret')];
}

/** Adds a pull secret to the pod's service account beside the one that OpenShift generates. */
function linkToAccount(facts: Facts, name: string): Fix[] {
  const { name: account } = facts.serviceAccount;
  const command = `oc -n ${quote(namespaceOf(facts))} secrets link --for=pull ${positional(account, name)}`;
  return [
    { title: `link secret "${name}" to service account "${account}", beside the pull secret that OpenShift generates`, command },
    retryWithAccount(facts, 'then recreate the pod: only a new pod gets the secret'),
  ];
}

/** Retries with the pull secrets that the service account has now: a pod keeps those with which it was made. */
export const retryWithAccount = (facts: Facts, title: string): Fix =>
  ownerOf(facts).kind === 'pod'
    ? {
        title: `${title} (no controller creates it again: this saves its manifest first)`,
        command: recreatePod(facts, { imagePullSecrets: null }),
      }
    : retryNow(facts, title);

/** Adds a pull secret to the pod's service account, for new pods that list none. A patch replaces the list, so it has to be complete. */
function attachToAccount(facts: Facts, name: string, before = ''): Fix[] {
  const { name: account, secrets } = facts.serviceAccount;
  const target = object('serviceaccount', account);
  const title = `${before}add secret "${name}" to service account "${account}", for every new pod that lists no pull secret`;
  if (secrets === null) return [{ title: `${title}: an entry of imagePullSecrets`, command: kubectl(facts, `edit ${target}`) }];
  const all = [...new Set([...secrets, name])].map(secret => ({ name: secret }));
  return [{ title, command: patch(facts, target, { imagePullSecrets: all }) }];
}

/** Runs the pods of the workload only on nodes with these labels. In: the labels, and for which nodes that is, as a noun. */
export function selectNodes(facts: Facts, nodeSelector: Record<string, string>, nodes: string): CauseFix {
  const { kind, name } = ownerOf(facts);
  const title = `if the cluster has ${nodes}, run ${kind} "${name}" only there`;
  const changes = 'the node selector';
  if (facts.planned !== undefined) {
    const pairs = Object.entries(nodeSelector).map(([label, value]) => `${label}: ${value}`);
    return changeManifest(facts, `if the cluster has ${nodes}, run the pod only there: set nodeSelector to ${pairs.join(', ')}`);
  }
  if (isStatic(facts)) return { title: `move ${manifestOf(facts)} to one of the ${nodes}`, command: null };
  if (hasTemplate(facts)) return { title: `${title}${whenChanged(facts)}`, command: patchTemplate(facts, { nodeSelector }), changes };
  if (kind === 'pod') return { title, command: recreatePod(facts, { nodeSelector }), changes };
  const lines = Object.entries(nodeSelector).map(([label, value]) => `${label}: ${value}`);
  return { title: `${title}: set nodeSelector to ${lines.join(', ')} in its manifest, and create it again`, command: null, changes };
}

/** Whether the image may be the reader's own to push again. That of a vendor is not, and in a public registry only a login shows it. */
export function maybeOwn({ reference, keyring }: Facts): boolean {
  if (reference === null || (reference.registry === HUB && reference.repository.startsWith('library/'))) return false;
  const { publishers = 'own' } = providerOf(reference.registry) ?? {};
  return publishers === 'own' || (publishers === 'public' && keyring.credentials.some(({ empty }) => !empty));
}

/** Whether an image is a bare name: at Docker Hub only what Docker publishes has one. */
export const isBareName = ({ reference, image }: Facts): boolean => reference?.registry === HUB && !image.includes('/');

/** Words by which people name the repositories of a registry that only cache another one. */
const CACHE = /(?:^|[-_.])(?:remote|proxy|cache|mirror|pull-?through|docker-?hub|upstream)(?:$|[-_.])/;

/** Whether the path begins as that of a cache: what is wrong in it is repaired there or at its upstream, never by a push. */
export function looksCached({ reference }: Facts): boolean {
  const [first = '', ...rest] = reference?.repository.split('/') ?? [];
  return rest.length > 0 && CACHE.test(first) && (providerOf(reference?.registry ?? '')?.publishers ?? 'own') === 'own';
}

/** A bare name is at Docker Hub only if Docker publishes it: it may have been built and never loaded into the node. */
export const builtHere = (facts: Facts): Fix[] =>
  isBareName(facts)
    ? [nodeFix(facts, nodeSteps(facts).importImage(facts.image), 'if it was built on your machine (imagePullPolicy must not be Always), ')]
    : [];

/** What to check where settings for the registry exist on the node and the pull did not use them; nothing where the runtime ignores none. */
export function unusedSettings(facts: Facts, fault: Fault | null): Fix[] {
  // a private registry seldom has a mirror
  if (
    fault?.seenBy !== 'node' ||
    fault.role !== 'registry' ||
    !mayIgnoreMirrors(facts.node) ||
    providerOf(registryWord(facts)) === null ||
    isInternalRegistry(registryWord(facts))
  )
    return [];
  const step = nodeSteps(facts).checkSettings(facts.reference?.digest != null);
  return step === null ? [] : [nodeFix(facts, step, `if you configured a mirror of "${registryWord(facts)}", `)];
}

/** Pulls on the node itself, without kubelet. */
export const pullOnNode = (facts: Facts, after = ''): Fix =>
  nodeFix(facts, nodeSteps(facts).pull(facts.reference === null ? '<IMAGE>' : facts.image), '', after);
