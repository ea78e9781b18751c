/**
 * Renders from plugin.yaml what krew reads.
 *
 *   node scripts/manifest.mjs                             dist/release/imagepull.yaml, with the digests of the archives in dist/release
 *   node scripts/manifest.mjs --name NAME                 dist/release/NAME.yaml: the same archives under another name (`image-pull`: kubectl image-pull)
 *   node scripts/manifest.mjs --placeholder [FOLDER]      krew-manifest.yaml and .krew.yaml, which are committed
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { archiveName, plugin, root } from './release/description.mjs';
import { manifest, placeholder, template } from './release/manifests.mjs';

const [kind, value] = process.argv.slice(2);
if (kind === '--placeholder') {
  const folder = value ?? root;
  writeFileSync(join(folder, 'krew-manifest.yaml'), placeholder());
  writeFileSync(join(folder, '.krew.yaml'), template());
} else {
  const release = join(root, 'dist', 'release');
  const digest = (/** @type {import('./release/description.mjs').Target} */ target) => {
    const file = join(release, archiveName(target));
    if (!existsSync(file)) throw new Error(`${file} is missing: npm run release makes it`);
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  };
  const name = kind === '--name' ? (value ?? '') : plugin.name;
  if (!/^[a-z][a-z0-9-]*$/.test(name)) throw new Error(`"${name}" is no name for krew: lower case letters, digits and dashes`);
  writeFileSync(join(release, `${name}.yaml`), manifest(digest, undefined, name));
}
