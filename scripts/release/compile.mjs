/** Turns the bundle into one executable for a target. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { programOf } from '../build/pack.mjs';
import { setPeChecksum } from './formats.mjs';
import { sign } from './macho.mjs';

/**
 * Variables by which any program of this runtime becomes another one (`BUN_OPTIONS=--version`, `BUN_BE_BUN=1`) or waits for a debugger, as shells for
 * development set them. Each name stands once in the runtime, where it is looked up, and gets a letter there that no environment can hold.
 */
export const VARIABLES = ['BUN_OPTIONS', 'BUN_BE_BUN', 'BUN_INSPECT', 'BUN_INSPECT_CONNECT_TO', 'BUN_INSPECT_PRELOAD'];

/**
 * Where the runtime looks variables up by this name.
 * @param {Buffer} file
 * @param {string} name
 */
export function lookups(file, name) {
  /** @type {number[]} */
  const found = [];
  for (let at = file.indexOf(`\0${name}\0`); at >= 0; at = file.indexOf(`\0${name}\0`, at + 1)) found.push(at + 1);
  return found;
}

/** Modules that the runtime would replace by its own, which do not keep TLS options, if they were not inlined. */
const ownNames = (/** @type {readonly string[]} */ imports) =>
  imports.filter(path => !path.startsWith('node:') && !builtinModules.includes(path));

/**
 * The bundle as it is compiled: the program without its launcher, and no path of the machine that built it.
 * @param {string} bundle
 * @param {import('esbuild').Metafile} metafile
 */
export function bundleFor(bundle, metafile) {
  const imports = Object.values(metafile.outputs).flatMap(output => output.imports.filter(one => one.external).map(one => one.path));
  const left = ownNames(imports);
  if (left.length > 0) throw new Error(`the bundle imports ${left.join(', ')}: everything but Node's own modules has to be inlined`);
  const program = programOf(bundle).replace(/^#!.*\n/, '');
  if (/\b__(?:filename|dirname)\b(?! \+ '\/\.\.\/themes)/.test(program))
    throw new Error('the bundle asks for __filename or __dirname, which is a path of the machine that compiles it');
  return program;
}

/**
 * `compiler`: the runtime of this machine; `runtime`: that of the target. Nothing is read but these three files, and the result is the same wherever
 * it is made.
 * @param {{ program: string, target: import('./description.mjs').Target, compiler: string, runtime: string, folder: string }} input
 */
export function compile({ program, target, compiler, runtime, folder }) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'kubectl-imagepull.cjs'), program);
  const { status, stderr, stdout } = spawnSync(
    compiler,
    [
      'build',
      '--compile',
      '--bytecode',
      `--target=${target.compile}`,
      `--compile-executable-path=${runtime}`,
      // no file of the directory that a user happens to be in
      ...['dotenv', 'bunfig', 'tsconfig', 'package-json'].map(file => `--no-compile-autoload-${file}`),
      // a short run ends before code compiled for speed pays; hot loops are still compiled, later
      '--compile-jit-policy=10',
      'kubectl-imagepull.cjs',
      `--outfile=${target.executable}`,
    ],
    {
      cwd: folder,
      encoding: 'utf8',
      // neither the settings of this shell nor those of this user
      env: { PATH: dirname(compiler), HOME: folder, TMPDIR: folder, USERPROFILE: folder },
    },
  );
  if (status !== 0) throw new Error(`the compiler failed for ${target.name}:\n${stdout}${stderr}`);

  rmSync(join(folder, 'kubectl-imagepull.cjs'));
  const file = readFileSync(join(folder, target.executable));
  for (const name of VARIABLES) {
    const found = lookups(file, name);
    const [at] = found;
    if (at === undefined || found.length > 1)
      throw new Error(`${target.name}: ${name} is looked up at ${found.length} places of the runtime, not at one: look again`);
    file.write('=', at + 3, 'latin1');
  }
  if (target.os === 'windows') setPeChecksum(file);
  return target.os === 'darwin' ? sign(file, 'kubectl-imagepull') : file;
}
