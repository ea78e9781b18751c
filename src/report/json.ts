/** The stable JSON of `-o json|yaml`: additive only. Field names, codes and their meaning are never changed. Pure. */
import { dump } from 'js-yaml';
import { docsOf } from '../causes/docs-url.ts';
import type { GroupSummary } from '../diagnosis/aggregate.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import { checksOf, credentialsOf } from '../diagnosis/probe-view.ts';
import type { SecretTest } from '../diagnosis/test-secret.ts';
import { API_VERSION, FACTS_VERSION } from '../parse/facts.ts';
import { VERSION } from '../util/version.ts';

/** In: the items, their groups, what the failing pods have in common, and warnings. Out: the list that `why` prints. */
export const diagnosisList = (items: object[], groups: GroupSummary[], patterns: string[], warnings: string[]): object => ({
  apiVersion: API_VERSION,
  kind: 'DiagnosisList',
  items,
  groups,
  patterns,
  warnings,
});

/** In: one finding. Out: the item of the list. */
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
    decidedBy: diagnosis.decidedBy,
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

/** In: one finding. Out: the item with everything that the diagnosis is based on (`--facts`), from which `why -f` gives the same diagnosis again. */
export const itemWithFacts = (finding: Finding): object => ({
  ...diagnosisItem(finding),
  factsVersion: FACTS_VERSION,
  facts: finding.facts,
});

/** In: the tests of all secrets, and warnings. Out: the list that `test-secret` prints. */
export const secretTestList = (tests: SecretTest[], warnings: string[]): object => ({
  apiVersion: API_VERSION,
  kind: 'SecretTestList',
  items: tests,
  warnings,
});

/** In: a plain value. Out: its JSON, without control characters (`JSON.stringify` leaves some that terminals obey). */
export const toJson = (value: object): string =>
  JSON.stringify(value, null, 2).replace(/[\u007f-\u009f]/g, character => `\\u00${character.charCodeAt(0).toString(16)}`);

/** In: a plain value. Out: its YAML. */
export const toYaml = (value: object): string => dump(JSON.parse(JSON.stringify(value)), { lineWidth: -1, noRefs: true });
