/**
 * The settings of the generator. scripts/site.mjs lays the pages out in site/pages, with `navigation.json` beside them, and runs it. Nothing that a page loads
 * comes from another host: fonts are those of the system, the search runs in the browser.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { slug } from '../../scripts/site/pages.mjs';

const pages = fileURLToPath(new URL('../pages/', import.meta.url));
const { repository, description, sidebar } = JSON.parse(readFileSync(`${pages}navigation.json`, 'utf8'));
const base = process.env.SITE_BASE ?? '/kubectl-imagepull/';
const causes = '/causes/';

/** Two braces are text, no expression of the generator, and `:word:` is no picture. */
function asText(markdown) {
  markdown.disable('emoji');
  const asHtml = text => markdown.utils.escapeHtml(text).replaceAll('{{', '&#123;&#123;');
  markdown.renderer.rules.text = (tokens, index) => asHtml(tokens[index].content);
  markdown.renderer.rules.code_inline = (tokens, index) => `<code>${asHtml(tokens[index].content)}</code>`;
}

export default defineConfig({
  srcDir: pages,
  outDir: fileURLToPath(new URL('../../dist/site/', import.meta.url)),
  cacheDir: fileURLToPath(new URL('../../dist/site-cache/', import.meta.url)),
  base,
  lang: 'en',
  title: 'kubectl imagepull',
  description,
  cleanUrls: true,
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}icon.svg` }],
    ['meta', { name: 'referrer', content: 'no-referrer' }],
  ],
  // a page is Markdown as GitHub shows it: what looks like a tag is text
  markdown: { html: false, attrs: { disable: true }, anchor: { slugify: slug }, config: asText },
  vite: { logLevel: 'warn', publicDir: fileURLToPath(new URL('../public/', import.meta.url)), build: { chunkSizeWarningLimit: 2000 } },
  themeConfig: {
    nav: [
      { text: 'Guide', link: '/' },
      { text: 'Causes', link: causes, activeMatch: causes },
    ],
    sidebar,
    outline: [2, 3],
    socialLinks: [{ icon: 'github', link: repository, ariaLabel: 'The source' }],
    editLink: { pattern: ({ frontmatter }) => frontmatter.edit, text: 'Edit this page' },
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          // all words of a message have to stand on the page; the page of a cause comes before what only mentions it
          searchOptions: { combineWith: 'AND', boostDocument: id => (id.includes('/causes/') ? 4 : 1) },
        },
      },
    },
  },
});
