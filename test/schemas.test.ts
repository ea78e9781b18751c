/** The published schemas of the JSON outputs: they hold what the program writes, their names are those of the code, and each field is described. */
import { readdirSync } from 'node:fs';
import t from 'tap';
import { groupFindings, summaryOf } from '../src/diagnosis/aggregate.ts';
import { diagnose } from '../src/diagnosis/diagnose.ts';
import type { Finding } from '../src/diagnosis/investigate.ts';
import { CAUSES } from '../src/model/cause-codes.ts';
import type { SecretProblemCode } from '../src/model/credential.ts';
import type { Certainty, Evidence } from '../src/model/diagnosis.ts';
import type { ContainerKind, NodeAnswer, NoteCode, Obstacle } from '../src/model/facts.ts';
import { CHECK_ORDER, type Check, type CredentialResult } from '../src/model/probe.ts';
import type { LookupKind } from '../src/parse/collection.ts';
import { diagnosisItem, diagnosisList, itemWithFacts, toJson, toJsonLine } from '../src/report/json.ts';
import type { State } from '../src/report/since.ts';
import { type Ending, WatchLines } from '../src/report/watch.ts';
import { factsOf, readFixture } from './helpers/facts.ts';
import { closed, outputErrors, SCHEMAS, type Schema, validator } from './helpers/schema.ts';

const CAUSE_FIXTURES = 'test/fixtures/causes';
const findings: [string, Finding][] = readdirSync(CAUSE_FIXTURES)
  .filter(file => file.endsWith('.json'))
  .map(file => {
    const facts = factsOf(readFixture(`${CAUSE_FIXTURES}/${file}`));
    return [file, { facts, diagnosis: diagnose(facts) }];
  });

t.test('each golden verdict holds to the schema', async t => {
  t.ok(findings.length > 200, 'the fixtures are found');
  for (const [file, finding] of findings) {
    const groups = groupFindings([finding]).map(summaryOf);
    for (const item of [diagnosisItem(finding), itemWithFacts(finding)])
      t.strictSame(outputErrors(toJson(diagnosisList([item], groups, ['a pattern'], ['a warning']))), [], file);
  }
});

t.test('each line of a watch holds to the schema', async t => {
  const lines = new WatchLines(true, () => '2026-11-20T10:00:00Z');
  const all = findings.map(([, finding]) => finding);
  const rollouts = [{ title: 'deployment/api', waiting: 1, desired: 2, old: 1 }];
  const end: Ending = { status: 1, outcome: 'failed', summary: 'It failed.', findings: all.slice(0, 30) };
  const pod = { metadata: { namespace: 'shop', name: 'api' }, spec: { containers: [{ name: 'api', image: 'example.com/api' }] } };
  const printed = [
    ...lines.changes({ added: all, repaired: all.slice(0, 9), gone: all.slice(0, 9), standing: [], rollouts }),
    ...lines.changes({ added: all.slice(0, 9), repaired: [], gone: [], standing: all, rollouts: [] }),
    ...lines.pulled([{ pod, findings: [] }]),
    lines.end(end),
  ];
  const types = new Set(printed.map(line => (JSON.parse(line) as { type: string }).type));
  t.strictSame([...types].sort(), ['end', 'gone', 'new', 'pulled', 'pulling', 'repaired', 'rollout', 'waiting'], 'every type is printed');
  for (const line of printed) t.strictSame(outputErrors(line), [], line.slice(0, 80));
  t.ok(outputErrors(toJsonLine({ time: '2026-11-20T10:00:00Z', type: 'other' })).length > 0, 'and no other');
});

t.test('a field that is not described is an error here, and is none for readers', async t => {
  const [, one] = findings[0] as [string, Finding];
  const item = { ...diagnosisItem(one), surprise: 1 };
  t.match(outputErrors(toJson(diagnosisList([item], [], [], []))).join(), 'surprise', 'here');
  const published = validator(false);
  for (const schema of SCHEMAS.values()) t.notMatch(JSON.stringify(schema), 'additionalProperties', `${schema.title} stays open`);
  t.ok(published.validate(SCHEMAS.get('diagnosis-list.json')?.$id as string, diagnosisList([item], [], [], [])), 'for readers');
  const { cause: _, ...without } = diagnosisItem(one) as { cause: string };
  t.match(outputErrors(toJson(diagnosisList([without], [], [], []))).join(), 'cause', 'a field that is missing is an error for both');
  t.strictSame(closed({ type: 'object', properties: {} }), { type: 'object', properties: {}, additionalProperties: false });
});

/** Every place of a closed list: its path, and the values. */
function enumsIn(schema: Schema): Map<string, unknown[]> {
  const found = new Map<string, unknown[]>();
  const visit = (part: unknown, path: string): void => {
    if (part === null || typeof part !== 'object') return;
    if ('enum' in part && Array.isArray(part.enum)) found.set(path, part.enum);
    for (const [key, value] of Object.entries(part)) visit(value, key === 'properties' || key === '$defs' ? path : `${path}.${key}`);
  };
  visit(schema, schema.title ?? '');
  return found;
}

/** The names of a type: the compiler refuses one that is missing and one that is too much. */
const namesOf = <Name extends string>(names: Record<Name, true>): string[] => Object.keys(names);
const CODES = CAUSES.map(({ code }) => code);
/** Path → values, as the code has them. */
const NAMES: Record<string, readonly unknown[]> = {
  'DiagnosisList.cause': CODES,
  'DiagnosisList.certainty': namesOf<Certainty>({ certain: true, likely: true, possible: true }),
  'DiagnosisList.container.kind': namesOf<ContainerKind>({
    container: true,
    initContainer: true,
    ephemeralContainer: true,
    imageVolume: true,
    sandbox: true,
  }),
  'DiagnosisList.credentialResult': namesOf<CredentialResult>({
    accepted: true,
    rejected: true,
    denied: true,
    notTried: true,
    notVerifiable: true,
    error: true,
  }),
  'DiagnosisList.item.since': namesOf<State>({ new: true, changed: true, same: true }),
  'DiagnosisList.check.name': CHECK_ORDER,
  'DiagnosisList.check.status': namesOf<Check['status']>({ ok: true, failed: true, skipped: true, warning: true }),
  'DiagnosisList.evidence.source': namesOf<Evidence['source']>({
    pod: true,
    event: true,
    status: true,
    secret: true,
    serviceAccount: true,
    node: true,
    registry: true,
    note: true,
  }),
  'DiagnosisList.nodeAnswer.outcome': namesOf<NodeAnswer['outcome']>({
    pulled: true,
    failed: true,
    pulling: true,
    notStarted: true,
    refused: true,
  }),
  'DiagnosisList.note.code': namesOf<NoteCode>({
    MutableTag: true,
    LatestIfNotPresent: true,
    TagMoved: true,
    WrongPlatform: true,
    MissingSecret: true,
    AccessUnknown: true,
    NoNode: true,
    NoNamespace: true,
    NoServiceAccount: true,
    OnNodes: true,
    NeverPulled: true,
    OwnCredentials: true,
  }),
  'SecretTestList.problem.code': [
    ...namesOf<SecretProblemCode>({ SecretMalformed: true, SecretHasNoCredentials: true }),
    'SecretRegistryMismatch',
  ],
  'WatchLine.ended.type': ['repaired', 'gone'],
  'WatchLine.waiting.obstacle.kind': namesOf<Obstacle['kind']>({
    terminating: true,
    evicted: true,
    ended: true,
    unschedulable: true,
    gated: true,
    nodeNotReady: true,
    nodeGone: true,
    volume: true,
    sandbox: true,
    container: true,
  }),
  'WatchLine.waiting.obstacle.disk': namesOf<NonNullable<Obstacle['disk']>>({
    refused: true,
    pulling: true,
    unstarted: true,
    everyNode: true,
    everyNodeReports: true,
  }),
  'WatchLine.end.status': [0, 1, 2, 130],
  'WatchLine.end.outcome': namesOf<Ending['outcome']>({ pulled: true, failed: true, gone: true, timeout: true, interrupted: true }),
  'Collected objects.lookup.kind': namesOf<LookupKind>({ Node: true, Secret: true, ServiceAccount: true, Event: true }),
};

t.test('the closed lists of the schemas are those of the code', async t => {
  const found = new Map([...SCHEMAS.values()].flatMap(schema => [...enumsIn(schema)]));
  t.strictSame([...found.keys()].sort(), Object.keys(NAMES).sort(), 'each list is compared');
  for (const [path, names] of Object.entries(NAMES)) t.strictSame(found.get(path), names, path);
});

t.test('each field is described', async t => {
  const bare: string[] = [];
  const visit = (part: unknown, path: string): void => {
    if (part === null || typeof part !== 'object') return;
    for (const [name, field] of Object.entries((part as Schema).properties ?? {}))
      if (field.description === undefined && field.$ref === undefined) bare.push(`${path}.${name}`);
    for (const [name, field] of Object.entries((part as Schema).$defs ?? {}))
      if (field.description === undefined) bare.push(`${path}.${name}`);
    for (const [key, value] of Object.entries(part)) visit(value, `${path}.${key}`);
  };
  for (const [file, schema] of SCHEMAS) {
    visit(schema, file);
    t.match(schema, { $schema: 'https://json-schema.org/draft/2020-12/schema', title: String, description: String }, file);
    t.ok(schema.$id?.endsWith(`/docs/schemas/${file}`), `${file}: its address`);
  }
  t.strictSame(bare, []);
});
