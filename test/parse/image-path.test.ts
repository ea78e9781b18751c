/** Paths to images: what they lead to, and what is refused with a word. */
import t from 'tap';
import { followPath, parseImagePath } from '../../src/parse/image-path.ts';

const OBJECT = {
  spec: {
    image: 'a:1',
    parts: [{ image: 'b:1' }, { image: 'c:1' }, {}],
    rows: [{ images: [] }, { images: ['f:1'] }],
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
    [
      '{..image}',
      [
        ['spec.image', 'a:1'],
        ['spec.parts.0.image', 'b:1'],
        ['spec.parts.1.image', 'c:1'],
      ],
    ],
    [
      "{.spec['image','sidecars.other']}",
      [
        ['spec.image', 'a:1'],
        ['spec.sidecars.other', 'e:1'],
      ],
    ],
    ['.spec.parts[?(@.image=="c:1")].image', [['spec.parts.1.image', 'c:1']]],
    ['.spec.parts[-2].image', [['spec.parts.1.image', 'c:1']]],
    [
      '.spec.parts[0:2].image',
      [
        ['spec.parts.0.image', 'b:1'],
        ['spec.parts.1.image', 'c:1'],
      ],
    ],
    ['.spec.sidecars.my\\.image', [['spec.sidecars.my.image', 'd:1']]],
    [".spec.sidecars['my\\.image']", [['spec.sidecars.my.image', 'd:1']]],
    // what does not fit an object selects nothing of it, and something of others
    ['.spec.rows[*].images[0]', [['spec.rows.1.images.0', 'f:1']]],
    ['.spec.image[0]', []],
    ['.spec.image[?(@.name=="x")]', []],
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

t.test('what is more than one path, or none, is refused', async t => {
  for (const [path, why] of [
    ['{range .spec.parts[*]}{.image}{end}', /more than one path/],
    ['{.spec.a}{.spec.b}', /more than one path/],
    ['{.spec.a}:{.spec.b}', /more than one path/],
    ['range .spec.parts[*]', /more than one path/],
    ['{"text"}', /more than one path/],
    ['.spec.parts[x]', /no index/],
    ['.spec.parts[?(@.a', /not closed/],
    ['', /names no field/],
    ['{}', /names no field/],
    ['$', /names no field/],
  ] as const)
    t.throws(() => parseImagePath(path), { name: 'UserError', message: why }, path);
});
