/** What of a cluster surrounds pods that do not exist yet: its nodes, with those images that matter, and which digests run now. What cannot be read is a warning. */

import type { Node } from '../model/kubernetes.ts';
import { fullReference, lastPart } from '../model/reference.ts';
import { parseReference } from '../parse/reference.ts';
import { isObject } from '../parse/shape.ts';
import { UserError } from '../util/user-error.ts';
import type { Api } from './api.ts';
import { foldPages, podsPath } from './list.ts';
import { listAllNodes } from './nodes.ts';

/** A value, or why it could not be read. */
export type Read<T> = { value: T; warning: null } | { value: null; warning: string };

/**
 * All nodes. In: the API, and the images that matter: of the others a node keeps no name, so that thousands of nodes fit. Out: the nodes, else the reason why they cannot be
 * listed.
 */
export async function listNodes(api: Api, images: readonly string[]): Promise<Read<Node[]>> {
  const names = new Set(images.map(lastPart));
  const slim = (node: Node): Node => {
    const { images: listed } = node.status ?? {};
    if (listed === undefined) return node;
    // their number tells whether the list may be cut
    const kept = listed.map(image => (image.names?.some(name => names.has(lastPart(name))) ? image : OTHER));
    return { ...node, status: { ...node.status, images: kept } };
  };
  try {
    const { total, malformed } = await listAllNodes(api, slim);
    return malformed > 0
      ? { value: null, warning: `${malformed} of the nodes are malformed and cannot be read` }
      : { value: total, warning: null };
  } catch (error) {
    return failed(error);
  }
}

const OTHER = {};

/** Digests with which images run, by full reference. */
export type Running = ReadonlyMap<string, ReadonlySet<string>>;

/** In: the API, and a namespace. Out: with which digest each image of its running pods was pulled, as far as runtimes tell. */
export async function listRunning(api: Api, namespace: string): Promise<Read<Running>> {
  try {
    const { total } = await foldPages<[string, string][], Map<string, Set<string>>>(
      api,
      { path: podsPath(namespace, null), what: `the pods of namespace "${namespace}"`, resource: 'pods' },
      {
        read: runningIn,
        start: () => new Map(),
        add(all, page) {
          for (const [image, digest] of page.flat()) all.set(image, (all.get(image) ?? new Set()).add(digest));
          return all;
        },
      },
    );
    return { value: total, warning: null };
  } catch (error) {
    return failed(error);
  }
}

/** The images of a pod's spec whose status names a digest of their repository. An image ID alone, which some runtimes tell, is no digest of a manifest. */
function runningIn(pod: unknown): [string, string][] {
  if (!isObject(pod)) return [];
  const list = (part: unknown, field: string): Record<string, unknown>[] =>
    isObject(part) && Array.isArray(part[field]) ? (part[field] as unknown[]).filter(isObject) : [];
  const statuses = [...list(pod['status'], 'containerStatuses'), ...list(pod['status'], 'initContainerStatuses')];
  return [...list(pod['spec'], 'containers'), ...list(pod['spec'], 'initContainers')].flatMap(({ name, image }): [string, string][] => {
    const status = statuses.find(one => one['name'] === name);
    const digest = /^(?:[a-z-]+:\/\/)?([^@\s]+)@(sha256:[a-f0-9]{64})$/.exec(String(status?.['imageID'] ?? ''));
    const parsed = typeof image === 'string' ? parseReference(image) : null;
    if (digest === null || parsed?.ok !== true) return [];
    const of = parseReference(digest[1] as string);
    const { registry, repository } = parsed.reference;
    if (!of.ok || of.reference.registry !== registry || of.reference.repository !== repository) return [];
    return [[fullReference(parsed.reference), digest[2] as string]];
  });
}

function failed(error: unknown): { value: null; warning: string } {
  if (!(error instanceof UserError)) throw error;
  return { value: null, warning: error.message };
}
