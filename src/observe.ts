/** From a pod's objects to the facts of each of its images. Pure: the registry is asked later, by whoever holds the credentials. */

import type { Node, Pod, PodSnapshot, Sight } from './cluster/objects.ts';
import type { CredentialFact, Facts, NodeFacts, Owner, SecretFact } from './facts.ts';
import type { Credential } from './keyring/credential.ts';
import { expiryOf } from './keyring/expiry.ts';
import { lookUp } from './keyring/keyring.ts';
import { lastWritten, type PullSecret, readPullSecret } from './keyring/pull-secret.ts';
import { redact, showUser } from './redact.ts';
import { imageName, parseReference } from './reference.ts';
import { visibleDefect } from './registry/repair.ts';
import { type ContainerImage, imagesOf, isBetweenImages, readWords, waitsForImage } from './words/pod-words.ts';

/** One image of a pod: its facts so far, and the credentials (with their passwords) to probe with. */
export interface Case {
  facts: Facts;
  credentials: Credential[];
}

/** Names of the pull secrets that kubelet reads for a pod, in their order; empty names are skipped. Source: kubelet_pods.go, getPullSecretsForPod. */
export const pullSecretNames = (pod: Pod): string[] => [
  ...new Set((pod.spec?.imagePullSecrets ?? []).map(secret => secret.name ?? '').filter(Boolean)),
];

export const serviceAccountName = (pod: Pod): string => pod.spec?.serviceAccountName || 'default';

/**
 * The cases of a pod. In: its snapshot, the time, and whether a healthy or merely pulling image counts too. Out: one case per failing image;
 * with `all`, the first container when nothing fails.
 */
export function observe(snapshot: PodSnapshot, now: string, all: boolean, only: string | null = null): Case[] {
  const { pod } = snapshot;
  const images = imagesOf(pod).filter(image => only === null || image.name === only);
  const alone = imagesOf(pod).length === 1;
  const events = snapshot.events.seen ? snapshot.events.object : [];
  const cases = images.map(image => ({ image, case: caseOf(snapshot, image, now, readWords(image, events, refOf(image), pod, alone)) }));
  // an image volume has no status of its own: it fails by its events
  const failing = cases.filter(
    ({ image, case: { facts } }) =>
      waitsForImage(image) ||
      ((image.kind === 'imageVolume' || isBetweenImages(image)) && facts.words.faults.length > 0 && !facts.words.pulledAfter),
  );
  if (failing.length > 0) return failing.map(entry => ({ ...entry.case, facts: { ...entry.case.facts, failing: true } }));
  if (!all) return [];
  const pulling = cases.filter(({ case: { facts } }) => facts.words.pullingSince !== null);
  const shown = pulling.length > 0 ? pulling : cases.filter(({ image }) => image.kind === 'container').slice(0, 1);
  return (shown.length > 0 ? shown : cases.slice(0, 1)).map(entry => entry.case);
}

const refOf = (image: ContainerImage) => {
  const parsed = parseReference(image.image);
  return parsed.ok ? parsed.reference : null;
};

function caseOf(snapshot: PodSnapshot, image: ContainerImage, now: string, { words, state }: ReturnType<typeof readWords>): Case {
  const { pod } = snapshot;
  const namespace = pod.metadata.namespace ?? 'default';
  const parsed = parseReference(image.image);
  const reference = parsed.ok ? parsed.reference : null;
  const named = pullSecretNames(pod);
  const account = snapshot.serviceAccount;
  const accountSecrets = account.seen ? (account.object.imagePullSecrets ?? []).map(secret => secret.name ?? '').filter(Boolean) : null;
  const read = new Map<string, PullSecret>();
  for (const [name, sight] of snapshot.secrets) if (sight.seen) read.set(name, readPullSecret(sight.object));
  const own = named.flatMap(name => read.get(name) ?? []);
  const keyring = reference === null ? { broken: null, credentials: [], nearMisses: [] } : lookUp(imageName(reference), own);
  const covering = (accountSecrets ?? [])
    .filter(name => !named.includes(name))
    .filter(name => {
      const secret = read.get(name);
      return reference !== null && secret !== undefined && lookUp(imageName(reference), [secret]).credentials.length > 0;
    });
  const facts: Facts = {
    now,
    pod: {
      namespace,
      name: pod.metadata.name,
      node: pod.spec?.nodeName || null,
      createdAt: pod.metadata.creationTimestamp ?? null,
      owner: ownerOf(pod),
    },
    container: { name: image.name, kind: image.kind },
    image: redact(image.image),
    reference,
    referenceError: parsed.ok ? null : redact(parsed.error),
    pullPolicy: image.pullPolicy,
    failing: false,
    state,
    words,
    node: nodeFacts(pod, snapshot.node),
    serviceAccount: {
      name: serviceAccountName(pod),
      secrets: accountSecrets,
      covering,
      why: account.seen ? null : account.missing ? 'it does not exist' : account.why,
    },
    secrets: named.map(name => secretFact(name, snapshot, read.get(name))),
    keyring: {
      broken: keyring.broken,
      credentials: keyring.credentials.map(credential => credentialFact(credential, now, reference)),
      nearMisses: keyring.nearMisses.map(miss => ({ ...miss, key: redact(miss.key) })),
      complete: named.every(name => snapshot.secrets.get(name)?.seen === true || isMissing(snapshot.secrets.get(name))),
    },
    probe: null,
    noProbe: null,
  };
  return { facts, credentials: keyring.credentials };
}

const isMissing = (sight: Sight<unknown> | undefined): boolean => sight !== undefined && !sight.seen && sight.missing;

export function credentialFact(credential: Credential, now: string, reference: Facts['reference']): CredentialFact {
  return {
    secret: credential.secret,
    key: redact(credential.key),
    username: showUser(credential.username),
    empty: credential.isEmpty,
    expired: expiryOf(credential, now),
    defect: visibleDefect(credential, reference)?.what ?? null,
  };
}

function secretFact(name: string, snapshot: PodSnapshot, read: PullSecret | undefined): SecretFact {
  const sight = snapshot.secrets.get(name);
  const elsewhere = snapshot.elsewhere.get(name);
  return {
    name,
    type: read?.type ?? null,
    sight: sight === undefined ? 'notSeen' : sight.seen ? 'read' : sight.missing ? 'missing' : 'notSeen',
    why: sight === undefined ? 'nobody looked' : sight.seen ? null : sight.missing ? (sight.hearsay ?? null) : sight.why,
    problems: read?.problems ?? [],
    meant: read?.meant ?? null,
    keys: (read?.entries ?? []).map(entry => redact(entry.rawKey)),
    elsewhere: elsewhere?.seen ? elsewhere.object : null,
    madeAt: sight?.seen ? lastWritten(sight.object) : null,
  };
}

export function nodeFacts(pod: Pod | null, sight: Sight<Node>): NodeFacts {
  const name = pod?.spec?.nodeName || null;
  if (!sight.seen)
    return {
      name,
      platform: null,
      runtime: null,
      kubelet: null,
      diskPressure: false,
      ready: null,
      provider: null,
      why: name === null ? 'the pod is not on a node yet' : sight.missing ? 'the node is gone' : sight.why,
    };
  const { nodeInfo, conditions = [] } = sight.object.status ?? {};
  const status = (type: string): string | undefined => conditions.find(condition => condition.type === type)?.status;
  return {
    name: sight.object.metadata.name,
    platform:
      nodeInfo?.architecture === undefined || nodeInfo.operatingSystem === undefined
        ? null
        : { os: nodeInfo.operatingSystem, architecture: nodeInfo.architecture, variant: null },
    runtime: nodeInfo?.containerRuntimeVersion ?? null,
    kubelet: nodeInfo?.kubeletVersion ?? null,
    diskPressure: status('DiskPressure') === 'True',
    ready: status('Ready') === undefined ? null : status('Ready') === 'True',
    provider: /^([a-z]+):\/\//.exec(sight.object.spec?.providerID ?? '')?.[1] ?? null,
    why: null,
  };
}

/** Who makes the pod anew: a Deployment is known by its ReplicaSet's name and the pod's template hash. */
function ownerOf(pod: Pod): Owner {
  const owner = pod.metadata.ownerReferences?.find(reference => reference.controller) ?? pod.metadata.ownerReferences?.[0];
  const hash = pod.metadata.labels?.['pod-template-hash'];
  if (owner === undefined || owner.kind === 'Node') return { kind: 'pod', name: pod.metadata.name };
  if (owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`))
    return { kind: 'deployment', name: owner.name.slice(0, -hash.length - 1) };
  return { kind: owner.kind.toLowerCase(), name: owner.name };
}
