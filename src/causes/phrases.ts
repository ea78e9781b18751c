/** Phrases that several causes share. Belongs here: parts of sentences about a pod, its node and its registry. Pure. */
import type { Fix } from '../model/diagnosis.ts';
import { type CredentialExpiry, type Facts, isOfSandbox, kubeletMinor } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import { isOpenShift } from '../model/openshift.ts';
import { type Attempt, decisiveAttempt } from '../model/probe.ts';
import { manifestReference } from '../model/reference.ts';
import { providerById, type RegistryProvider } from '../model/registry-providers.ts';
import { distance, leastDistance } from '../util/nearest.ts';
import { clipped } from '../util/text.ts';
import { otherPlaceOf } from './relocated-images.ts';

/** The image as the pod names it, in quotes. That of a sandbox is known only where a message names it. */
export const imageOf = (facts: Facts): string => (facts.image === '' && isOfSandbox(facts) ? 'the sandbox image' : `"${facts.image}"`);
/** The registry of the image, in quotes; of a sandbox image whose name no message tells, the one that the words of the node name. */
export const registry = (facts: Facts): string => {
  const host =
    facts.reference?.registry ?? (isOfSandbox(facts) ? facts.nodeReport.faults.find(({ role }) => role === 'registry')?.host : null);
  return host == null ? 'the registry' : `"${host}"`;
};
/** Registry and repository of the image, in quotes. */
export const repository = (facts: Facts): string =>
  `"${facts.reference === null ? facts.image : `${facts.reference.registry}/${facts.reference.repository}`}"`;
/** The tag or digest that is pulled, in quotes. */
export const tagOf = (facts: Facts): string => `"${facts.reference === null ? '' : manifestReference(facts.reference)}"`;
/** The node inside a sentence. */
export const nodeName = (facts: Facts): string => (facts.node.name === null ? 'the node' : `node "${facts.node.name}"`);
/** At the beginning of a sentence. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
export const theNode = (facts: Facts): string => capital(nodeName(facts));
/** The pod inside a sentence. */
export const podName = (facts: Facts): string =>
  facts.pod === null ? 'a pod' : facts.planned === undefined ? `pod "${facts.pod.name}"` : plannedName(facts.pod);
/** The pod that does not exist yet. */
const plannedName = ({ owner, name }: NonNullable<Facts['pod']>): string =>
  name === '' ? 'a pod' : owner.kind === 'pod' || owner.kind === 'node' ? `pod "${name}"` : `the pod of ${owner.kind} "${owner.name}"`;
/** Who met the fault: this machine, or the node. */
export const observer = (facts: Facts, fault: Fault | null): string => (fault?.seenBy === 'probe' ? 'this machine' : nodeName(facts));

/** The failing host, with its role where it is not the image's registry. */
export function hostOf(facts: Facts, fault: Fault | null): string {
  const host = fault?.host ?? facts.probe?.host ?? facts.reference?.registry ?? 'the registry';
  switch (fault?.role) {
    case 'mirror':
      return `the mirror "${host}" of ${registry(facts)}`;
    case 'token':
      return `the token server "${host}"`;
    case 'redirect':
      return `"${host}" (a redirect of ${registry(facts)})`;
    default:
      return `"${host}"`;
  }
}

/** A sentence for what only this machine observed. */
export const seenFrom = (fault: Fault | null): string =>
  fault?.seenBy === 'probe' ? ' This was observed from this machine; the node may see something else.' : '';

/** The request of the probe that decides, null where none was made. */
export const decisive = (facts: Facts): Attempt | null => decisiveAttempt(facts.probe);

/** Items in a row, of long lists the first ones and how many more. */
export const list = (items: readonly string[], most = 5): string =>
  items.length <= most ? items.join(', ') : `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
/** The same with each item in quotes. */
export const quoted = (items: readonly string[], most = 5): string =>
  list(
    items.map(item => `"${item}"`),
    most,
  );
/** A title within a sentence; what begins with an abbreviation (`HEAD requests`) stays. */
export const lowerFirst = (text: string): string => (/^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text);
/** A noun with its number: `1 layer`, `3 layers`. */
export const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;

/** The pull secrets that match the image, by name. */
export const usedSecrets = (facts: Facts): string[] => [...new Set(facts.keyring.credentials.map(credential => credential.secret))];

/** A sentence about the credentials of the node, which the Kubernetes API does not show. */
export const nodeCredentials = (facts: Facts): string =>
  `${
    isOpenShift(facts)
      ? 'The nodes of OpenShift also pull with the global pull secret of the cluster ("pull-secret" in namespace "openshift-config"), which was not read.'
      : `${facts.node.name === null ? 'The node' : theNode(facts)} may have credentials of its own (a config.json, a credential provider), which the Kubernetes API does not show.`
  }${tokenExchange(facts)}`;

/** A sentence about a service account whose token a credential provider may exchange; empty for a kubelet that gives it none. Source: KEP-4412, off in 1.33. */
const tokenExchange = (facts: Facts): string =>
  facts.serviceAccount.identity !== null && kubeletMinor(facts) >= 33
    ? ` Service account "${facts.serviceAccount.name}" has the annotation "${facts.serviceAccount.identity}": a credential provider may exchange its token for a login, and only the log of kubelet tells if that fails.`
    : '';

/** The first line of a message, without what kubelet writes before it, in quotes unless it has quotes itself. In: the longest text to show, in characters. */
export function firstLine({ message }: Fault, most: number): string {
  const [line = ''] = message.replace(/^Failed to pull image "[^"]*": /, '').split('\n', 1);
  const shown = clipped(line, most);
  return shown.includes('"') ? shown : `"${shown}"`;
}

/** The pull secrets whose content could not be read. */
export const unreadSecrets = (facts: Facts): string[] => facts.secrets.filter(({ lookup }) => lookup === 'notSeen').map(({ name }) => name);

/** A sentence with the explanation of the registry; empty without any. */
export function explanation(fault: Fault | null): string {
  if (!fault?.explanation || fault.statements.includes('htmlPage')) return '';
  return ` The registry reports: "${fault.explanation.replace(/\.$/, '')}".`;
}

/** What to do where a registry that takes no credentials refuses a pull. */
export const blockedClient = ({ name, layerHosts }: RegistryProvider): Fix => ({
  title: `pull from another network, or through a mirror: ${name} takes no credentials, so the address or the country of the nodes is blocked${layerHosts.length === 0 ? '' : ` (there, or by a firewall, which must allow ${list(layerHosts)} too)`}`,
  command: null,
});

/** A sentence about where the image may be instead; empty when nothing tells. */
export const elsewhere = (facts: Facts): string => {
  const other = otherPlaceOf(facts);
  return other === null ? '' : ` ${other.sentence}`;
};

const HOUR = 3_600_000;
/** How long ago, in the largest unit that fits: `6 hours ago`. In: milliseconds. */
const ago = (ms: number): string =>
  `${
    ms >= 48 * HOUR
      ? count(Math.round(ms / 24 / HOUR), 'day')
      : ms >= 2 * HOUR
        ? count(Math.round(ms / HOUR), 'hour')
        : count(Math.max(1, Math.round(ms / 60_000)), 'minute')
  } ago`;

/** How it is known that a credential has expired, as a clause. In: that, and the time of the diagnosis (RFC 3339). */
export function expiryText(expiry: CredentialExpiry, now: string): string {
  if (expiry.source === 'token')
    return `its password is a token that expired on ${expiry.expiredAt.slice(0, 16).replace('T', ' ')} UTC (${ago(Date.parse(now) - Date.parse(expiry.expiredAt))})`;
  const tokens = providerById(expiry.provider).tokenUsers.find(({ hours }) => hours === expiry.lifetimeHours)?.tokens ?? 'its tokens';
  return `${tokens} are valid for ${count(expiry.lifetimeHours, 'hour')}, and the secret was last written ${ago(expiry.ageHours * HOUR)}`;
}

/** Names whose distance is computed: with more of the same letters as the wanted one, none of the rest can be told apart by a reader. */
const MOST_COMPARED = 200;
/** The longest tag that the distribution specification allows; a longer name is none. */
const LONGEST_TAG = 128;

/**
 * Existing names nearest to a wanted one, at most `most`: first those that share its beginning, then by edit distance. The distance is computed of
 * the most promising names alone: a registry may list as many names as it likes.
 */
export function nearest(wanted: string, names: readonly string[], most = 3): string[] {
  if (wanted.length > LONGEST_TAG) return [];
  const low = wanted.toLowerCase();
  const scored = (of: (name: string) => number) => (name: string) => ({
    name,
    score: of(name.toLowerCase()) - (name.startsWith(wanted) || wanted.startsWith(name) ? 3 : 0),
  });
  const byScore = (a: { score: number }, b: { score: number }): number => a.score - b.score;
  return names
    .filter(name => name.length <= LONGEST_TAG)
    .map(scored(name => leastDistance(low, name)))
    .sort(byScore)
    .slice(0, MOST_COMPARED)
    .map(({ name }) => scored(other => distance(low, other))(name))
    .sort((a, b) => byScore(a, b) || b.name.localeCompare(a.name, 'en', { numeric: true }))
    .slice(0, most)
    .map(({ name }) => name);
}
