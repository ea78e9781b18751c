/** Manifests as people write them: what is read, and where each value stands. */
import t from 'tap';
import { type Path, readManifest } from '../../src/parse/documents.ts';

const placesIn = (text: string, ...paths: [document: number, path: Path][]): string[] => {
  const read = readManifest(text);
  if (!read.ok) throw new Error(read.error);
  return paths.map(([document, path]) => {
    const { line, column } = read.documents[document]?.positionOf(path) ?? { line: 0, column: 0 };
    return `${line}:${column}`;
  });
};

t.test('where a value stands', async t => {
  const yaml = [
    '# comment',
    'a:',
    '  - image: x:1',
    '    name: n',
    '  - {name: m, image: "y:1"}',
    '---',
    'b: >-',
    '  folded',
    "c: 'q'",
    '',
  ].join('\n');
  t.strictSame(
    placesIn(yaml, [0, ['a', 0, 'image']], [0, ['a', 1, 'image']], [0, ['a', 1, 'nothing']], [1, ['c']], [1, []]),
    ['3:12', '5:23', '5:5', '9:5', '7:1'],
    'YAML',
  );
  t.strictSame(placesIn('{\n  "a": {\n    "image": "x:1"\n  }\n}', [0, ['a', 'image']]), ['3:15'], 'JSON');
  t.strictSame(placesIn('{\n\t"a": {\n\t\t"image": "x:1"\n\t}\n}', [0, ['a', 'image']]).length, 1, 'JSON with tabs is read');
  t.strictSame(placesIn('a: 1\r\nb:\r\n  c: x\r\n', [0, ['b', 'c']]), ['3:6'], 'line ends of Windows');
  t.strictSame(placesIn('x: &a {image: y:1}\nz: *a\n', [0, ['z', 'image']]), ['2:5'], 'an alias stands for what it names');
});

t.test('anchors and merged keys are followed, as kubectl does', async t => {
  const read = readManifest('base: &b {image: x:1}\nown:\n  <<: *b\n  name: n\n');
  t.strictSame(read.ok && read.documents.map(({ value }) => value), [{ base: { image: 'x:1' }, own: { image: 'x:1', name: 'n' } }]);
  const bomb = `a0: &a0 {x: y}\n${Array.from({ length: 30 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]`).join('\n')}\n`;
  t.match(readManifest(bomb), { ok: false, error: /aliases/ }, 'a few of them');
});

t.test('an error tells the place and no word of the text', async t => {
  const read = readManifest('a: hunter2\n b: [hunter2\n');
  t.match(read, { ok: false, error: /line 2/ });
  t.notMatch(read, { error: /hunter2/ });
});
