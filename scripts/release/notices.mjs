/** The licenses of everything that the bundle holds, found by what esbuild really put in; and of the runtime that a single binary adds. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { root } from './description.mjs';

const RUNTIME = `Each single binary holds the runtime Bun (https://bun.sh). Bun itself is under the MIT license. It links statically, among
others, and under their own licenses:

  JavaScriptCore and other parts of WebKit   LGPL-2.0-or-later, LGPL-2.1-or-later (texts below)
  tinycc                                     LGPL-2.1 (text below)
  BoringSSL                                  Apache-2.0, ISC, OpenSSL
  ICU                                        Unicode-3.0
  zlib-ng                                    Zlib
  zstd, lol-html, libwebp, proto-quic        BSD-3-Clause
  libjpeg-turbo                              BSD-3-Clause, IJG, Zlib
  libarchive, libspng, libbase64             BSD-2-Clause
  brotli, c-ares, libdeflate, libuv, ls-hpack, ls-qpack, lsquic, mimalloc, picohttpparser, uucode   MIT
  highway, simdutf, uSockets, uWebSockets, parts of TigerBeetle   Apache-2.0
  parts of LLVM                              Apache-2.0 WITH LLVM-exception
  SQLite                                     public domain

The whole list, with the sources: https://github.com/oven-sh/bun/blob/main/LICENSE.md

The runtime is changed in one respect: it does not look up the environment variables BUN_OPTIONS, BUN_BE_BUN and BUN_INSPECT*.

JavaScriptCore and tinycc are libraries under the GNU Lesser (Library) General Public License. Their sources, and how Bun is linked
again with a changed version of them, stand in the list above. All of kubectl-imagepull's own source and the script that
joins it with a Bun of your own making (\`npm run release\`) are at the address of this project, so that you can do so.
`;

/**
 * The bundle among the files that esbuild wrote.
 * @param {import('esbuild').Metafile} metafile
 */
export function bundleOf(metafile) {
  const bundle = Object.values(metafile.outputs).find(output => output.entryPoint !== undefined);
  if (bundle === undefined) throw new Error('esbuild wrote no bundle');
  return bundle;
}

/** @typedef {{ name: string, version: string, license: string, folder: string }} Package */

/**
 * The packages in the bundle, by name.
 * @param {import('esbuild').Metafile} metafile With paths relative to `base`.
 * @returns {Package[]}
 */
export function bundledPackages(metafile, base = root) {
  const packages = new Map();
  for (const [input, { bytesInOutput }] of Object.entries(bundleOf(metafile).inputs)) {
    const [, folder] = /^(?:[\w-]+:)?(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input) ?? [];
    if (bytesInOutput === 0 || folder === undefined) continue;
    const path = folder.startsWith('/') || /^[A-Z]:/.test(folder) ? folder : join(base, folder.split('/').join(sep));
    const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    packages.set(`${name}@${version}`, {
      name,
      version,
      license: typeof license === 'string' ? license : (license?.type ?? 'see text'),
      folder: path,
    });
  }
  return [...packages.values()].sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

const line = '='.repeat(80);

/** @param {Package} package_ */
function licenseText({ name, folder }) {
  const files = readdirSync(folder)
    .filter(file => /^(?:licen[cs]e|copying|notice)/i.test(file))
    .sort();
  const texts = files.map(file => readFileSync(join(folder, file), 'utf8').replace(/\r\n/g, '\n').trim());
  if (texts.length === 0) throw new Error(`${name} brings no license text: look for it, and keep it in release/licenses`);
  return texts.join('\n\n');
}

/**
 * THIRD_PARTY_NOTICES.
 * @param {readonly Package[]} packages
 * @param {boolean} withRuntime For a single binary.
 */
export function notices(packages, withRuntime) {
  const parts = packages.map(one => `${line}\n${one.name} ${one.version} (${one.license})\n${line}\n\n${licenseText(one)}\n`);
  const texts = ['LGPL-2.0', 'LGPL-2.1'].map(
    name => `${line}\n${name}\n${line}\n\n${readFileSync(join(root, 'release', 'licenses', `${name}.txt`), 'utf8').trimEnd()}\n`,
  );
  return [
    'kubectl-imagepull holds the following software of others, each under its own license.\n',
    ...(withRuntime ? [RUNTIME] : []),
    ...parts,
    ...(withRuntime ? texts : []),
  ].join('\n');
}
