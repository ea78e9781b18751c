/** How strongly a fault points at each cause. */

import { decisive } from '../causes/phrases.ts';
import type { CauseCode } from '../model/cause-codes.ts';
import type { Facts } from '../model/facts.ts';
import { type Fault, type FaultKind, isAtBlobHost, isNetworkFault } from '../model/fault.ts';
import { manifestReference } from '../model/reference.ts';
import { isLoopback } from '../util/proxy.ts';

/**
 * How strongly a fault points at a cause. Of several causes the strongest leads; equal ones keep the order of the table.
 * ONLY: nothing else gives these words. Then the diagnosis is certain.
 */
export const ONLY = 100;
/** The evidence points here, though something else could say the same. */
export const MOSTLY = 80;
/** One of several that say the same, and the most frequent. */
export const OFTEN = 60;
export const SOMETIMES = 40;
export const RARELY = 20;
export const NEVER = 0;

/** Trouble with the TLS of that host has a repair of its own. */
const UNSAFE = new Set<FaultKind>(['untrusted', 'badCertificate', 'x509', 'tls', 'plainHttp', 'httpToHttps']);

const isOfDates = (fault: Fault | null): boolean => ['expired', 'notYetValid'].includes(fault?.details.certificate?.problem ?? '');

/** Refusals of a request that a runtime makes rightly everywhere else. */
const UNUSUAL = new Set([400, 405, 408, 411, 413, 414, 423, 425, 501]);

const HOW: Record<string, string> = {
  refused: 'nothing listens there (connection refused)',
  timeout: 'no answer within the time limit',
  unreachable: 'no route leads there',
  reset: 'the connection is reset',
  eof: 'the connection is closed without an answer',
};

export const CLAIMS: Partial<Record<CauseCode, (fault: Fault, facts: Facts) => number>> = {
  AuthMethodUnsupported: (fault, facts) => {
    if (fault.status !== 401 || fault.role === 'token') return NEVER;
    if (fault.seenBy === 'probe')
      return facts.probe?.challenge === null && !facts.probe.headBlocked
        ? fault.step === 'layer' || fault.step === 'config'
          ? RARELY
          : ONLY
        : NEVER;
    // Docker puts the status's own name where a registry that speaks the protocol would explain itself
    return fault.statements.includes('statusOnly') ? MOSTLY + 1 : RARELY;
  },
  BlobHostFailed: fault => {
    const late = fault.step === 'layer' || fault.step === 'config';
    if (fault.role === 'redirect') {
      if (UNSAFE.has(fault.kind)) return late ? MOSTLY : SOMETIMES;
      // a page in place of a manifest is a login page or a portal
      if (fault.kind === 'notJson') return late ? ONLY : RARELY;
      if (fault.kind === 'blobMissing') return SOMETIMES;
      // what is asked there in the registry's own protocol may be a mirror, which Docker and CRI-O, other than containerd, do not name
      const namesMirrors = fault.seenBy === 'probe' || fault.speaker === 'containerd';
      const certain = late && (namesMirrors || fault.details.resource !== 'blob');
      return isNetworkFault(fault) || fault.kind === 'status' ? (certain ? ONLY : MOSTLY + 1) : NEVER;
    }
    if (!late || fault.role === 'token') return NEVER;
    if (fault.kind === 'status' || fault.kind === 'notJson') return fault.status === 403 ? MOSTLY : SOMETIMES;
    if (['dns', 'refused', 'timeout', 'unreachable'].includes(fault.kind)) return MOSTLY;
    return fault.kind === 'reset' || fault.kind === 'shortBody' ? SOMETIMES : NEVER;
  },
  CertificateInvalid: fault =>
    fault.kind === 'badCertificate'
      ? fault.role === 'token' || isAtBlobHost(fault)
        ? SOMETIMES
        : // a name of this machine in no certificate is rather plain HTTP that was wanted; a date means the certificate
          isLoopback((fault.host ?? '').replace(/:\d+$/, '')) && !isOfDates(fault)
          ? MOSTLY
          : ONLY
      : fault.kind === 'x509'
        ? OFTEN
        : fault.kind === 'tls'
          ? SOMETIMES
          : NEVER,
  CertificateNotTrusted: fault =>
    fault.kind === 'untrusted'
      ? fault.role === 'token' || isAtBlobHost(fault)
        ? SOMETIMES + 5
        : ONLY
      : fault.kind === 'x509' || (fault.kind === 'tls' && (fault.details.tls === 'unverified' || fault.details.tls === 'insecureAlgorithm'))
        ? SOMETIMES
        : NEVER,
  CredentialsExpired: fault =>
    fault.statements.includes('tokenExpired') ? ONLY : fault.kind === 'invalidToken' && fault.step === 'layer' ? OFTEN : NEVER,
  DigestNotFound: (fault, facts) => {
    if (fault.kind !== 'notFound' || fault.role === 'token' || facts.reference?.digest == null || fault.code === 'NAME_UNKNOWN')
      return NEVER;
    if (fault.seenBy === 'probe') {
      const tags = facts.probe?.tags;
      if (tags?.known) return ONLY;
      if (tags && !tags.known && tags.repositoryMissing) return NEVER;
      return MOSTLY;
    }
    return OFTEN;
  },
  HeadRequestBlocked: (fault, facts) => {
    if (fault.seenBy === 'probe') return facts.probe?.headBlocked && fault.method === 'HEAD' ? ONLY : NEVER;
    return (fault.kind === 'status' && (fault.status === 500 || fault.status === 403)) || fault.kind === 'notFound' ? RARELY : NEVER;
  },
  ImageBroken: (fault, facts) => {
    if (fault.role === 'redirect') return fault.kind === 'corrupt' || fault.kind === 'blobMissing' ? MOSTLY : NEVER;
    if (fault.kind === 'blobMissing') return fault.seenBy === 'probe' ? ONLY : fault.details.part === 'other' ? SOMETIMES : MOSTLY + 1;
    if (fault.kind === 'corrupt') return fault.seenBy === 'probe' ? ONLY : MOSTLY;
    // the tag is listed, its manifest is gone
    if (
      fault.kind === 'notFound' &&
      fault.code !== 'TAG_EXPIRED' &&
      fault.seenBy === 'probe' &&
      facts.probe?.tags?.known &&
      facts.reference?.tag != null &&
      facts.reference.digest === null &&
      facts.probe.tags.names.includes(facts.reference.tag)
    )
      return MOSTLY;
    if (fault.kind === 'shortBody') return fault.details.received === 0 ? MOSTLY + 1 : SOMETIMES;
    if (fault.kind === 'badManifest') return fault.step === 'config' ? MOSTLY + 1 : SOMETIMES + 1;
    return fault.kind === 'mediaType' || fault.kind === 'storage' || fault.kind === 'schema1' ? RARELY : NEVER;
  },
  ImageNeverPulled: fault => (fault.kind === 'never' ? ONLY : NEVER),
  InvalidImageName: fault => {
    if (fault.kind === 'badReference') return ONLY;
    if (fault.code === 'NAME_INVALID') return ONLY;
    // a registry answers 400 to a name that its own rules refuse; where the node asks itself, it is rather TLS that was wanted
    const itself = fault.seenBy === 'node' && isLoopback((fault.host ?? '').replace(/:\d+$/, ''));
    return fault.status === 400 && fault.role !== 'token' && !itself ? MOSTLY : NEVER;
  },
  ManifestUnsupported: fault => {
    if (fault.kind === 'schema1' || fault.kind === 'encrypted') return ONLY;
    if (fault.kind === 'tooLarge') return MOSTLY;
    if (fault.kind === 'mediaType') return fault.details.mediaType === 'text/html' ? SOMETIMES : fault.seenBy === 'probe' ? ONLY : MOSTLY;
    if (fault.kind === 'badManifest') return fault.code === 'MANIFEST_INVALID' ? SOMETIMES : MOSTLY;
    if (fault.kind === 'blobMissing') return fault.details.part === 'other' ? MOSTLY : SOMETIMES - 5;
    return fault.kind === 'corrupt' || fault.kind === 'shortBody' ? SOMETIMES - 5 : NEVER;
  },
  MirrorFailed: fault => (fault.role === 'mirror' ? (fault.kind === 'unknown' ? MOSTLY : SOMETIMES - 5) : NEVER),
  NodeDiskFull: (fault, facts) =>
    fault.kind === 'diskFull' ? ONLY : fault.kind === 'storage' && facts.node.diskPressure ? SOMETIMES : NEVER,
  NodeStorageFailed: fault => (fault.kind === 'storage' ? MOSTLY : fault.kind === 'runtime' ? SOMETIMES : NEVER),
  NotARegistry: fault => {
    if (fault.role === 'token' || isAtBlobHost(fault)) return RARELY;
    if (fault.kind === 'notJson')
      return fault.seenBy === 'probe'
        ? fault.status === null || fault.status < 400 || fault.status === 404
          ? ONLY
          : RARELY
        : fault.status === 410 || (fault.status ?? 0) >= 500 || fault.status === 403
          ? RARELY
          : MOSTLY;
    // 511 Network Authentication Required is a captive portal's own status (RFC 6585)
    if (fault.status === 511) return ONLY;
    if (fault.kind === 'mediaType' && fault.details.mediaType === 'text/html') return MOSTLY;
    return fault.kind === 'mediaType' || fault.kind === 'badManifest' ? RARELY : NEVER;
  },
  PlainHTTPRegistry: fault => {
    if (fault.kind === 'plainHttp' || fault.kind === 'httpToHttps') {
      if (isAtBlobHost(fault)) return SOMETIMES;
      return fault.role === 'token' ? MOSTLY : ONLY;
    }
    if (fault.statements.includes('httpsWanted')) return ONLY;
    // this machine is asked over plain HTTP, and a TLS server answers that with 400
    if (fault.kind === 'badCertificate' && isLoopback((fault.host ?? '').replace(/:\d+$/, ''))) return SOMETIMES;
    return fault.seenBy === 'node' && fault.status === 400 && isLoopback((fault.host ?? '').replace(/:\d+$/, '')) ? MOSTLY : NEVER;
  },
  PlatformNotAvailable: fault => (fault.kind === 'platform' ? ONLY : NEVER),
  ProxyFailed: fault =>
    fault.kind === 'proxy' || fault.status === 407 ? ONLY : fault.status === 500 || fault.kind === 'notFound' ? RARELY - 5 : NEVER,
  PullThrottled: fault => (fault.kind === 'throttled' ? ONLY : NEVER),
  PullTooSlow: fault => {
    if (fault.kind === 'canceled') return fault.host === null || fault.step === 'layer' ? ONLY : RARELY;
    if (fault.kind === 'timeout') return fault.details.silent && fault.seenBy === 'node' ? SOMETIMES : NEVER;
    return fault.kind === 'deadline' ? (fault.host === null ? ONLY : MOSTLY) : fault.kind === 'shortBody' ? RARELY : NEVER;
  },
  RateLimited: fault => (fault.status === 429 || fault.code === 'TOOMANYREQUESTS' ? ONLY : NEVER),
  RegistryFailing: (fault, facts) => {
    if (fault.kind === 'redirects') return fault.role === 'token' ? SOMETIMES : ONLY;
    if (facts.probe?.headBlocked && fault.seenBy === 'probe') return SOMETIMES;
    if ((fault.status ?? 0) >= 500 && fault.status !== 501 && fault.status !== 511) {
      if (fault.role === 'token' || fault.role === 'redirect') return SOMETIMES;
      if (fault.step === 'layer' || fault.step === 'config') return MOSTLY;
      return fault.seenBy === 'probe' || (fault.status !== 500 && fault.host !== null) ? ONLY : MOSTLY;
    }
    if (fault.kind === 'canceled' && fault.host !== null && fault.step !== 'layer') return fault.role === 'token' ? SOMETIMES : ONLY;
    if (fault.kind === 'timeout' && fault.details.silent && fault.role !== 'token' && fault.role !== 'redirect')
      return fault.seenBy === 'probe' ? ONLY : MOSTLY + 5;
    if (fault.kind === 'eof' || fault.kind === 'reset')
      return fault.role === 'registry' && (fault.step === 'resolve' || fault.step === 'ping') ? SOMETIMES : NEVER;
    return fault.status !== null && UNUSUAL.has(fault.status)
      ? OFTEN - 10
      : fault.kind === 'badManifest' && fault.step === 'ping'
        ? SOMETIMES
        : NEVER;
  },
  RegistryNameNotResolved: fault => {
    if (fault.kind !== 'dns' || fault.role === 'proxy') return NEVER;
    if (fault.role === 'token') return SOMETIMES;
    if (fault.role === 'redirect') return fault.step === 'layer' || fault.step === 'config' ? SOMETIMES : MOSTLY - 1;
    // a name server that cannot be asked says nothing of the name: that may pass, and other trouble of the node's network may be behind it
    return fault.details.dns === 'noAnswer' ? MOSTLY + 10 : ONLY;
  },
  RegistryPolicyDenied: fault => {
    if (fault.role === 'token' && fault.status === 401) return NEVER;
    if (fault.status === 412 || fault.status === 451) return fault.seenBy === 'probe' ? ONLY : MOSTLY;
    if (fault.code === 'PROJECTPOLICYVIOLATION') return ONLY;
    if (fault.statements.includes('policy')) return fault.seenBy === 'probe' ? ONLY : MOSTLY + 5;
    if (fault.seenBy === 'probe' && fault.status === 403 && fault.statements.includes('htmlPage')) return MOSTLY + 5;
    if (fault.code === 'MANIFEST_INVALID' && fault.seenBy === 'node') return MOSTLY;
    return fault.status === 403 || fault.status === 500 || fault.status === 410 ? RARELY : NEVER;
  },
  RegistryUnreachable: fault => {
    if (fault.kind === 'dns' && fault.role === 'registry' && fault.details.dns === 'noAnswer') return RARELY;
    if (!(fault.kind in HOW) || fault.role === 'proxy') return fault.kind === 'tls' ? SOMETIMES : NEVER;
    if (fault.role === 'token') return SOMETIMES;
    const late = fault.step === 'layer' || fault.step === 'config' || fault.step === 'unpack';
    if (fault.role === 'redirect' || late) return late ? SOMETIMES : RARELY;
    // an answer that never comes after the connection stood is the registry's failure
    if (fault.details.silent) return SOMETIMES;
    return fault.kind === 'eof' || fault.kind === 'reset' ? MOSTLY + 5 : ONLY;
  },
  RepositoryNotFound: (fault, facts) => {
    if (fault.kind !== 'notFound' || fault.role === 'token') return NEVER;
    // a registry may hide what a token without rights does not open
    if (decisive(facts)?.granted?.length === 0) return MOSTLY;
    if (fault.code === 'NAME_UNKNOWN') return ONLY;
    if (fault.seenBy === 'probe' && facts.probe?.tags?.known === false && facts.probe.tags.repositoryMissing)
      return facts.probe.tags.ambiguous ? MOSTLY : ONLY;
    if (fault.seenBy === 'probe' && facts.probe?.tags?.known === true) return NEVER;
    // a bare word without registry, path and tag is rather a local image's name than an official image without `latest`
    const bare = !/[/:@]/.test(facts.image);
    return fault.code === 'MANIFEST_UNKNOWN' ? SOMETIMES : bare ? OFTEN + 1 : OFTEN - 1;
  },
  RepositoryOffline: fault => {
    if (fault.role === 'token') return NEVER;
    if (fault.status === 410 || fault.status === 402) return fault.seenBy === 'probe' ? ONLY : MOSTLY + 5;
    if (fault.status !== 429 && fault.status !== 401 && fault.statements.includes('offline') && !fault.statements.includes('rateLimit'))
      return fault.seenBy === 'probe' && (fault.status ?? 500) < 500 ? ONLY : MOSTLY + 6;
    if (fault.status === 405 && fault.code === 'DENIED') return MOSTLY;
    return fault.kind === 'notFound' || fault.status === 412 || fault.status === 403 ? RARELY - 1 : NEVER;
  },
  RuntimeFailed: fault =>
    fault.kind === 'runtime'
      ? fault.details.socket !== undefined
        ? ONLY
        : MOSTLY + 5
      : fault.kind === 'storage' || fault.kind === 'shortName'
        ? SOMETIMES
        : NEVER,
  SecretMalformed: fault => (fault.kind === 'secretParse' ? ONLY : NEVER),
  SecretNotFound: fault => (fault.kind === 'secretUnread' ? MOSTLY : NEVER),
  ShortNameUnresolved: fault => (fault.kind !== 'shortName' ? NEVER : fault.details.shortName !== undefined ? ONLY : MOSTLY),
  SignatureRejected: fault => (fault.kind === 'signature' ? ONLY : fault.kind === 'policy' ? MOSTLY : NEVER),
  TagNotFound: (fault, facts) => {
    if (fault.kind !== 'notFound' || fault.role === 'token') return NEVER;
    if (facts.reference?.digest != null) return RARELY;
    if (fault.code === 'NAME_UNKNOWN') return NEVER;
    if (fault.seenBy === 'probe') {
      if (fault.code === 'TAG_EXPIRED') return ONLY;
      const tags = facts.probe?.tags;
      if (tags?.known) return tags.names.includes(manifestReference(facts.reference as never)) ? RARELY : ONLY;
      if (tags && !tags.known && tags.repositoryMissing) return NEVER;
      return fault.code === 'MANIFEST_UNKNOWN' ? MOSTLY : OFTEN;
    }
    return OFTEN;
  },
  TLSFailed: fault =>
    fault.kind === 'tls'
      ? fault.role === 'token' || isAtBlobHost(fault)
        ? RARELY
        : MOSTLY
      : fault.kind === 'reset' || fault.kind === 'eof'
        ? RARELY
        : NEVER,
  TokenServiceFailed: fault => {
    if (fault.kind === 'badToken' || (fault.kind === 'badScheme' && fault.role === 'token')) return ONLY;
    if (fault.kind === 'invalidToken') return fault.step === 'layer' ? NEVER : fault.seenBy === 'probe' ? ONLY : MOSTLY;
    if (fault.kind === 'plainHttp' && fault.role === 'token') return OFTEN;
    if (fault.role === 'token') {
      if (isNetworkFault(fault))
        return fault.kind === 'untrusted' || fault.kind === 'tls' || fault.kind === 'badCertificate' || fault.kind === 'x509'
          ? MOSTLY
          : ONLY;
      if (fault.kind === 'redirects') return MOSTLY;
      if (fault.status === 401 || fault.status === 403) return RARELY;
      if (fault.status === 429) return NEVER;
      if ((fault.status ?? 0) >= 500) return fault.seenBy === 'probe' ? ONLY : MOSTLY + 1;
      if (fault.status !== null || fault.kind === 'notJson') return ONLY;
      return OFTEN;
    }
    return fault.kind === 'status' && ((fault.status ?? 0) >= 500 || fault.status === 401) ? SOMETIMES - 10 : NEVER;
  },
  TransferInterrupted: fault => {
    if (fault.kind === 'shortBody') return MOSTLY;
    const late = fault.step === 'layer' || fault.step === 'config' || fault.step === 'unpack';
    if ((fault.kind === 'reset' || fault.kind === 'eof') && late) return MOSTLY;
    return fault.kind === 'corrupt' || fault.kind === 'blobMissing' ? SOMETIMES : NEVER;
  },
};
