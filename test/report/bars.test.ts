/** The largest layers as bars, at the widths that terminals have. */
import t from 'tap';
import { renderLayers } from '../../src/report/bars.ts';

const layer = (letter: string, bytes: number) => ({ digest: `sha256:${letter.repeat(64)}`, bytes });
const LAYERS = [layer('a', 3.9e9), layer('b', 250e6), layer('c', 50e6), layer('d', 4000), layer('e', 3000), layer('f', 10)];
const SIZE = LAYERS.reduce((sum, { bytes }) => sum + bytes, 0) + 1000;

t.test('no line is wider than the terminal, and the number comes first', async t => {
  for (const width of [60, 80, 120]) {
    const lines = renderLayers(LAYERS, SIZE, 9, width);
    t.equal(lines.length, 6, `${width}: five layers and the others`);
    t.ok(
      lines.every(line => line.length <= width),
      `${width}: ${Math.max(...lines.map(line => line.length))} columns`,
    );
    t.match(lines[0], /^ {4}3\.9 GB {2}93 % {2}#+ {2}aaaaaaaaaaaa$/);
    t.match(lines[1], /^ {2}250\.0 MB {3}6 % {2}#+\.+ {2}bbbbbbbbbbbb$/);
    t.match(lines[3], / {2}4 kB {3}0 % {2}#\.+ {2}dddddddddddd$/, 'the smallest bar is one block');
    t.match(lines[5], / {2}2 kB {2}in 4 smaller layers$/);
  }
  const bars = [60, 80, 120].map(width => renderLayers(LAYERS, SIZE, 9, width)[0]?.replace(/[^#]/g, '').length);
  t.same(bars, [28, 40, 40], 'the bars take what room there is');
});

t.test('a narrow terminal keeps short bars', async t => {
  t.match(renderLayers(LAYERS, SIZE, 9, 20)[0], / #{8} /);
});

t.test('few layers', async t => {
  t.same(renderLayers([], 0, 0, 80), []);
  t.same(renderLayers([layer('a', 100e6)], 100e6, 1, 60), [`  100.0 MB  100 %  ${'#'.repeat(27)}  aaaaaaaaaaaa`]);
  t.equal(renderLayers(LAYERS, SIZE, 9, 80, true).length, 7, 'all that are known, and the others');
  t.match(renderLayers(LAYERS, SIZE, 7, 80, true)[6], /in 1 smaller layer$/);
});
