/** Phrases that several causes share. Pure. */
import type { Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import type { Attempt } from '../model/probe.ts';
import { manifestReference } from '../model/reference.ts';

export const imageOf = (facts: Facts): string => `"${facts.image}"`;
export const registry = (facts: Facts): string => `"${facts.reference?.registry ?? 'the registry'}"`;
export const repository = (facts: Facts): string =>
  `"${facts.reference === null ? facts.image : `${facts.reference.registry}/${facts.reference.repository}`}"`;
export const tagOf = (facts: Facts): string => `"${facts.reference === null ? '' : manifestReference(facts.reference)}"`;
export const nodeName = (facts: Facts): string => (facts.node.name === null ? 'the node' : `node "${facts.node.name}"`);
/** At the beginning of a sentence. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
export const theNode = (facts: Facts): string => capital(nodeName(facts));
export const podName = (facts: Facts): string => (facts.pod === null ? 'a pod' : `pod "${facts.pod.name}"`);

/** The failing host: where it is not the image's registry, the words say what it is. */
export function hostOf(facts: Facts, fault: Fault | null): string {
  const host = fault?.host ?? facts.probe?.host ?? facts.reference?.registry ?? 'the registry';
  const role =
    fault?.role === 'mirror'
      ? `the mirror of ${registry(facts)}, `
      : fault?.role === 'token'
        ? 'the token server '
        : fault?.role === 'redirect'
          ? `the host that ${registry(facts)} redirects to, `
          : '';
  return `${role}"${host}"`;
}

/** Whose view it is: the node's words, or only ours. */
export const seenFrom = (fault: Fault | null): string =>
  fault?.seenBy === 'probe' ? ' That is seen from this machine; the node may see it otherwise.' : '';

export const decisive = (facts: Facts): Attempt | null =>
  facts.probe?.decisive == null ? null : (facts.probe.attempts[facts.probe.decisive] ?? null);

export const list = (items: readonly string[], most = 5): string =>
  items.length <= most ? items.join(', ') : `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
export const quoted = (items: readonly string[], most = 5): string =>
  list(
    items.map(item => `"${item}"`),
    most,
  );

/** The pull secrets that cover the image, by name. */
export const usedSecrets = (facts: Facts): string[] => [...new Set(facts.keyring.credentials.map(credential => credential.secret))];

/** What may stand on the node and cannot be seen through the API. */
export const nodeCredentials = (facts: Facts): string =>
  `${facts.node.name === null ? 'Nodes' : `Node "${facts.node.name}"`} may hold credentials of ${facts.node.name === null ? 'their' : 'its'} own (a config.json, a credential provider); those cannot be seen from here.`;

export function explanation(fault: Fault | null): string {
  return fault?.explanation ? ` The registry says: "${fault.explanation.replace(/\.$/, '')}".` : '';
}

/** Edit distance of two tags, for the nearest existing one (Levenshtein). */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length] as number;
}

/** Existing names nearest to a wanted one, at most `most`: first those that share its beginning, then by edit distance. */
export function nearest(wanted: string, names: readonly string[], most = 3): string[] {
  const score = (name: string): number =>
    distance(wanted.toLowerCase(), name.toLowerCase()) - (name.startsWith(wanted) || wanted.startsWith(name) ? 3 : 0);
  return [...names].sort((a, b) => score(a) - score(b) || b.localeCompare(a, 'en', { numeric: true })).slice(0, most);
}
