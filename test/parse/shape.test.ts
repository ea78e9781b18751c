/** Readers of untyped values: what each takes, what it makes of a missing value, and how it names what is wrong. */
import t from 'tap';
import { boolean, list, nullable, number, object, oneOf, optional, type Reader, text, time } from '../../src/parse/shape.ts';

const pair = object<{ name: string; size?: number }>({ name: text, size: optional(number) });

t.test('what is taken', async t => {
  const rows: [Reader<unknown>, unknown, unknown][] = [
    [text, '', ''],
    [number, 0, 0],
    [boolean, false, false],
    [time, '2026-11-20T10:00:00Z', '2026-11-20T10:00:00Z'],
    [nullable(text), 'x', 'x'],
    [nullable(text), null, null],
    [nullable(text), undefined, null],
    [list(number), [1, 2], [1, 2]],
    [list(number), undefined, []],
    [oneOf({ a: true, b: true }), 'b', 'b'],
    [pair, { name: 'a', size: 1, more: 'ignored' }, { name: 'a', size: 1 }],
    [pair, { name: 'a' }, { name: 'a' }],
    [pair, JSON.parse('{"name":"a","__proto__":{"size":1}}'), { name: 'a' }],
  ];
  for (const [read, value, wanted] of rows) t.strictSame(read(value, 'x'), wanted, JSON.stringify(value));
});

t.test('what is refused, by its place', async t => {
  const rows: [Reader<unknown>, unknown, string][] = [
    [text, 1, 'x is 1, expected a text'],
    [text, undefined, 'x is missing'],
    [text, null, 'x is null, expected a text'],
    [number, '1', 'x is "1", expected a number'],
    [number, Number.NaN, 'x is NaN, expected a number'],
    [boolean, 'true', 'x is "true", expected true or false'],
    [time, 'soon', 'x is "soon", expected a time'],
    [list(text), {}, 'x is an object, expected a list'],
    [list(text), ['a', []], 'x[1] is a list, expected a text'],
    [oneOf({ a: true }), 'b', 'x is "b", expected a word that this version knows'],
    [oneOf({ a: true }), 'toString', 'x is "toString", expected a word that this version knows'],
    [pair, [], 'x is a list, expected an object'],
    [pair, { size: 1 }, 'x.name is missing'],
    [list(pair), [{ name: 'a', size: null }], 'x[0].size is null, expected a number'],
    [pair, JSON.parse('{"__proto__":{"name":"a"}}'), 'x.name is missing'],
  ];
  for (const [read, value, says] of rows) t.throws(() => read(value, 'x'), { name: 'ShapeError', message: says }, says);
});
