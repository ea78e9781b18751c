/** Names that may be meant: the distance of two texts, what counts as a slip, and what is never suggested. */
import t from 'tap';
import { didYouMean, distance, leastDistance, similar } from '../../src/util/nearest.ts';

t.test('the distance of two texts', async t => {
  for (const [a, b, expected] of [
    ['', '', 0],
    ['abc', 'abc', 0],
    ['kitten', 'sitting', 3],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['shpo', 'shop', 1],
    ['ca', 'abc', 3],
    ['jsno', 'json', 1],
  ] as const) {
    t.equal(distance(a, b), expected, `from "${a}" to "${b}"`);
    t.equal(distance(b, a), expected, `from "${b}" to "${a}"`);
    t.ok(leastDistance(a, b) <= expected, `at least ${leastDistance(a, b)} from "${a}" to "${b}"`);
  }
});

t.test('what may be meant', async t => {
  const rows: [what: string, wanted: string, names: string[], expected: string[]][] = [
    ['a letter less', 'shp', ['shop', 'build', 'kube-system'], ['shop']],
    ['two letters exchanged', 'hsop', ['shop', 'stop'], ['shop']],
    ['a letter more', 'deploymentt', ['deployment', 'daemonset'], ['deployment']],
    ['another case', 'SHOP', ['shop'], ['shop']],
    ['one letter in another case', 'a', ['A', 'b'], ['A']],
    ['a short name is not any other short name', 'po', ['cj', 'ds', 'rs'], []],
    ['one letter is no slip of another', 'Z', ['A', 'n'], []],
    ['a pod without what its workload adds', 'api', ['api-7c9f6d5b8-x2v4q', 'apiary', 'web-1'], ['api-7c9f6d5b8-x2v4q']],
    ['a pod that another has replaced', 'api-7c9f6d5b8-x2v4q', ['api-7c9f6d5b8-kk2mn', 'web-1'], ['api-7c9f6d5b8-kk2mn']],
    ['nothing like it', 'frontend', ['api', 'database'], []],
    ['no more than three, the nearest first', 'web-1', ['web-2', 'web-3', 'web-4', 'web-11', 'wob-22'], ['web-11', 'web-2', 'web-3']],
    ['the name itself is none', 'shop', ['shop'], []],
    ['nothing was written', '', ['a', 'shop'], []],
    ['a name that a terminal would obey', 'shop', ['sh\u001b[8mop', 'sho\u202ep'], []],
    ['a name that is too long', 'shop', [`shop-${'x'.repeat(300)}`], []],
  ];
  for (const [what, wanted, names, expected] of rows) {
    t.strictSame(similar(wanted, names), expected, what);
    t.strictSame(similar(wanted, [...names].reverse()), expected, `${what}: in any order`);
  }
  const many = Array.from({ length: 50_000 }, (_, index) => `pod-${index}`);
  const start = performance.now();
  t.equal(similar('pod-4999x', many).length, 3);
  t.ok(performance.now() - start < 2000, 'among fifty thousand names');
});

t.test('how it is asked', async t => {
  t.equal(didYouMean([]), null);
  t.equal(didYouMean(['shop']), 'did you mean "shop"?');
  t.equal(didYouMean(['a', 'b']), 'did you mean "a" or "b"?');
  t.equal(didYouMean(['a', 'b', 'c']), 'did you mean "a", "b" or "c"?');
});
