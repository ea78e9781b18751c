/** What our own probe of a registry found. Belongs here: the facts that the diagnosis reads, in typed fields; sentences in them are for people alone. */
import type { TypoKind } from './credential.ts';
import type { Fault } from './fault.ts';
import type { LayerSize } from './node-load.ts';
import type { Platform } from './platform.ts';

/** The steps of a pull that are checked. */
export type CheckName = 'dns' | 'connect' | 'tls' | 'ping' | 'token' | 'manifest' | 'platform' | 'config' | 'layers';
/** The order in which a pull makes them. */
export const CHECK_ORDER: CheckName[] = ['dns', 'connect', 'tls', 'ping', 'token', 'manifest', 'platform', 'config', 'layers'];

/** One step, and how it ended. */
export interface Check {
  name: CheckName;
  status: 'ok' | 'failed' | 'skipped' | 'warning';
  /** Registry code, HTTP status or system error code; null where there is none. */
  code: string | null;
  /** A sentence for people. */
  detail: string;
  /** Milliseconds that the step took, null when nothing was done. */
  ms: number | null;
}

/**
 * What was proved of a credential: it is accepted; it is rejected; it is accepted and lacks the right to this repository (`denied`); it was not sent; nothing
 * was asked that would test it (`notVerifiable`); something else failed first.
 */
export type CredentialResult = 'accepted' | 'rejected' | 'denied' | 'notTried' | 'notVerifiable' | 'error';

/** One identity's way through the steps of a pull. */
export interface Attempt {
  /** Index in the keyring, null for the anonymous request. */
  credential: number | null;
  result: CredentialResult;
  /** A sentence for people. */
  detail: string;
  /** From the token on; those of the connection are the probe's. */
  checks: Check[];
  /** The first step that failed, null when everything that was asked for was returned. */
  fault: Fault | null;
  /** Actions on this repository that the token grants; null without a token that can be decoded. */
  granted: string[] | null;
  /** The visibly defective credential was tried once more in its repaired form. */
  repaired: { defect: string; kind: TypoKind; works: boolean } | null;
}

/** What the tag list of a repository tells. */
export type Tags =
  /** `complete`: there are no further pages. */
  | { known: true; names: string[]; complete: boolean }
  /** The registry says that the repository is not there; `ambiguous`: by a bare 404, which may also mean that it keeps no tag lists. */
  | { known: false; repositoryMissing: true; ambiguous?: true }
  /** `why`: a sentence for people. */
  | { known: false; repositoryMissing: false; why: string };

/** A limit of pulls as a registry tells it; null where it does not tell. */
export interface RateLimit {
  /** Pulls per window. */
  limit: number | null;
  remaining: number | null;
  /** Length of the window in seconds. */
  windowSeconds: number | null;
  /** Address or account that is counted, as the registry names it. */
  source: string | null;
  /** Seconds or date, as sent. */
  retryAfter: string | null;
}

/** A host to which the registry redirects for blobs. */
export interface BlobHost {
  host: string;
  /** It answered like a server of blobs, a 404 included. */
  ok: boolean;
  /** A phrase for people: what it answers, or why it does not. */
  detail: string;
}

/** What a server's certificate says of itself; dates as YYYY-MM-DD. */
export interface CertificateFacts {
  /** Alternative names, separated by commas. */
  names: string;
  issuer: string;
  selfSigned: boolean;
  validFrom: string;
  validUntil: string;
}

/** Everything that one probe of an image found, as seen from this machine. */
export interface ProbeFacts {
  /** The host that was asked (docker.io is asked at registry-1.docker.io). */
  host: string;
  scheme: 'https' | 'http';
  /** Set when a mirror was asked in the registry's place. */
  mirrorOf: string | null;
  /** What the registry itself answered to an anonymous request where a mirror was asked in its place and failed, `fault` null when it returned the manifest; null otherwise. */
  registryItself: { host: string; fault: Fault | null } | null;
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
  /**
   * What was answered to the request for a digest that no manifest has, after a tag was not found: null where it was "not found" too, or was not asked. With
   * `details.upstream` the host is a pull-through cache whose upstream does not serve it; without it, the answer tells nothing, and "not found" stays unconfirmed.
   */
  upstream: Fault | null;
  /** Platforms that the image has, null when not looked at. */
  platforms: Platform[] | null;
  /** What the reference leads to now, and the manifest of the platform behind an index; absent where it was not told. */
  digest?: string;
  platformDigest?: string;
  /** Bytes of all layers and the config, compressed. */
  size: number | null;
  layers: number | null;
  /** The largest layers, the largest first; absent where none were seen. */
  largestLayers?: LayerSize[];
  /** Bytes of the largest layers that an image on the node has too: the least that is not downloaded. Absent where no such image was compared. */
  presentBytes?: number;
  blobHosts: BlobHost[];
  rateLimit: RateLimit | null;
}

/** The attempt that decided, null where nothing was asked. */
export const decisiveAttempt = (probe: Pick<ProbeFacts, 'attempts' | 'decisive'> | null): Attempt | null =>
  probe?.decisive == null ? null : (probe.attempts[probe.decisive] ?? null);

/** What a probe ended with, null where it met no fault. */
export const faultOfProbe = (probe: Pick<ProbeFacts, 'connectionFault' | 'attempts' | 'decisive'>): Fault | null =>
  probe.connectionFault ?? decisiveAttempt(probe)?.fault ?? null;
