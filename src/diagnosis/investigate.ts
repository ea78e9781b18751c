/** The whole story of one image: facts, then the registry's answers, then the verdict. */

import type { Credential } from '../model/credential.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Facts } from '../model/facts.ts';
import { isAuthenticationFault } from '../model/fault.ts';
import type { Attempt, ProbeFacts } from '../model/probe.ts';
import { HUB, type Reference } from '../model/reference.ts';
import { clientOf } from '../model/runtime-client.ts';
import type { Prober, Reported } from '../registry/prober.ts';
import type { ImageCase } from './collect-facts.ts';
import { diagnose } from './diagnose.ts';

/** The facts of one image and its diagnosis. */
export interface Finding {
  facts: Facts;
  diagnosis: Diagnosis;
}

/**
 * In: a case, and the prober (null with --no-probe). Out: its facts with what the registry answered, and the diagnosis. No registry is asked where its
 * answer could not change or prove anything.
 */
export async function investigate({ facts, credentials, recorded }: ImageCase, prober: Prober | null): Promise<Finding> {
  const reason = prober === null ? '--no-probe was given' : noQuestion(facts);
  if (reason !== null || prober === null || facts.reference === null) {
    const withoutProbe = { ...facts, noProbe: reason };
    return { facts: withoutProbe, diagnosis: diagnose(withoutProbe) };
  }
  const reported = reportedAnswer(facts);
  const ask = (as: readonly Credential[]): Promise<ProbeFacts> =>
    prober.probe(facts.reference as Reference, as, {
      platform: facts.node.platform,
      deep: looksDeep(facts),
      client: clientOf(facts.node.runtime),
      ...(reported === null ? {} : { reported }),
    });
  const isKnown = credentials.every(credential => !credential.isReplaced);
  const answer = recorded?.attempts.every(({ credential }) => credential === null || credential < credentials.length)
    ? recorded
    : undefined;
  const probe = answer ?? (isKnown ? await ask(credentials) : withoutCredentials(await ask([]), credentials.length));
  const withProbe = { ...facts, probe };
  return { facts: withProbe, diagnosis: diagnose(withProbe) };
}

/** What an anonymous probe tells of a pull with credentials that are not known: as what they ask is decided by none of its answers. */
function withoutCredentials(probe: ProbeFacts, credentials: number): ProbeFacts {
  const unknown = Array.from(
    { length: credentials },
    (_, credential): Attempt => ({
      credential,
      result: 'notTried',
      detail: 'not tried: its password was replaced when it was collected',
      checks: [],
      fault: null,
      granted: null,
      repaired: null,
    }),
  );
  const isAsked = probe.connectionFault === null;
  return { ...probe, attempts: [...unknown, ...probe.attempts], decisive: isAsked ? 0 : null, headBlocked: false };
}

/** What the node was answered, where the probe asks otherwise for it; null where nothing is known. */
function reportedAnswer({ nodeReport: { faults } }: Facts): Reported | null {
  const refusal = faults.find(isAuthenticationFault);
  if (refusal !== undefined)
    return refusal.kind === 'status' && refusal.status === 401 && refusal.role !== 'token' ? 'unauthorized' : 'refused';
  return faults[0]?.kind === 'notFound' ? 'notFound' : null;
}

/** Why no registry has to be asked, null when one has to. */
function noQuestion(facts: Facts): string | null {
  if (facts.refusal !== undefined) return 'admission refuses the pod before any pull';
  if (facts.reference === null) return 'the image names no registry that could be asked';
  if (!facts.failing && facts.nodeReport.pullingSince === null) return 'nothing is wrong with the pull';
  if (facts.state.reason === 'InvalidImageName') return 'the image name is not valid';
  if (facts.planned !== undefined && facts.pullPolicy === 'Never' && facts.onNode !== false) return 'kubelet does not pull (policy Never)';
  if (facts.keyring.broken !== null) return 'kubelet asks no registry while a pull secret does not parse';
  return null;
}

/** Docker Hub counts the GET of a manifest as a pull: a report that a HEAD can check is not worth one, anything else is. */
function looksDeep(facts: Facts): boolean {
  if (facts.reference?.registry !== HUB) return true;
  const [fault] = facts.nodeReport.faults;
  if (fault === undefined || ((fault.step === 'config' || fault.step === 'layer') && fault.status !== 429)) return true;
  return (
    fault.kind !== 'never' &&
    !isAuthenticationFault(fault) &&
    fault.kind !== 'notFound' &&
    fault.status !== 429 &&
    (fault.status ?? 0) < 500
  );
}
