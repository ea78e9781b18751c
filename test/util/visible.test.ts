/** Characters that a reader does not see, as escapes. */
import t from 'tap';
import { isHidden, visible, visibleJson, visibleLayout } from '../../src/util/visible.ts';

t.test('hidden characters are shown as escapes', async t => {
  const rows: [string, string][] = [
    ['plain text, ä and 日本', 'plain text, ä and 日本'],
    ['a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['\u001b[31mred\u001b]0;title\u0007', '\\u001b[31mred\\u001b]0;title\\u0007'],
    ['\u009b31m', '\\u009b31m'],
    ['\u202eabc\u2066', '\\u202eabc\\u2066'],
    ['a\u200bb\ufeffc\u00add', 'a\\u200bb\\ufeffc\\u00add'],
    ['a\u2028b\u2029c', 'a\\u2028b\\u2029c'],
    ['\u{e0041}', '\\u{e0041}'],
    ['\ud800x', '\\ud800x'],
    ['\u3164', '\\u3164'],
  ];
  for (const [text, shown] of rows) {
    t.equal(visible(text), shown);
    t.equal(isHidden(text), text !== shown);
    t.equal(JSON.parse(visibleJson(JSON.stringify(text))), text, 'JSON says the same');
    t.notOk(isHidden(visibleJson(JSON.stringify(text))), 'and hides nothing');
  }
});

t.test('of a layout line ends and our own colors stay', async t => {
  const laidOut = '\u001b[1mFix\u001b[22m\n  a\u001b[2Jb\u202e\r\n';
  t.equal(visibleLayout(laidOut, true), '\u001b[1mFix\u001b[22m\n  a\\u001b[2Jb\\u202e\\r\n');
  t.equal(visibleLayout(laidOut, false), 'Fix\n  a\\u001b[2Jb\\u202e\\r\n');
});
