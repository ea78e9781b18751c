/** From a pod's objects to the facts of each of its images. Pure: the registry is asked later. */

import type { Credential } from '../model/credential.ts';
import { type CredentialFact, type Facts, NO_REPORT, NODE_LABELS, type NodeFacts, type SecretFact } from '../model/facts.ts';
import { answerKey, IDENTITIES, type Lookup, type Node, type Pod, type PodRefusal, type PodSnapshot } from '../model/kubernetes.ts';
import type { ProbeFacts } from '../model/probe.ts';
import { fullReference, imageName, type Reference, registryHosts, withoutTag } from '../model/reference.ts';
import { clientOf } from '../model/runtime-client.ts';
import { expiryOf } from '../parse/credentials/expiry.ts';
import { hasEntry, lookUpCredentials } from '../parse/credentials/keyring.ts';
import { unfilled } from '../parse/credentials/placeholders.ts';
import { noteSecrets, type PullSecret, readPullSecret } from '../parse/credentials/pull-secret.ts';
import { findTypo } from '../parse/credentials/typos.ts';
import { managerOf } from '../parse/manager.ts';
import { IMAGE_FIELD, readRefusal } from '../parse/messages/admission.ts';
import { readFaults } from '../parse/messages/reader.ts';
import { withStatements } from '../parse/messages/registry-errors.ts';
import { MOST_LISTED } from '../parse/node-load.ts';
import { isShortName, readNodeReport, sandboxImage } from '../parse/node-report.ts';
import { obstacleOf } from '../parse/obstacle.ts';
import {
  type ContainerImage,
  imagesOf,
  isBetweenImages,
  ownerOf,
  pullSecretNames,
  serviceAccountName,
  waitsForImage,
} from '../parse/pod.ts';
import { parseReference } from '../parse/reference.ts';
import { standingOf } from '../parse/standing.ts';
import { triggerOf } from '../parse/trigger.ts';
import { redact, showUser } from '../util/redact.ts';
import { clipped } from '../util/text.ts';
import { contrastOf } from './contrast.ts';

/** One image of a pod: its facts so far, and the credentials (with their passwords) to probe with. */
export interface ImageCase {
  facts: Facts;
  credentials: Credential[];
  /** What its registry answered when the objects were collected; absent where nothing is recorded. */
  recorded?: ProbeFacts;
}

/**
 * The cases of a pod. In: its snapshot, the time, and whether a healthy or merely pulling image counts too. Out: one case per failing image
 * (of at most 100, see `unexaminedImages`); with `evenHealthy`, the first container when nothing fails.
 */
export function collectFacts(snapshot: PodSnapshot, now: string, evenHealthy: boolean, only: string | null = null): ImageCase[] {
  const { pod } = snapshot;
  // before any message is read: the node may quote them
  for (const lookup of snapshot.secrets.values()) if (lookup.found) noteSecrets(lookup.object);
  if (pod.refusal !== undefined) return refusedCases(snapshot, pod.refusal, now, evenHealthy);
  const events = snapshot.events.found ? snapshot.events.object : [];
  const own = imagesOf(pod, events);
  const alone = own.length === 1;
  const sandbox = sandboxImage(pod, events);
  // nothing of the pod starts without its sandbox, whichever container is asked about
  const images = [...(sandbox === null ? [] : [sandbox]), ...own.filter(image => only === null || image.name === only)];
  const obstacle = obstacleOf(pod, events, snapshot.node, snapshot.nodes?.found ? snapshot.nodes.object : []);
  const caseOf = (image: ContainerImage): { image: ContainerImage; case: ImageCase } => {
    const found = imageCaseOf(snapshot, image, now, readNodeReport(image, events, refOf(image), pod, alone));
    return { image, case: obstacle === null ? found : { ...found, facts: { ...found.facts, obstacle } } };
  };
  const failing = examinedOf(images)
    .map(caseOf)
    .filter(({ image, case: { facts } }) => waitsForImage(image) || (facts.nodeReport.faults.length > 0 && !facts.nodeReport.pulledAfter));
  if (failing.length > 0) return failing.map(entry => ({ ...entry.case, facts: { ...entry.case.facts, failing: true } }));
  if (!evenHealthy) return [];
  const cases = images.slice(0, MOST_IMAGES).map(caseOf);
  const pulling = cases.filter(({ case: { facts } }) => facts.nodeReport.pullingSince !== null);
  const shown = pulling.length > 0 ? pulling : cases.filter(({ image }) => image.kind === 'container').slice(0, 1);
  const standing = obstacle === null && pulling.length === 0 ? standingOf(pod, only) : null;
  return (shown.length > 0 ? shown : cases.slice(0, 1)).map(({ case: found }) =>
    standing === null ? found : { ...found, facts: { ...found.facts, standing } },
  );
}

/** The case of a refused pod: the image that the words name, or its only one; none where they are of something else and nobody asked. */
function refusedCases(
  snapshot: PodSnapshot,
  { message, maker, lasts, since, attempts }: PodRefusal,
  now: string,
  evenHealthy: boolean,
): ImageCase[] {
  const images = imagesOf(snapshot.pod);
  const read = readRefusal(
    message,
    images.map(({ image }) => image),
  );
  if (read.about === null && !evenHealthy) return [];
  const [, list, at] = IMAGE_FIELD.exec(message) ?? [];
  const image = (list === undefined ? undefined : images.filter(({ kind }) => `${kind}s` === list)[Number(at)]) ??
    images.find(own => own.image !== '' && message.includes(own.image)) ??
    (images.length === 1 ? images[0] : undefined) ?? { name: '', kind: 'container', image: '', pullPolicy: null, status: null };
  const reference = refOf(image);
  // what a verifier was answered when it looked for the image; its own sentence is no fault of a pull
  const answers = readFaults(read.words, registryHosts(reference)).filter(({ kind, code }) => kind === 'notFound' && code !== null);
  const { facts } = imageCaseOf(snapshot, image, now, {
    state: { reason: 'FailedCreate', message: redact(message), since, attempts, nextRetry: null },
    nodeReport: { ...NO_REPORT, faults: answers, source: 'event' },
  });
  const refusal = { ...read, maker, lasts };
  return [{ facts: { ...facts, referenceError: null, failing: read.about !== null, refusal }, credentials: [] }];
}

/**
 * The cases of a pod that does not exist yet: each of its images, as if it failed, so that what objects and registries tell decides. In: the snapshot, with the pull secrets that
 * the pod would get, and the time. Out: one case per image (of at most 100), in the order of the pod.
 */
export function plannedCases(snapshot: PodSnapshot, now: string): ImageCase[] {
  for (const lookup of snapshot.secrets.values()) if (lookup.found) noteSecrets(lookup.object);
  const state = { reason: null, message: null, since: null, attempts: null, nextRetry: null };
  return imagesOf(snapshot.pod)
    .slice(0, MOST_IMAGES)
    .map(image => {
      const found = imageCaseOf(snapshot, { ...image, pullPolicy: image.pullPolicy ?? defaultPolicy(image) }, now, {
        state,
        nodeReport: NO_REPORT,
      });
      return { ...found, facts: { ...found.facts, failing: true } };
    });
}

/** What the API server sets where a manifest says nothing. Source: pkg/apis/core/v1/defaults.go, SetDefaults_Container. */
function defaultPolicy(image: ContainerImage): string {
  const reference = refOf(image);
  return reference?.tag === 'latest' && reference.digest === null ? 'Always' : 'IfNotPresent';
}

/** Credentials for one image that are told and tried; of more the list is not complete. */
const MOST_CREDENTIALS = 50;
/** Keys of one secret that are told. */
const MOST_KEYS = 200;
/** Characters of a key that are told: a host has at most 253, a repository 255. */
const LONGEST_KEY = 600;

/** A key of a secret for display. */
const shownKey = (key: string): string => redact(clipped(key, LONGEST_KEY));

/** Images of one pod that are examined: its author may name thousands, and each is worth a probe of its registry. */
const MOST_IMAGES = 100;

/** Whether an image may fail: it waits, or only its events tell (an image volume has no status of its own). */
const mayFail = (image: ContainerImage): boolean =>
  waitsForImage(image) || image.kind === 'imageVolume' || image.kind === 'sandbox' || isBetweenImages(image);

/** Those images that are examined, in the order of the pod: of too many those that surely wait come first. */
function examinedOf(images: readonly ContainerImage[]): ContainerImage[] {
  const candidates = images.filter(mayFail);
  if (candidates.length <= MOST_IMAGES) return candidates;
  const waiting = candidates.filter(waitsForImage);
  const kept = new Set([...new Set([...waiting, ...candidates])].slice(0, MOST_IMAGES));
  return candidates.filter(image => kept.has(image));
}

/** How many images of a pod wait and are not examined. In: as for `collectFacts`. */
export const unexaminedImages = (pod: Pod, only: string | null = null): number =>
  Math.max(0, imagesOf(pod).filter(image => (only === null || image.name === only) && waitsForImage(image)).length - MOST_IMAGES);

const refOf = (image: ContainerImage) => {
  const parsed = parseReference(image.image);
  return parsed.ok ? parsed.reference : null;
};

function imageCaseOf(
  snapshot: PodSnapshot,
  image: ContainerImage,
  now: string,
  { nodeReport, state }: ReturnType<typeof readNodeReport>,
): ImageCase {
  const { pod } = snapshot;
  const namespace = pod.metadata.namespace ?? 'default';
  const parsed = parseReference(image.image);
  const reference = parsed.ok ? parsed.reference : null;
  // the node pulls the sandbox image with credentials of its own
  const isSandbox = image.kind === 'sandbox';
  const named = isSandbox ? [] : pullSecretNames(pod);
  const account = snapshot.serviceAccount;
  const accountSecrets = account.found ? (account.object.imagePullSecrets ?? []).map(secret => secret.name ?? '').filter(Boolean) : null;
  const read = new Map<string, PullSecret>();
  for (const [name, lookup] of snapshot.secrets) if (lookup.found) read.set(name, readPullSecret(lookup.object));
  const own = named.flatMap(name => read.get(name) ?? []);
  const keyring = reference === null ? { broken: null, credentials: [], nearMisses: [] } : lookUpCredentials(imageName(reference), own);
  const credentials = keyring.credentials.slice(0, MOST_CREDENTIALS);
  const matching = (isSandbox ? [] : (accountSecrets ?? []))
    .filter(name => !named.includes(name))
    .filter(name => {
      const secret = read.get(name);
      return reference !== null && secret !== undefined && hasEntry(imageName(reference), secret);
    });
  const facts: Facts = {
    now,
    pod: {
      namespace,
      name: pod.metadata.name,
      node: pod.spec?.nodeName || null,
      owner: ownerOf(pod, snapshot.workload),
      manager: managerOf(snapshot.workload === null ? [pod.metadata] : [snapshot.workload, pod.metadata]),
    },
    container: { name: image.name, kind: image.kind },
    image: redact(image.image),
    reference,
    referenceError: parsed.ok || (isSandbox && image.image === '') ? null : redact(parsed.error),
    pullPolicy: image.pullPolicy,
    trigger: triggerOf(snapshot.workload, image.name),
    failing: false,
    state,
    nodeReport: {
      ...nodeReport,
      faults: nodeReport.faults.map(fault =>
        withStatements(
          fault,
          reference,
          keyring.credentials.map(({ username }) => username),
        ),
      ),
    },
    node: nodeFacts(pod, snapshot.node),
    onNode: reference === null ? null : isOnNode(image.image, reference, snapshot.node),
    serviceAccount: {
      name: serviceAccountName(pod),
      identity: account.found ? (IDENTITIES.find(key => key in (account.object.metadata.annotations ?? {})) ?? null) : null,
      secrets: accountSecrets,
      matching,
    },
    secrets: named.map(name => secretFact(name, snapshot, read.get(name))),
    keyring: {
      broken: keyring.broken,
      credentials: credentials.map(credential => credentialFact(credential, now, reference)),
      nearMisses: keyring.nearMisses.map(miss => ({ ...miss, key: shownKey(miss.key) })),
      complete:
        credentials.length === keyring.credentials.length &&
        named.every(name => snapshot.secrets.get(name)?.found === true || isMissing(snapshot.secrets.get(name))),
    },
    contrast: reference === null ? null : contrastOf(snapshot.places?.get(fullReference(reference))),
    probe: null,
    noProbe: null,
  };
  const recorded = snapshot.answers?.get(answerKey(image));
  return { facts, credentials, ...(recorded === undefined ? {} : { recorded }) };
}

/** Whether a node lists an image. CRI-O finds a name without a registry under any of its search registries. Source: kubelet, setters.go, Images. */
export function isOnNode(image: string, { registry, repository, tag, digest }: Reference, lookup: Lookup<Node>): boolean | null {
  const { images, nodeInfo } = (lookup.found && lookup.object.status) || {};
  if (images === undefined) return null;
  const anyRegistry = isShortName(image) && clientOf(nodeInfo?.containerRuntimeVersion ?? null) === 'containersImage';
  const listed = images.some(({ names = [] }) =>
    names.some(name => {
      const parsed = parseReference(name);
      if (!parsed.ok) return false;
      const has = parsed.reference;
      const isSame = anyRegistry
        ? withoutTag(name).endsWith(`/${withoutTag(image)}`)
        : has.registry === registry && has.repository === repository;
      return isSame && (digest === null ? has.digest === null && has.tag === tag : has.digest === digest);
    }),
  );
  return listed || (images.length < MOST_LISTED ? false : null);
}

const isMissing = (lookup: Lookup<unknown> | undefined): boolean => lookup !== undefined && !lookup.found && lookup.missing;

/** In: a credential, the time (RFC 3339), the image to look for typos with. Out: what is known of it, without its password. */
export function credentialFact(credential: Credential, now: string, reference: Facts['reference']): CredentialFact {
  return {
    secret: credential.secret,
    key: shownKey(credential.key),
    username: showUser(credential.username),
    empty: credential.isEmpty,
    expiry: expiryOf(credential, now),
    defect: findTypo(credential, reference)?.what ?? unfilled(credential),
  };
}

function secretFact(name: string, snapshot: PodSnapshot, read: PullSecret | undefined): SecretFact {
  const lookup = snapshot.secrets.get(name);
  const elsewhere = snapshot.otherNamespaces.get(name);
  return {
    name,
    type: read?.type ?? null,
    lookup: lookup === undefined ? 'notSeen' : lookup.found ? 'found' : lookup.missing ? 'missing' : 'notSeen',
    why: lookup === undefined ? 'it was not requested' : lookup.found ? null : lookup.missing ? (lookup.reportedBy ?? null) : lookup.why,
    problems: read?.problems ?? [],
    intendedFormat: read?.intendedFormat ?? null,
    ...(read?.repair == null ? {} : { repair: read.repair }),
    keys: (read?.entries ?? []).slice(0, MOST_KEYS).map(entry => shownKey(entry.rawKey)),
    otherNamespaces: elsewhere?.found ? elsewhere.object : null,
  };
}

/** In: the pod (null without one) and the lookup of its node. Out: the facts of the node, null where it was not seen. */
export function nodeFacts(pod: Pod | null, lookup: Lookup<Node>): NodeFacts {
  const name = pod?.spec?.nodeName || null;
  if (!lookup.found)
    return {
      name,
      platform: null,
      runtime: null,
      kubelet: null,
      osImage: null,
      labels: {},
      diskPressure: false,
      provider: null,
    };
  const { nodeInfo, conditions = [] } = lookup.object.status ?? {};
  const status = (type: string): string | undefined => conditions.find(condition => condition.type === type)?.status;
  return {
    name: lookup.object.metadata.name,
    platform:
      nodeInfo?.architecture === undefined || nodeInfo.operatingSystem === undefined
        ? null
        : { os: nodeInfo.operatingSystem, architecture: nodeInfo.architecture, variant: null },
    runtime: nodeInfo?.containerRuntimeVersion ?? null,
    kubelet: nodeInfo?.kubeletVersion ?? null,
    osImage: nodeInfo?.osImage ?? null,
    labels: Object.fromEntries(Object.entries(lookup.object.metadata.labels ?? {}).filter(([label]) => NODE_LABELS.includes(label))),
    diskPressure: status('DiskPressure') === 'True',
    provider: /^([a-z0-9-]+):\/\//.exec(lookup.object.spec?.providerID ?? '')?.[1] ?? null,
  };
}
