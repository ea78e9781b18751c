/**
 * Signs 64-bit Mach-O executables ad hoc, as macOS demands of every arm64 program, and checks such signatures: one CodeDirectory of SHA-256 page
 * hashes, laid out as Apple's and Go's linkers do it (flags `adhoc` and `linker-signed`, no special slots). Nothing of Apple's tools is needed.
 */
import { createHash } from 'node:crypto';

const PAGE = 4096;
/** @type {Record<number, string>} */
const CPU = { 16777223: 'amd64', 16777228: 'arm64' };
const sha256 = (/** @type {Buffer} */ data) => createHash('sha256').update(data).digest();
const up = (/** @type {number} */ value, /** @type {number} */ unit) => Math.ceil(value / unit) * unit;

/** Where a part of the file is: `at` is its load command. @typedef {{ at: number, offset: number, length: number }} Part */
/** @typedef {Part & { virtual: number }} Segment */
/** @typedef {{ arch: string | undefined, type: number, segments: Record<string, Segment>, signature?: Part }} MachO */

/**
 * The load commands that matter.
 * @param {Buffer} file
 */
export function readMachO(file) {
  if (file.readUInt32LE(0) !== 0xfeedfacf) throw new Error('not a 64-bit Mach-O file');
  /** @type {MachO} */
  const found = { arch: CPU[file.readUInt32LE(4)], type: file.readUInt32LE(12), segments: {} };
  let at = 32;
  for (let left = file.readUInt32LE(16); left > 0; left--) {
    const [command, size] = [file.readUInt32LE(at), file.readUInt32LE(at + 4)];
    if (command === 0x19) {
      const name = file.toString('latin1', at + 8, at + 24).replace(/\0.*$/s, '');
      const start = at;
      const field = (/** @type {number} */ offset) => Number(file.readBigUInt64LE(start + offset));
      found.segments[name] = { at, virtual: field(32), offset: field(40), length: field(48) };
    }
    if (command === 0x1d) found.signature = { at, offset: file.readUInt32LE(at + 8), length: file.readUInt32LE(at + 12) };
    at += size;
  }
  return found;
}

/**
 * @param {Record<string, Segment>} segments
 * @param {string} name
 */
function segment(segments, name) {
  const found = segments[name];
  if (found === undefined) throw new Error(`the segment ${name} is missing`);
  return found;
}

/**
 * The file with a new ad hoc signature in place of the one it has.
 * @param {Buffer} file
 * @param {string} identifier
 */
export function sign(file, identifier) {
  const { segments, signature } = readMachO(file);
  if (signature === undefined) throw new Error('there is no room for a signature: LC_CODE_SIGNATURE is missing');
  const limit = signature.offset;
  const text = segment(segments, '__TEXT');
  const linkedit = segment(segments, '__LINKEDIT');
  if (limit % 16 !== 0 || limit < linkedit.offset) throw new Error('the signature is not at the end of __LINKEDIT');

  const name = Buffer.from(`${identifier}\0`);
  const pages = Math.ceil(limit / PAGE);
  const hashes = 88 + name.length;
  const directory = Buffer.alloc(hashes + pages * 32);
  // magic, length, version, flags, offset of the hashes, of the identifier, special slots, pages, signed length
  [0xfade0c02, directory.length, 0x20400, 0x20002, hashes, 88, 0, pages, limit].forEach((value, index) => {
    directory.writeUInt32BE(value, index * 4);
  });
  directory.set([32, 2, 0, Math.log2(PAGE)], 36); // SHA-256, page size
  directory.writeBigUInt64BE(BigInt(text.offset), 64);
  directory.writeBigUInt64BE(BigInt(text.length), 72);
  directory.writeBigUInt64BE(1n, 80); // a main executable
  name.copy(directory, 88);

  const length = up(20 + directory.length, 16);
  const signed = Buffer.alloc(limit + length);
  file.copy(signed, 0, 0, limit);
  signed.writeUInt32LE(length, signature.at + 12);
  signed.writeBigUInt64LE(BigInt(up(limit + length - linkedit.offset, 0x4000)), linkedit.at + 32);
  signed.writeBigUInt64LE(BigInt(limit + length - linkedit.offset), linkedit.at + 48);
  for (let page = 0; page < pages; page++)
    sha256(signed.subarray(page * PAGE, Math.min((page + 1) * PAGE, limit))).copy(directory, hashes + page * 32);
  // the envelope: magic, length, one blob, which is the directory, at 20
  [0xfade0cc0, 20 + directory.length, 1, 0, 20].forEach((value, index) => {
    signed.writeUInt32BE(value, limit + index * 4);
  });
  directory.copy(signed, limit + 20);
  return signed;
}

/**
 * What is wrong with a file's signature; empty when every page has its hash.
 * @param {Buffer} file
 */
export function signatureProblems(file) {
  const { segments, signature } = readMachO(file);
  if (signature === undefined) return ['there is no signature'];
  const { offset, length } = signature;
  const linkedit = segment(segments, '__LINKEDIT');
  if (offset + length !== file.length) return ['the signature does not end the file'];
  if (linkedit.offset + linkedit.length !== file.length || linkedit.virtual < linkedit.length)
    return ['__LINKEDIT does not hold the signature'];
  if (file.readUInt32BE(offset) !== 0xfade0cc0 || file.readUInt32BE(offset + 4) > length) return ['the signature has no envelope'];
  for (let blob = 0; blob < file.readUInt32BE(offset + 8); blob++) {
    if (file.readUInt32BE(offset + 12 + blob * 8) !== 0) continue;
    const directory = offset + file.readUInt32BE(offset + 16 + blob * 8);
    const field = (/** @type {number} */ index) => file.readUInt32BE(directory + index * 4);
    const [hashSize, hashType, pageBits] = [file.readUInt8(directory + 36), file.readUInt8(directory + 37), file.readUInt8(directory + 39)];
    if (field(0) !== 0xfade0c02 || hashType !== 2 || hashSize !== 32) return ['no CodeDirectory of SHA-256 hashes'];
    const [pages, limit, page] = [field(7), field(8), 2 ** pageBits];
    if (limit !== offset) return [`the signature covers ${limit} bytes, not ${offset}`];
    if (pages !== Math.ceil(limit / page)) return [`${pages} hashes for ${Math.ceil(limit / page)} pages`];
    let bad = 0;
    for (let index = 0; index < pages; index++) {
      const at = directory + field(4) + index * 32;
      if (!sha256(file.subarray(index * page, Math.min((index + 1) * page, limit))).equals(file.subarray(at, at + 32))) bad++;
    }
    return bad === 0 ? [] : [`${bad} of ${pages} pages do not have the hash that is signed`];
  }
  return ['the signature has no CodeDirectory'];
}
