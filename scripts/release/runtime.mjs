/**
 * The runtime of each target, as npm installs it by the digests of release/package-lock.json. A package that does not match its digest is not there
 * afterwards, which stops the build.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './description.mjs';

const RELEASE = join(root, 'release');

/**
 * What the lock file of a folder pins of a package.
 * @param {string} name
 * @returns {{ version: string, integrity: string }}
 */
export function pinnedAt(name, source = RELEASE) {
  const entry = JSON.parse(readFileSync(join(source, 'package-lock.json'), 'utf8')).packages[`node_modules/${name}`];
  if (entry === undefined) throw new Error(`release/package-lock.json does not name ${name}`);
  return entry;
}

export const runtimeVersion = pinnedAt('bun').version;

/**
 * Path of the runtime's executable for a target. Installs into `folder` what is not there, as the lock file in `source` pins it. Errors: what the registry has is
 * not what is pinned.
 * @param {Pick<import('./description.mjs').Target, 'os' | 'name' | 'npm' | 'runtime'>} target
 */
export function runtimeFor({ os, name, npm, runtime }, folder = join(root, 'dist', 'runtime'), source = RELEASE) {
  const { version, integrity } = pinnedAt(runtime, source);
  const home = join(folder, `${name}-${integrity.slice(7, 19).replace(/[+/]/g, '_')}`);
  const package_ = join(home, 'node_modules', runtime);
  const executable = join(package_, 'bin', os === 'windows' ? 'bun.exe' : 'bun');
  if (!existsSync(executable)) {
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home, { recursive: true });
    for (const file of ['package.json', 'package-lock.json']) cpSync(join(source, file), join(home, file));
    const { status } = spawnSync(
      'npm',
      ['ci', `--os=${npm.os}`, `--cpu=${npm.cpu}`, '--libc=glibc', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
      { cwd: home, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' },
    );
    if (status !== 0 || !existsSync(executable)) {
      rmSync(home, { recursive: true, force: true });
      throw new Error(`npm did not install ${runtime}@${version} with the digest of release/package-lock.json`);
    }
  }
  const installed = JSON.parse(readFileSync(join(package_, 'package.json'), 'utf8'));
  if (installed.version !== version) throw new Error(`${dirname(executable)} holds ${installed.version}, not ${version}`);
  return executable;
}
