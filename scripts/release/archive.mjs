/**
 * Archives that are the same for the same content: entries in the order given, one time for all, no owner, fixed modes, no time of making. And what
 * reads them back for the checks.
 *
 * The pinned runtime compresses, with its libdeflate: a twentieth smaller than Node's zlib does, and the same with every version of Node.
 */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32, gunzipSync, inflateRawSync } from 'node:zlib';

/** @typedef {{ name: string, data: Buffer, executable?: boolean }} Entry */
/** The pinned runtime of this machine, and a folder to work in. @typedef {{ compiler: string, folder: string }} Tools */
/** What an archive holds: `type` is `file` or what else it is. @typedef {{ name: string, type: string, mode: number, seconds: number, data: Buffer }} ReadEntry */

const mode = (/** @type {Entry} */ entry) => (entry.executable ? 0o755 : 0o644);
let count = 0;

/**
 * Raw DEFLATE.
 * @param {Buffer} data
 * @param {Tools} tools
 */
async function deflate(data, { compiler, folder }) {
  const path = (/** @type {string} */ name) => join(folder, `deflate-${count}-${name}`);
  const [from, to] = [path('in'), path('out')];
  count++;
  await writeFile(from, data);
  const code = `await Bun.write(${JSON.stringify(to)}, Bun.deflateSync(await Bun.file(${JSON.stringify(from)}).bytes(), { level: 10, library: 'libdeflate' }))`;
  await promisify(execFile)(compiler, ['-e', code], { cwd: folder, env: { HOME: folder } });
  const packed = await readFile(to);
  for (const file of [from, to]) rmSync(file);
  if (!inflateRawSync(packed).equals(data)) throw new Error('what was compressed does not come back');
  return packed;
}

/**
 * A ustar archive in gzip, whose header holds neither name nor time.
 * @param {readonly Entry[]} entries
 * @param {number} seconds
 * @param {Tools} tools
 */
export async function tarGz(entries, seconds, tools) {
  const parts = [];
  for (const entry of entries) {
    const header = Buffer.alloc(512);
    if (Buffer.byteLength(entry.name) > 100) throw new Error(`${entry.name}: too long for a tar header`);
    /** @type {(value: number, at: number, length: number) => number} */
    const octal = (value, at, length) => header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
    header.write(entry.name, 0, 'utf8');
    octal(mode(entry), 100, 8);
    octal(0, 108, 8);
    octal(0, 116, 8);
    octal(entry.data.length, 124, 12);
    octal(seconds, 136, 12);
    header.write('        0', 148, 'latin1');
    header.write('ustar\x0000', 257, 'latin1');
    octal(0, 329, 8);
    octal(0, 337, 8);
    header.write(
      `${[...header]
        .reduce((sum, byte) => sum + byte)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
      'latin1',
    );
    parts.push(header, entry.data, Buffer.alloc(-entry.data.length & 511));
  }
  const tar = Buffer.concat([...parts, Buffer.alloc(1024)]);
  const end = Buffer.alloc(8);
  end.writeUInt32LE(crc32(tar), 0);
  end.writeUInt32LE(tar.length, 4);
  return Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]), await deflate(tar, tools), end]);
}

/**
 * A zip archive as Unix makes it (with modes), times in UTC.
 * @param {readonly Entry[]} entries
 * @param {number} seconds
 * @param {Tools} tools
 */
export async function zip(entries, seconds, tools) {
  const at = new Date(seconds * 1000);
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  const date = ((Math.max(at.getUTCFullYear(), 1980) - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  /** @type {Buffer[]} */
  const parts = [];
  /** @type {Buffer[]} */
  const directory = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const data = await deflate(entry.data, tools);
    // needed version, flags (UTF-8 names), deflate, time, date, checksum, sizes, lengths of name and extra field
    const common = Buffer.alloc(26);
    [20, 0x0800, 8, time, date].forEach((value, index) => {
      common.writeUInt16LE(value, index * 2);
    });
    [crc32(entry.data), data.length, entry.data.length].forEach((value, index) => {
      common.writeUInt32LE(value, 10 + index * 4);
    });
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(((0o100000 | mode(entry)) << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, rest, name);
    parts.push(local, data);
    offset += local.length + data.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

/**
 * Entries of either kind of archive.
 * @param {Buffer} packed
 */
export function readArchive(packed) {
  return packed[0] === 0x1f ? readTar(gunzipSync(packed)) : readZip(packed);
}

/** @param {Buffer} tar */
function readTar(tar) {
  /** @type {ReadEntry[]} */
  const entries = [];
  /** @type {(at: number, length: number) => string} */
  const text = (at, length) => tar.toString('utf8', at, at + length).replace(/\0.*$/s, '');
  for (let at = 0; tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    const data = tar.subarray(at + 512, at + 512 + size);
    const kind = String.fromCharCode(tar.readUInt8(at + 156));
    entries.push({
      name: text(at, 100),
      type: kind === '0' ? 'file' : `tar type ${kind}`,
      mode: Number.parseInt(text(at + 100, 8), 8),
      seconds: Number.parseInt(text(at + 136, 12), 8),
      data,
    });
    at += 512 + size + (-size & 511);
  }
  return entries;
}

/** @param {Buffer} packed */
function readZip(packed) {
  const end = packed.length - 22;
  if (packed.toString('latin1', end, end + 4) !== 'PK\x05\x06') throw new Error('no end of a zip archive');
  /** @type {ReadEntry[]} */
  const entries = [];
  let at = packed.readUInt32LE(end + 16);
  for (let left = packed.readUInt16LE(end + 10); left > 0; left--) {
    const [crc, size, length] = [packed.readUInt32LE(at + 16), packed.readUInt32LE(at + 20), packed.readUInt16LE(at + 28)];
    const [time, date] = [packed.readUInt16LE(at + 12), packed.readUInt16LE(at + 14)];
    const attributes = packed.readUInt32LE(at + 38) >>> 16;
    const local = packed.readUInt32LE(at + 42);
    const from = local + 30 + packed.readUInt16LE(local + 26) + packed.readUInt16LE(local + 28);
    const data = inflateRawSync(packed.subarray(from, from + size));
    if (crc32(data) !== crc) throw new Error('a zip entry does not match its checksum');
    entries.push({
      name: packed.toString('utf8', at + 46, at + 46 + length),
      type: (attributes & 0o170000) === 0o100000 ? 'file' : `mode ${attributes.toString(8)}`,
      mode: attributes & 0o7777,
      seconds: Date.UTC((date >> 9) + 1980, ((date >> 5) & 15) - 1, date & 31, time >> 11, (time >> 5) & 63, (time & 31) * 2) / 1000,
      data,
    });
    at += 46 + length + packed.readUInt16LE(at + 30) + packed.readUInt16LE(at + 32);
  }
  return entries;
}
