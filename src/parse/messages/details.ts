/** What a message tells besides its kind, read after it was classified. */
import type { Fault, FaultDetails } from '../../model/fault.ts';

const IMAGE_BLOB = /\((?:application\/vnd\.(?:docker\.image\.rootfs|oci\.image\.layer|docker\.container\.image|oci\.image\.config)[^)]*)\)/;

function certificateOf(message: string): NonNullable<FaultDetails['certificate']> {
  const times = /current time (\S+) is (after|before) (\S+?)(?:["\s]|$)/.exec(message);
  if (times) return { problem: times[2] === 'after' ? 'expired' : 'notYetValid', limit: times[3] as string, clock: times[1] as string };
  const names = /certificate is (?:valid for|for) (.*?), not (?:for )?"?([^\s"(]+)/.exec(message);
  if (names) return { problem: 'wrongName', names: names[1] as string, wanted: names[2] as string };
  if (/IP SANs/.test(message)) return { problem: 'noIpAddress' };
  if (/legacy Common Name/.test(message)) return { problem: 'commonNameOnly' };
  if (/not yet|before/.test(message)) return { problem: 'notYetValid' };
  if (/expired/.test(message)) return { problem: 'expired' };
  return { problem: 'other' };
}

function tlsOf(message: string): NonNullable<FaultDetails['tls']> {
  if (/certificate required|bad certificate|CERTIFICATE_REQUIRED/i.test(message)) return 'clientCertificate';
  if (/protocol version/i.test(message)) return 'protocolVersion';
  if (/handshake failure|HANDSHAKE_FAILURE/i.test(message)) return 'noCommonCipher';
  if (/insecure algorithm/.test(message)) return 'insecureAlgorithm';
  return /x509/.test(message) ? 'unverified' : 'other';
}

/** In: a fault of the node whose kind is known. Out: its details and its speaker. */
export function withDetails(fault: Fault): Fault {
  const { kind, message, host } = fault;
  const details: FaultDetails = {};
  const reason = (pattern: RegExp, otherwise = message): void => {
    details.reason = (pattern.exec(message)?.[1] ?? otherwise).trim();
  };
  const scheme = (['https', 'http'] as const).find(one => host !== null && message.includes(`${one}://${host}/`));
  if (scheme !== undefined) details.scheme = scheme;
  const resource = /\/v2\/\S+\/(manifests|blobs)\//.exec(message)?.[1];
  if (resource !== undefined) details.resource = resource === 'blobs' ? 'blob' : 'manifest';
  if (kind === 'badCertificate') {
    details.certificate = certificateOf(message);
    if (details.certificate.problem === 'other') reason(/x509: (.*)$/);
  }
  if (kind === 'tls') {
    details.tls = tlsOf(message);
    reason(/(?:tls|TLS|x509): (.*)$/);
  }
  if (kind === 'dns')
    details.dns = /read udp|i\/o timeout|server misbehaving|Temporary failure|EAI_AGAIN/.test(message) ? 'noAnswer' : 'noSuchName';
  if (kind === 'blobMissing') {
    if (/fetch content descriptor \S+ \(/.test(message)) details.part = IMAGE_BLOB.test(message) ? 'layer' : 'other';
  }
  if (kind === 'mediaType' && /text\/html/.test(message)) details.mediaType = 'text/html';
  if (kind === 'shortBody' && /got 0\b/.test(message)) details.received = 0;
  if (kind === 'runtime') {
    const socket = /dial unix (\S+\.sock)/.exec(message)?.[1];
    if (socket !== undefined) details.socket = socket;
  }
  if (kind === 'storage') {
    if (/read-only file system/.test(message)) details.storage = 'readOnly';
    else if (/input\/output error/.test(message)) details.storage = 'ioError';
    else if (/blob not found|lost content|failed to get reader/.test(message)) details.storage = 'contentLost';
    reason(/(?:: )?([^:]+(?:: [^:]+)?)$/);
  }
  if (kind === 'signature' || kind === 'policy')
    details.signature = /no signature|signature was required/i.test(message) ? 'missing' : /blocked/.test(message) ? 'blocked' : 'invalid';
  if (kind === 'shortName' && /did not resolve to an alias and no unqualified-search|enforces? short[- ]name|ambiguous/i.test(message))
    details.shortName = /ambiguous|enforces?/i.test(message) ? 'ambiguous' : 'noRegistry';
  const speaker = /failed to copy: |httpReadSeeker: |failed to do request: |failed to pull and unpack image/.test(message)
    ? 'containerd'
    : /Error response from daemon: /.test(message)
      ? 'docker'
      : /initializing source |pinging container registry |reading manifest |docker:\/\//.test(message)
        ? 'containersImage'
        : null;
  return { ...fault, speaker, details };
}
