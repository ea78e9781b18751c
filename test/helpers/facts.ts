/** Facts of one image from a short fixture: what differs from a base pod, real messages of a node, and what a probe found. */
import { readFileSync } from 'node:fs';
import type { CauseCode } from '../../src/model/cause-codes.ts';
import type { Facts } from '../../src/model/facts.ts';
import type { Fault } from '../../src/model/fault.ts';
import { registryHosts } from '../../src/model/reference.ts';
import { readFaults } from '../../src/parse/messages/reader.ts';
import { withStatements } from '../../src/parse/messages/registry-errors.ts';
import { parseReference } from '../../src/parse/reference.ts';

export interface Fixture {
  /** What the case is, in one line. */
  about: string;
  expect: {
    cause: CauseCode;
    certainty: 'certain' | 'likely' | 'possible';
    /** Id of the rule or row that decides. */
    rule: string;
    also?: CauseCode[];
    next?: CauseCode[];
    /** Names that the summary has to hold, in quotes. */
    names: string[];
    /** What it looks like and is not. */
    not?: CauseCode[];
  };
  /** What differs from the base; lists of secrets, credentials and attempts hold what differs from a base row. */
  facts?: Tree;
  /** Messages of the node, as kubelet writes them. */
  messages?: string[];
  /** What differs in the faults that the messages are read as. */
  reading?: Tree;
  probe?: Tree;
}

type Tree = { [key: string]: unknown };

const base = JSON.parse(readFileSync('test/fixtures/causes-base.json', 'utf8')) as Record<
  'facts' | 'secret' | 'credential' | 'probe' | 'attempt' | 'fault',
  Tree
>;

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Objects are merged, everything else is replaced. */
function merge(into: Tree, more: Tree = {}): Tree {
  const merged: Tree = { ...into };
  for (const [key, value] of Object.entries(more)) {
    const old = merged[key];
    merged[key] = isTree(value) && isTree(old) ? merge(old, value) : value;
  }
  return merged;
}

const rows = (list: unknown, row: Tree): Tree[] => (Array.isArray(list) ? list.map(more => merge(row, more as Tree)) : []);

export const readFixture = (path: string): Fixture => JSON.parse(readFileSync(path, 'utf8')) as Fixture;

/** The facts of a fixture. The image is parsed and the messages are read as the tool does it. */
export function factsOf({ facts: more, messages = [], reading, probe }: Fixture): Facts {
  const facts = merge(structuredClone(base.facts), more) as unknown as Facts;
  const parsed = parseReference(facts.image);
  facts.reference = parsed.ok ? parsed.reference : null;
  facts.referenceError = parsed.ok ? null : parsed.error;
  facts.secrets = rows(facts.secrets, base.secret) as never;
  facts.keyring.credentials = rows(facts.keyring.credentials, base.credential) as never;
  if (messages.length > 0) {
    facts.nodeReport.source ??= 'event';
    facts.nodeReport.at ??= '2026-11-20T10:06:40Z';
    facts.nodeReport.faults = messages
      .flatMap(message => readFaults(message, registryHosts(facts.reference)))
      .map(fault => withStatements(fault, facts.reference, users(facts)))
      .map(fault => merge(fault as unknown as Tree, reading) as unknown as Fault);
  }
  if (probe === undefined) facts.noProbe = '--no-probe was given';
  else facts.probe = probeOf(probe, facts);
  return facts;
}

const users = (facts: Facts): string[] => facts.keyring.credentials.map(({ username }) => username);

/** What a probe found: by default it asked the image's registry, and its only attempt decided. */
function probeOf(more: Tree, facts: Facts): Facts['probe'] {
  const host = facts.reference?.registry ?? '';
  const probe = merge(merge(structuredClone(base.probe), { host: host === 'docker.io' ? 'registry-1.docker.io' : host }), more);
  const fault = (value: unknown): Fault | null =>
    isTree(value)
      ? withStatements(merge(merge(base.fault, { host: probe.host }), value) as unknown as Fault, facts.reference, users(facts))
      : null;
  const attempts = rows(probe.attempts, base.attempt).map(attempt => ({ ...attempt, fault: fault(attempt.fault) }));
  const decisive = probe.decisive ?? (attempts.length > 0 ? 0 : null);
  return { ...probe, attempts, decisive, connectionFault: fault(probe.connectionFault), upstream: fault(probe.upstream ?? null) } as never;
}
