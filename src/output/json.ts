/** The stable JSON of `-o json|yaml`: additive only. Pure. */

import { docsOf } from '../evidence.ts';
import type { Facts } from '../facts.ts';
import type { Finding } from '../investigate.ts';
import type { CredentialResult } from '../probe-facts.ts';
import { CHECK_ORDER, type Check } from '../registry/checks.ts';
import type { SecretTest } from '../secret-test.ts';
import { VERSION } from '../version.ts';

export const API_VERSION = 'imagepull/v1';

/** The list that `why` and `check` print. */
export function diagnosisList(findings: Finding[], groups: GroupSummary[], patterns: string[], warnings: string[]): object {
  return { apiVersion: API_VERSION, kind: 'DiagnosisList', items: findings.map(item), groups, patterns, warnings };
}

/** One group in JSON: counts and the first names. */
export interface GroupSummary {
  cause: string;
  certainty: string;
  registry: string | null;
  repository: string | null;
  credential: { secret: string; key: string; username: string } | null;
  pods: number;
  nodes: number;
  namespaces: number;
  examples: string[];
}

function item({ facts, diagnosis }: Finding): object {
  return {
    pod: facts.pod === null ? null : { namespace: facts.pod.namespace, name: facts.pod.name, node: facts.pod.node },
    container: facts.container,
    image: facts.image,
    reference: facts.reference,
    state: facts.state,
    cause: diagnosis.cause,
    certainty: diagnosis.certainty,
    also: diagnosis.also,
    next: diagnosis.next,
    title: diagnosis.title,
    summary: diagnosis.summary,
    transient: diagnosis.transient,
    credentials: credentialsOf(facts),
    nearMisses: facts.keyring.nearMisses.map(({ secret, key, why }) => ({ secret, key, why })),
    checks: checksOf(facts),
    evidence: diagnosis.evidence,
    fixes: diagnosis.fixes,
    docs: docsOf(diagnosis.cause, VERSION),
  };
}

export interface CredentialRow {
  secret: string;
  key: string;
  username: string;
  result: CredentialResult;
  detail: string;
}

/** Every credential that kubelet would try, in its order, with what the registry said to it. */
export function credentialsOf(facts: Facts): CredentialRow[] {
  return facts.keyring.credentials.map(({ secret, key, username }, index) => {
    const attempt = facts.probe?.attempts.find(candidate => candidate.credential === index);
    const repaired =
      attempt?.repaired == null
        ? ''
        : `; ${attempt.repaired.defect}: repaired, it is ${attempt.repaired.works ? 'accepted' : 'refused too'}`;
    return {
      secret,
      key,
      username,
      result: attempt?.result ?? 'notTried',
      detail:
        attempt === undefined ? (facts.noProbe ?? facts.probe?.connectionFault?.words ?? 'not tried') : `${attempt.detail}${repaired}`,
    };
  });
}

/** The ladder of the attempt that decided; a step that was not reached is skipped. Empty when no registry was asked. */
export function checksOf(facts: Facts): Check[] {
  const { probe } = facts;
  if (probe === null) return [];
  const attempt = probe.decisive === null ? undefined : probe.attempts[probe.decisive];
  return ladder([...probe.connection, ...(attempt?.checks ?? [])]);
}

export function ladder(done: Check[]): Check[] {
  const failed = done.findLast(check => check.status === 'failed');
  return CHECK_ORDER.map(
    name =>
      done.findLast(check => check.name === name) ?? {
        name,
        status: 'skipped',
        code: null,
        detail: failed === undefined ? 'not needed' : `not reached: ${failed.name} failed`,
        ms: null,
      },
  );
}

/** The list that `test-secret` prints. */
export const secretTestList = (tests: SecretTest[], warnings: string[]): object => ({
  apiVersion: API_VERSION,
  kind: 'SecretTestList',
  items: tests,
  warnings,
});
