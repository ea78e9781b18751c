/**
 * From facts to one verdict. Pure. Three vantage points, never confused: the node's words, our own probe, the objects.
 *   - What an object proves (a name that does not parse, a secret that breaks the keyring) needs no words.
 *   - The node's words about its own network, disk and runtime outrank anything that we see.
 *   - Words about what the registry answered are checked against what it answers now: to the same credentials, in the same order.
 */

import { CAUSE_TEXTS } from '../causes/index.ts';
import { CAUSES, type CauseCode, causeOf } from '../model/cause-codes.ts';
import type { Certainty, Diagnosis } from '../model/diagnosis.ts';
import type { Facts } from '../model/facts.ts';
import { anonymousPasses } from '../model/facts.ts';
import { type Fault, isAuthenticationFault, isNetworkFault, isNodeFault } from '../model/fault.ts';
import type { Attempt } from '../model/probe.ts';
import { isLoopback } from '../util/proxy.ts';
import { CLAIMS, MOSTLY, NEVER, ONLY } from './claims.ts';
import { evidenceOf } from './evidence.ts';
import { type LoginVerdict, loginFromNode, loginFromProbe, nodeMayLogIn } from './login-rules.ts';

interface Verdict {
  cause: CauseCode;
  certainty: Certainty;
  also: CauseCode[];
  next: CauseCode[];
  decisiveFault: Fault | null;
}

const MOST_ALTERNATIVES = 5;
/** Faults in what the image holds that our look behind the manifest (no layer is downloaded) cannot see. */
const BEYOND_OUR_SIGHT = new Set(['corrupt', 'shortBody', 'schema1', 'mediaType', 'badManifest', 'tooLarge', 'encrypted', 'unknown']);

/** Faults that only somebody meets who was given the manifest. */
const READ_BY_THE_NODE = new Set(['platform', 'blobMissing', 'corrupt', 'schema1', 'mediaType', 'badManifest', 'tooLarge', 'encrypted']);

/** In: the facts of one image. Out: its diagnosis. */
export function diagnose(facts: Facts): Diagnosis {
  const verdict = decide(facts);
  const cause = causeOf(verdict.cause);
  const text = CAUSE_TEXTS[verdict.cause];
  return {
    ...verdict,
    title: cause.title,
    summary: text.summary(facts, verdict.decisiveFault).replace(/ {2,}/g, ' ').trim(),
    transient: cause.transient,
    evidence: evidenceOf(facts, verdict.decisiveFault),
    fixes: text.fixes(facts, verdict.decisiveFault),
  };
}

const certainly = (cause: CauseCode, decisiveFault: Fault | null = null, next: CauseCode[] = []): Verdict => ({
  cause,
  certainty: 'certain',
  also: [],
  next,
  decisiveFault,
});

function decide(facts: Facts): Verdict {
  const nodeFault = facts.nodeReport.faults[0] ?? null;
  if (!facts.failing) return certainly(facts.nodeReport.pullingSince === null ? 'NoPullProblem' : 'StillPulling');
  const proved = provedByObjects(facts, nodeFault);
  if (proved !== null) return proved;
  const attempt = facts.probe?.decisive == null ? null : (facts.probe.attempts[facts.probe.decisive] ?? null);
  // a pull that was put off comes again by itself: what it then meets has to be repaired
  if (nodeFault?.kind === 'throttled' && attempt !== null && isRefusal(attempt.fault)) return fromRegistry(facts, null, attempt);
  // a part that is shorter in the registry itself was not cut off on the way
  if (nodeFault?.kind === 'shortBody' && attempt?.fault?.kind === 'corrupt') return fromRegistry(facts, nodeFault, attempt);
  if (nodeFault !== null && (isNodeFault(nodeFault) || nodeFault.kind === 'secretParse' || askedPlainly(facts, nodeFault)))
    return fromNode(facts, nodeFault, attempt);
  if (nodeFault?.kind === 'secretUnread') return attempt === null ? rankCauses(facts, nodeFault) : fromRegistry(facts, null, attempt);
  if (attempt !== null) return fromRegistry(facts, nodeFault, attempt);
  if (nodeFault !== null) return rankCauses(facts, nodeFault);
  if (facts.probe?.connectionFault != null) return rankCauses(facts, facts.probe.connectionFault, 'likely');
  return noEvidence(facts);
}

/** The node asks its own machine over plain HTTP and is told 400: where TLS is spoken to us, that is why. */
const askedPlainly = (facts: Facts, spoken: Fault): boolean =>
  spoken.status === 400 &&
  facts.probe?.scheme === 'https' &&
  isLoopback(facts.reference?.registry.replace(/:\d+$/, '') ?? '') &&
  facts.probe.connection.some(check => check.name === 'tls' && check.status !== 'failed');

/** What needs no words. */
function provedByObjects(facts: Facts, spoken: Fault | null): Verdict | null {
  const { reason } = facts.state;
  if (reason === 'ErrImageNeverPull') return certainly('ImageNeverPulled', spoken);
  const nameSpoken = spoken === null || spoken.kind === 'badReference' || spoken.kind === 'unknown';
  if (reason === 'InvalidImageName' && nameSpoken) return certainly('InvalidImageName', spoken);
  if (facts.reference === null && nameSpoken) return certainly('InvalidImageName', spoken);
  if (facts.keyring.broken !== null && spoken?.kind !== 'badReference')
    return certainly('SecretMalformed', spoken?.kind === 'secretParse' ? spoken : null);
  return null;
}

/** An answer of the registry that stays the same until somebody repairs something. */
const isRefusal = (seen: Fault | null): boolean =>
  seen !== null && seen.kind !== 'badScheme' && seen.kind !== 'notAsked' && !isNetworkFault(seen) && (seen.status ?? 0) < 500;

/** The node's own trouble stays its trouble, whatever works from here; what we see besides has to be repaired next. */
function fromNode(facts: Facts, spoken: Fault, attempt: Attempt | null): Verdict {
  const verdict = rankCauses(facts, spoken);
  const seen = attempt?.fault ?? null;
  if (isRefusal(seen)) {
    const after = fromRegistry(facts, null, attempt as Attempt).cause;
    if (after !== verdict.cause && after !== 'Unknown') verdict.next = [after];
  }
  return verdict;
}

/** The registry answered us: what it says now, against what the node heard. */
function fromRegistry(facts: Facts, spoken: Fault | null, attempt: Attempt): Verdict {
  // CRI-O asks by GET alone, and Docker after a HEAD that fails
  const byGet = facts.probe?.headBlocked && attempt.fault?.method === 'HEAD' && /^(?:cri-o|docker):/.test(facts.node.runtime ?? '');
  // whether the layers are there was not asked, whether the manifest is given was
  const unasked = attempt.fault?.kind === 'notAsked' && (attempt.fault.step === 'layer' || attempt.fault.step === 'config');
  const given = unasked && spoken !== null && (isAuthenticationFault(spoken) || spoken.kind === 'notFound');
  const seen = byGet || given ? null : attempt.fault;
  if (seen === null) {
    if (spoken !== null && beyondOurSight(facts, spoken)) return rankCauses(facts, spoken);
    // the registry is well; the mirror that the node asked in its place was not asked by us
    if (spoken?.role === 'mirror' && facts.probe?.mirrorOf === null) return rankCauses(facts, spoken, 'likely');
    const unknown = !facts.keyring.complete && facts.keyring.credentials.length === 0 && facts.secrets.length > 0;
    // nobody got in and so may the node; but a secret that we did not see may be what stops it
    if (unknown && spoken !== null && isAuthenticationFault(spoken))
      return {
        cause: 'CredentialsBlockPublicImage',
        certainty: 'possible',
        also: ['FixedWaitingForRetry', 'CredentialsRejected'],
        next: [],
        decisiveFault: spoken,
      };
    return {
      cause: 'FixedWaitingForRetry',
      certainty: 'likely',
      also: spoken === null ? [] : rankCauses(facts, spoken).also.slice(0, 0),
      next: [],
      decisiveFault: spoken,
    };
  }
  if (seen.kind === 'notAsked' || (seen.kind === 'badScheme' && attempt.result === 'notTried')) {
    // the credential stayed here; what stops everybody stops it too
    const nobody = facts.probe?.attempts.find(other => other.credential === null);
    if (nobody?.fault != null && nobody.fault.kind !== 'notAsked' && !isAuthenticationFault(nobody.fault))
      return fromRegistry(facts, spoken, nobody);
    if (spoken === null && seen.kind === 'notAsked')
      return { cause: 'Unknown', certainty: 'possible', also: [], next: [], decisiveFault: seen };
    return spoken === null ? noEvidence(facts) : rankCauses(facts, spoken);
  }
  const transient = isNetworkFault(seen) || (seen.status ?? 0) >= 500 || seen.status === 429;
  // our trouble on the way does not undo what the node heard
  if (spoken !== null && transient && !sameFailure(spoken, seen)) return rankCauses(facts, spoken);
  const sure = trusted(facts, spoken, seen);
  const anonymous = anonymousPasses(facts);
  // a runtime sends a login only where one is asked for: the node got as far without the credential that we were refused with
  if (spoken !== null && isAuthenticationFault(seen) && anonymous?.fault != null && sameFailure(spoken, anonymous.fault))
    return rankCauses(facts, anonymous.fault);
  if (isAuthenticationFault(seen) && !claimsAnswer(facts, seen)) {
    // we are kept out as nobody: a node that read the image, or whose secrets were not seen, had a login that we do not have
    const keptOut = attempt.credential === null && spoken !== null && (!isAuthenticationFault(spoken) || spoken.kind === 'invalidToken');
    if (keptOut && (READ_BY_THE_NODE.has(spoken.kind) || !facts.keyring.complete)) return rankCauses(facts, spoken, 'likely');
    if (spoken?.kind === 'notFound') return gotFarther(facts, spoken, seen);
    const verdict = fromLogin(facts, loginFromProbe(facts), seen, sure);
    if (anonymous?.fault?.status === 404 && verdict.cause === 'CredentialsBlockPublicImage')
      verdict.next = [rankCauses(facts, anonymous.fault).cause];
    return verdict;
  }
  return rankCauses(facts, seen, sure ? 'certain' : 'likely');
}

/** Whether our success leaves the words as they are: we look at no layer, and without the node at no platform but the first. */
const beyondOurSight = (facts: Facts, spoken: Fault): boolean =>
  BEYOND_OUR_SIGHT.has(spoken.kind) || (spoken.kind === 'platform' && facts.node.platform === null);

/** The node was told "not found" where we are asked for a login: either a login of its own let it in, or a mirror answered it. Neither can be seen. */
function gotFarther(facts: Facts, spoken: Fault, seen: Fault): Verdict {
  const missing = rankCauses(facts, spoken);
  const login = fromLogin(facts, loginFromProbe(facts), seen, false);
  // one of several tries was refused and another was not: that one counts
  const tries = facts.nodeReport.faults.some(isAuthenticationFault);
  const [first, second] = nodeMayLogIn(facts) || tries ? [missing, login] : [login, missing];
  const also = [second.cause, ...second.also, ...first.also].filter(
    (code, index, all) => code !== first.cause && all.indexOf(code) === index,
  );
  return { ...first, certainty: 'possible', also: also.slice(0, MOST_ALTERNATIVES), next: [] };
}

/** A refusal whose own words name another cause than the login: a policy, an expiry, an unknown method. */
const claimsAnswer = (facts: Facts, seen: Fault): boolean =>
  CAUSES.some(({ code }) => code !== 'CredentialsExpired' && (CLAIMS[code]?.(seen, facts) ?? NEVER) > MOSTLY);

/** What such a host answers us holds for the node when the node said the same, or when the name leads both to one machine. */
function trusted(facts: Facts, spoken: Fault | null, seen: Fault): boolean {
  if (isNetworkFault(seen)) return spoken !== null && sameFailure(spoken, seen);
  return !facts.probe?.nodeResolvesElsewhere || (spoken !== null && sameFailure(spoken, seen));
}

/** Whether node and we met the same refusal. */
function sameFailure(spoken: Fault, seen: Fault): boolean {
  if (spoken.kind === seen.kind)
    return (
      spoken.kind !== 'status' ||
      spoken.status === seen.status ||
      (Math.floor((spoken.status ?? 0) / 100) === 5 && Math.floor((seen.status ?? 0) / 100) === 5)
    );
  if (isAuthenticationFault(spoken) && isAuthenticationFault(seen)) return true;
  if (spoken.status !== null && spoken.status === seen.status) return true;
  return spoken.kind === 'blobMissing' && seen.kind === 'corrupt';
}

function fromLogin(facts: Facts, login: LoginVerdict, decisiveFault: Fault, sure: boolean): Verdict {
  const [cause, ...rest] = login.codes as [CauseCode, ...CauseCode[]];
  const certain = login.proved && sure;
  // what also stands in the way of a secret's first repair is not an alternative to it
  const next = login.proved ? rest.filter(code => code !== cause) : [];
  const proof: Certainty = certain ? 'certain' : login.proved || login.codes.length <= 3 ? 'likely' : 'possible';
  return {
    cause,
    certainty: proof,
    also: certain
      ? []
      : (login.proved ? ['NoPullSecret' as const].filter(code => code !== cause && facts.secrets.length === 0) : rest).slice(
          0,
          MOST_ALTERNATIVES,
        ),
    next,
    decisiveFault,
  };
}

/** All causes weighed against one fault; for a login matter the ladder tells the order. */
function rankCauses(facts: Facts, fault: Fault, most: Certainty = 'certain'): Verdict {
  const login = isAuthenticationFault(fault) ? loginFromNode(facts, fault) : null;
  const claims = CAUSES.map(({ code }): { code: CauseCode; weight: number } => ({
    code,
    weight: CLAIMS[code]?.(fault, facts) ?? NEVER,
  })).filter(claim => claim.weight > NEVER);
  if (login !== null) {
    for (const [index, code] of login.codes.entries()) {
      const weight = login.proved && index === 0 ? ONLY : MOSTLY - 2 * index;
      const known = claims.find(claim => claim.code === code);
      if (known === undefined) claims.push({ code, weight });
      else known.weight = Math.max(known.weight, weight);
    }
  }
  claims.sort((a, b) => b.weight - a.weight);
  const [first, second] = claims;
  if (first === undefined) return { cause: 'Unknown', certainty: 'possible', also: [], next: [], decisiveFault: fault };
  if (first.weight >= ONLY && most === 'certain') return certainly(first.code, fault);
  const clear = first.weight >= MOSTLY && (second === undefined || second.weight < MOSTLY - 10);
  const certainty: Certainty = first.weight >= ONLY ? most : clear ? 'likely' : 'possible';
  return {
    cause: first.code,
    certainty,
    also: claims.slice(1, 1 + MOST_ALTERNATIVES).map(claim => claim.code),
    next: [],
    decisiveFault: fault,
  };
}

/** Neither words nor an answer: only what the objects suggest. */
function noEvidence(facts: Facts): Verdict {
  const hint = (cause: CauseCode): Verdict => ({
    cause,
    certainty: 'possible',
    also: ['TagNotFound', 'RepositoryNotFound', 'NoPullSecret', 'RegistryUnreachable'].filter(code => code !== cause) as CauseCode[],
    next: [],
    decisiveFault: null,
  });
  if (facts.nodeReport.unreadableSecrets.length > 0 || facts.secrets.some(secret => secret.lookup === 'missing'))
    return hint('SecretNotFound');
  if (facts.secrets.some(secret => secret.problems.some(problem => problem.code === 'SecretMalformed'))) return hint('SecretMalformed');
  return { cause: 'Unknown', certainty: 'possible', also: [], next: [], decisiveFault: null };
}
