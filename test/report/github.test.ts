/** Annotations of GitHub Actions: golden text, and what the runner reads from any text. */
import fc from 'fast-check';
import t from 'tap';
import { data, github, property } from '../../src/report/github.ts';
import { isHidden } from '../../src/util/visible.ts';
import { at, HOSTILE, planned, runOf, someOfAll } from '../helpers/gates.ts';
import { golden } from '../helpers/golden.ts';
import { normal } from '../helpers/process.ts';
import { often } from '../properties/arbitraries.ts';

/** Reads a line as the runner does: the command, its properties, its message; null for a line that is none. Source: actions/runner, ActionCommand.TryParseV2. */
function commandOf(line: string): { name: string; properties: Record<string, string>; message: string } | null {
  const text = line.trimStart();
  if (!text.startsWith('::')) return null;
  const end = text.indexOf('::', 2);
  if (end < 0) return null;
  const head = text.slice(2, end);
  const space = head.indexOf(' ');
  const undo = (value: string): string => value.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
  const properties = (space < 0 ? '' : head.slice(space + 1))
    .split(',')
    .filter(Boolean)
    .map(pair => pair.split(/=(.*)/s) as [string, string])
    .map(([key, value]) => [key.trim(), undo(value.replaceAll('%3A', ':').replaceAll('%2C', ','))]);
  return { name: space < 0 ? head : head.slice(0, space), properties: Object.fromEntries(properties), message: undo(text.slice(end + 2)) };
}

t.test('the annotations of a run', async t => {
  const text = github(someOfAll());
  golden(t, 'test/fixtures/gates/report.github.txt', normal(text));
  const commands = text.trimEnd().split('\n').map(commandOf);
  t.equal(commands.at(-1), null, 'the last line is for people');
  t.match(commands[0], {
    name: 'error',
    properties: { file: 'deploy/api.yaml', line: '19', col: '16', title: 'TagNotFound (certain)' },
    message: /^image "[^"]+": .+\nFix: .+\nMore: https:.+TagNotFound\.md$/s,
  });
  const order = commands.map(command => command?.name).filter(name => name !== undefined);
  t.strictSame(
    order,
    [...order].sort((one, other) => ['error', 'warning', 'notice'].indexOf(one) - ['error', 'warning', 'notice'].indexOf(other)),
    'the gravest first',
  );
});

t.test('what could not be examined is an error', async t => {
  t.match(github(runOf([], { warnings: ['no'], isComplete: false })), /^::error title=kubectl imagepull check::no$/m);
  t.match(github(runOf([], { warnings: ['no'] })), /^::warning title=kubectl imagepull check::no$/m);
  t.equal(github(runOf([])), 'kubectl imagepull: there is no image to check\n');
});

t.test('a path of Windows has slashes', async t => {
  t.match(github(runOf([planned('TagNotFound', at('deploy\\api.yaml', 3))])), /^::error file=deploy\/api\.yaml,line=3,/);
});

t.test('no text becomes a command, a property or a line', async t => {
  for (const [row, image] of HOSTILE.entries()) {
    const run = runOf(
      [
        planned('InvalidImageName', {
          image,
          container: { name: image, kind: 'container' },
          ...at(image, 3),
          notes: [{ code: 'MutableTag', detail: image }],
        }),
      ],
      { warnings: [image] },
    );
    const lines = github(run).trimEnd().split('\n');
    t.equal(lines.length, 4, `row ${row}`);
    for (const line of lines.slice(0, -1)) {
      const command = commandOf(line);
      t.match(command?.name, /^(?:error|warning|notice)$/);
      t.strictSame(
        Object.keys(command?.properties ?? {}).filter(key => !['file', 'line', 'col', 'title'].includes(key)),
        [],
      );
      t.ok(['3', undefined].includes(command?.properties['line']));
      t.notOk(isHidden((command?.message ?? '').replaceAll('\n', '')), 'nothing hidden');
    }
  }
});

t.test('property: the runner reads what was written', async _t => {
  const any = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom(...HOSTILE));
  fc.assert(
    fc.property(any, any, any, (file, title, message) => {
      const line = `::error file=${property(file)},line=1,title=${property(title)}::${data(message)}`;
      if (/[\r\n]/.test(line)) return false;
      const command = commandOf(line);
      const isSame = (one: string | undefined, other: string): boolean => one === other;
      return (
        command?.name === 'error' &&
        isSame(command.properties['file'], file) &&
        isSame(command.properties['title'], title) &&
        isSame(command.message, message)
      );
    }),
    often(500),
  );
});
