/** Colors where they are wanted, and nothing else that a terminal obeys. */
import t from 'tap';
import { style } from '../../src/report/style.ts';
import { visibleLayout as printable } from '../../src/util/visible.ts';

t.test('colors', async t => {
  t.equal(style(true).red('x'), '\u001b[31mx\u001b[39m');
  for (const paint of Object.values(style(false)) as ((text: string) => string)[]) t.equal(paint('x'), 'x');
});

t.test('what others wrote cannot command the terminal', async t => {
  const rows: [string, string][] = [
    ['two\nlines', 'two\nlines'],
    ['a\u001b]0;title\u0007b', 'a\\u001b]0;title\\u0007b'],
    ['a\u009b31mb\tc\rd\u007f', 'a\\u009b31mb\tc\\rd\\u007f'],
    [`${style(true).bold('x')}\u001b[8m`, `${style(true).bold('x')}\\u001b[8m`],
  ];
  for (const [text, shown] of rows) t.equal(printable(text, true), shown, JSON.stringify(text));
  t.equal(printable(style(true).bold('x'), false), 'x', 'without colors there are none');
});
