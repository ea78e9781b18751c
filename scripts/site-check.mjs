/**
 * Checks the built site, dist/site: every link and anchor leads somewhere, each page has language, title, description and one heading, no page loads anything from
 * another host, and the search finds the words of messages on the right page. Where there is a Chromium, it opens the site as a reader does, at the widths of a phone
 * and a desk, light and dark, and leaves pictures in dist/site-pictures. Prints the count as its last line.
 *
 *   node scripts/site-check.mjs
 *
 * With CI set, a missing Chromium is a failure, else its checks are skipped.
 */
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, startChromium } from './site/chromium.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const site = join(root, 'dist', 'site');
const pictures = join(root, 'dist', 'site-pictures');
const base = process.env.SITE_BASE ?? '/kubectl-imagepull/';
const TYPES = /** @type {Record<string, string>} */ ({
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
});
/** What people search for → the page that has to be the first or among the first three. */
const SEARCHES = [
  { words: 'ImagePullBackOff', pages: ['causes/'] },
  { words: 'manifest unknown', pages: ['causes/TagNotFound', 'causes/DigestNotFound'] },
  { words: 'no basic auth credentials', pages: ['causes/NoPullSecret', 'causes/SecretRegistryMismatch'] },
  { words: 'x509', pages: ['causes/CertificateNotTrusted', 'causes/CertificateInvalid'] },
  { words: 'toomanyrequests', pages: ['causes/RateLimited'] },
  { words: 'ErrImageNeverPull', pages: ['causes/ImageNeverPulled'] },
];

const count = { passed: 0, failed: 0, skipped: 0 };
/** @param {string} name @param {string[]} wrong what is wrong: nothing if it passes */
function check(name, wrong) {
  count[wrong.length === 0 ? 'passed' : 'failed']++;
  console.log(`${wrong.length === 0 ? 'ok' : 'not ok'}: ${name}${wrong.map(one => `\n  ${one}`).join('')}`);
}

const files = readdirSync(site, { recursive: true, encoding: 'utf8' })
  .map(file => file.replaceAll(sep, '/'))
  .filter(file => statSync(join(site, file)).isFile());
const texts = new Map(files.filter(file => /\.(?:html|css|js)$/.test(file)).map(file => [file, readFileSync(join(site, file), 'utf8')]));
const pages = [...texts].filter(([file]) => file.endsWith('.html') && file !== '404.html');

/** The file that a path of the site shows, as GitHub Pages finds it; null if there is none. @param {string} path below the base */
const fileOf = path =>
  [path === '' || path.endsWith('/') ? `${path}index.html` : path, `${path}.html`].find(file => files.includes(file)) ?? null;
/** @param {string} text */
const unescaped = text => text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'");
const found = (/** @type {string} */ text, /** @type {RegExp} */ pattern) =>
  [...text.matchAll(pattern)].map(([, value = '']) => unescaped(value));

function checkPages() {
  check('the site has its pages', pages.length > 50 ? [] : [`${pages.length} pages`]);
  check(
    'each page has its language, title, description and one heading of the first level',
    pages.flatMap(([file, html]) => {
      const wants = {
        language: /<html lang="en"/,
        title: /<title>[^<|]{3,} \| kubectl imagepull<\/title>/,
        description: /<meta name="description" content="[^"]{15,}">/,
        viewport: /<meta name="viewport"/,
      };
      const lacks = Object.entries(wants).flatMap(([name, pattern]) => (pattern.test(html) ? [] : [`${file}: ${name}`]));
      const headings = html.match(/<h1[\s>]/g)?.length ?? 0;
      return headings === 1 ? lacks : [...lacks, `${file}: ${headings} headings`];
    }),
  );
  const titles = pages.map(([, html]) => found(html, /<title>(.*?)<\/title>/g)[0] ?? '');
  check(
    'no two pages have one title',
    titles.filter((title, index) => titles.indexOf(title) !== index),
  );
  check(
    'every link and anchor within the site leads somewhere',
    pages.flatMap(([file, html]) =>
      found(html, /<a\b[^>]*\bhref="([^"]*)"/g).flatMap(link => {
        if (/^(?:https?|mailto):/.test(link)) return [];
        const url = new URL(link, `http://site${base}${file}`);
        if (!url.pathname.startsWith(base)) return [`${file}: ${link} leaves the site`];
        const target = fileOf(url.pathname.slice(base.length));
        if (target === null) return [`${file}: ${link}`];
        const anchor = decodeURIComponent(url.hash.slice(1));
        return anchor === '' || texts.get(target)?.includes(`id="${anchor}"`) ? [] : [`${file}: ${link}: no such anchor`];
      }),
    ),
  );
  check(
    'no page loads anything from another host',
    [...texts].flatMap(([file, text]) =>
      [
        ...(file.endsWith('.html')
          ? found(text, /<(?:script|img|iframe|source|video|audio)\b[^>]*\b(?:src|srcset)="((?:https?:)?\/\/[^"]*)"/g)
          : []),
        ...(file.endsWith('.html') ? found(text, /<link\b[^>]*\bhref="((?:https?:)?\/\/[^"]*)"/g) : []),
        ...(file.endsWith('.js') ? [] : found(text, /(?:url\(|@import )["']?((?:https?:)?\/\/[^"')]*)/g)),
      ].map(address => `${file}: ${address}`),
    ),
  );
  check(
    'each page can be edited: its link names its file',
    pages
      .filter(([, html]) => !/href="https:\/\/github\.com\/[^"]*\/edit\/main\/(?:README|docs\/[\w./-]+)\.md"/.test(html))
      .map(([file]) => file),
  );
  check(
    'no mark of Markdown or HTML is left as text',
    pages.flatMap(([file, html]) =>
      found(html.replace(/<(pre|code)\b[\s\S]*?<\/\1>/g, ''), /(&lt;(?:img|!--|picture|a )[^&]*|\*\*\w[^*]*\*\*)/g).map(
        text => `${file}: ${text}`,
      ),
    ),
  );
}

/** Serves the site as GitHub Pages does. @returns {Promise<{ origin: string, close: () => void }>} */
function serve() {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site');
    const file = pathname.startsWith(base) ? fileOf(decodeURIComponent(pathname.slice(base.length))) : null;
    response.writeHead(file === null ? 404 : 200, { 'content-type': TYPES[extname(file ?? '.html')] ?? 'application/octet-stream' });
    createReadStream(join(site, file ?? '404.html')).pipe(response);
  });
  return new Promise(resolve =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      resolve({ origin: `http://127.0.0.1:${port}`, close: () => void server.close() });
    }),
  );
}

/** @param {string} program */
async function checkInBrowser(program) {
  mkdirSync(pictures, { recursive: true });
  const { origin, close } = await serve();
  const browser = await startChromium(program);
  const home = `${origin}${base}`;
  try {
    const wide = { width: 1280, height: 900 };
    for (const size of [{ width: 390, height: 844 }, wide])
      for (const scheme of /** @type {const} */ (['light', 'dark']))
        for (const path of ['', 'causes/', 'causes/CertificateNotTrusted', 'rbac']) {
          await browser.open(`${home}${path}`, { ...size, scheme });
          const name = `${path.replaceAll('/', '-').replace(/-$/, '') || 'home'}-${size.width}-${scheme}`;
          const beyond = await browser.evaluate(
            `[document.documentElement.scrollWidth, document.querySelector('.VPContent').scrollWidth].filter(width => width > innerWidth).map(String)`,
          );
          const isDark = await browser.evaluate(`document.documentElement.classList.contains('dark')`);
          await browser.picture(join(pictures, `${name}.png`));
          check(`${name}: nothing is wider than the window, and the colors are those of the system`, [
            ...beyond,
            ...(isDark === (scheme === 'dark') ? [] : ['not the scheme that the system wants']),
          ]);
        }
    for (const { words, pages: wanted } of SEARCHES) {
      await browser.open(home, { ...wide, scheme: 'light' });
      await browser.evaluate(`document.querySelector('.VPNavBarSearch button').click()`);
      await browser.until(`!!document.querySelector('.search-input')`);
      await browser.evaluate(`document.querySelector('.search-input').focus()`);
      await browser.type(words);
      await browser.until(`document.querySelectorAll('.VPLocalSearchBox .result').length > 0`);
      await browser.evaluate('new Promise(done => setTimeout(done, 400))');
      const results = await browser.evaluate(
        `[...document.querySelectorAll('.VPLocalSearchBox .result')].map(one => new URL(one.href).pathname)`,
      );
      await browser.picture(join(pictures, `search-${words.replaceAll(' ', '-')}.png`));
      const first = results.slice(0, 3).map((/** @type {string} */ path) => path.slice(base.length));
      const isFound = first.some((/** @type {string} */ path) => wanted.includes(path));
      check(`the search finds "${words}"`, isFound ? [] : [`the first: ${first.join(', ')}`]);
    }
    check(
      'no request leaves the site',
      browser.requests.filter(url => !url.startsWith(home) && !/^(?:data|blob|about):/.test(url)),
    );
    check('nothing goes wrong in the pages', browser.faults);
  } finally {
    await browser.close();
    close();
  }
}

if (!existsSync(join(site, 'index.html'))) throw new Error('there is no site: npm run site builds it');
checkPages();
const program = chromium();
if (program !== null) await checkInBrowser(program);
else if (process.env.CI) check('there is a Chromium', ['none is installed, and CHROMIUM names none']);
else {
  count.skipped++;
  console.log('skipped: what a browser shows: there is no Chromium, and CHROMIUM names none');
}
console.log(`${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`);
process.exit(count.failed > 0 ? 1 : 0);
