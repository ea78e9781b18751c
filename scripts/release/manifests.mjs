/** What krew reads, from plugin.yaml: a manifest, and the template from which krew-release-bot makes the manifest of each later release. */
import { dump } from 'js-yaml';
import { archiveAddress, plugin, tag, targets } from './description.mjs';

const made = '# Made from plugin.yaml by `npm run release:manifest -- --placeholder`: do not edit.\n';

/** @typedef {import('./description.mjs').Target} Target */

/**
 * @param {string} versionText
 * @param {(target: Target) => { uri: string, sha256?: string }} archive
 */
function render(versionText, archive, name = plugin.name) {
  const manifest = {
    apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
    kind: 'Plugin',
    metadata: { name },
    spec: {
      version: versionText,
      homepage: plugin.homepage,
      shortDescription: plugin.shortDescription,
      description: plugin.description,
      ...(plugin.caveats ? { caveats: plugin.caveats } : {}),
      platforms: targets.map(target => ({
        selector: { matchLabels: { os: target.os, arch: target.arch } },
        ...archive(target),
        bin: target.executable,
      })),
    },
  };
  return dump(manifest, { lineWidth: -1, noRefs: true, seqNoIndent: true });
}

/**
 * `digest`: from a target to the SHA-256 of its archive. `address`: from a target to where the archive is, if not where it will be published. `name`: what kubectl is
 * to call the plugin, if not what plugin.yaml says: the same archives serve every name.
 * @type {(digest: (target: Target) => string, address?: (target: Target) => string, name?: string) => string}
 */
export const manifest = (digest, address = archiveAddress, name = plugin.name) =>
  render(tag, target => ({ uri: address(target), sha256: digest(target) }), name);

/** krew-manifest.yaml: no archive has these digests. */
export const placeholder = () => made + manifest(() => '0'.repeat(64));

/** .krew.yaml: the bot downloads each archive and writes `uri` and `sha256`. */
export const template = () => {
  const tagName = '{{ .TagName }}';
  const text = render(tagName, target => ({ uri: archiveAddress(target, tagName) }));
  return (
    made +
    text
      .replace(/^( *version: ).*$/m, `$1${tagName}`)
      .replace(/^( *)uri: (.*)$/gm, (_, indent, address) => `${indent}{{ addURIAndSha "${address.replace(/^['"]|['"]$/g, '')}" .TagName }}`)
  );
};
