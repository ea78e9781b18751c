/**
 * What a page of the documentation is on the site: its place, its title and description, where its links lead, and its place in the navigation. Pure: texts in, texts
 * out. A page is a Markdown file as GitHub shows it; nothing in it is written for the site.
 */
import { dirname, join, normalize, relative } from 'node:path/posix';

export const REPOSITORY = 'https://github.com/kubectl-imagepull/kubectl-imagepull';

/** What is found in the repository: its Markdown files that are pages, and whether a path is there. @typedef {{ pages: string[], exists: (path: string) => boolean }} Tree */
/** One entry of the sidebar. @typedef {{ text: string, link: string }} Entry */
/** @typedef {{ text: string, collapsed: boolean, items: Entry[] }} Group */

/**
 * The groups of the navigation, and their pages in order. A name that is no file yet is left out; a page that stands nowhere comes into the last group.
 * @type {{ group: string, pages: string[] }[]}
 */
const GUIDE = [
  {
    group: 'Diagnose',
    pages: [
      'README.md',
      'docs/README.md',
      'docs/tour.md',
      'docs/explain.md',
      'docs/output.md',
      'docs/watch.md',
      'docs/reports.md',
      'docs/collect.md',
      'docs/flags.md',
      'docs/kubectl.md',
    ],
  },
  { group: 'Prevent', pages: ['docs/check.md', 'docs/gates.md'] },
  { group: 'Automate', pages: ['docs/json.md', 'docs/scripts.md', 'docs/integrations.md'] },
  { group: 'Trust', pages: ['docs/security.md', 'docs/rbac.md', 'docs/dependencies.md'] },
  { group: 'How it works', pages: ['docs/architecture.md', 'docs/faults.md'] },
];
/** The title of the home, whose heading is the name of the plugin. */
const HOME = 'Find the root cause of an ImagePullBackOff';
const REST = 'More';
const CAUSES = 'docs/causes/README.md';
/** The groups of the causes as the sidebar calls them. @type {Record<string, string>} */
const CAUSE_GROUPS = {
  name: 'Image name',
  secret: 'Pull secret',
  auth: 'Authentication',
  network: 'Network and TLS',
  registry: 'Registry',
  node: 'Node',
  state: 'No failure, or not known',
};

/** The files of the repository that are pages. @param {string[]} files paths with slashes */
export const pagesAmong = files => files.filter(file => file === 'README.md' || /^docs\/.*\.md$/.test(file)).sort();

/** The place of a page below the root of the site, as Markdown: README.md is the home, docs/causes/README.md the index of the causes. @param {string} page */
export function placeOf(page) {
  if (page === 'README.md') return 'index.md';
  if (page === 'docs/README.md') return 'contents.md';
  return page.replace(/^docs\//, '').replace(/(^|\/)README\.md$/, '$1index.md');
}

/** The path of a page in the browser. @public The test loads it by its path. @param {string} page */
export const linkOf = page => `/${placeOf(page).replace(/(?:^|(?<=\/))index\.md$|\.md$/, '')}`;

/** The anchor of a heading, as GitHub makes it. @public The settings in site/ import it. @param {string} heading */
export const slug = heading =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

/** Applies an edit to what is no code: neither a fenced block nor an inline code. @param {string} text @param {(prose: string) => string} edit */
function inProse(text, edit) {
  const code = /^(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1[^\n]*$|(`+)(?!`)[^`](?:[\s\S]*?[^`])??\2(?!`)/gm;
  let done = '';
  let at = 0;
  for (const match of text.matchAll(code)) {
    done += edit(text.slice(at, match.index)) + match[0];
    at = match.index + match[0].length;
  }
  return done + edit(text.slice(at));
}

/** A text without the marks of Markdown. @param {string} text */
const plain = text =>
  text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*]/g, '')
    .replace(/\s+/g, ' ')
    .trim();

/** @param {string} text */
const withoutComments = text => inProse(text, prose => prose.replace(/<!--[\s\S]*?-->\n?/g, ''));

/** The first heading of a page. @param {string} text */
function titleOf(text) {
  const heading = /^# (.+)$/m.exec(text)?.[1];
  if (heading === undefined) throw new Error('the page has no heading of the first level');
  return plain(heading);
}

/**
 * What a search engine shows below the title: the first paragraph, in at most 200 characters.
 * @public The test loads it by its path.
 * @param {string} text
 */
export function descriptionOf(text) {
  const blocks = withoutComments(text)
    .replace(/^(`{3,})[\s\S]*?^\1$/gm, '')
    .split(/\n\s*\n/);
  const prose = plain(blocks.find(block => /^[^#|>\s<!-]/.test(block.trim()) && !/^\[?!\[/.test(block.trim())) ?? '');
  if (prose.length <= 200) return prose;
  return `${prose.slice(0, 199).replace(/\s+\S*$/, '')}…`;
}

/**
 * Where a link of a page leads on the site: to the page, or to the file in the repository; images come along.
 * @param {string} page @param {string} target @param {Tree} tree @param {boolean} isImage
 */
function leadTo(page, target, { pages, exists }, isImage) {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target) || target.startsWith('#')) return target;
  const [path = '', anchor] = target.split('#', 2);
  const file = normalize(join(dirname(page), path)).replace(/\/$/, '');
  if (!exists(file)) throw new Error(`${page}: the link ${target} leads nowhere`);
  const hash = anchor === undefined ? '' : `#${anchor}`;
  const place = pages.includes(file) ? placeOf(file) : isImage ? file.replace(/^docs\//, '') : null;
  if (place === null) return `${REPOSITORY}/${/\.[a-z0-9]+$|LICENSE$/i.test(file) ? 'blob' : 'tree'}/main/${file}${hash}`;
  const way = relative(dirname(placeOf(page)), place);
  return `${way.startsWith('.') ? way : `./${way}`}${hash}`;
}

/** Images that a page shows, as paths in the repository. @param {string} page @param {string} text */
export const imagesOf = (page, text) =>
  [...asMarkdown(text).matchAll(/!\[[^\]]*\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter(target => !/^[a-z][a-z0-9+.-]*:/i.test(target))
    .map(target => normalize(join(dirname(page), target)));

/** Comments are left out, and images that are written in HTML become those of Markdown. @param {string} text */
const asMarkdown = text =>
  inProse(withoutComments(text), prose =>
    prose
      .replace(/<picture>[\s\S]*?(<img\b[^>]*>)[\s\S]*?<\/picture>/g, '$1')
      .replace(/<img\b[^>]*>/g, image => `![${/\balt="([^"]*)"/.exec(image)?.[1] ?? ''}](${/\bsrc="([^"]*)"/.exec(image)?.[1] ?? ''})`)
      .replace(/<\/?(?:p|div|details|summary|br)\b[^>]*>/g, ''),
  );

/**
 * A page as the generator reads it.
 * @param {string} page @param {string} text @param {Tree} tree
 */
export function staged(page, text, tree) {
  const isCause = /^docs\/causes\/[A-Z]\w*\.md$/.test(page) && page !== CAUSES;
  const title = titleOf(text);
  const matter = {
    title: page === 'README.md' ? HOME : isCause ? `${title}: a cause of ImagePullBackOff` : title,
    description: descriptionOf(text),
    edit: `${REPOSITORY}/edit/main/${page}`,
  };
  const body = inProse(asMarkdown(text), prose =>
    prose.replace(
      /(!?)(\[(?:[^[\]]|\[[^\]]*\])*\])\(([^)\s]+)\)/g,
      (_, mark, label, target) => `${mark}${label}(${leadTo(page, target, tree, mark !== '')})`,
    ),
  );
  const lines = Object.entries(matter).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
  return `---\n${lines.join('')}---\n\n${body}`;
}

/** The causes by group, from the table of docs/causes/README.md. @param {string} table @returns {{ group: string, page: string }[]} */
function causesIn(table) {
  let group = '';
  return [...table.matchAll(/^\| *(\w*) *\| *\[\w+\]\((\w+\.md)\)/gm)].map(([, first, file]) => {
    group = first || group;
    return { group, page: `docs/causes/${file}` };
  });
}

/**
 * The sidebar: each page once.
 * @param {string[]} pages @param {(page: string) => string} read
 * @returns {Group[]}
 */
export function navigation(pages, read) {
  const entry = (/** @type {string} */ page) => ({
    text: page === 'README.md' ? 'Guide' : page === CAUSES ? 'All causes' : titleOf(read(page)),
    link: linkOf(page),
  });
  const left = new Set(pages);
  /** @type {Group[]} */
  const groups = [];
  const add = (/** @type {string} */ text, /** @type {string[]} */ wanted, collapsed = false) => {
    const own = wanted.filter(page => left.delete(page));
    if (own.length > 0) groups.push({ text, collapsed, items: own.map(entry) });
  };
  for (const { group, pages: wanted } of GUIDE) add(group, wanted);
  const causes = pages.includes(CAUSES) ? causesIn(read(CAUSES)) : [];
  add('Causes', [CAUSES]);
  for (const group of new Set(causes.map(one => one.group)))
    add(
      CAUSE_GROUPS[group] ?? group,
      causes.filter(one => one.group === group).map(({ page }) => page),
      true,
    );
  add(
    'Decisions',
    [...left].filter(page => page.startsWith('docs/adr/')),
    true,
  );
  add(REST, [...left]);
  return groups;
}
