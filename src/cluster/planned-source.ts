/** Manifests as a source of objects, before those of a cluster: what is applied together counts together. Without a cluster nothing else is seen. Pure but for the source below it. */
import type { Lookup, Node, Secret, ServiceAccount } from '../model/kubernetes.ts';
import { notSeen } from '../model/kubernetes.ts';
import { keyIn, type Manifests } from './manifests.ts';
import type { ObjectKinds, ObjectSource } from './snapshot.ts';

/** Where no cluster is asked. */
export const NO_CLUSTER: ObjectSource = {
  get: async () => notSeen('no cluster was asked'),
  eventsOf: async () => ({ found: true, object: [] }),
  nodes: async () => notSeen('no cluster was asked'),
  nodeEvents: async () => notSeen('no cluster was asked'),
  pullEvents: async () => notSeen('no cluster was asked'),
  fileSystems: async () => notSeen('no cluster was asked'),
  namespacesWithSecret: async () => notSeen('no cluster was asked'),
  workload: async () => null,
  isRemote: false,
};

/** In: the manifests, the namespace of the context, and the source of all that they do not hold. Out: a source over both. */
export function plannedSource(manifests: Manifests, namespace: string, below: ObjectSource): ObjectSource {
  const index = <T extends { metadata: { name: string; namespace?: string } }>(objects: readonly T[]): Map<string, T> =>
    new Map(objects.map(object => [keyIn(object.metadata, namespace), object]));
  const secrets = index<Secret>(manifests.secrets);
  const accounts = index<ServiceAccount>(manifests.serviceAccounts);
  const promised = new Map(manifests.promised.map(one => [keyIn(one, namespace), one.kind]));

  async function secret(space: string, name: string): Promise<Lookup<Secret>> {
    const own = secrets.get(keyIn({ name, namespace: space }, space));
    if (own !== undefined) return { found: true, object: own };
    const maker = promised.get(keyIn({ name, namespace: space }, space));
    const lookup = await below.get('Secret', space, name);
    return lookup.found || maker === undefined ? lookup : notSeen(`${maker} "${name}" of the manifests makes it`);
  }

  /** A manifest without a list of pull secrets leaves that of the cluster as it is. */
  async function account(space: string, name: string): Promise<Lookup<ServiceAccount>> {
    const own = accounts.get(keyIn({ name, namespace: space }, space));
    if (own?.imagePullSecrets !== undefined) return { found: true, object: own };
    const lookup = await below.get('ServiceAccount', space, name);
    if (own === undefined) return lookup;
    return lookup.found ? { found: true, object: { ...lookup.object, ...own } } : { found: true, object: { ...own, imagePullSecrets: [] } };
  }

  async function get<K extends keyof ObjectKinds>(kind: K, space: string | null, name: string): Promise<Lookup<ObjectKinds[K]>> {
    const own: Lookup<Node | Secret | ServiceAccount> =
      kind === 'Secret' && space !== null
        ? await secret(space, name)
        : kind === 'ServiceAccount' && space !== null
          ? await account(space, name)
          : await below.get(kind, space, name);
    return own as Lookup<ObjectKinds[K]>;
  }

  // nothing has happened yet, on no node
  return { ...NO_CLUSTER, get, namespacesWithSecret: below.namespacesWithSecret, isRemote: below.isRemote };
}
