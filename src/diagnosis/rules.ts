/**
 * The rules, in their order: the first whose situation is given decides. Three vantage points, and never confused:
 *   - What an object shows (a name that does not parse, a secret that breaks the keyring) needs no message.
 *   - What the node reports about its own network, disk and runtime outranks anything that we see.
 *   - What the node reports about the registry is checked against what the registry answers now, to the same credentials in the same order.
 */

import { shortageOf } from '../causes/disk.ts';
import type { CauseCode } from '../model/cause-codes.ts';
import type { Proof } from '../model/diagnosis.ts';
import { type Facts, isOfSandbox, isOver, type Refusal } from '../model/facts.ts';
import { type Fault, isAuthenticationFault, isNetworkFault, isNodeFault } from '../model/fault.ts';
import type { Attempt } from '../model/probe.ts';
import { HUB } from '../model/reference.ts';
import { clientOf } from '../model/runtime-client.ts';
import { isLoopback } from '../util/proxy.ts';
import { type Context, isRefusal, sameFailure } from './context.ts';
import { type Decision, firstOf, MOST_ALTERNATIVES, type Rule } from './decision.ts';
import { refusalLine } from './evidence.ts';
import { loginFromProbe, nodeMayLogIn } from './login-rules.ts';
import { containerState, object, secretShows } from './proof.ts';
import { isLoginMatter, rankCauses } from './rank-causes.ts';

/** Parts of the image that our look behind the manifest, which downloads no layer, cannot see. */
const NOT_PROBED = new Set(['corrupt', 'shortBody', 'schema1', 'mediaType', 'badManifest', 'tooLarge', 'encrypted', 'unknown']);
/** Faults that only a node meets which was given the manifest. */
const READ_BY_THE_NODE = new Set(['platform', 'blobMissing', 'corrupt', 'schema1', 'mediaType', 'badManifest', 'tooLarge', 'encrypted']);

const isAbout = (fault: Fault | null, ...kinds: Fault['kind'][]): boolean => fault !== null && kinds.includes(fault.kind);
/** Nothing that the node reports is about something else than the name. */
const nameReported = ({ nodeFault }: Context): boolean => nodeFault === null || isAbout(nodeFault, 'badReference', 'unknown');
const pullingSince = ({ facts }: Context): string | null => facts.nodeReport.pullingSince;

/** Seconds after which a pull that stands still is noticed. */
const SLOW = 20;
/** CRI-O waits for a registry that limits it, up to five minutes, and reports nothing meanwhile. Source: containers/image, docker_client.go, makeRequestToResolvedURL. */
const waitsForLimit = (context: Context): boolean => {
  const { facts, probeFault } = context;
  const since = Date.parse(facts.now) - Date.parse(pullingSince(context) ?? facts.now);
  return probeFault?.status === 429 && clientOf(facts.node.runtime) === 'containersImage' && since >= SLOW * 1000;
};

/** What refuses says so in a sentence of its own, which can mean nothing else; and its maker still lacks a pod. */
const refused = (facts: Facts, isClear: (refusal: Refusal) => boolean): Proof[] =>
  facts.refusal?.lasts && isClear(facts.refusal) ? [object('event', refusalLine(facts.refusal))] : [];

const ADMISSION: readonly Rule[] = [
  {
    id: 'admission.not-the-image',
    reason: 'Admission refuses the pod, and its words are not about an image.',
    when: ({ facts: { refusal } }) => refusal?.about === null,
    verdict: ({ facts }) => ({
      causes:
        facts.refusal?.by === 'webhook' || facts.refusal?.by === 'policy' ? ['NoPullProblem', 'RegistryPolicyDenied'] : ['NoPullProblem'],
      certainty: 'likely',
    }),
    proof: ({ facts }) => refused(facts, ({ by }) => by === 'quota' || by === 'podSecurity'),
  },
  {
    id: 'admission.image-not-found',
    reason: 'A verifier in the admission of the cluster looked for the image, and the registry did not have it.',
    when: ({ facts: { refusal, reference }, nodeFault }) => refusal?.about === 'image' && reference !== null && nodeFault !== null,
    delegate: context => {
      const decision = rankCauses(context, context.nodeFault as Fault, 'likely');
      return { ...decision, also: [...decision.also.slice(0, 1), 'RegistryPolicyDenied' as const] };
    },
  },
  {
    id: 'admission.signature',
    reason: 'A policy in the admission of the cluster refuses the image for its signature.',
    when: ({ facts: { refusal } }) => refusal?.about === 'signature',
    verdict: ({ nodeFault }) => ({
      causes: ['SignatureRejected', 'RegistryPolicyDenied', ...(nodeFault === null ? [] : (['TagNotFound'] as const))],
      certainty: 'likely',
    }),
  },
  {
    id: 'admission.image',
    reason: 'A policy in the admission of the cluster refuses the image.',
    when: ({ facts: { refusal } }) => refusal !== undefined,
    verdict: () => ({ causes: ['RegistryPolicyDenied', 'SignatureRejected'], certainty: 'likely' }),
    proof: ({ facts }) => refused(facts, ({ exact }) => exact),
  },
];

const STATE: readonly Rule[] = [
  {
    id: 'state.pulling-limited',
    reason:
      'The node is pulling the image, and the registry answers 429 to this machine: CRI-O waits for such a limit and reports nothing.',
    when: context => !context.facts.failing && waitsForLimit(context),
    verdict: ({ facts, attempt, probeFault }) => ({
      causes: ['RateLimited', 'StillPulling'],
      // at Docker Hub each address has a limit of its own
      certainty: attempt?.credential == null && facts.reference?.registry === HUB ? 'possible' : 'likely',
      fault: probeFault,
    }),
  },
  {
    id: 'state.pulling',
    reason: 'The node is pulling the image, and nothing has failed yet.',
    when: context => !context.facts.failing && pullingSince(context) !== null && !isOver(context.facts),
    verdict: () => ({ causes: ['StillPulling'], certainty: 'likely' }),
    proof: context => [object('event', `kubelet has been pulling the image since ${pullingSince(context)}`)],
  },
  {
    id: 'state.ended-for-disk',
    reason: 'kubelet refused or ended the pod for the disk of the node, before a container of it ran.',
    when: ({ facts }) => facts.obstacle?.kind === 'evicted' && facts.obstacle.disk !== undefined,
    verdict: () => ({ causes: ['NodeDiskFull', 'NoPullProblem'], certainty: 'likely' }),
    proof: ({ facts: { obstacle } }) => (obstacle?.disk === 'unstarted' ? [] : [object('status', obstacle?.words ?? '')]),
  },
  {
    id: 'state.no-node-with-disk',
    reason: 'Every node is under disk pressure, and its taints keep the pod away.',
    when: ({ facts }) => facts.obstacle?.disk === 'everyNode' || facts.obstacle?.disk === 'everyNodeReports',
    verdict: () => ({ causes: ['NodeDiskFull', 'NoPullProblem'], certainty: 'likely' }),
    proof: ({ facts: { obstacle } }) => (obstacle?.disk === 'everyNode' ? [object('status', obstacle.words ?? '')] : []),
  },
  {
    id: 'state.no-pull-problem',
    reason: 'The container does not wait for its image.',
    when: ({ facts }) => !facts.failing,
    verdict: () => ({ causes: ['NoPullProblem'], certainty: 'likely' }),
    proof: ({ facts: { container, state } }) => [
      object(
        'status',
        `container "${container.name}" ${state.reason === null ? 'does not wait' : `waits for something else: ${state.reason}`}`,
      ),
    ],
  },
];

/** What stops a pull, by the registry's answer; empty where it would work, or where nothing sure is known. */
function whatAPullMeets(context: Context): CauseCode[] {
  const cause = isRefusal(context.probeFault) ? firstOf(PROBE, { ...context, nodeFault: null, reportedFault: null })?.cause : undefined;
  return cause === undefined || cause === 'Unknown' ? [] : [cause];
}

/** The secret that does not parse, as it is shown among the evidence. */
const brokenSecret = (facts: Facts, { secret, error }: { secret: string; error: string }): Proof => {
  const fact = facts.secrets.find(({ name }) => name === secret);
  return fact === undefined ? object('secret', `"${secret}": ${error}`) : secretShows(facts, fact);
};

const OBJECT: readonly Rule[] = [
  {
    id: 'object.pull-policy-never',
    reason: 'The pull policy of the container is Never, and kubelet does not use the image that the node has, if any.',
    when: ({ facts }) => facts.state.reason === 'ErrImageNeverPull',
    verdict: context => ({ causes: ['ImageNeverPulled'], certainty: 'likely', fault: context.nodeFault, next: whatAPullMeets(context) }),
    proof: ({ facts }) => [containerState(facts)],
  },
  {
    id: 'object.name-refused-by-kubelet',
    reason: 'kubelet rejects the image reference as invalid.',
    when: context => context.facts.state.reason === 'InvalidImageName' && nameReported(context),
    verdict: ({ nodeFault }) => ({ causes: ['InvalidImageName'], certainty: 'likely', fault: nodeFault }),
    proof: ({ facts }) => [containerState(facts)],
  },
  {
    id: 'object.name-does-not-parse',
    reason: 'The image reference is not valid.',
    when: context => context.facts.reference === null && !isOfSandbox(context.facts) && nameReported(context),
    verdict: ({ nodeFault }) => ({ causes: ['InvalidImageName'], certainty: 'likely', fault: nodeFault }),
    // words about another layer than the name say that the node took the name
    proof: ({ facts, nodeFault }) =>
      facts.referenceError === null || nodeFault?.understood === false
        ? []
        : [object('pod', `image "${facts.image}": ${facts.referenceError}`)],
  },
  {
    id: 'object.secret-breaks-keyring',
    reason: 'kubelet cannot parse a pull secret of the pod, and fails every pull of the pod.',
    when: ({ facts, nodeFault }) => facts.keyring.broken !== null && !isAbout(nodeFault, 'badReference'),
    verdict: ({ nodeFault }) => ({
      causes: ['SecretMalformed'],
      certainty: 'likely',
      fault: isAbout(nodeFault, 'secretParse') ? nodeFault : null,
    }),
    proof: ({ facts, facts: { keyring } }) => (keyring.broken === null ? [] : [brokenSecret(facts, keyring.broken)]),
  },
];

/** The node asks its own machine over plain HTTP and gets 400: if TLS is spoken to us, that is why. */
const askedOverPlainHttp = ({ facts, nodeFault }: Context): boolean =>
  nodeFault?.status === 400 &&
  facts.probe?.scheme === 'https' &&
  isLoopback(facts.reference?.registry.replace(/:\d+$/, '') ?? '') &&
  facts.probe.connection.some(check => check.name === 'tls' && check.status !== 'failed');

/** The node's own trouble; what we see besides has to be repaired next. */
function ownTrouble(context: Context): Decision {
  const decision = rankCauses(context, context.nodeFault as Fault);
  const after = isRefusal(context.probeFault) ? firstOf(PROBE, { ...context, reportedFault: null })?.cause : undefined;
  return after === undefined || after === decision.cause || after === 'Unknown' ? decision : { ...decision, next: [after] };
}

/** A pull that was postponed comes again, and a part that is damaged in the registry was not cut off on the way: there the registry's answer decides. */
const answeredByRegistry = ({ nodeFault, probeFault }: Context): boolean =>
  (isAbout(nodeFault, 'throttled') && isRefusal(probeFault)) || (isAbout(nodeFault, 'shortBody') && isAbout(probeFault, 'corrupt'));

const NODE: readonly Rule[] = [
  {
    id: 'node.own-trouble',
    reason: 'What the node reports about its own network, disk or runtime decides, even if the same request works from this machine.',
    when: context =>
      context.nodeFault !== null &&
      (isNodeFault(context.nodeFault) || isAbout(context.nodeFault, 'secretParse')) &&
      !answeredByRegistry(context),
    delegate: ownTrouble,
  },
  {
    id: 'node.plain-http-to-this-machine',
    reason: 'The node uses plain HTTP for a registry on localhost, and that server uses TLS.',
    when: askedOverPlainHttp,
    delegate: ownTrouble,
  },
];

/** A pull secret that nobody could read may be what stops a pull that works anonymously. */
const onlyUnreadSecrets = ({ facts: { keyring, secrets } }: Context): boolean =>
  !keyring.complete && keyring.credentials.length === 0 && secrets.length > 0;
const works = ({ attempt, probeFault }: Context): boolean => attempt !== null && probeFault === null;
const isPassing = (fault: Fault): boolean => isNetworkFault(fault) || (fault.status ?? 0) >= 500 || fault.status === 429;
/** A cache that answered "not found" to the node hands on to us what its upstream says. */
const explainsNotFound = (reported: Fault, seen: Fault): boolean => reported.kind === 'notFound' && seen.details.upstream !== undefined;
/** Our probe is refused in a way that only the login tables explain. */
const loginMatter = (context: Context): context is Context & { attempt: Attempt; probeFault: Fault } =>
  context.attempt !== null &&
  context.probeFault !== null &&
  isAuthenticationFault(context.probeFault) &&
  isLoginMatter(context, context.probeFault);

/** The node got farther than we do. In: the decision that leads and the one that follows. */
function eitherOf(first: Decision, second: Decision): Decision {
  const also = [second.cause, ...second.also, ...first.also].filter(
    (code, index, all) => code !== first.cause && all.indexOf(code) === index,
  );
  return { ...first, certainty: 'possible', also: also.slice(0, MOST_ALTERNATIVES), next: [], proof: [] };
}

/** The node read "not found" with a login of its own, or in one of several tries. */
const nodeGotFarther = ({ facts }: Context): boolean => nodeMayLogIn(facts) || facts.nodeReport.faults.some(isAuthenticationFault);
const notFoundReported = ({ reportedFault }: Context): boolean => isAbout(reportedFault, 'notFound');

function loginNeeded(context: Context): Decision {
  const decision = loginFromProbe(context, context.probeFault as Fault);
  // without the login that is in the way, the image is still missing
  const missing = context.anonymous?.fault;
  return decision.cause === 'CredentialsBlockPublicImage' && missing != null
    ? { ...decision, next: [rankCauses(context, missing).cause] }
    : decision;
}

const PROBE: readonly Rule[] = [
  {
    id: 'probe.mirror-fails-registry-works',
    reason: 'Asked from this machine, the registry returns the manifest, and the mirror fails.',
    when: ({ facts, probeFault }) => probeFault?.role === 'mirror' && facts.probe?.registryItself?.fault === null,
    verdict: ({ probeFault }) => ({ causes: ['MirrorFailed'], certainty: 'likely', fault: probeFault }),
  },
  {
    id: 'probe.works-other-part-fails',
    reason: 'The registry returns the manifest. What the node reports is about parts of the image that the probe does not read.',
    when: context =>
      works(context) &&
      context.reportedFault !== null &&
      (NOT_PROBED.has(context.reportedFault.kind) || (context.reportedFault.kind === 'platform' && context.facts.node.platform === null)),
    delegate: context => rankCauses(context, context.reportedFault as Fault),
  },
  {
    id: 'probe.mirror-not-asked',
    reason: 'The registry returns the manifest, but the node uses a mirror that the probe did not contact.',
    when: context => works(context) && context.reportedFault?.role === 'mirror' && context.facts.probe?.mirrorOf === null,
    delegate: context => rankCauses(context, context.reportedFault as Fault, 'likely'),
  },
  {
    id: 'probe.public-image-secret-not-read',
    reason: 'The registry returns the manifest anonymously. It may reject the credentials of a pull secret that could not be read.',
    when: context =>
      works(context) && onlyUnreadSecrets(context) && context.reportedFault !== null && isAuthenticationFault(context.reportedFault),
    verdict: ({ reportedFault }) => ({
      causes: ['CredentialsBlockPublicImage', 'FixedWaitingForRetry', 'CredentialsRejected'],
      certainty: 'possible',
      fault: reportedFault,
    }),
  },
  {
    id: 'probe.head-fails-get-works',
    reason: 'The registry rejects HEAD but returns the manifest to GET, which the runtime of the node uses: the next pull works.',
    when: context => works(context) && context.headFailureHarmless,
    verdict: ({ reportedFault }) => ({ causes: ['FixedWaitingForRetry'], certainty: 'likely', fault: reportedFault }),
  },
  {
    id: 'probe.works-at-other-search-registry',
    reason: 'The name has no registry. Docker Hub returns the manifest to this machine, and the node reports an error of another registry.',
    when: context => works(context) && context.facts.nodeReport.searched !== null,
    verdict: ({ reportedFault }) => ({
      causes: ['ShortNameUnresolved', 'FixedWaitingForRetry', 'RateLimited'],
      certainty: 'likely',
      fault: reportedFault,
    }),
  },
  {
    id: 'probe.works-disk-short',
    reason: 'The registry returns the manifest, nothing is left of what the node reported, and the node is short of disk space.',
    when: context => works(context) && context.nodeFault === null && shortageOf(context.facts) !== null,
    verdict: ({ reportedFault }) => ({ causes: ['NodeDiskFull', 'FixedWaitingForRetry'], certainty: 'likely', fault: reportedFault }),
  },
  {
    id: 'probe.works-now',
    reason: 'The registry returns the manifest now: the next pull works.',
    when: works,
    verdict: ({ reportedFault }) => ({ causes: ['FixedWaitingForRetry'], certainty: 'likely', fault: reportedFault }),
  },
  {
    id: 'probe.credential-withheld',
    reason: 'The probe does not send credentials over an insecure connection, so what the node reports decides.',
    when: ({ credentialWithheld, nodeFault }) => credentialWithheld && nodeFault !== null,
    delegate: context => rankCauses(context, context.nodeFault as Fault),
  },
  {
    id: 'probe.own-trouble',
    reason: 'The probe fails in another way than the node, and its failure may be temporary: what the node reports decides.',
    when: ({ reportedFault, probeFault }) =>
      reportedFault !== null &&
      probeFault !== null &&
      isPassing(probeFault) &&
      !sameFailure(reportedFault, probeFault) &&
      !explainsNotFound(reportedFault, probeFault),
    delegate: context => rankCauses(context, context.reportedFault as Fault),
  },
  {
    id: 'probe.anonymous-meets-the-same',
    reason: 'An anonymous request fails as the node reports: a runtime sends credentials only if the registry requires them.',
    when: ({ reportedFault, probeFault, anonymous }) =>
      reportedFault !== null &&
      probeFault !== null &&
      isAuthenticationFault(probeFault) &&
      anonymous?.fault != null &&
      sameFailure(reportedFault, anonymous.fault),
    // the node reports the very failure that the anonymous request met: that answer holds for the node
    delegate: context =>
      rankCauses({ ...context, holdsForNode: context.facts.nodeReport.searched === null }, context.anonymous?.fault as Fault),
  },
  {
    id: 'probe.refused-where-node-read',
    reason: 'The registry rejects the anonymous probe, but the node could read the manifest: what the node reports decides.',
    when: context =>
      loginMatter(context) &&
      context.attempt.credential === null &&
      context.reportedFault !== null &&
      (!isAuthenticationFault(context.reportedFault) || context.reportedFault.kind === 'invalidToken') &&
      (READ_BY_THE_NODE.has(context.reportedFault.kind) || !context.facts.keyring.complete),
    delegate: context => rankCauses(context, context.reportedFault as Fault, 'likely'),
  },
  {
    id: 'probe.node-got-farther',
    reason:
      'The node reports "not found", but the registry rejects the probe: the node has credentials of its own, or one of its attempts was authenticated.',
    when: context => loginMatter(context) && notFoundReported(context) && nodeGotFarther(context),
    delegate: context =>
      eitherOf(rankCauses(context, context.reportedFault as Fault), loginFromProbe(context, context.probeFault as Fault, 'likely')),
  },
  {
    id: 'probe.refused-where-node-found-nothing',
    reason: 'The registry rejects the probe, but the node reports "not found", which may be the answer of a mirror.',
    when: context => loginMatter(context) && notFoundReported(context),
    delegate: context =>
      eitherOf(loginFromProbe(context, context.probeFault as Fault, 'likely'), rankCauses(context, context.reportedFault as Fault)),
  },
  {
    id: 'probe.refused',
    reason: 'The registry rejects the probe and the node. The credentials and the objects show why.',
    when: loginMatter,
    delegate: loginNeeded,
  },
  {
    id: 'probe.answer',
    reason: 'The answer of the registry to the probe decides.',
    when: ({ probeFault }) => probeFault !== null,
    delegate: context => rankCauses(context, context.probeFault as Fault),
  },
];

const WITHOUT_ANSWER: readonly Rule[] = [
  {
    id: 'node.report-alone',
    reason: 'No answer of the registry is available, so what the node reports decides.',
    when: ({ nodeFault }) => nodeFault !== null,
    delegate: context => rankCauses(context, context.nodeFault as Fault),
  },
  {
    id: 'probe.not-asked',
    reason: 'Nothing is left of what the node reported, and the registry is, or leads to, a host that kubectl imagepull does not ask.',
    when: ({ notAsked }) => notAsked !== null,
    verdict: ({ notAsked }) => ({ causes: ['Unknown'], certainty: 'possible', fault: notAsked }),
  },
  {
    id: 'probe.no-connection',
    reason: 'No message of the node is left, and the probe cannot connect to the registry.',
    when: ({ facts }) => facts.probe?.connectionFault != null,
    delegate: context => rankCauses(context, context.facts.probe?.connectionFault as Fault, 'likely'),
  },
  {
    id: 'none.disk-short',
    reason: 'No message of the node and no answer of the registry is available. The node is short of disk space.',
    when: ({ facts }) => shortageOf(facts) !== null,
    verdict: () => ({ causes: ['NodeDiskFull', ...USUAL], certainty: 'possible' }),
  },
  {
    id: 'none.secret-not-found',
    reason: 'No message of the node and no answer of the registry is available. A pull secret that the pod references does not exist.',
    when: ({ facts }) => facts.nodeReport.unreadableSecrets.length > 0 || facts.secrets.some(({ lookup }) => lookup === 'missing'),
    verdict: () => ({ causes: ['SecretNotFound', ...USUAL], certainty: 'possible' }),
  },
  {
    id: 'none.secret-malformed',
    reason: 'No message of the node and no answer of the registry is available. kubelet cannot read a pull secret that the pod references.',
    when: ({ facts }) => facts.secrets.some(({ problems }) => problems.some(({ code }) => code === 'SecretMalformed')),
    verdict: () => ({ causes: ['SecretMalformed', ...USUAL], certainty: 'possible' }),
  },
  {
    id: 'none.events-gone',
    reason: 'No message of the node and no answer of the registry is available, and the objects show no problem.',
    when: () => true,
    verdict: () => ({ causes: ['Unknown'], certainty: 'possible' }),
  },
];

/** What a pull fails of most often. */
const USUAL: readonly CauseCode[] = ['TagNotFound', 'RepositoryNotFound', 'NoPullSecret', 'RegistryUnreachable'];

/** All rules, in the order in which they are tried. */
export const RULES: readonly Rule[] = [...ADMISSION, ...STATE, ...OBJECT, ...NODE, ...PROBE, ...WITHOUT_ANSWER];

/** The decision on one image: of the first rule whose situation is given. The last rule takes every situation. */
export const decide = (context: Context): Decision => firstOf(RULES, context) as Decision;
