import type { TypoKind } from './credential.ts';
import type { Fault } from './fault.ts';
import type { Platform } from './platform.ts';

export type CheckName = 'dns' | 'connect' | 'tls' | 'ping' | 'token' | 'manifest' | 'platform' | 'config' | 'layers';
export const CHECK_ORDER: CheckName[] = ['dns', 'connect', 'tls', 'ping', 'token', 'manifest', 'platform', 'config', 'layers'];

export interface Check {
  name: CheckName;
  status: 'ok' | 'failed' | 'skipped' | 'warning';
  /** Registry code, HTTP status or system error code. */
  code: string | null;
  detail: string;
  /** Milliseconds that the step took, null when nothing was done. */
  ms: number | null;
}

export type CredentialResult = 'accepted' | 'rejected' | 'denied' | 'notTried' | 'notVerifiable' | 'error';

/** One walk in the order of a pull, as one identity. */
export interface Attempt {
  /** Index in the keyring, null for nobody. */
  credential: number | null;
  result: CredentialResult;
  detail: string;
  /** From the token on; those of the connection are the probe's. */
  checks: Check[];
  /** The first step that failed, null when the manifest was given. */
  fault: Fault | null;
  /** Actions on this repository that the token grants; null without a token that can be decoded. */
  granted: string[] | null;
  /** The visibly defective credential was tried once more in its repaired form. */
  repaired: { defect: string; kind: TypoKind; works: boolean } | null;
}

export type Tags =
  | { known: true; names: string[]; complete: boolean }
  /** The registry says that the repository is not there; `ambiguous`: by a bare 404, which may also mean that it keeps no tag lists. */
  | { known: false; repositoryMissing: true; ambiguous?: true }
  | { known: false; repositoryMissing: false; why: string };

export interface RateLimit {
  limit: number | null;
  remaining: number | null;
  windowSeconds: number | null;
  /** Address or account that is counted, as the registry names it. */
  source: string | null;
  /** Seconds or date, as sent. */
  retryAfter: string | null;
}

export interface BlobHost {
  host: string;
  ok: boolean;
  detail: string;
}

/** What a server's certificate says of itself; dates as YYYY-MM-DD. */
export interface CertificateFacts {
  names: string;
  issuer: string;
  selfSigned: boolean;
  validFrom: string;
  validUntil: string;
}

export interface ProbeFacts {
  /** The host that was asked (docker.io is asked at registry-1.docker.io). */
  host: string;
  scheme: 'https' | 'http';
  /** Set when a mirror was asked in the registry's place. */
  mirrorOf: string | null;
  /** `127.0.0.1`, `localhost`, `*.svc`, `*.local`: to the node this name is another machine than to us. */
  nodeResolvesElsewhere: boolean;
  /** dns, connect, tls, ping. */
  connection: Check[];
  /** The certificate that the host showed, null when none was seen. */
  certificate: CertificateFacts | null;
  /** The connection itself failed: nothing was asked. */
  connectionFault: Fault | null;
  /** The first challenge of the registry. */
  challenge: { scheme: string; realm: string | null; service: string | null } | null;
  attempts: Attempt[];
  /** Index into attempts of the one that decided, null when nothing was asked. */
  decisive: number | null;
  /** HEAD is refused where the same GET works. */
  headBlocked: boolean;
  tags: Tags | null;
  /** Platforms that the image has, null when not looked at. */
  platforms: Platform[] | null;
  /** Bytes of all layers and the config, compressed. */
  size: number | null;
  layers: number | null;
  blobHosts: BlobHost[];
  rateLimit: RateLimit | null;
}
