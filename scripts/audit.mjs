/**
 * Asks the registry of npm what is known of the packages that the lock files pin: advisories, and the signatures and attestations of their publishers. A package of the bundle
 * or of the binaries may have no advisory at all; a tool that nothing ships none that is high or critical.
 *
 *   node scripts/audit.mjs [--if-reachable] [advisories|signatures]      both by default
 *
 * The status: 0 all is well, 1 something was found, 2 something could not be asked, which is no good news. With --if-reachable what could not be asked is counted as skipped.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './release/description.mjs';
import { bundledPackages } from './release/notices.mjs';

const GRAVE = new Set(['high', 'critical']);
const shipped = new Set(
  bundledPackages(JSON.parse(readFileSync(join(root, 'dist', 'metafile.json'), 'utf8')))
    .map(({ name }) => name)
    .concat('bun'),
);
/** Out: `found`, what is wrong; `unasked`, why nothing is known, null when all was answered. @typedef {{ found: string[], unasked: string | null }} Answer */

/**
 * @param {string[]} args
 * @param {string} cwd
 */
function npm(args, cwd) {
  const patience = ['--fetch-retries=1', '--fetch-timeout=30000'];
  const { stdout, stderr } = spawnSync('npm', [...args, '--json', '--loglevel=error', ...patience], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    timeout: 180_000,
    shell: process.platform === 'win32',
  });
  const reason = stderr.trim().split('\n', 1)[0] || 'npm gave no answer';
  try {
    const answer = JSON.parse(stdout);
    return { answer, reason: answer.message ?? answer.error?.summary ?? reason };
  } catch {
    return { answer: null, reason };
  }
}

/** @param {string} folder @returns {Answer} */
function advisories(folder) {
  const { answer, reason } = npm(['audit', '--package-lock-only'], join(root, folder));
  if (answer?.vulnerabilities === undefined) return { found: [], unasked: reason };
  /** @type {{ name: string, via: (string | { severity: string, title: string, url: string })[] }[]} */
  const affected = Object.values(answer.vulnerabilities);
  const own = affected.flatMap(({ name, via }) => via.flatMap(one => (typeof one === 'string' ? [] : [{ name, ...one }])));
  const line = (/** @type {typeof own[number]} */ { name, severity, title, url }) => `${name}: ${severity}: ${title} (${url})`;
  const matters = (/** @type {typeof own[number]} */ { name, severity }) => shipped.has(name) || GRAVE.has(severity);
  for (const one of own.filter(advisory => !matters(advisory))) console.log(`known, in a tool that nothing ships: ${line(one)}`);
  return { found: own.filter(matters).map(line), unasked: null };
}

/** @param {string} folder @returns {Answer} */
function signatures(folder) {
  const { answer, reason } = npm(['audit', 'signatures'], join(root, folder));
  if (!Array.isArray(answer?.invalid)) return { found: [], unasked: reason };
  const line =
    (/** @type {string} */ what) =>
    (/** @type {{ name: string, version: string }} */ { name, version }) =>
      `${name} ${version}: ${what}`;
  return { found: [...answer.invalid.map(line('a wrong signature')), ...answer.missing.map(line('no signature'))], unasked: null };
}

/** Signatures are checked of what is installed; the runtimes are installed by their digests alone. @type {Record<string, [name: string, ask: () => Answer][]>} */
const QUESTIONS = {
  advisories: [
    ['advisories of the packages', () => advisories('.')],
    ['advisories of the runtime', () => advisories('release')],
    ['advisories of the generator of the site', () => advisories('site')],
  ],
  signatures: [['signatures of the packages', () => signatures('.')]],
};
const args = process.argv.slice(2);
const mayBeUnreachable = args.includes('--if-reachable');
const chosen = args.filter(argument => argument !== '--if-reachable');
const count = { passed: 0, failed: 0, skipped: 0 };
let unknown = false;
for (const [name, ask] of Object.entries(QUESTIONS).flatMap(([kind, asks]) => (chosen.length === 0 || chosen.includes(kind) ? asks : []))) {
  const { found, unasked } = ask();
  if (unasked !== null) {
    console.log(`${mayBeUnreachable ? 'skipped' : 'not ok'}: ${name} could not be asked: ${unasked}`);
    count[mayBeUnreachable ? 'skipped' : 'failed']++;
    unknown ||= !mayBeUnreachable;
    continue;
  }
  console.log(`${found.length === 0 ? 'ok' : 'not ok'}: ${name}${found.map(one => `\n  ${one}`).join('')}`);
  count[found.length === 0 ? 'passed' : 'failed']++;
}
console.log(`${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`);
process.exit(unknown ? 2 : count.failed > 0 ? 1 : 0);
