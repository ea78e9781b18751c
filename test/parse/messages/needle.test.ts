/** What a text must hold for a row to read it: on plain patterns, and for every row on the examples of all rows. */
import t from 'tap';
import { beginningOf, needleOf } from '../../../src/parse/messages/needle.ts';
import { ERRORS, WRAPPERS } from '../../../src/parse/messages/reader.ts';
import { compileError, compileWrapper } from '../../../src/parse/messages/row.ts';

t.test('the longest piece of text that no match can do without', async t => {
  for (const [pattern, needle, beginning] of [
    [/failed to pull: /, 'failed to pull: ', 'failed to pull: '],
    [/ab?cd/, 'cd', 'a'],
    [/ab*cd/, 'cd', 'a'],
    [/ab{0,3}cd/, 'cd', 'a'],
    [/ab+cd/, 'ab', 'ab'],
    [/ab{2}cd/, 'ab', 'ab'],
    [/a\.b\/c\(d\)/, 'a.b/c(d)', 'a'],
    [/a\.?bc/, 'bc', 'a'],
    [/ab\?cde/, 'ab?cde', 'ab'],
    [/ab(?:cdef)?g/, 'ab', 'ab'],
    [/ab(?:cdef){0,2}g/, 'ab', 'ab'],
    [/ab(?:cdef)+g/, 'cdef', 'ab'],
    [/a(?<x>bcd)e/, 'bcd', 'a'],
    [/a(?<x>bcd|efgh)ij/, 'ij', ''],
    [/a(?:b(?:cdef|g)hi)j/, 'hi', ''],
    [/ab(?=cdef)/, 'ab', 'ab'],
    [/ab(?!cdef)/, 'ab', 'ab'],
    [/ab[^x\]yz]+cde/, 'cde', 'ab'],
    [/ab\d\d\d\dcde/, 'cde', 'ab'],
    [/ab|abc/, '', ''],
    [/abc/i, '', ''],
    [/abc/u, '', ''],
    [/abc\x41/, '', 'abc'],
    [/^abc$/, 'abc', ''],
    [/\S+: (?<rest>.+)/, ': ', ''],
  ] as const) {
    t.equal(needleOf(pattern), needle, `needle of ${pattern}`);
    t.equal(beginningOf(pattern), beginning, `beginning of ${pattern}`);
  }
});

t.test('no row misses a text that its pattern matches', async t => {
  // the rest of a message behind each layer, too
  const texts = [...WRAPPERS, ...ERRORS].flatMap(({ example }) => [
    example,
    ...[...example.matchAll(/: /g)].map(({ index }) => example.slice(index + 2)),
  ]);
  let tried = 0;
  for (const one of [...WRAPPERS.map(compileWrapper), ...ERRORS.map(compileError)]) {
    const { pattern, part, row } = one;
    const missed = texts.filter(text => pattern.test(text) !== (one.exec(text) !== null) || part.test(text) !== one.standsIn(text));
    t.strictSame(missed, [], row.id);
    tried += texts.filter(text => part.test(text)).length;
  }
  t.ok(tried > 1000, `${tried} texts are matched`);
});
