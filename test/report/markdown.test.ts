/** The text of -o markdown: no text of others is a mark, a fence is longer than any in a command, and a comment has room for it. */
import t from 'tap';
import { markdown } from '../../src/report/markdown.ts';
import { renderPage } from '../../src/report/render-page.ts';
import { HOSTILE } from '../helpers/gates.ts';
import { allCauses, everywhere, manyPods } from '../helpers/pages.ts';

/** What is left of a page without its code and without what is ours. */
const marksOf = (page: string): string =>
  page
    .replace(/^(`{3,})sh\n[\s\S]*?\n\1$/gm, '')
    .replace(/(?<!\\|`)(`+)(?!`).*?(?<!`)\1(?!`)/g, '')
    .replace(/<\/?(?:details|summary|code|sub)>/g, '')
    .replaceAll('@<!-- -->', '(at)');

t.test('no text is a mark', async t => {
  const more = ['/close', '  - [x] `a`', '1. one', '# a\n# b', 'a|b', '~5 %6 &7 $8', 'https://evil.example a@b.example', '<details open>'];
  for (const [number, words] of [...HOSTILE, ...more].entries()) {
    const marks = marksOf(renderPage(everywhere(words), 'markdown'));
    t.notMatch(marks, /(?<!\\)</, `row ${number}: no element`);
    t.notMatch(marks, /(?<!\\)\]\(|www\.|@|(?<!\\):\/\//m, `row ${number}: no link and no mention`);
    t.notMatch(marks, /^(?:\/|##? |>|\d+[.)] |- \[)/m, `row ${number}: no heading, list or command`);
    const rows = marks.split('\n').filter(line => line.startsWith('|'));
    for (const row of rows) t.ok([3, 4].includes(row.split('|').length), `row ${number}: a cell ends where ours do`);
  }
});

t.test('a fence is longer than any inside', async t => {
  const page = renderPage(everywhere('echo ```` x'), 'markdown');
  t.match(page, /^`{5}sh\necho ```` x\n`{5}$/m);
});

t.test('a table stands in each part, and the folded evidence has its blank lines', async t => {
  const page = renderPage(manyPods(), 'markdown');
  t.match(page, /\| Result \| Certainty \| Pods \| About \|\n\| --- \|/);
  t.equal(page.split('<details><summary>').length, page.split('\n\n</details>\n').length, 'each is closed');
  t.match(page, /<summary>Evidence and details<\/summary>\n\n\*\*Evidence\*\*\n\n- /, 'Markdown is read within');
  t.match(page, /This report is incomplete/);
  t.match(page, /#### Not examined\n\n- secrets/);
});

t.test('what a comment has no room for is left out from the end, and told', async t => {
  const [part] = manyPods().parts;
  if (part === undefined) return t.fail('there is no part');
  const many = (count: number) => {
    const rows = Array.from({ length: count }, (_, part) => ({ part, cells: ['certain', '1', 'x'] }));
    return markdown({ ...manyPods(), overview: { columns: ['Certainty', 'Pods', 'About'], rows }, parts: rows.map(() => part) });
  };
  const [few, more, most] = [many(20), many(60), many(100)];
  t.notMatch(few, /Left out/);
  t.match(more, /_Left out to fit into a comment: the evidence of \d+ parts[^_]*\. The formats html and json have all\._/);
  t.match(most, /the fixes of \d+ parts/);
  for (const text of [more, most]) t.ok(text.length < 65_536, `${text.length} characters`);
  t.ok(allCauses().parts.length > 40);
  t.ok(renderPage(allCauses(), 'markdown').length < 65_536);
});
