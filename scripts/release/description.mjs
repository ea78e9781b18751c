/** What plugin.yaml says, and the names that follow from it: tags, targets, archives. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
/** @type {{ version: string }} */
export const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
export const tag = `v${version}`;
/** @typedef {{ os: string, arch: string }} Platform */
/** @typedef {{ name: string, binary: string, homepage: string, archives: string, shortDescription: string, description: string, caveats?: string, platforms: Platform[] }} Plugin */
export const plugin = /** @type {Plugin} */ (load(readFileSync(join(root, 'plugin.yaml'), 'utf8')));
/** @typedef {ReturnType<typeof target>} Target */

/**
 * One platform of plugin.yaml, in the words of krew (`os`, `arch`), npm and the runtime's packages.
 * @param {Platform} platform
 */
function target({ os, arch }) {
  const cpu = arch === 'amd64' ? 'x64' : arch;
  return {
    os,
    arch,
    name: `${os}-${arch}`,
    npm: { os: os === 'windows' ? 'win32' : os, cpu },
    runtime: `@oven/bun-${os}-${cpu === 'arm64' ? 'aarch64' : cpu}`,
    compile: `bun-${os}-${cpu}`,
    executable: `${plugin.binary}${os === 'windows' ? '.exe' : ''}`,
    extension: os === 'windows' ? 'zip' : 'tar.gz',
  };
}

export const targets = plugin.platforms.map(target);
/** The target that this machine can run, if there is one. */
export const host = targets.find(({ npm }) => npm.os === process.platform && npm.cpu === process.arch);

/** @type {(template: string, values: Record<string, string>) => string} */
const fill = (template, values) =>
  template.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? fail(`plugin.yaml: nothing is known as {${name}}`));
/** @type {(message: string) => never} */
const fail = message => {
  throw new Error(message);
};

/** Where an archive will be published. `at`: the release's tag, or a placeholder for it. @type {(target: Target, at?: string) => string} */
export const archiveAddress = ({ os, arch, extension }, at = tag) => fill(plugin.archives, { tag: at, os, arch, extension });
/** The file name of an archive. @type {(target: Target, at?: string) => string} */
export const archiveName = (one, at = tag) => basename(archiveAddress(one, at));
export const bomName = `${plugin.binary}_${tag}_sbom.cdx.json`;
