/** The pods of a cluster that are to be diagnosed, and the snapshot of each: what the commands use of a cluster. */
import type { Baseline, Lookup, NodeDetails, NodeQuestion, Pod, PodSnapshot, Secret } from '../model/kubernetes.ts';
import { inUrl } from '../util/text.ts';
import { UserError } from '../util/user-error.ts';
import type { Api } from './api.ts';
import { createApiSource } from './api-source.ts';
import { foldPages, malformedWarning, PAGE, podsPath, withQuery } from './list.ts';
import { type Looked, look, lookedAt } from './looked.ts';
import { objectNotFound } from './not-found.ts';
import { createPlaces } from './places.ts';
import { mayFail, placementOf, surelyFails } from './pods.ts';
import { listRefused } from './refusals.ts';
import { readList, readPod as shapePod } from './shape.ts';
import { readDetails, takeSnapshot } from './snapshot.ts';
import { isPods } from './workload-kinds.ts';
import { workloadPods } from './workloads.ts';

/** A pod or a workload that a user named. */
interface Target {
  namespace: string;
  /** `NAME`, `pod/NAME` or `TYPE/NAME`. */
  name: string;
}

/** The failing pods of a list, with the fields that a diagnosis reads. */
interface FailingPods {
  pods: Pod[];
  /** Where the other pods of the list run. */
  baseline: Baseline;
  /** All pods of the list, the failing ones too. */
  looked: Looked;
  /** The version of the list, from which a watch goes on. */
  resourceVersion: string;
}

/** Gets the number of pods that were listed, and those that may wait for an image, page by page. */
export type Listed = (pods: number, waiting: readonly Pod[]) => void;

/** Reads a cluster. Every object is read once per reader. */
export interface Reader {
  /** The pods of a target: one pod, or the present pods of a workload. Errors: a UserError when there is none, or it cannot be read. */
  podsOf(target: Target): Promise<{ pods: Pod[] }>;
  /**
   * The pods of a namespace (null: of all) that wait for an image, by labels and by fields, and those that `keep` wants besides. `listed` gets the number of pods of each page, and
   * those of them that may wait. Errors: a UserError when they cannot be listed.
   */
  failingPods(
    namespace: string | null,
    selector: string | null,
    keep?: (pod: Pod) => boolean,
    fields?: string | null,
    listed?: Listed,
  ): Promise<FailingPods>;
  /** The pods of a namespace (null: of all) that admission refuses, by labels. Where the events cannot be listed, a warning tells. */
  refusedPods(namespace: string | null, selector: string | null): Promise<Pod[]>;
  /** Reads the events of many pods in few lists, before their snapshots ask for them. */
  prefetchEvents(pods: readonly Pod[]): Promise<void>;
  /** `evenHealthy` reads all of a pod with which nothing seems to be wrong. */
  snapshot(pod: Pod, evenHealthy: boolean): Promise<PodSnapshot>;
  nodeDetails(question: NodeQuestion): Promise<NodeDetails>;
  secret(namespace: string, name: string): Promise<Lookup<Secret>>;
  /** What could not be read, and why: one line each. */
  warnings(): string[];
  /** Whether pods or events could not be read at all, so that one more pod may wait than is known. */
  isIncomplete(): boolean;
}

/** In: the API. Out: what a command reads from the cluster, for one run. */
export function createReader(api: Api): Reader {
  const source = createApiSource(api);
  const places = createPlaces(name => source.get('Node', null, name));
  /** What was malformed in lists of pods: one line each. */
  const malformed = new Set<string>();
  const tell = (warning: string | null): void => {
    if (warning !== null) malformed.add(warning);
  };

  /** What is not known of workloads without pods: it changes no verdict. */
  const unseen = new Set<string>();
  const tellRefused = (warning: string | null): void => {
    if (warning !== null) unseen.add(warning);
  };
  /** What is read of the pods beside those that were named. */
  const siblings: Promise<void>[] = [];

  /** The pods of the same revision of a workload show where the image runs. They only complete a text: what fails is no warning. */
  async function seeSiblings({ metadata: { namespace, labels = {} } }: Pod): Promise<void> {
    const label = ['pod-template-hash', 'controller-revision-hash'].find(key => /^[A-Za-z0-9._-]+$/.test(labels[key] ?? ''));
    if (label === undefined) return;
    const answer = await api.get<unknown>(withQuery(podsPath(namespace ?? null, `${label}=${labels[label]}`), `limit=${PAGE}`));
    for (const item of (answer.ok ? readList(answer.value) : null)?.items ?? []) {
      const pod = shapePod(item);
      if (pod !== null) places.add(pod);
    }
  }

  async function podsOf({ namespace, name }: Target): Promise<{ pods: Pod[] }> {
    const slash = name.indexOf('/');
    const type = slash < 0 ? 'pod' : name.slice(0, slash).toLowerCase();
    const bareName = slash < 0 ? name : name.slice(slash + 1);
    if (!isPods(type)) {
      const pods = await workloadPods(api, type, bareName, namespace, tell);
      pods.forEach(places.add);
      return { pods };
    }
    // the events need only the name: they are read at the same time as the pod
    source.startEvents(namespace, bareName);
    const pod = await readPod(api, namespace, bareName);
    places.add(pod);
    if (surelyFails(pod)) siblings.push(seeSiblings(pod).catch(() => {}));
    return { pods: [pod] };
  }

  return {
    podsOf,
    failingPods: (namespace, selector, keep = () => false, fields = null, listed = () => {}) =>
      listFailingPods(api, podsPath(namespace, selector, fields), namespace, { tell, see: places.add, keep, listed }),
    async refusedPods(namespace, selector) {
      try {
        return await listRefused(api, namespace, selector, tellRefused);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        tellRefused(`cannot read the events of ${namespace === null ? 'all namespaces' : `namespace "${namespace}"`}: ${error.message}`);
        return [];
      }
    },
    prefetchEvents: pods => source.prefetchEvents(pods.filter(({ refusal }) => refusal === undefined)),
    async snapshot(pod, evenHealthy) {
      const [taken, own] = await Promise.all([takeSnapshot(source, pod, evenHealthy), Promise.all(siblings).then(() => places.of(pod))]);
      return { ...taken, places: own };
    },
    nodeDetails: question => readDetails(source, question),
    secret: (namespace, name) => source.get('Secret', namespace, name),
    warnings: () => [...malformed, ...source.warnings(), ...unseen],
    isIncomplete: () => malformed.size > 0 || source.isIncomplete(),
  };
}

async function readPod(api: Api, namespace: string, name: string): Promise<Pod> {
  const answer = await api.get<unknown>(`${podsPath(namespace, null)}/${inUrl(name)}`);
  if (answer.ok) {
    const pod = shapePod(answer.value);
    if (pod !== null && pod.metadata.name === name) return pod;
    throw new UserError(
      `cannot read pod "${name}" in namespace "${namespace}": the response of the API server at ${api.server} is not that pod`,
      "check the cluster's server address in the kubeconfig",
    );
  }
  if (answer.status === 403)
    throw new UserError(`cannot read pod "${name}" in namespace "${namespace}": ${answer.message}`, 'ask for the permission "get pods"');
  throw await objectNotFound(api, { kind: 'pod', plural: 'pods', namespace, name, path: podsPath(namespace, null) });
}

/** Lists pods. Those that may fail, and those that `keep` wants, are kept, of the others only the placement. `tell` gets what is malformed, `see` every pod. */
async function listFailingPods(
  api: Api,
  path: string,
  namespace: string | null,
  {
    tell,
    see,
    keep,
    listed,
  }: { tell: (warning: string | null) => void; see: (pod: Pod) => void; keep: (pod: Pod) => boolean; listed: Listed },
): Promise<FailingPods> {
  const what = namespace === null ? 'the pods of all namespaces' : `the pods of namespace "${namespace}"`;
  const { total, resourceVersion, malformed } = await foldPages<
    Pod,
    { pods: Pod[]; looked: Looked; nodes: Set<string>; registries: Set<string>; accounts: Set<string> }
  >(
    api,
    { path, what, resource: 'pods' },
    {
      read: shapePod,
      start: () => ({ pods: [], looked: lookedAt(), nodes: new Set(), registries: new Set(), accounts: new Set() }),
      add(sum, page) {
        const waiting: Pod[] = [];
        for (const pod of page) {
          const failing = mayFail(pod);
          if (failing) waiting.push(pod);
          see(pod);
          look(sum.looked, pod);
          if (failing || keep(pod)) sum.pods.push(pod);
          const placement = failing ? null : placementOf(pod);
          if (placement === null) continue;
          if (placement.node !== null) sum.nodes.add(placement.node);
          sum.accounts.add(placement.account);
          for (const registry of placement.registries) sum.registries.add(registry);
        }
        listed(page.length, waiting);
        return sum;
      },
    },
  );
  tell(malformedWarning(malformed, what));
  const { pods, looked, ...baseline } = total;
  return { pods, looked, baseline, resourceVersion };
}
