/** Where `check` looks: a cluster, or nothing but the credentials of files and of the user. */
import type { Api } from '../cluster/api.ts';
import { createApiSource } from '../cluster/api-source.ts';
import { secretOf, userLogins } from '../cluster/docker-config.ts';
import { NoKubeconfig } from '../cluster/kubeconfig.ts';
import { readManifests } from '../cluster/manifests.ts';
import { namespaceExists } from '../cluster/not-found.ts';
import { NO_CLUSTER } from '../cluster/planned-source.ts';
import type { ObjectSource } from '../cluster/snapshot.ts';
import { listNodes, listRunning, type Running } from '../cluster/surroundings.ts';
import { type Node, notSeen, type Secret } from '../model/kubernetes.ts';
import { noteSecrets } from '../parse/credentials/pull-secret.ts';
import { parseReference } from '../parse/reference.ts';
import { isObject, jsonObject } from '../parse/shape.ts';
import { SECRETS } from '../util/secrets.ts';
import { UserError } from '../util/user-error.ts';
import type { CheckFlags, Context } from './context.ts';
import { openApi } from './open-cluster.ts';
import { readInput } from './terminal.ts';

/** What is asked besides the manifests. */
export interface CheckPlace {
  /** Of objects that name none. */
  namespace: string;
  /** The context of the kubeconfig, null where no cluster is asked. */
  context: string | null;
  source: ObjectSource;
  /** Null where they were not seen. */
  nodes: readonly Node[] | null;
  /** Credentials in place of those that pods name and that were not seen; null where a cluster tells. */
  own: { secrets: readonly Secret[]; of: 'file' | 'user' | 'nobody' } | null;
  /** Whether a namespace is there, null where that is not known. */
  hasNamespace(namespace: string): boolean | null;
  /** Which digests run in a namespace. */
  running(namespace: string): Promise<Running | null>;
  warnings(): string[];
}

/**
 * Gives work the place that the flags name, and closes it whatever happens. In: the images and the namespaces of the manifests. Throws UserError for a cluster that cannot be asked
 * and for a file that cannot be read.
 */
export async function withCheckPlace<T>(
  flags: CheckFlags,
  context: Context,
  { images, namespaces }: { images: readonly string[]; namespaces: readonly string[] },
  work: (place: CheckPlace) => Promise<T>,
): Promise<T> {
  if (flags.local) return work(await localPlace(flags, context, images, []));
  if (flags.secretFiles.length > 0)
    throw new UserError('--secret-file is for --local', 'add --local; pull secrets in the manifests of -f count with a cluster too');
  const opened = await openApi(flags, context).catch((error: unknown) => {
    if (error instanceof NoKubeconfig) return null;
    throw error;
  });
  if (opened === null)
    return work(await localPlace(flags, context, images, ['no kubeconfig found: no cluster was asked, as with --local']));
  const { api, namespace, connection } = opened;
  try {
    const place = await clusterPlace(api, flags.namespace ?? namespace, images, namespaces);
    return await work({ ...place, context: connection.context ?? null });
  } finally {
    await api.close();
  }
}

async function clusterPlace(
  api: Api,
  namespace: string,
  images: readonly string[],
  namespaces: readonly string[],
): Promise<Omit<CheckPlace, 'context'>> {
  const source = createApiSource(api);
  const own = [...new Set([namespace, ...namespaces])];
  const [nodes, ...known] = await Promise.all([listNodes(api, images), ...own.map(name => namespaceExists(api, name))]);
  const exists = new Map(own.map((name, index) => [name, known[index] ?? null]));
  const warnings = nodes.warning === null ? [] : [`${nodes.warning}: the platforms of the nodes were not checked (--platform names them)`];
  const running = new Map<string, Promise<Running | null>>();
  return {
    namespace,
    source,
    nodes: nodes.value,
    own: null,
    hasNamespace: name => exists.get(name) ?? null,
    running(name) {
      const known = running.get(name) ?? listRunning(api, name).then(({ value }) => value);
      running.set(name, known);
      return known;
    },
    warnings: () => [...warnings, ...source.warnings()],
  };
}

/** Without a cluster. `told`: why. */
async function localPlace(flags: CheckFlags, context: Context, images: readonly string[], told: string[]): Promise<CheckPlace> {
  const warnings = [...told];
  const files = (await Promise.all(flags.secretFiles.map(file => secretsIn(file, context)))).flat();
  let own: CheckPlace['own'] = { secrets: files, of: 'file' };
  if (files.length === 0) {
    const registries = images.flatMap(image => {
      const parsed = parseReference(image);
      return parsed.ok ? [parsed.reference.registry] : [];
    });
    const logins = await userLogins(registries, context);
    own = logins.secret === null ? { secrets: [], of: 'nobody' } : { secrets: [logins.secret], of: 'user' };
    warnings.push(...logins.warnings);
  }
  const byName = new Map(own.secrets.map(secret => [secret.metadata.name, secret]));
  const source: ObjectSource = {
    ...NO_CLUSTER,
    async get(kind, _, name) {
      const secret = kind === 'Secret' ? byName.get(name) : undefined;
      return secret === undefined ? notSeen('no cluster was asked') : { found: true, object: secret as never };
    },
  };
  return {
    namespace: flags.namespace ?? 'default',
    context: null,
    source,
    nodes: null,
    own,
    hasNamespace: () => null,
    running: async () => null,
    warnings: () => warnings,
  };
}

/** The pull secrets of a file: manifests of Secrets, or a docker config as it stands in one. */
async function secretsIn(file: string, context: Context): Promise<Secret[]> {
  const { text, name } = await readInput(file, context);
  const config = jsonObject(text);
  if (config != null && config['kind'] === undefined) {
    SECRETS.addDocument(text, true);
    const auths = isObject(config['auths']) ? config['auths'] : null;
    if (auths === null) throw new UserError(`${name} has no "auths"`, 'name the manifest of a pull secret, or a docker config.json');
    return [secretOf(file === '-' ? 'standard input' : file, auths)];
  }
  const { secrets } = readManifests([{ file, text }], []);
  if (secrets.length === 0) throw new UserError(`${name} contains no Secret`, 'save one with: kubectl get secret NAME -o yaml');
  secrets.forEach(noteSecrets);
  return secrets;
}
