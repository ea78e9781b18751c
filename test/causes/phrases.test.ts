/** What the texts of causes are made of: near names, lists. */
import t from 'tap';
import { list, nearest } from '../../src/causes/phrases.ts';

t.test('the nearest existing tags', async t => {
  const rows: [string, string[], string[]][] = [
    ['1.4.2', ['1.3.0', '1.4.1', '1.4.0', 'latest'], ['1.4.1', '1.4.0', '1.3.0']],
    ['lates', ['1.0', 'latest', 'stable'], ['latest']],
    ['v1.2', ['1.2', '2.1', 'v1.2.0'], ['v1.2.0', '1.2']],
    ['1.4', ['1.4.10', '1.4.9', '1.4.2-alpine'], ['1.4.9', '1.4.10']],
    ['LATEST', ['latest', 'newest'], ['latest']],
    ['1', [], []],
  ];
  for (const [wanted, names, first] of rows)
    t.strictSame(nearest(wanted, names, 3).slice(0, first.length), first, `${wanted} among ${names.join(', ')}`);
  t.equal(nearest('a', ['b', 'c', 'd', 'e'], 2).length, 2, 'no more than asked for');
});

t.test('lists that are cut', async t => {
  t.equal(list(['a', 'b'], 5), 'a, b');
  t.equal(list(['a', 'b', 'c'], 2), 'a, b and 1 more');
  t.equal(list([]), '');
});
