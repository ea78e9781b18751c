/** Where the findings of `why` come from: a cluster, a file of saved objects, or a file of facts that a diagnosis was based on. */
import type { Api } from '../cluster/api.ts';
import { fieldSelectorOf, type SelectableFields, selectsIn } from '../cluster/field-selector.ts';
import { type Looked, lookedAt } from '../cluster/looked.ts';
import { checkNamespace } from '../cluster/not-found.ts';
import { createReader, type Listed, type Reader } from '../cluster/reader.ts';
import { readSaved } from '../cluster/saved-source.ts';
import { parseSelector } from '../cluster/selector.ts';
import { isKind, isPods, workloadOf } from '../cluster/workload-kinds.ts';
import type { Aggregator } from '../diagnosis/aggregate.ts';
import { diagnose } from '../diagnosis/diagnose.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import type { Facts } from '../model/facts.ts';
import { type Baseline, keyOf, type NodeDetails, namespaceOf, type Pod, type PodSnapshot, unseenSnapshot } from '../model/kubernetes.ts';
import { baselineOf } from '../parse/collection.ts';
import { type FactsDocument, readFactsDocument } from '../parse/facts.ts';
import { serviceAccountName } from '../parse/pod.ts';
import { nothingText, type Searched } from '../report/nothing.ts';
import type { Origin } from '../report/page.ts';
import { didYouMean, similar } from '../util/nearest.ts';
import { inUrl } from '../util/text.ts';
import { UserError } from '../util/user-error.ts';
import type { Context, WhyFlags } from './context.ts';
import { type Examination, examine, type PodToDiagnose } from './examine.ts';
import type { NodeAnswers } from './from-node.ts';
import { noPods, refuseManifests } from './manifests-or-saved.ts';
import { withApi } from './open-cluster.ts';
import { readInput } from './terminal.ts';

/** Where findings come from. */
export interface Source {
  /**
   * Gives each finding to `take`, in the order of the pods, and to `found` as soon as it is there, and tells `say` what is going on. Out: whether all that was asked for was
   * examined, and what a verdict needed was there.
   */
  examine(take: (finding: Finding) => void, say: (text: string) => void, found?: (finding: Finding) => void): Promise<boolean>;
  /** What could not be seen, once all was examined. */
  warnings(): string[];
  /** What the failing pods have in common. */
  patterns(findings: Aggregator): string[];
  /** The pods among which was looked. */
  looked: Looked;
  /** What is said where there is no finding: lines of their own. */
  nothing(): string[];
  /** The namespace whose pods were looked for; null for all of them. */
  namespace: string | null;
  /** Where pods were looked for. */
  place: string;
  /** The same for a report: the context and the namespace, or the file. */
  origin: Pick<Origin, 'context' | 'namespace' | 'files'>;
  /** Where the other pods run; null where they were not listed. */
  baseline: Baseline | null;
  /** Whether something that was asked for could not be read at all. */
  isIncomplete(): boolean;
  /** When it was collected (RFC 3339); null where it was not, and is read now. */
  collectedAt: string | null;
}

/** Gets each snapshot that is taken, and whether the user named its pod; and what was read of a node besides. */
interface See {
  snapshot(snapshot: PodSnapshot, named: boolean): unknown;
  details(node: string, details: NodeDetails): unknown;
}

/**
 * Gives work the source that the flags name, and closes it whatever happens. In: also who sees the snapshots, and who the pods while they are listed. Throws UserError for what cannot be found or
 * read, and for a file of facts, of which there are no snapshots, where somebody wants to see them.
 */
export async function withSource<T>(
  flags: WhyFlags,
  context: Context,
  work: (source: Source) => Promise<T>,
  see?: See,
  listed?: Listed,
): Promise<T> {
  if (flags.file === undefined) return fromCluster({ ...flags, names: withType(flags.names) }, context, work, { see, listed });
  const { text, name } = await readInput(flags.file, context);
  const document = readFactsDocument(text, name);
  if (document === null) return work(fromObjects(text, name, flags, context, see));
  if (see !== undefined)
    throw new UserError(`${name} contains facts, and no object to collect`, 'facts hold no password: they can be shared as they are');
  return work(fromFacts(document, name, flags));
}

/** What an examination does besides: it shows what it reads, and asks nodes first. */
interface Besides {
  isRemote?: boolean;
  see?: See | undefined;
  askNodes?: ((say: (text: string) => void) => Promise<NodeAnswers>) | undefined;
}

/** The flags that select pods. */
type Selecting = Pick<WhyFlags, 'names' | 'selector' | 'allNamespaces' | 'fieldSelector' | 'node'>;

/** Throws UserError where pods are named and selected, and for what is no selector. */
export function checkSelection(flags: Selecting): void {
  const { names, selector, allNamespaces, fieldSelector } = flags;
  if (names.length > 0 && (selector !== undefined || allNamespaces))
    throw new UserError('names cannot be combined with --selector or --all-namespaces', 'name pods, or select them with -l or -A');
  if (names.length > 0 && fieldSelector !== undefined)
    throw new UserError('names cannot be combined with --field-selector', 'name pods, or select them by their fields');
  fieldSelectorOf(flags);
}

/** Where pods are looked for, with the node if only its pods are. */
const onNode = (place: string, { node }: Selecting): string => (node === undefined ? place : `${place} on node "${node}"`);

/** The examination of pods, and what it could not do once it has ended. */
function examination(
  subjects: readonly PodToDiagnose[],
  { snapshot, nodeDetails }: Required<Pick<Examination, 'snapshot' | 'nodeDetails'>>,
  flags: WhyFlags,
  context: Context,
  { see, askNodes, isRemote = false }: Besides = {},
): Pick<Source, 'examine' | 'warnings'> {
  const unexamined: string[] = [];
  // of a pod that is malformed none is taken
  for (const { pod, named } of subjects) if (pod.defect !== undefined) see?.snapshot(unseenSnapshot(pod, 'it is malformed'), named);
  const taken: Examination['snapshot'] = async (pod, evenHealthy) => {
    const seen = await snapshot(pod, evenHealthy);
    see?.snapshot(seen, evenHealthy);
    return seen;
  };
  const asked: Examination['nodeDetails'] = async question => {
    const details = await nodeDetails(question);
    see?.details(question.name, details);
    return details;
  };
  return {
    async examine(take, say, found) {
      const answers = await askNodes?.(say);
      unexamined.push(...(answers?.warnings ?? []));
      const withAnswers = answers === undefined ? {} : { withAnswers: answers.of };
      const { warnings, isComplete } = await examine(
        {
          subjects,
          snapshot: taken,
          nodeDetails: asked,
          container: flags.container ?? null,
          take,
          say,
          isRemote,
          ...(found && { found }),
          ...withAnswers,
        },
        flags,
        context,
      );
      unexamined.push(...warnings);
      return isComplete && (answers?.warnings ?? []).length === 0;
    },
    warnings: () => unexamined,
  };
}

/** `deployment web` as kubectl takes it: the same as `deployment/web`. */
export function withType(names: string[]): string[] {
  const [first = '', ...rest] = names;
  return rest.length > 0 && rest.every(name => !name.includes('/')) && isKind(first.toLowerCase())
    ? rest.map(name => `${first}/${name}`)
    : names;
}

const fromCluster = <T>(
  flags: WhyFlags,
  context: Context,
  work: (source: Source) => Promise<T>,
  { see, listed }: { see: See | undefined; listed: Listed | undefined },
): Promise<T> =>
  withApi(flags, context, async (api, ownNamespace, connection) => {
    const reader = createReader(api);
    const namespace = flags.namespace ?? ownNamespace;
    const { subjects, failures, baseline, looked } = await find(reader, flags, namespace, listed);
    // where there is no pod at all the namespace or the node may be a slip
    const isBare = looked.pods === 0 && subjects.length === 0;
    if (isBare && flags.node !== undefined) await checkNode(api, flags.node);
    const unchecked = isBare && !flags.allNamespaces ? await checkNamespace(api, namespace) : null;
    // the snapshots wait for what they need of it
    if (subjects.length > 1) reader.prefetchEvents(subjects.map(({ pod }) => pod)).catch(() => {});
    const isIncomplete = (): boolean => failures.length > 0 || reader.isIncomplete();
    const { fromNode } = flags;
    const inquiry = { subjects, snapshot: reader.snapshot, container: flags.container ?? null, api, connection };
    const askNodes =
      fromNode == null
        ? undefined
        : async (say: (text: string) => void) => {
            say('reading the secrets and nodes of the pods');
            return (await import('./from-node.ts')).askNodes(inquiry, fromNode, context, say);
          };
    const pods = examination(subjects, reader, flags, context, { see, askNodes, isRemote: true });
    return work({
      examine: async (take, say, found) => (await pods.examine(take, say, found)) && !isIncomplete(),
      warnings: () => [...failures, ...reader.warnings(), ...pods.warnings()],
      patterns: findings => findings.patterns(baseline),
      looked,
      nothing: () => [
        nothingText(looked, searchedIn(flags, flags.allNamespaces ? null : namespace, null)),
        ...(unchecked === null ? [] : [unchecked]),
      ],
      namespace: flags.allNamespaces ? null : namespace,
      place: onNode(flags.allNamespaces ? 'of any namespace' : `of namespace "${namespace}"`, flags),
      origin: { context: connection.context ?? null, namespace: flags.allNamespaces ? null : namespace, files: [] },
      baseline,
      isIncomplete,
      collectedAt: null,
    });
  });

/** The pods that the arguments name. Of several names one that cannot be found does not stop the others; a single one is an error. */
async function find(
  reader: Reader,
  flags: WhyFlags,
  namespace: string,
  listed?: Listed,
): Promise<{ subjects: PodToDiagnose[]; failures: string[]; baseline: Baseline | null; looked: Looked }> {
  if (flags.names.length === 0) {
    const where = [flags.allNamespaces ? null : namespace, flags.selector ?? null] as const;
    const fields = fieldSelectorOf(flags);
    const [{ pods, baseline, looked }, refused] = await Promise.all([
      reader.failingPods(...where, undefined, fields, listed),
      // a pod that was refused has no fields
      fields === null ? reader.refusedPods(...where) : [],
    ]);
    return { subjects: [...pods, ...refused].map(pod => ({ pod, named: false })), failures: [], baseline, looked };
  }
  const results = await Promise.allSettled(flags.names.map(name => reader.podsOf({ namespace, name })));
  const failed = results.filter(result => result.status === 'rejected').map(result => result.reason as Error);
  const broken = failed.find(error => failed.length === results.length || !(error instanceof UserError));
  if (broken !== undefined) throw broken;
  const subjects = results.flatMap(result => (result.status === 'fulfilled' ? result.value.pods.map(pod => ({ pod, named: true })) : []));
  // a pod that two names lead to counts once
  const once = [...new Map(subjects.map(subject => [keyOf(subject.pod.metadata), subject])).values()];
  const wanted = once.filter(({ pod }) => flags.node === undefined || pod.spec?.nodeName === flags.node);
  if (wanted.length === 0 && once.length > 0)
    throw new UserError(`no pod of ${flags.names.join(', ')} runs on node "${flags.node}"`, `it runs on: ${nodesOf(once)}`);
  return { subjects: wanted, failures: failed.map(error => error.message), baseline: null, looked: lookedAt(wanted.map(({ pod }) => pod)) };
}

const nodesOf = (subjects: readonly PodToDiagnose[]): string =>
  [...new Set(subjects.map(({ pod }) => pod.spec?.nodeName || 'no node yet'))].slice(0, 5).join(', ');

/** Throws UserError for a node that is not there. */
async function checkNode(api: Api, name: string): Promise<void> {
  const answer = await api.get<unknown>(`/api/v1/nodes/${inUrl(name)}`);
  if (!answer.ok && answer.status === 404) throw new UserError(`node "${name}" not found`, 'list the nodes with: kubectl get nodes');
}

/** What was looked for, for the words that nothing was found. */
const searchedIn = ({ selector, fieldSelector, node, container }: WhyFlags, namespace: string | null, file: string | null): Searched => ({
  namespace,
  file,
  selector: selector ?? null,
  fieldSelector: fieldSelector ?? null,
  node: node ?? null,
  container: container ?? null,
});

/** Where a report of a file is from. */
const originOf = ({ file, namespace }: WhyFlags): Source['origin'] => ({
  context: null,
  namespace: namespace ?? null,
  files: file === undefined ? [] : [file],
});

/** In: pods by name and namespace, and the flags. Out: those that the flags choose. Throws UserError for a name that is not there. */
function choose<T>(all: readonly T[], nameOf: (one: T) => { namespace: string; name: string }, file: string, flags: WhyFlags): T[] {
  const wanted = withType(flags.names).map(target => {
    const [type = '', name = ''] = target.split('/');
    return isPods(type) ? name : name === '' ? type : `${workloadOf(type.toLowerCase())?.names[0] ?? type}/${name}`;
  });
  const names = [...new Set(all.map(one => nameOf(one).name))];
  const absent = wanted.find(name => !names.includes(name));
  if (absent !== undefined)
    throw new UserError(
      `${file} contains no pod "${absent}"`,
      didYouMean(similar(absent, names)) ?? `it contains: ${names.slice(0, 5).join(', ')}`,
    );
  const spaces = [...new Set(all.map(one => nameOf(one).namespace))];
  const { namespace } = flags;
  if (namespace !== undefined && !flags.allNamespaces && all.length > 0 && !spaces.includes(namespace))
    throw new UserError(
      `${file} contains no pod of namespace "${namespace}"`,
      didYouMean(similar(namespace, spaces)) ?? `its namespaces: ${spaces.slice(0, 5).join(', ')}`,
    );
  return all
    .filter(one => wanted.length === 0 || wanted.includes(nameOf(one).name))
    .filter(one => flags.namespace === undefined || flags.allNamespaces || nameOf(one).namespace === flags.namespace);
}

function fromObjects(text: string, name: string, flags: WhyFlags, context: Context, see?: See): Source {
  const saved = readSaved(text, name);
  const { collection } = saved;
  if (saved.pods.length + saved.refused.length === 0 && collection === null) throw noPods(text, flags.file ?? name, name, saved.warnings());
  if (collection === null) refuseManifests([...saved.pods, ...saved.refused], text, flags.file ?? name, name);
  const selects = parseSelector(flags.selector ?? '');
  const selectsFields = selectsIn(fieldSelectorOf(flags), name);
  const named = new Set(collection?.named);
  const subjects = choose(
    [...saved.pods, ...saved.refused],
    ({ metadata }) => ({ namespace: namespaceOf(metadata), name: metadata.name }),
    name,
    flags,
  )
    .filter(pod => selects(pod.metadata.labels ?? {}) && selectsFields(fieldsOf(pod)))
    .map(pod => ({ pod, named: flags.names.length > 0 || named.has(keyOf(pod.metadata)) }));
  // what has expired since was good when it was collected
  const at = collection?.collectedAt || null;
  const pods = examination(subjects, saved, flags, at === null ? context : { ...context, now: () => at }, { see });
  const looked = lookedAt(subjects.map(({ pod }) => pod));
  const isIncomplete = (): boolean => saved.isIncomplete() || collection?.incomplete === true;
  const known = collection?.baseline ?? null;
  // what all of them have in common need not hold for some of them
  const baseline = known === null || subjects.length < saved.pods.length + saved.refused.length ? null : baselineOf(known);
  return {
    examine: async (take, say, found) => (await pods.examine(take, say, found)) && !isIncomplete(),
    warnings: () => [...new Set([...saved.warnings(), ...pods.warnings()])],
    patterns: findings => findings.patterns(baseline),
    looked,
    nothing: () => [nothingText(looked, searchedIn(flags, flags.namespace ?? null, name))],
    namespace: namespaceIn(flags),
    place: onNode(`in ${name}`, flags),
    origin: originOf(flags),
    baseline,
    isIncomplete,
    collectedAt: at,
  };
}

/** Of a file all namespaces are taken where none is named. */
const namespaceIn = ({ allNamespaces, namespace }: WhyFlags): string | null => (allNamespaces ? null : (namespace ?? null));

/** The fields of a pod that a field selector may name. */
const fieldsOf = (pod: Pod): SelectableFields => ({
  name: pod.metadata.name,
  namespace: namespaceOf(pod.metadata),
  node: pod.spec?.nodeName ?? null,
  serviceAccount: serviceAccountName(pod),
  phase: pod.status?.phase ?? '',
});

/** Replays diagnoses: no cluster and no registry is asked, and the time is that of the facts. */
function fromFacts({ facts: all, patterns, warnings }: FactsDocument, name: string, flags: WhyFlags): Source {
  if (flags.selector !== undefined)
    throw new UserError(`--selector cannot be used with the facts in ${name}: they have no labels`, 'name the pods, or use -n');
  const chosen = choose(all, ({ pod }: Facts) => pod ?? { namespace: '', name: '' }, name, flags).filter(
    ({ container }) => flags.container === undefined || container.name === flags.container,
  );
  const selects = selectsIn(fieldSelectorOf(flags), name);
  const selected = chosen.filter(({ pod, serviceAccount }) =>
    selects({
      name: pod?.name ?? '',
      namespace: pod?.namespace ?? '',
      node: pod?.node ?? null,
      serviceAccount: serviceAccount.name,
      phase: null,
    }),
  );
  return {
    async examine(take) {
      for (const facts of selected) take({ facts, diagnosis: diagnose(facts) });
      return warnings.length === 0;
    },
    warnings: () => warnings,
    // what all of them have in common need not hold for some of them
    patterns: () => (selected.length === all.length ? patterns : []),
    looked: { ...lookedAt(), pods: new Set(selected.map(({ pod }) => (pod === null ? '' : keyOf(pod)))).size },
    nothing: () => [`no diagnosis in ${name} is of what was asked for`],
    namespace: namespaceIn(flags),
    place: onNode(`in ${name}`, flags),
    origin: originOf(flags),
    baseline: null,
    isIncomplete: () => warnings.length > 0,
    collectedAt: null,
  };
}
