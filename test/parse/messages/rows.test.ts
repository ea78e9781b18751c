/** The tables of messages: every row is complete, reached by its own example, one wording, and quick on any text. Each test names the row that is not. */
import t from 'tap';
import { ERRORS, readFaults, WRAPPERS } from '../../../src/parse/messages/reader.ts';
import { withStatements } from '../../../src/parse/messages/registry-errors.ts';
import { bounded, compileError, compileWrapper, GROUPS, PLACED_GROUPS } from '../../../src/parse/messages/row.ts';
import { STATEMENTS } from '../../../src/parse/messages/statements.ts';
import { hostsOf, IMAGE } from '../../helpers/messages.ts';

const ROWS = [...WRAPPERS, ...ERRORS];

/** What stands in a pattern, outermost first: enough of the grammar of regular expressions to judge a row by. */
interface Shape {
  /** Alternatives that stand in no group. */
  alternatives: number;
  groups: string[];
  unnamedGroups: number;
  /** A repetition inside of a repetition. */
  nested: boolean;
  /** A repetition without an end that is not the last thing. */
  endless: boolean;
  /** Negative lookarounds: a list of what must not stand there. */
  negative: boolean;
}

function shapeOf(source: string): Shape {
  const shape: Shape = { alternatives: 1, groups: [], unnamedGroups: 0, nested: false, endless: false, negative: false };
  const repeatsWithin: boolean[] = [];
  const repeat = /^(?:[*+]|\{\d+(?:,\d*)?\})/;
  const note = (at: number): number => {
    const [text = ''] = repeat.exec(source.slice(at)) ?? [];
    if (text === '' || text === '{1}') return at;
    const rest = source.slice(at + text.length).replace(/^\?/, '');
    if (/^[*+]|,\}$/.test(text) && !/^\)*$/.test(rest)) shape.endless = true;
    if (repeatsWithin.length > 0) repeatsWithin[repeatsWithin.length - 1] = true;
    return at + text.length;
  };
  for (let at = 0; at < source.length; ) {
    const char = source[at] as string;
    if (char === '\\') at = note(at + 2);
    else if (char === '[') {
      do at += source[at] === '\\' ? 2 : 1;
      while (source[at] !== ']');
      at = note(at + 1);
    } else if (char === '(') {
      const head = /^\((?:\?(?:<(?<name>\w+)>|:|(?<look><?[=!])))?/.exec(source.slice(at));
      const { name, look } = head?.groups ?? {};
      if (name !== undefined) shape.groups.push(name);
      else if (head?.[0] === '(') shape.unnamedGroups++;
      if (look?.endsWith('!')) shape.negative = true;
      repeatsWithin.push(false);
      at += head?.[0].length ?? 1;
    } else if (char === ')') {
      const inner = repeatsWithin.pop() ?? false;
      const after = repeat.exec(source.slice(at + 1))?.[0];
      if (inner && after !== undefined) shape.nested = true;
      if (inner && repeatsWithin.length > 0) repeatsWithin[repeatsWithin.length - 1] = true;
      at = note(at + 1);
    } else {
      if (char === '|' && repeatsWithin.length === 0) shape.alternatives++;
      at = note(at + 1);
    }
  }
  return shape;
}

t.test('the shape of a pattern is seen', async t => {
  t.equal(shapeOf('a|b').alternatives, 2);
  t.equal(shapeOf('a(?:b|c)[|]\\|').alternatives, 1);
  t.strictSame(shapeOf('(?<url>\\S+): (?:x)').groups, ['url']);
  t.equal(shapeOf('(a)').unnamedGroups, 1);
  for (const [source, nested] of [
    ['(?:a+)+', true],
    ['(?:a(?:b*)c)*', true],
    ['(?:a+b){2,9}', true],
    ['(?:a+)?', false],
    ['[a+]*(?:ab)*', false],
  ] as const)
    t.equal(shapeOf(source).nested, nested, source);
  for (const [source, endless] of [
    ['a+b', true],
    ['(?:a+)b', true],
    ['a{3,}b', true],
    ['a{1,600}b', false],
    ['(?<x>a+)', false],
  ] as const)
    t.equal(shapeOf(source).endless, endless, source);
  t.ok(shapeOf('a(?!b)').negative);
  t.notOk(shapeOf('a(?=b)').negative);
  t.equal(bounded('a+[+]\\+(?:b*c)(?<d>.+)'), 'a{1,600}[+]\\+(?:b{0,600}c)(?<d>.+)', 'repetitions are bounded, but for the last');
});

t.test('every row has a name of its own, a source and known groups', async t => {
  const ids = [...ROWS, ...STATEMENTS].map(({ id }) => id);
  t.strictSame(
    ids.filter((id, index) => ids.indexOf(id) !== index),
    [],
    'each id stands once',
  );
  const known = [...Object.keys(GROUPS), ...PLACED_GROUPS];
  for (const { id, source, match, since } of ROWS) {
    t.match(id, /^[a-z][a-z-]*\.[A-Za-z][\w/-]*$/, `${id}: speaker.what-it-says`);
    t.match(source, /\S.*\S/, `${id} has a source`);
    if (since !== undefined) t.match(since, /^[A-Za-z][\w /-]* \d+(?:\.\d+)*$/, `${id}: since which version of what`);
    t.strictSame(
      shapeOf(match.source).groups.filter(group => !known.includes(group)),
      [],
      `${id}: every group is a field`,
    );
  }
});

t.test('every example is read completely, by its own row and by no earlier one', async t => {
  for (const row of ROWS) {
    const [fault] = readFaults(row.example, hostsOf(IMAGE));
    t.ok(fault?.understood, `${row.id}: the example is understood`);
    t.ok(fault?.rows.includes(row.id), `${row.id}: the example reaches it, and not ${fault?.rows.join(', ')}`);
  }
  for (const row of ERRORS) t.equal(readFaults(row.example, hostsOf(IMAGE))[0]?.rows.at(-1), row.id, `${row.id} reads the error itself`);
});

t.test('a row is one wording, found quickly', async t => {
  for (const row of ROWS) {
    const shape = shapeOf(row.match.source);
    t.equal(shape.alternatives, 1, `${row.id}: two messages are two rows`);
    t.equal(shape.unnamedGroups, 0, `${row.id}: a group has a name, or is (?:…)`);
    t.notOk(shape.negative, `${row.id}: a row says what stands there, not what does not`);
    t.notOk(shape.nested, `${row.id}: no repetition inside of a repetition`);
    t.notOk(/\^|\$$/.test(row.match.source.replace(/\[\^|\|\$\)/g, '')), `${row.id}: no anchors`);
  }
  for (const row of ERRORS) {
    const { pattern, part } = compileError(row);
    t.notOk(shapeOf(pattern.source.replace(/\$$/, '')).endless, `${row.id}: repetitions are bounded`);
    if (!row.isWhole)
      t.match(
        part.source.replace(/^(?:\(\?(?::|<\w+>))+/, ''),
        /^(?:[\w"“[]|\\[\w"{(.*])/,
        `${row.id}: what is looked for anywhere begins with a word`,
      );
  }
  for (const row of WRAPPERS)
    t.notOk(shapeOf(compileWrapper(row).pattern.source.replace(/\$$/, '')).endless, `${row.id}: repetitions are bounded`);
});

t.test('statements: every row is read from its own example, and says one thing', async t => {
  const [fault] = readFaults(`${IMAGE}: not found`);
  for (const { id, statement, match, example, source } of STATEMENTS) {
    const { statements } = withStatements({ ...(fault as NonNullable<typeof fault>), explanation: example }, null);
    t.ok(statements.includes(statement), `${id}: ${statement}`);
    t.ok(match.test(example), `${id} reads its example`);
    t.match(source, /\S/, `${id} has a source`);
    const shape = shapeOf(match.source);
    t.equal(shape.alternatives, 1, `${id}: two wordings are two rows`);
    t.notOk(shape.negative || shape.nested, `${id}: positive, and quick`);
  }
});

t.test('what states nothing', async t => {
  const [fault] = readFaults(`${IMAGE}: not found`);
  for (const explanation of [
    'Your subscription has expired',
    'The license has expired',
    'a trial that has expired',
    'the certificate has expired',
    '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>',
    'Tag 1.4.2 was deleted or has expired',
  ])
    t.notOk(
      withStatements({ ...(fault as NonNullable<typeof fault>), explanation }, null).statements.includes('expired'),
      `no login has expired: ${explanation}`,
    );
  for (const explanation of ['the flux capacitor is empty', 'denied', 'nobody knows'])
    t.strictSame(withStatements({ ...(fault as NonNullable<typeof fault>), explanation }, null).statements, [], explanation);
});

t.test('what is not read completely is not understood', async t => {
  const understood = (message: string): boolean => readFaults(message, hostsOf(IMAGE)).every(fault => fault.understood);
  const pulled = `Failed to pull image "${IMAGE}": failed to pull and unpack image "${IMAGE}": failed to resolve image: `;
  t.ok(understood(`${pulled}${IMAGE}: not found`));
  for (const [name, message] of Object.entries({
    'a layer that no row knows': `the new puller of 2030 says: ${pulled}${IMAGE}: not found`,
    'a layer that no row knows, further in': `${pulled}the fetcher says: ${IMAGE}: not found`,
    'words behind the error': `${pulled}failed to do request: Head "https://registry.example.com/v2/": EOF, and more`,
    'an error that no row knows': `${pulled}the flux capacitor is empty`,
    'an unknown error of a connection': `${pulled}failed to do request: Head "https://registry.example.com/v2/": dial tcp 10.0.0.5:443: connect: the flux capacitor is empty`,
    'a certificate that is refused for an unknown reason': `${pulled}x509: certificate is vali`,
    'an error inside of a page': `${pulled}<html>\n<p>dial tcp: lookup x: no such host</p>\n</html>`,
    'a text that is too long': `${pulled}${IMAGE}: not found${' '.repeat(20_000)}x`,
    'one of two errors': `[${pulled}${IMAGE}: not found, failed to resolve the flux: ${IMAGE}: not found]`,
  }))
    t.notOk(understood(message), name);
});
