/** The stable JSON of `-o json|yaml`: additive only. Field names, codes and their meaning are never changed. Pure. */
import { dump } from 'js-yaml';
import { docsOf } from '../causes/docs-url.ts';
import { progressOf } from '../causes/progress.ts';
import { commandLines } from '../causes/shell.ts';
import type { GroupSummary } from '../diagnosis/aggregate.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import { checksOf, credentialsOf } from '../diagnosis/probe-view.ts';
import type { SecretTest } from '../diagnosis/test-secret.ts';
import type { Facts } from '../model/facts.ts';
import { API_VERSION, FACTS_VERSION } from '../parse/facts.ts';
import { VERSION } from '../util/version.ts';
import { visibleJson } from '../util/visible.ts';
import { withoutSecrets } from './clean.ts';

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
    ...subjectOf(facts),
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
    ...progressIn(facts),
    nearMisses: facts.keyring.nearMisses.map(({ secret, key, why }) => ({ secret, key, why })),
    checks: checksOf(facts),
    evidence: diagnosis.evidence,
    ...(facts.fromNode === undefined ? {} : { fromNode: facts.fromNode }),
    fixes: diagnosis.fixes,
    docs: docsOf(diagnosis.cause, VERSION),
  };
}

/** How far a pull is that goes on. */
function progressIn(facts: Facts): object {
  const progress = facts.failing ? null : progressOf(facts);
  return progress === null ? {} : { progress };
}

/** In: facts. Out: the pod, and the workload that creates it again; of a workload whose pods are refused there is no pod, and of a planned image neither has to be. */
export function subjectOf({ pod, refusal, planned, declaredAt, notes }: Facts): object {
  if (pod === null) return { pod };
  const { namespace, name, node, owner } = pod;
  if (planned !== undefined)
    return {
      pod: null,
      ...(name === '' ? { namespace } : { workload: { namespace, kind: owner.kind, name: owner.name } }),
      ...(declaredAt === undefined ? {} : { declaredAt }),
      usedBy: planned.usedBy,
      nodes: planned.nodes === null ? null : { all: planned.nodes.all, names: planned.nodes.names, platforms: planned.nodes.platforms },
      notes: notes ?? [],
    };
  const workload = { namespace, kind: owner.kind, name: owner.name };
  if (refusal !== undefined) return { pod: null, workload };
  return { pod: { namespace, name, node }, ...(owner.kind === 'pod' ? {} : { workload }) };
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

/** In: a plain value. Out: its JSON, without any secret of the run, in which every character that a reader does not see is an escape (`JSON.stringify` leaves many). */
export const toJson = (value: object): string => visibleJson(JSON.stringify(withoutSecrets(value), null, 2));

/** In: a plain value whose secrets were taken already, or that is printed for them, as only `repair-secret` does. Out: its JSON. */
export const documentJson = (value: object): string => visibleJson(JSON.stringify(value, null, 2));

/** In: a plain value. Out: the same on one line. */
export const toJsonLine = (value: object): string => visibleJson(JSON.stringify(withoutSecrets(value)));

/** In: a plain value. Out: its YAML, without the same secrets and with the same escapes. Only between commands a line break is one: a name of several lines is shown on one. */
export const toYaml = (value: object): string => documentYaml(withoutSecrets(value));

/** The same as YAML. */
export function documentYaml(value: object): string {
  const marked = JSON.parse(JSON.stringify(value), (key, part: unknown) =>
    typeof part === 'string' ? marksFor(part, key) : part,
  ) as object;
  return dump(marked, { lineWidth: -1, noRefs: true }).replace(/\\x01([0-9a-f]{4})\\x02/g, '\\u$1');
}

/** js-yaml escapes control characters alone, and shows a text of several lines on as many: any other hidden character gets a mark of those that it escapes. */
const marksFor = (text: string, key: string): string => {
  const isCommands = key === 'command' && commandLines(text).every(line => !line.includes('\n'));
  return text.replace(YAML_HIDDEN, found =>
    found === '\n' && isCommands
      ? found
      : Array.from({ length: found.length }, (_, at) => `\u0001${found.charCodeAt(at).toString(16).padStart(4, '0')}\u0002`).join(''),
  );
};
/** What is shown as an escape; also what looks like a mark. */
const YAML_HIDDEN = /\\(?=x0[12])|[\n\u0001\u0002\u007f-\u009f\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
