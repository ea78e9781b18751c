/** Connections that fail, as data. Belongs here: the kind of a fault by its code, what a code tells besides, and its sentence. Pure. */
import type { FaultDetails, FaultKind } from '../model/fault.ts';
import { redact } from '../util/redact.ts';

/** A request that got no answer: at which stage, and how. */
export interface WireFault {
  stage: 'dns' | 'connect' | 'tls' | 'http';
  kind: FaultKind;
  /** System, TLS or HTTP client error code. */
  code: string;
  detail: string;
  details?: FaultDetails;
}

/** A wire fault on its way through undici. */
export class WireError extends Error {
  constructor(readonly fault: WireFault) {
    super(fault.detail);
  }
}

const UNTRUSTED = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'INVALID_CA',
  'PATH_LENGTH_EXCEEDED',
  'CERT_REJECTED',
  'CERT_CHAIN_TOO_LONG',
  'INVALID_PURPOSE',
]);
const BAD_CERTIFICATE = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_REVOKED',
  'HOSTNAME_MISMATCH',
]);
/** System and HTTP client error codes by the kind of fault that they mean. */
export const SYSTEM: Record<string, FaultKind> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ESERVFAIL: 'dns',
  ENODATA: 'dns',
  EAI_NODATA: 'dns',
  EAI_FAIL: 'dns',
  EAI_NONAME: 'dns',
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'eof',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'shortBody',
};
/** Client errors that only a peer which does not speak HTTP can cause. */
const NOT_HTTP = /^HPE_/;
/** The peer took the connection and then kept silent: no answer, or not even one to the handshake. */
export const SILENT = 'UND_ERR_HEADERS_TIMEOUT';
const PLAIN_HTTP = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|RECORD_LAYER_FAILURE/;

/** The kind of a fault. In: its code and step. By the code, never by the text, which differs between Node versions. */
export function kindOf(code: string, stage: WireFault['stage']): FaultKind {
  if (UNTRUSTED.has(code)) return 'untrusted';
  if (BAD_CERTIFICATE.has(code)) return 'badCertificate';
  if (PLAIN_HTTP.test(code)) return 'plainHttp';
  if (/^ERR_SSL|^ERR_TLS|^EPROTO/.test(code)) return 'tls';
  if (NOT_HTTP.test(code)) return 'notJson';
  const kind = SYSTEM[code];
  if (stage === 'tls' && (kind === 'reset' || kind === 'eof')) return 'reset';
  return kind ?? (stage === 'tls' ? 'tls' : stage === 'dns' ? 'dns' : 'unknown');
}

/** A connection that ends within an answer. */
export const cutOff = (kind: FaultKind): FaultKind => (kind === 'eof' || kind === 'reset' ? 'shortBody' : kind);

/** The code of whatever was thrown. */
export function errorCode(error: unknown): string {
  const { code, name, message = '', cause } = error as { code?: string; name?: string; message?: string; cause?: { code?: string } };
  if (name === 'HTTPParserError') return code ?? 'HPE_INVALID';
  if (code === 'EPROTO' && PLAIN_HTTP.test(message.toUpperCase().replace(/ /g, '_'))) return 'ERR_SSL_WRONG_VERSION_NUMBER';
  return code ?? cause?.code ?? 'ERROR';
}

/** The sentence of a fault. In: the step, the URL that was asked, the code, and the error for codes without a sentence of their own. */
export function wireDetail(stage: WireFault['stage'], url: URL, code: string, error: unknown): string {
  const texts: Record<string, string> = {
    ENOTFOUND: `no such host "${url.hostname}"`,
    EAI_AGAIN: `the DNS server does not answer for "${url.hostname}"`,
    ECONNREFUSED: 'connection refused',
    ECONNRESET: 'the connection was reset',
    UND_ERR_SOCKET: 'the host closed the connection without an answer',
    UND_ERR_HEADERS_TIMEOUT: `${url.host} accepted the connection but did not answer in time`,
    UND_ERR_BODY_TIMEOUT: `${url.host} stopped sending in the middle of its answer`,
    ERR_SSL_WRONG_VERSION_NUMBER: `${url.host} does not use TLS`,
    ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: `TLS: ${url.host} requires a client certificate (certificate required)`,
  };
  const message = (error as Error).message ?? '';
  return (
    texts[code] ??
    (NOT_HTTP.test(code)
      ? `${url.host} does not use HTTP (${code})`
      : `${stage === 'tls' ? 'TLS: ' : ''}${redact(message.split('\n', 1)[0] as string).slice(0, 200)} (${code})`)
  );
}

/** What a code tells besides its kind. */
export function wireDetails(code: string): FaultDetails {
  if (code === SILENT || code === 'UND_ERR_BODY_TIMEOUT') return { silent: true };
  if (SYSTEM[code] === 'dns') return { dns: code === 'ENOTFOUND' || code === 'EAI_NONAME' ? 'noSuchName' : 'noAnswer' };
  if (/CERTIFICATE_REQUIRED|BAD_CERTIFICATE/.test(code)) return { tls: 'clientCertificate' };
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/.test(code)) return { tls: 'protocolVersion' };
  if (/HANDSHAKE_FAILURE/.test(code)) return { tls: 'noCommonCipher' };
  return /^ERR_SSL|^ERR_TLS|^EPROTO/.test(code) ? { tls: 'other' } : {};
}
