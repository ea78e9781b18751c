/** `check`: which images the manifests and the command line name, whether kubelet could pull each, and what to change before the deploy. */
import { inNamespace, keyIn, type Manifests, namedImages, type PlannedPod, placeKey, readManifests } from '../cluster/manifests.ts';
import { plannedSource } from '../cluster/planned-source.ts';
import { type ObjectSource, takeSnapshot } from '../cluster/snapshot.ts';
import { aggregate, summaryOf } from '../diagnosis/aggregate.ts';
import { plannedCases } from '../diagnosis/collect-facts.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import { neededLookups } from '../diagnosis/needed.ts';
import { notesOf, type Surroundings } from '../diagnosis/notes.ts';
import { addDistinct, answer, groupNodes, type NodeGroup, type Question } from '../diagnosis/planned.ts';
import { unexamined } from '../diagnosis/unexamined.ts';
import type { GateFormat, PageFormat } from '../flags.ts';
import { type CauseCode, NO_CAUSE } from '../model/cause-codes.ts';
import type { DeclaredAt, Facts, Planned, SecretFact } from '../model/facts.ts';
import { type Lookup, namespaceOf, type Pod, type PodSnapshot, type ServiceAccount, secretNames } from '../model/kubernetes.ts';
import type { Platform } from '../model/platform.ts';
import { imageName } from '../model/reference.ts';
import { hasEntry } from '../parse/credentials/keyring.ts';
import { readPullSecret } from '../parse/credentials/pull-secret.ts';
import { parseImagePath } from '../parse/image-path.ts';
import { type Placement, placementOf } from '../parse/placement.ts';
import { imagesOf, pullSecretNames, serviceAccountName } from '../parse/pod.ts';
import { parseReference } from '../parse/reference.ts';
import type { Prober } from '../registry/prober.ts';
import { renderImageChecks } from '../report/checks.ts';
import { forReading } from '../report/clean.ts';
import { cleaned, gateItem } from '../report/gate.ts';
import { GATE_REPORTS } from '../report/gate-formats.ts';
import { diagnosisItem, diagnosisList, itemWithFacts, toJson, toYaml } from '../report/json.ts';
import { isPage, type Origin } from '../report/page.ts';
import { checkPage } from '../report/page-findings.ts';
import { renderPage } from '../report/render-page.ts';
import type { Comparison } from '../report/since.ts';
import { failureText } from '../util/failure.ts';
import { Room } from '../util/room.ts';
import { UserError } from '../util/user-error.ts';
import { type CheckPlace, withCheckPlace } from './check-places.ts';
import { readReports, writeReports } from './check-reports.ts';
import type { CheckFlags, Context } from './context.ts';
import { readManifestTexts } from './manifest-files.ts';
import { savedNote } from './manifests-or-saved.ts';
import { withProber } from './open-prober.ts';
import { readComparison } from './since.ts';
import { note, print, showProgress, warn, widthOf } from './terminal.ts';
import { countedCauses } from './why.ts';

/** Images of one registry that are asked for at the same time. Registries do not wait for each other. */
const AT_ONCE = 8;

/** Pods whose questions are put together at the same time. */
const PODS_AT_ONCE = 200;

/** Out: the exit status: 1 when a cause counts, 2 also when a part of the work could not be done. Throws UserError for wrong flags and for what cannot be read. */
export async function check(flags: CheckFlags, context: Context): Promise<number> {
  const counted = countedCauses(flags);
  const platforms = checkFlags(flags);
  const reports = readReports(flags.reports);
  const comparison = await readComparison(flags, flags.files, true, context);
  const paths = flags.imagePaths.map(parseImagePath);
  const texts = await readManifestTexts(flags.files, context);
  const saved = texts.flatMap(({ text, file }) => savedNote(text, file) ?? []);
  if (saved[0] !== undefined) note(context, saved[0]);
  const manifests = readManifests(texts, paths);
  const pods = [...namedImages(flags.images, flags.secrets, flags.serviceAccount), ...manifests.pods];
  if (pods.length === 0)
    throw new UserError(
      flags.files.length === 0 ? 'no image given' : 'the manifests name no image',
      flags.files.length === 0
        ? 'usage: kubectl imagepull check IMAGE, or check -f MANIFEST'
        : 'name the field of a custom resource with --image-path',
    );
  const spinner = showProgress(context);
  try {
    spinner.say('reading the cluster');
    const images = pods.flatMap(({ pod }) => imagesOf(pod).map(({ image }) => image));
    const namespaces = pods.flatMap(({ pod }) => pod.metadata.namespace ?? []);
    return await withCheckPlace(flags, context, { images, namespaces }, async place => {
      const asked = await ask({ flags, context, manifests, pods, platforms, place, say: spinner.say });
      if (context.signal.aborted) throw new UserError('interrupted');
      spinner.done();
      const warnings = [...manifests.warnings, ...place.warnings(), ...asked.warnings, ...limitsOf(asked.findings, place)];
      const isComplete = asked.isComplete && manifests.warnings.length === 0;
      const besides = new Map(asked.findings.map(finding => [finding, comparison?.item(finding)]));
      warnings.push(...(comparison?.warnings(isComplete) ?? []));
      const origin = { now: context.now(), context: place.context, namespace: place.namespace, files: flags.files, collectedAt: null };
      const result: Result = { findings: asked.findings, warnings, isComplete, counted, origin, comparison, besides };
      show(result, flags, context);
      warn(context, warnings);
      await writeReports(reports, format => reportOf(format, result, flags), context);
      return statusOf(result);
    });
  } finally {
    spinner.done();
  }
}

/** What an answer without a cluster rests on, or leaves open. */
function limitsOf(findings: readonly Finding[], { own }: CheckPlace): string[] {
  if (own === null) return [];
  const isUsers = findings.some(({ facts }) => facts.planned?.credentialsOf === 'user');
  const files = own.secrets.map(({ metadata }) => metadata.name).join(', ');
  return [
    ...(isUsers ? [`the logins in ${files} were used: they are your own, and the cluster does not have them`] : []),
    ...(findings.some(({ facts }) => facts.reference !== null && facts.node.platform === null)
      ? ['no platform was checked: name those of the nodes with --platform, for example linux/amd64']
      : []),
  ];
}

const PLATFORM = /^([a-z0-9]+)\/([a-z0-9_]+)(?:\/(v?[a-z0-9.]+))?$/;

/** Out: the platforms of the flags. */
function checkFlags({ output, facts, pin, since, platforms, images, files, secrets, serviceAccount, imagePaths }: CheckFlags): Platform[] {
  if (images.length === 0 && files.length > 0 && (secrets.length > 0 || serviceAccount !== undefined))
    throw new UserError(
      `${secrets.length > 0 ? '--secret' : '--serviceaccount'} is for an IMAGE`,
      'the manifests of -f name their pull secrets and service accounts',
    );
  if (files.length === 0 && imagePaths.length > 0) throw new UserError('--image-path is for the manifests of -f', 'name them with -f');
  if (output === 'prometheus') throw new UserError('-o prometheus is not available for check', 'use text, wide, json, yaml or name');
  if (facts && output !== 'json' && output !== 'yaml')
    throw new UserError(`--facts is not available with -o ${output}`, 'use: kubectl imagepull check IMAGE -o json --facts');
  if (pin && since !== undefined) throw new UserError('--pin cannot be combined with --since', 'it prints one image on each line');
  if (pin && output !== 'text') throw new UserError('--pin cannot be combined with -o', 'it prints one image on each line');
  return platforms.map(text => {
    const match = PLATFORM.exec(text);
    if (match === null) throw new UserError(`invalid --platform "${text}"`, 'expected OS/ARCH, for example linux/amd64 or linux/arm/v7');
    return { os: match[1] as string, architecture: match[2] as string, variant: match[3] ?? null };
  });
}

/** What is asked, and where. */
interface Asked {
  flags: CheckFlags;
  context: Context;
  manifests: Manifests;
  pods: readonly PlannedPod[];
  platforms: readonly Platform[];
  place: CheckPlace;
  say(text: string): void;
}

/** A question with what its notes and the completeness of its answer depend on. */
type Asking = Question & { snapshot: PodSnapshot; around: Omit<Surroundings, 'running'> };

interface Answers {
  findings: Finding[];
  warnings: string[];
  /** Every image was examined, and what a verdict needed was there. */
  isComplete: boolean;
}

async function ask(asked: Asked): Promise<Answers> {
  const { flags, context, manifests, pods, place, say } = asked;
  const source = plannedSource(manifests, place.namespace, place.source);
  const known = new Map<string, Asking>();
  // what is asked twice is dropped at once: there may be tens of thousands of pods
  for (let from = 0; from < pods.length; from += PODS_AT_ONCE) {
    const some = pods.slice(from, from + PODS_AT_ONCE);
    addDistinct(known, (await Promise.all(some.map(planned => questionsOf(planned, source, asked)))).flat());
  }
  const questions = [...known.values()];
  const rooms = new Map<string, Room>();
  const warnings: string[] = [];
  let isComplete = true;
  let done = 0;
  const answerOne = async (question: Asking, prober: Prober | null): Promise<Finding> => {
    const { facts } = question.case;
    const registry = facts.reference?.registry ?? '';
    const room = rooms.get(registry) ?? new Room(AT_ONCE);
    rooms.set(registry, room);
    const leave = await room.enter();
    try {
      const finding = await answer(question, prober);
      if (neededLookups(question.snapshot, finding).length > 0) isComplete = false;
      const running = flags.pin ? null : await place.running(facts.pod?.namespace ?? place.namespace);
      return { ...finding, facts: { ...finding.facts, notes: notesOf(finding.facts, { ...question.around, running }) } };
    } catch (error) {
      if (context.signal.aborted) throw error;
      const why = failureText(error);
      isComplete = false;
      warnings.push(`cannot examine image "${facts.image}": ${why}`);
      const unknown = unexamined(question.snapshot.pod, context.now(), why, facts);
      const planned = { usedBy: [], alsoAt: [], credentialsOf: question.credentialsOf, nodes: null };
      const { declaredAt } = question;
      return { ...unknown, facts: { ...facts, noProbe: why, planned, ...(declaredAt === null ? {} : { declaredAt }) } };
    } finally {
      leave();
      say(`probing registries (image ${++done} of ${questions.length})`);
    }
  };
  const findings = await withProber(flags, context, async prober => {
    const running = questions.map(question => answerOne(question, prober));
    try {
      return await Promise.all(running);
    } finally {
      // the first failure ends all; those of the others are not reported
      await Promise.allSettled(running);
    }
  });
  return { findings, warnings, isComplete };
}

/** The questions of one pod: one for each of its images. */
async function questionsOf(planned: PlannedPod, source: ObjectSource, { context, manifests, platforms, place }: Asked): Promise<Asking[]> {
  const { pod: bare, scheduling, isDaemon, places } = inNamespace(planned, place.namespace);
  const namespace = namespaceOf(bare.metadata);
  const account = await source.get('ServiceAccount', namespace, serviceAccountName(bare));
  const { pod, credentialsOf } = await admitted(bare, account, source, place.own);
  const snapshot = await takeSnapshot(source, pod, true);
  const placement = place.nodes === null ? null : placementOf(scheduling, isDaemon, place.nodes);
  const nodes = placement?.nodes ?? [];
  const wanted = platforms.length > 0 ? platforms : nodes.length === 0 ? selectedPlatform(scheduling.nodeSelector) : [];
  const groups: readonly NodeGroup[] = wanted.length > 0 ? wanted.map(platform => ({ platform, nodes: [] })) : groupNodes(nodes);
  const around = {
    noNode: placement === null ? null : whyNoNode(placement),
    noNamespace: place.hasNamespace(namespace) === false && !manifests.namespaces.includes(namespace),
    noServiceAccount: !account.found && account.missing && serviceAccountName(pod) !== 'default',
  };
  const placeOfSecret = (name: string): DeclaredAt | undefined => {
    const own = manifests.secrets.findLast(({ metadata }) => keyIn(metadata, place.namespace) === keyIn({ name, namespace }, namespace));
    return own && manifests.secretPlaces.get(own);
  };
  return plannedCases(snapshot, context.now()).map(one => ({
    case: { ...one, facts: { ...one.facts, secrets: one.facts.secrets.map(secret => at(secret, placeOfSecret(secret.name))) } },
    groups,
    nodes: platforms.length > 0 ? null : (placement?.nodes ?? null),
    credentialsOf,
    declaredAt: places.get(placeKey(one.facts.container.kind, one.facts.container.name)) ?? null,
    others: [],
    snapshot,
    around,
  }));
}

/** A secret with its place in a manifest, where it has one. */
const at = (secret: SecretFact, declaredAt: DeclaredAt | undefined): SecretFact =>
  declaredAt === undefined ? secret : { ...secret, declaredAt };

/** The platform that a node selector asks for, where no node has it yet: a node pool may grow from nothing. */
function selectedPlatform(labels: Readonly<Record<string, string>>): Platform[] {
  const architecture = labels['kubernetes.io/arch'];
  return architecture === undefined ? [] : [{ os: labels['kubernetes.io/os'] ?? 'linux', architecture, variant: null }];
}

/**
 * The pod with the pull secrets that it would have: its own, else those of its service account. Source: plugin/pkg/admission/serviceaccount. Without a cluster the credentials of the
 * user stand in for secrets that were not seen.
 */
async function admitted(
  pod: Pod,
  account: Lookup<ServiceAccount>,
  source: ObjectSource,
  own: CheckPlace['own'],
): Promise<{ pod: Pod; credentialsOf: Planned['credentialsOf'] }> {
  // no manifest names the logins of the user
  const named = pullSecretNames(pod).filter(name => own?.of !== 'user' || own.secrets.every(({ metadata }) => metadata.name !== name));
  const names = named.length > 0 ? named : account.found ? secretNames(account.object.imagePullSecrets) : [];
  const withSecrets = (secrets: readonly string[]): Pod => ({
    ...pod,
    spec: { ...pod.spec, imagePullSecrets: secrets.map(name => ({ name })) },
  });
  if (own === null) return { pod: withSecrets(names), credentialsOf: 'cluster' };
  const lookups = await Promise.all(names.map(name => source.get('Secret', namespaceOf(pod.metadata), name)));
  if (names.length > 0 && lookups.every(({ found }) => found)) return { pod: withSecrets(names), credentialsOf: 'manifest' };
  const usable = own.of === 'file' ? own.secrets : own.secrets.filter(secret => covers(pod, secret));
  return usable.length > 0
    ? { pod: withSecrets(usable.map(({ metadata }) => metadata.name)), credentialsOf: own.of }
    : { pod: withSecrets(names), credentialsOf: 'nobody' };
}

/** Whether a login is for one of the images of a pod. */
const covers = (pod: Pod, secret: Parameters<typeof readPullSecret>[0]): boolean =>
  imagesOf(pod).some(({ image }) => {
    const parsed = parseReference(image);
    return parsed.ok && hasEntry(imageName(parsed.reference), readPullSecret(secret));
  });

/** Why no node takes a pod, null where one does. */
function whyNoNode({ nodes, refused }: Placement): string | null {
  if (nodes.length > 0) return null;
  if (refused.length === 0) return 'the cluster has no nodes';
  const parts = refused.map(({ count, example }) => `${count} of them for ${example}`);
  return `no node of the cluster suits the pod: ${parts.join(', ')}`;
}

/** What the check found, as it is reported. */
interface Result {
  findings: readonly Finding[];
  warnings: string[];
  isComplete: boolean;
  /** Causes that make exit status 1. */
  counted: ReadonlySet<CauseCode>;
  /** Where it was checked. */
  origin: Origin;
  /** With an earlier answer, and what it adds to the item of each finding. */
  comparison: Comparison | null;
  besides: ReadonlyMap<Finding, object | undefined>;
}

const statusOf = ({ findings, isComplete, counted }: Result): number =>
  isComplete ? Number(findings.some(({ diagnosis }) => counted.has(diagnosis.cause))) : 2;

/** Prints the result in the format of the flags. */
function show(result: Result, flags: CheckFlags, context: Context): void {
  const { output, color } = flags;
  const { comparison } = result;
  const findings = comparison === null ? result.findings : result.findings.filter(comparison.isShown);
  if (flags.pin) return showPins(findings, context);
  if (output === 'name') {
    const names = findings.filter(({ diagnosis }) => !NO_CAUSE.has(diagnosis.cause)).map(({ facts: { image } }) => image);
    if (names.length > 0) print(context, forReading([...new Set(names)]).join('\n'));
    return;
  }
  if (output === 'text' || output === 'wide' || output === 'prometheus') {
    const width = widthOf(context);
    const text = findings.length === 0 && comparison !== null ? '' : renderImageChecks(findings, { color, wide: output === 'wide', width });
    return print(context, [comparison?.head(width) ?? '', text].filter(Boolean).join('\n'), color);
  }
  print(context, reportOf(output, result, flags));
}

/** The result as a document. */
function reportOf(format: 'json' | 'yaml' | PageFormat | GateFormat, result: Result, { facts }: CheckFlags): string {
  const { findings, warnings, isComplete, counted, comparison, besides } = result;
  if (isPage(format)) return renderPage(checkPage(result), format);
  if (format !== 'json' && format !== 'yaml') {
    const items = findings.map(finding => gateItem(finding, counted));
    return GATE_REPORTS[format](cleaned({ items, warnings, isComplete, status: statusOf(result) }));
  }
  const groups = aggregate(false);
  for (const finding of findings) groups.add(finding);
  const items = findings.map(finding => ({ ...(facts ? itemWithFacts : diagnosisItem)(finding), ...besides.get(finding) }));
  const list = { ...diagnosisList(items, groups.groups().map(summaryOf), [], warnings), ...comparison?.list() };
  return format === 'json' ? toJson(list) : toYaml(list);
}

/** Each image with its digest, on a line; what has none is told. */
function showPins(findings: readonly Finding[], context: Context): void {
  const pins = new Map<string, string | null>();
  for (const { facts } of findings) pins.set(facts.image, pins.get(facts.image) ?? pinOf(facts));
  const lines = [...pins.values()].filter(pin => pin !== null);
  if (lines.length > 0) print(context, forReading(lines).join('\n'));
  for (const { facts, diagnosis } of findings)
    if (pins.get(facts.image) === null) note(context, `no digest of "${facts.image}": ${diagnosis.cause}: ${diagnosis.summary}`);
}

const pinOf = ({ image, reference, probe }: Facts): string | null =>
  reference === null ? null : reference.digest !== null ? image : probe?.digest === undefined ? null : `${image}@${probe.digest}`;
