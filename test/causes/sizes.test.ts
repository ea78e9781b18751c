/** Sizes as they are shown. */
import t from 'tap';
import { showBytes } from '../../src/causes/sizes.ts';

t.test('sizes for people', async t => {
  for (const [bytes, expected] of [
    [0, '0 kB'],
    [1, '1 kB'],
    [999_999, '1000 kB'],
    [1_500_000, '1.5 MB'],
    [8_589_934_592, '8.6 GB'],
  ] as const)
    t.equal(showBytes(bytes), expected);
});
