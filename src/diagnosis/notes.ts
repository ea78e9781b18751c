/** Notes on an image before a deploy: what is worth knowing and stops no pull. A note never changes the exit status. Pure. */
import { type Facts, type Note, verifiesAccess } from '../model/facts.ts';
import { runsOn, showPlatform } from '../model/platform.ts';
import { decisiveAttempt } from '../model/probe.ts';
import { fullReference } from '../model/reference.ts';

/** What notes look at besides the facts of an image. */
export interface Surroundings {
  /** Digests with which images run in the namespace, by full reference. */
  running: ReadonlyMap<string, ReadonlySet<string>> | null;
  /** Why no node suits the pod, null where one does or nodes were not seen. */
  noNode: string | null;
  /** The namespace is neither in the cluster nor in the manifests. */
  noNamespace: boolean;
  /** The service account that the pod names is neither in the cluster nor in the manifests. */
  noServiceAccount: boolean;
}

/** Names of nodes in a note. */
const MOST_NAMES = 5;
/** Tags that are names of branches or channels. */
const MOVING =
  /^(?:latest|main|master|trunk|head|dev|devel|develop|development|edge|nightly|canary|next|stable|lts|current|release|prod|production|staging|test|testing|snapshot|rolling|unstable|alpha|beta|rc)$/i;
/** A version without its last part, such as `1` or `v1.4`, and with what may stand behind it, such as `3.12-slim`. */
const PART_OF_VERSION = /^v?\d{1,4}(?:\.\d{1,4})?(?:-[a-z][a-z-]*)?$/i;

/** In: the facts of an image with what the probe found, and its surroundings. Out: the notes, the most important first. */
export function notesOf(facts: Facts, around: Surroundings): Note[] {
  const rows: [Note['code'], string | null][] = [
    ['NoNode', around.noNode],
    ['NoNamespace', around.noNamespace ? `namespace "${facts.pod?.namespace}" does not exist, and no manifest creates it` : null],
    [
      'NoServiceAccount',
      around.noServiceAccount
        ? `service account "${facts.serviceAccount.name}" does not exist, and no manifest creates it: admission refuses the pod`
        : null,
    ],
    ['WrongPlatform', wrongPlatform(facts)],
    ['MissingSecret', missingSecret(facts)],
    ['AccessUnknown', accessUnknown(facts)],
    ['TagMoved', tagMoved(facts, around.running)],
    ['LatestIfNotPresent', latestIfNotPresent(facts)],
    ['MutableTag', mutableTag(facts)],
    ['NeverPulled', neverPulled(facts)],
    ['OnNodes', onNodes(facts)],
    ['OwnCredentials', ownCredentials(facts)],
  ];
  return rows.flatMap(([code, detail]) => (detail === null ? [] : [{ code, detail }]));
}

/** Runtimes compare the platform with an index alone: a single manifest is pulled, whatever its config says. */
export function isForOtherPlatform({ probe, node: { platform } }: Facts): boolean {
  if (probe === null || platform === null || decisiveAttempt(probe)?.fault !== null) return false;
  const own = probe.platforms ?? [];
  return own.length > 0 && !own.some(one => runsOn(one, platform));
}

function wrongPlatform(facts: Facts): string | null {
  const { platform } = facts.node;
  if (platform === null || !isForOtherPlatform(facts)) return null;
  const own = facts.probe?.platforms ?? [];
  const nodes = facts.planned?.nodes ?? null;
  const where =
    nodes === null
      ? `and not for ${showPlatform(platform)}`
      : `but ${nodes.names
          .slice(0, MOST_NAMES)
          .map(name => `"${name}"`)
          .join(
            ', ',
          )}${nodes.count > MOST_NAMES ? ` and ${nodes.count - MOST_NAMES} more nodes` : ''} ${nodes.count === 1 ? 'is' : 'are'} ${showPlatform(platform)}`;
  return `the image is for ${own.map(showPlatform).join(', ')} only, ${where}: it is a single manifest, so the pull works, but the container fails to start ("exec format error")`;
}

function missingSecret({ secrets, probe, pod }: Facts): string | null {
  const names = secrets.filter(({ lookup }) => lookup === 'missing').map(({ name }) => `"${name}"`);
  if (names.length === 0 || probe === null || decisiveAttempt(probe)?.fault !== null) return null;
  return `namespace "${pod?.namespace}" has no secret ${names.join(', ')}, which the pod names as a pull secret: this image does not need it, and kubelet warns at each pull`;
}

function tagMoved({ reference, probe }: Facts, running: Surroundings['running']): string | null {
  if (reference === null || reference.digest !== null || probe?.digest === undefined) return null;
  const digests = [...(running?.get(fullReference(reference)) ?? [])];
  const old = digests.find(digest => digest !== probe.digest && digest !== probe.platformDigest);
  // without the manifest of the platform a digest of it may be the same image
  if (old === undefined || (probe.platforms === null && probe.platformDigest === undefined)) return null;
  return `tag "${reference.tag}" has moved: pods of the namespace run ${short(old)}, and the registry returns ${short(probe.digest)} now`;
}

const short = (digest: string): string => digest.slice(0, 'sha256:'.length + 12);

const isLatest = ({ reference }: Facts): boolean => reference?.tag === 'latest' && reference.digest === null;

const latestIfNotPresent = (facts: Facts): string | null =>
  isLatest(facts) && facts.pullPolicy === 'IfNotPresent'
    ? 'tag "latest" with imagePullPolicy IfNotPresent: nodes that have an older image keep it, so that nodes run different ones'
    : null;

function mutableTag({ reference, probe }: Facts): string | null {
  // what is not there has another trouble
  if (probe !== null && decisiveAttempt(probe)?.fault !== null) return null;
  if (reference === null || reference.digest !== null || reference.tag === null) return null;
  if (!MOVING.test(reference.tag) && !PART_OF_VERSION.test(reference.tag)) return null;
  return `tag "${reference.tag}" is of a kind that moves to newer images: check --pin prints its digest`;
}

const neverPulled = ({ pullPolicy, onNode }: Facts): string | null =>
  pullPolicy === 'Never' && onNode === null ? 'imagePullPolicy is Never: each node must have the image already' : null;

/** With the policy Never kubelet asks no registry: then only its own record tells whether the pod may have the image. */
function accessUnknown(facts: Facts): string | null {
  if (facts.pullPolicy !== 'Never' || facts.onNode !== true || !verifiesAccess(facts)) return null;
  return 'the nodes have the image, and imagePullPolicy is Never: if kubelet pulled it with a credential, it refuses it to a pod without that credential (ErrImageNeverPull). Which credential that was, only the nodes know';
}

function onNodes({ planned, pullPolicy }: Facts): string | null {
  const nodes = planned?.nodes;
  if (nodes == null || nodes.listing === 0 || pullPolicy === 'Always') return null;
  return `${nodes.listing} of ${nodes.all} nodes on which the pod may run ${nodes.listing === 1 ? 'lists' : 'list'} the image already (imagePullPolicy ${pullPolicy})`;
}

function ownCredentials({ planned, probe, keyring }: Facts): string | null {
  if (planned?.credentialsOf !== 'user') return null;
  const credential = keyring.credentials[decisiveAttempt(probe)?.credential ?? -1];
  return credential === undefined || credential.empty
    ? null
    : `the login is your own (${credential.secret}): the cluster does not have it, and needs a pull secret`;
}
