/**
 * What the tests need of the machine, and what cannot run on it. Linux runs everything. On macOS and Windows the tests in SKIPS are left out by name,
 * each with its reason; scripts/test.mjs prints and counts them, and fails if a name is no longer the name of a test.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @typedef {{ test: string, on: NodeJS.Platform[], why: string }} Skip */

const SHELL_LOGIN = 'its login plugins are shell scripts';

/** @type {Skip[]} `test` is the name of a test at the top of its file. */
const SKIPS = [
  { test: 'real registries', on: ['darwin', 'win32'], why: 'one of the registries comes from a Debian package' },
  { test: 'a real docker-registry', on: ['darwin', 'win32'], why: 'the registry comes from a Debian package' },
  {
    test: 'commands that edit a secret make of it what they promise',
    on: ['win32'],
    why: 'the commands are for a POSIX shell, and the kubectl that stands in is a shell script',
  },
  {
    test: 'the script of bash makes the program that kubectl looks for',
    on: ['win32'],
    why: 'the kubectl that stands in is a shell script',
  },
  { test: 'a quoted word is the same word to a shell', on: ['win32'], why: 'the words are for a POSIX shell' },
  {
    test: 'names of a node, a registry and an image stay words of a shell',
    on: ['win32'],
    why: 'the commands are for a POSIX shell without any program',
  },
  { test: 'Ctrl-C ends a run that waits for a file or a login', on: ['win32'], why: 'it waits for a shell script and a named pipe' },
  {
    test: 'a name server that never answers holds no process',
    on: ['darwin', 'win32'],
    why: 'the networks and the resolver are those of Linux',
  },
  { test: 'kubeconfigs as kubectl reads them', on: ['win32'], why: SHELL_LOGIN },
  { test: 'nothing is lost over broken connections, a list that is too old, and a restart', on: ['win32'], why: SHELL_LOGIN },
  { test: 'one container of two is repaired', on: ['win32'], why: SHELL_LOGIN },
  { test: 'a server that ends every watch is not pressed, one that forbids them ends it', on: ['win32'], why: SHELL_LOGIN },
  { test: 'what ends a watch', on: ['win32'], why: SHELL_LOGIN },
  { test: 'a refused password is sent once, however long the watch goes on', on: ['win32'], why: SHELL_LOGIN },
  { test: 'the installer takes what it can prove', on: ['win32'], why: 'the release that stands in is a tar archive with a shell script' },
  {
    test: 'the action: annotations, reports, outputs, and the status of the check',
    on: ['win32'],
    why: 'the release that stands in is a tar archive',
  },
  {
    test: 'the action: no input is a part of a script, and no name is a command',
    on: ['win32'],
    why: 'the release that stands in is a tar archive',
  },
  { test: 'the hook of pre-commit checks the files that it is given', on: ['win32'], why: 'the release that stands in is a tar archive' },
];

/**
 * The skips of a platform. In: the platform. Errors: a name that stands in no file of test/.
 * @param {NodeJS.Platform} platform
 */
export function skipsOf(platform) {
  const sources = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => readFileSync(join('test', file), 'utf8'));
  const stale = SKIPS.filter(({ test }) => !sources.some(text => text.includes(`t.test('${test}'`)));
  if (stale.length > 0) throw new Error(`scripts/platform.mjs skips what is no test: ${stale.map(({ test }) => test).join('; ')}`);
  return SKIPS.filter(({ on }) => on.includes(platform));
}

/**
 * The environment in which tap leaves these tests out.
 * @param {readonly Skip[]} skips
 * @returns {NodeJS.ProcessEnv}
 */
export const leaveOut = skips =>
  skips.length === 0
    ? {}
    : { TAP_GREP: `/^(?:${skips.map(({ test }) => test.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('|')})$/`, TAP_INVERT: '1' };

/** Folders whose programs the tests take before others of the same name: on Windows those of Git (bash, openssl), on macOS Homebrew's OpenSSL, since LibreSSL writes dates of certificates in another form. @param {NodeJS.Platform} platform */
function toolFolders(platform) {
  if (platform === 'darwin')
    return ['/opt/homebrew/opt', '/usr/local/opt'].flatMap(opt => ['openssl@3', 'openssl@1.1'].map(name => join(opt, name, 'bin')));
  if (platform !== 'win32') return [];
  // C:/Program Files/Git/mingw64/libexec/git-core
  const { stdout } = spawnSync('git', ['--exec-path'], { encoding: 'utf8' });
  const git = join((stdout ?? '').trim(), '..', '..', '..');
  return [join(git, 'bin'), join(git, 'usr', 'bin')];
}

/** The PATH for the tests. */
export const testPath = (platform = process.platform) =>
  [...toolFolders(platform).filter(folder => existsSync(folder)), process.env.PATH ?? ''].join(delimiter);
