/** Pages in Markdown as text for a terminal. */
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { pageOf, pagesWith } from '../../src/causes/pages.ts';
import { CAUSES } from '../../src/model/cause-codes.ts';
import { readPage, renderMarkdown } from '../../src/report/cause-page.ts';

const render = (markdown: string, width = 40): string => renderMarkdown(markdown, { width, color: false }).join('\n');

t.test('each part of Markdown', async t => {
  for (const [name, markdown, text] of [
    ['a heading', '# Title\n\nWords.', 'Title\n\n  Words.'],
    ['a section', '## Fix\n\nWords.', 'Fix\n  Words.'],
    ['a paragraph is folded anew', 'one two three four five six\nseven eight nine', '  one two three four five six seven\n  eight nine'],
    [
      'a list',
      '- one two three four five six seven eight\n  nine\n- ten',
      '  • one two three four five six seven\n    eight nine\n  • ten',
    ],
    ['a list in a list', '- one\n  - two\n- three', '  • one\n    • two\n  • three'],
    ['a numbered list', '1. one\n2. two', '  1. one\n  2. two'],
    [
      'code is never folded',
      '```sh\nkubectl get pods --all-namespaces --output wide --watch\n\n# a comment\n```\n\nWords.',
      '    kubectl get pods --all-namespaces --output wide --watch\n\n    # a comment\n\n  Words.',
    ],
    ['code that looks like Markdown', '```\n- **a** `b` [c](d)\n# e\n| f |\n```', '    - **a** `b` [c](d)\n    # e\n    | f |'],
    ['words in code', 'Set `a` to `b c`, not `"d e"` or `` f`g ``.', '  Set a to "b c", not "d e" or f`g.'],
    ['marks in code stay', '`*.example.com` and `_json_key` and `**`', '  *.example.com and _json_key and **'],
    ['a link to a page', 'See [TagNotFound](TagNotFound.md), [the fix](MirrorFailed.md#fix).', '  See TagNotFound, the fix.'],
    ['a link to another file', '[Permissions](../rbac.md)', '  Permissions (docs/rbac.md)'],
    ['a link to another site', '[GHCR](https://ghcr.io) <https://quay.io>', '  GHCR (https://ghcr.io) https://quay.io'],
    [
      'marks of words',
      '**bold**, *slanted*, _slanted too_, snake_case_name, 2 * 3 * 4',
      '  bold, slanted, slanted too,\n  snake_case_name, 2 * 3 * 4',
    ],
    ['a table', '| a | b |\n| - | - |\n| one | `two` |', '  a    b\n  one  two'],
    ['a remark for the editor', '<!-- note -->\nWords.', '  Words.'],
  ] as const)
    t.equal(render(markdown), text, name);
});

t.test('a page has its parts', async t => {
  const { title, summary, sections } = readPage('# TagNotFound\n\nOne line.\n\n## Why\n\nWords.\n\n## Fix\n\n```sh\n## no heading\n```\n');
  t.strictSame(
    [title, summary, [...sections]],
    [
      'TagNotFound',
      'One line.',
      [
        ['Why', 'Words.'],
        ['Fix', '```sh\n## no heading\n```'],
      ],
    ],
  );
});

t.test('every page of a cause: bundled as it is, folded, without marks', async t => {
  t.equal(readdirSync('docs/causes').length, CAUSES.length + 1);
  for (const { code } of CAUSES) {
    const page = readFileSync(`docs/causes/${code}.md`, 'utf8').replaceAll('\r\n', '\n');
    t.equal(pageOf(code), page, `${code}: the bundled page`);
    const code4 = (line: string): boolean => line.startsWith('    ');
    for (const width of [40, 80]) {
      const lines = renderMarkdown(page, { width, color: false });
      const long = lines.filter(line => line.length > width && !code4(line) && /\S\s+\S/.test(line.trim().replace(/^• /, '')));
      t.strictSame(long, [], `${code}: nothing but code and single words is wider than ${width}`);
    }
    const words = renderMarkdown(page.replace(/^```.*?^```/gms, ''), { width: 80, color: false }).join('\n');
    t.notMatch(words, /^#|\]\(|\*\*\w|```|\.md\b(?!\))/m, `${code}: no mark is left`);
    const colored = renderMarkdown(page, { width: 80, color: true }).join('\n');
    t.match(colored, /\u001b\[1m/, `${code}: headings stand out in color`);
  }
});

t.test('words are found in the pages', async t => {
  for (const [words, code] of [
    ['certificate has expired', 'CertificateInvalid'],
    ['no match for platform in manifest', 'PlatformNotAvailable'],
    ['RATE   LIMIT', 'RateLimited'],
  ] as const)
    t.equal(pagesWith(words)[0], code, words);
  t.strictSame(pagesWith('x'), [], 'one letter stands everywhere');
  t.strictSame(pagesWith('the weather in Lisbon'), []);
});
