/** What was positively seen, as the proof of a rule: an object, a message of the node, an answer of the registry. Pure. */

import type { Proof } from '../model/diagnosis.ts';
import type { Facts, SecretFact } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import type { Attempt } from '../model/probe.ts';
import {
  answerOf,
  FOR_TAGS,
  hostOf,
  identityOf,
  pullSecretsLine,
  secretLine,
  serviceAccountLine,
  stateLine,
  tagsLine,
} from './evidence.ts';

type ObjectProof = Extract<Proof, { kind: 'object' }>;

export const object = (source: ObjectProof['source'], shows: string): Proof => ({ kind: 'object', source, shows });

/** The container's state, as the pod's status tells it. */
export const containerState = (facts: Facts): Proof => object('status', stateLine(facts));

export const podSecrets = (facts: Facts): Proof => object('pod', pullSecretsLine(facts));

export const secretShows = (facts: Facts, secret: SecretFact): Proof => object('secret', secretLine(facts, secret));

export const serviceAccountShows = (facts: Facts): Proof => object('serviceAccount', serviceAccountLine(facts));

export const nodeSays = (fault: Fault): Proof => ({ kind: 'nodeMessage', speaker: fault.speaker, message: fault.message, fault });

/** The answer to one request of the probe. */
export const answered = (facts: Facts, attempt: Attempt): Proof => ({
  kind: 'answer',
  host: hostOf(facts),
  identity: identityOf(facts, attempt),
  answered: answerOf(facts, attempt),
  fault: attempt.fault,
});

/** The tag list that was asked for after a 404; empty where none was. */
export const tagsAnswered = (facts: Facts): Proof[] =>
  facts.probe?.tags == null
    ? []
    : [{ kind: 'answer', host: hostOf(facts), identity: FOR_TAGS, answered: tagsLine(facts.probe.tags), fault: null }];

/** Whoever met a fault: the message of the node, or the answer to our probe. */
export function faultProof(facts: Facts, fault: Fault): Proof[] {
  if (fault.seenBy === 'node') return [nodeSays(fault)];
  const attempt = facts.probe?.attempts.find(candidate => candidate.fault === fault);
  return attempt === undefined ? [] : [answered(facts, attempt)];
}
