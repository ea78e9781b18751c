/** Saved objects in place of a cluster: what `kubectl get pods,events,secrets,serviceaccounts,nodes -o yaml` wrote. Pure. */
import { CORE_SCHEMA, loadAll } from 'js-yaml';
import {
  type Event,
  type Lookup,
  type Metadata,
  type Node,
  notSeen,
  type Pod,
  type PodSnapshot,
  type Secret,
  type ServiceAccount,
} from '../model/kubernetes.ts';
import { isOfPod, pullSecretNames, serviceAccountName } from '../parse/pod.ts';
import { UserError } from '../util/user-error.ts';

interface KubernetesObject {
  kind?: string;
  apiVersion?: string;
  metadata?: Metadata;
  items?: unknown[];
}

export interface Saved {
  pods: Pod[];
  secrets: Secret[];
  snapshot(pod: Pod): PodSnapshot;
}

/**
 * Reads a file's text: JSON or YAML, a List or many documents, unknown kinds ignored. In: the text, and the file's name for errors. Out: its
 * pods, and the snapshot of each. An object is missing only where the file holds another of its kind from that namespace, or the node says so.
 */
export function readSaved(text: string, name: string): Saved {
  const objects = parse(text, name).flatMap(flatten);
  if (objects.length === 0)
    throw new UserError(
      `${name} holds no Kubernetes object`,
      'save them with: kubectl get pods,events,secrets,serviceaccounts,nodes -o yaml',
    );
  const of = <T>(kind: string): T[] => objects.filter(object => object.kind === kind && typeof object.metadata?.name === 'string') as T[];
  const pods = of<Pod>('Pod');
  const secrets = of<Secret>('Secret');
  const accounts = of<ServiceAccount>('ServiceAccount');
  const nodes = of<Node>('Node');
  const events = objects.filter(object => object.kind === 'Event') as unknown as Event[];
  const eventsByPod = new Map<string, Event[]>();
  for (const event of events) {
    const key = (event.involvedObject ?? event.regarding)?.name ?? '';
    eventsByPod.set(key, [...(eventsByPod.get(key) ?? []), event]);
  }
  const namespaceOf = (object: { metadata: Metadata }): string => object.metadata.namespace ?? 'default';

  function find<T extends { metadata: Metadata }>(list: T[], kind: string, namespace: string | null, wanted: string): Lookup<T> {
    const same = list.filter(object => namespace === null || namespaceOf(object) === namespace);
    const object = same.find(candidate => candidate.metadata.name === wanted);
    if (object !== undefined) return { found: true, object };
    return same.length > 0
      ? { found: false, missing: true }
      : notSeen(`${name} holds no ${kind}${namespace === null ? '' : ` of namespace "${namespace}"`}`);
  }

  return {
    pods,
    secrets,
    snapshot(pod) {
      const namespace = namespaceOf(pod);
      const own = (eventsByPod.get(pod.metadata.name) ?? []).filter(event => isOfPod(event, pod));
      const unretrieved = own
        .filter(event => event.reason === 'FailedToRetrieveImagePullSecret')
        .map(event => event.message ?? event.note ?? '')
        .join(' ');
      const account = find(accounts, 'service account', namespace, serviceAccountName(pod));
      const besides = account.found ? (account.object.imagePullSecrets ?? []).map(secret => secret.name ?? '').filter(Boolean) : [];
      const named = pullSecretNames(pod);
      const wanted = [...new Set([...named, ...besides])];
      const secretLookups = new Map<string, Lookup<Secret>>(
        wanted.map(secret => {
          const lookup = find(secrets, 'secret', namespace, secret);
          const said =
            !lookup.found && !lookup.missing && new RegExp(`[( ,]${secret.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}[,) ]`).test(unretrieved);
          return [secret, said ? { found: false, missing: true, reportedBy: 'kubelet could not read it' } : lookup];
        }),
      );
      const absent = named.filter(secret => secretLookups.get(secret)?.found === false);
      return {
        pod,
        events: { found: true, object: own },
        node: pod.spec?.nodeName ? find(nodes, 'node', null, pod.spec.nodeName) : notSeen('the pod is not on a node yet'),
        serviceAccount: account,
        secrets: secretLookups,
        otherNamespaces: new Map(
          secrets.length === 0
            ? []
            : absent.map(secret => [
                secret,
                {
                  found: true,
                  object: secrets
                    .filter(other => other.metadata.name === secret && namespaceOf(other) !== namespace)
                    .map(namespaceOf)
                    .sort(),
                },
              ]),
        ),
      };
    },
  };
}

function parse(text: string, name: string): unknown[] {
  if (text.trim() === '')
    throw new UserError(`${name} is empty`, 'save objects with: kubectl get pods,events,secrets,serviceaccounts,nodes -o yaml');
  try {
    return [JSON.parse(text)];
  } catch {
    // not JSON: it may be YAML, or several JSON documents one after the other, which YAML reads too
  }
  try {
    return loadAll(text, { schema: CORE_SCHEMA, filename: name }) as unknown[];
  } catch (error) {
    throw new UserError(
      `${name} is neither JSON nor YAML: ${(error as Error).message.split('\n', 1)[0]}`,
      'save objects with: kubectl get … -o yaml',
    );
  }
}

function flatten(document: unknown): KubernetesObject[] {
  if (document === null || typeof document !== 'object') return [];
  if (Array.isArray(document)) return document.flatMap(flatten);
  const object = document as KubernetesObject;
  if (!Array.isArray(object.items)) return [object];
  // items of a typed list (PodList) may not say their kind
  const kind = /^(\w+)List$/.exec(object.kind ?? '')?.[1];
  return object.items.flatMap(item =>
    flatten(kind !== undefined && kind !== '' && typeof item === 'object' && item !== null && !('kind' in item) ? { kind, ...item } : item),
  );
}
