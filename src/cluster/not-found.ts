/**
 * What a user named and is not there: the errors, with the names that may be meant. Lists are read here alone, once a name was not found: names only, one page, and
 * what cannot be listed is left out without a word.
 */
import { type Metadata, namespaceOf } from '../model/kubernetes.ts';
import { ownerOf } from '../parse/pod.ts';
import { didYouMean, similar } from '../util/nearest.ts';
import { inUrl } from '../util/text.ts';
import { UserError } from '../util/user-error.ts';
import { type Api, METADATA_LIST, missingPermission } from './api.ts';
import { podsPath, withQuery } from './list.ts';
import { readList, readName } from './shape.ts';
import { workloadOf } from './workload-kinds.ts';

/** Names that are compared. */
const MOST_NAMES = 500;
/** Suggestions that are made. */
const MOST = 3;

/** The metadata of the objects of a list; none where it cannot be read. */
async function metadataOf(api: Api, path: string): Promise<Metadata[]> {
  try {
    const answer = await api.get<unknown>(withQuery(path, `limit=${MOST_NAMES}`), METADATA_LIST);
    const page = answer.ok ? readList(answer.value) : null;
    return (page?.items ?? []).flatMap(item => readName(item) ?? []);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [];
  }
}

const namesIn = async (api: Api, path: string): Promise<string[]> => (await metadataOf(api, path)).map(({ name }) => name);

/** Whether a namespace is there; null where that is not known. */
export async function namespaceExists(api: Api, namespace: string): Promise<boolean | null> {
  const answer = await api.get<unknown>(`/api/v1/namespaces/${inUrl(namespace)}`);
  return answer.ok ? true : answer.status === 404 ? false : null;
}

/** The error for a namespace that is not there. */
async function namespaceNotFound(api: Api, namespace: string): Promise<UserError> {
  const near = didYouMean(similar(namespace, await namesIn(api, '/api/v1/namespaces')));
  return new UserError(`namespace "${namespace}" not found`, near ?? 'list the namespaces with: kubectl get namespaces');
}

/**
 * Where nothing was found in a namespace: whether it is there at all. Out: what could not be checked, null where it is there. Errors: a UserError where it is not.
 */
export async function checkNamespace(api: Api, namespace: string): Promise<string | null> {
  const exists = await namespaceExists(api, namespace);
  if (exists === false) throw await namespaceNotFound(api, namespace);
  return exists ? null : `whether namespace "${namespace}" exists could not be checked: ${missingPermission('get', 'namespaces')}`;
}

/** The error for a node that is not there. */
export async function nodeNotFound(api: Api, name: string): Promise<UserError> {
  const near = didYouMean(similar(name, await namesIn(api, '/api/v1/nodes')));
  return new UserError(`node "${name}" not found`, near ?? 'list the nodes with: kubectl get nodes');
}

/** An object of a namespace that is not there. */
interface Absent {
  /** As kubectl names its kind: `pod`, `pods`. */
  kind: string;
  plural: string;
  namespace: string;
  name: string;
  /** Where the objects of this kind are listed. */
  path: string;
}

/** A name that no shell reads as something else. */
const PLAIN = /^[a-z0-9][a-z0-9.-]*$/;

/** The error for an object that is not there, or whose namespace is not. `isFinal`: trying again is of no use. */
export async function objectNotFound(api: Api, absent: Absent, isFinal = false): Promise<UserError> {
  const { kind, plural, namespace, name, path } = absent;
  const isPod = kind === 'pod';
  const everywhere = path.replace(`/namespaces/${inUrl(namespace)}/`, '/');
  const [exists, own, pods, others] = await Promise.all([
    namespaceExists(api, namespace),
    metadataOf(api, path),
    isPod || kind === 'secret' ? [] : metadataOf(api, podsPath(namespace, null)),
    metadataOf(api, withQuery(everywhere, `fieldSelector=${inUrl(`metadata.name=${name}`)}`)),
  ]);
  if (exists === false) return namespaceNotFound(api, namespace);
  const elsewhere = [...new Set(others.filter(other => other.name === name).map(namespaceOf))]
    .filter(other => other !== namespace && PLAIN.test(other))
    .sort();
  const near = isPod
    ? podsOrWorkloads(name, own)
    : [
        ...workloadsNamed(name, pods),
        ...similar(
          name,
          own.map(one => one.name),
        ).map(one => (kind === 'secret' ? one : `${kind}/${one}`)),
      ].slice(0, MOST);
  const [first] = elsewhere;
  const hint =
    first === undefined
      ? (didYouMean(near) ?? `list ${isPod || kind === 'secret' ? `the ${plural}` : 'them'} with: kubectl -n ${namespace} get ${plural}`)
      : elsewhere.length === 1
        ? `it is in namespace "${first}": add -n ${first}`
        : `it is in the namespaces ${elsewhere.slice(0, MOST).join(', ')}${elsewhere.length > MOST ? ', …' : ''}: name one with -n`;
  return new UserError(`${kind} "${name}" not found in namespace "${namespace}"`, hint, isFinal);
}

/** The workloads of pods: `deployment/api`. */
const workloadsOf = (pods: readonly Metadata[]): { kind: string; name: string }[] =>
  [...new Map(pods.map(metadata => ownerOf({ metadata })).map(owner => [`${owner.kind}/${owner.name}`, owner])).values()].filter(
    ({ kind }) => workloadOf(kind) !== undefined,
  );

/** The workloads that have exactly this name. */
const workloadsNamed = (name: string, pods: readonly Metadata[]): string[] =>
  workloadsOf(pods)
    .filter(owner => owner.name === name)
    .map(owner => `${owner.kind}/${owner.name}`)
    .sort();

/** What may be meant by the name of a pod: a workload of this name, then pods and workloads with a name like it. */
function podsOrWorkloads(wanted: string, pods: readonly Metadata[]): string[] {
  const workloads = workloadsOf(pods);
  const near = similar(wanted, [...pods.map(({ name }) => name), ...workloads.map(({ name }) => name)]);
  const found = near.flatMap(name => [
    ...pods.filter(pod => pod.name === name).map(() => name),
    ...workloads.filter(owner => owner.name === name).map(owner => `${owner.kind}/${name}`),
  ]);
  return [...new Set([...workloadsNamed(wanted, pods), ...found])].slice(0, MOST);
}
