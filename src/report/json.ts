/** The stable JSON of `-o json|yaml`: additive only. Pure. */

import { docsOf } from '../causes/docs-url.ts';
import type { GroupSummary } from '../diagnosis/aggregate.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import { checksOf, credentialsOf } from '../diagnosis/probe-view.ts';
import type { SecretTest } from '../diagnosis/test-secret.ts';
import { VERSION } from '../util/version.ts';

export const API_VERSION = 'imagepull/v1';

/** The list that `why` prints, of its items. */
export const diagnosisList = (items: object[], groups: GroupSummary[], patterns: string[], warnings: string[]): object => ({
  apiVersion: API_VERSION,
  kind: 'DiagnosisList',
  items,
  groups,
  patterns,
  warnings,
});

/** One finding as an item of the list. */
export function diagnosisItem({ facts, diagnosis }: Finding): object {
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

/** The list that `test-secret` prints. */
export const secretTestList = (tests: SecretTest[], warnings: string[]): object => ({
  apiVersion: API_VERSION,
  kind: 'SecretTestList',
  items: tests,
  warnings,
});
