/** Executable files as structures: what system and processor they are for, and what is wrong with them. */
import { readMachO, signatureProblems } from './macho.mjs';

/** @typedef {{ os: string, arch: string | undefined, problems: string[] }} Inspection */

/**
 * @param {Buffer} file
 * @returns {Inspection}
 */
export function inspect(file) {
  if (file.readUInt32BE(0) === 0x7f454c46) return inspectElf(file);
  if (file.toString('latin1', 0, 2) === 'MZ') return inspectPe(file);
  const { arch, type } = readMachO(file);
  return { os: 'darwin', arch, problems: [...(type === 2 ? [] : ['not an executable']), ...signatureProblems(file)] };
}

/** The processor that a number names. @type {(names: Record<number, string>, number: number) => string | undefined} */
const processor = (names, number) => names[number];

/**
 * @param {Buffer} file
 * @returns {Inspection}
 */
function inspectElf(file) {
  const problems = [];
  if (file[4] !== 2 || file[5] !== 1) problems.push('not 64-bit, little-endian');
  if (![2, 3].includes(file.readUInt16LE(16))) problems.push('not an executable');
  const arch = processor({ 62: 'amd64', 183: 'arm64' }, file.readUInt16LE(18));
  const [from, size, count] = [Number(file.readBigUInt64LE(32)), file.readUInt16LE(54), file.readUInt16LE(56)];
  for (let index = 0; index < count; index++) {
    const field = (/** @type {number} */ at) => Number(file.readBigUInt64LE(from + index * size + at));
    const [offset, length] = [field(8), field(32)];
    if (offset + length > file.length) problems.push('a segment ends after the file');
  }
  return { os: 'linux', arch, problems };
}

/**
 * @param {Buffer} file
 * @returns {Inspection}
 */
function inspectPe(file) {
  const { optional, sections, arch } = readPe(file);
  const problems = [];
  if (file.readUInt16LE(optional) !== 0x20b) problems.push('not a 64-bit image');
  if (file.readUInt16LE(optional + 68) !== 3) problems.push('not a console program');
  if (sections.some(({ offset, length }) => offset + length > file.length)) problems.push('a section ends after the file');
  if (!sections.some(({ name }) => name === '.bun')) problems.push('no section with the program');
  if (file.readUInt32LE(optional + 112 + 32 + 4) !== 0) problems.push('a signature of the runtime, which no longer fits, is still there');
  if (file.readUInt32LE(optional + 64) !== peChecksum(file)) problems.push('the checksum of the header is wrong');
  return { os: 'windows', arch, problems };
}

/** @param {Buffer} file */
function readPe(file) {
  const header = file.readUInt32LE(0x3c);
  if (file.toString('latin1', header, header + 4) !== 'PE\0\0') throw new Error('not a PE file');
  const optional = header + 24;
  const table = optional + file.readUInt16LE(header + 20);
  const sections = Array.from({ length: file.readUInt16LE(header + 6) }, (_, index) => {
    const at = table + index * 40;
    const name = file.toString('latin1', at, at + 8).replace(/\0.*$/s, '');
    return { name, length: file.readUInt32LE(at + 16), offset: file.readUInt32LE(at + 20) };
  });
  return { optional, sections, arch: processor({ 34404: 'amd64', 43620: 'arm64' }, file.readUInt16LE(header + 4)) };
}

/** @param {Buffer} file */
function peChecksum(file) {
  const field = readPe(file).optional + 64;
  const words = new Uint16Array(file.buffer.slice(file.byteOffset, file.byteOffset + (file.length & ~1)));
  let sum = file.length & 1 ? file.readUInt8(file.length - 1) : 0;
  for (const word of words) sum += word;
  sum -= file.readUInt16LE(field) + file.readUInt16LE(field + 2);
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return sum + file.length;
}

/**
 * Writes the header's checksum anew, after a change.
 * @param {Buffer} file
 */
export function setPeChecksum(file) {
  file.writeUInt32LE(peChecksum(file), readPe(file).optional + 64);
}
