/**
 * Which licenses the packages of others may have. What the bundle ships obliges every user, so that only short permissive licenses are allowed there; a tool that is
 * only run on the machine of a developer may have a few more.
 */

/** Of packages whose code is in the bundle. */
const SHIPPED = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];
/** Of packages that a lock file installs and nothing ships. */
const INSTALLED = [...SHIPPED, 'BlueOak-1.0.0', 'CC-BY-3.0', 'CC0-1.0', 'PSF-2.0', 'Unlicense'];

/** Packages that are installed although what they say of their license is not in the list → why. */
const EXCEPTIONS = new Map([
  ['@cspell/dict-django', 'WTFPL: a list of words for the spelling check, which nothing ships'],
  ['@cspell/dict-en-common-misspellings', 'CC BY-SA 4.0: a list of words for the spelling check, which nothing ships'],
  ['jsonc-simple-parser', 'its package.json names no license; its file `license` is the text of MIT'],
]);

/** @typedef {{ name: string, license?: string | undefined }} Licensed */

/**
 * The packages whose license is not in a list, as lines that name package and license. A license is an SPDX expression of `AND`, `OR` and parentheses that do not nest;
 * anything else in it is not allowed: somebody has to look.
 * @param {readonly Licensed[]} packages
 * @param {readonly string[]} allowed
 */
function outside(packages, allowed) {
  const isAllowed = (/** @type {string} */ license) =>
    license
      .replace(/^\(([^()]*)\)$/, '$1')
      .split(' OR ')
      .some(choice => choice.split(' AND ').every(part => allowed.includes(part)));
  return packages.filter(({ license = '' }) => !isAllowed(license));
}
const line = (/** @type {Licensed} */ { name, license }) => `${name}: ${license ?? 'no license'}`;

/** Packages that may not be in the bundle. @param {readonly Licensed[]} packages */
export const notShippable = packages => outside(packages, SHIPPED).map(line);

/**
 * Packages that may not be installed, and exceptions that no package needs any more.
 * @public The test of the lock files loads it by its path.
 * @param {readonly Licensed[]} packages All that the lock files name.
 */
export function notInstallable(packages) {
  const found = outside(packages, INSTALLED);
  const stale = [...EXCEPTIONS.keys()].filter(exception => !found.some(({ name }) => name === exception));
  return [...found.filter(({ name }) => !EXCEPTIONS.has(name)).map(line), ...stale.map(name => `${name}: an exception that is not needed`)];
}
