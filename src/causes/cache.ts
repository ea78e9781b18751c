/** What three causes say where the failing host is a pull-through cache: its upstream limits it, refuses it or fails. Belongs here: those sentences and repairs. Pure. */
import type { Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import { NO_MANIFEST } from '../model/reference.ts';
import type { CauseFix } from './cause.ts';
import { schemeOf } from './commands.ts';
import { capital, explanation, hostOf, registry, repository, tagOf } from './phrases.ts';
import { quote } from './shell.ts';

/** The error that a cache hands on of its upstream; null where the host is none, or its upstream serves it. */
function upstreamFault(facts: Facts, fault: Fault | null): Fault | null {
  if (fault === null) return null;
  const told = fault.kind === 'notFound' ? (facts.probe?.upstream ?? null) : fault;
  return told?.details.upstream === undefined || told.details.upstream === 'missing' ? null : told;
}

/** What happened, where the fault is that of the upstream of a pull-through cache; null otherwise. */
export function cacheSummary(facts: Facts, fault: Fault | null): string | null {
  const told = upstreamFault(facts, fault);
  return told === null ? null : summaryOf(facts, fault as Fault, told);
}

/** The repairs at the cache, null where the fault is not that of its upstream. */
export function cacheFixes(facts: Facts, fault: Fault | null): CauseFix[] | null {
  const told = upstreamFault(facts, fault);
  return told === null ? null : fixesOf(facts, told);
}

const summaryOf = (facts: Facts, fault: Fault, told: Fault): string => {
  const host = hostOf(facts, told);
  const missing =
    fault.kind === 'notFound'
      ? ` Therefore it answers "not found" for tag ${tagOf(facts)} of ${repository(facts)}, which does not mean that the image does not exist.`
      : '';
  return `${capital(host)} is a pull-through cache, and its upstream registry ${WHAT[told.details.upstream as string]}.${missing}${explanation(told)}`;
};

const WHAT: Record<string, string> = {
  limited: 'limits it: the cache has used up its number of requests or pulls',
  refused: 'refuses it: the cache has no login there, a login that is not accepted, or no permission to pull this repository',
  failed: 'fails or cannot be reached',
};

function fixesOf(facts: Facts, told: Fault): CauseFix[] {
  const path = `/v2/${facts.reference?.repository ?? '<REPOSITORY>'}/manifests/${NO_MANIFEST}`;
  const show: CauseFix = {
    title: 'show what the cache answers for a digest that does not exist: "not found" when it works again, else the error of its upstream',
    command: `curl -sS ${quote(`${schemeOf(facts, told)}://${told.host ?? '<REGISTRY>'}${path}`)}`,
  };
  return [{ title: `at the cache ${registry(facts)}, ${REPAIR[told.details.upstream as string]}`, command: null }, show];
}

const REPAIR: Record<string, string> = {
  limited: 'configure an account for the upstream that has a higher limit, or wait: no change to the pod or its pull secrets can fix this',
  refused:
    'correct the login for the upstream (user name and password), and check that its account may pull this repository: the pull secrets of the pod are not sent to the upstream',
  failed: 'check the address of the upstream, and whether the cache can connect to it (DNS, proxy, certificate): its log tells more',
};
