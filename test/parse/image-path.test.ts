/** Paths to images: what they lead to, and what is refused with a word. */
import t from 'tap';
import { followPath, parseImagePath } from '../../src/parse/image-path.ts';

const OBJECT = {
  spec: {
    image: 'a:1',
    parts: [{ image: 'b:1' }, { image: 'c:1' }, {}],
    sidecars: { 'my.image': 'd:1', other: 'e:1' },
  },
};

t.test('a path leads to values, each with its place', async t => {
  const rows: [path: string, found: [string, unknown][]][] = [
    ['{.spec.image}', [['spec.image', 'a:1']]],
    ['.spec.image', [['spec.image', 'a:1']]],
    ['spec.image', [['spec.image', 'a:1']]],
    ['$.spec.image', [['spec.image', 'a:1']]],
    [
      ' {.spec.parts[*].image} ',
      [
        ['spec.parts.0.image', 'b:1'],
        ['spec.parts.1.image', 'c:1'],
      ],
    ],
    ['.spec.parts[1].image', [['spec.parts.1.image', 'c:1']]],
    [".spec.sidecars['my.image']", [['spec.sidecars.my.image', 'd:1']]],
    ['.spec.sidecars["my.image"]', [['spec.sidecars.my.image', 'd:1']]],
    [
      '.spec.sidecars.*',
      [
        ['spec.sidecars.my.image', 'd:1'],
        ['spec.sidecars.other', 'e:1'],
      ],
    ],
    ['.spec.nothing.image', []],
    ['.spec.parts[7].image', []],
    ['.spec.parts.image', []],
    ['.spec.toString', []],
  ];
  for (const [path, wanted] of rows)
    t.strictSame(
      followPath(OBJECT, parseImagePath(path)).map(({ path: at, value }) => [at.join('.'), value]),
      wanted,
      path,
    );
});

t.test('what is more than a path of fields is refused', async t => {
  for (const [path, why] of [
    ['{..image}', /recursive descent/],
    ['.spec.parts[?(@.name=="x")].image', /filter/],
    ['.spec.parts[0,1].image', /union/],
    ['.spec.parts[0:2].image', /slice/],
    ['.spec.parts[-1].image', /index from the end/],
    ['{range .spec.parts[*]}{.image}{end}', /several expressions/],
    ['{.spec.a}{.spec.b}', /several expressions/],
    ['.spec.parts[x]', /no field/],
    ['', /names no field/],
    ['{}', /names no field/],
    ['$', /names no field/],
  ] as const)
    t.throws(() => parseImagePath(path), { name: 'UserError', message: why }, path);
});
