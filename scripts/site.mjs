/**
 * Builds the site of the documentation, dist/site, from README.md and docs/ with the generator that site/ pins. A link that leads nowhere fails it.
 *
 *   node scripts/site.mjs
 *
 * SITE_BASE: the path that the site is published under, with slashes around it (default /kubectl-imagepull/, as GitHub Pages has it).
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { imagesOf, navigation, pagesAmong, placeOf, REPOSITORY, staged } from './site/pages.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const site = join(root, 'site');
const pagesFolder = join(site, 'pages');
const read = (/** @type {string} */ path) => readFileSync(join(root, path), 'utf8').replaceAll('\r\n', '\n');

/** Runs one program, with its output on stderr; ends with its status if it fails. @param {string} program @param {string[]} args */
function run(program, args) {
  const { status, error } = spawnSync(program, args, { cwd: site, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

function install() {
  const installed = join(site, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(site, 'package-lock.json')).mtimeMs) return;
  process.stderr.write('# installing the generator of the site (once)\n');
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
}

function stage() {
  rmSync(pagesFolder, { recursive: true, force: true });
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map(file => `docs/${file.replaceAll(sep, '/')}`);
  const pages = pagesAmong(['README.md', ...docs]);
  const tree = { pages, exists: (/** @type {string} */ path) => existsSync(join(root, path)) };
  const write = (/** @type {string} */ place, /** @type {string} */ text) => {
    mkdirSync(dirname(join(pagesFolder, place)), { recursive: true });
    writeFileSync(join(pagesFolder, place), text);
  };
  for (const page of pages) {
    const text = read(page);
    write(placeOf(page), staged(page, text, tree));
    for (const image of imagesOf(page, text)) {
      const copy = join(pagesFolder, image.replace(/^docs\//, ''));
      mkdirSync(dirname(copy), { recursive: true });
      copyFileSync(join(root, image), copy);
    }
  }
  const { description } = JSON.parse(read('package.json'));
  write('navigation.json', JSON.stringify({ repository: REPOSITORY, description, sidebar: navigation(pages, read) }));
  return pages.length;
}

install();
const count = stage();
run(process.execPath, [join(site, 'node_modules', 'vitepress', 'bin', 'vitepress.js'), 'build', '.']);
console.log(`dist/site: ${count} pages`);
