/** The site of the documentation: what of a page is changed for it, and that no page is lost in its navigation. The built site is checked by `npm run site:check`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';

interface Tree {
  pages: string[];
  exists: (path: string) => boolean;
}
interface Group {
  text: string;
  items: { text: string; link: string }[];
}
interface Pages {
  pagesAmong(files: string[]): string[];
  placeOf(page: string): string;
  linkOf(page: string): string;
  descriptionOf(text: string): string;
  imagesOf(page: string, text: string): string[];
  staged(page: string, text: string, tree: Tree): string;
  navigation(pages: string[], read: (page: string) => string): Group[];
}
const { pagesAmong, placeOf, linkOf, descriptionOf, imagesOf, staged, navigation } = (await import(
  pathToFileURL(resolve('scripts/site/pages.mjs')).href
)) as Pages;

const read = (path: string): string => readFileSync(path, 'utf8');
const docs = readdirSync('docs', { recursive: true, encoding: 'utf8' }).map(file => `docs/${file.replaceAll(sep, '/')}`);
const PAGES = pagesAmong(['README.md', 'CHANGELOG.md', 'site/README.md', ...docs]);
const TREE: Tree = { pages: PAGES, exists: existsSync };

t.test('no page is lost: each stands once in the navigation, and a new one comes into the last group', async t => {
  t.ok(PAGES.includes('README.md') && PAGES.includes('docs/causes/TagNotFound.md') && !PAGES.includes('CHANGELOG.md'));
  const linksOf = (groups: Group[]): string[] => groups.flatMap(({ items }) => items.map(({ link }) => link));
  const groups = navigation(PAGES, read);
  t.strictSame(linksOf(groups).sort(), PAGES.map(linkOf).sort());
  t.equal(linksOf(groups)[0], '/', 'the home comes first');
  t.ok(
    groups.some(({ items }) => items.some(({ text, link }) => text === 'TagNotFound' && link === '/causes/TagNotFound')),
    'a cause stands in its group',
  );

  const more = ['docs/new.md', 'docs/causes/NewCause.md', 'docs/part/page.md'];
  const withNew = navigation([...PAGES, ...more], page => (more.includes(page) ? `# New ${page}\n` : read(page)));
  t.match(withNew.at(-1), { text: 'More', items: more.map(page => ({ text: `New ${page}`, link: linkOf(page) })) });
  t.equal(new Set(PAGES.map(placeOf)).size, PAGES.length, 'no two pages have one place');
});

t.test('the pages of the repository have what the site needs', async t => {
  for (const page of PAGES) {
    const text = staged(page, read(page), TREE);
    const [, title = '', description = '', edit] = /^---\ntitle: "(.*)"\ndescription: "(.*)"\nedit: "(.*)"\n---\n/.exec(text) ?? [];
    t.ok(title.length > 2 && description.length > 15 && description.length <= 220, `${page}: ${title}: ${description}`);
    t.equal(edit, `https://github.com/kubectl-imagepull/kubectl-imagepull/edit/main/${page}`);
  }
});

t.test('links lead to the page on the site, or to the file in the repository', async t => {
  const tree: Tree = {
    pages: ['README.md', 'docs/README.md', 'docs/a.md', 'docs/causes/README.md', 'docs/causes/One.md'],
    exists: path => [...tree.pages, 'src', 'src/x.ts', 'LICENSE', 'docs/p.svg'].includes(path),
  };
  const rows: [page: string, link: string, leads: string][] = [
    ['README.md', 'docs/a.md', './a.md'],
    ['README.md', 'docs/causes/One.md#fix', './causes/One.md#fix'],
    ['README.md', 'docs/causes/README.md', './causes/index.md'],
    ['docs/a.md', '../README.md#install', './index.md#install'],
    ['docs/a.md', 'README.md', './contents.md'],
    ['docs/causes/One.md', '../a.md', '../a.md'],
    ['docs/causes/One.md', 'README.md', './index.md'],
    ['docs/a.md', '#here', '#here'],
    ['docs/a.md', 'https://example.com/a.md', 'https://example.com/a.md'],
    ['docs/a.md', '../src/x.ts', 'https://github.com/kubectl-imagepull/kubectl-imagepull/blob/main/src/x.ts'],
    ['docs/a.md', '../src/', 'https://github.com/kubectl-imagepull/kubectl-imagepull/tree/main/src'],
    ['README.md', 'LICENSE', 'https://github.com/kubectl-imagepull/kubectl-imagepull/blob/main/LICENSE'],
  ];
  for (const [page, link, leads] of rows)
    t.match(staged(page, `# T\n\nsee [it](${link}).\n`, tree), `see [it](${leads}).\n`, `${page}: ${link}`);
  t.throws(() => staged('docs/a.md', '# T\n\n[gone](gone.md)\n', tree), { message: 'docs/a.md: the link gone.md leads nowhere' });
  t.match(
    staged('docs/a.md', '# T\n\n`[no](gone.md)`\n\n```sh\n[no](gone.md) <!-- no -->\n```\n', tree),
    '[no](gone.md) <!-- no -->',
    'code stays',
  );
  t.match(
    staged('docs/a.md', '# T\n\n`a` and [it](../src/x.ts) and `b`\n', tree),
    '/blob/main/src/x.ts) and `b`',
    'code of one letter ends where it ends',
  );
  const picture = '# T\n\n<!-- made -->\n<picture>\n<source srcset="q.svg">\n<img src="docs/p.svg" alt="a run">\n</picture>\n';
  t.match(staged('README.md', picture, tree), /\n---\n\n# T\n\n!\[a run\]\(\.\/p\.svg\)\n$/);
  t.strictSame(imagesOf('README.md', picture), ['docs/p.svg']);
});

t.test('the description of a page is its first paragraph', async t => {
  t.equal(descriptionOf('# T\n\n[![b](x)](y)\n\nOne `code` and\na [link](x.md).\n\nTwo.\n'), 'One code and a link.');
  t.equal(descriptionOf('# T\n\n<!-- c -->\n```\ncode\n```\n\n| a |\n\n- point\n\nProse.\n'), 'Prose.');
  t.match(descriptionOf(`# T\n\n${'word '.repeat(80)}`), /^(?:word ){30,}word…$/);
});
