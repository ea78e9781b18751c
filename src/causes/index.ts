/** The texts of all causes, by code. Belongs here: the table. Pure. */
import type { CauseCode } from '../model/cause-codes.ts';
import { AccessDenied } from './AccessDenied.ts';
import { AuthMethodUnsupported } from './AuthMethodUnsupported.ts';
import { BlobHostFailed } from './BlobHostFailed.ts';
import { CertificateInvalid } from './CertificateInvalid.ts';
import { CertificateNotTrusted } from './CertificateNotTrusted.ts';
import { CredentialsBlockPublicImage } from './CredentialsBlockPublicImage.ts';
import { CredentialsExpired } from './CredentialsExpired.ts';
import { CredentialsRejected } from './CredentialsRejected.ts';
import type { CauseText } from './cause.ts';
import { DigestNotFound } from './DigestNotFound.ts';
import { FixedWaitingForRetry } from './FixedWaitingForRetry.ts';
import { HeadRequestBlocked } from './HeadRequestBlocked.ts';
import { ImageBroken } from './ImageBroken.ts';
import { ImageNeverPulled } from './ImageNeverPulled.ts';
import { InvalidImageName } from './InvalidImageName.ts';
import { ManifestUnsupported } from './ManifestUnsupported.ts';
import { MirrorFailed } from './MirrorFailed.ts';
import { NodeDiskFull } from './NodeDiskFull.ts';
import { NodeStorageFailed } from './NodeStorageFailed.ts';
import { NoPullProblem } from './NoPullProblem.ts';
import { NoPullSecret } from './NoPullSecret.ts';
import { NotARegistry } from './NotARegistry.ts';
import { PlainHTTPRegistry } from './PlainHTTPRegistry.ts';
import { PlatformNotAvailable } from './PlatformNotAvailable.ts';
import { ProxyFailed } from './ProxyFailed.ts';
import { PullThrottled } from './PullThrottled.ts';
import { PullTooSlow } from './PullTooSlow.ts';
import { RateLimited } from './RateLimited.ts';
import { RegistryFailing } from './RegistryFailing.ts';
import { RegistryNameNotResolved } from './RegistryNameNotResolved.ts';
import { RegistryPolicyDenied } from './RegistryPolicyDenied.ts';
import { RegistryUnreachable } from './RegistryUnreachable.ts';
import { RepositoryNotFound } from './RepositoryNotFound.ts';
import { RepositoryNotFoundOrPrivate } from './RepositoryNotFoundOrPrivate.ts';
import { RepositoryOffline } from './RepositoryOffline.ts';
import { RuntimeFailed } from './RuntimeFailed.ts';
import { SecretHasNoCredentials } from './SecretHasNoCredentials.ts';
import { SecretMalformed } from './SecretMalformed.ts';
import { SecretNotFound } from './SecretNotFound.ts';
import { SecretNotInherited } from './SecretNotInherited.ts';
import { SecretRegistryMismatch } from './SecretRegistryMismatch.ts';
import { ShortNameUnresolved } from './ShortNameUnresolved.ts';
import { SignatureRejected } from './SignatureRejected.ts';
import { StillPulling } from './StillPulling.ts';
import { TagNotFound } from './TagNotFound.ts';
import { TLSFailed } from './TLSFailed.ts';
import { TokenServiceFailed } from './TokenServiceFailed.ts';
import { TransferInterrupted } from './TransferInterrupted.ts';
import { Unknown } from './Unknown.ts';

/** The texts of every cause. A code without a text does not compile. */
export const CAUSE_TEXTS: Readonly<Record<CauseCode, CauseText>> = {
  InvalidImageName,
  ShortNameUnresolved,
  RepositoryNotFound,
  TagNotFound,
  DigestNotFound,
  RepositoryNotFoundOrPrivate,
  PlatformNotAvailable,
  ManifestUnsupported,
  ImageBroken,
  SecretMalformed,
  CredentialsBlockPublicImage,
  CredentialsExpired,
  CredentialsRejected,
  AccessDenied,
  SecretHasNoCredentials,
  SecretNotFound,
  SecretNotInherited,
  SecretRegistryMismatch,
  NoPullSecret,
  AuthMethodUnsupported,
  RegistryNameNotResolved,
  RegistryUnreachable,
  ProxyFailed,
  CertificateNotTrusted,
  CertificateInvalid,
  TLSFailed,
  PlainHTTPRegistry,
  BlobHostFailed,
  TransferInterrupted,
  HeadRequestBlocked,
  RegistryFailing,
  RateLimited,
  TokenServiceFailed,
  RegistryPolicyDenied,
  RepositoryOffline,
  NotARegistry,
  NodeDiskFull,
  NodeStorageFailed,
  PullTooSlow,
  PullThrottled,
  MirrorFailed,
  RuntimeFailed,
  SignatureRejected,
  ImageNeverPulled,
  FixedWaitingForRetry,
  StillPulling,
  NoPullProblem,
  Unknown,
};
