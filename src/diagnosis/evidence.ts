/** What was seen, one line per thing. Belongs here: the sentence of each object, message and answer; which of them prove the verdict is the rules' matter. */

import { freeOf } from '../causes/disk.ts';
import type { Evidence, Proof } from '../model/diagnosis.ts';
import {
  type Facts,
  isOfSandbox,
  kubeletMinor,
  type NodeAnswer,
  type NodeContrast,
  ownAnswer,
  type Refusal,
  type SecretFact,
} from '../model/facts.ts';
import { type Fault, isNetworkFault } from '../model/fault.ts';
import { showPlatform } from '../model/platform.ts';
import type { Attempt, ProbeFacts, Tags } from '../model/probe.ts';
import { clipped } from '../util/text.ts';

/** In: the facts, the fault that decided, and the proof of the verdict. Out: the answer of a node that was asked now, the proof, then everything else that was seen. */
export function evidenceOf(facts: Facts, decisiveFault: Fault | null, proof: readonly Proof[]): Evidence[] {
  const proved = unique(proof.map(item => evidenceOfProof(facts, item)));
  // the container's state holds its message: a report that is this message adds nothing
  const stateProves = proof.some(item => item.kind === 'object' && item.source === 'status');
  const isShown = (fault: Fault): boolean => stateProves && facts.nodeReport.source === 'status' && fault.message === facts.state.message;
  const others: Evidence[] =
    facts.refusal !== undefined
      ? [{ source: 'event', detail: refusalLine(facts.refusal) }]
      : [
          ...ofAnswers(facts, decisiveFault),
          ...ofPod(facts),
          ...ofSecrets(facts),
          ...ofNode(facts, decisiveFault, isShown),
          ...ofRegistry(facts, decisiveFault),
        ];
  const known = new Set(proved.map(keyOf));
  const lines = [
    ...proved.map((line): Evidence => ({ ...line, proves: true })),
    ...unique(others).filter(line => line.detail !== '' && !known.has(keyOf(line))),
  ];
  // what the node says now goes before all that was seen from elsewhere or before
  const own = ownAnswer(facts);
  const now =
    own?.outcome === 'pulled' || own?.outcome === 'failed' ? ofAnswers(facts, decisiveFault)[facts.fromNode?.indexOf(own) ?? 0] : undefined;
  return now === undefined ? lines : lines.sort((a, b) => Number(keyOf(b) === keyOf(now)) - Number(keyOf(a) === keyOf(now)));
}

const keyOf = ({ source, detail }: Evidence): string => `${source} ${detail}`;
const unique = (lines: Evidence[]): Evidence[] => [...new Map(lines.map(line => [keyOf(line), line])).values()];

function evidenceOfProof(facts: Facts, proof: Proof): Evidence {
  if (proof.kind === 'object') return { source: proof.source, detail: proof.shows };
  if (proof.kind === 'nodeMessage') return nodeLine(facts, proof.fault);
  return { source: 'registry', detail: answerLine(proof) };
}

/** An answer to our probe as a line. */
const answerLine = ({ host, identity, answered }: { host: string; identity: string; answered: string }): string =>
  `${host}, asked from this machine ${identity}: ${answered}`;

/** What the maker of a refused pod was told. */
export const refusalLine = ({ maker, words }: Refusal): string => `${maker.kind} "${maker.name}": ${words}`;

function ofPod(facts: Facts): Evidence[] {
  // the pull secrets and the policy of a pod do not apply to its sandbox
  if (facts.pod === null || !facts.failing || isOfSandbox(facts)) return [];
  const evidence: Evidence[] = [{ source: 'pod', detail: pullSecretsLine(facts) }];
  if (facts.pullPolicy === 'Never') evidence.push({ source: 'pod', detail: 'imagePullPolicy is Never' });
  return evidence;
}

/** Which pull secrets the pod names. */
export const pullSecretsLine = (facts: Facts): string =>
  facts.planned?.credentialsOf === 'user'
    ? `the logins in ${namesOf(facts.secrets.map(({ name }) => name))} stand in for pull secrets`
    : facts.secrets.length === 0
      ? 'spec.imagePullSecrets is empty'
      : `spec.imagePullSecrets names ${namesOf(facts.secrets.map(({ name }) => name))}`;

const namesOf = (names: readonly string[]): string => names.map(name => `"${name}"`).join(', ');

function ofSecrets(facts: Facts): Evidence[] {
  if (!facts.failing) return [];
  const evidence = facts.secrets.map((secret): Evidence => ({ source: 'secret', detail: secretLine(facts, secret) }));
  if (facts.serviceAccount.matching.length > 0) evidence.push({ source: 'serviceAccount', detail: serviceAccountLine(facts) });
  return evidence;
}

/** Which pull secrets for this image the service account has and the pod lacks. */
export const serviceAccountLine = (facts: Facts): string =>
  `"${facts.serviceAccount.name}" lists ${namesOf(facts.serviceAccount.matching)} for this image, but the pod does not`;

/** A pull secret whose matching entries have neither user name nor password. */
export const emptyEntryLine = (secret: string, keys: readonly string[]): string =>
  `"${secret}" has an empty entry for ${keys.length === 1 ? 'key' : 'the keys'} ${namesOf(keys)}`;

/** What one pull secret shows. */
export function secretLine(facts: Facts, secret: SecretFact): string {
  const name = `"${secret.name}"`;
  if (secret.lookup === 'missing' && secret.why !== null) return `${name}: ${secret.why}`;
  if (secret.lookup === 'missing') {
    const others = secret.otherNamespaces;
    const where =
      others === null ? '' : others.length > 0 ? `; namespace ${namesOf(others)} has one` : '; no other namespace has one either';
    return `namespace "${facts.pod?.namespace}" has no secret ${name}${where}`;
  }
  if (secret.lookup === 'notSeen') return `${name} could not be read: ${secret.why}`;
  const [problem] = secret.problems;
  if (problem !== undefined) return `${name}: ${problem.detail}`;
  const { broken, credentials } = facts.keyring;
  if (broken !== null) return `kubelet does not use ${name}: it stops at "${broken.secret}", which it cannot parse`;
  const used = credentials.filter(credential => credential.secret === secret.name);
  if (used.length > 0 && used.every(({ empty }) => empty))
    return emptyEntryLine(
      secret.name,
      used.map(({ key }) => key),
    );
  if (used.length > 0)
    return `${name} has a credential for this image (${used.map(({ key, username }) => `key "${key}", user "${username}"`).join('; ')})`;
  return secret.keys.length === 0
    ? `${name} has no auths entry`
    : `${name} has auths entries for ${namesOf(secret.keys)}; none matches this image`;
}

/** `isShown`: a line before says the same as this report. */
function ofNode(facts: Facts, decisiveFault: Fault | null, isShown: (fault: Fault) => boolean): Evidence[] {
  const { faults, unreadableSecrets } = facts.nodeReport;
  const node = facts.node.name ?? 'the node';
  const evidence: Evidence[] = [];
  const reported = faults.find(fault => fault === decisiveFault) ?? faults[0];
  if (reported !== undefined) evidence.push(...(isShown(reported) ? [] : [nodeLine(facts, reported)]));
  else if (facts.failing) evidence.push({ source: 'status', detail: stateLine(facts) });
  if (facts.contrast !== null) evidence.push({ source: 'node', detail: shorten(contrastLine(facts.contrast)) });
  if (unreadableSecrets.length > 0) {
    const matters = facts.secrets.some(secret => secret.lookup === 'missing');
    evidence.push({
      source: 'event',
      detail: `kubelet could not read pull secret ${namesOf(unreadableSecrets)}${kubeletMinor(facts) >= 37 ? ' (reported after a failed pull)' : matters ? '' : ' (a warning: kubelet pulls without it)'}`,
    });
  }
  if (decisiveFault?.kind === 'platform' && facts.node.platform !== null)
    evidence.push({ source: 'node', detail: `${node} is ${showPlatform(facts.node.platform)}` });
  if (facts.onNode === true && facts.failing && facts.pullPolicy !== 'Always')
    evidence.push({ source: 'node', detail: `${node} lists the image in status.images` });
  return [...evidence, ...ofDisk(facts, node)];
}

/** What is known of the disk of the node, where that may matter. */
function ofDisk({ node: { diskPressure }, disk, now }: Facts, node: string): Evidence[] {
  const evidence: Evidence[] = [];
  if (diskPressure) {
    const for_ = since(now, disk?.pressureSince ?? null).replace(/ ago$/, '');
    evidence.push({ source: 'node', detail: `${node} reports DiskPressure${for_ && `, for ${for_}`}` });
  }
  const newest = disk?.events[0];
  if (newest !== undefined && newest.kind !== 'relieved')
    evidence.push({ source: 'event', detail: [node, since(now, newest.at)].filter(Boolean).join(', ').concat(`: ${newest.words}`) });
  for (const fileSystem of disk?.fileSystems ?? []) evidence.push({ source: 'node', detail: `${node} has ${freeOf(fileSystem)}` });
  return evidence;
}

/** Which nodes fail, and how they differ from those on which the same image runs. */
function contrastLine({ fails, runs, compared, differences }: NodeContrast): string {
  const of = (side: 'failing' | 'running'): string => differences.map(difference => difference[side]).join(', ');
  const sample = compared < fails + runs ? `; ${compared} nodes were compared` : '';
  return `the image fails on ${fails} of ${fails + runs} nodes (${of('failing')}) and runs on ${runs} (${of('running')})${sample}`;
}

/** The container's waiting reason and message, once where they are the same. */
export const stateLine = (facts: Facts): string => [...new Set([facts.state.reason, facts.state.message].filter(Boolean))].join(': ');

/** What the node reports, and when it did. */
function nodeLine(facts: Facts, fault: Fault): Evidence {
  const { source, at } = facts.nodeReport;
  const node = facts.pod?.node ?? facts.node.name ?? 'the node';
  if (source === 'node') return { source, detail: `"${node}", asked to pull now: ${shorten(fault.message)}` };
  return {
    source: source === 'event' ? 'event' : 'status',
    detail: `${[facts.node.name ?? 'the node', since(facts.now, at)].filter(Boolean).join(', ')}: ${shorten(fault.message)}`,
  };
}

/** What the nodes that were asked answered; what the pod's own node met is among its reports. */
function ofAnswers(facts: Facts, decisiveFault: Fault | null): Evidence[] {
  const { faults, source } = facts.nodeReport;
  const reported = faults.find(fault => fault === decisiveFault) ?? faults[0];
  return (facts.fromNode ?? []).map((answer): Evidence => {
    const isReport = source === 'node' && answer === ownAnswer(facts) && reported !== undefined;
    return isReport ? nodeLine(facts, reported) : { source: 'node', detail: askedLine(answer) };
  });
}

/** What one node answered when it was asked to pull now. */
export function askedLine({ node, outcome, message, seconds, addedSecrets }: NodeAnswer): string {
  const words = message === null ? '' : `: ${shorten(message)}`;
  const added = addedSecrets.length === 0 ? '' : `, to which admission gave pull secret ${namesOf(addedSecrets)}`;
  switch (outcome) {
    case 'pulled':
      return `"${node}", asked to pull now, has pulled the image for a new pod${added} (${seconds} s)`;
    case 'failed':
      return `"${node}", asked to pull now${words || ': the pull failed, without a message'}`;
    case 'pulling':
      return `"${node}", asked to pull now, was still pulling after ${seconds} s${words}`;
    case 'notStarted':
      return `"${node}", asked to pull now, had not pulled after ${seconds} s${words}`;
    case 'refused':
      return `"${node}" was not asked to pull: the pod for it was refused${words}`;
  }
}

function ofRegistry(facts: Facts, decisiveFault: Fault | null): Evidence[] {
  const { probe } = facts;
  if (probe === null) return [];
  if (probe.connectionFault !== null)
    return [
      { source: 'registry', detail: `${hostOf(facts)}, asked from this machine: ${probe.connectionFault.message}${insideOnly(probe)}` },
    ];
  const lines = probe.attempts
    .filter(attempt => attempt.result !== 'notTried' || attempt.fault !== null)
    .map(attempt => answerLine({ host: hostOf(facts), identity: identityOf(facts, attempt), answered: answerOf(facts, attempt) }));
  if (probe.tags !== null)
    lines.push(answerLine({ host: hostOf(facts), identity: FOR_TAGS, answered: tagsLine(probe.tags, probe.upstream !== null) }));
  if (probe.upstream !== null)
    lines.push(answerLine({ host: hostOf(facts), identity: 'for a digest that does not exist', answered: probe.upstream.message }));
  if (probe.platforms !== null && decisiveFault?.kind !== 'platform')
    lines.push(`the image has manifests for ${probe.platforms.map(showPlatform).join(', ') || 'no platform'}`);
  for (const { host, ok, detail } of probe.blobHosts)
    lines.push(ok ? `layers are served by ${host}, which answers` : `layers are served by ${host}: ${detail}`);
  return lines.map(detail => ({ source: 'registry', detail }));
}

/** A service of the cluster is known to its nodes, not to us. */
const insideOnly = ({ nodeResolvesElsewhere, connectionFault }: ProbeFacts): string =>
  nodeResolvesElsewhere && connectionFault !== null && isNetworkFault(connectionFault)
    ? '. This says nothing of the node, for which the name leads elsewhere'
    : '';

/** The host that was asked, and in whose place. */
export const hostOf = ({ probe }: Facts): string =>
  probe === null ? '' : probe.mirrorOf === null ? probe.host : `${probe.host} (in place of ${probe.mirrorOf})`;

/** As whom an attempt asked. */
export function identityOf(facts: Facts, attempt: Attempt): string {
  const credential = attempt.credential === null ? undefined : facts.keyring.credentials[attempt.credential];
  if (credential === undefined || attempt.result === 'notTried') return 'anonymously';
  return credential.empty
    ? `with the empty entry of secret "${credential.secret}"`
    : `as user "${credential.username}" (secret "${credential.secret}")`;
}

/** What the registry answered to an attempt. */
export function answerOf({ probe }: Facts, { fault, repaired }: Attempt): string {
  const answer =
    fault === null
      ? 'it returns the manifest'
      : probe?.headBlocked && fault.method === 'HEAD'
        ? `${fault.message}; the same request by GET returns the manifest`
        : fault.message;
  return repaired === null
    ? answer
    : `${answer}; ${repaired.defect}; without this defect the registry ${repaired.works ? 'accepts it' : 'rejects it too'}`;
}

/** As what the tag list is asked for. */
export const FOR_TAGS = 'for the tag list';

/** What the tag list shows. `unconfirmed`: the host may be a cache, which lists what it has kept. */
export function tagsLine(tags: Tags, unconfirmed = false): string {
  if (!tags.known)
    return tags.repositoryMissing
      ? `the registry has no tag list for this repository${unconfirmed ? '' : ', so the repository does not exist'}`
      : tags.why;
  const { length } = tags.names;
  if (length === 0) return 'it lists no tags for this repository';
  if (unconfirmed) return `it lists ${length}${tags.complete ? '' : ' or more'} ${length === 1 ? 'tag' : 'tags'}`;
  return `the repository exists and has ${length}${tags.complete ? '' : ' or more'} ${length === 1 ? 'tag' : 'tags'}`;
}

const MOST = 600;
const shorten = (text: string): string => clipped(text, MOST).replace(/\n/g, ' ');

function since(now: string, then: string | null): string {
  if (then === null) return '';
  const seconds = Math.max(0, Math.round((Date.parse(now) - Date.parse(then)) / 1000));
  if (Number.isNaN(seconds)) return '';
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min ago`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h ago` : `${Math.round(seconds / 86_400)} days ago`;
}
