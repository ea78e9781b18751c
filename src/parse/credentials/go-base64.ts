/** Go's encoding/base64 as kubelet uses it on an `auth` field: strict alphabet, strict padding, only CR and LF are skipped. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUE = new Map([...ALPHABET].map((character, index) => [character.charCodeAt(0), index]));
const PAD = '='.charCodeAt(0);

/** The bytes, or the error text of Go. */
export type Decoded = { ok: true; bytes: Buffer } | { ok: false; error: string };

/**
 * Decodes `text` as `base64.StdEncoding` (padded) or `base64.RawStdEncoding` (unpadded) would, quantum by quantum, so that
 * the byte offset in the error is Go's own. In: the text as it stands. Out: the bytes, or Go's error text.
 * Source: Go encoding/base64, Encoding.decodeQuantum.
 */
export function decodeGoBase64(text: string, padded: boolean): Decoded {
  const source = Buffer.from(text, 'utf8');
  const bytes = Buffer.alloc(Math.ceil((source.length * 3) / 4));
  let written = 0;
  const isBreak = (index: number): boolean => source[index] === 0x0a || source[index] === 0x0d;
  const corrupt = (offset: number): Decoded => ({ ok: false, error: `illegal base64 data at input byte ${offset}` });
  let at = 0;
  for (;;) {
    const quantum: number[] = [];
    let ended = false;
    while (quantum.length < 4) {
      if (at === source.length) {
        if (quantum.length === 0) return { ok: true, bytes: bytes.subarray(0, written) };
        if (quantum.length === 1 || padded) return corrupt(at - quantum.length);
        ended = true;
        break;
      }
      const byte = source[at++] as number;
      const value = VALUE.get(byte);
      if (value !== undefined) {
        quantum.push(value);
        continue;
      }
      if (byte === 0x0a || byte === 0x0d) continue;
      if (!padded || byte !== PAD || quantum.length < 2) return corrupt(at - 1);
      if (quantum.length === 2) {
        while (at < source.length && isBreak(at)) at++;
        if (at === source.length) return corrupt(source.length);
        if (source[at] !== PAD) return corrupt(at - 1);
        at++;
      }
      while (at < source.length && isBreak(at)) at++;
      if (at < source.length) return corrupt(at);
      ended = true;
      break;
    }
    const [a = 0, b = 0, c = 0, d = 0] = quantum;
    const word = (a << 18) | (b << 12) | (c << 6) | d;
    for (let byte = 1; byte < quantum.length; byte++) bytes[written++] = (word >> (24 - 8 * byte)) & 255;
    if (ended) return { ok: true, bytes: bytes.subarray(0, written) };
  }
}
