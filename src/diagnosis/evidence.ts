import type { Evidence } from '../model/diagnosis.ts';
import type { Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import { showPlatform } from '../model/platform.ts';

const since = (now: string, then: string | null): string => {
  if (then === null) return '';
  const seconds = Math.max(0, Math.round((Date.parse(now) - Date.parse(then)) / 1000));
  return Number.isNaN(seconds)
    ? ''
    : seconds < 120
      ? `${seconds} s ago`
      : seconds < 7200
        ? `${Math.round(seconds / 60)} min ago`
        : seconds < 172_800
          ? `${Math.round(seconds / 3600)} h ago`
          : `${Math.round(seconds / 86_400)} days ago`;
};

/** In: the facts, and the fault that decided. Out: one line per thing seen. */
export function evidenceOf(facts: Facts, decisiveFault: Fault | null): Evidence[] {
  return [...ofPod(facts), ...ofSecrets(facts), ...ofNode(facts, decisiveFault), ...ofRegistry(facts, decisiveFault)].filter(
    evidence => evidence.detail !== '',
  );
}

function ofPod(facts: Facts): Evidence[] {
  const names = facts.secrets.map(secret => `"${secret.name}"`).join(', ');
  const evidence: Evidence[] = [];
  if (facts.pod !== null && facts.failing) {
    evidence.push({
      source: 'pod',
      detail: facts.secrets.length === 0 ? 'spec.imagePullSecrets is empty' : `spec.imagePullSecrets names ${names}`,
    });
    if (facts.pullPolicy === 'Never') evidence.push({ source: 'pod', detail: 'imagePullPolicy is Never' });
  }
  return evidence;
}

function ofSecrets(facts: Facts): Evidence[] {
  if (!facts.failing) return [];
  const evidence = facts.secrets.map((secret): Evidence => {
    if (secret.lookup === 'missing' && secret.why !== null) return { source: 'secret', detail: `"${secret.name}": ${secret.why}` };
    if (secret.lookup === 'missing')
      return {
        source: 'secret',
        detail: `namespace "${facts.pod?.namespace}" has no secret "${secret.name}"${secret.otherNamespaces === null ? '' : secret.otherNamespaces.length > 0 ? `; namespace ${secret.otherNamespaces.map(name => `"${name}"`).join(', ')} has one` : '; no other namespace has one'}`,
      };
    if (secret.lookup === 'notSeen') return { source: 'secret', detail: `"${secret.name}" was not seen: ${secret.why}` };
    const problem = secret.problems[0];
    if (problem !== undefined) return { source: 'secret', detail: `"${secret.name}": ${problem.detail}` };
    if (facts.keyring.broken !== null)
      return { source: 'secret', detail: `"${secret.name}" is not reached: kubelet stops at "${facts.keyring.broken.secret}"` };
    const used = facts.keyring.credentials.filter(credential => credential.secret === secret.name);
    if (used.length > 0)
      return {
        source: 'secret',
        detail: `"${secret.name}" covers this image (${used.map(credential => `key "${credential.key}", user "${credential.username}"`).join('; ')})`,
      };
    return {
      source: 'secret',
      detail: `"${secret.name}" has ${secret.keys.length === 0 ? 'no entry' : secret.keys.map(key => `"${key}"`).join(', ')}: none covers this image`,
    };
  });
  if (facts.serviceAccount.matching.length > 0)
    evidence.push({
      source: 'serviceAccount',
      detail: `"${facts.serviceAccount.name}" names ${facts.serviceAccount.matching.map(name => `"${name}"`).join(', ')}, which the pod does not`,
    });
  return evidence;
}

function ofNode(facts: Facts, decisiveFault: Fault | null): Evidence[] {
  const evidence: Evidence[] = [];
  const own = facts.nodeReport.faults.filter(fault => fault === decisiveFault);
  for (const fault of own.length > 0 ? own : facts.nodeReport.faults.slice(0, 1)) {
    evidence.push({
      source: facts.nodeReport.source === 'event' ? 'event' : 'status',
      detail: `${[facts.node.name ?? 'the node', since(facts.now, facts.nodeReport.at)].filter(Boolean).join(', ')}: ${shorten(fault.message)}`,
    });
  }
  if (facts.failing && facts.nodeReport.faults.length === 0)
    evidence.push({
      source: facts.state.message === null ? 'status' : 'status',
      detail: [...new Set([facts.state.reason, facts.state.message].filter(Boolean))].join(': '),
    });
  if (facts.nodeReport.unreadableSecrets.length > 0) {
    const matters = facts.secrets.some(secret => secret.lookup === 'missing');
    evidence.push({
      source: 'event',
      detail: `kubelet could not read pull secret ${facts.nodeReport.unreadableSecrets.map(name => `"${name}"`).join(', ')}${matters ? '' : ' (a warning: the pull goes on without it)'}`,
    });
  }
  if (decisiveFault?.kind === 'platform' && facts.node.platform !== null)
    evidence.push({ source: 'node', detail: `${facts.node.name ?? 'the node'} is ${showPlatform(facts.node.platform)}` });
  if (facts.node.diskPressure) evidence.push({ source: 'node', detail: `${facts.node.name ?? 'the node'} reports DiskPressure` });
  return evidence;
}

function ofRegistry(facts: Facts, decisiveFault: Fault | null): Evidence[] {
  const { probe } = facts;
  if (probe === null) return [];
  const where = probe.mirrorOf === null ? probe.host : `${probe.host} (in place of ${probe.mirrorOf})`;
  if (probe.connectionFault !== null)
    return [{ source: 'registry', detail: `${where}, from this machine: ${probe.connectionFault.message}` }];
  const evidence = probe.attempts
    .filter(attempt => attempt.result !== 'notTried' || attempt.fault !== null)
    .map((attempt): Evidence => {
      const credential = attempt.credential === null ? null : facts.keyring.credentials[attempt.credential];
      const who =
        credential == null || attempt.result === 'notTried'
          ? 'without a login'
          : credential.empty
            ? `with the empty entry of "${credential.secret}"`
            : `as "${credential.username}" (secret "${credential.secret}")`;
      const repaired =
        attempt.repaired === null
          ? ''
          : `; ${attempt.repaired.defect}: repaired, it is ${attempt.repaired.works ? 'accepted' : 'refused too'}`;
      return {
        source: 'registry',
        detail: `${where}, from this machine, ${who}: ${attempt.fault === null ? 'the manifest is given' : attempt.fault.message}${repaired}`,
      };
    });
  const { tags } = probe;
  if (tags !== null)
    evidence.push({
      source: 'registry',
      detail: tags.known
        ? `the repository has ${tags.names.length}${tags.complete ? '' : ' or more'} ${tags.names.length === 1 ? 'tag' : 'tags'}`
        : tags.repositoryMissing
          ? 'the repository has no tag list: it is not there'
          : tags.why,
    });
  if (probe.platforms !== null && decisiveFault?.kind !== 'platform')
    evidence.push({ source: 'registry', detail: `the image is for ${probe.platforms.map(showPlatform).join(', ') || 'no platform'}` });
  for (const { host, ok, detail } of probe.blobHosts)
    evidence.push({ source: 'registry', detail: `layers come from ${host}: ${ok ? 'it answers' : detail}` });
  return evidence;
}

const MOST = 600;
const shorten = (text: string): string => (text.length > MOST ? `${text.slice(0, MOST)}…` : text).replace(/\n/g, ' ');
