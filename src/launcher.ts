/**
 * The first lines of the script. They run the program, which stands behind them in the same file as a comment, so that Node does not parse all of it at each start.
 * What V8 made of it is kept in the user's cache directory and used at the next start. Belongs here: what is kept, where, and when it may be used. Whatever fails here costs
 * time and nothing else: the program is then compiled from its text. The single binaries have no launcher. It touches the process before main.ts does.
 */
import * as fs from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

/** Where the program begins in the file, in characters and in lines. Put in by the build, as are the others. */
declare const __START__: number;
declare const __LINES__: number;
/** What stands in the program in place of the end of a comment. */
declare const __BREAK__: string;
/** Version of the program, and a digest of its text. */
declare const __BUILD__: string;
/** The names of the commands. */
declare const __COMMANDS__: readonly string[];

const { argv, env: environment, platform, versions } = process;

/** Commands that open no connection. */
const LOCAL = ['version', 'help', 'explain', 'completion'];
/** At most so many files are kept, the newest ones. */
const MOST_FILES = 16;
/** No file is larger: some 1 MB is usual. */
const MOST_BYTES = 8 << 20;
/** A file that was not finished is left over after so many milliseconds. */
const LEFT_OVER = 3_600_000;
/** Of a file: what it is, its CRC-32, and the size of the code in memory. The code begins where V8 can use it without a copy. */
const HEADER = 16;
const MAGIC = 0x31435049;
/** Code is kept anew when a run needed so much more than is kept. */
const GROWTH = 1.2;

/** What runs, as far as it decides which code is needed. */
function kindOf([, script = '', word = '', ...rest]: readonly string[]): string {
  if (/kubectl_complete-[\w-]+$/.test(script) || word === '__complete') return 'complete';
  if ([word, ...rest].some(one => one === '--help' || one === '-h')) return 'help';
  if (word === '--version' || word === '-v') return 'version';
  return __COMMANDS__.includes(word) ? word : 'other';
}

/** The cache directory of the user; null where nothing tells it. */
function cacheDirectory(): string | null {
  const { XDG_CACHE_HOME, HOME, LOCALAPPDATA } = { ...environment };
  const ofHome = HOME && join(HOME, platform === 'darwin' ? 'Library/Caches' : '.cache');
  const found = platform === 'win32' ? LOCALAPPDATA : XDG_CACHE_HOME || ofHome;
  return found && isAbsolute(found) ? found : null;
}

/** Whether nobody else could have put something there. In: what the system tells, and the bits that must not be set. Windows tells no owner. */
const isOwn = (stats: fs.Stats, forbidden: number): boolean =>
  process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & forbidden) === 0);

/** Whether a folder can be trusted: ours alone, no link, and not in a directory that everybody writes to. */
const isTrusted = (cache: string, folder: string): boolean =>
  isOwn(fs.statSync(cache), 0o002) && isOwn(fs.lstatSync(folder), 0o022) && fs.lstatSync(folder).isDirectory();

/** Runs what may fail. Out: its answer, or null. */
function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}

/** What is kept: the code, and its size in memory when it was kept. */
interface Kept {
  code: Buffer;
  size: number;
}

/** The file of one kind of run, of this build on this Node. */
class Store {
  readonly #cache: string;
  readonly #folder: string;
  readonly #name: string;

  constructor(cache: string, kind: string) {
    this.#cache = cache;
    this.#folder = join(cache, 'kubectl-imagepull', 'compiled');
    this.#name = `${kind}-${__BUILD__}-${process.version}-${platform}-${process.arch}.bin`;
  }

  /** V8 does not check what it is given, so this does: a file that was cut or changed counts for nothing. */
  #sum(rest: Buffer): number {
    return crc32(rest, crc32(this.#name));
  }

  read(): Kept | null {
    return attempt(() => {
      const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
      const file = fs.openSync(join(this.#folder, this.#name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      try {
        const stats = fs.fstatSync(file);
        if (!isTrusted(this.#cache, this.#folder) || !isOwn(stats, 0o022) || !stats.isFile() || stats.size > MOST_BYTES) return null;
        const data = fs.readFileSync(file);
        if (data.length <= HEADER || data.readUInt32LE(0) !== MAGIC || data.readUInt32LE(4) !== this.#sum(data.subarray(8))) return null;
        return { code: data.subarray(HEADER), size: data.readUInt32LE(8) };
      } finally {
        fs.closeSync(file);
      }
    });
  }

  write({ code, size }: Kept): void {
    attempt(() => {
      if (code.length + HEADER > MOST_BYTES) return;
      // one after the other: a home that does not exist is not made
      for (const folder of [this.#cache, dirname(this.#folder), this.#folder]) attempt(() => fs.mkdirSync(folder, { mode: 0o700 }));
      if (!isTrusted(this.#cache, this.#folder)) return;
      const data = Buffer.concat([Buffer.alloc(HEADER), code]);
      data.writeUInt32LE(MAGIC, 0);
      data.writeUInt32LE(size, 8);
      data.writeUInt32LE(this.#sum(data.subarray(8)), 4);
      const path = join(this.#folder, this.#name);
      const unfinished = `${path}.${process.pid}-${Date.now()}`;
      try {
        fs.writeFileSync(unfinished, data, { flag: 'wx', mode: 0o600 });
        fs.renameSync(unfinished, path);
      } finally {
        attempt(() => fs.unlinkSync(unfinished));
      }
      this.#removeOld();
    });
  }

  #removeOld(): void {
    const files = fs
      .readdirSync(this.#folder)
      .filter(name => /\.bin(?:\.[\d-]+)?$/.test(name))
      .map(name => ({ path: join(this.#folder, name), time: fs.lstatSync(join(this.#folder, name)).mtimeMs }))
      .sort((one, other) => other.time - one.time);
    for (const [index, { path, time }] of files.entries())
      if (index >= MOST_FILES || (!path.endsWith('.bin') && time < Date.now() - LEFT_OVER)) attempt(() => fs.unlinkSync(path));
  }
}

/** Where the code of this run is kept; null where it is not: the user wants none, coverage is measured, or another runtime runs the script. */
function openStore(kind: string): Store | null {
  if (environment['NODE_DISABLE_COMPILE_CACHE'] || environment['NODE_V8_COVERAGE'] || versions['bun'] || crc32 === undefined) return null;
  const cache = cacheDirectory();
  return cache === null ? null : new Store(cache, kind);
}

const v8 = (): typeof import('node:v8') => require('node:v8');

const kind = kindOf(argv);
const isLocal = LOCAL.includes(kind);
// Node 20 keeps a process alive while it optimizes undici's WebAssembly; without that tier the end is at once
if (!isLocal && Number.parseInt(versions.node, 10) < 22) v8().setFlagsFromString('--liftoff-only');

const store = openStore(kind);
const kept = store?.read() ?? null;
const program = fs.readFileSync(__filename).subarray(__START__, -'*/\n'.length).toString('latin1').split(__BREAK__).join('*/');
const script = new Script(program, {
  // coverage tells the program from this launcher by the address
  filename: environment['NODE_V8_COVERAGE'] ? `${pathToFileURL(__filename).href}#program` : __filename,
  lineOffset: __LINES__,
  ...(kept === null ? {} : { cachedData: kept.code }),
});

if (store !== null) {
  const isUsed = kept !== null && script.cachedDataRejected === false;
  process.on('exit', status => {
    attempt(() => {
      // a line that is refused runs little of what its command needs
      if (isUsed ? isLocal : status === 2) return;
      const size = isLocal ? 0 : v8().getHeapCodeStatistics().bytecode_and_metadata_size;
      if (!isUsed || size > kept.size * GROWTH) store.write({ code: script.createCachedData(), size });
    });
  });
}
script.runInThisContext()(require);
