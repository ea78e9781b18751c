/** What the rules look at: the facts of one image, with the few things that every rule asks named once. Pure. */

import { anonymousPasses, type Facts } from '../model/facts.ts';
import { type Fault, isAuthenticationFault, isNetworkFault } from '../model/fault.ts';
import { type Attempt, decisiveAttempt } from '../model/probe.ts';
import { clientOf } from '../model/runtime-client.ts';
import { isShortName } from '../parse/node-report.ts';

/** The facts, and what every rule asks of them. */
export interface Context {
  facts: Facts;
  /** The fault of the node's report that got farthest in the pull. */
  nodeFault: Fault | null;
  /** The same, null where it says nothing of what the registry answers: kubelet postponed the pull, or could not read a pull secret. */
  reportedFault: Fault | null;
  /** The request of our probe that decides, null when none was made. */
  attempt: Attempt | null;
  /** What that request met, null when it got the manifest in the way in which the node's runtime asks. */
  probeFault: Fault | null;
  /** The node's runtime asks by GET where HEAD fails, and GET works. */
  headFailureHarmless: boolean;
  /** Our credential was not sent, or a host was not asked, by a rule of our own, and no other request tells what the registry answers. */
  credentialWithheld: boolean;
  /** A host that was not asked, by a rule of our own, where nothing else is known of the registry; null otherwise. */
  notAsked: Fault | null;
  /** The anonymous request that no authentication stopped. */
  anonymous: Attempt | null;
  /**
   * What the registry answers us holds for the node too: its name leads both to the same machine, or the node reports the same failure. Of a name without a
   * registry the node asked others besides.
   */
  holdsForNode: boolean;
}

/** In: the facts of one image. Out: what the rules look at. */
export function contextOf(facts: Facts): Context {
  const { probe } = facts;
  const nodeFault = facts.nodeReport.faults[0] ?? null;
  const decisive = decisiveAttempt(probe);
  const isUnasked = decisive?.fault?.kind === 'notAsked';
  // whether the layers are there was not asked; that the manifest is returned answers a report of the manifest
  const returned =
    isUnasked &&
    (decisive.fault?.step === 'layer' || decisive.fault?.step === 'config') &&
    nodeFault !== null &&
    (isAuthenticationFault(nodeFault) || nodeFault.kind === 'notFound');
  // of a collection the passwords are not known
  const isUnknown = decisive?.result === 'notTried' && decisive.fault === null;
  const withheld = !returned && (isUnasked || isUnknown || (decisive?.fault?.kind === 'badScheme' && decisive.result === 'notTried'));
  // a credential that was not sent proves nothing; what stops everybody stops it too
  const everybody = withheld
    ? probe?.attempts.find(
        ({ credential, fault }) =>
          credential === null &&
          fault !== null &&
          fault.kind !== 'notAsked' &&
          !isAuthenticationFault(fault) &&
          // with a login the image may be there
          !(isUnknown && fault.kind === 'notFound'),
      )
    : null;
  const attempt = withheld ? (everybody ?? null) : decisive;
  // CRI-O asks by GET alone, Docker asks by GET after a HEAD that fails
  const headFailureHarmless =
    probe?.headBlocked === true && attempt?.fault?.method === 'HEAD' && clientOf(facts.node.runtime) !== 'containerd';
  const answered = attempt?.fault ?? (probe?.connectionFault?.kind === 'status' ? probe.connectionFault : null);
  const probeFault = headFailureHarmless || returned ? null : answered;
  const saysNothing =
    attempt !== null && (nodeFault?.kind === 'secretUnread' || (nodeFault?.kind === 'throttled' && isRefusal(probeFault)));
  const reportedFault = saysNothing ? null : nodeFault;
  return {
    facts,
    nodeFault,
    reportedFault,
    attempt,
    probeFault,
    headFailureHarmless,
    credentialWithheld: withheld && attempt === null,
    notAsked:
      [probe?.connectionFault, withheld && attempt === null ? decisive?.fault : null].find(fault => fault?.kind === 'notAsked') ?? null,
    anonymous: anonymousPasses(facts) ?? null,
    holdsForNode: facts.nodeReport.searched === null && holdsForNode(facts, reportedFault, probeFault) && !mayBeSearched(facts),
  };
}

/** A name without a registry that CRI-O would look for in registries of its own, and nobody has told in which. */
const mayBeSearched = ({ planned, image, node }: Facts): boolean =>
  planned !== undefined && isShortName(image) && clientOf(node.runtime) === 'containersImage';

/** Our own network is not the node's, and a name such as `localhost` leads the node to another machine: then only the node's own report counts. */
function holdsForNode(facts: Facts, reported: Fault | null, seen: Fault | null): boolean {
  const same = reported?.understood === true && seen !== null && sameFailure(reported, seen);
  return same || ((seen === null || !isNetworkFault(seen)) && facts.probe?.nodeResolvesElsewhere === false);
}

/** An answer of the registry that stays the same until somebody repairs something. */
export const isRefusal = (fault: Fault | null): boolean =>
  fault !== null && fault.kind !== 'badScheme' && fault.kind !== 'notAsked' && !isNetworkFault(fault) && (fault.status ?? 0) < 500;

/** Whether the node and our probe met the same failure. CRI-O tells an answer by its text, without the status. */
export function sameFailure(reported: Fault, seen: Fault): boolean {
  if (reported.kind === 'status' && seen.kind === 'status' && reported.explanation !== null && reported.explanation === seen.explanation)
    return true;
  const hundreds = (fault: Fault): number => Math.floor((fault.status ?? 0) / 100);
  if (reported.kind === seen.kind)
    return reported.kind !== 'status' || reported.status === seen.status || (hundreds(reported) === 5 && hundreds(seen) === 5);
  if (isAuthenticationFault(reported) && isAuthenticationFault(seen)) return true;
  if (reported.status !== null && reported.status === seen.status) return true;
  return reported.kind === 'blobMissing' && seen.kind === 'corrupt';
}
