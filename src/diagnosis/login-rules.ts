import { missing } from '../causes/SecretNotFound.ts';
import type { CauseCode } from '../model/cause-codes.ts';
import type { Facts } from '../model/facts.ts';
import { anonymousPasses } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import { isAuthenticationFault } from '../model/fault.ts';
import type { Attempt } from '../model/probe.ts';
import { providerOf, type RegistryProvider } from '../model/registry-providers.ts';

export interface LoginVerdict {
  /** Likeliest first. */
  codes: CauseCode[];
  /** Whether the first is proved, given that a login is needed. */
  proved: boolean;
}

/** The brand of the image's registry, where it is known. */
const provider = (facts: Facts): RegistryProvider | null => providerOf(facts.reference?.registry ?? '', facts.probe?.challenge ?? null);

/**
 * Registries that return the same error for a missing repository and for one that this identity may not read. Without a credential that holds only where anonymous pulls exist:
 * elsewhere a login is needed first, whatever the repository.
 */
export function hidesMissing(facts: Facts): boolean {
  const { hidesMissing: hides = false, anonymousPulls = true } = provider(facts) ?? {};
  return hides && (anonymousPulls || facts.keyring.credentials.some(credential => !credential.empty));
}

/** A registry of a cloud: its nodes usually pull with an identity of their own, which cannot be seen. */
export const nodeMayLogIn = (facts: Facts): boolean => provider(facts)?.node != null;

/** Whether a 403 of the token server may mean a wrong password. */
const rejectsWith403 = (facts: Facts): boolean => provider(facts)?.rejectsWith403 ?? false;

/** The causes that a login can have when the pod brings no credential for this registry. */
function withoutCredential(facts: Facts): CauseCode[] {
  const codes: CauseCode[] = [];
  const has = (code: string): boolean => facts.secrets.some(secret => secret.problems.some(problem => problem.code === code));
  if (has('SecretMalformed')) codes.push('SecretMalformed');
  if (
    has('SecretHasNoCredentials') ||
    (facts.keyring.credentials.length > 0 && facts.keyring.credentials.every(credential => credential.empty))
  )
    codes.push('SecretHasNoCredentials');
  if (missing(facts).length > 0) codes.push('SecretNotFound');
  if (facts.serviceAccount.matching.length > 0) codes.push('SecretNotInherited');
  // an entry for quite another registry is no fault where something else is
  if (facts.keyring.nearMisses.some(miss => miss.near || codes.length === 0)) codes.push('SecretRegistryMismatch');
  if (codes.length === 0) codes.push(hidesMissing(facts) ? 'RepositoryNotFoundOrPrivate' : 'NoPullSecret');
  return codes;
}

/** kubelet's event is raised for a time-out and a refusal too: alone it does not prove that a secret is missing. */
const onlyHeard = (facts: Facts, code: CauseCode | undefined): boolean =>
  code === 'SecretNotFound' && !facts.secrets.some(secret => secret.lookup === 'missing' && secret.why === null);

/**
 * What our own probe proves of the login. In: the facts, with a probe in which no identity got in. Out: the causes, the first necessary one first.
 */
export function loginFromProbe(facts: Facts): LoginVerdict {
  // a token that grants the pull, and is refused without a word of a missing right
  if (facts.probe?.attempts.some(({ fault, granted }) => fault?.status === 401 && fault.kind === 'status' && granted?.includes('pull')))
    return { codes: ['TokenServiceFailed', 'AccessDenied'], proved: false };
  const attempts = (facts.probe?.attempts ?? []).filter(attempt => attempt.credential !== null && attempt.result !== 'notTried');
  const credentialOf = (attempt: Attempt) => facts.keyring.credentials[attempt.credential as number];
  const sent = attempts.filter(attempt => credentialOf(attempt)?.empty === false);
  if (!facts.keyring.complete && sent.length === 0) {
    // a secret that we could not see may hold what the node sends; its words may tell whether it sent any
    const heard = facts.nodeReport.faults.find(isAuthenticationFault);
    return { codes: heard === undefined ? unseen(facts, null) : loginFromNode(facts, heard).codes, proved: false };
  }
  if (sent.length === 0) {
    const codes = withoutCredential(facts);
    return {
      codes,
      // without a challenge no runtime sends a login: it may be a rule about everybody
      proved:
        facts.probe?.challenge != null &&
        (!nodeMayLogIn(facts) || facts.nodeReport.faults.some(fault => fault.kind === 'noBasicAuth')) &&
        !onlyHeard(facts, codes[0]),
    };
  }
  if (sent.some(attempt => attempt.fault !== null && isAuthenticationFault(attempt.fault)) && anonymousPasses(facts))
    return { codes: ['CredentialsBlockPublicImage'], proved: true };
  const rejected = sent.filter(attempt => attempt.result === 'rejected');
  const said = rejected.find(attempt => attempt.fault?.statements.includes('expired'));
  if (said !== undefined) return { codes: ['CredentialsExpired'], proved: true };
  const aged = rejected.find(attempt => credentialOf(attempt)?.expiry != null);
  if (aged !== undefined)
    return credentialOf(aged)?.expiry?.source === 'token'
      ? { codes: ['CredentialsExpired'], proved: true }
      : { codes: ['CredentialsExpired', 'CredentialsRejected'], proved: false };
  // ECR refuses a token past its time with 403, and a HEAD hides the reason
  const old = sent.find(
    attempt => attempt.fault?.status === 403 && attempt.fault.explanation === null && credentialOf(attempt)?.expiry != null,
  );
  if (old !== undefined) return { codes: ['CredentialsExpired', 'AccessDenied'], proved: false };
  // Artifactory answers a missing right by 401 too, and says so
  if (rejected.some(attempt => attempt.fault?.statements.includes('rightMissing')))
    return { codes: ['AccessDenied', 'CredentialsRejected'], proved: false };
  if (rejected.length > 0) return { codes: ['CredentialsRejected'], proved: true };
  const denied = sent.find(attempt => attempt.result === 'denied');
  if (denied !== undefined) {
    if (denied.fault?.statements.includes('rightMissing')) return { codes: ['AccessDenied'], proved: true };
    if (hidesMissing(facts)) return { codes: ['RepositoryNotFoundOrPrivate', 'AccessDenied', 'RepositoryNotFound'], proved: false };
    // by 403 some token servers refuse a wrong password too: without a token nothing proves that the login is good
    if (denied.fault?.role === 'token') return { codes: ['AccessDenied', 'CredentialsRejected', 'TokenServiceFailed'], proved: false };
    return { codes: ['AccessDenied'], proved: true };
  }
  return { codes: ['AccessDenied', 'CredentialsRejected'], proved: false };
}

/** With a secret that was not seen: everything that a sent credential can meet. */
function unseen(facts: Facts, fault: Fault | null): CauseCode[] {
  const denied = fault?.status === 403;
  const order: CauseCode[] = denied
    ? ['AccessDenied', 'CredentialsRejected', 'CredentialsExpired', 'RepositoryNotFoundOrPrivate', 'SecretRegistryMismatch', 'NoPullSecret']
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

/**
 * What the node's words alone say of the login, with the objects that could be seen. Words that say that credentials were sent outrank an empty
 * list of pull secrets; words that say that none was sent outrank a secret that might have been.
 */
export function loginFromNode(facts: Facts, fault: Fault): LoginVerdict {
  if (fault.statements.includes('expired')) return { codes: ['CredentialsExpired'], proved: true };
  // the login opened the manifest and no longer opens a layer
  if (fault.kind === 'invalidToken' && fault.step === 'layer')
    return { codes: ['CredentialsExpired', 'AccessDenied', 'CredentialsRejected'], proved: false };
  const { credentials, complete } = facts.keyring;
  const usable = credentials.filter(credential => !credential.empty);
  const vague = fault.kind === 'denied' || fault.kind === 'insufficientScope';
  const explicit = fault.statements.includes('rightMissing');
  const privateOrMissing = (codes: CauseCode[]): LoginVerdict => ({
    codes: ['RepositoryNotFoundOrPrivate', ...codes.filter(code => code !== 'RepositoryNotFoundOrPrivate')],
    proved: false,
  });

  if (fault.statements.includes('credentialsWrong') && (usable.length > 0 || !complete || facts.secrets.length === 0))
    return { codes: ['CredentialsRejected', 'CredentialsExpired', 'AccessDenied'], proved: false };
  if (usable.length > 0) {
    const expired = usable.some(credential => credential.expiry !== null);
    const aged: CauseCode[] = expired ? ['CredentialsExpired'] : [];
    if (fault.kind === 'noBasicAuth') return { codes: [...aged, 'CredentialsRejected', 'AccessDenied'], proved: false };
    if (explicit) return { codes: ['AccessDenied'], proved: true };
    if (vague) return privateOrMissing([...aged, 'AccessDenied', 'CredentialsRejected', 'RepositoryNotFound']);
    if (fault.status === 403 && !(fault.role === 'token' && rejectsWith403(facts)))
      return {
        codes: [...aged, 'AccessDenied', 'CredentialsRejected', 'CredentialsExpired', 'RepositoryNotFoundOrPrivate'],
        proved: false,
      };
    return {
      codes: [
        ...aged,
        'CredentialsRejected',
        'CredentialsExpired',
        'AccessDenied',
        'CredentialsBlockPublicImage',
        'RepositoryNotFoundOrPrivate',
      ],
      proved: false,
    };
  }
  if (complete && (facts.secrets.length > 0 || fault.login !== 'sent')) {
    const codes = withoutCredential(facts);
    if (codes[0] !== 'NoPullSecret' && codes[0] !== 'RepositoryNotFoundOrPrivate') {
      // the words ask for a login, and the objects show why none is there
      return {
        codes: [...codes, 'NoPullSecret', 'RepositoryNotFoundOrPrivate'],
        proved: !vague && !onlyHeard(facts, codes[0]) && !nodeMayLogIn(facts) && (fault.kind === 'noBasicAuth' || fault.login === 'none'),
      };
    }
    if (vague) return privateOrMissing(['NoPullSecret', 'AccessDenied', 'RepositoryNotFound', 'SecretNotInherited', 'CredentialsRejected']);
    if (fault.kind === 'noBasicAuth')
      return {
        codes: ['NoPullSecret', 'RepositoryNotFoundOrPrivate', 'SecretNotInherited', 'CredentialsRejected', 'AccessDenied'],
        proved: false,
      };
    if (explicit || (fault.status === 403 && fault.login !== 'none'))
      return {
        codes: ['AccessDenied', 'NoPullSecret', 'RepositoryNotFoundOrPrivate', 'CredentialsRejected', 'CredentialsExpired'],
        proved: false,
      };
    return {
      codes: ['NoPullSecret', 'RepositoryNotFoundOrPrivate', 'AccessDenied', 'CredentialsRejected', 'SecretNotInherited'],
      proved: false,
    };
  }
  if (explicit) return { codes: ['AccessDenied', 'CredentialsRejected', 'CredentialsExpired'], proved: false };
  if (fault.kind === 'noBasicAuth' || fault.login === 'none') {
    const codes: CauseCode[] = missing(facts).length > 0 ? ['SecretNotFound'] : [];
    const alike: CauseCode[] = ['SecretRegistryMismatch', 'NoPullSecret', 'CredentialsRejected', 'SecretHasNoCredentials'];
    if (fault.kind !== 'noBasicAuth' && (hidesMissing(facts) || nodeMayLogIn(facts) || provider(facts)?.id === 'artifactory'))
      return { codes: [...codes, 'RepositoryNotFoundOrPrivate', ...alike], proved: false };
    return { codes: [...codes, ...alike, 'RepositoryNotFoundOrPrivate'], proved: false };
  }
  if (vague || (fault.login === null && fault.status === 401 && hidesMissing(facts))) return privateOrMissing(unseen(facts, fault));
  return { codes: unseen(facts, fault), proved: false };
}
