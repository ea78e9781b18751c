/**
 * Why a login fails, as ordered tables: what our probe proves, what the node reports, and what the objects show where no credential was sent.
 * The order is the order of repair: what hides everything else stands first.
 */

import { expiryText } from '../causes/phrases.ts';
import { missing } from '../causes/SecretNotFound.ts';
import type { CauseCode } from '../model/cause-codes.ts';
import type { Certainty, Proof } from '../model/diagnosis.ts';
import { type CredentialFact, type Facts, meetsEverybody } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import { isAuthenticationFault } from '../model/fault.ts';
import { isGenerated, isOfOtherProject, isOpenShift, missesOf } from '../model/openshift.ts';
import type { Attempt } from '../model/probe.ts';
import { isForeignChallenge, providerOf, type RegistryProvider } from '../model/registry-providers.ts';
import type { Context } from './context.ts';
import { type Decision, firstOf, type Rule, type Verdict } from './decision.ts';
import { emptyEntryLine } from './evidence.ts';
import { answered, nodeSays, object, podSecrets, secretShows, serviceAccountShows } from './proof.ts';

/** What the login tables look at besides. */
export interface LoginContext extends Context {
  /** The refusal. */
  refusal: Fault;
  /** Requests that were made with a credential that has a password. */
  sent: Attempt[];
  /** What proves that authentication is required and that no credential was sent; empty when nothing does. */
  required: Proof[];
}

/** The brand of the image's registry, where it is known. */
const provider = (facts: Facts): RegistryProvider | null => providerOf(facts.reference?.registry ?? '', facts.probe?.challenge ?? null);

/**
 * Registries that return the same error for a missing repository and for one that this identity may not read. Without a credential that holds only where anonymous pulls exist:
 * elsewhere a login is needed first, whatever the repository.
 */
function hidesMissing(facts: Facts): boolean {
  const { hidesMissing: hides = false, anonymousPulls = true } = provider(facts) ?? {};
  return hides && (anonymousPulls || facts.keyring.credentials.some(credential => !credential.empty));
}

/** A registry of a cloud: its nodes usually pull with an identity of their own, which cannot be seen. */
const nodeHasIdentity = (facts: Facts): boolean => provider(facts)?.node != null;
/** The nodes usually have credentials that cannot be seen: an identity of a cloud, or the global pull secret of OpenShift. */
export const nodeMayLogIn = (facts: Facts): boolean => nodeHasIdentity(facts) || isOpenShift(facts);

/** Whether a 403 of the token server may mean a wrong password. */
const rejectsWith403 = (facts: Facts): boolean => provider(facts)?.rejectsWith403 ?? false;

/** The credential is past its time: a token that states its own end, or one that is older than its issuer accepts. */
const isExpired = (credential: CredentialFact | undefined): boolean => credential?.expiry != null;
/** The credential is a token that states its own end, which has passed. */
const isExpiredToken = (credential: CredentialFact | undefined): boolean => credential?.expiry?.source === 'token';
/** What is known of the end of a credential's time, as proof. */
const expiryShows = (facts: Facts, { secret, expiry }: CredentialFact): Proof[] =>
  expiry === null ? [] : [object('secret', `"${secret}": ${expiryText(expiry, facts.now)}`)];

const credentialOf = (facts: Facts, attempt: Attempt): CredentialFact | undefined => facts.keyring.credentials[attempt.credential ?? -1];
const usable = ({ facts }: Context): CredentialFact[] => facts.keyring.credentials.filter(credential => !credential.empty);
const states = (fault: Fault | null | undefined, statement: Fault['statements'][number]): boolean =>
  fault?.statements.includes(statement) === true;
const proofOf = (context: LoginContext, attempt: Attempt | undefined): Proof[] =>
  attempt === undefined ? [] : [answered(context.facts, attempt)];

// ── what the objects show where no credential was sent ─────────────────────────────────────────────────────────────────────────────────────────────────

const withProblem = ({ facts }: Context, code: string) =>
  facts.secrets.find(({ problems }) => problems.some(problem => problem.code === code));
const onlyEmptyEntries = ({ facts }: Context): boolean =>
  facts.keyring.credentials.length > 0 && facts.keyring.credentials.every(({ empty }) => empty);

interface ObjectRow {
  id: string;
  cause: CauseCode;
  reason: string;
  when(context: LoginContext): boolean;
  /** The object that shows it; empty when it is only reported. */
  shows(context: LoginContext): Proof[];
  /** Holds besides other rows only in this case. */
  besides?(context: LoginContext): boolean;
}

const secretProblem = (context: LoginContext, code: string): Proof[] => {
  const secret = withProblem(context, code);
  return secret === undefined ? [] : [secretShows(context.facts, secret)];
};

const OBJECT_ROWS: readonly ObjectRow[] = [
  {
    id: 'login.secret-malformed',
    cause: 'SecretMalformed',
    reason: 'kubelet cannot read a pull secret of the pod, so no credentials were sent.',
    when: context => withProblem(context, 'SecretMalformed') !== undefined,
    shows: context => secretProblem(context, 'SecretMalformed'),
  },
  {
    id: 'login.secret-has-no-credentials',
    cause: 'SecretHasNoCredentials',
    reason: 'The pull secrets of the pod contain no credentials that kubelet can use, so none were sent.',
    when: context => withProblem(context, 'SecretHasNoCredentials') !== undefined || onlyEmptyEntries(context),
    shows: context => {
      const shown = secretProblem(context, 'SecretHasNoCredentials');
      return shown.length > 0
        ? shown
        : context.facts.keyring.credentials.map(({ secret, key }) => object('secret', emptyEntryLine(secret, [key])));
    },
  },
  {
    id: 'login.secret-not-found',
    cause: 'SecretNotFound',
    reason: 'The pod references a pull secret that does not exist in its namespace, so no credentials were sent.',
    when: ({ facts }) => missing(facts).length > 0,
    // kubelet's event is raised for a time-out and a refusal too: alone it does not prove that a secret is missing
    shows: ({ facts }) =>
      facts.secrets.filter(({ lookup, why }) => lookup === 'missing' && why === null).map(secret => secretShows(facts, secret)),
  },
  {
    id: 'login.secret-not-inherited',
    cause: 'SecretNotInherited',
    reason: 'The service account lists a pull secret for this image, but the pod does not.',
    when: ({ facts }) => facts.serviceAccount.matching.length > 0,
    shows: ({ facts }) => [serviceAccountShows(facts)],
  },
  {
    id: 'login.secret-registry-mismatch',
    cause: 'SecretRegistryMismatch',
    reason: 'The pull secrets of the pod contain credentials, but none of their keys matches this image.',
    when: ({ facts }) => missesOf(facts).length > 0,
    shows: ({ facts }) =>
      facts.secrets.filter(({ name }) => missesOf(facts).some(({ secret }) => secret === name)).map(secret => secretShows(facts, secret)),
    // an entry for quite another registry is no fault where something else is
    besides: ({ facts }) => missesOf(facts).some(({ near }) => near),
  },
  {
    id: 'login.missing-or-private',
    cause: 'RepositoryNotFoundOrPrivate',
    reason: 'No credentials were sent, and this registry returns the same error for missing and private repositories.',
    when: ({ facts }) => hidesMissing(facts),
    shows: ({ facts }) => [podSecrets(facts)],
    besides: () => false,
  },
  {
    id: 'login.no-pull-secret',
    cause: 'NoPullSecret',
    reason: 'The registry requires authentication, but the pod has no pull secret for it.',
    when: () => true,
    // a token server that lets everybody in may refuse for want of the repository
    shows: ({ facts, attempt }) => (attempt?.credential === null && grantsNothing(attempt) ? [] : [podSecrets(facts)]),
    besides: () => false,
  },
];

/** Causes that hold when the objects say why nothing was sent, the first necessary repair first. */
const objectCauses = (context: LoginContext): [CauseCode, ...CauseCode[]] => {
  const holding = OBJECT_ROWS.filter(row => row.when(context));
  const [first, ...rest] = holding as [ObjectRow, ...ObjectRow[]];
  return [first.cause, ...rest.filter(row => row.besides?.(context) ?? true).map(({ cause }) => cause)];
};

/** A credential that could be explained by an object: something else than that none is there. */
const objectExplains = (context: LoginContext): boolean =>
  !['NoPullSecret', 'RepositoryNotFoundOrPrivate'].includes(objectCauses(context)[0]);

/** Why no credential was sent, as the objects show it. The last row takes every situation. */
export const LOGIN_FROM_OBJECTS: readonly Rule<LoginContext>[] = OBJECT_ROWS.map(
  ({ id, reason, when, shows }): Rule<LoginContext> => ({
    id,
    reason,
    when,
    verdict: context => {
      const [cause, ...rest] = objectCauses(context);
      const seen = context.refusal.seenBy === 'probe';
      // what stands besides in the way is repaired next, once it is proved that no credential was sent
      if (context.required.length > 0 && shows(context).length > 0)
        return {
          causes: [cause, ...(context.facts.secrets.length === 0 ? ['NoPullSecret' as const] : [])],
          certainty: 'likely',
          next: rest,
        };
      const open: CauseCode[] =
        context.attempt?.credential === null && grantsNothing(context.attempt) ? ['RepositoryNotFoundOrPrivate'] : [];
      // the global pull secret may have credentials that the registry refuses
      const ofNodes: CauseCode[] = isOpenShift(context.facts) ? ['CredentialsRejected', 'AccessDenied'] : [];
      const vague: CauseCode[] = seen ? [...open, ...ofNodes] : ['NoPullSecret', 'RepositoryNotFoundOrPrivate'];
      return { causes: [cause, ...rest, ...vague], certainty: seen && rest.length < 3 ? 'likely' : 'possible' };
    },
    proof: context => {
      const shown = shows(context);
      return context.required.length === 0 || shown.length === 0 ? [] : [...context.required, ...shown];
    },
  }),
);

// ── what our probe proves ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The first request with a credential that fits. */
const sentOne = ({ facts, sent }: LoginContext, fits: (attempt: Attempt, credential: CredentialFact | undefined) => boolean) =>
  sent.find(attempt => fits(attempt, credentialOf(facts, attempt)));
const rejectedOne = (context: LoginContext, fits: (attempt: Attempt, credential: CredentialFact | undefined) => boolean = () => true) =>
  sentOne(context, (attempt, credential) => attempt.result === 'rejected' && fits(attempt, credential));
const deniedOne = (context: LoginContext) => sentOne(context, ({ result }) => result === 'denied');
/** The token server issued a token that grants nothing: many do so for a repository that does not exist, too. */
const grantsNothing = (attempt: Attempt | null | undefined): boolean => attempt?.granted?.length === 0 && attempt.fault?.role !== 'token';
const refusedOne = (context: LoginContext) => sentOne(context, ({ fault }) => fault !== null && isAuthenticationFault(fault));
const reportedRefusal = ({ facts }: Context): Fault | undefined => facts.nodeReport.faults.find(isAuthenticationFault);
const unreadSecret = ({ facts, sent }: LoginContext): boolean => !facts.keyring.complete && sent.length === 0;

const tokenNotAccepted = ({ facts }: Context): Attempt | undefined =>
  facts.probe?.attempts.find(
    ({ fault, granted }) =>
      fault?.status === 401 && fault.kind === 'status' && (granted?.includes('pull') || fault.details.tokenOpens === false),
  );

/** The right is what is missing: the token is known to be without it, or only those without a login are asked for one. A plain 401 may hide a missing repository too. */
const isDenial = (context: LoginContext, attempt: Attempt): boolean =>
  !meetsEverybody(context.facts, attempt.fault) &&
  attempt.fault?.step !== 'ping' &&
  (attempt.fault?.kind === 'insufficientScope' || attempt.fault?.status === 403 || attempt.granted !== null);

/** The password itself was refused, by `/v2/` or a token server. Where `/v2/` was not asked, the 401 of a manifest may mean a right that is missing. */
const isRejection = (context: LoginContext, attempt: Attempt): boolean =>
  (attempt.fault?.role === 'token' || attempt.fault?.step === 'ping' || attempt.fault === null || isEmptyPassword(attempt)) &&
  !meetsEverybody(context.facts, attempt.fault);
const wrongPassword = (context: LoginContext) => rejectedOne(context, attempt => isRejection(context, attempt));
const isEmptyPassword = ({ fault }: Attempt): boolean => fault?.login === 'none';
const expiryStated = (context: LoginContext) =>
  rejectedOne(context, ({ fault }) => states(fault, 'expired') || states(fault, 'tokenExpired'));
const rejectedExpired = (context: LoginContext) => rejectedOne(context, (_, credential) => isExpiredToken(credential));
const agedAndDenied = (context: LoginContext) =>
  sentOne(context, ({ fault }, credential) => fault?.status === 403 && fault.explanation === null && isExpired(credential));

const likely = (...causes: [CauseCode, ...CauseCode[]]): Verdict => ({ causes, certainty: 'likely' });
const possible = (...causes: [CauseCode, ...CauseCode[]]): Verdict => ({ causes, certainty: 'possible' });

const deniedVerdict = (context: LoginContext): Verdict =>
  grantsNothing(deniedOne(context))
    ? likely('AccessDenied', 'RepositoryNotFoundOrPrivate', 'CredentialsRejected')
    : likely('AccessDenied', 'CredentialsRejected');
const deniedProof = (context: LoginContext): Proof[] => (grantsNothing(deniedOne(context)) ? [] : proofOf(context, deniedOne(context)));

/** Why the probe is refused. The last rule takes every situation. */
export const LOGIN_FROM_PROBE: readonly Rule<LoginContext>[] = [
  {
    id: 'probe.granted-token-refused',
    reason: 'The token server grants the pull, but the registry rejects the token and does not report a missing permission.',
    when: context => tokenNotAccepted(context) !== undefined,
    verdict: () => likely('TokenServiceFailed', 'AccessDenied'),
  },
  {
    id: 'probe.forbidden-unasked',
    reason: 'The registry answers 403 and asks for no credentials, so a runtime sends none: a rule about everybody rejects the request.',
    when: ({ facts, refusal, sent }) => refusal.status === 403 && facts.probe?.challenge === null && sent.length === 0,
    verdict: () => likely('RegistryPolicyDenied', 'AccessDenied', 'RepositoryOffline', 'NoPullSecret'),
  },
  {
    id: 'probe.secret-not-read-node-refused',
    reason: 'A pull secret could not be read, so its credentials were not tried. What the node reports decides.',
    when: context => unreadSecret(context) && reportedRefusal(context) !== undefined,
    delegate: context => loginFromNode(context, reportedRefusal(context) as Fault, 'likely'),
  },
  {
    id: 'probe.secret-not-read',
    reason: 'The registry requires authentication. A pull secret could not be read, so its credentials were not tried.',
    when: unreadSecret,
    verdict: context => possible(...unreadCauses(context, null)),
  },
  {
    id: 'probe.no-credential-sent',
    reason: 'The registry requires authentication, but kubelet has no credentials for this image. The objects show why.',
    when: ({ sent }) => sent.length === 0,
    delegate: (context, atMost) => firstOf(LOGIN_FROM_OBJECTS, context, atMost) as Decision,
  },
  {
    id: 'probe.public-image-refused-to-credential',
    reason: 'The registry returns the image anonymously, but rejects the credentials that kubelet sends.',
    when: context => refusedOne(context) !== undefined && context.anonymous !== null,
    verdict: () => likely('CredentialsBlockPublicImage', 'CredentialsRejected'),
    proof: context => [...proofOf(context, refusedOne(context)), ...proofOf(context, context.anonymous ?? undefined)],
  },
  {
    id: 'probe.credential-expired-registry-states',
    reason: 'The registry rejects the credentials and reports that they have expired.',
    when: context => expiryStated(context) !== undefined,
    verdict: () => likely('CredentialsExpired', 'CredentialsRejected'),
    proof: context => proofOf(context, expiryStated(context)),
  },
  {
    id: 'probe.credential-expired-by-date',
    reason: 'The registry rejects the credentials, and the password is a token whose expiry time has passed.',
    when: context => rejectedExpired(context) !== undefined,
    verdict: () => likely('CredentialsExpired', 'CredentialsRejected'),
    proof: context => {
      const attempt = rejectedExpired(context);
      const credential = attempt && credentialOf(context.facts, attempt);
      return credential === undefined ? [] : [...proofOf(context, attempt), ...expiryShows(context.facts, credential)];
    },
  },
  {
    id: 'probe.credential-expired-by-age',
    reason: 'The registry rejects the credentials, and the secret is older than the lifetime of such tokens.',
    when: context => rejectedOne(context, (_, credential) => isExpired(credential)) !== undefined,
    verdict: () => likely('CredentialsExpired', 'CredentialsRejected'),
  },
  {
    id: 'probe.aged-credential-denied',
    reason: 'The registry answers 403 without an explanation, and the secret is older than the lifetime of such tokens.',
    when: context => agedAndDenied(context) !== undefined,
    verdict: () => likely('CredentialsExpired', 'AccessDenied'),
  },
  {
    id: 'probe.right-missing-by-401',
    reason: 'The registry answers 401 and reports that a permission is missing.',
    when: context => rejectedOne(context, ({ fault }) => states(fault, 'rightMissing')) !== undefined,
    verdict: () => likely('AccessDenied', 'CredentialsRejected'),
  },
  {
    id: 'probe.credential-rejected',
    reason: 'The registry rejects the user name or the password that kubelet sends.',
    when: context => rejectedOne(context) !== undefined,
    verdict: context =>
      wrongPassword(context) === undefined
        ? likely('CredentialsRejected', 'AccessDenied', 'RepositoryNotFoundOrPrivate')
        : likely('CredentialsRejected'),
    proof: context => proofOf(context, wrongPassword(context)),
  },
  {
    id: 'probe.right-missing',
    reason: 'The registry accepts the user and reports that a permission for this repository is missing.',
    when: context => states(deniedOne(context)?.fault, 'rightMissing'),
    verdict: context => deniedVerdict(context),
    proof: context => deniedProof(context),
  },
  {
    id: 'probe.missing-or-private-to-user',
    reason: 'The registry accepts the user, and returns the same error for missing and private repositories.',
    when: context => deniedOne(context) !== undefined && hidesMissing(context.facts),
    verdict: () => likely('RepositoryNotFoundOrPrivate', 'AccessDenied', 'RepositoryNotFound'),
  },
  {
    id: 'probe.denied-by-token-server',
    reason: 'The token server answers 403: a permission is missing. Some servers also answer 403 to a wrong password.',
    when: context => deniedOne(context)?.fault?.role === 'token',
    verdict: () => likely('AccessDenied', 'CredentialsRejected', 'TokenServiceFailed'),
  },
  {
    id: 'probe.access-denied',
    reason: 'The registry accepts the user, but denies access to this repository.',
    when: context => deniedOne(context) !== undefined,
    verdict: context =>
      deniedOne(context)?.fault?.status === 403
        ? likely('AccessDenied', 'RegistryPolicyDenied', 'CredentialsRejected')
        : likely('AccessDenied', 'RepositoryNotFoundOrPrivate', 'CredentialsRejected'),
    proof: context =>
      proofOf(
        context,
        [deniedOne(context)].find(attempt => attempt !== undefined && isDenial(context, attempt) && !grantsNothing(attempt)),
      ),
  },
  {
    id: 'probe.refused-unclear',
    reason: 'The registry rejects the request and does not report whether the password is wrong or a permission is missing.',
    when: () => true,
    verdict: () => likely('AccessDenied', 'CredentialsRejected'),
  },
];

/** With a secret that was not read: everything that a credential can meet. */
function unreadCauses({ facts }: Context, fault: Fault | null): [CauseCode, ...CauseCode[]] {
  const order: [CauseCode, ...CauseCode[]] =
    fault?.status === 403
      ? [
          'AccessDenied',
          'CredentialsRejected',
          'CredentialsExpired',
          'RepositoryNotFoundOrPrivate',
          'SecretRegistryMismatch',
          'NoPullSecret',
        ]
      : [
          'CredentialsRejected',
          'CredentialsExpired',
          'AccessDenied',
          'SecretRegistryMismatch',
          'RepositoryNotFoundOrPrivate',
          'NoPullSecret',
        ];
  return missing(facts).length > 0 && fault?.login !== 'sent' ? ['SecretNotFound', ...order] : order;
}

// ── what the node reports ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

const isVague = ({ refusal }: LoginContext): boolean => refusal.kind === 'denied' || refusal.kind === 'insufficientScope';
const nothingSent = ({ refusal }: LoginContext): boolean => refusal.kind === 'noBasicAuth' || refusal.login === 'none';
const hasCredential = (context: LoginContext): boolean => usable(context).length > 0;
/** Every secret was read, none has a credential for this image, and the message does not say that one was sent all the same. */
const noCredential = ({ facts, refusal }: LoginContext): boolean =>
  facts.keyring.complete && (facts.secrets.length > 0 || refusal.login !== 'sent');
/** A credential that is past its age comes first. */
const agedFirst = (context: LoginContext): CauseCode[] => (usable(context).some(isExpired) ? ['CredentialsExpired'] : []);
const inOrder = (codes: CauseCode[]): Verdict => possible(...(codes as [CauseCode, ...CauseCode[]]));

/** Why the node was refused. The last rule takes every situation. */
export const LOGIN_FROM_NODE: readonly Rule<LoginContext>[] = [
  {
    id: 'node.token-expired',
    reason: 'The node reports the message of the registry: the token has expired.',
    when: ({ refusal }) => states(refusal, 'tokenExpired'),
    verdict: () => likely('CredentialsExpired', 'CredentialsRejected', 'TokenServiceFailed'),
    // the token that a long download outlived was given to a login that is good
    proof: ({ refusal }) => (refusal.step === 'layer' ? [] : [nodeSays(refusal)]),
  },
  {
    id: 'node.something-expired',
    reason: 'The node reports a rejection, and its message says that something has expired.',
    when: ({ refusal }) => states(refusal, 'expired'),
    verdict: () => likely('CredentialsExpired', 'CredentialsRejected'),
  },
  {
    id: 'node.login-lost-in-transfer',
    reason: 'The registry accepted the credentials for the manifest, but rejects them for a layer.',
    when: ({ refusal }) => refusal.kind === 'invalidToken' && refusal.step === 'layer',
    verdict: () => possible('CredentialsExpired', 'AccessDenied', 'CredentialsRejected'),
  },
  {
    id: 'node.credentials-wrong',
    reason: 'The node reports that the user name or the password is wrong.',
    when: context =>
      states(context.refusal, 'credentialsWrong') &&
      (hasCredential(context) || !context.facts.keyring.complete || context.facts.secrets.every(isGenerated)),
    verdict: () => possible('CredentialsRejected', 'CredentialsExpired', 'AccessDenied'),
  },
  {
    id: 'node.basic-where-registry-asks-bearer',
    reason: 'The node was asked for Basic authentication, but this registry asks for a token: a mirror answers in its place.',
    when: ({ facts, refusal }) => refusal.kind === 'noBasicAuth' && isForeignChallenge(facts.reference?.registry ?? '', 'Basic'),
    verdict: () => possible('MirrorFailed', 'NoPullSecret', 'RepositoryNotFoundOrPrivate', 'CredentialsRejected', 'ProxyFailed'),
  },
  {
    id: 'node.image-of-other-project',
    reason:
      'The image is in another project of OpenShift. Its registry answers 401 to a service account without the role system:image-puller there.',
    when: context =>
      isOfOtherProject(context.facts) && (hasCredential(context) || context.facts.secrets.some(isGenerated)) && !isVague(context),
    verdict: () => likely('AccessDenied', 'RepositoryNotFoundOrPrivate', 'CredentialsExpired', 'CredentialsRejected'),
  },
  // with a credential for this image
  {
    id: 'node.no-basic-auth-with-credential',
    reason: 'The node reports that it had no more credentials to send, although a pull secret has credentials for this image.',
    when: context => hasCredential(context) && context.refusal.kind === 'noBasicAuth',
    verdict: context => inOrder([...agedFirst(context), 'CredentialsRejected', 'AccessDenied']),
  },
  {
    id: 'node.right-missing',
    reason: 'The node reports that the registry accepts the user, but a permission is missing.',
    when: context => hasCredential(context) && states(context.refusal, 'rightMissing'),
    verdict: () => likely('AccessDenied', 'CredentialsRejected'),
    proof: context => [
      nodeSays(context.refusal),
      ...context.facts.secrets
        .filter(({ name }) => usable(context).some(({ secret }) => secret === name))
        .map(secret => secretShows(context.facts, secret)),
    ],
  },
  {
    id: 'node.denied-with-credential',
    reason: 'The runtime reports that the repository does not exist or requires authorization. A pull secret has credentials for it.',
    when: context => hasCredential(context) && isVague(context),
    verdict: context =>
      inOrder(['RepositoryNotFoundOrPrivate', ...agedFirst(context), 'AccessDenied', 'CredentialsRejected', 'RepositoryNotFound']),
  },
  {
    id: 'node.forbidden-with-credential',
    reason: 'The node reports 403, and a pull secret has credentials for this image.',
    // GitHub's token server answers 403 to a wrong password
    when: context =>
      hasCredential(context) && context.refusal.status === 403 && !(context.refusal.role === 'token' && rejectsWith403(context.facts)),
    verdict: context =>
      inOrder([...agedFirst(context), 'AccessDenied', 'CredentialsRejected', 'CredentialsExpired', 'RepositoryNotFoundOrPrivate']),
  },
  {
    id: 'node.unauthorized-with-credential',
    reason: 'The node reports that the registry rejects the credentials, and a pull secret has credentials for this image.',
    when: hasCredential,
    verdict: context =>
      inOrder([
        ...agedFirst(context),
        'CredentialsRejected',
        'CredentialsExpired',
        'AccessDenied',
        'CredentialsBlockPublicImage',
        'RepositoryNotFoundOrPrivate',
      ]),
  },
  // without one
  {
    id: 'node.no-credential-to-send',
    reason: 'The node reports that authentication is required, but kubelet has no credentials for this image. The objects show why.',
    when: context => noCredential(context) && objectExplains(context),
    delegate: (context, atMost) => firstOf(LOGIN_FROM_OBJECTS, context, atMost) as Decision,
  },
  {
    id: 'node.denied-without-credential',
    reason: 'The runtime reports that the repository does not exist or requires authorization. No pull secret has credentials for it.',
    when: context => noCredential(context) && isVague(context),
    verdict: () =>
      possible(
        'RepositoryNotFoundOrPrivate',
        'NoPullSecret',
        'AccessDenied',
        'RepositoryNotFound',
        'SecretNotInherited',
        'CredentialsRejected',
      ),
  },
  {
    id: 'node.no-basic-auth',
    reason: 'The node reports that it had no credentials to send, and the pod has no pull secret for this image.',
    when: context => noCredential(context) && context.refusal.kind === 'noBasicAuth',
    verdict: () => possible('NoPullSecret', 'RepositoryNotFoundOrPrivate', 'SecretNotInherited', 'CredentialsRejected', 'AccessDenied'),
  },
  {
    id: 'node.right-missing-without-credential',
    reason: 'The node reports that a permission is missing. The credentials that it sent do not come from the pod.',
    when: context => noCredential(context) && states(context.refusal, 'rightMissing'),
    verdict: () => possible('AccessDenied', 'NoPullSecret', 'RepositoryNotFoundOrPrivate', 'CredentialsRejected', 'CredentialsExpired'),
  },
  {
    id: 'node.forbidden-to-node-identity',
    reason:
      'The node reports 403 from a cloud registry, and the pod has no credentials for it: the identity of the node may lack a permission.',
    when: context =>
      noCredential(context) && context.refusal.status === 403 && context.refusal.login !== 'none' && nodeHasIdentity(context.facts),
    verdict: () => possible('AccessDenied', 'NoPullSecret', 'RepositoryNotFoundOrPrivate', 'CredentialsRejected', 'CredentialsExpired'),
  },
  {
    id: 'node.forbidden-missing-or-private',
    reason:
      'The token server answers 403, which it does for missing and for private repositories, and the pod has no credentials for this image.',
    when: context =>
      noCredential(context) && context.refusal.status === 403 && context.refusal.role === 'token' && hidesMissing(context.facts),
    verdict: () => possible('RepositoryNotFoundOrPrivate', 'NoPullSecret', 'AccessDenied', 'CredentialsRejected', 'SecretNotInherited'),
  },
  {
    id: 'node.forbidden-without-credential',
    reason: 'The node reports 403, and the pod has no credentials for this image: credentials or a permission are missing.',
    when: context => noCredential(context) && context.refusal.status === 403 && context.refusal.login !== 'none',
    verdict: () => possible('NoPullSecret', 'AccessDenied', 'RepositoryNotFoundOrPrivate', 'CredentialsRejected', 'SecretNotInherited'),
  },
  {
    id: 'node.unauthorized-without-credential',
    reason: 'The node reports that the registry requires authentication, and the pod has no pull secret for this image.',
    when: noCredential,
    verdict: () => possible('NoPullSecret', 'RepositoryNotFoundOrPrivate', 'AccessDenied', 'CredentialsRejected', 'SecretNotInherited'),
  },
  // with a pull secret that was not read, or with a credential that is not the pod's
  {
    id: 'node.right-missing-secret-not-read',
    reason: 'The node reports that a permission is missing. The credentials that it sent are not known.',
    when: ({ refusal }) => states(refusal, 'rightMissing'),
    verdict: () => possible('AccessDenied', 'CredentialsRejected', 'CredentialsExpired'),
  },
  {
    id: 'node.nothing-sent-missing-or-private',
    reason:
      'The node reports that the registry rejected an anonymous pull. This registry returns the same error for missing and private repositories.',
    when: context =>
      nothingSent(context) &&
      context.refusal.kind !== 'noBasicAuth' &&
      (hidesMissing(context.facts) || nodeHasIdentity(context.facts) || provider(context.facts)?.id === 'artifactory'),
    verdict: ({ facts }) =>
      inOrder([
        ...(missing(facts).length > 0 ? (['SecretNotFound'] as const) : []),
        'RepositoryNotFoundOrPrivate',
        'SecretRegistryMismatch',
        'NoPullSecret',
        'CredentialsRejected',
        'SecretHasNoCredentials',
      ]),
  },
  {
    id: 'node.nothing-sent-secret-not-read',
    reason: 'The node reports that no credentials were sent. A pull secret of the pod could not be read.',
    when: nothingSent,
    verdict: ({ facts }) =>
      inOrder([
        ...(missing(facts).length > 0 ? (['SecretNotFound'] as const) : []),
        'SecretRegistryMismatch',
        'NoPullSecret',
        'CredentialsRejected',
        'SecretHasNoCredentials',
        'RepositoryNotFoundOrPrivate',
      ]),
  },
  {
    id: 'node.denied-secret-not-read',
    reason: 'The node reports an error that is the same for missing and private repositories. The credentials that it sent are not known.',
    when: context => isVague(context) || (context.refusal.login === null && context.refusal.status === 401 && hidesMissing(context.facts)),
    verdict: context => inOrder(['RepositoryNotFoundOrPrivate', ...unreadCauses(context, context.refusal)]),
  },
  {
    id: 'node.refused-secret-not-read',
    reason: 'The node reports that the registry rejects the credentials. The credentials that it sent are not known.',
    when: () => true,
    verdict: context => possible(...unreadCauses(context, context.refusal)),
  },
];

/** What the node's report alone says of a refusal, with the objects that could be read. */
export function loginFromNode(context: Context, refusal: Fault, atMost: Certainty = 'certain'): Decision {
  const noneSent = !['denied', 'insufficientScope'].includes(refusal.kind) && (refusal.kind === 'noBasicAuth' || refusal.login === 'none');
  const required = noneSent && !nodeMayLogIn(context.facts) ? [nodeSays(refusal)] : [];
  return { ...(firstOf(LOGIN_FROM_NODE, { ...context, refusal, sent: [], required }, atMost) as Decision), fault: refusal };
}

/** What our own probe, in which no identity was let in, proves of the login. */
export function loginFromProbe(context: Context, refusal: Fault, atMost: Certainty = 'certain'): Decision {
  const { facts } = context;
  const attempts = facts.probe?.attempts ?? [];
  const sent = attempts.filter(
    ({ credential, result, fault }) =>
      credential !== null &&
      result !== 'notTried' &&
      !(result === 'notVerifiable' && fault !== null) &&
      facts.keyring.credentials[credential]?.empty === false,
  );
  const decision = firstOf(LOGIN_FROM_PROBE, { ...context, refusal, sent, required: requiredByProbe(context) }, atMost) as Decision;
  return { ...decision, fault: refusal };
}

/** The registry challenges and refuses without a login. Where the node may have a login of its own, only its own report proves that none was sent. */
function requiredByProbe({ facts, attempt }: Context): Proof[] {
  // without a challenge no runtime sends a login, and a 403 asks for none: it may be a rule about everybody
  if (facts.probe?.challenge == null || attempt === null) return [];
  // which pull secrets admission would add to a pod that does not exist yet was not seen
  if (facts.planned !== undefined && facts.serviceAccount.secrets === null && facts.secrets.length === 0) return [];
  if (attempt.fault?.status === 403 && !hidesMissing(facts)) return [];
  if (!nodeMayLogIn(facts)) return [answered(facts, attempt)];
  const reported = facts.nodeReport.faults.find(({ kind }) => kind === 'noBasicAuth');
  return reported === undefined ? [] : [answered(facts, attempt), nodeSays(reported)];
}
